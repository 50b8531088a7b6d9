"""An axis that is resized, and its output pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..arrays import AnyArray


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a resize: all that a coordinate depends on beside the convention and the rounding.

    Attributes:
        n_in, n_out: the sizes in pixels.
        factor: output pixels per input pixel; None for ``n_out / n_in``.
        total: the output's rows plus columns, on which some coordinate rules depend.
        columns: whether it is the axis of the columns.
    """

    n_in: int
    n_out: int
    factor: Fraction | None = None
    total: int = 0
    columns: bool = False

    @property
    def sizes(self) -> tuple[int, int]:
        """(n_in, n_out)."""
        return self.n_in, self.n_out

    @property
    def arguments(self) -> tuple[int, int, Fraction | None]:
        """(n_in, n_out, factor): what the methods of ``Resize`` take."""
        return self.n_in, self.n_out, self.factor

    @property
    def area(self) -> int:
        """How many entries the weight matrix has."""
        return self.n_in * self.n_out

    @property
    def pixels(self) -> OutputPixels:
        """All of its output pixels."""
        return self.some(np.arange(self.n_out))

    def some(self, index: AnyArray) -> OutputPixels:
        """Some of its output pixels."""
        n_in, n_out, total = (np.asarray(n, np.int64) for n in (*self.sizes, self.total))
        return OutputPixels(index, n_in, n_out, total, self.factor, self.columns)


@dataclass(frozen=True, eq=False, slots=True)
class OutputPixels:
    """Output pixels of one axis, or of axes of many sizes; the arrays broadcast.

    Attributes:
        index: of each pixel along its axis.
        n_in, n_out, total: of its axis, as in :class:`Axis`.
        factor, columns: of all axes, as in :class:`Axis`.
    """

    index: AnyArray
    n_in: AnyArray
    n_out: AnyArray
    total: AnyArray
    factor: Fraction | None = None
    columns: bool = False

    @classmethod
    def of_axes(cls, axes: Sequence[Axis]) -> OutputPixels:
        """All output pixels of some axes, one after the other; they have the first one's ``n_in`` and
        ``columns``, and no factor."""
        sizes = np.array([axis.n_out for axis in axes], np.int64)
        return cls(
            np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes),
            np.asarray(axes[0].n_in),
            np.repeat(sizes, sizes),
            np.repeat([axis.total for axis in axes], sizes),
            columns=axes[0].columns,
        )
