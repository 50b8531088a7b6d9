"""Functions built at random: every claim that compare makes of two of them is checked by running them.

A function is a crop, a resize, a crop, a padding, an order of channels, a scale, a dtype and a layout. The
second is the first, or the first with one stage or two changed; so it is known whether they are the same, and
where they part.
"""

from __future__ import annotations

import functools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, compare
from halfpixel.comparison import Comparison, Look, Stage
from halfpixel.comparison.images import as_dtype
from halfpixel.comparison.stages import NAMES

pytestmark = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
Size = tuple[int, int]

CONVENTIONS = {
    "linear": Resize(mode="linear"),
    "antialiased": Resize(mode="linear", antialias=True, exclude_outside=True),
    "cubic": Resize(mode="cubic", cubic_coeff_a=-0.75),
    "corners": Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    "asymmetric": Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
    "nearest": Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
    "floor": Resize(
        mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    ),
    "area": Resize(mode="area"),
}
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
SCALES: dict[str, tuple[Any, Any]] = {  # what is taken away, and by what it is divided
    "kept": (0.0, 1.0),
    "255": (0.0, 255.0),
    "256": (0.0, 256.0),
    "-1..1": (127.5, 127.5),
    "mean and std": (255 * MEAN, 255 * STD),
    "other mean": (255 * (MEAN + 0.01), 255 * STD),
}
LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "HWC": lambda y: y,
    "CHW": lambda y: y.transpose(2, 0, 1),
    "NCHW": lambda y: y.transpose(2, 0, 1)[None],
}
INPUTS: tuple[Size, ...] = ((60, 84), (24, 30), (61, 23))
STAGES = {
    "before": "window",
    "kernel": "resize",
    "resized": "window",
    "after": "window",
    "padding": "padding",
    "value": "padding",
    "order": "channel order",
    "scale": "scale",
    "dtype": "dtype",
    "layout": "layout",
    "whole": "rounding",
}


@dataclass(frozen=True)
class Built:
    """A preprocessing function.

    Attributes:
        before: rows and columns that are cut off in front and behind, before the resize.
        kernel, resized: a key of ``CONVENTIONS``, and the size that it makes.
        whole: the resized values are rounded to whole levels.
        after: first row, first column and size of what is kept of it.
        padding, value: rows above and below, columns left and right of one value.
        order, scale, dtype, layout: of what is returned.
    """

    before: tuple[int, int, int, int]
    kernel: str
    resized: Size
    whole: bool
    after: tuple[int, int, int, int]
    padding: tuple[int, int, int, int]
    value: int
    order: str
    scale: str
    dtype: str
    layout: str

    def __call__(self, x: Array) -> Array:
        top, bottom, left, right = self.before
        h, w = x.shape[:2]
        y = x[top : h - bottom, left : w - right].astype(np.float64)
        rows, columns = (weights(self.kernel, *pair) for pair in zip(y.shape, self.resized))  # noqa: B905
        y = np.tensordot(np.tensordot(rows, y, 1), columns, ((1,), (1,))).transpose(0, 2, 1)
        if self.whole or self.dtype == "uint8":
            y = np.clip(np.rint(y), 0, 255)
        row, column, height, width = self.after
        y = y[row : row + height, column : column + width]
        above, below, before, behind = self.padding
        y = np.pad(y, ((above, below), (before, behind), (0, 0)), constant_values=float(self.value))
        less, divisor = SCALES[self.scale]
        y = (y - less) / divisor
        y = y[..., ::-1] if self.order == "BGR" else y
        return np.ascontiguousarray(LAYOUTS[self.layout](y).astype(self.dtype))


@functools.cache
def weights(kernel: str, n_in: int, n_out: int) -> Array:
    return CONVENTIONS[kernel].weights(n_in, n_out).astype(np.float64)


