"""Text to calls: parsed as Python, and never run.

Nothing of a text is dropped: a conditional expression is a :class:`Choice`, of which each branch is read;
what stands around a call, and what a layer is applied to, is kept beside it.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...frameworks.call import Expression, Method, Name
from .conditions import implied


class Unreadable(ValueError):
    """A call that cannot be read: says what was wrong and what to write instead."""


class Raises(Unreadable):
    """A call for which the framework raises, whatever its arguments hold: says what the framework says."""


@dataclass(frozen=True)
class Variable:
    """An argument that is not a number or a string: what stands there is known when the code runs."""

    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, repr=False)
class Another(Variable):
    """A name that is none of the values that an argument takes.

    Attributes:
        taken: those, in words.
    """

    taken: str = ""


@dataclass(frozen=True)
class Choice:
    """``then if condition else otherwise``; of a comparison, True or False."""

    condition: str
    then: Any
    otherwise: Any
    text: str

    def __repr__(self) -> str:
        return self.text

    @property
    def leaves(self) -> tuple[Any, ...]:
        """What it can be."""
        both = (self.then, self.otherwise)
        return tuple(
            leaf for one in both for leaf in (one.leaves if isinstance(one, Choice) else (one,))
        )


@dataclass(frozen=True)
class Written:
    """A call as it stands in a text.

    Attributes:
        function: its dotted name.
        args, kwargs: literals, :class:`Variable`, :class:`Choice`, other :class:`Written`, and tuples and
            lists of these.
        text: all of it.
        applied: of a layer, the call of it: ``layer(x)``; None where it is not called.
        around: what stands around it, with ``…`` in its place; empty where nothing does.
        receiver: of a method, what it is called on: ``Image.open(path)``; None of a bare name.
        underneath: where ``text`` is a call of another library, the call that it is.
        notes: what that takes for granted.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    text: str
    applied: Written | None = None
    around: str = ""
    receiver: Any = None
    underneath: str = ""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return self.text

    def bound(self, name: str, signature: inspect.Signature) -> dict[str, Any]:
        """Its arguments by name, defaults filled in.

        Raises:
            Raises: they are not what the signature takes.
        """
        for key in self.kwargs:
            if key not in signature.parameters:
                suggestion = _suggestion(key, signature)
                raise Raises(
                    f"{name}: got an unexpected keyword argument {key!r}; it takes {signature}{suggestion}"
                )
        try:
            bound = signature.bind(*self.args, **self.kwargs)
        except TypeError as error:
            raise Raises(f"{name}: {error}; it takes {signature}") from None
        bound.apply_defaults()
        return dict(bound.arguments)


# arguments that mean the same in different functions
_ALIKE = (
    ("mode", "method", "interpolation", "interpolation_mode", "resample", "kernel_type"),
    (
        "size",
        "dsize",
        "crop_size",
        "output_size",
        "target_size",
        "new_size",
        "output_shape",
        "shape",
    ),
    ("scale_factor", "scale", "factor", "fx", "zoom"),
    ("image", "images", "input", "inputs", "src", "x", "img"),
    ("antialias", "anti_aliasing", "anti_alias"),
    ("stride", "strides"),
    ("dilation", "dilations", "dilation_rate"),
    ("padding", "pads", "pad"),
    ("bias", "use_bias"),
    ("groups", "group"),
    ("kernel_size", "kernel", "kernel_shape"),
    ("out_channels", "filters"),
    ("output_padding", "out_padding"),
    ("data_format", "layout"),
    ("box_indices", "box_ind", "box_index"),
)


def _suggestion(key: str, signature: inspect.Signature) -> str:
    """Which argument a wrong name stands for."""
    parameters = list(signature.parameters)
    alike = [name for group in _ALIKE if key in group for name in group if name in parameters]
    near = alike or difflib.get_close_matches(key, parameters, 1)
    return f"; did you mean {near[0]}?" if near else ""


@dataclass(frozen=True)
class Branch:
    """A call that is made on a condition.

    Attributes:
        truths: the conditions, and whether each holds.
        call: the call; None where nothing is called.
        text: what stands in the place of all the text.
    """

    truths: tuple[tuple[str, bool], ...]
    call: Written | None
    text: str

    @property
    def condition(self) -> str:
        """The conditions as one, in Python; empty where there are none."""
        several = len(self.truths) > 1
        each = [
            (f"({text})" if several and " " in text else text) if truth else f"not ({text})"
            for text, truth in self.truths
        ]
        return " and ".join(each)


_MOST_BRANCHES = 8

Known = Callable[[str], bool]


def outermost(text: str, known: Known) -> Written:
    """The outermost call of a function that is known; if there is none, the outermost call.

    Raises:
        Unreadable: the text is no Python, or no call, or has conditional branches.
    """
    parsed = branches(text, known)
    if len(parsed) > 1 or parsed[0].call is None:
        raise Unreadable(f"{text!r} has branches: write one of them")
    return parsed[0].call


