"""Sweeps: every size pair through a call, and what deviates from the exact convention.

Nearest is fed a ramp, whose output tells which pixels were read; every other mode the identity matrix, whose
output is the weight matrix. Each pair is resized along the rows and along the columns, the large ones of a
whole sweep along one of them in turn. The reference is the conventions' own: where a kernel is as wide at
every scale, for all output sizes of one input size at once.

A grid over −1..1 moves an axis whose size stays off its whole coordinates, unless that has one pixel: its
middle is 0. Calls that take one are fed the rows of the identity matrix as channels of one pixel across.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Array, Integers
from ..frameworks import FRAMEWORKS, Call, Release, load
from ..frameworks import release as installed_release
from ..frameworks.call import WIDE, Defect, DType, Expression, dtype_name
from ..numerics.coordinates import COORDINATE_RULES, float_coordinates, tap_weights
from ..numerics.error_model import (
    UNIT_ROUNDOFF,
    ErrorModel,
    cubic_weight_error,
    normalised_weight_error,
)
from ..numerics.weights import OUTSIDE, nearest_pixels
from ..operators import Resize
from ..operators.axis import Axis, OutputPixels
from . import goldens
from .cases import Case
from .verdicts import AxisWeights, Verdict, axis_at, axis_weights, bound_of_axes, refused

Pair = tuple[int, int]

LARGEST = 256  # an axis, in pixels, where one or two of them are read
LARGEST_OTHERWISE = 96
_ALONG_BOTH = 48  # beyond, a sweep resizes a pair along the rows or the columns
_BLOCK = 32  # input sizes in an item of the run: some seconds, so that its progress is seen
_BLOCK_OTHERWISE = 8
_FOURTH = 4
# size pairs of a call in a run without sweeps: with a coordinate rule, which some pairs show, and without one
_SAMPLE, _SAMPLE_WITHOUT_RULE = 40, 20
_LISTED = 8  # size pairs that a summary spells out


def swept(call: Call) -> bool:
    """Whether a call is swept: each once, and where it is made of another framework's, there; those that
    take a few sizes only are run on all of them by their cases, and those that are compiled for each size
    on a few."""
    every = all(convention.takes_every_size for convention in call.follows.values())
    return every and call.plain and not call.compiled and not FRAMEWORKS[call.framework].needs


def across(call: Call, convention: Resize) -> bool:
    """Whether a call is fed impulses one pixel across, each in a channel of its own."""
    grids = any(arithmetic.extent_roundings for arithmetic in call.arithmetic.values())
    return grids and convention.mode != "nearest"


def dtypes(call: Call, *, every: bool) -> tuple[DType, ...]:
    """The wide dtypes that a call is swept in: ``every`` one, or one of those that share an arithmetic."""
    wide = [dtype for dtype in call.arithmetic if dtype in WIDE]
    if every:
        return tuple(wide)
    return tuple({call.arithmetic[dtype]: dtype for dtype in reversed(wide)}.values())[::-1]


def in_blocks(call: Call, convention: Resize) -> Iterator[tuple[Block, tuple[DType, ...]]]:
    """Every block of a call with the dtypes that it is swept in: what copies pixels in all; what weighs them
    in the first, and in every fourth block in the others, whose code differs by their type alone."""
    first, *others = dtypes(call, every=False)
    for index, block in enumerate(blocks(convention)):
        whole = convention.mode == "nearest" or index % _FOURTH == 0
        yield block, (first, *others) if whole else (first,)


def samples_points(convention: Resize) -> bool:
    """Whether the weights of an output pixel follow from its coordinate alone, whatever the scale."""
    return convention.kernel.fractional and not convention.antialias


def _ends(convention: Resize) -> bool:
    """Whether a kernel ends in a step: then what deviates is a pixel that is read."""
    return convention.kernel.jumps and convention.kernel.value is not None


def largest(convention: Resize) -> int:
    """The largest size that a convention is swept to."""
    few = samples_points(convention) and convention.kernel.reads(convention.shape()) <= 2
    return LARGEST if few else LARGEST_OTHERWISE


def other_n_outs(call: Call, convention: Resize) -> tuple[int, ...]:
    """What the other axis of one pixel is resized to: where a kernel is chosen by the whole
    output's size, every pair meets both kernels."""
    if convention.mode != "nearest":
        return (1,)
    rules = (COORDINATE_RULES.get(a.coordinate_rule or "") for a in call.arithmetic.values())
    thresholds = {rule.above for rule in rules if rule is not None and rule.above is not None}
    return (1, *sorted(thresholds))


