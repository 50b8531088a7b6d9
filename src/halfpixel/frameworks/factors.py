"""What calls that are given factors make of them: a size, and the scales at which they sample.

The two are separate decisions. A size is a product cut or rounded to an integer; the ratio at which an
axis is sampled is the factor, the ratio of the sizes, or one of them by the sizes that came out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..numerics.computation import Computation
from ..operators import Resize
from ..operators.request import Request, Scales

Sizes = tuple[int, int]
Factors = tuple[float, float]
Expressed = TypeVar("Expressed")

_DIGITS = 6  # of a factor that is looked for


def truncated(n_in: int, factor: float) -> int:
    """torch's output size: the product in double, cut.

    pytorch/pytorch, ``aten/src/ATen/native/UpSample.cpp``, compute_output_size; with
    ``recompute_scale_factor``, ``torch/nn/functional.py``, interpolate.
    """
    return int(n_in * factor)


def half_even(n_in: int, factor: float) -> int:
    """OpenCV's output size: the product in double, rounded half to even.

    opencv/opencv, ``modules/imgproc/src/resize.cpp``, cv::resize (saturate_cast<int>).
    """
    return round(n_in * factor)


def of_sizes(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    """The ratio of the sizes: factors serve to compute those, and are forgotten."""
    return Fraction(n_out[0], n_in[0]), Fraction(n_out[1], n_in[1])


def given(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    """The factors as they are."""
    return Fraction(str(factors[0])), Fraction(str(factors[1]))


def copied_axes(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    """The factors, but that an axis whose size comes out unchanged is copied.

    pytorch/pytorch, ``aten/src/ATen/native/UpSample.h``, compute_source_index_and_lambda;
    antialiased, ``cpu/UpSampleKernel.cpp``, separable_upsample_generic_Nd_kernel_impl.
    """
    sizes, scales = of_sizes(n_in, n_out, factors), given(n_in, n_out, factors)
    height, width = (
        size if size == 1 else scale for size, scale in zip(sizes, scales, strict=True)
    )
    return height, width


def copied_and_doubled_axes(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    """The factors, but that an axis whose size comes out unchanged, or doubled, is copied or doubled;
    in an output of more than 128 rows plus columns, where another kernel runs, the factors as they are.

    pytorch/pytorch, ``aten/src/ATen/native/UpSample.h``, nearest_idx; ``cpu/UpSampleKernel.cpp``,
    _use_vectorized_kernel_cond_2d, HelperInterpNearest.
    """
    scales = given(n_in, n_out, factors)
    if sum(n_out) > 128:
        return scales
    sizes = of_sizes(n_in, n_out, factors)
    height, width = (
        size if size in (1, 2) else scale for size, scale in zip(sizes, scales, strict=True)
    )
    return height, width


def copied_image(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    """The factors, but that an image whose size comes out unchanged is copied.

    opencv/opencv, ``modules/imgproc/src/resize.cpp``, cv::resize (dsize == ssize).
    """
    return (of_sizes if n_in == n_out else given)(n_in, n_out, factors)


def _always(factors: Factors) -> bool:
    return True


@dataclass(frozen=True)
class Scaling:
    """What a call makes of factors.

    Attributes:
        size: from the input's size along an axis and its factor to the output's.
        scales: from the image's sizes before and after and the factors to the scales at which it is sampled.
        holds: the factors by which it is this call that runs, where several are said alike.
    """

    size: Callable[[int, float], int]
    scales: Callable[[Sizes, Sizes, Factors], Scales]
    holds: Callable[[Factors], bool] = field(default=_always, compare=False)

    @property
    def uses_factors(self) -> bool:
        """Whether a factor can be the ratio at which an axis is sampled."""
        return self.scales is not of_sizes

    def computation(
        self, convention: Resize, x: NDArray[np.float64], factors: Factors
    ) -> Computation:
        """What factors make of an image, (N, C, H, W); without its expected values."""
        height, width = x.shape[2:]
        n_in = (height, width)
        size = (self.size(height, factors[0]), self.size(width, factors[1]))
        scales = self.scales(n_in, size, factors) if self.uses_factors else None
        return Computation(convention, {"x": x}, size, scales=scales)

    def factors(self, request: Request) -> Factors | None:
        """The factors with which a request is said, along H and W; None if there are none.

        Where a call samples at another ratio than its factor, it is one that is not that ratio.
        """
        (h, out_h), (w, out_w) = request.sizes
        n_in, n_out = (h, w), (out_h, out_w)
        wanted = request.scales or (Fraction(out_h, h), Fraction(out_w, w))
        choices = zip(n_in, n_out, wanted, strict=True)
        for height, width in itertools.product(*(self._choices(*axis) for axis in choices)):
            factors = height, width
            if self.holds(factors) and self.scales(n_in, n_out, factors) == wanted:
                return factors
        return None

    def _choices(self, n_in: int, n_out: int, scale: Fraction) -> Iterator[float]:
        """A decimal that gives the size and is not its ratio, then the scale itself."""
        for digits in range(1, _DIGITS):
            above = round((n_out + 0.25) / n_in, digits)
            if above * n_in != n_out and self.size(n_in, above) == n_out:
                yield above
                break
        if self.size(n_in, float(scale)) == n_out:
            yield float(scale)


def expression_by(
    scaling: Scaling, say: Callable[[Factors], Expressed]
) -> Callable[[Request], Expressed | None]:
    """The calls that are given factors along H and W; None for a request that none give."""

    def expression(request: Request) -> Expressed | None:
        factors = scaling.factors(request)
        return None if factors is None else say(factors)

    return expression


def plain(factor: float) -> float:
    """A factor as a user writes it: 2, not 2.0."""
    return int(factor) if factor == int(factor) else factor
