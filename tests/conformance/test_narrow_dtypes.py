"""Narrow dtypes run on some cases by default: none is lost, and what only they show is still caught."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel.conformance import narrow_dtypes, trials, verdicts
from halfpixel.conformance.cases import (
    INTEGER_CASES,
    INTEGER_SCALE_CASES,
    RESIZE_CASES,
    SCALE_CASES,
)
from halfpixel.conformance.trials import Trial
from halfpixel.frameworks import Call
from halfpixel.frameworks.call import WIDE
from tests import mylib


@functools.cache
def _default() -> list[Trial]:
    return [*trials.trials_of("resize"), *trials.scale_trials(), *trials.photograph_trials()]


@functools.cache
def _swept() -> list[Trial]:
    return list(trials.narrow_trials())


def test_every_call_runs_in_every_dtype_by_default() -> None:
    pairs = {(trial.call.id, trial.dtype) for trial in _default()}
    assert {(trial.call.id, trial.dtype) for trial in _swept()} <= pairs


def _without_edges(call: Call) -> bool:
    return any(not one.edges and not one.dtypes for one in call.left_out)


def test_a_call_without_edges_has_the_kernel_of_one_that_runs_every_case() -> None:
    every = [call for call in trials.calls("resize") if call.arithmetic]
    few = [call for call in every if _without_edges(call) and not call.hands_on]
    sources = {
        (call.framework, one.source)
        for call in every
        if not _without_edges(call)
        for one in call.arithmetic.values()
    }
    assert few
    for call in few:
        assert {(call.framework, one.source) for one in call.arithmetic.values()} <= sources


def test_a_trial_runs_by_default_or_in_the_sweep() -> None:
    default, swept = ({trial.id for trial in some} for some in (_default(), _swept()))
    assert len(default) == len(_default())
    assert not default & swept
    photographs = ("60x90-96x144-photograph", "60x90-75x50-photograph")
    assert {trial.case_name for trial in _swept()}.issuperset(photographs)
    others = [trial for trial in _swept() if trial.case_name not in photographs]
    wide = [t for t in others if t.dtype in WIDE and not _runs_few_in_every_dtype(t.call)]
    assert {(t.dtype, t.call.variant) for t in wide} == {("float64", True)}


def _runs_few_in_every_dtype(call: Call) -> bool:
    return bool(call.hands_on or call.compiled or _without_edges(call))


def test_the_names_are_those_of_cases() -> None:
    cases = (*RESIZE_CASES, *INTEGER_CASES, *SCALE_CASES, *INTEGER_SCALE_CASES)
    known = {case.name for case in cases}
    for treatment in narrow_dtypes.TREATMENTS:
        assert known.issuperset(treatment.cases)


# ---------------------------------------------------------------------------- what is caught

Array = NDArray[Any]


def _cut(y: Array, dtype: str) -> Array:
    """Cut: floats to the 8 bits of bfloat16, integers towards 0."""
    if dtype != "float16":
        return np.asarray(np.trunc(y))
    bits = y.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)
    return np.asarray(bits.view(np.float32), np.float64)


def _off(y: Array, dtype: str) -> Array:
    return np.asarray(y + 1 if dtype != "float16" else y * (1 + 2.0**-8))


# the mistake, on which cases (n_in, n_out along H and W) it is made, what it does to the exact result
MISTAKES: dict[str, tuple[Callable[[Any], bool], Callable[[Array, str], Array]]] = {
    "cut": (lambda case: True, _cut),
    "enlarging is off": (lambda case: all(m > n for n, m in case.sizes), _off),
    "shrinking is off": (lambda case: all(m < n for n, m in case.sizes), _off),
    "one axis grows": (lambda case: len({m > n for n, m in case.sizes}) == 2, _off),
    "a copy is off": (lambda case: all(m == n for n, m in case.sizes), _off),
    "doubling is off": (lambda case: all(m == 2 * n for n, m in case.sizes), _off),
    "halving is off": (lambda case: all(2 * m == n for n, m in case.sizes), _off),
    "a second image is off": (lambda case: case.request.shape[0] > 1, _off),
    "a third channel is off": (lambda case: case.request.shape[1] > 2, _off),
    "a ninth column is off": (lambda case: case.size[1] > 8, _off),
    "a third of the size and less is off": (
        lambda case: any(3 * m <= n for n, m in case.sizes),
        _off,
    ),
}
SATURATION = {
    "wrapped": (lambda case: True, lambda y, dtype: y.astype(np.int64).astype(dtype)),
    "clamped one too early": (
        lambda case: True,
        lambda y, dtype: y.clip(np.iinfo(dtype).min + 1, np.iinfo(dtype).max - 1),
    ),
}


def _caught(some: list[Trial], name: str) -> list[str]:
    """The cases on which a mistake in the result is seen."""
    applies, mistake = {**MISTAKES, **SATURATION}[name]
    found = []
    for trial in some:
        case = trial.case()
        exact = case.expected
        if trial.dtype != "float16":  # before it is stored: overshoot is left
            exact = replace(case, rule=None).reference()
            limits = np.iinfo(trial.dtype)
            right = np.rint(exact).clip(limits.min, limits.max)
            case = replace(case, expected=right)
            exact = exact if name == "cut" else np.rint(exact) if name in SATURATION else right
        y = mistake(exact, trial.dtype) if applies(case) else exact

        def run(*_: Any, y: Array = y, dtype: str = trial.dtype) -> Array:
            with np.errstate(over="ignore", invalid="ignore"):
                return np.asarray(y.astype(dtype))

        if verdicts.judge(replace(trial.call, run=run), case, trial.dtype).kind == "changed":
            found.append(trial.case_name)
    return found


def _of(call: str, dtype: str) -> tuple[list[Trial], list[Trial]]:
    """The trials of a call in a dtype: by default, and those of the sweep."""
    default, swept = (
        [t for t in some if (t.call.id, t.dtype) == (call, dtype) and "photo" not in t.case_name]
        for some in (_default(), _swept())
    )
    return default, swept


FLOATS = ("torch-interpolate-bicubic", "float16")
INTEGERS = ("opencv-resize-INTER_CUBIC", "int16")


@pytest.mark.opencv
@pytest.mark.torch
@pytest.mark.parametrize(
    ("call", "dtype", "mistake"),
    [
        *((*FLOATS, mistake) for mistake in MISTAKES),
        *((*INTEGERS, mistake) for mistake in (*MISTAKES, *SATURATION)),
    ],
)
def test_a_mistake_of_a_narrow_dtype_is_caught_by_default(
    call: str, dtype: str, mistake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    default, swept = _of(call, dtype)
    assert swept
    mylib.install(monkeypatch, verdicts)
    assert _caught(default, mistake) != []
