"""What names of a file stand for, where that is literal in it: one value, or several by branch.

A call is written anew with values in the place of names. A name that can have several literal values makes
one call for each, on the condition that the name is that value. A parameter's default is taken for its value,
and told: a caller may give another.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from . import flow
from .conditions import OPEN, constant, evaluated
from .scopes import Binding, Scope, dotted

_DEEPEST = 8  # names that stand for names
_MOST = 8  # branches of a call

Key = tuple[object, ...]


class Default(NamedTuple):
    """A parameter's default that was taken for its value: a caller may give another.

    Attributes:
        parameter: its name.
        value: the default, as it is read.
        function: whose parameter it is; of ``__init__`` its class.
    """

    parameter: str
    value: str
    function: str

    def __str__(self) -> str:
        return f"{self.parameter}={self.value}"


class Option(NamedTuple):
    """A value that a name can have.

    Attributes:
        node: it; None where it is not known.
        scope: in which it stands.
        key: where it is given; names that are given values at the same places change together.
        default: the parameter whose default it is, and of which function.
    """

    node: ast.expr | None
    scope: Scope
    key: Key = ()
    default: tuple[str, str] | None = None


class Code(Protocol):
    """A file, as values are looked for in it."""

    @property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """The node around each node."""

    def full_name(self, node: ast.expr, scope: Scope) -> str | None:
        """The dotted name of an expression, as what is imported has it."""

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope that a node stands in."""

    def attribute(self, owner: Scope, name: str) -> list[Binding]:
        """What an attribute of a class's instances is given."""

    def class_of(self, node: ast.expr, scope: Scope) -> Scope | None:
        """The class of the file that an expression names."""


# ---------------------------------------------------------------------------- what a name can be


@dataclass(frozen=True)
class Chosen:
    """A value that was chosen for a name, of several.

    Attributes:
        node: it, as it is written; None where it is not known.
        key: where it is given.
        keys: those of all that it was chosen from.
    """

    node: ast.expr | None
    key: Key
    keys: frozenset[Key]


Choices = Mapping[str, Chosen]


