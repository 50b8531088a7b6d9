"""How exactly two calls agree that compute the same: counted, measured, bounded or predicted, not chosen."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .. import documents
from ..arrays import Array
from ..conformance import goldens, sweep
from ..conformance.verdicts import AxisWeights, axis_weights, bound_of_axes
from ..frameworks.call import Call
from ..numerics import equivalence
from ..numerics.computation import Computation
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.error_model import UNIT_ROUNDOFF, ErrorModel
from ..numerics.integer_kernels import predicted
from ..operators import Resize
from ..operators.axis import Axis
from . import models
from .models import WHITE, Measured, Model
from .rounding import Rounding
from .rounding import measured as measured_rounding
from .sizes import Size, Sizes, by

Pair = tuple[Sizes, Sizes]  # of the call that was asked about, and of the target's

LARGEST = 128  # of the sizes at which the pixels of two coordinate rules are counted
_LARGEST_SLOW = 32  # where coordinates are found one size at a time
_NEGLIGIBLE = 2.0**-48  # two formulas of the same weights, in float64
_ULP = 2.0**-24  # what a unit in the last place of a float32 is at least, by its size


@dataclass(frozen=True)
class Exactness:
    """How exactly two calls agree on images of float32.

    Attributes:
        kind: bitwise; ulp (by rounding alone); pixels (nearest, at some sizes not); weights (beyond
            rounding, by coordinate rules); defined (one of them is a definition).
        words: the same for a reader.
        ulp: the most that results differ by, in units in the last place of the image's largest value.
        count, smallest: how many size pairs of an axis read other pixels, and the smallest of them.
        measured: how far they are apart on a photograph, where that is more than rounding.
        rounding: the same, where it is rounding alone, and was measured.
    """

    kind: str
    words: str
    ulp: int = 0
    count: int = 0
    smallest: tuple[int, int] | None = None
    measured: Measured | None = None
    rounding: Rounding | None = None

    @property
    def rank(self) -> int:
        """0 for the best."""
        return ("bitwise", "defined", "ulp", "pixels", "weights").index(self.kind)

    @property
    def by_rounding(self) -> bool:
        """Whether the two differ by rounding alone."""
        return self.kind in ("bitwise", "defined", "ulp")

    @property
    def brief(self) -> str:
        """The same in a few words, where another call has been told of in full."""
        bound = f"error bound {self.ulp} ULP"
        texts = {
            "bitwise": "bitwise equal",
            "ulp": f"equal up to float32 rounding ({bound})",
            "defined": f"what the node is defined as{f' ({bound})' if self.ulp else ', bitwise'}",
        }
        if self.measured is not None:
            return f"{self.measured.words} ({bound})"
        return texts.get(self.kind, self.words)

    def json(self) -> documents.Exactness:
        """The same for a program."""
        rounded = self.kind in ("ulp", "weights", "defined")
        pixels = self.kind == "pixels"
        return {
            "kind": self.kind,
            "words": self.words,
            "error_bound_ulp": self.ulp if rounded else None,
            "differing_size_pairs": self.count if pixels else None,
            "smallest_size_pair": list(self.smallest) if pixels and self.smallest else None,
            "difference": self.measured.json() if self.measured else None,
            "rounding": self.rounding.json() if self.rounding else None,
        }


@dataclass(frozen=True)
class Side:
    """One of two calls that are compared: what it follows, and how it computes that on float32.

    ``arithmetic`` is None of a definition, which computes nothing; ``kernel`` tells apart those that differ
    in the order of their sums. ``call`` is its id, if it is one of the catalogue, or that of the call whose
    kernel it runs.
    """

    convention: Resize
    arithmetic: ErrorModel | None
    framework: str
    kernel: str = ""
    call: str = field(default="", compare=False)

    @property
    def rule(self) -> str | None:
        """The coordinate rule."""
        return self.arithmetic.coordinate_rule if self.arithmetic else None

    @property
    def model(self) -> Model:
        """What it computes but for its roundings."""
        return Model(self.convention, self.rule)


def side(call: Call, convention: Resize, kernel: str = "") -> Side:
    """A call with the convention that it follows."""
    measured = call.hands_on or call.id
    return Side(convention, call.arithmetic.get("float32"), call.framework, kernel, measured)


@dataclass(frozen=True)
class Looked:
    """The sizes at which two calls that compute the same are compared.

    Attributes:
        pairs: of both calls.
        words: which sizes these are.
        every: any other size may come of the calls: pixels are counted at all small ones.
        regime: a key of ``regimes.REGIMES``, where they compute the same in that alone.
        real: where what is more than rounding is measured.
    """

    pairs: Sequence[Pair]
    words: str
    every: bool = False
    regime: str = ""
    real: Sequence[Pair] = ()


def compared(one: Side, other: Side, looked: Looked) -> Exactness:
    """How exactly two calls agree that compute the same."""
    definition = one.arithmetic is None or other.arithmetic is None
    scaled = any(one_sizes != other_sizes for one_sizes, other_sizes in looked.pairs)
    if one.convention.mode == other.convention.mode == "nearest":
        exactness = _nearest(one, other, looked)
        if definition and exactness.kind == "bitwise":
            return Exactness("defined", f"what the node is defined as, {exactness.words}")
        words = (
            f"what the node is defined as, but {exactness.words}" if definition else exactness.words
        )
        return replace(exactness, words=words)
    if one == other and not scaled:
        words = "the same node" if one.arithmetic is None else "bitwise equal: the same kernel"
        return Exactness("bitwise", words)
    few = _few(looked.pairs)
    if (
        one.model != other.model
    ):  # where coordinate rules differ most, which may be at one size alone
        most_apart = max(
            looked.pairs, key=lambda pair: weights_apart(one.model, other.model, *pair)
        )
        few = tuple(dict.fromkeys((*few, most_apart)))
    at = " and ".join(str(one_sizes) for one_sizes, _ in few)
    total = max(
        rounding(one, one_sizes) + rounding(other, other_sizes) for one_sizes, other_sizes in few
    )
    apart = max(weights_apart(one.model, other.model, *pair) for pair in few)
    ulp = math.ceil((total + apart) / _ULP)
    bound = (
        f"error bound {total + apart:.1e} of the image's largest value "
        f"({WHITE * (total + apart):.2g} of {WHITE} levels, {ulp} ULP) at {at}"
    )
    most = rounded = None
    words = f"equal up to float32 rounding: {bound}"
    if apart <= _NEGLIGIBLE and one.model == other.model and one.convention.roi is None:
        sizes = [one_sizes for one_sizes, _ in looked.real or few]
        rounded = measured_rounding(one.call, other.call, sizes)
    if rounded is not None:
        words = f"equal up to float32 rounding: {rounded.words}; {bound}"
    if apart > _NEGLIGIBLE:
        rules = " and ".join(each.rule or "exact" for each in (one, other))
        most = _most(one.model, other.model, [*looked.real, *few])
        words = f"{most.words}; {bound}; not just rounding, since coordinates differ ({rules})"
    if definition:
        named = one.framework if other.arithmetic is None else other.framework
        words = f"what the node is defined as; {named}: {words}; a runtime rounds too"
        return Exactness("defined", words, ulp, measured=most)
    return Exactness("weights" if most else "ulp", words, ulp, measured=most, rounding=rounded)


def _few(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """The first that grows and the first that shrinks."""
    changed = [pair for pair in pairs if not pair[0].unchanged] or list(pairs[:1])
    grow = [pair for pair in changed if pair[0].grows]
    return [*grow[:1], *[pair for pair in changed if not pair[0].grows][:1]]


def _most(one: Model, other: Model, pairs: Sequence[Pair]) -> Measured:
    measurements = [models.measured(one, other, *pair) for pair in pairs]
    return max(measurements, key=lambda each: (each.mean, each.largest))


def jumps(one: Model, other: Model, one_sizes: Sizes, other_sizes: Sizes) -> bool:
    """Whether two calls that compute the same read other pixels: a coordinate is rounded across an edge, and
    weights move by more than the kernels' slopes explain."""
    if (one, one_sizes) == (other, other_sizes):
        return False
    both = enumerate(zip(models.axes(one_sizes), models.axes(other_sizes), strict=True))
    return any(_jumps(one.along(i), other.along(i), *axes) for i, axes in both)


