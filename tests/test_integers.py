"""Integer images: every pair of values, through every call that rounds them, with no difference at all."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks
from halfpixel.conformance import trials
from halfpixel.frameworks import Call, DType, Names
from halfpixel.frameworks.torch import capability
from halfpixel.numerics.computation import Computation
from halfpixel.numerics.integer_kernels import predicted


def _there() -> Iterator[Call]:
    """The calls that the installed releases have; those of a framework that is not there."""
    for call in trials.calls("resize"):
        installed = frameworks.release(call.framework)
        if installed is None or call.at(installed) is not None:
            yield _as_installed(call)


def _as_installed(call: Call) -> Call:
    """A call as the installed release has it; of a framework that is not there, the latest."""
    installed = frameworks.release(call.framework)
    return (call.at(installed) if installed is not None else None) or call


def _rounded() -> list[tuple[Call, DType]]:
    """Of the calls that round alike, one; those of every size: tests/test_pyramids.py has the others."""
    found: dict[object, tuple[Call, DType]] = {}
    for call in _there():
        for dtype, choice in call.roundings.items():
            if dtype not in call.arithmetic:
                continue
            for convention in (c for c in call.follows.values() if c.takes_every_size):
                kernel = (call.framework, convention, dtype, choice, call.scaling)
                found.setdefault(kernel, (call, dtype))
    return list(found.values())


ROUNDED = [pair for pair in _rounded() if pair[0].scaling is None]
BY_FACTORS = [pair for pair in _rounded() if pair[0].scaling is not None]

Asked = tuple[float, float]
"""What a call is asked for along H and W: a size in pixels, or a factor."""


def installed(call: Call, dtype: DType) -> Call:
    """The call as the installed release has it."""
    now = call.at(frameworks.release(call.framework) or "0")
    if now is None or dtype not in now.roundings:
        pytest.skip(f"{call.id}: this release does not round {dtype}, or lacks the call")
    return now


_SIXTEEN = (
    4  # pairs of a call and a dtype of 16 bits to one that runs by default: check has cases of each
)


def named(pairs: list[tuple[Call, DType]]) -> list[Any]:
    """Parameters; those of 16 bits, whose kernels are uint8's with another end of the range, are a few."""
    wide = [pair for pair in pairs if pair[1] != "uint8"]
    dear = {(call.id, dtype) for i, (call, dtype) in enumerate(wide) if i % _SIXTEEN}
    return [
        pytest.param(
            call,
            dtype,
            id=f"{call.id}-{dtype}",
            marks=[
                getattr(pytest.mark, call.framework),
                *[pytest.mark.sweep] * ((call.id, dtype) in dear),
            ],
        )
        for call, dtype in pairs
    ]


@functools.cache
def every_pair() -> NDArray[np.float64]:
    """(1, 1, 256, 512): row i holds i, 0, i, 1, … i, 255: each two values stand side by side."""
    first, second = np.indices((256, 256))
    return np.stack([first, second], axis=2).reshape(1, 1, 256, 512).astype(np.float64)


def images(dtype: DType, channels: int, shape: tuple[int, int]) -> Iterator[NDArray[np.float64]]:
    """Noise over the whole range, and its ends alone, which overshoot."""
    generator = np.random.default_rng(channels)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    yield generator.integers(low, high + 1, (1, channels, *shape)).astype(np.float64)
    yield generator.choice([low, high], (1, channels, *shape)).astype(np.float64)


def case_of(call: Call, x: NDArray[Any], asked: Asked) -> Computation:
    """What a call is to make of an image: a size, or for a call that is given factors those."""
    (convention,) = call.follows.values()
    if call.scaling is not None:
        return call.scaling.computation(convention, x, asked)
    height, width = (int(n) for n in asked)
    return Computation(convention, {"x": x}, (height, width))


def says(call: Call, x: NDArray[Any], asked: Asked) -> bool:
    """Whether the arguments of a call can express a size: INTER_AREA is two calls."""
    return call.expression(case_of(call, x, asked).request) is not None


