"""Which part of the image an output shows: the rows and columns that it samples, and its padding.

A ramp along an axis, resized, is the ramp at the coordinates that were sampled. Of every output pixel that is
not padding this says where it looked, to a small part of a pixel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import AnyArray
from ..identification.adapter import Size
from ..identification.candidates import loosest
from ..identification.ramps import sampled
from .function import Float, Output
from .images import as_dtype
from .value_range import Tone


@dataclass(frozen=True)
class Visible:
    """The part of one axis that is shown.

    Attributes:
        first, last: the output pixels that are not padding, ``first`` included, ``last`` not.
        n_out: of the output, with its padding.
        start, stop: the edges of what they show, in input pixels from the image's edge.
    """

    first: int
    last: int
    n_out: int
    start: float
    stop: float

    @property
    def count(self) -> int:
        """Output pixels that are not padding."""
        return self.last - self.first

    @property
    def step(self) -> float:
        """Input pixels from one output pixel to the next."""
        return (self.stop - self.start) / self.count

    @property
    def padding(self) -> tuple[int, int]:
        """Padded pixels before and after."""
        return self.first, self.n_out - self.last


@dataclass(frozen=True)
class Window:
    """The part of an image that an output shows.

    Attributes:
        rows, columns: the two axes.
        precision: how far a coordinate may be off, in input pixels.
    """

    rows: Visible
    columns: Visible
    precision: tuple[float, float]

    @property
    def axes(self) -> tuple[Visible, Visible]:
        """Rows and columns."""
        return self.rows, self.columns


def measured(
    run: Callable[[AnyArray], Output], tone: Tone, size: Size, dtype: str, white: float
) -> Window | None:
    """The window of a function at an input size; None where none can be read off.

    Raises:
        Raised: the function raised.
    """
    box = _box(tone.inside)
    if box is None or not tone.affine:
        return None
    axes: list[Visible] = []
    precision: list[float] = []
    for axis in (0, 1):
        coordinates, rounding = _coordinates(run, tone, box, size, axis, dtype, white)
        near = _near(tone, size[axis], dtype)
        fit = _line(coordinates, rounding, near)
        if fit is None:
            return None
        start, step, off = fit
        first, last = box[axis]
        n_out = tone.inside.shape[axis]
        axes.append(Visible(first, last, n_out, start, start + step * (last - first)))
        precision.append(near + off + rounding)
    return Window(axes[0], axes[1], (precision[0], precision[1]))


# levels of a ramp: the rest is margin, so that no kernel overshoots what integers hold
_LOW, _RISE = 25.0, 200.0
_STEP = 4.0  # levels from a pixel to the next, in 8 bits
_FLOAT = 2.0**-24


def _step(n: int, dtype: str) -> float:
    """Levels from a pixel to the next."""
    return _STEP if dtype == "uint8" else _RISE / n


def _near(tone: Tone, n: int, dtype: str) -> float:
    """How far float32 may move a coordinate, in input pixels: a coordinate up to n; the weights and the sums
    of both axes, of levels up to white; and the scale."""
    coordinate, value = loosest()
    levels = 2 * value * _FLOAT * 255 + float(tone.narrow_rounding.max())
    return coordinate * n * _FLOAT + levels / _step(n, dtype)


def _coordinates(
    run: Callable[[AnyArray], Output],
    tone: Tone,
    box: list[tuple[int, int]],
    size: Size,
    axis: int,
    dtype: str,
    white: float,
) -> tuple[Float, float]:
    """Where the output pixels along an axis sample, in input pixels from the image's edge; and what rounding
    to whole levels can move them.
    """
    n, step = size[axis], _step(size[axis], dtype)
    order = tone.order or ()
    whole = True

    def run_line(values: Float) -> Float:
        """What becomes of an image that changes along the axis alone."""
        nonlocal whole
        image = values.T[:, None] if axis == 0 else values.T[None]
        output = run(as_dtype(np.broadcast_to(image, (*size, 3)), dtype, white))
        part = tone.levels(output.image)[slice(*box[0]), slice(*box[1])]
        lines = np.median(part, axis=1 - axis).T
        whole = whole and whole_levels(lines, tone)
        return np.asarray(lines)

    # each channel shows a piece of its own, where that is the channel that it comes out in
    copies = tuple(map(order.index, range(3))) if sorted(order) == [0, 1, 2] else ()
    coordinates = sampled(run_line, n, 3, copies, low=_LOW, step=step, rise=_RISE)
    return coordinates + 0.5, 0.5 / step if whole else 0.0


def whole_levels(levels: Float, tone: Tone) -> bool:
    """Whether levels are whole numbers, but for what float32 rounds of the scale."""
    return bool((abs(levels - np.rint(levels)) <= tone.narrow_rounding.max()).all())


def _box(inside: AnyArray) -> list[tuple[int, int]] | None:
    """The rows and columns that are not padding; None where they are no rectangle."""
    ends = []
    for axis in (0, 1):
        lines = np.flatnonzero(inside.any(axis=1 - axis))
        if not len(lines):
            return None
        ends.append((int(lines[0]), int(lines[-1]) + 1))
    (top, bottom), (left, right) = ends
    return ends if inside[top:bottom, left:right].all() else None


def _line(coordinates: Float, rounding: float, near: float) -> tuple[float, float, float] | None:
    """Edge of the first pixel, step, and how far it may be off, of coordinates along an axis: a line through
    the middle of them, since a kernel bends a ramp at the image's edges.

    Args:
        coordinates: in input pixels from the image's edge.
        rounding: how far each may be off by the output's rounding to whole levels.
        near: how far float32 may move each.
    """
    count = len(coordinates)
    if count < 4:
        return None
    kept = np.arange(count // 8, count - count // 8)
    step, start = np.polyfit(kept, coordinates[kept], 1)
    residual = coordinates[kept] - (start + step * kept)
    if abs(residual).max() > max(1.0, abs(step)):  # not a line: no resize of one window
        return None
    off = float(3 * residual.std() / np.sqrt(len(kept)) + abs(residual).max() / len(kept))
    # an output of whole pixels says which were read, not where between them it samples; but for a copy
    everywhere = coordinates - (start + step * np.arange(count))
    copied = abs(step - 1) * count <= near and abs(everywhere).max() <= near
    pixels = coordinates - 0.5
    if (abs(pixels - np.rint(pixels)) <= near + rounding).all() and not copied:
        off += abs(step) / 2 + 0.5
    return float(start - step / 2), float(step), off
