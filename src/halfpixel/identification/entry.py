"""How a preprocessing function is called, and how the axes of its result are read.

Five images tell: all dark, all bright, a ramp along the rows, one along the columns, and a colour. Where
dark and bright differ is the image; along which axis of the result a ramp still rises is that axis; along
which a colour differs is that of the channels.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from . import adapter
from .adapter import (
    LAYOUTS,
    SIZE_ORDERS,
    Adapter,
    Layout,
    NoImage,
    NoSuchArray,
    Signature,
    Size,
    SizeOrder,
    forms,
    kinds_here,
)
from .deadline import Deadline
from .problem import Unidentifiable, last_line, reached

# the brightest value that a dtype's images have by custom
BRIGHTEST: Mapping[str, float] = {"uint8": 255.0, "float32": 1.0, "float64": 1.0}
_DTYPES = ("uint8", "float32")
_CHANNELS = 4  # at most
_NEAR = 0.02  # of the brightest: a ramp of 8 bits is off by 0.002


class Unread(Unidentifiable):
    """A function's result cannot be read as an image; what was found before that.

    Attributes:
        found: lines.
    """

    def __init__(self, words: str, stages: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.found = tuple(stages)


@dataclass
class Entry(Adapter):
    """A function that is asked as one that may do more than resize: what comes back is read by its axes."""

    @property
    def brightest(self) -> float:
        return BRIGHTEST[self.dtype]

    def __call__(self, x: Array, size: Size = (0, 0)) -> Array:
        """What the function returns for an image (1, C, H, W), as an array of its own layout, float64; errors
        as of :meth:`result`."""
        return np.asarray(self.result(x.astype(self.dtype), size), np.float64)

    def constant(self, n_in: Size, values: float | Sequence[float] | Array) -> Array:
        """An image of one colour, (1, C, H, W)."""
        colour = np.broadcast_to(np.asarray(values, float), (self.channels,))
        return np.asarray(np.ones((1, self.channels, *n_in)) * colour[:, None, None])

    def ramp(self, n_in: Size, axis: int) -> Array:
        """An image that gets brighter along its rows' axis (0) or its columns' (1), (1, C, H, W)."""
        low, high = 0.1 * self.brightest, 0.9 * self.brightest
        line = np.linspace(low, high, n_in[axis])
        shaped = line[:, None] if axis == 0 else line[None, :]
        return np.broadcast_to(self.rounded(shaped), (1, self.channels, *n_in)).copy()

    def rounded(self, values: Array) -> Array:
        """Values that the dtype can hold."""
        return np.rint(values) if self.dtype == "uint8" else values.astype(np.float32).astype(float)


@dataclass(frozen=True)
class Axes:
    """How the axes of a result are read at one size of the image.

    Attributes:
        letters: the meaning of each axis: N, C, H, W.
        content: the rows and columns of the result that the image fills; the rest is padding.
        flipped: whether rows and columns come out in the other direction.
        dark, bright: the results of the two images of one colour, (C, H, W).
    """

    letters: str
    content: tuple[slice, slice]
    flipped: tuple[bool, bool]
    dark: Array
    bright: Array

    @property
    def n_out(self) -> Size:
        return int(self.dark.shape[1]), int(self.dark.shape[2])

    @property
    def inside(self) -> Size:
        """How many rows and columns the image fills."""
        rows, columns = self.content
        return rows.stop - rows.start, columns.stop - columns.start

    @property
    def padded(self) -> bool:
        return self.inside != self.n_out

    def whole(self, y: Array) -> Array:
        """A result as (C, H, W)."""
        return ordered(y, self.letters)

    def image(self, y: Array) -> Array:
        """The part of a result that the image fills, as (C, h, w), in the image's direction."""
        part = self.whole(y)[:, self.content[0], self.content[1]]
        turned = tuple(axis + 1 for axis, turns in enumerate(self.flipped) if turns)
        return np.asarray(np.flip(part, turned))


def ordered(y: Array, letters: str) -> Array:
    """An array whose axes are these letters, as (C, H, W)."""
    for letter in "CN":
        if letter not in letters:
            y, letters = y[None], letter + letters
    turned = y.transpose(*(letters.index(letter) for letter in "NCHW"))
    return np.asarray(turned[0])


