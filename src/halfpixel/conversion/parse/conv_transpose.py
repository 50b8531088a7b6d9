"""Calls of transposed convolutions as people write them: from a call that was parsed to a layer."""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...frameworks import windows as _padding
from ...frameworks.layer_plans import Layer, Target
from ...frameworks.library import signature
from ...frameworks.symbolic_sizes import Named
from ...frameworks.windows import Window, WindowAxis
from ...operators import ConvTranspose
from ...operators.onnx_operators import conv_transpose_node
from .signatures import canonical
from .text import Branch, Choice, Raises, Unreadable, Variable, Written, choices_of, unsaid


@dataclass(frozen=True)
class Sizes:
    """What a call does not say, and its weight and input do.

    Attributes:
        weight: the weight's shape, in the layout of the call's framework; or None.
        input_size: the input's in pixels, (w,), (h, w) or (d, h, w); or None.
    """

    weight: tuple[int, ...] | None = None
    input_size: tuple[int, ...] | None = None


_UNSAID = Sizes()


@dataclass(frozen=True)
class Spoken:
    """A call that was read.

    Attributes:
        framework: whose call it is.
        function: its name, as the framework has it.
        arguments: all of them by name, defaults filled in.
        layer: what it computes.
        notes: what it takes for granted.
        warnings: what the call says by mistake, and what the answer leaves out.
    """

    framework: Target
    function: str
    arguments: Mapping[str, Any]
    layer: Layer
    notes: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())


def known(name: str) -> bool:
    """Whether a dotted name is a transposed convolution's."""
    return operator_of(name) is not None


def closest(name: str) -> list[str]:
    """The names of functions that resemble one."""
    last = list(dict.fromkeys(one.name.split(".")[-1] for one in OPERATORS))
    return difflib.get_close_matches(name.split(".")[-1], last, 3, 0.4)


# arguments that are True or False
_TRUTHS = ("bias", "use_bias")


def choices(written: Written, *, each_value: bool = False) -> tuple[Branch, ...]:
    """The calls without conditional expressions that a call is: one for each branch.

    Args:
        written: the call.
        each_value: a name for True or False is a branch for either.
    """
    operator = operator_of(written.function)
    if each_value:
        either = {
            name: Choice(value.text, True, False, value.text)
            for name, value in written.kwargs.items()
            if name in _TRUTHS and isinstance(value, Variable)
        }
        written = replace(written, kwargs={**written.kwargs, **either})
    return choices_of(written, [0, operator.image] if operator and operator.image else [])


def read(written: Written, sizes: Sizes = _UNSAID) -> Spoken:
    """Read a call of a transposed convolution; a node of ONNX as a call of its operator.

    Raises:
        Unreadable: it is no call that is known, or leaves something out.
    """
    name = written.function
    operator = operator_of(name)
    if operator is None:
        near = closest(name) or [one.name for one in OPERATORS]
        raise Unreadable(
            f"{name} is no transposed convolution that is known; the closest are {', '.join(near)}"
        )
    arguments = _Arguments(operator, name, written.bound(name, operator.signature), sizes)
    if operator.image and written.applied is not None:
        raise Unreadable(f"{name} is no layer: it is not called again, as {written.applied}")
    try:
        made = operator.layer(arguments)
        if written.applied is not None:
            made = _applied(arguments, made, written.applied)
    except Unreadable:
        raise
    except ValueError as error:
        kind = Raises if operator.framework == "torch" else Unreadable
        raise kind(f"{name}: {error}{_suggestion(written, arguments)}") from None
    warnings = [*arguments.warnings]
    if written.around:
        warnings.insert(0, f"{written.around} stands around the call and is not part of the answer")
    return Spoken(
        operator.framework, name, arguments.values, made, tuple(arguments.notes), tuple(warnings)
    )


def _suggestion(written: Written, a: _Arguments) -> str:
    """nn.Conv2d has its dilation where a transposed convolution has output_padding."""
    extra = a.values.get("output_padding")
    if a.operator.framework != "torch" or "output_padding" in written.kwargs or not extra:
        return ""
    return (
        f"; {extra!r} is given as output_padding: if it is the dilation, write dilation={extra!r}"
    )


