"""What a preprocessing function is made of: layouts, order of channels, affine step, window; all measured.

Images of one colour say the affine step and what becomes of the channels; ramps say which pixels of the
image, or of the resized image, the result shows. What is left when these are undone is a resize:
:meth:`Stages.core` hands it on, whether or not it has a name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from .adapter import Layout, Size, SizeOrder
from .entry import Axes, Entry, Unread, entry_of, ordered
from .probes import image
from .ramps import sampled

_U = 2.0**-24
REAL_SIZE = (300, 400)  # of an image that is larger than what most functions make of it


# ---------------------------------------------------------------------------- the records


@dataclass(frozen=True)
class Layouts:
    """Layout and dtype of the image and of the result.

    Attributes:
        input, output: letters of N, C, H, W.
        takes: which arrays, a key of :data:`halfpixel.identification.adapter.KINDS`.
        dtype, returns: of the image that was given, and of the result.
    """

    input: str
    output: str
    takes: str
    dtype: str
    returns: str

    @property
    def words(self) -> str:
        layouts = self.input if self.input == self.output else f"{self.input} to {self.output}"
        dtypes = self.dtype if self.dtype == self.returns else f"{self.dtype} to {self.returns}"
        return f"{layouts}, {dtypes}"


_GRAY: Mapping[tuple[float, ...], str] = {
    (0.299, 0.587, 0.114): "grayscale (0.299 R + 0.587 G + 0.114 B, Rec. 601)",
    (0.114, 0.587, 0.299): "grayscale of BGR (0.114 B + 0.587 G + 0.299 R, Rec. 601)",
    (0.2126, 0.7152, 0.0722): "grayscale (0.2126 R + 0.7152 G + 0.0722 B, Rec. 709)",
    (0.2989, 0.587, 0.114): "grayscale (0.2989 R + 0.587 G + 0.114 B)",
    (1 / 3, 1 / 3, 1 / 3): "the mean of the channels",
}


@dataclass(frozen=True)
class ChannelOrder:
    """Which channels of the image an output channel is made of.

    Attributes:
        matrix: (out, in); each row sums to 1.
    """

    matrix: tuple[tuple[float, ...], ...]

    @property
    def order(self) -> tuple[int, ...] | None:
        """The image's channel that each output channel copies; None if channels are mixed."""
        rows = np.asarray(self.matrix)
        if not np.all(np.isin(rows, (0.0, 1.0))):
            return None
        return tuple(int(k) for k in rows.argmax(axis=1))

    @property
    def copies(self) -> tuple[int, ...]:
        """For each channel of the image, one that copies it; empty if one of them comes out nowhere."""
        order = self.order or ()
        n_in = range(len(self.matrix[0]))
        return tuple(map(order.index, n_in)) if {*n_in} <= {*order} else ()

    @property
    def words(self) -> str:
        order, n_in = self.order, len(self.matrix[0])
        if order is None:
            repeated = len(set(self.matrix)) == 1
            known = _GRAY.get(self.matrix[0]) if repeated else None
            times = f", {len(self.matrix)} times" if len(self.matrix) > 1 else ""
            if known:
                return known + times
            rows = "; ".join(" ".join(f"{w:.4g}" for w in row) for row in self.matrix)
            return f"channels mixed ({rows})"
        if order == tuple(range(n_in)):
            return "channels kept"
        if n_in == 3 and order == (2, 1, 0):
            return "channels reversed (RGB to BGR, or back)"
        if n_in == 1 and len(order) > 1:
            return f"one channel, {len(order)} times"
        return "channels " + ", ".join(map(str, order))

    def applied(self, x: Array) -> Array:
        """The channels of an image (1, C, H, W) as they come out."""
        if self.order is not None:
            return x[:, list(self.order)]
        return np.asarray(np.einsum("oc,ncij->noij", np.asarray(self.matrix), x))


