"""HP101: labels are resized with a kernel that mixes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...conversion.parse.scopes import dotted
from ..code import File
from ..finding import Hit
from .kernels import image_of, resizes

_LABELS = re.compile(
    r"(?:^|_)(?:masks?|labels?|lbl|seg|segm|segmaps?|segmentations?|annotations?|trimap|semantic)\d*(?:$|_)"
)
# what has values between labels
_CONTINUOUS = re.compile(
    r"logit|prob|pred|score|soft|alpha|attn|attention|feat|low_res|embed|float|weight|heat|out"
)


# a mask is taken for labels where the function resizes an image, too, as what prepares training data does
_MASKS = re.compile(r"(?:^|_)masks?\d*(?:$|_)")
_IMAGES = re.compile(r"^(?:images?|imgs?|im|pic|photo|frames?)\d*$")


def check(file: File) -> Iterator[Hit]:
    """Resizes of masks and labels with another kernel than nearest."""
    named = [(node, kernel, _image(file, node)) for node, kernel in resizes(file)]
    of_images = {file.function_around(node) for node, _, name in named if _IMAGES.search(name)}
    for node, kernel, name in named:
        labels = _LABELS.search(name) and not _CONTINUOUS.search(name)
        paired = _MASKS.search(name) is None or file.function_around(node) in of_images
        if kernel != "nearest" and labels and paired and not _becomes_continuous(file, node):
            yield Hit(
                node,
                f"{name} is resized with {kernel}, which makes values between labels: write nearest, or "
                "threshold the result",
            )


def _becomes_continuous(file: File, node: ast.Call) -> bool:
    """Whether the result is called by a name of what has values between labels."""
    outer = next((one for one in file.source.around(node) if isinstance(one, ast.stmt)), None)
    targets = outer.targets if isinstance(outer, ast.Assign) else []
    return any(_CONTINUOUS.search(_name(target)) for target in targets)


def _image(file: File, node: ast.Call) -> str:
    image = image_of(file, node)
    return _name(image) if image is not None else ""


def _name(node: ast.expr) -> str:
    """The last name in an expression: mask of ``results["mask"].astype(…)``."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        elif isinstance(node, ast.Subscript):
            key = node.slice
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                return key.value.lower()
            node = node.value
        else:
            return (dotted(node) or "").rpartition(".")[2].lower()
