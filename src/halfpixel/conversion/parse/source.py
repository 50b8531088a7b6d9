"""Calls in files of Python, as they are written there: parsed, and never run.

A name stands for what the file imports, or for the values that are literal in it (see ``values``).
``functools.partial`` is a call that lacks some of its arguments; where it is called, the call has both.
"""

from __future__ import annotations

import ast
import copy
import functools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...frameworks.wrappers import WRAPPERS
from . import conv_transpose, names, wrappers
from .scopes import BINDS, SCOPES, Binding, Names, Scope, dotted, parameters
from .signatures import FUNCTIONS as FUNCTIONS_THAT_RESIZE
from .values import Default, Spelling, Undecided, Values, by_branch

# flags whose None is a value, and does not say that something else is given
_MAY_BE_NONE = ("align_corners", "antialias")
# modules whose functions are looked for, by the first word of a dotted name
ROOTS = (
    "torch", "torchvision", "tensorflow", "tf_keras", "keras", "cv2", "jax", "albumentations", "imgaug",
    "kornia", "mmcv", "scipy", "skimage",
)  # fmt: skip
# of an image of Pillow, whatever its name; what makes one, and methods of one whose result is one
_IMAGE = "PIL.Image.Image"
_METHODS = ("resize", "reduce", "thumbnail")
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
            for folder, inner, names in os.walk(path):
                inner[:] = sorted(set(inner) - skipped)
                yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))
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


# ---------------------------------------------------------------------------- calls


@dataclass(frozen=True, eq=False)
class SourceCall:
    """A call of a function that is known.

    Attributes:
        node: the call; of ``functools.partial``, that of it.
        given: the same with its function and all of its arguments: of a call of what ``functools.partial``
            made, those of it too.
        function: the dotted name, as what is imported has it: ``torch.nn.functional.interpolate``.
        scope: where it stands.
        source: the file.
        partial: whether it is ``functools.partial``, which leaves arguments to be given later.
    """

    node: ast.Call
    given: ast.Call
    function: str
    scope: Scope
    source: Source
    partial: bool = False

    @functools.cached_property
    def text(self) -> str:
        """The call, as it is written."""
        return ast.unparse(self.node)

    @functools.cached_property
    def _one(self) -> tuple[str, tuple[Default, ...]]:
        spelling = self._spelling(Values(self.source))
        return self._written(spelling), tuple(dict.fromkeys(spelling.assumed))

    @property
    def spelled(self) -> str:
        """It with full names, and with values in the place of names that have one value in the file."""
        return self._one[0]

    @property
    def assumed(self) -> tuple[Default, ...]:
        """The parameters in it whose default was taken."""
        return self._one[1]

    @property
    def assumed_in_branches(self) -> tuple[Default, ...]:
        """The parameters in its branches whose default was taken."""
        return self._branches[1]

    @property
    def branched(self) -> str:
        """It with the values of names that have several, too: a conditional expression of calls."""
        return self._branches[0]

    @functools.cached_property
    def _branches(self) -> tuple[str, tuple[Default, ...]]:
        assumed: dict[Default, None] = {}

        def spell(values: Values) -> tuple[str, Undecided | None]:
            spelling = self._spelling(values, branches=True)
            text = self._written(spelling)
            assumed.update(dict.fromkeys(spelling.assumed))
            if spelling.taken:  # what else they decide
                spelling = self._spelling(
                    replace(values, chosen={**values.chosen, **spelling.taken}), branches=True
                )
                text = self._written(spelling)
            assumed.update(dict.fromkeys(spelling.assumed))
            return text, spelling.undecided

        return by_branch(spell, Values(self.source)), tuple(assumed)

    @property
    def _is_method(self) -> bool:
        """Whether it is that of a method of an image of Pillow."""
        return self.function.startswith(f"{_IMAGE}.")

    @functools.cached_property
    def _method(self) -> str:
        """Of a method of an image, how it is called: as it is written, or of ``im`` where the text would be
        read as another function."""
        text = ast.unparse(self.node.func)
        read = names.is_method(text) or wrappers.is_method(text)
        return text if read else f"im.{text.rpartition('.')[2]}"

    def _spelling(self, values: Values, *, branches: bool = False) -> Spelling:
        renamed = {}
        if self._is_method and isinstance(self.node.func, ast.Attribute):
            image = self.node.func.value
            if isinstance(image, ast.Name) and self._method.startswith("im."):
                renamed = {image.id: "im"}
        return Spelling(values, self.scope, self.node, branches=branches, renamed=renamed)

    def _written(self, spelling: Spelling) -> str:
        def anew(node: ast.expr, name: str = "") -> str:
            return spelling.anew(node, none=name in _MAY_BE_NONE)

        arguments: list[str] = []
        hidden: list[str] = []
        keywords: dict[str, str] = {}
        for argument in self.given.args:
            entries = self._listed(argument)
            if entries is None:
                (hidden if isinstance(argument, ast.Starred) else arguments).append(anew(argument))
            else:
                arguments += map(anew, entries)
        for one in self.given.keywords:
            if one.arg is not None:
                keywords[one.arg] = anew(one.value, one.arg)
            elif (held := self._keywords(one.value)) is not None:
                keywords |= {name: anew(entry) for name, entry in held.items()}
            else:
                hidden.append(f"**{ast.unparse(one.value)}")
        if self.partial:
            keywords |= _to_come(self.function, len(arguments), keywords)
        function = self._method if self._is_method else self.function
        hidden.sort(key=lambda text: text.startswith("**"))
        first = [one for one in hidden if not one.startswith("**")]
        named = [f"{name}={value}" for name, value in keywords.items()]
        return f"{function}({', '.join([*arguments, *first, *named, *hidden[len(first) :]])})"

    def _held(self, node: ast.expr) -> ast.expr | None:
        """The one value of a name; of a default there may be others."""
        options = Values(self.source).options(node, self.scope, self.node)
        only = options[0]
        return only.node if len(options) == 1 and only.default is None else None

    def _listed(self, argument: ast.expr) -> Sequence[ast.expr] | None:
        """The arguments that a starred tuple holds."""
        made = self._held(argument.value) if isinstance(argument, ast.Starred) else None
        if not isinstance(made, (ast.Tuple, ast.List)):
            return None
        return None if any(isinstance(one, ast.Starred) for one in made.elts) else made.elts

    def _keywords(self, node: ast.expr) -> Mapping[str, ast.expr] | None:
        """The keywords that a dictionary holds."""
        made = self._held(node)
        if isinstance(made, ast.Dict):
            keys = [k.value if isinstance(k, ast.Constant) else None for k in made.keys]
            if all(isinstance(key, str) for key in keys):
                return {str(k): v for k, v in zip(keys, made.values, strict=True)}
        is_made = isinstance(made, ast.Call) and dotted(made.func) == "dict" and not made.args
        if isinstance(made, ast.Call) and is_made and all(one.arg for one in made.keywords):
            return {str(one.arg): one.value for one in made.keywords}
        return None