def differences(
    call: Call, dtype: DType, names: Names, x: NDArray[Any], asked: Asked, rounding: str
) -> int:
    """How many values are not what an integer arithmetic predicts; none where a declared refusal is
    what comes, a crash is declared, or the call cannot say the case."""
    case = case_of(call, x, asked)
    if call.expression(case.request) is None:
        return 0
    if call.crash(case.request, dtype):
        return 0
    refusal = call.refusal(case.request, dtype, names)
    if refusal is not None:
        with pytest.raises(Exception, match=refusal.words):
            call(case, dtype, names)
        return 0
    got = call(case, dtype, names)
    assert str(got.dtype) == call.returns[dtype]
    case = replace(case, rule=rounding, dtype=dtype).computed()
    if defect := _as_installed(call).defect(case.request):
        case = defect.result(case)
    return int(np.count_nonzero(got.astype(np.int64) != case.expected))


def settings(call: Call, dtype: DType, names: Names) -> Iterator[str]:
    """The arithmetics of a call, each with the environment set so that it is followed. torch's CPU is what
    it is: tests/numerics/test_integer_kernels.py starts another process for the other one."""
    choice = call.roundings[dtype]
    if call.framework != "opencv" or len(choice) == 1:
        yield call.rounding(choice, names)
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
    names, call = frameworks.load(call.framework), installed(call, dtype)
    pairs = every_pair()
    width = 700 if says(call, pairs, (256, 700)) else 300
    for rounding in settings(call, dtype, names):
        assert differences(call, dtype, names, pairs, (256, width), rounding) == 0
        turned = pairs.swapaxes(2, 3)
        assert differences(call, dtype, names, turned, (width, 256), rounding) == 0


SIZES = [
    ((7, 9), (5, 11)), ((4, 4), (13, 9)), ((5, 30), (31, 3)), ((12, 22), (6, 11)), ((23, 5), (24, 17)),
    ((1, 9), (6, 4)), ((35, 38), (25, 27)), ((3, 3), (40, 40)), ((40, 33), (9, 50)), ((2, 8), (3, 20)),
    ((24, 35), (8, 5)), ((12, 21), (12, 13)), ((49, 20), (1, 5)), ((96, 128), (2, 2)),
    ((2, 3), (1, 1)), ((3, 1), (1, 1)), ((1, 3), (1, 1)), ((4, 4), (1, 1)), ((1, 1), (1, 1)),
    ((1, 1), (3, 2)),
]  # fmt: skip


def swept(*channels: int) -> list[Any]:
    """Numbers of channels that run with ``-m sweep`` alone."""
    return [pytest.param(n, marks=pytest.mark.sweep) for n in channels]


@pytest.mark.resize
@pytest.mark.parametrize("channels", [3, *swept(1, 2, 4, 5)])  # pairs of values have one
@pytest.mark.parametrize(("call", "dtype"), named(ROUNDED))
def test_every_value_of_noise_is_predicted(call: Call, dtype: DType, channels: int) -> None:
    """Noise over the whole range, and its ends alone, which overshoot; both passes at once."""
    names, call = frameworks.load(call.framework), installed(call, dtype)
    said = 0
    for rounding in settings(call, dtype, names):
        for shape, size in SIZES:
            for x in images(dtype, channels, shape):
                if says(call, x, size):
                    said += 1
                    assert differences(call, dtype, names, x, size, rounding) == 0, (shape, size)
    # other numbers of channels are another warpAffine call's, or none's, and no image with an alpha
    of_channels = "warpAffine" in call.name or call.name.endswith(("-LA", "-RGBA"))
    assert said > 10 or (said == 0 and of_channels)


# sizes that come out unchanged are among them, whole windows that reach beyond the image, and factors that
# are the ratio of the sizes along one axis or both
FACTORS = [
    (0.5, 0.5), (0.25, 0.5), (0.4, 0.29), (0.7, 0.96), (1.01, 1.02), (1.01, 1.7), (1.1, 0.6), (2, 3),
    (2.3, 1.25), (1 / 3, 0.2), (3.3, 2.02),
]  # fmt: skip
IMAGES = [(7, 9), (5, 30), (35, 38), (12, 21), (3, 8)]


