"""Verdicts and the table of a run, as text for a terminal."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import console
from ..arrays import AnyArray
from ..conformance import goldens
from ..conformance.cases import Case
from ..conformance.misreadings import followed
from ..conformance.verdicts import Kind, Verdict, errors
from ..frameworks import FRAMEWORKS, dtype_name
from ..operators.request import Scales

_KINDS: tuple[Kind, ...] = ("conforms", "changed", "unsupported")
LOST = ("timed out", "crashed")  # columns that are there where they are needed
_WINDOW = 4  # columns shown on either side of the worst value
_ROWS = 1  # rows shown above and below it
_SAID = 160  # characters of a refusal in the table

Index = tuple[int, ...]


# ---------------------------------------------------------------------------- one verdict


_GRADIENTS = {
    "": "",
    "x": "the gradient of ",
    "w": "the gradient with respect to the weight of ",
    "b": "the gradient with respect to the bias of ",
}


def headline(verdict: Verdict) -> str:
    """A failure in a line: the call, what its output matches instead, what is wrong, the case."""
    cause = f" matches {' or '.join(matched)}" if (matched := matches(verdict)) else ""
    return f"{verdict.call.id} {verdict.dtype}{cause}: {verdict.reason} ({verdict.case.name})"


def explain(verdict: Verdict) -> str:
    """A failure in full: the call, the values that exceed the bound, and what the output matches instead."""
    case = verdict.case
    expression = verdict.call.expression(case.request)
    lines = [
        f"{verdict.call.framework} {verdict.release}, {verdict.dtype}: {expression}",
        "",
        f"  {verdict.reason}",
        "",
        f"  convention  {_GRADIENTS[case.gradient]}{case.convention}"
        + (f", with {case.rule}" if case.rule else "")
        + (f", at scales {_scales(case.scales)}" if case.scales else ""),
        f"  case        {case.name}: {case.pins}",
        f"  golden      {_golden(case)}",
    ]
    if verdict.words:
        lines.append(f"  note        {verdict.words}")
    if verdict.bound.size:
        lines += ["", *_values(verdict)]
    if verdict.got.size:
        lines += ["", *_diagnosis(verdict)]
    return "\n".join(lines)


def _scales(scales: Scales) -> str:
    return ", ".join(f"{float(scale):g}" for scale in scales)


def _golden(case: Case) -> str:
    path = goldens.path_of(case)
    if case.gradient and case.operation == "conv_transpose":
        return f"computed by the reference from {case.source}"
    if case.gradient:
        return f"computed by the reference: transposed weight matrices, times {case.source}"
    return (
        goldens.shown(path) if path.is_file() else f"computed by the reference from {case.source}"
    )


def _values(verdict: Verdict) -> list[str]:
    got, expected, bound = verdict.got, verdict.case.expected, verdict.bound
    error = errors(got, expected)
    # of values that are all within their bounds, or that no bound is known of, the one farthest off
    excess = error - bound if np.any(error > bound) else error
    worst = np.unravel_index(int(np.argmax(excess)), error.shape)
    index = tuple(int(i) for i in worst)
    axes = ", ".join(f"{name}={i}" for name, i in zip("nchw", index, strict=True))
    return [
        f"  worst at    [{axes}]: {_off_by(got[index], expected[index], error[index], bound[index])}",
        f"    golden    {expected[index]:.17g}",
        f"    got       {got[index]}",
        "",
        *_rows(got, expected, error > bound, index),
    ]


def _off_by(got: Any, expected: float, error: float, bound: float) -> str:
    """The error of a value, and its bound."""
    if np.isnan(expected) or np.isnan(got):
        return "NaN must occur exactly where the reference has it"
    if not np.isfinite(error):
        return "infinity must occur exactly where the reference has it"
    size = abs(expected) or abs(got)  # 0 has an ULP that says nothing
    ulp = _ulp(size, np.asarray(got))
    return (
        f"error {error:.3g} ({error / ulp:.3g} ULP), "
        f"error bound {bound:.3g} ({bound / ulp:.3g} ULP)"
    )


def _ulp(size: float, got: AnyArray) -> float:
    """The distance between a value of this size and the next; one for integers."""
    if got.dtype.kind in "iu":
        return 1.0
    if dtype_name(got) == "bfloat16":  # 16 bits less than float32
        return float(np.spacing(np.float32(size))) * 2.0**16
    return float(np.spacing(np.asarray(size).astype(got.dtype)))


def _rows(got: AnyArray, expected: AnyArray, off: NDArray[np.bool_], index: Index) -> list[str]:
    """The rows around the worst value, golden over got, with marks below the values that exceed the bound."""
    n, c, row, column = index
    left, right = max(column - _WINDOW, 0), min(column + _WINDOW + 1, got.shape[3])
    top, bottom = max(row - _ROWS, 0), min(row + _ROWS + 1, got.shape[2])
    lines = [
        f"  nearby      columns {left} to {right - 1}; ^ marks values that exceed the error bound"
    ]
    for y in range(top, bottom):
        span = (n, c, y, slice(left, right))
        pairs = zip(expected[span].tolist(), got[span].tolist(), strict=True)
        texts = [(f"{a:.6g}", f"{b:.6g}") for a, b in pairs]
        width = max(len(text) for pair in texts for text in pair)
        lines.append(f"    h={y:<3} golden  " + "  ".join(a.rjust(width) for a, _ in texts))
        lines.append("          got     " + "  ".join(b.rjust(width) for _, b in texts))
        marks = "  ".join(("^" if wrong else "").rjust(width) for wrong in off[span].tolist())
        if marks.strip():
            lines.append("                  " + marks.rstrip())
    return lines


def _diagnosis(verdict: Verdict) -> list[str]:
    """Whether the golden is what the reference computes, and what the output matches instead."""
    edited = _edited(verdict)
    if edited is not None:
        return [
            f"  The golden was edited: expected{edited}.",
            "  This failure says nothing about the framework; run `halfpixel golden-check`.",
        ]
    names, failed = _matches(verdict)
    if failed:
        return [f"  Whether the output matches another convention is not known: {failed}"]
    if not names:
        return ["  Output matches no other convention known to halfpixel."]
    return ["  Output matches:", *(f"    {name}" for name in names)]


@functools.lru_cache(maxsize=1)
def _edited(verdict: Verdict) -> str | None:
    """Where the golden is not what the reference computes, or None."""
    if verdict.words or not verdict.got.size:  # a known defect expects something else
        return None
    case = verdict.case
    return goldens.edited_at(case.expected, np.asarray(case.reference()))


def matches(verdict: Verdict) -> tuple[str, ...]:
    """Everything else that the output of a changed call matches; empty where nothing was returned, or the
    golden was edited."""
    return _matches(verdict)[0]


@functools.lru_cache(maxsize=1)
def _matches(verdict: Verdict) -> tuple[tuple[str, ...], str]:
    """What the output matches, and why that is not known: an error of halfpixel's own costs no more."""
    try:
        if verdict.kind != "changed" or not verdict.got.size or _edited(verdict) is not None:
            return (), ""
        arithmetic = verdict.call.arithmetic[verdict.dtype]  # type: ignore[index]
        return tuple(followed(verdict.case, verdict.got, arithmetic)), ""
    except Exception as error:
        return (), f"{type(error).__name__}: {error}"


