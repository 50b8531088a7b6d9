"""The calls of a target that compute the same at the sizes that are asked about, the best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..frameworks.call import Call
from ..frameworks.layer_plans import Target
from ..operators import Resize
from . import code, search
from .agreement import Exactness, Levels, Looked, Pair, Side, compared, jumps, levels, side
from .answer import Equivalent
from .meaning import NOT_TWO, Meaning
from .search import Candidate
from .size_query import Query
from .sizes import Size, Sizes

_MORE_THAN_A_PIXEL = "an image of more than one row"


def equal(
    meaning: Meaning, candidates: Sequence[Candidate], target: Target
) -> tuple[Equivalent, ...]:
    """The candidates that compute the same at every size that is asked about, the best first."""
    return first_equal(meaning, candidates, lambda one: _equal(meaning, one, target))


def _equal(meaning: Meaning, candidate: Candidate, target: Target) -> Equivalent | None:
    """A candidate that computes the same at every size that is asked about; None of another."""
    calls: list[tuple[Sizes, Call]] = []
    one_row = False
    for sizes in meaning.query.sizes:
        call = candidate.equal(meaning.convention, sizes)
        if call is not None:
            calls.append((sizes, call))
        elif 1 in sizes.n_in and candidate.at(sizes) is None and not meaning.query.complete:
            one_row = True  # it is equal to what it says of them, and says nothing
        else:
            return None
    if not calls:
        return None
    equal = equivalent(meaning, candidate, calls, target)
    if equal is not None and one_row:
        equal = replace(equal, conditions=(*equal.conditions, _MORE_THAN_A_PIXEL))
    return equal


def equivalent(
    meaning: Meaning,
    candidate: Candidate,
    calls: Sequence[tuple[Sizes, Call]],
    target: Target,
    regime: str = "",
) -> Equivalent | None:
    """A call at the sizes at which it computes the same."""
    sizes, call = next((pair for pair in calls if not pair[0].unchanged), calls[0])
    own = search.cropped_as(search.convention_of(call), meaning.convention)
    agreements = []
    side = _side(call, meaning.convention)
    for one in {each.id: each for _, each in calls}.values():  # one of them runs, by the sizes
        candidate_side = _side(one, meaning.convention)
        pairs = [(s, Sizes(s.n_in, s.n_out)) for s, each in calls if each is one]
        exactness = exactly(meaning, candidate_side, pairs, regime)
        if exactness is None:
            return None
        agreements.append(exactness)
    exactness = max(agreements, key=lambda each: (each.rank, each.ulp))
    try:
        text = code.code(call, own, candidate.form, meaning.query, sizes, target)
    except ValueError:  # a part of the image that it has no arguments for
        return None
    conditions = tuple(code.conditions(call, own, target, meaning.query, sizes))
    if search.varies_by_channels(call, candidate.calls):
        conditions = (*conditions, NOT_TWO)
    uint8 = levels_of(meaning, call, own)
    return Equivalent(call, text, exactness, conditions, side, regime, uint8=uint8)


def _side(call: Call, convention: Resize) -> Side:
    """How a call computes the part of an image that a convention is about."""
    own = search.cropped_as(search.convention_of(call), convention)
    return side(call, own, search.kernel_of(call))


def exactly(
    meaning: Meaning, candidate: Side, pairs: Sequence[Pair], regime: str = ""
) -> Exactness | None:
    """How exactly two calls agree at sizes at which their conventions do; None where they do not: a rounded
    coordinate reads another pixel there."""
    source = meaning.side
    real = [pair for pair in pairs if pair[0] in meaning.query.real]
    looked = Looked(pairs, meaning.query.looked_at, meaning.query.every, regime, real)
    copies = source.convention.mode == candidate.convention.mode == "nearest"
    if not copies and any(jumps(source.model, candidate.model, *pair) for pair in pairs):
        return None
    exactness = compared(source, candidate, looked)
    return None if meaning.query.complete and exactness.kind == "pixels" else exactness


def levels_of(meaning: Meaning, call: Call, own: Resize) -> tuple[Levels, ...]:
    """How far two calls are apart on the photograph in 8 bits, at a ratio that is asked about."""
    n_out = _photographed(meaning.call, call, meaning.query)
    if n_out is None or meaning.query.rank != 2:
        return ()
    return tuple(levels(search.given_a_size(meaning.call), call, meaning.convention, own, n_out))


_PHOTOGRAPH = (60, 90)
_PHOTOGRAPHED: tuple[Size, ...] = ((48, 72), (75, 120), (30, 45), (120, 180), (20, 30))


def _photographed(one: Call, other: Call, query: Query) -> Size | None:
    """A size of the photograph that both calls say; of the ratios that are asked about, if they are known."""
    wanted: list[Size] = list(_PHOTOGRAPHED)
    if query.complete or query.factors is not None:
        first = query.sizes[0]
        (h, w), (height, width) = ((n[-2:] * 2)[:2] for n in (first.n_in, first.n_out))
        wanted = [(max(1, round(60 * height / h)), max(1, round(90 * width / w)))]
    if query.factors is not None and query.rank == 2:
        rows, columns = query.factors
        wanted.append((max(1, round(60 * rows)), max(1, round(90 * columns))))
    for size in wanted:
        sizes = Sizes(_PHOTOGRAPH, size)
        if max(size) <= 400 and all(_makes(call, sizes) for call in (one, other)):
            return size
    return None


def _makes(call: Call, sizes: Sizes) -> bool:
    """Whether a call makes an image of these sizes, by factors too that are their ratios."""
    (h, w), (height, width) = sizes.n_in, sizes.n_out
    held = call.scaling is None or call.scaling.holds((height / h, width / w))
    return held and search.runs(call, sizes)


def first_equal(
    meaning: Meaning, every: Sequence[Candidate], verdict: Callable[[Candidate], Equivalent | None]
) -> tuple[Equivalent, ...]:
    """The candidates that are equal by a verdict, the best first: those of the same mode, or where there are
    none, those of another, which happen to weigh alike at these sizes."""
    mode = meaning.convention.mode
    known: dict[Candidate, Equivalent | None] = {}
    ranked: tuple[Equivalent, ...] = ()
    for alike in ([c for c in every if mode in c.modes], every):
        known |= {c: verdict(c) for c in alike if c not in known}
        equal = [one for c in alike if (one := known[c]) is not None]
        ranked = _best(equal, meaning.convention)
        if any(one.call and search.convention_of(one.call).mode == mode for one in ranked):
            break
    return ranked


def _best(equivalents: list[Equivalent], convention: Resize) -> tuple[Equivalent, ...]:
    """Those of the same convention first, then of the same mode, then the most exact; one of each code."""
    once = {one.code: one for one in reversed(equivalents)}
    positions = {one.code: i for i, one in enumerate(equivalents)}

    def key(one: Equivalent) -> tuple[bool, bool, int, int]:
        assert one.call is not None
        own = search.cropped_as(search.convention_of(one.call), convention)
        return (
            own != convention,
            own.mode != convention.mode,
            one.exactness.rank,
            positions[one.code],
        )

    ranked = sorted(once.values(), key=key)
    return tuple(one for one in ranked if key(one)[1] == key(ranked[0])[1])
