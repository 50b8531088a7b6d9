"""Calls of the catalogue as code that runs: from ``x``, an image in the framework's layout, to ``y``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..frameworks import arrays_of, onnx
from ..frameworks.call import Call, DType, Expression, Name
from ..frameworks.layer_plans import Target, model_lines
from ..operators import Resize
from . import forms, onnx_nodes, search
from .forms import Form
from .parse.signatures import BY_NAME
from .size_query import Query
from .sizes import Sizes

BLOB = "x is (N, C, H, W), float32"


def layout(target: Target, rank: int) -> str:
    """How an image lies in the target's arrays."""
    return forms.LAYOUTS[target][rank]


def is_node(expression: Expression) -> bool:
    """Whether an expression is a node that a runtime runs."""
    return str(expression.function) == "run_node"


def size_names(target: Target, call: Call, rank: int) -> tuple[str, ...]:
    """What the sizes of the input are called in code of the target."""
    return forms.shape_texts("onnx" if call.is_node else target, rank)


def code(
    call: Call, convention: Resize, form: Form, query: Query, sizes: Sizes, target: Target
) -> str:
    """Python that computes a resize by a call, from ``x`` to ``y``.

    Args:
        call: of the catalogue; it can say the sizes.
        convention: what it follows on the part of the image that is asked about.
        form: how it resizes along as many axes.
        query: how the sizes stand in code.
        sizes: as numbers.
        target: the framework that was asked for.
    """
    names = size_names(target, call, query.rank)
    named = query.symbols(sizes, names)
    statement = _statement(call, convention, form, query, named, sizes, target)
    lines = [*([query.code_before(names)] if query.prelude else []), statement]
    if query.padding:
        lines.append(_padded(target, call, query.padding))
    return "\n".join(lines)


def _statement(
    call: Call,
    convention: Resize,
    form: Form,
    query: Query,
    named: Sizes,
    sizes: Sizes,
    target: Target,
) -> str:
    def expression_of(one: Call, image: Sizes) -> Expression:
        expression = one.expression_of(search.case_of(one, image.n_in, image.n_out, convention))
        expression = _of_any_batch(expression, image)
        return _by_factors(expression, query, image)

    if arrays_of(target) == "onnx":
        return f"node = {onnx_nodes.node(convention)}"
    if form.name == "native":
        return f"y = {_native(call, named)}"
    if form.name == "upsampling":
        return f"y = {_upsampling(named if query.factors is None else sizes)}"
    if form.name == "unit axis":
        return _tidy(forms.of_line(target, call, named, expression_of))
    if form.name == "two passes":
        return _tidy(forms.of_volume(target, call, named, expression_of))
    resize = expression_of(call, named)
    if is_node(resize):
        return _model(resize, named.n_out)
    return f"y = {_tidy(str(resize))}"


