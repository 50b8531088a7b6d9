"""A function under comparison: how it is found and called, and what it returns, whatever its layout."""

from __future__ import annotations

import contextlib
import inspect
import io
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray
from ..identification.adapter import (
    KINDS,
    LAYOUTS,
    SIZE_ORDERS,
    Form,
    Layout,
    NoImage,
    Signature,
    Size,
    forms,
    kinds_here,
    to_layout,
    to_numpy,
)
from ..identification.function_path import instance
from ..identification.problem import Unidentifiable, last_line

Float = NDArray[np.float64]


class Incomparable(ValueError):
    """Two functions that cannot be compared: says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Output:
    """What a function returned.

    Attributes:
        array: as NumPy has it, in the function's layout and dtype.
        layout: HW, HWC, CHW, NHWC or NCHW.
    """

    array: AnyArray
    layout: Layout

    @property
    def dtype(self) -> str:
        """Its name, such as ``float32``."""
        return str(self.array.dtype)

    @property
    def image(self) -> Float:
        """The values as (H, W, C), float64."""
        kept = [letter for letter in self.layout if letter != "N"]
        image = self.array[0] if self.layout[0] == "N" else self.array
        if "C" not in kept:
            image, kept = image[..., None], [*kept, "C"]
        return np.asarray(image.transpose([kept.index(letter) for letter in "HWC"]), np.float64)

    @property
    def size(self) -> Size:
        """(h, w)."""
        return (
            self.array.shape[self.layout.index("H")],
            self.array.shape[self.layout.index("W")],
        )

    @property
    def channels(self) -> int:
        """How many; 1 where there is no such axis."""
        return int(self.array.shape[self.layout.index("C")]) if "C" in self.layout else 1


def layout_of(shape: Sequence[int], given: Layout) -> Layout | None:
    """The layout of an output, from its shape; None if it is no image of 3 channels or of grey.

    Args:
        shape: of the output.
        given: the layout of the image that was passed: it decides where two layouts fit.
    """
    fitting: list[Layout] = []
    for layout in dict.fromkeys((given, *LAYOUTS)):
        batch = "N" not in layout or (len(shape) == len(layout) and shape[0] == 1)
        if len(shape) == len(layout) and batch:
            channels = shape[layout.index("C")] if "C" in layout else 1
            if channels in (1, 3):
                fitting.append(layout)
    return fitting[0] if fitting else None


@dataclass(frozen=True)
class Way:
    """How a function is called.

    Attributes:
        kind: of arrays that it takes, a key of :data:`halfpixel.identification.adapter.KINDS`.
        layout: of the image that it takes.
        form: how it is told the output's size, if it is.
    """

    kind: str
    layout: Layout
    form: Form

    def __str__(self) -> str:
        return f"{self.form.text} with x {self.layout}, {self.kind}"


@dataclass(frozen=True, eq=False)
class Function:
    """A function under comparison.

    Attributes:
        name: as the user gave it.
        fn: takes an image first.
        way: how it is called; None until :func:`with_way` found it.
        source: by what a call that was given as text is computed; empty of a function.
        output_size: the (h, w) that a function is asked for that takes a size.
        framework: of a call that was given as text; empty of a function.
        input_size: (h, w) of the only images that it takes; None if it takes others.
    """

    name: str
    fn: Callable[..., object]
    way: Way | None = None
    source: str = ""
    output_size: Size | None = None
    framework: str = ""
    input_size: Size | None = None

    def __call__(self, image: AnyArray) -> Output:
        """What it makes of an image, (H, W, 3).

        Raises:
            Raised: it raised, or returned no image.
        """
        assert self.way is not None
        return _run(self, self.way, image)


class Raised(Incomparable):
    """What a function raised, or why its result is no image: one line, with the user's file and line."""

    def __init__(self, words: str, reached: int = -1) -> None:
        super().__init__(words)
        self.reached = reached  # the line of the user's code that was reached


def _run(function: Function, way: Way, image: AnyArray) -> Output:
    if way.kind == "Pillow images" and image.dtype != np.uint8:
        raise Raised("it takes Pillow images, which are uint8")
    planar = np.moveaxis(image, 2, 0)[None]
    given = to_layout(planar, way.layout).copy()  # a function may write into what it is given
    size = function.output_size or (0, 0)
    args, kwargs = way.form.arguments(given.shape, size, (1.0, 1.0))
    try:
        # what a function prints is no part of the answer, and it is called often
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a way to call it that is no way
            array = to_numpy(function.fn(KINDS[way.kind][1](given), *args, **kwargs))
    except NoImage as error:
        raise Raised(str(error)) from None
    except (Exception, SystemExit) as error:  # whatever a user's function raises is told
        raise Raised(*_where(error)) from error
    layout = layout_of(array.shape, way.layout)
    if layout is None or 0 in array.shape:
        raise Raised(
            f"it returned shape {array.shape} for an image of shape {given.shape} ({way.layout}), which "
            "is no image of 1 or 3 channels"
        )
    return Output(array.copy(), layout)


