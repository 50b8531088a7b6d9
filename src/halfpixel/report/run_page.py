"""The report of a run as one HTML file, and as Markdown for a summary; both from its JSON document."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources

from .. import documents
from ..catalogue.rules import Unknown, convention_of
from ..operators import Resize
from .diagrams import picture
from .rule_words import meaning
from .sampling import Sampling
from .workflow_commands import command

_MOST = 16  # pixels of a drawing
_MOST_WEIGHTS = 48  # rows or columns of a weight matrix that is shown
_MARKDOWN = 900_000  # bytes; GitHub shows a summary of at most 1 MiB


def page(document: documents.Report) -> str:
    """One HTML file with everything in it, which needs no network.

    Args:
        document: of a run.
    """
    title = "as declared" if document["check"]["as_declared"] else "not as declared"
    return whole(title, _body(document))


def whole(title: str, body: Iterable[str]) -> str:
    """A page of such parts, with its style and its script."""
    style, script = (
        resources.files(__package__).joinpath(f"run_page.{kind}").read_text(encoding="utf-8")
        for kind in ("css", "js")
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>halfpixel: {_e(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _body(document: documents.Report) -> Iterator[str]:
    check = document["check"]
    good = check["as_declared"] and not document["tests"]
    yield f'<h1 class="{"good" if good else "bad"}">{_e(headline(document))}</h1>'
    yield f'<p class="soft">halfpixel {_e(document["halfpixel"])}</p>'
    yield from _checked(document) if _ran(check) else ()
    for test in document["tests"]:
        yield from _test(test)


def _ran(check: documents.Check) -> bool:
    """Whether any call was to be run."""
    return bool(check["frameworks"] or check["cannot_run"])


def _checked(document: documents.Report) -> Iterator[str]:
    check = document["check"]
    yield '<div class="wide"><table><tr><th>framework</th><th>environment</th><th class="n">conform</th>'
    yield '<th class="n">changed</th><th class="n">expected errors</th></tr>'
    for one in check["frameworks"]:
        yield (
            f"<tr><td>{_e(one['framework'])} {_e(one['release'])}</td><td>{_e(one['environment'])}</td>"
            f'<td class="n">{one["conform"]:,}</td><td class="n">{one["changed"]:,}</td>'
            f'<td class="n">{one["unsupported"]:,}</td></tr>'
        )
    yield "</table></div>"
    for absent in check["cannot_run"]:
        yield f'<p class="bad">{_e(absent["framework"])}: {_e(absent["message"])}</p>'
    for entry in check["accepted"]:
        yield f"<p>expected: {entry['cases']:,} cases: {_e(entry['reason'])} ({_e(entry['where'])})</p>"
    for entry in check["stale"]:
        yield f"<p>stale: no case changed as {_e(entry['where'])} expects: remove the entry</p>"
    if check["skipped"]:
        yield f'<p class="soft">skipped: {_e(", ".join(check["skipped"]))}</p>'
    for i, cause in enumerate(check["causes"]):
        yield from _cause(i, cause, document["cases"])
    if document["cases"]:
        yield "<h2>Every case that changed</h2>"
        yield (
            '<p><input type="search" id="filter" placeholder="filter: words of a call, case, dtype or '
            'convention" aria-label="filter"> <span id="count" class="soft"></span></p>'
        )
        for case in document["cases"]:
            yield from _case(case)


def headline(document: documents.Report) -> str:
    """What came out, in a line."""
    check, tests = document["check"], len(document["tests"])
    own = "Every test of your own functions passed"
    if tests:
        own = f"{tests} test{'s' * (tests != 1)} of your own functions failed"
    if not _ran(check):
        return own
    return f"{_of_calls(document)}; {own[0].lower()}{own[1:]}" if tests else _of_calls(document)


def _of_calls(document: documents.Report) -> str:
    check = document["check"]
    if check["as_declared"]:
        return "Every call is as declared"
    calls = {(one["call"]["id"]) for one in document["cases"]}
    if not calls:
        names = ", ".join(one["framework"] for one in check["cannot_run"])
        return f"Not as declared: not all of {names} was run, or passed"
    words = f"{len(calls)} call{'s' * (len(calls) != 1)}"
    return f"Not as declared: {words}, {len(document['cases']):,} cases"


def _test(one: documents.FailedTest) -> Iterator[str]:
    """A test of one's own functions that failed."""
    yield f'<h2 id="{_e(one["test"])}"><code>{_e(one["test"])}</code></h2>'
    first, _, rest = one["text"].partition("\n\n")
    yield f"<pre>{_e(first)}</pre>"
    if one["difference"] is not None:
        yield from _apart(one["difference"])
    if rest:
        yield f"<details><summary>The rest of the failure</summary><pre>{_e(rest)}</pre></details>"


