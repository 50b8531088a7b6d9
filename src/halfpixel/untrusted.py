"""JSON of files that somebody else may have written: bounded in size and depth, and a key stands once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LARGEST = 1 << 28  # bytes of a file that is read


def read_json(path: Path) -> Any:
    """The JSON of a file.

    Raises:
        ValueError: it cannot be read, or is none; the message is a line that begins with the path.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path}: larger than {LARGEST:,} bytes")
        return parsed_json(path.read_bytes(), str(path))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None


def parsed_json(data: bytes, name: str) -> Any:
    """The JSON of the content of a file with a name; errors as of :func:`read_json`."""
    try:
        return json_of(data)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def json_of(data: bytes) -> Any:
    """The same, with errors that do not name the file.

    Raises:
        ValueError: it is too large, nested too deeply, names a key twice, or is no JSON.
    """
    if len(data) > LARGEST:
        raise ValueError(f"larger than {LARGEST:,} bytes")
    try:
        return json.loads(data.decode(), object_pairs_hook=unique)
    except RepeatedKey as error:
        raise ValueError(f"has the key {error.key!r} twice") from None
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON: {error}") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


class RepeatedKey(ValueError):
    """A key of an object is there twice."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key!r} is there twice")
        self.key = key


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, of which no key is there twice: a hook of ``json.loads``.

    Raises:
        RepeatedKey: one is.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedKey(next(name for name in names if names.count(name) > 1))
    return found
