"""The join of calls and the shapes that networks run."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from ..frameworks import FRAMEWORKS, Call, DType
from ..frameworks import release as installed_release
from ..frameworks.beyond import BEYOND, Beyond
from ..frameworks.call import INTEGERS, WIDE
from ..frameworks.spellings import SPELLINGS, Spelling
from ..operators import Resize
from .cases import Case, exact
from .real_shapes import (
    CONV_SHAPES,
    SHAPE_CASES,
    SHAPE_GRADIENTS,
    SPELLED_CONVS,
    SPELLED_SHAPES,
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
    yield from spelled_trials(release)
    yield from beyond_trials(release)


def swept_shape_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The dear ones."""
    yield from _resizes(SWEPT_SHAPES, release, every=True)


def _resizes(
    entries: Iterable[ShapeCase], release: Releases, *, every: bool = False
) -> Iterator[Trial]:
    """The trials of some entries; ``every`` one of integers too, or of those that become floats the small."""
    for call, convention in calls_following(_sized(), release):
        for entry in entries:
            if _shown(entry, call, convention):
                for dtype in (d for d in call.arithmetic if d in entry.dtypes):
                    # integers that become floats are converted as they are read: the small ones show that
                    whole = call.returns[dtype] == dtype
                    kept = dtype not in INTEGERS or whole or every or entry.values_out <= _SMALL
                    if kept and not call.refuses(dtype):
                        case = functools.partial(_of_call, call, dtype, convention, entry)
                        yield Trial(call, dtype, entry.name, case)


def _sized() -> Iterator[Call]:
    """The resize calls that are given sizes: what is given factors runs the same kernels."""
    return (call for call in calls("resize") if call.scaling is None)


def _shown(entry: ShapeCase, call: Call, convention: Resize) -> bool:
    """Whether a call runs an entry: its convention takes the sizes, and its arguments say them."""
    if (call.runs_few and not entry.variants) or not entry.fits(convention):
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
    """The coordinate rule, or the integer arithmetic, of a call in this environment."""
    if entry.shape[2:] == entry.size and call.is_node:
        return None  # a runtime copies an image of unchanged size
    request = entry.request(call.latest)
    return call.rule_at(request, dtype) if entry.gradient else rule_of(call, dtype, request)


def _expected(entry: ShapeCase, convention: Resize, rule: str | None, dtype: DType) -> Case:
    """A case with its expected values; wide floats share one."""
    return _computed(entry, convention, rule, "float32" if dtype in WIDE else dtype)


@functools.lru_cache(maxsize=_KEPT)
def _computed(entry: ShapeCase, convention: Resize, rule: str | None, dtype: str) -> Case:
    case = entry.case(convention, rule, dtype)
    return case.computed()


def _conv_transposes(release: Releases) -> Iterator[Trial]:
    for call in calls_there(calls("conv_transpose"), release):
        for name, case in _forward().items():
            if call.expression(case.request) is not None:
                # a variant is another way to say a call, of the same kernels
                dtypes = (d for d in call.arithmetic if d == "float32" or not call.variant)
                for dtype in (d for d in dtypes if d in WIDE or _held(case, d)):
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


def _held(case: Case, dtype: DType) -> bool:
    """Whether a dtype holds the inputs of a case."""
    return all(exact(x, dtype) for x in case.inputs.values())


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
    case = _forward().get(name) or _written().get(name) or _backward()[name]
    if not np.isfinite(case.inputs["x"]).all():
        case = replace(case, channel_block=block)
    return case.computed()


# ---------------------------------------------------------------------------- other ways to write a call


def spelled_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """Each spelling of the calls that are written so, at the first shape that it can say."""
    for call, convention in calls_following(_sized(), release):
        for spelling, spelled in _spellings(call, release):
            expressible = (e for e in SPELLED_SHAPES if _shown(e, spelled, convention))
            for entry in itertools.islice(expressible, 1):
                for dtype in (d for d in call.arithmetic if d in entry.dtypes):
                    if not call.refuses(dtype):
                        make = functools.partial(_of_call, call, dtype, convention, entry)
                        yield _spelled(spelled, dtype, spelling, entry.name, make)
    for call in calls_there(calls("conv_transpose"), release):
        for spelling, spelled in _spellings(call, release):
            cases = (case for case in _written().values() if spelled.expression(case.request))
            for case in itertools.islice(cases, 1):
                made = functools.partial(_conv_expected, case.name)
                yield _spelled(spelled, "float32", spelling, case.name, made)


