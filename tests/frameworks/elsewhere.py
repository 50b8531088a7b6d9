"""What a child process of a test does: it imports this module, which imports nothing else of the tests."""

import os
from typing import Any

from halfpixel.frameworks import Expression, Names


def load() -> Names:
    return {"os": os}


def variable(names: Names, name: str) -> str | None:
    value = names["os"].environ.get(name)
    return None if value is None else str(value)


def refuse(names: Names) -> None:
    raise ValueError("no such interpolation")


def die(names: Names) -> None:
    names["os"]._exit(3)


def end_there(names: Names, expression: Expression, inputs: dict[str, Any]) -> Any:
    names["os"]._exit(3)


def no_such_module() -> Names:
    raise ImportError("No module named 'tree'")
