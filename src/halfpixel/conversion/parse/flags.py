"""A call bound to its function's signature: flags as the catalogue has them, sizes and grids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import pictures, ranks
from .entries import sized
from .grids import GRIDS
from .names import function_of
from .reading import Reading
from .signatures import BY_NAME, CONSTANTS, Function, canonical
from .text import (
    Another,
    Raises,
    Unreadable,
    Variable,
    Written,
    unsaid,
)


def keyed(written: Written) -> Reading:
    """A call's function, flags and sizes."""
    function = function_of(written.function)
    if function.refused:
        raise Unreadable(f"{function.name} {function.refused}")
    if function.name == "onnx.Resize" and _inputs(written) == 2:
        function = BY_NAME["onnx.Resize10"]
    arguments = bound(function, written)
    flags = {name: _plain(function, name, arguments[name]) for name in function.flags}
    ways = {name: _plain(function, name, arguments[name]) for name in function.ways}
    for name, (other, values) in function.moot.items():
        if flags[other] not in values:
            flags[name] = function.signature.parameters[name].default
    if function.pictures:
        ways["image"] = pictures.kind_of(_resized(function, arguments, written))
    elif function.image and isinstance(arguments[function.image], Written):
        ways["image"] = _method(arguments[function.image])
    rank = ranks.of(function, arguments)
    if "mode" in flags and function.framework == "torch":
        flags["dimensions"] = rank
    reading = Reading(function, written.text, flags, ways, "nothing", rank)
    reading = sized(reading, arguments)
    if function.box:
        height, width = (arguments[name] for name in function.box[2:])
        known = isinstance(height, int) and isinstance(width, int)
        reading = replace(reading, input_size=(height, width) if known else None)
    for name in function.grid:
        if name in GRIDS:
            reading = GRIDS[name](reading, arguments[name])
    return reading


def bound(function: Function, written: Written) -> dict[str, Any]:
    """A call's arguments by name, defaults filled in."""
    arguments = written.bound(function.name, function.signature)
    for name in (*function.size, *function.factors):
        arguments[name] = _unwrapped(arguments[name])
    return arguments


_SEQUENCES = ("tuple", "list", "Size", "array", "constant", "tensor", "int32", "int64")


def _unwrapped(value: Any) -> Any:
    """The entries of ``torch.Size([h, w])``; anything else as it is."""
    made = isinstance(value, Written) and value.function.split(".")[-1] in _SEQUENCES
    if made and len(value.args) == 1 and isinstance(value.args[0], (tuple, list)):
        return tuple(value.args[0])
    return value


def _inputs(written: Written) -> int:
    inputs = written.kwargs.get("inputs", written.args[0] if written.args else ())
    return len(inputs) if isinstance(inputs, (tuple, list)) else 0


def defaults(function: Function) -> dict[str, Any]:
    """The flags of a function that is called with none."""
    parameters = function.signature.parameters
    return {name: _plain(function, name, parameters[name].default) for name in function.flags}


def _plain(function: Function, name: str, value: object) -> Any:
    """A flag's value as the catalogue has it.

    Raises:
        Unreadable: it is known only when the code runs.
    """
    words, constants = function.words.get(name, {}), function.constants.get(name, {})
    if name in function.reasons and value != function.signature.parameters[name].default:
        raise Unreadable(f"{function.name}: {name}={value!r}: {function.reasons[name]}")
    if isinstance(value, Another):
        raise Raises(f"{function.name} raises for {name}={value}: it is none of {value.taken}")
    if isinstance(value, Variable):
        text = _constant(function.framework, value.text)
        if text in constants:
            return constants[text]
    if unsaid(value):
        choices = constants or {
            word: meaning for word, meaning in words.items() if meaning is not None
        }
        known = f", one of {_listed(choices)}" if choices else ""
        raise Unreadable(
            f"{function.name}: {name}={value} is not written out: give its value{known}"
        )
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, str) and function.framework == "opencv":
        raise Unreadable(f"{function.name}: {name} is an integer, got {value!r}: write cv2.{value}")
    if type(value) in (int, str, bool, type(None)) and value in words:
        return words[value]
    return value


def _constant(framework: str, text: str) -> str | None:
    """A constant's name without its module, or names joined by |; None where it is anything else."""
    names = []
    for part in re.split(r"\s*[|+]\s*", text):
        module, _, name = part.rpartition(".")
        if not is_dotted(part) or canonical(module) not in CONSTANTS.get(framework, ()):
            return None
        names.append(name)
    return " | ".join(names)


def is_dotted(text: str) -> bool:
    """Whether a text is a name, or names with dots between them."""
    return all(part.isidentifier() for part in text.split("."))


def is_constant(function: Function, name: str, value: Variable) -> bool:
    """Whether a name is a constant that an argument takes."""
    return _constant(function.framework, value.text) in function.constants.get(name, {})


def _listed(words: Mapping[object, object]) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in words.values()))


def _resized(function: Function, arguments: Mapping[str, object], written: Written) -> Any:
    """What is resized; None of a layer that is not called."""
    if function.image:
        return arguments[function.image]
    return written.applied.args[0] if written.applied and written.applied.args else None


def _method(image: Written) -> str:
    """``.contiguous(memory_format=torch.channels_last)``: what is done to an image before."""
    return image.text.partition(".")[2] and f".{image.text.partition('.')[2]}"
