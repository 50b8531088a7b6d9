"""HP002: an argument stands in another's place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...conversion.parse import Raises
from ...conversion.parse.scopes import dotted
from ..code import File, KnownCall
from ..finding import Edit, Hit, inserted

# parameters whose names say what is meant by a variable of the same name
_TELLING = (
    "align_corners",
    "antialias",
    "borderMode",
    "dilation",
    "dilation_rate",
    "flags",
    "groups",
    "interpolation",
    "method",
    "mode",
    "output_padding",
    "padding_mode",
    "preserve_aspect_ratio",
    "recompute_scale_factor",
    "scale_factor",
)
# how a warning about the shape of an array in the place of (width, height) begins
IN_ORDER_OF_SHAPES = " is (height, width), and "
# parameters that no word is given to
_NO_WORD = (
    "size",
    "scale_factor",
    "dsize",
    "dst",
    "fx",
    "fy",
    "output_padding",
    "stride",
    "strides",
    "dilation",
)


# what warnings say of arguments in another's place, and of sizes in another order
_WRONG = ("is given as dst", "is the size of the output in pixels", IN_ORDER_OF_SHAPES)


def check(file: File) -> Iterator[Hit]:
    """Arguments without a name that land where another was meant."""
    for call in file.calls:
        yield from of_call(call)


def of_call(call: KnownCall) -> Iterator[Hit]:
    """What stands in another's place in a call."""
    if call.call.partial:
        return
    hit = next(_in(call), None)
    if hit is not None:
        yield hit


def _in(call: KnownCall) -> Iterator[Hit]:
    for warning in _warnings(call):
        if any(words in warning for words in _WRONG) and not _is_default(call, warning):
            yield Hit(call.node, warning, tuple(_named_flag(call, warning)))
    written = call.written
    for name, value in call.by_place.items():
        variable = (dotted(written[name]) or "").rpartition(".")[2] if name in written else ""
        if variable in _TELLING and variable != name and variable in call.signature.parameters:
            yield Hit(
                written[name],
                f"{call.function}: {variable} is given as {name}, the argument in this place: write "
                f"{variable}={ast.unparse(written[name])}",
            )
        elif isinstance(value, ast.Constant) and isinstance(value.value, str) and name in _NO_WORD:
            yield Hit(
                call.node,
                f"{call.function}: {value.value!r} is given as {name}, the argument in this place"
                f"{_suggestion(call)}",
            )
    if isinstance(call.read, Raises) and "if it is the dilation" in str(call.read):
        yield Hit(call.node, str(call.read))


def _warnings(call: KnownCall) -> Iterator[str]:
    if not isinstance(call.mistakes, Raises):
        yield from call.mistakes
    elif "is given as dst" in str(call.mistakes):
        yield str(call.mistakes)


def _is_default(call: KnownCall, warning: str) -> bool:
    """Whether a flag that has no effect is the one that is used without it."""
    dst = call.arguments.get("dst")
    name = (dotted(dst) or "").rpartition(".")[2] if dst is not None else ""
    return bool(name) and f"this computes {name};" in warning


def _suggestion(call: KnownCall) -> str:
    name = next(
        (n for n in ("mode", "method", "interpolation") if n in call.signature.parameters), ""
    )
    return f": write it as {name}=" if name else ""


def _named_flag(call: KnownCall, warning: str) -> Iterator[Edit]:
    """The name of the flag before what is given as dst, where it is a constant and no flag is given."""
    flag = next((n for n in ("interpolation", "flags") if n in call.signature.parameters), "")
    dst = call.written.get("dst")
    plain = dst is not None and (dotted(dst) or "").rpartition(".")[2].startswith("INTER_")
    after = list(call.by_place)[-1:] == ["dst"]
    if dst is not None and plain and flag and after and flag not in call.arguments:
        yield inserted(dst, f"{flag}=")
