"""Which mutants die: every trial of the default run once, and its answer as each mutant would give it."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from halfpixel.conformance.shape_trials import swept_shape_trials
from halfpixel.conformance.suites import SUITES
from halfpixel.conformance.trials import Trial
from halfpixel.conformance.verdicts import judge, ran, verdict_on
from halfpixel.frameworks import FRAMEWORKS, Call, Release, load
from halfpixel.frameworks import release as installed_release

from . import drawn
from .parts import Answer, Mutant, Refused
from .table import MUTANTS

_OF_TRIALS = tuple(
    name for name, suite in SUITES.items() if not suite.minutes and suite.judge is judge
)


@dataclass
class Tally:
    """What became of the mutants of a framework.

    Attributes:
        live: by the call's id, those that no case has killed yet.
        reached: (call, mutant) pairs whose place some case asks for.
        made: those of which some case can be answered as the mutant would.
        killers: of those that died, the trial that killed it.
        swept: of those that live, the ones that a case of ``make sweep`` kills.
    """

    live: dict[str, list[Mutant]]
    reached: set[tuple[str, str]] = field(default_factory=set)
    made: set[tuple[str, str]] = field(default_factory=set)
    killers: dict[tuple[str, str], str] = field(default_factory=dict)
    swept: set[tuple[str, str]] = field(default_factory=set)

    @property
    def killed(self) -> int:
        """The number of (call, mutant) pairs that died."""
        return len(self.killers)

    @property
    def total(self) -> int:
        return self.killed + sum(map(len, self.survivors.values()))

    @property
    def survivors(self) -> dict[Mutant, list[str]]:
        """Those that live, each with the calls that it lives in. No call answers as a mutant would that it
        refuses in every case that asks: strides that are swapped and SAME do not go together."""
        found: dict[Mutant, list[str]] = {}
        for call, mutants in self.live.items():
            for mutant in mutants:
                if (call, mutant.name) not in self.reached - self.made:
                    found.setdefault(mutant, []).append(call)
        return found

    @property
    def lived(self) -> int:
        """(call, mutant) pairs that no case kills, and whose mutant can matter."""
        every = ((call, one) for one, calls in self.survivors.items() for call in calls)
        return sum(not one.lives and (call, one.name) not in self.swept for call, one in every)


def trials(framework: str) -> Iterator[Trial]:
    """The trials of the default run whose answers are compared with a case, of calls with kernels of their
    own; float32 first."""

    def release(name: str) -> Release | None:
        return installed_release(name) if name == framework else None

    found = [
        trial for name in _OF_TRIALS for trial in SUITES[name].trials(release) if trial.call.plain
    ]
    yield from sorted(found, key=lambda trial: trial.dtype != "float32")


def _base(call: Call) -> str:
    return call.id.removesuffix("-gradient")


def run(framework: str, mutants: Sequence[Mutant], some: Iterable[Trial] | None = None) -> Tally:
    """Which of the mutants of every call of a framework die in its trials.

    Args:
        framework: its name; it is installed.
        mutants: of every call that can be asked for what they do wrong.
        some: the trials; by default, those of the default run.
    """
    names, installed = load(framework), installed_release(framework)
    assert installed is not None
    chosen = list(trials(framework) if some is None else some)
    pool = drawn.requests(random.Random(0), 1500)
    tally = Tally({})
    for trial in chosen:
        tally.live.setdefault(_base(trial.call), [])
    for base in tally.live:
        own = {trial.call.id: trial.call for trial in chosen if _base(trial.call) == base}
        tally.live[base] = [
            one for one in mutants if any(drawn.askable(c, one, pool, names) for c in own.values())
        ]
    _judge_all(chosen, tally, installed)
    return tally


def sweep(framework: str, tally: Tally) -> None:
    """Note which of those that live are killed by the dear real shapes, which ``make sweep`` runs."""
    installed = installed_release(framework)
    assert installed is not None
    again = replace(tally, live={call: list(live) for call, live in tally.live.items()}, killers={})
    every = swept_shape_trials(lambda name: installed if name == framework else None)
    _judge_all((trial for trial in every if trial.call.plain), again, installed)
    tally.swept.update(again.killers)


def _judge_all(trials: Iterable[Trial], tally: Tally, installed: Release) -> None:
    for trial in trials:
        live = tally.live.get(_base(trial.call), [])
        of_it = [one for one in live if one.operation == trial.call.operation]
        if not of_it:
            continue
        case = trial.case()
        shown = [one for one in of_it if one.shows(case, trial.dtype)]
        if shown:
            _judge(trial, shown, tally, installed)


def _judge(trial: Trial, shown: Sequence[Mutant], tally: Tally, installed: Release) -> None:
    call, case, dtype, base = trial.call, trial.case(), trial.dtype, _base(trial.call)
    names = load(call.framework)
    now = call.at(installed) or call
    if now.crash(case.request, dtype):
        return
    got = ran(now, case, dtype, names)
    if (
        isinstance(got, str)
        or verdict_on(got, call, case, dtype, installed, names).kind != "conforms"
    ):
        return
    got.setflags(write=False)
    answer = Answer(now, case, dtype, got, names)
    for mutant in shown:
        tally.reached.add((base, mutant.name))
        try:
            wrong = mutant.change.of(answer)
        except Refused:
            continue
        tally.made.add((base, mutant.name))
        if wrong.shape == got.shape and wrong.tobytes() == got.tobytes():
            continue
        if verdict_on(wrong, call, case, dtype, installed, names).kind == "changed":
            tally.live[base].remove(mutant)
            tally.killers[base, mutant.name] = trial.id


def text(framework: str, tally: Tally) -> Iterator[str]:
    """The outcome of a framework, in lines."""
    yield f"{framework}: {tally.killed} of {tally.total} killed"
    for mutant, calls in tally.survivors.items():
        reached = sum((call, mutant.name) in tally.reached for call in calls)
        named = ", ".join(call.removeprefix(f"{framework}-") for call in calls[:4])
        more = f" and {len(calls) - 4} more" if len(calls) > 4 else ""
        asked = f"{reached} of {len(calls)} are asked" if reached else "no case asks"
        died = sum((call, mutant.name) in tally.swept for call in calls)
        swept = f"; {died} of {len(calls)} die in make sweep" if died else ""
        yield f"  {mutant.name}: lives in {named}{more} ({asked}{swept})"
        if mutant.lives:
            yield f"    {mutant.lives}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("frameworks", nargs="*", default=[], help="default: all that are installed")
    parser.add_argument("--seed", type=int, default=0, help="of the mutants that are drawn")
    parser.add_argument("--draw", type=int, default=0, metavar="N", help="draw N mutants more")
    given = parser.parse_args(arguments)
    present = [name for name in FRAMEWORKS if installed_release(name) is not None]
    mutants = (*MUTANTS, *drawn.mutants(random.Random(given.seed), given.draw))
    lived = 0
    for name in given.frameworks or present:
        start = time.process_time()
        tally = run(name, mutants)
        sweep(name, tally)
        lived += tally.lived
        print("\n".join(text(name, tally)))
        print(f"  {time.process_time() - start:.0f} s of CPU time", flush=True)
    return min(lived, 1)
