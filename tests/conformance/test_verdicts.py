"""Error bounds bound what rounding does and nothing else, and every verdict is reached one way."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import ConvTranspose, Resize
from halfpixel.arrays import Array
from halfpixel.conformance import trials
from halfpixel.conformance.cases import (
    CONV_TRANSPOSE_CASES,
    Case,
    conv_transpose_case,
    resize_cases,
)
from halfpixel.conformance.verdicts import Verdict, error_bound, judge, share_of_bound
from halfpixel.frameworks import Call, Crash, Expression, Name, Names, Refusal, Release, dtype_name
from halfpixel.frameworks.call import BFLOAT16, WIDE
from halfpixel.numerics.coordinates import COORDINATE_RULES
from halfpixel.numerics.error_model import (
    UNIT_ROUNDOFF,
    ErrorModel,
    cubic_weight_error,
    keys_errors,
    normalised_weight_error,
    own_errors,
)
from halfpixel.operators import every_resize
from tests.numerics.test_error_model import value_in_float32
from tests.thinning import thinned

F = np.float32
Inputs = dict[str, NDArray[Any]]


WINDOWS = ("area", "area_linear", "adaptive_area")


def normalises(convention: Resize) -> bool:
    """Its weights are values of a kernel divided by their sum."""
    kernel = convention.kernel
    always = kernel.divided or convention.mode == "mitchell"
    return kernel.stretches and (always or convention.antialias or convention.exclude_outside)


def arithmetic_of(convention: Resize) -> ErrorModel:
    """What :func:`emulated` does: the constants of a kernel that computes in float32 throughout."""
    half = convention.half_pixel
    a = convention.cubic_coeff_a
    plain = ErrorModel(
        coordinates="float32",
        coordinate_roundings=3 if half else 2,  # the scale, the product, the difference
        weights="float32",
        weight_error=1 if a is None else cubic_weight_error(float(a)),  # linear: 1 - t
        accumulation="float32",
        source="emulated, below",
    )
    if normalises(convention):
        # the scale, its inverse and the product; the difference, the inverse of the stretch, the product
        return replace(
            plain,
            coordinate_roundings=3,
            distance_roundings=3,
            weight_error=normalised_weight_error(convention),
            value_errors=own_errors,
            normalised=True,
            # where a kernel is cut off before it is 0, the coordinate says which taps it has
            coordinate_rule={"gaussian": "inverse_scale_float32", "box": "distance_float32"}.get(
                convention.mode
            ),
        )
    if a is not None:
        plain = replace(plain, value_errors=keys_errors)
    if convention.extrapolates:
        return replace(plain, coordinate_rule="outside_float32")
    if convention.mode == "area":  # the two ends of a window, 1 / scale and its product
        return replace(plain, weight_error=4)
    if convention.mode == "area_linear":  # float64 rounded once, and 1 - reach
        return replace(plain, weight_error=2, coordinate_rule="inverse_scale_float64")
    if convention.mode == "adaptive_area":  # integers, and one division
        return replace(plain, coordinate_roundings=0, weight_error=1, separable=False)
    return plain


def scale_in_float32(convention: Resize, n_in: int, n_out: int) -> np.float32:
    mode = str(convention.coordinate_transformation_mode)
    whole = mode == "half_pixel_align_corners" and 1 in (n_in, n_out)  # then as half_pixel
    if mode in ("half_pixel", "asymmetric") or whole:
        return F(n_in) / F(n_out)
    return F(n_in - 1) / F(n_out - 1) if n_out > 1 else F(0)


def places_in_float32(convention: Resize, n_in: int, n_out: int) -> NDArray[np.float32]:
    if convention.extrapolates and n_out == 1:
        return np.array([n_in - 1], F) / F(2)
    half = F(0.5 if convention.half_pixel else 0)
    scale = scale_in_float32(convention, n_in, n_out)
    return np.asarray((np.arange(n_out, dtype=F) + half) * scale - half)


def taps_in_float32(
    convention: Resize, n_in: int, n_out: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Index and weight of every tap, (n_out, taps), every operation in float32."""
    if normalises(convention):
        return normalised_in_float32(convention, n_in, n_out)
    if convention.mode in WINDOWS:
        return windows_in_float32(convention, n_in, n_out)
    places = places_in_float32(convention, n_in, n_out)
    base = np.floor(places)
    t = places - base
    one = F(1)
    if convention.mode == "linear":
        weights, first = [one - t, t], 0
    else:
        a = F(float(convention.cubic_coeff_a or 0))

        def near(x: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.asarray(((a + F(2)) * x - (a + F(3))) * x * x + one)

        def far(x: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.asarray(((a * x - F(5) * a) * x + F(8) * a) * x - F(4) * a)

        weights, first = [far(t + one), near(t), near(one - t), far((one - t) + one)], -1
    index = base.astype(np.intp)[:, None] + np.arange(first, first + len(weights))
    reads = (places >= 0) & (places <= n_in - 1) | (not convention.extrapolates)
    stacked = np.stack([np.where(reads, weight, F(0)) for weight in weights], axis=1)
    assert stacked.dtype == F
    return brought_inside(convention, index, n_in, stacked)


def brought_inside(
    convention: Resize, index: NDArray[np.intp], n_in: int, weights: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    inside = (index >= 0) & (index < n_in)
    kept = np.where(inside, weights, F(0)) if convention.padding_mode == "zeros" else weights
    return convention.padded(index, n_in), kept


def normalised_in_float32(
    convention: Resize, n_in: int, n_out: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """tensorflow/core/kernels/image/scale_and_translate_op.cc: ComputeSpansCore; with the taps outside
    clamped where they are not excluded."""
    inverse = F(1) / (F(n_out) / F(n_in))
    if convention.coordinate_transformation_mode == "pytorch_half_pixel_align_corners":
        inverse = scale_in_float32(convention, n_in, n_out)
    stretch = max(inverse, F(1)) if convention.antialias else F(1)
    reach = F(float(convention.radius())) * stretch
    if convention.half_pixel:
        places = (np.arange(n_out, dtype=F) + F(0.5)) * inverse
    else:  # which TensorFlow has not
        places = places_in_float32(convention, n_in, n_out) + F(0.5)
    first = np.ceil(places - reach - F(0.5)).astype(np.intp)
    last = np.floor(places + reach - F(0.5)).astype(np.intp)
    index = first[:, None] + np.arange((last - first).max() + 1)
    distance = abs(index.astype(F) + F(0.5) - places[:, None]) * (F(1) / stretch)
    values = value_in_float32(convention, distance)
    inside = (index >= 0) & (index < n_in)
    if convention.exclude_outside:
        values = np.where(inside, values, F(0))
    total = np.zeros(n_out, F)
    for k in range(values.shape[1]):
        total = total + values[:, k]
    weights = values * (F(1) / total)[:, None]
    assert weights.dtype == F
    return brought_inside(convention, index, n_in, weights)


def windows_in_float32(
    convention: Resize, n_in: int, n_out: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """tensorflow/core/kernels/image/resize_area_op.cc for area, where a window inside one pixel is not
    a difference of its ends; opencv/opencv, modules/imgproc/src/resize.cpp for area_linear, whose
    coordinates are float64."""
    d = np.arange(n_out)
    if convention.mode == "area_linear":
        inverse = n_out / n_in
        first = np.floor(d * (1.0 / inverse)).astype(np.intp)
        reach = ((d + 1) - (first + 1) * inverse).astype(F)
        reach = np.where(reach <= 0, F(0), reach - np.floor(reach))
        index = np.stack([first, first + 1], axis=1)
        return index.clip(0, n_in - 1), np.stack([F(1) - reach, reach], axis=1)
    scale = scale_in_float32(convention, n_in, n_out)
    start, stop = d.astype(F) * scale, (d + 1).astype(F) * scale
    first = np.floor(start).astype(np.intp)
    index = first[:, None] + np.arange(int(np.ceil(scale)) + 2)
    left, right = index.astype(F), index.astype(F) + F(1)
    before, beyond = left < start[:, None], right > stop[:, None]
    begins = np.where(beyond, scale, right - start[:, None])
    ends = np.where(beyond, stop[:, None] - left, F(1))
    cover = np.where(left < stop[:, None], np.where(before, begins, ends), F(0))
    weights = cover * (F(1) / scale)
    assert weights.dtype == F
    return index.clip(0, n_in - 1), weights


def averaged(case: Case) -> NDArray[np.float32]:
    """pytorch/pytorch, aten/src/ATen/native/cpu/AdaptiveAvgPoolKernel.cpp: one sum, then a division."""
    x = case.inputs["x"].astype(F)
    result = np.zeros(case.expected.shape, F)
    for h, w in np.ndindex(*case.size):
        top, bottom = (h * x.shape[2] // case.size[0], -(-(h + 1) * x.shape[2] // case.size[0]))
        left, right = (w * x.shape[3] // case.size[1], -(-(w + 1) * x.shape[3] // case.size[1]))
        for i, j in itertools.product(range(top, bottom), range(left, right)):
            result[:, :, h, w] = result[:, :, h, w] + x[:, :, i, j]
        result[:, :, h, w] = result[:, :, h, w] / F((bottom - top) * (right - left))
    return result


def emulated(case: Case) -> NDArray[np.float32]:
    """A resize as anyone would write it in float32: columns, then rows, one product after another."""
    convention = case.convention
    assert isinstance(convention, Resize)
    if convention.mode == "adaptive_area":
        return averaged(case)
    values = case.inputs["x"].astype(F)
    for axis, n_out in ((3, case.size[1]), (2, case.size[0])):
        index, weight = taps_in_float32(convention, values.shape[axis], n_out)
        lines = np.moveaxis(values, axis, -1)
        total = np.zeros((*lines.shape[:-1], n_out), F)
        for k in range(weight.shape[1]):
            total = total + weight[:, k] * lines[..., index[:, k]]
        values = np.moveaxis(total, -1, axis)
    assert values.dtype == F
    return values


@functools.cache
def random_case(convention: Resize, n: tuple[int, int], size: tuple[int, int]) -> Case:
    x = np.random.default_rng((*n, *size)).normal(size=(1, 2, *n)).astype(F).astype(np.float64)
    name = f"{n[0]}x{n[1]}-{size[0]}x{size[1]}-random"
    rule = arithmetic_of(convention).coordinate_rule
    return Case(convention, {"x": x}, size, rule, name=name, pins="", source="this test").computed()


# all that do not copy; of kernels that are divided by their sum, those with the edge as calls have it
EMULATED = [
    c
    for c in every_resize()
    if c.mode != "nearest" and (c.exclude_outside or not normalises(c) or c.lanczos_radius == 4)
]
MOVABLE = [
    c for c in EMULATED if c.mode != "adaptive_area"
]  # half a pixel may touch the same pixels

# input, output: goldens' kind of size and larger, up, down and both
EMULATED_SIZES = [
    ((1, 1), (3, 4)),
    ((2, 3), (9, 7)),
    ((5, 4), (5, 9)),
    ((7, 6), (1, 1)),
    ((9, 13), (6, 20)),
    ((16, 11), (5, 37)),
    ((31, 40), (47, 23)),
]


def slug(value: object) -> str | None:
    return value.slug if isinstance(value, Resize) else None


# ---------------------------------------------------------------------------- share_of_bound

NAN, INF = math.nan, math.inf

# got, expected, bound, share
SHARES: list[tuple[list[float], list[float], list[float], float]] = [
    ([1, 2], [1, 2], [0, 0], 0),
    ([1, 2], [1, 2], [0.5, 0.5], 0),
    ([1.25, 2], [1, 2], [0.5, 0.5], 0.5),
    ([0.75, 2], [1, 2], [0.5, 0.5], 0.5),
    ([1.25, 2.5], [1, 2], [0.5, 0.25], 2),
    ([1, 2], [1, 2.5], [0, 0], INF),
    ([1, NAN], [1, 2], [0.5, 0.5], INF),
    ([1, NAN], [1, 2], [0, 0], INF),
    ([1, INF], [1, 2], [0.5, 0.5], INF),
    ([1, -INF], [1, 2], [0.5, 0.5], INF),
    ([], [], [], 0),
]


@pytest.mark.parametrize(("got", "expected", "bound", "share"), SHARES)
def test_share_of_bound(
    got: list[float], expected: list[float], bound: list[float], share: float
) -> None:
    arrays = (np.array(values, np.float64) for values in (got, expected, bound))
    assert share_of_bound(*arrays) == share


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float16", "float32"])
def test_narrow_outputs_are_widened_before_they_are_subtracted(dtype: str) -> None:
    got = np.array([0, 100], dtype)
    assert share_of_bound(got, np.array([1.0, 100.0]), np.array([2.0, 2.0])) == 0.5
    assert share_of_bound(got, np.array([0.0, 356.0]), np.array([2.0, 2.0])) == 128


# ---------------------------------------------------------------------------- where nothing may be off


@pytest.mark.parametrize("convention", [c for c in every_resize() if c.mode == "nearest"], ids=slug)
def test_nearest_copies_so_its_bound_is_zero(convention: Resize) -> None:
    for entry in resize_cases(convention):
        case = entry.computed()
        bound = error_bound(case, arithmetic_of(Resize(mode="linear")))
        assert bound.shape == case.expected.shape
        assert not bound.any()


@pytest.mark.parametrize("entry", CONV_TRANSPOSE_CASES, ids=lambda e: e.name)
def test_a_transposed_convolution_has_a_bound_only_where_float32_must_round(entry: Any) -> None:
    """Texture and impulses are integers below 2²⁴ in every sum; fine products take more bits."""
    case = conv_transpose_case(entry).computed()
    arithmetic = arithmetic_of(Resize(mode="linear"))
    bound = error_bound(case, arithmetic)
    assert bound.shape == case.expected.shape
    assert bound.any() == (entry.values == "fine")
    wide = error_bound(case, replace(arithmetic, accumulation="float64"))
    assert not wide.any()


def summed_in_float32(case: Case, order: NDArray[np.intp]) -> NDArray[np.float32]:
    """One product after another in float32, the inputs in a given order."""
    convention, x = case.convention, case.inputs["x"]
    assert isinstance(convention, ConvTranspose)
    matrix = convention.matrix(case.inputs["w"], x.shape[2:]).astype(F)
    values = x.reshape(len(x), -1).astype(F)
    total = np.zeros((len(x), len(matrix)), F)
    for column in order:
        total = total + matrix[:, column] * values[:, column, None]
    assert total.dtype == F
    return total.reshape(case.expected.shape)


FINE = [entry for entry in CONV_TRANSPOSE_CASES if entry.values == "fine"]


@pytest.mark.parametrize("entry", FINE, ids=lambda e: e.name)
def test_sums_in_float32_stay_within_the_bound_in_any_order_and_use_some_of_it(entry: Any) -> None:
    case = conv_transpose_case(entry).computed()
    bound = error_bound(case, arithmetic_of(Resize(mode="linear")))
    generator = np.random.default_rng(1)
    count = math.prod(entry.x[1:])
    shares = [
        share_of_bound(summed_in_float32(case, generator.permutation(count)), case.expected, bound)
        for _ in range(8)
    ]
    assert 0 < min(shares) <= max(shares) <= 1


@pytest.mark.parametrize("entry", FINE, ids=lambda e: e.name)
def test_a_product_that_is_left_out_exceeds_the_bound(entry: Any) -> None:
    case = conv_transpose_case(entry).computed()
    bound = error_bound(case, arithmetic_of(Resize(mode="linear")))
    missing = np.arange(math.prod(entry.x[1:]) - 1)
    assert share_of_bound(summed_in_float32(case, missing), case.expected, bound) > 1


# ---------------------------------------------------------------------------- linear and cubic


@pytest.mark.parametrize("convention", thinned(EMULATED, every=6), ids=slug)
@pytest.mark.parametrize(("n", "size"), EMULATED_SIZES)
def test_a_resize_in_float32_stays_within_the_bound(
    convention: Resize, n: tuple[int, int], size: tuple[int, int]
) -> None:
    case = random_case(convention, n, size)
    bound = error_bound(case, arithmetic_of(convention))
    assert share_of_bound(emulated(case), case.expected, bound) <= 1


@pytest.mark.parametrize("convention", thinned(EMULATED, every=6), ids=slug)
def test_a_resize_in_float32_comes_within_a_factor_of_eight_of_the_bound(
    convention: Resize,
) -> None:
    """The bound lets every rounding be the worst and go the same way; over many values some come near.

    A kernel that is divided by its sum is allowed another factor of four: three times the path, and
    the largest error of any of its weights for each tap, of which most are far smaller.
    """
    shares = []
    for n, size in EMULATED_SIZES:
        case = random_case(convention, n, size)
        bound = error_bound(case, arithmetic_of(convention))
        shares.append(share_of_bound(emulated(case), case.expected, bound))
    assert max(shares) > (1 / 32 if normalises(convention) else 1 / 8)


@pytest.mark.parametrize("coordinate", ["half_pixel", "asymmetric"])
@pytest.mark.parametrize(("n", "size"), [((4, 8), (8, 32)), ((16, 8), (4, 4)), ((8, 16), (64, 8))])
def test_where_coordinates_and_weights_are_exact_the_sums_alone_have_a_bound(
    coordinate: Any, n: tuple[int, int], size: tuple[int, int]
) -> None:
    """Ratios that are powers of two: with neither of the other terms, the bound still holds, and is near."""
    convention = Resize(mode="linear", coordinate_transformation_mode=coordinate)
    case = random_case(convention, n, size)
    sums_alone = replace(arithmetic_of(convention), coordinate_roundings=0, weight_error=0)
    share = share_of_bound(emulated(case), case.expected, error_bound(case, sums_alone))
    halving = coordinate == "asymmetric" and size[0] < n[0] and size[1] < n[1]
    assert share <= 1
    assert share == 0 if halving else share > 1 / 8  # asymmetric halving copies every other pixel


def test_one_sum_over_both_axes_has_a_rounding_a_product() -> None:
    """1024 times the same value: most of the additions round the same way."""
    convention = Resize(mode="adaptive_area")
    x = np.full((1, 1, 32, 32), float(F(1.8236542)))
    case = Case(
        convention, {"x": x}, (1, 1), name="32x32-1x1-same", pins="", source="this test"
    ).computed()
    arithmetic = arithmetic_of(convention)
    in_turn = replace(arithmetic, separable=True)
    assert not arithmetic.separable
    assert share_of_bound(emulated(case), case.expected, error_bound(case, arithmetic)) <= 1
    assert share_of_bound(emulated(case), case.expected, error_bound(case, in_turn)) > 1


@pytest.mark.parametrize("convention", thinned(MOVABLE, every=4), ids=slug)
@pytest.mark.parametrize(("n", "size"), [entry for entry in EMULATED_SIZES if min(entry[0]) > 1])
@pytest.mark.parametrize("axis", [0, 1], ids=["rows", "columns"])
def test_half_a_pixel_exceeds_the_bound(
    convention: Resize, n: tuple[int, int], size: tuple[int, int], axis: int
) -> None:
    case = random_case(convention, n, size)
    matrices = []
    for i in (0, 1):
        places = convention.coordinates(n[i], size[i]).astype(np.float64)
        places = places.clip(0, n[i] - 1)  # beyond it an edge stays what it is
        # towards the inside, so that a single pixel at an edge moves as well
        inside = np.where(places < (n[i] - 1) / 2, 0.5, -0.5) if i == axis else 0.0
        scale = convention.scale(n[i], size[i])
        matrices.append(convention.weights_at(places + inside, n[i], scale))
    moved = matrices[0] @ case.inputs["x"] @ matrices[1].T
    bound = error_bound(case, arithmetic_of(convention))
    assert share_of_bound(moved, case.expected, bound) > 1


# ---------------------------------------------------------------------------- results in half the bits


@pytest.mark.parametrize("convention", thinned(EMULATED, every=4), ids=slug)
def test_a_result_rounded_to_float16_needs_the_narrow_term_and_comes_near_it(
    convention: Resize,
) -> None:
    case = random_case(convention, (9, 13), (6, 20))
    wide = arithmetic_of(convention)
    narrow = replace(wide, narrow="float16", narrow_roundings=1)
    stored = emulated(case).astype(np.float16)
    assert share_of_bound(stored, case.expected, error_bound(case, wide)) > 1
    assert 1 / 8 < share_of_bound(stored, case.expected, error_bound(case, narrow)) <= 1


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_torch_in_half_the_bits_needs_the_roundings_that_it_declares(mode: str, dtype: Any) -> None:
    """On the photograph, whose errors in float32 are far below one rounding to half the bits."""
    call = next(c for c in trials.calls("resize") if c.id == f"torch-interpolate-{mode}")
    (convention,) = call.follows.values()
    case = trials.photograph(convention, call.rule, (96, 144))
    verdict = judge(call, case, dtype)
    assert verdict.kind == "conforms"
    assert verdict.share > 1 / 8
    known = call.arithmetic[dtype]
    without = replace(known, narrow=None, narrow_roundings=0, large_weights=None)
    arithmetic = {**call.arithmetic, dtype: without}
    assert judge(replace(call, arithmetic=arithmetic), case, dtype).kind == "changed"


def test_bfloat16_is_named_where_numpy_has_no_name_for_it() -> None:
    values = np.ones((1, 1), BFLOAT16)
    assert values.dtype == F
    assert dtype_name(values) == "bfloat16"
    assert dtype_name(values.astype(F)) == "float32"
    assert dtype_name(np.ones(1, np.uint8)) == "uint8"


# ---------------------------------------------------------------------------- the bounds of the calls


@functools.cache
def expected(convention: Resize, rule: str | None) -> tuple[Case, ...]:
    return tuple(case.computed() for case in resize_cases(convention, rule))


CALLS = [
    (call, dtype, convention)
    for call in trials.calls("resize")
    for dtype in call.arithmetic
    for convention in call.follows.values()
]
# calls that evaluate one convention alike have one bound
DECLARED = {
    (convention, call.arithmetic[dtype]): f"{call.id}-{dtype}"
    for call, dtype, convention in reversed(CALLS)
}


@pytest.mark.parametrize(
    ("convention", "arithmetic"),
    thinned((pytest.param(*one, id=name) for one, name in DECLARED.items()), every=48),
)
def test_no_bound_at_a_golden_is_above_a_thousand_roundings_of_its_largest_input(
    convention: Resize, arithmetic: ErrorModel
) -> None:
    """In unit roundoffs, on axes of up to 16 pixels; no row of weights has more than L = Σ|w| = 11/8,
    or changes by more than 3 a pixel, and no weight has an error above 39:

    path 8·L² < 16, weights 39·(4·L + 4·L) = 429, coordinates 2·3·(16 + 1/2)·3·L < 409.

    A kernel that is divided by its sum has more taps, L up to 1.9, and errors up to 67 (mitchell, with
    L = 1.1), 60 (cubic) and 44 (lanczos). A tap of either axis adds 3·L² < 11 to the path and e·L < 84
    to the weights, and its distance moves it by 3/2 roundings; coordinates 2·3·(16 + 1/2)·3·L < 600.

    Where the products of both axes are one sum, and a cubic's powers are multiplied out, weights have errors
    up to 121, twice those above, and there are at least 16 products: 600 more.
    """
    dtypes = {arithmetic.coordinates, arithmetic.weights, arithmetic.accumulation}
    u = max(UNIT_ROUNDOFF[dtype] for dtype in dtypes | {arithmetic.narrow or "float64"})
    rule = arithmetic.coordinate_rule
    for case in expected(convention, rule if rule and COORDINATE_RULES[rule].stored else None):
        limit = 1000
        if arithmetic.normalised:
            limit = 600 + 100 * sum(taps(convention, *n) for n in axes(case))
        if not arithmetic.separable:
            limit += 600
        assert error_bound(case, arithmetic).max() <= limit * u * abs(case.inputs["x"]).max(), (
            case.name
        )


def axes(case: Case) -> list[tuple[int, int]]:
    return list(zip(case.inputs["x"].shape[2:], case.size, strict=True))


def taps(convention: Resize, n_in: int, n_out: int) -> int:
    """The most pixels that an output reads along an axis."""
    places, scale = convention.coordinates(n_in, n_out), convention.scale(n_in, n_out)
    return int(convention.taps_at(places, n_in, scale)[0].shape[1])


@pytest.mark.sweep
def test_every_two_conventions_that_calls_follow_differ_by_more_than_the_bounds_at_some_golden() -> (
    None
):
    """Not only unequal: no call's float32 bound could pass the one for the other."""
    bounds: dict[tuple[Resize, str | None], list[Array]] = {}
    for call, dtype, convention in CALLS:
        if not call.stored or not convention.takes_every_size:
            continue  # its conventions have no goldens, or few
        arithmetic = call.arithmetic[dtype]
        if not {arithmetic.narrow or dtype, arithmetic.accumulation} <= {*WIDE}:
            continue  # 8 or 11 bits do not tell a kernel from its table of 1024 entries
        followed = (convention, call.stored_rule)
        mine = [error_bound(case, call.arithmetic[dtype]) for case in expected(*followed)]
        widest = zip(mine, bounds.get(followed, mine), strict=True)
        bounds[followed] = [np.maximum(a, b) for a, b in widest]
    assert set(bounds) == set(trials.followed())
    for a, b in itertools.permutations(bounds, 2):
        told = [
            share_of_bound(other.expected, case.expected, bound) > 1
            # those with a roi, which some have beside the others, come last
            for case, other, bound in zip(expected(*a), expected(*b), bounds[a], strict=False)
        ]
        assert any(told), f"{a} passes for {b}"


# ---------------------------------------------------------------------------- judge

LINEAR = Resize(mode="linear")
CASE = Case(
    LINEAR,
    {"x": np.array([[[[0.0, 8.0]]]])},
    (1, 4),
    name="1x2-1x4-line",
    pins="a line",
    source="this test",
).computed()
RIGHT = np.array([[[[0, 2, 6, 8]]]], np.float32)
REFUSES = Refusal(words="no (half|whole) pixels", why="the kernel is not written")

Answer = Callable[[], NDArray[Any]]


def fake_call(answer: Answer, release_range: str | None, refusals: tuple[Refusal, ...]) -> Call:
    def run(names: Names, expression: Expression, inputs: Inputs) -> NDArray[Any]:
        assert inputs["x"].dtype == "float32"
        assert names == {"fake": "names"}
        return answer()

    return Call(
        framework="fake",
        name="resize",
        operation="resize",
        follows={} if release_range is None else {release_range: LINEAR},
        expression=lambda case: Expression(Name("fake.resize"), (Name("x"),), {"size": case.size}),
        run=run,
        arithmetic={"float32": arithmetic_of(LINEAR)},
        returns={"float32": "float32"},
        refusals=refusals,
    )


def judged(
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    release_range: str | None = ">=2.0",
    refusals: tuple[Refusal, ...] = (),
    **declared: Any,
) -> Verdict:
    monkeypatch.setattr("halfpixel.conformance.verdicts.load", lambda framework: {"fake": "names"})
    monkeypatch.setattr(
        "halfpixel.conformance.verdicts.installed_release", lambda framework: Release("2.5")
    )
    call = replace(fake_call(answer, release_range, refusals), **declared)
    verdict = judge(call, CASE, "float32")
    assert (verdict.call, verdict.case, verdict.dtype) == (call, CASE, "float32")
    assert verdict.release == "2.5"
    return verdict


def answers(values: NDArray[Any]) -> Answer:
    return lambda: values


def raises(error: Exception) -> Answer:
    def answer() -> NDArray[Any]:
        raise error

    return answer


@pytest.mark.parametrize(
    ("got", "exact"),
    [
        (RIGHT, True),
        (
            np.nextafter(RIGHT, F(100)) * (RIGHT != 0),
            False,
        ),  # one rounding off where it is not zero
    ],
    ids=["exactly", "by a rounding"],
)
def test_an_answer_within_its_bound_conforms(
    monkeypatch: pytest.MonkeyPatch, got: NDArray[Any], exact: bool
) -> None:
    verdict = judged(monkeypatch, answers(got.astype(F)))
    assert (verdict.kind, verdict.words, verdict.reason) == ("conforms", "", "")
    assert (verdict.share == 0) == exact
    assert 0 <= verdict.share <= 1


# the answer, the reason, whether values were compared
CHANGED: list[tuple[NDArray[Any], str, bool]] = [
    (RIGHT + F(1), "4 of 4 values exceed the error bound", True),
    (np.array([[[[0, 2, 6, 8.5]]]], F), "1 of 4 values exceed the error bound", True),
    (np.array([[[[0, 2, NAN, INF]]]], F), "2 of 4 values exceed the error bound", True),
    (RIGHT.astype("float64"), "returned dtype float64, not float32", False),
    (RIGHT.astype("float64") + 1, "returned dtype float64, not float32", False),
    (RIGHT.astype("uint8"), "returned dtype uint8, not float32", False),
    (RIGHT[0], "returned shape (1, 1, 4), not (1, 1, 1, 4)", False),
    (RIGHT.swapaxes(2, 3), "returned shape (1, 1, 4, 1), not (1, 1, 1, 4)", False),
    (RIGHT[..., :1], "returned shape (1, 1, 1, 1), not (1, 1, 1, 4)", False),
    (RIGHT[0].astype("float16"), "returned dtype float16, not float32", False),
]


@pytest.mark.parametrize(("got", "reason", "compared"), CHANGED)
def test_dtype_then_shape_then_values_change_the_verdict(
    monkeypatch: pytest.MonkeyPatch, got: NDArray[Any], reason: str, compared: bool
) -> None:
    verdict = judged(monkeypatch, answers(got))
    assert (verdict.kind, verdict.reason, verdict.words) == ("changed", reason, "")
    assert (verdict.got is got) == (got.dtype == F), "kept where it can be read as the call's own"
    if compared:
        assert verdict.share > 1
        assert verdict.bound.shape == got.shape
    else:
        assert math.isnan(verdict.share)
        assert verdict.bound.size == 0


def test_an_undeclared_refusal_is_changed_in_the_frameworks_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = judged(monkeypatch, raises(RuntimeError("no half pixels\nhere")))
    assert verdict.kind == "changed"
    assert verdict.words == "RuntimeError: no half pixels here"
    assert verdict.reason == "raised an unexpected error; none is declared"


@pytest.mark.parametrize("release_range", [">=2.0", None], ids=["follows", "always refuses"])
def test_a_declared_refusal_in_the_declared_words_is_unsupported(
    monkeypatch: pytest.MonkeyPatch, release_range: str | None
) -> None:
    answer = raises(NotImplementedError("there are no half pixels"))
    verdict = judged(monkeypatch, answer, release_range, (REFUSES,))
    assert (verdict.kind, verdict.reason) == ("unsupported", "")
    assert verdict.words == "NotImplementedError: there are no half pixels"
    assert math.isnan(verdict.share)


def test_a_declared_refusal_in_other_words_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = judged(monkeypatch, raises(ValueError("out of memory")), refusals=(REFUSES,))
    assert verdict.kind == "changed"
    assert verdict.words == "ValueError: out of memory"
    assert (
        verdict.reason
        == "raised an unexpected error; expected a message matching 'no (half|whole) pixels'"
    )


def test_a_refusal_declared_for_other_cases_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = replace(REFUSES, when=lambda case, dtype, names: dtype == "float64")
    verdict = judged(monkeypatch, raises(ValueError("no half pixels")), refusals=(elsewhere,))
    assert (verdict.kind, verdict.reason) == (
        "changed",
        "raised an unexpected error; none is declared",
    )
    verdict = judged(monkeypatch, answers(RIGHT), refusals=(elsewhere,))
    assert verdict.kind == "conforms"


@pytest.mark.parametrize("release_range", [">=2.0", None], ids=["follows", "always refuses"])
def test_an_answer_where_a_refusal_is_declared_is_changed_even_if_right(
    monkeypatch: pytest.MonkeyPatch, release_range: str | None
) -> None:
    verdict = judged(monkeypatch, answers(RIGHT), release_range, (REFUSES,))
    assert verdict.kind == "changed"
    assert verdict.reason == "returned a result; expected an error: the kernel is not written"


@pytest.mark.parametrize("release_range", [">=3.0", "<2.5", "==2.4.*"])
def test_a_release_outside_every_range_is_to_refuse_in_any_words(
    monkeypatch: pytest.MonkeyPatch, release_range: str
) -> None:
    verdict = judged(monkeypatch, raises(AttributeError("no such function")), release_range)
    assert (verdict.kind, verdict.words) == ("unsupported", "AttributeError: no such function")
    verdict = judged(monkeypatch, answers(RIGHT), release_range)
    assert verdict.kind == "changed"
    assert verdict.reason == (
        f"returned a result; no behaviour is declared for 2.5 (only {release_range})"
    )


@pytest.mark.parametrize(("since", "kind"), [(">=3", "unsupported"), (">=2.5", "changed")])
def test_a_release_before_a_dtype_came_may_refuse_it_and_is_held_to_what_it_answers(
    monkeypatch: pytest.MonkeyPatch, since: str, kind: str
) -> None:
    came: dict[str, Any] = {"since": {"float32": since}}
    assert judged(monkeypatch, raises(RuntimeError("not implemented")), **came).kind == kind
    assert judged(monkeypatch, answers(RIGHT), **came).kind == "conforms"
    assert judged(monkeypatch, answers(RIGHT + 1), **came).kind == "changed"


def test_a_call_is_not_run_where_it_is_known_to_end_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran = raises(AssertionError("it was run"))
    crash = Crash("a size below zero", "<3", lambda request: request.size == CASE.size)
    verdict = judged(monkeypatch, ran, crashes=(crash,))
    assert (verdict.kind, verdict.reason) == ("unsupported", "")
    assert verdict.words == "not run: it ends the process: a size below zero"
    for other in (
        replace(crash, releases="<2.5"),
        replace(crash, dtypes=("float64",)),
        replace(crash, when=lambda request: request.size != CASE.size),
    ):
        assert judged(monkeypatch, ran, crashes=(other,)).words == "AssertionError: it was run"


def test_an_interruption_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> NDArray[Any]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(monkeypatch, interrupted)
