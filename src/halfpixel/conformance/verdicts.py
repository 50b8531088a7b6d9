"""Error bounds and verdicts: does a call's output equal the golden, within what rounding explains?

The bound of each output value is derived from its case. With ``A_h``, ``A_w`` the weight matrices,
``X = |x|`` and ``u`` the unit roundoff of the dtype named in the call's arithmetic::

    path         n·u · |A_h| X |A_w|ᵀ                 n = taps_h + taps_w: a sum of k products has k
                                                      roundings a term (Higham, section 3.1); or
                                                      taps_h · taps_w, if it is one sum; three
                                                      times n, if weights are normalised and the
                                                      errors of their values are not known
    weights      E_h X |A_w|ᵀ + |A_h| X E_wᵀ          E = e·u · S + D, with e = weight_error, S = 1
                 + E_h X E_wᵀ                         where a tap reads, at the coordinate or, since
                                                      that is rounded, right beside it; in place of
                                                      e·S the error at each tap's distance, where
                                                      value_errors are known
    coordinates  in E: D                              D = (r·u · (|coordinate| + ½) + q·u · radius)
                                                      + e·u · n_in) · |slope of the weights|, with
                                                      r, q, e the coordinate_, distance_ and
                                                      extent_roundings; of a window, each end
                                                      moves the weight of its pixel by itself
    narrow       γ_r · (|A_h| X |A_w|ᵀ + the above)   r = narrow_roundings but for the last, where results
                                                      are stored in float16 or bfloat16
    underflow    η · (taps_w · Σ|A_h| + taps_h + 1)   η = half the smallest number: what a product below
                                                      the normal range is off by; once more for each
                                                      narrow rounding
    storage      2⁻⁵³ · |expected|                    the golden's own rounding

Where coordinates, weights and sums are all numbers of the dtypes in which they are computed, nothing is
rounded, and all of this is zero (:mod:`halfpixel.numerics.representable`). The last rounding to a narrow
dtype keeps the order: what may be off by b before it lies between expected − b and expected + b, each
rounded.

NaN equals NaN, and an infinity itself, where the reference has them, and nowhere else: their bound is
zero. Values that are not finite are no part of the bound of those that are.

A transposed convolution is a sum of products alone: ``γ_n · Σ|w·x|``, with ``γ_n = n·u/(1 − n·u)``,
and nothing at all where every partial sum is representable. Nearest copies, and an
integer arithmetic predicts: their bounds are zero.

The gradient of a resize multiplies by the transposed matrices, A and S and D alike. What it sums
differs: every (output pixel, tap) that reads an input pixel adds one product of two weights and a
cotangent to it, so n = the number of those + 1, its own for each pixel. The gradient of nearest is
such a sum too, of weights 1: nothing at all where every partial sum is representable.
"""

from __future__ import annotations

import functools
import hashlib
import math
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Array
from ..frameworks import Call, FrameworkError, Names, NotAnArray, Release, dtype_name, load
from ..frameworks import release as installed_release
from ..numerics.computation import Computation
from ..numerics.coordinates import COORDINATE_RULES, relevant, tap_weights
from ..numerics.error_model import UNDERFLOW, UNIT_ROUNDOFF, ErrorModel, Errors
from ..numerics.integer_kernels import ROUNDINGS
from ..numerics.nonfinite import filled
from ..numerics.representable import (
    exact_sizes,
    products_are_exact,
    rounded,
    sums_are_exact,
    weight_bits,
)
from ..numerics.weights import axis_coordinates, taps
from ..operators import ConvTranspose, Resize
from ..operators.axis import Axis
from ..operators.exact import Exact, over_common_denominator
from .cases import Case

