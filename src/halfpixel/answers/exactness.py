"""How exactly two calls of one convention agree: counted, bounded, or predicted; never chosen."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import goldens, regimes, sweep
from ..arithmetic import COORDINATE_RULES, Arithmetic, coordinates
from ..cases import Case
from ..conventions import Resize
from ..frameworks.call import Call
from ..integers import predicted
from ..verdicts import Axis, axis_at, bound_of_axes
from .sizes import Size

Array = NDArray[np.float64]

LARGEST = 256  # of the sizes at which the pixels of two coordinate rules are counted
_LARGEST_GRID = 32  # where the places of a grid are found one size at a time
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
    """

    kind: str
    words: str
    ulp: int = 0
    count: int = 0
    smallest: tuple[int, int] | None = None

    @property
    def rank(self) -> int:
        """0 for the best."""
        return ("bitwise", "defined", "ulp", "pixels", "weights").index(self.kind)

    @property
    def json(self) -> dict[str, Any]:
        """The same for a program."""
        found: dict[str, Any] = {"kind": self.kind, "words": self.words}
        if self.kind in ("ulp", "weights", "defined"):
            found["ulp"] = self.ulp
        if self.kind == "pixels":
            found |= {"size_pairs": self.count, "smallest": self.smallest}
        return found


@dataclass(frozen=True)
class Side:
    """One of two calls that are compared: what it follows, and how it computes that on float32.

    ``arithmetic`` is None of a definition, which computes nothing; ``kernel`` tells apart those that differ
    in the order of their sums.
    """

    convention: Resize
    arithmetic: Arithmetic | None
    framework: str
    kernel: str = ""

    @property
    def rule(self) -> str | None:
        """The coordinate rule."""
        return self.arithmetic.coordinate_rule if self.arithmetic else None


def side(call: Call, convention: Resize, kernel: str = "") -> Side:
    """A call with the convention that it follows."""
    return Side(convention, call.arithmetic.get("float32"), call.framework, kernel)


def compared(
    one: Side, other: Side, sizes: Sequence[tuple[Size, Size]], regime: str = ""
) -> Exactness:
    """How exactly two calls agree that compute the same.

    Args:
        one, other: the calls.
        sizes: ((h, w) in, (h, w) out) at which rounding is bounded.
        regime: a key of ``regimes.REGIMES``, where they compute the same in that alone.
    """
    definition = one.arithmetic is None or other.arithmetic is None
    if one.convention.mode == other.convention.mode == "nearest":
        found = _nearest(one.convention, one.rule, other.convention, other.rule, regime)
        if definition and found.kind == "bitwise":
            return Exactness("defined", "what the node is defined as, bitwise")
        words = f"what the node is defined as, but {found.words}" if definition else found.words
        return replace(found, words=words)
    if one == other and one.arithmetic is None:
        return Exactness("bitwise", "the same node")
    if one == other:
        return Exactness("bitwise", "bitwise: the same kernel")
    at = " and ".join(map(_sizes, sizes))
    total = max(rounding(one, *pair) + rounding(other, *pair) for pair in sizes)
    apart = max(_apart(one, other, *pair) for pair in sizes)
    ulp = math.ceil((total + apart) / _ULP)
    if apart > _NEGLIGIBLE:
        rules = " and ".join(each.rule or "exact places" for each in (one, other))
        words = (
            f"within {total + apart:.1e} of the image's largest value at {at}: more than rounding, since "
            f"places are computed by {rules}"
        )
        return Exactness("weights", words, ulp)
    words = f"within {ulp} ULP of the image's largest value at {at}"
    if definition:
        named = one.framework if other.arithmetic is None else other.framework
        words = f"what the node is defined as, from which {named} is {words}; a runtime rounds too"
    return Exactness("defined" if definition else "ulp", words, ulp)


def _sizes(pair: tuple[Size, Size]) -> str:
    (h, w), (height, width) = pair
    return f"{h}x{w} -> {height}x{width}"


def rounding(one: Side, n_in: Size, n_out: Size) -> float:
    """The most that a call is off on an image within -1..1."""
    if one.arithmetic is None or one.convention.mode == "nearest":
        return 0.0  # a definition, or a copy
    h, w = (
        _axis(one.convention.along(i), one.rule, n_in[i], n_out[i], columns=i == 1)
        for i in range(2)
    )

    def both(left: Array, right: Array) -> Array:
        return np.outer(left.sum(axis=1), right.sum(axis=1))

    return float(np.max(bound_of_axes(h, w, both, one.arithmetic)))


@functools.lru_cache(maxsize=64)
def _axis(convention: Resize, rule: str | None, n_in: int, n_out: int, *, columns: bool) -> Axis:
    where = coordinates(convention, rule, n_in, n_out, columns=columns)
    return axis_at(convention, rule, where, n_in, convention.scale(n_in, n_out), narrow=True)


def _apart(one: Side, other: Side, n_in: Size, n_out: Size) -> float:
    """How far the weights of two calls are apart on an image within -1..1."""
    if (one.rule, one.convention) == (other.rule, other.convention):
        return 0.0
    first, second = (
        Case(
            "", "", "", side.convention, {"x": np.zeros((1, 1, *n_in))}, n_out, side.rule
        ).matrices(np.float64)
        for side in (one, other)
    )
    off = [np.sum(abs(a - b), axis=1).max() for a, b in zip(first, second, strict=True)]
    whole = [np.sum(abs(m), axis=1).max() for m in (first[0], second[1])]
    return float(off[0] * whole[1] + whole[0] * off[1])


