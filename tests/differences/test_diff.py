"""What moved between two runs: reports, goldens, git revisions, and what is none of these."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halfpixel import Resize, cli, documents
from halfpixel.checking import Check, check
from halfpixel.checking.report import report
from halfpixel.conformance import cases, goldens
from halfpixel.differences import HARMLESS, HEADINGS, Diff, diff, runs
from halfpixel.report.diff_page import page
from halfpixel.report.terminal import Outcome
from halfpixel.testing.golden import Golden

pytestmark = pytest.mark.usefixtures("mylib")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
Change = Callable[[Outcome], Outcome]


# ---------------------------------------------------------------------------- two reports


@pytest.fixture(scope="module")
def found() -> Check:
    return check(["mylib"], calls=["mylib-resize", "mylib-shifted"], fast=True, folder=Path("/"))


def _changed(found: Check, change: Change, call: str = "resize") -> documents.Report:
    """The report of a run in which the cases of a call came to something else."""
    ran = tuple(change(one) if one.name == call else one for one in found.ran)
    return report(replace(found, ran=ran))


def _between(old: documents.Report, new: documents.Report) -> Diff:
    return runs.compared(old, new, ("old", "new"))


def _digest(dtype: str) -> Change:
    return lambda one: replace(one, returned=f"{dtype} 0123456789ab")


ASYMMETRIC = "resize linear asymmetric"
CHANGES: dict[str, Change] = {
    "rounding": _digest("float32"),
    "dtype": _digest("float64"),
    "meaning": lambda one: replace(_digest("float32")(one), follows=ASYMMETRIC),
    "raises": lambda one: replace(one, kind="unsupported", returned=""),
    "changed": lambda one: replace(one, kind="changed", returned="float32 0123456789ab"),
}
BACK = {"raises": "returns", "changed": "declared"}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_way_in_which_a_case_moves_is_told(found: Check, kind: str) -> None:
    before, now = report(found), _changed(found, CHANGES[kind])
    there = _between(before, now)
    assert {(one.kind, one.of, len(one.cases)) for one in there.moved} == {
        (kind, "mylib-resize", 7)
    }
    assert there.same == (kind in HARMLESS)
    (back,) = _between(now, before).moved
    assert back.kind == BACK.get(kind, kind)
    assert f"\n{HEADINGS[there.moved[0].kind]}:" in there.text()
    assert "7 of 14 cases" in there.text() or there.same


def test_two_equal_runs_are_the_same(found: Check) -> None:
    same = _between(report(found), report(found))
    assert same.moved == ()
    assert same.text() == "the same: 2 calls, 14 cases\nold to new; mylib 2.4.6"


def test_a_call_that_changes_in_another_way_is_told(found: Check) -> None:
    def without(one: documents.Report) -> documents.Report:
        for case in one["cases"]:
            case["matches"] = ["resize nearest asymmetric floor"]
        return one

    (moved,) = _between(report(found), without(report(found))).moved
    assert (moved.kind, moved.before, moved.after) == (
        "otherwise",
        "matches resize linear asymmetric",
        "matches resize nearest asymmetric floor",
    )


def test_the_values_are_those_of_both_runs(found: Check) -> None:
    """Of a case that changed what was returned, of the other what is declared for its release."""
    whole = report(found)
    right = _changed(found, lambda one: replace(one, kind="conforms"), "shifted")
    right["cases"] = []
    (moved,) = _between(right, whole).moved
    assert moved.kind == "changed"
    assert (moved.before, moved.after) == (
        "resize linear half_pixel",
        "matches resize linear asymmetric",
    )
    values = moved.values
    assert values is not None
    half, shifted = (
        Resize(mode="linear", coordinate_transformation_mode=grid)
        for grid in ("half_pixel", "asymmetric")
    )
    assert values.case == "float32 2x2-8x8-worked_example"
    x = np.array([[-1.0, 1.0], [1.0, 5.0]])[None, None]
    np.testing.assert_array_equal(values.before, half.apply(x, (8, 8))[0, 0])
    np.testing.assert_array_equal(values.after, shifted.apply(x, (8, 8))[0, 0])
    assert values.largest == pytest.approx(2.71875)
    assert "up to 2.72 apart; row 4" in "\n".join(values.lines())


def test_other_conventions_of_two_releases_are_told_though_each_run_is_as_declared(
    found: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report holds each release to what is known of it: only the difference of two shows the upgrade."""
    before = report(found)
    now = _changed(found, CHANGES["meaning"])
    assert before["check"]["as_declared"] == now["check"]["as_declared"]
    (moved,) = _between(before, now).moved
    assert (moved.before, moved.after) == ("resize linear half_pixel", ASYMMETRIC)