def _spellings(call: Call, release: Releases) -> Iterator[tuple[Spelling, Call]]:
    """The spellings of a call in the installed release, and the call written so."""
    installed = release(call.framework)
    for spelling in SPELLINGS.get(call.framework, ()):
        spelled = spelling.of(call, installed) if installed is not None else None
        if spelled is not None:
            yield spelling, spelled


def _spelled(
    call: Call, dtype: str, spelling: Spelling, name: str, make: Callable[[], Case]
) -> Trial:
    name = f"{name.removesuffix('-spelled')}-{spelling.name}"
    return Trial(call, dtype, name, lambda: replace(make(), name=name, pins=spelling.pins))


@functools.cache
def _written() -> dict[str, Case]:
    return {case.name: case for case in (entry.case() for entry in SPELLED_CONVS)}


# ---------------------------------------------------------------------------- dtypes beyond the table


def beyond_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The dtypes that are not in the tables of calls, on an image or a transposed convolution each."""
    for call, convention in calls_following(_sized(), release):
        for beyond in _beyond(call, release):
            gradient = FRAMEWORKS[call.framework].gradient if beyond.gradient else None
            entries = SHAPE_GRADIENTS[:1] if beyond.gradient else (*SPELLED_SHAPES, *_HALVED)
            differentiated = gradient.of(call) if gradient is not None else call
            for entry in itertools.islice(
                (e for e in entries if _shown(e, differentiated, convention)), 1
            ):
                widened = replace(
                    differentiated, arithmetic=call.arithmetic, refusals=call.refusals
                )
                rule = rule_at(widened, "float32", entry)
                for dtype in beyond.dtypes:
                    make = functools.partial(_in_range, entry, convention, rule, dtype, beyond)
                    yield Trial(beyond.of(widened, dtype), dtype, _beyond_name(entry.name), make)
    for call in calls_there(calls("conv_transpose"), release):
        for beyond in _beyond(call, release):
            for case in _written().values():
                for dtype in beyond.dtypes:
                    made = functools.partial(_conv_beyond, case.name, beyond)
                    yield Trial(beyond.of(call, dtype), dtype, _beyond_name(case.name), made)


def _beyond(call: Call, release: Releases) -> Iterator[Beyond]:
    installed = release(call.framework)
    for beyond in BEYOND.get(call.framework, ()):
        if installed is not None and beyond.holds(call, installed):
            yield beyond


def _conv_beyond(name: str, beyond: Beyond) -> Case:
    return replace(_conv_expected(name), name=_beyond_name(name), pins=beyond.pins)


def _beyond_name(name: str) -> str:
    return f"{name.removesuffix('-spelled')}-beyond"


def _in_range(
    entry: ShapeCase, convention: Resize, rule: str | None, dtype: str, beyond: Beyond
) -> Case:
    """A case whose values a dtype has: both ends of a range of integers too, or 0 and 1."""
    case = entry.case(convention, rule, "float32")
    case = replace(case, name=_beyond_name(entry.name), pins=beyond.pins)
    if dtype in ("float16", "float64"):
        return case.computed()
    x = np.abs(case.inputs["x"]) % (2 if dtype == "bool" else 100)
    if dtype != "bool" and beyond.returns != "float32":  # which does not have the ends of int32
        ends = np.iinfo(beyond.returns if beyond.returns and dtype == "int64" else dtype)
        x.flat[:2] = ends.min, min(ends.max, 2**62)  # a float64
    given = x.astype(dtype)
    read = given.view(beyond.reads or dtype).astype(np.float64)
    return replace(replace(case, inputs={"x": read}).computed(), inputs={"x": given})


# shrinking, for what does not grow, and by a half for image pyramids
_HALVED = (
    ShapeCase((), "spelled", (1, 1, 6, 8), (3, 4)),
    ShapeCase((), "spelled", (1, 1, 6, 8), (3, 4), steps=True),
)
