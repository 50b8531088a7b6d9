"""The conformance run: trials in child processes, a framework in each, and what came of every trial."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .. import documents
from ..conformance.suites import SUITES
from ..conformance.supervision import Ended, Fatal, Supervisor, Unstarted
from ..conformance.trials import Releases, Trial
from ..frameworks import FRAMEWORKS, FrameworkError, load, missing_needs
from ..frameworks import release as installed_release
from ..report.evidence import evidence
from ..report.terminal import Outcome, explain, outcome
from ..shards import Shard
from .settings import base

DEFAULT = tuple(name for name, suite in SUITES.items() if not suite.minutes)
FAST = ("resize", "conv_transpose", "scales")  # the suites of stored cases
_FAST_DTYPES = ("float32", "uint8")
_MOST_LOST = 3  # jobs of a call that crash or hang, after which its others are left out
_WORTH_AN_IMPORT = 1500  # trials for which a second process imports a framework
MOST_JOBS = 4
_TOLD = 20  # cases between two words on progress


@dataclass(frozen=True)
class Finding:
    """What came of a trial.

    Attributes:
        outcome: for tables and summaries.
        text: of a changed call, the failure in full.
        evidence: of a changed call, the values that show it; None where none were compared.
    """

    outcome: Outcome
    text: str = ""
    evidence: documents.Evidence | None = None


@dataclass(frozen=True)
class Unit:
    """The trials of a call, which run in one process.

    Attributes:
        framework: of the call.
        call: its id; of a gradient or a mode, that of the call that runs.
        jobs: by name, a trial: ``resize:torch-interpolate-bilinear-float32-…``.
    """

    framework: str
    call: str
    jobs: Mapping[str, Trial]


def units(
    frameworks: Iterable[str],
    calls: frozenset[str] | None = None,
    *,
    fast: bool = False,
    release: Releases = installed_release,
) -> list[Unit]:
    """What is run, a unit for each call, in the order of the frameworks' tables.

    Args:
        frameworks: their names.
        calls: the ids of those that are run, with their gradients; None for all.
        fast: the stored cases only, in float32 and uint8.
        release: the installed release of a framework.
    """
    jobs_of: dict[tuple[str, str], dict[str, Trial]] = {}
    wanted = tuple(frameworks)
    for suite in FAST if fast else DEFAULT:
        for trial in SUITES[suite].trials(lambda name: release(name) if name in wanted else None):
            call = trial.call
            if (fast and trial.dtype not in _FAST_DTYPES) or missing_needs(call):
                continue
            if calls is None or base(call.id) in calls:
                jobs = jobs_of.setdefault((call.framework, call.id), {})
                jobs[f"{suite}:{trial.id}"] = trial
    return [Unit(framework, call, jobs) for (framework, call), jobs in jobs_of.items()]


def part_of(every: Iterable[Unit], shard: Shard | None) -> list[Unit]:
    """What a shard runs of some units; all of it, if there is none."""
    if shard is None:
        return list(every)
    own = (
        replace(unit, jobs={name: one for name, one in unit.jobs.items() if shard.has(one.id)})
        for unit in every
    )
    return [unit for unit in own if unit.jobs]


# ---------------------------------------------------------------------------- in the child


def begin(units_of: Callable[[], list[Unit]], framework: str) -> Callable[[str], Finding]:
    """Import a framework and its trials; returns what runs one by its job's name.

    Raises:
        FrameworkError: it cannot be imported.
    """
    environment = FRAMEWORKS[framework].environment(load(framework))
    jobs = {name: trial for unit in units_of() for name, trial in unit.jobs.items()}

    def run(name: str) -> Finding:
        trial = jobs[name]
        try:
            verdict = SUITES[name.partition(":")[0]].judge(trial.call, trial.case(), trial.dtype)
        except FrameworkError as error:
            raise Fatal(f"crashed: {error}") from error
        ended = replace(outcome(verdict, environment), case=trial.case_name)
        if verdict.kind != "changed":
            return Finding(ended)
        return Finding(ended, explain(verdict), evidence(verdict))

    return run


# ---------------------------------------------------------------------------- in the parent


@dataclass(frozen=True)
class Absent:
    """A framework that is installed and cannot be run.

    Attributes:
        framework: its name.
        why: what it says.
        trials: how many did not run.
    """

    framework: str
    why: str
    trials: int


@dataclass
class _Work:
    """The units that are left, by framework; workers take from it."""

    left: dict[str, deque[Unit]]
    workers: dict[str, int]
    lock: threading.Lock = field(default_factory=threading.Lock)
    supervisors: list[Supervisor[Finding]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def end(self) -> None:
        """End all workers now, in mid-case."""
        self.stop.set()
        for one in self.supervisors:
            one.end()

    def next_unit(self, framework: str) -> Unit | None:
        with self.lock:
            return self.left[framework].popleft() if self.left[framework] else None

    def next_framework(self) -> str | None:
        """The framework with the most work that no worker has; or that is worth a second import."""

        def trials(name: str) -> int:
            return sum(len(unit.jobs) for unit in self.left[name])

        with self.lock:
            some = [name for name in self.left if self.left[name]]
            free = [name for name in some if not self.workers[name]]
            shared = [name for name in some if trials(name) > _WORTH_AN_IMPORT]
            chosen = max(free or shared, key=trials, default=None)
            if chosen is not None:
                self.workers[chosen] += 1
            return chosen


def run(
    every: Sequence[Unit],
    child: Callable[[str], Callable[[], Callable[[str], Finding]]],
    *,
    jobs: int | None = None,
    limit: float,
    progress: Callable[[str], None] | None = None,
) -> Iterator[Finding | Absent]:
    """Run units, and yield what comes of each trial as it ends.

    Args:
        every: what is run.
        child: from a framework to what its child process starts with.
        jobs: processes at a time; by default the machine's, at most four.
        limit: seconds that a trial may take.
        progress: is told what has ended.
    """
    left: dict[str, deque[Unit]] = {}
    for unit in sorted(every, key=lambda unit: -len(unit.jobs)):
        left.setdefault(unit.framework, deque()).append(unit)
    total = {name: sum(len(unit.jobs) for unit in some) for name, some in left.items()}
    work = _Work(left, dict.fromkeys(left, 0))
    results: queue.Queue[Finding | Absent | BaseException | None] = queue.Queue()
    count = jobs or min(os.cpu_count() or 1, MOST_JOBS)
    threads = [
        threading.Thread(target=_work, args=(work, child, limit, results), daemon=True)
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    ended = dict.fromkeys(total, 0)
    running = count
    try:
        while running:
            one = results.get()
            if one is None:
                running -= 1
            elif isinstance(one, BaseException):
                raise one
            else:
                name = one.outcome.framework if isinstance(one, Finding) else one.framework
                ended[name] += 1 if isinstance(one, Finding) else one.trials
                yield one
                if progress is not None and sum(ended.values()) % _TOLD == 0:
                    progress(_words(ended, total))
    finally:
        work.end()
        for thread in threads:
            thread.join()


def _words(ended: Mapping[str, int], total: Mapping[str, int]) -> str:
    """How far a run is, in a short line."""
    running = [name for name in total if 0 < ended[name] < total[name]]
    return f"{sum(ended.values()):,} of {sum(total.values()):,} cases: {', '.join(running)}"


def _work(
    work: _Work,
    child: Callable[[str], Callable[[], Callable[[str], Finding]]],
    limit: float,
    results: queue.Queue[Finding | Absent | BaseException | None],
) -> None:
    """A worker: takes frameworks, and units of one, until none is left."""
    stop = work.stop
    try:
        while not stop.is_set() and (framework := work.next_framework()) is not None:
            supervisor = Supervisor(child(framework), limit)
            work.supervisors.append(supervisor)
            try:
                while not stop.is_set() and (unit := work.next_unit(framework)) is not None:
                    for one in _findings(supervisor, unit):
                        results.put(one)
                        if stop.is_set():
                            break
            except Unstarted as error:
                with work.lock:
                    rest = sum(len(one.jobs) for one in work.left[framework])
                    work.left[framework].clear()
                results.put(Absent(framework, str(error), rest + len(unit.jobs if unit else ())))
            finally:
                supervisor.end()
    except BaseException as error:
        results.put(error)
    finally:
        results.put(None)


def _findings(supervisor: Supervisor[Finding], unit: Unit) -> Iterator[Finding]:
    """What comes of the trials of a unit; of a call that crashes or hangs again and again, the others are
    left out."""
    lost = 0
    names = list(unit.jobs)
    for i, ended in enumerate(supervisor.each(names)):
        yield _finding(unit, ended)
        lost += bool(ended.lost)
        if lost == _MOST_LOST:
            why = f"left out, as {lost} cases of the call {ended.lost}"
            yield from (_failed(unit.jobs[name], why) for name in names[i + 1 :])
            return


def _finding(unit: Unit, ended: Ended[Finding]) -> Finding:
    if ended.result is not None:
        return ended.result
    trial = unit.jobs[ended.name]
    if ended.lost:
        return _failed(trial, ended.lost)
    last = ended.error.strip().splitlines()[-1]
    return replace(_failed(trial, f"failed in halfpixel, which is a bug: {last}"), text=ended.error)


def _failed(trial: Trial, reason: str) -> Finding:
    call = trial.call
    one = Outcome(
        call.framework, call.name, "changed", None, dtype=trial.dtype, case=trial.case_name, reason=reason
    )  # fmt: skip
    return Finding(one, f"{call.id} {trial.dtype} {trial.case_name}: {reason}")
