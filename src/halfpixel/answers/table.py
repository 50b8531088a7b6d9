"""All that is answered about resizes, as lists and dictionaries: for a page that has no Python.

A call is looked up in three steps: its name among ``functions``, its arguments bound to the parameters
there and each value replaced by its word, and the row whose flags are the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from ..conversions import TARGETS
from ..spoken import resize as spoken
from ..spoken.resize import Reading, Row
from ..spoken.signatures import BY_NAME, FUNCTIONS, MODULES, Function
from ..spoken.text import Unreadable, Variable
from .resize import answer


def functions() -> list[dict[str, Any]]:
    """The functions that resize.

    Of each: ``name``, ``framework``, ``spelled`` (other names), ``becomes`` (the function whose rows it has
    beside its own, or ""), ``parameters`` (a list of [name, default], [name] where there is none), and of
    which kind they are: ``image``, ``size``, ``order`` (hw, wh), ``factors``, ``grid``, ``ways``, ``flags``;
    ``words``, for a parameter, from a number or the end of a dotted name to the value that rows have;
    ``moot``, for a parameter, another one and the value without which it means nothing.
    """
    return [_function(function) for function in FUNCTIONS]


def _function(one: Function) -> dict[str, Any]:
    empty = inspect.Parameter.empty
    parameters = [
        [name] if parameter.default is empty else [name, _json(parameter.default)]
        for name, parameter in one.signature.parameters.items()
    ]
    return {
        "name": one.name,
        "framework": one.framework,
        "spelled": list(one.spelled),
        "becomes": one.becomes,
        "parameters": parameters,
        "image": one.image,
        "size": list(one.size),
        "order": one.order,
        "factors": list(one.factors),
        "grid": list(one.grid),
        "ways": list(one.ways),
        "flags": list(one.flags),
        "words": {name: {str(k): v for k, v in w.items()} for name, w in one.words.items()},
        "moot": {name: list(other) for name, other in one.moot.items()},
    }


def modules() -> list[list[str]]:
    """Other names of modules, [as it is written, as it is here]: the longest that fits is replaced."""
    return [list(pair) for pair in MODULES]


def rows() -> list[dict[str, Any]]:
    """What every call of the catalogue is said with: ``function``, ``flags``, ``ways``, ``by`` (size, factors
    or nothing) and the ``calls`` that are said so, by id.

    torch's flags have ``dimensions`` beside the arguments: along how many axes it resizes; those of
    ``cv2.warpAffine`` have ``coordinates``: half_pixel or asymmetric, by its matrix.
    """
    return [_row(group) for group in _grouped()]


def _row(group: list[Row]) -> dict[str, Any]:
    return {
        "function": group[0].function,
        "flags": _json(group[0].flags),
        "ways": {name: value for name, value in group[0].ways.items() if value},
        "by": group[0].by,
        "calls": [row.call.id for row in group],
    }


def _grouped() -> list[list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in spoken.rows():
        ways = {name: value for name, value in row.ways.items() if value}
        found.setdefault(repr((row.function, row.flags, ways, row.by)), []).append(row)
    return list(found.values())


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json(entry) for name, entry in value.items()}
    return [_json(entry) for entry in value] if isinstance(value, (tuple, list)) else value


def answers() -> Iterator[dict[str, Any]]:
    """For each of :func:`rows`, in their order: the answer for each target, or ``refused``, the reason.

    Sizes are called ``h`` and ``w`` in it, factors ``fy`` and ``fx``.
    """
    for group in _grouped():
        try:
            reading = _reading(group)
            yield {target: answer(reading, target).document for target in TARGETS}
        except Unreadable as error:
            yield {"refused": str(error)}


def _reading(group: list[Row]) -> Reading:
    row = group[0]
    if not any(one.call.follows for one in group) and row.function not in _NODES:
        raise Unreadable(spoken.refused(row.function, row.call))
    return Reading(
        BY_NAME[row.function],
        row.function,
        row.flags,
        row.ways,
        row.by,
        size=(Variable("h"), Variable("w")) if row.by == "size" else None,
        factors=(Variable("fy"), Variable("fx")) if row.by == "factors" else None,
        calls=tuple(one.call for one in group if one.call.follows),
    )


_NODES = (
    "onnx.Resize",
    "onnx.Resize10",
    "onnx.Upsample",
)  # defined by ONNX, whatever cv2.dnn refuses
