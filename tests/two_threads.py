"""Real shapes and the photograph with two threads: ``python -m tests.two_threads torch``.

It prints a line of JSON: how many threads there are, and the trials whose verdict is "changed".
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from halfpixel.conformance.real_shapes import CONV_SHAPES, SHAPE_CASES
from halfpixel.conformance.suites import SUITES
from halfpixel.conformance.trials import Trial
from halfpixel.frameworks import FrameworkError, load, release

COUNT = 2
ENTERED = {"threads", "batches", "onednn", "blocks_of_channels"}  # loops that threads share
_SHAPES = ("real_shapes", "photograph", "narrow_dtypes")


def _torch(names: Mapping[str, Any]) -> int:
    names["torch"].set_num_threads(COUNT)
    return int(names["torch"].get_num_threads())


def _opencv(names: Mapping[str, Any]) -> int:
    names["cv2"].setNumThreads(COUNT)
    return int(names["cv2"].getNumThreads())


def _tensorflow(names: Mapping[str, Any]) -> int:
    threading = names["tf"].config.threading  # no operation has run yet
    threading.set_intra_op_parallelism_threads(COUNT)
    names["tf"].constant(1.0) + 1  # from here on the number is fixed
    return int(threading.get_intra_op_parallelism_threads())


SET: Mapping[str, Callable[[Mapping[str, Any]], int]] = {
    "torch": _torch,
    "tensorflow": _tensorflow,
    "opencv": _opencv,
}


def trials(framework: str) -> Iterator[tuple[str, Trial]]:
    """What enters loops that threads share, by suite."""
    names = {entry.name for entry in SHAPE_CASES if ENTERED & {*entry.loops}}
    for entry in CONV_SHAPES:
        if ENTERED & {*entry.loops}:
            names |= {entry.case().name, *(case.name for case in entry.gradients())}
    for suite in _SHAPES:
        found = SUITES[suite].trials(lambda name: release(name) if name == framework else None)
        for trial in found:
            photograph = trial.case_name.startswith("60x90-")
            if trial.case_name in names or photograph:
                yield suite, trial


def main(framework: str) -> dict[str, Any]:
    """Run them, and say what came of it."""
    threads = SET[framework](load(framework))
    before = len(os.listdir("/proc/self/task"))
    ran, changed = 0, []
    for suite, trial in trials(framework):
        try:
            verdict = SUITES[suite].judge(trial.call, trial.case(), trial.dtype)
        except FrameworkError as error:
            sys.exit(str(error))
        ran += 1
        if verdict.kind == "changed":
            changed.append([trial.call.id, trial.dtype, trial.case_name, verdict.reason])
    started = len(os.listdir("/proc/self/task")) - before
    return {"threads": threads, "started": started, "ran": ran, "changed": changed}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
