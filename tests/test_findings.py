"""What docs/findings.md says beyond what the cases of a suite can show."""

import math

import numpy as np
import pytest

from halfpixel import frameworks


def opencv_area(n_in: int, n_out: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The weights of one axis as computeResizeAreaTab makes them: ends up to 1/1000 pixel are left out."""
    scale, weights = n_in / n_out, np.zeros((n_out, n_in))
    for d in range(n_out):
        begin, end = d * scale, (d + 1) * scale
        width = min(scale, n_in - begin)
        last = min(math.floor(end), n_in - 1)
        first = min(math.ceil(begin), last)
        weights[d, first:last] = 1 / width
        if first - begin > 1e-3:
            weights[d, first - 1] = (first - begin) / width
        if end - last > 1e-3:
            weights[d, last] = min(end - last, 1, width) / width
    return weights


@pytest.mark.opencv
@pytest.mark.resize
@pytest.mark.parametrize(
    ("n_in", "n_out", "least"), [(1000, 999, 1), (1001, 1000, 0.999), (4096, 2729, 0.999511)]
)
def test_opencv_area_drops_the_ends_of_its_windows(n_in: int, n_out: int, least: float) -> None:
    """docs/findings.md: from 1000 output pixels on, a window's weights need not sum to 1."""
    cv2 = frameworks.load("opencv")["cv2"]
    x = np.random.default_rng(0).uniform(-1, 1, (4, n_in)).astype(np.float32)
    got = cv2.resize(x, (n_out, 4), interpolation=cv2.INTER_AREA)
    weights = opencv_area(n_in, n_out)
    terms = int(np.count_nonzero(weights, axis=1).max())
    # each weight is rounded once, each product and sum once
    bound = 2.0**-24 * (terms + 1) * (abs(x) @ weights.T)
    assert (abs(got - x @ weights.T) <= bound).all()
    assert weights.sum(axis=1).min() == pytest.approx(least, abs=2e-6)
