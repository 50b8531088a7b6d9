"""The pytest plugin: collects the conformance suites, and prints a table at the end of a run.

``_halfpixel_pytest`` loads it where it is asked for, and a conftest.py or a test module can by
``pytest_plugins = ["halfpixel.pytest_plugin"]``. A function marked ``@pytest.mark.halfpixel(...)`` takes
``call``, ``case`` and ``dtype`` and returns a verdict. It runs once for each trial of its suite. Each trial
is a pytest item with a node id, markers and a report, and works with ``--lf``, ``-x``, ``-k``, ``-n`` and
``--junitxml``.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

from _halfpixel_pytest import DIFFERENCE

from . import isolation
from .failures import Failures, outcome_in
from .lost_tests import FAILED_IMPORT, PROPERTY, LostTests, outcome_of

if TYPE_CHECKING:
    from . import documents
    from .checking.settings import Settings
    from .conformance.trials import Releases, Trial
    from .conformance.verdicts import Verdict
    from .frameworks import Call, Release
    from .report.terminal import Outcome
    from .scheduling import UnitScheduling
    from .sharded_run import ShardedRun

_EXPECTED = "halfpixel_expected"
_EVIDENCE = "halfpixel_evidence"
_NOT_RUN = "halfpixel_not_run"
_OPERATIONS = ("resize", "conv_transpose")
_PACKAGE = Path(__file__).parent
# the suites in the wheel, and all tests in the source tree
OWN_TESTS = (_PACKAGE / "suites", _PACKAGE.parents[1] / "tests")


class Changed(Exception):
    """Raised for a verdict of ``changed``; its text is the failure report."""

    def __init__(self, verdict: Verdict, notes: Sequence[str] = ()) -> None:
        from .report.terminal import explain, headline

        self.line = headline(verdict)
        try:
            text = "\n".join([explain(verdict), *notes])
        except Exception as error:  # of halfpixel's own, which costs the report alone
            text = f"{self.line}\n\n  There is no report: {type(error).__name__}: {error}"
        super().__init__(text)


# ---------------------------------------------------------------------------- what is asked for


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "halfpixel(suite): run once for each trial of a halfpixel suite"
    )
    config.addinivalue_line(
        "markers", "modes: compiled, traced or converted calls; run only if -m names it"
    )
    for name in _frameworks():
        config.addinivalue_line("markers", f"{name}: needs {name}")
    for operation in _OPERATIONS:
        config.addinivalue_line("markers", f"{operation}: tests of this operation")
    config.addinivalue_line(
        "markers",
        "releases(framework, range): skipped where another release of the framework is installed",
    )
    config.addinivalue_line(
        "markers", "sweep: every size pair, which takes minutes; run only if -m names it"
    )
    config.addinivalue_line(
        "markers", "repeated: the trials of a conformance run, but for a sample of each suite"
    )
    # whatever names the user gives to test files
    config.addinivalue_line("python_files", "halfpixel/suites/test_*.py")
    config.stash[_BEFORE] = _before(config)
    _check_asked(config)
    _select_shard(config)
    config.stash[_LOST] = LostTests(
        config,
        lambda nodeid: _in_suite(config.rootpath, nodeid.partition("::")[0]),
        lasting=any(_asked_for(config, marker) for marker in ("modes", "sweep")),
    )
    config.pluginmanager.register(config.stash[_LOST])
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(config))
    if getattr(config.option, "maxworkerrestart", "0") is None:
        config.option.maxworkerrestart = _RESTARTS
    config.stash[_PROJECT] = _project(config)


def _select_shard(config: pytest.Config) -> None:
    """Run one shard, if one is asked for."""
    given = config.getoption("halfpixel_shard", default="")
    if not given:
        return
    from . import sharded_run, shards

    try:
        config.stash[_SHARDED] = sharded_run.ShardedRun(config, shards.Shard.parse(given))
    except ValueError as error:
        raise pytest.UsageError(f"--halfpixel-shard: {error}") from None
    config.pluginmanager.register(config.stash[_SHARDED])


_SHARDED = pytest.StashKey["ShardedRun"]()


def _sharded(config: pytest.Config) -> ShardedRun | None:
    """The shard that is run, or None."""
    return config.stash.get(_SHARDED, None)


_PROJECT = pytest.StashKey["Settings"]()
_LOST = pytest.StashKey[LostTests]()
_RESTARTS = "100"  # workers of pytest-xdist that may end; its default is four each
_BEFORE = pytest.StashKey[Mapping[str, "Release"]]()


def _before(config: pytest.Config) -> Mapping[str, Release]:
    """The releases that calls are held to, by framework; empty where they are held to their own."""
    given = config.getoption("halfpixel_from", default="")
    if not given:
        return {}
    from .upgrades.environment import read, release_of

    try:
        before = read(given)
    except ValueError as error:
        raise pytest.UsageError(f"--halfpixel-from: {error}") from None
    known = {n: release_of(n, before) for n in _frameworks()}
    return {name: release for name, release in known.items() if release is not None}


def _project(config: pytest.Config) -> Settings:
    """What the project says of its own: the calls to check, and the changes that it expects."""
    from .checking import settings

    try:
        return settings.read(config.rootpath)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def _frameworks() -> tuple[str, ...]:
    from .frameworks import FRAMEWORKS

    return tuple(FRAMEWORKS)


def _names(config: pytest.Config, option: str) -> list[str]:
    """The frameworks that an option names, separated by commas; pytorch is torch."""
    from . import names

    given = config.getoption(option.removeprefix("--").replace("-", "_"), default=None) or []
    words = [name.strip() for text in given for name in text.split(",") if name.strip()]
    try:
        return [names.checked(word, _frameworks(), "framework") for word in words]
    except ValueError as error:
        raise pytest.UsageError(f"{option}: {error}") from None


def _selected(config: pytest.Config) -> list[str]:
    return _names(config, "--halfpixel-frameworks")


def _check_asked(config: pytest.Config) -> None:
    """Refuse what cannot be run as it is asked for."""
    from .frameworks import FRAMEWORKS, version

    for option in ("--halfpixel-frameworks", "--halfpixel-require"):
        for name in _names(config, option):
            if _selected(config) and name not in _selected(config):
                raise pytest.UsageError(f"{option} {name}: deselected by --halfpixel-frameworks")
            if version(name) is None:
                wanted = (FRAMEWORKS[name].distributions[0], *FRAMEWORKS[name].needs)
                raise pytest.UsageError(
                    f"{option} {name}: not installed; pip install {' '.join(wanted)}"
                )
    before = config.stash[_BEFORE]
    if before and not any(version(name) for name in before):
        raise pytest.UsageError(f"--halfpixel-from: none of {', '.join(before)} is installed")


# ---------------------------------------------------------------------------- header


def pytest_report_header(config: pytest.Config) -> list[str]:
    from . import __version__
    from .frameworks import FRAMEWORKS, LEFT_OUT, version

    present = [f"{name} {version(name)}" for name in FRAMEWORKS if not _absence(config, name)]
    lines = [f"halfpixel {__version__}: {', '.join(present) or 'no framework'}"]
    for name, release in config.stash[_BEFORE].items():
        if not _absence(config, name):
            lines.append(f"halfpixel: {name} is held to what {release} did")
    if sharded := _sharded(config):
        lines.append(f"halfpixel: shard {sharded.shard}")
    lines += [f"halfpixel: {note}" for note in (*_unrecorded(config), *LEFT_OUT)]
    return lines + [f"halfpixel: skipping {absent}" for absent in _left_out(config)]


def _unrecorded(config: pytest.Config) -> Iterator[str]:
    """The installed releases of which no record says what they do, and which one they are held to."""
    from .frameworks import version
    from .records.record import nearest

    for name in _frameworks():
        release = version(name)
        held = nearest(name, release) if release and not _absence(config, name) else None
        if held is not None:
            yield f"{name} {release} was never recorded: it is held to what {held} does"


def _absence(config: pytest.Config, framework: str) -> str | None:
    """Why a framework is not tested, or None."""
    from .frameworks import version

    if _selected(config) and framework not in _selected(config):
        return "not selected"
    before = config.stash.get(_BEFORE, None)
    if before and framework not in before:
        return "not in --halfpixel-from"
    return "not installed" if version(framework) is None else None


def _asked_for(config: pytest.Config, marker: str) -> bool:
    """Whether ``-m`` names a marker whose tests take minutes, and are not collected otherwise."""
    return re.search(rf"\b{marker}\b", config.getoption("markexpr") or "") is not None


def _leaves_out(config: pytest.Config, marker: str) -> bool:
    """Whether ``-m`` is one ``not marker``, or several terms joined by ``and`` of which one is."""
    terms = (config.getoption("markexpr") or "").split(" and ")
    return f"not {marker}" in terms and all(re.fullmatch(r"(not )?\w+", term) for term in terms)


def _left_out(config: pytest.Config) -> list[str]:
    """A line with everything that is not tested, and why; no line if everything is tested."""
    from .frameworks import FRAMEWORKS, missing_needs, release
    from .report.terminal import calls_without

    absent = []
    for name, framework in FRAMEWORKS.items():
        if reason := _absence(config, name):
            absent.append(f"{name} ({reason})")
            continue
        if not _asked_for(config, "sweep") and any(_is_dear(config, c) for c in framework.calls):
            absent.append(f"{name} (each size is compiled: name it in --halfpixel-frameworks)")
            continue
        alike: dict[str, list[str]] = {}
        for call in framework.calls:
            if missing := missing_needs(call):
                alike.setdefault(f"needs {', '.join(missing)}", []).append(call.id)
                continue
            now = call.at(release(name) or "0")
            for dtype, why in now.unpredicted.items() if now is not None else ():
                alike.setdefault(f"{dtype}: {why}", []).append(call.id)
        absent += [calls_without(name, calls, why) for why, calls in alike.items()]
        if _asked_for(config, "modes"):
            reasons = ((mode.name, mode.why_absent()) for mode in framework.modes)
            absent += [f"{name}-{mode} ({reason})" for mode, reason in reasons if reason]
    return [", ".join(absent)] if absent else []


# ---------------------------------------------------------------------------- collection


class Suite(pytest.Module):
    """A module of halfpixel's own tests, collected whatever names the user gives to tests."""

    def funcnamefilter(self, name: str) -> bool:
        """Whether a function is a test."""
        return name.startswith("test")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Suite | None:
    return Suite.from_parent(parent, path=module_path) if _own(module_path) else None


