"""The function that is asked about: how it is called, and what it is given.

A function may want an image as HW, HWC, CHW, NHWC or NCHW, a size as (h, w) or (w, h), two numbers, a factor,
or nothing; and a NumPy array, a tensor or a picture. All of that is found by calling it on small images.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..arrays import AnyArray
from .deadline import Deadline
from .problem import Unidentifiable, last_line, reached

Layout = Literal["HW", "HWC", "CHW", "NHWC", "NCHW"]
SizeOrder = Literal["hw", "wh"]
LAYOUTS: tuple[Layout, ...] = ("HWC", "CHW", "NHWC", "NCHW", "HW")
SIZE_ORDERS: tuple[SizeOrder, ...] = ("hw", "wh")
Size = tuple[int, int]

_NCHW = "NCHW"


def to_layout(x: AnyArray, layout: Layout) -> AnyArray:
    """An image (1, C, H, W) in a layout; of HW, its first channel."""
    axes = [_NCHW.index(letter) for letter in layout]
    rest = tuple(0 for letter in _NCHW if letter not in layout)
    outer = [i for i, letter in enumerate(_NCHW) if letter not in layout]
    turned = x.transpose(*outer, *axes)[rest]
    return np.ascontiguousarray(turned)


def from_layout(y: AnyArray, layout: Layout) -> AnyArray:
    """The way back: (1, C, H, W) of an array in a layout."""
    for letter in _NCHW:
        if letter not in layout:
            y, layout = y[None], letter + layout  # type: ignore[assignment]
    return y.transpose(*(layout.index(letter) for letter in _NCHW))


# ---------------------------------------------------------------------------- arrays of others


def _as_torch(x: AnyArray) -> Any:
    return sys.modules["torch"].from_numpy(x)


def _as_tensorflow(x: AnyArray) -> Any:
    return sys.modules["tensorflow"].constant(x)


def _as_jax(x: AnyArray) -> Any:
    return sys.modules["jax.numpy"].asarray(x)


def _as_pil(x: AnyArray) -> Any:
    return sys.modules["PIL.Image"].fromarray(x)


# name of the module that must be there: from an array to what its functions take. Only what the user's file
# has imported is tried.
KINDS: Mapping[str, tuple[str, Callable[[AnyArray], Any]]] = {
    "NumPy arrays": ("numpy", lambda x: x),
    "torch tensors": ("torch", _as_torch),
    "TensorFlow tensors": ("tensorflow", _as_tensorflow),
    "Pillow images": ("PIL.Image", _as_pil),
    "JAX arrays": ("jax.numpy", _as_jax),
}


class NoImage(ValueError):
    """What a function returned is no image of the layout that it was given."""


class NoSuchArray(ValueError):
    """An image cannot be had as such an array: the function was not called."""


def made(kind: str, x: AnyArray) -> Any:
    """An array as one of :data:`KINDS`.

    Raises:
        NoSuchArray: that kind has no such arrays.
    """
    try:
        return KINDS[kind][1](x)
    except Exception as error:  # whatever a library raises of it
        raise NoSuchArray(last_line(error)) from error


def to_numpy(y: object) -> AnyArray:
    """What a function returned, as an array of numbers.

    Raises:
        NoImage: it is none.
    """
    if hasattr(y, "detach"):
        y = y.detach().cpu()
    if isinstance(y, list | tuple) and len(y) == 1 and hasattr(y[0], "shape"):
        y = y[0]
    try:
        array = np.asarray(y)
    except ValueError:  # a list or a tuple of several shapes
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        if (
            hasattr(y, "numpy") or array.dtype.kind == "V"
        ):  # bfloat16, which NumPy knows by a plug-in
            return array.astype(np.float32)
        raise NoImage(f"it returned {type(y).__name__}, which is not an array of real numbers")
    return array


# ---------------------------------------------------------------------------- arguments


@dataclass(frozen=True)
class Form:
    """A way to tell a function what is wanted.

    Attributes:
        text: as a user writes it.
        arguments: from the layout's shape, the output's (h, w) and the factors to arguments.
        needs: ``size``, ``factor`` or nothing.
        order: of the size in it, if it has one.
    """

    text: str
    arguments: Callable[
        [Sequence[int], Size, tuple[float, float]], tuple[tuple[Any, ...], dict[str, Any]]
    ]
    needs: Literal["size", "factor", ""]
    order: SizeOrder | None = None


_SIZE_NAMES = ("size", "dsize", "output_size", "output_shape", "out_size", "target_size", "new_size",
               "shape", "out_shape", "target_shape", "new_shape", "sizes", "resolution")  # fmt: skip
# what is no number: the argument before it is then a whole size
_OPTION_NAMES = ("mode", "interpolation", "method", "resample", "filter", "kernel", "antialias",
                 "align_corners", "order", "dtype")  # fmt: skip
_FACTOR_NAMES = ("scale_factor", "scale", "factor", "zoom", "scales", "ratio")
_HEIGHT_NAMES = ("height", "h", "new_h", "out_h", "rows", "target_height", "new_height", "oh")
_WIDTH_NAMES = ("width", "w", "new_w", "out_w", "cols", "target_width", "new_width", "ow")


def _ordered(size: Size, order: SizeOrder) -> Size:
    return size if order == "hw" else (size[1], size[0])


def _size_forms(
    order: SizeOrder, names: Sequence[str], both: Sequence[tuple[str, str]], two_numbers: bool
) -> Iterator[Form]:
    words = "(h, w)" if order == "hw" else "(w, h)"

    def keyword(name: str) -> Form:
        text = f"fn(x, {name}={words})"
        return Form(text, lambda s, size, f: ((), {name: _ordered(size, order)}), "size", order)

    def keywords(h: str, w: str) -> Form:
        text = f"fn(x, {h}=h, {w}=w)"
        return Form(text, lambda s, size, f: ((), {h: size[0], w: size[1]}), "size")

    yield Form(f"fn(x, {words})", lambda s, size, f: ((_ordered(size, order),), {}), "size", order)
    yield from map(keyword, names)
    if two_numbers:
        numbers_text = f"fn(x, {words[1:-1]})"
        yield Form(numbers_text, lambda s, size, f: (_ordered(size, order), {}), "size", order)
    if order == "hw":
        yield from (keywords(h, w) for h, w in both)


def _factor_forms(names: Sequence[str]) -> Iterator[Form]:
    def keyword(name: str) -> Form:
        text = f"fn(x, {name}=factor)"
        return Form(text, lambda s, size, f: ((), {name: _plain(f[0])}), "factor")

    yield Form("fn(x, factor)", lambda s, size, f: ((_plain(f[0]),), {}), "factor")
    yield from map(keyword, names)
    yield Form("fn(x, (factor, factor))", lambda s, size, f: ((f,), {}), "factor")


def _plain(factor: float) -> float:
    return int(factor) if factor == int(factor) else factor


def _whole_shape(layout: Layout) -> Form:
    def arguments(
        shape: Sequence[int], size: Size, factors: tuple[float, float]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        whole = list(shape)
        whole[layout.index("H")], whole[layout.index("W")] = size
        return (tuple(whole),), {}

    return Form("fn(x, shape)", arguments, "size", "hw")


_FIXED = Form("fn(x)", lambda s, size, f: ((), {}), "")


def _signature(fn: Callable[..., object]) -> inspect.Signature | None:
    """What the function takes; of a torch module, its own arguments. None where it does not say."""
    try:
        return inspect.signature(getattr(fn, "forward", fn))
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Signature:
    """What the function says of itself; nothing where it does not.

    Attributes:
        names: of its arguments after the image, that can be given by name.
        required: how many have no default.
        needed: their names.
        two_numbers: the two arguments after the image may be a height and a width.
    """

    names: tuple[str, ...] = ()
    required: int | None = None
    needed: tuple[str, ...] = ()
    two_numbers: bool = True

    @staticmethod
    def of(fn: Callable[..., object]) -> Signature:
        says = _signature(fn)
        if says is None:
            return Signature()
        parameters = list(says.parameters.values())
        by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        needed = [
            p.name
            for p in parameters
            if p.default is inspect.Parameter.empty and p.kind in (*by_place, *by_name)
        ]
        image = next((p.name for p in parameters if p.kind in by_place), None)
        named = [p.name for p in parameters if p.kind in by_name and p.name != image]
        after = [p for p in parameters if p.kind in by_place][1:3]
        return Signature(tuple(named), len(needed), tuple(needed), _are_numbers(after))


def _are_numbers(after: Sequence[inspect.Parameter]) -> bool:
    """Whether the two arguments after the image may be a height and a width, by their names and defaults: a
    size or a factor comes alone, and a mode is none."""
    if len(after) < 2:
        return True  # there are none, or as many as are given
    first, second = after
    alone = first.name in (*_SIZE_NAMES, *_FACTOR_NAMES)
    option = second.name in _OPTION_NAMES or isinstance(second.default, (str, bool))
    return not alone and not option


def forms(fn: Callable[..., object], layout: Layout, orders: Sequence[SizeOrder]) -> Iterator[Form]:
    """The ways to call a function that its signature leaves open, the likeliest first."""
    known = Signature.of(fn)
    sizes = [name for name in _SIZE_NAMES if name in known.names]
    factors = [name for name in _FACTOR_NAMES if name in known.names]
    both = [
        (h, w) for h, w in zip(_HEIGHT_NAMES, _WIDTH_NAMES, strict=True) if {h, w} <= {*known.names}
    ]
    by_size = [
        form for order in orders for form in _size_forms(order, sizes, both, known.two_numbers)
    ]
    by_factor = list(_factor_forms(factors))
    first = [*by_factor, *by_size] if factors and not sizes else [*by_size, *by_factor]
    if known.required == 1 and not sizes and not factors and not both:
        yield _FIXED
        yield from first
    elif known.required == 1:  # a size that may be left out
        yield from first
        yield _FIXED
    else:
        yield from first
        yield _whole_shape(layout)
        if known.required is None:
            yield _FIXED


# ---------------------------------------------------------------------------- the subject


@dataclass
class Adapter:
    """A function, and how it is given an image.

    Attributes:
        fn: the function.
        layout: of the image that it is given.
        form: how it is told the size, if it is.
        kind: what arrays it takes, a key of :data:`KINDS`.
        channels: how many an image has.
        dtype: of the image.
        layouts: all those that it was found to take.
        deadline: until when it may be called.
        changed_input: it wrote into an image that it was given.
        returns: the dtype of its last result.
    """

    fn: Callable[..., object]
    layout: Layout
    form: Form
    kind: str
    channels: int
    dtype: str
    layouts: tuple[Layout, ...] = ()
    deadline: Deadline = field(default_factory=Deadline, repr=False)
    changed_input: bool = field(default=False)
    returns: str = field(default="")

    def result(
        self, x: AnyArray, size: Size = (0, 0), factors: tuple[float, float] = (1.0, 1.0)
    ) -> AnyArray:
        """What the function returns for an image (1, C, H, W), as an array of its own layout and dtype.

        Raises:
            OutOfTime: the deadline is over.
            NoImage: it returned something else.
            Exception: whatever the function raises.
        """
        self.deadline.check()
        given = to_layout(x, self.layout)
        args, kwargs = self.form.arguments(given.shape, size, factors)
        handed = made(self.kind, given.copy())
        result = to_numpy(self.fn(handed, *args, **kwargs))
        written = isinstance(handed, np.ndarray) and not np.array_equal(handed, given)
        self.changed_input |= written
        self.returns = str(result.dtype)
        return result


@dataclass
class Subject(Adapter):
    """A function that is asked as one that does nothing but resize: images of its layout come back."""

    def __call__(
        self, x: AnyArray, size: Size = (0, 0), factors: tuple[float, float] = (1.0, 1.0)
    ) -> AnyArray:
        """What the function makes of an image, (1, C, H, W) in and out; errors as of :meth:`result`."""
        result = self.result(x, size, factors)
        if result.ndim != len(self.layout) and self.layout == "HWC" and result.ndim == 2:
            result = result[:, :, None]  # cv2 drops a single channel
        if result.ndim != len(self.layout):
            shape = to_layout(x, self.layout).shape
            raise NoImage(f"it returned shape {result.shape} for {shape} ({self.layout})")
        return from_layout(result, self.layout)

    def fits(self, signature: inspect.Signature, size: Size, factors: tuple[float, float]) -> bool:
        """Whether the function's signature takes such a call; what it raises is its own then."""
        args, kwargs = self.form.arguments((0,) * len(self.layout), size, factors)
        try:
            signature.bind(None, *args, **kwargs)
        except TypeError:
            return False
        return True


