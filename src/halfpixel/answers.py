"""What a call is in another framework: the answer, with code that runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from . import conversions
from .conversions import Layer, Plan, Target
from .spoken import Sizes, Spoken, Unreadable, read

_FUNCTIONS: dict[Target, str] = {
    "torch": "F.conv_transpose2d",
    "tensorflow": "tf.nn.conv2d_transpose",
    "keras": "keras.layers.Conv2DTranspose",
    "onnx": "ONNX ConvTranspose",
    "opencv": "ONNX ConvTranspose in cv2.dnn",
}


@dataclass(frozen=True)
class Answer:
    """A call in another framework.

    Attributes:
        spoken: the call that was asked about.
        target: the framework that was asked for.
        plan: how it computes the same.
        code: Python that does, from ``x``, ``w`` and ``b`` to ``y``; ``w`` and ``b`` are the weight and
            the bias of the call that was asked about, as NumPy arrays.
    """

    spoken: Spoken
    target: Target
    plan: Plan
    code: str

    @property
    def layer(self) -> Layer:
        """What both compute."""
        return self.spoken.layer

    def __str__(self) -> str:
        function = _FUNCTIONS[self.target]
        lines = [f"{self.spoken.function} computes {self.layer.convention}"]
        height, width = self.layer.axes
        both = (
            [("both axes", height)]
            if height == width
            else [("the height", height), ("the width", width)]
        )
        lines += [
            f"  along {name} it keeps {axis.window} of the full output, "
            f"(n - 1) * {axis.stride} + {axis.extent} pixels"
            for name, axis in both
        ]
        if self.plan.exact:
            lines.append(
                f"{function} says the same: equal for every input and weight, up to rounding"
            )
        else:
            lines.append(f"the arguments of {function} alone cannot say it:")
            lines += [f"  {reason}" for reason in self.plan.reasons]
            lines.append("this does, for every input and weight, up to rounding:")
        lines += ["", *(f"    {line}" for line in self.code.splitlines()), ""]
        lines += [f"needs: {condition}" for condition in self.plan.conditions]
        return "\n".join(lines).rstrip()

    def json(self) -> str:
        """The same for a program."""
        return json.dumps(
            {
                "call": self.spoken.function,
                "framework": self.spoken.framework,
                "to": self.target,
                "convention": self.layer.convention.attributes,
                "same_arguments": self.plan.exact,
                "reasons": self.plan.reasons,
                "arguments": self.plan.arguments,
                "crop": self.plan.crop,
                "code": self.code,
                "conditions": self.plan.conditions,
            },
            indent=2,
        )


def convert(
    call: str,
    to: Target,
    *,
    weight: Sequence[int] | None = None,
    input_size: Sequence[int] | None = None,
) -> Answer:
    """What a transposed convolution is in another framework.

    Args:
        call: as people write it, such as ``nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1)``; it is
            parsed, and never run.
        to: torch, tensorflow, keras, onnx or opencv.
        weight: the shape of the call's weight in its framework's layout, where the call does not say it.
        input_size: (h, w) of the input in pixels, where what the call cuts depends on it
            (``tf.nn.conv2d_transpose``).

    Returns:
        The answer: ``str`` of it is for people, ``.json()`` for programs, ``.code`` runs.

    Raises:
        Unreadable: a ``ValueError`` that says what about the call cannot be read.
        ValueError: there is no such target.

    >>> answer = convert("nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)", "keras")
    >>> answer.plan.arguments
    {'strides': (2, 2), 'padding': 'same'}
    """
    if input_size is not None and len(input_size) != 2:
        raise Unreadable(f"an input size is (h, w), got {tuple(input_size)}")
    sizes = Sizes(
        None if weight is None else tuple(weight),
        None if input_size is None else (input_size[0], input_size[1]),
    )
    spoken = read(call, sizes)
    plan = conversions.plan(spoken.layer, to)
    return Answer(spoken, to, plan, conversions.code(spoken.layer, to, spoken.framework))
