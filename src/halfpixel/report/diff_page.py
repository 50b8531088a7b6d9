"""What moved between two runs, as one HTML file: a table, and heat maps of an example of each."""

from __future__ import annotations

import html
from collections.abc import Iterator

from .. import documents
from .run_page import figures, minus, whole

_NAMED = 12  # cases that are named before they are folded


def page(document: documents.Diff) -> str:
    """One HTML file with everything in it, which needs no network."""
    return whole(document["headline"], _body(document))


def _body(document: documents.Diff) -> Iterator[str]:
    headline = document["headline"]
    mark = "good" if document["same"] else "bad"
    yield f'<h1 class="{mark}">{_e(headline[0].upper() + headline[1:])}</h1>'
    about = [f"{document['old']} to {document['new']}", *document["releases"]]
    yield f'<p class="soft">{_e("; ".join(about))}</p>'
    for note in document["notes"]:
        yield f'<p class="soft">{_e(note)}</p>'
    if document["moved"]:
        yield from _table(document["moved"])
    for i, one in enumerate(document["moved"]):
        yield from _section(i, one)


def _table(moved: list[documents.MovedCases]) -> Iterator[str]:
    yield '<div class="wide"><table><tr><th>moved</th><th class="n">cases</th><th>what</th>'
    yield "<th>before</th><th>now</th></tr>"
    for i, one in enumerate(moved):
        count = f"{len(one['cases']):,} of {one['compared']:,}" if one["compared"] else ""
        yield (
            f'<tr><td><a href="#moved-{i + 1}">{_e(one["of"])}</a></td><td class="n">{count}</td>'
            f"<td>{_e(one['what'])}</td><td>{_e(one['before'])}</td><td>{_e(one['after'])}</td></tr>"
        )
    yield "</table></div>"


def _section(i: int, one: documents.MovedCases) -> Iterator[str]:
    yield f'<section id="moved-{i + 1}"><h2>{_e(one["of"])}: {_e(one["what"])}</h2>'
    if one["before"] or one["after"]:
        yield f"<p>before: {_e(one['before'])}<br>now: {_e(one['after'])}</p>"
    if one["values"] is not None:
        yield from _values(one["values"])
    if one["cases"]:
        names = " ".join(f"<li><code>{_e(name)}</code></li>" for name in one["cases"])
        count = len(one["cases"])
        words = f"{count:,} case{'s' * (count != 1)}"
        opened = " open" if count <= _NAMED else ""
        yield f"<details{opened}><summary>{words}</summary><ul>{names}</ul></details>"
    yield "</section>"


def _values(seen: documents.MovedValues) -> Iterator[str]:
    before, after = seen["before"], seen["after"]
    panels = [("before", before, False), ("now", after, False)]
    distance = ""
    if seen["largest"] is not None:
        unit = f" {seen['unit']}{'s' * (seen['largest'] != 1)} of 255" if seen["unit"] else ""
        distance = f", up to {seen['largest']:.3g}{unit} apart"
        panels.append(("now − before", minus(after, before), True))  # type: ignore[arg-type]
    yield f'<p class="soft">{_e(seen["case"])}{distance}: {_e(seen["shown"])}</p>'
    yield from figures(panels, seen["first"], shared=True)


def _e(text: str) -> str:
    return html.escape(text, quote=True)
