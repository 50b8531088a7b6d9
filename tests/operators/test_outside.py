"""`halfpixel.Resize` where a kernel reads nothing of the image, or where its weights sum to nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halfpixel import Resize
from halfpixel.operators.axis import Axis
from halfpixel.operators.resize import CoordinateTransformationMode
from tests.thinning import thinned

CROP: CoordinateTransformationMode = "tf_crop_and_resize"
KERNELS: tuple[dict[str, Any], ...] = (
    {"mode": "linear"},
    {"mode": "cubic"},
    {"mode": "mitchell"},
    {"mode": "lanczos", "lanczos_radius": 1},
    {"mode": "lanczos"},
    {"mode": "gaussian"},
    {"mode": "box"},
)
NEAREST: tuple[dict[str, Any], ...] = (
    {"mode": "nearest"},
    {"mode": "nearest", "nearest_mode": "ceil"},
)
ROIS = (
    None,
    (-2, -1),
    (4, 3),
    (-0.5, 1.5),
    (1.5, -0.5),
    (0, 0),
    (0.5, 0.5),
    (Fraction(1, 3), 1 + Fraction(1, 10**20)),
)


def crops() -> list[Resize]:
    flags: list[dict[str, Any]] = [
        {"antialias": antialias, "exclude_outside": exclude}
        for antialias, exclude in itertools.product((False, True), repeat=2)
    ]
    padded: list[dict[str, Any]] = [
        {"padding_mode": padding} for padding in ("zeros", "reflection")
    ]
    every = [
        *(kernel | flag for kernel in KERNELS for flag in [*flags, *padded]),
        *(kernel | flag for kernel in NEAREST for flag in [{}, *padded]),
    ]
    return [
        Resize(coordinate_transformation_mode=CROP, roi=roi, extrapolation_value=-7, **kernel)
        for kernel in every
        for roi in ROIS
    ]


def test_no_tap_inside_the_image_is_the_extrapolation_value() -> None:
    crop = Resize(
        mode="cubic", coordinate_transformation_mode=CROP, roi=(-2, -1), exclude_outside=True
    )
    assert crop.apply([1.0, 2, 3, 4], (2,)).tolist() == [0, 0]
    assert replace(crop, extrapolation_value=9).apply([1.0, 2, 3, 4], (2,)).tolist() == [9, 9]


@pytest.mark.parametrize(
    "mode", thinned(sorted({convention.mode for convention in crops()}), every=2)
)
def test_every_crop_has_a_value_at_every_size_and_part(mode: str) -> None:
    """Exactly, and in float64: what samples outside is extrapolated, all else is a mean of the image."""
    seen = 0
    for convention in crops():
        if convention.mode != mode:
            continue
        for n_in, n_out in ((2, 1), (3, 2), (5, 3)):
            places = convention.coordinates(n_in, n_out)
            reads = (places >= 0) & (places <= n_in - 1)
            exact = convention.weights(n_in, n_out)
            scale = convention.scale(n_in, n_out)
            floats = convention.weights_at(places.astype(np.float64), n_in, scale)
            assert not exact[~reads].any()
            assert np.isfinite(floats).all()
            if convention.padding_mode != "zeros":
                assert all(abs(row - 1) < Fraction(1, 10**50) for row in exact[reads].sum(axis=1))
            result = convention.apply(np.full(n_in, 3.0), (n_out,))
            assert (result[~reads] == -7).all()
            assert convention.padding_mode == "zeros" or (abs(result[reads] - 3) < 1e-14).all()
            seen += 1
    assert seen > 100


def test_a_part_of_an_image_of_one_pixel_is_that_pixel() -> None:
    for convention in crops():
        if convention.padding_mode != "zeros":
            assert convention.weights(1, 2).tolist() == [[1], [1]]


def test_what_is_inside_is_asked_of_the_coordinates_not_of_the_weights() -> None:
    """With a = 4 the two pixels around a middle weigh nothing, and two more are outside."""
    crop = Resize(
        mode="cubic",
        coordinate_transformation_mode=CROP,
        cubic_coeff_a=4,
        padding_mode="zeros",
        extrapolation_value=-7,
    )
    assert crop.weights(2, 1).tolist() == [[0, 0]]
    assert crop.apply([1.0, 2.0], (1,)).tolist() == [0]


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_a_kernel_beyond_the_image_that_extrapolates_nothing_is_refused(kernel: Any) -> None:
    """The second output pixel begins inside the image, and its middle is at 14.5 of 11 pixels."""
    convention = Resize(exclude_outside=True, **kernel)
    words = "has no value for output pixel 1: its kernel finds no pixel of the image"
    with pytest.raises(ValueError, match=words):
        convention.apply(np.arange(11), (2,), scales=(0.1,))
    places, scale = convention.coordinates(11, 2, 0.1), convention.scale(11, 2, 0.1)
    with pytest.raises(ValueError, match=words):
        convention.weights_at(places.astype(np.float64), 11, scale)


def test_a_lanczos_whose_pixels_are_all_at_whole_distances_finds_none_in_floats_too() -> None:
    convention = Resize(mode="lanczos", exclude_outside=True)
    for dtype in (object, np.float64):
        with pytest.raises(ValueError, match="finds no pixel of the image"):
            convention.weights_at(np.array([Fraction(3)], object).astype(dtype), 2)


def test_weights_that_cancel_cannot_be_divided_by_their_sum() -> None:
    """At ½ of two pixels each weighs ½ − a/8: nothing with a = 4, and a little with less."""
    cancels = Resize(mode="cubic", cubic_coeff_a=4, exclude_outside=True)
    for dtype in (object, np.float64):
        place = np.array([Fraction(1, 2)], object).astype(dtype)
        with pytest.raises(ValueError, match="has no value for output pixel 0"):
            cancels.weights_at(place, 2)
    far = replace(cancels, cubic_coeff_a=-8)
    place = np.array([Fraction(-3, 4)], object)
    assert far.weights_at(place, 2).sum() == 1


def test_parts_and_factors_of_many_digits_do_not_overflow() -> None:
    """Their numerators and denominators leave int64 no room for a product."""
    third = Resize(mode="linear").coordinates(1500, 500, 0.3333333333333333)
    assert third[-1] == (Fraction(499) + Fraction(1, 2)) / Fraction(
        "0.3333333333333333"
    ) - Fraction(1, 2)
    roi = (0.1234567890123, 0.98765432101234)
    crop = Resize(mode="linear", coordinate_transformation_mode=CROP, roi=roi)
    assert crop.coordinates(2000, 2000)[-1] == Fraction(str(roi[1])) * 1999
    assert crop.weights(2000, 3).sum() == 3
    huge = replace(crop, roi=(Fraction(1, 3**50), 10**30), extrapolation_value=5)
    assert huge.apply([1.0, 2.0], (2,)).tolist() == [1, 5]
    tie = replace(crop, mode="nearest", roi=(Fraction(1, 2**70), 1))
    assert tie.nearest_pixel(np.arange(3), 3, 3).tolist() == [0, 1, 2]
    box = replace(crop, mode="box", roi=(Fraction(1, 2**70), 1), exclude_outside=True)
    assert box.extent(Axis(3, 3)).tolist() == [[0, 2], [2, 4], [4, 6]]


def test_a_quotient_of_large_integers_is_rounded_once() -> None:
    convention = Resize(mode="linear")
    factor = Fraction(2**53 + 3, 2**52 + 1)
    above, below = convention.ratio(Axis(5, 9, factor).pixels)
    exact = convention.coordinates(5, 9, factor)
    assert (above / below).astype(np.float64).tolist() == exact.astype(np.float64).tolist()
