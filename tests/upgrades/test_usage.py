"""What a program uses, by its code; what is told of it first, and what was not read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from halfpixel import cli, documents, upgrade
from halfpixel.frameworks import FRAMEWORKS
from halfpixel.report.upgrade_page import page
from halfpixel.upgrades import usage

from ..doors.test_json import hold

CODE = """\
import cv2
import numpy as np
import torch.nn.functional as TF
from torch.nn import ConvTranspose2d as Up

def f(img, x, flag, w, h):
    a = cv2.resize(img, (w, h), interpolation=cv2.INTER_NEAREST_EXACT)
    b = cv2.resize(img, (w, h), interpolation=flag)
    c = TF.interpolate(x, scale_factor=2, mode="bicubic", align_corners=False)
    img.resize((3, 4)); np.resize(img, 3)
    return Up(4, 4, 3, stride=2)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # two calls are enough, one that changes and one that does not
    every = FRAMEWORKS["opencv"]
    names = ("resize-INTER_NEAREST_EXACT", "resize-INTER_LINEAR")
    few = tuple(call for call in every.calls if call.name in names)
    monkeypatch.setitem(FRAMEWORKS, "opencv", replace(every, calls=few))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def test_calls_are_read_by_what_is_imported(project: Path) -> None:
    found = usage.read([project / "src"])
    read = {use.where: use.calls for use in found.uses}
    assert read["src/a.py:7"] == ("opencv-resize-INTER_NEAREST_EXACT",)
    assert read["src/a.py:9"] == ("torch-interpolate-bicubic-scale_factor",)
    assert any(call.startswith("torch-conv_transpose") for call in read["src/a.py:11"])
    assert len(read) == 3  # neither Pillow's resize nor NumPy's
    (unread,) = found.unread
    assert unread.where == "src/a.py:8"
    assert "interpolation=flag is not written out" in unread.why


FLAGS = """\
import cv2 as c
import tensorflow as tff
from cv2 import INTER_LINEAR, resize
c.resize(x, (3, 4), interpolation=c.INTER_LINEAR)
resize(x, dsize=(3, 4), interpolation=INTER_LINEAR)
tff.image.resize(x, (3, 4), method=tff.image.ResizeMethod.BILINEAR)
"""


def test_flags_are_read_by_what_is_imported(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FLAGS)
    found = usage.read([tmp_path])
    assert found.unread == ()
    assert [use.calls for use in found.uses] == [
        ("opencv-resize-INTER_LINEAR",),
        ("opencv-resize-INTER_LINEAR",),
        ("tensorflow-image.resize-bilinear",),
    ]


def test_what_is_used_comes_first_with_file_and_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "upgrade opencv==4.7.0 opencv==4.8.1 --in src"
    assert cli.main(line.split()) == 1
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == (
        "1 of 1 call that you use gives another result; 1 not read; 2 of frameworks that were not compared"
    )
    assert lines[1].startswith("src/a.py:7: cv2.resize(img, (w, h)")
    assert any(text.startswith("  src/a.py:8: cv2.resize") for text in lines)


def test_nothing_that_is_used_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["upgrade", "opencv==4.8.1", "opencv==4.10.0", "--in", "src"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("nothing that you use changes: 1 call compared; 1 not read")


def test_the_settings_of_a_project_name_calls(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "halfpixel.toml").write_text('calls = ["opencv-resize-INTER_LINEAR"]\n', "utf-8")
    line = ["upgrade", "opencv==4.7.0", "opencv==4.8.1"]
    assert cli.main(line) == 0
    assert capsys.readouterr().out.startswith("nothing that you use gives another result: 1 call")
    assert cli.main([*line, "--all"]) == 1


def test_a_file_that_is_no_python_is_listed(project: Path) -> None:
    (project / "src" / "b.py").write_text("def f(:\n", encoding="utf-8")
    found = usage.read([project / "src"])
    assert [one.where for one in found.unread if not one.text] == ["src/b.py"]


def test_what_is_not_there_is_said(project: Path) -> None:
    with pytest.raises(ValueError, match="no such file or folder"):
        usage.read([project / "absent"])
    (project / "empty").mkdir()
    with pytest.raises(ValueError, match="no files of Python"):
        usage.read([project / "empty"])


def test_json_and_page_have_what_is_used(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = upgrade("opencv==4.7.0", "opencv==4.8.1", code=["src"])
    document = answer.json()
    hold(document, documents.Upgrade)
    assert document["usage"] is not None
    assert [use["changes"] for use in document["usage"]["uses"]] == [True, False, False]
    assert "src/a.py:7" in answer.markdown()
    text = page(answer)
    assert "src/a.py:7: cv2.resize(img" in text
    assert "light-dark(" in text
    assert 'name="viewport"' in text
    # one file: it reads nothing else
    assert "<script" not in text
    assert "<link" not in text
    line = "upgrade opencv==4.7.0 opencv==4.8.1 --in src --html page.html"
    assert cli.main(line.split()) == 1
    assert (project / "page.html").read_text("utf-8") == text
    assert cli.main([*line.split()[:-1], "absent/page.html"]) == 2
