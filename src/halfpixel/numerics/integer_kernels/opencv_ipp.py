"""OpenCV's arithmetic where Intel's IPP resizes: float32 with fused multiply-adds."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ...arrays import AnyArray, Float32, Float64, Integers
from ...operators import Resize
from .opencv import fixed_11, flat, float32, interleaved, planes
from .steps import (
    NO_FACTORS,
    F,
    Factors,
    coordinates,
    fma,
    kernel,
    step,
    taps,
)


def _coordinate(convention: Resize, n_in: int, n_out: int) -> tuple[NDArray[np.intp], Float32]:
    """The pixel before each coordinate, and the fraction: computed in float64, then cast."""
    x = coordinates(convention, n_in, n_out, n_in / n_out)
    base = np.floor(x).astype(np.intp)
    return base, (x - base).astype(F)


def _linear(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    *,
    earlier: bool = False,
) -> Integers:
    """Columns, then rows, a + t·(b − a) with one rounding of the product and the sum. Signed images
    have rows and columns outside the outermost pixels' centres of their own, where only the other
    axis is interpolated: there t·(b − a) is rounded to an integer before a is added.

    ``earlier``: before IPP 2022 they have not; and of the values that vectors of four leave of a row, product
    and sum are rounded each, along the rows, and with one channel along both.
    """
    image = interleaved(x).astype(F)
    grid: list[tuple[AnyArray, ...]] = []
    outside: list[NDArray[np.bool_]] = []
    for n_in, n_out in zip(x.shape[2:], size, strict=True):
        base, t = _coordinate(convention, n_in, n_out)
        beyond = (base < 0) | (base >= n_in - 1)
        index = base.clip(0, n_in - 1)
        grid.append((index, (index + 1).clip(0, n_in - 1), np.where(beyond, F(0), t)))
        outside.append(beyond[:, None, None] if not outside else beyond[:, None])
    (top, bottom, v), (left, right, u) = grid
    u, v = u[:, None], v[:, None, None]
    a, b = image[:, :, left], image[:, :, right]
    columns = fma(b - a, u, a)
    a, b = columns[:, top], columns[:, bottom]
    result = np.rint(fma(b - a, v, a))
    if earlier:
        inner = _inside(x.shape[3], size[1])
        rest = inner[:, None] & ~_in_fours(inner, x.shape[1])
        lines = columns
        if x.shape[1] == 1:
            a, b = image[:, :, left], image[:, :, right]
            lines = a + (b - a) * u
        a, b = lines[:, top], lines[:, bottom]
        result = np.where(rest, np.rint(a + (b - a) * v), result)
    if dtype == "int16" and not earlier:
        above, below = image[:, top], image[:, bottom]
        a, b = above[:, :, left], above[:, :, right]
        along_row = a + np.rint((b - a) * u)
        b = below[:, :, left]
        along_column = a + np.rint((b - a) * v)
        inside = np.where(outside[1], along_column, result)
        result = np.where(outside[0], along_row, inside)
    return planes(flat(result), x.shape[1], dtype)


def _inside(n_in: int, n_out: int) -> NDArray[np.bool_]:
    """Which output pixels lie between the centres of two, by coordinates of one rounding."""
    step, half = Fraction(n_in / n_out), Fraction(1, 2)
    coordinates = np.array([float((d + half) * step - half) for d in range(n_out)])
    return np.asarray((coordinates >= 0) & (coordinates < n_in - 1))


# How four products are summed: (p_i + p_j) + (p_k + p_l), or one after another. "fused" says which
# product of a pair is added to the other's before it is rounded; None, neither.
_Summed = Callable[[Sequence[Float32], Sequence[Float32]], Float32]


def _pairs(first: tuple[int, int], second: tuple[int, int], *, fused: int | None) -> _Summed:
    def pair(x: Sequence[Float32], w: Sequence[Float32], ij: tuple[int, int]) -> Float32:
        if fused is None:
            return x[ij[0]] * w[ij[0]] + x[ij[1]] * w[ij[1]]
        inner, outer = ij[1 - fused], ij[fused]
        return fma(x[outer], w[outer], x[inner] * w[inner])

    return lambda x, w: pair(x, w, first) + pair(x, w, second)


def _chain(*order: int) -> _Summed:
    def summed(x: Sequence[Float32], w: Sequence[Float32]) -> Float32:
        total = x[order[0]] * w[order[0]]
        for k in order[1:]:
            total = fma(x[k], w[k], total)
        return total

    return summed


_ROWS = _pairs((0, 1), (2, 3), fused=0)
_EDGE = _chain(0, 1, 2, 3)


def _cubic(convention: Resize, x: Integers, size: tuple[int, int], *, whole_rows: bool) -> Integers:
    """Weights are the exact kernel's, rounded to float32, at a fraction rounded to 23 bits. Sums differ
    in their order, which depends on channels, on whether all taps lie inside, and on whether whole
    vectors of 4 are left of the row.

    ``whole_rows``: the columns of an edge row are summed as those of any row (uint8 with AVX-512); otherwise
    an edge pixel has sums of its own along both axes.
    """
    channels = x.shape[1]
    image = interleaved(x).astype(F)
    (iy, wy, inner_y), (ix, wx, inner_x) = (
        _cubic_axis(convention, n_in, n_out) for n_in, n_out in zip(x.shape[2:], size, strict=True)
    )
    taps, weights = [image[:, :, i] for i in ix], [w[:, None] for w in wx]

    def columns(summed: _Summed) -> Float32:
        return flat(summed(taps, weights))

    def rows(lines: Sequence[Float32], summed: _Summed) -> Float32:
        return summed(
            [line[:, i] for line, i in zip(lines, iy, strict=True)], [w[:, None] for w in wy]
        )

    number = np.cumsum(inner_x) - 1  # of a pixel among those whose taps lie inside
    whole = np.repeat(inner_x & (number < inner_x.sum() // 4 * 4), channels)
    inner_row, inner = inner_y[:, None], np.repeat(inner_x, channels)
    if channels == 1:
        vector, single = (
            columns(_pairs((0, 1), (2, 3), fused=None)),
            columns(_pairs((0, 2), (1, 3), fused=None)),
        )
    elif not whole_rows:
        vector = single = columns(_pairs((0, 3), (1, 2), fused=0))
    elif channels == 3:
        vector = single = columns(_EDGE)
    else:
        vector, single = (
            columns(_pairs((0, 2), (1, 3), fused=1)),
            columns(_pairs((0, 3), (1, 2), fused=0)),
        )
    inside = np.where(whole, vector, single)
    if whole_rows:
        lines = np.where(inner, inside, columns(_EDGE))
        result = rows([lines] * 4, _ROWS)
    else:
        outer, middle = columns(_EDGE), columns(_chain(1, 0, 2, 3))
        edge = rows([outer, middle, middle, outer], _pairs((0, 2), (1, 3), fused=None))
        result = np.where(inner_row & inner, rows([inside] * 4, _ROWS), edge)
    return np.rint(result)


# before IPP 2022: the sums along columns, of whole vectors and of the last pixel of an odd rest
_EARLIER_COLUMNS = {
    1: (_pairs((0, 1), (2, 3), fused=None), _pairs((0, 2), (1, 3), fused=0)),
    3: (_pairs((0, 3), (1, 2), fused=0), _chain(2, 0, 3, 1)),
    4: (_pairs((0, 3), (1, 2), fused=0), _pairs((1, 2), (3, 0), fused=0)),
}
_EARLIER_EDGE = (_pairs((0, 2), (3, 1), fused=0), _chain(1, 0, 2, 3))
_EARLIER_EDGE_OF_FOUR = (_pairs((0, 3), (1, 2), fused=0), _chain(1, 0, 2, 3))
# in 2021, on 16 bits, but at the left
_EARLIER_EDGE_OF_THREE = (_pairs((2, 1), (3, 0), fused=0), _chain(2, 3, 1, 0))


def _cubic_earlier(
    convention: Resize, x: Integers, size: tuple[int, int], dtype: str, year: int
) -> Integers:
    """As :func:`_cubic`, with the sums of IPP before 2022: those of an edge pixel are the same wherever it
    is, but with three channels. Of what whole vectors leave of a row, pairs of pixels are summed along the
    columns as in vectors, and four values along the rows; with one channel, no pixel and no value is."""
    channels = x.shape[1]
    image = interleaved(x).astype(F)
    (iy, wy, inner_y), (ix, wx, inner_x) = (
        _cubic_axis(convention, n_in, n_out) for n_in, n_out in zip(x.shape[2:], size, strict=True)
    )

    def columns(summed: _Summed) -> Float32:
        return flat(summed([image[:, :, i] for i in ix], [w[:, None] for w in wx]))

    def rows(lines: Float32, summed: _Summed) -> Float32:
        return summed([lines[:, i] for i in iy], [w[:, None] for w in wy])

    count = int(inner_x.sum())
    number = np.cumsum(inner_x) - 1  # of a pixel among those whose taps lie inside
    pairs = count // 4 * 4 if channels == 1 else count // 2 * 2
    paired = np.repeat(number < pairs, channels)
    vector, single = _EARLIER_COLUMNS[channels]
    lines = np.where(paired, columns(vector), columns(single))
    in_fours = _in_fours(inner_x, channels).ravel()
    inside = np.where(in_fours, rows(lines, _ROWS), rows(lines, _pairs((0, 1), (2, 3), fused=None)))
    along, across = _EARLIER_EDGE_OF_FOUR if channels == 4 else _EARLIER_EDGE
    edge = rows(columns(along), across)
    if year > 2020 and channels == 3 and dtype != "uint8":
        along, across = _EARLIER_EDGE_OF_THREE
        left = np.repeat(np.cumsum(inner_x) == 0, channels)
        edge = np.where(inner_y[:, None] & left, edge, rows(columns(along), across))
    inner = inner_y[:, None] & np.repeat(inner_x, channels)
    return np.rint(np.where(inner, inside, edge))


def _in_fours(inner: NDArray[np.bool_], channels: int) -> NDArray[np.bool_]:
    """(W, C): which values of a row lie in vectors of four, of the pixels that are ``inner``, (W,)."""
    number = np.cumsum(inner)[:, None] - 1
    count = int(inner.sum()) * channels
    return np.asarray(number * channels + np.arange(channels) < count // 4 * 4)


def _cubic_axis(
    convention: Resize, n_in: int, n_out: int
) -> tuple[NDArray[np.intp], Float32, NDArray[np.bool_]]:
    base, t = _coordinate(convention, n_in, n_out)
    t64 = (F(1) + t).astype(np.float64) - 1
    offsets = np.arange(-1, 3)[:, None]
    weight = kernel(convention, abs(t64 - offsets)).astype(F)
    inner = (base >= 1) & (base + 2 < n_in)
    return (base + offsets).clip(0, n_in - 1), weight, inner


# How far a factor may be from the ratio of the sizes and still be forgotten.
_SAME = 1e-10


def _is_warped(x: Integers, size: tuple[int, int], factors: Factors) -> bool:
    """Whether IPP warps: where a factor is not the ratio of the sizes, which is all that its resize knows."""
    axes = zip(x.shape[2:], size, factors, strict=True)
    return any(f is not None and abs(n_out / n_in - f) / f > _SAME for n_in, n_out, f in axes)


def _warped(x: Float32, axis: int, coordinate: Float64, *, fused: bool = True) -> Float32:
    """One axis, a + t·(b − a) with one rounding of the product and the sum. Beyond the outermost pixels'
    centres it samples at those, at the last as at the end of the last pair: t = 1."""
    last = x.shape[axis] - 1
    coordinate = coordinate.clip(0, last)
    base = np.minimum(np.floor(coordinate).astype(np.intp), _last_pair(last))
    t = (coordinate - base).astype(F).reshape(-1, *[1] * (3 - axis))
    a, b = x.take(base, axis), x.take(np.minimum(base + 1, last), axis)
    return fma(b - a, t, a) if fused else a + (b - a) * t


def _last_pair(last: int) -> int:
    return last - 1


def _warped_linear(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors,
    *,
    earlier: bool,
) -> Integers:
    """Columns, then rows, as a warp; ``earlier``: before IPP 2022 the values that vectors of four leave of a
    row round product and sum each, along the rows, and with one channel along both."""
    image = x.astype(F)
    apart = image
    for axis in (3, 2):
        n_in, n_out, factor = x.shape[axis], size[axis - 2], factors[axis - 2]
        coordinate = coordinates(convention, n_in, n_out, step(n_in, n_out, factor))
        apart = _warped(apart, axis, coordinate, fused=axis == 3 and x.shape[1] != 1)
        image = _warped(image, axis, coordinate)
    if earlier:
        fours = _in_fours(np.ones(size[1], bool), x.shape[1]).T[:, None]
        image = np.where(fours, image, apart)
    limits = np.iinfo(dtype)
    return np.rint(image).clip(limits.min, limits.max).astype(np.int64)


def ipp(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
    *,
    avx512: bool = True,
    year: int = 2022,
) -> Integers:
    """IPP, with 1, 3 or 4 channels and at least as many pixels along each axis as the kernel has taps;
    otherwise as without IPP.

    Raises:
        ValueError: factors that are not the ratios of the sizes, and CUBIC, or less than three pixels in or
            two out along an axis: in which order IPP sums that warp is not known.
    """
    plain = fixed_11 if dtype == "uint8" else float32
    linear = convention.mode == "linear"
    supported = x.shape[1] in (1, 3, 4) and min(x.shape[2:]) >= taps(convention)
    if x.shape[2:] == size or not supported or (linear and dtype == "uint8"):
        return plain(convention, x, size, dtype, factors)
    if _is_warped(x, size, factors):
        if not linear or min(x.shape[2:]) < 3 or min(size) < 2:
            raise ValueError("IPP's warp is known of LINEAR alone, from 3 pixels an axis and to 2")
        return _warped_linear(convention, x, size, dtype, factors, earlier=year < 2022)
    if linear:
        return _linear(convention, x, size, dtype, earlier=year < 2022)
    result = (
        _cubic_earlier(convention, x, size, dtype, year)
        if year < 2022
        else _cubic(convention, x, size, whole_rows=avx512 and dtype == "uint8")
    )
    return planes(result, x.shape[1], dtype)


# where IPP takes AVX2: uint8 is summed as 16 bits are
ipp_avx2 = functools.partial(ipp, avx512=False)
ipp_2020 = functools.partial(ipp, year=2020)
ipp_2021 = functools.partial(ipp, year=2021)
