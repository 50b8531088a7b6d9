"""What a call says by mistake is told first; what its framework raises for is said in place of an answer."""

from __future__ import annotations

import numpy as np
import pytest

from halfpixel import frameworks
from halfpixel.conversion import convert
from halfpixel.conversion.answer import ResizeConversion
from halfpixel.conversion.parse import Reading, Sizes, Spoken, Unreadable, read

_AREA_AS_DST = (
    "cv2.resize: cv2.INTER_AREA is given as dst and has no effect: this computes INTER_LINEAR; "
    "write interpolation=cv2.INTER_AREA"
)
MISTAKEN = [
    ("cv2.resize(img, size, cv2.INTER_AREA)", _AREA_AS_DST),
    ("cv2.resize(img, (w, h), cv2.INTER_AREA)", _AREA_AS_DST),
    ("cv2.resize(img, (w, h), 3)", "3 is given as dst and has no effect: this computes INTER_LINEAR"),
    (
        "cv2.resize(img, (w, h), cv2.INTER_AREA, interpolation=cv2.INTER_CUBIC)",
        "this computes cv2.INTER_CUBIC",
    ),
    ("cv2.pyrDown(img, (w, h))", "(w, h) is given as dst and has no effect: write dstsize=(w, h)"),
    (
        "cv2.warpAffine(img, [[2, 0, 0], [0, 2, 0]], (4, 4), 17, flags=17, borderMode=1)",
        "17 is given as dst and has no effect",
    ),
    ("cv2.resize(img, (w, h), fx=2, fy=2)", "fx and fy have no effect beside dsize"),
    ("cv2.resize(img, img.shape[:2])", "write img.shape[:2][::-1]"),
    ("img.resize((h, w))", "size is (width, height): here h is the width and w is the height"),
    ("img.resize((w, h), Image.ANTIALIAS)", "until Pillow 9.5: write Image.Resampling.LANCZOS"),
    ("cv2.resize(img, (h, w))", "dsize is (width, height): here h is the width and w is the height"),
    ("cv2.resize(img, (height, width))", "here height is the width"),
    ("cv2.resize(img, (img.shape[0] * 2, img.shape[1] * 2))", "here img.shape[0] * 2 is the width"),
    ("cv2.resize(img, (int(h * s), int(w * s)))", "here int(h * s) is the width"),
    ("cv2.resize(img, (new_h, new_w))", "here new_h is the width"),
    ("cv2.resize(img, (rows, cols))", "here rows is the width"),
    ("tf.image.resize(x, (w, h))", "size is (height, width): here w is the height and h is the width"),
    ("tf.image.resize(x, (target_width, target_height))", "here target_width is the height"),
    ("F.interpolate(x, size=(width, height))", "here width is the height"),
    ("keras.ops.image.resize(x, (img_width, img_height))", "here img_width is the height"),
    ("F.interpolate(x, 2)", "2 is the size of the output in pixels: a factor is scale_factor=2"),
    ("nn.Upsample(2)", "a factor is scale_factor=2"),
    ("nn.UpsamplingBilinear2d(4)(x)", "a factor is scale_factor=4"),
    ("keras.layers.UpSampling2D((224, 224))", "how many times each pixel is repeated"),
    ("tf.image.crop_and_resize(x, [[0, 0, 64, 64]], [0], (4, 4))", "are fractions of the image's height"),
    ("tf.image.resize(x, (h, w), 'nearest', antialias=True)", "antialias=True has no effect with method"),
    ("keras.ops.image.resize(x, (h, w), 'nearest', antialias=True)", "has no effect with interpolation"),
    ("keras.layers.Resizing(3, 4, dtype='float16')", "dtype='float16': the layer computes in it"),
]  # fmt: skip

MEANT = [
    "cv2.resize(img, (w, h), None, 0, 0, cv2.INTER_AREA)",
    "cv2.resize(img, (w, h), 0, 0, 0, cv2.INTER_CUBIC)",
    "cv2.resize(img, (w, h), out, interpolation=cv2.INTER_AREA)",
    "cv2.resize(img, (img.shape[1], img.shape[0]))",
    "cv2.resize(img, img.shape[1::-1])",
    "cv2.resize(img, img.shape[:2][::-1])",
    "cv2.resize(img, (int(img.shape[1] * s), int(img.shape[0] * s)))",
    "cv2.resize(img, (n, n))",
    "cv2.resize(img, (a, b))",
    "cv2.resize(img, None, fx=2, fy=2)",
    "tf.image.resize(x, (height, width))",
    "tf.image.resize(x, (h, w), antialias=True)",
    "F.interpolate(x, size=(h, w))",
    "F.interpolate(x, size=2)",
    "F.interpolate(x, (2, 2))",
    "F.interpolate(x, 224)",
    "F.interpolate(x, scale_factor=2)",
    "keras.layers.UpSampling2D((2, 2))",
    "keras.layers.UpSampling2D(8)",
    "tf.image.crop_and_resize(x, [[0, 0, 1.5, 1]], [0], (4, 4))",
]


