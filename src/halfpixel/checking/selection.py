"""Which calls a text means: a call as written in code, the name of a function, or a call's own name."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .. import names
from ..catalogue import rules
from ..conformance.trials import calls
from ..frameworks import Call

if TYPE_CHECKING:
    from ..conversion import parse

_ARGUMENTS = "x, (h, w), "  # what a call leaves out that is written without its image and size


def calls_of(text: str) -> tuple[Call, ...]:
    """The calls of the catalogue that a text means.

    Args:
        text: a call as written in code, with its image and size or without them
            (``cv2.resize(interpolation=cv2.INTER_AREA)``); a function (``cv2.resize``); a call's name
            (``opencv-resize-INTER_AREA-shrinking``), or a pattern of names (``opencv-resize-*``).

    Raises:
        ValueError: it means none; the message says why, or which names are close.

    >>> [call.id for call in calls_of("F.interpolate(x, size=(h, w), mode='bilinear')")]
    ['torch-interpolate-bilinear']
    """
    if "(" in text:
        return _written(text)
    named = tuple(call for call in calls() if fnmatch.fnmatchcase(call.id, text))
    if named:
        return named
    functions = {call.id: _functions(call) for call in calls()}
    of_function = tuple(call for call in calls() if text in functions[call.id])
    if not of_function:
        known = [name for call, some in functions.items() for name in (call, *some)]
        close = names.meant(text, known) or "; `halfpixel rules` lists all"
        raise ValueError(f"no call is named {text!r}{close}")
    return of_function


def _functions(call: Call) -> tuple[str, ...]:
    """The functions that a call is written with: ``cv2.resize``; of a layer, its class too."""
    written = str(rules.written(call))
    return tuple(dict.fromkeys((written.partition("(")[0], written.partition(")(")[0])))


def _written(text: str) -> tuple[Call, ...]:
    from ..conversion import (
        parse,
    )  # every run of pytest reads the settings, and few have calls as code

    try:
        every = parse.readings(text)
    except parse.Unreadable as error:
        function, bracket, arguments = text.partition("(")
        if "missing a required argument" not in str(error):
            raise
        every = parse.readings(f"{function}{bracket}{_ARGUMENTS}{arguments}")
    matching: dict[str, Call] = {}
    for one in every:
        if isinstance(one.read, parse.Unreadable):
            raise one.read
        matching |= {call.id: call for call in _calls(one.read)}
    if not matching:
        raise ValueError(f"{text!r} is no call that is checked")
    return tuple(matching.values())


def _calls(read: parse.Spoken | parse.Reading | None) -> Iterable[Call]:
    """The calls that were read; of a transposed convolution, those of its function."""
    from ..conversion import parse

    if isinstance(read, parse.Reading):
        return read.calls
    if isinstance(read, parse.Spoken):
        return [call for call in calls("conv_transpose") if read.function in _functions(call)]
    return ()