def branches(text: str, known: Known) -> tuple[Branch, ...]:
    """The calls that a text makes, by the conditional expressions around them.

    Raises:
        Unreadable: the text is no Python, or no call, or makes several calls.
    """
    tree = _statement(text)
    calls = []
    for truths, branch in _split(tree, known, ()):
        call = _outermost(text, branch, known)
        calls.append(Branch(truths, call, ast.unparse(_result(branch) or branch)))
    if all(one.call is None for one in calls):
        raise Unreadable(f"{text!r} is no call: write it with its arguments")
    return tuple(calls)


def choices_of(
    call: Written, skipped: Sequence[str | int] = (), *, most: int = _MOST_BRANCHES
) -> tuple[Branch, ...]:
    """A call for each branch of the conditional expressions among its arguments.

    Args:
        call: it.
        skipped: the arguments, by name or place, that are left as they are.
        most: how many branches there may be.

    Raises:
        Unreadable: there are more.
    """
    args = {
        key: value
        for key, value in itertools.chain(enumerate(call.args), call.kwargs.items())
        if isinstance(value, Choice) and key not in skipped
    }
    if not args:
        return (Branch((), call, call.text),)
    choice = next(iter(args.values()))
    branches = []
    for truth in (True, False):
        chosen = _chosen(call, choice.condition, truth, skipped)
        for branch in choices_of(chosen, skipped, most=most):
            branches.append(replace(branch, truths=((choice.condition, truth), *branch.truths)))
    if len(branches) > most:
        raise Unreadable(f"{call.function}: more than {most} branches: write one of them")
    return tuple(branches)


def _chosen(call: Written, condition: str, truth: bool, skipped: Sequence[str | int]) -> Written:
    """A call where a condition is decided, everywhere that it stands."""

    def decided(value: object) -> Any:
        if not isinstance(value, Choice):
            return value
        known = implied(condition, truth, value.condition)
        if known is not None:
            return decided(value.then if known else value.otherwise)
        return replace(value, then=decided(value.then), otherwise=decided(value.otherwise))

    args = tuple(v if i in skipped else decided(v) for i, v in enumerate(call.args))
    kwargs = {k: v if k in skipped else decided(v) for k, v in call.kwargs.items()}
    shown = [*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())]
    return replace(call, args=args, kwargs=kwargs, text=f"{call.function}({', '.join(shown)})")


# ---------------------------------------------------------------------------- trees


