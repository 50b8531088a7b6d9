"""`halfpixel.Resize`: matrices that a hand can check, properties, and ONNX's reference as an oracle."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from halfpixel import Resize
from halfpixel.operators import every_resize, resize_from
from halfpixel.operators.kernels import KERNELS
from halfpixel.operators.resize import CoordinateTransformationMode, NearestMode
from tests.thinning import thinned


def interpolates(convention: Resize) -> bool:
    """A pixel at whose middle an output samples is returned as it is."""
    row = convention.weights_at(np.array([Fraction(8)], object), 17)[0]
    return bool(row.tolist() == [i == 8 for i in range(17)])


EVERY = every_resize()
INTERPOLATING = [c for c in EVERY if interpolates(c)]
BLURRING = [c for c in EVERY if not interpolates(c)]
BORDERED = [c for c in EVERY if c.padding_mode == "border"]
NEW_GRIDS: tuple[CoordinateTransformationMode, ...] = (  # which ONNX has not
    "half_pixel_align_corners",
    "pytorch_half_pixel_align_corners",
)
# what ONNX's Resize has: linear, cubic, and nearest, which has its own test
ONNXS = [
    c
    for c in BORDERED
    if c.mode in ("linear", "cubic", "nearest")
    and c.coordinate_transformation_mode not in NEW_GRIDS
    and c.nearest_mode != "round_half_even"  # GridSample's
]
IRRATIONAL = ("lanczos", "gaussian")  # modes whose weights are known to so many digits
SIZES = st.integers(1, 9)
FLOAT32, FLOAT64 = 2.0**-24, 2.0**-53  # unit roundoffs
DIGIT = Fraction(1, 2**190)  # the grid that irrational weights are rounded to

few = settings(max_examples=60, deadline=None, derandomize=True)


def rows(matrix: NDArray[Any]) -> list[str]:
    """A matrix as the tables below write it: one string a row."""
    return [" ".join(map(str, row)) for row in matrix]


def pixels(matrix: NDArray[Any]) -> str:
    """The one pixel that each row of a nearest matrix copies."""
    assert all(sorted(row) == [0] * (len(row) - 1) + [1] for row in matrix.tolist())
    return " ".join(str(row.index(1)) for row in matrix.tolist())


def fractions(matrix: list[str], denominator: int = 1) -> list[list[Fraction]]:
    """The rows of a table below as numbers, over a denominator that they share."""
    return [[Fraction(value) / denominator for value in row.split()] for row in matrix]


def say(convention: Resize) -> str:
    return str(convention).removeprefix("resize ").replace(" ", "-")


# ---------------------------------------------------------------------------- exact matrices

# coordinate_transformation_mode, n_in, n_out, where the outputs sample, rows
LINEAR: list[tuple[str, int, int, str, list[str]]] = [
    ("half_pixel", 2, 4, "-1/4 1/4 3/4 5/4", ["1 0", "3/4 1/4", "1/4 3/4", "0 1"]),
    ("half_pixel", 4, 2, "1/2 5/2", ["1/2 1/2 0 0", "0 0 1/2 1/2"]),
    ("half_pixel", 3, 2, "1/4 7/4", ["3/4 1/4 0", "0 1/4 3/4"]),
    ("half_pixel", 9, 3, "1 4 7", ["0 1 0 0 0 0 0 0 0", "0 0 0 0 1 0 0 0 0", "0 0 0 0 0 0 0 1 0"]),
    ("half_pixel", 5, 1, "2", ["0 0 1 0 0"]),
    ("half_pixel", 4, 1, "3/2", ["0 1/2 1/2 0"]),
    ("half_pixel", 1, 3, "-1/3 0 1/3", ["1", "1", "1"]),
    ("tf_crop_and_resize", 5, 3, "0 2 4", ["1 0 0 0 0", "0 0 1 0 0", "0 0 0 0 1"]),
    ("tf_crop_and_resize", 4, 1, "3/2", ["0 1/2 1/2 0"]),
    ("half_pixel_align_corners", 3, 2, "1/2 5/2", ["1/2 1/2 0", "0 0 1"]),
    ("half_pixel_align_corners", 4, 1, "3/2", ["0 1/2 1/2 0"]),
    ("half_pixel_align_corners", 1, 3, "-1/3 0 1/3", ["1", "1", "1"]),
    ("pytorch_half_pixel_align_corners", 3, 2, "1/2 5/2", ["1/2 1/2 0", "0 0 1"]),
    ("pytorch_half_pixel_align_corners", 4, 1, "-1/2", ["1 0 0 0"]),
    ("pytorch_half_pixel_align_corners", 1, 3, "-1/2 -1/2 -1/2", ["1", "1", "1"]),
    ("asymmetric", 2, 4, "0 1/2 1 3/2", ["1 0", "1/2 1/2", "0 1", "0 1"]),
    ("asymmetric", 4, 2, "0 2", ["1 0 0 0", "0 0 1 0"]),
    ("asymmetric", 3, 2, "0 3/2", ["1 0 0", "0 1/2 1/2"]),
    ("asymmetric", 4, 1, "0", ["1 0 0 0"]),
    ("asymmetric", 1, 3, "0 1/3 2/3", ["1", "1", "1"]),
    ("align_corners", 2, 4, "0 1/3 2/3 1", ["1 0", "2/3 1/3", "1/3 2/3", "0 1"]),
    ("align_corners", 4, 2, "0 3", ["1 0 0 0", "0 0 0 1"]),
    ("align_corners", 4, 3, "0 3/2 3", ["1 0 0 0", "0 1/2 1/2 0", "0 0 0 1"]),
    ("align_corners", 4, 1, "0", ["1 0 0 0"]),
    ("align_corners", 1, 3, "0 0 0", ["1", "1", "1"]),
]


@pytest.mark.parametrize(("coordinate", "n_in", "n_out", "places", "expected"), LINEAR)
def test_linear_is_the_matrix_worked_out_by_hand(
    coordinate: Any, n_in: int, n_out: int, places: str, expected: list[str]
) -> None:
    convention = Resize(mode="linear", coordinate_transformation_mode=coordinate)
    assert " ".join(map(str, convention.coordinates(n_in, n_out))) == places
    assert rows(convention.weights(n_in, n_out)) == expected


# coordinate_transformation_mode, n_in, n_out, then the pixel each output copies:
# floor, ceil, round_prefer_floor, round_prefer_ceil. Ties in half_pixel 4→6 (1/2 and 5/2) and 4→2,
# asymmetric 2→4 and 3→2, align_corners 4→3.
NEAREST: list[tuple[str, int, int, str, str, str, str]] = [
    ("half_pixel", 2, 4, "0 0 0 1", "0 1 1 1", "0 0 1 1", "0 0 1 1"),
    ("half_pixel", 4, 2, "0 2", "1 3", "0 2", "1 3"),
    ("half_pixel", 4, 6, "0 0 1 1 2 3", "0 1 2 2 3 3", "0 0 1 2 2 3", "0 1 1 2 3 3"),
    ("half_pixel", 9, 3, "1 4 7", "1 4 7", "1 4 7", "1 4 7"),
    ("half_pixel", 4, 1, "1", "2", "1", "2"),
    ("half_pixel", 1, 4, "0 0 0 0", "0 0 0 0", "0 0 0 0", "0 0 0 0"),
    ("asymmetric", 2, 4, "0 0 1 1", "0 1 1 1", "0 0 1 1", "0 1 1 1"),
    ("asymmetric", 3, 2, "0 1", "0 2", "0 1", "0 2"),
    ("asymmetric", 5, 3, "0 1 3", "0 2 4", "0 2 3", "0 2 3"),
    ("asymmetric", 4, 1, "0", "0", "0", "0"),
    ("align_corners", 2, 4, "0 0 0 1", "0 1 1 1", "0 0 1 1", "0 0 1 1"),
    ("align_corners", 4, 3, "0 1 3", "0 2 3", "0 1 3", "0 2 3"),
    ("align_corners", 4, 1, "0", "0", "0", "0"),
]


@pytest.mark.parametrize(
    ("coordinate", "n_in", "n_out", "floor", "ceil", "prefer_floor", "prefer_ceil"), NEAREST
)
def test_nearest_copies_the_pixel_worked_out_by_hand(
    coordinate: Any,
    n_in: int,
    n_out: int,
    floor: str,
    ceil: str,
    prefer_floor: str,
    prefer_ceil: str,
) -> None:
    expected: dict[Any, str] = {
        "floor": floor,
        "ceil": ceil,
        "round_prefer_floor": prefer_floor,
        "round_prefer_ceil": prefer_ceil,
    }
    for nearest_mode, want in expected.items():
        convention = Resize(
            mode="nearest", coordinate_transformation_mode=coordinate, nearest_mode=nearest_mode
        )
        assert pixels(convention.weights(n_in, n_out)) == want, nearest_mode


# Keys' kernel by hand, at distances 1/4, 1/2, 3/4, 5/4, 3/2, 7/4:
#   a = -3/4: 225/256, 19/32, 67/256, -27/256, -3/32, -9/256
#   a = -1/2: 111/128,  9/16, 29/128,  -9/128, -1/16, -3/128
# coordinate_transformation_mode, a, exclude_outside, n_in, n_out, rows
CUBIC: list[tuple[str, float, bool, int, int, list[str]]] = [
    ("half_pixel", -0.75, False, 4, 2, ["1/2 19/32 -3/32 0", "0 -3/32 19/32 1/2"]),
    ("half_pixel", -0.5, False, 4, 2, ["1/2 9/16 -1/16 0", "0 -1/16 9/16 1/2"]),
    ("half_pixel", -0.75, True, 4, 2, ["19/35 19/35 -3/35 0", "0 -3/35 19/35 19/35"]),
    ("half_pixel", -0.5, True, 4, 2, ["9/17 9/17 -1/17 0", "0 -1/17 9/17 9/17"]),
    (
        "half_pixel", -0.75, False, 2, 4,
        ["283/256 -27/256", "99/128 29/128", "29/128 99/128", "-27/256 283/256"],
    ),
    (
        "half_pixel", -0.5, False, 2, 4,
        ["137/128 -9/128", "51/64 13/64", "13/64 51/64", "-9/128 137/128"],
    ),
    (
        "half_pixel", -0.5, True, 2, 4,
        ["37/34 -3/34", "111/140 29/140", "29/140 111/140", "-3/34 37/34"],
    ),
    ("half_pixel", -0.75, False, 4, 1, ["-3/32 19/32 19/32 -3/32"]),
    ("half_pixel", -0.75, False, 1, 3, ["1", "1", "1"]),
    ("half_pixel", -0.75, True, 1, 3, ["1", "1", "1"]),
    ("asymmetric", -0.75, False, 2, 4, ["1 0", "1/2 1/2", "0 1", "-3/32 35/32"]),
    ("asymmetric", -0.75, True, 2, 4, ["1 0", "1/2 1/2", "0 1", "-3/16 19/16"]),
    ("asymmetric", -0.75, False, 4, 1, ["1 0 0 0"]),
    (
        "align_corners", -0.75, False, 4, 3,
        ["1 0 0 0", "-3/32 19/32 19/32 -3/32", "0 0 0 1"],
    ),
    (
        "align_corners", -0.5, True, 4, 3,
        ["1 0 0 0", "-1/16 9/16 9/16 -1/16", "0 0 0 1"],
    ),
    ("align_corners", -0.75, False, 4, 1, ["1 0 0 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("coordinate", "a", "exclude", "n_in", "n_out", "expected"), CUBIC)
def test_cubic_is_the_matrix_worked_out_by_hand(
    coordinate: Any, a: float, exclude: bool, n_in: int, n_out: int, expected: list[str]
) -> None:
    convention = Resize(
        mode="cubic",
        coordinate_transformation_mode=coordinate,
        cubic_coeff_a=a,
        exclude_outside=exclude,
    )
    assert rows(convention.weights(n_in, n_out)) == expected


# n_in, n_out, rows: the part of the window from d·s to (d + 1)·s that lies in each pixel, divided by s
AREA: list[tuple[int, int, list[str]]] = [
    (4, 2, ["1/2 1/2 0 0", "0 0 1/2 1/2"]),
    (3, 2, ["2/3 1/3 0", "0 1/3 2/3"]),
    (2, 3, ["1 0", "1/2 1/2", "0 1"]),
    (3, 5, ["1 0 0", "2/3 1/3 0", "0 1 0", "0 1/3 2/3", "0 0 1"]),
    (
        7, 4,  # windows of 7/4: 0 to 7/4, to 7/2, to 21/4, to 7
        ["4/7 3/7 0 0 0 0 0", "0 1/7 4/7 2/7 0 0 0", "0 0 0 2/7 4/7 1/7 0", "0 0 0 0 0 3/7 4/7"],
    ),
    (3, 1, ["1/3 1/3 1/3"]),
    (2, 4, ["1 0", "1 0", "0 1", "0 1"]),
]  # fmt: skip
# the pixels from floor(d·s) to ceil((d + 1)·s), in equal parts: torch's adaptive_avg_pool
ADAPTIVE_AREA: list[tuple[int, int, list[str]]] = [
    (4, 2, ["1/2 1/2 0 0", "0 0 1/2 1/2"]),
    (3, 2, ["1/2 1/2 0", "0 1/2 1/2"]),
    (2, 3, ["1 0", "1/2 1/2", "0 1"]),
    (3, 5, ["1 0 0", "1/2 1/2 0", "0 1 0", "0 1/2 1/2", "0 0 1"]),
    (
        7, 4,  # pixels 0 and 1, 1 to 3, 3 to 5, 5 and 6
        ["1/2 1/2 0 0 0 0 0", "0 1/3 1/3 1/3 0 0 0", "0 0 0 1/3 1/3 1/3 0", "0 0 0 0 0 1/2 1/2"],
    ),
]  # fmt: skip
# pixel k = floor(d·s) and the next, which weighs (d + 1) - (k + 1)/s, or 0 where that is negative
AREA_LINEAR: list[tuple[int, int, list[str]]] = [
    (2, 3, ["1 0", "1/2 1/2", "0 1"]),  # 1 - 3/2, 2 - 3/2, 3 - 3
    (3, 5, ["1 0 0", "2/3 1/3 0", "0 1 0", "0 1/3 2/3", "0 0 1"]),  # 2 - 5/3, 4 - 10/3
    (5, 3, ["3/5 2/5 0 0 0", "0 1/5 4/5 0 0", "0 0 0 2/5 3/5"]),  # 1 - 3/5, 2 - 6/5, 3 - 12/5
    (4, 2, ["1/2 1/2 0 0", "0 0 1/2 1/2"]),
    (2, 4, ["1 0", "1 0", "0 1", "0 1"]),
]
WINDOWS = [
    *((Resize(mode="area"), *row) for row in AREA),
    *((Resize(mode="adaptive_area"), *row) for row in ADAPTIVE_AREA),
    *((Resize(mode="area_linear"), *row) for row in AREA_LINEAR),
]


@pytest.mark.parametrize(("convention", "n_in", "n_out", "expected"), WINDOWS)
def test_a_window_is_the_matrix_worked_out_by_hand(
    convention: Resize, n_in: int, n_out: int, expected: list[str]
) -> None:
    assert rows(convention.weights(n_in, n_out)) == expected


# The triangle, twice and 7/4 times as wide: at halving, 3/4 and 1/4 at distances 1/2 and 3/2; at 7→4
# from 3/8 and from 17/8, fourteenths. Keys' kernel at 1/4, 3/4, 5/4, 7/4 as above: 256ths; at 7→4 from
# 3/8 the distances are 27, 19, 11, 3, 5, 13, 21 fourteenths, with k of which it weighs, in 5488ths,
# 3k³ - 70k² + 5488 up to 14, and -k³ + 70k² - 1568k + 10976 beyond.
# convention, exclude_outside, n_in, n_out, denominator, the first rows
LINEAR_AA = Resize(mode="linear", antialias=True)
KEYS_AA = Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True)
TORCH_AA = Resize(mode="cubic", cubic_coeff_a=-0.75, antialias=True)
ANTIALIASED: list[tuple[Resize, bool, int, int, int, list[str]]] = [
    (LINEAR_AA, False, 8, 4, 8, ["4 3 1 0 0 0 0 0", "0 1 3 3 1 0 0 0"]),
    (LINEAR_AA, True, 8, 4, 7, ["3 3 1 0 0 0 0 0"]),
    (LINEAR_AA, False, 7, 4, 24, ["14 9 1 0 0 0 0"]),
    (LINEAR_AA, True, 7, 4, 21 * 25, ["275 225 25 0 0 0 0", "0 105 273 147 0 0 0"]),
    (KEYS_AA, False, 8, 4, 256, ["128 111 29 -9 -3 0 0 0", "-12 29 111 111 29 -9 -3 0"]),
    (KEYS_AA, True, 8, 4, 239, ["111 111 29 -9 -3 0 0 0"]),
    (TORCH_AA, False, 8, 4, 512, ["256 225 67 -27 -9 0 0 0", "-36 67 225 225 67 -27 -9 0"]),
    (TORCH_AA, True, 8, 4, 481, ["225 225 67 -27 -9 0 0 0"]),
    (KEYS_AA, False, 7, 4, 9551, ["5532 4113 249 -343 0 0 0"]),
    (KEYS_AA, True, 7, 4, 8958, ["4939 4113 249 -343 0 0 0"]),
]
# Mitchell's kernel by hand: at 0 and 1 8/9 and 1/18; at 1/2 and 3/2 77/144 and -5/144; at 1/4, 3/4, 5/4
# and 7/4 901, 295, -27 and -17 1152ths
MITCHELL = Resize(mode="mitchell")
MITCHELLS: list[tuple[Resize, bool, int, int, int, list[str]]] = [
    (MITCHELL, False, 4, 4, 18, ["17 1 0 0", "1 16 1 0", "0 1 16 1", "0 0 1 17"]),
    (MITCHELL, False, 4, 2, 144, ["72 77 -5 0", "0 -5 77 72"]),
    (MITCHELL, True, 4, 2, 149, ["77 77 -5 0", "0 -5 77 77"]),
    (MITCHELL, False, 2, 4, 1152, ["1179 -27", "874 278", "278 874", "-27 1179"]),
    (MITCHELL, True, 2, 4, 874, ["901 -27"]),
    (replace(MITCHELL, antialias=True), False, 8, 4, 2304,
     ["1152 901 295 -27 -17 0 0 0", "-44 295 901 901 295 -27 -17 0"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("convention", "exclude", "n_in", "n_out", "denominator", "expected"),
    [*ANTIALIASED, *MITCHELLS],
)
def test_a_kernel_is_the_matrix_worked_out_by_hand(
    convention: Resize, exclude: bool, n_in: int, n_out: int, denominator: int, expected: list[str]
) -> None:
    matrix = replace(convention, exclude_outside=exclude).weights(n_in, n_out).tolist()
    assert matrix[: len(expected)] == fractions(expected, denominator)


def test_lanczos_at_halves_is_rational_once_it_is_divided_by_its_sum() -> None:
    """sin is ±1 and ±1/2 there: 6, -4/3 and 6/25 over π² at 1/2, 3/2 and 5/2 for radius 3."""
    (want,) = fractions(["9 -50 225 225 -50 9"], 368)
    wide = Resize(mode="lanczos", lanczos_radius=3).weights(12, 6)
    assert wide[2].tolist()[:2] == wide[2].tolist()[8:10] == [0, 0]
    assert max(abs(wide[2, 2:8] - want)) <= DIGIT  # around 9/2


def as_fraction(value: Any) -> Fraction:
    """An mpmath number to 69 digits."""
    return Fraction(int(value * 2**230), 2**230)


def by_mpmath(convention: Resize, n_in: int, n_out: int) -> list[list[Fraction]]:
    """The rows, from the textbook's formulas in 80 digits: every tap in reach, clamped, excluded or lost."""
    from mpmath import mp, mpf

    def kernel(x: Fraction) -> Any:
        t, r = mpf(x.numerator) / x.denominator, convention.lanczos_radius
        if convention.mode == "gaussian":
            return mp.exp(-(t**2) / (2 * mpf(1) / 4)) if abs(x) < Fraction(3, 2) else mpf(0)
        assert r is not None
        if x == 0 or abs(x) >= r:
            return mpf(x == 0)
        return mp.sin(mp.pi * t) * mp.sin(mp.pi * t / r) * r / (mp.pi**2 * t**2)

    with mp.workdps(80):
        s = max(Fraction(n_in, n_out), Fraction(1)) if convention.antialias else Fraction(1)
        result = []
        for place in ((d + Fraction(1, 2)) * n_in / n_out - Fraction(1, 2) for d in range(n_out)):
            row = [mpf(0)] * n_in
            for i in range(-60, n_in + 60):
                if not convention.exclude_outside or 0 <= i < n_in:
                    row[min(max(i, 0), n_in - 1)] += kernel((place - i) / s)
            total = sum(row)
            if convention.padding_mode == "zeros":
                total = sum(kernel((place - i) / s) for i in range(-60, n_in + 60))
                row = [kernel((place - i) / s) for i in range(n_in)]
            result.append([as_fraction(value / total) for value in row])
    return result


