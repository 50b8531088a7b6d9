"""pytest as its users know it, on the real suites: what they type, and what they see."""

import functools
import importlib
import importlib.util
import re
import shlex
import shutil
import sys
import xml.etree.ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from halfpixel import __version__, frameworks, pytest_plugin
from halfpixel.conformance import goldens, trials
from tests.thinning import swept, thinned

pytest_plugins = ["pytester"]

SUITES = Path(__file__).parents[1]
OPENCV = frameworks.version("opencv")
NAMES = ", ".join(frameworks.FRAMEWORKS)

# ---------------------------------------------------------------------------- a project of a user's


# Of OpenCV's calls, these stand for all: the tests count what they select and print.
FEW = """
from dataclasses import replace
from halfpixel.frameworks import FRAMEWORKS
every = FRAMEWORKS["opencv"]
few = [c for c in every.calls if c.name.startswith("resize-") or c.name == "dnn-ConvTranspose"]
FRAMEWORKS["opencv"] = replace(every, calls=tuple(few))
"""


class Project:
    """A folder with a copy of a conformance suite, in which pytest runs for OpenCV only."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        pytester.makepyfile(few=FEW)
        pytester.syspathinsert()
        options = (
            "--strict-markers --strict-config -p few -p halfpixel.pytest_plugin "
            "-p no:hypothesispytest"  # for speed
        )
        pytester.makeini(f"[pytest]\naddopts = {options}\n")
        self.copy("test_resize.py")

    def copy(self, suite: str) -> None:
        shutil.copy(SUITES / suite, self.pytester.path)

    def run(self, *arguments: str) -> pytest.RunResult:
        """In this process, where OpenCV is loaded already."""
        return self.pytester.runpytest_inprocess("--halfpixel-frameworks", "opencv", *arguments)

    def run_apart(self, *arguments: str) -> pytest.RunResult:
        """In a process of its own."""
        return self.pytester.run(
            sys.executable, "-m", "pytest", "--halfpixel-frameworks", "opencv", *arguments
        )

    def ids(self, *arguments: str) -> list[str]:
        """The node ids that a selection collects."""
        result = self.run("--collect-only", "-q", *arguments)
        return [line for line in result.outlines if "::" in line]


@pytest.fixture(scope="module")
def imported() -> None:
    """What cannot be imported twice: pytester forgets what was imported since it was set up."""
    frameworks.load("opencv")
    importlib.import_module("onnx.numpy_helper")


@pytest.fixture
def project(imported: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("COLUMNS", "300")  # the summary cuts its lines at the terminal's width
    every = frameworks.FRAMEWORKS["opencv"]
    monkeypatch.setitem(frameworks.FRAMEWORKS, "opencv", every)  # which ends what the project does
    monkeypatch.setattr(pytest_plugin, "OWN_TESTS", (pytester.path,))
    return Project(pytester)


def _make_linear_cubic(patch: pytest.MonkeyPatch) -> None:
    """A release of OpenCV whose INTER_LINEAR is its INTER_CUBIC."""
    cv2 = frameworks.load("opencv")["cv2"]
    resize = cv2.resize

    def changed(x: Any, size: tuple[int, int], interpolation: int) -> Any:
        flag = cv2.INTER_CUBIC if interpolation == cv2.INTER_LINEAR else interpolation
        return resize(x, size, interpolation=flag)

    patch.setattr(cv2, "resize", changed)


@pytest.fixture
def linear_is_cubic(monkeypatch: pytest.MonkeyPatch) -> None:
    _make_linear_cubic(monkeypatch)


def _table(result: pytest.RunResult) -> list[str]:
    """The section of halfpixel that ends the run; no line where there is none."""
    text = "\n".join(result.outlines)
    found = re.search(r"^=+ halfpixel =+$\n(.*?)^(?==|\d+ \w+[^\n]* in [\d.]+s)", text, re.M | re.S)
    return [line.strip() for line in found[1].splitlines() if line] if found else []


def _rows(result: pytest.RunResult) -> dict[str, list[str]]:
    """The table's cells by call: conforms, changed, unsupported, bound used."""
    cells = [line.split() for line in _table(result)]
    return {name: rest for name, *rest in cells if len(rest) == 4 and "-" in name}


def _total(result: pytest.RunResult) -> str:
    (total,) = [line for line in _table(result) if re.match(r"\d+ calls?: ", line)]
    return total.partition(" (")[0]


@pytest.mark.opencv
def test_not_repeated_is_a_sample_of_each_suite(project: Project) -> None:
    every, kept, marked = (
        project.ids(*given) for given in ((), ("-m", "not repeated"), ("-m", "repeated"))
    )
    suites = [
        [one for one in every if f"::{name}[" in one] for name in ("test_resize", "test_photograph")
    ]
    assert kept == [one for suite in suites for one in suite[:: pytest_plugin._SAMPLED]]
    assert sorted([*kept, *marked]) == sorted(every)
    assert project.ids("-m", "opencv and not repeated") == kept
    assert project.ids("-m", "not repeated or resize") == every


