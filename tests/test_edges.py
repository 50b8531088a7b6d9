"""The edges: one pixel, NaN and infinities, the largest and smallest numbers, memory layouts, nothing."""

import pytest

from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import Call


@pytest.mark.halfpixel("edges")
def test_edge(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)
