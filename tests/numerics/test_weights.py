"""Kernel records, and weights in float64: that no rounding of a coordinate reads another pixel."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from halfpixel import Resize
from halfpixel.numerics.computation import Computation
from halfpixel.numerics.error_model import normalised_weight_error
from halfpixel.numerics.weights import matrix, matrix_at
from halfpixel.operators import every_pyramid, every_resize
from halfpixel.operators.axis import Axis
from halfpixel.operators.kernels import KERNELS
from tests.thinning import thinned

ADAPTIVE = Resize(mode="adaptive_area")
BOX = Resize(mode="box", antialias=True, exclude_outside=True)
LARGEST = 32
EVERY = (*every_resize(), *every_pyramid())
# one convention for each form that a kernel has
SHAPES = list({(c.mode, c.shape()): c for c in EVERY if c.kernel.value}.values())
PAIRS = list(itertools.product(range(1, LARGEST + 1), repeat=2))  # 1,024


def apart(convention: Resize, n_in: int, n_out: int) -> float:
    """How far the weights in float64 are from the exact ones."""
    exact = convention.weights(n_in, n_out).astype(np.float64)
    return float(abs(matrix(convention, Axis(n_in, n_out)) - exact).max())


# ---------------------------------------------------------------------------- records


def test_every_record_is_found_by_its_name_and_complete() -> None:
    for name, kernel in KERNELS.items():
        assert kernel.name == name
        assert (kernel.value is None) == (kernel.radius is None) == (kernel.exact is None)
        assert (kernel.errors is not None) == kernel.stretches
        assert not kernel.stretches or kernel.value is not None


@pytest.mark.parametrize("convention", SHAPES, ids=str)
def test_a_kernel_weighs_nothing_from_its_radius_on_and_something_before(
    convention: Resize,
) -> None:
    for scale in (Fraction(1), Fraction(7, 3)):
        radius = convention.radius(scale)
        at = np.array([radius, radius + Fraction(1, 7), -radius], object)
        assert convention.mode == "area_linear" or not convention.value(at, scale).any()
        inside = radius / 2 if convention.mode == "box" else radius - Fraction(1, 64)
        assert convention.value(np.array([-inside], object), scale).any()


@pytest.mark.parametrize("convention", SHAPES, ids=str)
def test_a_kernel_that_does_not_jump_is_continuous(convention: Resize) -> None:
    step = 2.0**-20
    at = np.arange(-4, 4, 1 / 64)
    beside = [convention.value(at + side, 3.0) for side in (-step, step)]
    jump = abs(beside[1] - beside[0]).max()
    assert (jump > 0.01) == (convention.mode in ("gaussian", "box", "area_linear"))
    assert convention.kernel.jumps or jump < 16 * step


def test_a_mode_without_a_radius_or_an_error_says_so() -> None:
    with pytest.raises(TypeError, match="mode='nearest' has no radius"):
        Resize(mode="nearest").radius()
    with pytest.raises(TypeError, match="mode='adaptive_area' has no value at a distance"):
        ADAPTIVE.value(np.zeros(1))
    with pytest.raises(TypeError, match="a weight of mode='area' is no value divided by a sum"):
        normalised_weight_error(Resize(mode="area"))


# ---------------------------------------------------------------------------- weights in float64


def test_windows_of_whole_pixels_are_those_of_integers() -> None:
    """1 / the number of pixels from ⌊d·n/m⌋ to ⌈(d + 1)·n/m⌉."""
    for n, m in PAIRS:
        d, j = np.arange(m)[:, None], np.arange(n)
        start, stop = d * n // m, -(-(d + 1) * n // m)
        want = np.where((start <= j) & (j < stop), 1 / (stop - start), 0)
        assert np.array_equal(matrix(ADAPTIVE, Axis(n, m)), want), (n, m)


def test_a_stretched_box_is_that_of_integers() -> None:
    """The pixels nearer than n/2m to the middle of the window, and half of those that are just as far."""
    for n, m in PAIRS:
        if n < m:
            continue
        d, j = np.arange(m)[:, None], np.arange(n)
        away = abs((2 * d + 1) * n - (2 * j + 1) * m)  # in 2m-ths of a pixel
        halves = np.where(away < n, 2, np.where(away == n, 1, 0))
        want = halves / halves.sum(axis=1, keepdims=True)
        assert np.array_equal(matrix(BOX, Axis(n, m)), want), (n, m)


@pytest.mark.parametrize("convention", thinned(EVERY, every=3), ids=str)
def test_weights_in_floats_are_the_exact_ones_at_a_sample_of_sizes(convention: Resize) -> None:
    pairs = PAIRS[7::131] if convention.takes_every_size else [(4, 2), (5, 3), (4, 8), (3, 7)]
    for n_in, n_out in pairs:
        if convention.takes(n_in, n_out):
            assert apart(convention, n_in, n_out) < 1e-13, (n_in, n_out)


@pytest.mark.sweep
@pytest.mark.parametrize("convention", EVERY, ids=str)
def test_weights_in_floats_are_the_exact_ones(convention: Resize) -> None:
    for n_in, n_out in PAIRS:
        if convention.takes(n_in, n_out):
            assert apart(convention, n_in, n_out) < 1e-13, (n_in, n_out)


@pytest.mark.parametrize(
    "factor", [Fraction(2, 3), Fraction("1.7"), Fraction("0.3333333333333333")]
)
@pytest.mark.parametrize("mode", ["box", "gaussian", "linear", "nearest"])
def test_weights_in_floats_take_factors(mode: str, factor: Fraction) -> None:
    convention = Resize(mode=mode, antialias=mode != "nearest")
    for n_in in (6, 9, 12):
        n_out = int(n_in * factor)
        exact = convention.weights(n_in, n_out, factor).astype(np.float64)
        assert abs(matrix(convention, Axis(n_in, n_out, factor)) - exact).max() < 1e-13


def test_a_part_that_ends_a_little_outside_is_outside_in_floats_too() -> None:
    crop = Resize(
        mode="linear",
        coordinate_transformation_mode="tf_crop_and_resize",
        roi=(0, 1 + Fraction(1, 10**20)),
    )
    assert crop.coordinates(5, 3).astype(np.float64).tolist() == [0, 2, 4]
    assert matrix(crop, Axis(5, 3)).sum(axis=1).tolist() == [1, 1, 0]


def test_coordinates_of_a_rule_are_exact_as_they_are() -> None:
    """What a rule computes is a float64, and a window begins where just that says."""
    where = np.array([Fraction(0.1), Fraction(0.5), Fraction(2**53 - 1, 2**52)], object)
    assert matrix_at(ADAPTIVE, where, 3, Fraction(1)).astype(bool).sum(axis=1).tolist() == [2, 2, 2]


def test_a_matrix_is_shared_and_so_cannot_be_written_into() -> None:
    with pytest.raises(ValueError, match="read-only"):
        matrix(ADAPTIVE, Axis(4, 2))[0, 0] = 7


def test_two_calls_that_read_the_same_windows_are_not_apart() -> None:
    """Both by the cases' matrices; they were up to 1 apart at 57 of these size pairs."""
    for n_in, n_out in PAIRS:
        if min(n_in, n_out) > 6 and (n_in + n_out) % 11:
            continue
        case = Computation(ADAPTIVE, {"x": np.zeros((1, 1, n_in, 3))}, (n_out, 3))
        floats, exact = case.matrices(np.float64)[0], case.matrices()[0]
        assert np.array_equal(floats, exact.astype(np.float64)), (n_in, n_out)
