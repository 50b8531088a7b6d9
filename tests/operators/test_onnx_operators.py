"""What nodes of ONNX mean: values that a hand can check, from the text of the operators."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halfpixel import ConvTranspose, Resize
from halfpixel.operators.onnx_operators import (
    ResizeNode,
    conv_transpose_node,
    left_open,
    resize_convention,
    resize_node,
)

RAMP = np.array([0.0, 10, 20, 30])


def said(node: ResizeNode) -> list[float]:
    return [float(v) for v in node.apply(RAMP, exact=True)]


# ---------------------------------------------------------------------------- coordinates


def places(grid: Any, n_in: int, n_out: int, factor: float | None = None) -> list[str]:
    convention = Resize(mode="linear", coordinate_transformation_mode=grid)
    return [str(place) for place in convention.coordinates(n_in, n_out, factor)]


def test_pytorch_half_pixel_is_half_pixel_but_for_one_output_pixel() -> None:
    assert places("pytorch_half_pixel", 4, 2) == places("half_pixel", 4, 2) == ["1/2", "5/2"]
    assert places("half_pixel", 4, 1) == ["3/2"]
    assert places("pytorch_half_pixel", 4, 1) == ["0"]
    assert places("pytorch_half_pixel", 4, 1, 0.4) == ["0"]


def test_half_pixel_symmetric_centres_what_a_factor_leaves_over() -> None:
    """offset = n_in / 2 · (1 − n_out / (n_in · f)), added to half_pixel: 4 at 0.6 are 2.4, two are made."""
    assert places("half_pixel", 4, 2, 0.6) == ["1/3", "2"]
    assert places("half_pixel_symmetric", 4, 2, 0.6) == ["2/3", "7/3"]
    assert places("half_pixel_symmetric", 4, 2, 0.5) == places("half_pixel", 4, 2)
    assert places("half_pixel_symmetric", 5, 3) == places("half_pixel", 5, 3)
    linear = resize_node(
        (4,),
        {"mode": "linear", "coordinate_transformation_mode": "half_pixel_symmetric"},
        scales=[0.6],
    )
    assert said(linear) == [pytest.approx(20 / 3), pytest.approx(70 / 3)]


def test_tf_half_pixel_for_nn_adds_a_half_and_takes_none_off() -> None:
    assert places("tf_half_pixel_for_nn", 4, 2) == ["1", "3"]
    assert places("tf_half_pixel_for_nn", 2, 4) == ["1/4", "3/4", "5/4", "7/4"]


@pytest.mark.parametrize(
    ("rounding", "other"), [("floor", "round_prefer_ceil"), ("round_prefer_floor", "ceil")]
)
def test_what_has_two_names_is_one_convention(rounding: Any, other: Any) -> None:
    twice = Resize(
        mode="nearest",
        coordinate_transformation_mode="tf_half_pixel_for_nn",
        nearest_mode=rounding,
    )
    assert twice == Resize(mode="nearest", nearest_mode=other)
    for n_in in range(1, 9):
        for n_out in range(1, 9):
            d = np.arange(n_out)
            place = [Fraction((2 * int(i) + 1) * n_in, 2 * n_out) for i in d]
            floor = [int(p // 1) for p in place]
            down = [-int((Fraction(1, 2) - p) // 1) for p in place]
            wanted = np.clip(floor if rounding == "floor" else down, 0, n_in - 1)
            assert twice.nearest_pixel(np.arange(n_out), n_in, n_out).tolist() == wanted.tolist()


@pytest.mark.parametrize("rounding", ["ceil", "round_prefer_ceil"])
def test_the_other_roundings_of_tf_half_pixel_for_nn_are_no_other_s(rounding: Any) -> None:
    own = Resize(
        mode="nearest",
        coordinate_transformation_mode="tf_half_pixel_for_nn",
        nearest_mode=rounding,
    )
    assert own.attributes["coordinate_transformation_mode"] == "tf_half_pixel_for_nn"
    # 1/4 3/4 5/4 7/4 of two pixels, 1 3 of four
    assert (
        own.nearest_pixel(np.arange(4), 2, 4).tolist()
        == {
            "ceil": [1, 1, 1, 1],
            "round_prefer_ceil": [0, 1, 1, 1],
        }[rounding]
    )
    assert own.nearest_pixel(np.arange(2), 4, 2).tolist() == [1, 3]


# ---------------------------------------------------------------------------- nearest


def test_opset_10_rounds_up_where_an_axis_shrinks() -> None:
    """4 → 2 at 0.6: 0 and 5/3, of which runtimes make pixels 0 and 2 of … 1 / 0.6."""
    node = resize_node((4,), {}, opset=10, scales=[0.6])
    assert node.convention.nearest_mode == "ceil_where_shrinking"
    assert said(node) == [0, 20]
    assert said(resize_node((4,), {}, opset=10, scales=[1.5])) == [0, 0, 10, 20, 20, 30]
    assert "does not say" in left_open(node.convention)
    assert left_open(Resize(mode="linear")) == ""
    own = node.convention
    for n_in, n_out, factor in ((4, 2, Fraction(3, 5)), (4, 6, None), (7, 3, None), (5, 5, None)):
        matrix = own.weights(n_in, n_out, factor)
        pixels = own.nearest_pixel(np.arange(n_out), n_in, n_out, factor)
        assert matrix.argmax(axis=1).tolist() == pixels.tolist()


def test_upsample_never_shrinks() -> None:
    node = resize_node((4,), {"scales": [1.5]}, opset=7, operator="Upsample")
    assert node.convention.nearest_mode == "floor"
    assert said(node) == [0, 0, 10, 20, 20, 30]
    assert resize_node((4,), {}, opset=9, operator="Upsample", scales=[1.5]) == node


@pytest.mark.parametrize("flag", ["antialias", "exclude_outside"])
def test_nearest_takes_the_flags_of_the_others_without_effect(flag: str) -> None:
    flags: dict[str, Any] = {flag: 1}
    assert Resize(mode="nearest", **flags) == Resize(mode="nearest")
    assert resize_convention({"mode": "nearest", **flags}) == Resize(mode="nearest")


def test_attributes_that_do_nothing_beside_others_are_taken() -> None:
    """What exporters write: all attributes, whatever the mode."""
    written = {
        "nearest_mode": "floor",
        "cubic_coeff_a": -0.5,
        "exclude_outside": 1,
        "extrapolation_value": 2.0,
    }
    assert resize_convention({"mode": "linear", **written}) == Resize(mode="linear")
    stretched = resize_convention({"mode": "linear", "antialias": 1, **written})
    assert stretched == Resize(mode="linear", antialias=True, exclude_outside=True)
    assert resize_convention({"mode": "cubic", **written}) == Resize(
        mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True
    )


# ---------------------------------------------------------------------------- sizes, axes, roi


@pytest.mark.parametrize(
    ("policy", "sizes", "size", "scale"),
    [
        ("stretch", (7, 8), (7, 8), None),
        ("not_larger", (7, 8), (5, 8), Fraction(8, 3)),  # 2 · 8/3 = 5.33
        ("not_smaller", (7, 8), (7, 11), Fraction(7, 2)),  # 3 · 7/2 = 10.5, halfway cases up
        ("not_larger", (1, 3), (1, 2), Fraction(1, 2)),  # 3 / 2
    ],
)
def test_the_aspect_ratio_is_kept(
    policy: str, sizes: tuple[int, int], size: tuple[int, int], scale: Fraction | None
) -> None:
    node = resize_node(
        (1, 1, 2, 3), {"keep_aspect_ratio_policy": policy, "axes": [2, 3]}, sizes=sizes
    )
    assert (node.size, node.scales) == (size, (scale, scale))


def test_a_policy_is_about_the_axes_that_are_named() -> None:
    """The others would be 1 · 4, and 5 · 4."""
    node = resize_node(
        (1, 5, 2, 3), {"keep_aspect_ratio_policy": "not_smaller", "axes": [-1]}, sizes=[12]
    )
    assert (node.axes, node.size) == ((3,), (12,))


def test_axes_are_counted_from_the_back_too() -> None:
    x = np.arange(6.0).reshape(1, 2, 3)
    one = resize_node((1, 2, 3), {"mode": "linear", "axes": [-1, 1]}, sizes=[6, 4])
    other = resize_node((1, 2, 3), {"mode": "linear", "axes": [1, 2]}, sizes=[4, 6])
    assert one.axes == (2, 1)
    assert one.apply(x).tolist() == other.apply(x).tolist()


def test_no_axes_resize_nothing() -> None:
    node = resize_node((2, 3), {"mode": "cubic", "axes": []}, sizes=[])
    assert (node.axes, node.size) == ((), ())
    assert node.apply([[1, 2, 3], [4, 5, 6]]).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_scales_make_a_size_in_float32() -> None:
    """3 · 1.6666666 is just below 5: in float32 it is 5, which is what ONNX's shape inference has."""
    scale = np.float32(5) / np.float32(3)
    assert resize_node((3,), {}, scales=[scale]).size == (5,)
    assert resize_node((22,), {}, scales=[np.float32(29) / np.float32(22)]).size == (29,)
    assert resize_node((10,), {}, scales=[0.25]).size == (2,)


