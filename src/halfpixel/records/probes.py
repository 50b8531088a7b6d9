"""The probes of a call: images and sizes at which conventions, coordinate rules and integer arithmetics part.

A plan has the probes of every call of a framework, as text and numbers, for the recorder. No framework is
imported to make one; what a release calls otherwise is said as it is there, and what it is not known to have
is asked all the same.
"""

from __future__ import annotations

import base64
import functools
import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conformance.cases import (
    CONV_TRANSPOSE_CASES,
    INPUTS,
    INTEGER_INPUTS,
    INTEGER_SCALE_CASES,
    SCALE_CASES,
    STRETCHED,
    Case,
    ConvTransposeCase,
    ResizeCase,
    conv_transpose_case,
)
from ..frameworks import (
    FRAMEWORKS,
    Call,
    DType,
    Expression,
    Release,
    installed,
    litert_models,
    onnx_models,
)
from ..frameworks.call import INTEGERS
from ..frameworks.keras_calls import of_dtype
from ..frameworks.tensorflow_scales import padded
from ..numerics.computation import Computation
from ..operators import ConvTranspose, Resize


@dataclass(frozen=True, eq=False)
class Probe:
    """A call, a dtype and an input.

    Attributes:
        call: as the framework's latest releases have it.
        now: as it is in the release that is asked about; None if the release is not known to have it.
        dtype: of the inputs.
        name: ``<input size>-<output size>-<what it pins>``.
        computation: the inputs, the size and the convention, without the expected values.
        expression: the call, as a user of the release writes it.
    """

    call: Call
    now: Call | None
    dtype: DType
    name: str
    computation: Computation
    expression: Expression


def _entry(name: str, x: str, shape: tuple[int, int, int, int], pins: str) -> ResizeCase:
    out = name.split("-")[1].split("x")
    return ResizeCase(name, x, shape, (int(out[0]), int(out[1])), pins)


