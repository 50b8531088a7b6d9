"""HP107: a factor is computed from sizes, and the size that comes of it is cut to a whole number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import File, KnownCall
from ..finding import Hit
from .grids import number

_FUNCTIONS = ("F.interpolate", "nn.Upsample", "F.upsample")


def check(file: File) -> Iterator[Hit]:
    """Factors such as ``scale_factor=h / x.shape[2]``."""
    for call in file.calls:
        given = call.arguments.get("scale_factor") if call.function in _FUNCTIONS else None
        entries = given.elts if isinstance(given, (ast.Tuple, ast.List)) else [given]
        if any(one is not None and _is_ratio(one) for one in entries) and not _adds(file, call):
            yield Hit(
                call.node,
                f"{call.function}: scale_factor is a ratio of sizes, and torch cuts size * scale_factor to a "
                "whole number: where the product is rounded below it, a pixel is lost; write size=",
            )


def _adds(file: File, call: KnownCall) -> bool:
    """Whether the function adds a small number, so that no product lies below the whole one (DINO's)."""
    around = file.function_around(call.node) or file.source.tree
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add)
        and 0 < (number(node.right) or 0) < 1
        for node in ast.walk(around)
    )


def _is_ratio(node: ast.expr) -> bool:
    divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    return divided and number(node.left) is None  # type: ignore[attr-defined]
