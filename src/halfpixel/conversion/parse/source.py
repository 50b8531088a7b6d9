"""Calls in files of Python, as they are written there: parsed, and never run.

A name stands for what the file imports, or for the one value that is literal in it: a constant, an attribute
that ``__init__`` sets, the default of a parameter, a dictionary of keywords. ``functools.partial`` is a call
that lacks some of its arguments.
"""

from __future__ import annotations

import ast
import copy
import functools
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from . import conv_transpose, names

# modules whose functions are looked for, by the first word of a dotted name
ROOTS = ("torch", "tensorflow", "tf_keras", "keras", "cv2")
# of an image of Pillow, whatever its name; what makes one, and methods of one whose result is one
_METHOD = "PIL.Image.Image.resize"
_OPENERS = tuple(f"PIL.Image.{name}" for name in ("open", "fromarray", "new", "merge"))
_KEEPING = ("convert", "copy", "crop", "rotate", "resize", "transpose")
_LEFT_OUT = {".git", ".venv", "venv", "node_modules", "__pycache__", "build", "site-packages"}
_LARGEST = 1 << 22  # bytes of a file that is read
_DEEPEST = 8  # names that stand for names


class NotRead(ValueError):
    """A file that cannot be read as Python; the message is one line."""


def files(paths: Sequence[Path], left_out: Iterable[str] = ()) -> Iterator[Path]:
    """The files of Python among paths, and in folders.

    Args:
        paths: files and folders.
        left_out: names of folders that are not looked into, beside those of tools.

    Raises:
        ValueError: there is no such file or folder.
    """
    skipped = {*_LEFT_OUT, *left_out}
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            for folder, inner, found in os.walk(path):
                inner[:] = sorted(set(inner) - skipped)
                yield from (Path(folder, name) for name in sorted(found) if name.endswith(".py"))
        else:
            raise ValueError(f"{path}: no such file or folder")


