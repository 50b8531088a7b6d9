"""The kernels, a record each: how much a pixel weighs at a distance, and what else is true of them.

Most functions are there twice: of distances in (stretched) pixels in float64, and of integers over a
denominator, which are exact. Irrational values come with 60 digits.
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

from ..arrays import AnyArray
from .exact import Exact, over_common_denominator

Ratio = tuple[Exact, int]  # integers, and the denominator that they share

_DIGITS = 60
_GAUSSIAN_RADIUS = 1.5  # as exact as any Fraction, and an array of floats stays one
_FLOAT_ONE = 1 - 2.0**-25  # from here on a float is 1


def linear(distance: AnyArray) -> AnyArray:
    """A triangle: ``1 − t`` up to 1."""
    return np.asarray(np.maximum(1 - distance, 0 * distance))


def cubic(distance: AnyArray, a: Any) -> AnyArray:
    """Keys' kernel: one polynomial up to distance 1, another up to 2.

    R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981.
    """
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return _pieces(distance, near, far)


def mitchell(distance: AnyArray) -> AnyArray:
    """B = C = 1/3.

    D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988.
    """
    near = (7 / 6 * distance - 2) * distance * distance + 8 / 9
    far = ((2 - 7 / 18 * distance) * distance - 10 / 3) * distance + 16 / 9
    return _pieces(distance, near, far)


def area(distance: AnyArray, scale: Any) -> AnyArray:
    """The part of a window ``scale`` pixels wide that lies in a pixel at this distance from its middle."""
    overlap = np.clip((1 + scale) / 2 - distance, 0 * distance, min(scale, 1) + 0 * distance)
    return np.asarray(overlap / scale)


def area_linear(distance: AnyArray, scale: object) -> AnyArray:
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


def lanczos(distance: AnyArray, radius: int) -> AnyArray:
    """``sinc(t) · sinc(t / radius)`` up to ``radius``, with ``sinc(t) = sin(πt) / (πt)``."""
    value = np.sinc(distance) * np.sinc(distance / radius)
    zero = (distance >= radius) | ((distance == np.rint(distance)) & (distance != 0))
    return np.where(zero, 0.0, value)  # sin(π·n) is not 0 in floats


_HAMMING = Fraction(float(np.float32(0.54))), Fraction(float(np.float32(0.46)))


def hamming(distance: AnyArray) -> AnyArray:
    """``sinc(t) · (0.54 + 0.46·cos(πt))`` up to 1, with both constants in float32; at 0 it is 1, and not
    their sum, which is 1 + 2⁻²⁵.

    python-pillow/Pillow, ``src/libImaging/Resample.c``, ``hamming_filter`` (``if (x == 0.0) return 1.0``,
    ``0.54f + 0.46f * cos(x)``).
    """
    constant, swing = map(float, _HAMMING)
    value = np.sinc(distance) * (constant + swing * np.cos(np.pi * distance))
    return np.where(distance == 0, 1.0, np.where(distance >= 1, 0.0, value))


def gaussian(distance: AnyArray, inside: NDArray[np.bool_] | None = None) -> AnyArray:
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


def _hamming_errors(t: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Six sines, quotients, products and sums; π is rounded once, and so is its product with the
    distance: that argument's error times the slope of each factor."""
    constant, swing = map(float, _HAMMING)
    z = np.pi * t
    sinc, window = np.sinc(t), constant + swing * np.cos(z)
    moved = abs((np.cos(z) - sinc) * window) + abs(sinc) * swing * z * abs(np.sin(z))
    errors = 4 * abs(sinc * window) + 2 * abs(sinc * swing * np.cos(z)) + 1.5 * moved
    return np.where(t < 1, errors, 0.0)


_HAMMING_STEEPEST = 1.81376  # at t = 0.3735


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


def box(distance: AnyArray) -> AnyArray:
    """1 up to ½, ½ at exactly ½: ½ is each neighbour's share of a coordinate between two pixels."""
    one, half = 0 * distance + 1, (0 * distance + 1) / 2
    return np.where(distance < half, one, np.where(distance == half, half, 0 * distance))


def _pieces(distance: AnyArray, near: AnyArray, far: AnyArray) -> AnyArray:
    return np.asarray(np.where(distance <= 1, near, np.where(distance < 2, far, 0 * far)))


# ---------------------------------------------------------------------------- in integers


def _exact_linear(n: Exact, q: int, shape: Shape) -> Ratio:
    return np.maximum(q - abs(n), 0), q


def _exact_keys(n: Exact, q: int, shape: Shape) -> Ratio:
    a = shape.a
    return _exact_pieces(abs(n), q, (a + 2, -a - 3, 0, 1), (a, -5 * a, 8 * a, -4 * a))


