"""Changes that are alike, told once: the same in words, in the same release, of several calls."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from .changes import Change, Kind

# by kind, in the order in which they are told: what is said of them, for people
HEADINGS: dict[Kind, str] = {
    "meaning": "Other values",
    "defect": "New defects: other values at some sizes",
    "fixed": "Fixed defects: other values at some sizes",
    "result": "Another dtype of the result",
    "refuses": "Raises now",
    "removed": "Removed",
    "accepts": "Returns a result now, and raised before",
    "appeared": "New",
    "rounding": "Last digits only, within the error bound",
}


@dataclass(frozen=True)
class Group:
    """Changes that are alike.

    Attributes:
        first: the one that is told: of a call that is no alias, if there is one.
        others: the rest.
    """

    first: Change
    others: tuple[Change, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of them."""
        return (self.first, *self.others)


def grouped(changes: Iterable[Change]) -> list[Group]:
    """Changes in groups, by kind in the order of :data:`HEADINGS`."""
    by_key: dict[Hashable, list[Change]] = {}
    for change in changes:
        by_key.setdefault(_key(change), []).append(change)
    groups = []
    for some in by_key.values():
        ordered = sorted(some, key=_told_last)
        groups.append(Group(ordered[0], tuple(ordered[1:])))
    order = list(HEADINGS)
    return sorted(groups, key=lambda group: order.index(group.first.kind))


def _key(change: Change) -> Hashable:
    call, values, dtypes = change.call, (change.old, change.new), change.dtypes
    if change.kind in ("appeared", "rounding", "removed"):
        values, dtypes = ("", ""), ()  # what is new, or gone, is told by its name
    return (call.framework, change.kind, values, dtypes, change.since, change.source, change.seen)


def _told_last(change: Change) -> tuple[bool, bool, int]:
    worst = max((effect.count for effect in change.effects), default=0)
    return not change.effects, not change.call.plain, -worst
