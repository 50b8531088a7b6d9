"""Along how many axes a call resizes, by everything in it that says so."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from .signatures import Function
from .text import Unreadable, Variable, Written

_OF_MODES = {"linear": 1, "bilinear": 2, "bicubic": 2, "lanczos": 2, "trilinear": 3}
# functions that make an array of a shape that is their first argument
_MADE = ("rand", "randn", "zeros", "ones", "empty", "uniform", "normal", "random")
_MADE_OF_ENTRIES = ("rand", "randn", "zeros", "ones", "empty")
_TO_A_NUMBER = ("int", "float", "len", "round", "min", "max", "abs", "floor", "ceil")


def of(function: Function, arguments: Mapping[str, object]) -> int:
    """The number of spatial axes of a call; 2 where nothing in it says so.

    Raises:
        Unreadable: it says two numbers.
    """
    ranks = list(_ranks(function, arguments))
    for what, rank in ranks[1:]:
        if rank != ranks[0][1]:
            raise Unreadable(
                f"{function.name}: {ranks[0][0]} is for {_axes(ranks[0][1])}, {what} for {_axes(rank)}"
            )
    return ranks[0][1] if ranks else 2


def says_so(function: Function, arguments: Mapping[str, object]) -> bool:
    """Whether anything in a call says along how many axes it resizes."""
    return any(True for _ in _ranks(function, arguments))


def _axes(rank: int) -> str:
    return "one spatial axis" if rank == 1 else f"{rank} spatial axes"


def _ranks(function: Function, arguments: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """What says it, and the number."""
    if function.rank is not None:
        yield function.name, function.rank
        return  # how many entries there are is checked where they are read
    if function.whole_shape:
        (name,) = function.size
        entries = _entries(arguments[name])
        if entries is not None:
            yield f"{name}={arguments[name]!r}", max(entries - 2, 2)
        return
    mode = arguments.get("mode")
    if isinstance(mode, str) and mode in _OF_MODES:
        yield f"mode={mode!r}", _OF_MODES[mode]
    if arguments.get("antialias") is True:
        yield "antialias=True", 2
    for name in (*function.size, *function.factors):
        entries = _entries(arguments.get(name))
        if entries is not None:
            if not 1 <= entries <= 3:
                raise Unreadable(
                    f"{function.name}: {name} is a number for each axis, one to three of them, "
                    f"got {arguments[name]!r}"
                )
            yield f"{name}={arguments[name]!r}", entries
    dims = _dims(arguments.get(function.image))
    if dims is not None:
        yield f"an image of {dims} dimensions", dims - 2


def _entries(value: object) -> int | None:
    """How many entries a size has, where that can be seen."""
    if isinstance(value, (tuple, list)):
        return len(value)
    if isinstance(value, (Variable, Written)):  # y.shape[-2:]
        node = _parsed(str(value))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            start = node.slice
            if isinstance(start.lower, ast.UnaryOp) and not start.upper and not start.step:
                bound = ast.literal_eval(start.lower)
                return -bound if isinstance(bound, int) and bound < 0 else None
    return None


def _dims(image: object) -> int | None:
    """The number of dimensions of ``torch.rand(1, 3, 8, 8)``."""
    if not isinstance(image, Written) or image.function.split(".")[-1] not in _MADE:
        return None
    first = image.args[0] if image.args else image.kwargs.get("size", image.kwargs.get("shape"))
    if isinstance(first, (tuple, list)):
        return len(first)
    if image.function.split(".")[-1] in _MADE_OF_ENTRIES and len(image.args) > 2:
        return len(image.args)
    return None


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def is_a_number(text: str) -> bool:
    """Whether an expression can be nothing else: arithmetic, an entry of a shape, ``int(…)``."""
    node = _parsed(text)
    if isinstance(node, ast.BinOp):  # a name in it may be an array
        return all(is_a_number(ast.unparse(side)) for side in (node.left, node.right))
    if isinstance(node, ast.Subscript):
        shape = ast.unparse(node.value)
        return not isinstance(node.slice, ast.Slice) and shape.endswith((".shape", ".size()"))
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).split(".")[-1]
        return name in _TO_A_NUMBER or (name == "size" and bool(node.args))  # x.size(2)
    return isinstance(node, (ast.Constant, ast.UnaryOp))


def may_be_a_number(text: str) -> bool:
    """Whether an expression may be a number or a tuple; not where it can be one of them alone."""
    node = _parsed(text)
    tuple_ = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
    tuple_ = tuple_ or (isinstance(node, ast.Call) and ast.unparse(node.func) in ("tuple", "list"))
    return not tuple_ and not is_a_number(text)
