"""halfpixel installed in other people's projects: nothing changes until a run asks for its suites."""

import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import _halfpixel_pytest
from halfpixel import pytest_plugin

pytest_plugins = ["pytester"]

PACKAGE = Path(pytest_plugin.__file__).parent
SUITES = Path(__file__).parents[1]

# names that are halfpixel's too
THEIRS = """
import sys
import pytest

@pytest.fixture
def one():
    return 1

@pytest.mark.sweep
def test_sweep(one):
    assert one == 2

@pytest.mark.modes
@pytest.mark.torch
def test_torch(): pass

@pytest.mark.opencv
class TestThings:
    @pytest.mark.parametrize("framework", ["opencv-1", "torch-2"])
    def test_thing(self, framework): pass

@pytest.mark.conformance("resize", "of theirs")
def test_conformance(pytestconfig):
    assert pytestconfig.getoption("--framework") == "none"
    assert pytestconfig.getoption("--require") is None

@pytest.mark.skip
def test_skipped(): pass

@pytest.mark.xfail(strict=True)
def test_known(): raise AssertionError
"""
NEEDS_NOTHING = """

def test_nothing_of_halfpixel_is_loaded():
    assert not [name for name in sys.modules if name.partition(".")[0] in ("halfpixel", "torch")]
"""
CONFTEST = """
def pytest_addoption(parser):
    parser.addoption("--framework", default="none")
    parser.addoption("--require")
"""
INI = """
[pytest]
addopts = --strict-markers --strict-config --import-mode=importlib -p no:cacheprovider -p no:hypothesispytest
filterwarnings = error
markers =
    sweep: theirs
    modes: theirs
    torch: theirs
    opencv: theirs
    conformance: theirs
"""


@pytest.fixture
def theirs(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(INI)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_theirs=THEIRS)
    return pytester


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.run(sys.executable, "-m", "pytest", *arguments)


def _shown(result: pytest.RunResult) -> list[str]:
    """What a run prints, but for its time and pytest's own list of what is installed."""
    lines = (line for line in result.outlines if not line.startswith("plugins: "))
    return [re.sub(r" in [\d.]+s", "", line).strip("=") for line in lines]


def test_a_run_of_theirs_is_as_if_halfpixel_were_not_installed(theirs: pytest.Pytester) -> None:
    theirs.makepyfile(test_more=f"import sys\n{NEEDS_NOTHING}")
    beside, without = (_run(theirs, "-v", *more) for more in ((), ("-p", "no:halfpixel")))
    beside.assert_outcomes(passed=5, failed=1, skipped=1, xfailed=1)
    assert beside.ret == without.ret == pytest.ExitCode.TESTS_FAILED
    assert _shown(beside) == _shown(without)
    assert beside.errlines == without.errlines


def test_workers_are_given_their_tests_as_xdist_does(theirs: pytest.Pytester) -> None:
    result = _run(theirs, "-v", "-n", "2")
    result.assert_outcomes(passed=4, failed=1, skipped=1, xfailed=1)
    assert "scheduling tests via LoadScheduling" in result.outlines


