"""Scales: a ratio of its own beside the sizes, and what calls make of the factors that they are given."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks
from halfpixel.conformance import goldens, misreadings, trials, verdicts
from halfpixel.conformance.cases import GRADIENT_CASES, SCALE_CASES, Case, resize_cases, scale_cases
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import Call, Expression, Name, onnx, pillow
from halfpixel.frameworks.factors import (
    Scaling,
    copied_and_doubled_axes,
    copied_axes,
    copied_image,
    given,
    half_even,
    of_sizes,
    truncated,
)
from halfpixel.frameworks.releases import LATEST
from halfpixel.frameworks.tensorflow_scales import padded, unpadded
from halfpixel.numerics.computation import Computation
from halfpixel.numerics.coordinates import COORDINATE_RULES, coordinates
from halfpixel.operators.axis import Axis
from halfpixel.report.terminal import explain
from tests import mylib
from tests.test_scales import disagreement

Array = NDArray[Any]

LINEAR = Resize(mode="linear")
NEAREST = Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
EXACT = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
CUBIC = Resize(mode="cubic")
ALIGNED = Resize(mode="linear", coordinate_transformation_mode="align_corners")
GIVEN = [call for call in trials.calls("resize") if call.scaling is not None]


def say(value: object) -> str | None:
    if isinstance(value, Resize):
        return value.slug
    return getattr(value, "__name__", None)


# ---------------------------------------------------------------------------- conventions


def test_five_pixels_by_a_factor_of_eleven_fifths() -> None:
    """Output d samples at (d + 1/2)·5/11 - 1/2, and nearest at d·5/11."""
    places = LINEAR.coordinates(5, 11, 2.2)
    assert places[:3].tolist() == [Fraction(-3, 11), Fraction(2, 11), Fraction(7, 11)]
    assert NEAREST.coordinates(5, 11, 2.2)[10] == Fraction(50, 11)
    assert LINEAR.scale(5, 11, 2.2) == Fraction(5, 11)
    assert LINEAR.weights(5, 11, 2.2)[1].tolist() == [Fraction(9, 11), Fraction(2, 11), 0, 0, 0]


def test_a_factor_that_is_the_ratio_of_the_sizes_changes_nothing() -> None:
    for case in trials.golden_cases():
        convention = case.convention
        if (
            isinstance(convention, Resize)
            and case.scales is None
            and case.name.startswith("9x7-5x4-t")
        ):
            by_ratio = convention.weights(9, 5, Fraction(5, 9))
            assert np.array_equal(by_ratio, convention.weights(9, 5)), convention


@pytest.mark.parametrize(
    "convention",
    [
        ALIGNED,
        replace(ALIGNED, coordinate_transformation_mode="tf_crop_and_resize", roi=(0.25, 0.75)),
        replace(ALIGNED, coordinate_transformation_mode="half_pixel_align_corners"),
        replace(ALIGNED, coordinate_transformation_mode="pytorch_half_pixel_align_corners"),
        Resize(mode="area", coordinate_transformation_mode="half_pixel_align_corners"),
    ],
    ids=say,
)
def test_aligned_corners_ask_for_the_sizes_alone(convention: Resize) -> None:
    for n_in, n_out, factor in (
        (5, 8, Fraction(17, 10)),
        (7, 3, Fraction(2, 5)),
        (5, 1, Fraction(1, 4)),
    ):
        by_factor = convention.weights(n_in, n_out, factor)
        assert np.array_equal(by_factor, convention.weights(n_in, n_out))
        by_rule = coordinates(convention, Axis(n_in, n_out, factor), "float32")
        assert by_rule.tolist() == coordinates(convention, Axis(n_in, n_out), "float32").tolist()


def test_a_float_is_the_decimal_that_it_prints_as() -> None:
    assert (
        LINEAR.coordinates(5, 5, 1.1).tolist()
        == LINEAR.coordinates(5, 5, Fraction(11, 10)).tolist()
    )


@pytest.mark.parametrize("factor", [0, -1.5, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match=r"a factor is a finite number above 0, got"):
        LINEAR.weights(5, 5, factor)


def test_an_output_pixel_past_the_image_is_refused() -> None:
    assert len(LINEAR.weights(5, 9, 1.7)) == 9  # 8.5 pixels, rounded up
    with pytest.raises(ValueError, match=r"5 pixels at a factor of 1.7 have no output pixel 9"):
        LINEAR.weights(5, 10, 1.7)


def test_apply_takes_a_scale_for_each_axis_of_size() -> None:
    x = np.arange(12.0).reshape(3, 4)
    both = LINEAR.apply(x, (5, 9), scales=(1.7, 2.3))
    h, w = LINEAR.weights(3, 5, 1.7), LINEAR.weights(4, 9, 2.3)
    assert np.array_equal(both, (h @ x.astype(int) @ w.T).astype(float))
    rows = LINEAR.apply(x, (5, 9), scales=(1.7, None))
    assert np.array_equal(rows, (h @ x.astype(int) @ LINEAR.weights(4, 9).T).astype(float))
    with pytest.raises(ValueError, match="size has 2 entries and scales 1"):
        LINEAR.apply(x, (5, 9), scales=(1.7,))


def test_a_window_that_reaches_beyond_the_image_holds_what_lies_inside() -> None:
    """7 pixels by 2/5: windows of 5/2 pixels, of which the third is cut after 2."""
    area = Resize(mode="area").weights(7, 3, 0.4)
    assert area[2].tolist() == [0, 0, 0, 0, 0, Fraction(1, 2), Fraction(1, 2)]
    touched = Resize(mode="adaptive_area").weights(7, 3, 0.4)
    assert touched[2].tolist() == [0, 0, 0, 0, 0, Fraction(1, 2), Fraction(1, 2)]


DYADIC = [(5, 2.25), (4, 1.375), (7, 0.625), (6, 1.0625), (3, 2.3125), (9, 0.4375)]


@pytest.mark.opencv  # the onnx package comes with halfpixel[opencv]
@pytest.mark.parametrize("convention", [LINEAR, CUBIC, NEAREST], ids=say)
def test_scales_are_those_of_onnxs_reference(convention: Resize) -> None:
    """Scales that float32 holds, which ONNX's are; its cubic kernel is computed in float32."""
    from onnx import helper, parser
    from onnx.reference import ReferenceEvaluator

    model = parser.parse_model(
        '<ir_version: 9, opset_import: ["" : 19]>'
        "g (double[n, m] x, float[2] scales) => (double[h, w] y) { y = Resize(x, , scales) }"
    )
    model.graph.node[0].attribute.extend(
        helper.make_attribute(name, value) for name, value in convention.attributes.items()
    )
    evaluator = ReferenceEvaluator(model)
    for n_in, factor in DYADIC:
        scales = np.array([factor, 1], np.float32)
        want = evaluator.run(None, {"x": np.eye(n_in), "scales": scales})[0]
        got = convention.weights(n_in, int(n_in * factor), factor).astype(float)
        assert want.shape == got.shape
        assert abs(want - got).max() <= (2.0**-20 if convention.mode == "cubic" else 2.0**-48)


