"""What changed between two observations, call by call: ``check --against``.

Outcomes of one probe are compared. Floats that are apart by no more than twice the error bound of the call
are apart by rounding; so are integers that are apart by one level, up and down, of a call that weighs pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .. import documents
from ..arrays import AnyArray
from ..conformance.verdicts import error_bound, errors
from ..frameworks import FRAMEWORKS, Call, DType, dtype_name
from ..numerics.error_model import ErrorModel
from ..numerics.integer_kernels import ROUNDINGS, one_way
from ..operators import Resize
from ..records import Outcome, Record, Refusal, agreement, probes
from . import following
from .observed import Observed, key_of

Kind = Literal[
    "meaning", "shape", "dtype", "refuses", "crashes", "removed", "answers", "appeared", "rounding"
]
FAILS: tuple[Kind, ...] = ("meaning", "shape", "dtype", "refuses", "crashes", "removed")
_HEADINGS: dict[Kind, str] = {
    "meaning": "other values",
    "shape": "another shape",
    "dtype": "another dtype",
    "refuses": "raises now",
    "crashes": "crashes now",
    "removed": "removed",
    "answers": "returns a result now",
    "appeared": "new",
    "rounding": "other rounding only",
}
_IN_A_LINE: tuple[Kind, ...] = ("answers", "appeared", "rounding")
_WITH_EXAMPLE: tuple[Kind, ...] = ("meaning", "shape")
_LISTED = 3  # calls that a line names
_NAMED = 4  # probes by which it is said what is followed
_SHOWN = 7  # values of a row


@dataclass(frozen=True)
class Moved:
    """What changed of a call.

    Attributes:
        kind: what.
        call: the call.
        dtypes: those that it is about; empty where that is no matter of dtypes.
        before, after: what it did and does, in words.
        probes: how many probes changed so, of how many.
        example: the smallest of them: the call, and the rows that it returned, as lines of text.
    """

    kind: Kind
    call: Call
    dtypes: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    probes: tuple[int, int] = (0, 0)
    example: tuple[str, ...] = ()

    def json(self) -> documents.MovedCall:
        """The same for a program."""
        return {
            "kind": self.kind,
            "call": {"framework": self.call.framework, "id": self.call.id, "releases": ""},
            "dtypes": list(self.dtypes),
            "before": self.before,
            "after": self.after,
            "changed": self.probes[0],
            "probes": self.probes[1],
            "example": [line.strip() for line in self.example],
        }


@dataclass(frozen=True)
class Against:
    """What changed between two observations.

    Attributes:
        before, after: the observations.
        moved: what changed, in the order of the catalogue.
        calls: how many calls were compared.
        notes: what was not compared.
    """

    before: Observed
    after: Observed
    moved: tuple[Moved, ...]
    calls: int
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every call gives the result that it gave, but for rounding."""
        return not any(one.kind in FAILS for one in self.moved)

    def text(self, width: int | None = None, *, verbose: bool = False) -> str:
        """The same for people; ``verbose`` names every call."""
        return "\n".join(self._lines(verbose))

    def _lines(self, verbose: bool) -> Iterator[str]:
        of = "; ".join(self._releases())
        off = len({one.call.id for one in self.moved if one.kind in FAILS})
        if self.same:
            yield f"the same: {self.calls} calls, {of}"
        else:
            yield f"not the same: {off} of {self.calls} calls, {of}"
        for kind, heading in _HEADINGS.items():
            some = [one for one in self.moved if one.kind == kind]
            if some and kind in _IN_A_LINE:
                yield from ("", f"{heading}: {_names(some, verbose)}")
            elif some:
                yield from ("", f"{heading}:")
                for alike in _alike(some):
                    yield from _of_calls(alike, verbose)
        if self.notes:
            yield ""
        yield from self.notes

    def _releases(self) -> Iterator[str]:
        for one in self.after.records:
            other = self.before.of(one.framework)
            if other is not None:
                title = FRAMEWORKS[one.framework].title
                before, after = _packages(other), _packages(one)
                yield f"{title} {before} to {after}" if before != after else f"{title} {after}"

    def json(self) -> documents.Against:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "same": self.same,
            "calls": self.calls,
            "before": {one.framework: dict(one.packages) for one in self.before.records},
            "after": {one.framework: dict(one.packages) for one in self.after.records},
            "moved": [one.json() for one in self.moved],
            "notes": list(self.notes),
        }


def _packages(one: Record) -> str:
    own, *others = one.packages.items()
    needs = ", ".join(f"{name} {release}" for name, release in others)
    return f"{own[1]} ({needs})" if needs else own[1]


def _names(some: Sequence[Moved], verbose: bool) -> str:
    names = list(dict.fromkeys(one.call.id for one in some))
    rest = 0 if verbose else len(names) - _LISTED
    return ", ".join(names[: len(names) - max(rest, 0)]) + (f" and {rest} more" if rest > 0 else "")


def _alike(some: Sequence[Moved]) -> list[list[Moved]]:
    """Calls that change alike, together."""
    groups: dict[tuple[object, ...], list[Moved]] = {}
    for one in some:
        groups.setdefault((one.before, one.after, one.dtypes), []).append(one)
    return list(groups.values())


