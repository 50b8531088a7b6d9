"""The table of calls of other libraries, for docs/convert.md."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..frameworks.wrappers import WRAPPERS, Under, Wrapper
from . import marked

BEGIN = "<!-- written by make docs: calls of other libraries -->"
_HOLE = re.compile(r"\{(\w+)(?:\[(\w+)\])?(?:![rs])?(?::\w+)?\}")


def table() -> str:
    """A row for each call underneath."""
    lines = ["| call | where | is | run beside it |", "| --- | --- | --- | --- |"]
    for one in WRAPPERS:
        lines += [f"| {' | '.join(cells)} |" for cells in _rows(one)]
    return "\n".join(lines)


def _rows(one: Wrapper) -> Iterator[tuple[str, str, str, str]]:
    for under in one.calls:
        yield f"`{one.name}`", _where(under), f"`{_plain(under.text)}`", one.ran
    if not one.calls:
        yield f"`{one.name}`", "", one.refused[""], one.ran


def _where(under: Under) -> str:
    conditions = []
    for name, values in under.when.items():
        listed = [repr(value) for value in values]
        conditions.append(f"`{name}` is {' or '.join(f'`{one}`' for one in listed)}")
    return ", ".join(conditions)


def _plain(text: str) -> str:
    """A call with the names of the arguments in the place of their holes."""
    return _HOLE.sub(lambda hole: f"{hole[1]}[{hole[2]}]" if hole[2] else hole[1], text)


def written(page: str) -> str:
    """A page with the table between its two marks.

    Raises:
        ValueError: the page does not have both marks.
    """
    return marked.written(page, BEGIN, table())
