"""Sweeps: the vectorised reference is the exact one, mistakes are caught, the summaries are exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import frameworks
from halfpixel.conformance import goldens, sweep, trials, verdicts
from halfpixel.conformance.sweep import Block
from halfpixel.conformance.verdicts import error_bound
from halfpixel.frameworks import Call, DType, Expression, Name
from halfpixel.frameworks.call import WIDE, Defect
from halfpixel.numerics import weights
from halfpixel.numerics.coordinates import COORDINATE_RULES, float_coordinates, tap_weights
from halfpixel.numerics.error_model import (
    UNDERFLOW,
    UNIT_ROUNDOFF,
    ErrorModel,
    cubic_weight_error,
    normalised_weight_error,
)
from halfpixel.operators import Resize, every_resize
from halfpixel.operators.axis import Axis, OutputPixels
from halfpixel.operators.request import Request
from halfpixel.report.terminal import explain
from tests import mylib
from tests.thinning import swept, thinned

Array = NDArray[Any]
NEAREST = [c for c in every_resize() if c.mode == "nearest"]
WEIGHED = [c for c in every_resize() if c.mode in ("linear", "cubic") and not c.antialias]
KERNELS = [c for c in every_resize() if not sweep.samples_points(c)]
STRETCHED = Resize(mode="linear", antialias=True, exclude_outside=True)
AREA = Resize(mode="area")
GAUSSIAN = Resize(mode="gaussian", antialias=True, exclude_outside=True)
FLOOR = Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
MIDDLE = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
LINEAR = Resize(mode="linear")
HALF_EVEN = Resize(mode="nearest", nearest_mode="round_half_even")
ZEROS = replace(HALF_EVEN, coordinate_transformation_mode="asymmetric", padding_mode="zeros")
CALLS = {call.id: call for call in trials.calls("resize")}


def arithmetic(convention: Resize, dtype: str, rule: str | None = None) -> ErrorModel:
    a = convention.cubic_coeff_a
    error = cubic_weight_error(float(a)) if a else 4.0 if "area" in convention.mode else 2.0
    kernel = not sweep.samples_points(convention) and "area" not in convention.mode
    return ErrorModel(
        coordinates=dtype,
        coordinate_roundings=3,
        distance_roundings=0 if sweep.samples_points(convention) else 4,
        weights=dtype,
        weight_error=normalised_weight_error(convention) if kernel else error,
        normalised=kernel,
        accumulation=dtype,
        coordinate_rule=rule,
        source="this file",
    )


# ---------------------------------------------------------------------------- the reference


@pytest.mark.parametrize("convention", thinned(NEAREST, every=3), ids=lambda c: c.slug)
def test_the_nearest_pixel_in_integers_is_the_exact_one(convention: Resize) -> None:
    for n_in in range(1, 13):
        sizes = range(1, 13)
        together = np.split(
            sweep.pixels(convention, None, n_in, sizes), np.cumsum(sizes)[:-1].tolist()
        )
        for n_out, index in zip(sizes, together, strict=True):
            exact = [row.tolist() for row in convention.weights(n_in, n_out)]
            reads = [row.index(1) if any(row) else weights.OUTSIDE for row in exact]
            assert reads == index.tolist(), (n_in, n_out)


@pytest.mark.parametrize("convention", thinned(WEIGHED, every=2), ids=lambda c: c.slug)
def test_the_weights_are_the_exact_ones_but_for_float64(convention: Resize) -> None:
    """What they are off by is in the bound: with nothing else in it, it still holds them."""
    own = replace(
        arithmetic(convention, "float64"),
        coordinate_roundings=0,
        weight_error=0,
        accumulation="none",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(UNIT_ROUNDOFF, "none", 0.0)
        patch.setitem(UNDERFLOW, "none", 0.0)
        for n_in in range(1, 9):
            for n_out, rows in enumerate(sweep.rows(convention, own, n_in, range(1, 9)), 1):
                exact = convention.weights(n_in, n_out)
                columns = rows.columns.tolist()
                for d in range(n_out):
                    beside = set(range(n_in)) - set(columns[d])
                    assert not any(exact[d, i] for i in beside)
                    for i, weight, bound in zip(
                        columns[d], rows.weight[d].tolist(), rows.bound[d].tolist(), strict=True
                    ):
                        assert abs(Fraction(weight) - exact[d, i]) <= Fraction(bound)


@pytest.mark.parametrize("convention", thinned(KERNELS, every=2), ids=lambda c: c.slug)
def test_the_matrices_of_kernels_and_windows_are_the_exact_ones_but_for_float64(
    convention: Resize,
) -> None:
    own = replace(sweep._own(convention), accumulation="none")
    other = convention.weights(4, 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(UNIT_ROUNDOFF, "none", 0.0)
        patch.setitem(UNDERFLOW, "none", 0.0)
        for n_out, rows in enumerate(sweep.rows(convention, own, 4, range(1, 7), 2), 1):
            exact = convention.weights(4, n_out) @ other.T
            assert rows.columns.tolist() == [list(range(8))] * n_out
            for want, weight, bound in zip(
                exact.ravel(),
                rows.weight.ravel().tolist(),
                rows.bound.ravel().tolist(),
                strict=True,
            ):
                assert abs(Fraction(weight) - want) <= Fraction(bound) <= Fraction(1, 2**30)


@pytest.mark.parametrize("convention", KERNELS, ids=lambda c: c.slug)
def test_the_bound_of_kernels_and_windows_is_that_of_compare(convention: Resize) -> None:
    constants = arithmetic(convention, "float32")
    for n_in, n_out in [(1, 3), (3, 5), (5, 2), (4, 4)]:
        case = sweep.pair_case(convention, None, 2, (n_in, n_out))
        case = case.computed()
        (rows,) = sweep.rows(convention, constants, n_in, [n_out])
        whole = error_bound(case, constants)[0, 0]
        rounds = whole > 0  # elsewhere compare knows that nothing is rounded
        assert np.allclose(rows.bound[rounds], whole[rounds], rtol=1e-6, atol=2.0**-39)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("convention", thinned(WEIGHED, every=2), ids=lambda c: c.slug)
def test_the_bound_is_that_of_compare_without_the_other_axis(
    convention: Resize, dtype: str
) -> None:
    """Never wider, but for the reference's own roundings in float64, and where compare knows that nothing is
    rounded."""
    constants = arithmetic(convention, dtype)
    for n_in, n_out in [(1, 4), (2, 5), (5, 8), (7, 4), (9, 3), (12, 12)]:
        case = sweep.pair_case(convention, None, 2, (n_in, n_out))
        case = case.computed()
        whole = error_bound(case, constants)[0, 0]
        (rows,) = sweep.rows(convention, constants, n_in, [n_out])
        own = replace(constants, coordinate_roundings=0, weight_error=0)
        (least,) = sweep.rows(convention, own, n_in, [n_out])
        bound = np.take_along_axis(whole, rows.columns, axis=1)
        slack = 2.0**-53 * (4 * sweep._own_error(convention) + 3 * n_in + 8)
        assert (rows.bound <= bound + slack)[bound > 0].all()
        assert (least.bound <= rows.bound).all()
        assert rows.bound.max() >= whole.max() / 8


@pytest.mark.parametrize("rule", [None, *COORDINATE_RULES])
def test_many_sizes_at_once_are_the_sizes_one_by_one(rule: str | None) -> None:
    for n_in in (2, 14, 90):
        sizes = [1, 23, 46, 141, 200]
        outputs = sweep._outputs(n_in, sizes, 1, columns=False)
        together = float_coordinates(MIDDLE, outputs, rule)
        axes = [Axis(n_in, m, None, m + 1) for m in sizes]
        alone = [float_coordinates(MIDDLE, axis.pixels, rule) for axis in axes]
        assert np.array_equal(together, np.concatenate(alone))


def scalar(convention: Resize, wide: bool, fused: bool, n_in: int, n_out: int, d: int) -> int:
    """torch's kernel above 128, an operation at a time: pytorch/pytorch,
    aten/src/ATen/native/cpu/UpSampleKernel.cpp, HelperInterpNearestExact, and UpSample.h,
    area_pixel_compute_source_index."""
    real = np.float64 if wide else np.float32
    scale = real(n_in) / real(n_out)
    if fused:  # rounded once from the exact value
        place = real(
            float((Fraction(d) + Fraction(1, 2)) * Fraction(float(scale)) - Fraction(1, 2))
        )
    else:
        place = scale * (real(d) + real(0.5)) - real(0.5)
    place = max(place, real(0))
    return min(int(np.floor(np.float32(place + real(0.5)))), n_in - 1)


@pytest.mark.parametrize(
    ("rule", "wide"), [("float32_fused_above_128", False), ("float64_above_128", True)]
)
def test_a_rule_above_128_is_the_kernel_step_by_step(rule: str, wide: bool) -> None:
    for n_in in (2, 3, 14, 26, 90, 255):
        for n_out in (7, 23, 41, 141, 251):
            index = sweep.pixels(MIDDLE, rule, n_in, [n_out], other_n_out=128).tolist()
            want = [scalar(MIDDLE, wide, not wide, n_in, n_out, d) for d in range(n_out)]
            assert index == want, (n_in, n_out)
            narrow = sweep.pixels(MIDDLE, rule, n_in, [n_out], other_n_out=128 - n_out)
            assert (narrow == sweep.pixels(MIDDLE, "float32", n_in, [n_out])).all()


# ---------------------------------------------------------------------------- what is swept


@pytest.mark.parametrize(
    "convention", [MIDDLE, LINEAR, Resize(mode="cubic"), STRETCHED, AREA], ids=lambda c: c.slug
)
def test_the_blocks_hold_every_pair_once(convention: Resize) -> None:
    end = 256 if convention in (MIDDLE, LINEAR) else 96
    pairs = [pair for block in sweep.blocks(convention) for pair in block.pairs]
    assert pairs == [(n, m) for n in range(1, end + 1) for m in range(1, end + 1)]


def test_a_sample_is_of_all_sizes_with_the_pairs_of_the_summary() -> None:
    for call in CALLS.values():
        for dtype in (dtype for dtype in WIDE if dtype in call.arithmetic):
            for convention in (c for c in call.follows.values() if sweep.swept(call)):
                pairs = sweep.sample(call, dtype, convention).pairs
                end = sweep.largest(convention)
                ruled = call.arithmetic[dtype].coordinate_rule is not None
                assert len(set(pairs)) == len(pairs) == (40 if ruled else 20)
                assert all(1 <= n <= end for pair in pairs for n in pair)
                assert (
                    {n > end / 2 for n, _ in pairs}
                    == {m > end / 2 for _, m in pairs}
                    == {True, False}
                )
    torch = CALLS["torch-interpolate-nearest-exact"]
    assert (14, 23) in sweep.sample(torch, "float32", MIDDLE).pairs


def test_a_dtype_is_not_swept_where_another_has_its_arithmetic() -> None:
    """Whatever TensorFlow is given, it computes in float32; torch does not. The sample has both."""
    release = {"torch": "2.13.0", "tensorflow": "2.21.0", "opencv": "5.0.0"}.get
    seen = {(t.call.id, t.dtype) for t in trials.sweep_trials(release)}
    sampled = {(t.call.id, t.dtype) for t in trials.sample_trials(release)}
    assert {call for call, _ in seen} == {call for call, _ in sampled}
    for call, dtype in sampled - seen:
        assert dtype == "float64"
        assert CALLS[call].arithmetic["float64"] == CALLS[call].arithmetic["float32"]
    for one in (CALLS[name] for name, dtype in seen if dtype == "float64"):
        assert one.arithmetic["float64"] != one.arithmetic["float32"]


def test_every_block_is_swept_in_one_dtype_and_every_fourth_in_the_others() -> None:
    for name, others in (("torch-interpolate-bilinear", 2), ("torch-interpolate-nearest", 8)):
        convention = CALLS[name].convention("2.13.0")
        assert convention is not None
        given = list(sweep.in_blocks(CALLS[name], convention))
        assert [block for block, _ in given] == list(sweep.blocks(convention))
        assert all(dtypes[0] == "float32" for _, dtypes in given)
        assert sum("float64" in dtypes for _, dtypes in given) == others


# ---------------------------------------------------------------------------- wrong implementations

Matrix = Callable[[int, int, int, str], Array]  # of n_in, n_out, the axis and the dtype


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    mylib.install(monkeypatch, sweep)


def implementation(
    convention: Resize, matrix: Matrix, rule: str | None = None, extent_roundings: int = 0
) -> Call:
    def resize(x: Array, size: tuple[int, int]) -> Array:
        h = matrix(x.shape[2], size[0], 2, str(x.dtype))
        w = matrix(x.shape[3], size[1], 3, str(x.dtype))
        return np.asarray((h @ x @ w.T).astype(x.dtype))

    dtypes: tuple[DType, ...] = ("float32", "float64")
    return Call(
        framework="mylib",
        name="resize",
        operation="resize",
        expression=lambda case: Expression(Name("mylib.resize"), (Name("x"), case.size)),
        run=mylib.run_of(resize=resize),
        arithmetic={
            dtype: replace(arithmetic(convention, dtype, rule), extent_roundings=extent_roundings)
            for dtype in dtypes
        },
        returns={dtype: str(dtype) for dtype in dtypes},
        follows={">=1": convention},
    )


def right(convention: Resize, rule: str | None = None, precision: str | None = None) -> Matrix:
    """The convention; its coordinates in the image's dtype, or in another precision."""

    def matrix(n_in: int, n_out: int, axis: int, dtype: str) -> Array:
        resized = Axis(n_in, n_out, None, n_out, columns=axis == 3)
        where = float_coordinates(convention, resized.pixels, rule)
        where = where.astype(precision) if precision else where
        scale = convention.scale(n_in, n_out)
        if convention.mode == "adaptive_area":
            return convention.weights(n_in, n_out).astype(np.float64)
        return np.asarray(
            convention.weights_at(where.astype(np.float64), n_in, scale, tap_weights(rule))
        )

    return matrix


