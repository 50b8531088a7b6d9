"""What the suite costs over its floor: ``make bench``.

The floor is ``bench.floor``: the imports, and the same framework calls and comparisons, golden
files read included, in a bare loop without pytest, as a plain script would run it. Suite and floor
run in turn, so that a machine that drifts drifts for both; the figures are ratios, round by round,
and their median. (A ratio below 1 is possible: the suite keeps the garbage collector out of the
frameworks' imports, which a plain script does not.)
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench import floor
from bench.figures import Figure, cost, figure, in_turn, keep, ratios

SUITES = ["tests/test_resize.py", "tests/test_conv_transpose.py"]
PYTEST = [sys.executable, "-m", "pytest", "-q", *SUITES]
FLOOR = [sys.executable, "-m", "bench.floor", *floor.ALL]
ONE, TWO = "one process", "two workers"

# what is run, and the processes that are its floor, at the same time
PROGRAMS = {
    ONE: [PYTEST],
    "the floor of one process": [FLOOR],
    TWO: [[*PYTEST, "-n", "2"]],
}


def figures(rounds: int) -> list[Figure]:
    """The ratios of the suite and its floor, and what a case costs."""
    programs = {
        name: lambda commands=commands: cost(commands) for name, commands in PROGRAMS.items()
    }
    suite, bare, workers = in_turn(rounds, programs, "suite").values()
    count = len(floor.trials())
    return [
        figure(f"{ONE} ÷ floor, CPU", ratios(suite, bare), "×", 1.10),
        figure(f"{TWO} ÷ floor of one process, wall", ratios(workers, bare, "wall"), "×", 0.75),
        figure(
            f"a case of {count:,}, imports in, CPU",
            [1000 * one.cpu / count for one in suite],
            "ms",
            1.3,
        ),
    ]


def phases() -> dict[str, float]:
    """Where one process spends its CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phases.json"
        cost([[*PYTEST, "-p", "bench.phases"]], {"HALFPIXEL_PHASES": str(file)})
        found: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (default: 3)")
    keep("The suite and its floor", "python -m bench.suite", figures(parser.parse_args().rounds))
    print("\nwhere one process spends its CPU seconds")
    found = phases()
    for name, seconds in sorted(found.items(), key=lambda item: -item[1]):
        print(f"  {name:32}{seconds:7.2f}{seconds / sum(found.values()):7.0%}")


if __name__ == "__main__":
    main()
