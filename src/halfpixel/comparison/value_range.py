"""What becomes of a colour: value range, channel order, and the way back to levels of 255.

A function is shown images of one colour: black, red, green, blue, grey and white. Where what comes out is an
affine step for each channel, it is undone: an output of /255, of a mean and standard deviation, or in BGR is
put back into levels 0..255 in the order of the input's channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..identification.adapter import Size
from .function import Float, Output, Raised
from .images import as_dtype

COLOURS = {
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
}
_MIXED = (64, 128, 192)  # one colour that says the order of the channels
_NAMES = "RGB"
# roundings between a level and what is returned: a cast, ÷255, −mean, ÷std, and their three constants'
ROUNDINGS = 7


def constant(colour: Sequence[int], size: Size, dtype: str, white: float) -> AnyArray:
    """An image of one colour, (H, W, 3)."""
    return as_dtype(np.broadcast_to(np.array(colour, np.uint8), (*size, 3)), dtype, white)


@dataclass(frozen=True, eq=False)
class Tone:
    """What a function makes of colours.

    Attributes:
        offset: of each channel, what black becomes.
        gain: (channels out, 3): what full red, green and blue add to it.
        inside: where the output depends on the image: not in padding, (H, W).
        unit_roundoff: of the output's dtype; of integers, of float64.
        integer: the output's dtype is one of integers.
        problem: why it is no affine step; empty if it is one.
    """

    offset: Float
    gain: Float
    inside: AnyArray
    unit_roundoff: float
    integer: bool = False
    problem: str = ""

    @property
    def affine(self) -> bool:
        """Whether outputs can be put back into levels."""
        return not self.problem

    @property
    def span(self) -> Float:
        """Of each channel, how far white is from black."""
        return np.asarray(self.gain.sum(axis=1))

    @property
    def order(self) -> tuple[int, ...] | None:
        """Of each channel, which input channel it holds; None where it mixes them."""
        largest = np.argmax(abs(self.gain), axis=1)
        rest = abs(self.gain)
        rest[np.arange(len(rest)), largest] = 0
        if rest.any():  # what copies a channel makes the same of any values of the others
            return None
        return tuple(int(k) for k in largest)

    @property
    def channels(self) -> str:
        """The channel order in letters, such as ``RGB``; ``grey`` where channels are mixed."""
        if self.order is None:
            return "grey" if len(self.offset) == 1 else "mixed"
        return "".join(_NAMES[k] for k in self.order)

    @property
    def range(self) -> str:
        """From what black becomes to what white becomes."""
        lows, highs = self.offset, self.offset + self.span
        pairs = dict.fromkeys(
            f"{_short(low)} to {_short(high)}" for low, high in zip(lows, highs, strict=True)
        )
        return " | ".join(pairs)

    def levels(self, image: Float) -> Float:
        """An output, (H, W, C), in levels of 255, channels as they come."""
        return np.asarray((image - self.offset) / self.span * 255)

    def aligned(self, levels: Float) -> Float:
        """Levels in the order of the input's channels."""
        if self.order is None or len(self.order) == 1:
            return levels
        return levels[..., np.argsort(self.order)]

    def reordered(self, order: Sequence[int] | AnyArray) -> Tone:
        """The same with its channels in another order."""
        return replace(self, offset=self.offset[order], gain=self.gain[order])

    @property
    def unit_levels(self) -> Float:
        """Of each channel, a whole number of an integer output, in levels; of floats, nothing."""
        return np.asarray((1.0 if self.integer else 0.0) / abs(self.span) * 255)

    @property
    def resolves(self) -> bool:
        """Whether the range is one that images are kept in: 255 levels of integers; of floats, one that is
        nearer to 1 than to the 1/255 that a function for 0..255 makes of 0..1, by their ratios."""
        return bool((abs(self.span) >= (255 if self.integer else 255**-0.5)).all())

    @property
    def rounding(self) -> Float:
        """Of each channel, how far the step's own roundings can move a value, in levels."""
        return self._rounded(self.unit_roundoff)

    @property
    def narrow_rounding(self) -> Float:
        """The same where the step may be taken in float32, whatever is returned; of integers, of none."""
        return self._rounded(max(self.unit_roundoff, 0.0 if self.integer else 2.0**-24))

    def _rounded(self, unit_roundoff: float) -> Float:
        largest = np.maximum(abs(self.offset), abs(self.offset + self.span))
        return np.asarray(ROUNDINGS * unit_roundoff * largest / abs(self.span) * 255)

    def mixing_error(self, dtype: str) -> Float:
        """Of each channel, how far the share of an input channel may be off: by a level on the way, if images
        are of 8 bits, by a whole number of an integer output, and by roundings."""
        level = 1.0 if dtype == "uint8" else 0.0
        return np.asarray((level + self.unit_levels + self.narrow_rounding) / 255)