@dataclass(frozen=True)
class Values:
    """The values of names in a file, after some were chosen.

    Attributes:
        code: the file.
        chosen: by the text of a name.
    """

    code: Code
    chosen: Choices = field(default_factory=dict)

    def options(self, node: ast.expr, scope: Scope, at: ast.AST, depth: int = 0) -> list[Option]:
        """Every value that an expression can have at a node; itself, where it is no name of the file."""
        if depth > _DEEPEST:
            return [Option(None, scope)]
        if isinstance(node, ast.Name):
            return self._of_name(node, scope, at, depth)
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, scope, depth)
        if isinstance(node, ast.Subscript):
            return self._of_entry(node, node.value, node.slice, None, scope, at, depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            plain = not node.keywords and len(node.args) in (1, 2)
            if node.func.attr == "get" and plain:
                otherwise = node.args[1] if len(node.args) == 2 else ast.Constant(None)
                key, container = node.args[0], node.func.value
                return self._of_entry(node, container, key, otherwise, scope, at, depth)
        return [Option(node, scope)]

    def _of_name(self, node: ast.Name, scope: Scope, at: ast.AST, depth: int) -> list[Option]:
        holder = scope.holder(node.id)
        if holder is None:
            return [Option(node, scope)]
        parents = self.code.parents
        if holder is scope:
            bindings, begins = flow.reaching(
                node.id, scope, at, parents, lambda test: self.decided(test, scope, test, depth)
            )
        else:
            bindings, begins = flow.visible(holder.bound.get(node.id, ()), at, parents), True
        options = [one for b in bindings for one in self._of_binding(b, holder, depth)]
        if begins and node.id in holder.defaults:
            options += self._of_default(node.id, holder, depth)
        return options or [Option(None, holder)]

    def _of_default(self, name: str, holder: Scope, depth: int) -> list[Option]:
        given, outer = holder.defaults[name], holder.parent or holder
        key: Key = ("default", id(holder))
        if given is None:
            return [Option(None, holder, key)]
        several = self.options(given, outer, holder.node, depth + 1)
        return [one._replace(key=key, default=(name, holder.title)) for one in several]

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> list[Option]:
        named = node.value
        own = isinstance(named, ast.Name) and named.id in ("self", "cls") and scope.owner
        owner = scope.owner if own else self.code.class_of(named, scope)
        if owner is None:
            return [Option(node, scope)]
        options: list[Option] = []
        for binding in self.code.attribute(owner, node.attr):
            where = self.code.scope_of(binding.node)
            several = self._of_binding(binding, where, depth)
            if where.is_class and isinstance(binding.node, ast.AnnAssign):  # a field
                several = [
                    one._replace(default=one.default or (node.attr, where.title)) for one in several
                ]
            options += several
        return options or [Option(node, scope)]

    def _of_binding(self, binding: Binding, scope: Scope, depth: int) -> list[Option]:
        if binding.value is None:
            return [Option(None, scope)]
        key = flow.arm_of(binding.node, self.code.parents)
        if isinstance(binding.node, (ast.For, ast.AsyncFor, ast.comprehension)):
            key = (id(binding.node),)
        options = [
            one._replace(key=key)
            for one in self.options(binding.value, scope, binding.node, depth + 1)
        ]
        for step in binding.path:
            options = [
                leaf._replace(key=part.key, default=leaf.default or part.default)
                for one in options
                for part in _elements(one, step)
                for leaf in (
                    [part]
                    if part.node is None
                    else self.leaves(part.node, part.scope, binding.node, depth + 1)
                )
            ]
        return options

    def leaves(self, node: ast.expr, scope: Scope, at: ast.AST, depth: int = 0) -> list[Option]:
        """Every value of an expression, those of the sides of conditional expressions too."""
        if isinstance(node, ast.IfExp):
            truth = self.decided(node.test, scope, at, depth)
            sides = (
                (node.body, node.orelse)
                if truth is None
                else (node.body if truth else node.orelse,)
            )
            if depth > _DEEPEST:
                return [Option(None, scope)]
            return [
                one._replace(key=(*one.key, id(node), i))
                for i, side in enumerate(sides)
                for one in self.leaves(side, scope, at, depth + 1)
            ]
        options = self.options(node, scope, at, depth)
        return [
            leaf
            for one in options
            for leaf in (
                [
                    side._replace(default=side.default or one.default)
                    for side in self.leaves(one.node, one.scope, at, depth + 1)
                ]
                if isinstance(one.node, ast.IfExp)
                else [one]
            )
        ]

    def _of_entry(
        self,
        node: ast.expr,
        container: ast.expr,
        index: ast.expr,
        otherwise: ast.expr | None,
        scope: Scope,
        at: ast.AST,
        depth: int,
    ) -> list[Option]:
        """An entry of a dictionary or a list that is literal: all of them, where the index is not known."""
        options: list[Option] = []
        for whole in self.options(container, scope, at, depth + 1):
            several = self._of_entries(whole, node, index, otherwise, scope, at, depth)
            if several is None:
                return [Option(node, scope)]
            options += several
        return options

    def _of_entries(
        self,
        whole: Option,
        node: ast.expr,
        index: ast.expr,
        otherwise: ast.expr | None,
        scope: Scope,
        at: ast.AST,
        depth: int,
    ) -> list[Option] | None:
        """The entries of one dictionary or list that an index can name; None of what is not literal."""
        keys, entries = _entries(whole.node)
        if not entries:
            return None
        where = self.options(index, scope, at, depth + 1)
        known = where[0].node if len(where) == 1 else None
        if isinstance(known, ast.Constant):
            default = where[0].default
            positions = [i for i, one in enumerate(keys) if one == known.value]
            if not positions and otherwise is None:
                return None
            chosen = entries[positions[-1]] if positions else otherwise
            assert chosen is not None
            several = self.leaves(chosen, whole.scope if positions else scope, at, depth + 1)
            return [one._replace(default=one.default or default) for one in several]
        several = [
            one._replace(key=("entry", ast.unparse(node), i))
            for i, entry in enumerate(entries)
            for one in self.leaves(entry, whole.scope, at, depth + 1)
        ]
        return [*several, *([Option(otherwise, scope)] if otherwise is not None else [])]

    # ------------------------------------------------------------------------ conditions

    def decided(self, test: ast.expr, scope: Scope, at: ast.AST, depth: int = 0) -> bool | None:
        """What a condition at a node comes to by what was chosen; None where that does not say it."""
        if not self.chosen or depth > _DEEPEST // 2:
            return None
        value = evaluated(test, lambda node: self._as_chosen(node, scope, at, depth))
        return None if value is OPEN else bool(value)

    def _as_chosen(self, node: ast.expr, scope: Scope, at: ast.AST, depth: int) -> ast.expr | None:
        """What was chosen for a name, if the name has the same values at the node."""
        chosen = self.chosen.get(ast.unparse(node))
        if chosen is None or chosen.node is None:
            return None
        plain = replace(self, chosen={})
        keys = {one.key for one in plain.leaves(node, scope, at, depth + 1)}
        return chosen.node if keys == chosen.keys else None


def _elements(option: Option, step: int | None) -> list[Option]:
    """A part of a value: an entry, or each in turn."""
    node = option.node
    if step is None and isinstance(node, ast.Call):
        node = _iterated(node)
    entries: Sequence[ast.expr] | None = None
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        entries = node.elts
    elif isinstance(node, ast.Dict) and step is None and None not in node.keys:
        entries = [key for key in node.keys if key is not None]
    if entries is None or any(isinstance(one, ast.Starred) for one in entries):
        return [option._replace(node=None)]
    if step is None:
        return [option._replace(node=e, key=(*option.key, i)) for i, e in enumerate(entries)]
    return [option._replace(node=entries[step] if step < len(entries) else None)]


def _iterated(call: ast.Call) -> ast.expr | None:
    """What a loop over a dictionary's items, or over several lists at once, goes through."""
    if call.keywords:
        return None
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    lists = [one.elts for one in call.args if isinstance(one, (ast.Tuple, ast.List))]
    if lists and len(lists) == len(call.args):
        if name == "zip" and len({len(one) for one in lists}) == 1:
            return ast.List([ast.Tuple(list(each)) for each in zip(*lists, strict=True)])
        if name == "enumerate" and len(lists) == 1:
            numbered = enumerate(lists[0])
            return ast.List([ast.Tuple([ast.Constant(i), one]) for i, one in numbered])
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Dict):
        given = call.func.value
        if not call.args and None not in given.keys:
            keys = [key for key in given.keys if key is not None]
            pairs = [ast.Tuple([key, value]) for key, value in zip(keys, given.values, strict=True)]
            each: dict[str, Sequence[ast.expr]] = {
                "keys": keys,
                "values": given.values,
                "items": pairs,
            }
            if call.func.attr in each:
                return ast.List(list(each[call.func.attr]))
    return None