@pytest.mark.opencv
def test_a_sweep_runs_only_where_m_asks_for_it(project: Project) -> None:
    project.copy("test_sweep.py")
    ends = dict.fromkeys(("NEAREST", "NEAREST_EXACT", "LINEAR", "LINEAR_EXACT"), 256)
    ends |= dict.fromkeys(("CUBIC", "LANCZOS4", "AREA-shrinking", "AREA-growing"), 96)
    assert project.ids("test_sweep.py") == [
        f"test_sweep.py::test_a_sample_of_size_pairs[opencv-resize-INTER_{call}-{dtype}-1..{n}-1..{n}-sample]"
        for call, n in ends.items()
        for dtype in ("float32", "float64")
    ]
    blocks = 4 * 8 + 3 + 3 * 12
    in_float64 = 2 * 8 + 2 * 2 + 1 + 3 * 3  # every fourth, of what weighs pixels
    assert len(project.ids("test_sweep.py", "-m", "sweep")) == blocks + in_float64
    assert len(project.ids("test_sweep.py", "-m", "not sweep")) == 16
    assert project.ids("test_sweep.py", "-m", "sweep", "-k", "CUBIC and float32 and 65..96") == [
        "test_sweep.py::test_every_size_pair[opencv-resize-INTER_CUBIC-float32-65..96-1..96-sweep]"
    ]


WORKED = "test_resize.py::test_resize[opencv-resize-{}-{}-2x2-8x8-worked_example]"

# ---------------------------------------------------------------------------- choosing what runs


@pytest.mark.opencv
def test_k_selects_by_framework_flag_and_sizes(project: Project) -> None:
    assert project.ids("-k", "opencv and LINEAR and 2x2-8x8") == [
        f"test_resize.py::test_resize[opencv-resize-{flag}-{dtype}-2x2-8x8-{name}]"
        for flag in ("INTER_LINEAR", "INTER_LINEAR_EXACT")
        for dtype in ("float32", "float64")
        for name in ("worked_example", "second_example")
    ]


# What 2x2-8x8 runs, in order: the flags of cv2.resize, INTER_AREA as it is where an axis grows.
GROWING = (
    "INTER_NEAREST", "INTER_NEAREST_EXACT", "INTER_LINEAR", "INTER_LINEAR_EXACT", "INTER_CUBIC",
    "INTER_LANCZOS4", "INTER_AREA-growing",
)  # fmt: skip
FLAGS = len(GROWING)


def _collected() -> Iterator[str]:
    """What the suite of a project collects: function[trial]."""
    releases = {"opencv": OPENCV}
    suites = {"test_resize": trials.trials_of("resize", releases.get),
              "test_photograph": trials.photograph_trials(releases.get)}  # fmt: skip
    for function, found in suites.items():
        for trial in found:
            if trial.call.name.startswith("resize-"):
                yield f"{function}[{trial.id}]"


COLLECTED = tuple(_collected())


def _count(*words: str) -> int:
    return sum(all(word in name for word in words) for name in COLLECTED)


STORED = _count("test_resize[")
PHOTOGRAPHS = _count("test_photograph[")
EVERYTHING = len(COLLECTED)

# arguments, how many trials
# fmt: off
SELECTIONS: tuple[tuple[str, int], ...] = (
    ("", EVERYTHING),
    ("-k torch", 0),
    ("-k photograph", PHOTOGRAPHS),
    ("-k 'resize and not photograph'", STORED),
    ("-k 'INTER_CUBIC and impulses'", 2 * 4),
    ("-k 'float64 and 4x5-7x9'", FLAGS),
    ("-k 'INTER_AREA-growing and photograph'", _count("INTER_AREA-growing", "photograph")),
    ("-k 'INTER_AREA-shrinking and photograph'", _count("INTER_AREA-shrinking", "photograph")),
    ("-k INTER_AREA", _count("INTER_AREA")),
    ("-m 'opencv and resize'", EVERYTHING),
    ("-m 'opencv and not resize'", 0),
    ("-m conv_transpose", 0),
    ("-m 'torch or tensorflow'", 0),
    ("test_resize.py::test_photograph", PHOTOGRAPHS),
    ("-k 'INTER_LINEAR- and 2x2-8x8' --deselect "
     "test_resize.py::test_resize[opencv-resize-INTER_LINEAR-float32-2x2-8x8-second_example]", 3),
)
# fmt: on


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("arguments", "count"),
    thinned(
        (pytest.param(*row, id=row[0] or "everything") for row in SELECTIONS),
        every=3,
    ),
)
def test_a_selection_collects(project: Project, arguments: str, count: int) -> None:
    assert len(project.ids(*shlex.split(arguments))) == count


