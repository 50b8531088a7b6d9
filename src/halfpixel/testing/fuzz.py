"""Calls against the reference, on what Hypothesis draws: ``make fuzz``.

Each call in each dtype is asked some examples a round, by seed; one that is found wrong is shrunk, and
printed as an entry of a table. How far it is stands in a file, from which ``--resume`` goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from .. import untrusted
from ..conformance.goldens import replace_file
from ..conformance.trials import calls, calls_following, calls_there
from ..conformance.verdicts import Verdict, judge
from ..frameworks import FRAMEWORKS, Call, DType, Release
from ..frameworks import release as installed_release
from .strategies import Example, examples

_DTYPES: tuple[DType, ...] = ("float32", "float64", "uint8", "float16", "bfloat16")
STATE = Path("build") / "fuzz.json"


@dataclass(frozen=True)
class Subject:
    """A call in a dtype, or its gradient, which is a call of its own."""

    call: Call
    dtype: DType
    gradient: bool = False

    @property
    def name(self) -> str:
        return f"{self.call.id} {self.dtype}"


class Wrong(AssertionError):
    """A call does not conform on an example."""

    def __init__(self, example: Example, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.example, self.verdict = example, verdict


def subjects(framework: str) -> Iterator[Subject]:
    """What is asked of a framework: the calls that are given sizes, and their gradients."""

    def release(name: str) -> Release | None:
        return installed_release(name) if name == framework else None

    gradient = FRAMEWORKS[framework].gradient
    resizes = (call for call in calls("resize") if call.plain)
    for call, _ in calls_following(resizes, release):
        for dtype in (d for d in call.arithmetic if d in _DTYPES and d not in call.broken):
            if not call.refuses(dtype):
                yield Subject(call, dtype)
        if gradient is not None:
            yield Subject(gradient.of(call), "float32", gradient=True)
    plain = (call for call in calls("conv_transpose") if call.plain)
    for call in calls_there(plain, release):
        for dtype in call.arithmetic:
            yield Subject(call, dtype)
        if gradient is not None:
            yield Subject(gradient.of_conv_transpose(call), "float32", gradient=True)


def counterexample(subject: Subject, seed: int, count: int) -> Wrong | None:
    """The smallest example on which a call does not conform, or None where it conforms on all.

    Args:
        subject: what is asked.
        seed: of the examples.
        count: how many are drawn.
    """

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @given(examples(subject.call, subject.dtype, gradient=subject.gradient))
    def conforms(example: Example) -> None:
        verdict = judge(example.call, example.case(), example.dtype)
        if verdict.kind == "changed":
            raise Wrong(example, verdict)

    try:
        conforms()
    except Wrong as wrong:
        return wrong
    except hypothesis.errors.Unsatisfiable:
        return None
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m halfpixel.testing.fuzz", description=__doc__)
    parser.add_argument("frameworks", nargs="*", help="default: all that are installed")
    parser.add_argument("--seed", type=int, default=0, help="of the first round (default: 0)")
    parser.add_argument("--seconds", type=float, default=600, help="for how long (default: 600)")
    parser.add_argument("--rounds", type=int, default=10**9, help="how many rounds at most")
    parser.add_argument(
        "--examples", type=int, default=20, help="of each call in each dtype a round (default: 20)"
    )
    parser.add_argument("--calls", default="", help="those alone whose name has this in it")
    parser.add_argument("--resume", action="store_true", help=f"go on where {STATE} says")
    return parser


def _read(path: Path) -> dict[str, object]:
    try:
        document = untrusted.read_json(path)
    except ValueError as error:
        raise SystemExit(f"nothing to resume: {error}") from None
    if not isinstance(document, dict):
        raise SystemExit(f"nothing to resume: {path} is no state of a run")
    return document


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line:<100.100}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status is 1 where a call does not conform."""
    chosen = _parser().parse_args(arguments)
    present = [name for name in FRAMEWORKS if installed_release(name) is not None]
    every = [
        s for name in chosen.frameworks or present for s in subjects(name) if chosen.calls in s.name
    ]
    state: dict[str, object] = {"seed": chosen.seed, "done": 0, "running": "", "wrong": []}
    if chosen.resume:
        state = _read(STATE)
        print(f"resumed at {state['done']} of seed {state['seed']}; then ran: {state['running']}")
    first, wrong = int(str(state["done"])), set(map(str, state["wrong"]))  # type: ignore[call-overload]
    start, count = time.monotonic(), 0
    for number in range(first, chosen.rounds * len(every)):
        subject, round_ = every[number % len(every)], number // len(every)
        if time.monotonic() - start > chosen.seconds:
            break
        if subject.name in wrong:
            continue
        STATE.parent.mkdir(exist_ok=True)
        now = {**state, "done": number, "running": subject.name, "wrong": sorted(wrong)}
        replace_file(STATE, json.dumps(now))
        _progress(f"round {round_ + 1}, {count:,} examples, {len(wrong)} wrong: {subject.name}")
        failure = counterexample(subject, int(str(state["seed"])) + round_, chosen.examples)
        count += chosen.examples
        if failure is not None:
            wrong.add(subject.name)
            print(
                f"{failure.example}\n    {failure.verdict.reason} {failure.verdict.words[:200]}",
                flush=True,
            )
    print(
        f"{count:,} examples of {len(every)} calls in their dtypes, {len(wrong)} wrong, seed {state['seed']}"
    )
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main())