@dataclass(frozen=True)
class Affine:
    """What is done to values: ``y = scale · x + offset``, for each output channel.

    Attributes:
        scale, offset: as measured, brought to the round numbers that they are within rounding of, if any.
        divisor, mean, std: the same as ``(x / divisor − mean) / std``.
    """

    scale: tuple[float, ...]
    offset: tuple[float, ...]
    divisor: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def identity(self) -> bool:
        return set(self.scale) == {1.0} and set(self.offset) == {0.0}

    @property
    def words(self) -> str:
        parts = []
        if self.divisor != 1:
            parts.append(f"x/{self.divisor:g}")
        if any(self.mean):
            less = max(self.mean) > 0
            mean = self.mean if less else tuple(-m for m in self.mean)
            parts.append(f"{'minus' if less else 'plus'} {_numbers(mean)}")
        if set(self.std) != {1.0}:
            parts.append(f"divided by {_numbers(self.std)}")
        return ", ".join(parts) or "values kept"

    def undone(self, y: Array) -> Array:
        """The values (…, C, H, W) before this step."""
        scale, offset = (np.asarray(v)[:, None, None] for v in (self.scale, self.offset))
        return np.asarray((y - offset) / scale)

    def slack(self, brightest: float) -> float:
        """How far a value before this step may be off by the step's rounding in float32, and by that of its
        constants: a division, a subtraction, a division, each rounded, and what was measured as often."""
        reach = max(abs(o / s) for o, s in zip(self.offset, self.scale, strict=True))
        return 0.0 if self.identity else 12 * _U * (brightest + reach)


@dataclass(frozen=True)
class AxisWindow:
    """What an axis of the result shows.

    Attributes:
        n_in: pixels of the image.
        source: the first pixel that the resize is given, and the one after the last: a crop before it.
        resized: how many pixels these become.
        first: the first of them that the result shows: a crop after it.
        content: where in the result they begin and end; what lies outside is padding.
        n_out: pixels of the result.
        flipped: the other direction.
    """

    n_in: int
    source: tuple[int, int]
    resized: int
    first: int
    content: tuple[int, int]
    n_out: int
    flipped: bool

    @property
    def shown(self) -> slice:
        """The part of the resized axis that the result shows."""
        return slice(self.first, self.first + self.content[1] - self.content[0])

    @property
    def cropped_before(self) -> bool:
        return self.source != (0, self.n_in)

    @property
    def cropped_after(self) -> bool:
        return (self.shown.start, self.shown.stop) != (0, self.resized)

    @property
    def padded(self) -> bool:
        return self.content != (0, self.n_out)


@dataclass(frozen=True)
class Window:
    """What the result shows of an image of one size.

    Attributes:
        rows, columns: along each axis.
        padding: the value of each output channel outside the image; None if nothing is padded, or it is
            no constant.
    """

    rows: AxisWindow
    columns: AxisWindow
    padding: tuple[float, ...] | None = None

    @property
    def axes(self) -> tuple[AxisWindow, AxisWindow]:
        return self.rows, self.columns

    @property
    def n_in(self) -> Size:
        return self.rows.n_in, self.columns.n_in

    @property
    def resized(self) -> Size:
        return self.rows.resized, self.columns.resized

    @property
    def unchanged(self) -> bool:
        """Whether nothing is resized."""
        return all(one.resized == one.source[1] - one.source[0] for one in self.axes)

    def source(self, x: Array) -> Array:
        """The part of an image (1, C, H, W) that is resized."""
        return x[:, :, slice(*self.rows.source), slice(*self.columns.source)]

    @property
    def words(self) -> list[str]:
        """Its steps at this size, in the order in which they are taken."""
        rows, columns = self.axes
        steps = []
        if rows.cropped_before or columns.cropped_before:
            steps.append(
                f"crop of rows {rows.source[0]}:{rows.source[1]} and columns "
                f"{columns.source[0]}:{columns.source[1]} before the resize"
            )
        if not self.unchanged:
            steps.append(f"resize to {rows.resized}x{columns.resized}")
        if rows.cropped_after or columns.cropped_after:
            h, w = (one.content[1] - one.content[0] for one in self.axes)
            steps.append(f"crop of {h}x{w} from row {rows.first}, column {columns.first}")
        if rows.padded or columns.padded:
            (top, below), (left, right) = (
                (one.content[0], one.n_out - one.content[1]) for one in self.axes
            )
            value = f" with {_numbers(self.padding)}" if self.padding is not None else ""
            steps.append(f"padded{value} by {top} above, {below} below, {left} left, {right} right")
        for one, words in ((rows, "rows upside down"), (columns, "columns mirrored")):
            if one.flipped:
                steps.append(words)
        return steps


