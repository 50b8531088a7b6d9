"""TensorFlow's and Keras's calls."""

from __future__ import annotations

import contextlib
import operator
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..numerics.error_model import ErrorModel, sum_of_products
from ..operators import ConvTranspose, Resize
from ..operators.request import Request
from . import keras_calls, keras_releases
from .call import (
    HALVES,
    INTEGERS,
    Call,
    Calls,
    Change,
    Defect,
    DType,
    Expression,
    Framework,
    FrameworkObject,
    Gradient,
    Name,
    Names,
    Refusal,
    Run,
    array,
    dtype_name,
)
from .layer_plans import Target
from .library import Function, Library, Words
from .tensorflow_modes import MODES
from .tensorflow_raw import (
    CROP_AND_RESIZE,
    CROP_CRASHES,
    CROP_REFUSES_EMPTY,
    ONLY_RAW,
    SCALE_AND_TRANSLATE,
    Say,
    crop_and_resize,
    crop_arithmetic,
    kernel,
    quantized,
    scale_and_translate,
    scale_and_translate_arithmetic,
    scaled,
)
from .tensorflow_scales import FITTED, padding, preserving, unpadded, v1_calls
from .windows import TENSORFLOW_WORDS, axes_of, explicit_pair

_DTYPES: tuple[DType, ...] = ("float32", "float64")
_SAME_DTYPE = {dtype: dtype for dtype in _DTYPES}
_SUMS = (
    "tensorflow/tensorflow, tensorflow/core/kernels/conv_grad_input_ops.h: "
    "Conv2DCustomBackpropInputOp, and mkl/mkl_conv_grad_input_ops.cc: plain sums of products"
)
_KERNELS_DIR = "tensorflow/tensorflow, tensorflow/core/kernels/image"
_STATE_H = "tensorflow/tensorflow, tensorflow/core/util/image_resizer_state.h: CalculateResizeScale"

_KEYS = kernel("keyscubic", antialias=False)
_EXACT_NEAREST = Resize(mode="nearest", nearest_mode="round_prefer_ceil")

# method, antialias, convention
_RESIZE: tuple[tuple[str, bool, Resize], ...] = (
    ("nearest", False, _EXACT_NEAREST),
    ("bilinear", False, Resize(mode="linear")),
    ("bilinear", True, kernel("triangle", antialias=True)),
    ("bicubic", False, _KEYS),
    ("bicubic", True, kernel("keyscubic", antialias=True)),
    ("area", False, Resize(mode="area")),
    *(
        (method, antialias, kernel(method, antialias))
        for method in ("lanczos3", "lanczos5", "gaussian", "mitchellcubic")
        for antialias in (False, True)
    ),
)

# function, align_corners, half_pixel_centers, convention (None: refused)
_V1_RESIZE: tuple[tuple[str, bool, bool, Resize | None], ...] = (
    (
        "nearest_neighbor",
        False,
        False,
        Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    ),
    (
        "nearest_neighbor",
        True,
        False,
        Resize(
            mode="nearest",
            coordinate_transformation_mode="align_corners",
            nearest_mode="round_prefer_ceil",
        ),
    ),
    ("nearest_neighbor", False, True, _EXACT_NEAREST),
    ("nearest_neighbor", True, True, None),
    ("bilinear", False, False, Resize(mode="linear", coordinate_transformation_mode="asymmetric")),
    (
        "bilinear",
        True,
        False,
        Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    ),
    ("bilinear", False, True, Resize(mode="linear")),
    ("bilinear", True, True, None),
    ("bicubic", False, False, Resize(mode="cubic", coordinate_transformation_mode="asymmetric")),
    ("bicubic", True, False, Resize(mode="cubic", coordinate_transformation_mode="align_corners")),
    ("bicubic", False, True, _KEYS),
    ("bicubic", True, True, None),
    ("area", False, False, Resize(mode="area")),
    (
        "area",
        True,
        False,
        Resize(mode="area", coordinate_transformation_mode="half_pixel_align_corners"),
    ),
)


