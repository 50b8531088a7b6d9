"""The command: paths, settings, comments, fixes, formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from halfpixel import cli, documents
from halfpixel.lint import lint
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


def test_no_framework_is_loaded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(framework: str) -> None:
        raise AssertionError(framework)

    monkeypatch.setattr("halfpixel.frameworks._loaded", load)
    assert lint(["src"], select=["HP"]).findings
