"""How each framework says it. One file a framework; nothing else imports torch, tensorflow or cv2."""

from __future__ import annotations

import functools
import pkgutil
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import cast

from . import (
    jax,
    keras_calls,
    litert,
    onnx,
    onnxruntime,
    opencv,
    pillow,
    tensorflow,
    torch,
    torchvision,
)
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
    NotAnArray,
    Refusal,
    dtype_name,
)
from .installation import check_imported, installed, packages, stated_release
from .layer_plans import TARGETS as _OWN_TARGETS
from .layer_plans import Target
from .library import Library
from .releases import Release
from .third_party import find

_FIRST = ("torch", "tensorflow", "opencv", "keras_torch")  # the order of tables; others follow


def _frameworks() -> dict[str, Framework]:
    """The ``FRAMEWORK`` of every module of this package that has one."""
    modules = [import_module(f".{one.name}", __name__) for one in pkgutil.iter_modules(__path__)]
    by_name = {m.FRAMEWORK.name: m.FRAMEWORK for m in modules if hasattr(m, "FRAMEWORK")}
    return {name: by_name.pop(name) for name in _FIRST} | by_name


_OWN = _frameworks()
_OWN_LIBRARIES: Mapping[Target, Library] = {
    library.name: library
    for library in (
        torch.LIBRARY,
        tensorflow.LIBRARY,
        keras_calls.LIBRARY,
        opencv.LIBRARY,
        onnx.LIBRARY,
        onnxruntime.LIBRARY,
        pillow.LIBRARY,
        torchvision.LIBRARY,
        jax.LIBRARY,
        litert.LIBRARY,
    )
}
_THIRD_PARTIES = tuple(
    find(
        {*_OWN, *_OWN_LIBRARIES},
        {one.name for library in _OWN_LIBRARIES.values() for one in library.functions},
    )
)
# what other packages bring and is left out: a line for each
LEFT_OUT = tuple(one.problem for one in _THIRD_PARTIES if one.problem)

FRAMEWORKS: Mapping[str, Framework] = _OWN | {
    one.framework.name: one.framework for one in _THIRD_PARTIES if one.framework is not None
}

# what calls are converted from and to; of a framework, what is offered first stands first
LIBRARIES: Mapping[Target, Library] = {
    **_OWN_LIBRARIES,
    **{one.library.name: one.library for one in _THIRD_PARTIES if one.library is not None},
}
TARGETS: tuple[Target, ...] = (*_OWN_TARGETS, *(n for n in LIBRARIES if n not in _OWN_TARGETS))


def arrays_of(target: Target) -> Target:
    """The library whose code for arrays holds for those of another."""
    return cast(Target, LIBRARIES[target].arrays or target)


__all__ = [
    "FRAMEWORKS",
    "LEFT_OUT",
    "LIBRARIES",
    "TARGETS",
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
    "NotAnArray",
    "Refusal",
    "Release",
    "arrays_of",
    "dtype_name",
    "installed",
    "load",
    "missing_needs",
    "packages",
    "release",
    "version",
]


@functools.cache
def version(framework: str) -> str | None:
    """The installed release of a framework as its module says it, or None. Nothing is imported: it is
    checked against the module when that is loaded."""
    entry = FRAMEWORKS[framework]
    return stated_release(entry) if all(map(installed, entry.needs)) else None


@functools.cache
def release(framework: str) -> Release | None:
    """The installed release of a framework with those of the packages beside it, or None.

    A package is found by its module, which is that of a framework too, or by the framework's name.
    """
    own = version(framework)
    if own is None:
        return None
    known = {entry.module: entry for entry in FRAMEWORKS.values()} | dict(FRAMEWORKS)
    packages = {name: stated_release(known[name]) for name in FRAMEWORKS[framework].beside}
    return Release(
        own, {name: installed for name, installed in packages.items() if installed is not None}
    )


def missing_needs(call: Call) -> tuple[str, ...]:
    """The modules that a call of an installed framework cannot run without, and that are not there."""
    return tuple(module for module in call.needs if not installed(module))


def load(framework: str) -> Names:
    """Import a framework, once.

    Returns:
        The names that its calls' expressions use.

    Raises:
        FrameworkError: the import fails, or failed before; or the module is of another release than its
            files say.
    """
    loaded = _loaded(framework)
    if isinstance(loaded, FrameworkError):
        raise FrameworkError(*loaded.args) from loaded
    return loaded


@functools.cache
def _loaded(framework: str) -> Names | FrameworkError:
    entry = FRAMEWORKS[framework]
    try:
        names = entry.load()
        if entry.module in sys.modules:  # it may be in a process of its own
            check_imported(version(framework) or "", sys.modules[entry.module], entry.module)
        return names
    except FrameworkError as error:
        return error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # protobuf raises TypeError, others leave by SystemExit
        text = " ".join(str(error).split())
        if not isinstance(error, ImportError | OSError):
            text = f"{type(error).__name__}: {text}"
        failed = FrameworkError(f"import {entry.module} failed: {text}")
        failed.__cause__ = error
        return failed