def changed(inner: Matrix, change: Callable[[Array, int, int, int], None]) -> Matrix:
    def matrix(n_in: int, n_out: int, axis: int, dtype: str) -> Array:
        weights = inner(n_in, n_out, axis, dtype).copy()
        change(weights, n_in, n_out, axis)
        return weights

    return matrix


def a_part(convention: Resize) -> Block:
    return Block("part", convention, tuple((n, m) for n in (5, 7, 13) for m in range(1, 35)))


def tried(call: Call, dtype: str) -> list[verdicts.Verdict]:
    """On a part of a sweep, and on the sample."""
    convention = call.latest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "_listed", lambda *_: [(26, 22), (14, 18), (14, 23)])
        some = sweep.sample(call, dtype, convention)
    return [sweep.sweep(call, block, dtype) for block in (a_part(convention), some)]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "convention",
    [
        FLOOR,
        HALF_EVEN,
        LINEAR,
        STRETCHED,
        GAUSSIAN,
        *map(swept, (MIDDLE, ZEROS, *(c for c in WEIGHED if c != LINEAR))),
        *map(swept, (AREA, Resize(mode="adaptive_area"))),
    ],
    ids=lambda c: c.slug,
)
def test_a_right_implementation_conforms(convention: Resize, dtype: str) -> None:
    precise = "longdouble" if convention.mode == "nearest" else None
    rule = "inverse_scale_float64" if convention == FLOOR else None
    if convention == MIDDLE:
        precise = None
        rule = "float32"
    if convention == GAUSSIAN:
        rule = "inverse_scale_float32"
    if convention in (HALF_EVEN, ZEROS):  # the columns have a formula of their own
        precise, rule = None, "warp_float32"
    call = implementation(convention, right(convention, rule, precise), rule)
    for verdict in tried(call, dtype):
        assert verdict.kind == "conforms", verdict.reason
        assert 0 <= verdict.share <= 1
        assert convention.mode != "nearest" or verdict.share == 0


