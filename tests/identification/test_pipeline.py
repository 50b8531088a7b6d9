"""Preprocessing functions made at random are named right, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import halfpixel
from halfpixel import Resize
from halfpixel.identification import Identification, Unidentifiable
from halfpixel.identification.coverage import KINDS
from halfpixel.identification.preprocessing import Window
from halfpixel.numerics.equivalence import REGIMES
from halfpixel.numerics.error_model import UNIT_ROUNDOFF
from halfpixel.numerics.weights import matrix
from halfpixel.operators.axis import Axis
from tests.thinning import SECONDS

pytestmark = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
Size = tuple[int, int]

CONVENTIONS = (
    Resize(mode="linear"),
    Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
    Resize(mode="linear", antialias=True, exclude_outside=True),
    Resize(mode="cubic"),
    Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
    Resize(mode="cubic", coordinate_transformation_mode="align_corners"),
    Resize(mode="lanczos", antialias=True, exclude_outside=True),
    Resize(mode="lanczos", lanczos_radius=4),
    Resize(mode="area"),
    Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
    Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
)


@dataclass(frozen=True)
class Truth:
    """What a function was made of.

    Attributes:
        shrinks, grows: the conventions of an axis that shrinks, and of one that grows.
        size: how the resized size follows: a size, a shorter edge, that and how long the longer may be (with
            a word beside them, not to be taken for a size), or a factor.
        crop: the size of a crop in the middle after the resize; None for none.
        source: the first row and column that are left by a crop before it.
        around: rows and columns of zeros around the image before the resize.
        pad: (above, below, left, right) and the value before the affine step; None for none.
        divisor, mean, std: of the affine step.
        order: of the channels; a matrix of one row for gray.
        output: the letters of the result.
        rounds: whether values are rounded to uint8 after the resize.
        flips: of rows and columns.
    """

    shrinks: Resize
    grows: Resize
    size: Size | int | float | tuple[int, int, str]
    crop: Size | None = None
    source: Size = (0, 0)
    around: int = 0
    pad: tuple[tuple[int, int, int, int], float] | None = None
    divisor: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    order: tuple[int, ...] | str = (0, 1, 2)
    output: str = "HWC"
    rounds: bool = False
    flips: tuple[bool, bool] = (False, False)

    def resized(self, n_in: Size) -> Size:
        """The size that an image of a size is resized to."""
        if isinstance(self.size, tuple) and len(self.size) == 3:
            short, long, _ = self.size
            least, most = min(n_in), max(n_in)
            beside = int(short * most / least)
            if beside > long:
                edge, given, beside = long, most, int(long * least / most)
            else:
                edge, given = short, least
            h, w = (edge if n == given else max(1, beside) for n in n_in)
            return h, w
        if isinstance(self.size, tuple):
            return self.size
        if isinstance(self.size, float):
            return max(1, int(n_in[0] * self.size)), max(1, int(n_in[1] * self.size))
        short = min(n_in)
        h, w = (self.size if n == short else int(self.size * n / short) for n in n_in)
        return h, w

    def __call__(self, x: Array) -> Array:
        """HWC of uint8 or float32 in."""
        if x.ndim != 3 or x.shape[2] != 3:
            raise ValueError("an image has three channels, and they come last")
        y = x[self.source[0] :, self.source[1] :].astype(np.float64)
        y = np.pad(y, ((self.around,) * 2, (self.around,) * 2, (0, 0)))
        size = self.resized((y.shape[0], y.shape[1]))
        h, w = (
            matrix(self.grows if m > n else self.shrinks, Axis(n, m))
            for n, m in zip(y.shape, size, strict=False)
        )
        y = np.tensordot(h, y, (1, 0))
        y = np.moveaxis(np.tensordot(w, y, (1, 1)), 0, 1)
        if self.rounds and x.dtype == np.uint8:
            y = np.floor(y + 0.5).clip(0, 255)
        if self.crop is not None:
            top, left = ((n - c) // 2 for n, c in zip(size, self.crop, strict=True))
            if min(top, left) < 0:
                raise ValueError("the crop is larger than the image")
            y = y[top : top + self.crop[0], left : left + self.crop[1]]
        y = y[:: -1 if self.flips[0] else 1, :: -1 if self.flips[1] else 1]
        y = y[..., self.order] if isinstance(self.order, tuple) else y @ np.full((3, 1), 1 / 3)
        if self.pad is not None:
            (above, below, left, right), value = self.pad
            y = np.pad(y, ((above, below), (left, right), (0, 0)), constant_values=value)
        mean, std = (np.array(one, np.float32) for one in (self.mean, self.std))
        z: Array = y.astype(np.float32)
        z = (z / np.float32(self.divisor) - mean) / std
        batch: Array = z[None].transpose(0, *("NHWC".index(letter) for letter in self.output[-3:]))
        return batch if len(self.output) == 4 else batch[0]


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """A preprocessing function that somebody may have written."""
    shrinks = draw(st.sampled_from(CONVENTIONS))
    grows = draw(st.sampled_from((shrinks, shrinks, shrinks, CONVENTIONS[0])))
    size: Any = draw(
        st.one_of(
            st.tuples(st.integers(24, 60), st.integers(24, 60)),
            st.integers(24, 48),
            st.tuples(st.integers(24, 40), st.integers(44, 70), st.just("edges")),
            st.sampled_from((0.5, 2.0, 0.25)),
        )
    )
    fixed = isinstance(size, tuple)
    smallest = size if isinstance(size, int) else 24
    crop = draw(
        st.one_of(
            st.none(),
            st.tuples(st.integers(12, smallest), st.integers(12, smallest)),
        )
    )
    gray = draw(st.sampled_from((False, False, False, True)))
    order: tuple[int, ...] | str = "gray" if gray else draw(st.permutations((0, 1, 2)).map(tuple))
    mean, std = draw(
        st.sampled_from(
            (
                ((0.0,), (1.0,)),
                ((0.5,), (0.5,)),
                ((0.5,), (0.25,)) if gray else ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            )
        )
    )
    padded = st.tuples(*[st.integers(0, 9)] * 4)
    return Truth(
        shrinks=shrinks,
        grows=grows,
        size=size if not isinstance(size, float) or crop is None else (40, 50),
        crop=crop,
        source=draw(st.sampled_from(((0, 0), (0, 0), (5, 3)))) if fixed else (0, 0),
        around=draw(st.sampled_from((0, 0, 0, 0, 4))),
        pad=draw(st.one_of(st.none(), st.tuples(padded, st.sampled_from((0.0, 114.0))))),
        divisor=draw(st.sampled_from((1.0, 255.0))),
        mean=mean,
        std=std,
        order=order,
        output=draw(st.sampled_from(("HWC", "CHW", "NCHW", "NHWC"))),
        rounds=draw(st.booleans()),
        flips=(False, draw(st.booleans())),
    )


# ---------------------------------------------------------------------------- the claims


def claims_that_fail(answer: Identification, truth: Callable[[Array], Array]) -> list[str]:
    """What an answer says of a function that is not so on fresh images; empty if all of it is."""
    found = answer.pipeline
    assert found is not None
    random = np.random.default_rng(7)
    measured = {window.n_in: [window] for window in found.windows}
    fresh = [(int(h), int(w)) for h, w in random.integers(16, 130, (FRESH, 2))]
    ruled = {n_in: found.windows_at(n_in) for n_in in fresh if n_in not in measured}
    wrong: list[str] = []
    for n_in, windows in (measured | ruled).items():
        gray = (
            found.stages.rounded and found.stages.order.order is None
        )  # nothing is said of others
        x = random.integers(0, 256, (*n_in, 1 if gray else 3)).repeat(3 if gray else 1, axis=2)
        x = x.astype(found.stages.entry.dtype)
        if found.stages.entry.dtype == "float32":
            x = (x / 255).astype(np.float32)
        said = [
            one for one in (predicted(answer, x, window) for window in windows) if one is not None
        ]
        try:
            y = truth(x)
        except ValueError:
            continue
        if not said or not seen(answer, windows[0]):
            continue
        most = allowed(answer)
        off = [
            float(np.max(abs(one - y))) if one.shape == y.shape else np.inf for one in said
        ]  # where several rules fit, one of them holds
        HELD["measured" if n_in in measured else "fresh"] += 1
        if min(off) > most:
            wrong.append(f"{n_in}: shape {y.shape}, {said[0].shape} is said; off by {min(off):.3g}")
    return wrong


FRESH = 8  # sizes of the image that were not used to find what is said
HELD: Counter[str] = Counter()


def seen(answer: Identification, window: Window) -> bool:
    """Whether an answer speaks of a window's resize: no more than what was looked at is claimed."""
    looked = answer.looked_at
    assert looked is not None
    first, second = (
        (one.source[1] - one.source[0], one.resized) for one in (window.rows, window.columns)
    )
    inside = all(REGIMES[looked.scope](*pair) for pair in (first, second))
    return looked.everything or (inside and any(KINDS[k](first, second) for k in looked.kinds))


