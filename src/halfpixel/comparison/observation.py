"""What is looked at: two functions on one image, and what either makes of a size in a dtype."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..identification.adapter import Size
from ..identification.candidates import Candidate, candidates, loosest
from ..numerics.error_model import UNIT_ROUNDOFF
from . import matching, value_range, window
from .difference import Difference, Unit, difference
from .function import Float, Function, Output, Raised
from .images import Probe
from .matching import Following
from .value_range import Tone
from .window import Window


@dataclass(frozen=True)
class Setting:
    """In what images are given.

    Attributes:
        size: (h, w).
        dtype: uint8 or float32.
        white: what white is in a float image.
    """

    size: Size
    dtype: str
    white: float

    def __str__(self) -> str:
        words = f"{self.size[0]}×{self.size[1]} {self.dtype}"
        return words if self.dtype == "uint8" else f"{words} in 0..{self.white:g}"


@dataclass
class Known:
    """What was found of a function in other settings, and is tried first.

    Attributes:
        conventions: that it follows.
        tones: what it makes of colours, by dtype and white.
    """

    conventions: list[Candidate] = field(default_factory=list)
    tones: dict[tuple[str, float], Tone] = field(default_factory=dict)


class Measured:
    """A function in a setting: its tone, window and convention, each measured once, when it is asked for.

    Args:
        function, setting: as they are.
        known: of other settings; what is found here is added.
    """

    def __init__(self, function: Function, setting: Setting, known: Known) -> None:
        self.function, self.setting, self.known = function, setting, known

    def at(self, setting: Setting) -> Measured:
        """The same function in another setting, by the scale that was found in this one; with no bound."""
        other = Measured(self.function, setting, self.known)
        other.__dict__.update(
            tone=self.tone, window=None, following=None
        )  # as if they were measured
        return other

    @functools.cached_property
    def tone(self) -> Tone | None:
        """What becomes of colours; None where the function raises on them."""
        s = self.setting
        like = self.known.tones.get((s.dtype, s.white))
        try:
            tone = value_range.measured(self.function, s.size, s.dtype, s.white, like)
        except Raised:
            return None
        self.known.tones.setdefault((s.dtype, s.white), tone)
        return tone

    @functools.cached_property
    def window(self) -> Window | None:
        """Which part of the image is shown; None where that cannot be told."""
        s = self.setting
        if self.tone is None or not self.tone.affine:
            return None
        try:
            return window.measured(self.function, self.tone, s.size, s.dtype, s.white)
        except Raised:
            return None

    @functools.cached_property
    def following(self) -> Following | None:
        """What its resize follows, of all that is known; None if it is nothing."""
        following = self._following(candidates())
        if following is not None:
            new = (one for one in following.candidates[:1] if one not in self.known.conventions)
            self.known.conventions.extend(new)
        return following

    def follow(self, among: Sequence[Candidate]) -> set[Candidate]:
        """Those of some conventions that its resize can be following."""
        known = self.__dict__.get("following")
        following = known if known is not None else self._following(among)
        fitting = (
            {c for _, each in following.ways for c in each} if following is not None else set()
        )
        return fitting & {*among}

    @functools.cached_property
    def _bounding(self) -> Following | None:
        """A convention that it follows, whose bound holds: any will do."""
        likely = self.known.conventions
        following = self._following(likely) if likely else None
        return following if following is not None else self.following

    def _following(self, among: Sequence[Candidate]) -> Following | None:
        s = self.setting
        if self.tone is None or self.window is None:
            return None
        try:
            return matching.following(
                self.function, self.tone, self.window, s.size, s.dtype, s.white, among
            )
        except Raised:
            return None

    def levels(self, image: Float) -> Float | None:
        """An output in levels of 255, channels in the input's order; None where there is no scale."""
        if self.tone is None or not self.tone.affine:
            return None
        return self.tone.aligned(self.tone.levels(image))

    def bound(self, pixels: Float, image: Float) -> Float | None:
        """How far each value of an output may be off by rounding alone, in levels; None if that is not known.

        Args:
            pixels: the image that was given, (H, W, 3), levels.
            image: the output, (H, W, C).
        """
        follows = self._bounding
        if follows is None or follows.rounded or self.tone is None or self.window is None:
            return None
        if self.tone.order is None:
            return None
        rows, columns = self.window.axes
        whole = np.zeros(image.shape)
        inner = matching.bound(follows, pixels)[..., list(self.tone.order)]
        whole[rows.first : rows.last, columns.first : columns.last] = inner
        return np.asarray(whole + self.tone.rounding)


