"""What a resize is in another framework: equal calls, equal code, and how far the nearest call is off.

Each step hands on one value: parts (what the call can be), a query (the sizes that are asked about),
candidates (what the target has), the verdict at each size, code, and words.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import documents
from ..frameworks.call import Call
from ..frameworks.layer_plans import TARGETS, Target
from ..numerics import equivalence
from ..numerics.weights import matrix
from ..operators import Resize
from . import code, factors, models, onnx_nodes, recipes, search
from .agreement import (
    Exactness,
    Levels,
    Looked,
    Pair,
    Side,
    compared,
    exact_rows,
    jumps,
    levels,
    side,
)
from .forms import IMAGE
from .models import Measured
from .parse.resize import Reading
from .parse.text import Unreadable
from .search import Candidate
from .size_query import Query, asked
from .sizes import Size, Sizes, by

Rows = list[list[Fraction]]


def _called(call: Call) -> documents.Call:
    """A call with the latest releases of which it is known what it follows."""
    return {"framework": call.framework, "id": call.id, "releases": list(call.follows)[-1]}


@dataclass(frozen=True)
class Exceptions:
    """The sizes, of those that were tried, at which a call is not equal.

    Attributes:
        sizes: these, the smallest first.
        held: the others.
        why: what happens at these.
    """

    sizes: tuple[Sizes, ...]
    held: tuple[Sizes, ...]
    why: str

    @property
    def tried(self) -> int:
        """How many sizes were tried."""
        return len(self.sizes) + len(self.held)

    @classmethod
    def of(cls, tried: Sequence[Sizes], equal: Sequence[Sizes], why: str) -> Exceptions | None:
        """Those of the sizes at which a call is not equal; None where it is equal at all."""
        held = set(equal)
        off = [sizes for sizes in tried if sizes not in held]
        off.sort(key=lambda sizes: (sizes.pixels, sizes.n_in, sizes.n_out))
        return cls(tuple(off), tuple(equal), why) if off else None

    @property
    def words(self) -> str:
        """For a reader."""
        count = f"{len(self.sizes):,} of {self.tried:,} sizes tried"
        return f"except at {count}, {self.why}, the smallest {self.sizes[0]}"

    def json(self) -> documents.Exceptions:
        """For a program."""
        smallest = self.sizes[0]
        return {
            "count": len(self.sizes),
            "tried": self.tried,
            "words": self.why,
            "input_size": list(smallest.n_in),
            "output_size": list(smallest.n_out),
        }


@dataclass(frozen=True)
class Equivalent:
    """A call of the target that computes the same, or a few lines of code.

    Attributes:
        call: of the catalogue; None of other code.
        code: Python from ``x`` to ``y``.
        exactness: how exactly.
        conditions: what it needs.
        side: how it computes on float32.
        when: the regime in which it is equal, a key of ``regimes.REGIMES``; empty if at all sizes.
        exceptions: the sizes at which it is not equal; None if there are none.
        uint8: how far the two are apart on images of 8 bits, where both round integers.
        name: of a recipe; empty of a call.
    """

    call: Call | None
    code: str
    exactness: Exactness
    conditions: tuple[str, ...]
    side: Side
    when: str = ""
    exceptions: Exceptions | None = None
    uint8: tuple[Levels, ...] = ()
    name: str = ""

    @property
    def everywhere(self) -> bool:
        """Whether it is equal at all sizes that were tried."""
        return not self.when and self.exceptions is None

    @property
    def where(self) -> str:
        """The sizes at which it is equal, for a reader; empty if at all."""
        return self.exceptions.words if self.exceptions else self.when

    def json(self) -> documents.Equivalent:
        """For a program."""
        return {
            "call": _called(self.call) if self.call else None,
            "recipe": self.name or None,
            "code": self.code,
            "when": self.when,
            "exceptions": self.exceptions.json() if self.exceptions else None,
            "exactness": self.exactness.json(),
            "conditions": list(self.conditions),
            "uint8": [one.json() for one in self.uint8],
        }


@dataclass(frozen=True)
class Example:
    """The smallest image that was found to tell two calls apart.

    Attributes:
        x: the image's rows.
        size: of the outputs.
        mine, theirs: the rows that the source and the target's call return, but for their roundings.
    """

    x: list[list[int]]
    size: Size
    mine: Rows
    theirs: Rows

    def json(self) -> documents.Example:
        """For a program."""
        return {
            "image": self.x,
            "output_size": list(self.size),
            "source": _numbers(self.mine),
            "nearest": _numbers(self.theirs),
        }


@dataclass(frozen=True)
class Difference:
    """The call of the target that comes nearest on a photograph.

    Attributes:
        call: of the target.
        code: Python from ``x`` to ``y``.
        measured: how far the two are apart, at sizes that people have or at those that are asked about.
        example: a small image that shows it; None where the sizes are large, or the image a volume.
        conditions: what the target's call needs.
        uint8: how far the two are apart on images of 8 bits.
    """

    call: Call
    code: str
    measured: tuple[Measured, ...]
    example: Example | None
    conditions: tuple[str, ...]
    uint8: tuple[Levels, ...] = ()

    def json(self) -> documents.NearestCall:
        """For a program."""
        return {
            "call": _called(self.call),
            "code": self.code,
            "differences": [one.json() for one in self.measured],
            "example": self.example.json() if self.example else None,
            "conditions": list(self.conditions),
            "uint8": [one.json() for one in self.uint8],
        }


@dataclass(frozen=True)
class Part:
    """What a call is at some sizes, or on one backend; most calls have one part.

    Attributes:
        call: of the catalogue, or a node of ONNX.
        convention: what it computes.
        when: the sizes, or the backend; empty if there is one part.
        looked_at: the sizes at which the answer was tried, in words.
        equal: calls of the target that compute the same, the best first.
        factors: those that are given factors, and do the same with them.
        elsewhere: where none is equal at all sizes, those that are at some.
        recipes: where none is equal at all sizes, code that is.
        nearest: where none is equal at all sizes, the one that comes nearest.
        conditions: under which the answer holds.
    """

    call: Call
    convention: Resize
    when: str
    looked_at: str = ""
    equal: tuple[Equivalent, ...] = ()
    factors: tuple[Equivalent, ...] = ()
    elsewhere: tuple[Equivalent, ...] = ()
    recipes: tuple[Equivalent, ...] = ()
    nearest: Difference | None = None
    conditions: tuple[str, ...] = field(default=())

    @property
    def rule(self) -> str | None:
        """The coordinate rule on images of float32."""
        one = self.call.arithmetic.get("float32")
        return one.coordinate_rule if one else None

    @property
    def best(self) -> Equivalent | None:
        """What computes the same at all sizes that were tried, the first that a reader is shown."""
        every = [one for one in (*self.equal, *self.factors, *self.recipes) if one.everywhere]
        return every[0] if every else None

    def json(self) -> documents.Part:
        """For a program."""
        return {
            "call": _called(self.call),
            "when": self.when,
            "convention": self.convention.json(),
            "coordinate_rule": self.rule,
            "compared": self.looked_at,
            "conditions": list(self.conditions),
            "equal": [one.json() for one in self.equal],
            "with_factors": [one.json() for one in self.factors],
            "equal_at_some_sizes": [one.json() for one in self.elsewhere],
            "recipes": [one.json() for one in self.recipes],
            "nearest": self.nearest.json() if self.nearest else None,
        }


@dataclass(frozen=True)
class ResizeConversion:
    """A resize in another framework.

    Attributes:
        reading: the call that was asked about.
        target: the framework that was asked for.
        parts: what it is; several where that depends on the sizes.
    """

    reading: Reading
    target: Target
    parts: tuple[Part, ...]

    @property
    def code(self) -> str:
        """Python that computes the same at all sizes, from ``x`` to ``y``; empty where nothing does."""
        best = self.parts[0].best
        return best.code if best is not None and len(self.parts) == 1 else ""

    @property
    def complete(self) -> bool:
        """Whether there is code that computes the same at all sizes, of every part."""
        return all(part.best is not None for part in self.parts)

    def __str__(self) -> str:
        from .text import text

        return text(self)

    def json(self) -> documents.Conversion:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "operation": "resize",
            "source": self.reading.written,
            "function": self.reading.function.name,
            "framework": self.reading.framework,
            "to": self.target,
            "complete": self.complete,
            "code": self.code,
            "warnings": list(self.reading.warnings),
            "notes": list(self.reading.notes),
            "parts": [part.json() for part in self.parts],
            "layer": None,
            "branches": [],
        }


def answer(
    reading: Reading, target: Target, input_size: Sequence[int] | None = None
) -> ResizeConversion:
    """What a call that was read is in a framework.

    Args:
        reading: the call.
        target: the framework.
        input_size: of the image in pixels, an entry for each axis, where what the call does depends on it.

    Raises:
        Unreadable: the call does not go with the size.
        ValueError: there is no such target.
    """
    return answers(reading, (target,), input_size)[target]


def answers(
    reading: Reading, wanted: Sequence[Target], input_size: Sequence[int] | None = None
) -> dict[Target, ResizeConversion]:
    """What a call that was read is in each of some frameworks; arguments and errors as of :func:`answer`."""
    for target in wanted:
        if target not in TARGETS:
            raise ValueError(f"there is no target {target!r}; there are {', '.join(TARGETS)}")
    given = None if input_size is None else tuple(input_size)
    if given is not None and len(given) != reading.rank:
        raise Unreadable(
            f"{reading.function.name} resizes {reading.rank} axes: --input takes as many numbers, "
            f"got {len(given)}"
        )
    found = _parts(reading, given)
    return {
        target: ResizeConversion(
            reading, target, tuple(_answered(*each, reading, target) for each in found)
        )
        for target in wanted
    }


# ---------------------------------------------------------------------------- what a call can be


def _parts(reading: Reading, input_size: Size | None) -> list[tuple[Part, Query]]:
    """The calls that a reading can be, one for each convention, and the sizes at which it is that."""
    if reading.framework == "onnx":
        convention, conditions = onnx_nodes.convention_of(reading)
        call = onnx_nodes.call_of(convention, scaled=reading.by == "factors")
        query = asked(reading, call, input_size).of(call)
        return [(Part(call, convention, "", conditions=conditions), query)]
    found: dict[Resize, tuple[Part, Query]] = {}
    for call in reading.calls:
        base = search.convention_of(call)
        if base in found:
            continue
        wanted = asked(reading, call, input_size)
        query = wanted.of(call)
        convention = search.of_roi(call, reading.roi, reading.extrapolation_value)
        broken = any(d.when(_case(call, one)) for d in call.defects for one in wanted.sizes[:1])
        if query.sizes or broken:
            found[base] = Part(call, convention, ""), query
    if not found:
        given = f" by {reading.factors}" if reading.factors else ""
        sizes = f"an input of {by(input_size)}" if input_size else "any size"
        raise Unreadable(
            f"{reading.function.name}{given} does not go with {sizes}: it has no such sizes"
        )
    if len(found) == 1:
        return list(found.values())
    return [(replace(part, when=_when(part.call)), query) for part, query in found.values()]


def _case(call: Call, sizes: Sizes) -> Any:
    n_in, n_out = ((1,) * (2 - len(n)) + n for n in (sizes.n_in, sizes.n_out))
    return search.case_of(call, n_in[-2:], n_out[-2:])


def _when(call: Call) -> str:
    """The sizes, or the backend, by which a call is told from others that are said alike."""
    return call.where or (
        "on the torch backend" if call.framework == "keras_torch" else "on the TensorFlow backend"
    )


# ---------------------------------------------------------------------------- one part


_NOT_TWO = (
    "an image of 1, 3 or 4 channels: of 2, another kernel runs, on a coarser grid of coordinates"
)
_MORE_THAN_A_PIXEL = "an image of more than one row"


def _answered(part: Part, query: Query, reading: Reading, target: Target) -> Part:
    conditions = [*part.conditions, *query.conditions]
    conditions += [f"but where {d.why} (releases {d.releases})" for d in part.call.defects]
    if search.varies_by_channels(part.call, reading.calls):
        conditions.append(_NOT_TWO)
    part = replace(part, conditions=tuple(conditions), looked_at=query.looked_at)
    if not query.sizes:  # a known defect, at the sizes that are asked about
        return part
    every = search.candidates(target, query.rank)
    if part.convention.roi is not None:
        every = tuple(c for c in every if _crops(c, part.convention))
    equal = _first_equal(part, every, lambda c: _equal(part, c, query, target))
    given = tuple(_by_factors(part, query, target))
    if equal:
        return replace(part, equal=equal, factors=given)
    elsewhere = tuple(_elsewhere(part, every, query, target))
    nearly = tuple(_nearly(part, every, query, target))
    others = (one for one in elsewhere if one.code not in [each.code for each in nearly])
    found = replace(part, factors=given, elsewhere=(*nearly, *others))
    if nearly or any(one.everywhere for one in given):
        return found
    found = replace(found, recipes=tuple(_recipes(part, query, target)))
    if part.convention.roi is not None or part.convention.extrapolation_value:
        return found
    return replace(found, nearest=_nearest(part, every, query, target))


def _crops(candidate: Candidate, convention: Resize) -> bool:
    """Whether a call resizes a part of the image, by the same convention."""
    own = search.convention_of(candidate.calls[0])
    return own == replace(convention, roi=None, extrapolation_value=None)


def _equal(part: Part, candidate: Candidate, query: Query, target: Target) -> Equivalent | None:
    """A candidate that computes the same at every size that is asked about; None of another."""
    said: list[tuple[Sizes, Call]] = []
    one_row = False
    for sizes in query.sizes:
        call = candidate.equal(part.convention, sizes)
        if call is not None:
            said.append((sizes, call))
        elif 1 in sizes.n_in and candidate.at(sizes) is None and not query.complete:
            one_row = True  # it is equal to what it says of them, and says nothing
        else:
            return None
    if not said:
        return None
    found = _equivalent(part, candidate, said, query, target)
    if found is not None and one_row:
        found = replace(found, conditions=(*found.conditions, _MORE_THAN_A_PIXEL))
    return found


def _equivalent(
    part: Part,
    candidate: Candidate,
    said: Sequence[tuple[Sizes, Call]],
    query: Query,
    target: Target,
    regime: str = "",
) -> Equivalent | None:
    """A call at the sizes at which it computes the same."""
    sizes, call = next((pair for pair in said if not pair[0].unchanged), said[0])
    own = search.cropped_as(search.convention_of(call), part.convention)
    found = []
    mine = _side(call, part.convention)
    for one in {each.id: each for _, each in said}.values():  # one of them runs, by the sizes
        theirs = _side(one, part.convention)
        pairs = [(s, Sizes(s.n_in, s.n_out)) for s, each in said if each is one]
        exactness = _compared(part, theirs, pairs, query, regime)
        if exactness is None:
            return None
        found.append(exactness)
    exactness = max(found, key=lambda each: (each.rank, each.ulp))
    try:
        text = code.code(call, own, candidate.form, query, sizes, target)
    except ValueError:  # a part of the image that it has no arguments for
        return None
    conditions = tuple(code.conditions(call, own, target, query, sizes))
    if search.varies_by_channels(call, candidate.calls):
        conditions = (*conditions, _NOT_TWO)
    uint8 = _levels(part, call, own, query)
    return Equivalent(call, text, exactness, conditions, mine, regime, uint8=uint8)


def _side(call: Call, convention: Resize) -> Side:
    """How a call computes the part of an image that a convention is about."""
    own = search.cropped_as(search.convention_of(call), convention)
    return side(call, own, search.kernel_of(call))


def _compared(
    part: Part, theirs: Side, pairs: Sequence[Pair], query: Query, regime: str = ""
) -> Exactness | None:
    """How exactly two calls agree at sizes at which their conventions do; None where they do not: a rounded
    coordinate reads another pixel there."""
    mine = side(part.call, part.convention, search.kernel_of(part.call))
    real = [pair for pair in pairs if pair[0] in query.real]
    looked = Looked(pairs, query.looked_at, query.every, regime, real)
    copies = mine.convention.mode == theirs.convention.mode == "nearest"
    if not copies and any(jumps(mine.model, theirs.model, *pair) for pair in pairs):
        return None
    found = compared(mine, theirs, looked)
    return None if query.complete and found.kind == "pixels" else found


def _levels(part: Part, call: Call, own: Resize, query: Query) -> tuple[Levels, ...]:
    """How far two calls are apart on the photograph in 8 bits, at a ratio that is asked about."""
    n_out = _photographed(part.call, call, query)
    if n_out is None or query.rank != 2:
        return ()
    return tuple(levels(search.given_a_size(part.call), call, part.convention, own, n_out))


_PHOTOGRAPH = (60, 90)
_PHOTOGRAPHED: tuple[Size, ...] = ((48, 72), (75, 120), (30, 45), (120, 180), (20, 30))


def _photographed(one: Call, other: Call, query: Query) -> Size | None:
    """A size of the photograph that both calls say; of the ratios that are asked about, if they are known."""
    wanted: list[Size] = list(_PHOTOGRAPHED)
    if query.complete or query.factors is not None:
        (h, w), (height, width) = (
            (query.sizes[0].n_in[-2:] * 2)[:2],
            (query.sizes[0].n_out[-2:] * 2)[:2],
        )
        wanted = [(max(1, round(60 * height / h)), max(1, round(90 * width / w)))]
    for size in wanted:
        sizes = Sizes(_PHOTOGRAPH, size)
        if max(size) <= 400 and search.runs(one, sizes) and search.runs(other, sizes):
            return size
    return None


def _first_equal(
    part: Part, every: Sequence[Candidate], verdict: Callable[[Candidate], Equivalent | None]
) -> tuple[Equivalent, ...]:
    """The candidates that are equal by a verdict, the best first: those of the same mode, or where there are
    none, those of another, which happen to weigh alike at these sizes."""
    mode = part.convention.mode
    known: dict[Candidate, Equivalent | None] = {}
    ranked: tuple[Equivalent, ...] = ()
    for alike in ([c for c in every if mode in c.modes], every):
        known |= {c: verdict(c) for c in alike if c not in known}
        equal = [one for c in alike if (one := known[c]) is not None]
        ranked = _best(equal, part.convention)
        if any(one.call and search.convention_of(one.call).mode == mode for one in ranked):
            break
    return ranked


def _best(found: list[Equivalent], convention: Resize) -> tuple[Equivalent, ...]:
    """Those of the same convention first, then of the same mode, then the most exact; one of each code."""
    once = {one.code: one for one in reversed(found)}
    place = {one.code: i for i, one in enumerate(found)}

    def key(one: Equivalent) -> tuple[bool, bool, int, int]:
        assert one.call is not None
        own = search.cropped_as(search.convention_of(one.call), convention)
        return own != convention, own.mode != convention.mode, one.exactness.rank, place[one.code]

    ranked = sorted(once.values(), key=key)
    return tuple(one for one in ranked if key(one)[1] == key(ranked[0])[1])


# ---------------------------------------------------------------------------- at some sizes


def _elsewhere(
    part: Part, every: Sequence[Candidate], query: Query, target: Target
) -> Iterator[Equivalent]:
    """For each regime, the call that is the most exactly equal; what lies within a wider one is left out."""
    if query.complete:
        return
    likely = [c for c in every if _somewhere(part, c, query)]
    covered: set[Sizes] = set()
    for regime, within in _regimes(query.sizes).items():
        news = [one for one in within if not one.unchanged and one not in covered]
        if not news or regime == "at every size":
            continue
        equal_in = functools.partial(
            _equal_in, within=within, query=query, target=target, regime=regime
        )
        ranked = _first_equal(part, likely, lambda c: equal_in(part, c))  # noqa: B023
        if ranked:
            covered |= set(within)
            yield ranked[0]


_ANOTHER_PIXEL = "where a rounded coordinate reads another pixel"


def _nearly(
    part: Part, every: Sequence[Candidate], query: Query, target: Target
) -> Iterator[Equivalent]:
    """The call that is equal but at the fewest sizes, where a rounded coordinate reads another pixel."""
    source = search.model_of(part.call, part.convention)
    found = []
    for candidate in [] if query.complete else every:
        each = ((s, candidate.equal(part.convention, s)) for s in query.sizes)
        said = [(s, call) for s, call in itertools.takewhile(lambda pair: pair[1], each) if call]
        if len(said) < len(query.sizes):  # at the first size that is not equal, the rest is left
            continue
        kept = [
            (s, call)
            for s, call in said
            if not jumps(source, search.model_of(call), s, Sizes(s.n_in, s.n_out))
        ]
        if len(kept) >= len(said) / 2:
            found.append((candidate, kept))
    for candidate, kept in sorted(found, key=lambda pair: -len(pair[1])):
        equal = _equivalent(part, candidate, kept, query, target)
        if equal is not None:
            off = Exceptions.of(query.sizes, [s for s, _ in kept], _ANOTHER_PIXEL)
            yield replace(equal, exceptions=off)
            return


def _somewhere(part: Part, candidate: Candidate, query: Query) -> bool:
    """Whether a candidate is equal at one of a few sizes of different kinds."""
    kinds = _of_each_kind(query.sizes)
    return any(candidate.equal(part.convention, sizes) is not None for sizes in kinds)


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
    found: dict[Sizes, list[str]] = {}
    for regime, within in _regimes(query_sizes).items():
        for sizes in within:
            found.setdefault(sizes, []).append(regime)
    kinds: dict[tuple[str, ...], Sizes] = {}
    for sizes, held in found.items():
        if not sizes.unchanged and sizes.pixels < 2**12:
            kinds.setdefault(tuple(held), sizes)
    return tuple(kinds.values())


def _equal_in(
    part: Part,
    candidate: Candidate,
    within: Sequence[Sizes],
    query: Query,
    target: Target,
    regime: str,
) -> Equivalent | None:
    said = []
    for sizes in within:
        call = candidate.equal(part.convention, sizes)
        if call is None:
            return None
        said.append((sizes, call))
    return _equivalent(part, candidate, said, query, target, regime)


# ---------------------------------------------------------------------------- factors


_ANOTHER_RATIO = "where the factors make another size of it, or are another ratio"


def _by_factors(part: Part, query: Query, target: Target) -> Iterator[Equivalent]:
    """The first call of the target that makes of the factors what the source does."""
    if part.call.scaling is None or query.factors is None:
        return
    if not any(one.scales for one in query.sizes):
        return  # the ratios of the sizes: a call that is given a size does
    for given in factors.given(target, query):
        if given.convention != part.convention:
            continue
        made = {one: pair for one in query.sizes if (pair := given.pair(part.convention, one))}
        if not made:
            continue
        off = Exceptions.of(query.sizes, list(made), _ANOTHER_RATIO)
        pairs = list(made.values())
        looked = Looked(pairs, query.looked_at, real=pairs[-1:])
        exactness = compared(
            side(part.call, part.convention, search.kernel_of(part.call)), given.side, looked
        )
        yield Equivalent(
            given.call, given.code, exactness, given.conditions, given.side, exceptions=off
        )
        return


# ---------------------------------------------------------------------------- recipes


def _recipes(part: Part, query: Query, target: Target) -> Iterator[Equivalent]:
    """The shortest code that computes the same but for rounding; or what comes nearest to that."""
    found = list(_every_recipe(part, query, target))
    whole = [one for one in found if one.everywhere]
    exact = [one for one in whole if one.exactness.rank <= _ROUNDING]
    yield from (exact or whole or found)[:1]


_ROUNDING = 2  # the rank of what differs by rounding alone


def _every_recipe(part: Part, query: Query, target: Target) -> Iterator[Equivalent]:
    source = search.model_of(part.call, part.convention)
    pairs = [(sizes, sizes) for sizes in query.sizes]
    for one in recipes.recipes(source, query, target):
        exactness = _compared(part, one.side, pairs, query)
        if exactness is not None:
            yield Equivalent(None, one.code, exactness, one.conditions, one.side, name=one.name)
            continue
        some = [pair for pair in pairs if not jumps(source, one.side.model, *pair)]
        exactness = _compared(part, one.side, some, query) if some and not query.complete else None
        if exactness is not None:
            off = Exceptions.of(query.sizes, [sizes for sizes, _ in some], _ANOTHER_PIXEL)
            yield Equivalent(
                None, one.code, exactness, one.conditions, one.side, exceptions=off, name=one.name
            )


# ---------------------------------------------------------------------------- the nearest


_SMALL = 64  # of an image's axes, where all calls are compared
_FEW = 3  # of them, at the sizes that are asked about
_LARGEST_TRIED = 2**14  # pixels of an image on which a difference is looked for
_LARGEST_EXAMPLE = 12  # pixels of an axis of an image that is printed


def _nearest(
    part: Part, every: Sequence[Candidate], query: Query, target: Target
) -> Difference | None:
    """The call that is nearest on a photograph, where none of them is equal."""
    source = search.model_of(part.call, part.convention)

    def apart(candidate: Candidate, at: Sequence[Sizes]) -> list[Measured] | None:
        found = []
        for sizes in at:
            call = candidate.at(Sizes(sizes.n_in, sizes.n_out))
            if call is None or not models.sayable(search.model_of(call), sizes):
                return None
            theirs = Sizes(sizes.n_in, sizes.n_out)
            found.append(models.measured(source, search.model_of(call), sizes, theirs))
        return found

    def mean(found: Sequence[Measured]) -> float:
        return sum(one.mean for one in found) / len(found)

    small = [models.smaller(sizes, _SMALL) for sizes in query.real]
    if all(models.sayable(source, one) for one in small):
        ranked = [(mean(found), i) for i, c in enumerate(every) if (found := apart(c, small))]
        every = [every[i] for _, i in sorted(ranked)[:_FEW]]
    measured = [(found, c) for c in every if (found := apart(c, query.real))]
    if not measured:
        return None
    found, candidate = min(measured, key=lambda pair: mean(pair[0]))
    if not any(one.largest for one in found):  # it is not equal: where they differ is told
        told_apart = (apart(candidate, [s]) for s in _told_apart(part, candidate, query))
        found += next((one for one in told_apart if one and one[0].largest), [])
    sizes = query.real[0]
    call = candidate.at(Sizes(sizes.n_in, sizes.n_out))
    assert call is not None
    own = search.convention_of(call)
    return Difference(
        call,
        code.code(call, own, candidate.form, query, sizes, target),
        tuple(found),
        _example(part, candidate, query),
        tuple(code.conditions(call, own, target, query, sizes)),
        _levels(part, call, own, query),
    )


_SIZES_TRIED = 32  # for a difference on the photograph


def _told_apart(part: Part, candidate: Candidate, query: Query) -> Sequence[Sizes]:
    """Sizes at which a candidate is not equal, the largest images first."""
    off = [s for s in query.sizes if candidate.equal(part.convention, s) is None]
    largest = [s for s in off if s.pixels <= _LARGEST_TRIED and candidate.at(s) is not None]
    return sorted(largest, key=lambda s: -s.pixels)[:_SIZES_TRIED]


def _example(part: Part, candidate: Candidate, query: Query) -> Example | None:
    """The smallest image that both calls take and that tells them apart."""
    if query.rank > 2 or (query.rank == 2 and candidate.form is not IMAGE):
        return None
    tried = [s for s in query.sizes if max(*s.n_in, *s.n_out) <= _LARGEST_EXAMPLE]
    if query.every and query.rank == 2:
        rows = [Sizes((1, s.n_in[-1]), (1, s.n_out[-1])) for s in tried]
        tried = [*(s for s in dict.fromkeys(rows) if search.runs(part.call, s)), *tried]
    for sizes in sorted(tried, key=lambda s: (s.pixels, max(s.n_in + s.n_out), s.n_in)):
        call = candidate.at(Sizes(sizes.n_in, sizes.n_out))
        if call is None or candidate.equal(part.convention, sizes) is not None:
            continue
        found = _shown_at(part, call, sizes)
        if found is not None:
            return found
    return None


def _shown_at(part: Part, call: Call, sizes: Sizes) -> Example | None:
    """An image of a size that tells two calls apart."""
    own = search.convention_of(call)
    n_in, n_out = ((1,) * (2 - len(n)) + n for n in (sizes.n_in, sizes.n_out))
    for line in _lines(part.convention, own, sizes):
        image = np.broadcast_to(line, n_in)[None, None].astype(np.float64)
        mine = exact_rows(part.call, part.convention, image, n_out, sizes.scales)
        theirs = exact_rows(call, own, image, n_out)
        if mine != theirs:
            return Example(
                [[int(v) for v in row] for row in image[0, 0].tolist()], n_out, mine, theirs
            )
    return None


def _lines(one: Resize, other: Resize, sizes: Sizes) -> Iterator[NDArray[np.int64]]:
    """Rows, or columns, to tell two conventions apart: a ramp, or the pixel whose weight differs most."""
    rank = len(sizes.n_in)
    axes = zip(models.axes(sizes), models.axes(Sizes(sizes.n_in, sizes.n_out)), strict=True)
    for place, (mine, theirs) in reversed(list(enumerate(axes))):
        first, second = (
            matrix(c.along(place), axis.n_in, axis.n_out, axis.factor)
            for c, axis in ((one, mine), (other, theirs))
        )
        turn = place - rank != -1
        ramp = 10 * np.arange(mine.n_in)
        impulse = 10 * (np.arange(mine.n_in) == int(np.argmax(abs(first - second).max(axis=0))))
        for line in (ramp, impulse):
            yield line[:, None] if turn else line


def _numbers(rows: Rows) -> list[list[float]]:
    return [[_number(value) for value in row] for row in rows]


def _number(value: Fraction) -> float:
    near = float(value)
    return near if Fraction(near) == value else float(f"{near:.7g}")