def allowed(answer: Identification) -> float:
    """How far a function and what is said of it may be apart: the function resizes in float64, and rounds to
    float32 first the resized values, then those of the affine step, which may be measured (``slack``), and
    the weights of gray, three of them, each of the difference of two results. A half may be rounded either
    way, where several roundings fit: a level."""
    assert answer.pipeline is not None
    stages = answer.pipeline.stages
    u, largest = UNIT_ROUNDOFF["float32"], OVERSHOOT * stages.entry.brightest
    mixed = 0 if stages.order.order is not None else 3 * 2
    off = stages.affine.slack(largest) + (1 + mixed) * u * largest + stages.rounded
    return off * max(abs(scale) for scale in stages.affine.scale)


# the largest value beside the image's: of both axes the largest sum of a row's weights, without their signs
OVERSHOOT = max(
    float(abs(matrix(one, Axis(64, n))).sum(axis=1).max()) ** 2
    for one in CONVENTIONS
    for n in (23, 150)
)


def predicted(answer: Identification, x: Array, window: Window) -> Array | None:
    """What an answer says that comes of an image through a window; None where it says nothing of its size."""
    found = answer.pipeline
    assert found is not None
    stages = found.stages
    image = x.astype(np.float64).transpose(2, 0, 1)[None]
    source = stages.order.applied(window.source(image))
    y = source
    if not window.unchanged:
        both = sides(answer, (source.shape[2], source.shape[3]), window.resized)
        if both is None:
            return None
        y = both[0] @ source @ both[1].T
    if stages.rounded:
        y = np.floor(y + 0.5).clip(0, 255)
    y = y[:, :, window.rows.shown, window.columns.shown]
    turned = [axis + 2 for axis, one in enumerate(window.axes) if one.flipped]
    y = np.flip(y, tuple(turned))[0]
    scale, offset = (
        np.array(v)[:, None, None] for v in (stages.affine.scale, stages.affine.offset)
    )
    y = y * scale + offset
    rows, columns = window.axes
    whole = np.zeros((y.shape[0], rows.n_out, columns.n_out))
    if window.padding is not None:
        whole += np.array(window.padding)[:, None, None]
    whole[:, slice(*rows.content), slice(*columns.content)] = y
    letters = stages.layouts.output
    return (
        whole[None].transpose(*("NCHW".index(letter) for letter in letters))
        if "N" in letters
        else whole.transpose(*("CHW".index(letter) for letter in letters))
    )