@dataclass(frozen=True, kw_only=True)
class Operator:
    """A function, or a layer, that is a transposed convolution.

    Attributes:
        framework: whose it is.
        name: its own.
        spelled: its other names.
        rank: the number of axes; None where the weight says it.
        takes: its signature.
        image: the argument that it is computed of; empty of a layer, whose image comes later.
        layer: from its arguments to what it computes.
        unused: the arguments with no part in the result.
    """

    framework: Target
    name: str
    rank: int | None
    takes: str
    layer: Callable[[_Arguments], Layer]
    image: str = ""
    spelled: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """What ``takes`` says."""
        return signature(self.takes)


@dataclass(frozen=True)
class _Arguments:
    """The arguments of one call, and its name for what is said about them."""

    operator: Operator
    call: str
    values: Mapping[str, Any]
    sizes: Sizes
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

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

    def truth(self, name: str) -> bool:
        """True or False."""
        value = self[name]
        if not isinstance(value, bool) and value not in (0, 1):
            raise Unreadable(f"{self.call}: {name} is True or False, got {value!r}")
        return bool(value)

    def channels(self, name: str, *, named: bool = False) -> int:
        """A number of channels.

        Args:
            name: of the argument.
            named: a name is taken too, that stands in the code as it is.
        """
        value = self.values[name]
        known = isinstance(value, (Variable, Written))
        if named and known and not _OWN_NAMES & _names_in(value.text):
            return Named(1, value.text)
        value = self.integer(name)
        if value < 1:
            raise Unreadable(f"{self.call}: {name} is at least 1, got {value}")
        return value

    def axes(self, name: str, rank: int, *, least: int = 0, one: bool = False) -> tuple[int, ...]:
        """One number for all axes, or one for each.

        Args:
            name: of the argument.
            rank: the number of axes.
            least: the smallest of them that is taken.
            one: a tuple of one entry is for all axes.
        """
        value = self[name]
        entries = tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank
        if one and len(entries) == 1:
            entries *= rank
        whole = all(isinstance(entry, int) and not isinstance(entry, bool) for entry in entries)
        if len(entries) != rank or not whole:
            words = {1: "a number", 2: "a number or two", 3: "a number or three"}
            number = words.get(rank, f"{rank} numbers")
            raise Unreadable(f"{self.call}: {name} is {number}, got {value!r}")
        if min(entries) < least:
            raise Unreadable(f"{self.call}: {name} is at least {least}, got {value!r}")
        return entries

    def weight(self, layout: str) -> tuple[int, ...]:
        """The weight's shape, as the framework lays it out.

        Args:
            layout: the words for it, with ``{taps}`` for the axes.
        """
        shape, rank = self.sizes.weight, self.operator.rank
        taps = ", ".join({1: "w", 2: "hw", 3: "dhw"}[rank or 2])
        taps = ", ".join(f"k{axis}" for axis in taps.split(", "))
        ranks = (1, 2, 3) if rank is None else (rank,)
        axes = layout.format(taps=taps)
        if shape is None:
            raise Unreadable(
                f"{self.call} does not say the weight's shape: give it, {axes}, by weight= or --weight"
            )
        if len(shape) - 2 not in ranks or min(shape) < 1:
            raise Unreadable(f"{self.call}: the weight's shape is {axes}, got {shape}")
        return shape

    def input_size(self, rank: int, why: str) -> tuple[int, ...]:
        """The input's size in pixels."""
        size = self.sizes.input_size
        names = {1: "(w,)", 2: "(h, w)", 3: "(d, h, w)"}[rank]
        if size is None:
            raise Unreadable(
                f"{self.call}: {why} depends on the input's size: give it, {names}, by input_size= "
                "or --input"
            )
        if len(size) != rank:
            raise Unreadable(f"{self.call}: an input size is {names}, got {size}")
        return size

    def only(self, name: str, plain: Sequence[object], else_: str) -> None:
        """Refuse an argument that has none of some plain values, with what to do."""
        if self[name] not in plain:
            kind = Raises if else_.startswith("raises") else Unreadable
            raise kind(f"{self.call}: {name}={self.values[name]!r} {else_}")


