"""Pillow's arithmetic on integers: one pass an axis, each rounded and clamped, of bytes by weights of 22
bits, of 16 bits by those of float64. The mean of blocks, and colours multiplied by alpha."""

from __future__ import annotations

import functools

import numpy as np

from ...arrays import Float64, Integers
from ...operators import Resize
from .. import pillow_window
from .steps import half_up

_BITS = 22


Parts = tuple[pillow_window.Part | None, pillow_window.Part | None]
_WHOLE: Parts = (None, None)


def uint8(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """Columns, then rows, each only where its size changes: weights of 22 bits after the point, exact sums,
    rounded half up and clamped to 0..255 after each."""
    return passes(convention, x, size, pillow_window.columns_first)


def uint8_12(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``pillow_uint8``, but rows first where an image more than 100 times as high as wide loses rows."""
    return passes(convention, x, size, pillow_window.tall_first)


def uint8_13(convention: Resize, x: Integers, size: tuple[int, int], dtype: str) -> Integers:
    """As ``pillow_uint8``, but rows first where they lose pixels, and more than twice as many as the
    columns."""
    return passes(convention, x, size, pillow_window.fewer_rows_first)


# by era of releases, which axis is resized first; in the names of the arithmetics
ORDERS: dict[str, pillow_window.Order] = {
    "pillow": pillow_window.columns_first,
    "pillow_12": pillow_window.tall_first,
    "pillow_13": pillow_window.fewer_rows_first,
}


def passes(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    rows_first: pillow_window.Order,
    parts: Parts = _WHOLE,
) -> Integers:
    """Both axes of an image (N, C, H, W) of bytes, or of parts of them, which ``box=`` says."""
    for axis in (2, 3) if rows_first(x.shape[2:], size) else (3, 2):
        n_in, n_out, part = x.shape[axis], size[axis - 2], parts[axis - 2]
        if pillow_window.is_resized(n_in, n_out, part):
            x = one_pass(_whole(convention, n_in, n_out, part, _BITS), x, axis)
    return x


def reducing(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    gap: float,
    rows_first: pillow_window.Order,
) -> Integers:
    """With ``reducing_gap``: the mean of blocks where an axis shrinks so much, then what is left of it."""
    height, width = x.shape[2:]
    by = pillow_window.factors((height, width), size, gap)
    if max(by) > 1:
        x = block_means(x, by)
    parts = ((0, height / by[0]), (0, width / by[1]))
    return passes(convention, x, size, rows_first, parts)


def reduce(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    factors: tuple[float, float] | None = None,
) -> Integers:
    """The mean of blocks of whole pixels: a sum and half of their number, times 2^24 over that, cut.

    Raises:
        ValueError: no such blocks make an image of that size.
    """
    given = factors or tuple(n_out / n_in for n_in, n_out in zip(x.shape[2:], size, strict=True))
    by = tuple(round(1 / one) for one in given)
    if any(k < 1 or -(-n // k) != m for n, m, k in zip(x.shape[2:], size, by, strict=True)):
        raise ValueError(f"Image.reduce makes no image of {size} of one of {x.shape[2:]}")
    return block_means(x, by)


def block_means(x: Integers, by: tuple[int, ...]) -> Integers:
    """(N, C, H, W), each output pixel the mean of ``by`` rows and columns, or of those that are left."""
    starts = [np.arange(0, n, k) for n, k in zip(x.shape[2:], by, strict=True)]
    sums = np.add.reduceat(np.add.reduceat(x, starts[0], axis=2), starts[1], axis=3)
    heights, widths = (
        np.minimum(k, n - start) for k, n, start in zip(by, x.shape[2:], starts, strict=True)
    )
    return _mean(sums, heights[:, None] * widths)


def _mean(sums: Integers, count: Integers) -> Integers:
    # division_UINT32: 2^32 over 256 times the number, in float32
    multiplier = (np.float32(2**32) / (256 * count).astype(np.float32)).astype(np.int64)
    return np.asarray(((sums + count // 2) * multiplier) >> 24)


def premultiplied(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    *,
    rows_first: pillow_window.Order,
) -> Integers:
    """Modes LA and RGBA: colours times alpha, resized, and over alpha again, each in bytes.

    python-pillow/Pillow, ``src/libImaging/Convert.c``: rgbA2rgba, rgba2rgbA, lA2la, la2lA.
    """
    if x.shape[2:] == size:
        return x
    colours, alpha = x[:, :-1], x[:, -1:]
    whole_image = np.concatenate([_times(colours, alpha), alpha], axis=1)
    resized = passes(convention, whole_image, size, rows_first)
    colours, alpha = resized[:, :-1], resized[:, -1:]
    return np.concatenate([_over(colours, alpha), alpha], axis=1)


def _times(colours: Integers, alpha: Integers) -> Integers:
    # MULDIV255: over 255, rounded
    product = colours * alpha + 128
    return ((product >> 8) + product) >> 8


def _over(colours: Integers, alpha: Integers) -> Integers:
    inside = (alpha > 0) & (alpha < 255)
    divided = (255 * colours // np.where(inside, alpha, 1)).clip(0, 255)
    return np.where(inside, divided, colours)


def uint16(
    convention: Resize,
    x: Integers,
    size: tuple[int, int],
    dtype: str,
    *,
    rows_first: pillow_window.Order,
    apart: bool = False,
) -> Integers:
    """Mode I;16: each pass sums in float64 from the first pixel to the last, rounds half away from zero and
    clamps to 0..65535; until 12.2 the bytes are clamped apart, so that 65536 becomes 65280. Mode I (int32) is
    the same, clamped to its own ends."""
    limits = np.iinfo("uint16" if dtype == "uint16" else "int32")
    for axis in (2, 3) if rows_first(x.shape[2:], size) else (3, 2):
        n_in, n_out = x.shape[axis], size[axis - 2]
        if n_in != n_out:
            along = np.moveaxis(x.astype(np.float64), axis, -1)[..., None, :]
            products = pillow_window.weights(convention, n_in, n_out) * along
            sums = np.moveaxis(np.add.accumulate(products, axis=-1)[..., -1], -1, axis)
            whole_sums = _half_away(sums).astype(np.int64)
            x = _bytes_apart(whole_sums) if apart else whole_sums.clip(limits.min, limits.max)
    return x


def _bytes_apart(values: Integers) -> Integers:
    # the remainder of what is negative is negative
    low = np.where(values < 0, 0, values % 256)
    return (values >> 8).clip(0, 255) * 256 + low


def one_pass(matrix: Float64, x: Integers, axis: int) -> Integers:
    """An axis resized by whole weights, (n_out, n_in): see :func:`whole`."""
    # in float64 the sums are exact, far below 2**53, and BLAS does them
    sums = np.tensordot(matrix, x.astype(np.float64), axes=(1, axis))
    return half_up(np.moveaxis(sums, 0, axis).astype(np.int64), _BITS).clip(0, 255)


@functools.lru_cache(maxsize=64)
def _whole(
    convention: Resize, n_in: int, n_out: int, part: pillow_window.Part | None, bits: int
) -> Float64:
    return whole(pillow_window.weights(convention, n_in, n_out, part), bits)


def whole(weights: Float64, bits: int = _BITS) -> Float64:
    """The weights of an axis, (n_out, n_in), in units of the last bit."""
    return _half_away(weights * 2.0**bits)


def _half_away(values: Float64) -> Float64:
    return np.trunc(values + np.copysign(0.5, values))
