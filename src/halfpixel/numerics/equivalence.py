"""Where two conventions are one: the regimes of sizes in which their weight matrices are equal."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..operators import Resize
from ..operators.axis import Axis
from .weights import matrix

# What is true of an axis's sizes, (n_in, n_out) in pixels; a regime stands before those that it implies.
REGIMES: Mapping[str, Callable[[int, int], bool]] = {
    "at every size": lambda n_in, n_out: True,
    "at more than one pixel": lambda n_in, n_out: n_out > 1 or n_in == 1,
    "enlarging": lambda n_in, n_out: n_out >= n_in,
    "shrinking": lambda n_in, n_out: n_out <= n_in,
    "enlarging by whole factors": lambda n_in, n_out: n_out % n_in == 0,
    "shrinking by whole factors": lambda n_in, n_out: n_in % n_out == 0,
    "shrinking by odd whole factors": lambda n_in, n_out: n_in % (2 * n_out) == n_out,
    "shrinking by even whole factors": lambda n_in, n_out: n_in % (2 * n_out) == 0,
    "doubling": lambda n_in, n_out: n_out == 2 * n_in,
    "halving": lambda n_in, n_out: n_in == 2 * n_out,
    "at an unchanged size": lambda n_in, n_out: n_out == n_in,
}

# The sizes at which conventions are compared; conventions that differ do so below.
LARGEST = 12
# Weights are fractions of small numbers, or differ by more: two formulas of one weight round by less.
_EQUAL = 1e-12


_PAIRS = [(n_in + 1, n_out + 1) for n_in, n_out in np.ndindex(LARGEST, LARGEST)]
_STARTS = np.cumsum([0, *(n_in * n_out for n_in, n_out in _PAIRS[:-1])])


@functools.lru_cache(maxsize=256)
def _matrices(convention: Resize) -> Array:
    """The weights at all sizes in a row; NaN where the convention does not go with them."""
    return np.concatenate(
        [
            matrix(convention, Axis(*pair)).ravel()
            if convention.takes(*pair)
            else np.full(pair[0] * pair[1], np.nan)
            for pair in _PAIRS
        ]
    )


@functools.lru_cache(maxsize=1 << 14)
def distances(one: Resize, other: Resize) -> Array:
    """How far two conventions are apart: the largest difference of a weight, from ``n_in`` pixels (rows,
    1..LARGEST) to ``n_out`` (columns); NaN where one of them does not go with the sizes."""
    apart = abs(_matrices(one) - _matrices(other))
    return np.maximum.reduceat(apart, _STARTS).reshape(LARGEST, LARGEST)


@functools.cache
def sizes(regime: str) -> NDArray[np.bool_]:
    """The sizes of a regime, laid out as :func:`distances`."""
    holds = REGIMES[regime]
    axis = range(1, LARGEST + 1)
    return np.array([[holds(n_in, n_out) for n_out in axis] for n_in in axis])


def equal(one: Resize, other: Resize) -> NDArray[np.bool_]:
    """The sizes at which two conventions are one, laid out as :func:`distances`."""
    return np.asarray(distances(one, other) <= _EQUAL)


@functools.lru_cache(maxsize=1 << 17)
def equal_in(one: Resize, other: Resize, regime: str) -> bool:
    """Whether two conventions are one at every size of a regime; it is known at the first at which they are
    not."""
    return all(_equal_at(one, other, pair) for pair in _pairs(regime))


@functools.cache
def _pairs(regime: str) -> tuple[tuple[int, int], ...]:
    """The sizes of a regime, those first at which most conventions differ: large ones that change."""
    within = (pair for pair in _PAIRS if REGIMES[regime](*pair))
    return tuple(sorted(within, key=lambda pair: (pair[0] == pair[1], -min(pair), -max(pair))))


def _equal_at(one: Resize, other: Resize, pair: tuple[int, int]) -> bool:
    if not (one.takes(*pair) and other.takes(*pair)):
        return False
    axis = Axis(*pair)
    return bool(np.max(abs(matrix(one, axis) - matrix(other, axis))) <= _EQUAL)


@functools.lru_cache(maxsize=1 << 14)
def agreement(one: Resize, other: Resize) -> tuple[str, ...]:
    """The regimes in which two conventions are one; those that follow from another are left out."""
    return tuple(widest(equal(one, other)))


def widest(true: NDArray[np.bool_]) -> list[str]:
    """The widest regimes of which all sizes are true, laid out as :func:`distances`."""
    regimes: list[str] = []
    for regime in REGIMES:
        held = sizes(regime)
        if np.all(true[held]) and not any(np.all(sizes(wider)[held]) for wider in regimes):
            regimes.append(regime)
    return regimes


def disagreements(one: Resize, other: Resize) -> Iterator[tuple[int, int]]:
    """The sizes, (n_in, n_out), at which two conventions differ, the smallest images first."""
    apart = distances(one, other) > _EQUAL
    for n_in, n_out in sorted(np.argwhere(apart).tolist(), key=lambda pair: (max(pair), pair)):
        yield n_in + 1, n_out + 1
