"""The edges of what a resize is asked: sizes of one pixel, values that are not finite, nothing at all.

No goldens: these cases are made by formula, and compared with the reference as they run. A case lists
sizes; a call is run at the first that its arguments can express.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..frameworks.call import Call, LeftOut
from ..numerics.memory_layouts import LAYOUTS
from ..numerics.nonfinite import Evaluated
from ..operators import Resize
from .cases import Case, made

Shape = tuple[int, int, int]  # channels, height, width
Sizes = tuple[tuple[int, int], tuple[int, int]]  # input, output


# ---------------------------------------------------------------------------- inputs


def _texture(shape: Shape, dtype: str) -> Array:
    """Integers in 1..8 with no symmetry."""
    c, y, x = np.indices(shape)
    image = (7 * y * y + 3 * y * x + 5 * x * x * x + 3 * x + 11 * c) % 8 + 1
    return np.stack([image]).astype(np.float64)


def _constant(shape: Shape, dtype: str) -> Array:
    """Two images of one value."""
    return np.full((2, *shape), 3.0)


def _twice(shape: Shape, dtype: str) -> Array:
    """Two equal images of integers in 1..8."""
    return np.repeat(_texture(shape, dtype), 2, axis=0)


def _one_pixel_not_finite(shape: Shape, dtype: str) -> Array:
    """For every pixel of the first channel three images, in which it is NaN, ∞ and −∞."""
    _, height, width = shape
    images = np.repeat(_texture(shape, dtype), 3 * height * width, axis=0)
    for number, index in enumerate(np.ndindex(height, width)):
        for image, value in enumerate((np.nan, np.inf, -np.inf)):
            images[3 * number + image, 0, *index] = value
    return images


def _one_pixel_nan(shape: Shape, dtype: str) -> Array:
    """For every pixel an image in which it is NaN."""
    return _one_pixel_not_finite(shape, dtype)[::3]


# The power of two right above the largest number; of float64 that of float32, which some compute in.
_ABOVE = {"float32": 128, "bfloat16": 128, "float64": 200, "float16": 16}
# The smallest number is 2 to this power; in float64, far below the smallest float32.
_BELOW = {"float32": -149, "bfloat16": -133, "float64": -300, "float16": -24}


def _near_the_largest(shape: Shape, dtype: str) -> Array:
    """Constant; a checkerboard, whose differences overflow; 2 × 2 pixels, which a cubic kernel overshoots."""
    _, height, width = shape
    y, x = np.indices((height, width))
    block = np.isin(y, (height // 2 - 1, height // 2)) & np.isin(x, (width // 2 - 1, width // 2))
    images = [0.75 + 0 * x, np.where((y + x) % 2, 0.625, -0.625), 0.9375 * block, -0.9375 * block]
    stacked = np.repeat(np.stack(images)[:, None], shape[0], axis=1)
    return np.asarray(np.ldexp(stacked, _ABOVE[dtype]))


def _below_the_normal_range(shape: Shape, dtype: str) -> Array:
    return np.asarray(np.ldexp(_texture(shape, dtype), _BELOW[dtype] + 1))


def _ends_of_the_range(shape: Shape, dtype: str) -> Array:
    """The largest integer, the smallest, and both on a checkerboard."""
    limits = np.iinfo(dtype)
    squares = np.indices(shape).sum(axis=0) % 2
    return np.stack(
        [np.where(on, limits.max, limits.min) * 1.0 for on in (1 + squares, 0 * squares, squares)]
    )


def _nothing(images: int) -> Callable[[Shape, str], Array]:
    return lambda shape, dtype: np.zeros((images, *shape))


# ---------------------------------------------------------------------------- the cases


@dataclass(frozen=True)
class EdgeCase:
    """An input, a size and what it is an edge of.

    Attributes:
        name: what ``-k`` selects, after the sizes.
        make: from (channels, height, width) and the dtype to the input.
        channels: of the input.
        sizes: of input and output; the first that a call can express is run.
        pins: the property that it pins, in words.
        dtypes: in which it is run, where a call takes them.
        variants: the same for calls that say in another way what a call says.
        form: sums are evaluated in the form that the call declares: the input is not finite, or its
            sums may not be.
        aligned, smooth: the sizes for conventions with align_corners, and for lanczos: those at which
            a place is rounded to where it is, and no weight is 0 but for a rounding error.
        steps: the sizes for image pyramids, which go with few.
        grid: the sizes for cubic calls that make a grid over -1..1: at which no place is a whole number but
            at the corners, or where every step to it is exact, and no weight so small that roundings in
            bfloat16 make it 0. Elsewhere a whole one is off by a rounding: its taps weigh ±ε in place of 0.
        layout: how the input lies in memory.
    """

    name: str
    make: Callable[[Shape, str], Array]
    sizes: tuple[Sizes, ...]
    pins: str
    channels: int = 1
    dtypes: tuple[str, ...] = ("float32", "float64")
    variants: tuple[str, ...] = ("float32", "uint8")
    form: bool = False
    aligned: tuple[Sizes, ...] = ()
    smooth: tuple[Sizes, ...] = ()
    steps: tuple[Sizes, ...] = ()
    grid: tuple[Sizes, ...] = ()
    layout: str = ""

    def at(self, convention: Resize, *, grid: bool = False) -> tuple[Sizes, ...]:
        """The sizes for a convention, of a call that makes a grid or not, in the order in which they
        are tried."""
        if grid and convention.mode == "cubic" and self.grid:
            return self.grid
        if not convention.takes_every_size:
            return self.steps
        if "align" in str(convention.coordinate_transformation_mode) or convention.aligns_corners:
            return self.aligned or self.sizes
        return (convention.mode == "lanczos" and self.smooth) or self.sizes

    def case(
        self,
        convention: Resize,
        rule: str | None,
        dtype: str,
        sizes: Sizes,
        evaluated: Evaluated | None = None,
    ) -> Case:
        """The case at some sizes, without its expected values."""
        (h, w), (out_h, out_w) = sizes
        x = made(self.make, (self.channels, h, w), dtype)
        words = (self.make.__doc__ or "zeros").split(".")[0].split(";")[0]
        return Case(
            name=f"{h}x{w}-{out_h}x{out_w}-{self.name}",
            pins=self.pins,
            source=f"a formula: {words[0].lower()}{words[1:]}",
            convention=convention,
            inputs={"x": x},
            size=(out_h, out_w),
            rule=rule,
            dtype=dtype,
            evaluated=evaluated if self.form else None,
            layout=self.layout,
        )


_HALVES = ("float32", "float64", "float16", "bfloat16")
_STEPS = (((4, 8), (2, 4)), ((4, 8), (8, 16)))  # down and up

# fmt: off
_SIZES = (
    EdgeCase("one_row_in", _texture, (((1, 3), (256, 3)),), "a row becomes 256: nothing but the row"),
    EdgeCase("one_column_in", _texture, (((3, 1), (3, 256)),), "a column becomes 256"),
    EdgeCase("one_row_out", _texture, (((256, 3), (1, 3)),), "256 rows become one"),
    EdgeCase("one_column_out", _texture, (((3, 256), (3, 1)),), "256 columns become one"),
    EdgeCase("two_pixels", _texture, (((2, 2), (5, 7)),), "two pixels: an edge on either side",
             steps=(((2, 2), (1, 1)), ((2, 2), (4, 4)))),
    EdgeCase("other_pixel", _texture, (((2, 3), (82, 3)),),
             "2 to 82, where a rounded coordinate picks the other pixel", variants=("float32", "float64")),
    EdgeCase("one_line", _texture, (((1, 9), (1, 40)),), "an image of one row stays one row",
             steps=(((1, 9), (1, 5)),)),
    EdgeCase("one_file", _texture, (((9, 1), (40, 1)),), "an image of one column stays one column"),
    EdgeCase("one_pixel", _texture, (((1, 1), (1, 1)),), "one pixel to one pixel",
             steps=(((1, 1), (1, 1)), ((1, 1), (2, 2)))),
    EdgeCase("one_pixel_of_three_channels_out", _texture, (((2, 3), (1, 1)), ((2, 2), (1, 1))),
             "an image becomes one pixel of three channels", channels=3, dtypes=("float32", "uint8"),
             steps=(((2, 2), (1, 1)),)),
    EdgeCase("one_pixel_of_a_row_out", _texture, (((1, 3), (1, 1)), ((1, 2), (1, 1))),
             "a row becomes one pixel of three channels", channels=3, dtypes=("uint8",),
             steps=(((1, 2), (1, 1)),)),
    EdgeCase("one_column_of_five_channels_out", _texture, (((6, 5), (4, 1)), ((4, 2), (2, 1))),
             "an image becomes a column of five channels", channels=5, dtypes=("float32", "uint8"),
             steps=(((4, 2), (2, 1)),)),
)

_NOT_FINITE = (
    EdgeCase("not_finite", _one_pixel_not_finite, (((4, 9), (8, 3)), ((5, 9), (3, 6))),
             "which outputs a NaN or an infinity reaches: the pixels that the kernel visits", form=True,
             dtypes=_HALVES, variants=_HALVES, aligned=(((5, 9), (9, 3)),), smooth=(((4, 8), (8, 4)),),
             steps=_STEPS, grid=(((5, 6), (9, 4)),)),
    EdgeCase("not_finite_in_one_channel", _one_pixel_not_finite, (((5, 4), (5, 8)), ((5, 8), (5, 4))),
             "the same where one axis stays, and nothing reaches the other channel", channels=2, form=True,
             aligned=(((4, 5), (4, 9)),), smooth=(((8, 8), (4, 4)),), steps=_STEPS,
             grid=(((2, 6), (4, 4)),)),
    EdgeCase("not_finite_same_size", _one_pixel_not_finite, (((3, 4), (3, 4)),),
             "an image whose size stays: copied, or not", form=True, channels=3,
             smooth=(((2, 4), (4, 8)),), grid=(((2, 4), (4, 8)),)),
    # in other frameworks than the one that copies, lanczos weighs whole pixels with rounding errors of 0
    EdgeCase("nan_same_size", _one_pixel_nan, (), "an image whose size stays: copied, or not",
             form=True, smooth=(((3, 4), (3, 4)),)),
)

_LIMITS = (
    EdgeCase("near_the_largest", _near_the_largest, (((4, 8), (8, 4)), ((5, 9), (3, 6)), ((4, 8), (4, 4))),
             "sums and differences of large numbers overflow on the way, or at the end", form=True,
             dtypes=_HALVES, aligned=(((5, 9), (9, 5)), ((4, 9), (4, 5))), steps=_STEPS),
    EdgeCase("near_the_largest_halved", _near_the_largest, (((8, 8), (4, 4)), ((4, 4), (8, 8))),
             "half the size: four pixels summed before they are divided overflow", form=True,
             aligned=(((9, 9), (5, 5)),)),
    EdgeCase("below_the_normal_range", _below_the_normal_range,
             (((4, 6), (8, 3)), ((4, 6), (4, 3)), ((4, 6), (8, 6))),
             "numbers below the normal range: kept, or taken as 0", form=True, dtypes=_HALVES,
             steps=_STEPS),
)

_INTEGERS = (
    EdgeCase("ends_of_the_range", _ends_of_the_range,
             (((4, 6), (9, 16)), ((4, 6), (4, 16)), ((4, 6), (3, 4))),
             "a constant stays what it is, whatever its weights are rounded to; overshoot is clamped",
             dtypes=("uint8", "uint16", "int16"), steps=_STEPS),
)

_EITHER = (((4, 6), (4, 12)), ((4, 6), (4, 3)))
_FLOATS_ALONE = ("one_value", "pixels", "offset")  # in bytes, nothing else is read
_LAYOUTS = tuple(
    EdgeCase(name, _constant if name == "one_value" else _twice, _EITHER,
             f"{layout.says}: the same result, and the input is left as it is",
             channels=3, dtypes=("float32",) if name in _FLOATS_ALONE else ("float32", "uint8"),
             variants=(), layout=name, steps=_STEPS)
    for name, layout in LAYOUTS.items()
)

_EMPTY = tuple(
    EdgeCase(name, _nothing(images), sizes, pins, channels=channels, dtypes=("float32",),
             steps=_STEPS if sizes == _EITHER else ())
    for name, images, channels, sizes, pins in (
        ("no_images", 0, 2, _EITHER, "a batch of none: an empty batch of the output's size"),
        ("no_channels", 1, 0, _EITHER, "images of no channels"),
        ("no_width_in", 1, 1, (((4, 0), (4, 8)),), "an image of no width has no pixel to read"),
        ("no_height_in", 1, 1, (((0, 4), (8, 4)), ((0, 4), (0, 4))), "an image of no height has none either"),
        ("no_width_out", 1, 1, (((4, 4), (4, 0)),), "an output of no width"),
        ("no_height_out", 1, 1, (((4, 4), (0, 4)),), "an output of no height"),
        ("negative_size", 1, 1, (((4, 4), (4, -4)), ((4, 4), (-4, 4))), "a negative size"),
    )
)
# fmt: on

KINDS: Mapping[str, tuple[EdgeCase, ...]] = {
    "sizes": _SIZES,
    "not_finite": _NOT_FINITE,
    "limits": _LIMITS,
    "integers": _INTEGERS,
    "layouts": _LAYOUTS,
    "empty": _EMPTY,
}
EDGE_CASES: Mapping[str, EdgeCase] = {
    entry.name: entry for entries in KINDS.values() for entry in entries
}


# ---------------------------------------------------------------------------- what is left out


def edges(entry: LeftOut) -> tuple[str, ...]:
    """The names of the edges that an entry is about."""
    if not entry.edges:
        return tuple(EDGE_CASES)
    kinds = {kind: tuple(edge.name for edge in of_kind) for kind, of_kind in KINDS.items()}
    return tuple(name for edge in entry.edges for name in kinds.get(edge, (edge,)))


def left_out(call: Call, edge: str = "", dtype: str = "") -> bool:
    """Whether a call is not run at an edge in a dtype; by default, at any edge in any dtype."""
    return any(
        (edge in edges(entry) if edge else not entry.edges)
        and (dtype in entry.dtypes or not entry.dtypes)
        for entry in call.left_out
    )
