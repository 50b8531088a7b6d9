"""The join of calls and cases: what is tested, and what must be stored."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ..frameworks import FRAMEWORKS, Call, DType, Mode, Release, load
from ..frameworks import release as installed_release
from ..frameworks.call import INTEGERS, WIDE
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.integer_kernels import ROUNDINGS
from ..numerics.nonfinite import Evaluated
from ..operators import Resize
from ..operators.request import Operation, Request
from . import conversion_sweep, goldens, narrow_dtypes, sweep
from .cases import (
    CONV_TRANSPOSE_CASES,
    GRADIENT_CASES,
    INTEGER_CASES,
    INTEGER_GOLDENS,
    INTEGER_SCALE_CASES,
    MODE_CASES,
    MODE_CASES_OF_FACTORS,
    PHOTOGRAPH_SIZES,
    RESIZE_CASES,
    SCALE_CASES,
    Case,
    conv_gradient_cases,
    conv_transpose_case,
    exact,
    folder,
    gradient_case,
    holds,
    integer_cases,
    integer_scale_cases,
    photograph_case,
    resize_cases,
    resize_entries,
    scale_cases,
)
from .edge_cases import EDGE_CASES, EdgeCase, Sizes, left_out

Installed = str | Release
Releases = Callable[[str], Installed | None]  # of a framework; None where it is to be left out

# the photograph's shape: what is collected does not read the file
_NO_PIXELS = np.broadcast_to(np.uint8(0), (60, 90, 3))


@dataclass(frozen=True, slots=True)
class Trial:
    """One call, one dtype, one case that is read when it is needed; of a sweep, a block of size pairs."""

    call: Call
    dtype: str
    case_name: str
    case: Callable[[], Any]

    @property
    def id(self) -> str:
        """What ``-k`` matches: ``torch-interpolate-bilinear-float32-2x2-8x8-worked_example``."""
        return f"{self.call.id}-{self.dtype}-{self.case_name}"


def calls(operation: Operation | None = None) -> Iterator[Call]:
    """Every call of every framework, installed or not."""
    for framework in FRAMEWORKS.values():
        for call in framework.calls:
            if operation in (None, call.operation):
                yield call


def followed() -> list[tuple[Resize, str | None]]:
    """The resize conventions of every size that some call follows in some release, with any rule that is
    stored; those of calls that have no goldens are left out."""
    return [pair for pair in _stored() if pair[0].takes_every_size]


def followed_at_scales() -> Iterator[Case]:
    """The cases with scales, of the conventions that calls follow that can be given the factors."""
    pairs: dict[tuple[Resize, str | None], list[Call]] = {}
    for call in calls("resize"):
        if call.scaling is not None:
            for convention in call.follows.values():
                pairs.setdefault((convention, call.stored_rule), []).append(call)
    for (convention, rule), given in pairs.items():
        for case in scale_cases(convention, rule):
            if any(call.expression(case.request) is not None for call in given):
                yield case


@functools.cache
def _stored() -> dict[tuple[Resize, str | None], list[Call]]:
    """The resize conventions that have goldens, with any rule that is stored, and their calls."""
    followers: dict[tuple[Resize, str | None], list[Call]] = {}
    for call in (call for call in calls("resize") if call.stored):
        for convention in call.follows.values():
            followers.setdefault((convention, call.stored_rule), []).append(call)
    return followers


def followed_integers() -> dict[tuple[Resize, str], list[Call]]:
    """The resize conventions that calls follow on uint8 images in some release, with the integer arithmetic
    of the same release, and the calls as they are there; those of calls that have no goldens are left out."""
    followers: dict[tuple[Resize, str], list[Call]] = {}
    for call in (one for one in calls("resize") if one.stored and "uint8" in one.rounded):
        for now in call.rounding_alike:
            for rounding in now.roundings.get("uint8", ()):
                if ROUNDINGS[rounding].stored:
                    followers.setdefault((now.latest, rounding), []).append(now)
    return followers


def golden_cases() -> Iterator[Case]:
    """Every case that has a golden, without its expected values."""
    yield from _golden_cases()


@functools.cache
def _golden_cases() -> tuple[Case, ...]:
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    for (convention, rule), followers in _stored().items():
        for case in resize_cases(convention, rule):
            # a part of the image is not for every call to say
            part = isinstance(case.convention, Resize) and case.convention.roi is not None
            if not part or any(call.expression(case.request) is not None for call in followers):
                yield case
    yield from followed_at_scales()
    for (convention, rounding), followers in followed_integers().items():
        for case in integer_cases(convention, rounding):
            expressible = any(call.expression(case.request) is not None for call in followers)
            if expressible and case.name in INTEGER_GOLDENS:
                yield case
    for entry in CONV_TRANSPOSE_CASES:
        yield conv_transpose_case(entry)


def golden_pages() -> Iterator[goldens.Page]:
    """Every golden that is not a case: the summaries of the sweeps."""
    yield from sweep.summaries(calls("resize"))
    yield conversion_sweep.totals()


@functools.cache
def golden(path: Path) -> Case:
    """A golden, read once a process."""
    return goldens.read(path)


def _golden_of(case: Case) -> Case:
    return golden(goldens.path_of(case))  # a path takes longer to make than an item


def trials_of(operation: Operation, release: Releases = installed_release) -> Iterator[Trial]:
    """What the conformance suites run: every call, in every dtype, on the goldens that it can express.

    A narrow dtype runs on some of them (:mod:`~halfpixel.conformance.narrow_dtypes`). Calls that are given
    factors are apart: :func:`scale_trials`.

    Args:
        operation: resize or conv_transpose.
        release: the installed release of a framework; one that answers None is left out.
    """
    yield from _trials((c for c in calls(operation) if c.scaling is None), release, swept=False)


def scale_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """Every call that is given factors, on the goldens, with scales or without, that they can make."""
    yield from _trials((c for c in calls("resize") if c.scaling is not None), release, swept=False)


def narrow_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """What :func:`trials_of`, :func:`scale_trials` and :func:`photograph_trials` leave to the sweep."""
    yield from _trials(calls("resize"), release, swept=True)
    yield from _photographs(release, swept=True)


def _trials(chosen: Iterator[Call], release: Releases, *, swept: bool) -> Iterator[Trial]:
    """Of the chosen calls, in every dtype, the cases that they can express that run by default, or others."""
    for call in chosen:
        cases = _resize_trials if call.operation == "resize" else _conv_transpose_trials
        installed = release(call.framework)
        if installed is not None:
            now = call.at(installed) or call
            can_say = _can_say()
            for dtype in (dtype for dtype in call.arithmetic if dtype not in now.unpredicted):
                every = dict(cases(call, installed, dtype, can_say))
                kept = narrow_dtypes.by_default(call, dtype, list(every))
                for name, case in every.items():
                    if (name in kept) != swept:
                        yield Trial(call, dtype, name, case)


def calls_there(chosen: Iterator[Call], release: Releases) -> Iterator[Call]:
    """The calls as they are in the installed releases, of those that have them."""
    for call in chosen:
        installed = release(call.framework)
        now = call.at(installed) if installed is not None else None
        if now is not None:
            yield now


def calls_following(chosen: Iterator[Call], release: Releases) -> Iterator[tuple[Call, Resize]]:
    """Those of them that follow a convention there, with it."""
    for call in calls_there(chosen, release):
        if call.follows:
            yield call, call.latest


def gradient_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The gradient of every resize call that follows a convention, where its framework has gradients."""
    for call, convention in calls_following(calls("resize"), release):
        gradient = FRAMEWORKS[call.framework].gradient
        if gradient is not None and not call.variant:
            differentiated = gradient.of(call)
            for dtype in differentiated.arithmetic:
                for name in GRADIENT_CASES:
                    request = gradient_case(convention, None, name).request
                    if request.scales is not None and call.scaling is None:
                        continue
                    if differentiated.expression(request) is not None:
                        rule = differentiated.rule_at(request, dtype)
                        case = functools.partial(gradient_golden, convention, rule, name)
                        yield Trial(differentiated, dtype, name, case)