# Of floats; integers have bytes in place of the texture. Those that every call is asked come first.
_SIZES: tuple[ResizeCase, ...] = (
    _entry("2x2-8x8-worked_example", "article", (1, 1, 2, 2), "the image of 2019's comparison"),
    _entry("4x5-6x7-texture", "texture", (1, 1, 4, 5), "enlarging; nearest meets exact ties"),
    _entry("8x6-3x2-texture", "texture", (1, 1, 8, 6), "shrinking by a fraction, and by 3"),
    _entry("3x4-3x6-texture", "texture", (1, 1, 3, 4), "one axis unchanged: lines can say it"),
    _entry("3x8-3x3-texture", "texture", (1, 1, 3, 8), "the same where the other shrinks"),
    _entry("1x1-3x2-texture", "texture", (1, 1, 1, 1), "one pixel in"),
    _entry("6x4-1x1-texture", "texture", (1, 1, 6, 4), "one pixel out"),
    _entry("3x4-6x12-texture", "texture", (1, 2, 3, 4), "enlarging by whole numbers"),
    _entry("12x6-4x3-texture", "texture", (1, 2, 12, 6), "shrinking by whole numbers"),
    _entry("5x6-5x6-texture", "texture", (1, 1, 5, 6), "unchanged size"),
    _entry("6x11-13x4-texture", "texture", (1, 1, 6, 11), "one axis grows, the other shrinks"),
    _entry("4x5-7x3-texture", "texture", (1, 3, 4, 5), "three channels"),
    _entry("6x4-3x1-texture", "texture", (1, 5, 6, 4), "five channels, one column out"),
    # what a step of a pyramid takes
    _entry("6x8-4x5-texture", "texture", (1, 1, 6, 8), "down to one more than half"),
    _entry("3x4-7x8-texture", "texture", (1, 1, 3, 4), "up to one more row than twice as many"),
)
# Nothing goes in: refused, answered with nothing, or the end of the process.
_EMPTY = (
    _entry("4x5-6x7-no_images", "texture", (0, 1, 4, 5), "a batch of no images"),
    _entry("4x5-6x7-no_channels", "texture", (1, 0, 4, 5), "an image of no channels"),
    _entry("0x5-6x7-no_pixels", "texture", (1, 1, 0, 5), "an image of no rows"),
    _entry("4x5-0x7-no_output", "texture", (1, 1, 4, 5), "an output of no rows"),
)
_FOR_ALL = 3  # of variants and narrow dtypes, as many as they can say, in this order
_FOR_PYRAMIDS = 4
# Where float32 or float64 coordinates pick another pixel than exact ones; 141: another kernel of torch's.
_OF_NEAREST = tuple(
    _entry(
        f"1x{n}-1x{out}-texture",
        "texture",
        (1, 1, 1, n),
        f"coordinates of {n} to {out} are rounded",
    )
    for n, out in ((26, 22), (14, 23), (14, 18), (2, 141))
)
_OF_INTEGERS = (
    _entry("3x2-8x8-extremes", "extremes", (1, 1, 3, 2), "overshoot is clamped"),
    _entry("5x4-9x7-extremes", "extremes", (1, 3, 5, 4), "clamping between the passes"),
    _entry(
        "16x16-16x11-levels", "levels", (1, 1, 16, 16), "every value, vectors of eight and a rest"
    ),
)
# Sizes at which an integer arithmetic parts from those of other releases.
_OF_ARITHMETICS = {
    "pillow_13_uint8": (
        _entry("201x2-90x3-texture", "texture", (1, 1, 201, 2), "over 100 times as high as wide"),
    ),
    "pillow_reduce": (_entry("12x6-4x3-texture", "texture", (1, 2, 12, 6), "whole numbers"),),
    "pillow_13_alpha": (
        _entry("4x5-7x9-texture", "texture", (1, 4, 4, 5), "four channels, the last of them alpha"),
    ),
}
_BY_FACTORS = (
    "5x7-8x11-by_1.7",
    "5x7-8x12-by_1.7",
    "9x7-5x4-by_0.6",
    "7x9-3x4-by_0.4",
    "5x4-5x6-by_1.05_1.6",
    "6x7-9x15-by_1.55_2.2",
)
_DEPTHWISE = ConvTransposeCase(
    "a group for every channel, one output each, nothing cut: VALID can say it",
    "s2-g2-depthwise",
    (1, 2, 3, 3),
    2,
    (3, 3),
    ConvTranspose(strides=(2, 2), group=2),
)
_CONV_LEFT_OUT = ("overlap", "p1-fine", "impulse", "full")


def calls(framework: str) -> tuple[Call, ...]:
    """The calls that are asked: but for those that need a module that is not installed here."""
    every = FRAMEWORKS[framework].calls
    return tuple(call for call in every if all(installed(module) for module in call.needs))


def of_call(call: Call, release: str | Release) -> Iterator[Probe]:
    """The probes of a call, in every dtype that some release takes."""
    now = call.at(release)
    for dtype in call.arithmetic:
        for name, computation in _computations(call, dtype):
            expression = _expression_in(call, now, computation)
            if expression is not None:
                yield Probe(call, now, dtype, name, computation, expression)


def _expression_in(call: Call, now: Call | None, computation: Computation) -> Expression | None:
    """The call as the release says it, or, where that is not known, as the latest do."""
    expression = now.expression(computation.request) if now is not None else None
    return expression if expression is not None else call.expression(computation.request)


def _computations(call: Call, dtype: DType) -> Iterator[tuple[str, Computation]]:
    if call.operation == "conv_transpose":
        cases = [(case.name, case) for case in _conv_cases() if _says(call, case)]
        yield from cases[: 1 if call.variant and dtype != "float32" else None]
        return
    convention = call.latest if call.follows else Resize(mode="linear")
    every = (
        (entry.name, _computation(convention, entry, dtype))
        for entry in _entries(call, convention, dtype)
    )
    expressible = [one for one in every if _says(call, one[1])]
    yield from expressible[: _most(call, dtype, convention)]


