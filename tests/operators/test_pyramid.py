"""The pyramid convention: its matrices, its sizes, its edges, and that each is held to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import (
    PYRAMID_CASES,
    RESIZE_CASES,
    Case,
    resize_cases,
    resize_entries,
)
from halfpixel.conformance.misreadings import followed
from halfpixel.conformance.verdicts import error_bound, judge, share_of_bound
from halfpixel.frameworks import Call
from halfpixel.numerics.error_model import sum_of_products
from halfpixel.numerics.integer_kernels import opencv
from halfpixel.operators import every_pyramid, resize_from
from halfpixel.operators.pyramid import Border
from halfpixel.report.terminal import explain

from ..test_pyramids import CALLS, steps

PYRAMID = Resize(mode="pyramid")
STEPS = {call.name: call for call in trials.calls("resize") if call.name.startswith("pyr")}


def matrix(n_in: int, n_out: int, times: int, border: Border = "reflect_101") -> list[list[int]]:
    weights = Resize(mode="pyramid", pyramid_border=border).weights(n_in, n_out) * times
    assert all(w.denominator == 1 for w in weights.ravel())
    rows: list[list[int]] = weights.astype(int).tolist()
    return rows


def test_down_weighs_five_pixels_around_every_second() -> None:
    assert matrix(7, 4, 16) == [
        [6, 8, 2, 0, 0, 0, 0],
        [1, 4, 6, 4, 1, 0, 0],
        [0, 0, 1, 4, 6, 4, 1],
        [0, 0, 0, 0, 2, 8, 6],
    ]


def test_up_weighs_three_pixels_around_one_and_two_between() -> None:
    """Before the first pixel is the second; after the last, the last."""
    assert matrix(3, 7, 8) == [
        [6, 2, 0],
        [4, 4, 0],
        [1, 6, 1],
        [0, 4, 4],
        [0, 1, 7],
        [0, 0, 8],
        [0, 0, 8],
    ]


# border, the first and the last row of 4 to 3, in sixteenths: the last samples where pixel 4 would be
EDGES: list[tuple[Border, list[int], list[int]]] = [
    ("reflect_101", [6, 8, 2, 0], [1, 4, 7, 4]),
    ("reflect", [10, 5, 1, 0], [0, 1, 5, 10]),
    ("replicate", [11, 4, 1, 0], [0, 0, 1, 15]),
    ("wrap", [6, 4, 2, 4], [6, 4, 2, 4]),
]


@pytest.mark.parametrize(("border", "first", "last"), EDGES)
def test_what_lies_beyond_the_edges(border: Border, first: list[int], last: list[int]) -> None:
    rows = matrix(4, 3, 16, border)
    assert (rows[0], rows[-1]) == (first, last)


@pytest.mark.parametrize("convention", every_pyramid(), ids=str)
def test_every_row_of_every_size_sums_to_one(convention: Resize) -> None:
    sizes = [(n, m) for n in range(1, 12) for m in range(1, 26) if convention.takes(n, m)]
    assert len(sizes) > 20
    for n_in, n_out in sizes:
        weights = convention.weights(n_in, n_out)
        assert weights.shape == (n_out, n_in)
        assert (weights.sum(axis=1) == 1).all()


def test_the_sizes_that_it_takes() -> None:
    up_to_ten = [(n, m) for n in (1, 2, 7, 8) for m in range(1, 20) if PYRAMID.takes(n, m)]
    assert up_to_ten == [
        *((1, m) for m in (1, 2, 3)),
        *((2, m) for m in (1, 2, 3, 4, 5)),
        *((7, m) for m in (3, 4, 13, 14, 15)),
        *((8, m) for m in (3, 4, 5, 15, 16, 17)),
    ]
    assert not Resize(mode="pyramid", pyramid_border="wrap").takes(8, 16)


@pytest.mark.parametrize("method", ["weights", "coordinates", "scale"])
def test_other_sizes_are_refused(method: str) -> None:
    with pytest.raises(ValueError, match="does not say how 8 pixels become 7"):
        getattr(PYRAMID, method)(8, 7)


def test_a_step_up_is_zeros_between_the_pixels_and_the_kernel_of_a_step_down_four_times() -> None:
    """Burt and Adelson's definition, away from the edges; the factor is 2 an axis."""
    x = np.random.default_rng(0).integers(-9, 10, (9, 8)).astype(float)
    stuffed = np.zeros((18, 16))
    stuffed[::2, ::2] = x
    kernel = np.array([1, 4, 6, 4, 1]) / 16
    pairs = [(i, j) for i in range(5) for j in range(5)]
    inner = sum(4 * kernel[i] * kernel[j] * stuffed[i : i + 14, j : j + 12] for i, j in pairs)
    assert np.array_equal(PYRAMID.apply(x, (18, 16))[2:-2, 2:-2], inner)


