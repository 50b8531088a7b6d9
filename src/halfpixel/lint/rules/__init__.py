"""The rules: one file each, found by its code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..code import File
from ..finding import Hit
from . import (
    branches,
    changed_defaults,
    counterparts,
    grids,
    lost_pixel,
    masks,
    misplaced,
    mixed_cubic,
    refused,
    shrinking,
    size_order,
    tensorflow1,
    uneven_overlap,
    upgraded,
)


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        code: by which it is selected.
        name: in words with hyphens.
        title: what it finds, in a line.
        check: what it finds in a file.
        pedantic: whether it is asked only with ``--pedantic``, or by its code.
        asked: when that is, in words, of a rule that is not pedantic.
    """

    code: str
    name: str
    title: str
    check: Callable[[File], Iterator[Hit]]
    pedantic: bool = False
    asked: str = "always"


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
            pedantic=True,
        ),
        Rule(
            "HP005",
            "counterparts-differ",
            "functions that the settings name as counterparts give other pixels",
            counterparts.check,
            asked="where the settings name counterparts",
        ),
        Rule(
            "HP101",
            "mixed-labels",
            "a mask or a label is resized with a kernel that makes values between labels",
            masks.check,
            pedantic=True,
        ),
        Rule(
            "HP102",
            "size-order",
            "a size is (h, w) where (w, h) is taken, or the reverse",
            size_order.check,
            pedantic=True,
        ),
        Rule(
            "HP103",
            "shrinking-without-antialias",
            "an image shrinks with a kernel that does not widen",
            shrinking.check,
            pedantic=True,
        ),
        Rule(
            "HP104",
            "uneven-overlap",
            "the kernel of a transposed convolution is not a multiple of its stride",
            uneven_overlap.check,
            pedantic=True,
        ),
        Rule(
            "HP105",
            "tensorflow-1-grid",
            "a resize of TensorFlow 1 samples on another grid than all others",
            tensorflow1.check,
            pedantic=True,
        ),
        Rule(
            "HP106",
            "changed-default",
            "an argument is left out whose default changed between releases",
            changed_defaults.check,
            pedantic=True,
        ),
        Rule(
            "HP107",
            "lost-pixel",
            "a factor is a ratio of sizes, and the size that comes of it is cut",
            lost_pixel.check,
            pedantic=True,
        ),
        Rule(
            "HP108",
            "mixed-cubic",
            "a file resizes with two cubic kernels",
            mixed_cubic.check,
            pedantic=True,
        ),
        Rule(
            "HP201",
            "changed-by-upgrade",
            "a call gives another result, or raises, in the releases that are upgraded to",
            upgraded.check,
            asked="with `--upgrading-from`",
        ),
    )
}
