"""What of the catalogue is run here: torchvision only where it is installed, beside a torch that it fits."""

from __future__ import annotations

from halfpixel import frameworks
from halfpixel.frameworks import Call
from halfpixel.frameworks.layer_plans import TARGETS, Target


def runs(name: str) -> bool:
    """Whether code of a framework, or for a target, can be run; torchvision's, where it is installed."""
    return name != "torchvision" or frameworks.version(name) is not None


TARGETS_HERE: tuple[Target, ...] = tuple(filter(runs, TARGETS))


def calls_here(calls: list[Call]) -> list[Call]:
    """Of some calls those that can be run."""
    return [call for call in calls if runs(call.framework)]