def test_a_roi_is_a_part_of_the_axes_that_are_named() -> None:
    attributes = {
        "mode": "linear",
        "coordinate_transformation_mode": "tf_crop_and_resize",
        "extrapolation_value": 5.0,
        "axes": [1],
    }
    x = np.stack([RAMP, RAMP])
    node = resize_node((2, 4), attributes, roi=[1 / 3, 4 / 3], sizes=[4])
    assert node.apply(x)[1].tolist() == pytest.approx([10, 20, 30, 5])
    # floor(4 · (1 − 0.5) · 2): the part's own length is scaled
    assert resize_node((2, 4), attributes, roi=[0.5, 1], scales=[2]).size == (4,)
    # a roi without tf_crop_and_resize has no effect
    plain = resize_node((4,), {"mode": "linear"}, roi=[0.5, 1], sizes=[2])
    assert plain.convention == Resize(mode="linear")


NODE: dict[str, Any] = {"input_shape": (4,), "attributes": {}, "sizes": [2]}
SYMMETRIC = {"coordinate_transformation_mode": "half_pixel_symmetric"}
FOR_NN = {"coordinate_transformation_mode": "tf_half_pixel_for_nn"}
ALIGNED = {"coordinate_transformation_mode": "half_pixel_align_corners"}
CROP = {"coordinate_transformation_mode": "tf_crop_and_resize"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"attributes": {"antialias": 1}, "opset": 13}, "no attribute 'antialias'; opset 18 has"),
        ({"attributes": {"padding_mode": "zeros"}}, "no attribute 'padding_mode'; it takes coord"),
        ({"attributes": {"mode": "lanczos"}}, "mode is one of nearest, linear, cubic; got 'lanczos'"),
        ({"attributes": {"mode": "mitchell"}}, "mode is one of"),
        ({"attributes": {"mode": "cubic"}, "opset": 10}, "nearest, linear; got 'cubic'"),
        ({"attributes": SYMMETRIC, "opset": 18}, "got 'half_pixel_symmetric'"),
        ({"attributes": FOR_NN, "opset": 13}, "got 'tf_half_pixel_for_nn'"),
        ({"attributes": ALIGNED}, "is one of half_pixel,"),
        ({"attributes": {"nearest_mode": "round_half_even"}}, "nearest_mode is one of round_prefer_floor"),
        ({"attributes": {"keep_aspect_ratio_policy": "fit"}}, "keep_aspect_ratio_policy is one of stretch"),
        ({"attributes": {"antialias": 2}}, "antialias is 0 or 1, got 2"),
        ({"attributes": {"axes": [0, -1]}}, "an axis comes twice"),
        ({"attributes": {"axes": [1]}}, "axes are from -1 to 0"),
        ({"attributes": {"axes": []}}, "sizes has 1 entries for 0 axes"),
        ({"scales": [0.5]}, "scales or sizes, not both"),
        ({"sizes": None}, "needs scales or sizes"),
        ({"sizes": [2, 2]}, "sizes has 2 entries for 1 axes"),
        ({"opset": 10}, "opset 10 has no input sizes"),
        ({"sizes": None, "scales": [0.2]}, "nothing is left of axis 0"),
        ({"sizes": None, "scales": [-1]}, "finite number above 0"),
        ({"attributes": CROP}, "needs the input roi"),
        ({"attributes": CROP, "roi": [0, 0, 1, 1]}, "roi has 4 entries for 1 axes, which take 2"),
        ({"operator": "Upsample"}, "no ONNX Upsample in opset 19: opset 7 to 9"),
        ({"opset": 9}, "no ONNX Resize in opset 9: opset 10 on"),
    ],
)  # fmt: skip
def test_what_onnx_has_not_is_refused(changed: dict[str, Any], words: str) -> None:
    arguments = {**NODE, **changed}
    with pytest.raises(ValueError, match=words):
        resize_node(**arguments)