def _resize_arithmetic(convention: Resize) -> ErrorModel:
    mode = convention.mode
    half_pixel = convention.coordinate_transformation_mode == "half_pixel"
    cubic = mode == "cubic"
    keys = convention.exclude_outside
    return ErrorModel(
        coordinates="float32",
        coordinate_roundings=3 if half_pixel else 2,  # the scale, the product, half_pixel's - 0.5f
        weights="float32",
        # linear: (right - left) and its product with lerp. cubic: an entry is rounded once from
        # double; Keys' weights are divided by their sum: 1 for the entry, 1.5 and 4.5 for the
        # entries and the additions of a sum in which the absolute weights are at most 1.5 times the
        # weights, 2 for the reciprocal and the product, all of a weight that is at most 1.1
        weight_error=(10 if keys else 1) if cubic else 2,
        accumulation="float32",
        coordinate_rule={"cubic": "kernel_table_1024", "nearest": "float32"}.get(mode),
        evaluation=("tensorflow_cubic" if cubic else "tensorflow_lerp",),
        flushes=True,
        source=f"{_STATE_H}, HalfPixelScaler, LegacyScaler; {_KERNELS_DIR}/"
        + (
            "resize_bicubic_op.cc: GetWeightsAndIndices"
            if cubic
            else "resize_bilinear_op.cc: compute_lerp"
        ),
    )


def _area_arithmetic(convention: Resize) -> ErrorModel:
    return ErrorModel(
        coordinates="float32",
        # the scale, its product with the index, and what is left of the pixel; an end is half a
        # window from the place
        coordinate_roundings=3,
        distance_roundings=3,
        weights="float32",
        weight_error=4,  # 1 / (scale_h * scale_w) and its product
        accumulation="float32",
        flushes=True,
        source=f"{_KERNELS_DIR}/resize_area_op.cc: ResizeAreaOp::ComputePatchSum",
    )


def _arithmetic(convention: Resize | None) -> ErrorModel:
    if convention is None:
        return _resize_arithmetic(Resize(mode="nearest"))
    if convention.mode == "area":
        return _area_arithmetic(convention)
    if scaled(convention):
        return scale_and_translate_arithmetic(convention)
    return _resize_arithmetic(convention)


def _function(function: str, flags: dict[str, object]) -> Callable[[Request], Expression | None]:
    def expression(request: Request) -> Expression:
        return Expression(Name(function), (Name("x"),), {"size": request.size, **flags})

    return expression


def _raw_op(function: str, flags: dict[str, object]) -> Callable[[Request], Expression | None]:
    """Raw operations take keywords only."""

    def expression(request: Request) -> Expression:
        return Expression(Name(function), (), {"images": Name("x"), "size": request.size, **flags})

    return expression


def _window_of_nothing(request: Request) -> bool:
    return any(n_in == 1 < n_out for n_in, n_out in request.sizes)


# the scale of such an axis, (in - 1) / (out - 1), is 0, and 1 over it infinite
_NO_WINDOW = Defect(
    why="every value is NaN where an axis grows from one pixel",
    releases="<2.12",
    when=_window_of_nothing,
    result=lambda case: replace(case, expected=np.full(case.computed().expected.shape, np.nan)),
)
_BFLOAT16 = ">=2.9"  # nearest, bicubic and area: tensorflow/core/ops/image_ops.cc
_EXPLICIT, _EXPLICIT_DEPTHWISE = ">=2.4", ">=2.3"  # padding by numbers
_UNGROUPED, _GROUPS_WRONG = (
    ">=2.9",
    "<2.9",
)  # the CPU kernel refuses groups, or does not know of them

_REFUSES_EMPTY = (
    Refusal(
        words="image must have at least one channel",
        why=f"no channels (a batch without images is accepted) ({_STATE_H})",
        when=lambda request, dtype, names: request.no_channels,
    ),
    Refusal(
        words="output dimensions must be positive|must have positive height and width"
        r"|Dimension -\d+ must be >= 0|do not satisfy `value > 0`|does not satisfy the requirement `> 0`",
        why=f"no output pixels ({_STATE_H}; keras/src/ops/image.py: resize)",
        when=lambda request, dtype, names: request.no_output,
    ),
    Refusal(
        words="input image must be of non-zero size",
        why=f"no input pixels ({_STATE_H})",
        when=lambda request, dtype, names: request.no_pixels,
    ),
)


def _resize_call(
    name: str,
    function: str,
    flags: dict[str, object],
    convention: Resize | None,
    releases: str,
    *,
    say: Say = _function,
    run: Run | None = None,
    refusals: tuple[Refusal, ...] = (),
    arithmetic: ErrorModel | None = None,
    dtypes: tuple[DType, ...] = (),
    variant: bool = False,
    empty: tuple[Refusal, ...] = _REFUSES_EMPTY,
    one_image: bool = False,
    offered: bool = True,
    defects: tuple[Defect, ...] = (),
) -> Call:
    copies = (convention is None or convention.mode == "nearest") and say is not crop_and_resize
    arithmetic = arithmetic or _arithmetic(convention)
    if not dtypes:
        dtypes = _DTYPES if convention is None else (*_DTYPES, *HALVES, *INTEGERS)
    return Call(
        framework="tensorflow",
        name=name,
        operation="resize",
        follows={} if convention is None else {releases: convention},
        releases=releases if convention is None else "",
        expression=say(function, flags),
        run=run or _run,
        arithmetic=dict.fromkeys(dtypes, arithmetic),
        variant=variant,
        one_image=one_image,
        offered=offered,
        defects=defects,
        returns={dtype: dtype if copies else "float32" for dtype in dtypes},
        since={"bfloat16": _BFLOAT16} if _has_bfloat16_late(convention) else {},
        refusals=(*refusals, *empty),
    )