def _apart(seen: documents.ShownDifference) -> Iterator[str]:
    """Two outputs, and their difference, as heat maps."""
    (h, w), (rows, columns) = seen["sizes"]
    row, column = seen["worst"]
    yield (
        f'<p class="soft">{_e(seen["image"])}, {h}×{w} to {rows}×{columns}, channel {seen["channel"]}, in '
        f"{_e(seen['unit'])}; the largest difference is in row {row}, column {column}</p>"
    )
    (first, second), a, b = seen["names"], seen["a"], seen["b"]
    panels = [(first, a, False), (second, b, False), (f"{second} − {first}", minus(b, a), True)]
    yield from figures(panels, seen["first"], shared=True)


def _cause(i: int, cause: documents.Cause, cases: Sequence[documents.ChangedCase]) -> Iterator[str]:
    count = cause["cases"]
    yield f'<h2 id="cause-{i + 1}">{_e(cause["words"])}: {count:,} case{"s" * (count != 1)}</h2>'
    yield '<div class="wide"><table><tr><th>call</th><th class="n">changed</th><th class="n">of</th></tr>'
    for one in cause["calls"]:
        yield (
            f"<tr><td>{_e(one['call']['id'] or '')}</td><td class='n'>{one['changed']:,}</td>"
            f"<td class='n'>{one['cases']:,}</td></tr>"
        )
    yield "</table></div>"
    example = next((one for one in cases if one["text"] == cause["example"]), None)
    if example is None:
        yield f"<pre>{_e(cause['example'])}</pre>"
        return
    yield f'<h3>One of them: <a href="#{_e(_id(example))}">{_e(_id(example))}</a></h3>'
    yield from _shown(example)


def _id(one: documents.ChangedCase) -> str:
    return f"{one['call']['id']}-{one['dtype']}-{one['case']}"


def _case(one: documents.ChangedCase) -> Iterator[str]:
    name = _id(one)
    words = " ".join((name, one["reason"], *one["matches"])).lower()
    yield f'<details class="case" id="{_e(name)}" data-text="{_e(words)}">'
    yield f"<summary><code>{_e(name)}</code>: {_e(one['reason'])}</summary>"
    yield from _shown(one)
    yield "</details>"


def _shown(one: documents.ChangedCase) -> Iterator[str]:
    seen = one["evidence"]
    if seen is not None:
        yield f"<p><code>{_e(seen['expression'])}</code></p>"
        yield from _values(seen)
        yield from _weights(seen, one["matches"])
    yield f"<details><summary>The failure as text</summary><pre>{_e(one['text'])}</pre></details>"
    yield f"<p>Repeat it: <code>{_e(one['repeat'])}</code></p>"


def _values(seen: documents.Evidence) -> Iterator[str]:
    golden, got = seen["golden"], seen["got"]
    panels = [
        ("golden", golden, False),
        ("got", got, False),
        ("got − golden", minus(got, golden), True),
    ]
    n, c = seen["plane"]
    (h, w), (rows, columns) = seen["sizes"]
    yield (
        f'<p class="soft">{h}×{w} to {rows}×{columns}: {_e(seen["pins"])}; image {n}, channel {c}; the worst '
        f"value is in row {seen['worst'][0]}, column {seen['worst'][1]}</p>"
    )
    yield from figures(panels, seen["first"], shared=True)


Rows = Sequence[Sequence[float | str]]


def minus(ones: Rows, others: Rows) -> Rows:
    """The difference of two panels of one shape."""
    return [
        [_minus(a, b) for a, b in zip(*rows, strict=True)]
        for rows in zip(ones, others, strict=True)
    ]


def _minus(a: float | str, b: float | str) -> float | str:
    value = float(a) - float(b)
    return value if value - value == 0 else str(value)


def figures(
    panels: Sequence[tuple[str, Rows, bool]], first: Sequence[int], *, shared: bool
) -> Iterator[str]:
    """Heat maps side by side, whose values can be read.

    Args:
        panels: a name, rows of values, and whether they are coloured by their sign.
        first: the row and the column of the first value.
        shared: one scale of grey for all that have no sign.
    """
    numbers = [float(v) for _, rows, signed in panels if not signed for row in rows for v in row]
    finite = [v for v in numbers if v - v == 0]
    data = {
        "first": list(first),
        "range": [min(finite, default=0), max(finite, default=0)] if shared else None,
        "panels": [{"name": n, "rows": rows, "signed": signed} for n, rows, signed in panels],
    }
    yield '<div class="figures"><div class="row">'
    for name, rows, signed in panels:
        limits = [float(v) for row in rows for v in row if float(v) - float(v) == 0]
        low, high = min(limits, default=0), max(limits, default=0)
        most = max(abs(low), abs(high))
        scale = f"−{most:.3g} blue, +{most:.3g} red" if signed else f"{low:.4g} to {high:.4g}"
        yield f"<figure><figcaption>{_e(name)}: {scale}</figcaption><canvas></canvas></figure>"
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    yield '</div><p class="readout soft">point at a value to read it</p>'
    yield f'<script type="application/json">{text}</script></div>'


