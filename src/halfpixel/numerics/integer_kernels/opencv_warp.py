"""Integer images through cv2.warpAffine, used as a resize: predicted value for value.

Read in opencv/opencv, branch 5.x, modules/imgproc/src: warp_kernels.simd.hpp (warpAffineLinearInvoker,
bicubicVec, bicubicRef, compiled for AVX2 with fused multiply-adds) and imgwarp.cpp (initInterTab2D,
remapBilinear, remapBicubic, remapLanczos4, which are the same in 3.4 and 4.x).
"""

from __future__ import annotations

import functools
import itertools

import numpy as np
from numpy.typing import NDArray

from ...arrays import AnyArray, Float32, Integers
from ...operators import Resize
from ...operators.axis import Axis
from ..coordinates import float_coordinates
from .opencv import interpolate_cubic
from .steps import fma

F = np.float32

_BITS = 15  # of the weights in the tables
_STEPS = 32  # places a pixel


def predict(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """LINEAR on 8 and unsigned 16 bits with 1, 3 or 4 channels, and CUBIC, use float32 coordinates and
    fused float32 sums, rounded half to even. LINEAR otherwise, and LANCZOS4, use tables with 32
    coordinates a pixel: of 15-bit integers for 8 bits, rounded half up; of float32 for 16 bits, rounded
    half to even."""
    in_vectors = x.shape[1] in (1, 3, 4) and dtype != "int16"
    if convention.mode == "cubic":
        result = np.rint(_cubic(convention, x, size, in_vectors=in_vectors))
    elif convention.mode == "linear" and in_vectors:
        result = np.rint(_linear(convention, x, size))
    else:
        return by_tables(convention, x, size, dtype)
    limits = np.iinfo(dtype)
    return result.clip(limits.min, limits.max).astype(np.int64)


def by_tables(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Tables with 32 coordinates a pixel: of 15-bit integers for 8 bits, rounded half up; of float32 for
    16 bits, rounded half to even."""
    table = _integer_table if dtype == "uint8" else _float_table
    result = np.rint(table(convention, x, size))
    limits = np.iinfo(dtype)
    return result.clip(limits.min, limits.max).astype(np.int64)


def by_tables_in_vectors(
    convention: Resize, x: Integers, size: tuple[int, int], dtype: str, lanes: int
) -> Integers:
    """As ``opencv_warp_tables``; but on 16 bits with one channel, where all taps lie inside the image, fused
    multiply-adds: CUBIC and LANCZOS4 in four sums, each of every fourth product; LINEAR in whole vectors."""
    if dtype == "uint8" or x.shape[1] != 1:
        return by_tables(convention, x, size, dtype)
    base, v, u = _in_tables(convention, x, size)
    weights = _tables(convention.mode)[0][v, u]
    taps = weights.shape[2]
    read = _taps(convention, x.astype(F), base, taps)
    rows, columns = _inside(x, base, taps)
    inside = rows & columns
    if taps == 2:
        values = _fused(
            [(read[r][c], weights[:, :, r, c]) for r, c in ((1, 1), (1, 0), (0, 1), (0, 0))]
        )
        inside = _whole_vectors(inside, lanes)
    else:
        sums = [
            _fused(
                [(read[r][c], weights[:, :, r, c]) for r in range(taps) for c in range(k, taps, 4)]
            )
            for k in range(4)
        ]
        values = (sums[0] + sums[2]) + (sums[1] + sums[3])
    limits = np.iinfo(dtype)
    result = np.where(inside, np.rint(values), np.rint(_float_table(convention, x, size)))
    return result.clip(limits.min, limits.max).astype(np.int64)


def _fused(products: list[tuple[AnyArray, Float32]]) -> Float32:
    """A sum of products, the first rounded and each further one added in one rounding."""
    (pixels, weight), *others = products
    total: Float32 = (pixels * weight).astype(F)
    for pixels, weight in others:
        total = fma(pixels, weight, total)
    return total


_BLOCK = 64  # output is computed in blocks of as many pixels as a square of this side has


def _whole_vectors(inside: NDArray[np.bool_], lanes: int) -> NDArray[np.bool_]:
    """Of each run of pixels in a row of a block, those in whole vectors from its beginning."""
    height, width = inside.shape
    block = min(_BLOCK * _BLOCK // min(_BLOCK // 2, height), width)
    whole = np.zeros_like(inside)
    for row, start in itertools.product(range(height), range(0, width, block)):
        run = start
        for column in range(start, min(start + block, width) + 1):
            if column < min(start + block, width) and inside[row, column]:
                continue
            whole[row, run : run + (column - run) // lanes * lanes] = True
            run = column + 1
    return whole


def applies_to(convention: Resize) -> bool:
    """Whether warpAffine has the convention, with the matrices that ``opencv_warp`` makes."""
    affine = convention.coordinate_transformation_mode in ("half_pixel", "asymmetric")
    kernels = {"linear": True, "cubic": convention.cubic_coeff_a == -0.75}
    kernels["lanczos"] = convention.lanczos_radius == 4
    plain = not convention.antialias and not convention.exclude_outside
    return affine and plain and kernels.get(convention.mode, False)


def _split(convention: Resize, axis: Axis, rule: str) -> tuple[NDArray[np.intp], Float32]:
    """The pixel before each coordinate, and the fraction: exact in float32."""
    coordinate = float_coordinates(convention, axis.pixels, rule)
    base = np.floor(coordinate)
    return base.astype(np.intp), (coordinate - base).astype(F)


def _taps(
    convention: Resize, x: AnyArray, base: list[NDArray[np.intp]], taps: int
) -> list[list[AnyArray]]:
    """What each output pixel reads, ``[row][column]``, each (N, C, *size)."""
    first = 1 - taps // 2
    read = []
    for axis, start in enumerate(base):
        n_in = x.shape[2 + axis]
        indices = start + np.arange(first, first + taps)[:, None]
        lost = (indices < 0) | (indices >= n_in) if convention.drops_outside else indices < -(2**30)
        read.append((convention.padded(indices, n_in), lost))
    (rows, outside_rows), (columns, outside_columns) = read
    return [
        [
            _without(np.take(line, j, axis=3), a[:, None] | b)
            for j, b in zip(columns, outside_columns, strict=True)
        ]
        for line, a in zip((np.take(x, i, axis=2) for i in rows), outside_rows, strict=True)
    ]


def _without(pixels: AnyArray, lost: NDArray[np.bool_]) -> AnyArray:
    return np.where(lost, 0 * pixels[:1, :1, :1, :1], pixels) if lost.any() else pixels


def _axes(
    convention: Resize, rule: str, x: Integers, size: tuple[int, int], *, by_axis: bool = True
) -> tuple[list[NDArray[np.intp]], Float32, Float32]:
    """The pixels before the coordinates, and the fractions of rows, (H, 1), and columns, (W,); not
    ``by_axis``: columns by the formula of the rows."""
    y, v = _split(convention, Axis(x.shape[2], size[0]), rule)
    z, u = _split(convention, Axis(x.shape[3], size[1], columns=by_axis), rule)
    return [y, z], v[:, None], u


def _linear(convention: Resize, x: Integers, size: tuple[int, int]) -> Float32:
    base, v, u = _axes(convention, "warp_float32", x, size)
    (a, b), (c, d) = _taps(convention, x.astype(F), base, 2)
    top, bottom = fma(u, b - a, a), fma(u, d - c, c)
    return fma(v, bottom - top, top)


def _cubic(convention: Resize, x: Integers, size: tuple[int, int], *, in_vectors: bool) -> Float32:
    base, v, u = _axes(convention, "warp_float32", x, size, by_axis=False)
    weights_v, weights_u = (_cubic_weights(t, in_vectors=in_vectors) for t in (v, u))
    total: Float32 = np.zeros((), F)
    for row, weight in zip(_taps(convention, x.astype(F), base, 4), weights_v, strict=True):
        p, w = row, weights_u
        line = fma(p[1], w[1], p[0] * w[0]) if in_vectors else fma(p[0], w[0], p[1] * w[1])
        line = fma(p[3], w[3], fma(p[2], w[2], line))
        total = fma(line, weight, total)
    return total


def _cubic_weights(t: Float32, *, in_vectors: bool) -> tuple[Float32, ...]:
    """Keys' kernel in factors; where it is not in vectors, a product is fused into its difference."""
    a, one = F(-0.75), F(1)
    b = one - t
    t2, b2 = t * t, b * b
    second = fma(t2, fma(a + F(2), t, -(a + F(3))), one)
    if in_vectors:
        first, last = a * (t * b2), a * (t2 * b)
        return first, second, ((one - first) - second) - last, last
    first, last = a * t * b2, a * t2 * b
    return first, second, (one - first) - second - last, last


@functools.cache
def _table(mode: str) -> Float32:
    """(32, taps): the weights of an axis at each 32nd of a pixel, in float32."""
    t = (np.arange(_STEPS) / F(_STEPS)).astype(F)
    if mode == "linear":
        return np.stack([F(1) - t, t], axis=1)
    if mode == "cubic":
        return np.stack(interpolate_cubic(F(-0.75), t), axis=1)
    k = np.arange(8)
    # sin(π(t + 3 − k)/4)-like values by the addition theorem, from one sine and cosine a place
    half = 0.70710678118654752440084436210485
    sines = np.array([1, -half, 0, half, -1, half, 0, -half])
    cosines = np.array([0, -half, 1, -half, 0, half, -1, half])
    start = (t + F(3))[:, None]
    angles = -(start - k.astype(F)).astype(np.float64) * np.pi * 0.25
    angles[0, 3] = 1  # a whole pixel is told apart below
    angle = -start.astype(np.float64) * np.pi * 0.25
    values = ((sines * np.sin(angle) + cosines * np.cos(angle)) / angles**2).astype(F)
    total = np.zeros(_STEPS, F)
    for column in values.T:
        total = total + column
    weights = values * (F(1) / total)[:, None]
    weights[0] = k == 3
    return np.asarray(weights, F)


@functools.cache
def _tables(mode: str) -> tuple[Float32, Integers]:
    """(32, 32, taps, taps): the weights of both axes as float32, and as integers that sum to 2¹⁵: what is
    missing goes to the largest of the middle weights, what is too much comes off the smallest."""
    line = _table(mode)
    both = line[:, None, :, None] * line[None, :, None, :]
    scaled = both * F(1 << _BITS)
    whole = np.rint(scaled).clip(-(2**15), 2**15 - 1).astype(np.int64)
    middle = line.shape[1] // 2
    for block in whole.reshape(-1, line.shape[1], line.shape[1]):
        excess = int(block.sum()) - (1 << _BITS)
        if excess:
            centre = block[middle : middle + 2, middle : middle + 2]
            at = np.argmax(centre) if excess < 0 else np.argmin(centre)
            centre[np.unravel_index(at, centre.shape)] -= excess
    return both, whole


def _in_tables(
    convention: Resize, x: Integers, size: tuple[int, int]
) -> tuple[list[NDArray[np.intp]], NDArray[np.intp], NDArray[np.intp]]:
    """The pixels before the coordinates, and the rows of the tables for rows and columns."""
    base, v, u = _axes(convention, "warp_fixed_5", x, size)
    return base, (v * _STEPS).astype(np.intp), (u * _STEPS).astype(np.intp)


def _integer_table(convention: Resize, x: Integers, size: tuple[int, int]) -> Integers:
    base, v, u = _in_tables(convention, x, size)
    weights = _tables(convention.mode)[1][v, u]
    taps = weights.shape[2]
    total = np.zeros((), np.int64)
    for r, row in enumerate(_taps(convention, x, base, taps)):
        for c, pixels in enumerate(row):
            total = total + pixels.astype(np.int64) * weights[:, :, r, c]
    return (total + (1 << _BITS >> 1)) >> _BITS


def _float_table(convention: Resize, x: Integers, size: tuple[int, int]) -> Float32:
    """CUBIC and LANCZOS4 sum a row, then the rows; where a tap lies outside, and LINEAR, one after the
    other."""
    base, v, u = _in_tables(convention, x, size)
    weights = _tables(convention.mode)[0][v, u]
    taps = weights.shape[2]
    read = _taps(convention, x.astype(F), base, taps)
    products = [[p * weights[:, :, r, c] for c, p in enumerate(row)] for r, row in enumerate(read)]
    each = sum((term for row in products for term in row), np.zeros((), F))
    if taps == 2:
        return np.asarray(each, F)
    by_row = sum((_in_turn(row) for row in products), np.zeros((), F))
    rows, columns = _inside(x, base, taps)
    return np.where(rows & columns, by_row, each).astype(F)


def _inside(
    x: Integers, base: list[NDArray[np.intp]], taps: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether all taps of a row, (H, 1), and of a column, (W,), lie inside the image."""
    rows, columns = (
        (b - taps // 2 + 1 >= 0) & (b - taps // 2 + 1 < max(n - taps + 1, 0))
        for b, n in zip(base, x.shape[2:], strict=True)
    )
    return rows[:, None], columns


def _in_turn(terms: list[Float32]) -> Float32:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
