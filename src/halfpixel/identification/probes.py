"""The probes: at which sizes a function is asked, and with which image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..arrays import Array
from ..numerics.equivalence import REGIMES
from ..operators.request import Scales
from .adapter import Size, Subject
from .problem import last_line

Pair = tuple[int, int]
Factors = tuple[Fraction, Fraction]

# From (h, w) to (h, w). Every two conventions that differ do so at one of these (a test says so): both axes
# in one regime first, then each axis in its own, single pixels, prime numbers.
SIZES: tuple[tuple[Size, Size], ...] = (
    ((5, 6), (7, 11)),
    ((9, 11), (5, 4)),
    ((5, 3), (10, 9)),
    ((4, 6), (8, 12)),
    ((8, 10), (4, 5)),
    ((9, 15), (3, 5)),
    ((16, 8), (4, 2)),
    ((12, 9), (4, 3)),
    ((6, 5), (6, 5)),
    ((6, 5), (6, 8)),
    ((9, 6), (4, 6)),
    ((5, 9), (8, 4)),
    ((11, 4), (6, 10)),
    ((2, 5), (4, 1)),
    ((7, 1), (1, 6)),
    ((2, 3), (1, 1)),
    ((1, 1), (3, 2)),
    ((13, 17), (17, 23)),
    ((19, 13), (13, 7)),
)

# Inputs of functions that are given nothing else, or a factor; most products are whole
FIXED_SIZES: tuple[Size, ...] = (
    (5, 6), (4, 8), (8, 4), (12, 8), (9, 7), (16, 12), (6, 10), (2, 3), (1, 4), (3, 1), (17, 13), (20, 24),
)  # fmt: skip
# sizes that come out whole and not, unchanged and doubled along one axis or both, in small and large outputs
FACTORS: tuple[tuple[Size, float], ...] = (
    ((5, 6), 2),
    ((4, 8), 1.5),
    ((8, 12), 0.5),
    ((12, 8), 0.25),
    ((9, 5), 3),
    ((8, 4), 1.25),
    ((8, 16), 0.75),
    ((1, 3), 4),
    ((6, 5), 1),
    ((5, 9), 1.7),
    ((13, 11), 0.6),
    ((7, 10), 0.37),
    ((5, 3), 0.5),
    ((30, 4), 1.1),
    ((4, 3), 1.1),
    ((4, 7), 2.1),
    ((120, 4), 1.1),
)

# Where the coordinate rules of nearest read other pixels than the exact ones, and others than each
# other: the sizes of an axis, from golden/sweeps and by search (tests/identification/test_identification.py).
TELLING: tuple[tuple[Size, Size], ...] = (
    ((26, 8), (22, 47)),
    ((36, 3), (51, 21)),
    ((14, 2), (52, 41)),
    ((47, 14), (22, 23)),
    ((28, 1), (46, 100)),
    ((2, 1), (41, 100)),
    ((42, 1), (39, 100)),
    ((52, 1), (11, 120)),
    ((42, 1), (20, 120)),
    ((43, 1), (21, 120)),
    ((52, 30), (1, 4)),
    ((46, 38), (7, 12)),
    ((14, 21), (38, 24)),
    ((6, 1), (27, 3)),
)

# The same of factors. At these every n * factor is whole, so that the size is the same however a
# function rounds it, and the factor is the ratio of the sizes.
TELLING_FACTORS: tuple[tuple[Size, float], ...] = (
    ((20, 80), 1.35),
    ((60, 80), 1.45),
    ((10, 60), 1.3),
    ((56, 120), 0.875),
    ((80, 20), 1.15),
    ((30, 5), 1.2),
    ((75, 25), 1.04),
    ((75, 25), 0.12),
    ((75, 25), 0.52),
    ((108, 4), 0.25),
    ((55, 5), 1.4),
    ((75, 25), 0.24),
    ((15, 20), 1.8),
    ((25, 15), 3.6),
    ((20, 30), 2.3),
    ((2, 2), 20.5),
    ((2, 6), 20.5),
    ((6, 2), 4.5),
    ((50, 40), 0.3),
    ((25, 10), 0.6),
)

# The same of functions of an image alone: sizes of an axis at which every two rules do so that differ at any
# up to 96, multiplied by 1/4, 1/3, 1/2, 2/3, 3/4, 5/4, 3/2 or 5/2 and rounded in any way; by search
# (tests/identification/test_identification.py).
TELLING_FIXED: tuple[Size, ...] = (
    (94, 58), (26, 54), (62, 30), (42, 61), (80, 57), (63, 76), (46, 95), (92, 56), (55, 29),
    (82, 78), (50, 83), (39, 53), (89, 86), (59, 25), (93, 27), (40, 33), (23, 75), (38, 9),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answer:
    """What a function made of one probe.

    Attributes:
        n_in, n_out: (h, w) in pixels; ``n_out`` as it came, or as it was asked for where nothing came.
        x: the image, (1, C, H, W).
        y: the result, float64; None where it raised or had another shape.
        given: the factor that it was given; None if it was given a size or nothing.
        scales: at which it is taken to sample; None for the ratio of the sizes.
        dtype: of the result.
        refused: why there is no result, in a line.
        window: the rows and the columns of the resized image, of ``n_out``, that ``y`` is; None for all.
        slack: how far each value may be off by what was undone, beside the bound.
        own: the factors along H and W by which a function of an image alone made this size; None if its
            sizes show none.
    """

    n_in: Size
    n_out: Size
    x: Array
    y: Array | None
    given: Fraction | None = None
    scales: Scales | None = None
    dtype: str = ""
    refused: str = ""
    window: tuple[slice, slice] | None = None
    slack: float = 0.0
    own: Factors | None = None

    @property
    def factors(self) -> Factors | None:
        """The factors along H and W, given or of the function's own; None if there are none."""
        return self.own if self.given is None else (self.given, self.given)

    @property
    def result(self) -> Array:
        """``y``, of an answer that is known to have one."""
        assert self.y is not None
        return self.y

    @property
    def axes(self) -> tuple[Pair, Pair]:
        """(n_in, n_out) of the rows and of the columns."""
        return (self.n_in[0], self.n_out[0]), (self.n_in[1], self.n_out[1])

    @property
    def sizes_text(self) -> str:
        return f"{self.n_in[0]}x{self.n_in[1]} to {self.n_out[0]}x{self.n_out[1]}"

    def within(self, regime: str) -> bool:
        """Whether both axes are in a regime."""
        return all(REGIMES[regime](*pair) for pair in self.axes)


