"""Keras's arithmetics on TensorFlow: its kernels' float32, rounded or cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...arrays import AnyArray, Float32, Integers
from ...operators import Resize
from .steps import F, in_turn, kernel

_FIRST = (2, 3)  # rows before columns
_half_even = np.rint


def rounded(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """TensorFlow's float32 result, rounded half to even and saturated."""
    limits = np.iinfo(dtype)
    return _half_even(_resized(convention, x, size)).clip(limits.min, limits.max).astype(np.int64)


def cut(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """TensorFlow's float32 result with its fraction cut off. What is outside the dtype's range is saturated
    in whole vectors of 32 values, channels last, and wraps around in the rest."""
    limits = np.iinfo(dtype)
    values = _truncated(convention, x, size).transpose(0, 2, 3, 1)
    whole, saturated = values.ravel(), values.size // 32 * 32
    vectors = whole[:saturated].clip(limits.min, limits.max)
    cast = np.append(vectors, _around(whole[saturated:], dtype))
    return cast.reshape(values.shape).transpose(0, 3, 1, 2)


def wrapped(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """The same before the cast had vectors: what is outside the dtype's range wraps around."""
    return _around(_truncated(convention, x, size), dtype)


def _truncated(convention: Resize, x: Integers, size: tuple[int, int]) -> Integers:
    return np.trunc(_resized(convention, x, size)).astype(np.int64)


def _around(values: Integers, dtype: str) -> Integers:
    limits = np.iinfo(dtype)
    return (values - limits.min) % (limits.max - limits.min + 1) + limits.min


def _resized(convention: Resize, x: Integers, size: tuple[int, int]) -> Float32:
    """Every operation of TensorFlow's kernels is rounded to float32: linear has differences and products,
    columns first; the others sum products from the first tap to the last, rows first."""
    image = x.astype(F)
    (h, n_h), (w, n_w) = zip(x.shape[2:], size, strict=True)
    if convention.mode == "linear":
        image = _lerp(_lerp(image, 3, *_between(w, n_w)), 2, *_between(h, n_h))
    else:
        spans = _table_spans if convention.mode == "cubic" else _lanczos_spans
        for axis in _FIRST:
            image = _summed(image, axis, spans(convention, x.shape[axis], size[axis - 2]))
    return image


def _along(axis: int, values: Float32) -> Float32:
    """Values for each pixel of an axis, to be multiplied with (N, C, H, W)."""
    return values.reshape(-1, *[1] * (3 - axis))


def _coordinates(n_in: int, n_out: int) -> Float32:
    scale = F(n_in) / F(n_out)
    return (np.arange(n_out).astype(F) + F(0.5)) * scale - F(0.5)


def _between(n_in: int, n_out: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Float32]:
    """The pixels on both sides of each coordinate, and the fraction."""
    coordinate = _coordinates(n_in, n_out)
    base = np.floor(coordinate)
    before, after = (side.astype(np.intp).clip(0, n_in - 1) for side in (base, np.ceil(coordinate)))
    return before, after, coordinate - base


def _lerp(image: Float32, axis: int, before: AnyArray, after: AnyArray, t: Float32) -> Float32:
    a, b = image.take(before, axis), image.take(after, axis)
    return a + (b - a) * _along(axis, t)


@dataclass(frozen=True)
class _Spans:
    """Of each output pixel the pixels read, (taps, n_out), and their weights, 0 outside the image."""

    index: NDArray[np.intp]
    weight: Float32


def _summed(image: Float32, axis: int, spans: _Spans) -> Float32:
    taps = zip(spans.index, spans.weight, strict=True)
    return in_turn([image.take(i, axis) * _along(axis, w) for i, w in taps])


def _normalised(index: NDArray[np.intp], weight: Float32, n_in: int) -> _Spans:
    """Weights outside the image are 0; all are multiplied by the inverse of their sum."""
    inside: Float32 = np.where((index >= 0) & (index < n_in), weight, F(0))
    return _Spans(index.clip(0, n_in - 1), inside * (F(1) / in_turn(list(inside))).astype(F))


_TABLE_SIZE = 1024


def _table_spans(convention: Resize, n_in: int, n_out: int) -> _Spans:
    """Weights are entries of a table, computed in float64."""
    coordinate = _coordinates(n_in, n_out)
    base = np.floor(coordinate)
    entry = np.rint((coordinate - base) * F(_TABLE_SIZE))
    offsets = np.arange(-1, 3)[:, None]
    weight = kernel(convention, abs(entry / np.float64(_TABLE_SIZE) - offsets)).astype(F)
    return _normalised(base.astype(np.intp) + offsets, weight, n_in)


def _lanczos_spans(convention: Resize, n_in: int, n_out: int) -> _Spans:
    """The kernel in float32, at a coordinate that is multiplied by the inverse of n_out / n_in."""
    radius = convention.lanczos_radius or 0
    inverse = F(1) / (F(n_out) / F(n_in))
    coordinate = (np.arange(n_out).astype(F) + F(0.5)) * inverse
    first = np.ceil(coordinate - F(radius) - F(0.5)).astype(np.intp)
    last = np.floor(coordinate + F(radius) - F(0.5)).astype(np.intp)
    index = first + np.arange(2 * radius + 1)[:, None]
    weight = _lanczos(abs(index.astype(F) + F(0.5) - coordinate), F(radius))
    return _normalised(index, np.where(index <= last, weight, F(0)), n_in)


def _lanczos(x: Float32, radius: np.float32) -> Float32:
    middle = x <= F(1e-3)
    away = np.where(middle, F(1), x)
    angle = F(np.pi) * away
    value = radius * _sine(angle) * _sine(angle / radius) / (F(np.pi) * F(np.pi) * away * away)
    return np.where(middle, F(1), np.where(x > radius, F(0), value))


# The C library's sinf: these two polynomials of the distance to the nearest quarter turn, in float64.
# Not the nearest float32 to the sine, but within 0.56 units.
_SINE = tuple(map(float.fromhex, ("0x1p0", "-0x1.555545995a603p-3", "0x1.1107605230bc4p-7",
                                  "-0x1.994eb3774cf24p-13")))  # fmt: skip
_COSINE = tuple(map(float.fromhex, ("0x1p0", "-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5",
                                    "-0x1.6c087e89a359dp-10", "0x1.99343027bf8c3p-16")))  # fmt: skip


def _sine(angle: Float32) -> Float32:
    wide = angle.astype(np.float64)
    quarter = np.rint(wide * (2 / np.pi))
    x = wide - quarter * (np.pi / 2)
    sine = x * np.polynomial.polynomial.polyval(x * x, _SINE)
    cosine = np.polynomial.polynomial.polyval(x * x, _COSINE)
    turn = quarter.astype(np.int64) % 4
    return np.where(turn % 2 == 0, sine, cosine).astype(F) * np.where(turn < 2, F(1), F(-1))
