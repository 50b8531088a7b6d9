"""In which release a change came: the first from which on a call does what the newer release does."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping

from ..frameworks.call import Call

Key = Callable[[Call | None], Hashable]
At = Callable[[str], Call | None]


def boundaries(call: Call) -> list[str]:
    """The releases at which something of a call may change, by the ranges that it declares, oldest first."""
    from packaging.version import Version

    found = {
        version.rstrip(".")
        for releases in _ranges(call)
        for version in re.findall(r"\d+(?:\.\d+)*", releases)
    }
    return sorted(found, key=Version)


def _ranges(call: Call) -> Iterator[str]:
    yield from (call.releases, *call.follows, *call.changes, *call.since.values())
    tables: list[Mapping[str, object]] = [vars(call), *call.changes.values()]
    for table in tables:
        for name in ("refusals", "defects"):
            yield from (one.releases for one in table.get(name, ()))  # type: ignore[attr-defined]


def came(call: Call, at: At, old: str, new: str, key: Key) -> str | None:
    """The first release after ``old`` from which on a call is what it is in ``new``, in what ``key`` says.

    Args:
        call: of the catalogue.
        at: the call as it is in a release.
        old, new: two releases, the older one first.
        key: from the call in a release to what has changed.

    Returns:
        The release; None if no range that is declared begins or ends there.
    """
    from packaging.version import Version

    first, last = Version(old), Version(new)
    wanted, found = key(at(new)), None
    for release in reversed(boundaries(call)):
        if first < Version(release) <= last:
            if key(at(release)) != wanted:
                break
            found = release
    return found
