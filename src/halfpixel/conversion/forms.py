"""How a call that resizes images resizes lines and volumes: as what else, with which code around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..frameworks import LIBRARIES
from ..frameworks.call import Call, Expression, Method, Name
from ..frameworks.layer_plans import Target
from ..frameworks.symbolic_sizes import Symbol
from .sizes import Sizes

AXES: Mapping[int, tuple[str, ...]] = {1: ("w",), 2: ("h", "w"), 3: ("d", "h", "w")}
Say = Callable[[Call, Sizes], Expression]


@dataclass(frozen=True)
class Form:
    """A way to resize an array along some axes by calls that resize images.

    Attributes:
        name: of the form.
        passes: the images that are resized, one after the other; None for a call of its own for this rank.
        kept: every pass but the first has an axis whose size stays as it is, and must leave it alone.
    """

    name: str
    passes: Callable[[Sizes], tuple[Sizes, ...]] | None
    kept: bool = False


IMAGE = Form("image", lambda sizes: (sizes,))
NATIVE = Form("native", None)
# a line as an image of one row
UNIT_AXIS = Form("unit axis", lambda sizes: (Sizes((1, *sizes.n_in), (1, *sizes.n_out)),))
# a volume as a batch of images, then as images of the whole frames as rows
TWO_PASSES = Form(
    "two passes",
    lambda sizes: (
        Sizes(sizes.n_in[1:], sizes.n_out[1:]),
        Sizes(
            (sizes.n_in[0], sizes.n_out[1] * sizes.n_out[2]),
            (sizes.n_out[0], sizes.n_out[1] * sizes.n_out[2]),
        ),
    ),
    kept=True,
)


# a layer of Keras that repeats along one axis, or three: it is equal to the layer of images along each axis
UPSAMPLING = Form(
    "upsampling",
    lambda sizes: tuple(
        Sizes((n, 1), (m, 1)) for n, m in zip(sizes.n_in, sizes.n_out, strict=True)
    ),
)


def form_of(target: Target, rank: int, own_rank: int) -> Form | None:
    """How a call that resizes ``own_rank`` axes resizes ``rank``; None where no short code does."""
    if own_rank == rank != 2 or (rank == 3 and LIBRARIES[target].volumes):
        return NATIVE
    if own_rank != 2:
        return None
    if rank == 2:
        return IMAGE
    if rank == 1:
        return UNIT_AXIS
    return TWO_PASSES if LIBRARIES[target].reshape else None


LAYOUTS: Mapping[str, Mapping[int, str]] = {
    name: library.layouts for name, library in LIBRARIES.items()
}


def shape_texts(target: Target, rank: int) -> tuple[str, ...]:
    """What the sizes of the input are called."""
    first = LIBRARIES[target].first_axis
    return tuple(f"x.shape[{first + axis}]" for axis in range(rank))


def with_image(expression: Expression, image: str) -> Expression:
    """A call of another image than ``x``."""

    def one(value: object) -> object:
        if isinstance(value, Expression):
            return with_image(value, image)
        return Name(image) if isinstance(value, Name) and value == "x" else value

    kwargs = {name: one(value) for name, value in expression.kwargs.items()}
    function = expression.function
    if isinstance(function, Method):
        function = replace(function, of=with_image(function.of, image))
    return replace(
        expression, function=function, args=tuple(map(one, expression.args)), kwargs=kwargs
    )


def of_line(target: Target, call: Call, sizes: Sizes, say: Say) -> str:
    """A line as an image of one row."""
    image, line = LIBRARIES[target].line  # type: ignore[misc]
    (one,) = UNIT_AXIS.passes(sizes)  # type: ignore[misc]
    return f"y = {with_image(say(call, one), image)}{line}"


def of_volume(target: Target, call: Call, sizes: Sizes, say: Say) -> str:
    """A volume in two passes, of TensorFlow's layout."""
    reshape = LIBRARIES[target].reshape
    depth, height, width = sizes.n_out
    out = tuple(map(repr, sizes.n_out))
    names = ("depth", "height", "width")
    frames = Sizes(
        (Symbol(sizes.n_in[1], "h"), Symbol(sizes.n_in[2], "w")),
        (Symbol(height, names[1]), Symbol(width, names[2])),
    )
    row = Symbol(height * width, "height * width")
    stack = Sizes((Symbol(sizes.n_in[0], "d"), row), (Symbol(depth, names[0]), row))
    first = with_image(say(call, frames), f"{reshape}(x, (n * d, h, w, c))")
    second = with_image(say(call, stack), f"{reshape}(y, (n, d, height * width, c))")
    return "\n".join(
        (
            f"{', '.join(names)} = {', '.join(out)}",  # first: d, h and w may be names of the call
            "n, d, h, w, c = x.shape",
            f"y = {first}",
            f"y = {second}",
            f"y = {reshape}(y, (n, depth, height, width, c))",
        )
    )
