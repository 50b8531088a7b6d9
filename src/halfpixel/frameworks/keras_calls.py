"""Keras's calls: the same list on every backend, which says what each of them becomes there."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from ..arrays import AnyArray
from ..numerics.error_model import ErrorModel
from ..operators import ConvTranspose, Resize
from ..operators.request import Request
from .call import (
    HALVES,
    INTEGERS,
    WIDE,
    Call,
    Change,
    Defect,
    DType,
    Expression,
    FrameworkObject,
    Name,
    Names,
    OtherRule,
    Refusal,
    Run,
    array,
    dtype_name,
)
from .keras_releases import ASYMMETRIC, FIRST, FUNCTION, RESIZING, UPSAMPLING
from .layer_plans import Target
from .library import Function, Library
from .windows import KERAS_PADDINGS, KerasPadding, axes_of, keras_output_padding

T = TypeVar("T")
Flags = dict[str, object]
ExpressionFunction = Callable[[Request], Expression | None]


@dataclass(frozen=True, kw_only=True)
class Backend:
    """Keras on one backend.

    Attributes:
        framework: the name of the framework whose calls these are.
        about: what a range of Keras's releases begins with there: ``keras `` beside another package.
        have: from a function and its flags to the ranges of Keras's releases that have it.
        changes: from a call, the backend's own and the function to what it was in earlier releases of Keras.
        asymmetric: the call that UpSampling2D's bilinear was before it had half_pixel.
        becomes: for an interpolation, with ``-antialias`` or without, the backend's own call that Keras
            makes of it.
        sums: the backend's own transposed convolution.
        other_rules: from the backend's own call and the flags to where another coordinate rule holds.
        narrow: for an interpolation, with ``-antialias`` or without, its other dtypes, in the calls that
            have no other flag beside.
        widens: of those the ones that it has not, and the dtypes that their results have.
        roundings: the integer arithmetics of what is not copied, which Keras rounds.
        rounding: which of them is followed in the environment of the loaded names.
        narrows: where a result is cast to the dtype of a narrow image.
        refusal: of an interpolation that is not in ``becomes``.
        narrow_refusals: of dtypes that results are cast to.
        empty: of images without channels, first, and of no pixels in or out.
        saturates: a result is cut at the largest number of its dtype, and of the sums'.
        sums_refusals: from a padding to what that refuses.
        sums_defects: from a padding to where Keras's is known to compute something else.
        run: from a run that uses Keras to one where Keras has this backend.
        variant: whether the framework has all of this by another name.
    """

    framework: str
    about: str = ""
    have: Callable[[str, Flags], tuple[str, ...]]
    changes: Callable[[Call, Call, str], Mapping[str, Change]] = lambda call, own, function: {}
    asymmetric: Call | None = None
    becomes: Mapping[str, Call]
    sums: Call
    other_rules: Callable[[Call, Flags], tuple[OtherRule, ...]] = lambda own, flags: own.other_rules
    narrow: Mapping[str, tuple[DType, ...]]
    widens: Mapping[DType, str] = field(default_factory=dict)
    roundings: tuple[str, ...]
    rounding: Callable[[tuple[str, ...], Names], str] = lambda choice, names: choice[0]
    narrows: str
    refusal: Refusal | None = None
    narrow_refusals: tuple[Refusal, ...] = ()
    empty: tuple[Refusal, ...] = ()
    saturates: bool = False
    sums_refusals: Callable[[KerasPadding], tuple[Refusal, ...]] = lambda padding: ()
    sums_defects: Callable[[KerasPadding], tuple[Defect, ...]] = lambda padding: ()
    run: Callable[[Run], Run] = lambda run: run
    variant: bool = False

    def range(self, releases: str) -> str:
        """A range of Keras's releases, as a call of this backend declares it."""
        return self.about + releases if releases else ""

    def ranged(self, by_range: Mapping[str, T]) -> dict[str, T]:
        """What holds in ranges of Keras's releases, as a call of this backend declares it."""
        return {self.range(releases): value for releases, value in by_range.items()}


# ---------------------------------------------------------------------------- resize


def _function(flags: Flags) -> ExpressionFunction:
    def expression(request: Request) -> Expression:
        size = {"size": request.size}
        return Expression(Name("keras.ops.image.resize"), (Name("x"),), {**size, **flags})

    return expression


