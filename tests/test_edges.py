"""The edges: one pixel, NaN and infinities, the largest and smallest numbers, memory layouts, nothing."""

import pytest

from halfpixel.cases import Case
from halfpixel.frameworks import Call
from halfpixel.verdicts import Verdict, judge


@pytest.mark.conformance("edges")
def test_edge(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)
