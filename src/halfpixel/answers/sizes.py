"""Sizes where there is no image yet."""

from __future__ import annotations

Size = tuple[int, int]


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
