"""The timeline: what every call follows in every release, for a page of the site and as a picture.

A row is a call, a column a release. Releases in which a call does the same are one span.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ..catalogue.rules import words, written
from ..frameworks import FRAMEWORKS, Call, Release
from ..records import releases as recorded
from ..upgrades.history import OWN, boundaries, distinct

PICTURE = "timeline.svg"
# of conventions, in the order in which a framework's calls follow them: degrees on the circle of colours
_HUES = (210, 35, 130, 285, 0, 185, 65, 330, 95, 250, 15, 155, 310, 45, 230, 110)


@dataclass(frozen=True)
class Span:
    """Releases in which a call does the same.

    Attributes:
        first, count: the first of them, by its place among the releases, and how many they are.
        convention: in words; empty where the release does not have the call.
        shade: of its colour: another one for each coordinate rule, and integer arithmetic, that it has here.
        details: what else is known there: rules, dtypes, defects, errors; a line each.
        defect: a defect is known.
        raises: something that another release answers raises.
    """

    first: int
    count: int
    convention: str
    shade: int
    details: tuple[str, ...]
    defect: bool
    raises: bool


@dataclass(frozen=True)
class Row:
    """A call in all releases.

    Attributes:
        call: of the catalogue.
        spans: in the order of the releases; they cover all of them.
    """

    call: Call
    spans: tuple[Span, ...]

    @property
    def changes(self) -> bool:
        """It does not do the same in all releases that have it."""
        return len([span for span in self.spans if span.convention]) > 1


def columns(framework: str) -> tuple[str, ...]:
    """The releases of a framework: those that are recorded, with the packages that came with them; where none
    is, those at which something is declared to change."""
    known = tuple(name for name in recorded(framework) if "+" not in name)
    return known or declared(framework)


def declared(framework: str) -> tuple[str, ...]:
    """The releases at which something of a framework's calls is declared to change."""
    releases = {one for call in FRAMEWORKS[framework].calls for one in boundaries(call, OWN)}
    return tuple(distinct(releases))


def rows(framework: str, releases: Sequence[str]) -> list[Row]:
    """The calls of a framework in some releases."""
    return [Row(call, tuple(_spans(call, releases))) for call in FRAMEWORKS[framework].calls]


def _spans(call: Call, releases: Sequence[str]) -> Iterator[Span]:
    states = [call.at(Release(release)) for release in releases]
    dtypes = {dtype for state in states if state is not None for dtype in state.arithmetic}
    keys = [_key(state) for state in states]
    shades: dict[Hashable, dict[Hashable, int]] = {}
    first = 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or keys[i] != keys[first]:
            yield _span(first, i - first, states[first], dtypes, shades)
            first = i


def _key(state: Call | None) -> Hashable:
    """All that is declared of a call, but for how exactly it is computed."""
    if state is None:
        return None
    dtypes = tuple((d, a.coordinate_rule, state.returns[d]) for d, a in state.arithmetic.items())
    scaling = state.scaling and (state.scaling.size, state.scaling.scales)
    refusals = tuple((one.why, one.dtypes) for one in state.refusals)
    return (
        next(iter(state.follows.values()), None),
        dtypes,
        tuple(state.roundings.items()),
        scaling,
        refusals,
        (*(one.why for one in state.defects), *(one.why for one in state.crashes)),
    )


def _span(
    first: int,
    count: int,
    state: Call | None,
    dtypes: set[Any],
    shades: dict[Hashable, dict[Hashable, int]],
) -> Span:
    if state is None:
        return Span(first, count, "", 0, ("is not there",), defect=False, raises=False)
    convention = next(iter(state.follows.values()), None)
    alike = shades.setdefault(convention, {})
    rules = tuple(one.coordinate_rule for one in state.arithmetic.values())[:1]
    shade = alike.setdefault((rules, state.roundings.get("uint8")), len(alike))
    refusal = "raises" if state.operation == "resize" else "transposed convolution"
    lines = list(_rules(state))
    lines += [f"defect: {one.why}" for one in state.defects]
    lines += [f"ends the process: {one.why}" for one in state.crashes]
    late = [dtype for dtype in state.returns if dtype in dtypes and dtype not in state.arithmetic]
    lines += [f"does not take {', '.join(late)}"] if late else []
    lines += [f"raises: {one.why}" for one in state.refusals]
    return Span(
        first,
        count,
        refusal if convention is None else words(convention),
        shade,
        tuple(lines),
        defect=bool(state.defects),
        raises=bool(late) or (convention is None and state.operation == "resize"),
    )


def _rules(state: Call) -> Iterator[str]:
    by_rule: dict[str, list[str]] = {}
    for dtype, arithmetic in state.arithmetic.items():
        if dtype in state.roundings:
            by_rule.setdefault(" or ".join(state.roundings[dtype]), []).append(dtype)
        elif arithmetic.coordinate_rule:
            by_rule.setdefault(f"coordinate rule {arithmetic.coordinate_rule}", []).append(dtype)
    yield from (f"{', '.join(dtypes)}: {rule}" for rule, dtypes in by_rule.items())


