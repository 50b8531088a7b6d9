"""The cases: which inputs, at which sizes, pin which property. One entry a case.

Inputs are small integers, or dyadic fractions, so that most expected values are exact in any float.
``make golden`` writes a file for each entry; the resize entries stand in every resize convention
that a call follows, the transposed convolutions each bring their own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..numerics.computation import Computation
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import Convention, ConvTranspose, Resize
from ..operators.request import Scales


@dataclass(frozen=True, eq=False, kw_only=True)
class Case(Computation):
    """A computation with a name, for what it shows.

    Attributes:
        name: what ``-k`` selects: ``<input size>-<output size>-<what it pins>``.
        pins: the property that it pins, in words.
        source: where the input comes from.
    """

    name: str
    pins: str
    source: str

    @property
    def folder(self) -> str:
        """Where its golden stands: the operation, then the convention with any rule."""
        return folder(self.convention, self.rule)


@functools.lru_cache(maxsize=1024)
def folder(convention: Convention, rule: str | None = None) -> str:
    """The folder of a convention's goldens, relative to ``golden/``."""
    operation = "resize" if isinstance(convention, Resize) else "conv_transpose"
    return f"{operation}/{convention.slug}{f'-{rule}' if rule else ''}"


# ---------------------------------------------------------------------------- resize


@dataclass(frozen=True)
class ResizeCase:
    """An input and a size, to be resized by every convention; or by what takes factors, at these scales."""

    name: str
    x: str  # a key of INPUTS
    shape: tuple[int, int, int, int]
    size: tuple[int, int]
    pins: str
    conventions_agree: bool = False
    scales: Scales | None = None
    roi: tuple[float, ...] | None = None
    extrapolation_value: float = 0
    shows_refusals: bool = False  # run where a dtype is refused: enlarged, shrunk, and copied

    def fits(self, convention: Resize) -> bool:
        """Whether a convention takes both its axes' sizes."""
        return all(map(convention.takes, self.shape[2:], self.size))


def _impulses(n: int, c: int, h: int, w: int) -> Array:
    """Image row i is an impulse at i along the axis that is resized: the output is the weight matrix."""
    return np.array(np.broadcast_to(np.eye(h, w), (n, c, h, w)))


def _ramp(n: int, c: int, h: int, w: int) -> Array:
    """10 a column and 100 a row: a value reads as the place it was taken from."""
    image = 100.0 * np.arange(h)[:, None] + 10.0 * np.arange(w)
    return np.array(np.broadcast_to(image, (n, c, h, w)))


def _texture(n: int, c: int, h: int, w: int) -> Array:
    """Integers in −8..8 with no symmetry, other ones in every image and channel."""
    i, j, y, x = np.indices((n, c, h, w))
    return np.asarray(
        (7 * y * y + 3 * y * x + 5 * x * x * x + 11 * j + 4 * i + 3 * x) % 17 - 8, np.float64
    )


def _article(n: int, c: int, h: int, w: int) -> Array:
    return np.array([[-1.0, 1.0], [1.0, 5.0]]).reshape(n, c, h, w)


def _article_2(n: int, c: int, h: int, w: int) -> Array:
    return np.array([[-1.0, 0.0], [0.0, 5.0]]).reshape(n, c, h, w)


_COMPARISON = "the comparison of TF 1, OpenCV and torch of 2019 that started this project"

# input, how it is made, where it comes from
INPUTS: dict[str, tuple[Callable[..., Array], str]] = {
    "impulses": (_impulses, "the identity matrix: an impulse for each pixel of the resized axis"),
    "ramp": (_ramp, "100 a row and 10 a column: a value reads as its place"),
    "texture": (_texture, "a formula: integers in -8..8, no symmetry, channels and images differ"),
    "article": (_article, _COMPARISON),
    "article_2": (_article_2, _COMPARISON),
}