@functools.cache
def gradient_golden(convention: Resize, rule: str | None, name: str) -> Case:
    """A gradient's case with its expected values, computed once a process."""
    case = gradient_case(convention, rule, name)
    return case.computed()


def conv_gradient_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The gradients of every transposed convolution whose inputs have names to differentiate by."""
    for call in calls_there(calls("conv_transpose"), release):
        gradient = FRAMEWORKS[call.framework].gradient
        if gradient is None or call.variant:
            continue
        differentiated = gradient.of_conv_transpose(call)
        for dtype in differentiated.arithmetic:
            for name, case in conv_gradients().items():
                if differentiated.expression(case.request) is not None:
                    yield Trial(differentiated, dtype, name, functools.partial(conv_gradient, name))


@functools.cache
def conv_gradients() -> dict[str, Case]:
    """The gradients of transposed convolutions, without their expected values."""
    return {case.name: case for case in conv_gradient_cases()}


@functools.cache
def conv_gradient(name: str) -> Case:
    """One of them with its expected values, computed once a process."""
    case = conv_gradients()[name]
    return case.computed()


def modes() -> Iterator[tuple[str, Mode]]:
    """Every mode of every framework, with the framework's name."""
    for framework in FRAMEWORKS.values():
        for mode in framework.modes:
            yield framework.name, mode


