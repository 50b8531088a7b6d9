"""What every call of the catalogue is said with, and which of them a call that was read is."""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...frameworks import FRAMEWORKS, Call
from ...frameworks.layer_plans import Target
from ...operators import Resize
from ...operators.request import Request
from . import pictures
from .flags import keyed
from .names import known
from .reading import Flags, Reading
from .signatures import BY_NAME, Function
from .text import (
    Raises,
    Unreadable,
    of_expression,
)

# sizes at which every call of the catalogue says something
_EXAMPLES = (
    ((6, 8), (3, 4)),
    ((4, 3), (8, 6)),
    ((3, 3), (4, 5)),
    ((3, 3), (3, 5)),
    ((4, 4), (6, 6)),
)


_CHANNELS = (1, 2, 4)


def example(call: Call) -> Request | None:
    """A request that a call of the catalogue can express."""
    convention = call.latest if call.follows else Resize(mode="linear")
    for channels in _CHANNELS:
        for n_in, n_out in _EXAMPLES:
            request = Request(convention, (1, channels, *n_in), n_out)
            if call.expression(request) is not None:
                return request
    return None


@dataclass(frozen=True)
class Row:
    """What a call of the catalogue is said with."""

    function: str
    flags: Flags
    ways: Flags
    by: str
    call: Call


def rows() -> tuple[Row, ...]:
    """What every call of the catalogue is said with."""
    return tuple(itertools.chain.from_iterable(map(rows_of, FRAMEWORKS)))


def rows_in(target: Target) -> Iterator[Row]:
    """Those of the frameworks that write calls in the functions of a library: among them are its rows."""
    for name, framework in FRAMEWORKS.items():
        if target in (name, *framework.writes):
            yield from rows_of(name)


@functools.cache
def rows_of(framework: str) -> tuple[Row, ...]:
    """What the calls of a framework are said with; but for those that another call is, with a number
    (:attr:`~halfpixel.frameworks.library.Function.adapts`)."""
    return tuple(row for row in _rows(FRAMEWORKS[framework].calls) if not _adapted(row))


def _adapted(row: Row) -> bool:
    return any(row.flags[name] is not None for name in BY_NAME[row.function].adapts)


def _rows(calls: Iterable[Call]) -> Iterator[Row]:
    for call in calls:
        case = example(call) if call.operation == "resize" else None
        if case is None:
            continue
        written = of_expression(call.expression_of(case), known)
        if written is None:
            continue  # see unread
        try:
            reading = keyed(written)
        except Unreadable:
            continue
        yield Row(reading.function.name, reading.flags, reading.ways, reading.by, call)


_FORMATS = ("channels_last", "channels_first")


def values_of(function: Function, name: str, rank: int) -> tuple[object, ...]:
    """What a flag or a way of a function can be, in the catalogue: its words, in the order of the table."""
    if name == "data_format":
        return _FORMATS
    function_rows = (
        row
        for row in rows_in(function.framework)
        if row.function in (function.name, function.becomes) and row.call.follows
    )
    values = (
        {**row.ways, **row.flags}.get(name)
        for row in function_rows
        if row.flags.get("dimensions", rank) == rank
    )
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def unread() -> tuple[Call, ...]:
    """The calls of the catalogue that are said with a function, or an argument, that is not known here."""
    every = (row for framework in FRAMEWORKS.values() for row in _rows(framework.calls))
    read = {row.call.id for row in every}
    return tuple(
        call
        for framework in FRAMEWORKS.values()
        for call in framework.calls
        if framework.converted and call.operation == "resize" and call.id not in read
    )


def _key(function: str, flags: Flags, by: str) -> str:
    return json.dumps([function, dict(sorted(flags.items())), by], default=repr)


@functools.cache
def _by_key(target: Target) -> dict[str, list[Row]]:
    by_key: dict[str, list[Row]] = {}
    for row in rows_in(target):
        by_key.setdefault(_key(row.function, row.flags, row.by), []).append(row)
    return by_key