@pytest.mark.parametrize("convention", [c for c in EVERY if c.mode in IRRATIONAL], ids=say)
@pytest.mark.parametrize(("n_in", "n_out"), thinned([(2, 5), (7, 4), (4, 6), (9, 6)], every=2))
def test_an_irrational_kernel_is_the_textbooks_in_50_digits(
    convention: Resize, n_in: int, n_out: int
) -> None:
    got = convention.weights(n_in, n_out).tolist()
    for row, want in zip(got, by_mpmath(convention, n_in, n_out), strict=True):
        # a clamped pixel adds up to 2·5·7/4 taps, each rounded to the grid
        assert all(abs(a - b) <= 18 * DIGIT for a, b in zip(row, want, strict=True))
        assert Fraction(1, 10**50) > 18 * DIGIT


def test_a_gaussian_reads_nothing_at_its_radius() -> None:
    """exp(-9/2) is not 0, and is left out: at halving only the two nearest of four taps are read."""
    assert rows(Resize(mode="gaussian").weights(4, 2)) == ["1/2 1/2 0 0", "0 0 1/2 1/2"]
    index, weight = Resize(mode="gaussian").taps_at(np.array([Fraction(1, 2)], object), 4)
    assert dict(zip(index[0].tolist(), weight[0].tolist(), strict=True)).items() >= {
        0: Fraction(1, 2), 1: Fraction(1, 2)
    }.items()  # fmt: skip


