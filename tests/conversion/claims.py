"""What convert printed for a drawn call, held against what the source and the printed code return."""

from __future__ import annotations

import functools
import importlib
import math
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

import halfpixel
from halfpixel import frameworks
from halfpixel.conformance import goldens
from halfpixel.conversion import (
    BranchedConversion,
    ConvTransposeConversion,
    ResizeConversion,
    agreement,
    convert,
    models,
)
from halfpixel.conversion.agreement import LARGEST, Exactness, Levels, Side, differing, side
from halfpixel.conversion.answer import Difference, Equivalent, Part
from halfpixel.conversion.models import Measured, Model
from halfpixel.conversion.parse import Unreadable
from halfpixel.conversion.recipes import ELSEWHERE
from halfpixel.conversion.sizes import Sizes
from halfpixel.frameworks import tensorflow_scales
from halfpixel.frameworks.layer_plans import Target
from halfpixel.frameworks.process import Process
from halfpixel.identification.candidates import generic
from halfpixel.numerics import equivalence
from halfpixel.operators import Resize
from halfpixel.operators.request import Request

from .drawn_calls import Draw

Array = NDArray[Any]
Size = tuple[int, ...]


class Broken(AssertionError):
    """A sentence that convert printed is not true.

    Args:
        kind: what is wrong, in a word or two.
        draw: of which call.
        said: what was printed.
        found: what came out instead.
    """

    def __init__(self, kind: str, draw: Draw, said: str, found: str) -> None:
        lines = [f"{kind}: {draw.call}  ->  {draw.target}", f"  image   {_image_words(draw)}"]
        lines += [f"  {name:7} = {value!r}" for name, value in (*draw.names, *draw.given)]
        lines += [f"  printed {said}", f"  found   {found}", f"  again   {_command(draw)}"]
        super().__init__("\n".join(lines))
        self.kind = kind
        self.draw = draw


def _image_words(draw: Draw) -> str:
    size = "x".join(map(str, draw.spatial))
    told = "told to convert" if draw.told else "not told to convert"
    channels = f"{draw.channels} channel{'s' if draw.channels > 1 else ''}"
    return f"{size}, {channels}, {draw.dtype}, {draw.image} in {draw.layout}; its size is {told}"


def _command(draw: Draw) -> str:
    told = f" --input {','.join(map(str, draw.spatial))}" if draw.told else ""
    weight = f" --weight {','.join(map(str, draw.weight))}" if draw.weight else ""
    return f"halfpixel convert '{draw.call}' --to {draw.target}{told}{weight}"


@dataclass(frozen=True)
class Raised:
    """A framework did not take a call."""

    error: str


@dataclass(frozen=True)
class Held:
    """What became of a draw: which sentences were held, or why there was none."""

    what: str
    sentences: tuple[str, ...] = ()


# ---------------------------------------------------------------------------- images


def image_of(draw: Draw) -> Array:
    """The image, in the layout (1, channels, ...)."""
    shape = (1, draw.channels, *draw.spatial)
    generator = np.random.default_rng(zlib.crc32(repr(shape).encode()))
    if draw.image == "integers":
        x = generator.integers(-4, 5, shape).astype(np.float64)
    elif draw.image == "photograph" and draw.rank == 2:
        x = _photograph(shape)
    else:
        x = generator.uniform(-1, 1, shape)
    if draw.dtype.startswith("uint"):
        x = abs(np.rint(x * (1 if draw.image == "photograph" else 100)))
    elif draw.image == "photograph":
        x = x / 255
    return np.ascontiguousarray(x.astype(draw.dtype))


def _photograph(shape: Size) -> Array:
    """The photograph in golden/, mirrored as often as that takes: red, green and blue, or green first."""
    channels = [0, 1, 2] if shape[1] == 3 else [1, 0, 2, 1][: shape[1]]
    pixels = np.asarray(goldens.photograph(), np.float64).transpose(2, 0, 1)[channels]
    more = [(0, max(0, n - m)) for n, m in zip(shape[2:], pixels.shape[1:], strict=True)]
    return np.pad(pixels, ((0, 0), *more), mode="symmetric")[None, :, : shape[2], : shape[3]]


def _to(layout: str, x: Array) -> Array:
    """An image (1, channels, ...) in another layout."""
    if layout == "S":
        return np.ascontiguousarray(x[0, 0])
    last = np.moveaxis(x, 1, -1)
    return np.ascontiguousarray({"NCS": x, "NSC": last, "SC": last[0]}[layout])


def _from(layout: str, y: Array, rank: int) -> Array:
    """The other way round; OpenCV drops an axis of one channel."""
    if y.ndim == rank:
        return y[None, None]
    if layout in ("NSC", "SC", "S"):
        y = y if y.ndim == rank + 2 else y[None]
        return np.moveaxis(y, -1, 1)
    return y


# ---------------------------------------------------------------------------- running

_HOMES = {"keras": "tensorflow"}
_NODES = ("onnx", "onnxruntime")  # targets whose code is a node


@functools.cache
def modules(framework: str) -> Mapping[str, Any]:
    """The names that code for a framework uses."""
    if framework in _NODES:
        return {"onnx": _onnx(), "np": np, "halfpixel": halfpixel}
    loaded = dict(frameworks.load(_HOMES.get(framework, framework)))
    if framework == "opencv":
        loaded["onnx"] = _onnx()
    return {**loaded, "np": np, "halfpixel": halfpixel}


def _onnx() -> Any:
    for name in ("onnx.helper", "onnx.numpy_helper"):
        importlib.import_module(name)
    return importlib.import_module("onnx")


def _tensor(framework: str, x: Array) -> Any:
    known = modules(framework)
    if framework in ("torch", "torchvision"):
        return known["torch"].from_numpy(x)
    if framework == "jax":
        return known["jnp"].asarray(x)
    return known["tf"].constant(x) if framework in ("tensorflow", "keras") else x


