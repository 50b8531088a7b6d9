"""HP105: a resize of TensorFlow 1, whose grid is another than that of all others."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import File
from ..finding import Hit


def check(file: File) -> Iterator[Hit]:
    """Calls of ``tf.compat.v1.image`` on the asymmetric grid, or on align_corners."""
    for call in file.calls:
        if not call.name.startswith("tf.compat.v1.image.resize"):
            continue
        for reading in call.readings:
            grids = {str(one.latest.coordinate_transformation_mode) for one in reading.calls}
            if grids and "half_pixel" not in grids and not grids & {"half_pixel_symmetric"}:
                grid = " or ".join(sorted(grids))
                same = (
                    "" if "align_corners" in grids else "; write half_pixel_centers=True for that"
                )
                yield Hit(
                    call.node,
                    f"{call.name} samples on the {grid} grid, and tf.image.resize, torch and OpenCV on "
                    f"half_pixel by default{same}",
                )
                break
