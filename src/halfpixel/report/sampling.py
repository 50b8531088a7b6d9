"""The coordinates and weights of each output pixel, as numbers and as a drawing for a terminal."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .. import documents
from ..catalogue.rules import words
from ..operators import Resize
from ..operators.resize import Factor, decimal

_HALF = Fraction(1, 2)
# rows of a long matrix that are shown, at the start and at the end
_FIRST, _LAST = 24, 8
# minimum and maximum columns of a pixel in the drawing
_CELL, _WIDEST_CELL = 4, 18
# lines of numbers below the marks
_STACKED = 3
_ASCII = str.maketrans("┌┬┐└┴┘─│·▲├┤", "++++++-|*^||")

# the coordinate at which output pixel d samples; s is the scale, input pixels per output pixel
PLACES = {
    "half_pixel": "(d + 1/2)·s - 1/2, s = n_in / n_out",
    "half_pixel_symmetric": "(d + 1/2 - n_out / 2)·s + n_in / 2 - 1/2, s = n_in / n_out",
    "pytorch_half_pixel": "(d + 1/2)·s - 1/2, s = n_in / n_out; at 0 if n_out is 1",
    "tf_half_pixel_for_nn": "(d + 1/2)·s, s = n_in / n_out",
    "asymmetric": "d·s, s = n_in / n_out",
    "align_corners": "d·s, s = (n_in - 1) / (n_out - 1); at 0 if n_out is 1",
    "tf_crop_and_resize": "d·s, s = (n_in - 1) / (n_out - 1); the middle if n_out is 1",
    "half_pixel_align_corners": "(d + 1/2)·s - 1/2, s = (n_in - 1) / (n_out - 1); as half_pixel if n_in "
    "or n_out is 1",
    "pytorch_half_pixel_align_corners": "(d + 1/2)·s - 1/2, s = (n_in - 1) / (n_out - 1); at -1/2 where "
    "n_out is 1",
}
_PYRAMID = "2·d going down, d / 2 going up"
_PART = (
    "start·(n_in - 1) + d·s, s = (end - start)·(n_in - 1) / (n_out - 1); the middle if n_out is 1"
)


def coordinate_formula(convention: Resize) -> str:
    """The formula of the coordinate at which output pixel ``d`` samples."""
    if convention.mode == "pyramid":
        return _PYRAMID
    return _PART if convention.roi else PLACES[str(convention.coordinate_transformation_mode)]


@dataclass(frozen=True)
class Sampling:
    """One axis of a resize.

    Attributes:
        convention: of one axis.
        n_in, n_out: pixels.
        factor: output pixels an input pixel, or None.
    """

    convention: Resize
    n_in: int
    n_out: int
    factor: Factor | None = None

    @property
    def rational(self) -> bool:
        """Whether weights are fractions; if not, they are printed as decimals."""
        return not self.convention.kernel.irrational

    @property
    def spreads(self) -> bool:
        """Whether a pixel reads a window, or the range of a widened kernel."""
        widened = self.convention.antialias and self.n_in > self.n_out
        return self.convention.kernel.ranged or widened

    def coordinates(self) -> list[Fraction]:
        """The coordinate of each output pixel, in input pixels; 0 is the centre of the first one."""
        return list(self.convention.coordinates(self.n_in, self.n_out, self.factor))

    def weights(self) -> list[list[Fraction]]:
        """A row for each output pixel."""
        matrix: list[list[Fraction]] = self.convention.weights(
            self.n_in, self.n_out, self.factor
        ).tolist()
        return matrix

    def reaches(self) -> list[tuple[Fraction, Fraction] | None]:
        """The range of the input that each output pixel reads: for ``area`` its window inside the image,
        otherwise the pixels with a nonzero weight. None if nothing is read."""
        half = self.convention.scale(self.n_in, self.n_out, self.factor) / 2
        window = self.convention.mode == "area"
        return [
            _pixels(row, (at - half, at + half) if window else None)
            for at, row in zip(self.coordinates(), self.weights(), strict=True)
        ]

    def number(self, weight: Fraction) -> str:
        """A weight as text."""
        if weight == 0:
            return "."
        return str(weight) if self.rational else f"{float(weight):.6f}"

    def json(self) -> documents.Sampling:
        """Everything; fractions as ``"p/q"``, what is irrational as the nearest float."""
        rows = self.weights()
        return {
            "schema": documents.SCHEMA,
            "convention": self.convention.json(),
            "n_in": self.n_in,
            "n_out": self.n_out,
            "factor": None if self.factor is None else decimal(Fraction(str(self.factor))),
            "coordinates": [str(at) for at in self.coordinates()],
            "weights": [[str(w) for w in row] for row in rows]
            if self.rational
            else [[float(w) for w in row] for row in rows],
        }


def _pixels(
    row: Sequence[Fraction], window: tuple[Fraction, Fraction] | None
) -> tuple[Fraction, Fraction] | None:
    read = [i for i, weight in enumerate(row) if weight]
    if not read:
        return None
    begin, end = read[0] - _HALF, read[-1] + _HALF
    return (max(begin, window[0]), min(end, window[1])) if window else (begin, end)


# ---------------------------------------------------------------------------- for a terminal


def text(sampling: Sampling, width: int, *, unicode: bool = True) -> str:
    """The drawing and the matrix.

    Args:
        width: columns of the terminal.
        unicode: draw with box characters; if not, with those of ASCII.
    """
    one = sampling
    by = "" if one.factor is None else f" by a factor of {one.factor}"
    title = f"{words(one.convention)}: {one.n_in} pixel{'s' * (one.n_in > 1)} to {one.n_out}{by}"
    formula = f"output pixel d samples at {coordinate_formula(one.convention)}"
    lines = [title, formula, "", *_drawing(one, width), "", *matrix(one, width)]
    drawn = "\n".join(line.rstrip() for line in lines)
    return drawn if unicode else drawn.translate(_ASCII).replace("…", "...")


def _drawing(one: Sampling, width: int) -> Iterator[str]:
    """Input pixels as cells, the coordinates below them, and output pixels as cells of the same image."""
    margin = "  in   "
    room = width - len(margin) - 1
    coordinates = one.coordinates()
    cell = _cell(one, room)
    shown = min(one.n_in, (room - 1) // cell)
    columns = shown * cell

    def column(at: Fraction) -> int:
        return round((at + _HALF) * cell)

    # coordinates just beyond the last pixel have room beside it
    end = min(room - 1, columns + cell // 2) if shown == one.n_in else columns
    drawn = [d for d in range(one.n_out) if 0 <= column(coordinates[d]) <= end]
    middles = {column(Fraction(i)) for i in range(shown)}
    yield " " * len(margin) + _labels({column(Fraction(i)): str(i) for i in range(shown)})
    yield " " * len(margin) + _edge(range(0, columns + 1, cell), "┌┬┐")
    walls = set(range(0, columns + 1, cell))
    yield margin + "".join(
        "│" if k in walls else "·" if k in middles else " " for k in range(columns + 1)
    )
    yield " " * len(margin) + _edge(range(0, columns + 1, cell), "└┴┘")
    if one.spreads:
        yield from _spans(one, drawn, end, column)
    else:
        yield " " * len(margin) + _marks({column(coordinates[d]) for d in drawn}, end)
        stacked = list(_stacked({d: column(coordinates[d]) for d in drawn}))
        for line in stacked[:_STACKED]:
            yield " " * len(margin) + line
        if len(stacked) > _STACKED:
            yield "  more output pixels share these marks; see the matrix below"
    if shown == one.n_in:
        yield from _outputs(one, cell, len(margin))
    left_out = [d for d in range(one.n_out) if d not in drawn]
    if shown < one.n_in:
        yield f"  the first {shown} of {one.n_in} input pixels; the matrix below is complete"
    elif left_out:
        outside = f"outside the image: output {', '.join(map(str, left_out))}"
        yield "  " + textwrap.shorten(outside, width - 2, placeholder=" …")


def _cell(one: Sampling, room: int) -> int:
    """The width of a pixel in columns: even, so that it has a centre, and if possible such that output
    pixels are whole columns wide, too."""
    widest = max(min((room - 1) // one.n_in, _WIDEST_CELL), _CELL)
    cells = [cell for cell in range(widest, _CELL - 1, -1) if cell % 2 == 0]
    apart = max(len(str(one.n_in)), len(str(one.n_out))) + 1
    whole = [
        c for c in cells if c * one.n_in % one.n_out == 0 and c * one.n_in >= apart * one.n_out
    ]
    return (whole or cells)[0]


def _outputs(one: Sampling, cell: int, margin: int) -> Iterator[str]:
    """The output pixels over the same image, if there is room."""
    columns = one.n_in * cell
    edges = [round(Fraction(columns * d, one.n_out)) for d in range(one.n_out + 1)]
    if min(b - a for a, b in itertools.pairwise(edges)) < len(str(one.n_out - 1)) + 1:
        return
    middles = {(a + b) // 2: str(d) for d, (a, b) in enumerate(itertools.pairwise(edges))}
    inside = [" "] * (columns + 1)
    for edge in edges:
        inside[edge] = "│"
    for at, label in middles.items():
        start = at - (len(label) - 1) // 2
        inside[start : start + len(label)] = label
    yield " " * margin + _edge(edges, "┌┬┐")
    yield "  out  " + "".join(inside)
    yield " " * margin + _edge(edges, "└┴┘")


def _spans(
    one: Sampling, drawn: Sequence[int], columns: int, column: Callable[[Fraction], int]
) -> Iterator[str]:
    """A line for each output pixel: its range and its coordinate."""
    reaches, coordinates = one.reaches(), one.coordinates()
    shown = drawn if len(drawn) <= _FIRST else drawn[:_FIRST]
    for d in shown:
        reach = reaches[d]
        line = [" "] * (columns + 1)
        if reach is not None:
            begin, end = (min(max(column(side), 0), columns) for side in reach)
            line[begin : end + 1] = ["├", *"─" * (end - begin - 1), "┤"][: end - begin + 1]
        line[column(coordinates[d])] = "▲"
        yield f"{d:>5}  " + "".join(line)
    if len(shown) < len(drawn):
        yield f"  outputs {shown[-1] + 1} to {drawn[-1]} not shown"


def _edge(edges: Sequence[int], corners: str) -> str:
    first, between, last = list(corners)
    line = ["─"] * (edges[-1] + 1)
    for edge in edges:
        line[edge] = between
    line[0], line[-1] = first, last
    return "".join(line)


def _marks(at: set[int], columns: int) -> str:
    return "".join("▲" if k in at else " " for k in range(columns + 1))


def _labels(labels: dict[int, str]) -> str:
    line = ""
    for at, label in sorted(labels.items()):
        start = max(at - (len(label) - 1) // 2, 0)
        if start >= len(line) + bool(line):
            line = line.ljust(start) + label
    return line


def _stacked(labels: dict[int, int]) -> Iterator[str]:
    """The indices of the output pixels below their marks, on as many lines as needed."""
    left = dict(labels)
    while left:
        line, placed = "", []
        for d, at in sorted(left.items(), key=lambda item: (item[1], item[0])):
            start = max(at - (len(str(d)) - 1) // 2, 0)
            if start >= len(line) + bool(line):
                line = line.ljust(start) + str(d)
                placed.append(d)
        for d in placed:
            del left[d]
        yield line


def matrix(one: Sampling, width: int) -> Iterator[str]:
    """The coordinate of each output pixel, and its weights."""
    rows, coordinates = one.weights(), one.coordinates()
    shown = range(one.n_out)
    kept = [d for d in shown if one.n_out <= _FIRST + _LAST or d < _FIRST or d >= one.n_out - _LAST]
    at = [str(p) for p in coordinates]
    first = max(len(str(one.n_out - 1)), 3), max(map(len, [*at, "at"]))
    cells = [[one.number(w) for w in row] for row in rows]
    wide = [max(len(str(i)), *(len(cells[d][i]) for d in kept)) for i in range(one.n_in)]
    dense = sum(first) + 6 + sum(w + 2 for w in wide) <= width
    head = "  ".join(str(i).rjust(w) for i, w in enumerate(wide)) if dense else "weights"
    yield f"  {'d':>{first[0]}}  {'at':>{first[1]}}  {head}"
    before = -1
    for d in kept:
        if d != before + 1:
            yield f"  … rows {before + 1} to {d - 1} not shown; use --format json for all rows"
        before = d
        weights = (
            "  ".join(cell.rjust(w) for cell, w in zip(cells[d], wide, strict=True))
            if dense
            else _sparse(cells[d], width - sum(first) - 6)
        )
        yield f"  {d:>{first[0]}}  {at[d]:>{first[1]}}  {weights}"
    if one.convention.extrapolates and any(not any(row) for row in rows):
        value = one.convention.extrapolation_value or 0
        yield f"  a row without weights samples outside the image; its value is {value}"


def _sparse(cells: Sequence[str], room: int) -> str:
    """The taps of a row, from the first nonzero weight to the last."""
    read = [i for i, cell in enumerate(cells) if cell != "."]
    if not read:
        return "."
    text = f"from {read[0]}:"
    for i in range(read[0], read[-1] + 1):
        rest = f"  … {read[-1] + 1 - i} more to {read[-1]}"
        if len(text) + 2 + len(cells[i]) + len(rest) > room and i < read[-1]:
            return text + rest
        text += f"  {cells[i]}"
    return text
