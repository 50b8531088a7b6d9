"""The functions that resize, of every library: by name, and under the names that modules have here."""

from __future__ import annotations

from collections.abc import Mapping

from ...frameworks import LIBRARIES
from ...frameworks.library import Function, Words

__all__ = ["BY_NAME", "CONSTANTS", "FUNCTIONS", "MODULES", "Function", "Words", "canonical"]

FUNCTIONS: tuple[Function, ...] = tuple(
    function for library in LIBRARIES.values() for function in library.functions
)
BY_NAME: Mapping[str, Function] = {function.name: function for function in FUNCTIONS}

# other names of the modules that functions stand in
MODULES: tuple[tuple[str, str], ...] = tuple(
    pair for library in LIBRARIES.values() for pair in library.modules
)
# the modules that constants stand in, by library
CONSTANTS: Mapping[str, tuple[str, ...]] = {
    name: library.constants for name, library in LIBRARIES.items() if library.constants
}


def canonical(name: str) -> str:
    """A dotted name under the modules' names that the tables here have."""
    for module, own in MODULES:
        if name == module or name.startswith(f"{module}."):
            renamed = own + name[len(module) :]
            return renamed if own.startswith(module) else canonical(renamed)
    return name
