"""PyTorch's calls."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..numerics.error_model import (
    ErrorModel,
    cubic_weight_error,
    keys_errors,
    normalised_weight_error,
    own_errors,
    sum_of_products,
)
from ..numerics.memory_layouts import lies_by_pixels
from ..operators import Resize
from ..operators.request import Request
from . import torch_conv_transpose as conv_transpose
from . import torch_releases
from .call import (
    BFLOAT16,
    HALVES,
    INTEGERS,
    Call,
    Calls,
    Change,
    Crash,
    Defect,
    DType,
    Expression,
    Framework,
    FrameworkObject,
    Gradient,
    Name,
    Names,
    OtherRule,
    Refusal,
    array,
    dtype_name,
)
from .factors import Scaling, expression_by
from .layer_plans import Target
from .library import Function, Library
from .torch_grid import grid_sample_calls
from .torch_modes import MODES
from .torch_releases import CHANNELS_LAST, SIZES_ALONE
from .torch_scales import OF_SIZES, SCALED, Scaled

_DTYPES: tuple[DType, ...] = ("float32", "float64")
_SAME_DTYPE = {dtype: dtype for dtype in _DTYPES}
_SUMS = (
    "pytorch/pytorch, aten/src/ATen/native/Convolution.cpp: ConvBackend::MkldnnTranspose "
    "and SlowTranspose2d, both plain sums of products"
)


def _corners(mode: str, **attributes: Any) -> Resize:
    """What antialias makes of align_corners: its scale, and half_pixel's ½."""
    return Resize(
        mode=mode,
        coordinate_transformation_mode="pytorch_half_pixel_align_corners",
        antialias=True,
        exclude_outside=True,
        **attributes,
    )


# name, releases, flags, convention
_INTERPOLATE: tuple[tuple[str, str, dict[str, object], Resize], ...] = (
    (
        "nearest",
        ">=1.0",
        {"mode": "nearest"},
        Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    ),
    (
        "nearest-exact",
        ">=1.11",
        {"mode": "nearest-exact"},
        Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
    ),
    (
        "bilinear",
        ">=1.0",
        {"mode": "bilinear", "align_corners": False},
        Resize(mode="linear"),
    ),
    (
        "bilinear-align_corners",
        ">=1.0",
        {"mode": "bilinear", "align_corners": True},
        Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    ),
    (
        "bicubic",
        ">=1.1",
        {"mode": "bicubic", "align_corners": False},
        Resize(mode="cubic", cubic_coeff_a=-0.75),
    ),
    (
        "bicubic-align_corners",
        ">=1.1",
        {"mode": "bicubic", "align_corners": True},
        Resize(mode="cubic", cubic_coeff_a=-0.75, coordinate_transformation_mode="align_corners"),
    ),
    ("area", ">=1.0", {"mode": "area"}, Resize(mode="adaptive_area")),
    (
        "bilinear-antialias",
        ">=1.11",
        {"mode": "bilinear", "align_corners": False, "antialias": True},
        Resize(mode="linear", antialias=True, exclude_outside=True),
    ),
    (
        "bicubic-antialias",
        ">=1.11",
        {"mode": "bicubic", "align_corners": False, "antialias": True},
        Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
    ),
    (
        "bilinear-antialias-align_corners",
        ">=1.11",
        {"mode": "bilinear", "align_corners": True, "antialias": True},
        _corners("linear"),
    ),
    (
        "bicubic-antialias-align_corners",
        ">=1.11",
        {"mode": "bicubic", "align_corners": True, "antialias": True},
        _corners("cubic", cubic_coeff_a=-0.5),
    ),
    (
        "lanczos-antialias",
        ">=2.12",
        {"mode": "lanczos", "antialias": True},
        Resize(mode="lanczos", antialias=True, exclude_outside=True),
    ),
)

# how linear is evaluated in 1-D, 2-D and 3-D
_LINEAR = {1: "torch_linear_line", 2: "torch_linear", 3: "torch_linear_volume"}
_UPSAMPLE_H = "pytorch/pytorch, aten/src/ATen/native/UpSample.h"


def _coordinate_rule(dtype: DType, mode: str, plane: bool) -> str | None:
    """Of the nearest modes; above 128 rows plus columns of output planes go through another kernel,
    through which lines and volumes always go: in float64, that one reads the exact pixel."""
    if not mode.startswith("nearest"):
        return None
    if dtype == "float64":
        return "float64_above_128" if plane else None
    if mode == "nearest":
        return "float32"
    return "float32_fused_above_128" if plane else "float32_fused"


