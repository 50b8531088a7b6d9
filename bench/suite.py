"""What the suite costs over its floor: ``make bench``.

The floor is ``bench/floor.py``: the imports, and the same framework calls and comparisons, golden
files read included, in a bare loop without pytest, as a plain script would run it. Suite and floor
run in turn, so that a machine that drifts drifts for both; the figures are ratios, round by round,
and their median. (A ratio below 1 is possible: the suite keeps the garbage collector out of the
frameworks' imports, which a plain script does not.)
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).parents[1]
SUITES = ["tests/test_resize.py", "tests/test_conv_transpose.py"]
PYTEST = [sys.executable, "-m", "pytest", "-q", *SUITES]
FLOOR = [sys.executable, "bench/floor.py"]

# Modules are read from .pyc files, as they are for a user: compiling them anew would hide the rest.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

# what is run, and the processes that are its floor, at the same time
SHAPES = {
    "one process": (PYTEST, [[*FLOOR, "torch", "tensorflow", "opencv", "keras_torch", "pillow"]]),
    "two workers": (
        [*PYTEST, "-n", "2"],
        [[*FLOOR, "tensorflow"], [*FLOOR, "torch", "opencv", "keras_torch", "pillow"]],
    ),
}


def cost(commands: Sequence[Sequence[str]], **environment: str) -> dict[str, float]:
    """CPU and wall seconds of processes that run side by side, their children included."""
    start = time.monotonic()
    running = [
        subprocess.Popen(
            command,
            cwd=TOP,
            env={**ENVIRONMENT, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for command in commands
    ]
    cpu = 0.0
    for process in running:
        assert process.stdout is not None
        output = process.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(map(str, process.args))} failed:\n{output}")  # type: ignore[arg-type]
        cpu += usage.ru_utime + usage.ru_stime
    return {"CPU": cpu, "wall": time.monotonic() - start}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds (default: 5)")
    rounds = parser.parse_args().rounds
    taken: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {
        name: [] for name in SHAPES
    }
    for number in range(rounds + 1):
        for name, (suite, floor) in SHAPES.items():
            print(
                f"\r{number or 'warm-up'} of {rounds}: {name} ", end="", file=sys.stderr, flush=True
            )
            pair = cost([suite]), cost(floor)
            if number:
                taken[name].append(pair)
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    print(
        f"{'':24}{'suite s':>9}{'floor s':>9}{'ratio':>8}   (lowest to highest of {rounds} rounds)"
    )
    for name, pairs in taken.items():
        for figure in ("CPU", "wall"):
            ratios = [suite[figure] / floor[figure] for suite, floor in pairs]
            sides = zip(*pairs, strict=True)
            medians = [statistics.median(one[figure] for one in side) for side in sides]
            print(
                f"{f'{name}, {figure}':24}{medians[0]:9.2f}{medians[1]:9.2f}"
                f"{statistics.median(ratios):8.2f}   ({min(ratios):.2f} to {max(ratios):.2f})"
            )
    print("\nwhere one process spends its CPU seconds")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phases.json"
        cost([[*PYTEST, "-p", "bench.phases"]], HALFPIXEL_PHASES=str(file), PYTHONPATH=str(TOP))
        phases = json.loads(file.read_text(encoding="utf-8"))
    for name, seconds in sorted(phases.items(), key=lambda item: -item[1]):
        print(f"  {name:32}{seconds:7.2f}{seconds / sum(phases.values()):7.0%}")


if __name__ == "__main__":
    main()