def content(path: Path) -> bytes:
    """What a file holds.

    Raises:
        NotRead: it is too large, or cannot be read.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise NotRead(f"larger than {_LARGEST:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise NotRead(error.strerror or str(error)) from None


def parsed(code: bytes, name: str = "") -> Source:
    """The code of a file.

    Raises:
        NotRead: it is no Python, or nested too deeply.
    """
    try:
        return Source(ast.parse(code, filename=name))
    except SyntaxError as error:
        where = f" (line {error.lineno})" if error.lineno else ""
        raise NotRead(f"{error.msg}{where}") from None
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nested too deep
        raise NotRead(str(error) or "nested too deeply") from None


# ---------------------------------------------------------------------------- scopes


@dataclass(eq=False)
class Scope:
    """Where names are bound: a module, a class, a function or a lambda.

    Attributes:
        node: it.
        parent: the scope around it; None of a module.
        bound: by name, every value that it is given here; None for one that is no plain assignment.
        defaults: by parameter, its default; None without one.
        attributes: of a class, the same of ``self.name``.
    """

    node: ast.AST
    parent: Scope | None = None
    bound: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    defaults: dict[str, ast.expr | None] = field(default_factory=dict)
    attributes: dict[str, list[ast.expr | None]] = field(default_factory=dict)

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


@dataclass(frozen=True, eq=False)
class SourceCall:
    """A call of a function that is known.

    Attributes:
        node: the call; of ``functools.partial``, that of it.
        function: the dotted name, as what is imported has it: ``torch.nn.functional.interpolate``.
        scope: where it stands.
        text: as it is written.
        spelled: with full names, and with values in the place of names that are literal in the file.
        assumed: the parameters in it whose default was taken.
        partial: whether it is ``functools.partial``, which leaves arguments to be given later.
    """

    node: ast.Call
    function: str
    scope: Scope
    text: str
    spelled: str
    assumed: tuple[Default, ...] = ()
    partial: bool = False


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


class Source:
    """A file of Python: its tree, scopes and imports.

    Attributes:
        tree: the module.
        imported: full names of what is imported anywhere in it, by the names that they have there.
        parents: the node around each node.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.imported: dict[str, str] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self._scopes: dict[ast.AST, Scope] = {tree: Scope(tree)}
        self._nodes: list[ast.AST] = []
        self._visit()

    # the tree is walked once, without recursion
    def _visit(self) -> None:
        waiting: list[tuple[ast.AST, Scope]] = [(self.tree, self._scopes[self.tree])]
        while waiting:
            node, scope = waiting.pop()
            self._nodes.append(node)
            kind = type(node)
            if kind in _LEAVES:
                continue
            if (binds := _BINDS.get(kind)) is not None:
                binds(node, scope, self.imported)
            if kind in _SCOPES:
                scope = self._scopes[node] = Scope(node, scope)
                _parameters(node, scope)
            children = _children(node)
            self.parents.update(dict.fromkeys(children, node))
            waiting.extend([(child, scope) for child in reversed(children)])

    @property
    def nodes(self) -> Sequence[ast.AST]:
        """Every node, in the order of the text."""
        return self._nodes

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope that a node stands in; of a function, that around it."""
        parent = self.parents.get(node)
        while parent is not None and parent not in self._scopes:
            parent = self.parents.get(parent)
        return self._scopes[parent if parent is not None else self.tree]

    def inside(self, node: ast.AST) -> Scope:
        """The scope that a function, a class or the module makes."""
        return self._scopes[node]

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around one, the innermost first."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def full_name(self, node: ast.expr, scope: Scope, depth: int = 0) -> str | None:
        """The dotted name of an expression as what is imported has it; None where it is anything else."""
        name = dotted(node)
        if name is None or depth > _DEEPEST:
            return None
        head, _, rest = name.partition(".")
        if head in ("self", "cls") and rest and scope.owner is not None:
            own, _, rest = rest.partition(".")
            value = _only(self._attribute(scope.owner, own))
            inner = scope.owner
        elif (holder := scope.holder(head)) is None:
            full = self.imported.get(head)
            return full and (f"{full}.{rest}" if rest else full)
        else:
            if head in holder.defaults:
                return None
            value, inner = _only(holder.bound.get(head)), holder
            if head in self.imported and holder.parent is None:  # import cv2, or cv2 = None
                return f"{self.imported[head]}.{rest}" if rest else self.imported[head]
        found = None if value is None else self.full_name(value, inner, depth + 1)
        return found and (f"{found}.{rest}" if rest else found)

    def value(
        self, node: ast.expr, scope: Scope, depth: int = 0
    ) -> tuple[ast.expr, tuple[str, str] | None] | None:
        """What a name stands for, where that is one value of the file.

        Returns:
            The value, and the parameter whose default it is, with its function; None where that is not known.
        """
        name = dotted(node)
        if name is None or depth > _DEEPEST:
            return None
        head, _, rest = name.partition(".")
        found: tuple[ast.expr | None, tuple[str, str] | None, Scope]
        if head == "self" and rest and "." not in rest and scope.owner is not None:
            inner = self._initialiser(scope.owner) or scope.owner
            found = _only(self._attribute(scope.owner, rest)), None, inner
        elif not rest and (holder := scope.holder(head)) is not None:
            if head in holder.defaults:
                default = None if head in holder.bound else holder.defaults[head]
                found = default, (head, holder.title), holder.parent or holder
            else:
                found = _only(holder.bound[head]), None, holder
        else:
            return None
        value, parameter, inner = found
        if value is None:
            return None
        further = self.value(value, inner, depth + 1)
        return (further[0], parameter or further[1]) if further else (value, parameter)

    def _attribute(self, owner: Scope, name: str) -> list[ast.expr | None]:
        """The values that an attribute is given, in methods and in the class."""
        return [*owner.attributes.get(name, ()), *owner.bound.get(name, ())]

    def _initialiser(self, owner: Scope) -> Scope | None:
        assert isinstance(owner.node, ast.ClassDef)
        made = (n for n in owner.node.body if isinstance(n, _FUNCTIONS[:2]))
        return next((self._scopes[n] for n in made if n.name == "__init__"), None)

    @functools.cached_property
    def calls(self) -> tuple[SourceCall, ...]:
        """The calls of functions that resize, and of transposed convolutions, in the order of the text."""
        return tuple(self._calls())

    def _calls(self) -> Iterator[SourceCall]:
        for node in self._nodes:
            if not isinstance(node, ast.Call):
                continue
            scope = self.scope_of(node)
            full = self.full_name(node.func, scope)
            if full == "functools.partial" and node.args:
                inner = self.full_name(node.args[0], scope)
                if is_known(inner):
                    assert inner is not None
                    given = ast.Call(node.args[0], node.args[1:], node.keywords)
                    yield self._spelled(node, given, inner, scope, partial=True)
            elif is_known(full):
                assert full is not None
                yield self._spelled(node, node, full, scope)
            elif full is None and self._is_of_image(node, scope):
                yield self._spelled(node, node, _METHOD, scope)

    def _is_of_image(self, node: ast.Call, scope: Scope) -> bool:
        """Whether a call is that of a method of an image of Pillow: the image is known, or a filter is."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr != _METHOD.rpartition(".")[2]:
            return False
        given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "resample")]
        filters = (self.full_name(one, scope) or "" for one in given)
        named = len(node.args) <= 2 and any(one.startswith("PIL.Image.") for one in filters)
        own = dotted(node.func.value) in ("self", "cls")
        return self.is_image(node.func.value, scope) or (named and not own)

    def is_image(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression is an image of Pillow: opened in the file, or an argument that says so."""
        found = self.value(node, scope)
        made = found[0] if found else node
        while isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute):
            if self.full_name(made.func, scope) in _OPENERS:
                return True
            if made.func.attr not in _KEEPING:
                return False
            made = made.func.value
        holder = scope.holder(node.id) if isinstance(node, ast.Name) else None
        if not isinstance(node, ast.Name) or holder is None or node.id in holder.bound:
            return False
        notes = (one for one in ast.walk(holder.node) if isinstance(one, ast.arg))
        note = next((one.annotation for one in notes if one.arg == node.id), None)
        return note is not None and self.full_name(note, scope) == "PIL.Image.Image"

    def _spelled(
        self, node: ast.Call, given: ast.Call, full: str, scope: Scope, *, partial: bool = False
    ) -> SourceCall:
        values = _Values(self, scope)
        arguments = [ast.unparse(values.visit(copy.deepcopy(one))) for one in given.args]
        keywords: dict[str, str] = {}
        for one in given.keywords:
            if one.arg is not None:
                keywords[one.arg] = ast.unparse(values.visit(copy.deepcopy(one.value)))
            elif (entries := self._entries(one.value, scope)) is not None:
                keywords |= {
                    name: ast.unparse(values.visit(copy.deepcopy(entry)))
                    for name, entry in entries.items()
                }
            else:
                arguments.append(f"**{ast.unparse(one.value)}")
        if partial:
            keywords |= _to_come(full, len(arguments), keywords)
        arguments.sort(key=lambda text: text.startswith("**"))
        first = [text for text in arguments if not text.startswith("**")]
        said = [*first, *(f"{k}={v}" for k, v in keywords.items()), *arguments[len(first) :]]
        assumed = tuple(dict.fromkeys(values.assumed))
        function = _method(node.func) if full == _METHOD else full
        spelled = f"{function}({', '.join(said)})"
        return SourceCall(node, full, scope, ast.unparse(node), spelled, assumed, partial)

    def _entries(self, node: ast.expr, scope: Scope) -> Mapping[str, ast.expr] | None:
        """The keywords of a dictionary that is written out; of a default there may be others."""
        found = self.value(node, scope)
        made = node if found is None or found[1] else found[0]
        if isinstance(made, ast.Dict):
            keys = [k.value if isinstance(k, ast.Constant) else None for k in made.keys]
            if all(isinstance(key, str) for key in keys):
                return {str(k): v for k, v in zip(keys, made.values, strict=True)}
        is_made = isinstance(made, ast.Call) and dotted(made.func) == "dict" and not made.args
        if isinstance(made, ast.Call) and is_made and all(one.arg for one in made.keywords):
            return {str(one.arg): one.value for one in made.keywords}
        return None


def is_known(name: str | None) -> bool:
    """Whether a full name is that of a function that resizes, or of a transposed convolution."""
    if name is None or name.partition(".")[0] not in ROOTS:
        return False
    return names.known(name) or conv_transpose.known(name)


def dotted(node: ast.expr) -> str | None:
    """A name, or names with dots between them; None where an expression is anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def _method(node: ast.expr) -> str:
    """A method of an image, as it is written; of ``im`` where the text would be read as another function."""
    text = ast.unparse(node)
    return text if names.is_method(text) else f"im.{text.rpartition('.')[2]}"


def _to_come(full: str, positional: int, keywords: Mapping[str, str]) -> dict[str, str]:
    """The arguments that a partial call leaves out and that have to be given, as names."""
    if not names.known(full):
        return {}
    function = names.function_of(full)
    parameters = list(function.signature.parameters.values())
    missing = {
        p.name: p.name
        for p in parameters[positional:]
        if p.default is p.empty and p.name not in keywords
    }
    sized = {*function.size, *function.factors} & {
        *keywords,
        *missing,
        *(p.name for p in parameters[:positional]),
    }
    if function.size and not sized:
        missing[function.size[0]] = function.size[0]
    return missing


def _only(values: Sequence[ast.expr | None] | None) -> ast.expr | None:
    return values[0] if values and len(values) == 1 else None


# ---------------------------------------------------------------------------- binding


# nodes without others inside; fields that hold no expression or statement
_LEAVES = frozenset((ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue))
_NO_NODES = frozenset(("ctx", "op", "ops", "type_comment", "id", "attr", "level", "is_async"))


def _children(node: ast.AST) -> list[ast.AST]:
    """The expressions and statements in a node, in the order of the text."""
    found: list[ast.AST] = []
    for name in node._fields:
        if name not in _NO_NODES:
            value = getattr(node, name, None)
            if isinstance(value, list):
                found += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


Imported = dict[str, str]


def _of_assign(node: ast.Assign, scope: Scope, imported: Imported) -> None:
    for target in node.targets:
        _assign(target, node.value, scope)


def _of_value(node: ast.AnnAssign | ast.NamedExpr, scope: Scope, imported: Imported) -> None:
    if node.value is not None:
        _assign(node.target, node.value, scope)


def _of_target(
    node: ast.AugAssign | ast.For | ast.AsyncFor | ast.comprehension,
    scope: Scope,
    imported: Imported,
) -> None:
    _assign(node.target, None, scope)


def _of_with(node: ast.withitem, scope: Scope, imported: Imported) -> None:
    if node.optional_vars is not None:
        _assign(node.optional_vars, None, scope)


def _of_name(
    node: ast.ExceptHandler | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    scope: Scope,
    imported: Imported,
) -> None:
    if node.name:
        scope.bound.setdefault(node.name, []).append(None)


def _of_outer(node: ast.Global | ast.Nonlocal, scope: Scope, imported: Imported) -> None:
    for outer in scope.around():
        for name in node.names:
            outer.bound.setdefault(name, []).append(None)


def _of_import(node: ast.Import, scope: Scope, imported: Imported) -> None:
    for alias in node.names:
        head = alias.name.split(".")[0]
        imported[alias.asname or head] = alias.name if alias.asname else head


def _of_from(node: ast.ImportFrom, scope: Scope, imported: Imported) -> None:
    if node.module and not node.level:
        for alias in node.names:
            imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"


# what the kinds of nodes bind in their scope
_BINDS: Mapping[type[ast.AST], Callable[[Any, Scope, Imported], None]] = {
    ast.Assign: _of_assign,
    ast.AnnAssign: _of_value,
    ast.NamedExpr: _of_value,
    ast.AugAssign: _of_target,
    ast.For: _of_target,
    ast.AsyncFor: _of_target,
    ast.comprehension: _of_target,
    ast.withitem: _of_with,
    ast.ExceptHandler: _of_name,
    ast.FunctionDef: _of_name,
    ast.AsyncFunctionDef: _of_name,
    ast.ClassDef: _of_name,
    ast.Global: _of_outer,
    ast.Nonlocal: _of_outer,
    ast.Import: _of_import,
    ast.ImportFrom: _of_from,
}


def _assign(target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
    if isinstance(target, ast.Name):
        scope.bound.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Starred):
        _assign(target.value, None, scope)
    elif isinstance(target, (ast.Tuple, ast.List)):
        pairs: Iterable[tuple[ast.expr, ast.expr | None]]
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            pairs = zip(target.elts, value.elts, strict=True)
        else:
            pairs = zip(target.elts, itertools.repeat(None))
        for one, part in pairs:
            _assign(one, part, scope)
    elif (
        isinstance(target, ast.Attribute)
        and dotted(target) == f"self.{target.attr}"
        and scope.owner is not None
    ):
        scope.owner.attributes.setdefault(target.attr, []).append(value)


def _parameters(node: ast.AST, scope: Scope) -> None:
    if not isinstance(node, _FUNCTIONS):
        return
    given = node.args
    every = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(every) - len(given.defaults)) + list(given.defaults)
    scope.defaults |= {one.arg: value for one, value in zip(every, defaults, strict=True)}
    scope.defaults |= {
        one.arg: value for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    }
    for extra in (given.vararg, given.kwarg):
        if extra is not None:
            scope.defaults[extra.arg] = None


