"""What was found of two functions: for people, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from .. import console, documents
from . import stages as _stages
from .difference import Difference
from .function import Function
from .matching import Following
from .observation import Look, Setting
from .remedy import Remedy
from .smallest import Smallest
from .stages import Stage

Verdict = Literal["bitwise", "rounding", "levels", "different", "not deterministic"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # the more alike first


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two functions.

    Attributes:
        function: as it is called.
        returns: layout and dtype of what it returns.
        follows: what its resize follows where the stages are shown; None if it is nothing that is known.
        raised: for a dtype that it does not take, what it raised.
        varies: how two runs on the same image differ; empty where they do not.
    """

    function: Function
    returns: str
    follows: Following | None = None
    raised: dict[str, str] = field(default_factory=dict)
    varies: str = ""

    @property
    def name(self) -> str:
        """As the user gave it."""
        return self.function.name

    def json(self) -> documents.Side:
        """For a program."""
        return {
            "name": self.name,
            "called": str(self.function.way),
            "source": self.function.source or None,
            "returns": self.returns,
            "convention": self.follows.candidates[0].convention.json() if self.follows else None,
            "raised": dict(self.raised),
            "varies": self.varies or None,
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """How far two functions are apart on the images that were looked at.

    ``str`` of it is for people, :meth:`json` for programs.

    Attributes:
        a, b: the functions.
        verdict: ``bitwise``: all outputs are equal, with dtype, shape and layout; ``rounding``: every value
            is within the rounding bound of a convention that both follow; ``levels``: within the levels that
            were accepted; ``different``; or ``not deterministic``, of which nothing else can be said.
        verdicts: the same for the images of each dtype.
        looks: every image that was looked at, in every size and dtype.
        stages: both functions stage by stage: at the size at which they part first, or the first size.
        stages_in: that size, with its dtype.
        remedies: what to write instead, where that is known; the best first.
        smallest: the smallest image found that shows the difference.
        accepted: levels of 255 that were accepted; None if none were.
    """

    a: Side
    b: Side
    verdict: Verdict
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()
    stages: tuple[Stage, ...] = ()
    stages_in: Setting | None = None
    remedies: tuple[Remedy, ...] = ()
    smallest: Smallest | None = None
    accepted: float | None = None

    @property
    def same(self) -> bool:
        """Whether both do the same, within what was asked, on all that was looked at."""
        return self.verdict in ("bitwise", "rounding", "levels")

    @property
    def first(self) -> Stage | None:
        """The first stage at which they part; None if there is none, or it cannot be told."""
        return _stages.first(self.stages)

    @property
    def worst(self) -> Look | None:
        """The image with the largest difference; one with outputs of two shapes first."""
        return max(self.looks, key=_distance, default=None)

    def json(self) -> documents.Comparison:
        """The same for a program."""
        first, worst = self.first, self.worst
        return {
            "schema": documents.SCHEMA,
            "same": self.same,
            "verdict": self.verdict,
            "verdict_by_dtype": dict(self.verdicts),
            "levels_accepted": self.accepted,
            "a": self.a.json(),
            "b": self.b.json(),
            "difference": worst.difference.json() if worst and worst.difference else None,
            "first_stage": first.name if first else None,
            "stages_at": str(self.stages_in) if self.stages_in else None,
            "stages": [stage.json() for stage in self.stages],
            "remedies": [one.json() for one in self.remedies],
            "images": [_look(one) for one in self.looks],
            "smallest_image": self.smallest.json() if self.smallest else None,
        }

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None) -> str:
        """The answer for people, with tables that fit into so many columns; None for any number."""
        return "\n".join(self._lines(width))

    def _lines(self, width: int | None) -> Iterator[str]:
        yield self.headline
        if not self.same and self.stages:
            yield self.parting
        for remedy in self.remedies:
            yield from remedy.lines(width)
        if len(set(self.verdicts.values())) > 1:
            for dtype in self.verdicts:
                yield f"   {dtype} images: {self._of_dtype(dtype)}"
        yield ""
        for side, letter in ((self.a, "A"), (self.b, "B")):
            source = f" ({side.function.source})" if side.function.source else ""
            yield f"{letter}  {side.name}{source}"
            yield f"   called as {side.function.way}; returns {side.returns}"
            for dtype, words in side.raised.items():
                yield f"   raises for {dtype} images: {words}"
        if self.verdict == "not deterministic":
            return
        yield from self._stage_by_stage()
        yield from self._looked_at(width)
        if self.smallest is not None:
            yield from self._smallest(self.smallest, width)

    @property
    def headline(self) -> str:
        """The answer in a sentence or two."""
        if self.verdict == "not deterministic":
            sides = [("A", self.a), ("B", self.b)]
            return "; ".join(f"{n} is not deterministic: {s.varies}" for n, s in sides if s.varies)
        if not self.same:
            return f"not the same: {self._apart(self.worst)}"
        return f"the same {self._within(self.verdict, self.looks)}, in all that was looked at"

    def _of_dtype(self, dtype: str) -> str:
        looks = [look for look in self.looks if look.probe.dtype == dtype]
        verdict = self.verdicts[dtype]
        if verdict != "different":
            return f"the same {self._within(verdict, looks)}"
        return f"not the same: {self._apart(max(looks, key=_distance))}"

    def _within(self, verdict: Verdict, looks: Sequence[Look]) -> str:
        if verdict == "bitwise":
            return "bit for bit"
        differences = [look.difference for look in looks if look.difference]
        most = _short(max(one.max for one in differences))
        if verdict == "levels":
            return f"within {self.accepted:g} levels of 255 (at most {most} apart)"
        bound = _short(max(one.bound or 0.0 for one in differences))
        return (
            f"within rounding (at most {most} levels of 255 apart; rounding explains up to {bound})"
        )

    def _apart(self, worst: Look | None) -> str:
        assert worst is not None
        if worst.difference is None:
            (h, w), (rows, columns) = worst.a.size, worst.b.size
            if (h, w) == (rows, columns):
                return f"A returns {worst.a.channels} channels, B returns {worst.b.channels}"
            given = "×".join(map(str, worst.probe.size))
            return f"A returns {h}×{w} for {given}, B returns {rows}×{columns}"
        if worst.difference.equal:
            return "the values are equal; their dtype or layout is not"
        words = _apart(worst.difference)
        photographs = [
            look for look in self.looks if look.probe.name == "photograph" and look.difference
        ]
        most = max(photographs, key=_distance, default=None)
        if most is not None and most is not worst and most.difference is not None:
            apart = most.difference
            words += f"; on a photograph up to {_short(apart.max)}, {_short(apart.mean)} on average"
        return words

    @property
    def parting(self) -> str:
        """The first stage at which they part, in a line."""
        first = self.first
        if first is None:
            return "the first stage at which they part cannot be told"
        where = "" if len({look.setting for look in self.looks}) == 1 else f" at {self.stages_in}"
        return f"they part at the stage {first.name!r}{where}; A: {first.a}; B: {first.b}"

    def _stage_by_stage(self) -> Iterator[str]:
        yield ""
        if not self.stages:
            return
        yield f"stage by stage, at {self.stages_in}"
        wide = max(len(stage.name) for stage in self.stages)
        for stage in self.stages:
            above = stage is self.first
            mark = {True: "the same", False: "differs", None: "not told"}[stage.same]
            mark += ", as said above" if above else ""
            both_shown = not above and not stage.same and stage.a != stage.b
            alike = f": {stage.a}" if stage.same and stage.a == stage.b else ""
            yield f"   {stage.name:<{wide}}  {mark}{alike}"
            for letter, words in (("A", stage.a), ("B", stage.b)) if both_shown else ():
                yield f"   {'':<{wide}}    {letter}: {words}"

    def _looked_at(self, width: int | None) -> Iterator[str]:
        """A row for each size and dtype; every image is in :attr:`looks`."""
        yield ""
        names = list(dict.fromkeys(look.probe.name for look in self.looks))
        unit = "levels of 255" if self._in_levels else "parts of the largest value"
        yield f"looked at: {_listed(names)}; the largest and the mean difference in {unit}"
        floats = [look.probe for look in self.looks if look.probe.dtype != "uint8"]
        if floats:
            how = "divided by 255" if floats[0].white == 1 else "as they are"
            yield f"   in float32: the same levels, 0 to 255, {how}"
        settings = dict.fromkeys(look.setting for look in self.looks)
        rows = [("given", "A", "B", *names)] + [
            _row([look for look in self.looks if look.setting == one]) for one in settings
        ]
        yield from console.table(rows, width, "   ", gap="   ")

    @property
    def _in_levels(self) -> bool:
        return all(
            look.difference is None or look.difference.unit == "levels" for look in self.looks
        )

    def _smallest(self, one: Smallest, width: int | None) -> Iterator[str]:
        h, w = one.look.probe.size
        white = "255" if one.look.probe.dtype == "uint8" else f"{one.look.probe.white:g}"
        yield ""
        given = f"{h}×{w} {one.look.probe.dtype}"
        if white != "255":
            given += f" (in levels of 255: white is {white})"
        yield f"smallest image found that shows it: {given}"
        for name, rows in zip(("image", "A", "B"), one.rows, strict=True):
            for i, row in enumerate(rows):
                yield console.elided(f"   {name if i == 0 else '':<5}  {row}", width)
        if one.part:
            yield f"   shown: {one.part}"


