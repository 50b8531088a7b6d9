"""What cannot be identified at all, in a user's words."""

from __future__ import annotations

import functools
import re
import sysconfig
import traceback
from pathlib import Path


class Unidentifiable(ValueError):
    """There is no function, or nothing can be asked of it."""


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 160


def last_line(error: BaseException) -> str:
    """An exception as the last line of its traceback says it, cut where it runs on."""
    lines = [line.strip() for line in _COLOUR.sub("", str(error)).splitlines() if line.strip()]
    words = f"{type(error).__name__}: {lines[-1]}" if lines else type(error).__name__
    words = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
    return words + _line(error)


_HERE = Path(__file__).resolve().parent.parent
_LIBRARIES = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "purelib", "platlib")
)


def _line(error: BaseException) -> str:
    """The last line of the user's own code on the way to an exception, if there is one."""
    own = [(file, line) for file, line in _passed(error) if _is_own_file(file)]
    return f" ({Path(own[-1][0]).name}:{own[-1][1]})" if own else ""


def _passed(error: BaseException) -> list[tuple[str, int]]:
    """The file and line of each frame of an exception; the text of the lines is not read."""
    frames = traceback.walk_tb(error.__traceback__)
    return [(frame.f_code.co_filename, line) for frame, line in frames]


@functools.lru_cache(maxsize=256)
def _is_own_file(name: str) -> bool:
    path = str(Path(name).resolve())
    return Path(path).is_file() and not path.startswith((str(_HERE), *_LIBRARIES))


def reached(error: BaseException) -> tuple[tuple[int, ...], bool]:
    """How far a call came that raised: the line of each frame of the user's own code on the way to the
    exception, from the outermost on, and whether the last of them raised it. Of two calls of a function, the
    larger came farther."""
    own = [(line, _is_own_file(file)) for file, line in _passed(error)]
    return tuple(line for line, is_own in own if is_own), bool(own and own[-1][1])
