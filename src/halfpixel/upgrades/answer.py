"""The answer of ``halfpixel upgrade``: what changes between two environments, and when it came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .. import documents
from ..frameworks import FRAMEWORKS, Call, DType, Release
from ..frameworks.sources import source
from ..records import releases
from .changes import SILENT, Change, Kind, compare
from .environment import PACKAGES, Environment, pair, read, release_of
from .evidence import NOT_SEEN, ONLY_SEEN, held
from .history import OWN, introduced, order
from .seen import recorded, seen
from .usage import Usage, Use
from .usage import read as read_code


@dataclass(frozen=True, eq=False)
class Compared:
    """The calls of a framework between two releases.

    Attributes:
        framework: its name.
        old, new: its releases, with those of the packages that it works with.
        calls: how many were compared: those that either release has.
        changes: what changes, in the order of the catalogue.
        unrecorded: the releases of which there is no record: what is said of them is what calls declare.
    """

    framework: str
    old: Release
    new: Release
    calls: int
    changes: tuple[Change, ...]
    unrecorded: tuple[str, ...] = ()

    @property
    def disagreements(self) -> list[Change]:
        """Changes of results, or calls that are new or gone, of which the record shows something else than
        calls declare."""
        seen = (change for change in self.changes if change.seen == ONLY_SEEN)
        not_seen = (change for change in self.changes if change.seen == NOT_SEEN)
        kinds = (*SILENT, "appeared", "removed")
        return [*seen, *(change for change in not_seen if change.kind in kinds)]

    @property
    def title(self) -> str:
        """The framework's name for people, with both releases."""
        title = FRAMEWORKS[self.framework].title
        if self.old == self.new:
            return f"{title} {self.new} stays"
        return f"{title} {self.old} to {self.new}"

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
        usage: the calls that a program uses; None where all are asked about.
    """

    old: Environment
    new: Environment
    frameworks: tuple[Compared, ...]
    notes: tuple[str, ...] = ()
    usage: Usage | None = None

    @property
    def compared_uses(self) -> tuple[Use, ...]:
        """The calls that were read, of the frameworks that were compared."""
        names = tuple(f"{one.framework}-" for one in self.frameworks)
        uses = self.usage.uses if self.usage is not None else ()
        return tuple(use for use in uses if any(call.startswith(names) for call in use.calls))

    @property
    def touching(self) -> tuple[Change, ...]:
        """The changes of calls that are used; all, where that is not asked."""
        if self.usage is None:
            return self.changes
        return tuple(change for change in self.changes if change.call.id in self.usage.calls)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, of every framework."""
        return tuple(change for one in self.frameworks for change in one.changes)

    @property
    def silent(self) -> tuple[Change, ...]:
        """Those that give a program another result without an error; of calls that are used, if that is
        asked."""
        return tuple(change for change in self.touching if change.silent)

    @property
    def lost(self) -> tuple[Change, ...]:
        """Those by which a program gets an error where it got a result; of calls that are used, if that is
        asked."""
        return tuple(change for change in self.touching if change.lost)

    @property
    def same(self) -> bool:
        """No call, of those that are used, gives another result, or an error instead of one."""
        return not (self.silent or self.lost)

    def text(self, width: int | None = None, *, every: bool = False) -> str:
        """For people: as wide as a terminal; of calls that are alike a few are named, or every one."""
        from .text import text

        return text(self, width, every=every)

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
    code: Sequence[str | Path] = (),
    calls: Iterable[Call] | None = None,
) -> Upgrade:
    """What changes between two environments, by what is known of their releases; nothing is imported.

    Args:
        old: ``opencv==4.10.0``; several, separated by commas (``tensorflow==2.16.2,keras==3.3.3``), or a
            mapping of them; the path of a file of requirements or a lock file; or ``installed``.
        new: the same.
        code: files of Python, and folders of them: what they use is told first, and decides ``same``. They
            are parsed, and never run.
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
    usage = read_code([Path(path) for path in code]) if code else None
    return between(before, after, calls, usage)


def between_texts(texts: Sequence[str], usage: Usage | None = None) -> Upgrade:
    """The same for the arguments of the command line. Errors are those of :func:`upgrade`."""
    return between(*pair(texts), usage=usage)


def between(
    old: Environment,
    new: Environment,
    calls: Iterable[Call] | None = None,
    usage: Usage | None = None,
) -> Upgrade:
    """What changes between two environments.

    Raises:
        ValueError: both have no framework in common, or a release is older or newer than all that are known.
    """
    for one in (old, new):
        _check_known(one)
    chosen = None if calls is None else list(calls)
    comparisons = tuple(
        _compared(name, old, new, chosen)
        for name in FRAMEWORKS
        if release_of(name, old) is not None and release_of(name, new) is not None
    )
    notes = list(_notes(old, new))
    if not comparisons:
        raise ValueError(f"{old.words} and {new.words} have no framework in common: {notes[0]}")
    for compared in comparisons:
        notes += _unpredicted(compared, chosen)
    return Upgrade(old, new, comparisons, (*old.notes, *new.notes, *notes), usage)


def _unpredicted(compared: Compared, chosen: Sequence[Call] | None) -> Iterator[str]:
    """What a release computes in a way that is not known, which says nothing of a change."""
    by_reason: dict[tuple[Release, DType, str], list[str]] = {}
    for call in FRAMEWORKS[compared.framework].calls if chosen is None else chosen:
        for release in (compared.old, compared.new):
            now = call.at(release) if call.framework == compared.framework else None
            for dtype, why in now.unpredicted.items() if now else ():
                by_reason.setdefault((release, dtype, why), []).append(call.name)
    for (release, dtype, why), names in by_reason.items():
        others = f" and {len(names) - 1} other calls" if len(names) > 1 else ""
        title = FRAMEWORKS[compared.framework].title
        yield f"{dtype} of {title} {release}, {names[0]}{others}, was not compared: {why}"


def _check_known(environment: Environment) -> None:
    """Check that no release is beyond those that are recorded.

    Raises:
        ValueError: one is.
    """
    for framework in FRAMEWORKS:
        release, known = release_of(framework, environment), releases(framework)
        if release is None or not known:
            continue
        oldest, newest = (known[i].partition("+")[0] for i in (0, -1))
        minor = order(release.own).release[:2]  # type: ignore[attr-defined]
        bounds = [order(one).release[:2] for one in (oldest, newest)]  # type: ignore[attr-defined]
        if not bounds[0] <= minor <= bounds[1]:
            package = PACKAGES.get(framework, framework)
            raise ValueError(
                f"unknown release {package}=={release.own}: known are {oldest} to {newest}; to compare "
                "others, run both: halfpixel check --save in one environment, --against in the other"
            )


def _notes(old: Environment, new: Environment) -> Iterator[str]:
    for package in dict.fromkeys((*old.releases, *new.releases)):
        if package not in old.releases or package not in new.releases:
            which = "the old" if package in old.releases else "the new"
            yield f"{package} is in {which} environment only, and was not compared"
    for framework in FRAMEWORKS:
        both = [release_of(framework, one) for one in (old, new)]
        for one in dict.fromkeys(one for one in both if one is not None and all(both)):
            yield from _assumed(framework, one)
    for package in old.releases:
        before, after = old.releases[package], new.releases.get(package, "")
        if after and order(before) > order(after):  # type: ignore[operator]
            yield f"{package} goes back, from {before} to {after}"


def _assumed(framework: str, release: Release) -> Iterator[str]:
    """What is taken for granted of the packages beside a framework."""
    for package in FRAMEWORKS[framework].beside:
        if package not in release.packages and release.of(package) != release.own:
            title = FRAMEWORKS[framework].title
            yield f"{package} is not named beside {title} {release.own}: its latest release is assumed"


def _compared(
    framework: str, old: Environment, new: Environment, chosen: Sequence[Call] | None
) -> Compared:
    before, after = release_of(framework, old), release_of(framework, new)
    assert before is not None
    assert after is not None
    calls = [call for call in FRAMEWORKS[framework].calls if chosen is None or call in chosen]
    records = [recorded(framework, release) for release in (before, after)]
    shown = seen(framework, records[0], records[1]) if records[0] and records[1] else None
    count, every = 0, []
    for call in calls:
        both = call.at(before), call.at(after)
        count += any(both)
        changes = compare(*both) if both[0] is not both[1] else []
        dated = [_dated(call, one, before, after) for one in changes]
        every += dated if shown is None else held(call, dated, shown.get(call.name))
    names = zip((before, after), records, strict=True)
    unrecorded = tuple(dict.fromkeys(str(release) for release, name in names if name is None))
    return Compared(framework, before, after, count, tuple(every), unrecorded)


def of_call(call: Call, old: Release, new: Release) -> list[Change]:
    """What calls declare of the changes of one between two releases, with the release in which each came."""
    both = call.at(old), call.at(new)
    return [_dated(call, one, old, new) for one in compare(*both)]


def since(changes: Sequence[Change], old: Release, new: Release) -> Iterator[str]:
    """What a call does now and since when, in lines, for a failure."""
    if not changes:
        yield f"  no change of this call is declared between {old} and {new}"
    for change in changes:
        came_in = f" (since {change.since_text})" if change.since else ""
        yield f"  {old!s:<11} {change.old}"
        yield f"  {new!s:<11} {change.new}{came_in}"
        if change.source:
            yield f"  {'source':<11} {change.source}"


def _dated(call: Call, change: Change, old: Release, new: Release) -> Change:
    """A change with the releases in which it came."""
    back = order(old.own) > order(new.own)  # type: ignore[operator]
    first, last = (new, old) if back else (old, new)
    steps_of = introduced(call, first, last, change.key)
    if steps_of is None:
        return change
    package, steps = steps_of
    since = tuple(step if package == OWN else f"{package} {step}" for step in steps)
    announced = (source(call.framework, call.name, step) for step in since)
    return replace(change, since=since, source=next(filter(None, announced), None))
