"""The kernels that calls name, of the functions that convert reads and of Pillow's and torchvision's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from ...conversion.parse.scopes import dotted
from ..code import File, KnownCall

# by the last part of a constant's name, or by a word
_KERNELS: Mapping[str, str] = {
    "nearest": "nearest",
    "nearest-exact": "nearest",
    "nearest_exact": "nearest",
    "inter_nearest": "nearest",
    "inter_nearest_exact": "nearest",
    "nearest_neighbor": "nearest",
    "linear": "linear",
    "bilinear": "linear",
    "trilinear": "linear",
    "inter_linear": "linear",
    "inter_linear_exact": "linear",
    "cubic": "cubic",
    "bicubic": "cubic",
    "inter_cubic": "cubic",
    "area": "area",
    "inter_area": "area",
    "box": "area",
    "lanczos": "lanczos",
    "antialias": "lanczos",
    "lanczos3": "lanczos",
    "lanczos5": "lanczos",
    "inter_lanczos4": "lanczos",
    "hamming": "hamming",
}
_FLAGS = ("mode", "method", "interpolation", "resample", "flags")


def kernel_of(call: KnownCall) -> str | None:
    """The kernel of a call that convert reads; None where it is not known."""
    flag = next((name for name in _FLAGS if name in call.signature.parameters), None)
    if flag is None:
        return None
    if flag in call.arguments:
        return named(call.arguments[flag])
    return (
        "linear" if call.function in ("cv2.resize", "cv2.warpAffine", "tf.image.resize") else None
    )


def named(node: ast.expr) -> str | None:
    """The kernel of a flag: a constant of a module, or a word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _KERNELS.get(node.value.lower())
    name = dotted(node)
    return _KERNELS.get(name.rpartition(".")[2].lower()) if name else None


def image_of(file: File, node: ast.Call) -> ast.expr | None:
    """What a call resizes."""
    known = file.known.get(node)
    if known is not None and known.function == "Image.resize":
        return node.func.value if isinstance(node.func, ast.Attribute) else None
    if known is not None:
        first = next(iter(known.signature.parameters))
        return known.written.get(first)
    if isinstance(node.func, ast.Attribute) and dotted(node.func.value) not in file.source.imported:
        return node.func.value
    return node.args[0] if node.args else None


def resizes(file: File) -> Iterator[tuple[ast.Call, str]]:
    """The calls that resize and whose kernel is named, with it."""
    for call in file.calls:
        if (kernel := kernel_of(call)) is not None:
            yield call.node, kernel
    for node in file.source.nodes:
        if isinstance(node, ast.Call) and node not in file.known and _is_resize(node):
            kernel_name = next(filter(None, map(named, _arguments(node))), None)
            if kernel_name is not None:
                yield node, kernel_name


_RESIZE = re.compile(r"(?:^|\.)(?:resize|Resize|thumbnail|imresize)$")


def _is_resize(node: ast.Call) -> bool:
    """A method of an image, or a function, of which one argument names a kernel."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
    return name is not None and _RESIZE.search(name) is not None


def _arguments(node: ast.Call) -> Iterator[ast.expr]:
    yield from node.args[1:]
    yield from (one.value for one in node.keywords if one.arg in _FLAGS)
