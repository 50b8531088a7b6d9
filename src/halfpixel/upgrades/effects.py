"""How much results change between two releases: at which sizes, on the smallest image, on a photograph.

All is computed from what both releases are declared to do, in exact arithmetic or float64; nothing is run.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

import numpy as np

from ..arrays import Array
from ..conformance import goldens
from ..conversion import agreement, models
from ..conversion.agreement import Side
from ..conversion.models import Model
from ..conversion.sizes import Sizes
from ..frameworks.call import INTEGERS, Call, DType
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.integer_kernels import ROUNDINGS, one_way
from ..operators import Resize
from ..operators.axis import Axis
from ..operators.request import Request
from .outcomes import (
    WAYS,
    Way,
    computed,
    conv_cases,
    convention_of,
    outcome,
    rule_of,
    with_defect,
)

LARGEST = 32  # pixels of an axis: all pairs of sizes up to it are compared
LARGEST_SLOW = 16  # the same where coordinates are found one size at a time
LARGEST_COMPUTED = (
    8  # the same where results are computed, since a defect is in one of the releases
)
WHITE = 255
_FACTORS = tuple(Fraction(text) for text in ("0.5", "0.6", "0.75", "1.1", "1.5", "1.7", "2", "2.5"))
# of the photograph, 60x90: growing and shrinking, by a ratio that tells conventions apart, and by whole ones
_PHOTOGRAPHED = ((75, 120), (48, 72), (30, 45), (120, 180))
_SIZES_OF_BOUND = ((32, 31), (31, 32), (32, 17), (17, 32))


@dataclass(frozen=True, eq=False)
class Example:
    """The smallest image on which two releases differ.

    Attributes:
        dtype: of the image.
        image, old, new: (h, w) each: the image, and what both releases return for it.
        request: the size or the factors that are asked for, where they are not the shape of the result.
    """

    dtype: str
    image: Array
    old: Array
    new: Array
    request: str = ""


@dataclass(frozen=True)
class Photograph:
    """How far two releases are apart on a photograph of 8 bits.

    Attributes:
        dtype: of the image; the levels are of 255 in every dtype.
        n_in, n_out: its sizes.
        largest, mean: of the differences, in levels.
        share: of the values that differ by half a level or more.
        one_way: the differences are all up, or all down, and many: that is no rounding (:func:`one_way`).
    """

    dtype: str
    n_in: tuple[int, int]
    n_out: tuple[int, int]
    largest: float
    mean: float
    share: float
    one_way: bool = False


@dataclass(frozen=True, eq=False)
class Effect:
    """How much results change.

    Attributes:
        dtypes: for which this holds.
        count, tried: how many size pairs of an axis up to ``largest`` change, of how many both releases
            take; of a call that is given factors, pairs of a size and a factor; of a transposed
            convolution, configurations; 0 of 0 where only the photograph was looked at.
        smallest: the smallest pair that changes; None if there is none.
        of: what was counted, in words.
        example: of that pair.
        photographs: what becomes of a photograph; empty where the call cannot be given its sizes.
        largest: pixels of an axis, of the sizes that were counted.
    """

    dtypes: tuple[str, ...]
    count: int = 0
    tried: int = 0
    smallest: tuple[int, float] | None = None
    of: str = "size pairs"
    example: Example | None = None
    photographs: tuple[Photograph, ...] = ()
    largest: int = LARGEST

    @property
    def worst(self) -> Photograph | None:
        """The photograph that changes most."""
        return max(self.photographs, key=lambda one: one.largest, default=None)


# ---------------------------------------------------------------------------- floats


def of_floats(old: Call, new: Call, dtypes: Sequence[DType]) -> Effect | None:
    """What changes of a resize in a dtype of floats, or of integers that are copied, beyond rounding; None if
    nothing does.

    Args:
        old, new: the call in both releases; each follows a convention.
        dtypes: those to which the answer applies; the first is looked at.
    """
    if new.scaling is not None and old.scaling is not None:
        return _of_factors(old, new, dtypes)
    both = _Both(old, new, dtypes[0])
    counted = both.counted()
    photos = photographs(old, new, dtypes[0])
    if counted is None:
        changed = any(one.largest > WHITE * both.tolerance for one in photos)
        return Effect(tuple(dtypes), photographs=photos) if changed else None
    return _counted(both, dtypes, counted, photos)


_Counted = tuple[Way, list[tuple[int, int]], int]


def _counted(
    both: _Both, dtypes: Sequence[DType], counted: _Counted, photos: tuple[Photograph, ...]
) -> Effect:
    """The effect at sizes that were counted, with the smallest image that shows it."""
    way, pairs, tried = counted
    shown = (
        (pair, _example(both.old, both.new, dtypes[0], *way.sizes(*pair), way.channels))
        for pair in pairs[:_SHOWN]
    )
    smallest, example = next(((p, e) for p, e in shown if e), (None, None))
    count, of = len(pairs), "size pairs"
    return Effect(tuple(dtypes), count, tried, smallest, of, example, photos, both.largest)


# sizes of every kind: one pixel, growing, shrinking and unchanged, by whole numbers and by others
_TELLING = tuple(itertools.product((1, 2, 3, 4, 5, 8), repeat=2))
_SHOWN = 16  # pairs that are tried for an example: what differs in float64 may be equal on an image


def of_defects(old: Call, new: Call, dtype: DType) -> Effect | None:
    """What changes of a resize in a dtype where nothing but its defects does; None if no size shows it."""
    if new.scaling is not None:
        return None  # the same call that is given sizes shows it
    both = _Both(old, new, dtype)
    counted = both.counted()
    return counted and _counted(both, (dtype,), counted, photographs(old, new, dtype))


@dataclass(frozen=True, eq=False)
class _Both:
    """A resize in two releases, in a dtype."""

    old: Call
    new: Call
    dtype: DType

    @functools.cached_property
    def models(self) -> tuple[Model, Model]:
        """What both compute but for their roundings."""
        first, second = (
            Model(cast(Resize, convention_of(call)), call.arithmetic[self.dtype].coordinate_rule)
            for call in (self.old, self.new)
        )
        return first, second

    @functools.cached_property
    def tolerance(self) -> float:
        """The most that rounding explains, of an image within -1..1, at sizes up to :data:`LARGEST`.

        It is the sum of both error bounds with exact coordinates: a rule that moves them further changes what
        the call computes.
        """
        if any(model.convention.mode == "nearest" for model in self.models):
            return 0.0
        total = 0.0
        for call, model in zip((self.old, self.new), self.models, strict=True):
            exact = replace(call.arithmetic[self.dtype], coordinate_rule=None)
            side = Side(model.convention, exact, call.framework)
            takes = [pair for pair in _SIZES_OF_BOUND if model.convention.takes(*pair)]
            bounds = [agreement.rounding(side, Sizes((n,), (m,))) for n, m in takes]
            total += max(bounds, default=0.0)
        return total

    @functools.cached_property
    def largest(self) -> int:
        """Pixels of an axis, of the sizes that are compared."""
        if self.old.defects != self.new.defects:
            return LARGEST_COMPUTED
        rules = (COORDINATE_RULES[model.rule] for model in self.models if model.rule is not None)
        return LARGEST_SLOW if any(rule.one_size for rule in rules) else LARGEST

    def counted(self) -> _Counted | None:
        """The size pairs of an axis at which results change, the smallest images first, and how many both
        releases take; along the first axis that shows a change. None if none does."""
        for way in WAYS:
            if self.models[0] == self.models[1] and not any(
                self._differ(way, *pair) for pair in _TELLING
            ):
                continue  # a defect is at sizes of a kind: none of these is one of it
            pairs = _pairs(self.largest)
            differing = self._differing(way, pairs)
            answered = [pair for pair in differing if self._answer(way, *pair)]
            if answered:
                tried = sum(self._answer(way, *pair) for pair in pairs)
                return way, answered, tried
            if not differing and not self._by_axis:
                break
        return None

    @property
    def _by_axis(self) -> bool:
        """Whether rows and columns may change otherwise, or with the size of the other axis."""
        if self.old.defects != self.new.defects or any(m.convention.roi for m in self.models):
            return True
        rules = (COORDINATE_RULES[model.rule] for model in self.models if model.rule is not None)
        return any(rule.above is not None or rule.columns is not None for rule in rules)

    def _differing(self, way: Way, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The size pairs at which results change."""
        one, other = (model.along(1 if way.columns else 0) for model in self.models)
        if self.old.defects != self.new.defects or one == other or way.channels > 1:
            return [pair for pair in pairs if self._differ(way, *pair)]
        by_size: dict[int, list[Axis]] = {}
        for n, m in pairs:
            by_size.setdefault(n, []).append(_axis(way, n, m))
        differing = {
            axis.sizes
            for axes in by_size.values()
            for axis, apart in zip(axes, models.distances(one, other, axes), strict=True)
            if math.isfinite(apart) and apart > self.tolerance
        }
        return [pair for pair in pairs if pair in differing]

    def _differ(self, way: Way, n: int, m: int) -> bool:
        one, other = self.models
        if self.old.defects != self.new.defects:
            calls = zip((self.old, self.new), self.models, strict=True)
            known = [
                _in_effect(call, model, way.request(model.convention, n, m, self.dtype))
                for call, model in calls
            ]
            if known == [one, other] == [other, one] or not self._answer(way, n, m):
                return False
            if known[0] is None or known[1] is None:
                return self._computed_apart(way, n, m)
            one, other = known[0], known[1]
        if one == other or way.channels > 1:
            return False
        axis = _axis(way, n, m)
        along = 1 if way.columns else 0
        apart = models.distance(one.along(along), other.along(along), axis, axis)
        return math.isfinite(apart) and apart > self.tolerance

    def _computed_apart(self, way: Way, n: int, m: int) -> bool:
        return _example(self.old, self.new, self.dtype, *way.sizes(n, m), way.channels) is not None

    def _answer(self, way: Way, n: int, m: int) -> bool:
        """Whether both releases answer."""
        return all(
            model.convention.takes(n, m)
            and outcome(call, way.request(model.convention, n, m, self.dtype), self.dtype).kind
            == "answers"
            for call, model in zip((self.old, self.new), self.models, strict=True)
        )


