"""The sizes that a call is asked about: those that it says, those that are given, or a spread of them."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ..frameworks import tensorflow_scales
from ..frameworks.call import Call
from ..frameworks.factors import Scaling, of_sizes, truncated
from ..frameworks.symbolic_sizes import Symbol
from . import search
from . import sizes as _sizes
from .forms import AXES
from .parse.reading import Edge, Entry, Reading
from .parse.text import Unreadable, Variable
from .shapes import as_written, needs_x, together
from .sizes import LARGEST, Size, Sizes, by

# A factor as the fraction that it stands for: 15/11 of 1.3636363636363635, which is a double apart from it
_LARGEST_UNIT = 10**9
_LAST_DIGIT = 2.0**-23  # of a ratio in float32
_MOST_PIXELS = 2**21  # of an image on which differences are measured
_MOST_PIXELS_ASKED = 2**23  # the same, where no smaller one is asked about: a frame of 4K video


@dataclass(frozen=True)
class Query:
    """The sizes in and out of a call.

    Attributes:
        sizes: at which the answer is tried; those first by which a person would try it.
        words: which these are.
        complete: the call can meet no others.
        every: it can meet any others, small ones too.
        written: for each axis, the output's size as it stands in code, with ``{}`` for the input's, and
            ``{h}`` for that of another axis; None for the number itself.
        prelude: lines of code before it, that say what stands in ``written``, with ``{h}`` and ``{w}`` for
            the sizes of the input.
        factors: what the call is given along each axis, where they are numbers.
        padding: the rows and columns of zeros that the call adds: before and after, for each axis.
        fitted: the call chooses a size: what it is asked for is not what comes out.
        conditions: under which the answer holds.
    """

    sizes: tuple[Sizes, ...]
    words: str
    written: tuple[str | None, ...]
    complete: bool = False
    every: bool = False
    prelude: str = ""
    factors: tuple[float, ...] | None = None
    padding: tuple[tuple[int, int], ...] = ()
    fitted: bool = False
    conditions: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.written)

    def of(self, call: Call) -> Query:
        """The sizes at which one of the calls that are said alike runs, and is not known to be wrong."""
        if self.fitted:
            return self
        kept = tuple(sizes for sizes in self.sizes if search.runs(call, sizes))
        return replace(self, sizes=kept)

    def symbols(self, sizes: Sizes, names: Sequence[str]) -> Sizes:
        """Sizes that print as they are written, the input's by their names."""
        if self.complete:
            return sizes
        n_in = tuple(Symbol(n, name) for n, name in zip(sizes.n_in, names, strict=True))
        named = dict(zip(AXES[self.rank], names, strict=True))
        n_out = tuple(
            n if text is None else Symbol(n, text.format(name, **named))
            for n, text, name in zip(sizes.n_out, self.written, names, strict=True)
        )
        return replace(sizes, n_in=n_in, n_out=n_out)

    def code_before(self, names: Sequence[str]) -> str:
        """The prelude, with the input's sizes by their names."""
        return self.prelude.format(**dict(zip(AXES[self.rank], names, strict=True)))

    @property
    def looked_at(self) -> str:
        """Which sizes were tried, in words."""
        return self.words.format(count=f"{len(self.sizes):,}")

    @functools.cached_property
    def real(self) -> tuple[Sizes, ...]:
        """Those at which differences are measured: as people have them, at most one that grows and one that
        does not."""
        if self.complete:
            return self.sizes
        inputs = [one.n_in for one in _sizes.real(self.rank)]
        real = [s for s in self.sizes if s in _sizes.real(self.rank)]
        own = real or [s for n_in in inputs for s in self.sizes if s.n_in == n_in]
        own = [s for s in own if not s.unchanged and s.pixels < _MOST_PIXELS]
        if any(
            s.scales for s in self.sizes
        ):  # where they are the ratios of the sizes, any call will do
            own = [s for s in (*own, *self.sizes) if s.scales and s.pixels > 48**2]
            own = own or [s for s in self.sizes if s.scales]
        own = own or [s for s in self.sizes if not s.unchanged and _comparable(s)][-2:]
        own = own or [s for s in self.sizes if _comparable(s)][:1]
        grow = [s for s in own if s.grows]
        return (*grow[:1], *[s for s in own if s not in grow][:1])


