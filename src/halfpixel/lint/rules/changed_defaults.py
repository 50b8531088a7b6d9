"""HP106: an argument is left out whose default changed between releases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ...conversion.parse.scopes import dotted
from ..code import File
from ..finding import Hit


@dataclass(frozen=True)
class Default:
    """A default that changed.

    Attributes:
        functions: full names, of functions that convert reads as the catalogue has them.
        parameter: whose default it is.
        position: of the parameter among those without a name.
        words: what it was and is, and since when.
    """

    functions: tuple[str, ...]
    parameter: str
    position: int
    words: str


_SAMPLED = "False since torch 1.3, True before"
# those of releases that Python 3.7 can install: torch 0.4 changed that of interpolate before
DEFAULTS = (
    Default(("F.grid_sample", "torch.nn.functional.grid_sample"), "align_corners", 4, _SAMPLED),
    Default(("torch.nn.functional.affine_grid",), "align_corners", 2, _SAMPLED),
    Default(
        ("transforms.Resize", "v2.Resize"),
        "antialias",
        3,
        "True since torchvision 0.17, False for tensors before",
    ),
    Default(
        ("TF.resize", "v2.functional.resize"),
        "antialias",
        4,
        "True since torchvision 0.17, False for tensors before",
    ),
    Default(("Image.resize",), "resample", 1, "BICUBIC since Pillow 7.0, NEAREST before"),
    Default(
        ("skimage.transform.resize",),
        "anti_aliasing",
        6,
        "on for shrinking since scikit-image 0.15, off before",
    ),
)
_MAKING_TENSORS = ("ToTensor", "PILToTensor", "ToImage")


def check(file: File) -> Iterator[Hit]:
    """Calls that leave such an argument out."""
    for node in file.source.nodes:
        if not isinstance(node, ast.Call):
            continue
        call = file.known.get(node)
        name = call.function if call is not None else _name(file, node)
        for default in DEFAULTS:
            if (
                name in default.functions
                and not _gives(node, default)
                and not _before_tensors(file, node)
            ):
                yield Hit(
                    node,
                    f"{name} without {default.parameter}, whose default is {default.words}: write it",
                )
                break


def _gives(node: ast.Call, default: Default) -> bool:
    hidden = any(one.arg is None for one in node.keywords) or any(
        isinstance(one, ast.Starred) for one in node.args
    )
    named = any(one.arg == default.parameter for one in node.keywords)
    return hidden or named or len(node.args) > default.position


def _before_tensors(file: File, node: ast.Call) -> bool:
    """Whether a transform is given an image of Pillow: one that makes a tensor comes after it."""
    outer = file.source.parents.get(node)
    if not isinstance(outer, (ast.List, ast.Tuple)):
        return False
    after = outer.elts[outer.elts.index(node) + 1 :]
    names = {
        (dotted(one.func) or "").rpartition(".")[2] for one in after if isinstance(one, ast.Call)
    }
    return not names.isdisjoint(_MAKING_TENSORS)


def _name(file: File, node: ast.Call) -> str:
    scope = file.source.scope_of(node)
    full = file.source.full_name(node.func, scope)
    return full or ""