@pytest.mark.opencv
def test_every_node_id_is_unique_and_runs_alone(project: Project) -> None:
    ids = project.ids()
    assert len(set(ids)) == len(ids)
    for node_id in ids[::150]:
        result = project.run("-v", node_id)
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines([f"{node_id.replace('[', '[[]')} PASSED*"])


@pytest.mark.opencv
def test_verbose_names_each_trial_and_its_outcome(project: Project) -> None:
    result = project.run("-v", "-k", "LINEAR and float32 and worked_example")
    passed = [line.split(" PASSED")[0] for line in result.outlines if " PASSED" in line]
    assert passed == project.ids("-k", "LINEAR and float32 and worked_example")


@pytest.mark.opencv
def test_an_ordinary_test_is_left_out_with_the_frameworks_that_it_needs(project: Project) -> None:
    project.pytester.makepyfile(
        test_ordinary="""
        import pytest

        def test_plain(): pass

        @pytest.mark.opencv
        def test_opencv(): pass

        @pytest.mark.torch
        def test_torch(): raise AssertionError

        @pytest.mark.torch
        @pytest.mark.opencv
        def test_both(): raise AssertionError
        """
    )
    project.run("test_ordinary.py").assert_outcomes(passed=2, deselected=2)


# ---------------------------------------------------------------------------- a clean run


@pytest.mark.opencv
def test_a_run_ends_in_a_table_of_its_calls(project: Project) -> None:
    result = project.run("-k", "(float32 or float64) and (2x2-8x8 or 4x5-7x9)")
    assert result.ret == pytest.ExitCode.OK
    title, heads, *_ = _table(result)
    assert title.startswith(f"opencv {OPENCV}")
    assert heads.split() == ["conforms", "changed", "unsupported", "bound", "used"]
    rows = _rows(result)
    assert {name: row[:3] for name, row in rows.items()} == {
        f"resize-{flag}": ["6", "-", "-"] for flag in GROWING
    }
    assert rows["resize-INTER_NEAREST"][3] == rows["resize-INTER_NEAREST_EXACT"][3] == "exact"
    assert all(re.fullmatch(r"exact|\d\d?%", row[3]) for row in rows.values())
    assert _total(result) == f"{FLAGS} calls: {6 * FLAGS} conform, 0 changed, 0 unsupported"


@pytest.mark.opencv
def test_the_table_says_how_much_of_its_bound_the_worst_case_used(project: Project) -> None:
    used = _rows(project.run("-k", "INTER_CUBIC and float32"))["resize-INTER_CUBIC"][3]
    assert re.fullmatch(r"\d+%", used)
    assert 1 <= int(used.rstrip("%")) <= 100


@pytest.mark.opencv
def test_a_refusal_is_an_outcome_of_its_own(project: Project) -> None:
    project.copy("test_conv_transpose.py")
    result = project.run_apart("-v", "-k", "4x6-9x12", "test_conv_transpose.py")
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes() == {"passed": 1, "unsupported": 1, "deselected": 64}
    result.stdout.fnmatch_lines(["*float32-4x6-9x12*PASSED*", "*float64-4x6-9x12*UNSUPPORTED*"])
    assert _rows(result) == {"dnn-ConvTranspose": ["1", "-", "1", "exact"]}
    assert re.fullmatch(r"1 call: 1 conform, 0 changed, 1 unsupported", _total(result))


@pytest.mark.opencv
def test_two_workers_find_the_same(project: Project) -> None:
    chosen = ("-k", "(float32 or float64) and not photograph and not textu", "--durations=0")
    alone = project.run_apart(*chosen)
    shared = project.run_apart(*chosen, "-v", "-n", "2")
    assert alone.ret == shared.ret == pytest.ExitCode.OK
    assert alone.parseoutcomes()["passed"] == shared.parseoutcomes()["passed"] == FLAGS * 2 * 10
    assert _table(alone) == _table(shared)
    # what may move the last bits
    assert re.fullmatch(rf"opencv {OPENCV} \(1 thread, IPP [^()]+\)", _table(alone)[0])
    assert "scheduling tests via UnitScheduling" in shared.outlines
    # the items of workers are told to begin and to end
    lines = [line for line in shared.outlines if "INTER_LINEAR-float32-2x2-8x8-worked" in line]
    assert ["PASSED" in line for line in lines[:2]] == [False, True]


