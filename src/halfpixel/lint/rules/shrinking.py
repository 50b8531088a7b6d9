"""HP103: an image shrinks by a kernel that does not widen."""

from __future__ import annotations

from collections.abc import Iterator

from ...conversion.parse import Reading
from ...conversion.parse.text import Variable
from ..code import File
from ..finding import Hit

_INTERPOLATING = ("linear", "cubic", "lanczos")


def check(file: File) -> Iterator[Hit]:
    """Factors below 1 with a kernel that reads as many pixels as if it enlarged."""
    for call in file.calls:
        for reading in call.readings:
            if _aliases(reading):
                factors = " and ".join(dict.fromkeys(f"{factor:g}" for factor in _numbers(reading)))
                yield Hit(
                    call.node,
                    f"{call.function} shrinks to {factors} without antialias: pixels between the samples are "
                    f"not read; write {_instead(reading)}",
                )
                break


def _numbers(reading: Reading) -> list[float]:
    return [
        float(one)
        for one in reading.factors or ()
        if one is not None and not isinstance(one, Variable)
    ]


def _aliases(reading: Reading) -> bool:
    shrinking = [factor for factor in _numbers(reading) if factor < 1]
    if not shrinking or not reading.calls:
        return False
    convention = reading.calls[0].latest
    if convention.mode not in _INTERPOLATING or convention.antialias:
        return False
    # linear at exactly half the size is the mean of 2 × 2 pixels
    halves = convention.mode == "linear" and set(shrinking) == {0.5}
    return not (halves and convention.coordinate_transformation_mode == "half_pixel")


def _instead(reading: Reading) -> str:
    return "interpolation=cv2.INTER_AREA" if reading.framework == "opencv" else "antialias=True"
