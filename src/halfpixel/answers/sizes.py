"""Sizes and shapes where there is no image yet."""

from __future__ import annotations

from dataclasses import dataclass

Size = tuple[int, int]


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
