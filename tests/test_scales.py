"""Factors in place of sizes: which size comes of them, and at which ratio an axis is then sampled."""

import functools
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halfpixel import Resize, frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import Call, Expression
from halfpixel.frameworks.call import WIDE
from halfpixel.frameworks.factors import Factors, half_even, plain, truncated
from halfpixel.frameworks.tensorflow_scales import fitting, padded

CALLS = {call.id: call for call in trials.calls("resize")}
FACTORS = (0.1, 0.29, 0.5, 0.7, 1.1, 1.16, 1.4, 1 / 3, 2.3, 4.1, 4.6, 8.2, 120 / 88)
LARGEST = 2000

NEAREST = Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")

# n_in, factor, the size that comes, the size that the exact product would give
SHORT = {
    "torch": [(15, 8.2, 122, 123), (25, 1.16, 28, 29), (25, 4.6, 114, 115), (88, 120 / 88, 119, 120)],
    "opencv": [(15, 4.1, 61, 62), (25, 2.18, 55, 54), (25, 2.3, 57, 58)],
}  # fmt: skip


@pytest.mark.halfpixel("scales")
def test_resize_by_factors(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)


# ---------------------------------------------------------------------------- sizes


def torch_size() -> Callable[[int, float], int]:
    """By the operator that F.interpolate calls, which computes the size."""
    torch = frameworks.load("torch")["torch"]
    line = torch.zeros(1, 1, LARGEST)
    return lambda n_in, factor: torch._C._nn.upsample_nearest1d(
        line[..., :n_in], None, [factor]
    ).shape[2]


def opencv_size() -> Callable[[int, float], int]:
    cv2 = frameworks.load("opencv")["cv2"]
    line = np.zeros((1, LARGEST), np.uint8)
    return lambda n_in, factor: cv2.resize(
        line[:, :n_in], None, fx=factor, fy=1, interpolation=cv2.INTER_NEAREST
    ).shape[1]


SIZES = [
    pytest.param(torch_size, truncated, id="torch", marks=pytest.mark.torch),
    pytest.param(opencv_size, half_even, id="opencv", marks=pytest.mark.opencv),
]


@pytest.mark.resize
@pytest.mark.parametrize(("size_of", "predicted"), SIZES)
def test_every_size_is_the_product_in_double(
    size_of: Callable[[], Callable[[int, float], int]], predicted: Callable[[int, float], int]
) -> None:
    size = size_of()
    pairs = itertools.product(range(1, LARGEST + 1), FACTORS)
    wanted = {(n, f): predicted(n, f) for n, f in pairs if predicted(n, f) > 0}
    assert {(n, f): size(n, f) for n, f in wanted} == wanted


@pytest.mark.resize
@pytest.mark.parametrize(("size_of", "predicted"), SIZES)
def test_a_product_just_off_a_whole_number_is_another_size(
    size_of: Callable[[], Callable[[int, float], int]],
    predicted: Callable[[int, float], int],
    request: pytest.FixtureRequest,
) -> None:
    """docs/findings.md: the decimal that the user wrote would give another one."""
    framework = request.node.callspec.id
    size = size_of()
    cut = framework == "torch"
    for n_in, factor, got, exactly in SHORT[framework]:
        product = n_in * Fraction(factor).limit_denominator(1000)
        assert (product.__floor__() if cut else round(product)) == exactly
        assert size(n_in, factor) == predicted(n_in, factor) == got


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.filterwarnings("ignore:`torch.jit.trace` is deprecated", "ignore:torch.tensor results")
def test_a_traced_size_is_a_product_in_float32() -> None:
    """docs/findings.md: with recompute_scale_factor, torch.jit.trace computes another size."""
    names = frameworks.load("torch")
    torch, interpolate = names["torch"], names["F"].interpolate

    def resize(x: Any) -> Any:
        return interpolate(x, scale_factor=(4.2, 1.16), mode="nearest", recompute_scale_factor=True)

    x = torch.zeros(1, 1, 15, 25)
    traced = torch.jit.trace(resize, x, check_trace=False)
    assert tuple(resize(x).shape[2:]) == (truncated(15, 4.2), truncated(25, 1.16)) == (63, 28)
    floats = [int(np.floor(np.float32(n) * np.float32(f))) for n, f in ((15, 4.2), (25, 1.16))]
    assert list(traced(x).shape[2:]) == floats == [62, 29]


