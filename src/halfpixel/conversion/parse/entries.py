"""Sizes and factors as they are written: one entry for each axis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from . import ranks
from .reading import Edge, Entry, Flags, Reading
from .signatures import Function
from .text import (
    Choice,
    Raises,
    Unreadable,
    Variable,
    Written,
    operand,
    unsaid,
)

# how an ONNX node is given factors
SCALES = ("scales",)


def sized(reading: Reading, arguments: Flags) -> Reading:
    """A reading with the size, or the factors, that its arguments say.

    Raises:
        Unreadable: they say both, or nothing of what is needed, or no numbers.
    """
    function = reading.function
    factors = [arguments[name] for name in function.factors]
    sizes = [arguments[name] for name in function.size]
    unset = (None, 0) if function.framework == "opencv" else (None,)
    given = [value for value in factors if value not in unset]
    if function.shorter_edge and (edged := _by_edge(reading, arguments)) is not None:
        return edged
    if function.whole_shape:
        return _by_shape(reading, sizes[0])
    nothing = all(value is None or value == (0, 0) for value in sizes)
    if given and not nothing and function.framework == "torch":
        # a name may stand for None
        known = not any(isinstance(one, (Variable, Written, Choice)) for one in (*sizes, *given))
        kind = Raises if known else Unreadable
        raise kind(f"{function.name} takes a size or factors, not both")
    if given and nothing:
        entries = entries_of(reading, function.factors, factors)
        scalar = _scalar(function, factors)
        return replace(reading, by="factors", factors=entries, scalar_size=scalar)
    if nothing:
        if function.framework in ("torch", "opencv") and function.factors:
            names = " or ".join((*function.size, *function.factors))
            raise Raises(f"{function.name} does not say what becomes of the size: give {names}")
        return reading
    entries = entries_of(reading, function.size, sizes)
    return replace(reading, by="size", size=entries, scalar_size=_scalar(function, sizes))


# of an image or a volume, by the number of entries of its shape: how many axes are not resized
_AROUND = {2: (0, 0), 3: (0, 1), 4: (1, 1), 5: (1, 1)}
_LAYOUT = {2: "(H, W)", 3: "(H, W, C)", 4: "(N, H, W, C)", 5: "(N, D, H, W, C)"}
_CHANNELS = (
    1,
    3,
    4,
)  # of an image: what the second axis is that has so many, where the others have more


def _by_shape(reading: Reading, shape: object) -> Reading:
    """A reading whose size has an entry for each axis of the image.

    Raises:
        Unreadable: it is not written out, or reads as that of another layout.
    """
    function, (name,) = reading.function, reading.function.size
    if not isinstance(shape, (tuple, list)) or len(shape) not in _AROUND:
        raise Unreadable(
            f"{function.name}: {name} has an entry for each axis, as (n, h, w, c): write them out, "
            f"got {shape!r}"
        )
    around = before, after = _AROUND[len(shape)]
    layout = _LAYOUT[len(shape)]
    _check_layout(reading, shape, layout)
    entries = entries_of(reading, (name,), [tuple(shape[before : len(shape) - after])])
    note = f"x is {layout}: every axis of it that {name} changes is resized"
    return replace(reading, by="size", size=entries, around=around, notes=(*reading.notes, note))


def _check_layout(reading: Reading, shape: Sequence[object], layout: str) -> None:
    """Check that channels are last.

    Raises:
        Unreadable: the second axis is that of the channels, or an axis takes the size of another.
    """
    name, last = reading.function.name, len(shape) - 1
    kept = {
        i: re.fullmatch(r"\w[\w.]*\.shape\[(-?\d)\]", str(entry)) for i, entry in enumerate(shape)
    }
    from_ = {i: int(matched[1]) % len(shape) for i, matched in kept.items() if matched}
    few = shape[1] in _CHANNELS and min(map(_number, shape[2:]), default=0) > max(_CHANNELS)
    if len(shape) > 3 and from_.get(last) != last and (few or from_.get(1) == 1):
        raise Unreadable(
            f"{name}: its second axis is that of the channels, and they are read as the last, {layout}: "
            "write it for jnp.moveaxis(x, 1, -1)"
        )
    own = (0, last) if len(shape) > 3 else (last,) if len(shape) == 3 else ()
    if any(from_.get(i, i) != i for i in own):
        raise Unreadable(f"{name}: of an image of {layout}, an axis takes the size of another")


def _number(entry: object) -> float:
    """An entry of a shape; a name is any number."""
    return entry if isinstance(entry, int) else float("inf")


def _by_edge(reading: Reading, arguments: Flags) -> Reading | None:
    """A reading whose size is one edge, or may be; None where it is one number for each axis.

    Raises:
        Unreadable: it says no edge, or both and one of them again.
    """
    function, (name,) = reading.function, reading.function.size
    size = arguments[name]
    longest = arguments[function.longest] if function.longest else None
    if isinstance(size, (tuple, list)) and len(size) == 1:
        size = size[0]
    if isinstance(size, (tuple, list)):
        if longest is not None:
            raise Raises(
                f"{function.name} raises: {function.longest} is given beside a size of both edges: give one "
                "number as the size, or leave it out"
            )
        return None
    if size is None and longest is None:
        raise Raises(f"{function.name} raises: it does not say what becomes of the size")
    edge = Edge(*(_edge_entry(function, one, value) for one, value in
                  ((name, size), (function.longest, longest))))  # fmt: skip
    if edge.known and None not in (edge.shorter, edge.longest) and longest <= size:
        raise Raises(
            f"{function.name} raises: {function.longest}={longest} must be greater than {name}={size}"
        )
    reading = replace(reading, by="size", edge=edge)
    if isinstance(size, (Variable, Written)) and longest is None:
        if not ranks.may_be_a_number(str(size)) and not ranks.is_a_number(str(size)):
            return None
        if not ranks.is_a_number(str(size)):
            entries = entries_of(reading, (name,), [size])
            return replace(reading, size=entries, scalar_size=str(size))
    return replace(reading, size=(None,) * reading.rank)


def _edge_entry(function: Function, name: str, value: Any) -> Entry:
    """An edge as it is written.

    Raises:
        Unreadable: it is no whole number, nor what may be one.
    """
    if unsaid(value):
        return _variable(value, factor=True)
    number = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (number and 0 < value < _TOO_LARGE):
        raise Unreadable(f"{function.name}: {name} is a positive whole number, got {value!r}")
    return value  # type: ignore[no-any-return]


def _scalar(function: Function, values: Sequence[object]) -> str | None:
    """The one name that may be a number for all axes or a tuple."""
    one = values[0] if len(values) == 1 and function.one_for_all else None
    if isinstance(one, (Variable, Written)) and ranks.may_be_a_number(str(one)):
        return str(one)
    return None


def entries_of(reading: Reading, names: Sequence[str], values: list[Any]) -> tuple[Entry, ...]:
    """The entries of one argument or several, the outermost axis first."""
    function = reading.function
    entries = tuple(values) if len(values) > 1 else _each(reading, names[0], values[0])
    if names == ("fx", "fy") or (function.order == "wh" and len(values) == 1):
        entries = entries[::-1]
    factors = names in (function.factors, SCALES)
    kinds = (int, float) if factors else (int,)
    for entry in entries:
        number = isinstance(entry, kinds) and not isinstance(entry, bool)
        if not (unsaid(entry) or (number and entry > 0)):
            what = "a positive number" if float in kinds else "a positive whole number"
            raise Unreadable(
                f"{function.name}: {', '.join(names)} is {what} for each axis, got {entry!r}"
            )
        if number and entry >= _TOO_LARGE:
            raise Unreadable(f"{function.name}: {', '.join(names)}={entry!r} is too large")
    if factors and function.divides:
        return tuple(_inverse(function, names[0], entry) for entry in entries)
    return tuple(_variable(e, factor=factors) if unsaid(e) else e for e in entries)


def _inverse(function: Function, name: str, entry: Any) -> float:
    """Output pixels an input pixel, of a whole number of input pixels an output pixel."""
    if not isinstance(entry, int):
        raise Unreadable(f"{function.name}: {name} is whole numbers, written out, got {entry!r}")
    return 1 / entry


_TOO_LARGE = 2**31


def _variable(entry: object, *, factor: bool) -> Variable:
    """An entry as an expression that may stand anywhere, or in a product."""
    text = f"({entry})" if isinstance(entry, Choice) else str(entry)
    return Variable(operand(text) if factor else text)


def _each(reading: Reading, name: str, value: object) -> tuple[Any, ...]:
    """The entries of one argument, in its order."""
    function, rank = reading.function, reading.rank
    if isinstance(value, (Variable, Written, Choice)):
        text = str(value)
        if function.one_for_all and (name in function.factors or ranks.is_a_number(text)):
            return (value,) * rank
        if ranks.is_a_number(text):
            raise Unreadable(_wanted(reading, name, value))
        bare = text if re.fullmatch(r"[\w.\[\]:]+", text) else f"({text})"
        return tuple(Variable(f"{bare}[{i}]") for i in range(rank))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and function.one_for_all:
        return (value,) * rank
    entries = tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(entries) != rank:
        raise Unreadable(_wanted(reading, name, value))
    return entries


def _wanted(reading: Reading, name: str, value: object) -> str:
    number = ("one number", "two numbers", "three numbers")[reading.rank - 1]
    wanted = f"a number, or {number}" if reading.function.one_for_all else number
    return f"{reading.function.name}: {name} is {wanted}, got {value!r}"
