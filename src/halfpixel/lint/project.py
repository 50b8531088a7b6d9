"""What rules know of the project around a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..checking.settings import Counterparts
from ..upgrades import environment
from ..upgrades.answer import between
from ..upgrades.changes import Change
from .pins import Pins


@dataclass(frozen=True)
class Project:
    """The project around a file.

    Attributes:
        root: its folder.
        pins: the releases that it allows.
        counterparts: functions that have to give the same.
        changes: by the id of a call, what changes of it in an upgrade; empty where none is asked about.
    """

    root: Path = Path()
    pins: Pins = field(default=Pins())
    counterparts: tuple[Counterparts, ...] = ()
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)


def changes(old: str, new: str) -> dict[str, list[Change]]:
    """What changes between two environments and a program notices: results, and errors in their place.

    Args:
        old, new: as for ``halfpixel upgrade``: a file of requirements, a lock file, ``opencv==4.10.0``, or
            ``installed``.

    Raises:
        ValueError: a release is unknown, a file cannot be read, or both have no framework in common.
    """
    by_call: dict[str, list[Change]] = {}
    for change in between(environment.read(old), environment.read(new)).changes:
        if change.silent or change.lost:
            by_call.setdefault(change.call.id, []).append(change)
    return by_call
