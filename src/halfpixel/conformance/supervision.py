"""Jobs in a child process, one at a time: a crash or a hang costs the job that caused it, and no other.

The child is a Python of its own, not a fork, so that it works alike on every system, and imports nothing of
the program that started it. It is started again after it was lost. What it prints, and
what the libraries in it print, goes to a temporary file, of which the last line explains a crash.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Generic, TypeVar

T = TypeVar("T")

LIMIT = 60.0  # seconds for a job
START_LIMIT = 300.0  # seconds for a framework's import on a slow disk
_SAID = 160  # characters of what a process said last
_TAIL = 4096  # bytes read for it
_READY, _DONE, _FAILED, _LOST = "ready", "result", "error", "lost"
_PROGRAM = f"from {__name__} import serve; serve()"


class Unstarted(RuntimeError):
    """The child cannot run any job: its framework cannot be imported, or crashes or hangs as it is."""


class Fatal(RuntimeError):
    """Raised by a job: its process is of no use any more."""


@dataclass(frozen=True)
class Ended(Generic[T]):
    """How a job ended.

    Attributes:
        name: of the job.
        result: what it returned; None if it did not.
        lost: why it was lost with its process, which crashed or was ended for taking too long; or empty.
        error: any other error that it raised, as a traceback; or empty.
    """

    name: str
    result: T | None = None
    lost: str = ""
    error: str = ""


class Supervisor(Generic[T]):
    """A child process that runs jobs by their names.

    Args:
        start: called in the child, once, and again in each that replaces it; returns what runs a job by
            its name. A function at the top of a module, or a partial of one; what a job returns is pickled.
        limit: seconds that a job may take.
        start_limit: seconds that ``start`` may take.
    """

    def __init__(
        self,
        start: Callable[[], Callable[[str], T]],
        limit: float = LIMIT,
        start_limit: float = START_LIMIT,
    ) -> None:
        self._start, self._limit, self._start_limit = start, limit, start_limit
        self._child: _Child | None = None

    def __call__(self, name: str) -> Ended[T]:
        """Run a job. Errors are those of :meth:`each`."""
        (ended,) = self.each([name])
        return ended

    def each(self, jobs: Sequence[str]) -> Iterator[Ended[T]]:
        """Run jobs in order; after one that is lost, the others run in a new process.

        A caller that leaves the loop early ends the child.

        Raises:
            Unstarted: no process can be started.
        """
        left = deque(jobs)
        try:
            while left:
                child = self._child or self._begin()
                child.send(list(left))
                kind = _DONE
                while left and kind != _LOST:
                    kind, value = child.answer(self._limit)
                    if kind == _LOST:
                        self.end()
                    yield Ended(left.popleft(), **{kind: value})
        finally:
            if left:  # the child is at work on what nobody asks for any more
                self.end()

    def _begin(self) -> _Child:
        child = self._child = _Child()  # here, so that another thread can end it as it starts
        try:
            child.start(self._start, self._start_limit)
        except BaseException:
            self.end()
            raise
        return child

    def end(self) -> None:
        """End the child; a job that comes later starts a new one. Another thread may call this."""
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """One process, and what it says."""

    def __init__(self) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        self._answers: queue.Queue[tuple[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def start(self, start: Callable[[], Callable[[str], Any]], limit: float) -> None:
        """Make it ready to run jobs.

        Raises:
            Unstarted: it is not ready in time, or cannot be.
        """
        self.send(sys.path)
        self.send(start)
        kind, value = self.answer(limit)
        if kind != _READY:
            raise Unstarted(value)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError, ValueError):
            while True:
                self._answers.put(pickle.load(self._process.stdout))
        self._answers.put(None)

    def send(self, value: object) -> None:
        """Send it what to do next; a child that has ended is noticed by its answer."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            pickle.dump(value, self._process.stdin)
            self._process.stdin.flush()

    def answer(self, limit: float) -> tuple[str, Any]:
        """Its next answer: the kind, and what goes with it."""
        try:
            answer = self._answers.get(timeout=limit)
        except queue.Empty:
            return _LOST, f"ran longer than {limit:g} s"
        if answer is not None:
            return answer
        try:
            status = self._process.wait(5)
        except subprocess.TimeoutExpired:
            status = None
        return _LOST, f"crashed the process ({_ending(status)}){self._last()}"

    def _last(self) -> str:
        """The last line that the child printed, to be put after a sentence."""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(size - _TAIL, 0))
        lines = self._stderr.read().decode(errors="replace").split("\n")
        words = [" ".join(line.split()) for line in lines if line.strip()]
        return f": {words[-1][:_SAID]}" if words else ""

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()


def _ending(status: int | None) -> str:
    """How a process ended, in words."""
    if status is None:
        return "it does not end"
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


# ---------------------------------------------------------------------------- in the child


def serve() -> None:
    """Run what comes on stdin, and answer on stdout. What else is printed goes to stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends this process
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def answer(kind: str, value: object) -> None:
        pickle.dump((kind, value), answers)
        answers.flush()

    sys.path[:] = pickle.load(requests)
    try:
        run = pickle.load(requests)()
    except Exception as error:
        answer(_FAILED, str(error))
        return
    answer(_READY, None)
    names: queue.Queue[list[str]] = queue.Queue()
    threading.Thread(target=_read_requests, args=(requests, names), daemon=True).start()
    while True:
        for name in names.get():
            kind, value = _run(run, name)
            answer(kind, value)
            if kind == _LOST:
                return


def _read_requests(requests: IO[bytes], names: queue.Queue[list[str]]) -> None:
    try:
        while True:
            names.put(pickle.load(requests))
    except EOFError:  # the parent has ended, perhaps by a kill
        os._exit(1)


def _run(run: Callable[[str], Any], name: str) -> tuple[str, Any]:
    try:
        return _DONE, run(name)
    except Fatal as error:
        return _LOST, str(error)
    except Exception:
        return _FAILED, traceback.format_exc()
