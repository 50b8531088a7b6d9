"""Which size a preprocessing function resizes to, where it crops, and where it pads.

A rule is a hypothesis that every window that was measured obeys. Where several do, all of them are said:
nothing that was looked at tells them apart.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
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
        longest: the most times as long as wide that an image was, where a longer one may be resized
            otherwise: a limit on the other edge would not have been met; infinite where it can't.
    """

    words: str
    rounding: str
    of: Callable[[Size], Size]
    longest: float = math.inf


def size_rules(windows: Sequence[Window], requested: Sequence[Size | None]) -> list[SizeRule]:
    """The size rules that all windows obey; empty if none is known.

    Args:
        windows: of images of several sizes.
        requested: the size that the function was asked for, for each.
    """
    if all(size == window.resized for size, window in zip(requested, windows, strict=True)):
        return [SizeRule("the size that is asked for", "", lambda n_in: n_in)]
    sources = [_source(window) for window in windows]
    for family in (_fixed, _unchanged, _by_edge, _by_box, _by_factor, _by_both_edges):
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


def elongation(size: Size) -> float:
    """How many times as long as wide an image is."""
    return max(size) / max(min(size), 1)


def _applies(rule: SizeRule, n_in: Size) -> Size | None:
    if elongation(n_in) > rule.longest:
        return None
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
    longest = max(elongation(_source(window)) for window in windows)
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

            yield SizeRule(f"the {words} edge {length}", name, of, longest)


def _by_both_edges(windows: Sequence[Window]) -> Iterator[SizeRule]:
    """The shorter edge is given, and how long the longer may be; each is seen at two sizes at least."""
    shorter, longer = (Counter(edge(w.resized) for w in windows) for edge in (min, max))
    (short, shorts), (long, longs) = shorter.most_common(1)[0], longer.most_common(1)[0]
    if shorts < 2 or longs < 2 or short >= long:
        return
    for name, rounds in ROUNDS.items():

        def of(n_in: Size, rounds: Callable[[float], int] = rounds) -> Size:
            least, most = min(n_in), max(n_in)
            shorter = rounds(short * most / least)
            given, edge, other = (least, short, shorter)
            if shorter > long:
                given, edge, other = (most, long, rounds(long * least / most))
            h, w = (edge if n == given else max(1, other) for n in n_in)
            return h, w

        yield SizeRule(f"the shorter edge {short}, the longer at most {long}", name, of)


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

Part = Callable[[AxisWindow], tuple[int, int, int] | None]
Firsts = Callable[[int, int, int], frozenset[int]]


def _before(one: AxisWindow) -> tuple[int, int, int] | None:
    """Of a crop before the resize: pixels, the first of them, and those that there are."""
    return (one.source[1] - one.source[0], one.source[0], one.n_in) if one.cropped_before else None


def _after(one: AxisWindow) -> tuple[int, int, int] | None:
    shown = one.shown
    return (shown.stop - shown.start, shown.start, one.resized) if one.cropped_after else None


def _padded(one: AxisWindow) -> tuple[int, int, int] | None:
    first, stop = one.content
    return (stop - first, first, one.n_out) if one.padded else None


_PARTS: Mapping[str, Part] = {
    "cropped before the resize": _before,
    "cropped after it": _after,
    "padded": _padded,
}


@dataclass(frozen=True)
class Placement:
    """A crop or a padding: how large, and where, at all sizes that were measured.

    Attributes:
        kind: a key of :data:`_PARTS`.
        words: what it is.
        sizes: along each axis the pixels that are left by a crop, or those of the padded image; None where
            that is not the same at all sizes.
        firsts: from the axis, the size of the part and that of the whole to where the part may begin, as far
            as what was measured says; empty where it is at another place for each size.
    """

    kind: str
    words: str
    sizes: tuple[int | None, int | None]
    firsts: Firsts


def placements(windows: Sequence[Window]) -> list[Placement]:
    """Where crops and padding are, at all sizes."""
    placed = (_placement(windows, kind) for kind in _PARTS)
    return [one for one in placed if one is not None]


def _placement(windows: Sequence[Window], kind: str) -> Placement | None:
    """One kind of window: how large, and where."""
    part = _PARTS[kind]
    both = [tuple(part(one) for one in window.axes) for window in windows]
    of_axes = [[bounds for pair in both if (bounds := pair[axis]) is not None] for axis in (0, 1)]
    every = [bounds for pair in both for bounds in pair if bounds is not None]
    if not every:
        return None
    padded = kind == "padded"
    where, firsts = _where(every, of_axes, "the image" if padded else "the part")
    if padded:
        values = dict.fromkeys(w.padding for w in windows if w.padding is not None)
        what = (
            "with " + " or ".join(_value(value) for value in values) if values else "by no constant"
        )
        n_out = [{window.axes[axis].n_out for window in windows} for axis in (0, 1)]
        sizes = _one(n_out[0]), _one(n_out[1])
        to = f" to {sizes[0]}x{sizes[1]}" if None not in sizes else ""
        return Placement(kind, f"padded {what}{to}, {where}", sizes, firsts)
    parts = [{bounds[0] for bounds in one} for one in of_axes]
    sizes = _one(parts[0]), _one(parts[1])
    to = ""
    if None not in sizes:
        to = f" to {sizes[0]}x{sizes[1]}"
    elif not all(parts) and any(sizes):
        to = f" to {sizes[0] or sizes[1]} {'rows' if sizes[0] else 'columns'}"
    return Placement(kind, f"{kind}{to}, {where}", sizes, firsts)


