"""No argument of a call is dropped: it is in the reading, in what is said beside the answer, or refused."""

from __future__ import annotations

import contextlib
import random
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from halfpixel import frameworks
from halfpixel.conversion import convert
from halfpixel.conversion.answer import Part, ResizeConversion
from halfpixel.conversion.parse import Reading, Sizes, Spoken, Unreadable, catalogue, read, readings
from halfpixel.conversion.parse.conv_transpose import OPERATORS, Operator
from halfpixel.conversion.parse.grids import _inverse
from halfpixel.conversion.parse.names import known
from halfpixel.conversion.parse.signatures import FUNCTIONS, Function
from halfpixel.conversion.parse.text import of_expression, outermost
from halfpixel.frameworks.call import Expression, Name

# a call of each function that is answered, and of each parameter another value than its default
PLAIN: dict[str, dict[str, str]] = {
    "F.interpolate": {"input": "x", "size": "(h, w)", "mode": "'bilinear'"},
    "nn.Upsample": {"size": "(h, w)", "mode": "'bilinear'"},
    "F.upsample": {"input": "x", "size": "(h, w)", "mode": "'bilinear'"},
    "nn.UpsamplingNearest2d": {"size": "(h, w)"},
    "nn.UpsamplingBilinear2d": {"size": "(h, w)"},
    "F.grid_sample": {
        "input": "x",
        "grid": "F.affine_grid([[[1, 0, 0], [0, 1, 0]]], (1, 1, h, w))",
    },
    "tf.image.resize": {"images": "x", "size": "(h, w)"},
    "tf.image.resize_with_pad": {"image": "x", "target_height": "h", "target_width": "w"},
    "tf.image.crop_and_resize": {
        "image": "x",
        "boxes": "[[0, 0, 1, 1]]",
        "box_indices": "[0]",
        "crop_size": "(h, w)",
    },
    "tf.raw_ops.CropAndResize": {
        "image": "x",
        "boxes": "[[0, 0, 1, 1]]",
        "box_ind": "[0]",
        "crop_size": "(h, w)",
    },
    "tf.raw_ops.ScaleAndTranslate": {
        "images": "x",
        "size": "(h, w)",
        "scale": "(2.0, 2.0)",
        "translation": "(0.0, 0.0)",
        "kernel_type": "'triangle'",
    },
    "tf.raw_ops.QuantizedResizeBilinear": {
        "images": "x",
        "size": "(h, w)",
        "min": "0.0",
        "max": "1.0",
    },
    "keras.ops.image.resize": {"images": "x", "size": "(h, w)"},
    "keras.layers.Resizing": {"height": "h", "width": "w"},
    "keras.layers.UpSampling1D": {"size": "2"},
    "keras.layers.UpSampling2D": {"size": "(2, 2)"},
    "keras.layers.UpSampling3D": {"size": "2"},
    "cv2.resize": {"src": "x", "dsize": "(w, h)"},
    "Image.resize": {"size": "(w, h)"},
    "Image.reduce": {"factor": "2"},
    "cv2.pyrDown": {"src": "x"},
    "cv2.pyrUp": {"src": "x"},
    "cv2.warpAffine": {
        "src": "x",
        "M": "[[2, 0, 0.5], [0, 2, 0.5]]",
        "dsize": "(w, h)",
        "flags": "17",
        "borderMode": "1",
    },
}
_IMAGES = {"images": "x", "size": "(h, w)"}  # TensorFlow's other functions
_BOX = {"top": "1", "left": "2", "height": "8", "width": "9", "size": "(h, w)"}
PLAIN |= {
    "TF.resize": {"img": "x", "size": "(h, w)"},
    "TF.resized_crop": {"img": "x", **_BOX},
    "transforms.Resize": {"size": "(h, w)"},
    "v2.functional.resize": {"inpt": "x", "size": "(h, w)"},
    "v2.functional.resized_crop": {"inpt": "x", **_BOX},
    "v2.Resize": {"size": "(h, w)"},
}
PLAIN |= {"jax.image.resize": {"image": "x", "shape": "(n, h, w, c)", "method": "'linear'"}}
PLAIN |= {f"tfl.{name}": {"x": "x", "size": "(h, w)"} for name in
          ("resize_bilinear", "resize_nearest_neighbor")}  # fmt: skip