# ---------------------------------------------------------------------------- coordinate rules

F = np.float32


def float32(d: int, factor: float, half: float) -> float:
    scale = F(1.0 / factor)
    return float(F(F(d + F(half)) * scale)) - half


def float64_above_128(d: int, factor: float, half: float) -> float:
    place = max((d + half) * (1.0 / factor) - half, 0)
    return float(F(place + half)) - half


def inverse_scale_float64(d: int, factor: float, half: float) -> float:
    return d * (1.0 / factor)


STEP_BY_STEP = [
    ("float32", NEAREST, float32, 0),
    ("float32", EXACT, float32, 0),
    ("float64_above_128", NEAREST, float64_above_128, 129),
    ("float64_above_128", EXACT, float64_above_128, 129),
    ("float32_fused_above_128", EXACT, float32, 128),
    ("inverse_scale_float64", NEAREST, inverse_scale_float64, 0),
]


@pytest.mark.parametrize(("rule", "convention", "scalar", "total"), STEP_BY_STEP, ids=say)
def test_a_rule_takes_a_factor_step_by_step(
    rule: str, convention: Resize, scalar: Callable[[int, float, float], float], total: int
) -> None:
    half = 0.5 if convention is EXACT else 0.0
    for factor in (0.3, 0.7, 1.1, 1.7, 2.3):
        n_out = int(40 * factor)
        axis = Axis(40, n_out, Fraction(str(factor)), total)
        computed = coordinates(convention, axis, rule).astype(float).tolist()
        assert computed == [scalar(d, factor, half) for d in range(n_out)]


