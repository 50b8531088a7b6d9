"""Catalogue and record say the same of every release; a value or a range that is wrong is found."""

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from halfpixel import Resize
from halfpixel.conformance.goldens import shown
from halfpixel.frameworks import FRAMEWORKS, Call
from halfpixel.frameworks.releases import contains
from halfpixel.operators.resize import CoordinateTransformationMode
from halfpixel.records import (
    Crash,
    Record,
    Refusal,
    agreement,
    probes,
    read,
    record,
    releases,
)

RECORDED = [(name, release) for name in record.frameworks() for release in releases(name)]
LATEST = {name: releases(name)[-1] for name in record.frameworks()}

# What the catalogue does not describe yet: a framework, its calls, the releases, and why. What describes it
# removes the line; a line that nothing needs fails.
UNDESCRIBED: tuple[tuple[str, str, str, str], ...] = (
    ("torch", "", "<2.1", "a few refusals and integers of older releases"),
    ("torch", "interpolate-area", "==2.1.*", "integers are averaged, and not refused"),
)


def described(framework: str, one: agreement.Disagreement) -> bool:
    release = agreement.release_of(read(framework, one.release))
    return not any(
        framework == of and re.match(calls, one.call) and contains(range_, release)
        for of, calls, range_, _ in UNDESCRIBED
    )


def call_of(framework: str, name: str) -> Call:
    return next(call for call in FRAMEWORKS[framework].calls if call.name == name)


def off(framework: str, release: str, calls: Sequence[Call]) -> list[agreement.Disagreement]:
    found = agreement.disagreements(framework, [release], calls)
    of = [one for one in found if described(framework, one)]
    return [one for one in of if not agreement.explained(framework, one)]


# every framework, a release that is not the newest, and a part of the calls: the sweep has all
@pytest.mark.parametrize("framework", record.frameworks())
def test_the_catalogue_says_of_some_calls_what_a_release_did(framework: str) -> None:
    release = releases(framework)[-3]
    assert off(framework, release, probes.calls(framework)[::6]) == []


@pytest.mark.sweep
@pytest.mark.parametrize(("framework", "release"), RECORDED)
def test_the_catalogue_says_what_the_release_did(framework: str, release: str) -> None:
    assert off(framework, release, probes.calls(framework)) == []


@pytest.mark.sweep
@pytest.mark.parametrize("line", UNDESCRIBED, ids=lambda line: f"{line[0]} {line[1]} {line[2]}")
def test_what_is_said_not_to_be_described_is_not(line: tuple[str, str, str, str]) -> None:
    framework, calls, range_, _ = line
    asked = [call for call in probes.calls(framework) if re.match(calls, call.name)]
    every = (
        (release, agreement.release_of(read(framework, release))) for release in releases(framework)
    )
    of = [release for release, one in every if contains(range_, one)]
    if of:  # it is recorded
        assert any(True for _ in agreement.disagreements(framework, of, asked))


@pytest.mark.parametrize(
    ("name", "grid", "off"),
    [
        ("v1.resize_bilinear", "asymmetric", "0e+00"),
        ("v1.resize_bilinear-align_corners", "align_corners", "5e-07"),
    ],
)
def test_tensorflow_1_13_reproduces_the_worked_example(
    name: str, grid: CoordinateTransformationMode, off: str
) -> None:
    """The image on which TensorFlow 1, OpenCV and torch were compared in 2019."""
    call, one = call_of("tensorflow", name), read("tensorflow", "1.13.1")
    probe = next(
        p
        for p in probes.of_call(call, agreement.release_of(one))
        if (p.dtype, p.name) == ("float32", "2x2-8x8-worked_example")
    )
    exact = Resize(mode="linear", coordinate_transformation_mode=grid)
    expected = exact.apply(probe.computation.inputs["x"], (8, 8))
    got = one.outcomes[name, "float32", probe.name]
    assert isinstance(got, np.ndarray)
    assert f"{np.max(abs(got - expected)):.0e}" == off


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_words_of_refusals_are_regular_expressions(framework: str) -> None:
    for call in FRAMEWORKS[framework].calls:
        changed = (change.get("refusals", ()) for change in call.changes.values())
        for refusal in itertools.chain(call.refusals, *changed):
            assert not refusal.matches("nothing like it"), f"{call.id}: {refusal.words}"


# ---------------------------------------------------------------------------- it can fail


