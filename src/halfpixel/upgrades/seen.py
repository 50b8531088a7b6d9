"""What the record shows of a change: the same probes, run in both releases, call by call."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..conformance.verdicts import error_bound
from ..conversion.agreement import Side, rounding
from ..conversion.sizes import Sizes
from ..frameworks import FRAMEWORKS, Call, Release, dtype_name
from ..frameworks.call import INTEGERS
from ..numerics.computation import Computation
from ..numerics.integer_kernels import one_way
from ..records import Crash, Outcome, Record, Refusal, agreement, probes, read, releases
from .outcomes import convention_of, refusal_of


@dataclass(frozen=True, eq=False)
class Difference:
    """A probe of which other values came out.

    Attributes:
        dtype, probe: what was asked.
        image: (h, w), the first channel of the image.
        old, new: (h, w), the first channel of both results.
        largest: how far they are apart; infinite where they have another shape.
    """

    dtype: str
    probe: str
    image: AnyArray
    old: AnyArray
    new: AnyArray
    largest: float


@dataclass(eq=False)
class Seen:
    """What the record shows of a call.

    Attributes:
        probes: how many were run in both releases.
        values: the first probe of each dtype of which other values came out, beyond rounding.
        rounded: by dtype, how far results are apart by rounding, at most.
        results: by dtype, the dtypes of both results, where they differ.
        refuses, accepts: by dtype, the words of what only the new, or the old, release raises.
        appeared, removed: one of the releases does not have the call.
        ways: of integers that differ by one level, by dtype: how many go up, how many down, and how many
            values there are.
        one_level: the first probe of which that came out.
    """

    probes: int = 0
    values: list[Difference] = field(default_factory=list)
    rounded: dict[str, float] = field(default_factory=dict)
    results: dict[str, tuple[str, str]] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    accepts: dict[str, str] = field(default_factory=dict)
    appeared: bool = False
    removed: bool = False
    ways: dict[str, list[int]] = field(default_factory=dict)
    one_level: dict[str, Difference] = field(default_factory=dict)

    @property
    def other_values(self) -> tuple[str, ...]:
        """The dtypes of which other values came out."""
        return tuple(dict.fromkeys(one.dtype for one in self.values))


def recorded(framework: str, release: Release) -> str | None:
    """The name of the record of a release, with the packages beside it; None if there is none."""
    for name in reversed(releases(framework)):
        own, _, packages = name.partition("+")
        if own == release.own and _agrees(framework, packages, release):
            return name
    return None


def _agrees(framework: str, packages: str, release: Release) -> bool:
    """Whether a record's packages are those of a release; what it does not name, came with it."""
    for package in FRAMEWORKS[framework].beside:
        installed, named = release.packages.get(package), package in packages
        if installed is not None and named and packages != f"{package}{installed}":
            return False
        if installed is None and named:
            return False
    return True


def seen(framework: str, old: str, new: str) -> Mapping[str, Seen]:
    """What two records show, by the name of each call that does not do the same in both.

    Args:
        framework: its name.
        old, new: names of records.
    """
    before, after = read(framework, old), read(framework, new)
    by_call = {}
    for call in FRAMEWORKS[framework].calls:
        one = _of_call(call, before, after)
        if one is not None:
            by_call[call.name] = one
    return by_call


def _of_call(call: Call, old: Record, new: Record) -> Seen | None:
    outcomes = [_outcomes(record, call.name) for record in (old, new)]
    absent = [call.name in record.absent for record in (old, new)]
    if not any(outcomes) or all(absent):
        return None
    if absent[0] != absent[1]:
        if not any(
            isinstance(one, np.ndarray) for one in (*outcomes[0].values(), *outcomes[1].values())
        ):
            return None  # what raises wherever it is there is neither new nor gone
        return Seen(appeared=absent[0], removed=absent[1])
    states = [call.at(release_of(record)) for record in (old, new)]
    differences = Seen(probes=len(outcomes[0].keys() & outcomes[1].keys()))
    computations: dict[tuple[str, str], Computation] | None = None
    for key in (key for key in outcomes[0] if key in outcomes[1]):
        before, after = outcomes[0][key], outcomes[1][key]
        if before is after or _same(before, after):
            continue
        if computations is None:
            computations = {(p.dtype, p.name): p.computation for p in probes.of_call(call, "9999")}
        computation = computations.get(key)
        if computation is None:
            _note(differences, call, key, (before, after), None, (old, new))
        elif all(_says(state, computation) for state in states) and not any(
            _by_environment(*each, key[0], computation)
            for each in zip(states, (before, after), (old, new), strict=True)
        ):
            _note(differences, call, key, (before, after), computation, (old, new))
    _cut(differences)
    shown = (
        differences.values
        or differences.rounded
        or differences.results
        or differences.refuses
        or differences.accepts
    )
    return differences if shown else None


def _says(call: Call | None, computation: Computation) -> bool:
    """Whether the catalogue says what a release makes of a probe: not where it leaves some unwritten."""
    return call is None or call.expression(computation.request) is not None


def _by_environment(
    call: Call | None, outcome: Outcome, record: Record, dtype: Any, computation: Computation
) -> bool:
    """Whether a release raised for what its environment is, such as a processor without oneDNN."""
    if call is None or not isinstance(outcome, Refusal):
        return False
    names = agreement.names_of(record)
    declared = call.refusal(computation.request, dtype, names)
    return declared is not None and refusal_of(call, computation.request, dtype) is None


