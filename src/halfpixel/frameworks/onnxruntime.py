"""ONNX Runtime on a CPU: the nodes Resize and Upsample, and the framework.

microsoft/onnxruntime, ``onnxruntime/core/providers/cpu``: ``tensor/upsamplebase.h``, ``tensor/upsample.cc``,
``tensor/upsample.h``, ``tensor/upsample_antialias.h``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..numerics.error_model import (
    ErrorModel,
    cubic_weight_error,
    keys_errors,
    normalised_weight_error,
    own_errors,
)
from ..numerics.integer_kernels import applies_to
from ..operators import Resize
from ..operators.request import Request, Scales
from . import onnx, onnx_models, onnxruntime_conv_transpose
from .call import Call, Calls, DType, Expression, Framework, LeftOut, Refusal
from .factors import Factors, Sizes, expression_by, of_sizes
from .layer_plans import Target
from .library import Library
from .onnxruntime_sessions import environment, load, run_resize

_UPSAMPLE = "microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor"
_RELEASES = ">=1.28"

# ---------------------------------------------------------------------------- arithmetic


def _arithmetic(convention: Resize) -> ErrorModel:
    """All in float32."""
    if convention.mode == "nearest":
        rule: str | None = "onnxruntime_float32"
        if convention.aligns_corners:  # whose quotients are the nearest float32
            rule = None
        if convention.coordinate_transformation_mode == "half_pixel_symmetric":
            rule = "onnxruntime_symmetric"
        return ErrorModel(
            coordinates="float32",
            coordinate_roundings=0,
            weights="float32",
            weight_error=0,
            accumulation="float32",
            coordinate_rule=rule,
            source=f"{_UPSAMPLE}/upsample.cc: UpsampleNearestSetupInputMappings",
        )
    if convention.antialias:
        return ErrorModel(
            coordinates="float32",
            coordinate_roundings=4,  # the ratio, a quotient by it, the ½ taken off, and added again
            distance_roundings=5,  # - center, + 0.5, the scale, its inverse and the product with it
            weights="float32",
            weight_error=normalised_weight_error(convention),
            value_errors=own_errors,
            normalised=True,
            accumulation="float32",
            evaluation=("window",),
            source=f"{_UPSAMPLE}/upsample_antialias.h: SetupUpsampleFilterAntiAlias, "
            "ComputeInterpolationAtLevel1, ComputeInterpolationAtLevel2",
        )
    if convention.mode == "linear":
        return ErrorModel(
            coordinates="float32",
            coordinate_roundings=3,  # the ratio, a quotient by it, and the ½ taken off
            weights="float32",
            weight_error=1.5,  # the difference from the next pixel, and half of the product of two weights
            accumulation="float32",
            separable=False,
            evaluation=("onnxruntime_linear",),
            source=f"{_UPSAMPLE}/upsample.cc: SetupUpsampleBilinear; upsample.h: UpsampleBilinear",
        )
    outside = convention.exclude_outside
    return ErrorModel(
        coordinates="float32",
        coordinate_roundings=3,
        weights="float32",
        weight_error=normalised_weight_error(convention)
        if outside
        else cubic_weight_error(float(convention.cubic_coeff_a or 0)),
        value_errors=own_errors if outside else keys_errors,
        normalised=outside,
        accumulation="float32",
        evaluation=("taps_or_copy",),
        source=f"{_UPSAMPLE}/upsample.cc: GetCubicCoeffs, CubicInterpolation1D, ResizeBiCubic",
    )


def _in_dtypes(convention: Resize) -> dict[DType, ErrorModel]:
    """In float16 a cast stands before and after the node. Bytes that are not copied are predicted."""
    model = _arithmetic(convention)
    copied = convention.mode == "nearest"
    narrow = model if copied else replace(model, narrow="float16", narrow_roundings=1)
    known: dict[DType, ErrorModel] = {"float32": model, "float16": narrow}
    return known if convention.extrapolates else {**known, "uint8": model}


def _roundings(convention: Resize) -> dict[DType, tuple[str, ...]]:
    names = (name for name in _INTEGERS if applies_to(name, convention))
    known = tuple(names)
    return {"uint8": known} if known else {}


_INTEGERS = ("onnxruntime_cut", "onnxruntime_fixed_22")

# ---------------------------------------------------------------------------- refusals

_REFUSES_NO_OUTPUT = Refusal(
    words="Scale value should be greater than 0",
    why="an output of no pixels (upsamplebase.h: ScalesValidation)",
    when=lambda request, dtype, names: request.no_output and not request.no_pixels,
)
_REFUSES_SHRINKING = Refusal(
    words="Scale value should be greater than or equal to 1",
    why="Upsample does not shrink (upsamplebase.h: ScalesValidation)",
    when=lambda request, dtype, names: any(m < n for n, m in request.sizes),
)
_REFUSES_CUBIC = Refusal(
    words="Tensor type mismatch",
    why="cubic, not antialiased, has a kernel for float32 alone (upsample.cc: BaseCompute, "
    "ResizeBiCubic)",
    when=lambda request, dtype, names: request.shape[2:] != request.size and not request.empty,
    dtypes=("uint8",),
)
_REFUSES_NO_PIXELS = Refusal(
    words="Cannot scale 0 by any factor",
    why="an image of no pixels (upsamplebase.h: ParseScalesDataAndAdjustOutputSize)",
    when=lambda request, dtype, names: request.no_pixels,
)

# ---------------------------------------------------------------------------- the calls

# what exporters write: every size pair of these is swept
_SWEPT = (
    Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    Resize(mode="nearest"),
    Resize(mode="linear"),
    Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    Resize(mode="cubic"),
    Resize(mode="linear", antialias=True, exclude_outside=True),
)


def _more_than_a_pixel_out(request: Request) -> bool:
    """pytorch_half_pixel differs from half_pixel where an axis of the output is one pixel."""
    return min(request.size) > 1


def _said(convention: Resize) -> onnx_models.Say:
    """The node of a convention; ``tf_crop_and_resize`` is given the part that a request is about."""
    opset = onnx.opset(convention)
    if not convention.extrapolates:
        return onnx_models.resize(opset, convention.attributes)

    def expression(request: Request) -> Expression | None:
        own = request.convention
        assert isinstance(own, Resize)
        attributes = {**own.attributes}
        attributes.pop("roi", None)
        sizes = (*request.shape[:2], *request.size)
        return onnx_models.node("Resize", opset, attributes, roi=onnx.roi(own, 2), sizes=sizes)

    return expression


def _bounded(convention: Resize) -> bool:
    """Whether a constant bounds the error of a weight: not where the weights inside can sum to next to 0,
    behind the last pixel."""
    asymmetric = convention.coordinate_transformation_mode == "asymmetric"
    return not (asymmetric and convention.exclude_outside)


def _computed(convention: Resize) -> dict[str, Any]:
    """The fields of a call that say how a convention is computed."""
    models = _in_dtypes(convention)
    roundings = _roundings(convention) if "uint8" in models else {}
    returns = {dtype: dtype for dtype in models}
    return {"arithmetic": models, "returns": returns, "roundings": roundings}


def _refused(convention: Resize) -> tuple[Refusal, ...]:
    plain = convention.mode == "cubic" and not convention.antialias
    return (_REFUSES_CUBIC,) if plain else ()


_SAME_KERNEL = LeftOut("the kernel of another call, which is run at every edge")


def _resize_calls() -> Iterator[Call]:
    for convention in filter(_bounded, onnx.CONVENTIONS):
        variant = convention not in _SWEPT
        yield Call(
            framework="onnxruntime",
            name=f"Resize-{convention.slug}",
            operation="resize",
            follows={_RELEASES: convention},
            expression=_said(convention),
            run=run_resize,
            **_computed(convention),
            refusals=(_REFUSES_NO_OUTPUT, _REFUSES_NO_PIXELS, *_refused(convention)),
            variant=variant,
            left_out=(_SAME_KERNEL,) if variant else (),
            stored=False,
            is_node=True,
            needs=("onnx",),
        )


# ---------------------------------------------------------------------------- given scales


def _copied_image(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    """The scales as float32, but that an image whose size comes out unchanged is copied (upsample.cc:
    BaseCompute, no_scale)."""
    return (of_sizes if n_in == n_out else onnx.SAMPLED.scales)(n_in, n_out, factors)


def _copied_axes(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    """The scales as float32, but that an axis whose size comes out unchanged is copied
    (upsample_antialias.h: ComputeInterpolationAtLevel1, ComputeInterpolationAtLevel2)."""
    sizes, given = of_sizes(n_in, n_out, factors), onnx.SAMPLED.scales(n_in, n_out, factors)
    height, width = (size if size == 1 else scale for size, scale in zip(sizes, given, strict=True))
    return height, width


_SAMPLED = replace(onnx.SAMPLED, scales=_copied_image)
_ANTIALIASED = replace(onnx.SAMPLED, scales=_copied_axes)
_SYMMETRIC: dict[str, Any] = {"coordinate_transformation_mode": "half_pixel_symmetric"}
_ASYMMETRIC: dict[str, Any] = {"coordinate_transformation_mode": "asymmetric"}


def _scaled(
    name: str, convention: Resize, operator: str, opset: int, attributes: Mapping[str, object]
) -> Call:
    """A node that is given ``scales``."""
    scaling = _ANTIALIASED if convention.antialias else _SAMPLED
    whole = convention in _SCALED_WHOLE or operator != "Resize"

    def say(factors: Factors) -> Expression:
        return onnx_models.node(operator, opset, attributes, scales=(1.0, 1.0, *factors))

    return Call(
        framework="onnxruntime",
        name=name,
        operation="resize",
        follows={_RELEASES: convention},
        expression=expression_by(scaling, say),
        run=run_resize,
        **_computed(convention),
        refusals=(_REFUSES_SHRINKING,) if operator == "Upsample" else _refused(convention),
        left_out=() if whole else (_SAME_KERNEL,),
        stored=False,
        is_node=True,
        needs=("onnx",),
        scaling=scaling,
    )


# of each kernel one
_SCALED_WHOLE = (
    Resize(mode="nearest"),
    Resize(mode="linear"),
    Resize(mode="cubic"),
    Resize(mode="linear", antialias=True),
    Resize(mode="nearest", **_SYMMETRIC),
)


def _scaled_calls() -> Iterator[Call]:
    modes: list[dict[str, Any]] = [
        *({"mode": "nearest", "nearest_mode": rounding} for rounding in onnx.ROUNDINGS),
        {"mode": "linear"},
        {"mode": "cubic"},
    ]
    symmetric = (Resize(**mode, **_SYMMETRIC) for mode in modes)
    for convention in (*filter(_bounded, onnx.CONVENTIONS), *symmetric):
        if convention.uses_factors and not convention.extrapolates:
            opset = onnx.opset(convention)
            name = f"Resize-scales-{convention.slug}"
            yield _scaled(name, convention, "Resize", opset, convention.attributes)
    ceil = Resize(mode="nearest", nearest_mode="ceil_where_shrinking", **_ASYMMETRIC)
    floor = Resize(mode="nearest", nearest_mode="floor", **_ASYMMETRIC)
    linear = Resize(mode="linear", **_ASYMMETRIC)
    for operator, opset, nearest in (("Resize", 10, ceil), ("Upsample", 9, floor)):
        for convention in (nearest, linear):
            name = f"{operator}{opset}-{convention.mode}"
            yield _scaled(name, convention, operator, opset, {"mode": convention.mode})


CALLS = Calls(lambda: (*_resize_calls(), *_scaled_calls(), *onnxruntime_conv_transpose.calls()))


# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "onnxruntime"

# what users write is the node: of ONNX's library
LIBRARY = Library(
    name=_LIBRARY,
    title="ONNX Runtime",
    functions=(),
    first_axis=2,
    layouts=onnx.LIBRARY.layouts,
    arrays="onnx",
)

FRAMEWORK = Framework(
    name="onnxruntime",
    title="ONNX Runtime",
    colour="#a61e4d",
    module="onnxruntime",
    distributions=("onnxruntime", "onnxruntime-gpu"),
    calls=CALLS,
    load=load,
    environment=environment,
    writes=("onnx",),
)
