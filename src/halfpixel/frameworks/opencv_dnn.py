"""What cv2.dnn makes of ONNX nodes: ConvTranspose, Resize and Upsample, each a model of one node in memory.

The node's attributes say the convention; where OpenCV computes another one, that is a defect.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..numerics.computation import Computed
from ..numerics.error_model import (
    ErrorModel,
    cubic_powers_error,
    normalised_weight_error,
    sum_of_products,
)
from ..numerics.nonfinite import filled
from ..operators import ConvTranspose, Resize
from ..operators.request import Request
from . import onnx_models
from .call import Call, Change, Defect, DType, Expression, LeftOut, Names, Refusal, array
from .onnx_models import (
    Node,
    always,
    attributes_of,
    axes_of_request,
    conv_transpose,
    enlarges,
    inferred,
    node,
    on,
    whole,
)
from .onnx_models import resize as resize_node
from .onnx_models import scaled as scaled_node
from .opencv_arithmetic import by_ipp, resize_arithmetic
from .opencv_releases import before, since
from .windows import Window, WindowAxis, convention_of, same_window

_DTYPES: tuple[DType, ...] = ("float32", "float64")
_RETURNS = {dtype: dtype for dtype in _DTYPES}
_SUMS = "opencv/opencv, modules/dnn/src/layers/convtranspose_layer.cpp: plain sums of products"
_SUMS_BEFORE = (
    "opencv/opencv, modules/dnn/src/layers/convolution_layer.cpp: DeConvolutionLayerImpl, sums of "
    "products"
)
_BLOCK = 8  # channels
_RESIZE2 = "opencv/opencv, modules/dnn/src/layers/resize2_layer.cpp"

# ---------------------------------------------------------------------------- a model in memory


def _forward(names: Names, node: Node, x: AnyArray) -> AnyArray:
    """Let cv2.dnn run a model of a node; without the shape of its output, OpenCV infers one of its own, or
    refuses the model."""
    cv2 = names["cv2"]
    model = np.frombuffer(node.model(x), np.uint8)
    logging = getattr(cv2.utils, "logging", None)  # since 4.12
    level = logging and logging.setLogLevel(
        logging.LOG_LEVEL_SILENT
    )  # it prints what it raises, too
    try:
        net = cv2.dnn.readNetFromONNX(model)
        net.setInput(x)
        result = net.forward()
    finally:
        if logging:
            logging.setLogLevel(level)
    if result is None:
        raise ValueError("net.forward() returned None")
    return array(result)


# ---------------------------------------------------------------------------- ConvTranspose


def _run_conv_transpose(
    names: Names, expression: Expression, inputs: dict[str, AnyArray]
) -> AnyArray:
    return _forward(names, onnx_models.conv_transpose_of(expression, inputs), inputs["x"])


def _computed(case: Computed, axes: Sequence[WindowAxis], **inputs: AnyArray) -> Computed:
    """The case with other windows kept of the full output."""
    assert isinstance(case.convention, ConvTranspose)
    convention = convention_of(axes, case.convention.group)
    other = replace(case, convention=convention, inputs={**case.inputs, **inputs})
    expected = np.asarray(other.reference(), np.float64)
    return replace(other, size=expected.shape[2:], expected=expected)


def _grouped(request: Request) -> bool:
    assert isinstance(request.convention, ConvTranspose)
    return request.convention.group > 1


def _appends_a_stride(request: Request) -> bool:
    assert isinstance(request.convention, ConvTranspose)
    c = request.convention
    return any(o >= s for o, s in zip(c.output_padding, c.strides, strict=True))


def _appends(request: Request) -> bool:
    assert isinstance(request.convention, ConvTranspose)
    return any(request.convention.output_padding)


def _undilated_unpadded(case: Computed) -> list[WindowAxis]:
    assert isinstance(case.convention, ConvTranspose)
    return [
        replace(axis, window=Window(axis.window.begin, axis.window.end + appended))
        for axis, appended in zip(_undilated(case), case.convention.output_padding, strict=True)
    ]


def _is_asymmetric(request: Request) -> bool:
    assert isinstance(request.convention, ConvTranspose)
    pads = request.convention.pads
    return pads[: len(pads) // 2] != pads[len(pads) // 2 :]


def _undilated(case: Computed) -> list[WindowAxis]:
    return [replace(axis, dilation=1) for axis in axes_of_request(case.request)]


def _as_at_stride_1_halved(case: Computed) -> Computed:
    """A pixel less than half of what is over is cut at the start, or none where the stride is larger than
    the kernel."""
    axes = []
    for axis in _undilated(case):
        over = axis.kernel - 1
        begin = over // 2 if axis.stride <= axis.kernel else 0
        axes.append(replace(axis, window=Window(begin, over - begin)))
    return _computed(case, axes)


def _full_output(case: Computed) -> Computed:
    return _computed(case, [replace(axis, window=Window(0, 0)) for axis in _undilated(case)])


def _as_at_stride_1(case: Computed) -> Computed:
    axes = [
        replace(axis, window=same_window(axis.extent - 1)) for axis in axes_of_request(case.request)
    ]
    return _computed(case, axes)


def _full_and_one_more(case: Computed) -> Computed:
    """A row of zeros after the full output, said as a kernel with a row of zeros after it, which no tap
    reaches: it is finite whatever comes in."""
    w = np.pad(case.inputs["w"], ((0, 0), (0, 0), (0, 1), (0, 1)))
    axes = [
        WindowAxis(a.kernel + 1, a.stride, a.dilation, Window(0, a.dilation - 1))
        for a in axes_of_request(case.request)
    ]
    full = [replace(axis, window=Window(0, 0)) for axis in axes_of_request(case.request)]
    padded, without = _computed(case, axes, w=w), _computed(case, full)
    expected = _computed(case, axes, w=w, x=filled(case.inputs["x"])).expected.copy()
    expected[..., : without.size[0], : without.size[1]] = without.expected
    return replace(padded, expected=expected)


_AS_AT_STRIDE_1 = Defect(
    why="auto_pad crops as SAME_UPPER does at stride 1: the result has (n - 1) * stride + 1 pixels",
    releases=">=5",
    when=lambda request: True,
    result=_as_at_stride_1,
)
_AS_AT_STRIDE_1_BEFORE = Defect(
    why="auto_pad: the result has (n - 1) * stride + 1 pixels, of which half a kernel is cut at the start; "
    "dilations are not read",
    releases="<5",
    when=lambda request: True,
    result=_as_at_stride_1_halved,
)
_WHOLE = Defect(
    why="output_shape is ignored: the result is the full output; dilations are not read",
    releases="<5",
    when=lambda request: True,
    result=_full_output,
)
_ONE_MORE = Defect(
    why="output_shape is ignored: the result is the full output and a row and a column of zeros",
    releases=">=5",
    when=lambda request: True,
    result=_full_and_one_more,
)


_READS_OUTPUT_PADDING = ">=3.4.7, <4 or >=4.1.1, <5"
_REFUSES_GROUPS = Refusal(
    words="numOutput % ngroups == 0|!hasBias",
    why="more than one group: the output's channels are counted wrongly "
    "(modules/dnn/src/onnx/onnx_importer.cpp)",
    when=lambda request, dtype, names: _grouped(request),
    releases=before("3.4.6", "4.1"),
)
_REFUSES_NO_IMAGES = Refusal(
    words="returned None",
    why="a batch without images: the network is not run, and there is no result",
    when=lambda request, dtype, names: request.shape[0] == 0 and dtype == "float32",
    releases=">=5",
)
_REFUSES_NO_IMAGES_BEFORE = Refusal(
    words="inp\\.total\\(\\)",
    why="a batch without images (modules/dnn/src/net_impl.cpp, Net::Impl::allocateLayers)",
    when=lambda request, dtype, names: request.shape[0] == 0,
    releases="<5",
)
# before 5.0 the input is float32, whatever comes in
_FLOAT32: Change = {
    "returns": dict.fromkeys(_DTYPES, "float32"),
    "arithmetic": dict.fromkeys(_DTYPES, sum_of_products("float32", _SUMS_BEFORE)),
}
_CONV_TRANSPOSE = Call(
    framework="opencv",
    name="dnn-ConvTranspose",
    is_node=True,
    operation="conv_transpose",
    expression=conv_transpose,
    run=_run_conv_transpose,
    # inputs lie in blocks of 8 channels, and a group reads whole ones
    arithmetic={
        dtype: replace(sum_of_products(dtype, _SUMS), channel_block=_BLOCK) for dtype in _DTYPES
    },
    returns=_RETURNS,
    changes={"<5": _FLOAT32},
    releases=">=3.4.4",  # readNetFromONNX
    since={"float64": ">=4.8"},  # a weight of float64 held as bytes is not read before
    refusals=(
        Refusal(
            words="func != nullptr",
            why="no kernel for float64 (modules/dnn/src/layers/convtranspose_layer.cpp, forward)",
            when=lambda request, dtype, names: dtype == "float64",
            releases=">=5",
        ),
        Refusal(
            words="adjust_pads\\[i\\] < strides\\[i\\]",
            why="output_padding of a stride or more, which a dilation allows "
            "(modules/dnn/src/layers/convolution_layer.cpp, BaseConvolutionLayerImpl)",
            when=lambda request, dtype, names: _appends_a_stride(request),
            releases=_READS_OUTPUT_PADDING,
        ),
        Refusal(
            words="Unsupported asymmetric padding in (de)?convolution layer",
            why="pads of other numbers at the end "
            "(modules/dnn/src/layers/convolution_layer.cpp, DeConvolutionLayerImpl::finalize)",
            when=lambda request, dtype, names: _is_asymmetric(request),
            releases="<5",
        ),
        _REFUSES_GROUPS,
        _REFUSES_NO_IMAGES,
        _REFUSES_NO_IMAGES_BEFORE,
    ),
    defects=(
        Defect(
            why="dilations and output_padding are not read",
            releases=before("3.4.7", "4.1.1"),
            when=lambda request: (
                _appends(request) or any(a.dilation > 1 for a in axes_of_request(request))
            ),
            result=lambda case: _computed(case, _undilated_unpadded(case)),
        ),
        Defect(
            why="dilations are not read",
            releases=_READS_OUTPUT_PADDING,
            when=lambda request: any(axis.dilation > 1 for axis in axes_of_request(request)),
            result=lambda case: _computed(case, _undilated(case)),
        ),
    ),
    needs=("onnx",),
)


_REFUSES_OUTPUT_SHAPE = Refusal(
    words="Output shape must have 4 elements",
    why="output_shape with the two elements that ONNX has (modules/dnn/src/onnx/onnx_importer.cpp)",
    when=lambda request, dtype, names: True,
    releases=">=3.4.6, <3.4.7 or >=4.1.0, <4.1.1",
)


def _inferred_calls() -> Iterator[Call]:
    for auto_pad, defects in (
        ("SAME_UPPER", (_AS_AT_STRIDE_1_BEFORE, _AS_AT_STRIDE_1)),
        ("SAME_LOWER", (_AS_AT_STRIDE_1_BEFORE, _AS_AT_STRIDE_1)),
        (None, (_WHOLE, _ONE_MORE)),
    ):
        yield replace(
            _CONV_TRANSPOSE,
            name=f"dnn-ConvTranspose-{f'auto_pad={auto_pad}' if auto_pad else 'output_shape'}",
            expression=inferred(auto_pad),
            run=_run_conv_transpose,
            refusals=(
                _CONV_TRANSPOSE.refusals[0],
                _REFUSES_GROUPS,
                _REFUSES_NO_IMAGES,
                _REFUSES_NO_IMAGES_BEFORE,
                *([] if auto_pad else [_REFUSES_OUTPUT_SHAPE]),
            ),
            defects=defects,
            variant=True,
        )


# ---------------------------------------------------------------------------- Resize, Upsample


def run_node(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """Run ``run_node(onnx.helper.make_node(...), opset=…, sizes=(n, c, h, w))`` on ``x``; float constants
    beside ``sizes``, or in its place, by their names."""
    return _forward(names, onnx_models.resize_of(expression), inputs["x"])


def _unchanged(request: Request) -> bool:
    return bool(request.shape[2:] == request.size)


def _more_than_a_row(request: Request) -> bool:
    """linear reads memory before an image of one row, unless it only copies it (docs/findings.md)."""
    return request.shape[2] > 1 or _unchanged(request)


def _more_than_a_pixel_out(request: Request) -> bool:
    """pytorch_half_pixel differs from half_pixel where an axis of the output is one pixel."""
    return min(request.size) > 1 or _unchanged(request)


@functools.lru_cache(maxsize=256)
def _arithmetic(convention: Resize) -> ErrorModel:
    """In float32, whatever comes in."""
    cubic = convention.mode == "cubic"
    rules = {"nearest": "float32_near_ties", "linear": "float32_short_of_end"}
    evaluations = {"linear": ("opencv_dnn_linear",), "cubic": ("opencv_dnn_cubic",)}
    errors = {"nearest": 0.0, "linear": 2.0}  # the difference and the product of a lerp
    return ErrorModel(
        coordinates="float32",
        coordinate_roundings=3,  # the scale, its product, and the ½ taken off
        weights="float32",
        weight_error=(
            normalised_weight_error(replace(convention, antialias=False), cubic_powers_error)
            if cubic
            else errors[convention.mode]
        ),
        accumulation="float32",
        normalised=cubic,
        separable=not cubic,
        coordinate_rule=rules.get(convention.mode),
        evaluation=evaluations.get(convention.mode, ()) if not convention.antialias else (),
        sums="float32",
        flushes=True,
        source=f"{_RESIZE2}: computeSrcGeneric, resizeNearest, resizeBilinear, resizeCubic",
    )


def _instead(
    why: str, when: Callable[[Request], bool], releases: str = ">=5", **changes: Any
) -> Defect:
    """Another convention is computed than the node's attributes say."""

    def result(case: Computed) -> Computed:
        assert isinstance(case.convention, Resize)
        case = replace(case, convention=replace(case.convention, **changes))
        return case.computed()

    return Defect(why, releases, when, result, instead=changes)


