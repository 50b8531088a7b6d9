"""HP004: one function resizes with another kernel by the type of its input."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from ..code import File
from ..finding import Hit
from .kernels import resizes

_TYPES = re.compile(r"isinstance|is_tensor|is_numpy|is_pil|type\(|\.dtype|ndarray")


def check(file: File) -> Iterator[Hit]:
    """Functions whose branches by type have other kernels."""
    calls = {id(node): (node, kernel) for node, kernel in resizes(file)}
    if len(calls) < 2:
        return
    for node in file.source.nodes:
        if isinstance(node, ast.If) and _TYPES.search(ast.unparse(node.test)):
            sides = node.body, node.orelse or _rest(file, node)
            kernels = [_kernels(side, calls) for side in sides]
            if all(kernels) and kernels[0].isdisjoint(kernels[1]):
                words = [" or ".join(sorted(one)) for one in kernels]
                yield Hit(
                    node.test,
                    f"resizes with {words[0]} where {ast.unparse(node.test)}, and with {words[1]} "
                    "otherwise: the result depends on the input's type",
                )


def _kernels(side: Sequence[ast.stmt], calls: dict[int, tuple[ast.Call, str]]) -> set[str]:
    return {calls[id(n)][1] for one in side for n in ast.walk(one) if id(n) in calls}


def _rest(file: File, node: ast.If) -> Sequence[ast.stmt]:
    """What runs where a branch that returns is not taken."""
    if not isinstance(node.body[-1], (ast.Return, ast.Raise)):
        return ()
    outer = file.source.parents[node]
    for name in ("body", "orelse", "finalbody"):
        block = getattr(outer, name, None)
        if isinstance(block, list) and node in block:
            return block[block.index(node) + 1 :]
    return ()
