"""Which convention the answers follow: one at every size, or one in each regime of sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..numerics.equivalence import REGIMES
from ..operators.request import Scales
from .candidates import (
    Candidate,
    Fit,
    candidates,
    candidates_at_factors,
    differ,
    expected,
    fit,
    following,
    integer_candidates,
)
from .deadline import Deadline
from .probes import Answer
from .scalings import BY_FACTOR, BY_SIZES, Scaling

EVERY, ELSEWHERE = "at every size", "elsewhere"
# A part of the sizes is named only if so many probes stand for it, not all of them at an unchanged size.
_LEAST = 2


@dataclass(frozen=True)
class Part:
    """What is followed in a regime.

    Attributes:
        regime: a name of :data:`halfpixel.numerics.equivalence.REGIMES`, or ``elsewhere``.
        also: other candidates that the same answers follow.
        candidate: the first of those that are followed; None if there is none.
        error, ulp, share: the largest of its answers (:class:`halfpixel.identification.candidates.Fit`).
        answers: that stand for it.
    """

    regime: str
    candidate: Candidate | None
    also: tuple[Candidate, ...] = ()
    error: float = 0.0
    ulp: float = 0.0
    share: float = 0.0
    answers: tuple[Answer, ...] = ()

    @property
    def open_rules(self) -> tuple[str, ...]:
        """The coordinate rules of nearest that the same answers follow, and that read other pixels at
        other sizes; empty if the answers tell which it is."""
        own = self.candidate
        if own is None or own.convention.mode != "nearest":
            return ()
        alike = [c for c in self.also if c.convention == own.convention and c.rule != own.rule]
        if not any(differ(own, other) for other in alike):
            return ()
        return tuple(dict.fromkeys(c.rule or "exact" for c in (own, *alike)))


@dataclass(frozen=True)
class Followed:
    """What the answers of a function follow.

    Attributes:
        parts: by regime; one part, ``at every size``, where one convention is followed throughout.
        per_axis: where the axes are in two regimes, each follows its own.
        scaling: what is made of the factor that is given; None if none is, or if nothing tells.
    """

    parts: tuple[Part, ...]
    per_axis: bool = False
    scaling: Scaling | None = None

    @property
    def but(self) -> str:
        """Where it samples at other scales than elsewhere; empty for nowhere."""
        return self.scaling.but if self.scaling is not None else ""

    def scales(self, answer: Answer) -> Scales | None:
        """At which scales an answer was sampled; None for the ratio of the sizes."""
        return _at(answer, self.scaling).scales

    @property
    def complete(self) -> bool:
        """Whether every answer follows something."""
        return bool(self.parts) and all(part.candidate is not None for part in self.parts)


Fits = dict[Candidate, Fit]


@dataclass
class Table:
    """Which candidates each answer follows, found as it is asked for."""

    answers: Sequence[Answer]
    pool: Sequence[Candidate] = field(default_factory=lambda: candidates())
    known: dict[Answer, Fits] = field(default_factory=dict)
    deadline: Deadline = field(default_factory=Deadline, repr=False)

    def of(self, answer: Answer) -> Fits:
        if answer not in self.known:
            self.known[answer] = self._following(answer, self.pool)
        return self.known[answer]

    def survivors(self, answers: Sequence[Answer]) -> list[Candidate]:
        """The candidates that all of some answers follow, in their order."""
        left = self.pool
        for answer in answers:
            if answer in self.known:
                left = [c for c in left if c in self.known[answer]]
            elif left is self.pool:
                left = list(self.of(answer))
            else:
                left = list(self._following(answer, left))
            if not left:
                break
        return list(left)

    def _following(self, answer: Answer, among: Sequence[Candidate]) -> Fits:
        return following(answer, among, self.deadline)

    def part(self, regime: str, answers: Sequence[Answer], left: Sequence[Candidate]) -> Part:
        """A part that all of some answers make, once it is known what survives them."""
        if not left:
            return Part(regime, None, answers=tuple(answers))
        fits = [fit(left[0], left[0], answer) for answer in answers]
        return Part(
            regime,
            left[0],
            tuple(left[1:]),
            max(f.error for f in fits),
            max(f.ulp for f in fits),
            max(f.share for f in fits),
            tuple(answers),
        )


def followed(
    answers: Sequence[Answer],
    integers: str | None = None,
    pool: Sequence[Candidate] | None = None,
    deadline: Deadline | None = None,
) -> Followed:
    """What the answers follow.

    Args:
        answers: those with a result, at least one.
        integers: the dtype of images and results, where these are integers.
        pool: the candidates; by default all.
        deadline: until when they are compared; by default for ever.

    Raises:
        OutOfTime: the deadline is over.
    """
    until = deadline or Deadline()
    if pool is None:
        pool = candidates() if integers is None else integer_candidates(integers)
    tables = {BY_SIZES: Table(answers, pool, deadline=until)}
    if any(answer.factors is not None for answer in answers):
        tables |= {
            scaling: Table(
                [_at(answer, scaling) for answer in answers],
                candidates_at_factors(),
                deadline=until,
            )
            for scaling in BY_FACTOR
        }
    whole = {scaling: table.survivors(table.answers) for scaling, table in tables.items()}
    fitting = [scaling for scaling, left in whole.items() if left]
    if fitting:
        table = tables[fitting[0]]
        part = table.part(EVERY, table.answers, whole[fitting[0]])
        return Followed((part,), scaling=_scaling(fitting, len(tables)))
    by_scaling = {scaling: _by_regime(table) for scaling, table in tables.items()}
    most = max(map(_explained, by_scaling.values()))
    fitting = [scaling for scaling, one in by_scaling.items() if _explained(one) == most]
    return replace(by_scaling[fitting[0]], scaling=_scaling(fitting, len(tables)))


def _scaling(fitting: Sequence[Scaling], of: int) -> Scaling | None:
    """Which scaling it is, of those that explain the most; None if only one, or that of the sizes among
    others, was asked about."""
    by_sizes_too = BY_SIZES in fitting and len(fitting) > 1
    return None if of == 1 or by_sizes_too else fitting[0]


def _at(answer: Answer, scaling: Scaling | None) -> Answer:
    """An answer as one that was sampled at the scales that a function makes of its factor."""
    if scaling is None or not scaling.by_factor or answer.factors is None:
        return answer
    height, width = map(float, answer.factors)
    return replace(answer, scales=scaling.scales(answer.n_in, answer.n_out, (height, width)))


def _explained(result: Followed) -> int:
    return sum(len(part.answers) for part in result.parts if part.candidate is not None)


def _telling(answer: Answer) -> bool:
    """Whether an answer can tell anything: at an unchanged size nearly all conventions are one."""
    return any(n_in != n_out for n_in, n_out in answer.axes)


def _by_regime(table: Table) -> Followed:
    left = list(table.answers)
    parts: list[Part] = []
    for regime in list(REGIMES)[1:]:
        within = [answer for answer in table.answers if answer.within(regime)]
        fresh = [answer for answer in left if answer in within and _telling(answer)]
        if len(fresh) < _LEAST or not (survivors := table.survivors(within)):
            continue
        parts.append(table.part(regime, within, survivors))
        left = [answer for answer in left if answer not in within]
    left = [answer for answer in left if _telling(answer) or not parts]
    if not left:
        return Followed(tuple(parts))
    return _with_the_rest(table, parts, left)


def _with_the_rest(table: Table, parts: list[Part], left: list[Answer]) -> Followed:
    """The answers that are in no regime that has a part: one of the parts, each axis its own, or another."""
    for part in parts:
        shared = [c for c in (part.candidate, *part.also) if c is not None]
        kept = [c for c in table.survivors(left) if c in shared]
        if kept:
            others = [p for p in parts if p is not part]
            return Followed((*others, table.part(ELSEWHERE, [*part.answers, *left], kept)))
    mixed = [answer for answer in left if _composed(table, parts, answer)]
    rest = [answer for answer in left if answer not in mixed]
    if mixed and not rest:
        return Followed(tuple(parts), per_axis=True)
    survivors = table.survivors(rest)
    return Followed((*parts, table.part(ELSEWHERE, rest, survivors)), per_axis=bool(mixed))


def _composed(table: Table, parts: Sequence[Part], answer: Answer) -> bool:
    """Whether each axis of an answer follows the part of its own regime."""
    chosen = [
        next((p.candidate for p in parts if p.candidate and REGIMES[p.regime](*pair)), None)
        for pair in answer.axes
    ]
    rows, columns = chosen
    if rows is None or columns is None:
        return False
    return fit(rows, columns, answer).share <= 1


def nearest_candidate(answers: Sequence[Answer]) -> tuple[Candidate, float]:
    """The candidate whose error over all answers is least (the mean of squares), and its largest error.

    Only candidates that take every answer's sizes are asked.
    """
    best: tuple[float, float, Candidate] | None = None
    for candidate in candidates():
        if candidate.rule is not None or not all(candidate.takes(answer) for answer in answers):
            continue
        total, largest = 0.0, 0.0
        for answer in answers:
            errors = abs(answer.result - expected(candidate, answer))
            total, largest = total + float(np.mean(errors**2)), max(largest, float(errors.max()))
            if best is not None and total >= best[0]:
                break  # what follows is no nearer
        else:
            best = total, largest, candidate
    assert best is not None, "every resize but a pyramid takes every size"
    return best[2], best[1]
