"""The count of calls in published packages, on a package of a few lines."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from bench import real_calls

CODE = """\
import cv2
import torch.nn.functional as F
F.interpolate(x, s)
F.interpolate(x, s)
F.interpolate(x, s, mode=mode)
F.interpolate(x, s, mode=other)
F.interpolate(x, s, mode="nearest", align_corners=False)
cv2.resize(x, **k)
"""


def test_distinct_calls_are_counted_by_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.py").write_text(CODE)
    (tmp_path / "mine" / "b.py").write_text("def f(:")
    real_calls.main(["--folder", str(tmp_path)])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[:5] == [
        "1 packages with calls, 6 calls",
        "5 distinct calls",
        "1 20.0% read",
        "1 20.0% the framework raises",
        "3 60.0% not read",
    ]
    assert "2 F.interpolate: mode is known only when the code runs" in lines
    assert "1 * or ** hides arguments" in lines


def test_what_is_listed_is_extracted_and_not_what_is_no_python(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("a/b.py", CODE)
        archive.writestr("a/weights.bin", "x")
    real_calls._extract(tmp_path / "a.whl", tmp_path / "a")
    assert [path.name for path in (tmp_path / "a").rglob("*.*")] == ["b.py"]
    listed = real_calls.names()
    assert len(listed) == len(set(listed)) >= 60
