"""The wheel has every suite, and each runs with NumPy and pytest alone until it needs a framework.

``.ci/wheel_test.py`` builds the wheel, and runs it where nothing else is installed.
"""

import ast
import fnmatch
import sys
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
SUITES = sorted((TOP / "tests").glob("test_*.py"))
THERE = {*sys.stdlib_module_names, "halfpixel", "numpy", "pytest"}


def test_the_wheel_has_every_suite() -> None:
    settings = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["sources"]["tests"] == "halfpixel/suites"
    for suite in (TOP / "tests" / "__init__.py", *SUITES):
        path = f"/{suite.relative_to(TOP)}"
        assert any(fnmatch.fnmatch(path, pattern) for pattern in wheel["include"]), path


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