# ---------------------------------------------------------------------------- the table of a run


@dataclass
class Row:
    """The counts of one call, over all dtypes."""

    framework: str
    name: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*_KINDS, *LOST), 0))
    share: float | None = None
    words: dict[str, str] = field(default_factory=dict)  # by the same words without their numbers

    def add(self, one: Outcome) -> None:
        self.counts[one.kind] += 1
        if one.share is not None:
            self.share = max(one.share, self.share or 0.0)
        if one.words:
            self.words.setdefault(re.sub(r"\d+", "", one.words), one.words)


@dataclass(frozen=True)
class Outcome:
    """The part of a verdict that tables and summaries show; plain data, which can be sent between processes.

    Attributes:
        framework, name: of the call.
        kind: conforms, changed or unsupported; of a case that did not come to its end, timed out or crashed.
        share: the largest part of its bound that a value used; None where none was compared.
        words: the framework's expected error, or the known defect.
        environment: the framework's, where it is told.
        dtype, case: what was run.
        reason: of a changed call, what is wrong, in a line.
        matches: of a changed call, everything else that its output matches.
        follows: what is declared that it computes, in words.
        returned: the dtype of what it returned, and a digest of all of it.
    """

    framework: str
    name: str
    kind: str
    share: float | None
    words: str = ""
    environment: str = ""
    dtype: str = ""
    case: str = ""
    reason: str = ""
    matches: tuple[str, ...] = ()
    follows: str = ""
    returned: str = ""

    def json(self) -> dict[str, object]:
        return dict(vars(self))


def outcome(verdict: Verdict, environment: str = "") -> Outcome:
    """The outcome of a verdict."""
    share = None if np.isnan(verdict.share) else verdict.share
    call, words = verdict.call, "" if verdict.kind == "changed" else verdict.words
    if verdict.kind == "unsupported":
        words = _declared_words(verdict)
    return Outcome(
        call.framework,
        call.name,
        verdict.kind,
        share,
        words,
        environment,
        verdict.dtype,
        verdict.case.name,
        _reason(verdict),
        matches(verdict),
        _follows(verdict, words),
        verdict.returned,
    )


def _follows(verdict: Verdict, words: str) -> str:
    """What a call is held to: a convention, how it is rounded, and the defect of the release."""
    case = verdict.case
    rule = f" with {case.rule}" if case.rule else ""
    defect = f"; {words}" if words and verdict.kind == "conforms" else ""
    return f"{_GRADIENTS[case.gradient]}{case.convention}{rule}{defect}"