def _of_calls(some: Sequence[Moved], verbose: bool) -> Iterator[str]:
    one = some[0]
    about = f" ({', '.join(one.dtypes)})" if one.dtypes else ""
    changed, probed = (sum(each.probes[i] for each in some) for i in (0, 1))
    share = f", at {changed} of {probed} probes" if probed else ""
    yield f"  {_names(some, verbose)}{about}{share}"
    if one.before and one.before != one.after:
        yield f"   before  {one.before}"
        if one.after:
            yield f"   now     {one.after}"
    elif one.before:
        yield f"   both follow {one.before}, further apart than rounding"
    yield from one.example


# ---------------------------------------------------------------------------- comparing


def against(before: Observed, after: Observed) -> Against:
    """What changed between two observations, of the frameworks that both have.

    Raises:
        ValueError: they have none in common.
    """
    common = [one.framework for one in after.records if before.of(one.framework) is not None]
    if not common:
        had = ", ".join(one.framework for one in before.records) or "nothing"
        has = ", ".join(one.framework for one in after.records) or "nothing"
        raise ValueError(f"there is nothing to compare: before was {had}, now is {has}")
    moved, calls = [], 0
    for framework in common:
        old, new = before.of(framework), after.of(framework)
        assert old is not None
        assert new is not None
        for call in probes.calls(framework):
            changes = list(_of(call, old, new))
            calls += _has(call, old) or _has(call, new)
            moved += changes
    return Against(before, after, tuple(moved), calls, tuple(_notes(before, after)))


def _notes(before: Observed, after: Observed) -> Iterator[str]:
    if before.halfpixel != after.halfpixel:
        yield (
            f"halfpixel {before.halfpixel} was used before, {after.halfpixel} now: "
            "what only one of them asks was not compared"
        )
    if (part := before.shard) is not None:
        words = f"shard {part['number']}/{part['count']} alone"
        yield f"before has {words}: merge all shards to compare every call"
    for one, other, when in ((before, after, "before"), (after, before, "now")):
        only = [r.framework for r in one.records if other.of(r.framework) is None]
        if only:
            yield f"not compared, as only observed {when}: {', '.join(only)}"


def _has(call: Call, one: Record) -> bool:
    return any(name == call.name for name, _, _ in one.outcomes)


def _of(call: Call, old: Record, new: Record) -> Iterator[Moved]:
    """What changed of a call: one entry for each kind and each group of dtypes that change alike."""
    had, has = _has(call, old), _has(call, new)
    if had != has:
        lacks = (new if had else old).absent.get(call.name)
        if lacks is not None:
            yield Moved("removed" if had else "appeared", call, before=lacks if had else "")
        return
    pairs: dict[Kind, dict[str, list[_Pair]]] = {}
    probed: Counter[str] = Counter()
    for probe in probes.of_call(call, agreement.release_of(new)):
        key = key_of(call, probe)
        if key in old.outcomes and key in new.outcomes:
            probed[probe.dtype] += 1
            pair = _Pair(probe, old.outcomes[key], new.outcomes[key])
            for kind in _kinds(pair, new):
                pairs.setdefault(kind, {}).setdefault(probe.dtype, []).append(pair)
    _cut(pairs)
    for kind, by_dtype in pairs.items():
        yield from _grouped(kind, call, by_dtype, probed, (old, new))


@dataclass(frozen=True, eq=False)
class _Pair:
    """What came of a probe before and now."""

    probe: probes.Probe
    before: Outcome
    after: Outcome


def _cut(pairs_of: dict[Kind, dict[str, list[_Pair]]]) -> None:
    """Integers of a dtype that are apart by one level, all up or all down, are other values."""
    rounded = pairs_of.get("rounding", {})
    for dtype, pairs in list(rounded.items()):
        if _go_one_way(pairs):
            pairs_of.setdefault("meaning", {}).setdefault(dtype, []).extend(rounded.pop(dtype))
    if not rounded:
        pairs_of.pop("rounding", None)


def _go_one_way(pairs: Sequence[_Pair]) -> bool:
    up = down = values = 0
    for pair in pairs:
        assert isinstance(pair.before, np.ndarray)
        assert isinstance(pair.after, np.ndarray)
        if pair.after.dtype.kind in "iu":
            signed = pair.after.astype(np.float64) - pair.before.astype(np.float64)
            up += int(np.count_nonzero(signed > 0))
            down += int(np.count_nonzero(signed < 0))
            values += signed.size
    return one_way(up, down, values)


def _grouped(
    kind: Kind,
    call: Call,
    by_dtype: Mapping[str, list[_Pair]],
    probed: Mapping[str, int],
    both: tuple[Record, Record],
) -> Iterator[Moved]:
    groups: dict[tuple[str, str], list[str]] = {}
    for dtype, pairs in by_dtype.items():
        groups.setdefault(_before_and_after(kind, call, pairs, both), []).append(dtype)
    for (before, after), dtypes in groups.items():
        pairs = [pair for dtype in dtypes for pair in by_dtype[dtype]]
        total = sum(probed[dtype] for dtype in dtypes)
        example = tuple(_example(pairs)) if kind in _WITH_EXAMPLE else ()
        named = () if set(dtypes) == set(probed) else tuple(dtypes)
        yield Moved(kind, call, named, before, after, (len(pairs), total), example)