def test_taps_are_the_pixels_read_in_the_kernels_order_clamped_to_the_image() -> None:
    convention = Resize(mode="cubic")
    index, weight = convention.taps_at(convention.coordinates(4, 2), 4)
    assert index.tolist() == [[0, 0, 1, 2], [1, 2, 3, 3]]
    assert rows(weight) == ["-3/32 19/32 19/32 -3/32"] * 2
    _, inside = replace(convention, exclude_outside=True).taps_at(convention.coordinates(4, 2), 4)
    assert rows(inside) == ["0 19/35 19/35 -3/35", "-3/35 19/35 19/35 0"]


# ---------------------------------------------------------------------------- properties


@pytest.mark.parametrize("convention", INTERPOLATING, ids=say)
@pytest.mark.parametrize("n", thinned([6, 2, 3, 1, 7], every=3))
def test_an_unchanged_size_is_the_identity_if_the_kernel_interpolates(
    convention: Resize, n: int
) -> None:
    assert (convention.weights(n, n) == np.eye(n, dtype=int)).all()


def test_mitchell_and_gaussian_are_the_kernels_that_do_not_interpolate() -> None:
    assert {c.mode for c in BLURRING} == {"mitchell", "gaussian"}
    assert not {c.mode for c in INTERPOLATING} & {"mitchell", "gaussian"}


@pytest.mark.parametrize("convention", BLURRING, ids=say)
@pytest.mark.parametrize("n", [2, 3, 6])
def test_an_unchanged_size_is_blurred_by_the_kernels_values_at_whole_pixels(
    convention: Resize, n: int
) -> None:
    """mitchell: 1/18, 8/9, 1/18. gaussian: 1 and exp(-2) on both sides, divided by their sum."""
    from mpmath import mp

    with mp.workdps(80):
        e = as_fraction(mp.exp(-2))
    middle, beside = (Fraction(8, 9), Fraction(1, 18)) if convention.mode == "mitchell" else (1, e)
    want = np.zeros((n, n), object)
    for d in range(n):
        for i, weight in ((d - 1, beside), (d, middle), (d + 1, beside)):
            if not convention.exclude_outside or 0 <= i < n:
                want[d, min(max(i, 0), n - 1)] += weight
        want[d] /= want[d].sum()
    error = abs(convention.weights(n, n) - want)
    assert error.max() <= (0 if convention.mode == "mitchell" else DIGIT)


@pytest.mark.parametrize("convention", [c for c in EVERY if c.antialias], ids=say)
def test_antialias_does_nothing_where_an_axis_does_not_shrink(convention: Resize) -> None:
    plain = replace(convention, antialias=False)
    for n_in, n_out in [(1, 1), (1, 3), (2, 4), (3, 3), (5, 8), (6, 7)]:
        assert (convention.weights(n_in, n_out) == plain.weights(n_in, n_out)).all()
    for n_in, n_out in [(9, 4), (7, 4), (3, 2)]:  # from 8 to 4 a box finds the same two pixels
        assert (convention.weights(n_in, n_out) != plain.weights(n_in, n_out)).any()