def query_of(reading: Reading, call: Call, input_size: Size | None) -> Query:
    """The sizes of a call that was read.

    Args:
        reading: the call.
        call: of the catalogue, that it is.
        input_size: of the image in pixels, where it is given, an entry for each axis.

    Raises:
        Unreadable: nothing is left of the image, or it is too large to be compared.
    """
    query = _query(reading, call, input_size)
    if query.sizes and not any(map(_comparable, query.sizes)):
        smallest = min(query.sizes, key=lambda one: one.pixels)
        raise Unreadable(
            f"{reading.function.name}: an image of {smallest} has more than {_MOST_PIXELS_ASKED:,} pixels, "
            "too many to be compared: ask about smaller sizes of the same ratios"
        )
    return query


def _comparable(sizes: Sizes) -> bool:
    return sizes.pixels <= _MOST_PIXELS_ASKED


def _query(reading: Reading, call: Call, input_size: Size | None) -> Query:
    if reading.by == "factors":
        return _by_factors(reading, call, input_size)
    if reading.by == "nothing" or reading.size is None:
        return _by_nothing(reading, input_size)
    if reading.edge is not None:
        return _by_edge(reading, reading.edge, input_size)
    fit = fit_of(reading)
    if fit is not None:
        return _fitted(reading, fit, input_size)
    return _by_size(reading, reading.size, input_size)


# ---------------------------------------------------------------------------- a size


def _by_size(reading: Reading, size: Sequence[Entry], input_size: Size | None) -> Query:
    names = AXES[reading.rank]
    texts, conditions = _texts(size, names, reading)
    prelude = ""
    if reading.scalar_size and not conditions:
        prelude = _number_or_sizes(reading.scalar_size, names)
        texts = names
    known = all(isinstance(n, int) for n in size)
    if reading.ratio is not None and not known:
        needed = f"where the output has {_by(reading.ratio)} times the image's rows and columns"
        tried = _at_ratio(reading, reading.ratio, input_size)
        words = f"at {tried[0]}" if len(tried) == 1 else "at {count} sizes"
        return Query(tried, words, texts, prelude=prelude, conditions=(*conditions, needed))
    if reading.ratio is not None:
        input_size, needs = _of_ratio(reading, reading.ratio, _numbers(size), input_size)
        conditions = (*conditions, *needs)
    if known and input_size is not None:
        one = Sizes(tuple(input_size), _numbers(size))
        return Query(
            (one,), f"at {one}", (None,) * len(texts), complete=True, conditions=conditions
        )
    if input_size is not None:
        tried = tuple(
            Sizes(tuple(input_size), _filled(size, n_out, input_size))
            for n_out in _outputs(input_size)
        )
        words = f"at {{count}} output sizes of {by(input_size)}"
        return Query(_unique(tried), words, texts, prelude=prelude, conditions=conditions)
    if known:
        return Query(
            tuple(Sizes(n_in, _numbers(size)) for n_in in _inputs_of(_numbers(size))),
            f"at {{count}} input sizes, {_range(_inputs_of(_numbers(size)))}",
            (None,) * len(texts),
        )
    tried = tuple(
        replace(one, n_out=_filled(size, one.n_out, one.n_in))
        for one in _sizes.spread(reading.rank)
    )
    free = all(n is not None and not isinstance(n, int) for n in size)
    words = _SPREAD if free else "at {count} sizes of a spread"
    return Query(_unique(tried), words, texts, every=free, prelude=prelude, conditions=conditions)


def _of_ratio(
    reading: Reading, ratio: Sequence[float], n_out: Size, input_size: Size | None
) -> tuple[Size, tuple[str, ...]]:
    """The image of a call that says a ratio beside a size, and what is taken for granted of it.

    Raises:
        Unreadable: no image has that ratio to the size, or the one that is asked about has not.
    """
    name, scale_text = reading.function.name, _by(ratio)
    n_in = tuple(round(m / r) for m, r in zip(n_out, ratio, strict=True))
    if not _have_ratio(n_in, n_out, ratio):
        raise Unreadable(
            f"{name}: no image becomes {by(n_out)} at {scale_text} output pixels an input pixel: the call "
            "does more than a resize"
        )
    if input_size is not None and tuple(input_size) != n_in:
        raise Unreadable(
            f"{name}: an image of {by(input_size)} does not become {by(n_out)} at {scale_text} output pixels "
            f"an input pixel: the call resizes one of {by(n_in)}"
        )
    return n_in, () if input_size is not None else (f"where the image is {by(n_in)}",)