@functools.lru_cache(maxsize=8)
def _by_call(record_name: tuple[str, str]) -> dict[str, dict[tuple[str, str], Outcome]]:
    by_call: dict[str, dict[tuple[str, str], Outcome]] = {}
    for (call, dtype, probe), outcome in read(*record_name).outcomes.items():
        by_call.setdefault(call, {})[dtype, probe] = outcome
    return by_call


def _outcomes(record: Record, call: str) -> dict[tuple[str, str], Outcome]:
    return _by_call((record.framework, record.release)).get(call, {})


def _same(one: Outcome, other: Outcome) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        same_dtype = dtype_name(one) == dtype_name(other)
        return same_dtype and one.shape == other.shape and bool(np.array_equal(one, other, True))
    return type(one) is type(other) and one == other


def _note(
    seen: Seen,
    call: Call,
    key: tuple[str, str],
    outcomes: tuple[Outcome, Outcome],
    computation: Computation | None,
    records: tuple[Record, Record],
) -> None:
    dtype, probe = key
    old, new = outcomes
    if isinstance(old, np.ndarray) != isinstance(new, np.ndarray):
        side, words = (seen.refuses, new) if isinstance(old, np.ndarray) else (seen.accepts, old)
        side.setdefault(dtype, _words(words))
    if not (isinstance(old, np.ndarray) and isinstance(new, np.ndarray)):
        return
    if dtype_name(old) != dtype_name(new):
        seen.results[dtype] = (dtype_name(old), dtype_name(new))
        if "int" in dtype_name(old) + dtype_name(new):
            return  # what is rounded is other values too; the dtype says it
    largest = _apart(old, new)
    if dtype in seen.other_values:
        return  # one shows it: the bound of another takes time
    image = np.zeros((0, 0)) if computation is None else computation.inputs["x"][0, 0]
    first, second = (values.reshape(-1, *values.shape[-2:])[0] for values in (old, new))
    difference = Difference(dtype, probe, image, first, second, largest)
    if largest > _tolerance(call, dtype, old, computation, records):
        seen.values.append(difference)
        return
    seen.rounded[dtype] = max(seen.rounded.get(dtype, 0.0), largest)
    if dtype in INTEGERS and old.dtype.kind in "iu":
        signed = new.astype(np.float64) - old.astype(np.float64)
        counts = (int(np.count_nonzero(signed > 0)), int(np.count_nonzero(signed < 0)), signed.size)
        ways = seen.ways.setdefault(dtype, [0, 0, 0])
        seen.ways[dtype] = [a + b for a, b in zip(ways, counts, strict=True)]
        seen.one_level.setdefault(dtype, difference)


def _cut(seen: Seen) -> None:
    """What differs by one level, all up or all down, is no rounding: it is among the other values."""
    for dtype, (up, down, values) in seen.ways.items():
        if dtype not in seen.other_values and one_way(up, down, values):
            seen.values.append(seen.one_level[dtype])
            del seen.rounded[dtype]


def _words(outcome: Outcome) -> str:
    if isinstance(outcome, Refusal):
        return outcome.text
    return f"ends the process ({outcome.how})" if isinstance(outcome, Crash) else ""


def _apart(old: AnyArray, new: AnyArray) -> float:
    """How far two results are apart; not a number equals itself, and nothing else."""
    if old.shape != new.shape:
        return float("inf")
    first, second = (values.astype(np.float64) for values in (old, new))
    with np.errstate(invalid="ignore"):
        apart = np.where(
            (first == second) | (np.isnan(first) & np.isnan(second)), 0, first - second
        )
    largest = float(np.max(abs(apart), initial=0.0))
    return float("inf") if np.isnan(largest) else largest


def _tolerance(
    call: Call,
    dtype: str,
    result: AnyArray,
    computation: Computation | None,
    records: tuple[Record, Record],
) -> float:
    """How far results may be apart by rounding: one level of integers; of floats both error bounds, with
    exact coordinates."""
    if "int" in dtype_name(result):
        return 1.0 if call.operation == "resize" and dtype in INTEGERS else 0.0
    if computation is None:
        return 0.0
    total = 0.0
    for record in records:
        state = call.at(release_of(record)) or call
        total += _bound(state if dtype in state.arithmetic else call, dtype, computation)
    return total


def release_of(record: Record) -> Release:
    """The release of a record, with those of the packages beside it."""
    packages = {name: version.partition("+")[0] for name, version in record.packages.items()}
    return Release(record.release.partition("+")[0], packages)


def _bound(call: Call, dtype: Any, computation: Computation) -> float:
    """The error bound of a call, at its worst value, on an image."""
    arithmetic = call.arithmetic[dtype]
    if call.operation == "conv_transpose":
        return float(np.max(error_bound(_computed(computation), arithmetic), initial=0.0))
    convention = convention_of(call)
    if convention is None or computation.request.empty:
        return 0.0
    if not all(convention.takes(n, m) for n, m in computation.sizes):
        return 0.0
    exact = Side(convention, replace(arithmetic, coordinate_rule=None), call.framework)
    n_in, n_out = zip(*computation.sizes, strict=True)
    sizes = Sizes(tuple(n_in), tuple(n_out))
    return rounding(exact, sizes) * float(abs(computation.inputs["x"]).max())


@functools.lru_cache(maxsize=64)
def _computed(computation: Computation) -> Computation:
    return computation.computed()