def _axis(way: Way, n: int, m: int) -> Axis:
    """The axis along which a way resizes."""
    return Axis(n, m, total=sum(way.sizes(n, m)[1]), columns=way.columns)


def _in_effect(call: Call, model: Model, request: Request) -> Model | None:
    """What a call computes for a request, its known defects included; None where that is no convention."""
    defect = call.defect(request)
    if defect is None:
        return model
    if defect.instead is None:
        return None
    return replace(model, convention=replace(model.convention, **defect.instead))


@functools.lru_cache(maxsize=8)
def _pairs(largest: int) -> tuple[tuple[int, int], ...]:
    """All pairs of sizes, those of the smallest images first."""
    axis = range(1, largest + 1)
    every = [(n, m) for n in axis for m in axis]
    return tuple(sorted(every, key=lambda pair: (sum(pair), pair)))


def images(n_in: tuple[int, int], channels: int = 1) -> Array:
    """Small images that tell results apart, of whole numbers, (images, channels, h, w): a ramp, a pattern."""
    pixels = np.arange(n_in[0] * n_in[1])
    every = np.stack([10 * pixels, (pixels * 73 + 41) % 251, 255 * (pixels == 0)])
    shaped = every.reshape(-1, 1, *n_in).astype(np.float64)
    return np.repeat(shaped, channels, axis=1)


