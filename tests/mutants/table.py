"""The mutants: one row each, the operation, where it shows, and what is wrong there."""

from __future__ import annotations

from . import parts
from .parts import Change, Mutant, Place, by_factor, channels, of_dtype, pair

FLOAT32 = of_dtype("float32")
UINT8 = of_dtype("uint8")
HALF, THIRD, QUARTER = by_factor("½", 1, 2), by_factor("⅓", 1, 3), by_factor("¼", 1, 4)
TWICE, FOUR, EIGHT = by_factor("×2", 2), by_factor("×4", 4), by_factor("×8", 8)
BACKWARD, BATCH, SHRINKING = parts.BACKWARD, parts.BATCH, parts.SHRINKING

_NO_SMALLER = "where docs/arithmetics.md says why no error so small is seen"

# fmt: off
_RESIZE: tuple[tuple[Place, Change], ...] = (
    # channels: what vector loops hold, and what they leave
    (FLOAT32 & parts.FORWARD & channels(6), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & channels(8), parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & channels(16), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & parts.no_multiple(8), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & channels(64), parts.LAST_ROW),
    (FLOAT32 & parts.FORWARD & channels(4, 4) & SHRINKING, parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & channels(4, 4) & TWICE, parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & channels(4) & BATCH, parts.LAST_IMAGE),
    (FLOAT32 & parts.FORWARD & parts.EIGHT, parts.LAST_IMAGE),
    (UINT8 & channels(3, 3) & parts.both_above(144), parts.LAST_VALUE),
    (UINT8 & channels(4, 4) & BATCH, parts.LAST_VALUE),
    (UINT8 & HALF & parts.above(31), parts.LAST_VALUE),
    (UINT8 & TWICE & channels(3, 3), parts.LAST_VALUE),
    # sizes: exact ratios, one more, large
    (FLOAT32 & parts.FORWARD & TWICE & parts.both_above(20), parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & TWICE & parts.both_above(20), parts.WEIGHTS),
    (FLOAT32 & parts.FORWARD & HALF & parts.both_above(16), parts.LAST_COLUMN),
    (FLOAT32 & parts.FORWARD & HALF & channels(3, 3), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & HALF & channels(8), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & THIRD & channels(3, 3), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & QUARTER & channels(4), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & by_factor("⅛", 1, 8), parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & TWICE & channels(8), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & FOUR & channels(3), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & EIGHT & channels(16), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & EIGHT, parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & parts.ONE_MORE, parts.LATE),
    (FLOAT32 & parts.FORWARD & parts.above(256), parts.LAST_ROW),
    (FLOAT32 & parts.FORWARD & parts.above(512), parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & parts.above(256, "out"), parts.LAST_ROW),
    (FLOAT32 & parts.FORWARD & parts.above(512, "out"), parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & parts.values_out(2**17), parts.LAST_VALUE),
    (UINT8 & parts.values_out(2**17), parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & pair(64, 128), parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & pair(56, 112), parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & pair(224, 112), parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & pair(128, 64), parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & pair(224, 448), parts.COORDINATE),
    (FLOAT32 & parts.FORWARD & pair(480, 224), parts.COORDINATE),
    # memory
    (FLOAT32 & parts.FORWARD & parts.in_memory("crop", "crop_of_pixels"), parts.LAST_ROW),
    (FLOAT32 & parts.FORWARD & parts.in_memory("offset"), parts.LAST_COLUMN),
    (FLOAT32 & parts.FORWARD & parts.in_memory("pixels"), parts.LAST_CHANNEL),
    # gradients
    (FLOAT32 & BACKWARD & channels(4), parts.LAST_CHANNEL),
    (FLOAT32 & BACKWARD & channels(8), parts.LAST_CHANNEL),
    (FLOAT32 & BACKWARD & BATCH, parts.LAST_IMAGE),
    (FLOAT32 & BACKWARD & parts.in_memory("pixels"), parts.LAST_CHANNEL),
    (FLOAT32 & BACKWARD & parts.in_memory("one_value"), parts.WEIGHTS),
    (FLOAT32 & BACKWARD & HALF, parts.LATE),
    (FLOAT32 & BACKWARD & parts.UNCHANGED, parts.LATE),
    (FLOAT32 & BACKWARD & parts.ONE_ROW & parts.above(1), parts.LATE),
)

