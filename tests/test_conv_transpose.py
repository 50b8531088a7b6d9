"""Transposed convolution: every golden, through every call whose arguments can express it."""

import pytest

from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import Call


@pytest.mark.halfpixel("conv_transpose")
def test_conv_transpose(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)
