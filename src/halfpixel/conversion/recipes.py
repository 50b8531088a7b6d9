"""A few lines of code that compute a resize where no call of the target does: the short ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..frameworks import arrays_of
from ..frameworks.factors import plain
from ..frameworks.layer_plans import Target
from ..numerics.error_model import ErrorModel
from ..operators import Resize
from ..operators.resize import exact_factor
from . import search
from .agreement import Side, jumps
from .answer import ANOTHER_PIXEL, Equivalent, Exceptions
from .equal import exactly
from .forms import AXES, LAYOUTS, shape_texts
from .meaning import Meaning
from .models import Model
from .size_query import Query
from .sizes import Sizes

# Weights from exact ones, rounded once; as many products are summed as weigh anything: a zero adds nothing.
_PRODUCT = ErrorModel(
    coordinates="float64",
    coordinate_roundings=0,
    weights="float32",
    weight_error=1,
    accumulation="float32",
    source="a product of matrices in float32",
)
_NAMES: Mapping[Target, str] = {
    "torch": "torch",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "opencv": "numpy",
    "pillow": "numpy",
    "onnx": "onnx",
    "jax": "jax",
    "litert": "numpy",
}

# of a kernel whose weights jump, by which a rounded coordinate gains or loses a pixel at few sizes
ELSEWHERE = "at sizes that were not compared, a rounded coordinate may read another pixel"


@dataclass(frozen=True)
class Recipe:
    """Code that computes a resize.

    Attributes:
        name: of the recipe.
        code: Python from ``x`` to ``y``.
        side: what it computes, and how, to be compared with a call.
        conditions: what it needs.
    """

    name: str
    code: str
    side: Side
    conditions: tuple[str, ...]


def equal_code(meaning: Meaning, target: Target) -> tuple[Equivalent, ...]:
    """The shortest code that computes the same but for rounding; or what comes nearest to that."""
    equivalents = list(_every_equal(meaning, target))
    whole = [one for one in equivalents if one.everywhere]
    exact = [one for one in whole if one.exactness.by_rounding]
    return tuple((exact or whole or equivalents)[:1])


def _every_equal(meaning: Meaning, target: Target) -> Iterator[Equivalent]:
    query, source = meaning.query, meaning.model
    pairs = [(sizes, sizes) for sizes in query.sizes]
    for one in recipes(source, query, target):
        held = pairs
        exactness = exactly(meaning, one.side, pairs)
        if exactness is None and not query.complete:
            held = [pair for pair in pairs if not jumps(source, one.side.model, *pair)]
            exactness = exactly(meaning, one.side, held) if held else None
        if exactness is not None:
            off = Exceptions.of(query.sizes, [sizes for sizes, _ in held], ANOTHER_PIXEL)
            yield Equivalent(
                None, one.code, exactness, one.conditions, one.side, exceptions=off, name=one.name
            )


def recipes(source: Model, query: Query, target: Target) -> Iterator[Recipe]:
    """The recipes for what a call computes, the shortest first.

    Args:
        source: what it computes.
        query: its sizes.
        target: the framework that was asked for.
    """
    if not query.sizes or query.padding or source.convention.extrapolation_value:
        return
    for make in (_padded, _indexed, _weighed, _matrices):
        recipe = make(source, query, target)
        if recipe is not None:
            before = query.code_before(shape_texts(target, query.rank))
            prelude = f"{before}\n" if before else ""
            rounded = recipe.side.model.rule != source.rule and source.convention.kernel.jumps
            limits = (ELSEWHERE,) if rounded and not query.complete else ()
            code = prelude + recipe.code
            yield Recipe(recipe.name, code, recipe.side, (*recipe.conditions, *limits))


def _axis_texts(query: Query, target: Target) -> list[tuple[str, str, str]]:
    """For each axis its letter, and the sizes in and out as they stand in code."""
    names = shape_texts(target, query.rank)
    named = query.symbols(query.sizes[0], names)
    return list(zip(AXES[query.rank], map(repr, named.n_in), map(repr, named.n_out), strict=True))


# ---------------------------------------------------------------------------- asymmetric in torch


def _padded(source: Model, query: Query, target: Target) -> Recipe | None:
    """One pixel more of the edge: with aligned corners, n + 1 pixels are then n pixels apart."""
    convention, rank = source.convention, query.rank
    mode = {("linear", 1): "linear", ("linear", 2): "bilinear", ("linear", 3): "trilinear"}
    mode |= {("cubic", 2): "bicubic"}
    known = (convention.mode, rank) in mode and convention == _asymmetric(convention.mode)
    if arrays_of(target) != "torch" or not known or any(one.scales for one in query.sizes):
        return None
    texts = _axis_texts(query, target)
    comma = "," * (rank == 1)
    larger = ", ".join(f"size[{i}] + 1" for i in range(rank)) + comma
    code = "\n".join(
        (
            f"size = ({', '.join(out for _, _, out in texts)}{comma})",
            f"y = F.pad(x, ({', '.join(['0, 1'] * rank)}), mode='replicate')",
            f"y = F.interpolate(y, size=({larger}), mode={mode[convention.mode, rank]!r}, "
            "align_corners=True)",
            f"y = y[:, :, {', '.join(f':size[{i}]' for i in range(rank))}]",
        )
    )
    aligned = next(
        call
        for call in (one for each in search.candidates("torch") for one in each.calls)
        if search.convention_of(call)
        == Resize(mode=convention.mode, coordinate_transformation_mode="align_corners")
        and search.function_of(call) == "F.interpolate"
    )
    side = Side(convention, aligned.arithmetic["float32"], "torch", "padded")
    return Recipe("padded", code, side, (LAYOUTS["torch"][rank],))


def _asymmetric(mode: str) -> Resize:
    """What torch's kernels compute on the grid that they have not."""
    return Resize(mode=mode, coordinate_transformation_mode="asymmetric")