@functools.cache
def _nearest(
    mine: Resize, one: str | None, theirs: Resize, other: str | None, regime: str
) -> Exactness:
    if (mine, one) == (theirs, other):
        rule = "the same coordinate rule" if one else "both read the exact pixel"
        return Exactness("bitwise", f"bitwise: {rule}")
    grid = any(rule is not None and rule.startswith(("grid", "warp")) for rule in (one, other))
    largest = _LARGEST_GRID if grid else LARGEST
    holds = regimes.REGIMES[regime or "at every size"]
    pairs = sum(holds(n, m) for n in range(1, largest + 1) for m in range(1, largest + 1))
    # where a kernel is chosen by the whole output's size, both are met
    above = {COORDINATE_RULES[rule].above for rule in (one, other) if rule is not None}
    found = {
        beside: [p for p in differing(mine, one, theirs, other, largest, beside) if holds(*p)]
        for beside in (1, *sorted(n for n in above if n))
    }
    rules = " and ".join(rule or "exact pixels" for rule in (one, other))
    most = max(found.values(), key=len)
    if not most:
        words = f"bitwise at all {pairs:,} size pairs of an axis up to {largest} ({rules})"
        return Exactness("bitwise", words)
    n_in, n_out = most[0]
    words = (
        f"differs at {len(most):,} of {pairs:,} size pairs of an axis, the smallest {n_in} -> {n_out}, "
        f"where a rounded coordinate picks another pixel ({rules})"
    )
    return Exactness("pixels", words, count=len(most), smallest=(n_in, n_out))


@functools.lru_cache(maxsize=2)  # one call is compared with several: some 17 MB each
def _read(
    convention: Resize, rule: str | None, largest: int, beside: int
) -> list[NDArray[np.int16]]:
    """The pixels that are read, for each input size, by all output sizes one after the other."""
    n_outs = range(1, largest + 1)
    return [
        sweep.pixels(convention, rule, n_in, n_outs, beside).astype(np.int16) for n_in in n_outs
    ]


@functools.cache
def differing(
    mine: Resize, one: str | None, theirs: Resize, other: str | None, largest: int, beside: int = 1
) -> list[tuple[int, int]]:
    """The sizes of an axis, the other's output being ``beside`` pixels, at which two rules read other pixels;
    the smallest images first."""
    first, second = (_read(c, rule, largest, beside) for c, rule in ((mine, one), (theirs, other)))
    starts = np.arange(largest) * np.arange(1, largest + 1) // 2
    found = [
        (n_in, int(m) + 1)
        for n_in, a, b in zip(range(1, largest + 1), first, second, strict=True)
        for m in np.flatnonzero(np.logical_or.reduceat(a != b, starts))
    ]
    return sorted(found, key=lambda pair: (max(pair), pair))


# ---------------------------------------------------------------------------- uint8


@dataclass(frozen=True)
class Levels:
    """How far two integer arithmetics are apart on an image of 8 bits.

    Attributes:
        one, other: their names.
        levels: the most that a value differs by.
        count, values: how many values do, of how many.
        n_out: the size that the photograph was resized to.
    """

    one: str
    other: str
    levels: int
    count: int
    values: int
    n_out: Size

    @property
    def words(self) -> str:
        """For a reader."""
        rules = self.one if self.one == self.other else f"{self.one} and {self.other}"
        where = f"of the photograph in golden/, 60x90 -> {self.n_out[0]}x{self.n_out[1]}"
        if not self.levels:
            return f"uint8: equal in all {self.values:,} values {where} ({rules})"
        off = f"{self.levels} level{'s' if self.levels > 1 else ''}"
        return f"uint8: up to {off} apart, at {self.count:,} of {self.values:,} values {where} ({rules})"


@functools.cache
def _predicted(rounding: str, convention: Resize, n_out: Size) -> Array:
    image = np.asarray(goldens.photograph(), np.float64).transpose(2, 0, 1)[None]
    return predicted(rounding, convention, image, n_out, "uint8")


def levels(one: Call, other: Call, mine: Resize, theirs: Resize, n_out: Size) -> list[Levels]:
    """How far two calls are apart on uint8, for each of the arithmetics that they may follow.

    Empty where one of them copies, returns floats, or takes no uint8.
    """
    found = []
    for a in one.roundings.get("uint8", ()):
        for b in other.roundings.get("uint8", ()):
            apart = abs(_predicted(a, mine, n_out) - _predicted(b, theirs, n_out))
            count = int(np.count_nonzero(apart))
            found.append(Levels(a, b, int(apart.max()), count, apart.size, n_out))
    return found


def exact_rows(call: Call, convention: Resize, x: Array, size: Size) -> list[list[Fraction]]:
    """What a call returns for an image (1, 1, h, w), with its coordinate rule, but for its roundings."""
    arithmetic = call.arithmetic.get("float32")
    rule = arithmetic.coordinate_rule if arithmetic else None
    case = Case("", "", "", convention, {"x": x}, size, rule)
    rows: list[list[Fraction]] = np.asarray(case.reference(exact=True))[0, 0].tolist()
    return rows
