"""How a call evaluates a convention, where that is visible: the constants that error bounds are made of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .conventions import Resize
from .conventions.exact import Exact

# The largest relative error of one rounding to nearest (N. J. Higham, "Accuracy and Stability of
# Numerical Algorithms", 2nd ed., section 2.2).
UNIT_ROUNDOFF = {"float32": 2.0**-24, "float64": 2.0**-53}


@dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """The roundings on the way from an input to an output, each read in the framework's kernel.

    Attributes:
        coordinates: the dtype in which source coordinates are computed.
        coordinate_roundings: roundings between the sizes and a coordinate.
        weights: the dtype of the interpolation weights.
        weight_error: the largest error of one weight, in unit roundoffs of that dtype.
        accumulation: the dtype in which products are summed.
        coordinate_rule: the name in :data:`COORDINATE_RULES` of a step that changes what is computed,
            not only how precisely; None where there is no such step.
        source: where the constants were read: repository, path, symbol.
    """

    coordinates: str
    coordinate_roundings: int
    weights: str
    weight_error: float
    accumulation: str
    coordinate_rule: str | None = None
    source: str


def sum_of_products(dtype: str, source: str) -> Arithmetic:
    """The arithmetic of a kernel that only multiplies and adds, in one dtype."""
    return Arithmetic(
        coordinates=dtype,
        coordinate_roundings=0,
        weights=dtype,
        weight_error=0,
        accumulation=dtype,
        source=source,
    )


@functools.cache
def cubic_weight_error(a: float, *, last_by_difference: bool = False) -> float:
    """The largest error of one cubic weight computed by Horner's rule, in unit roundoffs.

    A running error analysis (Higham, section 3.3) of the two polynomials of Keys' kernel as the
    frameworks write them: every operation, those that make the distance t + 1, t, 1 - t or 2 - t
    included, adds one roundoff of its own result to the error carried on from its operands.

    Args:
        a: the kernel's coefficient.
        last_by_difference: the fourth weight is 1 minus the other three, as in OpenCV.
    """
    t = np.linspace(0, 1, 1025)

    def near(x: NDArray[np.float64], distance_error: NDArray[np.float64]) -> NDArray[np.float64]:
        value, error = (a + 2) * x, abs((a + 2) * x)
        value, error = value - (a + 3), error + abs(value - (a + 3))
        for _ in range(2):
            value, error = value * x, error * x + abs(value * x)
        slope = abs(3 * (a + 2) * x * x - 2 * (a + 3) * x)
        return np.asarray(error + abs(value + 1) + slope * distance_error)

    def far(x: NDArray[np.float64], distance_error: NDArray[np.float64]) -> NDArray[np.float64]:
        value, error = a * x, abs(a * x)
        for constant in (-5 * a, 8 * a):
            value, error = value + constant, error + abs(value + constant)
            value, error = value * x, error * x + abs(value * x)
        slope = abs(3 * a * x * x - 10 * a * x + 8 * a)
        return np.asarray(error + abs(value - 4 * a) + slope * distance_error)

    errors = [far(1 + t, 1 + t), near(t, 0 * t), near(1 - t, 1 - t), far(2 - t, (1 - t) + (2 - t))]
    if last_by_difference:
        errors[3] = (
            errors[0] + errors[1] + errors[2] + 3
        )  # three subtractions of values not above 1
    return float(np.max(errors))


# ---------------------------------------------------------------------------- coordinate rules


def _kernel_table_1024(convention: Resize, n_in: int, n_out: int) -> Exact:
    """Weights come from a table of 1024 entries a pixel: the place is rounded to the nearest one."""
    exact = convention.coordinates(n_in, n_out)
    return np.array([Fraction(round(x * 1024), 1024) for x in exact], object)


def _float32(convention: Resize, n_in: int, n_out: int) -> Exact:
    """The scale is rounded to float32, and so is its product with the index; half_pixel's ½ is added
    before and never taken off, since rounding to the nearest pixel would add it again."""
    aligned = convention.coordinate_transformation_mode == "align_corners"
    half = Fraction(convention.coordinate_transformation_mode == "half_pixel", 2)
    last = 1 if aligned else 0
    scale = np.float32(n_in - last) / np.float32(max(n_out - last, 1))
    places = (np.arange(n_out, dtype=np.float32) + np.float32(half)) * scale
    return np.array([Fraction(place) - half for place in places.tolist()], object)


def _inverse_scale_float64(convention: Resize, n_in: int, n_out: int) -> Exact:
    """The index is multiplied by 1 / (n_out / n_in), rounded at each of the three steps."""
    inverse = 1.0 / (n_out / n_in)
    return np.array([Fraction(d * inverse) for d in range(n_out)], object)


@dataclass(frozen=True)
class CoordinateRule:
    """A way of computing coordinates that can pick another pixel, or another weight, than the exact one.

    Attributes:
        coordinates: from (convention, n_in, n_out) to what the framework computes, as exact
            ``Fraction``s, shape ``(n_out,)``.
        stored: it shows at the sizes of the goldens, and has goldens of its own.
        source: where it was read.
    """

    coordinates: Callable[[Resize, int, int], Exact]
    stored: bool
    source: str


COORDINATE_RULES = {
    "kernel_table_1024": CoordinateRule(
        _kernel_table_1024,
        stored=True,
        source="tensorflow/tensorflow, tensorflow/core/kernels/image/resize_bicubic_op.cc: "
        "GetWeightsAndIndices (lrintf(delta * kTableSize))",
    ),
    "float32": CoordinateRule(
        _float32,
        stored=False,
        source="tensorflow/tensorflow, tensorflow/core/util/image_resizer_state.h: LegacyScaler, "
        "HalfPixelScalerForNN; pytorch/pytorch, aten/src/ATen/native/UpSample.h: "
        "nearest_neighbor_compute_source_index, nearest_neighbor_exact_compute_source_index",
    ),
    "inverse_scale_float64": CoordinateRule(
        _inverse_scale_float64,
        stored=False,
        source="opencv/opencv, modules/imgproc/src/resize.cpp: hal::resize, resizeNN (cvFloor(x*ifx))",
    ),
}


def coordinates(convention: Resize, rule: str | None, n_in: int, n_out: int) -> Exact:
    """Where each output pixel samples: exactly, or as a rule of :data:`COORDINATE_RULES` has it."""
    if rule is None:
        return convention.coordinates(n_in, n_out)
    return COORDINATE_RULES[rule].coordinates(convention, n_in, n_out)