def drawn(chosen: random.Random) -> Built:
    size = chosen.choice([(28, 36), (34, 26)])
    cut = chosen.choice([(0, 0), (0, 0), (3, 2)])
    after = (2, 3, size[0] - 5, size[1] - 4) if cut == (0, 0) and chosen.random() < 0.5 else None
    dtype = chosen.choice(["float32", "float32", "float64", "uint8"])
    return Built(
        before=(*cut, *cut),
        kernel=chosen.choice(list(CONVENTIONS)),
        resized=size,
        whole=dtype != "uint8" and chosen.random() < 0.2,
        after=after or (0, 0, *size),
        padding=chosen.choice([(0, 0, 0, 0), (0, 0, 0, 0), (2, 3, 0, 4)]),
        value=chosen.choice([0, 114]),
        order=chosen.choice(["RGB", "RGB", "BGR"]),
        scale="kept" if dtype == "uint8" else chosen.choice(list(SCALES)),
        dtype=dtype,
        layout=chosen.choice(list(LAYOUTS)),
    )


def changed(one: Built, stage: str, chosen: random.Random) -> Built | None:
    """The function with one stage changed; None if it has no such stage."""
    row, column, height, width = one.after
    top, bottom, left, right = one.padding

    def other(of: Any, now: str) -> str:
        return str(chosen.choice([key for key in of if key != now]))

    if stage == "before":
        return replace(one, before=(1 + one.before[0], one.before[1], *one.before[2:]))
    if stage == "kernel":
        return replace(one, kernel=other(CONVENTIONS, one.kernel))
    if stage == "resized":
        larger = one.resized[0] + 4, one.resized[1] + 4
        return replace(one, resized=larger, after=(row + 2, column + 2, height, width))
    if stage == "after":
        cropped = (height, width) != one.resized
        down = chosen.choice([-1, 1])
        return replace(one, after=(row + down, column, height, width)) if cropped else None
    if stage == "padding":
        return replace(one, padding=(top + 1, bottom, left, right))
    if stage == "value":
        return replace(one, value=one.value + 20) if any(one.padding) else None
    if stage == "order":
        return replace(one, order=other(["RGB", "BGR"], one.order))
    if stage == "scale":
        return None if one.dtype == "uint8" else replace(one, scale=other(SCALES, one.scale))
    if stage == "dtype":
        return None if one.whole or one.scale != "kept" else replace(
            one, dtype=other(["float32", "float64", "uint8"], one.dtype)
        )  # fmt: skip
    if stage == "whole":
        return None if one.dtype == "uint8" else replace(one, whole=not one.whole)
    return replace(one, layout=other(LAYOUTS, one.layout))


def check(answer: Comparison, a: Built, b: Built, stage: str) -> None:
    """Every claim of an answer, by running both functions anew.

    Args:
        answer: of compare.
        a, b: the functions.
        stage: the first that differs; empty if they are one.
    """
    runs = [(look, look.probe.array) for look in answer.looks]
    results = [(look, a(x.copy()), b(x.copy())) for look, x in runs]
    equal = all(y.dtype == z.dtype and np.array_equal(y, z) for _, y, z in results)
    assert (answer.verdict == "bitwise") == equal, "bitwise, or not"
    assert stage or equal
    if answer.verdict == "rounding":
        for look, y, z in results:
            assert look.difference is not None
            assert apart(a, look.probe, y, z) <= (look.difference.bound or 0.0) + 1e-9, "a bound"
            assert y.dtype == z.dtype
            assert y.shape == z.shape
    for look, y, z in results:
        told = look.difference
        if told is None:
            assert image(a, y).shape != image(b, z).shape, "two shapes"
        else:
            # the scale is measured on outputs in float32, whose offset may be larger than their range
            measured = 2.0**-22 * (1 + np.max(SCALES[a.scale][0]) / look.probe.white)
            assert told.max == pytest.approx(apart(a, look.probe, y, z), rel=measured, abs=1e-6)
    if answer.first is not None:
        assert answer.first.name == stage, "the first stage"
    else:
        assert answer.same or any(one.same is None for one in answer.stages)
    small = answer.smallest
    if small is not None:
        x = as_dtype(small.look.probe.pixels, small.look.probe.dtype, small.look.probe.white)
        y, z = a(x.copy()), b(x.copy())
        assert y.shape != z.shape or not np.array_equal(y, z), "the smallest image"