@dataclass(frozen=True, eq=False)
class Stages:
    """What a preprocessing function is made of, at one size of its image.

    Attributes:
        entry: the function, and how it is called.
        layouts: of the image and of the result.
        order: of the channels.
        affine: what is done to values.
        rounded: the values before the affine step were whole numbers in every image that was looked at.
        window: what the result shows of an image of ``window.n_in``.
        windows: other windows that the same ramps leave open, the likeliest first.
        notes: what else was seen.
    """

    entry: Entry
    layouts: Layouts
    order: ChannelOrder
    affine: Affine
    rounded: bool
    window: Window
    windows: tuple[Window, ...] = ()
    notes: tuple[str, ...] = ()

    def output(self, x: Array, size: Size = (0, 0)) -> Array:
        """The whole result for an image (1, C, H, W), as (1, C, H, W)."""
        return ordered(self.entry(x, size), self.layouts.output)[None]

    def core(self, x: Array, size: Size = (0, 0)) -> Array:
        """The result without padding, affine step and flips, (1, C, h, w): a part of the resized image, with
        the channels in the result's order. For an image of the window's size."""
        whole = self.output(x, size)
        rows, columns = self.window.axes
        part = whole[:, :, slice(*rows.content), slice(*columns.content)]
        turned = tuple(axis + 2 for axis, one in enumerate(self.window.axes) if one.flipped)
        return self.affine.undone(np.flip(part, turned))

    @property
    def lines(self) -> list[str]:
        """The stages in the order in which they are taken, in words."""
        rounded = ["values rounded to whole numbers"] if self.rounded else []
        return [
            *self.window.words,
            self.order.words,
            *rounded,
            self.affine.words,
            self.layouts.words,
            *self.notes,
        ]

    def __str__(self) -> str:
        return "; ".join(self.lines)


def _numbers(values: Sequence[float]) -> str:
    if len(set(values)) == 1:
        return f"{values[0]:g}"
    return f"({', '.join(f'{value:g}' for value in values)})"


# ---------------------------------------------------------------------------- the measurement


