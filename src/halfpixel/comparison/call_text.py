"""A call given as text, as a function of an image: parsed, looked up by name, and never evaluated as code.

It is run by its framework if that is installed, else computed by the exact reference.
"""

from __future__ import annotations

import ast
import enum
import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .. import frameworks
from ..arrays import AnyArray
from ..conversion import parse
from ..conversion.parse.names import function_of
from ..conversion.parse.names import known as is_resize
from ..conversion.parse.reading import Reading
from ..conversion.parse.text import Unreadable, Variable, Written, outermost
from ..frameworks import FrameworkError
from ..identification.adapter import KINDS, Form, Layout, Size
from ..operators import Resize
from ..operators.request import Request
from .function import Function, Incomparable, Way

# what the names of spoken.signatures begin with, and the module that is
_MODULES: Mapping[str, str] = {
    "F": "torch.nn.functional",
    "nn": "torch.nn",
    "torch": "torch",
    "tf": "tensorflow",
    "keras": "keras",
    "cv2": "cv2",
    "Image": "PIL.Image",
    "PIL": "PIL",
    "TF": "torchvision.transforms.functional",
    "transforms": "torchvision.transforms",
    "v2": "torchvision.transforms.v2",
    "jax": "jax",
    "tfl": "halfpixel.frameworks.litert_models",
    "OpResolverType": "ai_edge_litert.interpreter.OpResolverType",
    "InterpolationMode": "torchvision.transforms.InterpolationMode",
}
_KINDS = {
    "torch": "torch tensors",
    "tensorflow": "TensorFlow tensors",
    "keras": "TensorFlow tensors",
    "pillow": "Pillow images",
    "torchvision": "torch tensors",
    "jax": "JAX arrays",
}
_LAYOUTS: Mapping[str, Layout] = {
    "torch": "NCHW",
    "tensorflow": "NHWC",
    "keras": "NHWC",
    "opencv": "HWC",
    "pillow": "HWC",
    "torchvision": "NCHW",
    "jax": "NHWC",
    "litert": "NHWC",
}
_AS_FUNCTION = "put it into a function in a file, and compare path/to/file.py:function"
_MODEL = "what ONNX computes is its runtime's: save the model, and compare its file"
_FIXED = Form("fn(x)", lambda shape, size, factors: ((), {}), "")


def is_call(text: str) -> bool:
    """Whether a text is a call rather than the name of a function."""
    return "(" in text


def function(text: str) -> Function:
    """The function that a call is of its image.

    Raises:
        Unreadable: it is no call of a resize that is known, or an argument is not written out.
    """
    written = outermost(text, is_resize)
    if not is_resize(written.function):
        raise Unreadable(
            f"{written.function} is no resize that is known, so its text cannot be run: {_AS_FUNCTION}"
        )
    _check_whole(text, written)
    reading = parse.read(text)
    assert isinstance(reading, Reading)
    framework = reading.framework
    if framework == "onnx":
        raise Unreadable(f"{text}: {_MODEL}")
    package = "tensorflow" if framework == "keras" else framework  # the backend that it is run on
    release = frameworks.version(package)
    if release is None:
        return _by_reference(text, reading)
    try:
        frameworks.load(package)
    except FrameworkError as error:
        raise Unreadable(f"{text}: {error}") from None
    layout = "NCHW" if "channels_first" in reading.ways.values() else _LAYOUTS[framework]
    kind = _KINDS.get(framework, "NumPy arrays")
    importlib.import_module(KINDS[kind][0])
    return Function(
        text,
        _evaluated(written),
        Way(kind, layout, _FIXED),
        source=f"run by {framework if framework == package else 'keras on tensorflow'} {release}",
        framework=framework,
    )


def _check_whole(text: str, written: Written) -> None:
    """Nothing stands around the call that would be dropped: ``y =`` and a layer's image may.

    Raises:
        Unreadable: something else does.
    """
    body = ast.parse(text.strip()).body
    node: ast.AST | None = body[0] if len(body) == 1 else None
    if isinstance(node, (ast.Expr, ast.Assign)):
        node = node.value
    layer = isinstance(node, ast.Call) and isinstance(node.func, ast.Call)
    image = [isinstance(a, ast.Name) for a in node.args] if isinstance(node, ast.Call) else []
    if isinstance(node, ast.Call) and layer and image == [True] and not node.keywords:
        node = node.func
    if node is None or ast.unparse(node) != written.text:
        raise Unreadable(f"{text!r} does more than {written.function}: {_AS_FUNCTION}")


def _evaluated(written: Written) -> Callable[[Any], Any]:
    """The call as a function of its image.

    Raises:
        Unreadable: an argument is not written out.
    """
    takes = function_of(written.function)
    if takes.method:
        return _method(written)
    target = _attribute(takes.name)
    bound = takes.signature.bind_partial(*written.args, **written.kwargs).arguments
    if takes.image:
        image = bound.get(takes.image)
        if not (isinstance(image, Variable) and re.fullmatch(r"\w+", image.text)):
            raise Unreadable(f"{written.text}: the image is {image}; write x, or {_AS_FUNCTION}")
    given = {id(a) for a in (bound.get(takes.image),)} if takes.image else set()

    def values(x: object) -> tuple[list[Any], dict[str, Any]]:
        args = [x if id(a) in given else _value(written, a) for a in written.args]
        kwargs = {k: x if id(v) in given else _value(written, v) for k, v in written.kwargs.items()}
        return args, kwargs

    values(None)  # what is not written out is told at once
    if takes.image:

        def call(x: object) -> Any:
            args, kwargs = values(x)
            return target(*args, **kwargs)

        return call
    args, kwargs = values(None)
    return target(*args, **kwargs)  # type: ignore[no-any-return]