def _met(
    call: Call, line: Case, axis: int, n_outs: Sequence[int]
) -> Iterator[tuple[int, dict[int, tuple[Case, Expression | None]]]]:
    """The cases of one input size that a call can say, by output size; with what the other axis becomes.

    That of a matrix stays as it is; it is doubled where the call says the pair only then.
    """
    convention = line.convention
    assert isinstance(convention, Resize)
    nearest, narrow = convention.mode == "nearest", across(call, convention)
    n_in, left = line.inputs["x"].shape[axis], list(n_outs)
    for other_n_out in other_n_outs(call, convention) if nearest else (1, 2):
        met = {}
        for n_out in left:
            one = replace(
                line, size=_size(convention, axis, (n_in, n_out), other_n_out, narrow=narrow)
            )
            expression = call.expression(one.request)
            if nearest or expression is not None:
                met[n_out] = one, expression
        if met:
            yield other_n_out, met
        if not nearest:
            left = [n_out for n_out in left if n_out not in met]


# ---------------------------------------------------------------------------- what is run


@dataclass(frozen=True)
class Block:
    """Size pairs that are swept together.

    Attributes:
        name: what ``-k`` selects.
        convention: what the call follows.
        pairs: (n_in, n_out), those of one n_in together.
        in_turn: whether the large ones are resized along the rows and the columns in turn, as a
            chessboard has its colours, where a rule has one formula for both.
    """

    name: str
    convention: Resize
    pairs: tuple[Pair, ...]
    in_turn: bool = False

    def axes(self, rule: str | None, pair: Pair) -> tuple[int, ...]:
        """The axes along which a pair is resized: 2 the rows', 3 the columns'."""
        if not self.in_turn or max(pair) <= _ALONG_BOTH or _by_axis(rule):
            return (2, 3)
        return (2 + sum(pair) % 2,)


def blocks(convention: Resize) -> Iterator[Block]:
    """Every size pair of a convention, in blocks of input sizes."""
    end = largest(convention)
    step = _BLOCK if samples_points(convention) else _BLOCK_OTHERWISE
    for first in range(1, end + 1, step):
        last = min(first + step - 1, end)
        pairs = tuple((n, m) for n in range(first, last + 1) for m in range(1, end + 1))
        yield Block(f"{first}..{last}-1..{end}-sweep", convention, pairs, in_turn=True)


def sample(call: Call, dtype: str, convention: Resize) -> Block:
    """A few pairs: those that the call's summary spells out, and others by formula over all sizes."""
    end = largest(convention)
    ruled = call.arithmetic[dtype].coordinate_rule is not None  # type: ignore[index]
    known, count = (_listed(call, dtype), _SAMPLE) if ruled else ([], _SAMPLE_WITHOUT_RULE)
    # the fractional parts of multiples of these two numbers fill a square evenly (M. Roberts' R2)
    spread = (
        tuple(1 + int(end * (k * step % 1)) for step in (0.7548776662466927, 0.5698402909980532))
        for k in range(1, count + 1)
    )
    chosen = dict.fromkeys([*known, *((n, m) for n, m in spread)])
    return Block(f"1..{end}-1..{end}-sample", convention, tuple(sorted(list(chosen)[:count])))