# fmt: off
RESIZE_CASES = (
    ResizeCase("2x2-8x8-worked_example", "article", (1, 1, 2, 2), (8, 8),
               "the image on which TF 1, OpenCV and torch were compared in 2019"),
    ResizeCase("2x2-8x8-second_example", "article_2", (1, 1, 2, 2), (8, 8),
               "the image that stood for torch in the same comparison"),
    ResizeCase("5x5-5x8-impulses", "impulses", (1, 1, 5, 5), (5, 8),
               "the weight matrix of 5 to 8, transposed: column d holds what output d reads"),
    ResizeCase("7x7-4x7-impulses", "impulses", (1, 1, 7, 7), (4, 7),
               "the weight matrix of 7 to 4: row d holds what output d reads"),
    ResizeCase("3x3-16x3-impulses", "impulses", (1, 1, 3, 3), (16, 3),
               "the kernel, sampled 16 times over three pixels"),
    ResizeCase("16x16-16x5-impulses", "impulses", (1, 1, 16, 16), (16, 5),
               "shrinking reads no more pixels than enlarging: there is no antialiasing"),
    ResizeCase("4x6-8x12-ramp", "ramp", (1, 1, 4, 6), (8, 12),
               "enlarging by a whole number: the shift between the grids reads off the ramp"),
    ResizeCase("8x12-4x6-ramp", "ramp", (1, 1, 8, 12), (4, 6),
               "halving: half_pixel averages two pixels, asymmetric drops every other one"),
    ResizeCase("9x15-3x5-ramp", "ramp", (1, 1, 9, 15), (3, 5),
               "shrinking by an odd number: half_pixel meets pixel centres"),
    ResizeCase("4x5-7x9-texture", "texture", (1, 3, 4, 5), (7, 9),
               "enlarging by a fraction; three channels are told apart"),
    ResizeCase("9x7-5x4-texture", "texture", (2, 3, 9, 7), (5, 4),
               "shrinking by a fraction; images and channels are told apart",
               shows_refusals=True),
    ResizeCase("6x11-13x4-texture", "texture", (1, 2, 6, 11), (13, 4),
               "one axis grows while the other shrinks: swapped axes show"),
    ResizeCase("12x5-5x12-texture", "texture", (1, 1, 12, 5), (5, 12),
               "the sizes trade places: a (width, height) read as (height, width) shows"),
    ResizeCase("6x6-6x6-texture", "texture", (1, 2, 6, 6), (6, 6),
               "unchanged size: every interpolating convention returns the input",
               conventions_agree=True, shows_refusals=True),
    ResizeCase("6x5-6x10-texture", "texture", (1, 4, 6, 5), (6, 10),
               "one axis unchanged, the other doubled"),
    ResizeCase("1x1-3x4-texture", "texture", (1, 2, 1, 1), (3, 4),
               "one pixel in: the output is constant", conventions_agree=True),
    ResizeCase("1x6-4x9-texture", "texture", (1, 1, 1, 6), (4, 9),
               "one row in: rows repeat, columns are interpolated"),
    ResizeCase("7x6-1x1-texture", "texture", (1, 2, 7, 6), (1, 1),
               "one pixel out: the middle for half_pixel, the corner for the others"),
    ResizeCase("5x8-9x1-texture", "texture", (1, 1, 5, 8), (9, 1),
               "one column out while the rows grow"),
    ResizeCase("3x2-8x7-texture", "texture", (1, 1, 3, 2), (8, 7),
               "fewer pixels than a cubic kernel has taps: nothing but edges",
               shows_refusals=True),
    ResizeCase("4x4-6x6-ramp", "ramp", (1, 1, 4, 4), (6, 6),
               "the smallest sizes at which nearest meets exact ties"),
    ResizeCase("16x16-3x16-texture", "texture", (1, 1, 16, 16), (3, 16),
               "a large odd ratio on one axis"),
)

# A step of a pyramid goes with few sizes: these stand beside those above that it takes.
PYRAMID_CASES = (
    ResizeCase("6x8-4x5-texture", "texture", (1, 3, 6, 8), (4, 5),
               "down to one more than half: the last output is beyond the edge"),
    ResizeCase("7x8-3x3-texture", "texture", (2, 1, 7, 8), (3, 3),
               "down to less than half: the last pixels count through their neighbours alone"),
    ResizeCase("2x3-1x2-texture", "texture", (1, 2, 2, 3), (1, 2),
               "fewer pixels than the kernel has taps: edges beyond edges"),
    ResizeCase("1x5-1x3-texture", "texture", (1, 1, 1, 5), (1, 3),
               "one row: it is its own border"),
    ResizeCase("3x4-7x8-texture", "texture", (1, 2, 3, 4), (7, 8),
               "up to one more row than twice as many"),
    ResizeCase("4x3-8x7-texture", "texture", (1, 1, 4, 3), (8, 7),
               "up to one more column than twice as many"),
    ResizeCase("1x2-2x3-texture", "texture", (1, 2, 1, 2), (2, 3),
               "one row up: edges alone"),
)