ASYMMETRIC = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
EVERYWHERE = [
    pytest.param(LINEAR, None, right(ASYMMETRIC), "float32", id="shifted by half a pixel"),
    pytest.param(MIDDLE, "float32", right(FLOOR), "float32", id="nearest of another grid"),
    pytest.param(LINEAR, None, right(LINEAR, None, "float32"), "float64", id="coordinates too short"),
    pytest.param(
        FLOOR, "inverse_scale_float64", right(FLOOR, "float32"), "float64", id="another rule"
    ),
    pytest.param(FLOOR, "float32", right(FLOOR, None), "float32", id="exact, but a rule is declared"),
    pytest.param(STRETCHED, None, right(LINEAR), "float32", id="antialias left out"),
    pytest.param(AREA, None, right(Resize(mode="adaptive_area")), "float32", id="another window"),
    pytest.param(
        GAUSSIAN, "inverse_scale_float32", right(GAUSSIAN), "float32", id="taps of exact places"
    ),
    pytest.param(
        Resize(mode="cubic"), None, right(Resize(mode="cubic", cubic_coeff_a=-0.5)), "float32", id="a"
    ),
]  # fmt: skip


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("convention", "rule", "matrix", "dtype"), EVERYWHERE)
def test_a_wrong_implementation_is_caught_by_the_sample(
    convention: Resize, rule: str | None, matrix: Matrix, dtype: str
) -> None:
    _, verdict = tried(implementation(convention, matrix, rule), dtype)
    assert verdict.kind == "changed"
    assert verdict.reason.split(" of ")[1].startswith(
        f"{40 if rule else 20} size pairs exceed the error bound, the smallest"
    )