def _own(path: Path) -> bool:
    """Whether a file is among halfpixel's own tests."""
    return any(folder in path.parents for folder in OWN_TESTS)


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> list[ConformanceItem] | None:
    marks = {mark.name: mark for mark in _marks_of(obj)}
    if "halfpixel" in marks:
        return list(_items(collector, name, obj, marks["halfpixel"]))
    # an ordinary test that takes minutes is not made, as its items would be for nothing
    dear = [marker for marker in ("modes", "sweep") if marker in marks]
    own = isinstance(collector, Suite) and not all(_asked_for(collector.config, m) for m in dear)
    return [] if own else None


def _marks_of(obj: object) -> list[pytest.Mark]:
    """The marks of a function, the innermost last."""
    marks = getattr(obj, "pytestmark", ())
    return [m for m in marks if isinstance(m, pytest.Mark)] if isinstance(marks, list) else []


def _items(
    collector: pytest.Module | pytest.Class, name: str, obj: Any, mark: pytest.Mark
) -> Iterator[ConformanceItem]:
    from .conformance import held
    from .frameworks import missing_needs
    from .frameworks import release as installed_release

    if "modes" in mark.args and not _asked_for(collector.config, "modes"):
        return
    selected = _selected(collector.config)
    marks = [one for one in obj.pytestmark if one is not mark]
    if any(one.name == "sweep" for one in marks) and not _asked_for(collector.config, "sweep"):
        return

    before = collector.config.stash[_BEFORE]
    if before and (mark.args[:1] not in [(suite,) for suite in held.SUITES] or marks):
        return

    def release(framework: str) -> Release | None:
        installed = None if selected and framework not in selected else installed_release(framework)
        return before.get(framework) if before and installed is not None else installed

    repeated = [*marks, *_marks("repeated")]
    # neither these nor other shards' are made: an item costs as much as a trial
    left_out = _leaves_out(collector.config, "repeated")
    sharded = _sharded(collector.config)
    for number, trial in enumerate(_trials(release, *mark.args)):
        dear = _is_dear(collector.config, trial.call)
        if dear and not _asked_for(collector.config, "sweep"):
            continue
        if before and trial.call.at(before[trial.call.framework]) is None:
            continue  # there is nothing that it did
        if missing_needs(trial.call) or not collector.config.stash[_PROJECT].checks(trial.call):
            continue
        sampled = number % _SAMPLED == 0
        if left_out and not sampled:
            continue
        if sharded and not sharded.takes(name, trial.id):
            continue
        yield ConformanceItem.from_parent(
            collector,
            name=f"{name}[{trial.id}]",
            originalname=name,
            function=obj,
            trial=trial,
            marks=[*(marks if sampled else repeated), *(_marks("sweep") if dear else ())],
        )


