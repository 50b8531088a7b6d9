"""Which cases run in a narrow dtype by default; ``make sweep`` runs the others.

float32 and float64 run every case, and so does uint8 where a call returns uint8. A variant
is another way to write a call, with the same kernel: it runs a few cases in float64; what hands its image
on to another framework, what is compiled for each size, and what is left out at every edge for another call
of its kernel, a few in every dtype. What a narrow dtype adds is its own conversion, rounding and saturation.
Coordinates and weights are float32's, and were run there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..frameworks import Call, DType
from ..frameworks.call import INTEGERS, WIDE


@dataclass(frozen=True)
class Treatment:
    """What a call does with a narrow dtype.

    Attributes:
        name: for the documentation.
        why: what these cases show that float32 does not.
        cases: the names of the cases that run by default, of floats, integers and calls by factors.
    """

    name: str
    why: str
    cases: tuple[str, ...]


READ = Treatment(
    "read",
    "the result has a wider dtype: each value is converted as it is read, by one loop for all sizes",
    (
        "4x5-7x9-texture", "9x7-5x4-texture", "4x6-8x12-ramp",
        "5x4-9x7-extremes", "9x7-5x4-bytes", "4x6-8x18-bytes",
        "6x7-9x15-by_1.55_2.2-texture", "6x7-9x15-by_1.55_2.2-bytes",
    ),
)  # fmt: skip
ROUNDED = Treatment(
    "rounded",
    "the result is rounded to the dtype, and clamped: enlarged, shrunk, both, doubled, halved, copied",
    (
        "4x5-7x9-texture", "9x7-5x4-texture", "6x11-13x4-texture", "4x6-8x12-ramp", "8x12-4x6-ramp",
        "6x6-6x6-texture", "7x6-1x1-texture", "16x16-3x16-texture",
        "5x4-9x7-extremes", "9x7-5x4-bytes", "8x12-4x6-bytes", "6x6-6x6-bytes", "6x11-13x13-bytes",
        "4x6-8x18-bytes", "9x8-3x2-bytes",
        "9x7-5x4-by_0.6-texture", "6x7-9x15-by_1.55_2.2-texture", "5x7-8x11-by_1.7-texture",
        "5x7-8x12-by_1.7-texture",
        "9x7-5x4-by_0.6-bytes", "6x7-9x15-by_1.55_2.2-bytes", "7x11-4x6-by_0.5-bytes",
        "5x7-8x11-by_1.7-bytes", "5x7-8x12-by_1.7-bytes",
    ),
)  # fmt: skip
REPEATED = Treatment(
    "repeated",
    "float64 of a variant, or a call that is left out at every edge: the kernel of another call, which runs "
    "every case",
    (
        "4x5-7x9-texture", "9x7-5x4-texture", "6x11-13x4-texture", "7x6-1x1-texture",
        "2x2-8x8-worked_example",
        "9x7-5x4-by_0.6-texture", "6x7-9x15-by_1.55_2.2-texture", "5x7-8x11-by_1.7-texture",
        "4x5-7x9-bytes", "9x7-5x4-bytes", "6x11-13x13-bytes",
        "9x7-5x4-by_0.6-bytes", "6x7-9x15-by_1.55_2.2-bytes",
    ),
)  # fmt: skip
HANDED_ON = Treatment(
    "handed on",
    "the kernel is the call of another framework, which runs every case: enlarged, shrunk, both, copied",
    (
        "4x5-7x9-texture", "9x7-5x4-texture", "6x11-13x4-texture", "6x6-6x6-texture",
        "2x2-8x8-worked_example", "16x16-3x16-texture", "7x6-1x1-texture",
        "5x4-9x7-extremes", "9x7-5x4-bytes", "4x5-7x9-bytes", "6x11-13x13-bytes",
    ),
)  # fmt: skip
COMPILED = Treatment(
    "compiled",
    "each size is compiled anew, in tenths of a second: enlarged, shrunk, both, doubled, halved, copied",
    (
        "4x5-7x9-texture", "9x7-5x4-texture", "6x11-13x4-texture", "4x6-8x12-ramp", "8x12-4x6-ramp",
        "6x6-6x6-texture", "7x6-1x1-texture", "2x2-8x8-worked_example", "16x16-3x16-texture",
    ),
)  # fmt: skip
COMPILED_NARROW = Treatment(
    "compiled, in other dtypes",
    "the same, and the matrices are float32's, rounded to the dtype: both, enlarged, shrunk",
    ("6x11-13x4-texture", "4x5-7x9-texture", "9x7-5x4-bytes", "5x4-9x7-extremes"),
)
TREATMENTS = (READ, ROUNDED, REPEATED, HANDED_ON, COMPILED, COMPILED_NARROW)

PHOTOGRAPH_SIZE = (37, 48)
"""The size of the photograph in float64, float16 and bfloat16: fractions that differ between the axes."""


def treatment(call: Call, dtype: DType) -> Treatment | None:
    """What a call does with a dtype; None for a dtype in which every case runs by default."""
    if call.hands_on:
        return HANDED_ON
    if call.compiled:
        return COMPILED if dtype == "float32" and not call.variant else COMPILED_NARROW
    if any(not one.edges and not one.dtypes for one in call.left_out):
        return REPEATED
    if dtype in WIDE:
        return REPEATED if dtype == "float64" and call.variant else None
    if call.returns[dtype] != dtype:
        return READ
    return None if dtype == "uint8" else ROUNDED


def by_default(call: Call, dtype: DType, names: Sequence[str]) -> frozenset[str]:
    """Of the names of a call's cases in a dtype, those that run by default: all, where none is listed."""
    known = treatment(call, dtype)
    kept = frozenset(names if known is None else filter(known.cases.__contains__, names))
    return kept or frozenset(names)


def photographed_by_default(call: Call, dtype: DType, size: tuple[int, int]) -> bool:
    """Whether the photograph is resized to a size by default: in float32 and integers to each, otherwise, and
    through variants and what is compiled, to :data:`PHOTOGRAPH_SIZE`."""
    every = (dtype == "float32" or dtype in INTEGERS) and not call.runs_few
    return every or size == PHOTOGRAPH_SIZE