# a part of the image, as (start_h, start_w, end_h, end_w); for conventions with a roi alone
CROP_CASES = (
    ResizeCase("6x5-4x7-roi_inside", "texture", (1, 2, 6, 5), (4, 7),
               "a part of the image, another along each axis", roi=(0.25, 0.125, 0.75, 0.875)),
    ResizeCase("5x6-8x5-roi_outside", "texture", (1, 1, 5, 6), (8, 5),
               "beyond three edges: what is there has the extrapolation value, the edge itself not",
               roi=(-0.25, 0.5, 1.25, 1.5), extrapolation_value=-7),
    ResizeCase("7x4-5x6-roi_flipped", "texture", (2, 1, 7, 4), (5, 6),
               "from the end to the start: upside down and mirrored", roi=(1, 1, 0, 0)),
    ResizeCase("8x7-1x3-roi_inside", "texture", (1, 1, 8, 7), (1, 3),
               "one row out: the middle of the part", roi=(0.5, 0, 0.75, 0.5)),
)
# fmt: on


def resize_entries(convention: Resize) -> tuple[ResizeCase, ...]:
    """The resize cases that a convention takes, and those that stand in it alone."""
    own: tuple[ResizeCase, ...] = CROP_CASES if convention.extrapolates else ()
    own = own if convention.takes_every_size else PYRAMID_CASES
    return tuple(entry for entry in (*RESIZE_CASES, *own) if entry.fits(convention))


@functools.cache
def holds(entry: ResizeCase, dtype: str) -> bool:
    """Whether a dtype holds every input of a case exactly; float32 holds them all."""
    return exact(made(INPUTS[entry.x][0], *entry.shape), dtype)


def exact(x: Array, dtype: str) -> bool:
    """Whether a dtype holds every value of an array."""
    if dtype == "bfloat16":  # the upper half of a float32
        return not np.any(x.astype(np.float32).view(np.uint32) & 0xFFFF)
    return bool(np.array_equal(x.astype(dtype), x))


def resize_cases(convention: Resize, rule: str | None = None) -> Iterator[Case]:
    """Every resize case of one convention, without its expected values."""
    yield from _of_entries(resize_entries(convention), convention, rule)


def scale_cases(convention: Resize, rule: str | None = None) -> Iterator[Case]:
    """Every case with scales of one convention, without its expected values."""
    yield from _of_entries(SCALE_CASES, convention, rule)


@functools.cache
def made(make: Callable[..., Array], *arguments: object) -> Array:
    """An input that is made by formula: cases share it, so that nobody may write into it."""
    image = make(*arguments)
    image.setflags(write=False)
    return image


def _of_entries(
    entries: Iterable[ResizeCase], convention: Resize, rule: str | None
) -> Iterator[Case]:
    for entry in entries:
        make, source = INPUTS[entry.x]
        inputs, pins, of = {"x": made(make, *entry.shape)}, entry.pins, convention
        if entry.roi is not None:
            outside = entry.extrapolation_value
            of = replace(convention, roi=entry.roi, extrapolation_value=outside)
        yield Case(
            of,
            inputs,
            entry.size,
            rule,
            scales=entry.scales,
            name=entry.name,
            pins=pins,
            source=source,
        )


def _by(height: str, width: str) -> Scales:
    return Fraction(height), Fraction(width)


# fmt: off
SCALE_CASES = (
    ResizeCase("7x7-7x15-by_1_2.2-impulses", "impulses", (1, 1, 7, 7), (7, 15),
               "the weight matrix of a factor of 11/5, where the ratio of the sizes is 15/7",
               scales=_by("1", "2.2")),
    ResizeCase("9x7-5x4-by_0.6-texture", "texture", (1, 2, 9, 7), (5, 4),
               "shrinking by a factor: the last columns of the input are read less, or not at all",
               scales=_by("0.6", "0.6")),
    ResizeCase("6x7-9x15-by_1.55_2.2-texture", "texture", (1, 1, 6, 7), (9, 15),
               "a factor for each axis: one that is used for both shows",
               scales=_by("1.55", "2.2")),
    ResizeCase("5x7-8x11-by_1.7-texture", "texture", (1, 1, 5, 7), (8, 11),
               "8.5 and 11.9 pixels, cut: a size that is rounded shows",
               scales=_by("1.7", "1.7")),
    ResizeCase("5x7-8x12-by_1.7-texture", "texture", (1, 1, 5, 7), (8, 12),
               "8.5 and 11.9 pixels, rounded half to even: a size that is cut shows",
               scales=_by("1.7", "1.7")),
    ResizeCase("5x4-5x6-by_1.05_1.6-texture", "texture", (1, 3, 5, 4), (5, 6),
               "a factor that leaves the size as it is: an axis that is copied shows",
               scales=_by("1.05", "1.6")),
    ResizeCase("7x9-3x4-by_0.4-texture", "texture", (1, 1, 7, 9), (3, 4),
               "2.8 and 3.6 pixels, rounded up: the last output pixel reaches beyond the image",
               scales=_by("0.4", "0.4")),
)
# fmt: on


