"""Exact numbers in arrays: integers over one common denominator, rounded once at the end."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import AnyArray, Float64

Exact = NDArray[np.object_]  # Python ints or Fractions
Integers = Exact | NDArray[np.int64]  # of the former, Python ints

_INT64_LIMIT = 2**63
_FLOAT64_LIMIT = 2**53
DIGITS = 2**190
"""The denominator of irrational weights, which are known to 60 digits: 57 digits."""


@dataclass(frozen=True, eq=False)
class Taps:
    """What the output pixels of an axis read, and the exact weights of it.

    Attributes:
        index: the pixels, ``(n_out, taps)``, of which one may come twice in a row.
        numerators: of the weights, Python's integers, ``(n_out, taps)``.
        denominators: those of each row, ``(n_out, 1)``, above 0.
    """

    index: NDArray[np.intp]
    numerators: Exact
    denominators: Exact

    @property
    def weights(self) -> Exact:
        """The weights as ``Fraction``s."""
        result, read = (
            np.full(self.numerators.shape, Fraction(0), object),
            np.nonzero(self.numerators),
        )
        below = self.denominators[read[0], 0].tolist()
        pairs = zip(self.numerators[read].tolist(), below, strict=True)
        result[read] = [Fraction(*pair) for pair in pairs]
        return result

    @property
    def rounded(self) -> Float64:
        """The weights, each rounded once to float64."""
        return np.asarray(self.numerators / self.denominators, np.float64)

    @property
    def integers(self) -> tuple[Exact, int]:
        """The weights as integers over the least common denominator."""
        common = math.lcm(*set(self.denominators.ravel().tolist()))
        integers = self.numerators * (common // self.denominators)
        unit = math.gcd(common, *integers.ravel().tolist())
        return integers // unit, common // unit

    def matrix(self, n_in: int) -> Taps:
        """The same with the weights of all pixels of the axis, one after the other."""
        dense = np.zeros((len(self.index), n_in), object)
        np.add.at(dense, (np.arange(len(self.index))[:, None], self.index), self.numerators)
        index = np.broadcast_to(np.arange(n_in), dense.shape)
        return Taps(index, dense, self.denominators)

    def rows(self, chosen: NDArray[np.intp], moved: NDArray[np.intp]) -> Taps:
        """Some rows, by number, each moved by so many pixels."""
        index = self.index[chosen] + moved[:, None]
        return Taps(index, self.numerators[chosen], self.denominators[chosen])


# the dtypes of the package ml_dtypes, which NumPy knows by name alone: float64 holds all their values
_NARROW = re.compile(r"(bfloat|float|u?int)\d")


def numbers(values: ArrayLike) -> AnyArray:
    """An array of real numbers, of a dtype that NumPy has.

    Args:
        values: integers, floats, ``Fraction``s or booleans; also of a dtype of ``ml_dtypes``.

    Raises:
        TypeError: they are not real numbers, or masked.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(
            "a masked array has no values where it is masked: fill it, as by x.filled(0)"
        )
    array = np.asarray(values)
    if array.dtype.kind == "V" and array.dtype.names is None and _NARROW.match(array.dtype.name):
        return array.astype(np.float64)
    if array.dtype.kind not in "iubfO":
        raise TypeError(f"expected real numbers, got dtype {array.dtype}")
    return array