def _names(draw: Draw) -> dict[str, Any]:
    names = dict(draw.names)
    if names.get("theta") == "identity":
        names["theta"] = modules("torch")["torch"].tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    return names


@functools.lru_cache(maxsize=8)
def weight_of(draw: Draw) -> tuple[Array | None, Array | None]:
    """A transposed convolution's weight and bias, of small integers: every sum is exact."""
    if not draw.weight:
        return None, None
    generator = np.random.default_rng(3)
    w = generator.integers(-4, 5, draw.weight).astype(np.float32)
    channels = _channels_out(draw)
    return w, generator.integers(-4, 5, channels).astype(np.float32) if draw.bias else None


def _channels_out(draw: Draw) -> int:
    if draw.framework in ("tensorflow", "keras"):
        return draw.weight[-2]
    return draw.weight[1] * (draw.channels // draw.weight[0]) * _group(draw)


def _group(draw: Draw) -> int:
    found = re.search(r"groups?=(\d+)", draw.call)
    return int(found[1]) if found else 1


@functools.lru_cache(maxsize=8)
def source(draw: Draw) -> Array | Raised:
    """What the call returns, in the layout (1, channels, ...); or that its framework raises."""
    x = image_of(draw)
    try:
        if draw.framework == "onnx":
            return run_node(draw.call, x, dict(draw.given), draw, draw.opset)
        y = _evaluated(draw, _to(draw.layout, x))
    except Exception as error:  # whatever a framework raises
        return Raised(f"{type(error).__name__}: {' '.join(str(error).split())[:400]}")
    return _from(draw.layout, np.asarray(y), draw.rank)


@functools.lru_cache(maxsize=8)
def source_on_torch(draw: Draw) -> Array | Raised:
    """The same of a call of Keras, on its torch backend."""
    x = _to(draw.layout, image_of(draw))
    try:
        y = keras_on_torch()(_there, draw, f"y = {draw.call}", x, {})
    except Exception as error:
        return Raised(f"{type(error).__name__}: {' '.join(str(error).split())[:400]}")
    return _from(draw.layout, y, draw.rank)


@functools.cache
def keras_on_torch() -> Process:
    """A process with Keras on its torch backend."""
    return frameworks.load("keras_torch")["process"]  # type: ignore[no-any-return]


def _there(
    names: Mapping[str, Any], draw: Draw, code: str, x: Array, sizes: Mapping[str, int]
) -> Array:
    """In the process of Keras on torch: what code makes of an image."""
    scope: dict[str, Any] = {**names, **_names(draw), **sizes, "np": np}
    scope["x"] = names["keras"].ops.array(x)
    w, b = weight_of(draw)
    if w is not None:
        scope |= {"w": w, "b": b}
    exec(code, scope)
    y = scope["y"]
    if callable(y):  # a layer
        if w is not None:
            _give_weight(y, "keras", w, b, scope["x"])
        y = y(scope["x"])
    return np.asarray(y.detach().cpu())


def _evaluated(draw: Draw, x: Array) -> Any:
    framework = draw.framework
    known = modules(framework)
    w, b = weight_of(draw)
    image = _tensor(framework, x)
    scope = {**known, **_names(draw), "x": image}
    if w is not None:
        scope |= {"w": w, "b": b}
    if framework == "torch" and w is not None:
        scope["w"] = known["torch"].from_numpy(w)
        scope["b"] = None if b is None else known["torch"].from_numpy(b)
    layer_text, _, call = draw.call.partition(")(x")
    layer: Any = None
    if call or "Transpose" in draw.call or draw.call.startswith(("nn.", "keras.layers.")):
        layer = eval(f"{layer_text})" if call else draw.call, scope)
    if layer is None or not callable(layer):
        y = layer if layer is not None else eval(draw.call, scope)
        if isinstance(y, tuple):  # QuantizedResizeBilinear hands a range of values through
            y = y[0]
        return y.detach() if framework == "torch" else y
    if w is not None:
        _give_weight(layer, framework, w, b, image)
    if call:
        scope["layer"] = layer
        y = eval(f"layer(x{call}", scope)
    else:
        y = layer(image)
    return y.detach() if framework == "torch" else y


def _give_weight(layer: Any, framework: str, w: Array, b: Array | None, x: Any) -> None:
    if framework == "keras":
        layer.build(x.shape)
        layer.set_weights([w] if b is None else [w, b])
        return
    torch = modules("torch")["torch"]
    assert layer.weight.shape == w.shape
    layer.weight.data = torch.from_numpy(w)
    if b is not None:
        layer.bias.data = torch.from_numpy(b)


_INPUTS = {"sizes": np.int64, "pads": np.int64, "scales": np.float32, "roi": np.float32}
_NONE: Mapping[str, Any] = {}
Inputs = Mapping[str, Sequence[float] | str]


def nodes_of(
    text: str, x: Array, given: Inputs, draw: Draw, names: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The nodes of a text, one after the other, and the values of its names, and of its inputs."""
    w, b = weight_of(draw)
    scope: dict[str, Any] = {**modules("onnx"), "w": w, "b": b, **names, "x": x}
    exec(f"node = {text}" if text.startswith("onnx.") else text, scope)
    nodes = [one for one in scope.values() if isinstance(one, scope["onnx"].NodeProto)]
    known = {**scope, "n": 1, "c": x.shape[1]}
    for name, value in given.items():
        number = eval(value, known) if isinstance(value, str) else value
        scope[name] = np.asarray(number, _INPUTS[name])
    return nodes, scope


def run_node(
    text: str, x: Array, given: Inputs, draw: Draw, opset: int, names: Mapping[str, Any] = _NONE
) -> Array:
    """A node, or some, by ONNX Runtime."""
    nodes, scope = nodes_of(text, x, given, draw, names)
    onnx = scope["onnx"]
    made = {output for node in nodes for output in node.output}
    needed = dict.fromkeys(name for node in nodes for name in node.input if name not in made)
    constants = [
        onnx.numpy_helper.from_array(np.asarray(scope[name]), name)
        for name in needed
        if name not in ("", "x")
    ]
    helper, kind = onnx.helper, onnx.helper.np_dtype_to_tensor_dtype(x.dtype)
    graph = helper.make_graph(
        nodes,
        "some",
        [helper.make_tensor_value_info("x", kind, x.shape)],
        [helper.make_tensor_value_info(nodes[-1].output[0], kind, None)],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = runtime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return np.asarray(session.run(None, {"x": x})[0])


def exact_nearest(
    text: str, x: Array, given: Inputs, draw: Draw, opset: int, names: Mapping[str, Any] = _NONE
) -> Array | None:
    """A node of mode nearest by ONNX's text, in fractions; None of another node.

    A runtime's coordinate is rounded, and picks another pixel at some sizes.

    onnx/onnx, docs/Operators.md: Resize.
    """
    nodes, scope = nodes_of(text, x, given, draw, names)
    node = nodes[0]
    if len(nodes) > 1:
        return None
    helper = scope["onnx"].helper
    flags = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    words = {name: v.decode() if isinstance(v, bytes) else v for name, v in flags.items()}
    mode = words.get("mode", "nearest")
    if node.op_type != "Resize" or opset < 11 or mode != "nearest" or len(words) != len(flags):
        return None
    if words.get("keep_aspect_ratio_policy", "stretch") != "stretch" or "axes" in words:
        return None
    grid = words.get("coordinate_transformation_mode", "half_pixel")
    rounding = _ROUNDINGS[words.get("nearest_mode", "round_prefer_floor")]
    y, outside = x, np.zeros((1,) * x.ndim, bool)
    for axis in range(2, x.ndim):
        n = x.shape[axis]
        if len(scope.get("sizes", ())):
            m = int(scope["sizes"][axis])
            scale = Fraction(m, n)
        else:
            scale = Fraction(float(np.float32(scope["scales"][axis])))
            m = math.floor(n * scale)
        roi = scope.get("roi", ())
        roi = roi if len(roi) else (0.0,) * x.ndim + (1.0,) * x.ndim
        part = [Fraction(float(np.float32(roi[i]))) for i in (axis, axis + x.ndim)]
        places = [_original(grid, Fraction(i), n, m, scale, part) for i in range(m)]
        y = np.take(y, [min(max(rounding(p), 0), n - 1) for p in places], axis)
        off = np.array([not 0 <= p <= n - 1 for p in places])
        outside = outside | off.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    if grid == "tf_crop_and_resize":
        y = np.where(outside, words.get("extrapolation_value", 0.0), y).astype(x.dtype)
    return y


_HALF = Fraction(1, 2)
_ROUNDINGS: Mapping[str, Callable[[Fraction], int]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round_prefer_floor": lambda place: math.ceil(place - _HALF),
    "round_prefer_ceil": lambda place: math.floor(place + _HALF),
}


def _original(
    grid: str, i: Fraction, n: int, m: int, scale: Fraction, part: Sequence[Fraction]
) -> Fraction:
    """The coordinate in the input of an output pixel."""
    if grid == "asymmetric":
        return i / scale
    if grid == "tf_half_pixel_for_nn":
        return (i + _HALF) / scale
    if grid == "align_corners":
        return i * (n - 1) / (m - 1) if m > 1 else Fraction(0)
    if grid == "tf_crop_and_resize":
        start, end = part
        if m == 1:
            return (start + end) / 2 * (n - 1)
        return start * (n - 1) + i * (end - start) * (n - 1) / (m - 1)
    if grid == "pytorch_half_pixel" and m == 1:
        return Fraction(0)
    offset = Fraction(0)
    if grid == "half_pixel_symmetric":
        offset = Fraction(n, 2) * (1 - m / (n * scale))
    return offset + (i + _HALF) / scale - _HALF


_FITS = {"(h, w)"}


def printed(
    code: str, claim: Claim, draw: Draw, n_out: Size, node: Callable[..., Any] = run_node
) -> Array:
    """What printed code returns, in the layout (1, channels, ...); of a node, ``h`` and ``w`` are its sizes.

    Args:
        node: what a node is run by.
    """
    x = image_of(draw)
    target: str = draw.target
    layout = "NCS" if "net = cv2.dnn" in code or target in _NODES else claim.layout
    if layout == "SC" and draw.layout == "S":
        layout = "S"
    w, b = weight_of(draw)
    sizes: dict[str, int] = {}
    if w is None and (draw.framework == "onnx" or _FITS & {c[:6] for c in claim.conditions}):
        sizes = dict(zip("dhw"[-draw.rank :], n_out, strict=True))  # what the answer says they are
    if _ON_TORCH in claim.home:
        return _from(layout, keras_on_torch()(_there, draw, code, _to(layout, x), sizes), draw.rank)
    scope = {**modules(target), **_names(draw), **sizes}
    if w is not None:
        scope |= {"w": w, "b": b}
    if target in _NODES:
        given = dict(claim.inputs)
        return node(code, x, given, draw, max(claim.opset, 19), scope)  # type: ignore[no-any-return]
    if target == "pillow":  # floats have no channels
        planes = [_of_plane(code, scope, plane, draw.rank) for plane in np.split(x, x.shape[1], 1)]
        return np.concatenate(planes, axis=1)
    scope["x"] = _tensor(target, _to(layout, x))
    exec(code, scope)
    y = scope["y"]
    return _from(layout, np.asarray(y.detach() if target == "torch" else y), draw.rank)


def _of_plane(code: str, scope: Mapping[str, Any], x: Array, rank: int) -> Array:
    here = {**scope, "x": _to("S", x)}
    exec(code, here)
    return _from("S", np.asarray(here["y"]), rank)


# ---------------------------------------------------------------------------- what was printed


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer, with its code.

    Attributes:
        kind: equal, or nearest.
        code: Python from ``x`` to ``y``.
        words: the sentence.
        layout: of the image that the code takes.
        conditions: what it needs, as printed.
        exactness: how equal; None of a transposed convolution, which is equal but for rounding.
        one, other: what is compared, where pixels are counted.
        inputs: of a node, each with the text of its value.
        opset: of a node.
        measured: how far apart they are on the photograph, at which sizes.
        uint8: the same in 8 bits.
    """

    kind: str
    code: str
    words: str
    layout: str
    conditions: tuple[str, ...] = ()
    exactness: Exactness | None = None
    part: Part | None = None
    call: Any = None
    inputs: tuple[tuple[str, str], ...] = ()
    opset: int = 0
    measured: tuple[Measured, ...] = ()
    uint8: tuple[Levels, ...] = ()

    @property
    def home(self) -> str:
        """Where the code runs, if Keras has two."""
        return next((c for c in self.conditions if c.startswith("Keras on the")), "")

    @property
    def backend(self) -> str:
        """Where the source runs, if Keras has two."""
        return self.part.when if self.part else ""


_ON_TORCH = "on the torch backend"
_DEFAULTS = {
    "torch": "NCS",
    "onnx": "NCS",
    "onnxruntime": "NCS",
    "opencv": "NCS",
    "tensorflow": "NSC",
    "keras": "NSC",
    "torchvision": "NCS",
    "jax": "NSC",
    "litert": "NSC",
}


def _layout(conditions: Sequence[str], target: Target) -> str:
    for condition in conditions:
        found = re.match(r"x is \((N, C|N|)", condition)
        if found:
            return {"N, C": "NCS", "N": "NSC", "": "SC"}[found[1]]
    return {**_DEFAULTS, "opencv": "SC"}[target]


def _inputs(conditions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of a node: what its inputs are, in words."""
    for condition in conditions:
        for name in _INPUTS:
            found = re.search(rf"{name} is ([(\[].*?[)\]]), (int64|float32)", condition)
            if found:
                yield name, found[1]


def _opset(conditions: Sequence[str]) -> int:
    found = [re.match(r"ONNX opset (\d+)", condition) for condition in conditions]
    return next((int(one[1]) for one in found if one), 0)


def claims_of(
    answer: ConvTransposeConversion | ResizeConversion, draw: Draw, n_out: Size
) -> Iterator[Claim]:
    """The sentences of an answer that are about the sizes of a draw."""
    if isinstance(answer, ConvTransposeConversion):
        words, layout = "equal for every input and weight", _DEFAULTS[draw.target]
        conditions = (*answer.spoken.notes, *answer.plan.conditions)
        yield Claim("equal", answer.code, words, layout, conditions)
        return
    axes = list(zip(draw.spatial, n_out, strict=True))
    for part in answer.parts:
        if not _is_part(part, axes):
            continue
        for one in (*part.equal, *part.factors):
            if one.everywhere:
                yield claim("equal", one, part, answer)
        for one in part.elsewhere:
            holds = equivalence.REGIMES.get(one.when)
            if holds is not None and all(holds(*axis) for axis in axes):
                yield claim("equal", one, part, answer)
        for one in (*part.equal, *part.factors, *part.elsewhere, *part.recipes):
            if one.exceptions and any(_are(sizes, axes) for sizes in one.exceptions.held):
                yield claim("equal", one, part, answer)
        for one in part.recipes:
            if one.everywhere:
                yield claim("equal", one, part, answer)
        if part.nearest is not None:
            yield claim("nearest", part.nearest, part, answer)


def _are(sizes: Sizes, axes: Sequence[tuple[int, int]]) -> bool:
    return [(n, m) for n, m, _ in sizes.axes] == [*axes]


def _is_part(part: Part, axes: Sequence[tuple[int, int]]) -> bool:
    if part.when == "where an axis grows":
        return any(m > n for n, m in axes)
    if part.when == "where no axis grows":
        return all(m <= n for n, m in axes)
    return True


def claim(kind: str, one: Equivalent | Difference, part: Part, answer: ResizeConversion) -> Claim:
    exactness = one.exactness if isinstance(one, Equivalent) else None
    words = exactness.words if exactness else "nearest"
    when = one.where if isinstance(one, Equivalent) else ""
    if isinstance(one, Difference):
        measured = one.measured
    else:
        measured = (one.exactness.measured,) if one.exactness.measured else ()
    return Claim(
        kind,
        one.code,
        f"{when}: {words}" if when else words,
        _layout(one.conditions, answer.target),
        (*answer.reading.notes, *part.conditions, *one.conditions),
        exactness,
        part,
        one.call,
        tuple(_inputs(one.conditions)),
        _opset(one.conditions),
        measured,
        one.uint8,
    )


# ---------------------------------------------------------------------------- conditions


def _holds(condition: str, draw: Draw, n_out: Size) -> bool:
    """Whether what an answer needs is so."""
    if condition.startswith("where the image's sizes times"):
        factors = _factors_of(draw)
        return all(_is_whole(n * f) for n, f in zip(draw.spatial, factors, strict=True))
    if condition == "the image's sizes times scales are whole numbers":
        scales = dict(draw.given).get("scales", ())[2:]
        return all(
            _is_whole(n * float(np.float32(f))) for n, f in zip(draw.spatial, scales, strict=False)
        )
    for pattern in (r"scale=(.*) is the output's size", r"the output has (\(.*\)) times"):
        if found := re.search(pattern, condition):
            return _is_the_ratio(found[1], draw, n_out)
    if found := re.fullmatch(r"where the image is ([\dx]+)", condition):
        return found[1] == "x".join(map(str, draw.spatial))
    if draw.framework == "onnx" and condition.startswith("x is ("):  # a node does not say its rank
        first = condition.partition(" or ")[0]
        return sum(bool(re.search(rf"\b{axis}\b", first)) for axis in "DHW") == draw.rank
    if condition.startswith("but where an axis keeps its size: ONNX Runtime"):
        return all(n != m for n, m in zip(draw.spatial, n_out, strict=True))
    if "is the whole image: 0 for every start" in condition:
        roi = dict(draw.given).get("roi", ())
        return roi == (0.0,) * (len(roi) // 2) + (1.0,) * (len(roi) // 2)
    if condition.startswith("an image of 1, 3 or 4 channels"):
        return draw.channels in (1, 3, 4)
    if condition == "an image of more than one row":
        return min(draw.spatial) > 1
    if condition == "more than one pixel along each axis of the output":
        return min(n_out) > 1
    if condition.startswith("but where an output one pixel wide"):
        return n_out[-1] > 1
    # what was compared is held by test_resize_conversions
    return condition != ELSEWHERE


def _is_the_ratio(text: str, draw: Draw, n_out: Size) -> bool:
    """Whether a scale that is given beside a size is that of the sizes."""
    scale = eval(text, dict(draw.names))
    ratio = [m / n for n, m in zip(draw.spatial, n_out, strict=True)]
    return all(abs(a - b) < 1e-6 for a, b in zip(scale, ratio, strict=True))


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-9


def _factors_of(draw: Draw) -> list[float]:
    names = dict(draw.names)
    found = re.search(r"(?:scale_factor|size)=(\([^()]*\)|[^,)]+)", draw.call)
    if "fx=" in draw.call:
        both = (re.search(rf"{name}=([^,)]+)", draw.call) for name in ("fy", "fx"))
        return [float(eval(one[1])) for one in both if one]
    if found is None:
        return [1.0] * draw.rank
    value = eval(found[1], {}, names)
    return list(value) if isinstance(value, tuple) else [float(value)] * draw.rank


def _says_refused(text: str) -> bool:
    """Whether a message says that the framework does not take the call."""
    return re.search(r"\b(refuses|raises)\b", text) is not None


def _takes(claim: Claim, dtype: str) -> bool:
    for condition in claim.conditions:
        if condition.startswith("takes "):
            found = re.search(
                rf"\b{dtype}\b( \([^)]*other coordinates)?", condition.split("(the result")[0]
            )
            return found is not None and not found[1]
        if condition == "float32" or (condition.endswith(", float32") and "roi" not in condition):
            return dtype == "float32"
    return dtype == "float32"


# ---------------------------------------------------------------------------- holding


def hold(draw: Draw, *, keras_torch: bool = False) -> Held:
    """Convert, run, and compare.

    Args:
        draw: the call, the image and the target.
        keras_torch: whether what is said of Keras on torch is held, too, in another process.

    Raises:
        Broken: a sentence is not true.
    """
    want = source(draw)
    told = draw.spatial if draw.told else None
    try:
        answer = convert(draw.call, draw.target, weight=_weight_told(draw), input_size=told)
    except Unreadable as error:
        return _hold_refusal(draw, str(error), want)
    except Exception as error:  # a ValueError, too: only what is meant for a reader is a refusal
        raise Broken("traceback", draw, repr(error), _outcome(want)) from error
    if isinstance(answer, BranchedConversion):
        branch = _branch(answer, draw)
        if isinstance(branch, Unreadable):
            return _hold_refusal(draw, str(branch), want)
        answer = branch
    if isinstance(want, Raised):
        return _hold_answer_to_nothing(draw, want, answer)
    n_out = want.shape[2:]
    if not want.size:
        return Held("nothing is left of the image")
    if draw.rank != 2 and isinstance(answer, ResizeConversion) and _takes_two_axes(answer):
        return Held("answered for two axes, which the answer says that it assumes")
    sentences = []
    every = list(claims_of(answer, draw, n_out))
    for claim in every:
        if not all(_holds(condition, draw, n_out) for condition in claim.conditions):
            continue
        if not _defined_there(claim, draw, n_out):
            continue
        if not _takes(claim, draw.dtype):
            continue
        if not keras_torch and _ON_TORCH in claim.backend + claim.home:
            continue
        there = source_on_torch(draw) if _ON_TORCH in claim.backend else want
        if isinstance(there, Raised):
            raise Broken("answered what raises", draw, claim.backend, there.error)
        sentences.append(_hold_claim(claim, draw, there))
    if draw.rank == 2 and isinstance(answer, ResizeConversion):
        sentences += _hold_nothing(answer, every, draw, want)
    return Held("answered" if sentences else "answered, not about this image", tuple(sentences))


def _takes_two_axes(answer: ResizeConversion) -> bool:
    """Whether the call does not say along how many axes it resizes."""
    return any("along how many axes" in note for note in answer.reading.notes)


def _branch(
    answer: BranchedConversion, draw: Draw
) -> ConvTransposeConversion | ResizeConversion | Unreadable:
    """What is answered where the conditions are as the names are."""
    for one in answer.branches:
        if one is answer.branches[-1] or eval(one.condition, dict(draw.names)):
            assert one.answer is not None
            return one.answer
    raise AssertionError("a branch is the last")


def _weight_told(draw: Draw) -> Size | None:
    written = draw.call.startswith("nn.")
    return None if written or not draw.weight else draw.weight


def _outcome(want: Array | Raised) -> str:
    return f"the source raises {want.error}" if isinstance(want, Raised) else f"shape {want.shape}"


def _hold_refusal(draw: Draw, text: str, want: Array | Raised) -> Held:
    if _says_refused(text):
        if not isinstance(want, Raised):
            raise Broken("said to be refused", draw, text, f"it returns {_outcome(want)}")
        return Held("the framework refuses")
    return Held(f"cannot read: {re.sub(r'[0-9.]+', '#', text)[:70]}")


_NO_ONEDNN = "not yet support dilation|grouped convolutions are not supported|only supports NHWC"


def _hold_answer_to_nothing(
    draw: Draw, want: Raised, answer: ConvTransposeConversion | ResizeConversion
) -> Held:
    """The source raised: because of the image, the computer, or because it takes no such call."""
    read = answer.spoken if isinstance(answer, ConvTransposeConversion) else answer.reading
    if any(map(_says_refused, read.warnings)):
        return Held("answered, and said to be refused")
    if re.search(_NO_ONEDNN, want.error):
        return Held("the framework does not take it without oneDNN")
    roomy = replace(draw, spatial=(24,) * draw.rank, dtype="float32", image="noise")
    if draw.names and draw.told:  # of what a name holds nothing is known
        return _hold_without_names(draw, want)
    if draw.told and draw.dtype == "float32":
        raise Broken("answered what raises", draw, "an answer", want.error)
    again = source(roomy)
    if isinstance(again, Raised) and not draw.given and "output_size" not in draw.call:
        raise Broken("answered what raises", draw, "an answer", again.error)
    return Held("the framework does not take this image")


def _hold_without_names(draw: Draw, want: Raised) -> Held:
    """A call that raises because of what its names hold is not answered where that is written out."""
    try:
        convert(_written_out(draw), draw.target, input_size=draw.spatial)
    except ValueError:
        return Held("what its names hold is refused")
    if draw.dtype == "float32":
        raise Broken("answered what raises", draw, "an answer", want.error)
    return Held("the framework does not take this image")


def _defined_there(claim: Claim, draw: Draw, n_out: Size) -> bool:
    """Whether neither side has a declared defect there."""
    for call in (claim.part.call, claim.call) if claim.part and draw.rank == 2 else ():
        if call is None:  # a recipe
            continue
        convention = next(iter(call.follows.values()))
        shape = (1, draw.channels, *draw.spatial)
        request = Request(convention, shape, (n_out[0], n_out[1]), dtype=draw.dtype)
        if any(defect.when(request) for defect in call.defects):
            return False
    return True


def _hold_claim(claim: Claim, draw: Draw, want: Array) -> str:
    if any(_WITHOUT_PADDING in condition for condition in claim.conditions):
        want = _without_padding(want, draw)
    said = f"{claim.words}\n" + "\n".join(f"          {line}" for line in claim.code.splitlines())
    try:
        got = printed(claim.code, claim, draw, want.shape[2:])
    except Exception as error:
        words = f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"
        if any("oneDNN" in one for one in claim.conditions) and re.search(_NO_ONEDNN, words):
            return "needs oneDNN"
        raise Broken("printed code raises", draw, said, words) from error
    if got.shape != want.shape:
        raise Broken("shape", draw, said, f"{got.shape} beside the source's {want.shape}")
    measured = _hold_measured(claim, draw, want, got)
    if claim.kind == "nearest":
        return f"nearest: {measured or 'runs'}"
    off = abs(got.astype(np.float64) - want.astype(np.float64))
    apart = float(np.max(off, initial=0))
    allowed = allowance(claim, draw, want.shape[2:])
    if not apart <= allowed and not _equal_by_the_text(claim, draw, want, got):
        largest = np.abs(image_of(draw).astype(np.float64)).max(initial=1e-30)
        share = np.mean(off > allowed)
        found = (
            f"{apart:.3g} apart ({apart / largest:.3g} of the largest value), at {share:.1%} of values; "
            f"{allowed:.3g} is allowed"
        )
        raise Broken("beyond the claim", draw, said, found)
    return f"equal: {claim.exactness.kind if claim.exactness else 'sums'}"


def _hold_measured(claim: Claim, draw: Draw, want: Array, got: Array) -> str:
    """How far apart they are said to be on the photograph, where it is the image and has these sizes."""
    if draw.image != "photograph" or draw.rank != 2:
        return ""
    off = abs(got.astype(np.float64) - want.astype(np.float64))
    n_out = want.shape[2:]
    if draw.dtype == "uint8" and (draw.spatial, draw.channels) == ((60, 90), 3):
        about = [one for one in claim.uint8 if one.n_out == n_out]
        counts = [(one.levels, one.count) for one in about]
        if about and (int(off.max()), int(np.count_nonzero(off))) not in counts:
            found = f"{off.max():.0f} levels at {np.count_nonzero(off)} of {off.size} values"
            raise Broken("levels", draw, " or ".join(one.words for one in about), found)
        return "levels" if about else ""
    green = off[:, 1 if draw.channels == 3 else 0]
    for one in claim.measured if draw.dtype == "float32" else ():
        if (one.sizes.n_in, one.sizes.n_out) == (draw.spatial, n_out) and not draw.given:
            if green.max() > one.largest + _rounding(claim, one.sizes):  # it is said of no rounding
                raise Broken("measured", draw, one.words, f"{green.max():.3g}")
            return "measured"
    return ""


def _equal_by_the_text(claim: Claim, draw: Draw, want: Array, got: Array) -> bool:
    """Whether a node of mode nearest on either side reads the same pixels by ONNX's text."""
    mine, theirs = [want], [got]
    if draw.framework == "onnx":
        exact = exact_nearest(draw.call, image_of(draw), dict(draw.given), draw, draw.opset)
        mine += [] if exact is None else [exact]
    if draw.target == "onnx":
        exact = printed(claim.code, claim, draw, want.shape[2:], exact_nearest)
        theirs += [] if exact is None else [exact]
    return any(np.array_equal(a, b) for a in mine for b in theirs)


def _rounding(claim: Claim, sizes: Sizes) -> float:
    """What both sides round in float32, of an image within -1..1; the second is given sizes."""
    plain = Sizes(sizes.n_in, sizes.n_out)
    one, other = _sides(claim)
    return agreement.rounding(one, sizes) + agreement.rounding(other, plain)


def _sides(claim: Claim) -> tuple[Side, Side]:
    """What is compared, the source first; a recipe has fewer roundings than the source's call."""
    assert claim.part is not None
    theirs = list(claim.call.follows.values())[-1] if claim.call else claim.part.convention
    other = claim.call or claim.part.call
    return side(claim.part.call, claim.part.convention), side(other, theirs)


def _bound(claim: Claim, sizes: Sizes) -> float:
    """What both sides may be apart by, at sizes that the answer does not name."""
    one, other = _sides(claim)
    if agreement.jumps(one.model, other.model, sizes, sizes):
        return _rounding(claim, sizes)  # another pixel is no rounding
    apart = agreement.weights_apart(one.model, other.model, sizes, sizes)
    return _rounding(claim, sizes) + apart


_WITHOUT_PADDING = "the zeros around it are no part of this"


def _without_padding(y: Array, draw: Draw) -> Array:
    """The image within what ``resize_with_pad`` returns."""
    (h, w), (height, width) = draw.spatial, y.shape[2:]
    size, starts = tensorflow_scales.padded((h, w), (height, width))
    return y[:, :, *(slice(s, s + n) for s, n in zip(starts, size, strict=True))]


def allowance(claim: Claim, draw: Draw, n_out: Size) -> float:
    """How far results may be apart by what was printed."""
    largest = float(np.abs(image_of(draw).astype(np.float64)).max(initial=0))
    if claim.exactness is None:
        return 0.0  # of small integers every sum is exact
    exactness = claim.exactness
    ulp = float(np.spacing(np.float32(largest)))
    if exactness.kind == "bitwise":
        allowed = math.inf if _is_beyond(claim, draw, n_out) else 0.0
    elif exactness.kind == "pixels":
        allowed = 0.0 if _same_pixels(claim, draw, n_out) else math.inf
    else:
        allowed = _ulp_at(claim, draw, n_out) * ulp
    if exactness.kind == "defined" or draw.framework == "onnx" or draw.target == "onnx":
        allowed += _of_a_runtime(claim, draw, n_out) * largest
    if draw.dtype == "float64":
        allowed += 2 * 2.0**-24 * largest  # either side may compute in float32: it rounds the image
    if draw.dtype == "float16" and not _copies(claim):
        allowed += _of_halves(claim, draw, n_out) * largest
    if draw.dtype.startswith("uint") and not _copies(claim):
        allowed += _of_levels(claim, draw, n_out, largest)
    return allowed


def _of_halves(claim: Claim, draw: Draw, n_out: Size) -> float:
    """What both sides round in float16 beside float32, relative to the image: of a side that computes in
    halves its own bound, with its coordinates; of each the rounding of its result."""
    assert claim.part is not None
    sizes, own = Sizes(draw.spatial, n_out), claim.part.convention
    theirs = list(claim.call.follows.values())[-1] if claim.call else own
    sides = [
        Side(convention, call.arithmetic.get("float16"), call.framework)
        for call, convention in ((claim.part.call, own), (claim.call, theirs))
        if call is not None
    ]
    rounded = sum(agreement.rounding(one, sizes) for one in sides)
    moved = sum(
        agreement.weights_apart(one.model, Model(one.convention), sizes, sizes) for one in sides
    )
    return rounded + moved + 2 * 2.0**-11 * math.prod(_sums(own, draw, n_out))


def _sums(convention: Resize, draw: Draw, n_out: Size) -> list[float]:
    """Along each axis the largest sum of a row's weights, without their signs."""
    model, every = Model(convention), models.axes(Sizes(draw.spatial, n_out))
    rows = (abs(models.taps(model.along(i), axis)[1]).sum(axis=1) for i, axis in enumerate(every))
    return [float(row.max()) for row in rows]


_WEIGHT = (
    2.0**-9
)  # half of the last place of a weight in fixed point: cv2's of 8 bits are the coarsest


def _of_levels(claim: Claim, draw: Draw, n_out: Size, largest: float) -> float:
    """How many levels both sides may round: nothing is printed of such an image, so either may be any integer
    arithmetic. A pass multiplies what it is given by weights in fixed point, rounds or truncates it to a
    level, and clamps what a kernel overshoots; a result of floats is not clamped.
    """
    assert claim.part is not None
    convention, off = claim.part.convention, 0.0
    sums = _sums(convention, draw, n_out)
    every = models.axes(Sizes(draw.spatial, n_out))
    for i, (total, axis) in enumerate(zip(sums, every, strict=True)):
        taps = models.taps(Model(convention).along(i), axis)[1].shape[1]
        overshoot = largest * (total - 1) / 2
        off = total * off + taps * _WEIGHT * largest + 1 + overshoot
    return 2 * off + largest * (math.prod(sums) - 1) / 2


def _is_beyond(claim: Claim, draw: Draw, n_out: Size) -> bool:
    """Whether pixels were counted up to a size, and these are larger."""
    found = re.search(r"up to (\d+)", claim.words)
    return found is not None and max(*draw.spatial, *n_out) > int(found[1])


def _copies(claim: Claim) -> bool:
    return claim.part is not None and claim.part.convention.mode == "nearest"


def _of_a_runtime(claim: Claim, draw: Draw, n_out: Size) -> float:
    """What a runtime rounds in float32, relative to the image: nothing is known of it, so as much as the
    least precise of the known calls with this kernel."""
    assert claim.part is not None
    convention = claim.part.convention
    return agreement.rounding(
        Side(convention, generic(convention), "onnx"), Sizes(draw.spatial, n_out)
    )


def _same_pixels(claim: Claim, draw: Draw, n_out: Size) -> bool:
    """Whether these sizes are among those that were counted, and not among those that differ."""
    axes = list(zip(draw.spatial, n_out, strict=True))
    if claim.part is None or claim.call is None or "size pairs of an axis" not in claim.words:
        return False
    mine = side(claim.part.call, claim.part.convention)
    theirs = side(claim.call, list(claim.call.follows.values())[-1])
    grid = any(r is not None and r.startswith(("grid", "warp")) for r in (mine.rule, theirs.rule))
    largest = 32 if grid else LARGEST
    if max(map(max, axes)) > largest:
        return False
    rules = (mine.convention, mine.rule, theirs.convention, theirs.rule)
    off = {pair for beside in (1, 128) for pair in differing(*rules, largest, beside)}
    return not any(axis in off for axis in axes)


def _ulp_at(claim: Claim, draw: Draw, n_out: Size) -> float:
    """The bound that is printed for the very sizes; derived for them where the answer names others."""
    assert claim.exactness is not None
    if _sizes_in(claim.words, draw.spatial, n_out):
        return claim.exactness.ulp
    here = _bound(claim, Sizes(draw.spatial, n_out)) * 2.0**24
    return max(claim.exactness.ulp, here)


def _written_out(draw: Draw) -> str:
    """The call with values in place of its names."""
    text = draw.call
    for name, value in draw.names:
        text = re.sub(rf"\b{name}\b(?!=)", repr(value), text)
    return text


def _sizes_in(words: str, n_in: Size, n_out: Size) -> bool:
    return f"{'x'.join(map(str, n_in))} -> {'x'.join(map(str, n_out))}" in words


# ---------------------------------------------------------------------------- nothing is equal, nearest

_PLAIN: Mapping[Target, tuple[str, ...]] = {
    "torch": (
        *(f'F.interpolate(x, (h, w), mode="{m}")' for m in ("nearest", "nearest-exact", "area")),
        *(
            f'F.interpolate(x, (h, w), mode="{m}", align_corners={c}, antialias={a})'
            for m in ("bilinear", "bicubic")
            for c, a in ((False, False), (True, False), (False, True))
        ),
    ),
    "tensorflow": (
        *(
            f'tf.image.resize(x, (h, w), method="{m}", antialias={a})'
            for m, a in (
                ("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True),
                ("nearest", False), ("area", False), ("lanczos3", True),
            )
        ),
        "tf.compat.v1.image.resize_bilinear(x, (h, w), align_corners=True)",
        "tf.compat.v1.image.resize_bilinear(x, (h, w))",
        "tf.compat.v1.image.resize_nearest_neighbor(x, (h, w))",
    ),
    "keras": tuple(
        f'keras.ops.image.resize(x, (h, w), interpolation="{m}", antialias={a})'
        for m, a in (
            ("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True),
            ("nearest", False), ("lanczos3", True),
        )
    ),
    "opencv": tuple(
        f"cv2.resize(x, (w, h), interpolation=cv2.INTER_{flag})"
        for flag in ("NEAREST", "LINEAR", "CUBIC", "AREA", "LANCZOS4", "NEAREST_EXACT")
    ),
    "pillow": tuple(
        f"np.asarray(Image.fromarray(x).resize((w, h), Image.Resampling.{flag}))"
        for flag in ("NEAREST", "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS")
    ),
}  # fmt: skip


def _hold_nothing(
    answer: ResizeConversion, claims: Sequence[Claim], draw: Draw, want: Array
) -> list[str]:
    """Where nothing is said to be equal at sizes that are known, no plain call is, and none much nearer."""
    known = draw.told and draw.dtype == "float32" and draw.image != "integers"
    known = known and len(answer.parts) == 1 and draw.target in _PLAIN and want.size > 0
    # of sizes that the call leaves open, what is said is about all of them
    known = known and _sizes_in(answer.parts[0].looked_at, draw.spatial, want.shape[2:])
    if not known or any(claim.kind == "equal" for claim in claims):
        return []
    off = {text: _distance(text, draw, want) for text in _PLAIN[draw.target]}
    best = min(off, key=lambda text: off[text])
    largest = float(np.abs(image_of(draw)).max(initial=1e-30))
    if off[best] <= 2.0**-24 * largest and _tells(draw):
        raise Broken("said that nothing is equal", draw, "no equal code", f"y = {best} is")
    near = next((claim for claim in claims if claim.kind == "nearest"), None)
    if near is None or draw.image != "photograph" or not near.measured:
        return ["nothing is equal"]  # which call is nearest is said of a photograph
    mine = float(
        np.abs(printed(near.code, near, draw, want.shape[2:]).astype(np.float64) - want).mean()
    )
    rounded = 2 * _rounding(near, near.measured[0].sizes)  # of this call, and as much of the other
    if mine > off[best] + rounded:
        found = f"{mine:.3g} apart in the mean; {off[best]:.3g} is y = {best}"
        raise Broken("a nearer one", draw, f"nearest: {near.code}", found)
    return ["nothing is equal", "nearest: is"]


def _tells(draw: Draw) -> bool:
    """Whether no two values of the image are alike, so that no two calls make the same of it by chance."""
    image = image_of(draw)
    return bool(np.unique(image).size == image.size)


def _distance(text: str, draw: Draw, want: Array) -> float:
    """The mean difference of a plain call."""
    layout = {"torch": "NCS", "torchvision": "NCS", "opencv": "SC"}.get(draw.target, "NSC")
    if draw.target == "opencv" and draw.channels == 1:
        layout = "S"
    h, w = want.shape[2:]
    scope = {**modules(draw.target), "h": h, "w": w}
    if draw.target == "pillow":
        planes = np.split(image_of(draw), draw.channels, 1)
        made = [_of_plane(f"y = {text}", scope, plane, draw.rank) for plane in planes]
        return float(np.abs(np.concatenate(made, 1).astype(np.float64) - want).mean())
    scope["x"] = _tensor(draw.target, _to(layout, image_of(draw)))
    y = _from(layout, np.asarray(eval(text, scope)), draw.rank)
    return float(np.abs(y.astype(np.float64) - want).mean())