OTHER = {
    "size": "(7, 5)",
    "shape": "(n, 7, 5, c)",
    "precision": "'high'",
    "op_resolver_type": "OpResolverType.BUILTIN_REF",
    "scale_factor": "3",
    "factor": "(3, 2)",
    "mode": "'bicubic'",
    "align_corners": "True",
    "recompute_scale_factor": "flag",
    "antialias": "True",
    "grid": "grid",
    "padding_mode": "'reflection'",
    "method": "'bicubic'",
    "preserve_aspect_ratio": "True",
    "target_height": "7",
    "target_width": "5",
    "boxes": "[[0, 0, 0.5, 1]]",
    "box_indices": "[1]",
    "box_ind": "[1]",
    "crop_size": "(7, 5)",
    "extrapolation_value": "1.0",
    "half_pixel_centers": "True",
    "scale": "(3.0, 3.0)",
    "translation": "(1.0, 0.0)",
    "kernel_type": "'lanczos3'",
    "interpolation": "'bicubic'",
    "crop_to_aspect_ratio": "True",
    "pad_to_aspect_ratio": "True",
    "data_format": "'channels_first'",
    "dtype": "'float16'",
    "height": "7",
    "width": "5",
    "dsize": "(7, 5)",
    "dst": "cv2.INTER_AREA",
    "fx": "0.5",
    "fy": "0.5",
    "borderType": "cv2.BORDER_CONSTANT",
    "dstsize": "(7, 5)",
    "M": "[[3, 0, 0], [0, 3, 0]]",
    "flags": "18",
    "borderMode": "0",
    "borderValue": "255",
    "resample": "Image.HAMMING",
    "box": "(0, 0, 3, 3)",
    "reducing_gap": "2.0",
    "max_size": "300",
    "top": "3",
    "left": "3",
}
_OF_TORCHVISION = {"interpolation": "InterpolationMode.BICUBIC", "antialias": "False"}
OTHER_OF = {
    "cv2.resize": {"interpolation": "cv2.INTER_AREA"},
    "jax.image.resize": {"antialias": "False"},
    "tf.raw_ops.ScaleAndTranslate": {"antialias": "False", "kernel_type": "'lanczos3'"},
    **{one.name: _OF_TORCHVISION for one in FUNCTIONS if one.framework == "torchvision"},
}
# beside another argument alone
BESIDE: dict[str, dict[str, str | None]] = {
    "scale_factor": {"size": None},
    "fx": {"dsize": "None", "fy": "0.5"},
    "fy": {"dsize": "None", "fx": "0.5"},
    "max_size": {"size": "200"},
}
# with no part in the result, each for its reason
WITHOUT_EFFECT = {
    "name": "of the layer or of the node",
    "trainable": "there are no weights",
    "hint": "of an algorithm that computes the same",
    "min": "the range of the quantised image, which is handed through",
    "max": "the range of the quantised image, which is handed through",
    "outputs": "a name",
    "dst": "where the result is written; a flag that lands there is a mistake",
}
FILLED = ("fill_mode", "fill_value")  # of an image that is padded, which is refused

WITHOUT_ONNX = [one for one in FUNCTIONS if one.framework != "onnx" and not one.refused]


def written(function: Function, arguments: dict[str, str | None]) -> str:
    given = ", ".join(f"{name}={text}" for name, text in arguments.items() if text is not None)
    name = f"x.{function.name.rpartition('.')[2]}" if function.method else function.name
    return f"{name}({given})"


def plain(function: Function) -> dict[str, str | None]:
    return dict(PLAIN.get(function.name, _IMAGES))


def facts(text: str) -> tuple[Any, ...]:
    """All that an answer is made of, but for the text itself."""
    one = read(text)
    assert isinstance(one, Reading)
    calls = [call.id for call in one.calls]
    return (calls, *(repr(v) for k, v in vars(one).items() if k not in ("written", "calls")))


PARAMETERS = [
    (function, name)
    for function in WITHOUT_ONNX
    for name, kind in function.kinds.items()
    if kind not in ("image", "unused") and name not in FILLED
]


@pytest.mark.parametrize("function", WITHOUT_ONNX, ids=lambda function: function.name)
def test_a_plain_call_of_every_function_is_read(function: Function) -> None:
    found = read(written(function, plain(function)))
    assert isinstance(found, Reading)
    assert not found.warnings


@pytest.mark.parametrize(
    ("function", "name"), PARAMETERS, ids=[f"{f.name}-{name}" for f, name in PARAMETERS]
)
def test_another_value_of_an_argument_changes_what_is_read_or_is_refused(
    function: Function, name: str
) -> None:
    value = OTHER_OF.get(function.name, {}).get(name, OTHER.get(name))
    arguments = {**plain(function), **BESIDE.get(name, {}), name: value}
    assert value is not None
    found: Any = None
    try:
        found = facts(written(function, arguments))
    except Unreadable as error:
        found = str(error)
    assert found != facts(written(function, plain(function)))
    assert not isinstance(found, str) or name in found or value.strip("'") in found