def far(weights: Array, n_in: int, n_out: int, axis: int) -> None:
    if (n_in, n_out) == (13, 9):
        weights[4, 12] += 0.125


def shifted(weights: Array, n_in: int, n_out: int, axis: int) -> None:
    if (n_in, n_out) == (7, 31):
        weights[:] = np.roll(weights, 1, axis=0)


def columns_only(weights: Array, n_in: int, n_out: int, axis: int) -> None:
    if axis == 3 and n_in != n_out and n_in > 1:
        weights[0] = np.roll(weights[0], 1)


def nan(weights: Array, n_in: int, n_out: int, axis: int) -> None:
    if (n_in, n_out) == (5, 6):
        weights[2, 2] = np.nan


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (far, "the smallest 13 to 9: output 4 reads 0.125 of pixel 12, not 0"),
        (shifted, "1 of 102 size pairs exceed the error bound, the smallest 7 to 31: output "),
        (columns_only, "the smallest 5 to 1: output 0 reads "),
        (nan, "1 of 102 size pairs exceed the error bound, the smallest 5 to 6: output "),
    ],
)  # fmt: skip
def test_one_pair_that_is_off_is_found_by_the_sweep(
    change: Callable[[Array, int, int, int], None], says: str
) -> None:
    call = implementation(LINEAR, changed(right(LINEAR), change))
    verdict = sweep.sweep(call, a_part(LINEAR), "float32")
    assert verdict.kind == "changed"
    assert says in verdict.reason
    assert verdict.share == float("inf")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("shown", [True, False])
