"""An image times the matrices of its axes: every value rounded once from the exact result, at floats' speed.

Weights and pixels are split into a part of few bits, whose products float64 sums without rounding in any
order (K. Ozaki et al., "Error-free transformations of matrix multiplication by using fast routines of matrix
multiplication", Numerical Algorithms 59, 2012), and the rest, whose products are rounded; by how much at most
is known (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., section 3.1). Where that
leaves open to which float64 a value rounds (A. Ziv, "Fast evaluation of elementary mathematical functions",
ACM TOMS 17(3), 1991), the value is computed again in integers.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Float64
from .exact import Exact, Taps, quotient

Mask = NDArray[np.bool_]

_U = 2.0**-53
_MORE = 1 + 2.0**-20  # what the roundings of a bound can take from it, many times over
# The coarse weights of a row sum to so many bits, and one more where they are rounded up; a coarse pixel has
# so many: what their products sum to has at most 52.
_WEIGHT_BITS, _PIXEL_BITS = 26, 25
_ROWS = 32  # output pixels whose weights are one dense matrix
_CHUNK = 2**18  # values computed at once: a few arrays of them stay in a cache
_GATHERED = 2**19  # pixels that are integers at once
# magnitudes at which nothing here underflows or overflows
_LEAST, _LARGEST = 2.0**-400, 2.0**900


@dataclass(frozen=True, eq=False)
class Band:
    """The matrix of one axis by the pixels that each output pixel reads.

    Attributes:
        first: the first pixel of each row, ``(n_out,)``.
        numerators: of the weights of that and those after it, integers, ``(n_out, taps)``; all of them are
            in the image.
        denominators: those of each row, ``(n_out, 1)``, above 0.
        n_in: the size of the axis in pixels.
    """

    first: NDArray[np.intp]
    numerators: Exact
    denominators: Exact
    n_in: int

    @property
    def n_out(self) -> int:
        return len(self.first)

    @property
    def taps(self) -> Taps:
        """The same, with the pixels of each row."""
        index = self.first[:, None] + np.arange(self.numerators.shape[1])
        return Taps(index, self.numerators, self.denominators)

    @functools.cached_property
    def weights(self) -> Exact:
        """The weights as ``Fraction``s."""
        return self.taps.weights

    @functools.cached_property
    def integers(self) -> tuple[Exact, int]:
        """The weights as integers over the least common denominator."""
        return self.taps.integers

    @functools.cached_property
    def grid(self) -> int | None:
        """The exponent of the power of two that every weight is a multiple of; None if there is none."""
        denominator = self.integers[1]
        return 1 - denominator.bit_length() if denominator & (denominator - 1) == 0 else None

    @functools.cached_property
    def split(self) -> Split:
        rows, below, inverse = _distinct(self.numerators, self.denominators)
        total = float(np.max(abs(rows).sum(axis=1) / below[:, 0]))
        grid = _exponent(total) - _WEIGHT_BITS
        # in units of the coarse weights; each quotient is rounded once
        above, below_units = (rows << -grid, below) if grid < 0 else (rows, below << grid)
        nearest = (2 * above + below_units) // (2 * below_units)
        coarse = np.ldexp(nearest.astype(np.float64), grid)
        rest = np.ldexp(((above - nearest * below_units) / below_units).astype(np.float64), grid)
        fine = (rows / below).astype(np.float64)
        return Split(
            blocks=tuple(_blocks(self, coarse[inverse], fine[inverse], rest[inverse])),
            total=total * _MORE,
            rest=float(abs(rest).sum(axis=1).max()) * _MORE,
            taps=int(np.count_nonzero(fine, axis=1).max()),
        )


@dataclass(frozen=True, eq=False)
class Block:
    """Rows ``start`` to ``stop`` of a matrix, over the pixels ``begin`` to ``end``: the coarse weights, the
    weights as float64, and what the coarse ones lack."""

    start: int
    stop: int
    begin: int
    end: int
    coarse: Float64
    fine: Float64
    rest: Float64


@dataclass(frozen=True, eq=False)
class Split:
    """A band in two floats a weight.

    Attributes:
        blocks: its rows.
        total, rest: the largest sum of a row's absolute weights, and of what its coarse weights lack.
        taps: the most weights of a row that are not 0.
    """

    blocks: tuple[Block, ...]
    total: float
    rest: float
    taps: int


def band(taps: Taps, n_in: int) -> Band:
    """The band of the pixels that output pixels read.

    Args:
        taps: pixels in any order, some more than once.
        n_in: the size of the axis in pixels.
    """
    row, tap = np.nonzero(taps.numerators)
    shape = len(taps.index), n_in
    return _band(row, taps.index[row, tap], taps.numerators[row, tap], taps.denominators, shape)


def transposed(of: Band) -> Band:
    """The band of the transposed matrix: of the gradient."""
    weights, common = of.integers
    row, tap = np.nonzero(weights)
    shape, below = (of.n_in, of.n_out), np.full((of.n_in, 1), common, object)
    return _band(of.first[row] + tap, row, weights[row, tap], below, shape)


def _band(
    row: NDArray[np.intp],
    column: NDArray[np.intp],
    weights: Exact,
    denominators: Exact,
    shape: tuple[int, int],
) -> Band:
    """The band of a matrix from what is not 0 in it; what stands in one place twice is added."""
    low, high = np.full(shape[0], shape[1]), np.full(shape[0], -1)
    np.minimum.at(low, row, column)
    np.maximum.at(high, row, column)
    width = max(int((high - low).max(initial=0)) + 1, 1)
    first = np.clip(low, 0, shape[1] - width).astype(np.intp)
    merged = np.full((shape[0], width), 0, object)
    np.add.at(merged, (row, column - first[row]), weights)
    return Band(first, merged, denominators, shape[1])


def rounded_product(x: AnyArray, bands: Mapping[int, Band]) -> Float64 | None:
    """Multiply an array by the matrix of a band along each of some axes.

    Args:
        x: finite integers or floats, any shape.
        bands: an axis of ``x`` to its band.

    Returns:
        float64, every value rounded once; None of numbers that float64 does not hold.
    """
    if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8 or not bands:
        return None
    if x.dtype.kind in "iu" and x.dtype.itemsize == 8 and _beyond(x):
        return None
    axes, each = list(bands), list(bands.values())
    lines = np.moveaxis(x, axes, range(len(axes)))
    rest = lines.shape[len(axes) :]
    lines = lines.reshape(*lines.shape[: len(axes)], -1)
    result = np.empty((*(b.n_out for b in each), lines.shape[-1]))
    if result.size and lines.size:
        across = math.prod(max(b.n_in, b.n_out) for b in each[1:])
        images = max(1, _CHUNK // (_ROWS * across))
        rows = max(1, _CHUNK // (_ROWS * across * min(images, lines.shape[-1])))
        for begin in range(0, lines.shape[-1], images):
            some = slice(begin, begin + images)
            for blocks in _batched(each[0].split.blocks, rows):
                part = slice(blocks[0].start, blocks[-1].stop)
                result[part, ..., some] = _chunk(lines[..., some], each, blocks)
    result = result.reshape(*result.shape[: len(axes)], *rest)
    return np.moveaxis(result, range(len(axes)), axes)


# ---------------------------------------------------------------------------- in floats


@dataclass(frozen=True, eq=False)
class _Sum:
    """Unevaluated sums ``high + low``, of at most ``largest`` and ``size``, each within ``error`` of the
    exact value. What has no low part has one of no dimensions."""

    high: Float64
    low: Float64
    largest: float
    size: float
    error: float


def _chunk(lines: AnyArray, bands: list[Band], blocks: tuple[Block, ...]) -> Float64:
    """The output pixels of some rows of the first axis, all of the others."""
    begin, end = min(b.begin for b in blocks), max(b.end for b in blocks)
    x = lines[begin:end].astype(np.float64)
    largest = float(max(x.max(), -x.min()))
    start, stop = blocks[0].start, blocks[-1].stop
    shape = (stop - start, *(b.n_out for b in bands[1:]), x.shape[-1])
    if largest == 0:
        return np.zeros(shape)
    if not _LEAST < largest < _LARGEST:
        every = tuple(grid.ravel() for grid in np.indices(shape))
        return _exactly(x, bands, start, begin, every).reshape(shape)
    parts = [(bands[0].split, blocks, start, begin)]
    parts += [(b.split, b.split.blocks, 0, 0) for b in bands[1:]]
    sums = _Sum(x, np.zeros(()), largest, 0.0, 0.0)
    for axis, (split, of, first, offset) in enumerate(parts):
        sums = _pass(sums, axis, split, of, first, offset)
    value, low = _two_sum(sums.high, sums.low)
    open_ = _undecided(value, low, sums.error, sums.largest + sums.size)
    if open_.any():
        _settle(value, low, sums.error, open_, x, bands, start, begin)
    return value + 0.0  # no negative zeros


def _pass(
    given: _Sum, axis: int, split: Split, blocks: tuple[Block, ...], first: int, offset: int
) -> _Sum:
    """One axis: the coarse products without rounding, the others rounded."""
    high, low = np.moveaxis(given.high, axis, 0), given.low
    shape = high.shape[1:]
    high = high.reshape(len(high), -1)
    unit = _exponent(given.largest) - _PIXEL_BITS
    coarse = _on_grid(high, unit)
    fine = high - coarse
    fine_size = 2.0 ** (unit - 1) + given.size
    fine_error = 0.0
    if low.ndim:
        fine += np.moveaxis(low, axis, 0).reshape(len(high), -1)
        fine_error = _U * fine_size
    has_fine, has_rest = bool(fine.any()), split.rest > 0
    n_out = blocks[-1].stop - first
    exact, inexact = np.empty((n_out, high.shape[1])), np.zeros((n_out, high.shape[1]))
    for block in blocks:
        rows = slice(block.start - first, block.stop - first)
        read = slice(block.begin - offset, block.end - offset)
        np.matmul(block.coarse, coarse[read], out=exact[rows])
        if has_fine:
            np.matmul(block.fine, fine[read], out=inexact[rows])
        if has_rest:
            inexact[rows] += block.rest @ coarse[read]
    size = split.total * fine_size * has_fine + split.rest * 2.0 ** (unit + _PIXEL_BITS)
    error = (split.taps + 5) * _U * size + split.total * (given.error + fine_error)
    back = (n_out, *shape)
    return _Sum(
        np.moveaxis(exact.reshape(back), 0, axis),
        np.moveaxis(inexact.reshape(back), 0, axis),
        (split.total + split.rest) * 2.0 ** (unit + _PIXEL_BITS) * _MORE,
        size * _MORE,
        error * _MORE,
    )


def _two_sum(a: Float64, b: Float64) -> tuple[Float64, Float64]:
    """``a + b`` rounded, and what the rounding took (D. Knuth, TAOCP 2, section 4.2.2)."""
    total = a + b
    back = total - a
    lost = a - (total - back)
    lost += b - back
    return total, lost


def _undecided(value: Float64, low: Float64, error: float, largest: float) -> Mask:
    """Where ``value + low``, off by at most ``error``, may round to something else than ``value``; no value
    is above ``largest``."""
    if error == 0:
        return np.zeros(value.shape, bool)  # low is what the rounding to value took
    size = error * _MORE + 2.0**-104 * largest  # the sums of low and it are rounded too
    return np.asarray((value + (low + size) != value) | (value + (low - size) != value))


def _on_grid(values: Float64, exponent: int) -> Float64:
    """Values of less than 2⁵¹ units rounded to multiples of the unit, ``2 ** exponent``."""
    shift = math.ldexp(1.5, 52 + exponent)
    result = values + shift
    result -= shift
    return result


# ---------------------------------------------------------------------------- in integers


def _settle(
    value: Float64,
    low: Float64,
    error: float,
    open_: Mask,
    x: Float64,
    bands: list[Band],
    start: int,
    begin: int,
) -> None:
    """Round what floats have left open; in place."""
    at = np.nonzero(open_)
    grids = [b.grid for b in bands]
    if len(at[0]) > 64 and None not in grids:
        # every exact value is a multiple of the unit, and the only one so near
        unit = _grid_of(x) + sum(grid for grid in grids if grid is not None)
        if -1000 < unit < 900 and 4 * error < math.ldexp(1.0, unit):
            high, rest = value[at], low[at]
            whole = np.ldexp(np.rint(np.ldexp(high, -unit)), unit)
            rest = np.ldexp(np.rint(np.ldexp((high - whole) + rest, -unit)), unit)
            value[at] = whole + rest  # both exact, so that the sum is rounded once
            return
    value[at] = _exactly(x, bands, start, begin, at)


def _exactly(
    x: Float64,
    bands: list[Band],
    start: int,
    begin: int,
    at: tuple[NDArray[np.intp], ...],
) -> Float64:
    """Some output pixels in integers.

    Args:
        x: the pixels from ``begin`` on of the first axis, all of the others.
        bands: of the axes.
        start: the output pixel of the first axis that the first index is 0 at.
        at: the output pixels: an index for each axis, and of the image.
    """
    taps = math.prod(b.numerators.shape[1] for b in bands)
    step = max(1, _GATHERED // taps)
    values = np.empty(len(at[0]))
    for i in range(0, len(values), step):
        values[i : i + step] = _few_exactly(x, bands, start, begin, [a[i : i + step] for a in at])
    return values


def _few_exactly(
    x: Float64, bands: list[Band], start: int, begin: int, at: list[NDArray[np.intp]]
) -> Float64:
    index: list[NDArray[np.intp]] = []
    weights, denominator = [], 1
    for axis, b in enumerate(bands):
        d = at[axis] + (start if axis == 0 else 0)
        read = b.first[d][:, None] + np.arange(b.numerators.shape[1]) - (begin if axis == 0 else 0)
        # a row that reads nothing may stand anywhere
        read = read.clip(0, x.shape[axis] - 1)
        index.append(read.reshape(len(d), *(-1 if i == axis else 1 for i in range(len(bands)))))
        integers, common = b.integers
        weights.append(integers[d])
        denominator *= common
    image = at[-1].reshape(-1, *(1 for _ in bands))
    mantissa, exponent = np.frexp(x[(*index, image)])
    least = int(exponent[mantissa != 0].min(initial=2**15))
    if least == 2**15:
        return np.zeros(len(at[0]))
    whole = np.ldexp(mantissa, 53).astype(np.int64).astype(object)
    values = whole << np.where(mantissa != 0, exponent - least, 0).astype(object)
    for each in reversed(weights):
        values = (values * each.reshape(len(each), *(1,) * (values.ndim - 2), -1)).sum(axis=-1)
    power = least - 53
    above, below = (1 << power, 1) if power >= 0 else (1, 1 << -power)
    return np.array([quotient(n * above, denominator * below) for n in values.tolist()])


def _grid_of(x: Float64) -> int:
    """The exponent of the largest power of two that all values are multiples of."""
    mantissa, exponent = np.frexp(x[x != 0])
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    lowest = np.frexp((whole & -whole).astype(np.float64))[1] - 1
    return int((exponent - 53 + lowest).min())


# ---------------------------------------------------------------------------- parts


def _distinct(numerators: Exact, denominators: Exact) -> tuple[Exact, Exact, NDArray[np.intp]]:
    """The rows that are different, and which of them each row is: most output pixels weigh as others do."""
    known: dict[tuple[int, ...], int] = {}
    both = np.concatenate([numerators, denominators], axis=1)
    inverse = [known.setdefault(tuple(row), len(known)) for row in both.tolist()]
    rows = np.empty((len(known), both.shape[1]), object)
    rows[...] = list(known)
    return rows[:, :-1], rows[:, -1:], np.array(inverse, np.intp)


def _blocks(whole: Band, coarse: Float64, fine: Float64, rest: Float64) -> Iterator[Block]:
    width = fine.shape[1]
    for start in range(0, whole.n_out, _ROWS):
        stop = min(start + _ROWS, whole.n_out)
        first = whole.first[start:stop]
        begin, end = int(first.min()), int(first.max()) + width
        at = (np.arange(stop - start)[:, None], (first - begin)[:, None] + np.arange(width))
        dense = []
        for part in (coarse, fine, rest):
            matrix = np.zeros((stop - start, end - begin))
            matrix[at] = part[start:stop]
            dense.append(matrix)
        yield Block(start, stop, begin, end, *dense)


def _batched(blocks: tuple[Block, ...], count: int) -> Iterator[tuple[Block, ...]]:
    for i in range(0, len(blocks), count):
        yield blocks[i : i + count]


def _exponent(value: float) -> int:
    """The least exponent of two whose power is not below a value above 0."""
    mantissa, exponent = math.frexp(value)
    return exponent - (mantissa == 0.5)


def _beyond(x: AnyArray) -> bool:
    """Whether an integer is one that float64 does not hold."""
    return bool(x.size) and (int(x.max()) > 2**53 or int(x.min()) < -(2**53))
