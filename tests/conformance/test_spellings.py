"""Other ways to write a call, and dtypes beyond its table: each is run, and what reads one wrongly fails."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize
from halfpixel.conformance import shape_trials, verdicts
from halfpixel.conformance.trials import Trial
from halfpixel.frameworks import FRAMEWORKS, Release
from halfpixel.frameworks.beyond import BEYOND
from halfpixel.frameworks.spellings import SPELLINGS, in_buffer
from halfpixel.numerics.weights import matrix
from halfpixel.operators.axis import Axis

Array = NDArray[Any]
LATEST = "99"


def latest(framework: str) -> str:
    return LATEST


@pytest.fixture(scope="module")
def spelled() -> list[Trial]:
    return list(shape_trials.spelled_trials(latest))


@pytest.fixture(scope="module")
def beyond() -> list[Trial]:
    return list(shape_trials.beyond_trials(latest))


def test_every_spelling_of_every_call_is_run(spelled: list[Trial]) -> None:
    ran = {(one.call.framework, one.call.name, one.case_name) for one in spelled}
    for framework, spellings in SPELLINGS.items():
        for spelling in spellings:
            for name in spelling.calls:
                some = [c for f, n, c in ran if (f, n) == (framework, name)]
                said = [case for case in some if case.endswith(f"-{spelling.name}")]
                same = name.endswith(("-SAME", "-same", "-VALID", "-valid"))
                assert said or same, f"{framework} {name} {spelling.name}"


def test_every_dtype_beyond_a_table_is_run(beyond: list[Trial]) -> None:
    ran = {
        (one.call.framework, one.call.name.removesuffix("-gradient"), one.dtype) for one in beyond
    }
    for framework, entries in BEYOND.items():
        names = [call.name for call in FRAMEWORKS[framework].calls]
        for entry in entries:
            for pattern in entry.calls:
                if "*" not in pattern:
                    assert pattern in names
                    assert {(framework, pattern, d) for d in entry.dtypes} <= ran, pattern


def test_they_are_run_where_they_have_been_tried_alone() -> None:
    old = {
        "torch": "1.13",
        "tensorflow": "2.12",
        "opencv": "4.10",
        "keras_torch": "3.3",
        "pillow": "9",
    }
    for trials in (shape_trials.spelled_trials, shape_trials.beyond_trials):
        assert not list(trials(lambda name: old.get(name)))
        assert {
            one.call.framework for one in trials(lambda n: LATEST if n == "torch" else None)
        } == {"torch"}


# ---------------------------------------------------------------------------- a framework that reads wrongly


def linear(x: Array, size: tuple[int, int]) -> Array:
    """cv2.resize of floats; ``size`` is (width, height)."""
    planes = x if x.ndim == 3 else x[..., None]
    half = Resize(mode="linear")
    rows, columns = (
        matrix(half, Axis(n_in, n_out))
        for n_in, n_out in zip(planes.shape[:2], size[::-1], strict=True)
    )
    found = np.einsum("ij,jkc,lk->ilc", rows, planes.astype(np.float64), columns).astype(x.dtype)
    return np.asarray(found[..., 0] if x.shape[2:] in ((), (1,)) else found)


def right(x: Array, size: Any, dst: Array | None = None, **flags: Any) -> Array:
    width, height = map(int, size)
    found = linear(x, (width, height))
    if dst is None:
        return found
    dst[...] = found
    return dst


def swapping_lists(x: Array, size: Any, **flags: Any) -> Array:
    return right(x, size[::-1] if isinstance(size, list) else size, **flags)


def rounding_numpy(x: Array, size: Any, **flags: Any) -> Array:
    return right(x, [n + 1 if isinstance(n, np.integer) else n for n in size], **flags)


def turning_planes(x: Array, size: Any, **flags: Any) -> Array:
    return right(x[::-1] if x.ndim == 2 else x, size, **flags)


def keeping_the_buffer(x: Array, size: Any, dst: Array | None = None, **flags: Any) -> Array:
    return right(x, size) if dst is None else dst


WRONG: dict[Callable[..., Array], set[str]] = {
    right: set(),
    swapping_lists: {"dsize_list"},
    rounding_numpy: {"dsize_of_numpy"},
    turning_planes: {"plane"},
    keeping_the_buffer: {"dst"},
}


@pytest.mark.parametrize("resize", WRONG, ids=lambda one: one.__name__)
def test_a_spelling_that_is_read_wrongly_fails(
    resize: Callable[..., Array], spelled: list[Trial], monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2 = SimpleNamespace(resize=resize, INTER_LINEAR=1)
    monkeypatch.setattr(verdicts, "load", lambda framework: {"cv2": cv2, "np": np})
    monkeypatch.setattr(verdicts, "installed_release", lambda framework: Release("5.0.0"))
    mine = [t for t in spelled if t.call.name == "resize-INTER_LINEAR" and t.dtype == "float32"]
    kinds = {
        trial.case_name.rpartition("-")[2]: verdicts.judge(
            trial.call, trial.case(), trial.dtype
        ).kind
        for trial in mine
    }
    assert kinds.keys() == {"dsize_list", "dsize_of_numpy", "plane", "dst"}
    assert {name for name, kind in kinds.items() if kind != "conforms"} == WRONG[resize]


def test_a_result_that_is_not_in_the_buffer_is_told() -> None:
    with pytest.raises(ValueError, match="the result is not in dst"):
        in_buffer(lambda x, size, dst: linear(x, size), np.ones((2, 3, 1), np.float32), (4, 5))


# ---------------------------------------------------------------------------- dtypes


def without_sign(expected: Array) -> Array:
    return expected.astype(np.int32)


def with_sign(expected: Array) -> Array:
    return expected.astype(np.uint8).view(np.int8).astype(np.int32)


def unlike_dtype(expected: Array) -> Array:
    return without_sign(expected).astype(np.int64)


def refusing(expected: Array) -> Array:
    raise TypeError("Cannot handle this data type: (1, 1), |i1")


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (without_sign, "conforms"),
        (with_sign, "changed"),
        (unlike_dtype, "changed"),
        (refusing, "changed"),
    ],
)
def test_a_dtype_that_is_taken_otherwise_fails(
    read: Callable[[Array], Array], kind: str, beyond: list[Trial], monkeypatch: pytest.MonkeyPatch
) -> None:
    (trial,) = (
        t
        for t in beyond
        if (t.call.framework, t.call.name, t.dtype) == ("pillow", "resize-NEAREST", "int8")
    )
    case = trial.case()

    def evaluate(
        call: Any, expression: Any, of: Any, inputs: dict[str, Array], names: Any
    ) -> Array:
        return read(case.expected)

    monkeypatch.setattr(verdicts, "load", lambda framework: {})
    monkeypatch.setattr(verdicts, "installed_release", lambda framework: Release("13.0.0"))
    monkeypatch.setattr(type(trial.call), "evaluate", evaluate)
    assert verdicts.judge(trial.call, case, trial.dtype).kind == kind


def test_a_dtype_that_is_to_be_refused_and_is_taken_fails(
    beyond: list[Trial], monkeypatch: pytest.MonkeyPatch
) -> None:
    (trial,) = (
        t
        for t in beyond
        if (t.call.framework, t.call.name, t.dtype) == ("torch", "interpolate-nearest", "int8")
    )
    monkeypatch.setattr(verdicts, "load", lambda framework: {})
    monkeypatch.setattr(verdicts, "installed_release", lambda framework: Release("2.13.0"))
    for words, kind in (
        ("not implemented for 'Char'", "unsupported"),
        ("no such dtype", "changed"),
    ):

        def evaluate(*_: Any, words: str = words) -> Array:
            raise NotImplementedError(words)

        monkeypatch.setattr(type(trial.call), "evaluate", evaluate)
        assert verdicts.judge(trial.call, trial.case(), trial.dtype).kind == kind
    case = trial.case()
    monkeypatch.setattr(type(trial.call), "evaluate", lambda *_: case.expected.astype(np.int8))
    assert verdicts.judge(trial.call, case, trial.dtype).kind == "changed"
