"""How torch says a transposed convolution: function, layer, other ranks, gradient of a convolution."""

from __future__ import annotations

from typing import Any

from ..operators import ConvTranspose
from ..operators.request import Request
from .call import Expression, Name, Names, Refusal
from .windows import axes_of, torch_arguments

Flags = dict[str, object]


def _flags(request: Request) -> Flags | None:
    """The arguments of ``F.conv_transpose2d`` by name, or None where they cannot say the request."""
    convention = request.convention
    assert isinstance(convention, ConvTranspose)
    arguments = [torch_arguments(axis) for axis in axes_of(convention, request.kernel)]
    if None in arguments:
        return None
    padding, output_padding = zip(*(pair for pair in arguments if pair is not None), strict=True)
    return {
        "stride": convention.strides,
        "padding": padding,
        "output_padding": output_padding,
        "groups": convention.group,
        "dilation": convention.dilations,
    }


def _bias(request: Request) -> Name | None:
    return Name("b") if request.bias else None


def function(request: Request) -> Expression | None:
    """``F.conv_transpose2d``."""
    flags = _flags(request)
    if flags is None:
        return None
    return Expression(Name("F.conv_transpose2d"), (Name("x"), Name("w"), _bias(request)), flags)


def channels_last(request: Request) -> Expression | None:
    """The same values, in the memory order of NHWC: other kernels."""
    flags = _flags(request)
    if flags is None:
        return None
    x = Expression(Name("x.contiguous"), (), {"memory_format": Name("torch.channels_last")})
    return Expression(Name("F.conv_transpose2d"), (x, Name("w"), _bias(request)), flags)


def layer(request: Request) -> Expression | None:
    """``nn.ConvTranspose2d``, which is given its weights when it is run."""
    flags = _flags(request)
    if flags is None:
        return None
    c_in, c_out, *kernel = request.weight
    groups: Any = flags["groups"]
    made = Expression(
        Name("nn.ConvTranspose2d"),
        (c_in, c_out * groups, tuple(kernel)),
        {**flags, "bias": request.bias},
    )
    return Expression(made, (Name("x"),))


def lines(request: Request) -> Expression | None:
    """1-D, of a kernel one pixel high: every row of every image is a line."""
    flags = _flags(request)
    if flags is None or request.weight[2] != 1 or request.size[0] != request.shape[2]:
        return None
    rows = Expression(Name("x.transpose"), (1, 2))
    x = Expression(Name("torch.flatten"), (rows, 0, 1))
    w = Expression(Name("w.squeeze"), (2,))
    return Expression(
        Name("F.conv_transpose1d"), (x, w, _bias(request)), _each(flags, slice(1, None))
    )


def volume(request: Request) -> Expression | None:
    """3-D: an image is a volume one pixel deep."""
    flags = _flags(request)
    if flags is None:
        return None
    x, w = (Expression(Name(f"{name}.unsqueeze"), (2,)) for name in "xw")
    deep = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
    flags = {
        name: (deep[name], *value) if isinstance(value, tuple) else value
        for name, value in flags.items()
    }
    return Expression(Name("F.conv_transpose3d"), (x, w, _bias(request)), flags)


def conv2d_input(request: Request) -> Expression | None:
    """The gradient of a convolution with respect to its input, whose size says what output_padding does."""
    flags = _flags(request)
    if flags is None or request.bias:
        return None
    output_padding: Any = flags["output_padding"]
    strides: Any = flags["stride"]
    if any(extra >= stride for extra, stride in zip(output_padding, strides, strict=True)):
        return None  # no convolution comes from that size
    groups: Any = flags["groups"]
    size = (request.shape[0], request.weight[1] * groups, *request.size)
    kept = {name: value for name, value in flags.items() if name != "output_padding"}
    return Expression(Name("torch.nn.grad.conv2d_input"), (size, Name("w"), Name("x")), kept)


def _dilated(request: Request, dtype: str, names: Names) -> bool:
    convention = request.convention
    return isinstance(convention, ConvTranspose) and set(convention.dilations) != {1}


REFUSES_DILATION = Refusal(
    words="requested an input grad size of",
    why="the sizes that it allows are those of a kernel without dilation (torch/nn/grad.py: "
    "_grad_input_padding, until 1.6)",
    when=_dilated,
    releases="<1.7",
)


def _each(flags: Flags, axes: slice) -> Flags:
    """The flags of some axes."""
    return {
        name: value[axes] if isinstance(value, tuple) else value for name, value in flags.items()
    }