# the smallest found: of a call in a dtype, n_in and the factor at which its rule reads another pixel
NEEDED = [
    ("torch-interpolate-nearest-scale_factor", "float32", 31, 2.3),
    ("torch-interpolate-nearest-scale_factor", "float64", 31, 2.3),
    ("torch-interpolate-nearest-exact-scale_factor", "float32", 16, 2.3),
    ("torch-interpolate-nearest-exact-scale_factor", "float64", 16, 2.3),
    ("opencv-resize-INTER_NEAREST-fx", "float32", 2, 49),
]


@pytest.mark.parametrize(
    ("name", "dtype", "n_in", "factor"),
    [pytest.param(*row, marks=getattr(pytest.mark, row[0].split("-")[0])) for row in NEEDED],
)
def test_a_call_conforms_with_its_rule_and_not_without(
    name: str, dtype: Any, n_in: int, factor: float
) -> None:
    call = call_named(name)
    assert disagreement(call, dtype, n_in, factor) is None
    exactly = replace(call.arithmetic[dtype], coordinate_rule=None)
    found = disagreement(replace(call, arithmetic={dtype: exactly}), dtype, n_in, factor)
    assert found is not None
    assert "values exceed the error bound" in found


def test_a_rule_that_is_not_stored_picks_the_exact_pixel_at_every_golden_scale() -> None:
    for call in GIVEN:
        for convention in call.follows.values():
            for arithmetic in call.arithmetic.values():
                rule = arithmetic.coordinate_rule
                if rule is None or COORDINATE_RULES[rule].stored or not call.stored:
                    continue  # of calls without goldens, what they are held to has the rule
                for case in scale_cases(convention):
                    for axis, exact in zip(case.axes, case.matrices(), strict=True):
                        where = coordinates(convention, axis, rule)
                        scale = convention.scale(*axis.arguments)
                        got = convention.weights_at(where, axis.n_in, scale)
                        assert abs(got - exact).max() < 1e-12, (call.id, case.name)


# ---------------------------------------------------------------------------- cases and goldens


def call_named(name: str) -> Call:
    return next(call for call in trials.calls() if call.id == name)


STORED = list(trials.followed_at_scales())


def test_every_case_with_scales_tells_them_from_the_ratio_of_the_sizes() -> None:
    assert {case.name for case in STORED} == {entry.name for entry in SCALE_CASES}
    for case in STORED:
        by_sizes = replace(case, scales=None).reference()
        assert not np.array_equal(case.reference(), by_sizes), (case.folder, case.name)


def test_scales_stand_in_the_golden_and_read_back() -> None:
    for case in STORED:
        path = goldens.path_of(case)
        assert json.loads(path.read_text())["scales"] == [
            float(scale) for scale in case.scales or ()
        ]
        assert goldens.read(path).scales == case.scales


def test_a_scale_that_is_no_decimal_is_stored_as_a_fraction() -> None:
    case = replace(STORED[0], scales=(Fraction(1), Fraction(7, 3)))
    line = next(text for text in goldens.formatted(case).splitlines() if '"scales"' in text)
    assert line == '  "scales": [1.0, "7/3"],'


@pytest.mark.parametrize(
    ("scales", "reason"),
    [
        ([0, 1], "a factor is a finite number above 0, got 0"),
        (["a", 1], "a factor is a finite number above 0, got 'a'"),
        ([1], "not enough values to unpack"),
    ],
)
def test_scales_that_are_none_are_named(scales: object, reason: str, tmp_path: Any) -> None:
    document = json.loads(goldens.path_of(STORED[0]).read_text())
    path = tmp_path / "edited.json"
    path.write_text(json.dumps({**document, "scales": scales}))
    with pytest.raises(goldens.GoldenError, match=reason):
        goldens.read(path)


# ---------------------------------------------------------------------------- mistakes


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    mylib.install(monkeypatch, verdicts)


def judged(case: Case, scales: Callable[[Case], Any]) -> Verdict:
    """An implementation that samples at scales of its own, judged on a golden."""

    def run(names: Any, expression: Expression, inputs: dict[str, Array]) -> Array:
        resize = case.convention.apply
        result = resize(inputs["x"].astype(float), case.size, scales=scales(case))  # type: ignore[call-arg]
        return np.asarray(result.astype(inputs["x"].dtype))

    same = next(c for c in GIVEN if case.convention in c.follows.values() and not c.rule)
    said = Expression(Name("mylib.resize"), (Name("x"),), {"scales": case.scales})
    latest = same.at(LATEST)  # mylib's releases are not this framework's
    assert latest is not None
    call = replace(latest, framework="mylib", follows={}, expression=lambda _: said, run=run)
    return judge(call, case, "float32")


