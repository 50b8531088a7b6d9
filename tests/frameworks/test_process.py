"""A framework in a process of its own: what it is told, what it answers, and how it ends."""

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from halfpixel import frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.verdicts import judge
from halfpixel.frameworks import FRAMEWORKS, FrameworkError, Names, Release
from halfpixel.frameworks.process import Process, elsewhere
from halfpixel.operators.request import Operation
from tests.frameworks import elsewhere as there

# ---------------------------------------------------------------------------- any framework


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    started = Process("mylib", {"MYLIB_BACKEND": "there"}, there.load)
    yield started
    started.end()


def test_the_environment_is_the_childs_alone(process: Process) -> None:
    assert process(there.variable, "MYLIB_BACKEND") == "there"
    assert "MYLIB_BACKEND" not in os.environ


def test_what_is_raised_there_is_raised_here_in_the_same_words(process: Process) -> None:
    with pytest.raises(ValueError, match=r"^no such interpolation$"):
        process(there.refuse)
    assert process(there.variable, "MYLIB_BACKEND") == "there"


def test_a_child_that_died_is_an_error_and_no_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process("mylib", {}, there.load)
    words = "the process that runs mylib has ended: it was killed, or it crashed"
    with pytest.raises(FrameworkError, match=words):
        process(there.die)
    monkeypatch.setattr(
        "halfpixel.conformance.verdicts.load", lambda framework: {"process": process}
    )
    monkeypatch.setattr(
        "halfpixel.conformance.verdicts.installed_release", lambda framework: Release("9.9")
    )
    trial = _trial("keras.ops.image.resize-bilinear")
    dying = replace(trial.call, run=elsewhere(there.end_there))
    with pytest.raises(FrameworkError, match=words):
        judge(dying, trial.case(), "float32")
    process.end()


def test_after_a_child_that_died_another_is_started() -> None:
    process = Process("mylib", {"MYLIB_BACKEND": "there"}, there.load)
    for _ in range(2):
        with pytest.raises(FrameworkError, match="the process that runs mylib has ended"):
            process(there.die)
        assert process(there.variable, "MYLIB_BACKEND") == "there"
    process.end()


def test_a_load_that_fails_is_tried_once_and_leaves_no_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loads = []
    # another test's framework of this name is not this one
    monkeypatch.setattr(frameworks, "_loaded", functools.cache(frameworks._loaded.__wrapped__))

    def load() -> Names:
        loads.append(1)
        return {"process": Process("mylib", {}, there.no_such_module)}

    monkeypatch.setitem(
        frameworks.FRAMEWORKS,
        "mylib",
        replace(FRAMEWORKS["keras_torch"], name="mylib", module="mylib", load=load),
    )
    for _ in range(2):
        with pytest.raises(FrameworkError, match=r"^import mylib failed: No module named 'tree'$"):
            frameworks.load("mylib")
    assert len(loads) == 1


def test_a_parent_that_is_gone_takes_its_child_along() -> None:
    script = (
        "import os; from halfpixel.frameworks.process import Process; "
        "Process('mylib', {}, dict); os._exit(0)"
    )
    # the child has its parent's standard output: this reads until both are gone
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        timeout=60,
    )
    assert ended.returncode == 0


# ---------------------------------------------------------------------------- Keras on torch

KERAS = "keras_torch"


def _trials() -> Iterator[trials.Trial]:
    for operation in get_args(Operation):
        yield from trials.trials_of(
            operation, lambda framework: "9.9" if framework == KERAS else None
        )


def _trial(call: str, case: str = "4x5-7x9-texture") -> trials.Trial:
    name = f"{KERAS}-{call}-float32-{case}"
    return next(trial for trial in _trials() if trial.id == name)


# of the ids, so that a worker of pytest-xdist that has Keras on torch runs these too
on_keras = pytest.mark.parametrize("framework", [pytest.param(KERAS, id=f"{KERAS}-child")])


def _there(names: Names) -> tuple[object, ...]:
    keras, torch = names["keras"], names["torch"]
    return (
        keras.backend.backend(),
        keras.__version__,
        torch.get_num_threads(),
        "tensorflow" in sys.modules,
    )


