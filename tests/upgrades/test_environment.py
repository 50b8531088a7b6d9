"""Which releases stand beside each other: as text, in files of requirements, and installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from halfpixel.upgrades import environment
from halfpixel.upgrades.environment import pair, read

TEXTS = {
    "opencv==4.10.0": {"opencv": "4.10.0"},
    "cv2==4.10.0.84": {"opencv": "4.10.0"},
    "opencv-python-headless==4.10.0.84": {"opencv": "4.10.0"},
    "pytorch==2.2.2+cu121": {"torch": "2.2.2"},
    "tensorflow==2.16.2,keras==3.3.3": {"tensorflow": "2.16.2", "keras": "3.3.3"},
    "tensorflow-cpu == 2.16.2 , keras == 3.3.3": {"tensorflow": "2.16.2", "keras": "3.3.3"},
}


@pytest.mark.parametrize("text", TEXTS)
def test_releases_as_text(text: str) -> None:
    assert read(text).releases == TEXTS[text]


FILES = {
    "requirements.txt": """\
# what the model needs
numpy
torch==2.2.2 ; python_version > "3"
torch==1.0 ; python_version < "3"
opencv_python==4.10.0.84 \\
    --hash=sha256:abc
-r more.txt
""",
    "uv.lock": '[[package]]\nname = "torch"\nversion = "2.2.2"\n\n'
    '[[package]]\nname = "opencv-python"\nversion = "4.10.0.84"\n\n'
    '[[package]]\nname = "keras"\nversion = "3.3.3"\n',
    "Pipfile.lock": '{"default": {"torch": {"version": "==2.2.2"}, '
    '"opencv-python": {"version": "==4.10.0.84"}, "keras": {"version": "==3.3.3"}}}',
    "pyproject.toml": '[project]\ndependencies = ["torch==2.2.2", "opencv-python==4.10.0.84", '
    '"keras==3.3.3", "numpy>=1"]\n',
}


@pytest.mark.parametrize("name", FILES)
def test_releases_in_files(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    (tmp_path / "more.txt").write_text("Keras==3.3.3\n", encoding="utf-8")
    found = read(str(tmp_path / name)).releases
    assert found == {"torch": "2.2.2", "opencv": "4.10.0", "keras": "3.3.3"}


def test_constraints_pin_what_requirements_leave_open(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("torch>=2\n-c constraints.txt\n", encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("torch==2.9.1\n", encoding="utf-8")
    assert read(str(path)).releases == {"torch": "2.9.1"}


WRONG = {
    "opencv": "names no release: write opencv==RELEASE",
    "opencv>=4": "names no release",
    "opencvv==4.10": "did you mean opencv",
    "numpy==2.0": "unknown framework 'numpy'",
    "opencv==banana": "is no release",
    "opencv==4.10.0,opencv-python==4.12.0": "opencv is 4.10.0 and 4.12.0",
    "absent.txt": "no such file",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=WRONG[text]):
        read(text)


WRONG_FILES = {
    "torch>=2\n": r"requirements.txt:1: torch is not pinned to one release",
    "numpy==2.0\n": "names no release of a framework",
    "-r requirements.txt\n": "includes itself",
    "-r absent.txt\n": "No such file",
}


@pytest.mark.parametrize("text", WRONG_FILES)
def test_what_cannot_be_read_in_a_file_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=WRONG_FILES[text]):
        read(str(path))


def test_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"torch": "2.9.1+cpu", "opencv": "4.10.0.84"}
    monkeypatch.setattr(environment, "version", there.get)
    assert read("installed").releases == {"torch": "2.9.1", "opencv": "4.10.0"}
    monkeypatch.setattr(environment, "version", lambda name: None)
    with pytest.raises(ValueError, match="no framework is installed"):
        read("installed")


def test_packages_that_stand_twice_are_pairs() -> None:
    old, new = pair(["opencv==4.10", "torch==2.2", "torch==2.13", "opencv==5.0"])
    assert old.releases == {"opencv": "4.10", "torch": "2.2"}
    assert new.releases == {"opencv": "5.0", "torch": "2.13"}
    with pytest.raises(ValueError, match="give two releases of torch"):
        pair(["opencv==4.10", "opencv==5.0", "torch==2.2"])
