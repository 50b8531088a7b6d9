"""What lint found, in each of its formats: text, JSON, annotations of GitHub, SARIF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .. import __version__, documents
from ..report.workflow_commands import command
from .finding import Finding
from .rules import RULES
from .run import Unread

PAGES = "https://halfpixel.example/halfpixel/blob/main/docs/lint"


@dataclass(frozen=True)
class Lint:
    """What lint found.

    Attributes:
        findings: in the order of the files.
        unread: the files that were not read.
        files: how many there are.
        fixed: how many findings were fixed.
        rules: the codes of the rules that were asked.
    """

    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    files: int
    fixed: int
    rules: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def failed(self) -> bool:
        """Whether halfpixel has a bug that kept it from reading a file."""
        return any(one.is_bug for one in self.unread)

    def text(self) -> str:
        """For people: a line for each finding, and how many there are."""
        return "\n".join(self._lines())

    def __str__(self) -> str:
        return self.text()

    def _lines(self) -> Iterator[str]:
        for one in self.unread:
            yield f"{one.path}: not read: {one.why}"
        for finding in self.findings:
            yield str(finding)
        if self.findings or self.unread:
            yield ""
        fixable = sum(bool(one.edits) for one in self.findings)
        counts = [f"{_number(len(self.findings), 'finding')} in {_number(self.files, 'file')}"]
        counts += [f"{self.fixed} fixed"] if self.fixed else []
        counts += [f"{len(self.unread)} not read"] if self.unread else []
        counts += [f"[*] {fixable} fixable with --fix"] if fixable else []
        yield "; ".join(counts)

    def json(self) -> documents.Lint:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "same": self.same,
            "files": self.files,
            "fixed": self.fixed,
            "rules": list(self.rules),
            "findings": [
                {
                    "code": one.code,
                    "name": RULES[one.code].name,
                    "path": one.path,
                    "line": one.line,
                    "column": one.column,
                    "end_line": one.end_line,
                    "end_column": one.end_column,
                    "message": one.message,
                    "fixable": bool(one.edits),
                }
                for one in self.findings
            ],
            "unread": [{"path": one.path, "reason": one.why} for one in self.unread],
        }

    def github(self) -> str:
        """Annotations of a workflow of GitHub."""
        lines = [
            command(
                "error",
                one.message,
                file=one.path,
                line=one.line,
                col=one.column,
                endLine=one.end_line,
                endColumn=one.end_column,
                title=one.code,
            )
            for one in self.findings
        ]
        lines += [command("warning", f"not read: {one.why}", file=one.path) for one in self.unread]
        return "\n".join(lines)

    def sarif(self) -> Mapping[str, Any]:
        """SARIF 2.1.0."""
        return {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "halfpixel",
                            "version": __version__,
                            "informationUri": PAGES,
                            "rules": [_rule(code) for code in self.rules],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "results": [self._result(one) for one in self.findings],
                    "invocations": [
                        {
                            "executionSuccessful": True,
                            "toolExecutionNotifications": [
                                {
                                    "level": "warning",
                                    "message": {"text": f"not read: {one.why}"},
                                    "locations": [_location(one.path)],
                                }
                                for one in self.unread
                            ],
                        }
                    ],
                }
            ],
        }

    def _result(self, one: Finding) -> Mapping[str, Any]:
        region = {
            "startLine": one.line,
            "startColumn": one.column,
            "endLine": one.end_line,
            "endColumn": one.end_column,
        }
        return {
            "ruleId": one.code,
            "ruleIndex": self.rules.index(one.code),
            "level": "note" if RULES[one.code].pedantic else "warning",
            "message": {"text": one.message},
            "locations": [_location(one.path, region)],
        }


def _rule(code: str) -> Mapping[str, Any]:
    rule = RULES[code]
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "helpUri": f"{PAGES}/{code}.md",
    }


def _location(path: str, region: Mapping[str, int] | None = None) -> Mapping[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": path.replace(" ", "%20")}}
    return {"physicalLocation": where if region is None else {**where, "region": region}}


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