def _apart(one: Difference) -> str:
    if one.share == 0:
        return "0 apart"
    unit = "of the largest value"
    if one.unit == "levels":
        unit = "level of 255" if one.max == 1 else "levels of 255"
    words = f"up to {_short(one.max)} {unit} apart, {_short(one.mean)} on average"
    if one.where == "everywhere":
        return words
    return f"{words}, {_percent(one.share)} of the values, {one.where}"


def _distance(look: Look) -> float:
    return float("inf") if look.difference is None else look.difference.max


def _row(looks: Sequence[Look]) -> tuple[str, ...]:
    one = looks[0]
    sizes = [f"{h}×{w}" for h, w in (one.a.size, one.b.size)]
    cells = []
    for look in looks:
        apart = look.difference
        if apart is None:
            cells.append("two shapes")
        else:
            cells.append(f"{_short(apart.max)}, {_short(apart.mean)}" if not apart.equal else "0")
    return (str(one.setting), *sizes, *cells)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _look(look: Look) -> documents.Image:
    return {
        "name": look.probe.name,
        "size": list(look.probe.size),
        "dtype": look.probe.dtype,
        "white": 255 if look.probe.dtype == "uint8" else look.probe.white,
        "a_shape": list(look.a.array.shape),
        "b_shape": list(look.b.array.shape),
        "bitwise": look.bitwise,
        "difference": look.difference.json() if look.difference else None,
    }


def _short(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _percent(share: float) -> str:
    if share == 0:
        return "none"
    return f"{share:.0%}" if share >= 0.005 else "under 1%"