def _short(value: float) -> str:
    return f"{value:.4g}" if value else "0"


def measured(
    run: Callable[[AnyArray], Output],
    size: Size,
    dtype: str,
    white: float,
    like: Tone | None = None,
) -> Tone:
    """What a function makes of colours at an input size.

    Args:
        run: the function.
        size, dtype, white: of the images.
        like: what it makes of them at another size: three colours tell whether it is the same at this one.

    Raises:
        Raised: the function raised.
    """
    outputs: dict[str, Output] = {}

    def images(names: Sequence[str]) -> dict[str, Float]:
        colours = {**COLOURS, "mixed": _MIXED}
        for name in names:
            if name not in outputs:
                outputs[name] = run(constant(colours[name], size, dtype, white))
        shown = {name: outputs[name].image for name in names}
        if len({image.shape for image in shown.values()}) > 1:
            raise Raised("the size of its output depends on the image's colour")
        return shown

    if like is not None and like.affine:
        again = _again(images(("black", "white", "mixed")), like, outputs["black"].array.dtype)
        if again is not None:
            return again
    shown = images(tuple(COLOURS))
    with np.errstate(all="ignore"):
        inside = (shown["black"] != shown["white"]).any(axis=2)
        return _tone(shown, inside, outputs["black"].array.dtype)


def _again(images: dict[str, Float], like: Tone, dtype: np.dtype[Any]) -> Tone | None:
    """The tone of another size, with what is padding at this one; None if it is another here."""
    black, white = images["black"], images["white"]
    inside = (black != white).any(axis=2)
    same = black.shape[2] == len(like.offset) and (dtype.kind in "iub") == like.integer
    if not (same and inside.any() and all(np.isfinite(image).all() for image in images.values())):
        return None
    middle = {name: np.median(image[inside], axis=0) for name, image in images.items()}
    one = replace(like, offset=middle["black"], inside=inside)
    black_and_white = replace(
        one, gain=like.gain * ((middle["white"] - one.offset) / like.span)[:, None]
    )
    mixed = like.offset + like.gain @ np.array(_MIXED) / 255
    near = np.maximum(abs(like.span) / 255, 1.0 if like.integer else 0.0)
    if same_scale(black_and_white, like) and (abs(middle["mixed"] - mixed) <= near).all():
        return replace(like, inside=inside)
    return None


def _tone(images: dict[str, Float], inside: AnyArray, dtype: np.dtype[Any]) -> Tone:
    integer = dtype.kind in "iub"
    unit = 2.0**-53 if integer else float(np.finfo(dtype).eps) / 2
    channels = images["black"].shape[2]
    if not inside.any() or not all(np.isfinite(image).all() for image in images.values()):
        why = "black and white become the same" if not inside.any() else "colours become NaN"
        nothing = np.zeros(channels)
        return Tone(nothing, np.zeros((channels, 3)), inside, unit, integer, why)
    middle = {name: np.median(image[inside], axis=0) for name, image in images.items()}
    offset = middle["black"]
    gain = np.stack([middle[name] - offset for name in ("red", "green", "blue")], axis=1)
    span = middle["white"] - offset
    tone = Tone(offset, gain, inside, unit, integer)
    # a level of 255, and a whole number of what is returned: what rounding on the way can make
    near = np.maximum(abs(span) / 255, 1.0 if integer else 0.0)
    expected = offset + span * (COLOURS["grey"][0] / 255)
    if (abs(span) <= 256 * unit * abs(offset)).any():
        return Tone(offset, gain, inside, unit, integer, "a channel does not depend on the image")
    if (abs(gain.sum(axis=1) - span) > 3 * near).any():
        return Tone(offset, gain, inside, unit, integer, "colours do not add up")
    if (abs(middle["grey"] - expected) > near).any():
        return Tone(
            offset, gain, inside, unit, integer, "grey does not lie between black and white"
        )
    return tone


def same_scale(one: Tone, other: Tone) -> bool:
    """Whether two affine steps are one, within their roundings. Channels are compared as they come."""
    if one.offset.shape != other.offset.shape:
        return False
    ends = ((one.offset, other.offset), (one.offset + one.span, other.offset + other.span))
    for a, b in ends:
        largest = np.maximum(abs(a), abs(b)) + np.maximum(abs(one.offset), abs(other.offset))
        unit = max(one.unit_roundoff, other.unit_roundoff)
        if (abs(a - b) > 2 * ROUNDINGS * unit * largest).any():
            return False
    return True