# Gradients are tested on a few of these sizes. The input is made by the same formula, of the output's size.
GRADIENT_CASES = {
    "5x5-5x8-impulses": "the rows of 5 to 8's weight matrix: row o holds what output o reads",
    "7x7-4x7-impulses": "the columns of 7 to 4's weight matrix: column o holds what output o reads",
    "4x6-8x12-ramp": "a pixel collects what every output that reads it has, in whole numbers of steps",
    "4x5-7x9-texture": "enlarged by a fraction; three channels are told apart",
    "9x7-5x4-texture": "shrunk by a fraction: pixels that nothing reads get no gradient",
    "6x11-13x4-texture": "one axis grows while the other shrinks: swapped axes show",
    "3x2-8x7-texture": "fewer pixels than a cubic kernel has taps: what fell outside comes to the edge",
    "7x7-7x15-by_1_2.2-impulses": "the rows of the weight matrix of a factor of 11/5",
    "9x7-5x4-by_0.6-texture": "shrunk by a factor: what lies under no output pixel gets nothing",
    "5x7-8x11-by_1.7-texture": "enlarged by a factor, the size cut: the last pixel collects less",
    "5x4-5x6-by_1.05_1.6-texture": "a factor that leaves the size as it is",
    "1x1-3x4-texture": "one pixel in: the sum of all cotangents",
    "7x6-1x1-texture": "one pixel out: its cotangent goes where it read",
}


def gradient_case(convention: Resize, rule: str | None, name: str) -> Case:
    """The gradient of a resize at the sizes of a resize case; without its expected values."""
    entry = next(entry for entry in (*RESIZE_CASES, *SCALE_CASES) if entry.name == name)
    make, source = INPUTS[entry.x]
    cotangent = make(*entry.shape[:2], *entry.size)
    return Case(
        convention,
        {"x": cotangent},
        entry.shape[2:],
        rule,
        gradient="x",
        scales=entry.scales,
        name=name,
        pins=GRADIENT_CASES[name],
        source=source,
    )


# ---------------------------------------------------------------------------- resize, integers


def _bytes(n: int, c: int, h: int, w: int) -> Array:
    """The whole range 0..255 with no symmetry."""
    return np.asarray((_texture(n, c, h, w) + 8) * 15 + np.indices((n, c, h, w)).sum(axis=0) % 16)


def _extremes(n: int, c: int, h: int, w: int) -> Array:
    """0 and 255 alone, so that a cubic kernel overshoots both ends of the range."""
    return np.where(_texture(n, c, h, w) > 0, 255.0, 0.0)


def _levels(n: int, c: int, h: int, w: int) -> Array:
    """Every value 0..255 once a 16x16 plane, neighbours far apart."""
    return np.asarray(np.arange(n * c * h * w).reshape(n, c, h, w) * 103.0 % 256)


INTEGER_INPUTS: dict[str, tuple[Callable[..., Array], str]] = {
    "bytes": (_bytes, "a formula: integers in 0..255, no symmetry, channels and images differ"),
    "extremes": (_extremes, "a formula: 0 and 255 in no order, channels differ"),
    "levels": (_levels, "a formula: every value 0..255, neighbours far apart"),
}

# Integers of 16 bits span the whole of their range too: 257 times the value, less 32768 where signed.
STRETCHED = {"uint8": (1, 0), "uint16": (257, 0), "int16": (257, -(2**15))}
INTEGER_DTYPES = tuple(STRETCHED)