def _has_bfloat16_late(convention: Resize | None) -> bool:
    """Of the kernels, bilinear alone took bfloat16 from the start; what spreads is given float32."""
    if convention is None or convention.extrapolates or scaled(convention):
        return False
    return convention.mode != "linear"


def _or_copy(arithmetic: ErrorModel) -> ErrorModel:
    """That of a function that returns an image whose size stays as it came."""
    copied = tuple(name.replace("_cubic", "_cubic_or_copy") for name in arithmetic.evaluation)
    return replace(arithmetic, evaluation=copied)


def _v1_calls() -> Iterator[Call]:
    """tf.compat.v1's functions, and the raw operations that they are."""
    for function, align_corners, half_pixel_centers, convention in _V1_RESIZE:
        flags = _v1_flags(function, align_corners, half_pixel_centers)
        suffix = _FLAGS[align_corners, half_pixel_centers]
        raw = "Resize" + function.title().replace("_", "")
        for name, path, say, variant in (
            (f"v1.resize_{function}", f"tf.compat.v1.image.resize_{function}", _function, False),
            (f"raw_ops.{raw}", f"tf.raw_ops.{raw}", _raw_op, True),
        ):
            # 1.13 has no half_pixel_centers, and no raw_ops
            older = say is _function and not half_pixel_centers
            call = _resize_call(
                name + suffix,
                path,
                flags,
                convention,
                ">=1.13" if older else ">=1.14",
                say=say,
                refusals=() if convention else (_BOTH_FLAGS,),
                variant=variant,
                defects=(_NO_WINDOW,) if function == "area" and align_corners else (),
            )
            without: Change = {"expression": say(path, {"align_corners": align_corners})}
            yield replace(call, changes={"<1.14": without} if older else {})


def _fitting_calls() -> Iterator[Call]:
    """The calls that choose a size of their own, as large as fits; those whose antialias does nothing; and
    v1's one function for all methods."""
    for method, antialias, convention in _RESIZE:
        if method in FITTED:
            flags: dict[str, object] = {"method": method, "antialias": antialias}
            named = method + "-antialias" if antialias else method
            for name, function, say, run, offered in (
                (f"image.resize-{named}-preserve_aspect_ratio", "resize", preserving, _run, True),
                (
                    f"image.resize_with_pad-{named}",
                    "resize_with_pad",
                    padding,
                    unpadded(_run),
                    False,
                ),
            ):
                yield _resize_call(
                    name,
                    f"tf.image.{function}",
                    flags,
                    convention,
                    ">=2.0",
                    say=say,
                    run=run,
                    dtypes=("float32",),
                    variant=True,
                    offered=offered,  # what pads gives more than the resized image
                )
    for method, convention in (("nearest", _EXACT_NEAREST), ("area", Resize(mode="area"))):
        yield _resize_call(  # the flag is taken, and does nothing
            f"image.resize-{method}-antialias",
            "tf.image.resize",
            {"method": method, "antialias": True},
            convention,
            ">=2.0",
            dtypes=("float32",),
            variant=True,
        )
    v1 = {(function, align): c for function, align, half_pixel, c in _V1_RESIZE if not half_pixel}
    for name, function, align_corners, flags in v1_calls():
        yield _resize_call(
            name,
            "tf.compat.v1.image.resize",
            flags,
            v1[function, align_corners],
            ">=1.14",
            arithmetic=_or_copy(_arithmetic(v1[function, align_corners])),
            dtypes=("float32",),  # of unchanged size it returns the image, float64 as it is
            variant=True,
        )


