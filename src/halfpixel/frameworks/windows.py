"""What the padding arguments of each framework's transposed convolution can say. Integers alone.

Every transposed convolution here computes the same full output, ``(n − 1)·stride + extent`` pixels an axis,
and keeps a window of it: it cuts ``begin`` pixels at the start and ``end`` at the end, or appends zeros
where ``end`` is negative. Two calls with the same window are the same function, for every input size and
weight. Two with different windows are not: an impulse comes out at another place. So what a framework can
say is a set of windows, and whether it can say another's is a question of membership, not of trying.

=================  ======================================================================================
torch              begin = padding, begin − end = output_padding in 0 .. max(stride, dilation) − 1
ONNX               any begin, any end above −max(stride, dilation)
TensorFlow VALID   begin = 0, end in −(stride − 1) .. 0
TensorFlow SAME    begin + end in extent − stride .. extent − 1, halved, an odd pixel at the end
TensorFlow [b, e]  any begin, any end above −stride
JAX [b, e]         any begin, any end; the zeros around the input are said, extent − 1 less what is cut
Keras              what the sizes that it computes make of SAME and VALID: see :func:`keras_window`
=================  ======================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..operators import ConvTranspose

KerasPadding = Literal["same", "valid"]
KerasArguments = tuple[KerasPadding, tuple[int, ...] | None]

KERAS_PADDINGS: tuple[KerasPadding, ...] = ("same", "valid")


@dataclass(frozen=True)
class Window:
    """What is kept of the full output along one axis.

    Attributes:
        begin: pixels cut at the start, at least 0.
        end: pixels cut at the end; negative: zeros appended.
    """

    begin: int
    end: int

    def __str__(self) -> str:
        if self.end < 0:
            return f"({self.begin} cut at the start, {-self.end} zeros at the end)"
        return f"({self.begin} cut at the start, {self.end} at the end)"


@dataclass(frozen=True)
class WindowAxis:
    """One axis of a transposed convolution, apart from the sizes of its input: taps and pixels.

    Attributes:
        kernel, stride, dilation: at least 1.
        window: what is kept.
    """

    kernel: int
    stride: int
    dilation: int
    window: Window

    @property
    def extent(self) -> int:
        """The pixels that a dilated kernel spans."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def most_appended(self) -> int:
        """The largest output_padding of torch and ONNX."""
        return max(self.stride, self.dilation) - 1


def axes_of(convention: ConvTranspose, kernel: Sequence[int]) -> tuple[WindowAxis, ...]:
    """The axes of a convention: ``pads`` and ``output_padding`` make one window."""
    n = len(convention.strides)
    ends = (e - o for e, o in zip(convention.pads[n:], convention.output_padding, strict=True))
    windows = map(Window, convention.pads[:n], ends)
    every = zip(kernel, convention.strides, convention.dilations, windows, strict=True)
    return tuple(WindowAxis(*axis) for axis in every)


def convention_of(axes: Sequence[WindowAxis], group: int = 1) -> ConvTranspose:
    """The convention of :func:`axes_of`.

    Raises:
        ValueError: an axis has more zeros appended than ``output_padding`` takes.
    """
    return ConvTranspose(
        strides=tuple(a.stride for a in axes),
        pads=(*(a.window.begin for a in axes), *(max(a.window.end, 0) for a in axes)),
        output_padding=tuple(max(-a.window.end, 0) for a in axes),
        dilations=tuple(a.dilation for a in axes),
        group=group,
    )


# ---------------------------------------------------------------------------- torch


def torch_window(padding: int, output_padding: int) -> Window:
    """pytorch/pytorch, aten/src/ATen/native/ConvUtils.h: conv_input_size."""
    return Window(padding, padding - output_padding)


def torch_arguments(axis: WindowAxis) -> tuple[int, int] | None:
    """``(padding, output_padding)``, or None: both ends are cut alike, or the end by less."""
    extra = axis.window.begin - axis.window.end
    return (axis.window.begin, extra) if 0 <= extra <= axis.most_appended else None


def torch_superset(axis: WindowAxis) -> tuple[int, int]:
    """The ``(padding, output_padding)`` that cut as much as they may and nothing that is kept."""
    begin, end = axis.window.begin, axis.window.end
    padding = max(min(begin, end + axis.most_appended), 0)
    return padding, min(max(padding - end, 0), axis.most_appended)


# ---------------------------------------------------------------------------- TensorFlow


def same_window(excess: int) -> Window:
    """What SAME keeps of a full output that is ``excess`` pixels over ``output_shape``.

    tensorflow/tensorflow, tensorflow/core/framework/kernel_shape_util.cc: GetWindowedOutputSizeVerbose.
    """
    begin = max(excess, 0) // 2
    return Window(begin, excess - begin)


def is_same(axis: WindowAxis) -> bool:
    """Whether SAME with an ``output_shape`` says it."""
    excess = axis.window.begin + axis.window.end
    legal = axis.extent - axis.stride <= excess < axis.extent
    return legal and same_window(excess) == axis.window


def is_valid(axis: WindowAxis) -> bool:
    """Whether VALID with an ``output_shape`` says it."""
    return axis.window.begin == 0 and -axis.stride < axis.window.end <= 0


