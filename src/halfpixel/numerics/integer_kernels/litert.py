"""LiteRT's arithmetics of quantised images: XNNPACK's fixed point, and those of its own kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...arrays import AnyArray, Float32, Integers
from ...operators import Resize
from .steps import F, half_up

_Index = NDArray[np.intp]
_WEIGHT_BITS = 11  # of XNNPACK's weights
_ONE = 1 << 10  # a pixel, and a weight of 1, in LiteRT's fixed point
_half_even = np.rint


@dataclass(frozen=True)
class _Axis:
    """The two pixels that each output pixel reads, and how far it is from the first.

    Attributes:
        before, after: the pixels.
        t: how far, in pixels, or in units of :data:`_ONE`.
    """

    before: _Index
    after: _Index
    t: AnyArray


def _aligned(convention: Resize, n_out: int) -> int:
    """1 where both sizes count one pixel less."""
    return int(convention.aligns_corners and n_out > 1)


def _positions(convention: Resize, n_in: int, n_out: int) -> tuple[Float32, np.float32]:
    """The output pixels in float32, and input pixels an output pixel."""
    less = _aligned(convention, n_out)
    return np.arange(n_out, dtype=F), F(n_in - less) / F(n_out - less)


def _is_half_pixel(convention: Resize) -> bool:
    return convention.coordinate_transformation_mode == "half_pixel"


def _clipped(convention: Resize, n_in: int, n_out: int) -> _Axis:
    """XNNPACK: a coordinate is clipped to the image; after the last pixel comes itself."""
    index, scale = _positions(convention, n_in, n_out)
    where = index * scale
    if _is_half_pixel(convention):
        where = where + (F(0.5) * scale - F(0.5))
    where = where.clip(F(0), F(n_in - 1))
    before = where.astype(np.intp)
    return _Axis(before, np.minimum(before + 1, n_in - 1), where - before.astype(F))


def _around(convention: Resize, n_in: int, n_out: int) -> _Axis:
    """LiteRT: the pixels on both sides; before the first pixel both are it, and t is negative."""
    index, scale = _positions(convention, n_in, n_out)
    half = F(0.5) if _is_half_pixel(convention) else F(0)
    where = (index + half) * scale - half
    before = np.maximum(np.floor(where), 0).astype(np.intp)
    after = np.minimum(np.ceil(where), n_in - 1).astype(np.intp)
    return _Axis(before, after, where - before.astype(F))


def _steps(convention: Resize, n_in: int, n_out: int) -> Integers:
    """Where output pixels are sampled, in 1024ths of a pixel: the scale is rounded to as many."""
    less = _aligned(convention, n_out)
    scale = (_ONE * (n_in - less) + (n_out - less) // 2) // (n_out - less)
    start = scale // 2 - _ONE // 2 if _is_half_pixel(convention) else 0
    return np.arange(n_out, dtype=np.int64) * scale + start


def _toward_zero(values: Integers, divisor: int) -> Integers:
    return np.asarray(np.sign(values) * (abs(values) // divisor), np.int64)


def leaves_the_image(convention: Resize, n_in: int, n_out: int) -> bool:
    """Whether LiteRT's fixed point reads a pixel after the last: where the scale is rounded up, the error
    adds up along the axis."""
    return int(_steps(convention, n_in, n_out)[-1]) // _ONE >= n_in


def _in_steps(convention: Resize, n_in: int, n_out: int) -> _Axis:
    """LiteRT in fixed point, at sizes at which it stays in the image."""
    where = _steps(convention, n_in, n_out)
    before = np.maximum(_toward_zero(where, _ONE), 0)
    after = np.minimum(_toward_zero(where + _ONE - 1, _ONE), n_in - 1)
    return _Axis(before, after, where - _ONE * before)


def _corners(x: AnyArray, h: _Axis, w: _Axis) -> tuple[AnyArray, ...]:
    """Of each output pixel, top left, top right, bottom left and bottom right."""
    return tuple(
        x[:, :, rows[:, None], columns]
        for rows in (h.before, h.after)
        for columns in (w.before, w.after)
    )


def _whole(x: Integers, h: _Axis, w: _Axis) -> tuple[Integers, Integers, Integers, Integers]:
    """The same of integers."""
    a, b, c, d = (one.astype(np.int64) for one in _corners(x, h, w))
    return a, b, c, d


def _in_bits(weights: Float32, bits: int) -> Integers:
    return np.asarray(_half_even(weights * F(1 << bits)), np.int64)


def _lerp(a: Integers, b: Integers, t: Integers) -> Integers:
    return np.asarray((a << _WEIGHT_BITS) + (b - a) * t, np.int64)


def xnnpack(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Weights of 11 bits, rounded half to even; along a row, then down a column, rounded once, half up."""
    h, w = (_clipped(convention, *sizes) for sizes in zip(x.shape[2:], size, strict=True))
    v, u = (_in_bits(axis.t, _WEIGHT_BITS) for axis in (h, w))
    a, b, c, d = _whole(x, h, w)
    both = _lerp(_lerp(a, b, u), _lerp(c, d, u), v[:, None])
    return half_up(both, 2 * _WEIGHT_BITS)


def float32(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Four pixels by the products of their weights, summed in float32, and a half; cut."""
    h, w = (_around(convention, *sizes) for sizes in zip(x.shape[2:], size, strict=True))
    a, b, c, d = _corners(x.astype(F), h, w)
    v, u, one = h.t[:, None], w.t, F(1)
    total = a * ((one - v) * (one - u)) + b * ((one - v) * u)
    return _cut(total + c * (v * (one - u)) + d * (v * u))


def reference_float32(
    convention: Resize, x: Integers, size: tuple[int, int], dtype: str
) -> Integers:
    """As float32, each pixel times one weight and then the other, the left ones first."""
    h, w = (_around(convention, *sizes) for sizes in zip(x.shape[2:], size, strict=True))
    a, b, c, d = _corners(x.astype(F), h, w)
    v, u, one = h.t[:, None], w.t, F(1)
    total = a * (one - v) * (one - u) + c * v * (one - u)
    return _cut(total + b * (one - v) * u + d * v * u)


def _cut(total: Float32) -> Integers:
    return np.asarray(np.trunc(total + F(0.5)), np.int64)


def fixed_10(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Coordinates and weights of 10 bits; the sum is rounded half away from 0."""
    h, w = (_in_steps(convention, *sizes) for sizes in zip(x.shape[2:], size, strict=True))
    a, b, c, d = _whole(x, h, w)
    v, u = h.t.astype(np.int64)[:, None], w.t.astype(np.int64)
    total = a * (_ONE - v) * (_ONE - u) + c * v * (_ONE - u) + b * (_ONE - v) * u + d * v * u
    half = np.where(total > 0, _ONE * _ONE // 2, -_ONE * _ONE // 2)
    return _toward_zero(np.asarray(total + half, np.int64), _ONE * _ONE)
