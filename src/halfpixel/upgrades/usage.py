"""Which calls of the catalogue a program uses, by its code: parsed, and never run."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..catalogue.rules import written
from ..conversion import parse
from ..conversion.parse import Reading, Spoken, conv_transpose, names
from ..frameworks import FRAMEWORKS, Call

# modules whose functions are looked for, by the first word of a dotted name
ROOTS = ("torch", "tensorflow", "keras", "cv2")
_LEFT_OUT = {".git", ".venv", "venv", "node_modules", "__pycache__", "build", "site-packages"}
_LARGEST = 1 << 22  # bytes of a file that is read


@dataclass(frozen=True)
class Use:
    """A call that was read.

    Attributes:
        where: ``file:line``.
        text: the call, as it is written.
        calls: the ids of the calls of the catalogue that it can be.
    """

    where: str
    text: str
    calls: tuple[str, ...]


@dataclass(frozen=True)
class Unread:
    """A call of a function that is known, or a file, that was not read.

    Attributes:
        where: ``file:line``, or the file.
        text: the call, as it is written; empty of a file.
        why: the reason.
    """

    where: str
    text: str
    why: str


@dataclass(frozen=True)
class Usage:
    """What a program uses, as far as it was read.

    Attributes:
        uses: the calls that were read.
        unread: what was not.
        files: how many files were read.
    """

    uses: tuple[Use, ...]
    unread: tuple[Unread, ...] = ()
    files: int = 0

    @property
    def calls(self) -> frozenset[str]:
        """The ids of the calls that it uses."""
        return frozenset(call for use in self.uses for call in use.calls)

    def of(self, call: str) -> list[Use]:
        """Where a call is used."""
        return [use for use in self.uses if call in use.calls]


def named(calls: Iterable[Call], where: str) -> Usage:
    """What is used where the calls are named in a file of settings."""
    return Usage(tuple(Use(where, str(written(call)), (call.id,)) for call in calls))


def read(paths: Sequence[Path]) -> Usage:
    """The calls in files of Python, and in those of folders.

    Raises:
        ValueError: there is no such file or folder, or no file of Python in it.
    """
    uses: list[Use] = []
    unread: list[Unread] = []
    files = 0
    for file in _files(paths):
        files += 1
        try:
            if file.stat().st_size > _LARGEST:
                raise ValueError(f"larger than {_LARGEST:,} bytes")
            tree = ast.parse(file.read_bytes(), filename=str(file))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            unread.append(Unread(_shown(file), "", f"is not read: {error}"))
            continue
        for one in _in_file(file, tree):
            (uses if isinstance(one, Use) else unread).append(one)  # type: ignore[arg-type]
    if not files:
        raise ValueError(f"{', '.join(map(str, paths))}: no files of Python")
    return Usage(tuple(uses), tuple(unread), files)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            for folder, inner, found in os.walk(path):
                inner[:] = sorted(set(inner) - _LEFT_OUT)
                yield from (Path(folder, name) for name in sorted(found) if name.endswith(".py"))
        else:
            raise ValueError(f"{path}: no such file or folder")


def _shown(file: Path) -> str:
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def _in_file(file: Path, tree: ast.Module) -> Iterator[Use | Unread]:
    imported = _imported(tree)
    flags = _Flags(imported)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func)
        full = _resolved(name, imported) if name else None
        if full is None or full.split(".")[0] not in ROOTS:
            continue
        if names.known(full) or conv_transpose.known(full):
            where = f"{_shown(file)}:{node.lineno}"
            text = ast.unparse(node)
            arguments = ast.parse(f"f{text[len(str(name)) :]}", mode="eval")
            yield _read(where, text, full + ast.unparse(flags.visit(arguments))[1:])


class _Flags(ast.NodeTransformer):
    """Writes flags as they are known, whatever a module has imported them as: ``cv2.INTER_AREA``."""

    def __init__(self, imported: Mapping[str, str]) -> None:
        self._known = {
            name: full.replace("tensorflow", "tf", 1)
            for name, full in imported.items()
            if full.partition(".")[0] in ("cv2", "tensorflow")
        }

    def visit_Name(self, node: ast.Name) -> ast.expr:
        full = self._known.get(node.id)
        return node if full is None else ast.parse(full, mode="eval").body


def _imported(tree: ast.Module) -> Mapping[str, str]:
    """The full names of what a module imports, by the names that it has there."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                head = alias.name.split(".")[0]
                found[alias.asname or head] = alias.name if alias.asname else head
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else None
    return None


def _resolved(name: str, imported: Mapping[str, str]) -> str | None:
    head, dot, rest = name.partition(".")
    return f"{imported[head]}{dot}{rest}" if head in imported else None


def _read(where: str, text: str, full: str) -> Use | Unread:
    try:
        found = [one.read for one in parse.readings(full)]
    except parse.Unreadable as error:
        return Unread(where, text, str(error))
    calls: dict[str, None] = {}
    for one in found:
        if isinstance(one, Reading):
            calls |= dict.fromkeys(call.id for call in one.calls)
        elif isinstance(one, Spoken):
            calls |= dict.fromkeys(_transposed(one))
        elif one is not None:
            return Unread(where, text, str(one))
    return Use(where, text, tuple(calls)) if calls else Unread(where, text, "no call is like it")


def _transposed(one: Spoken) -> Iterator[str]:
    """The transposed convolutions of a framework: of Keras's with the padding that it says."""
    padding = one.arguments.get("padding")
    for framework in FRAMEWORKS.values():
        for call in framework.calls:
            if call.operation != "conv_transpose":
                continue
            own = "keras" if call.name.startswith("keras.") else framework.name
            if own == one.framework and (own != "keras" or call.name.endswith(f"-{padding}")):
                yield call.id