def _listed(call: Call, dtype: str) -> list[Pair]:
    if not (goldens.root() / _path(call)).exists():
        return []  # of a coordinate rule that only earlier releases have
    summary = goldens.page(_path(call))
    return [
        (row["n_in"], row["n_out"])
        for part in summary["deviations"]
        if dtype in part["dtypes"]
        for row in part["smallest"]
    ]


def _first(convention: Resize) -> int:
    """What the first pixel of a line says, and every other one more: where nothing is read 0 comes out."""
    return int(convention.padding_mode == "zeros")


def _image(convention: Resize, axis: int, n_in: int, *, narrow: bool) -> Array:
    """A line of pixels that say their index, or the identity matrix; axis 2 is the rows', 3 the columns'."""
    if convention.mode == "nearest":
        line = np.arange(n_in, dtype=np.float64) + _first(convention)
        return line.reshape((1, 1, n_in, 1) if axis == 2 else (1, 1, 1, n_in))
    if narrow:
        return np.eye(n_in).reshape((1, n_in, n_in, 1) if axis == 2 else (1, n_in, 1, n_in))
    return np.eye(n_in).reshape(1, 1, n_in, n_in)


def _lines(image: AnyArray, axis: int) -> AnyArray:
    """A view of what came out, (n_out, pixels across): a channel is a pixel where there are several."""
    lines = image[0, 0] if image.shape[1] == 1 else image[0].reshape(image.shape[1], -1).T
    return np.asarray(lines.T if axis == 3 and image.shape[1] == 1 else lines)


def _size(
    convention: Resize, axis: int, pair: Pair, other_n_out: int, *, narrow: bool
) -> tuple[int, int]:
    n_in, n_out = pair
    other = other_n_out if narrow or convention.mode == "nearest" else n_in * other_n_out
    return (n_out, other) if axis == 2 else (other, n_out)


def pair_case(
    convention: Resize,
    rule: str | None,
    axis: int,
    pair: Pair,
    other_n_out: int = 1,
    *,
    narrow: bool = False,
) -> Case:
    """The case of one size pair, without its expected values; ``narrow`` is :func:`across`."""
    x = _image(convention, axis, pair[0], narrow=narrow)
    size = _size(convention, axis, pair, other_n_out, narrow=narrow)
    nearest = convention.mode == "nearest"
    if nearest and convention.extrapolates:
        convention = replace(convention, extrapolation_value=OUTSIDE)
    source = "the index of each pixel" if nearest else "the identity matrix"
    name = f"{x.shape[2]}x{x.shape[3]}-{size[0]}x{size[1]}-{'index' if nearest else 'impulses'}"
    pins = "which pixels are read" if nearest else "the weight matrix"
    return Case(convention, {"x": x}, size, rule, name=name, pins=pins, source=source)


# ---------------------------------------------------------------------------- the reference


def _outputs(n_in: int, n_outs: Sequence[int], other_n_out: int, *, columns: bool) -> OutputPixels:
    """The output pixels of many sizes, one after the other; ``other_n_out`` is the size of the other axis."""
    axes = [Axis(n_in, n_out, None, n_out + other_n_out, columns) for n_out in n_outs]
    return OutputPixels.of_axes(axes)


def _split(values: AnyArray, n_outs: Sequence[int]) -> list[AnyArray]:
    return np.split(values, np.cumsum(n_outs)[:-1])


def _by_axis(rule: str | None) -> bool:
    """Whether a rule has another formula along the columns."""
    return rule is not None and COORDINATE_RULES[rule].columns is not None