def match(reading: Reading) -> tuple[Call, ...] | None:
    """The calls of the catalogue with the same flags; where some have the same ways too, those. A function
    that is only given factors there, or no size, computes the same of a size. Where the image may be a
    tensor or one of Pillow, the calls on either."""
    if reading.function.pictures:
        kinds = [reading.ways["image"]] if reading.ways["image"] else list(pictures.KINDS)
        return tuple(call for kind in kinds for call in _of_kind(reading, kind)) or None
    by_key = _by_key(reading.function.framework)
    for by in dict.fromkeys((reading.by, "size", "nothing", "factors")):
        for flags in _spellings(reading.flags):
            matching = by_key.get(_key(reading.function.name, flags, by), [])
            exact = [row.call for row in matching if _same(row.ways, reading.ways)]
            usual = [row.call for row in matching if _usual(row)]
            if matching:
                return tuple(exact or usual or [row.call for row in matching])
        if by == reading.by == "factors":
            return None  # at which ratio it would sample is not known
    return None


def _of_kind(reading: Reading, kind: str) -> Iterator[Call]:
    """The calls on tensors, or those on images of Pillow, for which some flags mean nothing."""
    flags = dict(reading.flags)
    if kind == pictures.PICTURE:
        parameters = reading.function.signature.parameters
        flags |= {name: parameters[name].default for name in reading.function.pictures}
    by_key = _by_key(reading.function.framework)
    for row in by_key.get(_key(reading.function.name, flags, "size"), []):
        if (row.ways["image"] or pictures.TENSOR) == kind:
            yield row.call


def _spellings(flags: Flags) -> Iterator[Flags]:
    """As it is; what is None, False; a line or a volume, an image."""
    yield flags
    yield {name: False if value is None else value for name, value in flags.items()}
    mode = str(flags.get("mode"))
    if flags.get("dimensions") in (1, 3):
        image = {
            **flags,
            "dimensions": 2,
            "mode": {"linear": "bilinear", "trilinear": "bilinear"}.get(mode, mode),
        }
        yield image
        yield {name: False if value is None else value for name, value in image.items()}


def _same(one: Flags, other: Flags) -> bool:
    named = {**dict.fromkeys(one), **other}
    return all((one.get(name) or None) == (value or None) for name, value in named.items())


def _usual(row: Row) -> bool:
    return not any(row.ways.values())


def unmatched(reading: Reading) -> Unreadable:
    """Which argument keeps a call out of the catalogue, and what it takes beside the others; or that the
    framework raises for it."""
    name = reading.function.name
    function_rows = [
        row
        for row in rows_in(reading.function.framework)
        if row.function == name and row.call.follows
    ]
    for key, value in reading.flags.items():
        values = list(dict.fromkeys(row.flags.get(key) for row in function_rows))
        if (type(value), value) not in [(type(one), one) for one in values] and key != "dimensions":
            if len(values) == 1:
                return Unreadable(
                    f"{name}: {key}={value!r} is not converted: only {key}={values[0]!r} is"
                )
            return Unreadable(
                f"{name}: {key}={value!r} is not one of {', '.join(map(repr, values))}"
            )
    refused = _refusal(reading)
    if refused:
        return Raises(refused)

    def off(row: Row) -> list[str]:
        return [key for key, value in reading.flags.items() if row.flags.get(key) != value]

    least = min(len(off(row)) for row in function_rows)
    wrong = dict.fromkeys(
        key for row in function_rows if len(off(row)) == least for key in off(row)
    )
    arguments = " and ".join(f"{key}={reading.flags[key]!r}" for key in wrong)
    return Unreadable(f"{name}: {arguments} do not go together with the other arguments")


def _refusal(reading: Reading) -> str:
    """A refusal of the catalogue that is about these flags, False being told from what is left out."""
    flags = {key: True if value is False else value for key, value in reading.flags.items()}
    for row in rows_in(reading.function.framework):
        if row.function == reading.function.name and not row.call.follows:
            unlike = [key for key, value in row.flags.items() if reading.flags.get(key) != value]
            if all(flags.get(key) == row.flags[key] for key in unlike):
                return refused(reading.function.name, row.call)
    return ""


def refused(name: str, call: Call) -> str:
    """What is said of a call that its framework refuses, in its words."""
    refusal = call.refusals[0]
    words = re.sub(r"\\(.)", r"\1", refusal.words.split("|")[0])
    return f"{name} refuses this: {words} ({refusal.why})"
