"""What a call is in another framework: the answer, with code that runs."""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..frameworks import TARGETS
from ..frameworks.layer_plans import LAYER_TARGETS, Target
from . import conv_transpose, resize
from .answer import ResizeConversion
from .branches import BranchedConversion, BranchOfAnswer
from .conv_transpose import ConvTransposeConversion
from .parse import Raises, Reading, Sizes, Spoken, Unreadable, readings

__all__ = ["BranchedConversion", "ConvTransposeConversion", "ResizeConversion", "convert"]


def convert(
    call: str,
    to: Target,
    *,
    weight: Sequence[int] | None = None,
    input_size: Sequence[int] | None = None,
) -> ConvTransposeConversion | ResizeConversion | BranchedConversion:
    """What a resize, or a transposed convolution, is in another framework.

    Args:
        call: as people write it, such as ``F.interpolate(x, scale_factor=2, mode="bilinear")`` or
            ``nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1)``; it is parsed, and never run.
        to: torch, tensorflow, keras, onnx, opencv, pillow, torchvision, jax or litert.
        weight: the shape of a transposed convolution's weight in its framework's layout, where the call
            does not say it.
        input_size: of the input in pixels, (h, w), (w,) or (d, h, w), where what the call does depends on
            it: what a resize makes of factors, what ``tf.nn.conv2d_transpose`` cuts.

    Returns:
        The answer: ``str`` of it is for people, ``.json()`` for programs, ``.code`` runs. Of a call with
        conditional expressions, an answer for each branch.

    Raises:
        Unreadable: a ``ValueError`` that says what about the call cannot be read.
        ValueError: there is no such target.

    >>> answer = convert("nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)", "keras")
    >>> answer.plan.arguments
    {'strides': (2, 2), 'padding': 'same'}
    >>> convert("F.interpolate(x, size=(h, w), mode='bilinear')", "opencv").code
    'y = cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR)'
    """
    return answered(call, to, weight=weight, input_size=input_size)


def answered(
    call: str,
    to: Target,
    *,
    weight: Sequence[int] | None = None,
    input_size: Sequence[int] | None = None,
    each_value: bool = False,
) -> ConvTransposeConversion | ResizeConversion | BranchedConversion:
    """The same, and of a flag that is a name an answer for each of its values.

    Args:
        call, to, weight, input_size: as for :func:`convert`.
        each_value: a flag that is a name is one branch for each value that it can have; without it, it is
            refused.

    Raises:
        Unreadable, ValueError: as for :func:`convert`.
    """
    to = names.checked(to, TARGETS, "framework")
    size = None if input_size is None else tuple(input_size)
    branched = readings(
        call, Sizes(None if weight is None else tuple(weight), size), each_value=each_value
    )
    if len(branched) == 1 and isinstance(branched[0].read, (Reading, Spoken)):
        return _answer(branched[0].read, branched[0].text, to, size)
    branches = []
    for one in branched:
        answer = one.read
        try:
            result = (
                _answer(answer, one.text, to, size)
                if isinstance(answer, (Reading, Spoken))
                else answer
            )
        except Unreadable as error:
            result = error
        branches.append(BranchOfAnswer(one.condition, one.text, result))
    errors = [one.answer for one in branches if isinstance(one.answer, Unreadable)]
    if len(errors) == len(branches):
        raise next((one for one in errors if not isinstance(one, Raises)), errors[0])
    return BranchedConversion(call, to, tuple(branches))


_SHAPES = {1: "(w,)", 2: "(h, w)", 3: "(d, h, w)"}


def _answer(
    spoken: Reading | Spoken, text: str, to: Target, input_size: tuple[int, ...] | None
) -> ConvTransposeConversion | ResizeConversion:
    rank = spoken.rank if isinstance(spoken, Reading) else spoken.layer.rank
    if input_size is not None and len(input_size) != rank:
        raise Unreadable(f"an input size is {_SHAPES[rank]}, got {input_size}")
    if isinstance(spoken, Reading):
        return resize.answer(spoken, to, input_size)
    if input_size is not None and min(spoken.layer.output_size(input_size)) < 1:
        given = "x".join(map(str, input_size))
        raise Unreadable(f"{spoken.function}: nothing is left of an input of {given}")
    if to not in LAYER_TARGETS:
        raise Unreadable(
            f"{to} has no transposed convolution: convert it to {', '.join(LAYER_TARGETS)}"
        )
    return conv_transpose.answer(spoken, text, to)
