"""The pytest plugin: collects the conformance suites, and prints a table at the end of a run.

A function marked ``@pytest.mark.conformance(...)`` takes ``call``, ``case`` and ``dtype`` and returns
a :class:`~halfpixel.conformance.verdicts.Verdict`. It runs once for each trial of its suite. Each trial
is a pytest item with a node id, markers and a report, and works with ``--lf``, ``-x``, ``-k``, ``-n`` and
``--junitxml``. There are no fixtures, and an item has one report instead of three: a comparison takes
less than a millisecond.
"""

from __future__ import annotations

import gc
import json
import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # pytest loads this plugin in every run, so imports are deferred until use
    from _pytest._code.code import TerminalRepr

    from .conformance.trials import Trial
    from .conformance.verdicts import Verdict

_PROPERTY = "halfpixel"
_OPERATIONS = ("resize", "conv_transpose")


class Changed(Exception):
    """Raised for a verdict of ``changed``; the failure report is the text of the verdict."""

    def __init__(self, verdict: Verdict) -> None:
        from .report.terminal import headline

        super().__init__(headline(verdict))
        self.verdict = verdict


# ---------------------------------------------------------------------------- options


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("halfpixel", "conformance of image resizing and transposed convolution")
    group.addoption(
        "--framework",
        action="append",
        metavar="NAME",
        help="run only the suites of this framework: torch, tensorflow, opencv or keras_torch "
        "(can be repeated)",
    )
    group.addoption(
        "--require",
        metavar="NAMES",
        default="",
        help="fail if any of these frameworks, separated by commas, cannot be tested",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "conformance(suite): run once for each trial of a halfpixel suite"
    )
    config.addinivalue_line(
        "markers", "modes: compiled, traced or converted calls; run only if -m names it"
    )
    names = _frameworks()
    for name in names:
        config.addinivalue_line("markers", f"{name}: needs {name}")
    for operation in _OPERATIONS:
        config.addinivalue_line("markers", f"{operation}: tests of this operation")
    config.addinivalue_line(
        "markers", "sweep: every size pair, which takes minutes; run only if -m names it"
    )
    for name in _selected(config):
        if name not in names:
            raise pytest.UsageError(_unknown("--framework", name, names))
    _check_required(config, names)


def _frameworks() -> tuple[str, ...]:
    from .frameworks import FRAMEWORKS

    return tuple(FRAMEWORKS)


def _selected(config: pytest.Config) -> Sequence[str]:
    return config.getoption("framework") or ()


def _required(config: pytest.Config) -> list[str]:
    return [name.strip() for name in config.getoption("require").split(",") if name.strip()]


def _unknown(option: str, name: str, names: Sequence[str]) -> str:
    return f"{option}: unknown framework {name!r} (choose from {', '.join(names)})"


def _check_required(config: pytest.Config, names: Sequence[str]) -> None:
    from .frameworks import FRAMEWORKS, missing_needs, version

    for name in _required(config):
        if name not in names:
            raise pytest.UsageError(_unknown("--require", name, names))
        if _selected(config) and name not in _selected(config):
            raise pytest.UsageError(f"--require {name}: deselected by --framework")
        if version(name) is None:
            wanted = (FRAMEWORKS[name].distributions[0], *FRAMEWORKS[name].needs)
            raise pytest.UsageError(
                f"--require {name}: not installed; pip install {' '.join(wanted)}"
            )
        for call in FRAMEWORKS[name].calls:
            if missing := missing_needs(call):
                raise pytest.UsageError(
                    f"--require {name}: {call.id} needs {', '.join(missing)}; pip install {' '.join(missing)}"
                )


# ---------------------------------------------------------------------------- header


def pytest_report_header(config: pytest.Config) -> list[str]:
    from . import __version__
    from .frameworks import FRAMEWORKS, version

    present = [f"{name} {version(name)}" for name in FRAMEWORKS if not _absence(config, name)]
    lines = [f"halfpixel {__version__}: {', '.join(present) or 'no framework'}"]
    return lines + [f"halfpixel: skipping {absent}" for absent in _left_out(config)]


def _absence(config: pytest.Config, framework: str) -> str | None:
    """Why a framework is not tested, or None."""
    from .frameworks import version

    if _selected(config) and framework not in _selected(config):
        return "not selected"
    return "not installed" if version(framework) is None else None


def _asked_for(config: pytest.Config, marker: str) -> bool:
    """Whether ``-m`` names a marker whose tests take minutes, and are not collected otherwise."""
    return re.search(rf"\b{marker}\b", config.getoption("markexpr") or "") is not None


