"""Sizes and ratios that factors make: what the source makes of them is what the printed code makes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halfpixel.conversion import ResizeConversion, convert
from halfpixel.conversion.parse import Reading, read
from halfpixel.conversion.size_query import query_of
from halfpixel.frameworks.layer_plans import Target
from halfpixel.operators.onnx_operators import resize_node
from tests.test_resize_conversions import image, names, run

_ULP = 2.0**-24


def answer(text: str, to: Target, size: tuple[int, ...] | None = None) -> ResizeConversion:
    found = convert(text, to, input_size=size)
    assert isinstance(found, ResizeConversion)
    return found


def source(text: str, framework: str, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What a call of torch or OpenCV returns, (N, C, H, W)."""
    known = names(framework)
    if framework == "torch":
        return np.asarray(eval(text, {**known, "x": known["torch"].from_numpy(x)}))
    y = eval(text, {**known, "x": np.ascontiguousarray(x[0].transpose(1, 2, 0))})
    return np.asarray(y.reshape(*y.shape[:2], -1).transpose(2, 0, 1)[None])


def best(found: ResizeConversion) -> tuple[Any, str]:
    one = found.parts[0].best
    assert one is not None
    return one, found.code


# factors whose product in float64 is not that of the fractions, and the sizes that torch makes of them
CUT: tuple[tuple[str, int, int], ...] = (
    ("15/11", 22, 29),
    ("39/37", 37, 38),
    ("1.16", 25, 28),
    ("8.2", 15, 122),
)


@pytest.mark.torch
@pytest.mark.parametrize(("factor", "n", "out"), CUT)
def test_a_size_is_the_product_in_the_frameworks_own_arithmetic(
    factor: str, n: int, out: int
) -> None:
    text = f"F.interpolate(x, scale_factor={factor}, mode='bilinear')"
    assert source(text, "torch", image((n, n))).shape[2:] == (out, out)
    reading = read(text)
    assert isinstance(reading, Reading)
    (sizes,) = query_of(reading, reading.calls[0], (n, n)).sizes
    assert sizes.n_out == (out, out)
    assert sizes.scales is not None  # the ratio is the factor, not that of the sizes


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.parametrize("target", ["tensorflow", "keras", "opencv", "torch"])
@pytest.mark.parametrize(("factor", "n", "out"), CUT[:2])
def test_a_factor_is_answered_by_what_computes_the_same(
    factor: str, n: int, out: int, target: Target
) -> None:
    text = f"F.interpolate(x, scale_factor={factor}, mode='bilinear')"
    x = image((n, n))
    want = source(text, "torch", x)
    for size in (None, (n, n)):
        one, code = best(answer(text, target, size))
        got = run(one.call, code, target, x, (out, out))
        assert got.shape == want.shape
        assert abs(got - want).max() <= max(one.exactness.ulp, 1) * _ULP * 8


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
def test_nearest_by_a_whole_factor_is_bitwise_the_same_everywhere() -> None:
    text = "F.interpolate(x, scale_factor=2)"
    want = source(text, "torch", image((5, 7)))
    targets: tuple[Target, ...] = ("keras", "opencv")
    for target in targets:
        found = answer(text, target, (5, 7) if target == "opencv" else None)
        for one in found.parts[0].equal:
            copies = one.call is not None and "nearest" in one.code.lower()
            assert one.exactness.kind == "bitwise" or not copies
        one, code = best(found)
        assert np.array_equal(run(one.call, code, target, image((5, 7)), (10, 14)), want)
    functions = {one.code for one in answer(text, "keras").parts[0].equal}
    assert "y = keras.layers.UpSampling2D(size=(2, 2), interpolation='nearest')(x)" in functions


@pytest.mark.parametrize(
    ("factors", "when"), [("fx=1.5, fy=1.25", "area_linear"), ("fx=0.5, fy=0.5", "area")]
)
def test_factors_choose_the_kernel_of_a_known_image(factors: str, when: str) -> None:
    text = f"cv2.resize(x, None, {factors}, interpolation=cv2.INTER_AREA)"
    (part,) = answer(text, "torch", (12, 16)).parts
    assert part.convention.mode == when


@pytest.mark.parametrize("factor", ["1.5", "0.75"])
def test_nearest_by_another_factor_is_not_said_to_be(factor: str) -> None:
    (part,) = answer(f"F.interpolate(x, scale_factor={factor})", "keras").parts
    assert not part.equal


def test_known_sizes_are_answered_for_alone() -> None:
    """Lanczos reads single pixels where an odd factor shrinks: linear is the same there."""
    text = "cv2.resize(x, (20, 10), interpolation=cv2.INTER_LANCZOS4)"
    (odd,) = answer(text, "onnx", (30, 60)).parts
    assert any("'linear'" in one.code for one in odd.equal)
    (even,) = answer(text, "onnx", (20, 40)).parts
    assert not even.equal
    assert odd.looked_at == "at 30x60 -> 10x20"


