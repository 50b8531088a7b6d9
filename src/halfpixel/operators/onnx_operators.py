"""What the nodes Resize, Upsample and ConvTranspose of ONNX mean, by the text of the operators.

Source: onnx/onnx, ``docs/Operators.md`` and ``docs/Changelog.md``: "Resize" of opset 10, 11, 13, 18 and 19,
"Upsample" of opset 7 and 9, "ConvTranspose" of opset 1, 11 and 22. Where the text leaves something open, what
ONNX Runtime and OpenVINO compute is taken, and :func:`left_open` says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import AnyArray
from .conv_transpose import ConvTranspose
from .resize import Factor, Resize, exact_factor

Operator = Literal["Resize", "Upsample"]
Numbers = Sequence[Any] | AnyArray

NEWEST = 19
_CROP = "tf_crop_and_resize"

_OPSET_11 = (
    "coordinate_transformation_mode",
    "cubic_coeff_a",
    "exclude_outside",
    "extrapolation_value",
    "mode",
    "nearest_mode",
)
_OPSET_18 = (*_OPSET_11, "antialias", "axes", "keep_aspect_ratio_policy")
# operator: the opset that defines it anew, and the attributes that it has from there on
_ATTRIBUTES: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "Upsample": {7: ("mode", "scales"), 9: ("mode",)},
    "Resize": {10: ("mode",), 11: _OPSET_11, 18: _OPSET_18},
}
_MODES_10 = ("nearest", "linear")
_MODES = (*_MODES_10, "cubic")
_ROUNDINGS = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
_POLICIES = ("stretch", "not_larger", "not_smaller")
_GRIDS = ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", _CROP)
# the opset from which a coordinate_transformation_mode is there, and that from which it is not
_SINCE_UNTIL = {"half_pixel_symmetric": (19, math.inf), "tf_half_pixel_for_nn": (11, 13)}


@dataclass(frozen=True)
class ResizeNode:
    """A node Resize or Upsample, with the shape of its input.

    Attributes:
        convention: what it computes.
        axes: that it resizes, from 0.
        size: of the output along them, in pixels.
        scales: output pixels an input pixel along them, or None for the ratio of the sizes.
    """

    convention: Resize
    axes: tuple[int, ...]
    size: tuple[int, ...]
    scales: tuple[Factor | None, ...]

    def apply(self, x: ArrayLike, *, exact: bool = False) -> AnyArray:
        """Run the node, in exact arithmetic: arguments and result as of :meth:`Resize.apply`."""
        scales = self.scales if self.convention.uses_factors else None
        return self.convention.apply(x, self.size, scales=scales, axes=self.axes, exact=exact)


def resize_node(
    input_shape: Sequence[int],
    attributes: Mapping[str, Any],
    *,
    opset: int = NEWEST,
    operator: Operator = "Resize",
    roi: Numbers | None = None,
    scales: Numbers | None = None,
    sizes: Sequence[int] | AnyArray | None = None,
) -> ResizeNode:
    """What a node Resize or Upsample computes of an input of a shape.

    ``scales`` make an axis ``floor(n · scale)`` pixels long, the product taken in float32, as the shape
    inference of ONNX does it; with ``tf_crop_and_resize``, ``floor(n · (end - start) · scale)``.

    Args:
        input_shape: of ``X``, any number of axes.
        attributes: of the node, by their names; those that are left out have their defaults.
        opset: the version of ONNX's operators.
        operator: Resize, or Upsample (opset 7 to 9).
        roi, scales, sizes: the values of the inputs of these names; None, or empty, where the node has
            none. Upsample of opset 7 has ``scales`` among its attributes.

    Raises:
        ValueError: the operator of this opset has no such attribute, value or input; the inputs do not fit
            the shape; or nothing is left of an axis.

    >>> resize_node((1, 1, 4, 6), {"mode": "linear"}, scales=(1, 1, 0.6, 0.5)).size
    (1, 1, 2, 3)
    """
    given = dict(attributes)
    if "scales" in _names(operator, opset):
        scales = given.pop("scales", scales)
    convention = resize_convention(given, opset=opset, operator=operator)
    shape = tuple(input_shape)
    axes = _axes(given.get("axes"), len(shape))
    lengths = tuple(shape[axis] for axis in axes)
    policy = given.get("keep_aspect_ratio_policy", "stretch")
    chosen, factors = _inputs(scales, sizes, len(axes), opset)
    if convention.extrapolates:
        convention = replace(convention, roi=_roi(roi, len(axes)))
    if chosen is None:
        size = tuple(
            _length(n, factor, convention.along(i))
            for i, (n, factor) in enumerate(zip(lengths, factors, strict=True))
        )
    else:
        size, factors = _fitted(lengths, chosen, policy)
    empty = [axis for axis, n in zip(axes, size, strict=True) if n < 1]
    if empty:
        raise ValueError(
            f"{operator}: nothing is left of axis {empty[0]} of an input of shape {shape}"
        )
    return ResizeNode(convention, axes, size, factors)


def resize_convention(
    attributes: Mapping[str, object], *, opset: int = NEWEST, operator: Operator = "Resize"
) -> Resize:
    """What the attributes of a node Resize or Upsample mean, apart from its inputs: ``roi`` is left out.

    Attributes that have no effect, such as ``nearest_mode`` beside ``linear``, are taken as ONNX takes them.

    Raises:
        ValueError: the operator of this opset has no such attribute, or no such value of it.
    """
    where = f"ONNX {operator} of opset {opset}"
    names = _names(operator, opset)
    unknown = sorted(set(attributes) - set(names))
    if unknown:
        since = [n for n, later in _ATTRIBUTES[operator].items() if unknown[0] in later]
        ends = f"; opset {since[0]} has" if since else f"; it takes {', '.join(names)}"
        raise ValueError(f"{where} has no attribute {unknown[0]!r}{ends}")
    mode = str(attributes.get("mode", "nearest"))
    _one_of(where, "mode", mode, _MODES if opset >= 11 else _MODES_10)
    if opset < 11:
        old = {"nearest_mode": _rounding_10(operator)} if mode == "nearest" else {}
        return _resize(where, mode, "asymmetric", old)
    grid = str(attributes.get("coordinate_transformation_mode", "half_pixel"))
    _one_of(where, "coordinate_transformation_mode", grid, _grids(opset))
    rounding = str(attributes.get("nearest_mode", "round_prefer_floor"))
    _one_of(where, "nearest_mode", rounding, _ROUNDINGS)
    policy = str(attributes.get("keep_aspect_ratio_policy", "stretch"))
    _one_of(where, "keep_aspect_ratio_policy", policy, _POLICIES)
    antialias = _truth(where, attributes, "antialias")
    flags: dict[str, Any] = {"antialias": antialias}
    # of two taps, the one that is left has all the weight
    outside = _truth(where, attributes, "exclude_outside")
    flags["exclude_outside"] = outside and (antialias or mode == "cubic")
    if mode == "nearest":
        flags["nearest_mode"] = rounding
    if mode == "cubic":
        flags["cubic_coeff_a"] = attributes.get("cubic_coeff_a", -0.75)
    if grid == _CROP:
        flags["extrapolation_value"] = attributes.get("extrapolation_value", 0.0)
    return _resize(where, mode, grid, flags)


def left_open(convention: Resize) -> str:
    """What ONNX's text does not say of a convention, and what is taken for it; empty if it says all."""
    if convention.nearest_mode == "ceil_where_shrinking":
        return (
            "opset 10 does not say how nearest rounds: taken as ONNX Runtime and OpenVINO have it, "
            "ceil where an axis shrinks and floor elsewhere"
        )
    return ""


