"""Expected differences: the files that say them, and what is told of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from halfpixel.checking import settings
from halfpixel.checking.selection import calls_of

GOOD = """
calls = ["cv2.resize(interpolation=cv2.INTER_AREA)"]
functions = ["train.py:preprocess"]

[[accepted]]
call = "F.interpolate(x, size=(h, w), mode='bilinear')"
follows = "linear asymmetric"
cases = "2x2-*"
dtypes = ["float32"]
releases = ">=2"
reason = "we know"
"""


def _shared(text: str) -> str:
    return "[project]\nname = 'mine'\n[tool.halfpixel]\n" + text.replace(
        "[[accepted]]", "[[tool.halfpixel.accepted]]"
    )


@pytest.mark.parametrize("name", ["halfpixel.toml", "pyproject.toml"])
def test_both_files_say_the_same(name: str, tmp_path: Path) -> None:
    text = GOOD if name == settings.FILE else _shared(GOOD)
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)
    found = settings.read(tmp_path / "a" / "b")
    assert found.path == tmp_path / name
    assert found.folder == tmp_path
    assert found.calls == ("cv2.resize(interpolation=cv2.INTER_AREA)",)
    assert found.functions == ("train.py:preprocess",)
    (entry,) = found.accepted
    assert entry.calls == {"torch-interpolate-bilinear"}
    call = "torch-interpolate-bilinear"
    assert entry.is_about(call, "float32", "2x2-8x8-worked_example", "2.13.0")
    assert not entry.is_about(call, "float64", "2x2-8x8-worked_example", "2.13.0")
    assert not entry.is_about(call, "float32", "5x5-5x8-impulses", "2.13.0")
    assert not entry.is_about(call, "float32", "2x2-8x8-worked_example", "1.13.0")
    assert not entry.is_about("torch-interpolate-area", "float32", "2x2-8x8-worked_example", "2.1")
    assert entry.expects(["resize linear asymmetric"])
    assert entry.expects(["resize linear asymmetric with asymmetric_float32"])
    assert not entry.expects(["resize linear asymmetric zeros"])
    assert not entry.expects([])


def test_without_a_file_there_are_no_settings(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    assert settings.read(tmp_path) == settings.Settings()


def test_the_search_ends_at_the_root_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "halfpixel.toml").write_text(GOOD)
    inner = tmp_path / "repo" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    assert settings.read(inner).path is None


WRONG = {
    "accepted = 3": "accepted: is no list of tables: write [[accepted]]",
    "[[accepted]]\nreason = 'x'": "accepted[0].call: is missing",
    "[[accepted]]\ncall = 'cv2.resize'": "accepted[0].reason: is missing",
    "[[accepted]]\ncall = 'cv2.resize'\nreason = ' '": "accepted[0].reason: is missing",
    "[[accepted]]\ncall = 'cv2.resiz'\nreason = 'x'": (
        "accepted[0].call: no call is named 'cv2.resiz'; did you mean cv2.resize?"
    ),
    "[[accepted]]\ncall = 'cv2.resize'\nreason = 'x'\nreleases = '5'": (
        "accepted[0].releases: '5' is no range of releases: write it like '>=4.8, <5' (PEP 440)"
    ),
    "[[accepted]]\ncall = 'cv2.resize'\nreason = 'x'\ndtypes = ['float']": (
        "accepted[0].dtypes: 'float' is no dtype of cv2.resize (choose from float16, "
    ),
    "[[accepted]]\ncall = 'cv2.resize'\nreason = 'x'\nfollow = 'x'": (
        "accepted[0].follow: unknown key; did you mean follows?"
    ),
    "[[accepted]]\ncall = 3\nreason = 'x'": "accepted[0].call: is no string: 3",
    "[[accepted]]\ncall = 'cv2.resize'\nreason = 'x'\nfollows = 'linear halfpixel'": (
        "accepted[0].follows: 'halfpixel' is no word of a convention and no call; did you mean "
    ),
    "accepted = ['x']": "accepted[0]: is no table",
    "calls = 'cv2.resize'": "calls: is no list of strings: 'cv2.resize'",
    "calls = ['cv2.resize', 3]": "calls: is no list of strings: ",
    "calls = ['cv2.resize', 'F.interpolat(x, (h, w))']": "calls[1]: F.interpolat is no call",
    "calls = ['cv2.resize(']": "calls[0]: ",
    "functions = [3]": "functions: is no list of strings: [3]",
    "call = []": "call: unknown key; did you mean calls?",
}


@pytest.mark.parametrize("name", ["halfpixel.toml", "pyproject.toml"])
@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_entry_is_told_with_its_file_and_key(text: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text if name == settings.FILE else _shared(text), encoding="utf-8")
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is what counts
        settings.read(tmp_path)
    top = "" if name == settings.FILE else "tool.halfpixel."
    words = WRONG[text].replace("[[accepted]]", f"[[{top}accepted]]")
    assert str(error.value).startswith(f"{path}: {top}{words}")
    assert "\n" not in str(error.value)


FILES = {
    b"a = [": "is no TOML: ",
    b"a = 1\na = 2": "is no TOML: ",
    b"a = '\xff'": "is not UTF-8",
    b"a = " + b"[" * 100_000: "is nested too deeply",
    b"#" * (1 << 21): "larger than 1,048,576 bytes",
}


@pytest.mark.parametrize("content", FILES, ids=[message[:20] for message in FILES.values()])
def test_what_is_no_settings_file_is_told_in_a_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "halfpixel.toml"
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:  # noqa: PT011
        settings.read(tmp_path)
    assert str(error.value).startswith(f"{path}: {FILES[content]}")
    assert "\n" not in str(error.value)


def test_two_files_that_say_it_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "halfpixel.toml").write_text(GOOD)
    (tmp_path / "pyproject.toml").write_text(_shared(GOOD))
    with pytest.raises(ValueError, match=r"pyproject\.toml beside it has .* too; keep one"):
        settings.read(tmp_path)


TEXTS = {
    "cv2.resize(interpolation=cv2.INTER_CUBIC)": ["opencv-resize-INTER_CUBIC"],
    "cv2.resize(x, (w, h), interpolation=cv2.INTER_AREA)": [
        "opencv-resize-INTER_AREA-shrinking",
        "opencv-resize-INTER_AREA-growing",
    ],
    "F.interpolate(mode='bilinear')": ["torch-interpolate-bilinear"],
    "torch-interpolate-bicubic": ["torch-interpolate-bicubic"],
    "opencv-resize-INTER_AREA-[sg]*ing": [
        "opencv-resize-INTER_AREA-shrinking",
        "opencv-resize-INTER_AREA-growing",
    ],
    "nn.ConvTranspose2d(3, 4, 3)": ["torch-ConvTranspose2d"],
    "nn.ConvTranspose2d": ["torch-ConvTranspose2d"],
    "cv2.pyrUp": ["opencv-pyrUp", "opencv-pyrUp-BORDER_REPLICATE"],
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_means_calls(text: str) -> None:
    assert [call.id for call in calls_of(text)] == TEXTS[text]
