"""What pytest loads of halfpixel in every run: two options, and when the plugin itself is needed.

Nothing of halfpixel is imported here, as pytest imports this module wherever halfpixel is installed. The
plugin, ``halfpixel.pytest_plugin``, is loaded if one of the options is given or an argument names
halfpixel's suites. Every other run is as if halfpixel were not installed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PLUGIN = "halfpixel.pytest_plugin"
_PACKAGE = Path(__file__).parent / "halfpixel"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, which pytest reads before it knows what it collects."""
    group = parser.getgroup("halfpixel", "conformance of image resizing and transposed convolution")
    group.addoption(
        "--halfpixel-frameworks",
        action="append",
        metavar="NAMES",
        default=[],
        help="run only the suites of these frameworks, separated by commas: torch, tensorflow, opencv, "
        "keras_torch; fail if one is not installed",
    )
    group.addoption(
        "--halfpixel-require",
        action="append",
        metavar="NAMES",
        default=[],
        help="run every suite, and fail if any of these frameworks, separated by commas, cannot be tested",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the plugin if this run asks for it."""
    if asked_for(config):
        config.pluginmanager.import_plugin(PLUGIN)


def asked_for(config: pytest.Config) -> bool:
    """Whether an option of halfpixel is given, or an argument names it, after ``--pyargs`` or by its path."""
    if config.getoption("halfpixel_frameworks") or config.getoption("halfpixel_require"):
        return True
    names = [argument.partition("::")[0] for argument in config.getoption("file_or_dir", ()) or ()]
    if config.getoption("pyargs") and any(name.split(".")[0] == _PACKAGE.name for name in names):
        return True
    paths = [Path(os.path.abspath(config.invocation_params.dir / name)) for name in names]
    return any(_PACKAGE in (path, *path.parents) for path in paths)