# (h, w), the size asked for: those at which float32 matters, and others by formula
ASKED = [
    ((10, 15), (21, 99)), ((6, 27), (7, 99)), ((1, 1), (7, 7)), ((8, 8), (7, 7)), ((1, 2), (7, 99)),
    *((((7 * i) % 40 + 1, (11 * i) % 40 + 1), ((13 * i) % 40 + 1, (17 * i) % 40 + 1))
      for i in range(1, 120)),
]  # fmt: skip


@pytest.mark.tensorflow
@pytest.mark.resize
def test_tensorflow_computes_the_size_that_fits_in_float32() -> None:
    tf = frameworks.load("tensorflow")["tf"]
    for n_in, asked in ASKED:
        wanted = fitting(n_in, asked)
        if min(wanted) == 0:
            continue  # TensorFlow refuses an output without pixels
        x = tf.zeros((*n_in, 1))
        got = tf.image.resize(x, asked, method="nearest", preserve_aspect_ratio=True)
        assert tuple(got.shape[:2]) == wanted, (n_in, asked)
    assert fitting((10, 15), (21, 99)) == (21, 31)  # 31.5, which half even would make 32


@pytest.mark.tensorflow
@pytest.mark.resize
def test_resize_with_pad_puts_the_image_where_float32_says() -> None:
    """An image of ones: what is not zero is the image resized."""
    tf = frameworks.load("tensorflow")["tf"]
    for n_in, asked in ASKED:
        (height, width), (above, left) = padded(n_in, asked)
        if min(height, width) == 0:
            continue
        got = tf.image.resize_with_pad(tf.ones((*n_in, 1)), *asked, method="nearest").numpy()
        wanted = np.zeros((*asked, 1))
        wanted[above : above + height, left : left + width] = 1
        assert np.array_equal(got, wanted), (n_in, asked)


@pytest.mark.tensorflow
@pytest.mark.resize
@pytest.mark.parametrize(("n_in", "n_out"), [(1, 7), (8, 7), (256, 224)])
def test_resize_with_pad_can_leave_a_row_and_a_column_of_zeros(n_in: int, n_out: int) -> None:
    """docs/findings.md: a square into a square."""
    tf = frameworks.load("tensorflow")["tf"]
    got = tf.image.resize_with_pad(tf.ones((n_in, n_in, 1)), n_out, n_out)[..., 0].numpy()
    assert padded((n_in, n_in), (n_out, n_out)) == ((n_out - 1, n_out - 1), (0, 0))
    assert np.array_equal(got > 0, np.pad(np.ones((n_out - 1, n_out - 1), bool), (0, 1)))


@pytest.mark.tensorflow
@pytest.mark.resize
def test_v1_returns_an_image_of_unchanged_size_in_its_dtype() -> None:
    """docs/findings.md: of another size it is float32."""
    tf = frameworks.load("tensorflow")["tf"]
    x = tf.ones((1, 4, 5, 1), tf.uint8)
    dtypes = [tf.compat.v1.image.resize(x, size).dtype.name for size in ((4, 5), (4, 6))]
    assert dtypes == ["uint8", "float32"]


# ---------------------------------------------------------------------------- ratios


def at(said: Expression, factors: Factors) -> Expression:
    """A call with other factors along H and W."""
    height, width = plain(factors[0]), plain(factors[1])
    kwargs = dict(said.kwargs)
    if "fx" in kwargs:
        return replace(said, kwargs={**kwargs, "fx": width, "fy": height})
    if "scales" in kwargs:
        return replace(said, kwargs={**kwargs, "scales": (1.0, 1.0, *factors)})
    return replace(said, kwargs={**kwargs, "scale_factor": (height, width)})


def disagreement(call: Call, dtype: str, n_in: int, factor: float) -> str | None:
    """What is wrong with a line of pixels resized by a factor, or None."""
    (convention,) = call.follows.values()
    assert call.scaling is not None
    nearest = convention.mode == "nearest"
    x = (
        np.arange(n_in, dtype=np.float64).reshape(1, 1, 1, -1)
        if nearest
        else np.eye(n_in)[None, None]
    )
    made = call.scaling.computation(convention, x, (1, factor))
    if min(made.size) == 0:
        return None
    case = Case(
        convention,
        made.inputs,
        made.size,
        call.arithmetic[dtype].coordinate_rule,  # type: ignore[index]
        scales=made.scales,
        name=f"1x{n_in}-by_{factor:g}",
        pins="",
        source="this test",
    )
    case = case.computed()
    said = call.expression_of(
        call.scaling.computation(convention, np.zeros((1, 1, 4, 4)), (2, 2)).request
    )
    verdict = judge(replace(call, expression=lambda _: at(said, (1, factor))), case, dtype)
    return None if verdict.kind == "conforms" else f"{case.name}: {verdict.reason} {verdict.words}"


