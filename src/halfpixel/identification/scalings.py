"""What functions make of a factor: at which scales they sample, beside the size that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..frameworks import factors
from ..operators.request import Scales
from .adapter import Size


@dataclass(frozen=True)
class Scaling:
    """How the scales at which a function samples follow from a factor.

    Attributes:
        words: what they are.
        scales: from the image's sizes before and after and the factors along H and W.
        but: where they are something else; empty for nowhere.
    """

    words: str
    scales: Callable[[Size, Size, tuple[float, float]], Scales]
    but: str = ""

    @property
    def by_factor(self) -> bool:
        """Whether the factor, and not the sizes alone, says where it samples."""
        return self.scales is not factors.of_sizes


BY_SIZES = Scaling("the ratio of the sizes", factors.of_sizes)
# the simplest first: of those that fit all probes the first is said
BY_FACTOR = (
    Scaling("the factor", factors.given),
    Scaling(
        "the factor", factors.copied_image, "an image whose size comes out unchanged is copied"
    ),
    Scaling("the factor", factors.copied_axes, "an axis whose size comes out unchanged is copied"),
    Scaling(
        "the factor",
        factors.copied_and_doubled_axes,
        "an axis whose size comes out unchanged or doubled is copied or doubled, in an output of at most "
        "128 rows plus columns",
    ),
)