def pixels(
    convention: Resize,
    rule: str | None,
    n_in: int,
    n_outs: Sequence[int],
    other_n_out: int = 1,
    *,
    columns: bool = False,
) -> NDArray[np.int64]:
    """The pixels that ``nearest`` reads, for many output sizes one after the other; or ``OUTSIDE``.

    Args:
        convention: a nearest one.
        rule: the coordinate rule; None for the exact pixel, found in integers.
        n_in, n_outs: the sizes of the axis.
        other_n_out: the output's size along the other axis.
        columns: by the rule's formula for columns.
    """
    return nearest_pixels(
        convention, _outputs(n_in, n_outs, other_n_out, columns=columns), n_in, rule
    )


@dataclass(frozen=True, eq=False)
class Rows:
    """The part of an output that is not zero, or need not be; all of shape (n_out, width).

    Attributes:
        columns: the pixels along the other axis.
        weight: the output there. Where the other axis keeps its pixels, the weight matrix.
        bound: how far rounding may take it from there.
    """

    columns: Integers
    weight: Array
    bound: Array


def rows(
    convention: Resize,
    arithmetic: ErrorModel,
    n_in: int,
    n_outs: Sequence[int],
    other_n_out: int = 1,
    *,
    columns: bool = False,
) -> list[Rows]:
    """What becomes of the identity matrix: one input size, several output sizes, the bounds of ``verdicts``.

    The reference is in float64 here, and its own roundings are a part of the bound. Where it samples points,
    the other axis, which keeps its size (of a grid, one pixel), has weights 0 and 1 and whole coordinates
    in any arithmetic: it adds nothing. ``columns``: by the coordinate rule's formula for columns.
    """
    rule, own = arithmetic.coordinate_rule, _own(convention)
    if not samples_points(convention):
        return [
            _product(convention, arithmetic, n_in, n_out, other_n_out, columns=columns)
            for n_out in n_outs
        ]
    where = float_coordinates(convention, _outputs(n_in, n_outs, n_in, columns=columns), rule)
    axis = axis_at(convention, rule, where, n_in, Fraction(1), narrow=True)
    bounds = (axis.error(a) + _sum_error(axis, a) * abs(axis.weight) for a in (arithmetic, own))
    bound = np.add(*bounds)
    parts = (axis.first[:, None] + np.arange(axis.weight.shape[1]), axis.weight, bound)
    return [Rows(*three) for three in zip(*(_split(p, n_outs) for p in parts), strict=True)]


def _sum_error(axis: AxisWeights, arithmetic: ErrorModel) -> float:
    return axis.taps * UNIT_ROUNDOFF[arithmetic.accumulation]


_CACHED = _BLOCK_OTHERWISE * LARGEST_OTHERWISE  # the size pairs of a block: its other dtype is next


@functools.lru_cache(maxsize=_CACHED)
def _product(
    convention: Resize,
    arithmetic: ErrorModel,
    n_in: int,
    n_out: int,
    other_n_out: int,
    *,
    columns: bool,
) -> Rows:
    rule = arithmetic.coordinate_rule
    total, others = n_in + n_out, _by_axis(rule) and not columns
    h = axis_weights(convention, Axis(n_in, n_out, None, total, columns), rule)
    w = axis_weights(convention, Axis(n_in, n_in * other_n_out, None, total, others), rule)

    def both(left: Array, right: Array) -> Array:
        return np.asarray(left @ right.T)

    weight = both(h.weight, w.weight)
    bounds = (bound_of_axes(h, w, both, each) for each in (arithmetic, _own(convention)))
    bound = np.add(*bounds)
    return Rows(np.broadcast_to(np.arange(weight.shape[1]), weight.shape), weight, bound)


@functools.lru_cache(maxsize=1024)
def _own(convention: Resize) -> ErrorModel:
    """The arithmetic of the reference itself."""
    kernel = convention.kernel
    own = kernel.reference_error is not None or kernel.fractional
    normalised = convention.antialias or kernel.divided or not own
    return ErrorModel(
        coordinates="float64",
        coordinate_roundings=1,
        # of kernels and windows that are stretched: - pixel, the stretch, and the quotient
        distance_roundings=0 if samples_points(convention) else 3,
        weights="float64",
        weight_error=normalised_weight_error(convention) if normalised else _own_error(convention),
        normalised=normalised,
        accumulation="float64",
        source="halfpixel, operators/resize.py: Resize.taps_at",
    )