def test_what_only_one_run_has_is_a_note(found: Check) -> None:
    one = report(found)
    other = _changed(found, lambda outcome: replace(outcome, case=f"{outcome.case}-more"))
    answer = _between(one, other)
    assert answer.same
    assert answer.notes == (
        "ran only before, not compared: 7 cases of mylib-resize",
        "ran only now, not compared: 7 cases of mylib-resize",
    )
    none: documents.Report = {**one, "ran": []}
    with pytest.raises(
        ValueError, match="there is nothing to compare: old and new ran other cases"
    ):
        _between(one, none)


# ---------------------------------------------------------------------------- goldens


def _stored(folder: Path, function: Callable[[Any], Any], name: str = "ours") -> None:
    folder.mkdir(exist_ok=True)
    Golden(folder, f"test_{name}.test_it", f"test_{name}.py::test_it", update=True)(function)


def _halved(x: Any) -> Any:
    return x[::2, ::2]


def _averaged(x: Any) -> Any:
    wide = x.astype(np.float32)
    return np.rint((wide[::2, ::2] + wide[1::2, 1::2]) / 2).astype(x.dtype)


def test_a_users_goldens_are_compared_by_image(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for name in ("ours", "same"):
        _stored(old, _halved, name)
        _stored(new, _averaged if name == "ours" else _halved, name)
    _stored(old, _halved, "gone")
    _stored(new, _halved, "added")
    answer = diff(str(old), str(new))
    assert {(one.kind, one.of) for one in answer.moved} == {
        ("values", "test_ours.test_it.json"),
        ("gone", "test_gone.test_it.json"),
        ("new", "test_added.test_it.json"),
    }
    assert answer.headline == "not the same: 2 of 3 goldens"
    values = next(one.values for one in answer.moved if one.kind == "values")
    assert values is not None
    stored = [
        np.array(
            json.loads((one / "test_ours.test_it.json").read_text())["images"][0]["values"], int
        )
        for one in (old, new)
    ]
    assert values.largest == abs(stored[1] - stored[0]).max()
    assert "levels of 255 apart" in values.distance()
    assert diff(str(old), str(old)).headline == "the same: 3 goldens"


def test_halfpixels_own_goldens_are_compared(tmp_path: Path) -> None:
    path = "resize/linear-half_pixel/2x2-8x8-worked_example.json"
    for folder, mode in (("old", "half_pixel"), ("new", "asymmetric")):
        case = goldens.read(goldens.root() / path)
        convention = Resize(mode="linear", coordinate_transformation_mode=mode)  # type: ignore[arg-type]
        text = goldens.formatted(cases.Case(**{**vars(case), "convention": convention}))
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "case.json").write_text(text)
    (tmp_path / "old" / "other.json").write_text('{"not": "a golden"}')
    answer = diff(str(tmp_path / "old"), str(tmp_path / "new"))
    (moved,) = answer.moved
    assert (moved.kind, moved.before, moved.after) == (
        "values",
        "resize linear half_pixel",
        "resize linear asymmetric",
    )
    assert moved.values is not None
    assert moved.values.largest == 2.71875