# ---------------------------------------------------------------------------- nearest by index

# Where each coordinate rule samples, of n pixels in and m out, along an axis: NumPy.
_PLACES: Mapping[tuple[str, str], str] = {
    ("asymmetric", "float32"): "np.arange({m}, dtype=np.float32) * np.float32({n} / {m})",
    ("half_pixel", "float32"): "(np.arange({m}, dtype=np.float32) + np.float32(0.5)) * np.float32({n} / {m})",
    ("asymmetric", "inverse_scale_float64"): "np.arange({m}) * (1 / ({m} / {n}))",
    ("half_pixel", "sum_float64"): "np.add.accumulate([{n} / {m} / 2] + [{n} / {m}] * ({m} - 1))",
}  # fmt: skip
_ROUNDED = {"asymmetric": "floor", "half_pixel": "round_prefer_ceil"}
_PICK: Mapping[Target, Callable[[int, Sequence[str]], str]] = {
    "torch": lambda rank, names: "y = x" + "".join(f"[{':, ' * (2 + i)}{n}]" for i, n in enumerate(names)),
    "opencv": lambda rank, names: "y = x" + "".join(f"[{':, ' * i}{n}]" for i, n in enumerate(names)),
    "pillow": lambda rank, names: "y = x" + "".join(f"[{':, ' * i}{n}]" for i, n in enumerate(names)),
    "jax": lambda rank, names: "y = x" + "".join(f"[{':, ' * (1 + i)}{n}]" for i, n in enumerate(names)),
    "litert": lambda rank, names: "y = x" + "".join(f"[{':, ' * (1 + i)}{n}]" for i, n in enumerate(names)),
    "tensorflow": lambda rank, names: "\n".join(
        f"y = tf.gather({'y' if i else 'x'}, {n}, axis={i + 1})" for i, n in enumerate(names)
    ),
    "keras": lambda rank, names: "\n".join(
        f"y = keras.ops.take({'y' if i else 'x'}, {n}, axis={i + 1})" for i, n in enumerate(names)
    ),
}  # fmt: skip


def _indexed(source: Model, query: Query, target: Target) -> Recipe | None:
    """The pixels by their indices, each computed as the call does."""
    convention, grid = source.convention, str(source.convention.coordinate_transformation_mode)
    if convention.mode != "nearest" or convention.padding_mode != "border":
        return None
    if arrays_of(target) == "onnx":
        return None
    if convention.roi is not None or any(one.scales for one in query.sizes):
        return None
    own = convention.nearest_mode == _ROUNDED.get(grid)
    formula = _PLACES.get((grid, source.rule or "")) if own else None
    texts = _axis_texts(query, target)
    letters = [letter for letter, _, _ in texts]
    lines = [] if formula else [f"nearest = {_convention_code(convention)}.nearest_pixel"]
    for letter, n, m in texts:
        if formula:
            at = formula.format(n=_group(n), m=_group(m))
            lines.append(f"at_{letter} = np.minimum(np.floor({at}), {n} - 1).astype(int)")
        else:
            lines.append(f"at_{letter} = nearest(np.arange({m}), {n}, {m})")
    lines.append(_PICK[arrays_of(target)](query.rank, [f"at_{letter}" for letter in letters]))
    side = Side(
        convention, _rule(source.rule if formula else None), _NAMES[arrays_of(target)], "indexed"
    )
    needs = () if formula else ("the package halfpixel",)
    return Recipe("indexed", "\n".join(lines), side, (LAYOUTS[target][query.rank], *needs))