# the sizes at which a function is first called: any that it takes will do
_FIRST: tuple[tuple[Size, Size], ...] = (
    ((5, 7), (8, 11)),
    ((11, 8), (7, 5)),
    ((4, 6), (8, 12)),
    ((8, 12), (4, 6)),
    ((6, 9), (2, 3)),
)  # fmt: skip
# the same for functions that are given a factor
_FIRST_FACTORS: tuple[tuple[Size, float], ...] = (((4, 6), 2.0), ((8, 12), 0.5), ((4, 6), 1.5))
# and for those that are given nothing: far enough apart that no factor makes one size of both
_FIRST_ALONE: tuple[Size, ...] = ((6, 8), (17, 23))
_DTYPES = ("float32", "float64", "uint8")


@dataclass
class Tried:
    """What was asked in vain: for the message.

    Attributes:
        forms: the forms.
        raised: a call and its exception: of a call that fits the function's signature, if one did; of the one
            that came farthest in the function's own file; of the last kind of arrays, since a file imports
            what it works with; of those the first, the likeliest.
        rank: of that call, by these.
        returned: of every image that came: the form with the layout, the size of the input, the one that was
            asked for, its own.
        unchanged: each was the input itself.
        other: what came that is no image of the input's channels, in words.
    """

    forms: list[str] = field(default_factory=list)
    raised: str = ""
    rank: tuple[bool, tuple[tuple[int, ...], bool], int] = (False, ((), False), -1)
    returned: list[tuple[str, Size, Size, Size]] = field(default_factory=list)
    unchanged: bool = True
    other: list[str] = field(default_factory=list)


