"""The answer of ``halfpixel upgrade`` as a page in one file, for light and dark screens and for phones."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..upgrades.answer import Compared, Upgrade
from ..upgrades.effects import Example
from ..upgrades.groups import HEADINGS, Group, grouped
from ..upgrades.text import facts, headline, told_effects, usage_lines

_STYLE = """
:root{color-scheme:light dark;--line:light-dark(#d1d9e0,#3d444d);--muted:light-dark(#59636e,#9198a1);
--back:light-dark(#f6f8fa,#151b23);--bad:light-dark(#b02a37,#ff8a80);--good:light-dark(#1a7f37,#6fdd8b);
--differs:light-dark(#ffd8a8,#7a4a10)}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;overflow-wrap:anywhere}h2{margin-top:2rem}h3{margin-top:1.5rem}
.bad{color:var(--bad)}.good{color:var(--good)}
article{border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;margin:.75rem 0}
code,pre,td{font-family:ui-monospace,monospace;font-size:.85rem}
code{overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--back);padding:.75rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem .75rem;margin:.5rem 0}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
.images{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;max-width:100%;overflow:auto}
figcaption{color:var(--muted);font-size:.85rem}
table{border-collapse:collapse}td{border:1px solid var(--line);padding:.1rem .4rem;text-align:right}
td.differs{background:var(--differs)}
li{overflow-wrap:anywhere}
@media(max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.3rem}}
"""
_MOST = 12  # rows and columns of an image that is shown


def page(answer: Upgrade) -> str:
    """The page: HTML with nothing outside it."""
    title = f"{answer.old.words} to {answer.new.words}"
    mark = "good" if answer.same else "bad"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="{mark}"><strong>{escape(headline(answer))}</strong></p>',
    ]
    used = "\n".join(usage_lines(answer))
    parts += [f"<h2>What you use</h2><pre>{escape(used)}</pre>"] if used else []
    parts += [part for one in answer.frameworks for part in _framework(one)]
    if answer.notes:
        notes = "".join(f"<li>{escape(note)}</li>" for note in answer.notes)
        parts.append(f"<h2>Notes</h2><ul>{notes}</ul>")
    return "\n".join([*parts, "</body></html>", ""])


def _framework(one: Compared) -> Iterator[str]:
    yield f"<h2>{escape(one.title)}</h2>"
    if not one.changes:
        yield f"<p>Nothing changes in {one.calls} calls.</p>"
    kind = ""
    for group in grouped(one.changes):
        if group.first.kind != kind:
            kind = group.first.kind
            yield f"<h3>{escape(HEADINGS[group.first.kind])}</h3>"
        yield _article(group, one)


def _article(group: Group, one: Compared) -> str:
    definitions = (
        f"<dt>{escape(label)}</dt><dd>{_linked(words)}</dd>"
        for label, words in facts(group, one, every=True)
    )
    images = "".join(
        _images(effect.example, one) for effect in told_effects(group.first) if effect.example
    )
    code = escape(group.first.code)
    return f"<article><code>{code}</code><dl>{''.join(definitions)}</dl>{images}</article>"


def _linked(words: str) -> str:
    text = escape(words)
    return f'<a href="{text}">{text}</a>' if words.startswith("https://") else text


def _images(example: Example, one: Compared) -> str:
    same = example.old.shape == example.new.shape
    differs = (example.old != example.new) if same else np.ones(example.new.shape, bool)
    figures = (
        (f"image, {example.dtype} {example.request}", example.image, None),
        (str(one.old), example.old, differs if same else None),
        (str(one.new), example.new, differs if same else None),
    )
    return f'<div class="images">{"".join(_figure(*figure) for figure in figures)}</div>'


def _figure(title: str, values: Array, differs: NDArray[np.bool_] | None) -> str:
    lines = []
    for i, row in enumerate(values[:_MOST, :_MOST]):
        cells = []
        for j, value in enumerate(row.tolist()):
            off = differs is not None and bool(differs[i, j])
            cells.append(f"<td{' class=differs' if off else ''}>{value:.5g}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    shape = "x".join(map(str, values.shape))
    caption = f"<figcaption>{escape(title)} ({shape})</figcaption>"
    return f"<figure>{caption}<table>{''.join(lines)}</table></figure>"
