"""The smallest error that trials see: 4 units in the last place, or the reason why not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bench.smallest import smallest, weighs

from halfpixel.conformance import trials
from halfpixel.conformance.trials import Trial
from halfpixel.operators import Resize
from halfpixel.report.smallest import GOAL, reason, rows

TOP = Path(__file__).parents[2]
MEASURED = json.loads((TOP / "docs" / "smallest-errors.json").read_text("utf-8"))["smallest"]
CALLS = {call.id: call for call in trials.calls("resize")}


def test_an_error_of_four_units_dies_in_every_call_or_there_is_a_reason() -> None:
    above = {key: least for key, (least, _) in MEASURED.items() if least > GOAL}
    keys = [key.split() for key in above]
    assert [key for key in keys if not reason(key[0], key[1], CALLS)] == []
    assert len(above) < len(MEASURED) / 4


def test_no_reason_is_given_where_every_value_is_a_polynomial() -> None:
    assert reason("opencv-resize-INTER_CUBIC", "float32", CALLS) == ""
    assert "sines" in reason("opencv-resize-INTER_LANCZOS4", "float32", CALLS)
    assert "grid" in reason("torch-grid_sample-bicubic-zeros", "float32", CALLS)


def test_it_was_measured_for_every_call_that_weighs_pixels() -> None:
    weighing = {
        f"{call.id} {dtype}"
        for call in CALLS.values()
        for dtype in ("float32", "float64")
        if dtype in call.arithmetic and call.follows and call.plain
        if call.latest.mode != "nearest" and not call.hands_on and not call.compiled
        if call.framework in {key.partition("-")[0] for key in MEASURED}
    }
    assert weighing <= {*MEASURED}, "make growth measures them"


def test_a_row_has_the_reason_of_what_is_above_the_goal() -> None:
    found = {
        "opencv-resize-INTER_LANCZOS4 float32": (18.8, "a"),
        "opencv-pyrUp float32": (1.0, "b"),
    }
    lanczos, pyramid = rows(found, list(CALLS.values()))
    assert lanczos[:2] == ("`opencv-resize-INTER_LANCZOS4`", "18.8")
    assert lanczos[-1].startswith("weights are sines")
    assert pyramid == ("`opencv-pyrUp`", "1", "", "", "", "")


def _trial(name: str) -> Trial:
    every = trials.trials_of("resize", lambda f: "5.0.0" if f == "opencv" else None)
    return next(trial for trial in every if trial.id == name)


@pytest.mark.opencv
def test_a_sharp_bound_sees_one_unit_and_a_loose_one_does_not() -> None:
    doubled = _trial("opencv-resize-INTER_CUBIC-float32-6x5-6x10-texture")
    assert weighs(doubled)
    assert smallest(doubled) == 1
    by_fractions = _trial("opencv-resize-INTER_CUBIC-float32-4x5-7x9-texture")
    least = smallest(by_fractions)
    assert 4 < least < 1000
    arithmetic = by_fractions.call.arithmetic["float32"]
    loose = replace(arithmetic, value_errors=None, weight_error=2 * arithmetic.weight_error)
    call = replace(by_fractions.call, arithmetic={"float32": loose})
    assert smallest(replace(by_fractions, call=call)) > 1.5 * least


def test_copies_and_integers_are_left_out() -> None:
    trial = Trial(CALLS["opencv-resize-INTER_NEAREST"], "float32", "", lambda: None)
    assert not weighs(trial)
    assert not weighs(replace(trial, call=CALLS["opencv-resize-INTER_CUBIC"], dtype="uint8"))
    assert CALLS["opencv-resize-INTER_CUBIC"].latest == Resize(mode="cubic", cubic_coeff_a=-0.75)