def _one(values: set[int]) -> int | None:
    return next(iter(values)) if len(values) == 1 else None


def _where(
    bounds: Sequence[tuple[int, int, int]],
    of_axes: Sequence[Sequence[tuple[int, int, int]]],
    what: str,
) -> tuple[str, Firsts]:
    middles = [
        name
        for name, rounds in ROUNDS.items()
        if all(rounds((whole - part) / 2) == first for part, first, whole in bounds)
    ]
    if middles:
        words = f"{what} in the middle (margins {', or '.join(middles)})"
        return words, lambda axis, part, whole: frozenset(
            ROUNDS[name]((whole - part) / 2) for name in middles
        )
    if all(first == 0 for _, first, _ in bounds):
        return f"{what} at the top left", lambda axis, part, whole: frozenset({0})
    if all(first == whole - part for part, first, whole in bounds):
        return f"{what} at the bottom right", lambda axis, part, whole: frozenset({whole - part})
    firsts = [{first for _, first, _ in one} for one in of_axes]
    if all(len(one) <= 1 for one in firsts):
        at = tuple(next(iter(one), 0) for one in firsts)
        words = f"{what} from row {at[0]}, column {at[1]}"
        return words, lambda axis, part, whole: frozenset({at[axis]})
    return f"{what} at another place for each size", lambda axis, part, whole: frozenset()


def _value(values: tuple[float, ...]) -> str:
    if len(set(values)) == 1:
        return f"{values[0]:g}"
    return f"({', '.join(f'{value:g}' for value in values)})"


def windows_at(
    sizes: Sequence[SizeRule], crops: Sequence[Placement], windows: Sequence[Window], n_in: Size
) -> list[Window]:
    """What the rules make of an image of another size: all the windows that they leave open.

    Empty where they do not say: no size rule fits, a crop is of another size for each image, or is there at
    some sizes and not at others.

    Args:
        sizes, crops: the rules, of :func:`size_rules` and :func:`placements`.
        windows: those of which the rules were made.
        n_in: (h, w) of the image.
    """
    by_kind = {one.kind: one for one in crops}
    sources = [_sources(by_kind.get("cropped before the resize"), windows, n_in, i) for i in (0, 1)]
    possible: dict[Window, None] = {}
    for rows, columns in itertools.product(*sources):
        source = rows[1] - rows[0], columns[1] - columns[0]
        for resized in dict.fromkeys(_applies(rule, source) for rule in sizes):
            if resized is None or min(resized) < 1:
                continue
            axes = [
                list(_axis_at(by_kind, windows, n_in[i], edges, resized[i], i))
                for i, edges in enumerate((rows, columns))
            ]
            padding = next((w.padding for w in windows if w.padding is not None), None)
            possible |= {Window(h, w, padding): None for h, w in itertools.product(*axes)}
    return list(possible)


def _everywhere(windows: Sequence[Window], kind: str, axis: int) -> bool | None:
    """Whether there is such a crop along an axis: at all sizes, or at none; None at some."""
    cropped = {_PARTS[kind](window.axes[axis]) is not None for window in windows}
    return cropped.pop() if len(cropped) == 1 else None


def _sources(
    crop: Placement | None, windows: Sequence[Window], n_in: Size, axis: int
) -> list[tuple[int, int]]:
    """The pixels that are resized."""
    whole = n_in[axis]
    if crop is None or _everywhere(windows, crop.kind, axis) is False:
        return [(0, whole)]
    size = crop.sizes[axis]
    if size is None or _everywhere(windows, crop.kind, axis) is None:
        return []
    firsts = crop.firsts(axis, size, whole)
    return [(first, first + size) for first in sorted(firsts) if 0 <= first <= whole - size]


def _axis_at(
    by_kind: Mapping[str, Placement],
    windows: Sequence[Window],
    n_in: int,
    source: tuple[int, int],
    resized: int,
    axis: int,
) -> Iterator[AxisWindow]:
    """The windows along one axis of a resized size."""
    crop, pad = by_kind.get("cropped after it"), by_kind.get("padded")
    shown: list[tuple[int, int]] = [(0, resized)]
    cropped = crop is not None and _everywhere(windows, crop.kind, axis)
    if crop is not None and cropped is not False:
        size = crop.sizes[axis]
        if size is None or size > resized:
            return
        # a crop that is as large as the image at one of the sizes is one all the same
        firsts = crop.firsts(axis, size, resized)
        shown = [(first, size) for first in sorted(firsts) if 0 <= first <= resized - size]
    for first, count in shown:
        n_outs = {window.axes[axis].n_out for window in windows}
        n_out = pad.sizes[axis] if pad is not None else count
        if pad is not None and not any(window.axes[axis].padded for window in windows):
            n_out = count if len(n_outs) > 1 else n_out
        if n_out is None or n_out < count:
            return
        starts = pad.firsts(axis, count, n_out) if pad is not None and n_out != count else {0}
        for start in sorted(starts):
            content = (start, start + count)
            flipped = windows[0].axes[axis].flipped
            yield AxisWindow(n_in, source, resized, first, content, n_out, flipped)
