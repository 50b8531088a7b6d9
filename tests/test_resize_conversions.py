"""Conversions of resizes: what is answered is run, beside the call that was asked about."""

from __future__ import annotations

import functools
import importlib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel import frameworks
from halfpixel.conformance import trials, verdicts
from halfpixel.conversion import convert
from halfpixel.conversion.agreement import Exactness, Side, differing, rounding, side
from halfpixel.conversion.answer import Difference, Equivalent, Part, ResizeConversion
from halfpixel.conversion.parse import Reading, read
from halfpixel.conversion.parse.catalogue import example
from halfpixel.conversion.sizes import EXAMPLES, Size, Sizes
from halfpixel.frameworks import onnx as onnx_library
from halfpixel.frameworks.call import Call
from halfpixel.frameworks.layer_plans import TARGETS, Target
from halfpixel.frameworks.tensorflow_scales import padded
from halfpixel.numerics import equivalence
from halfpixel.numerics.computation import Computation
from halfpixel.numerics.error_model import ErrorModel, cubic_weight_error, normalised_weight_error
from halfpixel.operators import Resize

Image = NDArray[Any]
_ULP = 2.0**-24
_LARGEST = 48  # of the images that are run
_REFERENCE = 2.0**-40  # ONNX's reference evaluator computes in float64: a thousand of its roundings


def runs(name: str) -> bool:
    """Whether code of a framework, or for a target, can be run: torchvision's only beside a torch that it
    fits, and JAX's and LiteRT's, so where they are installed."""
    return name not in ("torchvision", "jax", "litert") or frameworks.version(name) is not None


TARGETS_HERE: tuple[Target, ...] = tuple(filter(runs, TARGETS))
COMPILED = {call.framework for call in trials.calls() if call.compiled}
QUICK: tuple[Target, ...] = tuple(target for target in TARGETS_HERE if target not in COMPILED)


def calls_here(calls: list[Call]) -> list[Call]:
    """Of some calls those that can be run."""
    return [call for call in calls if runs(call.framework)]


@functools.cache
def names(framework: str) -> dict[str, Any]:
    """What code for a framework uses."""
    loaded = dict(frameworks.load(framework))
    if framework == "opencv":
        loaded["onnx"] = importlib.import_module("onnx")
        importlib.import_module("onnx.helper")
        importlib.import_module("onnx.numpy_helper")
    return {**loaded, "np": np, "halfpixel": halfpixel}


def image(n_in: Sequence[int], channels: int = 3) -> Image:
    """Values of both signs, none of them round, up to 1 and no further."""
    generator = np.random.default_rng([*n_in, channels])
    x = generator.uniform(-1, 1, (1, channels, *n_in)).astype(np.float32)
    x[0, 0, 0, 0] = 1
    return x


FRAMEWORK: dict[Target, str] = {
    "torch": "torch",
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
    "opencv": "opencv",
    "onnxruntime": "onnxruntime",
    "pillow": "pillow",
    "torchvision": "torchvision",
    "jax": "jax",
    "litert": "litert",
}


def run(
    call: Call | None,
    code: str,
    target: Target,
    x: Image,
    n_out: Sequence[int],
    conditions: Sequence[str] = (),
) -> Image:
    """Run code for a target on an image in NCHW, a line in NCW or a volume in NCDHW."""
    if target in ("onnx", "onnxruntime"):
        return of_nodes(code, x, n_out, call, conditions, runtime=target == "onnxruntime")
    known = names(FRAMEWORK[target])
    blob = "net = cv2.dnn" in code
    scope = {**known, "h": n_out[0], "w": n_out[-1], "size": n_out}
    if target == "pillow":  # floats have no channels
        return np.stack([_of_plane(code, scope, plane) for plane in x[0]])[None]
    last = np.ascontiguousarray(np.moveaxis(x, 1, -1))
    if target in ("torch", "torchvision"):
        scope["x"] = known["torch"].from_numpy(x)
    elif target in ("tensorflow", "keras"):
        scope["x"] = known["tf"].constant(last)
    elif target == "jax":
        scope["x"] = known["jnp"].asarray(last)
    elif target == "litert":
        scope["x"] = last
    else:
        scope["x"] = x if blob else last[0]
    exec(code, scope)
    y = np.asarray(scope["y"])
    if target in ("torch", "torchvision") or blob:
        return y
    if target == "opencv":
        return np.moveaxis(y.reshape(*y.shape[: x.ndim - 2], -1)[None], -1, 1)
    return np.moveaxis(y, -1, 1)


