"""Trials of all suites can be explained: a run that finds something is not ended by its own report."""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import Case
from halfpixel.conformance.trials import Trial
from halfpixel.conformance.verdicts import Verdict
from halfpixel.report import terminal
from halfpixel.report.terminal import explain
from tests.thinning import swept, thinned

SUITES: tuple[Callable[..., Iterator[Trial]], ...] = (
    functools.partial(trials.trials_of, "resize"),
    functools.partial(trials.trials_of, "conv_transpose"),
    trials.scale_trials,
    trials.gradient_trials,
    trials.conv_gradient_trials,
    trials.edge_trials,
    trials.photograph_trials,
)
# what a framework may return in place of the expected values; one of them for each trial
MISTAKES: tuple[Callable[[NDArray[Any]], NDArray[Any]], ...] = (
    np.zeros_like,
    lambda expected: expected[..., ::-1],
    lambda expected: np.full_like(expected, np.nan),
    lambda expected: np.zeros((1, 1, expected.shape[2] + 1, 3)),
)
SAMPLED = 4000  # trials of a framework to one that is explained by default
TENTH = 10  # to one in a sweep, as a trial takes 0.3 s
BLOCKS = 60  # in which they are


@functools.cache
def _trials(framework: str) -> list[Trial]:
    def release(name: str) -> frameworks.Release | None:
        return frameworks.release(name) if name == framework else None

    return [*itertools.chain.from_iterable(suite(release) for suite in SUITES)]


Mistake = Callable[[NDArray[Any]], NDArray[Any]]


def _told(trial: Trial, mistake: Mistake) -> str:
    """What a report says of a trial that returned something else."""
    case: Case = trial.case()
    dtype: Any = trial.dtype
    returned = trial.call.returns.get(dtype, dtype).replace("bfloat16", "float32")
    with np.errstate(all="ignore"):
        got = mistake(case.expected).astype(returned)
    bound = np.zeros(case.expected.shape if got.shape == case.expected.shape else 0)
    reason = f"{got.size} of {got.size} values exceed the error bound"
    return explain(
        Verdict(
            "changed", trial.call, case, trial.dtype, "1.2", reason=reason, got=got, bound=bound
        )
    )


def _explained(trial: Trial, mistake: Mistake) -> str:
    """The same; fails where the report could not find something out."""
    text = _told(trial, mistake)
    assert "is not known" not in text
    return text


def _blocks(name: str) -> Iterator[Any]:
    """Of a framework a sample of its trials, and a tenth of them: the first, and how many to the next."""
    tenth = ((TENTH * block, TENTH * BLOCKS) for block in range(BLOCKS))
    for first, step in ((0, SAMPLED), *tenth):
        mark = getattr(pytest.mark, name)
        known = pytest.param(name, first, step, marks=mark, id=f"{name}-{first}-{step}")
        yield swept(known) if step != SAMPLED or name == "keras_torch" else known


@pytest.mark.parametrize(
    ("framework", "first", "step"),
    [known for name in frameworks.FRAMEWORKS for known in _blocks(name)],
)
def test_a_trial_is_explained(framework: str, first: int, step: int) -> None:
    for number, trial in enumerate(_trials(framework)[first::step]):
        assert trial.case_name in _explained(trial, MISTAKES[number % len(MISTAKES)])


# these ended a run, whatever the framework returned
KNOWN = {
    "torch": ("bilinear-scale_factor-gradient-float32-9x7-5x4-by_0.6-texture",),
    "opencv": (
        "INTER_LINEAR-fx-uint8-5x4-9x7-extremes",
        "INTER_NEAREST-float64-12x5-5x12-texture",
        "INTER_AREA-growing-float64-1x9-1x40-one_line",
        "INTER_NEAREST-fx-float64-1x6-4x9-texture",
        "resize-INTER_NEAREST-float32-0x4-8x4-no_height_in",
    ),
}


@pytest.mark.parametrize(
    ("framework", "name"),
    [
        pytest.param(framework, name, marks=getattr(pytest.mark, framework), id=name)
        for framework, names in KNOWN.items()
        for name in names
    ],
)
@pytest.mark.parametrize("mistake", thinned(MISTAKES, every=4))
def test_what_cannot_be_followed_at_a_size_is_no_error(
    framework: str, name: str, mistake: Callable[[NDArray[Any]], NDArray[Any]]
) -> None:
    found = [trial for trial in _trials(framework) if trial.id.endswith(name)]
    assert found
    assert all(trial.case_name in _explained(trial, mistake) for trial in found)


@pytest.mark.opencv
def test_an_error_of_the_report_is_told_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise ZeroDivisionError("Fraction(0, 0)")

    monkeypatch.setattr(terminal, "followed", fails)
    text = _told(_trials("opencv")[0], np.zeros_like)
    assert "is not known: ZeroDivisionError: Fraction" in text
