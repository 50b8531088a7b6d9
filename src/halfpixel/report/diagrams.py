"""Drawings of where output pixels sample, as SVG written by hand: lines, boxes and numbers.

One style sheet has the colours of light and dark pages. A drawing of a few pixels is as wide as a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from .sampling import Sampling

_HALF = Fraction(1, 2)

# pixels of the drawing; some beside the image are for coordinates beyond its last pixel
_LEFT, _RIGHT, _TOP = 52, 20, 30
_SMALLEST_IMAGE, _CELL = 336, 42  # the image's width, and the smallest width of a pixel of it
_ROW = 34  # the height of a row of pixels
_GAP = 84  # between the rows
_SPAN = 9  # between two windows drawn below one another
_PANEL = 34  # between two panels
_ALONG = Fraction(3, 8)  # where the name of a tap stands on its line, from the output

_STYLE = (
    "text{font:12px sans-serif;fill:#222}.m{text-anchor:middle}.t{font-weight:bold}"
    ".b{fill:#fcfcfa}.i{fill:#d0e2f5;stroke:#4a7fb5}.o{fill:#fbe3c8;stroke:#c07a2c}"
    ".s{stroke:#b3261e;stroke-width:1.6}.d{fill:#b3261e}.c{fill:#4a7fb5}.w{stroke:#c07a2c}"
    ".n{stroke:#7b3fb5;stroke-dasharray:3 2}.r{stroke:#b3261e;fill:none;stroke-width:1.4}.q{fill:#666}"
    "@media(prefers-color-scheme:dark){text{fill:#e6e6e6}.b{fill:#1a1c1e}.i{fill:#1f3a57;stroke:#6ea3d8}"
    ".o{fill:#54381a;stroke:#dd9a4d}.s,.r{stroke:#ff7b70}.d{fill:#ff7b70}.c{fill:#6ea3d8}.w{stroke:#e0a45c}"
    ".n{stroke:#b58cf0}.q{fill:#aaa}}"
)


def picture(panels: Sequence[Sampling]) -> str:
    """An axis of a resize at some sizes, one below the other.

    In each, the row above is the input and the row below the output, over the same image. A line goes from
    the middle of every output pixel to where it samples; faint ones go to the pixels that it reads, as
    thick as they weigh, dashed where a weight is negative.
    """
    top = Fraction(_TOP)
    image = _width(max(max(one.n_in, one.n_out) for one in panels))
    lines: list[str] = []
    for one in panels:
        drawn, height = _panel(one, top, image)
        lines += drawn
        top += height + _PANEL
    return _svg(image, top - _PANEL + 4, lines)


def _width(pixels: int) -> int:
    """The image's width, so that a number fits below each of its pixels."""
    return max(_SMALLEST_IMAGE, _CELL * pixels)


def _svg(image: int, height: Fraction | int, lines: Sequence[str]) -> str:
    width = _LEFT + image + _RIGHT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_n(height)}" '
            f'width="{width}" height="{_n(height)}">',
            f"<style>{_STYLE}</style>",
            f'<rect class="b" width="{width}" height="{_n(height)}" rx="6"/>',
            *lines,
            "</svg>",
            "",
        ]
    )


def _panel(one: Sampling, top: Fraction, image: int) -> tuple[list[str], Fraction]:
    """One pair of rows, from ``top`` on; and its height."""
    coordinates, reaches = one.coordinates(), one.reaches()
    levels = _levels(reaches) if one.spreads else []
    below = top + _ROW  # the lower edge of the input
    above = below + _GAP + _SPAN * max(levels, default=0)  # the upper edge of the output
    cell, out = Fraction(image, one.n_in), Fraction(image, one.n_out)

    def x(coordinate: Fraction) -> Fraction:
        return _LEFT + (coordinate + _HALF) * cell

    middles = [_LEFT + (d + _HALF) * out for d in range(one.n_out)]
    lines = [_text(8, top - 12, f"{one.n_in} pixels to {one.n_out}", "t")]
    lines += _row("input", top, cell, one.n_in, "i")
    lines += _row("output", above, out, one.n_out, "o")
    for d, row in enumerate(one.weights()):
        for i, weight in enumerate(row):
            if weight:
                lines.append(_tap(middles[d], above, x(Fraction(i)), below, weight))
    for i in range(one.n_in):
        lines.append(f'<circle class="c" cx="{_n(x(Fraction(i)))}" cy="{_n(below)}" r="3"/>')
    for d, reach in enumerate(reaches if one.spreads else []):
        if reach is not None:
            y = below + 8 + _SPAN * levels[d]
            a, b = (x(side) for side in reach)
            lines.append(
                f'<path class="r" d="M{_n(a + 2)} {_n(y - 3)}v6m0 -3H{_n(b - 2)}m0 -3v6"/>'
            )
    lines.append(_text(8, above + _ROW + 15, "at", "q"))
    for d, at in enumerate(coordinates):
        y = below + 8 + _SPAN * levels[d] if one.spreads else below
        if 0 <= x(at) <= _LEFT + image + _RIGHT:
            lines.append(_line(middles[d], above, x(at), y, 's"'))
            lines.append(f'<circle class="d" cx="{_n(x(at))}" cy="{_n(y)}" r="3.4"/>')
        lines.append(_text(middles[d], above + _ROW + 15, str(at), "m q"))
    return lines, above + _ROW + 20 - top


