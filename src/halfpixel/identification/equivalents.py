"""Which calls of the frameworks compute the same, said as a user writes them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .. import documents
from ..conformance import trials
from ..frameworks import Call
from ..numerics import equivalence
from ..numerics.equivalence import REGIMES
from ..operators import Resize
from ..operators.request import Request
from .candidates import Candidate
from .coverage import seen
from .first_row import WORDS, has_defect
from .matching import ELSEWHERE, EVERY, Followed
from .probes import Answer

# from (h, w) to (h, w): sizes that no flag has, so that they can be called by name where they are printed
_SIZES = (
    ((211, 307), (1009, 1013)),
    ((2027, 2039), (1009, 1013)),
    ((505, 507), (1010, 1014)),
    ((2020, 2028), (1010, 1014)),
)


@dataclass(frozen=True)
class Same:
    """A call that computes the same.

    Attributes:
        call: as a user writes it, with ``h`` and ``w`` the output's size.
        framework, releases: whose, and in which releases (PEP 440 specifiers).
        where: the regime in which it is the same.
        name: what ``pytest -k`` selects.
        rule: its coordinate rule, where that is another than the function's: then it is the same but for
            single pixels, or parts of a weight, at some sizes.
        but: where one of the two, and not the other, is known to do something else.
    """

    call: str
    framework: str
    releases: str
    where: str
    name: str
    rule: str | None = None
    but: str = ""

    def json(self) -> documents.Same:
        """For a program."""
        return {
            "call": {"framework": self.framework, "id": self.name, "releases": self.releases},
            "code": self.call,
            "when": self.where,
            "coordinate_rule": self.rule,
            "known_bug": self.but or None,
        }


def same_by_part(
    result: Followed, answers: Sequence[Answer], *, first_row: bool = False
) -> list[Same]:
    """The catalogue's calls that compute what a function follows, in each regime: where both were looked at.
    If the answers do not tell coordinate rules apart, they are the same but for single pixels.

    Args:
        result: what the answers follow.
        answers: those that were compared.
        first_row: an output one pixel wide repeats its first row.
    """
    regime = seen(answers).regime
    equivalents = [
        replace(same, rule=same.rule or "not told apart") if part.open_rules else same
        for part in result.parts
        if part.candidate is not None
        for same in same_as(
            part.candidate,
            part.also,
            regime if part.regime == EVERY else part.regime,
            first_row=first_row,
        )
    ]
    if result.scaling is None or not result.scaling.by_factor:
        return equivalents
    # the calls are printed with sizes, and sample at their ratio
    return [replace(same, where=f"{same.where}, where n * factor is whole") for same in equivalents]


def same_as(
    candidate: Candidate, others: tuple[Candidate, ...], regime: str, *, first_row: bool = False
) -> list[Same]:
    """The catalogue's calls that compute what a function computes in a regime.

    Args:
        candidate: what it follows.
        others: what it follows as well, at all sizes that it was asked for.
        regime: where; calls that are the same in a narrower one are named with it.
        first_row: an output one pixel wide repeats its first row.
    """
    rules = {c.rule for c in (candidate, *others) if c.convention == candidate.convention}
    equivalents = []
    for call in trials.calls("resize"):
        if not call.plain or not call.arithmetic:
            continue
        latest = {convention: releases for releases, convention in call.follows.items()}
        for convention, releases in latest.items():
            where = _where(candidate.convention, convention, regime)
            if where is None:
                continue
            where = _expressible(call, convention, where)
            alike = _evaluated_alike(call, convention, rules, candidate)
            nearly = convention == candidate.convention and candidate.rounding is None
            expression = spoken(call, convention, where) if alike or nearly else None
            if expression is not None:
                rule = None if alike else call.rule or "none"
                but = _BUT[first_row, has_defect(call)]
                equivalents.append(
                    Same(expression, call.framework, releases, where, call.id, rule, but)
                )
    wide = list(REGIMES)
    return sorted(
        equivalents, key=lambda s: (wide.index(s.where) if s.where in wide else -1, len(s.call))
    )


# by whether the function repeats its first row, and whether a call does
_BUT = {
    (False, True): WORDS,
    (True, False): "an output one pixel wide has rows of its own",
    (True, True): "",
    (False, False): "",
}


def _evaluated_alike(
    call: Call, convention: Resize, rules: set[str | None], candidate: Candidate
) -> bool:
    """Whether a call's coordinate rule is the function's, or neither has one; of a function of integers,
    whether the call rounds as it does."""
    if candidate.rounding is not None:
        return candidate.rounding in call.roundings.get("uint8", ())
    rule = next(iter(call.arithmetic.values())).coordinate_rule
    if convention == candidate.convention:
        return rule in rules
    return rule is None and candidate.rule is None


@functools.lru_cache(maxsize=1 << 14)
def _where(one: Resize, other: Resize, regime: str) -> str | None:
    """The widest part of a regime in which two conventions are one, if that is worth saying."""
    if one == other:
        return regime
    if regime == ELSEWHERE:
        return None
    if not (one.takes_every_size and other.takes_every_size):
        return None
    parts = _PARTS if regime == EVERY else (regime,)
    return next((part for part in parts if equivalence.equal_in(one, other, part)), None)


def _expressible(call: Call, convention: Resize, where: str) -> str:
    """The part of a regime in which a call follows a convention: OpenCV's INTER_AREA follows one where
    an axis grows, and another where none does."""
    if where not in (EVERY, "at more than one pixel"):
        return where
    sizes = dict(zip(("enlarging", "shrinking"), _SIZES, strict=False))
    if not all(convention.takes(*p) for size in sizes.values() for p in zip(*size, strict=True)):
        return where
    parts = [
        part
        for part, (n_in, n_out) in sizes.items()
        if call.expression(Request(convention, (1, 3, *n_in), n_out)) is not None
    ]
    return parts[0] if len(parts) == 1 else where


_PARTS = ("at every size", "at more than one pixel", "enlarging", "shrinking")


def spoken(call: Call, convention: Resize, where: str = EVERY) -> str | None:
    """A call as a user writes it, with ``h`` and ``w`` for the output's size, ``x_h`` and ``x_w`` for the
    input's; None if its arguments say no size of the regime that is tried."""
    holds = REGIMES.get(where, REGIMES[EVERY])
    within = [size for size in _SIZES if all(holds(*pair) for pair in zip(*size, strict=True))]
    for n_in, n_out in within or _SIZES:
        if not all(convention.takes(*pair) for pair in zip(n_in, n_out, strict=True)):
            continue
        expression = call.expression(Request(convention, (1, 3, *n_in), n_out))
        if expression is not None:
            return _named(str(expression), n_in, n_out)
    return None


def _named(text: str, n_in: tuple[int, int], n_out: tuple[int, int]) -> str:
    names = dict(_numbers("h", n_in[0], n_out[0])) | dict(_numbers("w", n_in[1], n_out[1]))
    return re.sub(r"-?\d+\.?\d*(e-?\d+)?", lambda m: names.get(m[0], m[0]), text)


def _numbers(name: str, n_in: int, n_out: int) -> Iterator[tuple[str, str]]:
    """What is computed from the sizes of an axis, as it is printed, and as it is computed."""
    yield str(n_out), name
    yield str(n_in), f"x_{name}"
    yield str(n_out / n_in), f"{name} / x_{name}"
    yield str(n_in / n_out), f"x_{name} / {name}"
    yield str(0.5 * (n_in / n_out) - 0.5), f"0.5 * x_{name} / {name} - 0.5"
