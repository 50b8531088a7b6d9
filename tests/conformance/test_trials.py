"""Which trials run in an environment of an older release."""

import pytest

from halfpixel.conformance import trials
from halfpixel.conformance.trials import Trial

CALLS = {call.id: call for call in trials.calls()}


def trials_in(release: str, call: str, dtype: str) -> list[Trial]:
    chosen = trials._trials(iter([CALLS[call]]), lambda name: release, swept=False)
    return [trial for trial in chosen if trial.dtype == dtype]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_dtype_that_came_later_runs_the_cases_that_show_a_refusal(dtype: str) -> None:
    shown = {entry.name for entry in trials._REFUSED_FLOATS}
    before, since = (trials_in(one, "torch-interpolate-bicubic", dtype) for one in ("2.2", "2.3"))
    assert before
    assert {trial.case_name for trial in before} <= shown
    assert len(since) > len(shown)
