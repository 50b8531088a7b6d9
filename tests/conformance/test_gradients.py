"""The gradients' suite can fail, and what it compares with is the transposed matrix.

Each row of the table is a mistake in a backward pass, the case that shows it, and what the report says
the gradient follows instead.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halfpixel.arrays import AnyArray
from halfpixel.conformance import goldens
from halfpixel.conformance.cases import GRADIENT_CASES, RESIZE_CASES, SCALE_CASES, Case
from halfpixel.conformance.trials import (
    calls,
    conv_gradient,
    conv_gradient_trials,
    conv_gradients,
    followed,
    gradient_golden,
    gradient_trials,
)
from halfpixel.conformance.verdicts import Verdict, error_bound, judge
from halfpixel.frameworks import FRAMEWORKS, Expression, Gradient, Name
from halfpixel.operators import ConvTranspose, Resize
from halfpixel.operators.exact import apply_matrices
from halfpixel.report.terminal import explain

from .test_wrong_implementations import (
    CUBIC,
    CUBIC_EXCLUDE,
    DTYPES,
    LINEAR,
    LINEAR_ASYMMETRIC,
    NEAREST_EXACT,
    NEAREST_FLOOR,
    RIGHT,
    Followed,
    _conv_call,
    _conv_transpose,
    _matrix,
    _no_framework,  # noqa: F401 (a fixture)
    _resize,
    _said_to_follow,
)

Backward = Callable[[AnyArray, tuple[int, int]], AnyArray]

SCALED = {entry.name for entry in SCALE_CASES}
AT_SIZES = [name for name in GRADIENT_CASES if name not in SCALED]
BY_FACTORS = {call.id for call in calls("resize") if call.scaling is not None}

# ---------------------------------------------------------------------------- the reference


def _cases() -> list[Case]:
    return [gradient_golden(*pair, name) for pair in followed() for name in GRADIENT_CASES]


def _forward(case: Case, x: AnyArray) -> AnyArray:
    matrices = {2 + axis: matrix for axis, matrix in enumerate(case.matrices())}
    return apply_matrices(x, matrices, exact=True)


def test_a_gradient_and_its_resize_make_one_inner_product() -> None:
    """⟨g, A x⟩ = ⟨Aᵀ g, x⟩ exactly: what makes a matrix the transposed one."""
    for case in _cases()[::5]:  # 13 names and 5 have no factor in common: every name comes
        g = case.inputs["x"]
        x = np.arange(case.expected.size).reshape(case.expected.shape) % 23 - 9
        gradient = np.asarray(case.reference(exact=True))
        over_output = sum((_forward(case, x) * np.vectorize(Fraction)(g)).ravel())
        assert over_output == sum((gradient * x.astype(object)).ravel()), (
            case.convention,
            case.name,
        )


@pytest.mark.parametrize(("name", "axis"), [("7x7-4x7-impulses", 2), ("5x5-5x8-impulses", 3)])
def test_a_gradient_of_impulses_is_the_stored_matrix_transposed(name: str, axis: int) -> None:
    for convention, rule in followed():
        if convention.mode in ("mitchell", "gaussian"):  # they blur the axis that keeps its size
            continue
        case = gradient_golden(convention, rule, name)
        stored = goldens.read(goldens.path_of(replace(case, gradient=""))).expected[0, 0]
        if axis == 2:  # (4, 7) stored; the other axis keeps its size, where all return the input
            untouched = np.asarray(case.matrices(np.float64)[1])
            assert np.allclose(case.expected[0, 0], stored.T @ np.eye(4, 7) @ untouched, 0, 1e-15)
        else:  # (5, 8) stored, itself the transposed matrix: the cotangent picks its first 5 outputs
            untouched = np.asarray(case.matrices(np.float64)[0])
            assert np.allclose(case.expected[0, 0], untouched.T @ np.eye(5, 8) @ stored.T, 0, 1e-15)


def test_every_two_conventions_that_calls_follow_are_told_apart_by_some_gradient() -> None:
    for a, b in itertools.combinations(followed(), 2):
        assert any(
            not np.array_equal(
                gradient_golden(*a, name).expected, gradient_golden(*b, name).expected
            )
            for name in GRADIENT_CASES
        ), (a, b)


def test_every_gradient_stands_at_the_sizes_of_a_resize() -> None:
    assert set(GRADIENT_CASES) <= {entry.name for entry in (*RESIZE_CASES, *SCALE_CASES)}


def test_a_pixel_that_nothing_reads_has_no_gradient() -> None:
    (case,) = (gradient_golden(NEAREST_FLOOR.convention, None, "7x6-1x1-texture"),)
    assert np.count_nonzero(case.expected) == np.count_nonzero(case.inputs["x"]) == 2


# ---------------------------------------------------------------------------- bounds


def test_sums_of_integers_through_nearest_have_no_bound() -> None:
    case = gradient_golden(NEAREST_EXACT.convention, None, "4x5-7x9-texture")
    arithmetic = NEAREST_EXACT.call(_resize).arithmetic["float32"]
    assert not error_bound(case, arithmetic).any()


def test_sums_that_float32_must_round_have_one() -> None:
    case = gradient_golden(NEAREST_EXACT.convention, None, "1x1-3x4-texture")
    case = replace(case, inputs={"x": case.inputs["x"] * 0x1000001 / 2.0})
    case = case.computed()
    g = case.inputs["x"].astype(np.float32)
    assert np.array_equal(g, case.inputs["x"]) is False  # 25 bits
    bound = error_bound(case, NEAREST_EXACT.call(_resize).arithmetic["float32"])
    assert np.all(bound > 0)
    assert np.all(abs(np.sum(g, (2, 3), np.float32, keepdims=True) - case.expected) <= bound)


def test_an_input_pixel_is_bounded_by_what_reads_it() -> None:
    """One pixel in: every tap of every output reads it, and each adds a rounding."""
    case = gradient_golden(LINEAR.convention, None, "1x1-3x4-texture")
    bound = error_bound(case, LINEAR.call(_resize).arithmetic["float32"])
    total = abs(case.inputs["x"]).sum((2, 3), keepdims=True)
    terms = (2 * 3) * (2 * 4)
    assert np.all(bound >= (terms + 1) * 2.0**-24 * total)
    assert np.all(bound <= (terms + 1 + 2 * 2 * 2) * 2.0**-24 * total * (1 + 1e-6))


# ---------------------------------------------------------------------------- mistakes


def _transposed(g: AnyArray, size: tuple[int, int], **options: Any) -> AnyArray:
    h, w = (_matrix(a, b, **options) for a, b in zip(size, g.shape[2:], strict=True))
    return np.asarray(h.T @ g.astype(np.float64) @ w, g.dtype)


def _averaged(g: AnyArray, size: tuple[int, int], **options: Any) -> AnyArray:
    return np.asarray(
        _transposed(g, size, **options) / _transposed(np.ones_like(g), size, **options)
    )


def _overwritten(g: AnyArray, size: tuple[int, int], **options: Any) -> AnyArray:
    h, w = (_matrix(a, b, **options) for a, b in zip(size, g.shape[2:], strict=True))
    result = np.zeros((*g.shape[:2], *size), g.dtype)
    for y, x in np.ndindex(*g.shape[2:]):
        result[:, :, h[y].argmax(), w[x].argmax()] = g[:, :, y, x]
    return result


@dataclass(frozen=True)
class WrongGradient:
    """A backward pass that is wrong in one way."""

    mistake: str
    followed: Followed
    case: str
    named: str | None
    backward: Callable[..., AnyArray] = _transposed
    options: dict[str, Any] | None = None


UP, DOWN, BOTH = "4x5-7x9-texture", "9x7-5x4-texture", "6x11-13x4-texture"
EDGES = "3x2-8x7-texture"
TABLE = " with kernel_table_1024"

# fmt: off
WRONG_GRADIENTS = (
    WrongGradient("the resize of the cotangent", LINEAR, UP,
                  "resize linear half_pixel of the cotangent: the matrix is not transposed", _resize),
    WrongGradient("the resize of the cotangent, shrinking", CUBIC, DOWN,
                  "resize cubic half_pixel cubic_coeff_a=-0.75 of the cotangent: "
                  "the matrix is not transposed", _resize),
    WrongGradient("the gradient of asymmetric", LINEAR, UP,
                  "the gradient of resize linear asymmetric", options={"grid": "asymmetric"}),
    WrongGradient("the gradient of half_pixel", LINEAR_ASYMMETRIC, DOWN,
                  "the gradient of resize linear half_pixel", options={"grid": "half_pixel"}),
    WrongGradient("the gradient of align_corners", CUBIC, BOTH,
                  "the gradient of resize cubic align_corners cubic_coeff_a=-0.75",
                  options={"grid": "align_corners"}),
    WrongGradient("the gradient of linear", CUBIC, UP,
                  "the gradient of resize linear half_pixel", options={"kernel": "linear"}),
    WrongGradient("the gradient of another a", CUBIC, UP,
                  "the gradient of resize cubic half_pixel cubic_coeff_a=-0.5", options={"a": -0.5}),
    WrongGradient("weights computed where the resize has a table", CUBIC_EXCLUDE, UP,
                  "the gradient of resize cubic half_pixel cubic_coeff_a=-0.5 exclude_outside",
                  options={"steps": None}),
    WrongGradient("an edge that is clamped where the resize excludes", CUBIC_EXCLUDE, EDGES,
                  "the gradient of resize cubic half_pixel cubic_coeff_a=-0.5" + TABLE,
                  options={"edge": "clamp"}),
    WrongGradient("edge weights lost, linear", LINEAR, UP,
                  "the expected convention without the gradient of taps outside the image",
                  options={"edge": "zero"}),
    WrongGradient("edge weights lost, cubic", CUBIC, EDGES,
                  "the expected convention without the gradient of taps outside the image",
                  options={"edge": "zero"}),
    WrongGradient("nearest floored for rounded", NEAREST_EXACT, UP,
                  "the gradient of resize nearest half_pixel floor", options={"pick": "floor"}),
    WrongGradient("the last cotangent instead of the sum", NEAREST_FLOOR, UP,
                  RIGHT + "each pixel overwritten instead of added to", _overwritten),
    WrongGradient("the average instead of the sum", LINEAR, UP, None, _averaged),
    WrongGradient("weights of 11 bits", LINEAR, DOWN, None, options={"weight_bits": 11}),
)
# fmt: on


def _judged(
    followed: Followed, backward: Callable[..., AnyArray], name: str, dtype: str
) -> Verdict:
    def run(names: Any, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
        return backward(inputs["g"], inputs["x"].shape[2:])

    def expression(forward: Expression, of: str) -> Expression:
        return Expression(Name("mylib.gradient"), (forward, Name(of), Name("g")))

    call = Gradient(expression, run).of(followed.call(_resize))
    case = gradient_golden(followed.convention, followed.rule, name)
    return judge(call, case, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("followed", [LINEAR, CUBIC, CUBIC_EXCLUDE, NEAREST_EXACT])
def test_a_right_gradient_conforms(followed: Followed, dtype: str) -> None:
    def backward(g: AnyArray, size: tuple[int, int]) -> AnyArray:
        return _transposed(g, size, **followed.options)

    for name in AT_SIZES:
        assert _judged(followed, backward, name, dtype).kind == "conforms", name


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("wrong", WRONG_GRADIENTS, ids=lambda wrong: wrong.mistake)
def test_a_wrong_gradient_is_caught_and_named(wrong: WrongGradient) -> None:
    def backward(g: AnyArray, size: tuple[int, int]) -> AnyArray:
        return wrong.backward(g, size, **{**wrong.followed.options, **(wrong.options or {})})

    verdict = _judged(wrong.followed, backward, wrong.case, "float32")
    assert verdict.kind == "changed"
    said = _said_to_follow(verdict)
    # beside it those that are the same at these sizes: another padding that nothing reaches
    assert wrong.named in said if wrong.named else not said


def test_a_failure_says_that_it_is_a_gradient() -> None:
    verdict = _judged(
        LINEAR, lambda g, size: 2 * _transposed(g, size, **LINEAR.options), UP, "float32"
    )
    text = explain(verdict)
    assert "float32: mylib.gradient(mylib.resize(x, size=(7, 9)), x, g)" in text
    assert "  convention  the gradient of resize linear half_pixel" in text
    assert (
        "  golden      computed by the reference: transposed weight matrices, times a formula: "
        in text
    )
    assert "edited" not in text


# ---------------------------------------------------------------------------- the suite


def test_every_call_that_follows_a_convention_has_its_gradient_tested() -> None:
    trials = list(gradient_trials(lambda framework: "9.9"))
    tested = {trial.call.id for trial in trials}
    assert tested == {
        f"{call.id}-gradient"
        for call in calls("resize")
        if call.follows and not call.variant and FRAMEWORKS[call.framework].gradient
    }
    for call_id in tested:
        names = [t.case_name for t in trials if t.call.id == call_id and t.dtype == "float32"]
        # of calls that are given factors, those that factors make: tests/frameworks/test_factors.py
        assert names == AT_SIZES or call_id.removesuffix("-gradient") in BY_FACTORS


def test_a_convention_is_one_value_of_a_case() -> None:
    """A resize and its gradient are two cases, and the one turned twice is the first again."""
    case = gradient_golden(Resize(mode="linear"), None, UP)
    assert replace(case, gradient="").sizes == ((7, 4), (9, 5))
    assert case.sizes == ((4, 7), (5, 9))


# ---------------------------------------------------------------------------- transposed convolution

CONV_GRADIENTS = list(conv_gradients())


@pytest.mark.parametrize("name", CONV_GRADIENTS)
def test_a_conv_transpose_and_its_gradient_make_one_inner_product(name: str) -> None:
    """⟨g, f(x, w, b)⟩ is linear in each of the three: its gradient is what each unit adds, exactly."""
    case = conv_gradient(name)
    convention = case.convention
    assert isinstance(convention, ConvTranspose)
    x, w, g = (case.inputs[key] for key in ("x", "w", "g"))
    b = case.inputs.get("b", np.zeros(g.shape[1]))
    gradient = case.reference(exact=True).ravel()

    def inner(**changes: AnyArray) -> Fraction:
        arrays = {"x": x, "w": w, "b": b, **changes}
        y = convention.apply(*arrays.values(), exact=True)
        product = y * np.array([Fraction(v) for v in g.ravel().tolist()], object).reshape(g.shape)
        return Fraction(product.sum())

    given = {"x": x, "w": w, "b": b}[case.gradient]
    none = inner(**{case.gradient: 0 * given})
    for i in range(0, given.size, max(given.size // 5, 1)):
        unit = np.zeros(given.size)
        unit[i] = 1
        assert inner(**{case.gradient: unit.reshape(given.shape)}) - none == gradient[i]


WrongConv = Callable[[Case], AnyArray]


def _with(case: Case, **inputs: AnyArray) -> AnyArray:
    return np.asarray(replace(case, inputs={**case.inputs, **inputs}).reference())


# fmt: off
WRONG_CONV: list[tuple[str, str, WrongConv, str | None]] = [
    ("the kernel not flipped back, by the input", "4x4-8x8-k3x3-s2-p1-op1-by-x",
     lambda case: _with(case, w=np.ascontiguousarray(case.inputs["w"][:, :, ::-1, ::-1])),
     RIGHT + "the kernel flipped"),
    ("the kernel flipped, by the weight", "4x4-8x8-k3x3-s2-p1-op1-by-w",
     lambda case: case.expected[:, :, ::-1, ::-1], RIGHT + "the kernel flipped"),
    ("SAME's cut on the other side", "4x4-8x8-k3x3-s2-same-by-x",
     lambda case: np.asarray(replace(case, convention=ConvTranspose(
         strides=(2, 2), pads=(1, 1, 1, 1), output_padding=(1, 1))).reference()),
     "the gradient of conv_transpose strides=2,2 pads=1,1,0,0"),
    ("the bias's mean for its sum", "3x3-6x6-k3x3-s2-p1-op1-g2-bias-by-b",
     lambda case: case.expected / 36, None),
    ("the weight's groups summed", "3x4-5x7-k3x3-s2-p1-g3-by-w",
     lambda case: case.expected.sum(axis=0, keepdims=True).repeat(3, axis=0), None),
]
# fmt: on


@pytest.mark.parametrize(
    ("name", "wrong", "named"), [w[1:] for w in WRONG_CONV], ids=[w[0] for w in WRONG_CONV]
)
def test_a_wrong_conv_transpose_gradient_is_caught_and_named(
    name: str, wrong: WrongConv, named: str | None
) -> None:
    case = conv_gradient(name)

    def run(names: Any, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
        return wrong(case).astype(inputs["x"].dtype)

    def expression(forward: Expression, of: str) -> Expression:
        return Expression(Name("mylib.gradient"), (forward, Name(of), Name("g")))

    call = Gradient(expression, run).of_conv_transpose(_conv_call(_conv_transpose))
    verdict = judge(call, case, "float32")
    assert verdict.kind == "changed"
    assert _said_to_follow(verdict) == ([named] if named else [])


def test_every_conv_transpose_with_named_inputs_has_its_gradients_tested() -> None:
    tested = {trial.call.id for trial in conv_gradient_trials(lambda framework: "9.9")}
    assert tested == {
        f"{call.id}-gradient"
        for call in calls("conv_transpose")
        if not call.variant and FRAMEWORKS[call.framework].gradient
    }
