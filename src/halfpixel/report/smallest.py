"""The smallest error that each call's trials see, as a table, and why it is no smaller where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from ..frameworks import Call, DType
from ..frameworks.call import HALVES
from ..numerics.error_model import ErrorModel

GOAL = 4
"""Units in the last place: a result that is scaled by so many fails in every call but those with a reason."""

DTYPES = ("float32", "float64", "float16", "bfloat16")

Smallest = Mapping[str, tuple[float, str]]
"""By call and dtype, ``torch-interpolate-bilinear float32``: units in the last place, and the case."""


@dataclass(frozen=True)
class _Asked:
    """A call or its gradient in a dtype, as far as a reason asks."""

    call: Call
    gradient: bool
    dtype: DType

    @property
    def arithmetic(self) -> ErrorModel:
        return self.call.arithmetic[self.dtype]


_REASONS: tuple[tuple[str, Callable[[_Asked], bool]], ...] = (
    (
        "weights are sines, exponentials or sevenths: each is rounded, and divided by a rounded sum",
        lambda asked: asked.call.latest.kernel.degree is None,
    ),
    (
        "coordinates are those of a grid over −1..1, which is rounded",
        lambda asked: asked.arithmetic.extent_roundings > 0,
    ),
    (
        "weights, products and sums are rounded to the dtype itself",
        lambda asked: asked.arithmetic.accumulation in HALVES,
    ),
    (
        "the dtype is only read: a few cases run, at ratios that are no powers of two or with long sums",
        lambda asked: asked.call.returns[asked.dtype] != asked.dtype,
    ),
    (
        "most pixels of a small image are read at an edge, where weights are divided by a rounded sum",
        lambda asked: asked.gradient and asked.call.latest.antialias,
    ),
)


def reason(name: str, dtype: str, calls: Mapping[str, Call]) -> str:
    """Why a call may round every result that its trials look at; empty if it need not.

    Args:
        name: the id of a resize, or of its gradient.
        dtype: one of its arithmetics.
        calls: every resize, by its id.
    """
    base = name.removesuffix("-gradient")
    asked = _Asked(calls[base], base != name, cast(DType, dtype))
    return next((why for why, holds in _REASONS if holds(asked)), "")


def rows(smallest: Smallest, calls: Sequence[Call]) -> Iterator[Sequence[str]]:
    """A row for each call: its id, the smallest error in each dtype, and why one is above the goal."""
    known = {call.id: call for call in calls}
    names = dict.fromkeys(key.rpartition(" ")[0] for key in smallest)
    for name in names:
        found = {d: smallest[f"{name} {d}"][0] for d in DTYPES if f"{name} {d}" in smallest}
        above = [dtype for dtype, least in found.items() if least > GOAL]
        yield (
            f"`{name}`",
            *(f"{found[d]:,.3g}" if d in found else "" for d in DTYPES),
            "; ".join(dict.fromkeys(reason(name, dtype, known) for dtype in above)),
        )