def _example(
    old: Call,
    new: Call,
    dtype: DType,
    n_in: tuple[int, int],
    n_out: tuple[int, int],
    channels: int = 1,
    least: float = 0.0,
) -> Example | None:
    """The first of a few images on which both are apart; integers by more than some levels."""
    x = images(n_in, channels)
    if dtype in INTEGERS:
        limits = np.iinfo(dtype)
        ends = np.where(x[1:2] > WHITE / 2, limits.max, limits.min)
        x = np.concatenate([x % 256, ends])
    first, second = (computed(call, dtype, x, n_out) for call in (old, new))
    unit = least if dtype in INTEGERS else 1e-6 * abs(x).max()
    for i in range(len(x)):
        if abs(first[i] - second[i]).max() > unit:
            return Example(dtype, x[i, 0], first[i, 0], second[i, 0])
    return None


# ---------------------------------------------------------------------------- factors


def _of_factors(old: Call, new: Call, dtypes: Sequence[DType]) -> Effect | None:
    """The same of a call that is given factors: their size, and the ratio at which it samples, may change."""
    dtype = dtypes[0]
    both = _Both(old, new, dtype)
    differing: list[tuple[int, Fraction]] = []
    tried = 0
    for n in range(1, LARGEST + 1):
        for factor in _FACTORS:
            differs = _factor_differs(both, n, factor)
            tried += differs is not None
            if differs:
                differing.append((n, factor))
    if not differing:
        return None
    example = None
    for n, factor in differing[:16]:
        example = example or _example_of_factor(old, new, dtype, n, factor)
        if example is not None:
            break
    n, factor = differing[0] if example is None else (example.image.shape[1], factor)
    of = "pairs of a size and a factor"
    return Effect(tuple(dtypes), len(differing), tried, (n, float(factor)), of, example)


