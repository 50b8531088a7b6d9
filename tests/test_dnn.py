"""Where cv2.dnn takes an ONNX Resize and computes something that no case can hold: docs/findings.md."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks
from halfpixel.frameworks import Expression, Name
from halfpixel.frameworks.opencv_dnn import run_node
from halfpixel.numerics.coordinates import coordinates
from halfpixel.operators.axis import Axis

pytestmark = [
    pytest.mark.opencv,
    pytest.mark.resize,
    pytest.mark.releases("opencv", ">=5"),  # whose layer of Resize is another one
]

F = np.float32
IMAGE = np.random.default_rng(0).integers(-9, 10, (1, 2, 5, 6)).astype(F)


def resized(
    x: NDArray[Any],
    shape: tuple[int, ...],
    opset: int = 13,
    scales: tuple[float, ...] | None = None,
    **attributes: Any,
) -> NDArray[Any]:
    """What cv2.dnn makes of a Resize with these attributes."""
    pytest.importorskip("onnx")
    names = frameworks.load("opencv")
    third = "sizes" if scales is None else "scales"
    inputs = ["x", "", "", "sizes"] if scales is None else ["x", "", "scales"]
    node = Expression(Name("onnx.helper.make_node"), ("Resize", inputs, ["y"]), attributes)
    given = {"opset": opset, "shape": shape, third: shape if scales is None else scales}
    return run_node(names, Expression(Name("run_node"), (node,), given), {"x": x})


def nearly(got: NDArray[Any], want: NDArray[Any]) -> bool:
    """Within float32's roundings; what differs in these tests differs by far more."""
    return bool(np.allclose(got, want, rtol=0, atol=1e-4))


@pytest.mark.parametrize("shape", [(1, 2, 1, 1), (1, 2, 1, 3)])
def test_linear_mixes_in_the_memory_before_an_image_of_one_row(shape: tuple[int, ...]) -> None:
    """A millionth of it. Before the second channel is the first; before the first, whatever was there."""
    x = np.zeros(shape, F)
    x[:, 0] = 2.0**20
    leaked = resized(x, (1, 2, 4, 5), mode="linear")[0, 1].max()
    # from the place 1e-6 before the pixel, whose distance to the one before it is rounded to float32
    assert leaked == F(2.0**20) - F(2.0**20) * (F(-1e-6) + F(1))


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_pytorch_half_pixel_reads_the_first_pixel_for_an_output_of_one(mode: str) -> None:
    flags: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": "pytorch_half_pixel"}
    assert resized(IMAGE, (1, 2, 1, 1), **flags).ravel().tolist() == IMAGE[0, :, 0, 0].tolist()
    whole = Resize(mode=mode).apply(IMAGE, (5, 1))
    assert not nearly(resized(IMAGE, (1, 2, 5, 1), **flags), whole)


def test_an_unknown_coordinate_mode_is_taken_for_asymmetric() -> None:
    got = resized(IMAGE, (1, 2, 8, 7), mode="linear", coordinate_transformation_mode="no_such")
    want = Resize(mode="linear", coordinate_transformation_mode="asymmetric").apply(IMAGE, (8, 7))
    assert nearly(got, want)


def test_an_unknown_nearest_mode_is_taken_for_round_prefer_floor() -> None:
    flags: dict[str, Any] = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
    got = resized(IMAGE, (1, 2, 10, 12), nearest_mode="no_such", **flags)
    want = resized(IMAGE, (1, 2, 10, 12), nearest_mode="round_prefer_floor", **flags)
    other = resized(IMAGE, (1, 2, 10, 12), nearest_mode="round_prefer_ceil", **flags)
    assert np.array_equal(got, want)
    assert not np.array_equal(got, other)


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_scales_say_the_size_and_not_where_pixels_sample(mode: str) -> None:
    """floor(5 · 1.5) = 7 and floor(6 · 1.45) = 8: the coordinates are those of 5/7 and 6/8."""
    got = resized(IMAGE, (1, 2, 7, 8), scales=(1, 1, 1.5, 1.45), mode=mode)
    assert nearly(got, Resize(mode=mode).apply(IMAGE, (7, 8)))
    h, w = ((np.arange(n) + 0.5) / s - 0.5 for n, s in ((7, 1.5), (8, 1.45)))
    convention = Resize(mode=mode)
    by_scale = convention.weights_at(h, 5) @ IMAGE @ convention.weights_at(w, 6).T
    assert not nearly(got, by_scale)


