"""Models of one operator, as flatbuffers in memory, and the functions that run them in LiteRT.

Operators and attributes have the names of MLIR's dialect ``tfl``, so that an operator of a model is a call:
``tfl.resize_bilinear(x, size=(8, 12), half_pixel_centers=True)``. No part of it is TensorFlow's: a model is
written with the schema that the package brings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import AnyArray
from .call import FrameworkObject

# the quantisation of 8- and 16-bit tensors, (scale, zero point): levels of 0..1, and of -1..1
_QUANTISED = {
    "uint8": (1 / 255, 0),
    "int8": (1 / 255, -128),
    "int16": (2.0**-15, 0),
}
_SCHEMA_VERSION = 3
_IDENTIFIER = b"TFL3"


@dataclass(frozen=True)
class Tensor:
    """A tensor of a model.

    Attributes:
        name: in the model.
        shape: of its array.
        dtype: of its array, by NumPy's name.
        value: of a constant; None of an input or an output.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    value: AnyArray | None = None


def constant(name: str, value: AnyArray) -> Tensor:
    """A tensor that is part of the model."""
    return Tensor(name, value.shape, str(value.dtype), value)


def model(
    operator: str,
    kind: str,
    attributes: Mapping[str, object],
    inputs: Sequence[Tensor],
    output: Tensor,
    *,
    version: int = 1,
) -> bytes:
    """A model of one operator.

    Args:
        operator: its name in the schema, as ``RESIZE_BILINEAR``.
        kind: of its attributes in the schema, as ``ResizeBilinearOptions``.
        attributes: their values, by the schema's names.
        inputs: the operator's, in its order; those that are no constants are the model's.
        output: the operator's, and the model's.
        version: of the operator.

    Returns:
        The flatbuffer (schema_v3c.fbs).
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, operator)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = version
    tensors = [*inputs, output]
    node = schema.OperatorT()
    node.inputs, node.outputs = list(range(len(inputs))), [len(inputs)]
    node.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
    node.builtinOptions = getattr(schema, f"{kind}T")()
    for name, value in attributes.items():
        setattr(node.builtinOptions, name, value)
    graph = schema.SubGraphT()
    graph.tensors = [_tensor(schema, one, i + 1) for i, one in enumerate(tensors)]
    graph.inputs = [i for i, one in enumerate(inputs) if one.value is None]
    graph.outputs, graph.operators = node.outputs, [node]
    whole = schema.ModelT()
    whole.version, whole.description = _SCHEMA_VERSION, "halfpixel"
    whole.operatorCodes, whole.subgraphs = [code], [graph]
    whole.buffers = [schema.BufferT(), *(_buffer(schema, one) for one in tensors)]
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _tensor(schema: FrameworkObject, given: Tensor, buffer: int) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = given.name, list(given.shape), buffer
    tensor.type = getattr(schema.TensorType, given.dtype.upper())
    if given.dtype in _QUANTISED:
        scale, zero = _QUANTISED[given.dtype]
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero]
    return tensor


def _buffer(schema: FrameworkObject, given: Tensor) -> Any:
    buffer = schema.BufferT()
    if given.value is not None:
        buffer.data = np.frombuffer(given.value.tobytes(), np.uint8)
    return buffer


def run(content: bytes, x: AnyArray, resolver: object = None) -> AnyArray:
    """The result of a model of one input, computed in one thread.

    Args:
        content: the flatbuffer.
        x: the input.
        resolver: a member of ``OpResolverType``: which kernels run it; the interpreter's default if None.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=content,
        num_threads=1,
        experimental_op_resolver_type=resolver or OpResolverType.AUTO,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    return np.asarray(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))


# ---------------------------------------------------------------------------- the operators


def _resize(operator: str, kind: str) -> Callable[..., bytes]:
    def made(
        x: AnyArray,
        size: tuple[int, int],
        align_corners: bool = False,
        half_pixel_centers: bool = False,
    ) -> bytes:
        n, _, _, c = x.shape
        image, wanted = (
            Tensor("x", x.shape, str(x.dtype)),
            constant("size", np.array(size, "int32")),
        )
        # what the model says of it, before it is resized
        result = Tensor("y", (n, *(max(m, 0) for m in size), c), str(x.dtype))
        attributes = {"alignCorners": align_corners, "halfPixelCenters": half_pixel_centers}
        return model(operator, kind, attributes, (image, wanted), result)

    return made


MODELS: Mapping[str, Callable[..., bytes]] = {
    "resize_bilinear": _resize("RESIZE_BILINEAR", "ResizeBilinearOptions"),
    "resize_nearest_neighbor": _resize("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions"),
}
"""By the operator's name, the model of a call of it with these arguments."""


def resize_bilinear(
    x: AnyArray, size: tuple[int, int], *, op_resolver_type: object = None, **flags: bool
) -> AnyArray:
    """RESIZE_BILINEAR.

    Args:
        x: (N, H, W, C), float32, or uint8, int8 or int16 of a quantised tensor.
        size: (H, W) of the result, a constant of the model.
        op_resolver_type: the interpreter's ``experimental_op_resolver_type``.
        flags: the operator's attributes ``align_corners`` and ``half_pixel_centers``; False by default.

    Returns:
        (N, *size, C), of the same dtype.

    Raises:
        RuntimeError, ValueError: what LiteRT raises.
    """
    return run(MODELS["resize_bilinear"](x, size, **flags), x, op_resolver_type)


def resize_nearest_neighbor(
    x: AnyArray, size: tuple[int, int], *, op_resolver_type: object = None, **flags: bool
) -> AnyArray:
    """RESIZE_NEAREST_NEIGHBOR; arguments and result as those of :func:`resize_bilinear`."""
    return run(MODELS["resize_nearest_neighbor"](x, size, **flags), x, op_resolver_type)
