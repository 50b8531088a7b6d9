"""Which convention an unknown function follows: ``halfpixel identify`` and ``halfpixel.identify``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..request import Operation
from .answer import Identification
from .candidates import Candidate, candidates
from .diagnosis import Diagnosis, diagnosed, of_another_size, unlike_itself
from .dtypes import behaviours, integer_image
from .finding import find
from .following import Followed, followed
from .probes import SIZES, TELLING, Answer, ask, asked
from .problem import Unidentifiable
from .same import Same, same_as
from .subject import Layout, Signature, SizeOrder, Subject, found
from .transposed import Transposed, identify_transposed

__all__ = ["Identification", "Transposed", "Unidentifiable", "find", "identify"]


def identify(
    fn: Callable[..., Any],
    *,
    layout: Layout | None = None,
    size_order: SizeOrder | None = None,
    operation: Operation | None = None,
) -> Identification | Transposed:
    """Which convention a function follows.

    Args:
        fn: takes an image first, and then a size, (h, w) or (w, h), two numbers, a factor, or nothing.
        layout: of the image; found if it is not given.
        size_order: ``hw`` or ``wh``; found if it is not given.
        operation: resize or conv_transpose; found if it is not given.

    Returns:
        What it follows, how exactly, in which regimes and dtypes, and which calls are the same; if it
        follows nothing that is known, what it does.

    Raises:
        Unidentifiable: it is not callable, or raises whatever it is given.
    """
    if not callable(fn):
        raise Unidentifiable(f"{fn!r} is not callable")
    if operation == "conv_transpose":
        return identify_transposed(fn, layout)
    try:
        with np.errstate(all="ignore"):  # of powers of what a function makes, and the like
            answer = _resize(fn, layout, size_order)
    except Unidentifiable:
        transposed = None if operation else _transposed(fn, layout)
        if transposed is None:
            raise
        return transposed
    if operation is None and not answer.named and Signature.of(fn).required == 1:
        transposed = _transposed(fn, layout)
        return transposed if transposed is not None and transposed.named else answer
    return answer


def _transposed(fn: Callable[..., Any], layout: Layout | None) -> Transposed | None:
    """The function as a transposed convolution; None if it cannot be asked as one."""
    try:
        return identify_transposed(fn, layout)
    except Unidentifiable:
        return None


def _resize(
    fn: Callable[..., Any], layout: Layout | None, size_order: SizeOrder | None
) -> Identification:
    subject, tried = found(fn, layout, size_order)
    if subject is None:
        return Identification(None, diagnosis=of_another_size(tried, size_order))
    return _of_resize(subject)


def _of_resize(subject: Subject) -> Identification:
    answers = _asked(subject)
    compared = [answer for answer in answers if answer.y is not None]
    if not compared:
        return Identification(subject, tuple(answers), diagnosis=Diagnosis((answers[0].refused,)))
    integers = subject.dtype if subject.dtype == "uint8" else None
    result = followed(compared, integers)
    if result.complete and _rules_matter(result):
        more = _asked(subject, TELLING)
        answers += more
        compared += [answer for answer in more if answer.y is not None]
        result = followed(compared, integers)
    wrong = unlike_itself(subject, compared)
    if wrong:
        return Identification(subject, tuple(answers), result, diagnosis=Diagnosis(tuple(wrong)))
    if not result.complete:
        why = diagnosed(subject, compared, result)
        return Identification(subject, tuple(answers), result, diagnosis=why)
    return Identification(
        subject,
        tuple(answers),
        result,
        tuple(same for same in _same(result) if same.rule is None),
        tuple(same for same in _same(result) if same.rule is not None),
        tuple(behaviours(subject, list(_samples(result)))),
    )


def _asked(subject: Subject, sizes: Any = None) -> list[Answer]:
    if subject.dtype != "uint8":
        return list(asked(subject, sizes))
    return [
        ask(subject, integer_image(subject.channels, n_in, "uint8"), n_out)
        for n_in, n_out in (SIZES if sizes is None else sizes)
    ]


def _rules_matter(result: Followed) -> bool:
    """Whether something is followed whose coordinate rule, or that there is none, shows at larger sizes."""
    rules = {c.convention for c in candidates() if c.rule is not None}
    return any(
        part.candidate is not None
        and (part.candidate.convention.mode == "nearest" or part.candidate.convention in rules)
        for part in result.parts
    )


def _same(result: Followed) -> list[Same]:
    return [
        same
        for part in result.parts
        if part.candidate is not None
        for same in same_as(part.candidate, part.also, part.regime)
    ]


_SAMPLES = 16  # answers of a part whose sizes are asked for in every dtype


def _samples(result: Followed) -> Iterator[tuple[Candidate, Answer]]:
    """What is followed, and answers at whose sizes it is asked for in every dtype."""
    for part in result.parts:
        candidate = part.candidate
        telling = [a for a in part.answers if any(n != m for n, m in a.axes)]
        for answer in telling[:_SAMPLES]:
            if candidate is not None:
                yield candidate, answer
