"""Text to calls: parsed as Python, and never run."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


class Unreadable(ValueError):
    """A call that cannot be read: says what was wrong and what to write instead."""


@dataclass(frozen=True)
class Variable:
    """An argument that is not a number or a string: what stands there is known when the code runs."""

    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Written:
    """A call as it stands in a text.

    Attributes:
        function: its dotted name.
        args, kwargs: literals, :class:`Variable`, other :class:`Written`, and tuples and lists of these.
        text: all of it.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    text: str

    def __repr__(self) -> str:
        return self.text

    def bound(self, name: str, signature: inspect.Signature) -> dict[str, Any]:
        """Its arguments by name, defaults filled in.

        Raises:
            Unreadable: they are not what the signature takes.
        """
        try:
            bound = signature.bind(*self.args, **self.kwargs)
        except TypeError as error:
            raise Unreadable(f"{name}: {error}; it takes {signature}") from None
        bound.apply_defaults()
        return dict(bound.arguments)


def outermost(text: str, known: Callable[[str], bool]) -> Written:
    """The outermost call of a function that is known; if there is none, the outermost call.

    What stands around it (a layer's image, ``y =``, the function that takes the result) is left out.

    Raises:
        Unreadable: the text is no Python, or no call.
    """
    calls = list(_calls(_parsed(text)))
    if not calls:
        raise Unreadable(f"{text!r} is no call: write it with its arguments")
    found = next((call for call in calls if known(_name(call))), None)
    # layer(x): the layer is what is meant
    layers = (call for call in calls if not isinstance(call.func, ast.Call))
    return _written(text, found or next(layers, calls[0]))


def _parsed(text: str) -> ast.AST:
    try:
        tree = ast.parse(text.strip())
    except SyntaxError as error:
        raise Unreadable(f"{text!r} is no Python expression: {error.msg}") from None
    return tree


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    """Its dotted name; of ``onnx.helper.make_node`` that of the operator, ``onnx.Resize``."""
    name = ast.unparse(call.func)
    if name.split(".")[-1] != "make_node":
        return name
    operators = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "op_type")]
    return f"onnx.{ast.literal_eval(operators[0])}" if _constant(operators) else name


def _constant(nodes: list[ast.expr]) -> bool:
    return bool(nodes) and isinstance(nodes[0], ast.Constant)


def _written(text: str, call: ast.Call) -> Written:
    if any(isinstance(a, ast.Starred) for a in call.args) or any(
        k.arg is None for k in call.keywords
    ):
        raise Unreadable(f"{text!r}: * and ** hide arguments: write them out")
    args = tuple(_value(text, argument) for argument in call.args)
    kwargs = {k.arg or "": _value(text, k.value) for k in call.keywords}
    name = _name(call)
    if name != ast.unparse(call.func):  # a node: its operator is said
        args, kwargs = (args if "op_type" in kwargs else args[1:]), dict(kwargs)
        kwargs.pop("op_type", None)
    return Written(name, args, kwargs, ast.unparse(call))


def _value(text: str, node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        pass
    if isinstance(node, ast.Tuple | ast.List) and not any(
        isinstance(entry, ast.Starred) for entry in node.elts
    ):
        entries = [_value(text, entry) for entry in node.elts]
        return tuple(entries) if isinstance(node, ast.Tuple) else entries
    if isinstance(node, ast.Call):
        return _written(text, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        above, below = _value(text, node.left), _value(text, node.right)
        if isinstance(above, (int, float)) and isinstance(below, (int, float)) and below:
            return above / below  # scale_factor=1/2
    return Variable(ast.unparse(node))


def unsaid(value: Any) -> bool:
    """Whether a part of a value is known only when the code runs."""
    if isinstance(value, (tuple, list)):
        return any(map(unsaid, value))
    return isinstance(value, (Variable, Written))


def signature(text: str) -> inspect.Signature:
    """The signature of ``def f(text)``; its defaults are literals."""
    parsed = ast.parse(f"lambda {text}: 0", mode="eval").body
    assert isinstance(parsed, ast.Lambda)
    names = [argument.arg for argument in parsed.args.args]
    empty = [inspect.Parameter.empty] * (len(names) - len(parsed.args.defaults))
    defaults = [*empty, *map(ast.literal_eval, parsed.args.defaults)]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature(
        [inspect.Parameter(n, kind, default=d) for n, d in zip(names, defaults, strict=True)]
    )