def _upsampling(sizes: Sizes) -> Expression:
    """The layer of Keras that repeats along one axis, or three."""
    factors = tuple(m // n for n, m in zip(sizes.n_in, sizes.n_out, strict=True))
    size = factors[0] if len(factors) == 1 else factors
    layer = Expression(Name(f"keras.layers.UpSampling{len(factors)}D"), (), {"size": size})
    return Expression(layer, (Name("x"),))


def _native(call: Call, named: Sizes) -> Expression:
    """A function of a line or a volume, as it is."""
    row = search.row_of(call)
    assert row is not None
    if BY_NAME[row.function].whole_shape:
        flags = call.expression_of(search.case_of(call, (2, 2), (2, 2))).kwargs
        return _of_any_batch(Expression(Name(row.function), (Name("x"),), flags), named)
    flags = {name: value for name, value in row.flags.items() if name != "dimensions"}
    given = {name: value for name, value in flags.items() if value is not None}
    if not given.get("antialias"):
        given.pop("antialias", None)
    return Expression(Name(row.function), (Name("x"),), {"size": named.n_out, **given})


def _of_any_batch(expression: Expression, named: Sizes) -> Expression:
    """A call whose shape has the axes that stay, as those of ``x``."""
    function = BY_NAME.get(str(expression.function))
    if function is None or not function.whole_shape:
        return expression
    (name,) = function.size
    shape = (Name("x.shape[0]"), *named.n_out, Name("x.shape[-1]"))
    return replace(expression, kwargs={**expression.kwargs, name: shape})


def _by_factors(expression: Expression, query: Query, image: Sizes) -> Expression:
    """A layer that is given whole factors, where they are known: the numbers, not a quotient of sizes."""
    layer = expression.function
    if query.factors is None or not isinstance(layer, Expression):
        return expression
    function = BY_NAME.get(str(layer.function))
    if function is None or function.size or not function.factors:  # it takes a size
        return expression
    factors = tuple(m // n for n, m in zip(image.n_in, image.n_out, strict=True))
    numbers = tuple(int(factor) for factor in factors)
    return replace(expression, function=replace(layer, kwargs={**layer.kwargs, "size": numbers}))


_PADS: Mapping[Target, Callable[[int, int, int, int], str]] = {
    "torch": lambda above, below, left, right: f"F.pad(y, {(left, right, above, below)})",
    "tensorflow": lambda above, below, left, right: (
        f"tf.pad(y, {((0, 0), (above, below), (left, right), (0, 0))})"
    ),
    "keras": lambda above, below, left, right: (
        f"keras.ops.pad(y, {((0, 0), (above, below), (left, right), (0, 0))})"
    ),
    "jax": lambda above, below, left, right: (
        f"jnp.pad(y, {((0, 0), (above, below), (left, right), (0, 0))})"
    ),
    "litert": lambda above, below, left, right: (
        f"np.pad(y, {((0, 0), (above, below), (left, right), (0, 0))})"
    ),
    "pillow": lambda above, below, left, right: f"np.pad(y, {((above, below), (left, right))})",
    "opencv": lambda above, below, left, right: (
        f"cv2.copyMakeBorder(y, {above}, {below}, {left}, {right}, cv2.BORDER_CONSTANT, value=0)"
    ),
}


def _padded(target: Target, call: Call, padding: Sequence[tuple[int, int]]) -> str:
    """The line that puts zeros around the result."""
    (above, below), (left, right) = padding
    if arrays_of(target) == "onnx":
        return "pad = onnx.helper.make_node('Pad', ['y', 'pads'], ['padded'])"
    if call.is_node:
        return f"y = np.pad(y, {((0, 0), (0, 0), (above, below), (left, right))})"
    return f"y = {_PADS[arrays_of(target)](above, below, left, right)}"


def _tidy(text: str) -> str:
    """``(size[0], size[1])`` is ``size``, and the other way round ``size[::-1]``."""
    text = re.sub(r"0\.0 \* [^\],]* - 0\.0", "0.0", text)
    text = re.sub(r"\((\w+)\[0\], \1\[1\]\)", r"\1", text)
    return re.sub(r"\((\w+)\[1\], \1\[0\]\)", r"\1[::-1]", text)


def _model(expression: Expression, size: Sequence[int]) -> str:
    """A model of one node: ``cv2.dnn`` needs to be told the size of the output."""
    (node,), inputs = expression.args, dict(expression.kwargs)
    assert isinstance(node, Expression)
    opset = inputs.pop("opset")
    inputs.pop("shape", None)
    shape: tuple[Any, ...] = ("x.shape[0]", "x.shape[1]", *map(repr, size))
    constants = []
    for name, value in inputs.items():
        if name == "sizes":
            constants.append(f"(np.array(shape, np.int64), {name!r})")
        else:
            constants.append(f"(np.array({value!r}, np.float32), {name!r})")
    lines = [
        f"node = {node}",
        f"shape = ({', '.join(shape)})",
        *model_lines(constants, int(str(opset))),
    ]
    return "\n".join(lines)


def conditions(
    call: Call, convention: Resize, target: Target, query: Query, sizes: Sizes
) -> list[str]:
    """What the code needs."""
    rank = query.rank
    if call.framework == "onnx":
        return _of_node(call, convention, query, sizes)
    node = call.is_node
    needed = [BLOB if node else layout(target, rank)]
    if arrays_of(target) == "onnx":
        needed = _of_node(call, convention, query, sizes)
    name = {"keras_torch": "Keras on the torch backend"}.get(call.framework)
    if target == "keras":
        name = name or "Keras on the TensorFlow backend"
    releases = call.ranges[-1]
    needed.append(f"{name}, {releases}" if name else f"{call.framework} {releases}")
    if call.needs:
        needed.append(f"the package {', '.join(call.needs)}")
    if call.one_image:
        needed.append("a batch of one image")
    needed += [f"but where {d.why} (releases {d.releases})" for d in call.defects_now]
    return [*needed, f"takes {_dtypes(call)}"]


def _of_node(call: Call, convention: Resize, query: Query, sizes: Sizes) -> list[str]:
    named = query.symbols(sizes, size_names("onnx", call, query.rank))
    size = f"sizes is (n, c, {', '.join(map(repr, named.n_out))}), int64"
    if convention.extrapolates:
        size += f"; roi is {list(onnx.roi(convention, query.rank))}, float32"
    needed = [
        forms.LAYOUTS["onnx"][query.rank],
        f"ONNX opset {onnx.opset(convention)} or later",
        size,
    ]
    if convention.roi is not None:  # docs/findings.md
        needed.append("but where an axis keeps its size: ONNX Runtime copies it, whatever roi says")
    if query.padding:
        starts, ends = zip(*query.padding, strict=True)
        needed.append(f"pads is {[0, 0, *starts, 0, 0, *ends]}, int64")
    return needed


def _dtypes(call: Call) -> str:
    """The dtypes that a call takes; since when, if later than the call, and what comes back of them."""
    dtypes = [
        dtype for dtype in call.arithmetic if not call.refuses(dtype) and dtype not in call.broken
    ]
    results = {call.returns[dtype] for dtype in dtypes}
    alike = len(results) == 1 < len(dtypes)
    texts = []
    for dtype in dtypes:
        result = "" if alike or call.returns[dtype] == dtype else f"as {call.returns[dtype]}"
        other = "by other coordinates" if _is_elsewhere(call, dtype) else ""
        notes = [note for note in (call.since.get(dtype, ""), result, other) if note]
        texts.append(f"{dtype} ({', '.join(notes)})" if notes else dtype)
    return ", ".join(texts) + (f" (the result is {results.pop()})" if alike else "")


def _is_elsewhere(call: Call, dtype: DType) -> bool:
    """Whether a dtype that is interpolated has coordinates that float32 images have not."""
    rule, usual = call.arithmetic[dtype].coordinate_rule, call.arithmetic["float32"].coordinate_rule
    return rule != usual and search.convention_of(call).mode != "nearest"