@pytest.mark.tensorflow
@pytest.mark.torch
@pytest.mark.parametrize("target", ["torch", "opencv", "keras"])
def test_resize_with_pad_is_converted_with_its_zeros(target: Target) -> None:
    """256 in 224 comes to 223 in float32, and a row and a column of zeros."""
    text = "tf.image.resize_with_pad(x, 224, 224)"
    x = image((256, 256))
    tf = names("tensorflow")["tf"]
    want = tf.image.resize_with_pad(x.transpose(0, 2, 3, 1), 224, 224).numpy()
    one, code = best(answer(text, target, (256, 256)))
    got = run(one.call, code, target, x, (224, 224))
    assert np.all(got[:, :, 223:] == 0)
    assert abs(got.transpose(0, 2, 3, 1) - want).max() <= one.exactness.ulp * _ULP


@pytest.mark.torch
@pytest.mark.tensorflow
def test_a_factor_goes_to_calls_that_take_factors() -> None:
    """torch's bilinear by 1.5, at a size that it cuts, is ScaleAndTranslate and ONNX's scales."""
    text = "F.interpolate(x, scale_factor=1.5, mode='bilinear')"
    (tensorflow,) = answer(text, "tensorflow", (5, 7)).parts
    (onnx,) = answer(text, "onnx", (5, 7)).parts
    assert "scale=(1.5, 1.5)" in tensorflow.factors[0].code
    assert "scales is (1, 1, 1.5, 1.5), float32" in onnx.factors[0].conditions
    x = image((5, 7))
    want = source(text, "torch", x)
    got = run(None, tensorflow.factors[0].code, "tensorflow", x, (7, 10))
    assert abs(got - want).max() <= tensorflow.factors[0].exactness.ulp * _ULP


SCALES = "onnx.helper.make_node('Resize', ['x', '', [1, 1, {0}, {0}]], ['y'], mode='linear')"


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.parametrize("target", ["torch", "tensorflow"])
@pytest.mark.parametrize(("scale", "n"), [(0.6, 12), (1.5, 5), (0.7, 10), (1.1, 10)])
def test_scales_of_a_node_make_its_sizes_and_are_those_at_which_it_samples(
    scale: float, n: int, target: Target
) -> None:
    x = image((n, n))
    rounded = float(np.float32(scale))
    want = resize_node(
        x.shape, {"mode": "linear"}, scales=(1, 1, Fraction(rounded), Fraction(rounded))
    ).apply(x)
    for size in (None, (n, n)):
        (part,) = answer(SCALES.format(scale), target, size).parts
        every = [one for one in (*part.factors, *part.equal) if one.everywhere]
        assert every or target == "torch"  # which cuts 10 by 0.7 to 6
        assert part.best is not None
        for one in every:
            got = run(one.call, one.code, target, x, want.shape[2:])
            assert got.shape == want.shape
            assert abs(got - want).max() <= max(one.exactness.ulp, 1) * _ULP * abs(x).max()


def test_the_size_of_a_node_is_a_product_of_float32() -> None:
    """10 times 0.7 is below 7 in float64, of 0.7 rounded to float32, and 7 in float32."""
    assert int(10 * float(np.float32(0.7))) == 6
    reading = read(SCALES.format(0.7))
    assert isinstance(reading, Reading)
    (part,) = answer(SCALES.format(0.7), "torch", (10, 10)).parts
    assert part.looked_at == "at 10x10 -> 7x7"
    upsample = "onnx.helper.make_node('Upsample', ['x'], ['y'], scales=[1, 1, 2, 2])"
    assert "2 * x.shape[1]" in answer(upsample, "keras").code


def test_names_for_scales_are_answered_on_a_condition_alone() -> None:
    named = answer(SCALES.replace("{0}", "s"), "torch")
    assert "where the image's sizes times s are whole numbers" in named.parts[0].conditions
    unknown = answer(
        "onnx.helper.make_node('Resize', ['x', '', 's'], ['y'], mode='linear')", "torch"
    )
    assert "the image's sizes times s are whole numbers" in unknown.reading.notes


@pytest.mark.parametrize(
    ("text", "size", "n_out"),
    [
        ("F.interpolate(x, scale_factor=8.2, mode='linear'{})", (7,), (57,)),
        (
            "F.interpolate(x, scale_factor=(8, 8.2, 2.5), recompute_scale_factor=True)",
            (3, 7, 7),
            (24, 57, 17),
        ),
        ("F.interpolate(x, scale_factor=(1.7, 1.7), recompute_scale_factor=True)", (5, 5), (8, 8)),
    ],
)
def test_recomputed_factors_are_the_ratios_of_the_sizes(
    text: str, size: tuple[int, ...], n_out: tuple[int, ...]
) -> None:
    """Along one axis and three too, of which the catalogue has no call that recomputes."""
    read_one = read(text.format(", recompute_scale_factor=True"))
    assert isinstance(read_one, Reading)
    (sizes,) = query_of(read_one, read_one.calls[0], size).sizes
    assert sizes.n_out == n_out
    assert sizes.scales is None


@pytest.mark.parametrize("mode", ["INTER_NEAREST", "INTER_AREA"])
def test_a_factor_that_no_decimal_is_has_no_recipe_where_weights_jump(mode: str) -> None:
    """The decimal that 5/3 prints as is another number: of 3x6 to 5x10 it reads another pixel."""
    text = f"cv2.resize(x, None, fx={{0}}, fy={{0}}, interpolation=cv2.{mode})"
    for factor, has in (("5/3", False), ("2.5", True)):
        parts = answer(text.format(factor), "torch").parts
        codes = [one.code for part in parts for one in part.recipes]
        assert any(".weights" in code and factor[:3] in code for code in codes) == has, factor
