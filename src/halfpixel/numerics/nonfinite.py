"""How a call adds its products up, where that is visible: NaN, infinities and sums that overflow.

A weight of 0 hides a pixel only while the pixel is finite: 0 · NaN and 0 · ∞ are NaN. So which pixels a
kernel visits, though they weigh nothing, shows as soon as one of them is not finite; and that ``a +
t·(b − a)`` stands for ``(1 − t)·a + t·b`` shows where ``a`` is infinite, or ``b − a`` overflows. Each
function here says what one kernel visits and in which form it adds up. It is evaluated in the call's
own dtype, with every weight in its coordinate: where the result is NaN or infinite, the call's has to be
just that; where it is finite, the exact reference says what the call's has to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Float64
from ..operators import ConvTranspose, Resize
from ..operators.axis import Axis
from ..operators.conv_transpose import convolution_reads
from ..operators.exact import Exact
from ..operators.kernels import KERNELS
from .coordinates import float_coordinates

Size = tuple[int, int]
Image = AnyArray


@dataclass(frozen=True, eq=False)
class _Taps:
    """What a kernel visits along one axis; all of shape (n_out, taps) but ``over``.

    Attributes:
        index: the pixel; one after the last is 0.
        weight: what it is multiplied by, 0 too.
        visited: False for what only fills the array up.
        over: the sum of each output pixel is divided by this at the very end, (n_out,).
    """

    index: NDArray[np.intp]
    weight: Float64
    visited: NDArray[np.bool_]
    over: Float64


@dataclass(frozen=True)
class _Line:
    """An axis that is resized, by a convention and its coordinate rule."""

    convention: Resize
    rule: str | None
    axis: Axis

    @property
    def coordinates(self) -> Float64:
        """Where the output pixels sample."""
        return float_coordinates(self.convention, self.axis.pixels, self.rule)

    @property
    def exact(self) -> Exact:
        """Where they would sample if nothing was rounded."""
        return self.convention.coordinates(*self.axis.sizes)

    @property
    def scale(self) -> Fraction:
        """Input pixels an output pixel."""
        return self.convention.scale(*self.axis.sizes)


_Visited = Callable[[_Line], _Taps]


def _all(index: NDArray[np.intp], weight: Float64) -> _Taps:
    return _Taps(index, weight, np.ones(index.shape, bool), np.ones(len(index)))


def _split(coordinate: Float64) -> tuple[NDArray[np.intp], Float64]:
    base = np.floor(coordinate)
    return base.astype(np.intp), coordinate - base


# ---------------------------------------------------------------------------- what is visited


def _convention_taps(line: _Line) -> _Taps:
    """Of what is padded with zeros, a tap outside reads the line of zeros after the last."""
    convention, n_in, where = line.convention, line.axis.n_in, line.coordinates
    index, weight = convention.taps_at(where, n_in, line.scale)
    if convention.padding_mode == "zeros":
        pixel = np.floor(where)[:, None] + np.arange(index.shape[1]) + 1 - index.shape[1] // 2
        outside = weight == 0 if convention.mode == "nearest" else (pixel < 0) | (pixel >= n_in)
        index = np.where(outside, n_in, index)
    return _all(index, weight)


def _from_the_edge(line: _Line) -> _Taps:
    """A coordinate before the first pixel becomes 0: the second pixel is visited. An axis whose size stays
    visits each pixel twice, with weights 1 and 0."""
    n_in, n_out = line.axis.n_in, line.axis.n_out
    base, t = _split(np.maximum(line.coordinates, 0.0))
    after = np.minimum(base + 1, n_in - 1)
    if n_in == n_out:
        base, after, t = np.arange(n_out), np.arange(n_out), 0 * t
    return _all(np.stack([base, after], 1), np.stack([1 - t, t], 1))


def _inside(line: _Line) -> _Taps:
    """A coordinate before the first pixel becomes 0, as above; from the last pixel on it is alone."""
    taps = _convention_taps(line)
    base, after = taps.index.T
    weight = np.where((base == after)[:, None], [1.0, 0.0], taps.weight)
    after = np.minimum(base + 1, line.axis.n_in - 1)
    return replace(
        taps,
        index=np.stack([base, after], 1),
        weight=weight,
        visited=taps.visited & _second(after > base),
    )


def _second(visited: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of two taps the first is visited, and the second where this says."""
    return np.stack([np.ones_like(visited), visited], 1)


def _grid_taps(line: _Line) -> _Taps:
    """A coordinate before the first pixel becomes 0, and one after the last the last pixel, which then is
    alone; where zeros are outside, a tap there is one of them."""
    zeros, n_in = line.convention.padding_mode == "zeros", line.axis.n_in
    base, t = _split(line.coordinates if zeros else line.coordinates.clip(0, n_in - 1))
    index = base[:, None] + np.arange(2)
    taps = _all(np.where(index < 0, n_in, index), np.stack([1 - t, t], 1))
    return taps if zeros else replace(taps, visited=index < n_in)


def _floor_and_ceil(line: _Line) -> _Taps:
    """The pixels on either side, the same one twice where a coordinate is a whole number or off the edge."""
    coordinate = line.coordinates
    base, t = _split(coordinate)
    after = np.ceil(coordinate).astype(np.intp)
    index = np.stack([np.maximum(base, 0), np.minimum(after, line.axis.n_in - 1)], 1)
    return _all(index, np.stack([1 - t, t], 1))


