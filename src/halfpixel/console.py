"""Text on a terminal: its width, its colours, lines and tables that fit."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

GREEN, RED, YELLOW, CYAN, BOLD = "32", "31", "33", "36", "1"
_CODE = "    "  # lines of code begin with it: they are never broken
_ANY = 1 << 30  # columns
_GAP = "  "  # between columns


def width_of(stream: TextIO) -> int | None:
    """The columns of a terminal, or what ``COLUMNS`` says; None where text may be as wide as it is."""
    if os.environ.get("COLUMNS", "").isdecimal() or stream.isatty():
        return max(shutil.get_terminal_size((100, 24)).columns, 20)
    return None


def colours(stream: TextIO) -> bool:
    """Whether a stream takes colours: ``NO_COLOR`` forbids them, ``FORCE_COLOR`` asks for them, otherwise a
    terminal has them. Set to nothing, neither counts (https://no-color.org, https://force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def painted(text: str, *codes: str) -> str:
    """Text in a colour."""
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if text else text


def answer(text: str, *, good: bool) -> str:
    """An answer in colours: its first line by what it says, warnings, and code."""
    first, *others = text.splitlines()
    lines = [_warning(first) or painted(first, BOLD, GREEN if good else RED)]
    for line in others:
        code = line.startswith(_CODE) and not line.startswith(_CODE + " ")
        lines.append(_warning(line) or (painted(line, CYAN) if code else line))
    return "\n".join(lines)


def _warning(line: str) -> str:
    return painted(line, YELLOW) if line.startswith("warning: ") else ""


def fitted(text: str, width: int | None) -> str:
    """Text with its sentences wrapped; lines of code stay whole, so that they can be copied."""
    if width is None:
        return text
    return "\n".join(part for line in text.splitlines() for part in _fitted(line, width))


def _fitted(line: str, width: int) -> list[str]:
    if len(line) <= width or line.startswith(_CODE):
        return [line]
    label = re.match(
        r" *\S+(?: \S+)*? {2,}(?=\S)", line
    )  # of a list: what follows stays in its column
    hang = label.end() if label and label.end() <= width // 2 else _indent(line) + 2
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def elided(line: str, width: int | None) -> str:
    """A line cut to a width, with how much of it is missing."""
    if width is None or len(line) <= width:
        return line
    kept = width - len(f"… ({len(line)} more)")
    return f"{line[:kept]}… ({len(line) - kept} more)"


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """A text on lines of an indent; on one where they may be as wide as it is."""
    if width is None:
        return [indent + text]
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def pairs(
    rows: Sequence[tuple[str, str]], width: int | None, indent: str, widest: int
) -> Iterator[str]:
    """Two columns; the second entry stands below the first where both do not fit beside each other.

    Args:
        rows: of two texts.
        width: of the terminal; None for any.
        indent: of each line.
        widest: the first column is no wider, but for longer entries.
    """
    first = min(max(len(one) for one, _ in rows), widest)
    for one, other in rows:
        line = f"{indent}{one:<{first}}{_GAP}{other}"
        if width is None or len(line) <= width:
            yield line
        else:
            yield from fitted(indent + one, width).splitlines()
            yield from wrapped(other, width, indent + _CODE)


def table(
    rows: Sequence[Sequence[str]],
    width: int | None,
    indent: str = "",
    *,
    keys: int = 1,
    gap: str = _GAP,
) -> Iterator[str]:
    """Rows in columns; where these are wider than the terminal, the columns that are left follow below, with
    the first ones again.

    Args:
        rows: of one length.
        width: of the terminal; None for any.
        indent: of each line.
        keys: so many columns are repeated.
        gap: between two columns.
    """
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    left = list(range(keys, len(wide)))
    while True:
        room = (width or _ANY) - len(indent) - sum(n + len(gap) for n in wide[:keys])
        shown = [left.pop(0)] if left else []
        while left and sum(wide[i] + len(gap) for i in [*shown, left[0]]) - len(gap) <= room:
            shown.append(left.pop(0))
        for row in rows:
            cells = [row[i].ljust(wide[i]) for i in [*range(keys), *shown]]
            yield (indent + gap.join(cells)).rstrip()
        if not left:
            return
        yield ""
