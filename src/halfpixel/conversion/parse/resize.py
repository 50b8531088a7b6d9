"""Calls that resize as people write them: from a call that was parsed to the calls of the catalogue.

A call's arguments are bound to its function's signature, and its flags compared with those of every call of
the catalogue, which are found by reading what that call prints. So a call that is added there is read here.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...frameworks import FRAMEWORKS, Call
from ...operators import Resize
from ...operators.request import Request
from . import mistakes, ranks
from .signatures import BY_NAME, CONSTANTS, FUNCTIONS, Function, canonical
from .text import (
    Branch,
    Choice,
    Unreadable,
    Variable,
    Written,
    choices_of,
    operand,
    outermost,
    signature,
    unsaid,
)

Entry = int | float | Variable | None
Flags = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """A call that was read.

    Attributes:
        function: what is called.
        written: all of it, with its function's own name.
        flags: what it computes, as the catalogue has it: by argument, defaults filled in.
        ways: arguments that say how an image lies in memory, or what becomes of a size.
        by: whether a size or factors were given: size, factors, or nothing.
        rank: the number of spatial axes: 1, 2 or 3.
        size: the output's, one entry for each axis, the outermost first: numbers, or what stands there; None
            where the call does not say it.
        factors: output pixels an input pixel, in the same order; None where the call does not say them.
        scalar_size: where the size, or the factors, are one name: it may be a number, for all axes, or a
            tuple. ``size`` has the entries of a tuple, ``factors`` the number.
        calls: of the catalogue, that it can be: by the sizes, the channels, or Keras's backend.
        image: the name of what is resized; empty where it has none.
        roi: the part of the image that is resized, as ONNX has it; None for all of it.
        notes: what it takes for granted.
        warnings: what the call says by mistake.
    """

    function: Function
    written: str
    flags: Flags
    ways: Flags
    by: str
    rank: int = 2
    size: tuple[Entry, ...] | None = None
    factors: tuple[Entry, ...] | None = None
    scalar_size: str | None = None
    calls: tuple[Call, ...] = ()
    image: str = ""
    roi: tuple[float, ...] | None = None
    extrapolation_value: float = 0.0
    notes: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())

    @property
    def framework(self) -> str:
        """Whose call it is."""
        return self.function.framework


def known(name: str) -> bool:
    """Whether a dotted name is that of a function that resizes."""
    return len(_functions(name)) > 0


def read(written: Written) -> Reading:
    """Read a call that resizes, without conditional expressions among its flags.

    Raises:
        Unreadable: it is no function that is known, or its arguments are not in the catalogue.
    """
    function = function_of(written.function)
    warnings = mistakes.of(function, _bound(function, written), written)
    reading = _told(_keyed(written), written, warnings)
    found = _match(reading)
    if found is None and reading.function.becomes:
        other = BY_NAME[reading.function.becomes]
        flags = {**_defaults(other), **reading.flags}
        found = _match(replace(reading, function=other, flags=flags))
    scaled = reading.framework == "onnx" and reading.by == "factors"
    if found is None and (scaled or reading.function.name == "onnx.Resize"):
        found = ()
    if found is None:
        raise Unreadable(_unmatched(reading))
    if found and not any(call.follows for call in found) and reading.framework != "onnx":
        raise Unreadable(refused(reading.function.name, found[0]))
    return replace(reading, calls=tuple(call for call in found if call.follows))


def choices(written: Written) -> tuple[Branch, ...]:
    """The calls without conditional expressions that a call is: one for each branch.

    A size that is a name on either condition stays one expression, and the image is not looked into.

    Raises:
        Unreadable: it is no function that is known, or has too many branches.
    """
    function = function_of(written.function)
    skipped: list[str | int] = [0, function.image] if function.image else []
    for name in (*function.size, *function.factors):
        value = _argument(function, written, name)
        if isinstance(value, Choice) and all(isinstance(leaf, Variable) for leaf in value.leaves):
            skipped += [name, list(function.signature.parameters).index(name)]
    return choices_of(_decidable(function, written), skipped)


def _decidable(function: Function, written: Written) -> Written:
    """A call whose names for True or False are choices."""
    truths = [name for name in function.flags if name in _TRUTHS]

    def each(name: str, value: Any) -> Any:
        if name in truths and isinstance(value, Variable):
            return Choice(value.text, True, False, value.text)
        return value

    names = list(function.signature.parameters)
    args = tuple(each(name, value) for name, value in zip(names, written.args, strict=False))
    kwargs = {name: each(name, value) for name, value in written.kwargs.items()}
    return replace(written, args=args + written.args[len(names) :], kwargs=kwargs)


# flags that are True or False
_TRUTHS = ("align_corners", "antialias", "half_pixel_centers")


def _argument(function: Function, written: Written, name: str) -> Any:
    place = list(function.signature.parameters).index(name)
    return written.args[place] if place < len(written.args) else written.kwargs.get(name)


# ---------------------------------------------------------------------------- names


@functools.cache
def _functions(name: str) -> tuple[Function, ...]:
    """The functions that a dotted name can be: one by its full name, perhaps several by the end of it."""
    name = canonical(name)
    for function in FUNCTIONS:
        if name in (function.name, *function.spelled):
            return (function,)
    ends = f".{name}"
    return tuple(
        function
        for function in FUNCTIONS
        if function.framework != "onnx"  # a node is written by onnx.helper.make_node
        and any(spelled.endswith(ends) for spelled in (function.name, *function.spelled))
    )


def function_of(name: str) -> Function:
    """The function of a dotted name.

    Raises:
        Unreadable: there is none, or there are several.
    """
    found = _functions(name)
    if len(found) == 1:
        return found[0]
    if found:
        names = " or ".join(function.name for function in found)
        raise Unreadable(f"{name} can be {names}: write which")
    raise Unreadable(
        f"{name} is no resize that is known; the closest are {', '.join(closest(name))}"
    )


def closest(name: str) -> list[str]:
    """The names of functions that resemble one."""
    last = name.split(".")[-1]
    every = [function.name for function in FUNCTIONS if function.framework != "onnx"]
    names = {own.split(".")[-1].lower(): own for own in every}
    whole = {own.lower(): own for own in every}
    found = [
        table[key]
        for table, text in ((whole, name), (names, last))
        for key in difflib.get_close_matches(text.lower(), table, 2, 0.5)
    ]
    return list(dict.fromkeys(found)) or ["F.interpolate", "tf.image.resize", "cv2.resize"]


# ---------------------------------------------------------------------------- flags


def _keyed(written: Written) -> Reading:
    """A call's function, flags and sizes."""
    function = function_of(written.function)
    if function.name == "onnx.Resize" and _inputs(written) == 2:
        function = BY_NAME["onnx.Resize10"]
    arguments = _bound(function, written)
    flags = {name: _plain(function, name, arguments[name]) for name in function.flags}
    ways = {name: _plain(function, name, arguments[name]) for name in function.ways}
    for name, (other, value) in function.moot.items():
        if flags[other] != value:
            flags[name] = function.signature.parameters[name].default
    if function.image and isinstance(arguments[function.image], Written):
        ways["image"] = _method(arguments[function.image])
    rank = ranks.of(function, arguments)
    if "mode" in flags and function.framework == "torch":
        flags["dimensions"] = rank
    reading = Reading(function, written.text, flags, ways, "nothing", rank)
    reading = _sized(reading, arguments)
    for name in function.grid:
        if name in _GRIDS:
            reading = _GRIDS[name](reading, arguments[name])
    return reading


