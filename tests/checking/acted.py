"""A framework that is acted, ``mylib``, whose calls do what calls do: they change, raise and crash."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize
from halfpixel.catalogue import selection
from halfpixel.checking import run
from halfpixel.frameworks import FRAMEWORKS, Call, Expression, Framework, Name, Refusal
from halfpixel.numerics.error_model import ErrorModel
from halfpixel.numerics.weights import matrix
from halfpixel.operators.axis import Axis
from halfpixel.operators.request import Request
from tests import mylib

Array = NDArray[Any]
Size = tuple[int, int]

HALF, ASYMMETRIC = (
    Resize(mode="linear", coordinate_transformation_mode=grid) for grid in ("half_pixel", "asymmetric")
)  # fmt: skip
CROSSING = (13, 4)  # the size at which a call crashes
SIZES = ((8, 8), (5, 8), (4, 7), CROSSING, (9, 1), (16, 3), (4, 4))  # that it takes: a run is short


def resize(x: Array, size: Size, convention: Resize = HALF) -> Array:
    rows, columns = (
        matrix(convention, Axis(n_in, n_out)) for n_in, n_out in zip(x.shape[2:], size, strict=True)
    )
    return np.asarray((rows @ x.astype(np.float64) @ columns.T).astype(x.dtype))


def shifted(x: Array, size: Size) -> Array:
    return resize(x, size, ASYMMETRIC)


def partly(x: Array, size: Size) -> Array:
    """Follows another convention where it grows, and none where it shrinks."""
    return shifted(x, size) if size[0] > x.shape[2] else resize(x, size) + np.float32(1)


def raising(x: Array, size: Size) -> Array:
    raise TypeError(f"no image of {x.shape[2]} rows")


def crashing(x: Array, size: Size) -> Array:
    if size == CROSSING:
        sys.stderr.write("mylib: assertion failed: rows > columns\n")
        sys.stderr.flush()
        os.abort()
    return resize(x, size)


FUNCTIONS = (resize, shifted, partly, raising, crashing)


def call(function: Callable[[Array, Size], Array]) -> Call:
    """The call of a function that is declared to follow linear half_pixel."""
    name = function.__name__

    def expression(request: Request) -> Expression | None:
        known = isinstance(request.convention, Resize) and request.size in SIZES
        said = Expression(Name(f"mylib.{name}"), (Name("x"), request.size))
        return said if known and request.scales is None else None

    return Call(
        framework="mylib",
        name=name,
        operation="resize",
        expression=expression,
        run=mylib.run_of(**{name: function}),
        arithmetic={
            "float32": ErrorModel(
                coordinates="float64",
                coordinate_roundings=3,
                weights="float64",
                weight_error=1,
                accumulation="float32",
                source="acted",
            )
        },
        returns={"float32": "float32"},
        follows={">=0": HALF},
    )


REFUSED = replace(
    call(raising),
    name="refused",
    refusals=(Refusal(words="no image of", why="mylib takes no images"),),
)
CALLS = (*map(call, FUNCTIONS), REFUSED)


def framework(calls: tuple[Call, ...] = CALLS) -> Framework:
    return Framework(
        name="mylib",
        title="My library",
        colour="#000000",
        module="tests.checking.acted",
        distributions=("numpy",),  # whose release is its release
        calls=calls,
        load=dict,
        environment=lambda names: "acted",
    )


def begin(units_of: Callable[[], list[run.Unit]], name: str) -> Any:
    """What the child process starts with: it has the framework too."""
    FRAMEWORKS["mylib"] = framework()  # type: ignore[index]
    return run.begin(units_of, name)


def begin_broken(units_of: Callable[[], list[run.Unit]], name: str) -> Any:
    """A framework whose import fails."""

    def load() -> dict[str, Any]:
        raise ImportError("libmylib.so.2: cannot open shared object file")

    FRAMEWORKS["mylib"] = replace(framework(), load=load)  # type: ignore[index]
    return run.begin(units_of, name)


@contextmanager
def installed(patch: pytest.MonkeyPatch, start: Any = begin) -> Iterator[None]:
    """The framework is installed, here and in child processes; what was read of it is forgotten after."""
    try:
        with patch.context() as inner:
            inner.setitem(FRAMEWORKS, "mylib", framework())
            inner.setattr("halfpixel.checking.begin", start)
            yield
    finally:
        selection.forget()


def begin_hanging(units_of: Callable[[], list[run.Unit]], name: str) -> Any:
    """Every case after the first never ends."""
    ran = begin(units_of, name)
    jobs = iter((ran, lambda job: time.sleep(60)))
    return lambda job: next(jobs)(job)
