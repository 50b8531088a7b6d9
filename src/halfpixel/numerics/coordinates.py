"""Where output pixels sample: exactly, or by a coordinate rule, as a framework rounds it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray
from ..operators import Resize, kernels
from ..operators.axis import Axis, OutputPixels
from ..operators.exact import Exact
from ..operators.resize import TapWeights

Coordinates = NDArray[np.float64]


def _scale(convention: Resize, pixels: OutputPixels, dtype: type[np.floating[Any]]) -> AnyArray:
    """Input pixels an output pixel, rounded once."""
    step, per = convention.step(pixels)
    # float64 has more than twice float32's bits: of integers, its quotient rounds to float32's
    return np.asarray((step / per).astype(dtype))


def _half(convention: Resize) -> float:
    return 0.5 if convention.half_pixel else 0.0


def _cropped(convention: Resize, pixels: OutputPixels) -> AnyArray:
    """The coordinates of ``tf_crop_and_resize`` with every step rounded to float32."""
    d, n_in, n_out = pixels.index, pixels.n_in, pixels.n_out
    start, end = (np.float32(side) for side in convention.roi or (0, 1))
    last = (n_in - 1).astype(np.float32)
    scale = (end - start) * last / np.maximum(n_out - 1, 1).astype(np.float32)
    middle = (0.5 * np.float64(start + end) * (n_in - 1)).astype(np.float32)
    return np.where(n_out == 1, middle, start * last + d.astype(np.float32) * scale)


def _kernel_table_1024(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """Weights come from a table of 1024 entries a pixel: the coordinate is computed in float32 and rounded
    to the nearest entry."""
    half = np.float32(_half(convention))
    coordinate = (pixels.index.astype(np.float32) + half) * _scale(
        convention, pixels, np.float32
    ) - half
    pixel = np.floor(coordinate)
    entry = np.rint((coordinate - pixel) * np.float32(1024))
    return np.asarray(pixel + entry.astype(np.float64) / 1024)


def _float32(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is rounded to float32, and so is its product with the index. The ½ of half_pixel is added
    before and not subtracted again, since rounding to the nearest pixel would add it back."""
    if convention.extrapolates:
        return _cropped(convention, pixels).astype(np.float64)
    half = np.float32(_half(convention))
    product = (pixels.index.astype(np.float32) + half) * _scale(convention, pixels, np.float32)
    return np.asarray(product.astype(np.float64) - half)