def _bound(function: Function, written: Written) -> dict[str, Any]:
    arguments = written.bound(function.name, function.signature)
    for name in (*function.size, *function.factors):
        arguments[name] = _unwrapped(arguments[name])
    return arguments


_SEQUENCES = ("tuple", "list", "Size", "array", "constant", "tensor", "int32", "int64")


def _unwrapped(value: Any) -> Any:
    """The entries of ``torch.Size([h, w])``; anything else as it is."""
    made = isinstance(value, Written) and value.function.split(".")[-1] in _SEQUENCES
    if made and len(value.args) == 1 and isinstance(value.args[0], (tuple, list)):
        return tuple(value.args[0])
    return value


def _told(reading: Reading, written: Written, mistaken: Sequence[str]) -> Reading:
    """A reading with what the answer leaves out or takes for granted, and what is said by mistake."""
    function, arguments = reading.function, _bound(reading.function, written)
    notes = list(reading.notes)
    image = _image(function, arguments, written)
    if image is not None and not _name_of(image):
        notes.insert(0, f"x in the code is {image}")
    if function.rank is None and not ranks.says_so(function, arguments):
        notes.insert(
            0, "x is (N, C, H, W): nothing in the call says along how many axes it resizes"
        )
    if reading.ways.get("data_format") == "channels_first":
        notes.append("its image and its result are (N, C, H, W)")
    warnings = []
    if written.around:
        warnings.append(f"{written.around} stands around the call and is not part of the answer")
    for name, what in function.told.items():
        if arguments[name] != function.signature.parameters[name].default:
            warnings.append(f"{name}={arguments[name]!r}: {what}")
    warnings += mistaken
    named = _name_of(image)
    return replace(reading, image=named, notes=tuple(notes), warnings=tuple(warnings))


