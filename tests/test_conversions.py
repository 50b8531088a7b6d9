"""Conversions of transposed convolutions: what is answered is run, beside the call that was asked about."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import frameworks
from halfpixel.conformance.conversion_sweep import KERNELS, SOURCES, STRIDES
from halfpixel.conversion import ConvTransposeConversion, convert
from halfpixel.conversion.parse import Sizes, Spoken, read
from halfpixel.frameworks.layer_plans import LAYER_TARGETS, Layer, Target, code, plan

Image = NDArray[np.float32]
_CHANNELS_LAST = ("tensorflow", "keras", "jax")
_HOME = {"keras": "tensorflow", "onnx": "opencv"}  # where a target's code is run
_NODES = ("onnx", "onnxruntime", "opencv")


@functools.cache
def names(target: Target) -> dict[str, Any]:
    """What code for a target uses."""
    import importlib

    loaded = dict(frameworks.load(_HOME.get(target, target)))
    if target in _NODES:
        importlib.import_module("onnx.helper")
        loaded["onnx"] = importlib.import_module("onnx")
        importlib.import_module("onnx.numpy_helper")
    return {**loaded, "np": np}


def to_last(x: Image) -> Image:
    """From (N, C, …) to (N, …, C)."""
    return np.ascontiguousarray(np.moveaxis(x, 1, -1))


def to_first(x: Image) -> Image:
    """The way back."""
    return np.moveaxis(x, -1, 1)


def run(text: str | CodeType, target: Target, x: Image, w: Image, b: Image | None) -> Image:
    """Run code for a target on an image in NCHW; the weight as the code wants it."""
    last = target in _CHANNELS_LAST
    known = names(target)
    image: Any = to_last(x) if last else x
    if target == "torch":
        image = known["torch"].from_numpy(x)
    if last:
        image = known["jnp"].asarray(image) if target == "jax" else known["tf"].constant(image)
    scope = {**known, "x": image, "w": w, "b": b}
    exec(text, scope)
    if target == "onnxruntime":
        return session(known, scope["node"], x, scope["w"], b)
    y = np.asarray(scope["y"])
    return to_first(y) if last else y


def session(known: dict[str, Any], node: Any, x: Image, w: Image, b: Image | None) -> Image:
    """Run a node in ONNX Runtime, the weight and the bias constants of the model."""
    helper, dtype = known["onnx"].helper, known["onnx"].TensorProto.FLOAT
    constants = [("w", w)] if b is None or len(node.input) < 3 else [("w", w), ("b", b)]
    graph = helper.make_graph(
        [node],
        "model",
        [helper.make_tensor_value_info("x", dtype, x.shape)],
        [helper.make_tensor_value_info("y", dtype, None)],
        [known["onnx"].numpy_helper.from_array(v, name) for name, v in constants],
    )
    opset = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    made = known["onnxruntime"].InferenceSession(model.SerializeToString(), known["options"])
    return np.asarray(made.run(None, {"x": x})[0])


# TensorFlow's words where oneDNN is off, as it is by default on a CPU without AVX512_VNNI
NO_ONEDNN = "do(es)? not yet support dilation|grouped convolutions are not supported on CPU"


def on_a_cpu(run: Callable[[], Any], needs: Sequence[str]) -> Any:
    """What runs; skips what this CPU does not run, if the answer says so."""
    try:
        return run()
    except Exception as error:
        declared = any("oneDNN" in condition for condition in needs)
        if not declared or not re.search(NO_ONEDNN, str(error)):
            raise
    pytest.skip("oneDNN is off: TF_ENABLE_ONEDNN_OPTS=1 turns it on")


def inputs(layer: Layer, size: tuple[int, ...]) -> tuple[Image, Image, Image]:
    """Small integers: every sum is exact in float32, and results are equal or wrong."""
    generator = np.random.default_rng(7)
    shapes = ((2, layer.channels[0], *size), layer.weight_shape, (layer.channels[1],))
    x, w, b = (generator.integers(-4, 5, shape).astype(np.float32) for shape in shapes)
    return x, w, b


# a call as people write it; and the weight's shape and the input's size, where it does not say them
CALLS: tuple[tuple[str, tuple[int, ...] | None], ...] = (
    ("nn.ConvTranspose2d(6, 4, 3, 2, 1, output_padding=1)", None),
    ("nn.ConvTranspose2d(6, 4, 4, stride=2, padding=1)", None),
    ("nn.ConvTranspose2d(6, 4, 4, 2, 1, bias=False)", None),
    ("nn.ConvTranspose2d(6, 4, (3, 5), stride=(2, 3), padding=(1, 0), output_padding=(1, 2))", None),
    ("nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1, groups=2)", None),
    ("nn.ConvTranspose2d(6, 6, 5, stride=3, padding=2, groups=6)", None),
    ("nn.ConvTranspose2d(6, 12, 2, stride=2, groups=6)", None),
    ("nn.ConvTranspose2d(6, 4, 3, dilation=2, padding=2)", None),
    ("nn.ConvTranspose2d(6, 4, 3, stride=2, dilation=3, output_padding=2)", None),
    ("torch.nn.ConvTranspose2d(6, 4, kernel_size=1, stride=4, output_padding=3)(x)", None),
    ("F.conv_transpose2d(x, w, b, 2, 1, 1, 2, 3)", (4, 3, 3, 3)),
    ("F.conv_transpose2d(x, weight=w, stride=2, padding=3)", (4, 3, 6, 6)),
    ("tf.nn.conv2d_transpose(x, w, output_shape=(2, 8, 10, 3), strides=2)", (3, 3, 3, 6)),
    ("tf.nn.conv2d_transpose(x, w, (2, 7, 9, 3), [1, 2, 2, 1], 'SAME')", (4, 4, 3, 6)),
    ("tf.nn.conv2d_transpose(x, w, (2, 10, 12, 3), strides=2, padding='VALID')", (3, 3, 3, 6)),
    ("tf.nn.conv2d_transpose(x, w, (2, 7, 11, 3), 2, [[0, 0], [0, 2], [1, 0], [0, 0]])", (3, 4, 3, 6)),
    ("tf.nn.conv2d_transpose(x, w, (2, 8, 10, 6), 2, 'SAME')", (3, 3, 3, 6)),
    ("keras.layers.Conv2DTranspose(4, 3, strides=2, padding='same')", (3, 3, 4, 6)),
    ("keras.layers.Conv2DTranspose(4, 4, strides=2, padding='same', use_bias=False)", (4, 4, 4, 6)),
    ("tf.keras.layers.Conv2DTranspose(4, 2, 3)(x)", (2, 2, 4, 6)),
    ("layers.Conv2DTranspose(4, 3, 2, 'same', output_padding=1)", (3, 3, 4, 6)),
    ("layers.Conv2DTranspose(4, (2, 3), dilation_rate=2)", (2, 3, 4, 6)),
    ("nn.ConvTranspose1d(6, 4, 3, 2, 1, output_padding=1)", None),
    ("nn.ConvTranspose1d(6, 4, 4, 2, 1, groups=2, bias=False)(x)", None),
    ("nn.ConvTranspose1d(6, 4, 3, stride=2, dilation=3, output_padding=2)", None),
    ("nn.ConvTranspose3d(6, 4, (1, 3, 3), (1, 2, 2), (0, 1, 1), (0, 1, 1))", None),
    ("torch.nn.ConvTranspose3d(6, 4, 3, 2, 1, 1, groups=2)", None),
    ("nn.ConvTranspose3d(6, 4, 3, dilation=(1, 2, 1))", None),
    ("F.conv_transpose1d(x, w, b, 2, 1, 1)", (6, 4, 5)),
    ("F.conv_transpose3d(x, w, stride=(2, 1, 3), padding=1)", (6, 4, 3, 3, 3)),
    ("tf.nn.conv1d_transpose(x, w, (2, 9, 3), 2)", (3, 3, 6)),
    ("tf.nn.conv1d_transpose(x, w, (2, 12, 3), [1, 2, 1], 'VALID')", (3, 3, 6)),
    ("tf.nn.conv3d_transpose(x, w, (2, 6, 8, 10, 3), 2)", (3, 3, 3, 3, 6)),
    ("tf.nn.conv3d_transpose(x, w, (2, 7, 10, 11, 3), (1, 2, 2, 2, 1), 'VALID')", (3, 3, 3, 3, 6)),
    ("tf.nn.conv_transpose(x, w, (2, 8, 9, 3), 2)", (4, 3, 3, 6)),
    ("keras.layers.Conv1DTranspose(4, 3, strides=2, padding='same')", (3, 4, 6)),
    ("keras.layers.Conv1DTranspose(4, (4,), (3,), output_padding=1, use_bias=False)", (4, 4, 6)),
    ("keras.layers.Conv3DTranspose(4, 3, (1, 2, 2), 'SAME')", (3, 3, 3, 4, 6)),
    ("keras.layers.Conv3DTranspose(4, 2, strides=2, output_padding=1)(x)", (2, 2, 2, 4, 6)),
    ("keras.layers.Convolution2DTranspose(4, 3, 2)", (3, 3, 4, 6)),
    ("keras.ops.conv_transpose(x, w, 2, 'same')", (3, 3, 4, 6)),
    (
        'onnx.helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2], pads=[1, 0])',
        (6, 2, 3),
    ),
    (
        'onnx.helper.make_node("ConvTranspose", ["x", "w", "b"], ["y"], strides=[1, 2, 3], group=2, '
        "dilations=[1, 2, 1], output_padding=[0, 1, 2])",
        (6, 2, 2, 3, 2),
    ),
    (
        'onnx.helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], auto_pad="SAME_LOWER")',
        (6, 2, 3, 3),
    ),
    (
        'onnx.helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], output_shape=[8, 9])',
        (6, 2, 3, 3),
    ),
    (
        'onnx.helper.make_node("ConvTranspose", ["x", "w", "b"], ["y"], strides=[2, 2], '
        "pads=[0, 1, 1, 0], output_padding=[1, 0], group=2)",
        (6, 2, 3, 3),
    ),
)  # fmt: skip
SIZES = {1: (5,), 2: (4, 5), 3: (3, 4, 5)}  # of the input, by the number of axes


def rank_of(text: str, weight: tuple[int, ...] | None) -> int:
    """The number of axes of a call."""
    if weight is not None:
        return len(weight) - 2
    return int(re.findall(r"(\d)d\(", text)[0])


def native(text: str, layer: Layer, weight: tuple[int, ...] | None) -> str:
    """The call that was asked about, so that it runs on ``x``, ``w`` and ``b``."""
    if "make_node" in text:
        return code(layer, "opencv")
    lines = []
    if "DTranspose" in text:
        made = text.removesuffix("(x)").removeprefix("tf.keras.").removeprefix("keras.")
        bias = ", b" if layer.bias else ""
        lines = [f"layer = keras.{made}", "layer.build(x.shape)", f"layer.set_weights([w{bias}])"]
        return "\n".join([*lines, "y = layer(x)"])
    if "tf.nn" in text or "keras.ops" in text or "jax.lax" in text:
        return f"y = {text}"
    if "nn.ConvTranspose" in text:
        lines = [
            f"layer = {text.removesuffix('(x)')}",
            "layer.weight.data = torch.as_tensor(w)",
            "layer.bias = nn.Parameter(torch.as_tensor(b)) if layer.bias is not None else None",
        ]
        return "\n".join([*lines, "y = layer(x).detach()"])
    return (
        f"w = torch.as_tensor(w)\nb = torch.as_tensor(b)\ny = {text}"
        if layer.bias
        else f"w = torch.as_tensor(w)\ny = {text}"
    )


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.onnxruntime
@pytest.mark.conv_transpose
@pytest.mark.parametrize("target", [t for t in LAYER_TARGETS if t != "jax"])
@pytest.mark.parametrize(("text", "weight"), CALLS, ids=[text for text, _ in CALLS])
def test_an_answer_computes_what_the_call_does(
    text: str, weight: tuple[int, ...] | None, target: Target
) -> None:
    """JAX compiles each: tests/frameworks/test_jax.py has its."""
    holds(text, weight, target)


def holds(text: str, weight: tuple[int, ...] | None, target: Target) -> None:
    """An answer computes what the call does."""
    size = SIZES[rank_of(text, weight)]
    spoken = read(text, Sizes(weight, size))
    assert isinstance(spoken, Spoken)
    layer, source = spoken.layer, spoken.framework
    x, w, b = inputs(layer, size)
    if source in _CHANNELS_LAST:
        w = np.ascontiguousarray(w.transpose(*range(2, w.ndim), 1, 0))
    given = b if layer.bias else None
    own = plan(layer, source).conditions
    want = on_a_cpu(lambda: run(native(text, layer, weight), source, x, w, given), own)
    answer = convert(text, target, weight=weight, input_size=size)
    assert isinstance(answer, ConvTransposeConversion)
    said = answer.code
    if target == "onnx":  # a node by itself does not run: cv2.dnn runs it
        said = convert(text, "opencv", weight=weight, input_size=size).code
        assert answer.code in said
    got = on_a_cpu(lambda: run(said, target, x, w, given), answer.plan.conditions)
    assert got.shape == want.shape
    assert np.array_equal(got, want)


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.conv_transpose
@pytest.mark.parametrize(("text", "weight"), [c for c in CALLS if "nn.ConvTranspose" in c[0]])
def test_a_torch_layer_becomes_a_keras_model_and_back(text: str, weight: None) -> None:
    from halfpixel.conversion.layers import keras_from_torch, torch_from_keras

    known = {**names("torch"), **names("tensorflow")}
    torch = known["torch"]
    spoken = read(text)
    assert isinstance(spoken, Spoken)
    layer = spoken.layer
    size = SIZES[layer.rank]
    x, w, b = inputs(layer, size)
    module = eval(text.removesuffix("(x)"), known)
    module.weight.data = torch.as_tensor(w)
    if layer.bias:
        module.bias.data = torch.as_tensor(b)
    want = module(torch.as_tensor(x)).detach().numpy()
    model = keras_from_torch(module)
    needs = plan(layer, "keras").conditions
    got = to_first(np.asarray(on_a_cpu(lambda: model(to_last(x)), needs)))
    assert np.array_equal(got, want)
    back = torch_from_keras(model.layers[0])
    uncropped = to_first(np.asarray(model.layers[0](to_last(x))))
    assert np.array_equal(back(torch.as_tensor(x)).detach().numpy(), uncropped)


@pytest.mark.sweep
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.onnxruntime
@pytest.mark.conv_transpose
@pytest.mark.parametrize(
    ("source", "kernel", "stride"),
    [
        pytest.param(*some, id="-".join((*map(str, some), "sweep")))
        for some in itertools.product(SOURCES, reversed(KERNELS), STRIDES)  # the long ones first
    ],
)
def test_every_small_layer_is_converted(source: Target, kernel: int, stride: int) -> None:
    """The golden of the sweep counts them; here each is run, at every input size that it takes."""
    targets: tuple[Target, ...] = ("torch", "tensorflow", "keras", "opencv", "onnxruntime")
    others = [target for target in targets if target != source]
    absent: BaseException | None = None
    for layer, sizes in SOURCES[source](kernel, stride):
        compiled = {t: compile(swept_code(layer, t), t, "exec") for t in targets}
        for n in sizes:
            given = inputs(layer, (n, n))
            runs = (functools.partial(run, compiled[t], t, *given) for t in (source, *others))
            needs = (plan(layer, t).conditions for t in (source, *others))
            try:
                want, *results = map(on_a_cpu, runs, needs)
            except pytest.skip.Exception as skipped:
                absent = skipped  # the other layers are compared all the same
                continue
            for target, got in zip(others, results, strict=True):
                assert got.shape == want.shape, (target, layer, n)
                assert np.array_equal(got, want), (target, layer, n)
    if absent is not None:
        raise absent


def swept_code(layer: Layer, target: Target) -> str:
    """A Keras layer takes milliseconds to make: its function has the same arguments and takes none."""
    text = code(layer, target)
    if target != "keras":
        return text
    lines = []
    for line in text.splitlines():
        if line.startswith("layer = "):
            arguments = line.partition("), ")[2].rpartition(", use_bias")[0]
            lines.append(f"y = keras.ops.conv_transpose(x, w, {arguments}) + b")
        elif not line.startswith(("layer.", "y = layer(")):
            lines.append(line)
    return "\n".join(lines)
