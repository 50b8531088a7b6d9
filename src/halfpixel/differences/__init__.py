"""What moved between two runs of `halfpixel check`, two folders of goldens, or two git revisions."""

from __future__ import annotations

from typing import cast

from .. import documents, untrusted
from . import goldens, runs, sources
from .answer import HARMLESS, HEADINGS, Diff, Moved, Values

__all__ = ["HARMLESS", "HEADINGS", "Diff", "Moved", "Values", "diff"]


def diff(old: str, new: str) -> Diff:
    """Compare what was kept of two runs.

    Args:
        old, new: each a ``report.json`` or a folder with one; a folder with goldens, or one of them; or a git
            revision, or ``REVISION:path``, whose files are read. Goldens are those that the fixture
            ``halfpixel_golden`` writes, and halfpixel's own.

    Returns:
        What moved.

    Raises:
        ValueError: one cannot be read, they are not of one kind, or have nothing in common.
    """
    both = sources.read(old), sources.read(new)
    first, second = (_report(one) for one in both)
    if first is not None and second is not None:
        return runs.compared(first, second, (old, new))
    if first is not None or second is not None:
        report, other = (old, new) if first is not None else (new, old)
        raise ValueError(f"{report} is a report, and {other} is none: compare two of one kind")
    return goldens.compared(*both)


def _report(source: sources.Source) -> documents.Report | None:
    """The report that a source is; None if it is none.

    Raises:
        ValueError: it is one file, and that is no JSON.
    """
    if source.alone is None:
        return None
    document = untrusted.parsed_json(source.alone.read(), source.name)
    if isinstance(document, dict) and {"check", "cases"} <= document.keys():
        return cast("documents.Report", document)
    return None