# names that the code of an answer gives to other things
_OWN_NAMES = frozenset(
    (
        "n",
        "x",
        "w",
        "b",
        "y",
        "depth",
        "height",
        "width",
        "shape",
        "layer",
        "node",
        "spread",
        "dense",
        "g",
        "np",
    )
)


def _names_in(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", text))


# ---------------------------------------------------------------------------- torch


def _torch(a: _Arguments, kernel: tuple[int, ...], channels: tuple[int, int], bias: bool) -> Layer:
    rank = len(kernel)
    group = a.channels("groups")
    if group > 1 and any(isinstance(n, Named) for n in channels):
        raise Unreadable(f"{a.call}: with groups={group} give the numbers of channels")
    if channels[0] % group or channels[1] % group:
        raise Unreadable(
            f"{a.call}: {channels[0]} and {channels[1]} channels are no multiples of {group}"
        )
    return Layer(
        convention=ConvTranspose(
            strides=a.axes("stride", rank, least=1, one=True),
            pads=a.axes("padding", rank, one=True) * 2,
            output_padding=a.axes("output_padding", rank, one=True),
            dilations=a.axes("dilation", rank, least=1, one=True),
            group=group,
        ),
        kernel=kernel,
        channels=channels,
        bias=bias,
    )


def _torch_layer(a: _Arguments) -> Layer:
    kind = a.call.split(".")[-1]
    a.only("padding_mode", ["zeros"], f'raises: Only "zeros" padding mode is supported for {kind}')
    rank = a.operator.rank
    assert rank is not None
    channels = a.channels("in_channels", named=True), a.channels("out_channels", named=True)
    if not _plain_dtype(a.values["dtype"]):
        a.warnings.append(f"dtype={a.values['dtype']!r}: the answer does not convert to it")
    layer = _torch(a, a.axes("kernel_size", rank, least=1), channels, a.truth("bias"))
    known = not any(isinstance(n, Named) for n in channels)
    if known and a.sizes.weight not in (None, layer.weight_shape):
        raise Unreadable(
            f"{a.call}: the weight's shape is {layer.weight_shape}, got {a.sizes.weight}"
        )
    return layer


def _plain_dtype(dtype: object) -> bool:
    return dtype is None or str(dtype).split(".")[-1] in ("float32", "float")


def _torch_function(a: _Arguments) -> Layer:
    c_in, c_out, *kernel = a.weight("(in, out / groups, {taps})")
    channels = c_in, c_out * a.channels("groups")
    return _torch(a, tuple(kernel), channels, a.values["bias"] is not None)


def _applied(a: _Arguments, layer: Layer, applied: Written) -> Layer:
    """A layer with what it is called with: ``layer(x, output_size=(64, 64))``.

    pytorch/pytorch, torch/nn/modules/conv.py: _output_padding.
    """
    torch = a.operator.framework == "torch"
    given = dict(applied.kwargs)
    names = ("input", "output_size") if torch else ("inputs", "training")
    given |= dict(zip(names, applied.args, strict=False))
    if len(applied.args) > 2 or not set(given) <= {*names, "input", "x"}:
        raise Unreadable(f"{a.call}: the layer is called with an image, got {applied}")
    size = given.get("output_size") if torch else None
    if size is None:
        return layer
    rank, c = layer.rank, layer.convention
    if isinstance(size, (tuple, list)) and len(size) == rank + 2:
        size = size[2:]
    whole = isinstance(size, (tuple, list)) and all(isinstance(n, int) for n in size)
    if unsaid(size) or not whole or len(size) != rank:
        raise Unreadable(f"{a.call}: output_size is {rank} or {rank + 2} numbers, got {size!r}")
    n_in = a.input_size(rank, "what output_size comes to")
    extra = []
    for i, (n, wanted) in enumerate(zip(n_in, size, strict=True)):
        axis = layer.axes[i]
        least = (n - 1) * axis.stride + axis.extent - 2 * c.pads[i]
        if not least <= wanted < least + axis.stride:
            raise Raises(
                f"{a.call} raises: requested an output size of {wanted}, but valid sizes range from "
                f"{least} to {least + axis.stride - 1} (for an input of {n})"
            )
        extra.append(wanted - least)
    pixels = "x".join(map(str, n_in))
    a.notes.append(f"the input is {pixels}: output_size is output_padding={tuple(extra)} there")
    return replace(layer, convention=replace(c, output_padding=tuple(extra)))


# ---------------------------------------------------------------------------- TensorFlow


def _tensorflow_function(a: _Arguments) -> Layer:
    *taps, c_out, c_in = a.weight("({taps}, out / groups, in)")
    kernel, rank = tuple(taps), len(taps)
    first = _channels_first(a, rank)
    shape = a["output_shape"]
    if not isinstance(shape, (tuple, list)) or len(shape) != rank + 2:
        names = {1: "w", 2: "h, w", 3: "d, h, w"}[rank]
        order = f"(n, channels, {names})" if first else f"(n, {names}, channels)"
        raise Unreadable(f"{a.call}: output_shape is {order}, got {shape!r}")
    out, total = (shape[2:], shape[1]) if first else (shape[1:-1], shape[-1])
    input_size = a.input_size(rank, "what it cuts")
    strides = _tensorflow_axes(a, "strides", rank, first)
    dilated = a.values["dilations"] is not None
    dilations = _tensorflow_axes(a, "dilations", rank, first) if dilated else (1,) * rank
    padding, axes = a["padding"], []
    if rank != 2 and not isinstance(padding, str):
        raise Unreadable(f"{a.call}: padding is 'SAME' or 'VALID', got {padding!r}")
    for i, (k, stride, dilation) in enumerate(zip(kernel, strides, dilations, strict=True)):
        extent = (k - 1) * dilation + 1
        full = (input_size[i] - 1) * stride + extent
        window = _tensorflow_window(padding, i + first, full - out[i], a.call)
        axes.append(WindowAxis(k, stride, dilation, window))
        if not _legal(padding, axes[-1]):
            raise Unreadable(
                f"{a.call}: output_shape says {out[i]} pixels along axis {1 + i + first}, which no input "
                f"of {input_size[i]} comes to with padding={padding!r}"
            )
    if total % c_out or total < 1:
        raise Unreadable(f"{a.call}: {total} channels of output are no multiple of {c_out}")
    group = total // c_out
    if c_in % group:
        raise Unreadable(f"{a.call}: {c_in} channels of input are no multiple of {group} groups")
    if rank == 3 and group > 1:
        raise Raises(
            f"{a.call} raises: input and filter must have the same depth: {total} vs {c_out}"
        )
    return Layer(
        convention=_padding.convention_of(axes, group),
        kernel=kernel,
        channels=(c_in, total),
        bias=False,
    )


def _channels_first(a: _Arguments, rank: int) -> bool:
    """Whether data_format has the channels before the axes."""
    axes = {1: "W", 2: "HW", 3: "DHW"}[rank]
    layout = a["data_format"]
    if layout not in (None, f"N{axes}C", f"NC{axes}"):
        raise Unreadable(f"{a.call}: data_format is 'N{axes}C' or 'NC{axes}', got {layout!r}")
    first = bool(layout == f"NC{axes}")
    if first:
        a.notes.append(
            f"its image and its result are NC{axes}, and TensorFlow has that on a GPU alone"
        )
    return first


def _tensorflow_axes(a: _Arguments, name: str, rank: int, first: bool) -> tuple[int, ...]:
    """A number for each axis, perhaps with those of batch and channels around them."""
    value = a[name]
    if isinstance(value, (tuple, list)) and len(value) == rank + 2:
        axes, other = (value[2:], value[:2]) if first else (value[1:-1], (value[0], value[-1]))
        if tuple(other) != (1, 1):
            raise Unreadable(f"{a.call}: {name} of batch and channels are 1, got {value!r}")
        a = replace(a, values={**a.values, name: tuple(axes)})
    return a.axes(name, rank, least=1, one=True)


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


def _legal(padding: object, axis: WindowAxis) -> bool:
    """Whether the convolution that is transposed maps this output to this input."""
    if isinstance(padding, str):
        return _padding.TENSORFLOW_WORDS[padding](axis)
    return _padding.explicit_pair(axis) is not None


# ---------------------------------------------------------------------------- Keras


def _keras_layer(a: _Arguments) -> Layer:
    a.only(
        "activation",
        [None, "linear"],
        "is not answered for: ask without it, and apply it to the result",
    )
    rank = a.operator.rank
    assert rank is not None
    kernel = a.axes("kernel_size", rank, least=1)
    dtype = a.values["dtype"]
    if not _plain_dtype(dtype):
        a.warnings.append(f"dtype={dtype!r}: the answer does not convert to it")
    weight = a.sizes.weight
    filters = a.channels("filters", named=True)
    known = not isinstance(filters, Named)
    if weight is not None and (weight[:-2] != kernel or (known and weight[-2] != filters)):
        wanted = f"({', '.join(map(str, kernel))}, {filters}, in)"
        raise Unreadable(f"{a.call}: the weight's shape is {wanted}, got {weight}")
    c_in = weight[-1] if weight else 1
    return _keras(a, kernel, (c_in, filters), a.truth("use_bias"))


def _keras_function(a: _Arguments) -> Layer:
    *kernel, c_out, c_in = a.weight("({taps}, out, in)")
    return _keras(a, tuple(kernel), (c_in, c_out), bias=False)


def _keras(a: _Arguments, kernel: tuple[int, ...], channels: tuple[int, int], bias: bool) -> Layer:
    rank = len(kernel)
    a.only("data_format", [None, "channels_last", "channels_first"], "is no layout of Keras")
    if a.values["data_format"] == "channels_first":
        a.notes.append("its image and its result have the channels before the axes")
    padding = str(a["padding"]).lower()
    if padding not in ("same", "valid"):
        raise Unreadable(f"{a.call}: padding is 'same' or 'valid', got {a['padding']!r}")
    given = None if a.values["output_padding"] is None else a.axes("output_padding", rank)
    strides = a.axes("strides", rank, least=1)
    dilations = a.axes("dilation_rate", rank, least=1)
    if max(strides) > 1 and max(dilations) > 1:
        raise Raises(
            f"{a.call} raises: `strides > 1` not supported in conjunction with `dilation_rate > 1`"
        )
    if given is not None and any(e >= s for e, s in zip(given, strides, strict=True)):
        raise Raises(
            f"{a.call} raises: `output_padding` must be strictly less than `strides`, "
            f"got {given} and {strides}"
        )
    convention = keras_convention(
        "same" if padding == "same" else "valid", given, kernel, strides, dilations
    )
    layer = Layer(convention=convention, kernel=kernel, channels=channels, bias=bias)
    if padding == "same" and given is not None and not all(map(_padding.is_same, layer.axes)):
        raise Raises(
            f"{a.call} raises on TensorFlow: SAME has no size that is that of output_padding={given} "
            f"with kernel_size={kernel}: leave output_padding out, or make it larger"
        )
    return layer


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
        axes.append(WindowAxis(*tap, _padding.keras_window(padding, extra, *tap)))
    return _padding.convention_of(axes)


# ---------------------------------------------------------------------------- JAX


def _jax_function(a: _Arguments) -> Layer:
    turned = a.truth("transpose_kernel")
    *taps, one, other = a.weight("({taps}, out, in)" if turned else "({taps}, in, out)")
    kernel, rank = tuple(taps), len(taps)
    axes_ = {1: "W", 2: "HW", 3: "HWD"}[rank]
    usual = (f"N{axes_}C", f"{axes_}IO", f"N{axes_}C")
    numbers = a["dimension_numbers"]
    if numbers is not None and tuple(numbers) not in (usual, ("NHC", "HIO", "NHC")):
        raise Unreadable(f"{a.call}: dimension_numbers={numbers!r} is not answered: {usual} is")
    dilated = a.values["rhs_dilation"] is not None
    dilations = a.axes("rhs_dilation", rank, least=1) if dilated else (1,) * rank
    strides, padding = a.axes("strides", rank, least=1), a["padding"]
    pairs = _jax_pairs(a, padding, rank)
    axes = []
    for k, stride, dilation, pair in zip(kernel, strides, dilations, pairs, strict=True):
        window = _padding.jax_window(pair, k, stride, dilation)
        if not isinstance(pair, str) and a.truth("use_consistent_padding"):
            window = Window(*pair)
        if window.begin < 0:
            raise Unreadable(
                f"{a.call}: padding={padding!r} puts zeros before the first pixel, which no transposed "
                "convolution has here"
            )
        axes.append(WindowAxis(k, stride, dilation, window))
    if not turned:
        flipped = tuple(range(rank))
        a.notes.append(f"w in the code is np.flip(rhs, {flipped}).swapaxes(-1, -2)")
    if a.values["preferred_element_type"] is not None:
        a.warnings.append("preferred_element_type: the answer does not convert to it")
    channels = (other, one) if turned else (one, other)
    return Layer(
        convention=_padding.convention_of(axes), kernel=kernel, channels=channels, bias=False
    )


def _jax_pairs(a: _Arguments, padding: object, rank: int) -> list[str | tuple[int, int]]:
    """A word or a pair of numbers for each axis."""
    if padding in _padding.JAX_WORDS:
        return [padding] * rank
    pairs = padding if isinstance(padding, (tuple, list)) else ()
    numbers = [n for pair in pairs if isinstance(pair, (tuple, list)) for n in pair]
    if len(pairs) != rank or len(numbers) != 2 * rank or any(type(n) is not int for n in numbers):
        raise Unreadable(
            f"{a.call}: padding is 'SAME', 'VALID' or a pair for each of {rank} axes, got {padding!r}"
        )
    return [(before, after) for before, after in pairs]


# ---------------------------------------------------------------------------- ONNX


def _onnx_node(a: _Arguments) -> Layer:
    c_in, c_out, *taps = a.weight("(in, out / group, {taps})")
    kernel, rank = tuple(taps), len(taps)
    given = {
        name: a.axes(name, rank * each, least=least)
        for name, each, least in (
            ("strides", 1, 1),
            ("dilations", 1, 1),
            ("output_padding", 1, 0),
            ("pads", 2, 0),
        )
        if a[name] is not None
    }
    others = {name: a[name] for name in ("auto_pad", "kernel_shape", "output_shape")}
    for name in ("kernel_shape", "output_shape"):
        entries = [] if others[name] is None else others[name]
        if not isinstance(entries, (tuple, list)) or any(type(n) is not int for n in entries):
            raise Unreadable(f"{a.call}: {name} is whole numbers, got {entries!r}")
    n_in = a.input_size(rank, "what output_shape cuts") if others["output_shape"] else None
    group = a.channels("group")
    if c_in % group:
        raise Unreadable(f"{a.call}: {c_in} channels are no multiple of group={group}")
    convention = conv_transpose_node({**given, **others, "group": group}, kernel, n_in)
    inputs = a["inputs"]
    if not isinstance(inputs, (tuple, list)) or not 2 <= len(inputs) <= 3:
        raise Unreadable(
            f"{a.call}: the inputs are x, the weight and perhaps a bias, got {inputs!r}"
        )
    bias = len(inputs) > 2 and inputs[2] != ""
    layer = Layer(convention=convention, kernel=kernel, channels=(c_in, c_out * group), bias=bias)
    _onnx_runtime(a, layer)
    return layer


def _onnx_runtime(a: _Arguments, layer: Layer) -> None:
    """A warning of a node that ONNX Runtime raises for, with the node that says the same."""
    c = layer.convention
    appended = any(
        extra > (a["output_padding"] or [0] * 3)[i] for i, extra in enumerate(c.output_padding)
    )
    if appended and str(a["auto_pad"]).startswith("SAME") and not a["output_shape"]:
        a.warnings.append(
            f"ONNX Runtime returns fewer than n * stride pixels for auto_pad={a['auto_pad']!r} of this "
            "kernel: it appends no zeros"
        )
    if all(e < s for e, s in zip(c.output_padding, c.strides, strict=True)):
        return
    same = _padding.convention_of(layer.axes, c.group)
    words = f"ONNX Runtime raises for output_padding={list(c.output_padding)} of a stride or more"
    if all(e < s for e, s in zip(same.output_padding, same.strides, strict=True)):
        words += f": pads={list(same.pads)} says the same"
        if any(same.output_padding):
            words += f", with output_padding={list(same.output_padding)}"
    a.warnings.append(words)


# ---------------------------------------------------------------------------- the table


_TORCH_LAYER = (
    "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, "
    "bias=True, dilation=1, padding_mode='zeros', device=None, dtype=None"
)
_TORCH_FUNCTION = (
    "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
)
_TENSORFLOW = (
    "input, filters, output_shape, strides, padding='SAME', data_format={layout}, "
    "dilations=None, name=None"
)
_KERAS = (
    "filters, kernel_size, strides={ones}, padding='valid', {middle}, dilation_rate={ones}, "
    "activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros', "
    "kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, "
    "bias_constraint=None, *, name=None, dtype=None, trainable=True"
)
_KERAS_ORDER = {
    1: "output_padding=None, data_format=None",
    2: "output_padding=None, data_format=None",
    3: "data_format=None, output_padding=None",
}
_KERAS_UNUSED = (
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
    "name",
    "trainable",
)
_LAYOUTS = {1: "'NWC'", 2: "'NHWC'", 3: "'NDHWC'", None: "None"}


def _operators_of(rank: int) -> tuple[Operator, ...]:
    ones = repr((1,) * rank) if rank > 1 else "1"
    return (
        Operator(
            framework="torch",
            name=f"nn.ConvTranspose{rank}d",
            rank=rank,
            takes=_TORCH_LAYER,
            layer=_torch_layer,
            unused=("device",),
        ),
        Operator(
            framework="torch",
            name=f"F.conv_transpose{rank}d",
            spelled=(f"torch.conv_transpose{rank}d",),
            rank=rank,
            takes=_TORCH_FUNCTION,
            layer=_torch_function,
            image="input",
            unused=("weight",),
        ),
        Operator(
            framework="tensorflow",
            name=f"tf.nn.conv{rank}d_transpose",
            rank=rank,
            takes=_TENSORFLOW.format(layout=_LAYOUTS[rank]),
            layer=_tensorflow_function,
            image="input",
            unused=("filters", "name"),
        ),
        Operator(
            framework="keras",
            name=f"keras.layers.Conv{rank}DTranspose",
            spelled=(f"keras.layers.Convolution{rank}DTranspose",),
            rank=rank,
            takes=_KERAS.format(ones=ones, middle=_KERAS_ORDER[rank]),
            layer=_keras_layer,
            unused=_KERAS_UNUSED,
        ),
    )


# Each framework's own signature, names and defaults as it has them.
OPERATORS: tuple[Operator, ...] = (
    *_operators_of(2),
    *_operators_of(1),
    *_operators_of(3),
    Operator(
        framework="tensorflow",
        name="tf.nn.conv_transpose",
        rank=None,
        takes=_TENSORFLOW.format(layout=_LAYOUTS[None]),
        layer=_tensorflow_function,
        image="input",
        unused=("filters", "name"),
    ),
    Operator(
        framework="keras",
        name="keras.ops.conv_transpose",
        spelled=("keras.ops.nn.conv_transpose",),
        rank=None,
        takes="inputs, kernel, strides=1, padding='valid', output_padding=None, data_format=None, "
        "dilation_rate=1",
        layer=_keras_function,
        image="inputs",
        unused=("kernel",),
    ),
    Operator(
        framework="jax",
        name="jax.lax.conv_transpose",
        rank=None,
        takes="lhs, rhs, strides, padding, rhs_dilation=None, dimension_numbers=None, "
        "transpose_kernel=False, precision=None, preferred_element_type=None, "
        "use_consistent_padding=False",
        layer=_jax_function,
        image="lhs",
        unused=("rhs", "precision"),
    ),
    Operator(
        framework="onnx",
        name="onnx.ConvTranspose",
        rank=None,
        takes="inputs, outputs, name=None, kernel_shape=None, strides=None, pads=None, "
        "output_padding=None, dilations=None, group=1, auto_pad='NOTSET', output_shape=None",
        layer=_onnx_node,
        unused=("outputs", "name"),
    ),
)


@functools.lru_cache(maxsize=4096)
def operator_of(name: str) -> Operator | None:
    """The operator of a dotted name: its own, another name, or the end of one."""
    own = canonical(name)
    for one in OPERATORS:
        names = (one.name, *one.spelled)
        if own in names:
            return one
    for one in OPERATORS:
        ends = (one.name, *one.spelled) if one.framework != "onnx" else ()
        if any(spelled.endswith(f".{own}") for spelled in ends):
            return one
    return None
