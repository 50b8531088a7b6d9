"""Integer images through cv2.warpAffine (OpenCV 5), used as a resize: predicted value for value.

Read in opencv/opencv, branch 5.x, modules/imgproc/src: warp_kernels.simd.hpp (warpAffineLinearInvoker,
bicubicVec, bicubicRef, compiled for AVX2 with fused multiply-adds) and imgwarp.cpp (initInterTab2D,
remapBilinear, remapLanczos4).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...operators import Resize
from ...operators.axis import Axis
from ..coordinates import float_coordinates
from .steps import fma

Integers = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
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
    elif dtype == "uint8":
        result = _integer_table(convention, x, size)
    else:
        result = np.rint(_float_table(convention, x, size))
    limits = np.iinfo(dtype)
    return result.clip(limits.min, limits.max).astype(np.int64)


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
    convention: Resize, x: NDArray[Any], base: list[NDArray[np.intp]], taps: int
) -> list[list[NDArray[Any]]]:
    """What each output pixel reads, ``[row][column]``, each (N, C, *size)."""
    first = 1 - taps // 2
    read = []
    for axis, start in enumerate(base):
        n_in = x.shape[2 + axis]
        indices = start + np.arange(first, first + taps)[:, None]
        lost = (indices < 0) | (indices >= n_in) if convention.drops_outside else indices < -(2**30)
        read.append((convention.padded(indices, n_in), lost))
    (rows, above), (columns, beside) = read
    return [
        [
            np.where(a[:, None] | b, 0 * x[:1, :1, :1, :1], x[:, :, i[:, None], j])
            for j, b in zip(columns, beside, strict=True)
        ]
        for i, a in zip(rows, above, strict=True)
    ]


def _axes(
    convention: Resize, rule: str, x: Integers, size: tuple[int, int], *, by_axis: bool = True
) -> tuple[list[NDArray[np.intp]], Float32, Float32]:
    """The pixels before the places, and the fractions of rows, (H, 1), and columns, (W,); not
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
    k = np.arange(8)
    # sin(π(t + 3 − k)/4)-like values by the addition theorem, from one sine and cosine a place
    half = 0.70710678118654752440084436210485
    sines = np.array([1, -half, 0, half, -1, half, 0, -half])
    cosines = np.array([0, -half, 1, -half, 0, half, -1, half])
    start = (t + F(3))[:, None]
    place = -(start - k.astype(F)).astype(np.float64) * np.pi * 0.25
    place[0, 3] = 1  # a whole pixel is told apart below
    angle = -start.astype(np.float64) * np.pi * 0.25
    values = ((sines * np.sin(angle) + cosines * np.cos(angle)) / place**2).astype(F)
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
    """The pixels before the places, and the rows of the tables for rows and columns."""
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
    """LANCZOS4 sums a row, then the rows; where a tap lies outside, and LINEAR, one after the other."""
    base, v, u = _in_tables(convention, x, size)
    weights = _tables(convention.mode)[0][v, u]
    taps = weights.shape[2]
    read = _taps(convention, x.astype(F), base, taps)
    products = [[p * weights[:, :, r, c] for c, p in enumerate(row)] for r, row in enumerate(read)]
    each = sum((term for row in products for term in row), np.zeros((), F))
    if taps == 2:
        return np.asarray(each, F)
    by_row = sum((_in_turn(row) for row in products), np.zeros((), F))
    inside = [
        (b - taps // 2 + 1 >= 0) & (b - taps // 2 + 1 < max(n - taps + 1, 0))
        for b, n in zip(base, x.shape[2:], strict=True)
    ]
    return np.where(inside[0][:, None] & inside[1], by_row, each).astype(F)


def _in_turn(terms: list[Float32]) -> Float32:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
