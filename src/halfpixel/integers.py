"""Integer images: how a framework rounds on the way, predicted value for value.

An integer resize is not linear: weights are fixed-point or float32 numbers, sums are rounded, perhaps
between the passes too. Each function here says what one framework computes, step by step, in float64,
float32 and int64, so that its result is a prediction and not an estimate. None of them is a tolerance.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .conventions import Resize
from .conventions.exact import over_common_denominator

Integers = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

F = np.float32


def _places(convention: Resize, n_in: int, n_out: int, scale: float) -> Float64:
    """Coordinates in float64, each operation rounded; ``scale`` is n_in / n_out as the framework has it."""
    d = np.arange(n_out, dtype=np.float64)
    if convention.coordinate_transformation_mode == "half_pixel":
        return (d + 0.5) * scale - 0.5
    if convention.coordinate_transformation_mode == "asymmetric":
        return d * scale
    return d * ((n_in - 1) / (n_out - 1) if n_out > 1 else 0.0)


def _taps(convention: Resize) -> int:
    return 2 if convention.mode == "linear" else 4


def _half_up(sums: Integers, bits: int) -> Integers:
    return (sums + (1 << bits >> 1)) >> bits


# ---------------------------------------------------------------------------- torch


_TOO_LARGE = 2**15  # for a weight
_BETWEEN_PASSES = (0, 255)


def _torch_weights(convention: Resize, n_in: int, n_out: int) -> tuple[Integers, int]:
    """The matrix of one axis as 16-bit integers, and the number of bits after the point.

    As many bits as the largest weight of the axis leaves room for. Taps outside the image are added
    to the edge pixel's weight before it is rounded.
    """
    taps = _taps(convention)
    x = _places(convention, n_in, n_out, n_in / n_out)
    if convention.mode == "linear":
        x = np.maximum(x, 0.0)
    base = np.minimum(np.floor(x.astype(F)).astype(np.int64), n_in - 1)
    t = np.clip(x - base, 0.0, 1.0)
    matrix, largest = np.zeros((n_out, n_in)), 0.0
    rows = np.arange(n_out)
    for k in range(1 - taps // 2, 1 + taps // 2):
        pixel = (base + k).clip(0, n_in - 1)
        matrix[rows, pixel] += _keys(convention, abs(k - t))
        largest = max(largest, float(matrix[rows, pixel].max()))
    bits = next(b for b in range(23) if int(0.5 + largest * 2 ** (b + 1)) >= _TOO_LARGE or b == 22)
    scaled = matrix * 2.0**bits
    return np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int64), bits


def _keys(convention: Resize, x: Float64) -> Float64:
    if convention.mode == "linear":
        return np.where(x < 1, 1 - x, 0.0)
    a = float(convention.cubic_coeff_a or 0)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _torch_uint8(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Columns, then rows; rounded half up and clamped to 0..255 after each."""
    for axis in (3, 2):
        weights, bits = _torch_weights(convention, x.shape[axis], size[axis - 2])
        # in float64 the sums are exact, far below 2**53, and BLAS does them
        sums = np.tensordot(weights.astype(np.float64), x.astype(np.float64), axes=(1, axis))
        x = _half_up(np.moveaxis(sums, 0, axis).astype(np.int64), bits).clip(*_BETWEEN_PASSES)
    return x


# ---------------------------------------------------------------------------- OpenCV


@dataclass(frozen=True)
class _Axis:
    """One axis of OpenCV: of each output pixel the pixels read, (taps, n_out), and their weights."""

    index: NDArray[np.intp]
    weight: Float32


def _opencv_axis(convention: Resize, n_in: int, n_out: int, *, columns: bool) -> _Axis:
    """The coordinate is cast to float, and so is all that follows from it."""
    x = _places(convention, n_in, n_out, 1.0 / (n_out / n_in)).astype(F)
    base = np.floor(x).astype(np.intp)
    t = x - base.astype(F)
    if convention.mode == "linear":
        if columns:  # rows keep their weights at the edge: both read the same pixel
            t = np.where((base < 0) | (base >= n_in - 1), F(0), t)
            base = base.clip(0, n_in - 1)
        weight, first = np.stack([F(1) - t, t]), 0
    else:
        weight, first = _opencv_cubic(F(float(convention.cubic_coeff_a or 0)), t), -1
    index = base + np.arange(first, first + len(weight))[:, None]
    return _Axis(index.clip(0, n_in - 1), weight)


