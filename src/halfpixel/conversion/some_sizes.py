"""The calls of a target that compute the same at some of the sizes: in a regime, or at all but a few."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..frameworks.layer_plans import Target
from ..numerics import equivalence
from . import search
from .agreement import jumps
from .answer import ANOTHER_PIXEL, Equivalent, Exceptions
from .equal import equivalent, first_equal
from .meaning import Meaning
from .search import Candidate
from .sizes import Sizes


def equal_somewhere(
    meaning: Meaning, candidates: Sequence[Candidate], target: Target
) -> tuple[Equivalent, ...]:
    """Calls that are equal but at a few sizes, which stand first, or in a regime."""
    nearly = tuple(_nearly(meaning, candidates, target))
    codes = [one.code for one in nearly]
    in_regimes = _in_regimes(meaning, candidates, target)
    return (*nearly, *(one for one in in_regimes if one.code not in codes))


def _in_regimes(
    meaning: Meaning, every: Sequence[Candidate], target: Target
) -> Iterator[Equivalent]:
    """For each regime, the call that is the most exactly equal; what lies within a wider one is left out."""
    if meaning.query.complete:
        return
    likely = [c for c in every if _somewhere(meaning, c)]
    covered: set[Sizes] = set()
    for regime, within in _regimes(meaning.query.sizes).items():
        news = [one for one in within if not one.unchanged and one not in covered]
        if not news or regime == "at every size":
            continue
        equal_in = functools.partial(_equal_in, within=within, target=target, regime=regime)
        ranked = first_equal(meaning, likely, lambda c: equal_in(meaning, c))  # noqa: B023
        if ranked:
            covered |= set(within)
            yield ranked[0]


def _nearly(meaning: Meaning, every: Sequence[Candidate], target: Target) -> Iterator[Equivalent]:
    """The call that is equal but at the fewest sizes, where a rounded coordinate reads another pixel."""
    source = meaning.model
    ranked = []
    for candidate in [] if meaning.query.complete else every:
        each = ((s, candidate.equal(meaning.convention, s)) for s in meaning.query.sizes)
        calls = [(s, call) for s, call in itertools.takewhile(lambda pair: pair[1], each) if call]
        if len(calls) < len(
            meaning.query.sizes
        ):  # at the first size that is not equal, the rest is left
            continue
        kept = [
            (s, call)
            for s, call in calls
            if not jumps(source, search.model_of(call), s, Sizes(s.n_in, s.n_out))
        ]
        if len(kept) >= len(calls) / 2:
            ranked.append((candidate, kept))
    for candidate, kept in sorted(ranked, key=lambda pair: -len(pair[1])):
        equal = equivalent(meaning, candidate, kept, target)
        if equal is not None:
            off = Exceptions.of(meaning.query.sizes, [s for s, _ in kept], ANOTHER_PIXEL)
            yield replace(equal, exceptions=off)
            return


def _somewhere(meaning: Meaning, candidate: Candidate) -> bool:
    """Whether a candidate is equal at one of a few sizes of different kinds."""
    kinds = _of_each_kind(meaning.query.sizes)
    return any(candidate.equal(meaning.convention, sizes) is not None for sizes in kinds)


@functools.lru_cache(maxsize=32)
def _regimes(query_sizes: tuple[Sizes, ...]) -> Mapping[str, tuple[Sizes, ...]]:
    """The sizes that lie in each regime along all axes."""
    return {
        regime: tuple(
            one
            for one in query_sizes
            if all(holds(n, m) for n, m in zip(one.n_in, one.n_out, strict=True))
        )
        for regime, holds in equivalence.REGIMES.items()
    }


@functools.lru_cache(maxsize=32)
def _of_each_kind(query_sizes: tuple[Sizes, ...]) -> tuple[Sizes, ...]:
    """For each set of regimes, the first small size that lies in just these."""
    regimes: dict[Sizes, list[str]] = {}
    for regime, within in _regimes(query_sizes).items():
        for sizes in within:
            regimes.setdefault(sizes, []).append(regime)
    kinds: dict[tuple[str, ...], Sizes] = {}
    for sizes, held in regimes.items():
        if not sizes.unchanged and sizes.pixels < 2**12:
            kinds.setdefault(tuple(held), sizes)
    return tuple(kinds.values())


def _equal_in(
    meaning: Meaning,
    candidate: Candidate,
    within: Sequence[Sizes],
    target: Target,
    regime: str,
) -> Equivalent | None:
    calls = []
    for sizes in within:
        call = candidate.equal(meaning.convention, sizes)
        if call is None:
            return None
        calls.append((sizes, call))
    return equivalent(meaning, candidate, calls, target, regime)