def _resized(request: Request) -> bool:
    return not _unchanged(request)


_SYMMETRIC = _instead(
    "half_pixel_symmetric, which with sizes is half_pixel, is computed as asymmetric",
    _resized,
    coordinate_transformation_mode="asymmetric",
)
_SYMMETRIC_LINEAR = replace(_SYMMETRIC, releases="")
_NO_ANTIALIAS = _instead(
    "antialias=1 is not read",
    lambda request: any(n_out < n_in for n_in, n_out in request.sizes),
    "",
    antialias=False,
)
_OPSET_10: dict[str, dict[str, Any]] = {
    "nearest": {"nearest_mode": "round_prefer_floor"},
    "linear": {},
}


_CRASHES = LeftOut("some of them end the process (docs/findings.md)", edges=("empty",))
_NOT_READ = LeftOut("antialias=1 is not read: the calls without it show the same")


def _as_in_opset_11(mode: str) -> Defect:
    return _instead(
        "opset 10, whose coordinates are asymmetric, is computed with the defaults of opset 11",
        lambda request: not _unchanged(request),
        coordinate_transformation_mode="half_pixel",
        **_OPSET_10[mode],
    )


# ---------------------------------------------------------------------------- Resize before 5.0

_RESIZE_LAYER = "opencv/opencv, modules/dnn/src/layers/resize_layer.cpp"
_BEFORE = (">=4.8, <5", "<4.8")  # half_pixel_centers is read, or not
_READ_AS = {  # by nearest, whatever its nearest_mode: the convention that is computed
    "asymmetric": on("asymmetric", mode="nearest", nearest_mode="floor"),
    "half_pixel": on("half_pixel", mode="nearest", nearest_mode="round_prefer_ceil"),
    "align_corners": on("align_corners", mode="nearest", nearest_mode="round_prefer_ceil"),
}
_NEAREST_RULES = {
    "asymmetric": "inverse_scale_float64",
    "half_pixel": "float32_sum",
    "align_corners": "float32",
}