def mode_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """Every resize call in every mode that this machine has, and its gradient, where the mode has it, on a
    few cases: each compiles anew. Of what says the same as another call, Keras's layers and functions: they
    bring code of their own to be traced."""
    for framework, mode in modes():
        if release(framework) is None or mode.why_absent() is not None:
            continue
        mine = (call for call in calls("resize") if call.framework == framework)
        for call, convention in calls_following(mine, release):
            if not (call.plain or call.own_code):
                continue
            executed = mode.of(call, convention)
            names = _mode_cases(call, convention)
            for dtype in (dtype for dtype in executed.arithmetic if dtype in WIDE):
                rule = executed.arithmetic[dtype].coordinate_rule
                for name in names:
                    case = functools.partial(executed_golden, convention, call.rule, rule, name)
                    yield Trial(executed, dtype, name, case)
            gradient = FRAMEWORKS[framework].gradient
            if gradient is not None:
                # a mode's rules are about its pass forward
                executed = gradient.within(mode).of(replace(executed, arithmetic=call.arithmetic))
                for dtype in mode.differentiates:
                    for name in names[:2] if call.plain else ():
                        request = gradient_case(convention, None, name).request
                        rule = executed.rule_at(request, dtype)
                        case = functools.partial(gradient_golden, convention, rule, name)
                        yield Trial(executed, dtype, name, case)


def _mode_cases(call: Call, convention: Resize) -> tuple[str, ...]:
    """The names of the cases that a call runs on in a mode; of a layer that takes whole factors, others."""
    names = MODE_CASES if sweep.samples_points(convention) else MODE_CASES[:2]
    cases = _resize_cases(convention, call.stored_rule)
    if call.plain or call.expression(cases[names[0]].request) is not None:
        return names
    return MODE_CASES_OF_FACTORS


@functools.cache
def executed_golden(convention: Resize, rule: str | None, executed: str | None, name: str) -> Case:
    """The golden of a call; where its coordinate rule has none, or a mode has another, computed, once."""
    stored = rule if rule and COORDINATE_RULES[rule].stored else None
    case = golden(goldens.root() / folder(convention, stored) / f"{name}.json")
    computed = executed is not None and COORDINATE_RULES[executed].computed
    if executed == rule and not computed:
        return case
    case = replace(case, rule=executed)
    return case.computed()


def photograph_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The photograph through every resize call whose convention has goldens, at three sizes; in float64,
    float16 and bfloat16, and through variants, at one."""
    yield from _photographs(release, swept=False)


def _photographs(release: Releases, *, swept: bool) -> Iterator[Trial]:
    for call, convention in calls_following(calls("resize"), release):
        if call.stored and call.scaling is None:
            for size in PHOTOGRAPH_SIZES:
                named = photograph_case(convention, call.rule, _NO_PIXELS, size)
                if call.expression(named.request) is not None:
                    for dtype in filter(functools.partial(_photographed, call), call.arithmetic):
                        case = functools.partial(_photograph, call, dtype, convention, size)
                        if narrow_dtypes.photographed_by_default(call, dtype, size) != swept:
                            yield Trial(call, dtype, named.name, case)


def _photographed(call: Call, dtype: DType) -> bool:
    """The photograph has 8 bits; where a narrow dtype is only read, float32 shows all there is to see."""
    narrow = dtype not in WIDE
    kept = not narrow or call.returns[dtype] == dtype
    return kept and dtype not in ("uint16", "int16") and not call.refuses(dtype)


def edged() -> Iterator[Call]:
    """The resize calls that are run at the edges: those that are given sizes, since what is given factors
    runs the same kernels, but for those that are left out of all edges."""
    for call in calls("resize"):
        if call.scaling is None and not left_out(call):
            yield call


def edge_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """The edges of every resize call that follows a convention, each at the first sizes it can express."""
    for call, convention in calls_following(edged(), release):
        for entry in EDGE_CASES.values():
            yield from _edge_trials(call, convention, entry)


def _edge_trials(call: Call, convention: Resize, entry: EdgeCase) -> Iterator[Trial]:
    wanted = [d for d in entry.dtypes if not call.runs_few or d in entry.variants]
    supported = [d for d in call.arithmetic if d in wanted and not call.refuses(d)]
    dtypes = [d for d in supported if not left_out(call, entry.name, d)]
    grid = any(arithmetic.extent_roundings for arithmetic in call.arithmetic.values())
    for sizes in entry.at(convention, grid=grid) if dtypes else ():
        named = entry.case(convention, None, dtypes[0], sizes)
        if call.expression(named.request) is not None:
            for dtype in dtypes:
                case = functools.partial(_edge, call, dtype, convention, entry, sizes)
                yield Trial(call, dtype, named.name, case)
            return


def _edge(call: Call, dtype: DType, convention: Resize, entry: EdgeCase, sizes: Sizes) -> Case:
    evaluated = call.evaluated(convention, dtype, load(call.framework)) if entry.form else None
    rule = rule_of(call, dtype)
    if sizes[0] == sizes[1] and not call.stored:
        rule = None  # cv2.dnn copies an image of unchanged size
    # floats share a case where its input is the same in all
    same = dtype if entry.form or dtype in INTEGERS else "float32"
    return edge(convention, rule, evaluated, same, entry, sizes)


@functools.cache
def edge(
    convention: Resize,
    rule: str | None,
    evaluated: Evaluated | None,
    dtype: str,
    entry: EdgeCase,
    sizes: Sizes,
) -> Case:
    """An edge's case with its expected values, computed once a process."""
    case = entry.case(convention, rule, dtype, sizes, evaluated)
    return case.computed()


