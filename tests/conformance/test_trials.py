"""Which trials run in an environment of an older release, and what is asked in one."""

import pytest

from halfpixel import Resize
from halfpixel.conformance import trials
from halfpixel.conformance.real_shapes import SHAPE_CASES, SHAPE_GRADIENTS, ShapeCase
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


@pytest.mark.parametrize("entry", [*SHAPE_CASES, *SHAPE_GRADIENTS], ids=lambda entry: entry.name)
def test_what_a_shape_asks_of_a_call_is_what_its_case_does(entry: ShapeCase) -> None:
    linear = Resize(mode="linear")
    assert entry.request(linear) == entry.case(linear, None, "float32").request
