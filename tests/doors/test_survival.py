"""What a framework, or a new release of one, may do to a run: each costs its cases, is named, and is in the
exit status.

The framework is acted: one call of ``mylib``, whose right answers are the reference's, and which does
something else to images of 9 x 7 pixels.
"""

import functools
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import frameworks, pytest_plugin
from halfpixel.conformance import verdicts
from halfpixel.frameworks import FRAMEWORKS, Expression, Framework, Names, Release
from halfpixel.lost_tests import LostTests
from halfpixel.operators import Resize
from tests.thinning import swept

pytest_plugins = ["pytester"]

Array = NDArray[Any]
Act = Callable[[Array, Array], Any]  # from an image and its right result to what is returned
SUITES = Path(__file__).parents[1]
CASES = 22  # of a resize call, in each of two dtypes
WRONG = "9x7-5x4-texture"
CALL = "mylib-interpolate-bilinear"
NAMES = [f"test_resize.py::test_resize[{CALL}-{dtype}-{WRONG}]" for dtype in ("float32", "float64")]


def _framework(act: Act, load: Callable[[], Names] = dict) -> Framework:
    (bilinear,) = (c for c in FRAMEWORKS["torch"].calls if c.name == "interpolate-bilinear")
    convention = Resize(mode="linear")

    def run(names: Names, expression: Expression, inputs: dict[str, Array]) -> Array:
        x = inputs["x"]
        size: Any = expression.kwargs["size"]
        right = convention.apply(x.astype(np.float64), size)
        right = np.asarray(right, x.dtype)
        return np.asarray(act(x, right)) if x.shape[2:] == (9, 7) else right

    call = replace(
        bilinear,
        framework="mylib",
        run=run,
        follows={"": convention},
        arithmetic={d: bilinear.arithmetic[d] for d in ("float32", "float64")},
        changes={},
        refusals=(),
        defects=(),
    )
    return Framework(
        name="mylib",
        title="mylib",
        colour="#000000",
        module="mylib",
        distributions=("mylib",),
        calls=(call,),
        load=load,
        environment=lambda names: "acted",
    )


@contextmanager
def only(acted: Framework) -> Iterator[None]:
    """Make this the only framework; the others come back in their order, which is that of tables."""
    table = cast(dict[str, Framework], FRAMEWORKS)
    every = {**table}
    table.clear()
    table[acted.name] = acted
    try:
        yield
    finally:
        table.clear()
        table.update(every)


def install(patch: pytest.MonkeyPatch, tests: Path) -> None:
    """Give every framework the release 1.2, and make a folder that of halfpixel's own tests."""
    patch.setattr(frameworks, "version", lambda name: "1.2")
    patch.setattr(frameworks, "release", lambda name: Release("1.2"))
    patch.setattr(verdicts, "installed_release", lambda name: Release("1.2"))
    patch.setattr(pytest_plugin, "OWN_TESTS", (tests,))
    patch.setattr(pytest_plugin, "_ENVIRONMENTS", {})


class Project:
    """A folder with a conformance suite, and a framework that is acted."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester, self.monkeypatch = pytester, monkeypatch
        shutil.copy(SUITES / "test_resize.py", pytester.path)
        pytester.makeini(
            "[pytest]\naddopts = -p halfpixel.pytest_plugin -p no:hypothesispytest -p no:randomly\n"
        )

    def run(self, act: Act, *arguments: str, load: Callable[[], Names] = dict) -> pytest.RunResult:
        with only(_framework(act, load)), self.monkeypatch.context() as patch:
            install(patch, self.pytester.path)
            # what other tests have loaded stays: a process of Keras on torch starts in seconds
            patch.setattr(frameworks, "_loaded", functools.cache(frameworks._loaded.__wrapped__))
            return self.pytester.runpytest_inprocess("-k", "not photograph", *arguments)

    def run_apart(self, act: Act, *arguments: str, load: str = "dict") -> pytest.RunResult:
        """In a process of its own, which has no threads and forks: ``act`` is a function of this module."""
        self.pytester.makepyfile(acted=ACTED.format(act=act.__name__, load=load))
        path = os.pathsep.join((str(self.pytester.path), str(SUITES.parent), *sys.path))
        self.monkeypatch.setenv("PYTHONPATH", path)
        options = ("-p", "acted", "-k", "not photograph", *arguments)
        return self.pytester.run(sys.executable, "-m", "pytest", *options, timeout=120)


ACTED = """
import os
import signal
from pathlib import Path
import pytest
from tests.doors import test_survival as acted

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a run in the background ignores
only = acted.only(acted._framework(acted.{act}, {load}))  # until this process ends
only.__enter__()
acted.install(pytest.MonkeyPatch(), Path(__file__).parent)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("COLUMNS", "300")
    return Project(pytester, monkeypatch)


