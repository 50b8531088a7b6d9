"""Ways for an array to lie in memory: the same values at other addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Layout:
    """A way for an array to lie in memory: the same values at other addresses.

    Attributes:
        of: from an array in C order to one that equals it.
        says: what it is, for a reader.
    """

    of: Callable[[NDArray[Any]], NDArray[Any]]
    says: str


def _every_other(x: NDArray[Any]) -> NDArray[Any]:
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def _backwards(x: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(x[..., ::-1, ::-1])[..., ::-1, ::-1]


def _read_only(x: NDArray[Any]) -> NDArray[Any]:
    x.setflags(write=False)
    return x


def _repeated(x: NDArray[Any]) -> NDArray[Any]:
    return np.broadcast_to(x[:1], x.shape)


LAYOUTS = {
    "fortran": Layout(np.asfortranarray, "in Fortran order"),
    "every_other": Layout(_every_other, "every other column of a wider array"),
    "negative_strides": Layout(_backwards, "rows and columns from the last to the first"),
    "read_only": Layout(_read_only, "not writable"),
    "repeated": Layout(_repeated, "one image in memory for all images of the batch; not writable"),
}
