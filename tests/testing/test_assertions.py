"""The assertions for users' own tests: what they accept, what they refuse, and what their failures say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, convention_of
from halfpixel.comparison import Incomparable
from halfpixel.testing import assert_conforms, assert_same

Array = NDArray[Any]
SMALL = ((30, 40), (9, 8))


def resizer(convention: str, size: tuple[int, int] = (12, 16)) -> Callable[[Array], Array]:
    """A function of an image, (H, W, C), in floats."""
    followed = convention_of(convention)

    def resize(x: Array) -> Array:
        y = followed.apply(np.moveaxis(x.astype(np.float64), 2, 0)[None], size)
        return np.asarray(np.moveaxis(y[0], 0, 2), np.float32)

    return resize


linear = resizer("linear half_pixel")


def rounded(x: Array) -> Array:
    """The same, of integers too."""
    y = linear(x)
    return np.round(y).astype(np.uint8) if x.dtype == np.uint8 else y


# ---------------------------------------------------------------------------- conventions


def test_a_function_conforms_to_the_convention_that_it_follows() -> None:
    assert_conforms(linear, "linear half_pixel", sizes=SMALL)
    assert_conforms(linear, Resize(mode="linear"), sizes=SMALL)


@pytest.mark.parametrize("other", ["linear asymmetric", "linear half_pixel antialias", "area"])
def test_it_does_not_to_another_one(other: str) -> None:
    with pytest.raises(AssertionError, match=r"at the stage 'resize'.*A: resize linear half_pixel"):
        assert_conforms(linear, other, sizes=SMALL)


def test_every_size_is_looked_at() -> None:
    """Linear and antialiased linear are one where an image is enlarged."""
    assert_conforms(linear, "linear half_pixel antialias", sizes=[(9, 8)])
    with pytest.raises(AssertionError, match="30×40"):
        assert_conforms(linear, "linear half_pixel antialias", sizes=[(9, 8), (30, 40)])


def test_a_step_more_is_a_difference() -> None:
    with pytest.raises(AssertionError, match="they part at the stage 'scale'"):
        assert_conforms(lambda x: (linear(x) / 2).astype(np.float32), "linear", sizes=SMALL)


# ---------------------------------------------------------------------------- calls


@pytest.mark.opencv
@pytest.mark.parametrize(
    "call",
    [
        "cv2.resize(interpolation=cv2.INTER_AREA)",
        "cv2.resize(x, interpolation=cv2.INTER_AREA)",
        "cv2.resize(x, (16, 12), interpolation=cv2.INTER_AREA)",
    ],
)
def test_the_image_and_the_size_of_a_call_may_be_left_out(call: str) -> None:
    cv2 = pytest.importorskip("cv2")
    assert_conforms(
        lambda x: cv2.resize(x, (16, 12), interpolation=cv2.INTER_AREA), call, sizes=SMALL
    )


@pytest.mark.opencv
def test_a_call_is_compared_in_integers_too() -> None:
    pytest.importorskip("cv2")

    def up(x: Array) -> Array:
        y = linear(x)
        return np.ceil(y).astype(np.uint8) if x.dtype == np.uint8 else y

    assert_conforms(up, "cv2.resize()", sizes=SMALL, dtypes=["float32"])
    with pytest.raises(AssertionError, match="up to 1 level of 255 apart"):
        assert_conforms(up, "cv2.resize()", sizes=SMALL)
    assert_conforms(up, "cv2.resize()", sizes=SMALL, levels=1)


@pytest.mark.torch
def test_a_module_of_torch_conforms_to_a_call() -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.Upsample(size=(12, 16), mode="bilinear")
    call = "F.interpolate(mode='bilinear', align_corners={})"
    assert_conforms(layer, call.format(False), sizes=SMALL)
    with pytest.raises(AssertionError, match="B: resize linear align_corners"):
        assert_conforms(layer, call.format(True), sizes=SMALL, dtypes=["float32"])


# ---------------------------------------------------------------------------- two functions


def test_two_functions_that_compute_the_same() -> None:
    assert_same(linear, lambda x: linear(x.copy()), sizes=SMALL)


def test_two_that_do_not() -> None:
    with pytest.raises(AssertionError, match=r"not the same: up to [^$]*at the stage 'resize'"):
        assert_same(linear, resizer("linear asymmetric"), sizes=SMALL, dtypes=["float32"])


def test_a_dtype_that_is_asked_for_must_be_taken() -> None:
    def floats(x: Array) -> Array:
        if x.dtype != np.float32:
            raise TypeError("floats only")
        return linear(x)

    assert_same(linear, floats, sizes=SMALL)
    with pytest.raises(AssertionError, match="raises for uint8 images: TypeError: floats only"):
        assert_same(linear, floats, sizes=SMALL, dtypes=["float32", "uint8"])


def test_the_size_is_asked_of_the_function_that_takes_one() -> None:
    def sized(x: Array, size: tuple[int, int]) -> Array:
        return resizer("linear half_pixel", size)(x)

    assert_same(linear, sized, sizes=SMALL, output_size=(12, 16), dtypes=["float32"])


# ---------------------------------------------------------------------------- wrong use


@pytest.mark.parametrize(
    ("to", "given", "words"),
    [
        ("lin half_pixel", {}, "did you mean linear"),
        ("cv2.rezise(x)", {}, "the closest are cv2.resize"),
        ("linear", {"dtypes": ["uint8"]}, "does not say how uint8 is rounded"),
        ("linear", {"sizes": [(0, 3)]}, "an input size is"),
        (linear, {}, "two functions are compared by assert_same"),
        ("linear", {"levels": -1}, "levels is a number from 0"),
        ("F.interpolate(x, mode='bilinear') + 1", {}, "is not a call alone"),
    ],
)
def test_wrong_use_is_told(to: Any, given: dict[str, Any], words: str) -> None:
    with pytest.raises(Incomparable, match=words):
        assert_conforms(linear, to, **{"sizes": SMALL, **given})


# ---------------------------------------------------------------------------- models in files


def _onnx(path: Path, shape: list[Any]) -> Path:
    onnx = pytest.importorskip("onnx")
    make, kind = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear")],
        "resize",
        [make("x", kind, shape)],
        [make("y", kind, [1, 3, 12, 16])],
        [onnx.numpy_helper.from_array(np.array([1, 3, 12, 16]), "sizes")],
    )
    opset = onnx.helper.make_opsetid("", 18)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=9), path)
    return path


def test_a_model_of_onnx_is_a_function_of_its_image(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    model = _onnx(tmp_path / "model.onnx", [1, 3, 20, 30])
    assert_conforms(model, "linear half_pixel")
    with pytest.raises(AssertionError, match="they part at the stage 'resize'"):
        assert_conforms(model, "linear asymmetric")
    assert_same(model, _onnx(tmp_path / "free.onnx", [1, 3, "h", "w"]))


def test_what_is_no_model_of_an_image_is_told(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(Incomparable, match="there is no model"):
        assert_same(tmp_path / "none.onnx", linear)
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(Incomparable, match=r"broken\.onnx cannot be run"):
        assert_same(broken, linear)
    with pytest.raises(Incomparable, match=r"1 × \? × 20 × 30, which does not say"):
        assert_same(_onnx(tmp_path / "any.onnx", [1, "c", 20, 30]), linear)


@pytest.mark.sweep
@pytest.mark.tensorflow
def test_a_model_of_tensorflow_lite_is_a_function_of_its_image(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    signature = [tf.TensorSpec([1, 20, 30, 3], tf.float32)]
    resize = tf.function(lambda x: tf.image.resize(x, (12, 16)), input_signature=signature)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([resize.get_concrete_function()])
    path = tmp_path / "model.tflite"
    path.write_bytes(converter.convert())
    assert_conforms(path, "linear half_pixel")
    with pytest.raises(AssertionError, match="they part at the stage 'resize'"):
        assert_conforms(path, "linear asymmetric")