def _read_as(grid: str, releases: str) -> str:
    """The grid that nearest takes for another, in releases before 5.0."""
    half = grid in ("half_pixel", "pytorch_half_pixel", "tf_half_pixel_for_nn")
    if half:
        return "half_pixel" if releases == _BEFORE[0] else "asymmetric"
    return grid if grid == "align_corners" else "asymmetric"


def _before(grid: str, convention: Resize) -> dict[str, Change]:
    """What a Resize computes before 5.0, and by which arithmetic: linear and half_pixel, and nearest and
    asymmetric, by cv2.resize."""
    changes: dict[str, Change] = {}
    for releases in _BEFORE:
        more: Change = {}
        if convention.mode == "nearest":
            read = _read_as(grid, releases)
            one = replace(
                _arithmetic(convention), coordinate_rule=_NEAREST_RULES[read], flushes=False
            )
        elif grid in ("half_pixel", "pytorch_half_pixel"):
            one = replace(
                resize_arithmetic("float32", "linear"),
                evaluation=("opencv_linear", "opencv_ipp_linear_by_planes"),
                flushes=True,
            )
            more = {"rounding": by_ipp}
        else:
            one = ErrorModel(
                coordinates="float32",
                coordinate_roundings=2,  # the scale and its product
                weights="float32",
                weight_error=11.0,  # three differences, two products and a sum; one of each; and a product
                accumulation="float32",
                separable=False,
                evaluation=("opencv_dnn_bilinear",),
                sums="float32",
                flushes=True,
                source=f"{_RESIZE_LAYER}: ResizeLayerImpl::forward",
            )
        changes[releases] = {
            "arithmetic": dict.fromkeys(_DTYPES, one),
            "returns": dict.fromkeys(_DTYPES, "float32"),
            **more,
        }
    return changes


