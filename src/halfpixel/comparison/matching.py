"""Which conventions a function's resize follows at one size pair, and what rounding explains there.

A resize is separable: an image whose rows are all alike, resized, is one row of values times the weights of
the columns. So each axis is asked by itself, on two such images, at the very sizes that are compared, and
held to the error bound of every convention that is known.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import AnyArray
from ..conformance.verdicts import bound_of_axes
from ..identification.adapter import Size
from ..identification.candidates import Candidate, axis_weights, generic, matrix, rows_of
from ..numerics.coordinates import COORDINATE_RULES
from ..operators import Resize
from ..operators.axis import Axis
from .function import Float, Output
from .images import as_dtype
from .value_range import Tone
from .window import Visible, Window, whole_levels


@dataclass(frozen=True)
class Path:
    """How an axis comes about: cropped, resized, cropped again.

    Attributes:
        start, stop: the input pixels that are resized.
        resized: to how many.
        first, count: the output pixels that are kept of them.
    """

    start: int
    stop: int
    resized: int
    first: int
    count: int

    def __str__(self) -> str:
        words = f"{self.stop - self.start} -> {self.resized}"
        return words if self.count == self.resized else f"{words}, cropped to {self.count}"


Paths = tuple[Path, Path]


@dataclass(frozen=True)
class Following:
    """What the resize of a function follows at a size.

    Attributes:
        ways: the paths of rows and columns that it can have come by, each with the conventions within whose
            bound both axes are then; the likeliest path and the simplest convention first.
        rounded: its levels are whole numbers where those of the convention are not: it was held to the bound
            and one level, and is no ground for a bound.
    """

    ways: tuple[tuple[Paths, tuple[Candidate, ...]], ...]
    rounded: bool

    @property
    def paths(self) -> Paths:
        """The likeliest, of rows and columns."""
        return self.ways[0][0]

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The conventions of the likeliest paths."""
        return self.ways[0][1]

    def __str__(self) -> str:
        rows, columns = self.paths
        words = f"{self.candidates[0].convention}, rows {rows}, columns {columns}"
        return words + (", in whole levels" if self.rounded else "")


def paths(axis: Visible, n_in: int, precision: float) -> list[Path]:
    """The crops and sizes that show what an axis shows: all of it resized, a part, a part of the result."""
    possible = []
    if axis.step <= 0:
        return []
    near = 2 * precision
    if abs(axis.step * axis.count - n_in) <= axis.step + 1 + near:
        possible.append(Path(0, n_in, axis.count, 0, axis.count))
    resized = round(n_in / axis.step)
    for n in (resized, resized - 1, resized + 1):
        first = round(axis.start * n / n_in) if n > 0 else -1
        if first >= 0 and first + axis.count <= n:
            possible.append(Path(0, n_in, n, first, axis.count))
    for before, behind in _part_edges(axis):
        start, stop = round(before), round(behind)
        whole = abs(start - before) <= near and abs(stop - behind) <= near
        if whole and 0 <= start < stop <= n_in:
            possible.append(Path(start, stop, axis.count, 0, axis.count))
    return list(dict.fromkeys(possible))


def _part_edges(axis: Visible) -> list[tuple[float, float]]:
    """The ends of the part that is sampled, if the grid is half_pixel, align_corners, or asymmetric."""
    corner = (axis.step - 1) / 2
    return [
        (axis.start, axis.stop),
        (axis.start + corner, axis.stop - corner),
        (axis.start + corner, axis.stop + corner),
    ]