def _computation(convention: Resize, entry: ResizeCase, dtype: DType) -> Computation:
    inputs = {"x": image(entry, dtype)}
    return Computation(convention, inputs, entry.size, scales=entry.scales)


def _says(call: Call, computation: Computation) -> bool:
    return call.expression(computation.request) is not None


@functools.cache
def _conv_cases() -> tuple[Case, ...]:
    every = (*CONV_TRANSPOSE_CASES, _DEPTHWISE)
    return tuple(
        conv_transpose_case(entry) for entry in every if not entry.tag.endswith(_CONV_LEFT_OUT)
    )


def _most(call: Call, dtype: DType, convention: Resize) -> int | None:
    """How many probes a dtype of a call is asked, from the first that it can say: all, if None."""
    if call.variant and dtype != "float32":
        return 1
    if call.variant or dtype not in ("float32", "uint8"):
        return _FOR_ALL if convention.takes_every_size else _FOR_PYRAMIDS
    return None


def _entries(call: Call, convention: Resize, dtype: DType) -> Iterator[ResizeCase]:
    """The entries of a table in a dtype; of integers that are rounded, more of them."""
    sizes = _SIZES
    if call.scaling is not None:
        every = INTEGER_SCALE_CASES if dtype in INTEGERS else SCALE_CASES
        factors = [one for one in every if one.name.startswith(_BY_FACTORS)]
        sizes = (*factors, *_SIZES[:_FOR_ALL])
    if convention.mode == "nearest":
        sizes = (*sizes, *_OF_NEAREST)
    elif dtype in INTEGERS:
        sizes = (*_OF_INTEGERS[:1], *sizes, *_OF_INTEGERS[1:])
    for rounding in call.roundings.get(dtype, ()):
        sizes = (*sizes, *_OF_ARITHMETICS.get(rounding, ()))
    if dtype == "float32" and call.follows and call.scaling is None and not call.left_out:
        sizes = (*sizes, *_EMPTY)
    for entry in sizes:
        # no negative numbers in unsigned images
        fits = entry in _EMPTY or entry.fits(convention)
        if fits and not (dtype in INTEGERS and entry.x == "article"):
            yield _as_bytes(entry) if dtype in INTEGERS else entry


def _as_bytes(entry: ResizeCase) -> ResizeCase:
    if entry.x != "texture":
        return entry
    return replace(entry, x="bytes", name=entry.name.replace("texture", "bytes"))


def image(entry: ResizeCase, dtype: DType) -> NDArray[np.float64]:
    """The image of an entry in a dtype, (N, C, H, W); integers of 16 bits span their range."""
    make, _ = {**INPUTS, **INTEGER_INPUTS}[entry.x]
    stretch, offset = STRETCHED.get(dtype, (1, 0))
    return np.asarray(make(*entry.shape) * stretch + offset, np.float64)


# ---------------------------------------------------------------------------- a plan

# how the recorder runs what a call's ``run`` runs
_RUNNERS = {
    "opencv._run_resize": "images",
    "opencv_pyramids._refused": "images",
    "opencv_dnn.run_node": "node",
    "opencv_dnn._run_conv_transpose": "node",
    "onnxruntime_sessions.run_resize": "session",
    "onnxruntime_sessions.run_conv_transpose": "session",
    "torch._run": "tensors",
    "torch._run_grid": "tensors",
    "torch._run_unfolded": "unfolded",
    "torch._run_lines": "lines",
    "torch._run_volume": "volume",
    "torch._run_layer": "torch_layer",
    "tensorflow._run": "channels_last",
    "tensorflow._run_depthwise": "depthwise",
    "tensorflow_scales.unpadded": "unpadded",
    "keras_calls._run": "keras",
    "pillow._run": "pictures",
    "pillow._run_whole": "pictures_with_alpha",
    "jax._run": "channels_last",
    "litert._run": "interpreter",
}


