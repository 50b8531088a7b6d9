"""Size pairs by the thousand: a sample of them in every run, all of them with ``-m sweep``."""

import pytest

from halfpixel.conformance.sweep import Block, sweep
from halfpixel.conformance.verdicts import Verdict
from halfpixel.frameworks import Call


@pytest.mark.halfpixel("sweep_sample")
def test_a_sample_of_size_pairs(call: Call, case: Block, dtype: str) -> Verdict:
    """The smallest pairs at which the call deviates from the exact convention, and others by formula."""
    return sweep(call, case, dtype)


@pytest.mark.sweep
@pytest.mark.halfpixel("sweep")
def test_every_size_pair(call: Call, case: Block, dtype: str) -> Verdict:
    """Sizes 1 to 256 for nearest and linear, to 96 for the others, both axes."""
    return sweep(call, case, dtype)
