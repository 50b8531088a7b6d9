"""What moved between two runs: text for a terminal, and a document for programs and for the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .. import documents
from ..arrays import AnyArray
from ..conformance.verdicts import errors
from ..report.evidence import span

Kind = Literal[
    "changed", "declared", "otherwise", "meaning", "values", "shape", "dtype", "raises", "returns", "asked",
    "gone", "rounding", "new",
]  # fmt: skip
HEADINGS: dict[Kind, str] = {
    "changed": "not as declared now",
    "declared": "as declared now",
    "otherwise": "not as declared before and now, with another result",
    "meaning": "other values, as declared for each release",
    "values": "other values",
    "shape": "another shape",
    "dtype": "another dtype",
    "raises": "raises now",
    "returns": "returns a result now",
    "asked": "stored for other images",
    "gone": "gone",
    "rounding": "other rounding only",
    "new": "new",
}
HARMLESS = ("rounding", "new")
_ROW = 7  # values of a row that a terminal shows
_LISTED = 3  # names in a line


@dataclass(frozen=True)
class Values:
    """A channel of both outputs of a case, around the value that moved most.

    Attributes:
        case: its name.
        shown: what the values are: what was returned, or what is declared.
        first: the row and the column of the first value.
        before, after: rows of values; of one shape where the outputs have one.
        largest: the largest difference of all values; None where there is none to be told.
        unit: what it is counted in: ``level`` of 255, or empty.
    """

    case: str
    shown: str
    first: tuple[int, int]
    before: AnyArray
    after: AnyArray
    largest: float | None = None
    unit: str = ""

    def json(self) -> documents.MovedValues:
        """The same for a program; what is not finite is text, since JSON has no number for it."""
        finite = self.largest is not None and np.isfinite(self.largest)
        return {
            "case": self.case,
            "shown": self.shown,
            "first": list(self.first),
            "before": _rows(self.before),
            "after": _rows(self.after),
            "largest": self.largest if finite else None,
            "unit": self.unit,
        }

    def lines(self) -> Iterator[str]:
        """The row of the value that moved most."""
        if self.before.shape != self.after.shape:
            yield f"{self.case}: {_size(self.before)} before, {_size(self.after)} now"
            return
        off = errors(self.after, self.before)
        row, column = (int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape))
        some = slice(max(0, column - _ROW // 2), max(0, column - _ROW // 2) + _ROW)
        texts = [[f"{v:.6g}" for v in one[row, some]] for one in (self.before, self.after)]
        width = max(len(text) for line in texts for text in line)
        at = f"row {self.first[0] + row}, from column {self.first[1] + some.start}"
        yield f"{self.case}: {self.distance()}; {at}, {self.shown}"
        for when, line in zip(("before", "now"), texts, strict=True):
            yield f"  {when:<6}  {'  '.join(text.rjust(width) for text in line)}"

    def distance(self) -> str:
        """How far the outputs are apart, in words."""
        if self.largest is None or not np.isfinite(self.largest):
            return "not comparable: one is not a number"
        unit = f" {self.unit}{'s' * (self.largest != 1)} of 255" if self.unit else ""
        return f"up to {self.largest:.3g}{unit} apart"


def _size(values: AnyArray) -> str:
    return "×".join(map(str, values.shape))


def _rows(values: AnyArray) -> list[list[float | str]]:
    return [[v if np.isfinite(v) else str(v) for v in row] for row in values.tolist()]


def values_of(case: str, shown: str, before: AnyArray, after: AnyArray, unit: str = "") -> Values:
    """The window of two outputs in which they differ most.

    Args:
        case: its name.
        shown: what the values are.
        before, after: outputs of two axes or more, the last two of rows and columns.
        unit: of the differences.
    """
    wide = [np.asarray(one, np.float64) for one in (before, after)]
    if wide[0].shape != wide[1].shape:
        planes = [one[(0,) * (one.ndim - 2)] for one in wide]
        cut = [one[: span(0, one.shape[0]).stop, : span(0, one.shape[1]).stop] for one in planes]
        return Values(case, shown, (0, 0), cut[0], cut[1])
    off = errors(wide[1], wide[0])
    at = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape))
    rows, columns = (span(i, n) for i, n in zip(at[-2:], off.shape[-2:], strict=True))
    window: Any = (*at[:-2], rows, columns)
    first = (rows.start, columns.start)
    return Values(case, shown, first, wide[0][window], wide[1][window], float(off.max()), unit)


@dataclass(frozen=True)
class Moved:
    """Cases that moved in one way.

    Attributes:
        kind: which way.
        of: what they are of: a call, or the file of a golden.
        cases: their names; none where it is all of a file.
        compared: how many cases of it both have.
        before, after: what it does, in words.
        values: of one of them.
    """

    kind: Kind
    of: str
    cases: tuple[str, ...] = ()
    compared: int = 0
    before: str = ""
    after: str = ""
    values: Values | None = None

    def json(self) -> documents.MovedCases:
        """The same for a program."""
        return {
            "kind": self.kind,
            "what": HEADINGS[self.kind],
            "of": self.of,
            "cases": list(self.cases),
            "compared": self.compared,
            "before": self.before,
            "after": self.after,
            "values": None if self.values is None else self.values.json(),
        }


@dataclass(frozen=True)
class Diff:
    """What moved.

    Attributes:
        old, new: what was compared, as the user named it.
        noun: of what the answer counts: ``call`` or ``golden``.
        total: how many of them both have.
        cases: how many cases were compared.
        moved: what moved.
        releases: of the frameworks, in words.
        notes: what was not compared.
    """

    old: str
    new: str
    noun: str
    total: int
    cases: int
    moved: tuple[Moved, ...]
    releases: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing moved, but for rounding."""
        return all(one.kind in HARMLESS for one in self.moved)

    @property
    def headline(self) -> str:
        """The answer in a line."""
        cases = f", {_count(self.cases, 'case')}" if self.noun != "golden" else ""
        if self.same:
            return f"the same: {_count(self.total, self.noun)}{cases}"
        real = [one for one in self.moved if one.kind not in HARMLESS]
        off = len({one.of for one in real})
        moved = sum(len(one.cases) for one in real)
        cases = f", {moved:,} of {_count(self.cases, 'case')}" if cases else ""
        removed = sum(one.kind == "gone" for one in real)
        return f"not the same: {off:,} of {_count(self.total + removed, self.noun)}{cases}"

    def text(self, width: int | None = None, *, verbose: bool = False) -> str:
        """The same for people; ``verbose`` names every case."""
        return "\n".join(self._lines(verbose))

    def _lines(self, verbose: bool) -> Iterator[str]:
        yield self.headline
        yield f"{self.old} to {self.new}{''.join(f'; {one}' for one in self.releases)}"
        for kind, heading in HEADINGS.items():
            some = [one for one in self.moved if one.kind == kind]
            if some and kind in HARMLESS and not verbose:
                yield from ("", f"{heading}: {_named([one.of for one in some])}")
            elif some:
                yield from ("", f"{heading}:")
                for one in some:
                    yield from _lines_of(one, verbose)
        if self.notes:
            yield from ("", *self.notes)

    def json(self) -> documents.Diff:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "same": self.same,
            "headline": self.headline,
            "old": self.old,
            "new": self.new,
            "compared": self.total,
            "cases": self.cases,
            "releases": list(self.releases),
            "moved": [one.json() for one in self.moved],
            "notes": list(self.notes),
        }


def _lines_of(one: Moved, verbose: bool) -> Iterator[str]:
    count = f": {len(one.cases):,} of {_count(one.compared, 'case')}" if one.compared else ""
    yield f"  {one.of}{count}"
    if one.before or one.after:
        yield f"    before  {one.before}"
        yield f"    now     {one.after}"
    if one.values is not None:
        yield from (f"    {line}" for line in one.values.lines())
    if verbose:
        yield from (f"    {name}" for name in one.cases)


def _named(names: Sequence[str]) -> str:
    every = list(dict.fromkeys(names))
    rest = len(every) - _LISTED
    return ", ".join(every[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
