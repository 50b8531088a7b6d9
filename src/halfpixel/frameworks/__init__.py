"""How each framework says it. One file a framework; nothing else imports torch, tensorflow or cv2."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import pkgutil
from collections.abc import Mapping
from importlib import import_module

from . import keras_calls, onnx, opencv, tensorflow, torch
from .call import (
    Call,
    Crash,
    Defect,
    DType,
    Expression,
    Framework,
    FrameworkError,
    Gradient,
    Mode,
    Name,
    Names,
    Refusal,
    dtype_name,
)
from .library import Library
from .releases import Release

_FIRST = ("torch", "tensorflow", "opencv", "keras_torch")  # the order of tables; others follow


def _frameworks() -> dict[str, Framework]:
    """The ``FRAMEWORK`` of every module of this package that has one."""
    modules = [import_module(f".{one.name}", __name__) for one in pkgutil.iter_modules(__path__)]
    found = {m.FRAMEWORK.name: m.FRAMEWORK for m in modules if hasattr(m, "FRAMEWORK")}
    return {name: found.pop(name) for name in _FIRST} | found


FRAMEWORKS: Mapping[str, Framework] = _frameworks()

# what calls are converted from and to; of a framework, what is offered first stands first
LIBRARIES: Mapping[str, Library] = {
    library.name: library
    for library in (
        torch.LIBRARY,
        tensorflow.LIBRARY,
        keras_calls.LIBRARY,
        opencv.LIBRARY,
        onnx.LIBRARY,
    )
}

__all__ = [
    "FRAMEWORKS",
    "LIBRARIES",
    "Call",
    "Crash",
    "DType",
    "Defect",
    "Expression",
    "Framework",
    "FrameworkError",
    "Gradient",
    "Library",
    "Mode",
    "Name",
    "Names",
    "Refusal",
    "Release",
    "dtype_name",
    "installed",
    "load",
    "missing_needs",
    "release",
    "version",
]


@functools.cache
def installed(module: str) -> bool:
    """Whether a module can be found. Nothing is imported."""
    return importlib.util.find_spec(module) is not None


@functools.cache
def version(framework: str) -> str | None:
    """The installed release of a framework, read from its package's metadata, or None."""
    entry = FRAMEWORKS[framework]
    return _said(entry) if all(map(installed, entry.needs)) else None


def _said(entry: Framework) -> str | None:
    """The release of a framework's module, whatever it needs beside."""
    if not installed(entry.module):
        return None
    for distribution in entry.distributions:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "0+unknown"  # installed without metadata, say from a build tree


@functools.cache
def release(framework: str) -> Release | None:
    """The installed release of a framework with those of the packages beside it, or None.

    A package is found by its module, which is that of a framework too.
    """
    own = version(framework)
    if own is None:
        return None
    modules = {entry.module: entry for entry in FRAMEWORKS.values()}
    beside = {name: _said(modules[name]) for name in FRAMEWORKS[framework].beside}
    return Release(own, {name: said for name, said in beside.items() if said is not None})


def missing_needs(call: Call) -> tuple[str, ...]:
    """The modules that a call of an installed framework cannot run without, and that are not there."""
    return tuple(module for module in call.needs if not installed(module))


def load(framework: str) -> Names:
    """Import a framework, once.

    Returns:
        The names that its calls' expressions use.

    Raises:
        FrameworkError: the import fails, or failed before.
    """
    loaded = _loaded(framework)
    if isinstance(loaded, FrameworkError):
        raise FrameworkError(*loaded.args) from loaded
    return loaded


@functools.cache
def _loaded(framework: str) -> Names | FrameworkError:
    try:
        return FRAMEWORKS[framework].load()
    except FrameworkError as error:
        return error
    except (ImportError, OSError) as error:
        failed = FrameworkError(f"import {FRAMEWORKS[framework].module} failed: {error}")
        failed.__cause__ = error
        return failed
