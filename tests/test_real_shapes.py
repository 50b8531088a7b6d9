"""The shapes that networks run: channels, batches, ratios and sizes that enter other loops of a kernel."""

import pytest

from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import Call


@pytest.mark.halfpixel("real_shapes")
def test_real_shape(call: Call, case: Case, dtype: str) -> Verdict:
    """Resizes, transposed convolutions and their gradients, compared with the reference as they run."""
    return judge(call, case, dtype)


@pytest.mark.sweep
@pytest.mark.halfpixel("swept_shapes")
def test_large_shape(call: Call, case: Case, dtype: str) -> Verdict:
    """480×640 to 224×224, 224² to 448², 1080×1920 to 640×640."""
    return judge(call, case, dtype)
