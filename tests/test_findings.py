"""What docs/findings.md says beyond what the cases of a suite can show."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks
from halfpixel.frameworks.torch import capability
from halfpixel.numerics.error_model import UNIT_ROUNDOFF


def opencv_area(n_in: int, n_out: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The weights of one axis as computeResizeAreaTab makes them: ends up to 1/1000 pixel are left out."""
    scale, weights = n_in / n_out, np.zeros((n_out, n_in))
    for d in range(n_out):
        begin, end = d * scale, (d + 1) * scale
        width = min(scale, n_in - begin)
        last = min(math.floor(end), n_in - 1)
        first = min(math.ceil(begin), last)
        weights[d, first:last] = 1 / width
        if first - begin > 1e-3:
            weights[d, first - 1] = (first - begin) / width
        if end - last > 1e-3:
            weights[d, last] = min(end - last, 1, width) / width
    return weights


@pytest.mark.opencv
@pytest.mark.resize
@pytest.mark.parametrize(
    ("n_in", "n_out", "least"), [(1000, 999, 1), (1001, 1000, 0.999), (4096, 2729, 0.999511)]
)
def test_opencv_area_drops_the_ends_of_its_windows(n_in: int, n_out: int, least: float) -> None:
    """docs/findings.md: from 1000 output pixels on, a window's weights need not sum to 1."""
    cv2 = frameworks.load("opencv")["cv2"]
    x = np.random.default_rng(0).uniform(-1, 1, (4, n_in)).astype(np.float32)
    got = cv2.resize(x, (n_out, 4), interpolation=cv2.INTER_AREA)
    weights = opencv_area(n_in, n_out)
    terms = int(np.count_nonzero(weights, axis=1).max())
    # each weight is rounded once, each product and sum once
    bound = 2.0**-24 * (terms + 1) * (abs(x) @ weights.T)
    assert (abs(got - x @ weights.T) <= bound).all()
    assert weights.sum(axis=1).min() == pytest.approx(least, abs=2e-6)


@pytest.mark.torch
@pytest.mark.releases("torch", ">=2.6")
@pytest.mark.resize
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_torch_grid_sample_of_halves_reads_before_a_channel_of_32768_values(dtype: str) -> None:
    """docs/findings.md: offsets have 16 bits. What lies before the image is memory of this test's own."""
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    for rows, read in ((128, 1), (129, 5)):  # the last offset: 32,767, and a row more
        memory = torch.full((100_000,), 5.0, dtype=getattr(torch, dtype))
        x = memory[50_000 : 50_000 + rows * 256].view(1, 1, rows, 256).fill_(1)
        corner = torch.ones(1, 1, 1, 2, dtype=x.dtype)
        for mode in ("nearest", "bilinear", "bicubic"):
            got = f.grid_sample(x, corner, mode=mode, padding_mode="border", align_corners=True)
            assert got.item() == read


@pytest.mark.torch
@pytest.mark.releases("torch", ">=2.6")
@pytest.mark.resize
@pytest.mark.parametrize(("dtype", "width"), [("float16", 2052), ("bfloat16", 260)])
def test_torch_grid_sample_of_halves_reads_after_a_last_column_it_cannot_number(
    dtype: str, width: int
) -> None:
    """docs/findings.md: the last index is rounded. What lies after is memory of this test's own."""
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    for columns, read in ((width - 2, 1), (width, 5)):
        memory = torch.full((3 * width,), 5.0, dtype=getattr(torch, dtype))
        x = memory[width : width + columns].view(1, 1, 1, columns).fill_(1)
        end = torch.tensor([[[[1.0, 0.0]]]], dtype=x.dtype)
        got = f.grid_sample(x, end, mode="nearest", padding_mode="border", align_corners=True)
        assert got.item() == read


@pytest.mark.torch
@pytest.mark.releases("torch", ">=2.6")
@pytest.mark.resize
@pytest.mark.parametrize(("dtype", "pixel"), [("float16", 1024), ("bfloat16", 128)])
def test_torch_bicubic_of_halves_reflects_a_pixel_inside_to_the_one_before(
    dtype: str, pixel: int
) -> None:
    """docs/findings.md: ½ is lost to rounding, but where the pixels' middles are reflected about."""
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    for index, same in ((pixel - 3, True), (pixel, False)):
        x = torch.zeros(1, 1, 1, pixel + 12, dtype=getattr(torch, dtype))
        x[..., index] = 1
        grid = f.affine_grid(torch.eye(2, 3, dtype=x.dtype)[None], (1, 1, 2, pixel + 12), False)
        read = [
            f.grid_sample(x, grid, mode="bicubic", padding_mode=padding, align_corners=False)
            for padding in ("reflection", "border")
        ]
        assert torch.equal(*read) == same