def _and_the_next(line: _Line) -> _Taps:
    """A pixel and the one after it, of a coordinate clipped to the image; the last with itself."""
    last = line.axis.n_in - 1
    base, t = _split(line.coordinates.clip(0, last))
    return _all(np.stack([base, np.minimum(base + 1, last)], 1), np.stack([1 - t, t], 1))


def _between(line: _Line) -> _Taps:
    """A pixel and the one after it, also where a coordinate is a whole number; outside, the edge alone."""
    base, t = _split(line.coordinates)
    inside = (base >= 0) & (base < line.axis.n_in - 1)
    base = base.clip(0, line.axis.n_in - 1)
    taps = _all(
        np.stack([base, np.minimum(base + 1, line.axis.n_in - 1)], 1), np.stack([1 - t, t], 1)
    )
    return replace(taps, visited=_second(inside))


def _middles(line: _Line) -> Float64:
    """Where output pixels sample, a ½ on; exactly, since no rounding may move what is visited."""
    return np.asarray(line.exact.astype(np.float64) + 0.5)


def _stretched(line: _Line, first: Float64, last: Float64, taps: int) -> _Taps:
    """A stretched kernel's values over their sum, at pixels ``first`` to ``last``; of ``taps`` visited
    pixels those after ``last`` weigh nothing."""
    convention, n_in, scale = line.convention, line.axis.n_in, float(line.scale)
    stretch = max(scale, 1.0) if convention.antialias else 1.0
    start = first.clip(0, n_in - 1).astype(np.intp)
    index = start[:, None] + np.arange(taps)
    middle = _middles(line)
    value = convention.value((middle[:, None] - index - 0.5) / stretch, scale)
    value = np.where(index <= last.clip(0, n_in - 1)[:, None], value, 0.0)
    result = _all(index.clip(0, n_in - 1), value / value.sum(axis=1, keepdims=True))
    result.visited[...] = index < n_in
    return result


def _span(line: _Line) -> _Taps:
    """As many pixels from the first within the radius on as the widest kernel could have, 2·⌈radius⌉ + 1."""
    convention, n_in, scale = line.convention, line.axis.n_in, float(line.scale)
    radius = float(convention.radius()) * (max(scale, 1.0) if convention.antialias else 1.0)
    middle = _middles(line)
    first, last = np.ceil(middle - radius - 0.5), np.floor(middle + radius - 0.5)
    taps = min(2 * int(np.ceil(radius)) + 1, n_in)
    return _stretched(line, first, last, taps)


def _window(line: _Line) -> _Taps:
    """The pixels from ⌊middle − radius + ½⌋ to before ⌊middle + radius + ½⌋: one at the radius counts at
    the end, not at the beginning. An axis whose size stays is not visited at all."""
    convention, n_in, n_out = line.convention, line.axis.n_in, line.axis.n_out
    if n_in == n_out:
        return _all(np.arange(n_out)[:, None], np.ones((n_out, 1)))
    own = 0.5 if convention.mode == "box" else float(convention.radius())  # a box ends at its jump
    radius = own * max(float(line.scale), 1.0)
    middle = _middles(line)
    first, end = np.floor(middle - radius + 0.5), np.floor(middle + radius + 0.5)
    first, last = first.clip(0, n_in), end.clip(0, n_in) - 1
    taps = int(np.max(last - first)) + 1
    result = _stretched(line, first, last, taps)
    result.visited[...] &= np.arange(taps) <= (last - first)[:, None]
    return result


def _covered(line: _Line) -> _Taps:
    """The pixels that a window covers, each as much as it is covered; divided at the end."""
    convention, n_in, n_out = line.convention, line.axis.n_in, line.axis.n_out
    # exactly: no rounding may move a window's ends
    index, exact = convention.taps_at(line.exact, n_in, line.scale)
    weight = exact.astype(np.float64)
    times = np.full(n_out, n_in / n_out) if convention.mode == "area" else 1 / weight.max(axis=1)
    return _Taps(index, weight * times[:, None], weight > 0, times)


def _weighed(line: _Line) -> _Taps:
    """The pixels that a window covers, with their weights."""
    taps = _covered(line)
    return replace(taps, weight=taps.weight / taps.over[:, None], over=np.ones(line.axis.n_out))


def _steps(line: _Line) -> _Taps:
    """Integer weights that are not 0; their sum, 16 down and 8 up, divides at the end."""
    taps = _convention_taps(line)
    over = 16.0 if line.scale > 1 else 8.0
    return _Taps(taps.index, taps.weight * over, taps.weight > 0, np.full(line.axis.n_out, over))


def _steps_along_a_row(line: _Line) -> _Taps:
    """The same, but up, the weights of a pixel that is read twice are added first."""
    taps = _steps(line)
    if taps.index.shape[1] == 3:
        for tap in (0, 1):
            twice = taps.index[:, tap] == taps.index[:, 2]
            taps.weight[twice, tap] += taps.weight[twice, 2]
            taps.weight[twice, 2] = 0
        taps.visited[...] = taps.weight > 0
    return taps


