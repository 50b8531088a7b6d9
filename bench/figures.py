"""What a benchmark found: rows of figures, printed, and kept in docs/benchmarks.json for the page.

A figure is a ratio of two programs that ran in turn, or the time of one; machines differ, ratios less so.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

TOP = Path(__file__).parents[1]
TARGET = TOP / "docs" / "benchmarks.json"

# Modules are read from .pyc files, as they are for a user: compiling them anew would hide the rest.
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Figure:
    """One row.

    Attributes:
        what: that was measured.
        value: the median over the rounds.
        unit: of the value: "×" for a ratio.
        lowest: of the rounds.
        highest: of the rounds.
        limit: what it may be at most, or at least; None if it is told only.
        least: the limit is a lower one.
    """

    what: str
    value: float
    unit: str
    lowest: float
    highest: float
    limit: float | None = None
    least: bool = False

    @property
    def missed(self) -> bool:
        """Whether the value is on the wrong side of the limit."""
        if self.limit is None:
            return False
        return self.value < self.limit if self.least else self.value > self.limit

    def __str__(self) -> str:
        goal = ""
        if self.limit is not None:
            sign = "≥" if self.least else "≤"
            goal = f"  {sign} {self.limit:g}{'  missed' if self.missed else ''}"
        spread = f"({self.lowest:.3g} to {self.highest:.3g})"
        return f"  {self.what:64}{self.value:10.3g} {self.unit:5}{spread:20}{goal}"


def figure(
    what: str,
    values: Iterable[float],
    unit: str,
    limit: float | None = None,
    *,
    least: bool = False,
) -> Figure:
    """The figure of one value a round."""
    found = list(values)
    return Figure(what, statistics.median(found), unit, min(found), max(found), limit, least)


@dataclass(frozen=True)
class Cost:
    """What processes that ran side by side took, their children included.

    Attributes:
        cpu: seconds.
        wall: seconds.
        memory: the most that one of them held, in MiB.
        output: what they wrote.
    """

    cpu: float
    wall: float
    memory: float
    output: str


def cost(commands: Sequence[Sequence[str]], environ: Mapping[str, str] | None = None) -> Cost:
    """Run programs side by side, in the repository's folder.

    Raises:
        SystemExit: one of them failed; its output is the message.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, str(number)) for number in range(len(commands))]
        running = []
        for command, file in zip(commands, files, strict=True):
            with file.open("wb") as out:
                environment = {**_ENVIRONMENT, **(environ or {})}
                running.append(
                    subprocess.Popen(command, cwd=TOP, env=environment, stdout=out, stderr=out)
                )
        cpu = memory = 0.0
        for process, file in zip(running, files, strict=True):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                text = file.read_text(errors="replace")
                sys.exit(f"{' '.join(map(str, process.args))} failed:\n{text}")  # type: ignore[arg-type]
            cpu += usage.ru_utime + usage.ru_stime
            memory = max(memory, usage.ru_maxrss / 1024)
        output = "".join(file.read_text(errors="replace") for file in files)
    return Cost(cpu, time.monotonic() - start, memory, output)


def in_turn(
    rounds: int, programs: Mapping[str, Callable[[], Cost]], name: str, *, warm_up: bool = True
) -> dict[str, list[Cost]]:
    """The programs in turn, so that a machine that drifts drifts for all; a first round warms the disk up."""
    taken: dict[str, list[Cost]] = {one: [] for one in programs}
    for number in range(0 if warm_up else 1, rounds + 1):
        for one, program in programs.items():
            print(
                f"\r{name}: {number or 'warm-up'} of {rounds}: {one:40}",
                end="",
                file=sys.stderr,
                flush=True,
            )
            found = program()
            if number:
                taken[one].append(found)
    print("\r" + " " * 100 + "\r", end="", file=sys.stderr, flush=True)
    return taken


def ratios(over: Sequence[Cost], under: Sequence[Cost], measure: str = "cpu") -> list[float]:
    """Of each round, the ratio of two programs' CPU seconds, or of another measure."""
    return [getattr(a, measure) / getattr(b, measure) for a, b in zip(over, under, strict=True)]


def keep(section: str, command: str, rows: Sequence[Figure]) -> None:
    """Print the figures of a section, and put them into docs/benchmarks.json in place of its last ones."""
    print(section)
    print("\n".join(map(str, rows)), flush=True)
    known = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else {}
    known[section] = {
        "command": command,
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "figures": [asdict(row) | {"missed": row.missed} for row in rows],
    }
    TARGET.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")
