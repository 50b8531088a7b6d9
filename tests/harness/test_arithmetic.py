"""The constants that error bounds are made of, against the arithmetic that they speak of."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halfpixel import Resize, suite
from halfpixel.arithmetic import COORDINATE_RULES, coordinates, cubic_weight_error
from halfpixel.cases import PHOTOGRAPH_SIZES, RESIZE_CASES, Case
from halfpixel.compare import judge
from halfpixel.conventions.exact import Exact
from halfpixel.frameworks import Call

F = np.float32

GOLDEN_SIZES = sorted({(e.shape[2 + i], e.size[i]) for e in RESIZE_CASES for i in (0, 1)})
PHOTOGRAPH = sorted({(n, size[i]) for size in PHOTOGRAPH_SIZES for i, n in enumerate((60, 90))})

FLOOR = Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
MIDDLE = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
CORNERS = replace(MIDDLE, coordinate_transformation_mode="align_corners")


# ---------------------------------------------------------------------------- cubic_weight_error


def horner(a: float, t: np.float32, *, last_by_difference: bool) -> list[np.float32]:
    """The four weights, step by step in float32.

    pytorch/pytorch, aten/src/ATen/native/UpSample.h: cubic_convolution1, cubic_convolution2,
    get_cubic_upsample_coefficients; opencv/opencv, modules/imgproc/src/resize.cpp: interpolateCubic,
    where the last is 1 minus the others.
    """
    c = F(a)

    def near(x: np.float32) -> np.float32:
        return ((c + F(2)) * x - (c + F(3))) * x * x + F(1)

    def far(x: np.float32) -> np.float32:
        return ((c * x - F(5) * c) * x + F(8) * c) * x - F(4) * c

    weights = [far(t + F(1)), near(t), near(F(1) - t), far((F(1) - t) + F(1))]
    if last_by_difference:
        weights[3] = F(1) - weights[0] - weights[1] - weights[2]
    assert all(weight.dtype == F for weight in weights)
    return weights


def kernel(a: float, t: np.float32) -> list[Any]:
    convention = Resize(mode="cubic", cubic_coeff_a=a)
    place = np.array([Fraction(float(t)) + 1], object)
    return list(convention.weights_at(place, 4)[0])


@pytest.mark.parametrize("last_by_difference", [False, True], ids=["torch", "opencv"])
@pytest.mark.parametrize("a", [-0.75, -0.5])
def test_cubic_weight_error_bounds_the_kernel_in_float32_and_is_near_it(
    a: float, last_by_difference: bool
) -> None:
    """Near: within a factor of 4, for an analysis that lets every rounding go the same way."""
    places = [
        *np.random.default_rng(0).random(1500).astype(F),
        *np.linspace(0, 1, 65, dtype=F)[:-1],
    ]
    worst = max(
        abs(Fraction(float(got)) - want) * 2**24
        for t in places
        for got, want in zip(
            horner(a, t, last_by_difference=last_by_difference), kernel(a, t), strict=True
        )
    )
    bound = cubic_weight_error(a, last_by_difference=last_by_difference)
    assert worst <= bound <= 4 * worst


# ---------------------------------------------------------------------------- coordinate rules


def pixels(convention: Resize, rule: str | None, n_in: int, n_out: int) -> list[int]:
    """The pixel that each output copies."""
    index, _ = convention.taps_at(coordinates(convention, rule, n_in, n_out), n_in)
    return [int(i) for i in index[:, 0]]


def calls_by_rule(rule: str) -> list[Resize]:
    """The conventions of the calls that declare a coordinate rule."""
    return sorted(
        {
            convention
            for call in suite.calls("resize")
            if call.rule == rule
            for convention in call.follows.values()
        },
        key=str,
    )


def test_no_rule_is_the_exact_coordinate() -> None:
    assert (coordinates(MIDDLE, None, 5, 8) == MIDDLE.coordinates(5, 8)).all()


def table_entry_in_float32(convention: Resize, n_in: int, n_out: int) -> list[int]:
    """tensorflow/core/kernels/image/resize_bicubic_op.cc: GetWeightsAndIndices, with
    tensorflow/core/util/image_resizer_state.h: CalculateResizeScale, LegacyScaler, HalfPixelScaler."""
    aligned = convention.coordinate_transformation_mode == "align_corners" and n_out > 1
    scale = F(n_in - 1) / F(n_out - 1) if aligned else F(n_in) / F(n_out)
    entries = []
    for d in range(n_out):
        if convention.coordinate_transformation_mode == "half_pixel":
            place = (F(d) + F(0.5)) * scale - F(0.5)
        else:
            place = F(d) * scale
        assert place.dtype == F
        base = np.floor(place)
        entries.append(int(base) * 1024 + int(np.rint((place - base) * F(1024))))
    return entries


@pytest.mark.parametrize("convention", calls_by_rule("kernel_table_1024"), ids=lambda c: c.slug)
def test_float32_picks_the_table_entry_of_the_exact_coordinate(convention: Resize) -> None:
    """So the rule need not say in which precision a coordinate is computed, at the sizes of the suites."""
    for n_in, n_out in GOLDEN_SIZES + PHOTOGRAPH:
        places = coordinates(convention, "kernel_table_1024", n_in, n_out)
        want = [int(1024 * place) for place in places]
        assert [Fraction(n, 1024) for n in want] == places.tolist()
        assert table_entry_in_float32(convention, n_in, n_out) == want, (n_in, n_out)


def test_the_table_moves_a_coordinate_by_at_most_half_an_entry_and_some_do_move() -> None:
    convention = Resize(mode="cubic")
    moved: Exact = np.concatenate(
        [
            coordinates(convention, "kernel_table_1024", *sizes) - convention.coordinates(*sizes)
            for sizes in GOLDEN_SIZES
        ]
    )
    assert 0 < max(abs(moved)) <= Fraction(1, 2048)


@pytest.mark.parametrize(
    ("rule", "convention"),
    [
        (rule, convention)
        for rule in ("float32", "inverse_scale_float64")
        for convention in calls_by_rule(rule)
    ],
    ids=lambda value: value if isinstance(value, str) else value.slug,
)
def test_a_rule_that_is_not_stored_picks_the_exact_pixel_at_every_golden_size(
    rule: str, convention: Resize
) -> None:
    assert not COORDINATE_RULES[rule].stored
    for n_in, n_out in GOLDEN_SIZES:
        exact = pixels(convention, None, n_in, n_out)
        assert pixels(convention, rule, n_in, n_out) == exact, (n_in, n_out)


def test_these_are_the_conventions_whose_calls_use_a_rule() -> None:
    assert set(calls_by_rule("float32")) == {FLOOR, MIDDLE, CORNERS}
    assert calls_by_rule("inverse_scale_float64") == [FLOOR]
    assert {c.mode for c in calls_by_rule("kernel_table_1024")} == {"cubic"}


# rule, convention, n_in, n_out, the output that differs, the exact pixel, the one picked: from the
# exact coordinate on the boundary, a product rounded down falls short of it
DIFFERENCES = [
    ("float32", FLOOR, 26, 22, 11, 13, 12),
    ("float32", MIDDLE, 14, 23, 11, 7, 6),
    ("float32", CORNERS, 14, 23, 11, 7, 6),
    ("inverse_scale_float64", FLOOR, 14, 18, 9, 7, 6),
    ("inverse_scale_float64", FLOOR, 90, 50, 15, 27, 26),
]


@pytest.mark.parametrize(
    ("rule", "convention", "n_in", "n_out", "output", "exact", "picked"), DIFFERENCES
)
def test_a_rule_picks_another_pixel_where_it_is_known_to(
    rule: str, convention: Resize, n_in: int, n_out: int, output: int, exact: int, picked: int
) -> None:
    place = convention.coordinates(n_in, n_out)[output]
    assert place == (exact if convention == FLOOR else exact - Fraction(1, 2))
    assert pixels(convention, None, n_in, n_out)[output] == exact
    assert pixels(convention, rule, n_in, n_out)[output] == picked


# ---------------------------------------------------------------------------- each rule is needed


def call_named(name: str) -> Call:
    return next(call for call in suite.calls("resize") if call.id == name)


def line_case(convention: Resize, rule: str | None, n_in: int, n_out: int) -> Case:
    """One row whose pixels say their index."""
    x = np.arange(n_in, dtype=np.float64).reshape(1, 1, 1, n_in)
    name = f"1x{n_in}-1x{n_out}-index"
    case = Case(name, "which pixel is read", "this test", convention, {"x": x}, (1, n_out), rule)
    return replace(case, expected=np.asarray(case.reference()))


# call, the sizes at which its rule shows
NEEDED = [
    pytest.param("torch-interpolate-nearest", 26, 22, marks=pytest.mark.torch),
    pytest.param("torch-interpolate-nearest-exact", 14, 23, marks=pytest.mark.torch),
    pytest.param("opencv-resize-INTER_NEAREST", 14, 18, marks=pytest.mark.opencv),
    pytest.param(
        "tensorflow-v1.resize_nearest_neighbor", 26, 22, marks=pytest.mark.tensorflow
    ),
    pytest.param(
        "tensorflow-v1.resize_nearest_neighbor-align_corners", 14, 23, marks=pytest.mark.tensorflow
    ),
    pytest.param("tensorflow-image.resize-nearest", 14, 23, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-v1.resize_bicubic", 5, 9, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-image.resize-bicubic", 5, 9, marks=pytest.mark.tensorflow),
]  # fmt: skip


@pytest.mark.parametrize(("name", "n_in", "n_out"), NEEDED)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_call_conforms_with_its_rule_and_not_without(
    name: str, n_in: int, n_out: int, dtype: str
) -> None:
    call = call_named(name)
    (convention,) = call.follows.values()
    with_rule = line_case(convention, call.rule, n_in, n_out)
    without = line_case(convention, None, n_in, n_out)
    assert judge(call, with_rule, dtype).kind == "conforms"
    assert judge(call, without, dtype).kind == "changed"


@pytest.mark.opencv
def test_the_photograph_through_opencv_needs_the_rule() -> None:
    """60 x 90 to 75 x 50: 9/5 of a column a column is no number in binary."""
    call = call_named("opencv-resize-INTER_NEAREST")
    assert call.rule == "inverse_scale_float64"
    with_rule = suite.photograph(FLOOR, call.rule, (75, 50))
    without = suite.photograph(FLOOR, None, (75, 50))
    assert judge(call, with_rule, "float32").kind == "conforms"
    verdict = judge(call, without, "float32")
    assert verdict.kind == "changed"
    columns = {int(where[3]) for where in np.argwhere(verdict.got != without.expected)}
    assert columns == {15, 25, 30, 35, 45}
