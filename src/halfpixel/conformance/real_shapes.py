"""The shapes that networks run: cases that enter the loops of each kernel that small images do not.

No goldens: these cases are made by formula, and compared with the reference as they run. Each names the loop
that it enters, and where that is to be read: how many channels a vector holds, the ratio of sizes that has a
path of its own, the number of values from which threads share the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Array
from ..frameworks.call import HALVES
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import Resize
from ..operators.request import Gradient, Request
from .cases import (
    INPUTS,
    INTEGER_INPUTS,
    STRETCHED,
    VALUES,
    Case,
    ConvTransposeCase,
    conv,
    conv_transpose_case,
)


@dataclass(frozen=True)
class Loop:
    """A part of a kernel that some shapes enter and others do not.

    Attributes:
        enters: what enters it, in words.
        source: where that is to be read: repository, path, symbol.
    """

    enters: str
    source: str

    def __str__(self) -> str:
        return f"{self.enters} ({self.source})"


_UPSAMPLE = "pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp"
_RESIZE = "opencv/opencv, modules/imgproc/src/resize.cpp"
_BILINEAR = "tensorflow/tensorflow, tensorflow/core/kernels/image/resize_bilinear_op.cc"
_CONVOLUTION = "pytorch/pytorch, aten/src/ATen/native/Convolution.cpp: ConvParams::use_mkldnn"
_NAIVE = "pytorch/pytorch, aten/src/ATen/native/NaiveConvolutionTranspose2d.cpp"
_GRAD_INPUT = "tensorflow/tensorflow, tensorflow/core/kernels/conv_grad_input_ops.h"
_DNN = "opencv/opencv, modules/dnn/src/layers/convolution_layer.cpp: DeConvolutionLayerImpl"

LOOPS: Mapping[str, Loop] = {
    # ------------------------------------------------------------------------ resize
    "vectors_of_channels": Loop(
        "channels in vectors of 8 or 16, and one by one what is left, where rows and columns are 128 or "
        "fewer together, or four channels lie pixel by pixel",
        f"{_UPSAMPLE}: _use_vectorized_kernel_cond_2d, cpu_upsample_linear_channels_last",
    ),
    "more_than_128": Loop(
        "the general loop, over indices and weights of each axis, where rows and columns are more than 128 "
        "together",
        f"{_UPSAMPLE}: upsample_generic_Nd_kernel_impl",
    ),
    "twice": Loop(
        "a factor of exactly 2: indices by a shift, and Keras's and OpenCV's doubling",
        f"{_UPSAMPLE}: nearest_idx; {_RESIZE}: resizeNN, hal::resize",
    ),
    "whole_ratios": Loop(
        "shrinking by whole numbers: sums of windows, halving in vectors of one, three and four channels",
        f"{_RESIZE}: resizeAreaFast_, ResizeAreaFastVec",
    ),
    "vectors_of_columns": Loop(
        "columns in vectors of 4, 8 and 16, and a row's end one by one: one channel, or two to four together",
        f"{_RESIZE}: HResizeLinearVec_X4, HResizeLinearVecU8_X4, VResizeLinear",
    ),
    "three_channels": Loop(
        "three channels in one vector but for the last pixel of a row; any other number one by one",
        f"{_BILINEAR}: resize_image, ResizeLine3ChannelsVector",
    ),
    "threads": Loop(
        "more than 2¹⁶ values, from which rows are shared among threads; 32,768 in torch",
        f"{_RESIZE}: parallel_for_(…, dst.total() / (1 << 16)); aten/src/ATen/TensorIterator.h: GRAIN_SIZE",
    ),
    "long_axes": Loop(
        "more than 512 pixels along an axis: what 9 bits of an index, or 256 entries of a table, do not hold",
        f"{_RESIZE}: resizeGeneric_, xofs and alpha",
    ),
    # ------------------------------------------------------------------------ transposed convolution
    "one_product": Loop(
        "kernels of one tap at stride 1: a product of matrices, without columns",
        f"{_NAIVE}: skip_transforming; {_DNN}: is1x1",
    ),
    "columns": Loop(
        "one image of one group in float32: a product of matrices, whose columns are added up",
        f"{_NAIVE}: slow_conv_transpose2d_out_cpu_template, col2im; {_DNN}: Col2ImInvoker",
    ),
    "onednn": Loop(
        "float32 of two images, of groups, of a kernel above 3 × 3, or of more than 20,480 values: oneDNN",
        _CONVOLUTION,
    ),
    "blocks_of_channels": Loop(
        "16 channels in and out are a block of oneDNN's; others are filled up with zeros",
        "oneapi-src/oneDNN, src/cpu/x64/jit_avx512_common_conv_kernel.cpp: "
        "jit_avx512_common_conv_bwd_data_kernel_f32",
    ),
    "groups": Loop(
        "each group by itself, or all of them in one loop where a group has one channel",
        f"{_CONVOLUTION}; {_GRAD_INPUT}: LaunchConv2DBackpropInputOp",
    ),
    "batches": Loop(
        "images in shards, whose products are one matrix",
        f"{_GRAD_INPUT}: Conv2DCustomBackpropInputOp; {_NAIVE}: parallel_for(0, batch_size, …)",
    ),
    "unlike_axes": Loop(
        "a stride or a dilation for each axis: what is given as one number is used for both",
        f"{_NAIVE}: col2im(…, stride_height, stride_width, dilation_height, dilation_width)",
    ),
    "taps": Loop(
        "each tap of a kernel with a loop of its own: kernels of 1 to 7, wider than the stride and narrower",
        f"{_NAIVE}: col2im; {_GRAD_INPUT}: Col2im",
    ),
    "strides_in_memory": Loop(
        "images and kernels that are not contiguous: taken as they lie, or copied",
        f"{_NAIVE}: input_.contiguous(memory_format)",
    ),
}


# ---------------------------------------------------------------------------- resize


@dataclass(frozen=True)
class ShapeCase:
    """Sizes at which a resize runs as in a network.

    Attributes:
        loops: those that it enters, keys of ``LOOPS``.
        tag: the end of its name.
        shape: of the input, (N, C, H, W).
        size: of the output, (H, W).
        dtypes: in which it runs, where a call takes them.
        variants: it runs through the calls too that say in another way what a call says.
        gradient: the backward pass runs.
        layout: how the input, or the cotangent, lies in memory.
        steps: for image pyramids alone, which go with few sizes.
        nearest: for what copies pixels alone: the sizes show a coordinate rule.
    """

    loops: tuple[str, ...]
    tag: str
    shape: tuple[int, int, int, int]
    size: tuple[int, int]
    dtypes: tuple[str, ...] = ("float32",)
    variants: bool = False
    gradient: bool = False
    layout: str = ""
    steps: bool = False
    nearest: bool = False

    @property
    def values_out(self) -> int:
        """How many values come out."""
        (n, c, _, _), (h, w) = self.shape, self.size
        return n * c * h * w

    @property
    def name(self) -> str:
        (n, c, h, w), (oh, ow) = self.shape, self.size
        return f"{h}x{w}-{oh}x{ow}-{n}x{c}-{self.tag}"

    @property
    def pins(self) -> str:
        return "; ".join(str(LOOPS[loop]) for loop in self.loops)

    def fits(self, convention: Resize) -> bool:
        """Whether a convention takes both its axes' sizes, and the entry is for it."""
        if self.steps and convention.takes_every_size:
            return False
        if self.nearest and convention.mode != "nearest":
            return False
        return all(map(convention.takes, self.shape[2:], self.size))

    @property
    def _axes(self) -> tuple[tuple[int, int, int, int], tuple[int, int]]:
        """The shape that is given, of the image or the cotangent, and the size that is asked for."""
        n, c, h, w = self.shape
        return ((n, c, *self.size), (h, w)) if self.gradient else (self.shape, self.size)

    def request(self, convention: Resize) -> Request:
        """What is asked of a call: the image, which may have a million values, is not made."""
        gradient: Gradient = "x" if self.gradient else ""
        return Request(convention, *self._axes, gradient=gradient, layout=self.layout)

    def case(self, convention: Resize, rule: str | None, dtype: str) -> Case:
        """The case of a convention, without its expected values."""
        shape, size = self._axes
        whole = dtype in STRETCHED
        kind = "bytes" if whole else "ones" if self.layout == "one_value" else "texture"
        make, source = {**INPUTS, **INTEGER_INPUTS, "ones": (_ones, "ones alone")}[kind]
        stretch, offset = STRETCHED.get(dtype, (1, 0))
        return Case(
            convention,
            {"x": make(*shape) * stretch + offset},
            size,
            rule,
            dtype if rule in ROUNDINGS or dtype in HALVES else "float32",
            gradient="x" if self.gradient else "",
            layout=self.layout,
            name=self.name,
            pins=self.pins,
            source=source,
        )


