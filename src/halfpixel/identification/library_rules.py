"""Coordinate rules of libraries that are not in the catalogue: how they round the places that nearest reads.

Beside those of :data:`halfpixel.numerics.coordinates.COORDINATE_RULES`, which the catalogue's calls declare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..numerics.coordinates import Coordinates, Integers, places
from ..operators import Resize

_F = np.float32


def _by_inverse(
    convention: Resize, d: Integers, n_in: int, n_out: int, factor: Fraction | None
) -> Coordinates:
    """The scale is n_in times the inverse of n_out, each rounded to float32, and so is its product with
    the index and a half."""
    scale = _F(n_in) * (_F(1) / _F(n_out))
    return np.asarray((d.astype(_F) + _F(0.5)) * scale, np.float64) - 0.5


def _by_quotient(
    convention: Resize, d: Integers, n_in: int, n_out: int, factor: Fraction | None
) -> Coordinates:
    """The index is divided by n_out / n_in, rounded to float32 at each step; where it is then rounded to the
    nearest pixel, a place within 1e-6 of the middle between two pixels is taken to be there."""
    half = _F(0.5) if convention.half_pixel else _F(0)
    ratio = _F(n_out) / _F(n_in) if factor is None else _F(float(factor))
    place = (d.astype(_F) + half) / ratio - half
    pixel = np.floor(place)
    rounds = str(convention.nearest_mode).startswith("round")
    near = rounds & (abs(place - pixel - _F(0.5)) < _F(1e-6))
    return np.where(near, pixel + 0.5, place.astype(np.float64))


def _by_float64_scale(
    convention: Resize, d: Integers, n_in: int, n_out: int, factor: Fraction | None
) -> Coordinates:
    """The scale (n_in − 1) / (n_out − 1) is rounded to float64, and so is its product with the index."""
    return np.asarray(d * ((n_in - 1) / (n_out - 1) if n_out > 1 else 1.0))


@dataclass(frozen=True)
class OtherRule:
    """How a library rounds the places that nearest reads.

    Attributes:
        places: from (convention, d, n_in, n_out, factor) to what it computes; without a factor, by
            the ratio of the sizes.
        applies: whether it speaks of a convention.
        source: where it was read.
        takes_factors: whether it speaks of factors.
    """

    places: Callable[[Resize, Integers, int, int, Fraction | None], Coordinates]
    applies: Callable[[Resize], bool]
    source: str
    takes_factors: bool = False


_GRIDS = ("half_pixel", "asymmetric")  # with aligned corners its quotients are the nearest float32
_ONNX = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil", "ceil_where_shrinking")

OTHER_RULES: Mapping[str, OtherRule] = {
    "jax_float32": OtherRule(
        _by_inverse,
        lambda c: c == Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
        source="jax-ml/jax, jax/_src/image/scale.py: _resize_nearest, as XLA compiles it: "
        "constants are folded and inverted",
    ),
    "onnxruntime_float32": OtherRule(
        _by_quotient,
        lambda c: (
            c.nearest_mode in _ONNX
            and c.coordinate_transformation_mode in _GRIDS
            and c.padding_mode == "border"
        ),
        source="microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor/upsamplebase.h: "
        "GetOriginalCoordinateFromResizedCoordinate; the 1e-6 was found by running 1.32.0 at 13,068 sizes",
        takes_factors=True,
    ),
    "scipy_float64": OtherRule(
        _by_float64_scale,
        lambda c: (
            c
            == Resize(
                mode="nearest",
                coordinate_transformation_mode="align_corners",
                nearest_mode="round_prefer_ceil",
            )
        ),
        source="scipy/scipy, scipy/ndimage/src/ni_interpolation.c: NI_ZoomShift",
    ),
}


def places_of(
    convention: Resize,
    rule: str | None,
    n_in: int,
    n_out: int,
    factor: Fraction | None,
    total: int,
    *,
    columns: bool,
) -> NDArray[np.float64]:
    """Where output pixels sample, by a rule of the catalogue, of another library, or by none.

    Arguments as of :func:`halfpixel.numerics.coordinates.places`.
    """
    d = np.arange(n_out)
    if rule is not None and rule in OTHER_RULES:
        return OTHER_RULES[rule].places(convention, d, n_in, n_out, factor)
    sizes = (np.asarray(n, np.int64) for n in (n_in, n_out, total))
    return places(convention, rule, d, *sizes, factor=factor, columns=columns)
