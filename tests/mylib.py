"""A library that is not there: ``mylib`` 1.2, whose functions belong to the calls that run them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel.frameworks import Release
from halfpixel.frameworks.call import Expression, Run


def install(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Make a module that loads frameworks find this one, in place of any."""
    monkeypatch.setattr(module, "load", lambda framework: {})
    monkeypatch.setattr(module, "installed_release", lambda framework: Release("1.2"))


def run_of(**functions: Callable[..., Any]) -> Run:
    """What runs an expression that calls these functions: ``mylib.resize(x, (8, 8))``."""
    mylib = SimpleNamespace(**functions)

    def run(
        names: Mapping[str, Any], expression: Expression, inputs: dict[str, NDArray[Any]]
    ) -> NDArray[Any]:
        with np.errstate(all="ignore"):
            return np.asarray(expression.evaluate({**names, **inputs, "mylib": mylib}))

    return run
