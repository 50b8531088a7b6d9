"""How errors grow with size: every plain resize call that weighs pixels, in float32, against its convention.

Writes docs/error-growth.json, from which ``make docs`` draws. What is measured moves with the machine; the
file says on which one it was measured.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import by_framework
from halfpixel import frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import Case
from halfpixel.frameworks import Call
from halfpixel.numerics.coordinates import coordinates, tap_weights
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis
from halfpixel.report import arithmetics

SIZES = tuple(2**k for k in range(4, 13))
ROWS = 8  # of the axis that keeps its size: enough for every kernel
TARGET = Path(__file__).parents[1] / "docs" / "error-growth.json"
Array = NDArray[np.float64]


def resized(n: int) -> tuple[int, ...]:
    """Larger and smaller, by ratios that are no short fraction, and by two for those that take no other."""
    return n * 3 // 2 + 1, n * 2 // 3 - 1, n * 2, n // 2


def along_last(convention: Resize, rule: str | None, x: Array, n_out: int) -> Array:
    """The exact resize of the last axis, but for float64's roundings."""
    n_in = x.shape[-1]
    exact = coordinates(convention, Axis(n_in, n_out), rule)
    whole = convention.mode in ("adaptive_area", "box")  # their ends are not for float64 to round
    where = exact if whole else exact.astype(np.float64)
    scale = convention.scale(n_in, n_out)
    index, weight = convention.taps_at(where, n_in, scale, tap_weights(rule))
    return np.asarray(np.einsum("...dt,dt->...d", x[..., index], weight.astype(np.float64)))


def error(call: Call, convention: Resize, rule: str | None, n: int) -> float | None:
    """The largest error in units of 2⁻²⁴ with values in −1..1; None if its arguments cannot say the sizes."""
    errors = []
    for n_out in resized(n):
        line = np.random.default_rng(n).uniform(-1, 1, (1, 1, ROWS, n)).astype(np.float32)
        x = line.astype(np.float64)
        want = along_last(convention, rule, x, n_out)
        want = along_last(convention, rule, want.swapaxes(2, 3), ROWS).swapaxes(2, 3)
        for turned in (False, True):
            image, expected = (a.swapaxes(2, 3) if turned else a for a in (x, want))
            height, width = expected.shape[2:]
            case = Case(
                convention, {"x": image}, (height, width), name="growth", pins="", source=""
            )
            if call.expression(case.request) is not None:
                got = call(case, "float32", frameworks.load(call.framework))
                errors.append(float(np.max(abs(got.astype(np.float64) - expected))) * 2**24)
    return max(errors, default=None)


def measured(framework: str) -> Iterator[tuple[str, list[float]]]:
    """Of each call of a framework that weighs pixels, the error at each size; and once more against the
    coordinates of its rule, where that has another."""
    release = frameworks.version(framework) or ""
    for call in trials.calls("resize"):
        convention = call.convention(release) if call.framework == framework else None
        if (
            convention is None
            or not call.plain
            or call.hands_on
            or call.compiled  # for each of the sizes
            or not arithmetics.weighs(convention)
        ):
            continue
        known: list[list[float]] = []
        for rule in dict.fromkeys((None, call.rule)):
            found = [error(call, convention, rule, n) for n in SIZES]
            errors = [round(value, 2) for value in found if value is not None]
            if None not in found and errors not in known:
                known.append(errors)
                yield f"{call.id} {rule}" if rule else call.id, errors


def main() -> None:
    """Measure one framework for the parent process, or all of them and write the file."""
    if by_framework.told(measured):
        return
    environments: dict[str, str] = {}
    calls: dict[str, list[float]] = {}
    for framework, environ, label in (
        *((name, {}, "") for name in by_framework.OWN_KERNELS),
        ("opencv", {"OPENCV_IPP": "disabled"}, " without IPP"),
    ):
        where, rows = by_framework.measured("bench.growth", framework, environ)
        environments[framework + label] = where
        calls |= {
            name + label: errors for name, errors in rows.items() if calls.get(name) != errors
        }
    lines = ",\n".join(f"  {json.dumps(name)}: {errors}" for name, errors in calls.items())
    TARGET.write_text(
        f'{{"environments": {json.dumps(environments, indent=1)},\n"sizes": {list(SIZES)},\n'
        f'"errors": {{\n{lines}\n}}}}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
