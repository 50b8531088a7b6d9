"""ONNX Runtime on a CPU: models of one node, each run in a session."""

from __future__ import annotations

from ..arrays import AnyArray
from . import onnx_models
from .call import Expression, FrameworkObject, Names, array
from .onnx_models import Node


def load() -> Names:
    """ONNX Runtime with sessions of one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # it prints what it raises, too
    return {"onnxruntime": onnxruntime, "options": options, "sessions": {}}


def environment(names: Names) -> str:
    """What may move the last bits."""
    return "CPU, 1 thread"


def _session(names: Names, node: Node, x: AnyArray, *, fixed: bool) -> FrameworkObject:
    return names["onnxruntime"].InferenceSession(
        node.model(x, fixed=fixed), names["options"], providers=["CPUExecutionProvider"]
    )


def run_resize(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """Run ``run_node(onnx.helper.make_node(…), opset=…, sizes=(n, c, h, w))`` on ``x``: one session for all
    sizes, since the kernel reads them as it runs."""
    x, node = inputs["x"], onnx_models.resize_of(expression)
    key = (str(node.made), node.opset, x.dtype, *node.constants)
    if key not in names["sessions"]:
        names["sessions"][key] = _session(names, node, x, fixed=False)
    (y,) = names["sessions"][key].run(None, {"x": x, **node.constants})
    return array(y)


def run_conv_transpose(
    names: Names, expression: Expression, inputs: dict[str, AnyArray]
) -> AnyArray:
    """Run a node ConvTranspose on ``x``, its weight and bias constants of the model, as in one that is
    deployed: the weight is transposed when the session is made."""
    node = onnx_models.conv_transpose_of(expression, inputs)
    (y,) = _session(names, node, inputs["x"], fixed=True).run(None, {"x": inputs["x"]})
    return array(y)
