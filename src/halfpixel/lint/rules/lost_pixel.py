"""HP107: a factor is computed from sizes, and the size that comes of it is cut to a whole number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import File
from ..finding import Hit
from .grids import number

_FUNCTIONS = ("F.interpolate", "nn.Upsample", "F.upsample")


def check(file: File) -> Iterator[Hit]:
    """Factors such as ``scale_factor=h / x.shape[2]``."""
    for call in file.calls:
        given = call.arguments.get("scale_factor") if call.name in _FUNCTIONS else None
        entries = given.elts if isinstance(given, (ast.Tuple, ast.List)) else [given]
        if any(one is not None and _is_ratio(one) for one in entries):
            yield Hit(
                call.node,
                f"{call.name}: scale_factor is a ratio of sizes, and torch cuts size * scale_factor to a "
                "whole number: where the product is rounded below it, a pixel is lost; write size=",
            )


def _is_ratio(node: ast.expr) -> bool:
    divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    return divided and number(node.left) is None  # type: ignore[attr-defined]
