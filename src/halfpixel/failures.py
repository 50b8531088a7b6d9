"""What pytest prints of trials that failed, folded by cause, and the properties of trials in a JUnit file.

149 failures of one cause are one worked example and the names of the others; ``-v`` prints each in full.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import pytest

from .lost_tests import PROPERTY

_UNFOLDED = ("no", "line")  # styles of --tb that print no failure in full


def outcome_in(report: pytest.TestReport, kind: str = PROPERTY) -> dict[str, Any] | None:
    """The outcome that an item stored in its report, as plain data."""
    for name, value in reversed(report.user_properties):  # of an item that ran again, the last
        if name == kind and isinstance(value, dict):
            return value
    return None


class Failures:
    """A plugin for the process that prints the results."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        config.pluginmanager.register(_Rest(self._unfold))
        self._failed: list[pytest.TestReport] = []  # all of them, while some are left out
        self._texts: list[tuple[pytest.TestReport, Any]] = []  # those of the worked examples

    # ------------------------------------------------------------------------ the terminal

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> Generator[None, None, None]:
        """Around pytest's own, which prints what failed, and asks the other plugins then."""
        if self.config.option.verbose <= 0 and self.config.option.tbstyle not in _UNFOLDED:
            self._fold(terminalreporter)
        try:
            return (yield)
        finally:
            self._unfold(terminalreporter)

    def _unfold(self, terminal: pytest.TerminalReporter) -> None:
        """Give back what was left out: pytest lists and counts every test."""
        if self._failed:
            terminal.stats["failed"], self._failed = self._failed, []
        for report, text in self._texts:
            report.longrepr = text
        self._texts.clear()

    def _fold(self, terminal: pytest.TerminalReporter) -> None:
        failed = list(terminal.stats.get("failed", ()))
        left_out: set[int] = set()
        for title, (example, *others) in _alike(failed):
            left_out |= {id(one) for one in others}
            names = ["", "  The others:", *(f"    {one.nodeid}" for one in others)]
            text = "\n".join([title, "", example.longreprtext, *(names if others else ())])
            self._texts.append((example, example.longrepr))
            example.longrepr = text
        self._failed = failed
        terminal.stats["failed"] = [one for one in failed if id(one) not in left_out]

    # ------------------------------------------------------------------------ JUnit

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write what a trial came to into the file of ``--junitxml``: pytest itself writes the properties of
        a report when a test is torn down, as the text of whatever they are."""
        xml = junit_file(self.config)
        outcome = outcome_in(report)
        if xml is None or report.when == "setup":
            return
        if outcome is not None and report.when == "call":
            for name, value in _properties(outcome).items():
                xml.node_reporter(report).add_property(f"{PROPERTY}.{name}", value)
        if report.when == "teardown":
            report.user_properties = [
                one for one in report.user_properties if not str(one[0]).startswith(PROPERTY)
            ]


class _Rest:
    """What is called for the other parts of the summary, before any other plugin."""

    def __init__(self, begin: Callable[[pytest.TerminalReporter], None]) -> None:
        self._begin = begin

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        self._begin(terminalreporter)


def _alike(failed: list[pytest.TestReport]) -> Iterator[tuple[str, list[pytest.TestReport]]]:
    """The reports of trials by their cause, under the title of an example."""
    from .report.causes import causes_of, example_title
    from .report.terminal import Outcome

    known = ((report, outcome_in(report)) for report in failed)
    outcomes = [(Outcome(**one), report) for report, one in known if one is not None]
    reports = {id(outcome): report for outcome, report in outcomes}
    for cause in causes_of(outcome for outcome, _ in outcomes):
        yield example_title(cause), [reports[id(one)] for one in cause.outcomes]


def _properties(outcome: Mapping[str, Any]) -> dict[str, str]:
    """The properties of a testcase."""
    from .frameworks import version
    from .report.causes import causes_of
    from .report.terminal import Outcome

    one = Outcome(**outcome)
    known = {
        "verdict": one.kind,
        "framework": one.framework,
        "release": version(one.framework) or "",
        "call": f"{one.framework}-{one.name}",
        "dtype": one.dtype,
        "case": one.case,
    }
    if one.kind not in ("conforms", "unsupported"):
        causes = [cause.says(1) for cause in causes_of([one])]
        known["cause"] = causes[0] if causes else one.reason
    return known


def junit_file(config: pytest.Config) -> Any:
    """What writes the file of ``--junitxml``, which has no public name; None without one."""
    from _pytest.junitxml import xml_key

    return config.stash.get(xml_key, None)
