"""What a changed case shows, as plain data: the values around the worst one, and what was run."""

from __future__ import annotations

import numpy as np

from .. import documents
from ..arrays import AnyArray
from ..conformance.verdicts import Verdict, errors
from ..operators import Resize

WINDOW = 32  # rows and columns that are shown, at most


def evidence(verdict: Verdict) -> documents.Evidence | None:
    """What a verdict shows on one channel of one image, around the worst value; None where no values were
    compared. JSON has no NaN and no infinity: they are text."""
    case, got, bound = verdict.case, verdict.got, verdict.bound
    if not bound.size or got.shape != case.expected.shape or got.ndim != 4:
        return None
    error = errors(got, case.expected)
    excess = error - bound if np.any(error > bound) else error
    n, c, row, column = (int(i) for i in np.unravel_index(int(np.argmax(excess)), error.shape))
    rows, columns = (span(at, size) for at, size in zip((row, column), got.shape[2:], strict=True))

    def window(values: AnyArray) -> list[list[float | str]]:
        return as_rows(np.broadcast_to(values, got.shape)[n, c, rows, columns])

    return {
        "expression": str(verdict.call.expression(case.request)),
        "release": str(verdict.release),
        "convention": str(case.convention),
        "pins": case.pins,
        "sizes": [list(case.request.shape[2:]), list(got.shape[2:])],
        "plane": [n, c],
        "first": [rows.start, columns.start],
        "worst": [row, column],
        "golden": window(case.expected),
        "got": window(got),
        "error_bound": window(bound),
        "is_resize": isinstance(case.convention, Resize) and not case.gradient,
    }


def as_rows(part: AnyArray) -> list[list[float | str]]:
    """Values (H, W) as plain data."""
    lines = part.astype(np.float64).tolist()
    return [[v if np.isfinite(v) else str(v) for v in line] for line in lines]


def span(at: int, size: int) -> slice:
    """The rows, or columns, that are shown of so many, around one of them."""
    first = max(0, min(at - WINDOW // 2, size - WINDOW))
    return slice(first, min(size, first + WINDOW))
