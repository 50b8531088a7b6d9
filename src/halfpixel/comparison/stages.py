"""The stages of two preprocessing functions, side by side, and the first at which they part.

From the last to the first each stage is undone: layout, dtype, scale, channel order, padding. What is left is
the resized image in levels of 255. If those are equal, the functions part later; if not, the windows say
whether they show another part of the image, and what remains is the resize itself.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from .. import documents
from ..identification.preprocessing import affine_step
from .function import Float
from .observation import Look, Measured, explained
from .value_range import Tone, same_scale
from .window import Window, whole_levels

# in the order in which a preprocessing function has them
NAMES = ("window", "resize", "rounding", "padding", "channel order", "scale", "dtype", "layout")
_WHAT = {
    "window": "which part of the image is shown",
    "resize": "how pixels are weighed",
    "rounding": "whether the resized values are rounded to whole levels",
    "padding": "what is added around the image",
    "channel order": "which channel comes first",
    "scale": "what black and white become",
    "dtype": "in what values are returned",
    "layout": "in which order the axes are",
}


@dataclass(frozen=True)
class Stage:
    """One stage of both functions.

    Attributes:
        name: one of :data:`NAMES`.
        same: whether both do the same there, in what was looked at; None if that cannot be told.
        a, b: what they do.
    """

    name: str
    same: bool | None
    a: str
    b: str

    @property
    def what(self) -> str:
        """What the stage is about."""
        return _WHAT[self.name]

    def json(self) -> documents.Stage:
        """For a program."""
        return {"name": self.name, "same": self.same, "a": self.a, "b": self.b}


def first(stages: tuple[Stage, ...]) -> Stage | None:
    """The first stage at which the functions part; None if there is none, or one before it cannot be told."""
    for stage in stages:
        if stage.same is None:
            return None
        if not stage.same:
            return stage
    return None


def stages(look: Look, a: Measured, b: Measured) -> tuple[Stage, ...]:
    """The stages of two functions, as far as one image says; what the resizes follow is left out.

    Args:
        look: the image, and what they returned.
        a, b: the functions in its setting.
    """
    return (*_of_image(look, a, b), *_of_values(look, a, b), *_of_arrays(look, a, b))


def described(stages: tuple[Stage, ...], a: Measured, b: Measured) -> tuple[Stage, ...]:
    """The same stages, with what the resizes follow where both are known to resize: that takes a search."""
    return tuple(
        replace(one, a=_follows(a), b=_follows(b)) if one.name == "resize" and not one.a else one
        for one in stages
    )


def _of_arrays(look: Look, a: Measured, b: Measured) -> list[Stage]:
    given = [side.function.way.layout for side in (a, b) if side.function.way]
    one, other = look.a.layout, look.b.layout
    own = [one, other] == given  # each returns what it takes
    return [
        Stage("dtype", look.a.dtype == look.b.dtype, look.a.dtype, look.b.dtype),
        Stage("layout", one == other or own, f"{given[0]} to {one}", f"{given[1]} to {other}"),
    ]


def _of_values(look: Look, a: Measured, b: Measured) -> list[Stage]:
    """Channel order and scale."""
    one, other = a.tone, b.tone
    if one is None or other is None or not (one.affine and other.affine):
        words = [
            "raises on images of one colour" if t is None else t.problem or t.range
            for t in (one, other)
        ]
        return [
            Stage("channel order", None, *("not told",) * 2),
            Stage("scale", None, words[0], words[1]),
        ]
    same_order = one.channels == other.channels
    if one.order is None or other.order is None:
        apart = abs(one.gain / one.span[:, None] - other.gain / other.span[:, None])
        error = one.mixing_error(a.setting.dtype) + other.mixing_error(b.setting.dtype)
        same_order = same_order and bool((apart <= error[:, None]).all())
    if sorted(one.channels) == sorted(other.channels) and one.order and other.order:
        turned = [np.argsort(t.order) for t in (one, other)]  # type: ignore[arg-type]
        same = same_scale(one.reordered(turned[0]), other.reordered(turned[1]))
    else:
        same = same_scale(one, other)
    return [
        Stage("channel order", same_order, one.channels, other.channels),
        Stage("scale", same, _scale(one, a), _scale(other, b)),
    ]


def _scale(tone: Tone, side: Measured) -> str:
    """An affine step in the round numbers that it is within rounding of, and what it makes."""
    one = 255.0 if side.setting.dtype == "uint8" else side.setting.white
    error = tone.rounding * abs(tone.span) / 255 + (0.5 if tone.integer else 0.0)
    words = affine_step(tone.span / one, tone.offset, error, one).words
    return f"{words} (black to white: {tone.range})"


# ---------------------------------------------------------------------------- the image itself


def _of_image(look: Look, a: Measured, b: Measured) -> list[Stage]:
    """Window, resize, rounding and padding."""
    one, other = a.levels(look.a.image), b.levels(look.b.image)
    if one is None or other is None or one.shape[2] != other.shape[2]:
        return _untold(look)
    if a.window is None or b.window is None:
        if one.shape == other.shape and (abs(one - other) <= explained(a, b)).all():
            return [Stage(name, True, "the same", "the same") for name in NAMES[:4]]
        return _untold(look)
    inner = _inner(one, a.window), _inner(other, b.window)
    window, resize, rounding = _parted(inner, a, b)
    rounded = [_rounded(values, side) for values, side in zip(inner, (a, b), strict=True)]
    return [
        Stage("window", window, _shown(a.window), _shown(b.window)),
        Stage("resize", resize, "", ""),
        Stage("rounding", rounding, rounded[0], rounded[1]),
        _padding(look, a, b, one, other),
    ]


def _rounded(levels: Float, side: Measured) -> str:
    assert side.tone is not None
    if not whole_levels(levels, side.tone):
        return "not rounded"
    return "whole levels, as its dtype has it" if side.tone.integer else "whole levels"


Same = bool | None


def _parted(inner: tuple[Float, Float], a: Measured, b: Measured) -> tuple[Same, Same, Same]:
    """Whether the windows, the resizes and the roundings are the same: True, False, or None for not told.

    Args:
        inner: what is not padding, in levels, in the order of the input's channels.
        a, b: the functions.
    """
    one, other = inner
    assert a.tone is not None
    assert b.tone is not None
    if a.tone.integer != b.tone.integer:  # integers end at black and white
        one, other = (np.clip(values, 0, 255) for values in inner)
    if one.shape == other.shape:
        off = abs(one - other)
        if (off <= explained(a, b)).all():
            return True, True, True
        if _moved(one, other, a, b):
            return False, True, True
        # rounding moves a value by half a level, and an arithmetic of whole numbers by one
        rounded = whole_levels(one, a.tone), whole_levels(other, b.tone)
        clipped = abs(np.clip(one, 0, 255) - np.clip(other, 0, 255))
        if clipped.max() <= 1 + float(explained(a, b)) and any(rounded):
            return (
                (True, True, False)
                if not all(rounded) or _one_convention(a, b)
                else (True, None, None)
            )
    window = _same_window(a, b)
    return window, False if window else None, None


def _one_convention(a: Measured, b: Measured) -> bool:
    """Whether both follow one convention by one path, as far as whole levels tell."""
    one, other = a.following, b.following
    if one is None or other is None:
        return False
    one_ways, other_ways = (
        {(paths, c.convention) for paths, fitting in side.ways for c in fitting}
        for side in (one, other)
    )
    return bool(one_ways & other_ways)


def _untold(look: Look) -> list[Stage]:
    sizes = [f"{h}×{w}" for h, w in (look.a.size, look.b.size)]
    stages = [Stage(name, None, "not told", "not told") for name in NAMES[:4]]
    stages[0] = Stage("window", None, *sizes)
    return stages


def _inner(levels: Float, window: Window) -> Float:
    rows, columns = window.axes
    return levels[rows.first : rows.last, columns.first : columns.last]


def _shown(window: Window) -> str:
    """The part of the image that is shown, and in how many pixels."""
    parts = []
    for name, axis, precision in zip(
        ("rows", "columns"), window.axes, window.precision, strict=True
    ):
        digits = 0 if abs(axis.start - round(axis.start)) <= precision and abs(
            axis.stop - round(axis.stop)
        ) <= precision else 1  # fmt: skip
        parts.append(f"{name} {axis.start:.{digits}f}..{axis.stop:.{digits}f} in {axis.count}")
    return ", ".join(parts).replace("-0..", "0..")


def _follows(side: Measured) -> str:
    return str(side.following) if side.following is not None else "no convention that is known"


def _same_window(a: Measured, b: Measured) -> Same:
    """Whether two outputs that differ show the same part of the image; None if that cannot be told."""
    assert a.window is not None
    assert b.window is not None
    axes = [*zip(a.window.axes, b.window.axes, a.window.precision, b.window.precision, strict=True)]
    apart = [
        max(abs(one.start - other.start), abs(one.stop - other.stop)) for one, other, _, _ in axes
    ]
    # of a coarser window a crop by a pixel would not be seen
    if all(off <= 2 * (p + q) <= 0.5 for off, (_, _, p, q) in zip(apart, axes, strict=True)):
        return True
    following, other_following = a.following, b.following
    counts = [(one.count, other.count) for one, other, _, _ in axes]
    if following is not None and other_following is not None and all(n == m for n, m in counts):
        if {paths for paths, _ in following.ways} & {paths for paths, _ in other_following.ways}:
            return True
        # a coarse window leaves paths open that were not tried
        return False if all(2 * near <= 0.5 for *_, p, q in axes for near in (p, q)) else None
    # the grids of one part begin and end less than this from each other
    grids = [max(abs(one.step - 1), abs(other.step - 1)) + 2 * (p + q) for one, other, p, q in axes]
    if any(off > grid for off, grid in zip(apart, grids, strict=True)):
        return False
    if all(_whole_part(side) for side in (a, b)):  # all of the image, or a crop before the resize
        return all(
            (round(one.start), round(one.stop)) == (round(other.start), round(other.stop))
            for one, other, _, _ in axes
        )
    return None


def _whole_part(side: Measured) -> bool:
    """Whether a window begins and ends at edges of pixels in the image, and that precisely."""
    assert side.window is not None
    return all(
        abs(edge - round(edge)) <= 2 * near <= 0.25 and -2 * near <= edge <= n + 2 * near
        for axis, near, n in zip(
            side.window.axes, side.window.precision, side.setting.size, strict=True
        )
        for edge in (axis.start, axis.stop)
    )


_NEAR = (0, -1, 1)


def _moved(one: Float, other: Float, a: Measured, b: Measured) -> bool:
    """Whether the second is the first, moved by whole output pixels, with both inside the image: a crop
    after the resize."""
    assert a.window is not None
    assert b.window is not None
    guesses = []
    for axis, n in enumerate(a.setting.size):
        first, second = a.window.axes[axis], b.window.axes[axis]
        near = 2 * (a.window.precision[axis] + b.window.precision[axis])
        ends = (first.start, second.start, n - first.stop, n - second.stop)
        if first.step <= 0 or abs(first.step - second.step) * first.count > near + first.step:
            return False
        if min(ends) < -near:
            return False  # a grid that reaches past the image is no crop
        guesses.append(round((second.start - first.start) / first.step))
    (h, w), (down, right) = one.shape[:2], guesses
    for i, j in itertools.product(_NEAR, _NEAR):
        y, x = down + i, right + j
        if (y, x) == (0, 0) or abs(y) > h // 2 or abs(x) > w // 2:
            continue
        overlap = one[max(0, y) : h + min(0, y), max(0, x) : w + min(0, x)]
        other_overlap = other[max(0, -y) : h + min(0, -y), max(0, -x) : w + min(0, -x)]
        if (abs(overlap - other_overlap) <= explained(a, b)).all():
            return True
    return False


def _padding(look: Look, a: Measured, b: Measured, one: Float, other: Float) -> Stage:
    assert a.window is not None
    assert b.window is not None
    assert a.tone is not None
    assert b.tone is not None
    words, pads = [], []
    for side, image in ((a, look.a.image), (b, look.b.image)):
        assert side.window is not None
        assert side.tone is not None
        outside = ~side.tone.inside
        extents = [axis.padding for axis in side.window.axes]
        pads.append(extents)
        if not outside.any():
            words.append("none")
            continue
        values = sorted({f"{value:.4g}" for value in np.unique(image[outside])[:4]})
        (top, bottom), (left, right) = extents
        words.append(f"{top}+{bottom} rows, {left}+{right} columns of {', '.join(values)}")
    same = pads[0] == pads[1]
    if same and one.shape == other.shape:
        outside = ~a.tone.inside
        off = abs(one - other)[outside]
        same = not off.size or bool((off <= explained(a, b)).all())
    return Stage("padding", same, words[0], words[1])
