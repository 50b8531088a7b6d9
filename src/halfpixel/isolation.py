"""A run whose tests run in a child process: one that ends the process costs itself, and the others go on.

The child is forked before any framework is imported, and runs pytest's own loop. What its hooks report is
sent to the parent, which keeps the results, prints them, and names the test during which the child ended.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import pickle
import select
import signal
import struct
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import chain
from typing import Any

import pytest

# from a test during which the child ended, the child's exit status, the seconds that the test took and what
# the child noted last: its report
Lost = Callable[[pytest.Item, int, float, str], pytest.TestReport]
Limit = Callable[[str], float]  # from a node id, the seconds after which the parent ends the child

TIMED_OUT = 124  # the exit status of a process that ends itself because a test takes too long
_HEAD = struct.Struct("<I")
_OPTIONS = ("usepdb", "trace", "setuponly", "setupshow", "setupplan", "collectonly")


def possible(config: pytest.Config) -> bool:
    """Whether this process can hand its tests to a child: not under pytest-xdist, whose workers are children,
    nor where the run is followed by a debugger or pytest-cov.

    A fork is safe before a framework has started threads; macOS's own libraries do not allow it.
    """
    if sys.platform in ("win32", "darwin") or sys.gettrace() is not None:
        return False
    # a lock that another thread holds is never let go of in the child
    if threading.active_count() > 1:
        return False
    if hasattr(config, "workerinput") or config.getoption("dist", "no") != "no":
        return False
    if any(config.getoption(option, False) for option in _OPTIONS):
        return False
    return not config.pluginmanager.has_plugin("_cov")


def in_children(
    session: pytest.Session, lost: Lost, limit: Limit
) -> Generator[None, object, object]:
    """Run the tests of a session in a child, and in another after one that ends: the body of a wrapper of
    ``pytest_runtestloop``.

    Args:
        session: with its tests.
        lost: makes the report of a test during which the child ended.
        limit: for a test that keeps the child from ending by itself.
    """
    items, left = session.items, list(session.items)
    while left:
        child = _Child.forked(session)
        if child is None:
            session.items = left
            if session.config.option.maxfail:
                session.config.option.maxfail -= session.testsfailed
            session.testsfailed = 0  # pytest's loop would take them for those of a collection
            return (yield from _inside(session))
        left = _Keeper(session, child, lost, limit).keep(left)
    failed, session.testsfailed, session.items = session.testsfailed, 0, []
    try:
        return (yield)  # pytest's loop, over nothing
    finally:
        session.testsfailed, session.items = failed, items


def tear_down(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Tear down what is set up and the next test does not need, as pytest does after an item."""
    manager = item.config.pluginmanager
    runner = manager.get_plugin("runner")
    # other plugins undo what they did as they set an item up
    others = [plugin for plugin in manager.get_plugins() if plugin is not runner]
    hook = manager.subset_hook_caller("pytest_runtest_teardown", others)
    hook(item=item, nextitem=nextitem)


# ---------------------------------------------------------------------------- in the child


