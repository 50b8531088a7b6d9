"""The integer arithmetics: what each step of them is for, and that the goldens tell them apart."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from halfpixel import Resize, frameworks, goldens, integers, suite
from halfpixel.cases import INTEGER_CASES, folder, integer_cases
from halfpixel.compare import judge
from halfpixel.conventions import every_pyramid, every_resize
from halfpixel.frameworks import Call
from halfpixel.identify import followed as said_to_follow
from halfpixel.integers import ROUNDINGS, predicted, roundings_of
from halfpixel.report.terminal import explain

from ..test_integers import SIZES, differences, settings

LINEAR, CUBIC = Resize(mode="linear"), Resize(mode="cubic", cubic_coeff_a=-0.75)


def call_named(name: str) -> Call:
    return next(call for call in suite.calls("resize") if call.id == name)


# ---------------------------------------------------------------------------- each step is needed


def half_even(sums: integers.Integers, bits: int) -> integers.Integers:
    return np.rint(sums / 2.0**bits).astype(np.int64)


def unfused(a: Any, b: Any, c: Any) -> Any:
    return a * b + c


def all_in_vectors(width: int, lanes: int) -> Any:
    return np.ones(width, bool)


def none_in_vectors(width: int, lanes: int) -> Any:
    return np.zeros(width, bool)


def always_half_up(x: integers.Integers) -> integers.Integers:
    total = x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]
    return (total + 2) >> 2


TORCH = [
    pytest.param(f"torch-interpolate-{mode}", "uint8", marks=pytest.mark.torch, id=mode)
    for mode in ("bilinear", "bicubic", "bilinear-align_corners", "bicubic-align_corners")
]
OPENCV = {
    (flag, dtype): pytest.param(
        f"opencv-resize-INTER_{flag}", dtype, marks=pytest.mark.opencv, id=f"{flag}-{dtype}"
    )
    for flag in ("LINEAR", "CUBIC")
    for dtype in ("uint8", "uint16", "int16")
}

# what is changed, to what, the arithmetic, the calls that show it
MUTATIONS: list[tuple[str, Any, str, list[Any]]] = [
    ("_half_up", half_even, "torch_uint8", TORCH[:1]),
    ("_half_up", lambda sums, bits: sums >> bits, "torch_uint8", TORCH),
    ("_TOO_LARGE", 2**14, "torch_uint8", TORCH),
    ("_BETWEEN_PASSES", (-(2**40), 2**40), "torch_uint8", TORCH[1::2]),
    ("_COEFFICIENT_BITS", 10, "opencv_fixed_11", [OPENCV["LINEAR", "uint8"], OPENCV["CUBIC", "uint8"]]),
    ("_COEFFICIENT_BITS", 12, "opencv_fixed_11", [OPENCV["LINEAR", "uint8"], OPENCV["CUBIC", "uint8"]]),
    ("_half_up", lambda sums, bits: sums >> bits, "opencv_fixed_11", [OPENCV["CUBIC", "uint8"]]),
    ("_in_vectors", none_in_vectors, "opencv_fixed_11", [OPENCV["CUBIC", "uint8"]]),
    ("_in_vectors", all_in_vectors, "opencv_fixed_11", [OPENCV["CUBIC", "uint8"]]),
    ("_halved", always_half_up, "opencv_fixed_11", [OPENCV["LINEAR", "uint8"]]),
    ("_halved", always_half_up, "opencv_float32", [OPENCV["LINEAR", "uint16"]]),
    ("_in_vectors", none_in_vectors, "opencv_float32", [OPENCV["CUBIC", "uint16"]]),
    ("_in_vectors", all_in_vectors, "opencv_float32", [OPENCV["CUBIC", "uint16"]]),
    ("_fma", unfused, "opencv_ipp", [OPENCV["LINEAR", "uint16"], OPENCV["CUBIC", "uint16"]]),
    ("_ROWS", integers._chain(3, 2, 1, 0), "opencv_ipp", [OPENCV["CUBIC", "uint16"]]),
    ("_EDGE", integers._chain(3, 2, 1, 0), "opencv_ipp", [OPENCV["CUBIC", "uint16"]]),
]  # fmt: skip


def seen(call: Call, dtype: Any, rounding: str) -> int:
    """Differences over images that are large enough to show a rounding that matters once in 10⁴ values.

    Where the result before the last step can leave the range it is compared as it is stored.
    """
    names = frameworks.load(call.framework)
    generator = np.random.default_rng(0)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    count = 0
    for followed in settings(call, dtype, names):
        if followed != rounding:
            continue
        for channels in (1, 2, 3):
            for (h, w), size in [*SIZES, ((60, 50), (130, 120)), ((60, 61), (97, 83))]:
                x = generator.integers(low, high + 1, (1, channels, h, w)).astype(np.float64)
                count += differences(call, dtype, names, x, size, rounding)
    return count


@pytest.mark.parametrize(
    ("step", "other", "rounding", "call", "dtype"),
    [
        pytest.param(
            step, other, rounding, *call.values, marks=call.marks, id=f"{rounding}-{i}-{step}-{call.id}"
        )
        for i, (step, other, rounding, calls) in enumerate(MUTATIONS)
        for call in calls
    ],
)  # fmt: skip
def test_another_step_predicts_another_result(
    monkeypatch: pytest.MonkeyPatch, step: str, other: Any, rounding: str, call: str, dtype: Any
) -> None:
    found = call_named(call)
    if rounding == "opencv_ipp" and not frameworks.load("opencv")["cv2"].ipp.useIPP():
        return  # a build without IPP follows the others
    assert seen(found, dtype, rounding) == 0
    monkeypatch.setattr(integers, step, other)
    assert seen(found, dtype, rounding) > 0


def test_every_arithmetic_has_a_step_that_is_changed() -> None:
    """That of the pyramids in test_pyramids.py, at the sizes that they take."""
    assert {rounding for _, _, rounding, _ in MUTATIONS} | {"opencv_pyramid"} == set(ROUNDINGS)


ROUNDED = [
    pytest.param(call, dtype, id=f"{call.id}-{dtype}", marks=getattr(pytest.mark, call.framework))
    for call in suite.calls("resize")
    for dtype in call.roundings
    if call.stored
]


@pytest.mark.parametrize(("call", "dtype"), ROUNDED)
def test_a_call_conforms_with_its_arithmetic_and_not_without(call: Call, dtype: Any) -> None:
    trial = next(
        t
        for t in suite.trials("resize")
        if (t.call, t.dtype) == (call, dtype) and t.case_name in ("4x5-7x9-bytes", "9x7-5x4-bytes")
    )
    case = trial.case()
    assert judge(call, case, dtype).kind == "conforms"
    without = replace(case, rule=None)
    without = replace(without, expected=np.asarray(without.reference()))
    rounded = replace(without, rule=case.rule, expected=np.rint(without.expected))
    assert judge(call, without, dtype).kind == "changed", "the exact result"
    # these two round once: the one but for the last bits, the other but for halves
    if dtype == "uint8" and case.rule not in ("opencv_ipp", "opencv_pyramid"):
        assert judge(call, rounded, dtype).kind == "changed", "the exact result, rounded once"


# ---------------------------------------------------------------------------- the goldens


def test_every_two_integer_arithmetics_that_calls_follow_are_told_apart_by_some_golden() -> None:
    computed = {
        pair: {case.name: np.asarray(case.reference()) for case in integer_cases(*pair)}
        for pair in suite.followed_integers()
    }
    assert len(computed) == 8
    for a, b in itertools.combinations(computed, 2):
        both = computed[a].keys() & computed[b].keys()
        told = [name for name in both if not np.array_equal(computed[a][name], computed[b][name])]
        assert told, (a, b)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
def test_integer_inputs_are_held_by_their_dtype_and_use_its_ends(dtype: str) -> None:
    limits = np.iinfo(dtype)
    values = [case.inputs["x"] for case in integer_cases(LINEAR, None, dtype)]
    for x in values:
        assert np.array_equal(x.astype(dtype), x)
    together = np.concatenate([x.ravel() for x in values])
    assert (together.min(), together.max()) == (limits.min, limits.max)


def test_some_integer_golden_overshoots_both_ends_and_is_clamped() -> None:
    for case in integer_cases(CUBIC, "torch_uint8"):
        exact = CUBIC.apply(case.inputs["x"], case.size)
        if exact.min() < -10 and exact.max() > 265:
            got = case.reference()
            assert (got.min(), got.max()) == (0, 255)
            return
    pytest.fail("no case overshoots")


def test_integer_names_say_their_sizes_and_are_unique() -> None:
    names = [entry.name for entry in INTEGER_CASES]
    assert sorted(set(names)) == sorted(names)
    for entry in INTEGER_CASES:
        n, m = entry.shape[2:], entry.size
        assert entry.name == f"{n[0]}x{n[1]}-{m[0]}x{m[1]}-{entry.x}"


# ---------------------------------------------------------------------------- predicted


@pytest.mark.parametrize(
    ("convention", "rounding"), [(c, r) for c in every_resize() for r in roundings_of(c)], ids=str
)
def test_a_prediction_is_within_a_few_levels_of_the_clamped_result(
    rounding: str, convention: Resize
) -> None:
    """A different road to the same place: on a smooth image nothing overshoots between the passes."""
    y, x = np.indices((7, 9))
    image = (20.0 * x + 5.0 * y)[None, None] + 10
    for dtype in (
        ("uint8",) if rounding in ("torch_uint8", "opencv_fixed_11") else ("uint16", "int16")
    ):
        got = predicted(rounding, convention, image, (11, 5), dtype)
        exact = convention.apply(image, (11, 5))
        assert abs(got - exact.clip(0, 255)).max() <= 2


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_a_constant_image_stays_what_it_is(rounding: str) -> None:
    for value in (0, 1, 127, 255):
        x = np.full((1, 3, 5, 6), float(value))
        for convention in (LINEAR, CUBIC, *every_pyramid()[:1]):
            if rounding not in roundings_of(convention):
                continue
            size = (9, 4) if convention.takes_every_size else (9, 11)
            got = predicted(rounding, convention, x, size, "uint8")
            assert abs(got - value).max() <= (0 if rounding != "opencv_fixed_11" else 1)


# ---------------------------------------------------------------------------- a failure


def test_a_failure_names_the_arithmetic_that_is_followed_instead() -> None:
    (case,) = (c for c in integer_cases(CUBIC, "torch_uint8") if c.name == "5x4-9x7-extremes")
    case = replace(case, expected=np.asarray(case.reference()))
    got = predicted("opencv_fixed_11", CUBIC, case.inputs["x"], case.size, "uint8").astype(np.uint8)
    arithmetic = call_named("torch-interpolate-bicubic").arithmetic["uint8"]
    assert said_to_follow(case, got, arithmetic) == [f"{CUBIC} with opencv_fixed_11"]


def test_a_failure_shows_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    call = call_named("torch-interpolate-bicubic")
    case = suite.golden(goldens.root() / folder(CUBIC, "torch_uint8") / "5x4-9x7-extremes.json")
    assert case.dtype == "uint8"
    wrong = case.expected.astype(np.uint8)
    wrong[0, 0, 4, 3] ^= 1
    monkeypatch.setattr("halfpixel.compare.load", lambda framework: {})
    monkeypatch.setattr("halfpixel.compare.version", lambda framework: "2.13.0")
    monkeypatch.setattr(type(call), "evaluate", lambda *_: wrong)
    text = explain(judge(call, case, "uint8"))
    assert "1 of 189 values are off" in text
    assert "with torch_uint8" in text
    assert "off by 1" in text
    assert "rounding explains 0" in text
