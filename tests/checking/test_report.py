"""The report of a run: three files, what they show, and that nothing in them claims more than was run."""

from __future__ import annotations

import html
import json
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from halfpixel import cli, documents
from halfpixel.checking import Check, check
from halfpixel.checking.report import report, write
from halfpixel.checking.run import Absent
from halfpixel.report import json_schema
from halfpixel.report.evidence import WINDOW, span
from halfpixel.report.run_page import markdown, marks, page

pytestmark = pytest.mark.usefixtures("mylib")

pytest_plugins = ["pytester"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
FIRST = "mylib-shifted-float32-2x2-8x8-worked_example"


@pytest.fixture(scope="module")
def found() -> Check:
    return check(["mylib"], fast=True, folder=Path("/"))


@pytest.fixture(scope="module")
def document(found: Check) -> documents.Report:
    return report(found)


def test_every_changed_case_is_in_it_once(found: Check, document: documents.Report) -> None:
    changed = [one.outcome for one in found.findings if one.outcome.kind == "changed"]
    assert len(document["cases"]) == len(changed) == 22
    names = {(one["call"]["id"], one["dtype"], one["case"]) for one in document["cases"]}
    assert len(names) == 22


def test_the_values_are_those_of_golden_and_output(document: documents.Report) -> None:
    case = next(one for one in document["cases"] if one["call"]["id"] == "mylib-shifted")
    seen = case["evidence"]
    assert seen is not None
    row, column = seen["worst"]
    assert (seen["golden"][row][column], seen["got"][row][column]) == (2.28125, 5.0)
    assert (
        np.shape(seen["golden"]) == np.shape(seen["got"]) == np.shape(seen["error_bound"]) == (8, 8)
    )


@pytest.mark.parametrize("at", [0, 5, 50, 99])
def test_the_window_has_the_worst_value_and_stays_inside(at: int) -> None:
    found = span(at, 100)
    assert 0 <= found.start <= at < found.stop <= 100
    assert found.stop - found.start == WINDOW
    assert span(3, 8) == slice(0, 8)


def test_the_page_is_whole_and_needs_no_network(document: documents.Report) -> None:
    text = page(document)
    assert "Not as declared: 4 calls, 22 cases" in text
    assert text.count('<details class="case"') == 22
    assert f'id="{FIRST}"' in text
    assert "match resize linear asymmetric: 12 cases" in text
    assert "expected: resize linear half_pixel" in text
    assert "now: resize linear asymmetric" in text
    assert "halfpixel check --call mylib-shifted" in text
    for outside in ("http:", "https:", "src=", "@import"):
        assert outside not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_what_a_framework_says_is_text_and_no_markup(found: Check) -> None:
    evil = "</script><script>alert(1)</script>"
    findings = tuple(
        replace(one, text=evil, outcome=replace(one.outcome, reason=evil)) for one in found.findings
    )
    text = page(report(replace(found, findings=findings)))
    assert evil not in text
    assert html.escape(evil) in text


def test_the_summary_has_an_example_of_each_cause(document: documents.Report) -> None:
    text = markdown(document)
    assert text.count("### ") == len(document["check"]["causes"])
    assert "| mylib 2.4.6 | 13 | 22 | 7 |" in text
    assert "- `mylib-shifted`: 7 of 7" in text


def test_a_summary_that_is_too_long_is_cut(document: documents.Report) -> None:
    causes = document["check"]["causes"]
    long = [{**one, "example": "x" * 2_000_000} for one in causes]
    cut = markdown({**document, "check": {**document["check"], "causes": long}})  # type: ignore[typeddict-item]
    assert len(cut.encode()) < 1 << 20
    assert cut.endswith("The rest is in report.html.\n")


def test_what_was_not_run_is_not_called_as_declared(found: Check) -> None:
    nothing = replace(found, findings=(), absent=(Absent("mylib", "no such library", 42),))
    text = page(report(nothing))
    assert "Not as declared" in text
    assert "no such library" in text


def test_github_marks_each_call_in_a_line(document: documents.Report) -> None:
    lines = list(marks(document))
    assert len(lines) == 4
    assert lines[0].startswith("::error title=halfpixel mylib-")
    assert not any("\n" in line for line in lines)
    broken = document["cases"][0].copy()
    broken["reason"] = "50%\nof it"
    (line,) = marks({**document, "cases": [broken]})
    assert line.endswith("50%25%0Aof it")


def test_the_command_writes_three_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    arguments = ["check", "--framework", "mylib", "--fast", "--call", "mylib-shifted"]
    assert cli.main([*arguments, "--report", "out"]) == 1
    shown = capsys.readouterr().out
    assert "report: out/report.html" in shown
    assert "::error title=halfpixel mylib-shifted::7 cases changed" in shown
    schema = json_schema.schema() | {"$ref": "#/$defs/Report"}
    text = (tmp_path / "out" / "report.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["report.html", "report.json", "report.md"]
    assert json.loads((tmp_path / "out" / "report.json").read_text())["schema"] == documents.SCHEMA


def test_a_folder_that_cannot_be_written_is_told(
    document: documents.Report, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ValueError, match="the report cannot be written: "):
        write(document, tmp_path / "out")


def test_a_run_of_pytest_writes_the_same(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from halfpixel.conformance.verdicts import judge

        @pytest.mark.halfpixel("resize")
        def test_resize(call, case, dtype):
            return judge(call, case, dtype)

        def test_theirs():
            assert False
        """
    )
    arguments = ("-q", "-p", "halfpixel.pytest_plugin", "-p", "no:hypothesispytest")
    chosen = (
        "--halfpixel-frameworks",
        "mylib",
        "--halfpixel-report",
        "out",
        "-k",
        "shift or theirs",
    )
    result = pytester.runpytest_inprocess(*arguments, *chosen)
    assert "report: out/report.html" in result.outlines
    written = json.loads((pytester.path / "out" / "report.json").read_text())
    (cause,) = written["check"]["causes"]
    assert cause["words"] == "match resize linear asymmetric"
    assert all(case["evidence"] for case in written["cases"])
    assert not written["check"]["as_declared"]
    assert "1 failed without a verdict" in written["check"]["cannot_run"][0]["message"]


_OWN = """
    import numpy as np
    from halfpixel.testing import assert_same

    def brighter(x):
        return x[::2, ::2] + np.uint8(3)

    def darker(x):
        return x[::2, ::2]

    def test_same():
        assert_same(darker, darker, sizes=[(8, 10)], dtypes=["uint8"])

    def test_other():
        assert_same(darker, brighter, sizes=[(8, 10)], dtypes=["uint8"])

    def test_golden(halfpixel_golden):
        halfpixel_golden(darker, sizes=[(8, 10)])

    def test_theirs():
        assert False
"""


def test_a_report_has_the_assertions_that_failed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    arguments = ("-q", "-p", "no:hypothesispytest")
    path = pytester.makepyfile(_OWN)
    pytester.runpytest_inprocess(*arguments, "-k", "golden")
    path.write_text(
        path.read_text().replace("darker, sizes=[(8, 10)])", "brighter, sizes=[(8, 10)])")
    )
    result = pytester.runpytest_inprocess(
        *arguments, "--halfpixel-report", "out", "--junitxml", "junit.xml"
    )
    result.assert_outcomes(passed=1, failed=3)
    assert "report: out/report.html" in result.outlines
    assert "halfpixel_difference" not in (pytester.path / "junit.xml").read_text()
    document = json.loads((pytester.path / "out" / "report.json").read_text())
    other, golden = document["tests"]
    assert other["test"].endswith("::test_other")
    assert other["text"].startswith("not the same: up to 253 levels of 255 apart")
    assert other["difference"]["sizes"] == [[8, 10], [4, 5]]
    assert np.shape(other["difference"]["a"]) == (4, 5)
    assert golden["difference"]["names"] == ["golden", "now"]
    page = (pytester.path / "out" / "report.html").read_text()
    assert '<h1 class="bad">2 tests of your own functions failed</h1>' in page
    assert page.count("<canvas>") == 6
    assert (
        "2 tests of your own functions failed" in (pytester.path / "out" / "report.md").read_text()
    )


@pytest.mark.sweep
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_page_in_a_browser(document: documents.Report, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    path = write(document, tmp_path)[0]
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width in (1280, 390):
            shown = browser.new_page(viewport={"width": width, "height": 900})
            shown.on("pageerror", lambda error: errors.append(str(error)))
            shown.goto(f"{path.as_uri()}#{FIRST}")
            case = shown.locator(f'[id="{FIRST}"]')
            assert case.get_attribute("open") is not None
            case.locator("canvas").nth(1).hover()
            readout = case.locator(".readout").first.inner_text()
            assert "golden " in readout
            assert "got − golden " in readout
            shown.locator("#filter").fill("partly worked")
            assert shown.locator("#count").inner_text() == "1 shown"
            assert shown.evaluate("document.documentElement.scrollWidth") == width
        browser.close()
    assert errors == []
