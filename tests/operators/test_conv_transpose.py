"""`halfpixel.ConvTranspose`: against a convolution written here from its definition, and by hand."""

from __future__ import annotations

import itertools
import json
import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import ConvTranspose
from halfpixel.operators import conv_transpose_from
from tests.thinning import thinned

Integers = NDArray[np.int64]


def convolve(conv: ConvTranspose, y: Integers, w: Integers, size: tuple[int, ...]) -> Integers:
    """The convolution that is transposed, from the definition: correlate zero-padded y with w.

    y: (c_out, *spatial). w: (c_in, c_out / group, *kernel). Returns (c_in, *size).
    """
    result = np.zeros((w.shape[0], *size), np.int64)
    per_group = w.shape[0] // conv.group
    for c, at in itertools.product(range(w.shape[0]), np.ndindex(*size)):
        for block, tap in itertools.product(range(w.shape[1]), np.ndindex(*w.shape[2:])):
            source = [
                i * stride + k * dilation - begin
                for i, k, stride, dilation, begin in zip(
                    at, tap, conv.strides, conv.dilations, conv.pads[: len(size)], strict=True
                )
            ]
            if all(0 <= s < n for s, n in zip(source, y.shape[1:], strict=True)):
                channel = (c // per_group) * w.shape[1] + block
                result[(c, *at)] += w[(c, block, *tap)] * y[(channel, *source)]
    return result


def convolution_output_size(conv: ConvTranspose, n: tuple[int, ...], kernel: Any) -> Any:
    """⌊(n + pads − dilation·(kernel − 1) − 1) / stride⌋ + 1 an axis (ONNX, operator Conv)."""
    axes = len(n)
    return tuple(
        (n[i] + conv.pads[i] + conv.pads[axes + i] - conv.dilations[i] * (kernel[i] - 1) - 1)
        // conv.strides[i]
        + 1
        for i in range(axes)
    )


def integers(shape: tuple[int, ...], seed: int) -> Integers:
    return np.random.default_rng(seed).integers(-99, 100, shape)


# ---------------------------------------------------------------------------- the adjoint

# every combination of one axis that leaves something: stride, begin, end, output_padding, dilation,
# kernel, group, n
ONE_AXIS = [
    (ConvTranspose(strides=(s,), pads=(b, e), output_padding=(o,), dilations=(d,), group=g), k, n)
    for s, b, e, o, d, k, g, n in itertools.product(
        (1, 2, 3), (0, 1, 2), (0, 1, 2), (0, 1, 2), (1, 2, 3), (1, 2, 3), (1, 2), (1, 3)
    )
    if o < max(s, d) and (n - 1) * s + (k - 1) * d + 1 + o - b - e >= 1
]

# two axes in which everything differs: strides, pads, output_padding, dilations, group, kernel, size
TWO_AXES = [
    (ConvTranspose(strides=s, pads=p, output_padding=o, dilations=d, group=g), k, n)
    for s, p, o, d, g, k, n in [
        ((1, 1), (0, 0, 0, 0), (0, 0), (1, 1), 1, (3, 2), (3, 4)),
        ((2, 1), (1, 0, 2, 1), (1, 0), (1, 1), 1, (4, 3), (3, 4)),
        ((3, 2), (0, 2, 1, 0), (2, 1), (1, 2), 1, (2, 3), (2, 3)),
        ((2, 3), (3, 1, 0, 2), (0, 1), (2, 1), 2, (3, 4), (3, 2)),
        ((1, 2), (1, 1, 0, 0), (2, 0), (3, 1), 2, (2, 3), (4, 2)),
        ((2, 2), (1, 1, 1, 1), (1, 1), (1, 1), 4, (3, 3), (3, 3)),
    ]
]  # fmt: skip


def adjoint(conv: ConvTranspose, kernel: tuple[int, ...], n: tuple[int, ...], seed: int) -> None:
    """<conv(y), x> == <y, conv_transpose(x)>, in integers."""
    c_in, per_group = 2 * conv.group, 3
    w = integers((c_in, per_group, *kernel), seed)
    x = integers((c_in, *n), seed + 1)
    size = conv.output_size(n, kernel)
    y = integers((per_group * conv.group, *size), seed + 2)
    transposed = conv.apply(x[None], w, exact=True)[0]
    assert transposed.shape == y.shape
    assert (convolve(conv, y, w, n) * x).sum() == (y * transposed).sum()


_PARTS = 5  # of the combinations with a stride, of which the first runs by default


@pytest.mark.parametrize("part", thinned(range(_PARTS), every=_PARTS))
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_it_is_the_adjoint_of_the_convolution_for_every_attribute_of_one_axis(
    stride: int, part: int
) -> None:
    every = [entry for entry in ONE_AXIS if entry[0].strides == (stride,)]
    assert len(every) > 200
    for seed, (conv, kernel, n) in [*enumerate(every)][part::_PARTS]:
        adjoint(conv, (kernel,), (n,), seed)


@pytest.mark.parametrize(("conv", "kernel", "n"), TWO_AXES)
def test_it_is_the_adjoint_of_the_convolution_where_the_axes_differ(
    conv: ConvTranspose, kernel: tuple[int, ...], n: tuple[int, ...]
) -> None:
    adjoint(conv, kernel, n, seed=7)


def test_it_is_the_adjoint_of_the_convolution_in_three_dimensions() -> None:
    conv = ConvTranspose(
        strides=(1, 2, 3), pads=(0, 1, 2, 1, 0, 1), output_padding=(0, 1, 2), dilations=(2, 1, 1)
    )
    adjoint(conv, (2, 3, 2), (2, 2, 3), seed=5)


@pytest.mark.parametrize(("conv", "kernel", "n"), TWO_AXES)
def test_the_matrix_is_the_transpose_of_the_convolutions(
    conv: ConvTranspose, kernel: tuple[int, ...], n: tuple[int, ...]
) -> None:
    w = integers((conv.group, 2, *kernel), 3)
    size = conv.output_size(n, kernel)
    y_shape = (2 * conv.group, *size)
    matrix = conv.matrix(w, n)
    assert matrix.shape == (math.prod(y_shape), conv.group * math.prod(n))
    assert all(isinstance(entry, Fraction) for entry in matrix.flat)
    for row, place in zip(matrix, np.ndindex(*y_shape), strict=True):
        impulse = np.zeros(y_shape, np.int64)
        impulse[place] = 1
        assert row.tolist() == convolve(conv, impulse, w, n).ravel().tolist()


@pytest.mark.parametrize(("conv", "kernel", "n"), TWO_AXES)
def test_apply_multiplies_each_image_by_the_matrix(
    conv: ConvTranspose, kernel: tuple[int, ...], n: tuple[int, ...]
) -> None:
    w = integers((2 * conv.group, 2, *kernel), 4)
    x = integers((3, 2 * conv.group, *n), 6)
    matrix = conv.matrix(w, n)
    for image, result in zip(x, conv.apply(x, w, exact=True), strict=True):
        assert (matrix @ image.ravel() == result.ravel()).all()


# ---------------------------------------------------------------------------- sizes


def test_the_pair_that_makes_output_padding_necessary() -> None:
    """Conv2d k=3, s=2, p=1 maps 95 and 96 to 48; output_padding says which of them to go back to."""
    for output_padding, size in ((0, 95), (1, 96)):
        conv = ConvTranspose(
            strides=(2, 2), pads=(1, 1, 1, 1), output_padding=(output_padding,) * 2
        )
        assert convolution_output_size(conv, (size, size), (3, 3)) == (48, 48)
        assert conv.output_size((48, 48), (3, 3)) == (size, size)


def test_the_convolution_of_the_same_attributes_takes_every_size_back() -> None:
    """Where output_padding is below the stride; from there on the convolution has room for a step more."""
    for conv, k, n in ONE_AXIS:
        (size,) = conv.output_size((n,), (k,))
        back = convolution_output_size(conv, (size,), (k,))
        assert back == (n + conv.output_padding[0] // conv.strides[0],)


# strides, pads, output_padding, dilations, input, kernel, output
SIZES = [
    ((2, 2), (1, 1, 1, 1), (1, 1), (1, 1), (4, 5), (3, 3), (8, 10)),
    ((2, 3), (0, 1, 2, 3), (0, 0), (1, 1), (4, 5), (4, 5), (8, 13)),
    ((1, 1), (0, 0, 0, 0), (0, 0), (2, 3), (4, 5), (3, 3), (8, 11)),
    ((3, 3), (0, 0, 0, 0), (2, 1), (1, 1), (1, 2), (1, 2), (3, 6)),
    ((4,), (), (), (), (5,), (4,), (20,)),
    ((2, 2, 2), (), (1, 0, 1), (), (2, 3, 4), (3, 3, 3), (6, 7, 10)),
]


@pytest.mark.parametrize(("strides", "pads", "extra", "dilations", "n", "kernel", "size"), SIZES)
def test_output_size_worked_out_by_hand(
    strides: Any, pads: Any, extra: Any, dilations: Any, n: Any, kernel: Any, size: Any
) -> None:
    conv = ConvTranspose(strides=strides, pads=pads, output_padding=extra, dilations=dilations)
    assert conv.output_size(n, kernel) == size


# ---------------------------------------------------------------------------- by hand

# attributes, x, w, result: one axis, one channel
LINES: list[tuple[dict[str, Any], list[int], list[int], list[int]]] = [
    ({"strides": (1,)}, [1, 2], [1, 10, 100], [1, 12, 120, 200]),
    ({"strides": (2,)}, [1, 2], [1, 10, 100], [1, 10, 102, 20, 200]),
    ({"strides": (2,), "pads": (1, 0)}, [1, 2], [1, 10, 100], [10, 102, 20, 200]),
    ({"strides": (2,), "pads": (0, 1)}, [1, 2], [1, 10, 100], [1, 10, 102, 20]),
    ({"strides": (2,), "pads": (1, 1)}, [1, 2], [1, 10, 100], [10, 102, 20]),
    # the pixel that output_padding adds is computed wherever the pads had cut it
    (
        {"strides": (2,), "pads": (1, 1), "output_padding": (1,)},
        [1, 2], [1, 10, 100], [10, 102, 20, 200],
    ),
    ({"strides": (2,), "output_padding": (1,)}, [1, 2], [1, 10, 100], [1, 10, 102, 20, 200, 0]),
    ({"strides": (3,), "output_padding": (1,)}, [1, 2], [1, 10], [1, 10, 0, 2, 20, 0]),
    ({"strides": (1,), "dilations": (3,)}, [1, 2], [1, 10], [1, 2, 0, 10, 20]),
    (
        {"strides": (1,), "dilations": (3,), "output_padding": (2,)},
        [1, 2], [1, 10], [1, 2, 0, 10, 20, 0, 0],
    ),
    ({"strides": (2,), "pads": (2, 2)}, [1, 2], [1, 10, 100], [102]),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "x", "w", "expected"), LINES)
def test_a_line_worked_out_by_hand(
    attributes: dict[str, Any], x: list[int], w: list[int], expected: list[int]
) -> None:
    got = ConvTranspose(**attributes).apply([[x]], [[w]])
    assert got.dtype == np.float64
    assert got.tolist() == [[expected]]


def test_one_pixel_in_stamps_the_kernel_unflipped_in_any_number_of_dimensions() -> None:
    for rank in (1, 2, 3):
        w = np.arange(1, 1 + 2**rank).reshape(1, 1, *(2,) * rank)
        got = ConvTranspose(strides=(2,) * rank).apply(np.full((1, 1, *(1,) * rank), 3), w)
        assert got.tolist() == (3 * w).tolist()


# group, w of shape (2, outputs, 1), result of channels 3 and 5
GROUPS = [
    (1, [[[10]], [[100]]], [[530]]),
    (2, [[[10]], [[100]]], [[30], [500]]),
    (2, [[[10], [20]], [[100], [200]]], [[30], [60], [500], [1000]]),
]


@pytest.mark.parametrize(("group", "w", "expected"), GROUPS)
def test_each_group_of_outputs_reads_its_group_of_inputs(
    group: int, w: list[Any], expected: list[Any]
) -> None:
    got = ConvTranspose(strides=(1,), group=group).apply([[[3], [5]]], w)
    assert got.tolist() == [expected]


def test_bias_is_added_once_to_every_pixel_of_its_channel_and_to_empty_ones() -> None:
    conv = ConvTranspose(strides=(2,), output_padding=(1,))
    got = conv.apply([[[1, 2]]], [[[1], [10]]], [0.5, -7])
    assert got.tolist() == [[[1.5, 0.5, 2.5, 0.5], [3, -7, 13, -7]]]


def test_exact_results_are_fractions_and_the_others_those_rounded_once() -> None:
    thirds = np.array([[[Fraction(1, 3), Fraction(2, 7)]]], object)
    conv = ConvTranspose(strides=(1,))
    arguments: Any = ([[[3, 0.5]]], thirds, [Fraction(1, 5)])
    exact = conv.apply(*arguments, exact=True)
    want = [Fraction(6, 5), Fraction(6, 7) + Fraction(1, 6) + Fraction(1, 5), Fraction(12, 35)]
    assert exact.tolist() == [[want]]
    assert all(isinstance(value, Fraction) for value in exact.flat)
    assert conv.apply(*arguments).tolist() == [[[float(value) for value in want]]]


def test_sums_beyond_64_bits_stay_exact() -> None:
    got = ConvTranspose(strides=(1,)).apply([[[2**62, 1]]], [[[4, 1]]], exact=True)
    assert got.tolist() == [[[2**64, 2**62 + 4, 1]]]


# ---------------------------------------------------------------------------- the attributes

SPELLINGS: list[tuple[ConvTranspose, str, str]] = [
    (ConvTranspose(), "strides1x1", "conv_transpose strides=1,1"),
    (
        ConvTranspose(strides=(2, 1), pads=(0, 1, 2, 3), output_padding=(1, 0)),
        "strides2x1-pads0x1x2x3-output_padding1x0",
        "conv_transpose strides=2,1 pads=0,1,2,3 output_padding=1,0",
    ),
    (
        ConvTranspose(strides=(2,), dilations=(3,), group=4),
        "strides2-dilations3-group4",
        "conv_transpose strides=2 dilations=3 group=4",
    ),
]


@pytest.mark.parametrize(("conv", "slug", "text"), SPELLINGS)
def test_slug_and_text_leave_out_what_does_nothing(
    conv: ConvTranspose, slug: str, text: str
) -> None:
    assert conv.slug == slug
    assert str(conv) == text


def test_attributes_are_all_there_and_onnxs_defaults_with_them() -> None:
    assert ConvTranspose(strides=(2, 1)).attributes == {
        "strides": [2, 1],
        "pads": [0, 0, 0, 0],
        "output_padding": [0, 0],
        "dilations": [1, 1],
        "group": 1,
    }


@pytest.mark.parametrize("conv", [*(c for c, _, _ in SPELLINGS), *(c for c, _, _ in TWO_AXES)])
def test_attributes_survive_json_and_read_back_as_the_same_convention(conv: ConvTranspose) -> None:
    assert conv_transpose_from(json.loads(json.dumps(conv.attributes))) == conv


# ---------------------------------------------------------------------------- errors

# attributes, the message
WRONG_ATTRIBUTES: list[tuple[dict[str, Any], str]] = [
    ({"strides": []}, "strides needs an entry for each spatial axis, got none"),
    ({"strides": [0, 1]}, "strides takes nothing below 1, got (0, 1)"),
    ({"strides": 2}, "strides is a sequence of integers, got 2"),
    (
        {"strides": [1.5, 1]},
        "strides is a sequence of integers, got (1.5, 1)",
    ),
    ({"pads": [1, 1]}, "pads needs 4 entries, got 2: (1, 1)"),
    ({"pads": [0, 0, 0, -1]}, "pads takes nothing below 0, got (0, 0, 0, -1)"),
    ({"pads": "same"}, "pads is a sequence of integers, got 'same'"),
    ({"output_padding": [1]}, "output_padding needs 2 entries, got 1: (1,)"),
    ({"output_padding": [-1, 0]}, "output_padding takes nothing below 0, got (-1, 0)"),
    (
        {"strides": [2, 3], "output_padding": [1, 3]},
        "output_padding[1]=3 must be below the axis's stride or its dilation (3 and 1)",
    ),
    (
        {"strides": [1, 1], "dilations": [2, 1], "output_padding": [2, 0]},
        "output_padding[0]=2 must be below the axis's stride or its dilation (1 and 2)",
    ),
    ({"dilations": [1, 1, 1]}, "dilations needs 2 entries, got 3: (1, 1, 1)"),
    ({"dilations": [0, 1]}, "dilations takes nothing below 1, got (0, 1)"),
    ({"group": 0}, "group is an integer of at least 1, got 0"),
    ({"group": 0.5}, "group is an integer of at least 1, got 0.5"),
    (
        {"padding": 1},
        "a conv_transpose convention has no attribute 'padding'; "
        "it takes dilations, group, output_padding, pads, strides",
    ),
]


@pytest.mark.parametrize(("attributes", "message"), WRONG_ATTRIBUTES)
def test_a_wrong_attribute_is_named(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        conv_transpose_from(attributes)


X, W = np.ones((1, 2, 3, 3)), np.ones((2, 1, 3, 3))

# attributes, x, w, b, the error, its message
WRONG_ARGUMENTS: list[tuple[dict[str, Any], Any, Any, Any, type[Exception], str]] = [
    (
        {}, X, W[0], None, ValueError,
        "the weight has shape (1, 3, 3); with 2 strides it has 4 axes, none empty: "
        "(c_in, c_out / group, kernel size)",
    ),
    (
        {}, X, W[:, :0], None, ValueError,
        "the weight has shape (2, 0, 3, 3); with 2 strides it has 4 axes, none empty: "
        "(c_in, c_out / group, kernel size)",
    ),
    ({"group": 3}, X, W, None, ValueError, "2 input channels do not divide into group=3"),
    (
        {}, X[:, :1], W, None, ValueError,
        "x has shape (1, 1, 3, 3); with this weight it is (n, 2, and 2 spatial axes)",
    ),
    (
        {}, X[0], W, None, ValueError,
        "x has shape (2, 3, 3); with this weight it is (n, 2, and 2 spatial axes)",
    ),
    (
        {"pads": (0, 3, 0, 2)}, X, W, None, ValueError,
        "conv_transpose strides=1,1 pads=0,3,0,2 leaves nothing of an input of size (3, 3) with a "
        "kernel of size (3, 3): the result would have size (5, 0)",
    ),
    ({}, X[..., :0], W, None, ValueError, "input_size takes nothing below 1, got (3, 0)"),
    ({}, X, W, [1, 2], ValueError, "the bias has shape (2,), expected (1,)"),
    ({}, X, W, 1, ValueError, "the bias has shape (), expected (1,): one value is not broadcast"),
    (
        {}, X * math.nan, W, None, ValueError,
        "the exact reference takes finite numbers, got NaN or infinity",
    ),
    (
        {}, X, W * math.inf, None, ValueError,
        "the exact reference takes finite numbers, got NaN or infinity",
    ),
    ({}, X * 1j, W, None, TypeError, "expected real numbers, got dtype complex128"),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "x", "w", "b", "error", "message"), WRONG_ARGUMENTS)
def test_apply_says_which_argument_is_wrong(
    attributes: dict[str, Any], x: Any, w: Any, b: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        ConvTranspose(**attributes).apply(x, w, b)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (((3,), (3, 3)), "input_size needs 2 entries, got 1: (3,)"),
        (((3, 3), (3, 3, 3)), "kernel_size needs 2 entries, got 3: (3, 3, 3)"),
        (((3, 0), (3, 3)), "input_size takes nothing below 1, got (3, 0)"),
        (((3, 3), (0, 3)), "kernel_size takes nothing below 1, got (0, 3)"),
        (((3, 3), ()), "kernel_size needs 2 entries, got 0: ()"),
    ],
)
def test_output_size_says_which_size_is_wrong(sizes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ConvTranspose().output_size(*sizes)


def test_matrix_checks_the_weight_and_the_size() -> None:
    with pytest.raises(ValueError, match="the weight has shape"):
        ConvTranspose().matrix(W[0], (3, 3))
    with pytest.raises(ValueError, match="input_size needs 2 entries"):
        ConvTranspose().matrix(W, (3,))
