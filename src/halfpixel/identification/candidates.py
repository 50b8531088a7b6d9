"""What a function is compared with: conventions with their coordinate rules, and how near is near enough.

Nobody knows how an unknown function rounds, so it is held to the bound of
:func:`halfpixel.conformance.verdicts.bound_of_axes` with the largest constants that any call of the
catalogue has for the same kernel, in float32 (:func:`generic`): as if it were evaluated in the least
precise of the ways that are known. Nearest copies, and has no bound. A coordinate, or a cubic
coefficient, that is 1/1000 off is far outside it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..conformance import trials, verdicts
from ..conformance.verdicts import AxisWeights, bound_of_axes
from ..frameworks.call import WIDE
from ..numerics import weights
from ..numerics.coordinates import (
    float_coordinates,
    relevant,
    rules_of_libraries,
    tap_weights,
)
from ..numerics.error_model import UNIT_ROUNDOFF, ErrorModel, normalised_weight_error
from ..operators import Resize, every_pyramid, every_resize
from ..operators.axis import Axis
from ..operators.kernels import Kernel
from .deadline import Deadline
from .probes import TELLING, TELLING_FACTORS, Answer, times
from .rounding import Sampled, models, named, predicts


@dataclass(frozen=True)
class Candidate:
    """A convention, the coordinate rule by which it is evaluated, if any, and how integers are rounded on
    the way, where the function takes nothing else: a model of :mod:`halfpixel.identification.rounding`."""

    convention: Resize
    rule: str | None = None
    rounding: str | None = None

    def __str__(self) -> str:
        rule = f" with coordinate rule {self.rule}" if self.rule else ""
        return f"{self.convention}{rule}" + (f", {self.rounding}" if self.rounding else "")

    def takes(self, answer: Answer) -> bool:
        return self.convention.takes_every_size or all(
            self.convention.takes(*pair) for pair in answer.axes
        )


@functools.cache
def _followed() -> dict[Resize, list[set[str | None]]]:
    """The conventions that calls follow, with the coordinate rules of each call in wide dtypes."""
    rules: dict[Resize, list[set[str | None]]] = {}
    for call in trials.calls("resize"):
        wide = {a.coordinate_rule for d, a in call.arithmetic.items() if d in WIDE}
        for convention in call.follows.values():
            rules.setdefault(convention, []).append(wide)
    return rules


def _rules(convention: Resize) -> list[str | None]:
    """None, then the coordinate rules by which calls, and other libraries, follow a convention."""
    known = set[str | None]().union(*_followed().get(convention, ()))
    of_calls = sorted(rule for rule in known if rule)
    return list(dict.fromkeys([None, *of_calls, *rules_of_libraries(convention)]))


@functools.cache
def candidates() -> tuple[Candidate, ...]:
    """Every convention that is known, each without a rule, with those of the calls that follow it, and
    with those of other libraries; what is simpler, and what calls follow, first. What is a convention of its
    own only at factors is left out."""
    followed = {
        convention: len(calls)
        for convention, calls in _followed().items()
        if convention.coordinate_transformation_mode != _CENTRED
    }
    every = dict.fromkeys([*every_resize(), _OPSET_10, *every_pyramid(), *followed])
    ranked = sorted(every, key=lambda c: (_attributes(c), -followed.get(c, 0)))
    return tuple(
        Candidate(convention, rule) for convention in ranked for rule in _rules(convention)
    )


# half_pixel, but at factors that make no whole number of pixels
_CENTRED: Literal["half_pixel_symmetric"] = "half_pixel_symmetric"
# what runtimes make of ONNX's nearest of opset 10
_OPSET_10 = Resize(
    mode="nearest",
    coordinate_transformation_mode="asymmetric",
    nearest_mode="ceil_where_shrinking",
)


@functools.cache
def candidates_at_factors() -> tuple[Candidate, ...]:
    """Those of :func:`candidates` whose coordinates can follow from a factor, and those that are conventions
    of their own only at factors that make no whole number of pixels."""
    scaled = [call for call in trials.calls("resize") if call.scaling is not None]
    rules = {
        None,
        *(a.coordinate_rule for call in scaled for a in call.arithmetic.values()),
    }
    known = [c for c in candidates() if c.convention.takes_factors and c.rule in rules]
    centred = [
        replace(c.convention, coordinate_transformation_mode=_CENTRED)
        for c in known
        if c.rule is None
        and c.convention.coordinate_transformation_mode == "half_pixel"
        and _CENTRED in (c.convention.kernel.grids or (_CENTRED,))
    ]
    return (*known, *(Candidate(c, rule) for c in centred for rule in _rules(c)))


@functools.lru_cache(maxsize=1 << 17)
def differ(one: Candidate, other: Candidate) -> bool:
    """Whether two coordinate rules of one convention of nearest read other pixels at a size at which
    functions are asked to tell rules apart."""
    sizes = [*TELLING, *((size, times(size, factor)) for size, factor in TELLING_FACTORS)]
    for (h, w), (out_h, out_w) in sizes:
        total = out_h + out_w
        for axis in (Axis(h, out_h, None, total), Axis(w, out_w, None, total, columns=True)):
            if not np.array_equal(matrix(one, axis), matrix(other, axis)):
                return True
    return False


@functools.cache
def integer_candidates(dtype: str) -> tuple[Candidate, ...]:
    """Every convention with every way to round a dtype of integers: the catalogue's arithmetics first."""
    none = np.zeros((1, 1, 1, 1))
    return tuple(
        replace(candidate, rounding=model)
        for candidate in candidates()
        if candidate.rule is None or candidate.convention.mode == "nearest"
        for model in (
            (None,)
            if candidate.convention.mode == "nearest"
            else models(
                Sampled(candidate.convention, none, (none[0, 0], none[0, 0]), lambda: none, dtype)
            )
        )
    )


