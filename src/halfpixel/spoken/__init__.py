"""Calls as people write them, read and never run.

``text`` parses, ``conv_transpose`` and ``resize`` say what a call is, ``signatures`` is the table of the
functions that resize.
"""

from __future__ import annotations

from . import conv_transpose, resize
from .conv_transpose import Sizes, Spoken
from .resize import Reading
from .text import Unreadable, Variable, outermost

__all__ = ["Reading", "Sizes", "Spoken", "Unreadable", "Variable", "read"]

_UNSAID = Sizes()


def read(text: str, sizes: Sizes = _UNSAID) -> Spoken | Reading:
    """Read a call of a transposed convolution or of a resize.

    Args:
        text: a call in Python, such as ``nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1)`` or
            ``cv2.resize(img, (w, h))``. It is parsed, and never run: names in it stand for what they are
            called.
        sizes: what the call leaves to its weight and input.

    Raises:
        Unreadable: it is no call, no call that is known, or leaves something out.
    """
    written = outermost(text, lambda name: conv_transpose.known(name) or resize.known(name))
    if resize.known(written.function) and not conv_transpose.known(written.function):
        return resize.read(written)
    if conv_transpose.known(written.function) or "conv" in written.function.lower():
        return conv_transpose.read(written, sizes)
    names = ", ".join(
        [*resize.closest(written.function), *conv_transpose.closest(written.function)]
    )
    raise Unreadable(f"{written.function} is no call that is known; the closest are {names}")
