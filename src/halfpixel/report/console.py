"""Text on a terminal: its width, its colours, lines and tables that fit."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

GREEN, RED, YELLOW, CYAN, BOLD = "32", "31", "33", "36", "1"
_CODE = "    "  # lines of code begin with it: they are never broken
_ANY = 1 << 30  # columns
_GAP = "  "  # between the columns of a table


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
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def table(
    rows: Sequence[Sequence[str]], width: int | None, indent: str = "", *, keys: int = 1
) -> Iterator[str]:
    """Rows in columns; where these are wider than the terminal, the columns that are left follow below, with
    the first ones again.

    Args:
        rows: of one length.
        width: of the terminal; None for any.
        indent: of each line.
        keys: so many columns are repeated.
    """
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    left = list(range(keys, len(wide)))
    while True:
        room = (width or _ANY) - len(indent) - sum(n + len(_GAP) for n in wide[:keys])
        shown = [left.pop(0)] if left else []
        while left and sum(wide[i] + len(_GAP) for i in [*shown, left[0]]) - len(_GAP) <= room:
            shown.append(left.pop(0))
        for row in rows:
            cells = [row[i].ljust(wide[i]) for i in [*range(keys), *shown]]
            yield (indent + _GAP.join(cells)).rstrip()
        if not left:
            return
        yield ""
