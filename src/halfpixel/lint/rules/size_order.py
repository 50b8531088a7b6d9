"""HP102: a size stands in the order of another library."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...conversion.parse import Raises
from ..code import File, KnownCall
from ..finding import Hit
from .misplaced import IN_ORDER_OF_SHAPES


def check(file: File) -> Iterator[Hit]:
    """Sizes such as ``(h, w)`` for OpenCV, whose order is ``(w, h)``."""
    for call in file.calls:
        for sentence in () if isinstance(call.mistakes, Raises) else call.mistakes:
            about_order = "(height, width)" in sentence or "(width, height)" in sentence
            if (
                about_order
                and IN_ORDER_OF_SHAPES not in sentence
                and not _named_otherwise(file, call)
            ):
                yield Hit(call.node, sentence)


_WIDTH = re.compile(r"(?:\w+_)?(?:w|width|cols)")


def _named_otherwise(file: File, call: KnownCall) -> bool:
    """Whether the function calls the rows of an array its width: ``w, h = image.shape[:2]``."""
    around = file.function_around(call.node) or file.source.tree
    for node in ast.walk(around):
        if isinstance(node, ast.Assign) and ".shape" in ast.unparse(node.value):
            first = node.targets[0]
            name = first.elts[0] if isinstance(first, ast.Tuple) and first.elts else None
            if isinstance(name, ast.Name) and _WIDTH.fullmatch(name.id):
                return True
    return False