@functools.cache
def _at_factors() -> frozenset[Candidate]:
    return frozenset(candidates_at_factors())


def _attributes(convention: Resize) -> tuple[int, ...]:
    """How much a convention says that is not the default."""
    plain = convention.padding_mode == "border"
    return (
        convention.antialias + convention.exclude_outside + (not plain) + convention.extrapolates,
        *(int(flag) for flag in (convention.extrapolates, not plain, convention.antialias)),
    )


@functools.lru_cache(maxsize=1024)
def generic(convention: Resize, dtype: str = "float32") -> ErrorModel:
    """The roundings of an unknown function: of each kind as many as the call with the most of them, of all
    calls with this kernel; where no call has it, of all calls with a kernel that can be widened.

    Args:
        convention: what is computed.
        dtype: that it is computed in.
    """
    known = _models(lambda kernel: kernel is convention.kernel)
    like = known or _models(lambda kernel: kernel.stretches)
    own = normalised_weight_error(convention) if convention.kernel.stretches else 0.0
    return ErrorModel(
        coordinates=dtype,
        coordinate_roundings=max(4, *(a.coordinate_roundings for a in like)),
        weights=dtype,
        weight_error=max([own, *(a.weight_error for a in known)]),
        accumulation=dtype,
        extent_roundings=max(a.extent_roundings for a in like),
        distance_roundings=max(a.distance_roundings for a in like),
        normalised=any(a.normalised for a in like),
        separable=all(a.separable for a in like),
        source="the largest constants of the catalogue's calls with this kernel",
    )


def _models(has: Callable[[Kernel], bool]) -> list[ErrorModel]:
    """The error models in float32 of calls that follow a convention with such a kernel."""
    return [
        call.arithmetic["float32"]
        for call in trials.calls("resize")
        if "float32" in call.arithmetic
        and any(has(convention.kernel) for convention in call.follows.values())
    ]


@functools.cache
def loosest() -> tuple[int, float]:
    """The most roundings in float32 of any known call, on the way to one value along one axis: of a
    coordinate, relative to the image's size in pixels; and of weights and their sum, relative to the
    largest pixel.

    A row sums to 1, so that errors e of k weights move a value by at most k/2 · e of the range. The products
    are added with one rounding a tap, with three where the weights are divided by their own sum.
    """
    coordinate, value = 0, 0.0
    for call in trials.calls("resize"):
        model = call.arithmetic.get("float32")
        for convention in call.follows.values() if model is not None else ():
            if model is None or not convention.takes_every_size:
                continue
            coordinate = max(coordinate, model.coordinate_roundings + model.extent_roundings)
            taps = verdicts.axis_weights(convention, _LONGER).taps
            sums = taps * (3 if model.normalised else 1)
            value = max(value, taps / 2 * model.weight_error + sums)
    return coordinate, value


_LONGER = Axis(16, 17)  # a kernel is as wide as it is, not widened
SMALL = 2**14  # entries of weights that are kept; those of large images are made again


def axis_weights(candidate: Candidate, axis: Axis) -> AxisWeights:
    """The weights of one axis, with what the bound needs."""
    return verdicts.axis_weights(candidate.convention, axis, candidate.rule)


def matrix(candidate: Candidate, axis: Axis) -> Array:
    """The weights of one axis, (n_out, n_in), in float64."""
    return weights.matrix(candidate.convention, axis, candidate.rule)