def _image(function: Function, arguments: Flags, written: Written) -> Any:
    """What is resized; None of a layer that is not called.

    Raises:
        Unreadable: a layer is called with more than an image.
    """
    if not function.is_layer or written.applied is None:
        return arguments.get(function.image)
    applied = written.applied
    unused = ("training",) if function.framework == "keras" else ()
    given = [*applied.args, *(v for k, v in applied.kwargs.items() if k not in unused)]
    if len(given) != 1:
        raise Unreadable(f"{function.name}: the layer is called with one image, got {applied}")
    return given[0]


# methods that leave an image's values as they are
_KEEPING = ("contiguous", "detach", "clone", "cpu", "cuda", "copy")


def _name_of(image: Any) -> str:
    """The name of an image to which nothing is done that changes its values or its axes; else empty."""
    text = image.text if isinstance(image, Variable) else ""
    if isinstance(image, Written):
        name, _, method = image.function.rpartition(".")
        text = name if method in _KEEPING else ""
    return text if text and _is_dotted(text) else ""


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _inputs(written: Written) -> int:
    inputs = written.kwargs.get("inputs", written.args[0] if written.args else ())
    return len(inputs) if isinstance(inputs, (tuple, list)) else 0


def _defaults(function: Function) -> dict[str, Any]:
    parameters = function.signature.parameters
    return {name: _plain(function, name, parameters[name].default) for name in function.flags}


def _plain(function: Function, name: str, value: Any) -> Any:
    """A flag's value as the catalogue has it.

    Raises:
        Unreadable: it is known only when the code runs.
    """
    words, constants = function.words.get(name, {}), function.constants.get(name, {})
    if isinstance(value, Variable):
        text = _constant(function.framework, value.text)
        if text in constants:
            return constants[text]
    if unsaid(value):
        known = f", one of {_listed(constants or words)}" if constants or words else ""
        raise Unreadable(
            f"{function.name}: {name}={value} is not written out: give its value{known}"
        )
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, str) and function.framework == "opencv":
        raise Unreadable(f"{function.name}: {name} is an integer, got {value!r}: write cv2.{value}")
    if type(value) in (int, str, bool, type(None)) and value in words:
        return words[value]
    return value


def _constant(framework: str, text: str) -> str | None:
    """A constant's name without its module, or names joined by |; None where it is anything else."""
    names = []
    for part in re.split(r"\s*[|+]\s*", text):
        module, _, name = part.rpartition(".")
        if not _is_dotted(part) or canonical(module) not in CONSTANTS.get(framework, ()):
            return None
        names.append(name)
    return " | ".join(names)


def _listed(words: Mapping[object, object]) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in words.values()))


def _method(image: Written) -> str:
    """``.contiguous(memory_format=torch.channels_last)``: what is done to an image before."""
    return image.text.partition(".")[2] and f".{image.text.partition('.')[2]}"


# ---------------------------------------------------------------------------- sizes


def _sized(reading: Reading, arguments: Flags) -> Reading:
    function = reading.function
    factors = [arguments[name] for name in function.factors]
    sizes = [arguments[name] for name in function.size]
    unset = (None, 0) if function.framework == "opencv" else (None,)
    given = [value for value in factors if value not in unset]
    nothing = all(value is None or value == (0, 0) for value in sizes)
    if given and not nothing and function.framework == "torch":
        raise Unreadable(f"{function.name} takes a size or factors, not both")
    if given and nothing:
        entries = _entries(reading, function.factors, factors)
        scalar = _scalar(function, factors)
        return replace(reading, by="factors", factors=entries, scalar_size=scalar)
    if nothing:
        if function.framework in ("torch", "opencv") and function.factors:
            names = " or ".join((*function.size, *function.factors))
            raise Unreadable(f"{function.name} does not say what becomes of the size: give {names}")
        return reading
    entries = _entries(reading, function.size, sizes)
    return replace(reading, by="size", size=entries, scalar_size=_scalar(function, sizes))