def test_down_keeps_the_first_pixel_where_it_is_and_half_pixel_moves_it() -> None:
    """Both halve a ramp, but a quarter of an output pixel apart (docs/findings.md)."""
    ramp = np.arange(16.0)
    inside = slice(1, -1)
    assert PYRAMID.apply(ramp, (8,))[inside].tolist() == [2.0 * d for d in range(1, 7)]
    moved = Resize(mode="linear").apply(ramp, (8,))[inside]
    assert moved.tolist() == [2.0 * d + 0.5 for d in range(1, 7)]


@pytest.mark.parametrize("convention", every_pyramid(), ids=str)
def test_attributes_read_back(convention: Resize) -> None:
    assert resize_from(convention.attributes) == convention


BAD: list[tuple[dict[str, Any], str]] = [
    ({"mode": "pyramid", "pyramid_border": "constant"}, "pyramid_border is one of"),
    ({"mode": "linear", "pyramid_border": "wrap"}, "pyramid_border goes with mode='pyramid'"),
    ({"mode": "pyramid", "coordinate_transformation_mode": "half_pixel"}, "'asymmetric' only"),
    ({"mode": "pyramid", "antialias": True}, "antialias does nothing"),
]


@pytest.mark.parametrize(("attributes", "reason"), BAD)
def test_what_does_not_go_with_it_is_refused(attributes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        Resize(**attributes)


# ---------------------------------------------------------------------------- the cases


def test_a_pyramid_has_the_cases_that_it_takes_and_its_own() -> None:
    entries = resize_entries(PYRAMID)
    assert set(PYRAMID_CASES) <= set(entries) < {*RESIZE_CASES, *PYRAMID_CASES}
    assert resize_entries(Resize(mode="linear")) == RESIZE_CASES
    steps_up = resize_entries(Resize(mode="pyramid", pyramid_border="wrap"))
    assert all(entry.size[0] <= entry.shape[2] for entry in steps_up)


def test_each_of_its_own_cases_has_sizes_of_a_kind_that_no_other_case_has() -> None:
    kinds = [
        frozenset((np.sign(n - m), abs(2 * min(n, m) - max(n, m)), min(n, 3)) for n, m in pairs)
        for pairs in (zip(e.shape[2:], e.size, strict=True) for e in resize_entries(PYRAMID))
    ]
    assert len(set(kinds)) >= len(PYRAMID_CASES) + 2


@pytest.mark.parametrize("convention", every_pyramid()[1:], ids=str)
def test_the_borders_differ_by_more_than_any_bound_at_some_case(convention: Resize) -> None:
    told = 0
    for case in resize_cases(convention):
        assert isinstance(case.convention, Resize)
        got = PYRAMID.apply(case.inputs["x"], case.size)
        want = case.computed()
        bound = error_bound(want, sum_of_products("float32", "this test"))
        told += share_of_bound(got, want.expected, bound) > 1
    assert told > 3


WRONG: dict[str, tuple[Callable[[NDArray[Any]], NDArray[Any]], str | None]] = {
    "averages of four pixels": (
        lambda x: (
            (x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]) / 4
        ),
        "resize linear half_pixel",
    ),
    "every second pixel": (lambda x: x[..., ::2, ::2], "resize nearest asymmetric floor"),
    "the edge pixel repeated": (
        lambda x: Resize(mode="pyramid", pyramid_border="replicate").apply(x, (4, 6)),
        "resize pyramid asymmetric replicate",
    ),
    "from the other end": (lambda x: PYRAMID.apply(x[..., ::-1], (4, 6))[..., ::-1], None),
}