def _steps_down_a_column(line: _Line) -> _Taps:
    """The same, but up, two pixels that weigh 4 of 8 weigh 1 of 2."""
    taps = _steps(line)
    between = (taps.weight == 4).any(axis=1) & (taps.over == 8)
    weight = np.where(between[:, None], taps.weight / 4, taps.weight)
    return replace(taps, weight=weight, over=np.where(between, 2.0, taps.over))


def _matrix(line: _Line) -> _Taps:
    """Every pixel, with any weight; an axis of unchanged size is left alone."""
    n_in, n_out = line.axis.sizes
    if n_in == n_out:
        return _all(np.arange(n_out)[:, None], np.ones((n_out, 1)))
    weight = np.asarray(line.convention.weights(n_in, n_out), np.float64)
    return _all(np.broadcast_to(np.arange(n_in), weight.shape), weight)


def _short_of_end(line: _Line) -> _Taps:
    """A pixel and the one after it, of a coordinate clipped at 0 and, by its rule, before the last."""
    coordinate = line.coordinates.clip(0, line.axis.n_in - 1)
    base = np.minimum(np.floor(coordinate), line.axis.n_in - 2)
    t = coordinate - base
    base = base.astype(np.intp)
    return _all(np.stack([base, base + 1], 1), np.stack([1 - t, t], 1))


def _inside_alone(line: _Line) -> _Taps:
    """Four pixels; none outside, where those are excluded."""
    convention, n_in = line.convention, line.axis.n_in
    taps = _convention_taps(line)
    if not convention.exclude_outside:
        return taps
    base, _ = _split(line.coordinates)
    pixel = base[:, None] + np.arange(-1, 3)
    return replace(taps, visited=(pixel >= 0) & (pixel < n_in))


def _first_inside(line: _Line) -> _Taps:
    """Four pixels; for each outside that is excluded, 0 times the first inside."""
    taps = _inside_alone(line)
    first = np.take_along_axis(taps.index, taps.visited.argmax(axis=1)[:, None], axis=1)
    return _all(np.where(taps.visited, taps.index, first), taps.weight)


# ---------------------------------------------------------------------------- how it is added up


def _products(values: Sequence[Image], weights: Sequence[Image], used: Sequence[Image]) -> Image:
    """w·a + w·b + …, from the first to the last."""
    total = np.zeros_like(values[0])
    for value, weight, visited in zip(values, weights, used, strict=True):
        total = np.where(visited, total + weight * value, total)
    return total


def _lerp(values: Sequence[Image], weights: Sequence[Image], used: Sequence[Image]) -> Image:
    """a + t·(b − a); a alone where there is no b."""
    a, b = values
    return np.where(used[1], a + weights[1] * (b - a), a)


def _fours_summed(
    values: Sequence[Image], weights: Sequence[Image], used: Sequence[Image]
) -> Image:
    """4·(a + b) + v·c + …: pixels that weigh 4 are summed before they are weighed."""
    fours = [np.where(w == 4, v, 0) for v, w in zip(values, weights, strict=True)]
    total = 4 * sum(fours[1:], fours[0])
    for value, weight, visited in zip(values, weights, used, strict=True):
        total = np.where(visited & (weight != 4), total + weight * value, total)
    return np.asarray(total)


_Form = Callable[[Sequence[Image], Sequence[Image], Sequence[Image]], Image]


def _pass(x: Image, axis: int, taps: _Taps, form: _Form) -> Image:
    lines = np.moveaxis(x, axis, 0)
    lines = np.concatenate([lines, np.zeros_like(lines[:1])])
    shape = (len(taps.index), *[1] * (x.ndim - 1))
    columns = range(taps.index.shape[1])
    values = [lines[taps.index[:, k]] for k in columns]
    weights = [taps.weight[:, k].astype(x.dtype).reshape(shape) for k in columns]
    used = [taps.visited[:, k].reshape(shape) for k in columns]
    return np.moveaxis(form(values, weights, used), 0, axis)


def _lines(convention: Resize, rule: str | None, x: Image, size: Size) -> Iterator[_Line]:
    """The rows' and the columns'."""
    for i, (n_in, n_out) in enumerate(zip(x.shape[2:], size, strict=True)):
        yield _Line(convention, rule, Axis(n_in, n_out, None, sum(size), columns=i == 1))


_Result = Callable[[Resize, str | None, Image, Size], Image]


