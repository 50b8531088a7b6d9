"""The edges can fail: wrong implementations, wrong declarations, and what the reference says of each."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import frameworks, records
from halfpixel.arrays import Array
from halfpixel.conformance import verdicts
from halfpixel.conformance.cases import Case
from halfpixel.conformance.edge_cases import EDGE_CASES, KINDS, edges, left_out
from halfpixel.conformance.trials import _edge_trials, calls, edge_trials, edged, followed
from halfpixel.conformance.verdicts import Verdict, error_bound, errors, judge, share_of_bound
from halfpixel.frameworks import Call, DType, Expression, Name, Refusal, Release
from halfpixel.frameworks.releases import contains
from halfpixel.numerics.coordinates import coordinates
from halfpixel.numerics.error_model import UNDERFLOW, ErrorModel
from halfpixel.numerics.memory_layouts import LAYOUTS
from halfpixel.numerics.nonfinite import EVALUATIONS, Evaluated, default, filled
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis
from halfpixel.operators.request import Request
from halfpixel.report.terminal import explain, headline
from tests import mylib
from tests.thinning import thinned

LATEST = dict.fromkeys(frameworks.FRAMEWORKS, "999")  # in which every call is what it is now
LINEAR = Resize(mode="linear")


def call_named(name: str) -> Call:
    return next(call for call in calls("resize") if call.id == name)


@functools.cache
def edge(name: str, convention: Resize = LINEAR, evaluation: str = "taps") -> Case:
    """An edge in float32, with its expected values."""
    entry = EDGE_CASES[name]
    evaluated = Evaluated(evaluation, "float32", "float32")
    case = entry.case(convention, None, "float32", entry.at(convention)[0], evaluated)
    return case.computed()


# ---------------------------------------------------------------------------- wrong implementations


def bilinear(x: Array, size: tuple[int, int], visited: tuple[int, ...] = (0, 1)) -> Array:
    """Two taps an axis, weighed in float32; taps beside them are multiplied by 0."""
    for axis in (3, 2):
        n_in, n_out = x.shape[axis], size[axis - 2]
        place = (2 * np.arange(n_out) + 1) * n_in / (2 * n_out) - 0.5
        base = np.floor(place).astype(int)
        t = (place - base).astype(x.dtype).reshape(-1, *[1] * (3 - axis))
        total: Any = 0
        for k in visited:
            weight = {0: 1 - t, 1: t}.get(k, 0 * t)
            total = total + weight * np.take(x, (base + k).clip(0, n_in - 1), axis)
        x = total
    return x


def own(x: Array, size: tuple[int, int]) -> Array:
    """The right one: it refuses what has no pixels."""
    if 0 in x.shape[1:] or min(size) <= 0:
        raise ValueError("nothing to resize")
    return bilinear(x, size)


def overwriting(x: Array, size: tuple[int, int]) -> Array:
    result = own(x, size)
    x[0, 0, 0, 0] += 1
    return result


def skipping_zeros(x: Array, size: tuple[int, int]) -> Array:
    """Pixels that weigh nothing are not read."""
    h, w = (LINEAR.weights(n, m) != 0 for n, m in zip(x.shape[2:], size, strict=True))
    reads = h.astype(float) @ np.isnan(x).astype(float) @ w.T.astype(float) > 0
    return np.where(reads, np.nan, own(np.nan_to_num(x, posinf=np.inf, neginf=-np.inf), size))


WRONG: tuple[tuple[str, Callable[[Array, tuple[int, int]], Array], str, str, str], ...] = (
    ("the right one", own, "not_finite", "", ""),
    ("the right one", own, "near_the_largest", "", ""),
    ("the right one", own, "below_the_normal_range", "", ""),
    ("the right one", own, "no_images", "", ""),
    ("the right one", own, "no_width_in", "", ""),
    (
        "NaN spreads one pixel further",
        lambda x, size: bilinear(x, size, (-1, 0, 1)),
        "not_finite",
        "values exceed the error bound",
        "NaN must occur exactly where the reference has it",
    ),
    (
        "NaN spreads one pixel less",
        skipping_zeros,
        "not_finite",
        "values exceed the error bound",
        "NaN must occur exactly where the reference has it",
    ),
    (
        "infinity becomes NaN",
        lambda x, size: own(np.where(np.isinf(x), np.nan, x), size),
        "not_finite",
        "values exceed the error bound",
        "NaN must occur exactly where the reference has it",
    ),
    (
        "infinity becomes the largest number",
        lambda x, size: np.clip(own(x, size), -np.finfo(x.dtype).max, np.finfo(x.dtype).max),
        "not_finite",
        "values exceed the error bound",
        "infinity must occur exactly where the reference has it",
    ),
    (
        "infinity loses its sign",
        lambda x, size: np.where(np.isinf(y := own(x, size)), np.inf, y),
        "not_finite",
        "values exceed the error bound",
        "infinity must occur exactly where the reference has it",
    ),
    (
        "NaN becomes 0",
        lambda x, size: np.nan_to_num(own(x, size), posinf=np.inf, neginf=-np.inf),
        "not_finite",
        "values exceed the error bound",
        "NaN must occur exactly where the reference has it",
    ),
    (
        "a + t·(b − a)",
        lambda x, size: np.asarray(
            EVALUATIONS["tensorflow_lerp"].result(LINEAR, None, x, size), x.dtype
        ),
        "near_the_largest",
        "values exceed the error bound",
        "evaluated as tensorflow_lerp: a + t·(b − a) of ⌊x⌋ and ⌈x⌉",
    ),
    (
        "numbers below the normal range become 0",
        lambda x, size: own(np.where(abs(x) < np.finfo(x.dtype).smallest_normal, 0, x), size),
        "below_the_normal_range",
        "values exceed the error bound",
        "error ",
    ),
    ("writes into its input", overwriting, "fortran", "modified its input x", ""),
    (
        "an empty batch keeps the input's size",
        lambda x, size: x if not len(x) else own(x, size),
        "no_images",
        "returned shape (0, 2, 4, 6), not (0, 2, 4, 12)",
        "",
    ),
    (
        "an empty batch in another dtype",
        lambda x, size: own(x, size).astype(np.float64),
        "no_images",
        "returned dtype float64, not float32",
        "",
    ),
    (
        "an empty batch is refused",
        lambda x, size: own(x[:1], size) if len(x) else x[0],
        "no_images",
        "raised an unexpected error; none is declared",
        "",
    ),
    (
        "no pixels are answered",
        lambda x, size: np.zeros((*x.shape[:2], *size), x.dtype),
        "no_width_in",
        "returned a result; expected an error: there is nothing",
        "",
    ),
)


def bilinear_call(function: Callable[[Array, tuple[int, int]], Array]) -> Call:
    """A call that declares what bilinear interpolation in float32 is, and no evaluation."""

    def expression(request: Request) -> Expression:
        return Expression(Name("mylib.resize"), (Name("x"), request.size))

    return Call(
        framework="mylib",
        name="resize",
        operation="resize",
        follows={">=1": LINEAR},
        expression=expression,
        run=mylib.run_of(resize=function),
        arithmetic={
            "float32": ErrorModel(
                coordinates="float64",
                coordinate_roundings=0,
                weights="float32",
                weight_error=1,
                accumulation="float32",
                source="above",
            )
        },
        returns={"float32": "float32"},
        refusals=(
            frameworks.Refusal(
                words="nothing to resize",
                why="there is nothing",
                when=lambda request, dtype, names: request.empty and request.shape[0] > 0,
            ),
        ),
    )


@pytest.fixture
def _no_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "load", lambda framework: {})
    monkeypatch.setattr(verdicts, "installed_release", lambda framework: Release("1.2"))


@pytest.mark.usefixtures("_no_framework")
@pytest.mark.parametrize(
    ("function", "name", "reason", "report"),
    [pytest.param(*row[1:], id=f"{row[0]}-{row[2]}".replace(" ", "_")) for row in WRONG],
)
def test_a_wrong_implementation_is_caught_and_named(
    function: Callable[[Array, tuple[int, int]], Array], name: str, reason: str, report: str
) -> None:
    verdict = judge(bilinear_call(function), edge(name), "float32")
    if not reason:
        assert verdict.kind in ("conforms", "unsupported"), headline(verdict)
        return
    assert verdict.kind == "changed"
    assert reason in verdict.reason
    assert report in explain(verdict)


@pytest.mark.usefixtures("_no_framework")
def test_a_failure_shows_the_wrong_nan_and_marks_no_other() -> None:
    def once(x: Array, size: tuple[int, int]) -> Array:
        result = own(x, size)
        result[0, 0, 7, 2] = np.nan
        return result

    verdict = judge(bilinear_call(once), edge("not_finite"), "float32")
    assert verdict.reason == "1 of 2592 values exceed the error bound"
    text = explain(verdict)
    assert (
        "worst at    [n=0, c=0, h=7, w=2]: NaN must occur exactly where the reference has it"
        in text
    )
    assert text.count("^") == 2  # in the legend, and under the value


# ---------------------------------------------------------------------------- comparing


@pytest.mark.parametrize(
    ("got", "expected", "error"),
    [
        (np.nan, np.nan, 0.0),
        (np.inf, np.inf, 0.0),
        (-np.inf, -np.inf, 0.0),
        (np.inf, -np.inf, np.inf),
        (np.nan, 1.0, np.inf),
        (1.0, np.nan, np.inf),
        (np.inf, np.nan, np.inf),
        (np.nan, np.inf, np.inf),
        (np.inf, 1e300, np.inf),
        (1.5, 1.0, 0.5),
    ],
)
def test_only_what_is_expected_of_nan_and_infinity_is_no_error(
    got: float, expected: float, error: float
) -> None:
    others = np.array([[[[got, 1.0]]]]), np.array([[[[expected, 1.0]]]])
    assert errors(*others)[0, 0, 0].tolist() == [error, 0.0]
    assert (share_of_bound(*others, np.full((1, 1, 1, 2), 1.0)) <= 1) == (error <= 1)


def test_what_is_not_finite_has_no_bound_and_no_part_in_that_of_the_others() -> None:
    case = edge("not_finite")
    arithmetic = bilinear_call(own).arithmetic["float32"]
    bound = error_bound(case, arithmetic)
    plain = replace(case, inputs={"x": filled(case.inputs["x"])}, evaluated=None)
    whole = error_bound(plain.computed(), arithmetic)
    finite = np.isfinite(case.expected)
    assert 0 < finite.sum() < finite.size
    assert np.array_equal(bound, np.where(finite, whole, 0.0))


@pytest.mark.usefixtures("_no_framework")
def test_below_the_normal_range_half_the_smallest_number_is_in_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = edge("below_the_normal_range")
    assert judge(bilinear_call(own), case, "float32").kind == "conforms"
    monkeypatch.setattr(verdicts, "UNDERFLOW", dict.fromkeys(UNDERFLOW, 0.0))
    verdicts._resize_bound.cache_clear()
    try:
        assert judge(bilinear_call(own), case, "float32").kind == "changed"
    finally:
        verdicts._resize_bound.cache_clear()


def test_the_two_ends_of_a_window_of_area_are_rounded_apart() -> None:
    """The last of 40 pixels of 9 ends with the image: 9 − float32(39·9/40) is not 9/40."""
    convention = Resize(mode="area")
    one = np.full((1, 1, 1, 9), 1.0)
    case = Case(convention, {"x": one}, (1, 40), name="area", pins="", source="this test")
    case = case.computed()
    scale = np.float32(9) / np.float32(40)
    computed = (np.float32(9) - np.float32(39) * scale) / scale
    bound = error_bound(case, call_named("tensorflow-image.resize-area").arithmetic["float32"])
    assert 10 * 2**-24 < abs(computed - 1) < bound[0, 0, 0, 39]


# ---------------------------------------------------------------------------- the reference


def test_where_nothing_is_visited_the_result_is_that_of_the_finite_image() -> None:
    case = edge("not_finite", Resize(mode="cubic"))
    plain = Resize(mode="cubic").apply(filled(case.inputs["x"]), case.size)
    finite = np.isfinite(case.expected)
    assert np.array_equal(case.expected[finite], plain[finite])


def test_images_that_differ_in_what_is_not_finite_become_equal() -> None:
    x = edge("not_finite").inputs["x"]
    whole = filled(x)
    assert np.isfinite(whole).all()
    assert (whole == whole[:1]).all()
    assert np.array_equal(whole[np.isfinite(x)], x[np.isfinite(x)])
    assert filled(np.full((1, 1, 1, 2), np.nan)).tolist() == [[[[0.0, 0.0]]]]


@pytest.mark.parametrize("name", EVALUATIONS)
def test_an_evaluation_of_ordinary_numbers_is_the_convention(name: str) -> None:
    """So that no evaluation reads other pixels, or weighs them otherwise, than the convention."""
    evaluation = EVALUATIONS[name]
    x = np.arange(1.0, 33.0).reshape(1, 1, 4, 8) ** 2
    for convention in {c for c, _ in followed() if evaluation.speaks_of(c)}:
        windows = ("window", "tensorflow_span")
        if name in windows and not (convention.exclude_outside or convention.mode == "gaussian"):
            continue  # of kernels whose weights are divided by their sum
        if str(convention.coordinate_transformation_mode).endswith("align_corners"):
            continue  # 4 to 8 is not exact in float64, and antialiased windows are left out
        steps = ((2, 4), (8, 16)) if convention.pyramid_border == "reflect_101" else ((2, 4),)
        for size in ((8, 4), (4, 16), (4, 4)) if convention.takes_every_size else steps:
            blurs = convention.mode in ("mitchell", "gaussian") and size == (4, 4)
            if blurs or (name.startswith("opencv_area") and size[1] > 8):
                continue
            how = Evaluated(name, "float64", "float64")
            got = how.result(convention, None, x, size)
            assert np.allclose(got, convention.apply(x, size), rtol=1e-12, atol=0), (
                convention,
                size,
            )


# ---------------------------------------------------------------------------- declarations


def in_every_release(call: Call) -> tuple[Call, ...]:
    """A call as it is in the latest release and in each that is recorded, where those differ in the
    convention that is followed or in how it is evaluated; a release that computes none of it is left out."""
    assert "float32" in call.arithmetic
    found: dict[tuple[Any, ...], Call] = {}
    for release in (LATEST[call.framework], *records.releases(call.framework)):
        now = call.at(release)
        if now is not None and now.follows and "float32" in now.arithmetic and not left_out(now):
            ways = now.arithmetic["float32"].evaluation
            found.setdefault((now.latest, ways), now)
    return tuple(found.values())


def declared() -> Iterator[tuple[Call, Resize, str]]:
    """Every evaluation of every call, in every environment and release."""
    for call in edged():
        for now in in_every_release(call):
            convention = now.latest
            if convention.mode != "nearest":
                for name in now.arithmetic["float32"].evaluation or (default(convention),):
                    yield now, convention, name


def test_every_evaluation_is_declared_by_some_call_and_speaks_of_its_convention() -> None:
    assert {name for *_, name in declared()} == set(EVALUATIONS)
    for call, convention, name in declared():
        assert EVALUATIONS[name].speaks_of(convention), call.id


def _run(call: Call, convention: Resize) -> Iterator[tuple[Array, tuple[int, int]]]:
    """The inputs and sizes of the edges at which a call shows its evaluation."""
    for entry in EDGE_CASES.values():
        if entry.form:
            for trial in _edge_trials(call, convention, entry):
                if trial.dtype == "float32":
                    *_, sizes = getattr(trial.case, "args")  # noqa: B009 of a functools.partial
                    yield entry.make((entry.channels, *sizes[0]), "float32"), sizes[1]


def are_one(call: Call, convention: Resize, names: set[str]) -> bool:
    """Whether two evaluations are the same for what a call is run on."""
    if names == {"opencv_dnn_cubic", "tensorflow_cubic_or_copy"}:
        return not convention.exclude_outside  # all that the first does about taps outside
    if names == {
        "opencv_warp",
        "xnnpack_linear",
    }:  # where nothing is sampled before the first pixel
        return convention.coordinate_transformation_mode == "asymmetric"
    # no edge of a cubic call that makes a grid has an image whose size stays
    grid = any(arithmetic.extent_roundings for arithmetic in call.arithmetic.values())
    return grid and names == {"taps", "taps_or_copy"}


@pytest.mark.parametrize(
    ("call", "convention", "name"),
    thinned(
        (
            pytest.param(*row, id=f"{row[0].id}-{row[2]}")
            for row in declared()
            # no call says what cv2.dnn's say in another way, but for some of themselves
            if not row[0].variant or row[2].startswith("opencv_dnn") or row[2].endswith("by_planes")
        ),
        every=3,
    ),
)
def test_some_edge_tells_an_evaluation_from_every_other(
    call: Call, convention: Resize, name: str
) -> None:
    run = list(_run(call, convention))

    def seen(evaluation: str) -> list[Array]:
        how = Evaluated(evaluation, "float32", "float32")
        results = [how.result(convention, None, x, size) for x, size in run]
        return [np.where(np.isfinite(y), 0.0, y) for y in results]  # the rest the reference says

    own = seen(name)
    for other, evaluation in EVALUATIONS.items():
        one = other == name or are_one(call, convention, {name, other})
        if not one and evaluation.speaks_of(convention):
            both = zip(own, seen(other), strict=True)
            assert not all(np.array_equal(a, b, equal_nan=True) for a, b in both), other


MISDECLARED: tuple[tuple[str, DType, str, dict[str, Any]], ...] = (
    ("torch-interpolate-bilinear", "float32", "not_finite", {"evaluation": ("tensorflow_lerp",)}),
    ("torch-interpolate-bilinear", "float32", "not_finite_in_one_channel", {"evaluation": ("taps",)}),
    ("torch-interpolate-bicubic", "float32", "near_the_largest", {"evaluation": ("tensorflow_cubic",)}),
    ("torch-interpolate-bicubic-antialias", "float32", "not_finite", {"evaluation": ("tensorflow_span",)}),
    ("torch-interpolate-linear-1d", "float32", "not_finite_in_one_channel",
     {"evaluation": ("torch_linear",)}),
    ("torch-interpolate-trilinear-3d", "float32", "not_finite", {"evaluation": ("torch_linear",)}),
    ("torch-interpolate-bilinear", "float32", "below_the_normal_range", {"flushes": True}),
    ("torch-interpolate-bicubic", "float64", "near_the_largest", {"sums": "float32"}),
    ("tensorflow-image.resize-bilinear", "float32", "not_finite", {"evaluation": ("torch_linear",)}),
    ("tensorflow-image.resize-lanczos3-antialias", "float32", "not_finite",
     {"evaluation": ("window",)}),
    ("tensorflow-v1.resize_bicubic", "float32", "near_the_largest", {"evaluation": ()}),
    ("tensorflow-image.resize-bicubic", "float32", "below_the_normal_range", {"flushes": False}),
    ("tensorflow-keras.Resizing-bicubic", "float64", "not_finite", {"saturates": False}),
    ("torch-interpolate-bilinear-antialias-align_corners", "float32", "not_finite",
     {"evaluation": ("taps",)}),
    ("torch-grid_sample-bilinear-border", "float32", "not_finite_same_size",
     {"evaluation": ("torch_linear",)}),
    ("torch-grid_sample-bilinear-zeros", "float64", "not_finite_same_size", {"evaluation": ("taps",)}),
    ("tensorflow-image.crop_and_resize-bilinear", "float32", "not_finite", {"evaluation": ("torch_grid",)}),
    ("tensorflow-image.crop_and_resize-bilinear", "float32", "below_the_normal_range", {"flushes": False}),
    ("tensorflow-image.crop_and_resize-nearest", "float64", "near_the_largest", {"sums": "float64"}),
    ("tensorflow-raw_ops.ScaleAndTranslate-box", "float32", "not_finite", {"evaluation": ("taps",)}),
    ("tensorflow-v1.resize-bicubic", "float32", "not_finite_same_size",
     {"evaluation": ("tensorflow_cubic",)}),
    ("opencv-warpAffine-INTER_LINEAR-BORDER_REPLICATE", "float32", "not_finite", {"evaluation": ("taps",)}),
    ("opencv-warpAffine-INTER_LINEAR-BORDER_CONSTANT", "float32", "not_finite", {"evaluation": ("taps",)}),
    ("opencv-warpAffine-INTER_CUBIC-BORDER_CONSTANT", "float32", "not_finite", {"evaluation": ("taps",)}),
    ("opencv-resize-INTER_LINEAR", "float32", "not_finite_in_one_channel", {"evaluation": ("taps_or_copy",)}),
    ("opencv-resize-INTER_CUBIC", "float32", "not_finite_same_size", {"evaluation": ("taps",)}),
    ("opencv-resize-INTER_LANCZOS4", "float32", "nan_same_size", {"evaluation": ("taps",)}),
    ("opencv-resize-INTER_LINEAR", "float64", "near_the_largest", {"sums": "float32"}),
    ("opencv-resize-INTER_AREA-shrinking", "float32", "near_the_largest",
     {"evaluation": ("divided_at_the_end",)}),
    ("opencv-pyrUp", "float32", "near_the_largest", {"evaluation": ("taps",)}),
    ("opencv-pyrDown", "float32", "near_the_largest", {"evaluation": ("taps",)}),
    ("opencv-dnn-Resize-linear-half_pixel", "float32", "not_finite", {"evaluation": ("tensorflow_lerp",)}),
    ("opencv-dnn-Resize-cubic-half_pixel-a-0.75-exclude_outside", "float32", "not_finite",
     {"evaluation": ("tensorflow_cubic",)}),
    ("opencv-dnn-Resize-cubic-half_pixel-a-0.75", "float32", "below_the_normal_range", {"flushes": False}),
    ("opencv-dnn-Resize-nearest-asymmetric-floor", "float64", "near_the_largest", {"sums": "float64"}),
    ("tensorflow-keras.ops.image.resize-bicubic", "float16", "not_finite", {"saturates": False}),
    ("tensorflow-keras.ops.image.resize-bicubic", "bfloat16", "not_finite", {"saturates": False}),
    ("keras_torch-keras.ops.image.resize-bicubic", "float16", "not_finite", {"saturates": True}),
)  # fmt: skip


def judged(call: Call, dtype: DType, name: str) -> Verdict:
    convention = call.convention(frameworks.version(call.framework) or "")
    assert convention is not None
    (trial,) = (t for t in _edge_trials(call, convention, EDGE_CASES[name]) if t.dtype == dtype)
    return judge(call, trial.case(), dtype)


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize("name", ["bilinear", "bicubic-align_corners", "lanczos-antialias"])
def test_what_torch_does_to_bytes_of_one_pixel_and_of_one_column_must_be_declared(
    name: str,
) -> None:
    call = call_named(f"torch-interpolate-{name}")
    others = tuple(r for r in call.refusals if "INTERNAL ASSERT" not in r.words)
    edges: dict[str, tuple[str, dict[str, Any]]] = {
        "one_pixel_of_three_channels_out": ("unsupported", {"refusals": others}),
        "one_column_of_five_channels_out": ("conforms", {"defects": ()}),
    }
    for entry, (kind, undeclared) in edges.items():
        assert judged(call, "uint8", entry).kind == kind
        assert judged(replace(call, **undeclared), "uint8", entry).kind == "changed"


@pytest.mark.resize
@pytest.mark.parametrize(
    ("name", "dtype", "entry", "wrong"),
    [
        pytest.param(
            *row, marks=getattr(pytest.mark, row[0].partition("-")[0]), id="-".join(row[:3])
        )
        for row in MISDECLARED
    ],
)
def test_a_wrong_declaration_fails(
    name: str, dtype: DType, entry: str, wrong: dict[str, Any]
) -> None:
    call = call_named(name)
    assert judged(call, dtype, entry).kind == "conforms"
    arithmetic = {**call.arithmetic, dtype: replace(call.arithmetic[dtype], **wrong)}
    assert judged(replace(call, arithmetic=arithmetic), dtype, entry).kind == "changed"


@pytest.mark.opencv
@pytest.mark.resize
def test_opencv_evaluates_as_declared_without_ipp_too() -> None:
    cv2 = frameworks.load("opencv")["cv2"]
    before = cv2.ipp.useIPP()
    try:
        cv2.ipp.setUseIPP(False)  # with it, the suite has
        for trial in edge_trials(
            lambda name: frameworks.release(name) if name == "opencv" else None
        ):
            entry = getattr(trial.case, "args")[3]  # noqa: B009 of a functools.partial
            if entry.form:
                verdict = judge(trial.call, trial.case(), trial.dtype)
                assert verdict.kind == "conforms", explain(verdict)
    finally:
        cv2.ipp.setUseIPP(before)


# ---------------------------------------------------------------------------- what is run


def test_every_call_is_run_at_every_kind_of_edge() -> None:
    """A call whose arguments cannot express one edge of a kind can express another."""
    kinds = ("one_", "two_pixels", "other_pixel", "not_finite", "near_the_largest", "below_", "no_")
    found: dict[str, set[str]] = {}
    for trial in edge_trials(LATEST.get):
        layout = next((k for k in LAYOUTS if trial.case_name.endswith(f"-{k}")), None)
        kind = layout or next((k for k in kinds if f"-{k}" in trial.case_name), "")
        found.setdefault(trial.call.id, set()).add(kind)
    followed = {c.id: c for c in edged() if c.convention(LATEST[c.framework])}
    nowhere = {c for c in followed if all(left_out(followed[c], e) for e in EDGE_CASES)}
    assert set(found) == set(followed) - nowhere
    one_axis = {"two_pixels", "other_pixel", "below_"}  # both change, or not by a whole factor
    for name, seen in found.items():
        left = {
            k for k in kinds for e in EDGE_CASES if e.startswith(k) and left_out(followed[name], e)
        }
        layouts = (
            () if followed[name].runs_few else LAYOUTS
        )  # of which one call of a kernel is enough
        missing = {*kinds, *layouts} - seen - left
        # what keeps the ratio of height to width makes few sizes, and none of nothing
        keeps = {"no_", *one_axis} if "aspect_ratio" in name or "_with_pad" in name else set()
        if "warpAffine" in name:  # no matrix scales to or from nothing
            keeps = {"no_"}
        if name.endswith("2_channels"):  # most images have one
            keeps = {*kinds} - {"not_finite"}
        limited = any(
            word in name for word in ("1d", "UpSampling2D", "INTER_AREA", "Resize10", "Upsample")
        )
        steps = {"other_pixel"} if "-pyr" in name else set()  # a pyramid has no size to do it at
        assert missing <= ((one_axis if limited else steps) | keeps), (name, missing)


def test_what_is_left_out_is_there_and_is_not_run() -> None:
    """Each entry names edges that there are, in a dtype that its call takes; none of its trials is run."""
    left = [(call, entry) for call in calls("resize") for entry in call.left_out]
    assert len({entry for _, entry in left}) > 3
    for call, entry in left:
        assert set(entry.edges) <= {*EDGE_CASES, *KINDS}, entry
        for name in edges(entry) if call.scaling is None and entry.edges else ():
            assert {*EDGE_CASES[name].dtypes} & {*call.arithmetic}, (call.id, name)
    for trial in edge_trials(LATEST.get):
        edge = getattr(trial.case, "args")[3].name  # noqa: B009 of a functools.partial
        for entry in trial.call.left_out:
            assert edge not in edges(entry) or (entry.dtypes and trial.dtype not in entry.dtypes)


def test_names_say_the_sizes_and_are_unique() -> None:
    trials = list(edge_trials(LATEST.get))
    assert len({trial.id for trial in trials}) == len(trials)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_a_layout_keeps_the_values_and_is_another(name: str, dtype: str) -> None:
    entry = EDGE_CASES[name]
    x = entry.make((3, 4, 6), dtype).astype(dtype)
    lies = LAYOUTS[name].of(x.copy())
    assert lies.dtype == x.dtype
    assert np.array_equal(lies, x)
    # what is moved lies as before, in memory that begins elsewhere
    moved = lies.base is not None and lies.base.size == x.size + 1
    assert moved if name == "offset" else not lies.flags.carray


@pytest.mark.parametrize("name", LAYOUTS)
def test_opencv_is_handed_an_image_as_it_lies(name: str) -> None:
    given: list[NDArray[Any]] = []

    def resize(x: NDArray[Any], size: tuple[int, int], interpolation: int) -> NDArray[Any]:
        given.append(x)
        return np.zeros((size[1], size[0], x.shape[2]), x.dtype)

    names = {"cv2": SimpleNamespace(resize=resize, INTER_LINEAR=1)}
    entry = EDGE_CASES[name]
    for layout in (name, ""):
        case = replace(entry.case(LINEAR, None, "float32", entry.sizes[0]), layout=layout)
        call_named("opencv-resize-INTER_LINEAR")(case, "float32", names)
    # an image in C order is copied to HWC; one that lies pixel by pixel is HWC as it is
    packed = name in ("offset", "pixels")
    assert [image.flags.carray for image in given] == [packed, packed, True, True]
    assert all((image.base is not None) == (name != "offset") for image in given[:2])


def refused_everything(call: Call, refusal: Refusal) -> bool:
    """Whether the releases of a refusal are recorded, all of them raise its words at every probe in
    float32, and the latest are none of them."""
    inside = [r for r in records.releases(call.framework) if contains(refusal.releases, r)]
    outcomes = [
        outcome
        for release in inside
        for (name, dtype, _), outcome in records.read(call.framework, release).outcomes.items()
        if (name, dtype) == (call.name, "float32")
    ]
    raised = [isinstance(one, records.Refusal) and refusal.matches(one.words) for one in outcomes]
    return bool(raised) and all(raised) and not contains(refusal.releases, LATEST[call.framework])


def test_every_refusal_of_the_edges_says_when_it_holds() -> None:
    """A refusal that holds always would hold for every case of the call: it does in some old releases."""
    ordinary = EDGE_CASES["two_pixels"].case(LINEAR, None, "float32", ((2, 2), (5, 7)))
    always = {
        (call.id, refusal.releases): refused_everything(call, refusal)
        for call in calls("resize")
        for refusal in (call.refusals if call.follows else ())
        if not refusal.dtypes and refusal.holds(ordinary.request, "float32", {})
    }
    assert all(always.values()), always


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize(("mode", "dtype", "n_in", "n_out"), [
    ("nearest-exact", "float32", 2, 41), ("nearest-exact", "float64", 14, 23), ("nearest", "float64", 2, 82),
])  # fmt: skip
def test_torch_reads_lines_and_volumes_with_one_kernel_at_every_size(
    mode: str, dtype: DType, n_in: int, n_out: int
) -> None:
    """docs/findings.md: planes have another below height + width = 128."""
    names = frameworks.load("torch")
    interpolate, torch = names["F"].interpolate, names["torch"]
    plane, line = (call_named(f"torch-interpolate-{mode}{kind}") for kind in ("", "-1d"))
    convention = plane.latest
    x = torch.arange(n_in, dtype=getattr(torch, dtype))
    got = [
        interpolate(x[None, None], size=n_out, mode=mode).flatten().tolist(),
        interpolate(x[None, None, :, None, None], size=(n_out, 1, 1), mode=mode).flatten().tolist(),
        interpolate(x[None, None, :, None], size=(n_out, 1), mode=mode).flatten().tolist(),
    ]
    rules = [call.arithmetic[dtype].coordinate_rule for call in (line, line, plane)]
    for read, rule in zip(got, rules, strict=True):
        where = coordinates(convention, Axis(n_in, n_out, None, n_out + 1), rule)
        assert read == (convention.weights_at(where, n_in) @ range(n_in)).tolist()
    assert got[0] != got[2]
