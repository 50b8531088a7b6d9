"""JSON and XML of files that somebody else may have written: size and depth are bounded, types checked."""

from __future__ import annotations

import functools
import json
import types
import typing
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

LARGEST = 1 << 28  # bytes of a file that is read


def read_json(path: Path) -> Any:
    """The JSON of a file.

    Raises:
        ValueError: it cannot be read, or is none; the message is a line that begins with the path.
    """
    return parsed_json(_content(path), str(path))


def read_xml(path: Path) -> ElementTree.Element:
    """The root of an XML file without a document type, which could define entities; errors as of
    :func:`read_json`."""
    data = _content(path)
    if b"<!DOCTYPE" in data or b"\0" in data:
        raise ValueError(f"{path}: is no XML in UTF-8 without a document type")
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise ValueError(f"{path}: is no XML: {error}") from None


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path}: larger than {LARGEST:,} bytes")
        return path.read_bytes()
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
    entries = dict(pairs)
    if len(entries) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedKey(next(name for name in names if names.count(name) > 1))
    return entries


# ---------------------------------------------------------------------------- types


def typed(value: Any, hint: Any, at: str = "") -> None:
    """Check that a value of a JSON document has the type that :mod:`halfpixel.documents` gives it.

    Args:
        value: of the document.
        hint: its type.
        at: where it stands, in words.

    Raises:
        ValueError: it has another; the message says where.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if typing.is_typeddict(hint):
        _require(isinstance(value, dict), at, "an object")
        for key, each in _keys(hint).items():
            _require(key in value, at, f"an object with the key {key!r}")
            typed(value[key], each, f"{at}.{key}" if at else key)
    elif origin in (typing.Union, types.UnionType):
        plain = [one for one in arguments if type(value) is one]
        inner = plain or [one for one in arguments if one is not type(None)]
        typed(value, inner[0], at)
    elif origin is typing.Literal:
        _require(value in arguments, at, f"one of {', '.join(map(repr, arguments))}")
    elif origin is list:
        _require(isinstance(value, list), at, "a list")
        for i, each in enumerate(value):
            typed(each, arguments[0], f"{at}[{i}]")
    elif origin is dict:
        _require(isinstance(value, dict), at, "an object")
        for key, each in value.items():
            typed(each, arguments[1], f"{at}.{key}")
    else:
        known = (int, float) if hint is float else (hint,)
        _require(
            type(value) in known, at, {str: "text", bool: "true or false"}.get(hint, "a number")
        )


@functools.cache
def _keys(kind: object) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _require(right: bool, at: str, what: str) -> None:
    if not right:
        raise ValueError(f"{at or 'it'} is not {what}")
