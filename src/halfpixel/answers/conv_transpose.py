"""What a transposed convolution is in another framework."""

from __future__ import annotations

import json
from dataclasses import dataclass

from .. import conversions
from ..conversions import Layer, Plan, Target
from ..spoken import Spoken

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


def answer(spoken: Spoken, to: Target) -> Answer:
    """What a transposed convolution that was read is in a framework.

    Raises:
        ValueError: there is no such target.
    """
    plan = conversions.plan(spoken.layer, to)
    return Answer(spoken, to, plan, conversions.code(spoken.layer, to, spoken.framework))
