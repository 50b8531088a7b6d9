"""The run of `halfpixel check`: what each kind of change is told as, and that a crash costs its case only."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from halfpixel import cli, console
from halfpixel.checking import Check, answer, check, run
from halfpixel.checking.run import Finding
from halfpixel.checking.settings import Settings
from halfpixel.conformance.supervision import Ended
from halfpixel.frameworks import FRAMEWORKS
from tests.checking import acted

pytestmark = pytest.mark.usefixtures("mylib")

CASES = 7  # of a call


@pytest.fixture(scope="module")
def found() -> Check:
    """One run of all calls; the tests look at parts of it."""
    return check(["mylib"], fast=True, folder=Path("/"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of the user's, the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _line(found: Check, name: str) -> str:
    (line,) = [one for one in found.text().splitlines() if one.startswith(f"mylib {name}: ")]
    return line.partition(": ")[2]


# ---------------------------------------------------------------------------- causes


def test_the_calls_that_code_uses_are_those_that_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def stop(frameworks: object, calls: list[str], **known: object) -> None:
        asked.append(calls)
        raise ValueError("that is enough")

    monkeypatch.setattr("halfpixel.checking.check", stop)
    code = "import cv2 as c\nfrom torch.nn import functional\n"
    code += "y = c.resize(x, (3, 4), interpolation=c.INTER_AREA)\n"
    code += "functional.interpolate(y, scale_factor=2, mode='bicubic')\n"
    (tmp_path / "mine.py").write_text(code)
    (tmp_path / "none.py").write_text("print(1)\n")
    assert cli.main(["check", "--in", str(tmp_path)]) == 2
    (calls,) = asked
    begin = ("opencv-resize-INTER_AREA", "torch-interpolate-bicubic")
    assert all(any(one.startswith(name) for one in calls) for name in begin)
    assert all(one.startswith(begin) for one in calls)
    assert cli.main(["check", "--in", str(tmp_path / "none.py")]) == 2
    assert len(asked) == 1


def test_calls_without_their_package_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [call for call in FRAMEWORKS["opencv"].calls if call.needs]
    assert len(nodes) > 2
    monkeypatch.setattr(answer, "missing_needs", lambda call: call.needs)
    text = answer.checked([run.Unit("opencv", "", {})], [], Settings(), fast=True).text()
    assert f"{len(nodes)} calls of opencv, such as {nodes[0].id} (needs onnx)" in text
    one = nodes[0]
    monkeypatch.setattr(answer, "missing_needs", lambda call: call.needs if call is one else ())
    text = answer.checked([run.Unit("opencv", "", {})], [], Settings(), fast=True).text()
    assert f"{one.id} (needs onnx)" in text


def test_a_call_that_is_as_declared_has_no_line(found: Check) -> None:
    text = found.text()
    assert text.startswith("not as declared: 4 of 6 calls of mylib ")
    assert "mylib resize: " not in text
    assert "mylib refused: " not in text


LINES = {
    "shifted": "7 of 7 cases changed; all 7 match resize linear asymmetric",
    "partly": "7 of 7 cases changed; 5 match resize linear asymmetric, "
    "2 match no convention known to halfpixel",
    "raising": "7 of 7 cases changed; all 7 raise TypeError: no image of … rows",
    "crashing": "1 of 7 cases changed; it crashes the process (SIGABRT): mylib: assertion failed: "
    "rows > columns",
}


@pytest.mark.parametrize("name", LINES)
def test_a_call_that_changed_is_a_line_with_its_causes(found: Check, name: str) -> None:
    assert _line(found, name) == LINES[name]


def test_every_case_is_counted_once(found: Check) -> None:
    assert set(found.cases.values()) == {CASES}
    assert len(found.cases) == len(acted.CALLS)
    counts = "42 cases: 13 conform, 22 changed, 7 raise the error that their call declares"
    assert counts in found.text().splitlines()


def test_a_cause_has_one_worked_example_and_v_shows_all(found: Check) -> None:
    text = found.text()
    assert text.count("Output matches:\n    resize linear asymmetric") == 1
    assert "one of 12 cases that match resize linear asymmetric:" in text
    assert "mylib.shifted(x, (8, 8))" in text
    verbose = found.text(verbose=True)
    assert verbose.count("Output matches:\n    resize linear asymmetric") == 12
    assert "  shifted " in found.text(table=True)


def test_the_text_fits_a_terminal_of_80_columns(found: Check) -> None:
    lines = console.fitted(found.text(80), 80).splitlines()
    rows = [line for line in lines if line.startswith("    ")]  # of numbers: they stay whole
    assert max(len(line) for line in lines if line not in rows) <= 80


def test_a_framework_that_cannot_be_imported_is_a_line(project: Path) -> None:
    with acted.installed(pytest.MonkeyPatch(), acted.begin_broken):
        found = check(["mylib"], fast=True)
    assert not found.as_declared
    message = "import tests.checking.acted failed: libmylib.so.2: cannot open shared object file"
    assert found.absent[0].why == message
    assert found.absent[0].trials == CASES * len(acted.CALLS)
    assert found.text().splitlines()[1].endswith(f" cannot be run: {message}")


def test_a_run_that_is_left_ends_at_once_though_a_case_hangs() -> None:
    units_of = partial(run.units, ["mylib"], frozenset({"mylib-resize"}), fast=True)
    found = run.run(
        units_of(), lambda name: partial(acted.begin_hanging, units_of, name), jobs=1, limit=60
    )
    assert isinstance(next(found), Finding)
    begun = time.monotonic()
    found.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 30


class _Supervisor:
    """One under which every job is lost."""

    def each(self, jobs: Sequence[str]) -> Iterator[Ended[Finding]]:
        for name in jobs:
            yield Ended(name, lost="crashed the process (SIGSEGV)")


def test_of_a_call_that_crashes_again_and_again_the_other_cases_are_left_out() -> None:
    (unit,) = run.units(["mylib"], frozenset({"mylib-resize"}), fast=True)
    found = list(run._findings(_Supervisor(), unit))  # type: ignore[arg-type]
    reasons = [one.outcome.reason for one in found]
    assert reasons[:3] == ["crashed the process (SIGSEGV)"] * 3
    left_out = "left out, as 3 cases of the call crashed the process (SIGSEGV)"
    assert reasons[3:] == [left_out] * (CASES - 3)


# ---------------------------------------------------------------------------- which calls


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--framework", "mylib", "--call", "mylib-resiz"], "did you mean mylib-resize?"),
        (["--framework", "mylib", "--call", "cv2.resize(x, (w, h))"], "mylib has no call that is"),
        (["--call", "cv2.resize(x, (w, h), interpolation=9)"], "interpolation"),
        (["--framework", "mylib", "--require", "opencv"], ""),
        (["--framework", "jaxx"], "unknown framework 'jaxx'"),
        (["--timeout", "0"], "'0' is no positive integer"),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_framework_that_is_not_installed_is_an_error(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("halfpixel.checking.version", lambda name: None)
    for option in ("--framework", "--require"):
        assert cli.main(["check", option, "torch"]) == 2
        assert "torch is not installed: pip install torch" in capsys.readouterr().err
    assert cli.main(["check"]) == 2
    assert "no framework is installed: pip install one of torch, " in capsys.readouterr().err


# ---------------------------------------------------------------------------- expected differences

ACCEPTED = """
calls = ["mylib-shifted", "mylib.resize"]