def _is_dear(config: pytest.Config, call: Call) -> bool:
    """Whether a call is compiled for each size, and no option names its framework."""
    if not call.compiled:
        return False
    return call.framework not in (*_selected(config), *_names(config, "--halfpixel-require"))


# trials of a suite to one that is not marked as repeated; calls have other numbers of dtypes
_SAMPLED = 23


def _trials(release: Releases, suite: str = "", *rest: object) -> Iterator[Trial]:
    """The trials of a suite, of the frameworks that a release is given for."""
    from .conformance import shape_trials, trials

    others = {
        "photograph": trials.photograph_trials,
        "resize_gradient": trials.gradient_trials,
        "conv_transpose_gradient": trials.conv_gradient_trials,
        "scales": trials.scale_trials,
        "edges": trials.edge_trials,
        "real_shapes": shape_trials.shape_trials,
        "swept_shapes": shape_trials.swept_shape_trials,
        "sweep": trials.sweep_trials,
        "sweep_sample": trials.sample_trials,
        "narrow_dtypes": trials.narrow_trials,
        "modes": trials.mode_trials,
    }
    if suite in others:
        return others[suite](release)
    if suite in _OPERATIONS:
        return trials.trials_of(suite, release)  # type: ignore[arg-type]
    raise pytest.Collector.CollectError(
        f"pytest.mark.halfpixel takes one of {', '.join((*_OPERATIONS, *others))}; got {suite!r}"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect halfpixel's ordinary tests whose markers name a framework that is not tested.

    Its tests of modes and sweeps are deselected too, unless ``-m`` names them.
    """
    unasked = [marker for marker in ("modes", "sweep") if not _asked_for(config, marker)]
    absent = [name for name in _frameworks() if _absence(config, name)]
    ordinary = [
        item for item in items if item.getparent(Suite) and not isinstance(item, ConformanceItem)
    ]
    left_out = [i for i in ordinary if any(map(i.get_closest_marker, (*unasked, *absent)))]
    if config.stash[_BEFORE]:
        left_out = ordinary  # they are about the release that is installed
    if left_out:
        deselected = set(left_out)
        items[:] = [item for item in items if item not in deselected]
        config.hook.pytest_deselected(items=left_out)
    for item in ordinary:
        if reason := _other_release(item):
            item.add_marker(pytest.mark.skip(reason=reason))


def _other_release(item: pytest.Item) -> str:
    """Why a test is not about the installed releases, or nothing."""
    from .frameworks import release
    from .frameworks.releases import contains

    for mark in item.iter_markers("releases"):
        framework, releases = mark.args
        installed = release(framework)
        if installed is not None and not contains(releases, installed):
            return f"{framework} {installed}: this is about {releases}"
    return ""


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
        verdict = self.verdict()
        if verdict.kind == "changed" and not self._is_expected():
            raise Changed(verdict, self._since())

    def _since(self) -> list[str]:
        """What a call that is held to another release follows now, and since when."""
        from .frameworks import release
        from .upgrades import answer

        call = self.trial.call
        before, now = self.config.stash[_BEFORE].get(call.framework), release(call.framework)
        if before is None or now is None:
            return []
        changes = [one for one in answer.of_call(call, before, now) if one.silent]
        return ["", *answer.since(changes, before, now)]

    def _is_expected(self) -> bool:
        """Whether the project expects the change; then it is told by its reason, and not in the table."""
        from .report.terminal import Outcome

        _, outcome = self.user_properties[-1]
        entry = self.config.stash[_PROJECT].accepts(Outcome(**outcome))  # type: ignore[arg-type]
        if entry is not None:
            self.user_properties[-1] = (_EXPECTED, {**outcome, "reason": entry.key})  # type: ignore[dict-item]
        return entry is not None

    def verdict(self) -> Verdict:
        """Run the trial. The first trial that needs a framework or a golden imports or reads it."""
        from .conformance import held
        from .report.terminal import outcome

        environment = _loaded(self, self.trial.call.framework)
        case = self.trial.case()
        before = self.config.stash[_BEFORE].get(self.trial.call.framework)
        judge = self.function if before is None else held.judge_as(before)
        try:
            verdict = judge(call=self.trial.call, case=case, dtype=self.trial.dtype)
        except (pytest.skip.Exception, pytest.xfail.Exception) as error:  # the framework's doing
            verdict = self._unexpected(error, case)
        if verdict.kind == "changed":
            self.config.stash[_LOST].explaining()
        if verdict.kind == "changed" and self.config.getoption("halfpixel_report", None):
            from .report.evidence import evidence

            self.user_properties.append((_EVIDENCE, {"evidence": evidence(verdict)}))
        self.user_properties.append((PROPERTY, outcome(verdict, environment).json()))
        return verdict

    def _unexpected(self, error: BaseException, case: Any) -> Verdict:
        """The verdict where the framework raised what means something to pytest."""
        from .conformance.verdicts import Verdict, refused
        from .frameworks import release

        call, reason = self.trial.call, "raised an unexpected error; none is declared"
        return Verdict(
            "changed",
            call,
            case,
            self.trial.dtype,
            str(release(call.framework)),
            words=refused(error),
            reason=reason,
        )

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, self.function.__code__.co_firstlineno - 1, self.name

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> Any:
        """A line for the summary and a text for the report; of any other error, pytest's traceback."""
        from .conformance.goldens import GoldenError
        from .frameworks import FrameworkError

        error = excinfo.value
        if not isinstance(error, Changed | GoldenError | FrameworkError):
            return super().repr_failure(excinfo)
        text = excinfo.getrepr(style="value", chain=False)
        if text.reprcrash is not None:
            path, line, _ = self.reportinfo()
            text.reprcrash.path, text.reprcrash.lineno = str(path), (line or 0) + 1
            text.reprcrash.message = error.line if isinstance(error, Changed) else str(error)
        return text


_MARKS: dict[tuple[str, ...], list[pytest.Mark]] = {}


def _marks(*names: str) -> list[pytest.Mark]:
    if names not in _MARKS:
        _MARKS[names] = [getattr(pytest.mark, name).mark for name in names]
    return _MARKS[names]


_ENVIRONMENTS: dict[str, str] = {}


def _loaded(item: pytest.Item, framework: str) -> str:
    """Import a framework for its first item, and return its environment for the table, once a process. Where
    that failed before in this run, the item is skipped: it is counted as never run.

    Raises:
        FrameworkError: the import fails.
    """
    from .frameworks import FrameworkError

    if framework in _ENVIRONMENTS:
        return ""
    lost = item.config.stash[_LOST]
    if framework in lost.failed:
        item.user_properties.append((_NOT_RUN, lost.failed[framework]))
        pytest.skip(lost.failed[framework])
    lost.importing(framework)
    try:
        _ENVIRONMENTS[framework] = _imported(framework)
    except FrameworkError as error:
        failed = {"framework": framework, "reason": str(error)}
        item.user_properties.append((FAILED_IMPORT, failed))
        raise
    finally:
        lost.importing("")
    return _ENVIRONMENTS[framework]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Import the framework that an ordinary test of a suite needs: one that fails is told once."""
    if item.path.parent not in OWN_TESTS or isinstance(item, ConformanceItem):
        return
    from .frameworks import FrameworkError

    for framework in _frameworks():
        if item.get_closest_marker(framework):
            try:
                _loaded(item, framework)
            except FrameworkError as error:
                pytest.fail(str(error), pytrace=False)


def _imported(framework: str) -> str:
    """Import a framework; return its environment in words."""
    from .frameworks import FRAMEWORKS, load

    # an import creates 10⁵ permanent objects, which the garbage collector should not visit, now or later:
    # with it TensorFlow's import takes 6.5 s of CPU, without it 5.7 s
    enabled = gc.isenabled()
    gc.disable()
    try:
        names = load(framework)
        gc.freeze()
    finally:
        if enabled:
            gc.enable()
    try:
        return FRAMEWORKS[framework].environment(names)
    except Exception as error:  # the cases do not need it
        return f"environment unknown: {type(error).__name__}: {error}"


# ---------------------------------------------------------------------------- running


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a trial in one phase with one report: it has no fixtures.

    pytest's three phases and reports cost 0.5 ms of CPU more a trial, and with -n 2 ms: 60 s for 30,000.
    """
    if not isinstance(item, ConformanceItem):
        return _in_brief(item, nextitem)
    if _needs_phases(item):
        return None
    os.environ["PYTEST_CURRENT_TEST"] = f"{item.nodeid} (call)"
    hook, parent = item.ihook, isolation.parent_of(item.config)
    if parent:  # who calls the hooks that report
        item.config.stash[_LOST].pytest_runtest_logstart(item.nodeid)
        parent.start(item.nodeid)
    else:
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    output = _output(item.config)
    with output or contextlib.nullcontext():
        info = pytest.CallInfo.from_call(item.runtest, when="call", reraise=_REACHING_THE_RUN)
    del os.environ["PYTEST_CURRENT_TEST"]
    printed = output.taken() if output else ""
    if parent and info.excinfo is None:
        parent.passed(item, info)
    else:
        report = hook.pytest_runtest_makereport(item=item, call=info)
        if printed and report.failed:
            report.sections.append(("Captured output", printed))
        hook.pytest_runtest_logreport(report=report)
        if report.failed:
            hook.pytest_exception_interact(node=item, call=info, report=report)
    if nextitem is None or nextitem.parent is not item.parent:
        _tear_down(item, nextitem)
    if parent:
        item.config.stash[_LOST].pytest_runtest_logfinish(item.nodeid)
        parent.finish(item.nodeid)
    else:
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


_REACHING_THE_RUN = (pytest.exit.Exception, KeyboardInterrupt)


def _in_brief(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run an ordinary test of halfpixel's in a worker of pytest-xdist, and report no phase but the call that
    passes: to send that a test was set up and torn down costs as much as to run an empty one."""
    if not hasattr(item.config, "workerinput") or not _own(item.path) or _run_by_others(item):
        return None
    if any(item.config.getoption(name, None) is not None for name in ("xmlpath", "durations")):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _tear_down(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Tear down what ordinary tests before a trial have set up, and the next test does not need."""
    hook, tear_down = item.ihook, isolation.tear_down
    info = pytest.CallInfo.from_call(
        lambda: tear_down(item, nextitem), when="teardown", reraise=_REACHING_THE_RUN
    )
    if info.excinfo is not None:
        report = hook.pytest_runtest_makereport(item=item, call=info)
        hook.pytest_runtest_logreport(report=report)


_OUTPUT = pytest.StashKey["isolation.Output"]()


def _output(config: pytest.Config) -> isolation.Output | None:
    """Where what trials print is kept, if pytest is to capture what file descriptors are given."""
    if config.getoption("capture") != "fd":
        return None
    if _OUTPUT not in config.stash:
        config.stash[_OUTPUT] = isolation.Output()
    return config.stash[_OUTPUT]


def _needs_phases(item: pytest.Item) -> bool:
    """Whether a trial is for pytest's own protocol: it is marked to be skipped or to fail, another plugin
    runs items in a way of its own, or only fixtures are to be set up."""
    if any(mark.name in ("skip", "skipif", "xfail") for mark in item.iter_markers()):
        return True
    return bool(item.config.getoption("setuponly", False)) or _run_by_others(item)


def _run_by_others(item: pytest.Item) -> bool:
    """Whether another plugin runs items in a way of its own."""
    return any(
        not (one.wrapper or one.hookwrapper)
        and one.function is not pytest_runtest_protocol
        and one.plugin_name != "runner"  # pytest's
        for one in item.ihook.pytest_runtest_protocol.get_hookimpls()
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Run the tests in a child process, where that is possible and no framework is imported yet."""
    from .frameworks import FRAMEWORKS

    apart = any(isinstance(item, ConformanceItem) for item in session.items)
    apart = apart and not any(one.module in sys.modules for one in FRAMEWORKS.values())
    if not apart or session.testsfailed or not isolation.possible(session.config):
        return (yield)
    output = _output(session.config)
    if output:
        output.takes_dumps()

    def lost(item: pytest.Item, status: int, seconds: float, importing: str) -> pytest.TestReport:
        report = session.config.stash[_LOST].report(item, status, seconds, importing)
        if output and (printed := output.taken()):
            report.sections.append(("Captured output", printed))
        return report

    longest = session.config.stash[_LOST].longest
    return (yield from isolation.in_children(session, lost, longest))


# ---------------------------------------------------------------------------- reports


def _expected(report: pytest.TestReport) -> Outcome | None:
    """The outcome of an item whose change the project expects, with the key of the entry."""
    from .report.terminal import Outcome

    outcome = outcome_in(report, _EXPECTED)
    return None if outcome is None else Outcome(**outcome)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    if report.skipped and _not_run(report):
        return "not run", "n", "NOT RUN"
    if report.when != "call" or not report.passed:
        return None
    outcome = outcome_in(report)
    refused = outcome is not None and outcome["kind"] == "unsupported"
    return ("unsupported", "u", "UNSUPPORTED") if refused else None


def _not_run(report: pytest.TestReport) -> str:
    """Why a test was not run, as its framework cannot be imported; empty of others."""
    return next((str(value) for name, value in report.user_properties if name == _NOT_RUN), "")


_NEVER_RAN = pytest.StashKey[int]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that ends before all of its tests have run, as when a process is not replaced any more."""
    config = session.config
    if hasattr(config, "workerinput") or config.getoption("collectonly"):
        return
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    reports = _reports(terminal) if terminal else ()
    ended = {one.nodeid for one in reports if one.when == "call" or not one.passed}
    # --keep-duplicates collects a test more than once; with -n, the workers have the items
    collected = len({item.nodeid for item in session.items}) or session.testscollected
    config.stash[_NEVER_RAN] = never_ran = max(collected - len(ended), 0)
    if terminal and never_ran and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if any(_failed_requirements(config)):
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def _reports(terminal: pytest.TerminalReporter) -> Iterator[pytest.TestReport]:
    """The reports of tests, of every phase, but for those of runs that pytest-rerunfailures repeats."""
    for kind, reports in terminal.stats.items():
        if kind != "rerun":
            yield from (one for one in reports if isinstance(one, pytest.TestReport))


def _failed_requirements(config: pytest.Config) -> Iterator[str]:
    """A line for each required framework that cannot be imported."""
    for name in _names(config, "--halfpixel-require"):
        if reason := config.stash[_LOST].failed.get(name):
            yield f"ERROR: --halfpixel-require {name}: {reason}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    from .frameworks import version
    from .report.terminal import Outcome, table

    reports = [one for one in _reports(terminalreporter) if one.failed or one.when == "call"]
    by_test = {one.nodeid: outcome_in(one) or _timed_out(one) for one in reports}
    outcomes = [Outcome(**one) for one in by_test.values() if one is not None]
    expected = [one for one in map(_expected, reports) if one is not None]
    reasons = Counter(filter(None, map(_not_run, _reports(terminalreporter))))
    left = bool(reasons or config.stash[_LOST].running) or config.stash.get(_NEVER_RAN, 0) > 0
    folder = config.getoption("halfpixel_report", None)
    ran = bool(outcomes or expected or left)
    if not ran and not folder:
        return
    terminalreporter.section("halfpixel")
    writer = config.get_terminal_writer()
    columns = writer.fullwidth if writer.hasmarkup else None  # that of a terminal
    if outcomes:
        releases = {name: version(name) for name in _frameworks()}
        for line in table(outcomes, releases, columns, verbose=config.option.verbose > 0):
            terminalreporter.line(line)
    for line in _causes(outcomes):
        terminalreporter.line(line)
    for line in _expectations(config, outcomes, expected):
        terminalreporter.line(line)
    without = [one for one in reports if not by_test[one.nodeid]]
    for line in _outside(config, without, reasons) if ran else ():
        terminalreporter.line(line)
    for absent in _left_out(config) if ran else ():
        terminalreporter.line(f"skipped: {absent}")
    if folder:
        others = (one for one in without if one.failed and outcome_in(one, DIFFERENCE) is None)
        failed = len(list(others)) if ran else 0
        never_ran = config.stash.get(_NEVER_RAN, 0) + sum(reasons.values())
        files = _write_report(config, Path(folder), reports, failed, never_ran)
        terminalreporter.line(f"report: {files[0]}")


def _write_report(
    config: pytest.Config,
    folder: Path,
    reports: Sequence[pytest.TestReport],
    failed: int,
    never_ran: int,
) -> list[Path]:
    """What the run found, as report.html, report.md and report.json."""
    from .checking.answer import checked
    from .checking.report import report, write
    from .checking.run import Absent, Finding
    from .report.terminal import Outcome

    findings: list[Finding | Absent] = []
    for one in reports:
        known = outcome_in(one) or _timed_out(one) or outcome_in(one, _EXPECTED)
        if known is None:
            continue
        outcome = Outcome(**known)
        if outcome.kind not in ("conforms", "unsupported"):
            outcome = replace(outcome, kind="changed", reason=outcome.reason or outcome.kind)
        seen = outcome_in(one, _EVIDENCE) or {}
        findings.append(Finding(outcome, one.longreprtext, seen.get("evidence")))
    tests = list(_failed_tests(reports))
    if failed:
        words = f"{failed} failed without a verdict: the terminal shows them"
        findings.append(Absent("tests", words, failed))
    if never_ran:
        findings.append(Absent("tests", f"{never_ran} never ran", never_ran))
    answer = checked((), findings, config.stash[_PROJECT], fast=not _runs_everything(config))
    sharded = _sharded(config)
    part = sharded.json() if sharded else None
    answer = replace(answer, skipped=tuple(_left_out(config)), shard=part)
    return write(report(answer, tests), folder)


def _failed_tests(reports: Sequence[pytest.TestReport]) -> Iterator[documents.FailedTest]:
    """The tests of one's own functions that failed, as they are told in the terminal."""
    for one in reports:
        difference = outcome_in(one, DIFFERENCE) if one.failed else None
        if difference is not None:
            yield {
                "test": one.nodeid,
                "text": _failure_text(one),
                "difference": difference["difference"],
            }


def _failure_text(report: pytest.TestReport) -> str:
    """What an assertion said, without pytest's traceback."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longreprtext).removeprefix(_RAISED).strip()


_RAISED = "halfpixel.testing.Different: "


def _causes(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line for each call that changed, with what its cases do instead."""
    from .report.causes import call_lines, causes_of

    cases = Counter((one.framework, one.name) for one in outcomes)
    yield from call_lines(causes_of(outcomes), cases)


def _expectations(
    config: pytest.Config, outcomes: Sequence[Outcome], expected: Sequence[Outcome]
) -> Iterator[str]:
    """What the project's settings have expected; in a run of everything, which entries are stale."""
    project = config.stash[_PROJECT]
    counts = Counter(one.reason for one in expected)
    for entry in project.accepted:
        count, where = counts[entry.key], project.where(entry)
        if count:
            yield f"expected: {count} case{'s' * (count != 1)}: {entry.reason} ({where})"
        elif _sharded(config):
            continue  # other shards may have its cases
        elif _runs_everything(config) and project.could_accept(entry, outcomes):
            yield f"warning: stale: no case changed as {where} expects; remove the entry"


def _runs_everything(config: pytest.Config) -> bool:
    """Whether nothing selects among the trials of a suite."""
    named = any("::" in argument for argument in config.args)
    chosen = (config.getoption(name, None) for name in ("keyword", "markexpr", "lf", "deselect"))
    return not named and not any(chosen)


def _timed_out(report: pytest.TestReport) -> dict[str, object] | None:
    """The outcome of a trial that pytest-timeout ended."""
    if not report.failed or "from pytest-timeout" not in str(report.longrepr):
        return None
    return outcome_of(report.nodeid, "timed out, by pytest-timeout")


def _outside(
    config: pytest.Config, reports: Sequence[pytest.TestReport], reasons: Mapping[str, int]
) -> Iterator[str]:
    """What the table does not have: tests that failed without an outcome, those that never ran, and why;
    those that an interruption has left."""
    failed = [str(one.longrepr) for one in reports if one.failed]
    # by the words of LostTests and of pytest-timeout
    timed_out = sum(t.startswith("timed out") or "from pytest-timeout" in t for t in failed)
    crashed = sum(text.startswith("crashed") for text in failed)
    counts = {
        "failed": len(failed) - crashed - timed_out,
        "timed out": timed_out,
        "crashed": crashed,
        "never ran": config.stash.get(_NEVER_RAN, 0),
    }
    counted = [f"{count} {words}" for words, count in counts.items() if count]
    counted += [f"{count} never ran ({reason})" for reason, count in reasons.items()]
    if counted:
        yield f"outside the table: {', '.join(counted)}"
    yield from _failed_requirements(config)
    if interrupted := config.stash[_LOST].interrupted():
        yield interrupted


# ---------------------------------------------------------------------------- pytest-xdist


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> UnitScheduling | None:
    if config.getoption("dist") != "load":
        return None  # the user chose another grouping
    from .scheduling import UnitScheduling

    root = config.rootpath
    return UnitScheduling(
        config,
        functools.partial(_unit_of, root),
        functools.partial(_weight_of, root),
        functools.partial(_is_dear_unit, root),
    )


def _unit_of(root: Path, nodeid: str) -> str:
    """What a worker is given together: of halfpixel's tests a framework, so that no worker imports all of
    them, or a file; any other test alone.

    Of a sweep it is one call, or one item if the items are not blocks of a call.
    """
    file, _, name = nodeid.partition("::")
    if not _own_name(root, file):
        return nodeid
    _, bracket, trial = name.partition("[")
    if trial.endswith("-sweep]"):  # takes minutes; an import takes seconds
        call, blocks, _ = trial.rpartition("-1..")
        return call.rsplit("-", 2)[0] if blocks else nodeid
    framework = trial.partition("-")[0]
    return framework if bracket and framework in _frameworks() else nodeid.rpartition("::")[0]


_ORDINARY = 20  # trials that take as long as one other test of halfpixel does, in the mean


def _weight_of(root: Path, nodeid: str) -> int:
    """About how long a test takes, in trials."""
    file = nodeid.partition("::")[0]
    if not _own_name(root, file):
        return 1
    is_trial = _in_suite(root, file) and _unit_of(root, nodeid) != nodeid.rpartition("::")[0]
    return 1 if is_trial else _ORDINARY


# what imports TensorFlow, a process of Keras on torch, or JAX: seconds, in each worker that meets one
_DEAR_FRAMEWORKS = ("tensorflow", "keras_torch", "jax")
_DEAR = re.compile(
    rf"(mark\.|importorskip\(\")({'|'.join(_DEAR_FRAMEWORKS)})\b|getattr\(pytest\.mark, "
)


@functools.lru_cache(maxsize=1 << 14)
def _is_dear_unit(root: Path, unit: str) -> bool:
    """Whether a unit of halfpixel's own tests imports what takes seconds to import."""
    file = unit.partition("::")[0]
    if not _own_name(root, file):
        return unit in _DEAR_FRAMEWORKS
    path = root / file
    return path.is_file() and _DEAR.search(path.read_text(encoding="utf-8")) is not None


@functools.lru_cache(maxsize=1 << 14)
def _in_suite(root: Path, file: str) -> bool:
    """Whether a file is a suite; in the source tree there are other tests."""
    return Path(os.path.abspath(root / file)).parent in OWN_TESTS


@functools.lru_cache(maxsize=1 << 14)
def _own_name(root: Path, file: str) -> bool:
    return _own(Path(os.path.abspath(root / file)))
