"""HP108: one file resizes with two cubic kernels."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import File
from ..finding import Hit
from .kernels import resizes

_PILLOW = -0.5  # src/libImaging/Resample.c: bicubic_filter


def check(file: File) -> Iterator[Hit]:
    """Cubic kernels with another coefficient than the first of the file."""
    first: tuple[float, int] | None = None
    for node, kernel in sorted(resizes(file), key=lambda one: (one[0].lineno, one[0].col_offset)):
        if kernel != "cubic":
            continue
        call = file.known.get(node)
        given = (
            [one.calls[0].latest.cubic_coeff_a for one in call.readings if one.calls]
            if call
            else []
        )
        a = given[0] if given else _PILLOW if call is None else None
        if a is None:
            continue
        if first is None:
            first = float(a), node.lineno
        elif float(a) != first[0]:
            yield Hit(
                node,
                f"a cubic kernel with a = {float(a):g}, and one with a = {first[0]:g} at line {first[1]}: "
                "they have other weights (Pillow and TensorFlow have -0.5, torch and OpenCV -0.75)",
            )
