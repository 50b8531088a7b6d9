"""A rounded coordinate reads another pixel where weights move by more than the kernel's slope explains."""

from __future__ import annotations

import numpy as np
import pytest

from halfpixel.conversion import agreement, models, search
from halfpixel.conversion.models import Model
from halfpixel.conversion.parse.catalogue import rows
from halfpixel.conversion.sizes import Sizes
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis
from halfpixel.operators.kernels import KERNELS, Kernel, Shape

SMOOTH = [kernel for kernel in KERNELS.values() if kernel.value and not kernel.flat]
SHAPES = [Shape(1, -0.75, 2), Shape(2.5, -0.5, 3), Shape(0.3, -0.75, 5)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kernel", SMOOTH, ids=lambda kernel: kernel.name)
def test_the_steepest_slope_of_a_kernel_is_reached_and_not_exceeded(
    kernel: Kernel, shape: Shape
) -> None:
    assert kernel.value is not None
    t = np.linspace(-3, 3, 60_001)
    rises = abs(np.diff(kernel.value(t, shape)) / np.diff(t))
    if kernel.jumps:
        rises = rises[rises < 50]
    assert rises.max() <= kernel.steepest(shape) * (1 + 1e-9)
    tight = 0.999 if kernel.name != "lanczos" else 0.6  # a bound of a product
    assert rises.max() >= tight * kernel.steepest(shape)


@pytest.mark.sweep
def test_between_rounding_and_a_jump_nothing_lies() -> None:
    """Every rule of the catalogue at sizes up to 40: weights move as a slope allows, or many times as far."""
    found: dict[bool, list[float]] = {True: [], False: []}
    every = {search.model_of(row.call) for row in rows() if row.call.follows}
    for model in [one for one in every if one.rule and one.convention.mode != "nearest"]:
        for n_in, n_out in [(n, m) for n in range(1, 41, 3) for m in range(1, 41, 3)]:
            axis = Axis(n_in, n_out, None, 2 * n_out)
            if not models.takes(model.convention, axis):
                continue
            apart = models.distance(model, Model(model.convention), axis, axis)
            if apart:
                slope = models.movement(model, axis) + 2.0**-48
                found[apart > slope].append(apart / slope)
    assert len(found[False]) > 500
    assert len(found[True]) > 5
    assert min(found[True]) > 100


@pytest.mark.parametrize(
    ("convention", "rule"),
    [
        (Resize(mode="cubic", cubic_coeff_a=-0.5), "kernel_table_1024"),
        (Resize(mode="lanczos", lanczos_radius=4), "warp_fixed_5"),
    ],
)
def test_a_coarse_coordinate_is_no_jump(convention: Resize, rule: str) -> None:
    one, other, sizes = Model(convention, rule), Model(convention), Sizes((7, 7), (10, 10))
    assert search.differs(one, other, sizes, sizes) > 1e-3
    assert not agreement.jumps(one, other, sizes, sizes)
