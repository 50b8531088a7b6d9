"""HP003: a grid is made for one value of align_corners, and sampled with the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ...conversion.parse.scopes import Scope, dotted
from ..code import File, KnownCall
from ..finding import Hit

Corners = Literal["corners", "centres"]
_WORDS = {
    "corners": "-1 and 1 are the middles of the outermost pixels (align_corners=True)",
    "centres": "-1 and 1 are the image's edges (align_corners=False)",
}
_SAMPLERS = ("F.grid_sample",)
_DEEPEST = 6


def check(file: File) -> Iterator[Hit]:
    """Grids that are made for one flag and sampled with another; grids that are sampled with both."""
    samplers = [call for call in file.calls if call.function in _SAMPLERS]
    for call in samplers:
        aligned, grid = _aligned(call), call.written.get("grid")
        if aligned is None or grid is None:
            continue
        made = _Making(file)
        made.look(grid, call.call.scope)
        kinds = {kind for kind, _ in made.evidence}
        if len(kinds) == 1:
            kind, where = made.evidence[0]
            if (kind == "corners") != aligned:
                yield Hit(
                    call.node,
                    f"{call.function} with {_grid_text(call)} of a grid where {_WORDS[kind]}, made at line "
                    f"{where.lineno}: write align_corners={not aligned}, or make the grid for {aligned}",
                )
    yield from _sampled_twice(file, samplers)


def _aligned(call: KnownCall) -> bool | None:
    """Whether -1 and 1 are taken for middles of pixels; None where that is not known."""
    value = call.literal("align_corners")
    return bool(value) if value is None or isinstance(value, bool) else None


def _grid_text(call: KnownCall) -> str:
    if "align_corners" in call.arguments:
        return f"align_corners={_aligned(call)}"
    return "align_corners=False, the default,"


@dataclass
class _Making:
    """How a grid is made: the expressions in it that say where -1 and 1 are."""

    file: File
    evidence: list[tuple[Corners, ast.expr]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def look(self, node: ast.expr, scope: Scope, depth: int = 0) -> None:
        """Look into an expression, and into what its names are."""
        if depth > _DEEPEST or id(node) in self.seen:
            return
        self.seen.add(id(node))
        for inner in ast.walk(node):
            kind = _kind(inner, self.file, scope)
            if kind is not None and isinstance(inner, ast.expr):
                self.evidence.append((kind, inner))
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
                self._look_at_name(inner.id, scope, depth)
            elif isinstance(inner, ast.Call):
                self._look_into_function(inner, scope, depth)

    def _look_at_name(self, name: str, scope: Scope, depth: int) -> None:
        holder = scope.holder(name)
        if holder is None or isinstance(holder.node, ast.Module):
            return
        for value in holder.values_of(name):
            if value is not None:
                self.look(value, holder, depth + 1)
        for statement in ast.walk(holder.node):
            parts = isinstance(statement, (ast.Assign, ast.AugAssign)) and (
                statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            )
            for target in parts or ():
                if _base(target) == name and isinstance(statement, (ast.Assign, ast.AugAssign)):
                    whole = isinstance(statement, ast.Assign) and isinstance(target, ast.Name)
                    if not whole:
                        self.look(statement.value, holder, depth + 1)

    def _look_into_function(self, call: ast.Call, scope: Scope, depth: int) -> None:
        """What a function of the file, or a method of the class, returns."""
        name = dotted(call.func) or ""
        owner = scope.owner.node if scope.owner is not None and name.startswith("self.") else None
        among = owner.body if isinstance(owner, ast.ClassDef) else self.file.source.tree.body
        last = name.removeprefix("self.")
        for function in among:
            if isinstance(function, ast.FunctionDef) and function.name == last:
                inside = self.file.source.inside(function)
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        self.look(node.value, inside, depth + 1)


def _base(target: ast.expr) -> str:
    while isinstance(target, (ast.Subscript, ast.Attribute)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def _kind(node: ast.AST, file: File, scope: Scope) -> Corners | None:
    """Where an expression puts -1 and 1; None where it does not say it."""
    if isinstance(node, ast.Call):
        name = file.source.full_name(node.func, scope) or ""
        if name.startswith("torch") and name.endswith(".linspace"):
            return "corners" if [number(one) for one in node.args[:2]] == [-1, 1] else None
        if name.startswith("torch") and name.endswith(".affine_grid"):
            return _of_affine_grid(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and number(node.right) == 1:
        return _of_normalised(node.left)
    return None


def _of_affine_grid(node: ast.Call) -> Corners | None:
    given = next((k.value for k in node.keywords if k.arg == "align_corners"), None)
    given = node.args[2] if given is None and len(node.args) > 2 else given
    if given is None:
        return "centres"
    value = given.value if isinstance(given, ast.Constant) else ...
    return None if value is ... else "corners" if value else "centres"


def _of_normalised(node: ast.expr) -> Corners | None:
    """Of ``2 * x / (n - 1)``, ``x / (n - 1) * 2`` and ``(2 * x + 1) / n``, from which 1 is taken."""
    factors, divisors = [], []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult):
            waiting += [one.left, one.right]
        elif isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div):
            waiting.append(one.left)
            divisors.append(one.right)
        else:
            factors.append(one)
    twice = any(number(one) == 2 for one in factors)
    for divisor in divisors:
        halved = isinstance(divisor, ast.BinOp) and isinstance(divisor.op, ast.Div)
        halved = halved and number(divisor.right) == 2  # type: ignore[attr-defined]
        inner = divisor.left if halved else divisor  # type: ignore[attr-defined]
        if (twice or halved) and _less_one(inner):
            return "corners"
    added = [one for one in factors if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add)]
    half = any(number(one.right) == (0.5 if twice else 1) for one in added)
    return "centres" if divisors and half and (twice or _doubled(added)) else None


def _doubled(sums: list[ast.BinOp]) -> bool:
    """Whether a sum is ``2 * x + 1``."""
    lefts = (one.left for one in sums)
    return any(
        isinstance(left, ast.BinOp)
        and isinstance(left.op, ast.Mult)
        and 2 in (number(left.left), number(left.right))
        for left in lefts
    )


def _less_one(node: ast.expr) -> bool:
    """Whether an expression is ``n - 1`` or ``max(n - 1, 1)``."""
    if isinstance(node, ast.Call) and dotted(node.func) == "max" and len(node.args) == 2:
        return any(map(_less_one, node.args))
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and number(node.right) == 1


def number(node: ast.expr) -> float | None:
    """The value of a number that is written out."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return None
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if plain else None


