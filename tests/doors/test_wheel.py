"""The wheel has every suite, and each runs with NumPy and pytest alone until it needs a framework.

``.ci/wheel_test.py`` builds the wheel, and runs it where nothing else is installed.
"""

import ast
import fnmatch
import re
import runpy
import sys
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
SUITES = sorted((TOP / "tests").glob("test_*.py"))
SETTINGS = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
THERE = {*sys.stdlib_module_names, "halfpixel", "numpy", "pytest"}


def test_the_wheel_has_every_suite() -> None:
    wheel = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["sources"]["tests"] == "halfpixel/suites"
    for suite in (TOP / "tests" / "__init__.py", *SUITES):
        path = f"/{suite.relative_to(TOP)}"
        assert any(fnmatch.fnmatch(path, pattern) for pattern in wheel["include"]), path


def test_a_stranger_finds_whose_it_is_and_where() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert all((TOP / name).is_file() for name in PROJECT["license-files"])
    assert PROJECT["authors"]
    address = PROJECT["urls"]["Repository"]
    assert all(url.startswith(address) for url in PROJECT["urls"].values())
    # what is named elsewhere is the same, so that one search finds all of it
    for page in ("README.md", "docs/ci.md"):
        named = re.findall(
            r"(?:git\+|repo: )(https://[\w./-]+)", (TOP / page).read_text(encoding="utf-8")
        )
        assert set(named) == {address}, page


@pytest.mark.parametrize(
    ("url", "placeholder"),
    [
        ("https://halfpixel.example/halfpixel", True),
        ("https://example.com/halfpixel", True),
        ("https://github.com/OWNER/halfpixel", True),
        ("https://github.com/somebody/halfpixel", False),
        ("https://example.dev/halfpixel", False),
    ],
)
def test_a_placeholder_is_told_from_an_address(url: str, placeholder: bool) -> None:
    is_placeholder = runpy.run_path(str(TOP / ".ci" / "wheel_test.py"))["is_placeholder"]
    assert is_placeholder(url) == placeholder


def test_a_user_of_the_library_installs_no_tool_of_tests() -> None:
    names = {re.split(r"[<>=]", one)[0] for one in PROJECT["dependencies"]}
    assert names == {"mpmath", "numpy", "packaging"}


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_a_suite_imports_nothing_that_the_wheel_lacks(suite: Path) -> None:
    tree = ast.parse(suite.read_text(encoding="utf-8"))
    imported = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported <= THERE
    inside = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    assert not [name for name in inside if name.partition(".")[0] in ("tests", "bench")]
