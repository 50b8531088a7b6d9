"""Pillow's arithmetic on bytes: one pass an axis, weights of 22 bits, each pass rounded and clamped."""

from __future__ import annotations

import functools

import numpy as np

from ...arrays import Float64, Integers
from ...operators import Resize
from .. import pillow_window
from .steps import half_up

_BITS = 22


def uint8(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Columns, then rows, each only where its size changes: weights of 22 bits after the point, exact sums,
    rounded half up and clamped to 0..255 after each."""
    return _passes(convention, x, size, pillow_window.columns_first)


def uint8_12(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``pillow_uint8``, but rows first where an image more than 100 times as high as wide loses rows."""
    return _passes(convention, x, size, pillow_window.tall_first)


def uint8_13(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``pillow_uint8``, but rows first where they lose pixels, and more than twice as many as the
    columns."""
    return _passes(convention, x, size, pillow_window.fewer_rows_first)


def _passes(
    convention: Resize, x: Integers, size: tuple[int, int], rows_first: pillow_window.Order
) -> Integers:
    for axis in (2, 3) if rows_first(x.shape[2:], size) else (3, 2):
        n_in, n_out = x.shape[axis], size[axis - 2]
        if n_in != n_out:
            x = one_pass(_whole(convention, n_in, n_out, _BITS), x, axis)
    return x


def one_pass(matrix: Float64, x: Integers, axis: int) -> Integers:
    """An axis resized by whole weights, (n_out, n_in): see :func:`whole`."""
    # in float64 the sums are exact, far below 2**53, and BLAS does them
    sums = np.tensordot(matrix, x.astype(np.float64), axes=(1, axis))
    return half_up(np.moveaxis(sums, 0, axis).astype(np.int64), _BITS).clip(0, 255)


@functools.lru_cache(maxsize=64)
def _whole(convention: Resize, n_in: int, n_out: int, bits: int) -> Float64:
    return whole(pillow_window.weights(convention, n_in, n_out), bits)


def whole(weights: Float64, bits: int = _BITS) -> Float64:
    """The weights of an axis, (n_out, n_in), in units of the last bit."""
    scaled = weights * 2.0**bits
    return np.trunc(scaled + np.copysign(0.5, scaled))