def image(channels: int, size: Size, seed: int = 0) -> Array:
    """Multiples of 2**-10 between −1 and 1, no two alike in a small image, in no order: exact in float16."""
    total = channels * size[0] * size[1]
    # steps of a number without a common factor go through all 2047 values before one comes back
    values = (np.arange(total) * 1283 + 997 * seed + 311) % 2047 - 1023
    return (values / 1024.0).reshape(1, channels, *size)


def times(size: Size, factor: float) -> Size:
    """The size that a factor makes, cut."""
    height, width = (int(n * factor) for n in size)
    return height, width


def answers_of(
    subject: Subject, *, telling: bool = False, picture: Callable[[int, Size], Array] = image
) -> Iterator[Answer]:
    """A function's answers to the probes of its form.

    Args:
        subject: the function.
        telling: to those that tell coordinate rules apart.
        picture: the image of so many channels and a size.
    """
    if subject.form.needs == "size":
        for n_in, n_out in TELLING if telling else SIZES:
            yield ask(subject, picture(subject.channels, n_in), n_out)
    elif subject.form.needs == "factor":
        for n_in, factor in TELLING_FACTORS if telling else FACTORS:
            yield ask(subject, picture(subject.channels, n_in), None, factor)
    else:
        for n_in in TELLING_FIXED if telling else FIXED_SIZES:
            yield ask(subject, picture(subject.channels, n_in), None)


def ask(
    subject: Subject, x: Array, n_out: Size | None, factor: float | None = None, dtype: str = ""
) -> Answer:
    """A function's answer to one image.

    Args:
        subject: the function.
        x: (1, C, H, W).
        n_out: the size that is asked for, or None if the function is not given one.
        factor: that it is given, or None.
        dtype: of the image; by default what the function was found to take.
    """
    n_in = (x.shape[2], x.shape[3])
    given: Any = {} if factor is None else {"factors": (factor, factor)}
    exact = None if factor is None else Fraction(str(factor))
    wanted = n_out or (0, 0)
    try:
        y = subject(x.astype(dtype or subject.dtype), wanted, **given)
    except (Exception, SystemExit) as error:  # whatever a function raises is its answer
        return Answer(n_in, wanted, x, None, exact, refused=last_line(error))
    returned = (int(y.shape[2]), int(y.shape[3]))
    if y.shape[:2] != x.shape[:2] or (n_out is not None and returned != n_out) or 0 in returned:
        words = f"returned shape {tuple(y.shape)} (N, C, H, W) for {tuple(x.shape)}"
        if n_out is not None:
            words += f" and size {n_out}"
        return Answer(n_in, wanted, x, None, exact, dtype=str(y.dtype), refused=words)
    return Answer(n_in, returned, x, y.astype(np.float64), exact, dtype=str(y.dtype))