def test_arguments_without_effect_are_declared_one_by_one() -> None:
    unused = {name for function in FUNCTIONS for name in function.unused}
    assert unused <= set(WITHOUT_EFFECT)


@pytest.mark.parametrize("name", FILLED)
def test_what_fills_around_an_image_matters_where_there_is_something_around(name: str) -> None:
    value = {"fill_mode": "'reflect'", "fill_value": "9.0"}[name]
    call = f"keras.layers.Resizing(3, 4, {name}={value}"
    assert facts(f"{call})") == facts("keras.layers.Resizing(3, 4)")
    with pytest.raises(Unreadable, match="pad_to_aspect_ratio=True"):
        read(f"{call}, pad_to_aspect_ratio=True)")


# ---------------------------------------------------------------------------- flags that are not literals


@pytest.mark.parametrize(
    "value",
    [
        "cfg.INTER_AREA",
        "self.INTER_AREA",
        "modes['INTER_AREA']",
        "modes.INTER_AREA",
        "f'INTER_{name}'",
        "getattr(cv2, 'INTER_AREA')",
        "flag or cv2.INTER_AREA",
        "cv2.INTER_AREA and flag",
        "flags[cv2.INTER_AREA]",
        "(lambda: cv2.INTER_AREA)()",
        "Image.INTER_AREA",
        "'INTER_AREA'",
        "-cv2.INTER_AREA",
        "cv2.INTER_AREA + 1",
        "(f := cv2.INTER_AREA)",
        "int(cv2.INTER_AREA)",
    ],
)
def test_an_expression_is_no_flag_by_its_last_name(value: str) -> None:
    with pytest.raises(Unreadable, match="INTER"):
        read(f"cv2.resize(img, (w, h), interpolation={value})")


