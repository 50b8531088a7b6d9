"""PyTorch's arithmetic on uint8, and its float32 where Keras and torchvision round that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import AnyArray, Float32, Float64, Integers
from ...operators import Resize
from ...operators.axis import Axis
from .steps import (
    NO_FACTORS,
    F,
    Factors,
    coordinates,
    fma,
    half_up,
    kernel,
    step,
    taps,
)

_TOO_LARGE = 2**15  # for a weight
_BETWEEN_PASSES = (0, 255)


def uint8(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Columns first, then rows; rounded half up and clamped to 0..255 after each. An axis of unchanged
    size is copied, even with a factor."""
    for axis in (3, 2):
        if _copied(x.shape[axis], size[axis - 2]):
            continue
        weights, bits = _weights(convention, x.shape[axis], size[axis - 2], factors[axis - 2])
        # in float64 the sums are exact, far below 2**53, and BLAS does them
        sums = np.tensordot(weights.astype(np.float64), x.astype(np.float64), axes=(1, axis))
        x = half_up(np.moveaxis(sums, 0, axis).astype(np.int64), bits).clip(*_BETWEEN_PASSES)
    return x


def _copied(n_in: int, n_out: int) -> bool:
    return n_in == n_out


def _weights(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> tuple[Integers, int]:
    """The matrix of one axis as 16-bit integers, and the number of bits after the point: as many as the
    largest weight of the axis leaves room for."""
    make = _windowed if convention.exclude_outside else _plain
    matrix, largest = make(convention, n_in, n_out, factor)
    bits = next(b for b in range(23) if int(0.5 + largest * 2 ** (b + 1)) >= _TOO_LARGE or b == 22)
    return _fixed(matrix, bits), bits


def _fixed(weights: Float64, bits: int) -> Integers:
    scaled = weights * 2.0**bits
    return np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int64)