# ---------------------------------------------------------------------------- weights


def _weights(seen: documents.Evidence, matches: Sequence[str]) -> Iterator[str]:
    """The weight matrices of what was expected and of what came out, with what both mean."""
    if not seen["is_resize"]:
        return
    sides = [("expected", _resize(seen["convention"])), ("now", _now(matches))]
    axis = max((0, 1), key=lambda i: seen["sizes"][1][i] != seen["sizes"][0][i])
    n_in, n_out = seen["sizes"][0][axis], seen["sizes"][1][axis]
    known = [(name, one) for name, one in sides if one is not None and one.takes(n_in, n_out)]
    if max(n_in, n_out) <= _MOST_WEIGHTS and known:
        what = ("rows", "columns")[axis]
        yield f"<h3>Weights along the {what}, {n_in} to {n_out}: a row for each output pixel</h3>"
        panels = [
            (f"{name}: {one}", [[float(v) for v in row] for row in one.weights(n_in, n_out)], True)
            for name, one in known
        ]
        yield from figures(panels, (0, 0), shared=False)
    for name, one in known:
        yield f"<p><strong>{name}</strong>, {_e(str(one))}: {' '.join(map(_marked, meaning(one)))}</p>"
        if max(n_in, n_out) <= _MOST:
            yield f'<div class="wide">{picture([Sampling(one, n_in, n_out)])}</div>'


def _marked(text: str) -> str:
    return re.sub(r"`(.*?)`", r"<code>\1</code>", _e(text))


def _now(matches: Sequence[str]) -> Resize | None:
    return next(filter(None, map(_resize, matches)), None)


def _resize(words: str) -> Resize | None:
    """A resize convention from its words, with or without how it is rounded; None if they are of none."""
    try:
        return convention_of(words.partition(" with ")[0])
    except Unknown:
        return None


def _e(text: str) -> str:
    return html.escape(text, quote=True)


# ---------------------------------------------------------------------------- Markdown


def markdown(document: documents.Report) -> str:
    """The same in short, for ``$GITHUB_STEP_SUMMARY``: the table, and an example of each cause."""
    lines = "\n".join(_markdown(document))
    if len(lines.encode()) > _MARKDOWN:
        cut = lines.encode()[:_MARKDOWN].decode(errors="ignore")
        return f"{cut}\n```\n\nThe rest is in report.html.\n"
    return f"{lines}\n"


def _markdown(document: documents.Report) -> Iterator[str]:
    check = document["check"]
    yield f"## halfpixel: {headline(document)[0].lower()}{headline(document)[1:]}"
    yield from _markdown_of_calls(check) if _ran(check) else ()
    for test in document["tests"]:
        yield f"\n### `{test['test']}`\n\n```text\n{test['text']}\n```"


def _markdown_of_calls(check: documents.Check) -> Iterator[str]:
    yield ""
    yield "| framework | conform | changed | expected errors |"
    yield "| --- | ---: | ---: | ---: |"
    for one in check["frameworks"]:
        counts = f"{one['conform']:,} | {one['changed']:,} | {one['unsupported']:,}"
        yield f"| {one['framework']} {one['release']} | {counts} |"
    for absent in check["cannot_run"]:
        yield f"\n{absent['framework']}: {absent['message']}"
    for entry in check["accepted"]:
        yield f"\nexpected: {entry['cases']:,} cases: {entry['reason']} (`{entry['where']}`)"
    for cause in check["causes"]:
        yield f"\n### {cause['words']}: {cause['cases']:,} case{'s' * (cause['cases'] != 1)}\n"
        for call in cause["calls"]:
            yield f"- `{call['call']['id']}`: {call['changed']:,} of {call['cases']:,}"
        yield f"\n```text\n{cause['example']}\n```"


def marks(document: documents.Report) -> Iterator[str]:
    """A line for each call that changed, as GitHub's runners read them."""
    counts: dict[str, list[documents.ChangedCase]] = {}
    for one in document["cases"]:
        counts.setdefault(one["call"]["id"] or "", []).append(one)
    for call, some in counts.items():
        words = f"{len(some)} case{'s' * (len(some) != 1)} changed, the first {some[0]['case']}: "
        yield command("error", words + some[0]["reason"], title=f"halfpixel {call}")
    for absent in document["check"]["cannot_run"]:
        yield command("error", absent["message"], title=f"halfpixel {absent['framework']}")
