"""The JSON Schema of the documents that commands and reports write, from their types."""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any

from .. import documents

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    object: {},
    Any: {},
}


def schema() -> dict[str, Any]:
    """A schema with a definition for each class of :mod:`halfpixel.documents`: a file that
    ``halfpixel check --report`` writes is valid by ``#/$defs/Report``."""
    classes = {
        name: each
        for name, each in vars(documents).items()
        if typing.is_typeddict(each) and each.__module__ == documents.__name__
    }
    return {
        "$schema": DIALECT,
        "title": "Documents of halfpixel",
        "description": f"Those whose key `schema` is {documents.SCHEMA}; docs/json.md describes each key.",
        "$defs": {name: _of_class(each) for name, each in sorted(classes.items())},
    }


def _of_class(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "type": "object",
        "properties": {key: of(hint) for key, hint in hints.items()},
        "required": sorted(kind.__required_keys__),
    }


def of(hint: Any) -> dict[str, Any]:
    """The schema of a value of a type, in which classes are references to the definitions."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if typing.is_typeddict(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [of(one) for one in arguments]}
    if origin is list:
        return {"type": "array", "items": of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": of(arguments[1])}
    return _PLAIN[hint]
