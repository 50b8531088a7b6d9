"""What a function's weights look like, read off its answers to lines of light and single pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .. import documents
from ..arrays import Array
from .adapter import Size, Subject
from .probes import Answer, ask

Direction = Literal["enlarging", "shrinking"]

# from n_in to n_out along the axis that is measured, and along the other one
_LINES: dict[Direction, tuple[tuple[int, int], tuple[int, int]]] = {
    "enlarging": ((12, 19), (5, 8)),
    "shrinking": ((21, 8), (11, 4)),
}
_PIXELS: dict[Direction, tuple[Size, Size]] = {
    "enlarging": ((4, 4), (7, 7)),
    "shrinking": ((7, 7), (4, 4)),
}
_FACTORS: dict[Direction, float] = {"enlarging": 2.0, "shrinking": 0.5}
READ = 1e-5  # a weight that is none: above what float32 leaves of a 0


@dataclass(frozen=True, eq=False)
class Line:
    """The measured weights of one axis.

    Attributes:
        axis: 0 of the rows, 1 of the columns.
        weights: (n_out, n_in), without the gain.
        direction: in which it was measured.
        gain: what becomes of an image of ones.
    """

    axis: int
    weights: Array
    direction: Direction
    gain: float = 1.0

    @property
    def sizes(self) -> tuple[int, int]:
        """(n_in, n_out)."""
        return self.weights.shape[1], self.weights.shape[0]

    @property
    def inner(self) -> NDArray[np.bool_]:
        """The output pixels whose taps are not at the image's edge; all if there is none."""
        reads = abs(self.weights) > READ
        n = self.weights.shape[1]
        inside = ~(reads[:, 0] | reads[:, n - 1])
        return np.asarray(inside if inside.any() else inside | True)

    @property
    def coordinates(self) -> Array:
        """The centroid of each output pixel's weights, in input pixels."""
        sums = self.weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.weights @ np.arange(self.weights.shape[1]) / sums)

    @property
    def taps(self) -> int:
        """The most input pixels that an output pixel reads."""
        return int((abs(self.weights) > READ).sum(axis=1).max())

    @property
    def symmetric(self) -> bool:
        """Whether the image's two ends are treated alike."""
        return bool(np.max(abs(self.weights - self.weights[::-1, ::-1])) <= READ)

    def alike(self, other: Line) -> bool:
        """Whether two axes have the same weights."""
        same = self.weights.shape == other.weights.shape
        return same and bool(np.max(abs(self.weights - other.weights)) <= READ)

    @property
    def sums_to_one(self) -> bool:
        return bool(np.max(abs(self.gain * self.weights.sum(axis=1) - 1)) <= READ)


Asked = Callable[[Array, Size], Answer]


def _asker(subject: Subject, direction: Direction) -> Asked:
    needs = subject.form.needs

    def respond(x: Array, n_out: Size) -> Answer:
        if needs == "size":
            return ask(subject, x, n_out)
        return ask(subject, x, None, _FACTORS[direction] if needs == "factor" else None)

    return respond


def line(subject: Subject, axis: int, direction: Direction) -> Line | None:
    """The weights of an axis, where the axes are separable; None if the function does not answer.

    One line of ones after the other is fed, ``channels`` of them at once; what comes of the whole image of
    ones takes out what the other axis does.
    """
    (n_in, n_out), (other_in, other_out) = _LINES[direction]
    respond = _asker(subject, direction)
    size = (n_in, other_in) if axis == 0 else (other_in, n_in)
    out = (n_out, other_out) if axis == 0 else (other_out, n_out)
    c = subject.channels
    whole = respond(np.ones((1, c, *size)), out)
    if whole.y is None or not _right_direction(whole, direction):
        return None
    middle = whole.n_out[1 - axis] // 2
    columns: list[Array] = []
    for first in range(0, n_in, c):
        x = np.zeros((1, c, *size))
        for k in range(min(c, n_in - first)):
            x[0, k].swapaxes(0, axis)[first + k] = 1.0
        answer = respond(x, out)
        if answer.y is None:
            return None
        columns += [
            answer.y[0, k].swapaxes(0, axis)[:, middle] for k in range(min(c, n_in - first))
        ]
    weights = np.stack(columns, axis=1)
    # the sum over all lines is what the image of ones gives: the other axis's share is in both
    level = float(np.median(whole.y[0, 0])) or 1.0
    return Line(axis, weights / level, direction, level)