_LIBRARIES = tuple(
    str(Path(path).resolve())
    for path in {*map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))}
)
_HERE = str(Path(__file__).parents[1].resolve())


def _where(error: BaseException) -> tuple[str, int]:
    """An exception in one line, and the line of the user's own code that it came from, or -1."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not str(Path(frame.filename).resolve()).startswith((*_LIBRARIES, _HERE))
        and not frame.filename.startswith("<")
    ]
    return last_line(error), (own[-1].lineno or -1) if own else -1


_DEFAULT_OUTPUT: Size = (224, 320)  # not square, so that (h, w) and (w, h) are told apart


def prepared(name: str, fn: object, output_size: Size | None) -> Function:
    """A function that was found, ready to be called: an instance of a class, and the size to ask for.

    Raises:
        Incomparable: it is not callable, or a class that cannot be made without arguments.
    """
    if inspect.isclass(fn):
        try:
            fn = instance(fn)
        except Unidentifiable as error:
            raise Incomparable(str(error)) from error
    if not callable(fn):
        raise Incomparable(f"{name} is not callable: it is of type {type(fn).__name__}")
    return Function(name, fn, output_size=output_size if _takes_more(fn) else None)


def _takes_more(fn: Callable[..., object]) -> bool:
    """Whether a function can be called with more than an image."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (ValueError, TypeError):  # it does not say
        return True
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return len(parameters) > 1 or any(one.kind in variadic for one in parameters)


def with_way(
    function: Function, images: Sequence[AnyArray], layout: Layout | None
) -> tuple[Function, dict[str, str]]:
    """The function with the way in which it is called, and what it raises for which dtype.

    Args:
        function: one whose way is not known.
        images: one for each dtype, (H, W, 3), the likeliest dtype first.
        layout: of its image, if the user says it.

    Raises:
        Incomparable: it raises in every way.
    """
    best = Raised("it takes no image", -2)
    if function.way is None:
        for image in images:
            try:
                function = _prepared(function, image, layout)
                break
            except Raised as error:
                best = max((best, error), key=lambda one: one.reached)
    if function.way is None:
        raise Incomparable(
            f"{function.name} raised every time: {best}; tried as "
            f"{', '.join(dict.fromkeys(str(way.kind) for way, _ in _ways(function, layout)))} in the layouts "
            f"{', '.join((layout,) if layout else LAYOUTS)}"
        )
    raised = {}
    for image in images:
        try:
            function(image)
        except Raised as error:
            raised[str(image.dtype)] = str(error)
    return function, raised


def _prepared(function: Function, image: AnyArray, layout: Layout | None) -> Function:
    best = Raised("it takes no image", -2)
    for way, size in _ways(function, layout):
        candidate = replace(function, way=way, output_size=size)
        try:
            output = _run(candidate, way, image)
        except Raised as error:
            best = max((best, error), key=lambda one: one.reached)
            continue
        if size is None or output.size == size:
            return candidate
        best = max((best, _other_size(output, size)), key=lambda one: one.reached)
    raise best


def _other_size(output: Output, requested: Size) -> Raised:
    (h, w), (rows, columns) = output.size, requested
    return Raised(f"it returned {h}×{w} when it was asked for {rows}×{columns}")


def _ways(function: Function, layout: Layout | None) -> list[tuple[Way, Size | None]]:
    """The ways to call a function, the likeliest first, each with the size that is asked for."""
    layouts = LAYOUTS if layout is None else (layout,)
    takes_size = Signature.of(function.fn).required != 1 or function.output_size is not None
    ways: list[tuple[Way, Size | None]] = []
    for kind in kinds_here():
        for one in layouts:
            for form in forms(function.fn, one, SIZE_ORDERS):
                if form.needs == "size" and takes_size:
                    size = function.output_size or _DEFAULT_OUTPUT
                    ways.append((Way(kind, one, form), size))
                elif not form.needs and function.output_size is None:
                    ways.append((Way(kind, one, form), None))
    return sorted(ways, key=lambda way: way[1] is not None)
