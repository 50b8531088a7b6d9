"""HP105: a resize of TensorFlow 1, whose grid is another than that of all others."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import File
from ..finding import Hit


def check(file: File) -> Iterator[Hit]:
    """Calls of ``tf.compat.v1.image`` on the asymmetric grid, which none asks for by name."""
    for call in file.calls:
        if not call.function.startswith("tf.compat.v1.image.resize"):
            continue
        for reading in call.readings:
            if any(c.latest.coordinate_transformation_mode == "asymmetric" for c in reading.calls):
                yield Hit(
                    call.node,
                    f"{call.function} samples on the asymmetric grid, and tf.image.resize, torch and OpenCV "
                    "on half_pixel by default: write half_pixel_centers=True for that",
                )
                break
