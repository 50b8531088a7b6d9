"""ONNX Runtime's ConvTranspose on a CPU: a product of matrices over the channels, whose columns are then
added into the image.

microsoft/onnxruntime, ``onnxruntime/core/providers/cpu/nn``: ``conv_transpose.cc``,
``conv_transpose_attributes.h``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..numerics.computation import Computed
from ..numerics.error_model import sum_of_products
from ..operators import ConvTranspose
from ..operators.request import Request
from .call import Call, Defect, DType, Refusal
from .onnx_models import axes_of_request, conv_transpose, inferred
from .onnxruntime_sessions import run_conv_transpose
from .windows import Window, convention_of

_SOURCE = "microsoft/onnxruntime, onnxruntime/core/providers/cpu/nn"
_SUMS = sum_of_products("float32", f"{_SOURCE}/conv_transpose.cc: DoConvTranspose, Gemm and Col2im")
_RELEASES = ">=1.28"
_DTYPES: tuple[DType, ...] = ("float32", "float16")


def _appends_a_stride(request: Request) -> bool:
    assert isinstance(request.convention, ConvTranspose)
    c = request.convention
    return any(o >= s for o, s in zip(c.output_padding, c.strides, strict=True))


def _appends(request: Request) -> bool:
    return any(axis.window.end < 0 for axis in axes_of_request(request))


def _nothing_appended(case: Computed) -> Computed:
    """The case with the full output along the axes in which zeros should follow it."""
    axes = [
        axis if axis.window.end >= 0 else replace(axis, window=Window(axis.window.begin, 0))
        for axis in axes_of_request(case.request)
    ]
    assert isinstance(case.convention, ConvTranspose)
    return replace(case, convention=convention_of(axes, case.convention.group)).computed()


_REFUSES_OUTPUT_PADDING = Refusal(
    words="may be too large for stride",
    why="output_padding of a stride or more, which a dilation allows "
    f"({_SOURCE}/conv_transpose_attributes.h: ComputeTransposePadAndOutputShape)",
    when=lambda request, dtype, names: _appends_a_stride(request),
)
_REFUSES_OUTPUT_SHAPE = Refusal(
    words="Explicit output_shape is inconsistent with input spatial dimensions",
    why="an output_shape that appends a stride of zeros or more, which a dilation allows "
    f"({_SOURCE}/conv_transpose_attributes.h)",
    when=lambda request, dtype, names: any(
        axis.window.end <= -axis.stride for axis in axes_of_request(request)
    ),
)
_TOO_SHORT = Defect(
    why="auto_pad: where the kernel spans less than a stride, the result is the full output, "
    "which is shorter than n * stride",
    releases="",
    when=_appends,
    result=_nothing_appended,
)

_CONV_TRANSPOSE = Call(
    framework="onnxruntime",
    name="ConvTranspose",
    is_node=True,
    operation="conv_transpose",
    releases=_RELEASES,
    expression=conv_transpose,
    run=run_conv_transpose,
    # a cast stands before and after the node in float16
    arithmetic={
        "float32": _SUMS,
        "float16": replace(_SUMS, narrow="float16", narrow_roundings=1),
    },
    returns={dtype: dtype for dtype in _DTYPES},
    refusals=(_REFUSES_OUTPUT_PADDING,),
    needs=("onnx",),
)


def calls() -> Iterator[Call]:
    """The nodes of transposed convolutions that ONNX Runtime runs."""
    yield _CONV_TRANSPOSE
    for auto_pad in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        yield replace(
            _CONV_TRANSPOSE,
            name=f"ConvTranspose-auto_pad={auto_pad}",
            expression=inferred(auto_pad, appends=True),
            defects=() if auto_pad == "VALID" else (_TOO_SHORT,),
            variant=True,
        )
    yield replace(
        _CONV_TRANSPOSE,
        name="ConvTranspose-output_shape",
        expression=inferred(None, appends=True),
        refusals=(_REFUSES_OUTPUT_SHAPE,),
        variant=True,
    )
