"""A defect that functions share with torch: an output one pixel wide is its first row, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..frameworks import Call
from ..operators.request import Request
from .candidates import fit
from .matching import Followed
from .probes import Answer

WORDS = "an output one pixel wide repeats its first row"


def may_repeat(answer: Answer) -> bool:
    """Whether an answer is one pixel wide, and all of its rows are one, which its image's are not."""
    (n_in, n_out), (_, wide) = answer.axes
    if answer.y is None or wide != 1 or n_in == 1 or n_out in (1, n_in):
        return False
    return bool(np.all(answer.y == answer.y[:, :, :1]))


def repeats(answers: Sequence[Answer], result: Followed) -> bool:
    """Whether the first row of each answer is what is followed, at every size, by the others."""
    candidate = result.parts[0].candidate if len(result.parts) == 1 else None
    if candidate is None or candidate.rounding is not None:
        return False
    first = [_first_row(answer, result) for answer in answers]
    return all(fit(candidate, candidate, answer).share <= 1 for answer in first)


def _first_row(answer: Answer, result: Followed) -> Answer:
    return replace(
        answer,
        y=answer.result[:, :, :1],
        window=(slice(0, 1), slice(0, 1)),
        scales=result.scales(answer),
    )


def has_defect(call: Call) -> bool:
    """Whether a call is known to do that to images of float32."""
    convention = call.latest
    request = Request(convention, (1, 3, 2, 5), (4, 1))
    return any(defect.when(request) for defect in call.defects_now)
