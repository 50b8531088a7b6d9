"""Which lines of a user's code resize: what a function runs, and what is written there."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from ..upgrades import usage

_PACKAGE = str(Path(__file__).parents[1])
# of Python's, of what is installed, and halfpixel's own
_NOT_THEIRS = (
    *{sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")},
    _PACKAGE,
)


def resizes(run: Callable[[], object]) -> list[str]:
    """The calls in the user's files that are run and that halfpixel knows: ``serve.py:17: cv2.resize(…)``.

    Args:
        run: calls the user's function once; what it raises is left out.
    """
    lines = _run(run)
    return [f"{one.where}: {one.text}" for path in lines for one in _calls(path, lines[path])]


def _run(run: Callable[[], object]) -> dict[str, set[int]]:
    """The lines that were run, of each file of the user's."""
    ran: dict[str, set[int]] = {}

    def line(frame: FrameType, event: str, argument: object) -> Any:
        ran.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)
        return line

    def entered(frame: FrameType, event: str, argument: object) -> Any:
        name = frame.f_code.co_filename
        return line if name.endswith(".py") and not name.startswith(_NOT_THEIRS) else None

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        run()
    except Exception:
        return {}
    finally:
        sys.settrace(before)
    return ran


def _calls(path: str, lines: set[int]) -> Iterator[usage.Use | usage.Unread]:
    """The calls of a file that were run; one that is written over lines by its first."""
    try:
        calls = usage.read([Path(path)])
    except ValueError:  # it is no file
        return
    every: list[usage.Use | usage.Unread] = [*calls.uses, *calls.unread]
    for one in every:
        number = one.where.rpartition(":")[2]
        if one.text and number.isdecimal() and int(number) in lines:
            yield one
