"""Regimes say where two conventions are one, and only there."""

import numpy as np
import pytest

from halfpixel import Resize
from halfpixel.numerics import equivalence

LINEAR = Resize(mode="linear")
AREA = Resize(mode="area")


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        (LINEAR, LINEAR, ["at every size"]),
        (LINEAR, Resize(mode="linear", antialias=True), ["enlarging"]),
        (LINEAR, AREA, ["halving", "at an unchanged size"]),
        (
            Resize(mode="adaptive_area"),
            AREA,
            ["enlarging by whole factors", "shrinking by whole factors"],
        ),
        (LINEAR, Resize(mode="cubic"), ["shrinking by odd whole factors"]),
        (
            LINEAR,
            Resize(mode="gaussian", exclude_outside=True),
            ["shrinking by even whole factors"],
        ),
        (
            Resize(mode="linear", coordinate_transformation_mode="align_corners"),
            Resize(mode="linear", coordinate_transformation_mode="tf_crop_and_resize"),
            ["at more than one pixel"],
        ),
        (Resize(mode="pyramid"), LINEAR, []),
    ],
)
def test_where_two_conventions_are_one(one: Resize, other: Resize, where: list[str]) -> None:
    assert [*equivalence.agreement(one, other)] == where


def test_a_difference_is_found_at_its_smallest_sizes() -> None:
    other = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
    n_in, n_out = next(equivalence.disagreements(LINEAR, other))
    assert (n_in, n_out) == (2, 1)
    assert equivalence.distances(LINEAR, other)[n_in - 1, n_out - 1] == 0.5


def test_a_pair_of_sizes_that_differs_ends_a_regime() -> None:
    for regime in equivalence.REGIMES:
        equal = np.ones((equivalence.LARGEST, equivalence.LARGEST), bool)
        assert equivalence.widest(equal) == ["at every size"]
        equal[tuple(np.argwhere(equivalence.sizes(regime))[-1])] = False
        assert regime not in equivalence.widest(equal)


def test_every_regime_holds_for_more_than_one_pair_of_sizes() -> None:
    assert all(np.sum(equivalence.sizes(regime)) > 1 for regime in equivalence.REGIMES)
