"""Calls at a line of a file are answered as they are read there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halfpixel import cli, convert
from halfpixel.conversion.file_calls import convert_in_file, location_of
from halfpixel.conversion.parse import Unreadable

CODE = """\
import cv2
import torch.nn.functional as nnf

class Up:
    def __init__(self, mode="nearest"):
        self.mode = mode

    def forward(self, x):
        return nnf.interpolate(
            x, scale_factor=2,
            mode=self.mode)

two = cv2.resize(a, (32, 32)), cv2.resize(b, (64, 64), interpolation=how())
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(CODE, encoding="utf-8")
    return "model.py"


def lines(text: str) -> list[int]:
    """The lines at which the calls that a text names begin."""
    location = location_of(text)
    assert location is not None
    return [one.line for one in convert_in_file(location, None).calls]


def test_a_line_names_its_calls(file: str) -> None:
    assert lines(file) == [9, 13, 13]
    assert lines(f"{file}:9") == lines(f"{file}:11") == [9]
    assert lines(f"{file}:13") == [13, 13]
    assert lines(f"{file}:13:7") == lines(f"{file}:13:32") == [13]


def test_a_call_of_a_file_is_answered_as_its_text(file: str) -> None:
    location = location_of(f"{file}:10")
    assert location is not None
    (call,) = convert_in_file(location, "opencv").calls
    same = convert("F.interpolate(x, scale_factor=2, mode='nearest')", "opencv")
    assert call.answer is not None
    assert not isinstance(call.answer, Unreadable)
    assert call.answer.code == same.code
    assert [str(one) for one in call.defaults] == ["mode='nearest'"]


def test_every_call_of_a_line_is_answered_or_says_why_not(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["convert", f"{file}:13", "--to", "torch"]
    assert cli.main(command) == cli.NO  # one of them has no code
    shown = capsys.readouterr().out
    assert shown.count("model.py:13: ") == 2
    assert "not answered: " in shown
    assert cli.main([*command, "--format", "json"]) == cli.NO
    both = json.loads(capsys.readouterr().out)["calls"]
    assert [bool(one["error"]) for one in both] == [False, True]


def test_a_default_that_was_taken_is_told(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["convert", f"{file}:9", "--to", "tf"]) == cli.YES
    assert "with mode='nearest', the default of `Up`" in capsys.readouterr().out


def test_a_flag_that_is_a_name_is_answered_for_each_of_its_values(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "import torch.nn.functional as F\ndef up(x, mode): return F.interpolate(x, (8, 9), mode=mode)"
    Path("named.py").write_text(code, encoding="utf-8")
    assert cli.main(["convert", "named.py:2", "--to", "opencv"]) == cli.YES
    shown = capsys.readouterr().out
    for mode in ("nearest", "nearest-exact", "bilinear", "bicubic", "area"):
        assert f"mode == '{mode}'" in shown
    assert "Lanczos mode requires antialias" in shown
    assert "otherwise:\n\nit raises: F.interpolate raises for mode=mode" in shown


WRONG = {
    "model.py:4": "the nearest lines that have one are 9 (interpolate), 13 (resize)",
    "model.py:0": "'0' is no line",
    "model.py:x": "'x' is no line",
    "absent.py:3": "No such file",
    "empty.py": "empty.py has no call that resizes",
    "broken.py:1": "(line 1)",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_names_no_call_says_what_does(
    text: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.py").touch()
    Path("broken.py").write_text("def f(", encoding="utf-8")
    assert cli.main(["convert", text, "--to", "torch"]) == cli.WRONG_USE
    assert WRONG[text] in capsys.readouterr().err


@pytest.mark.parametrize("text", ["cv2.resize(x, (3, 3))", "x.py(3)", "model"])
def test_a_call_is_no_file(text: str) -> None:
    assert location_of(text) is None