@pytest.mark.resize
@pytest.mark.parametrize("channels", [3, *swept(1, 2, 4, 5)])
@pytest.mark.parametrize(("call", "dtype"), named(BY_FACTORS))
def test_every_value_of_noise_is_predicted_by_factors(
    call: Call, dtype: DType, channels: int
) -> None:
    names, call = frameworks.load(call.framework), installed(call, dtype)
    said = 0
    for rounding in settings(call, dtype, names):
        for shape, factors in itertools.product(IMAGES, FACTORS):
            for x in images(dtype, channels, shape):
                if min(case_of(call, x, factors).size) > 1 and says(call, x, factors):
                    said += 1
                    assert differences(call, dtype, names, x, factors, rounding) == 0, (
                        shape,
                        factors,
                    )
    assert said > 30


@pytest.mark.opencv
@pytest.mark.resize
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
def test_opencv_predicts_cubic_by_factors_without_ipp(dtype: DType) -> None:
    """With IPP it is a warp, whose sums are not known to the last bit: no call declares it."""
    cv2 = frameworks.load("opencv")["cv2"]
    convention = Resize(mode="cubic", cubic_coeff_a=-0.75)
    rounding = "opencv_fixed_11" if dtype == "uint8" else "opencv_float32"
    before = cv2.ipp.useIPP()
    try:
        cv2.ipp.setUseIPP(False)
        for shape, (fy, fx) in itertools.product(IMAGES, FACTORS):
            for x in images(dtype, 3, shape):
                image = np.ascontiguousarray(x[0].transpose(1, 2, 0), dtype)
                got = cv2.resize(image, None, fx=fx, fy=fy, interpolation=cv2.INTER_CUBIC)
                scales = (Fraction(str(fy)), Fraction(str(fx)))
                want = predicted(rounding, convention, x, got.shape[:2], dtype, scales)
                assert np.array_equal(got.transpose(2, 0, 1), want[0]), (shape, fy, fx)
    finally:
        cv2.ipp.setUseIPP(before)


TORCH_MODES = [
    pytest.param(mode, antialias, convention, marks=pytest.mark.releases("torch", since))
    for mode, antialias, convention, since in (
        ("bilinear", False, Resize(mode="linear"), ">=2.0"),
        ("bicubic", False, Resize(mode="cubic"), ">=2.3"),
        ("bilinear", True, Resize(mode="linear", antialias=True, exclude_outside=True), ">=2.0"),
        (
            "bicubic",
            True,
            Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
            ">=2.1",
        ),
        ("lanczos", True, Resize(mode="lanczos", antialias=True, exclude_outside=True), ">=2.12"),
    )
]


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize(("mode", "antialias", "convention"), TORCH_MODES)
def test_torch_predicts_the_same_for_channels_last(
    mode: str, antialias: bool, convention: Resize
) -> None:
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    generator = np.random.default_rng(0)
    for channels in (1, 3, 4, 5, 20):
        for size in ((12, 5), (4, 6)):
            x = generator.integers(0, 256, (2, channels, 7, 9))
            image = torch.from_numpy(x.astype(np.uint8))
            image = image.contiguous(memory_format=torch.channels_last)
            got = f.interpolate(image, size=size, mode=mode, antialias=antialias).numpy()
            assert np.array_equal(got, predicted("torch_uint8", convention, x, size, "uint8"))


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize(("mode", "antialias", "convention"), TORCH_MODES)
@pytest.mark.parametrize("channels", [4, 5])
def test_torch_repeats_the_first_row_of_an_image_one_pixel_wide_with_more_than_four_channels(
    mode: str, antialias: bool, convention: Resize, channels: int
) -> None:
    """A finding, docs/findings.md: the loop over a row takes the rows for columns."""
    names = frameworks.load("torch")
    x = np.random.default_rng(0).integers(0, 256, (2, channels, 6, 5))
    image = names["torch"].from_numpy(x.astype(np.uint8))
    got = names["F"].interpolate(image, size=(4, 1), mode=mode, antialias=antialias).numpy()
    want = predicted("torch_uint8", convention, x, (4, 1), "uint8")
    own_kernel = capability(names["torch"]) != "DEFAULT" and channels <= 4
    assert np.array_equal(got, want if own_kernel else want[:, :, :1].repeat(4, axis=2))