def test_ceil_where_shrinking_is_opset_10_s() -> None:
    with pytest.raises(
        ValueError, match="goes with coordinate_transformation_mode='asymmetric' only"
    ):
        Resize(mode="nearest", nearest_mode="ceil_where_shrinking")


# ---------------------------------------------------------------------------- ConvTranspose


@pytest.mark.parametrize(
    ("attributes", "kernel", "wanted"),
    [
        # 3 at stride 2: 3 − 2 = 1 over n · stride
        ({"strides": [2], "auto_pad": "SAME_UPPER"}, 3, {"pads": (0, 1)}),
        ({"strides": [2], "auto_pad": "SAME_LOWER"}, 3, {"pads": (1, 0)}),
        ({"strides": [2], "auto_pad": "VALID"}, 3, {}),
        ({"strides": [2], "auto_pad": "NOTSET", "pads": [2, 1]}, 3, {"pads": (2, 1)}),
        ({"auto_pad": "SAME_UPPER", "dilations": [2]}, 4, {"pads": (3, 3), "dilations": (2,)}),
        (
            {"strides": [2], "auto_pad": "SAME_UPPER", "output_padding": [1]},
            3,
            {"pads": (1, 1), "output_padding": (1,)},
        ),
        # one pixel at stride 2 falls short of n · stride by one
        ({"strides": [2], "auto_pad": "SAME_UPPER"}, 1, {"output_padding": (1,)}),
    ],
)  # fmt: skip
def test_auto_pad_is_so_many_pads(
    attributes: dict[str, Any], kernel: int, wanted: dict[str, Any]
) -> None:
    strides = tuple(attributes.get("strides", (1,)))
    node = conv_transpose_node(attributes, (kernel,))
    assert node == ConvTranspose(strides=strides, **wanted)
    if "SAME" in attributes["auto_pad"]:
        for n in (1, 2, 5):
            assert node.output_size((n,), (kernel,)) == (n * strides[0],)


