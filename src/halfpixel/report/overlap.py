"""The picture of checkerboards: how many taps reach each pixel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array
from ..operators import ConvTranspose, Resize
from .drawing import EDGE, drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURE = "overlap.svg"
SHOWN = 8  # pixels of each map, from its start


def _ones(kernel: int, convention: ConvTranspose) -> Array:
    counts = convention.apply(np.ones((1, 1, 8, 8)), np.ones((1, 1, kernel, kernel)))
    return np.asarray(counts[0, 0])


def maps() -> Iterator[tuple[str, Array]]:
    """Each map with its title, float64 (8, 8)."""
    for kernel, stride in ((3, 2), (4, 2), (5, 3), (6, 3)):
        counts = _ones(kernel, ConvTranspose(strides=(stride, stride)))
        yield f"transposed convolution\n{kernel} taps, stride {stride}", counts[:SHOWN, :SHOWN]
    same = ConvTranspose(strides=(2, 2), pads=(0, 0, 1, 1))
    yield "gradient of a convolution\nSAME, 3 taps, stride 2", _ones(3, same)[:SHOWN, :SHOWN]
    twice = Resize(mode="nearest").apply(np.ones((1, 1, 8, 8)), (16, 16))
    after = ConvTranspose(pads=(1, 1, 1, 1)).apply(twice, np.ones((1, 1, 3, 3)))[0, 0]
    yield "nearest, twice the size,\nthen a convolution of 3 taps", after[:SHOWN, :SHOWN]


def picture() -> str:
    """docs/pictures/overlap.svg; always the same text. Needs Matplotlib."""

    def draw(figure: Figure) -> None:
        for axis, (title, counts) in zip(figure.subplots(3, 2).flat, maps(), strict=True):
            axis.pcolormesh(counts[::-1], cmap="Blues", vmin=0, vmax=9, edgecolors=EDGE)
            axis.set_title(title, fontsize=8)
            axis.set(aspect="equal", xticks=[], yticks=[])
            for (row, column), count in np.ndenumerate(counts[::-1]):
                colour = "#fefefe" if count > 5 else "#010101"  # as the cells, on every page
                axis.text(
                    column + 0.5, row + 0.5, f"{count:.0f}", color=colour, ha="center", va="center"
                )

    return drawn((3.9, 6.6), draw)
