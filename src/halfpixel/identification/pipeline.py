"""A preprocessing function at many sizes of its image: what it shows at each, and the resize between.

At every size the window is read off ramps (:mod:`halfpixel.identification.preprocessing`); where these leave
several open, the one is taken of which a known convention makes an image of rows, or of columns, in no order.
Whole images in no order then say which conventions are followed, as for any resize.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Array
from ..numerics.coordinates import float_coordinates
from ..numerics.weights import matrix_at, resampled
from ..operators import Resize
from ..operators.axis import Axis
from .adapter import Size
from .candidates import candidates, expected, fit, integer_candidates
from .coverage import KINDS
from .deadline import Deadline, OutOfTime
from .entry import Axes, Entry, Unread, axes_of, ordered
from .geometry import Placement, SizeRule, elongation, placements, size_rules, windows_at
from .matching import Followed, followed
from .preprocessing import AxisWindow, Stages, Window, stages_of, windows_of
from .probes import Answer
from .problem import last_line

Progress = Callable[[str], None]

# parts of the size that an image is resized to at first: below it, at it, above it, and mixed
_RATIOS = (
    (0.73, 0.61),
    (1.27, 0.83),
    (1.5, 1.5),
    (0.6, 4.3),
    (0.5, 0.5),
    (4.4, 0.55),
    (0.37, 1.61),
    (2.0, 2.0),
    (4.6, 4.2),
)
_MOST_PIXELS = 1_500_000
_FOR_THE_REST = 0.5  # of the deadline's seconds: what comes after the images
_LEAST = 4  # sizes of the image by which rules for sizes and crops are told


@dataclass(frozen=True, eq=False)
class Pipeline:
    """A preprocessing function, looked at at several sizes.

    Attributes:
        stages: at the first size.
        windows: of the sizes at which it made an image.
        answers: to images in no order, of those sizes and of those at which it raised.
        followed: what the resize follows; None if nothing is resized, or nothing was answered.
        sizes: how the resized size follows from the image's: all the rules that fit.
        crops: where it crops and pads.
        asked: the size that it was asked for at the first size of the image, if it takes one.
        stopped: why nothing is named, where the deadline did not suffice; else empty.
        sure: the windows are those of a convention that is known, and not guessed.
    """

    stages: Stages
    windows: tuple[Window, ...]
    answers: tuple[Answer, ...]
    followed: Followed | None
    sizes: tuple[SizeRule, ...]
    crops: tuple[Placement, ...]
    asked: Size | None = None
    stopped: str = ""
    sure: bool = True

    @property
    def resizes(self) -> bool:
        return any(not window.unchanged for window in self.windows)

    @property
    def named(self) -> bool:
        """Whether every image came out as the stages say, with a resize of a known convention, or none."""
        if not self.windows or self.stopped:
            return False
        if self.resizes:
            return self.followed is not None and self.followed.complete
        return all(_kept(answer) for answer in self.answers)

    @property
    def takes_more_than_a_resize(self) -> bool:
        """Whether anything else is done to the image, its layout, its channels or its values."""
        stages = self.stages
        order = stages.order.order
        kept = order is not None and order == tuple(range(stages.entry.channels))
        same = stages.layouts.input == stages.layouts.output
        flipped = any(one.flipped for one in stages.window.axes)
        return bool(self.crops) or flipped or not (kept and same and stages.affine.identity)

    def again(self) -> float | None:
        """By how much another call on the same image differs; None if it does not."""
        entry, window = self.stages.entry, self.windows[0]
        x = _noise(self.stages, window.n_in, 0)
        size = self.asked or (0, 0)
        one, other = entry(x, size), entry(x, size)
        if one.shape != other.shape:
            return float("inf")
        return None if np.array_equal(one, other) else float(np.max(abs(one - other)))

    @property
    def lines(self) -> list[str]:
        """The stages, for images of any size that was looked at."""
        if not self.sure:
            return [*_NOT_TOLD, *self._of_values]
        crops = [one.words for one in self.crops]
        before = [words for words in crops if words.startswith("cropped before")]
        steps = [*before]
        if self.resizes:
            steps.append(f"resized to {_rules(self.sizes)}{self._up_to}")
        elif len(crops) == len(before):
            steps.append("nothing is resized")
        steps += [words.replace(" after it", "") for words in crops if words not in before]
        for axis, words in ((0, "rows upside down"), (1, "columns mirrored")):
            if self.stages.window.axes[axis].flipped:
                steps.append(words)
        return [*steps, *self._of_values]

    @property
    def _up_to(self) -> str:
        """How long an image may be, where longer ones were tried and had no result."""
        longest = min((rule.longest for rule in self.sizes), default=math.inf)
        if all(elongation(one.n_in) <= longest for one in self.answers if one.y is None):
            return ""
        return f", where the image is at most {longest:.3g} times as long as wide"

    @property
    def _of_values(self) -> list[str]:
        """What is done to channels and values."""
        steps = [self.stages.order.words]
        if self.stages.rounded:
            mixed = self.stages.order.order is None
            order = ", before or after that: it was looked at with gray images" if mixed else ""
            steps.append(f"values rounded to whole numbers{order}")
        return [*steps, self.stages.affine.words, self.stages.layouts.words, *self.stages.notes]

    def windows_at(self, n_in: Size) -> list[Window]:
        """What its rules for sizes, crops and padding make of an image of another size: all that they leave
        open; empty where they do not say, or where it is asked for a size."""
        if self.asked is not None or not self.windows:
            return []
        return windows_at(self.sizes, self.crops, self.windows, n_in)


# of windows that were guessed nothing is said
_NOT_TOLD = (
    "sizes, crops and padding are not told: no convention that is known, with one crop before or after it, "
    "makes its rows or columns",
)


def _rules(sizes: Sequence[SizeRule]) -> str:
    if not sizes:
        return "a size by a rule of its own"
    rounding = ", or ".join(rule.rounding for rule in sizes if rule.rounding)
    return sizes[0].words + (f" ({rounding})" if rounding else "")


def looked_at(
    stages: Stages, axes: Axes, progress: Progress | None = None, size: Size | None = None
) -> Pipeline:
    """A preprocessing function at several sizes of its image.

    Args:
        stages: what it is made of at the first size.
        axes: how its result is read there.
        progress: is told what is being done.
        size: (h, w) that it was asked for at the first size, if it takes one.
    """
    entry = stages.entry
    measured: list[_Measured] = []
    refused: list[Answer] = []
    known = _Known()
    first = stages.window.n_in
    plan = list(dict.fromkeys([(first, size), *_plan(stages, size)]))
    deadline = entry.deadline
    deadline.found += [line for line in stages.lines if line not in deadline.found]
    deadline.stage, stopped = "larger images", ""
    for number, (n_in, n_out) in enumerate(plan):
        if deadline.nearly_over(_FOR_THE_REST):
            if number < _LEAST:
                stopped = deadline.words
            notes = (f"looked at {number} of {len(plan)} sizes: it is slow",)
            stages = replace(stages, notes=stages.notes + notes)
            break
        if progress is not None:
            progress(f"an image of {n_in[0]}x{n_in[1]} ({number + 1} of {len(plan)})")
        try:
            if number:
                axes = axes_of(entry, n_in, n_out or (0, 0))
                _same_layout(stages, axes)
            measured.append(_measured(stages, axes, n_in, n_out or (0, 0), number, known))
        except Unread as why:
            refused.append(_refused(n_in, n_out, str(why)))
        except (Exception, SystemExit) as error:  # whatever it raises is its answer
            refused.append(_refused(n_in, n_out, last_line(error)))
    windows = _alike(measured)
    answers = [
        _answer(stages, window, one.x, one.y) for window, one in zip(windows, measured, strict=True)
    ] + refused
    compared = [answer for answer in answers if answer.y is not None]
    rounded = stages.rounded and all(
        np.all(abs(a.result - np.rint(a.result)) <= 1e-3) for a in compared
    )
    stages = replace(stages, rounded=rounded, window=windows[0] if windows else stages.window)
    if rounded:
        answers = [a if a.y is None else replace(a, y=np.rint(a.y), dtype="uint8") for a in answers]
        compared = [answer for answer in answers if answer.y is not None]
    sizes_asked = [one.asked if size else None for one in measured]
    deadline.stage, result = "which convention the resize follows", None
    try:
        if compared and not stopped:
            result = _followed(windows, compared, rounded=rounded, deadline=deadline)
    except OutOfTime:
        stopped = deadline.words
    crops = tuple(placements(windows)) if windows else ()
    return Pipeline(
        stages,
        tuple(windows),
        tuple(answers),
        result,
        tuple(size_rules(windows, sizes_asked)) if windows else (),
        crops,
        size,
        stopped,
        sure=_sure(crops, known) or (result is not None and result.complete),
    )


def _sure(crops: Sequence[Placement], known: _Known) -> bool:
    """Whether sizes and padding are told, where the resize is not named: its size is seen where nothing is
    cropped; what looks like padding may be padded before the resize, if no convention fills the rest."""
    padded = bool(crops)
    return not any(one.kind.startswith("cropped") for one in crops) and not (
        padded and known.failures
    )


def _kept(answer: Answer) -> bool:
    """Whether an answer is its image, or a part of it, but for what undoing the affine step rounds."""
    if answer.y is None:
        return True
    assert answer.window is not None
    part = answer.x[:, :, answer.window[0], answer.window[1]]
    return part.shape == answer.y.shape and bool(np.max(abs(part - answer.y)) <= answer.slack)


def _plan(stages: Stages, size: Size | None) -> Iterator[tuple[Size, Size | None]]:
    """At which sizes of the image, and for which sizes asked for, a function is looked at."""
    for number, (a, b) in enumerate(_RATIOS):
        # a size that is asked for changes from image to image
        n_out = None if size is None else (size[0] + 3 * number, size[1] - 2 * number)
        base = n_out or stages.window.resized
        n_in = max(2, round(base[0] * a)), max(2, round(base[1] * b))
        if n_in[0] * n_in[1] <= _MOST_PIXELS:
            yield n_in, n_out


def _same_layout(stages: Stages, axes: Axes) -> None:
    if axes.letters != stages.layouts.output:
        raise Unread(
            f"its result has the axes {axes.letters} here, {stages.layouts.output} elsewhere"
        )


def _refused(n_in: Size, n_out: Size | None, words: str) -> Answer:
    return Answer(n_in, n_out or (0, 0), np.zeros((1, 1, *n_in)), None, refused=words)


def _noise(stages: Stages, shape: tuple[int, ...], seed: int) -> Array:
    """Values in no order; of all channels alike where channels are mixed, and mixing may round."""
    entry = stages.entry
    random = np.random.default_rng(seed)
    mixed = stages.order.order is None
    channels = 1 if mixed else entry.channels
    x = entry.rounded(random.random((1, channels, *shape)) * entry.brightest)
    return np.broadcast_to(x, (1, entry.channels, *shape)).copy()


def _mixed(stages: Stages, x: Array) -> Array:
    """An image of :func:`_noise` with its channels as they come out: gray stays the gray that it is."""
    mixed = stages.order.applied(x)
    return stages.entry.rounded(mixed) if stages.order.order is None else mixed


def _core(stages: Stages, window: Window, y: Array) -> Array:
    """What is left of a result (axes of its own layout) when all but the resize is undone, (1, C, h, w)."""
    whole = ordered(y, stages.layouts.output)[None]
    rows, columns = window.axes
    part = whole[:, :, slice(*rows.content), slice(*columns.content)]
    turned = tuple(axis + 2 for axis, one in enumerate(window.axes) if one.flipped)
    return stages.affine.undone(np.flip(part, turned))


def _answer(stages: Stages, window: Window, x: Array, result: Array) -> Answer:
    """The answer to an image, read through a window."""
    source = window.source(_mixed(stages, x))
    return Answer(
        (source.shape[2], source.shape[3]),
        window.resized,
        source,
        _core(stages, window, result),
        dtype=stages.entry.returns,
        window=(window.rows.shown, window.columns.shown),
        slack=stages.affine.slack(stages.entry.brightest),
    )


# ---------------------------------------------------------------------------- which window


class _Known(list[Resize]):
    """The conventions that decided a window, the last one first; and how often none did."""

    failures = 0


def _conventions(known: _Known) -> list[Resize]:
    every = (c.convention for c in candidates() if c.rule is None)
    return list(dict.fromkeys([*known, *_USUAL, *every]))


_USUAL = (
    Resize(mode="linear"),
    Resize(mode="linear", antialias=True, exclude_outside=True),
    Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    Resize(mode="cubic"),
    Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
    Resize(mode="area"),
    Resize(mode="lanczos", antialias=True, exclude_outside=True),
)


@dataclass(frozen=True, eq=False)
class _Measured:
    """What a function made of an image in no order, and the windows that may explain it, for each axis."""

    x: Array
    y: Array
    asked: Size
    open: tuple[tuple[AxisWindow, ...], tuple[AxisWindow, ...]]
    padding: tuple[float, ...] | None


def _measured(
    stages: Stages, axes: Axes, n_in: Size, n_out: Size, seed: int, known: _Known
) -> _Measured:
    """The windows at one size: of those that the ramps leave open, the ones that a known convention fills."""
    windows = windows_of(stages.entry, axes, stages.order, stages.affine, n_in, n_out)
    rows, columns = (
        tuple(
            _filled(
                stages,
                list(dict.fromkeys(window.axes[axis] for window in windows)),
                n_in,
                n_out,
                axis,
                known,
            )
        )
        for axis in (0, 1)
    )
    x = _noise(stages, n_in, seed)
    return _Measured(x, stages.entry(x, n_out), n_out, (rows, columns), windows[0].padding)


def _filled(
    stages: Stages,
    windows: Sequence[AxisWindow],
    n_in: Size,
    n_out: Size,
    axis: int,
    known: _Known,
) -> list[AxisWindow]:
    """One axis's windows: those of which one convention makes the result of an image that changes along this
    axis only; the likeliest alone if none does."""
    if known.failures >= _ENOUGH:
        return [windows[0]]
    entry = stages.entry
    noise = _noise(stages, (n_in[axis], 1), 1000 + axis)
    turned = noise if axis == 0 else noise.swapaxes(2, 3)
    result = entry(np.broadcast_to(turned, (1, entry.channels, *n_in)).copy(), n_out)
    lines = _mixed(stages, noise)[0, :, :, 0]
    got = _line(stages, windows[0], result, axis)
    for convention in _conventions(known):
        filled = [one for one in windows if _fills(convention, one, lines, got, stages)]
        if filled:
            if convention in known:
                known.remove(convention)
            known.insert(0, convention)
            return filled
    known.failures += 1
    return [windows[0]]


_ENOUGH = 3  # axes that no known convention fills; the ramps alone decide then


def _alike(measured: Sequence[_Measured]) -> list[Window]:
    """A window for each size: with crops of one kind at all of them, if that can be."""
    chosen: list[list[AxisWindow]] = []
    for axis in (0, 1):
        kinds = [{_kind(one) for one in each.open[axis]} for each in measured]
        shared = sorted(set.intersection(*kinds)) if kinds else []
        chosen.append(
            [
                next((w for w in each.open[axis] if [_kind(w)] == shared[:1]), each.open[axis][0])
                for each in measured
            ]
        )
    return [
        Window(rows, columns, each.padding)
        for rows, columns, each in zip(*chosen, measured, strict=True)
    ]


def _kind(window: AxisWindow) -> tuple[bool, bool]:
    return window.cropped_before, window.cropped_after


def _line(stages: Stages, one: AxisWindow, result: Array, axis: int) -> Array:
    """What comes of it in the middle of the other axis, (C, n)."""
    whole = ordered(result, stages.layouts.output)
    lines = np.take(whole, whole.shape[2 - axis] // 2, 2 - axis)[:, slice(*one.content)]
    lines = lines[:, ::-1] if one.flipped else lines
    return stages.affine.undone(lines[:, :, None])[:, :, 0]


_SEEN = 16  # rows of the result that decide


def _fills(
    convention: Resize, window: AxisWindow, lines: Array, got: Array, stages: Stages
) -> bool:
    """Whether a convention makes the result, to about a level of 8 bits, or to a thousandth."""
    start, stop = window.source
    if not convention.takes(stop - start, window.resized):
        return False
    rows = np.unique(np.linspace(0, got.shape[1] - 1, _SEEN).astype(int))
    weights = rows_of(convention, stop - start, window.resized, window.first + rows)
    expected = lines[:, start:stop] @ weights.T
    wide = 1.51 if stages.rounded else 1e-3 * stages.entry.brightest
    if stages.rounded:
        expected = expected.clip(0, 255)
    return bool(np.max(abs(expected - got[:, rows])) <= wide)


def rows_of(
    convention: Resize, n_in: int, n_out: int, rows: NDArray[np.intp], *, exactly: bool = True
) -> Array:
    """A few rows of the weights of an axis, in float64; if not exactly, some may read a pixel beside."""
    where: AnyArray
    if exactly and (convention.kernel.jumps or convention.extrapolates):
        where = convention.coordinates(n_in, n_out)[rows]
    else:
        where = float_coordinates(convention, Axis(n_in, n_out).some(rows))
    return matrix_at(convention, where, n_in, convention.scale(n_in, n_out))


# ---------------------------------------------------------------------------- which convention


def _followed(
    windows: Sequence[Window], answers: Sequence[Answer], *, rounded: bool, deadline: Deadline
) -> Followed | None:
    """What the resize follows; None if nothing is resized."""
    changed = [a for a in answers if a.n_in != a.n_out]
    if not changed:
        return None
    answers = sorted(answers, key=lambda a: a.x.size + a.result.size)
    every = list(dict.fromkeys(c.convention for c in candidates()))
    near: set[Resize] = set()
    looked: set[tuple[bool, ...]] = set()
    for answer in changed:
        kinds = tuple(holds(*answer.axes) for holds in KINDS.values())
        if kinds in looked and _near(answer, near):
            continue
        looked.add(kinds)
        near |= set(_near(answer, every))
    of_all = integer_candidates("uint8") if rounded else candidates()
    pool = [c for c in of_all if c.convention in near]
    if not pool:
        return None
    return followed(answers, pool=pool, deadline=deadline)


_LEVELS = 8.0


def _near(answer: Answer, among: Iterable[Resize]) -> list[Resize]:
    """The conventions that are anywhere near an answer, by a few rows and columns."""
    assert answer.window is not None
    h, w = answer.result.shape[2:]
    i, j = (np.unique(np.linspace(0, n - 1, _SEEN).astype(int)) for n in (h, w))
    got = answer.result[:, :1, i[:, None], j]  # one channel tells
    largest = float(np.max(abs(answer.x)))
    wide = _LEVELS if answer.dtype == "uint8" else 0.01 * largest + answer.slack
    near = []
    for convention in among:
        if not all(convention.takes(*pair) for pair in answer.axes):
            continue
        left = rows_of(convention, *answer.axes[0], answer.window[0].start + i, exactly=False)
        right = rows_of(convention, *answer.axes[1], answer.window[1].start + j, exactly=False)
        expected = resampled(left, answer.x[:, :1], right)
        if answer.dtype == "uint8":
            expected = expected.clip(0, 255)
        # a coordinate rule may read another pixel here and there
        if np.mean(abs(expected - got) > wide) < _STRAY:
            near.append(convention)
    return near


_STRAY = 0.3


def pipeline(
    entry: Entry, axes: Axes, n_in: Size, progress: Progress | None = None, size: Size | None = None
) -> Pipeline:
    """A function of which it is known how it is called, at several sizes.

    Raises:
        Unread: it makes no image of an image, or does more to its values than an affine step.
    """
    return looked_at(stages_of(entry, axes, n_in, size or (0, 0)), axes, progress, size)


def same_in(known: Pipeline, entry: Entry, axes: Axes) -> str:
    """Whether a function takes the same steps for images of another dtype, in words; at its first size.

    Raises:
        Unread: with these it cannot be taken apart.
    """
    n_in, size = known.stages.window.n_in, known.asked or (0, 0)
    other = stages_of(entry, axes, n_in, size)
    differ = [
        words
        for mine, words in (
            (known.stages.order.words, other.order.words),
            (known.stages.affine.words, other.affine.words),
            (known.stages.layouts.output, other.layouts.output),
        )
        if mine != words
    ]
    if differ:
        return f"other steps: {'; '.join(differ)}"
    window = known.stages.window
    x = _noise(other, n_in, 0)
    answer = _answer(replace(other, rounded=False), window, x, entry(x, size))
    whole = bool(np.all(abs(answer.result - np.rint(answer.result)) <= 1e-3))
    if known.followed is None:
        return "the same steps" if _kept(answer) else "the same steps, but pixels are changed"
    part = next((p for p in known.followed.parts if answer.within(p.regime)), None)
    candidate = part.candidate if part is not None else None
    if candidate is None:
        return "the same steps"
    if entry.dtype == "uint8" and whole and candidate.convention.mode != "nearest":
        off = float(
            np.max(abs(answer.result - expected(replace(candidate, rounding=None), answer)))
        )
        return f"the same steps, rounded to whole numbers: within {off:.3g} of the exact values"
    near = fit(*(replace(candidate, rounding=None),) * 2, answer)
    if near.share > 1:
        return f"the same steps, but up to {near.error:.3g} off {candidate.convention}"
    return f"the same steps, within {near.error:.2g}"
