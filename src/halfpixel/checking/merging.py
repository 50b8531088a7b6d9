"""The shards of a run made one: reports of ``check --report``, files of ``check --save``, and JUnit files.

They are data that somebody else may have written: bounded, their types checked, and what is wrong is said in
a line that names the file.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from .. import documents, shards, untrusted
from ..conformance import goldens
from ..records import Record
from ..report import run_page
from ..report.causes import call_lines
from ..report.terminal import Outcome
from . import report as reports
from .answer import Check
from .observed import Observed, parsed, save
from .run import Finding

_FAILED = ("failures", "errors")  # attributes of a suite in a JUnit file
_COUNTS = ("tests", *_FAILED, "skipped")


@dataclass(frozen=True)
class Merged:
    """All shards of a run as one.

    Attributes:
        path: what was written.
        shards: how many there were.
        passed: whether every call is as declared, and every test passed; of saved files always.
        words: what came out, for people.
    """

    path: Path
    shards: int
    passed: bool
    words: str

    def text(self) -> str:
        """The same for people."""
        return f"{self.words}\nwritten: {self.path}, from {self.shards} shards"

    def json(self) -> documents.Merged:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "passed": self.passed,
            "path": str(self.path),
            "shards": self.shards,
        }


def merge(paths: Sequence[str], into: Path) -> Merged:
    """Make one report, file or JUnit file of all shards of a run.

    Args:
        paths: of each shard the folder of its report, its ``report.json``, what ``--save`` wrote, or a JUnit
            file; in any order, and all of one kind.
        into: the folder of the report, or the file, that is written.

    Raises:
        ValueError: one cannot be read, is no shard, is there twice or is missing; they are of unlike kinds
            or runs; or the result cannot be written.
    """
    parts: dict[str, tuple[_Kind, Any]] = {}
    for path in dict.fromkeys(paths):
        parts[path] = _read(Path(path))
    kinds = {kind.name: path for path, (kind, _) in parts.items()}
    if len(kinds) > 1:
        each = " and ".join(f"{path} is {name}" for name, path in kinds.items())
        raise ValueError(f"merge shards of one kind: {each}")
    kind = next(kind for kind, _ in parts.values())
    order = shards.together({path: kind.shard(one) for path, (_, one) in parts.items()})
    return kind.merge({path: parts[path][1] for path in order}, into)


@dataclass(frozen=True)
class _Kind:
    """A kind of file that a shard leaves.

    Attributes:
        name: in words.
        shard: of what was read, the part of its run.
        merge: writes one of all.
    """

    name: str
    shard: Callable[[Any], documents.Shard | None]
    merge: Callable[[Mapping[str, Any], Path], Merged]


def _read(path: Path) -> tuple[_Kind, Any]:
    """What a shard has left.

    Raises:
        ValueError: it cannot be read, or is none of these.
    """
    if path.is_dir():
        path = path / "report.json"
    if path.suffix == ".xml":
        root = untrusted.read_xml(path)
        if root.tag != "testsuites":
            raise ValueError(f"{path}: is no JUnit file of pytest")
        return _JUNIT, root
    document = untrusted.read_json(path)
    if isinstance(document, dict) and "records" in document:
        return _SAVED, parsed(document, str(path))
    if not isinstance(document, dict) or "check" not in document:
        raise ValueError(
            f"{path}: was written neither by `halfpixel check --report` or `--save` nor by "
            "`pytest --halfpixel-report`"
        )
    try:
        untrusted.typed(document, documents.Report)
    except ValueError as error:
        raise ValueError(f"{path}: is damaged: {error}") from None
    return _REPORT, document


# ---------------------------------------------------------------------------- reports


def _merged_reports(parts: Mapping[str, documents.Report], into: Path) -> Merged:
    findings: list[Finding] = []
    ran: dict[tuple[str, str], Outcome] = {}
    for path, part in parts.items():
        findings += _findings(path, part, ran)
    check = Check(tuple(findings), ran=tuple(ran.values()))
    tests = [test for part in parts.values() for test in part["tests"]]
    document = reports.report(check, tests)
    document["check"] = _merged_check(document["check"], [part["check"] for part in parts.values()])
    try:
        files = reports.write(document, into)
    except (ValueError, TypeError, IndexError, KeyError) as error:
        if isinstance(error, ValueError) and "cannot be written" in str(error):
            raise
        raise ValueError(f"a report is damaged: {type(error).__name__}: {error}") from None
    lines = [run_page.headline(document), *call_lines(check.causes, check.cases)]
    passed = document["check"]["as_declared"] and not tests
    return Merged(files[0], len(parts), passed, "\n".join(lines))


def _findings(
    path: str, part: documents.Report, ran: dict[tuple[str, str], Outcome]
) -> list[Finding]:
    """What came of the cases of a shard, but for changes that the project expects; ``ran`` takes all.

    Raises:
        ValueError: another shard has one of them, or the report is damaged.
    """
    changed = {(one["call"]["id"], f"{one['dtype']} {one['case']}"): one for one in part["cases"]}
    findings = []
    for call in part["ran"]:
        framework, identity = call["call"]["framework"], str(call["call"]["id"])
        for case, text in call["cases"].items():
            if (identity, case) in ran:
                raise ValueError(f"{path}: {identity} {case} is in two shards")
            kind, _, returned = text.partition(" ")
            dtype, _, name = case.partition(" ")
            outcome = Outcome(
                framework, identity.removeprefix(f"{framework}-"), kind, None, dtype=dtype,
                case=name, follows=call["follows"], returned=returned,
            )  # fmt: skip
            ran[identity, case] = outcome
            one = changed.pop((identity, case), None)
            if one is not None:
                of = replace(outcome, reason=one["reason"], matches=tuple(one["matches"]))
                findings.append(Finding(of, one["text"], one["evidence"]))
            elif kind != "changed":
                findings.append(Finding(outcome))
    if changed:
        raise ValueError(f"{path}: is damaged: it has changed cases that it does not list as run")
    return findings


def _merged_check(whole: documents.Check, parts: Sequence[documents.Check]) -> documents.Check:
    """The answer over all shards: causes anew, and the sums of what each says of its own."""
    accepted = _summed([one for part in parts for one in part["accepted"]], ("where", "reason"))
    known = {(one["where"], one["reason"]) for one in accepted}
    stale = _summed([one for part in parts for one in part["stale"]], ("where", "reason"))
    cannot_run = _summed(
        [one for part in parts for one in part["cannot_run"]], ("framework", "message")
    )
    return {
        **whole,
        "as_declared": whole["as_declared"] and all(part["as_declared"] for part in parts),
        "fast": any(part["fast"] for part in parts),
        "frameworks": _merged_frameworks([one for part in parts for one in part["frameworks"]]),
        "accepted": accepted,
        "stale": [one for one in stale if (one["where"], one["reason"]) not in known],
        "cannot_run": cannot_run,
        "skipped": list(dict.fromkeys(one for part in parts for one in part["skipped"])),
    }


def _summed(entries: Sequence[Any], names: tuple[str, str]) -> list[Any]:
    """Entries that have these keys alike as one, with the cases of all."""
    sums: dict[tuple[str, ...], Any] = {}
    for one in entries:
        before = sums.setdefault(tuple(one[name] for name in names), {**one, "cases": 0})
        before["cases"] += one["cases"]
    return list(sums.values())


def _merged_frameworks(
    entries: Sequence[documents.CheckedFramework],
) -> list[documents.CheckedFramework]:
    """Each framework with the counts of all shards, and the environments of all."""
    merged: dict[str, documents.CheckedFramework] = {}
    for one in entries:
        before = merged.get(one["framework"])
        if before is None:
            merged[one["framework"]] = {**one}
            continue
        for kind in ("conform", "changed", "unsupported"):
            before[kind] += one[kind]
        seen = before["environment"].split(" | ")
        if one["environment"] not in seen:
            before["environment"] = " | ".join(filter(None, (*seen, one["environment"])))
    return list(merged.values())


# ---------------------------------------------------------------------------- saved files


def _merged_saved(parts: Mapping[str, Observed], into: Path) -> Merged:
    records: dict[str, Record] = {}
    for path, part in parts.items():
        for one in part.records:
            before = records.get(one.framework)
            if before is None:
                records[one.framework] = one
                continue
            if before.packages != one.packages:
                raise ValueError(f"{path}: has other releases of {one.framework} than the others")
            outcomes = {**before.outcomes, **one.outcomes}
            absent = {**before.absent, **one.absent}
            records[one.framework] = replace(before, outcomes=outcomes, absent=absent)
    halfpixel = next(part.halfpixel for part in parts.values())
    whole = Observed(halfpixel, tuple(records.values()))
    save(into, whole)
    return Merged(into, len(parts), True, f"saved: {whole}")


# ---------------------------------------------------------------------------- JUnit


def _junit_shard(root: ElementTree.Element) -> documents.Shard | None:
    """The shard that a JUnit file says it is.

    Raises:
        ValueError: what it says is damaged.
    """
    values = [
        one.get("value", "") for one in root.iter("property") if one.get("name") == shards.PROPERTY
    ]
    if not values:
        return None
    try:
        shard = untrusted.json_of(values[0].encode())
        untrusted.typed(shard, documents.Shard)
    except ValueError as error:
        raise ValueError(f"the property {shards.PROPERTY} of a JUnit file {error}") from None
    return cast("documents.Shard", shard)


def _merged_junit(parts: Mapping[str, ElementTree.Element], into: Path) -> Merged:
    """A file with the suites of all shards."""
    whole = ElementTree.Element("testsuites", {"name": "pytest tests"})
    counts = dict.fromkeys(_COUNTS, 0)
    for path, root in parts.items():
        for suite in root.iterfind("testsuite"):
            whole.append(suite)
            for name in _COUNTS:
                try:
                    counts[name] += int(suite.get(name, ""))
                except ValueError:
                    raise ValueError(
                        f"{path}: is damaged: a suite has no number of {name}"
                    ) from None
    try:
        text = ElementTree.tostring(whole, encoding="unicode", xml_declaration=True)
        goldens.replace_file(into, f"{text}\n")
    except OSError as error:
        raise ValueError(f"{into}: cannot be written: {error.strerror}") from None
    except RecursionError:
        raise ValueError("a JUnit file is nested too deeply") from None
    failed = sum(counts[name] for name in _FAILED)
    words = f"{counts['tests']:,} tests, {failed:,} failed, {counts['skipped']:,} skipped"
    return Merged(into, len(parts), not failed, words)


_REPORT = _Kind("a report", lambda one: one["shard"], _merged_reports)
_SAVED = _Kind("a file of --save", lambda one: one.shard, _merged_saved)
_JUNIT = _Kind("a JUnit file", _junit_shard, _merged_junit)
