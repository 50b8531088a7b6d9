"""Measure what trials of the default run cost, and write the dear ones into src/halfpixel/costs.json.

``python -m bench.costs`` takes two minutes of CPU; ``python -m bench.costs opencv`` measures one framework.
By the table shards are even (``halfpixel.shards``).

Cheaper trials are thousands, which a digest of their names spreads evenly. How even that leaves the shards is
printed.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from halfpixel import shards
from halfpixel.checking import run
from halfpixel.frameworks import FRAMEWORKS, version

TABLE = Path(__file__).parents[1] / "src" / "halfpixel" / shards.COSTS
DEAR = 10.0  # milliseconds
CLOCKS = {
    "keras_torch": time.perf_counter
}  # its calls run in a process of their own: on an idle machine


def measured(framework: str) -> dict[str, float]:
    """Milliseconds of CPU of each trial of a framework, by its id, in this process."""
    of = run.begin(partial(run.units, [framework]), framework)
    clock, found = CLOCKS.get(framework, time.process_time), {}
    for unit in run.units([framework]):
        for name, trial in unit.jobs.items():
            start = clock()
            of(name)
            found[trial.id] = round((clock() - start) * 1000, 3)
    return found


def apart(framework: str) -> dict[str, float]:
    """The same in a process of its own: a trial may change what the next one costs."""
    command = [sys.executable, "-m", "bench.costs", "--one", framework]
    found: dict[str, float] = json.loads(subprocess.check_output(command).splitlines()[-1])
    return found


def unevenness(every: Mapping[str, float], count: int) -> float:
    """By how much the dearest shard is above the mean."""
    loads = dict.fromkeys(range(1, count + 1), 0.0)
    for name, cost in every.items():
        number = next(n for n in loads if shards.Shard(n, count).has(name))
        loads[number] += cost
    return max(loads.values()) * count / sum(loads.values()) - 1


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2])))
        return
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    names = sys.argv[1:] or [name for name in FRAMEWORKS if version(name) is not None]
    costs = {name: apart(name) for name in names}
    for name, each in costs.items():
        dear = {trial: round(cost) for trial, cost in sorted(each.items()) if cost >= DEAR}
        table[name] = dear
        print(
            f"{name}: {sum(each.values()) / 1000:.1f} s in {len(each):,} trials, {len(dear)} dear"
        )
    text = json.dumps(dict(sorted(table.items())), indent=1, ensure_ascii=False)
    TABLE.write_text(f"{text}\n", encoding="utf-8")
    shards.forget()
    every = {trial: cost for each in costs.values() for trial, cost in each.items()}
    for count in (2, 4, 8, 16):
        print(f"{count} shards: the dearest is {unevenness(every, count):.1%} above the mean")


if __name__ == "__main__":
    main()