def _at_ratio(
    reading: Reading, ratio: Sequence[float], input_size: Size | None
) -> tuple[Sizes, ...]:
    """The sizes that have a ratio: of the image that is asked about, or of those that are tried.

    Raises:
        Unreadable: the ratio makes no whole number of pixels of any.
    """
    inputs = [tuple(input_size)] if input_size is not None else _sizes.inputs(reading.rank)
    possible = []
    for n_in in inputs:
        n_out = tuple(round(n * r) for n, r in zip(n_in, ratio, strict=True))
        if _have_ratio(n_in, n_out, ratio):
            possible.append(Sizes(n_in, n_out))
    if not possible:
        image = (
            "any image that was tried" if input_size is None else f"an image of {by(input_size)}"
        )
        raise Unreadable(
            f"{reading.function.name}: {_by(ratio)} output pixels an input pixel do not make whole numbers "
            f"of pixels of {image}"
        )
    return _unique(possible)


def _have_ratio(n_in: Size, n_out: Size, ratio: Sequence[float]) -> bool:
    return min(*n_in, *n_out) > 0 and all(
        math.isclose(m / n, r, rel_tol=_LAST_DIGIT)
        for n, m, r in zip(n_in, n_out, ratio, strict=True)
    )


def _by(ratio: Sequence[float]) -> str:
    return f"({', '.join(f'{one:g}' for one in ratio)})"


def _texts(
    entries: Sequence[Entry], names: Sequence[str], reading: Reading
) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
    """Entries of a size, or factors, as they stand in code; by names where they need another ``x`` than the
    image, and on the condition that the names are these."""
    texts = tuple("{}" if n is None else as_written(n, reading) for n in entries)
    scalar = [reading.scalar_size] if reading.scalar_size else []
    named = [t for n, t in zip(entries, texts, strict=True) if isinstance(n, Variable)]
    if not any(map(needs_x, scalar or named)):
        return texts, ()
    listed = f"({', '.join(names)})" if len(names) > 1 else names[0]
    return tuple(names), (f"{listed} is {together(scalar or entries)}, of the x of this call",)


def _number_or_sizes(text: str, names: Sequence[str]) -> str:
    """A line for a size that may be a number: torch takes as one what is no tuple and no list."""
    listed, one = (
        ", ".join(each) + "," * (len(names) == 1) for each in (names, [text] * len(names))
    )
    line = f"{listed} = map(int, {text} if isinstance({text}, (tuple, list)) else ({one}))"
    return _braced(line)


def _braced(text: str) -> str:
    """A text as a format that has no holes."""
    return text.replace("{", "{{").replace("}", "}}")


_SPREAD = f"at {{count}} sizes: all pairs up to {LARGEST}, each kind of axis beside each other, and real ones"


def _numbers(size: Sequence[Entry]) -> Size:
    return tuple(int(str(n)) for n in size)


def _filled(size: Sequence[Entry], n_out: Size, n_in: Size) -> Size:
    """Numbers as they are; for a name, an example; None is an axis that stays as it is."""
    both = zip(size, n_out, n_in, strict=True)
    return tuple(n if isinstance(n, int) else same if n is None else m for n, m, same in both)


def _unique(sizes: Sequence[Sizes]) -> tuple[Sizes, ...]:
    return tuple(dict.fromkeys(sizes))


def _range(sizes: Sequence[Size]) -> str:
    ordered = sorted(sizes, key=lambda size: (max(size), size))
    return f"{by(ordered[0])} to {by(ordered[-1])}"


_RATIOS = tuple(
    map(
        Fraction,
        ("2/3", "3/2", "2", "1/2", "1", "3", "1/3", "4", "1/4", "5/4", "7/3", "15/2", "5/7"),
    )
)