[[accepted]]
call = "mylib-shifted"
follows = "linear asymmetric"
reason = "mylib shifts, and our model was trained so"

[[accepted]]
call = "mylib-resize"
reason = "nothing"
"""


def test_a_change_that_the_project_expects_is_told_and_does_not_fail(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "halfpixel.toml").write_text(ACCEPTED)
    path = project / "halfpixel.toml"
    monkeypatch.setattr(run, "DEFAULT", ("resize",))  # whole, and short
    assert cli.main(["check", "--framework", "mylib"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("as declared: 1 call of mylib")
    assert "7 changed as expected" in out
    assert f"expected: 7 cases: mylib shifts, and our model was trained so ({path}: " in out
    assert f"warning: stale: no case changed as {path}: accepted[1] expects" in out


def test_another_change_than_the_one_that_is_expected_fails(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ACCEPTED.replace("linear asymmetric", "cubic half_pixel cubic_coeff_a=-0.75")
    (project / "halfpixel.toml").write_text(other)
    assert cli.main(["check", "--framework", "mylib", "--fast"]) == 1
    out = capsys.readouterr().out
    assert "mylib shifted: 7 of 7 cases changed" in out
    assert "stale" not in out  # a fast run does not say


def test_json(found: Check) -> None:
    document = found.json()
    assert json.loads(json.dumps(document)) == document
    assert not document["as_declared"]
    (mylib,) = document["frameworks"]
    assert (mylib["conform"], mylib["changed"], mylib["unsupported"]) == (13, 22, 7)
    cause = document["causes"][0]
    assert cause["words"] == "match resize linear asymmetric"
    assert [one["call"]["id"] for one in cause["calls"]] == ["mylib-shifted", "mylib-partly"]
    assert sum(one["cases"] for one in document["causes"]) == mylib["changed"]
