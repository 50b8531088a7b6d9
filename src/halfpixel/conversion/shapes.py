"""What a call says of its image's own sizes, as code for another layout says it.

``x.shape[2]`` is the height of a torch image; of the image in a target's layout it may be the width.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from ..frameworks import arrays_of
from ..frameworks.layer_plans import Target
from .forms import AXES
from .parse.reading import Reading
from .parse.text import Variable, operand

# Axes before and after the spatial ones; there may be channels after those of an OpenCV image.
_FIRST, _LAST = (2, 0), (1, 1)
_AROUND: Mapping[Target, Sequence[tuple[int, int]]] = {
    "torch": (_FIRST,),
    "onnx": (_FIRST,),
    "onnxruntime": (_FIRST,),
    "tensorflow": (_LAST,),
    "keras": (_LAST,),
    "opencv": ((0, 0), (0, 1)),
    "pillow": ((0, 0), (0, 1)),
    "torchvision": (_FIRST, (1, 0)),
    "jax": (_LAST,),
    "litert": (_LAST,),
}
_SHAPES = ("{}.shape", "{}.size()", "tf.shape({})", "keras.ops.shape({})", "np.shape({})")

# of an image of Pillow, whose size is (width, height)
_SIDES = {"height": "h", "width": "w"}


def as_written(entry: object, reading: Reading) -> str:
    """An entry of a size as a format: the image's sizes are named ``{h}`` and ``{w}``, braces doubled."""
    if not isinstance(entry, Variable):
        return str(entry)
    named = _Named(reading)
    tree = named.visit(ast.parse(entry.text, mode="eval"))
    text = entry.text
    if named.found:  # an operand in brackets stays one
        text = operand(ast.unparse(tree)) if text.startswith("(") else ast.unparse(tree)
    text = text.replace("{", "{{").replace("}", "}}")
    for name in named.found:
        text = text.replace(_hole(name), f"{{{name}}}")
    return text


def needs_x(text: str) -> bool:
    """Whether a format has the ``x`` of the call, which need not be the image that code is about."""
    names = [n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name)]
    return "x" in names


def together(entries: Sequence[object]) -> str:
    """Entries as one expression: ``size`` for ``size[0]`` and ``size[1]``."""
    texts = [str(entry) for entry in entries]
    whole = texts[0].removesuffix("[0]")
    if texts == [f"{whole}[{i}]" for i in range(len(texts))]:
        return whole
    return f"({', '.join(texts)})" if len(texts) > 1 else texts[0]


def _hole(axis: str) -> str:
    return f"_the_{axis}_"


class _Named(ast.NodeTransformer):
    """Replaces a size of the image by the name of its axis."""

    def __init__(self, reading: Reading) -> None:
        self.found: list[str] = []
        self._image = reading.image
        self._axes = AXES[reading.rank]
        first, framework = (
            reading.ways.get("data_format") == "channels_first",
            reading.function.framework,
        )
        own = _AROUND.get(framework) or _AROUND[arrays_of(framework)]
        self._around = (_FIRST,) if first else (reading.around and (reading.around,)) or own
        self._of_pillow = reading.framework in ("pillow", "torchvision")
        self._shapes = [shape.format(self._image) for shape in _SHAPES]

    def visit(self, node: ast.AST) -> ast.AST:
        axis = self._axis(node) if self._image and isinstance(node, ast.expr) else None
        if axis is None:
            return self.generic_visit(node)
        self.found.append(axis)
        return ast.Name(_hole(axis))

    def _axis(self, node: ast.expr) -> str | None:
        """The spatial axis whose size an expression is; None of any other."""
        each = {self._entry(node, before, after) for before, after in self._around}
        return each.pop() if len(each) == 1 else None

    def _entry(self, node: ast.expr, before: int, after: int) -> str | None:
        names = (*(None,) * before, *self._axes, *(None,) * after)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{self._image}.size":
            index = node.args[0] if len(node.args) == 1 else None
            return _indexed(names, index) if index is not None else None
        if self._of_pillow and ast.unparse(node) in (f"{self._image}.{one}" for one in _SIDES):
            assert isinstance(node, ast.Attribute)
            return _SIDES[node.attr]
        axis = self._entries(node, names)
        return axis if isinstance(axis, str) else None

    def _entries(self, node: ast.expr, names: Sequence[str | None]) -> Any:
        """What is indexed out of the shape: names of axes, or one."""
        if ast.unparse(node) in self._shapes:
            return names
        if self._of_pillow and ast.unparse(node) == f"{self._image}.size":
            return self._axes[::-1]
        if isinstance(node, ast.Subscript):
            of = self._entries(node.value, names)
            return _indexed(of, node.slice) if isinstance(of, tuple) else None
        return None


def _indexed(entries: Sequence[str | None], index: ast.expr) -> Any:
    """``entries[index]`` of an index that is written out; None of any other."""
    try:
        if isinstance(index, ast.Slice):
            ends = (index.lower, index.upper, index.step)
            return entries[slice(*(None if n is None else ast.literal_eval(n) for n in ends))]
        return entries[ast.literal_eval(index)]
    except (ValueError, TypeError, IndexError):
        return None