def _raw_calls() -> Iterator[Call]:
    """What takes more than a size, and the raw operations with no function of their own."""
    for method, cropped in CROP_AND_RESIZE:
        for name, dtypes, refusals, variant in (
            ("image.crop_and_resize", (*_DTYPES, *HALVES, *INTEGERS), (_NO_BFLOAT16,), False),
            ("raw_ops.CropAndResize", _DTYPES, (), True),
        ):
            call = _resize_call(
                f"{name}-{method}",
                f"tf.{name}",
                {"method": method},
                cropped,
                ">=1.14",
                say=crop_and_resize,
                refusals=refusals,
                arithmetic=crop_arithmetic(cropped),
                dtypes=dtypes,
                empty=CROP_REFUSES_EMPTY,
                variant=variant,
                one_image=True,  # a box for each
            )
            yield replace(call, crashes=CROP_CRASHES)
    for kernel_type, antialias, spread in SCALE_AND_TRANSLATE:
        yield _resize_call(
            f"raw_ops.ScaleAndTranslate-{kernel_type}{'-antialias' if antialias else ''}",
            "tf.raw_ops.ScaleAndTranslate",
            {"kernel_type": kernel_type, "antialias": antialias},
            spread,
            ">=1.14",
            say=scale_and_translate,
            arithmetic=scale_and_translate_arithmetic(spread),
            dtypes=_DTYPES,
            variant=kernel_type not in ONLY_RAW,
        )
    for function, align_corners, half_pixel_centers, convention in _V1_RESIZE:
        flags = _v1_flags(function, align_corners, half_pixel_centers)
        suffix = _FLAGS[align_corners, half_pixel_centers]
        if function == "bilinear" and convention is not None:
            yield _resize_call(
                f"raw_ops.QuantizedResizeBilinear{suffix}",
                "tf.raw_ops.QuantizedResizeBilinear",
                flags,
                convention,
                ">=1.14",
                say=quantized,
                dtypes=("float32",),
                variant=True,
                offered=False,  # it hands a range of values through
            )


_NO_BFLOAT16 = Refusal(
    words="Value for attr 'T' of bfloat16 is not in the list of allowed values",
    why="no kernel for bfloat16 (tensorflow/core/ops/image_ops.cc: CropAndResize)",
    dtypes=("bfloat16",),
)
_BOTH_FLAGS = Refusal(
    words="If half_pixel_centers is True, align_corners must be False",
    why="the two flags select different conventions",
)


def _v1_flags(function: str, align_corners: bool, half_pixel_centers: bool) -> dict[str, object]:
    flags: dict[str, object] = {"align_corners": align_corners}
    return flags if function == "area" else {**flags, "half_pixel_centers": half_pixel_centers}


_FLAGS = {
    (False, False): "",
    (True, False): "-align_corners",
    (False, True): "-half_pixel_centers",
    (True, True): "-both_flags",
}


# ---------------------------------------------------------------------------- conv_transpose


def _padding(request: Request, padding: str) -> object:
    """The argument that says a request, or None."""
    assert isinstance(request.convention, ConvTranspose)
    axes = axes_of(request.convention, request.kernel)
    if padding == "explicit":
        pairs = [explicit_pair(axis) for axis in axes]
        return None if None in pairs else [[0, 0], *pairs, [0, 0]]
    return padding if all(map(TENSORFLOW_WORDS[padding], axes)) else None


def _conv2d_transpose(word: str) -> Callable[[Request], Expression | None]:
    def expression(request: Request) -> Expression | None:
        padding = _padding(request, word)
        if padding is None:
            return None
        c = request.convention
        assert isinstance(c, ConvTranspose)
        shape = (request.shape[0], *request.size, request.weight[1] * c.group)
        flags: dict[str, object] = {"output_shape": shape, "strides": c.strides, "padding": padding}
        if c.dilations != (1, 1):
            flags["dilations"] = c.dilations
        call = Expression(Name("tf.nn.conv2d_transpose"), (Name("x"), Name("w")), flags)
        if request.bias:
            return Expression(Name("tf.nn.bias_add"), (call, Name("b")))
        return call

    return expression


def _onednn() -> bool:
    """Whether TensorFlow uses oneDNN's kernels, once it is imported."""
    try:
        from tensorflow.python.util import _pywrap_util_port
    except ImportError:
        return False  # before it was an option
    return bool(_pywrap_util_port.IsMklEnabled())


def _plain_kernel(
    explicit: bool, has: Callable[[ConvTranspose], bool]
) -> Callable[[Request, str, Names], bool]:
    """What runs through oneDNN only: float32, and no explicit padding."""

    def when(request: Request, dtype: str, names: Names) -> bool:
        c = request.convention
        assert isinstance(c, ConvTranspose)
        return has(c) and (explicit or dtype != "float32" or not names["onednn"])

    return when


def _dilated(convention: ConvTranspose) -> bool:
    return convention.dilations != (1, 1)


def _grouped(convention: ConvTranspose) -> bool:
    return convention.group > 1