def test_a_declared_defect_is_what_the_sweep_wants(shown: bool) -> None:
    """Where three rows come out, they are upside down; elsewhere the convention holds."""

    def flipped(weights: Array, n_in: int, n_out: int, axis: int) -> None:
        if shown and axis == 2 and n_out == 3:
            weights[:] = weights[::-1]

    defect = Defect(
        why="three rows come out upside down",
        releases=">=1",
        when=lambda case: case.size[0] == 3,
        result=lambda case: replace(case, expected=case.expected[:, :, ::-1]),
    )
    call = replace(implementation(STRETCHED, changed(right(STRETCHED), flipped)), defects=(defect,))
    verdict = sweep.sweep(call, a_part(STRETCHED), "float32")
    assert verdict.kind == ("conforms" if shown else "changed")
    assert shown or verdict.reason.startswith(
        "3 of 102 size pairs exceed the error bound, the smallest 5 to 3"
    )


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("says", "pairs"), [("grows", 102), ("stays", 25), ("nothing", 0)])
def test_a_call_is_asked_what_it_can_say(says: str, pairs: int) -> None:
    """Of 102 pairs of 5, 7 and 13 pixels: doubling the other axis says the rest, or does not."""
    asked = []

    def expression(request: Request) -> Expression | None:
        grown = any(m > n for m, n in zip(request.size, request.shape[2:], strict=True))
        said = {"grows": grown, "stays": not grown, "nothing": False}[says]
        return Expression(Name("mylib.resize"), (Name("x"), request.size)) if said else None

    call = implementation(AREA, right(AREA))
    inner = call.run
    call = replace(call, expression=expression, run=lambda *a: asked.append(1) or inner(*a))  # type: ignore[func-returns-value]
    verdict = sweep.sweep(call, a_part(AREA), "float32")
    assert len(asked) == 2 * pairs
    assert verdict.kind == ("conforms" if pairs else "changed")
    assert pairs or verdict.reason == "has arguments for none of 102 size pairs"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("axis", [2, 3])
def test_a_call_that_makes_a_grid_is_fed_impulses_one_pixel_across(axis: int) -> None:
    """Its other axis need not stay as it is; a row, or a column, that is off is found all the same."""

    def blurred(weights: Array, n_in: int, n_out: int, along: int) -> None:
        if n_in == n_out > 1:
            weights[:] = 1 / n_in
        if along == axis and (n_in, n_out) == (7, 31):
            weights[30] = np.roll(weights[30], 1)

    call = implementation(LINEAR, changed(right(LINEAR), blurred), extent_roundings=1)
    pairs = tuple((n, m) for n, m in a_part(LINEAR).pairs if n != m)
    verdict = sweep.sweep(call, Block("part", LINEAR, pairs), "float32")
    assert verdict.reason.startswith(
        f"1 of {len(pairs)} size pairs exceed the error bound, the smallest 7 to 31: "
    )
    assert verdict.case.name == ("7x1-31x1-impulses" if axis == 2 else "1x7-1x31-impulses")
    assert verdict.case.inputs["x"].shape[:2] == (1, 7)
    assert explain(verdict)
    plain = sweep.sweep(
        replace(call, arithmetic=implementation(LINEAR, right(LINEAR)).arithmetic),
        Block("part", LINEAR, pairs),
        "float32",
    )
    assert f"{len(pairs)} of {len(pairs)} size pairs exceed the error bound" in plain.reason


@pytest.mark.usefixtures("installed")
def test_the_columns_have_to_follow_their_own_formula() -> None:
    rule = "warp_fixed_5"
    rows_alone = right(LINEAR, rule)
    call = implementation(LINEAR, lambda n, m, axis, dtype: rows_alone(n, m, 2, dtype), rule)
    pairs = tuple((n, m) for n in range(2, 24) for m in range(30, 60, 7))
    verdict = sweep.sweep(call, Block("part", LINEAR, pairs), "float64")
    assert verdict.kind == "changed"
    (h, _), (out_h, _) = verdict.case.inputs["x"].shape[2:], verdict.case.size
    assert h == out_h
    assert (verdict.bound >= 0).all()
    right_one = implementation(LINEAR, right(LINEAR, rule), rule)
    assert sweep.sweep(right_one, Block("part", LINEAR, pairs), "float64").kind == "conforms"


@pytest.mark.usefixtures("installed")
def test_large_pairs_go_along_the_rows_and_the_columns_in_turn() -> None:
    """Every pair along one axis at least: what is wrong of one axis alone is found beyond 48 pixels too."""
    block = list(sweep.blocks(LINEAR))[1]
    assert {block.axes(None, pair) for pair in block.pairs if max(pair) <= 48} == {(2, 3)}
    for n_in, n_out in ((49, 1), (1, 49), (256, 255)):
        turns = [block.axes(None, (n_in + more, n_out)) for more in (0, 1)]
        assert sorted(turns) == [(2,), (3,)]
    assert block.axes("warp_fixed_5", (256, 256)) == (2, 3)
    assert sweep.sample(CALLS["torch-interpolate-bilinear"], "float32", LINEAR).axes(
        None, (256, 256)
    ) == (2, 3)

    asked: list[tuple[int, int, int]] = []

    def large_columns(weights: Array, n_in: int, n_out: int, axis: int) -> None:
        asked.append((n_in, n_out, axis))
        if axis == 3 and max(n_in, n_out) > 48 and n_in != n_out:
            weights[0] = np.roll(weights[0], 1)

    pairs = tuple((n, m) for n in (100, 101) for m in (90, 91, 96, 97))
    call = implementation(LINEAR, changed(right(LINEAR), large_columns))
    verdict = sweep.sweep(call, replace(block, pairs=pairs), "float32")
    assert "4 of 8 size pairs exceed the error bound, the smallest 100 to 91: " in verdict.reason
    assert {(n, m) for n, m, _ in asked if n != m} == set(pairs)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("pixel", [0, -1])