class Parent:
    """The child's way to its parent. A message goes with the next that tells what is about to begin: one for
    each test, where sending and waking cost as much as resizing a few pixels."""

    def __init__(self, pipe: int) -> None:
        self.pipe, self.told = pipe, list[tuple[object, ...]]()

    def tell(self, *message: object) -> None:
        self.told.append(message)

    def start(self, nodeid: str) -> None:
        """A test begins."""
        self.tell("start", nodeid)
        self.send()

    def passed(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """A test of one phase has passed: the parent makes its report, and calls what hears of it."""
        self.tell("passed", call.start, call.stop, call.duration, item.user_properties)

    def finish(self, nodeid: str) -> None:
        """A test has ended."""
        self.tell("finish", nodeid)

    def send(self) -> None:
        body = pickle.dumps(self.told)
        self.told.clear()
        left = memoryview(_HEAD.pack(len(body)) + body)
        try:
            while left:
                left = left[os.write(self.pipe, left) :]
        except BrokenPipeError:  # the parent was killed
            os._exit(1)


_PARENT = pytest.StashKey[Parent]()


def parent_of(config: pytest.Config) -> Parent | None:
    """The parent, where the tests of a run are in a child, which may end."""
    return config.stash.get(_PARENT, None)


def note(config: pytest.Config, what: str) -> None:
    """Tell the parent, if there is one, what is being imported; empty when it has been."""
    if parent := parent_of(config):
        parent.tell("note", what)
        parent.send()


class _Relay:
    """The hooks that report, in the child."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.parent = config, config.stash[_PARENT]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.parent.start(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        hook = self.config.hook
        data = hook.pytest_report_to_serializable(config=self.config, report=report)
        self.parent.tell("report", data)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.parent.finish(nodeid)

    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        try:
            pickle.dumps(warning_message.message)
        except Exception:  # of a class that cannot be pickled
            warning_message.message = UserWarning(str(warning_message.message))
            warning_message.category = UserWarning
        shown = {name: vars(warning_message)[name] for name in _OF_WARNING}
        self.parent.tell("warning", shown, when, nodeid, location)


_OF_WARNING = ("message", "category", "filename", "lineno")


class _Silent:
    """In the place of the terminal's reporter, which is the parent's: it is told nothing, and writes nowhere,
    where a plugin asks for a writer."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reporter, name)


def _inside(session: pytest.Session) -> Generator[None, object, object]:
    """Run the tests in the child, tell the parent how that ended, and leave."""
    manager = session.config.pluginmanager
    reporter = manager.unregister(name="terminalreporter")
    if reporter is not None:
        nowhere = open(os.devnull, "w")  # noqa: SIM115
        silent = _Silent(pytest.TerminalReporter(session.config, nowhere))
        manager.register(silent, "terminalreporter")
    manager.register(_Relay(session.config))
    end: tuple[object, ...] = ("end",)
    try:
        yield
    except session.Failed as error:
        end = ("failed", str(error))
    except session.Interrupted as error:
        end = ("interrupted", str(error))
    except pytest.exit.Exception as error:
        end = ("exit", error.msg, error.returncode)
    except KeyboardInterrupt:
        end = ("ctrl-c",)
    except BaseException:
        end = ("error", traceback.format_exc())
    try:
        if end[0] not in ("end", "error") and session.items:  # fixtures are still set up
            tear_down(session.items[-1], None)
    finally:
        parent = session.config.stash[_PARENT]
        parent.tell(*end)
        parent.send()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


# ---------------------------------------------------------------------------- in the parent


_PATIENCE = 0.05  # seconds between looks at what was told: waking for each test costs more


class _Child:
    """A child process, and what it tells."""

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid, self.pipe = pid, pipe
        self.until = float("inf")  # when the parent ends it, by time.monotonic
        self._data, self._messages = bytearray(), deque[tuple[Any, ...]]()
        self.status: int | None = None  # of its exit, negative for a signal

    @classmethod
    def forked(cls, session: pytest.Session) -> _Child | None:
        """A child that is at the same place in the program; None in the child."""
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        for stream in (sys.stdout, sys.stderr, reporter):
            if stream is not None:
                stream.flush()
        receive, send = os.pipe()
        with warnings.catch_warnings():
            # of threads: NumPy's, which it stops itself before a fork
            warnings.simplefilter("ignore", DeprecationWarning)
            gc.freeze()  # so that the child's collector does not visit, and copy, what the parent made
            pid = os.fork()
        if pid == 0:
            os.close(receive)
            session.config.stash[_PARENT] = Parent(send)
            return None
        gc.unfreeze()
        os.close(send)
        return cls(pid, receive)

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """What it tells, until it ends. After an interruption it can be asked for the rest."""
        ready = select.poll()
        ready.register(self.pipe, select.POLLIN)
        while True:
            while self._messages:
                yield self._messages.popleft()
            # a process that the child started may hold the pipe open
            if not ready.poll(1000):
                if self._ended():
                    return
                if time.monotonic() > self.until:
                    self.kill()
                continue
            read = os.read(self.pipe, 1 << 20)
            if not read:
                return
            self._data += read
            self._unpack()
            time.sleep(_PATIENCE)

    def _unpack(self) -> None:
        while len(self._data) >= _HEAD.size:
            end = _HEAD.size + _HEAD.unpack_from(self._data)[0]
            if len(self._data) < end:
                return
            self._messages.extend(pickle.loads(self._data[_HEAD.size : end]))
            del self._data[:end]

    def _ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def wait(self) -> int:
        """Wait until it has ended, and return its exit status."""
        os.close(self.pipe)
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class _Keeper:
    """What the parent makes of a child's messages."""

    def __init__(self, session: pytest.Session, child: _Child, lost: Lost, limit: Limit) -> None:
        self.session, self.child, self.lost, self.limit = session, child, lost, limit
        self.end: tuple[Any, ...] | None = None
        self.note = ""  # what is being imported
        self.items: Sequence[pytest.Item] = ()
        self.done, self.began = 0, 0.0
        self.running: int | None = None  # the place of the test that has begun

    def keep(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """Follow the child to its end, and return the tests that it has left to another."""
        self.items = items
        try:
            self._follow()
        except KeyboardInterrupt:
            self.child.kill()
            self._follow()  # to the test that was running
            self.child.wait()
            raise
        except BaseException:
            self.child.kill()
            self.child.wait()
            raise
        status = self.child.wait()
        if self.end is not None:
            self._raise(*self.end)
            return []
        if self.running is None:
            if not self.done:
                raise RuntimeError(f"{ending(status)} before its first test")
            return list(items[self.done :])
        item = items[self.running]
        report = self.lost(item, status, time.monotonic() - self.began, self.note)
        item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        if self.session.shouldfail:
            raise self.session.Failed(self.session.shouldfail)
        if self.session.shouldstop:
            raise self.session.Interrupted(self.session.shouldstop)
        return list(items[self.running + 1 :])

    def _follow(self) -> None:
        """Call the hooks that the child tells of."""
        config = self.session.config
        for kind, *given in self.child.messages():
            if kind == "start":
                self.running, self.began = self._index_of(*given), time.monotonic()
                self.child.until = self.began + self.limit(given[0]) + _LATER
                item = self.items[self.running]
                item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            elif kind == "report":
                hook, (data,) = config.hook, given
                report = hook.pytest_report_from_serializable(config=config, data=data)
                hook.pytest_runtest_logreport(report=report)
            elif kind == "passed" and self.running is not None:
                self._passed(self.items[self.running], *given)
            elif kind == "finish" and self.running is not None:
                item = self.items[self.running]
                item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
                self.done, self.running = self.running + 1, None
            elif kind == "note":
                (self.note,) = given
            elif kind == "warning":
                self._warn(*given)
            else:
                self.end = (kind, *given)

    @staticmethod
    def _passed(
        item: pytest.Item, start: float, stop: float, duration: float, properties: list[Any]
    ) -> None:
        call = pytest.CallInfo.from_call(lambda: None, when="call")
        call.start, call.stop, call.duration = start, stop, duration
        item.user_properties = _shared(properties)
        report = item.ihook.pytest_runtest_makereport(item=item, call=call)
        item.ihook.pytest_runtest_logreport(report=report)

    def _index_of(self, nodeid: str) -> int:
        """The index of a test: a plugin's protocol may run one several times."""
        for index in chain(range(self.done, len(self.items)), range(self.done)):
            if self.items[index].nodeid == nodeid:
                return int(index)
        raise LookupError(f"{nodeid} was not collected")

    def _warn(self, shown: dict[str, Any], when: str, nodeid: str, location: object) -> None:
        message = warnings.WarningMessage(**shown)
        known = {"warning_message": message, "when": when, "nodeid": nodeid, "location": location}
        self.session.config.hook.pytest_warning_recorded.call_historic(kwargs=known)

    def _raise(self, kind: str, *given: Any) -> None:
        """End the run as the child's ended."""
        if kind == "failed":  # the parent has counted the failures of all children
            raise self.session.Failed(self.session.shouldfail or given[0])
        if kind == "interrupted":
            raise self.session.Interrupted(*given)
        if kind == "exit":
            pytest.exit(*given)
        if kind == "ctrl-c":
            raise KeyboardInterrupt
        if kind == "error":
            raise RuntimeError(f"in the process that runs the tests:\n{given[0]}")


def _shared(data: object) -> Any:
    """The same plain data with one object for equal texts: a run keeps that of every test."""
    if isinstance(data, str):
        return sys.intern(data)
    if isinstance(data, dict):
        return {_shared(key): _shared(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return type(data)(map(_shared, data))
    return data


def ending(status: int) -> str:
    """How a process ended, in words; ``status`` as ``os.waitstatus_to_exitcode`` has it."""
    if status < 0:
        return f"{signal.Signals(-status).name} ended the process"
    return f"the process ended with exit status {status}"


# ---------------------------------------------------------------------------- where tests run


class Watch:
    """A thread that ends its process, with status ``TIMED_OUT``, when a test takes too long.

    Where the thread cannot run, as a test never lets go of the interpreter, faulthandler's ends it: that is
    one more, with status 1, a little later.
    """

    def __init__(self, *, alone: bool) -> None:
        """``alone``: nothing else in the process uses faulthandler's thread."""
        # when the test is late, and when faulthandler ends it: by time.monotonic
        self._until = self._armed = float("inf")
        self._alone, self._parent = alone, os.getppid()
        self._nowhere = open(os.devnull, "w")  # noqa: SIM115  as long as faulthandler has it
        threading.Thread(target=self._run, daemon=True, name="halfpixel-watch").start()

    @property
    def until(self) -> float:
        """When the running test is late, by ``time.monotonic``; infinite where none runs."""
        return self._until

    @until.setter
    def until(self, when: float) -> None:
        self._until = when
        if when + _LATER < self._armed:  # the test may never let the thread run
            self._arm()

    def _run(self) -> None:
        while True:
            left = self._until - time.monotonic()
            if left < 0 or os.getppid() != self._parent:
                os._exit(TIMED_OUT)
            self._arm()
            time.sleep(min(left, 1.0) + 0.01)

    def _arm(self) -> None:
        if self._alone:
            now = time.monotonic()
            later = min(self._until - now, 3600.0) + _LATER
            faulthandler.dump_traceback_later(later, exit=True, file=self._nowhere)
            self._armed = now + later


_LATER = 10.0  # seconds


class Output:
    """What a process writes to its standard output and error, C libraries too, where pytest captures that.

    pytest captures phases, and a trial has none. The file is shared with the children.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        self._real = (os.dup(1), os.dup(2))

    def __enter__(self) -> None:
        self._to(self._file.fileno(), self._file.fileno())

    def __exit__(self, *error: object) -> None:
        self._to(*self._real)

    def _to(self, *targets: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        for standard, target in zip((1, 2), targets, strict=True):
            os.dup2(target, standard)

    def taken(self) -> str:
        """What was written since it was last taken; of much, the beginning and the end."""
        size = self._file.seek(0, os.SEEK_END)
        if not size:
            return ""
        self._file.seek(0)
        text = self._file.read(_KEPT).decode(errors="replace")
        if size > 2 * _KEPT:
            text += f"\n[{size - 2 * _KEPT} bytes left out]\n"
        self._file.seek(max(size - _KEPT, _KEPT))
        text += self._file.read(_KEPT).decode(errors="replace")
        self._file.seek(0)
        self._file.truncate()
        return text

    def takes_dumps(self) -> None:
        """Let faulthandler write here what it says of a process that ends, if it is on."""
        if faulthandler.is_enabled():
            faulthandler.enable(self._file)


_KEPT = 5_000  # bytes of each end
