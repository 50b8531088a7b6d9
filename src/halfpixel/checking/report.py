"""What is left of a run: report.json, report.html and report.md in a folder."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import __version__, documents
from ..conformance import goldens
from ..report import run_page
from ..report.terminal import Outcome
from .answer import Check
from .settings import base

_SHOWN = 20  # cases of a cause whose values are kept; each takes some ten kilobytes


def report(check: Check, tests: Sequence[documents.FailedTest] = ()) -> documents.Report:
    """The document of a run, with every case that changed.

    Args:
        check: what the suites found.
        tests: of one's own functions that failed.
    """
    findings = {id(one.outcome): one for one in check.findings}
    shown: Counter[str] = Counter()
    cases: list[documents.ChangedCase] = []
    for cause in check.causes:
        for outcome in cause.outcomes:
            one = findings[id(outcome)]
            shown[cause.words] += 1
            identity = f"{outcome.framework}-{outcome.name}"
            cases.append(
                {
                    "call": {"framework": outcome.framework, "id": identity, "releases": ""},
                    "dtype": outcome.dtype,
                    "case": outcome.case,
                    "reason": outcome.reason,
                    "matches": list(outcome.matches),
                    "text": one.text,
                    "evidence": one.evidence if shown[cause.words] <= _SHOWN else None,
                    "repeat": f"halfpixel check --call {shlex.quote(base(identity))}",
                }
            )
    return {
        "schema": documents.SCHEMA,
        "halfpixel": __version__,
        "check": check.json(),
        "cases": cases,
        "tests": list(tests),
        "ran": _ran(check.ran),
        "shard": check.shard,
    }


def _ran(outcomes: Iterable[Outcome]) -> list[documents.RanCall]:
    """What came of every case, for `halfpixel diff`: the verdict, and the dtype and digest of the output."""
    calls: dict[tuple[str, str, str], dict[str, str]] = {}
    for one in outcomes:
        cases = calls.setdefault((one.framework, one.name, one.follows), {})
        cases[f"{one.dtype} {one.case}"] = f"{one.kind} {one.returned}".rstrip()
    return [
        {
            "call": {"framework": framework, "id": f"{framework}-{name}", "releases": ""},
            "follows": follows,
            "cases": cases,
        }
        for (framework, name, follows), cases in calls.items()
    ]


def write(document: documents.Report, folder: Path) -> list[Path]:
    """Write a report in three forms; each file is replaced in one step.

    Args:
        document: of a run.
        folder: where they go; it is made if it is not there.

    Returns:
        The files: report.html, report.md, report.json.

    Raises:
        ValueError: one cannot be written.
    """
    texts = {
        "report.html": run_page.page(document),
        "report.md": run_page.markdown(document),
        "report.json": json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            goldens.replace_file(folder / name, text)
    except OSError as error:
        raise ValueError(f"the report cannot be written: {error}") from None
    return [folder / name for name in texts]