def _nearest_before(grid: str, convention: Resize) -> tuple[Defect, ...]:
    """Where nearest computes another convention before 5.0 than its attributes say."""
    defects = []
    for releases in _BEFORE:
        computed = _READ_AS[_read_as(grid, releases)]
        if computed != convention:
            defects.append(
                _instead(
                    f"computed as {computed.nearest_mode} on {computed.coordinate_transformation_mode}: "
                    "nearest_mode is not read, and only some grids are",
                    _resized,
                    releases,
                    coordinate_transformation_mode=computed.coordinate_transformation_mode,
                    nearest_mode=computed.nearest_mode,
                )
            )
    return tuple(defects)


# ---------------------------------------------------------------------------- the calls


def _resize(
    name: str,
    convention: Resize,
    expression: Callable[[Request], Expression | None],
    *,
    left_out: tuple[LeftOut, ...] = (),
    releases: str = ">=5",
    **more: object,
) -> Call:
    given: dict[str, Any] = {
        "follows": {releases: convention},
        "arithmetic": dict.fromkeys(_DTYPES, _arithmetic(convention)),
        "returns": _RETURNS,
        "variant": True,
        "stored": False,
        **more,
    }
    return Call(
        framework="opencv",
        name=f"dnn-{name}",
        is_node=True,
        left_out=(_CRASHES, *left_out),
        operation="resize",
        expression=expression,
        run=run_node,
        needs=("onnx",),
        **given,
    )