def _left_out(config: pytest.Config) -> list[str]:
    """A line with everything that is not tested, and why; no line if everything is tested."""
    from .frameworks import FRAMEWORKS, missing_needs

    absent = []
    for name, framework in FRAMEWORKS.items():
        if reason := _absence(config, name):
            absent.append(f"{name} ({reason})")
            continue
        for call in framework.calls:
            if missing := missing_needs(call):
                absent.append(f"{call.id} (needs {', '.join(missing)})")
        if _asked_for(config, "modes"):
            reasons = ((mode.name, mode.why_absent()) for mode in framework.modes)
            absent += [f"{name}-{mode} ({reason})" for mode, reason in reasons if reason]
    return [", ".join(absent)] if absent else []


# ---------------------------------------------------------------------------- collection


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> list[ConformanceItem] | None:
    mark = _conformance_mark(obj)
    if mark is None:
        return None
    return list(_items(collector, name, obj, mark))


def _conformance_mark(obj: object) -> pytest.Mark | None:
    marks = getattr(obj, "pytestmark", ())
    if not isinstance(marks, list):
        return None
    return next((m for m in marks if isinstance(m, pytest.Mark) and m.name == "conformance"), None)


def _items(
    collector: pytest.Module | pytest.Class, name: str, obj: Any, mark: pytest.Mark
) -> Iterator[ConformanceItem]:
    from .frameworks import missing_needs

    if "modes" in mark.args and not _asked_for(collector.config, "modes"):
        return
    selected = _selected(collector.config)
    marks = [one for one in obj.pytestmark if one is not mark]
    if any(one.name == "sweep" for one in marks) and not _asked_for(collector.config, "sweep"):
        return
    for trial in _trials(*mark.args):
        if selected and trial.call.framework not in selected:
            continue
        if missing_needs(trial.call):
            continue
        yield ConformanceItem.from_parent(
            collector,
            name=f"{name}[{trial.id}]",
            originalname=name,
            function=obj,
            trial=trial,
            marks=marks,
        )


