"""Arguments that say where an output pixel lies: grids, boxes, matrices, and the inputs of ONNX nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...frameworks.library import signature
from .entries import SCALES, entries_of
from .reading import Reading
from .text import (
    Unreadable,
    Written,
    unsaid,
)

_INVERSE = "WARP_INVERSE_MAP | "  # a matrix that leads from output to input
# functions that make an array of what is written in them
_ARRAYS = (
    "array",
    "asarray",
    "tensor",
    "Tensor",
    "constant",
    "convert_to_tensor",
    "float32",
    "float64",
)


def array(value: object) -> Any:
    """What an array is made of in ``np.array(…)`` or ``torch.tensor(…)``; anything else as it is."""
    if isinstance(value, Written) and value.args and value.function.split(".")[-1] in _ARRAYS:
        return value.args[0]
    return value


def _literal(value: object) -> Any:
    """The numbers of ``np.array(…)``, ``torch.tensor(…)`` or plain lists; None where they are not there."""
    made = array(value)
    return None if unsaid(made) else made


def _affine_grid(reading: Reading, grid: object) -> Reading:
    aligned = reading.flags["align_corners"]
    if not isinstance(grid, Written) or not grid.function.endswith("affine_grid"):
        raise Unreadable(
            f"F.grid_sample: grid={grid} says where each pixel is sampled: for a resize write it out, "
            f"as F.affine_grid([[[1, 0, 0], [0, 1, 0]]], (n, c, h, w), align_corners={aligned})"
        )
    arguments = grid.bound("F.affine_grid", signature("theta, size, align_corners=None"))
    corners = arguments["align_corners"]
    if unsaid(corners):
        raise Unreadable(
            f"F.affine_grid: align_corners={corners} is not written out: give its value"
        )
    if bool(corners) != bool(aligned):
        raise Unreadable(
            f"F.grid_sample with align_corners={aligned} of a grid with "
            f"align_corners={corners} is no resize: give both the same"
        )
    theta = _literal(arguments["theta"])
    if theta is not None and (
        not isinstance(theta, (tuple, list)) or any(row != [[1, 0, 0], [0, 1, 0]] for row in theta)
    ):
        raise Unreadable(f"F.affine_grid of {theta} is no resize: that of the identity is")
    if theta is None:
        raise Unreadable(
            f"F.affine_grid: theta={arguments['theta']} is not written out: "
            "[[1, 0, 0], [0, 1, 0]] for each image is a resize"
        )
    size = arguments["size"]
    if isinstance(size, (tuple, list)) and len(size) != 4:
        raise Unreadable(f"F.affine_grid: size is (n, c, h, w), got {size!r}")
    if isinstance(size, (tuple, list)):
        entries = entries_of(reading, ("size",), [tuple(size[2:])])
        return replace(reading, by="size", size=entries)
    return replace(reading, notes=(f"(n, c, h, w) is {size}",))


def _boxes(reading: Reading, boxes: object) -> Reading:
    rows = _literal(boxes)
    if rows is None:
        raise Unreadable(
            f"{reading.function.name}: boxes={boxes} say which part of the image is resized: write them "
            "out, [[0, 0, 1, 1]] for all of it"
        )
    if not _is_matrix(rows, 4):
        raise Unreadable(f"{reading.function.name}: boxes are [y1, x1, y2, x2] each, got {rows!r}")
    if any(list(box) != list(rows[0]) for box in rows):
        raise Unreadable(f"{reading.function.name}: one box at a time, got {rows!r}")
    box = tuple(float(side) for side in rows[0])
    return replace(reading, roi=None if box == (0, 0, 1, 1) else box)


def _is_matrix(rows: object, columns: int) -> bool:
    """Whether it is rows of so many numbers."""
    return (
        isinstance(rows, (tuple, list))
        and bool(rows)
        and all(isinstance(row, (tuple, list)) and len(row) == columns for row in rows)
        and all(isinstance(n, (int, float)) for row in rows for n in row)
    )


def _box_indices(reading: Reading, value: object) -> Reading:
    """Which image each box is cut from: of a batch of one image, the first."""
    if _literal(value) in ([0], (0,)):
        return reading
    return replace(reading, notes=(*reading.notes, f"x is the image that {value} picks"))


def _extrapolation(reading: Reading, value: object) -> Reading:
    if unsaid(value):
        raise Unreadable(f"{reading.function.name}: extrapolation_value={value} is not written out")
    if not isinstance(value, (int, float)):
        raise Unreadable(f"{reading.function.name}: extrapolation_value is a number, got {value!r}")
    return replace(reading, extrapolation_value=float(value))


def _matrix(reading: Reading, matrix: object) -> Reading:
    """Where the pixels' middles come to lie."""
    given = _literal(matrix)
    if given is None:
        raise Unreadable(
            f"cv2.warpAffine: M={matrix} is not written out: give its numbers, "
            "[[x, 0, x / 2 - 1 / 2], [0, y, y / 2 - 1 / 2]] for pixels' middles"
        )
    if not _is_matrix(given, 3) or len(given) != 2:
        raise Unreadable(f"cv2.warpAffine: M is 2 rows of 3 numbers, got {given!r}")
    inverse = str(reading.flags["flags"]).startswith(_INVERSE)
    rows = given if inverse else _inverse(given)
    (x, skew, right), (skew_too, y, down) = rows
    grids = {(0.0, 0.0): "asymmetric", (x / 2 - 0.5, y / 2 - 0.5): "half_pixel"}
    if skew or skew_too or (right, down) not in grids:
        which = "" if inverse else f", whose inverse as OpenCV computes it is {rows!r},"
        raise Unreadable(
            f"cv2.warpAffine of {given!r}{which} does more than a resize, or is one up to rounding only: "
            "that is [[x, 0, x / 2 - 1 / 2], [0, y, y / 2 - 1 / 2]] with flags=cv2.WARP_INVERSE_MAP | …"
        )
    if x <= 0 or y <= 0:
        raise Unreadable(f"cv2.warpAffine of {given!r} mirrors the image, or has no size")
    flag = reading.flags["flags"] if inverse else f"{_INVERSE}{reading.flags['flags']}"
    flags = {**reading.flags, "flags": flag, "coordinates": grids[right, down]}
    return replace(reading, flags=flags, ratio=(1 / y, 1 / x))


