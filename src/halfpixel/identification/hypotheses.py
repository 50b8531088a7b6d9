"""Hypotheses: what a linear function that follows no convention may compute instead.

Each is fitted to measured weights, and kept only if it then explains the answers to the probes to within
:data:`NEAR`. They explain, and never name: a function of which one holds still follows no convention.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Array
from ..operators import Resize
from ..operators.axis import Axis
from .candidates import Candidate, candidates, matrix
from .impulse_response import READ, Line
from .probes import Answer

# of the largest value: what a fitted parameter may leave; far below any difference between conventions
NEAR = 2.0**-13
_KERNELS = (
    Resize(mode="linear"),
    Resize(mode="cubic"),
    Resize(mode="cubic", cubic_coeff_a=-0.5),
    Resize(mode="lanczos"),
    Resize(mode="lanczos", lanczos_radius=4),
)
_GRIDS = ("half_pixel", "asymmetric", "align_corners")


@dataclass(frozen=True)
class Explanation:
    """What explains the weights of an axis.

    Attributes:
        words: what it is.
        weights: from (n_in, n_out) to the weights of an axis.
        inner_only: the edges are not explained, and the answers cannot be asked.
    """

    words: str
    weights: Callable[[int, int], Array]
    inner_only: bool = False


def explains(
    rows: Explanation, columns: Explanation, answers: Sequence[Answer], gain: float
) -> bool:
    """Whether explanations of both axes give the answers."""
    for answer in answers:
        try:
            h, w = (e.weights(*pair) for e, pair in zip((rows, columns), answer.axes, strict=True))
        except ValueError:
            return False
        expected = gain * (h @ answer.x @ w.T)
        largest = max(float(np.max(abs(expected))), 0.25)
        if not np.max(abs(expected - answer.result)) <= NEAR * largest:
            return False
    return True


def explanations(line: Line) -> Iterator[Callable[[], list[Explanation]]]:
    """What may explain the measured weights of one axis: hypotheses of a kind together, the simplest kind
    first, found as they are asked for."""
    for kind in (_conventions, _coefficients, _shifts, _blurs):
        yield functools.partial(_all, kind, line)


def _all(kind: Callable[[Line], Iterator[Explanation]], line: Line) -> list[Explanation]:
    return list(kind(line))


def _near(weights: Array, line: Line) -> bool:
    return bool(np.max(abs(weights - line.weights)) <= NEAR)


def _plain() -> Iterator[Resize]:
    return (c.convention for c in candidates() if c.rule is None)


def _of(convention: Resize) -> Callable[[int, int], Array]:
    return lambda n_in, n_out: matrix(Candidate(convention), Axis(n_in, n_out))


def _conventions(line: Line) -> Iterator[Explanation]:
    for convention in _plain():
        if convention.takes(*line.sizes) and _near(_of(convention)(*line.sizes), line):
            yield Explanation(str(convention), _of(convention))


# ---------------------------------------------------------------------------- coefficients


def _cubics() -> Iterator[Resize]:
    for grid in _GRIDS:
        for exclude in (False, True):
            yield Resize(mode="cubic", coordinate_transformation_mode=grid, exclude_outside=exclude)  # type: ignore[arg-type]
    for exclude in (False, True):
        yield Resize(mode="cubic", antialias=True, exclude_outside=exclude)


def _coefficients(line: Line) -> Iterator[Explanation]:
    """Keys' kernel with another a; or, if that is none, the family of Mitchell and Netravali."""
    explanation = next(filter(None, (_keys(of, line) for of in _cubics())), None)
    explanation = explanation or next(filter(None, (_mitchell(of, line) for of in _cubics())), None)
    if explanation is not None:
        yield explanation


def _keys(convention: Resize, line: Line) -> Explanation | None:
    def model(p: Array) -> Array:
        return _cubic(convention, 0.0, -float(p[0]), *line.sizes)

    parameters = _solved(model, np.array([-0.6]), line)
    if parameters is None:
        return None
    a = _round(float(parameters[0]))
    with_a = dataclasses.replace(convention, cubic_coeff_a=a)
    return Explanation(f"{_bare(with_a)}: Keys' kernel with a = {a:g}", _of(with_a))


