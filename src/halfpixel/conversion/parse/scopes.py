"""Where the names of a file are bound, and what to."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, ast.ClassDef)


class Binding(NamedTuple):
    """What a name is given at one place.

    Attributes:
        value: what it is given, or what it is taken from; None for what is not known: a number that is added
            to, a list that is appended to.
        node: where.
        path: what of the value: indices, with None for each element in turn. Empty for all of it.
    """

    value: ast.expr | None
    node: ast.AST
    path: tuple[int | None, ...] = ()


@dataclass(eq=False)
class Scope:
    """Where names are bound: a module, a class, a function or a lambda.

    Attributes:
        node: it.
        parent: the scope around it; None of a module.
        bound: by name, everything that it is given here, in no order.
        defaults: by parameter, its default; None without one.
        attributes: of a class, the same of ``self.name``.
    """

    node: ast.AST
    parent: Scope | None = None
    bound: dict[str, list[Binding]] = field(default_factory=dict)
    defaults: dict[str, ast.expr | None] = field(default_factory=dict)
    attributes: dict[str, list[Binding]] = field(default_factory=dict)

    @property
    def is_class(self) -> bool:
        """Whether it is a class, whose names its methods do not see."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def title(self) -> str:
        """Its name; of ``__init__`` that of its class."""
        name: str = getattr(self.node, "name", "lambda")
        owner = self.owner
        return owner.title if name == "__init__" and owner is not None else name

    def around(self) -> Iterator[Scope]:
        """It and the scopes whose names are seen in it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            if scope is self or not scope.is_class:
                yield scope
            scope = scope.parent

    @functools.cached_property
    def owner(self) -> Scope | None:
        """The class of the method that it is, or is in."""
        scope: Scope | None = self
        while scope is not None and not scope.is_class:
            scope = scope.parent
        return scope

    def holder(self, name: str) -> Scope | None:
        """The innermost scope that binds a name."""
        return next((s for s in self.around() if name in s.bound or name in s.defaults), None)

    def values_of(self, name: str) -> list[ast.expr | None]:
        """Every value that a name is given here; None for one that is no plain assignment."""
        return [None if one.path else one.value for one in self.bound.get(name, ())]


@dataclass(eq=False)
class Names:
    """What binding a file's names collects beside its scopes.

    Attributes:
        imported: full names of what is imported anywhere, by the names that they have there.
        starred: modules of which everything is imported.
        changed: names and attributes whose value is changed in its place, where, and in which scope.
    """

    imported: dict[str, str] = field(default_factory=dict)
    starred: list[str] = field(default_factory=list)
    changed: list[tuple[ast.expr, ast.AST, Scope]] = field(default_factory=list)

    def settle(self) -> None:
        """Bind what is changed in its place to a value that is not known."""
        for target, node, scope in self.changed:
            if isinstance(target, ast.Name):
                holder = scope.holder(target.id)
                if holder is not None:
                    holder.bound.setdefault(target.id, []).append(Binding(None, node))
            else:
                _assign(target, Binding(None, node), scope)


def dotted(node: ast.expr) -> str | None:
    """A name, or names with dots between them; None where an expression is anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


# ---------------------------------------------------------------------------- binding


# methods that change a list or a dictionary in its place
_CHANGING = frozenset({
    "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort",
    "update",
})  # fmt: skip


def _of_assign(node: ast.Assign, scope: Scope, names: Names) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            names.changed.append((target.value, node, scope))
        else:
            _assign(target, Binding(node.value, node), scope)


def _of_value(node: ast.AnnAssign | ast.NamedExpr, scope: Scope, names: Names) -> None:
    if node.value is not None:
        _assign(node.target, Binding(node.value, node), scope)


def _of_change(node: ast.AugAssign, scope: Scope, names: Names) -> None:
    if isinstance(node.target, ast.Subscript):
        names.changed.append((node.target.value, node, scope))
    else:
        _assign(node.target, Binding(None, node), scope)


def _of_delete(node: ast.Delete, scope: Scope, names: Names) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            names.changed.append((target.value, node, scope))


def _of_loop(node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope, names: Names) -> None:
    _assign(node.target, Binding(node.iter, node, (None,)), scope)


def _of_with(node: ast.withitem, scope: Scope, names: Names) -> None:
    if node.optional_vars is not None:
        _assign(node.optional_vars, Binding(None, node), scope)


def _of_name(
    node: ast.ExceptHandler
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.MatchAs
    | ast.MatchStar,
    scope: Scope,
    names: Names,
) -> None:
    if node.name:
        scope.bound.setdefault(node.name, []).append(Binding(None, node))


def _of_outer(node: ast.Global | ast.Nonlocal, scope: Scope, names: Names) -> None:
    for outer in scope.around():
        for name in node.names:
            outer.bound.setdefault(name, []).append(Binding(None, node))


def _of_import(node: ast.Import, scope: Scope, names: Names) -> None:
    for alias in node.names:
        head = alias.name.split(".")[0]
        names.imported[alias.asname or head] = alias.name if alias.asname else head


def _of_from(node: ast.ImportFrom, scope: Scope, names: Names) -> None:
    if node.module and not node.level:
        for alias in node.names:
            if alias.name == "*":
                names.starred.append(node.module)
            else:
                names.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"


def _of_call(node: ast.Call, scope: Scope, names: Names) -> None:
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr in _CHANGING:
        names.changed.append((called.value, node, scope))


# what the kinds of nodes bind in their scope
BINDS: Mapping[type[ast.AST], Callable[[Any, Scope, Names], None]] = {
    ast.Assign: _of_assign,
    ast.AnnAssign: _of_value,
    ast.NamedExpr: _of_value,
    ast.AugAssign: _of_change,
    ast.Delete: _of_delete,
    ast.For: _of_loop,
    ast.AsyncFor: _of_loop,
    ast.comprehension: _of_loop,
    ast.withitem: _of_with,
    ast.ExceptHandler: _of_name,
    ast.FunctionDef: _of_name,
    ast.AsyncFunctionDef: _of_name,
    ast.ClassDef: _of_name,
    ast.MatchAs: _of_name,
    ast.MatchStar: _of_name,
    ast.Global: _of_outer,
    ast.Nonlocal: _of_outer,
    ast.Import: _of_import,
    ast.ImportFrom: _of_from,
    ast.Call: _of_call,
}


def _assign(target: ast.expr, binding: Binding, scope: Scope) -> None:
    if isinstance(target, ast.Name):
        scope.bound.setdefault(target.id, []).append(binding)
    elif isinstance(target, ast.Starred):
        _assign(target.value, binding._replace(value=None), scope)
    elif isinstance(target, (ast.Tuple, ast.List)):
        starred = any(isinstance(one, ast.Starred) for one in target.elts)
        for i, one in enumerate(target.elts):
            part = None if starred else binding.value
            _assign(one, binding._replace(value=part, path=(*binding.path, i)), scope)
    elif (
        isinstance(target, ast.Attribute)
        and dotted(target) == f"self.{target.attr}"
        and scope.owner is not None
    ):
        scope.owner.attributes.setdefault(target.attr, []).append(binding)


def parameters(scope: Scope) -> None:
    """Bind the parameters of a function in the scope that it makes."""
    if not isinstance(scope.node, FUNCTIONS):
        return
    given = scope.node.args
    every = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(every) - len(given.defaults)) + list(given.defaults)
    scope.defaults |= {one.arg: value for one, value in zip(every, defaults, strict=True)}
    scope.defaults |= {
        one.arg: value for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    }
    for extra in (given.vararg, given.kwarg):
        if extra is not None:
            scope.defaults[extra.arg] = None