def image(one: Built, y: Array) -> Array:
    """What a function returned as (H, W, C)."""
    y = y[0] if one.layout == "NCHW" else y
    return np.asarray(y if one.layout == "HWC" else y.transpose(1, 2, 0), np.float64)


def apart(a: Built, probe: Any, y: Array, z: Array) -> float:
    """The largest difference in levels of 255, by the scale of the first."""
    unit = 255 / probe.white if probe.dtype != "uint8" else 1.0
    divisor = np.broadcast_to(SCALES[a.scale][1], 3).astype(np.float64)
    off = abs(image(a, y) - as_first(a, z)) * (divisor[::-1] if a.order == "BGR" else divisor)
    return float(off.max() * unit)


def as_first(a: Built, z: Array) -> Array:
    """An output of whatever layout as (H, W, C)."""
    z = z[0] if z.ndim == 4 else z
    return np.asarray(z if z.shape[-1] == 3 else z.transpose(1, 2, 0), np.float64)


def shows(one: Built, other: Built) -> Callable[[Look], bool]:
    """Whether two functions differ on the image of a look."""

    def differ(look: Look) -> bool:
        y, z = (built(look.probe.array) for built in (one, other))
        return y.dtype != z.dtype or not np.array_equal(y, z)

    return differ


def one_draw(seed: int) -> tuple[str, str]:
    """Draws two functions, compares them, checks the answer.

    Returns:
        The first of the stages in which they differ, none, one or two; and what was told.
    """
    chosen = random.Random(seed)
    a = b = drawn(chosen)
    changes = []
    for name in chosen.sample(list(STAGES), chosen.choice([0, 1, 1, 1, 2])):
        other = changed(b, name, chosen)
        if other is not None and (other.dtype != "uint8" or other.scale == "kept"):
            changes.append((STAGES[name], b, other))
            b = other
    size = chosen.choice(INPUTS)
    dtype = chosen.choice(["uint8", "float32"])
    answer = compare(a, b, input_sizes=[size], dtypes=[dtype])
    # rounding what is whole already, for one, changes nothing
    differing = [name for name, one, other in changes if any(map(shows(one, other), answer.looks))]
    stage = min(differing, key=NAMES.index, default="")
    try:
        check(answer, a, b, stage)
    except AssertionError as error:
        raise AssertionError(
            f"seed {seed}, stages {differing}, {size} {dtype}\n{a}\n{b}\n{answer}"
        ) from error
    return stage, answer.first.name if answer.first else answer.verdict


def test_every_claim_about_functions_built_at_random_is_true() -> None:
    told = Counter(one_draw(seed) for seed in range(5))
    assert sum(n for (stage, said), n in told.items() if stage and said in STAGES.values()) >= 2


# A thousand pairs take four minutes of the processor, a fifth of a second each.
@pytest.mark.sweep
def test_every_claim_about_many_functions_built_at_random_is_true() -> None:
    told = Counter(one_draw(seed) for seed in range(5, 1005))
    parted = sum(n for (stage, said), n in told.items() if stage and said in STAGES.values())
    assert parted >= 0.8 * sum(n for (stage, _), n in told.items() if stage), told


def test_a_wrong_claim_is_caught() -> None:
    chosen = random.Random(3)
    a = replace(
        drawn(chosen),
        before=(0, 0, 0, 0),
        kernel="linear",
        dtype="float32",
        scale="255",
        whole=False,
    )
    b = replace(a, kernel="cubic")
    answer = compare(a, b, input_sizes=[INPUTS[0]], dtypes=["uint8"])
    check(answer, a, b, "resize")
    assert answer.smallest is not None
    worst = answer.looks[0]
    assert worst.difference is not None
    larger = replace(worst, difference=replace(worst.difference, max=2 * worst.difference.max))
    black = replace(worst.probe, pixels=np.zeros((4, 4, 3), np.uint8))
    small = replace(answer.smallest, look=replace(answer.smallest.look, probe=black))
    for wrong in (
        replace(answer, verdict="bitwise"),
        replace(answer, looks=(larger, *answer.looks[1:])),
        replace(answer, stages=(Stage("window", False, "", ""),)),
        replace(answer, smallest=small),
    ):
        with pytest.raises(AssertionError):
            check(wrong, a, b, "resize")