@pytest.mark.parametrize("value", ["cv2.INTER_AREA", "cv.INTER_AREA", "INTER_AREA", "3"])
def test_a_constant_of_the_module_is_a_flag(value: str) -> None:
    found = read(f"cv2.resize(img, (w, h), interpolation={value})")
    assert isinstance(found, Reading)
    assert found.flags == {"interpolation": "INTER_AREA"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("F.interpolate(x, (h, w), mode=mode)", "mode=mode is not written out: give its value"),
        ("F.interpolate(x, (h, w), mode='bi' + kind)", "mode='bi' + kind is not written out"),
        ("F.interpolate(x, (h, w), mode='bilinear', align_corners=1)", "align_corners=1 is not one of"),
        ("tf.image.resize(x, (h, w), 'BILINEAR')", "method='BILINEAR' is not one of"),
        ("tf.image.resize(x, (h, w), 1)", "method=1 is not one of"),
        ("tf.image.resize(x, (h, w), InterpolationMode.BILINEAR)", "is not written out: give its value, one"),
        ("keras.layers.Resizing(3, 4, dtype=d, crop_to_aspect_ratio=c)", "crop_to_aspect_ratio=c"),
        ("tf.raw_ops.ResizeBilinear(x, (h, w))", "too many positional arguments"),
        ("F.grid_sample(x, grid)", "F.affine_grid([[[1, 0, 0], [0, 1, 0]]], (n, c, h, w)"),
        ("F.grid_sample(x, F.affine_grid(theta, (1, 1, h, w)))", "theta=theta is not written out"),
        (
            "F.grid_sample(x, F.affine_grid(shifted([[[1, 0, 0], [0, 1, 0]]]), (1, 1, h, w)))",
            "is not written out",
        ),
        (
            "F.grid_sample(x, F.affine_grid([[[1, 0, 0], [0, 1, 0]]], (1, 1, h, w), c), align_corners=True)",
            "align_corners=c is not written out",
        ),
        ("tf.image.crop_and_resize(x, jitter([[0, 0, 1, 1]]), [0], (h, w))", "[[0, 0, 1, 1]] for all of it"),
        ("cv2.warpAffine(x, rotate([[2, 0, 0], [0, 2, 0]]), (w, h), flags=17)", "is not written out"),
        ("F.grid_sample(x, F.affine_grid([[[1, 0, 0], [0, 1, 0]]], (1, 1, 4, h, w)))", "(n, c, h, w), got"),
        ("tf.image.crop_and_resize(x, boxes, [0], (h, w))", "[[0, 0, 1, 1]] for all of it"),
        ("F.interpolate(x, (None, 8))", "a positive whole number for each axis, got None"),
        ("F.interpolate(x, scale_factor=0)", "a positive number for each axis, got 0"),
        ("F.interpolate(x, (4, 10000000000))", "is too large"),
        ("nn.Upsample(scale_factor=2)(x, 3)", "the layer is called with one image"),
        ("nn.Upsample(scale_factor=2)(x, output_size=(4, 4))", "the layer is called with one image"),
    ],
)  # fmt: skip
def test_what_is_not_written_out_is_refused(text: str, words: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(text)
    assert words in str(error.value)


def test_a_matrix_from_input_to_output_is_inverted_as_opencv_does() -> None:
    cv2 = pytest.importorskip("cv2")
    forward = read("cv2.warpAffine(x, [[2, 0, 0.5], [0, 4, 1.5]], (w, h), borderMode=1)")
    inverse = read("cv2.warpAffine(x, [[0.5, 0, -0.25], [0, 0.25, -0.375]], (w, h), None, 17, 1)")
    assert isinstance(forward, Reading)
    assert isinstance(inverse, Reading)
    assert (forward.flags, forward.ratio) == (inverse.flags, inverse.ratio)

    x = np.random.default_rng(0).random((13, 7, 3), dtype=np.float32)
    for m in (3, 7, 10, 49):  # whose inverses are rounded
        matrix = [[m / 13, 0.1, m / 26], [0.2, 7 / m, 1 / m]]
        mine = cv2.warpAffine(x, np.array(_inverse(matrix)), (20, 9), flags=17, borderMode=1)
        assert_array_equal(cv2.warpAffine(x, np.array(matrix), (20, 9), borderMode=1), mine)


# ---------------------------------------------------------------------------- sizes that are one name


@pytest.mark.parametrize(
    ("text", "scalar"),
    [
        ("F.interpolate(x, size=n)", "n"),
        ("F.interpolate(x, scale_factor=self.factor)", "self.factor"),
        ("nn.Upsample(size=size)(x)", "size"),
        ("keras.layers.UpSampling2D(factors)", "factors"),
        ("F.interpolate(x, size=n // 2)", "n // 2"),  # of an array too
        ("F.interpolate(x, size=x.shape[2] // 2)", None),  # no tuple
        ("F.interpolate(x, size=int(n))", None),
        ("F.interpolate(x, size=y.shape[2])", None),
        ("F.interpolate(x, size=y.shape[-2:])", None),  # no number
        ("F.interpolate(x, size=(n, n))", None),
        ("tf.image.resize(x, size)", None),  # TensorFlow takes two alone
        ("cv2.resize(x, size)", None),
    ],
)
def test_a_size_that_is_one_name_may_be_a_number(text: str, scalar: str | None) -> None:
    found = read(text)
    assert isinstance(found, Reading)
    assert found.scalar_size == scalar


@pytest.mark.parametrize("text", ["tf.image.resize(x, y.shape[1] // 2)", "cv2.resize(x, int(n))"])
def test_a_number_is_no_size_of_two_axes(text: str) -> None:
    with pytest.raises(Unreadable, match="is two numbers"):
        read(text)


# ---------------------------------------------------------------------------- what stands around a call


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ("torch.relu(F.interpolate(x, (8, 8)))", "torch.relu(…)"),
        ("F.interpolate(x, (8, 8))[:, :, ::2]", "…[:, :, ::2]"),
        ("F.interpolate(x, (8, 8)).permute(0, 2, 3, 1)", "….permute(0, 2, 3, 1)"),
        ("y = F.interpolate(x, (8, 8)) / 255", "… / 255"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3), nn.Upsample((8, 8)))", "nn.Sequential(nn.Conv2d(3, 8, 3), …)"),
        ("[F.interpolate(x, s) for s in sizes]", "[… for s in sizes]"),
        ("x += F.interpolate(x, (8, 8))", "x += …"),
        ("nn.Upsample((8, 8))(x).contiguous()", "….contiguous()"),
        ("torch.relu(nn.ConvTranspose2d(3, 4, 3)(x))", "torch.relu(…)"),
    ],
)  # fmt: skip
def test_what_stands_around_a_call_is_told(text: str, around: str) -> None:
    found = read(text)
    assert found.warnings == (f"{around} stands around the call and is not part of the answer",)
    assert str(convert(text, "torch")).startswith(f"warning: {around} ")