def _inputs_of(n_out: Size) -> tuple[Size, ...]:
    """Inputs for a size that is known: smaller, larger, by whole numbers, real ones, and small ones."""
    return _scaled_sizes(n_out, [one.n_in for one in _sizes.real(len(n_out))])


def _outputs(n_in: Size) -> tuple[Size, ...]:
    """Outputs for an input that is known, likewise."""
    return _scaled_sizes(n_in, [one.n_out for one in _sizes.real(len(n_in))])


def _scaled_sizes(known: Size, real: Sequence[Size]) -> tuple[Size, ...]:
    rank = len(known)
    ratios = [
        *((ratio,) * rank for ratio in _RATIOS),
        *itertools.permutations(_RATIOS[:6], rank),
    ]
    scaled = [
        tuple(max(1, round(n * r)) for n, r in zip(known, each, strict=True)) for each in ratios
    ]
    small = [(n,) * rank for n in range(1, LARGEST + 1)]
    return tuple(dict.fromkeys((*scaled, *real, *small)))


# ---------------------------------------------------------------------------- one edge


def _by_edge(reading: Reading, edge: Edge, input_size: Size | None) -> Query:
    """A call that says one edge of the result, or a name that may be both."""
    either = reading.scalar_size is not None
    if input_size is not None and edge.known:
        n_out = edge.of(tuple(input_size))
        if min(n_out) < 1:
            raise Unreadable(f"{reading.function.name}: nothing is left of {by(input_size)}")
        one = Sizes(tuple(input_size), n_out)
        return Query((one,), f"at {one}", (None, None), complete=True)
    tried = _edged(edge, input_size)
    if either:
        whole = _by_size(reading, reading.size or (), input_size)
        tried = _unique([*whole.sizes, *tried])
    texts = [as_written(one, reading) for one in (edge.shorter, edge.longest) if one is not None]
    names = AXES[2]
    words = (
        f"at {{count}} sizes of an image that keeps its proportions{' or not' if either else ''}"
    )
    if any(map(needs_x, (t for t in texts if not t.isdigit()))):
        condition = f"({', '.join(names)}) is the size that this call makes of its image"
        return Query(tried, words, names, conditions=(condition,))
    return Query(tried, words, names, prelude=_edge_lines(edge, reading), every=either)


def _edge_lines(edge: Edge, reading: Reading) -> str:
    """Lines for the size of the result; they give a name to nothing that the call has a name for."""
    shorter, longest = (
        None if one is None else as_written(one, reading) for one in (edge.shorter, edge.longest)
    )
    texts = f"{shorter} {longest}"
    both = next(name for name in ("edges", "both", "pair") if not re.search(rf"\b{name}\b", texts))
    short, long = "min({h}, {w})", "max({h}, {w})"
    swapped = "{h} <= {w}"
    if shorter is None:
        lines = [f"{both} = {longest} * {short} // {long}, {longest}"]
    elif reading.scalar_size:
        is_both = f"isinstance({shorter}, (tuple, list))"
        lines = [f"{both} = {shorter} if {is_both} else ({shorter}, {shorter} * {long} // {short})"]
        swapped = f"{is_both} or {swapped}"
    else:
        lines = [f"{both} = {shorter}, {shorter} * {long} // {short}"]
    if shorter is not None and longest is not None:
        cut = f"({longest} * {both}[0] // {both}[1], {longest})"
        lines.append(f"{both} = {both} if {both}[1] <= {longest} else {cut}")
    lines.append(f"h, w = {both} if {swapped} else {both}[::-1]")
    return "\n".join(lines)


_LARGEST_EDGED = 2**20  # pixels of a result that is tried


