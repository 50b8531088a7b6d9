"""Calls of the installed release, held to what an older release did.

What that release answered must come out again, but for rounding: within the error bounds of both, and
within one level, up and down, of integers that are rounded on the way. What it raised for is held to nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from ..frameworks import Call, NotAnArray, Release, load
from ..frameworks import release as installed_release
from ..frameworks.call import INTEGERS
from ..numerics.integer_kernels import one_way
from .cases import Case
from .verdicts import (
    ModifiedInput,
    Verdict,
    error_bound,
    errors,
    ran,
    share_of_bound,
    verdict_on,
)

# what is held: forward passes of every call in every dtype, on the goldens and on the photograph
SUITES = ("resize", "conv_transpose", "photograph", "scales")


class Judge(Protocol):
    """What judges a trial."""

    def __call__(self, *, call: Call, case: Case, dtype: str) -> Verdict: ...


def judge_as(before: Release) -> Judge:
    """What judges a call by what it did in another release."""

    def judge(*, call: Call, case: Case, dtype: str) -> Verdict:
        return _judge(call, case, dtype, before)

    return judge


def _judge(call: Call, case: Case, dtype: str, before: Release) -> Verdict:
    names = load(call.framework)
    installed = installed_release(call.framework) or Release("")
    was, now = call.at(before), call.at(installed)
    release = f"{installed}, held to {before}"

    def verdict(kind: str, **known: str) -> Verdict:
        return Verdict(kind, call, case, dtype, release, **known)  # type: ignore[arg-type]

    refused = was is None or dtype not in was.arithmetic or was.crash(case.request, dtype)
    if was is None or refused or was.refusal(case.request, dtype, names):
        return verdict("unsupported", words=f"{before} raised: there is no result to hold it to")
    if now is not None and (crash := now.crash(case.request, dtype)):
        return verdict("changed", reason=f"it ends the process now: {crash.why}")
    try:
        got = ran(was, case, dtype, names)
    except (NotAnArray, ModifiedInput) as error:
        return verdict("changed", reason=str(error))
    if isinstance(got, str):
        return verdict("changed", reason=f"raises now: {got}")
    result = verdict_on(got, call, case, dtype, before, names)
    if result.bound.size and now is not None and dtype in now.arithmetic:
        return replace(_with_both_bounds(result, was, now), release=release)
    return replace(result, release=release)


def _cut(verdict: Verdict) -> bool:
    """Whether integers differ in one direction: one of the releases cuts what the other rounds."""
    signed = verdict.got.astype(np.float64) - verdict.case.expected
    up, down = (int(np.count_nonzero(each)) for each in (signed > 0, signed < 0))
    return one_way(up, down, signed.size)


def _with_both_bounds(verdict: Verdict, was: Call, now: Call) -> Verdict:
    """A verdict on values, by the error bounds of both releases together."""
    dtype, case = verdict.dtype, verdict.case  # with the defects of that release
    if dtype in INTEGERS and dtype in (*was.roundings, *now.roundings):
        bound = verdict.bound + 1.0
    else:
        old, new = (one.arithmetic[dtype] for one in (was, now))  # type: ignore[index]
        bound = verdict.bound + error_bound(case, replace(new, coordinate_rule=old.coordinate_rule))
    share = share_of_bound(verdict.got, case.expected, bound)
    if share <= 1 and dtype in INTEGERS and _cut(verdict):
        return replace(verdict, reason=f"{verdict.reason}, all in one direction")
    if share <= 1:
        return replace(verdict, kind="conforms", share=share, reason="", got=np.empty(0))
    off = int(np.count_nonzero(errors(verdict.got, case.expected) > bound))
    reason = f"{off} of {verdict.got.size} values exceed the error bounds of both releases"
    return replace(verdict, share=share, reason=reason, bound=bound)
