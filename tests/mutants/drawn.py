"""Mutants and requests drawn at random, by seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from halfpixel.frameworks import Call, DType, Names
from halfpixel.numerics.memory_layouts import LAYOUTS
from halfpixel.operators import ConvTranspose, Resize
from halfpixel.operators.request import Gradient, Request

from . import parts
from .parts import Change, Mutant, Place

DTYPES: tuple[DType, ...] = ("float32", "float64", "uint8")


def requests(chosen: random.Random, count: int) -> list[tuple[Request, DType]]:
    """Requests of both operations, with the dtypes of their inputs: what calls may be asked."""
    return [
        pair
        for _ in range(count)
        for pair in (
            (_resize(chosen), chosen.choice(DTYPES)),
            (_conv(chosen), chosen.choice(DTYPES)),
        )
    ]


_EXACT = ((1, 2), (1, 3), (1, 4), (1, 8), (2, 1), (4, 1), (8, 1), (1, 1))
_PAIRS = (
    (64, 128),
    (56, 112),
    (224, 112),
    (128, 64),
    (224, 448),
    (480, 224),
    (23, 24),
    (300, 520),
    (600, 530),
)


def _resize(chosen: random.Random) -> Request:
    shape = (chosen.choice((1, 2, 8)), chosen.choice((1, 3, 4, 6, 8, 16, 17, 64)))
    numerator, denominator = chosen.choice(_EXACT)
    kind = chosen.randrange(3)
    if kind == 0:
        n = [chosen.choice((1, 8, 24, 32, 48, 152, 280)) * denominator for _ in range(2)]
        sizes = [(one, one // denominator * numerator) for one in n]
    elif kind == 1:
        one = chosen.choice(_PAIRS)
        sizes = [one, one]
    else:
        sizes = [(chosen.randint(1, 700), chosen.randint(1, 700)) for _ in range(2)]
    layout = chosen.choice(("", "", *LAYOUTS))
    (h, oh), (w, ow) = sizes
    if chosen.random() < 0.3:
        return Request(Resize(mode="linear"), (*shape, oh, ow), (h, w), gradient="x", layout=layout)
    return Request(Resize(mode="linear"), (*shape, h, w), (oh, ow), layout=layout)


def _conv(chosen: random.Random) -> Request:
    group = chosen.choice((1, 1, 1, 2, 4, 8))
    per_in, per_out = chosen.choice((1, 1, 2, 3, 17, 64)), chosen.choice((1, 1, 2, 3, 8, 32))
    unlike = chosen.random() < 0.4

    def two(values: Sequence[int]) -> tuple[int, int]:
        one = chosen.choice(values)
        return (one, chosen.choice(values)) if unlike else (one, one)

    kernel, strides, dilations = two((1, 2, 3, 4, 5, 7)), two((1, 2, 3, 4)), two((1, 1, 1, 2, 3))
    convention = ConvTranspose(strides=strides, dilations=dilations, group=group)
    x = (
        chosen.choice((0, 1, 2, 8)),
        group * per_in,
        chosen.choice((4, 5, 60)),
        chosen.choice((4, 7, 60)),
    )
    size = convention.output_size(x[2:], kernel)
    gradient: Gradient = chosen.choice(("", "", "x", "w", "b"))
    return Request(
        convention,
        x,
        (size[0], size[1]),
        weight=(x[1], per_out, *kernel),
        bias=gradient == "b" or chosen.random() < 0.4,
        gradient=gradient,
        layout=chosen.choice(("", "", *LAYOUTS)),
    )


def askable(
    call: Call, mutant: Mutant, pool: Sequence[tuple[Request, DType]], names: Names
) -> bool:
    """Whether a call can be asked for what a mutant does wrong: its arguments say some request of the pool
    at the place, and it does not refuse that."""
    gradient = call.id.endswith("-gradient")
    for request, dtype in pool:
        if request.operation != mutant.operation or request.operation != call.operation:
            continue
        if bool(request.gradient) != gradient or dtype not in call.arithmetic:
            continue
        if not mutant.place.holds(request, dtype):
            continue
        asked = request
        if isinstance(request.convention, Resize):
            if not call.follows or not all(
                map(call.latest.takes, *zip(*request.sizes, strict=True))
            ):
                continue
            asked = replace(request, convention=call.latest)
        if call.expression(asked) is not None and call.refusal(asked, dtype, names) is None:
            return True
    return False


# ---------------------------------------------------------------------------- drawn mutants

_CHANGES: tuple[Change, ...] = (
    parts.LAST_CHANNEL, parts.LAST_IMAGE, parts.LAST_ROW, parts.LAST_COLUMN, parts.LAST_VALUE,
    parts.LATE, parts.COORDINATE, parts.WEIGHTS, parts.HALVES, parts.TURNED,
)  # fmt: skip
_CONV_CHANGES: tuple[Change, ...] = (
    parts.LAST_CHANNEL, parts.LAST_IMAGE, parts.LAST_ROW, parts.LAST_COLUMN, parts.LAST_VALUE,
    parts.DILATIONS, parts.STRIDES, parts.FIRST_GROUP, parts.FIRST_IMAGE, parts.UNBIASED,
    parts.TURNED_KERNEL, parts.LAST_TAP, parts.LAST_INPUT,
)  # fmt: skip


def mutants(chosen: random.Random, count: int) -> list[Mutant]:
    """New ones: a condition or two on shape, dtype and layout, and a change."""
    found: list[Mutant] = []
    for _ in range(count):
        if chosen.random() < 0.5:
            place = _dtype(chosen) & chosen.choice(_RESIZE_PLACES)(chosen)
            if chosen.random() < 0.4:
                place = place & chosen.choice(_RESIZE_PLACES)(chosen)
            found.append(Mutant("resize", place, chosen.choice(_CHANGES)))
        else:
            place = parts.of_dtype("float32") & chosen.choice(_CONV_PLACES)(chosen)
            if chosen.random() < 0.4:
                place = place & chosen.choice(_CONV_PLACES)(chosen)
            found.append(Mutant("conv_transpose", place, chosen.choice(_CONV_CHANGES)))
    return found


def _dtype(chosen: random.Random) -> Place:
    return parts.of_dtype(chosen.choice(DTYPES))


_RESIZE_PLACES = (
    lambda chosen: parts.channels(chosen.choice((2, 3, 4, 6, 8, 16, 17, 64))),
    lambda chosen: parts.by_factor("×2", 2),
    lambda chosen: parts.by_factor("½", 1, 2),
    lambda chosen: parts.above(
        chosen.choice((16, 32, 64, 128, 256, 512)), chosen.choice(("in", "out"))
    ),
    lambda chosen: parts.both_above(chosen.choice((16, 32, 64, 128)), chosen.choice(("in", "out"))),
    lambda chosen: parts.values_out(2 ** chosen.randint(10, 17)),
    lambda chosen: parts.BATCH,
    lambda chosen: parts.SHRINKING,
    lambda chosen: parts.GROWING,
    lambda chosen: parts.BACKWARD,
    lambda chosen: parts.in_memory(chosen.choice(tuple(LAYOUTS))),
)
_CONV_PLACES = (
    lambda chosen: parts.channels(chosen.choice((2, 3, 4, 8, 16, 17, 64))),
    lambda chosen: parts.outputs(chosen.choice((2, 3, 7, 8, 16, 32))),
    lambda chosen: parts.groups(chosen.choice((2, 4, 8))),
    lambda chosen: parts.taps(chosen.randint(2, 7)),
    lambda chosen: parts.strides(chosen.randint(2, 4)),
    lambda chosen: parts.DEPTHWISE,
    lambda chosen: parts.DILATED,
    lambda chosen: parts.BIAS,
    lambda chosen: parts.BATCH,
    lambda chosen: parts.BACKWARD,
    lambda chosen: parts.EVEN,
)