def axes_of(entry: Entry, n_in: Size, size: Size = (0, 0)) -> Axes:
    """How the axes of a function's result are read.

    Raises:
        Unread: it is no image of the image that was given.
        Exception: whatever the function raises.
    """
    dark = entry(entry.constant(n_in, 0.0), size)
    bright = entry(entry.constant(n_in, entry.brightest), size)
    if dark.shape != bright.shape or not 2 <= dark.ndim <= 4 or 0 in dark.shape:
        raise Unread(f"it returns shape {dark.shape}, which is no image in a layout that is known")
    if not (np.isfinite(dark).all() and np.isfinite(bright).all()):
        raise Unread("it makes NaN or infinities of images that have none")
    span = bright - dark
    if not span.any():
        raise Unread("it makes the same of a dark and of a bright image")
    # padding differs by nothing
    filled = abs(span) > _NEAR * np.max(abs(span))
    box = tuple(_extent(filled, axis) for axis in range(filled.ndim))
    if not filled[box].all():
        raise Unread(
            "dark and bright images differ in a part of its result that is no rectangle: a mask, or "
            "channels that sum to 0"
        )

    few = np.ix_(*(_few(side) for side in box))

    def light(x: Array) -> Array:
        """A few rows and columns of the result where the image is, 0 for dark and 1 for bright."""
        got = entry(x, size)
        if got.shape != dark.shape:
            raise Unread("the shape of its result depends on what is in the image")
        return np.asarray((got[few] - dark[few]) / span[few])

    ramps = [light(entry.ramp(n_in, axis)) for axis in (0, 1)]
    letter_of: dict[int, str] = {}
    for letter, ramp in zip("HW", ramps, strict=True):
        rises = [axis for axis in range(ramp.ndim) if np.ptp(ramp, axis).max() > 2 * _NEAR]
        if len(rises) != 1 or rises[0] in letter_of:
            raise Unread(
                "a ramp along the rows, or along the columns, comes out along no axis of its own"
            )
        letter_of[rises[0]] = letter
    _find_channels(entry, n_in, letter_of, light, dark.shape)
    letters = "".join(letter_of[axis] for axis in range(dark.ndim))
    rows, columns = (box[letters.index(letter)] for letter in "HW")
    return Axes(
        letters,
        (rows, columns),
        (_falls(ramps[0], letters.index("H")), _falls(ramps[1], letters.index("W"))),
        ordered(dark, letters),
        ordered(bright, letters),
    )


def _find_channels(
    entry: Entry,
    n_in: Size,
    letter_of: dict[int, str],
    light: Callable[[Array], Array],
    shape: tuple[int, ...],
) -> None:
    """Name the axes that are neither rows nor columns: of channels, and one of a single image."""
    rest = [axis for axis in range(len(shape)) if axis not in letter_of]
    if entry.channels > 1 and rest:
        colour = light(
            entry.constant(n_in, np.linspace(0.2, 0.8, entry.channels) * entry.brightest)
        )
        differs = [axis for axis in range(colour.ndim) if np.ptp(colour, axis).max() > 2 * _NEAR]
        if len(differs) > 1 or any(axis in letter_of for axis in differs):
            raise Unread(
                "a colour that is the same everywhere does not come out the same everywhere"
            )
        if differs:
            letter_of[differs[0]] = "C"
    rest = [axis for axis in rest if axis not in letter_of]
    if "C" not in letter_of.values() and rest:
        # gray: the axis with most entries, the last of those with one
        several = [axis for axis in rest if shape[axis] > 1]
        batched = len(shape) == 4 and 0 in rest and len(rest) > 1
        last = [axis for axis in rest if axis > 0] if batched else rest
        letter_of[several[0] if several else last[-1]] = "C"
        rest = [axis for axis in rest if axis not in letter_of]
    for axis in rest:
        if shape[axis] != 1 or "N" in letter_of.values():
            raise Unread(f"it returns shape {shape}, which is no single image")
        letter_of[axis] = "N"
    if any(shape[axis] > _CHANNELS for axis, letter in letter_of.items() if letter == "C"):
        raise Unread(f"it returns shape {shape}, with more than four channels")


_LINES = 32  # along each axis


def _few(side: slice) -> NDArray[np.intp]:
    """Some of the entries of an axis, the first and the last among them."""
    return np.unique(np.linspace(side.start, side.stop - 1, _LINES).astype(int))


def _extent(filled: NDArray[np.bool_], axis: int) -> slice:
    others = tuple(other for other in range(filled.ndim) if other != axis)
    at = np.flatnonzero(filled.any(axis=others))
    return slice(int(at[0]), int(at[-1]) + 1)


def _falls(ramp: Array, axis: int) -> bool:
    return bool(np.take(ramp, -1, axis).mean() < np.take(ramp, 0, axis).mean())


