"""From paths to findings: each file is read, checked by every rule that is asked, and fixed if wanted."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..conformance.goldens import replace_file
from ..conversion.parse import conv_transpose, source
from ..conversion.parse.signatures import FUNCTIONS
from .code import File
from .finding import Finding, Hit, fixed
from .project import Project
from .removed import REMOVED
from .rules import Rule, counterparts
from .suppressions import Suppressions


@dataclass(frozen=True)
class Unread:
    """A file that was not read.

    Attributes:
        path: as it is shown.
        why: the reason, in one line.
        is_bug: whether halfpixel is the reason.
    """

    path: str
    why: str
    is_bug: bool = False


@dataclass(frozen=True)
class Checked:
    """What was found in a file that was read.

    Attributes:
        findings: in the order of its text.
        fixed: how many were fixed, and are not among them.
    """

    findings: tuple[Finding, ...] = ()
    fixed: int = 0


def _telling() -> re.Pattern[bytes]:
    """Names without one of which no rule finds anything in a file."""
    every = [*REMOVED, ".resize", ".affine_grid", ".Resize"]
    every += [name for one in FUNCTIONS for name in (one.name, *one.spelled)]
    every += [name for one in conv_transpose.OPERATORS for name in (one.name, *one.spelled)]
    last = sorted({name.rpartition(".")[2] for name in every})
    return re.compile(rb"\b(?:" + "|".join(map(re.escape, last)).encode() + rb")\b")


def check(
    files: Iterable[Path],
    rules: Sequence[Rule],
    *,
    project: Project,
    left_out: Sequence[str] = (),
    fix: bool = False,
) -> Iterator[Checked | Unread]:
    """What rules find in files: an entry for each file.

    Args:
        files: those that are read.
        rules: those that are asked.
        project: that they are in.
        left_out: patterns of files that are not read.
        fix: write the fixes into the files; what is fixed is not among the findings then.

    Raises:
        ValueError: the settings are wrong, or a fix cannot be written: the file is as it was.
    """
    telling, read_anyway = _telling(), counterparts.paths(project.counterparts, project.root)
    for path in files:
        if any(path.match(pattern) for pattern in left_out):
            continue
        shown = _shown(path)
        try:
            code = source.content(path)
            if telling.search(code) is None and path.resolve() not in read_anyway:
                yield Checked()
                continue
            yield _checked(path, shown, code, rules, project, fix=fix)
        except source.NotRead as error:
            yield Unread(shown, str(error))
        except RecursionError:
            yield Unread(shown, "nested too deeply")
        except ValueError:  # of the settings, or of a file that cannot be written
            raise
        except Exception as error:  # one file's is no reason to lose what is found in the others
            kind = type(error).__name__
            why = f"{kind}: {error}; this is a bug of halfpixel, please report it"
            yield Unread(shown, " ".join(why.split()), is_bug=True)


def _checked(
    path: Path, shown: str, code: bytes, rules: Sequence[Rule], project: Project, *, fix: bool
) -> Checked:
    findings = of_code(path, shown, code, rules, project)
    edits = tuple(edit for one in findings for edit in one.edits)
    if not fix or not edits:
        return Checked(tuple(findings))
    made = fixed(code, edits)
    left = of_code(path, shown, made, rules, project)
    try:
        replace_file(path.resolve(), made, stat.S_IMODE(path.stat().st_mode))
    except OSError as error:
        raise ValueError(f"{shown}: the fixes cannot be written: {error.strerror}") from None
    return Checked(tuple(left), sum(bool(one.edits) for one in findings))


def of_code(
    path: Path, shown: str, code: bytes, rules: Sequence[Rule], project: Project
) -> list[Finding]:
    """What rules find in the code of a file, in its order.

    Raises:
        NotRead: it is no Python.
    """
    file = File(path, code, source.parsed(code, str(path)), project)
    ignored, lines = Suppressions(code), code.splitlines()
    findings = {
        _finding(shown, rule.code, hit, lines)
        for rule in rules
        for hit in rule.check(file)
        if not ignored.ignores(rule.code, hit.node)
    }
    return sorted(findings, key=lambda one: one.order)


def _finding(shown: str, code: str, hit: Hit, lines: Sequence[bytes]) -> Finding:
    node = hit.node
    end_line = node.end_lineno or node.lineno
    return Finding(
        shown,
        node.lineno,
        _column(lines, node.lineno, node.col_offset),
        end_line,
        _column(lines, end_line, node.end_col_offset or node.col_offset),
        code,
        hit.message,
        hit.edits,
    )


def _column(lines: Sequence[bytes], line: int, offset: int) -> int:
    """A column from 1 in characters, of an offset in bytes."""
    text = lines[line - 1] if line <= len(lines) else b""
    return len(text[:offset].decode("utf-8", "replace")) + 1


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