def _inverse(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """The map from output to input of one from input to output, rounded as OpenCV rounds it.

    Source: opencv/opencv, modules/imgproc/src/imgwarp.cpp: cv::warpAffine.
    """
    (a, b, right), (c, d, down) = rows
    determinant = a * d - b * c
    one_by = 1 / determinant if determinant else 0.0
    x, skew, skew_too, y = d * one_by, b * -one_by, c * -one_by, a * one_by
    return [[x, skew, -x * right - skew * down], [skew_too, y, -skew_too * right - y * down]]


def _translation(reading: Reading, translation: object) -> Reading:
    numbers = _literal(translation)
    if not isinstance(numbers, (tuple, list)) or any(numbers):
        raise Unreadable(
            f"ScaleAndTranslate: translation is (0, 0) for a resize, got {translation}"
        )
    return reading


def _scale(reading: Reading, scale: object) -> Reading:
    values = _literal(scale)
    if values is not None:
        numbers = isinstance(values, (tuple, list)) and len(values) == 2
        if not numbers or not all(isinstance(one, (int, float)) and one > 0 for one in values):
            raise Unreadable(
                f"ScaleAndTranslate: scale is (y, x), two numbers above 0, got {values!r}"
            )
        return replace(reading, ratio=tuple(float(one) for one in values))
    note = f"scale={scale} is the output's size by the input's"
    return replace(reading, notes=(*reading.notes, note))


def _node_inputs(reading: Reading, inputs: object) -> Reading:
    """The inputs of an ONNX node are names: what is in them is taken for granted."""
    if not isinstance(inputs, (tuple, list)):
        return replace(reading, notes=(*reading.notes, f"{inputs} are the image and sizes"))
    given = list(inputs)
    if len(given) == 2:  # before opset 11
        given.insert(1, "")
    literal = array((*given, "", "", "")[2])
    if isinstance(literal, (tuple, list)) and literal:
        given[2] = ""
        reading = _by_scales(reading, literal)
    _, roi, scales, sizes = (*(str(name or "") for name in given), "", "", "", "")[:4]
    grid, notes = reading.flags.get("coordinate_transformation_mode", "asymmetric"), []
    if reading.by == "factors" and sizes:
        raise Unreadable(f"{reading.function.name} takes scales or sizes, not both")
    if roi and grid == "tf_crop_and_resize":
        notes.append(f"{roi} is the whole image: 0 for every start, 1 for every end")
    # opset 11 has scales beside sizes, and empty
    of_sizes = grid in ("align_corners", "tf_crop_and_resize") and not reading.flags.get(
        "antialias"
    )
    if scales and not sizes and not of_sizes:
        notes.append(f"the image's sizes times {scales} are whole numbers")
    return replace(reading, notes=(*reading.notes, *notes))


def _node_scales(reading: Reading, scales: object) -> Reading:
    """Those of Upsample in opset 7 and 8, which are an attribute."""
    if scales is None:
        return reading
    entries = array(scales)
    if isinstance(entries, (tuple, list)):
        return _by_scales(reading, entries)
    note = f"the image's sizes times {scales} are whole numbers"
    return replace(reading, notes=(*reading.notes, note))


def _by_scales(reading: Reading, scales: Sequence[object]) -> Reading:
    """A node whose scales are written out: one for each axis of (N, C, H, W), or of those in ``axes``."""
    axes = reading.flags.get("axes")
    if axes is not None and len(axes) == len(scales):
        by_axis = {axis % 4: scale for axis, scale in zip(axes, scales, strict=True)}
        scales = [by_axis.get(axis, 1) for axis in range(4)]
    name, shape = reading.function.name, {3: "(N, C, W)", 5: "(N, C, D, H, W)"}
    if len(scales) not in (3, 4, 5):
        raise Unreadable(
            f"{name}: scales are one number for each axis of (N, C, H, W), got {scales}"
        )
    if list(scales[:2]) != [1, 1]:
        where = shape.get(len(scales), "(N, C, H, W)")
        raise Unreadable(f"{name}: scales of {where} are 1 and 1 first, got {scales}")
    reading = replace(reading, rank=len(scales) - 2)
    factors = entries_of(reading, SCALES, [tuple(scales[2:])])
    return replace(reading, by="factors", factors=factors)


GRIDS = {
    "inputs": _node_inputs,
    "scales": _node_scales,
    "grid": _affine_grid,
    "boxes": _boxes,
    "box_indices": _box_indices,
    "box_ind": _box_indices,
    "extrapolation_value": _extrapolation,
    "M": _matrix,
    "translation": _translation,
    "scale": _scale,
}