@pytest.mark.parametrize(
    "text",
    ["y = {}", "return {}", "self.up = {}", "y: Tensor = {}", "lambda x: {}", "{}", "y = z = {};"],
)
def test_a_name_for_the_result_is_nothing_around_it(text: str) -> None:
    for call in (
        "F.interpolate(x, (8, 8))",
        "nn.Upsample((8, 8))(x)",
        "nn.ConvTranspose2d(3, 4, 3)(x)",
    ):
        assert not read(text.format(call)).warnings


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("x", False),
        ("batch.images", False),
        ("x.contiguous()", False),
        ("x.detach()", False),
        ("x[::2]", True),
        ("x / 255", True),
        ("x.permute(0, 3, 1, 2)", True),
        ("x if flag else y", True),
        ("F.interpolate(x, (9, 9))", True),
        ("x.half()", True),
    ],
)
def test_what_is_done_to_the_image_is_told(image: str, told: bool) -> None:
    for call in (f"F.interpolate({image}, (8, 8))", f"nn.Upsample((8, 8))({image})"):
        found = read(call)
        assert isinstance(found, Reading)
        assert (f"x in the code is {image}" in found.notes) == told


@pytest.mark.parametrize(
    "text",
    [
        "[cv2.resize(a, (8, 8)), cv2.resize(b, (9, 9))]",
        "nn.Sequential(nn.Upsample((8, 8)), nn.Upsample((9, 9)))",
        "nn.Sequential(nn.Upsample((8, 8)), nn.ConvTranspose2d(3, 4, 3))",
        "F.interpolate(x, (8, 8)) + F.interpolate(x, (8, 8), mode='bilinear')",
    ],
)
def test_two_calls_are_two_questions(text: str) -> None:
    with pytest.raises(Unreadable, match="ask about one at a time"):
        read(text)


def test_two_statements_are_two_questions() -> None:
    with pytest.raises(Unreadable, match="2 statements: write the call alone"):
        read("x = x / 255; F.interpolate(x, (8, 8))")


