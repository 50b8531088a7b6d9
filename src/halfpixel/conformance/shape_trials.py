"""The join of calls and the shapes that networks run."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from ..frameworks import FRAMEWORKS, Call, DType
from ..frameworks import release as installed_release
from ..frameworks.call import INTEGERS
from ..operators import Resize
from .cases import Case
from .real_shapes import (
    CONV_SHAPES,
    SHAPE_CASES,
    SHAPE_GRADIENTS,
    SWEPT_SHAPES,
    ShapeCase,
)
from .trials import Releases, Trial, calls, calls_following, calls_there, rule_of

_SMALL = 2**13  # values that come out
_KEPT = 256  # expected values of resizes: calls that follow one convention share them


def shape_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The real shapes of every call, and the gradients of those whose framework has them."""
    yield from _resizes(SHAPE_CASES, release)
    yield from _gradients(release)
    yield from _conv_transposes(release)


def swept_shape_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The dear ones."""
    yield from _resizes(SWEPT_SHAPES, release)


def _resizes(entries: Iterable[ShapeCase], release: Releases) -> Iterator[Trial]:
    for call, convention in calls_following(_sized(), release):
        for entry in entries:
            if _shown(entry, call, convention):
                for dtype in (d for d in call.arithmetic if d in entry.dtypes):
                    # integers that become floats are converted as they are read: the small ones show that
                    whole = call.returns[dtype] == dtype
                    kept = dtype not in INTEGERS or whole or entry.values_out <= _SMALL
                    if kept and not call.refuses(dtype):
                        case = functools.partial(_of_call, call, dtype, convention, entry)
                        yield Trial(call, dtype, entry.name, case)


def _sized() -> Iterator[Call]:
    """The resize calls that are given sizes: what is given factors runs the same kernels."""
    return (call for call in calls("resize") if call.scaling is None)


def _shown(entry: ShapeCase, call: Call, convention: Resize) -> bool:
    """Whether a call runs an entry: its convention takes the sizes, and its arguments say them."""
    if (call.variant and not entry.variants) or not entry.fits(convention):
        return False
    return call.expression(entry.request(convention)) is not None


def _gradients(release: Releases) -> Iterator[Trial]:
    for call, convention in calls_following(_sized(), release):
        gradient = FRAMEWORKS[call.framework].gradient
        if gradient is None or call.variant:
            continue
        differentiated = gradient.of(call)
        for entry in SHAPE_GRADIENTS:
            for dtype in (d for d in differentiated.arithmetic if d in entry.dtypes):
                if _shown(entry, differentiated, convention):
                    rule = rule_at(call, dtype, entry)
                    case = functools.partial(_expected, entry, convention, rule, dtype)
                    yield Trial(differentiated, dtype, entry.name, case)


def _of_call(call: Call, dtype: DType, convention: Resize, entry: ShapeCase) -> Case:
    return _expected(entry, convention, rule_at(call, dtype, entry), dtype)


def rule_at(call: Call, dtype: DType, entry: ShapeCase) -> str | None:
    """The coordinate rule, or the integer arithmetic, of a call in this environment; of a gradient, the rule
    that shows."""
    if entry.shape[2:] == entry.size and not call.stored:
        return None  # cv2.dnn copies an image of unchanged size
    return call.shown_rule(dtype) if entry.gradient else rule_of(call, dtype)


def _expected(entry: ShapeCase, convention: Resize, rule: str | None, dtype: DType) -> Case:
    """A case with its expected values; floats share one."""
    return _computed(entry, convention, rule, dtype if dtype == "uint8" else "float32")


@functools.lru_cache(maxsize=_KEPT)
def _computed(entry: ShapeCase, convention: Resize, rule: str | None, dtype: str) -> Case:
    case = entry.case(convention, rule, dtype)
    return case.computed()


def _conv_transposes(release: Releases) -> Iterator[Trial]:
    for call in calls_there(calls("conv_transpose"), release):
        for name, case in _forward().items():
            if call.expression(case.request) is not None:
                # a variant is another way to say a call, of the same kernels
                for dtype in (d for d in call.arithmetic if d == "float32" or not call.variant):
                    block = call.arithmetic[dtype].channel_block
                    made = functools.partial(_conv_expected, name, block)
                    yield Trial(call, dtype, name, made)
        gradient = FRAMEWORKS[call.framework].gradient
        if gradient is None or call.variant:
            continue
        differentiated = gradient.of_conv_transpose(call)
        for name, case in _backward().items():
            if differentiated.expression(case.request) is not None:
                case_of = functools.partial(_conv_expected, name)
                yield Trial(differentiated, "float32", name, case_of)


@functools.cache
def _forward() -> dict[str, Case]:
    return {case.name: case for case in (entry.case() for entry in CONV_SHAPES)}


@functools.cache
def _backward() -> dict[str, Case]:
    every = (case for entry in CONV_SHAPES if entry.gradient for case in entry.gradients())
    return {case.name: case for case in every}


@functools.cache
def _conv_expected(name: str, block: int = 1) -> Case:
    """A transposed convolution, or a gradient of one, with its expected values, computed once a process.

    Args:
        name: of the case.
        block: how many channels a call reads together; it shows where they are not finite.
    """
    case = _forward().get(name) or _backward()[name]
    if not np.isfinite(case.inputs["x"]).all():
        case = replace(case, channel_block=block)
    return case.computed()
