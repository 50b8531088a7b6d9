"""The rule book as a table for a terminal: calls grouped by the convention that they follow."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from .. import documents
from ..catalogue.rules import Rule, grouped

WIDTH = 100
_NARROW = 100  # columns
_FRAMEWORK, _RELEASES = 13, 14  # columns


def text(rules: Sequence[Rule], *, variants: bool = True, width: int = WIDTH) -> str:
    """A heading for each convention, and below it a line for each call; calls under one heading are
    equivalent.

    Args:
        rules: those that are listed.
        variants: list aliases, too: calls that compute the same as another call of the framework. If not,
            they are counted at the end.
        width: columns.
    """
    if not rules:
        return "no call matches all filters; remove one of them"
    shown = [rule for rule in rules if variants or not rule.call.variant]
    lines = []
    for follows, some in grouped(shown).items():
        lines += [follows, *(line for rule in some for line in _rule(rule, width)), ""]
    left_out = len(rules) - len(shown)
    lines.append(f"{_count(len(shown), 'line')}, {_count(len(grouped(shown)), 'group')}")
    if left_out:
        lines[-1] += f"; {left_out} aliases hidden; use --variants"
    return "\n".join(lines)


def json(rules: Sequence[Rule]) -> documents.Rules:
    """Every rule with all its fields, for a program."""
    return {"schema": documents.SCHEMA, "rules": [rule.json() for rule in rules]}


def _count(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")


def _rule(rule: Rule, width: int) -> Iterator[str]:
    """The call, and its notes below: beside framework and releases, or below them where there is no room."""
    head = f"  {rule.call.framework:<{_FRAMEWORK}}{rule.releases:<{_RELEASES}}"
    indent = " " * len(head)
    if width < _NARROW:
        yield head.rstrip()
        head = indent = "    "
    yield from _wrapped(rule.written, head, indent + "  ", width)
    yield from _wrapped("; ".join(rule.notes), indent + "# ", indent + "# ", width)


def _wrapped(text: str, first: str, others: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        break_on_hyphens=False,
        break_long_words=False,
        initial_indent=first,
        subsequent_indent=others,
    )
