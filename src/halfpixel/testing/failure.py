"""A failed assertion, with the values that a report shows of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import documents
from ..comparison import Comparison
from ..comparison.images import Probe
from ..conformance.verdicts import errors
from ..report.comparison import shown
from ..report.evidence import as_rows, span


class Different(AssertionError):
    """Two outputs are not the same.

    Attributes:
        difference: of the image that shows it most; None where there is none, as with two shapes.
    """

    def __init__(self, text: str, difference: documents.ShownDifference | None = None) -> None:
        super().__init__(text)
        self.difference = difference


Different.__module__ = "halfpixel.testing"  # as users import it, and as pytest prints it


def of_comparison(answer: Comparison) -> documents.ShownDifference | None:
    """What a report shows of two functions: the image of which pictures are drawn first, in levels if both
    outputs have a scale."""
    for look in shown(answer):
        assert look.levels is not None
        return around(look.probe, *look.levels, _SIDES, "levels of 255")
    worst = answer.worst
    if worst is None or worst.difference is None:
        return None
    one, other = (side.image.astype(np.float64) for side in (worst.a, worst.b))
    return around(worst.probe, one, other, _SIDES, "values as they are returned")


_SIDES = ("A", "B")


def around(
    probe: Probe, a: NDArray[np.float64], b: NDArray[np.float64], names: tuple[str, str], unit: str
) -> documents.ShownDifference:
    """Both outputs around their largest difference.

    Args:
        probe: the image.
        a, b: outputs, (H, W, C).
        names: of both.
        unit: of their values.
    """
    error = errors(a, b)
    row, column, channel = (int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))
    rows, columns = (span(at, size) for at, size in zip((row, column), a.shape, strict=False))
    return {
        "image": f"{probe.name} {probe.dtype}",
        "names": list(names),
        "sizes": [list(probe.size), list(a.shape[:2])],
        "channel": channel,
        "first": [rows.start, columns.start],
        "worst": [row, column],
        "a": as_rows(a[rows, columns, channel]),
        "b": as_rows(b[rows, columns, channel]),
        "unit": unit,
    }
