"""The rule book in docs/rules: a page for each convention, a page for each call, and an index.

Everything on the pages is computed from the tables that the tests run.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..catalogue.rules import BY_CASE, REFUSED, Rule, conventions, every_rule, words
from ..conformance import goldens
from ..conformance.cases import folder
from ..frameworks import FRAMEWORKS, Call
from ..numerics import equivalence
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import ConvTranspose, Resize
from ..operators.kernels import KERNELS
from . import diagrams, rule_words, sampling
from .findings_index import Section, sections

PICTURES = "../../pictures/rules"
CONV_TRANSPOSE = "conv_transpose"
_TOP = "../../.."  # the repository, from a page
_WIDTH = 96
_LONG = 8  # entries of a list that is not folded
_LINK = re.compile(r"^\[([^\]]*)\]\([^)]*\)$")  # a cell that is one link
_FRAMEWORKS_NAMES = {"keras_torch": "Keras on torch"}


def pages(findings: str) -> dict[str, str]:
    """Every page, by its path in docs/rules.

    Args:
        findings: the text of docs/findings.md.
    """
    known = sections(findings)
    pages_by_path = {"README.md": _index()}
    for convention, rules in conventions().items():
        pages_by_path[f"conventions/{convention.slug}.md"] = _convention_page(
            convention, rules, known
        )
    pages_by_path[f"conventions/{CONV_TRANSPOSE}.md"] = _conv_transpose_page(known)
    for identifier, rules in _by_call().items():
        pages_by_path[f"calls/{identifier}.md"] = _call_page(rules, known)
    return pages_by_path


def pictures() -> dict[str, str]:
    """Every drawing, by its name in docs/pictures/rules."""
    drawn = {
        f"{c.slug}.svg": diagrams.picture([_sampling(c, *sizes) for sizes in _examples(c)])
        for c in conventions()
    }
    drawn[f"{CONV_TRANSPOSE}.svg"] = diagrams.conv_transpose(2, 3, 4)
    return drawn


@functools.cache
def _sampling(convention: Resize, n_in: int, n_out: int) -> sampling.Sampling:
    return sampling.Sampling(convention, n_in, n_out)


def _examples(convention: Resize) -> tuple[tuple[int, int], tuple[int, int]]:
    """A size pair for upsampling and one for downsampling that the convention takes."""
    if convention.takes(3, 7):
        return (3, 7), (7, 3)
    return ((4, 8), (8, 4)) if convention.takes(4, 8) else ((7, 4), (8, 4))


@functools.cache
def _by_call() -> dict[str, list[Rule]]:
    by_call: dict[str, list[Rule]] = {}
    for rule in every_rule():
        by_call.setdefault(rule.call.id, []).append(rule)
    return by_call


def _named(framework: str) -> str:
    return _FRAMEWORKS_NAMES.get(framework, framework)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without its empty columns, in which a name is linked where it first stands."""
    linked: set[str] = set()

    def once(cell: str) -> str:
        if cell not in linked:
            linked.add(cell)
            return cell
        return _LINK.sub(r"\1", cell)

    cells = [[once(cell) for cell in row] for row in rows]
    kept = [k for k in range(len(head)) if any(row[k] for row in cells)]
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join(f"| {' | '.join(line[k] or ' ' for k in kept)} |" for line in lines) + "\n"


def _code(text: str) -> str:
    """Text as code in a table or a sentence; a bar is escaped, since it would end a cell."""
    return f"`{text}`".replace("|", "\\|")


def _page(parts: Iterable[str]) -> str:
    return "\n".join(part.rstrip() + "\n" for part in parts if part)


def _call_link(call: Call, up: str = "../") -> str:
    return f"[{call.name}]({up}calls/{call.id}.md)"


def _convention_link(convention: Resize, up: str = "../") -> str:
    return f"[{words(convention)}]({up}conventions/{convention.slug}.md)"


def _releases(releases: str) -> str:
    return _code(releases) if releases else ""


# ---------------------------------------------------------------------------- conventions


