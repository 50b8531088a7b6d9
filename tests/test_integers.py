"""Integer images: every pair of values, through every call that rounds them, with no difference at all."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks, suite
from halfpixel.cases import Case
from halfpixel.frameworks import Call, DType, Names
from halfpixel.integers import predicted

# those of every size: tests/test_pyramids.py has the others
ROUNDED = [
    (call, dtype)
    for call in suite.calls("resize")
    for dtype in call.roundings
    if all(convention.takes_every_size for convention in call.follows.values())
]


def named(pairs: list[tuple[Call, DType]]) -> list[Any]:
    return [
        pytest.param(
            call, dtype, id=f"{call.id}-{dtype}", marks=getattr(pytest.mark, call.framework)
        )
        for call, dtype in pairs
    ]


@functools.cache
def every_pair() -> NDArray[np.float64]:
    """(1, 1, 256, 512): row i holds i, 0, i, 1, … i, 255: each two values stand side by side."""
    first, second = np.indices((256, 256))
    return np.stack([first, second], axis=2).reshape(1, 1, 256, 512).astype(np.float64)


def run(
    call: Call, dtype: str, names: Names, x: NDArray[Any], size: tuple[int, int]
) -> NDArray[Any]:
    (convention,) = call.follows.values()
    return call(Case("run", "", "this test", convention, {"x": x}, size), dtype, names)


def differences(
    call: Call, dtype: DType, names: Names, x: NDArray[Any], size: tuple[int, int], rounding: str
) -> int:
    """How many values are not what an integer arithmetic predicts."""
    (convention,) = call.follows.values()
    got = run(call, dtype, names, x, size)
    assert str(got.dtype) == dtype
    want = predicted(rounding, convention, x, size, dtype)
    return int(np.count_nonzero(got.astype(np.int64) != want))


def settings(call: Call, dtype: DType, names: Names) -> Iterator[str]:
    """The arithmetics of a call, each with the environment set so that it is followed."""
    choice = call.roundings[dtype]
    if len(choice) == 1:
        yield choice[0]
        return
    ipp = names["cv2"].ipp
    before = ipp.useIPP()
    try:
        for use in (False, True):
            ipp.setUseIPP(use)
            if ipp.useIPP() == use:  # a build without IPP has one of the two
                yield call.rounding(choice, names)
    finally:
        ipp.setUseIPP(before)


@pytest.mark.resize
@pytest.mark.parametrize(("call", "dtype"), named([pair for pair in ROUNDED if pair[1] == "uint8"]))
def test_every_pair_of_values_is_predicted(call: Call, dtype: DType) -> None:
    """Between two values lie several outputs, at places that differ from pair to pair; the other
    way round the pairs stand in a column, so that the second pass meets them."""
    names = frameworks.load(call.framework)
    for rounding in settings(call, dtype, names):
        assert differences(call, dtype, names, every_pair(), (256, 700), rounding) == 0
        turned = every_pair().swapaxes(2, 3)
        assert differences(call, dtype, names, turned, (700, 256), rounding) == 0


SIZES = [
    ((7, 9), (5, 11)), ((4, 4), (13, 9)), ((5, 30), (31, 3)), ((12, 22), (6, 11)), ((23, 5), (24, 17)),
    ((1, 9), (6, 4)), ((35, 38), (25, 27)), ((3, 3), (40, 40)), ((40, 33), (9, 50)), ((2, 8), (3, 20)),
]  # fmt: skip


@pytest.mark.resize
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("call", "dtype"), named(ROUNDED))
def test_every_value_of_noise_is_predicted(call: Call, dtype: DType, channels: int) -> None:
    """Noise over the whole range, and its ends alone, which overshoot; both passes at once."""
    names = frameworks.load(call.framework)
    generator = np.random.default_rng(channels)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    for rounding in settings(call, dtype, names):
        for (h, w), size in SIZES:
            noise = generator.integers(low, high + 1, (1, channels, h, w)).astype(np.float64)
            ends = generator.choice([low, high], (1, channels, h, w)).astype(np.float64)
            for x in (noise, ends):
                assert differences(call, dtype, names, x, size, rounding) == 0, (h, w, size)


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_torch_predicts_the_same_for_channels_last(mode: str) -> None:
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    convention = Resize(mode="linear" if mode == "bilinear" else "cubic")
    generator = np.random.default_rng(0)
    for channels in (1, 3, 4, 5, 20):
        x = generator.integers(0, 256, (2, channels, 7, 9))
        image = torch.from_numpy(x.astype(np.uint8)).contiguous(memory_format=torch.channels_last)
        got = f.interpolate(image, size=(12, 5), mode=mode).numpy()
        assert np.array_equal(got, predicted("torch_uint8", convention, x, (12, 5), "uint8"))


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("channels", [4, 5])
def test_torch_repeats_the_first_row_of_an_image_one_pixel_wide_with_more_than_four_channels(
    mode: str, channels: int
) -> None:
    """A finding, docs/findings.md: the loop over a row takes the rows for columns."""
    names = frameworks.load("torch")
    convention = Resize(mode="linear" if mode == "bilinear" else "cubic")
    x = np.random.default_rng(0).integers(0, 256, (2, channels, 6, 5))
    image = names["torch"].from_numpy(x.astype(np.uint8))
    got = names["F"].interpolate(image, size=(4, 1), mode=mode).numpy()
    want = predicted("torch_uint8", convention, x, (4, 1), "uint8")
    assert np.array_equal(got, want[:, :, :1].repeat(4, axis=2) if channels > 4 else want)
