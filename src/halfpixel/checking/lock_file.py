"""``halfpixel.lock``: what the calls of an environment, and a project's functions, compute; a line for each.

TOML: the releases, then a line for each call and each function, with what it follows and two digests
(:mod:`~halfpixel.checking.following`). Where the exact digest is equal, nothing moved. Where it is not, and
that of meaning is, values moved by rounding. Where both differ, behaviour moved. A lock that somebody else
wrote is data: it is parsed, and nothing that it names is imported; functions are those of the settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .. import __version__, documents
from ..conformance import goldens
from . import settings
from .following import DIGITS, UNKNOWN, Behaviour

NAME = "halfpixel.lock"
SCHEMA = 1
_LARGEST = 1 << 22  # bytes of a lock that is read
_MOST = 10_000  # lines of it
_LONGEST = 4000  # characters of a text in it
_HEAD = """\
# What resizing computes in this environment: `halfpixel check --locked` holds it to this file.
# `halfpixel lock --update` rewrites it: review what changes, a line is a call. Do not edit it by hand.
"""
_LISTED = 3  # names in a line

Kind = Literal["moved", "rounding", "gone", "new"]


@dataclass(frozen=True)
class Lock:
    """What is locked.

    Attributes:
        versions: the releases of frameworks and of the packages beside them.
        calls: by the id of a call, what it does.
        functions: by the name of a function, what it does.
        frameworks: those whose calls are locked.
        halfpixel: the release that wrote it.
    """

    versions: Mapping[str, str]
    calls: Mapping[str, Behaviour]
    functions: Mapping[str, Behaviour] = field(default_factory=dict)
    frameworks: tuple[str, ...] = ()
    halfpixel: str = __version__

    @property
    def lines(self) -> Mapping[str, Behaviour]:
        """Everything that is locked, by name."""
        return {**self.calls, **self.functions}

    def text(self) -> str:
        """The file."""
        head = (
            f"{_HEAD}schema = {SCHEMA}\nhalfpixel = {_quoted(self.halfpixel)}\n"
            f"frameworks = [{', '.join(map(_quoted, self.frameworks))}]\n"
        )
        versions = "".join(f"{_quoted(k)} = {_quoted(v)}\n" for k, v in self.versions.items())
        tables = {"calls": self.calls, "functions": self.functions}
        return f"{head}\n[versions]\n{versions}" + "".join(
            f"\n[{name}]\n" + "".join(_line(key, one) for key, one in some.items())
            for name, some in tables.items()
            if some
        )


def _line(name: str, one: Behaviour) -> str:
    fields = ", ".join(f"{key} = {_quoted(value)}" for key, value in vars(one).items())
    return f"{_quoted(name)} = {{ {fields} }}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---------------------------------------------------------------------------- the file


def write(path: Path, lock: Lock) -> None:
    """Write a lock, whole or not at all.

    Raises:
        ValueError: it cannot be written.
    """
    try:
        goldens.replace_file(path, lock.text())
    except OSError as error:
        raise ValueError(f"{path}: cannot be written: {error.strerror}") from None


def read(path: Path) -> Lock:
    """Read a lock.

    Raises:
        ValueError: it cannot be read, is no lock, or is damaged; the message is one line.
    """
    if not path.exists():
        raise ValueError(f"{path}: does not exist; `halfpixel lock` writes it")
    document = settings.parsed(path, _LARGEST)
    try:
        return _lock(document)
    except _Damaged as error:
        raise ValueError(f"{path}: {error}") from None


class _Damaged(Exception):
    """What is wrong with a lock, in a line."""


def _lock(document: Mapping[str, object]) -> Lock:
    if document.get("schema") != SCHEMA:
        raise _Damaged(f"is no lock of this version: schema is {document.get('schema')!r}")
    known = {"schema", "halfpixel", "frameworks", "versions", "calls", "functions"}
    for key in document.keys() - known:
        raise _Damaged(f"unknown key {key!r}")
    frameworks = document.get("frameworks")
    if not isinstance(frameworks, list) or len(frameworks) > _MOST:
        raise _Damaged("frameworks is no list")
    return Lock(
        {key: _text(value, f"versions.{key}") for key, value in _table(document, "versions")},
        {key: _behaviour(value, f"calls.{key}") for key, value in _table(document, "calls")},
        {
            key: _behaviour(value, f"functions.{key}")
            for key, value in _table(document, "functions")
        },
        tuple(_text(one, "frameworks") for one in frameworks),
        _text(document.get("halfpixel"), "halfpixel"),
    )


def _table(document: Mapping[str, object], name: str) -> Iterable[tuple[str, Any]]:
    value = document.get(name, {})
    if not isinstance(value, dict) or len(value) > _MOST:
        raise _Damaged(f"{name} is no table of at most {_MOST:,} lines")
    return value.items()


def _behaviour(value: object, key: str) -> Behaviour:
    if not isinstance(value, dict) or value.keys() != {"follows", "meaning", "exact"}:
        raise _Damaged(f"{key} has no follows, meaning and exact")
    texts = {name: _text(one, f"{key}.{name}") for name, one in value.items()}
    for name in ("meaning", "exact"):
        if not re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", texts[name]):
            raise _Damaged(f"{key}.{name} is no digest of {DIGITS} hexadecimal digits")
    return Behaviour(**texts)


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise _Damaged(f"{key} is no line of text")
    return value


# ---------------------------------------------------------------------------- comparing


@dataclass(frozen=True)
class LineChange:
    """A line of a lock that would change.

    Attributes:
        kind: moved, rounding, gone (the call is not there any more) or new (it is not in the lock).
        name: of the call or function.
        number: of the line in the file; 0 of one that is new.
        before, after: what it followed and follows; empty where there is nothing.
    """

    kind: Kind
    name: str
    number: int
    before: str = ""
    after: str = ""

    @property
    def meaning(self) -> str:
        """What the change means, in a sentence."""
        if self.kind == "gone":
            return "it is not there any more"
        if self.before != self.after:
            return "it computes something else"
        if UNKNOWN in self.after:
            return "it follows no known convention, and its values changed"
        return "it follows the same, and returns another shape or dtype, or raises another error, somewhere"

    def json(self) -> documents.LockChange:
        """The same for a program."""
        return {
            "kind": self.kind,
            "name": self.name,
            "line": self.number or None,
            "before": self.before or None,
            "after": self.after or None,
        }


@dataclass(frozen=True)
class Locked:
    """How an environment compares with a lock.

    Attributes:
        path: of the lock.
        locked, now: what is locked, and what is so.
        changes: the lines that would change.
    """

    path: str
    locked: Lock
    now: Lock
    changes: tuple[LineChange, ...]

    @property
    def same(self) -> bool:
        """Whether behaviour is as locked, but for rounding."""
        return not self.of("moved", "gone")

    def of(self, *kinds: Kind) -> list[LineChange]:
        """The changes of some kinds."""
        return [one for one in self.changes if one.kind in kinds]

    def text(self, *, update: bool = False) -> str:
        """The same for people; ``update``: the lock was rewritten."""
        return "\n".join(self._lines(update))

    def _lines(self, update: bool) -> Iterator[str]:
        moved, lines = self.of("moved", "gone"), len(self.locked.lines)
        of = f"{lines} line{'s' * (lines != 1)} of {self.path}"
        if update:
            yield f"updated: {len(moved)} of {of} moved"
        elif self.same:
            yield f"as locked: {of}"
        else:
            yield f"not as locked: {len(moved)} of {of} would change"
        yield from self._versions()
        for one in moved:
            yield from ("", f"{self.path}:{one.number} {one.name}", f"   {one.meaning}")
            yield f"   locked  {one.before}"
            if one.after:
                yield f"   now     {one.after}"
        notes = list(self._notes(update))
        if notes:
            yield from ("", *notes)

    def _versions(self) -> Iterator[str]:
        before, after = self.locked.versions, self.now.versions
        changed = [
            f"{name} {before.get(name, 'none')} to {after.get(name, 'none')}"
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        ]
        if changed:
            yield f"releases: {', '.join(changed)}"

    def _notes(self, update: bool) -> Iterator[str]:
        if rounding := self.of("rounding"):
            yield f"other rounding only: {_names(rounding)}"
        if new := self.of("new"):
            yield f"{'new' if update else 'not in the lock'}: {_names(new)}"
        if self.locked.halfpixel != self.now.halfpixel:
            yield (
                f"the lock was written by halfpixel {self.locked.halfpixel}, and this is "
                f"{self.now.halfpixel}: it may ask other images, and use other words"
            )
        if not self.same and not update:
            yield "if that is meant: halfpixel lock --update"

    def json(self) -> documents.Locked:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "same": self.same,
            "path": self.path,
            "lines": len(self.locked.lines),
            "versions": dict(self.locked.versions),
            "versions_now": dict(self.now.versions),
            "changes": [one.json() for one in self.changes],
        }


def _names(some: list[LineChange]) -> str:
    names = [one.name for one in some]
    rest = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def compared(path: Path, locked: Lock, now: Lock) -> Locked:
    """Which lines of a lock would change.

    Args:
        path: of the lock, in which line numbers are looked up.
        locked, now: what it says, and what is so.
    """
    numbers = _numbers(path)
    return Locked(path.name, locked, now, tuple(_changes(locked, now, numbers)))


def _changes(locked: Lock, now: Lock, numbers: Mapping[str, int]) -> Iterator[LineChange]:
    for name, before in locked.lines.items():
        after = now.lines.get(name)
        number = numbers.get(name, 0)
        if after is None:
            yield LineChange("gone", name, number, before.follows)
        elif before.exact != after.exact:
            same = before.meaning == after.meaning
            kind: Kind = "rounding" if same else "moved"
            yield LineChange(kind, name, number, before.follows, after.follows)
    for name, after in now.lines.items():
        if name not in locked.lines:
            yield LineChange("new", name, 0, "", after.follows)


def _numbers(path: Path) -> dict[str, int]:
    """The number of the line of each name."""
    numbers = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, 1):
        if match := re.match(r'("(?:[^"\\]|\\.)*") = \{', line):
            numbers[str(json.loads(match[1]))] = number
    return numbers
