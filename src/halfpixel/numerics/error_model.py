"""How a call evaluates a convention, where that is visible: the constants that error bounds are made of."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..operators import Resize

# The largest relative error of one rounding to nearest (N. J. Higham, "Accuracy and Stability of
# Numerical Algorithms", 2nd ed., section 2.2).
UNIT_ROUNDOFF = {
    "float32": 2.0**-24,
    "float64": 2.0**-53,
    "float16": 2.0**-11,
    "bfloat16": 2.0**-8,
}

# Half the distance between the smallest numbers: what a product below the normal range may be off by
# beside its roundoff (ibid., section 2.1). In float64 that distance itself: no float64 holds its half.
UNDERFLOW = {
    "float32": 2.0**-150,
    "float64": 2.0**-1074,
    "float16": 2.0**-25,
    "bfloat16": 2.0**-134,
}


Errors = Callable[[Resize, NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class ErrorModel:
    """The roundings on the way from an input to an output, each read in the framework's kernel.

    Attributes:
        coordinates: the dtype in which source coordinates are computed.
        coordinate_roundings: roundings between the sizes and a coordinate.
        weights: the dtype of the interpolation weights.
        weight_error: the largest error of one weight, in unit roundoffs of that dtype.
        value_errors: the error of a kernel's value at a signed distance, in unit roundoffs; None where no
            more is known than ``weight_error``.
        large_weights: (total, dtype): where an output plane has more rows and columns together, another loop
            keeps the weights in that dtype; None where there is none.
        accumulation: the dtype in which products are summed.
        extent_roundings: roundings of a coordinate that are relative to the input axis's size in pixels:
            those of a grid that is normalised to −1..1.
        distance_roundings: roundings between a coordinate and the distance that the kernel is given,
            relative to the kernel's radius in pixels; 0 for a kernel that takes the fraction as it is.
        normalised: weights are divided by their sum, which has as many roundings as the sum of the
            products has, on absolute weights of at most twice its value.
        separable: the axes are summed one after the other, not all products of both in one sum.
        narrow: the dtype, narrower than the others, in which the result is stored; None if there is none.
        narrow_roundings: how often a product is rounded to it: once for the result, once for each
            weight that is kept in it.
        coordinate_rule: the name in :data:`~halfpixel.numerics.coordinates.COORDINATE_RULES` of a step
            that changes what is computed, not only how precisely; None where there is no such step.
        evaluation: the names in :data:`halfpixel.numerics.nonfinite.EVALUATIONS` of what the kernel
            visits and in which form it adds up; one, or one for each of the environments
            that ``Call.rounding`` tells apart. Empty: every tap, or every pixel of a window.
        sums: the dtype whose range sums have, where that is not ``accumulation``'s.
        flushes: numbers below the normal range are taken as 0.
        saturates: a result of another dtype than the sums is cut at the largest number of both dtypes.
        channel_block: of a transposed convolution, how many channels are read together, with weights of 0 for
            those of other groups.
        source: where the constants were read: repository, path, symbol.
    """

    coordinates: str
    coordinate_roundings: int
    weights: str
    weight_error: float
    accumulation: str
    extent_roundings: int = 0
    distance_roundings: int = 0
    normalised: bool = False
    separable: bool = True
    narrow: str | None = None
    narrow_roundings: int = 0
    coordinate_rule: str | None = None
    evaluation: tuple[str, ...] = ()
    sums: str | None = None
    flushes: bool = False
    saturates: bool = False
    channel_block: int = 1
    large_weights: tuple[int, str] | None = None
    value_errors: Errors | None = None
    source: str

    def at(self, total: int) -> ErrorModel:
        """The roundings of an output plane of so many rows and columns together."""
        if self.large_weights is None or total <= self.large_weights[0]:
            return self
        return replace(self, weights=self.large_weights[1])

    def errors_of(self, convention: Resize) -> Errors | None:
        """``value_errors``, of a convention that has such values: a report tries others, of which no more is
        known than ``weight_error``."""
        return None if convention.kernel.errors is None else self.value_errors


_STEPS = 32  # coordinates a pixel


def own_errors(convention: Resize, distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The errors of a kernel's values by its record, each operation rounded once.

    Raises:
        TypeError: of a kernel that cannot be divided by its sum.
    """
    errors_of = convention.kernel.errors
    if errors_of is None:
        raise TypeError(f"a weight of mode={convention.mode!r} is no value divided by a sum")
    return errors_of(abs(distance), convention.shape())