@pytest.mark.parametrize("mode", ["area", "adaptive_area"])
@pytest.mark.parametrize(("n_out", "ratio"), [(1, 1), (1, 5), (2, 2), (3, 2), (4, 3), (3, 4)])
def test_at_a_whole_ratio_an_area_is_the_average_of_a_box(
    mode: Any, n_out: int, ratio: int
) -> None:
    box = np.kron(np.eye(n_out, dtype=int), np.full((1, ratio), Fraction(1, ratio), object))
    assert (Resize(mode=mode).weights(n_out * ratio, n_out) == box).all()


@few
@given(SIZES, SIZES)
def test_area_and_area_linear_and_adaptive_area_read_the_same_pixels(n_in: int, n_out: int) -> None:
    """area_linear is area where no axis shrinks, where a window reaches into two pixels at most;
    adaptive_area weighs the pixels that area reads alike."""
    area = Resize(mode="area").weights(n_in, n_out)
    adaptive = Resize(mode="adaptive_area").weights(n_in, n_out)
    assert ((area > 0) == (adaptive > 0)).all()
    linear = Resize(mode="area_linear").weights(n_in, n_out)
    if n_out >= n_in:
        assert (linear == area).all()
    elif n_in > 2 * n_out:
        assert (linear != area).any()  # two taps do not cover a window of more than two pixels


FULL = [c for c in EVERY if c.padding_mode != "zeros"]  # every tap reads some pixel


@pytest.mark.parametrize("convention", FULL, ids=say)
@pytest.mark.parametrize("n_out", thinned([5, 1, 2], every=3))
def test_one_pixel_in_is_copied_everywhere(convention: Resize, n_out: int) -> None:
    for (weight,) in convention.weights(1, n_out).tolist():
        assert abs(weight - 1) <= slack(convention, 1, n_out)


def slack(convention: Resize, n_in: int, n_out: int) -> Fraction:
    """How far a row's sum may be from 1: nothing, but where weights are rounded to 57 digits."""
    if convention.mode not in IRRATIONAL:
        return Fraction(0)
    places = convention.coordinates(n_in, n_out)
    index, _ = convention.taps_at(places, n_in, convention.scale(n_in, n_out))
    rounded = int(index.shape[1]) * DIGIT / 2
    assert rounded < Fraction(1, 2**180)
    return rounded


@few
@given(st.sampled_from(FULL), SIZES, SIZES)
def test_every_row_sums_to_one_so_constants_stay(convention: Resize, n_in: int, n_out: int) -> None:
    matrix = convention.weights(n_in, n_out)
    assert matrix.shape == (n_out, n_in)
    assert all(isinstance(weight, Fraction) for weight in matrix.flat)
    off = slack(convention, n_in, n_out)
    assert max(abs(matrix.sum(axis=1) - 1)) <= off
    constant = np.full(n_in, Fraction(7, 3), object)
    applied = convention.apply(constant, (n_out,), exact=True)
    assert max(abs(applied - Fraction(7, 3))) <= Fraction(7, 3) * off


@few
@given(st.sampled_from(get_args(CoordinateTransformationMode)), SIZES, SIZES)
def test_linear_returns_a_ramps_own_value_and_its_ends_outside(
    coordinate: Any, n_in: int, n_out: int
) -> None:
    convention = Resize(mode="linear", coordinate_transformation_mode=coordinate)
    places = convention.coordinates(n_in, n_out)
    got = convention.apply(range(n_in), (n_out,), exact=True)
    assert got.tolist() == [min(max(place, 0), n_in - 1) for place in places]


@few
@given(st.sampled_from(["half_pixel", "asymmetric", "align_corners"]), st.integers(4, 9), SIZES)
def test_cubic_of_a_half_returns_a_parabolas_own_value_where_all_taps_are_inside(
    coordinate: Any, n_in: int, n_out: int
) -> None:
    """Keys, 1981, section II: a = -1/2 is the one coefficient whose interpolation is of third order."""
    convention = Resize(mode="cubic", coordinate_transformation_mode=coordinate, cubic_coeff_a=-0.5)
    got = convention.apply([n * n for n in range(n_in)], (n_out,), exact=True)
    for place, value in zip(convention.coordinates(n_in, n_out), got, strict=True):
        if 1 <= place < n_in - 2:
            assert value == place**2


def test_cubic_of_three_quarters_does_not_even_return_a_ramp() -> None:
    place = np.array([Fraction(5, 4)], object)
    row = Resize(mode="cubic", cubic_coeff_a=-0.75).weights_at(place, 4)[0]
    assert row @ np.arange(4) == Fraction(5, 4) + Fraction(3, 64)  # (27 + 67 - 18)/256 - 64/256
    row = Resize(mode="cubic", cubic_coeff_a=-0.5).weights_at(place, 4)[0]
    assert row @ np.arange(4) == Fraction(5, 4)


MIRRORED: dict[Any, Any] = {
    None: None,
    "floor": "ceil",
    "ceil": "floor",
    "round_prefer_floor": "round_prefer_ceil",
    "round_prefer_ceil": "round_prefer_floor",
}
MIRRORS = ("half_pixel", "align_corners", "tf_crop_and_resize")
SYMMETRIC = [
    c
    for c in EVERY
    if c.coordinate_transformation_mode in MIRRORS and c.nearest_mode != "round_half_even"
]


@few
@given(st.sampled_from(SYMMETRIC), SIZES, SIZES)
def test_a_mirrored_image_gives_the_mirrored_result(
    convention: Resize, n_in: int, n_out: int
) -> None:
    """Ties and floors turn around with the image; the others do not have this property."""
    if convention.coordinate_transformation_mode == "align_corners" and n_out == 1:
        n_out = 2  # a single output sits on the first corner, which is not its mirror image
    mirrored = replace(convention, nearest_mode=MIRRORED[convention.nearest_mode])
    assert (mirrored.weights(n_in, n_out)[::-1, ::-1] == convention.weights(n_in, n_out)).all()


def test_asymmetric_is_not_its_own_mirror_image() -> None:
    matrix = Resize(mode="linear", coordinate_transformation_mode="asymmetric").weights(2, 4)
    assert (matrix[::-1, ::-1] != matrix).any()


@pytest.mark.parametrize("coordinate", ["half_pixel", "asymmetric", "align_corners"])
def test_exclude_outside_changes_no_weight_of_linear(coordinate: Any) -> None:
    plain = Resize(mode="linear", coordinate_transformation_mode=coordinate)
    excluded = replace(plain, exclude_outside=True)
    for n_in, n_out in [(1, 4), (2, 4), (2, 7), (5, 8), (7, 4)]:
        assert (plain.weights(n_in, n_out) == excluded.weights(n_in, n_out)).all()


@few
@given(st.sampled_from([c for c in EVERY if c.exclude_outside]), SIZES, SIZES)
def test_exclude_outside_weighs_the_pixels_inside_as_in_an_image_without_an_edge(
    convention: Resize, n_in: int, n_out: int
) -> None:
    """In the same proportion, and divided by their sum."""
    beyond = 5 * 9  # the widest kernel at the steepest shrinking
    plain, scale = replace(convention, exclude_outside=False), convention.scale(n_in, n_out)
    places = convention.coordinates(n_in, n_out)
    wide = plain.weights_at(places + beyond, n_in + 2 * beyond, scale)
    inside = wide[:, beyond : beyond + n_in]
    want = inside / inside.sum(axis=1, keepdims=True)
    # the weights inside, each rounded to the grid, add up to a third at the least
    allowed = 0 if convention.mode not in IRRATIONAL else 3 * (n_in + 2) * DIGIT
    assert abs(convention.weights(n_in, n_out) - want).max() <= allowed


# ---------------------------------------------------------------------------- outside the image

