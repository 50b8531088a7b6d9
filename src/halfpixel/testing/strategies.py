"""Hypothesis strategies: what a call may be asked, with inputs, drawn and shrunk.

They need the package ``hypothesis``. What is drawn is an :class:`Example`: it has the case, whose expected
values the reference computes, and :func:`halfpixel.conformance.verdicts.judge` compares a call with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..arrays import Array
from ..conformance.cases import Case, ConvTransposeCase
from ..conformance.real_shapes import ConvShapeCase, ShapeCase
from ..conformance.shape_trials import rule_at
from ..frameworks import Call, DType
from ..frameworks.call import HALVES, INTEGERS
from ..numerics.memory_layouts import LAYOUTS
from ..operators import ConvTranspose, Resize

_MOST_VALUES = 40_000  # of an input or an output: an example is judged in milliseconds


# ---------------------------------------------------------------------------- values


@dataclass(frozen=True)
class Values:
    """The values of an array, by a formula or by seed.

    Attributes:
        kind: ``formula`` (integers in −8..8, or in 0..255), ``integers`` in the same range, ``fine``
            (multiples
            of 2⁻¹² in −4..4) or ``wide`` (of magnitudes 2⁻²⁰ to 2²⁰); the last three drawn.
        seed: of those that are drawn.
    """

    kind: str = "formula"
    seed: int = 0

    def of(self, formula: Array, dtype: DType) -> Array:
        """An array of the shape of the one that the formula makes."""
        drawn = np.random.default_rng(self.seed)
        low, high = (0, 255) if dtype in INTEGERS else (-8, 8)
        if self.kind == "formula":
            return formula
        if self.kind == "fine":
            made = drawn.integers(-(2**14), 2**14, formula.shape) / 2.0**12
        elif self.kind == "wide":
            made = np.ldexp(
                drawn.integers(-255, 256, formula.shape), drawn.integers(-28, 13, formula.shape)
            )
        else:
            made = drawn.integers(low, high + 1, formula.shape).astype(np.float64)
        return np.asarray(made, np.float64)


def values(dtype: DType) -> SearchStrategy[Values]:
    """The values of inputs that a dtype holds exactly."""
    if dtype in INTEGERS or dtype in HALVES:
        kinds = ["formula", "integers"]
    else:
        kinds = ["formula", "integers", "fine", "wide"]
    return st.builds(Values, st.sampled_from(kinds), st.integers(0, 999))


# ---------------------------------------------------------------------------- sizes


@st.composite
def axes(draw: DrawFn, most: int = 160) -> tuple[int, int]:
    """The sizes (n_in, n_out) of one axis: small ones, exact ratios, one pixel more, and any.

    Args:
        most: the largest size in pixels.
    """
    kind = draw(st.sampled_from(["small", "same", "ratio", "half", "more", "any"]))
    small = st.integers(1, 12)
    if kind == "small":
        return draw(small), draw(small)
    n = draw(st.one_of(small, st.integers(1, most)))
    if kind == "same":
        return n, n
    if kind == "ratio":
        n, factor = draw(small), draw(st.sampled_from([2, 3, 4, 8]))
        return (n, n * factor) if draw(st.booleans()) else (n * factor, n)
    if kind == "half":  # what pyramids take
        return (n, -(-n // 2)) if draw(st.booleans()) else (n, 2 * n)
    return (n, n + 1) if kind == "more" else (n, draw(st.integers(1, most)))


@st.composite
def _steps(draw: DrawFn, convention: Resize, most: int = 160) -> tuple[int, int]:
    """The sizes of one axis of a convention that takes few: about half as many pixels, or twice."""
    n = draw(st.one_of(st.integers(1, 12), st.integers(1, most)))
    near = {middle + more for middle in (n, n // 2, 2 * n) for more in (-1, 0, 1)}
    return n, draw(st.sampled_from(sorted(m for m in near if m > 0 and convention.takes(n, m))))


_CHANNELS = st.sampled_from([1, 3, 2, 4, 5, 6, 8, 16, 17, 33])
_BATCHES = st.sampled_from([1, 2, 3, 8])


def layouts(*, negative: bool = True) -> SearchStrategy[str]:
    """How an array lies in memory: a key of ``LAYOUTS``, or in C order.

    Args:
        negative: negative strides are among them.
    """
    # those of one value for many are about other arrays
    left_out = {"repeated", "one_value"} | (set() if negative else {"negative_strides"})
    return st.sampled_from(["", *(name for name in LAYOUTS if name not in left_out)])


# ---------------------------------------------------------------------------- examples


@dataclass(frozen=True)
class Example:
    """What a call is asked: a case, and the dtype of its inputs.

    Attributes:
        call: the call; of a gradient, that too.
        dtype: of the inputs.
        entry: an entry for the tables of :mod:`halfpixel.conformance.real_shapes`.
        values: of the inputs; by those tables, a formula's.
        of: of a transposed convolution's gradient, what is differentiated by.
    """

    call: Call
    dtype: DType
    entry: ShapeCase | ConvShapeCase
    values: Values
    of: str = ""

    def case(self) -> Case:
        """The case, with its expected values."""
        if isinstance(self.entry, ShapeCase):
            rule = rule_at(self.call, self.dtype, self.entry)
            case = self.entry.case(self.call.latest, rule, self.dtype)
        elif self.of:
            case = next(c for c in self.entry.gradients() if c.gradient == self.of)
        else:
            case = self.entry.case()
        inputs = {key: self._filled(key, value) for key, value in case.inputs.items()}
        return replace(case, inputs=inputs).computed()

    def _filled(self, key: str, formula: Array) -> Array:
        seeded = replace(self.values, seed=self.values.seed + ord(key[0]))
        return seeded.of(formula, self.dtype)

    def __str__(self) -> str:
        """The call, the dtype and a ready entry of a table."""
        given = f"  # {self.values}" if self.values.kind != "formula" else ""
        by = f" by {self.of}" if self.of else ""
        return f"{self.call.id} {self.dtype}{by}:\n    {_constructed(self.entry)},{given}"


def _constructed(record: Any) -> str:
    """The constructor of a record as one would write it: what has no default by position, and of the other
    fields those that differ from theirs by name."""
    if not is_dataclass(record):
        return repr(record)
    written = []
    for one in fields(record):
        value = getattr(record, one.name)
        made = one.default_factory() if one.default_factory is not MISSING else one.default
        if value != made:
            text = _constructed(value)
            positional = made is MISSING and not one.kw_only
            written.append(text if positional else f"{one.name}={text}")
    return f"{type(record).__name__}({', '.join(written)})"


@st.composite
def resizes(draw: DrawFn, call: Call, dtype: DType, *, gradient: bool = False) -> Example:
    """What a resize call may be asked.

    Args:
        call: as it is :meth:`~halfpixel.frameworks.call.Call.at` a release, where it follows a convention; of
            a gradient, that of the framework's ``Gradient``.
        dtype: of the inputs.
        gradient: the backward pass.
    """
    convention = call.latest
    sizes = axes() if convention.takes_every_size else _steps(convention)
    (h, oh), (w, ow) = draw(sizes), draw(sizes)
    n, c = draw(_BATCHES), draw(_CHANNELS)
    assume(n * c * max(h * w, oh * ow) <= _MOST_VALUES)
    layout = draw(layouts(negative=not gradient))
    entry = ShapeCase(
        (), "drawn", (n, c, h, w), (oh, ow), (dtype,), gradient=gradient, layout=layout
    )
    assume(call.expression(entry.case(convention, None, dtype).request) is not None)
    return Example(call, dtype, entry, draw(values(dtype)))


@st.composite
def conventions(draw: DrawFn) -> tuple[ConvTranspose, tuple[int, int]]:
    """A transposed convolution along two axes, and the size of its kernel: what padding arguments can say."""
    unlike = draw(st.booleans())

    def two(choices: list[int]) -> tuple[int, int]:
        one = draw(st.sampled_from(choices))
        return (one, draw(st.sampled_from(choices)) if unlike else one)

    kernel, strides, dilations = two([1, 2, 3, 4, 5, 7]), two([1, 2, 3, 4]), two([1, 2, 3])
    group = draw(st.sampled_from([1, 2, 3, 4, 8]))
    way = draw(st.sampled_from(["nothing", "alike", "same"]))
    cut = [(k - 1) * d for k, d in zip(kernel, dilations, strict=True)]
    appended = (0, 0)
    if way == "alike":
        begin = [draw(st.integers(0, one)) for one in cut]
        pads = (*begin, *begin)
        appended = (draw(st.integers(0, strides[0] - 1)), draw(st.integers(0, strides[1] - 1)))
    elif way == "same":
        over = [max(k + 1 - s, 0) for k, s in zip(cut, strides, strict=True)]
        pads = (*(one // 2 for one in over), *(one - one // 2 for one in over))
    else:
        pads = (0, 0, 0, 0)
    convention = ConvTranspose(
        strides=strides, pads=pads, output_padding=appended, dilations=dilations, group=group
    )
    return convention, kernel


@st.composite
def conv_transposes(draw: DrawFn, call: Call, dtype: DType, *, gradient: bool = False) -> Example:
    """What a transposed convolution may be asked; arguments as of :func:`resizes`."""
    convention, kernel = draw(conventions())
    group = convention.group
    per_in, per_out = (
        draw(st.sampled_from([1, 2, 3, 8, 17])),
        draw(st.sampled_from([1, 2, 3, 8, 16])),
    )
    n, h, w = draw(_BATCHES), draw(st.integers(1, 9)), draw(st.integers(1, 9))
    try:
        size = convention.output_size((h, w), kernel)
    except ValueError:
        assume(False)
        raise
    assume(n * group * max(per_in * h * w, per_out * size[0] * size[1]) <= _MOST_VALUES)
    given = ConvTransposeCase(
        "drawn",
        "drawn",
        (n, group * per_in, h, w),
        group * per_out,
        kernel,
        convention,
        draw(st.booleans()),
    )
    entry = ConvShapeCase((), given, gradient, draw(layouts(negative=False)))
    of = draw(st.sampled_from(["x", "w", "b"] if given.bias else ["x", "w"])) if gradient else ""
    example = Example(call, dtype, entry, draw(_sums(dtype)), of)
    request = replace(entry.case(), gradient=of).request if of else entry.case().request  # type: ignore[arg-type]
    assume(call.expression(request) is not None)
    return example


def _sums(dtype: DType) -> SearchStrategy[Values]:
    return values(dtype).filter(lambda one: one.kind != "wide")


def examples(call: Call, dtype: DType, *, gradient: bool = False) -> SearchStrategy[Example]:
    """What a call, or the gradient of one, may be asked in a dtype."""
    made: Mapping[str, Any] = {"resize": resizes, "conv_transpose": conv_transposes}
    strategy: SearchStrategy[Example] = made[call.operation](call, dtype, gradient=gradient)
    return strategy


__all__ = [
    "Example", "Values", "axes", "conv_transposes", "conventions", "examples", "layouts", "resizes",
    "values",
]  # fmt: skip