def _own_error(convention: Resize) -> float:
    """The error of a weight of the reference, in unit roundoffs of float64, its coordinate apart."""
    if convention.kernel.reference_error is not None:
        return convention.kernel.reference_error
    error = cubic_weight_error(float(convention.cubic_coeff_a or 0))
    # divided by a sum of four such weights that is at least ½, into weights that are at most 1.1: the
    # error of a sum is that of four weights and of three additions, and the quotient is rounded
    return 2 * (error + 1.1 * (4 * error + 3 * 1.5)) + 1.1 if convention.exclude_outside else error


# ---------------------------------------------------------------------------- the comparison


@dataclass(frozen=True, eq=False)
class _Off:
    """A size pair whose output is not the reference's."""

    axis: int
    pair: Pair
    other_n_out: int
    got: AnyArray
    problem: str


def sweep(call: Call, block: Block, dtype: str) -> Verdict:
    """Run a call on every size pair of a block, along its axes, and compare.

    Args:
        call: one of a framework that is installed.
        block: of the convention that the call follows.
        dtype: of the inputs.

    Returns:
        One verdict: its case is the smallest pair that is off, if there is one.
    """
    installed = installed_release(call.framework) or Release("")
    release, call = str(installed), call.at(installed) or call
    share, off, worst = 0.0, set(), None
    compared = False
    for one in _compared(call, block, dtype):
        compared = True
        if isinstance(one, float):
            share = max(share, one)
            continue
        off.add(one.pair)
        if worst is None or _order(one.pair) < _order(worst.pair):
            worst = one
    rule = call.arithmetic[dtype].coordinate_rule  # type: ignore[index]
    if not compared:
        some = pair_case(block.convention, rule, 2, block.pairs[0])
        reason = f"has arguments for none of {len(block.pairs)} size pairs"
        return Verdict("changed", call, some, dtype, release, reason=reason)
    if worst is None:
        some = pair_case(block.convention, rule, 2, block.pairs[0])
        return Verdict("conforms", call, some, dtype, release, share)
    narrow = across(call, block.convention)
    case = pair_case(
        block.convention, rule, worst.axis, worst.pair, worst.other_n_out, narrow=narrow
    )
    case = case.computed()
    if defect := call.defect(case.request):
        case = defect.result(case)
    n_in, n_out = worst.pair
    reason = f"{len(off)} of {len(block.pairs)} size pairs exceed the error bound"
    reason += f", the smallest {n_in} to {n_out}: "
    comparable = worst.got.shape == case.expected.shape
    return Verdict(
        "changed",
        call,
        case,
        dtype,
        release,
        float("inf"),
        reason=reason + worst.problem,
        got=worst.got if comparable else np.empty(0),
        bound=_bound(call.arithmetic[dtype], case, worst) if comparable else np.empty(0),  # type: ignore[index]
    )


def _order(pair: Pair) -> tuple[int, Pair]:
    return max(pair), pair


