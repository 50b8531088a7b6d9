"""OpenCV's arithmetics without IPP: fixed point and float32, the averages of INTER_AREA, and
the pyramids."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...arrays import AnyArray, Float32, Float64, Integers
from ...operators import Resize
from ...operators.exact import over_common_denominator
from .steps import NO_FACTORS, F, Factors, coordinates, half_up, in_turn

# ---------------------------------------------------------------------------- one axis


def _ratio(n_in: int, n_out: int, factor: float | None) -> float:
    """Output pixels an input pixel; its inverse is how far apart they are sampled."""
    return n_out / n_in if factor is None else factor


@dataclass(frozen=True)
class _Axis:
    """One axis of OpenCV: of each output pixel the pixels read, (taps, n_out), and their weights."""

    index: NDArray[np.intp]
    weight: Float32


def _axis(
    convention: Resize, n_in: int, n_out: int, factor: float | None, *, columns: bool
) -> _Axis:
    """The coordinate is cast to float, and so is all that follows from it."""
    find = _reaching if convention.mode == "area_linear" else _between
    base, t = find(convention, n_in, n_out, _ratio(n_in, n_out, factor))
    if convention.mode in ("linear", "area_linear"):
        if columns:  # rows keep their weights at the edge: both read the same pixel
            t = np.where((base < 0) | (base >= n_in - 1), F(0), t)
            base = base.clip(0, n_in - 1)
        weight = np.stack([F(1) - t, t])
    elif convention.mode == "cubic":
        weight = np.stack(interpolate_cubic(F(float(convention.cubic_coeff_a or 0)), t))
    else:
        weight = _lanczos4(t)
    first = 1 - len(weight) // 2
    index = base + np.arange(first, first + len(weight))[:, None]
    return _Axis(index.clip(0, n_in - 1), weight)


def _between(
    convention: Resize, n_in: int, n_out: int, ratio: float
) -> tuple[NDArray[np.intp], Float32]:
    """The pixel before each coordinate, and the fraction."""
    x = coordinates(convention, n_in, n_out, 1.0 / ratio).astype(F)
    base = np.floor(x).astype(np.intp)
    return base, x - base.astype(F)


def _reaching(
    convention: Resize, n_in: int, n_out: int, ratio: float
) -> tuple[NDArray[np.intp], Float32]:
    """The pixel in which an output pixel begins, and how much of it lies beyond that pixel's end."""
    base = np.floor(coordinates(convention, n_in, n_out, 1.0 / ratio)).astype(np.intp)
    beyond = (np.arange(1, n_out + 1) - (base + 1) * ratio).astype(F)
    return base, np.where(beyond <= 0, F(0), beyond - np.floor(beyond))


def interpolate_cubic(a: np.float32, t: Float32) -> list[Float32]:
    """The weights of the four taps, in float32; the last is what the others lack."""
    one = F(1)
    u = one - t
    first = ((a * (t + one) - F(5) * a) * (t + one) + F(8) * a) * (t + one) - F(4) * a
    second = ((a + F(2)) * t - (a + F(3))) * t * t + one
    third = ((a + F(2)) * u - (a + F(3))) * u * u + one
    return [first, second, third, one - first - second - third]


# sin(x - k·3π/4) as a sum of sin(x) and cos(x), for each tap k
_HALF = np.sqrt(0.5)
_TURNS = ((1, 0), (-_HALF, -_HALF), (0, 1), (_HALF, -_HALF),
          (-1, 0), (_HALF, _HALF), (0, -1), (-_HALF, _HALF))  # fmt: skip
_HUGE = F(1e30)  # the weight of a pixel at the coordinate, before the division by the sum


def _lanczos4(t: Float32) -> Float32:
    """sin and cos of one angle make those of all eight, in float64; their sum is float32."""
    from_start = t + F(3)
    angle = -from_start.astype(np.float64) * np.pi * 0.25
    sine, cosine = np.sin(angle), np.cos(angle)
    weights: list[AnyArray] = []
    for k, (of_sine, of_cosine) in enumerate(_TURNS):
        away = from_start - F(k)
        at_tap = abs(away) < F(1e-6)
        y = np.where(at_tap, 1.0, -away.astype(np.float64) * np.pi * 0.25)
        value = ((of_sine * sine + of_cosine * cosine) / (y * y)).astype(F)
        weights.append(np.where(at_tap, _HUGE, value))
    result: Float32 = np.stack(weights) * (F(1) / in_turn(weights)).astype(F)
    return result