def over_common_denominator(values: ArrayLike) -> tuple[Exact, int]:
    """Write finite numbers as ``integers / denominator``.

    Args:
        values: integers, floats (each one is a dyadic fraction) or ``Fraction``s, any shape.

    Returns:
        An object array of Python ints of the same shape, and the denominator they share.

    Raises:
        TypeError: the values are not real numbers.
        ValueError: a value is NaN or infinite.
    """
    array = numbers(values)
    if array.dtype.kind in "iub":
        return np.asarray(array.astype(object) + 0, object), 1
    if array.dtype in (np.float32, np.float64) and _are_integers(array):
        return np.asarray(array.astype(np.int64).astype(object), object), 1
    try:
        ratios = [value.as_integer_ratio() for value in array.ravel().tolist()]
    except (OverflowError, ValueError):
        raise ValueError("the exact reference takes finite numbers, got NaN or infinity") from None
    except AttributeError:
        raise TypeError("expected real numbers in an object array") from None
    denominator = math.lcm(*{d for _, d in ratios})
    return _object_array((n * (denominator // d) for n, d in ratios), array.shape), denominator


def _are_integers(array: AnyArray) -> bool:
    """Whether all are integers that int64 and float64 hold exactly."""
    return bool((abs(array) < _FLOAT64_LIMIT).all() and (array == np.rint(array)).all())


def fractions(integers: Integers, denominator: int) -> Exact:
    """``integers / denominator`` as an object array of ``Fraction``."""
    flat = (Fraction(n, denominator) for n in integers.ravel().tolist())
    return _object_array(flat, integers.shape)


def rounded(integers: Integers, denominator: int) -> Float64:
    """``integers / denominator``, each rounded once to float64."""
    if denominator < _FLOAT64_LIMIT and _magnitude(integers) < _FLOAT64_LIMIT:
        return np.asarray(integers.astype(np.float64) / denominator)  # both are exact
    flat = np.array([quotient(n, denominator) for n in integers.ravel().tolist()], np.float64)
    return flat.reshape(integers.shape)


def quotient(numerator: int, denominator: int) -> float:
    """Rounded once, as Python's int / int is; infinite where that is beyond the largest float64."""
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if (numerator > 0) == (denominator > 0) else -math.inf


def narrowed(a: Exact, b: Exact, terms: int) -> tuple[AnyArray, AnyArray]:
    """Two arrays of integers: as float64, which multiplies fastest, where it holds every sum of so many of
    their products, in any order; as int64 where none overflows."""
    factors = max(_magnitude(a), 1), max(_magnitude(b), 1)  # the factors fit too
    largest = math.prod(factors) * max(terms, 1)
    if largest < _FLOAT64_LIMIT:
        return a.astype(np.float64), b.astype(np.float64)
    if largest < _INT64_LIMIT:
        return a.astype(np.int64), b.astype(np.int64)
    return a, b


def apply_matrices(x: ArrayLike, matrices: Mapping[int, Exact], *, exact: bool = False) -> AnyArray:
    """Multiply an array by an exact matrix along each of some axes.

    Args:
        x: finite numbers, any shape.
        matrices: an axis of ``x`` to its matrix of ``Fraction``s, shape ``(n_out, n_in)``.
        exact: return ``Fraction``s instead of float64.

    Returns:
        float64, every value rounded once, or an object array of ``Fraction``s.
    """
    every = {axis: over_common_denominator(matrix) for axis, matrix in matrices.items()}
    return apply_integers(x, every, exact=exact)


def apply_integers(
    x: ArrayLike, matrices: Mapping[int, tuple[Exact, int]], *, exact: bool = False
) -> AnyArray:
    """The same of matrices of integers, each with the denominator of all of them."""
    integers, denominator = _integers(x)
    for axis, (rows, common) in matrices.items():
        integers = np.moveaxis(_product(rows, np.moveaxis(integers, axis, 0)), 0, axis)
        denominator *= common
    return fractions(integers, denominator) if exact else rounded(integers, denominator)


def _integers(values: ArrayLike) -> tuple[Integers, int]:
    """The same as :func:`over_common_denominator`; floats that are integers come as int64."""
    array = numbers(values)
    if array.dtype in (np.float32, np.float64) and _are_integers(array):
        return array.astype(np.int64), 1
    return over_common_denominator(array)


def _product(rows: Exact, lines: Integers) -> Integers:
    """``rows @ lines`` along the first axis of ``lines``, in int64 where no sum overflows."""
    largest = max((sum(map(abs, row)) for row in rows.tolist()), default=0)
    largest = max(largest, 1) * max(_magnitude(lines), 1)  # the factors fit too
    if largest < _INT64_LIMIT:
        flat = lines.reshape(len(lines), -1).astype(np.int64)
        return (rows.astype(np.int64) @ flat).reshape(len(rows), *lines.shape[1:])
    lines = lines.astype(object)
    # a row reads a few pixels: skipping its zeros is what makes a photograph's worth affordable
    result = [sum((row[j] * lines[j] for j in np.flatnonzero(row)), 0 * lines[0]) for row in rows]
    return np.array(result, object)


def nearest(numerators: Exact, denominators: Exact | int) -> Exact:
    """The quotients of integers, rounded to the nearest one, a tie to the even one; divisors above 0."""
    middle, twice = 2 * numerators + denominators, 2 * denominators
    whole = middle // twice
    return np.asarray(whole - (middle % twice == 0) * (whole % 2), object)


def _magnitude(integers: Integers) -> int:
    if integers.dtype == np.int64:  # of a product that fits: its magnitude does too
        return int(abs(integers).max(initial=0))
    values = integers.ravel().tolist()
    return max(max(values), -min(values)) if values else 0


def _object_array(values: Iterable[object], shape: tuple[int, ...]) -> Exact:
    flat = list(values)
    array = np.empty(len(flat), object)
    array[:] = flat
    return array.reshape(shape)