def _resizing(flags: Flags) -> ExpressionFunction:
    def expression(request: Request) -> Expression:
        size = dict(zip(("height", "width"), request.size, strict=True))
        layer = Expression(Name(f"{_LAYERS}.Resizing"), (), {**size, **flags})
        return Expression(layer, (Name("x"),))

    return expression


def _upsampling(flags: Flags) -> ExpressionFunction:
    """The layer takes factors, so whole ratios only."""

    def expression(request: Request) -> Expression | None:
        sizes = list(zip(request.size, request.shape[2:], strict=True))
        if any(n == 0 or out % n for out, n in sizes):
            return None
        factors = tuple(out // n for out, n in sizes)
        layer = Expression(Name(f"{_LAYERS}.UpSampling2D"), (), {"size": factors, **flags})
        return Expression(layer, (Name("x"),))

    return expression


def _upsampled_transposed(request: Request) -> tuple[int, int]:
    """The size that UpSampling2D computed from the axes of a transposed image: of its width and channels."""
    (h, out_h), (w, out_w) = request.sizes
    return w * (out_h // h), request.shape[1] * (out_w // w)


# keras-team/keras v3.1.1, keras/layers/reshaping/up_sampling2d.py: _resize_images
_AXES_TAKEN_TWICE = Defect(
    why="of an image with its channels first, it takes width and channels for height and width",
    releases=">=3, <3.2",
    when=lambda request: _upsampled_transposed(request) != request.size,
    result=lambda case: replace(case, size=_upsampled_transposed(case.request)).computed(),
)

_LAYERS = "keras.layers"
_METHODS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")
_TRACED = ("nearest", "bilinear", "bicubic")  # in the modes: what layers are used with
_ANTIALIASED = ("bilinear", "bicubic", "lanczos3", "lanczos5")
_PLAIN: Flags = {}
_ANTIALIAS: Flags = {"antialias": True}
_CHANNELS_FIRST: Flags = {"data_format": "channels_first"}

# name, expression, and for which interpolations with which flags beside
_RESIZERS: tuple[
    tuple[str, Callable[[Flags], ExpressionFunction], tuple[tuple[Flags, tuple[str, ...]], ...]],
    ...,
]
_RESIZERS = (
    (
        FUNCTION,
        _function,
        (
            (_PLAIN, _METHODS),
            (_ANTIALIAS, _METHODS),
            (_CHANNELS_FIRST, ("nearest", "bilinear")),
        ),
    ),
    (
        RESIZING,
        _resizing,
        (
            (_PLAIN, _METHODS),
            (_ANTIALIAS, ("bilinear", "bicubic")),
            (_CHANNELS_FIRST, ("bilinear",)),
        ),
    ),
    (
        UPSAMPLING,
        _upsampling,
        ((_PLAIN, _METHODS), (_CHANNELS_FIRST, ("nearest", "bilinear"))),
    ),
)


def _resize_calls(backend: Backend) -> Iterator[Call]:
    for name, say, choices in _RESIZERS:
        for flags, methods in choices:
            for method in methods:
                if method in backend.becomes or flags is _PLAIN:  # one refusal of each is enough
                    yield _resize_call(backend, name, say, method, flags)


def _resize_call(
    backend: Backend,
    name: str,
    say: Callable[[Flags], ExpressionFunction],
    method: str,
    flags: Flags,
) -> Call:
    # neither backend antialiases nearest or area: both take the flag, and leave it
    antialias = flags is _ANTIALIAS and method in _ANTIALIASED
    becomes = f"{method}-antialias" if antialias else method
    own = backend.becomes.get(becomes)
    words = {"antialias": "-antialias", "data_format": "-channels_first"}
    plain = say is _function and flags is _PLAIN
    repeats = say is _upsampling and method == "nearest"
    narrow = backend.narrow.get(becomes, ()) if own and (antialias or flags is _PLAIN) else ()
    dtypes = (*WIDE, *narrow)
    integers = [dtype for dtype in narrow if dtype in INTEGERS and method != "nearest"]
    some = own or next(iter(backend.becomes.values()))
    # what only repeats takes images of no channels
    refusals = backend.empty[repeats:] if own or backend.refusal is None else (backend.refusal,)
    if own and not repeats and method != "nearest" and "bfloat16" in dtypes:
        refusals = (*backend.narrow_refusals, *refusals)
    all_flags = {"interpolation": method, **flags}
    call = Call(
        framework=backend.framework,
        name=f"{name}-{method}" + "".join(words[flag] for flag in flags),
        operation="resize",
        follows=_follows(backend, own, name, all_flags) if own else {},
        releases="" if own else backend.range(FIRST),
        expression=say(all_flags),
        run=backend.run(functools.partial(_run, channels_first=flags is _CHANNELS_FIRST)),
        arithmetic={dtype: _arithmetic(backend, some, dtype, repeats=repeats) for dtype in dtypes},
        returns={dtype: backend.widens.get(dtype, dtype) for dtype in dtypes},
        other_rules=backend.other_rules(own, flags) if own and not repeats else (),
        roundings=dict.fromkeys(integers, backend.roundings),
        rounding=backend.rounding,
        since=own.since if own and backend.about else {},  # on torch, Keras hands on float32
        refusals=refusals,
        variant=backend.variant or not (plain or (say is _function and antialias)),
        own_code=flags is _PLAIN and method in _TRACED,
        defects=own.defects if own else (),
    )
    if own is None:
        return call
    if say is _upsampling and flags is _CHANNELS_FIRST and not repeats:
        defect = replace(_AXES_TAKEN_TWICE, releases=backend.range(_AXES_TAKEN_TWICE.releases))
        call = replace(call, defects=(*call.defects, defect))
    return replace(call, changes=backend.ranged(backend.changes(call, own, name)))


def _follows(backend: Backend, own: Call, function: str, flags: Flags) -> dict[str, Resize]:
    """The releases of Keras and what a call follows in them."""
    follows = dict.fromkeys(backend.have(function, flags), own.latest)
    if function == UPSAMPLING and flags["interpolation"] == "bilinear" and backend.asymmetric:
        follows = {ASYMMETRIC: backend.asymmetric.latest, **follows}
    return backend.ranged(follows)


def _arithmetic(backend: Backend, own: Call, dtype: DType, *, repeats: bool) -> ErrorModel:
    computed = _computed(backend, own, dtype, repeats=repeats)
    return replace(computed, saturates=backend.saturates)


def _computed(backend: Backend, own: Call, dtype: DType, *, repeats: bool) -> ErrorModel:
    """That of the backend's own call; halves are computed in float32, and rounded once, by Keras."""
    if repeats:  # UpSampling2D has no coordinates for nearest: keras.ops.repeat
        return replace(
            own.arithmetic["float32"],
            coordinate_rule=None,
            source="keras-team/keras, keras/src/layers/reshaping/up_sampling2d.py: _resize_images",
        )
    if dtype in INTEGERS:
        return own.arithmetic["float32"]
    if dtype not in HALVES:
        return own.arithmetic[dtype]
    wide = own.arithmetic["float32"]
    return replace(
        wide,
        # half a unit of float32 is what float16 loses of a number below its normal range
        weight_error=wide.weight_error + 0.5,
        narrow=dtype,
        narrow_roundings=1,
        source=f"{wide.source}; keras-team/keras, {backend.narrows}",
    )


# ---------------------------------------------------------------------------- conv_transpose


def _padded(request: Request, padding: KerasPadding) -> Flags | None:
    """The flags of a transposed convolution, or None where they cannot say the request."""
    c = request.convention
    assert isinstance(c, ConvTranspose)
    output_padding = keras_output_padding(axes_of(c, request.kernel), padding)
    if c.group > 1 or output_padding is None:
        return None
    flags: Flags = {"strides": c.strides, "padding": padding}
    if output_padding:
        flags["output_padding"] = output_padding
    if c.dilations != (1, 1):
        flags["dilation_rate"] = c.dilations
    return flags


def _conv_layer(padding: KerasPadding) -> ExpressionFunction:
    def expression(request: Request) -> Expression | None:
        flags = _padded(request, padding)
        if flags is None:
            return None
        _, c_out, *kernel = request.weight
        flags["use_bias"] = request.bias
        layer = Expression(Name(f"{_LAYERS}.Conv2DTranspose"), (c_out, tuple(kernel)), flags)
        return Expression(layer, (Name("x"),))

    return expression


def _conv_function(padding: KerasPadding) -> ExpressionFunction:
    def expression(request: Request) -> Expression | None:
        flags = _padded(request, padding)
        if flags is None:
            return None
        call = Expression(Name("keras.ops.conv_transpose"), (Name("x"), Name("w")), flags)
        return Expression(Name("keras.ops.add"), (call, Name("b"))) if request.bias else call

    return expression


def _appends_nothing_somewhere(padding: KerasPadding) -> Callable[[Request, str, Names], bool]:
    """A zero among the ``output_padding`` that is said."""

    def when(request: Request, dtype: str, names: Names) -> bool:
        flags = _padded(request, padding)
        return flags is not None and 0 in flags.get("output_padding", ())  # type: ignore[operator]

    return when


def _zero_refusal(backend: Backend, padding: KerasPadding) -> Refusal:
    return Refusal(
        words="`output_padding` argument must be a tuple of 2 integers",
        why="an output_padding of 0 is not taken "
        "(keras/src/layers/convolutional/base_conv_transpose.py: BaseConvTranspose)",
        when=_appends_nothing_somewhere(padding),
        releases=backend.range(">=3, <3.11"),
    )


def strided_and_dilated(request: Request, dtype: str, names: Names) -> bool:
    """Whether a transposed convolution has both."""
    c = request.convention
    assert isinstance(c, ConvTranspose)
    return max(c.strides) > 1 and max(c.dilations) > 1


_LAYER_REFUSAL = Refusal(
    words="`strides > 1` not supported in conjunction with `dilation_rate > 1`",
    why="the layer takes strides or dilations, not both "
    "(keras/src/layers/convolutional/base_conv_transpose.py: BaseConvTranspose)",
    when=strided_and_dilated,
)


def _layer_refusals(backend: Backend, padding: KerasPadding) -> tuple[Refusal, ...]:
    both = replace(_LAYER_REFUSAL, releases=backend.range(">=2.12"))
    return (both, _zero_refusal(backend, padding))


def _conv_calls(backend: Backend) -> Iterator[Call]:
    for name, say in (
        ("keras.Conv2DTranspose", _conv_layer),
        ("keras.ops.conv_transpose", _conv_function),
    ):
        for padding in KERAS_PADDINGS:
            refusals = _layer_refusals(backend, padding) if say is _conv_layer else ()
            since = FIRST if backend.about == "" or say is _conv_function else ""
            yield Call(
                framework=backend.framework,
                name=f"{name}-{padding}",
                operation="conv_transpose",
                releases=backend.range(since),
                expression=say(padding),
                run=backend.run(_run),
                arithmetic=backend.sums.arithmetic,
                returns=backend.sums.returns,
                refusals=(*refusals, *backend.sums_refusals(padding)),
                defects=backend.sums_defects(padding),
                variant=say is _conv_layer,  # its weights have no names to differentiate by
            )


def calls(backend: Backend) -> tuple[Call, ...]:
    """Keras's calls on a backend."""
    return (*_resize_calls(backend), *_conv_calls(backend))


# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "keras"
_COMPUTES = {"dtype": "the layer computes in it: exactness here is that of float32"}
# what is around an image that is padded
_FILLED = dict.fromkeys(("fill_mode", "fill_value"), ("pad_to_aspect_ratio", (True,)))


def _upsampling_layer(name: str, rank: int, takes: str, **more: Any) -> Function:
    layout = ("data_format",) if "data_format" in takes else ()
    return Function(
        framework=_LIBRARY,
        name=name,
        takes=f"{takes}, *, name=None, dtype=None, trainable=None",
        factors=("size",),
        rank=rank,
        one_for_all=True,
        unused=("name", "trainable"),
        told=_COMPUTES,
        ways=layout,
        words={"data_format": {"channels_last": None}} if layout else {},
        **more,
    )


LIBRARY = Library(
    name=_LIBRARY,
    title="Keras",
    functions=(
        Function(
            framework=_LIBRARY,
            name="keras.ops.image.resize",
            takes="images, size, interpolation='bilinear', antialias=False, crop_to_aspect_ratio=False, "
            "pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, data_format=None",
            image="images",
            size=("size",),
            unused=(),
            moot=_FILLED,
            ways=("data_format",),
            words={"data_format": {"channels_last": None}},
        ),
        Function(
            framework=_LIBRARY,
            name="keras.layers.Resizing",
            takes="height, width, interpolation='bilinear', crop_to_aspect_ratio=False, "
            "pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, antialias=False, "
            "data_format=None, *, name=None, dtype=None, trainable=None",
            size=("height", "width"),
            unused=("name", "trainable"),
            told=_COMPUTES,
            moot=_FILLED,
            ways=("data_format",),
            words={"data_format": {"channels_last": None}},
            becomes="keras.ops.image.resize",
        ),
        _upsampling_layer(
            "keras.layers.UpSampling2D", 2, "size=(2, 2), data_format=None, interpolation='nearest'"
        ),
        _upsampling_layer(
            "keras.layers.UpSampling1D", 1, "size=2", becomes="keras.layers.UpSampling2D"
        ),
        _upsampling_layer(
            "keras.layers.UpSampling3D",
            3,
            "size=(2, 2, 2), data_format=None",
            becomes="keras.layers.UpSampling2D",
        ),
    ),
    modules=(("tf.keras", "keras"), ("tf_keras", "keras")),
    first_axis=1,
    layouts={1: "x is (N, W, C)", 2: "x is (N, H, W, C)", 3: "x is (N, D, H, W, C)"},
    line=("x[:, None]", "[:, 0]"),
    reshape="keras.ops.reshape",
)

# ---------------------------------------------------------------------------- running


def _run(
    names: Names,
    expression: Expression,
    inputs: dict[str, AnyArray],
    *,
    channels_first: bool = False,
) -> AnyArray:
    """On any backend. A layer is made with the dtype of its input, and given its weights."""
    tensors = _tensors(names, inputs, channels_first=channels_first)
    layer = of_dtype(expression.function, dtype_name(inputs["x"]))
    if isinstance(layer, Expression) and "w" in inputs:
        made = layer.evaluate(names)
        made.build(tensors["x"].shape)
        made.set_weights([tensors[key] for key in ("w", "b") if key in tensors])
        result = made(tensors["x"])
    else:
        result = replace(expression, function=layer).evaluate({**names, **tensors})
    return _array(names, result, channels_first=channels_first)


def of_dtype(function: object, dtype: str) -> FrameworkObject:
    """A layer made with a dtype, also where a mode takes it; anything else as it is."""
    if not isinstance(function, Expression):
        return function
    if str(function.function).rpartition(".")[0] == _LAYERS:
        return replace(function, kwargs={**function.kwargs, "dtype": dtype})
    return replace(function, args=tuple(of_dtype(one, dtype) for one in function.args))


def run_gradient(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """On the torch backend: ``torch.autograd.grad`` of a call, with ``g`` the cotangent."""
    tensors, of = _tensors(names, inputs), str(expression.args[1])
    tensors[of].requires_grad_()
    (result,) = expression.evaluate({**names, **tensors})
    if of == "x":
        return _array(names, result)
    values = array(names["to_array"](result))
    return values.reshape(1, -1, 1, 1) if of == "b" else values.transpose(3, 2, 0, 1)


# from (N, C, H, W), and (c_in, c_out, kernel_h, kernel_w), to Keras's layouts
_LAYOUTS = {"x": (0, 2, 3, 1), "g": (0, 2, 3, 1), "w": (2, 3, 1, 0), "b": (0,)}


def _tensors(
    names: Names, inputs: dict[str, AnyArray], *, channels_first: bool = False
) -> dict[str, FrameworkObject]:
    arrays = {
        key: value if channels_first else np.ascontiguousarray(value.transpose(_LAYOUTS[key]))
        for key, value in inputs.items()
    }
    return {
        key: names["to_tensor"](value, dtype_name(inputs[key])) for key, value in arrays.items()
    }


def _array(names: Names, result: object, *, channels_first: bool = False) -> AnyArray:
    values = array(names["to_array"](result))
    return values if channels_first else values.transpose(0, 3, 1, 2)