def _method(written: Written) -> Callable[[Any], Any]:
    """A call of a method as a function of what it is called on.

    Raises:
        Unreadable: that is no name, or an argument is not written out.
    """
    image = written.receiver
    if not (isinstance(image, Variable) and re.fullmatch(r"\w+", image.text)):
        raise Unreadable(f"{written.text}: the image is {image}; write x, or {_AS_FUNCTION}")
    args = [_value(written, value) for value in written.args]
    kwargs = {name: _value(written, value) for name, value in written.kwargs.items()}
    name = written.function.rpartition(".")[2]
    return lambda x: getattr(x, name)(*args, **kwargs)


def _attribute(name: str) -> Any:
    """What a dotted name of a framework stands for."""
    head, _, rest = name.partition(".")
    return pkgutil.resolve_name(f"{_MODULES[head]}.{rest}")


def _value(written: Written, value: object) -> Any:
    """A literal as it stands; a constant of a framework by its name.

    Raises:
        Unreadable: it is a variable, or another call.
    """
    if isinstance(value, (tuple, list)):
        return type(value)(_value(written, entry) for entry in value)
    if isinstance(value, Variable):
        flags = 0
        for name in re.split(r"\s*\|\s*", value.text):
            constant = _constant(name)
            if constant is None:
                raise Unreadable(
                    f"{written.text}: {value} is not written out: give its value, or {_AS_FUNCTION}"
                )
            if "|" not in value.text:
                return constant
            flags |= constant
        return flags
    if value is None or isinstance(value, (int, float, str)):
        return value
    raise Unreadable(f"{written.text}: {value} is not evaluated: {_AS_FUNCTION}")


def _constant(name: str) -> Any:
    """A constant of a framework, such as ``cv2.INTER_AREA``; None if it is none."""
    parts = {"tensorflow": "tf", "cv": "cv2"}
    head, _, rest = name.partition(".")
    head = parts.get(head, head)
    if head not in _MODULES or not re.fullmatch(r"[A-Za-z_][\w.]*", rest or ""):
        return None
    try:
        constant = _attribute(f"{head}.{rest}")
    except (AttributeError, ImportError):
        return None
    return constant if isinstance(constant, (int, float, str, enum.Enum)) else None


# ---------------------------------------------------------------------------- without the framework


def _by_reference(text: str, reading: Reading) -> Function:
    """The convention that the newest release of a call follows, computed exactly."""

    def run(x: AnyArray) -> AnyArray:
        if x.dtype == np.uint8:
            raise ValueError(
                "the reference computes floats: how the framework rounds integers is not run"
            )
        n_in: Size = (x.shape[0], x.shape[1])
        planes = np.moveaxis(np.asarray(x, np.float64), 2, 0)[None]
        convention, size, scales = _request(text, reading, n_in)
        y = convention.apply(planes, size, scales=scales if convention.uses_factors else None)
        return np.asarray(np.moveaxis(y[0], 0, 2), x.dtype)

    _request(text, reading, (480, 640))  # what it leaves open is told at once
    return Function(
        text,
        run,
        Way("NumPy arrays", "HWC", _FIXED),
        source=f"computed by the exact reference: {reading.framework} is not installed",
        framework=reading.framework,
    )


def _request(text: str, reading: Reading, n_in: Size) -> tuple[Resize, Size, Any]:
    """The convention, the output's size and the factors at which it samples, or None.

    Raises:
        Unreadable: the call does not say its size in numbers, or no call of the catalogue is it.
    """
    sizes = reading.size or (None, None)
    if len(sizes) != 2 or len(reading.factors or (1, 1)) != 2:
        raise Unreadable(f"{text}: only resizes of images, along two axes, are compared")
    scales = None
    if reading.by == "factors" and reading.factors is not None:
        numbers = [float(f) for f in reading.factors if isinstance(f, (int, float))]
        call = next((c for c in reading.calls if c.scaling is not None), None)
        if len(numbers) != 2 or call is None or call.scaling is None:
            raise Unreadable(f"{text}: give its factors, or its size, in numbers")
        factors = numbers[0], numbers[1]
        n_out = tuple(call.scaling.size(n, f) for n, f in zip(n_in, factors, strict=True))
        size = n_out[0], n_out[1]
        scales = call.scaling.scales(n_in, size, factors)
    else:
        if reading.edge is not None and reading.edge.known:
            sizes = reading.edge.of(n_in)
        h, w = (n if s is None else s for s, n in zip(sizes, n_in, strict=True))
        if reading.by != "size" or not (isinstance(h, int) and isinstance(w, int)):
            raise Unreadable(f"{text}: give its size in numbers")
        size = h, w
    for call in reading.calls:
        convention = call.latest
        request = Request(convention, (1, 3, *n_in), size)
        if call.scaling is not None or call.expression(request) is not None:
            return convention, size, scales
    raise Unreadable(
        f"{text}: no convention of it is known at {n_in[0]}×{n_in[1]} -> {size[0]}×{size[1]}"
    )


def checked(text: str) -> Function:
    """:func:`function`, its errors as those of compare.

    Raises:
        Incomparable: the call cannot be read or run.
    """
    try:
        return function(text)
    except Unreadable as error:
        raise Incomparable(str(error)) from error
