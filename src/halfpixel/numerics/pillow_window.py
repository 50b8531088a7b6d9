"""The window of each output pixel in Pillow and its weights, each operation in float64 as Pillow has it.

python-pillow/Pillow, ``src/libImaging/Resample.c``: precompute_coeffs and the filters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..arrays import Float64
from ..operators import Resize

_HAMMING = float(np.float32(0.54)), float(np.float32(0.46))


def filtered(convention: Resize) -> bool:
    """Whether a convention is what ``Image.resize`` computes with one of its filters."""
    return (
        convention.antialias
        and convention.exclude_outside
        and convention.coordinate_transformation_mode == "half_pixel"
        and convention.padding_mode == "border"
        and _shape(convention) in _SUPPORT
    )


Sizes = tuple[int, ...]
Order = Callable[[Sizes, Sizes], bool]
"""From the sizes in and out, along H and W, to whether rows are resized before columns."""


def columns_first(n_in: Sizes, n_out: Sizes) -> bool:
    """Until Pillow 12.1: never."""
    return False


def tall_first(n_in: Sizes, n_out: Sizes) -> bool:
    """In Pillow 12.2 and 12.3: where an image more than 100 times as high as wide loses rows (``Image.py``:
    Image.resize)."""
    return n_in[0] > 100 * n_in[1] and n_out[0] < n_in[0]


def fewer_rows_first(n_in: Sizes, n_out: Sizes) -> bool:
    """From Pillow 13 on: where rows lose pixels, and more than twice as many as the columns. Found by running
    13.0.0 at 10,000 sizes up to 90, of which 2,568 tell."""
    lost = n_in[0] - n_out[0]
    return lost > 0 and lost > 2 * (n_in[1] - n_out[1])


Part = tuple[float, float]
"""The ends of the part of an axis that is resized, in pixels: an entry of ``box=``."""


def window(
    convention: Resize, n_in: int, n_out: int, part: Part | None = None
) -> tuple[Float64, NDArray[np.bool_]]:
    """The values of the filter at every pixel, (n_out, n_in), and which pixels are visited: those around a
    part too."""
    start, end = (np.float32(one) for one in part or (0, n_in))
    scale = float(end - start) / n_out
    stretch = max(scale, 1.0)
    support = _SUPPORT[_shape(convention)] * stretch
    centre = (float(start) + (np.arange(n_out) + 0.5) * scale)[:, None]
    first, last = np.trunc(centre - support + 0.5), np.trunc(centre + support + 0.5)
    pixel = np.arange(n_in)
    visited = (first <= pixel) & (pixel < last)
    value = _filter(convention, (pixel - centre + 0.5) * (1.0 / stretch))
    return np.where(visited, value, 0.0), visited


def weights(convention: Resize, n_in: int, n_out: int, part: Part | None = None) -> Float64:
    """The weights of an axis, (n_out, n_in): the filter's values over their sum."""
    value, _ = window(convention, n_in, n_out, part)
    return _over_their_sum(value)


def is_resized(n_in: int, n_out: int, part: Part | None = None) -> bool:
    """Whether there is a pass along an axis (ImagingResampleInner: need_horizontal)."""
    return n_in != n_out or part not in (None, (0, n_out))


def factors(n_in: Sizes, n_out: Sizes, gap: float) -> Sizes:
    """By which ``reducing_gap`` first reduces each axis (``Image.py``: Image.resize)."""
    return tuple(int(n / m / gap) or 1 for n, m in zip(n_in, n_out, strict=True))


def _over_their_sum(value: Float64) -> Float64:
    """Summed from the first pixel to the last; the zeros around them change nothing. No values stay 0."""
    total = np.add.accumulate(value, axis=1)[:, -1:]
    return np.divide(value, total, out=value, where=total != 0)


def box_weights_until_6(n_in: int, n_out: int) -> Float64:
    """Those of BOX until Pillow 6.2 (``x >= -0.5 && x < 0.5``): a window that begins after its first half
    leaves both ends out, and an output with no other pixel is 0."""
    scale = n_in / n_out
    stretch = max(scale, 1.0)
    centre = ((np.arange(n_out) + 0.5) * scale)[:, None]
    away = (np.arange(n_in) - centre + 0.5) * (1.0 / stretch)
    _, visited = window(_BOX, n_in, n_out)
    return _over_their_sum((visited & (away >= -0.5) & (away < 0.5)).astype(np.float64))


_BOX = Resize(mode="box", antialias=True, exclude_outside=True)
# mode, a and radius
_Shape = tuple[str, float | None, int | None]
_SUPPORT: dict[_Shape, float] = {
    ("box", None, None): 0.5,
    ("linear", None, None): 1.0,
    ("hamming", None, None): 1.0,
    ("cubic", -0.5, None): 2.0,
    ("lanczos", None, 3): 3.0,
}


def _shape(convention: Resize) -> _Shape:
    a = convention.cubic_coeff_a
    return convention.mode, None if a is None else float(a), convention.lanczos_radius


def _filter(convention: Resize, x: Float64) -> Float64:
    """A filter's value at signed distances, each operation rounded."""
    away = abs(x)
    if convention.mode == "box":
        return ((x > -0.5) & (x <= 0.5)).astype(np.float64)
    if convention.mode == "linear":
        return np.where(away < 1, 1 - away, 0.0)
    if convention.mode == "hamming":
        angle = away * np.pi
        constant, swing = _HAMMING
        value = np.where(away < 1, _sinc(away) * (constant + swing * np.cos(angle)), 0.0)
        return np.where(away == 0, 1.0, value)
    if convention.mode == "cubic":
        near = (1.5 * away - 2.5) * away * away + 1
        far = (((away - 5) * away + 8) * away - 4) * -0.5
        return np.where(away < 1, near, np.where(away < 2, far, 0.0))
    return np.where((x >= -3) & (x < 3), _sinc(x) * _sinc(x / 3), 0.0)


def _sinc(x: Float64) -> Float64:
    angle = np.where(x == 0, 1.0, x) * np.pi
    return np.where(x == 0, 1.0, np.sin(angle) / angle)