def _scalar(function: Function, values: Sequence[Any]) -> str | None:
    """The one name that may be a number for all axes or a tuple."""
    one = values[0] if len(values) == 1 and function.one_for_all else None
    if isinstance(one, (Variable, Written)) and ranks.may_be_a_number(str(one)):
        return str(one)
    return None


def _entries(reading: Reading, names: Sequence[str], values: list[Any]) -> tuple[Entry, ...]:
    """The entries of one argument or several, the outermost axis first."""
    function = reading.function
    entries = tuple(values) if len(values) > 1 else _each(reading, names[0], values[0])
    if names == ("fx", "fy") or (function.order == "wh" and len(values) == 1):
        entries = entries[::-1]
    factors = names in (function.factors, _SCALES)
    kinds = (int, float) if factors else (int,)
    for entry in entries:
        number = isinstance(entry, kinds) and not isinstance(entry, bool)
        if not (unsaid(entry) or (number and entry > 0)):
            what = "a positive number" if float in kinds else "a positive whole number"
            raise Unreadable(
                f"{function.name}: {', '.join(names)} is {what} for each axis, got {entry!r}"
            )
        if number and entry >= _TOO_LARGE:
            raise Unreadable(f"{function.name}: {', '.join(names)}={entry!r} is too large")
    return tuple(_variable(e, factor=factors) if unsaid(e) else e for e in entries)


_TOO_LARGE = 2**31


def _variable(entry: Any, *, factor: bool) -> Variable:
    """An entry as an expression that may stand anywhere, or in a product."""
    text = f"({entry})" if isinstance(entry, Choice) else str(entry)
    return Variable(operand(text) if factor else text)


def _each(reading: Reading, name: str, value: Any) -> tuple[Any, ...]:
    """The entries of one argument, in its order."""
    function, rank = reading.function, reading.rank
    if isinstance(value, (Variable, Written, Choice)):
        text = str(value)
        if function.one_for_all and (name in function.factors or ranks.is_a_number(text)):
            return (value,) * rank
        if ranks.is_a_number(text):
            raise Unreadable(_wanted(reading, name, value))
        bare = text if re.fullmatch(r"[\w.\[\]:]+", text) else f"({text})"
        return tuple(Variable(f"{bare}[{i}]") for i in range(rank))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and function.one_for_all:
        return (value,) * rank
    entries = tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(entries) != rank:
        raise Unreadable(_wanted(reading, name, value))
    return entries


def _wanted(reading: Reading, name: str, value: Any) -> str:
    number = ("one number", "two numbers", "three numbers")[reading.rank - 1]
    wanted = f"a number, or {number}" if reading.function.one_for_all else number
    return f"{reading.function.name}: {name} is {wanted}, got {value!r}"


# ---------------------------------------------------------------------------- grids


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


def _array(value: Any) -> Any:
    """What an array is made of in ``np.array(…)`` or ``torch.tensor(…)``; anything else as it is."""
    if isinstance(value, Written) and value.args and value.function.split(".")[-1] in _ARRAYS:
        return value.args[0]
    return value


def _literal(value: Any) -> Any:
    """The numbers of ``np.array(…)``, ``torch.tensor(…)`` or plain lists; None where they are not there."""
    made = _array(value)
    return None if unsaid(made) else made


def _affine_grid(reading: Reading, grid: Any) -> Reading:
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
        entries = _entries(reading, ("size",), [tuple(size[2:])])
        return replace(reading, by="size", size=entries)
    return replace(reading, notes=(f"(n, c, h, w) is {size}",))


def _boxes(reading: Reading, boxes: Any) -> Reading:
    found = _literal(boxes)
    if found is None:
        raise Unreadable(
            f"{reading.function.name}: boxes={boxes} say which part of the image is resized: write them "
            "out, [[0, 0, 1, 1]] for all of it"
        )
    if not _is_matrix(found, 4):
        raise Unreadable(f"{reading.function.name}: boxes are [y1, x1, y2, x2] each, got {found!r}")
    if any(list(box) != list(found[0]) for box in found):
        raise Unreadable(f"{reading.function.name}: one box at a time, got {found!r}")
    box = tuple(float(side) for side in found[0])
    return replace(reading, roi=None if box == (0, 0, 1, 1) else box)


