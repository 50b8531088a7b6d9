"""What other projects' CI runs: the action and the workflow are valid, and their shell steps run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from halfpixel import cli

TOP = Path(__file__).parents[2]
HOOKS = TOP / ".pre-commit-hooks.yaml"
ACTION, WORKFLOW = TOP / "action.yml", TOP / ".github" / "workflows" / "check.yml"


def _read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def _steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """The shell steps of both, by name."""
    for step in _read(ACTION)["runs"]["steps"]:
        if "run" in step:
            yield f"action: {step['name']}", step
    for step in _read(WORKFLOW)["jobs"]["check"]["steps"]:
        if "run" in step:
            yield f"workflow: {step['name']}", step


STEPS = dict(_steps())


@pytest.mark.parametrize(
    ("path", "schema"), [(ACTION, "vendor.github-actions"), (WORKFLOW, "vendor.github-workflows")]
)
def test_it_is_valid(path: Path, schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", STEPS)
def test_no_input_is_put_into_the_text_of_a_step(name: str) -> None:
    """An expression in a script is run as a part of it; in a variable it is only text."""
    assert "${{" not in STEPS[name]["run"]


def _run(name: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    step = STEPS[name]
    assert set(step.get("env", {})) == {key for key in variables if key != "GITHUB_STEP_SUMMARY"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.opencv
def test_the_steps_of_the_action_check_and_write_the_summary(tmp_path: Path) -> None:
    arguments = "--framework opencv --fast --call opencv-resize-INTER_LINEAR --jobs 1"
    checked = _run(
        "action: Check the frameworks",
        tmp_path,
        HALFPIXEL_ARGUMENTS=arguments,
        HALFPIXEL_REPORT="our report",
    )
    assert checked.returncode == 0, checked.stderr
    summary = tmp_path / "summary.md"
    step = {"HALFPIXEL_REPORT": "our report", "GITHUB_STEP_SUMMARY": str(summary)}
    assert _run("action: Write the summary", tmp_path, **step).returncode == 0
    assert "| opencv " in summary.read_text(encoding="utf-8")


_WRONG = """
from halfpixel.testing import assert_same

def test_every_other_column_is_every_third():
    assert_same(lambda x: x[:, ::2], lambda x: x[:, ::3], sizes=[(4, 6)], dtypes=["uint8"])
"""


def test_a_step_fails_with_its_command(tmp_path: Path) -> None:
    wrong = {"HALFPIXEL_ARGUMENTS": "--framework jaxx", "HALFPIXEL_REPORT": "out"}
    assert _run("action: Check the frameworks", tmp_path, **wrong).returncode == 2
    (tmp_path / "test_ours.py").write_text(_WRONG)
    tests = {
        "HALFPIXEL_TESTS": "-q -p no:cacheprovider test_ours.py",
        "HALFPIXEL_REPORT": "our report",
    }
    assert _run("action: Test the project's own functions", tmp_path, **tests).returncode == 1
    summary = tmp_path / "summary.md"
    step = {"HALFPIXEL_REPORT": "our report", "GITHUB_STEP_SUMMARY": str(summary)}
    assert _run("action: Write the summary", tmp_path, **step).returncode == 0
    assert "1 test of your own functions failed" in summary.read_text(encoding="utf-8")
    code = "import cv2\ny = cv2.resize(x, (8, 8), cv2.INTER_AREA)\n"
    (tmp_path / "serve.py").write_text(code)
    linted = _run("action: Lint", tmp_path, HALFPIXEL_LINT="serve.py")
    assert linted.returncode == 1
    assert "HP002" in linted.stdout


def test_without_a_report_there_is_no_summary(tmp_path: Path) -> None:
    step = {"HALFPIXEL_REPORT": "out", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    assert _run("action: Write the summary", tmp_path, **step).returncode == 0
    assert not (tmp_path / "summary.md").exists()


# the keys of a hook that pre-commit knows (pre_commit/clientlib.py), those that it must have first
NEEDED = ("id", "name", "entry", "language")
KEYS = {*NEEDED, "description", "files", "pass_filenames"}
# a file that a commit may have: the hooks that it runs
RUN_BY = {
    "requirements.txt": ["halfpixel-lock", "halfpixel-check"],
    "ci/requirements-dev.in": ["halfpixel-lock", "halfpixel-check"],
    "uv.lock": ["halfpixel-lock", "halfpixel-check"],
    "pyproject.toml": ["halfpixel-lock", "halfpixel-check"],
    "serve.py": ["halfpixel-lock", "halfpixel-lint"],
    "README.md": [],
}


def test_the_hooks_have_what_pre_commit_asks_for() -> None:
    hooks = _read(HOOKS)
    for hook in hooks:
        assert [key for key in NEEDED if not isinstance(hook.get(key), str)] == []
        assert set(hook) <= KEYS
        ours = (
            hook["id"] == "halfpixel-lint"
        )  # for the others the releases are those of the project
        assert hook["language"] == ("python" if ours else "system")
        assert hook.get("pass_filenames", True) is ours
    page = (TOP / "docs" / "ci.md").read_text(encoding="utf-8")
    for file, ids in RUN_BY.items():
        assert [hook["id"] for hook in hooks if re.search(hook["files"], file)] == ids, file
    assert all(f"`{hook['id']}`" in page for hook in hooks)


@pytest.mark.opencv
def test_the_hooks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pre-commit runs them: the entry, split as a shell does, in the repository."""
    (tmp_path / "halfpixel.toml").write_text('calls = ["opencv-resize-INTER_LINEAR"]\n')
    commands = {hook["id"]: shlex.split(hook["entry"]) for hook in _read(HOOKS)}

    def status(*command: str) -> int:
        line = [sys.executable, *command[1:]]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, check=False).returncode

    assert commands["halfpixel-lock"][:3] == ["python", "-m", "halfpixel"]
    assert status(*commands["halfpixel-lock"]) == 2  # there is no lock
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lock", "--framework", "opencv"]) == 0
    assert cli.main(commands["halfpixel-lock"][3:]) == 0
    assert commands["halfpixel-check"][:3] == ["python", "-m", "halfpixel"]
    assert cli.main(commands["halfpixel-check"][3:]) == 0
    (tmp_path / "wrong.py").write_text("import cv2\ncv2.resize(x, s, cv2.INTER_AREA)\n")
    assert commands["halfpixel-lint"] == ["halfpixel", "lint"]
    assert cli.main([*commands["halfpixel-lint"][1:], "wrong.py"]) == 1


def test_the_page_names_every_input() -> None:
    page = (TOP / "docs" / "ci.md").read_text(encoding="utf-8")
    inputs = {*_read(ACTION)["inputs"], *_read(WORKFLOW)["on"]["workflow_call"]["inputs"]}
    assert [name for name in inputs if f"`{name}`" not in page] == []
