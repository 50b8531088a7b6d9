"""From ``path/to/file.py:function`` or ``package.module:function`` to the function."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from .problem import Unidentifiable, last_line


def find(name: str) -> Callable[..., object]:
    """The function of a name.

    Args:
        name: a file or a module, a colon, and a function in it; dots lead into a class or an object.

    Raises:
        Unidentifiable: there is no such file, module or function, it cannot be imported, is not callable, or
            is a class that cannot be made without arguments.
    """
    module, colon, attribute = name.rpartition(":")
    if not colon or not module or not attribute:
        raise Unidentifiable(
            f"{name!r} names no function: write path/to/file.py:function or package.module:function"
        )
    is_file = module.endswith(".py") or "/" in module or "\\" in module
    member: Any = _of_file(Path(module)) if is_file else _of_module(module)
    for part in attribute.split("."):
        if not hasattr(member, part):
            offered = _functions(member)
            others = f"; it has {', '.join(offered)}" if offered else ""
            raise Unidentifiable(f"{module} has no {attribute}{others}")
        member = getattr(member, part)
    if isinstance(member, type):
        return instance(member)
    if not callable(member):
        raise Unidentifiable(f"{attribute} in {module} is not callable: it is {_a(member)}")
    return member  # type: ignore[no-any-return]


def instance(kind: type) -> Callable[..., object]:
    """An instance of a class, made without arguments.

    Raises:
        Unidentifiable: it needs arguments, raises, or its instances cannot be called.
    """
    name = kind.__name__
    try:
        made: Any = kind()
    except (Exception, SystemExit) as error:  # whatever a user's class raises is said in its words
        raise Unidentifiable(
            f"{name} is a class that cannot be made without arguments: {last_line(error)}; make an instance, "
            f"{name}(...), and give that"
        ) from error
    if not callable(made):
        raise Unidentifiable(f"{name} is a class whose instances cannot be called")
    return made  # type: ignore[no-any-return]


def _functions(module: object) -> list[str]:
    """The functions that stand in a module, the first few."""
    own_module = getattr(module, "__name__", None)
    own = (
        name
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", None) == own_module
    )
    return list(own)[:8]


def _a(value: object) -> str:
    return "a module" if isinstance(value, ModuleType) else f"of type {type(value).__name__}"


def _of_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise Unidentifiable(f"there is no file {path}")
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)  # as if the file were run
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise Unidentifiable(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    loaded = sys.modules.get(path.stem)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever a user's file raises is said in its words
        raise Unidentifiable(f"{path} cannot be imported: {last_line(error)}") from error
    finally:
        if loaded is not None:  # a file named as a module that is loaded already
            sys.modules[path.stem] = loaded
    return module


def _of_module(name: str) -> ModuleType:
    if "" not in sys.path:
        sys.path.insert(0, "")  # python -m has it, a console script has not
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise Unidentifiable(f"there is no module {error.name}") from error
        raise Unidentifiable(f"{name} cannot be imported: {last_line(error)}") from error
    except (Exception, SystemExit) as error:
        raise Unidentifiable(f"{name} cannot be imported: {last_line(error)}") from error