def _inverse_scale_float32(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is n_out / n_in, and the index is multiplied by its inverse: three roundings to float32."""
    d, n_in, n_out = pixels.index, pixels.n_in, pixels.n_out
    inverse = np.float32(1) / (n_out.astype(np.float32) / n_in.astype(np.float32))
    product = (d.astype(np.float32) + np.float32(0.5)) * inverse
    return np.asarray(product.astype(np.float64) - 0.5)


def _sampled(
    coordinates: Coordinates, stretch: Fraction
) -> tuple[NDArray[np.float32], np.floating[Any]]:
    """Where output pixels sample as ScaleAndTranslate has it, a ½ on, and the stretch, both float32."""
    sample = (coordinates.astype(np.float64) + 0.5).astype(np.float32)[:, None]
    return sample, np.float32(1) / np.float32(stretch.denominator / stretch.numerator)


def _distances_float32(
    coordinates: Coordinates, index: NDArray[np.intp], stretch: Fraction
) -> NDArray[np.float32]:
    sample, stretched = _sampled(coordinates, stretch)
    away = (index.astype(np.float32) + np.float32(0.5) - sample) * (np.float32(1) / stretched)
    return np.asarray(abs(away))


def _gaussian_float32(
    coordinates: AnyArray, index: NDArray[np.intp], stretch: Fraction
) -> AnyArray:
    """A pixel counts if its distance in float32, times the inverse of the stretch, is below 3/2, and if
    it is between the two ends as they are rounded."""
    half, radius = np.float32(0.5), np.float32(1.5)
    sample, stretched = _sampled(coordinates, stretch)
    first = np.ceil(sample - radius * stretched - half)
    last = np.floor(sample + radius * stretched - half)
    counts = _distances_float32(coordinates, index, stretch) < radius
    stretch_of: Any = stretch if coordinates.dtype == object else float(stretch)
    away = abs(coordinates[:, None] - index) / stretch_of
    return kernels.gaussian(away, counts & (first <= index) & (index <= last))


def _box_float32(coordinates: AnyArray, index: NDArray[np.intp], stretch: Fraction) -> AnyArray:
    """How far a pixel is from there, in stretched pixels, is rounded to float32 at every step, too."""
    away = _distances_float32(coordinates, index, stretch).astype(np.float64)
    if coordinates.dtype != object:
        return kernels.box(away)
    exact = [Fraction(t) for t in away.ravel().tolist()]
    return kernels.box(np.array(exact, object).reshape(away.shape))


def _float64(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale n_in / n_out is rounded to float64, and so is its product with the index and a half."""
    product = (pixels.index + 0.5) * (pixels.n_in / pixels.n_out)
    return np.asarray(product - 0.5)


def _float64_at_pixels(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """A coordinate that is exactly a pixel is missed where the scale, rounded to float64, and its product
    with the index and a half, rounded too, miss it: ``hamming`` jumps there by 2⁻²⁵."""
    above, below = convention.ratio(pixels)
    return np.where(above % below == 0, _float64(convention, pixels), above / below)


def _box_after(coordinates: AnyArray, index: NDArray[np.intp], stretch: Fraction) -> AnyArray:
    """A pixel counts whole that lies exactly a half after the coordinate, and not at all that lies exactly a
    half before it; its distance, in stretched pixels, and both ends are rounded to float64 at every step."""
    middle = coordinates.astype(np.float64)[:, None] + 0.5
    wide = max(float(stretch), 1.0)
    away = (index - middle + 0.5) * (1 / wide)
    first, last = (np.trunc(middle + side * wide + 0.5) for side in (-0.5, 0.5))
    counts = (away > -0.5) & (away <= 0.5) & (first <= index) & (index < last)
    one: Any = Fraction(1) if coordinates.dtype == object else 1.0
    return np.asarray(np.where(counts, one, 0 * one))


def _outside_float32(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """Whether a pixel samples outside the image is decided in float32, with the scale and its product with
    the index rounded. The last coordinate can then exceed the last pixel, and is extrapolated."""
    above, below = convention.ratio(pixels)
    rounded = _cropped(convention, pixels).astype(np.float64)
    exact = np.clip(np.asarray(above / below, np.float64), 0, pixels.n_in - 1)
    return np.where((rounded < 0) | (rounded > pixels.n_in - 1), rounded, exact)


def _float32_sum(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is rounded to float32, and so are its product with the index, its product with a half, and
    their sum."""
    scale = _scale(convention, pixels, np.float32)
    half = np.float32(_half(convention))
    summed = pixels.index.astype(np.float32) * scale + half * scale
    return np.asarray(summed, np.float64) - half


def _sum_float64(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The coordinate is accumulated in float64: the scale is added for each output pixel."""
    d, n_in, n_out = pixels.index, pixels.n_in, pixels.n_out
    shape = np.broadcast_shapes(np.shape(d), np.shape(n_in), np.shape(n_out))
    scales, which = np.unique(np.broadcast_to(n_in / n_out, shape), return_inverse=True)
    steps = np.repeat(scales[:, None], int(np.max(d)) + 1, axis=1)
    steps[:, 0] /= 2
    sums = np.add.accumulate(steps, axis=1)
    return np.asarray(sums[which.reshape(shape), np.broadcast_to(d, shape)] - 0.5)


def _fixed_16(pixels: OutputPixels, lower: AnyArray | int) -> Coordinates:
    """The middle of each output pixel in 65536ths of an input pixel, ``lower`` of them lower; int32 in
    OpenCV, which holds all that are below 32768 pixels."""
    n_in, n_out = np.asarray(pixels.n_in), np.asarray(pixels.n_out)
    step = ((n_in.astype(np.int64) << 16) + n_out // 2) // n_out
    return np.asarray((step * pixels.index + step // 2 - lower) / 65536 - 0.5)


def _fixed_16_lower(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is rounded to 16 fractional bits, and so is half of it, less a 65536th of a pixel."""
    return _fixed_16(pixels, 1)


def _fixed_16_lower_where_odd(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is rounded to 16 fractional bits, and so is half of it, less a 65536th of a pixel where the
    number of input pixels is odd."""
    return _fixed_16(pixels, np.asarray(pixels.n_in) % 2)


def _fixed_16_above(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is cut to 16 fractional bits, and a 65536th is added."""
    scale = (pixels.n_in.astype(np.int64) << 16) // pixels.n_out.astype(np.int64) + 1
    return np.asarray(pixels.index.astype(np.int64) * scale / 2.0**16)


def _float32_fused(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is rounded to float32. The ½ of half_pixel is subtracted in the same rounding as the
    product (a fused multiply-add), the coordinate is clipped at 0, and ½ is added."""
    half = np.float32(_half(convention))
    # 24 bits by a few: the product and the difference are exact in float64, and rounded once
    product = (pixels.index + np.float64(half)) * _scale(convention, pixels, np.float32)
    fused = np.maximum((product - half).astype(np.float32), np.float32(0))
    return np.asarray((fused + half).astype(np.float64) - half)


def _float32_fused_above_128(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """As ``float32`` up to 128 rows plus columns of output. Above, the ½ of half_pixel is subtracted in
    the same rounding as the product (a fused multiply-add), the coordinate is clipped at 0, and ½ is
    added."""
    above = _float32_fused(convention, pixels)
    return np.where(pixels.total > 128, above, _float32(convention, pixels))


def _float64_above_128(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """As ``float32`` up to 128 rows plus columns of output. Above, the coordinate is computed in float64,
    and then rounded to float32 by ``floorf``."""
    d, total = pixels.index, pixels.total
    half = _half(convention)
    coordinate = (d + half) * _scale(convention, pixels, np.float64) - half
    above = (np.maximum(coordinate, 0) + half).astype(np.float32).astype(np.float64) - half
    return np.where(total > 128, above, _float32(convention, pixels))


def _inverse_scale_float64(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The index is multiplied by 1 / (n_out / n_in), and each of the three steps is rounded to float64."""
    d, n_in, n_out = pixels.index, pixels.n_in, pixels.n_out
    return np.asarray(d * (1.0 / (n_out / n_in)))


def _float32_scale(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is rounded to float32, and multiplied by the index in double."""
    half = _half(convention)
    scale = _scale(convention, pixels, np.float32).astype(np.float64)
    return np.asarray((pixels.index + half) * scale - half)


def _two_starts(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The first of the three pixels that linear weights is computed twice: for the weights with two
    roundings, and for the pixels with one (a fused multiply-add). If a coordinate is a whole number,
    the two can differ by one pixel, and the pixel after the right one is read."""
    d, n_in = pixels.index, pixels.n_in
    half, last = _half(convention), np.maximum(n_in - 3, 0)
    # of two float32: exact in double
    product = (d + half) * _scale(convention, pixels, np.float32).astype(np.float64)
    weighed, read = product.astype(np.float32).astype(np.float64) - 1 - half, product - 1 - half
    starts = [np.clip(np.ceil(t.astype(np.float32)), 0, last) for t in (weighed, read)]
    exact = (d + half) * _scale(convention, pixels, np.float64) - half
    return np.asarray(exact + starts[1] - starts[0])


def _float32_coordinate(convention: Resize, pixels: OutputPixels) -> NDArray[np.float32]:
    """The scale, its product with the index, and the subtraction of half_pixel's ½ are each rounded to
    float32."""
    d, n_out = pixels.index, pixels.n_out
    half = np.float32(_half(convention))
    coordinate = (d.astype(np.float32) + half) * _scale(convention, pixels, np.float32) - half
    if convention.coordinate_transformation_mode == "pytorch_half_pixel":  # nothing to round at 0
        coordinate = np.where(n_out == 1, np.float32(0), coordinate)
    return np.asarray(coordinate)


_ALMOST = np.float32(1e-6)


def _float32_near_ties(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The coordinate is computed in float32, in three roundings. Within 1e-6 of the middle between two
    pixels it counts as a tie."""
    coordinate = _float32_coordinate(convention, pixels)
    pixel = np.floor(coordinate)
    near = abs(coordinate - pixel - np.float32(0.5)) < _ALMOST
    return np.where(near, pixel + 0.5, coordinate.astype(np.float64))


def _float32_short_of_end(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The coordinate is computed in float32, in three roundings, and clipped to 1e-6 before the last
    pixel."""
    coordinate = np.maximum(_float32_coordinate(convention, pixels), np.float32(0))
    end = np.asarray(pixels.n_in - 1).astype(np.float32) - _ALMOST
    return np.asarray(np.minimum(coordinate, end), np.float64)


@functools.lru_cache(maxsize=1024)
def _linspace(n: int, name: str) -> Coordinates:
    """``torch.linspace(-1, 1, n)``, or 0 where n is 1: steps from the nearer end, each product and sum
    rounded once (a fused multiply-add)."""
    dtype: type[np.floating[Any]] = np.float32 if name == "float32" else np.float64
    if n == 1:
        return np.zeros(1)
    step = Fraction(float(dtype(2) / dtype(n - 1)))
    half = [float(dtype(_nearest(step * i - 1, dtype))) for i in range((n + 1) // 2)]
    return np.array([*half[: n // 2], *(-coordinate for coordinate in half[::-1])])


def _nearest(value: Fraction, dtype: type[np.floating[Any]]) -> float:
    """A number rounded once: in float64 sums of float32 are exact at these sizes."""
    return float(dtype(float(value)))


def _line(pixels: OutputPixels, dtype: type[np.floating[Any]]) -> AnyArray:
    """Where the output pixels are in lines from -1 to 1."""
    n_out = pixels.n_out
    sizes, which = np.unique(n_out, return_inverse=True)
    name = np.dtype(dtype).name
    lines = [_linspace(n, name) for n in sizes.tolist()]
    begins = np.cumsum([0, *sizes[:-1]])[which.reshape(np.shape(n_out))]
    return np.asarray(np.concatenate(lines)[begins + pixels.index], dtype)


def _grid(convention: Resize, pixels: OutputPixels, dtype: type[np.floating[Any]]) -> Coordinates:
    n_in, n_out = pixels.n_in, pixels.n_out
    grid = _line(pixels, dtype)
    if convention.aligns_corners:
        return np.asarray((grid + dtype(1)) * ((n_in - 1).astype(dtype) / dtype(2)), np.float64)
    grid = grid * (n_out - 1).astype(dtype) / n_out.astype(dtype)
    return _fused(grid + dtype(1), n_in.astype(dtype) / dtype(2), -0.5)


def _fused(a: AnyArray, b: AnyArray, c: float) -> Coordinates:
    """a·b + c rounded once, in the dtype of a: float64 holds the product of two float32."""
    if a.dtype == np.float32:
        return np.asarray((np.multiply(a, b, dtype=np.float64) + c).astype(np.float32), np.float64)
    # b has few bits: its products with the upper 40 of a and with the lower 13 are exact (T. J. Dekker,
    # Numerische Mathematik 18, 1971), and so is the error of a sum (D. E. Knuth, TAOCP 2, 4.2.2)
    upper = a * 8193.0 - (a * 8193.0 - a)
    product = upper * b
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    return np.asarray(total + (error + (a - upper) * b))


def _grid_reflected(
    convention: Resize, pixels: OutputPixels, dtype: type[np.floating[Any]]
) -> Coordinates:
    coordinate = _grid(convention, pixels, dtype).astype(dtype)
    edge = dtype(_half(convention))  # 0 where the image is mirrored about its pixels' middles
    return np.asarray((coordinate + edge) - edge, np.float64)


def _grid_float32(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """A grid over −1..1 in float32: steps from the nearer end, times (n_out − 1) / n_out for half_pixel;
    then plus 1, and times n_in / 2 minus ½ in one rounding (a fused multiply-add)."""
    return _grid(convention, pixels, np.float32)


def _grid_float64(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The steps of ``grid_float32`` in float64."""
    return _grid(convention, pixels, np.float64)


def _grid_float32_reflected(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """``grid_float32``; then the distance to the edge about which the image is mirrored is rounded, and so
    is the subtraction of ½."""
    return _grid_reflected(convention, pixels, np.float32)


def _grid_float64_reflected(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The steps of ``grid_float32_reflected`` in float64."""
    return _grid_reflected(convention, pixels, np.float64)


def _to_float16(values: AnyArray) -> NDArray[np.float32]:
    return np.asarray(values, np.float16).astype(np.float32)


def _to_bfloat16(values: AnyArray) -> NDArray[np.float32]:
    """The nearest numbers whose lower 16 bits are 0; of two as near, the even one."""
    bits = np.asarray(values, np.float32).view(np.uint32)
    even = (bits >> np.uint32(16)) & np.uint32(1)
    return ((bits + np.uint32(0x7FFF) + even) & np.uint32(0xFFFF0000)).view(np.float32)


_Rounding = Callable[[AnyArray], NDArray[np.float32]]
ROUNDED_TO_HALVES: Mapping[str, _Rounding] = {"float16": _to_float16, "bfloat16": _to_bfloat16}
"""From numbers to the nearest of a narrow dtype, in float32."""
_Line = Callable[[OutputPixels, _Rounding], NDArray[np.float32]]


def _line_of_halves(pixels: OutputPixels, rounded: _Rounding) -> NDArray[np.float32]:
    """The line with every step rounded to the narrow dtype; one output pixel raises."""
    d, n_out = pixels.index, pixels.n_out
    one, count = np.float32(1), n_out.astype(np.float32)
    step = rounded(2 / rounded(np.maximum(count - 1, 1)))
    away = rounded(rounded(np.minimum(d, n_out - 1 - d).astype(np.float32)) * step)
    return np.where(d < n_out // 2, rounded(away - one), rounded(one - away))


def _line_rounded_once(pixels: OutputPixels, rounded: _Rounding) -> NDArray[np.float32]:
    """The line of float32, rounded to the narrow dtype."""
    return rounded(_line(pixels, np.float32))


def _grid_of_halves(
    convention: Resize, pixels: OutputPixels, rounded: _Rounding, line: _Line = _line_of_halves
) -> NDArray[np.float32]:
    """Every operation is computed in float32 and rounded to the narrow dtype."""
    one, half = np.float32(1), np.float32(0.5)
    width, count = pixels.n_in.astype(np.float32), pixels.n_out.astype(np.float32)
    grid = line(pixels, rounded)
    if convention.aligns_corners:
        return rounded(rounded(grid + one) * (rounded(width - 1) * half))
    grid = rounded(rounded(grid * (count - 1)) / count)
    return rounded(rounded(rounded(grid + one) * (rounded(width) * half)) - half)


def _split_in_halves(coordinate: NDArray[np.float32], rounded: _Rounding) -> Coordinates:
    """A pixel and the rounded distance from it: right before the first pixel that is not exact."""
    pixel = np.floor(coordinate)
    return np.asarray(pixel + rounded(coordinate - pixel), np.float64)


def _reflected_halves(
    convention: Resize, pixels: OutputPixels, rounded: _Rounding, line: _Line = _line_of_halves
) -> Coordinates:
    edge = np.float32(_half(convention))
    coordinate = _grid_of_halves(convention, pixels, rounded, line)
    return _split_in_halves(rounded(rounded(coordinate + edge) - edge), rounded)


def _grid_float16(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """A grid over −1..1 in float16 with each step rounded: steps from the nearer end, times n_out − 1 and
    divided by n_out for half_pixel; then plus 1, times n_in / 2, minus ½, and the distance from the
    pixel before."""
    return _split_in_halves(_grid_of_halves(convention, pixels, _to_float16), _to_float16)


def _grid_bfloat16(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The steps of ``grid_float16`` in bfloat16."""
    return _split_in_halves(_grid_of_halves(convention, pixels, _to_bfloat16), _to_bfloat16)


def _grid_float16_reflected(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """``grid_float16``; before the last step, the distance to the edge about which the image is mirrored
    is rounded, and so is the subtraction of ½."""
    return _reflected_halves(convention, pixels, _to_float16)


def _grid_bfloat16_reflected(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The steps of ``grid_float16_reflected`` in bfloat16."""
    return _reflected_halves(convention, pixels, _to_bfloat16)


def _grid_float16_2_15(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """``grid_float16``, but that the line from −1 to 1 is that of float32, rounded once."""
    grid = _grid_of_halves(convention, pixels, _to_float16, _line_rounded_once)
    return _split_in_halves(grid, _to_float16)


def _grid_bfloat16_2_15(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """``grid_bfloat16``, but that the line from −1 to 1 is that of float32, rounded once."""
    grid = _grid_of_halves(convention, pixels, _to_bfloat16, _line_rounded_once)
    return _split_in_halves(grid, _to_bfloat16)


def _grid_float16_reflected_2_15(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """``grid_float16_reflected``, but that the line from −1 to 1 is that of float32, rounded once."""
    return _reflected_halves(convention, pixels, _to_float16, _line_rounded_once)


def _grid_bfloat16_reflected_2_15(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """``grid_bfloat16_reflected``, but that the line from −1 to 1 is that of float32, rounded once."""
    return _reflected_halves(convention, pixels, _to_bfloat16, _line_rounded_once)


def _affine(convention: Resize, pixels: OutputPixels) -> tuple[Coordinates, Coordinates]:
    """The scale and the shift of an affine map that is a resize, as a user computes them in float64."""
    n_in, n_out = pixels.n_in, pixels.n_out
    scale = np.asarray(n_in / n_out)
    return scale, np.asarray(0.5 * scale - 0.5 if _half(convention) else 0 * scale)


_LANES = 16  # pixels that cv2.warpAffine computes at once, with AVX2


def _warp_float32(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """Scale and shift are rounded to float32, and so are the product with the index and the sum."""
    scale, shift = (part.astype(np.float32) for part in _affine(convention, pixels))
    return np.asarray(pixels.index.astype(np.float32) * scale + shift, np.float64)


def _warp_float32_columns(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """In whole vectors of 16 pixels of a row, product and sum are rounded once."""
    d, n_out = pixels.index, pixels.n_out
    scale, shift = (part.astype(np.float32) for part in _affine(convention, pixels))
    fused = (np.multiply(d, scale, dtype=np.float64) + shift).astype(np.float32)
    in_vectors = d < n_out // _LANES * _LANES
    return np.where(in_vectors, fused, _warp_float32(convention, pixels))


def _warp_fixed(
    convention: Resize, pixels: OutputPixels, bits: int, *, columns: bool
) -> Coordinates:
    """A coordinate in 1024ths of a pixel, rounded half up to ``bits`` fractional bits."""
    scale, shift = _affine(convention, pixels)
    if columns:
        coordinate = np.rint(scale * pixels.index * 1024) + np.rint(shift * 1024)
    else:
        coordinate = np.rint((scale * pixels.index + shift) * 1024)
    unit = 1024 >> bits
    return np.asarray((coordinate.astype(np.int64) + unit // 2) // unit / (1 << bits))


def _warp_fixed_0(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The coordinate is rounded to 1024ths of a pixel, and that half up to the pixel."""
    return _warp_fixed(convention, pixels, 0, columns=False)


def _warp_fixed_5(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The coordinate is rounded to 1024ths of a pixel, and that half up to 32nds."""
    return _warp_fixed(convention, pixels, 5, columns=False)


def _warp_fixed_5_columns(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The product of index and scale, and the shift, are each rounded to 1024ths."""
    return _warp_fixed(convention, pixels, 5, columns=True)


# Rules of libraries that are not in the catalogue: how they round the coordinates that nearest reads.


def _by_inverse(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale is n_in times the inverse of n_out, each rounded to float32, and so is its product with
    the index and a half."""
    one, half = np.float32(1), np.float32(0.5)
    scale = pixels.n_in.astype(np.float32) * (one / pixels.n_out.astype(np.float32))
    return np.asarray((pixels.index.astype(np.float32) + half) * scale, np.float64) - 0.5


def _by_quotient(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The index is divided by n_out / n_in, rounded to float32 at each step; where it is then rounded to the
    nearest pixel, a coordinate within 1e-6 of the middle between two pixels is taken to be there."""
    half = np.float32(_half(convention))
    ratio = pixels.n_out.astype(np.float32) / pixels.n_in.astype(np.float32)
    quotient = (pixels.index.astype(np.float32) + half) / ratio
    return _at_middles(convention, np.asarray(quotient - half, np.float32))


def _by_quotient_symmetric(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The middle of the output is moved onto that of the input by an offset in float32; the index is divided
    by the factor, a float32, in float64, and their sum is rounded to float32. Where it is then rounded to
    the nearest pixel, a coordinate within 1e-6 of the middle between two pixels is taken to be there."""
    one, half = np.float32(1), np.float32(0.5)
    n_in, n_out = pixels.n_in.astype(np.float32), pixels.n_out.astype(np.float32)
    scale = n_out / n_in if pixels.factor is None else np.float32(pixels.factor)
    offset = half * n_in * (one - n_out / (scale * n_in))
    quotient = (pixels.index + 0.5) / np.float64(scale)
    return _at_middles(convention, (offset + quotient - 0.5).astype(np.float32))


def _at_middles(convention: Resize, coordinate: NDArray[np.float32]) -> Coordinates:
    """Coordinates in float32; where they are rounded to the nearest pixel, ONNX Runtime takes those near the
    middle between two pixels to be there."""
    pixel = np.floor(coordinate)
    rounds = str(convention.nearest_mode).startswith("round")
    near = rounds & (abs(coordinate - pixel - np.float32(0.5)) < _ALMOST)
    return np.where(near, pixel + 0.5, coordinate.astype(np.float64))


def _by_float64_scale(convention: Resize, pixels: OutputPixels) -> Coordinates:
    """The scale (n_in − 1) / (n_out − 1) is rounded to float64, and so is its product with the index."""
    more = pixels.n_out > 1
    scale = (pixels.n_in - 1) / np.where(more, pixels.n_out - 1, 1)
    return np.asarray(pixels.index * np.where(more, scale, 1.0))


Formula = Callable[[Resize, OutputPixels], Coordinates]


@dataclass(frozen=True)
class CoordinateRule:
    """A way of computing coordinates that can pick another pixel, or another weight, than the exact one.

    Attributes:
        coordinates: from a convention and output pixels to what the framework computes. What is
            returned is exact: every coordinate that a rule computes is a float64.
        stored_for: the conventions for which it shows at the sizes of the goldens, and has goldens of its
            own; None if there are none.
        source: where it was read.
        above: the total above which it is another formula, where it is.
        tap_weights: what taps weigh, where rounding decides on which side of a step of the kernel they
            are.
        computed: it shows at the sizes of the goldens, and has none of its own: its cases are the exact
            convention's, computed anew.
        columns: ``coordinates`` along the columns, where that is another formula than along the rows.
        applies: of a rule of a library that is not in the catalogue, the conventions that it is for; None
            of a rule that calls declare.
        by_sizes_too: given a factor, its coordinates depend on both sizes too, and not on the factor alone.
        one_size: its coordinates are found one size of the output at a time, in many steps.
        rounded: the coordinates are rounded besides, as many times as the arithmetic says: the rule
            says which pixel, not to the last bit how much of it.
    """

    coordinates: Formula
    source: str
    stored_for: Callable[[Resize], bool] | None = None
    above: int | None = None
    tap_weights: TapWeights | None = None
    rounded: bool = False
    one_size: bool = False
    computed: bool = False
    columns: Formula | None = None
    applies: Callable[[Resize], bool] | None = None
    by_sizes_too: bool = False

    @property
    def stored(self) -> bool:
        """Whether it has goldens of its own."""
        return self.stored_for is not None

    @property
    def formula(self) -> str:
        """What it does, in words."""
        formulas = (function for function in (self.coordinates, self.tap_weights) if function)
        words = " ".join(" ".join(function.__doc__ or "" for function in formulas).split())
        along_columns = " ".join((self.columns.__doc__ or "").split()) if self.columns else ""
        return f"{words} Along the columns: {along_columns}" if along_columns else words


_WARP_FIXED = (
    "opencv/opencv, modules/imgproc/src/imgwarp.cpp: hal::warpAffine (adelta), WarpAffineInvoker (X0, Y0), "
    "hal::warpAffineBlockline, hal::warpAffineBlocklineNN"
)

COORDINATE_RULES: dict[str, CoordinateRule] = {
    "kernel_table_1024": CoordinateRule(
        _kernel_table_1024,
        stored_for=lambda c: c.mode == "cubic",
        source="tensorflow/tensorflow, tensorflow/core/kernels/image/resize_bicubic_op.cc: "
        "GetWeightsAndIndices (lrintf(delta * kTableSize))",
    ),
    "float32": CoordinateRule(
        _float32,
        source="tensorflow/tensorflow, tensorflow/core/util/image_resizer_state.h: LegacyScaler, "
        "HalfPixelScalerForNN; tensorflow/core/kernels/image/crop_and_resize_op.cc; "
        "pytorch/pytorch, aten/src/ATen/native/UpSample.h: "
        "nearest_neighbor_compute_source_index, nearest_neighbor_exact_compute_source_index",
    ),
    "inverse_scale_float32": CoordinateRule(
        _inverse_scale_float32,
        stored_for=lambda c: c.mode == "gaussian",
        source="tensorflow/tensorflow, tensorflow/core/kernels/image/scale_and_translate_op.cc: "
        "ComputeSpansCore (sample_f, span_start, span_end, kernel_pos)",
        tap_weights=_gaussian_float32,
    ),
    "distance_float32": CoordinateRule(
        _inverse_scale_float32,
        stored_for=lambda c: c.mode == "box",
        source="tensorflow/tensorflow, tensorflow/core/kernels/image/scale_and_translate_op.cc: "
        "ComputeSpansCore (kernel_pos * one_over_kernel_scale)",
        tap_weights=_box_float32,
    ),
    "box_float64": CoordinateRule(
        _float64,
        stored_for=lambda c: c.mode == "box" and c.antialias and c.exclude_outside,
        source="python-pillow/Pillow, src/libImaging/Resample.c: precompute_coeffs, box_filter "
        "(x > -0.5 && x <= 0.5)",
        tap_weights=_box_after,
    ),
    "hamming_float64": CoordinateRule(
        _float64_at_pixels,
        source="python-pillow/Pillow, src/libImaging/Resample.c: precompute_coeffs, hamming_filter "
        "(x == 0.0)",
        rounded=True,
    ),
    "outside_float32": CoordinateRule(
        _outside_float32,
        source="tensorflow/tensorflow, tensorflow/core/kernels/image/crop_and_resize_op.cc: "
        "CropAndResize<CPUDevice, T> (in_y > image_height - 1)",
        rounded=True,
    ),
    "sum_float64": CoordinateRule(
        _sum_float64,
        stored_for=lambda c: c == Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
        source="opencv/opencv, modules/imgproc/src/resize.cpp: resizeNN_bitexact (OpenCV 5); "
        "python-pillow/Pillow, src/libImaging/Geometry.c: ImagingScaleAffine",
    ),
    "float32_sum": CoordinateRule(
        _float32_sum,
        source="opencv/opencv, modules/dnn/src/layers/resize_layer.cpp (3.4 and 4.x): "
        "ResizeLayerImpl::forward (heightOffset)",
    ),
    "fixed_16_lower": CoordinateRule(
        _fixed_16_lower,
        source="opencv/opencv, modules/imgproc/src/resize.cpp: resizeNN_bitexact (OpenCV 4.5.1 to 4.7)",
        computed=True,
    ),
    "fixed_16_lower_where_odd": CoordinateRule(
        _fixed_16_lower_where_odd,
        source="opencv/opencv, modules/imgproc/src/resize.cpp: resizeNN_bitexact (OpenCV 4.8 to 4.14)",
        computed=True,
    ),
    "fixed_16_above": CoordinateRule(
        _fixed_16_above,
        source="google-ai-edge/LiteRT, tflite/kernels/internal/optimized/optimized_ops.h: "
        "ResizeNearestNeighbor",
        computed=True,
    ),
    "float32_fused_above_128": CoordinateRule(
        _float32_fused_above_128,
        source="pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp: "
        "_use_vectorized_kernel_cond_2d, HelperInterpNearestExact (compiled for AVX2 or AVX512, which "
        "have a fused multiply-add); UpSample.h: area_pixel_compute_source_index",
        above=128,
    ),
    "float64_above_128": CoordinateRule(
        _float64_above_128,
        source="pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp: "
        "_use_vectorized_kernel_cond_2d, HelperInterpNearest, HelperInterpNearestExact (floorf); "
        "UpSample.h: area_pixel_compute_source_index",
        above=128,
    ),
    "float32_fused": CoordinateRule(
        _float32_fused,
        source="pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp: "
        "_upsample_nearest_exact1d_kernel_impl, _upsample_nearest_exact3d_kernel_impl "
        "(upsample_generic_Nd_kernel_impl, at every size)",
    ),
    "inverse_scale_float64": CoordinateRule(
        _inverse_scale_float64,
        source="opencv/opencv, modules/imgproc/src/resize.cpp: hal::resize, resizeNN (cvFloor(x*ifx))",
    ),
    "float32_scale": CoordinateRule(
        _float32_scale,
        source="tensorflow/tensorflow, tensorflow/compiler/tf2xla/kernels/image_resize_ops.cc: "
        "GeneralCompileWeights (float h_scale, in input_type's Mul)",
    ),
    "two_starts": CoordinateRule(
        _two_starts,
        source="tensorflow/tensorflow, tensorflow/compiler/tf2xla/kernels/image_resize_ops.cc: "
        "GeneralCompileWeights (h_span_start, once in concatted and once in h_weight)",
        rounded=True,
    ),
    "float32_near_ties": CoordinateRule(
        _float32_near_ties,
        source="opencv/opencv, modules/dnn/src/layers/resize2_layer.cpp: computeSrcGeneric, "
        "resizeNearest (eps)",
    ),
    "float32_short_of_end": CoordinateRule(
        _float32_short_of_end,
        source="opencv/opencv, modules/dnn/src/layers/resize2_layer.cpp: computeSrcGeneric, "
        "resizeBilinear (lim - 1 - 1e-6f)",
    ),
    **{
        f"grid_{dtype}": CoordinateRule(
            formula,
            source="pytorch/pytorch, aten/src/ATen/native/AffineGridGenerator.cpp: make_base_grid_4D"
            " (the product with the identity rounds nothing); cpu/RangeFactoriesKernel.cpp: "
            "linspace_kernel; cpu/GridSamplerKernel.cpp: ComputeLocationBase::unnormalize, "
            "reflect_coordinates (compiled for AVX2 or AVX512)",
            computed=True,
            one_size=True,
        )
        for dtype, formula in (
            ("float32", _grid_float32),
            ("float64", _grid_float64),
            ("float32_reflected", _grid_float32_reflected),
            ("float64_reflected", _grid_float64_reflected),
            ("float16", _grid_float16),
            ("bfloat16", _grid_bfloat16),
            ("float16_reflected", _grid_float16_reflected),
            ("bfloat16_reflected", _grid_bfloat16_reflected),
            ("float16_2_15", _grid_float16_2_15),
            ("bfloat16_2_15", _grid_bfloat16_2_15),
            ("float16_reflected_2_15", _grid_float16_reflected_2_15),
            ("bfloat16_reflected_2_15", _grid_bfloat16_reflected_2_15),
        )
    },
    "warp_float32": CoordinateRule(
        _warp_float32,
        source="opencv/opencv, modules/imgproc/src/warp_kernels.simd.hpp (OpenCV 5): "
        "warpAffineNearestInvoker "
        "(compiled for AVX2), CV_WARPAFFINE_VECTOR_COMPUTE_MAPPED_COORD2",
        computed=True,
        one_size=True,
        columns=_warp_float32_columns,
    ),
    "warp_fixed_0": CoordinateRule(
        _warp_fixed_0,
        source=_WARP_FIXED,
        computed=True,
        one_size=True,
    ),
    "warp_fixed_5": CoordinateRule(
        _warp_fixed_5,
        source=_WARP_FIXED,
        computed=True,
        one_size=True,
        columns=_warp_fixed_5_columns,
    ),
    "jax_float32": CoordinateRule(
        _by_inverse,
        source="jax-ml/jax, jax/_src/image/scale.py: _resize_nearest, as XLA compiles it: "
        "constants are folded and inverted",
    ),
    "onnxruntime_float32": CoordinateRule(
        _by_quotient,
        source="microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor/upsamplebase.h: "
        "GetOriginalCoordinateFromResizedCoordinate; the 1e-6 was found by running 1.32.0 at 13,068 sizes",
    ),
    "onnxruntime_symmetric": CoordinateRule(
        _by_quotient_symmetric,
        source="microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor/upsamplebase.h: "
        "GetOriginalCoordinateFromResizedCoordinate (HALF_PIXEL_SYMMETRIC); the 1e-6 as above",
        by_sizes_too=True,
    ),
    "scipy_float64": CoordinateRule(
        _by_float64_scale,
        source="scipy/scipy, scipy/ndimage/src/ni_interpolation.c: NI_ZoomShift",
        applies=lambda c: (
            c
            == Resize(
                mode="nearest",
                coordinate_transformation_mode="align_corners",
                nearest_mode="round_prefer_ceil",
            )
        ),
    ),
}


def float_coordinates(
    convention: Resize, pixels: OutputPixels, rule: str | None = None
) -> Coordinates:
    """Where output pixels sample, in float64: many sizes at once.

    Args:
        convention: what is computed.
        pixels: the output pixels.
        rule: the name in :data:`COORDINATE_RULES`, or None for the exact coordinate, rounded once.
    """
    if rule is None:
        above, below = convention.ratio(pixels)
        return np.asarray(above / below, np.float64)
    first = convention.coordinate_transformation_mode == "pytorch_half_pixel"
    at_first = first & (pixels.n_out == 1)  # one output pixel samples the first, by every rule
    known = COORDINATE_RULES[rule]
    if pixels.factor is not None and convention.takes_factors and not known.by_sizes_too:
        # as a framework is given it: in double
        n_in, n_out = np.asarray(1.0), np.asarray(float(pixels.factor))
        pixels = replace(pixels, n_in=n_in, n_out=n_out, factor=None)
    formula = known.columns if pixels.columns and known.columns is not None else known.coordinates
    return np.where(at_first, 0.0, formula(convention, pixels))


def needed(axis: Axis, rule: str | None) -> Axis:
    """An axis without what a rule does not depend on, so that axes of the same sizes are equal."""
    known = COORDINATE_RULES.get(rule or "")
    total = axis.total if known is not None and known.above is not None else 0
    by_axis = known is not None and known.columns is not None
    return replace(axis, total=total, columns=axis.columns and by_axis)


def coordinates(convention: Resize, axis: Axis, rule: str | None = None) -> Exact:
    """Where each output pixel samples: exactly, or as a rule of :data:`COORDINATE_RULES` has it."""
    if rule is None:
        return convention.coordinates(*axis.arguments)
    floats = float_coordinates(convention, axis.pixels, rule)
    return np.array([Fraction(coordinate) for coordinate in floats.tolist()], object)


def relevant(axis: Axis, rule: str | None) -> Axis:
    """An axis without what a rule does not depend on: the key by which weights are kept."""
    if rule is None:
        return Axis(*axis.arguments)
    known = COORDINATE_RULES[rule]
    total = 0 if known.above is None else 1 + known.above * (axis.total > known.above)
    return Axis(*axis.arguments, total, axis.columns and known.columns is not None)


def rules_of_libraries(convention: Resize) -> tuple[str, ...]:
    """The rules by which libraries that are not in the catalogue may follow a convention."""
    every = COORDINATE_RULES.items()
    return tuple(name for name, rule in every if rule.applies and rule.applies(convention))


def tap_weights(rule: str | None) -> TapWeights | None:
    """What taps weigh by a rule, if it has that to say."""
    known = COORDINATE_RULES.get(rule or "")
    return known.tap_weights if known else None