def kinds_here() -> list[str]:
    """The kinds of arrays whose modules are imported."""
    return [kind for kind, (module, _) in KINDS.items() if module in sys.modules]


def subject_of(
    fn: Callable[..., object],
    layout: Layout | None,
    size_order: SizeOrder | None,
    deadline: Deadline | None = None,
) -> tuple[Subject | None, Tried]:
    """How a function is to be called.

    Args:
        fn: takes an image first.
        layout, size_order: where they are known.
        deadline: until when it may be called; by default for ever.

    Returns:
        The function with the way to call it; None if every answer had another shape than was asked for. And
        what was tried.

    Raises:
        Unidentifiable: it raised whatever it was given.
        OutOfTime: the deadline is over.
    """
    tried = Tried()
    until = deadline or Deadline()
    layouts = LAYOUTS if layout is None else (layout,)
    orders = SIZE_ORDERS if size_order is None else (size_order,)
    for dtype, kind in itertools.product(_DTYPES, kinds_here()):
        subject = _of_kind(fn, kind, dtype, layouts, orders, tried, until)
        if subject is not None:
            return subject, tried
    if not tried.returned and tried.other:
        raise Unidentifiable(
            f"the function makes no image of its input: {tried.other[0]}; give its layout, if it is not "
            f"one of {', '.join(LAYOUTS)}"
        )
    if not tried.returned and not tried.rank[0]:
        raise Unidentifiable(_takes_more(fn) or f"the function raised every time; {tried.raised}")
    if not tried.returned:
        kinds = ", ".join(kinds_here())
        more = f"; {_takes_more(fn)}" if len(Signature.of(fn).needed) > 2 else ""
        raise Unidentifiable(
            f"the function raised every time; {tried.raised}{more}\n"
            f"tried: {', '.join(dict.fromkeys(tried.forms))}; layouts {', '.join(layouts)}; {kinds}; "
            f"{', '.join(_DTYPES)}"
        )
    return None, tried