def _compared(call: Call, block: Block, dtype: str) -> Iterator[float | _Off]:
    """Of every resize: the share of its bound that was used, or what is off."""
    names, convention = load(call.framework), block.convention
    arithmetic = call.arithmetic[dtype]  # type: ignore[index]
    rule, narrow = arithmetic.coordinate_rule, across(call, convention)
    by_size: dict[int, list[int]] = {}
    for n_in, n_out in block.pairs:
        by_size.setdefault(n_in, []).append(n_out)
    for n_in, axis in itertools.product(by_size, (2, 3)):
        n_outs = [n_out for n_out in by_size[n_in] if axis in block.axes(rule, (n_in, n_out))]
        line = pair_case(convention, rule, axis, (n_in, 1), narrow=narrow)
        inputs = call.arrays(line, dtype)
        columns = axis == 3 and _by_axis(rule)
        for other_n_out, met in _met(call, line, axis, n_outs):
            wanted = _wanted(convention, arithmetic, n_in, list(met), other_n_out, columns=columns)
            for (n_out, (one, expression)), want in zip(met.items(), wanted, strict=True):
                got, problem = np.empty(0), ""
                try:
                    got = call.evaluate(
                        expression or call.expression_of(one.request), one, inputs, names
                    )
                except Exception as error:  # whatever a framework raises is its refusal
                    problem = f"refused: {refused(error)}"
                defect = call.defect(one.request)
                if defect is not None:
                    want = _with(defect, one, want, axis)
                answer = problem or _judged(got, one, call.returns[dtype], want, axis)  # type: ignore[index]
                if isinstance(answer, str):
                    yield _Off(axis, (n_in, n_out), other_n_out, got, answer)
                else:
                    yield answer


def _with(defect: Defect, case: Case, want: Rows | Integers, axis: int) -> Rows | Integers:
    """What is wanted, as a declared defect has it: of an output that is spelled out whole."""
    if not isinstance(want, Rows):  # pixels say their index
        assert isinstance(case.convention, Resize)
        computed = defect.result(replace(case, expected=np.empty(0)))
        lines = _lines(computed.expected, axis)[:, 0] - _first(case.convention)
        return np.asarray(lines, np.int64)

    def as_it_has(values: Array) -> Array:
        whole = (values if axis == 2 else values.T)[None, None]
        image = defect.result(replace(case, expected=whole)).expected[0, 0]
        return np.asarray(image if axis == 2 else image.T)

    return replace(want, weight=as_it_has(want.weight), bound=as_it_has(want.bound))


def _wanted(
    convention: Resize,
    arithmetic: ErrorModel,
    n_in: int,
    n_outs: Sequence[int],
    other_n_out: int,
    *,
    columns: bool = False,
) -> Iterable[Rows | Integers]:
    if convention.mode != "nearest":
        return rows(convention, arithmetic, n_in, n_outs, other_n_out, columns=columns)
    rule = arithmetic.coordinate_rule
    return _split(pixels(convention, rule, n_in, n_outs, other_n_out, columns=columns), n_outs)


def _judged(
    got: AnyArray, case: Case, returns: str, want: Rows | Integers, axis: int
) -> float | str:
    """The share of its bound that the worst value used, or what is wrong."""
    shape = (*case.inputs["x"].shape[:2], *case.size)
    if dtype_name(got) != returns or got.shape != shape:
        return f"returned {got.dtype} {got.shape}, not {returns} {shape}"
    lines = _lines(got, axis)
    if not isinstance(want, Rows):
        assert isinstance(case.convention, Resize)
        if first := _first(case.convention):
            lines = lines - first
        if (lines == want[:, None]).all():
            return 0.0
        d, at = (int(i) for i in np.argwhere(lines != want[:, None])[0])
        return f"output {d} is pixel {lines[d, at]:g}, not {want[d]}"
    values = lines[np.arange(len(lines))[:, None], want.columns]
    error = abs(values - want.weight)
    # a weight whose bound is 0 has none of its own, and an error has no share of it
    share = float(np.max(error / np.maximum(want.bound, np.finfo(np.float64).tiny)))
    if share <= 1 and np.count_nonzero(lines) == np.count_nonzero(values):
        return share
    wrong = lines != 0  # beside the columns that may be read
    np.put_along_axis(wrong, want.columns, ~(error <= want.bound), axis=1)
    d, at = (int(i) for i in np.argwhere(wrong)[0])
    columns = want.columns[d].tolist()
    weight = want.weight[d, columns.index(at)] if at in columns else 0.0
    return f"output {d} reads {lines[d, at]:.9g} of pixel {at}, not {weight:.9g}"