# ---------------------------------------------------------------------------- images


def interleaved(x: AnyArray) -> AnyArray:
    """(N, C, H, W) to (N, H, W, C), as OpenCV holds images."""
    return x.transpose(0, 2, 3, 1)


def flat(x: AnyArray) -> AnyArray:
    """(N, H, W, C) to (N, H, W·C): a row is a vector, whatever its channels."""
    return x.reshape(*x.shape[:2], -1)


def planes(rows: AnyArray, channels: int, dtype: str) -> Integers:
    """(N, H, W·C), saturated to the dtype, back to (N, C, H, W)."""
    limits = np.iinfo(dtype)
    clipped = rows.clip(limits.min, limits.max).astype(np.int64)
    return clipped.reshape(*rows.shape[:2], -1, channels).transpose(0, 3, 1, 2)


def _in_vectors(width: int, lanes: int) -> NDArray[np.bool_]:
    """Which elements of a row are computed in whole vectors; the rest come one at a time."""
    return np.arange(width) < width // lanes * lanes


# ---------------------------------------------------------------------------- LINEAR, CUBIC, LANCZOS4


def _special(
    convention: Resize, x: Integers, size: tuple[int, int], dtype: str, factors: Factors
) -> Integers | None:
    """What OpenCV does not interpolate: an unchanged size, and LINEAR at exactly half the size."""
    if x.shape[2:] == size:
        return x
    halving = convention.mode == "linear" and _windows(x, size, factors) == (2, 2)
    return _averaged(x, size, dtype, (2, 2)) if halving else None


_COEFFICIENT_BITS = 11