def _is_matrix(rows: Any, columns: int) -> bool:
    """Whether it is rows of so many numbers."""
    return (
        isinstance(rows, (tuple, list))
        and bool(rows)
        and all(isinstance(row, (tuple, list)) and len(row) == columns for row in rows)
        and all(isinstance(n, (int, float)) for row in rows for n in row)
    )


def _box_indices(reading: Reading, value: Any) -> Reading:
    """Which image each box is cut from: of a batch of one image, the first."""
    if _literal(value) in ([0], (0,)):
        return reading
    return replace(reading, notes=(*reading.notes, f"x is the image that {value} picks"))


def _extrapolation(reading: Reading, value: Any) -> Reading:
    if unsaid(value):
        raise Unreadable(f"{reading.function.name}: extrapolation_value={value} is not written out")
    if not isinstance(value, (int, float)):
        raise Unreadable(f"{reading.function.name}: extrapolation_value is a number, got {value!r}")
    return replace(reading, extrapolation_value=float(value))


def _matrix(reading: Reading, matrix: Any) -> Reading:
    """Where the pixels' middles come to lie."""
    found = _literal(matrix)
    if found is None:
        raise Unreadable(
            f"cv2.warpAffine: M={matrix} is not written out: give its numbers, "
            "[[x, 0, x / 2 - 1 / 2], [0, y, y / 2 - 1 / 2]] for pixels' middles"
        )
    if not _is_matrix(found, 3) or len(found) != 2:
        raise Unreadable(f"cv2.warpAffine: M is 2 rows of 3 numbers, got {found!r}")
    (x, skew, right), (skew_too, y, down) = found
    grids = {(0.0, 0.0): "asymmetric", (x / 2 - 0.5, y / 2 - 0.5): "half_pixel"}
    if skew or skew_too or (right, down) not in grids:
        raise Unreadable(f"cv2.warpAffine of {found!r} does more than a resize")
    return replace(reading, flags={**reading.flags, "coordinates": grids[right, down]})


def _translation(reading: Reading, translation: Any) -> Reading:
    found = _literal(translation)
    if not isinstance(found, (tuple, list)) or any(found):
        raise Unreadable(
            f"ScaleAndTranslate: translation is (0, 0) for a resize, got {translation}"
        )
    return reading


def _scale(reading: Reading, scale: Any) -> Reading:
    note = f"scale={scale} is the output's size by the input's"
    return replace(reading, notes=(*reading.notes, note))


def _node_inputs(reading: Reading, inputs: Any) -> Reading:
    """The inputs of an ONNX node are names: what is in them is taken for granted."""
    if not isinstance(inputs, (tuple, list)):
        return replace(reading, notes=(*reading.notes, f"{inputs} are the image and sizes"))
    given = list(inputs)
    if len(given) == 2:  # before opset 11
        given.insert(1, "")
    literal = _array((*given, "", "", "")[2])
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


def _node_scales(reading: Reading, scales: Any) -> Reading:
    """Those of Upsample in opset 7 and 8, which are an attribute."""
    if scales is None:
        return reading
    entries = _array(scales)
    if isinstance(entries, (tuple, list)):
        return _by_scales(reading, entries)
    note = f"the image's sizes times {scales} are whole numbers"
    return replace(reading, notes=(*reading.notes, note))


def _by_scales(reading: Reading, scales: Sequence[Any]) -> Reading:
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
    factors = _entries(reading, _SCALES, [tuple(scales[2:])])
    return replace(reading, by="factors", factors=factors)


_SCALES = ("scales",)


