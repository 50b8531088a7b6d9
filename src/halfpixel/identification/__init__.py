"""Which convention an unknown function follows: ``halfpixel identify`` and ``halfpixel.identify``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import numpy as np

from .. import names
from ..operators.request import Operation
from .adapter import Layout, Signature, SizeOrder, Subject, Tried, subject_of
from .answer import Identification
from .candidates import Candidate, candidates, candidates_at_factors
from .deadline import SECONDS, Deadline, OutOfTime
from .diagnosis import Diagnosis, diagnosed, of_another_size, unlike_itself
from .dtypes import behaviours, integer_image
from .entry import Unread
from .equivalents import same_by_part
from .first_row import WORDS as FIRST_ROW
from .first_row import may_repeat, repeats
from .function_path import find, instance
from .matching import Followed, followed
from .pipeline import Progress
from .preprocessing_answer import identified_preprocessing
from .probes import Answer, Factors, answers_of, image
from .problem import Unidentifiable
from .scalings import own_factors
from .transposed import ConvTransposeIdentification, identify_transposed

__all__ = [
    "SECONDS",
    "ConvTransposeIdentification",
    "Identification",
    "Unidentifiable",
    "find",
    "identify",
]


def identify(
    fn: Callable[..., object],
    *,
    layout: Layout | None = None,
    size_order: SizeOrder | None = None,
    operation: Operation | None = None,
    progress: Progress | None = None,
    seconds: float = SECONDS,
) -> Identification | ConvTransposeIdentification:
    """Which convention a function follows.

    Args:
        fn: takes an image first, and then a size, (h, w) or (w, h), two numbers, a factor, or nothing. It may
            do more than resize: change the layout, the order of channels or the values by an affine step,
            crop and pad. Of a class that needs no arguments, an instance is asked.
        layout: of the image; found if it is not given.
        size_order: ``hw`` or ``wh``; found if it is not given.
        operation: resize or conv_transpose; found if it is not given.
        progress: is told what is being looked at.
        seconds: of the processor that this may take. Where they do not suffice, the answer says what was
            found until then and what was not looked at, and names nothing that is not certain.

    Returns:
        What it follows, how exactly, in which regimes and dtypes, and which calls are the same; if it
        follows nothing that is known, what it does.

    Raises:
        Unidentifiable: it is not callable, a class that needs arguments, or raises whatever it is given; or a
            layout, an order or an operation is unknown.
    """
    if not callable(fn):
        raise Unidentifiable(f"{fn!r} is not callable")
    if isinstance(fn, type):
        fn = instance(fn)
    if layout is not None:
        layout = names.checked(layout, get_args(Layout), "layout", Unidentifiable)
    if size_order is not None:
        size_order = names.checked(size_order, get_args(SizeOrder), "size order", Unidentifiable)
    if operation is not None:
        operation = names.checked(operation, get_args(Operation), "operation", Unidentifiable)
    deadline = Deadline(seconds)
    try:
        if operation == "conv_transpose":
            return identify_transposed(fn, layout, deadline)
        with np.errstate(all="ignore"):  # of powers of what a function makes, and the like
            return _identified(fn, layout, size_order, operation, progress, deadline)
    except OutOfTime:
        lines = (deadline.words, *deadline.found)
        return Identification(None, diagnosis=Diagnosis(lines, undecided=True))
    finally:
        deadline.lift()


def _identified(
    fn: Callable[..., object],
    layout: Layout | None,
    size_order: SizeOrder | None,
    operation: Operation | None,
    progress: Progress | None,
    deadline: Deadline,
) -> Identification | ConvTransposeIdentification:
    subject: Subject | None = None
    plain: Identification | None = None
    trouble: Unidentifiable | None = None
    try:
        subject, tried = subject_of(fn, layout, size_order, deadline)
    except Unidentifiable as why:
        trouble = why
    if subject is not None and not _makes_one_size(subject, tried):
        plain = _of_resize(subject)
        if plain.diagnosis.lines or (plain.named and not _of_fixed_size(plain)):
            return plain
    stages = identified_preprocessing(fn, layout, size_order, deadline, progress)
    if isinstance(stages, Identification) and stages.named and not _all_of(plain, stages):
        return stages
    if subject is not None and plain is None:
        plain = _of_resize(subject)
    if _all_of(plain, stages):
        stages = Unread("it does nothing but resize")
    alone = Signature.of(fn).required == 1
    if operation is None and (trouble is not None or alone):
        transposed = _transposed(fn, layout, deadline)
        if transposed is not None and (transposed.named or not alone):
            return transposed
    if plain is not None and plain.named and not isinstance(stages, Identification):
        return plain
    if isinstance(stages, Identification):
        if plain is None or plain.named or stages.takes_more_than_a_resize:
            return stages
    elif stages.found and (plain is None or alone):
        return Identification(None, diagnosis=Diagnosis((str(stages), *stages.found)))
    if plain is not None:
        return replace(plain, diagnosis=_diagnosed(plain))
    if trouble is not None:
        raise trouble
    return Identification(None, diagnosis=of_another_size(tried, size_order))


def _makes_one_size(subject: Subject, tried: Tried) -> bool:
    """Whether a function of an image alone made one size of all images that it was first given."""
    called = f"{subject.form.text} {subject.layout}"
    sizes = {size for form, _, _, size in tried.returned if form == called}
    return not subject.form.needs and len(sizes) == 1


def _diagnosed(plain: Identification) -> Diagnosis:
    """Why a resize follows no convention, as far as there is time to find out."""
    assert plain.subject is not None
    assert plain.followed is not None
    compared = [answer for answer in plain.answers if answer.y is not None]
    try:
        plain.subject.deadline.begin("what it does instead")
        return diagnosed(plain.subject, compared, plain.followed)
    except OutOfTime:
        return Diagnosis((plain.subject.deadline.words,))


def _all_of(plain: Identification | None, stages: Identification | Unread) -> bool:
    """Whether the stages are nothing but the resize that was asked about more closely."""
    if plain is None or not isinstance(stages, Identification) or stages.pipeline is None:
        return False
    if plain.named or stages.takes_more_than_a_resize or stages.pipeline.stages.rounded:
        return False
    return plain.subject is not None and plain.subject.form.needs != ""


def _of_fixed_size(answer: Identification) -> bool:
    """Whether a function of an image alone makes no multiple of it: it was asked for enlarged images only."""
    if answer.subject is None or answer.subject.form.needs:
        return False
    by_axis = zip(*(a.axes for a in answer.answers if a.y is not None), strict=True)
    return any(
        max((m - 1) / n for n, m in pairs) > min((m + 1) / n for n, m in pairs) for pairs in by_axis
    )


def _transposed(
    fn: Callable[..., object], layout: Layout | None, deadline: Deadline
) -> ConvTransposeIdentification | None:
    """The function as a transposed convolution; None if it cannot be asked as one."""
    try:
        return identify_transposed(fn, layout, deadline)
    except Unidentifiable:
        return None


def _of_resize(subject: Subject) -> Identification:
    """A function that does nothing but resize; if it follows no convention, it is not said why."""
    deadline = subject.deadline
    deadline.found.append(f"called as {subject.form.text} with x {subject.layout}, {subject.kind}")
    deadline.begin("small images")
    answers, whole = _asked(subject)
    compared = [answer for answer in answers if answer.y is not None]
    if not compared:
        return Identification(subject, tuple(answers), diagnosis=Diagnosis((answers[0].refused,)))
    if not whole:
        return _stopped(subject, answers)
    integers = subject.dtype if subject.dtype == "uint8" else None
    own, first_row, result = _followed_at_all(subject, compared, integers)
    answers, compared = _with(own, answers), _with(own, compared)
    kept = [answer for answer in compared if not (first_row and may_repeat(answer))]
    if result.complete and _rules_matter(result) and not _multiplies(subject, kept):
        more, whole = _asked(subject, telling=True)
        more = _with(own, more)
        answers += more
        if not whole:
            return _stopped(subject, answers)
        kept += [answer for answer in more if answer.y is not None]
        result = followed(kept, integers, deadline=deadline)
    wrong = unlike_itself(subject, compared)
    if wrong:
        return Identification(subject, tuple(answers), result, diagnosis=Diagnosis(tuple(wrong)))
    if not result.complete:
        return Identification(subject, tuple(answers), result)
    same = same_by_part(result, kept, first_row=first_row)
    return Identification(
        subject,
        tuple(answers),
        result,
        tuple(one for one in same if one.rule is None),
        tuple(one for one in same if one.rule is not None),
        tuple(behaviours(subject, list(_samples(result)))),
        but="; ".join(filter(None, (FIRST_ROW if first_row else "", result.but))),
    )


def _followed_at_all(
    subject: Subject, compared: Sequence[Answer], integers: str | None
) -> tuple[Factors | None, bool, Followed]:
    """What the first answers follow: the factors of its own by which they do, and whether the first row of an
    output one pixel wide is all that is followed there."""
    repeated = [answer for answer in compared if may_repeat(answer)]
    kept = [answer for answer in compared if not may_repeat(answer)] or compared
    result, own = followed(kept, integers, deadline=subject.deadline), None
    if not result.complete and not subject.form.needs:
        own, result = _by_own_factors(kept, result, subject.deadline)
    if not repeated:
        return own, False, result
    if repeats(_with(own, repeated), result):
        return own, True, result
    return own, False, followed(_with(own, compared), integers, deadline=subject.deadline)


def _with(own: Factors | None, answers: Sequence[Answer]) -> list[Answer]:
    """Answers of a function with factors of its own."""
    return [replace(answer, own=own) for answer in answers]


def _by_own_factors(
    answers: Sequence[Answer], otherwise: Followed, deadline: Deadline
) -> tuple[Factors | None, Followed]:
    """What a function of an image alone follows that samples at a factor, whatever the sizes are; the factors
    that its sizes leave open are tried in turn. If it follows nothing so, what it was found to follow."""
    for own in own_factors([answer.axes for answer in answers]):
        result = followed(_with(own, answers), deadline=deadline)
        if result.complete:
            return own, result
    return None, otherwise


_FOR_THE_REST = 0.3  # of the seconds: what comes after the probes


def _asked(subject: Subject, *, telling: bool = False) -> tuple[list[Answer], bool]:
    """The answers to the probes, and whether there was time for all of them."""
    whole = functools.partial(integer_image, dtype="uint8")
    answers: list[Answer] = []
    for answer in answers_of(
        subject, telling=telling, picture=whole if subject.dtype == "uint8" else image
    ):
        answers.append(answer)
        if subject.deadline.nearly_over(_FOR_THE_REST):
            return answers, False
    return answers, True


def _stopped(subject: Subject, answers: Sequence[Answer]) -> Identification:
    """What a few answers of a slow function follow: no name."""
    compared = [answer for answer in answers if answer.y is not None]
    integers = subject.dtype if subject.dtype == "uint8" else None
    result = followed(compared, integers, deadline=subject.deadline)
    names = dict.fromkeys(part.candidate for part in result.parts if part.candidate is not None)
    words = (
        f"{len(compared)} of the probes were looked at, and follow {', '.join(map(str, names))}"
        if result.complete
        else f"{len(compared)} of the probes were looked at, and follow no convention that is known"
    )
    lines = (subject.deadline.words, words)
    diagnosis = Diagnosis(lines, undecided=True)
    return Identification(subject, tuple(answers), result, diagnosis=diagnosis)


def _multiplies(subject: Subject, answers: Sequence[Answer]) -> bool:
    """Whether a function of an image alone makes a whole number of pixels of each: most rules are one then,
    and those that are left are all said."""
    ratios = {Fraction(m, n) for answer in answers for n, m in answer.axes}
    return not subject.form.needs and len(ratios) == 1 and ratios.pop().denominator == 1


def _rules_matter(result: Followed) -> bool:
    """Whether something is followed whose coordinate rule, or that there is none, shows at larger sizes."""
    every = (*candidates(), *candidates_at_factors())
    rules = {c.convention for c in every if c.rule is not None}
    return any(
        part.candidate is not None
        and (part.candidate.convention.mode == "nearest" or part.candidate.convention in rules)
        for part in result.parts
    )


_SAMPLES = 16  # answers of a part whose sizes are asked for in every dtype


def _samples(result: Followed) -> Iterator[tuple[Candidate, Answer]]:
    """What is followed, and answers at whose sizes it is asked for in every dtype."""
    for part in result.parts:
        candidate = part.candidate
        telling = [a for a in part.answers if any(n != m for n, m in a.axes)]
        for answer in telling[:_SAMPLES]:
            if candidate is not None:
                yield candidate, answer
