"""The answer of ``halfpixel upgrade``: what changes between two environments, and when it came."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .. import documents
from ..frameworks import FRAMEWORKS
from ..frameworks.call import Call
from .changes import Change, Kind, compare
from .environment import PACKAGES, Environment, pair, read
from .history import came


@dataclass(frozen=True, eq=False)
class Compared:
    """The calls of a framework between two releases.

    Attributes:
        framework: its name.
        old, new: its releases.
        calls: how many were compared: those that either release has.
        changes: what changes, in the order of the catalogue.
    """

    framework: str
    old: str
    new: str
    calls: int
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        """The framework's name for people, with both releases."""
        return f"{FRAMEWORKS[self.framework].title} {self.old} to {self.new}"

    def of(self, *kinds: Kind) -> list[Change]:
        """The changes of some kinds."""
        return [change for change in self.changes if change.kind in kinds]


@dataclass(frozen=True, eq=False)
class Upgrade:
    """What changes between two environments.

    Attributes:
        old, new: the environments.
        frameworks: what was compared.
        notes: what was not compared, and what was taken for granted.
    """

    old: Environment
    new: Environment
    frameworks: tuple[Compared, ...]
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, of every framework."""
        return tuple(change for one in self.frameworks for change in one.changes)

    @property
    def silent(self) -> tuple[Change, ...]:
        """Those that give a program another result without an error."""
        return tuple(change for change in self.changes if change.silent)

    @property
    def same(self) -> bool:
        """No call gives another result."""
        return not self.silent

    def text(self, width: int | None = None) -> str:
        """For people."""
        from .text import text

        return text(self, width)

    def markdown(self) -> str:
        """The same as Markdown, for a pull request."""
        from .text import markdown

        return markdown(self)

    def json(self) -> documents.Upgrade:
        """The same for a program."""
        from .text import json

        return json(self)

    def __str__(self) -> str:
        return self.text()


def upgrade(
    old: str | Mapping[str, str],
    new: str | Mapping[str, str],
    *,
    calls: Iterable[Call] | None = None,
) -> Upgrade:
    """What changes between two environments, by what is known of their releases; nothing is imported.

    Args:
        old: ``opencv==4.10.0``; several, separated by commas (``tensorflow==2.16.2,keras==3.3.3``), or a
            mapping of them; the path of a file of requirements or a lock file; or ``installed``.
        new: the same.
        calls: those of the catalogue that are compared; by default all.

    Returns:
        The answer: ``str`` of it is for people, ``.json()`` for programs, ``.same`` says whether every call
        gives the result that it gave.

    Raises:
        ValueError: a package or a release is unknown, a file cannot be read, or both have no package in
            common.

    >>> answer = upgrade("opencv==4.14.0", "opencv==5.0.0")
    >>> answer.same
    False
    """
    before, after = (
        read(one) if isinstance(one, str) else Environment("", dict(one)) for one in (old, new)
    )
    return between(before, after, calls)


def between_texts(texts: Sequence[str]) -> Upgrade:
    """The same for the arguments of the command line. Errors are those of :func:`upgrade`."""
    return between(*pair(texts))


def between(old: Environment, new: Environment, calls: Iterable[Call] | None = None) -> Upgrade:
    """What changes between two environments.

    Raises:
        ValueError: both have no framework in common.
    """
    chosen = None if calls is None else list(calls)
    found = tuple(
        _compared(name, old, new, chosen)
        for name in FRAMEWORKS
        if _release(name, old) is not None and _release(name, new) is not None
    )
    notes = list(_notes(old, new))
    if not found:
        raise ValueError(f"{old.words} and {new.words} have no framework in common: {notes[0]}")
    return Upgrade(old, new, found, (*old.notes, *new.notes, *notes))


def _release(framework: str, environment: Environment) -> str | None:
    return environment.releases.get(PACKAGES.get(framework, framework))


def _notes(old: Environment, new: Environment) -> Iterator[str]:
    for package in dict.fromkeys((*old.releases, *new.releases)):
        if package not in old.releases or package not in new.releases:
            here = "the old" if package in old.releases else "the new"
            yield f"{package} is in {here} environment only, and was not compared"
    for package in old.releases:
        before, after = old.releases[package], new.releases.get(package, "")
        if after and _version(before) > _version(after):
            yield f"{package} goes back, from {before} to {after}"


@functools.cache
def _version(release: str):  # type: ignore[no-untyped-def]
    from packaging.version import Version

    return Version(release)


def _compared(
    framework: str, old: Environment, new: Environment, chosen: Sequence[Call] | None
) -> Compared:
    before, after = _release(framework, old), _release(framework, new)
    assert before is not None
    assert after is not None
    calls = [call for call in FRAMEWORKS[framework].calls if chosen is None or call in chosen]
    there, found = 0, []
    for call in calls:
        both = call.at(before), call.at(after)
        there += any(both)
        if both[0] is not both[1]:
            found += [_dated(call, one, before, after) for one in compare(*both)]
    return Compared(framework, before, after, there, tuple(found))


def _dated(call: Call, change: Change, old: str, new: str) -> Change:
    """A change with the release in which it came, and where that is announced."""
    first, last = sorted((old, new), key=_version)
    since = came(call, call.at, first, last, change.key)
    return replace(change, since=since or "")
