"""What a preprocessing function follows: its stages, and the convention of the resize between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .adapter import Layout, Signature, Size, SizeOrder
from .answer import Identification
from .deadline import Deadline, OutOfTime
from .diagnosis import Diagnosis
from .dtypes import NOT_LOOKED_AT, Behaviour
from .entry import Unread, entry_of
from .equivalents import same_by_part
from .matching import nearest_candidate
from .pipeline import Pipeline, Progress, pipeline, same_in
from .preprocessing import REAL_SIZE
from .problem import last_line

# the first image; of a function that is asked for a size a small one tells as much
_SMALL, _ASKED = (60, 80), (42, 56)
_DTYPES = ("uint8", "float32")


def identified_preprocessing(
    fn: Callable[..., object],
    layout: Layout | None,
    size_order: SizeOrder | None,
    deadline: Deadline,
    progress: Progress | None = None,
) -> Identification | Unread:
    """What a preprocessing function follows; why it cannot be taken apart, if it cannot.

    It is looked at with images of uint8, and, where these name nothing, with float32.

    Raises:
        OutOfTime: the deadline is over, and nothing is known of either.
    """
    looked: dict[str, Pipeline] = {}
    trouble: Unread | None = None
    for dtype in _DTYPES:
        try:
            deadline.begin(f"images of {dtype}")
            looked[dtype] = _looked_at(fn, dtype, layout, size_order, deadline, progress)
        except Unread as why:
            trouble = trouble or why
            continue
        except OutOfTime:
            if not looked:
                raise
            break
        if looked[dtype].named:
            break
    if not looked:
        return trouble or Unread("it was not called")
    named = next((dtype for dtype, one in looked.items() if one.named), next(iter(looked)))
    return _answered(looked[named], fn, named)


def _looked_at(
    fn: Callable[..., object],
    dtype: str,
    layout: Layout | None,
    size_order: SizeOrder | None,
    deadline: Deadline,
    progress: Progress | None,
) -> Pipeline:
    n_in = _first_size(fn)
    entry, axes = entry_of(
        fn,
        n_in,
        _ASKED,
        layout=layout,
        size_order=size_order,
        dtype=dtype,
        deadline=deadline,
    )
    size = _ASKED if entry.form.needs else None
    return pipeline(entry, axes, n_in, progress, size)


def _first_size(fn: Callable[..., object]) -> Size:
    return REAL_SIZE if Signature.of(fn).required == 1 else _SMALL


def _answered(pipeline: Pipeline, fn: Callable[..., object], dtype: str) -> Identification:
    compared = [answer for answer in pipeline.answers if answer.y is not None]
    answer = Identification(None, pipeline.answers, pipeline.followed, pipeline=pipeline)
    if not compared:
        words = next((a.refused for a in pipeline.answers), "")
        return replace(answer, diagnosis=Diagnosis((f"no result at any size: {words}",)))
    try:
        again = pipeline.again()
    except OutOfTime:
        words = pipeline.stages.entry.deadline.words
        return replace(answer, diagnosis=Diagnosis((words,), undecided=True))
    if again is not None:
        words = f"not deterministic: two calls on one image differ by up to {again:.3g}"
        return replace(answer, diagnosis=Diagnosis((words,)))
    if not pipeline.named:
        return replace(answer, diagnosis=_unnamed(pipeline))
    same = same_by_part(pipeline.followed, compared) if pipeline.followed else []
    return replace(
        answer,
        same_as=tuple(one for one in same if one.rule is None),
        nearly=tuple(one for one in same if one.rule is not None),
        dtypes=tuple(_other_dtypes(pipeline, fn, dtype)),
    )


def _unnamed(pipeline: Pipeline) -> Diagnosis:
    """The convention that is nearest to a resize that follows none."""
    if pipeline.stopped:
        return Diagnosis((pipeline.stopped,), undecided=True)
    changed = [a for a in pipeline.answers if a.y is not None and a.n_in != a.n_out]
    small = sorted(changed, key=lambda a: a.x.size)[:3]
    lines = ["the resize between them follows no convention that is known"]
    if not small or not pipeline.sure:
        return Diagnosis((*lines, _NOT_NAMED))
    candidate, distance = nearest_candidate(small)
    level = pipeline.stages.entry.brightest
    lines.append(f"nearest is {candidate}, up to {distance:.3g} off on images in 0..{level:g}")
    return Diagnosis(tuple(lines), (candidate.convention, distance))


_NOT_NAMED = (
    "padding before the resize, crops on both sides of it, and two resizes are not named: "
    "ask about the resize alone"
)


def _other_dtypes(pipeline: Pipeline, fn: Callable[..., object], dtype: str) -> list[Behaviour]:
    """What it does with the dtypes that it was not looked at with: whether its steps are the same."""
    behaviours = []
    for other in _DTYPES:
        if other == dtype:
            returns = pipeline.stages.layouts.returns
            behaviours.append(Behaviour(dtype, returns, "looked at, as above"))
            continue
        try:
            entry, axes = entry_of(
                fn,
                _first_size(fn),
                _ASKED,
                layout=pipeline.stages.entry.layout,
                dtype=other,
                deadline=pipeline.stages.entry.deadline,
            )
            does = same_in(pipeline, entry, axes)
        except Unread as why:
            behaviours.append(Behaviour(other, "", f"not taken apart: {why}"))
        except OutOfTime:
            behaviours.append(Behaviour(other, "", NOT_LOOKED_AT))
        except (Exception, SystemExit) as error:  # whatever it raises is its answer
            behaviours.append(Behaviour(other, "", f"raises {last_line(error)}"))
        else:
            behaviours.append(Behaviour(other, entry.returns, does))
    return behaviours
