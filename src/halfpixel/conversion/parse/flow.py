"""Which bindings of a name can hold at a node: by the statements before it, and those around it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .scopes import Binding, Scope

_BLOCKS = ("body", "orelse", "finalbody")
_ENDING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.Match)
_REPEATED = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

Parents = Mapping[ast.AST, ast.AST]
# what a condition comes to, where that is known
Decide = Callable[[ast.expr], "bool | None"]


def arm_of(node: ast.AST, parents: Parents) -> tuple[object, ...]:
    """The block of statements that a node stands in, as a key."""
    inner: ast.AST = node
    while (outer := parents.get(inner)) is not None:
        for name in _BLOCKS:
            if _index(getattr(outer, name, None), inner) is not None:
                return (id(outer), name)
        inner = outer
    return (id(inner),)


def reaching(
    name: str, scope: Scope, at: ast.AST, parents: Parents, decide: Decide
) -> tuple[list[Binding], bool]:
    """The bindings of a name that can hold at a node of its scope.

    Args:
        name: it.
        scope: that binds it.
        at: the node, within the scope and in none inside it.
        parents: the node around each node.
        decide: what a condition comes to; a branch that is not taken binds nothing.

    Returns:
        The bindings, and whether the node can be reached without any of them.
    """
    seen = visible(scope.bound.get(name, ()), at, parents)
    return _Flow(seen, parents, decide).before(at, scope.node)


def visible(bindings: Sequence[Binding], at: ast.AST, parents: Parents) -> list[Binding]:
    """Bindings without the counters of comprehensions that a node does not stand in."""
    around: set[int] | None = None
    chosen = []
    for one in bindings:
        if isinstance(one.node, ast.comprehension):
            around = around or set(map(id, chain(at, parents)))
            if id(parents[one.node]) not in around:
                continue
        chosen.append(one)
    return chosen


def chain(node: ast.AST, parents: Parents) -> Iterator[ast.AST]:
    """A node and those around it, the innermost first."""
    inner: ast.AST | None = node
    while inner is not None:
        yield inner
        inner = parents.get(inner)


class _Flow:
    def __init__(self, bindings: Sequence[Binding], parents: Parents, decide: Decide) -> None:
        self._parents, self._decide = parents, decide
        self._bindings = [(one, set(map(id, chain(one.node, parents)))) for one in bindings]

    def _within(self, node: ast.AST) -> list[Binding]:
        return [one for one, around in self._bindings if id(node) in around]

    def before(self, at: ast.AST, end: ast.AST) -> tuple[list[Binding], bool]:
        bindings: dict[int, Binding] = {}
        inner = at
        while inner is not end and (outer := self._parents.get(inner)) is not None:
            for field in _BLOCKS:
                block: Any = getattr(outer, field, None)
                position = _index(block, inner)
                if position is not None:
                    several, covered = self._of_block(block[:position])
                    bindings |= {id(one): one for one in several}
                    if covered:
                        return list(bindings.values()), False
            several, covered = self._of_outer(outer, inner)
            bindings |= {id(one): one for one in several}
            if covered:
                return list(bindings.values()), False
            inner = outer
        return list(bindings.values()), True

    def _of_outer(self, outer: ast.AST, inner: ast.AST) -> tuple[list[Binding], bool]:
        """What the node around one binds before it, or in another turn of its loop."""
        if isinstance(outer, _COMPREHENSIONS):
            own = [one for one in outer.generators if one is not inner]
            several = [one for part in own for one in self._within(part)]
            return several, bool(several)
        if isinstance(outer, (ast.For, ast.AsyncFor)) and inner in outer.body:
            counters = [one for one in self._within(outer) if one.node is outer and one.path]
            if counters:  # each turn begins with them
                return counters, True
        if isinstance(outer, _REPEATED):
            return self._within(outer), False
        if isinstance(outer, ast.Try) and _index(outer.body, inner) is None:
            return self._within(outer), False
        if isinstance(outer, (ast.With, ast.AsyncWith)):
            several = [one for part in outer.items for one in self._within(part)]
            return several, bool(several)
        if isinstance(outer, (ast.match_case, ast.ExceptHandler)):
            several = [
                one
                for one in self._within(outer)
                if one.node is outer or isinstance(one.node, (ast.MatchAs, ast.MatchStar))
            ]
            return several, bool(several)
        return [], False

    def _of_block(self, block: Sequence[ast.stmt]) -> tuple[list[Binding], bool]:
        """The bindings that hold after a block, and whether it always makes one of them."""
        bindings: list[Binding] = []
        for statement in reversed(block):
            several, covered = self._of_statement(statement)
            bindings += several
            if covered:
                return bindings, True
        return bindings, False

    def _of_statement(self, node: ast.stmt) -> tuple[list[Binding], bool]:
        inside = self._within(node)
        if isinstance(node, ast.If):
            return self._of_branches(node)
        if not inside:
            return [], isinstance(node, _ENDING)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            several, covered = self._of_block(node.body)
            return (several, True) if covered else (inside, False)
        if isinstance(node, _COMPOUND):
            return inside, False
        walrus = all(isinstance(one.node, ast.NamedExpr) for one in inside)
        return inside, not walrus

    def _of_branches(self, node: ast.If) -> tuple[list[Binding], bool]:
        truth = self._decide(node.test) if self._within(node) else None
        if truth is not None:
            return self._of_block(node.body if truth else node.orelse)
        first, always = self._of_block(node.body)
        other, otherwise = self._of_block(node.orelse)
        tested = self._within(node.test)
        return [*first, *other, *tested], always and otherwise


def _index(block: object, node: ast.AST) -> int | None:
    """The place of a statement in a block."""
    if not isinstance(block, list):
        return None
    return next((i for i, one in enumerate(block) if one is node), None)