def _scaled(call: Call, n: int, factor: Fraction) -> tuple[int, Fraction | None] | None:
    """The size that a call makes of a factor along the columns, and the ratio at which it samples."""
    scaling = call.scaling
    assert scaling is not None
    factors = (float(factor), float(factor))
    if not scaling.holds(factors):
        return None
    size = scaling.size(n, float(factor))
    if size < 1:
        return None
    if not scaling.uses_factors:
        return size, None
    return size, scaling.scales((n, n), (size, size), factors)[1]


def _factor_differs(both: _Both, n: int, factor: Fraction) -> bool | None:
    """Whether a factor makes another result; None where one of the releases does not take it."""
    first, second = (_scaled(call, n, factor) for call in (both.old, both.new))
    if first is None or second is None:
        return None
    (size, scale), (other_size, other_scale) = first, second
    if size != other_size:
        return True
    axes = [Axis(n, size, s, 2 * size, columns=True) for s in (scale, other_scale)]
    one, other = (model.along(1) for model in both.models)
    if not all(models.takes(m.convention, a) for m, a in zip((one, other), axes, strict=True)):
        return None
    apart = models.distance(one, other, axes[0], axes[1])
    return math.isfinite(apart) and apart > max(both.tolerance, 0.0)


def _example_of_factor(
    old: Call, new: Call, dtype: DType, n: int, factor: Fraction
) -> Example | None:
    results = []
    x = np.arange(n, dtype=np.float64).reshape(1, 1, 1, n) * 10
    for call in (old, new):
        scaled = _scaled(call, n, factor)
        if scaled is None:
            return None
        size, scale = scaled
        scales = None if scale is None else (Fraction(1), scale)
        results.append(computed(call, dtype, x, (1, size), scales)[0, 0])
    if results[0].shape == results[1].shape and abs(results[0] - results[1]).max() < 1e-6 * x.max():
        return None
    return Example(dtype, x[0, 0], results[0], results[1], f"factor {float(factor):g}")


# ---------------------------------------------------------------------------- integers


def of_integers(old: Call, new: Call, dtype: DType) -> Effect | None:
    """What changes of a resize of integers by more than one level, by the arithmetics of both releases, on a
    photograph; None if nothing does."""
    unit = 1.0 if dtype == "uint8" else 1 / 257
    every = _photographs(old, new, dtype)
    shown = (one for one in every if one.largest > 1.5 * unit or one.one_way)
    photograph = next(shown, None)  # beyond rounding: one size shows it
    example = _integer_example(old, new, dtype, 0.0 if photograph else 1.0)
    if (
        photograph is None and example is None
    ):  # a photograph need not come near the ends of its dtype
        return None
    return Effect((dtype,), photographs=(photograph,) if photograph else (), example=example)


# sizes that tell integers apart: along the columns and both axes, and where the axes' passes are in another
# order in some release, since rows lose many pixels
_INTEGER_SIZES = (
    *(
        way.sizes(n, m)
        for n, m in ((4, 6), (4, 7), (5, 8), (8, 5), (6, 4), (4, 8), (8, 4))
        for way in WAYS[::2]
    ),
    ((16, 4), (4, 5)),
    ((201, 2), (90, 3)),
)


def _integer_example(old: Call, new: Call, dtype: DType, least: float) -> Example | None:
    for n_in, n_out in _INTEGER_SIZES:
        if all(_answers(call, dtype, n_in, n_out) for call in (old, new)):
            example = _example(old, new, dtype, n_in, n_out, least=least)
            if example is not None:
                return example
    return None


