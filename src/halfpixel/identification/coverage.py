"""Which regimes of sizes were looked at: nothing is said of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..numerics.equivalence import REGIMES
from .adapter import Size
from .probes import Answer, Pair

EVERY = "at every size"
_MUCH = 4


def _grows(*axes: Pair) -> bool:
    return all(m >= n for n, m in axes) and any(m > n for n, m in axes)


def _shrinks(*axes: Pair) -> bool:
    return all(m <= n for n, m in axes) and any(m < n for n, m in axes)


def _mixes(*axes: Pair) -> bool:
    return any(m > n for n, m in axes) and any(m < n for n, m in axes)


def _shrinks_much(*axes: Pair) -> bool:
    return any(n > _MUCH * m for n, m in axes)


# what can be seen of the sizes of both axes; "at every size" takes all of the first three
KINDS: Mapping[str, Callable[..., bool]] = {
    "enlarging": _grows,
    "shrinking": _shrinks,
    "one axis of each": _mixes,
    "shrinking by more than 4": _shrinks_much,
}
_ALL = ("enlarging", "shrinking", "one axis of each")


@dataclass(frozen=True)
class Seen:
    """What was looked at.

    Attributes:
        kinds: of :data:`KINDS`.
        scope: the narrowest regime that all of it lies in.
        smallest, largest: images, (h, w).
        channels: of the images.
    """

    kinds: tuple[str, ...]
    scope: str
    smallest: Size
    largest: Size
    channels: int

    @property
    def everything(self) -> bool:
        """Whether images were enlarged, shrunk, and both at once."""
        return set(_ALL) <= set(self.kinds)

    @property
    def regime(self) -> str:
        """Where that which all answers follow is known to be followed."""
        return EVERY if self.everything else self.scope

    @property
    def where(self) -> str:
        """The same, for people: of nothing else was anything seen."""
        if self.everything:
            return EVERY
        if self.scope != EVERY:
            return self.scope
        return " and ".join(kind for kind in _ALL if kind in self.kinds) or "at an unchanged size"

    @property
    def words(self) -> str:
        kinds = ", ".join(self.kinds) or "an unchanged size"
        only = "" if self.everything else " only"
        exact = (
            f" ({self.scope})"
            if not self.everything and self.scope not in (EVERY, *self.kinds)
            else ""
        )
        smallest, largest = ("x".join(map(str, size)) for size in (self.smallest, self.largest))
        channels = f"{self.channels} channel{'s' * (self.channels > 1)}"
        return f"looked at: {kinds}{only}{exact}; images of {smallest} to {largest}, {channels}"


def seen(answers: Iterable[Answer]) -> Seen:
    """What was looked at, of answers with a result."""
    known = [answer for answer in answers if answer.y is not None]
    pairs = [answer.axes for answer in known]
    changed = [axes for axes in pairs if any(n != m for n, m in axes)] or pairs
    kinds = tuple(kind for kind, holds in KINDS.items() if any(holds(*axes) for axes in pairs))
    holding = [
        name for name, holds in REGIMES.items() if all(holds(*p) for ax in changed for p in ax)
    ]
    sizes = sorted((answer.n_in for answer in known), key=lambda size: (size[0] * size[1], size))
    return Seen(kinds, holding[-1], sizes[0], sizes[-1], known[0].x.shape[1])
