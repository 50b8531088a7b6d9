"""The kernels, a record each: how much a pixel weighs at a distance, and what else is true of them.

Each function takes an array of distances in (stretched) pixels and returns the weights: ``Fraction``s for
``Fraction``s, float64 for float64. Irrational values of ``Fraction``s come with 60 digits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .exact import fractions, over_common_denominator

Values = NDArray[Any]

_DIGITS = 60
_GAUSSIAN_RADIUS = 1.5  # as exact as any Fraction, and an array of floats stays one
_FLOAT_ONE = 1 - 2.0**-25  # from here on a float is 1


def linear(distance: Values) -> Values:
    """A triangle: ``1 − t`` up to 1."""
    return np.asarray(np.maximum(1 - distance, 0 * distance))


def cubic(distance: Values, a: Any) -> Values:
    """Keys' kernel: one polynomial up to distance 1, another up to 2.

    R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981.
    """
    if distance.dtype == object:
        return _exact_pieces(distance, (a + 2, -a - 3, 0, 1), (a, -5 * a, 8 * a, -4 * a))
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return _pieces(distance, near, far)


def mitchell(distance: Values) -> Values:
    """B = C = 1/3.

    D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988.
    """
    if distance.dtype == object:
        return _exact_pieces(
            distance,
            (Fraction(7, 6), -2, 0, Fraction(8, 9)),
            (Fraction(-7, 18), 2, Fraction(-10, 3), Fraction(16, 9)),
        )
    near = (7 / 6 * distance - 2) * distance * distance + 8 / 9
    far = ((2 - 7 / 18 * distance) * distance - 10 / 3) * distance + 16 / 9
    return _pieces(distance, near, far)


def area(distance: Values, scale: Any) -> Values:
    """The part of a window ``scale`` pixels wide that lies in a pixel at this distance from its middle."""
    overlap = np.clip((1 + scale) / 2 - distance, 0 * distance, min(scale, 1) + 0 * distance)
    return np.asarray(overlap / scale)


def area_linear(distance: Values, scale: Any) -> Values:
    """Two taps: the pixel that an output pixel begins in, and the next as far as it reaches there.

    Signed distances, from the pixel to the beginning. opencv/opencv,
    ``modules/imgproc/src/resize.cpp``, ``cv::hal::resize`` (``fx = (dx + 1) − (sx + 1)·inv_scale``,
    then ``fx − cvFloor(fx)``: a coordinate a rounding below a pixel reaches a whole pixel, which
    counts as none).
    """
    begins_here = distance >= 0
    inside = np.where(begins_here, 1 - distance, -distance)
    reach = np.maximum(1 - inside / scale, 0 * distance)
    reach = np.where(reach < _FLOAT_ONE, reach, 0 * reach)
    return np.asarray(np.where(begins_here, 1 - reach, reach))


def lanczos(distance: Values, radius: int) -> Values:
    """``sinc(t) · sinc(t / radius)`` up to ``radius``, with ``sinc(t) = sin(πt) / (πt)``."""
    if distance.dtype == object:
        return _each(distance, lambda t: _exact_lanczos(t, radius))
    value = np.sinc(distance) * np.sinc(distance / radius)
    zero = (distance >= radius) | ((distance == np.rint(distance)) & (distance != 0))
    return np.where(zero, 0.0, value)  # sin(π·n) is not 0 in floats


def gaussian(distance: Values, inside: NDArray[np.bool_] | None = None) -> Values:
    """``exp(−2t²)``, cut off at 3/2 (where it is 0 already), or outside a given mask: σ = 1/2."""
    inside = distance < _GAUSSIAN_RADIUS if inside is None else inside
    if distance.dtype == object:
        return np.asarray(_each(distance, _exact_gaussian) * inside.astype(int))
    return np.where(inside, np.exp(-2 * distance * distance), 0.0)


def _horner_errors(
    coefficients: tuple[float, ...], x: NDArray[np.float64], inexact: float
) -> NDArray[np.float64]:
    """Running error of Horner's rule: a roundoff of each result, and of inexact coefficients."""
    value = np.full_like(x, coefficients[0])
    error = inexact * abs(value)
    for coefficient in coefficients[1:]:
        value, error = value * x, error * x + abs(value * x)
        if coefficient:
            value = value + coefficient
            error = error + abs(value) + inexact * abs(coefficient)
    return np.asarray(error)