# ---------------------------------------------------------------------------- transposed convolutions


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_argument_of_a_transposed_convolution_is_read_or_declared(operator: Operator) -> None:
    """What a reading does not look at is declared as without effect."""
    seen: set[str] = set()

    class Watched(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            seen.add(name)
            return super().__getitem__(name)

        def get(self, name: str, default: Any = None) -> Any:
            seen.add(name)
            return super().get(name, default)

    from halfpixel.conversion.parse import conv_transpose

    given = {
        "in_channels": 4,
        "out_channels": 4,
        "filters": 4,
        "kernel_size": 3,
        "strides": 1,
        "output_shape": (1, *(6,) * (operator.rank or 2), 4),
        "inputs": ["x", "w"],
    }
    if operator.framework == "jax":
        given |= {"padding": [(1, 1)] * (operator.rank or 2)}
    if operator.framework == "onnx":
        given |= {"strides": None, "output_shape": None}
    values = {name: one.default for name, one in operator.signature.parameters.items()}
    values |= {name: value for name, value in given.items() if name in values}
    rank = operator.rank or 2
    last = operator.framework in ("tensorflow", "keras")
    weight = (*(3,) * rank, 4, 4) if last else (4, 4, *(3,) * rank)
    sizes = Sizes(weight, (6 if operator.framework == "tensorflow" else 4,) * rank)
    operator.layer(conv_transpose._Arguments(operator, operator.name, Watched(values), sizes))
    looked_into = {operator.image, *operator.unused}
    assert set(values) - seen <= looked_into
    assert seen.isdisjoint(operator.unused)


@pytest.mark.parametrize(("size", "output_padding"), [((16, 17), (1, 0)), ((1, 8, 15, 16), (0, 1))])
def test_the_output_size_of_a_layer_s_call_is_its_output_padding(
    size: tuple[int, ...], output_padding: tuple[int, int]
) -> None:
    layer = "nn.ConvTranspose2d(4, 8, 3, 2, 1)"
    found = read(
        f"{layer}(x, output_size={size})", Sizes(None, (8, 9) if len(size) == 2 else (8, 8))
    )
    assert isinstance(found, Spoken)
    assert found.layer.convention.output_padding == output_padding


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nn.ConvTranspose2d(4, 8, 3, 2, 1)(x, output_size=(64, 64))", "by input_size= or --input"),
        ("nn.ConvTranspose2d(4, 8, 3, 2, 1)(x, output_size=size)", "output_size is 2 or 4 numbers"),
        ("nn.ConvTranspose2d(4, 8, 3, 2, 1)(x, y, z)", "the layer is called with an image"),
        ("F.conv_transpose2d(x, w)(y)", "is no layer"),
        ("tf.layers.conv2d_transpose(x, 3, 4)", "is no transposed convolution that is known"),
        ("K.conv2d_transpose(x, w, (1, 8, 8, 3))", "is no transposed convolution that is known"),
        ("F.conv_transpose2d(x, w)", "by weight= or --weight"),
    ],
)
def test_what_a_transposed_convolution_leaves_open_is_asked_for(text: str, words: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(text)
    assert words in str(error.value)


def test_a_weight_that_is_not_the_layer_s_is_refused() -> None:
    with pytest.raises(
        Unreadable, match=r"the weight's shape is \(4, 8, 3, 3\), got \(8, 4, 3, 3\)"
    ):
        read("nn.ConvTranspose2d(4, 8, 3)", Sizes((8, 4, 3, 3)))
    with pytest.raises(Unreadable, match=r"the weight's shape is \(3, 3, 8, in\), got"):
        read("keras.layers.Conv2DTranspose(8, 3)", Sizes((4, 8, 3, 3)))


@pytest.mark.parametrize(
    "text",
    ["P.Resize(8, 8)", "ConvTranspose(8, (3, 3))"],
)
def test_a_class_of_another_library_is_no_node_of_onnx(text: str) -> None:
    with pytest.raises(Unreadable, match="that is known"):
        read(text)


def test_an_output_size_out_of_reach_is_what_torch_raises() -> None:
    with pytest.raises(
        Unreadable, match="requested an output size of 17, but valid sizes range from 15"
    ):
        read("nn.ConvTranspose2d(4, 8, 3, 2, 1)(x, output_size=(17, 17))", Sizes(None, (8, 8)))


def test_channels_may_be_names() -> None:
    code = convert("nn.ConvTranspose2d(in_ch, 2 * out_ch, 4, 2, 1)", "keras").code
    assert "keras.layers.Conv2DTranspose(2 * out_ch, (4, 4), " in code
    code = convert("keras.layers.Conv1DTranspose(self.filters, 3)", "tensorflow").code
    assert "shape = (n, (width - 1) * 1 + 3, self.filters)" in code
    for text, words in (
        ("nn.ConvTranspose2d(c, n, 3)", "out_channels=n is not written out"),  # the code's batch
        ("nn.ConvTranspose2d(a, b.c, 3)", "out_channels=b.c is not written out"),
        ("nn.ConvTranspose2d(c, c, 3, groups=2)", "give the numbers of channels"),
        ("nn.ConvTranspose2d(c, c, k)", "kernel_size=k is not written out"),
    ):
        with pytest.raises(Unreadable, match=re.escape(words)):
            read(text)


# ---------------------------------------------------------------------------- a call without a signature


def test_every_call_of_the_catalogue_has_a_signature() -> None:
    assert [call.id for call in catalogue.unread()] == []


def test_a_call_without_a_signature_breaks_no_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = frameworks.FRAMEWORKS["torch"]
    one = next(call for call in torch.calls if call.name == "interpolate-bilinear")

    def said(case: Any) -> Expression:
        return Expression(Name("torchvision.transforms.functional.resize"), (Name("x"),), {})

    def unknown_flag(case: Any) -> Expression:
        return Expression(Name("F.interpolate"), (Name("x"),), {"size": case.size, "colour": 3})

    added = (
        replace(one, name="resize", expression=said),
        replace(one, name="colour", expression=unknown_flag),
    )
    caches = (catalogue.rows_of, catalogue._by_key)
    for cache in caches:
        cache.cache_clear()
    monkeypatch.setitem(
        frameworks.FRAMEWORKS, "torch", replace(torch, calls=(*torch.calls, *added))
    )
    try:
        assert catalogue.unread() == added
        answer = convert("cv2.resize(img, (w, h))", "torch")
        assert isinstance(answer, ResizeConversion)
        assert "F.interpolate" in answer.code
    finally:
        for cache in caches:
            cache.cache_clear()


def test_an_expression_is_read_as_what_it_prints() -> None:
    """The catalogue is not printed and parsed: each of its calls is read as a person's text would be."""
    every = [(row.call, catalogue.example(row.call)) for row in catalogue.rows()]
    for call, request in every:
        assert request is not None
        said = call.expression_of(request)
        mine, text = of_expression(said, known), outermost(str(said), known)
        assert mine is not None
        assert repr((mine.function, mine.args, mine.kwargs)) == repr(
            (text.function, text.args, text.kwargs)
        )
        assert (mine.text, mine.applied) == (text.text, text.applied)
    assert len(every) > 250


# ---------------------------------------------------------------------------- names within sizes


@pytest.mark.parametrize(
    ("factor", "written"),
    [
        ("len(s) + 1", "int(x.shape[0] * (len(s) + 1))"),
        ("s + 1", "fh, fw = s + 1 if isinstance(s + 1, (tuple, list)) else (s + 1, s + 1)"),
        ("self.s", "fh, fw = self.s if isinstance(self.s, (tuple, list)) else (self.s, self.s)"),
        ("f(s)", "fh, fw = f(s) if isinstance(f(s), (tuple, list)) else (f(s), f(s))"),
    ],
)
def test_a_factor_that_is_a_sum_is_one_operand(factor: str, written: str) -> None:
    code = convert(f'F.interpolate(x, scale_factor={factor}, mode="bilinear")', "opencv").code
    assert written in code


@pytest.mark.parametrize(
    ("call", "size"),
    [
        ("cv2.resize(x, (x.shape[1] // 2, x.shape[0] // 2))", "(x.shape[2] // 2, x.shape[3] // 2)"),
        ("cv2.resize(img, (img.shape[1], img.shape[0]))", "(x.shape[2], x.shape[3])"),
        ("cv2.resize(x, x.shape[:2][::-1])", "(x.shape[2], x.shape[3])"),
        ("tf.image.resize(x, (tf.shape(x)[1], 2 * x.shape[-2]))", "(x.shape[2], 2 * x.shape[3])"),
        ("F.interpolate(x, x.shape[2:], mode='bilinear')", "(x.shape[2], x.shape[3])"),
        ("F.interpolate(x, (x.size(3), x.size()[2]), mode='area')", "(x.shape[3], x.shape[2])"),
        ("F.interpolate(x, (self.x, w), mode='bilinear')", "(self.x, w)"),
        ("F.interpolate(x, (y.shape[2], {1: 2}[1]), mode='bilinear')", "(y.shape[2], {1: 2}[1])"),
        ("cv2.resize(x, (x.shape[-1], 4))", "h, w"),  # the width, or the channels
    ],
)
def test_the_sizes_of_the_image_are_said_in_the_layout_of_the_code(call: str, size: str) -> None:
    """x.shape[1] of an OpenCV image is its width; of the torch image in the code, its channels."""
    answer = convert(call, "torch")
    assert isinstance(answer, ResizeConversion)
    assert f"size={size}" in answer.code.replace("(h, w)", "h, w")


@pytest.mark.parametrize(
    ("call", "condition"),
    [
        ("F.interpolate(y, x.shape[2:], mode='bilinear')", "(h, w) is x.shape[2:]"),
        ("F.interpolate(f(x), x.shape[2:], mode='bilinear')", "(h, w) is x.shape[2:]"),
        ("nn.Upsample(size=x.shape[2:], mode='bilinear')", "(h, w) is x.shape[2:]"),
        ("F.interpolate(x, size=f(x), mode='bilinear')", "(h, w) is f(x)"),
        ("F.interpolate(x, (x.shape[0], 3), mode='bilinear')", "(h, w) is (x.shape[0], 3)"),
        ("F.interpolate(y, scale_factor=x.f, mode='nearest')", "(fh, fw) is x.f"),
    ],
)
def test_another_x_than_the_image_is_told(call: str, condition: str) -> None:
    """In the code x is the image: what another x says has a name, and the answer says which."""
    answer = convert(call, "tensorflow")
    assert isinstance(answer, ResizeConversion)
    (part,) = answer.parts
    assert f"{condition}, of the x of this call" in part.conditions
    assert "x.shape[2:]" not in answer.code
    assert "f(x)" not in answer.code


@pytest.mark.parametrize("size", [5, np.int64(5), np.array(5), (5, 5), [np.int64(5), 5]])
def test_a_size_that_is_a_name_is_any_number_or_one_for_each_axis(size: object) -> None:
    code = convert("F.interpolate(x, size=n, mode='bilinear')", "opencv").code
    scope = {"n": size}
    exec(code.splitlines()[0], scope)
    assert (scope["h"], scope["w"]) == (5, 5)
    assert type(scope["h"]) is int  # which cv2.resize asks for


# ---------------------------------------------------------------------------- whatever is written

POOL = """x|None|True|0|-1|3.5|1e400|10**30|'bilinear'|b'x'|{}|{1: 2}|set()|[]|()|(1,)|(h, w)|(1, 2, 3)
[[1, 2], [3]]|cv2.INTER_AREA|cv2.INTER_AREA + cv2.WARP_INVERSE_MAP|a or b|a if b else c|m[k]|f(x)|f'{x}'
...|1j|lambda: 0|not a|np.array([[2, 0, 0.5], [0, 2, 0.5]])|[[0, 0, 1, 1]]|x.shape[-2:]|a < b|{'a': 1}[k]
[i for i in y]|(yield)|torch.rand(1, 2, 3)|'SAME'|'NCHW'|[None]|(2, 0)|float('nan')|[['a']]
(a if b else 3, w)|['x', '', 's']|-h|~3|'é'"""
VALUES = [value for line in POOL.splitlines() for value in line.split("|")]
PLACES = [
    "{}",
    "{}(x)",
    "y = {}",
    "{}(x, output_size=(3, 4))",
    "{} if a else x",
    "torch.relu({})[::2]",
]


def anything(generator: random.Random) -> tuple[str, Sizes]:
    """A call of some function with anything in some of its arguments."""
    every: list[Function | Operator] = [*FUNCTIONS, *OPERATORS]
    one = generator.choice(every)
    names = list(one.signature.parameters)
    places = generator.randint(0, min(4, len(names)))
    named = generator.sample(names[places:], min(generator.randint(0, 4), len(names) - places))
    arguments = [generator.choice(VALUES) for _ in range(places)]
    arguments += [f"{name}={generator.choice(VALUES)}" for name in named]
    text = f"{one.name}({', '.join(arguments)})"
    if one.framework == "onnx":
        operator = one.name.removeprefix("onnx.")
        text = f"onnx.helper.make_node({', '.join([repr(operator), *arguments])})"
    weight = generator.choice([None, (3, 3, 4, 4), (4, 4, 3), (2, 2, 2, 2, 2)])
    size = generator.choice([None, (4,), (4, 5), (2, 3, 4)])
    return generator.choice(PLACES).format(text), Sizes(weight, size)


def test_whatever_is_written_is_read_or_refused() -> None:
    generator = random.Random(11)
    read_ones = 0
    for _ in range(1000):
        text, sizes = anything(generator)
        with contextlib.suppress(Unreadable):
            readings(text, sizes)
            read_ones += 1
    assert read_ones > 20


# ---------------------------------------------------------------------------- a ratio beside a size

TRANSLATED = "tf.raw_ops.ScaleAndTranslate(images=x, size={}, scale=(1.5, 2), translation=(0, 0))"
WARPED = (
    "cv2.warpAffine(x, np.array([[0.5, 0, -0.25], [0, 0.5, -0.25]]), {}, "
    "flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)"
)


def _part(text: str, image: tuple[int, int] | None = None) -> Part:
    answer = convert(text, "torch", input_size=image)
    assert isinstance(answer, ResizeConversion)
    (part,) = answer.parts
    return part


@pytest.mark.parametrize(
    ("text", "image"), [(TRANSLATED.format("(3, 8)"), "2x4"), (WARPED.format("(8, 6)"), "3x4")]
)
def test_a_ratio_and_a_size_say_which_image_is_resized(text: str, image: str) -> None:
    part = _part(text)
    assert f"where the image is {image}" in part.conditions
    assert part.looked_at == f"at {image} -> {'3x8' if image == '2x4' else '6x8'}"


@pytest.mark.parametrize(
    ("text", "image", "words"),
    [
        (TRANSLATED.format("(2, 8)"), None, "no image becomes 2x8 at (1.5, 2) output pixels"),
        (TRANSLATED.format("(3, 8)"), (2, 5), "an image of 2x5 does not become 3x8"),
        (TRANSLATED.format("(h, w)"), (3, 4), "do not make whole numbers of pixels of an image of 3x4"),
        (WARPED.format("(8, 6)"), (3, 3), "the call resizes one of 3x4"),
        (WARPED.format("(7, 6)"), None, "no image becomes 6x7"),
        (WARPED.replace("[0.5, 0, -0.25]", "[-0.5, 0, -0.75]").format("(8, 8)"), None, "mirrors the image"),
    ],
)  # fmt: skip
def test_a_ratio_that_is_not_that_of_the_sizes_is_no_resize(
    text: str, image: tuple[int, int] | None, words: str
) -> None:
    with pytest.raises(Unreadable) as error:
        convert(text, "torch", input_size=image)
    assert words in str(error.value)


def test_of_a_size_that_is_left_open_those_with_the_ratio_are_compared() -> None:
    part = _part(TRANSLATED.format("(h, w)"))
    assert "where the output has (1.5, 2) times the image's rows and columns" in part.conditions
    assert part.equal
    part = _part(TRANSLATED.format("(h, w)"), (2, 3))
    assert part.looked_at == "at 2x3 -> 3x6"