def following(
    run: Callable[[AnyArray], Output],
    tone: Tone,
    window: Window,
    size: Size,
    dtype: str,
    white: float,
    among: Sequence[Candidate],
) -> Following | None:
    """What a function follows at a size; None if it is none of the candidates.

    Raises:
        Raised: the function raised.
    """
    profiles: list[Profile] = []
    every = [paths(window.axes[i], n, window.precision[i]) for i, n in enumerate(size)]
    by_path: list[dict[tuple[Path, int], list[Candidate]]] = []
    for axis, n in enumerate(size):
        # from the middle half of the range: what a kernel overshoots is not clipped to 0..255
        lines = np.random.default_rng(axis).integers(64, 192, (2, n)).astype(np.float64)
        got = [_profile(run, tone, window, line, size, axis, dtype, white) for line in lines]
        whole = all(whole_levels(line, tone) for line in got)
        profile = Profile(_levels(lines, dtype, white), np.stack(got), axis == 1, whole, tone)
        profiles.append(profile)
        totals = {
            (path, _kind(path, other)): path.resized + other.resized
            for path in every[axis]
            for other in every[1 - axis]
        }
        by_path.append(
            {key: profile.fitting(among, key[0], total) for key, total in totals.items()}
        )
        fitting = {candidate for fits in by_path[-1].values() for candidate in fits}
        among = [candidate for candidate in among if candidate in fitting]
    ways = []
    for row, column in itertools.product(*every):
        kind = _kind(row, column)
        of_rows, of_columns = by_path[0][row, kind], by_path[1][column, kind]
        both = tuple(candidate for candidate in of_rows if candidate in of_columns)
        if both:
            ways.append(((row, column), both))
    if not ways:
        return None
    both_paths, (likeliest, *_) = ways[0]
    total = sum(path.resized for path in both_paths)
    rounded = [
        one.rounds(likeliest, path, total) for one, path in zip(profiles, both_paths, strict=True)
    ]
    return Following(tuple(ways), any(rounded))


# the rows plus columns of an output above which coordinate rules are other formulas
_ABOVE = sorted({rule.above for rule in COORDINATE_RULES.values() if rule.above is not None})


def _kind(one: Path, other: Path) -> int:
    """Of both axes' sizes, what a coordinate rule asks for."""
    return bisect.bisect_left(_ABOVE, one.resized + other.resized)


def _levels(lines: Float, dtype: str, white: float) -> Float:
    """Levels as the function is passed them: in float32 they are rounded."""
    return np.asarray(as_dtype(lines, dtype, white), np.float64) * (
        255 / (255 if dtype == "uint8" else white)
    )


def _profile(
    run: Callable[[AnyArray], Output],
    tone: Tone,
    window: Window,
    values: Float,
    size: Size,
    axis: int,
    dtype: str,
    white: float,
) -> Float:
    """What becomes of an image that varies along one axis alone, as levels along that axis."""
    line = values.reshape(-1, 1, 1) if axis == 0 else values[:, None]
    output = run(as_dtype(np.broadcast_to(line, (*size, 3)), dtype, white))
    levels = tone.levels(output.image)[..., 0]
    rows, columns = window.axes
    inner = levels[rows.first : rows.last, columns.first : columns.last]
    middle = inner.shape[1 - axis] // 2
    return np.asarray(np.take(inner, middle, axis=1 - axis))


WIDEST_BOUND = 2.55  # levels: a hundredth of white. No bound at real sizes is as wide
_FEW = 4  # output pixels that are looked at first


