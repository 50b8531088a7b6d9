"""Where the pixels of a result sample along an axis: ramps, in pieces that fit into what a dtype holds.

An image whose pixels say where they are cannot be given in 8 bits. Pieces of it can, and add up to it; each
channel shows a piece of its own, where one that comes out copies it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import Array


def sampled(
    run: Callable[[Array], Array],
    n: int,
    channels: int,
    copies: Sequence[int],
    *,
    low: float,
    step: float,
    rise: float,
) -> Array:
    """Which input pixels the output pixels of an axis sample, ``(n_out,)``; the first pixel's middle is 0.

    Args:
        run: from the values of the channels along the axis, ``(channels, n)``, to what comes of them along
            it, ``(channels of the result, n_out)``, with the affine step undone.
        n: pixels of the axis.
        channels: of the image.
        copies: for each channel of the image one of the result that copies it; empty if one of them comes
            out nowhere: all of them then show one piece, and the mean of the result is taken.
        low: the value where a piece begins.
        step: from one pixel to the next.
        rise: of a piece; what is beyond it is margin, so that no kernel overshoots what integers hold.
    """
    at_once = max(len(copies), 1)
    places, begins = np.arange(n, dtype=np.float64), np.arange(0, max(n - 1, 1), rise / step)
    total: Array | float = 0.0
    for first in range(0, len(begins), at_once):
        shown = begins[first : first + at_once]
        pieces = np.resize(shown, channels)
        lines = run(low + step * np.clip(places - pieces[:, None], 0, rise / step))
        each = lines[list(copies[: len(shown)])] if copies else lines.mean(axis=0)[None]
        total = total + ((each - low) / step).sum(axis=0)
    return np.asarray(total)
