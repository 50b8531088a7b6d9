"""How a run grows with its cases, and how fast size pairs are swept: ``make bench``.

The same trials 1, 10 and 100 times in one process: the time a trial, and the memory, stay. A sweep's size
pairs are counted along each axis of one call that samples points, one that weighs windows and one of nearest.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
import time
from collections.abc import Iterator

from bench.figures import Cost, Figure, cost, figure, in_turn, keep, ratios
from halfpixel.conformance.suites import SUITES
from halfpixel.conformance.sweep import sweep
from halfpixel.frameworks import release

TIMES = (1, 10, 100)
SWEPT = ("torch-interpolate-nearest", "torch-interpolate-bilinear", "torch-interpolate-area")
RUN = [
    sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--keep-duplicates",
    "-k", "opencv", "--halfpixel-frameworks", "opencv",
]  # fmt: skip


def grown(rounds: int) -> Iterator[Figure]:
    """A run of the same trials, many times over."""
    programs = {
        str(times): functools.partial(cost, [[*RUN, *(["tests/test_conv_transpose.py"] * times)]])
        for times in TIMES
    }
    once, ten, hundred = in_turn(rounds, programs, "growth", warm_up=False).values()
    few, many = (list(map(_each, once, more)) for more in (ten, hundred))
    yield figure(
        "a trial more, at 100 times the trials ÷ at 10 times, CPU",
        [b / a for a, b in zip(few, many, strict=True)],
        "×",
        1.1,
    )
    for times, found in ((10, ten), (100, hundred)):
        what = f"memory at {times} times the {_passed(once[0])} trials ÷ at once"
        yield figure(what, ratios(found, once, "memory"), "×", 1.5)


def _each(once: Cost, more: Cost) -> float:
    """What a trial more costs."""
    return (more.cpu - once.cpu) / (_passed(more) - _passed(once))


def _passed(found: Cost) -> int:
    counted = re.search(r"(\d+) passed", found.output)
    assert counted is not None, found.output[-500:]
    return int(counted[1])


def swept() -> Iterator[Figure]:
    """Size pairs a second of the sweep, of three calls of torch."""
    every = SUITES["sweep"].trials(lambda name: release(name) if name == "torch" else None)
    trials = [trial for trial in every if trial.call.id in SWEPT and trial.dtype == "float32"]
    for name in SWEPT:
        rates = []
        for trial in [one for one in trials if one.call.id == name][:3]:
            block = trial.case()
            start = time.process_time()
            verdict = sweep(trial.call, block, trial.dtype)
            assert verdict.kind == "conforms", verdict
            rates.append(len(block.pairs) / (time.process_time() - start))
        yield figure(f"size pairs a second, {name}", rates, "/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="rounds (default: 1)")
    rows = [*grown(parser.parse_args().rounds), *swept()]
    keep("Growth", "python -m bench.scale", rows)


if __name__ == "__main__":
    main()