# fmt: off
INTEGER_CASES = (
    ResizeCase("3x2-8x8-extremes", "extremes", (1, 1, 3, 2), (8, 8),
               "a step between the ends of the range: overshoot is clamped",
               shows_refusals=True),
    ResizeCase("5x4-9x7-extremes", "extremes", (1, 3, 5, 4), (9, 7),
               "overshoot on both axes: clamping between the passes shows"),
    ResizeCase("4x5-7x9-bytes", "bytes", (1, 4, 4, 5), (7, 9),
               "enlarging by a fraction; four channels"),
    ResizeCase("9x7-5x4-bytes", "bytes", (2, 3, 9, 7), (5, 4),
               "shrinking by a fraction; images and channels are told apart",
               shows_refusals=True),
    ResizeCase("8x12-4x6-bytes", "bytes", (1, 2, 8, 12), (4, 6),
               "halving: sums of four pixels end in a half"),
    ResizeCase("6x6-6x6-bytes", "bytes", (1, 2, 6, 6), (6, 6),
               "unchanged size: a copy", conventions_agree=True, shows_refusals=True),
    ResizeCase("1x6-4x9-bytes", "bytes", (1, 1, 1, 6), (4, 9),
               "one row in: both taps of a column read it"),
    ResizeCase("16x16-16x11-levels", "levels", (1, 1, 16, 16), (16, 11),
               "every value; columns alone, past the last whole vector of eight"),
    ResizeCase("6x11-13x13-bytes", "bytes", (1, 1, 6, 11), (13, 13),
               "rows of whole vectors with some left, in the middle and at the edges"),
    ResizeCase("7x6-1x3-extremes", "extremes", (1, 2, 7, 6), (1, 3),
               "one row out"),
    ResizeCase("4x6-8x18-bytes", "bytes", (1, 3, 4, 6), (8, 18),
               "enlarging by whole numbers, which layers that take factors can say"),
    ResizeCase("9x8-3x2-bytes", "bytes", (1, 3, 9, 8), (3, 2),
               "shrinking by whole numbers: windows of twelve pixels"),
)
# fmt: on

# fmt: off
# What calls that are given factors make of integers. None is stored.
INTEGER_SCALE_CASES = (
    ResizeCase("9x7-5x4-by_0.6-bytes", "bytes", (1, 3, 9, 7), (5, 4),
               "shrinking by a factor that is not the ratio of the sizes", scales=_by("0.6", "0.6")),
    ResizeCase("6x7-9x15-by_1.55_2.2-bytes", "bytes", (1, 1, 6, 7), (9, 15),
               "a factor for each axis; the last row and column are beyond the last pixel's centre",
               scales=_by("1.55", "2.2")),
    ResizeCase("5x7-8x11-by_1.7-bytes", "bytes", (1, 4, 5, 7), (8, 11),
               "8.5 and 11.9 pixels, cut", scales=_by("1.7", "1.7")),
    ResizeCase("5x7-8x12-by_1.7-bytes", "bytes", (1, 3, 5, 7), (8, 12),
               "8.5 and 11.9 pixels, rounded half to even", scales=_by("1.7", "1.7")),
    ResizeCase("5x4-5x6-by_1.05_1.6-bytes", "bytes", (1, 2, 5, 4), (5, 6),
               "a factor that leaves the size as it is: an axis that is copied shows",
               scales=_by("1.05", "1.6")),
    ResizeCase("5x4-5x6-by_1_1.6-bytes", "bytes", (1, 5, 5, 4), (5, 6),
               "the same where the axis is copied; more channels than pixels are wide",
               scales=_by("1", "1.6")),
    ResizeCase("7x9-3x4-by_0.5-bytes", "bytes", (1, 2, 7, 9), (3, 4),
               "halving odd sizes, cut: the last row and column are not read", scales=_by("0.5", "0.5")),
    ResizeCase("7x11-4x6-by_0.5-bytes", "bytes", (1, 3, 7, 11), (4, 6),
               "halving odd sizes, rounded up: the last window holds two pixels, and one in the corner",
               scales=_by("0.5", "0.5")),
    ResizeCase("11x7-3x2-by_0.25-bytes", "bytes", (1, 2, 11, 7), (3, 2),
               "windows of sixteen pixels, the last of twelve, and of nine", scales=_by("0.25", "0.25")),
    ResizeCase("7x9-3x4-by_0.4-bytes", "bytes", (1, 1, 7, 9), (3, 4),
               "2.8 and 3.6 pixels, rounded up: the last output pixel reaches beyond the image",
               scales=_by("0.4", "0.4")),
)
# fmt: on

# These are stored; the others are computed as they run, as those of 16 bits are.
INTEGER_GOLDENS = (
    "5x4-9x7-extremes",
    "4x5-7x9-bytes",
    "9x7-5x4-bytes",
    "8x12-4x6-bytes",
    "6x11-13x13-bytes",
)


def integer_cases(convention: Resize, rule: str | None, dtype: str = "uint8") -> Iterator[Case]:
    """Every integer case of one convention in one dtype, without its expected values."""
    entries = (entry for entry in INTEGER_CASES if entry.fits(convention))
    yield from _of_integers(entries, convention, rule, dtype)


