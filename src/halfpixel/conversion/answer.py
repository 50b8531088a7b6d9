"""An answer about a resize: what computes the same in a framework, how exactly, and what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .. import documents
from ..frameworks.call import Call
from ..frameworks.layer_plans import Target
from ..operators import Resize
from .agreement import Exactness, Levels, Side
from .models import Measured
from .parse.reading import Reading
from .sizes import Size, Sizes

Rows = list[list[Fraction]]
ANOTHER_PIXEL = "where a rounded coordinate reads another pixel"


def _called(call: Call) -> documents.Call:
    """A call with the latest releases of which it is known what it follows."""
    return {"framework": call.framework, "id": call.id, "releases": list(call.follows)[-1]}


@dataclass(frozen=True)
class Exceptions:
    """The sizes, of those that were tried, at which a call is not equal.

    Attributes:
        sizes: these, the smallest first.
        held: the others.
        why: what happens at these.
    """

    sizes: tuple[Sizes, ...]
    held: tuple[Sizes, ...]
    why: str

    @property
    def tried(self) -> int:
        """How many sizes were tried."""
        return len(self.sizes) + len(self.held)

    @classmethod
    def of(cls, tried: Sequence[Sizes], equal: Sequence[Sizes], why: str) -> Exceptions | None:
        """Those of the sizes at which a call is not equal; None where it is equal at all."""
        held = set(equal)
        off = [sizes for sizes in tried if sizes not in held]
        off.sort(key=lambda sizes: (sizes.pixels, sizes.n_in, sizes.n_out))
        return cls(tuple(off), tuple(equal), why) if off else None

    @property
    def words(self) -> str:
        """For a reader."""
        count = f"{len(self.sizes):,} of {self.tried:,} sizes tried"
        return f"except at {count}, {self.why}, the smallest {self.sizes[0]}"

    def json(self) -> documents.Exceptions:
        """For a program."""
        smallest = self.sizes[0]
        return {
            "count": len(self.sizes),
            "tried": self.tried,
            "words": self.why,
            "input_size": list(smallest.n_in),
            "output_size": list(smallest.n_out),
        }


@dataclass(frozen=True)
class Equivalent:
    """A call of the target that computes the same, or a few lines of code.

    Attributes:
        call: of the catalogue; None of other code.
        code: Python from ``x`` to ``y``.
        exactness: how exactly.
        conditions: what it needs.
        side: how it computes on float32.
        when: the regime in which it is equal, a key of ``regimes.REGIMES``; empty if at all sizes.
        exceptions: the sizes at which it is not equal; None if there are none.
        uint8: how far the two are apart on images of 8 bits, where both round integers.
        name: of a recipe; empty of a call.
    """

    call: Call | None
    code: str
    exactness: Exactness
    conditions: tuple[str, ...]
    side: Side
    when: str = ""
    exceptions: Exceptions | None = None
    uint8: tuple[Levels, ...] = ()
    name: str = ""

    @property
    def everywhere(self) -> bool:
        """Whether it is equal at all sizes that were tried."""
        return not self.when and self.exceptions is None

    @property
    def where(self) -> str:
        """The sizes at which it is equal, for a reader; empty if at all."""
        return self.exceptions.words if self.exceptions else self.when

    def json(self) -> documents.Equivalent:
        """For a program."""
        return {
            "call": _called(self.call) if self.call else None,
            "recipe": self.name or None,
            "code": self.code,
            "when": self.when,
            "exceptions": self.exceptions.json() if self.exceptions else None,
            "exactness": self.exactness.json(),
            "conditions": list(self.conditions),
            "uint8": [one.json() for one in self.uint8],
        }


@dataclass(frozen=True)
class Example:
    """The smallest image that was found to tell two calls apart.

    Attributes:
        x: the image's rows.
        size: of the outputs.
        mine, theirs: the rows that the source and the target's call return, but for their roundings.
    """

    x: list[list[int]]
    size: Size
    mine: Rows
    theirs: Rows

    def json(self) -> documents.Example:
        """For a program."""
        return {
            "image": self.x,
            "output_size": list(self.size),
            "source": _numbers(self.mine),
            "nearest": _numbers(self.theirs),
        }


def _numbers(rows: Rows) -> list[list[float]]:
    return [[_number(value) for value in row] for row in rows]


def _number(value: Fraction) -> float:
    near = float(value)
    return near if Fraction(near) == value else float(f"{near:.7g}")


@dataclass(frozen=True)
class Difference:
    """The call of the target that comes nearest on a photograph.

    Attributes:
        call: of the target.
        code: Python from ``x`` to ``y``.
        measured: how far the two are apart, at sizes that people have or at those that are asked about.
        example: a small image that shows it; None where the sizes are large, or the image a volume.
        conditions: what the target's call needs.
        uint8: how far the two are apart on images of 8 bits.
    """

    call: Call
    code: str
    measured: tuple[Measured, ...]
    example: Example | None
    conditions: tuple[str, ...]
    uint8: tuple[Levels, ...] = ()

    def json(self) -> documents.NearestCall:
        """For a program."""
        return {
            "call": _called(self.call),
            "code": self.code,
            "differences": [one.json() for one in self.measured],
            "example": self.example.json() if self.example else None,
            "conditions": list(self.conditions),
            "uint8": [one.json() for one in self.uint8],
        }


@dataclass(frozen=True)
class Part:
    """What a call is at some sizes, or on one backend; most calls have one part.

    Attributes:
        call: of the catalogue, or a node of ONNX.
        convention: what it computes.
        when: the sizes, or the backend; empty if there is one part.
        looked_at: the sizes at which the answer was tried, in words.
        equal: calls of the target that compute the same, the best first.
        factors: those that are given factors, and do the same with them.
        elsewhere: where none is equal at all sizes, those that are at some.
        recipes: where none is equal at all sizes, code that is.
        nearest: where none is equal at all sizes, the one that comes nearest.
        conditions: under which the answer holds.
    """

    call: Call
    convention: Resize
    when: str
    looked_at: str = ""
    equal: tuple[Equivalent, ...] = ()
    factors: tuple[Equivalent, ...] = ()
    elsewhere: tuple[Equivalent, ...] = ()
    recipes: tuple[Equivalent, ...] = ()
    nearest: Difference | None = None
    conditions: tuple[str, ...] = ()

    @property
    def rule(self) -> str | None:
        """The coordinate rule on images of float32."""
        one = self.call.arithmetic.get("float32")
        return one.coordinate_rule if one else None

    @property
    def best(self) -> Equivalent | None:
        """What computes the same at all sizes that were tried, the first that a reader is shown."""
        every = [one for one in (*self.equal, *self.factors, *self.recipes) if one.everywhere]
        return every[0] if every else None

    def json(self) -> documents.Part:
        """For a program."""
        return {
            "call": _called(self.call),
            "when": self.when,
            "convention": self.convention.json(),
            "coordinate_rule": self.rule,
            "compared": self.looked_at,
            "conditions": list(self.conditions),
            "equal": [one.json() for one in self.equal],
            "with_factors": [one.json() for one in self.factors],
            "equal_at_some_sizes": [one.json() for one in self.elsewhere],
            "recipes": [one.json() for one in self.recipes],
            "nearest": self.nearest.json() if self.nearest else None,
        }


@dataclass(frozen=True)
class ResizeConversion:
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
        best = self.parts[0].best
        return best.code if best is not None and len(self.parts) == 1 else ""

    @property
    def complete(self) -> bool:
        """Whether there is code that computes the same at all sizes, of every part."""
        return all(part.best is not None for part in self.parts)

    def __str__(self) -> str:
        from .text import text

        return text(self)

    @property
    def _underneath(self) -> list[str]:
        """Of which framework's call a call of another library is one."""
        wrapped = self.reading.underneath
        return [f"it computes what {wrapped} does"] if wrapped else []

    def json(self) -> documents.Conversion:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "operation": "resize",
            "source": self.reading.written,
            "function": self.reading.function.name,
            "framework": self.reading.framework,
            "to": self.target,
            "complete": self.complete,
            "code": self.code,
            "warnings": list(self.reading.warnings),
            "notes": [*self._underneath, *self.reading.notes],
            "parts": [part.json() for part in self.parts],
            "layer": None,
            "branches": [],
        }