def _convention_page(convention: Resize, rules: list[Rule], known: list[Section]) -> str:
    up, down = _examples(convention)
    attributes = json.dumps(convention.attributes)
    kernel = convention.kernel
    lines = [
        f"Output pixel *d* samples at {_code(sampling.coordinate_formula(convention))}.",
        f"Weights: {_code(kernel.formula)} ({kernel.source})." if kernel.formula else "",
        f"Attributes, with their ONNX names: {_code(attributes)}.",
    ]
    return _page(
        [
            f"# {words(convention)}\n",
            " ".join(rule_words.meaning(convention)) + "\n",
            f"![Where each output pixel samples]({PICTURES}/{convention.slug}.svg)\n",
            "A red line connects the centre of each output pixel with the coordinate that it samples. Faint "
            "lines connect it with the pixels that it reads: their width is the weight, and a dashed line is "
            "a negative weight."
            + (
                " A red bar marks the range that an output pixel reads."
                if any(_sampling(convention, *s).spreads for s in (up, down))
                else ""
            )
            + "\n",
            "## Formula\n",
            "\n".join(f"- {line}" for line in lines if line) + "\n",
            "## Calls\n",
            "Equivalent up to rounding, except for [deviations and "
            "defects](#deviations-and-known-defects).\n",
            _calls_table(rules),
            _variants(rules),
            "## Equivalent conventions\n",
            _agreements(convention),
            "## Deviations and known defects\n",
            _watch(rules),
            *_section("Findings", _findings(rules, known)),
            "## Weights\n",
            _weights(convention, up),
            _weights(convention, down),
            "## Goldens\n",
            _goldens(convention, rules),
        ]
    )


def _calls_table(rules: Sequence[Rule]) -> str:
    rows = [
        (_named(r.call.framework), _call_link(r.call), _releases(r.releases), r.sizes, r.exactness)
        for r in rules
        if not r.call.variant
    ]
    head = ("framework", "call", "releases", "sizes", "floats")
    return _table(head, rows) if rows else ""


def _variants(rules: Sequence[Rule]) -> str:
    links: dict[str, list[str]] = {}
    for rule in rules:
        if rule.call.variant:
            link = f"{_call_link(rule.call)} {_releases(rule.releases)}".rstrip()
            links.setdefault(_named(rule.call.framework), []).append(link)
    lines = [f"- {framework}: {', '.join(calls)}" for framework, calls in links.items()]
    count = sum(map(len, links.values()))
    return (
        _folded(f"{count} aliases" if count > 1 else "1 alias", "\n".join(lines)) if lines else ""
    )


