"""In which releases a change came: those in which a call does something else than in the one before."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator

from ..frameworks import FRAMEWORKS, Call, Release

Key = Callable[[Call | None], Hashable]
OWN = ""  # the package that is the framework itself, as ranges of releases have it


def order(release: str) -> Hashable:
    """By which releases are sorted."""
    from packaging.version import Version

    return Version(release)


def boundaries(call: Call, package: str) -> list[str]:
    """The releases of a package at which something of a call may change, by its ranges, oldest first."""
    clauses = (clause for releases in call.every_range for clause in releases.split(";"))
    about = (re.fullmatch(r"\s*([a-z]*)\s*(.*)", clause) for clause in clauses)
    ranges = {one[2] for one in about if one and one[1] == package}
    versions = {version for one in ranges for version in re.findall(r"\d+(?:\.\d+)*", one)}
    return distinct(versions)


def distinct(releases: Iterable[str]) -> list[str]:
    """Releases in order, each once: 2 and 2.0 are one, as it is written in full."""
    by_version = {order(one): one for one in sorted(releases, key=lambda one: (len(one), one))}
    return [by_version[version] for version in sorted(by_version)]  # type: ignore[type-var]


def introduced(call: Call, old: Release, new: Release, key: Key) -> tuple[str, list[str]] | None:
    """The package, and its releases in which a call becomes, in one step or several, what it is in ``new``.

    Args:
        call: of the catalogue.
        old, new: two releases, the older one first.
        key: from the call in a release to what has changed.

    Returns:
        The package, empty for the framework itself, and its releases, oldest first; None if no release of
        one package alone brings it.
    """
    wanted = key(call.at(new))
    for package in (OWN, *FRAMEWORKS[call.framework].beside):
        first, last = _of(old, package), _of(new, package)
        if first == last or key(call.at(_with(old, package, last))) != wanted:
            continue
        if steps := list(_steps(call, old, package, last, key)):
            return package, steps
    return None


def _steps(call: Call, old: Release, package: str, last: str, key: Key) -> Iterator[str]:
    """The releases of a package, after the one in ``old`` and up to the last, in which the key changes."""
    before = key(call.at(old))
    for release in boundaries(call, package):
        if order(_of(old, package)) < order(release) <= order(last):  # type: ignore[operator]
            now = key(call.at(_with(old, package, release)))
            if now != before:
                yield release
            before = now


def _of(release: Release, package: str) -> str:
    return release.own if package == OWN else release.of(package)


def _with(release: Release, package: str, its: str) -> Release:
    """A release with another one of a package."""
    if package == OWN:
        return Release(its, release.packages)
    return Release(release.own, {**release.packages, package: its})