@pytest.mark.parametrize(("wrong", "named"), WRONG.values(), ids=WRONG)
def test_a_wrong_step_is_caught_and_named(
    wrong: Callable[[NDArray[Any]], NDArray[Any]], named: str | None
) -> None:
    case = next(c for c in resize_cases(PYRAMID) if c.name == "8x12-4x6-ramp")
    case = case.computed()
    got = np.asarray(wrong(case.inputs["x"]), np.float32)
    arithmetic = sum_of_products("float32", "this test")
    assert share_of_bound(got, case.expected, error_bound(case, arithmetic)) > 1
    names = followed(case, got, arithmetic)
    assert names == [] if named is None else named in names


# ---------------------------------------------------------------------------- what the calls declare


def off(call: Call, dtype: Any) -> int:
    """Values that are not predicted, over the steps without a defect."""
    names, count = frameworks.load("opencv"), 0
    for case in steps(call, dtype):
        if call.defect(case.request) is None:
            got = call(case, dtype, names).astype(np.float64)
            count += int(np.count_nonzero(got != case.expected))
    return count


@pytest.mark.opencv
@pytest.mark.parametrize("name", ["pyrDown", "pyrUp"])
def test_integers_rounded_half_down_are_other_integers(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert off(STEPS[name], "uint8") == 0
    monkeypatch.setattr(opencv, "half_up", lambda sums, bits: (sums + (1 << bits >> 1) - 1) >> bits)
    assert off(STEPS[name], "uint8") > 0


def test_one_column_to_three_is_not_run_since_the_third_is_never_written() -> None:
    for columns, said in ((1, False), (2, True)):
        x = {"x": np.zeros((1, 1, 2, columns))}
        case = Case(PYRAMID, x, (4, 2 * columns + 1), name="step", pins="", source="this test")
        assert (STEPS["pyrUp"].expression(case.request) is not None) == said


SAID = {
    ("pyrDown", (5, 8), (3, 4)): "cv2.pyrDown(x)",
    ("pyrDown", (5, 8), (3, 5)): "cv2.pyrDown(x, dstsize=(5, 3))",
    ("pyrDown-BORDER_WRAP", (5, 8), (3, 4)): "cv2.pyrDown(x, borderType=cv2.BORDER_WRAP)",
    ("pyrUp", (5, 8), (10, 16)): "cv2.pyrUp(x)",
    ("pyrUp", (5, 8), (9, 17)): "cv2.pyrUp(x, dstsize=(17, 9))",
}


@pytest.mark.parametrize(("call", "n", "size"), SAID)
def test_what_is_printed(call: str, n: tuple[int, int], size: tuple[int, int]) -> None:
    case = Case(
        PYRAMID, {"x": np.zeros((1, 1, *n))}, size, name="step", pins="", source="this test"
    )
    assert str(STEPS[call].expression(case.request)) == SAID[call, n, size]


def test_every_step_is_run_in_five_dtypes() -> None:
    assert len(CALLS) == 5 * 5


@pytest.mark.opencv
def test_a_failure_where_a_defect_is_known_says_so_and_does_not_blame_the_golden() -> None:
    """Without the defect, the values are those of the convention: mended, it is to be taken out."""
    call = STEPS["pyrDown"]
    case = next(c for c in resize_cases(PYRAMID) if c.name == "6x8-4x5-texture").computed()
    assert judge(call, case, "float32").kind == "conforms"
    mended = replace(call, run=lambda names, expression, inputs: case.expected.astype(np.float32))
    text = explain(judge(mended, case, "float32"))
    assert "known defect: with one column more than half of an even width" in text
    assert "edited" not in text
