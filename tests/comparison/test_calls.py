"""Calls and functions of the frameworks side by side: pairs whose difference is known."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import compare

Array = NDArray[Any]
NAME = "F.interpolate(x, size=(224, 224), mode='bilinear'{})"


@pytest.mark.torch
@pytest.mark.opencv
def test_antialiased_torch_and_cv2_linear_are_far_apart_where_an_image_is_reduced() -> None:
    """Up to 0.6 of 1, and 0.12 on average, for noise of 480×640 to 224×224."""
    pytest.importorskip("torch")
    pytest.importorskip("cv2")
    answer = compare(
        NAME.format(", antialias=True"),
        "cv2.resize(x, (224, 224))",
        input_sizes=[(480, 640), (120, 160)],
        dtypes=["float32"],
    )
    assert not answer.same
    assert answer.first is not None
    assert answer.first.name == "resize"
    assert "linear half_pixel antialias" in answer.first.a
    assert "antialias" not in answer.first.b
    (noise,) = (
        one for one in answer.looks if (one.probe.name, one.probe.size) == ("noise", (480, 640))
    )
    assert noise.difference is not None
    assert 0.5 < noise.difference.max / 255 < 0.65
    assert noise.difference.mean / 255 == pytest.approx(0.12, abs=0.01)
    enlarged = [one.difference for one in answer.looks if max(one.probe.size) < 224]
    assert enlarged
    assert all(one and one.within for one in enlarged)


@pytest.mark.torch
@pytest.mark.opencv
def test_torch_bilinear_and_cv2_linear_are_the_same_within_rounding_and_a_level_in_uint8() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("cv2")
    answer = compare(NAME.format(""), "cv2.resize(x, (224, 224))", input_sizes=[(150, 330)])
    assert answer.verdicts == {"uint8": "different", "float32": "rounding"}
    assert answer.first is not None
    assert answer.first.name == "rounding"
    accepted = compare(
        NAME.format(""), "cv2.resize(x, (224, 224))", input_sizes=[(150, 330)], levels=1
    )
    assert accepted.same
    assert accepted.verdicts == {"uint8": "levels", "float32": "rounding"}


@pytest.mark.opencv
def test_pillow_and_cv2_differ_in_the_kernel_and_pillow_images_are_uint8() -> None:
    cv2 = pytest.importorskip("cv2")
    pillow = pytest.importorskip("PIL.Image")

    def train(image: Any) -> Array:
        return np.asarray(image.resize((64, 64), pillow.Resampling.BILINEAR))

    def serve(image: Array) -> Array:
        return np.asarray(cv2.resize(image, (64, 64)))

    answer = compare(train, serve, input_sizes=[(150, 200)])
    assert set(answer.verdicts) == {"uint8"}
    assert answer.a.raised == {"float32": "it takes Pillow images, which are uint8"}
    assert answer.first is not None
    assert answer.first.name == "resize"


@pytest.mark.torch
@pytest.mark.opencv
def test_a_preprocessing_function_of_torch_and_one_of_cv2() -> None:
    torch = pytest.importorskip("torch")
    cv2 = pytest.importorskip("cv2")

    def train(x: Any) -> Any:  # takes HWC, returns NCHW
        y = torch.from_numpy(x).permute(2, 0, 1)[None].float() / 255
        return torch.nn.functional.interpolate(y, size=(64, 96), mode="bilinear")

    def serve(x: Array) -> Array:
        y = cv2.resize(x.astype(np.float32), (96, 64)) / np.float32(255)
        return np.asarray(y.transpose(2, 0, 1)[None])

    def bgr(x: Array) -> Array:
        return serve(x[..., ::-1])

    assert compare(train, serve, input_sizes=[(130, 170)]).verdict == "rounding"
    answer = compare(train, bgr, input_sizes=[(130, 170)])
    assert answer.first is not None
    assert answer.first.name == "channel order"
    assert (answer.first.a, answer.first.b) == ("RGB", "BGR")


@pytest.mark.tensorflow
def test_a_call_of_tensorflow_is_run_in_its_layout() -> None:
    pytest.importorskip("tensorflow")
    text = "tf.image.resize(x, [24, 32], method='nearest')"
    answer = compare(text, lambda x: x[::2, ::2], input_sizes=[(48, 64)], dtypes=["uint8"])
    assert answer.a.function.way is not None
    assert answer.a.function.way.layout == "NHWC"
    assert answer.a.function.source.startswith("run by tensorflow ")
    assert not answer.same  # nearest of half pixels reads the second of two