def _jumps(one: Model, other: Model, one_axis: Axis, other_axis: Axis) -> bool:
    apart = models.distance(one, other, one_axis, other_axis)
    if not apart:
        return False
    return apart > models.movement(one, one_axis) + models.movement(other, other_axis) + _NEGLIGIBLE


# ---------------------------------------------------------------------------- rounding


@functools.lru_cache(maxsize=1024)
def rounding(one: Side, sizes: Sizes) -> float:
    """The most that a call is off on an image within -1..1."""
    if one.arithmetic is None or one.convention.mode == "nearest":
        return 0.0  # a definition, or a copy
    weights = [
        axis_weights(one.convention.along(i), axis, one.rule, narrow=True)
        for i, axis in enumerate(models.axes(sizes))
    ]
    if len(weights) == 1:
        weights.insert(0, axis_weights(one.convention, Axis(1, 1), one.rule, narrow=True))
    if len(weights) > 2:
        return _of_volume(weights, one.arithmetic)

    def both(left: Array, right: Array) -> Array:
        return np.outer(left.sum(axis=1), right.sum(axis=1))

    h, w = (_worst(axis, one.arithmetic) for axis in weights)
    return float(np.max(bound_of_axes(h, w, both, one.arithmetic)))


def _worst(axis: AxisWeights, arithmetic: ErrorModel) -> AxisWeights:
    """The rows of which no other has both more weight and more error: the bound grows with both, so it is
    largest at one of them."""
    weight = abs(axis.weight).sum(axis=1)
    error = axis.error(arithmetic).sum(axis=1)
    order = np.lexsort((-error, -weight))
    most = np.maximum.accumulate(error[order])
    above = np.r_[True, error[order][1:] > most[:-1]]
    return axis.rows(order[above])


