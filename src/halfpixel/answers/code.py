"""Calls of the catalogue as code that runs: from ``x``, an image in the framework's layout, to ``y``."""

from __future__ import annotations

import re
from typing import Any

from ..conversions import Target, model_lines
from ..frameworks.call import Call, Expression
from ..request import Request
from . import onnx_nodes
from .sizes import Size

# where the height and the width stand in the shape of an image
_AXES: dict[str, tuple[int, int]] = {
    "torch": (2, 3),
    "tensorflow": (1, 2),
    "keras": (1, 2),
    "opencv": (0, 1),
}
LAYOUTS: dict[str, str] = {
    "torch": "x is (N, C, H, W)",
    "tensorflow": "x is (N, H, W, C)",
    "keras": "x is (N, H, W, C)",
    "opencv": "x is (H, W) or (H, W, C)",
    "onnx": "x is (N, C, H, W)",
}
BLOB = "x is (N, C, H, W), float32"


def is_node(expression: Expression) -> bool:
    """Whether an expression is a node that cv2.dnn runs."""
    return str(expression.function) == "run_node"


def shape_texts(target: Target, call: Call) -> tuple[str, str]:
    """What the image's height and width are called in the target."""
    axes = (2, 3) if call.name.startswith("dnn-") else _AXES.get(target, (2, 3))
    return f"x.shape[{axes[0]}]", f"x.shape[{axes[1]}]"


def code(call: Call, case: Request, target: Target) -> str:
    """Python that computes a case by a call.

    Args:
        call: of the catalogue; it can say the case.
        case: its sizes may be symbols, whose text is printed.
        target: the framework that was asked for.
    """
    said = call.said(case)
    if target == "onnx":
        return f"node = {said}"
    if is_node(said):
        return _model(said, case.size)
    return f"y = {_tidy(str(said))}"


def _tidy(text: str) -> str:
    """``(size[0], size[1])`` is ``size``, and the other way round ``size[::-1]``."""
    text = re.sub(r"0\.0 \* [^\],]* - 0\.0", "0.0", text)
    text = re.sub(r"\((\w+)\[0\], \1\[1\]\)", r"\1", text)
    return re.sub(r"\((\w+)\[1\], \1\[0\]\)", r"\1[::-1]", text)


def _model(said: Expression, size: Size) -> str:
    """A model of one node: ``cv2.dnn`` needs to be told the size of the output."""
    (made,), given = said.args, dict(said.kwargs)
    assert isinstance(made, Expression)
    opset = given.pop("opset")
    given.pop("shape", None)
    shape: tuple[Any, ...] = ("x.shape[0]", "x.shape[1]", *map(repr, size))
    constants = []
    for name, value in given.items():
        if name == "sizes":
            constants.append(f"(np.array(shape, np.int64), {name!r})")
        else:
            constants.append(f"(np.array({value!r}, np.float32), {name!r})")
    lines = [
        f"node = {made}",
        f"shape = ({', '.join(shape)})",
        *model_lines(constants, int(str(opset))),
    ]
    return "\n".join(lines)


def conditions(call: Call, target: Target, case: Request) -> list[str]:
    """What the code needs."""
    said = call.said(case)
    found = [BLOB if is_node(said) else LAYOUTS[target]]
    if call.framework == "onnx":
        found.append(f"ONNX opset {onnx_nodes.opset(case.convention)} or later")  # type: ignore[arg-type]
        inputs = said.args[1]
        assert isinstance(inputs, list)
        sizes = f"sizes is (n, c, {case.size[0]!r}, {case.size[1]!r}), int64"
        if "roi" in inputs:
            sizes += f"; roi is {onnx_nodes.roi(case.convention)}, float32"  # type: ignore[arg-type]
        return [*found, sizes]
    name = {"keras_torch": "Keras on the torch backend"}.get(call.framework)
    if target == "keras":
        name = name or "Keras on the TensorFlow backend"
    releases = list(call.follows)[-1]
    found.append(f"{name}, {releases}" if name else f"{call.framework} {releases}")
    if call.needs:
        found.append(f"the package {', '.join(call.needs)}")
    if "crop_and_resize" in call.name or "CropAndResize" in call.name or "grid_sample" in call.name:
        found.append("a batch of one image")
    found += [f"but where {d.why} (releases {d.releases})" for d in call.defects]
    return [*found, f"takes {_taken(call)}"]


def _taken(call: Call) -> str:
    """The dtypes that a call takes; since when, if later than the call, and what comes back of them."""
    taken = [dtype for dtype in call.arithmetic if not call.refuses(dtype)]
    results = {call.returns[dtype] for dtype in taken}
    alike = len(results) == 1 < len(taken)
    said = []
    for dtype in taken:
        result = "" if alike or call.returns[dtype] == dtype else f"as {call.returns[dtype]}"
        notes = [note for note in (call.since.get(dtype, ""), result) if note]
        said.append(f"{dtype} ({', '.join(notes)})" if notes else dtype)
    return ", ".join(said) + (f" (the result is {results.pop()})" if alike else "")