def _ones(*shape: int) -> Array:
    return np.ones(shape)


_BOTH = ("float32", "uint8")
_WIDE = ("float32", "float64")

# fmt: off
# 2 to 141: half_pixel's nearest reads another pixel in float32, fused or not, and in float64.
# The same few axes again and again, and the same for rows and columns: the exact weights of each are dear.
SHAPE_CASES = (
    ShapeCase(("vectors_of_channels", "three_channels"), "17_channels", (2, 17, 6, 8), (9, 5), _WIDE,
              variants=True),
    ShapeCase(("vectors_of_channels", "twice"), "64_channels", (2, 64, 3, 3), (6, 6)),
    ShapeCase(("vectors_of_channels", "twice"), "6_channels", (2, 6, 3, 3), (6, 6)),
    ShapeCase(("whole_ratios", "three_channels"), "halved", (8, 3, 34, 34), (17, 17), _BOTH),
    ShapeCase(("whole_ratios", "vectors_of_channels"), "halved", (1, 8, 34, 34), (17, 17)),
    ShapeCase(("whole_ratios",), "a_third", (1, 3, 51, 51), (17, 17), _BOTH),
    ShapeCase(("whole_ratios",), "a_quarter", (2, 4, 40, 40), (10, 10), _BOTH),
    ShapeCase(("whole_ratios",), "an_eighth", (1, 3, 40, 40), (5, 5), _BOTH),
    ShapeCase(("twice", "vectors_of_columns"), "doubled", (1, 3, 22, 22), (44, 44), _BOTH),
    ShapeCase(("vectors_of_columns", "vectors_of_channels"), "fourfold", (2, 3, 7, 7), (28, 28), _BOTH),
    ShapeCase(("vectors_of_channels",), "eightfold", (1, 16, 3, 3), (24, 24)),
    ShapeCase(("vectors_of_columns",), "eightfold", (1, 3, 3, 3), (24, 24)),
    ShapeCase(("whole_ratios", "vectors_of_channels"), "halved", (2, 68, 6, 6), (3, 3)),
    ShapeCase(("whole_ratios",), "halved", (2, 4, 34, 34), (17, 17), _BOTH),
    ShapeCase(("vectors_of_channels", "twice"), "unet", (1, 4, 56, 3), (112, 6)),
    ShapeCase(("twice", "more_than_128"), "doubled", (1, 3, 64, 3), (128, 6)),
    ShapeCase(("twice", "more_than_128"), "doubled", (1, 1, 3, 224), (6, 448)),
    ShapeCase(("whole_ratios", "more_than_128"), "halved", (1, 1, 224, 128), (112, 64)),
    ShapeCase(("more_than_128", "vectors_of_columns"), "one_more", (1, 3, 3, 130), (6, 131), _BOTH),
    ShapeCase(("more_than_128",), "crop", (1, 1, 480, 6), (224, 3)),
    ShapeCase(("more_than_128", "vectors_of_channels"), "two_pixels", (1, 4, 1, 2), (1, 141), _WIDE,
              variants=True, nearest=True),
    ShapeCase(("more_than_128", "vectors_of_columns"), "one_more", (1, 2, 3, 125), (6, 126), HALVES),
    ShapeCase(("long_axes",), "long_in", (1, 3, 513, 6), (27, 3)),
    ShapeCase(("long_axes",), "long_out", (1, 1, 3, 27), (6, 513)),
    ShapeCase(("long_axes", "whole_ratios"), "halved", (1, 1, 514, 6), (257, 3), steps=True),
    ShapeCase(("long_axes", "twice"), "doubled", (1, 1, 257, 3), (514, 6), steps=True),
    ShapeCase(("threads", "whole_ratios"), "rgb_halved", (1, 3, 420, 420), (210, 210), _BOTH, steps=True),
    ShapeCase(("threads", "twice"), "rgb_doubled", (1, 3, 146, 146), (292, 292), _BOTH, steps=True),
    ShapeCase(("twice", "vectors_of_columns"), "doubled", (2, 17, 3, 3), (6, 6), steps=True),
    ShapeCase(("twice", "vectors_of_columns"), "doubled", (2, 4, 9, 9), (18, 18), _BOTH),
    ShapeCase(("threads", "vectors_of_columns"), "rgb", (1, 3, 146, 146), (219, 219), _BOTH),
    ShapeCase(("strides_in_memory",), "offset", (1, 3, 6, 8), (9, 5), layout="offset"),
)
SHAPE_GRADIENTS = (
    ShapeCase(("vectors_of_channels",), "17_channels", (2, 17, 6, 8), (9, 5), gradient=True),
    ShapeCase(("vectors_of_channels", "twice"), "64_channels", (1, 64, 3, 3), (6, 6), gradient=True),
    ShapeCase(("whole_ratios",), "halved", (2, 4, 34, 34), (17, 17), gradient=True),
    ShapeCase(("strides_in_memory",), "pixels", (2, 5, 6, 8), (9, 5), gradient=True, layout="pixels"),
    ShapeCase(("strides_in_memory",), "sum_backward", (2, 3, 6, 8), (9, 5), gradient=True,
              layout="one_value"),
    ShapeCase(("vectors_of_channels",), "unchanged", (1, 3, 5, 6), (5, 6), gradient=True),
    ShapeCase(("vectors_of_channels",), "one_row", (1, 2, 1, 3), (1, 6), gradient=True),
    ShapeCase(("more_than_128",), "one_more", (1, 2, 3, 130), (6, 131), gradient=True),
    ShapeCase(("more_than_128",), "two_pixels", (1, 1, 1, 2), (1, 141), _WIDE, gradient=True, nearest=True),
)