def _reason(verdict: Verdict) -> str:
    """What is wrong, in a line; of an error that is not expected, its words."""
    if verdict.reason.startswith("raised"):
        return f"raised {console.elided(verdict.words, _SAID)}"
    return "compared with a golden that was edited" if _edited(verdict) else verdict.reason


def _declared_words(verdict: Verdict) -> str:
    """The framework's message; of a long one, the part that the refusal declares."""
    if len(verdict.words) <= _SAID:
        return verdict.words
    matched = (re.search(refusal.words, verdict.words) for refusal in verdict.call.refusals)
    declared = next((match for match in matched if match and match.start() > _SAID), None)
    if declared is None:
        return verdict.words
    return f"{verdict.words.partition(':')[0]}: … {declared.group()}"


def table(
    outcomes: Iterable[Outcome],
    releases: Mapping[str, str | None],
    columns: int | None = None,
    *,
    verbose: bool = False,
) -> list[str]:
    """The table at the end of a run: one line a call, grouped by framework.

    Args:
        outcomes: of the verdicts of the run, in any order.
        releases: the installed release of each framework.
        columns: of the terminal; None for any number. A name that leaves no room stands above its counts.
        verbose: list the expected errors and known defects, call by call; otherwise a line counts them.
    """
    rows: dict[tuple[str, str], Row] = {}
    environments: dict[str, str] = {}
    for one in outcomes:
        row = rows.setdefault((one.framework, one.name), Row(one.framework, one.name))
        row.add(one)
        if one.environment:
            environments[one.framework] = one.environment
    ordered = sorted(rows.values(), key=_catalogue_order())
    kinds = [*_KINDS, *(kind for kind in LOST if any(row.counts[kind] for row in ordered))]
    heads = [*kinds, "bound used"]
    width = max((len(row.name) for row in ordered), default=0) + 2
    if columns is not None:
        width = max(min(width, columns - len("  ".join(heads)) - 2), 0)
    lines = []
    for framework in dict.fromkeys(row.framework for row in ordered):
        title = f"{framework} {releases.get(framework) or ''}"
        if framework in environments:
            title += f" ({environments[framework]})"
        lines += [title, " " * (width + 2) + "  ".join(heads)]
        for row in (row for row in ordered if row.framework == framework):
            cells = [str(row.counts[kind] or "-").rjust(len(kind)) for kind in kinds]
            cells.append(_share(row.share).rjust(len(heads[-1])))
            if len(row.name) >= width:
                lines.append("  " + row.name)
            name = row.name.ljust(width) if len(row.name) < width else " " * width
            lines.append("  " + name + "  ".join(cells))
        lines.append("")
    notes = _notes(ordered, columns) if verbose else _noted(ordered)
    return [*lines, *notes, *console.wrapped(_total(ordered), columns)]


def _catalogue_order() -> Callable[[Row], int]:
    places = {
        (f.name, call.name): i
        for i, (f, call) in enumerate((f, c) for f in FRAMEWORKS.values() for c in f.calls)
    }
    return lambda row: places.get((row.framework, row.name), len(places))


def _share(share: float | None) -> str:
    if share is None:
        return "-"
    if share == 0:
        return "exact"
    return "over" if share > 1 else f"{share:.0%}"


def _noted(rows: Sequence[Row]) -> list[str]:
    """That there are expected errors and known defects, in a line."""
    count = sum(bool(row.words) for row in rows)
    of = f"of {count} call{'s' * (count != 1)}"
    return [f"expected errors and known defects {of}: -v lists them", ""] if count else []


def _notes(rows: Sequence[Row], columns: int | None) -> list[str]:
    """The expected errors, in the frameworks' words, and the known defects: each once a call."""
    lines = []
    for row in rows:
        if row.words:
            lines.append(f"  {row.framework} {row.name}")
        for words in row.words.values():
            text = re.sub(r"\{\{.*?\}\} ?", "", words)  # TensorFlow's name of the graph's node
            lines += console.wrapped(console.elided(text, _SAID), columns, "    ")
    return ["expected errors and known defects", *lines, ""] if lines else []


def calls_without(framework: str, calls: Sequence[str], why: str) -> str:
    """Calls of a framework that are not run, and why: their number, and the first one."""
    several = f"{len(calls)} calls of {framework}, such as " if len(calls) > 1 else ""
    return f"{several}{calls[0]} ({why})"


def _total(rows: Sequence[Row]) -> str:
    total = {kind: sum(row.counts[kind] for row in rows) for kind in (*_KINDS, *LOST)}
    calls = len(rows)
    return (
        f"{calls} call{'s' * (calls != 1)}: {total['conforms']} conform, {total['changed']} changed, "
        f"{total['unsupported']} unsupported (the framework raised the expected error)"
        + "".join(f", {total[kind]} {kind}" for kind in LOST if total[kind])
    )
