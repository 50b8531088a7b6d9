"""ONNX Runtime's arithmetics on integers: float32 cut off, and antialiased weights of 22 bits.

Every operation is rounded to float32; nothing is fused on x86-64.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Float32, Integers
from ...operators import Resize
from .steps import NO_FACTORS, F, Factors, half_up, in_turn

_BITS = 22
GRIDS = ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric")


def cuts(convention: Resize) -> bool:
    """Whether a convention is linear, not antialiased."""
    return convention.mode == "linear" and not convention.antialias and _on_a_grid(convention)


def antialiases(convention: Resize) -> bool:
    """Whether a convention is antialiased."""
    return (
        convention.antialias and convention.mode in ("linear", "cubic") and _on_a_grid(convention)
    )


def _on_a_grid(convention: Resize) -> bool:
    grid = convention.coordinate_transformation_mode
    return grid in GRIDS and convention.padding_mode == "border"


# ---------------------------------------------------------------------------- linear


def cut(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Four products with products of two weights, added up in float32; the fraction is cut off."""
    if x.shape[2:] == size:
        return x
    rows, columns = (
        _between(convention, *axis) for axis in zip(x.shape[2:], size, factors, strict=True)
    )
    image = x.astype(F)
    terms = [
        np.outer(w_row, w_column) * image[:, :, row][:, :, :, column]
        for row, w_row in rows
        for column, w_column in columns
    ]
    cut_off: Integers = np.trunc(in_turn(terms)).astype(dtype).astype(np.int64)
    return cut_off


def _between(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> list[tuple[NDArray[np.intp], Float32]]:
    """The pixels on both sides of each coordinate, with their weights; of the last pixel half and half."""
    coordinate = _coordinates(convention, n_in, n_out, factor).clip(0, n_in - 1)
    first = coordinate.astype(np.intp)
    second = np.minimum(first + 1, n_in - 1)
    same = first == second
    weights = (abs(coordinate - side.astype(F)) for side in (second, first))
    before, after = (np.where(same, F(0.5), weight).astype(F) for weight in weights)
    return [(first, before), (second, after)]


def _scale(n_in: int, n_out: int, factor: float | None) -> Any:
    return F(n_out) / F(n_in) if factor is None else F(factor)


def _coordinates(convention: Resize, n_in: int, n_out: int, factor: float | None) -> Float32:
    """Where each output pixel samples. An axis whose scale is 1 is copied."""
    grid, half = convention.coordinate_transformation_mode, F(0.5)
    scale, index = _scale(n_in, n_out, factor), np.arange(n_out).astype(F)
    if scale == 1:
        return index
    if grid == "align_corners":
        return index * F(n_in - 1) / F(max(n_out - 1, 1))
    if grid == "asymmetric":
        return np.asarray(index / scale, F)
    if grid == "half_pixel_symmetric":
        offset = F(n_in) / F(2) * (F(1) - F(n_out) / (scale * F(n_in)))
        return (np.float64(offset) + (index + 0.5) / np.float64(scale) - 0.5).astype(F)
    if grid == "pytorch_half_pixel" and n_out == 1:
        return np.zeros(1, F)
    return np.asarray((index + half) / scale - half, F)


# ---------------------------------------------------------------------------- antialiased


def fixed_22(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Columns, then rows, each only where its size changes: float32 weights, of which 22 bits after the point
    are kept, exact sums, rounded half up and clamped to 0..255 after each; int8 is clamped so, too, and what
    is above 127 wraps around."""
    for axis, weights in _passes(convention, x, size, factors):
        whole = _half_away(weights * F(2**_BITS))
        sums = np.moveaxis(np.tensordot(whole, x.astype(np.float64), (1, axis)), 0, axis)
        x = half_up(sums.astype(np.int64), _BITS).clip(0, 255).astype(dtype).astype(np.int64)
    return x


def rounded(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Columns, then rows, each only where its size changes: sums of products in float32 from the first tap to
    the last, rounded half away from 0 after each pass. So it is with int32."""
    for axis, weights in _passes(convention, x, size, factors):
        lines = np.moveaxis(x.astype(F), axis, -1)
        sums = in_turn([lines[..., i, None] * weights[:, i] for i in range(x.shape[axis])])
        x = np.moveaxis(_half_away(sums).astype(np.int64), -1, axis)
    return x


def _half_away(values: Float32) -> NDArray[np.float64]:
    wide = values.astype(np.float64)
    return np.trunc(wide + np.copysign(0.5, wide))


def _passes(
    convention: Resize, x: Integers, size: tuple[int, int], factors: Factors
) -> Iterator[tuple[int, Float32]]:
    """The axes whose sizes change, and their weights."""
    for axis in (3, 2):
        n_in, n_out = x.shape[axis], size[axis - 2]
        if n_in != n_out:
            yield axis, antialiased_weights(convention, n_in, n_out, factors[axis - 2])


@functools.lru_cache(maxsize=64)
def antialiased_weights(
    convention: Resize, n_in: int, n_out: int, factor: float | None = None
) -> Float32:
    """The weights of an axis, (n_out, n_in); those outside the image are added to those of its edges."""
    one, half = F(1), F(0.5)
    scale = one / _scale(n_in, n_out, factor)
    support = F(convention.radius()) * max(scale, one)
    shrunk = one / scale if scale >= 1 else one
    widest = 2 * math.ceil(support) + 1
    weights = np.zeros((n_out, n_in), F)
    for row, coordinate in zip(weights, _coordinates(convention, n_in, n_out, factor), strict=True):
        center = half + coordinate
        first, last = (math.floor(center + side * support + half) for side in (-one, one))
        last = min(last, first + widest)
        if convention.exclude_outside:
            first, last = max(first, 0), min(last, n_in)
        pixels = np.arange(first, last)
        values = _filter(convention, (pixels.astype(F) - center + half) * shrunk)
        total = in_turn(list(values)) if len(values) else F(0)
        inside = pixels.clip(0, n_in - 1)
        for value, pixel in _edges_first(values, pixels, inside):
            row[pixel] += value
        row *= one / total if total else one
    return weights


def _edges_first(
    values: Float32, pixels: NDArray[np.intp], inside: NDArray[np.intp]
) -> list[tuple[Any, Any]]:
    """The value at an edge, and then those outside it, from the first to the last."""
    own = pixels == inside
    order = [*np.flatnonzero(own), *np.flatnonzero(~own)]
    return [(values[i], inside[i]) for i in order]


def _filter(convention: Resize, distance: Float32) -> Float32:
    x = abs(distance)
    if convention.mode == "linear":
        return np.where(x < 1, F(1) - x, F(0))
    a = F(convention.cubic_coeff_a or 0)
    near = ((a + F(2)) * x - (a + F(3))) * x * x + F(1)
    far = (((x - F(5)) * x + F(8)) * x - F(4)) * a
    return np.where(x < 1, near, np.where(x < 2, far, F(0)))
