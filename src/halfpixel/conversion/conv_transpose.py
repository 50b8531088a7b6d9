"""What a transposed convolution is in another framework."""

from __future__ import annotations

from dataclasses import dataclass

from .. import documents
from ..frameworks import layer_plans
from ..frameworks.layer_plans import Layer, Plan, Target
from ..frameworks.windows import WindowAxis
from .parse import Spoken

_NAMES = {
    1: ("the width",),
    2: ("the height", "the width"),
    3: ("the depth", "the height", "the width"),
}


@dataclass(frozen=True)
class ConvTransposeConversion:
    """A call in another framework.

    Attributes:
        spoken: the call that was asked about.
        source: that call as it was written.
        target: the framework that was asked for.
        plan: how it computes the same.
        code: Python that does, from ``x``, ``w`` and ``b`` to ``y``; ``w`` and ``b`` are the weight and
            the bias of the call that was asked about, as NumPy arrays.
    """

    spoken: Spoken
    source: str
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
        lines += [f"  assuming that {note}" for note in self.spoken.notes]
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

    def _axes(self) -> list[tuple[str, WindowAxis]]:
        """The axes by name, all at once where they are alike."""
        axes = self.layer.axes
        if len(axes) > 1 and len(set(axes)) == 1:
            return [("both axes" if len(axes) == 2 else "all axes", axes[0])]
        return list(zip(_NAMES[len(axes)], axes, strict=True))

    def json(self) -> documents.Conversion:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "operation": "conv_transpose",
            "source": self.source,
            "function": self.spoken.function,
            "framework": self.spoken.framework,
            "to": self.target,
            "complete": self.complete,
            "code": self.code,
            "warnings": list(self.spoken.warnings),
            "notes": list(self.spoken.notes),
            "parts": [],
            "layer": {
                "convention": self.layer.convention.json(),
                "same_arguments": self.plan.exact,
                "reasons": list(self.plan.reasons),
                "arguments": {
                    name: list(value) if isinstance(value, tuple) else value
                    for name, value in self.plan.arguments.items()
                },
                "crop": [list(axis) for axis in self.plan.crop],
                "conditions": list(self.plan.conditions),
            },
            "branches": [],
        }


def answer(spoken: Spoken, source: str, to: Target) -> ConvTransposeConversion:
    """What a transposed convolution that was read is in a framework.

    Args:
        spoken: the call.
        source: the call as it was written.
        to: the framework.

    Raises:
        ValueError: there is no such target.
    """
    plan = layer_plans.plan(spoken.layer, to)
    return ConvTransposeConversion(
        spoken, source, to, plan, layer_plans.code(spoken.layer, to, spoken.framework)
    )