def changed(one: Record, key: record.Key, outcome: record.Outcome) -> Record:
    assert key in one.outcomes
    return replace(one, outcomes={**one.outcomes, key: outcome})


LINEAR = ("resize-INTER_LINEAR", "float32", "4x5-6x7-texture")


def reasons(call: Call, one: Record) -> list[str]:
    return [each.reason for each in agreement.of_call(call, one)]


@pytest.fixture
def opencv() -> Record:
    return read("opencv", LATEST["opencv"])


def test_a_recorded_value_that_is_wrong_is_found(opencv: Record) -> None:
    values = np.array(opencv.outcomes[LINEAR])
    values[0, 0, 2, 3] += 1e-4
    call = call_of("opencv", LINEAR[0])
    assert reasons(call, opencv) == []
    found = reasons(call, changed(opencv, LINEAR, values))
    assert found == ["1 of 42 values exceed the error bound"]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Refusal("error", "no"), "raised an unexpected error; none is declared: error: no"),
        (Crash("SIGABRT"), "ended the process (SIGABRT), which is not declared"),
        (np.zeros((1, 1, 6, 7)), "returned dtype float64, not float32"),
        (np.zeros((1, 1, 6, 6), np.float32), "returned shape (1, 1, 6, 6), not (1, 1, 6, 7)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_another_outcome_than_the_declared_one_is_found(
    opencv: Record, outcome: record.Outcome, reason: str
) -> None:
    call = call_of("opencv", LINEAR[0])
    assert reasons(call, changed(opencv, LINEAR, outcome)) == [reason]


def test_a_declared_range_that_is_wrong_is_found(opencv: Record) -> None:
    call = call_of("opencv", LINEAR[0])
    (convention,) = call.follows.values()
    never = replace(call, follows={"<1": convention})
    said = "returned a result; the catalogue does not have it in this release"
    assert all(one.startswith(said) for one in reasons(never, opencv))
    assert reasons(never, opencv)
    other = replace(convention, coordinate_transformation_mode="asymmetric")
    assert any("exceed" in one for one in reasons(replace(call, follows={">=1": other}), opencv))


def test_a_call_that_the_release_lacks_and_the_catalogue_has_is_found(opencv: Record) -> None:
    call = call_of("opencv", LINEAR[0])
    kept = {key: one for key, one in opencv.outcomes.items() if key[0] != call.name}
    lacks = replace(opencv, outcomes=kept, absent={call.name: "no attribute"})
    found = reasons(call, lacks)
    assert found == ["it is declared for this release, which lacks it: no attribute"]
    assert "nothing is recorded" in reasons(call, replace(opencv, outcomes=kept))


# ---------------------------------------------------------------------------- rounding


@pytest.mark.parametrize("framework", record.frameworks())
def test_what_is_said_to_be_rounding_is_needed_and_small(framework: str) -> None:
    for one in agreement.rounding_differences(framework):
        assert 1 <= one.levels <= 1, "more than a unit in the last place is no rounding"
        assert one.why
        assert set(one.releases) <= set(releases(framework))
        for release in one.releases:
            calls = [call_of(framework, one.call)]
            off = agreement.disagreements(framework, [release], calls)
            assert any(one.covers(each) for each in off), f"{one.call} {one.dtype} {release}"


def test_rounding_excuses_no_more_than_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"call": "c", "dtype": "uint8", "releases": ["4.10.0"], "levels": 1, "why": "IPP"}
    (tmp_path / "opencv").mkdir()
    (tmp_path / "opencv" / record.ROUNDING).write_text(json.dumps([said]))
    monkeypatch.setattr(record, "root", lambda: tmp_path)
    agreement.rounding_differences.cache_clear()
    one = agreement.Disagreement("c", "uint8", "p", "4.10.0", "", "", levels=1)
    assert agreement.explained("opencv", one)
    others: Iterator[agreement.Disagreement] = iter(
        (
            replace(one, levels=2),
            replace(one, levels=None),  # floats, a shape, an error
            replace(one, dtype="float32"),
            replace(one, release="4.9.0"),
        )
    )
    assert not any(agreement.explained("opencv", other) for other in others)
    agreement.rounding_differences.cache_clear()


@pytest.mark.sweep  # `make golden-check` does it too
def test_the_files_of_the_record_are_as_they_are_written() -> None:
    assert list(record.problems()) == []
    assert shown(record.root() / "opencv") == "golden/releases/opencv"