SWEPT = (
    "torch-interpolate-nearest-scale_factor",
    "torch-interpolate-nearest-exact-scale_factor",
    "torch-interpolate-bilinear-scale_factor",
    "torch-interpolate-bicubic-scale_factor",
    "torch-interpolate-bilinear-antialias-scale_factor",
    "opencv-resize-INTER_NEAREST-fx",
    "opencv-resize-INTER_NEAREST_EXACT-fx",
    "opencv-resize-INTER_LINEAR-fx",
    "opencv-resize-INTER_CUBIC-fx",
)
RATIOS = (0.29, 0.5, 0.7, 0.96, 1.01, 1.1, 1.25, 1.7, 2.02, 2.3, 3)
SOME = (1, 2, 3, 5, 8, 13, 57)


def lines(names: Sequence[str], sizes: Sequence[int]) -> pytest.MarkDecorator:
    """Each call in each dtype on each size by each factor."""
    return pytest.mark.parametrize(
        ("name", "dtype", "sizes"),
        [
            pytest.param(
                name,
                dtype,
                sizes,
                id=f"{name}-{dtype}",
                marks=getattr(pytest.mark, CALLS[name].framework),
            )
            for name in names
            for dtype in WIDE
        ],
    )


def disagreements(name: str, dtype: str, sizes: Sequence[int]) -> list[str]:
    framework = CALLS[name].framework
    call = CALLS[name].at(frameworks.release(framework) or "0")
    if call is None or dtype not in call.arithmetic:
        pytest.skip(f"this release does not have {name} in {dtype}")
    found = (disagreement(call, dtype, n, f) for n in sizes for f in RATIOS)
    return [reason for reason in found if reason is not None]


@pytest.mark.resize
@lines(SWEPT, SOME)
def test_a_line_is_sampled_at_the_ratio_that_is_declared(
    name: str, dtype: str, sizes: Sequence[int]
) -> None:
    """Sizes that come out unchanged and doubled are among them, and outputs of more than 128 pixels."""
    assert disagreements(name, dtype, sizes) == []


@pytest.mark.sweep
@pytest.mark.resize
@lines([name for name in SWEPT if "cubic" not in name.lower()], range(1, 65))
def test_a_line_of_any_size_is(name: str, dtype: str, sizes: Sequence[int]) -> None:
    assert disagreements(name, dtype, sizes) == []


@pytest.mark.torch
@pytest.mark.resize
def test_torch_nearest_copies_an_axis_in_small_images_of_two_dimensions_alone() -> None:
    """docs/findings.md: the same factor reads other pixels in 1-D, in 3-D and in a large image."""
    names = frameworks.load("torch")
    torch, interpolate = names["torch"], names["F"].interpolate
    x = torch.arange(5.0)
    flags = {"mode": "nearest"}
    small = interpolate(x.reshape(1, 1, 5, 1), scale_factor=(1.1, 1), **flags)
    large = interpolate(x.reshape(1, 1, 5, 1).expand(1, 1, 5, 130), scale_factor=(1.1, 1), **flags)
    line = interpolate(x.reshape(1, 1, 5), scale_factor=1.1, **flags)
    volume = interpolate(x.reshape(1, 1, 1, 1, 5), scale_factor=(1, 1, 1.1), **flags)
    assert small.flatten().tolist() == [0, 1, 2, 3, 4]
    for other in (large[..., 0], line, volume):
        assert other.flatten().tolist() == [0, 0, 1, 2, 3]


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize("shape", [(1, 1, 5), (1, 1, 1, 1, 5)], ids=["1d", "3d"])
def test_torch_nearest_copies_on_the_way_back_what_it_does_not_copy(shape: tuple[int, ...]) -> None:
    """docs/findings.md: the first pixel is read twice, and the last never; each gets a gradient of 1."""
    names = frameworks.load("torch")
    torch = names["torch"]
    x = torch.arange(5.0).reshape(shape).requires_grad_()
    factor = (1.0,) * (len(shape) - 3) + (1.1,)
    y = names["F"].interpolate(x, scale_factor=factor, mode="nearest")
    (gradient,) = torch.autograd.grad(y.sum(), x)
    assert y.flatten().tolist() == [0, 0, 1, 2, 3]
    assert gradient.flatten().tolist() == [1, 1, 1, 1, 1]


