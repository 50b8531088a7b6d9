"""What changes of one call between two releases, by what it declares of each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..catalogue.rules import words, written
from ..frameworks.call import INTEGERS, Call, DType
from . import effects
from .effects import Effect
from .outcomes import ENDS, NOT_TAKEN, Outcome, convention_of, outcome, requests

Kind = Literal[
    "meaning", "defect", "fixed", "result", "refuses", "removed", "accepts", "appeared", "rounding"
]
Key = Callable[[Call | None], Hashable]
# those that change what a program gets without a word from the framework
SILENT: tuple[Kind, ...] = ("meaning", "defect", "fixed", "result")
# those by which a result becomes an error
LOST: tuple[Kind, ...] = ("refuses", "removed")


@dataclass(frozen=True, eq=False)
class Change:
    """What changes of a call.

    Attributes:
        kind: meaning (other values, by another convention, coordinate rule or integer arithmetic), defect (a
            new one), fixed (a defect), result (another shape or dtype), refuses (raises now), accepts
            (raised before), appeared, removed, rounding (last digits).
        call: the call, in the newer release that has it.
        code: the call as a user writes it.
        old, new: what each release does, in words.
        dtypes: of the image; empty where it is every dtype.
        effects: how much results change; empty where that is no matter of values.
        key: from the call in a release to what this change is about: where it came is where this changes.
        since: the releases in which it came, oldest first, of several where it came in steps; empty where
            the catalogue does not say it.
        source: where that is announced; None where no source is known.
        seen: what the record of both releases shows of it: ``seen``, ``not seen`` in its probes, or ``only
            seen``, where nothing is declared; empty where one of the releases is not recorded.
    """

    kind: Kind
    call: Call
    code: str
    old: str
    new: str
    dtypes: tuple[str, ...]
    key: Key
    effects: tuple[Effect, ...] = ()
    since: tuple[str, ...] = ()
    source: str | None = None
    seen: str = ""

    @property
    def since_text(self) -> str:
        """The releases in which it came, in words; empty where that is not known."""
        first, *more = self.since or ("",)
        if not more:
            return first
        *others, last = more
        before = f"{', '.join(others)} and " if others else ""
        return f"{first}, changed again in {before}{last}"

    @property
    def silent(self) -> bool:
        """A program gets another result, and no error."""
        return self.kind in SILENT

    @property
    def lost(self) -> bool:
        """A program gets an error, where it got a result."""
        return self.kind in LOST


def compare(old: Call | None, new: Call | None) -> list[Change]:
    """What changes of a call.

    Args:
        old, new: the call as it is in each release (:meth:`~halfpixel.frameworks.Call.at`); None where a
            release does not have it.
    """
    if old is None or new is None:
        return list(_existence(old, new))
    return [*_answered(old, new), *_values(old, new), *_result_dtypes(old, new)]


def _existence(old: Call | None, new: Call | None) -> Iterator[Change]:
    def exists(call: Call | None) -> bool:
        return call is not None

    if any(call is not None and _always_raises(call) for call in (old, new)):
        return  # what raises wherever it is there is neither new nor gone
    if new is not None:
        yield Change("appeared", new, str(written(new)), "", follows(new), (), exists)
    elif old is not None:
        yield Change("removed", old, str(written(old)), follows(old), "", (), exists)


def _always_raises(call: Call) -> bool:
    return call.operation == "resize" and not call.follows


def follows(call: Call, dtype: DType | None = None) -> str:
    """What a call of one release follows, in words, with its coordinate rule."""
    convention = convention_of(call)
    if convention is None:
        return "a transposed convolution" if call.operation == "conv_transpose" else "raises"
    known = call.arithmetic.get(dtype or "float32") or next(iter(call.arithmetic.values()))
    rule = f" (coordinate rule {known.coordinate_rule})" if known.coordinate_rule else ""
    return f"{words(convention)}{rule}"


# ---------------------------------------------------------------------------- errors, and dtypes


def _dtypes_of(call: Call) -> tuple[DType, ...]:
    return tuple(call.arithmetic)


def _dtypes(*calls: Call) -> tuple[DType, ...]:
    every = [dtype for call in calls for dtype in (*_dtypes_of(call), *call.since)]
    return tuple(dict.fromkeys(every))


def _outcomes(call: Call, dtype: DType, other: Call) -> tuple[Outcome, ...]:
    convention = convention_of(call) or convention_of(other)
    return tuple(outcome(call, one, dtype) for one in requests(call, convention))


def _answered(old: Call, new: Call) -> Iterator[Change]:
    """What only one of the releases answers: by the reason of the other, with the dtypes."""
    by_reason: dict[tuple[Kind, str], list[DType]] = {}
    outcomes = functools.cache(functools.partial(_outcomes_of_both, old, new))
    for dtype in _dtypes(old, new):
        if _answers_alike(old, new, dtype):
            continue
        for before, after in outcomes(dtype):
            if (before.kind, after.kind) == ("answers", "raises"):
                by_reason.setdefault(("refuses", _without_answer(after)), []).append(dtype)
            if (before.kind, after.kind) == ("raises", "answers"):
                by_reason.setdefault(("accepts", _without_answer(before)), []).append(dtype)
    for (kind, why), many in by_reason.items():
        dtypes = tuple(dict.fromkeys(many))
        answering = [
            dtype
            for dtype in _dtypes(old, new)
            if any(one.kind == "answers" for both in outcomes(dtype) for one in both)
        ]
        named = dtypes if why == NOT_TAKEN else _named(dtypes, answering)
        result, key = "returns a result", _kinds_of_outcomes(dtypes[0], old)
        sides = (result, why) if kind == "refuses" else (why, result)
        yield _change(kind, new, sides[0], sides[1], named, key)


def _outcomes_of_both(old: Call, new: Call, dtype: DType) -> list[tuple[Outcome, Outcome]]:
    """What becomes of each request in a dtype, in both releases."""
    return list(zip(_outcomes(old, dtype, new), _outcomes(new, dtype, old), strict=True))


def _both_answer(old: Call, new: Call, dtype: DType) -> bool:
    """Whether both releases answer one and the same request in a dtype."""
    outcomes = _outcomes_of_both(old, new, dtype)
    return any(before.kind == after.kind == "answers" for before, after in outcomes)


def _answers_alike(old: Call, new: Call, dtype: DType) -> bool:
    """Whether nothing that decides what a call answers differs, so that no request needs to be tried."""
    same_dtypes = (dtype in old.arithmetic) == (dtype in new.arithmetic)
    same_expression = old.expression is new.expression and convention_of(old) == convention_of(new)
    alike = old.refusals == new.refusals and old.crashes == new.crashes
    return same_dtypes and same_expression and alike


def _without_answer(outcome: Outcome) -> str:
    bare = outcome.why == NOT_TAKEN or outcome.why.startswith(ENDS)
    return outcome.why if bare else f"raises: {outcome.why}"


def _kinds_of_outcomes(dtype: DType, other: Call) -> Key:
    def key(call: Call | None) -> Hashable:
        if call is None:
            return None
        return tuple(one.kind for one in _outcomes(call, dtype, other))

    return key


def _named(dtypes: Sequence[DType], every: Sequence[DType]) -> tuple[str, ...]:
    """Dtypes by name; none where it is all of them."""
    return () if set(dtypes) == set(every) else tuple(dtypes)


# ---------------------------------------------------------------------------- values


def _meaning(call: Call, dtype: DType) -> Hashable:
    """All that decides the values of a dtype, but for rounding."""
    scaling = call.scaling and (call.scaling.size, call.scaling.scales)
    roundings = call.roundings.get(dtype, ())
    rule = None if roundings else call.arithmetic[dtype].coordinate_rule
    return (convention_of(call), rule, roundings, _defects(call), scaling)


def _defects(call: Call) -> tuple[str, ...]:
    return tuple(defect.why for defect in call.defects)


def _about(dtypes: Sequence[DType]) -> Key:
    def key(call: Call | None) -> Hashable:
        if call is None:
            return None
        return tuple(_meaning(call, d) if d in call.arithmetic else None for d in dtypes)

    return key


def _values(old: Call, new: Call) -> Iterator[Change]:
    """Other values: one change, of all dtypes that it touches; defects; and last digits."""
    dtypes = [dtype for dtype in _dtypes_of(new) if dtype in old.arithmetic]
    touched = [dtype for dtype in dtypes if _meaning(old, dtype) != _meaning(new, dtype)]
    effects_found = _effects(old, new, touched)
    changed = [dtype for effect in effects_found for dtype in effect.dtypes]
    if effects_found:
        named = [dtype for dtype in dtypes if dtype in changed]
        before, after = (_description(call, named[0]) for call in (old, new))
        yield _change(
            "meaning", new, before, after, _named(named, dtypes), _about(named), effects_found
        )
    left = [dtype for dtype in dtypes if dtype not in changed]
    if left and _defects(old) != _defects(new):
        change = _of_defects(old, new, left)
        if change.effects or not effects_found:  # it may be one of the kernel of the others alone
            yield replace(change, dtypes=_named(left, dtypes))
    rounded = [d for d in dtypes if d not in changed and _rounds_otherwise(old, new, d)]
    if rounded:
        words = "last digits, within the error bound"
        key = _arithmetics(rounded)
        yield _change("rounding", new, "", words, _named(rounded, dtypes), key)


def _rounds_otherwise(old: Call, new: Call, dtype: DType) -> bool:
    before, after = ((one.arithmetic[dtype], one.roundings.get(dtype)) for one in (old, new))
    return before != after


def _of_defects(old: Call, new: Call, dtypes: Sequence[DType]) -> Change:
    """A defect that came or went: at the sizes that show it, if these do."""
    fixed = [why for why in _defects(old) if why not in _defects(new)]
    new_defects = [why for why in _defects(new) if why not in _defects(old)]
    before, after = (f"defect: {'; '.join(whys)}" if whys else "" for whys in (fixed, new_defects))
    effect = _effect_of_defects(old, new, dtypes)
    kind: Kind = "meaning" if fixed and new_defects else "fixed" if fixed else "defect"
    convention = follows(new)
    return _change(
        kind,
        new,
        before or convention,
        after or convention,
        (),
        _about(dtypes),
        (effect,) if effect else (),
    )


def _effect_of_defects(old: Call, new: Call, dtypes: Sequence[DType]) -> Effect | None:
    if old.operation == "conv_transpose":
        return effects.of_conv_transpose(old, new, dtypes)
    if new.variant or not (old.follows and new.follows):
        return None  # the call that it is another way to say has it
    # a defect can be one of the kernel of integers, or of floats
    kinds = [next((d for d in dtypes if (d in INTEGERS) == whole), None) for whole in (False, True)]
    every = (effects.of_defects(old, new, dtype) for dtype in kinds if dtype is not None)
    return next((one for one in every if one is not None), None)


def _change(
    kind: Kind,
    call: Call,
    old: str,
    new: str,
    dtypes: tuple[str, ...],
    key: Key,
    effects: tuple[Effect, ...] = (),
) -> Change:
    return Change(kind, call, str(written(call)), old, new, dtypes, key, effects)


def _arithmetics(dtypes: Sequence[DType]) -> Key:
    def key(call: Call | None) -> Hashable:
        if call is None:
            return None
        return tuple((call.arithmetic.get(d), call.roundings.get(d)) for d in dtypes)

    return key


def _effects(old: Call, new: Call, touched: Sequence[DType]) -> tuple[Effect, ...]:
    """How much the results of the touched dtypes change, beyond rounding; of integers, beyond one level."""
    if old.operation == "conv_transpose" or not (old.follows and new.follows):
        return ()
    apart = [replace(call, defects=()) for call in (old, new)]
    touched = [dtype for dtype in touched if _meaning(apart[0], dtype) != _meaning(apart[1], dtype)]
    copied = [d for d in touched if not (d in old.roundings or d in new.roundings)]
    every = [effects.of_floats(old, new, group) for group in _alike(old, new, copied)]
    for dtype in touched:
        if dtype not in copied:
            every.append(effects.of_integers(old, new, dtype))
    return tuple(one for one in every if one is not None)


def _alike(old: Call, new: Call, dtypes: Sequence[DType]) -> list[list[DType]]:
    """Dtypes of the same meaning in both releases, together."""
    groups: dict[Hashable, list[DType]] = {}
    for dtype in dtypes:
        groups.setdefault((_meaning(old, dtype), _meaning(new, dtype)), []).append(dtype)
    return list(groups.values())


def _description(call: Call, dtype: DType) -> str:
    """What a release follows, in words; of integers alone, by their arithmetic."""
    words = follows(call, dtype)
    if any(_defects(call)):
        words += f"; defect: {'; '.join(_defects(call))}"
    if dtype in INTEGERS and dtype in call.roundings:
        words += f"; {' or '.join(call.roundings[dtype])}"
    elif dtype in INTEGERS:
        words += "; computed in floats, then rounded"
    if call.scaling is not None:
        words += f"; {_scaled(call)}"
    return words


def _scaled(call: Call) -> str:
    assert call.scaling is not None
    if not call.scaling.uses_factors:
        return "samples at the ratio of the sizes"
    return "samples at the factor that it is given"


# ---------------------------------------------------------------------------- results' dtype


def _result_dtypes(old: Call, new: Call) -> Iterator[Change]:
    common = [dtype for dtype in _dtypes_of(new) if dtype in old.arithmetic]
    by_result: dict[tuple[str, str], list[DType]] = {}
    for dtype in common:
        if old.returns[dtype] != new.returns[dtype] and _both_answer(old, new, dtype):
            by_result.setdefault((old.returns[dtype], new.returns[dtype]), []).append(dtype)
    for (before, after), dtypes in by_result.items():

        def key(call: Call | None, dtypes: Sequence[DType] = tuple(dtypes)) -> Hashable:
            return call and tuple(call.returns.get(dtype) for dtype in dtypes)

        yield Change(
            "result",
            new,
            str(written(new)),
            f"returns {before}",
            f"returns {after}",
            _named(dtypes, common),
            key,
        )
