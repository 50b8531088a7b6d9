"""Jobs in a child process: what a crash, a hang, an error and a failing start cost, and what is told."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from halfpixel.conformance.supervision import Fatal, Supervisor, Unstarted


def _job(name: str) -> str:
    if name == "prints":
        os.write(1, b"noise, which is no answer")
    if name == "crashes":
        sys.stderr.write("Check failed: x > 0\n")
        sys.stderr.flush()
        os.abort()
    if name == "leaves":
        os._exit(3)
    if name == "hangs":
        time.sleep(60)
    if name == "raises":
        raise ZeroDivisionError("deep inside")
    if name == "is fatal":
        raise Fatal("the backend has ended")
    return f"{name} in {os.getpid()}"


def start() -> Callable[[str], str]:
    return _job


def start_broken(how: str) -> Callable[[str], str]:
    if how == "raises":
        raise ImportError("no libcudart.so")
    os._exit(4)


@pytest.fixture
def supervisor() -> Iterator[Supervisor[str]]:
    one = Supervisor(start, limit=1)
    yield one
    one.end()


LOST = {
    "crashes": "crashed the process (SIGABRT): Check failed: x > 0",
    "leaves": "crashed the process (exit status 3)",
    "hangs": "ran longer than 1 s",
    "is fatal": "the backend has ended",
}


@pytest.mark.parametrize("name", LOST)
def test_a_job_that_is_lost_costs_itself_alone(supervisor: Supervisor[str], name: str) -> None:
    first, lost, second, third = supervisor.each(["a", name, "b", "c"])
    assert lost.lost == LOST[name]
    assert (lost.name, lost.result, lost.error) == (name, None, "")
    before, after, also = ((one.result or "").rpartition(" ")[2] for one in (first, second, third))
    assert before != after == also != ""


def test_an_error_is_told_and_the_process_stays(supervisor: Supervisor[str]) -> None:
    first, failed, noisy, last = supervisor.each(["a", "raises", "prints", "b"])
    assert failed.error.endswith("ZeroDivisionError: deep inside\n")
    assert (noisy.result or "").startswith("prints in ")
    assert (first.result or "").rpartition(" ")[2] == (last.result or "").rpartition(" ")[2]


def test_a_loop_that_is_left_ends_the_child(supervisor: Supervisor[str]) -> None:
    pid = int((supervisor("a").result or "").rpartition(" ")[2])
    for one in supervisor.each(["b", "c"]):
        assert one.name == "b"
        break
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert supervisor("d").result


@pytest.mark.parametrize(
    ("how", "message"),
    [("raises", "no libcudart.so"), ("leaves", r"crashed the process \(exit status 4\)")],
)
def test_a_start_that_fails_is_an_error(how: str, message: str) -> None:
    with pytest.raises(Unstarted, match=message):
        Supervisor(partial(start_broken, how))("a")
