"""The weights of one axis in float64: everything but the exact reference takes them from here.

On which side of an edge a coordinate is, where a kernel's weights jump there (:attr:`Kernel.jumps`) or a
part of the image ends, is decided in exact numbers: a rounding there is another pixel, not another last bit.
"""

from __future__ import annotations

import functools
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Array
from ..operators import Resize, kernels
from ..operators.axis import Axis, OutputPixels
from ..operators.resize import TapWeights, exact_taps
from .coordinates import coordinates, float_coordinates, relevant, tap_weights

_SMALL = 2**14  # entries of a matrix that is kept; a larger one is made again


def matrix(convention: Resize, axis: Axis, rule: str | None = None) -> Array:
    """The weights of one axis, ``(n_out, n_in)``, read-only.

    Args:
        convention: of one axis.
        axis: that is resized.
        rule: the coordinate rule (:data:`halfpixel.numerics.coordinates.COORDINATE_RULES`), or None.

    Raises:
        ValueError: the convention does not go with these sizes.
    """
    make = _matrix if axis.area <= _SMALL else _matrix.__wrapped__
    return make(convention, relevant(axis, rule), rule)


@functools.lru_cache(maxsize=8192)
def _matrix(convention: Resize, axis: Axis, rule: str | None) -> Array:
    return _summed(*axis_taps(convention, axis, rule), axis.n_in)


def axis_taps(
    convention: Resize, axis: Axis, rule: str | None = None
) -> tuple[NDArray[np.intp], Array]:
    """The pixels that output pixels read, which may come twice, and their weights: both ``(n_out, taps)``.

    Arguments and errors as of :func:`matrix`.
    """
    if rule is None and convention.kernel.jumps and not convention.kernel.irrational:
        exact = exact_taps(convention, axis)
        return exact.index, exact.rounded
    scale = convention.scale(*axis.arguments)
    where = axis_coordinates(convention, axis, rule)
    return taps(convention, where, axis.n_in, scale, tap_weights(rule))


OUTSIDE = -1  # in place of a pixel, where none is read


def nearest_pixels(
    convention: Resize, outputs: OutputPixels, n_in: int, rule: str | None = None
) -> NDArray[np.int64]:
    """The pixel that each output pixel of ``nearest`` reads, or :data:`OUTSIDE`.

    Args:
        convention: a nearest one.
        outputs: of axes of one input size.
        n_in: that size.
        rule: the coordinate rule; None for the exact pixel, found in integers.
    """
    if rule is None:
        index = convention.nearest_index(outputs)
        inside = (index >= 0) & (index < n_in) | (not convention.drops_outside)
        if convention.extrapolates:
            inside &= convention.inside(float_coordinates(convention, outputs), n_in)
        return np.where(inside, convention.padded(index, n_in), OUTSIDE)
    where = float_coordinates(convention, outputs, rule)
    index, weight = (taps[:, 0] for taps in convention.taps_at(where, n_in))
    return np.where(convention.inside(where, n_in) & (weight > 0), index, OUTSIDE)


def axis_coordinates(convention: Resize, axis: Axis, rule: str | None = None) -> AnyArray:
    """Where the output pixels of an axis sample: ``Fraction``s where something is decided by them, else
    float64, which a coordinate of a rule is and any other is rounded to."""
    if _decides(convention):
        return coordinates(convention, axis, rule)
    return float_coordinates(convention, axis.pixels, rule)


def matrix_at(
    convention: Resize,
    where: AnyArray,
    n_in: int,
    scale: Fraction,
    weigh: TapWeights | None = None,
) -> Array:
    """The rows for output pixels at given coordinates, read-only; arguments as of :func:`taps`."""
    return _summed(*taps(convention, where, n_in, scale, weigh), n_in)


_ROWS = 32  # output pixels whose weights are one dense matrix


