"""An answer about a resize as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ..frameworks import LIBRARIES
from ..frameworks.layer_plans import Target
from . import search
from .answer import Difference, Equivalent, Part, ResizeConversion
from .sizes import by

_NAMES: dict[Target, str] = {
    "torch": "torch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "opencv": "OpenCV",
    "onnx": "ONNX Resize",
    "onnxruntime": "ONNX Runtime",
    "pillow": "Pillow",
    "torchvision": "torchvision",
    "jax": "JAX",
    "litert": "LiteRT",
}


def _name(target: Target) -> str:
    return _NAMES.get(target) or LIBRARIES[target].title


def text(conversion: ResizeConversion) -> str:
    """All of an answer."""
    lines = [f"warning: {warning}" for warning in conversion.reading.warnings]
    for part in conversion.parts:
        where = f", {part.when}," if part.when else ""
        lines.append(f"{conversion.reading.written}{where} computes {part.convention}")
        known = part.call.framework if part.call.framework != "onnx" else "ONNX"
        releases = part.call.ranges[-1]
        known_in = f"in {known} {releases}" if releases else f"in every release of {known}"
        if conversion.reading.underneath:
            lines.append(f"  as {conversion.reading.underneath} does {known_in}")
        lines.append("  " + " ".join(f"{k}={v}" for k, v in part.convention.attributes.items()))
        if part.rule:
            lines.append(f"  coordinate rule on float32: {part.rule}")
        lines += [f"  assuming that {note}" for note in conversion.reading.notes]
        if not conversion.reading.underneath:
            lines.append(f"  {known_in}")
        lines += [f"  {one}" for one in part.conditions]
        if part.looked_at:
            lines.append(f"  compared {part.looked_at}")
        lines += _part(part, conversion.target)
        lines.append("")
    return "\n".join(lines).rstrip()


def _part(part: Part, target: Target) -> list[str]:
    lines: list[str] = []
    name = _name(target)
    if part.equal:
        first, *others = part.equal
        lines += [f"in {name}, float32 images: {first.exactness.words}", *_code(first.code)]
        lines += [f"  {one.words}" for one in first.uint8]
        lines += [f"  {one}" for one in first.conditions]
        lines += _also(first, others)
    elif not any(one.everywhere for one in part.factors):
        lines.append(none(part, target))
    for one in part.factors:
        when = f", {one.where}" if one.where else ""
        lines += [f"in {name}, given the factors{when}: {one.exactness.words}", *_code(one.code)]
        lines += [f"  {each}" for each in one.conditions]
    for one in part.elsewhere:
        lines += [f"{one.where}: {one.exactness.words}", *_code(one.code)]
        lines += [f"  {each}" for each in one.conditions]
    for one in part.recipes:
        where = f", {one.where}," if one.where else ","
        lines += [f"this code does{where} float32 images: {one.exactness.words}", *_code(one.code)]
        lines += [f"  {each}" for each in one.conditions]
    if part.nearest is not None:
        lines += _nearest(part.nearest)
    return lines


def none(part: Part, target: Target) -> str:
    """That no call is equal, and why where the reason is known."""
    name = _name(target)
    if not part.looked_at or not (part.recipes or part.nearest or part.elsewhere):
        return f"no {name} call computes this"
    return f"no single {name} call matches at all of these sizes"


def _nearest(near: Difference) -> list[str]:
    first, *others = near.measured
    lines = [f"nearest single call: {first.words}"]
    lines += [f"  and {one.words}" for one in others]
    lines += _code(near.code)
    lines += [f"  {each}" for each in near.conditions]
    if near.example is not None:
        example = near.example.json()
        rows: list[Sequence[Sequence[float]]] = [
            example["image"],
            example["source"],
            example["nearest"],
        ]
        alike = all(row == image[0] for image in rows for row in image) and len(rows[0]) > 1
        lines.append(
            f"  a small image that shows it, to {by(near.example.size)}{', one row of it' * alike}:"
        )
        for name, image in zip(("x        ", "this call", "nearest  "), rows, strict=True):
            lines.append(f"    {name} {_shown(image[:1] if alike else image)}")
    return lines + [f"  {one.words}" for one in near.uint8]


def _also(first: Equivalent, others: Sequence[Equivalent]) -> list[str]:
    lines = []
    seen = {_function(first)}
    for one in others:
        if _function(one) not in seen:
            seen.add(_function(one))
            line, *more = one.code.splitlines()
            text = line.removeprefix("y = ").removeprefix("node = ")
            if more:
                text = f"{_function(one)}, in the same way"
            lines.append(f"also {text}: {one.exactness.brief}")
    return lines


def _function(one: Equivalent) -> str:
    return search.function_of(one.call) if one.call else one.name


def _code(lines: str) -> list[str]:
    return ["", *(f"    {line}" for line in lines.splitlines()), ""]


def _shown(rows: Sequence[Sequence[object]]) -> str:
    return "[" + ", ".join("[" + ", ".join(f"{v:g}" for v in row) + "]" for row in rows) + "]"