def _sampled_twice(file: File, samplers: list[KnownCall]) -> Iterator[Hit]:
    """A grid that is sampled with one flag and then with another."""
    first: dict[tuple[int, str], tuple[KnownCall, bool]] = {}
    for call in samplers:
        grid, aligned = call.written.get("grid"), _aligned(call)
        if not isinstance(grid, ast.Name) or aligned is None:
            continue
        holder = call.call.scope.holder(grid.id)
        if holder is None or len(holder.bound.get(grid.id, ())) > 1:
            continue
        key = id(holder), grid.id
        before = first.setdefault(key, (call, aligned))
        if before[1] != aligned and not _in_other_branches(file, before[0].node, call.node):
            yield Hit(
                call.node,
                f"{call.function} with {_grid_text(call)} of {grid.id}, which is sampled with "
                f"{_grid_text(before[0])} at line {before[0].node.lineno}: the two read other pixels",
            )


def _in_other_branches(file: File, one: ast.AST, other: ast.AST) -> bool:
    around = list(file.source.around(one))
    inner: ast.AST = other
    for outer in file.source.around(other):
        if outer in around and isinstance(outer, (ast.If, ast.IfExp)):
            first = around[around.index(outer) - 1] if around.index(outer) else one
            sides = [outer.body, outer.orelse]
            return any(_within(first, side) != _within(inner, side) for side in sides)
        inner = outer
    return False


def _within(node: ast.AST, side: ast.expr | list[ast.stmt]) -> bool:
    return node in side if isinstance(side, list) else node is side
