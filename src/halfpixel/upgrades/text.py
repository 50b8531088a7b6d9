"""The answer of ``halfpixel upgrade`` as text for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .. import documents
from ..arrays import Array
from .changes import SILENT, Change
from .effects import WHITE, Effect, Example, Photograph
from .groups import HEADINGS, Group, grouped

if TYPE_CHECKING:
    from .answer import Compared, Upgrade

_INDENT, _LABEL = "  ", 9
_ROOM, _NAMED = 100, 8  # columns of code, and names, where there is room for any
_MOST_EFFECTS = 3
_MOST_ROWS, _MOST_COLUMNS = 4, 9  # of an image that is printed
SEEN_WORDS = {
    "seen": "by running both releases",
    "not seen": "no: the probes of both releases came out alike",
    "only seen": "by running both releases; the catalogue does not declare it",
}
_BRIEF = ("appeared", "removed", "rounding")  # told in a line for each call


def text(answer: Upgrade, width: int | None, *, every: bool = False) -> str:
    """The answer for a terminal of some columns, None for any width; of calls that are alike a few are named,
    or every one."""
    lines = [headline(answer), *_usage(answer, width)]
    for one in answer.frameworks:
        lines += ["", *_framework(one, width, every=every)]
    if answer.notes:
        lines += ["", *(f"note: {note}" for note in answer.notes)]
    return "\n".join(lines)


def headline(answer: Upgrade) -> str:
    """The answer in a line."""
    if answer.usage is not None:
        return _headline_of_usage(answer)
    compared = sum(one.calls for one in answer.frameworks)
    if answer.old.releases == answer.new.releases:
        return f"nothing changes: both are {answer.old.words}"
    if not answer.changes:
        return f"nothing changes, in {compared} calls that were compared"
    changed = {change.call.id for change in answer.silent}
    lost = {change.call.id for change in answer.lost} - changed
    if not (changed or lost):
        return f"no call gives another result, of {compared} that were compared"
    return _become(len(changed), len(lost), _count(compared, "call"))


def _become(changed: int, lost: int, of: str) -> str:
    """How many calls give another result, and how many others an error instead of one."""
    verb, raises = ("gives" if changed == 1 else "give"), ("raises" if lost == 1 else "raise")
    parts = [f"{changed} of {of} {verb} another result"] if changed or not lost else []
    if lost:
        are = "is" if lost == 1 else "are"
        parts.append(f"{lost} {'more' if changed else f'of {of}'} {raises} now or {are} gone")
    return ", ".join(parts)


def _headline_of_usage(answer: Upgrade) -> str:
    """The answer for the calls that are used: it covers what was read, and no more."""
    usage = answer.usage
    assert usage is not None
    compared, others = answer.compared_uses, len(usage.uses) - len(answer.compared_uses)
    unread = f"; {len(usage.unread)} not read" if usage.unread else ""
    unread += f"; {others} of frameworks that were not compared" if others else ""
    read = _count(len(compared), "call")
    if not compared:
        return f"no call that can change was read{unread}"
    changed = {use for change in answer.silent for use in usage.of(change.call.id)}
    lost = {use for change in answer.lost for use in usage.of(change.call.id)} - changed
    if changed or lost:
        return _become(len(changed), len(lost), f"{read} that you use") + unread
    touched = {use for change in answer.touching for use in usage.of(change.call.id)}
    what = "gives another result" if touched else "changes"
    return f"nothing that you use {what}: {read} compared{unread}"


def _usage(answer: Upgrade, width: int | None) -> Iterator[str]:
    if answer.usage is not None:
        yield from usage_lines(answer, width)
        yield from ("", "Everything that changes between the two:")


def usage_lines(answer: Upgrade, width: int | None = None) -> Iterator[str]:
    """The calls that are used and change, with file and line; and what was not read."""
    if answer.usage is None:
        return
    for use in answer.usage.uses:
        changes = [change for change in answer.touching if change.call.id in use.calls]
        shown = [change for change in changes if change.kind != "rounding"]
        if shown:
            yield ""
            yield f"{use.where}: {use.text}"
        for change in dict.fromkeys((c.kind, c.old, c.new, c.since_text) for c in shown):
            kind, old, new, since = change
            dated = f" (since {since})" if since else ""
            yield from _labelled(
                _KINDS[kind], f"{' -> '.join(filter(None, (old, new)))}{dated}", width
            )
    if answer.usage.unread:
        yield ""
        yield "Not read, and not part of the answer:"
        for one in answer.usage.unread:
            yield f"{_INDENT}{one.where}: {one.text}".rstrip(": ")
            yield from _labelled("", one.why, width)


_KINDS = {
    "meaning": "values",
    "defect": "defect",
    "fixed": "fixed",
    "result": "dtype",
    "refuses": "raises",
    "removed": "removed",
    "accepts": "returns",
    "appeared": "new",
}


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


# ---------------------------------------------------------------------------- terminal


def _framework(one: Compared, width: int | None, *, every: bool) -> Iterator[str]:
    yield one.title
    if one.old != one.new:
        yield f"{_INDENT}{_evidence(one)}"
    if not one.changes and one.old != one.new:
        yield f"{_INDENT}nothing changes in {_count(one.calls, 'call')}"
    kind = ""
    for group in grouped(one.changes):
        first = group.first
        if first.kind != kind:
            kind = first.kind
            calls = {change.call.id for change in one.of(first.kind)}
            yield ""
            yield f"{HEADINGS[first.kind]} ({_count(len(calls), 'call')})"
        yield from (_brief if kind in _BRIEF else _lines)(group, one, width, every=every)


def _evidence(one: Compared) -> str:
    """Whether both releases were run, in words."""
    if one.unrecorded:
        return f"not recorded: {', '.join(one.unrecorded)}; what follows is what calls declare"
    if one.disagreements:
        count = len({change.call.id for change in one.disagreements})
        return f"both releases were run; catalogue and record disagree on {_count(count, 'call')}"
    return "both releases were run, and did what is declared"


def _brief(group: Group, one: Compared, width: int | None, *, every: bool) -> Iterator[str]:
    """The names of calls that are new, gone, or the same but for their last digits."""
    named = group.changes if every else _named(group)
    yield f"{_INDENT}{_since(group.first.since_text, one)}:"
    for change in named:
        yield f"{_INDENT * 2}{_short(change, width)}"
    if hidden := _hidden(group, named):
        yield f"{_INDENT * 2}{hidden}"


def _named(group: Group) -> Sequence[Change]:
    """The calls that are no aliases; a few of those, where there are no others."""
    plain = [change for change in group.changes if change.call.plain]
    return plain or group.changes[:_NAMED]


def _short(change: Change, width: int | None) -> str:
    """A call as it is written, or by its name where that has no room."""
    room = (width or _ROOM) - 2 * len(_INDENT)
    return change.code if len(change.code) <= room else change.call.name


def _hidden(group: Group, named: Sequence[Change]) -> str:
    """How many are not named, in words; empty if all are."""
    count = len(group.changes) - len(named)
    conjunction = "and " if named else ""
    return f"{conjunction}{count} {'alias' if count == 1 else 'aliases'}" if count else ""


def _since(since: str, one: Compared) -> str:
    return f"in {since}" if since else f"between {one.old} and {one.new}"


def _lines(group: Group, one: Compared, width: int | None, *, every: bool) -> Iterator[str]:
    change = group.first
    yield ""
    yield f"{_INDENT}{change.code}"
    for label, words in facts(group, one, every=every):
        yield from _labelled(label, words, width)
    for effect in told_effects(change):
        if effect.example is not None:
            yield from _example(effect.example, one, width)


def told_effects(change: Change) -> Sequence[Effect]:
    """Those that are told: of floats, and of bytes, which stand for other integers too."""
    shown = [e for e in change.effects if not {"uint16", "int16"} & {*e.dtypes[:1]}]
    return (shown or change.effects)[:_MOST_EFFECTS]


def _labelled(label: str, words: str, width: int | None) -> list[str]:
    head = f"{_INDENT * 2}{label:<{_LABEL}}"
    if width is None:
        return [head + words]
    return textwrap.wrap(
        words,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def facts(group: Group, one: Compared, *, every: bool = False) -> Iterator[tuple[str, str]]:
    """What is said of a change: labels and words. Of calls that are alike a few are named, or every one."""
    change = group.first
    if change.since:
        yield "since", change.since_text
    if change.source:
        yield "source", change.source
    yield one.old.own, change.old
    yield one.new.own, change.new
    if change.seen:
        yield "seen", SEEN_WORDS[change.seen]
    if change.dtypes:
        yield "dtypes", ", ".join(change.dtypes)
    for effect in told_effects(change):
        yield from _measured(effect, several=len(change.effects) > 1)
    if group.others:
        names = [other.call.name for other in group.others]
        few = len(names) if every else _NAMED
        more = f" and {len(names) - few} more" if len(names) > few else ""
        yield "also", ", ".join(names[:few]) + more


def _measured(effect: Effect, *, several: bool) -> Iterator[tuple[str, str]]:
    of = f"{', '.join(effect.dtypes)}: " if several else ""
    if effect.count:
        yield "where", of + counted(effect)
    worst = effect.worst
    if worst is not None and worst.largest:
        yield "photo", of + photographed(worst)


def counted(effect: Effect) -> str:
    """At how many sizes results change, in words."""
    words = f"at {effect.count:,} of {effect.tried:,} {effect.of}"
    if effect.of == "size pairs":
        words += f" of an axis up to {effect.largest}"
    if effect.smallest is not None:
        n, other = effect.smallest
        words += f"; smallest {n} -> {other}" if effect.of == "size pairs" else ""
        words += f"; smallest {n} pixels by {other:g}" if "factor" in effect.of else ""
    return words


def photographed(one: Photograph) -> str:
    """How far results are apart on the photograph, in words."""
    sizes = f"{one.n_in[0]}x{one.n_in[1]} -> {one.n_out[0]}x{one.n_out[1]}"
    return (
        f"up to {one.largest:.3g} of {WHITE} levels, {one.mean:.2g} in the mean, "
        f"{100 * one.share:.0f} % of values by half a level or more ({one.dtype}, {sizes})"
    )


def _example(example: Example, one: Compared, width: int | None) -> Iterator[str]:
    h, w = example.image.shape
    out_h, out_w = example.new.shape
    request = example.request or f"{h}x{w} -> {out_h}x{out_w}"
    yield from _labelled("example", f"{request}, {example.dtype}", width)
    labels = ("image", one.old.own, one.new.own)
    room = max(map(len, labels))
    start = _start(example)
    if start != (0, 0):
        yield f"{_INDENT * 3}results from row {start[0]} and column {start[1]} on"
    for label, values in zip(labels, (example.image, example.old, example.new), strict=True):
        shown = values if label == "image" else values[start[0] :, start[1] :]
        for i, row in enumerate(rows(shown)):
            yield f"{_INDENT * 3}{label if i == 0 else '':<{room}}  {row}"


def _start(example: Example) -> tuple[int, int]:
    """The first row and column of both results that are shown: those that differ most are among them."""
    if example.old.shape != example.new.shape:
        return 0, 0
    apart = abs(example.old.astype(np.float64) - example.new.astype(np.float64))
    row, column = np.unravel_index(int(np.argmax(np.nan_to_num(apart))), apart.shape)
    h, w = apart.shape
    return (
        0 if row < _MOST_ROWS else min(int(row), h - _MOST_ROWS),
        0 if column < _MOST_COLUMNS else min(int(column), w - _MOST_COLUMNS),
    )


def rows(values: Array) -> list[str]:
    """The first rows of an image, their numbers aligned."""
    few = values[:_MOST_ROWS, :_MOST_COLUMNS]
    entries = [[_number(value) for value in row] for row in np.asarray(few).tolist()]
    wide = max((len(entry) for row in entries for entry in row), default=0)
    more = " ..." if values.shape[1] > _MOST_COLUMNS else ""
    lines = [" ".join(entry.rjust(wide) for entry in row) + more for row in entries]
    return lines + (["..."] if values.shape[0] > _MOST_ROWS else [])


def _number(value: float) -> str:
    whole = value == int(value) if np.isfinite(value) else False
    return f"{int(value)}" if whole and abs(value) < 1e6 else f"{value:.4g}"


# ---------------------------------------------------------------------------- Markdown


def markdown(answer: Upgrade) -> str:
    """The answer as Markdown."""
    lines = [f"# {answer.old.words} to {answer.new.words}", "", f"**{headline(answer)}.**", ""]
    if answer.usage is not None:
        block = list(usage_lines(answer))
        lines += ["```text", *block, "```", ""] if block else []
    for one in answer.frameworks:
        lines += [f"## {one.title}", "", f"{_evidence(one)}.", ""]
        if not one.changes and one.old != one.new:
            lines += [f"Nothing changes in {_count(one.calls, 'call')}.", ""]
        kind = ""
        for group in grouped(one.changes):
            if group.first.kind != kind:
                kind = group.first.kind
                lines += [f"### {HEADINGS[group.first.kind]}", ""]
            lines += _in_markdown(group, one)
    lines += [f"- {note}" for note in answer.notes]
    return "\n".join(lines).rstrip() + "\n"


def _in_markdown(group: Group, one: Compared) -> list[str]:
    if group.first.kind in _BRIEF:
        named = group.changes
        since = _since(group.first.since_text, one)
        return [*(f"- `{change.call.name}`: `{change.code}` ({since})" for change in named), ""]
    lines = [f"`{group.first.code}`", ""]
    lines += [f"- {label}: {words}" for label, words in facts(group, one, every=True)]
    for effect in told_effects(group.first):
        if effect.example is not None:
            block = textwrap.dedent("\n".join(_example(effect.example, one, None)))
            lines += ["", "```text", *block.splitlines(), "```"]
    return [*lines, ""]


# ---------------------------------------------------------------------------- JSON


def json(answer: Upgrade) -> documents.Upgrade:
    """The answer for a program: every change of every call, ungrouped."""
    return {
        "schema": documents.SCHEMA,
        "same": answer.same,
        "verdict": headline(answer),
        "old": dict(answer.old.releases),
        "new": dict(answer.new.releases),
        "frameworks": [
            {
                "framework": one.framework,
                "old": {one.framework: one.old.own, **one.old.packages},
                "new": {one.framework: one.new.own, **one.new.packages},
                "compared": one.calls,
                "unrecorded": list(one.unrecorded),
                "changes": [_change(change) for change in one.changes],
            }
            for one in answer.frameworks
        ],
        "notes": list(answer.notes),
        "usage": None if answer.usage is None else _usage_json(answer),
    }


def _usage_json(answer: Upgrade) -> documents.UpgradeUsage:
    usage = answer.usage
    assert usage is not None
    touched = {change.call.id for change in answer.touching}
    return {
        "files": usage.files,
        "uses": [
            {
                "where": use.where,
                "text": use.text,
                "calls": list(use.calls),
                "changes": any(call in touched for call in use.calls),
            }
            for use in usage.uses
        ],
        "unread": [{"where": o.where, "text": o.text, "why": o.why} for o in usage.unread],
    }


def _change(change: Change) -> documents.UpgradeChange:
    return {
        "kind": change.kind,
        "silent": change.kind in SILENT,
        "call": {
            "framework": change.call.framework,
            "id": change.call.id,
            "releases": ", ".join(change.call.ranges) or change.call.releases,
        },
        "code": change.code,
        "alias": change.call.variant,
        "old": change.old,
        "new": change.new,
        "dtypes": list(change.dtypes),
        "since": list(change.since),
        "source": change.source,
        "seen": change.seen or None,
        "effects": [_effect(effect) for effect in change.effects],
    }


def _effect(effect: Effect) -> documents.UpgradeEffect:
    smallest = effect.smallest
    example = effect.example
    return {
        "dtypes": list(effect.dtypes),
        "differing": effect.count,
        "compared": effect.tried,
        "of": effect.of,
        "largest": effect.largest,
        "smallest": None if smallest is None else [float(n) for n in smallest],
        "example": None if example is None else _example_json(example),
        "photographs": [
            {
                "unit": "levels",
                "max": float(f"{one.largest:.5g}"),
                "mean": float(f"{one.mean:.5g}"),
                "share": round(one.share, 4),
                "dtype": one.dtype,
                "input_size": list(one.n_in),
                "output_size": list(one.n_out),
            }
            for one in effect.photographs
        ],
    }


def _example_json(example: Example) -> documents.UpgradeExample:
    def values(array: Array) -> list[list[float]]:
        return [[float(f"{value:.7g}") for value in row] for row in array.tolist()]

    return {
        "dtype": example.dtype,
        "asked": example.request or None,
        "image": values(example.image),
        "old": values(example.old),
        "new": values(example.new),
    }