def _edged(edge: Edge, input_size: Size | None) -> tuple[Sizes, ...]:
    """Sizes at which a call that says an edge is tried."""
    if input_size is not None:
        inputs, edges = [(input_size[0], input_size[1])], [min(n) for n in _outputs(input_size)]
    elif edge.known:
        edge_size = int(str(edge.shorter or edge.longest))
        inputs = [(h, w) for h, w in _inputs_of((edge_size, edge_size))]
        edges = [edge_size]
    else:
        inputs = [(one.n_in[0], one.n_in[1]) for one in _sizes.spread(2)]
        edges = [min(one.n_out) for one in _sizes.spread(2)]
    if edge.known:
        sizes = [Sizes(n_in, edge.of(n_in)) for n_in in inputs]
    else:
        several = itertools.cycle(inputs) if len(inputs) < len(edges) else inputs
        sizes = [Sizes(n_in, Edge(n).of(n_in)) for n_in, n in zip(several, edges, strict=False)]
    kept = [one for one in sizes if min(one.n_out) > 0 and one.pixels <= _LARGEST_EDGED]
    return _unique(kept or sizes)


# ---------------------------------------------------------------------------- a size that fits


def padded(n_in: Size, wanted: Size) -> Size:
    """The size of ``tf.image.resize_with_pad`` before it is padded."""
    return tensorflow_scales.padded((n_in[0], n_in[1]), (wanted[0], wanted[1]))[0]


def fitting(n_in: Size, wanted: Size) -> Size:
    """The size of ``preserve_aspect_ratio=True``."""
    return tensorflow_scales.fitting((n_in[0], n_in[1]), (wanted[0], wanted[1]))


Fit = Callable[[Size, Size], Size]


def fit_of(reading: Reading) -> Fit | None:
    """From the sizes of an image and of a call to that of the result, where the call makes it fit."""
    fits = reading.function.fits
    if fits == "pads":
        return padded
    return fitting if fits and reading.ways[fits] else None


def _fitted(reading: Reading, fit: Fit, input_size: Size | None) -> Query:
    """A call that makes an image as large as fits into a size."""
    assert reading.size is not None
    fits = "(h, w) is the largest size of the image's proportions that fits"
    pads = (
        f"{fits}; the zeros around it are no part of this: give the input's size (--input) for them"
    )
    if input_size is None or not all(isinstance(n, int) for n in reading.size):
        tried = tuple(one for one in _sizes.spread(2) if _proportional(one))
        conditions = (pads if fit is padded else fits,)
        return Query(tried, "at {count} sizes", ("h", "w"), fitted=True, conditions=conditions)
    wanted = _numbers(reading.size)
    n_out = fit(tuple(input_size), wanted)
    if min(n_out) < 1:
        raise Unreadable(
            f"{reading.function.name}: nothing is left of {by(input_size)} in {by(wanted)}"
        )
    zeros: tuple[tuple[int, int], ...] = ()
    if fit is padded and n_out != wanted:
        first = tensorflow_scales.padded((input_size[0], input_size[1]), (wanted[0], wanted[1]))[1]
        each = zip(first, wanted, n_out, strict=True)
        zeros = tuple((start, n - start - m) for start, n, m in each)
    one = Sizes(tuple(input_size), n_out)
    return Query((one,), f"at {one}", (None, None), complete=True, padding=zeros, fitted=True)


def _proportional(sizes: Sizes) -> bool:
    """Both axes are resized by much the same ratio."""
    (h, w), (height, width) = sizes.n_in, sizes.n_out
    return abs(height * w - width * h) < max(h, w)


# ---------------------------------------------------------------------------- nothing


def _by_nothing(reading: Reading, input_size: Size | None) -> Query:
    own = reading.function.own_size
    rank = reading.rank
    if own is None and input_size is None:
        return Query(_sizes.spread(rank), _SPREAD, AXES[rank], every=True)
    if own is None:
        assert input_size is not None
        tried = tuple(Sizes(tuple(input_size), n_out) for n_out in _outputs(input_size))
        return Query(_unique(tried), f"at {{count}} output sizes of {by(input_size)}", AXES[rank])
    inputs = (
        [tuple(input_size)]
        if input_size is not None
        else [(12, 16), (24, 32), *_sizes.inputs(rank)]
    )
    tried = tuple(Sizes(n_in, tuple(map(own.of, n_in))) for n_in in inputs)
    if input_size is not None:
        return Query(tried, f"at {tried[0]}", (None,) * rank, complete=True)
    return Query(_unique(tried), "at {count} input sizes", (own.text,) * rank)


# ---------------------------------------------------------------------------- factors