def fixed_11(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Weights are rounded to 11 bits, and the first pass is exact. Then LINEAR truncates in two steps and
    rounds half up; LANCZOS4 rounds the exact sum half up; CUBIC sums float32 products, rounded half to
    even, in whole vectors of 8, and treats the rest of a row as LANCZOS4 does."""
    special = _special(convention, x, size, dtype, factors)
    if special is not None:
        return special
    one = F(1 << _COEFFICIENT_BITS)
    columns = _axis(convention, x.shape[3], size[1], factors[1], columns=True)
    rows = _axis(convention, x.shape[2], size[0], factors[0], columns=False)
    alpha = np.rint(columns.weight * one).astype(np.int64)
    beta = np.rint(rows.weight * one).astype(np.int64)[:, :, None]
    image = interleaved(x)
    first = flat(
        in_turn([image[:, :, i] * w[:, None] for i, w in zip(columns.index, alpha, strict=True)])
    )
    lines = [first[:, i] for i in rows.index]
    if len(lines) == 2:
        parts = [(b * (line >> 4)) >> 16 for b, line in zip(beta, lines, strict=True)]
        return planes((parts[0] + parts[1] + 2) >> 2, x.shape[1], dtype)
    bits = 2 * _COEFFICIENT_BITS
    exact = in_turn([b * line for b, line in zip(beta, lines, strict=True)])
    result = half_up(exact, bits)
    if convention.mode == "cubic":
        scale = F(1 << bits)
        p = [line.astype(F) * (b.astype(F) / scale) for b, line in zip(beta, lines, strict=True)]
        vectors = np.rint(in_turn(p[::-1])).astype(np.int64)
        result = np.where(_in_vectors(first.shape[2], 8), vectors, result)
    return planes(result, x.shape[1], dtype)


def _backwards(convention: Resize, dtype: str) -> bool:
    """Whether whole vectors sum their rows from the last to the first."""
    return convention.mode != "lanczos" or dtype == "int16"


def float32(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Everything is float32, rounded half to even once at the end. In whole vectors of 8, CUBIC and, on
    int16, LANCZOS4 sum their rows from last to first; otherwise from first to last."""
    special = _special(convention, x, size, dtype, factors)
    if special is not None:
        return special
    columns = _axis(convention, x.shape[3], size[1], factors[1], columns=True)
    rows = _axis(convention, x.shape[2], size[0], factors[0], columns=False)
    image = interleaved(x).astype(F)
    along = zip(columns.index, columns.weight, strict=True)
    first = flat(in_turn([image[:, :, i] * w[:, None] for i, w in along]))
    p = [first[:, i] * w[:, None] for i, w in zip(rows.index, rows.weight, strict=True)]
    result = in_turn(p)
    if _backwards(convention, dtype):
        result = np.where(_in_vectors(first.shape[2], 8), in_turn(p[::-1]), result)
    return planes(np.rint(result), x.shape[1], dtype)


# ---------------------------------------------------------------------------- LINEAR_EXACT


_EXACT_BITS = {"uint8": 8, "uint16": 16, "int16": 16}


def bit_exact(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Weights have 8 fractional bits for uint8 and 16 for the others, rounded half to even. Both passes
    are exact, and the result is rounded half up. Halving is INTER_AREA's, except with two channels."""
    if x.shape[1] != 2 or x.shape[2:] == size:
        special = _special(convention, x, size, dtype, factors)
        if special is not None:
            return special
    bits = _EXACT_BITS[dtype]
    for axis in (3, 2):
        x = _exactly(convention, x, axis, size[axis - 2], factors[axis - 2], bits)
    return half_up(x, 2 * bits)


def _exactly(
    convention: Resize, x: Integers, axis: int, n_out: int, factor: float | None, bits: int
) -> Integers:
    """One axis, in units of 2**-bits more; beyond the outermost pixels' centres they are copied."""
    n_in = x.shape[axis]
    coordinate = coordinates(convention, n_in, n_out, 1.0 / _ratio(n_in, n_out, factor))
    base = np.floor(coordinate).astype(np.intp)
    t = np.where((base < 0) | (base >= n_in - 1), 0.0, coordinate - base)
    weight = np.rint(t * (1 << bits)).astype(np.int64).reshape(-1, *[1] * (3 - axis))
    base = base.clip(0, n_in - 1)
    a, b = x.take(base, axis), x.take((base + 1).clip(0, n_in - 1), axis)
    return np.asarray(((1 << bits) - weight) * a + weight * b)


# ---------------------------------------------------------------------------- AREA


def area(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: Factors = NO_FACTORS,
) -> Integers:
    """Whole ratios average the pixels of each window. Other ratios weight them in float32, columns first,
    each pass from the first pixel to the last, rounded half to even at the end."""
    if x.shape[2:] == size:
        return x
    window = _windows(x, size, factors)
    if window is not None:
        return _averaged(x, size, dtype, window)
    image = interleaved(x).astype(F)
    for axis in (2, 1):
        image = _covered(image, axis, size[axis - 1], factors[axis - 1])
    return planes(np.rint(flat(image)), x.shape[1], dtype)


def is_whole(n_in: int, n_out: int, factor: float | None = None) -> bool:
    """Whether n_in / n_out, or 1 / factor, is a whole number, as OpenCV computes it in float64: 49 / 1 is
    not."""
    scale = 1.0 / _ratio(n_in, n_out, factor)
    return abs(scale - round(scale)) < sys.float_info.epsilon


def _windows(x: Integers, size: tuple[int, int], factors: Factors) -> tuple[int, int] | None:
    """How many pixels an output pixel covers along H and W, if both are whole numbers."""
    axes = list(zip(x.shape[2:], size, factors, strict=True))
    if not all(is_whole(*axis) for axis in axes):
        return None
    height, width = (round(1.0 / _ratio(*axis)) for axis in axes)
    return height, width


def _averaged(x: Integers, size: tuple[int, int], dtype: str, window: tuple[int, int]) -> Integers:
    """Windows of whole pixels: 2 x 2 with 1, 3 or 4 channels rounds half up. Else the sum, exact on uint8
    and in float32 four pixels at a time on 16 bits, is multiplied by a float32 and rounded half even. Of a
    window that reaches beyond the image what is inside is added one by one, and divided by its number."""
    (h, w), (rows, columns) = x.shape[2:], window
    result = np.zeros((*x.shape[:2], *size), np.int64)
    full = (min(size[0], h // rows), min(size[1], w // columns))
    result[:, :, : full[0], : full[1]] = _whole_windows(x, full, dtype, window)
    cut = np.ones(size, bool)
    cut[: full[0], : full[1]] = False
    for i, j in np.argwhere(cut):
        part = x[:, :, i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]
        result[:, :, i, j] = np.rint(_mean(part.reshape(*x.shape[:2], -1)))
    return result


def _mean(pixels: Integers) -> Float32:
    """Of the last axis, in float32 from the first to the last."""
    total = np.add.accumulate(pixels.astype(F), axis=-1)[..., -1]
    return np.asarray(total / F(pixels.shape[-1]))


def _whole_windows(
    x: Integers, size: tuple[int, int], dtype: str, window: tuple[int, int]
) -> Integers:
    n, c = x.shape[:2]
    x = x[:, :, : size[0] * window[0], : size[1] * window[1]]
    blocks = x.reshape(n, c, size[0], window[0], size[1], window[1]).swapaxes(3, 4)
    pixels = blocks.reshape(n, c, *size, window[0] * window[1])
    if window == (2, 2) and c in _HALVES_UP:
        return half_up(pixels.sum(axis=-1), 2)
    count = pixels.shape[-1]
    if dtype == "uint8":
        total = pixels.sum(axis=-1).astype(F)
    else:
        fours = count // _AT_A_TIME * _AT_A_TIME
        whole = (
            pixels[..., :fours].reshape(n, c, *size, fours // _AT_A_TIME, _AT_A_TIME).sum(axis=-1)
        )
        parts = np.concatenate([whole, pixels[..., fours:]], axis=-1).astype(F)
        total = np.add.accumulate(parts, axis=-1)[..., -1]
    return np.asarray(np.rint(total * (F(1) / F(count))).astype(np.int64))


_AT_A_TIME = 4  # pixels that are added as integers
_HALVES_UP = (1, 3, 4)  # the numbers of channels for which there is a kernel for halving
_TOO_LITTLE = 1e-3  # of a pixel: not worth a tap


def _covered(image: Float32, axis: int, n_out: int, factor: float | None) -> Float32:
    """One axis: what lies under each output pixel, weighed by how much of it does."""
    n_in = image.shape[axis]
    result = np.zeros((*image.shape[:axis], n_out, *image.shape[axis + 1 :]), F)
    for pixel, alpha in _cover(n_in, n_out, _ratio(n_in, n_out, factor)):
        shape = [-1 if k == axis else 1 for k in range(4)]
        result = result + image.take(pixel, axis) * alpha.reshape(shape)
    return result


def _cover(n_in: int, n_out: int, ratio: float) -> list[tuple[NDArray[np.intp], Float32]]:
    """The taps of each output pixel in turn; weights of 0 where a pixel has fewer."""
    scale = 1.0 / ratio
    start = np.arange(n_out) * scale
    end = start + scale
    width: Float64 = np.minimum(scale, n_in - start)
    last = np.minimum(np.floor(end).astype(np.intp), n_in - 1)
    first = np.minimum(np.ceil(start).astype(np.intp), last)
    before, after = first - start, end - last
    taps = [(first - 1, np.where(before > _TOO_LITTLE, before / width, 0.0))]
    for k in range(int(np.max(last - first))):
        taps.append((first + k, np.where(first + k < last, 1.0 / width, 0.0)))
    part = np.minimum(np.minimum(after, 1.0), width) / width
    taps.append((last, np.where(after > _TOO_LITTLE, part, 0.0)))
    return [(pixel.clip(0, n_in - 1), weight.astype(F)) for pixel, weight in taps]


# ---------------------------------------------------------------------------- pyramids


def pyramid(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Exact sums of integer weights, rounded half up once at the end."""
    bits = 0
    for axis, n_out in zip((2, 3), size, strict=True):
        rows, more = _over_a_power_of_two(convention, x.shape[axis], n_out)
        x = np.moveaxis(np.tensordot(rows, x, axes=(1, axis)), 0, axis)
        bits += more
    return half_up(x, bits) if bits else x


@functools.lru_cache(maxsize=256)
def _over_a_power_of_two(convention: Resize, n_in: int, n_out: int) -> tuple[Integers, int]:
    """The matrix of one axis as integers, and the number of bits after the point."""
    rows, below = over_common_denominator(convention.weights(n_in, n_out))
    return rows.astype(np.int64), below.bit_length() - 1