# ---------------------------------------------------------------------------- how it is called

_KNOWN_ORDERS = ("HW", "HWC", "CHW", "NHWC", "NCHW", "NHW")


def entry_of(
    fn: Callable[..., object],
    n_in: Size,
    n_out: Size,
    *,
    layout: Layout | None = None,
    size_order: SizeOrder | None = None,
    dtype: str | None = None,
    deadline: Deadline | None = None,
) -> tuple[Entry, Axes]:
    """How a function is to be called so that it makes an image of an image, and how the result is read.

    Args:
        fn: takes an image first, and perhaps a size.
        n_in: the size of the images that it is given.
        n_out: the size that it is asked for, if it is asked for one.
        layout, size_order, dtype: where they are known.
        deadline: until when it may be called; by default for ever.

    Raises:
        Unread: it raised every time, or made no image; the first reason is given.
    """
    raised: tuple[tuple[tuple[tuple[int, ...], bool], int], str] | None = None
    unread: Unread | None = None
    for entry in _entries(fn, layout, size_order, dtype, deadline or Deadline()):
        try:
            _makes_an_image(entry)
            axes = axes_of(entry, n_in, n_out)
            if axes.letters not in _KNOWN_ORDERS:
                raise Unread(f"its result has the axes {axes.letters}")
            if entry.form.needs and axes.n_out != n_out:
                requested, returned = ("x".join(map(str, size)) for size in (n_out, axes.n_out))
                raise Unread(f"it returns {returned} where {requested} is asked for")
        except Unread as why:
            unread = unread or why
        except NoSuchArray:
            continue
        except NoImage as why:
            unread = unread or Unread(str(why))
        except (Exception, SystemExit) as error:  # whatever it raises is its answer
            rank = reached(error), list(adapter.KINDS).index(entry.kind)
            if raised is None or rank > raised[0]:
                called = f"as {entry.form.text} with x {entry.layout}, {entry.kind}, {entry.dtype}"
                raised = rank, f"{called}: {last_line(error)}"
        else:
            return entry, axes
    if unread is not None:
        raise unread
    raise Unread(f"the function raised every time; {raised[1] if raised else 'it was not called'}")


_SMALL, _SMALL_ASKED = ((6, 8), (17, 23)), (5, 9)


def _makes_an_image(entry: Entry) -> None:
    """Small images first: whoever takes the size for a factor, or channels for rows, would make a huge result
    of a large one.

    Raises:
        Unread: the result is no image, or has another size than was asked for.
    """
    for n_in in _SMALL:
        try:
            shape = entry(entry.constant(n_in, 0.0), _SMALL_ASKED).shape
        except NoSuchArray:
            raise
        except (Exception, SystemExit):  # too small for it, it may be: a larger image tells
            continue
        long = tuple(n for n in shape if n > _CHANNELS)
        if len(long) > 2:
            raise Unread(f"it returns shape {shape}, which is no single image")
        if entry.form.needs and long != _SMALL_ASKED:
            sizes = ["x".join(map(str, size)) for size in (long, _SMALL_ASKED)]
            raise Unread(f"it returns {sizes[0]} where {sizes[1]} is asked for")
        return


def _entries(
    fn: Callable[..., object],
    layout: Layout | None,
    size_order: SizeOrder | None,
    dtype: str | None,
    deadline: Deadline,
) -> Iterator[Entry]:
    orders = SIZE_ORDERS if size_order is None else (size_order,)
    dtypes = _DTYPES if dtype is None else (dtype,)
    fixed = Signature.of(fn).required == 1
    ways_in = (
        (kind, kept, one)
        for kind in kinds_here()
        for kept, one in itertools.product(
            dtypes, (layout,) if layout else _LAYOUTS.get(kind, LAYOUTS)
        )
    )
    for kind, kept, one in ways_in:
        ways = list(forms(fn, one, orders))
        ways = [way for way in ways if way.needs != "factor" and (not fixed or not way.needs)]
        for channels in (3, 1) if "C" in one else (1,):
            if kind == "Pillow images" and (kept != "uint8" or (one, channels) not in _PILLOW):
                continue
            for form in ways:
                yield Entry(fn, one, form, kind, channels, kept, deadline=deadline)


_LAYOUTS: Mapping[str, tuple[Layout, ...]] = {
    "torch tensors": ("NCHW", "CHW", "HWC", "NHWC", "HW"),
}
_PILLOW = (("HWC", 3), ("HW", 1))