def sides(answer: Identification, n_in: Size, n_out: Size) -> tuple[Array, Array] | None:
    """The matrices of the convention that an answer names for these sizes."""
    pairs = list(zip(n_in, n_out, strict=True))

    def of(pair: tuple[int, int], both: Sequence[tuple[int, int]]) -> Resize | None:
        for part in answer.parts:
            inside = part.regime not in REGIMES or all(REGIMES[part.regime](*one) for one in both)
            if part.candidate is not None and inside:
                return part.candidate.convention
        return None

    whole = of(pairs[0], pairs)
    chosen = [whole or of(pair, [pair]) for pair in pairs]
    if any(one is None for one in chosen):
        return None
    h, w = (matrix(one, Axis(*pair)) for one, pair in zip(chosen, pairs, strict=True) if one)
    return h, w


def check(truth: Truth) -> str:
    """Hold every claim of the answer to the function; ``named``, ``none`` or ``refused``."""
    try:
        answer = halfpixel.identify(truth, seconds=SECONDS)
    except Unidentifiable:
        return "refused"
    assert isinstance(answer, Identification)
    if not answer.named:
        return "none"
    if answer.pipeline is None:  # nothing but a resize
        return "named"
    found = answer.pipeline
    assert claims_that_fail(answer, truth) == [], f"{truth}\n{answer}"
    if isinstance(truth.order, tuple):
        assert found.stages.order.order == truth.order, answer
    assert found.stages.layouts.output == truth.output, answer
    if not truth.rounds and answer.convention is not None and truth.shrinks != truth.grows:
        kinds = answer.looked_at.kinds if answer.looked_at else ()
        assert not {"enlarging", "shrinking"} <= set(kinds), f"{truth}\n{answer}"
    for same in answer.same_as:
        assert answer.looked_at is not None
        if same.where == "at every size":
            assert answer.looked_at.everything, f"{truth}\n{answer}"
    return "named"


TALLY: dict[str, int] = {}


def counted(truth: Truth) -> None:
    result = check(truth)
    TALLY[result] = TALLY.get(result, 0) + 1


def test_a_wrong_claim_is_found() -> None:
    truth = Truth(
        CONVENTIONS[0], CONVENTIONS[0], (40, 50), crop=(24, 24), divisor=255.0, output="CHW"
    )
    answer = halfpixel.identify(truth, seconds=SECONDS)
    assert isinstance(answer, Identification)
    assert answer.named
    assert claims_that_fail(answer, truth) == []
    for other in (
        replace(truth, shrinks=CONVENTIONS[3]),
        replace(truth, grows=CONVENTIONS[4]),
        replace(truth, crop=(24, 25)),
        replace(truth, divisor=254.0),
        replace(truth, order=(2, 1, 0)),
        replace(truth, output="HWC"),
        replace(truth, flips=(True, False)),
        replace(truth, pad=((1, 0, 0, 0), 0.0)),
        replace(truth, size=40),  # found at its own sizes alone
    ):
        assert claims_that_fail(answer, other) != [], other


QUICK = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONG = settings(QUICK, max_examples=200)


@seed(20)
@QUICK
@given(truths())
def test_a_function_made_at_random_is_never_named_wrongly(truth: Truth) -> None:
    counted(truth)


@pytest.mark.sweep
@seed(21)
@LONG
@given(truths())
def test_functions_made_at_random_are_never_named_wrongly(truth: Truth) -> None:
    counted(truth)
