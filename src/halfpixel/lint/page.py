"""What the pages about lint have from the program: the table of rules, and what is found in each example."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..report import marked
from .project import Project
from .rules import RULES, Rule
from .run import of_code

BEGIN = "<!-- written by make docs: the rules -->"
_EXAMPLE = re.compile(r"(## Example\n+```python\n(.*?)```\n+```text\n)(.*?)(```)", re.DOTALL)
_FIX = re.compile(r"## Fix\n.*?```python\n(.*?)```", re.DOTALL)
NAME = "example.py"


def findings_text(code: str, rule: Rule) -> str:
    """What a rule finds in a code, a line each, as the terminal has it."""
    findings = of_code(Path(NAME), NAME, code.encode(), [rule], Project())
    return "".join(f"{one}\n" for one in findings)


def of_rule(page: str, rule: Rule) -> str:
    """The page of a rule with what it finds in its example."""
    return _EXAMPLE.sub(lambda one: f"{one[1]}{findings_text(one[2], rule)}{one[4]}", page)


def example(page: str) -> str:
    """The code of a page's example."""
    shown = _EXAMPLE.search(page)
    return shown[2] if shown else ""


def fix(page: str) -> str:
    """The code that a page writes instead."""
    shown = _FIX.search(page)
    return shown[1] if shown else ""


def of_all(page: str, pages: Mapping[str, str]) -> str:
    """The page on lint with the table of rules.

    Args:
        page: its text.
        pages: those of the rules, by code.

    Raises:
        ValueError: the page does not have both marks.
    """
    return marked.written(page, BEGIN, _table(pages))


_COUNT = re.compile(r"20\d\d-\d\d-\d\d: (\d+ of [\d,]+) ")


def _table(pages: Mapping[str, str]) -> str:
    lines = ["| code | finds | asked | right of read |", "| --- | --- | --- | --- |"]
    for rule in RULES.values():
        when = "with `--pedantic`" if rule.pedantic else rule.asked
        count = _COUNT.search(pages[rule.code].partition("## Measured")[2])
        right = count[1] if count else ""
        lines.append(f"| [{rule.code}](lint/{rule.code}.md) | {rule.title} | {when} | {right} |")
    return "\n".join(lines)
