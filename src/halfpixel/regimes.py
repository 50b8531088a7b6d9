"""Where two conventions are one: the regimes of sizes in which their weight matrices are equal."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from .conventions import Resize

Array = NDArray[np.float64]

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


@functools.cache
def matrix(convention: Resize, n_in: int, n_out: int) -> Array:
    """The weights of one axis, ``(n_out, n_in)``, each rounded to float64.

    Raises:
        ValueError: the convention does not go with these sizes.
    """
    return np.asarray(convention.weights(n_in, n_out), np.float64)


@functools.cache
def distances(one: Resize, other: Resize) -> Array:
    """How far two conventions are apart: the largest difference of a weight, from ``n_in`` pixels (rows,
    1..LARGEST) to ``n_out`` (columns); NaN where one of them does not go with the sizes."""
    found = np.full((LARGEST, LARGEST), np.nan)
    for n_in, n_out in np.ndindex(LARGEST, LARGEST):
        sizes = n_in + 1, n_out + 1
        if one.takes(*sizes) and other.takes(*sizes):
            found[n_in, n_out] = np.max(abs(matrix(one, *sizes) - matrix(other, *sizes)))
    return found


@functools.cache
def sizes(regime: str) -> NDArray[np.bool_]:
    """The sizes of a regime, laid out as :func:`distances`."""
    holds = REGIMES[regime]
    axis = range(1, LARGEST + 1)
    return np.array([[holds(n_in, n_out) for n_out in axis] for n_in in axis])


def agreement(one: Resize, other: Resize) -> list[str]:
    """The regimes in which two conventions are one; those that follow from another are left out."""
    apart = distances(one, other)
    return widest(~(apart > _EQUAL) & ~np.isnan(apart))


def widest(equal: NDArray[np.bool_]) -> list[str]:
    """The widest regimes of which all sizes are true, laid out as :func:`distances`."""
    found: list[str] = []
    for regime in REGIMES:
        held = sizes(regime)
        if np.all(equal[held]) and not any(np.all(sizes(wider)[held]) for wider in found):
            found.append(regime)
    return found


def disagreements(one: Resize, other: Resize) -> Iterator[tuple[int, int]]:
    """The sizes, (n_in, n_out), at which two conventions differ, the smallest images first."""
    apart = distances(one, other) > _EQUAL
    for n_in, n_out in sorted(np.argwhere(apart).tolist(), key=lambda pair: (max(pair), pair)):
        yield n_in + 1, n_out + 1
