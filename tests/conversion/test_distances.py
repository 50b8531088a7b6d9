"""How far calls are apart at many sizes at once: what one size at a time says."""

import itertools
import random

import numpy as np

from halfpixel.conformance import trials
from halfpixel.conversion import models
from halfpixel.conversion.models import Model
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis

SIZES = range(1, 25)


def known() -> list[Model]:
    """What the calls compute, with the rule of each dtype and without."""
    return list(
        dict.fromkeys(
            Model(convention, rule)
            for call in trials.calls("resize")
            for convention in call.follows.values()
            if isinstance(convention, Resize) and convention.roi is None
            for rule in (None, *(a.coordinate_rule for a in call.arithmetic.values()))
        )
    )


def test_many_sizes_at_once_are_as_far_apart_as_each_by_itself() -> None:
    drawn = random.Random(0)
    every = known()
    at_once = 0
    for one, other in drawn.sample(list(itertools.combinations(every, 2)), 150):
        n_in, columns = drawn.choice(SIZES), drawn.random() < 0.5
        axes = [Axis(n_in, n, None, n + n_in, columns) for n in drawn.sample(SIZES, 6)]
        each = [models.distance(one, other, axis, axis) for axis in axes]
        found = models.distances(one, other, axes)
        # two formulas of one weight, whose sums are rounded in another order
        apart = models._FORMULAS * max(SIZES)
        assert np.allclose(found, each, rtol=0, atol=apart), (one, other, axes)
        assert np.array_equal(found == 0, np.asarray(each) == 0), (one, other, axes)
        nearest = one.convention.mode == other.convention.mode == "nearest"
        at_once += all(models._at_once(model, nearest) for model in (one, other))
    assert at_once > 10
