"""What functions make of a factor: at which scales they sample, beside the size that comes of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..frameworks import factors
from ..operators.request import Scales
from .adapter import Size
from .probes import Factors, Pair


@dataclass(frozen=True)
class Scaling:
    """How the scales at which a function samples follow from a factor.

    Attributes:
        words: what they are.
        scales: from the image's sizes before and after and the factors along H and W.
        but: where they are something else; empty for nowhere.
    """

    words: str
    scales: Callable[[Size, Size, tuple[float, float]], Scales]
    but: str = ""

    @property
    def by_factor(self) -> bool:
        """Whether the factor, and not the sizes alone, says where it samples."""
        return self.scales is not factors.of_sizes


BY_SIZES = Scaling("the ratio of the sizes", factors.of_sizes)
# the simplest first: of those that fit all probes the first is said
BY_FACTOR = (
    Scaling("the factor", factors.given),
    Scaling(
        "the factor", factors.copied_image, "an image whose size comes out unchanged is copied"
    ),
    Scaling("the factor", factors.copied_axes, "an axis whose size comes out unchanged is copied"),
    Scaling(
        "the factor",
        factors.copied_and_doubled_axes,
        "an axis whose size comes out unchanged or doubled is copied or doubled, in an output of at most "
        "128 rows plus columns",
    ),
)


# ---------------------------------------------------------------------------- factors of a function's own

_OPEN = Fraction(1, 10**9)  # how far inside an end that is not taken
# from the least to the largest n * factor that comes out as m pixels, less m: floor, round, ceil
_ROUNDED = (
    (Fraction(0), 1 - _OPEN),
    (Fraction(-1, 2), Fraction(1, 2)),
    (_OPEN - 1, Fraction(0)),
)
_DIGITS = 4  # of a decimal that is written as a factor


def own_factors(axes: Sequence[tuple[Pair, Pair]]) -> Iterator[Factors]:
    """The factors by which a function of an image alone may make its sizes, the simplest first: along the
    rows and the columns the fraction with the smallest denominator, and the shortest decimal, between what
    each rounding of n * factor leaves.

    Args:
        axes: (n_in, n_out) of the rows and of the columns, of each image.
    """
    rows, columns = (_of_axis([pair[axis] for pair in axes]) for axis in (0, 1))
    both = itertools.product(rows, columns)
    yield from sorted(both, key=lambda pair: (pair[0] != pair[1], *map(_length, pair)))


def _of_axis(pairs: Sequence[Pair]) -> list[Fraction]:
    factors: dict[Fraction, None] = {}
    for low, high in _ROUNDED:
        least = max((Fraction(m + low, n) for n, m in pairs if m > 1), default=Fraction(0))
        most = min(Fraction(m + high, n) for n, m in pairs)
        if 0 < least <= most:  # a size of one pixel may be the least that a function makes
            factors |= dict.fromkeys((_simplest(least, most), *_decimal(least, most)))
    return list(factors)


def _simplest(least: Fraction, most: Fraction) -> Fraction:
    """The fraction with the smallest denominator from one to another (Stern and Brocot's tree)."""
    whole = math.ceil(least)
    if whole <= most:
        return Fraction(whole)
    floor = math.floor(least)
    return floor + 1 / _simplest(1 / (most - floor), 1 / (least - floor))


def _decimal(least: Fraction, most: Fraction) -> Iterator[Fraction]:
    """The shortest decimal from one fraction to another, if a short one is there."""
    for digits in range(_DIGITS + 1):
        above = Fraction(math.ceil(least * 10**digits), 10**digits)
        if above <= most:
            yield above
            return


def _length(factor: Fraction) -> int:
    return factor.denominator
