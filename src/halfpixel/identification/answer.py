"""What was found out about a function: for people, and for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..conventions import ConvTranspose, Resize
from .candidates import Candidate
from .diagnosis import Diagnosis
from .dtypes import Behaviour
from .following import ELSEWHERE, EVERY, Followed, Part
from .probes import Answer
from .same import Same
from .subject import Subject

_SHOWN = 6  # calls that are the same, in the text
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
    """

    subject: Subject | None
    answers: tuple[Answer, ...] = ()
    followed: Followed | None = None
    same_as: tuple[Same, ...] = ()
    nearly: tuple[Same, ...] = ()
    dtypes: tuple[Behaviour, ...] = ()
    diagnosis: Diagnosis = field(default_factory=lambda: Diagnosis(()))

    @property
    def named(self) -> bool:
        """Whether every answer follows a convention that is known."""
        return self.followed is not None and self.followed.complete and not self.diagnosis.lines

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

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        subject, everywhere = self.subject, self._everywhere
        return {
            "operation": "resize",
            "named": self.named,
            "convention": _attributes(everywhere.convention) if everywhere else None,
            "coordinate_rule": everywhere.rule if everywhere else None,
            "max_error": max((p.error for p in self.parts), default=None),
            "max_error_ulp": _number(max((p.ulp for p in self.parts), default=None)),
            "bound_used": max((p.share for p in self.parts), default=None),
            "regimes": [_regime(part) for part in self.parts],
            "per_axis": bool(self.followed and self.followed.per_axis),
            "same_as": [
                {"call": s.call, "framework": s.framework, "releases": s.releases, "where": s.where}
                for s in self.same_as
            ],
            "nearly": [
                {"call": s.call, "framework": s.framework, "releases": s.releases, "rule": s.rule}
                for s in self.nearly
            ],
            "nearest": self.diagnosis.nearest_as_dict(),
            "diagnosis": list(self.diagnosis.lines),
            "measured": self.diagnosis.measured,
            "dtypes": {
                b.dtype: {"returns": b.returns or None, "does": b.does, "arithmetic": b.arithmetic}
                for b in self.dtypes
            },
            "layout": subject.layout if subject else None,
            "layouts": list(subject.layouts) if subject else [],
            "size_order": subject.form.order if subject else None,
            "called": subject.form.said if subject else None,
            "takes": subject.kind if subject else None,
            "output_size": self.output_size,
            "scales": self._scales,
            "changes_input": bool(subject and subject.changed_input),
            "probes": len(self.answers),
            "refused": [{"sizes": a.said, "words": a.refused} for a in self.answers if a.y is None],
        }

    @property
    def _scales(self) -> str | None:
        """What is made of a factor, if it is given one and that can be told."""
        if self.followed is None or self.followed.by_factor is None:
            return None
        return "the factor" if self.followed.by_factor else "the ratio of the sizes"

    @property
    def output_size(self) -> str | None:
        """Which size it makes of a factor, if it is given one; the first formula that fits every probe."""
        asked = [
            (n, a.factor, m)
            for a in self.answers
            if a.y is not None and a.factor
            for n, m in a.axes
        ]
        for words, formula in _OUTPUT_SIZES.items():
            if asked and all(formula(n * factor) == m for n, factor, m in asked):
                return words
        return "by a formula of its own" if asked else None

    def json(self) -> str:
        """The same for a program."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        lines = self._first() + [f"  {line}" for line in self.diagnosis.lines]
        if self.named:
            lines += self._how_exactly()
        lines += self._also() + self._same() + self._in_dtypes() + self._called()
        return lines

    def _first(self) -> list[str]:
        if not self.named:
            lines = ["none: it follows no convention that is known"]
            if self.parts and self.parts[0].regime != EVERY:
                # in a narrow regime nearly everything is one
                lines += [f"  {p.regime}: {p.candidate}" for p in self.parts if p.regime in _WIDE]
            return lines
        if len(self.parts) == 1:
            part = self.parts[0]
            lines = [f"{part.candidate}" + ("" if part.regime == EVERY else f" {part.regime}")]
        else:
            lines = [f"{part.regime}: {part.candidate}" for part in self.parts]
        if self.followed and self.followed.per_axis:
            lines.append("  along each axis by itself, whatever the other axis does")
        return lines

    def _how_exactly(self) -> list[str]:
        error, ulp = max(p.error for p in self.parts), max(p.ulp for p in self.parts)
        answered = sum(a.y is not None for a in self.answers)
        if any(p.candidate and p.candidate.rounding for p in self.parts):
            return [f"  every value of {answered} probes is predicted"]
        if error == 0:
            return [f"  exactly, in all {answered} probes"]
        if ulp < _EXACTLY:
            return [f"  within {error:.2g} in all {answered} probes: it computes in float64"]
        share = max(p.share for p in self.parts)
        return [
            f"  within {ulp:.2g} ULP ({error:.2g}) in all {answered} probes: "
            f"{share:.0%} of what rounding in float32 explains"
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
                f"  no result at {len(refused)} of {len(self.answers)} probes, such as {first.said}: "
                f"{first.refused}"
            )
        if self.output_size:
            lines.append(f"  of a factor it makes the size {self.output_size}")
        if self._scales:
            lines.append(f"  given a factor, it samples at {self._scales}")
        return lines

    def _same(self) -> list[str]:
        if not self.named:
            return []
        nearly = [
            f"  {s.call}  {s.framework} {s.releases}, coordinate rule {s.rule}"
            for s in self.nearly[:_SHOWN]
        ]
        if nearly:
            nearly = ["the same but where coordinates are rounded", *nearly]
        if not self.same_as:
            return nearly or ["no call of torch, TensorFlow, Keras or OpenCV computes the same"]
        lines = ["the same as"]
        wide = max(len(s.call) for s in self.same_as[:_SHOWN])
        for same in self.same_as[:_SHOWN]:
            where = "" if same.where == EVERY else f", {same.where}"
            lines.append(f"  {same.call:<{min(wide, 90)}}  {same.framework} {same.releases}{where}")
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
        if self.subject is None:
            return []
        s = self.subject
        layouts = f"{s.layout}" + (
            f" (also {', '.join(o for o in s.layouts if o != s.layout)})"
            if len(s.layouts) > 1
            else ""
        )
        return [f"called as {s.form.said} with x {layouts}, {s.kind}"]


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else value


def _attributes(convention: Resize | ConvTranspose) -> dict[str, Any]:
    """A convention's attributes, with the flags that are not set."""
    if isinstance(convention, ConvTranspose):
        return convention.attributes
    flags = {
        "antialias": int(convention.antialias),
        "exclude_outside": int(convention.exclude_outside),
    }
    return {**convention.attributes, **flags}


def _regime(part: Part) -> dict[str, Any]:
    assert part.candidate is not None
    own = part.candidate.convention
    others = dict.fromkeys(c.convention for c in part.also if c.convention != own)
    return {
        "sizes": part.regime,
        "convention": _attributes(part.candidate.convention),
        "coordinate_rule": part.candidate.rule,
        "integer_arithmetic": part.candidate.rounding,
        "max_error": part.error,
        "max_error_ulp": _number(part.ulp),
        "also": [_attributes(other) for other in others],
    }
