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
        "3 60.0% answered",
        "0 0.0% answered in some branches, refused in others for a reason that is said",
        "1 20.0% refused for a reason that is said",
    ]
    assert "1 * or ** hides arguments" in lines
    assert "1 20.0% the framework raises" in lines
    assert lines[-1] == "0 0.0% an error of halfpixel"
    real_calls.main(["--folder", str(tmp_path), "--only-read", "--list", "raises"])
    assert "mode='nearest', align_corners=False)" in capsys.readouterr().out


def test_what_is_listed_is_extracted_and_not_what_is_no_python(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("a/b.py", CODE)
        archive.writestr("a/weights.bin", "x")
    real_calls._extract(tmp_path / "a.whl", tmp_path / "a")
    assert [path.name for path in (tmp_path / "a").rglob("*.*")] == ["b.py"]
    listed = real_calls.names()
    assert len(listed) == len(set(listed)) >= 60