def _plain(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> tuple[Float64, float]:
    """Taps outside the image are added to the edge pixel's weight."""
    count = taps(convention)
    x = coordinates(convention, n_in, n_out, step(n_in, n_out, factor))
    if convention.mode == "linear":
        x = np.maximum(x, 0.0)
    base = np.minimum(np.floor(x.astype(F)).astype(np.int64), n_in - 1)
    t = np.clip(x - base, 0.0, 1.0)
    matrix, largest = np.zeros((n_out, n_in)), 0.0
    rows = np.arange(n_out)
    for k in range(1 - count // 2, 1 + count // 2):
        pixel = (base + k).clip(0, n_in - 1)
        matrix[rows, pixel] += kernel(convention, abs(k - t))
        largest = max(largest, float(matrix[rows, pixel].max()))
    return matrix, largest


def _windowed(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> tuple[Float64, float]:
    """What lies inside the image is divided by its sum; where it is antialiased, the kernel is stretched by
    the scale."""
    scale, half = _scale_and_half(convention, n_in, n_out, factor)
    stretch = max(scale, 1.0) if convention.antialias else 1.0
    center = scale * (np.arange(n_out) + half)
    pixel = np.arange(n_in)
    first, last = (end[:, None] for end in _ends(center, taps(convention) * 0.5 * stretch, half))
    away = abs((pixel - center[:, None] + half) * (1.0 / stretch))
    matrix = np.where((pixel >= first) & (pixel < last), kernel(convention, away), 0.0)
    # summed from the first tap to the last; the zeros around them change nothing
    matrix = matrix / np.add.accumulate(matrix, axis=1)[:, -1:]
    return matrix, float(matrix.max())


def _ends(center: AnyArray, support: float, half: float) -> tuple[Integers, Integers]:
    """The first pixel of each window, and the one after its last; they may lie outside the image."""
    rest = 0.5 - half  # from a coordinate whose half is left out to the middle of a pixel
    first = (center - support + 0.5 + rest).astype(np.int64)
    return first, (center + support + 0.5 + rest).astype(np.int64)


def _scale_and_half(
    convention: Resize, n_in: int, n_out: int, factor: float | None
) -> tuple[float, float]:
    """The scale, and what is added to an output pixel's index: nothing where corners are aligned, but with
    antialias."""
    above, below = convention.step(Axis(n_in, n_out))
    scale = step(n_in, n_out, factor) if convention.takes_factors else float(above / below)
    aligned = convention.coordinate_transformation_mode == "align_corners"
    return scale, 0.0 if aligned else 0.5


# ---------------------------------------------------------------------------- torch 2.0

_OWN_KERNEL = 4  # channels, on a CPU with AVX2


def uint8_2_0(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """As ``torch_uint8``, but that a window can get a third tap by rounding, for which there is no weight. It
    is weighted by what lies there in memory: up to four channels, bits 32 to 47 of the weight number *i*, of
    all weights in a row, for output *i*; of more channels, the first weight of the output after it.
    """
    return _uint8_2_0(convention, x, size, factors, own_kernel=x.shape[1] <= _OWN_KERNEL)


def uint8_2_0_loops(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """As ``torch_uint8_2_0`` of more than four channels, on a CPU without AVX2."""
    return _uint8_2_0(convention, x, size, factors, own_kernel=False)


def _uint8_2_0(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    factors: Factors,
    *,
    own_kernel: bool,
) -> Integers:
    for axis in (3, 2):
        n_in, n_out, factor = x.shape[axis], size[axis - 2], factors[axis - 2]
        if _copied(n_in, n_out):
            continue
        weights, bits = _weights(convention, n_in, n_out, factor)
        weights = weights + _third_taps(convention, n_in, n_out, factor, bits, own_kernel)
        sums = np.tensordot(weights.astype(np.float64), x.astype(np.float64), axes=(1, axis))
        x = half_up(np.moveaxis(sums, 0, axis).astype(np.int64), bits).clip(*_BETWEEN_PASSES)
    return x


def _third_taps(
    convention: Resize,
    n_in: int,
    n_out: int,
    factor: float | None,
    bits: int,
    own_kernel: bool,
) -> Integers:
    """The weights of taps for which there is no room, (n_out, n_in)."""
    scale, half = _scale_and_half(convention, n_in, n_out, factor)
    first, last = _ends(scale * (np.arange(n_out) + half), 1.0, half)
    first, last = np.maximum(first, 0), np.minimum(last, n_in)
    matrix, _ = _windowed(convention, n_in, n_out, factor)
    rows = np.arange(n_out)
    pixels = np.stack([first, np.minimum(first + 1, n_in - 1)], axis=1)
    inside = np.stack([first < last, first + 1 < last], axis=1)
    two = np.where(inside, matrix[rows[:, None], pixels], 0.0)
    if own_kernel:
        words = np.ascontiguousarray(two).reshape(-1).view(np.uint64)[:n_out]
        third = (words >> np.uint64(32)).astype(np.uint16).astype(np.int16).astype(np.int64)
    else:
        third = np.append(_fixed(two[1:, 0], bits), 0)
    weights = np.zeros((n_out, n_in), np.int64)
    more = last - first > two.shape[1]
    weights[rows[more], first[more] + 2] = third[more]
    return weights


# ---------------------------------------------------------------------------- floats, rounded

_half_even = np.rint
_LANES = 8
_LARGE = 128  # height and width of an output together
_AT_A_TIME = 4  # taps of a window
_FEW = 2  # channels; three with more than one thread, which no call here has
_THREE = 3  # channels, with one thread
# pixels (row, column) in the order they are summed in: of the channels that fill vectors, of the rest
_IN_VECTORS = ((1, 0), (1, 1), (0, 1), (0, 0))
_ONE_BY_ONE = ((0, 1), (0, 0), (1, 0), (1, 1))

MultiplyAdd = Callable[[Any, Any, Any], Float32]


@dataclass(frozen=True)
class _Read:
    """Of each output pixel of an axis the pixels read, (taps, n_out), and their weights."""

    index: NDArray[np.intp]
    weight: Float32


def rounds_floats(convention: Resize) -> bool:
    """Whether the convention is bilinear or bicubic of torch, whose float32 Keras and torchvision round."""
    windows = convention.antialias == convention.exclude_outside
    half_pixel = convention.coordinate_transformation_mode == "half_pixel"
    a = -0.5 if convention.antialias else -0.75
    kernels = {"linear": True, "cubic": convention.cubic_coeff_a == a}
    bordered = convention.padding_mode == "border"
    return windows and half_pixel and bordered and kernels.get(convention.mode, False)


@dataclass(frozen=True)
class _Build:
    """Which multiply-adds of a build of torch are fused, the compiler's choice; each rounds once or twice.

    Attributes:
        add: those of sums, and of coordinates but for the next.
        coordinate: of the coordinates of bilinear's two passes.
        step, last: of the steps of a cubic weight, and of its last; antialiased, they are ``add``.
        in_fours: the products of each group of four of an antialiased window are rounded before the sum.
        channels_last: how images lie in memory, which is no matter of the build.
    """

    add: MultiplyAdd
    coordinate: MultiplyAdd
    step: MultiplyAdd
    last: MultiplyAdd
    in_fours: bool = True
    channels_last: bool = True


def keras(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """The float32 result of bilinear and bicubic on channels_last images, rounded half to even. With bicubic,
    uint8 is then clamped, int16 wraps around, and uint16 is returned as int32 without clamping.

    bilinear multiplies its four pixels by products of two weights, and sums them with fused
    multiply-adds: in one order in whole vectors of 8 channels, in another in the rest. Large images of
    one or two channels, and bicubic, are resized along their rows, then along the columns. So are
    antialiased images, from a window's first tap to its last: after the first tap, the products of each
    group of four are rounded before they are added; the multiply-adds of the remaining taps are fused.
    """
    return _keras(_build_2_10(), convention, x, size, dtype)


def keras_2_15(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``keras_torch_rounded``, but for the coordinates of bilinear's two passes, which are not fused."""
    return _keras(_build_2_15(), convention, x, size, dtype)


def keras_2_8(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``keras_torch_rounded``, but for bilinear's coordinates and cubic weights, which are not fused."""
    return _keras(_build_2_8(), convention, x, size, dtype)


def keras_2_5(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``keras_torch_rounded_2_8``; but antialiased windows are fused throughout."""
    return _keras(_build_2_5(), convention, x, size, dtype)


def keras_2_1(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``keras_torch_rounded``; but cubic weights and antialiased windows are fused throughout."""
    return _keras(_build_2_1(), convention, x, size, dtype)


def keras_unfused(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``keras_torch_rounded``, on a CPU without AVX2: every product and every sum is rounded."""
    return _keras(_without_avx2(), convention, x, size, dtype)


def in_c_order(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``keras_torch_rounded``, on images in C order: of bilinear, every large image is resized along its
    rows, then along the columns, but those of three channels."""
    return _keras(replace(_build_2_10(), channels_last=False), convention, x, size, dtype)


def in_c_order_2_8(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``torch_rounded``, fused as ``keras_torch_rounded_2_8``."""
    return _keras(replace(_build_2_8(), channels_last=False), convention, x, size, dtype)


def in_c_order_2_5(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``torch_rounded``, fused as ``keras_torch_rounded_2_5``."""
    return _keras(replace(_build_2_5(), channels_last=False), convention, x, size, dtype)


def in_c_order_2_1(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``torch_rounded``, fused as ``keras_torch_rounded_2_1``."""
    return _keras(replace(_build_2_1(), channels_last=False), convention, x, size, dtype)


def in_c_order_unfused(
    convention: Resize, x: Integers, size: tuple[int, int], dtype: str
) -> Integers:
    """As ``torch_rounded``, on a CPU without AVX2: every product and every sum is rounded."""
    return _keras(replace(_without_avx2(), channels_last=False), convention, x, size, dtype)


def _unfused(a: Any, b: Any, c: Any) -> Float32:
    return np.asarray(a * b + c)


def _build_2_15() -> _Build:
    return replace(_build_2_10(), coordinate=_unfused)


def _build_2_10() -> _Build:
    return _Build(fma, fma, fma, _unfused)


def _build_2_8() -> _Build:
    return _Build(fma, _unfused, _unfused, _unfused)


def _build_2_5() -> _Build:
    return replace(_build_2_8(), in_fours=False)


def _build_2_1() -> _Build:
    return _Build(fma, fma, fma, fma, in_fours=False)


def _without_avx2() -> _Build:
    return _Build(_unfused, _unfused, _unfused, _unfused)


def _keras(
    build: _Build, convention: Resize, x: Integers, size: tuple[int, int], dtype: str
) -> Integers:
    image = x.astype(F)
    floats = (_antialiased_float32 if convention.antialias else _float32)(
        build, convention, image, size
    )
    return _stored(_half_even(floats).astype(np.int64), dtype)


def _float32(build: _Build, convention: Resize, image: Float32, size: tuple[int, int]) -> Float32:
    channels, add = image.shape[1], build.add
    linear = convention.mode == "linear"
    in_passes = channels <= _FEW if build.channels_last else channels != _THREE
    passes = not linear or (in_passes and sum(size) > _LARGE)
    coordinate_step = build.coordinate if linear and passes else add
    axes = zip(image.shape[2:], size, strict=True)
    rows, columns = (_read(build, coordinate_step, convention, n_in, n_out) for n_in, n_out in axes)
    if passes:
        return _along(add, _along(add, image, 3, columns), 2, rows)
    whole = channels - channels % _LANES
    parts = ((image[:, :whole], _IN_VECTORS), (image[:, whole:], _ONE_BY_ONE))
    return np.concatenate([_four(add, part, rows, columns, order) for part, order in parts], axis=1)


def _stored(values: Integers, dtype: str) -> Integers:
    """As the dtype holds them, int32 for uint16; no sum of bilinear leaves its range."""
    if dtype == "uint8":
        return values.clip(0, 255)
    return values.astype("int32" if dtype == "uint16" else dtype).astype(np.int64)


def _read(build: _Build, add: MultiplyAdd, convention: Resize, n_in: int, n_out: int) -> _Read:
    """The coordinate is a multiply-add, and so is each step of the cubic."""
    middles = np.arange(n_out).astype(F) + F(0.5)
    coordinate = add(middles, F(n_in) / F(n_out), F(-0.5))
    if convention.mode == "linear":
        coordinate = np.maximum(coordinate, F(0))
    base = np.minimum(np.floor(coordinate).astype(np.intp), n_in - 1)
    t = np.clip(coordinate - base.astype(F), F(0), F(1))
    u = F(1) - t
    if convention.mode == "linear":
        offsets, weights = range(2), [u, t]
    else:
        a = F(convention.cubic_coeff_a or 0)
        offsets = range(-1, 3)
        weights = [
            _far(build.step, build.last, a, t + F(1)),
            _near(build.step, build.last, a, t),
            _near(build.step, build.last, a, u),
            _far(build.step, build.last, a, u + F(1)),
        ]
    index = np.stack([(base + k).clip(0, n_in - 1) for k in offsets])
    return _Read(index, np.stack(weights))


def _near(add: MultiplyAdd, last: MultiplyAdd, a: np.float32, x: Float32) -> Float32:
    """The cubic up to a distance of 1; ``last`` is its last step."""
    return last(add(a + F(2), x, -(a + F(3))) * x, x, F(1))


def _far(add: MultiplyAdd, last: MultiplyAdd, a: np.float32, x: Float32) -> Float32:
    """The cubic from there to a distance of 2."""
    return last(add(add(a, x, F(-5) * a), x, F(8) * a), x, F(-4) * a)


def _along(add: MultiplyAdd, image: Float32, axis: int, read: _Read) -> Float32:
    """The second product is rounded, and the others are added to it."""
    pixels = [image.take(i, axis) for i in read.index]
    weights = [w.reshape(-1, *[1] * (3 - axis)) for w in read.weight]
    return _summed(add, pixels, weights, (1, 0, *range(2, len(pixels))))


def _four(
    add: MultiplyAdd,
    image: Float32,
    rows: _Read,
    columns: _Read,
    order: tuple[tuple[int, int], ...],
) -> Float32:
    pixels = [image.take(rows.index[i], 2).take(columns.index[j], 3) for i, j in order]
    weights = [rows.weight[i][:, None] * columns.weight[j] for i, j in order]
    return _summed(add, pixels, weights, range(4))


def _summed(
    add: MultiplyAdd, pixels: list[Float32], weights: list[Float32], order: Sequence[int]
) -> Float32:
    first, *others = order
    total = pixels[first] * weights[first]
    for k in others:
        total = add(pixels[k], weights[k], total)
    return np.asarray(total)


def _antialiased_float32(
    build: _Build, convention: Resize, image: Float32, size: tuple[int, int]
) -> Float32:
    """Columns, then rows, each only where the size changes."""
    for axis in (3, 2):
        n_in, n_out = image.shape[axis], size[axis - 2]
        if not _copied(n_in, n_out):
            windows = (_window(build.add, convention, n_in, n_out, i) for i in range(n_out))
            sums = [_window_sum(build, image, axis, first, weights) for first, weights in windows]
            image = np.stack(sums, axis=axis)
    return image


def _window(
    add: MultiplyAdd, convention: Resize, n_in: int, n_out: int, i: int
) -> tuple[int, Float32]:
    """The first pixel of an output pixel's window, and the weights. What is added to a ½ is a double."""
    scale = F(n_in) / F(n_out)
    half = taps(convention) * 0.5
    support = F(half * float(scale)) if scale >= 1 else F(half)
    inverse = float(F(1 / float(scale))) if scale >= 1 else 1.0
    center = F(float(scale) * (i + 0.5))
    first = max(int(float(center - support) + 0.5), 0)
    last = min(int(float(center + support) + 0.5), n_in)
    away = np.arange(first, last).astype(F) - center
    x = abs(((away.astype(np.float64) + 0.5) * inverse).astype(F))
    if convention.mode == "linear":
        weights = np.maximum(F(1) - x, F(0))
    else:
        a = F(convention.cubic_coeff_a or 0)
        beyond = np.where(x < 2, _far(add, add, a, x), F(0))
        weights = np.where(x < 1, _near(add, add, a, x), beyond)
    return first, weights / np.add.accumulate(weights)[-1]


def _window_sum(build: _Build, image: Float32, axis: int, first: int, weights: Float32) -> Float32:
    total = image.take(first, axis) * weights[0]
    in_fours = 1 + (len(weights) - 1) // _AT_A_TIME * _AT_A_TIME if build.in_fours else 1
    for k in range(1, len(weights)):
        step = _unfused if k < in_fours else build.add
        total = step(image.take(first + k, axis), weights[k], total)
    return np.asarray(total)
