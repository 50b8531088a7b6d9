"""The calls of a target that are given factors: at which sizes and ratios they sample, and code."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ..frameworks import arrays_of, onnx
from ..frameworks.call import Call, Expression, Name
from ..frameworks.factors import Scaling, plain
from ..frameworks.layer_plans import Target
from ..operators import Resize
from ..operators.request import Request
from . import code, forms, onnx_nodes, search
from .agreement import Looked, Side, compared, side
from .answer import Equivalent, Exceptions
from .meaning import Meaning
from .models import Model
from .parse.catalogue import example
from .parse.signatures import BY_NAME
from .size_query import Query, scales_of
from .sizes import Sizes


@dataclass(frozen=True)
class Given:
    """A call that is given factors.

    Attributes:
        call: of the catalogue, or a node.
        convention: what it follows.
        code: Python from ``x`` to ``y``.
        side: how it computes.
        sizes: from sizes of the source to its own; None where it makes another size of the input.
        rounded: its factors are float32.
        conditions: what it needs.
    """

    call: Call
    convention: Resize
    code: str
    side: Side
    sizes: Callable[[Sizes], Sizes | None]
    rounded: bool
    conditions: tuple[str, ...]

    def pair(self, convention: Resize, source_sizes: Sizes) -> tuple[Sizes, Sizes] | None:
        """The sizes of the source and its own, where it makes the same size at the same scales.

        Scales that are float32 are compared with the source's as float32, since its kernel rounds them too.
        """
        own_sizes = self.sizes(source_sizes)
        if own_sizes is None:
            return None
        if self.rounded:
            ratios = source_sizes.scales or tuple(
                Fraction(m, n) for n, m in zip(source_sizes.n_in, source_sizes.n_out, strict=True)
            )
            source_sizes = replace(source_sizes, scales=tuple(map(_float32, ratios)))
        same = (
            search.differs(Model(convention), Model(self.convention), source_sizes, own_sizes) == 0
        )
        return (source_sizes, own_sizes) if same else None


_ANOTHER_RATIO = "where the factors make another size of it, or are another ratio"


def equal_by_factors(meaning: Meaning, target: Target) -> tuple[Equivalent, ...]:
    """The first call of the target that makes of the factors what the source does, if there is one."""
    query, convention = meaning.query, meaning.convention
    if meaning.call.scaling is None or query.factors is None:
        return ()
    if not any(one.scales for one in query.sizes):
        return ()  # the ratios of the sizes: a call that is given a size does
    for one in given(target, query):
        if one.convention != convention:
            continue
        made = {sizes: pair for sizes in query.sizes if (pair := one.pair(convention, sizes))}
        if not made:
            continue
        off = Exceptions.of(query.sizes, list(made), _ANOTHER_RATIO)
        pairs = list(made.values())
        exactness = compared(
            meaning.side, one.side, Looked(pairs, query.looked_at, real=pairs[-1:])
        )
        return (
            Equivalent(one.call, one.code, exactness, one.conditions, one.side, exceptions=off),
        )
    return ()


def given(target: Target, query: Query) -> Iterator[Given]:
    """What a target has that takes factors, the plainest first."""
    assert query.factors is not None
    if arrays_of(target) == "onnx":
        yield from _nodes(query, target)
        return
    for call in search.scaled(target, query.rank):
        yield from _of_catalogue(call, target, query)
    if target == "tensorflow" and query.rank == 2:
        yield from _scale_and_translate(query)


def _of_catalogue(call: Call, target: Target, query: Query) -> Iterator[Given]:
    factors = query.factors
    scaling = call.scaling
    assert factors is not None
    assert scaling is not None
    case = example(call)
    if case is None or not scaling.holds((factors[0], factors[-1])):
        return

    def sizes(one: Sizes) -> Sizes | None:
        return _own(scaling, one, factors)

    expression = _with(call, case, factors)
    conditions = (code.layout(target, query.rank), f"{call.framework} {call.ranges[-1]}")
    own = search.convention_of(call)
    yield Given(
        call,
        own,
        f"y = {expression}",
        side(call, own, search.kernel_of(call)),
        sizes,
        False,
        conditions,
    )


def _own(scaling: Scaling, one: Sizes, factors: Sequence[float]) -> Sizes | None:
    n_out = tuple(scaling.size(n, f) for n, f in zip(one.n_in, factors, strict=True))
    if n_out != one.n_out:
        return None
    return replace(one, scales=scales_of(scaling, one.n_in, n_out, factors))


def _with(call: Call, case: Request, factors: Sequence[float]) -> Expression:
    """A call with these factors in the place of those that it is printed with."""
    row = search.row_of(call)
    if row is not None and BY_NAME[row.function].divides:
        return call.expression_of(_a_block(case, factors))
    expression = call.expression_of(case)
    layer = expression.function if isinstance(expression.function, Expression) else None
    kwargs = dict((layer or expression).kwargs)
    values = tuple(map(plain, factors))
    for name, value in (("fx", values[-1]), ("fy", values[0]), ("scale_factor", values)):
        if name in kwargs:
            kwargs[name] = value
    if layer is not None:
        return replace(expression, function=replace(layer, kwargs=kwargs))
    return replace(expression, kwargs=kwargs)


def _a_block(case: Request, factors: Sequence[float]) -> Request:
    """The image that these factors, one over whole numbers, make a pixel of."""
    height, width = (round(1 / factor) for factor in factors)
    scales = Fraction(1, height), Fraction(1, width)
    return replace(case, shape=(*case.shape[:2], height, width), size=(1, 1), scales=scales)


def _float32(value: float | Fraction) -> Fraction:
    return Fraction(float(np.float32(float(value))))


def _rounded(one: Sizes, factors: Sequence[float]) -> Sizes:
    return Sizes(one.n_in, one.n_out, tuple(map(_float32, factors)))


# ---------------------------------------------------------------------------- TensorFlow


def _scale_and_translate(query: Query) -> Iterator[Given]:
    """``ScaleAndTranslate`` is given a size and a scale, each by itself."""
    factors = query.factors
    assert factors is not None
    for candidate in search.candidates("tensorflow"):
        call = candidate.calls[0]
        if search.function_of(call) != "tf.raw_ops.ScaleAndTranslate":
            continue
        one = query.sizes[0]
        named = query.symbols(one, forms.shape_texts("tensorflow", 2))
        expression = call.expression_of(search.case_of(call, one.n_in, one.n_out))
        kwargs = {**expression.kwargs, "size": named.n_out, "scale": tuple(map(float, factors))}
        prelude = f"{query.prelude}\n" if query.prelude else ""
        text = f"{prelude}y = {replace(expression, kwargs=kwargs)}"
        own = search.convention_of(call)

        def sizes(one: Sizes) -> Sizes:
            return _rounded(one, factors)

        conditions = (
            code.layout("tensorflow", 2),
            f"tensorflow {call.ranges[-1]}",
            "x is of float32",
        )
        yield Given(call, own, text, side(call, own), sizes, True, conditions)


# ---------------------------------------------------------------------------- ONNX


def _nodes(query: Query, target: Target) -> Iterator[Given]:
    """A node that is given ``scales``: a size is the floor of the product with the factor as a float32."""
    factors = query.factors
    assert factors is not None
    calls = onnx_nodes.calls() if target == "onnx" else search.scaled(target, query.rank)
    exact = tuple(map(_float32, factors))

    def sizes(one: Sizes) -> Sizes | None:
        n_out = tuple(math.floor(n * f) for n, f in zip(one.n_in, exact, strict=True))
        return _rounded(one, factors) if n_out == one.n_out else None

    listed = ", ".join(f"{factor!r}" for factor in map(float, factors))
    for call in calls:
        convention = search.convention_of(call)
        resize = onnx_nodes.node(convention)
        if resize is None or convention.extrapolates:
            continue
        node = Expression(
            Name("onnx.helper.make_node"), ("Resize", ["x", "", "scales"], ["y"]), resize.kwargs
        )
        conditions = (
            code.layout("onnx", query.rank),
            f"ONNX opset {onnx.opset(convention)} or later",
            f"scales is (1, 1, {listed}), float32",
            *(() if target == "onnx" else (f"{call.framework} {call.ranges[-1]}",)),
        )
        yield Given(
            call, convention, f"node = {node}", side(call, convention), sizes, True, conditions
        )
