"""What the page ``Convert a call`` knows: every answer about a resize, as a script that sets one constant.

A page that is opened from a disk may not fetch a file, so the data is a script. Texts repeat: each stands
once, in ``texts``, and is its place there everywhere else.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from ..catalogue.rules import words
from ..conversion import table
from ..conversion.answer import Difference, Equivalent, Part
from ..conversion.parse import Unreadable
from ..conversion.search import function_of
from ..conversion.size_query import fit_of
from ..frameworks import LIBRARIES
from ..frameworks.layer_plans import TARGETS
from . import rule_words

# factors that are written most: in their answers sizes are as code has them
USUAL_FACTORS = (2, 0.5)
NAMES = {name: library.title for name, library in LIBRARIES.items()}
EXAMPLES = (
    'F.interpolate(x, scale_factor=2, mode="bilinear")',
    "cv2.resize(img, (w, h), interpolation=cv2.INTER_AREA)",
    'tf.image.resize(x, (224, 224), method="bicubic")',
    "tf.compat.v1.image.resize_bilinear(x, (h, w), align_corners=True)",
    'F.interpolate(x, size=(h, w), mode="bicubic", antialias=True)',
    'keras.layers.UpSampling2D((2, 2), interpolation="nearest")(x)',
    "cv2.resize(img, None, fx=0.5, fy=0.5)",
    'onnx.helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear")',
)


def script(workers: int) -> str:
    """JavaScript that sets ``halfpixelTables``.

    Args:
        workers: processes among which the answers are divided.
    """
    with ProcessPoolExecutor(workers) as pool:
        found = data(run=functools.partial(pool.map, chunksize=8))
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return f'"use strict";\nconst halfpixelTables = {text};\n'


def tables() -> dict[str, Any]:
    """What a call is read by, without the answers."""
    return {
        "functions": table.functions(),
        "modules": table.modules(),
        "transposed": table.transposed(),
        "rows": table.rows(),
    }


def data(
    places: Sequence[int] | None = None, run: Callable[..., Iterable[Any]] = map
) -> dict[str, Any]:
    """All that the page knows.

    :func:`tables`, and: ``targets`` (name by key); ``examples``, calls; ``texts``; ``conventions``, words and
    meaning by slug; ``answers``, for each row a list of its parts by what was asked about (a text: ``2`` or
    ``0.5``, the factors; ``size``, where the row is not said with one; or empty, the row with names for sizes
    or factors), or the place of the text that says why there is none; in a part ``to`` has the answer
    for each target.

    Args:
        places: the rows that are answered; None for all.
        run: what does the work of ``map``.
    """
    every = range(len(table.grouped()))
    wanted = every if places is None else places
    found = dict(zip(wanted, run(_answered, wanted), strict=True))
    texts = _Texts()
    conventions: dict[str, Any] = {}
    answers = []
    for place in every:
        for parts in found.get(place, {}).values():
            for part in parts if isinstance(parts, list) else []:
                conventions[part["convention"]] = part.pop("said")
        answers.append({key: texts.placed(parts) for key, parts in found.get(place, {}).items()})
    return {
        **tables(),
        "targets": {target: NAMES[target] for target in TARGETS},
        "examples": EXAMPLES,
        "conventions": dict(sorted(conventions.items())),
        "answers": answers,
        "texts": texts.all,
    }


class _Texts:
    """Texts, each once."""

    def __init__(self) -> None:
        self._place: dict[str, int] = {}

    @property
    def all(self) -> list[str]:
        return list(self._place)

    def placed(self, value: Any, key: str = "") -> Any:
        """A value with every text in it, but for slugs, replaced by its place."""
        if isinstance(value, Mapping):
            return {name: self.placed(entry, name) for name, entry in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.placed(entry, key) for entry in value]
        if isinstance(value, str) and key != "convention":
            return self._place.setdefault(value, len(self._place))
        return value


def _answered(place: int) -> dict[str, list[dict[str, Any]] | str]:
    """The parts of the answers to a row of the table, by what was asked about; or why there are none."""
    group = table.grouped()[place]
    asked = {"": table.reading_of(group)}
    if group[0].by == "factors" and not any(group[0].ways.values()):
        for factor in USUAL_FACTORS:
            asked[repr(factor)] = table.reading_of(group, factors=(factor, factor))
    if table.only_sized_here(group):
        asked["size"] = table.reading_of(group, by="size")
    found: dict[str, list[dict[str, Any]] | str] = {}
    for key, reading in asked.items():
        try:
            each = table.answers_of(reading)
        except Unreadable as error:  # no layer of Keras halves
            found[key] = str(error)
            continue
        if each:
            fitted = fit_of(reading) is not None
            by_part = zip(*(answer.parts for answer in each.values()), strict=True)
            found[key] = [_part(parts, fitted=fitted) for parts in by_part]
    return found


def _part(by_target: Sequence[Part], *, fitted: bool) -> dict[str, Any]:
    """One part of an answer, for all targets; ``fitted`` where h and w are not the sizes that are written."""
    one = by_target[0]
    convention = one.convention
    return {
        "convention": convention.slug,
        "said": [words(convention), " ".join(rule_words.meaning(convention))],
        "call": one.call.id,
        "when": one.when,
        "rule": one.rule or "",
        "releases": f"{one.call.framework} {one.call.ranges[-1]}",
        "conditions": one.conditions,
        "looked": one.looked_at,
        "fitted": fitted,
        "to": [_target(part) for part in by_target],
    }


def _target(part: Part) -> dict[str, Any]:
    """What one target has; keys of what there is nothing of are left out."""
    found: dict[str, Any] = {}
    if part.equal:
        first, *others = part.equal
        found["equal"] = _equivalent(first)
        found["also"] = _also(first, others)
    if part.factors:
        found["factors"] = [_equivalent(one) for one in part.factors]
    if part.elsewhere:
        found["elsewhere"] = [_equivalent(one) for one in part.elsewhere]
    if part.recipes:
        found["recipes"] = [_equivalent(one) for one in part.recipes]
    if part.nearest:
        found["nearest"] = _difference(part.nearest)
    return found


def _equivalent(one: Equivalent) -> dict[str, Any]:
    return {
        "code": one.code,
        "kind": one.exactness.kind,
        "exactly": one.exactness.words,
        "when": one.where,
        "conditions": one.conditions,
        "uint8": [levels.words for levels in one.uint8],
    }


def _also(first: Equivalent, others: Sequence[Equivalent]) -> list[list[str]]:
    """The first of every other function: its code, and how exactly."""
    once: dict[str, Equivalent] = {}
    for one in (first, *others):
        once.setdefault(function_of(one.call) if one.call else one.name, one)
    return [[one.code, one.exactness.brief] for one in list(once.values())[1:]]


def _difference(one: Difference) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": one.code,
        "apart": [measured.words for measured in one.measured],
        "conditions": one.conditions,
        "uint8": [levels.words for levels in one.uint8],
    }
    if one.example is not None:
        rows = one.example.json()
        found["size"] = "×".join(map(str, one.example.size))
        found["rows"] = [_rows(each) for each in (rows["image"], rows["source"], rows["nearest"])]
    return found


def _rows(rows: Sequence[Sequence[float]]) -> str:
    """Rows of numbers, a line each."""
    return "\n".join("  ".join(f"{value:g}" for value in row) for row in rows)
