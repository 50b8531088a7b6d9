"""What was found out about a function: for people, and for programs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from .. import console, documents
from ..operators import ConvTranspose, Resize
from .adapter import Subject
from .candidates import Candidate
from .coverage import Seen, seen
from .diagnosis import Diagnosis
from .dtypes import Behaviour
from .entry import Entry
from .equivalents import Same
from .matching import ELSEWHERE, EVERY, Followed, Part
from .pipeline import Pipeline
from .preprocessing import Window
from .probes import Answer

_SHOWN = 6  # calls that are the same, in the text
_WIDEST = 90  # columns of a call, beside which its releases stand
_NONE = "none: it follows no convention that is known"
_UNDECIDED = "undecided: there was not enough time"
_EXACTLY = 1e-3  # units of float32: what is less was not rounded to it
_WIDE = (
    "at more than one pixel",
    "enlarging",
    "shrinking",
    "enlarging by whole factors",
    "shrinking by whole factors",
    ELSEWHERE,
)


_OUTPUT_SIZES: dict[str, Callable[[Fraction], int]] = {
    "floor(n * factor)": math.floor,
    "round(n * factor)": round,
    "ceil(n * factor)": math.ceil,
}


@dataclass(frozen=True)
class Identification:
    """What a function computes.

    ``str`` of it is for people, :meth:`json` for programs.

    Attributes:
        subject: the function, and how it is called.
        answers: to every probe.
        followed: which convention in which regime; None where nothing could be compared.
        same_as: the calls of the frameworks that compute the same, by regime.
        nearly: those that differ from it by their coordinate rule alone.
        dtypes: what it does with each dtype.
        diagnosis: what it does, if it follows no convention.
        pipeline: its stages, if it does more than resize, or makes one size of all images.
        but: where it is known to do something else than it follows; empty for nowhere.
    """

    subject: Subject | None
    answers: tuple[Answer, ...] = ()
    followed: Followed | None = None
    same_as: tuple[Same, ...] = ()
    nearly: tuple[Same, ...] = ()
    dtypes: tuple[Behaviour, ...] = ()
    diagnosis: Diagnosis = field(default_factory=lambda: Diagnosis(()))
    pipeline: Pipeline | None = None
    but: str = ""

    @property
    def named(self) -> bool:
        """Whether every answer follows a convention that is known."""
        if self.pipeline is not None:
            return self.pipeline.named and not self.diagnosis.lines
        return self.followed is not None and self.followed.complete and not self.diagnosis.lines

    @property
    def looked_at(self) -> Seen | None:
        """The regimes of sizes that were looked at; None if nothing was answered."""
        compared = [answer for answer in self.answers if answer.y is not None]
        return seen(compared) if compared else None

    @property
    def takes_more_than_a_resize(self) -> bool:
        """Whether it also changes the layout, the channels or the values, crops or pads."""
        return self.pipeline is not None and self.pipeline.takes_more_than_a_resize

    @property
    def parts(self) -> tuple[Part, ...]:
        """The regimes in which something is followed."""
        return tuple(p for p in (self.followed.parts if self.followed else ()) if p.candidate)

    @property
    def convention(self) -> Resize | ConvTranspose | None:
        """What is followed at every size; None if nothing is, or one thing here and another there."""
        candidate = self._everywhere
        return candidate.convention if candidate else None

    @property
    def _everywhere(self) -> Candidate | None:
        if self.named and len(self.parts) == 1 and self.parts[0].regime == EVERY:
            return self.parts[0].candidate
        return None

    def json(self) -> documents.Identification:
        """The same for a program."""
        subject, everywhere = self.subject, self._everywhere
        called = self._entry
        return {
            "schema": documents.SCHEMA,
            "operation": "resize",
            "named": self.named,
            "convention": everywhere.convention.json() if everywhere else None,
            "coordinate_rule": everywhere.rule if everywhere else None,
            "max_error": max((p.error for p in self.parts), default=None),
            "max_error_ulp": _number(max((p.ulp for p in self.parts), default=None)),
            "share_of_error_bound": _number(max((p.share for p in self.parts), default=None)),
            "regimes": [_regime(part, self._where(part)) for part in self.parts],
            "sizes": list(self.looked_at.kinds) if self.looked_at else [],
            "known_bug": self.but or None,
            "per_axis": bool(self.followed and self.followed.per_axis),
            "same_as": [one.json() for one in self.same_as],
            "same_but_for_coordinates": [one.json() for one in self.nearly],
            "nearest": self.diagnosis.nearest_json(),
            "undecided": self.diagnosis.undecided,
            "diagnosis": list(self.diagnosis.lines),
            "measured": self.diagnosis.measured,
            "dtypes": [one.json() for one in self.dtypes],
            "stages": self._stages,
            "called": called.form.text if called else None,
            "takes": called.kind if called else None,
            "layout": called.layout if called else None,
            "layouts": list(subject.layouts) if subject else [],
            "size_order": called.form.order if called else None,
            "output_size": self.output_size,
            "scales": self._scales,
            "own_factors": list(self.own_factors) if self.own_factors else None,
            "changes_input": bool(subject and subject.changed_input),
            "probes": len(self.answers),
            "refused": [
                {"sizes": a.sizes_text, "message": a.refused} for a in self.answers if a.y is None
            ],
            "kernel_size": None,
            "channels": None,
            "bias": None,
            "weight_layout": None,
            "kernel_flipped": None,
        }

    @property
    def _entry(self) -> Subject | Entry | None:
        return self.pipeline.stages.entry if self.pipeline is not None else self.subject

    def _where(self, part: Part) -> str:
        """Where a part is known to be followed: no more than what was looked at."""
        looked = self.looked_at
        return looked.where if part.regime == EVERY and looked is not None else part.regime

    @property
    def _stages(self) -> documents.Stages | None:
        if self.pipeline is None:
            return None
        stages = self.pipeline.stages
        return {
            "words": self.pipeline.lines,
            "layout_in": stages.layouts.input,
            "layout_out": stages.layouts.output,
            "dtype_in": stages.layouts.dtype,
            "dtype_out": stages.layouts.returns,
            "channels": [list(row) for row in stages.order.matrix],
            "scale": list(stages.affine.scale),
            "offset": list(stages.affine.offset),
            "rounded": stages.rounded,
            "windows": [_window(w) for w in self.pipeline.windows if self.pipeline.sure],
        }

    @property
    def _scales(self) -> str | None:
        """What is made of a factor, if it is given one and that can be told."""
        scaling = self.followed.scaling if self.followed is not None else None
        return scaling.words if scaling is not None else None

    @property
    def output_size(self) -> str | None:
        """Which size it makes of a factor, if it has one; the first formula that fits every probe."""
        made = [
            (n, factor, m)
            for a in self.answers
            if a.y is not None and a.factors is not None
            for (n, m), factor in zip(a.axes, a.factors, strict=True)
        ]
        for words, formula in _OUTPUT_SIZES.items():
            if made and all(formula(n * factor) == m for n, factor, m in made):
                return words
        return "by a formula of its own" if made else None

    @property
    def own_factors(self) -> tuple[float, float] | None:
        """The factors of its own, along H and W, of a function of an image alone whose sizes show them."""
        own = next((a.own for a in self.answers if a.own is not None), None)
        return None if own is None else (float(own[0]), float(own[1]))

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None) -> str:
        """The answer for people, with lists that fit into so many columns; None for any number."""
        return "\n".join(self._lines(width))

    def _lines(self, width: int | None) -> list[str]:
        lines = self._first() + [f"  {line}" for line in self.diagnosis.lines]
        if self.named:
            lines += self._how_exactly()
        if self.looked_at is not None:
            lines.append(f"  {self.looked_at.words}")
        if self.pipeline is not None:
            sure = "" if self.named else ", as far as constant images and ramps show them"
            lines += [f"stages{sure}", *(f"  {line}" for line in self.pipeline.lines)]
        lines += self._also() + self._same(width) + self._in_dtypes() + self._called()
        return lines

    def _first(self) -> list[str]:
        if self.named and not self.parts:
            return ["no resize: pixels are copied"]
        if not self.named:
            lines = [_UNDECIDED if self.diagnosis.undecided else _NONE]
            if self.parts and self.parts[0].regime != EVERY:
                # in a narrow regime nearly everything is one
                lines += [f"  {p.regime}: {p.candidate}" for p in self.parts if p.regime in _WIDE]
            return lines
        if len(self.parts) == 1:
            part = self.parts[0]
            where = self._where(part)
            lines = [f"{part.candidate}" + ("" if where == EVERY else f", {where}")]
        else:
            lines = [f"{part.regime}: {part.candidate}" for part in self.parts]
        if self.but:
            lines.append(f"  but {self.but}")
        if self.followed and self.followed.per_axis:
            lines.append("  along each axis by itself, whatever the other axis does")
        return lines

    def _how_exactly(self) -> list[str]:
        if not self.parts:
            return []
        error, ulp = max(p.error for p in self.parts), max(p.ulp for p in self.parts)
        answered = sum(a.y is not None for a in self.answers)
        if any(p.candidate and p.candidate.rounding for p in self.parts):
            return [f"  every value of {answered} probes is predicted"]
        rules = dict.fromkeys(rule for p in self.parts for rule in p.open_rules)
        if rules:
            names = ", ".join(rules)
            return [
                f"  off by at most {error:.2g} in all {answered} probes",
                f"  these do not tell coordinate rules apart: {names}",
            ]
        if error == 0:
            return [f"  exactly, in all {answered} probes"]
        if ulp < _EXACTLY:
            return [f"  within {error:.2g} in all {answered} probes: it computes in float64"]
        share = max(p.share for p in self.parts)
        return [
            f"  within {ulp:.2g} ULP ({error:.2g}) in all {answered} probes: "
            f"{share:.0%} of the float32 error bound"
        ]

    def _also(self) -> list[str]:
        lines = []
        if self.subject and self.subject.changed_input:
            lines.append("  it changes the image that it is given: it writes into it")
        everywhere = self._everywhere
        others = dict.fromkeys(
            other.convention
            for other in (self.parts[0].also if everywhere else ())
            if everywhere and other.convention != everywhere.convention
        )
        if others:
            names = "; ".join(map(str, list(others)[:3])) + ("; …" if len(others) > 3 else "")
            lines.append(f"  at the sizes that it takes that is also {names}")
        refused = [a for a in self.answers if a.y is None]
        if refused:
            first = refused[0]
            lines.append(
                f"  no result at {len(refused)} of {len(self.answers)} probes, such as {first.sizes_text}: "
                f"{first.refused}"
            )
        if self.output_size:
            count = sum(a.y is not None and a.factors is not None for a in self.answers)
            lines.append(
                f"  {self._factor} it makes the size {self.output_size}, at the {count} sizes looked at"
            )
        if self._scales:
            given = "" if self.own_factors else "given a factor, "
            lines.append(f"  {given}it samples at {self._scales}")
        return lines

    @property
    def _factor(self) -> str:
        """Which factor, in words."""
        if self.own_factors is None:
            return "of a factor"
        rows, columns = (f"{factor:.6g}" for factor in self.own_factors)
        each = rows if rows == columns else f"{rows} along the rows and {columns} along the columns"
        return f"by its own factor, {each},"

    def _same(self, width: int | None) -> list[str]:
        if not self.named:
            return []
        nearly: list[str] = []
        if self.nearly:
            rows = [
                (s.call, f"{s.framework} {s.releases}, coordinate rule {s.rule}{_where(s)}")
                for s in self.nearly[:_SHOWN]
            ]
            nearly = ["the same but where coordinates are rounded"]
            nearly += console.pairs(rows, width, "  ", 0)
            if len(self.nearly) > _SHOWN:
                nearly.append(f"  and {len(self.nearly) - _SHOWN} more (--format json)")
        if not self.same_as:
            return nearly or ["no call of torch, TensorFlow, Keras or OpenCV computes the same"]
        lines = ["the same as"]
        rows = []
        for same in self.same_as[:_SHOWN]:
            but = f", but {same.but}" if same.but else ""
            rows.append((same.call, f"{same.framework} {same.releases}{_where(same)}{but}"))
        lines += console.pairs(rows, width, "  ", _WIDEST)
        if len(self.same_as) > _SHOWN:
            lines.append(f"  and {len(self.same_as) - _SHOWN} more (--format json)")
        return lines if len(self.same_as) >= _SHOWN else lines + nearly

    def _in_dtypes(self) -> list[str]:
        if not self.dtypes:
            return []
        lines = ["dtypes"]
        for b in self.dtypes:
            returns = "" if not b.returns or b.returns == b.dtype else f"returns {b.returns}, "
            lines.append(f"  {b.dtype:<8} {returns}{b.does}")
        return lines

    def _called(self) -> list[str]:
        if self.pipeline is not None:
            entry = self.pipeline.stages.entry
            return [f"called as {entry.form.text} with x {entry.layout}, {entry.kind}"]
        if self.subject is None:
            return []
        s = self.subject
        layouts = f"{s.layout}" + (
            f" (also {', '.join(o for o in s.layouts if o != s.layout)})"
            if len(s.layouts) > 1
            else ""
        )
        return [f"called as {s.form.text} with x {layouts}, {s.kind}"]


def _where(same: Same) -> str:
    """Where a call is the same, in words; empty for everywhere."""
    return "" if same.where == EVERY else f", {same.where}"


def _window(window: Window) -> documents.Window:
    axes = window.axes
    return {
        "input_size": list(window.n_in),
        "cropped_to": [[one.source[0] for one in axes], [one.source[1] for one in axes]],
        "resized": list(window.resized),
        "shown": [[one.shown.start for one in axes], [one.shown.stop for one in axes]],
        "content": [[one.content[0] for one in axes], [one.content[1] for one in axes]],
        "output_size": [one.n_out for one in axes],
        "padding": list(window.padding) if window.padding is not None else None,
    }


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else value


def _regime(part: Part, where: str) -> documents.Regime:
    assert part.candidate is not None
    own = part.candidate.convention
    others = dict.fromkeys(c.convention for c in part.also if c.convention != own)
    return {
        "when": where,
        "convention": own.json(),
        "coordinate_rule": part.candidate.rule,
        "integer_arithmetic": part.candidate.rounding,
        "max_error": part.error,
        "max_error_ulp": _number(part.ulp),
        "also": [other.json() for other in others],
    }