def _of_plane(code: str, scope: dict[str, Any], plane: Image) -> Image:
    here = {**scope, "x": plane}
    exec(code, here)
    return np.asarray(here["y"])


def of_nodes(
    code: str,
    x: Image,
    n_out: Sequence[int],
    call: Call | None,
    conditions: Sequence[str],
    *,
    runtime: bool,
) -> Image:
    """Nodes by ONNX Runtime, or by ONNX's reference evaluator in float64; padding as the answer's conditions
    say it."""
    onnx = importlib.import_module("onnx")
    wide = x if runtime else x.astype(np.float64)
    scope: dict[str, Any] = {"onnx": onnx, "np": np, "halfpixel": halfpixel, "x": wide}
    scope |= {"h": n_out[0], "w": n_out[-1], "size": n_out}
    exec(code, scope)
    nodes = [value for value in scope.values() if isinstance(value, onnx.NodeProto)]
    inputs = {name for node in nodes for name in node.input}
    feeds = {"x": wide, "sizes": np.array((*x.shape[:2], *n_out), np.int64)}
    if call is not None:
        roi = onnx_library.roi(next(iter(call.follows.values())), x.ndim - 2)
        feeds["roi"] = np.array(roi, wide.dtype)
        for numbers in re.findall(r"pads is \[([-\d, ]+)\], int64", " ".join(conditions)):
            feeds["pads"] = np.array([int(n) for n in numbers.split(",")], np.int64)
    else:  # a recipe: its matrices are float32
        feeds |= {
            name: scope[name].astype(wide.dtype) for name in ("A_d", "A_h", "A_w") if name in inputs
        }
    kept = {name: value for name, value in feeds.items() if name in inputs}
    infos = [
        onnx.helper.make_tensor_value_info(
            n, onnx.helper.np_dtype_to_tensor_dtype(v.dtype), v.shape
        )
        for n, v in kept.items()
    ]
    (last,) = nodes[-1].output
    kind = onnx.helper.np_dtype_to_tensor_dtype(wide.dtype)
    out = onnx.helper.make_tensor_value_info(last, kind, (None,) * x.ndim)
    graph = onnx.helper.make_graph(nodes, "g", infos, [out])
    opsets = [onnx.helper.make_opsetid("", 19)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    if runtime:
        known = names("onnxruntime")
        session = known["onnxruntime"].InferenceSession(model.SerializeToString(), known["options"])
    else:
        session = importlib.import_module("onnx.reference").ReferenceEvaluator(model)
    (y,) = session.run(None, kept)
    return np.asarray(y)


def evaluator_bound(convention: Resize, pair: Any) -> float:
    """What ONNX's reference evaluator rounds: it computes in float64, but cubic weights, whose coefficient is
    a float32, in that (onnx/onnx, onnx/reference/ops/op_resize.py: _cubic_coeffs)."""
    if convention.mode != "cubic":
        return _REFERENCE
    divided = convention.exclude_outside or convention.antialias
    a = float(convention.cubic_coeff_a or 0)
    arithmetic = ErrorModel(
        coordinates="float32",
        coordinate_roundings=0,
        distance_roundings=1,  # the place within its pixel, as it is multiplied by the coefficient
        weights="float32",
        weight_error=normalised_weight_error(convention) if divided else cubic_weight_error(a),
        accumulation="float64",
        source="onnx/onnx, onnx/reference/ops/op_resize.py: _cubic_coeffs, _cubic_coeffs_antialias",
    )
    return rounding(Side(convention, arithmetic, "onnx"), Sizes(*pair)) + _REFERENCE


def agrees(
    exactness: Exactness, mine: Side, theirs: Side, got: Image, want: Image, pair: Any
) -> None:
    """Two results are as equal as an answer says; the image is within -1..1."""
    assert got.shape == want.shape
    apart = abs(got.astype(np.float64) - want.astype(np.float64)).max()
    if theirs.framework == "onnx" and exactness.kind != "pixels":
        assert apart <= exactness.ulp * _ULP + evaluator_bound(theirs.convention, pair)
    elif exactness.kind == "bitwise":
        assert apart == 0
    elif exactness.kind == "pixels":
        both = mine.convention, mine.rule, theirs.convention, theirs.rule
        off = {pair for beside in (1, 128) for pair in differing(*both, _LARGEST, beside)}
        assert apart == 0 or any(axis in off for axis in zip(*pair, strict=True))
    else:
        assert apart <= exactness.ulp * _ULP


def cases_of(call: Call) -> Iterator[Computation]:
    """A few cases of a call: an image that grows, one that shrinks, and by factors."""
    convention = list(call.follows.values())[-1]
    found = 0
    for n_in, n_out in EXAMPLES:
        for channels in (3, 2):
            case = Computation(convention, {"x": image(n_in, channels)}, n_out)
            if call.expression(case.request) is not None and not any(
                d.when(case.request) for d in call.defects
            ):
                yield case
                found += 1
                break
        if found == 2:
            return
    if not found:
        said = example(call)
        assert said is not None
        shape = said.shape
        yield Computation(convention, {"x": image((shape[2], shape[3]), shape[1])}, said.size)


def check(call: Call, target: Target, case: Computation) -> ResizeConversion:
    """Run what is answered for a call at one pair of sizes."""
    x = case.inputs["x"]
    text = str(call.expression_of(case.request))
    reading = read(text)
    assert isinstance(reading, Reading)
    rank = reading.rank
    x, n_out = {1: _line, 2: _itself, 3: _volume}[rank](x, case.size)
    n_in: Size = x.shape[2:]
    answer = convert(text, target, input_size=n_in)
    assert isinstance(answer, ResizeConversion)
    mine = [
        p
        for p in answer.parts
        if p.convention in call.follows.values() or p.call.framework == "onnx"
    ]
    for part in mine:
        want = wanted(call, part, case)
        want = want.reshape(*x.shape[:2], *n_out)
        if "resize_with_pad" in text:
            want = _with_zeros(text, want, n_in)
        if (
            part.call.id != call.id
            and part.call.arithmetic != call.arithmetic
            and part.call.framework != "onnx"
        ):
            continue  # another backend, or other channels: its kernel is another one
        for one in (*part.equal, *part.factors, *part.recipes):
            if one.everywhere:
                check_equal(part, one, target, x, want, (n_in, n_out))
        for one in part.elsewhere:
            check_elsewhere(call, part, one, target)
        if part.nearest is not None:
            check_nearest(call, part, part.nearest, target, x, n_out, want.shape)
    return answer


def _itself(x: Image, size: Size) -> tuple[Image, Size]:
    return x, size


def _line(x: Image, size: Size) -> tuple[Image, Size]:
    """torch's calls of lines are run on the rows of an image: ``x.flatten(1, 2)``."""
    return x.reshape(1, -1, x.shape[3]), size[1:]


def _volume(x: Image, size: Size) -> tuple[Image, Size]:
    """Those of volumes, on an image as a volume one pixel wide: ``x.unsqueeze(-1)``."""
    return x[..., None], (*size, 1)


def _with_zeros(text: str, want: Image, n_in: Size) -> Image:
    """What the catalogue cuts off the result of ``resize_with_pad``, put back."""
    wanted = tuple(map(int, re.findall(r"\bx, (\d+), (\d+)", text)[0]))
    (h, w), (above, left) = padded((n_in[0], n_in[1]), (wanted[0], wanted[1]))
    found = np.zeros((*want.shape[:2], *wanted), want.dtype)
    found[:, :, above : above + h, left : left + w] = want
    return found


def own(call: Call) -> Resize:
    return list(call.follows.values())[-1]


def wanted(call: Call, part: Part, case: Computation) -> Image:
    """What the source returns; of a node, what it is defined as."""
    if part.call.framework == "onnx":
        return np.asarray(part.convention.apply(case.inputs["x"].astype(np.float64), case.size))
    return call(case, "float32", frameworks.load(call.framework))


def check_equal(
    part: Part, one: Equivalent, target: Target, x: Image, want: Image, pair: Any
) -> None:
    if one.call is not None and one.call.framework == "keras_torch":
        return  # the same code, in a process with another backend: the catalogue's own suite runs it
    if any("1, 3 or 4 channels" in words for words in one.conditions):
        x, want = x[:, :3], want[:, :3]  # the rows of an image are the channels of a line
    got = run(one.call, one.code, target, x, pair[1], one.conditions)
    mine, theirs = side(part.call, part.convention), other(part, one)
    agrees(one.exactness, mine, theirs, got, want, pair)


def other(part: Part, one: Equivalent) -> Side:
    """What an answer's code computes, and how."""
    if one.call is not None:
        return side(one.call, own(one.call))
    copies = part.convention.mode == "nearest"
    rule = part.rule if copies and one.exactness.kind == "bitwise" else None
    arithmetic = replace(next(iter(torch_arithmetic())), coordinate_rule=rule)
    return Side(part.convention, arithmetic, "a recipe")


def torch_arithmetic() -> Iterator[ErrorModel]:
    return iter(c.arithmetic["float32"] for c in trials.calls("resize") if c.framework == "torch")


def check_elsewhere(call: Call, part: Part, one: Equivalent, target: Target) -> None:
    assert one.call is not None
    if one.call.framework == "keras_torch":
        return
    for n_in, n_out in EXAMPLES:
        sizes, axes = Sizes(n_in, n_out), zip(n_in, n_out, strict=True)
        holds = equivalence.REGIMES[one.when or "at every size"]
        within = sizes in one.exceptions.held if one.exceptions else all(holds(*a) for a in axes)
        case = Computation(part.convention, {"x": image(n_in)}, n_out)
        if within and call.expression(case.request) is not None:
            want = wanted(call, part, case)
            code = one.code
            got = run(one.call, code, target, case.inputs["x"], n_out)
            mine, theirs = side(part.call, part.convention), side(one.call, own(one.call))
            agrees(one.exactness, mine, theirs, got, want, (n_in, n_out))


def check_nearest(
    call: Call,
    part: Part,
    near: Difference,
    target: Target,
    x: Image,
    n_out: Size,
    shape: tuple[int, ...] = (),
) -> None:
    """The example is what both return, and its rows differ; the code runs, and makes the source's shape."""
    if near.example is not None:
        check_example(call, part, near)
    if near.call.framework != "keras_torch":
        assert run(near.call, near.code, target, x, n_out, near.conditions).shape == (
            shape or (*x.shape[:2], *n_out)
        )


def check_example(call: Call, part: Part, near: Difference) -> None:
    found = near.example
    assert found is not None
    line = np.asarray(found.x, np.float64)[None, None]
    assert found.mine != found.theirs
    for one, rows in ((call, found.mine), (near.call, found.theirs)):
        node = one is call and part.call.framework == "onnx"
        if one.framework in ("onnx", "keras_torch") or node:
            continue
        convention = list(one.follows.values())[-1]
        expected = np.array(rows, object)[None, None].astype(np.float64)
        size = (found.size[0], found.size[1])
        case = Computation(convention, {"x": line}, size, expected=expected)
        if one.expression(case.request) is None:
            continue  # by factors
        got = one(case, "float32", frameworks.load(one.framework))
        bound = verdicts.error_bound(case, one.arithmetic["float32"])
        assert np.all(abs(got.astype(np.float64) - expected) <= bound)


RESIZES = calls_here([call for call in trials.calls("resize") if call.follows])
QUICK_RESIZES = [call for call in RESIZES if not call.compiled]
SAMPLE = QUICK_RESIZES[20::100]  # of every framework, those that stand so far apart


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.pillow
@pytest.mark.onnxruntime
@pytest.mark.keras_torch
@pytest.mark.resize
@pytest.mark.parametrize("target", QUICK)
@pytest.mark.parametrize("call", SAMPLE, ids=lambda call: call.id)
def test_some_answers_compute_what_they_say(call: Call, target: Target) -> None:
    check(call, target, next(cases_of(call)))


@pytest.mark.sweep
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.pillow
@pytest.mark.onnxruntime
@pytest.mark.keras_torch
@pytest.mark.resize
@pytest.mark.parametrize("call", RESIZES, ids=lambda call: call.id)
def test_every_answer_computes_what_it_says(call: Call) -> None:
    """Every call of the catalogue in every target: equal as it is said to be, or different as is shown."""
    for target, case in itertools.product(TARGETS_HERE, cases_of(call)):
        check(call, target, case)
