"""What calls compute, in float64: weights along each axis, and how far two are apart on a photograph."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .. import documents
from ..arrays import AnyArray, Array
from ..conformance import goldens
from ..numerics import weights
from ..numerics.coordinates import COORDINATE_RULES, float_coordinates, relevant, tap_weights
from ..operators import Resize
from ..operators.axis import Axis, OutputPixels
from .sizes import Size, Sizes

Taps = tuple[NDArray[np.intp], Array]  # the pixels that are read, and their weights: (n_out, taps)

WHITE = 255  # levels of an image of 8 bits
# Two formulas of one weight in float64: a coordinate below n is off by n · 2⁻⁵³, weights by a few times that.
_FORMULAS = 2.0**-48


@dataclass(frozen=True)
class Model:
    """What a call computes but for its roundings: a convention, and its coordinate rule on float32."""

    convention: Resize
    rule: str | None = None

    def along(self, axis: int) -> Model:
        """The same along one axis: a part of the image is another along each."""
        if self.convention.roi is None:
            return self
        return Model(self.convention.along(axis), self.rule)


@functools.lru_cache(maxsize=1 << 12)
def axes(sizes: Sizes) -> tuple[Axis, ...]:
    """The axes of a resize, the outermost first; a line is an image of one row."""
    total = sum(sizes.n_out) + (len(sizes.n_out) == 1)
    last = len(sizes.n_in) - 1
    return tuple(
        Axis(n_in, n_out, factor, total, i == last)
        for i, (n_in, n_out, factor) in enumerate(sizes.axes)
    )


def takes(convention: Resize, axis: Axis) -> bool:
    """Whether a convention says how an axis is resized."""
    if not convention.takes(axis.n_in, axis.n_out):
        return False
    if axis.factor is None or not convention.takes_factors:
        return True
    return axis.n_out - 1 < axis.n_in * axis.factor


def sayable(model: Model, sizes: Sizes) -> bool:
    """Whether a convention says how all axes are resized."""
    return all(takes(model.convention, axis) for axis in axes(sizes))


def pixels(model: Model, axis: Axis) -> NDArray[np.int64]:
    """The pixel that each output pixel of ``nearest`` reads, or ``weights.OUTSIDE``."""
    return _pixels(model, relevant(axis, model.rule))


@functools.lru_cache(maxsize=1 << 14)
def _pixels(model: Model, axis: Axis) -> NDArray[np.int64]:
    return weights.nearest_pixels(model.convention, axis.pixels, axis.n_in, model.rule)


def taps(model: Model, axis: Axis) -> Taps:
    """The pixels that each output pixel reads, which may come twice, and what they weigh: ``(n_out, taps)``.

    Raises:
        ValueError: the convention does not say how these sizes become one another.
    """
    kept = _small_taps if max(axis.n_in, axis.n_out) <= _SMALL else _large_taps
    return kept(model, relevant(axis, model.rule))


_SMALL = 64  # pixels of an axis: so many more weights of these are kept than of larger ones


def _taps(model: Model, axis: Axis) -> Taps:
    return weights.axis_taps(model.convention, axis, model.rule)


_small_taps = functools.lru_cache(maxsize=1 << 14)(_taps)
_large_taps = functools.lru_cache(maxsize=256)(_taps)


def _narrow(index: AnyArray, weight: AnyArray) -> tuple[NDArray[np.intp], Array]:
    """The first pixel of each row, and the row from there on: what falls on one pixel is added."""
    first: NDArray[np.intp] = np.asarray(index.min(axis=1), np.intp)
    width = int((index.max(axis=1) - first).max()) + 1
    at = np.arange(len(index))[:, None] * width + index - first[:, None]
    flat = np.bincount(at.ravel(), weight.ravel(), len(index) * width)
    return first, np.asarray(flat.reshape(-1, width), np.float64)


def distance(one: Model, other: Model, one_axis: Axis, other_axis: Axis) -> float:
    """How far the weights of two calls are apart along one axis: the largest sum of a row's differences.

    0 where they are the same but for how float64 rounds; infinite where one of them does not say how these
    sizes become one another."""
    return _distance(one, other, relevant(one_axis, one.rule), relevant(other_axis, other.rule))


@functools.lru_cache(maxsize=1 << 17)
def _distance(one: Model, other: Model, one_axis: Axis, other_axis: Axis) -> float:
    if not (takes(one.convention, one_axis) and takes(other.convention, other_axis)):
        return float("inf")
    if one == other and one_axis == other_axis:
        return 0.0
    if one.convention.mode == other.convention.mode == "nearest":
        return 2.0 * bool(np.any(pixels(one, one_axis) != pixels(other, other_axis)))
    apart = float(_apart(taps(one, one_axis), taps(other, other_axis)).max())
    return apart if apart > _FORMULAS * max(one_axis.n_in, one_axis.n_out) else 0.0


def _apart(one: Taps, other: Taps) -> Array:
    """The sum of the differences of weights, for each output pixel."""
    index = np.concatenate((one[0], other[0]), axis=1)
    weight = np.concatenate((one[1], -other[1]), axis=1)
    return np.asarray(abs(_narrow(index, weight)[1]).sum(axis=1))


def distances(one: Model, other: Model, axes: Sequence[Axis]) -> Array:
    """:func:`distance` along axes of one input size, without factors: at once, where the weights follow from
    the coordinates alone.

    Args:
        one, other: what two calls compute.
        axes: of the same input size and the same kind (rows, or columns).
    """
    possible = [a for a in axes if takes(one.convention, a) and takes(other.convention, a)]
    nearest = one.convention.mode == other.convention.mode == "nearest"
    if one == other or not possible or not all(_at_once(each, nearest) for each in (one, other)):
        return np.array([distance(one, other, axis, axis) for axis in axes])
    n_in, outputs = possible[0].n_in, OutputPixels.of_axes(possible)
    sizes = np.array([axis.n_out for axis in possible])
    if nearest:
        first, second = (
            weights.nearest_pixels(model.convention, outputs, n_in, model.rule)
            for model in (one, other)
        )
        rows = 2.0 * (first != second)
    else:
        every = (_taps_of(model, outputs, n_in) for model in (one, other))
        rows = _apart(*every)
    apart = np.maximum.reduceat(rows, np.cumsum(sizes) - sizes)
    apart[apart <= _FORMULAS * np.maximum(n_in, sizes)] = 0
    by_size = dict(zip(possible, apart, strict=True))
    return np.array([by_size.get(axis, np.inf) for axis in axes])


def _at_once(model: Model, nearest: bool) -> bool:
    """Whether many sizes are computed together: pixels that are read, or weights that follow from the
    coordinate alone, in float64."""
    convention, kernel = model.convention, model.convention.kernel
    exact = kernel.jumps or convention.extrapolates  # on which side of an edge a coordinate is
    return nearest or (kernel.fractional and not convention.antialias and not exact)


def _taps_of(model: Model, outputs: OutputPixels, n_in: int) -> Taps:
    where = float_coordinates(model.convention, outputs, model.rule)
    return weights.taps(model.convention, where, n_in, Fraction(1), tap_weights(model.rule))


def movement(model: Model, axis: Axis) -> float:
    """How far a coordinate rule can move the weights of a row, summed, without a jump.

    That is the kernel's largest slope times how far the rule moves a coordinate, for each tap.
    """
    return _movement(model, relevant(axis, model.rule))


# A rule that weighs the taps itself takes their distances in float32: a difference, a product and its factor.
_DISTANCE_ROUNDINGS = 3


@functools.lru_cache(maxsize=1 << 12)
def _movement(model: Model, axis: Axis) -> float:
    convention, kernel = model.convention, model.convention.kernel
    if model.rule is None or kernel.flat:
        return 0.0
    exact, ruled = (float_coordinates(convention, axis.pixels, rule) for rule in (None, model.rule))
    moved = float(np.max(abs(exact - ruled)))
    if COORDINATE_RULES[model.rule].tap_weights is not None:
        moved += _DISTANCE_ROUNDINGS * 2.0**-24 * float(np.max(abs(exact)) + 1)
    scale = convention.scale(*axis.arguments)
    weight = taps(model, axis)[1]
    slope = kernel.steepest(convention.shape(scale)) / float(convention.stretch(scale))
    each: float = weight.shape[1] * slope * moved
    divided = kernel.divided or convention.antialias or convention.exclude_outside
    if not divided:
        return each
    # The nearest tap is within half a pixel: it is at least the kernel's value there, before the division.
    least = float(convention.value(np.array([0.5]), float(scale))[0]) / float(weight.max())
    return float(each * (1 + abs(weight).sum(axis=1).max()) / least)


# ---------------------------------------------------------------------------- a photograph


_VALUES = (
    2**12
)  # of a small image, so many parts of the photograph are taken that they have as many


@functools.lru_cache(maxsize=8)
def photograph(size: Size, most: int = 64) -> Array:
    """Images of a size, of values from 0 to 1: parts of the photograph in golden/, mirrored at its edges; at
    most so many.

    A volume is a part that moves by a pixel from one frame to the next.

    Returns:
        Shape ``(images, w)``, ``(images, h, w)`` or ``(images, d, h, w)``: a large one, or many small ones.
    """
    green = np.asarray(goldens.photograph()[..., 1], np.float64) / WHITE
    count = min(max(1, _VALUES // int(np.prod(size))), most)
    frames, height, width = (1, 1, *size)[-3:]
    images = [
        _mirrored(green, (height, width), (7 * i + frame, 11 * i + frame))
        for i in range(count)
        for frame in range(frames)
    ]
    return np.asarray(images).reshape(count, *size)


def _mirrored(image: Array, size: Sequence[int], start: Sequence[int]) -> Array:
    larger = image
    for axis, n in enumerate(size):
        period = image.shape[axis]
        index = (np.arange(n) + start[axis]) % (2 * period)
        larger = np.take(larger, np.where(index < period, index, 2 * period - 1 - index), axis)
    return larger


def applied(model: Model, sizes: Sizes, image: Array) -> Array:
    """What a call makes of an image whose last axes are those of the sizes."""
    rank = len(sizes.n_in)
    for i, axis in enumerate(axes(sizes)):
        along = model.along(i) if rank > 1 else model
        image = _along(along, axis, image, i - rank)
    return image


def _along(model: Model, axis: Axis, image: Array, position: int) -> Array:
    """An image resized along one axis; of each row, only the pixels are visited that it reads."""
    if model.convention.mode == "nearest":
        index = pixels(model, axis)
        read = np.take(image, index, position)
        outside = np.expand_dims(index == weights.OUTSIDE, tuple(range(position + 1, 0)))
        return np.where(outside, 0.0, read)
    first, narrow = _narrow(*taps(model, axis))
    moved = np.moveaxis(image, position, 0)
    resized = np.zeros((axis.n_out, *moved.shape[1:]))
    for tap, weight in enumerate(narrow.T):
        index = np.minimum(first + tap, axis.n_in - 1)
        resized += weight.reshape(-1, *(1,) * (resized.ndim - 1)) * moved[index]
    return np.moveaxis(resized, 0, position)


@dataclass(frozen=True)
class Measured:
    """How far two calls are apart on the photograph.

    Attributes:
        largest, mean: of the differences; white is 1.
        share: of the values that differ by half a level of 255 or more.
        sizes: at which that was measured.
    """

    largest: float
    mean: float
    share: float
    sizes: Sizes

    @property
    def words(self) -> str:
        """For a reader."""
        if not self.largest:
            return f"no difference on a photograph, {self.sizes}"
        return (
            f"up to {WHITE * self.largest:.2g} of {WHITE} levels apart, {WHITE * self.mean:.2g} in the mean "
            f"(relative: {self.largest:.1e} and {self.mean:.1e}), on a photograph, {self.sizes}"
        )

    def json(self) -> documents.PhotographDifference:
        """For a program."""
        return {
            "unit": "levels",
            "max": float(f"{WHITE * self.largest:.5g}"),
            "mean": float(f"{WHITE * self.mean:.5g}"),
            "share": round(self.share, 4),
            "input_size": list(self.sizes.n_in),
            "output_size": list(self.sizes.n_out),
            "words": self.words,
        }


def _photographed(model: Model, sizes: Sizes) -> Array:
    make = _kept if sizes.pixels <= _LARGEST_KEPT else _kept.__wrapped__
    return make(model, sizes)


_LARGEST_KEPT = 2**19  # pixels of an image that is kept, and of small images together


@functools.lru_cache(maxsize=256)  # of at most some 400 KB each where no size is said
def _kept(model: Model, sizes: Sizes) -> Array:
    most = min(max(1, _LARGEST_KEPT // sizes.pixels), 64)
    return applied(model, sizes, photograph(sizes.n_in, most))


def measured(one: Model, other: Model, one_sizes: Sizes, other_sizes: Sizes) -> Measured:
    """How far two calls are apart on the photograph, as both compute it but for their roundings."""
    apart = abs(_photographed(one, one_sizes) - _photographed(other, other_sizes))
    share = float(np.mean(apart >= 0.5 / WHITE))
    return Measured(float(apart.max()), float(apart.mean()), share, one_sizes)


def smaller(sizes: Sizes, largest: int) -> Sizes:
    """Sizes of the same ratios, none of whose inputs is larger: what differs there is much the same."""
    n_in = tuple(min(n, largest) for n in sizes.n_in)
    pairs = zip(n_in, sizes.n_in, sizes.n_out, strict=True)
    cut = round if sizes.scales is None else int  # by a factor, no pixel begins past the image
    n_out = tuple(max(1, cut(n * m / whole)) for n, whole, m in pairs)
    return Sizes(n_in, n_out, sizes.scales)
