"""Pictures as SVG: the same text for the same numbers, on every machine."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def drawn(size: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """The text of a picture. Needs Matplotlib.

    Args:
        size: width and height in inches.
        draw: draws on the figure that it is given.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "halfpixel", "font.size": 9}):
        figure = Figure(figsize=size, layout="constrained")
        figure.set_canvas(FigureCanvasSVG(figure))
        draw(figure)
        figure.savefig(out, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
