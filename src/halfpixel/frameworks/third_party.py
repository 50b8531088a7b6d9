"""Frameworks that other packages bring, by entry points: a module with a ``FRAMEWORK``, and a ``LIBRARY``.

[project.entry-points."halfpixel.frameworks"]
mylib = "halfpixel_mylib"
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points

from .call import Framework
from .library import Library

GROUP = "halfpixel.frameworks"


@dataclass(frozen=True)
class Found:
    """What an entry point brings.

    Attributes:
        name: of the entry point.
        framework: what is run; None where it is left out.
        library: how its users write it; None where it has none, and is not converted.
        problem: why it is left out, in one line.
    """

    name: str
    framework: Framework | None = None
    library: Library | None = None
    problem: str = ""


def find(known: Collection[str], functions: Container[str]) -> Iterator[Found]:
    """What the installed packages bring, by name.

    Args:
        known: names that are taken by frameworks and libraries.
        functions: names that are taken by functions that resize.
    """
    names: set[str] = set()
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            framework, library = _loaded(point)
            problem = _problem(framework, library, known, functions)
            if not problem and framework.name in names:
                problem = f"another package brings a framework {framework.name}, too"
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a package raises costs itself alone
            message = " ".join(str(error).split())
            problem = (
                message if isinstance(error, _NotOne) else f"{type(error).__name__}: {message}"
            )
        if problem:
            yield Found(
                point.name, problem=f"{point.name} ({_origin(point)}) is left out: {problem}"
            )
            continue
        names.add(framework.name)
        # goldens are halfpixel's own: those of other conventions are computed as they are needed
        calls = tuple(replace(call, stored=False) for call in framework.calls)
        converted = framework.converted and library is not None
        # its calls may be written in any functions
        brought = replace(framework, calls=calls, converted=converted, writes=tuple(known))
        yield Found(point.name, brought, library)


class _NotOne(TypeError):
    """A module does not hold what it has to."""


def _loaded(point: EntryPoint) -> tuple[Framework, Library | None]:
    module = point.load()
    framework, library = getattr(module, "FRAMEWORK", None), getattr(module, "LIBRARY", None)
    if not isinstance(framework, Framework):
        raise _NotOne(f"{point.value} has no FRAMEWORK, a halfpixel.frameworks.Framework")
    if library is not None and not isinstance(library, Library):
        raise _NotOne(f"{point.value}: LIBRARY is no halfpixel.frameworks.Library")
    return framework, library


def _problem(
    framework: Framework,
    library: Library | None,
    known: Container[str],
    functions: Container[str],
) -> str:
    """What is wrong with it; empty if nothing is."""
    name = framework.name
    if not name.isidentifier() or name in known:
        return (
            f"{name!r} is taken" if name in known else f"{name!r} is no name of letters and digits"
        )
    other = next((call for call in framework.calls if call.framework != name), None)
    if other is not None:
        return f"its call {other.name} is of the framework {other.framework!r}, not {name!r}"
    if library is None:
        return ""
    if library.name != name or any(one.framework != name for one in library.functions):
        return f"its LIBRARY and the functions of it are not those of {name!r}"
    if library.arrays not in known:
        return f"arrays={library.arrays!r} of its LIBRARY names no library of halfpixel"
    shared = next((one.name for one in library.functions if one.name in functions), None)
    return f"its function {shared} is known as another library's" if shared else ""


def _origin(point: EntryPoint) -> str:
    """The package that brings an entry point."""
    package = point.dist
    return point.value if package is None else f"{package.name} {package.version}"
