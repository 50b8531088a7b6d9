"""Resizing: every call, on every golden of the convention that it follows, in every dtype it takes."""

import pytest

from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import Call


@pytest.mark.halfpixel("resize")
def test_resize(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)


@pytest.mark.halfpixel("photograph")
def test_photograph(call: Call, case: Case, dtype: str) -> Verdict:
    """A real image at three sizes, too large for a golden: compared with the reference as it runs."""
    return judge(call, case, dtype)


@pytest.mark.sweep
@pytest.mark.halfpixel("narrow_dtypes")
def test_resize_in_narrow_dtypes(call: Call, case: Case, dtype: str) -> Verdict:
    """The cases that float16, bfloat16 and integers do not run by default."""
    return judge(call, case, dtype)
