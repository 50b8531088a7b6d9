"""What a function does that follows no convention, in words that were checked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import documents
from ..arrays import Array
from ..operators import Resize
from .adapter import Subject, Tried
from .candidates import candidates, expected, matrices
from .dtypes import integer_image
from .hypotheses import NEAR, Explanation, explains, explanations
from .impulse_response import Direction, Line, impulses, in_a_line, line, summary
from .linearity import Response, responses
from .matching import EVERY, Followed, Table, followed, nearest_candidate
from .probes import Answer, ask

_DIRECTIONS: tuple[Direction, ...] = ("enlarging", "shrinking")


@dataclass(frozen=True)
class Diagnosis:
    """Why a function follows no convention.

    Attributes:
        lines: what was found, the most telling first; empty if there is nothing to say.
        nearest: the convention that is nearest, and the largest error that it leaves.
        measured: the weights of a small example and what is to be seen in them, ready for JSON.
        undecided: there was not enough time to find out.
    """

    lines: tuple[str, ...]
    nearest: tuple[Resize, float] | None = None
    measured: documents.Measured | None = None
    undecided: bool = False

    def nearest_json(self) -> documents.Nearest | None:
        """The nearest convention and its largest error, for a program."""
        if self.nearest is None:
            return None
        convention, error = self.nearest
        return {"convention": convention.json(), "max_error": error}


def unlike_itself(subject: Subject, answers: Sequence[Answer]) -> list[str]:
    """What forbids any name: another answer to the same question."""
    lines = []
    for answer in answers[:2]:
        again = _again(subject, answer, answer.x)
        if again.y is not None and answer.y is not None:
            same = np.array_equal(again.y, answer.y, equal_nan=True)
            off = float(np.nanmax(np.abs(again.y - answer.y), initial=0.0)) if not same else 0.0
            if not same:
                lines.append(f"not deterministic: two calls on one image differ by up to {off:.3g}")
                break
    return lines


def diagnosed(subject: Subject, answers: Sequence[Answer], result: Followed) -> Diagnosis:
    """Why the answers of a function follow no convention, or not at every size.

    Args:
        subject: the function.
        answers: those with a result.
        result: what they follow as far as it goes.
    """
    left = [a for part in result.parts if part.candidate is None for a in part.answers]
    left = left or list(answers)
    if not all(np.isfinite(a.result).all() for a in answers):
        return Diagnosis(("it makes NaN or infinities of images that have none",))
    by_name, distance = nearest_candidate(answers)
    nearest = (by_name.convention, distance)
    last = (f"nearest is {by_name}, up to {distance:.3g} off on images in -1..1",)
    if lines := _copies(left) or _turned(left):
        return Diagnosis((*lines, *last), nearest)
    broken = [
        seen for seen in responses(subject, _middling(left)) if seen.constant or not seen.linear
    ]
    if broken:
        seen = next((seen for seen in broken if not seen.constant), broken[0])
        lines = [*seen.lines, *_inside(subject, left, seen)]
        return Diagnosis((*lines, *last), nearest)
    return _of_linear(subject, left, nearest, last)


def _middling(answers: Sequence[Answer]) -> Answer:
    """A small probe that tells something: both axes change."""
    changed = [a for a in answers if all(n != m and min(n, m) > 2 for n, m in a.axes)]
    return min(changed or answers, key=lambda a: a.n_in[0] * a.n_in[1] + a.n_out[0] * a.n_out[1])


def of_another_size(tried: Tried, size_order: str | None) -> Diagnosis:
    """What a function does that never returns the size that it is asked for."""
    # of the likeliest form that was answered
    shapes = [sizes for form, *sizes in tried.returned if form == tried.returned[0][0]]
    n_in, n_out, returned = shapes[0]
    example = f"{n_out[0]}x{n_out[1]} of {n_in[0]}x{n_in[1]} is asked for, {returned[0]}x{returned[1]} came"
    if all(got == n_in for n_in, _, got in shapes):
        what = "the image itself" if tried.unchanged else "an image of the size of its input"
        return Diagnosis((f"it returns {what}, whatever size is asked for", example))
    if all(got == n_out[::-1] for _, n_out, got in shapes):
        order = {"hw": "(h, w)", "wh": "(w, h)"}.get(size_order or "", "(h, w)")
        return Diagnosis(
            (f"it does not read its size as {order}: rows and columns are swapped", example)
        )
    off = {(got[0] - n_out[0], got[1] - n_out[1]) for _, n_out, got in shapes}
    if len(off) == 1:
        rows, columns = off.pop()
        return Diagnosis(
            (f"it returns another size: {rows:+d} rows and {columns:+d} columns", example)
        )
    return Diagnosis(("it returns another size than is asked for", example))


# ---------------------------------------------------------------------------- turned images


_FEW = 0.1  # of the pixels that are copied; more are no matter of rounding


def _copies(answers: Sequence[Answer]) -> list[str]:
    """Whether pixels are copied, nearly all of them the right ones: coordinates are rounded in a way that is
    not known."""
    if not all(np.isin(a.result, a.x).all() for a in answers):
        return []
    counts = {}
    for candidate in candidates():
        if candidate.convention.mode == "nearest" and candidate.rule is None:
            counts[candidate] = [int(np.sum(a.result != expected(candidate, a))) for a in answers]
    best = min(counts, key=lambda candidate: sum(counts[candidate]))
    off, total = sum(counts[best]), sum(a.result.size for a in answers)
    if not 0 < off <= _FEW * total:
        return []
    where = next(a for a, n in zip(answers, counts[best], strict=True) if n)
    return [
        f"it copies pixels as {best} does, but for {off} of {total}: "
        "it rounds its coordinates in a way of its own",
        f"the first probe at which it reads another pixel is {where.sizes_text}",
    ]


def _reversed_axis(axis: int) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, y=np.flip(a.result, axis))


def _transposed(a: Answer) -> Answer:
    return replace(a, x=a.x.swapaxes(2, 3), n_in=a.n_in[::-1])


# what else may have been done to the image, beside a resize: in words, and undone
_TURNS: dict[str, Callable[[Answer], Answer]] = {
    "rows and columns are swapped (transposed)": _transposed,
    "the rows are upside down": _reversed_axis(2),
    "the columns are mirrored": _reversed_axis(3),
    "the image is turned by 180 degrees": lambda a: replace(a, y=np.flip(a.result, (2, 3))),
}


def _turned(answers: Sequence[Answer]) -> list[str]:
    """What was done to the image beside a resize, if undoing it leaves one that is known."""
    turns = dict(_TURNS)
    channels = answers[0].x.shape[1]
    for order in itertools.permutations(range(channels)):
        if list(order) != sorted(order):
            # output channel i is input channel order[i]
            back = [order.index(c) for c in range(channels)]
            words = f"the channels come out in another order: {', '.join(map(str, order))}"
            words += " (RGB and BGR swapped)" if order == (2, 1, 0) else ""
            turns[words] = lambda a, back=back: replace(a, y=a.result[:, back])  # type: ignore[misc]
    for words, undo in turns.items():
        undone = [undo(answer) for answer in answers]
        survivors = Table(undone).survivors(undone)
        if survivors:
            return [words, f"but for that it follows {survivors[0]}"]
    return _moved(answers)


_MOVES = {
    (2, 1): "one row off: output row d has what belongs to row d - 1",
    (2, -1): "one row off: output row d has what belongs to row d + 1",
    (3, 1): "one column off: output column d has what belongs to column d - 1",
    (3, -1): "one column off: output column d has what belongs to column d + 1",
}


def _moved(answers: Sequence[Answer]) -> list[str]:
    """Whether the result of a known resize has been moved by a row or a column; edges are not asked."""
    telling = [a for a in answers if min(a.n_out) > 2 and min(a.n_in) > 2 and a.n_in != a.n_out]
    for (axis, by), words in _MOVES.items():
        for candidate in candidates() if telling else ():
            if candidate.rule is None and all(
                candidate.takes(a) and _is_moved(a, matrices(candidate, a), axis, by)
                for a in telling
            ):
                return [words, f"but for that it follows {candidate}"]
    return []


def _is_moved(answer: Answer, both: tuple[Array, Array], axis: int, by: int) -> bool:
    right = both[0] @ answer.x @ both[1].T
    n = answer.n_out[axis - 2]
    rows, right_rows = (slice(1, n), slice(0, n - 1)) if by > 0 else (slice(0, n - 1), slice(1, n))
    got = np.take(answer.result, range(n)[rows], axis)
    want = np.take(right, range(n)[right_rows], axis)
    return bool(np.max(abs(got - want)) <= NEAR)


# ---------------------------------------------------------------------------- not linear


def _again(subject: Subject, answer: Answer, x: Array) -> Answer:
    n_out = answer.n_out if subject.form.needs == "size" else None
    factor = None if answer.given is None else float(answer.given)
    return ask(subject, x, n_out, factor)


# of a narrow one, no kernel's overshoot leaves 0..1 or 0..255
_RANGES = ((0.0, 1.0), (0.4, 0.6), (0.0, 255.0), (100.0, 150.0))
_POWERS = (2.2, 1 / 2.2, 2.4, 1 / 2.4, 2.0, 0.5)


def _inside(subject: Subject, answers: Sequence[Answer], seen: Response) -> list[str]:
    """What a function that is not linear follows on some images, or through a curve."""
    if seen.constant:
        return []
    levels = [_again(subject, a, integer_image(subject.channels, a.n_in, "uint8")) for a in answers]
    whole = [a for a in levels if a.y is not None]
    if whole and all(np.array_equal(a.result, np.rint(a.result)) for a in whole):
        result = followed([replace(a, dtype="uint8") for a in whole], "uint8")
        if result.complete and result.parts[0].regime == EVERY:
            return [
                "rounded to uint8 on the way: on whole numbers in 0..255 it follows "
                f"{result.parts[0].candidate}"
            ]
    for low, high in _RANGES:
        inside = [_again(subject, a, low + (a.x + 1) / 2 * (high - low)) for a in answers]
        if lines := _followed_there(inside, f"on images in {low:g}..{high:g} it follows"):
            return lines
    positive = [_again(subject, a, (a.x + 1) / 2) for a in answers]
    positive = [a for a in positive if a.y is not None and np.min(a.y) >= 0]
    for power in _POWERS if positive else ():
        out = [replace(a, y=a.result ** (1 / power)) for a in positive]
        if lines := _followed_there(
            out, f"its result is raised to the power {power:.4g}; before that it follows"
        ):
            return lines
        through = [replace(a, x=a.x**power, y=a.result**power) for a in positive]
        if lines := _followed_there(
            through,
            f"a gamma curve: the image is raised to the power {power:.4g} before, and back after,",
        ):
            return lines
    offset = seen.zero
    if np.ptp(offset) == 0 and offset.flat[0]:
        moved = [replace(a, y=a.result - offset.flat[0]) for a in answers]
        return _followed_there(moved, "but for the offset it follows")
    return []


def _followed_there(answers: Sequence[Answer], words: str) -> list[str]:
    """What answers follow to within a ten-thousandth: powers are not for a bound of sums to judge."""
    known = [a for a in answers if a.y is not None]
    if not known:
        return []
    candidate, distance = nearest_candidate(known)
    largest = max(float(np.max(abs(a.x))) for a in known)
    return [f"{words} {candidate}"] if distance <= 1e-4 * largest else []


# ---------------------------------------------------------------------------- linear


def _of_linear(
    subject: Subject, left: Sequence[Answer], nearest: tuple[Resize, float], last: tuple[str, ...]
) -> Diagnosis:
    lines: list[str] = []
    measured: list[Line] = []
    mixed = _mixes_channels(subject, left)
    if mixed:
        return Diagnosis((mixed, *last), nearest)
    pictures = None
    for direction in _DIRECTIONS:
        compared = [a for a in left if a.within(direction) and any(n != m for n, m in a.axes)]
        both = [line(subject, axis, direction) for axis in (0, 1)] if compared else []
        rows_columns = [one for one in both if one is not None]
        measured += rows_columns
        if len(rows_columns) == 2:
            lines += [
                f"{direction}: {words}"
                for words in _explained(rows_columns[0], rows_columns[1], compared)
            ]
            pictures = pictures or impulses(subject, direction)
    lines = _merged(lines)
    if measured:
        measurements = summary(measured, pictures)
        return Diagnosis((*lines, *last, in_a_line(measurements)), nearest, measurements)
    return Diagnosis((*lines, *last), nearest)


def _merged(lines: Sequence[str]) -> list[str]:
    """What holds in both directions, once."""
    apart = [line.split(": ", 1) for line in lines]
    words = [rest for _, rest in apart]
    if len(words) == 2 and words[0] == words[1]:
        return words[:1]
    return list(lines)


def _mixes_channels(subject: Subject, answers: Sequence[Answer]) -> str:
    """Whether an output channel reads another channel than its own."""
    if subject.channels < 2:
        return ""
    answer = _middling(answers)
    x = answer.x.copy()
    x[:, 1:] = 0.0
    alone = _again(subject, answer, x)
    if alone.y is not None and np.max(abs(alone.y[:, 1:])) > 1e-3:
        return "channels are mixed: what is in one channel comes out in another"
    return ""


def _explained(rows: Line, columns: Line, answers: Sequence[Answer]) -> list[str]:
    """What explains the weights of both axes, or of one."""
    gain = rows.gain
    scaled = f"times {gain:.4g}, " if abs(gain - 1) > NEAR else ""
    alike = rows.alike(columns)
    known: tuple[list[Explanation], list[Explanation]] = ([], [])
    for of_rows, of_columns in zip(explanations(rows), explanations(columns), strict=True):
        explaining = of_rows()
        known[0].extend(explaining)
        known[1].extend(explaining if alike else of_columns())
        for one, other in _pairs(*known):
            if explains(one, other, answers, gain) or (one.inner_only and other.inner_only):
                same = one.words == other.words
                both = one.words if same else f"rows follow {one.words}, columns {other.words}"
                return [f"{scaled}{both}"]
    named = zip(("rows", "columns"), known, strict=True)
    return [f"{axis} follow {explaining[0].words}" for axis, explaining in named if explaining]


def _pairs(
    rows: Sequence[Explanation], columns: Sequence[Explanation]
) -> Iterator[tuple[Explanation, Explanation]]:
    """One explanation for each axis; the same for both first, which is the simpler."""
    pairs = itertools.product(rows, columns)
    return iter(sorted(pairs, key=lambda pair: pair[0].words != pair[1].words))