def _passes(
    visited: _Visited,
    form: _Form = _products,
    *,
    rows: _Visited | None = None,
    copied: bool = False,
    order: tuple[int, ...] = (3, 2),
) -> _Result:
    """Columns, then rows, then one division; ``copied``: an image whose size stays is copied."""

    def result(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
        if copied and x.shape[2:] == size:
            return x
        down, along = _lines(convention, rule, x, size)
        h, w = (rows or visited)(down), visited(along)
        both = x
        for one in order:
            both = _pass(both, one, w if one == 3 else h, form)
        over = np.multiply.outer(h.over, w.over)
        return both if np.all(over == 1) else both / over.astype(x.dtype)

    return result


def _whole_ratio(x: Image, size: Size) -> bool:
    return all(n_in % n_out == 0 for n_in, n_out in zip(x.shape[2:], size, strict=True))


_torch_row = _passes(_from_the_edge, order=(3,))
_torch_plane = _passes(_from_the_edge)


_at_coordinates = _passes(_grid_taps)


def _torch_grid(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """(1 − t)·a + t·b at the coordinates of a grid in the image's dtype, which are not whole numbers even
    at an unchanged size; the last pixel alone, and zeros outside."""
    return _at_coordinates(convention, rule or f"grid_{x.dtype}", x, size)


def _torch_line(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """Along a row, and nothing along a column: its size stays."""
    one = _torch_row if x.shape[2] == size[0] else _torch_plane
    return one(convention, rule, x, size)


def _torch_volume(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """As of a plane, and once more along the axis of one pixel, whose size stays: 1·a + 0·a."""
    result = _torch_plane(convention, rule, x, size)
    return np.asarray(result + 0 * result)


_divided_at_the_end = _passes(_covered, copied=True)


_weighed_windows = _passes(_weighed, copied=True)


def _opencv_area(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """At whole ratios, the pixels are summed and the sum is divided; in other windows the pixels are
    weighted."""
    form = _divided_at_the_end if _whole_ratio(x, size) else _weighed_windows
    return form(convention, rule, x, size)


_crop = _passes(_floor_and_ceil, _lerp)


def _tensorflow_crop(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """a + t·(b − a) of ⌊x⌋ and ⌈x⌉, also at an unchanged size; an output that samples outside the image
    reads none of it."""
    h, w = (
        line.convention.inside(line.coordinates, line.axis.n_in)
        for line in _lines(convention, rule, x, size)
    )
    value = float(convention.extrapolation_value or 0)
    within = np.logical_and.outer(h, w)
    return np.where(within, _crop(convention, rule, x, size), x.dtype.type(value))


def _zero_times_the_edge(line: _Line) -> _Taps:
    """Where zeros are outside, a tap there is 0 times the edge pixel."""
    return _all(*line.convention.taps_at(line.coordinates, line.axis.n_in, line.scale))


def _warp_taps(line: _Line) -> _Taps:
    """Two taps; outside what the padding says."""
    base, t = _split(line.coordinates)
    index, n_in = base[:, None] + np.arange(2), line.axis.n_in
    inside = line.convention.padded(index, n_in)
    if line.convention.padding_mode == "zeros":
        inside = np.where((index < 0) | (index >= n_in), n_in, index)
    return _all(inside, np.stack([1 - t, t], 1))


_lerp_or_zero = _passes(_warp_taps, _lerp)


def _opencv_warp(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """a + t·(b − a) at float32 coordinates, also at an unchanged size; zeros outside."""
    return _lerp_or_zero(convention, "warp_float32", x, size)


_plain_linear = _passes(_inside, rows=_convention_taps, copied=True)


def _opencv_linear(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """Along a row, the last pixel alone from its centre on; down a column, always two pixels. At exactly
    half the size, four pixels are summed and the sum is divided."""
    halved = convention.mode == "linear" and x.shape[2:] == (2 * size[0], 2 * size[1])
    return (_divided_at_the_end if halved else _plain_linear)(convention, rule, x, size)


_ipp_inside = _passes(_between, _lerp)


def _opencv_ipp_linear(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """With 1, 3 or 4 channels and at least 2 × 2 pixels, a + t·(b − a) where b exists; in the four
    corners, outside on both axes, a + t·(a − a). Other images as without IPP."""
    supported = x.shape[1] in (1, 3, 4) and min(x.shape[2:]) >= 2
    if not supported or x.shape[2:] == size:
        return _opencv_linear(convention, rule, x, size)
    result = _ipp_inside(convention, rule, x, size)
    h, w = (~_between(line).visited[:, 1] for line in _lines(convention, rule, x, size))
    return np.where(np.logical_and.outer(h, w), result + (result - result), result)


def _by_planes(form: _Result) -> _Result:
    """Each channel as an image of one channel."""

    def result(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
        planes = (x[:, c : c + 1] for c in range(x.shape[1]))
        return np.concatenate([form(convention, rule, plane, size) for plane in planes], axis=1)

    return result


def _opencv_dnn_bilinear(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """Of two pixels of two rows: a + v·(c − a) + u·(b − a + v·(d − b − c + a)); the last pixel's
    neighbour is itself, and an image of unchanged size is copied."""
    if x.shape[2:] == size:
        return x
    lines = _lines(convention, rule, x, size)
    (top, v), (left, u) = (_before(line) for line in lines)
    bottom, right = (
        np.minimum(first + 1, n - 1) for first, n in zip((top, left), x.shape[2:], strict=True)
    )
    v, u = v.astype(x.dtype)[:, None], u.astype(x.dtype)
    a, b = x[:, :, top[:, None], left], x[:, :, top[:, None], right]
    c, d = x[:, :, bottom[:, None], left], x[:, :, bottom[:, None], right]
    return np.asarray(a + v * (c - a) + u * (b - a + v * (d - b - c + a)))


def _onnxruntime_linear(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """Four pixels by the products of their weights, in one sum, those that weigh 0 too; the last pixel's
    neighbour is itself, with a half each, and an image of unchanged size is copied."""
    if x.shape[2:] == size:
        return x
    total: Image = np.zeros((*x.shape[:2], *size), x.dtype)
    down, along = (_two(line) for line in _lines(convention, rule, x, size))
    for rows, v in down:
        for columns, u in along:
            weight = u.astype(x.dtype) * v.astype(x.dtype)[:, None]
            total = total + weight * x[:, :, rows[:, None], columns]
    return total


def _of_four(
    convention: Resize, x: Image, size: Size, weigh: Callable[[Image, Image, Image], Image]
) -> Image:
    """The four pixels around a coordinate, the same one where it is a whole number or outside, in one sum:
    before the first pixel, that is weighed by 1 - t and by t, of which one is negative."""
    total: Image = np.zeros((*x.shape[:2], *size), x.dtype)
    down, along = (_floor_and_ceil_of_edge(line) for line in _lines(convention, None, x, size))
    for rows, v in down:
        for columns, u in along:
            pixels = x[:, :, rows[:, None], columns]
            total = total + weigh(pixels, v.astype(x.dtype)[:, None], u.astype(x.dtype))
    return total


def _litert_linear(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """Four pixels by the products of their weights, in one sum, those that weigh 0 too; before the first
    pixel, that by 1 − t and by t. A doubled image of asymmetric coordinates: means of 1, 2 and 4 pixels."""
    doubled = size == tuple(2 * n for n in x.shape[2:])
    if doubled and convention.coordinate_transformation_mode == "asymmetric":
        return _means_of_two(x)
    return _of_four(convention, x, size, lambda pixels, v, u: pixels * (v * u))


def _litert_reference_linear(convention: Resize, rule: str | None, x: Image, size: Size) -> Image:
    """As litert_linear, each pixel times one weight and then the other, at every size."""
    return _of_four(convention, x, size, lambda pixels, v, u: pixels * v * u)


def _means_of_two(x: Image) -> Image:
    """A doubled image: the pixel, and its means with the next, that below and both of that."""
    below = np.concatenate([x[:, :, 1:], x[:, :, -1:]], 2)
    result = np.empty((*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3]), x.dtype)
    result[:, :, ::2, ::2], result[:, :, 1::2, ::2] = x, (x + below) / 2
    right, below_right = (np.concatenate([one[..., 1:], one[..., -1:]], 3) for one in (x, below))
    result[:, :, ::2, 1::2] = (x + right) / 2
    result[:, :, 1::2, 1::2] = (result[:, :, 1::2, ::2] + (right + below_right) / 2) / 2
    return result


def _floor_and_ceil_of_edge(
    line: _Line,
) -> tuple[tuple[NDArray[np.intp], Float64], tuple[NDArray[np.intp], Float64]]:
    """The pixels on either side with their weights, by how far a coordinate is from the first of them."""
    last, where = line.axis.n_in - 1, np.asarray(line.coordinates, np.float64)
    base = np.maximum(np.floor(where), 0)
    t = where - base
    after = np.minimum(np.ceil(where), last).astype(np.intp)
    return (base.astype(np.intp), 1 - t), (after, t)


def _two(line: _Line) -> tuple[tuple[NDArray[np.intp], Float64], tuple[NDArray[np.intp], Float64]]:
    """A pixel and the one after it with their weights, halves where they are one."""
    base, t = _split(np.asarray(line.coordinates, np.float64).clip(0, line.axis.n_in - 1))
    after = np.minimum(base + 1, line.axis.n_in - 1)
    t = np.where(after == base, 0.5, t)
    return (base, 1 - t), (after, t)


def _before(line: _Line) -> tuple[NDArray[np.intp], Float64]:
    """The pixel at or before each coordinate, and the fraction; before the first pixel, that one."""
    where = np.maximum(np.asarray(line.coordinates, np.float64), 0.0)
    first = np.floor(where)
    return first.astype(np.intp), where - first


# ---------------------------------------------------------------------------- by name


@dataclass(frozen=True)
class Evaluation:
    """What a kernel visits, and in which form it adds up.

    Attributes:
        result: from (convention, coordinate rule, x, size), ``x`` in the dtype that is computed in,
            (N, C, H, W), to what comes out as far as NaN and infinities go.
        modes: the modes of the conventions that it speaks of.
        antialias: whether those are antialiased: True, False, or None for either.
        paddings: what those may have outside; by default the edge pixel repeated.
        coordinates: their coordinate_transformation_modes; empty for any.
        says: what it does, in words.
        source: where it was read.
    """

    result: _Result
    modes: tuple[str, ...]
    says: str
    source: str
    antialias: bool | None = None
    paddings: tuple[str, ...] = ("border",)
    coordinates: tuple[str, ...] = ()

    def speaks_of(self, convention: Resize) -> bool:
        """Whether a call that follows a convention can be evaluated so."""
        wide = self.antialias in (None, convention.antialias)
        grid = not self.coordinates or convention.coordinate_transformation_mode in self.coordinates
        padded = convention.padding_mode in self.paddings
        return convention.mode in self.modes and wide and padded and grid


_KERNELS = tuple(k.name for k in KERNELS.values() if k.stretches and not k.flat)
_PADDINGS = ("border", "zeros", "reflection")
_POINTS = tuple(
    k.name
    for k in KERNELS.values()
    if k.every_size and not k.window and not (k.stretches and k.flat)
)
_WINDOWS = tuple(k.name for k in KERNELS.values() if k.window)
_TF = "tensorflow/tensorflow, tensorflow/core/kernels/image"
_UPSAMPLE_KERNEL = "pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp"
_RESIZE_CPP = "opencv/opencv, modules/imgproc/src/resize.cpp"
_LITERT = "google-ai-edge/LiteRT, tflite/kernels/internal"
_OF_LITERT = ("half_pixel", "asymmetric", "align_corners")
_RESIZE2 = "opencv/opencv, modules/dnn/src/layers/resize2_layer.cpp"

EVALUATIONS = {
    "taps": Evaluation(
        _passes(_convention_taps),
        modes=_POINTS,
        paddings=(*_PADDINGS, "reflect_101"),
        says="every tap of the kernel is multiplied, even by 0 and at an unchanged size; columns first",
        source=f"{_UPSAMPLE_KERNEL}: Interpolate, HelperInterpCubic",
    ),
    "taps_or_copy": Evaluation(
        _passes(_convention_taps, copied=True),
        modes=_POINTS,
        says="every tap is multiplied, even by 0; an image of unchanged size is copied",
        source=f"{_RESIZE_CPP}: resize (copyTo), HResizeCubic, HResizeLanczos4",
    ),
    "divided_at_the_end": Evaluation(
        _passes(_covered),
        modes=_WINDOWS,
        says="the pixels of a window are summed, and the sum is divided; the sum can overflow",
        source="pytorch/pytorch, aten/src/ATen/native/cpu/AdaptiveAvgPoolKernel.cpp: "
        f"cpu_adaptive_avg_pool2d; {_TF}/resize_area_op.cc: ComputePatchSum",
    ),
    "torch_linear": Evaluation(
        _torch_plane,
        modes=("linear",),
        antialias=False,
        says="(1 − t)·a + t·b, with t = 0 before the first pixel; an axis of unchanged size is 1·a + 0·a",
        source=f"{_UPSAMPLE_KERNEL}: HelperInterpLinear; aten/src/ATen/native/UpSample.h: "
        "compute_source_index_and_lambda",
    ),
    "torch_linear_line": Evaluation(
        _torch_line,
        modes=("linear",),
        antialias=False,
        says="as torch_linear along a row; columns are not computed",
        source=f"{_UPSAMPLE_KERNEL}: upsample_linear1d_kernel_impl",
    ),
    "torch_linear_volume": Evaluation(
        _torch_volume,
        modes=("linear",),
        antialias=False,
        says="as torch_linear along three axes; the last has one pixel and is 1·a + 0·a",
        source=f"{_UPSAMPLE_KERNEL}: upsample_trilinear3d_kernel_impl",
    ),
    "torch_grid": Evaluation(
        _torch_grid,
        modes=("linear",),
        antialias=False,
        coordinates=("half_pixel", "tf_crop_and_resize"),
        paddings=("border", "zeros"),
        says=" ".join((_torch_grid.__doc__ or "").split()),
        source="pytorch/pytorch, aten/src/ATen/native/cpu/GridSamplerKernel.cpp: ApplyGridSample "
        "(compute_interp_params), clip_coordinates",
    ),
    "window": Evaluation(
        _passes(_window),
        modes=("linear", "cubic", "lanczos", "hamming", "box"),
        antialias=True,
        says="the pixels from ⌊middle − radius + ½⌋ to before ⌊middle + radius + ½⌋; an axis of "
        "unchanged size is left alone",
        source=f"{_UPSAMPLE_KERNEL}: HelperInterpBase::_compute_indices_min_size_weights_aa, "
        "separable_upsample_generic_Nd_kernel_impl; python-pillow/Pillow, src/libImaging/Resample.c: "
        "precompute_coeffs, ImagingResampleHorizontal_32bpc, ImagingResampleInner",
    ),
    "tensorflow_lerp": Evaluation(
        _passes(_floor_and_ceil, _lerp, copied=True),
        modes=("linear",),
        antialias=False,
        says="a + t·(b − a) of ⌊x⌋ and ⌈x⌉; an image of unchanged size is copied",
        source=f"{_TF}/resize_bilinear_op.cc: compute_interpolation_weights, compute_lerp",
    ),
    "tensorflow_crop": Evaluation(
        _tensorflow_crop,
        modes=("linear",),
        antialias=False,
        coordinates=("tf_crop_and_resize",),
        says=" ".join((_tensorflow_crop.__doc__ or "").split()),
        source=f"{_TF}/crop_and_resize_op.cc: CropAndResize<CPUDevice, T>",
    ),
    "tensorflow_cubic_or_copy": Evaluation(
        _passes(_convention_taps, copied=True, order=(2, 3)),
        modes=("cubic",),
        antialias=False,
        says="as tensorflow_cubic; an image of unchanged size is copied",
        source="tensorflow/tensorflow, tensorflow/python/ops/image_ops_impl.py: _resize_images_common",
    ),
    "tensorflow_cubic": Evaluation(
        _passes(_convention_taps, order=(2, 3)),
        modes=("cubic",),
        antialias=False,
        says="four taps an axis are multiplied, even by 0; rows first",
        source=f"{_TF}/resize_bicubic_op.cc: GetWeightsAndIndices, ComputeYInterpolation",
    ),
    "tensorflow_span": Evaluation(
        _passes(_span, order=(2, 3)),
        modes=(*_KERNELS, "box"),
        says="2·⌈radius⌉ + 1 pixels from the first within the radius on, with any weight; rows first",
        source=f"{_TF}/scale_and_translate_op.cc: ComputeSpansCore, GatherRows, GatherColumns",
    ),
    "matrix": Evaluation(
        _passes(_matrix),
        modes=("linear", "cubic", "lanczos", "area"),
        says="every pixel of the image is multiplied, even by 0: one that is not finite makes every output "
        "so; an axis of unchanged size is left alone",
        source="jax-ml/jax, jax/_src/image/scale.py: _scale_and_translate (einsum)",
    ),
    "opencv_linear": Evaluation(
        _opencv_linear,
        modes=("linear", "area_linear"),
        antialias=False,
        says=" ".join((_opencv_linear.__doc__ or "").split()),
        source=f"{_RESIZE_CPP}: HResizeLinear, VResizeLinear, resizeAreaFast",
    ),
    "opencv_ipp_linear": Evaluation(
        _opencv_ipp_linear,
        modes=("linear",),
        antialias=False,
        says=" ".join((_opencv_ipp_linear.__doc__ or "").split()),
        source="opencv/opencv, hal/ipp/src/resize_ipp.cpp: ipp_hal_resize says when; what ippiResize "
        "computes is not published: found by running IPP 2026.0.0 on images with one NaN or infinity",
    ),
    "opencv_ipp_linear_by_planes": Evaluation(
        _by_planes(_opencv_ipp_linear),
        modes=("linear",),
        antialias=False,
        says="as opencv_ipp_linear, each channel by itself",
        source="opencv/opencv, modules/dnn/src/layers/resize_layer.cpp: ResizeLayerImpl::forward",
    ),
    "opencv_dnn_bilinear": Evaluation(
        _opencv_dnn_bilinear,
        modes=("linear",),
        antialias=False,
        coordinates=("asymmetric", "align_corners", "half_pixel"),
        says=" ".join((_opencv_dnn_bilinear.__doc__ or "").split()),
        source="opencv/opencv, modules/dnn/src/layers/resize_layer.cpp: ResizeLayerImpl::forward",
    ),
    "onnxruntime_linear": Evaluation(
        _onnxruntime_linear,
        modes=("linear",),
        antialias=False,
        says=" ".join((_onnxruntime_linear.__doc__ or "").split()),
        source="microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor/upsample.cc: "
        "SetupUpsampleBilinear; upsample.h: UpsampleBilinear",
    ),
    "xnnpack_linear": Evaluation(
        _passes(_and_the_next, _lerp),
        modes=("linear",),
        antialias=False,
        coordinates=_OF_LITERT,
        says="a + t·(b − a) of a pixel and the next, from the first pixel to the last, whose next is itself; "
        "an image of unchanged size too",
        source="google/XNNPACK, src/indirection.c: xnn_indirection_init_resize_bilinear2d_hwc_f32; "
        "src/f32-ibilinear/sse.c.in",
    ),
    "litert_linear": Evaluation(
        _litert_linear,
        modes=("linear",),
        antialias=False,
        coordinates=_OF_LITERT,
        says=" ".join((_litert_linear.__doc__ or "").split()),
        source=f"{_LITERT}/optimized/resize_bilinear.h: ResizeBilinear2x2, ResizeBilinearGeneric",
    ),
    "litert_reference_linear": Evaluation(
        _litert_reference_linear,
        modes=("linear",),
        antialias=False,
        coordinates=_OF_LITERT,
        says=" ".join((_litert_reference_linear.__doc__ or "").split()),
        source=f"{_LITERT}/reference/resize_bilinear.h: ResizeBilinear",
    ),
    "opencv_warp": Evaluation(
        _opencv_warp,
        modes=("linear",),
        antialias=False,
        coordinates=("half_pixel", "asymmetric"),
        paddings=("border", "zeros", "reflect_101"),
        says=" ".join((_opencv_warp.__doc__ or "").split()),
        source="opencv/opencv, modules/imgproc/src/warp_kernels.simd.hpp: warpAffineLinearInvoker",
    ),
    "opencv_warp_zeros": Evaluation(
        _passes(_zero_times_the_edge),
        modes=("cubic",),
        antialias=False,
        paddings=("zeros",),
        says="every tap is multiplied, even by 0; a tap outside is 0 times the border pixel",
        source="found by running OpenCV 5.0.0 on images with one NaN or infinity; opencv/opencv, "
        "modules/imgproc/src/warp_kernels.simd.hpp: bicubicVec, bicubicRef",
    ),
    "opencv_area": Evaluation(
        _opencv_area,
        modes=("area",),
        says=" ".join((_opencv_area.__doc__ or "").split()),
        source=f"{_RESIZE_CPP}: resizeAreaFast_Invoker, ResizeArea_Invoker",
    ),
    "opencv_pyramid": Evaluation(
        _passes(_steps_along_a_row, _fours_summed, rows=_steps_down_a_column),
        modes=("pyramid",),
        says="integer weights, columns first: pixels with weight 4 are summed before they are "
        "multiplied; the sum is divided at the end",
        source="opencv/opencv, modules/imgproc/src/pyramids.cpp: pyrDown_, pyrUp_, PyrUpVecV",
    ),
    "opencv_dnn_linear": Evaluation(
        _passes(_short_of_end, _lerp, copied=True, order=(2, 3)),
        modes=("linear",),
        antialias=False,
        says="a + t·(b − a) of a pixel and the next, rows first, from the first to just before the "
        "last; an image of unchanged size is copied",
        source=f"{_RESIZE2}: resizeBilinear",
    ),
    "opencv_dnn_cubic": Evaluation(
        _passes(_inside_alone, rows=_first_inside, copied=True, order=(2, 3)),
        modes=("cubic",),
        antialias=False,
        says="four taps an axis are multiplied, even by 0, rows first; an excluded row is 0 times the "
        "first row inside, and an excluded column is not read; an image of unchanged size is copied",
        source=f"{_RESIZE2}: resizeCubic",
    ),
}


def _numpy(dtype: str) -> str:
    """NumPy has no bfloat16; its range is float32's."""
    return "float32" if dtype == "bfloat16" else dtype


def _largest(dtype: str) -> float:
    """The largest finite number."""
    return 2.0**128 - 2.0**120 if dtype == "bfloat16" else float(np.finfo(dtype).max)


@dataclass(frozen=True)
class Evaluated:
    """An evaluation with the dtypes that it runs through.

    Attributes:
        name: a key of :data:`EVALUATIONS`.
        computed: the dtype of the sums.
        returned: the dtype of the result.
        flushes: numbers below the normal range of ``computed`` are taken as 0.
        saturates: a result of another dtype is cut at the largest number of both dtypes.
    """

    name: str
    computed: str
    returned: str
    flushes: bool = False
    saturates: bool = False

    def of(self, convention: Resize) -> Evaluated:
        """The same dtypes, with an evaluation that speaks of a convention."""
        if EVALUATIONS[self.name].speaks_of(convention):
            return self
        return replace(self, name=default(convention))

    def result(self, convention: Resize, rule: str | None, x: Float64, size: Size) -> Float64:
        """What comes out as far as NaN and infinities go: (N, C, *size).

        Args:
            convention, rule: what is computed, and its coordinate rule.
            x: (N, C, H, W), NaN and infinities among them.
            size: the output's (H, W).
        """
        with np.errstate(all="ignore"):  # overflow and NaN are what is asked for
            narrow = x.astype(_numpy(self.computed))
            result = EVALUATIONS[self.name].result(convention, rule, narrow, size)
            return np.asarray(result.astype(_numpy(self.returned)), np.float64)

    def taken(self, x: Float64) -> Float64:
        """The values of ``x`` that the sums are made of."""
        with np.errstate(over="ignore"):
            x = np.asarray(x.astype(_numpy(self.computed)), np.float64)
        if not self.flushes:
            return x
        return np.where(abs(x) < np.finfo(self.computed).smallest_normal, 0.0, x)

    def given(self, y: Float64) -> Float64:
        """The values of a result as they are returned."""
        if not self.saturates or self.computed == self.returned:
            return y
        largest = min(map(_largest, (self.computed, self.returned)))
        return np.clip(y, -largest, largest)


def default(convention: Resize) -> str:
    """The evaluation of a call that declares none: every tap, or every pixel of a window."""
    return "divided_at_the_end" if convention.mode in _WINDOWS else "taps"


def filled(x: Float64) -> Float64:
    """Every value that is not finite replaced by what another image has there, or by 0.

    An output that is finite does not depend on a value that is not: any other will do. Images that
    differ in such values alone become equal.
    """
    finite = np.isfinite(x)
    if finite.all():
        return x
    first = np.argmax(finite, axis=0, keepdims=True)
    other = np.take_along_axis(np.where(finite, x, 0.0), first, axis=0)
    return np.where(finite, x, other)


# ---------------------------------------------------------------------------- transposed convolutions


def transposed_sums(
    convention: ConvTranspose, x: Float64, w: Float64, b: Float64 | None = None, block: int = 1
) -> Float64:
    """A transposed convolution in float64, term by term: every tap is multiplied, one of weight 0 too.

    Args:
        x, w, b: as of :meth:`halfpixel.operators.ConvTranspose.apply`; x may have NaN and infinities.
        block: channels that are read together, with weights of 0 for those of other groups.

    Returns:
        Shape ``(n, c_out, *output_size)``: right where it is not finite; elsewhere rounded in every step.
    """
    size = convention.output_size(x.shape[2:], w.shape[2:])
    c_in, per_out = w.shape[:2]
    per_in = c_in // convention.group
    result = np.zeros((x.shape[0], per_out * convention.group, *size))
    with np.errstate(invalid="ignore", over="ignore"):
        for reads, tap in convolution_reads(convention, w.shape[2:], size, x.shape[2:]):
            inputs, outputs = zip(*reads, strict=True)
            for out in range(result.shape[1]):
                group, kernel = divmod(out, per_out)
                own = range(group * per_in, (group + 1) * per_in)
                first, last = own.start // block * block, -(-own.stop // block) * block
                for channel in range(first, min(last, c_in)):
                    weight = w[(channel, kernel, *tap)] if channel in own else 0.0
                    at: Any = (slice(None), out, *outputs)
                    result[at] += x[:, channel, *inputs] * weight
    return result if b is None else result + b.reshape(-1, *(1,) * len(size))
