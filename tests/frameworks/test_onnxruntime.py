"""ONNX Runtime: what its kernels compute beyond what the suites ask of its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import ConvTransposeIdentification, Resize, compare, convert, frameworks, identify
from halfpixel.comparison import Comparison
from halfpixel.conformance import goldens
from halfpixel.conformance.trials import calls
from halfpixel.conversion import ConvTransposeConversion
from halfpixel.numerics.integer_kernels import onnxruntime
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


# ---------------------------------------------------------------------------- integers


@dataclass(frozen=True)
class Asked:
    """A node Resize of an image (1, 2, H, W), by sizes or by scales, and what it means."""

    convention: Resize
    attributes: Mapping[str, Any]
    n_in: tuple[int, int]
    size: tuple[int, int]
    scales: tuple[float | None, float | None]

    def run(self, x: Image) -> Image:
        if self.scales[0] is None:
            given: dict[str, Any] = {"sizes": np.array([*x.shape[:2], *self.size])}
        else:
            given = {"scales": np.array([1, 1, *self.scales], np.float32)}
        return run("Resize", x, dict(self.attributes), **given)


def drawn(random: np.random.Generator) -> Asked:
    """A node that is given integers."""
    antialias = bool(random.random() < 0.6)
    mode = str(random.choice(["linear", "cubic"] if antialias else ["linear"]))
    grid = str(random.choice(onnxruntime.GRIDS))
    flags: dict[str, Any] = {}
    if antialias:
        flags = {"antialias": True, "exclude_outside": bool(random.random() < 0.5)}
    if mode == "cubic":
        flags["cubic_coeff_a"] = float(random.choice([-0.5, -0.75]))
    attributes: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": grid}
    attributes |= {key: value if "coeff" in key else int(value) for key, value in flags.items()}
    h, w, *size = (int(n) for n in random.integers(2, 40, 4))
    scales: tuple[float | None, float | None] = (None, None)
    if random.random() < 0.4:
        factors = random.choice([0.5, 0.6, 1, 1.1, 1.55, 2, 2.2, 3], 2).astype(np.float32)
        scales = (float(factors[0]), float(factors[1]))
        size = [int(n * factor) for n, factor in zip((h, w), factors, strict=True)]
    convention = Resize(mode=mode, coordinate_transformation_mode=grid, **flags)  # type: ignore[arg-type]
    return Asked(convention, attributes, (h, w), (size[0], size[1]), scales)


def predict(asked: Asked, x: Image) -> Image:
    """Every value, by the arithmetic of the dtype."""
    arithmetic = onnxruntime.fixed_22 if x.dtype.itemsize == 1 else onnxruntime.rounded
    if not asked.convention.antialias:
        arithmetic = onnxruntime.cut
    pixels = x.astype(np.int64)
    return arithmetic(asked.convention, pixels, asked.size, str(x.dtype), asked.scales)


def integers(random: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Image:
    """All that 8 bits hold; of int32 what float32 holds."""
    info = np.iinfo(dtype)
    low, high = max(info.min, -(2**20)), min(info.max, 2**20)
    return random.integers(low, high + 1, shape).astype(dtype)


def check(dtype: str, seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(count):
        asked = drawn(random)
        x = integers(random, (1, 2, *asked.n_in), dtype)
        assert np.array_equal(asked.run(x), predict(asked, x)), asked


@pytest.mark.onnxruntime
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32"])
def test_integers_are_predicted_value_for_value(dtype: str) -> None:
    check(dtype, 0, 40)


@pytest.mark.sweep
@pytest.mark.onnxruntime
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32"])
@pytest.mark.parametrize("seed", range(1, 4))
def test_integers_are_predicted_in_many_draws(dtype: str, seed: int) -> None:
    check(dtype, seed, 1000)


WHOLE = {"mode": "linear"}
SMOOTH = {"mode": "cubic", "antialias": 1}


def line(values: list[int], dtype: str, attributes: dict[str, Any], n_out: int) -> list[int]:
    """A line of integers resized."""
    x = np.array(values, dtype)[None, None, None]
    found: list[int] = (
        run("Resize", x, attributes, sizes=np.array([1, 1, 1, n_out])).ravel().tolist()
    )
    return found


@pytest.mark.onnxruntime
def test_what_findings_say_of_integers() -> None:
    """docs/findings.md: Resize cuts the fraction of integers off; int8 antialiased is clamped as uint8."""
    white = np.full((1, 1, 224, 224), 255, np.uint8)
    got = run("Resize", white, WHOLE, sizes=np.array([1, 1, 480, 640]))
    assert (np.unique(got).tolist(), int((got < 255).sum())) == ([254, 255], 30715)
    assert line([0, 10, 20, 30], "uint8", WHOLE, 7) == [0, 3, 9, 15, 20, 26, 30]
    assert line([-10, -20, -30], "int8", WHOLE, 5) == [-10, -14, -20, -26, -30]
    negative = {"mode": "linear", "antialias": 1}
    assert line([-10, -20, -30, -40], "int8", negative, 2) == [0, 0]
    assert line([-128, -128, 127, 127, -128, -128], "int8", SMOOTH, 12)[4:8] == [
        69,
        -93,
        -93,
        69,
    ]
    assert line([2**31 - 1] * 3, "int32", WHOLE, 5) == [-(2**31)] * 5


@pytest.mark.onnxruntime
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32"])
def test_cubic_of_integers_raises(dtype: str) -> None:
    with pytest.raises(Exception, match="Tensor type mismatch"):
        line([1, 2, 3], dtype, {"mode": "cubic"}, 5)


@pytest.mark.onnxruntime
def test_float16_is_cast_to_float32_around_a_resize() -> None:
    random = np.random.default_rng(0)
    x = random.standard_normal((1, 2, 9, 7)).astype(np.float16)
    for attributes in (WHOLE, SMOOTH, {"mode": "cubic"}, {"mode": "nearest"}):
        sizes = np.array([1, 2, 13, 4])
        wide = run("Resize", x.astype(np.float32), attributes, sizes=sizes)
        assert np.array_equal(run("Resize", x, attributes, sizes=sizes), wide.astype(np.float16))


# ---------------------------------------------------------------------------- compared


@pytest.mark.onnxruntime
@pytest.mark.pillow
def test_compare_answers_pillow_against_onnx_runtime_on_a_photograph() -> None:
    """Training by Pillow and serving by a node: they part at the antialiasing, and the node that does not is
    the answer."""
    pillow = frameworks.load("pillow")["Image"]
    frameworks.load("onnxruntime")

    def train(image: Image) -> Image:
        resized = pillow.fromarray(image).resize((24, 20), pillow.Resampling.BILINEAR)
        return np.asarray(resized, np.float32).transpose(2, 0, 1)[None] / 255

    def served(**attributes: int) -> Callable[[Image], Image]:
        session = session_of("linear", attributes)
        return lambda x: session.run(
            None, {"x": x.astype(np.float32).transpose(2, 0, 1)[None] / 255}
        )[0]

    image = np.asarray(pillow.open(goldens.root() / "photograph.ppm"))
    answer = compare(train, served(), images=[image], dtypes=("uint8",))
    assert not answer.same
    assert answer.first is not None
    assert answer.first.name == "resize"
    assert 10 < furthest(answer) < 255
    node = answer.remedies[0].code
    assert node.startswith("node = onnx.helper.make_node('Resize'")
    assert "antialias=1, exclude_outside=1" in node
    mended = compare(
        train, served(antialias=1, exclude_outside=1), images=[image], dtypes=("uint8",)
    )
    assert mended.first is not None
    assert mended.first.name == "rounding"
    assert furthest(mended) < 1


def furthest(answer: Comparison) -> float:
    """In levels of 255, at the value that is furthest apart."""
    assert answer.worst is not None
    assert answer.worst.difference is not None
    return answer.worst.difference.max


def session_of(mode: str, attributes: Mapping[str, Any]) -> Any:
    """A session of a node Resize to 20×24, for images of three channels of any size."""
    onnx, names = pytest.importorskip("onnx"), frameworks.load("onnxruntime")
    helper, dtype = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode=mode, **attributes)],
        "model",
        [helper.make_tensor_value_info("x", dtype, [1, 3, None, None])],
        [helper.make_tensor_value_info("y", dtype, None)],
        [onnx.numpy_helper.from_array(np.array([1, 3, 20, 24]), "sizes")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return names["onnxruntime"].InferenceSession(model.SerializeToString(), names["options"])