@pytest.mark.torch
@pytest.mark.releases("torch", ">=2.3")
@pytest.mark.resize
@pytest.mark.parametrize(("dtype", "last"), [("float16", 2048), ("bfloat16", 256)])
def test_torch_sums_a_window_of_a_volume_in_the_image_s_dtype(dtype: str, last: int) -> None:
    """From ``last`` on, adding 1 changes nothing: the mean of so many ones and more is not 1."""
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    for pixels in (last, 2 * last, 16 * last):
        volume = torch.ones((1, 1, 1, 1, 2 * pixels), dtype=getattr(torch, dtype))
        got = f.interpolate(volume, size=(1, 1, 2), mode="area")
        assert got.float().ravel().tolist() == [last / pixels] * 2
        flat = f.interpolate(volume[:, :, 0], size=(1, 2), mode="area")
        assert flat.float().ravel().tolist() == [1, 1], "an image is summed in float32"


def edge(width: int, dtype: str, height: int) -> NDArray[Any]:
    """1, 0 enlarged to a width: each value is the weight of the first pixel."""
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    image = torch.tensor([[[[1.0, 0.0]]]], dtype=getattr(torch, dtype))
    got = f.interpolate(image, size=(height, width), mode="bilinear")
    return np.asarray(got[0, 0, 0].double().numpy())


@pytest.mark.torch
@pytest.mark.releases("torch", ">=2.3")
@pytest.mark.resize
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_torch_rounds_the_weights_of_a_large_bilinear_output_to_the_image_s_dtype(
    dtype: str,
) -> None:
    """Above 128 rows plus columns of output: the second weight is rounded, the first is 1 minus it,
    rounded. Below, only the result is."""
    width, u = 100, UNIT_ROUNDOFF[dtype]
    exact = Resize(mode="linear").weights(2, width).astype(np.float64)[:, 0]
    # a float32 coordinate is off by less than 2**-22 here
    once = u * exact + 2.0**-22
    assert (abs(edge(width, dtype, 28) - exact) <= once).all()
    large = abs(edge(width, dtype, 29) - exact)
    assert (large > once).any()
    assert (large <= u + u * exact + 2.0**-22).all()


# output sizes, input sizes, channels: one of each kind that is told apart
ONE_PIXEL = list(
    itertools.product([(1, 1), (1, 2), (2, 1)], [(1, 3), (2, 3), (3, 1)], [2, 3, 4, 5])
)


def has_avx2(torch: Any) -> bool:
    return capability(torch) in ("AVX2", "AVX512")


@pytest.mark.torch
@pytest.mark.releases("torch", ">=2.1")
@pytest.mark.resize
@pytest.mark.parametrize(
    ("mode", "antialias"),
    [
        ("bilinear", False),
        ("bilinear", True),
        ("bicubic", False),
        ("bicubic", True),
        pytest.param("lanczos", True, marks=pytest.mark.releases("torch", ">=2.12")),
    ],
)
def test_torch_raises_for_one_pixel_of_three_channels_alone(mode: str, antialias: bool) -> None:
    """In C order, of more than one row; ``channels_last`` and float32 answer, as the finding advises."""
    names = frameworks.load("torch")
    torch, f = names["torch"], names["F"]
    words = r"num_channels == unpacked_output\.size\(0\) INTERNAL ASSERT FAILED"
    for size, (h, w), channels in ONE_PIXEL:
        resize = functools.partial(f.interpolate, size=size, mode=mode, antialias=antialias)
        x = torch.arange(2 * channels * h * w, dtype=torch.uint8).reshape(2, channels, h, w)
        raises = size == (1, 1) and h > 1 and channels == 3 and has_avx2(torch)
        with pytest.raises(RuntimeError, match=words) if raises else contextlib.nullcontext():
            resize(x)
        last = resize(x.contiguous(memory_format=torch.channels_last))
        assert last.shape == resize(x.float()).shape


