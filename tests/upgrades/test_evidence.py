"""What calls declare of a change, and what the record shows of it: neither is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from halfpixel.frameworks import FRAMEWORKS, Call, DType, Release
from halfpixel.numerics.error_model import ErrorModel
from halfpixel.operators import Resize
from halfpixel.records import Record, Refusal, probes
from halfpixel.upgrades import Change, answer, seen
from halfpixel.upgrades.environment import read

from .test_changes import LINEAR

OLD, NEW = "4.10.0", "5.0.0"
ASYMMETRIC = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
DTYPES: dict[DType, ErrorModel] = {
    dtype: one for dtype, one in LINEAR.arithmetic.items() if dtype in ("float32", "float64")
}
CALL = replace(LINEAR, arithmetic=DTYPES, roundings={}, follows={"": Resize(mode="linear")})


def outcomes(convention: Resize | None, off: float = 0.0) -> Mapping[Any, Any]:
    """What a release did that follows a convention, or raises; off by a relative error."""
    found: dict[Any, Any] = {}
    for probe in probes.of_call(CALL, NEW):
        key = (CALL.name, probe.dtype, probe.name)
        if convention is None:
            found[key] = Refusal("error", "no such mode")
            continue
        case = replace(probe.computation, convention=convention)
        if not case.request.empty:
            found[key] = np.asarray(case.computed().expected * (1 + off), probe.dtype)
    return found


def changes(
    call: Call,
    old: Mapping[Any, Any] | None,
    new: Mapping[Any, Any] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Change, ...]:
    """What changes of a call, of which the outcomes of two releases are recorded; None where it is absent."""
    both = {OLD: old, NEW: new}

    def record(framework: str, release: str) -> Record:
        there = both[release]
        absent = {CALL.name: "AttributeError"} if there is None else {}
        made = {"kernels": {}, "processor": "x86_64"}
        return Record(framework, release, {"opencv": release}, made, there or {}, absent)

    framework = replace(FRAMEWORKS["opencv"], calls=(call,))
    monkeypatch.setitem(FRAMEWORKS, "opencv", framework)
    monkeypatch.setattr(seen, "releases", lambda framework: [OLD, NEW])
    monkeypatch.setattr(seen, "read", record)
    seen._by_call.cache_clear()
    try:
        found = answer.between(read(f"opencv=={OLD}"), read(f"opencv=={NEW}"))
    finally:
        seen._by_call.cache_clear()
    return found.changes


LINEAR_OUTCOMES = outcomes(Resize(mode="linear"))


def test_nothing_is_told_where_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert changes(CALL, LINEAR_OUTCOMES, LINEAR_OUTCOMES, monkeypatch) == ()


def test_a_change_that_is_declared_and_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    call = replace(CALL, follows={"<5": ASYMMETRIC, ">=5": Resize(mode="linear")})
    (change,) = changes(call, outcomes(ASYMMETRIC), LINEAR_OUTCOMES, monkeypatch)
    assert (change.kind, change.seen, change.since) == ("meaning", "seen", ("5",))


def test_a_change_that_is_declared_and_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    call = replace(CALL, follows={"<5": ASYMMETRIC, ">=5": Resize(mode="linear")})
    (change,) = changes(call, LINEAR_OUTCOMES, LINEAR_OUTCOMES, monkeypatch)
    assert (change.kind, change.seen) == ("meaning", "not seen")


def test_a_change_that_is_seen_and_not_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    (change,) = changes(CALL, outcomes(ASYMMETRIC), LINEAR_OUTCOMES, monkeypatch)
    assert (change.kind, change.seen, change.silent) == ("meaning", "only seen", True)
    assert set(change.dtypes) == set(DTYPES)
    example = change.effects[0].example
    assert example is not None
    assert not np.array_equal(example.old, example.new)


def test_last_digits_are_those_that_were_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {d: replace(a, coordinate_roundings=3) for d, a in CALL.arithmetic.items()}
    call = replace(CALL, changes={"<5": {"arithmetic": more}})
    assert changes(call, LINEAR_OUTCOMES, LINEAR_OUTCOMES, monkeypatch) == ()
    off = outcomes(Resize(mode="linear"), 2.0**-23)
    (change,) = changes(CALL, LINEAR_OUTCOMES, off, monkeypatch)
    assert (change.kind, change.seen) == ("rounding", "seen")


def test_more_than_rounding_is_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    off = outcomes(Resize(mode="linear"), 2.0**-12)
    (change,) = changes(CALL, LINEAR_OUTCOMES, off, monkeypatch)
    assert (change.kind, change.seen) == ("meaning", "only seen")


def test_an_error_that_is_seen_and_not_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    (change,) = changes(CALL, LINEAR_OUTCOMES, outcomes(None), monkeypatch)
    assert (change.kind, change.seen) == ("refuses", "only seen")
    assert "no such mode" in change.new
    (change,) = changes(CALL, outcomes(None), LINEAR_OUTCOMES, monkeypatch)
    assert (change.kind, change.seen) == ("accepts", "only seen")


def test_a_call_that_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    call = replace(CALL, releases=">=5")
    (change,) = changes(call, None, LINEAR_OUTCOMES, monkeypatch)
    assert (change.kind, change.seen) == ("appeared", "seen")
    (change,) = changes(CALL, None, LINEAR_OUTCOMES, monkeypatch)
    assert (change.kind, change.seen) == ("appeared", "only seen")
    (change,) = changes(CALL, LINEAR_OUTCOMES, None, monkeypatch)
    assert (change.kind, change.seen) == ("removed", "only seen")


def test_another_dtype_of_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = {
        key: values.astype(np.float32) if key[1] == "float64" else values
        for key, values in LINEAR_OUTCOMES.items()
    }
    found = changes(CALL, LINEAR_OUTCOMES, narrow, monkeypatch)
    assert [(one.kind, one.seen, one.dtypes) for one in found if one.kind == "result"] == [
        ("result", "only seen", ("float64",))
    ]


def test_a_record_is_that_of_the_packages_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["2.15.1", "2.18.1", "2.18.1+keras3.8.0"]
    monkeypatch.setattr(seen, "releases", lambda framework: names)
    of = {
        "2.15.1": Release("2.15.1"),
        "2.18.1+keras3.8.0": Release("2.18.1", {"keras": "3.8.0"}),
        "2.18.1": Release("2.18.1"),
    }
    assert {name: seen.recorded("tensorflow", release) for name, release in of.items()} == {
        name: name for name in of
    }
    assert seen.recorded("tensorflow", Release("2.17")) is None
