"""A resize in another framework, stage by stage, each of which hands on one value.

What was read, its meanings (with the sizes that are asked about), the target's candidates, those that agree,
and the answer: equal calls, equal code, and how far the nearest call is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import names
from ..frameworks import TARGETS
from ..frameworks.layer_plans import Target
from . import search
from .answer import Part, ResizeConversion
from .equal import equal
from .factors import equal_by_factors
from .meaning import Meaning, meanings
from .nearest import nearest
from .parse.reading import Reading
from .parse.text import Unreadable
from .recipes import equal_code
from .search import Candidate
from .some_sizes import equal_somewhere


def answer(
    reading: Reading, target: Target, input_size: Sequence[int] | None = None
) -> ResizeConversion:
    """What a call that was read is in a framework.

    Args:
        reading: the call.
        target: the framework.
        input_size: of the image in pixels, an entry for each axis, where what the call does depends on it.

    Raises:
        Unreadable: the call does not go with the size.
        ValueError: there is no such target.
    """
    return answers(reading, (target,), input_size)[target]


def answers(
    reading: Reading, wanted: Sequence[Target], input_size: Sequence[int] | None = None
) -> dict[Target, ResizeConversion]:
    """What a call that was read is in each of some frameworks; arguments and errors as of :func:`answer`."""
    wanted = [names.checked(target, TARGETS, "framework") for target in wanted]
    given = None if input_size is None else tuple(input_size)
    if given is not None and len(given) != reading.rank:
        raise Unreadable(
            f"{reading.function.name} resizes {reading.rank} axes: --input takes as many numbers, "
            f"got {len(given)}"
        )
    every = meanings(reading, given)
    return {
        target: ResizeConversion(reading, target, tuple(_part(one, target) for one in every))
        for target in wanted
    }


def _part(meaning: Meaning, target: Target) -> Part:
    """The answer to one meaning of a call."""
    query = meaning.query
    part = Part(
        meaning.call,
        meaning.convention,
        meaning.when,
        query.looked_at,
        conditions=(*meaning.conditions, *query.conditions),
    )
    if not query.sizes:  # a known defect, at the sizes that are asked about
        return part
    candidates = _offered(meaning, target)
    same = equal(meaning, candidates, target)
    part = replace(part, equal=same, factors=equal_by_factors(meaning, target))
    if same:
        return part
    part = replace(part, elsewhere=equal_somewhere(meaning, candidates, target))
    if any(one.exceptions for one in part.elsewhere) or part.best is not None:
        return part
    part = replace(part, recipes=equal_code(meaning, target))
    if meaning.convention.roi is not None or meaning.convention.extrapolation_value:
        return part
    return replace(part, nearest=nearest(meaning, candidates, target))


def _offered(meaning: Meaning, target: Target) -> Sequence[Candidate]:
    """The candidates of a target; of a part of the image, those that resize one by the same convention."""
    every = search.candidates(target, meaning.query.rank)
    whole = replace(meaning.convention, roi=None, extrapolation_value=None)
    if meaning.convention.roi is None:
        return every
    return [one for one in every if search.convention_of(one.calls[0]) == whole]