def _levels(reaches: Sequence[tuple[Fraction, Fraction] | None]) -> list[int]:
    """The first level at which each window does not overlap one before."""
    ends: list[Fraction] = []
    levels = []
    for reach in reaches:
        begin, end = reach or (Fraction(0), Fraction(0))
        level = next((k for k, e in enumerate(ends) if e <= begin), len(ends))
        ends[level : level + 1] = [end]
        levels.append(level)
    return levels


def _row(name: str, top: Fraction, cell: Fraction, n: int, style: str) -> Iterator[str]:
    yield _text(8, top + _ROW / 2 + 4, name)
    for i in range(n):
        left = _LEFT + i * cell
        yield (
            f'<rect class="{style}" x="{_n(left)}" y="{_n(top)}" width="{_n(cell)}" height="{_ROW}"/>'
        )
        yield _text(left + cell / 2, top + Fraction(_ROW, 2) + 4, str(i), "m")


def _tap(x0: Fraction, y0: Fraction, x1: Fraction, y1: Fraction, weight: Fraction) -> str:
    """As thick as the weight is large."""
    style = "w" if weight > 0 else "n"
    width = max(abs(float(weight)) * 9, 0.6)
    return _line(x0, y0, x1, y1, f'{style}" stroke-width="{width:.1f}" stroke-opacity=".35"')


def _line(x0: Fraction, y0: Fraction, x1: Fraction, y1: Fraction, style: str) -> str:
    return f'<path class="{style} d="M{_n(x0)} {_n(y0)}L{_n(x1)} {_n(y1)}"/>'


def _text(x: Fraction | int, y: Fraction | float, text: str, style: str = "") -> str:
    named = f' class="{style}"' if style else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{named}>{text}</text>'


def _n(value: Fraction | float) -> str:
    """A number of the drawing, to a tenth of a pixel."""
    return f"{float(value):.1f}".removesuffix(".0")


def conv_transpose(stride: int, kernel: int, n_in: int) -> str:
    """Which output pixels each input pixel of a transposed convolution reaches, nothing cut off.

    Each output pixel has the number of the taps that reach it.
    """
    n_out = (n_in - 1) * stride + kernel
    image = _width(n_out)
    cell = Fraction(image, n_out)
    top, below = Fraction(_TOP), Fraction(_TOP + _ROW)
    above = below + _GAP
    lines = [_text(8, top - 12, f"{n_in} pixels to {n_out}: stride {stride}, {kernel} taps", "t")]
    lines += [_text(8, top + 21, "input"), *_row("output", above, cell, n_out, "o")]
    for i in range(n_in):
        left = _LEFT + (i * stride + Fraction(kernel - 1, 2)) * cell
        middle = left + cell / 2
        lines.append(
            f'<rect class="i" x="{_n(left)}" y="{_n(top)}" width="{_n(cell)}" height="{_ROW}"/>'
        )
        lines.append(_text(middle, top + 21, str(i), "m"))
        for k in range(kernel):
            to = _LEFT + (i * stride + k + _HALF) * cell
            lines.append(_line(middle, below, to, above, 's"'))
            at = to + (middle - to) * _ALONG
            lines.append(_text(at, above - _GAP * _ALONG + 4, f"w{k}", "m q"))
    for d in range(n_out):
        count = sum(0 <= d - i * stride < kernel for i in range(n_in))
        lines.append(_text(_LEFT + (d + _HALF) * cell, above + _ROW + 15, str(count), "m q"))
    lines.append(_text(8, above + _ROW + 15, "taps", "q"))
    return _svg(image, above + _ROW + 24, lines)
