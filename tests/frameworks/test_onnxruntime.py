"""ONNX Runtime: what its kernels compute beyond what the suites ask of its calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import ConvTransposeIdentification, convert, frameworks, identify
from halfpixel.conformance.trials import calls
from halfpixel.conversion import ConvTransposeConversion
from halfpixel.operators.onnx_operators import conv_transpose_node

Image = NDArray[Any]

CALLS = {call.name: call for call in calls() if call.framework == "onnxruntime"}


def run(
    operator: str,
    x: Image,
    attributes: dict[str, Any],
    opset: int = 19,
    **constants: Image,
) -> Image:
    """One node; its other inputs are constants of the model."""
    onnx = pytest.importorskip("onnx")
    names = frameworks.load("onnxruntime")
    helper = onnx.helper
    dtype = helper.np_dtype_to_tensor_dtype(x.dtype)
    order = ("roi", "scales", "sizes") if operator == "Resize" else ("w", "b")
    given = {name: constants[name] for name in order if name in constants}
    inputs = ["x", *(name if name in given else "" for name in order)]
    while not inputs[-1]:
        inputs.pop()
    graph = helper.make_graph(
        [helper.make_node(operator, inputs, ["y"], **attributes)],
        "node",
        [helper.make_tensor_value_info("x", dtype, x.shape)],
        [helper.make_tensor_value_info("y", dtype, None)],
        [onnx.numpy_helper.from_array(values, name) for name, values in given.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    session = names["onnxruntime"].InferenceSession(model.SerializeToString(), names["options"])
    return np.asarray(session.run(None, {"x": x})[0])


# ---------------------------------------------------------------------------- ConvTranspose

SHAPES = {1: (7,), 2: (4, 5), 3: (3, 4, 2)}


@pytest.mark.onnxruntime
@pytest.mark.conv_transpose
@pytest.mark.parametrize("rank", SHAPES)
@pytest.mark.parametrize(
    "attributes",
    [
        {"strides": 2, "pads": 1},
        {"strides": 3, "output_padding": 2, "group": 2},
        {"strides": 2, "dilations": 2, "auto_pad": "SAME_UPPER"},
        {"strides": 2, "auto_pad": "SAME_LOWER"},
        {"auto_pad": "VALID", "dilations": 3},
    ],
    ids=str,
)
def test_a_node_of_every_rank_computes_what_its_attributes_mean(
    rank: int, attributes: dict[str, Any]
) -> None:
    lengths = {"strides": 1, "output_padding": 1, "dilations": 1, "pads": 2}
    said = {
        name: [value] * rank * lengths[name] if name in lengths else value
        for name, value in attributes.items()
    }
    random = np.random.default_rng(rank)
    x = random.integers(-4, 5, (2, 4, *SHAPES[rank])).astype(np.float32)
    w = random.integers(-4, 5, (4, 3, *(3,) * rank)).astype(np.float32)
    b = random.integers(-4, 5, 3 * attributes.get("group", 1)).astype(np.float32)
    convention = conv_transpose_node(said, w.shape[2:], x.shape[2:])
    want = convention.apply(x, w, b)
    assert np.array_equal(run("ConvTranspose", x, said, w=w, b=b), want)


@pytest.mark.onnxruntime
@pytest.mark.conv_transpose
def test_float16_is_cast_to_float32_and_its_result_rounded_once() -> None:
    random = np.random.default_rng(0)
    x, w = (random.standard_normal(s).astype(np.float16) for s in ((1, 8, 5, 6), (8, 3, 3, 3)))
    attributes = {"strides": [2, 2]}
    wide = run("ConvTranspose", x.astype(np.float32), attributes, w=w.astype(np.float32))
    got = run("ConvTranspose", x, attributes, w=w)
    assert got.dtype == np.float16
    assert np.array_equal(got, wide.astype(np.float16))
    assert not np.array_equal(got.astype(np.float32), wide)  # it does round


@pytest.mark.onnxruntime
@pytest.mark.conv_transpose
@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("nn.ConvTranspose2d(4, 6, 3, 2, 1, output_padding=1)", ""),
        ("nn.ConvTranspose2d(4, 6, 2, 1, dilation=3, output_padding=2)", "at the kernel's end"),
        ("nn.ConvTranspose3d(4, 6, 3, 2, groups=2)", ""),
    ],
)
def test_a_layer_of_torch_becomes_a_node_that_runs(call: str, words: str) -> None:
    answer = convert(call, "onnxruntime")
    assert isinstance(answer, ConvTransposeConversion)
    assert words in str(answer)
    assert answer.plan.exact == (not words)
    layer = answer.layer
    random = np.random.default_rng(0)
    x = random.integers(-4, 5, (1, 4, *SHAPES[layer.rank])).astype(np.float32)
    w = random.integers(-4, 5, layer.weight_shape).astype(np.float32)
    b = np.arange(6, dtype=np.float32)
    got = run("ConvTranspose", x, dict(answer.plan.arguments), w=answer.plan.weight(w), b=b)
    assert np.array_equal(got, layer.convention.apply(x, w, b))


@pytest.mark.onnxruntime
@pytest.mark.conv_transpose
def test_identify_names_a_session_of_a_transposed_convolution() -> None:
    def by_session(x: Image, w: Image) -> Image:
        return run("ConvTranspose", x, {"strides": [2, 2], "pads": [1, 0, 1, 2]}, w=w)

    answer = identify(by_session)
    assert isinstance(answer, ConvTransposeIdentification)
    assert answer.named
    assert answer.convention == conv_transpose_node(
        {"strides": [2, 2], "pads": [1, 0, 1, 2]}, (3, 3)
    )
    said = dict(answer.same_as)
    assert "pads=[1, 0, 1, 2]" in said["onnxruntime"]