def integer_scale_cases(
    convention: Resize, rule: str | None, dtype: str = "uint8"
) -> Iterator[Case]:
    """Every integer case with scales of one convention in one dtype, without its expected values."""
    yield from _of_integers(INTEGER_SCALE_CASES, convention, rule, dtype)


def _of_integers(
    entries: Iterable[ResizeCase], convention: Resize, rule: str | None, dtype: str
) -> Iterator[Case]:
    stretch, offset = STRETCHED[dtype]
    for entry in entries:
        make, source = INTEGER_INPUTS[entry.x]
        inputs = {"x": made(make, *entry.shape) * stretch + offset}
        yield Case(
            convention,
            inputs,
            entry.size,
            rule,
            dtype,
            scales=entry.scales,
            name=entry.name,
            pins=entry.pins,
            source=source,
        )


# A call is compiled anew for each case: these few stand for all.
MODE_CASES = ("4x5-7x9-texture", "9x7-5x4-texture", "6x11-13x4-texture", "7x6-1x1-texture")
MODE_CASES_OF_FACTORS = ("4x6-8x12-ramp", "1x1-3x4-texture")  # for what takes whole factors

# The photograph is too large for a golden: its expected values are computed as they are needed.
PHOTOGRAPH_SIZES = {
    (96, 144): "enlarged by 8/5",
    (37, 48): "shrunk by fractions that differ between the axes",
    (75, 50): "taller and narrower",
}


def photograph_case(
    convention: Resize, rule: str | None, pixels: NDArray[np.uint8], size: tuple[int, int]
) -> Case:
    """The photograph, (H, W, 3), resized; without its expected values."""
    x = pixels.transpose(2, 0, 1)[None].astype(np.float64)
    name = f"{x.shape[2]}x{x.shape[3]}-{size[0]}x{size[1]}-photograph"
    source = "golden/photograph.ppm"
    dtype = "uint8" if rule in ROUNDINGS else "float32"
    return Case(
        convention,
        {"x": x},
        size,
        rule,
        dtype,
        name=name,
        pins=PHOTOGRAPH_SIZES[size],
        source=source,
    )


# ---------------------------------------------------------------------------- conv_transpose


@dataclass(frozen=True)
class ConvTransposeCase:
    """A convention with the shapes it is run on. ``x``: (N, C, H, W); ``kernel``: (H, W)."""

    pins: str
    tag: str
    x: tuple[int, int, int, int]
    c_out: int
    kernel: tuple[int, int]
    convention: ConvTranspose = ConvTranspose()  # noqa: RUF009 (immutable)
    bias: bool = False
    values: Literal["texture", "impulse", "fine", "ones"] = "texture"

    @property
    def size(self) -> tuple[int, int]:
        h, w = self.convention.output_size(self.x[2:], self.kernel)
        return h, w

    @property
    def name(self) -> str:
        (h, w), (kh, kw), (oh, ow) = self.x[2:], self.kernel, self.size
        return f"{h}x{w}-{oh}x{ow}-k{kh}x{kw}-{self.tag}"


