"""ONNX Resize: the conventions that a node can say, as calls of no kernel in particular."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frameworks.call import Call, Expression, Name, Names
from ..frameworks.factors import Scaling, of_sizes
from ..operators import Resize
from ..operators.onnx_operators import NEWEST, Operator, left_open, resize_convention
from ..operators.request import Request
from .parse.reading import Reading
from .parse.text import Unreadable

_GRIDS = ("half_pixel", "asymmetric", "align_corners")
_ROUNDINGS = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
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


def roi(convention: Resize, rank: int) -> list[float]:
    """The input ``roi``: of batch, channels and each axis, the starts and then the ends."""
    part = [float(side) for side in convention.roi or (0,) * rank + (1,) * rank]
    return [0.0, 0.0, *part[:rank], 1.0, 1.0, *part[rank:]]


def opset(convention: Resize) -> int:
    """The first version of ONNX's operators that has the node."""
    if convention.nearest_mode == "ceil_where_shrinking":
        return 10
    if convention.coordinate_transformation_mode == "tf_half_pixel_for_nn":
        return 11
    return 18 if convention.antialias else 13


def _said(request: Request) -> Expression | None:
    assert isinstance(request.convention, Resize)
    return node(request.convention)


def _run(names: Names, expression: Expression, inputs: dict[str, NDArray[Any]]) -> NDArray[Any]:
    raise NotImplementedError("an ONNX node is no kernel: a runtime's is")


def _length(n: int, scale: float) -> int:
    """The size that an entry of ``scales`` makes of an axis: as ``operators.onnx_operators`` has it."""
    return math.floor(np.float32(n) * np.float32(scale))


def _float32(
    n_in: tuple[int, int], n_out: tuple[int, int], factors: tuple[float, float]
) -> tuple[Fraction, Fraction]:
    """The scales as they are: of float32."""
    return Fraction(float(np.float32(factors[0]))), Fraction(float(np.float32(factors[1])))


# what a node makes of its input scales: a size, and scales at which it samples, or the ratio of the sizes
_SAMPLED, _SIZED = Scaling(_length, _float32), Scaling(_length, of_sizes)


@functools.cache
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
        expression=_said,
        run=_run,
        arithmetic={},
        returns={},
        follows={f"opset {opset(convention)}": convention},
        scaling=(_SAMPLED if convention.uses_factors else _SIZED) if scaled else None,
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
    # last: where half_pixel is the same, it is offered
    for rounding in _ROUNDINGS:
        yield _resize("pytorch_half_pixel", mode="nearest", nearest_mode=rounding)
    for mode in ("linear", "cubic"):
        yield _resize("pytorch_half_pixel", mode=mode)


def _resize(grid: str, **attributes: Any) -> Resize:
    return Resize(coordinate_transformation_mode=grid, **attributes)  # type: ignore[arg-type]


@functools.cache
def calls() -> tuple[Call, ...]:
    """The nodes that are compared with a convention that is not one of theirs."""
    return tuple(map(call_of, _conventions()))


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