@pytest.mark.torch
@pytest.mark.releases("torch", ">=2.1")
@pytest.mark.resize
@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", ["upsample_bilinear2d", "upsample_bicubic2d"])
def test_torch_writes_a_byte_after_one_pixel_of_three_channels_that_a_row_becomes(
    name: str, channels: int, channels_last: bool
) -> None:
    """The output lies in a larger array, so that the byte is seen and does no harm."""
    torch = frameworks.load("torch")["torch"]
    memory = torch.full((16,), 200, dtype=torch.uint8)
    row = torch.full((1, channels, 1, 2), 7, dtype=torch.uint8)
    if channels_last:
        row = row.contiguous(memory_format=torch.channels_last)
    out = memory[:channels].view(1, channels, 1, 1)
    getattr(torch.ops.aten, name).out(row, [1, 1], False, out=out)
    beyond = has_avx2(torch) and channels == 3 and not channels_last
    written = [7] * channels + [0] * beyond
    assert memory.tolist() == written + [200] * (16 - len(written))


BOTH_FLAGS = "If half_pixel_centers is True, align_corners must be False"


def of_both_flags(tf: Any) -> Any:
    """A resize of (3, 5) to (5, 9) by both flags, traced."""

    def resize(image: Any) -> Any:
        flags = {"align_corners": True, "half_pixel_centers": True}
        return tf.raw_ops.ResizeBilinear(images=image, size=(5, 9), **flags)

    return tf.function(resize, input_signature=[tf.TensorSpec((1, 3, 5, 1))])


def lite(tf: Any, traced: Any, **options: Any) -> Any:
    """An interpreter of its file; by default with XNNPACK."""
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced.get_concrete_function()])
    return tf.lite.Interpreter(model_content=converter.convert(), **options)


@pytest.mark.tensorflow
@pytest.mark.resize
def test_tensorflow_and_the_kernels_of_lite_refuse_both_flags() -> None:
    tf = frameworks.load("tensorflow")["tf"]
    both = of_both_flags(tf)
    with pytest.raises(tf.errors.InvalidArgumentError, match=BOTH_FLAGS):
        both(np.zeros((1, 3, 5, 1), np.float32))
    plain = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    with pytest.raises(RuntimeError, match=BOTH_FLAGS):
        lite(tf, both, experimental_op_resolver_type=plain).allocate_tensors()


@pytest.mark.tensorflow
@pytest.mark.resize
@pytest.mark.releases("tensorflow", ">=2.18")
def test_lite_takes_both_flags_for_align_corners_with_xnnpack_alone() -> None:
    """5 pixels of 3, and 9 of 5, at every half pixel: exact in float32."""
    tf = frameworks.load("tensorflow")["tf"]
    x = np.arange(15, dtype=np.float32).reshape(1, 3, 5, 1) ** 2
    with_xnnpack = lite(tf, of_both_flags(tf))
    with_xnnpack.allocate_tensors()
    with_xnnpack.set_tensor(with_xnnpack.get_input_details()[0]["index"], x)
    with_xnnpack.invoke()
    got = with_xnnpack.get_tensor(with_xnnpack.get_output_details()[0]["index"])
    convention = Resize(mode="linear", coordinate_transformation_mode="align_corners")
    assert np.array_equal(got[0, ..., 0], convention.apply(x[0, ..., 0], (5, 9)))


@pytest.mark.tensorflow
@pytest.mark.resize
@pytest.mark.releases("tensorflow", "<2.17")
def test_lite_refuses_both_flags_with_xnnpack_too_in_old_releases() -> None:
    """They prepare every kernel before the delegate takes its part of the graph."""
    tf = frameworks.load("tensorflow")["tf"]
    with pytest.raises(RuntimeError, match=BOTH_FLAGS):
        lite(tf, of_both_flags(tf)).allocate_tensors()


@pytest.mark.opencv
@pytest.mark.resize
@pytest.mark.releases("opencv", ">=4.13, <4.14")
def test_opencv_4_13_inverts_the_matrix_of_a_nearest_warp_of_float64() -> None:
    """docs/findings.md: 4 columns to 6 become 4 to 8/3."""
    cv2 = frameworks.load("opencv")["cv2"]
    x, matrix = np.tile(np.arange(4.0), (5, 1)), np.array([[4 / 6, 0, 0], [0, 1, 0]])
    flags = {
        "flags": cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        "borderMode": cv2.BORDER_REPLICATE,
    }
    assert cv2.warpAffine(x, matrix, (6, 5), **flags)[0].tolist() == [0, 2, 3, 3, 3, 3]
    right = cv2.warpAffine(x.astype(np.float32), matrix, (6, 5), **flags)[0]
    assert right.tolist() == [0, 1, 1, 2, 3, 3]
