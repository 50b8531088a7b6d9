"""What is said about transposed convolution and align_corners, run: docs/transposed-convolution.md."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import ConvTranspose, Resize, frameworks

Array = NDArray[np.float64]


def torch_and_f() -> tuple[Any, Any]:
    names = frameworks.load("torch")
    return names["torch"], names["F"]


def impulses(h: int, w: int) -> NDArray[np.float32]:
    """A batch of images, one with an impulse at each pixel: the result is a matrix, transposed."""
    return np.eye(h * w, dtype=np.float32).reshape(h * w, 1, h, w)


def kernel(size: int) -> NDArray[np.float32]:
    return np.arange(1, size * size + 1, dtype=np.float32).reshape(1, 1, size, size)


LAYERS = [(3, 2, 1, 1), (3, 2, 0, 0), (4, 2, 1, 0), (5, 3, 2, 2), (3, 1, 1, 0), (2, 3, 0, 1)]


# ---------------------------------------------------------------------------- the transpose


@pytest.mark.torch
@pytest.mark.conv_transpose
@pytest.mark.parametrize(("k", "s", "p", "op"), LAYERS)
def test_torch_transposes_the_matrix_of_its_convolution(k: int, s: int, p: int, op: int) -> None:
    torch, f = torch_and_f()
    h, w = 3, 4
    weight = torch.from_numpy(kernel(k))
    forward = f.conv_transpose2d(
        torch.from_numpy(impulses(h, w)), weight, stride=s, padding=p, output_padding=op
    )
    out_h, out_w = forward.shape[2:]
    back = f.conv2d(torch.from_numpy(impulses(out_h, out_w)), weight, stride=s, padding=p)
    assert back.shape[2:] == (h, w)
    assert torch.equal(forward.reshape(h * w, -1), back.reshape(-1, h * w).T)


@pytest.mark.torch
@pytest.mark.conv_transpose
@pytest.mark.parametrize(("k", "s", "p", "op"), LAYERS)
def test_torch_s_gradient_of_a_convolution_is_the_transposed_one(
    k: int, s: int, p: int, op: int
) -> None:
    torch, f = torch_and_f()
    g = torch.arange(12.0).reshape(1, 1, 3, 4)
    weight = torch.from_numpy(kernel(k))
    want = f.conv_transpose2d(g, weight, stride=s, padding=p, output_padding=op)
    x = torch.zeros_like(want, requires_grad=True)
    (gradient,) = torch.autograd.grad(f.conv2d(x, weight, stride=s, padding=p), x, g)
    assert torch.equal(gradient, want)
    assert torch.equal(torch.nn.grad.conv2d_input(want.shape, weight, g, stride=s, padding=p), want)


@pytest.mark.tensorflow
@pytest.mark.conv_transpose
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("k", "s"), [(3, 2), (4, 2), (5, 3), (3, 1), (2, 3)])
def test_tensorflow_s_gradient_of_a_convolution_is_the_transposed_one(
    k: int, s: int, padding: str
) -> None:
    tf = frameworks.load("tensorflow")["tf"]
    weight = tf.constant(kernel(k).transpose(2, 3, 1, 0))
    x = tf.reshape(tf.range(9.0 * 10), (1, 9, 10, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.conv2d(x, weight, s, padding)
    g = tf.reshape(tf.range(float(tf.size(y))), y.shape)
    gradient = tape.gradient(y, x, g)
    transposed = tf.nn.conv2d_transpose(g, weight, x.shape, s, padding)
    assert np.array_equal(gradient, transposed)


# ---------------------------------------------------------------------------- strides


@pytest.mark.torch
@pytest.mark.conv_transpose
@pytest.mark.parametrize(("k", "p"), [(1, 0), (3, 0), (3, 1), (4, 1), (5, 4)])
def test_with_stride_1_it_is_a_convolution_with_the_kernel_flipped(k: int, p: int) -> None:
    """And ``k − 1 − p`` pixels of padding."""
    torch, f = torch_and_f()
    x = torch.arange(56.0).reshape(1, 1, 7, 8)
    weight = torch.from_numpy(kernel(k))
    transposed = f.conv_transpose2d(x, weight, padding=p)
    assert torch.equal(transposed, f.conv2d(x, weight.flip(2, 3), padding=k - 1 - p))
    if k > 1:
        assert not torch.equal(transposed, f.conv2d(x, weight, padding=k - 1 - p))


@pytest.mark.torch
@pytest.mark.conv_transpose
@pytest.mark.parametrize(("k", "s", "p"), [(3, 2, 1), (5, 3, 2), (4, 4, 0)])
def test_several_sizes_meet_in_one_and_output_padding_picks(k: int, s: int, p: int) -> None:
    torch, f = torch_and_f()
    weight = torch.from_numpy(kernel(k))
    for small in (2, 3, 5):
        first = (small - 1) * s + k - 2 * p
        meet = [
            n
            for n in range(1, first + 3 * s)
            if n + 2 * p >= k
            and f.conv2d(torch.zeros(1, 1, n, n), weight, stride=s, padding=p).shape[2] == small
        ]
        assert meet == list(range(first, first + s))
        for op, n in enumerate(meet):
            y = f.conv_transpose2d(
                torch.zeros(1, 1, small, small), weight, stride=s, padding=p, output_padding=op
            )
            assert y.shape[2] == n


@pytest.mark.torch
@pytest.mark.conv_transpose
@pytest.mark.parametrize("p", [0, 1])
def test_output_padding_is_computed_not_zero_where_padding_was_cut(p: int) -> None:
    """Corrected: it adds no zeros, it cuts less at the end. They are zeros where nothing was cut."""
    torch, f = torch_and_f()
    x, weight = torch.arange(1.0, 13).reshape(1, 1, 3, 4), torch.from_numpy(kernel(3))
    full = f.conv_transpose2d(x, weight, stride=2)
    y = f.conv_transpose2d(x, weight, stride=2, padding=p, output_padding=1)
    extra = y[0, 0, -1]
    if p:
        assert torch.equal(y, full[:, :, 1:, 1:])
        assert extra.all()
    else:
        assert torch.equal(y[:, :, :-1, :-1], full)
        assert not extra.any()


# ---------------------------------------------------------------------------- checkerboards


def taps(k: int, s: int, n: int = 8) -> Array:
    """How many taps reach each pixel of a line, away from its ends."""
    ones = np.ones((1, 1, 1, n)), np.ones((1, 1, 1, k))
    return np.asarray(ConvTranspose(strides=(1, s)).apply(*ones))[0, 0, 0, k:-k]


@pytest.mark.conv_transpose
def test_overlap_is_even_exactly_where_the_stride_divides_the_kernel() -> None:
    for k, s in itertools.product(range(1, 9), range(1, 5)):
        assert (len(set(taps(k, s, n=16).tolist())) == 1) == (k % s == 0), (k, s)


@pytest.mark.torch
@pytest.mark.conv_transpose
@pytest.mark.parametrize(("k", "s"), [(3, 2), (4, 2), (5, 3), (6, 3)])
def test_torch_s_overlap_is_that_of_the_reference(k: int, s: int) -> None:
    torch, f = torch_and_f()
    got = f.conv_transpose2d(torch.ones(1, 1, 1, 8), torch.ones(1, 1, 1, k), stride=(1, s))
    assert got[0, 0, 0, k:-k].tolist() == taps(k, s).tolist()


@pytest.mark.tensorflow
@pytest.mark.conv_transpose
def test_the_gradient_of_a_strided_convolution_has_the_same_checkerboard() -> None:
    tf = frameworks.load("tensorflow")["tf"]
    x = tf.ones((1, 8, 8, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.nn.conv2d(x, tf.ones((3, 3, 1, 1)), 2, "SAME"))
    gradient = tape.gradient(y, x)[0, 1:-1, 1:-1, 0].numpy()
    assert gradient[:4, :4].tolist() == [[1, 2, 1, 2], [2, 4, 2, 4], [1, 2, 1, 2], [2, 4, 2, 4]]


@pytest.mark.torch
@pytest.mark.conv_transpose
@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_upsampling_and_then_convolving_is_even(mode: str) -> None:
    torch, f = torch_and_f()
    y = f.conv2d(
        f.interpolate(torch.ones(1, 1, 5, 5), scale_factor=2, mode=mode), torch.ones(1, 1, 3, 3)
    )
    assert (y == 9).all()


# ---------------------------------------------------------------------------- align_corners

IMAGE = np.array([[-1.0, 1.0, 4.0], [1.0, 5.0, 2.0]], np.float32)


def torch_bilinear(size: tuple[int, int], align_corners: bool) -> Any:
    torch, f = torch_and_f()
    x = torch.from_numpy(IMAGE)[None, None]
    return f.interpolate(x, size=size, mode="bilinear", align_corners=align_corners)[0, 0].numpy()


def tf1_bilinear(size: tuple[int, int], align_corners: bool) -> Any:
    tf = frameworks.load("tensorflow")["tf"]
    resize = tf.compat.v1.image.resize_bilinear
    return resize(IMAGE[None, :, :, None], size, align_corners=align_corners)[0, :, :, 0].numpy()


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.resize
def test_align_corners_true_is_the_same_in_tf1_and_torch() -> None:
    """At sizes whose weights are halves and quarters: exactly."""
    aligned = Resize(mode="linear", coordinate_transformation_mode="align_corners")
    for size in ((3, 5), (5, 9)):
        want = aligned.apply(IMAGE, size)
        assert np.array_equal(torch_bilinear(size, True), want)
        assert np.array_equal(tf1_bilinear(size, True), want)


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.resize
def test_align_corners_false_is_opencv_s_in_torch_and_nobody_s_in_tf1() -> None:
    cv2 = frameworks.load("opencv")["cv2"]
    for size in ((4, 6), (8, 12)):
        opencv = cv2.resize(IMAGE, size[::-1], interpolation=cv2.INTER_LINEAR)
        assert np.array_equal(torch_bilinear(size, False), opencv)
        tf1 = tf1_bilinear(size, False)
        asymmetric = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
        assert np.array_equal(tf1, asymmetric.apply(IMAGE, size))
        for other in (torch_bilinear(size, False), torch_bilinear(size, True)):
            assert abs(tf1 - other).max() > 0.2


def test_with_a_fixed_factor_only_align_corners_changes_its_weights_with_the_size() -> None:
    def fractions(grid: Any, n: int) -> set[Any]:
        places = Resize(mode="linear", coordinate_transformation_mode=grid).coordinates(n, 2 * n)
        return {place % 1 for place in places}

    for n in (4, 5, 8, 31):
        assert fractions("half_pixel", n) == fractions("half_pixel", 4)
        assert fractions("asymmetric", n) == fractions("asymmetric", 4)
        assert (fractions("align_corners", n) == fractions("align_corners", 4)) == (n == 4)


# ---------------------------------------------------------------------------- DeepLab's four rules

SIZE = (321, 513)  # 8·n + 1
STRIDE = 8
EDGE = 16  # pixels from the edge that padding reaches


def ramps(size: tuple[int, int]) -> NDArray[np.float32]:
    """Two images, whose values are the row and the column: what comes back says where it was taken."""
    return np.indices(size).astype(np.float32)[:, None]


def smoothing(k: int) -> NDArray[np.float32]:
    """A symmetric kernel, which leaves a ramp as it is; sixteenths, so that it does so exactly."""
    line = np.array({3: [1, 2, 1], 4: [1, 1, 1, 1]}[k], np.float32) / np.float32(4)
    return np.outer(line, line)[None, None]


def torch_deeplab(
    size: tuple[int, int], *, k: int = 3, padded: bool = True, align_corners: bool = True
) -> NDArray[np.float32]:
    """A strided convolution, a pooling and a strided convolution, and back up."""
    torch, f = torch_and_f()
    weight = torch.from_numpy(smoothing(k))
    p = (k - 1) // 2 if padded else 0
    y = f.conv2d(torch.from_numpy(ramps(size)), weight, stride=2, padding=p)
    y = f.avg_pool2d(y, k, stride=2, padding=p, count_include_pad=False)
    y = f.conv2d(y, weight, stride=2, padding=p)
    up = f.interpolate(y, size=size, mode="bilinear", align_corners=align_corners)
    return np.asarray(up.numpy())


def tensorflow_deeplab(
    size: tuple[int, int], *, k: int = 3, padded: bool = True, align_corners: bool = True
) -> NDArray[np.float32]:
    """The same with SAME and VALID."""
    tf = frameworks.load("tensorflow")["tf"]
    weight, padding = smoothing(k).transpose(2, 3, 1, 0), "SAME" if padded else "VALID"
    y = tf.nn.conv2d(ramps(size).transpose(0, 2, 3, 1), weight, 2, padding)
    y = tf.nn.avg_pool2d(y, k, 2, padding)
    y = tf.nn.conv2d(y, weight, 2, padding)
    up = tf.compat.v1.image.resize_bilinear(y, size, align_corners=align_corners)
    return np.asarray(up).transpose(0, 3, 1, 2)


def shift(y: NDArray[np.float32], size: tuple[int, int]) -> float:
    """How far from its place a pixel was taken, at most, in pixels; away from the edges."""
    middle = (slice(None), slice(None), slice(EDGE, -EDGE), slice(EDGE, -EDGE))
    return float(abs(y - ramps(size))[middle].max())


FRAMEWORKS = [
    pytest.param(torch_deeplab, 0, marks=pytest.mark.torch, id="torch"),
    pytest.param(tensorflow_deeplab, 1, marks=pytest.mark.tensorflow, id="tensorflow"),
]
# rule, the network without it, the image's size, how far pixels move in torch and in TensorFlow
BROKEN: list[tuple[str, dict[str, Any], tuple[int, int], tuple[float, float]]] = [
    ("odd kernels", {"k": 4}, SIZE, (4.25, 3.5)),
    ("SAME", {"padded": False}, SIZE, (8.5, 8.5)),
    ("align_corners=True", {"align_corners": False}, SIZE, (3.27, 6.77)),
    ("sizes 8·n + 1", {}, (320, 512), (6.78, 6.78)),
]


@pytest.mark.resize
@pytest.mark.parametrize(("network", "which"), FRAMEWORKS)
def test_with_deeplab_s_four_rules_every_feature_lies_on_a_pixel(network: Any, which: int) -> None:
    """321×513 becomes 41×65, and back: every pixel comes from where it is."""
    assert shift(network(SIZE), SIZE) == 0


@pytest.mark.resize
@pytest.mark.parametrize(("network", "which"), FRAMEWORKS)
@pytest.mark.parametrize(
    ("flags", "size", "moved"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_each_rule_dropped_moves_pixels(
    network: Any,
    which: int,
    flags: dict[str, Any],
    size: tuple[int, int],
    moved: tuple[float, float],
) -> None:
    assert round(shift(network(size, **flags), size), 2) == moved[which]