def _trials(suite: str = "", *rest: object) -> Iterator[Trial]:
    from .conformance import trials

    others = {
        "photograph": trials.photograph_trials,
        "resize_gradient": trials.gradient_trials,
        "conv_transpose_gradient": trials.conv_gradient_trials,
        "scales": trials.scale_trials,
        "edges": trials.edge_trials,
        "sweep": trials.sweep_trials,
        "sweep_sample": trials.sample_trials,
        "modes": trials.mode_trials,
    }
    if suite in others:
        return others[suite]()
    if suite in _OPERATIONS:
        return trials.trials_of(suite)  # type: ignore[arg-type]
    raise pytest.Collector.CollectError(
        f"pytest.mark.conformance takes one of {', '.join((*_OPERATIONS, *others))}; got {suite!r}"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect ordinary tests whose markers name a framework that is not tested.

    Tests of modes and sweeps are deselected too, unless ``-m`` names them.
    """
    unasked = [marker for marker in ("modes", "sweep") if not _asked_for(config, marker)]
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        needs = [] if isinstance(item, ConformanceItem) else _needs(item)
        absent = any(_absence(config, name) for name in needs)
        absent |= any(item.get_closest_marker(marker) is not None for marker in unasked)
        (left_out if absent else kept).append(item)
    if left_out:
        items[:] = kept
        config.hook.pytest_deselected(items=left_out)


def _needs(item: pytest.Item) -> list[str]:
    return [name for name in _frameworks() if item.get_closest_marker(name)]


class ConformanceItem(pytest.Item):
    """One trial: a call, a case and a dtype."""

    def __init__(
        self,
        name: str,
        parent: pytest.Collector,
        originalname: str,
        function: Callable[..., Verdict],
        trial: Trial,
        marks: Sequence[pytest.Mark] = (),
        **kwargs: Any,
    ) -> None:
        # as text: pytest 9 splits the brackets itself, and --lf finds the item again
        super().__init__(name, parent, nodeid=f"{parent.nodeid}::{name}", **kwargs)
        self.originalname = originalname
        self.function = function
        self.trial = trial
        call = trial.call
        for mark in (*_marks(call.framework, call.operation), *marks):
            self.own_markers.append(mark)
            self.keywords[mark.name] = mark

    def runtest(self) -> None:
        if self.may_be_skipped:
            from _pytest.skipping import evaluate_skip_marks

            if skipped := evaluate_skip_marks(self):
                raise pytest.skip.Exception(skipped.reason, _use_item_location=True)
        verdict = self.verdict()
        if verdict.kind == "changed":
            raise Changed(verdict)

    @property
    def may_be_skipped(self) -> bool:
        """Whether its function, its module or a conftest marks it with skip, skipif or xfail."""
        return any(mark.name in ("skip", "skipif", "xfail") for mark in self.iter_markers())

    def verdict(self) -> Verdict:
        """Run the trial. The first trial that needs a framework or a golden imports or reads it."""
        environment = _loaded(self.trial.call.framework)
        case = self.trial.case()
        verdict = self.function(call=self.trial.call, case=case, dtype=self.trial.dtype)
        from .report.terminal import outcome

        self.user_properties.append((_PROPERTY, outcome(verdict, environment).json()))
        return verdict

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, self.function.__code__.co_firstlineno - 1, self.name

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> str | TerminalRepr:
        from .conformance.goldens import GoldenError
        from .report.terminal import explain, headline

        error = excinfo.value
        if isinstance(error, Changed):
            return self._text(headline(error.verdict), explain(error.verdict))
        if isinstance(error, GoldenError) or type(error).__name__ == "FrameworkError":
            return self._text(str(error), str(error))
        return super().repr_failure(excinfo)

    def _text(self, line: str, text: str) -> TerminalRepr:
        """A failure as pytest stores it: the line is for the summary, the text for the failure report."""
        from _pytest._code.code import (
            ReprEntryNative,
            ReprExceptionInfo,
            ReprFileLocation,
            ReprTraceback,
        )

        if self.config.getoption("tbstyle") in ("line", "no"):
            text = line
        path, number, _ = self.reportinfo()
        crash = ReprFileLocation(str(path), (number or 0) + 1, line)
        entries = ReprTraceback([ReprEntryNative([text + "\n"])], None, "native")
        return ReprExceptionInfo(entries, crash)


_MARKS: dict[tuple[str, ...], list[pytest.Mark]] = {}


def _marks(*names: str) -> list[pytest.Mark]:
    if names not in _MARKS:
        _MARKS[names] = [getattr(pytest.mark, name).mark for name in names]
    return _MARKS[names]


_ENVIRONMENTS: dict[str, str] = {}


def _loaded(framework: str) -> str:
    """Import a framework for its first item, and return its environment for the table, once a process."""
    if framework in _ENVIRONMENTS:
        return ""
    from .frameworks import FRAMEWORKS, load

    # an import creates 10⁵ permanent objects; the garbage collector should not visit them, now or later
    enabled = gc.isenabled()
    gc.disable()
    try:
        names = load(framework)
        gc.freeze()
    finally:
        if enabled:
            gc.enable()
    _ENVIRONMENTS[framework] = FRAMEWORKS[framework].environment(names)
    return _ENVIRONMENTS[framework]


# ---------------------------------------------------------------------------- running


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if not isinstance(item, ConformanceItem):
        return None
    hook = item.ihook
    announced = not hasattr(
        item.config, "workerinput"
    )  # with xdist, the controller announces the item
    if announced:
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    os.environ["PYTEST_CURRENT_TEST"] = f"{item.nodeid} (call)"
    info = pytest.CallInfo.from_call(
        item.runtest, when="call", reraise=(pytest.exit.Exception, KeyboardInterrupt)
    )
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    report = pytest.TestReport.from_item_and_call(item, info)
    if item.may_be_skipped and not report.skipped:
        _expect_failure(item, report)
    if report.failed:
        _add_captured(item.config, report)
    if not announced and _found(report) is None:
        announced = True
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    hook.pytest_runtest_logreport(report=report)
    if report.failed and info.excinfo is not None:
        hook.pytest_exception_interact(node=item, call=info, report=report)
    if announced:
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _expect_failure(item: ConformanceItem, report: pytest.TestReport) -> None:
    """Apply xfail marks, which a user's conftest may add to items."""
    from _pytest.skipping import evaluate_xfail_marks

    expected = evaluate_xfail_marks(item)
    if expected is None or item.config.getoption("runxfail"):
        return
    if report.failed:
        report.outcome = "skipped"
        report.wasxfail = expected.reason
    elif expected.strict:
        report.outcome = "failed"
        report.longrepr = f"[XPASS(strict)] {expected.reason}"
    else:
        report.wasxfail = expected.reason


def _add_captured(config: pytest.Config, report: pytest.TestReport) -> None:
    """Add what the frameworks printed since the last failure."""
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture is None or not capture.is_globally_capturing():
        return
    for stream, text in zip(("stdout", "stderr"), capture.read_global_capture(), strict=True):
        if text:
            report.sections.append((f"Captured {stream} call", text))


# ---------------------------------------------------------------------------- reports


def _found(report: pytest.TestReport) -> dict[str, Any] | None:
    """The outcome that an item stored in its report, as plain data."""
    for name, value in report.user_properties:
        if name == _PROPERTY and isinstance(value, dict):
            return value
    return None


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    if report.when != "call" or not report.passed:
        return None
    found = _found(report)
    refused = found is not None and found["kind"] == "unsupported"
    return ("unsupported", "u", "UNSUPPORTED") if refused else None


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    from .frameworks import version
    from .report.terminal import Outcome, table

    kinds = ("passed", "failed", "unsupported", "xfailed", "xpassed")
    reports = (report for kind in kinds for report in terminalreporter.stats.get(kind, ()))
    found = (_found(r) for r in reports if isinstance(r, pytest.TestReport))
    outcomes = [Outcome(**one) for one in found if one is not None]
    if not outcomes:
        return
    terminalreporter.section("halfpixel")
    for line in table(outcomes, {name: version(name) for name in _frameworks()}):
        terminalreporter.line(line)
    for absent in _left_out(config):
        terminalreporter.line(f"skipped: {absent}")


# ---------------------------------------------------------------------------- pytest-xdist


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a worker one framework at a time, so that it does not import all of them. Of a sweep, give it
    one call, or one item if the items are not blocks of a call."""
    if config.getoption("dist") != "load":
        return None  # the user chose another grouping
    from xdist.scheduler import LoadScopeScheduling

    class FrameworkScheduling(LoadScopeScheduling):  # type: ignore[misc]
        """xdist asks for the pending tests after every message; its own method counts all tests each time."""

        def __init__(self, config: pytest.Config, log: Any) -> None:
            super().__init__(config, log)
            self._finished: set[int] = set()

        def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
            super().add_node_collection(node, collection)
            if node in self.registered_collections:
                self.registered_collections[node] = _Indexed(collection)

        def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
            """How many tests are pending, at most 3: xdist needs no larger number."""
            pending = 0
            for unit in reversed(workload.values()):  # pending tests are at the end
                if id(unit) in self._finished:
                    continue
                before = pending
                for completed in reversed(unit.values()):
                    pending += not completed
                    if pending > 2:
                        return pending
                if pending == before:
                    self._finished.add(id(unit))
            return pending

        def _split_scope(self, nodeid: str) -> str:
            _, bracket, trial = nodeid.partition("[")
            if trial.endswith("-sweep]"):  # takes minutes; an import takes seconds
                call, blocks, _ = trial.rpartition("-1..")
                return call.rsplit("-", 2)[0] if blocks else nodeid
            framework = trial.partition("-")[0]
            if bracket and framework in _frameworks():
                return framework
            return str(super()._split_scope(nodeid))

    return FrameworkScheduling(config, log)


class _Indexed(list[str]):
    """A list of distinct strings with a constant-time index."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__(values)
        self._index = {value: i for i, value in enumerate(values)}

    def index(self, value: str, *limits: Any) -> int:
        return super().index(value, *limits) if limits else self._index[value]


# A worker sends a passed report as one string, which costs less than a message of many parts. The controller
# then announces that the item started and finished.


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable(
    config: pytest.Config, report: pytest.CollectReport | pytest.TestReport
) -> Generator[None, Any, Any]:
    data = yield
    if not hasattr(config, "workerinput") or not isinstance(report, pytest.TestReport):
        return data
    if report.passed and _found(report) is not None:
        return {"$report_type": _PROPERTY, "json": json.dumps(data)}
    return data


@pytest.hookimpl(tryfirst=True)
def pytest_report_from_serializable(
    config: pytest.Config, data: dict[str, Any]
) -> pytest.CollectReport | pytest.TestReport | None:
    if data.get("$report_type") != _PROPERTY:
        return None
    others = {k: v for k, v in data.items() if k not in ("$report_type", "json")}
    whole = {**json.loads(data["json"]), **others}
    again: pytest.TestReport = config.hook.pytest_report_from_serializable(
        config=config, data=whole
    )
    return again


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> Generator[None, Any, Any]:
    worker = getattr(report, "node", None)
    config = getattr(worker, "config", None)
    if config is None or _found(report) is None:
        return (yield)
    config.hook.pytest_runtest_logstart(nodeid=report.nodeid, location=report.location)
    result = yield
    config.hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
    return result
