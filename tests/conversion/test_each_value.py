"""Flags that are names, answered for each of the values that they can have."""

from __future__ import annotations

import pytest

from halfpixel.conversion.parse import Raises, Reading, Spoken, readings


def each(text: str) -> dict[str, str]:
    """By the condition that is decided last, what is called, or ``raises``."""
    return {
        one.condition.rpartition(" and ")[2]: (
            one.read.written if isinstance(one.read, Reading) else type(one.read).__name__
        )
        for one in readings(text, each_value=True)
    }


FLAGS = {
    "cv2.resize(x, (w, h), interpolation=f)": "(f == cv2.INTER_LANCZOS4)",
    "im.resize((w, h), resample=f)": "(f == Image.HAMMING)",
    "tf.image.resize(x, (h, w), method=f)": "(f == 'mitchellcubic')",
    "F.interpolate(x, (h, w), mode=a.f)": "(a.f == 'area')",
    "keras.layers.UpSampling2D(2, data_format=f)": "(f == 'channels_first')",
}


@pytest.mark.parametrize("text", FLAGS)
def test_every_value_of_a_flag_is_a_branch_and_any_other_raises(text: str) -> None:
    found = readings(text, each_value=True)
    assert FLAGS[text] in each(text)
    assert isinstance(found[-1].read, Raises)
    assert sum(isinstance(one.read, Reading) for one in found) >= 2


def test_what_a_value_decides_is_decided() -> None:
    text = "F.interpolate(x, (h, w), mode=m, align_corners=None if m in ('nearest', 'area') else False)"
    found = each(text)
    assert "align_corners=None" in found["m == 'nearest'"]
    assert "align_corners=False" in found["(m == 'bilinear')"]


def test_of_a_size_and_a_factor_one_is_none() -> None:
    assert each("F.interpolate(x, s, f, mode='area')") == {
        "s is None": "F.interpolate(x, None, f, mode='area')",
        "not (s is None)": "F.interpolate(x, s, None, mode='area')",
    }


def test_a_bias_that_is_a_name_is_there_or_not() -> None:
    found = readings("nn.ConvTranspose2d(int(c), 4, 3, bias=b)", each_value=True)
    assert [one.read.layer.bias for one in found if isinstance(one.read, Spoken)] == [True, False]


@pytest.mark.parametrize(
    "text", ["cv2.resize(x, (w, h), interpolation=f())", "F.interpolate(x, s, mode=m)"]
)
def test_a_call_is_no_name_and_a_name_alone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not written out"):
        readings(text, each_value="f()" in text)


@pytest.mark.parametrize("mode", ["nearest", "area", "nearest-exact"])
def test_torch_raises_for_antialias_beside_other_modes(mode: str) -> None:
    with pytest.raises(Raises, match="restricted to bilinear, bicubic, lanczos"):
        readings(f"F.interpolate(x, (h, w), mode={mode!r}, antialias=True)")


def test_what_a_layer_calls_is_asked_for_what_it_raises() -> None:
    with pytest.raises(Raises, match="align_corners option can only be set"):
        readings("nn.Upsample(scale_factor=2, mode='nearest', align_corners=True)")