def _statement(text: str) -> ast.stmt:
    """The one statement of a text."""
    try:
        body = ast.parse(text.strip()).body
    except SyntaxError as error:
        raise Unreadable(f"{text!r} is no Python expression: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nested too deep
        raise Unreadable(f"{text[:80]!r} is no Python expression: {error}") from None
    if not body:
        raise Unreadable(f"{text!r} is no call: write it with its arguments")
    if len(body) > 1:
        raise Unreadable(f"{text!r} is {len(body)} statements: write the call alone")
    return body[0]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _call_in(tree: ast.AST, known: Known) -> ast.Call | None:
    return next((call for call in _calls(tree) if known(_name(call))), None)


Truths = tuple[tuple[str, bool], ...]


def _split(tree: ast.stmt, known: Known, truths: Truths) -> Iterator[tuple[Truths, ast.stmt]]:
    """A statement without the conditional expressions around its call, once for each branch."""
    call = _call_in(tree, known)
    for node in ast.walk(tree):
        inside = isinstance(node, ast.IfExp) and any(
            one is call for side in (node.body, node.orelse) for one in ast.walk(side)
        )
        if inside and isinstance(node, ast.IfExp):
            text = ast.unparse(node.test)
            for truth, side in ((True, node.body), (False, node.orelse)):
                yield from _split(_replaced(tree, node, side), known, (*truths, (text, truth)))
            return
    yield truths, tree


def _replaced(tree: ast.stmt, old: ast.expr, new: ast.expr) -> ast.stmt:
    """A copy of a statement with one expression in the place of another."""

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return new if node is old else _copied(node, self)

    made = Swap().visit(tree)
    assert isinstance(made, ast.stmt)
    return made


def _copied(node: ast.AST, visitor: ast.NodeTransformer) -> ast.AST:
    """A node whose children were visited; the node itself stays as it is."""

    def each(value: object) -> Any:
        if isinstance(value, list):
            return [each(entry) for entry in value]
        return visitor.visit(value) if isinstance(value, ast.AST) else value

    made = type(node)(**{name: each(value) for name, value in ast.iter_fields(node)})
    return ast.copy_location(made, node)


def _outermost(text: str, tree: ast.stmt, known: Known) -> Written | None:
    """The call of a branch, with what stands around it; None where it calls nothing."""
    calls = list(_calls(tree))
    if not calls:
        return None
    call = _call_in(tree, known)
    if call is None:
        # layer(x): the layer is what is meant
        layers = (one for one in calls if not isinstance(one.func, ast.Call))
        call = next(layers, calls[0])
    outer = next((one for one in calls if one.func is call), None)
    within = set(map(id, _calls(outer or call)))
    others = [one for one in calls if known(_name(one)) and id(one) not in within]
    if others:
        names = " and ".join(_name(one) for one in (call, *others[:1]))
        raise Unreadable(f"{text!r} calls {names}: ask about one at a time")
    written = _written(text, call)
    if outer is not None:
        written = replace(written, applied=_written(text, outer))
    return replace(written, around=_around(tree, outer or call))


_HOLE = "_the_call_"


def _around(tree: ast.stmt, call: ast.Call) -> str:
    """What stands around a call, but for names that its result is given."""
    value = _result(tree)
    while isinstance(value, ast.Lambda):
        value = value.body
    if value is call:
        return ""
    shown = _replaced(tree, call, ast.Name(_HOLE))
    return ast.unparse(_result(shown) or shown).replace(_HOLE, "…")


def _result(tree: ast.stmt) -> ast.expr | None:
    """What an expression, or a statement that names it, comes to; None of any other statement."""
    return (
        tree.value if isinstance(tree, (ast.Expr, ast.Return, ast.Assign, ast.AnnAssign)) else None
    )


# ---------------------------------------------------------------------------- calls


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
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    on = None if receiver is None else _value(text, receiver)
    return Written(name, args, kwargs, ast.unparse(call), receiver=on)


def of_expression(expression: Expression, known: Known) -> Written | None:
    """What :func:`outermost` reads in an expression's text; None where nothing in it is known."""
    layer = expression.function
    if isinstance(layer, Expression):
        return replace(_of_expression(layer), applied=_of_expression(expression))
    written = _of_expression(expression)
    if known(written.function):
        return written
    inner = [one for one in expression.args if isinstance(one, Expression)]
    return next(
        (written_inside for one in inner if (written_inside := of_expression(one, known))), None
    )


def _of_expression(expression: Expression) -> Written:
    name, args = str(expression.function), tuple(map(_of_value, expression.args))
    if name.split(".")[-1] == "make_node":
        name, args = f"onnx.{args[0]}", args[1:]
    kwargs = {key: _of_value(value) for key, value in expression.kwargs.items()}
    method = expression.function
    receiver = _of_expression(method.of) if isinstance(method, Method) else None
    return Written(name, args, kwargs, str(expression), receiver=receiver)


def _of_value(value: object) -> Any:
    if isinstance(value, Expression):
        return _of_expression(value)
    if isinstance(value, Name):
        dotted = all(part.isidentifier() for part in value.split("."))
        return Variable(str(value)) if dotted else _value(value, ast.parse(value, mode="eval").body)
    if isinstance(value, (tuple, list)):
        return type(value)(map(_of_value, value))
    return value


_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _value(text: str, node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        pass
    if isinstance(node, ast.Tuple | ast.List) and not any(
        isinstance(entry, ast.Starred) for entry in node.elts
    ):
        entries = [_value(text, entry) for entry in node.elts]
        return tuple(entries) if isinstance(node, ast.Tuple) else entries
    if isinstance(node, ast.Call):
        return _written(text, node)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(text, node.left), _value(text, node.right)
        if (
            _is_number(left)
            and _is_number(right)
            and (right or not isinstance(node.op, _DIVISIONS))
        ):
            return _OPERATORS[type(node.op)](left, right)  # scale_factor=1/2
    return _choice(text, node) or Variable(ast.unparse(node))


_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _choice(text: str, node: ast.expr) -> Choice | None:
    """A conditional expression, a comparison, or an entry of a dictionary that is written out."""
    shown = ast.unparse(node)
    if isinstance(node, ast.IfExp):
        sides = _value(text, node.body), _value(text, node.orelse)
        return Choice(ast.unparse(node.test), *sides, shown)
    if isinstance(node, ast.Compare):
        return Choice(shown, True, False, shown)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Choice(ast.unparse(node.operand), False, True, shown)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        keys, values = node.value.keys, node.value.values
        if not keys or None in keys:
            return None
        key = ast.unparse(node.slice)
        choice: Any = _value(text, values[-1])
        for one, value in reversed(list(zip(keys, values, strict=True))[:-1]):
            assert one is not None
            choice = Choice(f"{key} == {ast.unparse(one)}", _value(text, value), choice, shown)
        return choice if isinstance(choice, Choice) else None
    return None


def operand(text: str) -> str:
    """An expression as it stands in a product: a sum has brackets."""
    whole = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)
    return text if isinstance(ast.parse(text, mode="eval").body, whole) else f"({text})"


def unsaid(value: object) -> bool:
    """Whether a part of a value is known only when the code runs."""
    if isinstance(value, (tuple, list)):
        return any(map(unsaid, value))
    return isinstance(value, (Variable, Written, Choice))