def _before_and_after(
    kind: Kind, call: Call, pairs: Sequence[_Pair], both: tuple[Record, Record]
) -> tuple[str, str]:
    """What a call did with the probes of a dtype, and does now."""
    if kind in _IN_A_LINE:
        return "", ""
    sides = [[pair.before for pair in pairs], [pair.after for pair in pairs]]
    if kind == "dtype":
        before, after = (dtype_name(side[0]) for side in sides)  # type: ignore[arg-type]
        return f"returns {before}", f"returns {after}"
    if kind == "shape":
        before, after = (str(side[0].shape) for side in sides)  # type: ignore[union-attr]
        return f"shape {before}", f"shape {after}"
    names = [pair.probe.name for pair in pairs][:_NAMED]
    followed = (following.follows(call, one, pairs[0].probe.dtype, names) for one in both)
    raised = (next((one.text for one in side if isinstance(one, Refusal)), "") for side in sides)
    before, after = (error or words for error, words in zip(raised, followed, strict=True))
    return before, after


def _kinds(pair: _Pair, new: Record) -> Iterator[Kind]:
    before, after = pair.before, pair.after
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        yield from _kinds_of_arrays(pair.probe, before, after, new)
    elif isinstance(before, np.ndarray):
        yield "refuses" if isinstance(after, Refusal) else "crashes"
    elif isinstance(after, np.ndarray):
        yield "answers"
    elif type(before) is not type(after):
        yield "answers" if isinstance(after, Refusal) else "crashes"


def _kinds_of_arrays(
    probe: probes.Probe, before: AnyArray, after: AnyArray, new: Record
) -> Iterator[Kind]:
    if before.shape != after.shape:
        yield "shape"
        return
    if dtype_name(before) != dtype_name(after):
        yield "dtype"
    if not np.array_equal(before, after, equal_nan=True):
        yield "rounding" if rounding_alone(probe, before, after, new) else "meaning"


def rounding_alone(probe: probes.Probe, before: AnyArray, after: AnyArray, one: Record) -> bool:
    """Whether two outputs of one shape are apart by no more than rounding explains.

    Args:
        probe: what was asked.
        before, after: what came.
        one: the record of the second: whose kernels say what rounds.
    """
    apart = errors(after, before.astype(np.float64))
    convention = probe.computation.convention
    weighs = not (isinstance(convention, Resize) and convention.mode == "nearest")
    if after.dtype.kind in "iub":
        return weighs and bool(np.all(apart <= 1))
    now = probe.now or probe.call
    case = agreement.case_of(probe, now, agreement.names_of(one))
    rule = None if case.rule in ROUNDINGS else case.rule
    case = replace(case, expected=before.astype(np.float64), rule=rule)
    if isinstance(convention, Resize) and before.shape[2:] != case.size:
        return False
    model = now.arithmetic.get(_narrower(probe.dtype, before)) or _first(now)
    return bool(np.all(apart <= 2 * error_bound(case, model)))


def _narrower(dtype: DType, before: AnyArray) -> DType:
    """The dtype in which an output was rounded most: the results of two releases may differ in it."""
    returned = dtype_name(before)
    return "float32" if dtype == "float64" and returned == "float32" else dtype


def _first(call: Call) -> ErrorModel:
    return next(iter(call.arithmetic.values()))


# ---------------------------------------------------------------------------- an example


def _example(pairs: Iterable[_Pair]) -> Iterator[str]:
    """The smallest probe: the call, and the row that differs most."""
    arrays = (
        (pair.probe, pair.before, pair.after)
        for pair in pairs
        if isinstance(pair.before, np.ndarray) and isinstance(pair.after, np.ndarray)
    )
    smallest = min(arrays, key=lambda one: one[2].size, default=None)
    if smallest is None:
        return
    probe, before, after = smallest
    x = probe.computation.inputs["x"].shape
    yield f"   where   x is {x[2]}x{x[3]}: {probe.expression}"
    row: tuple[int, ...] = (0,) * (before.ndim - 1)
    column = 0
    if before.shape == after.shape:
        apart = errors(after, before.astype(np.float64))
        *row_of, column = (int(i) for i in np.unravel_index(int(np.argmax(apart)), apart.shape))
        row = tuple(row_of)
    for when, values in (("before", before), ("now", after)):
        yield f"      {when:<8}{_row(values[row], column)}"


def _row(row: AnyArray, column: int) -> str:
    """The values around a column."""
    start = max(0, min(column - _SHOWN // 2, len(row) - _SHOWN))
    shown = "  ".join(f"{float(value):.6g}" for value in row[start : start + _SHOWN])
    return ("…  " if start else "") + shown + ("  …" if start + _SHOWN < len(row) else "")