def stages(
    fn: Callable[..., object],
    *,
    input_size: Size | None = None,
    size: Size | None = None,
    dtype: str | None = None,
    layout: Layout | None = None,
    size_order: SizeOrder | None = None,
) -> Stages:
    """What a preprocessing function is made of, at one size of its image.

    Args:
        fn: takes an image of one or three channels, and perhaps a size.
        input_size: (h, w) of the image; by default 300x400.
        size: (h, w) that the function is asked for, if it is asked for one; by default 7/10 of the image.
        dtype: of the image: uint8, float32 or float64; by default uint8, or else float32.
        layout, size_order: where they are known.

    Raises:
        Unread: it makes no image of an image, or does more to its values than an affine step; ``found`` has
            what was found until then.
    """
    n_in = input_size or REAL_SIZE
    n_out = size or (max(1, n_in[0] * 7 // 10), max(1, n_in[1] * 7 // 10))
    entry, axes = entry_of(fn, n_in, n_out, layout=layout, size_order=size_order, dtype=dtype)
    return stages_of(entry, axes, n_in, n_out)


def stages_of(entry: Entry, axes: Axes, n_in: Size, size: Size = (0, 0)) -> Stages:
    """The same for a function of which it is known how it is called."""
    stages = [f"called as {entry.form.text} with x {entry.layout}, {entry.kind}, {entry.dtype}"]
    layouts = Layouts(entry.layout, axes.letters, entry.kind, entry.dtype, entry.returns)
    stages.append(layouts.words)
    try:
        order, affine, whole = _values(entry, axes, n_in, size)
        stages += [order.words, affine.words]
        windows = windows_of(entry, axes, order, affine, n_in, size)
    except Unread as why:
        raise Unread(str(why), stages) from why
    rounded = whole and _whole_numbers(entry, axes, affine, n_in, size)
    notes = ("it writes into the image that it is given",) if entry.changed_input else ()
    return Stages(entry, layouts, order, affine, rounded, windows[0], tuple(windows[1:]), notes)


_LEVELS = (51 / 255, 128 / 255, 200 / 255)


def _values(entry: Entry, axes: Axes, n_in: Size, size: Size) -> tuple[ChannelOrder, Affine, bool]:
    """What becomes of values and of channels, and whether whole numbers may come before the affine step."""

    def middle(x: Array) -> Array:
        """The value of each output channel in the middle of the image."""
        part = axes.image(entry(x, size))
        return np.asarray(part[:, part.shape[1] // 2, part.shape[2] // 2])

    one = entry.brightest
    dark, bright = middle(entry.constant(n_in, 0.0)), middle(entry.constant(n_in, one))
    again = middle(entry.constant(n_in, one))
    if not np.array_equal(bright, again):
        raise Unread("not deterministic: two calls on one image differ")
    scale = (bright - dark) / one
    narrow = _U if entry.returns != "float64" else 2.0**-53
    integers = not entry.returns.startswith("float")
    reach = np.maximum(abs(bright), abs(dark))
    error = 0.5 * integers + 8 * narrow * reach + 64 * _U * abs(bright - dark)
    for level in _LEVELS:
        value = float(entry.rounded(np.array(level * one)))
        got = middle(entry.constant(n_in, value))
        off = abs(got - dark - scale * value)
        if np.any(off > 2 * error + 0.5 * integers):
            raise Unread(
                f"what it does to values is no affine step: 0 becomes {dark[0]:.6g}, {one:g} becomes "
                f"{bright[0]:.6g}, and {value:.6g} becomes {got[0]:.6g}"
            )
    columns = []
    for channel in range(entry.channels):
        colour = [one * (k == channel) for k in range(entry.channels)]
        columns.append((middle(entry.constant(n_in, colour)) - dark) / one)
    matrix = np.stack(columns, axis=1) / scale[:, None]
    levels = matrix * one
    rounds = entry.dtype == "uint8" and np.all(abs(levels - np.rint(levels)) <= 1e-3)
    order = _order(matrix, 2 * error / abs(scale * one) + 0.5 / one * rounds)
    affine = affine_step(scale, dark, error, one)
    if integers and not affine.identity:
        raise Unread(f"its result is rounded after an affine step ({affine.words})")
    return order, affine, entry.dtype == "uint8"


def _order(matrix: Array, error: Array) -> ChannelOrder:
    """The matrix of the channels, brought to whole numbers, or to weights that are known."""
    wide = error[:, None] + 1e-6
    if np.all(abs(matrix - np.rint(matrix)) <= wide):
        matrix = np.rint(matrix)
    else:
        for known in _GRAY:
            if matrix.shape[1] == len(known) and np.all(
                abs(matrix - np.array(known)) <= wide + 3e-4
            ):
                matrix = np.broadcast_to(known, matrix.shape)
                break
    return ChannelOrder(tuple(tuple(float(w) + 0.0 for w in row) for row in matrix))


_DIVISORS = (1.0, 255.0, 127.5, 128.0, 256.0)
_DIGITS = 5


def affine_step(scale: Array, offset: Array, error: Array, one: float) -> Affine:
    """An affine step in the shortest numbers that are within what rounding allows; else as measured.

    Args:
        scale, offset: of each output channel, as measured: ``y = scale · x + offset``.
        error: how far each may have been off at black and at white.
        one: what white is in the image.
    """
    of_scale = error / one + 4 * _U * abs(scale)
    steps = []
    for divisor in _DIVISORS:
        std = _rounded(1 / (divisor * scale))
        mean = _rounded(-offset / (divisor * scale))
        own = 1 / (divisor * std)
        moved = -mean / std + 0.0
        if np.all(abs(own - scale) <= of_scale) and np.all(abs(moved - offset) <= 2 * error):
            steps.append(_made(own, moved, divisor, mean, std))
    return min(steps, key=_length, default=_made(scale, offset, 1.0, -offset / scale, 1 / scale))


def _length(affine: Affine) -> int:
    """How many letters an affine step takes; people divide by 255, if they divide by anything."""
    unusual = affine.divisor != 255 and any(v != 1 for v in (affine.divisor, *affine.std))
    return len(affine.words) + 6 * unusual


def _made(scale: Array, offset: Array, divisor: float, mean: Array, std: Array) -> Affine:
    def numbers(values: Array) -> tuple[float, ...]:
        return tuple(float(v) + 0.0 for v in values)

    return Affine(numbers(scale), numbers(offset), divisor, numbers(mean), numbers(std))


def _rounded(values: Array) -> Array:
    return np.array([float(f"{v:.{_DIGITS}g}") if abs(v) > 1e-7 else 0.0 for v in values])


def _whole_numbers(entry: Entry, axes: Axes, affine: Affine, n_in: Size, size: Size) -> bool:
    """Whether an image in no order is whole numbers before the affine step."""
    x = entry.rounded((image(1, n_in) + 1) / 2 * entry.brightest)
    x = np.broadcast_to(x, (1, entry.channels, *n_in)).copy()
    values = affine.undone(axes.image(entry(x, size)))
    return bool(np.all(abs(values - np.rint(values)) <= 1e-3))


# ---------------------------------------------------------------------------- windows


def windows_of(
    entry: Entry,
    axes: Axes,
    order: ChannelOrder,
    affine: Affine,
    n_in: Size,
    size: Size = (0, 0),
) -> list[Window]:
    """What the result shows of an image of this size: all that the ramps leave open, the likeliest first.

    Raises:
        Unread: a ramp does not come out as one.
    """
    padding = _padding(axes)
    sides = []
    for axis in (0, 1):
        content = axes.content[axis]
        slope, start = _line(entry, axes, order, affine, n_in, size, axis)
        sides.append(
            [
                AxisWindow(
                    n_in[axis],
                    source,
                    resized,
                    first,
                    (content.start, content.stop),
                    axes.n_out[axis],
                    axes.flipped[axis],
                )
                for source, resized, first in _hypotheses(
                    n_in[axis], content.stop - content.start, slope, start
                )
            ]
        )
    if not all(sides):
        raise Unread("the ramps are those of no resize with a crop or a padding")
    pairs = [(i, j) for i in range(len(sides[0])) for j in range(len(sides[1]))]
    return [
        Window(sides[0][i], sides[1][j], padding)
        for i, j in sorted(pairs, key=lambda pair: (sum(pair), pair))
    ]


def _padding(axes: Axes) -> tuple[float, ...] | None:
    if not axes.padded:
        return None
    outside = np.ones(axes.n_out, bool)
    outside[axes.content] = False
    values = axes.dark[:, outside]
    if np.ptp(values, axis=1).max() > 0:
        return None
    return tuple(float(v) for v in values[:, 0])


_PIECE = (
    200.0  # levels that a ramp of 8 bits rises by; the rest is margin, so that no kernel overshoots
)


def _line(
    entry: Entry,
    axes: Axes,
    order: ChannelOrder,
    affine: Affine,
    n_in: Size,
    size: Size,
    axis: int,
) -> tuple[float, float]:
    """Which input pixel the output pixels of the image sample: a slope, and where the first one does."""
    n, whole = n_in[axis], entry.dtype == "uint8"

    def run(values: Array) -> Array:
        """The line in the middle of an image that changes along the axis alone: all are alike."""
        shaped = values[:, :, None] if axis == 0 else values[:, None, :]
        x = np.broadcast_to(entry.rounded(shaped), (1, entry.channels, *n_in))
        image = axes.image(entry(x, size))
        line = np.take(image, image.shape[2 - axis] // 2, axis=2 - axis)
        return affine.undone(line[:, :, None])[:, :, 0]

    where = sampled(
        run,
        n,
        entry.channels,
        order.copies,
        low=25.0 if whole else 0.1 * entry.brightest,
        step=1.0 if whole else 0.8 * entry.brightest / n,
        rise=_PIECE if whole else 0.8 * entry.brightest,
    )
    d = np.arange(len(where))
    if len(where) < 2:
        return float(n), float(where[0]) if len(where) else 0.0
    rough = abs(where[-1] - where[0]) / (len(where) - 1)
    margin = 3 * max(1.0, rough) + 1
    inner = (where > margin) & (where < n - 1 - margin)
    if inner.sum() < _LEAST:
        inner = np.ones(len(where), bool)
    slope, start = np.polyfit(d[inner], where[inner], 1)
    return float(slope), float(start)


_LEAST = 4


def _hypotheses(
    n_in: int, shown: int, slope: float, start: float
) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Which crops and sizes a slope and a start may come of: the source, the size of the resized axis and
    its first pixel that is shown; the likeliest first."""
    if slope <= 0:
        return
    costs: dict[tuple[tuple[int, int], int, int], float] = {}
    whole = (0, n_in)
    blur = max(0.35, 0.6 / slope)  # of the coordinate, in pixels of the resized axis
    for grid in ("half_pixel", "asymmetric", "align_corners"):
        size = n_in / slope if grid != "align_corners" else (n_in - 1) / slope + 1
        wide = max(0.6, 3 * size / max(shown, 4) ** 1.5)
        for n in range(max(shown, math.ceil(size - wide)), math.floor(size + wide) + 1):
            s = n_in / n if grid != "align_corners" else (n_in - 1) / max(n - 1, 1)
            # the fitted line is best known in its middle
            middle = start + slope * (shown - 1) / 2
            first = (middle + 0.5) / s - 0.5 if grid == "half_pixel" else middle / s
            first -= (shown - 1) / 2
            for at in range(math.ceil(first - blur), math.floor(first + blur) + 1):
                if 0 <= at <= n - shown:
                    cost = abs(n - size) + abs(at - first) + (grid != "half_pixel")
                    key = (whole, n, at)
                    cost -= 2 * (n == shown)
                    costs[key] = min(cost, costs.get(key, np.inf))
    if abs(n_in / slope - shown) <= _ROUGHLY * shown:
        costs[(whole, shown, 0)] = -2.0
    # a crop before the resize
    span = slope * shown
    wide = max(1.0, slope)
    begin = start + 0.5 - 0.5 * slope
    for a in range(math.ceil(begin - wide), math.floor(begin + wide) + 1):
        for b in range(math.ceil(begin + span - wide), math.floor(begin + span + wide) + 1):
            if 0 <= a < b <= n_in and (a, b) != whole:
                cost = 3 + abs(a - begin) + abs(b - begin - span)
                costs[((a, b), shown, 0)] = cost
    yield from sorted(costs, key=lambda key: costs[key])[:_MOST]


_MOST = 12
_ROUGHLY = 0.15  # what the ramp of a small image of copied pixels may be off by
