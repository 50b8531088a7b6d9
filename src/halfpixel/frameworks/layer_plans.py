"""Transposed convolutions from one framework to another: arguments, weight, crop, and code that runs.

What a framework's arguments can say is a set of windows of the full output
(:mod:`halfpixel.frameworks.windows`). Where they can say the one that is asked for, the conversion is one
call. Where they cannot, it is a call that keeps more, and a crop; and where a framework has no groups, or no
dilation beside a stride, the weight says it: with blocks on its diagonal, with zeros between its taps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from .. import names
from ..arrays import AnyArray
from ..operators import ConvTranspose
from . import windows as _padding
from .windows import Window, WindowAxis

Target = Literal[
    "torch",
    "tensorflow",
    "keras",
    "onnx",
    "onnxruntime",
    "opencv",
    "pillow",
    "torchvision",
    "jax",
    "litert",
]
TARGETS: tuple[Target, ...] = get_args(Target)

_CHANNELS_LAST = ("tensorflow", "keras", "jax")
_AXES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A transposed convolution with its sizes, apart from the values of its weight.

    Attributes:
        convention: strides, pads, output_padding, dilations, group; one to three axes.
        kernel: in taps, (w,), (h, w) or (d, h, w).
        channels: (in, out).
        bias: whether there is one.
    """

    convention: ConvTranspose
    kernel: tuple[int, ...]
    channels: tuple[int, int]
    bias: bool = True

    @property
    def axes(self) -> tuple[WindowAxis, ...]:
        """Its axes, the outermost first."""
        return _padding.axes_of(self.convention, self.kernel)

    @property
    def rank(self) -> int:
        """The number of its axes."""
        return len(self.kernel)

    def output_size(self, n_in: Sequence[int]) -> tuple[int, ...]:
        """The pixels along each axis of the output, below 1 where nothing is left."""
        return tuple(
            (n - 1) * axis.stride + axis.extent - axis.window.begin - axis.window.end
            for n, axis in zip(n_in, self.axes, strict=True)
        )

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """In torch and ONNX: (in, out / groups, *kernel)."""
        return (self.channels[0], self.channels[1] // self.convention.group, *self.kernel)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a framework computes a layer.

    Attributes:
        target: the framework.
        arguments: of its function, in its words, those that padding, stride and dilation need.
        crop: pixels to cut off the result, (start, end) of each axis.
        blocks: the number of groups that stand on the weight's diagonal; 1 where groups are an argument.
        kernel: the size of the kernel that the framework is given.
        dilations: what the weight's zeros say: taps lie so far apart in it. 1 where an argument does.
        reasons: why it takes more than a call's arguments; empty where it does not.
        conditions: what it needs of the installed framework.
    """

    target: Target
    arguments: Mapping[str, object]
    crop: tuple[tuple[int, int], ...]
    blocks: int = 1
    kernel: tuple[int, ...] = ()
    dilations: tuple[int, ...]
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = field(default=())

    @property
    def exact(self) -> bool:
        """Whether the arguments alone say it: the same window, the same weight but for its layout."""
        return not self.reasons

    def weight(self, w: AnyArray) -> AnyArray:
        """The weight that the framework is given.

        Args:
            w: shape ``(in, out / groups, *kernel)``, torch's and ONNX's layout.

        Returns:
            In the framework's layout, with blocks and zeros written out: ``(in, out / groups, *kernel)``
            in torch and ONNX, ``(*kernel, out / groups, in)`` in TensorFlow, Keras and JAX.
        """
        if w.shape[2:] != self.kernel:
            spread = np.zeros((*w.shape[:2], *self.kernel), w.dtype)
            taps = tuple(
                slice(0, (k - 1) * d + 1, d)
                for k, d in zip(w.shape[2:], self.dilations, strict=True)
            )
            spread[:, :, *taps] = w
            w = spread
        if self.blocks > 1:
            out = w.shape[1]
            dense = np.zeros((w.shape[0], out * self.blocks, *w.shape[2:]), w.dtype)
            for g, rows in enumerate(np.split(np.arange(w.shape[0]), self.blocks)):
                dense[rows, g * out : (g + 1) * out] = w[rows]
            w = dense
        return w.transpose(_to_last(w.ndim - 2)) if self.target in _CHANNELS_LAST else w


def _to_last(rank: int) -> tuple[int, ...]:
    """From (in, out / groups, *kernel) to (*kernel, out / groups, in)."""
    return (*range(2, 2 + rank), 1, 0)


def _to_first(rank: int) -> tuple[int, ...]:
    """The way back."""
    return (rank + 1, rank, *range(rank))


def plan(layer: Layer, target: Target) -> Plan:
    """How a framework computes a layer exactly.

    Args:
        layer: the transposed convolution.
        target: torch, tensorflow (``tf.nn``), keras, onnx, opencv (``cv2.dnn`` reads ONNX), or jax.

    Raises:
        ValueError: there is no such target, or it has no transposed convolution.
    """
    known = names.checked(target, TARGETS, "framework")
    if known not in _PLANS:
        raise ValueError(f"{known} has no transposed convolution; {', '.join(LAYER_TARGETS)} have")
    return _PLANS[known](layer)


def _crops(wanted: Sequence[WindowAxis], kept: Sequence[Window]) -> tuple[tuple[int, int], ...]:
    """What a call that keeps more has to lose."""
    return tuple(
        (axis.window.begin - k.begin, axis.window.end - k.end)
        for axis, k in zip(wanted, kept, strict=True)
    )


def _why(axes: Sequence[WindowAxis], fits: Sequence[bool], what: str) -> str:
    """The axes that cannot be said, and the argument."""
    first = next(i for i, fit in enumerate(fits) if not fit)
    return f"{axes[first].window} along the {_AXES[len(axes)][first]}: {what}"


def _nothing(axes: Sequence[WindowAxis]) -> tuple[tuple[int, int], ...]:
    """Nothing to cut."""
    return ((0, 0),) * len(axes)


# ---------------------------------------------------------------------------- each framework


def _torch(layer: Layer) -> Plan:
    axes, c = layer.axes, layer.convention
    arguments = [_padding.torch_arguments(axis) for axis in axes]
    pairs = [s or _padding.torch_superset(a) for s, a in zip(arguments, axes, strict=True)]
    crop = _crops(axes, [_padding.torch_window(*pair) for pair in pairs])
    reasons: tuple[str, ...] = ()
    if None in arguments:
        what = (
            "padding cuts both ends alike, and output_padding takes back 0 to "
            "max(stride, dilation) - 1 at the end"
        )
        reasons = (_why(axes, [s is not None for s in arguments], what),)
    return Plan(
        target="torch",
        arguments={
            "stride": c.strides,
            "padding": tuple(p for p, _ in pairs),
            "output_padding": tuple(o for _, o in pairs),
            "groups": c.group,
            "dilation": c.dilations,
        },
        crop=crop,
        kernel=layer.kernel,
        dilations=(1,) * layer.rank,
        reasons=reasons,
    )


def _onnx(layer: Layer, target: Target = "onnx") -> Plan:
    axes = layer.axes
    # pads and output_padding as small as they can be: ONNX Runtime wants the latter below the stride
    convention = _padding.convention_of(axes, layer.convention.group)
    conditions = []
    if any(-a.window.end >= a.stride for a in axes):
        conditions.append(
            "a runtime that takes output_padding of a stride or more: ONNX Runtime raises"
        )
    return Plan(
        target=target,
        arguments={**convention.attributes, "kernel_shape": list(layer.kernel)},
        crop=_nothing(axes),
        kernel=layer.kernel,
        dilations=(1,) * layer.rank,
        conditions=tuple(conditions) if target == "onnx" else (),
    )


_FLOATS = "float32, or float16, which is cast to it: there is no kernel for float64"


def _onnxruntime(layer: Layer) -> Plan:
    stuffed = _stuffed(layer.axes, dilation=False)
    if stuffed is None:
        return replace(_onnx(layer, "onnxruntime"), conditions=(_FLOATS,))
    c = layer.convention
    convention = _padding.convention_of(stuffed, c.group)
    kernel = tuple(a.kernel for a in stuffed)
    return Plan(
        target="onnxruntime",
        arguments={**convention.attributes, "kernel_shape": list(kernel)},
        crop=_nothing(stuffed),
        kernel=kernel,
        dilations=c.dilations,
        reasons=(_ZEROS_OF_A_STRIDE,),
        conditions=(_FLOATS,),
    )


def _stuffed(axes: Sequence[WindowAxis], *, dilation: bool) -> tuple[WindowAxis, ...] | None:
    """The axes with zeros written into the kernel: between its taps if ``dilation``, and at its end as
    many as are appended beyond what a stride allows. None if there is nothing to write."""
    missing = [max(-axis.window.end - axis.stride + 1, 0) for axis in axes]
    if not any(missing) and not (dilation and any(a.dilation > 1 for a in axes)):
        return None
    return tuple(
        WindowAxis(a.extent + m, a.stride, 1, replace(a.window, end=a.window.end + m))
        for a, m in zip(axes, missing, strict=True)
    )


def _opencv(layer: Layer) -> Plan:
    conditions = ("float32", "OpenCV 5: earlier releases leave attributes out (docs/findings.md)")
    return replace(_onnx(layer, "opencv"), conditions=conditions)


_ZEROS_OF_A_STRIDE = (
    "ONNX Runtime raises for output_padding of a stride or more: "
    "its zeros stand at the kernel's end"
)
_ZEROS = (
    "more zeros are appended than a stride has pixels, which output_shape and output_padding cannot: "
    "they stand at the kernel's end"
)


# oneDNN is the default from 2.9 on where a CPU has AVX512_VNNI or AMX
_ONEDNN = "on a CPU: float32, with oneDNN (TF_ENABLE_ONEDNN_OPTS=1 before TensorFlow is imported)"


def _tensorflow(layer: Layer) -> Plan:
    axes, c = layer.axes, layer.convention
    blocks = c.group if layer.rank == 3 else 1
    grouped = c.group > 1 and blocks == 1
    stuffed = _stuffed(axes, dilation=False)
    reasons = [_ZEROS] if stuffed else []
    if blocks > 1:
        reasons.append("no groups of volumes: the weight has them as blocks, and zeros elsewhere")
    axes = stuffed or axes
    dilated = any(a.dilation > 1 for a in axes)
    conditions = []
    crop = _nothing(axes)
    padding: object = "VALID"
    if all(map(_padding.is_same, axes)):
        padding = "SAME"
    elif not all(map(_padding.is_valid, axes)):
        if dilated or grouped or layer.rank != 2:
            crop = tuple((a.window.begin, max(a.window.end, 0)) for a in axes)
            what = "on a CPU, explicit padding goes with neither dilations nor groups"
            if layer.rank != 2:
                what = f"{function_name('tensorflow', layer.rank)} has no explicit padding"
            reasons.append(_why(axes, [_padding.is_valid(a) for a in axes], what))
        else:
            padding = [[0, 0], *(_padding.explicit_pair(a) for a in axes), [0, 0]]
    if dilated or grouped:
        conditions.append(_ONEDNN)
    elif isinstance(padding, list):
        conditions.append("TensorFlow 2.4 or later, for explicit padding")
    arguments: dict[str, object] = {"strides": c.strides, "padding": padding}
    if dilated:
        arguments["dilations"] = tuple(a.dilation for a in axes)
    return Plan(
        target="tensorflow",
        arguments=arguments,
        crop=crop,
        blocks=blocks,
        kernel=tuple(a.kernel for a in axes),
        dilations=c.dilations if stuffed else (1,) * layer.rank,
        reasons=tuple(reasons),
        conditions=tuple(conditions),
    )


def _keras(layer: Layer) -> Plan:
    axes, c = layer.axes, layer.convention
    strided = any(a.stride > 1 for a in axes)
    stuffed = _stuffed(axes, dilation=strided)
    reasons = []
    if any(-a.window.end >= a.stride for a in axes):
        reasons.append(_ZEROS)
    if strided and max(c.dilations) > 1:
        reasons.append("Keras refuses a dilation beside a stride: its zeros stand in the kernel")
    if c.group > 1:
        reasons.append("Keras has no groups: the weight has them as blocks, and zeros elsewhere")
    axes = stuffed or axes
    keras_arguments = _padding.keras_arguments(axes)
    crop = _nothing(axes)
    if keras_arguments is None:
        fits = [_padding.is_valid(a) for a in axes]
        what = "Keras has the windows of its two sizes only"
        reasons.append(_why(axes, fits, what))
        crop = tuple((a.window.begin, max(a.window.end, 0)) for a in axes)
    padding, extra = keras_arguments or ("valid", tuple(max(-a.window.end, 0) for a in axes))
    arguments: dict[str, object] = {"strides": c.strides, "padding": padding}
    if extra is not None:
        arguments["output_padding"] = extra
    conditions = []
    if any(a.dilation > 1 for a in axes):
        conditions.append(_ONEDNN.replace("on a CPU", "on TensorFlow and a CPU"))
        arguments["dilation_rate"] = tuple(a.dilation for a in axes)
    return Plan(
        target="keras",
        arguments=arguments,
        crop=crop,
        blocks=c.group,
        kernel=tuple(a.kernel for a in axes),
        dilations=c.dilations if stuffed else (1,) * layer.rank,
        reasons=tuple(reasons),
        conditions=tuple(conditions),
    )


def _jax(layer: Layer) -> Plan:
    axes, c = layer.axes, layer.convention
    reasons = []
    if c.group > 1:
        reasons.append("JAX has no groups: the weight has them as blocks, and zeros elsewhere")
    swapped = [_padding.xla_swaps(axis) for axis in axes]
    if any(swapped):
        what = "XLA ends the process for this padding of some sizes (docs/findings.md)"
        reasons.append(_why(axes, [not one for one in swapped], what))
    kept = [Window(0, 0) if one else axis.window for one, axis in zip(swapped, axes, strict=True)]
    padding = tuple(
        _padding.jax_pair(replace(axis, window=window))
        for axis, window in zip(axes, kept, strict=True)
    )
    arguments: dict[str, object] = {"strides": c.strides, "padding": padding}
    if max(c.dilations) > 1:
        arguments["rhs_dilation"] = c.dilations
    return Plan(
        target="jax",
        arguments={**arguments, "transpose_kernel": True},
        crop=_crops(axes, kept),
        blocks=c.group,
        kernel=layer.kernel,
        dilations=(1,) * layer.rank,
        reasons=tuple(reasons),
    )


_PLANS: Mapping[Target, Callable[[Layer], Plan]] = {
    "torch": _torch,
    "tensorflow": _tensorflow,
    "keras": _keras,
    "onnx": _onnx,
    "onnxruntime": _onnxruntime,
    "opencv": _opencv,
    "jax": _jax,
}
LAYER_TARGETS: tuple[Target, ...] = tuple(_PLANS)
"""The targets that have a transposed convolution."""


# ---------------------------------------------------------------------------- code


def code(layer: Layer, target: Target, source: Target = "torch") -> str:
    """Python that computes the layer in a framework: from ``x``, ``w`` and perhaps ``b`` to ``y``.

    Args:
        layer: the transposed convolution.
        target: the framework.
        source: the framework whose weight is at hand, as a NumPy array.

    Returns:
        Statements that use ``np`` and the target by its usual name. ``x`` and ``y`` are in the target's
        layout, channels second or last; ``w`` is in the source's, ``(in, out / groups, *kernel)`` or
        ``(*kernel, out / groups, in)``.
    """
    chosen = plan(layer, target)
    written = _written_lines(layer, chosen)
    first, last = source in _CHANNELS_LAST, target in _CHANNELS_LAST
    if first and (written or not last):
        order = _to_first(layer.rank)
        written.insert(
            0, f"w = np.transpose(w, {order})  # to (in, out / groups, {_TAPS[layer.rank]})"
        )
    if last and (written or not first):
        order = _to_last(layer.rank)
        written.append(
            f"w = np.transpose(w, {order})  # to ({_TAPS[layer.rank]}, out / groups, in)"
        )
    return "\n".join([*written, *_CODE[target](layer, chosen)])


_TAPS = {1: "kw", 2: "kh, kw", 3: "kd, kh, kw"}


def function_name(target: Target, rank: int) -> str:
    """The function of a framework, as code has it."""
    return {
        "torch": f"F.conv_transpose{rank}d",
        "tensorflow": f"tf.nn.conv{rank}d_transpose",
        "keras": f"keras.layers.Conv{rank}DTranspose",
        "onnx": "ONNX ConvTranspose",
        "onnxruntime": "ONNX ConvTranspose in ONNX Runtime",
        "opencv": "ONNX ConvTranspose in cv2.dnn",
        "jax": "jax.lax.conv_transpose",
    }[target]


def _written_lines(layer: Layer, p: Plan) -> list[str]:
    """What is written into the weight: zeros, and blocks."""
    lines = []
    if layer.kernel != p.kernel:
        taps = ", ".join(
            f":{(k - 1) * d + 1}:{d}" for k, d in zip(layer.kernel, p.dilations, strict=True)
        )
        lines += [
            f"spread = np.zeros((*w.shape[:2], {', '.join(map(str, p.kernel))}), w.dtype)",
            f"spread[:, :, {taps}] = w  # zeros between the taps, or after them",
            "w = spread",
        ]
    if p.blocks > 1:
        out = layer.weight_shape[1]
        per = layer.channels[0] // p.blocks
        lines += [
            f"dense = np.zeros((w.shape[0], {layer.channels[1]}, *w.shape[2:]), w.dtype)",
            f"for g in range({p.blocks}):  # each group is a block",
            f"    dense[g * {per}:(g + 1) * {per}, g * {out}:(g + 1) * {out}] = "
            f"w[g * {per}:(g + 1) * {per}]",
            "w = dense",
        ]
    return lines


def _arguments(arguments: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


def _slices(crop: Sequence[tuple[int, int]]) -> str | None:
    """What keeps the middle of the axes, or None if nothing is cut."""
    if not any(map(any, crop)):
        return None
    return ", ".join(f"{start or ''}:{-end or ''}" for start, end in crop)


def _torch_code(layer: Layer, p: Plan) -> list[str]:
    b = "torch.as_tensor(b)" if layer.bias else "None"
    function = function_name("torch", layer.rank)
    lines = [f"y = {function}(x, torch.as_tensor(w), {b}, {_arguments(p.arguments)})"]
    if kept := _slices(p.crop):
        lines.append(f"y = y[:, :, {kept}]")
    return lines


def _tensorflow_code(layer: Layer, p: Plan) -> list[str]:
    sizes, names = [], _AXES[layer.rank]
    for name, axis, (start, end) in zip(names, layer.axes, p.crop, strict=True):
        more = axis.extent - axis.window.begin - axis.window.end + start + end
        sizes.append(f"({name} - 1) * {axis.stride} + {more}")
    lines = [
        f"n, {', '.join(names)}, _ = x.shape",
        f"shape = (n, {', '.join(sizes)}, {layer.channels[1]})",
        f"y = {function_name('tensorflow', layer.rank)}(x, w, output_shape=shape, "
        f"{_arguments(p.arguments)})",
    ]
    if layer.bias:
        lines.append("y = tf.nn.bias_add(y, b)")
    if kept := _slices(p.crop):
        lines.append(f"y = y[:, {kept}]")
    return lines


def _keras_code(layer: Layer, p: Plan) -> list[str]:
    b = ", b" if layer.bias else ""
    lines = [
        f"layer = {function_name('keras', layer.rank)}({layer.channels[1]}, {p.kernel!r}, "
        f"{_arguments(p.arguments)}, use_bias={layer.bias})",
        "layer.build(x.shape)",
        f"layer.set_weights([w{b}])",
        "y = layer(x)",
    ]
    if any(map(any, p.crop)):
        crop = p.crop if layer.rank > 1 else p.crop[0]
        lines.append(f"y = keras.layers.Cropping{layer.rank}D({crop!r})(y)")
    return lines


def _jax_code(layer: Layer, p: Plan) -> list[str]:
    b = " + b" if layer.bias else ""
    lines = [f"y = {function_name('jax', layer.rank)}(x, w, {_arguments(p.arguments)}){b}"]
    if kept := _slices(p.crop):
        lines.append(f"y = y[:, {kept}]")
    return lines


def _onnx_code(layer: Layer, p: Plan) -> list[str]:
    inputs = ["x", "w", "b"] if layer.bias else ["x", "w"]
    return [
        f'node = onnx.helper.make_node("ConvTranspose", {inputs!r}, ["y"], {_arguments(p.arguments)})'
    ]


def _opencv_code(layer: Layer, p: Plan) -> list[str]:
    """A model of one node: ``cv2.dnn`` needs to be told the size of the output."""
    weights = ["(w, 'w')", "(b, 'b')"] if layer.bias else ["(w, 'w')"]
    sizes = [
        f"({n} - 1) * {a.stride} + {a.extent - a.window.begin - a.window.end}"
        for n, a in zip(_AXES[layer.rank], layer.axes, strict=True)
    ]
    return [
        *_onnx_code(layer, p),
        f"n, _, {', '.join(_AXES[layer.rank])} = x.shape",
        f"shape = (n, {layer.channels[1]}, {', '.join(sizes)})",
        *model_lines(weights, 13),
    ]


def model_lines(constants: Sequence[str], opset: int) -> list[str]:
    """Code that runs a ``node`` from ``x`` to ``y`` of a known ``shape`` in ``cv2.dnn``.

    Args:
        constants: its other inputs, each the text of ``(array, name)``.
        opset: the version of ONNX's operators.
    """
    return [
        "graph = onnx.helper.make_graph(",
        "    [node],",
        "    'model',",
        "    [onnx.helper.make_tensor_value_info('x', onnx.TensorProto.FLOAT, x.shape)],",
        "    [onnx.helper.make_tensor_value_info('y', onnx.TensorProto.FLOAT, shape)],",
        f"    [onnx.numpy_helper.from_array(v, name) for v, name in [{', '.join(constants)}]],",
        ")",
        f"opset = [onnx.helper.make_opsetid('', {opset})]",
        "model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)",
        "net = cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))",
        "net.setInput(x)",
        "y = net.forward()",
    ]


_CODE = {
    "opencv": _opencv_code,
    "torch": _torch_code,
    "tensorflow": _tensorflow_code,
    "keras": _keras_code,
    "onnx": _onnx_code,
    "onnxruntime": _onnx_code,
    "jax": _jax_code,
}
