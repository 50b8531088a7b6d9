"""What a library may return of a resize: the reference's values, and how far rounding may take them.

The bound is that of :mod:`halfpixel.conformance.verdicts` for any number of axes, with the largest constants
that any call of the catalogue has for the kernel
(:func:`halfpixel.identification.candidates.generic`): nothing is tuned. Where rounding decides what
is read at all (nearest at a tie, the end of ``tf_crop_and_resize``), the library's own coordinates
say it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfpixel import Resize
from halfpixel.conformance.verdicts import axis_at
from halfpixel.identification.candidates import generic
from halfpixel.numerics.error_model import UNIT_ROUNDOFF, ErrorModel

Array = NDArray[Any]
Factor = Fraction | float | None
# from a convention of one axis, n_in, n_out and the factor to the coordinates that a library computes
Coordinates = Callable[[Resize, int, int, Factor], Array]
Part = tuple[Fraction, Fraction]
_HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Expected:
    """What may come back.

    Attributes:
        value: of the reference, in float64.
        bound: how far each value may be off by rounding.
    """

    value: Array
    bound: Array

    def problem(self, got: Array) -> str:
        """How a result is not what may come back; empty if it is."""
        if got.shape != self.value.shape:
            return f"shape {got.shape}, expected {self.value.shape}"
        error = abs(got.astype(np.float64) - self.value)
        off = ~(error <= self.bound)
        if not np.any(off):
            return ""
        at = tuple(map(int, np.argwhere(off)[0]))
        return (
            f"{np.count_nonzero(off)} of {off.size} values are off, first at {at}: got {got[at]:.9g}, "
            f"expected {self.value[at]:.9g} within {self.bound[at]:.3g}"
        )


def expected(
    convention: Resize,
    x: Array,
    size: Sequence[int],
    *,
    scales: Sequence[Factor] | None = None,
    axes: Sequence[int] | None = None,
    arithmetic: ErrorModel | None = None,
    coordinates: Coordinates | None = None,
    parts: Sequence[Part] | None = None,
) -> Expected:
    """What a library may return that computes a convention.

    Args:
        convention, x, size, scales, axes: as for :meth:`Resize.apply`.
        arithmetic: what it rounds; by default the largest that is known of the kernel, in float32.
        coordinates: what it computes, where that decides which pixels are read; exact ones by default.
        parts: for each axis the edges, in pixels, of what is resized; taps outside a part read the image.
    """
    rounds = arithmetic or generic(convention)
    chosen = tuple(range(x.ndim - len(size), x.ndim)) if axes is None else tuple(axes)
    factors = (None,) * len(size) if scales is None else scales
    whole: Sequence[Part | None] = (None,) * len(size) if parts is None else parts
    along = [
        _along(convention.along(i), x.shape[axis], n, factor, rounds, coordinates, part)
        for i, (axis, n, factor, part) in enumerate(zip(chosen, size, factors, whole, strict=True))
    ]
    wide = x.astype(np.float64)
    value = _applied(wide, chosen, [one.weight for one in along])
    for axis, one in zip(chosen, along, strict=True):
        fill = float(convention.extrapolation_value or 0)
        np.moveaxis(value, axis, 0)[one.outside] = fill
    if convention.mode == "nearest":
        return Expected(value, np.zeros_like(value))
    exact = _applied(abs(wide), chosen, [abs(one.weight) for one in along])
    moved = _applied(abs(wide), chosen, [abs(one.weight) + one.error for one in along])
    taps = [one.taps for one in along]
    terms = sum(taps) if rounds.separable else math.prod(taps)
    u = UNIT_ROUNDOFF[rounds.accumulation]
    path = (3 if rounds.normalised else 1) * terms * u * moved
    reference = UNIT_ROUNDOFF["float64"] * (8 * terms + 1) * moved
    bound = moved - exact + path + reference
    if rounds.narrow is not None:
        stored = rounds.narrow_roundings * UNIT_ROUNDOFF[rounds.narrow]
        bound = bound + stored / (1 - stored) * (exact + bound)
    return Expected(value, bound)


@dataclass(frozen=True)
class _Along:
    """One axis: its weights, how far each may be off, and which rows are outside the image."""

    weight: Array
    error: Array
    outside: Array
    taps: int


def _along(
    convention: Resize,
    n_in: int,
    n_out: int,
    factor: Factor,
    rounds: ErrorModel,
    coordinates: Coordinates | None,
    part: Part | None,
) -> _Along:
    if part is None:
        where = convention.coordinates(n_in, n_out, factor)
        scale = convention.scale(n_in, n_out, factor)
    else:
        scale = (part[1] - part[0]) / n_out
        middles = (part[0] + (d + _HALF) * scale - _HALF for d in range(n_out))
        where = np.array(list(middles), object)
    own = where if coordinates is None else coordinates(convention, n_in, n_out, factor)
    outside = ~convention.inside(own, n_in)
    if convention.mode == "nearest":
        weight = convention.weights_at(own, n_in, scale).astype(np.float64)
        return _Along(weight, np.zeros_like(weight), outside, 1)
    # what rounding takes past an end samples the end
    within = np.clip(where, 0, n_in - 1) if convention.extrapolates else where
    axis = axis_at(convention, None, within, n_in, scale)
    return _Along(axis.weight, axis.error(rounds), outside, axis.taps)


def _applied(x: Array, axes: Sequence[int], matrices: Sequence[Array]) -> Array:
    for axis, matrix in zip(axes, matrices, strict=True):
        x = np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)
    return np.array(x)


# ---------------------------------------------------------------------------- drawing


def image(random: np.random.Generator, shape: Sequence[int]) -> Array:
    """Whole numbers in float32, of either sign."""
    return random.integers(-99, 100, shape).astype(np.float32)


def length(random: np.random.Generator, largest: int = 23) -> int:
    """A size in pixels: one in four is a single pixel, a power of two or the largest."""
    if random.random() < 0.25:
        return int(random.choice([1, 1, 2, 4, 8, 16, largest]))
    return int(random.integers(1, largest + 1))
