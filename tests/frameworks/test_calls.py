"""The tables of calls: made when they are asked for, and which libraries' functions they are written in."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from halfpixel.conversion.parse import catalogue
from halfpixel.conversion.parse.signatures import BY_NAME
from halfpixel.frameworks import FRAMEWORKS, LIBRARIES
from halfpixel.frameworks.call import Calls

_CONVERT = """
import json
from halfpixel import convert
from halfpixel.frameworks import FRAMEWORKS
convert("F.interpolate(x, size=(8, 8), mode='bilinear')", "opencv")
print(json.dumps([name for name, one in FRAMEWORKS.items() if "_made" in vars(one.calls)]))
"""


def test_a_conversion_makes_the_calls_of_both_frameworks_alone() -> None:
    output = subprocess.check_output([sys.executable, "-c", _CONVERT], text=True)
    assert set(json.loads(output)) == {"torch", "opencv"}


def test_calls_are_made_once_and_have_names() -> None:
    made: list[str] = []

    def make() -> list[object]:
        made.append("made")
        return list(FRAMEWORKS["opencv"].calls[:3])

    calls = Calls(make)  # type: ignore[arg-type]
    assert not made
    assert len(calls) == 3
    assert list(calls) == list(calls[:3])
    assert calls.by_name[calls[1].name] is calls[1]
    assert made == ["made"]


def test_every_framework_says_in_which_libraries_its_calls_are_written() -> None:
    for name, framework in FRAMEWORKS.items():
        written = {BY_NAME[row.function].framework for row in catalogue.rows_of(name)}
        assert written <= {name, *framework.writes}, name


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_rows_of_a_library_are_found_without_those_of_others(library: str) -> None:
    def ids(rows: object) -> list[str]:
        return [r.call.id for r in rows if BY_NAME[r.function].framework == library]  # type: ignore[attr-defined]

    assert ids(catalogue.rows_in(library)) == ids(catalogue.rows())  # type: ignore[arg-type]