Kind = Literal["conforms", "changed", "unsupported"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SLOPE_STEP = 2.0**-16  # pixels: far below a kernel's features, far above float64's roundoff


@dataclass(frozen=True, eq=False)
class Verdict:
    """What one call did on one case in one dtype.

    Attributes:
        kind: conforms, changed or unsupported.
        call, case, dtype: what was run.
        release: of the framework, with those of the packages beside it that matter.
        share: the largest part of its bound that a value used; 0 where all values are exact,
            infinite where a bound of zero was missed, NaN where nothing was compared.
        words: the framework's own words, where it refused; or the defect that it was held to.
        reason: why the verdict is ``changed``, in a line.
        got: the output, where its shape or its values are off.
        bound: the error bound of each value of ``got``, where values were compared.
        returned: the dtype of what was returned, and a digest of all of it; empty where nothing was.
    """

    kind: Kind
    call: Call
    case: Case
    dtype: str
    release: str
    share: float = float("nan")
    words: str = ""
    reason: str = ""
    got: AnyArray = field(default_factory=lambda: np.empty(0))
    bound: Array = field(default_factory=lambda: np.empty(0))
    returned: str = ""


def judge(call: Call, case: Case, dtype: str) -> Verdict:
    """Run a call on a case and compare its output with the golden.

    Args:
        call: one of a framework that is installed.
        case: with its expected values, of the convention that the call follows.
        dtype: the dtype of the inputs.

    Returns:
        The verdict. What the framework raises is part of it: ``unsupported`` where the call declares
        the refusal, ``changed`` where it does not.

    Raises:
        ValueError: the arguments of the call cannot express the case.
        FrameworkError: the framework cannot be imported, or has died.
    """
    names = load(call.framework)
    installed = installed_release(call.framework) or Release("")
    now = call.at(installed) or call
    if crash := now.crash(case.request, dtype):
        words = f"not run: it ends the process: {crash.why}"
        return Verdict("unsupported", call, case, dtype, str(installed), words=words)
    try:
        got = ran(now, case, dtype, names)
    except (NotAnArray, ModifiedInput) as error:
        return Verdict("changed", call, case, dtype, str(installed), reason=str(error))
    return verdict_on(got, call, case, dtype, installed, names)


class ModifiedInput(Exception):
    """A call wrote into its input."""


def ran(call: Call, case: Case, dtype: str, names: Names) -> AnyArray | str:
    """What comes of a call: its output, or the framework's words where it raises.

    Args:
        call: as the release has it that the expression is written for.
        case: that it can express.
        dtype: of the inputs.
        names: what the framework's ``load`` returned.

    Raises:
        ValueError: the arguments of the call cannot express the case.
        FrameworkError: the framework has died.
        NotAnArray: the call returned something else.
        ModifiedInput: it wrote into its input.
    """
    expression, inputs = call.expression_of(case.request), call.arrays(case, dtype)
    before = {name: values.tobytes() for name, values in inputs.items()}
    try:
        got = call.evaluate(expression, case, inputs, names)
    except (FrameworkError, NotAnArray):
        raise
    except (Exception, SystemExit) as error:  # its refusal, reported in its words
        return refused(error)
    for name, values in inputs.items():
        if values.tobytes() != before[name]:
            raise ModifiedInput(f"modified its input {name}")
    return got


def verdict_on(
    got: AnyArray | str, call: Call, case: Case, dtype: str, release: Release, names: Names
) -> Verdict:
    """Compare what came of a call in a release with what is declared for it.

    Args:
        got: the output, or the framework's words where it raised, as :func:`refused` has them.
        call: as the latest releases have it.
        case: with its expected values, of the convention that the call follows in the release.
        dtype: the dtype of the inputs.
        release: that it ran in.
        names: what the framework's ``load`` returned there, as far as refusals ask it.
    """
    recorded = call.at(release)
    takes = recorded is not None and dtype in recorded.arithmetic
    now = recorded or call
    refusal = now.refusal(case.request, dtype, names)
    returned = "" if isinstance(got, str) else _digest(got)

    def verdict(kind: Kind, **known: Any) -> Verdict:
        return Verdict(kind, call, case, dtype, str(release), returned=returned, **known)

    if isinstance(got, str):
        # of several that hold, it says one
        holding = (one for one in now.refusals if one.holds(case.request, dtype, names))
        if not takes or any(one.matches(got) for one in holding):
            return verdict("unsupported", words=got)
        declared = (
            f"expected a message matching {refusal.words!r}" if refusal else "none is declared"
        )
        return verdict("changed", words=got, reason=f"raised an unexpected error; {declared}")
    if recorded is None:
        return verdict(
            "changed",
            reason=f"returned a result; no behaviour is declared for {release} "
            f"(only {', '.join(call.ranges) or call.releases})",
        )
    if refusal is not None:
        return verdict("changed", reason=f"returned a result; expected an error: {refusal.why}")
    want = now.returns[dtype]  # type: ignore[index]
    if dtype_name(got) != want:
        return verdict("changed", reason=f"returned dtype {dtype_name(got)}, not {want}")
    defect, requested = now.defect(case.request), case
    if defect is not None:
        case = defect.result(case)
    if got.shape != case.expected.shape:
        return verdict(
            "changed", reason=f"returned shape {got.shape}, not {case.expected.shape}", got=got
        )
    # a dtype that came later is held to what later releases do with it
    arithmetic = (now if takes else call).arithmetic[dtype]  # type: ignore[index]
    bound = error_bound(case, arithmetic)
    if _moved(requested, case):
        bound = np.full_like(bound, np.max(error_bound(requested, arithmetic), initial=0.0))
    share = share_of_bound(got, case.expected, bound)
    known = f"known defect: {defect.why}" if defect else ""
    if share <= 1:
        return verdict("conforms", share=share, words=known)
    off = int(np.count_nonzero(errors(got, case.expected) > bound))
    return verdict(
        "changed",
        share=share,
        words=known,
        reason=f"{off} of {got.size} values exceed the error bound",
        got=got,
        bound=bound,
    )


def _moved(requested: Case, held: Case) -> bool:
    """Whether a defect has put values of a case elsewhere: each is as far off as it was where it was."""
    same = (
        held.request == requested.request
        and held.inputs is requested.inputs
        and held.rule == requested.rule
    )
    return same and held.expected is not requested.expected


def _digest(got: AnyArray) -> str:
    """The dtype of an output, and a digest of its shape and of every value."""
    digest = hashlib.blake2b(np.ascontiguousarray(got).tobytes(), digest_size=6)
    digest.update(repr(got.shape).encode())
    return f"{dtype_name(got)} {digest.hexdigest()}"


def refused(error: BaseException) -> str:
    """A framework's refusal, in its own words, in a line."""
    return " ".join(_COLOUR.sub("", f"{type(error).__name__}: {error}").split())


def errors(got: AnyArray, expected: Array) -> Array:
    """How far each value is off: 0 for a NaN or an infinity that is expected, infinite for any other."""
    wide = got.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        error = abs(wide - expected)
    if np.isfinite(error).all():
        return np.asarray(error)
    same = (wide == expected) | (np.isnan(wide) & np.isnan(expected))
    return np.where(same, 0.0, np.where(np.isnan(error), np.inf, error))


def share_of_bound(got: AnyArray, expected: Array, bound: Array) -> float:
    """The largest part of its bound that a value used: 0 if all are equal, infinite for NaN."""
    error = errors(got, expected)
    if not error.any():
        return 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(error == 0, 0.0, error / bound)
    worst = float(np.max(share, initial=0.0))
    return float("inf") if np.isnan(worst) else worst


def error_bound(case: Computation, arithmetic: ErrorModel) -> Array:
    """How far each value may be from the golden by rounding alone; shape of ``case.expected``."""
    if isinstance(case.convention, ConvTranspose):
        return _sum_bound(case, arithmetic)
    if case.rule in ROUNDINGS or case.request.empty:
        return np.zeros(case.expected.shape)
    if case.convention.mode == "nearest":
        u = UNIT_ROUNDOFF[arithmetic.accumulation]
        return _gathered_bound(case, u) if case.gradient else np.zeros(case.expected.shape)
    small = case.expected.size <= _FEW and case.inputs["x"].size <= _SMALL
    return (_resize_bound if small else _resize_bound.__wrapped__)(case, arithmetic)


_FEW = 2**10  # values of a bound that is kept, with its case


# the calls of a convention, and their dtypes, are judged on the same cases: a third of the bounds are known
@functools.lru_cache(maxsize=1024)
def _resize_bound(case: Computation, arithmetic: ErrorModel) -> Array:
    convention = case.convention
    assert isinstance(convention, Resize)
    rule, arithmetic = arithmetic.coordinate_rule, arithmetic.at(sum(case.size))
    h, w = (axis_weights(convention.along(i), axis, rule) for i, axis in enumerate(case.axes))
    x = abs(filled(case.inputs["x"]))

    def both(left: Array, right: Array) -> Array:
        return np.asarray(case.turned(left) @ x @ case.turned(right).T)

    terms = np.outer(h.reads.sum(0), w.reads.sum(0)) + 1 if case.gradient else None
    finite = np.isfinite(case.expected)
    expected = np.where(finite, case.expected, 0.0)
    # the last rounding to a narrow dtype is of the value itself
    last = min(arithmetic.narrow_roundings, 1)
    others = replace(arithmetic, narrow_roundings=arithmetic.narrow_roundings - last)
    exact = _unrounded(case, arithmetic, h, w, both)
    bound = np.zeros(expected.shape)
    if not exact.all():
        bound = bound_of_axes(h, w, both, others, terms) + UNIT_ROUNDOFF["float64"] * abs(expected)
        bound = np.where(exact, 0.0, bound)
    if arithmetic.narrow is not None and last:
        bound = stored_bound(expected, bound, arithmetic.narrow)
    return np.where(finite, bound, 0.0)


def stored_bound(expected: Array, bound: Array, dtype: str) -> Array:
    """How far off values are once they are rounded to a dtype, of which a bound was known before.

    Rounding keeps the order: the ends of what may come are rounded to the ends of what is stored.
    """
    least, most = (rounded(end, dtype) for end in (expected - bound, expected + bound))
    return np.maximum(most - expected, expected - least)


def _unrounded(
    case: Computation,
    arithmetic: ErrorModel,
    h: AxisWeights,
    w: AxisWeights,
    both: Callable[[Array, Array], Array],
) -> NDArray[np.bool_]:
    """Which values a kernel computes without any rounding, but for the last to a narrow dtype."""
    assert isinstance(case.convention, Resize)
    never = np.zeros(case.expected.shape[-2:], bool)
    along = [case.convention.along(i) for i in range(2)]
    if not all(map(exact_sizes, along, case.axes, (arithmetic, arithmetic))):
        return never
    bits = []
    for one, axis, of in zip(along, case.axes, (h, w), strict=True):
        each = of.bits(one, relevant(axis, arithmetic.coordinate_rule), arithmetic)
        if case.gradient:  # of all that read an input pixel
            each = np.where(of.reads > 0, each[:, None], 0.0).max(axis=0)
        bits.append(each)
    every = bits[0][:, None] + bits[1]
    if not np.isfinite(every).any():
        return never
    most, largest = case.pixel_bits
    product = float(abs(h.weight).max() * abs(w.weight).max())
    kept = products_are_exact(every, product, arithmetic)
    sums = both(abs(h.weight), abs(w.weight))
    return kept & sums_are_exact(every + most, sums, largest, arithmetic)


def bound_of_axes(
    h: AxisWeights,
    w: AxisWeights,
    both: Callable[[Array, Array], Array],
    arithmetic: ErrorModel,
    terms: Array | None = None,
) -> Array:
    """The bound but for the golden's own rounding.

    Args:
        h, w: the weights of the rows and of the columns.
        both: from what stands for ``A_h`` and ``A_w`` to its product with the absolute input.
        arithmetic: of the call.
        terms: how many products are added to a value; by default as many as the axes have taps.
    """
    separable = arithmetic.separable and terms is None
    if terms is None:
        terms = np.asarray(h.taps + w.taps if arithmetic.separable else h.taps * w.taps)
    left, right = abs(h.weight), abs(w.weight)
    # those of the first pass are carried along by the weights of the second
    inexact = w.taps * left.sum(axis=1)[:, None] + h.taps + 1 if separable else terms + 1
    if arithmetic.normalised and arithmetic.errors_of(h.convention) is None:
        terms = terms * 3  # else the weights' errors have those
    values = both(left, right)
    path = terms * UNIT_ROUNDOFF[arithmetic.accumulation] * values
    h_error, w_error = h.error(arithmetic), w.error(arithmetic)
    bound = path + both(h_error, right) + both(left, w_error) + both(h_error, w_error)
    bound = bound + np.where(bound > 0, inexact * UNDERFLOW[arithmetic.accumulation], 0.0)
    if arithmetic.narrow is not None:
        r_u = arithmetic.narrow_roundings * UNIT_ROUNDOFF[arithmetic.narrow]
        # the others' errors are carried along, and rounded with the rest
        bound = bound + r_u / (1 - r_u) * (values + bound)
        bound = bound + arithmetic.narrow_roundings * UNDERFLOW[arithmetic.narrow]
    return np.asarray(bound)


@dataclass(frozen=True, eq=False)
class AxisWeights:
    """The weights of one axis, and what else the bound needs of it: all of shape (n_out, width) but the
    coordinates, (n_out,).

    Attributes:
        first: the input pixel of each row's first column; all 0 where the width is n_in.
        coordinates: where output pixels sample.
        half: half_pixel's ½, which is taken off them last.
        weight: the rows of the matrix.
        reads: how many taps read the pixel, at the coordinate or right beside it.
        slope: change of the weight with the coordinate, per pixel, on the steeper side.
        taps: of an output pixel.
        extent: the input axis's size in pixels.
        convention: of the axis.
        scale: how wide an output pixel is.
        known: what was found of the axis, by what was asked: it goes when the axis does.
    """

    first: NDArray[np.intp]
    coordinates: Array
    half: float
    weight: Array
    reads: Array
    slope: Array
    taps: int
    extent: int
    convention: Resize
    scale: Fraction
    known: dict[Hashable, Array] = field(default_factory=dict, init=False, repr=False)

    def error(self, arithmetic: ErrorModel) -> Array:
        """How far each weight may be off: the parts *weights* and *coordinates* of the bound."""
        u = UNIT_ROUNDOFF[arithmetic.coordinates]
        moved = arithmetic.coordinate_roundings * (abs(self.coordinates) + self.half)
        moved = moved + arithmetic.distance_roundings * self.taps / 2
        moved = u * (moved + arithmetic.extent_roundings * self.extent)
        errors_of = arithmetic.errors_of(self.convention)
        weight_error = (
            arithmetic.weight_error * self.reads
            if errors_of is None
            else self._tap_errors(errors_of, normalised=arithmetic.normalised)
        )
        return np.asarray(
            UNIT_ROUNDOFF[arithmetic.weights] * weight_error + moved[:, None] * self.slope
        )

    def bits(self, convention: Resize, axis: Axis, arithmetic: ErrorModel) -> Array:
        """How many bits each output pixel's weights have: see :func:`weight_bits`."""
        key = convention, axis, arithmetic
        if key not in self.known:
            self.known[key] = weight_bits(
                convention, axis, self.coordinates, self.weight, arithmetic
            )
        return self.known[key]

    def _tap_errors(self, errors_of: Errors, *, normalised: bool) -> Array:
        key = errors_of, normalised
        if key not in self.known:
            self.known[key] = _tap_errors(self, errors_of, normalised=normalised)
        return self.known[key]

    def rows(self, chosen: NDArray[np.intp]) -> AxisWeights:
        """Some rows of it, by number."""
        parts = ("first", "coordinates", "weight", "reads", "slope")
        return replace(self, **{name: getattr(self, name)[chosen] for name in parts})


def _tap_errors(axis: AxisWeights, errors_of: Errors, *, normalised: bool) -> Array:
    """The error of each weight in unit roundoffs, at the coordinate or right beside it.

    A weight that is a value is off by e. One that is ``v / S``, ``S = Σv``, is by ``e / S``; the sum, its
    reciprocal and the product with that make a factor that all weights of an output pixel share: ``Σe / S``,
    a rounding for each addition of values that are together ``Σ|v| / S`` times the sum, one of the
    reciprocal, and one of each product.
    """
    convention, n_in = axis.convention, axis.extent
    stretch = float(convention.stretch(axis.scale))
    reach, width = float(convention.radius()) * stretch, axis.weight.shape[1]
    starts = (np.arange(len(axis.first)) * width)[:, None]
    worst = np.zeros_like(axis.weight)
    for step in (0.0, SLOPE_STEP, -SLOPE_STEP):
        where = axis.coordinates + step
        first = np.floor(where - reach).astype(np.intp) + 1
        index = first[:, None] + np.arange(math.ceil(2 * reach))
        distance = (where[:, None] - index) / stretch
        counts = np.ones(index.shape, bool)
        if convention.exclude_outside:
            counts = (index >= 0) & (index < n_in)
        error, shared = errors_of(convention, distance) * counts, np.zeros((len(where), 1))
        value = convention.value(distance) * counts
        if normalised:
            total = abs(value.sum(axis=1, keepdims=True))
            error = error / np.where(total > 0, total, 1.0)
            relative = abs(value).sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0)
            additions = counts.sum(axis=1, keepdims=True) - 1
            shared = error.sum(axis=1, keepdims=True) + additions * relative + 2
        if convention.drops_outside:
            error = error * ((index >= 0) & (index < n_in))
        column = convention.padded(index, n_in) - axis.first[:, None]
        kept = (column >= 0) & (column < width)  # the others lie at the kernel's end, where it is 0
        places = starts + column.clip(0, width - 1)
        each = np.bincount(places.ravel(), (error * kept).ravel(), worst.size).reshape(worst.shape)
        worst = np.maximum(worst, each + abs(axis.weight) * shared)
    return worst