@pytest.mark.keras_torch
@on_keras
def test_the_child_has_the_torch_backend_alone_and_the_parent_is_untouched(framework: str) -> None:
    before = os.environ.get("KERAS_BACKEND")
    process = frameworks.load(framework)["process"]
    assert process(_there) == ("torch", frameworks.version(framework), 1, False)
    assert os.environ.get("KERAS_BACKEND") == before
    assert "keras" not in sys.modules or sys.modules["keras"].backend.backend() != "torch"


@pytest.mark.keras_torch
@on_keras
def test_what_keras_computes_there_is_judged_like_any_other(framework: str) -> None:
    """bicubic, held to the goldens of bilinear and of TensorFlow's bicubic."""
    trial = _trial("keras.ops.image.resize-bicubic")
    case = trial.case()
    assert judge(trial.call, case, "float32").kind == "conforms"
    for other in ("torch-interpolate-bilinear", "tensorflow-keras.ops.image.resize-bicubic"):
        call = next(call for call in trials.calls("resize") if call.id == other)
        convention = next(iter(call.follows.values()))
        held = replace(case, convention=convention, rule=call.rule)
        held = held.computed()
        assert judge(trial.call, held, "float32").kind == "changed"


@pytest.mark.keras_torch
@pytest.mark.parametrize("channels", [1, 3], ids=[f"{KERAS}-{n}" for n in ("one", "three")])
def test_one_column_repeats_its_first_row_where_it_has_one_channel(channels: int) -> None:
    trial = _trial("keras.ops.image.resize-bilinear-antialias", "5x8-9x1-texture")
    case = trial.case()
    x = np.repeat(case.inputs["x"], channels, axis=1)
    case = replace(case, inputs={"x": x})
    verdict = judge(trial.call, case.computed(), trial.dtype)
    assert verdict.kind == "conforms"
    assert bool(verdict.words) == (channels == 1)


@pytest.mark.keras_torch
@on_keras
def test_integers_wrap_around_as_the_findings_say(framework: str) -> None:
    x = np.array([0, 0, 32767, 32767]).reshape(1, 1, 1, 4)
    call = _trial("keras.ops.image.resize-bicubic").call
    case = replace(_trial("keras.ops.image.resize-bicubic").case(), inputs={"x": x}, size=(1, 8))
    exact = np.rint(np.asarray(case.reference()))
    assert exact.max() > 32767
    assert np.array_equal(
        call(case, "int16", frameworks.load(framework)), (exact + 2**15) % 2**16 - 2**15
    )


@pytest.mark.parametrize("missing", ["keras", "torch"])
def test_it_is_absent_without_keras_or_without_torch(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frameworks, "installed", lambda module: module != missing)
    monkeypatch.setattr(
        "halfpixel.frameworks.installation.installed", lambda module: module != missing
    )
    assert frameworks.version.__wrapped__(KERAS) is None


def test_both_backends_have_the_same_calls() -> None:
    """Beside flags of an interpolation that the one refuses."""
    on = {
        framework: [c.name for c in FRAMEWORKS[framework].calls if c.name.startswith("keras.")]
        for framework in ("tensorflow", KERAS)
    }
    assert [name for name in on["tensorflow"] if name in on[KERAS]] == on[KERAS]
    rest = [name for name in on["tensorflow"] if name not in on[KERAS]]
    assert {tuple(name.split("-")[1:]) for name in rest} == {
        (method, "antialias") for method in ("lanczos3", "lanczos5", "area")
    }


def test_the_defect_of_same_is_declared_where_the_cut_is_odd_and_until_3_15() -> None:
    shown = set()
    for trial in _trials():
        if trial.call.name.endswith("-same"):
            case = trial.case()
            before, after = (trial.call.at(release) for release in ("3.14.1", "3.15.0"))
            assert before is not None
            assert after is not None
            defect = before.defect(case.request)
            assert after.defect(case.request) is None
            if defect is not None:
                shown.add(case.name)
                # one pixel later: the window begins where the second pixel was
                moved = defect.result(case).expected
                assert moved.shape == case.expected.shape
                assert np.array_equal(moved[..., :-1, :-1], case.expected[..., 1:, 1:])
                assert not np.array_equal(moved, case.expected)
    assert shown == {
        "4x4-8x8-k3x3-s2-same",
        "3x4-6x8-k5x5-s2-same",
        "5x6-10x12-k3x3-s2-same-overlap",
    }