# coordinate_transformation_mode, mode, padding_mode, n_in, n_out, rows. Weights at 1/4 and 3/4 beside a
# pixel: linear 3/4 and 1/4; cubic in 256ths 225 and 67, then -27 at 5/4 and -9 at 7/4.
PADDED: list[tuple[str, Any, Any, int, int, int, list[str]]] = [
    ("half_pixel", "linear", "zeros", 2, 4, 4, ["3 0", "3 1", "1 3", "0 3"]),
    ("half_pixel", "linear", "reflection", 2, 4, 4, ["4 0", "3 1", "1 3", "0 4"]),
    ("half_pixel", "linear", "reflect_101", 2, 4, 4, ["3 1", "3 1", "1 3", "1 3"]),
    ("half_pixel", "linear", "reflect_101", 1, 3, 1, ["1", "1", "1"]),
    ("asymmetric", "linear", "zeros", 2, 4, 2, ["2 0", "1 1", "0 2", "0 1"]),
    ("asymmetric", "linear", "reflect_101", 2, 4, 2, ["2 0", "1 1", "0 2", "1 1"]),
    ("half_pixel", "cubic", "zeros", 2, 4, 256, ["225 -27", "225 67", "67 225", "-27 225"]),
    ("half_pixel", "cubic", "zeros", 1, 1, 1, ["1"]),
    ("half_pixel", "cubic", "zeros", 4, 2, 32, ["19 19 -3 0", "0 -3 19 19"]),
    ("half_pixel", "cubic", "reflection", 4, 2, 32, ["16 19 -3 0", "0 -3 19 16"]),
    # -2 → 1, -1 → 0, 0, 1: -9 and -27 come to 1, 67 and 225 to 0
    ("half_pixel", "cubic", "reflection", 2, 4, 256, ["292 -36", "198 58", "58 198", "-36 292"]),
    # -2 → 0 (2, then again about 1), -1 → 1
    ("half_pixel", "cubic", "reflect_101", 2, 4, 256, ["216 40", "216 40", "40 216", "40 216"]),
    ("tf_crop_and_resize", "cubic", "border", 4, 1, 32, ["-3 19 19 -3"]),
    ("tf_crop_and_resize", "cubic", "zeros", 2, 1, 32, ["19 19"]),
    ("tf_crop_and_resize", "cubic", "reflection", 2, 1, 2, ["1 1"]),
    ("tf_crop_and_resize", "linear", "border", 4, 3, 2, ["2 0 0 0", "0 1 1 0", "0 0 0 2"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("coordinate", "mode", "padding", "n_in", "n_out", "denominator", "expected"), PADDED
)
def test_a_padding_is_the_matrix_worked_out_by_hand(
    coordinate: Any, mode: Any, padding: Any, n_in: int, n_out: int, denominator: int,
    expected: list[str],
) -> None:  # fmt: skip
    convention = Resize(mode=mode, coordinate_transformation_mode=coordinate, padding_mode=padding)
    assert convention.weights(n_in, n_out).tolist() == fractions(expected, denominator)


# coordinate_transformation_mode, n_in, n_out, the pixels: ties at 1/2 and 5/2; 5/2; 1/2 and 3/2; 5/2
HALF_EVEN = [
    ("half_pixel", 4, 6, "0 0 1 2 2 3"),
    ("half_pixel", 6, 1, "2"),
    ("asymmetric", 3, 6, "0 0 1 2 2 2"),
    ("tf_crop_and_resize", 6, 1, "2"),
]


@pytest.mark.parametrize(("coordinate", "n_in", "n_out", "want"), HALF_EVEN)
def test_round_half_even_takes_the_even_pixel_of_a_tie(
    coordinate: Any, n_in: int, n_out: int, want: str
) -> None:
    convention = Resize(
        mode="nearest",
        coordinate_transformation_mode=coordinate,
        nearest_mode="round_half_even",
    )
    assert pixels(convention.weights(n_in, n_out)) == want


def test_nearest_with_zeros_reads_nothing_where_a_place_is_rounded_out_of_the_image() -> None:
    """What cv2.warpAffine does by default where an image grows more than twofold: 5/3 is pixel 2 of 2."""
    convention = Resize(
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="round_half_even",
        padding_mode="zeros",
    )
    assert rows(convention.weights(2, 6)) == ["1 0", "1 0", "0 1", "0 1", "0 1", "0 0"]
    with pytest.raises(ValueError, match="need not copy a pixel"):
        convention.nearest_pixel(np.arange(6), 2, 6)


@pytest.mark.parametrize("rounding", get_args(NearestMode))
def test_nearest_is_exact_where_int64_holds_no_product_of_the_sizes(rounding: NearestMode) -> None:
    convention = Resize(
        mode="nearest", nearest_mode=rounding, coordinate_transformation_mode="asymmetric"
    )
    n_in, n_out = 2**40, 2**41
    d = np.array([0, 1, 3, 2**30 + 1, n_out - 2])
    where = np.array([Fraction(int(i) * n_in, n_out) for i in d], object)
    index, _ = convention.taps_at(where, n_in, convention.scale(n_in, n_out))
    assert convention.nearest_pixel(d, n_in, n_out).tolist() == index[:, 0].tolist()


SAME: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
    (
        {"mode": "nearest", "nearest_mode": "round_half_even"},
        "half_pixel",
        ("zeros", "reflection", "reflect_101"),
    ),
    (
        {"mode": "nearest", "nearest_mode": "round_half_even"},
        "tf_crop_and_resize",
        ("zeros", "reflection"),
    ),
    ({"mode": "linear"}, "half_pixel", ("reflection",)),
    ({"mode": "linear"}, "tf_crop_and_resize", ("zeros", "reflection")),
]


@pytest.mark.parametrize(("mode", "coordinate", "paddings"), SAME)
def test_a_padding_that_nothing_reaches_changes_no_weight(
    mode: dict[str, Any], coordinate: Any, paddings: tuple[Any, ...]
) -> None:
    """Which is why F.grid_sample's three paddings are one convention there; at every size up to 12."""
    plain = Resize(coordinate_transformation_mode=coordinate, **mode)
    for padding in paddings:
        padded = replace(plain, padding_mode=padding)
        for n_in in range(1, 13):
            for n_out in range(1, 13):
                where, scale = plain.coordinates(n_in, n_out), plain.scale(n_in, n_out)
                assert (
                    plain.weights_at(where, n_in, scale) == padded.weights_at(where, n_in, scale)
                ).all()


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"mode": "area", "padding_mode": "zeros"}, "goes with taps at a point"),
        ({"mode": "linear", "antialias": True, "padding_mode": "zeros"}, "goes with taps"),
        ({"mode": "cubic", "exclude_outside": True, "padding_mode": "zeros"}, "none of them"),
        ({"mode": "linear", "padding_mode": "wrap"}, "padding_mode is one of border, zeros"),
        (
            {
                "mode": "linear",
                "coordinate_transformation_mode": "align_corners",
                "padding_mode": "reflect_101",
            },
            "is 'reflection'",
        ),
    ],
)
def test_a_padding_that_says_nothing_is_refused(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Resize(**attributes)


# ---------------------------------------------------------------------------- float64 coordinates


# Windows of whole pixels are told by floor and ceil: halfpixel gives them exact coordinates only.
IN_FLOATS = [c for c in EVERY if c.mode != "adaptive_area"]


def weights_bound(
    convention: Resize, n_in: int, n_out: int, kernel: float = FLOAT64, place: float = FLOAT64
) -> float:
    """How far a weight in floats may be from the exact one, at sizes up to 10.

    A coordinate below n_in + 1 after at most 4 roundings, times the kernel's steepest slope
    (below 2; that of a window is 1/s); then a weight after at most 16 roundings of values below 8. A
    kernel that is divided by its sum (at least 1/16 at these sizes) has such an error in each tap of
    it, and no weight is above 2.
    """
    scale = convention.scale(n_in, n_out)
    slope = max(2.0, n_out / n_in) if "area" in convention.mode else 2.0
    weight = 4 * (n_in + 1) * slope * place + 16 * 8 * kernel
    index, _ = convention.taps_at(convention.coordinates(n_in, n_out), n_in, scale)
    taps: int = index.shape[1]
    normalised = convention.exclude_outside or convention.antialias or convention.mode in IRRATIONAL
    return weight * (1 + 2 * taps) * 16 if normalised else weight * taps


@pytest.mark.parametrize("convention", thinned(IN_FLOATS, every=2), ids=say)
def test_float64_coordinates_give_the_exact_weights_but_for_rounding(convention: Resize) -> None:
    for n_in, n_out in [(1, 4), (2, 9), (4, 6), (5, 8), (7, 4), (10, 3), (10, 10)]:
        places, scale = convention.coordinates(n_in, n_out), convention.scale(n_in, n_out)
        exact = convention.weights(n_in, n_out)
        got = convention.weights_at(places.astype(np.float64), n_in, scale)
        assert got.dtype == np.float64
        if convention.mode == "nearest":  # halves are exact in float64: the same pixel
            assert (got == exact.astype(np.float64)).all()
        bound = weights_bound(convention, n_in, n_out)
        assert abs(got - exact.astype(np.float64)).max() <= bound


def test_adaptive_area_takes_float64_coordinates_where_they_are_exact() -> None:
    convention = Resize(mode="adaptive_area")
    for n_in, n_out in [(1, 4), (3, 2), (7, 4), (9, 8), (6, 3), (5, 5)]:
        places, scale = convention.coordinates(n_in, n_out), convention.scale(n_in, n_out)
        got = convention.weights_at(places.astype(np.float64), n_in, scale)
        assert (got == convention.weights(n_in, n_out).astype(np.float64)).all()


# ---------------------------------------------------------------------------- ONNX's reference

ORACLE_SIZES = [(n_in, n_out) for n_in in range(1, 9) for n_out in range(1, 11)]


def onnx_reference(convention: Resize) -> Callable[[int, int], NDArray[np.float64]]:
    """From sizes to the matrix by which the onnx package's own Python Resize multiplies."""
    from onnx import TensorProto, helper, parser
    from onnx.reference import ReferenceEvaluator

    model = parser.parse_model(
        '<ir_version: 9, opset_import: ["" : 19]>'
        "g (double[n, m] x, double[4] roi, int64[2] sizes) => (double[h, w] y)"
        "{ y = Resize(x, roi, , sizes) }"
    )
    attributes = convention.attributes
    start, end = attributes.pop("roi", (0.0, 1.0))
    roi = np.array([start, 0.0, end, 1.0])
    model.graph.node[0].attribute.extend(
        helper.make_attribute(name, value) for name, value in attributes.items()
    )
    assert model.graph.input[0].type.tensor_type.elem_type == TensorProto.DOUBLE
    evaluator = ReferenceEvaluator(model)

    def matrix(n_in: int, n_out: int) -> NDArray[np.float64]:
        sizes = np.array([n_out, n_in])
        return np.asarray(evaluator.run(None, {"x": np.eye(n_in), "roi": roi, "sizes": sizes})[0])

    return matrix


def onnx_coordinate(convention: Resize, n_in: int, n_out: int, d: int) -> float:
    """onnx/reference/ops/op_resize.py, _compute_x_ori: the coordinate in float64, by way of a scale."""
    scale = n_out / n_in
    if convention.coordinate_transformation_mode == "half_pixel":
        return (d + 0.5) / scale - 0.5
    if convention.coordinate_transformation_mode == "asymmetric":
        return d / scale
    if convention.coordinate_transformation_mode == "tf_crop_and_resize":
        return d * (n_in - 1) / (n_out - 1) if n_out > 1 else (n_in - 1) / 2
    return d * (n_in - 1) / (scale * n_in - 1) if n_out > 1 else 0.0


@pytest.mark.opencv  # the onnx package comes with halfpixel[opencv]
@pytest.mark.parametrize(
    "convention", thinned((c for c in ONNXS if c.mode in ("linear", "cubic")), every=4), ids=say
)
def test_linear_and_cubic_are_those_of_onnxs_reference(convention: Resize) -> None:
    # NumPy 2 computes onnx's cubic kernel in float32: its attribute A is an np.float32 scalar
    kernel = FLOAT32 if convention.mode == "cubic" else FLOAT64
    oracle = onnx_reference(convention)
    for n_in, n_out in ORACLE_SIZES:
        want = oracle(n_in, n_out)
        got = convention.weights(n_in, n_out).astype(np.float64)
        assert abs(got - want).max() <= weights_bound(convention, n_in, n_out, kernel), (
            n_in,
            n_out,
        )


CROP = Resize(mode="linear", coordinate_transformation_mode="tf_crop_and_resize")
STRETCHABLE: tuple[tuple[str, float | None], ...] = (("linear", None), ("cubic", -0.75))
# aligned corners and parts of the image: a grid that is not the one by which a kernel is stretched
STRETCHED_APART = [
    replace(grid, mode=mode, antialias=True, exclude_outside=outside, cubic_coeff_a=a)
    for grid in (
        replace(CROP, coordinate_transformation_mode="align_corners", extrapolation_value=None),
        CROP,
        replace(CROP, roi=(0.25, 0.75)),
        replace(CROP, roi=(1, 0)),
        replace(CROP, roi=(-0.5, 1.25)),
        replace(CROP, roi=(0.5, 0.5)),
    )
    for mode, a in STRETCHABLE
    for outside in (False, True)
]


def test_a_kernel_is_stretched_by_the_ratio_of_the_sizes_not_by_the_distance_of_the_samples() -> (
    None
):
    aligned = Resize(mode="linear", coordinate_transformation_mode="align_corners", antialias=True)
    assert aligned.apply([0, 10, 20], (2,)).tolist() == [2, 18]
    assert replace(CROP, antialias=True).apply([0, 10, 20], (2,)).tolist() == [2, 18]
    assert aligned.scale(3, 2) == replace(CROP, roi=(0.25, 0.5)).scale(3, 2) == Fraction(3, 2)
    assert aligned.scale(10, 2, Fraction(1, 4)) == 4  # ONNX's scales, as they are given
    assert aligned.scale(9, 1) == 9
    ours = [replace(aligned, coordinate_transformation_mode=grid) for grid in NEW_GRIDS]  # torch's
    assert [c.scale(9, 3) for c in ours] == [4, 4]
    assert [c.scale(9, 1) for c in ours] == [9, 1]


@pytest.mark.opencv
@pytest.mark.parametrize("convention", thinned(STRETCHED_APART, every=6), ids=say)
def test_a_kernel_is_stretched_as_by_onnxs_reference(convention: Resize) -> None:
    kernel = FLOAT32 if convention.mode == "cubic" else FLOAT64
    oracle = onnx_reference(convention)
    for n_in, n_out in ORACLE_SIZES:
        places = convention.coordinates(n_in, n_out)
        # its float64 may come to lie outside where the exact coordinate is the edge
        decided = (
            (places != 0) & (places != n_in - 1) if convention.extrapolates else places == places
        )
        bound = weights_bound(convention, n_in, n_out, kernel)
        off = abs(convention.weights(n_in, n_out).astype(np.float64) - oracle(n_in, n_out))
        assert off[decided].max(initial=0) <= bound, (n_in, n_out)


@pytest.mark.opencv
@pytest.mark.parametrize("convention", thinned(STRETCHED_APART[:12], every=3), ids=say)
def test_a_kernel_is_stretched_as_by_onnx_runtime(convention: Resize) -> None:
    runtime = pytest.importorskip("onnxruntime")
    from onnx import helper, parser

    model = parser.parse_model(
        '<ir_version: 9, opset_import: ["" : 19]>'
        "g (float[a, b, n, m] x, float[8] roi, int64[4] sizes) => (float[a, b, h, w] y)"
        "{ y = Resize(x, roi, , sizes) }"
    )
    attributes = convention.attributes
    start, end = attributes.pop("roi", (0.0, 1.0))
    model.graph.node[0].attribute.extend(
        helper.make_attribute(name, value) for name, value in attributes.items()
    )
    roi = np.array([0, 0, start, 0, 1, 1, end, 1], np.float32)
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(model.SerializeToString(), options)
    for n_in, n_out in ORACLE_SIZES:
        if n_in == n_out and convention.roi is not None:
            continue  # it copies an axis whose size stays, whatever its roi
        x, sizes = np.eye(n_in, dtype=np.float32)[None, None], np.array([1, 1, n_out, n_in])
        want = session.run(None, {"x": x, "roi": roi, "sizes": sizes})[0][0, 0]
        got = convention.weights(n_in, n_out).astype(np.float64)
        assert abs(got - want).max() <= weights_bound(convention, n_in, n_out, FLOAT32, FLOAT32)


@pytest.mark.opencv
@pytest.mark.parametrize("roi", [(0.25, 0.75), (-0.5, 1.25), (1, 0), (0.5, 0.5)])
@pytest.mark.parametrize("mode", ["linear", "nearest"])
def test_a_part_of_the_image_is_that_of_onnxs_reference(mode: Any, roi: tuple[float, ...]) -> None:
    """At sizes at which its coordinates are exact in float64: it decides what is outside by them."""
    convention = Resize(
        mode=mode,
        coordinate_transformation_mode="tf_crop_and_resize",
        nearest_mode="round_prefer_ceil" if mode == "nearest" else None,
        roi=roi,
        extrapolation_value=-7,
    )
    oracle = onnx_reference(convention)
    for n_in, n_out in [(1, 3), (3, 5), (5, 1), (5, 3), (6, 5), (9, 2), (9, 17)]:
        got = convention.apply(np.eye(n_in), (n_out,), axes=[0])
        assert got.tolist() == oracle(n_in, n_out).tolist(), (n_in, n_out)


@pytest.mark.opencv
@pytest.mark.parametrize(
    "convention", thinned((c for c in ONNXS if c.mode == "nearest"), every=3), ids=say
)
def test_nearest_is_that_of_onnxs_reference_and_so_are_its_ties(convention: Resize) -> None:
    """Compared but where onnx's float64 coordinate misses the whole or half pixel that the exact one
    meets: it divides by a rounded scale n_out / n_in, and then decides on the rounding's side."""
    oracle = onnx_reference(convention)
    compared = ties = 0
    for n_in, n_out in ORACLE_SIZES:
        want, got = oracle(n_in, n_out), convention.weights(n_in, n_out)
        for d, place in enumerate(convention.coordinates(n_in, n_out)):
            decides = (2 * place).denominator == 1
            if decides and place != Fraction(onnx_coordinate(convention, n_in, n_out, d)):
                continue
            compared += 1
            ties += place.denominator == 2
            assert got[d].tolist() == want[d].tolist(), (n_in, n_out, d)
    total = sum(n_out for _, n_out in ORACLE_SIZES)
    assert compared > 0.9 * total
    assert ties >= 10


GRID_MODES: dict[str, Any] = {"nearest": "round_half_even", "linear": None, "cubic": None}


@pytest.mark.opencv
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("coordinate", ["half_pixel", "tf_crop_and_resize"])
@pytest.mark.parametrize("mode", GRID_MODES)
def test_a_padding_is_that_of_onnxs_reference_of_grid_sample(
    mode: Any, coordinate: Any, padding: Any
) -> None:
    """The grid that the places make, in float64: nearest at sizes where that is exact."""
    from onnx.reference.ops.op_grid_sample import GridSample

    convention = Resize(
        mode=mode,
        coordinate_transformation_mode=coordinate,
        nearest_mode=GRID_MODES[mode],
        padding_mode=padding,
    )
    aligned = convention.aligns_corners
    sizes = [(4, 8), (8, 4), (4, 1), (2, 2)] if mode == "nearest" else ORACLE_SIZES[::5]
    for n_in, n_out in sizes:
        if aligned and n_in == 1:
            continue  # any grid is pixel 0
        places = convention.coordinates(n_in, n_out).astype(np.float64)
        grid = places * 2 / (n_in - 1) - 1 if aligned else (2 * places + 1) / n_in - 1
        both = np.stack([0 * grid, grid], axis=-1)[None, :, None]
        images = np.eye(n_in)[None, :, :, None].repeat(3, axis=3)  # the middle of equal columns
        flags = {"align_corners": int(aligned), "mode": mode, "padding_mode": padding}
        got = np.asarray(GridSample.eval(images, both, **flags))
        want = convention.weights(n_in, n_out).astype(np.float64)
        bound = 0 if mode == "nearest" else weights_bound(convention, n_in, n_out, FLOAT32)
        assert abs(got[0, :, :, 0].T - want).max() <= bound, (n_in, n_out)


# ---------------------------------------------------------------------------- apply

IMAGE = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5) % 7


