"""What moved between two runs of `halfpixel check`, from their reports.

A report has the verdict on every case, what the case is held to, and a digest of what was returned. Two
outputs that both are within the error bounds of one convention are apart by rounding.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .. import documents
from ..arrays import AnyArray
from ..checking.run import units
from ..checking.settings import base
from ..frameworks import FRAMEWORKS, Release
from ..upgrades.environment import PACKAGES, read, release_of
from .answer import Diff, Kind, Moved, Values, values_of

_NUMBER = re.compile(r"(?<![A-Za-z_])\d+")


@dataclass(frozen=True)
class _Ran:
    """What came of a case.

    Attributes:
        kind: conforms, unsupported, or how it changed.
        returned: the dtype and a digest of the output; empty where there is none.
        follows: what it is held to.
        changed: of a case that changed, what the report has of it.
    """

    kind: str
    returned: str
    follows: str
    changed: documents.ChangedCase | None

    @property
    def words(self) -> str:
        """What it did, in words."""
        if self.kind == "conforms":
            return self.follows
        if self.kind == "unsupported":
            return "raises the error that is declared"
        if self.changed is None:
            return "changed, as the project expects"
        if self.changed["matches"]:
            return f"matches {self.changed['matches'][0]}"
        return _NUMBER.sub("…", self.changed["reason"])


_Case = tuple[str, str]  # the id of a call, and a dtype with the name of a case


def compared(old: documents.Report, new: documents.Report, names: tuple[str, str]) -> Diff:
    """What moved between two reports.

    Raises:
        ValueError: one is damaged, or they have nothing in common.
    """
    before, after = (_ran(one, name) for one, name in zip((old, new), names, strict=True))
    both = [case for case in after if case in before]
    if not both:
        raise ValueError(f"there is nothing to compare: {names[0]} and {names[1]} ran other cases")
    counts: dict[str, int] = {}
    groups: dict[tuple[Kind, str, str, str], list[_Case]] = {}
    for case in both:
        counts[case[0]] = counts.get(case[0], 0) + 1
        kind = _kind(before[case], after[case])
        if kind is not None:
            words = ("", "") if kind == "rounding" else (before[case].words, after[case].words)
            groups.setdefault((kind, case[0], *words), []).append(case)
    exact = _exact(old), _exact(new)

    def of_group(kind: Kind, call: str, was: str, now: str, cases: list[_Case]) -> Moved:
        values = None if kind == "rounding" else _values(cases, before, after, exact)
        names = tuple(name for _, name in cases)
        return Moved(kind, call, names, counts[call], was, now, values)

    moved = [of_group(*key, cases) for key, cases in groups.items()]
    order = sorted(moved, key=lambda one: -len(one.cases))
    return Diff(
        *names,
        "call",
        len(counts),
        len(both),
        tuple(order),
        tuple(_releases(old, new)),
        tuple(_notes(before, after)),
    )


def _kind(before: _Ran, after: _Ran) -> Kind | None:
    kinds = before.kind, after.kind
    ended = ("conforms", "unsupported")
    if kinds[0] in ended and kinds[1] not in ended:
        return "changed"
    if kinds[0] not in ended and kinds[1] in ended:
        return "declared"
    if kinds[0] not in ended:
        same = before.returned == after.returned and before.words == after.words
        return None if same else "otherwise"
    if kinds[0] != kinds[1]:
        return "returns" if kinds[1] == "conforms" else "raises"
    if before.returned == after.returned:
        return None
    if before.returned.split()[0] != after.returned.split()[0]:
        return "dtype"
    return "meaning" if before.follows != after.follows else "rounding"


def _ran(report: documents.Report, name: str) -> dict[_Case, _Ran]:
    """What came of every case.

    Raises:
        ValueError: the report is damaged, or has no such list.
    """
    if "ran" not in report:
        raise ValueError(f"{name} does not have every case: write it again with this halfpixel")
    try:
        changed = {
            (str(one["call"]["id"]), f"{one['dtype']} {one['case']}"): one
            for one in report["cases"]
        }
        cases = {}
        for call in report["ran"]:
            for case, text in call["cases"].items():
                kind, _, returned = text.partition(" ")
                key = (str(call["call"]["id"]), str(case))
                cases[key] = _Ran(kind, returned, str(call["follows"]), changed.get(key))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{name}: is damaged: {type(error).__name__}: {error}") from None
    return cases


def _releases(old: documents.Report, new: documents.Report) -> Iterator[str]:
    known = {one["framework"]: one["release"] for one in old["check"]["frameworks"]}
    for one in new["check"]["frameworks"]:
        if before := known.get(one["framework"]):
            moved = f"{before} to " if before != one["release"] else ""
            yield f"{one['framework']} {moved}{one['release']}"


def _notes(before: Mapping[_Case, _Ran], after: Mapping[_Case, _Ran]) -> Iterator[str]:
    for one, other, when in ((before, after, "before"), (after, before, "now")):
        only = [case for case in one if case not in other]
        if only:
            calls = list(dict.fromkeys(call for call, _ in only))
            more = f" and {len(calls) - 3} more" if len(calls) > 3 else ""
            yield f"ran only {when}, not compared: {len(only):,} cases of {', '.join(calls[:3])}{more}"


# ---------------------------------------------------------------------------- values


_Exact = Callable[[_Case], AnyArray | None]


def _values(
    cases: Sequence[_Case],
    before: Mapping[_Case, _Ran],
    after: Mapping[_Case, _Ran],
    exact: tuple[_Exact, _Exact],
) -> Values | None:
    """Both outputs of the first case that shows them; None if none does."""
    for case in cases:
        sides = before[case], after[case]
        arrays = [_output(one, case, known) for one, known in zip(sides, exact, strict=True)]
        if any(one is None for one in arrays):
            continue
        returned = [one.changed is not None for one in sides]
        shown = "what was returned" if all(returned) else "what is declared"
        if returned[0] != returned[1]:
            when = ("now", "before")[returned.index(True) - 1]
            shown = f"{when}: returned; otherwise: declared"
        first, second = (np.asarray(one) for one in arrays)
        seen = next((one.changed for one in sides if one.changed is not None), None)
        if seen is None or (window := seen["evidence"]) is None:
            return values_of(case[1], shown, first, second)
        # the report has a window alone
        (n, c), (row, column) = window["plane"], window["first"]
        h, w = np.shape(window["got"])
        one, other = (
            each if each.ndim == 2 else each[n, c, row : row + h, column : column + w]
            for each in (first, second)
        )
        values = values_of(case[1], shown, one, other)
        return Values(
            values.case,
            values.shown,
            (values.first[0] + row, values.first[1] + column),
            values.before,
            values.after,
            values.largest,
        )
    return None


def _output(one: _Ran, case: _Case, exact: _Exact) -> AnyArray | None:
    """What came of a case: of one that changed the window that the report has, else what is declared."""
    if one.changed is not None:
        seen = one.changed["evidence"]
        return None if seen is None else np.array(seen["got"], np.float64)
    return exact(case) if one.kind == "conforms" else None


def _exact(report: documents.Report) -> _Exact:
    """What a call is declared to return in the releases of a report, by the exact reference."""
    text = {one["framework"]: one["release"] for one in report["check"]["frameworks"]}

    @functools.cache
    def release(framework: str) -> Release | None:
        pins = [f"{PACKAGES.get(name, name)}=={each}" for name, each in text.items() if each]
        try:
            return release_of(framework, read(",".join(dict.fromkeys(pins))))
        except ValueError:
            return None

    @functools.cache
    def trials(call: str) -> Mapping[str, Callable[[], AnyArray]]:
        framework = next((name for name in FRAMEWORKS if call.startswith(f"{name}-")), "")
        if not framework or release(framework) is None:
            return {}
        some = units((framework,), frozenset({base(call)}), release=release)
        return {
            f"{trial.dtype} {trial.case_name}": lambda trial=trial: trial.case().expected  # type: ignore[misc]
            for unit in some
            if unit.call == call
            for trial in unit.jobs.values()
        }

    def expected(case: _Case) -> AnyArray | None:
        trial = trials(case[0]).get(case[1])
        values = None if trial is None else trial()
        return values if values is not None and values.ndim == 4 and values.size else None

    return expected
