"""Error bounds and verdicts: does a call's output equal the golden, within what rounding explains?

The bound of each output value is derived from its case. With ``A_h``, ``A_w`` the weight matrices,
``X = |x|`` and ``u`` the unit roundoff of the dtype named in the call's arithmetic::

    path         n·u · |A_h| X |A_w|ᵀ                 n = taps_h + taps_w: a sum of k products has k
                                                      roundings a term (Higham, section 3.1); or
                                                      taps_h · taps_w, if it is one sum; three
                                                      times n, if weights are normalised
    weights      e·u · (S_h X |A_w|ᵀ + |A_h| X S_wᵀ)  e = weight_error, S = 1 where a tap reads, at
                                                      the coordinate or, since that is rounded,
                                                      right beside it
    coordinates  D_h X |A_w|ᵀ + |A_h| X D_wᵀ          D = (r·u · (|coordinate| + ½) + q·u · radius)
                                                      · |slope of the weights|, with r, q the
                                                      coordinate_ and distance_roundings
    narrow       γ_r · (|A_h| X |A_w|ᵀ + the above)   r = narrow_roundings, where the result is stored
                                                      in float16 or bfloat16
    storage      2⁻⁵³ · |expected|                    the golden's own rounding

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
import math
import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .arithmetic import COORDINATE_RULES, UNIT_ROUNDOFF, Arithmetic, coordinates
from .cases import Case
from .conventions import ConvTranspose, Resize
from .conventions.exact import over_common_denominator
from .frameworks import Call, FrameworkError, dtype_name, load, version
from .integers import ROUNDINGS

Kind = Literal["conforms", "changed", "unsupported"]
Array = NDArray[np.float64]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SLOPE_STEP = 2.0**-16  # pixels: far below a kernel's features, far above float64's roundoff


@dataclass(frozen=True, eq=False)
class Verdict:
    """What one call did on one case in one dtype.

    Attributes:
        kind: conforms, changed or unsupported.
        call, case, dtype: what was run.
        release: of the framework.
        share: the largest part of its bound that a value used; 0 where all values are exact,
            infinite where a bound of zero was missed, NaN where nothing was compared.
        words: the framework's own words, where it refused; or the defect that it was held to.
        reason: why the verdict is ``changed``, in a line.
        got: the output, where its shape or its values are off.
        bound: the error bound of each value of ``got``, where values were compared.
    """

    kind: Kind
    call: Call
    case: Case
    dtype: str
    release: str
    share: float = float("nan")
    words: str = ""
    reason: str = ""
    got: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    bound: Array = field(default_factory=lambda: np.empty(0))


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
    expression = call.said(case)
    release = version(call.framework) or ""
    refusal = call.refusal(case, dtype, names)
    before_its_time = bool(call.follows) and call.convention(release) is None

    def verdict(kind: Kind, **known: Any) -> Verdict:
        return Verdict(kind, call, case, dtype, release, **known)

    try:
        got = call.evaluate(expression, case, dtype, names)
    except FrameworkError:
        raise
    except (
        Exception
    ) as error:  # whatever a framework raises is its refusal, and is reported in its words
        words = refused(error)
        if before_its_time or (refusal is not None and refusal.matches(words)):
            return verdict("unsupported", words=words)
        declared = f"it should say {refusal.words!r}" if refusal else "no refusal is declared"
        return verdict("changed", words=words, reason=f"refused, and {declared}")
    if before_its_time:
        return verdict(
            "changed", reason=f"answered, but is declared for {', '.join(call.follows)} only"
        )
    if refusal is not None:
        return verdict("changed", reason=f"answered, but is declared to refuse: {refusal.why}")
    want = call.returns[dtype]  # type: ignore[index]
    if dtype_name(got) != want:
        return verdict("changed", reason=f"returned dtype {dtype_name(got)}, not {want}")
    defect = call.defect(case, release)
    if defect is not None:
        case = defect.result(case)
    if got.shape != case.expected.shape:
        return verdict(
            "changed", reason=f"returned shape {got.shape}, not {case.expected.shape}", got=got
        )
    bound = error_bound(case, call.arithmetic[dtype])  # type: ignore[index]
    share = share_of_bound(got, case.expected, bound)
    known = f"known defect: {defect.why}" if defect else ""
    if share <= 1:
        return verdict("conforms", share=share, words=known)
    off = int(np.count_nonzero(~(abs(got - case.expected) <= bound)))
    return Verdict(
        "changed",
        call,
        case,
        dtype,
        release,
        share=share,
        words=known,
        reason=f"{off} of {got.size} values are off",
        got=got,
        bound=bound,
    )


def refused(error: Exception) -> str:
    """A framework's refusal, in its own words, in a line."""
    return " ".join(_COLOUR.sub("", f"{type(error).__name__}: {error}").split())


