"""Two threads compute what one does, within the bounds of the calls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import two_threads

TOP = Path(__file__).parents[2]
FEWEST = {"torch": 600, "opencv": 250, "tensorflow": 700}  # trials, so that none are lost

pytestmark = [pytest.mark.sweep, pytest.mark.skipif(sys.platform != "linux", reason="/proc")]


def ran(framework: str) -> Any:
    """What came of a framework in a process with two threads; the tests' own variables ask for one."""
    one = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    variables = {name: value for name, value in os.environ.items() if name not in one}
    command = [sys.executable, "-m", "tests.two_threads", framework]
    result = subprocess.run(
        command, cwd=TOP, env=variables, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "framework", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in two_threads.SET]
)
def test_two_threads_compute_what_one_does(framework: str) -> None:
    found = ran(framework)
    assert found["threads"] == two_threads.COUNT
    if framework != "tensorflow":  # whose threads are there from the start
        assert found["started"] >= 1
    assert found["ran"] > FEWEST[framework]
    assert found["changed"] == []