# For other ways to write a call: one image of one channel, to sizes of which one is square.
SPELLED_SHAPES = (
    ShapeCase((), "spelled", (1, 1, 6, 8), (9, 5), _BOTH),
    ShapeCase((), "spelled", (1, 1, 6, 8), (9, 9), _BOTH),
)

# Dear: with make sweep.
SWEPT_SHAPES = (
    ShapeCase(("threads", "more_than_128"), "crop", (1, 3, 480, 640), (224, 224), _BOTH),
    ShapeCase(("threads", "more_than_128", "twice"), "decoder", (1, 3, 224, 224), (448, 448), _BOTH),
    ShapeCase(("threads", "more_than_128"), "hd", (1, 3, 1080, 1920), (640, 640)),
)
# fmt: on


# ---------------------------------------------------------------------------- transposed convolution


@dataclass(frozen=True)
class ConvShapeCase:
    """A transposed convolution as in a network.

    Attributes:
        loops: those that it enters, keys of ``LOOPS``.
        entry: the convolution.
        gradient: its backward pass runs too, with respect to each input.
        layout: how images and kernels lie in memory.
        change: of the inputs.
    """

    loops: tuple[str, ...]
    entry: ConvTransposeCase
    gradient: bool = False
    layout: str = ""
    change: Callable[[Array], Array] | None = None

    @property
    def pins(self) -> str:
        return "; ".join((self.entry.pins, *(str(LOOPS[loop]) for loop in self.loops)))

    def case(self) -> Case:
        """The case, without its expected values."""
        case = conv_transpose_case(self.entry)
        inputs = dict(case.inputs)
        if self.change is not None:
            inputs["x"] = self.change(inputs["x"])
        n, c = self.entry.x[:2]
        return replace(
            case,
            name=f"{case.name}-{n}x{c}",
            pins=self.pins,
            inputs=inputs,
            layout=self.layout,
        )

    def gradients(self) -> list[Case]:
        """The gradients of the case with respect to each input, without their expected values."""
        case = self.case()
        entry = self.entry
        cotangent = VALUES[entry.values][0](entry.x[0], entry.c_out, *entry.size)
        if self.layout == "one_value":
            cotangent = _ones(*cotangent.shape)
        inputs = {**case.inputs, "g": cotangent}
        return [
            replace(case, name=f"{case.name}-by-{of}", inputs=inputs, gradient=of)
            for of in ("x", "w", "b")
            if of in case.inputs
        ]