def _right_direction(answer: Answer, direction: Direction) -> bool:
    grows = all(n_out > n_in for n_in, n_out in answer.axes)
    shrinks = all(n_out < n_in for n_in, n_out in answer.axes)
    return grows if direction == "enlarging" else shrinks


@dataclass(frozen=True, eq=False)
class Impulses:
    """What becomes of each pixel of a small image: (h_out, w_out, h_in, w_in)."""

    weights: Array
    sizes: str

    @property
    def separable(self) -> bool:
        """Whether every pixel's picture is a row times a column, the same for all in its line."""
        h_out, w_out, h, w = self.weights.shape
        singular = np.linalg.svd(
            self.weights.transpose(0, 2, 1, 3).reshape(h_out * h, w_out * w), compute_uv=False
        )
        return bool(singular.size < 2 or singular[1] <= READ * max(1.0, singular[0]))


def impulses(subject: Subject, direction: Direction) -> Impulses | None:
    """The picture of every single pixel of a small image; None if the function does not answer."""
    n_in, n_out = _PIXELS[direction]
    respond, c = _asker(subject, direction), subject.channels
    pictures: list[Array] = []
    total = n_in[0] * n_in[1]
    text = ""
    for first in range(0, total, c):
        x = np.zeros((1, c, total))
        for k in range(min(c, total - first)):
            x[0, k, first + k] = 1.0
        answer = respond(x.reshape(1, c, *n_in), n_out)
        if answer.y is None:
            return None
        text = answer.sizes_text
        pictures += list(answer.y[0, : min(c, total - first)])
    stacked = np.stack(pictures, axis=-1)
    return Impulses(stacked.reshape(*stacked.shape[:2], *n_in), text)


def summary(lines: list[Line], pictures: Impulses | None) -> documents.Measured:
    """What was measured, for a program: an example's weights, and what is to be seen in them.

    Args:
        lines: at least one.
        pictures: of single pixels, if the function answered.
    """
    first = lines[0]
    pairs = [(a, b) for a in lines for b in lines if a.axis < b.axis and a.direction == b.direction]
    return {
        "example": f"{first.sizes[0]} to {first.sizes[1]} {'rows' if first.axis == 0 else 'columns'}",
        "weights": [[round(float(v), 6) + 0.0 for v in row] for row in first.weights],
        "taps": first.taps,
        "shift": round(_shift(first), 6) + 0.0,
        "symmetric": first.symmetric,
        "sums_to_one": all(one.sums_to_one for one in lines),
        "separable": pictures.separable if pictures else None,
        "rows_as_columns": all(a.alike(b) for a, b in pairs),
    }


def _shift(one: Line) -> float:
    """How far the output pixels sample beside half_pixel's coordinates, in input pixels, on average."""
    n_in, n_out = one.sizes
    ideal = (np.arange(n_out) + 0.5) * n_in / n_out - 0.5
    off = (one.coordinates - ideal)[one.inner]
    return float(np.nanmean(off)) if np.isfinite(off).any() else 0.0


def in_a_line(measured: documents.Measured) -> str:
    """The measurements in a line."""
    n_in = len(measured["weights"][0])
    all_read = (
        ", as many as there are pixels: a spline, or another filter without end"
        if measured["taps"] == n_in
        else ""
    )
    parts = [
        f"{measured['taps']} taps{all_read}",
        f"centroids {measured['shift']:+.3g} px beside half_pixel's",
    ]
    parts.append(
        "the same from both ends" if measured["symmetric"] else "not the same from both ends"
    )
    parts.append("rows sum to 1" if measured["sums_to_one"] else "rows do not sum to 1")
    if measured["separable"] is not None:
        parts.append("separable" if measured["separable"] else "not separable")
    parts.append("rows as columns" if measured["rows_as_columns"] else "rows other than columns")
    return f"measured from {measured['example']}: " + ", ".join(parts)