# a size is the product cut, and the axis is sampled at the ratio of the sizes
_RECOMPUTED = Scaling(truncated, of_sizes)


def _by_factors(reading: Reading, call: Call, input_size: Size | None) -> Query:
    assert reading.factors is not None
    scaling = call.scaling or _RECOMPUTED
    if reading.ways.get("recompute_scale_factor"):
        scaling = _RECOMPUTED  # whatever the catalogue says this of: it has it of images alone
    # of 1.5 and 2.5: rounded half to even, rounded up, or cut
    cut = {(2, 2): "round", (2, 3): "ceil"}.get((scaling.size(3, 0.5), scaling.size(5, 0.5)), "int")
    cut = "float32" if reading.framework == "onnx" else cut
    names = tuple(f"f{name}" for name in AXES[reading.rank])
    own, needed = _texts(reading.factors, names, reading)
    prelude, entries = "", reading.factors
    if reading.scalar_size and not needed:
        prelude, own = _number_or_factors(reading, names), names
    texts = tuple(_product(factor, text, cut) for factor, text in zip(entries, own, strict=True))
    if not all(isinstance(factor, (int, float)) for factor in reading.factors):
        query = _by_names(reading, scaling, input_size)
        needed = (*query.conditions, *needed)
        return replace(query, written=texts, prelude=prelude, conditions=needed)
    factors = tuple(float(str(factor)) for factor in reading.factors)
    conditions: tuple[str, ...] = ()
    if cut == "float32":
        given, factors = factors, tuple(float(np.float32(factor)) for factor in factors)
        both = dict(zip(given, factors, strict=True))
        conditions = tuple(f"scales is float32: {a!r} is {b!r}" for a, b in both.items() if a != b)
    inputs = [tuple(input_size)] if input_size is not None else list(_sizes.inputs(reading.rank))
    if input_size is None:
        first = _divided(factors)  # those by which a person would try it
        inputs = [first, tuple(3 * n for n in first), *inputs]
    tried = _unique([one for n_in in inputs for one in _made(scaling, n_in, factors)])
    if input_size is not None:
        left = [scaling.size(n, factor) for n, factor in zip(input_size, factors, strict=True)]
        if min(left) < 1:
            raise Unreadable(
                f"{reading.function.name}: nothing is left of {by(input_size)} by {factors}"
            )
        if not tried and _holds(scaling, factors):
            raise Unreadable(
                f"{reading.function.name}: an axis of {by(input_size)} is shorter than half of what becomes "
                f"one pixel by {factors}: it is answered for longer axes"
            )
        words = f"at {tried[0]}" if tried else ""
        written = (None,) * reading.rank
        return Query(tried, words, written, complete=True, factors=factors, conditions=conditions)
    least = tuple(
        math.ceil(0.5 / factor) for factor in factors
    )  # pixels of which half an output is left
    if any(scaling.size(n - 1, f) >= 1 for n, f in zip(least, factors, strict=True)):
        conditions = (*conditions, f"where the image has at least {by(least)} pixels")
    named = " and ".join(f"{factor:g}" for factor in dict.fromkeys(factors))
    words = f"at {{count}} input sizes by {named}: all up to {by(_largest(reading.rank))}, and real ones"
    return Query(tried, words, texts, factors=factors, conditions=conditions)


def _largest(rank: int) -> Size:
    return max(_sizes.inputs(rank), key=lambda size: (len(set(size)) == 1 and size[0] <= 64, size))


def _number_or_factors(reading: Reading, names: Sequence[str]) -> str:
    """A line for a factor that may be a number, or one for each axis, by the framework's own rule."""
    s, comma = str(reading.scalar_size), "," * (len(names) == 1)
    listed, each = (f"{', '.join(one)}{comma}" for one in (names, [s] * len(names)))
    if reading.framework == "keras":
        return f"{listed} = ({each}) if isinstance({s}, int) else {s}"
    return f"{listed} = {s} if isinstance({s}, (tuple, list)) else ({each})"


