"""The modes' suite can fail: a mode that changes a call is caught, and a declared change that is gone too."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from halfpixel import pytest_plugin
from halfpixel.arrays import AnyArray
from halfpixel.conformance import sweep
from halfpixel.conformance.cases import MODE_CASES, MODE_CASES_OF_FACTORS, RESIZE_CASES
from halfpixel.conformance.trials import calls, executed_golden, gradient_golden, mode_trials, modes
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import FRAMEWORKS, Call, Expression, Mode, Name, Refusal, keras_calls
from halfpixel.frameworks.call import Gradient, wrapped
from halfpixel.numerics.coordinates import COORDINATE_RULES, coordinates
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis
from halfpixel.report.terminal import explain, outcome
from tests import mylib
from tests.conformance.test_wrong_implementations import (
    DTYPES,
    LINEAR,
    NEAREST_FLOOR,
    Followed,
    _no_framework,  # noqa: F401 (a fixture)
    _resize,
    _said_to_follow,
)

pytest_plugins = ["pytester"]

UP = "4x5-7x9-texture"

Wrapper = Callable[[Callable[..., AnyArray]], Callable[..., AnyArray]]


def _mode(wrapper: Wrapper, **known: Any) -> Mode:
    def fast(function: Callable[..., AnyArray], level: int) -> Callable[..., AnyArray]:
        return wrapper(function)

    return Mode(
        name="fast",
        expression=wrapped("fast", level=3),
        names=lambda names: {"fast": fast},
        **known,
    )


def _call(followed: Followed) -> Call:
    def function(x: AnyArray, size: tuple[int, int]) -> AnyArray:
        return _resize(x, size, **followed.options)

    return replace(followed.call(function), run=mylib.run_of(resize=function))


def _executed(followed: Followed, mode: Mode, name: str = UP, dtype: str = "float32") -> Verdict:
    call = mode.of(_call(followed), followed.convention)
    rule = call.arithmetic[dtype].coordinate_rule  # type: ignore[index]
    case = executed_golden(followed.convention, followed.rule, rule, name)
    return judge(call, case, dtype)


def _same(function: Callable[..., AnyArray]) -> Callable[..., AnyArray]:
    return function


def _asymmetric(function: Callable[..., AnyArray]) -> Callable[..., AnyArray]:
    def run(x: AnyArray, size: tuple[int, int]) -> AnyArray:
        return _resize(x, size, **{**LINEAR.options, "grid": "asymmetric"})

    return run


def _half(function: Callable[..., AnyArray]) -> Callable[..., AnyArray]:
    return lambda x, size: function(x, size).astype(np.float16)


def _refuses(function: Callable[..., AnyArray]) -> Callable[..., AnyArray]:
    def run(x: AnyArray, size: tuple[int, int]) -> AnyArray:
        raise NotImplementedError("resize has no fast kernel. " + "It is slow. " * 30)

    return run


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("followed", [LINEAR, NEAREST_FLOOR])
def test_a_mode_that_changes_nothing_conforms(followed: Followed, dtype: str) -> None:
    for name in MODE_CASES:
        assert _executed(followed, _mode(_same), name, dtype).kind == "conforms"


def test_a_mode_that_changes_the_convention_is_caught_and_named() -> None:
    verdict = _executed(LINEAR, _mode(_asymmetric))
    assert verdict.kind == "changed"
    assert _said_to_follow(verdict) == ["resize linear asymmetric"]
    assert "float32: fast(mylib.resize, level=3)(x, size=(7, 9))" in explain(verdict)


def test_a_mode_that_computes_in_another_dtype_is_caught() -> None:
    assert _executed(LINEAR, _mode(_half)).reason == "returned dtype float16, not float32"


def test_a_mode_that_loses_precision_is_caught() -> None:
    verdict = _executed(
        LINEAR, _mode(lambda f: lambda x, size: _half(f)(x, size).astype(np.float32))
    )
    assert verdict.reason.endswith("values exceed the error bound")


def test_a_mode_that_refuses_is_unsupported_only_in_declared_words() -> None:
    assert (
        _executed(LINEAR, _mode(_refuses)).reason == "raised an unexpected error; none is declared"
    )
    declared = (Refusal(words="It is slow", why="it is"),)
    verdict = _executed(LINEAR, _mode(_refuses, refusals=declared))
    assert verdict.kind == "unsupported"
    assert outcome(verdict).words.startswith("NotImplementedError: ")


def test_a_declared_refusal_that_is_gone_is_caught() -> None:
    mode = _mode(_same, refusals=(Refusal(words="no fast kernel", why="none"),))
    assert _executed(LINEAR, mode).reason.startswith("returned a result; expected an error")


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_declared_deviation_conforms_where_it_is_and_changes_where_it_is_gone(dtype: str) -> None:
    """4x5 → 7x9 has the one output, column 4, at which the two starts differ."""

    def deviating(function: Callable[..., AnyArray]) -> Callable[..., AnyArray]:
        def run(x: AnyArray, size: tuple[int, int]) -> AnyArray:
            y = function(x, size)
            y[..., 4] = function(x, (size[0], x.shape[3]))[..., 3]
            return y

        return run

    rules: Any = {("linear", "float32"): "two_starts", ("linear", "float64"): "two_starts"}
    assert _executed(LINEAR, _mode(deviating, rules=rules), UP, dtype).kind == "conforms"
    assert _executed(LINEAR, _mode(deviating), UP, dtype).kind == "changed"
    gone = _executed(LINEAR, _mode(_same, rules=rules), UP, dtype)
    assert gone.kind == "changed"
    assert _said_to_follow(gone) == ["resize linear half_pixel"]


def _samples_points(call: Call) -> bool:
    return all(sweep.samples_points(c) for c in call.follows.values())


def test_every_mode_runs_every_call_and_its_gradient() -> None:
    trials = [trial.id for trial in mode_trials(lambda framework: "9.9")]
    executed = [
        (call, mode)
        for framework, mode in modes()
        for call in calls("resize")
        if call.framework == framework and mode.why_absent() is None
        if call.convention("9.9") and call.plain
    ]
    forward = {
        f"{call.id}-{mode.name}-{dtype}-{name}"
        for call, mode in executed
        for dtype in DTYPES
        for name in (MODE_CASES if _samples_points(call) else MODE_CASES[:2])
    }
    backward = {
        f"{call.id}-{mode.name}-gradient-{dtype}-{name}"
        for call, mode in executed
        for dtype in mode.differentiates
        for name in MODE_CASES[:2]
    }
    keras = {trial for trial in trials if "-keras." in trial}
    assert len(trials) == len(set(trials)) == len(forward) + len(backward) + len(keras)
    assert set(trials) - keras == forward | backward
    assert {mode.name for _, mode in executed if mode.differentiates != DTYPES} == {"xla", "lite"}


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("call", ["ops.image.resize", "Resizing", "UpSampling2D"])
def test_every_mode_of_tensorflow_runs_keras_in_both_dtypes(call: str, method: str) -> None:
    """A layer that takes whole factors on cases that have them."""
    trials = [t for t in mode_trials(lambda framework: "9.9") if f".{call}-{method}-" in t.id]
    assert {(t.call.framework, t.call.name.split("-")[2], t.dtype) for t in trials} == {
        ("tensorflow", mode, dtype) for mode in ("function", "xla", "lite") for dtype in DTYPES
    }
    taken = MODE_CASES_OF_FACTORS if call == "UpSampling2D" else MODE_CASES
    assert {t.case_name for t in trials} <= {*taken}
    assert len({t.case_name for t in trials}) >= 2


def test_a_layer_in_a_mode_is_made_with_the_dtype_of_its_image() -> None:
    made: list[dict[str, Any]] = []

    def layer(**flags: Any) -> Callable[[AnyArray], AnyArray]:
        made.append(flags)
        return lambda x: x

    keras = SimpleNamespace(
        layers=SimpleNamespace(Resizing=layer),
        ops=SimpleNamespace(
            convert_to_tensor=lambda value, dtype: value, convert_to_numpy=lambda value: value
        ),
        backend=SimpleNamespace(standardize_dtype=str),
    )
    inner = Expression(Name("keras.layers.Resizing"), (), {"height": 2})
    wrapped_twice = Expression(Name("fast"), (Expression(Name("fast"), (inner,)),))
    names = {
        "keras": keras,
        "fast": lambda function: function,
        "to_tensor": lambda value, dtype: value,
        "to_array": lambda value: value,
    }
    x = np.zeros((1, 1, 2, 2))
    for function in (inner, wrapped_twice):
        result = keras_calls._run(names, Expression(function, (Name("x"),)), {"x": x})
        assert result.shape == x.shape
    assert made == [{"height": 2, "dtype": "float64"}] * 2


def test_a_gradient_through_a_mode_is_run_in_the_mode() -> None:
    """What the mode wraps is inside of what is differentiated; both say what they refuse."""
    gradient = Gradient(
        lambda forward, of: Expression(Name("grad"), (forward,)),
        lambda names, expression, inputs: np.asarray(
            expression.evaluate({**names, "x": inputs["x"], "grad": lambda y: y * 2})
        ),
        (Refusal(words="no way back", why="none"),),
    )
    mode = _mode(_same, refusals=(Refusal(words="no way", why="none"),))
    call = replace(_call(LINEAR), expression=lambda case: Expression(Name("abs"), (Name("x"),)))
    differentiated = gradient.within(mode).of(mode.of(call, LINEAR.convention))
    case = gradient_golden(LINEAR.convention, None, UP)
    assert str(differentiated.expression_of(case.request)) == "grad(fast(abs, level=3)(x))"
    assert [refusal.words for refusal in differentiated.refusals] == ["no way back", "no way"]
    names = {"abs": lambda x: abs(x) + 1}
    assert (differentiated(case, "float32", names) == 2).all()  # a gradient is asked for at zeros


def test_modes_are_named_apart_and_their_rules_exist() -> None:
    for framework in FRAMEWORKS.values():
        assert len({mode.name for mode in framework.modes}) == len(framework.modes)
        for mode in framework.modes:
            assert set(mode.rules.values()) <= set(COORDINATE_RULES)
    assert {*MODE_CASES, *MODE_CASES_OF_FACTORS} <= {entry.name for entry in RESIZE_CASES}


def test_two_starts_show_at_some_case_of_the_suite() -> None:
    cases = (executed_golden(LINEAR.convention, None, "two_starts", n) for n in MODE_CASES)
    assert any(
        not np.array_equal(case.expected, replace(case, rule=None).reference()) for case in cases
    )


def test_a_scale_in_float32_multiplied_in_double_misses_a_tie() -> None:
    """6 · float32(5 / 12) is below 2½: the finding that XLA's nearest in float64 is."""
    aligned = Resize(
        mode="nearest",
        coordinate_transformation_mode="align_corners",
        nearest_mode="round_prefer_ceil",
    )
    place = coordinates(aligned, Axis(6, 13), "float32_scale")[6]
    assert place < Fraction(5, 2) == aligned.coordinates(6, 13)[6]
    assert coordinates(aligned, Axis(6, 13), "float32")[6] == Fraction(5, 2)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("arguments", "collected"),
    [
        ((), False),
        (("-m", "modes"), True),
        (("-m", "torch and modes"), True),
        (("-m", "torch"), False),
    ],
    ids=["nothing", "modes", "torch-and-modes", "torch"],
)
def test_modes_are_collected_only_where_they_are_asked_for(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    collected: bool,
) -> None:
    monkeypatch.setattr(pytest_plugin, "OWN_TESTS", (pytester.path,))
    shutil.copy(Path(__file__).parents[1] / "test_modes.py", pytester.path)
    options = (
        "--collect-only",
        "-q",
        "-p",
        "no:hypothesispytest",
        "--halfpixel-frameworks",
        "torch",
    )
    result = pytester.runpytest_inprocess(*options, *arguments)
    ids = [line for line in result.outlines if "::test_mode[" in line]
    trials = [trial for trial in mode_trials() if trial.call.framework == "torch"]
    assert ids == [f"test_modes.py::test_mode[{trial.id}]" for trial in trials if collected]
    assert any("::test_compiled_nearest" in line for line in result.outlines) is collected


