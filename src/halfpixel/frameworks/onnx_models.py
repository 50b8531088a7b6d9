"""ONNX nodes as calls say them, and as models of one node in memory, for the runtimes that run them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..operators import ConvTranspose, Resize
from ..operators.onnx_operators import conv_transpose_node
from ..operators.request import Request
from .call import Expression, Name
from .windows import WindowAxis, axes_of

Arrays = Mapping[str, AnyArray]
Say = Callable[[Request], Expression | None]
Takes = Callable[[Request], bool]

_INTEGERS = ("sizes",)  # of the inputs that are constants; others are float32


@dataclass(frozen=True)
class Node:
    """A node with all that a model of it needs.

    Attributes:
        made: ``onnx.helper.make_node(…)``, from ``x`` and the constants to ``y``.
        opset: the version of ONNX's operators.
        constants: the inputs beside ``x``, by name.
        shape: of the output.
    """

    made: Expression
    opset: int
    constants: Arrays
    shape: tuple[int, ...]

    def model(self, x: AnyArray, *, fixed: bool = True, ir_version: int = 8) -> bytes:
        """The model, serialised.

        Args:
            x: the input, or one like it.
            fixed: the shapes of input and output are in the model, and the constants; else it takes images of
                any size, and the constants as inputs.
            ir_version: of ONNX's format.
        """
        import onnx.helper
        import onnx.numpy_helper

        def value_info(name: str, array: AnyArray, shape: Sequence[int | None]) -> Any:
            dtype = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
            return onnx.helper.make_tensor_value_info(name, dtype, shape)

        image, result = (x.shape, self.shape) if fixed else ((None,) * x.ndim,) * 2
        constants = self.constants.items() if fixed else ()
        given = {} if fixed else self.constants
        graph = onnx.helper.make_graph(
            [self.made.evaluate({"onnx": onnx})],
            "halfpixel",
            [
                value_info("x", x, image),
                *(value_info(key, one, one.shape) for key, one in given.items()),
            ],
            [value_info("y", x, result)],
            [onnx.numpy_helper.from_array(value, key) for key, value in constants],
        )
        opsets = [onnx.helper.make_opsetid("", self.opset)]
        model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=ir_version)
        return bytes(model.SerializeToString())


# ---------------------------------------------------------------------------- Resize, Upsample


def resize_of(expression: Expression) -> Node:
    """The node of ``run_node(onnx.helper.make_node(…), opset=…, sizes=(n, c, h, w))``; float constants beside
    ``sizes``, or in its place, by their names. Of ``scales`` alone, ``shape`` is that of the output, for a
    runtime that needs it."""
    (made,), given = expression.args, dict(expression.kwargs)
    assert isinstance(made, Expression)
    opset, shape = given.pop("opset"), given.pop("shape", None) or given.get("sizes", ())
    assert isinstance(opset, int)
    constants = {
        name: np.array(value, np.int64 if name in _INTEGERS else np.float32)
        for name, value in given.items()
    }
    return Node(made, opset, constants, tuple(shape))  # type: ignore[arg-type]


def node(
    operator: str, opset: int, attributes: Mapping[str, object], **constants: tuple[float, ...]
) -> Expression:
    """A node Resize or Upsample, as :func:`resize_of` reads it."""
    named = ["roi", "scales", "sizes"] if opset > 10 else ["scales"]
    inputs = ["x", *(name if name in constants else "" for name in named)]
    while not inputs[-1]:
        inputs.pop()
    made = Expression(Name("onnx.helper.make_node"), (operator, inputs, ["y"]), attributes)
    return Expression(Name("run_node"), (made,), {"opset": opset, **constants})


def always(request: Request) -> bool:
    """Of any sizes."""
    return True


def resize(opset: int, attributes: Mapping[str, object], takes: Takes = always) -> Say:
    """A node Resize that is given sizes."""
    # in opset 11 and 12 the first two may not be left out, but may be empty
    empty: dict[str, tuple[float, ...]] = {"roi": (), "scales": ()} if opset in (11, 12) else {}

    def expression(request: Request) -> Expression | None:
        if not takes(request):
            return None
        sizes = (*request.shape[:2], *request.size)
        return node("Resize", opset, attributes, **empty, sizes=sizes)

    return expression


def scales(request: Request) -> tuple[float, ...]:
    """The ratios of the sizes, of all four axes."""
    return (1.0, 1.0, *(n_out / n_in for n_in, n_out in request.sizes))


def scaled(
    operator: str, opset: int, attributes: Mapping[str, object], takes: Takes = always
) -> Say:
    """A node of an opset that has no sizes."""

    def expression(request: Request) -> Expression | None:
        if not takes(request):
            return None
        one_node = node(operator, opset, attributes, scales=scales(request))
        shape = (*request.shape[:2], *request.size)
        return replace(one_node, kwargs={**one_node.kwargs, "shape": shape})

    return expression


def enlarges(request: Request) -> bool:
    """By whole numbers."""
    return all(n_out % n_in == 0 for n_in, n_out in request.sizes)


def whole(request: Request) -> bool:
    """Whole ratios, whose scales are exact in float32 or whose reciprocals are whole."""
    return all(n_out % n_in == 0 or n_in % n_out == 0 for n_in, n_out in request.sizes)


def on(grid: str, **attributes: object) -> Resize:
    """What attributes mean on a grid; of sizes, half_pixel_symmetric is half_pixel."""
    plain = "half_pixel" if grid == "half_pixel_symmetric" else grid
    return Resize(coordinate_transformation_mode=plain, **attributes)  # type: ignore[arg-type]


def attributes_of(grid: str, convention: Resize) -> dict[str, object]:
    """The attributes of a convention, with the grid's own name."""
    return {**convention.attributes, "coordinate_transformation_mode": grid}


