"""All that is answered about resizes, as lists and dictionaries: for a page that has no Python.

A call is looked up in three steps: its name among ``functions``, its arguments bound to the parameters
there and each value replaced by its word, and the rows whose flags are the same. Values are texts, as Python
prints them, so that 1, 1.0, True and '1' are not the same.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from ..frameworks.layer_plans import TARGETS, Target
from .answer import ResizeConversion
from .forms import AXES
from .parse import catalogue, conv_transpose
from .parse.catalogue import Row
from .parse.reading import Entry, Reading
from .parse.signatures import BY_NAME, CONSTANTS, FUNCTIONS, MODULES, Function, Words
from .parse.text import Variable
from .resize import answers as answers_to

# what factors are called in an answer that is not told any
FACTORS: tuple[Entry, Entry] = (Variable("fh"), Variable("fw"))


def functions() -> list[dict[str, Any]]:
    """The functions that resize.

    Of each: ``name``, ``framework``, ``spelled`` (other names), ``becomes`` (the function whose rows it has
    beside its own, or ""), ``parameters`` (a list of [name, default], [name] where there is none), and of
    which kind they are: ``image``, ``size``, ``order`` (hw, wh), ``factors``, ``one_for_all``, ``rank``,
    ``grid``, ``told``, ``ways``, ``flags``; ``words``, for a parameter, from a value to the value that rows
    have; ``constants``, the same from the name of a constant, as a string, in one of the modules
    ``constants_in``; ``moot``, for a parameter, another one and the value without which it means nothing.
    """
    return [_function(function) for function in FUNCTIONS]


def _function(one: Function) -> dict[str, Any]:
    empty = inspect.Parameter.empty
    parameters = [
        [name] if parameter.default is empty else [name, repr(parameter.default)]
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
        "one_for_all": one.one_for_all,
        "rank": one.rank,
        "told": list(one.told),
        "grid": list(one.grid),
        "ways": list(one.ways),
        "flags": list(one.flags),
        "words": _printed(one.words),
        "constants": _printed(one.constants),
        "constants_in": list(CONSTANTS.get(one.framework, ())),
        "moot": {name: [other, repr(value)] for name, (other, value) in one.moot.items()},
    }


def _printed(words: Mapping[str, Words]) -> dict[str, dict[str, str]]:
    return {name: {repr(k): repr(v) for k, v in w.items()} for name, w in words.items()}


def modules() -> list[list[str]]:
    """Other names of modules, [as it is written, as it is here]: the first that fits is replaced."""
    return [list(pair) for pair in MODULES]


def transposed() -> list[str]:
    """The last names of the transposed convolutions that are read, and are not in this table."""
    return list(dict.fromkeys(one.name.split(".")[-1] for one in conv_transpose.OPERATORS))


def rows() -> list[dict[str, Any]]:
    """What every call of the catalogue is said with: ``function``, ``flags``, ``ways``, ``by`` (size, factors
    or nothing), the ``calls`` that are said so, by id, and ``refused``, the reason, where all of them are.

    torch's flags have ``dimensions`` beside the arguments: along how many axes it resizes; those of
    ``cv2.warpAffine`` have ``coordinates``: half_pixel or asymmetric, by its matrix.
    """
    return [_row(group) for group in grouped()]


def _row(group: tuple[Row, ...]) -> dict[str, Any]:
    first = group[0]
    found: dict[str, Any] = {
        "function": first.function,
        "flags": {name: repr(value) for name, value in first.flags.items()},
        "ways": {name: repr(value) for name, value in first.ways.items() if value},
        "by": first.by,
        "calls": [row.call.id for row in group],
    }
    if _refused(group):
        found["refused"] = catalogue.refused(first.function, first.call)
    return found


@functools.cache
def grouped() -> tuple[tuple[Row, ...], ...]:
    """The calls of the catalogue, those together that are said alike."""
    found: dict[str, list[Row]] = {}
    for row in catalogue.rows():
        ways = {name: value for name, value in row.ways.items() if value}
        found.setdefault(repr((row.function, row.flags, ways, row.by)), []).append(row)
    return tuple(map(tuple, found.values()))


def _refused(group: tuple[Row, ...]) -> bool:
    """A node is defined by ONNX, whatever cv2.dnn refuses."""
    is_node = BY_NAME[group[0].function].framework == "onnx"
    return not is_node and not any(row.call.follows for row in group)


def answers() -> Iterator[dict[Target, ResizeConversion]]:
    """For each of :func:`rows`, in their order: the answer for each target; nothing of one that is refused.

    Sizes are called ``h`` and ``w`` in it, factors ``fh`` and ``fw``; of a
    volume there are ``d`` and ``fd`` too.
    """
    return (answers_of(reading) for reading in map(reading_of, grouped()))


def answers_of(reading: Reading) -> dict[Target, ResizeConversion]:
    """The answer for each target to one of :func:`grouped`; nothing where it is refused."""
    node = reading.function.framework == "onnx"
    return answers_to(reading, TARGETS) if reading.calls or node else {}


def reading_of(
    group: tuple[Row, ...], *, by: str = "", factors: tuple[Entry, Entry] = FACTORS
) -> Reading:
    """One of :func:`grouped` as if it had been written, with names for its sizes.

    Args:
        group: the calls.
        by: size, where the function may also be given one.
        factors: along (h, w), of a call that is given factors.
    """
    row = group[0]
    by = by or row.by
    rank = int(row.flags.get("dimensions", 2))
    given = factors if rank == 2 else tuple(Variable(f"f{name}") for name in AXES[rank])
    return Reading(
        BY_NAME[row.function],
        row.function,
        row.flags,
        row.ways,
        by,
        rank,
        size=tuple(map(Variable, AXES[rank])) if by == "size" else None,
        factors=given if by == "factors" else None,
        calls=tuple(one.call for one in group if one.call.follows),
    )


def only_sized_here(group: tuple[Row, ...]) -> bool:
    """Whether a call that is given a size is one of these, which the catalogue does not say with one."""
    row = group[0]
    return (
        row.by != "size"
        and bool(BY_NAME[row.function].size)
        and not any(
            (other.function, other.flags, other.by) == (row.function, row.flags, "size")
            for other in catalogue.rows()
        )
    )