def _of_volume(axes: Sequence[AxisWeights], arithmetic: ErrorModel) -> float:
    """The bound of more than two axes, each at its worst row: that of ``verdicts.bound_of_axes``."""
    weight = [float(abs(axis.weight).sum(axis=1).max()) for axis in axes]
    error = [float(axis.error(arithmetic).sum(axis=1).max()) for axis in axes]
    terms = sum(axis.taps for axis in axes)
    if not arithmetic.separable:
        terms = math.prod(axis.taps for axis in axes)
    terms *= 3 if arithmetic.normalised and arithmetic.errors_of(axes[0].convention) is None else 1
    values = math.prod(weight)
    inexact = math.prod(w + e for w, e in zip(weight, error, strict=True)) - values
    return terms * UNIT_ROUNDOFF[arithmetic.accumulation] * values + inexact


def weights_apart(one: Model, other: Model, one_sizes: Sizes, other_sizes: Sizes) -> float:
    """How far the weights of two calls are apart on an image within -1..1."""
    both = [
        (
            one.along(i),
            other.along(i),
            *axes,
        )
        for i, axes in enumerate(zip(models.axes(one_sizes), models.axes(other_sizes), strict=True))
    ]
    off = [models.distance(*each) for each in both]
    if not any(off):
        return 0.0
    whole = [
        max(float(abs(models.taps(m, axis)[1]).sum(axis=1).max()) for m, axis in ((a, x), (b, y)))
        for a, b, x, y in both
    ]
    return float(math.prod(w + o for w, o in zip(whole, off, strict=True)) - math.prod(whole))


# ---------------------------------------------------------------------------- nearest