def rows_of(candidate: Candidate, axis: Axis, pixels: tuple[int, ...]) -> Array:
    """The rows of :func:`matrix` of some output pixels alone, at no factor."""
    make = _rows if axis.area <= SMALL else _rows.__wrapped__
    return make(candidate, relevant(axis, candidate.rule), pixels)


@functools.lru_cache(maxsize=8192)
def _rows(candidate: Candidate, axis: Axis, pixels: tuple[int, ...]) -> Array:
    convention, rule, some = candidate.convention, candidate.rule, axis.some(np.array(pixels))
    if rule is None:
        above, below = convention.ratio(some)
        where = [Fraction(*pair) for pair in zip(above.tolist(), below.tolist(), strict=True)]
    else:
        where = [Fraction(at) for at in float_coordinates(convention, some, rule).tolist()]
    scale = convention.scale(*axis.arguments)
    exact = np.array(where, object)
    return weights.matrix_at(convention, exact, axis.n_in, scale, tap_weights(rule))


@dataclass(frozen=True)
class Fit:
    """How near an answer is to a candidate.

    Attributes:
        share: the largest part of its bound that a value used; above 1 the candidate is not followed.
        error: the largest error.
        ulp: that in units in the last place (float32) of the largest value.
    """

    share: float
    error: float
    ulp: float


_FAR = Fit(np.inf, np.inf, np.inf)
_NEAR = 0.01  # of the largest value: no bound at the probes' sizes is as wide


def fit(rows: Candidate, columns: Candidate, answer: Answer) -> Fit:
    """How near an answer is to what a candidate along each axis computes.

    Args:
        rows, columns: what is followed along H and along W.
        answer: one with a result.
    """
    if not (rows.takes(answer) and columns.takes(answer)):
        return _FAR
    if answer.scales is not None and not {rows, columns} <= _at_factors():
        return _FAR
    if rows.rounding is not None:
        return _rounded(rows, answer)
    if _is_large(answer) and not _near_somewhere(rows, columns, answer):
        return _FAR
    try:
        h, w = matrices(rows, answer, columns)
    except ValueError:
        return _FAR  # at such a factor there are fewer pixels
    expected = weights.resampled(h, answer.x, w)
    errors = abs(answer.result - expected)
    error, largest = float(errors.max()), float(abs(expected).max())
    if np.isnan(error):
        return _FAR
    if error == 0:
        return Fit(0.0, 0.0, 0.0)
    ulp = error / float(np.spacing(np.float32(largest)))
    nearest = rows.convention.mode == columns.convention.mode == "nearest"
    if nearest and error <= answer.slack:
        return Fit(error / answer.slack, error, ulp)
    if nearest or error > _NEAR * max(largest, 1.0):
        return Fit(np.inf, error, ulp)
    bound = bound_of(rows, columns, answer)
    return Fit(float(np.max(errors / np.maximum(bound, np.finfo(float).tiny))), error, ulp)


_LARGE, _FEW = 2**14, 13  # values of a result that is looked at in a few rows and columns first


def _is_large(answer: Answer) -> bool:
    return answer.result.size > _LARGE and answer.scales is None


def _few(
    rows: Candidate, columns: Candidate, answer: Answer
) -> tuple[tuple[Array, Array], NDArray[np.float64]]:
    """The weights of a few rows and columns of a large answer, and what it has there."""
    h, w = (np.unique(np.linspace(0, n - 1, _FEW).astype(int)) for n in answer.result.shape[2:])
    first = (0, 0) if answer.window is None else tuple(one.start or 0 for one in answer.window)
    height, width = _axes(answer)
    both = (
        rows_of(rows, height, tuple((h + first[0]).tolist())),
        rows_of(columns, width, tuple((w + first[1]).tolist())),
    )
    return both, answer.result[:, :, h[:, None], w]


def _near_somewhere(rows: Candidate, columns: Candidate, answer: Answer) -> bool:
    """Whether a few rows and columns are as near as any bound allows."""
    (h, w), got = _few(rows, columns, answer)
    expected = weights.resampled(h, answer.x, w)
    largest = max(float(np.max(abs(expected))), 1.0)
    return bool(np.max(abs(got - expected)) <= _NEAR * largest + answer.slack)


# of a rounded result: half of its values are nearer to the exact ones, whatever its arithmetic
_LEVELS = 4


def _rounded(candidate: Candidate, answer: Answer) -> Fit:
    """Whether an integer answer is what a candidate's arithmetic predicts, to the last value."""
    assert candidate.rounding is not None
    if _is_large(answer):
        few, got, worst = _few_sampled(candidate.convention, answer)
        simple = not named(candidate.rounding)
        if np.isinf(worst) or (simple and not predicts(candidate.rounding, few, got)):
            return Fit(np.inf, worst, np.nan)
    sampled, typical, worst = _sampled(candidate.convention, answer)
    same = typical <= _LEVELS and predicts(candidate.rounding, sampled, answer.result)
    return Fit(0.0 if same else np.inf, worst, np.nan)