def ratios(case: Computation) -> tuple[Fraction, ...]:
    return tuple(Fraction(n_out, n_in) for n_in, n_out in case.sizes)


MISTAKES: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("with the scale taken from the sizes", "7x7-7x15-by_1_2.2-impulses", lambda case: None),
    ("with the scale taken from the sizes", "5x4-5x6-by_1.05_1.6-texture", lambda case: None),
    ("with the scales inverted", "9x7-5x4-by_0.6-texture", lambda case: [1 / s for s in case.scales]),
    ("with an axis of unchanged size copied", "5x4-5x6-by_1.05_1.6-texture",
     lambda case: (1, case.scales[1])),
    ("with the scale of the rows only", "6x7-9x15-by_1.55_2.2-texture",
     lambda case: (case.scales[0], None)),
    ("with the scale of the columns only", "6x7-9x15-by_1.55_2.2-texture",
     lambda case: (None, case.scales[1])),
]  # fmt: skip


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("said", "name", "scales"), MISTAKES, ids=say)
@pytest.mark.parametrize("convention", [LINEAR, CUBIC], ids=say)
def test_a_mistake_is_caught_and_named(
    said: str, name: str, scales: Callable[[Case], Any], convention: Resize
) -> None:
    case = next(c for c in STORED if c.convention == convention and c.name == name)
    case = goldens.read(goldens.path_of(case))
    assert judged(case, lambda case: case.scales).kind == "conforms"
    verdict = judged(case, scales)
    assert verdict.kind == "changed"
    text = explain(verdict)
    assert f"    the expected convention {said}" in text
    assert ", at scales " in text


def test_no_kind_of_mistake_is_missing_from_the_table_above() -> None:
    cases = [case.computed() for case in STORED if case.convention in (LINEAR, CUBIC)]
    found = {name for case in cases for name, _ in misreadings.readings(case)}
    own = {
        name.removeprefix("the expected convention ") for name in found if name.startswith("the ")
    }
    about = {name for name in own if re.search("scale|copied|ratio", name)}
    assert about == {said for said, _, _ in MISTAKES}


# ---------------------------------------------------------------------------- what calls make of factors


def test_a_call_says_a_case_with_factors_that_make_just_that_of_it() -> None:
    said = 0
    for call in GIVEN:
        for convention in call.follows.values():
            for case in (*resize_cases(convention), *scale_cases(convention)):
                factors = call.scaling.factors(case.request) if call.scaling else None
                if factors is None:
                    assert call.expression(case.request) is None
                    continue
                assert call.scaling is not None
                said += 1
                made = call.scaling.computation(convention, case.inputs["x"], factors)
                assert made.size == case.size
                assert (made.scales or ratios(made)) == (case.scales or ratios(case))
                if call.scaling.scales is of_sizes:  # a factor that is used instead would show
                    sizes = zip(case.sizes, factors, strict=True)
                    assert all(n_in * factor != n_out for (n_in, n_out), factor in sizes)
    assert said > 500


@pytest.mark.parametrize(
    ("scales", "n_in", "n_out", "factors", "want"),
    [
        (of_sizes, (5, 4), (5, 9), (1.1, 2.3), (1, Fraction(9, 4))),
        (given, (5, 4), (5, 9), (1.1, 2.3), (Fraction(11, 10), Fraction(23, 10))),
        (copied_axes, (5, 4), (5, 9), (1.1, 2.3), (1, Fraction(23, 10))),
        (copied_and_doubled_axes, (5, 4), (5, 8), (1.1, 2.1), (1, 2)),
        (copied_and_doubled_axes, (5, 100), (5, 130), (1.1, 1.3), (Fraction(11, 10), Fraction(13, 10))),
        (copied_image, (5, 4), (5, 9), (1.1, 2.3), (Fraction(11, 10), Fraction(23, 10))),
        (copied_image, (5, 4), (5, 4), (1.1, 1.2), (1, 1)),
    ],
)  # fmt: skip
def test_what_is_made_of_factors(
    scales: Any, n_in: Any, n_out: Any, factors: Any, want: tuple[Fraction, Fraction]
) -> None:
    assert scales(n_in, n_out, factors) == want


