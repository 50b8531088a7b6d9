"""HP201: a call gives another result, or raises, in the releases that are upgraded to."""

from __future__ import annotations

from collections.abc import Iterator

from ...upgrades.usage import calls_of
from ..code import File
from ..finding import Hit


def check(file: File) -> Iterator[Hit]:
    """Calls that change between the two environments; none where no upgrade is asked about."""
    changes = file.project.changes
    if not changes:
        return
    for call in file.calls:
        changed = [
            one
            for name in calls_of((*call.readings, *call.layers))
            for one in changes.get(name, ())
        ]
        texts = dict.fromkeys(
            f"{one.old} before, {one.new} now{f' (since {one.since_text})' if one.since else ''}"
            for one in changed
        )
        if texts:
            yield Hit(call.node, f"{call.function} changes: {'; '.join(texts)}")