def _mitchell(convention: Resize, line: Line) -> Explanation | None:
    def model(p: Array) -> Array:
        return _cubic(convention, float(p[0]), float(p[1]), *line.sizes)

    parameters = _solved(model, np.array([0.3, 0.3]), line)
    if parameters is None:
        return None
    b, c = (_round(float(value)) for value in parameters)
    bare = _bare(convention).replace(" cubic_coeff_a=-0.75", "")
    spline = ", a B-spline" if (b, c) == (1, 0) else ""
    return Explanation(
        f"{bare} with B = {b:g} and C = {c:g} of Mitchell and Netravali{spline}",
        lambda n_in, n_out: _cubic(convention, b, c, n_in, n_out),
    )


def _bare(convention: Resize) -> str:
    return str(convention).removeprefix("resize ")


def _cubic(convention: Resize, b: float, c: float, n_in: int, n_out: int) -> Array:
    """The weights of the kernel with parameters B and C; Keys' has B = 0 and C = −a."""

    def kernel(coordinates: AnyArray, index: NDArray[np.intp], stretch: Fraction) -> AnyArray:
        t = abs(coordinates[:, None] - index) / float(stretch)
        near = ((12 - 9 * b - 6 * c) * t - 18 + 12 * b + 6 * c) * t * t + 6 - 2 * b
        far = (((-b - 6 * c) * t + 6 * b + 30 * c) * t - 12 * b - 48 * c) * t + 8 * b + 24 * c
        return np.where(t <= 1, near, np.where(t < 2, far, 0.0)) / 6

    where = convention.coordinates(n_in, n_out).astype(np.float64)
    scale = convention.scale(n_in, n_out)
    return np.asarray(convention.weights_at(where, n_in, scale, kernel), np.float64)


_STEPS = 8
_STEP = 1e-5


def _solved(model: Callable[[Array], Array], start: Array, line: Line) -> Array | None:
    """The parameters at which a model gives the measured weights (Gauss and Newton); None if none do."""
    p = start.astype(np.float64)
    for _ in range(_STEPS):
        try:
            fitted = model(p)
            slopes = [(model(p + _STEP * unit) - fitted).ravel() / _STEP for unit in np.eye(len(p))]
        except (ValueError, ZeroDivisionError):
            return None
        if fitted.shape != line.weights.shape:
            return None
        jacobian, residual = np.stack(slopes, axis=1), (line.weights - fitted).ravel()
        if not np.isfinite(jacobian).all():
            return None
        step = np.linalg.lstsq(jacobian, residual, rcond=None)[0]
        p = p + np.clip(step, -0.5, 0.5)
        if np.max(abs(step)) < 1e-9:
            break
    return p if _near(model(p), line) else None


def _round(value: float) -> float:
    """A fitted parameter with the digits that mean something."""
    return float(f"{value:.4g}") if abs(value) > 1e-4 else 0.0


# ---------------------------------------------------------------------------- shifts


def _shifts(line: Line) -> Iterator[Explanation]:
    """A kernel on a grid that is shifted by a part of a pixel, of the input's or of the output's."""
    n_in, n_out = line.sizes
    for convention in _shiftable():
        away = (line.coordinates - _grid(convention, n_in, n_out))[line.inner]
        guess = float(np.nanmedian(away)) if np.isfinite(away).any() else np.inf
        if abs(guess) > _FARTHEST:
            continue

        def model(p: Array, convention: Resize = convention) -> Array:
            return _shifted(convention, float(p[0]), n_in, n_out)

        parameters = _solved(model, np.array([guess]), line)
        if parameters is not None:
            yield from _in_pixels(convention, float(parameters[0]), n_in / n_out)


_FARTHEST = 3.0  # pixels


def _shiftable() -> Iterator[Resize]:
    for kernel in _KERNELS:
        for grid in _GRIDS:
            yield dataclasses.replace(kernel, coordinate_transformation_mode=grid)  # type: ignore[arg-type]
        for exclude in (True, False):
            yield dataclasses.replace(kernel, antialias=True, exclude_outside=exclude)