def test_a_pixel_where_nothing_is_to_be_read_is_found(pixel: int) -> None:
    """Pixel 0 is told from nothing, and nothing from it."""

    def reads(weights: Array, n_in: int, n_out: int, axis: int) -> None:
        outside = ~weights.any(axis=1)
        weights[outside, pixel] = 1

    rule = "warp_float32"
    call = implementation(ZEROS, changed(right(ZEROS, rule), reads), rule)
    block = Block("one", ZEROS, ((2, 5),))
    verdict = sweep.sweep(call, block, "float32")
    assert verdict.reason.endswith(f"output 4 is pixel {pixel % 2}, not -1")
    assert explain(verdict)
    assert (
        sweep.sweep(implementation(ZEROS, right(ZEROS, rule), rule), block, "float32").kind
        == "conforms"
    )


@pytest.mark.usefixtures("installed")
def test_nearest_says_which_pixel_was_read_and_the_report_shows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = implementation(FLOOR, changed(right(FLOOR), shifted), None)
    verdict = sweep.sweep(call, a_part(FLOOR), "float32")
    assert verdict.reason == (
        "1 of 102 size pairs exceed the error bound, the smallest 7 to 31: output 0 is pixel 6, not 0"
    )
    assert verdict.case.name == "7x1-31x1-index"
    text = explain(verdict)
    assert "mylib 1.2, float32: mylib.resize(x, (31, 1))" in text
    assert "worst at    [n=0, c=0, h=0, w=0]" in text


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda y: y.astype(np.float16), "returned float16 (1, 1, 1, 1), not float32 (1, 1, 1, 1)"),
        (lambda y: y[0], "returned float32 (1, 1, 1), not float32 (1, 1, 1, 1)"),
        (lambda y: y.no_such, "refused: AttributeError: 'numpy.ndarray' object has no attribute"),
    ],
)
def test_a_dtype_a_shape_and_a_refusal_are_verdicts(
    wrong: Callable[[Array], Array], says: str
) -> None:
    call = implementation(LINEAR, right(LINEAR))
    inner = call.run
    call = replace(call, run=lambda *args: wrong(inner(*args)))
    verdict = sweep.sweep(call, Block("one", LINEAR, ((1, 1),)), "float32")
    assert verdict.kind == "changed"
    assert verdict.reason.startswith(
        f"1 of 1 size pairs exceed the error bound, the smallest 1 to 1: {says}"
    )
    assert explain(verdict)


# ---------------------------------------------------------------------------- each rule is needed

RULED = [
    pytest.param(call, dtype, id=f"{call.id}-{dtype}", marks=getattr(pytest.mark, call.framework))
    for call in CALLS.values()
    for dtype, constants in call.arithmetic.items()
    if constants.coordinate_rule and call.follows and dtype in WIDE
    if sweep.swept(call)
]


def forget() -> None:
    verdicts._axis_weights.cache_clear()
    sweep._product.cache_clear()


def declared(call: Call, dtype: DType, rule: str | None) -> Call:
    constants = replace(call.arithmetic[dtype], coordinate_rule=rule)
    return replace(call, arithmetic={**call.arithmetic, dtype: constants})


@pytest.mark.parametrize(("call", "dtype"), thinned(RULED, every=9))
def test_the_sample_shows_that_a_rule_is_needed(call: Call, dtype: DType) -> None:
    convention = list(call.follows.values())[-1]
    some = sweep.sample(call, dtype, convention)
    assert sweep.sweep(call, some, dtype).kind == "conforms"
    assert sweep.sweep(declared(call, dtype, None), some, dtype).kind == "changed"


# call, dtype, a simpler rule, a pair that it does not explain
SIMPLER: list[tuple[str, DType, str, tuple[int, int]]] = [
    ("torch-interpolate-nearest-exact", "float32", "float32", (2, 141)),
    ("torch-interpolate-nearest-exact", "float64", "float32", (90, 129)),
    ("torch-interpolate-nearest", "float64", "float32", (45, 129)),
]