def _exact_mitchell(n: Exact, q: int, shape: Shape) -> Ratio:
    near = Fraction(7, 6), -2, 0, Fraction(8, 9)
    far = Fraction(-7, 18), 2, Fraction(-10, 3), Fraction(16, 9)
    return _exact_pieces(abs(n), q, near, far)


def _exact_box(n: Exact, q: int, shape: Shape) -> Ratio:
    twice = 2 * abs(n)
    return np.where(twice < q, 2, np.where(twice == q, 1, 0)).astype(object), 2


def _exact_area(n: Exact, q: int, shape: Shape) -> Ratio:
    a, b = shape.scale.as_integer_ratio()
    return np.clip((a + b) * q - 2 * b * abs(n), 0, 2 * min(a, b) * q), 2 * a * q


def _exact_area_linear(n: Exact, q: int, shape: Shape) -> Ratio:
    a, b = shape.scale.as_integer_ratio()
    one = a * q
    begins_here = n >= 0
    reach = np.maximum(one - b * (np.where(begins_here, q, 0) - n), 0)
    above, below = _FLOAT_ONE.as_integer_ratio()
    reach = np.where(below * reach < above * one, reach, 0)
    return np.where(begins_here, one - reach, reach), one


def _exact_values(function: Callable[[Fraction, Shape], Fraction]) -> Exactly:
    """A kernel whose values are known to 60 digits: each is computed once."""

    def values(n: Exact, q: int, shape: Shape) -> Ratio:
        values_of = {t: function(Fraction(t, q), shape) for t in set(abs(n).ravel().tolist())}
        each = np.array([values_of[abs(t)] for t in n.ravel().tolist()], object)
        return over_common_denominator(each.reshape(n.shape))

    return values


def _exact_pieces(
    n: Exact, q: int, near: Sequence[Fraction | int], far: Sequence[Fraction | int]
) -> Ratio:
    """Cubics up to distance 1 and 2, by their coefficients from t³ on."""
    common = math.lcm(*(Fraction(c).denominator for c in (*near, *far)))
    values = []
    for first, *others in (near, far):
        value: Any = int(first * common)
        for power, coefficient in enumerate(others, 1):
            value = value * n + int(coefficient * common) * q**power
        values.append(value)
    return np.where(n <= q, values[0], np.where(n < 2 * q, values[1], 0)), common * q**3


def _each(distance: AnyArray, function: Any) -> AnyArray:
    values = [function(t) for t in distance.ravel().tolist()]
    return np.array(values, object).reshape(distance.shape)


@functools.lru_cache(maxsize=2**16)
def _exact_lanczos(distance: Fraction, radius: int) -> Fraction:
    if distance >= radius:
        return Fraction(0)
    if distance == 0:
        return Fraction(1)
    from mpmath import mp

    with mp.workdps(_DIGITS):
        t = mp.mpf(distance.numerator) / distance.denominator
        return _fraction(mp.sincpi(t) * mp.sincpi(t / radius))


@functools.lru_cache(maxsize=2**16)
def _exact_hamming(distance: Fraction) -> Fraction:
    if distance == 0 or distance >= 1:
        return Fraction(int(distance == 0))
    from mpmath import mp

    constant, swing = _HAMMING
    with mp.workdps(_DIGITS):
        t = mp.mpf(distance.numerator) / distance.denominator
        # both constants are binary numbers: their floats are exact
        return _fraction(mp.sincpi(t) * (float(constant) + float(swing) * mp.cospi(t)))


@functools.lru_cache(maxsize=2**16)
def _exact_gaussian(distance: Fraction) -> Fraction:
    """The same wherever it is cut off."""
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


# from the numerators of signed distances, and their denominator, to the weights
Exactly = Callable[[Exact, int, Shape], Ratio]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel:
    """All that is true of a mode of a resize, whatever its grid is.

    Attributes:
        name: the mode.
        value: from signed distances (coordinate − pixel), in stretched pixels, to weights, in float64; None
            where taps are found in another way (``nearest``, ``adaptive_area``, ``pyramid``).
        exact: the same in integers over a denominator; None where ``value`` is.
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
        reference_error: the error of a weight, in unit roundoffs, as the reference computes it in floats,
            where that is a number.
        degree: of the polynomials in the distance that its values are, where those of binary distances are
            binary, if its coefficients are; None of another kernel.
        fractional: unstretched, its weights are a formula of the coordinate's fraction alone.
        ranged: a reader is shown the range that an output pixel reads, not only its coordinate.
        forms: the attributes with which an unknown resize is compared that uses the kernel, each with and
            without ``exclude_outside``.
        narrow_forms: the same, with ``exclude_outside`` alone, which hardly changes a weight.
        meaning: what it does, in a sentence or two.
        formula: the weight of a pixel at a distance t.
        source: of the formula.
    """

    name: str
    value: Callable[[AnyArray, Shape], AnyArray] | None = None
    exact: Exactly | None = None
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
    reference_error: float | None = None
    degree: int | None = None
    fractional: bool = False
    ranged: bool = False
    forms: tuple[Mapping[str, Any], ...] = ()
    narrow_forms: tuple[Mapping[str, Any], ...] = ()
    meaning: str = ""
    formula: str = ""
    source: str = ""

    def reads(self, shape: Shape) -> Any:
        """How many pixels it reads along an axis, unstretched; 1 where it has no radius."""
        return 1 if self.radius is None else 2 * self.radius(shape)