@pytest.mark.parametrize("convention", thinned(EVERY, every=4), ids=say)
def test_apply_multiplies_by_one_matrix_an_axis(convention: Resize) -> None:
    a_h, a_w = convention.weights(4, 3), convention.weights(5, 7)
    got = convention.apply(IMAGE, (3, 7), exact=True)
    assert got.shape == (2, 3, 3, 7)
    assert all(isinstance(value, Fraction) for value in got.flat)
    for n in range(2):
        for c in range(3):
            assert (got[n, c] == a_h @ IMAGE[n, c].astype(object) @ a_w.T).all()


def test_size_is_height_and_then_width() -> None:
    convention = Resize(
        mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )
    assert convention.apply([[1, 2]], (3, 2)).tolist() == [[1, 2]] * 3
    assert convention.apply([[1, 2]], (1, 4)).tolist() == [[1, 1, 2, 2]]


@pytest.mark.parametrize("axes", [(0, 1), (-3, -2), (1, 0)])
def test_axes_name_the_rows_and_columns_of_hwc(axes: tuple[int, int]) -> None:
    convention = Resize(mode="linear")
    image = IMAGE[0].transpose(1, 2, 0)
    height_width = (3, 7) if axes != (1, 0) else (7, 3)
    got = convention.apply(image, height_width, axes=axes, exact=True)
    want = convention.apply(IMAGE[0], (3, 7), exact=True)
    assert (got == want.transpose(1, 2, 0)).all()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64", "float16", "float32", "float64", "O"])