@dataclass(frozen=True, eq=False)
class Profile:
    """What became of images that vary along one axis.

    Attributes:
        sent, got: levels, an image a row.
        columns: whether they vary along the columns' axis.
        whole: what came are whole levels.
        tone: of the function.
    """

    sent: Float
    got: Float
    columns: bool
    whole: bool
    tone: Tone

    def fitting(self, among: Sequence[Candidate], path: Path, total: int) -> list[Candidate]:
        """The candidates within whose bound every value is, and a level if levels are whole.

        Args:
            among: the candidates.
            path: of this axis.
            total: rows plus columns of the resized image.
        """
        far: set[Resize] = set()  # no coordinate rule moves a weighted sum by a hundredth of white
        fitting = []
        for candidate in among:
            if candidate.convention in far:
                continue
            near = self._near(candidate, path, total)
            if near is None and candidate.rule is None and candidate.convention.mode != "nearest":
                far.add(candidate.convention)
            if near:
                fitting.append(candidate)
        return fitting

    def rounds(self, candidate: Candidate, path: Path, total: int) -> bool:
        """Whether levels are whole where those of a candidate that is followed are not: where pixels are
        copied, as by an odd factor, they are whole by themselves."""
        if not self.whole or candidate.convention.mode == "nearest":
            return False
        axis = Axis(path.stop - path.start, path.resized, None, total, self.columns)
        exact = self.sent[:, path.start : path.stop] @ matrix(candidate, axis).T
        return not whole_levels(exact[:, path.first : path.first + path.count], self.tone)

    def _near(self, candidate: Candidate, path: Path, total: int) -> bool | None:
        """Whether it is followed; None where it is a hundredth of white off, or not defined."""
        n_in, n_out = path.stop - path.start, path.resized
        if not candidate.convention.takes(n_in, n_out):
            return None
        own, slack = self.tone.rounding.max(), 1.0 if self.whole else 0.0
        widest = 4 * own if candidate.convention.mode == "nearest" else WIDEST_BOUND + slack
        x = self.sent[:, path.start : path.stop]
        kept = slice(path.first, path.first + path.count)
        try:
            few = np.unique(np.linspace(0, path.count - 1, _FEW).astype(int))
            pixels = tuple((few + path.first).tolist())
            axis = Axis(n_in, n_out, None, total, self.columns)
            rows = rows_of(candidate, axis, pixels)
            if abs(self.got[:, few] - x @ rows.T).max() > widest:  # most candidates end here
                return None
            weights = matrix(candidate, axis)
        except ValueError:
            return None
        off = abs(self.got - (x @ weights.T)[:, kept]).max(axis=0)
        if off.max() > widest:
            return None
        if candidate.convention.mode == "nearest":
            return True
        return bool((off <= _bound(candidate, path, total, self.columns) * 255 + own + slack).all())


def _bound(candidate: Candidate, path: Path, total: int, columns: bool) -> Float:
    """Of one axis of a white image, the other being a row of ones."""
    n_in, n_out = path.stop - path.start, path.resized
    axis = axis_weights(candidate, Axis(n_in, n_out, None, total, columns))
    other = axis_weights(candidate, Axis(1, 1, None, 1, not columns))
    ones = np.ones((n_in, 1))

    def both(left: Float, right: Float) -> Float:
        return np.asarray(left @ ones @ right.T)

    arithmetic = generic(candidate.convention)
    bound = bound_of_axes(axis, other, both, arithmetic)[:, 0]
    return bound[path.first : path.first + path.count]


def bound(one: Following, pixels: Float) -> Float:
    """How far each value of the resized part may be off by rounding alone.

    Args:
        one: what is followed.
        pixels: the image, (H, W, C), levels.

    Returns:
        (rows, columns, C), levels.
    """
    candidate = one.candidates[0]
    rows, columns = one.paths
    part = pixels[rows.start : rows.stop, columns.start : columns.stop].transpose(2, 0, 1)
    part = np.ascontiguousarray(part)  # else its products are not BLAS's
    if candidate.convention.mode == "nearest":
        return np.zeros((rows.count, columns.count, pixels.shape[2]))
    total = rows.resized + columns.resized
    h, w = (
        axis_weights(candidate, Axis(path.stop - path.start, path.resized, None, total, i == 1))
        for i, path in enumerate(one.paths)
    )

    def both(left: Float, right: Float) -> Float:
        return np.asarray(left @ part @ right.T)

    whole = bound_of_axes(h, w, both, generic(candidate.convention))
    kept = whole[
        :, rows.first : rows.first + rows.count, columns.first : columns.first + columns.count
    ]
    return np.asarray(kept.transpose(1, 2, 0))