def _rule(rule: str | None) -> ErrorModel:
    return ErrorModel(
        coordinates="float64",
        coordinate_roundings=0,
        weights="float32",
        weight_error=0,
        accumulation="float32",
        coordinate_rule=rule,
        source="a copy",
    )


def _group(text: str) -> str:
    return (
        text if text.replace(".", "").replace("[", "").replace("]", "").isalnum() else f"({text})"
    )


# ---------------------------------------------------------------------------- matrices

_EINSUM = {1: "aw,{x}->{y}", 2: "ah,bw,{x}->{y}", 3: "ad,bh,cw,{x}->{y}"}
_ARRAYS: Mapping[Target, Mapping[int, tuple[str, str]]] = {
    "torch": {1: ("nkw", "nka"), 2: ("nkhw", "nkab"), 3: ("nkdhw", "nkabc")},
    "tensorflow": {1: ("nwk", "nak"), 2: ("nhwk", "nabk"), 3: ("ndhwk", "nabck")},
    "opencv": {1: ("w...", "a..."), 2: ("hw...", "ab..."), 3: ("dhw...", "abc...")},
}
_MADE: Mapping[Target, str] = {
    "torch": "torch.tensor({of}.astype(float), dtype=x.dtype)",
    "tensorflow": "tf.constant({of}.astype(float), x.dtype)",
    "keras": "keras.ops.convert_to_tensor({of}.astype(float), x.dtype)",
    "opencv": "{of}.astype(x.dtype)",
    "pillow": "{of}.astype(x.dtype)",
    "onnx": "{of}.astype(np.float32)",
    "jax": "jnp.asarray({of}.astype(float), x.dtype)",
    "litert": "{of}.astype(x.dtype)",
}


# A rule of which the coordinates are weighed: a line of Python from n and m, and the expression.
_WEIGHED: Mapping[tuple[str, str], Sequence[str]] = {
    ("asymmetric", "inverse_scale_float64"): ("return np.arange(m) * (1 / (m / n))",),
    ("asymmetric", "kernel_table_1024"): (
        "at = np.arange(m, dtype=np.float32) * np.float32(n / m)",
        "return np.floor(at) + np.rint((at - np.floor(at)) * 1024).astype(float) / 1024",
    ),
    ("half_pixel", "kernel_table_1024"): (
        "half = np.float32(0.5)",
        "at = (np.arange(m, dtype=np.float32) + half) * np.float32(n / m) - half",
        "return np.floor(at) + np.rint((at - np.floor(at)) * 1024).astype(float) / 1024",
    ),
}


def _weighed(source: Model, query: Query, target: Target) -> Recipe | None:
    """Weights at the coordinates that the call rounds to, and their product with the image."""
    convention, rank = source.convention, query.rank
    key = str(convention.coordinate_transformation_mode), source.rule or ""
    if key not in _WEIGHED or any(one.scales for one in query.sizes):
        return None
    lines = ["def coordinates(n, m):", *(f"    {line}" for line in _WEIGHED[key])]
    lines.append(f"R = {_convention_code(convention)}")
    letters = []
    for letter, n, m in _axis_texts(query, target):
        letters.append(f"A_{letter}")
        of = f"R.weights_at(coordinates({n}, {m}), {n}, R.scale({n}, {m}))"
        lines.append(f"A_{letter} = {_MADE[arrays_of(target)].format(of=of)}")
    lines.append(_product(target, rank, letters))
    side = Side(
        convention,
        replace(_PRODUCT, coordinate_rule=source.rule),
        _NAMES[arrays_of(target)],
        "weighed",
    )
    return Recipe("matrices", "\n".join(lines), side, _needs(target, rank, letters))


def _matrices(source: Model, query: Query, target: Target) -> Recipe | None:
    """The exact weights of each axis, and their product with the image."""
    convention, rank = source.convention, query.rank
    factors = _factor_texts(query, exact=convention.kernel.jumps)
    if factors is None:
        return None
    lines, letters = [], []
    for i, (letter, n, m) in enumerate(_axis_texts(query, target)):
        along = convention.along(i) if rank > 1 else convention
        letters.append(f"A_{letter}")
        factor = factors[i].format(n=n, m=m)
        if i == 0 or convention.roi is not None:
            lines.append(f"weights = {_convention_code(along)}.weights")
        of = f"weights({n}, {m}{factor})"
        lines.append(f"A_{letter} = {_MADE[arrays_of(target)].format(of=of)}")
    lines.append(_product(target, rank, letters))
    side = Side(convention, _PRODUCT, _NAMES[arrays_of(target)], "matrices")
    return Recipe("matrices", "\n".join(lines), side, _needs(target, rank, letters))