@pytest.mark.parametrize(("text", "words"), MISTAKEN)
def test_what_is_said_by_mistake_is_told(text: str, words: str) -> None:
    found = read(text)
    assert any(words in warning for warning in found.warnings)


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_is_no_mistake(text: str) -> None:
    assert not read(text).warnings


def test_a_warning_stands_first_in_text_and_json() -> None:
    answer = convert("cv2.resize(img, size, cv2.INTER_AREA)", "torch")
    assert isinstance(answer, ResizeConversion)
    assert str(answer).startswith(f"warning: {_AREA_AS_DST}\n")
    assert answer.json()["warnings"] == [_AREA_AS_DST]
    assert "bilinear" in answer.code  # what is computed


REFUSED = [
    ("F.interpolate(x, (4, 4), recompute_scale_factor=True)", "not meaningful with an explicit size"),
    ("F.interpolate(x, (4, 4), mode='nearest', align_corners=True)", "align_corners option can only"),
    ("cv2.resize(img, None, 0.5, 0.5)", "0.5 is given as dst, the third argument: write fx=0.5"),
    ("layers.Conv2DTranspose(4, 3, strides=2, dilation_rate=2)", "`strides > 1` not supported in"),
    ("layers.Conv2DTranspose(4, 3, strides=(1, 2), dilation_rate=(2, 1))", "`strides > 1` not"),
    ("layers.Conv2DTranspose(4, 3, strides=2, output_padding=2)", "must be strictly less than `strides`"),
    ("layers.Conv2DTranspose(4, 4, 2, 'same', output_padding=0)", "raises on TensorFlow: SAME has no"),
    ("layers.Conv1DTranspose(4, 2, padding='same', output_padding=0)", "raises on TensorFlow: SAME"),
    ("nn.ConvTranspose2d(64, 32, 3, 1, 1, 2)", "if it is the dilation, write dilation=2"),
    ("nn.ConvTranspose2d(64, 32, 3, padding_mode='reflect')", 'Only "zeros" padding mode is supported'),
    ("nn.ConvTranspose2d(64, 32, 3, padding='same')", "padding is a number or two"),
    ("nn.ConvTranspose2d(64, 32, 3, groups=3)", "are no multiples of 3"),
    ("nn.ConvTranspose2d(64, 32, 3, stride=0)", "stride is at least 1"),
    ("tf.image.crop_and_resize(images=x)", "unexpected keyword argument 'images'"),
    ("tf.image.crop_and_resize(images=x)", "did you mean image?"),
    ("F.interpolate(x, (4, 4), interpolation='bilinear')", "did you mean mode?"),
    ("F.interpolate(x, dsize=(4, 4))", "did you mean size?"),
    ("F.interpolate(x, scale=2)", "did you mean scale_factor?"),
    ("tf.image.resize(x, (4, 4), mode='bilinear')", "did you mean method?"),
    ("cv2.resize(img, size=(4, 4))", "did you mean dsize?"),
    ("cv2.resize(img, (4, 4), interp=3)", "did you mean interpolation?"),
    ("keras.layers.Resizing(4, 4, method='nearest')", "did you mean interpolation?"),
    ("nn.ConvTranspose2d(4, 4, 3, strides=2)", "did you mean stride?"),
    ("layers.Conv2DTranspose(4, 3, stride=2)", "did you mean strides?"),
    ("layers.Conv2DTranspose(4, 3, dilation=2)", "did you mean dilation_rate?"),
    ("tf.image.resize(x, (4, 4), align_corners=True)", "unexpected keyword argument 'align_corners'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_a_framework_raises_for_has_no_answer(text: str, words: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(text)
    assert words in str(error.value)
    assert "take it out" not in str(error.value)


NODE = "onnx.helper.make_node('ConvTranspose', ['x', 'w'], ['y'], {})"


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (
            "pads=[3, 3, 3, 3], output_padding=[1, 1], dilations=[2, 2]",
            "ONNX Runtime raises for output_padding=[1, 1] of a stride or more: "
            "pads=[3, 3, 2, 2] says the same",
        ),
        (
            "output_padding=[1, 1], dilations=[2, 2]",
            "ONNX Runtime raises for output_padding=[1, 1] of a stride or more",
        ),
        ("strides=[2, 2], output_padding=[1, 1]", ""),
    ],
)
def test_a_node_that_onnx_runtime_raises_for(attributes: str, words: str) -> None:
    found = read(NODE.format(attributes), Sizes((4, 2, 7, 7)))
    assert isinstance(found, Spoken)
    assert found.warnings == ((words,) if words else ())