@pytest.mark.sweep  # a measurement, of a machine that others use too
def test_it_costs_under_ten_milliseconds(theirs: pytest.Pytester) -> None:
    """The least of some rounds, with and without it in turn: what pytest does itself is in both."""

    def seconds(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        line = [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-q",
            "-p",
            "no:xdist",
            *arguments,
        ]
        subprocess.run(line, cwd=theirs.path, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    rounds = [(seconds(), seconds("-p", "no:halfpixel")) for _ in range(8)]
    beside, without = map(min, zip(*rounds, strict=True))
    assert beside - without < 0.010


@pytest.mark.sweep
@pytest.mark.parametrize(
    "code", ["import halfpixel", "from halfpixel import cli; cli.main(['--help'])"]
)
def test_it_starts_as_fast_as_numpy(code: str) -> None:
    def seconds(code: str) -> float:
        timed = (
            f"import contextlib, time\nwith contextlib.suppress(SystemExit): {code}\n"
            "print(); print(time.process_time())"
        )
        run = [sys.executable, "-c", timed]
        return float(
            subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()[-1]
        )

    rounds = [(seconds(code), seconds("import numpy")) for _ in range(8)]
    ours, theirs = map(min, zip(*rounds, strict=True))
    assert ours <= 1.3 * theirs


# ---------------------------------------------------------------------------- their run with the suites

ORDINARY = """
import pytest

def test_plain(): pass

@pytest.mark.sweep
def test_swept(): raise AssertionError

@pytest.mark.torch
def test_torch(): raise AssertionError
"""


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which halfpixel lies as a wheel installs it, but with two suites only."""
    site = tmp_path_factory.mktemp("site")
    (site / "halfpixel" / "suites").mkdir(parents=True)
    (site / "_halfpixel_pytest.py").symlink_to(PACKAGE.parent / "_halfpixel_pytest.py")
    for path in PACKAGE.iterdir():
        if path.name not in ("suites", "golden", "__pycache__"):
            (site / "halfpixel" / path.name).symlink_to(path)
    suites = site / "halfpixel" / "suites"
    (suites / "__init__.py").touch()
    shutil.copy(SUITES / "test_sweep.py", suites)
    (suites / "test_ordinary.py").write_text(ORDINARY, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return site


@pytest.mark.opencv
def test_the_suites_are_collected_whatever_names_a_project_gives_to_tests(
    theirs: pytest.Pytester, installed: Path
) -> None:
    """And marks of the project's own tests deselect nothing, though the plugin is loaded."""
    names = ("-o", "python_files=check_*.py", "-o", "python_functions=check")
    theirs.makepyfile(check_more=THEIRS.replace("def test_", "def check_"))
    result = _run(
        theirs, "--collect-only", "-q", *names, "--halfpixel-frameworks", "opencv",
        "--pyargs", "halfpixel", "check_more.py",
    )  # fmt: skip
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()
    found = [line.rpartition("/")[2] for line in result.outlines if "::" in line]
    trials = [line for line in found if line.startswith("test_sweep.py::test_a_sample")]
    assert len(trials) > 10
    assert [line for line in found if line not in trials] == [
        "test_ordinary.py::test_plain",
        "check_more.py::check_sweep",
        "check_more.py::check_torch",
        "check_more.py::TestThings::check_thing[opencv-1]",
        "check_more.py::TestThings::check_thing[torch-2]",
        "check_more.py::check_conformance",
        "check_more.py::check_skipped",
        "check_more.py::check_known",
    ]


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("--pyargs", "halfpixel"), True),
        (("--pyargs", "theirs", "halfpixel.suites.test_resize::test_resize"), True),
        (("{}/halfpixel",), True),
        (("tests", "{}/halfpixel/suites/test_resize.py::test_resize[a::b]"), True),
        (("halfpixel",), False),  # a folder of theirs
        (("--pyargs", "halfpixel_of_theirs"), False),
        (("{}/halfpixel_of_theirs", "tests/halfpixel/test_resize.py"), False),
        ((), False),
    ],
)
def test_the_plugin_is_loaded_for_whatever_names_the_suites(
    theirs: pytest.Pytester,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    asked: bool,
) -> None:
    monkeypatch.setattr(_halfpixel_pytest, "_PACKAGE", tmp_path / "halfpixel")
    config = theirs.parseconfig(*(argument.format(tmp_path) for argument in arguments))
    assert _halfpixel_pytest.asked_for(config) == asked


@pytest.mark.sweep
@pytest.mark.parametrize(
    "other", ["pytest-randomly", "pytest-cov", "pytest-timeout", "pytest-rerunfailures"]
)
def test_it_runs_beside_other_plugins(
    theirs: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        str(tmp_path),
        "--no-deps",
    ]
    needs = {"pytest-cov": ["coverage"]}.get(other, [])
    subprocess.run([*install, other, *needs], check=True)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    options = {
        "pytest-randomly": ("-p", "randomly", "-p", "no:xdist"),
        "pytest-cov": ("--cov=.",),
        "pytest-timeout": ("--timeout=100",),
        "pytest-rerunfailures": ("--reruns=2",),
    }[other]
    result = _run(theirs, *options)
    result.assert_outcomes(passed=4, failed=1, skipped=1, xfailed=1)