def _needs(target: Target, rank: int, letters: Sequence[str]) -> tuple[str, ...]:
    needs = (LAYOUTS[target][rank], "the package halfpixel", "x is of floats")
    if arrays_of(target) != "onnx":
        return needs
    return (*needs, f"{', '.join(letters)} are inputs or initializers", "ONNX opset 12 or later")


def _product(target: Target, rank: int, letters: Sequence[str]) -> str:
    own = arrays_of(target)
    alike: Mapping[Target, Target] = {
        "keras": "tensorflow", "jax": "tensorflow", "litert": "tensorflow", "onnx": "torch",
        "pillow": "opencv",
    }  # fmt: skip
    x, y = _ARRAYS[alike.get(own, own)][rank]
    equation = _EINSUM[rank].format(x=x, y=y)
    listed = ", ".join(letters)
    if own == "torch" and rank < 3:
        return "y = x @ A_w.T" if rank == 1 else "y = A_h @ x @ A_w.T"
    if own == "onnx":
        return "\n".join(_einsums(equation, letters))
    modules = {"torch": "torch", "tensorflow": "tf", "keras": "keras.ops", "jax": "jnp"}
    function = modules.get(own, "np")
    more = ", optimize=True" if function == "np" else ""
    return f"y = {function}.einsum({equation!r}, {listed}, x{more})"


def _einsums(equation: str, letters: Sequence[str]) -> Iterator[str]:
    """A node for each axis: one node multiplies its inputs from left to right, all matrices with each other
    before the image."""
    *matrices, image = equation.partition("->")[0].split(",")
    for i, (matrix, letter) in enumerate(zip(matrices, letters, strict=True)):
        made = image.replace(matrix[1], matrix[0])
        before, after = f"y{i}" if i else "x", f"y{i + 1}"
        after = "y" if i == len(letters) - 1 else after
        node = "node" if len(letters) == 1 else f"node_{letter[-1]}"
        yield (
            f"{node} = onnx.helper.make_node('Einsum', [{letter!r}, {before!r}], [{after!r}], "
            f"equation='{matrix},{image}->{made}')"
        )
        image = made


def _factor_texts(query: Query, *, exact: bool) -> list[str] | None:
    """For each axis what ``weights`` is given beside the sizes; None where no short text is right.

    Args:
        query: the sizes, and the factors that make them.
        exact: the weights jump at edges, so that the last bit of a factor can matter.
    """
    if not any(one.scales for one in query.sizes):
        return [""] * query.rank
    factors = query.factors
    if factors is None:
        return None
    texts = (", {factor}", ", None if {{m}} == {{n}} else {factor}")
    for text, unless in zip(texts, (_as_given, _given_unless_unchanged), strict=True):
        if all(_alike(one, unless(one, factors), exact=exact) for one in query.sizes):
            return [text.format(factor=repr(plain(factor))) for factor in factors]
    return None


def _as_given(sizes: Sizes, factors: Sequence[float]) -> list[float]:
    return list(factors)


def _given_unless_unchanged(sizes: Sizes, factors: Sequence[float]) -> list[float]:
    both = zip(sizes.n_in, sizes.n_out, factors, strict=True)
    return [1.0 if n == m else factor for n, m, factor in both]


def _alike(sizes: Sizes, factors: Sequence[float], *, exact: bool) -> bool:
    """Whether each axis is sampled at these factors: as they are printed, or to the last bit of a double."""
    each = zip(sizes.axes, factors, strict=True)
    if exact:
        return all(
            (Fraction(m, n) if scale is None else scale) == exact_factor(plain(factor))
            for (n, m, scale), factor in each
        )
    return all(
        abs(float(scale if scale is not None else m / n) - factor) <= 2.0**-50 * factor
        for (n, m, scale), factor in each
    )


def _convention_code(convention: Resize) -> str:
    """A convention as Python."""
    given = {name: value for name, value in convention.attributes.items() if name != "roi"}
    given = {
        name: bool(v) if name in ("antialias", "exclude_outside") else v
        for name, v in given.items()
    }
    if convention.roi is not None:
        given["roi"] = tuple(float(entry) for entry in convention.roi)
    return f"halfpixel.Resize({', '.join(f'{name}={value!r}' for name, value in given.items())})"
