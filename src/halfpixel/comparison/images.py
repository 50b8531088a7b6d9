"""The images that two functions are compared on: a photograph at real sizes, and the worst cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray
from ..conformance import goldens
from ..identification.adapter import Size
from .function import Incomparable

Image = NDArray[np.uint8]
REAL: Size = (480, 640)  # of a camera's picture: what is asked first


@dataclass(frozen=True, eq=False)
class Probe:
    """An image in one dtype.

    Attributes:
        name: photograph, noise, …, or the name of a file.
        pixels: (H, W, 3), uint8 0..255.
        dtype: uint8 or float32.
        white: what white is in a float image: 1 or 255.
    """

    name: str
    pixels: Image
    dtype: str
    white: float = 1.0

    @property
    def size(self) -> Size:
        """(h, w)."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])

    @property
    def array(self) -> AnyArray:
        """As it is passed, (H, W, 3)."""
        return as_dtype(self.pixels, self.dtype, self.white)


def as_dtype(pixels: NDArray[np.generic], dtype: str, white: float) -> AnyArray:
    """Levels 0..255 in a dtype, a new array; of float32, black is 0 and white ``white``."""
    if dtype == "uint8":
        return np.array(pixels, np.uint8)
    return (np.asarray(pixels, np.float64) * (white / 255)).astype(np.float32)


def photograph(size: Size) -> Image:
    """The photograph in golden/, mirrored at its edges until it fills the size."""
    photo = goldens.photograph()
    h, w = size
    missing = [(0, max(0, n - m)) for n, m in zip(size, photo.shape[:2], strict=True)]
    return np.pad(photo, [*missing, (0, 0)], mode="symmetric")[:h, :w]


def noise(size: Size) -> Image:
    """Random values, the same every time."""
    return np.random.default_rng(20).integers(0, 256, (*size, 3)).astype(np.uint8)


def checkerboard(size: Size) -> Image:
    """Squares of one pixel."""
    return _grey(255 * (np.indices(size).sum(axis=0) % 2))


def edges(size: Size) -> Image:
    """White from the middle row, middle column and diagonal on: black and white alternate."""
    rows, columns = np.indices(size)
    h, w = size
    steps = (2 * rows >= h) ^ (2 * columns >= w) ^ (rows * w >= columns * h)
    return _grey(255 * steps)


def _grey(values: NDArray[np.generic]) -> Image:
    return np.repeat(np.asarray(values, np.uint8)[:, :, None], 3, axis=2)


IMAGES: Mapping[str, Callable[[Size], Image]] = {
    "photograph": photograph,
    "noise": noise,
    "checkerboard": checkerboard,
    "edges": edges,
}


def sizes_for(own: Size) -> list[Size]:
    """Input sizes at which an output size is a reduction, an enlargement, and one of each.

    Args:
        own: the output's (h, w) for an input of :data:`REAL`; of a function that follows its input's size,
            any three sizes will do.
    """
    h, w = own
    larger, smaller = _size(3 * h // 2, 3 * w // 2), _size(2 * h // 3, 2 * w // 3)
    reduced = REAL if h < REAL[0] and w < REAL[1] else larger
    return list(dict.fromkeys([reduced, smaller, (larger[0], smaller[1])]))


def _size(h: int, w: int) -> Size:
    return max(1, h), max(1, w)


_EIGHT_BITS = ("1", "L", "P", "RGB", "CMYK", "YCbCr", "LA", "PA", "RGBA", "RGBX", "HSV", "LAB")


def read(path: Path | str) -> Image:
    """An image file: PPM by itself, others by Pillow.

    Raises:
        Incomparable: there is no such file, it is no image, it has transparent pixels, or Pillow is not
            installed.
    """
    path = Path(path)
    if not path.is_file():
        raise Incomparable(f"there is no image {path}")
    if path.suffix.lower() == ".ppm":
        try:
            return goldens.ppm(path)
        except goldens.GoldenError:
            raise Incomparable(
                f"{path} cannot be read: it is no whole PPM of 8 bits (netpbm's P6)"
            ) from None
    try:
        from PIL import Image as Pillow
        from PIL import UnidentifiedImageError
    except ImportError:
        raise Incomparable(
            f"{path} is no PPM, and Pillow, which reads others, is not installed: pip install pillow"
        ) from None
    try:
        with Pillow.open(path) as opened:
            if opened.mode not in _EIGHT_BITS:
                raise Incomparable(
                    f"{path} holds values that are not of 8 bits (Pillow's mode {opened.mode}): save it with "
                    "8 bits a channel"
                )
            transparent = "A" in opened.getbands() or "transparency" in opened.info
            if transparent and opened.convert("RGBA").getchannel("A").getextrema()[0] < 255:
                raise Incomparable(
                    f"{path} has transparent pixels, and the functions are compared on red, green and blue: "
                    "save it on a background, without alpha"
                )
            return np.array(opened.convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise Incomparable(f"{path} cannot be read as an image: {error}") from None
