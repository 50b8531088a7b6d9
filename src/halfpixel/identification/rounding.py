"""How a function of integers rounds: the arithmetics that are named, and the simple ones that all write."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import AnyArray, Array
from ..numerics.integer_kernels import ROUNDINGS, applies_to, predicted
from ..numerics.weights import resampled
from ..operators import Resize
from ..operators.request import Scales


def _half_up(values: Array) -> Array:
    return np.floor(values + 0.5)


def _half_away(values: Array) -> Array:
    return np.copysign(np.floor(abs(values) + 0.5), values)


ROUNDS: Mapping[str, Callable[[Array], Array]] = {
    "rounded half to even": np.rint,
    "rounded half up": _half_up,
    "rounded half away from 0": _half_away,
    "cut off (truncated)": np.trunc,
    "rounded down": np.floor,
    "rounded up": np.ceil,
}
SATURATED, WRAPPED = "saturated", "wrapped around"
BOTH_PASSES = "rounded half up and clamped after each pass"
_ORDERS = {"columns first": ((3, 1), (2, 0)), "rows first": ((2, 0), (3, 1))}


@dataclass(frozen=True)
class Sampled:
    """An integer image resized by a convention: what is known before anything is rounded.

    Attributes:
        convention: that is followed.
        x: (1, C, H, W), integers.
        matrices: of the rows and of the columns, in float64.
        bounds: how far rounding in float32 may take a value, of the result's shape; asked for if it matters.
        dtype: of the image and of the result.
        window: the rows and the columns of the resized image that are seen; None for all.
        scales: at which it is sampled; None for the ratio of the sizes.
    """

    convention: Resize
    x: Array
    matrices: tuple[Array, Array]
    bounds: Callable[[], Array]
    dtype: str
    window: tuple[slice, slice] | None = None
    scales: Scales | None = None

    @functools.cached_property
    def bound(self) -> Array:
        return self.bounds()

    @property
    def size(self) -> tuple[int, int]:
        """(h, w) of the resized image."""
        return len(self.matrices[0]), len(self.matrices[1])

    def seen(self, whole: Array) -> Array:
        """The part of the resized image that is seen."""
        return whole if self.window is None else whole[:, :, self.window[0], self.window[1]]

    @functools.cached_property
    def exact(self) -> Array:
        h, w = self.matrices
        if self.window is not None:
            h, w = h[self.window[0]], w[self.window[1]]
        return resampled(h, self.x, w)

    @functools.cached_property
    def clipped(self) -> Array:
        """The exact values, those that the dtype does not hold brought to its ends."""
        limits = np.iinfo(self.dtype)
        return self.exact.clip(limits.min, limits.max)

    @functools.cached_property
    def overflows(self) -> bool:
        limits = np.iinfo(self.dtype)
        return bool(np.any((self.exact < limits.min - 1) | (self.exact > limits.max + 1)))


def models(sampled: Sampled) -> Iterator[str]:
    """The arithmetics that an integer result may follow: those of the catalogue, each once, then the simple
    ones."""
    mode = sampled.convention.mode
    if mode != "nearest":
        for name, known in ROUNDINGS.items():
            own = sampled.dtype in known.dtypes and (mode, sampled.dtype) not in known.falls_back
            if own and applies_to(name, sampled.convention):
                yield name
    for rounds in ROUNDS:
        yield f"{rounds}, {SATURATED}"
        yield f"{rounds}, {WRAPPED}"
    for order in _ORDERS:
        yield f"{BOTH_PASSES}, {order}"


def named(model: str) -> bool:
    """Whether it is an arithmetic with a name: one library's, step by step."""
    return model in ROUNDINGS


def predicts(model: str, sampled: Sampled, got: AnyArray) -> bool:
    """Whether an arithmetic predicts every value of an integer result.

    Where a value is within float32's rounding of a step of a simple one, both sides of the step are right.
    """
    if model in ROUNDINGS:
        try:
            convention, scales = sampled.convention, sampled.scales
            whole = predicted(model, convention, sampled.x, sampled.size, sampled.dtype, scales)
            return np.array_equal(sampled.seen(whole), got)
        except (ValueError, IndexError, StopIteration, ZeroDivisionError):
            return False  # it does not speak of such sizes, or of factors
    limits = np.iinfo(sampled.dtype)
    rounds, _, rest = model.rpartition(", ")
    if rounds == BOTH_PASSES:
        y = sampled.x
        for axis, which in _ORDERS[rest]:
            y = np.moveaxis(np.tensordot(sampled.matrices[which], y, (1, axis)), 0, axis)
            # a half that float64 has a roundoff below is a half
            y = _half_up(y + 1e-9).clip(limits.min, limits.max)
        return np.array_equal(sampled.seen(y), got)
    low, high = (ROUNDS[rounds](sampled.exact + side) for side in (-sampled.bound, sampled.bound))
    if rest == SATURATED:
        low, high = (side.clip(limits.min, limits.max) for side in (low, high))
        return bool(np.all((low <= got) & (got <= high)))
    span = float(limits.max) - float(limits.min) + 1
    laps = np.rint((low - got) / span) * span
    return bool(np.all((low <= got + laps) & (got + laps <= high)))