# ---------------------------------------------------------------------------- ConvTranspose


def _convention(request: Request) -> ConvTranspose:
    assert isinstance(request.convention, ConvTranspose)
    return request.convention


def axes_of_request(request: Request) -> tuple[WindowAxis, ...]:
    """Of a transposed convolution."""
    return axes_of(_convention(request), request.kernel)


def _conv_transpose(request: Request, attributes: Mapping[str, object]) -> Expression:
    inputs = ["x", "w", "b"] if request.bias else ["x", "w"]
    return Expression(Name("onnx.helper.make_node"), ("ConvTranspose", inputs, ["y"]), attributes)


def conv_transpose(request: Request) -> Expression:
    """The node of a transposed convolution, with its pads."""
    # kernel_shape, which ONNX leaves to the weight, is refused by OpenCV until 4.12 where it is missing
    attributes = {**_convention(request).attributes, "kernel_shape": list(request.kernel)}
    return _conv_transpose(request, attributes)


def inferred(auto_pad: str | None, *, appends: bool = False) -> Say:
    """The attributes that leave the pads to be inferred: ``auto_pad``, or ``output_shape`` without it.

    Args:
        auto_pad: of the node.
        appends: those with which zeros follow the full output, too.
    """

    def expression(request: Request) -> Expression | None:
        c, n = _convention(request), request.shape[2:]
        attributes: dict[str, object] = {"strides": list(c.strides), "dilations": list(c.dilations)}
        attributes |= {"group": c.group, "kernel_shape": list(request.kernel)}
        if auto_pad is None:
            attributes["output_shape"] = list(request.size)
        else:
            attributes["auto_pad"] = auto_pad
        axes = axes_of_request(request)
        if axes_of(conv_transpose_node(attributes, request.kernel, n), request.kernel) != axes:
            return None
        if not appends and any(axis.window.end < 0 for axis in axes):
            return None
        return _conv_transpose(request, attributes)

    return expression


def conv_transpose_of(expression: Expression, inputs: Arrays) -> Node:
    """The node of :func:`conv_transpose` or :func:`inferred`, with its weight and its bias."""
    attributes: Any = dict(expression.kwargs)
    x, w = inputs["x"], inputs["w"]
    constants = {key: value for key, value in inputs.items() if key != "x"}
    convention = conv_transpose_node(attributes, w.shape[2:], x.shape[2:])
    size = convention.output_size(x.shape[2:], w.shape[2:])
    return Node(expression, 13, constants, (x.shape[0], w.shape[1] * convention.group, *size))
