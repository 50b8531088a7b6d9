"""How far every resize call that weighs pixels is from the exact resize of a photograph, in float32.

Writes src/halfpixel/conversion/rounding.json, which `halfpixel convert` prints. What is measured moves with
the machine; the file says on which one it was measured.
"""

import functools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import halfpixel
from bench import by_framework
from halfpixel import frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import Case
from halfpixel.conversion import agreement, models, rounding
from halfpixel.conversion.models import Model
from halfpixel.conversion.sizes import Sizes, real
from halfpixel.frameworks import Call
from halfpixel.operators import Resize
from halfpixel.report import arithmetics

TARGET = Path(halfpixel.__file__).parent / "conversion" / rounding.FILE
DIGITS = 2


@functools.lru_cache(maxsize=16)
def exact(model: Model, sizes: Sizes) -> NDArray[np.float64]:
    """The resize of a photograph by the model's coordinates, but for float64's roundings."""
    return models.applied(model, sizes, photograph(sizes))


def photograph(sizes: Sizes) -> NDArray[np.float64]:
    """One image (1, h, w), whose values float32 holds."""
    return models.photograph(sizes.n_in, 1).astype(np.float32).astype(np.float64)


def error(call: Call, convention: Resize, sizes: Sizes) -> float | None:
    """The largest error with values from 0 to 1, rounded up; None if its arguments cannot say the sizes, or a
    defect of it is more than rounding."""
    image = photograph(sizes)[None]
    height, width = sizes.n_out
    case = Case(convention, {"x": image}, (height, width), name="photograph", pins="", source="")
    if call.expression(case.request) is None:
        return None
    got = call(case, "float32", frameworks.load(call.framework)).astype(np.float64)
    one = agreement.side(call, convention)
    off = float(np.max(abs(got - exact(one.model, sizes)[None])))
    if off > agreement.rounding(one, sizes):
        return None
    return float(np.format_float_scientific(off * (1 + 0.5 * 10.0**-DIGITS), precision=DIGITS))


def measured(framework: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Of each call of a framework that weighs pixels, the error at each of the real sizes."""
    release = frameworks.version(framework) or ""
    for call in trials.calls("resize"):
        convention = call.convention(release) if call.framework == framework else None
        if convention is None or "float32" not in call.arithmetic or call.scaling is not None:
            continue
        if not arithmetics.weighs(convention):
            continue
        found = {}
        for sizes in real(2):
            try:
                off = error(call, convention, sizes)
            except Exception as why:  # what it raises is declared, or the suites fail
                print(f"  {call.id}, {sizes}: {why}", file=sys.stderr)
                continue
            if off is not None:
                found[str(sizes)] = off
        if found:
            yield call.id, found


def main() -> None:
    """Measure one framework for the parent process, or all of them and write the file."""
    if by_framework.told(measured):
        return
    environments: dict[str, str] = {}
    calls: dict[str, dict[str, float]] = {}
    for framework in by_framework.OWN_KERNELS:
        environments[framework], rows = by_framework.measured("bench.rounding", framework)
        calls |= rows
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(rows)}" for name, rows in calls.items())
    text = f'{{"environments": {json.dumps(environments, indent=1)},\n"errors": {{\n{lines}\n}}}}\n'
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
