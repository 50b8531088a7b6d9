"""Which size a preprocessing function resizes to, where it crops, and where it pads.

A rule is a hypothesis that every window that was measured obeys. Where several do, all of them are said:
nothing that was looked at tells them apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .adapter import Size
from .preprocessing import AxisWindow, Window


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)


# how a size, or half of a margin, is made an integer
ROUNDS: Mapping[str, Callable[[float], int]] = {
    "rounded": round,
    "rounded half up": _half_up,
    "rounded down": math.floor,
    "rounded up": math.ceil,
}


@dataclass(frozen=True)
class SizeRule:
    """How the resized size follows from the image's.

    Attributes:
        words: what it is.
        rounding: how it is made integers, a key of :data:`ROUNDS`; empty where nothing is rounded.
        of: from (h, w) of the image to (h, w) of the resized one.
    """

    words: str
    rounding: str
    of: Callable[[Size], Size]


def size_rules(windows: Sequence[Window], asked: Sequence[Size | None]) -> list[SizeRule]:
    """The size rules that all windows obey; empty if none is known.

    Args:
        windows: of images of several sizes.
        asked: the size that the function was asked for, for each.
    """
    if all(size == window.resized for size, window in zip(asked, windows, strict=True)):
        return [SizeRule("the size that is asked for", "", lambda n_in: n_in)]
    sources = [_source(window) for window in windows]
    for family in (_fixed, _unchanged, _by_edge, _by_box, _by_factor):
        kept = [
            rule
            for rule in family(windows)
            if all(
                _applies(rule, n_in) == window.resized
                for n_in, window in zip(sources, windows, strict=True)
            )
        ]
        if kept:
            return kept
    return []


def _applies(rule: SizeRule, n_in: Size) -> Size | None:
    try:
        return rule.of(n_in)
    except (ZeroDivisionError, ValueError):
        return None


def _source(window: Window) -> Size:
    """The size of what the resize is given."""
    rows, columns = (one.source[1] - one.source[0] for one in window.axes)
    return rows, columns


def _fixed(windows: Sequence[Window]) -> Iterator[SizeRule]:
    h, w = windows[0].resized
    yield SizeRule(f"{h}x{w}", "", lambda n_in: (h, w))


def _unchanged(windows: Sequence[Window]) -> Iterator[SizeRule]:
    yield SizeRule("the size that it has", "", lambda n_in: n_in)


def _by_edge(windows: Sequence[Window]) -> Iterator[SizeRule]:
    """One edge is given, the other follows."""
    for words, edge in (("shorter", min), ("longer", max)):
        length = edge(windows[0].resized)
        for name, rounds in ROUNDS.items():

            def of(
                n_in: Size,
                length: int = length,
                rounds: Callable[[float], int] = rounds,
                edge: Callable[[Size], int] = edge,
            ) -> Size:
                chosen = edge(n_in)
                h, w = (
                    length if n == chosen else max(1, rounds(length * n / chosen)) for n in n_in
                )
                return h, w

            yield SizeRule(f"the {words} edge {length}", name, of)


def _by_box(windows: Sequence[Window]) -> Iterator[SizeRule]:
    """As large as fits into the result, or as small as covers it."""
    boxes = {(window.rows.n_out, window.columns.n_out) for window in windows}
    if len(boxes) != 1:
        return
    ((h, w),) = boxes
    for words, choose in (("fits into", min), ("covers", max)):
        for name, rounds in ROUNDS.items():

            def of(
                n_in: Size,
                rounds: Callable[[float], int] = rounds,
                choose: Callable[[float, float], float] = choose,
            ) -> Size:
                ratio = choose(h / n_in[0], w / n_in[1])
                return rounds(n_in[0] * ratio), rounds(n_in[1] * ratio)

            yield SizeRule(f"the largest that {words} {h}x{w}".replace(
                "largest that covers", "smallest that covers"), name, of)  # fmt: skip


def _by_factor(windows: Sequence[Window]) -> Iterator[SizeRule]:
    """A factor for each axis."""
    for name, rounds in ROUNDS.items():
        factors = []
        for axis in (0, 1):
            pairs = [(_source(window)[axis], window.resized[axis]) for window in windows]
            factors.append(_factor(pairs, name))
        h, w = factors
        if h is None or w is None:
            continue

        def of(
            n_in: Size, h: Fraction = h, w: Fraction = w, rounds: Callable[[float], int] = rounds
        ) -> Size:
            return rounds(float(n_in[0] * h)), rounds(float(n_in[1] * w))

        words = (
            f"{float(h):g} times the image" if h == w else f"{float(h):g} and {float(w):g} times"
        )
        yield SizeRule(words, name if h.denominator > 1 or w.denominator > 1 else "", of)


_REACH: Mapping[str, tuple[float, float]] = {
    "rounded": (-0.5, 0.5),
    "rounded half up": (-0.5, 0.5),
    "rounded down": (0.0, 1.0),
    "rounded up": (-1.0, 0.0),
}


def _factor(pairs: Sequence[tuple[int, int]], rounding: str) -> Fraction | None:
    """The simplest factor that makes all of these sizes."""
    low, high = _REACH[rounding]
    least = max(Fraction(m + low) / n for n, m in pairs)
    most = min(Fraction(m + high) / n for n, m in pairs)
    if least > most or least < 0:
        return None
    for denominator in (1, 2, 3, 4, 5, 6, 8, 10, 16, 20, 100, 1000):
        first = math.ceil(least * denominator)
        if first <= most * denominator:
            return Fraction(first, denominator)
    return None


# ---------------------------------------------------------------------------- crops and padding


def crop_words(windows: Sequence[Window]) -> list[str]:
    """Where crops and padding are, at all sizes, in words."""
    return [
        *_said(windows, "cropped before the resize", _before),
        *_said(windows, "cropped after it", _after),
        *_said(windows, "padded", _padded),
    ]


Part = Callable[[AxisWindow], tuple[int, int, int] | None]


def _before(one: AxisWindow) -> tuple[int, int, int] | None:
    """Of a crop before the resize: pixels, the first of them, and those that there are."""
    return (one.source[1] - one.source[0], one.source[0], one.n_in) if one.cropped_before else None


def _after(one: AxisWindow) -> tuple[int, int, int] | None:
    shown = one.shown
    return (shown.stop - shown.start, shown.start, one.resized) if one.cropped_after else None


def _padded(one: AxisWindow) -> tuple[int, int, int] | None:
    first, stop = one.content
    return (stop - first, first, one.n_out) if one.padded else None


def _said(windows: Sequence[Window], words: str, part: Part) -> Iterator[str]:
    """One kind of window, in words: how large, and where."""
    both = [tuple(part(one) for one in window.axes) for window in windows]
    there = [found for pair in both for found in pair if found is not None]
    if not there:
        return
    of_axes = [[found for pair in both if (found := pair[axis]) is not None] for axis in (0, 1)]
    if words == "padded":
        values = {window.padding for window in windows if window.padding is not None}
        what = (
            "with " + " or ".join(_value(value) for value in values) if values else "by no constant"
        )
        sizes = {(window.rows.n_out, window.columns.n_out) for window in windows}
        to = f" to {'x'.join(map(str, sizes.pop()))}" if len(sizes) == 1 else ""
        yield f"padded {what}{to}, {_where(there, of_axes, 'the image')}"
        return
    sizes_there = [{found[0] for found in one} | ({-1} if not one else set()) for one in of_axes]
    to = ""
    if all(len(one) == 1 for one in sizes_there):
        h, w = (one.pop() for one in sizes_there)
        to = (
            f" to {h}x{w}" if min(h, w) > 0 else f" to {max(h, w)} {'rows' if h > 0 else 'columns'}"
        )
    yield f"{words}{to}, {_where(there, of_axes, 'the part')}"


def _where(
    there: Sequence[tuple[int, int, int]],
    of_axes: Sequence[Sequence[tuple[int, int, int]]],
    what: str,
) -> str:
    middles = [
        name
        for name, rounds in ROUNDS.items()
        if all(rounds((whole - part) / 2) == first for part, first, whole in there)
    ]
    if middles:
        return f"{what} in the middle (margins {', or '.join(middles)})"
    if all(first == 0 for _, first, _ in there):
        return f"{what} at the top left"
    if all(first == whole - part for part, first, whole in there):
        return f"{what} at the bottom right"
    firsts = [{first for _, first, _ in one} for one in of_axes]
    if all(len(one) <= 1 for one in firsts):
        row, column = (next(iter(one), 0) for one in firsts)
        return f"{what} from row {row}, column {column}"
    return f"{what} at another place for each size"


def _value(values: tuple[float, ...]) -> str:
    if len(set(values)) == 1:
        return f"{values[0]:g}"
    return f"({', '.join(f'{value:g}' for value in values)})"