def _table(result: pytest.RunResult) -> str:
    return result.stdout.str().partition("= halfpixel =")[2]


def _right(x: Array, y: Array) -> Array:
    return y


LEFT = "crashed: the process ended with exit status 0"

forks = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="where tests do not run in a child"
)


# ---------------------------------------------------------------------------- what costs a case


def test_a_right_framework_conforms(project: Project) -> None:
    result = project.run(_right)
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=2 * CASES)
    assert "mylib 1.2 (acted)" in _table(result)
    assert f"1 call: {2 * CASES} conform, 0 changed, 0 unsupported" in _table(result)


def _abort(x: Array, y: Array) -> None:
    os.write(2, b"F tensor_shape.cc:607] Check failed: size >= 0\n")
    os.abort()


def _leave(x: Array, y: Array) -> None:
    os._exit(0)


def _hang(x: Array, y: Array) -> None:
    time.sleep(600)


@forks
@pytest.mark.parametrize(
    ("act", "kind", "words"),
    [
        (_abort, "crashed", "crashed: SIGABRT ended the process"),
        swept((_leave, "crashed", LEFT)),
        (_hang, "timed out", "timed out after 1 s"),
    ],
)
def test_a_case_that_does_not_end_costs_itself(
    project: Project, act: Act, kind: str, words: str
) -> None:
    result = project.run_apart(act, f"--halfpixel-timeout={1 if act is _hang else 20}")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2 * CASES - 2, failed=2)
    assert f"{2 * CASES - 2} conform, 0 changed, 0 unsupported" in _table(result)
    assert f", 2 {kind}\n" in _table(result)
    for name in NAMES:
        result.stdout.fnmatch_lines([f"FAILED {name.replace('[', '[[]')}*"])
    assert result.outlines.count(words) == 2
    if act is _abort:  # what it said is in the report, and on no terminal
        assert result.stdout.str().count("Check failed: size >= 0") == 2
        assert result.stdout.str().count("Fatal Python error: Aborted") == 2
        assert result.stderr.str() == ""


@forks
def test_x_stops_at_a_case_that_does_not_end(project: Project) -> None:
    result = project.run_apart(_leave, "-x")
    result.stdout.fnmatch_lines(["*stopping after 1 failures*"])
    assert LEFT in result.outlines
    assert result.parseoutcomes()["failed"] == 1
    assert re.search(r"outside the table: \d+ never ran", _table(result))


def _wait(x: Array, y: Array) -> Array:
    time.sleep(1.2)
    return y


@forks
def test_a_limit_of_zero_is_none(project: Project) -> None:
    result = project.run_apart(_wait, "--halfpixel-timeout=0", "-k", f"float32-{WRONG}")
    result.assert_outcomes(passed=1, deselected=2 * CASES + 3)


TRIAL = "suites/test_resize.py::test_resize[torch-interpolate-bilinear-float32-2x2-8x8-ramp]"


@pytest.mark.parametrize(
    ("nodeid", "lasting", "seconds"),
    [
        (TRIAL, False, 60),
        (TRIAL, True, 600),  # a block of a sweep, or a call that is compiled
        ("suites/test_integers.py::test_noise[torch-bilinear]", False, 600),
        ("suites/test_integers.py::test_noise[torch-bilinear]", True, float("inf")),
        ("tests/conversion/test_resize.py::test_it", False, float("inf")),
        ("theirs/test_it.py::test_it[torch-a-float32-b]", False, float("inf")),
    ],
)
def test_how_long_a_test_may_take(
    pytestconfig: pytest.Config, nodeid: str, lasting: bool, seconds: float
) -> None:
    lost = LostTests(pytestconfig, lambda name: name.startswith("suites/"), lasting=lasting)
    assert lost.limit(nodeid) == seconds * lost.seconds / 60