def sweep_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """Every size pair through every resize call that follows a convention, in blocks; of dtypes that share
    an arithmetic, in one."""
    for call, convention in _swept(release):
        for block, dtypes in sweep.in_blocks(call, convention):
            for dtype in dtypes:  # next to each other: the reference is the same
                yield Trial(call, dtype, block.name, functools.partial(_itself, block))


def sample_trials(release: Releases = installed_release) -> Iterator[Trial]:
    """A sample of the size pairs of a sweep, a few for each resize call that follows a convention."""
    for call, convention in _swept(release):
        end = sweep.largest(convention)
        for dtype in sweep.dtypes(call, every=True):
            pairs = functools.partial(sweep.sample, call, dtype, convention)
            yield Trial(call, dtype, f"1..{end}-1..{end}-sample", pairs)


def _itself(block: sweep.Block) -> sweep.Block:
    return block


def _swept(release: Releases) -> Iterator[tuple[Call, Resize]]:
    for call, convention in calls_following(calls("resize"), release):
        if sweep.swept(call):
            yield call, convention


@functools.cache
def photograph(convention: Resize, rule: str | None, size: tuple[int, int]) -> Case:
    """The photograph's case with its expected values, computed once a process."""
    case = photograph_case(convention, rule, goldens.photograph(), size)
    return case.computed()


def _photograph(call: Call, dtype: DType, convention: Resize, size: tuple[int, int]) -> Case:
    return photograph(convention, rule_of(call, dtype), size)


def rule_of(call: Call, dtype: DType, request: Request | None = None) -> str | None:
    """The coordinate rule, or the integer arithmetic that is followed in this environment; without a
    request, in C order and of three channels at most."""
    choice = call.roundings.get(dtype)
    if choice:
        return call.rounding(choice, load(call.framework))
    if request is not None:
        return call.rule_at(request, dtype)
    return call.arithmetic[dtype].coordinate_rule


Cases = Iterator[tuple[str, Callable[[], Case]]]
CanSay = Callable[[Call, Case], bool]  # whether a call can express a case


def _can_say() -> CanSay:
    """Asks a call once about each case: the dtypes of a call share its cases."""
    known: dict[tuple[int, Case], bool] = {}

    def can_say(call: Call, case: Case) -> bool:
        key = id(call), case  # a call, as it is in a release, lives as long as the catalogue
        if key not in known:
            known[key] = call.expression(case.request) is not None
        return known[key]

    return can_say


_REFUSED = tuple(entry for entry in INTEGER_CASES if entry.shows_refusals)
_REFUSED_FLOATS = tuple(entry for entry in RESIZE_CASES if entry.shows_refusals)


def _as_there(call: Call, release: Installed, dtype: DType) -> tuple[Call, bool]:
    """A call as it is in a release, and whether a dtype came after that release: then, and where the release
    does not have the call, it is as in the latest releases."""
    installed = call.at(release)
    if installed is None or dtype not in installed.arithmetic:
        return call, installed is not None
    return installed, False