@pytest.mark.parametrize(
    ("auto_pad", "pads"), [("NOTSET", (2, 1)), ("SAME_LOWER", (2, 1)), ("SAME_UPPER", (1, 2))]
)
def test_output_shape_cuts_the_rest_and_ignores_pads(auto_pad: str, pads: tuple[int, int]) -> None:
    """2 · 4 + 3 + 1 = 12 with output_padding, less 9: 3."""
    attributes = {"strides": [2], "output_shape": [9], "output_padding": [1], "auto_pad": auto_pad}
    node = conv_transpose_node(attributes, (3,), (5,))
    assert node == ConvTranspose(strides=(2,), pads=pads, output_padding=(1,))
    assert node.output_size((5,), (3,)) == (9,)
    if auto_pad == "NOTSET":
        assert conv_transpose_node({**attributes, "pads": [7, 7]}, (3,), (5,)) == node


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_any_number_of_spatial_axes(rank: int) -> None:
    node = conv_transpose_node({"strides": [2] * rank, "auto_pad": "SAME_LOWER"}, (3,) * rank)
    assert node.pads == (1,) * rank + (0,) * rank
    assert conv_transpose_node({}, (3,) * rank) == ConvTranspose(strides=(1,) * rank)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"pads": [-1, 0]}, "pads takes nothing below 0, got \\(-1, 0\\)"),
        (
            {"pads": [1, 0], "auto_pad": "SAME_UPPER"},
            "pads=\\(1, 0\\) and auto_pad='SAME_UPPER' do not go",
        ),
        ({"auto_pad": "SAME"}, "auto_pad is one of NOTSET"),
        ({"output_shape": [9]}, "depends on the input's size: give it"),
        ({"kernel_shape": [5]}, "kernel_shape=\\(5,\\) is not the weight's \\(3,\\)"),
        ({"strides": [2, 2]}, "strides has 2 entries for a weight of 1"),
        ({"padding": [1, 1]}, "no attribute 'padding'; it takes auto_pad"),
        ({"output_padding": [1]}, "output_padding\\[0\\]=1 must be below"),
    ],
)
def test_what_a_conv_transpose_cannot_say_is_refused(
    attributes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        conv_transpose_node(attributes, (3,))


def test_an_output_shape_that_no_output_padding_reaches_is_refused() -> None:
    with pytest.raises(ValueError, match="output_padding"):
        conv_transpose_node({"output_shape": [20]}, (3,), (5,))
    with pytest.raises(ValueError, match="does not include batch and channels"):
        conv_transpose_node({"output_shape": [1, 1, 9]}, (3,), (5,))


def test_a_bias_of_one_value_is_not_broadcast() -> None:
    with pytest.raises(ValueError, match="one value is not broadcast"):
        ConvTranspose(strides=(1,)).apply(np.ones((1, 1, 2)), np.ones((1, 3, 2)), np.ones(1))
