"""Which lines of a user's functions resize: those that run, in the user's own files."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from halfpixel.testing.source_lines import resizes

# a stand-in for OpenCV: the lines are found by what is written
CODE = """
import cv2

def inner(x):
    return cv2.resize(x, (4, 4), interpolation=cv2.INTER_AREA)

def choosing(x, area=True):
    if area:
        return inner(x)
    return cv2.resize(x, (4, 4))

def over_lines(x):
    return cv2.resize(
        x,
        (4, 4),
    )

def failing(x):
    cv2.resize(x, (4, 4))
    raise ValueError("no")
"""
INNER = "mine.py:5: cv2.resize(x, (4, 4), interpolation=cv2.INTER_AREA)"


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    stand_in = ModuleType("cv2")
    stand_in.resize = lambda x, size, interpolation=1: x  # type: ignore[attr-defined]
    stand_in.INTER_AREA = 3  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv2", stand_in)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.py"
    path.write_text(CODE)
    spec = importlib.util.spec_from_file_location("mine", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lines_that_ran_are_named_and_no_others(mine: ModuleType) -> None:
    x = np.zeros((8, 8))
    assert resizes(lambda: mine.choosing(x)) == [INNER]
    assert resizes(lambda: mine.choosing(x, area=False)) == ["mine.py:10: cv2.resize(x, (4, 4))"]
    assert resizes(lambda: mine.over_lines(x)) == ["mine.py:13: cv2.resize(x, (4, 4))"]
    assert resizes(lambda: np.zeros(3)) == []


def test_what_raises_costs_the_lines_alone(mine: ModuleType) -> None:
    before = sys.gettrace()
    assert resizes(lambda: mine.failing(np.zeros((8, 8)))) == []
    assert sys.gettrace() is before