@pytest.mark.parametrize(
    ("node_id", "unit"),
    [
        ("{}/test_resize.py::test_resize[torch-interpolate-nearest-float32-a]", "torch"),
        ("{}/test_resize.py::test_photograph[torch-interpolate-nearest-float32-a]", "torch"),
        ("{}/test_resize.py::test_resize[opencv-resize-INTER_LINEAR-float32-a]", "opencv"),
        (
            "{}/test_resize.py::TestMore::test_resize[opencv-resize-INTER_LINEAR-float32-a]",
            "opencv",
        ),
        (
            "{}/test_sweep.py::test_every_size_pair[torch-interpolate-area-float32-1..8-1..96-sweep]",
            "torch-interpolate-area",
        ),
        (
            "{}/test_conversions.py::test_every_small_layer_is_converted[torch-3-2-sweep]",
            "{}/test_conversions.py::test_every_small_layer_is_converted[torch-3-2-sweep]",
        ),
        ("{}/test_other.py::test_plain", "{}/test_other.py"),
        ("{}/test_other.py::test_parametrised[torch_like-1]", "{}/test_other.py"),
        ("{}/test_other.py::TestMore::test_plain", "{}/test_other.py::TestMore"),
        # a user's
        ("tests/test_theirs.py::test_plain", "tests/test_theirs.py::test_plain"),
        ("tests/test_theirs.py::test_plain[torch-1]", "tests/test_theirs.py::test_plain[torch-1]"),
    ],
)
def test_workers_are_given_one_framework_at_a_time_and_other_peoples_tests_one_by_one(
    tmp_path: Path, node_id: str, unit: str
) -> None:
    for own in pytest_plugin.OWN_TESTS:
        assert pytest_plugin._unit_of(tmp_path, node_id.format(own)) == unit.format(own)


@pytest.mark.parametrize(
    ("unit", "dear"),
    [
        ("tensorflow", True),
        ("keras_torch", True),
        ("opencv", False),
        ("tests/test_integers.py", True),  # its parameters are marked with any framework
        ("tests/comparison/test_calls.py", True),
        ("tests/numerics/test_weights.py", False),
        ("tests/there_is_none.py", False),
        ("theirs/test_it.py::test_plain", False),
    ],
)
def test_the_first_worker_is_given_what_is_dear_to_import(unit: str, dear: bool) -> None:
    root = SUITES.parent
    assert pytest_plugin._is_dear_unit(root, unit) == dear
    node_id = f"{unit}::test_plain"
    if "/" in unit:
        weighs = 1 if unit.startswith("theirs") else pytest_plugin._ORDINARY
        assert pytest_plugin._weight_of(root, node_id) == weighs


@pytest.mark.parametrize("dist", ["loadfile", "loadscope", "worksteal", "each"])
def test_another_distribution_is_left_to_xdist(pytester: pytest.Pytester, dist: str) -> None:
    config = pytester.parseconfig(
        f"--dist={dist}", "--tx=2*popen", "--halfpixel-frameworks", "opencv"
    )
    assert pytest_plugin.pytest_xdist_make_scheduler(config, None) is None


# ---------------------------------------------------------------------------- a failing run

CUBIC = "resize cubic half_pixel cubic_coeff_a=-0.75"