_BACKWARD = OtherRule(
    why="the backward pass finds every pixel as nearest_idx and nearest_exact_idx do, in float32 "
    "(aten/src/ATen/native/cpu/UpSampleMoreKernel.cpp: cpu_upsample_nearest_backward, and _channels_last)",
    when=lambda request: bool(request.gradient),
    rule="float32",
)
BY_PIXELS = OtherRule(
    why="four channels or more that lie pixel by pixel have the kernel of small outputs at every size "
    "(aten/src/ATen/native/cpu/UpSampleKernel.cpp: _use_vectorized_kernel_cond_2d, and _3d)",
    when=lambda request: request.shape[1] > 3 and lies_by_pixels(request.shape, request.layout),
    rule="float32",
)
MADE_BY_PIXELS = replace(BY_PIXELS, when=lambda request: request.shape[1] > 3)
"""Of a call that brings its image into that order itself."""


def _other_rules(mode: str, dimensions: int, *, channels_last: bool) -> tuple[OtherRule, ...]:
    """Of the nearest modes; lines have one kernel."""
    if not mode.startswith("nearest"):
        return ()
    by_pixels = MADE_BY_PIXELS if channels_last else BY_PIXELS
    return (_BACKWARD, by_pixels) if dimensions > 1 else (_BACKWARD,)


def _interpolate_arithmetic(dtype: DType, flags: dict[str, object], dimensions: int) -> ErrorModel:
    mode = str(flags["mode"])
    cubic = mode == "bicubic"
    halves = dtype in HALVES
    computed = _floating(dtype)
    # in 1-D and 3-D a weight is rounded to the image's dtype, and the other one is 1 minus that
    narrow_weights = halves and mode in ("linear", "trilinear")
    return ErrorModel(
        coordinates=computed,
        # the scale, its product with the index, and half_pixel's "- 0.5"
        coordinate_roundings=2 if flags.get("align_corners") else 3,
        weights=dtype if narrow_weights else computed,
        # so does the general loop of planes, but for three channels and channels_last:
        # cpu/UpSampleKernel.cpp, HelperInterpLinear::compute_indices_weights
        large_weights=(128, dtype) if halves and mode == "bilinear" else None,
        # linear: 1 - lambda; halves: half a unit of float32 is what
        # float16 loses of a number below its normal range
        weight_error=(cubic_weight_error(-0.75) if cubic else 1) + (0.5 if halves else 0),
        value_errors=keys_errors if cubic and not halves else None,
        accumulation=computed,
        narrow=dtype if halves else None,
        # bicubic keeps its weights in the dtype of the image, linear in float32
        narrow_roundings=(3 if cubic else 1) if halves else 0,
        coordinate_rule=_coordinate_rule(dtype, mode, dimensions == 2),
        evaluation=() if cubic else (_LINEAR[dimensions],),
        source=f"{_UPSAMPLE_H}: area_pixel_compute_scale, area_pixel_compute_source_index"
        + (", get_cubic_upsample_coefficients" if cubic else ""),
    )


def _antialias_arithmetic(dtype: DType, convention: Resize) -> ErrorModel:
    computed = _floating(dtype)
    return ErrorModel(
        coordinates=computed,
        coordinate_roundings=2,  # the scale, and its product with the index
        distance_roundings=4,  # - center, + 0.5, the inverse scale and its product
        weights=computed,
        weight_error=normalised_weight_error(convention),
        value_errors=own_errors,
        normalised=True,
        accumulation=computed,
        evaluation=("window",),
        source="pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp: "
        "HelperInterpBase::_compute_indices_min_size_weights_aa",
    )


def _area_arithmetic(dtype: DType) -> ErrorModel:
    computed, halves = _floating(dtype), dtype in HALVES
    return ErrorModel(
        coordinates=computed,
        coordinate_roundings=0,  # integers
        weights=computed,
        weight_error=1 + (0.5 if halves else 0),  # the division by the number of pixels
        accumulation=computed,
        narrow=dtype if halves else None,
        narrow_roundings=1 if halves else 0,
        separable=False,
        source="pytorch/pytorch, aten/src/ATen/native/cpu/AdaptiveAvgPoolKernel.cpp: "
        "cpu_adaptive_avg_pool2d; aten/src/ATen/native/AdaptivePooling.h: start_index, end_index",
    )


