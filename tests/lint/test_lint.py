"""The command: paths, settings, comments, fixes, formats."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from halfpixel import cli, documents
from halfpixel.frameworks import FRAMEWORKS
from halfpixel.lint import lint
from halfpixel.lint.finding import Hit
from halfpixel.lint.pins import read as read_pins

from ..doors.test_json import hold

WRONG = "import cv2\nä = cv2.resize(x, (3, 4), cv2.INTER_AREA)\n"
RIGHT = WRONG.replace("cv2.INTER_AREA", "interpolation=cv2.INTER_AREA")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_a_finding_is_a_line_and_status_1(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["lint", "src"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("src/a.py:2:5: HP002 cv2.resize: cv2.INTER_AREA is given as dst")
    assert lines[-1] == "1 finding in 1 file; [*] 1 fixable with --fix"


def test_nothing_found_is_status_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "src" / "a.py").write_text(RIGHT, encoding="utf-8")
    assert cli.main(["lint", "src"]) == 0
    assert capsys.readouterr().out == "0 findings in 1 file\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lint", "nowhere"], "nowhere: no such file or folder"),
        (["lint", "src", "--select", "HP9"], "unknown rule 'HP9'"),
        (["lint", ".git"], "no files of Python"),
    ],
)
def test_wrong_use_is_status_2(
    project: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("select", "ignore", "count"),
    [
        (["hp0"], [], 1),
        (["HP001"], [], 0),
        ([], ["HP002"], 0),
        ([], ["HP00"], 0),
        (["HP002"], [], 1),
    ],
)
def test_rules_are_selected_by_what_their_codes_begin_with(
    project: Path, select: list[str], ignore: list[str], count: int
) -> None:
    assert len(lint(["src"], select=select, ignore=ignore).findings) == count


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("# halfpixel: ignore", 0),
        ("# halfpixel: ignore[HP002]", 0),
        ("# halfpixel:ignore[HP001, hp002]  # why", 0),
        ("# halfpixel: ignore[HP001]", 1),
    ],
)
def test_a_comment_ignores_what_is_in_its_line(project: Path, comment: str, count: int) -> None:
    (project / "src" / "a.py").write_text(WRONG.rstrip() + f"  {comment}\n", encoding="utf-8")
    assert len(lint(["src"]).findings) == count


SETTINGS = {
    'ignore = ["HP002"]': 0,
    'select = ["HP001"]': 0,
    'exclude = ["src/*"]': 0,
    "pedantic = true": 1,
}


@pytest.mark.parametrize("line", SETTINGS)
@pytest.mark.parametrize("file", ["pyproject.toml", "halfpixel.toml"])
def test_settings_are_those_of_the_project(project: Path, line: str, file: str) -> None:
    table = "lint" if file == "halfpixel.toml" else "tool.halfpixel.lint"
    (project / file).write_text(f"[{table}]\n{line}\n")
    assert len(lint(["src"]).findings) == SETTINGS[line]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pedantic = 1", "lint.pedantic: is not true or false: 1"),
        ('ignores = ["HP002"]', "lint.ignores: unknown key; did you mean ignore?"),
        ('select = "HP002"', "lint.select: is no list of strings"),
        ('select = ["E501"]', "unknown rule 'E501'"),
    ],
)
def test_wrong_settings_are_named(project: Path, line: str, message: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.halfpixel.lint]\n{line}\n")
    with pytest.raises(ValueError, match=r"\w") as error:
        lint(["src"])
    assert message in str(error.value)


def test_fix_writes_what_is_certain_and_nothing_else(project: Path) -> None:
    file = project / "src" / "a.py"
    code = WRONG.replace("\n", "\r\n") + "b = cv2.resize(x, (3, 4), 3)\r\n"
    file.write_bytes(code.encode())
    found = lint(["src"], fix=True)
    assert found.fixed == 1
    assert [one.line for one in found.findings] == [3]
    assert file.read_bytes().decode() == code.replace(
        "cv2.INTER_AREA", "interpolation=cv2.INTER_AREA"
    )
    assert lint(["src"], fix=True).fixed == 0


def test_a_fixed_file_keeps_its_mode_and_a_link_to_it(project: Path) -> None:
    path = project / "src" / "a.py"
    path.chmod(0o750)
    (project / "src" / "b.py").symlink_to(path)
    assert lint(["src/b.py"], fix=True).fixed == 1
    assert path.read_text(encoding="utf-8") == RIGHT
    assert path.stat().st_mode & 0o777 == 0o750
    assert (project / "src" / "b.py").is_symlink()


def test_a_fix_that_cannot_be_written_leaves_the_file_and_is_wrong_use(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert cli.main(["lint", "src", "--fix"]) == 2
    said = capsys.readouterr().err
    assert "src/a.py: the fixes cannot be written: No space left on device" in said
    assert [path.name for path in (project / "src").iterdir()] == ["a.py"]
    assert (project / "src" / "a.py").read_text(encoding="utf-8") == WRONG


@pytest.mark.parametrize(
    "code",
    [
        b"def resize(:",
        b"x = '\xff' # resize",
        b"resize = 'a\0'",
        b"resize = " + b"(" * 3000,
        b"resize = " + b"-" * 200_000 + b"1",
        b"resize = a" + b".b" * 5000,
    ],
)
def test_a_file_that_is_no_python_is_a_line(
    project: Path, code: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "src" / "b.py").write_bytes(code)
    assert cli.main(["lint", "src"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("src/b.py") for line in lines) <= 1
    assert len(lines) <= 4


def test_the_json_is_what_the_page_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "src" / "b.py").write_text("def resize(:")
    assert cli.main(["lint", "src", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    hold(document, documents.Lint)
    (one,) = document["findings"]
    assert (one["line"], one["column"], one["end_column"]) == (2, 5, 42)
    assert document["unread"][0]["path"] == "src/b.py"


def test_annotations_are_workflow_commands(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "src" / "a.py").rename(project / "src" / "a,b.py")
    assert cli.main(["lint", "src", "--format", "github"]) == 1
    start = "::error file=src/a%2Cb.py,line=2,col=5,endLine=2,endColumn=42,title=HP002::cv2.resize"
    assert capsys.readouterr().out.startswith(start)


def test_sarif_names_the_rule_and_the_place(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["lint", "src", "--format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "HP002"
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "src/a.py"
    assert place["physicalLocation"]["region"]["startColumn"] == 5


OLD = "from PIL import Image\nim.resize(s, Image.ANTIALIAS)\n"
PINS = {
    ("requirements.txt", "pillow<10\n"): 0,
    ("requirements.txt", "Pillow==9.5.0  # old\n"): 0,
    ("requirements.txt", "pillow>=9\n"): 1,
    ("requirements.txt", "pillow==11.0\n"): 1,
    ("requirements.txt", "./a/path\n-r other.txt\n"): 1,
    ("pyproject.toml", '[project]\ndependencies = ["pillow~=9.1"]\n'): 0,
    ("uv.lock", '[[package]]\nname = "pillow"\nversion = "9.0.1"\n'): 0,
    ("poetry.lock", '[[package]]\nname = "pillow"\nversion = "10.0.0"\n'): 1,
    ("pyproject.toml", "[project]\n"): 1,
}


@pytest.mark.parametrize(("file", "text"), PINS)
def test_a_removed_name_is_found_where_its_release_is_allowed(
    project: Path, file: str, text: str
) -> None:
    (project / "src" / "a.py").write_text(OLD)
    (project / file).write_text(text)
    (project / "pyproject.toml").touch()
    settings = (project / "pyproject.toml").read_text() + "[tool.halfpixel.lint]\n"
    (project / "pyproject.toml").write_text(settings)
    assert len(lint(["src"]).findings) == PINS[file, text]
    assert read_pins(project / "nowhere").allowed == {}


COUNTERPARTS = """\
[[lint.counterparts]]
training = "train.py:f"
serving = "src/serve.py:f"
levels = {levels}
"""


@dataclass(frozen=True)
class Compared:
    """What compare answers of the function ``f``, which is ``off`` levels off."""

    levels: float | None
    off: float = 4.0
    verdict: str = "different"

    @property
    def same(self) -> bool:
        return self.levels is not None and self.off <= self.levels

    def json(self) -> dict[str, object]:
        return {"difference": {"unit": "levels", "max": self.off, "mean": 1.25, "share": 1.0}}


@pytest.mark.parametrize(("levels", "count"), [(0, 1), (3, 1), (4, 0)])
def test_counterparts_are_compared(
    project: Path, levels: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def compare(a: str, b: str, *, levels: float | None) -> Compared:
        asked.append((a, b))
        return Compared(levels)

    monkeypatch.setattr("halfpixel.lint.rules.counterparts.compare", compare)
    (project / "src" / "serve.py").write_text("def f(image):\n    return image\n")
    (project / "halfpixel.toml").write_text(COUNTERPARTS.format(levels=levels))
    found = lint(["src/serve.py"])
    assert asked == [(f"{project}/train.py:f", f"{project}/src/serve.py:f")]
    assert len(found.findings) == count
    for one in found.findings:
        assert (one.path, one.line, one.code) == ("src/serve.py", 1, "HP005")
        start = "src/serve.py:f is not train.py:f: up to 4 and on average 1.25 levels of 255 apart"
        assert one.message.startswith(start)
    assert not lint(["src/a.py"], select=["HP005"]).findings
    assert not lint(["src/serve.py"], ignore=["HP005"]).findings
    assert len(asked) == 1


@pytest.mark.sweep
def test_counterparts_are_run(project: Path) -> None:
    code = "def f(image):\n    return image[::2, ::2]\n"
    (project / "train.py").write_text(code)
    (project / "src" / "serve.py").write_text(code)
    (project / "halfpixel.toml").write_text(COUNTERPARTS.format(levels=0))
    assert not lint(["src/serve.py"]).findings
    shifted = code.replace("return image", "return np.roll(image, 1, axis=1)")
    (project / "src" / "serve.py").write_text(f"import numpy as np\n{shifted}")
    (one,) = lint(["src/serve.py"]).findings
    assert "levels of 255 apart" in one.message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (COUNTERPARTS.format(levels=300), "lint.counterparts[0].levels: is a number from 0 to 255"),
        ('[[lint.counterparts]]\nserving = "a.py:f"', "counterparts[0].training: is missing"),
        ("[lint]\ncounterparts = 3", "lint.counterparts: is no list of tables"),
        (
            COUNTERPARTS.format(levels=0).replace("serve.py", "serve"),
            "is no path/to/file.py:function",
        ),
        (
            COUNTERPARTS.format(levels=0).replace("serve.py:f", "a.py:g"),
            "there is no such function",
        ),
    ],
)
def test_wrong_counterparts_are_named(project: Path, settings: str, message: str) -> None:
    (project / "halfpixel.toml").write_text(settings)
    with pytest.raises(ValueError, match=r"\w") as error:
        lint(["src"])
    assert message in str(error.value)


UPGRADE = """\
import cv2
from torch import nn
cv2.resize(x, (3, 4), interpolation=cv2.INTER_NEAREST_EXACT)
cv2.resize(x, (3, 4), interpolation=cv2.INTER_AREA)
"""


def test_calls_that_an_upgrade_changes_are_found(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = FRAMEWORKS["opencv"]
    names = ("resize-INTER_NEAREST_EXACT", "resize-INTER_AREA")
    few = tuple(call for call in every.calls if call.name in names)
    monkeypatch.setitem(FRAMEWORKS, "opencv", replace(every, calls=few))
    (project / "src" / "a.py").write_text(UPGRADE)
    (project / "old.txt").write_text("opencv-python==4.7.0.72\n")
    found = lint(["src"], upgrading_from="old.txt", upgrading_to="opencv==4.8.0")
    assert [(one.line, one.code) for one in found.findings] == [(3, "HP201")]
    assert "(since 4.8)" in found.findings[0].message
    assert not lint(["src"]).findings


def test_a_bug_in_a_rule_is_a_line_and_status_2(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(file: object) -> Iterator[Hit]:
        raise IndexError("list index\nout of range")

    monkeypatch.setattr("halfpixel.lint.run.of_code", lambda *_: list(check(None)))
    (project / "src" / "b.py").write_text("x = 1\n")
    assert cli.main(["lint", "src"]) == 2
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith("src/a.py: not read: IndexError: list index out of range; this is a bug")


ABSENT = {
    ("F.interpolate(x, s, mode='nearest-exact')", "torch==1.10.0"): 1,
    ("F.interpolate(x, s, mode='nearest-exact')", "torch==1.11.0"): 0,
    ("F.interpolate(x, s, mode='nearest-exact')", "torch>=1.8"): 0,
    ("F.interpolate(x, s, mode='bilinear')", "torch==1.10.0"): 0,
    ("F.interpolate(x, s, mode='bilinear', antialias=True)", "torch==1.10.2+cu113"): 1,
    ("F.interpolate(x, s, mode='bilinear', antialias=True)", "opencv-python==4.5.5.64"): 0,
    ("cv2.resize(x, s, interpolation=cv2.INTER_NEAREST_EXACT)", "opencv-python==4.2.0.34"): 1,
    ("cv2.resize(x, s, interpolation=cv2.INTER_NEAREST_EXACT)", "opencv-python==4.8.1.78"): 0,
}


@pytest.mark.parametrize(("call", "pin"), ABSENT)
def test_a_call_that_the_pinned_release_does_not_have_is_found(
    project: Path, call: str, pin: str
) -> None:
    code = f"import cv2\nimport torch.nn.functional as F\n{call}\n"
    (project / "src" / "a.py").write_text(code)
    (project / "pyproject.toml").write_text("[tool.halfpixel.lint]\n")
    (project / "requirements.txt").write_text(pin + "\n")
    found = lint(["src"], select=["HP001"]).findings
    assert len(found) == ABSENT[call, pin]
    assert all("exists only in" in one.message for one in found)


def test_no_framework_is_loaded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(framework: str) -> None:
        raise AssertionError(framework)

    monkeypatch.setattr("halfpixel.frameworks._loaded", load)
    assert lint(["src"], select=["HP"]).findings
