"""PyTorch's arithmetic on uint8."""

from __future__ import annotations

import numpy as np

from ..conventions import Resize
from .steps import NO_FACTORS, F, Factors, Float64, Integers, half_up, kernel, places, step, taps

_TOO_LARGE = 2**15  # for a weight
_BETWEEN_PASSES = (0, 255)


def uint8(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Columns, then rows; rounded half up and clamped to 0..255 after each. An axis that keeps its size is
    copied, whatever its factor."""
    for axis in (3, 2):
        if _copied(x.shape[axis], size[axis - 2]):
            continue
        weights, bits = _weights(convention, x.shape[axis], size[axis - 2], factors[axis - 2])
        # in float64 the sums are exact, far below 2**53, and BLAS does them
        sums = np.tensordot(weights.astype(np.float64), x.astype(np.float64), axes=(1, axis))
        x = half_up(np.moveaxis(sums, 0, axis).astype(np.int64), bits).clip(*_BETWEEN_PASSES)
    return x


def _copied(n_in: int, n_out: int) -> bool:
    return n_in == n_out


def _weights(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> tuple[Integers, int]:
    """The matrix of one axis as 16-bit integers, and the number of bits after the point: as many as the
    largest weight of the axis leaves room for."""
    make = _antialiased if convention.antialias else _plain
    matrix, largest = make(convention, n_in, n_out, factor)
    bits = next(b for b in range(23) if int(0.5 + largest * 2 ** (b + 1)) >= _TOO_LARGE or b == 22)
    scaled = matrix * 2.0**bits
    return np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int64), bits


def _plain(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> tuple[Float64, float]:
    """Taps outside the image are added to the edge pixel's weight."""
    count = taps(convention)
    x = places(convention, n_in, n_out, step(n_in, n_out, factor))
    if convention.mode == "linear":
        x = np.maximum(x, 0.0)
    base = np.minimum(np.floor(x.astype(F)).astype(np.int64), n_in - 1)
    t = np.clip(x - base, 0.0, 1.0)
    matrix, largest = np.zeros((n_out, n_in)), 0.0
    rows = np.arange(n_out)
    for k in range(1 - count // 2, 1 + count // 2):
        pixel = (base + k).clip(0, n_in - 1)
        matrix[rows, pixel] += kernel(convention, abs(k - t))
        largest = max(largest, float(matrix[rows, pixel].max()))
    return matrix, largest


def _antialiased(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> tuple[Float64, float]:
    """The kernel is stretched by the scale; what lies inside the image is divided by its sum."""
    above, below = convention.step(n_in, n_out)
    given = convention.takes_factors
    scale = step(n_in, n_out, factor) if given else float(above / below)
    stretch = max(scale, 1.0)
    support = taps(convention) * 0.5 * stretch
    center = scale * (np.arange(n_out) + 0.5)
    pixel = np.arange(n_in)
    first, last = ((center + side + 0.5).astype(np.int64)[:, None] for side in (-support, support))
    away = abs((pixel - center[:, None] + 0.5) * (1.0 / stretch))
    matrix = np.where((pixel >= first) & (pixel < last), kernel(convention, away), 0.0)
    # summed from the first tap to the last; the zeros around them change nothing
    matrix = matrix / np.add.accumulate(matrix, axis=1)[:, -1:]
    return matrix, float(matrix.max())