def _rounding_10(operator: Operator) -> str:
    return "ceil_where_shrinking" if operator == "Resize" else "floor"  # Upsample never shrinks


def _resize(where: str, mode: str, grid: str, flags: Mapping[str, object]) -> Resize:
    try:
        return Resize(mode=mode, coordinate_transformation_mode=grid, **flags)  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _names(operator: Operator, opset: int) -> tuple[str, ...]:
    versions = _ATTRIBUTES.get(operator, {})
    known = [names for since, names in versions.items() if since <= opset]
    if not known or (operator == "Upsample" and opset > 9):
        spans = {"Upsample": "opset 7 to 9", "Resize": "opset 10 on"}
        raise ValueError(f"there is no ONNX {operator} in opset {opset}: {spans.get(operator, '')}")
    return known[-1]


def _grids(opset: int) -> tuple[str, ...]:
    others = (name for name, (since, until) in _SINCE_UNTIL.items() if since <= opset < until)
    return (*_GRIDS, *others)


def _one_of(where: str, name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{where}: {name} is one of {', '.join(allowed)}; got {value!r}")


def _truth(where: str, attributes: Mapping[str, object], name: str) -> bool:
    value = attributes.get(name, 0)
    if value not in (0, 1):
        raise ValueError(f"{where}: {name} is 0 or 1, got {value!r}")
    return bool(value)


# ---------------------------------------------------------------------------- inputs of Resize


def _axes(axes: Sequence[int] | None, rank: int) -> tuple[int, ...]:
    """Axes from 0; an empty list names none, and nothing is resized."""
    if axes is None:
        return tuple(range(rank))
    numbers = tuple(int(axis) for axis in axes)
    if not all(-rank <= axis < rank for axis in numbers):
        raise ValueError(
            f"axes are from {-rank} to {rank - 1} for an input of {rank} axes, got {numbers}"
        )
    normal = tuple(axis % rank for axis in numbers)
    if len(set(normal)) < len(normal):
        raise ValueError(f"an axis comes twice in axes {numbers}")
    return normal


def _inputs(
    scales: Numbers | None, sizes: Sequence[int] | AnyArray | None, count: int, opset: int
) -> tuple[tuple[int, ...] | None, tuple[Factor | None, ...]]:
    """The sizes, or else the scales, of as many axes as there are."""
    factors = () if scales is None else tuple(exact_factor(scale) for scale in scales)
    chosen = () if sizes is None else tuple(int(n) for n in sizes)
    if chosen and opset < 11:
        raise ValueError(f"opset {opset} has no input sizes: opset 11 has")
    if chosen and factors:
        raise ValueError("a node takes scales or sizes, not both")
    if not chosen and not factors and count:
        raise ValueError("a node needs scales or sizes")
    for name, entries in (("scales", factors), ("sizes", chosen)):
        if entries and len(entries) != count:
            raise ValueError(f"{name} has {len(entries)} entries for {count} axes")
    return (chosen, ()) if chosen else (None, factors)


def _roi(roi: Numbers | None, count: int) -> tuple[Fraction | float, ...] | None:
    if roi is None or len(roi) == 0:
        raise ValueError(
            "tf_crop_and_resize needs the input roi: the starts of all axes, then the ends"
        )
    if len(roi) != 2 * count:
        raise ValueError(f"roi has {len(roi)} entries for {count} axes, which take {2 * count}")
    return tuple(Fraction(str(side)) for side in roi)


def _length(n: int, factor: Factor | None, convention: Resize) -> int:
    """onnx/onnx, onnx/defs/tensor/utils.cc: resizeShapeInferenceHelper, but for the roi."""
    start, end = convention.roi or (0, 1)
    part = np.float32(n) * (np.float32(float(end)) - np.float32(float(start)))
    return math.floor(part * np.float32(float(factor or 1)))


def _fitted(
    lengths: tuple[int, ...], sizes: tuple[int, ...], policy: str
) -> tuple[tuple[int, ...], tuple[Factor | None, ...]]:
    """The sizes that a policy leaves, and the one scale at which it then samples."""
    if policy == "stretch" or not sizes:
        return sizes, (None,) * len(sizes)
    ratios = [Fraction(size, n) for n, size in zip(lengths, sizes, strict=True)]
    scale = min(ratios) if policy == "not_larger" else max(ratios)
    fitted = tuple(math.floor(scale * n + Fraction(1, 2)) for n in lengths)
    return fitted, (scale,) * len(sizes)


# ---------------------------------------------------------------------------- ConvTranspose

_AUTO_PADS = ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")
_CONV_ATTRIBUTES = (
    "auto_pad",
    "dilations",
    "group",
    "kernel_shape",
    "output_padding",
    "output_shape",
    "pads",
    "strides",
)


def conv_transpose_node(
    attributes: Mapping[str, Any],
    kernel_size: Sequence[int],
    input_size: Sequence[int] | None = None,
    *,
    opset: int = 22,
) -> ConvTranspose:
    """What a node ConvTranspose computes: ``auto_pad`` and ``output_shape`` become ``pads``.

    Both say a size, and so an amount to cut, ``total``: the full output, with ``output_padding``, less that
    size; half of it is cut at the start and half at the end, and of an odd amount one more at the start, or,
    with SAME_UPPER, at the end. The text of opset 1 has this the other way round, against its own text of
    ``auto_pad``; ONNX Runtime follows the newer text in every opset. Where the size is larger than the full
    output the text, whose pads are never negative, leaves it open: zeros are appended at the end, as ONNX
    Runtime does it.

    Args:
        attributes: of the node, by their names; those that are left out have their defaults.
        kernel_size: of the weight, one an axis.
        input_size: the spatial size of the input in pixels: ``output_shape`` needs it.
        opset: the version of ONNX's operators.

    Raises:
        ValueError: there is no such attribute or value, two do not go together, or the size of the input is
            needed and not given.

    >>> conv_transpose_node({"strides": [2, 2], "auto_pad": "SAME_UPPER"}, (3, 3)).pads
    (0, 0, 1, 1)
    """
    unknown = sorted(set(attributes) - set(_CONV_ATTRIBUTES))
    if unknown:
        raise ValueError(
            f"ONNX ConvTranspose has no attribute {unknown[0]!r}; it takes {', '.join(_CONV_ATTRIBUTES)}"
        )
    rank, kernel = len(kernel_size), tuple(kernel_size)
    given = {name: value for name, value in attributes.items() if value is not None}
    if tuple(given.get("kernel_shape", kernel)) != kernel:
        raise ValueError(
            f"kernel_shape={tuple(given['kernel_shape'])} is not the weight's {kernel}"
        )
    auto_pad = str(given.get("auto_pad", "NOTSET"))
    _one_of("ONNX ConvTranspose", "auto_pad", auto_pad, _AUTO_PADS)
    full = ConvTranspose(
        strides=tuple(given.get("strides", (1,) * rank)),
        output_padding=tuple(given.get("output_padding", ())),
        dilations=tuple(given.get("dilations", ())),
        group=given.get("group", 1),
    )
    if len(full.strides) != rank:
        raise ValueError(
            f"strides has {len(full.strides)} entries for a weight of {rank} spatial axes"
        )
    pads, shape = tuple(given.get("pads", ())), tuple(given.get("output_shape", ()))
    if auto_pad != "NOTSET" and any(pads):
        raise ValueError(f"pads={pads} and auto_pad={auto_pad!r} do not go together")
    if shape:
        return _cut(full, _excess_of_shape(full, shape, kernel, input_size), auto_pad)
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):  # output_shape = n · stride, whatever n is
        one = full.output_size((1,) * rank, kernel)
        return _cut(full, [n - s for n, s in zip(one, full.strides, strict=True)], auto_pad)
    return replace(full, pads=pads)


def _excess_of_shape(
    full: ConvTranspose,
    shape: tuple[int, ...],
    kernel: tuple[int, ...],
    input_size: Sequence[int] | None,
) -> list[int]:
    if input_size is None:
        raise ValueError("what output_shape cuts depends on the input's size: give it")
    if len(shape) != len(kernel):
        raise ValueError(
            f"output_shape has {len(shape)} entries for {len(kernel)} spatial axes: "
            "it does not include batch and channels"
        )
    whole = full.output_size(input_size, kernel)
    return [n - wanted for n, wanted in zip(whole, shape, strict=True)]


def _cut(full: ConvTranspose, excess: Sequence[int], auto_pad: str) -> ConvTranspose:
    """Cut so many pixels an axis, in halves; append where there are too few."""
    small = [max(total, 0) // 2 for total in excess]
    large = [max(total, 0) - half for total, half in zip(excess, small, strict=True)]
    begins, ends = (small, large) if auto_pad == "SAME_UPPER" else (large, small)
    more = [
        extra + max(-total, 0) for extra, total in zip(full.output_padding, excess, strict=True)
    ]
    return replace(full, pads=(*begins, *ends), output_padding=tuple(more))