def _opencv_cubic(a: np.float32, t: Float32) -> Float32:
    one = F(1)
    u = one - t
    first = ((a * (t + one) - F(5) * a) * (t + one) + F(8) * a) * (t + one) - F(4) * a
    second = ((a + F(2)) * t - (a + F(3))) * t * t + one
    third = ((a + F(2)) * u - (a + F(3))) * u * u + one
    return np.stack([first, second, third, one - first - second - third])


def _interleaved(x: NDArray[Any]) -> NDArray[Any]:
    """(N, C, H, W) to (N, H, W, C), as OpenCV holds images."""
    return x.transpose(0, 2, 3, 1)


def _flat(x: NDArray[Any]) -> NDArray[Any]:
    """(N, H, W, C) to (N, H, W·C): a row is a vector, whatever its channels."""
    return x.reshape(*x.shape[:2], -1)


def _planes(rows: NDArray[Any], channels: int, dtype: str) -> Integers:
    """(N, H, W·C), saturated to the dtype, back to (N, C, H, W)."""
    limits = np.iinfo(dtype)
    clipped = rows.clip(limits.min, limits.max).astype(np.int64)
    return clipped.reshape(*rows.shape[:2], -1, channels).transpose(0, 3, 1, 2)


def _in_vectors(width: int, lanes: int) -> NDArray[np.bool_]:
    """Which elements of a row are computed in whole vectors; the rest come one at a time."""
    return np.arange(width) < width // lanes * lanes


def _halved(x: Integers) -> Integers:
    """An exact halving of both axes averages four pixels: half up with 1, 3 or 4 channels, else half even."""
    total = x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]
    up = x.shape[1] in (1, 3, 4)
    return (total + 2) >> 2 if up else np.rint(total / 4).astype(np.int64)


def _opencv_special(convention: Resize, x: Integers, size: tuple[int, int]) -> Integers | None:
    """What OpenCV does not interpolate: an unchanged size, and LINEAR at exactly half the size."""
    if x.shape[2:] == size:
        return x
    halving = x.shape[2:] == (2 * size[0], 2 * size[1])
    return _halved(x) if halving and convention.mode == "linear" else None


_COEFFICIENT_BITS = 11


def _opencv_fixed_11(
    convention: Resize, x: Integers, size: tuple[int, int], dtype: str
) -> Integers:
    """Weights are rounded to 11 bits; the first pass is exact. Then LINEAR cuts off bits in two places
    and rounds half up; CUBIC sums float32 products, half even, in whole vectors of 8, and rounds the
    exact sum half up in what is left of a row."""
    special = _opencv_special(convention, x, size)
    if special is not None:
        return special
    one = F(1 << _COEFFICIENT_BITS)
    columns = _opencv_axis(convention, x.shape[3], size[1], columns=True)
    rows = _opencv_axis(convention, x.shape[2], size[0], columns=False)
    alpha = np.rint(columns.weight * one).astype(np.int64)
    beta = np.rint(rows.weight * one).astype(np.int64)[:, :, None]
    image = _interleaved(x)
    first = _flat(
        sum(image[:, :, i] * w[:, None] for i, w in zip(columns.index, alpha, strict=True))
    )
    lines = [first[:, i] for i in rows.index]
    if convention.mode == "linear":
        parts = [(b * (line >> 4)) >> 16 for b, line in zip(beta, lines, strict=True)]
        return _planes((parts[0] + parts[1] + 2) >> 2, x.shape[1], dtype)
    bits = 2 * _COEFFICIENT_BITS
    exact = sum(b * line for b, line in zip(beta, lines, strict=True))
    p = [line.astype(F) * (b.astype(F) / F(1 << bits)) for b, line in zip(beta, lines, strict=True)]
    vectors = np.rint(p[0] + (p[1] + (p[2] + p[3]))).astype(np.int64)
    single = _half_up(exact, bits)
    return _planes(np.where(_in_vectors(first.shape[2], 8), vectors, single), x.shape[1], dtype)


