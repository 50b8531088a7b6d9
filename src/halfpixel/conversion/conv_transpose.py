"""What a transposed convolution is in another framework."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..frameworks import layer_plans
from ..frameworks.layer_plans import Layer, Plan, Target
from ..frameworks.windows import Axis
from .parse import Spoken

_NAMES = {
    1: ("the width",),
    2: ("the height", "the width"),
    3: ("the depth", "the height", "the width"),
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

    @property
    def complete(self) -> bool:
        """Whether there is code that computes the same: of a transposed convolution, always."""
        return bool(self.code)

    def __str__(self) -> str:
        function = layer_plans.function_name(self.target, self.layer.rank)
        lines = [f"warning: {warning}" for warning in self.spoken.warnings]
        lines.append(f"{self.spoken.function} computes {self.layer.convention}")
        lines += [f"  taking it that {note}" for note in self.spoken.notes]
        lines += [
            f"  along {name} it keeps {axis.window} of the full output, "
            f"(n - 1) * {axis.stride} + {axis.extent} pixels"
            for name, axis in self._axes()
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

    def _axes(self) -> list[tuple[str, Axis]]:
        """The axes by name, all at once where they are alike."""
        axes = self.layer.axes
        if len(axes) > 1 and len(set(axes)) == 1:
            return [("both axes" if len(axes) == 2 else "all axes", axes[0])]
        return list(zip(_NAMES[len(axes)], axes, strict=True))

    def json(self) -> str:
        """The same for a program."""
        return json.dumps(
            {
                "call": self.spoken.function,
                "framework": self.spoken.framework,
                "to": self.target,
                "warnings": self.spoken.warnings,
                "notes": self.spoken.notes,
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
    plan = layer_plans.plan(spoken.layer, to)
    return Answer(spoken, to, plan, layer_plans.code(spoken.layer, to, spoken.framework))