_BY_ROUNDING = 0.1  # levels: no bound of a sum of values of 8 bits in float32 is as wide


@functools.lru_cache(maxsize=128)
def _few_sampled(convention: Resize, answer: Answer) -> tuple[Sampled, Array, float]:
    """The same in a few rows and columns of a large answer, what it has there, and how far it is off at
    most; infinite if half of these values are far off."""
    candidate = Candidate(convention)
    both, got = _few(candidate, candidate, answer)
    few = Sampled(
        convention, answer.x, both, lambda: np.full(got.shape, _BY_ROUNDING), answer.dtype
    )
    errors = abs(got - few.clipped)
    return few, got, float(np.max(errors)) if np.median(errors) <= _LEVELS else np.inf


@functools.lru_cache(maxsize=128)
def _sampled(convention: Resize, answer: Answer) -> tuple[Sampled, float, float]:
    """An integer answer's image before it is rounded, and how far the answer is off, in the median and at
    most; for all arithmetics."""
    sampled = sampled_at(Candidate(convention), answer, answer.dtype)
    errors = abs(answer.result - sampled.clipped)
    return sampled, float(np.median(errors)), float(np.max(errors))


def sampled_at(candidate: Candidate, answer: Answer, dtype: str) -> Sampled:
    """An integer answer's image as a candidate resizes it, before it is rounded."""
    both = matrices(candidate, replace(answer, window=None))

    def bounds() -> Array:
        # exact in float32: 16 bits of the image and 4 of each weight
        exact = all(np.array_equal(_COARSE * one, np.rint(_COARSE * one)) for one in both)
        return np.zeros(answer.result.shape) if exact else bound_of(candidate, candidate, answer)

    return Sampled(
        candidate.convention, answer.x, both, bounds, dtype, answer.window, answer.scales
    )


_COARSE = 16


def _axes(answer: Answer) -> tuple[Axis, Axis]:
    (h, w), (by_h, by_w) = answer.axes, answer.scales or (None, None)
    total = sum(answer.n_out)
    return Axis(*h, by_h, total), Axis(*w, by_w, total, columns=True)


def matrices(
    rows: Candidate, answer: Answer, columns: Candidate | None = None
) -> tuple[Array, Array]:
    """The weights of the rows and of the columns that an answer shows, as of :func:`fit`."""
    h, w = (
        matrix(one, axis) for one, axis in zip((rows, columns or rows), _axes(answer), strict=True)
    )
    return (h, w) if answer.window is None else (h[answer.window[0]], w[answer.window[1]])


def expected(candidate: Candidate, answer: Answer) -> Array:
    """What a candidate computes of the image of an answer, before any rounding."""
    h, w = matrices(candidate, answer)
    return weights.resampled(h, answer.x, w)


def bound_of(rows: Candidate, columns: Candidate, answer: Answer) -> Array:
    """How far each value of an answer may be off by rounding alone; of nearest, not at all."""
    if rows.convention.mode == columns.convention.mode == "nearest":
        return np.full(answer.result.shape, answer.slack)
    each = zip((rows, columns), _axes(answer), strict=True)
    h, w = (axis_weights(one, axis) for one, axis in each)
    x = abs(answer.x)

    def both(left: Array, right: Array) -> Array:
        return weights.resampled(left, x, right)

    one, other = generic(rows.convention), generic(columns.convention)
    largest = max((one, other), key=lambda a: (a.coordinate_roundings, a.weight_error))
    bound = bound_of_axes(h, w, both, largest)
    if answer.dtype == "float16":  # the result's own rounding
        bound = bound + UNIT_ROUNDOFF["float16"] * both(abs(h.weight), abs(w.weight))
    exact = replace(largest, coordinates="float64", weights="float64", accumulation="float64")
    bound = bound + bound_of_axes(h, w, both, exact) + answer.slack
    return bound if answer.window is None else bound[:, :, answer.window[0], answer.window[1]]


def following(
    answer: Answer, among: Iterable[Candidate], deadline: Deadline
) -> dict[Candidate, Fit]:
    """The candidates that an answer follows along both axes.

    Raises:
        OutOfTime: the deadline is over.
    """
    fits = {}
    for candidate in among:
        deadline.check()
        near = fit(candidate, candidate, answer)
        if near.share <= 1:
            fits[candidate] = near
    return fits