def _opencv_float32(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """All in float32, rounded once at the end, half even; CUBIC sums its rows from the last to the
    first in whole vectors of 8, from the first to the last in what is left of a row."""
    special = _opencv_special(convention, x, size)
    if special is not None:
        return special
    columns = _opencv_axis(convention, x.shape[3], size[1], columns=True)
    rows = _opencv_axis(convention, x.shape[2], size[0], columns=False)
    image = _interleaved(x).astype(F)
    first = _flat(
        _in_turn(
            [
                image[:, :, i] * w[:, None]
                for i, w in zip(columns.index, columns.weight, strict=True)
            ]
        )
    )
    p = [first[:, i] * w[:, None] for i, w in zip(rows.index, rows.weight, strict=True)]
    result = np.where(_in_vectors(first.shape[2], 8), _in_turn(p[::-1]), _in_turn(p))
    return _planes(np.rint(result), x.shape[1], dtype)


def _in_turn(terms: Sequence[Float32]) -> Float32:
    """A sum from the first term to the last, rounded at each step."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


# ---------------------------------------------------------------------------- OpenCV with IPP


def _fma(a: NDArray[Any], b: NDArray[Any], c: NDArray[Any]) -> Float32:
    """a·b + c rounded once: the product of two float32 is exact in float64."""
    wide: Float64 = np.multiply(a, b, dtype=np.float64) + c
    return wide.astype(F)


def _ipp_place(convention: Resize, n_in: int, n_out: int) -> tuple[NDArray[np.intp], Float32]:
    """The pixel before each coordinate, and the fraction: computed in float64, then cast."""
    x = _places(convention, n_in, n_out, n_in / n_out)
    base = np.floor(x).astype(np.intp)
    return base, (x - base).astype(F)


def _ipp_linear(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Columns, then rows, a + t·(b − a) with one rounding of the product and the sum. Signed images
    have rows and columns outside the outermost pixels' centres of their own, where only the other
    axis is interpolated: there t·(b − a) is rounded to an integer before a is added."""
    image = _interleaved(x).astype(F)
    places: list[tuple[NDArray[Any], ...]] = []
    outside: list[NDArray[np.bool_]] = []
    for n_in, n_out in zip(x.shape[2:], size, strict=True):
        base, t = _ipp_place(convention, n_in, n_out)
        beyond = (base < 0) | (base >= n_in - 1)
        index = base.clip(0, n_in - 1)
        places.append((index, (index + 1).clip(0, n_in - 1), np.where(beyond, F(0), t)))
        outside.append(beyond[:, None, None] if not outside else beyond[:, None])
    (top, bottom, v), (left, right, u) = places
    u, v = u[:, None], v[:, None, None]
    a, b = image[:, :, left], image[:, :, right]
    columns = _fma(b - a, u, a)
    a, b = columns[:, top], columns[:, bottom]
    result = np.rint(_fma(b - a, v, a))
    if dtype == "int16":
        above, below = image[:, top], image[:, bottom]
        a, b = above[:, :, left], above[:, :, right]
        along_row = a + np.rint((b - a) * u)
        b = below[:, :, left]
        along_column = a + np.rint((b - a) * v)
        inside = np.where(outside[1], along_column, result)
        result = np.where(outside[0], along_row, inside)
    return _planes(_flat(result), x.shape[1], dtype)


# How four products are summed: (p_i + p_j) + (p_k + p_l), or one after another. "fused" says which
# product of a pair is added to the other's before it is rounded; None, neither.
_Summed = Callable[[Sequence[Float32], Sequence[Float32]], Float32]


def _pairs(first: tuple[int, int], second: tuple[int, int], *, fused: int | None) -> _Summed:
    def pair(x: Sequence[Float32], w: Sequence[Float32], ij: tuple[int, int]) -> Float32:
        if fused is None:
            return x[ij[0]] * w[ij[0]] + x[ij[1]] * w[ij[1]]
        inner, outer = ij[1 - fused], ij[fused]
        return _fma(x[outer], w[outer], x[inner] * w[inner])

    return lambda x, w: pair(x, w, first) + pair(x, w, second)


def _chain(*order: int) -> _Summed:
    def summed(x: Sequence[Float32], w: Sequence[Float32]) -> Float32:
        total = x[order[0]] * w[order[0]]
        for k in order[1:]:
            total = _fma(x[k], w[k], total)
        return total

    return summed


_ROWS = _pairs((0, 1), (2, 3), fused=0)
_EDGE = _chain(0, 1, 2, 3)


def _ipp_cubic(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Weights are the exact kernel's, rounded to float32, at a fraction rounded to 23 bits. Sums differ
    in their order, which depends on channels, on whether all taps lie inside, and on whether whole
    vectors of 4 are left of the row."""
    channels = x.shape[1]
    image = _interleaved(x).astype(F)
    (iy, wy, inner_y), (ix, wx, inner_x) = (
        _ipp_cubic_axis(convention, n_in, n_out)
        for n_in, n_out in zip(x.shape[2:], size, strict=True)
    )
    taps, weights = [image[:, :, i] for i in ix], [w[:, None] for w in wx]

    def columns(summed: _Summed) -> Float32:
        return _flat(summed(taps, weights))

    def rows(lines: Sequence[Float32], summed: _Summed) -> Float32:
        return summed(
            [line[:, i] for line, i in zip(lines, iy, strict=True)], [w[:, None] for w in wy]
        )

    place = np.cumsum(inner_x) - 1  # of a pixel among those whose taps lie inside
    whole = np.repeat(inner_x & (place < inner_x.sum() // 4 * 4), channels)
    inner_row, inner = inner_y[:, None], np.repeat(inner_x, channels)
    if channels == 1:
        vector, single = (
            columns(_pairs((0, 1), (2, 3), fused=None)),
            columns(_pairs((0, 2), (1, 3), fused=None)),
        )
    elif dtype != "uint8":
        vector = single = columns(_pairs((0, 3), (1, 2), fused=0))
    elif channels == 3:
        vector = single = columns(_EDGE)
    else:
        vector, single = (
            columns(_pairs((0, 2), (1, 3), fused=1)),
            columns(_pairs((0, 3), (1, 2), fused=0)),
        )
    inside = np.where(whole, vector, single)
    if dtype == "uint8":
        lines = np.where(inner, inside, columns(_EDGE))
        result = rows([lines] * 4, _ROWS)
    else:
        outer, middle = columns(_EDGE), columns(_chain(1, 0, 2, 3))
        edge = rows([outer, middle, middle, outer], _pairs((0, 2), (1, 3), fused=None))
        result = np.where(inner_row & inner, rows([inside] * 4, _ROWS), edge)
    return _planes(np.rint(result), channels, dtype)


def _ipp_cubic_axis(
    convention: Resize, n_in: int, n_out: int
) -> tuple[NDArray[np.intp], Float32, NDArray[np.bool_]]:
    base, t = _ipp_place(convention, n_in, n_out)
    t64 = (F(1) + t).astype(np.float64) - 1
    offsets = np.arange(-1, 3)[:, None]
    weight = _keys(convention, abs(t64 - offsets)).astype(F)
    inner = (base >= 1) & (base + 2 < n_in)
    return (base + offsets).clip(0, n_in - 1), weight, inner


def _opencv_ipp(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """With 1, 3 or 4 channels and as many pixels an axis as the kernel has taps; else without IPP."""
    plain = _opencv_fixed_11 if dtype == "uint8" else _opencv_float32
    linear = convention.mode == "linear"
    taken = x.shape[1] in (1, 3, 4) and min(x.shape[2:]) >= _taps(convention)
    if x.shape[2:] == size or not taken or (linear and dtype == "uint8"):
        return plain(convention, x, size, dtype)
    return (_ipp_linear if linear else _ipp_cubic)(convention, x, size, dtype)


# ---------------------------------------------------------------------------- OpenCV's pyramids


@functools.cache
def _over_a_power_of_two(convention: Resize, n_in: int, n_out: int) -> tuple[Integers, int]:
    """The matrix of one axis as integers, and the number of bits after the point."""
    rows, below = over_common_denominator(convention.weights(n_in, n_out))
    return rows.astype(np.int64), below.bit_length() - 1


def _opencv_pyramid(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Exact sums of integer weights, rounded half up once at the end."""
    bits = 0
    for axis, n_out in zip((2, 3), size, strict=True):
        rows, more = _over_a_power_of_two(convention, x.shape[axis], n_out)
        x = np.moveaxis(np.tensordot(rows, x, axes=(1, axis)), 0, axis)
        bits += more
    return _half_up(x, bits) if bits else x


# ---------------------------------------------------------------------------- by name


@dataclass(frozen=True)
class Rounding:
    """An integer arithmetic.

    Attributes:
        predict: from (convention, x, size, dtype) to every value; (N, C, H, W) in and out.
        source: where it was read; or, where there is no source to read, how it was found.
    """

    predict: Callable[[Resize, Integers, tuple[int, int], str], Integers]
    source: str


ROUNDINGS = {
    "torch_uint8": Rounding(
        _torch_uint8,
        source="pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp: "
        "_compute_indices_min_size_weights, _compute_index_ranges_int16_weights, "
        "basic_loop_separable_1d_horizontal; UpSampleKernelAVXAntialias.h does the same",
    ),
    "opencv_fixed_11": Rounding(
        _opencv_fixed_11,
        source="opencv/opencv, modules/imgproc/src/resize.cpp: hal::resize, HResizeLinear, HResizeCubic, "
        "VResizeLinearVec_32s8u, VResizeCubicVec_32s8u, FixedPtCast, ResizeAreaFastVec",
    ),
    "opencv_float32": Rounding(
        _opencv_float32,
        source="opencv/opencv, modules/imgproc/src/resize.cpp: hal::resize, VResizeLinearVec_32f16u, "
        "VResizeCubicVec_32f16u and their 16s, ResizeAreaFastVec",
    ),
    "opencv_ipp": Rounding(
        _opencv_ipp,
        source="opencv/opencv, hal/ipp/src/resize_ipp.cpp: ipp_hal_resize says when; what ippiResize "
        "computes is not published: the order of its operations was found by running IPP 2026.0.0 "
        "(AVX-512) on float32 and integer images until every value of tens of millions was predicted",
    ),
    "opencv_pyramid": Rounding(
        _opencv_pyramid,
        source="opencv/opencv, modules/imgproc/src/pyramids.cpp: FixPtCast, PyrDownVecV, PyrUpVecV",
    ),
}


def roundings_of(convention: Resize) -> tuple[str, ...]:
    """The integer arithmetics that speak of a convention: that of the pyramids, and the others of what
    interpolates with a clamped edge."""
    if convention.mode == "pyramid":
        return ("opencv_pyramid",)
    plain = convention.mode in ("linear", "cubic") and not convention.antialias
    interpolates = plain and not convention.exclude_outside
    return tuple(r for r in ROUNDINGS if r != "opencv_pyramid") if interpolates else ()


def predicted(
    rounding: str, convention: Resize, x: NDArray[Any], size: tuple[int, int], dtype: str
) -> Float64:
    """Every value of an integer resize, as one of :data:`ROUNDINGS` computes it.

    Args:
        rounding: a key of :data:`ROUNDINGS`.
        convention: one of which it speaks, :func:`roundings_of`.
        x: (N, C, H, W), integers that the dtype holds.
        size: the output's (H, W).
        dtype: uint8, uint16 or int16.

    Returns:
        (N, C, *size), integers as float64, like every expected value.
    """
    result = ROUNDINGS[rounding].predict(convention, np.asarray(x).astype(np.int64), size, dtype)
    return result.astype(np.float64)