def _bound(arithmetic: ErrorModel, case: Case, off: _Off) -> Array:
    """The bound of each value of a failing pair."""
    bound = np.zeros(case.expected.shape)
    convention = case.convention
    assert isinstance(convention, Resize)
    if convention.mode != "nearest":
        columns = off.axis == 3 and _by_axis(arithmetic.coordinate_rule)
        (n_in, n_out), other_n_out = off.pair, off.other_n_out
        (want,) = rows(convention, arithmetic, n_in, [n_out], other_n_out, columns=columns)
        np.put_along_axis(_lines(bound, off.axis), want.columns, want.bound, axis=1)
    return bound


# ---------------------------------------------------------------------------- the summaries


def _path(call: Call) -> str:
    return f"sweeps/{call.id}.json"


def summaries(calls: Iterable[Call]) -> Iterator[goldens.Page]:
    """For each call with a coordinate rule: where its rule deviates from the exact convention."""
    for call in calls:
        conventions = list(call.follows.values())
        rules: dict[str, list[str]] = {}  # those of dtypes that share one, together
        for dtype, arithmetic in call.arithmetic.items():
            if dtype in WIDE and arithmetic.coordinate_rule is not None:
                rules.setdefault(arithmetic.coordinate_rule, []).append(dtype)
        if rules and conventions and swept(call):
            yield goldens.Page(_path(call), _summary(call, conventions[-1], rules))


def _summary(call: Call, convention: Resize, rules: dict[str, list[str]]) -> str:
    head = {
        "call": call.id,
        "convention": convention.attributes,
        "sizes": f"1..{largest(convention)} to 1..{largest(convention)}",
        "pairs": largest(convention) ** 2,
    }
    parts = [
        _deviation(convention, rule, shared, other_n_out, columns=columns)
        for rule, shared in rules.items()
        for other_n_out in other_n_outs(call, convention)
        for columns in (False, True)[: 1 + _by_axis(rule)]
    ]
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}," for k, v in head.items()]
    return "\n".join(["{", *lines, '  "deviations": [', ",\n".join(parts), "  ]", "}", ""])


def _deviation(
    convention: Resize, rule: str, shared: list[str], other_n_out: int, *, columns: bool
) -> str:
    count, listed = deviating(convention, rule, other_n_out, columns=columns)
    other = {"other_axis": f"1 to {other_n_out}"} if convention.mode == "nearest" else {}
    if _by_axis(rule):
        other = {"axis": "columns" if columns else "rows", **other}
    head = {
        "arithmetic": rule,
        "formula": COORDINATE_RULES[rule].formula,
        "dtypes": shared,
        **other,
        "pairs": count,
    }
    lines = [
        f"      {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}," for k, v in head.items()
    ]
    smallest = ",\n".join(f"        {json.dumps(row)}" for row in listed)
    smallest = f"[\n{smallest}\n      ]" if listed else "[]"
    return "\n".join(["    {", *lines, f'      "smallest": {smallest}', "    }"])


