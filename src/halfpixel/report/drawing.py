"""Plots by Matplotlib as SVG, for light and dark pages: the same text for the same numbers everywhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, GRID, EDGE = "#222222", "#dddddd", "#ffffff"
# on a dark page, by what a colour is used for and the colour on a light one; others stay as they are
DARK = {
    f"fill: {INK}": "#e6e6e6",
    f"stroke: {INK}": "#e6e6e6",
    f"stroke: {GRID}": "#3a3d40",
    f"stroke: {EDGE}": "#131416",
    "fill: #c2410c": "#ff9466",
    "stroke: #c2410c": "#ff9466",
    "fill: #92690a": "#f2c14e",
    "stroke: #92690a": "#f2c14e",
    "fill: #1864ab": "#6cb2f5",
    "stroke: #1864ab": "#6cb2f5",
    "fill: #5f3dc4": "#b49df5",
    "stroke: #5f3dc4": "#b49df5",
    "fill: #2b8a3e": "#69db7c",
    "stroke: #2b8a3e": "#69db7c",
    "fill: #5c7a29": "#a9d15f",
    "stroke: #5c7a29": "#a9d15f",
    "fill: #a61e4d": "#f783ac",
    "stroke: #a61e4d": "#f783ac",
    "fill: #666666": "#aaaaaa",
    "stroke: #666666": "#aaaaaa",
}


def drawn(size: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """The text of a plot, which has no background. Needs Matplotlib.

    Args:
        size: width and height in inches.
        draw: draws on the figure that it is given.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    coloured = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "halfpixel",
        "font.size": 9,
        "axes.facecolor": "none",
        **dict.fromkeys(coloured, INK),
    }
    out = io.StringIO()
    with rc_context(settings):
        figure = Figure(figsize=size, layout="constrained", facecolor="none")
        figure.set_canvas(FigureCanvasSVG(figure))
        draw(figure)
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue().replace("</style>", f"{_dark(out.getvalue())}</style>", 1)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _dark(text: str) -> str:
    """The style sheet of a dark page: Matplotlib has the colours in style attributes."""
    rules = [
        f'[style*="{used}"]{{{used.split(":")[0]}:{dark}!important}}'
        for used, dark in DARK.items()
        if used in text
    ]
    return f"@media(prefers-color-scheme:dark){{{''.join(rules)}}}"