def _in_pixels(convention: Resize, shift: float, scale: float) -> Iterator[Explanation]:
    words, by_input, by_output = _bare(convention), _round(shift), _round(shift / scale)

    def of_output(n_in: int, n_out: int) -> Array:
        return _shifted(convention, by_output * n_in / n_out, n_in, n_out)

    yield Explanation(
        f"{words} shifted by {by_input:g} px",
        lambda n_in, n_out: _shifted(convention, by_input, n_in, n_out),
    )
    yield Explanation(f"{words} shifted by {by_output:g} px of the output", of_output)


@functools.lru_cache(maxsize=1024)
def _grid(convention: Resize, n_in: int, n_out: int) -> Array:
    return convention.coordinates(n_in, n_out).astype(np.float64)


def _shifted(convention: Resize, shift: float, n_in: int, n_out: int) -> Array:
    where = _grid(convention, n_in, n_out) + shift
    return np.asarray(convention.weights_at(where, n_in, convention.scale(n_in, n_out)), np.float64)


# ---------------------------------------------------------------------------- blurs

_RADII = (1, 2, 3, 4, 5, 6)


def _blurs(line: Line) -> Iterator[Explanation]:
    """A symmetric filter before a resize, or after it; edges are left out of the fit."""
    for radius in _RADII:
        for convention in _bases():
            if not convention.takes(*line.sizes):
                continue
            resize = _of(convention)(*line.sizes)
            for before in (True, False):
                taps = _filter(resize, line, radius, before)
                if taps is not None:
                    when = "before" if before else "after"
                    words = f"blurred {when} {convention}: {_filter_words(taps)}"
                    yield Explanation(words, _unknown, inner_only=True)
                    return


def _bases() -> Iterator[Resize]:
    return (
        c
        for c in _plain()
        if not c.exclude_outside and c.padding_mode == "border" and not c.extrapolates
    )


def _unknown(n_in: int, n_out: int) -> Array:
    raise ValueError("what a blur does at the edges is not fitted")


def _filter(resize: Array, line: Line, radius: int, before: bool) -> Array | None:
    """The taps b0..b_radius of the filter, if one explains the inner rows."""
    n_out, n_in = resize.shape
    axis = 1 if before else 0
    parts = [resize] + [
        _moved(resize, k, axis) + _moved(resize, -k, axis) for k in range(1, radius + 1)
    ]
    clean = (
        ~(abs(resize[:, [*range(radius), *range(n_in - radius, n_in)]]) > READ).any(axis=1)
        if before
        else np.array([radius <= d < n_out - radius for d in range(n_out)])
    )
    clean &= line.inner
    if clean.sum() < 2:
        return None
    stacked = np.stack([part[clean].ravel() for part in parts], axis=1)
    taps = np.linalg.lstsq(stacked, line.weights[clean].ravel(), rcond=None)[0]
    left = float(np.max(abs(stacked @ taps - line.weights[clean].ravel())))
    trivial = np.max(abs(taps[1:])) < NEAR
    return None if left > NEAR or trivial else np.asarray(taps)


def _moved(matrix: Array, by: int, axis: int) -> Array:
    """A matrix whose columns (axis 1), or rows, have moved by some places; nothing comes in."""
    out = np.roll(matrix, by, axis)
    lost: list[Any] = [slice(None), slice(None)]
    if by:
        lost[axis] = slice(0, by) if by > 0 else slice(by, None)
        out[tuple(lost)] = 0.0
    return out


def _filter_words(taps: Array) -> str:
    both = [*taps[:0:-1], *taps]
    numbers = " ".join(f"{_round(float(t)):.4g}" for t in both)
    if len(taps) > 2 and taps[0] > taps[1] > 0:  # any three taps are a Gaussian's
        sigma = np.sqrt(-0.5 / np.log(taps[1] / taps[0]))
        wanted = taps[0] * np.exp(-0.5 * (np.arange(len(taps)) / sigma) ** 2)
        if np.max(abs(wanted - taps)) < 10 * NEAR:
            return f"a Gaussian of sigma {_round(float(sigma)):.4g} ({numbers})"
    return f"the filter {numbers}"
