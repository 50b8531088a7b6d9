"""The rules: one file each, found by its code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..code import File
from ..finding import Hit
from . import branches, grids, misplaced, refused


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        code: by which it is selected.
        name: in words with hyphens.
        title: what it finds, in a line.
        check: what it finds in a file.
        pedantic: whether it is asked only with ``--pedantic``, or by its code.
    """

    code: str
    name: str
    title: str
    check: Callable[[File], Iterator[Hit]]
    pedantic: bool = False


RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("HP001", "call-that-raises", "the framework raises for this call", refused.check),
        Rule(
            "HP002",
            "misplaced-argument",
            "an argument stands in another's place",
            misplaced.check,
        ),
        Rule(
            "HP003",
            "other-grid",
            "a grid is made for one align_corners, and sampled with the other",
            grids.check,
        ),
        Rule(
            "HP004",
            "kernel-by-type",
            "a function resizes with another kernel by the type of its input",
            branches.check,
        ),
    )
}
