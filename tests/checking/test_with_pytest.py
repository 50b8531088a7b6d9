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


def test_wrong_settings_are_a_usage_error(pytester: pytest.Pytester) -> None:
    path = pytester.makepyprojecttoml("[tool.halfpixel]\ncall = []\n")
    result = _run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = f"{path}: tool.halfpixel.call: unknown key; did you mean calls?"
    assert message in result.stderr.str()
