"""ONNX Resize: the conventions that a node can say, as calls of no kernel in particular."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..arrays import AnyArray
from ..frameworks.call import Call, Expression, Name, Names
from ..frameworks.onnx import CONVENTIONS, SAMPLED, SIZED, opset
from ..operators import Resize
from ..operators.onnx_operators import NEWEST, Operator, left_open, resize_convention
from ..operators.request import Request
from .parse.reading import Reading
from .parse.text import Unreadable

_CROP = "tf_crop_and_resize"


def node(convention: Resize) -> Expression | None:
    """The node of a convention, or None where ONNX Resize has no attributes for it."""
    attributes = {**convention.attributes}
    roi = attributes.pop("roi", None)
    try:
        resize_convention(attributes)
    except ValueError:  # no attribute, or value, of ONNX's
        return None
    grid = convention.coordinate_transformation_mode
    inputs = ["x", "roi" if roi or grid == _CROP else "", "", "sizes"]
    return Expression(Name("onnx.helper.make_node"), ("Resize", inputs, ["y"]), attributes)


def _expression(request: Request) -> Expression | None:
    assert isinstance(request.convention, Resize)
    return node(request.convention)


def _run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    raise NotImplementedError("an ONNX node is no kernel: a runtime's is")


@functools.lru_cache(maxsize=1024)
def call_of(convention: Resize, *, scaled: bool = False) -> Call:
    """The node of a convention, as a call; it has no arithmetic: that is a runtime's.

    Args:
        convention: what it computes.
        scaled: it is given ``scales``.
    """
    return Call(
        framework="onnx",
        name=f"Resize-{convention.slug}",
        operation="resize",
        expression=_expression,
        run=_run,
        arithmetic={},
        returns={},
        follows={f"opset {opset(convention)}": convention},
        scaling=(SAMPLED if convention.uses_factors else SIZED) if scaled else None,
    )


@functools.cache
def calls() -> tuple[Call, ...]:
    """The nodes that are compared with a convention that is not one of theirs."""
    return tuple(map(call_of, CONVENTIONS))


def convention_of(reading: Reading) -> tuple[Resize, tuple[str, ...]]:
    """What the attributes of a node mean, and on which conditions.

    Raises:
        Unreadable: an attribute has a value that it cannot take, or says more than a resize to (h, w).
    """
    name, flags = reading.function.name, dict(reading.flags)
    operator, opset = _OPERATORS.get(name, ("Resize", NEWEST))
    if flags.get("coordinate_transformation_mode") == "tf_half_pixel_for_nn":
        opset = 12  # the last that has it
        flags = {key: value for key, value in flags.items() if value != _SINCE_18.get(key, name)}
    try:
        _image_axes(flags)
        convention = resize_convention(flags, opset=opset, operator=operator)
    except ValueError as error:
        raise Unreadable(f"{name}: {error}") from None
    conditions = [left_open(convention)]
    symmetric = convention.coordinate_transformation_mode == "half_pixel_symmetric"
    if symmetric and reading.by != "factors":
        # the same with sizes, and where scales leave nothing over
        convention = replace(convention, coordinate_transformation_mode="half_pixel")
        conditions.append("half_pixel_symmetric, of opset 19, is half_pixel there")
    return convention, tuple(filter(None, conditions))


# of the functions of spoken.signatures: the operator, and the opset whose attributes they have
_OPERATORS: dict[str, tuple[Operator, int]] = {
    "onnx.Resize10": ("Resize", 10),
    "onnx.Upsample": ("Upsample", 9),
}
_SINCE_18 = {"antialias": 0, "axes": None, "keep_aspect_ratio_policy": "stretch"}


def _image_axes(flags: Mapping[str, Any]) -> None:
    """Refuse what is not rows and columns, or whose size is the node's own to choose."""
    axes = flags.get("axes")
    if axes is not None and {axis % 4 for axis in axes} != {2, 3}:
        raise ValueError(
            f"axes={axes} are not the rows and columns of (N, C, H, W), which are (2, 3)"
        )
    policy = flags.get("keep_aspect_ratio_policy", "stretch")
    if policy != "stretch":
        raise ValueError(
            f"keep_aspect_ratio_policy={policy!r} makes a size and a scale of the image's own, and no call "
            "takes both; halfpixel.operators.onnx_operators.resize_node says which"
        )
