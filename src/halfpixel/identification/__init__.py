"""Which convention an unknown function follows: ``halfpixel identify`` and ``halfpixel.identify``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, get_args

import numpy as np

from .. import names
from ..operators.request import Operation
from .adapter import Layout, Signature, SizeOrder, Subject, found
from .answer import Identification
from .candidates import Candidate, candidates
from .diagnosis import Diagnosis, diagnosed, of_another_size, unlike_itself
from .dtypes import behaviours, integer_image
from .entry import Unread
from .equivalents import same_by_part
from .first_row import WORDS as FIRST_ROW
from .first_row import may_repeat, repeats
from .function_path import find
from .matching import Followed, followed
from .pipeline import Progress
from .preprocessing_answer import identified_preprocessing
from .probes import SIZES, TELLING, Answer, ask, asked
from .problem import Unidentifiable
from .transposed import ConvTransposeIdentification, identify_transposed

__all__ = ["ConvTransposeIdentification", "Identification", "Unidentifiable", "find", "identify"]


def identify(
    fn: Callable[..., object],
    *,
    layout: Layout | None = None,
    size_order: SizeOrder | None = None,
    operation: Operation | None = None,
    progress: Progress | None = None,
) -> Identification | ConvTransposeIdentification:
    """Which convention a function follows.

    Args:
        fn: takes an image first, and then a size, (h, w) or (w, h), two numbers, a factor, or nothing. It may
            do more than resize: change the layout, the order of channels or the values by an affine step,
            crop and pad.
        layout: of the image; found if it is not given.
        size_order: ``hw`` or ``wh``; found if it is not given.
        operation: resize or conv_transpose; found if it is not given.
        progress: is told what is being looked at.

    Returns:
        What it follows, how exactly, in which regimes and dtypes, and which calls are the same; if it
        follows nothing that is known, what it does.

    Raises:
        Unidentifiable: it is not callable, or raises whatever it is given; or a layout, an order or an
            operation is unknown.
    """
    if not callable(fn):
        raise Unidentifiable(f"{fn!r} is not callable")
    if isinstance(fn, type):
        raise Unidentifiable(
            f"{fn.__name__} is a class: give an instance of it, {fn.__name__}(...)"
        )
    if layout is not None:
        layout = names.checked(layout, get_args(Layout), "layout", Unidentifiable)
    if size_order is not None:
        size_order = names.checked(size_order, get_args(SizeOrder), "size order", Unidentifiable)
    if operation is not None:
        operation = names.checked(operation, get_args(Operation), "operation", Unidentifiable)
    if operation == "conv_transpose":
        return identify_transposed(fn, layout)
    with np.errstate(all="ignore"):  # of powers of what a function makes, and the like
        return _identified(fn, layout, size_order, operation, progress)


def _identified(
    fn: Callable[..., object],
    layout: Layout | None,
    size_order: SizeOrder | None,
    operation: Operation | None,
    progress: Progress | None,
) -> Identification | ConvTransposeIdentification:
    subject: Subject | None = None
    plain: Identification | None = None
    trouble: Unidentifiable | None = None
    try:
        subject, tried = found(fn, layout, size_order)
    except Unidentifiable as why:
        trouble = why
    if subject is not None:
        plain = _of_resize(subject)
        if plain.diagnosis.lines or (plain.named and not _of_fixed_size(plain)):
            return plain
    stages = identified_preprocessing(fn, layout, size_order, progress)
    if plain is not None and _all_of(plain, stages):
        stages = Unread("it does nothing but resize")
    if isinstance(stages, Identification) and stages.named:
        return stages
    alone = Signature.of(fn).required == 1
    if operation is None and (trouble is not None or alone):
        transposed = _transposed(fn, layout)
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
        assert plain.subject is not None
        assert plain.followed is not None
        compared = [answer for answer in plain.answers if answer.y is not None]
        return replace(plain, diagnosis=diagnosed(plain.subject, compared, plain.followed))
    if trouble is not None:
        raise trouble
    return Identification(None, diagnosis=of_another_size(tried, size_order))


def _all_of(plain: Identification, stages: Identification | Unread) -> bool:
    """Whether the stages are nothing but the resize that was asked about more closely."""
    if not isinstance(stages, Identification) or stages.pipeline is None:
        return False
    if plain.named or stages.takes_more_than_a_resize or stages.pipeline.stages.rounded:
        return False
    return plain.subject is not None and plain.subject.form.needs != ""


def _of_fixed_size(answer: Identification) -> bool:
    """Whether a function of an image alone makes no multiple of it: it was asked for enlarged images only."""
    if answer.subject is None or answer.subject.form.needs:
        return False
    axes = [pair for a in answer.answers if a.y is not None for pair in a.axes]
    ratios = [(m - 1) / n for n, m in axes], [(m + 1) / n for n, m in axes]
    return max(ratios[0]) > min(ratios[1])


def _transposed(
    fn: Callable[..., object], layout: Layout | None
) -> ConvTransposeIdentification | None:
    """The function as a transposed convolution; None if it cannot be asked as one."""
    try:
        return identify_transposed(fn, layout)
    except Unidentifiable:
        return None


def _of_resize(subject: Subject) -> Identification:
    """A function that does nothing but resize; if it follows no convention, it is not said why."""
    answers = _asked(subject)
    compared = [answer for answer in answers if answer.y is not None]
    if not compared:
        return Identification(subject, tuple(answers), diagnosis=Diagnosis((answers[0].refused,)))
    integers = subject.dtype if subject.dtype == "uint8" else None
    repeated = [answer for answer in compared if may_repeat(answer)]
    kept = [answer for answer in compared if answer not in repeated] or compared
    result = followed(kept, integers)
    first_row = bool(repeated) and repeats(repeated, result)
    if not first_row:
        kept = compared
        result = followed(compared, integers) if repeated else result
    if result.complete and _rules_matter(result):
        more = _asked(subject, TELLING)
        answers += more
        kept += [answer for answer in more if answer.y is not None]
        result = followed(kept, integers)
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


_SAMPLES = 16  # answers of a part whose sizes are asked for in every dtype


def _samples(result: Followed) -> Iterator[tuple[Candidate, Answer]]:
    """What is followed, and answers at whose sizes it is asked for in every dtype."""
    for part in result.parts:
        candidate = part.candidate
        telling = [a for a in part.answers if any(n != m for n, m in a.axes)]
        for answer in telling[:_SAMPLES]:
            if candidate is not None:
                yield candidate, answer
