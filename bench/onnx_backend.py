"""What a case costs beside the onnx package's own tests of a backend, run on ONNX Runtime: ``make bench``.

onnx.backend.test is the conformance suite of the field: its Resize, Upsample and ConvTranspose tests are
run by unittest, as onnxruntime's maintainers run them. Both are whole processes, imports in.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys

from bench import floor
from bench.figures import Cost, Figure, cost, figure, in_turn, keep
from bench.suite import PYTEST

OPERATORS = r"test_(resize|upsample|convtranspose)_.*_cpu"
ONNX = [sys.executable, "-m", "bench.onnx_backend", "--run"]


def tests_of_onnx() -> None:
    """Run the tests of the onnx package on ONNX Runtime, as its backend runner makes them."""
    import unittest

    import onnx.backend.test
    import onnxruntime.backend

    runner = onnx.backend.test.BackendTest(onnxruntime.backend, __name__)
    runner.include(OPERATORS)
    loader = unittest.TestLoader()
    cases = [loader.loadTestsFromTestCase(case) for case in runner.test_cases.values()]
    result = unittest.TextTestRunner(verbosity=0).run(unittest.TestSuite(cases))
    ran = result.testsRun - len(result.skipped)
    print(
        f"{ran} cases of the onnx package, {len(result.failures) + len(result.errors)} of them fail"
    )


def figures(rounds: int) -> list[Figure]:
    """How many times a case of ours goes into one of the onnx package."""
    programs = {
        "the onnx package": functools.partial(cost, [ONNX]),
        "halfpixel": functools.partial(cost, [PYTEST]),
    }
    theirs, ours = in_turn(rounds, programs, "onnx backend").values()
    count = len(floor.trials())
    each = [1000 * one.cpu / _cases(one) for one in theirs]
    times = [a / (1000 * b.cpu / count) for a, b in zip(each, ours, strict=True)]
    return [
        figure(f"a case of {_cases(theirs[0])} of the onnx package, CPU", each, "ms"),
        figure("a case of the onnx package ÷ a case of ours, CPU", times, "×", 100, least=True),
    ]


def _cases(found: Cost) -> int:
    counted = re.search(r"(\d+) cases of the onnx package", found.output)
    assert counted is not None, found.output[-500:]
    return int(counted[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="rounds (default: 1)")
    parser.add_argument("--run", action="store_true", help="run the onnx package's tests alone")
    given = parser.parse_args()
    if given.run:
        tests_of_onnx()
    else:
        keep(
            "The onnx package's backend tests",
            "python -m bench.onnx_backend",
            figures(given.rounds),
        )


if __name__ == "__main__":
    main()