@pytest.mark.torch
@pytest.mark.resize
def test_torch_antialias_copies_an_axis_and_goes_back_by_its_factor() -> None:
    """docs/findings.md: the image is returned as it is; its gradient is that of a resize by 1.2."""
    names = frameworks.load("torch")
    torch = names["torch"]
    x = torch.tensor([[[[1.0, 2.0]]]], requires_grad=True)
    flags = {"scale_factor": (1, 1.2), "mode": "bilinear", "antialias": True}
    y = names["F"].interpolate(x, **flags)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    assert y.tolist() == x.tolist()
    resize = Resize(mode="linear", antialias=True, exclude_outside=True)
    by_factor = resize.weights(2, 2, 1.2).sum(axis=0).astype(float)
    assert by_factor.tolist() == [1.25, 0.75]
    assert np.allclose(
        gradient.flatten().numpy(), by_factor, rtol=0, atol=2.0**-22
    )  # four roundings


@pytest.mark.modes
@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize(
    ("mode", "convention", "copied"),
    [("nearest", NEAREST, (1, 2)), ("bilinear", Resize(mode="linear"), (1, 2.3))],
)
def test_compiled_torch_copies_and_doubles_no_axis(
    mode: str, convention: Resize, copied: Factors
) -> None:
    """docs/findings.md: 5 x 2 pixels by 1.1 and 2.3 keep their height and double their width."""
    names = frameworks.load("torch")
    torch, interpolate = names["torch"], names["F"].interpolate
    torch._dynamo.reset()
    x = torch.arange(10.0).reshape(1, 1, 5, 2)
    flags = {"scale_factor": (1.1, 2.3), "mode": mode}
    compiled = torch.compile(interpolate, fullgraph=True, dynamic=False)(x, **flags)
    for got, scales in ((interpolate(x, **flags), copied), (compiled, (1.1, 2.3))):
        want = convention.apply(x.numpy(), (5, 4), scales=scales)
        assert np.allclose(
            got.numpy(), want, rtol=0, atol=10 * 2.0**-21
        )  # a coordinate of 3 roundings
    assert not np.allclose(compiled.numpy(), interpolate(x, **flags).numpy(), atol=0.1)


# ---------------------------------------------------------------------------- refusals

REFUSED = [
    ("torch", {"size": (3, 3), "scale_factor": 2}, "only one of size or scale_factor should be defined"),
    ("torch", {}, "either size or scale_factor should be defined"),
    ("torch", {"size": (3, 3), "recompute_scale_factor": True},
     "recompute_scale_factor is not meaningful with an explicit size"),
    ("torch", {"scale_factor": (2, 2, 2)}, "must have the same number of spatial dimensions"),
    ("torch", {"scale_factor": 0.1}, "Input and output sizes should be greater than 0"),
    ("torch", {"scale_factor": -1}, "Input and output sizes should be greater than 0"),
    ("opencv", {}, "inv_scale_x > 0"),
    ("opencv", {"fx": 2}, "inv_scale_y > 0"),
    ("opencv", {"fx": 0.05, "fy": 1}, "!dsize.empty()"),
]  # fmt: skip


@pytest.mark.resize
@pytest.mark.parametrize(
    ("framework", "arguments", "words"),
    [pytest.param(*row, marks=getattr(pytest.mark, row[0])) for row in REFUSED],
)
def test_what_says_no_size_or_two_is_refused(
    framework: str, arguments: dict[str, Any], words: str
) -> None:
    names = frameworks.load(framework)
    if framework == "torch":
        x, flags = names["torch"].zeros(1, 1, 5, 5), {"mode": "bilinear", **arguments}
        resize = functools.partial(names["F"].interpolate, x, **flags)
    else:
        x = np.zeros((5, 5), np.float32)
        resize = functools.partial(names["cv2"].resize, x, None, **arguments)
    with pytest.raises(Exception, match=re.escape(words)):
        resize()


@pytest.mark.opencv
@pytest.mark.resize
@pytest.mark.parametrize("flag", ["INTER_NEAREST", "INTER_LINEAR", "INTER_CUBIC", "INTER_AREA"])
def test_opencv_forgets_factors_that_come_with_a_size(flag: str) -> None:
    cv2 = frameworks.load("opencv")["cv2"]
    x = np.arange(35, dtype=np.float32).reshape(5, 7) % 11
    for size in ((9, 8), (3, 4)):
        by_size = cv2.resize(x, size, interpolation=getattr(cv2, flag))
        both = cv2.resize(x, size, fx=3, fy=0.7, interpolation=getattr(cv2, flag))
        assert np.array_equal(by_size, both)
