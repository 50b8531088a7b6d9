"""What a framework may do beside computing something else: none of it conforms, or spoils another case."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import frameworks
from halfpixel.conformance import goldens, trials
from halfpixel.conformance.trials import Trial
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import FRAMEWORKS, FrameworkError

Array = NDArray[Any]


class Subclass(np.ndarray[Any, Any]):
    pass


def _trial(suite: Callable[..., Any], name: str) -> Trial:
    framework = name.partition("-")[0]
    found = suite(lambda one: frameworks.release(one) if one == framework else None)
    (trial,) = (trial for trial in found if trial.id == name)
    assert isinstance(trial, Trial)
    return trial


def _judged(trial: Trial) -> Verdict:
    return judge(trial.call, trial.case(), trial.dtype)


LINEAR = "opencv-resize-INTER_LINEAR-{}-4x5-7x9-texture"


def _linear(dtype: str) -> Trial:
    return _trial(lambda release: trials.trials_of("resize", release), LINEAR.format(dtype))


@pytest.fixture
def act(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Array, Array], Any]], None]:
    """Make cv2.resize return what a function makes of the image and of its result."""
    cv2 = frameworks.load("opencv")["cv2"]
    resize = cv2.resize

    def set_up(function: Callable[[Array, Array], Any]) -> None:
        def acted(x: Array, size: tuple[int, int], interpolation: int) -> Any:
            return function(x, resize(x, size, interpolation=interpolation))

        monkeypatch.setattr(cv2, "resize", acted)

    return set_up


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (np.ma.masked_array, "returned a numpy.ma.MaskedArray, not a NumPy array"),
        (lambda y: y.view(Subclass), f"returned a {__name__}.Subclass, not a NumPy array"),
        (lambda y: y.astype(">f4"), "returned dtype >f4, whose bytes are swapped"),
        (lambda y: y.tolist(), "returned a builtins.list, not a NumPy array"),
    ],
    ids=["masked", "subclass", "big-endian", "list"],
)
@pytest.mark.skipif(sys.byteorder != "little", reason="the byte order of this machine")
def test_what_only_resembles_an_array_does_not_conform(
    act: Callable[..., None], make: Callable[[Array], Any], reason: str
) -> None:
    assert _judged(_linear("float32")).kind == "conforms"
    act(lambda x, y: make(y))
    verdict = _judged(_linear("float32"))
    assert (verdict.kind, verdict.reason) == ("changed", reason)


@pytest.mark.opencv
def test_a_call_that_leaves_the_program_is_one_that_raises(act: Callable[..., None]) -> None:
    act(lambda x, y: sys.exit("no licence"))
    verdict = _judged(_linear("float32"))
    assert (verdict.kind, verdict.words) == ("changed", "SystemExit: no licence")


@pytest.mark.opencv
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_call_that_writes_into_its_input_is_seen_and_spoils_no_other_case(
    act: Callable[..., None], monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    def write(x: Array, y: Array) -> Array:
        x[...] = 7
        return y

    with monkeypatch.context():
        act(write)
        verdict = _judged(_linear(dtype))
    assert (verdict.kind, verdict.reason) == ("changed", "modified its input x")
    monkeypatch.undo()
    assert _judged(_linear(dtype)).kind == "conforms"
    with pytest.raises(ValueError, match="read-only"):
        _linear(dtype).case().inputs["x"][...] = 7


@pytest.mark.parametrize("returned", ["float32", "float64"])
def test_a_write_into_a_cotangent_is_seen(returned: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is handed on in the dtype of the result."""
    (call,) = (c for c in FRAMEWORKS["torch"].calls if c.name == "interpolate-bilinear")
    gradient = FRAMEWORKS["torch"].gradient
    assert gradient is not None

    def run(names: Any, expression: Any, inputs: dict[str, Array]) -> Array:
        assert inputs["g"].dtype == returned
        inputs["g"][0, 0, 0, 0] += 1
        return inputs["x"]

    acted = replace(gradient, run=run).of(replace(call, returns={"float64": returned}))
    case = trials.gradient_golden(call.latest, None, "4x5-7x9-texture")
    inputs = acted.arrays(case, "float64")
    acted.evaluate(acted.expression_of(case.request), case, inputs, {})
    assert inputs["x"].tobytes() != acted.arrays(case, "float64")["x"].tobytes()


def test_goldens_are_read_only() -> None:
    case = goldens.read(goldens.root() / "resize/linear-half_pixel/4x5-7x9-texture.json")
    for values in (*case.inputs.values(), case.expected):
        assert not values.flags.writeable


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (ImportError("libGL.so.1: cannot open"), "libGL.so.1: cannot open"),
        (TypeError("Descriptors cannot be created directly.\nDowngrade."),
         "TypeError: Descriptors cannot be created directly. Downgrade."),
        (AttributeError("_ARRAY_API not found"), "AttributeError: _ARRAY_API not found"),
        (SystemExit(3), "SystemExit: 3"),
        (pytest.skip.Exception("no device"), "Skipped: no device"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)  # fmt: skip
def test_an_import_that_fails_is_tried_once_and_is_one_line(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, message: str
) -> None:
    tried = []

    def load() -> Any:
        tried.append(1)
        raise raised

    name = f"lib_{type(raised).__name__}"  # what a framework loads is kept, by its name
    broken = replace(FRAMEWORKS["opencv"], name=name, module=name, load=load)
    monkeypatch.setitem(FRAMEWORKS, name, broken)
    for _ in range(3):
        with pytest.raises(FrameworkError) as caught:
            frameworks.load(name)
        assert str(caught.value) == f"import {name} failed: {message}"
    assert tried == [1]