_EMPTY_NAMES = ">=4.6"  # inputs that are left out are not read before
_GRIDS = ("half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners")
_NEAREST_MODES = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
# Those that exporters write are swept too: each size pair is a model of its own.
_SWEPT = ("nearest-half_pixel-round_prefer_floor", "nearest-asymmetric-floor")


def _grid_calls() -> list[Call]:
    modes: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
        *(("nearest", {"nearest_mode": mode}, _GRIDS) for mode in _NEAREST_MODES),
        ("linear", {}, _GRIDS),
        ("cubic", {"cubic_coeff_a": -0.75}, _GRIDS),
        ("cubic", {"cubic_coeff_a": -0.75, "exclude_outside": True}, ("half_pixel",)),
        ("cubic", {"cubic_coeff_a": -0.5}, ("half_pixel",)),
        ("cubic", {"cubic_coeff_a": -0.5, "exclude_outside": True}, ("half_pixel",)),
    ]
    calls = []
    for mode, attributes, grids in modes:
        for grid in grids:
            convention = on(grid, mode=mode, **attributes)
            plain = replace(convention, coordinate_transformation_mode="half_pixel")
            rest = plain.slug.removeprefix(f"{mode}-half_pixel")  # the other attributes
            name = f"{mode}-{grid}{rest if attributes else ''}"

            def takes(request: Request, grid: str = grid, mode: str = mode) -> bool:
                return (grid != "pytorch_half_pixel" or _more_than_a_pixel_out(request)) and (
                    mode != "linear" or _more_than_a_row(request)
                )

            expression = resize_node(13, attributes_of(grid, convention), takes)
            earlier = mode != "cubic"
            calls.append(
                _resize(
                    f"Resize-{name}",
                    convention,
                    expression,
                    variant=name not in _SWEPT,
                    releases=_EMPTY_NAMES if earlier else ">=5",
                    changes=_before(grid, convention) if earlier else {},
                    defects=_nearest_before(grid, convention) if mode == "nearest" else (),
                )
            )
    return calls