_CPU_KERNEL = "(tensorflow/core/kernels/conv_grad_input_ops.h: Conv2DBackpropInputOp)"


def _cpu_refusals(explicit: bool) -> tuple[Refusal, ...]:
    return (
        Refusal(
            words="do not yet support dilation rates larger than 1",
            why=f"without oneDNN the CPU kernel takes no dilations {_CPU_KERNEL}",
            when=_plain_kernel(explicit, _dilated),
        ),
        Refusal(
            words="Gradients for grouped convolutions are not supported on CPU",
            why=f"without oneDNN the CPU kernel takes no groups {_CPU_KERNEL}",
            when=_plain_kernel(explicit, _grouped),
            releases=_UNGROUPED,
        ),
    )


def _dilated_unlike(request: Request, dtype: str, names: Names) -> bool:
    assert isinstance(request.convention, ConvTranspose)
    return len(set(request.convention.dilations)) > 1


# ---------------------------------------------------------------------------- running


def _tensors(names: Names, inputs: dict[str, AnyArray]) -> dict[str, FrameworkObject]:
    """Images become NHWC, weights (kernel_h, kernel_w, c_out / group, c_in)."""
    layouts = {"x": (0, 2, 3, 1), "g": (0, 2, 3, 1), "w": (2, 3, 1, 0), "b": (0,)}
    tf = names["tf"]
    return {
        k: tf.cast(tf.constant(v.transpose(layouts[k])), dtype_name(v)) for k, v in inputs.items()
    }


def _run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    result = expression.evaluate({**names, **_tensors(names, inputs)})
    return array(result.numpy()).transpose(0, 3, 1, 2)


def _scales_and_translates(request: Request, dtype: str, names: Names) -> bool:
    c = request.convention
    assert isinstance(c, Resize)
    return scaled(c) and dtype == "float64"


def _is_area(request: Request, dtype: str, names: Names) -> bool:
    return isinstance(request.convention, Resize) and request.convention.mode == "area"


_NO_GRADIENTS = (
    Refusal(
        words=r"gradient registry has no entry for: ResizeArea|No gradient defined.*ResizeArea",
        why="area has no backward pass (tensorflow/python/ops/image_grad.py)",
        when=_is_area,
    ),
    Refusal(
        words="cannot compute ScaleAndTranslateGrad as input #1"
        "|'ScaleAndTranslateGrad' Op has type float64",
        why="the backward pass requires images of the cotangent's dtype, float32 "
        "(tensorflow/python/ops/image_grad.py: _ScaleAndTranslateGrad)",
        when=_scales_and_translates,
    ),
)


def _gradient(forward: Expression, of: str) -> Expression:
    flags = {"output_gradients": Name("g")}
    return Expression(Name("tape.gradient"), (forward, Name(of)), flags)


