"""A pytest plugin for the benchmark: how much CPU each phase of a run took, written as JSON."""

import itertools
import json
import os
import time
from collections.abc import Iterator

import pytest

from halfpixel.pytest_plugin import ConformanceItem

_marks: dict[str, float] = {"start": 0.0}
_inside = 0.0


def _mark(phase: str) -> None:
    _marks[phase] = time.process_time()


def pytest_collection() -> None:
    _mark("pytest and its plugins start")


def pytest_collection_finish() -> None:
    _mark("collection")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop() -> Iterator[None]:
    verdict = ConformanceItem.verdict

    def timed(item: ConformanceItem) -> object:
        global _inside
        start = time.process_time()
        try:
            return verdict(item)
        finally:
            _inside += time.process_time() - start

    ConformanceItem.verdict = timed  # type: ignore[method-assign, assignment]
    result = yield
    ConformanceItem.verdict = verdict  # type: ignore[method-assign]
    _mark("protocol and reports")
    return result


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _mark("the table")
    times = itertools.pairwise(_marks.items())
    phases = {name: end - start for (_, start), (name, end) in times}
    phases["protocol and reports"] -= _inside
    phases["imports, calls and comparisons"] = _inside
    with open(os.environ["HALFPIXEL_PHASES"], "w", encoding="utf-8") as file:
        json.dump(phases, file)
