"""Calls that resize and are wrong as they are written: ``halfpixel lint`` and :func:`lint`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..checking import settings
from ..conversion.parse import source
from . import pins
from .answer import Lint
from .finding import Edit, Finding
from .project import Project, changes
from .rules import RULES, Rule
from .run import Unread, check
from .suppressions import chosen

__all__ = ["Edit", "Finding", "Lint", "Rule", "Unread", "lint", "selected"]


def lint(
    paths: Sequence[str | Path],
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    pedantic: bool = False,
    fix: bool = False,
    upgrading_from: str = "",
    upgrading_to: str = "installed",
) -> Lint:
    """Find calls that are wrong as they are written. Files are parsed, and never run.

    The settings are those of the project that the first path belongs to: ``[tool.halfpixel.lint]`` in
    pyproject.toml, or ``[lint]`` in halfpixel.toml.

    Args:
        paths: files of Python, and folders of them.
        select: codes of the rules to ask, or what they begin with (``HP0``); by default those of the
            settings, or all that are not pedantic.
        ignore: codes of rules to leave out.
        pedantic: ask the pedantic rules, too.
        fix: write the fixes that are certain into the files.
        upgrading_from, upgrading_to: the environments of an upgrade, as for :func:`halfpixel.upgrade`: calls
            that change are found, too. None is asked about where the first is empty.

    Returns:
        The answer: ``str`` of it is for people, ``.json()`` for programs, ``.same`` says that nothing was
        found.

    Raises:
        ValueError: a path or a code is unknown, the settings are wrong, or a fix cannot be written.
    """
    given = [Path(path) for path in paths]
    every = list(source.files(given))
    if not every:
        raise ValueError(f"{', '.join(map(str, given))}: no files of Python")
    first = given[0] if given else Path()
    project = settings.read(first if first.is_dir() else first.parent)
    rules = selected(
        select or project.lint.select,
        (*ignore, *project.lint.ignore),
        pedantic=pedantic or project.lint.pedantic,
    )
    around = Project(
        project.folder,
        pins.read(project.folder),
        project.lint.counterparts,
        changes(upgrading_from, upgrading_to) if upgrading_from else {},
    )
    findings: list[Finding] = []
    unread: list[Unread] = []
    files = fixes = 0
    for one in check(every, rules, project=around, left_out=project.lint.exclude, fix=fix):
        files += 1
        if isinstance(one, Unread):
            unread.append(one)
        else:
            findings += one.findings
            fixes += one.fixed
    return Lint(tuple(findings), tuple(unread), files, fixes, tuple(rule.code for rule in rules))


def selected(
    select: Sequence[str], ignore: Sequence[str] = (), *, pedantic: bool = False
) -> tuple[Rule, ...]:
    """The rules that are asked.

    Args:
        select: codes, or what they begin with; where it is empty, all rules that are not pedantic.
        ignore: the same, of rules that are left out.
        pedantic: the pedantic rules, too.

    Raises:
        ValueError: no rule has such a code.
    """
    for code in (*select, *ignore):
        if not any(rule.startswith(code.upper()) for rule in RULES) or not code:
            raise ValueError(f"unknown rule {code!r} (choose from {', '.join(RULES)})")
    wanted, left_out = ([code.upper() for code in codes] for codes in (select, ignore))
    return tuple(
        rule
        for rule in RULES.values()
        if not chosen(rule.code, left_out)
        and (
            chosen(rule.code, wanted)
            or (pedantic and rule.pedantic)
            or (not wanted and not rule.pedantic)
        )
    )
