"""Ways for an array to lie in memory: the same values at other addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import AnyArray


@dataclass(frozen=True)
class Layout:
    """A way for an array to lie in memory: the same values at other addresses.

    Attributes:
        of: from an array in C order to one that equals it.
        says: what it is, for a reader.
    """

    of: Callable[[AnyArray], AnyArray]
    says: str


def _every_other(x: AnyArray) -> AnyArray:
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def _backwards(x: AnyArray) -> AnyArray:
    return np.ascontiguousarray(x[..., ::-1, ::-1])[..., ::-1, ::-1]


def _read_only(x: AnyArray) -> AnyArray:
    x.setflags(write=False)
    return x


def _repeated(x: AnyArray) -> AnyArray:
    return np.broadcast_to(x[:1], x.shape)


def _one_value(x: AnyArray) -> AnyArray:
    return np.broadcast_to(x[:1, :1, :1, :1], x.shape)


def _pixels(x: AnyArray) -> AnyArray:
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


_AROUND = 77  # what lies around a crop, and is no part of it


def _crop(x: AnyArray) -> AnyArray:
    n, c, h, w = x.shape
    wide = np.full((n, c, h + 3, w + 5), _AROUND, x.dtype)
    crop = wide[:, :, 1:-2, 3:-2]
    crop[...] = x
    return crop


def _crop_of_pixels(x: AnyArray) -> AnyArray:
    n, c, h, w = x.shape
    wide = np.full((n, h + 3, w + 5, c), _AROUND, x.dtype)
    crop = wide[:, 1:-2, 3:-2].transpose(0, 3, 1, 2)
    crop[...] = x
    return crop


def _offset(x: AnyArray) -> AnyArray:
    buffer = np.full(x.size + 1, _AROUND, x.dtype)
    moved = buffer[1:].reshape(x.shape)
    moved[...] = x
    return moved


LAYOUTS = {
    "fortran": Layout(np.asfortranarray, "in Fortran order"),
    "every_other": Layout(_every_other, "every other column of a wider array"),
    "negative_strides": Layout(_backwards, "rows and columns from the last to the first"),
    "read_only": Layout(_read_only, "not writable"),
    "repeated": Layout(_repeated, "one image in memory for all images of the batch; not writable"),
    "one_value": Layout(
        _one_value, "one value in memory for all, as the cotangent of y.sum(); not writable"
    ),
    "pixels": Layout(_pixels, "pixel by pixel, the channels of each together"),
    "crop": Layout(_crop, "part of a larger image, whose rows are longer"),
    "crop_of_pixels": Layout(_crop_of_pixels, "part of a larger image that lies pixel by pixel"),
    "offset": Layout(_offset, "one value after the beginning of its memory"),
}


def lies_by_pixels(shape: tuple[int, ...], layout: str) -> bool:
    """Whether an array lies in memory as its axes N, H, W, C would in C order; an axis of one entry may lie
    anyhow.

    Args:
        shape: (N, C, H, W).
        layout: a key of :data:`LAYOUTS`, or empty.
    """
    like = np.empty(shape, np.uint8)
    strides = LAYOUTS[layout].of(like).strides if layout else like.strides
    expected = 1
    for axis in (1, 3, 2, 0):
        if shape[axis] != 1 and strides[axis] != expected:
            return False
        expected *= shape[axis]
    return True
