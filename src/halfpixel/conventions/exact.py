"""Exact numbers in arrays: integers over one common denominator, rounded once at the end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Exact = NDArray[np.object_]  # Python ints or Fractions
Float64 = NDArray[np.float64]
Axes = tuple[int, int] | tuple[tuple[int, ...], tuple[int, ...]]

_INT64_LIMIT = 2**63
_DENOMINATOR = 2**190  # 57 digits


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
    array = np.asarray(values)
    if array.dtype.kind in "iub":
        return np.asarray(array.astype(object) + 0, object), 1
    if array.dtype.kind not in "fO":
        raise TypeError(f"expected real numbers, got dtype {array.dtype}")
    try:
        ratios = [value.as_integer_ratio() for value in array.ravel().tolist()]
    except (OverflowError, ValueError):
        raise ValueError("the exact reference takes finite numbers, got NaN or infinity") from None
    except AttributeError:
        raise TypeError("expected real numbers in an object array") from None
    denominator = math.lcm(*{d for _, d in ratios})
    return _object_array((n * (denominator // d) for n, d in ratios), array.shape), denominator


def fractions(integers: Exact, denominator: int) -> Exact:
    """``integers / denominator`` as an object array of ``Fraction``."""
    flat = (Fraction(n, denominator) for n in integers.ravel().tolist())
    return _object_array(flat, integers.shape)


def rounded(integers: Exact, denominator: int) -> Float64:
    """``integers / denominator``, each rounded once to float64 (Python's int / int is correctly rounded)."""
    flat = np.array([n / denominator for n in integers.ravel().tolist()], np.float64)
    return flat.reshape(integers.shape)


def tensordot(a: Exact, b: Exact, axes: Axes) -> Exact:
    """``np.tensordot`` of integer object arrays, in int64 where no sum overflows."""
    summed = (axes[0],) if isinstance(axes[0], int) else axes[0]
    length = math.prod(a.shape[axis] for axis in summed)
    largest = _magnitude(a) * _magnitude(b) * max(length, 1)
    if largest < _INT64_LIMIT:
        product = np.tensordot(a.astype(np.int64), b.astype(np.int64), axes)
        return np.asarray(product.astype(object))
    return np.asarray(np.tensordot(a, b, axes), object)


def apply_matrices(
    x: ArrayLike, matrices: Mapping[int, Exact], *, exact: bool = False
) -> NDArray[Any]:
    """Multiply an array by an exact matrix along each of some axes.

    Args:
        x: finite numbers, any shape.
        matrices: an axis of ``x`` to its matrix of ``Fraction``s, shape ``(n_out, n_in)``.
        exact: return ``Fraction``s instead of float64.

    Returns:
        float64, every value rounded once, or an object array of ``Fraction``s.
    """
    integers, denominator = over_common_denominator(x)
    for axis, matrix in matrices.items():
        rows, common = over_common_denominator(matrix)
        lines = np.moveaxis(integers, axis, 0)
        # a row reads a few pixels: skipping its zeros is what makes a photograph's worth affordable
        result = [
            sum((row[j] * lines[j] for j in np.flatnonzero(row)), 0 * lines[0]) for row in rows
        ]
        integers = np.moveaxis(np.array(result, object), 0, axis)
        denominator *= common
    return fractions(integers, denominator) if exact else rounded(integers, denominator)


def to_digits(values: Exact) -> Exact:
    """Irrational weights, known to 60 digits, over one denominator: what lies beyond means nothing."""
    scaled = [
        Fraction(round(value * _DENOMINATOR), _DENOMINATOR) for value in values.ravel().tolist()
    ]
    return _object_array(scaled, values.shape)


def _magnitude(integers: Exact) -> int:
    return max((abs(n) for n in integers.ravel().tolist()), default=0)


def _object_array(values: Iterable[Any], shape: tuple[int, ...]) -> Exact:
    flat = list(values)
    array = np.empty(len(flat), object)
    array[:] = flat
    return array.reshape(shape)