def _cubic_errors(
    t: NDArray[np.float64],
    near: tuple[float, ...],
    far: tuple[float, ...],
    inexact: float,
) -> NDArray[np.float64]:
    pieces = [_horner_errors(piece, t, inexact) for piece in (near, far)]
    return np.where(t <= 1, pieces[0], np.where(t < 2, pieces[1], 0.0))


def _keys_errors(t: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    a = float(shape.a)
    return _cubic_errors(t, (a + 2, -(a + 3), 0.0, 1.0), (a, -5 * a, 8 * a, -4 * a), 0.0)


def _mitchell_errors(t: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    return _cubic_errors(t, (7 / 6, -2.0, 0.0, 8 / 9), (-7 / 18, 2.0, -10 / 3, 16 / 9), 1.0)


def _lanczos_errors(t: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Eight products, quotients and sines; π is rounded once, and multiplied into the arguments of the sines
    once and twice: each argument's error times its sine's slope."""
    r, z = shape.radius, np.pi * np.maximum(t, 1e-3)
    first = 1.5 * z * abs(np.cos(z) * np.sin(z / r))
    second = 2.5 * z / r * abs(np.sin(z) * np.cos(z / r))
    return np.asarray(8 * abs(lanczos(t, r)) + r / (z * z) * (first + second))


def _gaussian_errors(t: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    return np.asarray(
        gaussian(t) * (3 * 2 * t * t + 1)
    )  # three roundings of 2t², one of the result


def _keys_steepest(shape: Shape) -> float:
    """At the near piece's turning point, or where the far piece begins."""
    a = float(shape.a)
    return max((a + 3) ** 2 / (3 * abs(a + 2)) if a + 2 else 0.0, abs(a))


# |d/dt sin(πt)/(πt)| is largest at t = 0.6626, where it is 1.37; both factors are at most 1
_SINC_STEEPEST = 1.3705


def box(distance: Values) -> Values:
    """1 up to ½, ½ at exactly ½: ½ is each neighbour's share of a place between two pixels."""
    one, half = 0 * distance + 1, (0 * distance + 1) / 2
    return np.where(distance < half, one, np.where(distance == half, half, 0 * distance))


def _pieces(distance: Values, near: Values, far: Values) -> Values:
    return np.asarray(np.where(distance <= 1, near, np.where(distance < 2, far, 0 * far)))


def _exact_pieces(
    distance: Values, near: Sequence[Fraction | int], far: Sequence[Fraction | int]
) -> Values:
    """Cubics up to distance 1 and 2, by their coefficients from t³ on: in integers, over one denominator."""
    n, q = over_common_denominator(distance)
    common = math.lcm(*(Fraction(c).denominator for c in (*near, *far)))
    values = []
    for first, *others in (near, far):
        value: Any = int(first * common)
        for power, coefficient in enumerate(others, 1):
            value = value * n + int(coefficient * common) * q**power
        values.append(value)
    return fractions(np.where(n <= q, values[0], np.where(n < 2 * q, values[1], 0)), common * q**3)


def _each(distance: Values, function: Any) -> Values:
    values = [function(t) for t in distance.ravel().tolist()]
    return np.array(values, object).reshape(distance.shape)


@functools.cache
def _exact_lanczos(distance: Fraction, radius: int) -> Fraction:
    if distance >= radius:
        return Fraction(0)
    if distance == 0:
        return Fraction(1)
    from mpmath import mp

    with mp.workdps(_DIGITS):
        t = mp.mpf(distance.numerator) / distance.denominator
        return _fraction(mp.sincpi(t) * mp.sincpi(t / radius))


@functools.cache
def _exact_gaussian(distance: Fraction) -> Fraction:
    from mpmath import mp

    with mp.workdps(_DIGITS):
        t = mp.mpf(distance.numerator) / distance.denominator
        return _fraction(mp.exp(-2 * t * t))


def _fraction(value: Any) -> Fraction:
    """An mpmath number, which is a binary one, as it is."""
    sign, mantissa, exponent, _ = value._mpf_
    return Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** int(exponent)


# ---------------------------------------------------------------------------- records


class Shape(NamedTuple):
    """What a kernel's form depends on beside the distance.

    Attributes:
        scale: how wide an output pixel is in input pixels: what windows are as wide as.
        a: the coefficient of ``cubic``.
        radius: that of ``lanczos``.
    """

    scale: Any = 1
    a: Any = None
    radius: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel:
    """All that is true of a mode of a resize, whatever its grid is.

    Attributes:
        name: the mode.
        value: from signed distances (coordinate − pixel), in stretched pixels, to weights; None where taps
            are found in another way (``nearest``, ``adaptive_area``, ``pyramid``).
        radius: how far it reaches, in stretched pixels, None where ``value`` is: it weighs nothing there, but
            for ``area_linear``, which is asked of two pixels, from the one that a window begins in on.
        grids: the coordinate_transformation_modes that it goes with, the default first; empty for all.
        stretches: it can be antialiased, and a tap outside the image can be left out.
        pads: a tap outside the image can read something else than the edge pixel.
        window: it weighs what lies under an output pixel.
        divided: its values are divided by their sum, stretched or not.
        irrational: its values are known to 60 digits, not exactly.
        jumps: its weights jump as a coordinate crosses an edge: which side it is on is for exact numbers to
            say.
        flat: between its jumps no weight changes.
        every_size: it makes any number of pixels of any number.
        steepest: the largest slope of ``value`` between its jumps, a stretched pixel; 0 of a flat kernel.
        errors: the error of a value in unit roundoffs at a distance, which is taken as it is; None for a
            kernel that cannot be divided by its sum.
    """

    name: str
    value: Callable[[Values, Shape], Values] | None = None
    radius: Callable[[Shape], Any] | None = None
    grids: tuple[str, ...] = ()
    stretches: bool = False
    pads: bool = False
    window: bool = False
    divided: bool = False
    irrational: bool = False
    jumps: bool = False
    flat: bool = False
    every_size: bool = True
    steepest: Callable[[Shape], float] = lambda shape: 0.0
    errors: Callable[[NDArray[np.float64], Shape], NDArray[np.float64]] | None = None


KERNELS: Mapping[str, Kernel] = {
    kernel.name: kernel
    for kernel in (
        Kernel(name="nearest", pads=True, jumps=True, flat=True),
        Kernel(
            name="linear",
            value=lambda t, shape: linear(abs(t)),
            radius=lambda shape: 1,
            stretches=True,
            pads=True,
            steepest=lambda shape: 1.0,
            errors=lambda t, shape: linear(t),  # one subtraction
        ),
        Kernel(
            name="cubic",
            value=lambda t, shape: cubic(abs(t), shape.a if t.dtype == object else float(shape.a)),
            radius=lambda shape: 2,
            stretches=True,
            pads=True,
            steepest=_keys_steepest,
            errors=_keys_errors,
        ),
        Kernel(
            name="mitchell",
            value=lambda t, shape: mitchell(abs(t)),
            radius=lambda shape: 2,
            stretches=True,
            pads=True,
            steepest=lambda shape: 8 / 7,  # at 4/7
            errors=_mitchell_errors,
        ),
        Kernel(
            name="lanczos",
            value=lambda t, shape: lanczos(abs(t), shape.radius),
            radius=lambda shape: shape.radius,
            stretches=True,
            pads=True,
            divided=True,
            irrational=True,
            steepest=lambda shape: _SINC_STEEPEST * (1 + 1 / shape.radius),
            errors=_lanczos_errors,
        ),
        Kernel(
            name="gaussian",
            value=lambda t, shape: gaussian(abs(t)),
            radius=lambda shape: Fraction(3, 2),
            stretches=True,
            pads=True,
            divided=True,
            irrational=True,
            jumps=True,
            steepest=lambda shape: 2 * math.exp(-0.5),  # at 1/2
            errors=_gaussian_errors,
        ),
        Kernel(
            name="box",
            value=lambda t, shape: box(abs(t)),
            radius=lambda shape: 1,  # it ends at ½; a pixel at exactly ½ counts half
            stretches=True,
            pads=True,
            jumps=True,
            flat=True,
            errors=lambda t, shape: 0 * t,  # constants
        ),
        Kernel(
            name="area",
            value=lambda t, shape: area(abs(t), shape.scale),
            radius=lambda shape: (1 + shape.scale) / 2,
            grids=("half_pixel", "half_pixel_align_corners"),
            steepest=lambda shape: 1 / float(shape.scale),
            window=True,
        ),
        Kernel(
            name="area_linear",
            value=lambda t, shape: area_linear(t, shape.scale),
            radius=lambda shape: 1,
            grids=("asymmetric",),
            steepest=lambda shape: 1 / float(shape.scale),
            jumps=True,
        ),
        Kernel(name="adaptive_area", grids=("half_pixel",), window=True, jumps=True, flat=True),
        Kernel(name="pyramid", grids=("asymmetric",), jumps=True, flat=True, every_size=False),
    )
}