@pytest.mark.opencv
@pytest.mark.usefixtures("linear_is_cubic")
def test_a_changed_framework_fails_and_is_explained(project: Project) -> None:
    result = project.run("-k", "2x2-8x8 and float32")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2 * (FLAGS - 1), failed=2, deselected=EVERYTHING - 2 * FLAGS)
    result.stdout.fnmatch_lines(
        [
            "*_ test_resize[[]opencv-resize-INTER_LINEAR-float32-2x2-8x8-worked_example] _*",
            f"opencv {OPENCV}, float32: cv2.resize(x, (8, 8), interpolation=cv2.INTER_LINEAR)",
            "  64 of 64 values exceed the error bound",
            "  golden      golden/resize/linear-half_pixel/2x2-8x8-worked_example.json",
            "  Output matches:",
            "    resize cubic half_pixel cubic_coeff_a=-0.75",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "halfpixel/conformance/verdicts.py" not in result.stdout.str()


@pytest.mark.opencv
@pytest.mark.usefixtures("linear_is_cubic")
def test_the_summary_has_a_line_with_what_is_wrong(project: Project) -> None:
    result = project.run("-k", "2x2-8x8-worked_example and float32")
    result.stdout.fnmatch_lines(
        [
            "*= short test summary info =*",
            f"FAILED {WORKED.format('INTER_LINEAR', 'float32').replace('[', '[[]')} - "
            f"opencv-resize-INTER_LINEAR float32 matches {CUBIC}: "
            "64 of 64 values exceed the error bound (2x2-8x8-worked_example)",
        ]
    )


@pytest.mark.opencv
@pytest.mark.usefixtures("linear_is_cubic")
def test_the_table_counts_what_changed(project: Project) -> None:
    result = project.run("-k", "2x2-8x8 and not float16")
    assert _rows(result)["resize-INTER_NEAREST"] == ["4", "-", "-", "exact"]
    assert _rows(result)["resize-INTER_LINEAR"] == ["-", "4", "-", "over"]
    assert _total(result) == f"{FLAGS} calls: {4 * FLAGS - 4} conform, 4 changed, 0 unsupported"


@pytest.mark.opencv
@pytest.mark.usefixtures("linear_is_cubic")
@pytest.mark.parametrize(("stop", "failed"), [("-x", 1), ("--maxfail=3", 3)])
def test_x_stops_at_the_first_failure(project: Project, stop: str, failed: int) -> None:
    result = project.run(stop, "-k", "2x2-8x8 and not float16")
    before = 4 * GROWING.index("INTER_LINEAR")
    result.assert_outcomes(passed=before, failed=failed, deselected=EVERYTHING - 4 * FLAGS)
    result.stdout.fnmatch_lines([f"!* stopping after {failed} failures !*"])


@pytest.mark.opencv
def test_lf_runs_again_only_what_failed(project: Project) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _make_linear_cubic(patch)
        project.run("-k", "2x2-8x8 and not float16").assert_outcomes(
            passed=4 * FLAGS - 4, failed=4, deselected=EVERYTHING - 4 * FLAGS
        )
    failed = project.ids("-k", "2x2-8x8 and INTER_LINEAR-")
    assert project.ids("--lf") == failed
    assert project.ids("--ff")[:4] == failed
    project.run("--lf").assert_outcomes(passed=4)


@pytest.mark.opencv
@pytest.mark.usefixtures("linear_is_cubic")
def test_junitxml_has_every_trial_and_the_text_of_its_failure(project: Project) -> None:
    project.run("--junitxml=report.xml", "-k", "2x2-8x8-worked_example and not float16")
    (suite,) = xml.etree.ElementTree.parse(project.pytester.path / "report.xml").getroot()
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": str(2 * FLAGS), "failures": "2", "errors": "0", "skipped": "0"}
    names = [case.get("name") for case in suite.iter("testcase")]
    expected = [WORKED.format(flag, dtype) for flag in GROWING for dtype in ("float32", "float64")]
    assert names == [name.partition("::")[2] for name in expected]
    failure = suite.findall("testcase/failure")[0]
    assert failure.get("message") == (
        f"opencv-resize-INTER_LINEAR float32 matches {CUBIC}: "
        "64 of 64 values exceed the error bound (2x2-8x8-worked_example)"
    )
    assert failure.text is not None
    assert failure.text.startswith(f"opencv {OPENCV}, float32: cv2.resize(x, (8, 8)")
    assert "Output matches:\n    resize cubic half_pixel" in failure.text
    wrong, right = (next(c for c in suite.iter("testcase") if ("LINEAR-" in str(c.get("name"))) == w)
                    for w in (True, False))  # fmt: skip
    known = {
        "framework": "opencv",
        "release": OPENCV,
        "dtype": "float32",
        "case": "2x2-8x8-worked_example",
    }
    assert _properties(right) == known | {
        "verdict": "conforms",
        "call": "opencv-resize-INTER_NEAREST",
    }
    assert _properties(wrong) == known | {
        "verdict": "changed",
        "call": "opencv-resize-INTER_LINEAR",
        "cause": f"matches {CUBIC}",
    }


def _properties(case: xml.etree.ElementTree.Element) -> dict[str, str | None]:
    """Those that halfpixel wrote, and there are no others."""
    every = {str(one.get("name")): one.get("value") for one in case.iter("property")}
    assert all(name.startswith("halfpixel.") for name in every)
    return {name.partition(".")[2]: value for name, value in every.items()}


@pytest.mark.opencv
@pytest.mark.usefixtures("linear_is_cubic")
def test_tb_no_shows_the_summary_alone(project: Project) -> None:
    text = project.run("--tb=no", "-k", "2x2-8x8 and INTER_LINEAR-").stdout.str()
    assert "Output matches" not in text
    assert text.count("64 of 64 values exceed the error bound (2x2-8x8") == 4


@pytest.mark.opencv
def test_an_error_in_a_suite_keeps_its_traceback(project: Project) -> None:
    project.pytester.makepyfile(
        test_mine="""
        import pytest

        @pytest.mark.halfpixel("resize")
        def test_mine(call, case, dtype):
            raise ZeroDivisionError("a mistake of the suite's own")
        """
    )
    result = project.run("test_mine.py", "-k", "INTER_LINEAR-float32-2x2-8x8-second_example")
    result.assert_outcomes(failed=1, deselected=STORED - 1)
    result.stdout.fnmatch_lines(
        ["*raise ZeroDivisionError*", "*test_mine.py:5: ZeroDivisionError*"]
    )


ENDING = """
import os
import pytest
from halfpixel.conformance.verdicts import judge

@pytest.mark.halfpixel("resize")
def test_ending(call, case, dtype):
    if case.name.endswith("second_example"):
        os.abort()
    return judge(call, case, dtype)

def test_plain():
    raise AssertionError
"""


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("restarts", "outside"),
    [
        swept((4, "outside the table: 1 failed")),
        (0, "outside the table: 1 never ran"),
    ],
)
def test_a_trial_that_ends_its_process_costs_itself_and_what_never_ran_is_counted(
    project: Project, restarts: int, outside: str
) -> None:
    project.pytester.makepyfile(test_ending=ENDING)
    result = project.run_apart(
        "test_ending.py", "-n", "1", f"--max-worker-restart={restarts}",
        "-k", "plain or INTER_CUBIC-float32-2x2-8x8",
    )  # fmt: skip
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    lines = _table(result)
    assert outside in lines
    assert "1 call: 1 conform, 0 changed, 0 unsupported" in _total(result)
    assert any(line.endswith("expected error), 1 crashed") for line in lines)
    named = "crashed while running '*[[]opencv-resize-INTER_CUBIC-float32-2x2-8x8-second_example]'"
    result.stdout.fnmatch_lines([f"*{named}*"])


@pytest.mark.opencv
def test_what_fails_outside_the_table_and_never_runs_is_counted(project: Project) -> None:
    project.pytester.makepyfile(test_ending=ENDING)
    result = project.run(
        "-x", "test_ending.py", "-k", "plain or INTER_CUBIC-float32-2x2-8x8-worked"
    )
    assert "outside the table: 1 failed" in _table(result)
    project.pytester.makepyfile(
        test_stopping="import pytest\ndef test_it(): pytest.exit('', 0)\ndef test_b(): pass"
    )
    stopped = project.run("test_stopping.py")
    assert stopped.ret == pytest.ExitCode.TESTS_FAILED
    assert "outside the table: 2 never ran" in _table(stopped)
    project.pytester.makepyfile(test_twice="def test_it(): pass\ndef test_b(): pass")
    twice = project.run("--keep-duplicates", "test_twice.py", "test_twice.py")
    assert twice.ret == pytest.ExitCode.OK
    twice.assert_outcomes(passed=4)


# ---------------------------------------------------------------------------- broken goldens


def _one_golden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: tuple[str, str] | None
) -> None:
    """A golden/ with the one file that the worked example reads, edited; or with none."""
    name = Path("resize/linear-half_pixel/2x2-8x8-worked_example.json")
    text = (goldens.root() / name).read_text(encoding="utf-8")
    root = tmp_path / "stored"
    (root / name).parent.mkdir(parents=True)
    if edit is not None:
        assert edit[0] in text
        (root / name).write_text(text.replace(*edit, 1), encoding="utf-8")
    monkeypatch.setattr(goldens, "root", lambda: root)


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (None, "missing; run `make golden` to write it anew"),
        (("{", "["), "not JSON at line 2: Expecting ',' delimiter; run `make golden` to write it anew"),
        (('"size": [8, 8]', '"size": [8, 9]'),
         "expected has shape (1, 1, 8, 8), the inputs and the size make (1, 1, 8, 9); "
         "run `make golden` to write it anew"),
    ],
    ids=["missing", "not JSON", "wrong shape"],
)  # fmt: skip
def test_an_unusable_golden_fails_in_one_line_with_no_traceback(
    project: Project,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    edit: tuple[str, str] | None,
    reason: str,
) -> None:
    _one_golden(tmp_path_factory.mktemp("golden"), monkeypatch, edit)
    result = project.run("-q", WORKED.format("INTER_LINEAR", "float32"))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    message = f"golden/resize/linear-half_pixel/2x2-8x8-worked_example.json: {reason}"
    report = result.outlines
    start = report.index(next(line for line in report if "= FAILURES =" in line))
    end = report.index(next(line for line in report if "= short test summary info =" in line))
    assert [line for line in report[start + 2 : end] if line] == [message]
    assert report[end + 1].endswith(f"worked_example] - {message}")