def _other_calls() -> list[Call]:
    nothing: dict[str, Any] = {}
    half, nearest = "half_pixel_symmetric", on("half_pixel", mode="nearest")
    linear, antialiased = on(half, mode="linear"), Resize(mode="linear", antialias=True)
    tensorflow = on("half_pixel", mode="nearest", nearest_mode="round_prefer_ceil")
    old = on("asymmetric", mode="nearest", nearest_mode="floor")
    return [
        # floor of the place without the ½ taken off: the pixel that half_pixel is nearest to
        _resize(
            "Resize-nearest-tf_half_pixel_for_nn-floor",
            tensorflow,
            resize_node(
                11,
                {
                    **attributes_of("tf_half_pixel_for_nn", tensorflow),
                    "nearest_mode": "floor",
                },
                always,
            ),
            arithmetic=dict.fromkeys(
                _DTYPES, replace(_arithmetic(tensorflow), coordinate_rule="float32")
            ),
            releases=">=4.8",
            changes=_before("tf_half_pixel_for_nn", tensorflow),
        ),
        *(
            _resize(
                f"Resize-{convention.mode}-{half}",
                convention,
                resize_node(19, attributes_of(half, convention), takes),
                **more,
            )
            for convention, takes, more in (
                (
                    nearest,
                    always,
                    {
                        "releases": _EMPTY_NAMES,
                        "changes": _before(half, nearest),
                        "defects": (*_nearest_before(half, nearest), _SYMMETRIC),
                    },
                ),
                (
                    linear,
                    _more_than_a_row,
                    {
                        "releases": _EMPTY_NAMES,
                        "changes": _before(half, linear),
                        "defects": (_SYMMETRIC_LINEAR,),
                    },
                ),
                (on(half, mode="cubic"), always, {"defects": (_SYMMETRIC,)}),
            )
        ),
        *(
            _resize(
                f"Resize-{convention.mode}-antialias",
                convention,
                resize_node(18, convention.attributes, takes),
                defects=(_NO_ANTIALIAS,),
                left_out=(_NOT_READ,),
                **more,
            )
            for convention, takes, more in (
                (
                    antialiased,
                    _more_than_a_row,
                    {"releases": _EMPTY_NAMES, "changes": _before("half_pixel", antialiased)},
                ),
                (Resize(mode="cubic", antialias=True), always, nothing),
            )
        ),
        _resize(
            "Resize10-nearest",
            replace(old, nearest_mode="ceil_where_shrinking"),
            scaled_node("Resize", 10, {"mode": "nearest"}, whole),
            defects=(
                *_nearest_before("asymmetric", replace(old, nearest_mode="ceil_where_shrinking")),
                _as_in_opset_11("nearest"),
            ),
            releases=since("3.4.13", "4.5.1"),
            changes=_before("asymmetric", old),
        ),
        _resize(
            "Resize10-linear",
            on("asymmetric", mode="linear"),
            scaled_node(
                "Resize",
                10,
                {"mode": "linear"},
                lambda request: whole(request) and _more_than_a_row(request),
            ),
            defects=(_as_in_opset_11("linear"),),
        ),
        # run by cv2.resize, INTER_NEAREST
        _resize(
            "Upsample-nearest",
            old,
            scaled_node("Upsample", 9, {"mode": "nearest"}, enlarges),
            arithmetic=dict.fromkeys(
                _DTYPES, replace(_arithmetic(old), coordinate_rule="inverse_scale_float64")
            ),
            releases=since("3.4.11", "4.4"),
            changes=_before("asymmetric", old),
        ),
        *_always_refused(),
    ]


def _always_refused() -> Iterator[Call]:
    """What no release takes; before, it is refused for other reasons."""
    yield replace(
        _resize(
            "Upsample-linear",
            on("asymmetric", mode="linear"),
            scaled_node("Upsample", 9, {"mode": "linear"}, enlarges),
            follows={},
            refusals=(
                Refusal(
                    words="'interpolation' is linear",
                    why="the older importer reads the node, and uses another name for linear",
                ),
            ),
        ),
        releases=since("3.4.13", "4.5.1"),
    )
    yield replace(
        _resize(
            "Resize-linear-tf_crop_and_resize",
            Resize(mode="linear"),
            lambda request: node(
                "Resize",
                13,
                {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize"},
                roi=(0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0),
                sizes=(*request.shape[:2], *request.size),
            ),
            follows={},
            refusals=(
                Refusal(
                    words='interp_mode != "tf_crop_and_resize"|Input node with name +not found',
                    why="tf_crop_and_resize is not supported "
                    "(modules/dnn/src/onnx/onnx_importer.cpp, parseResize)",
                ),
            ),
        ),
        releases=since("3.4.11", "4.4"),
    )


def calls() -> Iterator[Call]:
    """The nodes that ``cv2.dnn`` runs."""
    yield _CONV_TRANSPOSE
    yield from _inferred_calls()
    yield from _grid_calls()
    yield from _other_calls()