def first_row_repeated(antialias: bool, channels_last: bool) -> Defect:
    """The loop of the vertical pass takes the weights of a row to be the same along it; where a row is one
    pixel, the iterator runs down the column instead, with the weights of its first pixel.

    uint8 images of up to four channels have a kernel of their own, which has no such loop; without antialias
    floats have none either. In ``channels_last`` a row of one pixel is as long as its channels are many.
    """

    def when(request: Request) -> bool:
        _, channels, height, _ = request.shape
        loops = channels > 4 if request.dtype == "uint8" else antialias
        one_value = channels == 1 if channels_last else True
        return loops and one_value and request.size[1] == 1 and request.size[0] != height

    return Defect(
        why="an output one pixel wide repeats its first row"
        + ("" if antialias else " (uint8 images of more than four channels)"),
        releases=">=2.0",
        when=when,
        result=lambda case: replace(
            case, expected=np.broadcast_to(case.expected[:, :, :1], case.expected.shape)
        ),
    )


def _volume_area_arithmetic(dtype: DType) -> ErrorModel:
    """The sum of a window is kept in the dtype of the image, and divided by its depth and height there."""
    halves = dtype in HALVES
    return replace(
        _area_arithmetic(dtype),
        accumulation=dtype if halves else _floating(dtype),
        narrow_roundings=2 if halves else 0,
        source="pytorch/pytorch, aten/src/ATen/native/AdaptiveAveragePooling3d.cpp: "
        "adaptive_avg_pool3d_out_frame",
    )


def _arithmetic(
    dtype: DType, flags: dict[str, object], convention: Resize | None, dimensions: int
) -> ErrorModel:
    if convention is not None and convention.antialias:
        return _antialias_arithmetic(dtype, convention)
    if flags["mode"] == "area":
        return _volume_area_arithmetic(dtype) if dimensions == 3 else _area_arithmetic(dtype)
    return _interpolate_arithmetic(dtype, flags, dimensions)


def _floating(dtype: DType) -> DType:
    """The dtype in which an image of a dtype is computed, as far as error bounds are concerned."""
    return "float32" if dtype in (*INTEGERS, *HALVES) else dtype