@pytest.mark.torch
@pytest.mark.parametrize(("name", "dtype", "rule", "pair"), SIMPLER)
def test_one_kernel_does_not_explain_both(
    name: str, dtype: DType, rule: str, pair: tuple[int, int]
) -> None:
    call = CALLS[name]
    convention = call.latest
    block = Block("one", convention, (pair,))
    assert sweep.sweep(call, block, dtype).kind == "conforms"
    assert sweep.sweep(declared(call, dtype, rule), block, dtype).kind == "changed"


@pytest.mark.tensorflow
def test_which_taps_the_gaussian_has_is_decided_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rounded place alone has another tap at 33 to 10: the distance to it is rounded too."""
    call = CALLS["tensorflow-image.resize-gaussian-antialias"]
    block = Block("one", GAUSSIAN, ((33, 10),))
    assert sweep.sweep(call, block, "float32").kind == "conforms"
    rule = COORDINATE_RULES["inverse_scale_float32"]
    monkeypatch.setitem(COORDINATE_RULES, "inverse_scale_float32", replace(rule, tap_weights=None))
    forget()
    assert sweep.sweep(call, block, "float32").kind == "changed"
    forget()


@pytest.mark.tensorflow
def test_each_end_of_a_window_is_rounded_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 to 42: the last window, which lies in one pixel, is 1.3e-6 short; as a whole it only moved."""
    call = CALLS["tensorflow-image.resize-area"]
    block = Block("one", AREA, ((1, 42),))
    assert sweep.sweep(call, block, "float32").kind == "conforms"
    monkeypatch.setattr(verdicts, "_ends", lambda *_: [])
    forget()
    assert sweep.sweep(call, block, "float32").kind == "changed"
    forget()


@pytest.mark.tensorflow
def test_the_errors_of_both_axes_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    """sin(π) is not 0 in float32: TensorFlow's lanczos reads what neither axis alone has any of."""
    call = CALLS["tensorflow-image.resize-lanczos3"]
    convention = call.latest
    (rows,) = sweep.rows(convention, call.arithmetic["float32"], 17, [1])
    got = call(
        sweep.pair_case(convention, None, 2, (17, 1)), "float32", frameworks.load("tensorflow")
    )
    assert 0 < abs(got[0, 0, 0, 2]) <= rows.bound[0, 2] < 1e-11


