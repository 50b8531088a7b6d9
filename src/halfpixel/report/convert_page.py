"""What the page *Convert a call* knows: the calls of its menus and every answer, as a script.

A page that is opened from a disk may not fetch a file, so the data is a script. Texts repeat: each stands
once, in ``texts``, and is its index there everywhere else.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..catalogue.rules import words
from ..conversion import conv_transpose
from ..conversion.answer import Difference, Equivalent, Part, ResizeConversion
from ..conversion.conv_transpose import ConvTransposeConversion
from ..conversion.parse import Spoken, Unreadable, read
from ..conversion.resize import answers as resize_answers
from ..conversion.search import function_of
from ..frameworks import LIBRARIES
from ..frameworks.layer_plans import LAYER_TARGETS, TARGETS
from . import rule_words
from .convert_calls import PageCall, calls

NAMES = {name: library.title for name, library in LIBRARIES.items()}
# how a call agrees, by the kind of its agreement
VERDICTS = {
    "bitwise": "bitwise equal",
    "defined": "equal, as ONNX defines it",
    "ulp": "equal up to rounding",
    "pixels": "equal, except for pixels at some sizes",
    "weights": "equal, except for how coordinates are rounded",
}
START = "F.interpolate(x, size=(h, w), mode='bilinear')"
_CONV_TRANSPOSE = (
    "conv_transpose",
    "transposed convolution",
    "Every input pixel adds the kernel, times its value, to the output.",
)


@dataclass(frozen=True)
class Block:
    """A piece of an answer.

    Attributes:
        kind: ``p`` a paragraph, ``h`` a heading, ``ul`` a list, ``code``, ``rows`` (pairs of a name and the
            rows of an image), ``more`` (a summary, and the blocks that it opens).
        content: texts, and lists of texts or of blocks.
    """

    kind: str
    content: tuple[Any, ...]


@dataclass(frozen=True)
class PagePart:
    """What is said of a call at some sizes.

    Attributes:
        convention: what it computes: slug, name, meaning.
        when: the sizes; empty where the call has one part.
        about: what is said whatever the target.
        verdicts: for each target: equal, partly or none, and the same in words.
        to: for each target, the answer.
    """

    convention: tuple[str, str, str]
    when: str
    about: tuple[Block, ...]
    verdicts: tuple[tuple[str, str], ...]
    to: tuple[tuple[Block, ...], ...]


def script(workers: int) -> str:
    """JavaScript that sets ``halfpixelCalls``.

    Args:
        workers: processes among which the answers are divided.
    """
    with ProcessPoolExecutor(workers) as pool:
        contents = data(calls(), run=functools.partial(pool.map, chunksize=8))
    text = json.dumps(contents, ensure_ascii=False, separators=(",", ":"))
    return f'"use strict";\nconst halfpixelCalls = {text};\n'


def data(wanted: Sequence[PageCall], run: Callable[..., Iterable[Any]] = map) -> dict[str, Any]:
    """All that the page knows of some calls.

    ``frameworks``: names by key, in the order of the targets. ``functions``: each has ``framework``,
    ``name``, ``menus`` (pairs of an argument and its values) and ``calls``. A call has ``text``, ``picked``
    (for each menu, the index of its value), ``options`` of the command line, and either ``parts``
    (:class:`PagePart`) or ``error``. ``conventions``: name and meaning by slug. The texts of an answer are
    indices into ``texts``. ``start``: the call that is shown first.

    Args:
        wanted: the calls.
        run: what does the work of ``map``.
    """
    texts: dict[str, int] = {}
    conventions: dict[str, tuple[str, str]] = {}
    groups: dict[tuple[str, str], list[tuple[PageCall, tuple[PagePart, ...] | str]]] = {}
    for call, answer in zip(wanted, run(answered, wanted), strict=True):
        groups.setdefault((call.framework, call.function), []).append((call, answer))
        for part in answer if not isinstance(answer, str) else ():
            slug, *words = part.convention
            conventions[slug] = (words[0], words[1])
    functions = []
    for (framework, name), group in groups.items():
        offered = menus([call for call, _ in group])
        functions.append(
            {
                "framework": framework,
                "name": name,
                "menus": [[argument, values] for argument, values in offered.items()],
                "calls": [_call(call, answer, offered, texts) for call, answer in group],
            }
        )
    return {
        "frameworks": {target: NAMES[target] for target in TARGETS},
        "functions": functions,
        "conventions": conventions,
        "texts": list(texts),
        "start": START,
    }


def menus(group: Sequence[PageCall]) -> dict[str, list[str]]:
    """The arguments of a function that leave a choice, and their values."""
    names = dict.fromkeys(name for call in group for name in call.choices)
    every = {name: list(dict.fromkeys(call.choices[name] for call in group)) for name in names}
    return {name: values for name, values in every.items() if len(values) > 1}


def _call(
    call: PageCall,
    answer: tuple[PagePart, ...] | str,
    offered: dict[str, list[str]],
    texts: dict[str, int],
) -> dict[str, Any]:
    def index(text: str) -> int:
        return texts.setdefault(text, len(texts))

    def encoded(value: Any) -> Any:
        if isinstance(value, Block):
            return [value.kind, *map(encoded, value.content)]
        return index(value) if isinstance(value, str) else [encoded(one) for one in value]

    entry: dict[str, Any] = {
        "text": call.text,
        "picked": [values.index(call.choices[name]) for name, values in offered.items()],
        "options": call.options,
    }
    if isinstance(answer, str):
        return {**entry, "error": index(answer)}
    parts = [
        {
            "convention": part.convention[0],
            "when": index(part.when),
            "about": encoded(part.about),
            "verdicts": [[mark, index(words)] for mark, words in part.verdicts],
            "to": encoded(part.to),
        }
        for part in answer
    ]
    return {**entry, "parts": parts}


# ---------------------------------------------------------------------------- answers


def answered(call: PageCall) -> tuple[PagePart, ...] | str:
    """The parts of the answer to a call, for every target; or why there is none."""
    try:
        reading = read(call.text)
        if isinstance(reading, Spoken):
            answers = [conv_transpose.answer(reading, call.text, to) for to in LAYER_TARGETS]
            return (_transposed(answers),)
        conversions = resize_answers(reading, TARGETS)
    except Unreadable as error:
        return str(error)
    by_part = zip(*(answer.parts for answer in conversions.values()), strict=True)
    return tuple(_resize(conversions[TARGETS[0]], parts) for parts in by_part)


def _resize(answer: ResizeConversion, by_target: Sequence[Part]) -> PagePart:
    """One part of an answer, for all targets."""
    part = by_target[0]
    convention = part.convention
    lines = [
        *(f"Assumption: {note}" for note in answer.reading.notes),
        *part.conditions,
        *([f"Compared {part.looked_at}"] if part.looked_at else []),
        *([f"Coordinate rule on float32: {part.rule}"] if part.rule else []),
        f"Releases: {part.call.framework} {part.call.ranges[-1]}",
    ]
    return PagePart(
        (convention.slug, words(convention), " ".join(rule_words.meaning(convention))),
        part.when,
        (*_warnings(answer.reading.warnings), Block("ul", (lines,))),
        tuple(map(_verdict, by_target)),
        tuple(tuple(_blocks(one)) for one in by_target),
    )


def _warnings(warnings: Iterable[str]) -> Iterator[Block]:
    return (Block("p", (f"Warning: {warning}.",)) for warning in warnings)


def _verdict(part: Part) -> tuple[str, str]:
    if part.equal:
        return "equal", VERDICTS[part.equal[0].exactness.kind]
    if part.factors:
        return "partly", "equal, given the factors"
    if part.recipes:
        return "partly", "no single call; equal with this code"
    return ("partly", "equal at some sizes") if part.elsewhere else ("none", "no equal call")


def _blocks(part: Part) -> Iterator[Block]:
    """What one target has."""
    if part.equal:
        first, *others = part.equal
        yield from _equivalent(first)
        if others:
            yield from _also(first, others)
    elif not part.factors:
        yield Block("p", ("No single call matches at all of these sizes.",))
    for one in part.factors:
        yield Block("p", (f"Given the factors{f', {one.where}' if one.where else ''}:",))
        yield from _equivalent(one)
    for one in part.elsewhere:
        yield Block("h", (_capital(one.where),))
        yield from _equivalent(one)
    for one in part.recipes:
        yield Block("h", (f"Code that is equal{f', {one.where}' if one.where else ''}",))
        yield from _equivalent(one)
    if part.nearest is not None:
        yield from _nearest(part.nearest)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _equivalent(one: Equivalent) -> Iterator[Block]:
    yield Block("code", (one.code,))
    lines = [one.exactness.words, *(levels.words for levels in one.uint8), *one.conditions]
    yield Block("ul", (lines,))


def _also(first: Equivalent, others: Sequence[Equivalent]) -> Iterator[Block]:
    """The first of every other function."""
    once: dict[str, Equivalent] = {}
    for one in (first, *others):
        once.setdefault(function_of(one.call) if one.call else one.name, one)
    blocks = [
        block
        for one in list(once.values())[1:]
        for block in (
            Block("code", (one.code,)),
            Block("p", (f"{_capital(one.exactness.brief)}.",)),
        )
    ]
    if blocks:
        yield Block("more", ("Other functions that compute the same", blocks))


def _nearest(one: Difference) -> Iterator[Block]:
    yield Block("h", ("The nearest single call",))
    yield Block("code", (one.code,))
    measured = [each.words for each in one.measured] + [each.words for each in one.uint8]
    yield Block("ul", ([*measured, *one.conditions],))
    if one.example is not None:
        rows = one.example.json()
        images: dict[str, Sequence[Sequence[float]]] = {
            "x": rows["image"],
            "this call": rows["source"],
            "nearest": rows["nearest"],
        }
        size = "×".join(map(str, one.example.size))
        yield Block("p", (f"A small image that shows the difference, resized to {size}:",))
        yield Block("rows", ([(name, _rows(image)) for name, image in images.items()],))


def _rows(rows: Sequence[Sequence[float]]) -> str:
    """Rows of numbers, a line each."""
    return "\n".join("  ".join(f"{value:g}" for value in row) for row in rows)


def _transposed(by_target: Sequence[ConvTransposeConversion]) -> PagePart:
    """A transposed convolution, for all targets that have one."""
    spoken, known = by_target[0].spoken, {answer.target: answer for answer in by_target}
    lines = [
        *(f"Assumption: {note}" for note in spoken.notes),
        f"Attributes, with their ONNX names: {spoken.layer.convention}",
    ]
    return PagePart(
        _CONV_TRANSPOSE,
        "",
        (*_warnings(spoken.warnings), Block("ul", (lines,))),
        tuple(_layer_verdict(known.get(target)) for target in TARGETS),
        tuple(tuple(_layer(known.get(target))) for target in TARGETS),
    )


def _layer_verdict(answer: ConvTransposeConversion | None) -> tuple[str, str]:
    if answer is None:
        return "none", "it has no transposed convolution"
    if answer.plan.exact:
        return "equal", VERDICTS["ulp"]
    return "partly", "its arguments cannot express it; equal with this code"


def _layer(answer: ConvTransposeConversion | None) -> Iterator[Block]:
    if answer is None:
        yield Block("p", ("It has no transposed convolution.",))
        return
    if answer.plan.reasons:
        yield Block("ul", ([_capital(reason) for reason in answer.plan.reasons],))
    yield Block("code", (answer.code,))
    needs = [f"Needs {condition}" for condition in answer.plan.conditions]
    yield Block("ul", (["Equal for every input and weight, up to rounding", *needs],))