class _Values(ast.NodeTransformer):
    """Writes values in the place of names whose value is literal in the file, and flags as they are known."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self._source, self._scope = source, scope
        self.assumed: list[Default] = []

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known(node) or node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self._known(node) or node  # what is not known is left as it is written

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node

    def _known(self, node: ast.expr) -> ast.expr | None:
        found = self._source.value(node, self._scope)
        if found is not None:
            value, parameter = found
            literal = _literal(value, of_default=bool(parameter))
            if literal is None:
                literal = self._flag(value)
            if literal is not None and parameter:
                self.assumed.append(Default(parameter[0], ast.unparse(literal), parameter[1]))
            if literal is not None:
                return literal
        return self._flag(node)

    def _flag(self, node: ast.expr) -> ast.expr | None:
        full = self._source.full_name(node, self._scope)
        if full is None or full.partition(".")[0] not in ("cv2", "tensorflow", "PIL"):
            return None
        own = full.replace("tensorflow", "tf", 1).removeprefix("PIL.")
        return ast.parse(own, mode="eval").body if "." in own else None


def _literal(node: ast.expr, *, of_default: bool) -> ast.expr | None:
    """A value that is written out; of a default, a word or a truth: None often says that nothing is given."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    kinds = (str, bool) if of_default else (str, bool, int, float, tuple, list, type(None))
    return node if isinstance(value, kinds) else None