@pytest.mark.tensorflow
def test_the_table_is_entered_at_the_place_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact places pick another entry at 16 size pairs up to 96; this is the smallest."""
    call = CALLS["tensorflow-image.resize-bicubic"]
    convention = call.latest
    block = Block("one", convention, ((84, 79),))
    assert sweep.sweep(call, block, "float32").kind == "conforms"

    def exact(convention: Resize, pixels: OutputPixels) -> Array:
        above, below = convention.ratio(pixels)
        return np.rint(above * 1024 / below) / 1024

    rule = replace(COORDINATE_RULES["kernel_table_1024"], coordinates=exact)
    monkeypatch.setitem(COORDINATE_RULES, "kernel_table_1024", rule)
    assert sweep.sweep(call, block, "float32").kind == "changed"


# ---------------------------------------------------------------------------- the summaries


def test_the_summaries_are_those_of_calls_with_a_rule_and_small() -> None:
    """That each is what is computed anew, tests/conformance/test_goldens.py sees, in the sweep."""
    ruled = {
        f"{call.id}.json"
        for call in CALLS.values()
        if call.follows and sweep.swept(call)
        if any(call.arithmetic[d].coordinate_rule for d in WIDE if d in call.arithmetic)
    }
    stored = {path.name: path for path in (goldens.root() / "sweeps").iterdir()}
    assert {*stored} == ruled | {"conv_transpose-conversions.json"}
    assert all(path.read_text().count("\n") < 100 for path in stored.values())


def extents(convention: Resize, rule: str, n_in: int, n_out: int) -> list[dict[str, Any]]:
    """The output pixels that read others than they should, by the distance from each pixel."""
    exact, scale = convention.coordinates(n_in, n_out), convention.scale(n_in, n_out)
    used = convention.weights_at(
        float_coordinates(convention, Axis(n_in, n_out).pixels, rule),
        n_in,
        scale,
        tap_weights(rule),
    )
    found: list[dict[str, Any]] = []
    ended = convention.mode == "gaussian"  # where it ends, no weight says exactly
    matrix = None if ended else convention.weights(n_in, n_out)
    for d, (place, row) in enumerate(zip(exact, used, strict=True)):
        if matrix is None:
            stretch = max(scale, Fraction(1)) if convention.antialias else Fraction(1)
            want = [i for i in range(n_in) if abs(place - i) < stretch * 3 / 2]
        else:
            want = np.flatnonzero(matrix[d]).tolist()
        have = np.flatnonzero(row > 1e-6).tolist()
        if want != have:
            spelled = (f"{pixels[0]}..{pixels[-1]}" for pixels in (want, have))
            shown = dict(zip(("exact", "read"), spelled, strict=True))
            found.append({"n_in": n_in, "n_out": n_out, "d": d, **shown})
    return found


def read(convention: Resize, place: Fraction, n_in: int) -> int:
    """The pixel that nearest reads at a place, or that it is outside."""
    index, weight = convention.taps_at(np.array([place], object), n_in)
    return int(index[0, 0]) if weight[0, 0] else weights.OUTSIDE


def by_fractions(
    convention: Resize, rule: str, end: int, beside: int, *, columns: bool
) -> list[dict[str, Any]]:
    """What deviates, found pair by pair with exact weights and coordinates."""
    rows = []
    pairs = sorted(
        ((n, m) for n in range(1, end + 1) for m in range(1, end + 1)), key=lambda p: (max(p), p)
    )
    for n_in, n_out in pairs:
        if sweep._ends(convention):
            rows += extents(convention, rule, n_in, n_out)[:1]
            continue
        exact = convention.coordinates(n_in, n_out)
        axis = Axis(n_in, n_out, None, n_out + beside, columns)
        where = float_coordinates(convention, axis.pixels, rule)
        both = [exact.tolist(), [Fraction(p) for p in where.tolist()]]
        if convention.mode == "nearest":
            both = [[read(convention, place, n_in) for place in one] for one in both]
        for d, (want, have) in enumerate(zip(*both, strict=True)):
            if want != have:
                shown = (want, have) if convention.mode == "nearest" else (str(want), str(have))
                rows.append(
                    {"n_in": n_in, "n_out": n_out, "d": d, "exact": shown[0], "read": shown[1]}
                )
                break
    return rows


SUMMARISED = [
    (FLOOR, "float32"),
    (MIDDLE, "float32"),
    (MIDDLE, "float32_fused_above_128"),
    (MIDDLE, "float64_above_128"),
    (FLOOR, "inverse_scale_float64"),
    (replace(MIDDLE, coordinate_transformation_mode="align_corners"), "float32"),
    (Resize(mode="cubic"), "kernel_table_1024"),
    (GAUSSIAN, "inverse_scale_float32"),
    (replace(GAUSSIAN, antialias=False), "inverse_scale_float32"),
    (Resize(mode="area_linear"), "inverse_scale_float64"),
    (HALF_EVEN, "grid_float32"),
    (ZEROS, "warp_float32"),
    (LINEAR, "warp_fixed_5"),
    (Resize(mode="lanczos", lanczos_radius=4), "warp_fixed_5"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("convention", "rule", "beside", "largest"),
    [
        (FLOOR, "inverse_scale_float64", 1, 20),  # 14 to 18, the first, is among them
        *(
            swept((convention, rule, beside, 34))
            for convention, rule in SUMMARISED
            # a kernel and a column's formula are chosen by what lies beside, of nothing else
            for beside in (
                (1, 128) if convention.mode == "nearest" or sweep._by_axis(rule) else (1,)
            )
        ),
    ],
    ids=str,
)
def test_a_summary_is_exact(
    convention: Resize, rule: str, beside: int, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what has a formula for the columns, of those where the other axis is large."""
    monkeypatch.setattr(sweep, "largest", lambda convention: largest)
    columns = sweep._by_axis(rule) and beside > 1
    count, listed = sweep.deviating.__wrapped__(convention, rule, beside, columns=columns)
    rows = by_fractions(convention, rule, largest, beside, columns=columns)
    assert count == len(rows) > 0
    assert list(listed) == rows[:8]


# ---------------------------------------------------------------------------- what the sweep found

CUBIC = Resize(mode="cubic", cubic_coeff_a=-0.75)


def test_a_coordinate_rounded_below_a_pixels_centre_reads_the_tap_before() -> None:
    """13 to 11 has output 5 at pixel 6, and float32 may have it just below: its taps are then 4 to 7,
    and the weight of pixel 4, 0 exactly, is as far off as any computed weight."""
    assert CUBIC.coordinates(13, 11)[5] == 6
    constants = arithmetic(CUBIC, "float32")
    (rows,) = sweep.rows(CUBIC, constants, 13, [11])
    bounds = dict(zip(rows.columns[5].tolist(), rows.bound[5].tolist(), strict=True))
    weight_error = constants.weight_error * 2.0**-24
    assert bounds[4] >= weight_error
    assert bounds[8] >= weight_error
    case = sweep.pair_case(CUBIC, None, 2, (13, 11))
    case = case.computed()
    whole = error_bound(case, constants)[0, 0, 5]
    assert (whole[4:9] >= weight_error).all()
    assert (whole[[2, 10]] < weight_error * 1e-3).all()  # of both axes' errors together


@pytest.mark.torch
def test_torch_reads_it() -> None:
    call = CALLS["torch-interpolate-bicubic"]
    case = sweep.pair_case(CUBIC, None, 2, (13, 11))
    case = case.computed()
    assert verdicts.judge(call, case, "float32").kind == "conforms"
    got = call(case, "float32", frameworks.load("torch"))
    assert got[0, 0, 5, 4] != 0
    assert sweep.sweep(call, Block("one", CUBIC, ((13, 11),)), "float32").kind == "conforms"
