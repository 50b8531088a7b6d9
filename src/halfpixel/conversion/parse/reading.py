"""A call that was read: its function, its flags and its sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...frameworks import Call
from .signatures import Function
from .text import (
    Variable,
)

Entry = int | float | Variable | None


Flags = Mapping[str, Any]


@dataclass(frozen=True)
class Edge:
    """A size that says one edge of the result, which has the proportions of the image.

    Attributes:
        shorter: of the shorter edge; None where the longer one is said alone.
        longest: what the longer edge is at most; None where that is not said.
    """

    shorter: Entry
    longest: Entry = None

    @property
    def known(self) -> bool:
        """Whether it is said in numbers."""
        return all(one is None or isinstance(one, int) for one in (self.shorter, self.longest))

    def of(self, n_in: tuple[int, ...]) -> tuple[int, int]:
        """The size of the result, of an image of (height, width) and an edge in numbers.

        pytorch/vision, ``torchvision/transforms/functional.py``: _compute_resized_output_size.
        """
        short, long = sorted(n_in)
        shorter, longest = (
            None if one is None else int(str(one)) for one in (self.shorter, self.longest)
        )
        new = (short, long) if shorter is None else (shorter, shorter * long // short)
        if longest is not None and (shorter is None or new[1] > longest):
            new = longest * new[0] // new[1], longest
        return new if n_in[0] <= n_in[1] else new[::-1]


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
        ratio: output pixels an input pixel that the call says beside a size, in the same order; None where it
            says none. It resizes only an image whose sizes have it.
        scalar_size: where the size, or the factors, are one name: it may be a number, for all axes, or a
            tuple. ``size`` has the entries of a tuple, ``factors`` the number.
        edge: what is said in place of a size, if one edge is; beside a ``scalar_size``, that as a number.
        around: the image's axes before and after those that are resized, where the call says them.
        input_size: of the image, where the call says it; else None.
        calls: of the catalogue, that it can be: by the sizes, the channels, or Keras's backend.
        image: the name of what is resized; empty where it has none.
        roi: the part of the image that is resized, as ONNX has it; None for all of it.
        underneath: where ``written`` is a call of another library, the call that it is; else empty.
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
    ratio: tuple[float, ...] | None = None
    scalar_size: str | None = None
    edge: Edge | None = None
    around: tuple[int, int] | None = None
    input_size: tuple[int, ...] | None = None
    calls: tuple[Call, ...] = ()
    image: str = ""
    roi: tuple[float, ...] | None = None
    extrapolation_value: float = 0.0
    underneath: str = ""
    notes: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())

    @property
    def framework(self) -> str:
        """Whose call it is."""
        return self.function.framework