def _entries(node: ast.expr | None) -> tuple[list[object], list[ast.expr]]:
    """The keys and the entries of a dictionary, a tuple or a list that is written out; none of others."""
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return [key.value for key in node.keys if isinstance(key, ast.Constant)], node.values
    if not isinstance(node, (ast.Tuple, ast.List)):
        return [], []
    starred = any(isinstance(one, ast.Starred) for one in node.elts)
    return ([], []) if starred else (list(range(len(node.elts))), node.elts)


# ---------------------------------------------------------------------------- a call, written anew

_LITERALS: tuple[type, ...] = (str, bool, int, float, tuple, list, type(None))


@dataclass(frozen=True)
class Undecided:
    """A name with several literal values.

    Attributes:
        name: its text, as it stands in the call.
        literals: the values, by their text, with where they are given.
        keys: where all of them are given.
        open: whether it can have others, that are not known.
    """

    name: str
    literals: Mapping[str, tuple[ast.expr, tuple[Key, ...], Default | None]]
    keys: frozenset[Key]
    open: bool


class Spelling(ast.NodeTransformer):
    """Writes values in the place of names, and flags as they are known.

    Attributes:
        assumed: the defaults that were taken.
        taken: the same, by the names in whose place they are written.
        undecided: the first name that has several values, where branches are looked for.
    """

    def __init__(
        self,
        values: Values,
        scope: Scope,
        at: ast.AST,
        *,
        branches: bool = False,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self._values, self._scope, self._at = values, scope, at
        self._branches, self._renamed = branches, renamed or {}
        self.assumed: list[Default] = []
        self.taken: dict[str, Chosen] = {}
        self.undecided: Undecided | None = None
        self._none = False

    def anew(self, node: ast.expr, *, none: bool = False) -> str:
        """An argument's text, with values in the place of names.

        Args:
            node: it.
            none: a default that is None is a value, and does not say that something else is given.
        """
        self._none = none
        return ast.unparse(self.visit(copy.deepcopy(node)))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._renamed:
            return ast.Name(self._renamed[node.id])
        return self._known(node) or node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._known(node) or (node if dotted(node) else self.generic_visit(node))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return self._known(node) or self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return self._known(node) or self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        truth = self._values.decided(node.test, self._scope, self._at)
        if truth is not None:
            made: ast.AST = self.visit(node.body if truth else node.orelse)
            return made
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        truth = self._values.decided(node, self._scope, self._at)
        return node if truth is None else ast.Constant(truth)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        plain = isinstance(node.op, ast.Not) and constant(node.operand) is not OPEN
        return ast.Constant(not constant(node.operand)) if plain else node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node

    def _known(self, node: ast.expr) -> ast.expr | None:
        text = ast.unparse(node)
        chosen = self._values.chosen.get(text)
        if chosen is not None:
            return copy.deepcopy(chosen.node)
        options = self._values.options(node, self._scope, self._at)
        if len(options) == 1 and options[0].node is node:
            return self._flag(node, self._scope)
        inlined = self._inlined(options)
        if inlined is not None:
            return inlined
        leaves = [
            leaf
            for one in options
            for leaf in (
                [one]
                if one.node is None
                else [
                    side._replace(default=side.default or one.default, key=side.key or one.key)
                    for side in self._values.leaves(one.node, one.scope, self._at)
                ]
                if isinstance(one.node, ast.IfExp)
                else [one]
            )
        ]
        return self._of_leaves(text, leaves) or self._flag(node, self._scope)

    def _inlined(self, options: Sequence[Option]) -> ast.expr | None:
        """A conditional expression in the place of the name that it is given, where that means the same."""
        one = options[0]
        if not self._branches or len(options) > 1 or not isinstance(one.node, ast.IfExp):
            return None
        used = [name.id for name in ast.walk(one.node) if isinstance(name, ast.Name)]
        bound, defaults = one.scope.bound, one.scope.defaults
        given = (len(bound.get(name, ())) + (name in defaults) for name in used)
        if one.scope is not self._scope or any(count > 1 for count in given):
            return None
        made = self.visit(copy.deepcopy(one.node))
        assert isinstance(made, ast.expr)
        return made

    def _of_leaves(self, text: str, leaves: Sequence[Option]) -> ast.expr | None:
        literals: dict[str, tuple[ast.expr, tuple[Key, ...], Default | None]] = {}
        is_open = False
        for leaf in leaves:
            literal = self._literal(leaf)
            if literal is None:
                is_open = True
                continue
            shown = ast.unparse(literal)
            _, before, default = literals.get(shown, (literal, (), None))
            given = leaf.default and Default(leaf.default[0], shown, leaf.default[1])
            literals[shown] = (literal, (*before, leaf.key), default or given)
        if not literals:
            return None
        keys = frozenset(leaf.key for leaf in leaves)
        if len(literals) == 1 and not is_open:
            literal, _, default = next(iter(literals.values()))
            if default is not None:
                self.taken[text] = Chosen(literal, (), keys)
                self.assumed.append(default)
            return copy.deepcopy(literal)
        numbers = all(_is_size(literal) for literal, _, _ in literals.values())
        if self._branches and self.undecided is None and not (is_open and numbers):
            self.undecided = Undecided(text, literals, keys, is_open)
        return None

    def _literal(self, option: Option) -> ast.expr | None:
        if option.node is None:
            return None
        kinds: tuple[type, ...] = (
            (str, bool) if option.default else _LITERALS
        )  # other callers give other sizes
        if option.default and self._none:
            kinds = (*kinds, type(None))
        literal = isinstance(constant(option.node), kinds)
        return option.node if literal else self._flag(option.node, option.scope)

    def _flag(self, node: ast.expr, scope: Scope) -> ast.expr | None:
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        full = self._values.code.full_name(node, scope)
        if full is None or full.partition(".")[0] not in (
            "cv2",
            "tensorflow",
            "PIL",
            "torchvision",
            "jax",
        ):
            return None
        own = full.replace("tensorflow", "tf", 1).removeprefix("PIL.")
        return ast.parse(own, mode="eval").body if "." in own else None


def _is_size(node: ast.expr) -> bool:
    value = constant(node)
    every = value if isinstance(value, (tuple, list)) else (value,)
    return all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in every)


