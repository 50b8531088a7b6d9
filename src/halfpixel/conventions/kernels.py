"""The kernels: how much a pixel weighs at a distance, exactly where that is rational.

Each takes an array of distances in (stretched) pixels and returns the weights: ``Fraction``s for
``Fraction``s, float64 for float64. Irrational values of ``Fraction``s come with 60 digits.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return _pieces(distance, near, far)


def mitchell(distance: Values) -> Values:
    """B = C = 1/3.

    D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988.
    """
    one: Any = Fraction(1) if distance.dtype == object else 1.0
    near = (one * 7 / 6 * distance - 2) * distance * distance + one * 8 / 9
    far = ((2 - one * 7 / 18 * distance) * distance - one * 10 / 3) * distance + one * 16 / 9
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


def box(distance: Values) -> Values:
    """1 up to ½, ½ at exactly ½: ½ is each neighbour's share of a place between two pixels."""
    one, half = 0 * distance + 1, (0 * distance + 1) / 2
    return np.where(distance < half, one, np.where(distance == half, half, 0 * distance))


def _pieces(distance: Values, near: Values, far: Values) -> Values:
    return np.asarray(np.where(distance <= 1, near, np.where(distance < 2, far, 0 * far)))


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