def _resize_trials(call: Call, release: Installed, dtype: DType, can_say: CanSay) -> Cases:
    if dtype in INTEGERS:
        yield from _integer_trials(call, release, dtype, can_say)
        return
    convention = call.convention(release)
    call, late = _as_there(call, release, dtype)
    rule = call.stored_rule
    follows = convention or (call.latest if call.follows else Resize(mode="linear"))
    every = resize_entries(follows)
    if call.scaling is not None:
        every = (*every, *SCALE_CASES)
    entries = _REFUSED_FLOATS if late or call.refuses(dtype) else every
    if convention is None:  # it refuses, or this release does not have it: one case shows it
        entries, rule = entries[:1], rule if call.follows else None
    cases = _resize_cases(follows, rule)
    for entry in entries:
        case = cases[entry.name]
        if not holds(entry, dtype) or not can_say(call, case):
            continue
        shown = call.shown_rule(dtype)
        if shown != call.stored_rule:
            yield case.name, functools.partial(executed_golden, follows, rule, shown, entry.name)
        elif call.stored or (call.rule is None and (follows, None) in _stored()):
            yield case.name, functools.partial(_golden_of, case)
        else:
            yield case.name, functools.partial(_computed_float, follows, call.rule, entry.name)


@functools.cache
def _computed_float(convention: Resize, rule: str | None, name: str) -> Case:
    """A case that has no golden, computed once a process; an image of unchanged size is a copy."""
    case = _resize_cases(convention, None)[name]
    case = replace(case, rule=None if case.inputs["x"].shape[2:] == case.size else rule)
    return case.computed()


@functools.cache
def _resize_cases(convention: Resize, rule: str | None) -> dict[str, Case]:
    cases = (*resize_cases(convention, rule), *scale_cases(convention, rule))
    return {case.name: case for case in cases}


def _integer_trials(call: Call, release: Installed, dtype: DType, can_say: CanSay) -> Cases:
    convention = call.convention(release)
    if convention is not None:
        cases = _integer_cases(convention)
        every = INTEGER_CASES if call.scaling is None else (*INTEGER_CASES, *INTEGER_SCALE_CASES)
        call, late = _as_there(call, release, dtype)
        for entry in _REFUSED if late or call.refuses(dtype) else every:
            case = cases.get(entry.name)
            if case is not None and can_say(call, case):
                make = functools.partial(_integer_case, call, dtype, convention, entry.name)
                yield entry.name, make


@functools.cache
def _integer_cases(convention: Resize) -> dict[str, Case]:
    """Those whose sizes a convention takes, and those with scales, without their expected values."""
    every = (*integer_cases(convention, None), *integer_scale_cases(convention, None))
    return {case.name: case for case in every}


def _integer_case(call: Call, dtype: DType, convention: Resize, name: str) -> Case:
    """A golden where there is one: of 8 bits, and rounded on the way; else computed once a process. A
    factor's inverse, and the ratio of the sizes, can be two numbers: a call that is given factors rounds by
    those."""
    rule = rule_of(call, dtype)
    by_factors = call.scaling is not None and call.scaling.uses_factors and rule in ROUNDINGS
    stored = call.stored and name in INTEGER_GOLDENS and not by_factors
    if dtype == "uint8" and stored and rule in ROUNDINGS and ROUNDINGS[rule].stored:
        return golden(goldens.root() / folder(convention, rule) / f"{name}.json")
    return _computed(convention, rule, dtype, name, by_factors)


@functools.cache
def _computed(
    convention: Resize, rule: str | None, dtype: str, name: str, by_factors: bool
) -> Case:
    every = itertools.chain(
        integer_cases(convention, rule, dtype), integer_scale_cases(convention, rule, dtype)
    )
    case = next(c for c in every if c.name == name)
    if by_factors and case.scales is None:
        height, width = (Fraction(n_out, n_in) for n_in, n_out in case.sizes)
        case = replace(case, scales=(height, width))
    return case.computed()


def _conv_transpose_trials(call: Call, release: Installed, dtype: DType, can_say: CanSay) -> Cases:
    call, _ = _as_there(call, release, dtype)
    for case in _conv_transpose_cases():
        held = dtype in WIDE or all(exact(x, dtype) for x in case.inputs.values())
        if held and can_say(call, case):
            yield case.name, functools.partial(_golden_of, case)


@functools.cache
def _conv_transpose_cases() -> tuple[Case, ...]:
    return tuple(conv_transpose_case(entry) for entry in CONV_TRANSPOSE_CASES)