def _nearest(one: Side, other: Side, looked: Looked) -> Exactness:
    if one.model == other.model and all(
        one_sizes == other_sizes for one_sizes, other_sizes in looked.pairs
    ):
        rule = "the same coordinate rule" if one.rule else "both read the exact pixel"
        return Exactness("bitwise", f"bitwise equal: {rule}")
    rules = " and ".join(each.rule or "exact pixels" for each in (one, other))
    off = [
        one_sizes
        for one_sizes, other_sizes in looked.pairs
        if reads_others(one.model, other.model, one_sizes, other_sizes)
    ]
    if looked.every:
        return _of_every(one.model, other.model, looked, off, rules)
    if not off:
        return Exactness("bitwise", f"bitwise equal {looked.words} ({rules})")
    first = min(off, key=lambda sizes: sizes.pixels)
    words = (
        f"reads other pixels at {len(off):,} of {len(looked.pairs):,} sizes {looked.words}, the smallest "
        f"{first}, where a rounded coordinate picks another pixel ({rules})"
    )
    axis = next(axis for axis in first.axes if axis[0] != axis[1])
    return Exactness("pixels", words, count=len(off), smallest=(axis[0], axis[1]))


def reads_others(one: Model, other: Model, one_sizes: Sizes, other_sizes: Sizes) -> bool:
    """Whether two calls that copy read other pixels, with their coordinate rules."""
    return any(
        models.distance(one.along(i), other.along(i), *axes)
        for i, axes in enumerate(zip(models.axes(one_sizes), models.axes(other_sizes), strict=True))
    )


def _of_every(one: Model, other: Model, looked: Looked, off: list[Sizes], rules: str) -> Exactness:
    """At all size pairs of an axis up to a size, and at those that were looked at besides."""
    rank = len(looked.pairs[0][0].n_in)
    largest, pairs, differences = max(  # a crop is another one along each axis
        (_counted(one.along(i), other.along(i), looked.regime) for i in range(rank)),
        key=lambda counted: len(counted[2]),
    )
    at = f"at all {pairs:,} size pairs of an axis up to {largest}"
    if not differences and not off:
        return Exactness("bitwise", f"bitwise equal {at}, and {looked.words} ({rules})")
    if not differences:
        first = min(off, key=lambda sizes: sizes.pixels)
        smallest = next(axis[:2] for axis in first.axes if axis[0] != axis[1])
        words = (
            f"equal {at}, but not at {len(off)} of {len(looked.pairs):,} others, the first {first}"
        )
        return Exactness("pixels", f"{words} ({rules})", count=len(off), smallest=smallest)
    n_in, n_out = differences[0]
    words = (
        f"differs at {len(differences):,} of {pairs:,} size pairs of an axis up to {largest}, the smallest "
        f"{n_in} -> {n_out}, where a rounded coordinate picks another pixel ({rules})"
    )
    return Exactness("pixels", words, count=len(differences), smallest=(n_in, n_out))


@functools.lru_cache(maxsize=64)
def _counted(one: Model, other: Model, regime: str) -> tuple[int, int, list[tuple[int, int]]]:
    """Up to which size they were counted, how many pairs of sizes there are, and those that differ."""
    both = one.rule, other.rule
    slow = any(rule is not None and COORDINATE_RULES[rule].one_size for rule in both)
    largest = _LARGEST_SLOW if slow else LARGEST
    holds = equivalence.REGIMES[regime or "at every size"]
    pairs = sum(holds(n, m) for n in range(1, largest + 1) for m in range(1, largest + 1))
    # where a kernel is chosen by the whole output's size, both are met
    above = {COORDINATE_RULES[rule].above for rule in both if rule is not None}
    counted = [
        [
            pair
            for pair in differing(
                one.convention, one.rule, other.convention, other.rule, largest, other_n_out
            )
            if holds(*pair)
        ]
        for other_n_out in (1, *sorted(n for n in above if n))
    ]
    return largest, pairs, max(counted, key=len)


@functools.lru_cache(maxsize=2)  # one call is compared with several: some 2 MB each
def _read(
    convention: Resize, rule: str | None, largest: int, other_n_out: int
) -> list[NDArray[np.int16]]:
    """The pixels that are read, for each input size, by all output sizes one after the other."""
    n_outs = range(1, largest + 1)
    return [
        sweep.pixels(convention, rule, n_in, n_outs, other_n_out).astype(np.int16)
        for n_in in n_outs
    ]