def test_every_real_dtype_is_read_exactly(dtype: str) -> None:
    x = np.array([0, 100, 3], dtype)
    got = Resize(mode="linear").apply(x, (4,), exact=True)
    # coordinates -1/8, 5/8, 11/8, 17/8
    assert rows(got[None]) == ["0 125/2 509/8 3"]


def test_without_exact_every_value_is_the_exact_one_rounded_once() -> None:
    convention = Resize(mode="cubic", coordinate_transformation_mode="align_corners")
    exact = convention.apply(IMAGE, (7, 3), exact=True)
    got = convention.apply(IMAGE, (7, 3))
    assert got.dtype == np.float64
    assert got.tolist() == exact.astype(np.float64).tolist()


def test_a_float_that_is_no_dyadic_decimal_is_read_as_the_number_that_it_is() -> None:
    got = Resize(mode="linear").apply([0.1], (1,), exact=True)
    assert got[0] == Fraction(3602879701896397, 2**55)


# ---------------------------------------------------------------------------- the attributes


def test_every_resize_is_every_convention_once() -> None:
    wide = 3 + 2 * 2 + 3 * 2  # linear and cubic antialiased; mitchell, gaussian; lanczos
    points = 3 * 5 + 3 + 3 * 2 * 2 + 3  # on three grids, and three of tf_crop_and_resize
    narrow = sum(len(kernel.narrow_forms) for kernel in KERNELS.values())
    corners, windows = 2, 4  # torch's antialias; areas
    padded = 1 + 2 + 2 + 3 + 2 + 1
    every = points + 2 * wide + narrow + corners + windows + padded
    assert len(EVERY) == len(set(EVERY)) == every
    assert len({c.slug for c in EVERY}) == len({str(c) for c in EVERY}) == len(EVERY)


CROPS = [
    replace(CROP, roi=(0.25, -0.5, 0.75, 1.5), extrapolation_value=-7),
    replace(CROP, roi=(0, Fraction(1, 3)), extrapolation_value=0.1),
]


@pytest.mark.parametrize(
    "convention",
    [*EVERY, Resize(mode="linear", exclude_outside=True), *CROPS],
    ids=say,
)
def test_attributes_survive_json_and_read_back_as_the_same_convention(convention: Resize) -> None:
    stored = json.loads(json.dumps(convention.attributes))
    assert resize_from(stored) == convention


SPELLINGS: list[tuple[Resize, str, str]] = [
    (
        Resize(mode="nearest"),
        "nearest-half_pixel-round_prefer_floor",
        "resize nearest half_pixel round_prefer_floor",
    ),
    (
        Resize(mode="linear", coordinate_transformation_mode="align_corners"),
        "linear-align_corners",
        "resize linear align_corners",
    ),
    (
        Resize(mode="cubic"),
        "cubic-half_pixel-a-0.75",
        "resize cubic half_pixel cubic_coeff_a=-0.75",
    ),
    (
        Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True),
        "cubic-half_pixel-a-0.5-exclude_outside",
        "resize cubic half_pixel cubic_coeff_a=-0.5 exclude_outside",
    ),
    (
        Resize(mode="lanczos", lanczos_radius=5, antialias=True, exclude_outside=True),
        "lanczos-half_pixel-r5-antialias-exclude_outside",
        "resize lanczos half_pixel lanczos_radius=5 antialias exclude_outside",
    ),
    (
        CROPS[0],
        "linear-tf_crop_and_resize-roi0.25,-0.5,0.75,1.5-e-7.0",
        "resize linear tf_crop_and_resize roi=0.25,-0.5,0.75,1.5 extrapolation_value=-7.0",
    ),
    (
        CROPS[1],
        "linear-tf_crop_and_resize-roi0.0,1:3-e0.1",
        "resize linear tf_crop_and_resize roi=0.0,1/3 extrapolation_value=0.1",
    ),
    (
        Resize(mode="box", antialias=True, exclude_outside=True),
        "box-half_pixel-antialias-exclude_outside",
        "resize box half_pixel antialias exclude_outside",
    ),
    (
        Resize(mode="area", coordinate_transformation_mode="half_pixel_align_corners"),
        "area-half_pixel_align_corners",
        "resize area half_pixel_align_corners",
    ),
    (Resize(mode="gaussian"), "gaussian-half_pixel", "resize gaussian half_pixel"),
    (Resize(mode="area"), "area-half_pixel", "resize area half_pixel"),
    (Resize(mode="area_linear"), "area_linear-asymmetric", "resize area_linear asymmetric"),
]


@pytest.mark.parametrize(("convention", "slug", "text"), SPELLINGS)
def test_slug_and_text(convention: Resize, slug: str, text: str) -> None:
    assert convention.slug == slug
    assert str(convention) == text