def resampled(rows: Array, x: Array, columns: Array) -> Array:
    """``rows @ x @ columnsᵀ`` of matrices whose rows read few of the pixels, a few rows at a time.

    Args:
        rows, columns: the weights along H and W, ``(n_out, n_in)``.
        x: images, ``(..., H, W)``.
    """
    across = _along(columns, x.swapaxes(-1, -2)).swapaxes(-1, -2)
    return _along(rows, across)


def _along(matrix: Array, x: Array) -> Array:
    """``matrix @ x`` along the axis before the last."""
    if matrix.shape[1] <= _ROWS:
        return np.asarray(matrix @ x)
    y = np.empty((*x.shape[:-2], len(matrix), x.shape[-1]))
    for start in range(0, len(matrix), _ROWS):
        block = matrix[start : start + _ROWS]
        read = np.flatnonzero(block.any(axis=0))
        y[..., start : start + _ROWS, :] = block[:, read] @ x[..., read, :]
    return y


def _summed(index: NDArray[np.intp], weight: Array, n_in: int) -> Array:
    result = np.zeros((len(index), n_in))
    np.add.at(result, (np.arange(len(index))[:, None], index), weight)
    result.setflags(write=False)
    return result


def taps(
    convention: Resize,
    where: AnyArray,
    n_in: int,
    scale: Fraction,
    weigh: TapWeights | None = None,
) -> tuple[NDArray[np.intp], Array]:
    """``Resize.taps_at``, with weights in float64.

    Args:
        convention, n_in, scale: as of ``Resize.taps_at``.
        where: coordinates: ``Fraction``s, by which jumps are decided exactly, or float64 that are exact, or
            for a convention that has nothing to decide.
        weigh: what taps weigh by a coordinate rule that decides by itself.
    """
    floats = where.astype(np.float64)
    if where.dtype != object or not _decides(convention):
        return convention.taps_at(floats, n_in, scale, weigh)
    if convention.kernel.jumps and weigh is None:
        if not convention.kernel.irrational:
            return _at_edges_exactly(convention, where, n_in, scale)
        weigh = _ended(convention, where)
    index, weight = convention.taps_at(floats, n_in, scale, weigh)
    return index, weight * convention.inside(where, n_in)[:, None]


_NEAR_EDGE = (
    2.0**-20
)  # pixels: more than any kernel's edge is moved by rounding, and than its own margin


def _at_edges_exactly(
    convention: Resize, where: AnyArray, n_in: int, scale: Fraction
) -> tuple[NDArray[np.intp], Array]:
    """The taps of a kernel that jumps: those of coordinates near an edge of a pixel in ``Fraction``s, which
    decide what is read, the others in float64."""
    divided = convention.kernel.divided or convention.exclude_outside or convention.antialias
    if convention.kernel.radius is None or divided:  # another edge, or a sum of what is read
        exact = convention.exact_taps_at(where, n_in, scale)
        return exact.index, exact.rounded
    reach = float(convention.radius(scale) * convention.stretch(scale))
    floats = where.astype(np.float64)
    edges = np.stack([floats - reach, floats, floats + reach])
    near = np.flatnonzero((abs(edges - np.rint(edges)) <= _NEAR_EDGE).any(axis=0))
    index, weight = convention.taps_at(floats, n_in, scale)
    if len(near):
        exact = convention.exact_taps_at(where[near], n_in, scale)
        index[near], weight[near] = exact.index, exact.rounded
    return index, weight


def _decides(convention: Resize) -> bool:
    """Whether it matters on which side of an edge a coordinate is."""
    return convention.kernel.jumps or convention.extrapolates


def _ended(convention: Resize, where: AnyArray) -> TapWeights:
    """The values of a kernel, in float64, at the taps that are exactly inside its radius."""

    def weigh(floats: AnyArray, index: NDArray[np.intp], stretch: Fraction) -> AnyArray:
        reach = convention.radius() * stretch
        inside = abs(where[:, None] - index.astype(object)) < reach
        return kernels.gaussian(
            abs(floats[:, None] - index) / float(stretch), inside.astype(np.bool_)
        )

    return weigh
