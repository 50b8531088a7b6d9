"""Calls of transposed convolutions as people write them: from a call that was parsed to a layer."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..conventions import ConvTranspose
from ..conversions import Layer, Target
from ..frameworks import padding as _padding
from ..frameworks.padding import Axis, Window
from .text import Unreadable, Written, signature, unsaid


@dataclass(frozen=True)
class Sizes:
    """What a call does not say, and its weight and input do.

    Attributes:
        weight: the weight's shape, in the layout of the call's framework; or None.
        input_size: (h, w) of the input in pixels; or None.
    """

    weight: tuple[int, ...] | None = None
    input_size: tuple[int, int] | None = None


_UNSAID = Sizes()


@dataclass(frozen=True)
class Spoken:
    """A call that was read.

    Attributes:
        framework: whose call it is.
        function: its name, as the framework has it.
        arguments: all of them by name, defaults filled in.
        layer: what it computes.
    """

    framework: Target
    function: str
    arguments: Mapping[str, Any]
    layer: Layer


def known(name: str) -> bool:
    """Whether a dotted name is a transposed convolution's."""
    return name.split(".")[-1] in KNOWN


def closest(name: str) -> list[str]:
    """The names of functions that resemble one."""
    return difflib.get_close_matches(name.split(".")[-1], KNOWN, 3, 0.4)


def read(written: Written, sizes: Sizes = _UNSAID) -> Spoken:
    """Read a call of a transposed convolution; a node of ONNX as a call of its operator.

    Raises:
        Unreadable: it is no call that is known, or leaves something out.
    """
    name = written.function
    last = name.split(".")[-1]
    if last not in KNOWN:
        near = closest(last) or sorted(KNOWN)
        raise Unreadable(
            f"{name} is no transposed convolution that is known; the closest are {', '.join(near)}"
        )
    framework, takes, layer = KNOWN[last]
    arguments = written.bound(name, takes)
    try:
        made = layer(_Arguments(name, arguments), sizes)
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(f"{name}: {error}") from None
    return Spoken(framework, name, arguments, made)