def test_two_revisions_and_what_is_not_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=one", "-c", "user.email=one@example.org")
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    for function in (_halved, _averaged):
        _stored(tmp_path / "golden", function)
        git("add", "golden")
        git("commit", "--quiet", "-m", "goldens")
    answer = diff("HEAD~1", "HEAD")
    assert [(one.kind, one.of) for one in answer.moved] == [
        ("values", "golden/test_ours.test_it.json")
    ]
    _stored(tmp_path / "golden", _halved)
    assert not diff("HEAD:golden", "golden").same
    assert diff("HEAD~1:golden", "golden").same
    one = "golden/test_ours.test_it.json"
    assert diff(f"HEAD~1:{one}", one).same
    assert not diff(f"HEAD:{one}", f"HEAD~1:{one}").same
    with pytest.raises(ValueError, match="--all is no file, no folder, and no git revision here"):
        diff("--all", "HEAD")


# ---------------------------------------------------------------------------- the command


def _write(path: Path, document: documents.Report) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_the_command_ends_with_0_1_or_2(
    found: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = _write(tmp_path / "old" / "report.json", report(found))
    new = _write(tmp_path / "new" / "report.json", _changed(found, CHANGES["meaning"]))
    assert cli.main(["diff", old, str(tmp_path / "old")]) == 0
    html = tmp_path / "moved.html"
    assert cli.main(["diff", old, str(tmp_path / "new"), "--html", str(html)]) == 1
    assert "not the same: 1 of 2 calls, 7 of 14 cases" in capsys.readouterr().out
    assert "resize linear asymmetric" in html.read_text(encoding="utf-8")
    assert cli.main(["diff", old, new, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["moved"][0]["what"] == HEADINGS["meaning"]
    assert cli.main(["diff", old, str(tmp_path / "nothing")]) == 2


WRONG = {
    "": "is no JSON",
    '{"check": {}, "cases": []}': "does not have every case: write it again with this halfpixel",
    '{"check": {}, "cases": [], "ran": 3}': "is damaged: ",
    '{"check": {}, "cases": [], "ran": [{"cases": {"a": "b"}}]}': "is damaged: ",
    "[]": "is a report, and {} is none",
    '{"schema": 1, "test": "x"}': "is a report, and {} is none",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_compared_is_told_in_a_line(
    text: str, found: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = _write(tmp_path / "good.json", report(found))
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    assert cli.main(["diff", good, str(bad)]) == 2
    err = capsys.readouterr().err
    assert WRONG[text].format(bad) in err
    assert err.count("\n") == 1


def test_a_folder_without_goldens_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no golden and no report"):
        diff(str(tmp_path), str(tmp_path))


# ---------------------------------------------------------------------------- the page


@pytest.fixture
def moved(found: Check) -> documents.Diff:
    right = _changed(found, lambda one: replace(one, kind="conforms"), "shifted")
    right["cases"] = []
    return _between(right, report(found)).json()


def test_the_page_has_a_table_and_heat_maps(moved: documents.Diff) -> None:
    text = page(moved)
    assert '<h1 class="bad">Not the same: 1 of 2 calls, 7 of 14 cases</h1>' in text
    assert text.count("<canvas>") == 3
    assert "now − before" in text
    assert 'href="#moved-1"' in text
    assert "https:" not in text
    evil = "<script>alert(1)</script>"
    assert evil not in page({**moved, "old": evil, "notes": [evil]})


@pytest.mark.sweep
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_page_in_a_browser(moved: documents.Diff, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "moved.html"
    path.write_text(page(moved), encoding="utf-8")
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width in (1280, 390):
            shown = browser.new_page(viewport={"width": width, "height": 900})
            shown.on("pageerror", lambda error: errors.append(str(error)))
            shown.goto(path.as_uri())
            shown.locator("canvas").nth(2).hover()
            assert "now − before " in shown.locator(".readout").first.inner_text()
            assert shown.evaluate("document.documentElement.scrollWidth") == width
        browser.close()
    assert errors == []
