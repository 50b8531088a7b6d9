"""What each release of Keras does: which calls it has, and what they were before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halfpixel.frameworks import FRAMEWORKS, Call, Release
from halfpixel.frameworks.windows import KerasPadding, keras_torch_arguments
from halfpixel.numerics.computation import Computation
from halfpixel.numerics.integer_kernels import predicted
from halfpixel.operators import ConvTranspose, Resize
from halfpixel.operators.request import Request

LINEAR = Resize(mode="linear")


def call_of(framework: str, name: str) -> Call:
    return next(call for call in FRAMEWORKS[framework].calls if call.name == name)


def keras(release: str) -> Release:
    """Keras beside the first TensorFlow that had it, or tf.keras."""
    return Release("2.16.1", {"keras": release}) if release.startswith("3") else Release(release)


# what is asked for, releases without it and with it, each the last and the first
CAME = [
    ("keras.ops.image.resize-bilinear", ["2.15.0"], ["3.0.0", "3.15.1"]),
    ("keras.ops.image.resize-area", ["3.5.0"], ["3.6.0"]),
    ("keras.ops.conv_transpose-same", ["2.15.0"], ["3.0.0"]),
    ("keras.Resizing-bilinear", ["2.5.0"], ["2.6.0", "3.0.0"]),
    ("keras.Resizing-area", ["2.5.0", "3.0.0", "3.5.0"], ["2.6.0", "2.15.0", "3.6.0"]),
    ("keras.Resizing-bilinear-antialias", ["2.15.0", "3.8.0"], ["3.9.0"]),
    ("keras.Resizing-bilinear-channels_first", ["2.15.0"], ["3.0.0"]),
    ("keras.UpSampling2D-nearest", [], ["1.13.1", "3.0.0"]),
    ("keras.UpSampling2D-bicubic", ["2.8.0"], ["2.9.0", "3.0.0"]),
    ("keras.UpSampling2D-area", ["2.8.0", "3.0.0"], ["2.9.0", "2.15.0", "3.6.0"]),
    ("keras.Conv2DTranspose-valid", [], ["1.13.1", "3.0.0"]),
]


@pytest.mark.parametrize(("name", "without", "with_it"), CAME)
def test_a_release_has_what_came_before_it(
    name: str, without: list[str], with_it: list[str]
) -> None:
    call = call_of("tensorflow", name)
    assert [call.at(keras(release)) for release in without] == [None] * len(without)
    assert None not in [call.at(keras(release)) for release in with_it]


@pytest.mark.parametrize(
    ("name", "release", "refuses"),
    [
        ("keras.Resizing-bilinear", "3.5.0", False),
        ("keras.Resizing-bilinear", "3.6.0", True),
        ("keras.Resizing-bilinear", "3.7.0", False),
        ("keras.Resizing-nearest", "3.6.0", False),
    ],
)
def test_keras_3_6_refused_bfloat16(name: str, release: str, refuses: bool) -> None:
    call = call_of("tensorflow", name).at(keras(release))
    assert call is not None
    assert call.refuses("bfloat16") is refuses
    assert not call_of("tensorflow", name).refuses("bfloat16"), "nor does the latest"


def test_tensorflow_1_resized_as_its_v1_functions() -> None:
    call = call_of("tensorflow", "image.resize-bilinear")
    before, after = call.convention("1.15.5"), call.convention("2.0.0")
    assert before == Resize(mode="linear", coordinate_transformation_mode="asymmetric")
    assert after == LINEAR
    lanczos = call_of("tensorflow", "image.resize-lanczos3").at("1.15.5")
    assert lanczos is not None
    enlarged, copied = (Request(lanczos.latest, (1, 1, 3, 3), (n, n)) for n in (6, 3))
    assert lanczos.refusal(enlarged, "float32", {}) is not None
    assert lanczos.refusal(copied, "float32", {}) is None
    assert lanczos.defect(copied) is not None


def test_area_of_one_pixel_was_nan_with_align_corners() -> None:
    call = call_of("tensorflow", "v1.resize_area-align_corners")
    old, new = call.at("2.9.3"), call.at("2.12.1")
    assert old is not None
    assert new is not None
    case = Computation(call.latest, {"x": np.ones((1, 1, 1, 4))}, (3, 2))
    defect = old.defect(case.request)
    assert defect is not None
    assert np.isnan(defect.result(case).expected).all()
    assert new.defect(case.request) is None
    assert old.defect(replace(case, size=(1, 2)).request) is None


def test_upsampling_was_asymmetric_before_1_15() -> None:
    call = call_of("tensorflow", "keras.UpSampling2D-bilinear")
    before, after = call.convention("1.14.0"), call.convention("1.15.0")
    assert before == Resize(mode="linear", coordinate_transformation_mode="asymmetric")
    assert after == LINEAR


# a layer or function, a release: the dtype of uint8's result, and how it is rounded
ROUNDED = [
    ("keras.UpSampling2D-bilinear", "2.15.0", "float32", ()),
    ("keras.UpSampling2D-bilinear", "3.3.3", "uint8", ("keras_cut",)),
    ("keras.UpSampling2D-bilinear", "3.6.0", "uint8", ("keras_rounded",)),
    ("keras.Resizing-bilinear", "2.7.0", "float32", ()),
    ("keras.Resizing-bilinear", "2.8.0", "uint8", ("keras_wrapped",)),
    ("keras.Resizing-bilinear", "2.15.0", "uint8", ("keras_cut",)),
    ("keras.Resizing-bilinear", "3.5.0", "uint8", ("keras_cut",)),
    ("keras.Resizing-bilinear", "3.6.0", "uint8", ("keras_rounded",)),
    ("keras.ops.image.resize-bilinear", "3.5.0", "uint8", ("keras_cut",)),
    ("keras.ops.image.resize-bilinear", "3.6.0", "uint8", ("keras_rounded",)),
    ("keras.UpSampling2D-nearest", "2.15.0", "uint8", ()),
    ("keras.Resizing-nearest", "3.3.3", "uint8", ()),
]


@pytest.mark.parametrize(("name", "release", "returns", "rounded"), ROUNDED)
def test_integers_are_returned_as_the_release_does(
    name: str, release: str, returns: str, rounded: tuple[str, ...]
) -> None:
    call = call_of("tensorflow", name).at(keras(release))
    assert call is not None
    assert call.returns["uint8"] == returns
    assert call.roundings.get("uint8", ()) == rounded


def test_what_is_cut_off_saturates_in_whole_vectors_and_wraps_around_in_the_rest() -> None:
    # the middle pixel of 0, 255, 0 doubled overshoots: cubic
    keys = Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True)
    x = np.tile([0.0, 255.0, 255.0, 0.0], 3)[None, None, :, None]  # (1, 1, 12, 1)
    exact = keys.apply(np.asarray(x), (24, 1)).ravel()
    over = exact > 256
    assert over.any()
    alone = predicted("keras_cut", keys, x, (24, 1), "uint8").ravel()
    assert np.array_equal(alone[over], np.trunc(exact[over]) - 256)  # 24 values: no whole vector
    rows = predicted("keras_cut", keys, np.repeat(x, 2, axis=3), (24, 2), "uint8")
    whole = rows.transpose(0, 2, 3, 1).ravel()  # 48 values: the first 32 are one
    wide = np.repeat(exact, 2)
    assert set(whole[:32][wide[:32] > 256]) == {255}
    assert set(whole[32:][wide[32:] > 256]) == set(np.trunc(exact[over]) - 256)


# Keras's padding and output_padding, kernel, stride, dilation: torch's padding and output_padding, as
# keras 3.12.4's _convert_conv_transpose_padding_args_from_keras_to_torch returned them
SAID: list[tuple[KerasPadding, int | None, int, int, int, tuple[int, int]]] = [
    ("same", None, 3, 2, 1, (1, 1)),
    ("same", None, 5, 2, 1, (2, 1)),
    ("same", None, 4, 2, 1, (1, 0)),
    ("same", 1, 3, 2, 1, (1, 1)),
    ("same", None, 2, 3, 1, (0, 1)),
    ("same", None, 3, 1, 2, (2, 0)),
    ("valid", None, 1, 2, 1, (0, 1)),
    ("valid", 1, 3, 2, 1, (0, 1)),
]


@pytest.mark.parametrize(("padding", "extra", "kernel", "stride", "dilation", "said"), SAID)
def test_keras_said_the_window_in_torch_s_arguments(
    padding: KerasPadding,
    extra: int | None,
    kernel: int,
    stride: int,
    dilation: int,
    said: tuple[int, int],
) -> None:
    assert keras_torch_arguments(padding, extra, kernel, stride, dilation) == said


def test_what_torch_cannot_say_was_refused_then_clamped_then_right() -> None:
    """SAME of a 2 x 2 kernel at stride 1 cuts one pixel, an odd number."""
    convention = ConvTranspose(strides=(1, 1), pads=(0, 0, 1, 1))
    inputs = {"x": np.arange(9.0).reshape(1, 1, 3, 3), "w": np.ones((1, 1, 2, 2))}
    case = Computation(convention, inputs, (3, 3)).computed()
    call = call_of("keras_torch", "keras.ops.conv_transpose-same")
    assert call.expression(case.request) is not None
    refused, clamped, right = (call.at(release) for release in ("3.12.4", "3.14.1", "3.15.0"))
    assert refused is not None
    assert clamped is not None
    assert right is not None
    assert refused.refusal(case.request, "float32", {}) is not None
    assert clamped.refusal(case.request, "float32", {}) is None
    defect = clamped.defect(case.request)
    assert defect is not None
    assert defect.result(case).expected.shape == (1, 1, 2, 2)
    assert right.defect(case.request) is None


def test_upsampling_of_channels_first_took_width_and_channels_for_a_size_until_3_1() -> None:
    request = Request(LINEAR, (1, 3, 4, 5), (8, 10))
    call = call_of("tensorflow", "keras.UpSampling2D-bilinear-channels_first")
    before, after = call.at(keras("3.1.1")), call.at(keras("3.2.0"))
    assert before is not None
    assert after is not None
    defect = before.defect(request)
    assert defect is not None
    case = Computation(LINEAR, {"x": np.zeros((1, 3, 4, 5))}, (8, 10)).computed()
    assert defect.result(case).expected.shape == (1, 3, 10, 6)
    assert after.defect(request) is None
