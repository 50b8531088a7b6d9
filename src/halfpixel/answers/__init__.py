"""What a call is in another framework: the answer, with code that runs."""

from __future__ import annotations

from collections.abc import Sequence

from ..conversions import Target
from ..spoken import Reading, Sizes, Unreadable, read
from . import conv_transpose, resize
from .conv_transpose import Answer
from .resize import ResizeAnswer

__all__ = ["Answer", "ResizeAnswer", "convert"]


def convert(
    call: str,
    to: Target,
    *,
    weight: Sequence[int] | None = None,
    input_size: Sequence[int] | None = None,
) -> Answer | ResizeAnswer:
    """What a resize, or a transposed convolution, is in another framework.

    Args:
        call: as people write it, such as ``F.interpolate(x, scale_factor=2, mode="bilinear")`` or
            ``nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1)``; it is parsed, and never run.
        to: torch, tensorflow, keras, onnx or opencv.
        weight: the shape of a transposed convolution's weight in its framework's layout, where the call
            does not say it.
        input_size: (h, w) of the input in pixels, where what the call does depends on it: what a resize
            makes of factors, what ``tf.nn.conv2d_transpose`` cuts.

    Returns:
        The answer: ``str`` of it is for people, ``.json()`` for programs, ``.code`` runs.

    Raises:
        Unreadable: a ``ValueError`` that says what about the call cannot be read.
        ValueError: there is no such target.

    >>> answer = convert("nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)", "keras")
    >>> answer.plan.arguments
    {'strides': (2, 2), 'padding': 'same'}
    >>> convert("F.interpolate(x, size=(h, w), mode='bilinear')", "opencv").code
    'y = cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR)'
    """
    if input_size is not None and len(input_size) != 2:
        raise Unreadable(f"an input size is (h, w), got {tuple(input_size)}")
    size = None if input_size is None else (input_size[0], input_size[1])
    spoken = read(call, Sizes(None if weight is None else tuple(weight), size))
    if isinstance(spoken, Reading):
        return resize.answer(spoken, to, size)
    return conv_transpose.answer(spoken, to)