def test_defaults_are_onnxs() -> None:
    assert Resize(mode="nearest").attributes == {
        "mode": "nearest",
        "coordinate_transformation_mode": "half_pixel",
        "nearest_mode": "round_prefer_floor",
    }
    assert Resize(mode="cubic").attributes == {
        "mode": "cubic",
        "coordinate_transformation_mode": "half_pixel",
        "cubic_coeff_a": -0.75,
    }
    assert not Resize(mode="linear").antialias
    assert not Resize(mode="linear").exclude_outside


def test_defaults_beyond_onnxs() -> None:
    assert Resize(mode="lanczos").attributes == {
        "mode": "lanczos",
        "coordinate_transformation_mode": "half_pixel",
        "lanczos_radius": 3,
    }
    assert Resize(mode="area_linear").coordinate_transformation_mode == "asymmetric"
    assert Resize(mode="linear", antialias=True).attributes["antialias"] == 1


@pytest.mark.parametrize("a", [-0.6, Fraction(-3, 5), np.float32(-0.6)])
def test_a_float_coefficient_is_the_decimal_that_it_prints_as(a: Any) -> None:
    assert Resize(mode="cubic", cubic_coeff_a=a).cubic_coeff_a == Fraction(-3, 5)


# ---------------------------------------------------------------------------- errors

MODES = ", ".join(KERNELS)
GRIDS = (
    "half_pixel, half_pixel_symmetric, pytorch_half_pixel, asymmetric, align_corners, "
    "tf_crop_and_resize, tf_half_pixel_for_nn, half_pixel_align_corners, "
    "pytorch_half_pixel_align_corners"
)
TAKES = (
    "antialias, coordinate_transformation_mode, cubic_coeff_a, exclude_outside, extrapolation_value, "
    "lanczos_radius, mode, nearest_mode, padding_mode, pyramid_border, roi"
)

# attributes, the message
WRONG_ATTRIBUTES: list[tuple[dict[str, Any], str]] = [
    ({"mode": "sinc"}, f"mode is one of {MODES}; got 'sinc'"),
    ({"mode": None}, f"mode is one of {MODES}; got None"),
    *(
        (
            {"mode": mode, "coordinate_transformation_mode": other},
            f"mode={mode!r} goes with coordinate_transformation_mode={grid!r} only",
        )
        for mode, grid, other in [
            ("area", "half_pixel", "asymmetric"),
            ("area", "half_pixel", "align_corners"),
            ("adaptive_area", "half_pixel", "asymmetric"),
            ("area_linear", "asymmetric", "half_pixel"),
        ]
    ),
    *(
        ({"mode": mode, name: 1}, f"{name} does nothing for mode={mode!r}: leave it out")
        for mode in ("area", "area_linear", "adaptive_area")
        for name in ("antialias", "exclude_outside")
    ),
    *(
        ({"mode": "linear", name: value}, f"{name} is True or False, got {value!r}")
        for name in ("antialias", "exclude_outside")
        for value in (2, "yes", None)
    ),
    *(
        (
            {"mode": mode, "lanczos_radius": 3},
            f"lanczos_radius goes with mode='lanczos', not {mode=}",
        )
        for mode in ("cubic", "gaussian", "area")
    ),
    *(
        (
            {"mode": "lanczos", "lanczos_radius": radius},
            f"lanczos_radius is an integer from 1 to 16, got {radius!r}",
        )
        for radius in (0, -3, 2.5, 17, "3")
    ),
    (
        {"mode": "mitchell", "cubic_coeff_a": -0.5},
        "cubic_coeff_a goes with mode='cubic', not mode='mitchell'",
    ),
    (
        {"mode": "linear", "coordinate_transformation_mode": "half_pixels"},
        f"coordinate_transformation_mode is one of {GRIDS}; got 'half_pixels'",
    ),
    (
        {"mode": "nearest", "nearest_mode": "round"},
        "nearest_mode is one of floor, ceil, round_prefer_floor, round_prefer_ceil, round_half_even, "
        "ceil_where_shrinking; got 'round'",
    ),
    (
        {"mode": "linear", "nearest_mode": "floor"},
        "nearest_mode goes with mode='nearest', not mode='linear'",
    ),
    (
        {"mode": "cubic", "nearest_mode": "ceil"},
        "nearest_mode goes with mode='nearest', not mode='cubic'",
    ),
    (
        {"mode": "nearest", "cubic_coeff_a": -0.5},
        "cubic_coeff_a goes with mode='cubic', not mode='nearest'",
    ),
    (
        {"mode": "linear", "cubic_coeff_a": -0.5},
        "cubic_coeff_a goes with mode='cubic', not mode='linear'",
    ),
    ({"mode": "cubic", "cubic_coeff_a": "Keys"}, "cubic_coeff_a is a finite number, got 'Keys'"),
    (
        {"mode": "cubic", "cubic_coeff_a": float("nan")},
        "cubic_coeff_a is a finite number, got nan",
    ),
    (
        {"mode": "cubic", "cubic_coeff_a": float("inf")},
        "cubic_coeff_a is a finite number, got inf",
    ),
    (
        {"mode": "linear", "keep_aspect_ratio_policy": "stretch"},
        f"a resize convention has no attribute 'keep_aspect_ratio_policy'; it takes {TAKES}",
    ),
    *(
        (
            {"mode": "linear", name: value},
            f"{name} goes with coordinate_transformation_mode='tf_crop_and_resize'",
        )
        for name, value in (("extrapolation_value", 0.0), ("roi", [0, 1]))
    ),
    *(
        (
            {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize", **more},
            message,
        )
        for more, message in (
            ({"roi": [0, 0, 1]}, "roi has a start and an end for each axis, got 3 entries"),
            ({"roi": []}, "roi has a start and an end for each axis, got 0 entries"),
            ({"roi": [0, float("nan")]}, "an entry of roi is a finite number, got nan"),
            ({"extrapolation_value": "x"}, "extrapolation_value is a finite number, got 'x'"),
        )
    ),
    (
        {"coordinate_transformation_mode": "half_pixel"},
        f"a resize convention needs a mode; it takes {TAKES}",
    ),
]


@pytest.mark.parametrize(("attributes", "message"), WRONG_ATTRIBUTES)
def test_a_wrong_attribute_is_named(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        resize_from(attributes)


@pytest.mark.parametrize(("n_in", "n_out"), [(0, 3), (3, 0), (-1, 3), (3, -1)])
def test_a_size_below_one_is_refused(n_in: int, n_out: int) -> None:
    message = f"sizes are at least one pixel, got n_in={n_in}, n_out={n_out}"
    for method in (Resize(mode="linear").weights, Resize(mode="linear").coordinates):
        with pytest.raises(ValueError, match=message):
            method(n_in, n_out)


# x, size, axes, the error, its message
WRONG_ARGUMENTS: list[tuple[Any, tuple[Any, ...], Any, type[Exception], str]] = [
    ([[1, 2]], (0, 2), None, ValueError, "sizes are at least one pixel, got n_in=1, n_out=0"),
    ([[]], (1, 2), None, ValueError, "sizes are at least one pixel, got n_in=0, n_out=2"),
    ([1.0, float("nan")], (3,), None, ValueError, "takes finite numbers, got NaN or infinity"),
    ([1.0, float("-inf")], (3,), None, ValueError, "takes finite numbers, got NaN or infinity"),
    ([1 + 2j], (3,), None, TypeError, "expected real numbers, got dtype complex128"),
    (["one"], (3,), None, TypeError, "expected real numbers, got dtype <U3"),
    ([None], (3,), None, TypeError, "expected real numbers in an object array"),
    ([1, 2], (3, 3), None, ValueError, "size has 2 entries: the last 2 axes of a 1-D array"),
    ([[1, 2]], (3, 3), (0, 0), ValueError, r"size has 2 entries: axes \(0, 0\) of a 2-D array"),
    ([[1, 2]], (3, 3), (0, 2), ValueError, r"size has 2 entries: axes \(0, 2\) of a 2-D array"),
    ([[1, 2]], (3, 3), (0, -3), ValueError, r"size has 2 entries: axes \(0, -3\) of a 2-D array"),
    ([[1, 2]], (3, 3), (0, -2), ValueError, r"size has 2 entries: axes \(0, -2\) of a 2-D array"),
    ([[1, 2]], (3, 3), (1,), ValueError, r"size has 2 entries: axes \(1,\) of a 2-D array"),
    ([[1, 2]], (3, 2.5), None, TypeError, "an entry of size is an integer"),
]


@pytest.mark.parametrize(("x", "size", "axes", "error", "message"), WRONG_ARGUMENTS)
def test_apply_says_which_argument_is_wrong(
    x: Any, size: tuple[Any, ...], axes: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Resize(mode="linear").apply(x, size, axes=axes)
