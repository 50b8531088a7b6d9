"""What changed in which release, as a table for pages: what is declared of other values, and defects."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from ..catalogue.rules import words
from ..frameworks import FRAMEWORKS, Call, Release
from ..upgrades.history import OWN, boundaries, order
from . import marked

BEGIN = "<!-- written by make docs: what changed in which release -->"
_NAMED = 3  # calls of a row that are named


@dataclass(frozen=True)
class Row:
    """A change of calls that are alike.

    Attributes:
        framework: its name.
        release: in which it came: ``4.8``, or ``keras 3.6``.
        calls: that change, by name; those that are no aliases.
        change: what changes, in words.
    """

    framework: str
    release: str
    calls: tuple[str, ...]
    change: str


def rows() -> list[Row]:
    """Every change of values that is declared, by framework, release and calls."""
    calls_of: dict[tuple[str, str, str], list[str]] = {}
    for name, framework in FRAMEWORKS.items():
        for package in (OWN, *framework.beside):
            for call in (call for call in framework.calls if call.plain):
                for release, change in _changes(call, package):
                    step = release if package == OWN else f"{package} {release}"
                    calls_of.setdefault((name, step, change), []).append(call.name)
    order = list(FRAMEWORKS)
    every = [Row(*key[:2], tuple(calls), key[2]) for key, calls in calls_of.items()]
    return sorted(every, key=lambda row: (order.index(row.framework), _order(row.release)))


def _order(release: str) -> tuple[str, Hashable]:
    package, _, own = release.rpartition(" ")
    return package, order(own)


def _changes(call: Call, package: str) -> Iterator[tuple[str, str]]:
    """The releases of a package in which a call changes, and what changes."""
    before = _at(call, package, "0")
    for release in boundaries(call, package):
        now = _at(call, package, release)
        if before is not None and now is not None and _key(before) != _key(now):
            yield release, _words(before, now)
        before = now


def _at(call: Call, package: str, release: str) -> Call | None:
    return call.at(Release(release) if package == OWN else Release("9999", {package: release}))


def _key(call: Call) -> Hashable:
    scaling = call.scaling and (call.scaling.size, call.scaling.scales)
    return _convention(call), _rule(call), tuple(one.why for one in call.defects), scaling


def _convention(call: Call) -> str:
    convention = next(iter(call.follows.values()), None)
    return "a transposed convolution" if convention is None else words(convention)


def _rule(call: Call) -> str:
    """How coordinates are computed in its first dtype, in words."""
    rule = next((one.coordinate_rule for one in call.arithmetic.values()), None)
    return f"rule `{rule}`" if rule else "no rule"


def _words(before: Call, now: Call) -> str:
    parts = []
    for what, of in (("", _convention), ("coordinates: ", _rule)):
        old, new = of(before), of(now)
        if old != new:
            parts.append(f"{what}{old} → {new}")
    was, has = ([one.why for one in call.defects] for call in (before, now))
    parts += [f"fixed: {why}" for why in was if why not in has]
    parts += [f"new defect: {why}" for why in has if why not in was]
    return "; ".join(parts) or "what factors become"


def table() -> str:
    """The rows as Markdown."""
    lines = ["| release | calls | change |", "| --- | --- | --- |"]
    for row in rows():
        named = ", ".join(f"`{name}`" for name in row.calls[:_NAMED])
        more = len(row.calls) - _NAMED
        calls = f"{named} and {more} more" if more > 0 else named
        title = FRAMEWORKS[row.framework].title
        change = row.change.replace("|", "\\|")
        lines.append(f"| {title} {row.release} | {calls} | {change} |")
    return "\n".join(lines)


def written(page: str) -> str:
    """A page with the table between its two marks.

    Raises:
        ValueError: the page does not have both marks.
    """
    return marked.written(page, BEGIN, table())
