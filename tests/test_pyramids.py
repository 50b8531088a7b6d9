"""OpenCV's pyramid steps at sizes by the hundred, value for value, in every dtype."""

import functools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import Case
from halfpixel.frameworks import Call, DType

CALLS = [
    pytest.param(call, dtype, id=f"{call.id}-{dtype}")
    for call in trials.calls("resize")
    if any(convention.mode == "pyramid" for convention in call.follows.values())
    for dtype in call.arithmetic
]

# every small size with one number of channels or another; and rows that the vectors of pyramids.cpp do not
# fill, fill, and fill with some left, with each
CHANNELS = (1, 3, 4, 5)
SMALL = [(h, w) for h in (1, 2, 3, 4) for w in (1, 2, 3, 4, 5, 6)]
IMAGES = [
    *((size, CHANNELS[i % 4]) for i, size in enumerate(SMALL)),
    *((size, channels) for size in ((3, 33), (5, 131)) for channels in CHANNELS),
]


def outputs(n_in: int) -> list[int]:
    """Every size that either function makes of an axis, and some that neither does."""
    return [
        n for n in {n_in // 2 + d for d in (-1, 0, 1)} | {2 * n_in + d for d in (-1, 0, 1)} if n
    ]


@functools.cache
def matrix(convention: Resize, n_in: int, n_out: int) -> NDArray[np.float64]:
    return convention.weights(n_in, n_out).astype(np.float64)


def steps(call: Call, dtype: DType) -> Iterator[Case]:
    """Integers over the whole of a narrow range, so that every sum is exact in float32 too."""
    (convention,) = call.follows.values()
    generator = np.random.default_rng(0)
    low, high = (np.iinfo(dtype).min, np.iinfo(dtype).max) if "int" in dtype else (-999, 999)
    rule = call.roundings[dtype][0] if dtype in call.roundings else None
    for (h, w), channels in IMAGES:
        x = generator.integers(low, high + 1, (1, channels, h, w)).astype(np.float64)
        for size in ((i, j) for i in outputs(h) for j in outputs(w)):
            case = Case(
                convention, {"x": x}, size, rule, dtype, name="step", pins="", source="this test"
            )
            if (
                not all(convention.takes(*n) for n in case.sizes)
                or call.expression(case.request) is None
            ):
                continue
            left, right = (matrix(convention, *n) for n in case.sizes)
            exact = left @ x @ right.T  # dyadic fractions, and few bits of them
            yield replace(case, expected=np.asarray(case.reference()) if rule else exact)


@pytest.mark.opencv
@pytest.mark.resize
@pytest.mark.parametrize(("call", "dtype"), CALLS)
def test_every_value_of_every_step_is_the_reference(call: Call, dtype: DType) -> None:
    names = frameworks.load("opencv")
    now = call.at(frameworks.version("opencv") or "")
    assert now is not None
    shown = []
    for case in steps(now, dtype):
        got = now(case, dtype, names)
        defect = now.defect(case.request)
        want = defect.result(case) if defect else case
        assert str(got.dtype) == dtype
        assert np.array_equal(got.astype(np.float64), want.expected), case.sizes
        shown += [bool(np.any(want.expected != case.expected))] if defect else []
    assert any(shown) == bool(now.defects), "a defect that no step shows"