def _takes_more(fn: Callable[..., object]) -> str:
    """Of a function whose signature no call fits: what it needs, and how it can be asked about."""
    needed = Signature.of(fn).needed
    if len(needed) < 2:
        return ""
    name = getattr(fn, "__name__", type(fn).__name__)
    return (
        f"{name} needs {', '.join(needed)}: it is given an image, and a size or a factor at most; give it "
        f"the others in your file (functools.partial, or a function of an image and a size)"
    )


def _of_kind(
    fn: Callable[..., object],
    kind: str,
    dtype: str,
    layouts: Sequence[Layout],
    orders: Sequence[SizeOrder],
    tried: Tried,
    deadline: Deadline,
) -> Subject | None:
    """The form that the most first sizes are answered in; the likeliest of them."""
    by_text: dict[str, dict[Layout, Form]] = {}
    for layout in layouts:
        for form in forms(fn, layout, orders):
            by_text.setdefault(form.text, {}).setdefault(layout, form)
    signature = _signature(fn)
    best: tuple[float, Subject] | None = None
    for by_layout in by_text.values():
        answering: dict[Layout, tuple[float, Subject]] = {}
        for layout, form in by_layout.items():
            for channels in (3, 1) if "C" in layout else (1,):
                if layout in answering:
                    continue
                subject = Subject(fn, layout, form, kind, channels, dtype, deadline=deadline)
                if (part := _answered(subject, signature, tried)) > 0:
                    answering[layout] = part, subject
        if answering:
            part, subject = max(answering.values(), key=lambda one: (one[0], one[1].channels))
            subject.layouts = tuple(layout for layout, one in answering.items() if one[0] == part)
            if part == 1:
                return subject
            if best is None or part > best[0]:
                best = part, subject
    return best[1] if best else None