_SMALL = 2**14  # entries of a matrix that is kept; a larger one is made again


def axis_weights(
    convention: Resize, axis: Axis, rule: str | None = None, *, narrow: bool = False
) -> AxisWeights:
    """The weights of one axis.

    Args:
        convention: of one axis.
        axis: that is resized.
        rule: the coordinate rule, or None.
        narrow: leave out the columns in which no row has anything.
    """
    make = _axis_weights if axis.area <= _SMALL else _axis_weights.__wrapped__
    return make(convention, relevant(axis, rule), rule, narrow=narrow)


@functools.lru_cache(maxsize=8192)
def _axis_weights(convention: Resize, axis: Axis, rule: str | None, *, narrow: bool) -> AxisWeights:
    where, scale = axis_coordinates(convention, axis, rule), convention.scale(*axis.arguments)
    return axis_at(convention, rule, where, axis.n_in, scale, narrow=narrow)


def axis_at(
    convention: Resize,
    rule: str | None,
    where: Exact | Array,
    n_in: int,
    scale: Fraction,
    *,
    narrow: bool = False,
) -> AxisWeights:
    """The rows of one axis for output pixels that sample at the given coordinates.

    Args:
        convention, n_in, scale: as for ``Resize.taps_at``.
        rule: the coordinate rule by which the coordinates were found, or None.
        where: the coordinates, ``Fraction``s or float64.
        narrow: leave out the columns in which no row has anything.
    """
    coordinates = where.astype(np.float64)
    steps = () if convention.kernel.flat else (SLOPE_STEP, -SLOPE_STEP)
    kernel, weigh = (
        convention.continued,
        tap_weights(rule),
    )  # what is extrapolated is no matter of slope
    index, tap_weight = taps(kernel, where, n_in, scale, weigh)
    shifted = [kernel.taps_at(coordinates + step, n_in, scale, weigh) for step in steps]
    ends = _ends(coordinates, n_in, scale) if convention.mode == "area" else []
    first, width = np.zeros(len(coordinates), np.intp), n_in
    if narrow:
        every = np.concatenate([index, *(i for i, _ in shifted)], axis=1)
        width = int(np.ptp(every, axis=1).max()) + 1
        first = np.minimum(every.min(axis=1), n_in - width)
    starts = (np.arange(len(coordinates)) * width - first)[:, None]

    def merged(index: NDArray[np.intp], values: AnyArray) -> Array:
        flat = np.bincount(
            (starts + index).ravel(), values.astype(np.float64).ravel(), len(coordinates) * width
        )
        return np.asarray(flat.reshape(-1, width), np.float64)

    weight = merged(index, tap_weight)
    reads = merged(index, np.ones(index.shape))
    inexact = rule is None or COORDINATE_RULES[rule].rounded
    slope = np.zeros_like(weight)  # a rule says which coordinates: they are off by nothing
    for moved_index, moved_weight in shifted:
        # rounded across a pixel's centre, a coordinate has another tap at the kernel's end
        reads = np.maximum(reads, merged(moved_index, np.ones(moved_index.shape)))
        if inexact and not ends:
            moved = merged(moved_index, moved_weight)
            slope = np.maximum(slope, abs(moved - weight) / SLOPE_STEP)
    for end in ends:  # each is rounded by itself, and moves the weight of its pixel
        pixels = [merged(at[:, None], np.ones((len(at), 1))) for at in end]
        slope = slope + np.maximum(*pixels) / float(scale)
    count = index.shape[1]
    if convention.drops_outside:  # what is clamped to the edge here weighs nothing
        reads, count = np.minimum(reads, 1.0), min(count, n_in)
    half = 0.5 if convention.half_pixel else 0.0
    inside = convention.inside(where, n_in)[:, None]
    return AxisWeights(
        first,
        coordinates,
        half,
        weight * inside,
        reads * inside,
        slope * inside,
        count,
        n_in,
        convention,
        scale,
    )