_CONV_TRANSPOSE: tuple[tuple[Place, Change], ...] = (
    (FLOAT32 & parts.FORWARD & parts.DILATED_UNLIKE, parts.DILATIONS),
    (FLOAT32 & parts.FORWARD & parts.DILATED & BATCH, parts.LAST_IMAGE),
    (FLOAT32 & parts.FORWARD & parts.DILATED & parts.groups(2), parts.NO_DILATION),
    (FLOAT32 & parts.FORWARD & parts.DILATED & parts.BIAS, parts.UNBIASED),
    (FLOAT32 & parts.FORWARD & BATCH & parts.groups(2), parts.LAST_IMAGE),
    (FLOAT32 & parts.FORWARD & BATCH & parts.DEPTHWISE, parts.LAST_IMAGE),
    (FLOAT32 & parts.FORWARD & parts.MULTIPLIER & BATCH, parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & parts.groups(4), parts.FIRST_GROUP),
    (FLOAT32 & parts.FORWARD & parts.groups(8), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & parts.DEPTHWISE & parts.BIAS, parts.UNBIASED),
    (FLOAT32 & parts.FORWARD & parts.EIGHT, parts.LAST_IMAGE),
    (FLOAT32 & parts.FORWARD & parts.POINTS & parts.BIAS, parts.UNBIASED),
    (FLOAT32 & parts.FORWARD & parts.POINTS & BATCH, parts.LAST_IMAGE),
    (FLOAT32 & parts.FORWARD & parts.strides(3) & BATCH, parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & parts.strides(4), parts.LAST_COLUMN),
    (FLOAT32 & parts.FORWARD & parts.STRIDED_UNLIKE & BATCH, parts.STRIDES),
    (FLOAT32 & parts.FORWARD & parts.taps(6), parts.LAST_TAP),
    (FLOAT32 & parts.FORWARD & parts.taps(7), parts.TURNED_KERNEL),
    (FLOAT32 & parts.FORWARD & parts.ONE_WIDE, parts.LAST_TAP),
    (FLOAT32 & parts.FORWARD & parts.ONE_HIGH, parts.LAST_TAP),
    (FLOAT32 & parts.FORWARD & channels(9), parts.LAST_INPUT),
    (FLOAT32 & parts.FORWARD & channels(17), parts.LAST_INPUT),
    (FLOAT32 & parts.FORWARD & channels(64), parts.LAST_INPUT),
    (FLOAT32 & parts.FORWARD & channels(9) & parts.outputs(1, 1), parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & parts.outputs(7), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & parts.outputs(16), parts.LAST_CHANNEL),
    (FLOAT32 & parts.FORWARD & parts.outputs(32), parts.LAST_VALUE),
    (FLOAT32 & parts.FORWARD & parts.pixels_in(20480), parts.LAST_VALUE),
    (of_dtype("float64") & parts.FORWARD & channels(9), parts.LAST_INPUT),
    (of_dtype("float64") & parts.FORWARD & BATCH & parts.groups(2), parts.LAST_IMAGE),
    (FLOAT32 & parts.FORWARD & parts.NAN, parts.FINITE),
    (FLOAT32 & parts.FORWARD & parts.NO_IMAGES, parts.ONE_MORE_IMAGE),
    (FLOAT32 & parts.FORWARD & parts.in_memory("crop", "every_other", "pixels"), parts.LAST_COLUMN),
    (FLOAT32 & parts.of_input("w") & BATCH, parts.FIRST_IMAGE),
    (FLOAT32 & parts.of_input("w") & BATCH, parts.AVERAGED),
    (FLOAT32 & parts.of_input("b") & BATCH, parts.FIRST_IMAGE),
    (FLOAT32 & parts.of_input("b") & BATCH, parts.AVERAGED),
    (FLOAT32 & parts.of_input("x") & BATCH, parts.LAST_IMAGE),
    (FLOAT32 & parts.of_input("w") & BATCH & parts.groups(2), parts.FIRST_IMAGE),
    (FLOAT32 & parts.of_input("w") & parts.DILATED_UNLIKE, parts.TURNED),
    (FLOAT32 & BACKWARD & parts.STRIDED_UNLIKE, parts.LAST_COLUMN),
    (FLOAT32 & BACKWARD & parts.POINTS, parts.LAST_CHANNEL),
    (FLOAT32 & BACKWARD & parts.taps(5), parts.LAST_ROW),
    (FLOAT32 & BACKWARD & parts.EVEN, parts.LAST_ROW),
    (FLOAT32 & BACKWARD & channels(9), parts.LAST_CHANNEL),
    (FLOAT32 & BACKWARD & parts.in_memory("pixels"), parts.LAST_CHANNEL),
    (FLOAT32 & BACKWARD & parts.in_memory("one_value"), parts.WEIGHTS),
)
# fmt: on

_SCALED = (
    *(of_dtype(dtype) & parts.FORWARD for dtype in ("float32", "float64", "float16", "bfloat16")),
    FLOAT32 & BACKWARD,
)

MUTANTS = (
    *(Mutant("resize", place, change) for place, change in _RESIZE),
    *(Mutant("resize", one & parts.RESIZED, parts.SCALED, _NO_SMALLER) for one in _SCALED),
    *(Mutant("conv_transpose", place, change) for place, change in _CONV_TRANSPOSE),
)