class Source:
    """A file of Python: its tree, scopes and imports.

    Attributes:
        tree: the module.
        parents: the node around each node.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._names = Names()
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
            if (binds := BINDS.get(kind)) is not None:
                binds(node, scope, self._names)
            if kind in SCOPES:
                scope = self._scopes[node] = Scope(node, scope)
                parameters(scope)
            children = _children(node)
            self.parents.update(dict.fromkeys(children, node))
            waiting.extend([(child, scope) for child in reversed(children)])
        self._names.settle()

    @property
    def imported(self) -> Mapping[str, str]:
        """Full names of what is imported anywhere in it, by the names that they have there."""
        return self._names.imported

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
            value = _only(self.attribute(scope.owner, own))
            inner = scope.owner
        elif (holder := scope.holder(head)) is None:
            full = self.imported.get(head) or self._starred(head)
            return full and (f"{full}.{rest}" if rest else full)
        else:
            if head in holder.defaults:
                return None
            value, inner = _only(holder.bound.get(head)), holder
            if head in self.imported and holder.parent is None:  # import cv2, or cv2 = None
                return f"{self.imported[head]}.{rest}" if rest else self.imported[head]
        bound_name = None if value is None else self.full_name(value, inner, depth + 1)
        return bound_name and (f"{bound_name}.{rest}" if rest else bound_name)

    def _starred(self, name: str) -> str | None:
        """The full name of a function that is known, of a module of which everything is imported."""
        each = (f"{module}.{name}" for module in self._names.starred)
        return next((full for full in each if is_known(full)), None)

    def value(self, node: ast.expr, scope: Scope, at: ast.AST) -> ast.expr | None:
        """The one value that a name has at a node; None where there are several, or it is not known."""
        options = Values(self).options(node, scope, at)
        only = options[0]
        return only.node if len(options) == 1 and only.node is not node else None

    def attribute(self, owner: Scope, name: str) -> list[Binding]:
        """What an attribute is given in a class of the file, its methods, its bases and what is derived."""
        return [
            one
            for kind in self._family(owner)
            for one in (*kind.attributes.get(name, ()), *kind.bound.get(name, ()))
        ]

    def _family(self, owner: Scope) -> list[Scope]:
        family = [owner]
        for one in family:
            family += [base for base in self._bases(one) if base not in family]
        for kind in self._classes:
            if kind not in family and owner in self._ancestors(kind):
                family.append(kind)
        return family

    def _ancestors(self, kind: Scope) -> list[Scope]:
        ancestors = [kind]
        for one in ancestors:
            ancestors += [base for base in self._bases(one) if base not in ancestors]
        return ancestors

    def _bases(self, kind: Scope) -> list[Scope]:
        assert isinstance(kind.node, ast.ClassDef)
        assert kind.parent is not None
        bases = (self.class_of(base, kind.parent) for base in kind.node.bases)
        return [base for base in bases if base is not None]

    @functools.cached_property
    def _classes(self) -> tuple[Scope, ...]:
        return tuple(scope for scope in self._scopes.values() if scope.is_class)

    def class_of(self, node: ast.expr, scope: Scope) -> Scope | None:
        """The class of the file that an expression names."""
        holder = scope.holder(node.id) if isinstance(node, ast.Name) else None
        if not isinstance(node, ast.Name) or holder is None or node.id in holder.defaults:
            return None
        made = holder.bound[node.id]
        only = made[0].node if len(made) == 1 else None
        return self._scopes[only] if isinstance(only, ast.ClassDef) else None

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
            if is_known(full):
                assert full is not None
                yield SourceCall(node, node, full, scope, self)
            elif full == "functools.partial":
                if (made := self._of_partial(node, scope)) is not None:
                    yield SourceCall(node, *made, scope, self, partial=True)
            elif full is None and (method := self._method_of_image(node, scope)):
                yield SourceCall(node, node, f"{_IMAGE}.{method}", scope, self)
            elif full is None and (made := self._completed(node, scope)) is not None:
                yield SourceCall(node, *made, scope, self)

    def _of_partial(self, node: ast.Call, scope: Scope) -> tuple[ast.Call, str] | None:
        """The call that ``functools.partial`` makes, and its function."""
        inner = self.full_name(node.args[0], scope) if node.args else None
        if inner is None or not is_known(inner):
            return None
        return ast.Call(node.args[0], node.args[1:], node.keywords), inner

    def _completed(self, node: ast.Call, scope: Scope) -> tuple[ast.Call, str] | None:
        """A call of what ``functools.partial`` made, with the arguments of both."""
        if not isinstance(node.func, (ast.Name, ast.Attribute)) or not self._has_partial:
            return None
        options = Values(self).options(node.func, scope, node)
        only = options[0]
        if len(options) > 1 or not isinstance(only.node, ast.Call) or only.node is node:
            return None
        if self.full_name(only.node.func, only.scope) != "functools.partial":
            return None
        made = self._of_partial(only.node, only.scope)
        if made is None:
            return None
        begun, function = made
        spelling = Spelling(Values(self), only.scope, only.node)
        first = [spelling.visit(copy.deepcopy(one)) for one in begun.args]
        given = {one.arg for one in node.keywords}
        kept = [
            ast.keyword(one.arg, spelling.visit(copy.deepcopy(one.value)))
            for one in begun.keywords
            if one.arg is None or one.arg not in given
        ]
        return ast.Call(begun.func, [*first, *node.args], [*kept, *node.keywords]), function

    @functools.cached_property
    def _has_partial(self) -> bool:
        return any(one.startswith("functools") for one in self.imported.values())

    def _method_of_image(self, node: ast.Call, scope: Scope) -> str:
        """The method of an image of Pillow that is called: the image is known, or a filter is. Empty of any
        other call."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in _METHODS:
            return ""
        given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "resample")]
        filters = (self.full_name(one, scope) or "" for one in given)
        named = len(node.args) <= 2 and any(one.startswith("PIL.Image.") for one in filters)
        own = dotted(node.func.value) in ("self", "cls")
        known = self.is_image(node.func.value, scope) or (named and not own)
        return node.func.attr if known else ""

    def is_image(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression is an image of Pillow: opened in the file, or an argument that says so."""
        value = self.value(node, scope, node)
        made = node if value is None else value
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
        return note is not None and self.full_name(note, scope) == _IMAGE


@functools.cache
def _last_names() -> re.Pattern[bytes]:
    """The last words of the names of functions that are known."""
    every = [name for one in FUNCTIONS_THAT_RESIZE for name in (one.name, *one.spelled)]
    every += [name for one in conv_transpose.OPERATORS for name in (one.name, *one.spelled)]
    every += [name for one in WRAPPERS for name in (one.name, *one.spelled)]
    last = sorted({name.rpartition(".")[2] for name in every})
    return re.compile(rb"\b(?:" + "|".join(map(re.escape, last)).encode() + rb")\b")


def may_call(code: bytes) -> bool:
    """Whether the name of a function that is known stands in a file: without one, it has no call."""
    return _last_names().search(code) is not None


def is_known(name: str | None) -> bool:
    """Whether a full name is that of a function that resizes, or of a transposed convolution."""
    if name is None or name.partition(".")[0] not in ROOTS:
        return False
    return names.known(name) or conv_transpose.known(name) or wrappers.known(name)


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


def _only(bindings: Sequence[Binding] | None) -> ast.expr | None:
    """What a name is given, if that is once."""
    only = bindings[0] if bindings and len(bindings) == 1 else None
    return None if only is None or only.path else only.value


# nodes without others inside; fields that hold no expression or statement
_LEAVES = frozenset((ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue))
_NO_NODES = frozenset(("ctx", "op", "ops", "type_comment", "id", "attr", "level", "is_async"))


def _children(node: ast.AST) -> list[ast.AST]:
    """The expressions and statements in a node, in the order of the text."""
    children: list[ast.AST] = []
    for name in node._fields:
        if name not in _NO_NODES:
            value = getattr(node, name, None)
            if isinstance(value, list):
                children += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                children.append(value)
    return children