@pytest.mark.opencv
def test_an_edited_golden_is_blamed_in_the_report(
    project: Project,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _one_golden(tmp_path_factory.mktemp("golden"), monkeypatch, ("2.28125", "2.28126"))
    result = project.run(WORKED.format("INTER_LINEAR", "float32"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  The golden was edited: expected[[]0, 0, 4, 4] is 2.28126*"])


# ---------------------------------------------------------------------------- frameworks that are there


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Modules that cannot be found, whatever is installed."""
    missing = {one.module for one in frameworks.FRAMEWORKS.values()} - {"cv2", "keras"}
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else find_spec(name)
    )
    for function in (frameworks.installed, frameworks.version, frameworks.release):
        function.cache_clear()
    yield missing
    for function in (frameworks.installed, frameworks.version, frameworks.release):
        function.cache_clear()


def _skipping(why: str) -> str:
    """What the header says of every framework but OpenCV."""
    others = (name for name in frameworks.FRAMEWORKS if name != "opencv")
    return "halfpixel: skipping " + ", ".join(f"{name} ({why})" for name in others)


def _header(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("halfpixel")]


@pytest.mark.opencv
def test_the_header_has_the_versions_and_what_framework_leaves_out(project: Project) -> None:
    assert _header(project.run("--collect-only", "-k", "2x2-8x8 and not float16")) == [
        f"halfpixel {__version__}: opencv {OPENCV}",
        _skipping("not selected"),
    ]


@pytest.mark.opencv
@pytest.mark.usefixtures("absent")
def test_a_framework_that_is_not_installed_is_left_out_and_the_header_says_so(
    project: Project,
) -> None:
    result = project.pytester.runpytest_inprocess("-k", "2x2-8x8 and not float16")
    assert result.ret == pytest.ExitCode.OK
    assert _header(result) == [
        f"halfpixel {__version__}: opencv {OPENCV}",
        _skipping("not installed"),
    ]
    assert _total(result).startswith(f"{FLAGS} calls: {4 * FLAGS} conform")


@pytest.mark.opencv
def test_with_no_framework_nothing_is_collected_and_the_exit_status_says_so(
    project: Project, absent: set[str]
) -> None:
    absent.add("cv2")
    result = project.pytester.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert _header(result)[0] == f"halfpixel {__version__}: no framework"
    assert _table(result) == []


@pytest.mark.opencv
def test_a_call_without_what_it_needs_is_left_out_and_the_header_says_so(
    project: Project, absent: set[str]
) -> None:
    absent.add("onnx")
    project.copy("test_conv_transpose.py")
    result = project.run(
        "--collect-only", "--halfpixel-require", "opencv", "test_conv_transpose.py"
    )
    assert "opencv-dnn-ConvTranspose (needs onnx)" in _header(result)[1]
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.opencv
@pytest.mark.usefixtures("absent")
def test_a_release_that_was_never_recorded_is_told_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frameworks, "version", functools.cache({"opencv": "4.10.5"}.get))
    monkeypatch.setattr(
        "halfpixel.records.record.releases", lambda name: ["4.9.0", "4.10.0", "5.0.0"]
    )
    project.copy("test_edges.py")
    header = _header(project.run("--collect-only", "-k", "nothing", "test_edges.py"))
    said = "halfpixel: opencv 4.10.5 was never recorded: it is held to what 4.10.0 does"
    assert header.count(said) == 1


@pytest.mark.opencv
@pytest.mark.usefixtures("absent")
def test_an_ordinary_test_of_an_absent_framework_is_left_out(project: Project) -> None:
    project.pytester.makepyfile(
        test_ordinary="""
        import pytest

        @pytest.mark.torch
        def test_torch(): raise AssertionError

        def test_plain(): pass
        """
    )
    result = project.pytester.runpytest_inprocess("test_ordinary.py")
    result.assert_outcomes(passed=1, deselected=1)


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("arguments", "missing", "line"),
    [
        (("--halfpixel-frameworks", "paddle"), set(),
         f"--halfpixel-frameworks: unknown framework 'paddle' (choose from {NAMES})"),
        (("--halfpixel-frameworks", "opencv", "--halfpixel-frameworks", "opencv,pytroch"), set(),
         "--halfpixel-frameworks: unknown framework 'pytroch'; did you mean torch? "
         f"(choose from {NAMES})"),
        (("--halfpixel-require", "paddle"), set(),
         f"--halfpixel-require: unknown framework 'paddle' (choose from {NAMES})"),
        (("--halfpixel-require", "opencv,paddle"), set(),
         f"--halfpixel-require: unknown framework 'paddle' (choose from {NAMES})"),
        (("--halfpixel-require", "PyTorch"), set(),
         "--halfpixel-require torch: not installed; pip install torch"),
        (("--halfpixel-require", "keras_torch"), set(),
         "--halfpixel-require keras_torch: not installed; pip install keras torch"),
        (("--halfpixel-require", "opencv, tensorflow"), set(),
         "--halfpixel-require tensorflow: not installed; pip install tensorflow"),
        (("--halfpixel-require", "opencv"), {"cv2"},
         "--halfpixel-require opencv: not installed; pip install opencv-python-headless"),
        (("--halfpixel-require", "keras_torch", "--halfpixel-frameworks", "opencv"), set(),
         "--halfpixel-require keras_torch: deselected by --halfpixel-frameworks"),
        (("--halfpixel-frameworks", "torch"), set(),
         "--halfpixel-frameworks torch: not installed; pip install torch"),
        (("--halfpixel-frameworks", "opencv, keras_torch"), set(),
         "--halfpixel-frameworks keras_torch: not installed; pip install keras torch"),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else str(value),
)  # fmt: skip
def test_what_cannot_be_run_as_asked_is_a_usage_error_of_one_line(
    pytester: pytest.Pytester,
    absent: set[str],
    arguments: tuple[str, ...],
    missing: set[str],
    line: str,
) -> None:
    absent |= missing
    result = pytester.runpytest_inprocess(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [text for text in result.errlines if text] == [f"ERROR: {line}"]


@pytest.mark.opencv
def test_require_of_what_is_there_changes_nothing(project: Project) -> None:
    result = project.run("--halfpixel-require", "opencv", "-k", "2x2-8x8 and not float16")
    result.assert_outcomes(passed=4 * FLAGS, deselected=EVERYTHING - 4 * FLAGS)


@pytest.mark.opencv
def test_a_framework_that_does_not_import_fails_in_one_line(project: Project) -> None:
    project.pytester.makepyfile(cv2="raise ImportError('libGL.so.1: cannot open')")
    result = project.run_apart("-k", "INTER_LINEAR-float32-2x2-8x8")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    reason = "import cv2 failed: libGL.so.1: cannot open"
    assert result.outlines.count(reason) == 1
    assert f"outside the table: 1 failed, 1 never ran ({reason})" in result.outlines
    assert "Traceback" not in result.stdout.str()


# ---------------------------------------------------------------------------- markers and options


def test_markers_are_registered(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("-p", "halfpixel.pytest_plugin", "--markers")
    registered = (
        "halfpixel(suite)",
        "torch",
        "opencv",
        "resize",
        "conv_transpose",
        "modes",
        "sweep",
    )
    for marker in registered:
        result.stdout.fnmatch_lines([f"@pytest.mark.{marker}: *"])


def test_help_explains_the_options(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_inprocess("--help").stdout.str()
    assert re.search(r"--halfpixel-frameworks=NAMES\s+run only the suites of these", text)
    assert re.search(r"--halfpixel-require=NAMES\s+run every suite, and fail if", text)


# ---------------------------------------------------------------------------- marks of a user's own

ADDED_MARK = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        if "INTER_LINEAR-" in item.name:
            item.add_marker(pytest.mark.{mark})
"""


@pytest.mark.opencv
@pytest.mark.usefixtures("linear_is_cubic")
@pytest.mark.parametrize(
    ("mark", "linear", "status"),
    [
        ("skip(reason='known')", "skipped", pytest.ExitCode.OK),
        ("skipif(True, reason='known')", "skipped", pytest.ExitCode.OK),
        ("xfail(reason='known')", "xfailed", pytest.ExitCode.OK),
        ("xfail(False, reason='not this one')", "failed", pytest.ExitCode.TESTS_FAILED),
    ],
)
def test_skip_and_xfail_marks_are_honoured(
    project: Project, mark: str, linear: str, status: pytest.ExitCode
) -> None:
    project.pytester.makeconftest(ADDED_MARK.format(mark=mark))
    result = project.run("-k", "2x2-8x8-worked_example and float32")
    assert result.ret == status
    result.assert_outcomes(**{"passed": FLAGS - 1, "deselected": EVERYTHING - FLAGS, linear: 1})


@pytest.mark.opencv
def test_an_expected_failure_that_passes_fails_if_it_is_strict(project: Project) -> None:
    project.pytester.makeconftest(ADDED_MARK.format(mark="xfail(strict=True, reason='known')"))
    result = project.run("-k", "INTER_LINEAR-float32-2x2-8x8-worked_example")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*XPASS(strict)* known*"])


@pytest.mark.opencv
def test_the_table_gives_a_refusal_in_the_frameworks_words(project: Project) -> None:
    project.copy("test_conv_transpose.py")
    chosen = ("-k", "float64 and 4x6-9x12", "test_conv_transpose.py")
    lines = _table(project.run(*chosen))
    assert "expected errors and known defects of 1 call: -v lists them" in lines
    assert not any("func != nullptr" in line for line in lines)
    lines = _table(project.run("-v", *chosen))
    start = lines.index("expected errors and known defects")
    assert lines[start + 1] == "opencv dnn-ConvTranspose"
    assert "func != nullptr" in lines[start + 2]
