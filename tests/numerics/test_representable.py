"""Where nothing is rounded: there a bound is zero, and one unit in the last place is seen."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from halfpixel import Resize
from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import error_bound, stored_bound
from halfpixel.numerics.error_model import ErrorModel
from halfpixel.numerics.representable import exact_sizes, fractional_bits, is_power_of_two, rounded
from halfpixel.operators.axis import Axis

FLOAT32 = ErrorModel(
    coordinates="float32",
    coordinate_roundings=3,
    weights="float32",
    weight_error=40,
    accumulation="float32",
    source="this test",
)
DIVIDED = ErrorModel(
    coordinates="float32",
    coordinate_roundings=3,
    distance_roundings=4,
    weights="float32",
    weight_error=40,
    accumulation="float32",
    normalised=True,
    source="this test",
)


def resized(convention: Resize, shape: tuple[int, int], size: tuple[int, int], unit: float) -> Case:
    """An image of whole numbers of a unit, up to 8 of them."""
    y, x = np.indices(shape)
    image = ((7 * y * y + 3 * x + 5 * x * y) % 17 - 8.0) * unit
    inputs = {"x": image[None, None]}
    return Case(convention, inputs, size, name="t", pins="", source="").computed()


def test_bits_after_the_binary_point() -> None:
    values = np.array([0.0, 1.0, 6.0, 0.5, 0.75, 1 / 3, -(2.0**-30), 1024.0])
    assert fractional_bits(values).tolist() == [-np.inf, 0, -1, 1, 2, 54, 30, -10]
    assert is_power_of_two(np.array([0.25, 1, 2, 3, 0.75, 0])).tolist() == [1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("mode", "n_in", "n_out", "exact"),
    [
        ("linear", 4, 8, True),
        ("linear", 8, 4, True),
        ("linear", 6, 6, True),
        ("linear", 4, 6, False),
        ("linear", 9, 3, False),  # 1/3 is rounded, if it is used
        ("linear", 1, 4, False),  # where it samples does not show
        ("cubic", 4, 8, True),
        ("lanczos", 4, 8, False),  # sines
        ("mitchell", 4, 8, False),  # sevenths
    ],
)
def test_sizes_at_which_no_coordinate_is_rounded(
    mode: str, n_in: int, n_out: int, exact: bool
) -> None:
    assert exact_sizes(Resize(mode=mode), Axis(n_in, n_out), FLOAT32) is exact


@pytest.mark.parametrize(("factor", "exact"), [(Fraction(2), True), (Fraction(11, 5), False)])
def test_factors_at_which_no_coordinate_is_rounded(factor: Fraction, exact: bool) -> None:
    axis = Axis(5, int(5 * factor), factor)
    assert exact_sizes(Resize(mode="linear"), axis, FLOAT32) is exact


@pytest.mark.parametrize(
    ("convention", "arithmetic"),
    [
        (Resize(mode="linear"), FLOAT32),
        (Resize(mode="cubic"), FLOAT32),
        (Resize(mode="linear", antialias=True, exclude_outside=True), DIVIDED),
    ],
    ids=["linear", "cubic", "antialiased"],
)
def test_a_bound_is_zero_where_all_is_representable(
    convention: Resize, arithmetic: ErrorModel
) -> None:
    case = resized(convention, (4, 8), (8, 4), 1.0)
    bound = error_bound(case, arithmetic)
    inside = (0, 0, slice(2, 6), slice(1, 3))  # an edge divides by 7/8
    assert not bound[inside].any()
    assert error_bound(resized(convention, (4, 8), (6, 5), 1.0), arithmetic).all()


def test_a_sum_that_is_too_long_for_the_dtype_has_a_bound() -> None:
    cubic = Resize(mode="cubic")
    assert not error_bound(resized(cubic, (4, 4), (8, 8), 1.0), FLOAT32).any()
    assert error_bound(resized(cubic, (4, 4), (8, 8), 1 + 2.0**-8), FLOAT32).all()


def test_what_may_be_flushed_to_zero_has_a_bound() -> None:
    assert error_bound(resized(Resize(mode="linear"), (4, 4), (8, 8), 2.0**-126), FLOAT32).all()
    assert not error_bound(resized(Resize(mode="linear"), (4, 4), (8, 8), 2.0**-100), FLOAT32).any()


def test_taps_beyond_the_edge_are_rounded_one_by_one() -> None:
    """Both pixels of a row of two weigh ½ in the middle; cubic adds them up of four taps."""
    case = resized(Resize(mode="cubic"), (2, 8), (1, 8), 2.0**21 + 1)
    assert case.matrices(np.float64)[0].tolist() == [[0.5, 0.5]]
    assert error_bound(case, FLOAT32).all()


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_rounding_is_that_of_numpy(dtype: str) -> None:
    # down to below the smallest number, and no further up than float16 goes
    values = np.random.default_rng(0).standard_normal(999) * 10.0 ** (np.arange(999) // 20 - 46.0)
    assert np.array_equal(rounded(values, dtype), values.astype(dtype).astype(np.float64))


def test_bfloat16_keeps_eight_bits_and_ties_go_to_even() -> None:
    values = np.array([1 + 2.0**-8, 1 + 3 * 2.0**-8, 257.0, 1e39, -1e39])
    most = 2.0**128 - 2.0**120
    assert rounded(values, "bfloat16").tolist() == [1, 1 + 2.0**-6, 256, most, -most]


def test_a_stored_value_is_off_by_its_own_rounding_and_no_more() -> None:
    expected = np.array([1.0, 1 + 2.0**-9, 1 + 2.0**-11])
    assert stored_bound(expected, np.zeros(3), "float16").tolist() == [
        0,
        2.0**-9 - 2.0**-9,
        2.0**-11,
    ]
    near_a_tie = stored_bound(expected, np.full(3, 2.0**-20), "float16")
    assert near_a_tie.tolist() == [0, 0, 2.0**-11]
    assert stored_bound(np.array([1 + 2.0**-11]), np.array([2.0**-20]), "float16") == 2.0**-11


def test_products_of_weights_that_a_table_keeps_in_float32_are_rounded() -> None:
    """OpenCV 4's cv2.warpAffine of doubles: a table of 32 x 32 places, and sums in double."""
    doubles = replace(FLOAT32, accumulation="float64")
    steep = resized(Resize(mode="cubic", cubic_coeff_a=-0.75), (4, 4), (64, 64), 1.0)
    assert not error_bound(steep, doubles).any()
    assert error_bound(steep, replace(doubles, separable=False)).any()
