"""All tests of this tree run with halfpixel's pytest plugin, and every process of them in one thread.

The images are small: more threads, in each worker of pytest-xdist, wait for each other. The variables are set
before NumPy is imported, and reach the workers and the programs that tests start.
"""

import gc
import os
from collections.abc import Generator

import pytest

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

pytest_plugins = ["halfpixel.pytest_plugin"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The tests are 10⁶ objects that live to the end: the garbage collector need not visit them. It visits
    others less often than by default, which would take 6 % of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()