def _run_gradient(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    tf = names["tf"]
    tensors, of = _tensors(names, inputs), str(expression.args[1])
    with tf.GradientTape() as tape:
        tape.watch(tensors[of])
        result = expression.evaluate({**names, **tensors, "tape": tape})
    if result is None:
        raise TypeError(f"tape.gradient returned None for {tensors['x'].dtype.name}")
    if of == "b":
        return array(result.numpy()).reshape(1, -1, 1, 1)
    return array(result.numpy()).transpose((3, 2, 0, 1) if of == "w" else (0, 3, 1, 2))


@contextlib.contextmanager
def _log_kept_back() -> Iterator[None]:
    """TensorFlow logs to file descriptor 2 as it loads, whatever its log level: shown if it fails."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        stderr = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(stderr, log.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _load() -> Names:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _log_kept_back():
        import keras
        import tensorflow as tf

    if keras.backend.backend() != "tensorflow":
        raise ImportError(
            f"Keras was imported before, on {keras.backend.backend()}; its calls here are TensorFlow's"
        )
    keras.backend.set_image_data_format("channels_last")  # a user's keras.json may say otherwise

    with contextlib.suppress(RuntimeError):  # somebody ran an operation before: threads are set
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    # v1's functions announce at every first use that v2 has others
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)

    def to_tensor(values: AnyArray, dtype: str) -> Any:
        return tf.cast(tf.constant(values), dtype)

    functions = {"to_tensor": to_tensor, "to_array": operator.methodcaller("numpy")}
    return {"tf": tf, "keras": keras, "operator": operator, "onednn": _onednn(), **functions}


def _environment(names: Names) -> str:
    tf, keras = names["tf"], names["keras"]
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    onednn = "on" if names["onednn"] else "off"
    return (
        f"{threads} thread, oneDNN {onednn}, Keras {keras.__version__} on {keras.backend.backend()}"
    )


def _conv_call(
    name: str,
    expression: Callable[[Request], Expression | None],
    refusals: tuple[Refusal, ...],
    releases: str,
) -> Call:
    return Call(
        framework="tensorflow",
        name=name,
        operation="conv_transpose",
        releases=releases,
        expression=expression,
        run=_run,
        arithmetic={dtype: sum_of_products(dtype, _SUMS) for dtype in _DTYPES},
        returns=_SAME_DTYPE,
        refusals=refusals,
    )


def _image_resize() -> dict[str, Call]:
    """``tf.image.resize`` as it is in TensorFlow 2, by method."""
    return {
        f"{method}{'-antialias' if antialias else ''}": _resize_call(
            f"image.resize-{method}{'-antialias' if antialias else ''}",
            "tf.image.resize",
            {"method": method, "antialias": True} if antialias else {"method": method},
            convention,
            ">=2.0",
        )
        for method, antialias, convention in _RESIZE
    }


def _changes_size(request: Request) -> bool:
    return request.shape[2:] != request.size


# tensorflow/tensorflow v1.15.5, tensorflow/python/ops/image_ops_impl.py: _resize_images_common
_NOT_IN_V1 = Refusal(
    words="Resize method is not implemented",
    why="the method has another name, or came with TensorFlow 2",
    when=lambda request, dtype, names: _changes_size(request),
)
_COPIED_BY_V1 = Defect(
    why="an image of unchanged size is returned as it is",
    releases="<2",
    when=lambda request: not _changes_size(request),
    result=lambda case: replace(case, expected=case.inputs["x"]),
)


def _resize_of_v1(image_resize: Mapping[str, Call]) -> Iterator[Call]:
    """``tf.image.resize``, which in TensorFlow 1 was tf.compat.v1.image.resize."""
    v1 = {call.name: call for call in _fitting_calls()}
    for name, call in image_resize.items():
        was = v1.get(f"v1.resize-{name}")
        before: Change = {
            "unpredicted": {
                dtype: "an image of unchanged size comes back as it is, another one in float32"
                for dtype in call.arithmetic
                if dtype != "float32"
            },
        }
        if was is not None:
            before["arithmetic"] = dict.fromkeys(call.arithmetic, was.arithmetic["float32"])
            before["refusals"] = (replace(_NOT_IN_V1, releases="<1.14"), *call.refusals)
        elif "-antialias" in name:
            yield call
            continue
        else:
            before["refusals"] = (_NOT_IN_V1, *call.refusals)
            before["defects"] = (_COPIED_BY_V1,)
        follows = {">=1.13, <2": (was or call).latest, **call.follows}
        yield replace(call, follows=follows, changes={"<2": before})


def _conv2d_transposes() -> dict[str, Call]:
    """``tf.nn.conv2d_transpose`` by padding."""
    return {
        padding: _conv_call(
            f"conv2d_transpose-{padding}",
            _conv2d_transpose(padding),
            _cpu_refusals(explicit=padding == "explicit"),
            releases=_EXPLICIT if padding == "explicit" else ">=1.14",  # before, without dilations
        )
        for padding in (*TENSORFLOW_WORDS, "explicit")
    }


def _without_groups(call: Call) -> Call:
    """A call whose arguments cannot say groups before the kernel refused them: it read beyond the weight."""

    def expression(request: Request) -> Expression | None:
        assert isinstance(request.convention, ConvTranspose)
        return None if _grouped(request.convention) else call.expression(request)

    return replace(call, changes={_GROUPS_WRONG: {"expression": expression}})


def _backprop_input(word: str, *, depthwise: bool) -> Callable[[Request], Expression | None]:
    """The raw operations: the gradient of a convolution with respect to its input. A transposed
    convolution with a group for every output is that of a depthwise one."""

    def expression(request: Request) -> Expression | None:
        c, padding = request.convention, _padding(request, word)
        assert isinstance(c, ConvTranspose)
        single = c.group > 1 and request.weight[1] == 1
        if padding is None or request.bias or (depthwise and not single):
            return None
        if depthwise and (len(set(c.strides)) > 1 or c.dilations != (1, 1)):
            return None  # the kernel takes one stride for both axes, and no dilation
        flags: dict[str, object] = {
            "input_sizes": (
                request.shape[0],
                *request.size,
                request.weight[1] * c.group,
            ),
            "filter": Name("w"),
            "out_backprop": Name("x"),
            "strides": [1, *c.strides, 1],
            "padding": "EXPLICIT" if word == "explicit" else word,
        }
        if word == "explicit":
            assert isinstance(padding, list)
            flags["explicit_paddings"] = [side for pair in padding for side in pair]
        if c.dilations != (1, 1):
            flags["dilations"] = [1, *c.dilations, 1]
        name = "DepthwiseConv2dNativeBackpropInput" if depthwise else "Conv2DBackpropInput"
        return Expression(Name(f"tf.raw_ops.{name}"), (), flags)

    return expression


def _run_depthwise(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """The weight is (kernel_h, kernel_w, channels, multiplier), and its groups are the channels."""
    tf, w = names["tf"], inputs["w"]
    channels = dict(expression.kwargs)["input_sizes"][-1]  # type: ignore[index]
    given = _tensors(names, {"x": inputs["x"]})
    filters = w.reshape(channels, -1, *w.shape[2:]).transpose(2, 3, 0, 1)
    result = expression.evaluate({**names, **given, "w": tf.constant(filters)})
    return array(result.numpy()).transpose(0, 3, 1, 2)


def _raw_conv_calls() -> Iterator[Call]:
    for depthwise, name in ((False, "Conv2D"), (True, "DepthwiseConv2dNative")):
        for word in (*TENSORFLOW_WORDS, "explicit"):
            call = _conv_call(
                f"raw_ops.{name}BackpropInput-{word}",
                _backprop_input(word, depthwise=depthwise),
                () if depthwise else _cpu_refusals(explicit=word == "explicit"),
                releases=_EXPLICIT_DEPTHWISE if depthwise and word == "explicit" else ">=1.14",
            )
            if not depthwise:
                call = _without_groups(call)
            yield replace(call, run=_run_depthwise if depthwise else _run, variant=True)


_NO_LIMITS = Refusal(
    words="bfloat16'> not inexact",
    why="it asks NumPy for the limits of bfloat16 (keras v3.6.0, keras/src/ops/core.py: _saturate_cast)",
    dtypes=("bfloat16",),
    releases="keras >=3.6, <3.7",
)
_BILINEAR_V1 = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
# tf.keras dilates by tf.nn.atrous_conv2d_transpose, which moves the pixels and no taps
_KERAS_REFUSALS = (
    *(replace(one, releases="keras >=3") for one in _cpu_refusals(explicit=False)[:1]),
    Refusal(
        words="the 2 dimensions of the `dilation_rate` argument to be equal|AssertionError",
        why="tf.nn.atrous_conv2d_transpose has one rate (keras/src/backend.py: conv2d_transpose)",
        when=_dilated_unlike,
        releases="keras <3",
    ),
    Refusal(
        words="is not divisible by block_shape",
        why="tf.nn.atrous_conv2d_transpose has no strides (keras/src/backend.py: conv2d_transpose)",
        when=keras_calls.strided_and_dilated,
        releases="keras <2.12",
    ),
)


def _calls() -> Iterator[Call]:
    image_resize, v1_calls, sums = _image_resize(), tuple(_v1_calls()), _conv2d_transposes()
    yield from _resize_of_v1(image_resize)
    yield from v1_calls
    yield from _fitting_calls()
    yield from _raw_calls()
    yield from map(_without_groups, sums.values())
    yield from _raw_conv_calls()
    yield from keras_calls.calls(
        keras_calls.Backend(
            framework="tensorflow",
            about="keras ",
            have=keras_releases.have,
            changes=keras_releases.changes,
            asymmetric=next(
                call
                for call in v1_calls
                if _BILINEAR_V1 in call.follows.values() and not call.variant
            ),
            becomes=image_resize,
            narrow={
                method: (*HALVES, *INTEGERS) if method != "area" else HALVES
                for method, antialias, _ in _RESIZE
                if not antialias
            },
            roundings=("keras_rounded",),
            narrows="keras/src/ops/image.py: _resize",
            narrow_refusals=(_NO_LIMITS,),
            empty=_REFUSES_EMPTY,
            saturates=True,  # keras/src/ops/image.py: _resize (saturate_cast)
            sums=sums["SAME"],
            sums_refusals=lambda padding: _KERAS_REFUSALS,
            variant=True,
        )
    )


CALLS = Calls(_calls)

# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "tensorflow"
_TF_METHODS: Words = {
    "BILINEAR": "bilinear",
    "NEAREST_NEIGHBOR": "nearest",
    "BICUBIC": "bicubic",
    "AREA": "area",
    "LANCZOS3": "lanczos3",
    "LANCZOS5": "lanczos5",
    "GAUSSIAN": "gaussian",
    "MITCHELLCUBIC": "mitchellcubic",
}
_V1_METHODS: Words = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}
_V1_TAKES = "images, size, align_corners=False, name=None, half_pixel_centers=False"
_RAW_TAKES = "*, images, size, align_corners=False, half_pixel_centers=False, name=None"


def _v1_function(name: str, takes: str, **more: Any) -> Function:
    return Function(
        framework=_LIBRARY,
        name=f"tf.compat.v1.image.{name}",
        takes=takes,
        image="images",
        size=("size",),
        **more,
    )


def _raw_function(name: str, takes: str, image: str = "images", **more: Any) -> Function:
    given = {"size": ("size",), **more}
    return Function(
        framework=_LIBRARY, name=f"tf.raw_ops.{name}", takes=takes, image=image, **given
    )


LIBRARY = Library(
    name=_LIBRARY,
    title="TensorFlow",
    functions=(
        Function(
            framework=_LIBRARY,
            name="tf.image.resize",
            takes="images, size, method='bilinear', preserve_aspect_ratio=False, antialias=False, name=None",
            image="images",
            size=("size",),
            ways=("preserve_aspect_ratio",),
            fits="preserve_aspect_ratio",
            constants={"method": _TF_METHODS},
        ),
        _v1_function(
            "resize_nearest_neighbor", _V1_TAKES, spelled=("tf.image.resize_nearest_neighbor",)
        ),
        _v1_function("resize_bilinear", _V1_TAKES, spelled=("tf.image.resize_bilinear",)),
        _v1_function("resize_bicubic", _V1_TAKES, spelled=("tf.image.resize_bicubic",)),
        _v1_function(
            "resize_area",
            "images, size, align_corners=False, name=None",
            spelled=("tf.image.resize_area",),
        ),
        _v1_function(
            "resize",
            "images, size, method=0, align_corners=False, preserve_aspect_ratio=False, name=None",
            ways=("preserve_aspect_ratio",),
            fits="preserve_aspect_ratio",
            words={"method": _V1_METHODS},
            constants={"method": _TF_METHODS},
            spelled=("tf.image.resize_images", "tf.compat.v1.image.resize_images"),
        ),
        Function(
            framework=_LIBRARY,
            name="tf.image.resize_with_pad",
            takes="image, target_height, target_width, method='bilinear', antialias=False",
            image="image",
            size=("target_height", "target_width"),
            fits="pads",
            constants={"method": _TF_METHODS},
        ),
        Function(
            framework=_LIBRARY,
            name="tf.image.crop_and_resize",
            takes="image, boxes, box_indices, crop_size, method='bilinear', extrapolation_value=0.0, "
            "name=None",
            image="image",
            size=("crop_size",),
            grid=("boxes", "box_indices", "extrapolation_value"),
        ),
        _raw_function("ResizeNearestNeighbor", _RAW_TAKES),
        _raw_function("ResizeBilinear", _RAW_TAKES),
        _raw_function("ResizeBicubic", _RAW_TAKES),
        _raw_function("ResizeArea", "*, images, size, align_corners=False, name=None"),
        _raw_function(
            "CropAndResize",
            "*, image, boxes, box_ind, crop_size, method='bilinear', extrapolation_value=0, name=None",
            image="image",
            size=("crop_size",),
            grid=("boxes", "box_ind", "extrapolation_value"),
        ),
        _raw_function(
            "ScaleAndTranslate",
            "*, images, size, scale, translation, kernel_type='lanczos3', antialias=True, name=None",
            grid=("scale", "translation"),
        ),
        _raw_function(
            "QuantizedResizeBilinear",
            "*, images, size, min, max, align_corners=False, half_pixel_centers=False, name=None",
            unused=("min", "max", "name"),
        ),
    ),
    modules=(("tensorflow", "tf"), ("tf1", "tf.compat.v1")),
    constants=(
        "",
        "ResizeMethod",
        "image.ResizeMethod",
        "tf.image.ResizeMethod",
        "tf.compat.v1.image.ResizeMethod",
    ),
    first_axis=1,
    layouts={1: "x is (N, W, C)", 2: "x is (N, H, W, C)", 3: "x is (N, D, H, W, C)"},
    line=("x[:, None]", "[:, 0]"),
    reshape="tf.reshape",
)

FRAMEWORK = Framework(
    name="tensorflow",
    title="TensorFlow",
    colour="#92690a",
    module="tensorflow",
    distributions=("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly"),
    calls=CALLS,
    load=_load,
    environment=_environment,
    gradient=Gradient(_gradient, _run_gradient, _NO_GRADIENTS),
    modes=MODES,
    beside=("keras",),
    writes=("keras",),
)
