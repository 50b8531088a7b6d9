"""Sizes that are printed as they were written: integers and ratios that remember how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Size = tuple[int, int]


class Symbol(int):
    """A size in pixels whose text stands in the code: an example of what it may be, when that is run."""

    text: str

    def __new__(cls, value: int, text: str) -> Symbol:
        """An integer with a text."""
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def __truediv__(self, other: Any) -> Any:
        return Ratio(int(self) / int(other), f"{_factor(self)} / {_factor(other)}")

    def __rtruediv__(self, other: Any) -> Any:
        return Ratio(int(other) / int(self), f"{_factor(other)} / {_factor(self)}")

    def __floordiv__(self, other: Any) -> Any:
        return Symbol(int(self) // int(other), f"{_factor(self)} // {_factor(other)}")

    def __rfloordiv__(self, other: Any) -> Any:
        return Symbol(int(other) // int(self), f"{_factor(other)} // {_factor(self)}")


class Ratio(float):
    """A ratio of sizes with its text."""

    text: str

    def __new__(cls, value: float, text: str) -> Ratio:
        """A float with a text."""
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def __rmul__(self, other: Any) -> Any:
        return Ratio(other * float(self), f"{other!r} * {self.text}")

    def __sub__(self, other: Any) -> Any:
        return Ratio(float(self) - other, f"{self.text} - {other!r}")


def _factor(value: Any) -> str:
    text = repr(value)
    return f"({text})" if any(sign in text for sign in " ") and not text.startswith("(") else text


@dataclass(frozen=True)
class Image:
    """What stands for an image where only its shape is asked for: (n, c, h, w)."""

    shape: tuple[int, ...]

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def size(self) -> int:
        """The number of its values."""
        n, c, h, w = self.shape
        return n * c * int(h) * int(w)


# Sizes at which answers are looked at that are not told any: ((h, w) in, (h, w) out).
EXAMPLES: tuple[tuple[Size, Size], ...] = (
    ((12, 16), (18, 20)),
    ((24, 32), (18, 20)),
    ((12, 16), (24, 48)),
    ((24, 48), (12, 16)),
    ((12, 16), (24, 32)),
    ((24, 32), (12, 16)),
    ((12, 16), (12, 20)),
)