def _folded(summary: str, text: str) -> str:
    """A list behind a line that opens it."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>\n"


def _folded_if_long(what: str, entries: Sequence[str], between: str) -> str:
    """A list; behind a line that opens it if it is long."""
    text = between.join(entries)
    return _folded(f"{len(entries)} {what}", text) if len(entries) > _LONG else text


def _agreements(convention: Resize) -> str:
    """The other conventions, by the regime in which they are equivalent; an unchanged size, at which most
    are, is not listed."""
    by_regime: dict[str, list[Resize]] = {}
    for other in conventions():
        for regime in equivalence.agreement(convention, other) if other != convention else ():
            by_regime.setdefault(regime, []).append(other)
    lines, folded = [], []
    for regime in equivalence.REGIMES:
        links = [_convention_link(c) for c in by_regime.get(regime, ())]
        if not links or regime == "at an unchanged size":
            continue
        if len(links) > _LONG:
            folded.append(_folded_if_long(f"conventions: {regime}", links, ", "))
        else:
            lines.append(f"- **{regime}**: {', '.join(links)}")
    if not lines and not folded:
        lines = ["No other convention is equivalent, except at an unchanged size."]
    compared = f"Compared at every size up to {equivalence.LARGEST} pixels.\n"
    return "\n".join(["\n".join(lines) + "\n", *folded, compared] if lines else [*folded, compared])


def _watch(rules: Sequence[Rule]) -> str:
    lines = [
        *(f"- {_call_link(r.call)}: {line}" for r in rules for line in _deviations(r.call)),
        *(
            f"- {_call_link(r.call)}: {d.why} ({_code(d.releases)})."
            for r in rules
            if not r.call.variant
            for d in r.call.defects
        ),
    ]
    return "\n".join(lines or ["None known."]) + "\n"


def _deviations(call: Call) -> Iterator[str]:
    """What the sweep of a call found, by coordinate rule: summaries that golden-check verifies."""
    page = _sweeps().get(call.id)
    if page is None:
        return
    alike: dict[str, list[str]] = {}
    for entry in page["deviations"]:
        smallest = entry["smallest"][:1]
        first = (
            f"the smallest is {smallest[0]['n_in']} → {smallest[0]['n_out']}" if smallest else ""
        )
        deviation = (
            f"{_code(entry['arithmetic'])} in {' and '.join(entry['dtypes'])} deviates at "
            f"{entry['pairs']:,} of {page['pairs']:,} size pairs"
        )
        axes = alike.setdefault("; ".join(filter(None, (deviation, first))), [])
        axes += [entry["other_axis"]] if "other_axis" in entry else []
    where = f"[{page['sizes']}]({_TOP}/golden/sweeps/{call.id}.json)"
    for deviation, axes in alike.items():
        others = f", the other axis {' or '.join(axes)}" if axes else ""
        yield f"{deviation} ({where}{others})."


@functools.cache
def _sweeps() -> Mapping[str, Any]:
    folder = goldens.root() / "sweeps"
    return {
        path.stem: goldens.page(f"sweeps/{path.name}") for path in sorted(folder.glob("*.json"))
    }


def _findings(rules: Sequence[Rule], known: list[Section]) -> str:
    """The sections of docs/findings.md about a call; if there are several calls, without aliases."""
    calls = {rule.call.id: rule.call for rule in rules}
    plain = [call for call in calls.values() if len(calls) == 1 or not call.variant]
    links = [
        f"- [{section.title}](../../findings.md#{section.anchor})"
        for section in known
        if any(section.is_about(call) for call in plain)
    ]
    return _folded_if_long("findings", links, "\n")


def _arithmetics(call: Call) -> Iterator[str]:
    """The names of its coordinate rules, evaluations and integer arithmetics; none if it always raises."""
    if not call.follows:
        return
    for arithmetic in call.arithmetic.values():
        if arithmetic.coordinate_rule:
            yield arithmetic.coordinate_rule
        yield from arithmetic.evaluation
    for choice in call.roundings.values():
        yield from choice


def _weights(convention: Resize, sizes: tuple[int, int]) -> str:
    one = _sampling(convention, *sizes)
    matrix = "\n".join(line.rstrip() for line in sampling.matrix(one, _WIDTH))
    shown = f"halfpixel show {words(convention)} {sizes[0]} {sizes[1]}"
    return f"{sizes[0]} pixels to {sizes[1]} ({_code(shown)}):\n\n```text\n{matrix}\n```\n"


def _goldens(convention: Resize, rules: Sequence[Rule]) -> str:
    arithmetics = {name: None for rule in rules for name in (None, *_arithmetics(rule.call))}
    lines = []
    for name in arithmetics:
        where = folder(convention, name)
        if files := _golden_files(where):
            by = f" by `{name}`" if name else ""
            lines.append(
                f"- `golden/{where}`: {len(files)} cases{by}, such as {_golden_link(files)}"
            )
    none = "None stored: expected values are computed when they are needed."
    return "\n".join(lines or [none]) + "\n"


def _golden_files(where: str) -> list[Path]:
    """The goldens of a folder, the worked example first; empty without a folder."""
    files = (goldens.root() / where).glob("*.json")
    return sorted(files, key=lambda file: ("worked_example" not in file.name, file.name))


def _golden_link(files: Sequence[Path], words: str = "") -> str:
    """A link to the first of them."""
    where = files[0].relative_to(goldens.root()).as_posix()
    return f"[{words or files[0].stem}]({_TOP}/golden/{where})"


# ---------------------------------------------------------------------------- calls


def _call_page(rules: list[Rule], known: list[Section]) -> str:
    rule, call = rules[0], rules[0].call
    return _page(
        [
            f"# {call.id}\n",
            f"```python\n{rule.written}\n```\n",
            _follows(rules),
            "## What it computes\n" if call.follows or call.operation == CONV_TRANSPOSE else "",
            _dtypes(call),
            _sources(call),
            *_section("When it raises", _refusals(call)),
            *_section(
                "Defects", "\n".join(f"- {d.why} ({_code(d.releases)})." for d in call.defects)
            ),
            *_section("Deviating sizes", "\n".join(f"- {line}" for line in _deviations(call))),
            *_section("Equivalent calls in other frameworks", _equivalents(rules)),
            *_section(f"Equivalent calls in {_named(call.framework)}", _siblings(rules)),
            *_section("Findings", _findings(rules, known)),
            "## Tests\n",
            _tests(call),
        ]
    )


def _section(title: str, text: str) -> tuple[str, ...]:
    return (f"## {title}\n", text) if text else ()


def _follows(rules: Sequence[Rule]) -> str:
    rule = rules[0]
    if rule.follows == REFUSED:
        return f"{_named(rule.call.framework)} raises for this call.\n"
    if rule.follows == BY_CASE:
        return (
            "A [transposed convolution](../conventions/conv_transpose.md). Its arguments determine strides, "
            "pads, dilations and groups.\n"
        )
    rows = [
        (_releases(r.releases), _convention_link(r.convention), r.sizes)
        for r in rules
        if r.convention is not None
    ]
    return _table(("releases", "convention", "sizes"), rows)


def _dtypes(call: Call) -> str:
    if not call.follows and call.operation == "resize":
        return ""
    rows = []
    convention = call.latest if call.follows else None
    for dtype, arithmetic in call.arithmetic.items():
        returned = "" if call.refuses(dtype) else call.returns.get(dtype, "")
        if call.refuses(dtype):
            how = "raises"
        elif dtype in call.roundings:
            how = "predicted by " + " or ".join(f"`{name}`" for name in call.roundings[dtype])
        elif convention is not None and convention.mode == "nearest":
            how = "exact"
        else:
            how = f"up to rounding, sums in {arithmetic.accumulation}"
        rule = arithmetic.coordinate_rule if how != "raises" else None
        since = _releases(call.since.get(dtype, "")) if how != "raises" else ""
        rows.append((f"{dtype} {since}".rstrip(), returned, how, _code(rule) if rule else ""))
    return _table(("input", "result", "values", "coordinate rule"), rows)


def _sources(call: Call) -> str:
    """Its rules, and the sources of everything."""
    if not call.follows and call.operation == "resize":
        return ""
    lines = []
    for name in dict.fromkeys(_arithmetics(call)):
        if name in COORDINATE_RULES:
            lines.append(f"- `{name}`: {COORDINATE_RULES[name].formula}")
        elif name in ROUNDINGS:
            lines.append(f"- `{name}`: see {ROUNDINGS[name].origin}.")
    for other in call.other_rules:
        by = f"by the rule `{other.rule}`" if other.rule else "exactly"
        lines.append(f"- Coordinates are computed {by} where another kernel runs: {other.why}.")
    read = dict.fromkeys(arithmetic.source for arithmetic in call.arithmetic.values())
    lines += [f"- Source: {source}." for source in read]
    return (
        "\n".join(lines)
        + "\n\nFor the roundings of every call, see [arithmetics](../../arithmetics.md).\n"
    )


def _refusals(call: Call) -> str:
    """The messages are long: a list, since a phone has no room for a table of them."""
    lines = ["Messages are regular expressions.\n"]
    for refusal in call.refusals:
        conditions = [*refusal.dtypes, *([_releases(refusal.releases)] if refusal.releases else [])]
        about = f" ({', '.join(conditions)})" if conditions else ""
        lines.append(f"- {refusal.why}{about}: `{refusal.words}`")
    return "\n".join([*lines, ""]) if call.refusals else ""


def _equivalents(rules: Sequence[Rule]) -> str:
    convention = rules[0].convention
    if rules[0].follows == BY_CASE:
        return f"See [transposed convolution](../conventions/{CONV_TRANSPOSE}.md).\n"
    if convention is None:
        return ""
    lines = []
    for framework in FRAMEWORKS:
        if framework == rules[0].call.framework:
            continue
        links = [
            f"{_call_link(r.call)} {_releases(r.releases)}"
            for r in conventions()[convention]
            if r.call.framework == framework and not r.call.variant
        ]
        lines.append(f"- {_named(framework)}: {', '.join(links) or 'no call matches at all sizes'}")
        lines += _at_some_sizes(convention, framework) if not links else []
    lines.append(
        f"\nFor conventions that are equivalent at some sizes, see "
        f"[{words(convention)}](../conventions/{convention.slug}.md#equivalent-conventions)."
    )
    return "\n".join(lines) + "\n"


def _at_some_sizes(convention: Resize, framework: str) -> Iterator[str]:
    """The equivalent calls of a framework, by the widest regimes in which they are equivalent."""
    by_regime: dict[str, list[str]] = {}
    for other, rules in conventions().items():
        links = [
            _call_link(r.call) for r in rules if r.call.framework == framework and r.call.plain
        ]
        for regime in equivalence.agreement(convention, other) if links else ():
            by_regime.setdefault(regime, []).extend(links)
    for regime in equivalence.REGIMES:
        if regime in by_regime and regime != "at an unchanged size":
            yield f"  - {regime}: {', '.join(by_regime[regime])}"


def _siblings(rules: Sequence[Rule]) -> str:
    convention, call = rules[0].convention, rules[0].call
    if convention is None:
        return ""
    links = [
        _call_link(r.call, "../")
        for r in conventions()[convention]
        if r.call.framework == call.framework and r.call.id != call.id
    ]
    return _folded_if_long("calls", links, ", ") + "\n" if links else ""


def _tests(call: Call) -> str:
    selected = " and ".join(part for part in call.id.split("=") if part)
    command = f'pytest --pyargs halfpixel -k "{selected}"'
    wheres = dict.fromkeys(
        folder(convention, rule)
        for convention in call.follows.values()
        for rule in (call.stored_rule, *call.roundings.get("uint8", ()))
    )
    links = [
        f"`golden/{where}`, such as {_golden_link(files)}"
        for where in wheres
        if (files := _golden_files(where))
    ]
    goldens_line = f"Goldens: {'; '.join(links)}.\n" if links else ""
    note = "This also selects calls whose ids start with the same text."
    return f"```sh\n{command}\n```\n\n{note}\n\n{goldens_line}"


# ---------------------------------------------------------------------------- transposed convolution


def _conv_transpose_page(known: list[Section]) -> str:
    matrix = ConvTranspose(strides=(2,)).matrix([[[1, 2, 3]]], (4,))
    rows = "\n".join(" ".join(f"{int(Fraction(v)) or '.'}" for v in row) for row in matrix)
    calls = [r for r in every_rule() if r.call.operation == CONV_TRANSPOSE]
    totals = goldens.page("sweeps/conv_transpose-conversions.json")
    conversions = [
        (
            entry["from"],
            entry["to"],
            f"{entry['by_arguments']:,}",
            f"{entry['with_a_crop_or_zeros_in_the_weight']:,}",
        )
        for entry in totals["conversions"]
        if entry["from"] != entry["to"]
    ]
    folders = sorted(path.name for path in (goldens.root() / CONV_TRANSPOSE).iterdir())
    command = 'halfpixel convert "nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1)" --to keras'
    return _page(
        [
            "# Transposed convolution\n",
            "Every input pixel adds the kernel, times its value, to the output. The kernels of neighbouring "
            "pixels are `strides` output pixels apart. As a matrix, this is the transpose of a "
            "convolution. The "
            ""
            "arguments of a call select the part of this full output that is kept: `pads` crops "
            "both ends, and "
            "`output_padding` crops less at the end.\n",
            f"![Which output pixels each input pixel reaches]({PICTURES}/{CONV_TRANSPOSE}.svg)\n",
            "With stride 2 and 3 taps, some output pixels are reached by two taps and some by "
            "one. This causes "
            "checkerboard patterns.\n",
            "## Formula\n",
            "- The output size along an axis is `(n - 1)·stride + (kernel - 1)·dilation + 1 + "
            "output_padding - "
            "pad_begin - pad_end`.\n"
            "- Attributes are those of ONNX's ConvTranspose: strides, pads, output_padding, "
            "dilations, group.\n"
            f"- The matrix of stride 2 with the taps 1 2 3, from 4 pixels to 9:\n\n```text\n{rows}\n```\n",
            "## Calls\n",
            _calls_table(calls),
            _variants(calls),
            *_section("Findings", _findings(calls, known)),
            "## From one framework to another\n",
            f"The table counts small configurations ({totals['sizes']}): those that the "
            f"arguments of the other "
            "framework can express, and those that need a crop or zeros in the weight.\n",
            _table(("from", "to", "by arguments", "with a crop or zeros"), conversions),
            f"To convert one call: `{command}`.\n",
            "## Goldens\n",
            "\n".join(
                f"- {_golden_link(_golden_files(f'{CONV_TRANSPOSE}/{name}'), name)}"
                for name in folders
            )
            + "\n",
            "[Common statements about transposed convolution](../../transposed-convolution.md) are tested on "
            "their own page.\n",
        ]
    )


# ---------------------------------------------------------------------------- the index


def _index() -> str:
    parts = [
        "# The rule book\n",
        "The rule book lists what each call computes. A *convention* defines a resize independently of any "
        "framework, and a *call* follows a convention. Two calls that follow the same convention are "
        "equivalent up to rounding. Two calls that follow different conventions may still agree at some "
        "sizes, which the page of the convention lists.\n",
        "`halfpixel rules` prints the same information in a terminal, and `halfpixel show linear half_pixel "
        "3 7` prints the weights of a convention. `make docs` generates these pages from the tables that the "
        "tests use.\n",
        "## Conventions\n",
        "The numbers count the calls that follow a convention, including aliases.\n",
    ]
    known = conventions()
    for mode in dict.fromkeys(c.mode for c in known):
        parts += [f"### {mode}\n", KERNELS[mode].meaning + "\n"]
        rows = [
            (_convention_link(c, ""), *(_count(rules, framework) for framework in FRAMEWORKS))
            for c, rules in known.items()
            if c.mode == mode
        ]
        parts.append(_table(("convention", *map(_named, FRAMEWORKS)), rows))
    parts += [
        "### transposed convolution\n",
        f"[conv_transpose](conventions/{CONV_TRANSPOSE}.md)\n",
        "## Calls\n",
    ]
    for framework in FRAMEWORKS:
        rules = [rule for rule in every_rule() if rule.call.framework == framework]
        rows = [
            (_call_link(r.call, ""), _releases(r.releases), _index_follows(r))
            for r in rules
            if not r.call.variant
        ]
        variants = [_call_link(r.call, "") for r in rules if r.call.variant]
        parts += [f"### {_named(framework)}\n", _table(("call", "releases", "follows"), rows)]
        if variants:
            parts.append(_folded(f"{len(variants)} aliases", ", ".join(variants)))
    return _page(parts)


def _count(rules: Sequence[Rule], framework: str) -> str:
    return str(sum(rule.call.framework == framework for rule in rules) or "")


def _index_follows(rule: Rule) -> str:
    if rule.convention is not None:
        return _convention_link(rule.convention, "")
    if rule.follows == BY_CASE:
        return f"[conv_transpose](conventions/{CONV_TRANSPOSE}.md)"
    return rule.follows