_GRIDS = {
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


# ---------------------------------------------------------------------------- the catalogue


# sizes at which every call of the catalogue says something
_EXAMPLES = (
    ((6, 8), (3, 4)),
    ((4, 3), (8, 6)),
    ((3, 3), (4, 5)),
    ((3, 3), (3, 5)),
    ((4, 4), (6, 6)),
)
_CHANNELS = (1, 2)


def example(call: Call) -> Request | None:
    """A request that a call of the catalogue can express."""
    convention = next(iter(call.follows.values()), Resize(mode="linear"))
    for channels in _CHANNELS:
        for n_in, n_out in _EXAMPLES:
            request = Request(convention, (1, channels, *n_in), n_out)
            if call.expression(request) is not None:
                return request
    return None


@dataclass(frozen=True)
class Row:
    """What a call of the catalogue is said with."""

    function: str
    flags: Flags
    ways: Flags
    by: str
    call: Call


@functools.cache
def rows() -> tuple[Row, ...]:
    """What every call of the catalogue is said with."""
    return tuple(_rows())


def _rows() -> Iterator[Row]:
    for framework in FRAMEWORKS.values():
        for call in framework.calls:
            case = example(call) if call.operation == "resize" else None
            if case is None:
                continue
            try:
                said = _keyed(outermost(str(call.said(case)), known))
            except Unreadable:
                continue  # see unread
            yield Row(said.function.name, said.flags, said.ways, said.by, call)


def unread() -> tuple[Call, ...]:
    """The calls of the catalogue that are said with a function, or an argument, that is not known here."""
    found = {row.call.id for row in rows()}
    return tuple(
        call
        for framework in FRAMEWORKS.values()
        for call in framework.calls
        if call.operation == "resize" and call.id not in found
    )


def _key(function: str, flags: Flags, by: str) -> str:
    return json.dumps([function, dict(sorted(flags.items())), by], default=repr)


@functools.cache
def _by_key() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows():
        found.setdefault(_key(row.function, row.flags, row.by), []).append(row)
    return found


def _match(reading: Reading) -> tuple[Call, ...] | None:
    """The calls of the catalogue with the same flags; where some have the same ways too, those. A function
    that is only given factors there, or no size, computes the same of a size."""
    for by in dict.fromkeys((reading.by, "size", "nothing", "factors")):
        for flags in _spellings(reading.flags):
            found = _by_key().get(_key(reading.function.name, flags, by), [])
            exact = [row.call for row in found if _same(row.ways, reading.ways)]
            usual = [row.call for row in found if _usual(row)]
            if found:
                return tuple(exact or usual or [row.call for row in found])
        if by == reading.by == "factors":
            return None  # at which ratio it would sample is not known
    return None


def _spellings(flags: Flags) -> Iterator[Flags]:
    """As it is; what is None, False; a line or a volume, an image."""
    yield flags
    yield {name: False if value is None else value for name, value in flags.items()}
    mode = str(flags.get("mode"))
    if flags.get("dimensions") in (1, 3):
        image = {
            **flags,
            "dimensions": 2,
            "mode": {"linear": "bilinear", "trilinear": "bilinear"}.get(mode, mode),
        }
        yield image
        yield {name: False if value is None else value for name, value in image.items()}


def _same(one: Flags, other: Flags) -> bool:
    named = {**dict.fromkeys(one), **other}
    return all((one.get(name) or None) == (value or None) for name, value in named.items())


def _usual(row: Row) -> bool:
    return not any(row.ways.values())


def _unmatched(reading: Reading) -> str:
    """Which argument keeps a call out of the catalogue, and what it takes beside the others."""
    name = reading.function.name
    mine = [row for row in rows() if row.function == name and row.call.follows]
    for key, value in reading.flags.items():
        taken = list(dict.fromkeys(row.flags.get(key) for row in mine))
        if (type(value), value) not in [(type(one), one) for one in taken] and key != "dimensions":
            return f"{name}: {key}={value!r} is not one of {', '.join(map(repr, taken))}"
    refused = _refusal(reading)
    if refused:
        return refused

    def off(row: Row) -> list[str]:
        return [key for key, value in reading.flags.items() if row.flags.get(key) != value]

    least = min(len(off(row)) for row in mine)
    wrong = dict.fromkeys(key for row in mine if len(off(row)) == least for key in off(row))
    said = " and ".join(f"{key}={reading.flags[key]!r}" for key in wrong)
    return f"{name}: {said} do not go together with the other arguments"


def _refusal(reading: Reading) -> str:
    """A refusal of the catalogue that is about these flags, False being told from what is left out."""
    flags = {key: True if value is False else value for key, value in reading.flags.items()}
    for row in rows():
        if row.function == reading.function.name and not row.call.follows:
            unlike = [key for key, value in row.flags.items() if reading.flags.get(key) != value]
            if all(flags.get(key) == row.flags[key] for key in unlike):
                return refused(reading.function.name, row.call)
    return ""


def refused(name: str, call: Call) -> str:
    """What is said of a call that its framework refuses, in its words."""
    refusal = call.refusals[0]
    words = re.sub(r"\\(.)", r"\1", refusal.words.split("|")[0])
    return f"{name} refuses this: {words} ({refusal.why})"