def share_of_bound(got: NDArray[Any], expected: Array, bound: Array) -> float:
    """The largest part of its bound that a value used: 0 if all are equal, infinite for NaN."""
    error = abs(got.astype(np.float64) - expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(error == 0, 0.0, error / bound)
    worst = float(np.max(share, initial=0.0))
    return float("inf") if np.isnan(worst) else worst


def error_bound(case: Case, arithmetic: Arithmetic) -> Array:
    """How far each value may be from the golden by rounding alone; shape of ``case.expected``."""
    if isinstance(case.convention, ConvTranspose):
        return _sum_bound(case, UNIT_ROUNDOFF[arithmetic.accumulation])
    if case.rule in ROUNDINGS:
        return np.zeros(case.expected.shape)
    if case.convention.mode == "nearest":
        u = UNIT_ROUNDOFF[arithmetic.accumulation]
        return _gathered_bound(case, u) if case.gradient else np.zeros(case.expected.shape)
    return _resize_bound(case, arithmetic)


def _resize_bound(case: Case, arithmetic: Arithmetic) -> Array:
    convention = case.convention
    assert isinstance(convention, Resize)
    x = abs(case.inputs["x"])
    half = 0.5 if convention.coordinate_transformation_mode == "half_pixel" else 0.0
    u_coordinate = UNIT_ROUNDOFF[arithmetic.coordinates] * arithmetic.coordinate_roundings
    h, w = (_axis(convention, arithmetic.coordinate_rule, *n) for n in case.sizes)

    u_distance = UNIT_ROUNDOFF[arithmetic.coordinates] * arithmetic.distance_roundings

    def moved(axis: _Axis) -> Array:
        error = u_coordinate * (abs(axis.coordinates) + half) + u_distance * axis.taps / 2
        return error[:, None] * axis.slope

    def both(left: Array, right: Array) -> Array:
        return np.asarray(case.turned(left) @ x @ case.turned(right).T)

    terms: Any = h.taps + w.taps if arithmetic.separable else h.taps * w.taps
    if case.gradient:
        terms = np.outer(h.reads.sum(0), w.reads.sum(0)) + 1
    terms = terms * 3 if arithmetic.normalised else terms
    path = terms * UNIT_ROUNDOFF[arithmetic.accumulation] * both(h.weight, w.weight)
    weight_error = arithmetic.weight_error * UNIT_ROUNDOFF[arithmetic.weights]
    weights = weight_error * (both(h.reads, w.weight) + both(h.weight, w.reads))
    shift = both(moved(h), w.weight) + both(h.weight, moved(w))
    narrow = np.zeros_like(path)
    if arithmetic.narrow is not None:
        r_u = arithmetic.narrow_roundings * UNIT_ROUNDOFF[arithmetic.narrow]
        # the others' errors are carried along, and rounded with the rest
        narrow = r_u / (1 - r_u) * (both(h.weight, w.weight) + path + weights + shift)
    return np.asarray(
        path + weights + shift + narrow + UNIT_ROUNDOFF["float64"] * abs(case.expected)
    )


@dataclass(frozen=True, eq=False)
class _Axis:
    """What the bound needs of one axis: all of shape (n_out, n_in) but the coordinates, (n_out,)."""

    coordinates: Array
    weight: Array  # absolute values
    reads: Array  # how many taps read the pixel, at the coordinate or right beside it
    slope: Array  # change of the weight with the coordinate, per pixel, on the steeper side
    taps: int


@functools.cache
def _axis(convention: Resize, rule: str | None, n_in: int, n_out: int) -> _Axis:
    exact, scale = coordinates(convention, rule, n_in, n_out), convention.scale(n_in, n_out)
    places = exact.astype(np.float64)
    # windows of whole pixels, and the steps of a pyramid, have no slope, and are not for float64 to round
    whole = convention.mode in ("adaptive_area", "pyramid")
    index, weight = convention.taps_at(exact if whole else places, n_in, scale)
    rows = np.arange(n_out)[:, None]
    matrix, reads = np.zeros((2, n_out, n_in))
    np.add.at(matrix, (rows, index), weight.astype(np.float64))
    np.add.at(reads, (rows, index), 1.0)
    inexact = rule is None or (rule in COORDINATE_RULES and COORDINATE_RULES[rule].rounded)
    slope = np.zeros_like(matrix)  # a rule says which coordinates: they are off by nothing
    if not whole:
        for step in (SLOPE_STEP, -SLOPE_STEP):
            moved_index, moved_weight = convention.taps_at(places + step, n_in, scale)
            moved, moved_reads = np.zeros((2, n_out, n_in))
            np.add.at(moved, (rows, moved_index), moved_weight)
            np.add.at(moved_reads, (rows, moved_index), 1.0)
            # rounded across a pixel's centre, a coordinate has another tap at the kernel's end
            reads = np.maximum(reads, moved_reads)
            if inexact:
                slope = np.maximum(slope, abs(moved - matrix) / SLOPE_STEP)
    taps = index.shape[1]
    if convention.exclude_outside:  # what is clamped to the edge here weighs nothing
        reads, taps = np.minimum(reads, 1.0), min(taps, n_in)
    return _Axis(places, abs(matrix), reads, slope, taps)


def _gathered_bound(case: Case, u: float) -> Array:
    """Of the gradient of nearest: cotangents are added, with no weights."""
    x = abs(case.inputs["x"])
    h, w = (case.turned(matrix) for matrix in case.matrices(np.float64))
    terms = h @ np.ones_like(x) @ w.T
    return _bound_of_sums(case, u, h @ x @ w.T, terms, over_common_denominator(x)[1])


def _sum_bound(case: Case, u: float) -> Array:
    return _bound_of_sums(case, u, *_sums(case))


def _bound_of_sums(case: Case, u: float, magnitude: Array, terms: Array, grid: int) -> Array:
    with_errors = terms * u / (1 - terms * u) * magnitude
    representable = magnitude * grid <= 1 / u
    return np.where(representable, 0.0, with_errors + UNIT_ROUNDOFF["float64"] * abs(case.expected))


@functools.lru_cache(maxsize=64)
def _sums(case: Case) -> tuple[Array, Array, int]:
    """Of each output value: Σ|w·x| + |b|, how many terms it has, and the grid 1/g that all lie on."""
    magnitude = replace(case, inputs={k: abs(v) for k, v in case.inputs.items()}).reference()
    ones = {key: np.ones_like(values) for key, values in case.inputs.items()}
    terms = replace(case, inputs=ones).reference()
    # what is differentiated by is not in its own gradient, and the bias is in no other
    factors = {"": "xwb", "x": "wg", "w": "xg", "b": "g"}[case.gradient]
    grids = (over_common_denominator(case.inputs[k])[1] for k in factors if k in case.inputs)
    return np.asarray(magnitude), np.asarray(terms), math.prod(grids)
