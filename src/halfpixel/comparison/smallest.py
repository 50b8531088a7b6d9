"""The smallest image that shows a difference: few pixels, of few values."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .. import documents
from ..identification.adapter import Size
from .function import Float, Output, Raised
from .images import Image, Probe, checkerboard, noise
from .observation import Look, Measured, Setting, look

_TINY = 6  # pixels along an axis: every size up to that is tried
_TRIALS = 400  # after which the smallest that was found is given
_SECONDS = 2.0  # of a processor: the same, of functions that are slow


@dataclass(frozen=True, eq=False)
class Smallest:
    """A small image on which two functions differ.

    Attributes:
        look: the image, with what both made of it.
        rows: image, output of A, output of B, a text a row; of large ones what is around the difference.
        part: which part of them that is; empty if it is all.
    """

    look: Look
    rows: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    part: str

    def json(self) -> documents.SmallestImage:
        """For a program."""
        return {
            "size": list(self.look.probe.size),
            "dtype": self.look.probe.dtype,
            "white": self.look.probe.white if self.look.probe.dtype != "uint8" else 255,
            "pixels": self.look.probe.pixels.tolist()
            if self.look.probe.pixels.size <= 3 * 256
            else None,
            "image_rows": list(self.rows[0]),
            "a_rows": list(self.rows[1]),
            "b_rows": list(self.rows[2]),
            "shown": self.part or None,
            "difference": self.look.difference.json() if self.look.difference else None,
        }


class _Search:
    """Tries images on both functions, as long as there is time.

    Args:
        a, b: the functions in the setting of an image that shows the difference.
        least: the difference that counts, in the unit of A; None where outputs of two shapes count.
    """

    def __init__(self, a: Measured, b: Measured, least: float | None) -> None:
        self.a, self.b, self.least = a, b, least
        self.until = time.process_time() + _SECONDS
        self.left = _TRIALS

    def __call__(self, pixels: Image) -> bool:
        """Whether an image shows the difference."""
        self.left -= 1
        if self.left < 0 or time.process_time() > self.until:
            return False
        probe = self._probe(pixels)
        try:
            return self._shows(self.a.function(probe.array), self.b.function(probe.array))
        except Raised:
            return False

    def look(self, pixels: Image) -> Look:
        """What both make of an image that shows it."""
        probe = self._probe(pixels)
        setting = Setting(probe.size, probe.dtype, probe.white)
        return look(probe, self.a.at(setting), self.b.at(setting))

    def _probe(self, pixels: Image) -> Probe:
        return Probe("smallest", pixels, self.a.setting.dtype, self.a.setting.white)

    def _shows(self, one: Output, other: Output) -> bool:
        x, y = one.image, other.image
        if x.shape != y.shape or self.least is None:
            return x.shape != y.shape and self.least is None
        with np.errstate(invalid="ignore"):
            apart = abs(x - y)
        tone = self.a.tone
        if tone is not None and tone.affine:
            apart = apart / abs(tone.span) * 255
        else:
            apart = apart / max(abs(x).max(), abs(y).max(), np.finfo(float).tiny)
        return bool(not apart.max() <= self.least)  # NaN on one side shows it too


def smallest(worst: Look, a: Measured, b: Measured, least: float | None) -> Smallest | None:
    """The smallest image found that shows a difference.

    Args:
        worst: an image that does.
        a, b: the functions in its setting.
        least: the difference that counts, in the unit of A; None where outputs of two shapes count.
    """
    search = _Search(a, b, least)
    reduced = _reduced(search, worst.probe.pixels)
    tiny = _tiny(search, reduced)
    reduced = reduced if tiny is None else tiny
    if reduced is None:
        return None
    shown = search.look(_simplified(search, reduced))
    return Smallest(shown, *_printed(shown))


def _tiny(search: _Search, reduced: Image | None) -> Image | None:
    """The smallest size of few pixels at which noise shows the difference, if that is less than there is."""
    sizes = [(h, w) for h in range(1, _TINY + 1) for w in range(1, _TINY + 1)]
    most = reduced.size // 3 if reduced is not None else np.inf
    for size in sorted(sizes, key=lambda s: (s[0] * s[1], s[0])):
        if size[0] * size[1] >= most:
            return None
        for pixels in (noise(size), checkerboard(size)):
            if search(pixels):
                return pixels
    return None


def _simple(size: Size) -> Iterator[Image]:
    """Images of few values, the simplest first."""
    h, w = size
    yield np.full((h, w, 3), 255, np.uint8)
    dot = np.zeros((h, w, 3), np.uint8)
    dot[h // 2, w // 2] = 255
    yield dot
    red = np.zeros((h, w, 3), np.uint8)
    red[..., 0] = 255
    yield red
    if h * w > 1:
        yield checkerboard(size)
    if h * w > 2:
        yield noise(size)


def _reduced(search: _Search, worst: Image) -> Image | None:
    """The worst image, cut along one axis and then the other for as long as it shows the difference."""
    if not search(worst):
        return None
    reduced = worst
    for axis in (0, 1):
        low, high = 0, reduced.shape[axis]
        while high - low > 1:
            middle = (low + high) // 2
            cut = np.ascontiguousarray(np.take(reduced, range(middle), axis=axis))
            if search(cut):
                reduced, high = cut, middle
            else:
                low = middle
    return reduced


def _simplified(search: _Search, image: Image) -> Image:
    """Of the same size: a simpler image, and pixels that are black where that is enough."""
    h, w = image.shape[:2]
    image = next((pixels for pixels in _simple((h, w)) if search(pixels)), image)
    blocks = max(1, h * w // 64)
    for start in range(0, h * w, blocks):
        pixels = image.copy()
        part = pixels.reshape(h * w, 3)[start : start + blocks]
        if not part.any():
            continue
        part[:] = 0
        image = pixels if search(pixels) else image
    return image


# ---------------------------------------------------------------------------- printed

_ROWS, _COLUMNS = 4, 8
Rows = tuple[str, ...]


def _printed(look: Look) -> tuple[tuple[Rows, Rows, Rows], str]:
    """The image and both outputs as rows of numbers, around the largest difference where they are large; of
    channels that are not all alike, the one that differs most."""
    row, column, channel = look.difference.at if look.difference else (0, 0, 0)
    (h, w), n_in = look.a.size, look.probe.size
    near = min(n_in[0] - 1, (2 * row + 1) * n_in[0] // (2 * h)), min(
        n_in[1] - 1, (2 * column + 1) * n_in[1] // (2 * w)
    )  # fmt: skip
    outputs = look.a.image, look.b.image
    grey = all((image == image[..., :1]).all() for image in outputs)
    image, shown = _cut(np.asarray(look.probe.pixels, np.float64), near)
    parts = [f"of the image {shown}"] if shown else []
    rows = []
    for output in outputs:
        part, shown = _cut(output, (row, column))
        rows.append(_rows(part[..., [min(channel, part.shape[2] - 1)]]))
        if shown and f"of the outputs {shown}" not in parts:
            parts.append(f"of the outputs {shown}")
    if not grey:
        parts.append(f"channel {channel} of the outputs")
    return (_rows(image), rows[0], rows[1]), ", ".join(parts)


def _cut(image: Float, at: Size) -> tuple[Float, str]:
    h, w = image.shape[:2]
    if h <= _ROWS and w <= _COLUMNS:
        return image, ""
    top = min(max(0, at[0] - _ROWS // 2), max(0, h - _ROWS))
    left = min(max(0, at[1] - _COLUMNS // 2), max(0, w - _COLUMNS))
    bottom, right = min(h, top + _ROWS), min(w, left + _COLUMNS)
    part = f"rows {top}..{bottom - 1} and columns {left}..{right - 1} of {h}×{w}"
    return image[top:bottom, left:right], part


def _rows(image: Float) -> Rows:
    """A text a row; a pixel is one number where its channels are equal, else all of them."""
    grey = bool((image == image[..., :1]).all())
    cells = [
        [
            _number(pixel[0]) if grey else ",".join(_number(value) for value in pixel)
            for pixel in row
        ]
        for row in image
    ]
    wide = max((len(cell) for row in cells for cell in row), default=0)
    return tuple(" ".join(cell.rjust(wide) for cell in row) for row in cells)


def _number(value: float) -> str:
    return f"{value:.4g}" if value else "0"