# ---------------------------------------------------------------------------- branches


Spell = Callable[[Values], "tuple[str, Undecided | None]"]


def by_branch(spell: Spell, values: Values) -> str:
    """A call with the values of its names; with several, a conditional expression of calls.

    Args:
        spell: writes the call after some values were chosen, and says which name has several left.
        values: those of the file.
    """
    left = [_MOST]
    text = _by_branch(spell, values, left)
    return spell(values)[0] if left[0] < 0 else text


def _by_branch(spell: Spell, values: Values, left: list[int]) -> str:
    text, undecided = spell(values)
    if undecided is None:
        left[0] -= 1
        return text
    sides = [
        (test, _by_branch(spell, replace(values, chosen=choices), left) if left[0] >= 0 else "")
        for test, choices in _choices(undecided, values.chosen)
    ]
    if len({side for _, side in sides}) == 1:
        return sides[0][1]
    made = sides[-1][1]
    for test, side in reversed(sides[:-1]):
        made = f"({side} if {test} else {made})"
    return made


def _choices(undecided: Undecided, chosen: Choices) -> Iterator[tuple[str, Choices]]:
    """Each value of a name, on which condition, with what is chosen then."""
    name = undecided.name
    every = [(node, keys) for node, keys, _ in undecided.literals.values()]
    together = {one.keys: one.key for one in chosen.values() if one.key}
    decided = together.get(undecided.keys)
    several = [(node, keys) for node, keys in every if decided is None or decided in keys]
    own = len(undecided.keys) == sum(len(keys) for _, keys in every)
    truths = not undecided.open and all(isinstance(constant(node), bool) for node, _ in every)
    for node, keys in several:
        key = keys[0] if own and len(keys) == 1 else ()
        test = _is(name, node, truths=truths)
        yield test, {**chosen, name: Chosen(node, key, undecided.keys)}
    if undecided.open and (decided is None or not several):
        yield "", {**chosen, name: Chosen(None, (), undecided.keys)}


def _is(name: str, node: ast.expr, *, truths: bool) -> str:
    """The condition that a name has a value, of several that are all True or False, or others."""
    value = constant(node)
    if truths:
        return name if value else f"not {name}"
    if isinstance(value, bool):
        return f"{name} is {value}"
    return f"{name} {'is' if value is None else '=='} {ast.unparse(node)}"
