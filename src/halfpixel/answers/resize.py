"""What a resize is in another framework: an equal call, where there is one, and how it differs where not."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import regimes
from ..conventions import Resize
from ..conversions import TARGETS, Target
from ..frameworks.call import Call
from ..frameworks.scaling import Scaling, plain
from ..spoken.resize import Reading
from ..spoken.text import Unreadable
from . import code, onnx_nodes, targets
from .asked import Asked, asked
from .exactness import Exactness, Levels, compared, exact_rows, levels, side
from .sizes import Size

Rows = list[list[Fraction]]


@dataclass(frozen=True)
class Equivalent:
    """A call of the target that computes the same.

    Attributes:
        call: of the catalogue.
        code: Python from ``x`` to ``y``.
        exactness: how exactly.
        conditions: what it needs.
        when: the sizes at which it is equal; empty if at all of the source's.
        uint8: how far the two are apart on images of 8 bits, where both round integers.
    """

    call: Call
    code: str
    exactness: Exactness
    conditions: tuple[str, ...]
    when: str = ""
    uint8: tuple[Levels, ...] = ()

    @property
    def json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "call": self.call.id,
            "code": self.code,
            "when": self.when,
            "exactness": self.exactness.json,
            "conditions": list(self.conditions),
            "uint8": [one.words for one in self.uint8],
        }


@dataclass(frozen=True)
class Difference:
    """The call of the target that comes nearest, and the smallest image that tells the two apart.

    Attributes:
        call: of the target.
        code: Python from ``x`` to ``y``.
        distance: of the weights, the largest of each size pair up to 12 on the mean of these.
        x: the image's rows.
        size: (h, w) of the outputs.
        mine, theirs: the rows that the source and the target's call return, but for their roundings.
        conditions: what the target's call needs.
        uint8: how far the two are apart on images of 8 bits.
    """

    call: Call
    code: str
    distance: float
    x: list[list[int]]
    size: Size
    mine: Rows
    theirs: Rows
    conditions: tuple[str, ...]
    uint8: tuple[Levels, ...] = ()

    @property
    def json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "call": self.call.id,
            "code": self.code,
            "mean_distance_of_weights": round(self.distance, 4),
            "example": {
                "x": self.x,
                "size": list(self.size),
                "asked_about": _numbers(self.mine),
                "nearest": _numbers(self.theirs),
            },
            "conditions": list(self.conditions),
            "uint8": [one.words for one in self.uint8],
        }


@dataclass(frozen=True)
class Part:
    """What a call is at some sizes, or on one backend; most calls have one part.

    Attributes:
        call: of the catalogue, or a node of ONNX.
        convention: what it computes.
        when: the sizes, or the backend; empty if there is one part.
        equal: calls of the target that compute the same, the best first.
        factors: those that are given factors, and do the same with them.
        elsewhere: where none is equal at all sizes, those that are at some.
        nearest: where none is equal at all sizes, the one that comes nearest.
        conditions: under which the answer holds.
    """

    call: Call
    convention: Resize
    when: str
    equal: tuple[Equivalent, ...] = ()
    factors: tuple[Equivalent, ...] = ()
    elsewhere: tuple[Equivalent, ...] = ()
    nearest: Difference | None = None
    conditions: tuple[str, ...] = field(default=())

    @property
    def rule(self) -> str | None:
        """The coordinate rule on images of float32."""
        one = self.call.arithmetic.get("float32")
        return one.coordinate_rule if one else None


@dataclass(frozen=True)
class ResizeAnswer:
    """A resize in another framework.

    Attributes:
        reading: the call that was asked about.
        target: the framework that was asked for.
        parts: what it is; several where that depends on the sizes.
    """

    reading: Reading
    target: Target
    parts: tuple[Part, ...]

    @property
    def code(self) -> str:
        """Python that computes the same at all sizes, from ``x`` to ``y``; empty where nothing does."""
        equal = [*self.parts[0].equal, *self.parts[0].factors]
        return equal[0].code if equal and len(self.parts) == 1 else ""

    def __str__(self) -> str:
        return "\n".join(_text(self)).rstrip()

    def json(self) -> str:
        """The same for a program."""
        return json.dumps(self.document, indent=2)

    @property
    def document(self) -> dict[str, Any]:
        """The same as lists and dictionaries."""
        return {
            "call": self.reading.written,
            "function": self.reading.function.name,
            "framework": self.reading.framework,
            "to": self.target,
            "warnings": list(self.reading.warnings),
            "notes": list(self.reading.notes),
            "parts": [
                {
                    "call": part.call.id,
                    "when": part.when,
                    "convention": part.convention.attributes,
                    "coordinate_rule": part.rule,
                    "conditions": list(part.conditions),
                    "equal": [one.json for one in part.equal],
                    "with_factors": [one.json for one in part.factors],
                    "equal_at_some_sizes": [one.json for one in part.elsewhere],
                    "nearest": part.nearest.json if part.nearest else None,
                }
                for part in self.parts
            ],
        }


def answer(reading: Reading, target: Target, input_size: Size | None = None) -> ResizeAnswer:
    """What a call that was read is in a framework.

    Args:
        reading: the call.
        target: the framework.
        input_size: (h, w) of the image in pixels, where what the call does depends on it.

    Raises:
        Unreadable: the call does not go with the size.
        ValueError: there is no such target.
    """
    if target not in TARGETS:
        raise ValueError(f"there is no target {target!r}; there are {', '.join(TARGETS)}")
    if reading.rank != 2:
        raise Unreadable(
            f"{reading.written} resizes {reading.rank} axes: calls of two are answered"
        )
    if reading.framework == "onnx":
        convention, conditions = onnx_nodes.convention_of(reading)
        part = Part(onnx_nodes.call_of(convention), convention, "", conditions=conditions)
        parts = [part]
    else:
        parts = _parts(reading, input_size)
    return ResizeAnswer(
        reading, target, tuple(_answered(part, reading, target, input_size) for part in parts)
    )


def _parts(reading: Reading, input_size: Size | None) -> list[Part]:
    """The calls that a reading can be, one for each convention."""
    found: dict[Resize, Part] = {}
    for call in reading.calls:
        base = targets.convention_of(call)
        if input_size is not None and reading.framework != "keras":
            sizes = asked(reading, call, input_size)
            if not any(targets.sayable(call, *pair) or call.scaling for pair in sizes.pairs):
                continue
            if call.scaling and not _regime(call, sizes.pairs[0]):
                continue
        if base not in found:
            convention = targets.of_roi(call, reading.roi, reading.extrapolation_value)
            found[base] = Part(call, convention, "")
    if not found:
        raise Unreadable(
            f"{reading.function.name} does not go with an input of {input_size}: it says no such sizes"
        )
    if len(found) == 1:
        return list(found.values())
    return [replace(part, when=_when(part.call)) for part in found.values()]


def _regime(call: Call, pair: tuple[Size, Size]) -> bool:
    """Whether a call whose kernel goes by the sizes is that of these."""
    grows = any(n_out > n_in for n_in, n_out in zip(*pair, strict=True))
    return not (call.name.endswith("-shrinking") and grows) and not (
        call.name.endswith("-growing") and not grows
    )


def _when(call: Call) -> str:
    """The sizes, or the backend, by which a call is told from others that are said alike."""
    if call.name.endswith("-growing"):
        return "where an axis grows"
    if call.name.endswith("-shrinking"):
        return "where no axis grows"
    return (
        "on the torch backend" if call.framework == "keras_torch" else "on the TensorFlow backend"
    )


# ---------------------------------------------------------------------------- one part


def _answered(part: Part, reading: Reading, target: Target, input_size: Size | None) -> Part:
    sizes = asked(reading, part.call, input_size)
    conditions = [*part.conditions, *sizes.conditions]
    conditions += [f"but where {d.why} (releases {d.releases})" for d in part.call.defects]
    part = replace(part, conditions=tuple(conditions))
    scaled = tuple(_scaled(part, reading, target, sizes))
    if sizes.own_ratio:  # sampled at a ratio that no size gives
        return replace(part, factors=scaled)
    cropped = part.convention.roi is not None or bool(part.convention.extrapolation_value)
    held = _held(part.call, sizes)
    equal, some = [], []
    for call in targets.offered(target):
        if cropped and targets.convention_of(call) != _uncropped(part.convention):
            continue
        where = targets.equal(_uncropped(part.convention), call)
        more = targets.but_for_one_pixel(_uncropped(part.convention), call)
        if np.any(held) and np.all(more[held]):
            found = _equivalent(part, call, target, sizes)
            if found is not None:
                if not np.all(where[held]):
                    found = replace(found, conditions=(*found.conditions, _MORE_THAN_A_PIXEL))
                equal.append(found)
        elif np.any(where & held):
            some.append((call, where))
    if equal:
        return replace(part, equal=_best(equal), factors=scaled)
    elsewhere = () if cropped else tuple(_elsewhere(part, some, held, target, sizes))
    nearest = None if cropped else _nearest(part, target, held, sizes)
    return replace(part, factors=scaled, elsewhere=elsewhere, nearest=nearest)


_MORE_THAN_A_PIXEL = "an image of more than one row"


def _uncropped(convention: Resize) -> Resize:
    if not convention.extrapolates:
        return convention
    return replace(convention, roi=None, extrapolation_value=None)


def _held(call: Call, sizes: Asked) -> NDArray[np.bool_]:
    """The sizes of an axis that a call is about, laid out as ``regimes.distances``."""
    if call.scaling is None and call.framework != "onnx":
        return targets.taken(call)
    held = np.ones((regimes.LARGEST, regimes.LARGEST), bool)
    if call.name.endswith("-shrinking"):
        held = np.tril(held)
    if call.name.endswith("-growing"):
        held = np.triu(held, 1)
    convention = targets.convention_of(call)
    for n_in, n_out in np.ndindex(held.shape):
        held[n_in, n_out] &= convention.takes(n_in + 1, n_out + 1)
    return held


def _best(found: list[Equivalent]) -> tuple[Equivalent, ...]:
    """The most exact first, one of each code."""
    once = {one.code: one for one in reversed(found)}
    place = {one.code: i for i, one in enumerate(found)}
    ranked = sorted(once.values(), key=lambda one: (one.exactness.rank, place[one.code]))
    return tuple(ranked)


def _equivalent(
    part: Part, call: Call, target: Target, sizes: Asked, regime: str = ""
) -> Equivalent | None:
    """A call at the sizes that were asked about; None where it says none of them."""
    convention, own = part.convention, targets.convention_of(call)
    if convention.extrapolates and own.extrapolates:
        own = replace(own, roi=convention.roi, extrapolation_value=convention.extrapolation_value)
    both = [
        pair
        for pair in sizes.pairs
        if targets.sayable(call, *pair)
        and (not regime or all(regimes.REGIMES[regime](*axis) for axis in zip(*pair, strict=True)))
        and (
            part.call.scaling or part.call.framework == "onnx" or targets.sayable(part.call, *pair)
        )
    ]
    if not both:
        return None
    few = _few(both)
    case = targets.case_of(call, *sizes.symbols(target, call, both[0]), own)
    if call.expression(case) is None:  # a part of the image
        return None
    n_out = _photographed(part.call, call)
    return Equivalent(
        call,
        code.code(call, case, target),
        compared(
            side(part.call, convention, targets.kernel_of(part.call)),
            side(call, own, targets.kernel_of(call)),
            few,
            regime or _own_regime(part.call, sizes),
        ),
        tuple(code.conditions(call, target, case)),
        regime,
        tuple(levels(targets.given_a_size(part.call), call, convention, own, n_out))
        if n_out
        else (),
    )


def _own_regime(call: Call, sizes: Asked) -> str:
    """The sizes that a call is about; empty if they are all."""
    held = regimes.widest(_held(call, sizes) | np.eye(regimes.LARGEST, dtype=bool))
    return "" if not held or held[0] == "at every size" else held[0]


def _few(pairs: Sequence[tuple[Size, Size]]) -> list[tuple[Size, Size]]:
    """The first that grows and the first that shrinks."""
    grows = [pair for pair in pairs if pair[1][0] > pair[0][0]]
    return [*grows[:1], *[pair for pair in pairs if pair not in grows][:1]] or list(pairs[:1])


_PHOTOGRAPH = (60, 90)
_PHOTOGRAPHED: tuple[Size, ...] = ((48, 72), (75, 120), (30, 45), (120, 180), (20, 30))


def _photographed(one: Call, other: Call) -> Size | None:
    """A size of the photograph that both calls say."""
    for size in _PHOTOGRAPHED:
        first = (
            _regime(one, (_PHOTOGRAPH, size))
            if one.scaling
            else targets.sayable(one, _PHOTOGRAPH, size)
        )
        if one.framework == "onnx" or (first and targets.sayable(other, _PHOTOGRAPH, size)):
            return size
    return None


def _elsewhere(
    part: Part,
    some: list[tuple[Call, NDArray[np.bool_]]],
    held: NDArray[np.bool_],
    target: Target,
    sizes: Asked,
) -> list[Equivalent]:
    """For each regime, the call that is the most exactly equal; what lies within a wider one is left out."""
    found: dict[str, list[Call]] = {}
    same = np.eye(regimes.LARGEST, dtype=bool)
    for call, where in some:
        # an unchanged size is another kernel's, by the same words
        copied = functools.reduce(
            np.logical_or, (w for c, w in some if _words(c) == _words(call)), where
        )
        for regime in regimes.widest(where | (copied & same) | ~held):
            if np.any(regimes.sizes(regime) & held & ~same):
                found.setdefault(regime, []).append(call)
    kept: list[Equivalent] = []
    covered = np.zeros((regimes.LARGEST, regimes.LARGEST), bool)
    for regime in regimes.REGIMES:
        if np.any(regimes.sizes(regime) & held & ~covered):
            each = [
                _equivalent(part, call, target, sizes.examples(), regime)
                for call in found.get(regime, ())
            ]
            ranked = _best([one for one in each if one is not None])
            if ranked:
                covered |= regimes.sizes(regime)
                kept.append(ranked[0])
    return kept


def _words(call: Call) -> str:
    """What a call is said with, but for its sizes."""
    return call.name.removesuffix("-growing").removesuffix("-shrinking")


def _nearest(
    part: Part, target: Target, held: NDArray[np.bool_], sizes: Asked
) -> Difference | None:
    """The call whose weights are the nearest at the sizes of a part, and where they differ first."""
    best: tuple[float, Call] | None = None
    for call in targets.offered(target):
        distance = regimes.distances(part.convention, targets.convention_of(call))
        apart = np.where(targets.taken(call), distance, 1.0)
        mean = float(np.mean(np.nan_to_num(apart, nan=1.0)[held])) if np.any(held) else 1.0
        if targets.sayable(call, *sizes.pairs[0]) and (best is None or mean < best[0] - 1e-9):
            best = mean, call
    if best is None:
        return None
    mean, call = best
    for n_in, n_out in regimes.disagreements(part.convention, targets.convention_of(call)):
        if held[n_in - 1, n_out - 1] and targets.taken(call)[n_in - 1, n_out - 1]:
            return _difference(part, call, target, sizes, mean, n_in, n_out)
    return None


def _difference(
    part: Part, call: Call, target: Target, sizes: Asked, mean: float, n_in: int, n_out: int
) -> Difference:
    own = targets.convention_of(call)
    row: tuple[Size, Size] = ((1, n_in), (1, n_out))
    square: tuple[Size, Size] = ((n_in, n_in), (n_out, n_out))
    asked_ = part.call.scaling is not None or part.call.framework == "onnx"
    fits = (asked_ or targets.sayable(part.call, *row)) and targets.sayable(call, *row)
    fits = fits and part.convention.takes(1, 1) and own.takes(1, 1)
    fits = fits and (not asked_ or _regime(part.call, row))
    shape, size = row if fits else square
    for line in _lines(part.convention, own, n_in, n_out):
        image = np.broadcast_to(line, shape)[None, None].astype(np.float64)
        mine = exact_rows(part.call, part.convention, image, size)
        theirs = exact_rows(call, own, image, size)
        if mine != theirs:
            break
    case = targets.case_of(call, *sizes.symbols(target, call, sizes.pairs[0]))
    n = _photographed(part.call, call)
    return Difference(
        call,
        code.code(call, case, target),
        mean,
        [[int(v) for v in values] for values in image[0, 0].tolist()],
        size,
        mine,
        theirs,
        tuple(code.conditions(call, target, case)),
        tuple(levels(targets.given_a_size(part.call), call, part.convention, own, n)) if n else (),
    )


def _lines(one: Resize, other: Resize, n_in: int, n_out: int) -> list[NDArray[np.int64]]:
    """Lines of pixels to tell two conventions apart: a ramp, whose values read as places, or the pixel whose
    weight differs most."""
    apart = abs(regimes.matrix(one, n_in, n_out) - regimes.matrix(other, n_in, n_out)).max(axis=0)
    impulse = 10 * (np.arange(n_in) == int(np.argmax(apart)))
    return [10 * np.arange(n_in), impulse]


# ---------------------------------------------------------------------------- factors


_TRIED = 32  # sizes of an axis at which factors are compared


def _scaled(part: Part, reading: Reading, target: Target, sizes: Asked) -> list[Equivalent]:
    """The calls of the target that make of the factors what the source does."""
    factors = sizes.factors
    if part.call.scaling is None or factors is None or target in ("onnx", "keras"):
        return []
    if all(factor == int(factor) for factor in factors):
        return []  # the ratio of the sizes, whatever they are
    found = []
    for call in targets.scaled(target):
        assert call.scaling is not None
        if targets.convention_of(call) != part.convention:
            continue
        tried = [(n, n) for n in range(1, _TRIED + 1)]
        if sizes.known is not None:
            tried = [sizes.known]
        alike = [n for n in tried if _alike(part.call.scaling, call.scaling, n, factors)]
        if not alike:
            continue
        when = (
            ""
            if len(alike) == len(tried)
            else f"at {len(alike)} of {len(tried)} sizes from 1 to {_TRIED}"
        )
        said = _said_with(call, reading, factors)
        if said is None:
            continue
        pairs = tuple(pair for pair in sizes.pairs)
        exact = compared(
            side(part.call, part.convention, targets.kernel_of(part.call)),
            side(call, part.convention, targets.kernel_of(call)),
            _few(pairs),
        )
        conditions = (code.LAYOUTS[target], f"{call.framework} {list(call.follows)[-1]}")
        found.append(Equivalent(call, said, exact, conditions, when))
    return found[:1]


def _alike(one: Scaling, other: Scaling, n_in: Size, factors: tuple[float, float]) -> bool:
    """Whether two scalings come to the same size and the same ratio, and leave a pixel."""
    out = [tuple(s.size(n, f) for n, f in zip(n_in, factors, strict=True)) for s in (one, other)]
    if out[0] != out[1] or min(out[0]) < 1:
        return False
    size = (out[0][0], out[0][1])
    return one.scales(n_in, size, factors) == other.scales(n_in, size, factors)


def _said_with(call: Call, reading: Reading, factors: tuple[float, float]) -> str | None:
    """The call with these factors: what it prints of others, with these in their place."""
    from ..spoken.resize import example

    case = example(call)
    if case is None or call.scaling is None:
        return None
    said = call.said(case)
    own = said.function if not isinstance(said.function, str) else None
    kwargs = dict((own or said).kwargs)
    h, w = map(plain, factors)
    for name, value in (("fx", w), ("fy", h), ("scale_factor", (h, w))):
        if name in kwargs:
            kwargs[name] = value
    if own is not None:
        return f"y = {replace(said, function=replace(own, kwargs=kwargs))}"
    return f"y = {replace(said, kwargs=kwargs)}"


# ---------------------------------------------------------------------------- text


def _numbers(rows: Rows) -> list[list[float]]:
    return [[_number(value) for value in row] for row in rows]


def _number(value: Fraction) -> float:
    near = float(value)
    return near if Fraction(near) == value else float(f"{near:.7g}")


def _shown(rows: Sequence[Sequence[Any]]) -> str:
    return "[" + ", ".join("[" + ", ".join(f"{v:g}" for v in row) + "]" for row in rows) + "]"


def _text(found: ResizeAnswer) -> list[str]:
    lines = [f"warning: {warning}" for warning in found.reading.warnings]
    for part in found.parts:
        where = f", {part.when}," if part.when else ""
        lines.append(f"{found.reading.written}{where} computes {part.convention}")
        lines.append("  " + " ".join(f"{k}={v}" for k, v in part.convention.attributes.items()))
        if part.rule:
            lines.append(f"  coordinate rule on float32: {part.rule}")
        lines += [f"  taking it that {note}" for note in found.reading.notes]
        releases = list(part.call.follows)[-1]
        known = part.call.framework if part.call.framework != "onnx" else "ONNX"
        lines.append(f"  in {known} {releases}")
        lines += [f"  {one}" for one in part.conditions]
        lines += _part_text(part, found.target)
        lines.append("")
    return lines


_NAMES = {
    "torch": "torch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "opencv": "OpenCV",
    "onnx": "ONNX Resize",
}


def _part_text(part: Part, target: Target) -> list[str]:
    lines: list[str] = []
    name = _NAMES[target]
    if part.equal:
        first, *others = part.equal
        lines += [
            f"in {name}, of float32 images: {first.exactness.words}",
            "",
            *_indented(first.code),
            "",
        ]
        lines += [f"  {one.words}" for one in first.uint8]
        lines += [f"  {one}" for one in first.conditions]
        lines += _also(first, others)
    elif not part.factors:
        lines.append(f"nothing in {name} computes this at every size")
        if part.convention.roi is not None or part.convention.extrapolation_value:
            lines.append("  it has no parts of an image")
    for one in part.factors:
        when = f" {one.when}" if one.when else ""
        lines += [
            f"in {name}, given the factors{when}: {one.exactness.words}",
            "",
            *_indented(one.code),
            "",
        ]
        lines += [f"  {each}" for each in one.conditions]
    for one in part.elsewhere:
        lines += [f"{one.when}: {one.exactness.words}", "", *_indented(one.code), ""]
    if part.nearest is not None:
        near = part.nearest
        lines += [
            f"nearest: weights {near.distance:.2g} apart in the mean over small sizes",
            "",
            *_indented(near.code),
            "",
            f"  the smallest image that shows it, to {near.size[0]}x{near.size[1]}:",
            f"    x         {_shown(near.x)}",
            f"    this call {_shown(_numbers(near.mine))}",
            f"    nearest   {_shown(_numbers(near.theirs))}",
        ]
        lines += [f"  {one.words}" for one in near.uint8]
    return lines


def _also(first: Equivalent, others: Sequence[Equivalent]) -> list[str]:
    lines = []
    seen = {_function(first)}
    for one in others:
        if _function(one) not in seen:
            seen.add(_function(one))
            said = one.code.splitlines()[0].removeprefix("y = ").removeprefix("node = ")
            lines.append(f"also {said}: {one.exactness.words}")
    return lines


def _function(one: Equivalent) -> str:
    return targets.function_of(one.call)


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
