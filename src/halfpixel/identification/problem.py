"""What cannot be identified at all, in a user's words."""

from __future__ import annotations

import re


class Unidentifiable(ValueError):
    """There is no function, or nothing can be asked of it."""


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 160


def last_line(error: BaseException) -> str:
    """An exception as the last line of its traceback says it, cut where it runs on."""
    lines = [line.strip() for line in _COLOUR.sub("", str(error)).splitlines() if line.strip()]
    words = f"{type(error).__name__}: {lines[-1]}" if lines else type(error).__name__
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
