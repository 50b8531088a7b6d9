"""What the integer arithmetics have in common: coordinates, kernels, rounding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import AnyArray, Float32, Float64, Integers
from ...operators import Resize

Factors = tuple[float | None, float | None]
"""What a call is given along H and W in place of a size; None where the ratio of the sizes is sampled at."""

F = np.float32
NO_FACTORS: Factors = (None, None)


def step(n_in: int, n_out: int, factor: float | None) -> float:
    """How far apart two output pixels are sampled, as torch and IPP divide it in float64."""
    return n_in / n_out if factor is None else 1.0 / factor


def coordinates(convention: Resize, n_in: int, n_out: int, scale: float) -> Float64:
    """Coordinates in float64, each operation rounded; ``scale`` is n_in / n_out, or 1 / factor, as the
    framework has it."""
    d = np.arange(n_out, dtype=np.float64)
    if convention.coordinate_transformation_mode == "half_pixel":
        return (d + 0.5) * scale - 0.5
    if convention.coordinate_transformation_mode == "asymmetric":
        return d * scale
    return d * ((n_in - 1) / (n_out - 1) if n_out > 1 else 0.0)


def taps(convention: Resize) -> int:
    """How many pixels the kernel reads along an axis, where it is not stretched."""
    return int(convention.kernel.reads(convention.shape()))


def kernel(convention: Resize, x: Float64) -> Float64:
    """The weight of a pixel at a distance of x >= 0, in float64, each operation rounded.

    linear, cubic by Horner's rule as all frameworks write it, or lanczos as a product of two sincs.
    """
    if convention.mode == "linear":
        return np.where(x < 1, 1 - x, 0.0)
    if convention.mode == "lanczos":
        radius = float(convention.lanczos_radius or 0)
        return np.where(x < radius, _sinc(x) * _sinc(x / radius), 0.0)
    a = float(convention.cubic_coeff_a or 0)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _sinc(x: Float64) -> Float64:
    angle = np.where(x == 0, 1.0, x) * np.pi
    return np.where(x == 0, 1.0, np.sin(angle) / angle)


def fma(a: Any, b: Any, c: Any) -> Float32:
    """a·b + c rounded once: the product of two float32 is exact in float64."""
    wide: Float64 = np.multiply(a, b, dtype=np.float64) + c
    return wide.astype(F)


def half_up(sums: Integers, bits: int) -> Integers:
    """A fixed-point number rounded to an integer, a half to the larger one."""
    return (sums + (1 << bits >> 1)) >> bits


def in_turn(terms: Sequence[AnyArray]) -> AnyArray:
    """A sum from the first term to the last, rounded at each step."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
