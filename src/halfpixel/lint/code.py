"""A file as rules see it: its calls of known functions, each with its arguments and what it is read as."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..conversion import parse
from ..conversion.parse import (
    Conditional,
    Raises,
    Unreadable,
    conv_transpose,
    names,
    scopes,
    wrappers,
)
from ..conversion.parse.signatures import canonical
from ..conversion.parse.source import Source, SourceCall
from .project import Project


@dataclass(frozen=True, eq=False)
class KnownCall:
    """A call of a function that resizes, or of a transposed convolution.

    Attributes:
        call: as it stands in the file.
        function: its name, as the catalogue has it: ``F.interpolate``.
        signature: the function's.
    """

    call: SourceCall
    function: str
    signature: inspect.Signature

    @property
    def node(self) -> ast.Call:
        """Where it is."""
        return self.call.node

    @functools.cached_property
    def _spelled(self) -> ast.Call:
        made = ast.parse(self.call.spelled, mode="eval").body
        assert isinstance(made, ast.Call)
        return made

    @functools.cached_property
    def arguments(self) -> Mapping[str, ast.expr]:
        """Its arguments by name, with values in the place of names whose value the file says."""
        return {**self.by_place, **{k.arg: k.value for k in self._spelled.keywords if k.arg}}

    @functools.cached_property
    def by_place(self) -> Mapping[str, ast.expr]:
        """Those of its arguments that are given without a name."""
        return dict(zip(self.signature.parameters, _plain(self._spelled.args), strict=False))

    @functools.cached_property
    def written(self) -> Mapping[str, ast.expr]:
        """Its arguments by name, as they stand in the file."""
        given = self.node.args[1:] if self.call.partial else self.node.args
        positional = dict(zip(self.signature.parameters, _plain(given), strict=False))
        return {**positional, **{k.arg: k.value for k in self.node.keywords if k.arg}}

    @property
    def hides_arguments(self) -> bool:
        """Whether * or ** stand among its arguments, and what they hold is not known."""
        return any(isinstance(one, ast.Starred) for one in self._spelled.args) or any(
            one.arg is None for one in self._spelled.keywords
        )

    def literal(self, name: str) -> object:
        """The value of an argument that is written out, or its default; ... where it is not known."""
        if name not in self.arguments:
            default = self.signature.parameters[name].default
            return ... if self.hides_arguments or default is inspect.Parameter.empty else default
        try:
            value: object = ast.literal_eval(self.arguments[name])
        except (ValueError, TypeError, SyntaxError):
            return ...
        return value

    def keyword(self, name: str) -> ast.keyword | None:
        """A keyword argument, as it stands in the file."""
        return next((one for one in self.node.keywords if one.arg == name), None)

    @functools.cached_property
    def read(self) -> tuple[Conditional, ...] | Unreadable:
        """What it is read as, branch by branch; or what keeps it from being read."""
        try:
            return parse.readings(self.call.spelled)
        except Unreadable as error:
            return error

    @functools.cached_property
    def mistakes(self) -> tuple[str, ...] | Raises:
        """What it says and cannot mean; or what the framework raises for it."""
        try:
            return tuple(parse.mistakes_in(self.call.spelled))
        except Raises as error:
            return error

    @property
    def readings(self) -> Iterator[parse.Reading]:
        """What it computes, of a resize: one for each branch that was read."""
        if not isinstance(self.read, Unreadable):
            yield from (one.read for one in self.read if isinstance(one.read, parse.Reading))

    @property
    def layers(self) -> Iterator[parse.Spoken]:
        """The layers that it is, of a transposed convolution."""
        if not isinstance(self.read, Unreadable):
            yield from (one.read for one in self.read if isinstance(one.read, parse.Spoken))


def _plain(arguments: Sequence[ast.expr]) -> list[ast.expr]:
    """The arguments before one with a star, whose number is not known."""
    starred = (i for i, one in enumerate(arguments) if isinstance(one, ast.Starred))
    return list(arguments[: next(starred, len(arguments))])


class File:
    """A file of Python.

    Attributes:
        path: where it is.
        code: what it holds.
        source: its tree, with scopes and imports.
        project: that it is in.
    """

    def __init__(self, path: Path, code: bytes, source: Source, project: Project) -> None:
        self.path, self.code, self.source, self.project = path, code, source, project

    @functools.cached_property
    def calls(self) -> tuple[KnownCall, ...]:
        """Its calls of functions that are known, in the order of the text."""
        return tuple(
            KnownCall(one, name, signature)
            for one in self.source.calls
            for name, signature in _known(one.function)
        )

    @functools.cached_property
    def known(self) -> Mapping[ast.AST, KnownCall]:
        """The same, by their nodes."""
        return {call.node: call for call in self.calls}

    @functools.cached_property
    def functions(self) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
        """Its functions and methods, inner ones too."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return tuple(node for node in self.source.nodes if isinstance(node, kinds))

    def function_around(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function that a node stands in."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return next((one for one in self.source.around(node) if isinstance(one, kinds)), None)

    def is_guarded(self, node: ast.AST) -> bool:
        """Whether a node runs in some releases only: in a try that handles its error, or on a condition about
        what is installed."""
        inner: ast.AST = node
        for outer in self.source.around(node):
            if isinstance(outer, ast.Try) and inner in outer.body and _handles_absence(outer):
                return True
            if isinstance(outer, ast.ExceptHandler) and _catches_absence(outer):
                return True
            if (
                isinstance(outer, (ast.If, ast.IfExp))
                and inner is not outer.test
                and _about_releases(outer.test)
            ):
                return True
            inner = outer
        return False

    def is_decided(self, call: KnownCall) -> bool:
        """Whether the function or class that a call is in asks for a parameter whose default was taken: other
        values of it may be those that come to the call."""
        names = {one.parameter for one in call.call.assumed}
        return bool(names) and not names.isdisjoint(self._tested_names(call))

    def _tested_names(self, call: KnownCall) -> set[str]:
        owner = call.call.scope.owner
        top = owner.node if owner is not None else self.function_around(call.node)
        tests = (
            node.test if isinstance(node, (ast.If, ast.IfExp, ast.Assert)) else node
            for node in ast.walk(top or self.source.tree)
            if isinstance(node, (ast.If, ast.IfExp, ast.Assert, ast.Compare))
        )
        return {name for test in tests for name in _names(test)}


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            yield node.id if isinstance(node, ast.Name) else node.attr


@functools.lru_cache(maxsize=4096)
def _known(full: str) -> tuple[tuple[str, inspect.Signature], ...]:
    """The name and the signature of a function that is known; none where a name can be several."""
    operator = conv_transpose.operator_of(full)
    if operator is not None:
        return ((operator.name, operator.signature),)
    wrapper = wrappers.wrapper_of(full)
    if wrapper is not None:
        return ((wrapper.name, wrapper.signature),)
    try:
        function = names.function_of(full)
    except Unreadable:
        return ()
    name = canonical(full)
    alias = name in function.spelled and not function.method
    same = name if alias else function.name
    return ((same, function.signature),)


_ABSENCE = {
    "AttributeError",
    "ImportError",
    "ModuleNotFoundError",
    "TypeError",
    "Exception",
    "NameError",
}
_RELEASES = re.compile(
    r"version|hasattr|getattr|available|installed|_ver\b|\bver\b|VER\b", re.IGNORECASE
)


def _catches_absence(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or str(scopes.dotted(kind)).split(".")[-1] in _ABSENCE for kind in kinds
    )


def _handles_absence(block: ast.Try) -> bool:
    return any(map(_catches_absence, block.handlers))


def _about_releases(test: ast.expr) -> bool:
    return _RELEASES.search(ast.unparse(test)) is not None