@contextmanager
def _without(remark: str) -> Iterator[None]:
    """Without a warning of torch's; entering it takes as long as resizing a line of pixels."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", remark)
        yield


def _tensors(names: Names, inputs: dict[str, AnyArray]) -> dict[str, FrameworkObject]:
    torch = names["torch"]
    writable = all(value.flags.writeable for value in inputs.values())
    with nullcontext() if writable else _without("The given NumPy array is not writable"):
        return {
            key: torch.from_numpy(value).to(getattr(torch, dtype_name(value)))
            for key, value in inputs.items()
        }


def _run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    result = expression.evaluate({**names, **_tensors(names, inputs)})
    if result.dtype == names["torch"].bfloat16:
        return array(result.float().numpy()).astype(BFLOAT16)
    return array(result.numpy())


# affine_grid to one pixel is meant, and its middle is what the calls of grid_sample declare
_OF_ONE_PIXEL = "Since version 1.3.0, affine_grid behavior has changed"


def _run_grid(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    with _without(_OF_ONE_PIXEL):
        return _run(names, expression, inputs)


def _run_unfolded(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """Bring the result of a 1-D or 3-D call back to (N, C, H, W)."""
    n, c, h, _ = inputs["x"].shape
    result = _run(names, expression, inputs)
    return result.reshape(n, c, h, result.shape[2]) if result.ndim == 3 else result[..., 0]


def _run_lines(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """Bring (N · H, C, W) back to (N, C, H, W)."""
    n, _, h, _ = inputs["x"].shape
    result = _run(names, expression, inputs)
    return result.reshape(n, h, *result.shape[1:]).swapaxes(1, 2)


def _run_volume(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    return np.asarray(_run(names, expression, inputs)[:, :, 0])


def _run_layer(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    tensors = _tensors(names, inputs)
    assert isinstance(expression.function, Expression)
    with names["torch"].no_grad():
        layer = expression.function.evaluate(names).to(tensors["x"].dtype)
        layer.weight.copy_(tensors["w"])
        if "b" in tensors:
            layer.bias.copy_(tensors["b"])
        return array(layer(tensors["x"]).numpy())


def _gradient(forward: Expression, of: str) -> Expression:
    return Expression(Name("torch.autograd.grad"), (forward, Name(of), Name("g")))


def _run_gradient(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    tensors = _tensors(names, inputs)
    of = str(expression.args[1])
    tensors[of].requires_grad_()
    with _without(_OF_ONE_PIXEL):
        (result,) = expression.evaluate({**names, **tensors})
    return array((result.reshape(1, -1, 1, 1) if of == "b" else result).numpy())


def _interpolate(flags: dict[str, object]) -> Callable[[Request], Expression]:
    def expression(request: Request) -> Expression:
        return Expression(Name("F.interpolate"), (Name("x"),), {"size": request.size, **flags})

    return expression


def _channels_last(flags: dict[str, object]) -> Callable[[Request], Expression]:
    """The same values, in the memory order of NHWC: other kernels."""
    x = Expression(Name("x.contiguous"), (), {"memory_format": Name("torch.channels_last")})

    def expression(request: Request) -> Expression:
        return Expression(Name("F.interpolate"), (x,), {"size": request.size, **flags})

    return expression


def _upsample(flags: dict[str, object]) -> Callable[[Request], Expression]:
    def expression(request: Request) -> Expression:
        layer = Expression(Name("nn.Upsample"), (), {"size": request.size, **flags})
        return Expression(layer, (Name("x"),))

    return expression


def _rows(flags: dict[str, object]) -> Callable[[Request], Expression | None]:
    """1-D: every row of an image whose height stays is a channel."""

    def expression(request: Request) -> Expression | None:
        height, width = request.size
        if request.shape[2] != height:
            return None
        rows = Expression(Name("x.flatten"), (1, 2))
        return Expression(Name("F.interpolate"), (rows,), {"size": (width,), **flags})

    return expression


def _volume(flags: dict[str, object]) -> Callable[[Request], Expression]:
    """3-D: an image is a volume one pixel wide, its height the depth."""

    def expression(request: Request) -> Expression:
        volume = Expression(Name("x.unsqueeze"), (-1,))
        return Expression(Name("F.interpolate"), (volume,), {"size": (*request.size, 1), **flags})

    return expression


# name, expression: other ways to say what F.interpolate says, for these modes
_VARIANTS: tuple[
    tuple[str, Callable[..., Callable[[Request], Expression | None]], tuple[str, ...]], ...
]
_VARIANTS = (
    (
        "channels_last",
        _channels_last,
        ("nearest", "nearest-exact", "bilinear", "bicubic", "area", "bilinear-antialias"),
    ),
    ("Upsample", _upsample, ("nearest", "nearest-exact", "bilinear", "bicubic")),
    ("1d", _rows, ("nearest", "nearest-exact", "linear", "linear-align_corners", "area")),
    ("3d", _volume, ("nearest", "nearest-exact", "trilinear", "trilinear-align_corners", "area")),
)


def _load() -> Names:
    import torch

    torch.set_num_threads(1)
    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}


def _environment(names: Names) -> str:
    torch = names["torch"]
    return f"{torch.get_num_threads()} thread, {capability(torch)}"


def capability(torch: FrameworkObject) -> str:
    """The instruction set that torch's kernels use: DEFAULT, AVX2, AVX512, or the name that a CPU of another
    kind has. Until 2.0 only the text about the build says it."""
    backend = getattr(torch.backends, "cpu", None)
    if backend is not None:
        return str(backend.get_cpu_capability())
    matched = re.search(r"CPU capability usage: (.*)", torch.__config__.show())
    return matched[1] if matched else "unknown"


_REFUSES_ALIGN_CORNERS = Refusal(
    words="align_corners option can only be set with the interpolating modes",
    why="nearest has no corners to align",
)


def _resized(request: Request, dtype: str, names: Names) -> bool:
    return bool(request.shape[2:] != request.size)


_REFUSES_ANTIALIAS = Refusal(
    words="Anti-alias option is restricted to bilinear|Anti-alias option is only supported for bilinear",
    why="nearest and area have no kernel to widen (torch/nn/functional.py: interpolate)",
)
_LANCZOS_ALONE = Refusal(
    words="Lanczos mode requires antialias=True",
    why="lanczos requires antialias (torch/nn/functional.py: interpolate)",
)
_LANCZOS_ALIGN_CORNERS = Refusal(
    words="Lanczos mode does not support align_corners=True",
    why="lanczos has no align_corners (torch/nn/functional.py: interpolate)",
)


_UPSAMPLE_CPP = "aten/src/ATen/native/cpu/UpSampleKernel.cpp"
# the last two as it was said in 1.0 and 1.1
_NO_KERNEL = (
    "not implemented for '({0})'|not implemented for type torch.({0})Tensor"
    "|not supported on CPUType for ({0})"
)
_REFUSES_INTEGERS = Refusal(
    words=_NO_KERNEL.format("Short|UInt16"),
    why=f"uint8 is the only integer dtype with a kernel ({_UPSAMPLE_CPP})",
    dtypes=("uint16", "int16"),
)
_REFUSES_ALL_INTEGERS = Refusal(
    # to one pixel, area is a mean
    words=_NO_KERNEL.format("Byte|Short|UInt16")
    + r"|mean\(\): (could not infer output|input) dtype|Can only calculate the mean of floating types",
    why="area, 1-D linear and trilinear have kernels for floating dtypes only "
    f"({_UPSAMPLE_CPP}, AdaptiveAvgPoolKernel.cpp)",
    dtypes=INTEGERS,
)
_REFUSES_BUT_UINT8 = Refusal(
    words="not implemented for '(Half|BFloat16|Short|UInt16)'",
    why="antialias has kernels for float32, float64 and uint8; an unchanged size is copied "
    f"({_UPSAMPLE_CPP}: upsample_separable_Nd_kernel_impl)",
    when=_resized,
    dtypes=(*HALVES, "uint16", "int16"),
)


def _narrow_refusal(flags: dict[str, object]) -> Refusal:
    """Of the dtypes beside float32 and float64, those that a mode does not take."""
    if flags.get("antialias"):
        return _REFUSES_BUT_UINT8
    return _REFUSES_ALL_INTEGERS if flags["mode"] in _FLOATING_MODES else _REFUSES_INTEGERS


_CRASHES_ON_INTEGERS = Crash(
    why="a volume of a dtype without a kernel: the error is raised in a parallel region "
    "(aten/src/ATen/native/AdaptiveAveragePooling3d.cpp)",
    releases=">=1.2, <1.9",
    when=lambda request: not request.empty,
    dtypes=("bfloat16", *INTEGERS),
)
_CRASHES_ON_INTEGERS_IN_1_1 = replace(
    _CRASHES_ON_INTEGERS,
    why="an image of integers: the error is raised in a parallel region "
    "(aten/src/ATen/native/AdaptiveAveragePooling.cpp)",
    releases=">=1.1, <1.4",
    when=lambda request: not request.empty and tuple(request.size) != (1, 1),
    dtypes=INTEGERS,
)
_FLOATING_MODES = ("area", "linear", "trilinear")


_REFUSES_NEGATIVE_STRIDES = Refusal(
    words="At least one stride in the given numpy array is negative",
    why="tensors have no negative strides; use x.copy() or torch.flip "
    "(torch/csrc/utils/tensor_numpy.cpp: tensor_from_numpy)",
    # NumPy gives an axis of one pixel, read from its end, the stride that it had
    when=lambda request, dtype, names: (
        request.layout == "negative_strides" and tuple(request.shape[2:]) != (1, 1)
    ),
)


def _three_bytes_for_four(request: Request, dtype: str, names: Names) -> bool:
    """Three channels in C order become one pixel, and the rows are passed over: an output of one pixel lies
    as ``channels_last`` too, so that it is given the four channels that the input was unpacked to."""
    _, channels, height, _ = request.shape
    one_pixel = channels == 3 and height > 1 and tuple(request.size) == (1, 1)
    # in any other layout the input is taken as channels_last first
    in_c_order = request.layout in ("", "read_only", "offset")
    return dtype == "uint8" and one_pixel and in_c_order and _has_avx2(names)


def _has_avx2(names: Names) -> bool:
    """Whether uint8 has its own kernel for up to four channels, which is compiled for AVX2 and above."""
    return capability(names["torch"]) in ("AVX2", "AVX512")


REFUSES_ONE_PIXEL_OF_THREE_CHANNELS = Refusal(
    words=r"num_channels == unpacked_output\.size\(0\) INTERNAL ASSERT FAILED",
    why="uint8, three channels, not channels_last, more than one row, to 1 × 1 pixel: the kernel for four "
    "channels writes to three (aten/src/ATen/native/cpu/UpSampleKernelAVXAntialias.h: "
    "ImagingResampleVertical)",
    when=_three_bytes_for_four,
    releases=">=2.1",
)
REFUSES_EMPTY = (
    Refusal(
        words="(?i:input and output sizes should be greater than 0)|Non-empty 3D data tensor expected",
        why=f"no input or output pixels ({_UPSAMPLE_H}: upsample_2d_common_check)",
        when=lambda request, dtype, names: request.no_pixels or request.no_output,
    ),
    Refusal(
        words="[345]D (data |input )?tensor expected",
        why="no channels (a batch without images is accepted) (UpSampleBilinear2d.cpp, and the other modes)",
        when=lambda request, dtype, names: request.no_channels,
    ),
)
_REFUSES_NO_IMAGES = Refusal(
    words="[345]D (data |input )?tensor expected",
    why="no images (aten/src/ATen/native/UpSampleBilinear2d.cpp, and the other modes, until 1.4)",
    when=lambda request, dtype, names: request.shape[0] == 0,
    releases="<1.5",
)


def _refuses_empty_area(dimensions: int) -> tuple[Refusal, ...]:
    """``area`` is another operation, which takes an output of no pixels, and in 1-D and 2-D no channels:
    of which an image of no height has none in 1-D."""

    def nothing(request: Request, dtype: str, names: Names) -> bool:
        if dimensions == 1:
            return bool(request.shape[3] == 0)
        return request.no_pixels or (dimensions == 3 and request.no_channels)

    words = (
        r"(?i:adaptive_avg_pool(ing)?[123]d\(\): expected input to have non-(zero|empty) )"
        "|non-empty .* tensor expected"
    )
    source = "(aten/src/ATen/native/AdaptiveAveragePooling.cpp)"
    return (
        Refusal(words=words, why=f"no input pixels {source}", when=nothing),
        Refusal(
            words=words,
            why=f"no channels {source}",
            when=lambda request, dtype, names: request.no_channels,
            releases="<1.13",
        ),
        Refusal(
            words=words,
            why=f"no images {source}",
            when=lambda request, dtype, names: request.shape[0] == 0,
            releases="<1.10",
        ),
        Refusal(
            words="elements of output_size must be greater than or equal to 0"
            "|negative dimensions are not allowed|storage that is not resizable",
            why="a negative size (aten/src/ATen/native/AdaptiveAveragePooling.cpp)",
            when=lambda request, dtype, names: min(request.size) < 0,
        ),
    )


def _interpolate_call(
    name: str,
    flags: dict[str, object],
    follows: dict[str, Resize],
    *,
    say: Callable[..., Callable[[Request], Expression | None]] = _interpolate,
    refusals: tuple[Refusal, ...] = (),
    releases: str = "",
) -> Call:
    convention = next(iter(follows.values()), None)
    dtypes = (*_DTYPES, *HALVES, *INTEGERS) if follows else _DTYPES
    rounds = flags["mode"] in ("bilinear", "bicubic", "lanczos")
    dimensions = {_rows: 1, _volume: 3}.get(say, 2)
    area = flags["mode"] == "area"
    empty = _refuses_empty_area(dimensions) if area else (*REFUSES_EMPTY, _REFUSES_NO_IMAGES)
    refusals = (*refusals, *empty, _REFUSES_NEGATIVE_STRIDES)
    antialias, channels_last = bool(flags.get("antialias")), say is _channels_last
    loops = bool(follows) and rounds and (antialias or not channels_last)
    if loops and not channels_last:
        refusals = (*refusals, REFUSES_ONE_PIXEL_OF_THREE_CHANNELS)
    defects = torch_releases.defects(flags, convention)
    if loops:
        defects = (*defects, first_row_repeated(antialias, channels_last))
    arithmetic = {dtype: _arithmetic(dtype, flags, convention, dimensions) for dtype in dtypes}
    crashes = (_CRASHES_ON_INTEGERS if dimensions == 3 else _CRASHES_ON_INTEGERS_IN_1_1,)
    return Call(
        framework="torch",
        name=name,
        operation="resize",
        follows=follows,
        expression=say(flags),
        run=_run_unfolded if say in (_rows, _volume) else _run,
        arithmetic=arithmetic,
        returns={dtype: dtype for dtype in dtypes},
        since=torch_releases.since(flags) if follows else {},
        changes=torch_releases.changes(flags, arithmetic, dimensions) if follows else {},
        roundings={"uint8": ("torch_uint8",)} if rounds and follows else {},
        other_rules=_other_rules(str(flags["mode"]), dimensions, channels_last=channels_last),
        refusals=(*refusals, _narrow_refusal(flags)) if follows else refusals,
        variant=say is not _interpolate,
        defects=defects,
        crashes=crashes if area else (),
        releases=releases,
    )


def _flags_of(name: str) -> tuple[str, dict[str, object], Resize]:
    """The releases, flags and convention of a mode; 1-D and 3-D have names of their own for bilinear."""
    modes = {name: (releases, flags, follows) for name, releases, flags, follows in _INTERPOLATE}
    releases, flags, convention = modes[re.sub("^(tri)?linear", "bilinear", name)]
    own, _, _ = name.partition("-")
    if own in ("linear", "trilinear"):
        flags = {**flags, "mode": own}
    return releases, flags, convention


def _variants() -> Iterator[Call]:
    for variant, say, names in _VARIANTS:
        for name in names:
            releases, flags, convention = _flags_of(name)
            if say is _channels_last:
                releases = _later(releases, CHANNELS_LAST)
            yield _interpolate_call(
                f"interpolate-{name}-{variant}", flags, {releases: convention}, say=say
            )


def _later(one: str, other: str) -> str:
    """The narrower of two ``>=`` ranges."""
    return max(one, other, key=lambda since: [int(part) for part in since[2:].split(".")])


def _scaled() -> Iterator[Call]:
    """The calls that are given factors: a factor of float64 is rounded once more than a size is."""
    for given in SCALED:
        releases, flags, convention = _flags_of(given.mode)
        more = int(given.scaling.uses_factors)

        def by(
            scaling: Scaling, given: Scaled = given, flags: dict[str, object] = flags
        ) -> Callable[[Request], Expression | None]:
            return expression_by(scaling, functools.partial(given.say, flags))

        call = _interpolate_call(
            given.name,
            flags,
            {_later(releases, given.since): convention},
            say=lambda flags, given=given, by=by: by(given.scaling),
        )
        of_sizes = Change(scaling=OF_SIZES, expression=by(OF_SIZES), backward=by(OF_SIZES))
        changes = {
            releases: _by_factors(change, more if releases != SIZES_ALONE else 0)
            for releases, change in {
                SIZES_ALONE: Change(arithmetic=call.arithmetic),
                **call.changes,
            }.items()
        }
        changes[SIZES_ALONE].update(of_sizes)
        if given.mode.startswith("nearest"):
            for releases, change in torch_releases.factors_in_bfloat16(given.unfolded).items():
                changes[releases] = {**changes.get(releases, {}), **change}
        yield replace(
            call,
            run=_run_unfolded if given.unfolded else _run,
            arithmetic=_rounded_once_more(call.arithmetic, more),
            variant=given.variant,
            scaling=given.scaling,
            backward=by(given.backward),
            changes=changes,
            refusals=(_REFUSES_A_FACTOR_FOR_EACH_AXIS, *call.refusals)
            if given.one_factor
            else call.refusals,
        )


_REFUSES_A_FACTOR_FOR_EACH_AXIS = Refusal(
    words=r"float\(\) argument must be a string or a number, not 'tuple'",
    why="a factor for each axis (torch/nn/modules/upsampling.py: UpsamplingBilinear2d)",
    releases=">=1.1, <1.2",
)


def _by_factors(change: Change, more: int) -> Change:
    """What a change of a call that is given sizes is of one that is given factors."""
    by_factors = change.copy()
    if "arithmetic" in by_factors:
        by_factors["arithmetic"] = _rounded_once_more(by_factors["arithmetic"], more)
    return by_factors


def _rounded_once_more(
    arithmetic: Mapping[DType, ErrorModel], more: int
) -> Mapping[DType, ErrorModel]:
    """With a scale that is rounded itself, if it is."""
    return {
        dtype: replace(
            a,
            coordinate_roundings=a.coordinate_roundings + more,
            distance_roundings=a.distance_roundings + more * bool(a.distance_roundings),
        )
        for dtype, a in arithmetic.items()
    }


def _calls() -> Iterator[Call]:
    yield from grid_sample_calls(_run_grid, (_REFUSES_NEGATIVE_STRIDES,))
    yield from (
        _interpolate_call(f"interpolate-{name}", flags, {releases: convention})
        for name, releases, flags, convention in _INTERPOLATE
    )
    yield from (
        _interpolate_call(
            f"interpolate-{mode}-align_corners",
            {"mode": mode, "align_corners": True},
            {},
            refusals=(_REFUSES_ALIGN_CORNERS,),
            releases=releases,
        )
        for mode, releases in (("nearest", ""), ("nearest-exact", ">=1.11"), ("area", ""))
    )
    yield from (
        _interpolate_call(
            f"interpolate-{mode}-antialias",
            {"mode": mode, "antialias": True},
            {},
            refusals=(_REFUSES_ANTIALIAS,),
            releases=">=1.11",
        )
        for mode in ("nearest", "nearest-exact", "area")
    )
    yield _interpolate_call(
        "interpolate-lanczos",
        {"mode": "lanczos"},
        {},
        refusals=(_LANCZOS_ALONE,),
        releases=">=2.12",
    )
    yield _interpolate_call(
        "interpolate-lanczos-antialias-align_corners",
        {"mode": "lanczos", "align_corners": True, "antialias": True},
        {},
        refusals=(_LANCZOS_ALIGN_CORNERS,),
        releases=">=2.12",
    )
    yield from _variants()
    yield from _scaled()
    yield from (
        Call(
            framework="torch",
            name=name,
            operation="conv_transpose",
            expression=expression,
            run=run,
            arithmetic={dtype: sum_of_products(dtype, _SUMS) for dtype in _DTYPES},
            returns=_SAME_DTYPE,
            releases=releases,
            refusals=(conv_transpose.REFUSES_DILATION,)
            if expression is conv_transpose.conv2d_input
            else (),
            variant=expression is not conv_transpose.function,
        )
        for name, expression, run, releases in (
            ("conv_transpose2d", conv_transpose.function, _run, ""),
            ("conv_transpose2d-channels_last", conv_transpose.channels_last, _run, CHANNELS_LAST),
            ("ConvTranspose2d", conv_transpose.layer, _run_layer, ""),
            ("conv_transpose1d", conv_transpose.lines, _run_lines, ""),
            ("conv_transpose3d", conv_transpose.volume, _run_volume, ""),
            ("nn.grad.conv2d_input", conv_transpose.conv2d_input, _run, ""),
        )
    )


CALLS = Calls(_calls)

# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "torch"


def _function(name: str, takes: str, *, rank: int | None = None, **more: Any) -> Function:
    return Function(
        framework=_LIBRARY,
        name=name,
        takes=takes,
        size=("size",),
        factors=("scale_factor",),
        rank=rank,
        one_for_all=True,
        words={"recompute_scale_factor": {False: None}},
        ways=("recompute_scale_factor",) if "recompute" in takes else (),
        **more,
    )


LIBRARY = Library(
    name=_LIBRARY,
    title="PyTorch",
    functions=(
        _function(
            "F.interpolate",
            "input, size=None, scale_factor=None, mode='nearest', align_corners=None, "
            "recompute_scale_factor=None, antialias=False",
            image="input",
        ),
        _function(
            "nn.Upsample",
            "size=None, scale_factor=None, mode='nearest', align_corners=None, "
            "recompute_scale_factor=None",
            becomes="F.interpolate",
        ),
        _function(
            "F.upsample",
            "input, size=None, scale_factor=None, mode='nearest', align_corners=None",
            image="input",
            becomes="F.interpolate",
        ),
        _function("nn.UpsamplingNearest2d", "size=None, scale_factor=None", rank=2),
        _function("nn.UpsamplingBilinear2d", "size=None, scale_factor=None", rank=2),
        Function(
            framework=_LIBRARY,
            name="F.grid_sample",
            takes="input, grid, mode='bilinear', padding_mode='zeros', align_corners=None",
            image="input",
            grid=("grid",),
            words={"align_corners": {None: False}},
        ),
    ),
    modules=(
        ("torch.nn.functional", "F"),
        ("nn.functional", "F"),
        ("functional", "F"),
        ("torch.nn", "nn"),
    ),
    first_axis=2,
    layouts={1: "x is (N, C, W)", 2: "x is (N, C, H, W)", 3: "x is (N, C, D, H, W)"},
    line=("x[:, :, None]", "[:, :, 0]"),
)

FRAMEWORK = Framework(
    name="torch",
    title="torch",
    colour="#c2410c",
    module="torch",
    distributions=("torch",),
    calls=CALLS,
    load=_load,
    environment=_environment,
    gradient=Gradient(_gradient, _run_gradient),
    modes=MODES,
)
