"""What a condition comes to, where some of its names are known."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

OPEN = object()  # what is not known

_COMPARED: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


def constant(node: ast.expr) -> object:
    """The value of an expression that is written out; ``OPEN`` of any other."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return OPEN


def evaluated(node: ast.expr, known: Callable[[ast.expr], ast.expr | None]) -> object:
    """A condition's value; ``OPEN`` where what is known does not say it.

    Args:
        node: the condition.
        known: what a name in it stands for, an expression that is written out; None of one that is not known.
    """
    if isinstance(node, ast.BoolOp):
        values = [evaluated(one, known) for one in node.values]
        deciding = isinstance(node.op, ast.Or)
        if any(one is not OPEN and bool(one) is deciding for one in values):
            return deciding
        return OPEN if OPEN in values else not deciding
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        value = evaluated(node.operand, known)
        return value if value is OPEN else not value
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = (evaluated(one, known) for one in (node.left, node.comparators[0]))
        if left is OPEN or right is OPEN:
            return OPEN
        try:
            return bool(_COMPARED[type(node.ops[0])](left, right))
        except TypeError:
            return OPEN
    expression = known(node)
    return constant(node if expression is None else expression)


def implied(condition: str, truth: bool, other: str) -> bool | None:
    """What another condition comes to where one holds, or does not; None where that does not say it.

    >>> implied("mode == 'area'", True, "mode in ('area', 'nearest')")
    True
    """
    if condition == other:
        return truth
    equal = ast.parse(condition, mode="eval").body if truth else None
    if not isinstance(equal, ast.Compare) or not isinstance(equal.ops[0], ast.Eq):
        return None
    name, value = ast.unparse(equal.left), equal.comparators[0]
    if len(equal.ops) > 1 or constant(value) is OPEN:
        return None
    tree = ast.parse(other, mode="eval").body
    result = evaluated(tree, lambda node: value if ast.unparse(node) == name else None)
    return None if result is OPEN else bool(result)