def _nan(x: Array) -> Array:
    """With a NaN in the first channel of the first image."""
    values = x.copy()
    values[0, 0, 1, 1] = np.nan
    return values


def _infinite(x: Array) -> Array:
    """With both infinities, in two images."""
    values = x.copy()
    values[0, 0, 0, 1], values[-1, -1, 1, 0] = np.inf, -np.inf
    return values


def _conv(
    loops: str,
    pins: str,
    tag: str,
    x: tuple[int, int, int, int],
    c_out: int,
    kernel: tuple[int, int],
    strides: tuple[int, int] = (1, 1),
    pads: tuple[int, int, int, int] = (0, 0, 0, 0),
    *,
    dilations: tuple[int, int] = (1, 1),
    group: int = 1,
    bias: bool = False,
    fine: bool = False,
    gradient: bool = False,
    layout: str = "",
    change: Callable[[Array], Array] | None = None,
) -> ConvShapeCase:
    convention = conv(strides, pads, dilations=dilations, group=group)
    entry = ConvTransposeCase(
        pins, tag, x, c_out, kernel, convention, bias, "fine" if fine else "texture"
    )
    return ConvShapeCase(tuple(loops.split()), entry, gradient, layout, change)


# fmt: off
CONV_SHAPES = (
    _conv("groups batches onednn", "groups of a batch", "s2-g2",
          (2, 4, 3, 4), 6, (3, 3), (2, 2), group=2, gradient=True),
    _conv("groups batches onednn", "four groups of 8 images", "s2-g4-bias",
          (8, 8, 3, 3), 8, (3, 3), (2, 2), group=4, bias=True),
    _conv("groups onednn", "8 groups", "s1-g8", (1, 16, 4, 3), 24, (3, 3), group=8),
    _conv("groups batches", "a group for every channel of a batch", "s2-g8",
          (2, 8, 4, 5), 8, (3, 3), (2, 2), group=8, gradient=True),
    _conv("groups batches", "depthwise, three outputs for a channel, with a bias", "g4-bias",
          (2, 4, 4, 3), 12, (3, 3), group=4, bias=True, gradient=True),
    _conv("unlike_axes columns", "dilations that differ between the axes", "d1x2",
          (1, 2, 4, 5), 3, (3, 3), dilations=(1, 2), gradient=True),
    _conv("unlike_axes onednn batches", "dilations that differ, of a batch with a bias", "s2x1-d3x2-bias",
          (2, 3, 5, 4), 2, (2, 3), (2, 1), dilations=(3, 2), bias=True, gradient=True),
    _conv("unlike_axes groups batches", "dilation and groups of a batch, with a bias", "d2x1-g2-bias",
          (2, 4, 4, 5), 4, (3, 2), dilations=(2, 1), group=2, bias=True),
    _conv("groups batches", "dilation of a depthwise batch", "d2-g4",
          (2, 4, 4, 5), 4, (3, 3), dilations=(2, 2), group=4),
    _conv("blocks_of_channels columns", "16 channels to one", "s2", (1, 16, 5, 4), 1, (3, 3), (2, 2)),
    _conv("blocks_of_channels onednn batches", "17 channels to 16, and a bias", "s2-bias",
          (2, 17, 4, 5), 16, (3, 3), (2, 2), bias=True, gradient=True),
    _conv("blocks_of_channels onednn", "the first layer of a generator", "s2-p1",
          (1, 64, 4, 4), 32, (4, 4), (2, 2), (1, 1, 1, 1)),
    _conv("blocks_of_channels batches", "a decoder: taps as wide as the stride", "s2-bias",
          (2, 64, 7, 7), 32, (2, 2), (2, 2), bias=True),
    _conv("blocks_of_channels onednn", "from 3 channels to 33", "s2-bias",
          (1, 3, 5, 6), 33, (5, 5), (2, 2), bias=True, gradient=True),
    _conv("one_product", "one tap: a product of matrices", "bias",
          (1, 8, 5, 6), 7, (1, 1), bias=True, gradient=True),
    _conv("one_product onednn batches", "one tap of 16 images", "p0", (16, 3, 3, 3), 5, (1, 1)),
    _conv("one_product batches onednn", "one tap at stride 3", "s3-bias",
          (2, 3, 3, 4), 4, (1, 1), (3, 3), bias=True, gradient=True),
    _conv("taps onednn", "kernels of 7 at stride 4", "s4", (1, 2, 4, 3), 3, (7, 7), (4, 4)),
    _conv("taps columns", "kernels of 7 by 6 at stride 3", "s3x4-bias",
          (2, 3, 3, 4), 2, (7, 6), (3, 4), bias=True),
    _conv("taps onednn", "kernels of 6 at stride 4", "s4-p1", (1, 3, 3, 4), 2, (6, 6), (4, 4), (1, 1, 1, 1)),
    _conv("taps columns", "narrower than the stride", "s4", (2, 2, 3, 4), 3, (3, 3), (4, 4)),
    _conv("taps columns", "one wide", "s2x1-bias", (2, 3, 4, 5), 4, (5, 1), (2, 1), bias=True, gradient=True),
    _conv("taps columns unlike_axes", "one high, at strides 1 by 2", "s1x2-bias",
          (2, 3, 3, 5), 4, (1, 4), (1, 2), bias=True, gradient=True),
    _conv("unlike_axes onednn batches", "strides of 3 by 1", "s3x1",
          (2, 3, 4, 5), 4, (3, 3), (3, 1), gradient=True),
    _conv("taps batches", "kernels of an even size", "s2", (2, 3, 4, 3), 2, (4, 4), (2, 2), gradient=True),
    _conv("taps onednn batches", "kernels of 5, kept in size", "p2",
          (2, 2, 5, 4), 3, (5, 5), (1, 1), (2, 2, 2, 2), gradient=True),
    # cut alike at both ends, which SAME says too
    _conv("unlike_axes onednn batches", "strides of 2 by 4, cut alike", "s2x4-p1x0-bias",
          (2, 10, 3, 4), 3, (4, 4), (2, 4), (1, 0, 1, 0), bias=True, gradient=True),
    _conv("taps columns", "one high, cut alike", "s1x2-p0x1-bias",
          (2, 3, 3, 5), 4, (1, 4), (1, 2), (0, 1, 0, 1), bias=True),
    _conv("blocks_of_channels onednn", "16 channels to one, of more than 20,480 values, cut alike", "s2-p1",
          (1, 16, 40, 34), 1, (4, 4), (2, 2), (1, 1, 1, 1)),
    _conv("unlike_axes batches", "a dilation, kept in size", "p2-d2-bias",
          (2, 3, 5, 6), 4, (3, 3), (1, 1), (2, 2, 2, 2), dilations=(2, 2), bias=True),
    _conv("columns", "a NaN, cut alike", "s2-p1-nan",
          (2, 2, 4, 4), 3, (4, 4), (2, 2), (1, 1, 1, 1), change=_nan),
    _conv("batches", "no images, cut alike", "s2-p1-no_images",
          (0, 2, 4, 4), 3, (4, 4), (2, 2), (1, 1, 1, 1)),
    _conv("strides_in_memory", "in memory as pixels, cut alike", "s2-p1-pixels",
          (2, 3, 4, 5), 4, (4, 4), (2, 2), (1, 1, 1, 1), layout="pixels", gradient=True),
    _conv("onednn", "more than 20,480 values in", "s2", (1, 6, 60, 58), 2, (3, 3), (2, 2)),
    _conv("blocks_of_channels onednn batches", "sums that must be rounded", "s2-fine-bias",
          (2, 17, 4, 4), 8, (3, 3), (2, 2), bias=True, fine=True, gradient=True),
    _conv("groups", "sums of groups that must be rounded", "g2-fine",
          (1, 12, 5, 4), 6, (3, 3), group=2, fine=True),
    _conv("columns", "a NaN: all that a tap brings to is NaN, whatever it weighs", "s2-nan",
          (2, 2, 4, 4), 3, (3, 3), (2, 2), change=_nan),
    _conv("groups onednn", "a NaN in one group", "g2-nan", (2, 4, 4, 4), 4, (3, 3), group=2, change=_nan),
    _conv("columns", "infinities", "s1-infinite", (2, 2, 4, 4), 2, (2, 2), change=_infinite),
    _conv("batches", "no images: no results", "s2-no_images", (0, 2, 4, 4), 3, (3, 3), (2, 2)),
    *(
        _conv("strides_in_memory", f"in memory as {layout}", f"s2-{layout}",
              (2, 3, 4, 5), 4, (3, 2), (2, 2), layout=layout, gradient=layout == "pixels")
        for layout in ("every_other", "fortran", "pixels", "crop", "crop_of_pixels", "offset", "read_only")
    ),
    ConvShapeCase(
        ("strides_in_memory",),
        ConvTransposeCase("a cotangent of one value in memory, as of y.sum()", "s2-sum_backward",
                          (2, 3, 4, 5), 4, (3, 3), conv((2, 2)), values="ones"),
        gradient=True, layout="one_value",
    ),
)

# For other ways to write a call: one image, the same along both axes; the second can be said as SAME.
SPELLED_CONVS = (
    _conv("", "one image, strides of 2", "s2", (1, 2, 4, 5), 3, (3, 3), (2, 2)),
    _conv("", "one image, strides of 2, cut alike", "s2-p1", (1, 2, 4, 5), 3, (4, 4), (2, 2), (1, 1, 1, 1)),
)
# fmt: on