def test_a_node_is_answered_with_pads_where_it_can_be() -> None:
    code = convert("nn.ConvTranspose2d(2, 2, 7, 1, 3, output_padding=1, dilation=2)", "onnx").code
    assert "pads=[3, 3, 2, 2], output_padding=[0, 0]" in code


# ---------------------------------------------------------------------------- in the frameworks


@pytest.mark.opencv
def test_opencv_ignores_a_flag_that_lands_in_dst() -> None:
    cv2 = frameworks.load("opencv")["cv2"]
    x = np.random.default_rng(3).uniform(0, 1, (10, 12)).astype(np.float32)
    mistaken = cv2.resize(x, (5, 4), cv2.INTER_AREA)
    assert np.array_equal(mistaken, cv2.resize(x, (5, 4)))
    assert not np.array_equal(mistaken, cv2.resize(x, (5, 4), interpolation=cv2.INTER_AREA))
    assert np.array_equal(cv2.pyrDown(x, (5, 4)), cv2.pyrDown(x))
    assert np.array_equal(cv2.resize(x, (5, 4), fx=2, fy=2), cv2.resize(x, (5, 4)))


@pytest.mark.torch
def test_torch_raises_what_is_said() -> None:
    names = frameworks.load("torch")
    torch, nn, functional = names["torch"], names["nn"], names["F"]
    x = torch.zeros(1, 2, 8, 8)
    with pytest.raises(ValueError, match="not meaningful with an explicit size"):
        functional.interpolate(x, (4, 4), recompute_scale_factor=True)
    with pytest.raises(
        ValueError, match='Only "zeros" padding mode is supported for ConvTranspose2d'
    ):
        nn.ConvTranspose2d(2, 3, 3, padding_mode="reflect")
    with pytest.raises(ValueError, match=r"valid sizes range from \[15, 15\] to \[16, 16\]"):
        nn.ConvTranspose2d(2, 3, 3, 2, 1)(x, output_size=(17, 17))
    for size in ((15, 16), (16, 15)):
        text = f"nn.ConvTranspose2d(2, 3, 3, 2, 1, 1)(x, output_size={size})"
        found = read(text, Sizes(None, (8, 8)))
        assert isinstance(found, Spoken)
        y = eval(text, {**names, "x": x})
        convention = found.layer.convention
        assert convention.output_size((8, 8), (3, 3)) == tuple(y.shape[2:]) == size
    assert functional.interpolate(x, 2).shape[2:] == (2, 2)


@pytest.mark.tensorflow
def test_keras_raises_what_is_said() -> None:
    keras = frameworks.load("tensorflow")["keras"]
    with pytest.raises(ValueError, match="`strides > 1` not supported in conjunction with"):
        keras.layers.Conv2DTranspose(4, 3, strides=2, dilation_rate=2)
    with pytest.raises(ValueError, match="`output_padding` must be strictly less than `strides`"):
        keras.layers.Conv2DTranspose(4, 3, strides=2, output_padding=2)
    x = np.zeros((1, 3, 3, 2), np.float32)
    with pytest.raises(Exception, match=r"Size of out_backprop doesn't match"):
        keras.layers.Conv2DTranspose(4, 4, 2, "same", output_padding=0)(x)


def test_readings_have_warnings_as_sentences() -> None:
    for text, _ in MISTAKEN:
        found = read(text)
        assert isinstance(found, Reading)
        assert not any(warning.endswith(".") for warning in found.warnings)


@pytest.mark.parametrize(
    ("text", "input_size"),
    [
        ("F.interpolate(x, size=(20000, 30000), mode='bilinear')", None),
        ("F.interpolate(x, size=(8, 8), mode='bilinear')", (10**9, 10**9)),
        ("F.interpolate(x, scale_factor=20000, mode='bilinear')", None),
    ],
)
def test_images_that_are_too_large_to_be_compared_are_refused(
    text: str, input_size: tuple[int, int] | None
) -> None:
    with pytest.raises(Unreadable, match=r"too many to be compared: ask about smaller sizes"):
        convert(text, to="opencv", input_size=input_size)


def test_a_frame_of_4k_video_is_compared() -> None:
    answer = convert(
        "F.interpolate(x, size=(2160, 3840), mode='bilinear')",
        to="opencv",
        input_size=(1080, 1920),
    )
    assert isinstance(answer, ResizeConversion)
    assert "cv2.resize" in str(answer.code)