# ---------------------------------------------------------------------------- an import that fails


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TypeError("Descriptors cannot be created directly."),
         "import mylib failed: TypeError: Descriptors cannot be created directly."),
        (SystemExit(1), "import mylib failed: SystemExit: 1"),
        (ImportError("libGL.so.1"), "import mylib failed: libGL.so.1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)  # fmt: skip
def test_an_import_that_fails_is_one_failure(
    project: Project, error: BaseException, words: str
) -> None:
    def load() -> Names:
        raise error

    result = project.run(_right, load=load)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes() == {"failed": 1, "not": 2 * CASES - 1, "deselected": 4}
    assert f"outside the table: 1 failed, {2 * CASES - 1} never ran ({words})" in _table(result)
    assert len(result.outlines) < 30


def test_a_required_framework_that_cannot_be_imported_is_an_error(project: Project) -> None:
    def load() -> Names:
        raise AttributeError("_ARRAY_API not found")

    result = project.run(_right, "--halfpixel-require=mylib", load=load)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    words = "import mylib failed: AttributeError: _ARRAY_API not found"
    assert f"ERROR: --halfpixel-require mylib: {words}" in result.outlines


@forks
def test_an_import_that_ends_the_process_is_tried_once(project: Project) -> None:
    result = project.run_apart(_right, load="os.abort")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes() == {"failed": 1, "not": 2 * CASES - 1, "deselected": 4}
    assert "never ran (import mylib: crashed: SIGABRT ended the process)" in _table(result)


# ---------------------------------------------------------------------------- what a case may do


@pytest.mark.parametrize("outcome", [pytest.skip, pytest.xfail])
def test_a_call_that_raises_pytests_own_outcomes_fails(
    project: Project, outcome: Callable[[str], Any]
) -> None:
    result = project.run(lambda x, y: outcome("no device"))
    result.assert_outcomes(passed=2 * CASES - 2, failed=2)
    assert "2 changed" in _table(result)
    assert "raised an unexpected error; none is declared" in result.stdout.str()


def _print(x: Array, y: Array) -> Array:
    for _ in range(2000):
        os.write(1, b"W oneDNN custom operations are on\n" * 30)
    os.write(1, b"the end of it\n")
    return y


def test_what_a_conforming_case_prints_is_not_shown(project: Project) -> None:
    result = project.run(_print)
    result.assert_outcomes(passed=2 * CASES)
    assert "oneDNN" not in result.stdout.str() + result.stderr.str()


def test_what_a_failing_case_prints_is_shown_in_part(project: Project) -> None:
    result = project.run(lambda x, y: _print(x, y) + 1, "--tb=short", "-k", f"float32-{WRONG}")
    text = result.stdout.str()
    assert "Captured output" in text
    assert "the end of it" in text
    assert re.search(r"\[\d+ bytes left out\]", text)
    assert len(text) < 20_000


ORDINARY = """
import pytest

@pytest.fixture(scope="module", autouse=True)
def module():
    yield

@pytest.mark.parametrize("n", range(8))
def test_n(n): pass
"""
SHUFFLE = """
import random

def pytest_collection_modifyitems(items):
    random.Random({seed}).shuffle(items)
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_tears_down_what_was_set_up(project: Project, seed: int) -> None:
    for name in ("a", "b"):
        folder = project.pytester.mkpydir(name)
        (folder / "test_ordinary.py").write_text(ORDINARY, encoding="utf-8")
    project.pytester.makeconftest(SHUFFLE.format(seed=seed))
    result = project.run(_right)
    result.assert_outcomes(passed=2 * CASES + 16, deselected=4)


# ---------------------------------------------------------------------------- an upgrade


def _quadrupled(x: Array, y: Array) -> Array:
    return np.asarray(Resize(mode="linear", coordinate_transformation_mode="asymmetric").apply(
        x.astype(np.float64), y.shape[2:]
    ), x.dtype)  # fmt: skip


def _rounded(x: Array, y: Array) -> Array:
    return np.nextafter(y, np.inf, dtype=y.dtype)


def _removed(x: Array, y: Array) -> None:
    raise AttributeError("module 'mylib' has no attribute 'interpolate'")


def _refuses(x: Array, y: Array) -> None:
    raise ValueError("mode 'bilinear' is no longer supported")


@pytest.mark.parametrize(
    ("act", "status", "counts", "words"),
    [
        (_quadrupled, 1, "42 conform, 2 changed, 0 unsupported", "resize linear asymmetric"),
        (_rounded, 0, "44 conform, 0 changed, 0 unsupported", ""),
        (_removed, 1, "42 conform, 2 changed, 0 unsupported",
         "raised an unexpected error; none is declared"),
        (_refuses, 1, "42 conform, 2 changed, 0 unsupported",
         "ValueError: mode 'bilinear' is no longer supported"),
        # a process that ends is told by test_a_case_that_does_not_end_costs_itself
        pytest.param(_abort, 1, "42 conform, 0 changed, 0 unsupported",
                     "crashed: SIGABRT ended the process", marks=(forks, pytest.mark.sweep)),
        pytest.param(_hang, 1, "42 conform, 0 changed, 0 unsupported",
                     "timed out after 3 s", marks=(forks, pytest.mark.sweep)),
    ],
    ids=["meaning", "rounding", "removed", "refusal", "crash", "hang"],
)  # fmt: skip
def test_an_upgrade_is_told_by_what_it_does(
    project: Project, act: Act, status: int, counts: str, words: str
) -> None:
    limit = "3" if act is _hang else "20"
    run = project.run_apart if act in (_abort, _hang) else project.run
    result = run(act, f"--halfpixel-timeout={limit}")
    assert result.ret == status
    assert counts in _table(result)
    assert words in result.stdout.str()


# ---------------------------------------------------------------------------- other processes


def _interrupt(x: Array, y: Array) -> Array:
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60)
    return y


def _sleepless(x: Array, y: Array) -> None:
    re.match("(a+)+$", "a" * 60 + "b")  # which never lets go of the interpreter


def _dies_once(x: Array, y: Array) -> Array:
    marker = Path("died")
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    return y


@forks
def test_ctrl_c_names_the_case_that_was_running(project: Project) -> None:
    result = project.run_apart(_interrupt)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert f"interrupted while running {NAMES[0]}" in result.outlines
    assert result.parseoutcomes()["passed"] == 10


WORKERS = (
    (_abort, "crashed: worker 'gw"),
    (_leave, "crashed: worker 'gw"),
    (_hang, "timed out after 2 s"),
)


@pytest.mark.sweep
@pytest.mark.parametrize(("act", "words"), WORKERS)
@pytest.mark.parametrize("workers", ["-n1", "-n2"])
def test_a_case_that_ends_its_worker_costs_itself(
    project: Project, act: Act, words: str, workers: str
) -> None:
    result = project.run_apart(act, workers, "--halfpixel-timeout=2")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2 * CASES - 2, failed=2)
    assert words in result.stdout.str()
    for name in NAMES:
        result.stdout.fnmatch_lines([f"FAILED {name.replace('[', '[[]')}*"])
    assert f"{2 * CASES - 2} conform, 0 changed, 0 unsupported" in _table(result)


@pytest.mark.sweep
@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_a_case_that_never_lets_go_of_the_interpreter_times_out(
    project: Project, workers: tuple[str, ...]
) -> None:
    """Ten times as late, and some seconds: the process is ended from outside."""
    result = project.run_apart(_sleepless, "--halfpixel-timeout=1", *workers)
    result.assert_outcomes(passed=2 * CASES - 2, failed=2)
    assert ", 2 timed out\n" in _table(result)


@pytest.mark.sweep
def test_an_import_that_ends_its_worker_ends_no_run(project: Project) -> None:
    project.pytester.makepyfile(
        ended="from acted import acted, pytest\nimport os\n"
        "from halfpixel.frameworks import FRAMEWORKS\nfrom dataclasses import replace\n"
        "FRAMEWORKS['mylib'] = replace(FRAMEWORKS['mylib'], load=os.abort)\n"
    )
    result = project.run_apart(_right, "-n1", "-p", "ended")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes()["failed"] == 3
    assert f"outside the table: {2 * CASES - 3} never ran" in _table(result)
