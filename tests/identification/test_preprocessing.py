"""What a preprocessing function is made of is measured, stage by stage."""

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel import Resize
from halfpixel.identification import Identification, deadline
from halfpixel.identification.entry import Unread
from halfpixel.identification.preprocessing import stages
from halfpixel.numerics.weights import matrix
from halfpixel.operators.axis import Axis

pytestmark = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
LINEAR = Resize(mode="linear")
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
GRAY = np.array([0.299, 0.587, 0.114], np.float32)
SIZE = (60, 80)


def resized(x: Array, size: tuple[int, int]) -> Array:
    """HWC, in float64."""
    h, w = (matrix(LINEAR, Axis(n, m)) for n, m in zip(x.shape, size, strict=False))
    return np.asarray(np.einsum("ij,jkc,lk->ilc", h, x.astype(float), w, optimize=True))


def test_every_stage_of_a_classifier_s_input() -> None:
    def preprocess(x: Array) -> Array:
        y = resized(x, (48, 64))[6:46, 12:52]  # the shorter edge 48, then the middle
        y = (y.astype(np.float32)[..., ::-1] / np.float32(255) - MEAN) / STD
        return y.transpose(2, 0, 1)[None]

    found = stages(preprocess, input_size=SIZE)
    assert (found.layouts.input, found.layouts.output) == ("HWC", "NCHW")
    assert (found.layouts.dtype, found.layouts.returns) == ("uint8", "float32")
    assert found.order.order == (2, 1, 0)
    assert found.affine.divisor == 255
    assert found.affine.mean == pytest.approx(MEAN)
    assert found.affine.std == pytest.approx(STD)
    assert found.window.resized == (48, 64)
    assert [(w.first, w.content) for w in found.window.axes] == [(6, (0, 40)), (12, (0, 40))]
    x = np.random.default_rng(0).integers(0, 256, (1, 3, *SIZE)).astype(float)
    core = resized(x[0].transpose(1, 2, 0), (48, 64))[6:46, 12:52, ::-1].transpose(2, 0, 1)
    assert found.core(x)[0] == pytest.approx(core, abs=1e-3)


def test_padding_has_its_place_and_value() -> None:
    def letterbox(x: Array) -> Array:
        y = np.full((64, 64, 3), 114.0)
        y[8:56] = resized(x, (48, 64))
        return (y / 255).astype(np.float32)

    found = stages(letterbox, input_size=SIZE)
    assert found.window.resized == (48, 64)
    assert found.window.rows.content == (8, 56)
    assert not found.window.columns.padded
    assert found.window.padding == pytest.approx((114 / 255,) * 3)


STAGES: dict[str, tuple[Callable[[Array], Any], str]] = {
    "grayscale": (
        lambda x: x.astype(np.float32) @ GRAY,
        "grayscale (0.299 R",
    ),
    "grayscale, rounded": (
        lambda x: np.rint(x @ GRAY).astype(np.uint8),
        "grayscale (0.299 R",
    ),
    "halves": (lambda x: x.astype(np.float32) / 127.5 - 1, "x/127.5, minus 1"),
    "mirrored": (lambda x: x[:, ::-1], "columns mirrored"),
    "upside down": (lambda x: x[::-1], "rows upside down"),
    "a crop": (lambda x: x[10:50, 7:70], "crop of 40x63 from row 10, column 7"),
    "transposed to NCHW": (lambda x: x.transpose(2, 0, 1)[None], "HWC to NCHW"),
    "channels first": (lambda x: x[..., [1, 2, 0]], "channels 1, 2, 0"),
}


@pytest.mark.parametrize("name", STAGES)
def test_one_stage_alone(name: str) -> None:
    function, words = STAGES[name]
    assert words in str(stages(function, input_size=SIZE))


REFUSED: dict[str, tuple[Callable[[Array], Any], str]] = {
    "a gamma curve": (lambda x: (x / 255.0) ** 2.2, "what it does to values is no affine step"),
    "a dict": (lambda x: {"image": x}, "it returned dict"),
    "a constant": (lambda x: np.zeros((8, 8, 3)), "the same of a dark and of a bright image"),
    "its own exception": (lambda x: [][1], "IndexError: list index out of range"),
    "rows and columns swapped": (
        lambda x: x.transpose(1, 0, 2),
        "its result has the axes WHC",
    ),
    "rounded after the affine step": (
        lambda x: (x * 0.5).astype(np.uint8),
        "rounded after an affine step",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_apart_is_told_why(name: str) -> None:
    function, words = REFUSED[name]
    with pytest.raises(Unread, match=words.replace("(", r"\(")):
        stages(function, input_size=SIZE)


# ---------------------------------------------------------------------------- the deadline


def resize(x: Array, size: tuple[int, int]) -> Array:
    return np.asarray(LINEAR.apply(x, size, axes=(0, 1)))


def of_one_size(x: Array) -> Array:
    return np.asarray(LINEAR.apply(x, (24, 24), axes=(0, 1)) / 255)


def squared(x: Array, size: tuple[int, int]) -> Array:
    return resize(x, size) ** 2


TICK = 0.01
STOPS = [0.0, 0.05, 0.5, 2.0]


@pytest.mark.parametrize(
    "seconds",
    [*STOPS, *(pytest.param(0.25 * n, marks=pytest.mark.sweep) for n in range(1, 40))],
)
@pytest.mark.parametrize("fn", [resize, of_one_size, squared])
def test_wherever_the_time_is_over_nothing_wrong_is_said(
    monkeypatch: pytest.MonkeyPatch, fn: Callable[..., Array], seconds: float
) -> None:
    ticks = itertools.count()
    clock = SimpleNamespace(process_time=lambda: next(ticks) * TICK)
    monkeypatch.setattr(deadline, "time", clock)
    answer = halfpixel.identify(fn, seconds=seconds)
    assert isinstance(answer, Identification)
    if answer.named:
        assert answer.convention == LINEAR
    elif answer.diagnosis.undecided:
        assert str(answer).startswith("undecided: there was not enough time")
        assert answer.json()["undecided"]
        assert f"stopped after {seconds:g} seconds of the processor at " in str(answer)
    else:
        assert fn is squared
    assert answer.named or answer.json()["convention"] is None


def test_what_was_found_before_the_time_was_over_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    clock = SimpleNamespace(process_time=lambda: next(ticks) * TICK)
    monkeypatch.setattr(deadline, "time", clock)
    answer = halfpixel.identify(of_one_size, seconds=1.2)
    assert "resize to 24x24" in str(answer)
    assert "x/255" in str(answer)