def _impulse(*shape: int) -> Array:
    """One 1, off the middle, so that a mirrored kernel lands elsewhere."""
    image = np.zeros(shape)
    image[..., shape[2] // 2, shape[3] // 3] = 1
    return image


def _fine(*shape: int) -> Array:
    """Multiples of 2⁻¹² in −4..4: products need more than 24 bits, so float32 sums must round."""
    n = np.arange(np.prod(shape)).reshape(shape)
    return np.asarray(((n * 7919 + 1234) % 32768 - 16384) / 4096.0)


def _ones(*shape: int) -> Array:
    return np.ones(shape)


VALUES: dict[str, tuple[Callable[..., Array], Callable[..., Array], str]] = {
    "texture": (_texture, _texture, INPUTS["texture"][1]),
    "impulse": (_impulse, _texture, "one 1 in an image of zeros; the kernel by formula"),
    "ones": (_ones, _ones, "ones alone: the result counts what is summed"),
    "fine": (_fine, _fine, "a formula: multiples of 2^-12 in -4..4"),
}


def conv(
    strides: tuple[int, int] = (1, 1),
    pads: tuple[int, int, int, int] = (0, 0, 0, 0),
    output_padding: tuple[int, int] = (0, 0),
    dilations: tuple[int, int] = (1, 1),
    group: int = 1,
) -> ConvTranspose:
    """A convention along two axes, as the tables of cases write it."""
    return ConvTranspose(
        strides=strides,
        pads=pads,
        output_padding=output_padding,
        dilations=dilations,
        group=group,
    )


# fmt: off
CONV_TRANSPOSE_CASES = (
    ConvTransposeCase("one impulse stamps the kernel, unflipped",
                      "impulse", (1, 1, 4, 6), 1, (3, 3), conv(), values="impulse"),
    ConvTransposeCase("one impulse at stride 2: where the kernel lands",
                      "s2-impulse", (1, 1, 4, 6), 1, (3, 2), conv((2, 2)), values="impulse"),
    ConvTransposeCase("stride 1, nothing cut: the full convolution with the flipped kernel",
                      "full", (1, 2, 4, 5), 3, (3, 3), conv()),
    ConvTransposeCase("stride 1, size kept: SAME and torch's padding=1 agree",
                      "same", (2, 2, 5, 4), 2, (3, 3), conv(pads=(1, 1, 1, 1))),
    ConvTransposeCase("output_padding=0 of the pair that makes it necessary",
                      "s2-p1", (1, 2, 4, 4), 3, (3, 3), conv((2, 2), (1, 1, 1, 1))),
    ConvTransposeCase("output_padding=1 of the pair: the row and column it adds are computed, not zero",
                      "s2-p1-op1", (1, 2, 4, 4), 3, (3, 3), conv((2, 2), (1, 1, 1, 1), (1, 1))),
    ConvTransposeCase("SAME with an odd kernel at stride 2 cuts the end, not the beginning",
                      "s2-same", (1, 2, 4, 4), 3, (3, 3), conv((2, 2), (0, 0, 1, 1))),
    ConvTransposeCase("SAME of 5 taps at stride 2 cuts one at the beginning and two at the end",
                      "s2-same", (1, 2, 3, 4), 2, (5, 5), conv((2, 2), (1, 1, 2, 2))),
    ConvTransposeCase("even kernel at stride 2: SAME cuts both sides alike, every framework can say it",
                      "s2-p1", (1, 3, 3, 4), 2, (4, 4), conv((2, 2), (1, 1, 1, 1))),
    ConvTransposeCase("kernel equal to stride: blocks that do not overlap",
                      "s2", (1, 2, 3, 4), 2, (2, 2), conv((2, 2))),
    ConvTransposeCase("kernel smaller than stride, with output_padding: gaps and an end of zeros",
                      "s3-op1", (1, 2, 3, 2), 2, (2, 2), conv((3, 3), output_padding=(1, 1))),
    ConvTransposeCase("a single tap at stride 2: three of four pixels are zero",
                      "s2", (1, 2, 3, 3), 2, (1, 1), conv((2, 2))),
    ConvTransposeCase("everything differs between the axes: swapped axes show",
                      "s2x1-p1x0", (1, 2, 4, 5), 2, (3, 2), conv((2, 1), (1, 0, 1, 0), (1, 0))),
    ConvTransposeCase("top, left, bottom and right are cut differently",
                      "s2-pads", (1, 1, 4, 5), 2, (4, 5), conv((2, 2), (0, 1, 2, 3))),
    ConvTransposeCase("dilation 2 at stride 1: taps two pixels apart",
                      "d2", (1, 2, 4, 5), 2, (3, 3), conv(dilations=(2, 2))),
    ConvTransposeCase("dilation 2 at stride 2: taps of one pixel meet only taps of the same parity",
                      "s2-d2", (1, 2, 3, 4), 2, (3, 3), conv((2, 2), dilations=(2, 2))),
    ConvTransposeCase("dilation larger than stride admits an output_padding up to it",
                      "s1-d3-op2", (1, 1, 4, 4), 2, (2, 2),
                      conv(output_padding=(2, 2), dilations=(3, 3))),
    ConvTransposeCase("dilation, stride and pads together",
                      "s2-p1-d2", (1, 2, 3, 4), 2, (3, 3),
                      conv((2, 2), (1, 1, 1, 1), dilations=(2, 2))),
    ConvTransposeCase("two groups: each half of the outputs reads its half of the inputs",
                      "s2-g2", (1, 4, 3, 3), 6, (3, 3), conv((2, 2), group=2)),
    ConvTransposeCase("a group for every channel, two outputs each: depthwise",
                      "s2-p1-g3", (1, 3, 3, 4), 6, (3, 3), conv((2, 2), (1, 1, 1, 1), group=3)),
    ConvTransposeCase("bias: one number for each output channel",
                      "s2-bias", (2, 2, 3, 3), 3, (3, 3), conv((2, 2)), bias=True),
    ConvTransposeCase("groups, pads, output_padding and bias at once",
                      "s2-p1-op1-g2-bias", (1, 4, 3, 3), 4, (3, 3),
                      conv((2, 2), (1, 1, 1, 1), (1, 1), group=2), bias=True),
    ConvTransposeCase("one pixel in: the result is the kernel",
                      "s2", (1, 1, 1, 1), 2, (3, 4), conv((2, 2))),
    ConvTransposeCase("a kernel one pixel high: every row for itself",
                      "s1x2-p0x1-op0x1-bias", (2, 2, 3, 4), 3, (1, 3),
                      conv((1, 2), (0, 1, 0, 1), (0, 1)), bias=True),
    ConvTransposeCase("two inputs for each output: the gradient of a depthwise convolution",
                      "s2-p1-g3-two_in", (1, 6, 3, 4), 3, (3, 3), conv((2, 2), (1, 1, 1, 1), group=3)),
    ConvTransposeCase("the same with an even number of taps, which SAME can say",
                      "s2-p1-g3-two_in", (1, 6, 3, 3), 3, (4, 4), conv((2, 2), (1, 1, 1, 1), group=3)),
    ConvTransposeCase("pads that leave one pixel",
                      "s2-p2", (1, 2, 2, 2), 2, (3, 3), conv((2, 2), (2, 2, 2, 2))),
    ConvTransposeCase("how many taps reach each pixel: uneven, as 2 does not divide 3",
                      "s2-overlap", (1, 1, 5, 6), 1, (3, 3), conv((2, 2)), values="ones"),
    ConvTransposeCase("how many taps reach each pixel: even, as 2 divides 4",
                      "s2-overlap", (1, 1, 5, 6), 1, (4, 4), conv((2, 2)), values="ones"),
    ConvTransposeCase("how many taps reach each pixel: uneven, as 3 does not divide 5",
                      "s3-overlap", (1, 1, 4, 3), 1, (5, 5), conv((3, 3)), values="ones"),
    ConvTransposeCase("the gradient of a convolution with SAME, 3 taps and stride 2: uneven too",
                      "s2-same-overlap", (1, 1, 5, 6), 1, (3, 3), conv((2, 2), (0, 0, 1, 1)), values="ones"),
    ConvTransposeCase("sums that float32 must round: the error bound is put to use",
                      "s2-fine", (1, 4, 4, 4), 2, (3, 3), conv((2, 2)), values="fine"),
    ConvTransposeCase("many roundings a sum at stride 1",
                      "p1-fine", (1, 8, 4, 4), 2, (3, 3), conv(pads=(1, 1, 1, 1)), values="fine"),
)
# fmt: on


def conv_transpose_case(entry: ConvTransposeCase) -> Case:
    """The case of an entry, without its expected values."""
    kernel_shape = (entry.x[1], entry.c_out // entry.convention.group, *entry.kernel)
    image, weight, source = VALUES[entry.values]
    inputs = {"x": image(*entry.x), "w": weight(*kernel_shape)}
    if entry.bias:
        inputs["b"] = np.arange(1, entry.c_out + 1, dtype=np.float64) * 3 - 4
    return Case(
        entry.convention, inputs, entry.size, name=entry.name, pins=entry.pins, source=source
    )


# Gradients are tested on a few of these: with respect to the input, the weight and the bias.
CONV_GRADIENT_CASES = {
    "full": "stride 1: a convolution, and a correlation of image and cotangent",
    "s2-p1-op1": "stride 2, with the row and the column that output_padding brings back",
    "s2-same": "SAME: the end is cut, not the beginning",
    "s2-pads": "top, left, bottom and right are cut differently",
    "d2": "dilation: taps two pixels apart",
    "s2-p1-g3": "depthwise: no channel reads another's",
    "s2-p1-op1-g2-bias": "groups and a bias",
    "s2-fine": "sums that float32 must round",
}


def conv_gradient_cases() -> Iterator[Case]:
    """The gradients of some transposed convolutions, without their expected values."""
    for entry in CONV_TRANSPOSE_CASES:
        if entry.tag in CONV_GRADIENT_CASES:
            case = conv_transpose_case(entry)
            image = VALUES[entry.values][0]
            cotangent = image(entry.x[0], entry.c_out, *entry.size)
            wrt: tuple[Literal["x", "w", "b"], ...] = ("x", "w", "b") if entry.bias else ("x", "w")
            for of in wrt:
                yield replace(
                    case,
                    name=f"{case.name}-by-{of}",
                    pins=CONV_GRADIENT_CASES[entry.tag],
                    inputs={**case.inputs, "g": cotangent},
                    gradient=of,
                )
