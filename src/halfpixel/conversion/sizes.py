"""Sizes of a resize, and those at which an answer is tried where the call does not say them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

Size = tuple[int, ...]


@dataclass(frozen=True)
class Sizes:
    """The sizes of one resize in pixels, an entry for each axis, the outermost first.

    Attributes:
        n_in, n_out: of the input and the output.
        scales: output pixels an input pixel, where that is not the ratio of the sizes.
    """

    n_in: Size
    n_out: Size
    scales: tuple[Fraction, ...] | None = None

    @property
    def axes(self) -> Iterator[tuple[int, int, Fraction | None]]:
        """(n_in, n_out, factor) along each axis."""
        return zip(self.n_in, self.n_out, self.scales or (None,) * len(self.n_in), strict=True)

    @property
    def grows(self) -> bool:
        """An axis grows."""
        return any(m > n for n, m in zip(self.n_in, self.n_out, strict=True))

    @property
    def unchanged(self) -> bool:
        """No axis changes its size."""
        return self.n_in == self.n_out

    @property
    def pixels(self) -> int:
        """The larger of the two images."""
        total = 1
        for n, m in zip(self.n_in, self.n_out, strict=True):
            total *= max(n, m)
        return total

    def __str__(self) -> str:
        return f"{by(self.n_in)} -> {by(self.n_out)}"


def by(size: Size) -> str:
    """A size in words: 480x640."""
    return "x".join(str(int(n)) for n in size)


# ---------------------------------------------------------------------------- where none are said

LARGEST = 12  # of the axes that are tried with every other size

# Sizes of an axis of every kind: growing and shrinking, by whole numbers, odd and even, and by others; to and
# from one pixel; unchanged. Each is tried beside each of the others.
_KINDS: tuple[tuple[int, int], ...] = (
    (5, 8), (8, 5), (6, 6), (4, 8), (8, 4), (3, 9), (9, 3), (12, 3), (7, 10), (11, 4), (1, 4), (4, 1),
)  # fmt: skip
# Sizes of images that people have, smaller and larger than what is made of them.
_REAL: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
    ((480, 640), (224, 224)),
    ((60, 90), (75, 120)),  # by a ratio that tells calls apart: by 2, many are one
    ((224, 224), (448, 448)),
    ((30, 40), (75, 100)),
    ((1080, 1920), (640, 640)),
    ((100, 100), (50, 130)),
    ((60, 90), (15, 22)),
)
# Sizes at which calls are tried and rounding is bounded: ((h, w) in, (h, w) out).
EXAMPLES: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
    ((12, 16), (18, 20)),
    ((24, 32), (18, 20)),
    ((12, 16), (24, 48)),
    ((24, 48), (12, 16)),
    ((12, 16), (24, 32)),
    ((24, 32), (12, 16)),
    ((12, 16), (12, 20)),
)
# Inputs of which factors make an output: squares up to this, and those that people have.
LARGEST_SQUARE = 64
_REAL_INPUTS: tuple[tuple[int, int], ...] = (
    (112, 112), (224, 224), (480, 640), (1080, 1920), (1, 7), (9, 1), (13, 40), (37, 22),
)  # fmt: skip


def _of_rank(size: Size, rank: int) -> Size:
    """The innermost axes of a size; of a volume, the outermost is as large as the next."""
    return size[-rank:] if rank <= len(size) else (*size[:1] * (rank - len(size)), *size)


@functools.cache
def real(rank: int) -> tuple[Sizes, ...]:
    """Sizes that people have; of volumes, smaller ones."""
    pairs = [((30, 40), (75, 100)), ((60, 90), (15, 22))] if rank > 2 else list(_REAL)
    return tuple(Sizes(_of_rank(n, rank), _of_rank(m, rank)) for n, m in pairs)


@functools.cache
def spread(rank: int) -> tuple[Sizes, ...]:
    """Sizes of every kind: the examples, all pairs up to 12 along all axes alike, each kind of pair beside
    each other along two axes, and those that people have."""
    sizes = [Sizes(_of_rank(n, rank), _of_rank(m, rank)) for n, m in EXAMPLES]
    every = range(1, LARGEST + 1)
    sizes += [Sizes((n,) * rank, (m,) * rank) for n, m in itertools.product(every, every)]
    if rank > 1:
        for one, other in itertools.permutations(_KINDS, 2):
            axes = (*(one,) * (rank - 1), other)
            sizes.append(Sizes(tuple(n for n, _ in axes), tuple(m for _, m in axes)))
    return tuple(dict.fromkeys((*sizes, *real(rank))))


@functools.cache
def inputs(rank: int) -> tuple[Size, ...]:
    """Inputs of which a factor makes an output."""
    largest = LARGEST_SQUARE if rank < 3 else LARGEST
    squares = [(n,) * rank for n in range(1, largest + 1)]
    more = [_of_rank(n, rank) for n in _REAL_INPUTS if rank < 3 or max(n) <= LARGEST_SQUARE]
    return tuple(dict.fromkeys((*squares, *more)))