def _ends(coordinates: Array, n_in: int, scale: Fraction) -> list[list[NDArray[np.intp]]]:
    """Of a window's beginning and end, the pixel just before and the one just after."""
    middle, half = coordinates + 0.5, float(scale) / 2
    return [
        [
            np.clip(np.floor(end + step), 0, n_in - 1).astype(np.intp)
            for step in (-SLOPE_STEP, SLOPE_STEP)
        ]
        for end in (middle - half, middle + half)
    ]


def _gathered_bound(case: Computation, u: float) -> Array:
    """Of the gradient of nearest: cotangents are added, with no weights."""
    x = abs(case.inputs["x"])
    h, w = (case.turned(matrix) for matrix in case.matrices(np.float64))
    terms = h @ np.ones_like(x) @ w.T
    return _bound_of_sums(case, u, h @ x @ w.T, terms, over_common_denominator(x)[1])


def _sum_bound(case: Computation, arithmetic: ErrorModel) -> Array:
    magnitude, terms, grid = _sums(case)
    bound = _bound_of_sums(case, UNIT_ROUNDOFF[arithmetic.accumulation], magnitude, terms, grid)
    if arithmetic.narrow is None:
        return bound
    r_u = arithmetic.narrow_roundings * UNIT_ROUNDOFF[arithmetic.narrow]
    rounded = bound + r_u / (1 - r_u) * (abs(filled(case.expected)) + bound)
    rounded = rounded + arithmetic.narrow_roundings * UNDERFLOW[arithmetic.narrow]
    return np.where(magnitude * grid <= 1 / UNIT_ROUNDOFF[arithmetic.narrow], bound, rounded)


def _bound_of_sums(case: Computation, u: float, magnitude: Array, terms: Array, grid: int) -> Array:
    with_errors = terms * u / (1 - terms * u) * magnitude
    representable = magnitude * grid <= 1 / u
    storage = UNIT_ROUNDOFF["float64"] * abs(filled(case.expected))
    return np.where(representable, 0.0, with_errors + storage)


@functools.lru_cache(maxsize=64)
def _sums(case: Computation) -> tuple[Array, Array, int]:
    """Of each output value: Σ|w·x| + |b|, how many terms it has, and the grid 1/g that all lie on."""
    inputs = {key: filled(values) for key, values in case.inputs.items()}
    magnitude = replace(case, inputs={k: abs(v) for k, v in inputs.items()}).reference()
    ones = {key: np.ones_like(values) for key, values in inputs.items()}
    terms = replace(case, inputs=ones).reference()
    # what is differentiated by is not in its own gradient, and the bias is in no other
    factors = {"": "xwb", "x": "wg", "w": "xg", "b": "g"}[case.gradient]
    grids = (over_common_denominator(inputs[k])[1] for k in factors if k in inputs)
    return np.asarray(magnitude), np.asarray(terms), math.prod(grids)
