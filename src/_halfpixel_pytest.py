"""What pytest loads of halfpixel in every run: options, a fixture, and when the plugin itself is needed.

Nothing of halfpixel is imported here, as pytest imports this module wherever halfpixel is installed. The
plugin, ``halfpixel.pytest_plugin``, is loaded if one of the options is given or an argument names
halfpixel's suites. Every other run is as if halfpixel were not installed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from halfpixel.testing.golden import Golden

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
        "keras_torch, pillow, onnxruntime, torchvision, jax, litert; fail if one is not installed",
    )
    group.addoption(
        "--halfpixel-require",
        action="append",
        metavar="NAMES",
        default=[],
        help="run every suite, and fail if any of these frameworks, separated by commas, cannot be tested",
    )
    group.addoption(
        "--halfpixel-report",
        metavar="FOLDER",
        help="write what the suites found, and which assertions of halfpixel.testing failed, into this "
        "folder: report.html, report.md and report.json",
    )
    group.addoption(
        "--halfpixel-shard",
        metavar="N/COUNT",
        default="",
        help="run one part of all tests and cases that are selected: 2/8 is the second of eight; `halfpixel "
        "merge` joins the reports and the JUnit files",
    )
    group.addoption(
        "--halfpixel-from",
        metavar="RELEASES",
        default="",
        help="hold every call to what it did in other releases, such as opencv==4.10.0, or "
        "tensorflow==2.16.2,keras==3.3.3: what changed fails",
    )
    group.addoption(
        "--halfpixel-update",
        action="store_true",
        help="write the goldens of the fixture halfpixel_golden anew",
    )

    group.addoption(
        "--halfpixel-timeout",
        type=float,
        metavar="SECONDS",
        default=60.0,
        help="how long a case may take (default: 60; 0: any time); ordinary tests, sweeps and modes may take "
        "ten times as long. A case that takes longer fails, and the others run",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the plugin if this run asks for it."""
    if asked_for(config):
        config.pluginmanager.import_plugin(PLUGIN)


def asked_for(config: pytest.Config) -> bool:
    """Whether an option of halfpixel is given, or an argument names it, after ``--pyargs`` or by its path."""
    options = (
        "halfpixel_frameworks",
        "halfpixel_require",
        "halfpixel_from",
        "halfpixel_report",
        "halfpixel_shard",
    )
    if any(config.getoption(option) for option in options):
        return True
    names = [argument.partition("::")[0] for argument in config.getoption("file_or_dir", ()) or ()]
    if config.getoption("pyargs") and any(name.split(".")[0] == _PACKAGE.name for name in names):
        return True
    paths = [Path(os.path.abspath(config.invocation_params.dir / name)) for name in names]
    return any(_PACKAGE in (path, *path.parents) for path in paths)


_GOLDEN = "halfpixel_golden"
DIFFERENCE = "halfpixel_difference"  # of a report: the values of an assertion that failed
_DIFFERENT = ("halfpixel.testing", "Different")  # the exception, which is not imported here


@pytest.fixture
def halfpixel_golden(request: pytest.FixtureRequest) -> Golden:
    """Compare what a function of an image does with what it did: ``halfpixel_golden(preprocess)``.

    The first run stores it in ``golden/`` beside the test's file; in CI, a missing file is a failure.
    """
    from halfpixel.testing.golden import Golden

    name = re.sub(r"[^\w.-]+", "-", f"{request.path.stem}.{request.node.name}").strip("-")
    golden = Golden(
        request.path.parent / "golden",
        name,
        request.node.nodeid,
        update=request.config.getoption("halfpixel_update"),
        frozen=bool(os.environ.get("CI")),
    )
    request.node.user_properties.append((_GOLDEN, golden.used))
    return golden


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Make plain text of the files that the fixture used: reports are sent between processes. Where a report
    is asked for, keep the values of an assertion of halfpixel that failed."""
    if item.config.getoption("halfpixel_report") and call.excinfo is not None:
        kind = call.excinfo.type
        if (kind.__module__, kind.__qualname__) == _DIFFERENT:
            difference = getattr(call.excinfo.value, "difference", None)
            item.user_properties.append((DIFFERENCE, {"difference": difference}))
    for i, (name, used) in enumerate(item.user_properties):
        if name == _GOLDEN and call.when == "call":
            files = cast("list[tuple[Path, str]]", used)
            item.user_properties[i] = (name, [[str(path), state] for path, state in files])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which goldens of the fixture were stored, and which are stale."""
    stats = terminalreporter.stats
    reports = [one for one in stats.get("passed", ()) if one.when == "call"]
    used = [
        one
        for r in reports
        for name, files in r.user_properties
        if name == _GOLDEN
        for one in files
    ]
    if not used:
        return
    from halfpixel.testing.golden import summary

    chosen = any("::" in str(one) for one in terminalreporter.config.args)
    whole = not chosen and not any(map(stats.get, ("deselected", "failed", "error", "skipped")))
    lines = summary(used, whole)
    if lines:
        terminalreporter.section("halfpixel goldens")
        for line in lines:
            terminalreporter.write_line(line)