_WIDENED_OR_NOT: tuple[Mapping[str, Any], ...] = ({"antialias": False}, {"antialias": True})

KERNELS: Mapping[str, Kernel] = {
    kernel.name: kernel
    for kernel in (
        Kernel(
            name="nearest",
            fractional=True,
            pads=True,
            jumps=True,
            flat=True,
            meaning="Copies one pixel.",
        ),
        Kernel(
            name="linear",
            degree=1,
            value=lambda t, shape: linear(abs(t)),
            exact=_exact_linear,
            radius=lambda shape: 1,
            stretches=True,
            fractional=True,
            pads=True,
            steepest=lambda shape: 1.0,
            errors=lambda t, shape: linear(t),  # one subtraction
            reference_error=2.0,  # the distance to the pixel on the right, and 1 minus it
            forms=({"antialias": True},),
            meaning="Interpolates linearly between the two nearest pixels.",
            formula="w(t) = 1 - t up to t = 1",
            source="a triangle",
        ),
        Kernel(
            name="cubic",
            degree=3,
            value=lambda t, shape: cubic(abs(t), float(shape.a)),
            exact=_exact_keys,
            radius=lambda shape: 2,
            stretches=True,
            fractional=True,
            pads=True,
            steepest=_keys_steepest,
            errors=_keys_errors,
            forms=(
                {"cubic_coeff_a": -0.5, "antialias": True},
                {"cubic_coeff_a": -0.75, "antialias": True},
            ),
            meaning=(
                "Interpolates between four pixels with Keys' cubic kernel. The outer two weights "
                "are negative, which sharpens edges and overshoots."
            ),
            formula=(
                "w(t) = (a + 2)t³ - (a + 3)t² + 1 up to t = 1, and at³ - 5at² + 8at - 4a up to t "
                "= 2"
            ),
            source=(
                'R. Keys, "Cubic convolution interpolation for digital image processing", IEEE '
                "TASSP 29(6), 1981"
            ),
        ),
        Kernel(
            name="mitchell",
            value=lambda t, shape: mitchell(abs(t)),
            exact=_exact_mitchell,
            radius=lambda shape: 2,
            stretches=True,
            pads=True,
            steepest=lambda shape: 8 / 7,  # at 4/7
            errors=_mitchell_errors,
            forms=_WIDENED_OR_NOT,
            meaning=(
                "Weights four pixels and blurs slightly: resizing to the same size changes the "
                "image."
            ),
            formula=(
                "w(t) = 7/6 t³ - 2t² + 8/9 up to t = 1, and -7/18 t³ + 2t² - 10/3 t + 16/9 up to "
                "t = 2"
            ),
            source=(
                'D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics", '
                "SIGGRAPH 1988: B = C = 1/3"
            ),
        ),
        Kernel(
            name="lanczos",
            value=lambda t, shape: lanczos(abs(t), shape.radius),
            exact=_exact_values(lambda t, shape: _exact_lanczos(t, shape.radius)),
            radius=lambda shape: shape.radius,
            stretches=True,
            pads=True,
            divided=True,
            irrational=True,
            steepest=lambda shape: _SINC_STEEPEST * (1 + 1 / shape.radius),
            errors=_lanczos_errors,
            forms=tuple(
                {"lanczos_radius": r, **form} for r in (3, 4, 5) for form in _WIDENED_OR_NOT
            ),
            narrow_forms=tuple({"lanczos_radius": 1, **form} for form in _WIDENED_OR_NOT),
            meaning="Weights 2r pixels by a windowed sinc, where r is lanczos_radius.",
            formula=(
                "w(t) = sinc(t) sinc(t / r) up to t = r, sinc(t) = sin(πt) / πt; divided by "
                "their sum"
            ),
            source="a sinc, windowed by the central lobe of a wider sinc",
        ),
        Kernel(
            name="gaussian",
            value=lambda t, shape: gaussian(abs(t)),
            exact=_exact_values(
                lambda t, shape: _exact_gaussian(t) if t < _GAUSSIAN_RADIUS else Fraction(0)
            ),
            radius=lambda shape: Fraction(3, 2),
            stretches=True,
            pads=True,
            divided=True,
            irrational=True,
            jumps=True,
            steepest=lambda shape: 2 * math.exp(-0.5),  # at 1/2
            errors=_gaussian_errors,
            forms=_WIDENED_OR_NOT,
            meaning=(
                "Weights the pixels nearer than 3/2 by a Gaussian, and blurs: resizing to the "
                "same size changes the image."
            ),
            formula="w(t) = exp(-2t²) below t = 3/2; divided by their sum",
            source="a normal distribution with σ = 1/2",
        ),
        Kernel(
            name="hamming",
            value=lambda t, shape: hamming(abs(t)),
            exact=_exact_values(lambda t, shape: _exact_hamming(t)),
            radius=lambda shape: 1,
            stretches=True,
            pads=True,
            divided=True,
            irrational=True,
            steepest=lambda shape: _HAMMING_STEEPEST,
            errors=_hamming_errors,
            narrow_forms=({"antialias": True},),
            meaning="Weights the two nearest pixels by a sinc in a Hamming window.",
            formula="w(t) = sinc(t) (0.54 + 0.46 cos(πt)) up to t = 1, sinc(t) = sin(πt) / πt; 0.54 and "
            "0.46 in float32, whose sum is not 1, and w(0) = 1; divided by their sum",
            source="python-pillow/Pillow, src/libImaging/Resample.c: hamming_filter",
        ),
        Kernel(
            name="box",
            degree=0,
            value=lambda t, shape: box(abs(t)),
            exact=_exact_box,
            radius=lambda shape: 1,  # it ends at ½; a pixel at exactly ½ counts half
            stretches=True,
            pads=True,
            jumps=True,
            flat=True,
            errors=lambda t, shape: 0 * t,  # constants
            ranged=True,
            narrow_forms=_WIDENED_OR_NOT,
            meaning="Averages the pixels nearer than 1/2; a pixel at exactly 1/2 has half the weight.",
            formula="w(t) = 1 below t = 1/2, 1/2 at t = 1/2; divided by their sum",
            source="a step",
        ),
        Kernel(
            name="area",
            degree=1,
            value=lambda t, shape: area(abs(t), shape.scale),
            exact=_exact_area,
            radius=lambda shape: (1 + shape.scale) / 2,
            grids=("half_pixel", "half_pixel_align_corners"),
            steepest=lambda shape: 1 / float(shape.scale),
            window=True,
            ranged=True,
            reference_error=2.0,  # its ends are counted as distances; the quotient
            meaning=(
                "Averages the part of the input that an output pixel covers; each pixel is "
                "weighted by the part of it that is covered."
            ),
            formula=(
                "the window is s pixels wide, centred on the coordinate; the weight is the "
                "covered part of a pixel, divided by s"
            ),
            source="coverage",
        ),
        Kernel(
            name="area_linear",
            degree=1,
            value=lambda t, shape: area_linear(t, shape.scale),
            exact=_exact_area_linear,
            radius=lambda shape: 1,
            grids=("asymmetric",),
            steepest=lambda shape: 1 / float(shape.scale),
            jumps=True,
            ranged=True,
            reference_error=4.0,  # the end, the quotient, twice 1 minus it
            meaning=(
                "OpenCV's INTER_AREA if an axis grows: the pixel in which an output pixel "
                "begins, and the next pixel by how far the output pixel extends into it."
            ),
            formula=(
                "the second of two weights is 1 - inside / s, at least 0, where inside is the "
                "rest of the first pixel"
            ),
            source="opencv/opencv, modules/imgproc/src/resize.cpp: cv::hal::resize",
        ),
        Kernel(
            name="adaptive_area",
            degree=0,
            grids=("half_pixel",),
            window=True,
            jumps=True,
            flat=True,
            ranged=True,
            reference_error=1.0,  # 1 / the number of pixels
            meaning="Averages all pixels that an output pixel touches, with equal weights.",
            formula="equal weights from floor(d·s) to ceil((d + 1)·s) - 1",
            source="adaptive average pooling",
        ),
        Kernel(
            name="pyramid",
            degree=0,
            grids=("asymmetric",),
            jumps=True,
            flat=True,
            ranged=True,
            every_size=False,
            meaning=(
                "One level of an image pyramid: five taps at every second pixel down, and the "
                "reverse step up."
            ),
            formula="1 4 6 4 1, over 16, down; 1 6 1 and 4 4, over 8, up",
            source=(
                'P. Burt and E. Adelson, "The Laplacian pyramid as a compact image code", IEEE '
                "Transactions on Communications 31(4), 1983"
            ),
        ),
    )
}