def runner(call: Call) -> str:
    """The name of the function of the recorder that runs a call.

    Raises:
        ValueError: the recorder has none.
    """
    run: Any = inspect.unwrap(call.run)
    flags = {}
    if isinstance(run, functools.partial):
        run, flags = run.func, run.keywords
    name = f"{run.__module__.rpartition('.')[2]}.{run.__qualname__.partition('.')[0]}"
    if name not in _RUNNERS:
        raise ValueError(
            f"{call.id} is run by {name}: the recorder (recorder.RUNNERS) has nothing like it"
        )
    return _RUNNERS[name] + ("_channels_first" if flags.get("channels_first") else "")


def plan(
    framework: str, release: str | Release, chosen: Callable[[Call], bool] = lambda call: True
) -> str:
    """What the recorder reads: the probes of a framework's calls in a release, JSON.

    Args:
        framework: its name.
        release: of the framework that it will run in, perhaps with those of what is beside it.
        chosen: the calls that are asked; all by default.
    """
    inputs: dict[str, Any] = {}
    steps = []
    for call in filter(chosen, calls(framework)):
        for probe in of_call(call, release):
            names = {}
            for key, values in probe.computation.inputs.items():
                text = {"shape": list(values.shape), "values": values.ravel().tolist()}
                names[key] = str(hash_of(json.dumps(text)))
                inputs[names[key]] = text
            steps.append({**_step(probe), "inputs": names})
    return json.dumps({"framework": framework, "probes": steps, "inputs": inputs})


def hash_of(text: str) -> str:
    """The first 12 hexadecimal digits of a text's SHA-256."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _step(probe: Probe) -> dict[str, Any]:
    call, expression = probe.now or probe.call, probe.expression
    step: dict[str, Any] = {
        "call": call.name,
        "dtype": probe.dtype,
        "probe": probe.name,
        "runner": runner(call),
        "text": str(expression),
    }
    if step["runner"] == "node":
        step["model"] = _model(call, probe)
    if step["runner"] == "session":
        inputs = call.arrays(probe.computation, probe.dtype)
        made = (
            onnx_models.resize_of(expression)
            if call.operation == "resize"
            else onnx_models.conv_transpose_of(expression, inputs)
        )
        step["model"] = base64.b64encode(made.model(inputs["x"])).decode()
    if step["runner"] == "interpreter":
        x = call.arrays(probe.computation, probe.dtype)["x"].transpose(0, 2, 3, 1)
        flags = dict(expression.kwargs)
        step["resolver"] = str(flags.pop("op_resolver_type", "AUTO")).rpartition(".")[2]
        operator = str(expression.function).rpartition(".")[2]
        model = litert_models.MODELS[operator](np.ascontiguousarray(x), **flags)
        step["model"] = base64.b64encode(model).decode()
    if step["runner"] == "unpadded":
        arguments: Any = expression.args[1:]
        height, width = probe.computation.inputs["x"].shape[2:]
        (box_h, box_w), (above, left) = padded((height, width), arguments)
        step["box"] = [above, left, box_h, box_w]
    if step["runner"] == "depthwise":
        step["channels"] = dict(expression.kwargs)["input_sizes"][-1]  # type: ignore[index]
    if step["runner"] == "torch_layer":
        step["layer"] = str(expression.function)
    if step["runner"].startswith("keras") and isinstance(expression.function, Expression):
        step["layer"] = str(of_dtype(expression.function, probe.dtype))
    return step


class _Made(Exception):
    """A model that was made, as bytes."""


def _model(call: Call, probe: Probe) -> str:
    """The ONNX model that a call makes, base64: what it hands to OpenCV, which need not be there."""

    def handed(model: NDArray[np.uint8]) -> None:
        raise _Made(model.tobytes())

    dnn = SimpleNamespace(readNetFromONNX=handed)
    names = {"cv2": SimpleNamespace(dnn=dnn, utils=SimpleNamespace(), setLogLevel=lambda level: 0)}
    try:
        call.run(names, probe.expression, call.arrays(probe.computation, probe.dtype))
    except _Made as made:
        return base64.b64encode(made.args[0]).decode()
    raise ValueError(f"{call.id} makes no model")