def once(convention: Resize, distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those of values that are computed in double and rounded once."""
    return np.asarray(abs(convention.value(distance)))


@functools.lru_cache(maxsize=1024)
def normalised_weight_error(convention: Resize, value_errors: Errors | None = None) -> float:
    """The largest error of one weight that is a kernel's value divided by the sum of all, in roundoffs.

    With ``e`` the error of a value and ``S`` the sum of the values inside the image, ``(e + |w| · Σe)
    / S``, and ``2·|w|`` for the reciprocal and the product: the largest over all coordinates in images of
    up to twice the kernel's width. A stretched kernel has more values and a larger sum, in
    proportion. The additions of the sum are counted with the path: see ``ErrorModel.normalised``.

    Args:
        convention: of a kernel that can be divided by its sum.
        value_errors: the error of a kernel's value, in roundoffs, at a distance; that of Horner's rule if
            none is given.
    """
    value_errors, widest = value_errors or own_errors, 4 * math.ceil(convention.radius())
    # every distance is a multiple of the step
    distances = np.arange(_STEPS * widest + 1) / _STEPS
    every = convention.value(distances), value_errors(convention, distances)
    largest = 0.0
    for n_in in range(1, widest + 1):
        places = np.arange(_STEPS * n_in + 1) - _STEPS // 2
        away = abs(places[:, None] - _STEPS * np.arange(n_in))
        values, errors = (one[away] for one in every)
        total = values.sum(axis=1, keepdims=True)
        weights = abs(values / total)
        both = (errors + weights * errors.sum(axis=1, keepdims=True)) / abs(total)
        largest = max(largest, float(np.max(both + 2 * weights)))
    return largest


def cubic_powers_error(convention: Resize, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """The error of a cubic kernel's value in unit roundoffs, where each power is multiplied out:
    ``(a + 2)·t·t·t − (a + 3)·t·t + 1`` and ``a·t·t·t − 5a·t·t + 8a·t − 4a``, from left to right.

    The error of a product of k factors is k − 1 roundoffs of it, of a sum one of each of its partial sums;
    t itself is off by a roundoff.
    """
    a = float(convention.cubic_coeff_a or 0)

    def error(c3: float, c2: float, c1: float, c0: float) -> NDArray[np.float64]:
        terms = [c3 * t**3, c2 * t**2, c1 * t, c0 + 0 * t]
        sums = [abs(s) for s in np.cumsum(terms, axis=0)[1:]]
        slope = abs(3 * c3 * t**2 + 2 * c2 * t + c1)
        return np.asarray(
            3 * abs(terms[0]) + 2 * abs(terms[1]) + abs(terms[2]) + sum(sums) + slope * t
        )

    near, far = error(a + 2, -(a + 3), 0.0, 1.0), error(a, -5 * a, 8 * a, -4 * a)
    return np.where(t <= 1, near, np.where(t < 2, far, 0.0))


def sum_of_products(dtype: str, source: str) -> ErrorModel:
    """The arithmetic of a kernel that only multiplies and adds, in one dtype."""
    return ErrorModel(
        coordinates=dtype,
        coordinate_roundings=0,
        weights=dtype,
        weight_error=0,
        accumulation=dtype,
        source=source,
    )


@functools.lru_cache(maxsize=256)
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
    errors_of = keys_errors_with_a_difference if last_by_difference else keys_errors
    convention = Resize(mode="cubic", cubic_coeff_a=a)
    return max(float(np.max(errors_of(convention, side))) for side in (t, 1 + t, -t, -1 - t))


def keys_errors(convention: Resize, distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The errors of the four values of Keys' kernel by Horner's rule, at signed distances: of the taps on the
    left t + 1 is rounded and t is not, of those on the right 1 - t, and 2 - t as 1 - t and 1."""
    a, away = float(convention.cubic_coeff_a or 0), abs(distance)
    left = distance >= 0
    near = _near(a, away, np.where(left, 0.0, away))
    far = _far(a, away, np.where(left, away, 2 * away - 1))
    return np.where(away <= 1, near, np.where(away <= 2, far, 0.0))


def keys_errors_with_a_difference(
    convention: Resize, distance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The same where the value of the last tap is 1 minus the other three, as in OpenCV."""
    t = 2 + distance  # of the last
    taps = np.stack([1 + t, t, t - 1])
    values = convention.value(taps)
    carried = keys_errors(convention, taps).sum(axis=0)
    differences = abs(1 - np.cumsum(values, axis=0)).sum(axis=0)
    last = (distance < -1) & (distance >= -2)
    return np.where(last, carried + differences, keys_errors(convention, distance))


def _near(a: float, x: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """The running error of ``((a + 2)x - (a + 3))x·x + 1``, with x off by so many roundoffs of 1."""
    value, error = (a + 2) * x, abs((a + 2) * x)
    value, error = value - (a + 3), error + abs(value - (a + 3))
    for _ in range(2):
        value, error = value * x, error * x + abs(value * x)
    slope = abs(3 * (a + 2) * x * x - 2 * (a + 3) * x)
    return np.asarray(error + abs(value + 1) + slope * moved)


def _far(a: float, x: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of ``((ax - 5a)x + 8a)x - 4a``."""
    value, error = a * x, abs(a * x)
    for constant in (-5 * a, 8 * a):
        value, error = value + constant, error + abs(value + constant)
        value, error = value * x, error * x + abs(value * x)
    slope = abs(3 * a * x * x - 10 * a * x + 8 * a)
    return np.asarray(error + abs(value - 4 * a) + slope * moved)