@functools.lru_cache(maxsize=16)
def differing(
    convention: Resize,
    own_rule: str | None,
    other_convention: Resize,
    other_rule: str | None,
    largest: int,
    other_n_out: int = 1,
) -> list[tuple[int, int]]:
    """The sizes of an axis at which two rules read other pixels, where the other axis's output has
    ``other_n_out`` pixels; the smallest images first."""
    first, second = (
        _read(c, rule, largest, other_n_out)
        for c, rule in ((convention, own_rule), (other_convention, other_rule))
    )
    starts = np.arange(largest) * np.arange(1, largest + 1) // 2
    pairs = [
        (n_in, int(m) + 1)
        for n_in, a, b in zip(range(1, largest + 1), first, second, strict=True)
        for m in np.flatnonzero(np.logical_or.reduceat(a != b, starts))
    ]
    return sorted(pairs, key=lambda pair: (max(pair), pair))


# ---------------------------------------------------------------------------- uint8


@dataclass(frozen=True)
class Levels:
    """How far two integer arithmetics are apart on an image of 8 bits.

    Attributes:
        one, other: their names.
        levels: the most that a value differs by.
        mean: of all values.
        count, values: how many values do, of how many.
        n_out: the size that the photograph was resized to.
    """

    one: str
    other: str
    levels: int
    mean: float
    count: int
    values: int
    n_out: Size

    def json(self) -> documents.IntegerDifference:
        """For a program."""
        return {
            "unit": "levels",
            "max": self.levels,
            "mean": float(f"{self.mean:.5g}"),
            "share": round(self.count / self.values, 4),
            "integer_arithmetics": [self.one, self.other],
            "output_size": list(self.n_out),
            "words": self.words,
        }

    @property
    def words(self) -> str:
        """For a reader."""
        rules = self.one if self.one == self.other else f"{self.one} and {self.other}"
        where = f"of a photograph, 60x90 -> {by(self.n_out)}"
        if not self.levels:
            return f"uint8: equal in all {self.values:,} values {where} ({rules})"
        off = f"{self.levels} level{'s' if self.levels > 1 else ''}"
        return (
            f"uint8: up to {off} of {WHITE} apart, {self.mean:.2g} in the mean, at {self.count:,} of "
            f"{self.values:,} values {where} ({rules})"
        )


@functools.lru_cache(maxsize=32)
def _predicted(rounding: str, convention: Resize, n_out: Size) -> Array:
    image = np.asarray(goldens.photograph(), np.float64).transpose(2, 0, 1)[None]
    return predicted(rounding, convention, image, (n_out[0], n_out[1]), "uint8")


def levels(
    one: Call, other: Call, convention: Resize, other_convention: Resize, n_out: Size
) -> list[Levels]:
    """How far two calls are apart on uint8, for each of the arithmetics that they may follow.

    Empty where one of them copies, returns floats, or takes no uint8.
    """
    differences = []
    for a in one.roundings.get("uint8", ()):
        for b in other.roundings.get("uint8", ()):
            apart = abs(_predicted(a, convention, n_out) - _predicted(b, other_convention, n_out))
            count, mean = int(np.count_nonzero(apart)), float(np.mean(apart))
            differences.append(Levels(a, b, int(apart.max()), mean, count, apart.size, n_out))
    return differences


def exact_rows(
    call: Call,
    convention: Resize,
    x: Array,
    size: Size,
    scales: tuple[Fraction, ...] | None = None,
) -> list[list[Fraction]]:
    """What a call returns for an image (1, 1, h, w), with its coordinate rule, but for its roundings."""
    arithmetic = call.arithmetic.get("float32")
    rule = arithmetic.coordinate_rule if arithmetic else None
    by_h, by_w = (None, None) if scales is None else ((Fraction(1), *scales)[-2:])
    given = None if by_h is None or by_w is None else (by_h, by_w)
    case = Computation(convention, {"x": x}, (size[0], size[1]), rule, scales=given)
    rows: list[list[Fraction]] = np.asarray(case.reference(exact=True))[0, 0].tolist()
    return rows