@functools.lru_cache(maxsize=1024)
def deviating(
    convention: Resize, rule: str, other_n_out: int, *, columns: bool = False
) -> tuple[int, tuple[dict[str, int | str], ...]]:
    """The size pairs at which a rule deviates from the exact convention.

    Returns:
        How many there are, and the smallest few (by the larger size, then by n_in): where the first
        output that differs is, exactly, and where the rule has it. A pixel for nearest, the first and
        the last pixel, or half of it, for kernels and windows that are as wide as the scale says, else
        a coordinate.
    """
    nearest = convention.mode == "nearest"
    end = largest(convention)
    n_outs = range(1, end + 1)
    differing: list[Pair] = []
    for n_in in n_outs:
        outputs = _outputs(n_in, n_outs, 0, columns=columns)
        if nearest:
            exact = pixels(convention, None, n_in, n_outs)
            off = pixels(convention, rule, n_in, n_outs, other_n_out, columns=columns) != exact
        elif _ends(convention):
            both = (
                (convention.extent(axis), _extent(convention, axis, rule))
                for axis in (Axis(n_in, m, None, n_in + m) for m in n_outs)
            )
            off = np.concatenate([(one != other).any(axis=1) for one, other in both])
        else:
            above, below = convention.ratio(outputs)
            # a fraction of numbers below 2¹⁰ is no other fraction's float64, nor another 1024th's
            off = float_coordinates(convention, outputs, rule) != above / below
        differing += [(n_in, int(m)) for m in np.unique(outputs.n_out[off])]
    listed = []
    for n_in, m in sorted(differing, key=_order)[:_LISTED]:
        wants, used = _spelled(convention, rule, n_in, m, other_n_out, columns=columns)
        at = next(i for i, (a, b) in enumerate(zip(wants, used, strict=True)) if a != b)
        row: dict[str, int | str] = {"n_in": n_in, "n_out": m, "d": at}
        listed.append({**row, "exact": wants[at], "read": used[at]})
    return len(differing), tuple(listed)


def _extent(convention: Resize, axis: Axis, rule: str) -> Integers:
    """``Resize.extent`` by a rule."""
    n_in, n_out = axis.sizes
    where, scale = float_coordinates(convention, axis.pixels, rule), convention.scale(n_in, n_out)
    weigh = tap_weights(rule)
    if convention.mode == "box" and weigh is not None:
        stretch = max(scale, Fraction(1)) if convention.antialias else Fraction(1)
        pixel = np.broadcast_to(np.arange(n_in), (n_out, n_in))
        halves = 2 * weigh(where, pixel, stretch)
        first = np.where(halves > 0, 2 * pixel + 2 - halves, 2 * n_in).min(axis=1)
        last = np.where(halves > 0, 2 * pixel + halves, 0).max(axis=1)
        return np.stack([first, last], axis=1).astype(np.int64)
    index, weight = convention.taps_at(where, n_in, scale, tap_weights(rule))
    reads = weight > UNIT_ROUNDOFF["float32"]  # the least that an exact window reads is 1 / n_in
    first = np.where(reads, index, n_in).min(axis=1)
    return np.stack([first, np.where(reads, index, -1).max(axis=1)], axis=1)


def _spelled(
    convention: Resize, rule: str, n_in: int, n_out: int, other_n_out: int, *, columns: bool
) -> tuple[list[Any], list[Any]]:
    """Of each output pixel: what is read exactly, and by the rule."""
    if convention.mode == "nearest":
        index = (
            pixels(convention, r, n_in, [n_out], other_n_out, columns=columns).tolist()
            for r in (None, rule)
        )
        return next(index), next(index)
    if _ends(convention):
        axis = Axis(n_in, n_out, None, n_in + n_out)
        both = (convention.extent(axis), _extent(convention, axis, rule))
        ends = ([_range(convention, *ends) for ends in one.tolist()] for one in both)
        return next(ends), next(ends)
    axis = Axis(n_in, n_out, columns=columns)
    used = float_coordinates(convention, axis.pixels, rule).tolist()
    exact = [str(coordinate) for coordinate in convention.coordinates(n_in, n_out)]
    pairs = zip(exact, used, strict=True)
    return exact, [
        at if float(Fraction(at)) == by_rule else _text(by_rule) for at, by_rule in pairs
    ]


def _range(convention: Resize, first: int, last: int) -> str:
    """The pixels that are read, half of which a box may have at either end."""
    if convention.mode != "box":
        return f"{first}..{last}"
    return f"{'½·' * (first % 2)}{first // 2}..{'½·' * (last % 2)}{(last - 1) // 2}"


def _text(coordinate: float) -> str:
    fraction = Fraction(coordinate)
    return str(fraction) if fraction.denominator <= 1024 else repr(coordinate)
