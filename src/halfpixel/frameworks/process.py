"""A framework in a process of its own: for one that cannot be imported beside another."""

from __future__ import annotations

import functools
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import TypeVar

from ..arrays import AnyArray
from .call import Expression, FrameworkError, FrameworkObject, Names, Run

T = TypeVar("T")

_names: dict[str, FrameworkObject] = {}  # of the child: what its framework's ``load`` returned


class Process:
    """A child process that has loaded a framework, and evaluates in it. It ends with this process. After one
    that ended by itself, another is started.

    Args:
        framework: its name, for error messages.
        environment: the variables that the child sets before anything is imported.
        load: a function at the top of a module: imports the framework there, and returns the names that
            expressions use.

    Raises:
        ImportError, OSError: what ``load`` raised.
        FrameworkError: the child ended.
    """

    def __init__(
        self, framework: str, environment: Mapping[str, str], load: Callable[[], Names]
    ) -> None:
        self.framework = framework
        self._environment, self._load = dict(environment), load
        self._pool: ProcessPoolExecutor | None = None
        self._start()

    def _start(self) -> ProcessPoolExecutor:
        started = ProcessPoolExecutor(
            1, get_context("spawn"), initializer=_begin, initargs=(self._environment,)
        )
        self._pool = started
        try:
            self(_load, self._load)
        except BaseException:
            self.end()
            raise
        return started

    def __call__(self, function: Callable[..., T], *args: object) -> T:
        """``function(names, *args)``, there: a function at the top of a module, or a partial of one.

        Raises:
            Exception: whatever the framework raises; or ``load``, where the child is started again.
            FrameworkError: the child ended.
        """
        pool = self._pool or self._start()
        try:
            future: Future[T] = pool.submit(_apply, function, *args)
            return future.result()
        except BrokenProcessPool as error:
            self.end()
            raise FrameworkError(
                f"the process that runs {self.framework} has ended: it was killed, or it crashed"
            ) from error

    def end(self) -> None:
        """End the child, and wait until it has. At exit this happens by itself."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def elsewhere(run: Run) -> Run:
    """A call's ``run`` that happens in the child: the names are ``{"process": Process(...)}``."""

    @functools.wraps(run)
    def there(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
        process: Process = names["process"]
        return process(run, expression, inputs)

    return there


# ---------------------------------------------------------------------------- in the child


def _begin(environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it, in mid-call and without a word
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed, or leaves by ``os._exit``, cannot end its child."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _load(names: Names, load: Callable[[], Names]) -> None:
    _names.update(load())


def _apply(function: Callable[..., T], *args: object) -> T:
    return function(_names, *args)