def _made(scaling: Scaling, n_in: Size, factors: Sequence[float]) -> list[Sizes]:
    """What factors make of an image; nothing where nothing is left, or another call runs."""
    n_out = tuple(scaling.size(n, factor) for n, factor in zip(n_in, factors, strict=True))
    if min(n_out) < 1 or not _holds(scaling, factors):
        return []
    scales = scales_of(scaling, n_in, n_out, factors)
    if scales and any(2 * n * scale < 1 for n, scale in zip(n_in, scales, strict=True)):
        return []  # no convention says what becomes of less than half of an output pixel
    return [Sizes(n_in, n_out, scales)]


def _holds(scaling: Scaling, factors: Sequence[float]) -> bool:
    """Whether it is this call that runs, of those that are said alike."""
    rows, columns = ((1.0, *factors) if len(factors) == 1 else factors)[-2:]
    return scaling.holds((rows, columns))


def scales_of(
    scaling: Scaling, n_in: Size, n_out: Size, factors: Sequence[float]
) -> tuple[Fraction, ...] | None:
    """The scales at which a call that is given factors samples; None if they are the ratios of the sizes."""
    scales = [
        scaling.scales((1, n), (1, m), (1.0, factor))[1]
        for n, m, factor in zip(n_in, n_out, factors, strict=True)
    ]
    if len(n_in) == 2:  # what is copied may go by both axes
        size = (n_in[0], n_in[1]), (n_out[0], n_out[1]), (factors[0], factors[1])
        scales = list(scaling.scales(*size))
    near = tuple(scale.limit_denominator(_LARGEST_UNIT) for scale in scales)
    ratios = tuple(Fraction(m, n) for n, m in zip(n_in, n_out, strict=True))
    return None if near == ratios else near


def _divided(factors: Sequence[float]) -> Size:
    """An input of 12 to 16 pixels or a little more that the factors' denominators divide."""
    units = [Fraction(str(f)).limit_denominator(64).denominator for f in factors]
    return tuple(
        unit * -(-n // unit) for n, unit in zip((8, 12, 16)[-len(factors) :], units, strict=True)
    )


def _by_names(reading: Reading, scaling: Scaling, input_size: Size | None) -> Query:
    """Factors that are names: any size can come of them."""
    assert reading.factors is not None
    named = " and ".join(dict.fromkeys(map(str, reading.factors)))
    condition = f"where the image's sizes times {named} are whole numbers"
    conditions = (condition,) if scaling.uses_factors else ()
    tried = _sizes.spread(reading.rank)
    if input_size is not None:
        tried = tuple(Sizes(tuple(input_size), n_out) for n_out in _outputs(input_size))
    kept = tuple(one for one in _unique(tried) if scaling.holds(_ratios(one)))
    words = _SPREAD if input_size is None else f"at {{count}} output sizes of {by(input_size)}"
    return Query(
        kept, words, (None,) * reading.rank, every=input_size is None, conditions=conditions
    )


def _ratios(sizes: Sizes) -> tuple[float, float]:
    ratios = [m / n for n, m in zip(sizes.n_in, sizes.n_out, strict=True)]
    ratios = [1.0] * (2 - len(ratios)) + ratios
    return min(ratios), max(ratios)


def _product(factor: Entry, text: str | None, cut: str) -> str:
    """A size from an axis's, ``{}``: a product cut, rounded, or taken in float32 and cut.

    Args:
        factor: a number, or what stands in the place of one.
        text: the same as a format.
        cut: int, round, ceil (of one over a whole number) or float32.
    """
    number = isinstance(factor, (int, float))
    if cut == "float32" and not (number and _is_short(float(str(factor)))):
        return f"int(np.float32({{}}) * np.float32({text}))"
    cut = "int" if cut == "float32" else cut
    if cut == "ceil" and isinstance(factor, (int, float)) and factor != 1:
        return f"-(-{{}} // {round(1 / factor)})"
    if not isinstance(factor, (int, float)):
        return f"{cut}({{}} * {text})"
    if factor == int(factor):
        return "{}" if factor == 1 else f"{int(factor)} * {{}}"
    return f"{cut}({{}} * {factor!r})"


def _is_short(factor: float) -> bool:
    """Whether products with a size below 2**16 are exact in float32, which has 24 bits."""
    return Fraction(factor).numerator < 2**8