# ---------------------------------------------------------------------------- a page


def script() -> str:
    """JavaScript that sets ``halfpixelTimeline``: what the page of the site shows."""
    text = json.dumps(data(), ensure_ascii=False, separators=(",", ":"))
    return f'"use strict";\nconst halfpixelTimeline = {text};\n'


def data() -> list[dict[str, Any]]:
    """A framework's ``name``, ``title``, ``releases``, ``conventions`` (each with its ``hue``) and ``rows``.

    A row has ``call``, ``code``, ``alias``, ``changes`` and ``spans``: ``[count, convention, details, marks,
    shade]``, where the convention is an index, -1 where the call is not there.
    """
    return [_framework(name) for name in FRAMEWORKS]


def _framework(name: str) -> dict[str, Any]:
    releases = columns(name)
    every = rows(name, releases)
    hues = _hues(every)
    order_of = list(hues)
    return {
        "name": name,
        "title": FRAMEWORKS[name].title,
        "releases": releases,
        "conventions": [[convention, hue] for convention, hue in hues.items()],
        "rows": [
            {
                "call": row.call.name,
                "code": str(written(row.call)),
                "alias": not row.call.plain,
                "changes": row.changes,
                "spans": [_encoded(span, order_of) for span in row.spans],
            }
            for row in every
        ],
    }


def _encoded(span: Span, conventions: Sequence[str]) -> list[Any]:
    number = conventions.index(span.convention) if span.convention else -1
    return [span.count, number, list(span.details), _marks(span), span.shade]


def _marks(span: Span) -> str:
    return ("●" if span.defect else "") + ("✕" if span.raises else "")


def _hues(every: Sequence[Row]) -> dict[str, int]:
    """A colour for each convention that a row follows."""
    names = dict.fromkeys(s.convention for row in every for s in row.spans if s.convention)
    return {name: _HUES[i % len(_HUES)] for i, name in enumerate(names)}


# ---------------------------------------------------------------------------- a picture

_LEFT, _CELL, _LINE, _TOP = 270, 34, 20, 46  # units of the picture
_SHADES = 3
_STYLE = """
svg{font:11px system-ui,sans-serif;color-scheme:light dark}
text{fill:#1f2328}.muted{fill:#59636e}
rect{stroke:#fff;stroke-width:1;fill:hsl(var(--h) 65% calc(82% - 13%*var(--s)))}
.absent{fill:#f0f1f3}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}.muted{fill:#9198a1}
rect{stroke:#131416;fill:hsl(var(--h) 40% calc(28% + 11%*var(--s)))}.absent{fill:#22252a}
}
"""


@functools.cache
def picture() -> str:
    """The calls that change, in the releases at which something is declared to change: SVG for light and dark
    pages; aliases are left out."""
    parts: list[str] = []
    y, width = 0, 0
    for name, framework in FRAMEWORKS.items():
        releases = declared(name)
        every = [row for row in rows(name, releases) if row.changes and row.call.plain]
        if not every:
            continue
        hues = _hues(rows(name, releases))
        parts.append(f'<text x="0" y="{y + 16}" font-weight="bold">{framework.title}</text>')
        for i, release in enumerate(releases):
            x = _LEFT + i * _CELL
            parts.append(
                f'<text class="muted" transform="translate({x + 14} {y + _TOP - 6}) rotate(-45)">'
                f"{escape(release)}</text>"
            )
        y += _TOP
        for row in every:
            parts.append(f'<text x="0" y="{y + 14}">{escape(_shortened(row.call.name))}</text>')
            parts += [_drawn(span, hues, y) for span in row.spans]
            y += _LINE
        y += 14
        width = max(width, _LEFT + len(releases) * _CELL + 30)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" width="{width}" height="{y}" '
        f'role="img"><title>Calls that change, by release</title><style>{_STYLE}</style>'
    )
    return "\n".join([head, *parts, "</svg>", ""])


def _shortened(name: str) -> str:
    return name if len(name) <= 38 else f"{name[:37]}…"


def _drawn(span: Span, hues: dict[str, int], y: int) -> str:
    x, width = _LEFT + span.first * _CELL, span.count * _CELL
    absent = not span.convention
    colour = "" if absent else f"--h:{hues[span.convention]};--s:{min(span.shade, _SHADES)}"
    style = ' class="absent"' if absent else f' style="{colour}"'
    title = "; ".join(filter(None, (span.convention, *span.details)))
    mark = _marks(span)
    box = (
        f'<rect x="{x}" y="{y}" width="{width}" height="{_LINE - 2}" rx="3"{style}>'
        f"<title>{escape(title)}</title></rect>"
    )
    return box + (f'<text x="{x + 5}" y="{y + 13}">{mark}</text>' if mark else "")