def test_keep_aspect_ratio_policy_is_not_read() -> None:
    flags: dict[str, Any] = {"mode": "linear", "keep_aspect_ratio_policy": "not_larger"}
    assert resized(IMAGE, (1, 2, 10, 6), opset=18, **flags).shape == (1, 2, 10, 6)  # not (5, 6)


def test_linear_on_uint8_cuts_off_what_its_last_pixel_lacks() -> None:
    """A millionth short of 30 is 29."""
    x = np.array([[10, 20, 30]] * 2, np.uint8)[None, None]
    assert resized(x, (1, 1, 2, 6), mode="linear")[0, 0, 0].tolist() == [10, 12, 17, 22, 27, 29]


@pytest.mark.parametrize("grid", ["half_pixel", "asymmetric", "align_corners"])
def test_linear_follows_its_rule_at_a_hundred_size_pairs(grid: Any) -> None:
    """The weight matrices: two products a tap, and the difference of the pixels, each rounded."""
    convention = Resize(mode="linear", coordinate_transformation_mode=grid)
    for n_in in (2, 3, 5, 16, 33, 34, 50, 97):
        x = np.eye(n_in, dtype=F)[None, None]
        for n_out in (1, 2, 7, 19, 40, 98):
            got = resized(
                x, (1, 1, n_in, n_out), mode="linear", coordinate_transformation_mode=grid
            )
            both = [
                convention.weights_at(coordinates(convention, Axis(*n), rule), n[0]).astype(float)
                for n in ((n_in, n_in), (n_in, n_out))
                for rule in ("float32_short_of_end",)
            ]
            want = both[0] @ both[1].T if n_in != n_out else np.eye(n_in)
            assert np.all(abs(got[0, 0] - want) <= 4 * 2.0**-24)


CROP = [
    ("nearest", [[0, 0, 1, 1, 1, 2, 2], [4, 4, 5, 5, 5, 6, 6], [8, 8, 9, 9, 9, 10, 10]]),
    ("linear", [[0, 0.5, 1, 1.5, 2, 2.5, -1], [6, 6.5, 7, 7.5, 8, 8.5, -1], [-1] * 7]),
    ("cubic", [[-1] * 7, [-1, -1, 7, 7.5, -1, -1, -1], [-1] * 7]),
]


@pytest.mark.parametrize(("mode", "rows"), CROP)
def test_tf_crop_and_resize_with_a_box_as_input_is_short_of_the_end(
    mode: str, rows: list[list[float]]
) -> None:
    """The whole image: nearest stops a pixel early, the others take what reaches the edge for outside."""
    onnx = pytest.importorskip("onnx")
    helper = pytest.importorskip("onnx.helper")
    cv2 = frameworks.load("opencv")["cv2"]
    x = np.arange(16, dtype=F).reshape(1, 1, 4, 4)
    inputs = [("x", x), ("roi", np.array([0, 0, 0, 0, 1, 1, 1, 1], F))]
    node = helper.make_node(
        "Resize",
        ["x", "roi", "", "sizes"],
        ["y"],
        mode=mode,
        coordinate_transformation_mode="tf_crop_and_resize",
        extrapolation_value=-1.0,
    )
    sizes = onnx.numpy_helper.from_array(np.array([1, 1, 3, 7]), "sizes")
    shapes = [helper.make_tensor_value_info(k, 1, v.shape) for k, v in inputs]
    output = [helper.make_tensor_value_info("y", 1, (1, 1, 3, 7))]
    graph = helper.make_graph([node], "crop", shapes, output, [sizes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))
    for name, value in inputs:
        net.setInput(value, name)
    assert nearly(net.forward()[0, 0], np.array(rows))
