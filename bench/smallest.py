"""The smallest error that dies: by how much an output may be scaled before a trial of the default run fails.

Writes docs/smallest-errors.json, of which ``make docs`` makes a table. Asked is every trial in a float dtype,
of the calls with kernels of their own; those that copy, and images whose size stays, are left out.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tests.mutants.run import trials

from bench import by_framework
from halfpixel.conformance.trials import Trial
from halfpixel.conformance.verdicts import error_bound, errors, ran
from halfpixel.frameworks import FRAMEWORKS, dtype_name, load
from halfpixel.frameworks import release as installed_release
from halfpixel.numerics.error_model import UNIT_ROUNDOFF
from halfpixel.operators import Resize

TARGET = Path(__file__).parents[1] / "docs" / "smallest-errors.json"


def weighs(trial: Trial) -> bool:
    """Whether a trial's output is a sum of pixels in floats, each times a weight."""
    convention = trial.call.latest if trial.call.follows else None
    nearest = not isinstance(convention, Resize) or convention.mode == "nearest"
    return not nearest and trial.dtype in UNIT_ROUNDOFF


def smallest(trial: Trial) -> float:
    """The smallest factor by which all values of a trial may be off so that it fails, less 1, in units in the
    last place of what is returned; at least 1, and infinite where no such factor is seen.

    Raises:
        FrameworkError: the framework has died.
    """
    call, case, names = trial.call, trial.case(), load(trial.call.framework)
    now = call.at(installed_release(call.framework) or "") or call
    copied = case.request.shape[2:] == case.size
    if copied or now.crash(case.request, trial.dtype) or now.defect(case.request):
        return math.inf
    got = ran(now, case, trial.dtype, names)
    if isinstance(got, str):
        return math.inf
    arithmetic = now.arithmetic[trial.dtype]  # type: ignore[index]
    bound, values = error_bound(case, arithmetic), got.astype(np.float64)
    if np.any(errors(got, case.expected) > bound):
        return math.inf
    seen = np.isfinite(values) & np.isfinite(case.expected) & (values != 0)
    off = abs(values[seen] - case.expected[seen])
    room = bound[seen] - off  # in the direction in which it is off already
    unit = 2 * UNIT_ROUNDOFF[dtype_name(got)] * abs(values[seen])
    return max(1.0, float(np.min(room / unit, initial=math.inf)))


def measured(framework: str) -> Iterator[tuple[str, tuple[float, str]]]:
    """Of each call and dtype, the smallest error that a trial sees, and the name of its case."""
    found: dict[str, tuple[float, str]] = {}
    for trial in filter(weighs, trials(framework)):
        key = f"{trial.call.id} {trial.dtype}"
        found[key] = min(found.get(key, (math.inf, "")), (smallest(trial), trial.case_name))
    yield from ((key, one) for key, one in found.items() if one[1])


def main() -> None:
    """Measure one framework for the parent process, or all of them and write the file."""
    if by_framework.told(measured):
        return
    rows: dict[str, tuple[float, str]] = {}
    environments: dict[str, str] = {}
    for name in by_framework.OWN_KERNELS:
        compiled = all(call.compiled for call in FRAMEWORKS[name].calls)
        if compiled or installed_release(name) is None:
            continue  # what is compiled anew for each size is no part of the default run
        environments[name], found = by_framework.measured("bench.smallest", name)
        rows |= found
    lines = ",\n".join(
        f'  {json.dumps(key)}: [{round(least, 1)}, "{case}"]' for key, (least, case) in rows.items()
    )
    TARGET.write_text(
        f'{{"environments": {json.dumps(environments, indent=1)},\n"smallest": {{\n{lines}\n}}}}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