@pytest.mark.torch
def test_a_mode_that_this_machine_lacks_is_said_to_be_left_out(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = _mode(_same, why_absent=lambda: "no such device")
    torch = replace(FRAMEWORKS["torch"], modes=(absent,))
    monkeypatch.setitem(FRAMEWORKS, "torch", torch)
    asked = pytester.parseconfig("-m", "modes", "--halfpixel-frameworks", "torch")
    assert "torch-fast (no such device)" in pytest_plugin._left_out(asked)[0]
    assert (
        "fast"
        not in pytest_plugin._left_out(pytester.parseconfig("--halfpixel-frameworks", "torch"))[0]
    )
    assert not list(mode_trials(lambda name: "9.9" if name == "torch" else None))


def test_a_mode_on_another_device_is_spelled_as_it_is_run() -> None:
    (cuda,) = (mode for framework, mode in modes() if mode.name == "cuda")
    call = next(call for call in calls("resize") if call.id == "torch-interpolate-bilinear")
    case = executed_golden(LINEAR.convention, None, None, UP)
    said = str(cuda.of(call, LINEAR.convention).expression_of(case.request))
    assert said.startswith("cpu(F.interpolate(x.cuda(), size=(7, 9), mode='bilinear'")
    (grid_sample,) = (c for c in calls("resize") if c.id == "torch-grid_sample-bilinear-border")
    said = str(cuda.of(grid_sample, LINEAR.convention).expression_of(case.request))
    assert said.startswith("cpu(F.grid_sample(x.cuda(), cuda(F.affine_grid(")
