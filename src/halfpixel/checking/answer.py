"""What a run found: text for a terminal, and a document for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .. import documents
from ..frameworks import FRAMEWORKS, missing_needs, version
from ..report.causes import CallName, Cause, call_lines, causes_of, example_title
from ..report.terminal import Outcome, calls_without
from ..report.terminal import table as table_of
from .run import Absent, Finding, Unit
from .settings import Accepted, Settings, base

_RULE = "-" * 72


@dataclass(frozen=True)
class Expected:
    """An entry of the settings, and how many changed cases it accepts: none where it is stale."""

    entry: Accepted
    where: str
    cases: int

    def json(self) -> documents.AcceptedChange:
        """The same for a program."""
        return {
            "where": self.where,
            "calls": sorted(self.entry.calls),
            "reason": self.entry.reason,
            "cases": self.cases,
        }


@dataclass(frozen=True)
class Check:
    """What a run found.

    Attributes:
        findings: of every trial that is not accepted.
        accepted: the entries of the settings that accept changes, with how many.
        stale: those that accept none, though what they are about ran.
        absent: the frameworks that could not be run.
        skipped: frameworks and calls that are not installed, in words.
        fast: only the stored cases ran.
        ran: what came of every trial, those of accepted changes too.
        shard: the part of the whole run that this is; None if it is the whole.
    """

    findings: tuple[Finding, ...]
    accepted: tuple[Expected, ...] = ()
    stale: tuple[Expected, ...] = ()
    absent: tuple[Absent, ...] = ()
    skipped: tuple[str, ...] = ()
    fast: bool = False
    ran: tuple[Outcome, ...] = ()
    shard: documents.Shard | None = None

    @property
    def as_declared(self) -> bool:
        """Whether every call did what is declared, or what the project expects."""
        return not self.absent and not any(one.outcome.kind == "changed" for one in self.findings)

    @property
    def cases(self) -> Mapping[CallName, int]:
        """How many cases of each call ran."""
        return Counter((one.outcome.framework, one.outcome.name) for one in self.findings)

    @property
    def causes(self) -> list[Cause]:
        """What changed, by its cause."""
        return causes_of(one.outcome for one in self.findings)

    def text(self, width: int | None = None, *, verbose: bool = False, table: bool = False) -> str:
        """The same for people.

        Args:
            width: of the terminal, which a table needs to know; None for any.
            verbose: every changed case in full.
            table: with the counts of every call.
        """
        return "\n".join(self._lines(width, verbose, table))

    def _lines(self, width: int | None, verbose: bool, table: bool) -> Iterator[str]:
        causes = self.causes
        yield self._headline(causes)
        for one in self.absent:
            yield f"{one.framework} {version(one.framework)} cannot be run: {one.why}"
        if causes:
            yield ""
            yield from call_lines(causes, self.cases)
        yield from self._examples(causes, verbose)
        if table:
            yield from ("", *self._table(width, verbose))
        yield ""
        yield from self._notes()

    def _headline(self, causes: Sequence[Cause]) -> str:
        calls = len({base(f"{framework}-{name}") for framework, name in self.cases})
        changed = (one for cause in causes for one in cause.outcomes)
        off = len({base(f"{one.framework}-{one.name}") for one in changed})
        run = ", ".join(f"{name} {version(name) or ''}".strip() for name in self._frameworks())
        if self.shard is not None:
            part = f"shard {self.shard['number']}/{self.shard['count']}"
            if not self.cases and not self.absent:
                return f"as declared: {part} has none of the cases"
            run += f" in {part}"
        if self.as_declared:
            return f"as declared: {_count(calls, 'call')} of {run}"
        if not causes:
            return "not as declared: a framework cannot be run"
        return f"not as declared: {off} of {_count(calls, 'call')} of {run}"

    def _frameworks(self) -> list[str]:
        return list(dict.fromkeys(framework for framework, _ in self.cases))

    def _examples(self, causes: Sequence[Cause], verbose: bool) -> Iterator[str]:
        texts = {id(one.outcome): one.text for one in self.findings}
        for cause in causes:
            if cause.shown or verbose:
                yield from ("", _RULE, example_title(cause))
                for one in cause.outcomes if verbose else (cause.example,):
                    yield from ("", texts[id(one)])
        if causes and not verbose and any(len(cause.outcomes) > 1 for cause in causes):
            yield ""
            yield "-v shows every changed case"

    def _table(self, width: int | None, verbose: bool) -> list[str]:
        releases = {name: version(name) for name in FRAMEWORKS}
        return table_of((one.outcome for one in self.findings), releases, width, verbose=verbose)

    def _notes(self) -> Iterator[str]:
        kinds = Counter(one.outcome.kind for one in self.findings)
        counts = {"conforms": "conform", "changed": "changed", "unsupported": "raise the error"}
        counts["unsupported"] += " that their call declares"
        parts = [f"{kinds[kind]:,} {words}" for kind, words in counts.items() if kinds[kind]]
        accepted = sum(one.cases for one in self.accepted)
        parts += [f"{accepted:,} changed as expected"] if accepted else []
        yield f"{_count(sum(kinds.values()) + accepted, 'case')}: {', '.join(parts)}"
        for one in self.accepted:
            yield f"expected: {_count(one.cases, 'case')}: {one.entry.reason} ({one.where})"
        for one in self.stale if self.shard is None else ():  # other shards may have its cases
            yield f"warning: stale: no case changed as {one.where} expects; remove the entry"
        if self.skipped:
            yield f"skipped: {', '.join(self.skipped)}"

    def json(self) -> documents.Check:
        """The same for a program."""
        causes = self.causes
        texts = {id(one.outcome): one.text for one in self.findings}
        return {
            "schema": documents.SCHEMA,
            "as_declared": self.as_declared,
            "fast": self.fast,
            "frameworks": [self._framework(name) for name in self._frameworks()],
            "causes": [
                {
                    "words": cause.words,
                    "cases": len(cause.outcomes),
                    "calls": [
                        {
                            "call": {
                                "framework": framework,
                                "id": f"{framework}-{name}",
                                "releases": "",
                            },
                            "changed": count,
                            "cases": self.cases[framework, name],
                        }
                        for (framework, name), count in Counter(
                            (one.framework, one.name) for one in cause.outcomes
                        ).items()
                    ],
                    "example": texts[id(cause.example)],
                }
                for cause in causes
            ],
            "accepted": [one.json() for one in self.accepted],
            "stale": [one.json() for one in self.stale],
            "cannot_run": [
                {"framework": one.framework, "message": one.why, "cases": one.trials}
                for one in self.absent
            ],
            "skipped": list(self.skipped),
        }

    def _framework(self, name: str) -> documents.CheckedFramework:
        mine = [one.outcome for one in self.findings if one.outcome.framework == name]
        kinds = Counter(one.kind for one in mine)
        return {
            "framework": name,
            "release": version(name) or "",
            "environment": next((one.environment for one in mine if one.environment), ""),
            "conform": kinds["conforms"],
            "changed": kinds["changed"],
            "unsupported": kinds["unsupported"],
        }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def checked(
    units: Iterable[Unit], results: Iterable[Finding | Absent], project: Settings, *, fast: bool
) -> Check:
    """The answer: what a run found, without what the project expects."""
    ended = list(results)
    findings, counts = [], Counter[str]()
    for one in ended:
        if not isinstance(one, Finding):
            continue
        entry = project.accepts(one.outcome) if one.outcome.kind == "changed" else None
        if entry is None:
            findings.append(one)
        else:
            counts[entry.key] += 1
    ran = [one.outcome for one in ended if isinstance(one, Finding)]
    expected = [Expected(one, project.where(one), counts[one.key]) for one in project.accepted]
    stale = (one for one in expected if not one.cases and project.could_accept(one.entry, ran))
    return Check(
        tuple(findings),
        tuple(one for one in expected if one.cases),
        () if fast else tuple(stale),
        tuple(one for one in ended if isinstance(one, Absent)),
        tuple(_skipped({unit.framework for unit in units})),
        fast,
        tuple(ran),
    )


def _skipped(frameworks: set[str]) -> Iterator[str]:
    """What is not installed."""
    absent = [name for name in FRAMEWORKS if version(name) is None]
    if absent:
        yield f"{', '.join(absent)} (not installed)"
    for name in (name for name in FRAMEWORKS if name in frameworks and name not in absent):
        without: dict[str, list[str]] = {}
        for call in FRAMEWORKS[name].calls:
            if missing := missing_needs(call):
                without.setdefault(", ".join(missing), []).append(call.id)
        for needs, calls in without.items():
            yield calls_without(name, calls, f"needs {needs}")
