"""ONNX's nodes, as users write them. What a node means is :mod:`halfpixel.operators.onnx_operators`."""

from __future__ import annotations

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