def explained(a: Measured, b: Measured) -> float:
    """How far two values may be apart that are equal but for roundings: of float32 on the way (coordinates,
    by which a value moves by at most the range a pixel, weights and sums, along both axes), of both scales,
    and, where one returns integers and the other does not, a whole number. In levels; where a scale is not
    known, relative to the largest value."""
    coordinate, value = loosest()
    each = [coordinate * sum(side.setting.size) + 2 * value for side in (a, b)]
    on_the_way = sum(each) * UNIT_ROUNDOFF["float32"]
    if a.tone is None or b.tone is None or not (a.tone.affine and b.tone.affine):
        return on_the_way
    scales = float(a.tone.rounding.max() + b.tone.rounding.max())
    apart = a.tone.integer != b.tone.integer
    unit = max(a.tone.unit_levels.max(), b.tone.unit_levels.max()) if apart else 0.0
    return 255 * on_the_way + scales + float(unit)


@dataclass(frozen=True, eq=False)
class Look:
    """Two functions on one image.

    Attributes:
        probe: the image.
        a, b: what they returned.
        bitwise: shape, layout, dtype and all bits are equal.
        difference: of what was returned, as it was; None where shapes differ.
        levels: both outputs in levels of 255, channels in the input's order; None where shapes differ, or one
            has no scale.
    """

    probe: Probe
    a: Output
    b: Output
    bitwise: bool
    difference: Difference | None
    levels: tuple[Float, Float] | None

    @property
    def setting(self) -> Setting:
        """Size and dtype."""
        return Setting(self.probe.size, self.probe.dtype, self.probe.white)


def look(probe: Probe, a: Measured, b: Measured) -> Look:
    """Both functions on an image.

    Raises:
        Raised: one of them raised.
    """
    one, other = a.function(probe.array), b.function(probe.array)
    same_type = one.layout == other.layout and one.dtype == other.dtype
    bitwise = same_type and one.array.tobytes() == other.array.tobytes()
    bitwise = bitwise and one.array.shape == other.array.shape
    levels = a.levels(one.image), b.levels(other.image)
    whole = levels[0] is not None and levels[1] is not None and levels[0].shape == levels[1].shape
    return Look(
        probe,
        one,
        other,
        bitwise,
        _difference(probe, a, b, one, other),
        levels if whole else None,  # type: ignore[arg-type]
    )


def _difference(
    probe: Probe, a: Measured, b: Measured, one: Output, other: Output
) -> Difference | None:
    x, y = one.image, other.image
    if x.shape != y.shape:
        return None
    unit: Unit = "levels" if a.tone is not None and a.tone.affine else "relative"
    rounding = explained(a, b)
    if np.array_equal(x, y, equal_nan=True) or unit == "relative" or a.tone is None:
        return difference(x, y, unit, rounding)
    # both by the scale of A: two scales are two results
    levels = a.tone.levels(x), a.tone.levels(y)
    bound = None
    if abs(levels[0] - levels[1]).max() <= matching.WIDEST_BOUND:
        bounds = [side.bound(levels_of(probe), x) for side in (a, b)]
        bound = None if bounds[0] is None or bounds[1] is None else bounds[0] + bounds[1]
    return difference(*levels, unit, rounding, a.tone.channels, bound)


def levels_of(probe: Probe) -> Float:
    """The image that was given, in levels of 255."""
    unit = 1.0 if probe.dtype == "uint8" else 255 / probe.white
    return np.asarray(probe.array, np.float64) * unit
