"""Mutants die, and a suite that looks at nothing lets them live: a sample of `make mutants`."""

import random

import pytest

from halfpixel.conformance.shape_trials import shape_trials
from halfpixel.conformance.trials import Trial
from halfpixel.frameworks import release
from tests.mutants import drawn
from tests.mutants.parts import Mutant
from tests.mutants.run import run, text
from tests.mutants.table import MUTANTS


def _shapes(framework: str, *calls: str) -> list[Trial]:
    every = shape_trials(lambda name: release(name) if name == framework else None)
    return [
        trial
        for trial in every
        if trial.dtype == "float32" and trial.call.id.removesuffix("-gradient") in calls
    ]


FLOATS = [
    mutant
    for mutant in MUTANTS
    if not any(d in mutant.name for d in ("uint8", "float64", "float16"))
]


@pytest.mark.torch
def test_every_mutant_of_a_transposed_convolution_dies() -> None:
    tally = run("torch", FLOATS, _shapes("torch", "torch-conv_transpose2d"))
    assert tally.total > 40
    assert list(text("torch", tally))[1:] == []


@pytest.mark.opencv
def test_every_mutant_of_a_resize_dies() -> None:
    tally = run("opencv", FLOATS, _shapes("opencv", "opencv-resize-INTER_NEAREST"))
    lives = [mutant.name for mutant in tally.survivors if "in memory" not in mutant.name]
    assert tally.total > 30
    assert lives == []


@pytest.mark.opencv
def test_a_mutant_lives_where_no_case_asks_for_what_it_does_wrong() -> None:
    shapes = _shapes("opencv", "opencv-resize-INTER_NEAREST")
    few = [trial for trial in shapes if "17_channels" in trial.case_name]
    tally = run("opencv", FLOATS, few)
    told = "\n".join(text("opencv", tally))
    assert 0 < tally.killed < tally.total
    assert "above 512 pixels in: lives in resize-INTER_NEAREST (no case asks)" in told


def test_mutants_are_drawn_by_seed() -> None:
    def names(seed: int) -> list[str]:
        found: list[Mutant] = drawn.mutants(random.Random(seed), 20)
        return [mutant.name for mutant in found]

    assert names(1) == names(1)
    assert len({*names(1)} | {*names(2)}) > 25


def test_no_mutant_stands_in_the_table_twice() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert len({*names}) == len(names) > 90
