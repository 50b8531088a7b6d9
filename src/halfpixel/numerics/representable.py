"""Where a kernel rounds nothing: its coordinates, weights and sums are all numbers of its dtypes.

An error bound is zero there. What is asked for is that no form of the kernel rounds: Horner's rule or powers
multiplied out, a scale or its inverse, a lerp or a sum of products.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Float64
from ..operators import Resize
from ..operators.axis import Axis
from .coordinates import COORDINATE_RULES
from .error_model import UNDERFLOW, UNIT_ROUNDOFF, ErrorModel

_GUARD = 4  # bits: no partial result of a kernel's value, in any form of it, reaches 16
_DIFFERENCE = (
    4  # no difference of two pixels, nor of two such, is larger than so many times a pixel
)

_LARGEST = {
    "float16": 65504.0,
    "bfloat16": 2.0**128 - 2.0**120,
    "float32": 2.0**128 - 2.0**104,
}


def fractional_bits(values: Float64) -> Float64:
    """How many bits after the binary point each value has; below 0 for a multiple of 2, −inf for 0, and
    infinite for what is no number."""
    finite = np.isfinite(values)
    mantissa, exponent = np.frexp(np.where(finite, values, 0.0))
    integers = np.ldexp(mantissa, 53).astype(np.int64)
    _, lowest = np.frexp((integers & -integers).astype(np.float64))
    bits = np.where(mantissa == 0, -np.inf, 54.0 - exponent - lowest)
    return np.where(finite, bits, np.inf)


def is_power_of_two(values: Float64 | float) -> NDArray[np.bool_]:
    """Whether a division by each value only moves the binary point."""
    return np.asarray(abs(np.frexp(values)[0]) == 0.5)


def exact_sizes(convention: Resize, axis: Axis, arithmetic: ErrorModel) -> bool:
    """Whether no coordinate of an axis is rounded, nor how far its kernel is stretched.

    Of an axis of one input pixel no result shows where it is sampled, and nothing is said of it.

    Args:
        convention: of the axis.
        axis: that is resized.
        arithmetic: of the call; the coordinates are those of its rule, if that says them to the last bit.
    """
    kernel = convention.kernel
    if kernel.degree is None or axis.n_in == 1:
        return False
    widened = convention.antialias or ((kernel.window or kernel.jumps) and not kernel.flat)
    if widened and not is_power_of_two(float(convention.scale(*axis.arguments))):
        return False
    if kernel.window and axis.n_out * convention.scale(*axis.arguments) != axis.n_in:
        return False  # windows that the image ends in
    rule = arithmetic.coordinate_rule
    if rule is not None and not COORDINATE_RULES[rule].rounded:
        return True
    if arithmetic.extent_roundings:  # a grid over −1..1, and its steps
        steps = axis.n_out - 1
        aligned = convention.aligns_corners and bool(is_power_of_two(steps))
        return steps in (0, 1) or aligned
    if arithmetic.coordinate_roundings == arithmetic.distance_roundings == 0:
        return True
    step, per = convention.step(axis)
    return convention.roi is None and (not step or bool(is_power_of_two(float(step) / float(per))))


def weight_bits(
    convention: Resize, axis: Axis, coordinates: Float64, weight: Float64, arithmetic: ErrorModel
) -> Float64:
    """How many bits after the binary point the weights of each output pixel have, ``(n_out,)``: infinite
    where something on the way from the coordinate to them may be rounded.

    Args:
        convention: of the axis; its kernel has a degree.
        axis: of sizes that are :func:`exact_sizes`.
        coordinates: where output pixels sample, ``(n_out,)``.
        weight: the matrix, ``(n_out, n_in)``.
        arithmetic: of the call.
    """
    kernel, scale = convention.kernel, convention.scale(*axis.arguments)
    stretch = float(convention.stretch(scale))
    behind = np.maximum(fractional_bits(coordinates), 0.0)
    wide = float(scale) if kernel.window or not kernel.stretches else stretch
    distance = behind + np.log2(max(wide, 1.0))  # stretched, or as parts of a window
    a = fractional_bits(np.asarray(float(convention.cubic_coeff_a or 0)))
    value = np.where(distance > 0, (kernel.degree or 0) * distance + np.maximum(a, 0.0), 0.0)
    bits = fractional_bits(weight).max(axis=1, initial=0.0)
    held = behind + np.log2(abs(coordinates) + 2) <= _precision(arithmetic.coordinates)
    held &= np.maximum(value, bits) + _GUARD <= _precision(arithmetic.weights)
    if arithmetic.normalised or kernel.divided or convention.antialias:
        total = _total(convention, coordinates, weight, stretch)
        held &= is_power_of_two(total)
        value = value + np.log2(np.where(held, abs(total), 1.0))
    if kernel.radius is not None and not kernel.window and not convention.drops_outside:
        wide = float(convention.radius()) * stretch
        beyond = (coordinates < wide) | (coordinates + wide > weight.shape[1] - 1)
        # of taps that read the same pixel, the matrix has the sum
        bits = np.where(beyond, np.maximum(bits, value), bits)
    return np.where(held, bits, np.inf)


def _precision(dtype: str) -> float:
    """Bits of a number."""
    return -float(np.log2(UNIT_ROUNDOFF[dtype]))


def _total(convention: Resize, coordinates: Float64, weight: Float64, stretch: float) -> Float64:
    """What the values of a kernel are divided by."""
    if convention.kernel.flat:
        return np.asarray(1 / weight.max(axis=1))
    wide = int(np.ceil(float(convention.radius()) * stretch)) + 1
    beyond = 0 if convention.exclude_outside else wide
    pixels = np.arange(-beyond, weight.shape[1] + beyond)
    return np.asarray(convention.value((coordinates[:, None] - pixels) / stretch).sum(axis=1))


def products_are_exact(bits: Float64, largest: float, arithmetic: ErrorModel) -> NDArray[np.bool_]:
    """Whether the products of two weights are numbers of the dtype in which they are kept, where a kernel
    that is not separable has a table of them.

    Args:
        bits: after the binary point of the products.
        largest: absolute product.
        arithmetic: of the call.
    """
    if arithmetic.separable:
        return np.ones(bits.shape, np.bool_)
    whole = bits + np.log2(max(largest, 1.0))
    return np.asarray(whole <= _precision(arithmetic.weights), np.bool_)


def sums_are_exact(
    bits: Float64, magnitude: Float64, largest: float, arithmetic: ErrorModel
) -> NDArray[np.bool_]:
    """Whether sums of products are numbers of the dtypes in which they are made and kept.

    Args:
        bits: after the binary point of the products of two weights and a pixel.
        magnitude: the sums of the absolute products.
        largest: absolute pixel.
        arithmetic: of the call.
    """
    dtypes = {arithmetic.accumulation}
    if arithmetic.narrow is not None and arithmetic.narrow_roundings > 1:
        dtypes.add(arithmetic.narrow)
    # what is below the normal range may be taken as 0
    smallest = max(UNDERFLOW[dtype] / UNIT_ROUNDOFF[dtype] for dtype in dtypes)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        whole = np.log2(np.maximum(magnitude, _DIFFERENCE * largest)) + bits
    held = (bits <= -np.log2(smallest)) & (whole <= min(map(_precision, dtypes)))
    return np.asarray(held, np.bool_)


def rounded(values: Float64, dtype: str) -> Float64:
    """Values rounded to the nearest finite ones of a dtype, ties to even."""
    _, exponent = np.frexp(values)
    step = np.maximum(np.ldexp(UNIT_ROUNDOFF[dtype], exponent), 2 * UNDERFLOW[dtype])
    return np.asarray(np.clip(np.rint(values / step) * step, -_LARGEST[dtype], _LARGEST[dtype]))
