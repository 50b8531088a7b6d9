"""How far two outputs are apart: in levels of 255 or relative, how many values, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .. import documents
from ..arrays import AnyArray
from .function import Float

Unit = Literal["levels", "relative"]
_WIDEST = 8  # pixels from the border that are still called the border


@dataclass(frozen=True)
class Difference:
    """The distance of two images of one shape.

    Attributes:
        unit: ``levels`` of 255, or ``relative`` to the largest absolute value of both.
        max, mean: of the absolute differences; infinite where one is NaN or infinite and the other is not.
        share: of the values that differ at all, 0 to 1.
        at: (row, column, channel) of the largest.
        values: of both images there, in the unit.
        where: which pixels and channels differ, in words.
        rounding: what is left unsaid of values that are equal but for rounding, in the unit.
        bound: what rounding explains, the largest over all values; None where it is not known.
        within: every value is within its own bound.
    """

    unit: Unit
    max: float
    mean: float
    share: float
    at: tuple[int, int, int]
    values: tuple[float, float]
    where: str
    rounding: float
    bound: float | None = None
    within: bool = False

    @property
    def equal(self) -> bool:
        """Whether all values are equal."""
        return self.share == 0

    def json(self) -> documents.ImageDifference:
        """For a program; JSON has no infinity, which is null."""
        finite = np.isfinite(self.max)
        return {
            "unit": self.unit,
            "max": self.max if finite else None,
            "mean": self.mean if finite else None,
            "share": self.share,
            "at": list(self.at),
            "values": [value if np.isfinite(value) else None for value in self.values],
            "where": self.where,
            "error_bound": self.bound,
            "within_error_bound": self.within,
        }


def difference(
    a: Float,
    b: Float,
    unit: Unit,
    rounding: float = 0.0,
    channels: str = "",
    bound: Float | None = None,
) -> Difference:
    """The distance of two images, (H, W, C), both in the unit.

    Args:
        a, b: levels; or, if the unit is ``relative``, values as they were returned.
        unit: of the answer.
        rounding: how far equal values may be apart by rounding alone, in the unit.
        channels: a letter for each channel, for the words.
        bound: how far each value may be off by rounding; in levels.
    """
    with np.errstate(invalid="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, abs(a - b))
    apart = np.where(np.isnan(apart), np.inf, apart)
    scale = 1.0
    if unit == "relative":
        finite = np.concatenate([abs(a[np.isfinite(a)]), abs(b[np.isfinite(b)])])
        scale = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    row, column, channel = (int(i) for i in np.unravel_index(np.argmax(apart), apart.shape))
    return Difference(
        unit=unit,
        max=float(apart.max()) / scale,
        mean=float(apart.mean()) / scale,
        share=float(np.mean(~same)),
        at=(row, column, channel),
        values=(float(a[row, column, channel]), float(b[row, column, channel])),
        where=_where(apart, rounding * scale, channels),
        rounding=rounding,
        bound=None if bound is None else float(bound.max()),
        within=bool(same.all()) if bound is None else bool((apart <= bound).all()),
    )


def _where(apart: AnyArray, rounding: float, channels: str) -> str:
    """Which pixels and channels differ, by more than rounding if any does."""
    largest = apart.max()
    if largest == 0:
        return "nowhere"
    off = np.asarray(apart > (rounding if largest > rounding else 0))
    pixels, planes = np.asarray(off.any(axis=2)), np.flatnonzero(off.any(axis=(0, 1)))
    words = _region(pixels)
    names = channels if len(channels) == off.shape[2] else ""
    if len(planes) < off.shape[2]:
        which = [names[k] if names else str(k) for k in planes]
        words += f", channel{'s' if len(which) > 1 else ''} {', '.join(which)} only"
    return words


def _region(pixels: AnyArray) -> str:
    h, w = pixels.shape
    if int(pixels.sum()) == 1:
        row, column = np.argwhere(pixels)[0]
        return f"at row {row}, column {column} only"
    for width in range(1, min(_WIDEST, h // 4, w // 4) + 1):
        if not pixels[width:-width, width:-width].any():
            return "at the border only: " + (
                "the outermost pixels" if width == 1 else f"within {width} pixels of it"
            )
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    part = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    if part >= 0.75 * h * w:
        return "everywhere" if pixels.mean() > 0.5 else "all over the image"
    return f"in {_span('rows', rows)}, {_span('columns', columns)}"


def _span(name: str, lines: Sequence[int] | AnyArray) -> str:
    return f"{name} {lines[0]} to {lines[-1]}"
