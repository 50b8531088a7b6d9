"""ONNX Resize: the conventions that a node can say, as calls of no kernel in particular."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from ..cases import Case
from ..conventions import Resize
from ..frameworks.call import Call, Expression, Name, Names
from ..spoken.resize import Reading
from ..spoken.text import Unreadable

_GRIDS = ("half_pixel", "asymmetric", "align_corners")
_ROUNDINGS = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
_CROP = "tf_crop_and_resize"
# those of ONNX that are another name, with the sizes as they are, of one that conventions have
_SAME = {"pytorch_half_pixel": "half_pixel", "half_pixel_symmetric": "half_pixel"}


def node(convention: Resize) -> Expression | None:
    """The node of a convention, or None where ONNX Resize has no attributes for it."""
    sayable = (
        convention.mode in ("nearest", "linear", "cubic") and convention.padding_mode == "border"
    )
    grid = str(convention.coordinate_transformation_mode)
    if not sayable or grid not in (*_GRIDS, _CROP) or convention.nearest_mode == "round_half_even":
        return None
    attributes = {**convention.attributes}
    roi = attributes.pop("roi", None)
    inputs = ["x", "roi" if roi or grid == _CROP else "", "", "sizes"]
    return Expression(Name("onnx.helper.make_node"), ("Resize", inputs, ["y"]), attributes)


def roi(convention: Resize) -> list[float]:
    """The input ``roi``: of batch, channels and the two axes, the starts and then the ends."""
    part = [float(side) for side in convention.roi or (0, 0, 1, 1)]
    return [0.0, 0.0, *part[:2], 1.0, 1.0, *part[2:]]


def opset(convention: Resize) -> int:
    """The first version of ONNX's operators that has the node."""
    return 18 if convention.antialias else 13


def _said(case: Case) -> Expression | None:
    assert isinstance(case.convention, Resize)
    return node(case.convention)


def _run(names: Names, expression: Expression, inputs: dict[str, NDArray[Any]]) -> NDArray[Any]:
    raise NotImplementedError("an ONNX node is no kernel: a runtime's is")


@functools.cache
def call_of(convention: Resize) -> Call:
    """The node of a convention, as a call; it has no arithmetic: that is a runtime's."""
    return Call(
        framework="onnx",
        name=f"Resize-{convention.slug}",
        operation="resize",
        expression=_said,
        run=_run,
        arithmetic={},
        returns={},
        follows={f"opset {opset(convention)}": convention},
    )


def _conventions() -> Iterator[Resize]:
    for grid, rounding in itertools.product(_GRIDS, _ROUNDINGS):
        yield _resize(grid, mode="nearest", nearest_mode=rounding)
    for grid in (*_GRIDS, _CROP):
        yield _resize(grid, mode="linear")
    for outside in (False, True):
        yield _resize("half_pixel", mode="linear", antialias=True, exclude_outside=outside)
    for grid, a, outside in itertools.product(_GRIDS, (-0.75, -0.5), (False, True)):
        yield _resize(grid, mode="cubic", cubic_coeff_a=a, exclude_outside=outside)
    for a, outside in itertools.product((-0.75, -0.5), (False, True)):
        attributes = {"cubic_coeff_a": a, "antialias": True, "exclude_outside": outside}
        yield _resize("half_pixel", mode="cubic", **attributes)


def _resize(grid: str, **attributes: Any) -> Resize:
    return Resize(coordinate_transformation_mode=grid, **attributes)  # type: ignore[arg-type]


@functools.cache
def calls() -> tuple[Call, ...]:
    """The nodes that are compared with a convention that is not one of theirs."""
    return tuple(map(call_of, _conventions()))


def convention_of(reading: Reading) -> tuple[Resize, tuple[str, ...]]:
    """What the attributes of a node mean, and on which condition.

    Raises:
        Unreadable: an attribute has a value that it cannot take.
    """
    flags = dict(reading.flags)
    if reading.function.name != "onnx.Resize":  # before opset 11
        rounding = "floor" if flags["mode"] == "nearest" else None
        flags = {"mode": flags["mode"], "nearest_mode": rounding}
        return _checked("asymmetric", flags), ()
    for name, value in (("axes", None), ("keep_aspect_ratio_policy", "stretch")):
        if flags.pop(name) != value:
            raise Unreadable(f"onnx.Resize: {name} is not covered; take it out of the node")
    grid = str(flags.pop("coordinate_transformation_mode"))
    if grid == "tf_half_pixel_for_nn" and flags["nearest_mode"] == "floor":
        grid, flags["nearest_mode"] = "half_pixel", "round_prefer_ceil"
    conditions = []
    if grid == "pytorch_half_pixel":
        conditions.append("more than one pixel along each axis of the output")
    if flags["mode"] != "nearest":
        flags["nearest_mode"] = None
    if flags["mode"] != "cubic":
        flags["cubic_coeff_a"] = None
    if not flags["antialias"] and flags["mode"] != "cubic":
        flags["exclude_outside"] = False  # of two taps, the one that is left has all the weight
    if grid != _CROP:
        flags["extrapolation_value"] = None
    return _checked(_SAME.get(grid, grid), flags), tuple(conditions)


def _checked(grid: str, flags: dict[str, Any]) -> Resize:
    try:
        return _resize(grid, **{k: bool(v) if k in _TRUTHS else v for k, v in flags.items()})
    except (TypeError, ValueError) as error:
        raise Unreadable(f"onnx.Resize: {error}") from None


_TRUTHS = ("antialias", "exclude_outside")