def _answered(subject: Subject, signature: inspect.Signature | None, tried: Tried) -> float:
    """The part of the first sizes that a function called so answers with an image of that size; ``signature``
    is what its function says that it takes, if it does."""
    tried.forms.append(subject.form.text)
    needs = subject.form.needs
    requests: list[tuple[Size, Size, float]]
    if needs == "size":
        requests = [(n_in, n_out, 1.0) for n_in, n_out in _FIRST]
    elif needs == "factor":
        requests = [(n, (round(n[0] * f), round(n[1] * f)), f) for n, f in _FIRST_FACTORS]
    else:
        requests = [(n_in, (0, 0), 1.0) for n_in in _FIRST_ALONE]
    good = 0.0
    for n_in, n_out, factor in requests:
        x = np.arange(subject.channels * n_in[0] * n_in[1], dtype=np.float64) / 4
        x = x.reshape(1, subject.channels, *n_in).astype(subject.dtype)
        try:
            y = subject(x, n_out, (factor, factor))
        except NoSuchArray:
            continue
        except NoImage as answer:
            tried.other.append(str(answer))
            continue
        except (Exception, SystemExit) as error:  # whatever it raises is its answer
            fits = signature is None or subject.fits(signature, n_out, (factor, factor))
            rank = fits, reached(error), list(KINDS).index(subject.kind)
            if rank > tried.rank:
                called = f"{subject.form.text} with x {subject.layout}, {subject.kind}"
                tried.raised, tried.rank = f"as {called}: {last_line(error)}", rank
            if isinstance(error, TypeError) and not fits:
                break  # nor does a call with another size
            continue
        if y.shape[:2] != x.shape[:2]:
            tried.other.append(f"it returned shape {y.shape} (N, C, H, W) for {x.shape}")
            continue
        returned = (int(y.shape[2]), int(y.shape[3]))
        tried.returned.append((f"{subject.form.text} {subject.layout}", n_in, n_out, returned))
        tried.unchanged &= np.array_equal(x, y)
        good += float(returned == n_out) if needs else _resized(returned, n_in)
    return good / len(requests)


def _resized(n_out: Sequence[int], n_in: Size) -> float:
    """Whether a function of an image alone has resized it: both axes, 1; one of them, 1/2: then what was
    taken for an axis may be the channels of a line."""
    if min(n_out) < 1:
        return 0
    return sum(out != size for out, size in zip(n_out, n_in, strict=True)) / len(n_in)