def _answers(call: Call, dtype: DType, n_in: tuple[int, int], n_out: tuple[int, int]) -> bool:
    convention = convention_of(call)
    assert convention is not None
    request = Request(convention, (1, 1, *n_in), n_out)
    takes = all(convention.takes(n, m) for n, m in zip(n_in, n_out, strict=True))
    return takes and outcome(call, request, dtype).kind == "answers"


# ---------------------------------------------------------------------------- a photograph


def photographs(old: Call, new: Call, dtype: DType) -> tuple[Photograph, ...]:
    """How far two releases are apart on the photograph, at the sizes that both take."""
    return tuple(_photographs(old, new, dtype))


def _photographs(old: Call, new: Call, dtype: DType) -> Iterator[Photograph]:
    pixels = goldens.photograph()
    n_in = (pixels.shape[0], pixels.shape[1])
    for n_out in _PHOTOGRAPHED:
        if not all(_answers(call, dtype, n_in, n_out) for call in (old, new)):
            continue
        if _alike(old, new, dtype, n_out):
            continue
        first, second = (_photographed(call, dtype, n_out) for call in (old, new))
        signed = second - first
        apart = abs(signed)
        largest, mean = float(apart.max()), float(apart.mean())
        share = float(np.mean(apart >= 0.5))
        up, down = (int(np.count_nonzero(each)) for each in (signed > 0, signed < 0))
        biased = one_way(up, down, signed.size)
        yield Photograph(dtype, n_in, n_out, largest, mean, share, biased)


def _alike(old: Call, new: Call, dtype: DType, n_out: tuple[int, int]) -> bool:
    """Whether nothing is different that decides what becomes of the photograph."""
    rules = [(convention_of(call), rule_of(call, dtype)) for call in (old, new)]
    defects = [call.defect(_request(call, n_out, dtype)) for call in (old, new)]
    return rules[0] == rules[1] and defects[0] == defects[1]


def _photographed(call: Call, dtype: DType, n_out: tuple[int, int]) -> Array:
    """The photograph through a call, in levels of 255."""
    convention, rule = convention_of(call), rule_of(call, dtype)
    assert convention is not None
    model = None
    if rule not in ROUNDINGS:
        model = _in_effect(call, Model(convention, rule), _request(call, n_out, dtype))
    if model is None:
        of_255 = 257 if dtype in ("uint16", "int16") else 1  # all their levels, not a few
        x = np.asarray(goldens.photograph(), np.float64).transpose(2, 0, 1)[None]
        low = 2**15 if dtype == "int16" else 0
        return (computed(call, dtype, x * of_255 - low, n_out) + low) / of_255
    return _modelled(model, n_out)


def _request(call: Call, n_out: tuple[int, int], dtype: str) -> Request:
    convention = convention_of(call)
    assert convention is not None
    h, w, channels = goldens.photograph().shape
    return Request(convention, (1, channels, h, w), n_out, dtype=dtype)


@functools.lru_cache(maxsize=64)
def _modelled(model: Model, n_out: tuple[int, int]) -> Array:
    x = np.asarray(goldens.photograph(), np.float64).transpose(2, 0, 1)
    return models.applied(model, Sizes((x.shape[1], x.shape[2]), n_out), x)


# ---------------------------------------------------------------------------- transposed convolutions


def of_conv_transpose(old: Call, new: Call, dtypes: Sequence[DType]) -> Effect | None:
    """What changes of a transposed convolution, in the configurations of the goldens that both take."""
    count, tried, example = 0, 0, None
    for case in conv_cases():
        answered = [outcome(call, case.request, dtypes[0]).kind for call in (old, new)]
        if answered != ["answers", "answers"]:
            continue
        tried += 1
        if old.defect(case.request) == new.defect(case.request):
            continue
        stored = goldens.read(goldens.path_of(case))
        first, second = (with_defect(call, stored) for call in (old, new))
        if first.shape == second.shape and not np.any(first != second):
            continue
        count += 1
        size = case.inputs["x"].size + case.inputs["w"].size + first.size
        if example is None or size < example[0]:
            expression = str(new.expression_of(case.request))
            x = case.inputs["x"]
            example = size, Example(dtypes[0], x[0, 0], first[0, 0], second[0, 0], expression)
    if not count:
        return None
    shown = example[1] if example else None
    return Effect(tuple(dtypes), count, tried, None, "configurations", shown)
