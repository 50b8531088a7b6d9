"""Tests that do not come to their end: they end their process, take too long, or are interrupted.

Where tests run in a process that may end, a child of :mod:`~halfpixel.isolation` or a worker of pytest-xdist,
such a test costs itself: it is named, and the others run.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from . import isolation

PROPERTY = "halfpixel"  # of a report: the outcome of a trial
FAILED_IMPORT = (
    "halfpixel_failed_import"  # of a report: the framework, and why it cannot be imported
)
_IMPORTS = 5  # as long as a case may take, so many times, may an import
_LASTING = 10  # and so many times an ordinary test, a sweep's block or a compiled call
_TRIAL = re.compile(
    r"\[(?P<framework>\w+)-(?P<name>.+?)-(?P<dtype>b?float\d+|u?int\d+|bool)-(?P<case>.+)\]$"
)


class LostTests:
    """A plugin that knows which tests are running, and since when.

    Args:
        config: of the run; ``--halfpixel-timeout`` is how long a case may take.
        in_suite: whether a node id is of a suite: other tests may take any time.
        lasting: whether the run has sweeps or modes, whose items last; ordinary tests then take any time.
    """

    def __init__(
        self, config: pytest.Config, in_suite: Callable[[str], bool], *, lasting: bool
    ) -> None:
        self.config, self.in_suite, self.lasting = config, in_suite, lasting
        self.running: dict[str, float] = {}  # when each began, by node id
        self.failed: dict[str, str] = {}  # frameworks that cannot be imported, and why
        self._watch: isolation.Watch | None = None

    @property
    def seconds(self) -> float:
        """How long a case may take; 0 for any time."""
        return float(self.config.getoption("halfpixel_timeout", 60.0))

    def limit(self, nodeid: str) -> float:
        """How many seconds a test may take; infinite for any number."""
        trial = _TRIAL.search(nodeid) is not None
        if not self.seconds or not self.in_suite(nodeid) or (self.lasting and not trial):
            return float("inf")
        return self.seconds * (1 if trial and not self.lasting else _LASTING)

    def longest(self, nodeid: str) -> float:
        """The same with an import before it, and an explanation after it."""
        return _LASTING * self.limit(nodeid)

    # ------------------------------------------------------------------------ what is running

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running[nodeid] = now = time.monotonic()
        if watch := self._watching():
            watch.until = now + self.limit(nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.running.pop(nodeid, None)
        if self._watch:
            self._watch.until = float("inf")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A framework that cannot be imported, here or in another process of this run."""
        if report.failed:
            for name, value in report.user_properties:
                if name == FAILED_IMPORT and isinstance(value, dict):
                    self.failed[value["framework"]] = value["reason"]

    def _watching(self) -> isolation.Watch | None:
        """The watch of a process that may end."""
        may_end = isolation.parent_of(self.config) or hasattr(self.config, "workerinput")
        if self._watch is None and self.seconds and may_end:
            alone = not float(self.config.getini("faulthandler_timeout") or 0)
            self._watch = isolation.Watch(alone=alone)
        return self._watch

    def importing(self, framework: str) -> None:
        """A framework is being imported for the running test; empty when it has been."""
        isolation.note(self.config, framework)
        self._may_take(_IMPORTS if framework else 1)

    def explaining(self) -> None:
        """A failure is being explained: that is halfpixel's own work."""
        self._may_take(_LASTING)

    def _may_take(self, times: int) -> None:
        if self._watch:
            self._watch.until = time.monotonic() + times * max(map(self.limit, self.running))

    def interrupted(self) -> str:
        """A line that names the tests that an interrupted run has left."""
        return f"interrupted while running {', '.join(self.running)}" if self.running else ""

    # ------------------------------------------------------------------------ what is lost

    def report(
        self, item: pytest.Item, status: int, seconds: float, importing: str
    ) -> pytest.TestReport:
        """The report of a test during which its process ended: see :data:`isolation.Lost`."""
        long = seconds > self.limit(item.nodeid)
        late = status == isolation.TIMED_OUT or (long and status in (1, -signal.SIGKILL))
        text = self._words(item.nodeid, isolation.ending(status), late=late)
        properties = _properties(item.nodeid, text)
        if importing:
            text = f"import {importing}: {text}"
            properties = [(FAILED_IMPORT, {"framework": importing, "reason": text})]
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords=dict.fromkeys(item.keywords, 1),
            outcome="failed",
            longrepr=f"{text}\n\n  {item.nodeid}",
            when="call",
            duration=seconds,
            user_properties=properties,
        )

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """The worker of pytest-xdist that ran a test has ended."""
        seconds = time.monotonic() - self.running.pop(crashitem, time.monotonic())
        late = seconds > self.limit(crashitem)
        text = self._words(crashitem, str(report.longrepr), late=late)
        report.longrepr = f"{text}\n\n  {crashitem}"
        report.user_properties = _properties(crashitem, text)

    def _words(self, nodeid: str, ending: str, *, late: bool) -> str:
        return f"timed out after {self.limit(nodeid):g} s" if late else f"crashed: {ending}"


def _properties(nodeid: str, text: str) -> list[tuple[str, Any]]:
    """Those of the report of a test that was lost: a trial has an outcome."""
    outcome = outcome_of(nodeid, text)
    return [(PROPERTY, outcome)] if outcome else []


def outcome_of(nodeid: str, text: str) -> dict[str, object] | None:
    """The outcome of a trial that was lost, as its node id and the words for it have it; None of others."""
    from .frameworks import FRAMEWORKS
    from .report.terminal import LOST, Outcome

    trial = _TRIAL.search(nodeid)
    kind = next((kind for kind in LOST if text.startswith(kind)), None)
    if trial is None or kind is None or trial["framework"] not in FRAMEWORKS:
        return None
    reason = text.partition("\n")[0]
    return Outcome(share=None, kind=kind, reason=reason, **trial.groupdict()).json()  # type: ignore[arg-type]
