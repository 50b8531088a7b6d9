"""ONNX's nodes, as users write them. What a node means is :mod:`halfpixel.operators.onnx_operators`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ..operators import Resize
from .factors import Factors, Scaling, Sizes, of_sizes
from .layer_plans import Target
from .library import Function, Library

_LIBRARY: Target = "onnx"
_RESIZE = (
    "inputs, outputs, name=None, antialias=0, axes=None, coordinate_transformation_mode='half_pixel', "
    "cubic_coeff_a=-0.75, exclude_outside=0, extrapolation_value=0.0, "
    "keep_aspect_ratio_policy='stretch', mode='nearest', nearest_mode='round_prefer_floor'"
)

LIBRARY = Library(
    name=_LIBRARY,
    title="ONNX",
    functions=(
        Function(
            framework=_LIBRARY,
            name="onnx.Resize",
            takes=_RESIZE,
            grid=("inputs",),
            unused=("outputs", "name"),
            moot={
                "nearest_mode": ("mode", ("nearest",)),
                "cubic_coeff_a": ("mode", ("cubic",)),
                "extrapolation_value": ("coordinate_transformation_mode", ("tf_crop_and_resize",)),
            },
        ),
        Function(  # opset 10, which has two inputs and no other attribute
            framework=_LIBRARY,
            name="onnx.Resize10",
            takes="inputs, outputs, name=None, mode='nearest'",
            grid=("inputs",),
            unused=("outputs", "name"),
        ),
        Function(
            framework=_LIBRARY,
            name="onnx.Upsample",
            takes="inputs, outputs, name=None, mode='nearest', scales=None",
            grid=("inputs", "scales"),
            unused=("outputs", "name"),
        ),
    ),
    modules=(("onnx.helper.make_node", "onnx"),),
    first_axis=2,
    layouts={1: "x is (N, C, W)", 2: "x is (N, C, H, W)", 3: "x is (N, C, D, H, W)"},
)


# ---------------------------------------------------------------------------- what nodes can say

_GRIDS = ("half_pixel", "asymmetric", "align_corners")
ROUNDINGS = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
_CROP = "tf_crop_and_resize"


def opset(convention: Resize) -> int:
    """The first version of ONNX's operators, from 13 on if it can be, that has the node."""
    if convention.coordinate_transformation_mode == "half_pixel_symmetric":
        return 19
    if convention.nearest_mode == "ceil_where_shrinking":
        return 10
    if convention.coordinate_transformation_mode == "tf_half_pixel_for_nn":
        return 11
    return 18 if convention.antialias else 13


def roi(convention: Resize, rank: int) -> tuple[float, ...]:
    """The input ``roi``: of batch, channels and each axis, the starts and then the ends."""
    part = [float(side) for side in convention.roi or (0,) * rank + (1,) * rank]
    return (0.0, 0.0, *part[:rank], 1.0, 1.0, *part[rank:])


def _conventions() -> Iterator[Resize]:
    for grid, rounding in itertools.product(_GRIDS, ROUNDINGS):
        yield _resize(grid, mode="nearest", nearest_mode=rounding)
    for grid in (*_GRIDS, _CROP):
        yield _resize(grid, mode="linear")
    for outside in (False, True):
        yield _resize("half_pixel", mode="linear", antialias=True, exclude_outside=outside)
    for grid, a, outside in itertools.product(_GRIDS, (-0.75, -0.5), (False, True)):
        yield _resize(grid, mode="cubic", cubic_coeff_a=a, exclude_outside=outside)
    for a, outside in itertools.product((-0.75, -0.5), (False, True)):
        attributes = {"cubic_coeff_a": a, "antialias": True, "exclude_outside": outside}
        yield _resize("half_pixel", mode="cubic", **attributes)
    # last: where half_pixel is the same, it is offered
    for rounding in ROUNDINGS:
        yield _resize("pytorch_half_pixel", mode="nearest", nearest_mode=rounding)
    for mode in ("linear", "cubic"):
        yield _resize("pytorch_half_pixel", mode=mode)


def _resize(grid: str, **attributes: object) -> Resize:
    return Resize(coordinate_transformation_mode=grid, **attributes)  # type: ignore[arg-type]


CONVENTIONS = tuple(_conventions())
"""What the attributes of nodes are compared with, those that are offered first first."""


def _length(n: int, scale: float) -> int:
    """The size that an entry of ``scales`` makes of an axis: as ``operators.onnx_operators`` has it."""
    return math.floor(np.float32(n) * np.float32(scale))


def _float32(n_in: Sizes, n_out: Sizes, factors: Factors) -> tuple[Fraction, Fraction]:
    """The scales as they are: of float32."""
    return Fraction(float(np.float32(factors[0]))), Fraction(float(np.float32(factors[1])))


# what a node makes of its input scales: a size, and scales at which it samples, or the ratio of the sizes
SAMPLED, SIZED = Scaling(_length, _float32), Scaling(_length, of_sizes)
