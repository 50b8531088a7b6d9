"""Transposed convolution: every golden, through every call whose arguments can express it."""

import pytest

from halfpixel.cases import Case
from halfpixel.frameworks import Call
from halfpixel.verdicts import Verdict, judge


@pytest.mark.conformance("conv_transpose")
def test_conv_transpose(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)
