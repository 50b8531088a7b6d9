"""A function of an image held to another one, to a framework's call, or to a convention."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from .. import comparison
from ..arrays import AnyArray
from ..catalogue.rules import convention_of
from ..comparison import call_text
from ..comparison.function import Function, Incomparable, Way, with_way
from ..comparison.images import REAL, as_dtype, photograph, sizes_for
from ..conversion.parse.names import function_of
from ..conversion.parse.names import known as is_resize
from ..conversion.parse.text import outermost
from ..frameworks.library import Function as Signature
from ..identification.adapter import Form, Layout, Size
from ..operators import Resize
from .failure import Different, of_comparison
from .source_lines import resizes

Subject = Callable[..., object] | str | Path
DTYPES = comparison.DTYPES
_CALLED = Form("fn(x)", lambda shape, size, factors: ((), {}), "")


def assert_same(
    a: Subject,
    b: Subject,
    *,
    sizes: Sequence[Size] = (),
    images: Sequence[str | Path | AnyArray] = (),
    output_size: Size | None = None,
    layout: Layout | None = None,
    dtypes: Sequence[str] | None = None,
    levels: float | None = None,
) -> None:
    """Assert that two functions compute the same of an image: shape, dtype, and every value but for rounding.

    Args:
        a, b: what is compared: a function of an image, an object with ``__call__`` such as a
            ``torch.nn.Module`` or a Keras layer, ``path/to/file.py:function``, a file of a model (.onnx or
            .tflite), or a call of a resize as text.
        sizes: (h, w) of the images that both are given; by default such that they reduce, enlarge, and do
            one along either axis. Of a model that says the size of its image, that size.
        images: image files, or arrays (H, W, 3) of uint8, in place of those that are made.
        output_size: (h, w) that functions are asked for which take a size; by default 224×320.
        layout: of the image that both take, such as HWC or NCHW; found if it is not given.
        dtypes: of the images: uint8, float32 or both; both must take each. By default those of the two that
            both take.
        levels: how many levels of 255 apart are still the same. By default only what rounding explains: the
            sum of the error bounds of both functions.

    Raises:
        AssertionError: they do not; its text is the answer of :func:`halfpixel.compare`.
        Incomparable: a ``ValueError``: one of them cannot be called, or an argument means nothing.
    """
    __tracebackhide__ = True
    answer = comparison.compare(
        _subject(a),
        _subject(b),
        input_sizes=sizes,
        images=images,
        output_size=output_size,
        layout=layout,
        dtypes=DTYPES if dtypes is None else dtypes,
        levels=levels,
    )
    _check(answer, dtypes)


def assert_conforms(
    function: Subject,
    to: str | Resize,
    *,
    sizes: Sequence[Size] = (),
    images: Sequence[str | Path | AnyArray] = (),
    output_size: Size | None = None,
    layout: Layout | None = None,
    dtypes: Sequence[str] | None = None,
    levels: float | None = None,
) -> None:
    """Assert that a function resizes as a call of a framework does, or as a convention says.

    It must do nothing else: a function that scales values too, or turns their layout, is compared with
    another function by :func:`assert_same`.

    Args:
        function: as of :func:`assert_same`.
        to: a call as text, such as ``"cv2.resize(interpolation=cv2.INTER_AREA)"``. The image and the size may
            be left out of it: the size is then that of what the function returns. It is run by its framework
            if that is installed. Or a convention: a :class:`halfpixel.Resize`, or its words, such as
            ``"linear half_pixel antialias"``, which the exact reference computes.
        sizes, images, output_size, layout, levels: as of :func:`assert_same`.
        dtypes: uint8, float32 or both. A convention does not say how integers are rounded: of one, float32.

    Raises:
        AssertionError: it does not; its text is the answer of :func:`halfpixel.compare`.
        Incomparable: a ``ValueError``: the function cannot be called, or an argument means nothing.
    """
    __tracebackhide__ = True
    wanted = _wanted(to)
    exact = isinstance(wanted, Resize)
    if dtypes is None:
        tried: Sequence[str] = ("float32",) if exact else DTYPES
    elif exact and "uint8" in dtypes:
        raise Incomparable(
            f"{to} is a convention, which does not say how uint8 is rounded: give a call as text"
        )
    else:
        tried = dtypes
    own = _called(function, tried, layout, output_size)
    for each, given in _shots(own, sizes, images, tried):
        size = own(as_dtype(each, _dtype(own, each, tried), 1.0)).size
        answer = comparison.compare(
            own,
            _by_reference(wanted, size) if isinstance(wanted, Resize) else _completed(wanted, size),
            input_sizes=() if given else (each.shape[:2],),
            images=(each,) if given else (),
            dtypes=tried,
            levels=levels,
        )
        _check(answer, dtypes)


def _check(answer: comparison.Comparison, dtypes: Sequence[str] | None) -> None:
    __tracebackhide__ = True
    if not answer.same:
        text = "\n".join(_by_source(str(answer), answer))
        raise Different(text, of_comparison(answer))
    for side in (answer.a, answer.b) if dtypes is not None else ():
        for dtype, words in side.raised.items():
            raise AssertionError(f"{side.name} raises for {dtype} images: {words}")


def _by_source(text: str, answer: comparison.Comparison) -> Iterator[str]:
    """The answer with the lines of both functions that resize, after what it says first."""
    first, *rest = text.split("\n")
    yield first
    image = answer.looks[0].probe.array if answer.looks else photograph(REAL)
    for letter, side in (("A", answer.a), ("B", answer.b)):
        for line in resizes(partial(side.function, image)):
            yield f"{letter} resizes at {line}"
    yield from rest


# ---------------------------------------------------------------------------- what is compared


def _subject(one: Subject) -> Callable[..., object] | str:
    return str(one) if isinstance(one, Path) else one


def _called(
    function: Subject, dtypes: Sequence[str], layout: Layout | None, output_size: Size | None
) -> Function:
    """The function, with the way in which it is called."""
    own = comparison.function_of(_subject(function), "", output_size)
    first = photograph(own.input_size or REAL)
    return with_way(own, [as_dtype(first, dtype, 1.0) for dtype in dtypes], layout)[0]


def _shots(
    own: Function,
    sizes: Sequence[Size],
    images: Sequence[str | Path | AnyArray],
    dtypes: Sequence[str],
) -> list[tuple[AnyArray, bool]]:
    """The images that decide the sizes: those that were given, or one of each size."""
    if images:
        return [(image, True) for image in comparison.given_images(images, ()).values()]
    if not sizes and own.input_size is not None:
        sizes = (own.input_size,)
    if not sizes:
        first = photograph(REAL)
        sizes = sizes_for(own(as_dtype(first, _dtype(own, first, dtypes), 1.0)).size)
    comparison.given_images((), sizes)
    return [(photograph((int(h), int(w))), False) for h, w in sizes]


def _dtype(own: Function, image: AnyArray, dtypes: Sequence[str]) -> str:
    """The first dtype that the function takes."""
    _, raised = with_way(own, [as_dtype(image, dtype, 1.0) for dtype in dtypes], None)
    supported = [dtype for dtype in dtypes if dtype not in raised]
    if not supported:
        raise Incomparable(
            f"{own.name} raises for {' and '.join(raised)} images: {raised[dtypes[0]]}"
        )
    return supported[0]


# ---------------------------------------------------------------------------- what it is held to


def _wanted(to: str | Resize) -> str | Resize:
    """A convention, or a call as text with its image.

    Raises:
        Incomparable: it is neither.
    """
    if isinstance(to, Resize):
        return to
    if not isinstance(to, str):
        raise Incomparable(
            f"a function is held to a call as text, or to a convention, got {type(to).__name__}; "
            "two functions are compared by assert_same"
        )
    try:
        if not call_text.is_call(to):
            return convention_of(to)
        _signature(to)
    except ValueError as error:  # Unknown, Unreadable
        raise Incomparable(str(error)) from error
    return to


def _signature(text: str) -> Signature:
    return function_of(outermost(text, is_resize).function)


def _completed(text: str, size: Size) -> str:
    """A call with the image and the size that it lacks.

    Raises:
        Incomparable: it is more than one call.
    """
    takes = _signature(text)
    call = ast.parse(text.strip(), mode="eval").body
    if not isinstance(call, ast.Call):
        raise Incomparable(
            f"{text!r} is not a call alone: put it into a function, and use assert_same"
        )
    names = list(takes.signature.parameters)
    given = {*names[: len(call.args)], *(one.arg for one in call.keywords)}
    if takes.image and takes.image not in given:
        call.keywords.insert(0, ast.keyword(takes.image, ast.Name("x")))
    if not given & {*takes.size, *takes.factors} and takes.size:
        h, w = size if takes.order == "hw" else size[::-1]
        both = ast.Tuple([ast.Constant(h), ast.Constant(w)])
        values = [both] if len(takes.size) == 1 else both.elts
        call.keywords += map(ast.keyword, takes.size, values)
    return ast.unparse(ast.fix_missing_locations(call))


def _by_reference(convention: Resize, size: Size) -> Function:
    """A convention as a function of an image, rounded once."""

    def run(x: AnyArray) -> AnyArray:
        planes = np.moveaxis(np.asarray(x, np.float64), 2, 0)[None]
        return np.asarray(np.moveaxis(convention.apply(planes, size)[0], 0, 2), x.dtype)

    way = Way("NumPy arrays", "HWC", _CALLED)
    return Function(str(convention), run, way, source="computed by the exact reference")
