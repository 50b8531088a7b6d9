"""What ``halfpixel upgrade`` prints, and its exit status."""

from __future__ import annotations

import json

import pytest

from halfpixel import cli, documents, upgrade
from halfpixel.frameworks import FRAMEWORKS, Release
from halfpixel.upgrades import answer
from halfpixel.upgrades.answer import Compared
from halfpixel.upgrades.changes import Change, Kind
from halfpixel.upgrades.outcomes import NOT_TAKEN

from ..doors.test_json import hold


def run(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = cli.main(["upgrade", *line.split()])
    out, err = capsys.readouterr()
    return status, out, err


def test_a_change_of_meaning_is_exit_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    status, out, _ = run("keras==3.12 keras==3.15.1", capsys)
    assert status == 1
    assert "give another result" in out.splitlines()[0]
    assert "SAME crops the odd pixel" in out
    assert "since    3.13, changed again in 3.15" in out
    prose = [line for line in out.splitlines() if "(" not in line]
    assert max(map(len, prose)) <= 80


def test_no_change_of_meaning_is_exit_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run("torch==2.6 torch==2.9", capsys)
    assert (status, out.splitlines()[0].partition(",")[0]) == (0, "nothing changes")


@pytest.mark.parametrize("kind", ["refuses", "removed"])
def test_an_error_instead_of_a_result_is_exit_status_1(
    kind: Kind, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nearest = FRAMEWORKS["torch"].calls[0]
    lost = Change(kind, nearest, "F.interpolate(x)", "", "raises: no", (), lambda call: None)
    one_call = Compared("torch", Release("2.6"), Release("2.9"), 90, (lost,))
    monkeypatch.setattr(answer, "_compared", lambda *asked: one_call)
    status, out, _ = run("torch==2.6 torch==2.9", capsys)
    assert (status, out.splitlines()[0]) == (1, "1 of 90 calls raises now or is gone")


def test_new_calls_alone_are_exit_status_0(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nearest = FRAMEWORKS["torch"].calls[0]
    new = Change("appeared", nearest, "F.interpolate(x)", "", "nearest", (), lambda call: None)
    one_call = Compared("torch", Release("2.6"), Release("2.9"), 90, (new,))
    monkeypatch.setattr(answer, "_compared", lambda *asked: one_call)
    status, out, _ = run("torch==2.6 torch==2.9", capsys)
    assert status == 0
    assert "no call gives another result" in out.splitlines()[0]


def test_the_same_release_twice(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run("opencv==5.0.0 opencv==5.0.0.93", capsys)
    assert (status, out.splitlines()[0]) == (0, "nothing changes: both are opencv==5.0.0")


def test_a_downgrade_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run("keras==3.15 keras==3.12", capsys)
    assert "note: keras goes back, from 3.15 to 3.12" in out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("opencv==4.10.0 torch==2.2", "no framework in common"),
        ("opencv==4.10.0", "give two releases of opencv"),
        ("opencv==4.10.0 paddle==1", "unknown framework 'paddle'"),
        ("opencv==x opencv==5.0.0", "is no release"),
        ("opencv==4.10.0 opencv==9.1", "unknown release opencv==9.1: known are 3.4.3 to 5.0.0"),
        ("opencv==2.4.13 opencv==5.0.0", "unknown release opencv==2.4.13"),
    ],
)
def test_wrong_use_is_exit_status_2(
    line: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(line, capsys)
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_what_was_not_compared_is_said() -> None:
    found = upgrade("opencv==4.10.0,torch==2.2", "opencv==4.10.0")
    assert found.notes == ("torch is in the old environment only, and was not compared",)


def test_json_has_every_change(capsys: pytest.CaptureFixture[str]) -> None:
    found = upgrade("keras==3.12", "keras==3.15")
    document = found.json()
    hold(document, documents.Upgrade)
    assert len(document["frameworks"][0]["changes"]) == len(found.changes)
    status, out, _ = run("keras==3.12 keras==3.15 --format json", capsys)
    assert (status, json.loads(out)) == (1, document)


def test_markdown_has_the_same_changes(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run("keras==3.12 keras==3.15 --markdown", capsys)
    assert out.startswith("# keras==3.12 to keras==3.15\n")
    assert "### Fixed defects" in out
    assert "```text" in out


def test_a_dtype_that_is_not_predicted_is_no_refusal() -> None:
    found = upgrade("opencv==4.12.0", "opencv==4.13.0")
    (opencv,) = found.frameworks
    assert not [one for one in opencv.changes if NOT_TAKEN in (one.old, one.new)]
    assert [
        note for note in found.notes if note.startswith("float64 of OpenCV 4.13.0, warpAffine-")
    ]
