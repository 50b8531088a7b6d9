"""The steps of an image pyramid: which pixels they read, with which weights, and what lies beyond the edges.

The five-tap binomial kernel 1 4 6 4 1 (P. Burt and E. Adelson, "The Laplacian pyramid as a compact image
code", IEEE Transactions on Communications 31(4), 1983). Down, it weighs the pixels around every second
one. Up, the image is interleaved with zeros and weighed four times as much: a pixel that was there
gets 1 6 1, one between two gets 4 4. Edges as in opencv/opencv, ``modules/imgproc/src/pyramids.cpp``,
``pyrDown_``, ``pyrUp_`` and ``borderInterpolate``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Border = Literal["reflect_101", "replicate", "reflect", "wrap"]
BORDERS: tuple[str, ...] = get_args(Border)

DOWN, UP = Fraction(2), Fraction(1, 2)

_DOWN = np.array([1, 4, 6, 4, 1])
_AT_A_PIXEL, _BETWEEN = np.array([1, 6, 1]), np.array([0, 4, 4])


def goes_down(n_in: Any, n_out: Any) -> Any:
    """Whether a step down makes ``n_out`` of ``n_in`` pixels: half as many, or one more or less."""
    return abs(2 * n_out - n_in) <= 2


def goes_up(n_in: int, n_out: int) -> bool:
    """Whether a step up makes ``n_out`` of ``n_in`` pixels: twice as many, or one more or less."""
    return abs(n_out - 2 * n_in) == n_out % 2


def taps(
    base: NDArray[np.intp], at_a_pixel: NDArray[np.bool_], n_in: int, scale: Fraction, border: str
) -> tuple[NDArray[np.intp], NDArray[np.int_], int]:
    """The pixels that each output pixel reads, and their weights.

    Args:
        base: shape ``(n_out,)``, the coordinates rounded down: ``2·d`` down, ``d / 2`` up.
        at_a_pixel: where they are whole.
        n_in: the size of the axis in pixels.
        scale: :data:`DOWN` or :data:`UP`.
        border: what lies beyond the edges, going down. Going up, the pixel before the first is the
            second, and the pixels after the last are the last.

    Returns:
        Two arrays of shape ``(n_out, taps)``, of which an index can come twice: the weights are integers over
        the number that comes third.
    """
    if scale == DOWN:
        index = _inside(base[:, None] + np.arange(-2, 3), n_in, border)
        return index, np.broadcast_to(_DOWN, index.shape), 16
    index = base[:, None] + np.arange(-1, 2)
    index = np.where(index < 0, 1, index).clip(0, n_in - 1)
    return index, np.where(at_a_pixel[:, None], _AT_A_PIXEL, _BETWEEN), 8


def _inside(index: NDArray[np.intp], n: int, border: str) -> NDArray[np.intp]:
    if border == "replicate":
        return index.clip(0, n - 1)
    if border == "wrap":
        return index % n
    repeated = border == "reflect"  # the edge pixel is
    period = max(2 * n - (0 if repeated else 2), 1)
    offset = index % period
    return np.where(offset < n, offset, period - offset - repeated)