TENSORFLOW_WORDS = {"SAME": is_same, "VALID": is_valid}


def explicit_pair(axis: WindowAxis) -> list[int] | None:
    """The pair of explicit padding; zeros that are appended are left to ``output_shape``."""
    if axis.window.end <= -axis.stride:
        return None
    return [axis.window.begin, max(axis.window.end, 0)]


# ---------------------------------------------------------------------------- JAX

JAX_WORDS = ("SAME", "VALID")


def jax_pair(axis: WindowAxis) -> tuple[int, int]:
    """The pair of ``jax.lax.conv_transpose``: zeros around the input with zeros between its pixels."""
    return axis.extent - 1 - axis.window.begin, axis.extent - 1 - axis.window.end


def jax_window(padding: str | tuple[int, int], kernel: int, stride: int, dilation: int) -> Window:
    """What ``jax.lax.conv_transpose`` keeps.

    jax-ml/jax, jax/_src/lax/convolution.py: _conv_transpose_padding.

    Args:
        padding: SAME, VALID or a pair.
        kernel, stride, dilation: of the axis.
    """
    extent = (kernel - 1) * dilation + 1
    if padding == "SAME":
        both = extent + stride - 2
        before = extent - 1 if stride > extent - 1 else -(-both // 2)
        pair = before, both - before
    elif padding == "VALID":
        pair = extent - 1, stride - 1 + max(extent - stride, 0)
    else:
        assert not isinstance(padding, str)
        pair = padding
    return Window(extent - 1 - pair[0], extent - 1 - pair[1])


def xla_swaps(axis: WindowAxis) -> bool:
    """Whether XLA may end the process for this axis: where a kernel is larger than its image along the
    others, they change places, and this axis is left as it is.

    openxla/xla, xla/hlo/transforms/simplifiers/conv_operand_swapper.cc: SwapConvolutionOperandsIfBeneficial
    (is_group_dim).
    """
    return (axis.kernel, axis.stride, axis.dilation) == (2, 2, 1) and jax_pair(axis) == (0, 0)


# ---------------------------------------------------------------------------- Keras


def keras_window(
    padding: KerasPadding, output_padding: int | None, kernel: int, stride: int, dilation: int
) -> Window:
    """What ``keras.layers.Conv2DTranspose`` keeps.

    The size is Keras's (keras-team/keras, keras/src/backend/common/backend_utils.py,
    ``_get_output_shape_given_tf_padding``), and what is cut to come to it TensorFlow's.
    """
    extent = (kernel - 1) * dilation + 1
    if padding == "valid":
        return Window(0, min(extent - stride, 0) if output_padding is None else -output_padding)
    excess = extent - stride if output_padding is None else extent - extent % 2 - output_padding
    return same_window(excess)


def keras_torch_arguments(
    padding: KerasPadding, output_padding: int | None, kernel: int, stride: int, dilation: int
) -> tuple[int, int]:
    """torch's ``(padding, output_padding)`` that Keras gave it until 3.14; an output_padding of a stride or
    more it refused, or clamped.

    keras-team/keras v3.12.0, keras/src/backend/common/backend_utils.py:
    _convert_conv_transpose_padding_args_from_keras_to_torch.
    """
    extent = (kernel - 1) * dilation + 1
    if padding == "valid":
        return 0, max(stride - extent, 0) if output_padding is None else output_padding
    extra = stride - extent % 2 if output_padding is None else output_padding
    excess = extent - extent % 2 - extra
    begin = max(-(-excess // 2), 0)
    return begin, 2 * begin - excess


def keras_arguments(axes: Sequence[WindowAxis]) -> KerasArguments | None:
    """``padding`` and ``output_padding`` (None: not given) for all axes at once, or None."""
    choices = [(padding, keras_output_padding(axes, padding)) for padding in KERAS_PADDINGS]
    known = [(padding, extra or None) for padding, extra in choices if extra is not None]
    # rather without output_padding, and with VALID rather than SAME
    return min(known[::-1], key=lambda one: one[1] is not None, default=None)


def keras_output_padding(
    axes: Sequence[WindowAxis], padding: KerasPadding
) -> tuple[int, ...] | None:
    """The ``output_padding`` with which a padding keeps the windows of all axes.

    Returns:
        One for each axis; empty where it need not be given; None where there is none.
    """
    if all(keras_window(padding, None, *_taps(a)) == a.window for a in axes):
        return ()
    extra = [_keras_extra(padding, axis) for axis in axes]
    return None if None in extra else tuple(e for e in extra if e is not None)


def _keras_extra(padding: KerasPadding, axis: WindowAxis) -> int | None:
    """The output_padding with which an axis keeps its window; SAME's sizes are TensorFlow's to refuse, and an
    output_padding of a stride or more is Keras's."""
    if padding == "valid":
        return -axis.window.end if is_valid(axis) else None
    extra = axis.extent - axis.extent % 2 - axis.window.begin - axis.window.end
    return extra if 0 <= extra < axis.stride and is_same(axis) else None


def _taps(axis: WindowAxis) -> tuple[int, int, int]:
    return axis.kernel, axis.stride, axis.dilation