@dataclass(frozen=True)
class _Arguments:
    """The arguments of one call, and its name for what is said about them."""

    call: str
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        value = self.values[name]
        if unsaid(value):
            raise Unreadable(f"{self.call}: {name}={value} is not written out: give its value")
        return value

    def integer(self, name: str) -> int:
        """One whole number."""
        value = self[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreadable(f"{self.call}: {name} is a whole number, got {value!r}")
        return value

    def pair(self, name: str) -> tuple[int, int]:
        """One number for both axes, or one for each."""
        value = self[name]
        if isinstance(value, int) and not isinstance(value, bool):
            return value, value
        entries = tuple(value) if isinstance(value, (tuple, list)) else ()
        if len(entries) == 4:  # TensorFlow's, with batch and channels
            entries = entries[1:3]
        if len(entries) != 2 or not all(isinstance(entry, int) for entry in entries):
            raise Unreadable(f"{self.call}: {name} is a number or two, got {value!r}")
        return entries

    def refuse(self, name: str, plain: Sequence[Any]) -> None:
        """An argument that is beyond the convention, unless it has a plain value."""
        if self.values[name] not in plain:
            raise Unreadable(
                f"{self.call}: {name}={self.values[name]!r} is not covered; take it out of the call"
            )


def _weight(call: str, sizes: Sizes, layout: str) -> tuple[int, ...]:
    if sizes.weight is None or len(sizes.weight) != 4:
        raise Unreadable(f"{call} does not say the weight's shape: give it, {layout}")
    return sizes.weight


# ---------------------------------------------------------------------------- torch


def _torch(
    a: _Arguments, kernel: tuple[int, int], channels: tuple[int, int], *, bias: bool
) -> Layer:
    padding = a.pair("padding")
    return Layer(
        convention=ConvTranspose(
            strides=a.pair("stride"),
            pads=padding * 2,
            output_padding=a.pair("output_padding"),
            dilations=a.pair("dilation"),
            group=a.integer("groups"),
        ),
        kernel=kernel,
        channels=channels,
        bias=bias,
    )


def _torch_layer(a: _Arguments, sizes: Sizes) -> Layer:
    a.refuse("padding_mode", ["zeros"])
    channels = a.integer("in_channels"), a.integer("out_channels")
    return _torch(a, a.pair("kernel_size"), channels, bias=bool(a["bias"]))


def _torch_function(a: _Arguments, sizes: Sizes) -> Layer:
    c_in, c_out, *kernel = _weight(a.call, sizes, "(in, out / groups, kh, kw)")
    channels = c_in, c_out * a.integer("groups")
    return _torch(a, (kernel[0], kernel[1]), channels, bias=a.values["bias"] is not None)


# ---------------------------------------------------------------------------- TensorFlow and Keras


def _tensorflow_function(a: _Arguments, sizes: Sizes) -> Layer:
    a.refuse("data_format", ["NHWC"])
    *kernel, c_out, c_in = _weight(a.call, sizes, "(kh, kw, out / groups, in)")
    shape = a["output_shape"]
    if not isinstance(shape, (tuple, list)) or len(shape) != 4:
        raise Unreadable(f"{a.call}: output_shape is (n, h, w, channels), got {shape!r}")
    if sizes.input_size is None:
        raise Unreadable(f"{a.call}: what it cuts depends on the input's size: give it, (h, w)")
    strides = a.pair("strides")
    dilations = (1, 1) if a.values["dilations"] is None else a.pair("dilations")
    padding, axes = a["padding"], []
    for i, (k, stride, dilation) in enumerate(zip(kernel, strides, dilations, strict=True)):
        extent = (k - 1) * dilation + 1
        full = (sizes.input_size[i] - 1) * stride + extent
        window = _tensorflow_window(padding, i, full - shape[1 + i], a.call)
        axes.append(Axis(k, stride, dilation, window))
        if not _legal(padding, axes[-1]):
            raise Unreadable(
                f"{a.call}: output_shape says {shape[1 + i]} pixels along axis {1 + i}, which no input "
                f"of {sizes.input_size[i]} comes to with padding={padding!r}"
            )
    if shape[3] % c_out:
        raise Unreadable(f"{a.call}: {shape[3]} channels of output are no multiple of {c_out}")
    group = shape[3] // c_out
    return Layer(
        convention=_padding.convention_of(axes, group),
        kernel=(kernel[0], kernel[1]),
        channels=(c_in, shape[3]),
        bias=False,
    )


def _tensorflow_window(padding: Any, axis: int, excess: int, call: str) -> Window:
    if padding == "SAME":
        return _padding.same_window(excess)
    if padding == "VALID":
        return Window(0, excess)
    try:
        begin = int(padding[1 + axis][0])
    except (TypeError, ValueError, IndexError):
        raise Unreadable(
            f"{call}: padding is 'SAME', 'VALID' or a pair for each of four axes, got {padding!r}"
        ) from None
    return Window(begin, excess - begin)


def _legal(padding: Any, axis: Axis) -> bool:
    """Whether the convolution that is transposed maps this output to this input."""
    if isinstance(padding, str):
        return _padding.TENSORFLOW_WORDS[padding](axis)
    return _padding.explicit_pair(axis) is not None


def _keras_layer(a: _Arguments, sizes: Sizes) -> Layer:
    a.refuse("data_format", [None, "channels_last"])
    a.refuse("activation", [None, "linear"])
    padding = a["padding"]
    if padding not in ("same", "valid"):
        raise Unreadable(f"{a.call}: padding is 'same' or 'valid', got {padding!r}")
    given = None if a.values["output_padding"] is None else a.pair("output_padding")
    kernel = a.pair("kernel_size")
    return Layer(
        convention=keras_convention(
            padding, given, kernel, a.pair("strides"), a.pair("dilation_rate")
        ),
        kernel=kernel,
        channels=(sizes.weight[-1] if sizes.weight else 1, a.integer("filters")),
        bias=bool(a["use_bias"]),
    )


def keras_convention(
    padding: _padding.KerasPadding,
    output_padding: int | Sequence[int] | None,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> ConvTranspose:
    """What ``keras.layers.Conv2DTranspose`` computes with these arguments.

    Args:
        padding: same or valid.
        output_padding: one for each axis, one for all, or None where it is not given.
        kernel, strides, dilations: one for each axis.
    """
    given = [output_padding] * len(kernel) if isinstance(output_padding, int) else output_padding
    axes = []
    for i, tap in enumerate(zip(kernel, strides, dilations, strict=True)):
        extra = None if given is None else given[i]
        axes.append(Axis(*tap, _padding.keras_window(padding, extra, *tap)))
    return _padding.convention_of(axes)


# ---------------------------------------------------------------------------- ONNX


def _onnx_node(a: _Arguments, sizes: Sizes) -> Layer:
    a.refuse("auto_pad", ["NOTSET", "VALID"])
    a.refuse("output_shape", [None])
    c_in, c_out, *kernel = _weight(a.call, sizes, "(in, out / group, kh, kw)")
    group = a.integer("group")
    pads = tuple(a["pads"])
    convention = ConvTranspose(
        strides=a.pair("strides"),
        pads=pads,
        output_padding=a.pair("output_padding"),
        dilations=a.pair("dilations"),
        group=group,
    )
    channels = c_in, c_out * group
    bias = len(a["inputs"]) > 2
    return Layer(convention=convention, kernel=(kernel[0], kernel[1]), channels=channels, bias=bias)


# Each framework's own signature, names and defaults as it has them, but for what has no part in the result.
KNOWN: dict[str, tuple[Target, inspect.Signature, Callable[[_Arguments, Sizes], Layer]]] = {
    "ConvTranspose2d": (
        "torch",
        signature(
            "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, "
            "bias=True, dilation=1, padding_mode='zeros', device=None, dtype=None"
        ),
        _torch_layer,
    ),
    "conv_transpose2d": (
        "torch",
        signature(
            "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
        ),
        _torch_function,
    ),
    "conv2d_transpose": (
        "tensorflow",
        signature(
            "input, filters, output_shape, strides, padding='SAME', data_format='NHWC', "
            "dilations=None, name=None"
        ),
        _tensorflow_function,
    ),
    "Conv2DTranspose": (
        "keras",
        signature(
            "filters, kernel_size, strides=(1, 1), padding='valid', output_padding=None, "
            "data_format=None, dilation_rate=(1, 1), activation=None, use_bias=True, "
            "kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, "
            "bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, "
            "bias_constraint=None, name=None, dtype=None, trainable=True"
        ),
        _keras_layer,
    ),
    "ConvTranspose": (
        "onnx",
        signature(
            "inputs, outputs, name=None, kernel_shape=None, strides=(1, 1), pads=(0, 0, 0, 0), "
            "output_padding=(0, 0), dilations=(1, 1), group=1, auto_pad='NOTSET', output_shape=None"
        ),
        _onnx_node,
    ),
}
