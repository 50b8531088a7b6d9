"""LiteRT (TensorFlow Lite) on a CPU: operators that resize, each as a model of its own.

By default XNNPACK computes what it takes of a model, float32 and quantised bilinear among it; LiteRT's own
kernels, in two versions, compute the rest, or all where ``experimental_op_resolver_type`` says so.

google-ai-edge/LiteRT, ``tflite/kernels``: ``resize_bilinear.cc``, ``resize_nearest_neighbor.cc``,
``internal/reference``, ``internal/optimized``; google/XNNPACK, ``src/indirection.c``, ``src/f32-ibilinear``,
``src/s8-ibilinear``.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..arrays import AnyArray
from ..numerics.error_model import ErrorModel
from ..numerics.integer_kernels.litert import leaves_the_image
from ..operators import Resize
from ..operators.request import Request
from .call import Call, Calls, Crash, DType, Expression, Framework, Name, Names, Refusal, array
from .layer_plans import Target
from .library import Function, Library, Words

_KERNELS = "google-ai-edge/LiteRT, tflite/kernels"
_XNNPACK = "google/XNNPACK, src"
_RELEASES = ">=1.1.1"  # the first that brings the schema and can be imported
_DTYPES: tuple[DType, ...] = ("float32", "uint8", "int16")

# the values of experimental_op_resolver_type beside the default
_OWN, _REFERENCE = "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "BUILTIN_REF"
_RESOLVERS = (_OWN, _REFERENCE)

# the attributes that are true: what nearest follows, and linear
_FLAGS: tuple[tuple[tuple[str, ...], Resize, Resize], ...] = (
    (
        (),
        Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
    ),
    (
        ("align_corners",),
        Resize(
            mode="nearest",
            coordinate_transformation_mode="align_corners",
            nearest_mode="round_prefer_ceil",
        ),
        Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    ),
    (
        ("half_pixel_centers",),
        Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
        Resize(mode="linear"),
    ),
)
_BOTH = ("align_corners", "half_pixel_centers")


# ---------------------------------------------------------------------------- arithmetic


def _nearest(convention: Resize, dtype: DType, resolver: str) -> ErrorModel:
    asymmetric = convention.coordinate_transformation_mode == "asymmetric"
    if dtype == "uint8" and asymmetric and resolver != _REFERENCE:
        own = _nearest(convention, "float32", resolver)
        source = f"{_KERNELS}/internal/optimized/optimized_ops.h: ResizeNearestNeighbor"
        return replace(own, coordinate_rule="fixed_16_above", source=source)
    return ErrorModel(
        coordinates="float32",
        coordinate_roundings=0,
        weights="float32",
        weight_error=0,
        accumulation="float32",
        coordinate_rule="float32",
        source=f"{_KERNELS}/internal/reference/resize_nearest_neighbor.h: GetNearestNeighbor",
    )


def _by_xnnpack(convention: Resize) -> ErrorModel:
    half_pixel = convention.coordinate_transformation_mode == "half_pixel"
    return ErrorModel(
        coordinates="float32",
        # the scale and its product with the index; the start and its sum with that
        coordinate_roundings=4 if half_pixel else 2,
        weights="float32",
        weight_error=2,  # right - left, and its product with alpha
        accumulation="float32",
        evaluation=("xnnpack_linear",),
        flushes=True,
        source=f"{_XNNPACK}/indirection.c: xnn_indirection_init_resize_bilinear2d_hwc_f32; "
        "f32-ibilinear/sse.c.in",
    )


# Before the first pixel, two weights of it sum up to 1: 1 - t and t, of which one is negative. With t down to
# -1/2, their absolute values sum up to 2 an axis, 4 in the plane, each with 6 roundings: those of 1 - t, of
# the product of two weights, of that with the pixel, and of three sums.
_BEFORE_THE_FIRST = (4 * 6 - 2) / 2


def _by_own_kernels(convention: Resize, evaluation: str, source: str) -> ErrorModel:
    half_pixel = convention.coordinate_transformation_mode == "half_pixel"
    return ErrorModel(
        coordinates="float32",
        coordinate_roundings=3 if half_pixel else 2,  # the scale, the product, half_pixel's - 0.5
        weights="float32",
        # the difference from 1, and half of the product of two weights
        weight_error=_BEFORE_THE_FIRST if half_pixel else 1.5,
        accumulation="float32",
        separable=False,
        evaluation=(evaluation,),
        source=f"{_KERNELS}/internal/{source}; reference/resize_bilinear.h: "
        "ComputeInterpolationValues",
    )


_OPTIMIZED = "optimized/resize_bilinear.h: ResizeBilinear2x2, ResizeBilinearGeneric"


def _linear(convention: Resize, resolver: str) -> ErrorModel:
    if not resolver:
        return _by_xnnpack(convention)
    if resolver == _OWN:
        return _by_own_kernels(convention, "litert_linear", _OPTIMIZED)
    source = "reference/resize_bilinear.h: ResizeBilinear"
    return _by_own_kernels(convention, "litert_reference_linear", source)


# by the kernels: how integers are rounded
_ROUNDINGS: Mapping[str, Mapping[DType, tuple[str, ...]]] = {
    "": {"uint8": ("xnnpack_fixed_11",), "int16": ("litert_fixed_10",)},
    _OWN: {"uint8": ("litert_float32",), "int16": ("litert_fixed_10",)},
    _REFERENCE: {"uint8": ("litert_reference_float32",), "int16": ("litert_fixed_10",)},
}


# ---------------------------------------------------------------------------- the calls


def _run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """On images of (N, H, W, C)."""
    x = np.ascontiguousarray(inputs["x"].transpose(0, 2, 3, 1))
    return array(expression.evaluate({**names, "x": x})).transpose(0, 3, 1, 2)


def _said(function: str, flags: dict[str, object]) -> Callable[[Request], Expression]:
    def expression(request: Request) -> Expression:
        return Expression(Name(function), (Name("x"),), {"size": request.size, **flags})

    return expression


_BOTH_FLAGS = Refusal(
    words="If half_pixel_centers is True, align_corners must be False",
    why="the two flags select different conventions (resize_bilinear.cc: Prepare)",
)
_BOTH_FLAGS_OF_OWN_KERNELS = replace(
    _BOTH_FLAGS,
    why="LiteRT's own kernel computes what has no pixels and int16, and refuses both flags "
    "(resize_bilinear.cc: Prepare)",
    when=lambda request, dtype, names: dtype == "int16" or 0 in request.shape or request.no_output,
)
_NO_OUTPUT = Refusal(
    words=r"size_data\[\d\] > 0 was not true",
    why=f"an output of no pixels ({_KERNELS}/resize_bilinear.cc: ResizeOutputTensor)",
    when=lambda request, dtype, names: request.no_output,
)
_NEGATIVE = Refusal(
    words="number of elements overflowed",
    why="a negative size (tflite/util.cc: BytesRequired); no pixels are returned",
    when=lambda request, dtype, names: min(request.size) < 0,
)
_NO_INPUT = Crash(
    why="an image without pixels is read at pixel 0 or -1 "
    f"({_KERNELS}/resize_bilinear.cc, resize_nearest_neighbor.cc: Prepare checks no size of it)",
    releases="",
    when=lambda request: request.no_pixels and not request.no_output and 0 not in request.shape[:2],
)


def _leaves_the_image(request: Request) -> bool:
    convention = request.convention
    assert isinstance(convention, Resize)
    return 0 not in (*request.shape[2:], *request.size) and any(
        leaves_the_image(convention, n_in, n_out) for n_in, n_out in request.sizes
    )


_OUTSIDE = Crash(
    why="the rounded scale leads behind the last pixel: another row, another image or other memory is read "
    f"({_KERNELS}/internal/reference/resize_bilinear.h: ComputeInterpolationValuesInteger)",
    releases="",
    when=_leaves_the_image,
    dtypes=("int16",),
)


def _call(
    operator: str,
    flags: Sequence[str],
    convention: Resize,
    resolver: str = "",
    *,
    refused: bool = False,
) -> Call:
    all_flags: dict[str, object] = dict.fromkeys(flags, True)
    if resolver:
        all_flags["op_resolver_type"] = Name(f"OpResolverType.{resolver}")
    nearest = operator == "resize_nearest_neighbor"
    limits, dtypes = (_NEGATIVE,) if nearest else (_NO_OUTPUT,), _DTYPES
    if len(flags) > 1:
        limits = (_BOTH_FLAGS,) if refused else (_BOTH_FLAGS_OF_OWN_KERNELS,)
    arithmetic = {
        dtype: _nearest(convention, dtype, resolver) if nearest else _linear(convention, resolver)
        for dtype in dtypes
    }
    return Call(
        framework="litert",
        name="-".join((operator, *flags, *filter(None, (resolver,)))),
        operation="resize",
        follows={} if refused else {_RELEASES: convention},
        releases=_RELEASES if refused else "",
        expression=_said(f"tfl.{operator}", all_flags),
        run=_run,
        arithmetic=arithmetic,
        returns={dtype: dtype for dtype in dtypes},
        roundings={} if nearest or refused else _ROUNDINGS[resolver],
        refusals=limits,
        crashes=() if refused else (_NO_INPUT,) if nearest else (_NO_INPUT, _OUTSIDE),
        variant=bool(resolver) or len(flags) > 1,
    )


def _calls() -> Iterator[Call]:
    for flags, nearest, linear in _FLAGS:
        for resolver in ("", *_RESOLVERS):
            yield _call("resize_nearest_neighbor", flags, nearest, resolver)
        for resolver in ("", *_RESOLVERS):
            yield _call("resize_bilinear", flags, linear, resolver)
    # XNNPACK does not look at the second flag; LiteRT's own kernels refuse both
    aligned = Resize(mode="linear", coordinate_transformation_mode="align_corners")
    yield _call("resize_bilinear", _BOTH, aligned)
    for resolver in _RESOLVERS:
        yield _call("resize_bilinear", _BOTH, aligned, resolver, refused=True)


CALLS = Calls(_calls)


def _load() -> Names:
    from ai_edge_litert.interpreter import OpResolverType

    from . import litert_models

    tfl = types.SimpleNamespace(
        resize_bilinear=litert_models.resize_bilinear,
        resize_nearest_neighbor=litert_models.resize_nearest_neighbor,
    )
    return {"tfl": tfl, "OpResolverType": OpResolverType}


def _environment(names: Names) -> str:
    return "CPU, 1 thread, XNNPACK"


# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "litert"
_WORDS: Words = {name: Name(f"OpResolverType.{name}") for name in _RESOLVERS} | {"AUTO": None}
_TAKES = "x, size, align_corners=False, half_pixel_centers=False, op_resolver_type=None"


def _function(operator: str, spelled: str) -> Function:
    return Function(
        framework=_LIBRARY,
        name=f"tfl.{operator}",
        takes=_TAKES,
        image="x",
        size=("size",),
        constants={"op_resolver_type": _WORDS},
        spelled=(spelled,),
    )


LIBRARY = Library(
    name=_LIBRARY,
    title="LiteRT",
    functions=(
        _function("resize_bilinear", "RESIZE_BILINEAR"),
        _function("resize_nearest_neighbor", "RESIZE_NEAREST_NEIGHBOR"),
    ),
    constants=("", "OpResolverType", "interpreter.OpResolverType"),
    first_axis=1,
    layouts={1: "x is (N, W, C)", 2: "x is (N, H, W, C)", 3: "x is (N, D, H, W, C)"},
    line=("x[:, None]", "[:, 0]"),
    reshape="np.reshape",
)

FRAMEWORK = Framework(
    name="litert",
    title="LiteRT",
    colour="#5c7a29",
    module="ai_edge_litert",
    distributions=("ai-edge-litert",),
    calls=CALLS,
    load=_load,
    environment=_environment,
)
