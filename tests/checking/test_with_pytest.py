"""pytest and a project's expected differences: the run tells them, and fails of others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.checking import acted

pytest_plugins = ["pytester"]

SUITE = """
import pytest
from halfpixel.conformance.verdicts import judge

@pytest.mark.halfpixel("resize")
def test_resize(call, case, dtype):
    return judge(call, case, dtype)
"""
SETTINGS = """
[tool.halfpixel]
calls = ["mylib-resize", "mylib-shifted"]

[[tool.halfpixel.accepted]]
call = "mylib-shifted"
follows = "linear asymmetric"
reason = "mylib shifts"

[[tool.halfpixel.accepted]]
call = "mylib-resize"
reason = "it did once"
"""


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pytester.makepyfile(test_suite=SUITE)
    pytester.makeini("[pytest]\naddopts = -p halfpixel.pytest_plugin -p no:hypothesispytest\n")
    with acted.installed(monkeypatch):
        yield


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-q", "--halfpixel-frameworks", "mylib", *arguments)


def test_a_change_that_is_expected_passes_and_is_told(pytester: pytest.Pytester) -> None:
    path = pytester.makepyprojecttoml(SETTINGS)
    result = _run(pytester)
    result.assert_outcomes(passed=14)  # of two calls
    where = f"{path}: tool.halfpixel.accepted"
    lines = result.outlines
    assert f"expected: 7 cases: mylib shifts ({where}[0])" in lines
    assert f"warning: stale: no case changed as {where}[1] expects; remove the entry" in lines
    assert not any("stale" in line for line in _run(pytester, "-k", "8x8").outlines)


def test_another_change_fails_and_the_summary_has_its_cause(pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml(SETTINGS.replace("linear asymmetric", "linear align_corners"))
    result = _run(pytester)
    result.assert_outcomes(passed=7, failed=7)
    line = "mylib shifted: 7 of 7 cases changed; all 7 match resize linear asymmetric"
    assert line in result.outlines


CALLS = '[tool.halfpixel]\ncalls = ["mylib-resize", "mylib-shifted"]\n'


def _between(lines: list[str], first: str, last: str) -> list[str]:
    start, end = (next(i for i, line in enumerate(lines) if mark in line) for mark in (first, last))
    return lines[start:end]


def test_failures_of_one_cause_are_an_example_and_the_names_of_the_others(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyprojecttoml(CALLS)
    monkeypatch.setenv("COLUMNS", "250")  # pytest cuts what does not fit
    lines = _run(pytester).outlines
    shown = _between(lines, "= FAILURES =", "= halfpixel =")
    assert sum(line.startswith("____") for line in shown) == 1
    assert "one of 7 cases that match resize linear asymmetric:" in shown
    named = {line.strip() for line in shown if line.startswith("    test_suite.py::")}
    listed = {line.split()[1] for line in lines if line.startswith("FAILED ")}
    assert (len(named), len(listed)) == (6, 7)  # the run counts and lists every one
    assert named < listed
    assert all(" matches resize linear asymmetric" in x for x in lines if x.startswith("FAILED "))


@pytest.mark.parametrize("option", ["-v", "-vv"])
def test_v_shows_each_failure(pytester: pytest.Pytester, option: str) -> None:
    pytester.makepyprojecttoml(CALLS)
    lines = _run(pytester, option, option).outlines  # one takes back -q
    shown = _between(lines, "= FAILURES =", "= halfpixel =")
    assert sum(line.startswith("____") for line in shown) == 7


def test_wrong_settings_are_a_usage_error(pytester: pytest.Pytester) -> None:
    path = pytester.makepyprojecttoml("[tool.halfpixel]\ncall = []\n")
    result = _run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = f"{path}: tool.halfpixel.call: unknown key; did you mean calls?"
    assert message in result.stderr.str()
