"""How a call that resizes images resizes lines and volumes: as what else, with which code around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..frameworks.call import Call, Expression, Name
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


def form_of(target: Target, rank: int, own_rank: int) -> Form | None:
    """How a call that resizes ``own_rank`` axes resizes ``rank``; None where no short code does."""
    if own_rank == rank != 2:
        return NATIVE
    if own_rank != 2:
        return None
    if rank == 2:
        return IMAGE
    if rank == 1:
        return UNIT_AXIS
    return TWO_PASSES if target in ("tensorflow", "keras") else None


# the image that a line is, and how a line comes out of it again
_LINES: Mapping[Target, tuple[str, str]] = {
    "torch": ("x[:, :, None]", "[:, :, 0]"),
    "tensorflow": ("x[:, None]", "[:, 0]"),
    "keras": ("x[:, None]", "[:, 0]"),
    "opencv": ("x[None]", "[0]"),
}
_NAMES: Mapping[Target, Mapping[int, tuple[str, ...]]] = {
    "torch": {1: ("2",), 2: ("2", "3"), 3: ("2", "3", "4")},
    "tensorflow": {1: ("1",), 2: ("1", "2"), 3: ("1", "2", "3")},
    "keras": {1: ("1",), 2: ("1", "2"), 3: ("1", "2", "3")},
    "opencv": {1: ("0",), 2: ("0", "1"), 3: ("0", "1", "2")},
    "onnx": {1: ("2",), 2: ("2", "3"), 3: ("2", "3", "4")},
}
LAYOUTS: Mapping[Target, Mapping[int, str]] = {
    "torch": {1: "x is (N, C, W)", 2: "x is (N, C, H, W)", 3: "x is (N, C, D, H, W)"},
    "tensorflow": {1: "x is (N, W, C)", 2: "x is (N, H, W, C)", 3: "x is (N, D, H, W, C)"},
    "keras": {1: "x is (N, W, C)", 2: "x is (N, H, W, C)", 3: "x is (N, D, H, W, C)"},
    "opencv": {
        1: "x is (W,) or (W, C)",
        2: "x is (H, W) or (H, W, C)",
        3: "x is (D, H, W) or (D, H, W, C)",
    },
    "onnx": {1: "x is (N, C, W)", 2: "x is (N, C, H, W)", 3: "x is (N, C, D, H, W)"},
}


def shape_texts(target: Target, rank: int) -> tuple[str, ...]:
    """What the sizes of the input are called."""
    return tuple(f"x.shape[{axis}]" for axis in _NAMES[target][rank])


def with_image(said: Expression, image: str) -> Expression:
    """A call of another image than ``x``."""

    def one(value: object) -> object:
        return Name(image) if isinstance(value, Name) and value == "x" else value

    kwargs = {name: one(value) for name, value in said.kwargs.items()}
    return replace(said, args=tuple(map(one, said.args)), kwargs=kwargs)


def of_line(target: Target, call: Call, sizes: Sizes, say: Say) -> str:
    """A line as an image of one row."""
    image, line = _LINES[target]
    (one,) = UNIT_AXIS.passes(sizes)  # type: ignore[misc]
    return f"y = {with_image(say(call, one), image)}{line}"


def of_volume(target: Target, call: Call, sizes: Sizes, say: Say) -> str:
    """A volume in two passes, of TensorFlow's layout."""
    reshape = {"tensorflow": "tf.reshape", "keras": "keras.ops.reshape"}[target]
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