# a call, what it does not make of factors, n_in and a factor that show it
OTHERWISE = [
    ("torch-interpolate-nearest-scale_factor", Scaling(truncated, given), 5, 1.1),
    ("torch-interpolate-nearest-scale_factor", Scaling(truncated, copied_axes), 3, 2.2),
    ("torch-interpolate-nearest-scale_factor", Scaling(truncated, of_sizes), 5, 2.3),
    ("torch-interpolate-nearest-exact-scale_factor", Scaling(truncated, copied_axes), 9, 1.1),
    ("torch-interpolate-bilinear-scale_factor", Scaling(truncated, given), 5, 1.1),
    (
        "torch-interpolate-bilinear-scale_factor",
        Scaling(truncated, copied_and_doubled_axes),
        3,
        2.2,
    ),
    ("torch-interpolate-bilinear-scale_factor", Scaling(half_even, copied_axes), 5, 1.9),
    ("torch-interpolate-bicubic-scale_factor", Scaling(truncated, copied_axes), 5, 1.1),
    ("torch-interpolate-bilinear-antialias-scale_factor", Scaling(truncated, given), 5, 1.1),
    ("torch-interpolate-bilinear-recompute_scale_factor", Scaling(truncated, given), 5, 1.7),
    ("torch-interpolate-area-scale_factor", Scaling(truncated, given), 5, 2.3),
    ("opencv-resize-INTER_LINEAR-fx", Scaling(half_even, given), 5, 1.05),
    ("opencv-resize-INTER_LINEAR-fx", Scaling(half_even, of_sizes), 5, 1.7),
    ("opencv-resize-INTER_LINEAR-fx", Scaling(truncated, copied_image), 5, 1.9),
    ("opencv-resize-INTER_NEAREST_EXACT-fx", Scaling(half_even, given), 5, 2.3),
    ("onnxruntime-Resize-scales-linear-half_pixel", onnx.SIZED, 5, 1.7),
    ("onnxruntime-Resize-scales-linear-half_pixel-antialias", onnx.SAMPLED, 5, 1.1),
]


@pytest.mark.parametrize(
    ("name", "other", "n_in", "factor"),
    [pytest.param(*row, marks=getattr(pytest.mark, row[0].split("-")[0])) for row in OTHERWISE],
)
def test_another_scaling_does_not_conform(
    name: str, other: Scaling, n_in: int, factor: float
) -> None:
    call = call_named(name)
    assert disagreement(call, "float32", n_in, factor) is None
    assert disagreement(replace(call, scaling=other), "float32", n_in, factor) is not None


def test_every_scaling_is_shown_to_be_needed() -> None:
    shown = {call_named(name).scaling for name, *_ in OTHERWISE}
    # reduce is given whole numbers and no factors: tests/frameworks/test_pillow.py
    assert {*shown, pillow.REDUCING} == {call.scaling for call in GIVEN}


def test_gradients_of_calls_that_are_given_factors_are_tested_at_scales() -> None:
    names = {entry.name for entry in SCALE_CASES} & set(GRADIENT_CASES)
    tested = [trial for trial in trials.gradient_trials() if trial.case_name in names]
    assert {trial.case_name for trial in tested} == names or not frameworks.version("torch")
    assert all(trial.call.scaling is not None for trial in tested)


# ---------------------------------------------------------------------------- padding


def framed(border: float, size: tuple[int, int]) -> Callable[..., Array]:
    """4 x 6 ones resized to 8 x 12, in a frame of 8 x 15."""

    def run(names: Any, expression: Expression, inputs: dict[str, Array]) -> Array:
        result = np.full((1, 1, *size), border)
        result[:, :, :8, 1:13] = 1
        return result

    return run


SAID = Expression(Name("mylib.pad"), (Name("x"), 8, 15))
ONES = {"x": np.ones((1, 1, 4, 6))}


def test_what_is_padded_is_cut_out_and_the_rest_is_zero() -> None:
    assert padded((4, 6), (8, 15)) == ((8, 12), (0, 1))
    assert unpadded(framed(0, (8, 15)))({}, SAID, ONES).shape == (1, 1, 8, 12)
    with pytest.raises(ValueError, match=r"not zero outside 8x12 pixels from \(0, 1\) on"):
        unpadded(framed(0.5, (8, 15)))({}, SAID, ONES)
    with pytest.raises(ValueError, match=r"the output is \(8, 16\), not \(8, 15\)"):
        unpadded(framed(0, (8, 16)))({}, SAID, ONES)
