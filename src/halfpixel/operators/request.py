"""A request: what is asked of a call, without the values of its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from . import Convention, Resize
from .axis import Axis

Operation = Literal["resize", "conv_transpose"]
Scales = tuple[Fraction, Fraction]
Gradient = Literal["", "x", "w", "b"]


@dataclass(frozen=True)
class Request:
    """An operator, the shapes of its input and its output, and how the arrays are held.

    Attributes:
        convention: the operator.
        shape: of the input, (N, C, H, W); of the gradient of a resize, of the cotangent. An entry may be
            an integer that prints as a name (:class:`halfpixel.frameworks.symbolic_sizes.Symbol`).
        size: the output's (H, W) in pixels; of the gradient of a resize, that of the resize's input.
        weight: the shape of a transposed convolution's weight, (c_in, c_out / group, kernel_h, kernel_w);
            empty for a resize.
        bias: whether a transposed convolution adds a bias.
        scales: output pixels per input pixel along H and W, where that is not the ratio of the sizes
            (ONNX's ``scales``); None where it is.
        gradient: what is differentiated by, x, w or b, in a backward pass; empty in a forward one.
        dtype: of the inputs, where the answer depends on it.
        layout: how the inputs lie in memory (:data:`halfpixel.numerics.memory_layouts.LAYOUTS`);
            in C order if empty.
    """

    convention: Convention
    shape: tuple[int, ...]
    size: tuple[int, int]
    weight: tuple[int, ...] = ()
    bias: bool = False
    scales: Scales | None = None
    gradient: Gradient = ""
    dtype: str = "float32"
    layout: str = ""

    @property
    def operation(self) -> Operation:
        return "resize" if isinstance(self.convention, Resize) else "conv_transpose"

    @property
    def kernel(self) -> tuple[int, ...]:
        """The (height, width) of a transposed convolution's kernel, in taps."""
        return self.weight[2:]

    @property
    def no_pixels(self) -> bool:
        """The image has no height or no width: nothing can be computed from it."""
        return 0 in self.shape[2:]

    @property
    def no_channels(self) -> bool:
        """The image has no channels."""
        return self.shape[1] == 0

    @property
    def no_output(self) -> bool:
        """A requested size is 0 or negative."""
        return min(self.size) <= 0

    @property
    def empty(self) -> bool:
        """No value goes in, or none comes out."""
        return self.no_output or 0 in self.shape

    @property
    def sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """(n_in, n_out) of the resize along H and along W; of a gradient, those of the forward pass."""
        (h, w), (out_h, out_w) = self.shape[2:], self.size
        return ((out_h, h), (out_w, w)) if self.gradient else ((h, out_h), (w, out_w))

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The resize's axes, along H and along W; of a gradient, those of the forward pass."""
        (h, w), (by_h, by_w) = self.sizes, self.scales or (None, None)
        total = h[1] + w[1]
        return Axis(*h, by_h, total), Axis(*w, by_w, total, columns=True)
