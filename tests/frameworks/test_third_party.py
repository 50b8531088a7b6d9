"""Another package adds a framework by an entry point: examples/halfpixel-mylib, as if installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "halfpixel-mylib"


def install(site: Path, name: str, points: dict[str, str]) -> None:
    """Write the metadata of a package with entry points."""
    folder = site / f"{name.replace('-', '_')}-1.2.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.0\n")
    lines = [f"{key} = {value}" for key, value in points.items()]
    (folder / "entry_points.txt").write_text("\n".join(["[halfpixel.frameworks]", *lines]))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder that has the example as pip installs it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == "1.2.0"
    shutil.copytree(EXAMPLE / "src", tmp_path / "site")
    install(tmp_path / "site", project["name"], project["entry-points"]["halfpixel.frameworks"])
    return tmp_path / "site"


def run(site: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Python with the folder on its path."""
    path = os.pathsep.join([str(site), str(ROOT / "src")])
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


ALL_DOORS = """
from halfpixel import cli, convert, find_rules
assert "mylib.resize" in convert("cv2.resize(x, (w, h))", "mylib").code
assert convert("mylib.resize(x, (h, w))", "opencv").complete
assert "mylib" in str(convert("mylib.resize(x, (h, w), mode='nearest')", "torch"))
assert len(find_rules(framework="mylib")) == 2
assert cli.main(["convert", "mylib.resize(x, (h, w))", "--to", "mylib"]) == 0
"""
IDENTIFIED = """
from halfpixel import identify
import mylib
def mine(image, size):
    return mylib.resize(image, size)
assert "mylib-resize-linear" in str(identify(mine, layout="HW").json())
"""


def test_its_calls_are_converted_and_listed(site: Path) -> None:
    done = run(site, ALL_DOORS)
    assert not done.returncode, done.stderr
    assert not done.stderr


@pytest.mark.sweep
def test_its_calls_are_named_by_identify(site: Path) -> None:
    done = run(site, IDENTIFIED)
    assert not done.returncode, done.stderr


@pytest.mark.sweep
def test_its_calls_are_checked(site: Path) -> None:
    command = "cli.main(['check', '--framework', 'mylib'])"
    done = run(site, f"from halfpixel import cli; raise SystemExit({command})")
    assert not done.returncode, done.stdout + done.stderr
    assert "mylib 1.2.0" in done.stdout


BROKEN = {
    "raises": ("raise RuntimeError('no such\\nthing')", "RuntimeError: no such thing"),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
    "absent": (None, "ModuleNotFoundError: No module named 'absent'"),
    "empty": ("", "empty has no FRAMEWORK, a halfpixel.frameworks.Framework"),
    "taken": (
        "from halfpixel_mylib import FRAMEWORK; from dataclasses import replace\n"
        "FRAMEWORK = replace(FRAMEWORK, name='torch')",
        "'torch' is taken",
    ),
    "twice": ("from halfpixel_mylib import FRAMEWORK", "brings a framework mylib, too"),
    "others": (
        "from halfpixel_mylib import FRAMEWORK; from dataclasses import replace\n"
        "FRAMEWORK = replace(FRAMEWORK, name='others')",
        "its call resize-linear is of the framework 'mylib', not 'others'",
    ),
}


def test_a_package_that_is_broken_costs_a_line_and_not_the_run(site: Path) -> None:
    for name, (code, _) in BROKEN.items():
        if code is not None:
            (site / f"{name}.py").write_text(code)
    install(site, "broken", {name: name for name in BROKEN})
    done = run(site, "from halfpixel import cli; cli.main(['rules', '--framework', 'mylib'])")
    assert "mylib.resize" in done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == len(BROKEN)
    for name, (_, why) in BROKEN.items():
        (line,) = (one for one in lines if one.startswith(f"halfpixel: {name} (broken 1.2.0)"))
        assert why in line


def test_nothing_is_looked_for_before_frameworks_are_asked_for(site: Path) -> None:
    code = "import halfpixel, sys; raise SystemExit('halfpixel_mylib' in sys.modules)"
    assert not run(site, code).returncode
