"""HP104: the kernel of a transposed convolution is not a multiple of its stride."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import File
from ..finding import Hit


def check(file: File) -> Iterator[Hit]:
    """Layers whose pixels get unequal numbers of taps, which shows as a checkerboard."""
    for call in file.calls:
        for one in call.layers:
            uneven = [axis for axis in one.layer.axes if axis.kernel % axis.stride]
            if uneven:
                axis = uneven[0]
                low = axis.kernel // axis.stride
                more = f"write a kernel of {(low + 1) * axis.stride}"
                less = f" or {low * axis.stride}" if low else ""
                yield Hit(
                    call.node,
                    f"{call.function}: at stride {axis.stride} a kernel of {axis.kernel} gives {low} taps to "
                    f"some pixels and {low + 1} to others (a checkerboard): {more}{less}",
                )
                break
