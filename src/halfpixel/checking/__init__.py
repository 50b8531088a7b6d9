"""Is what is installed as declared? The conformance run for people, and what a project expects of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from .. import names
from ..conformance.supervision import LIMIT
from ..frameworks import FRAMEWORKS, version
from . import run, selection, settings
from .answer import Check, checked
from .run import begin

__all__ = ["LIMIT", "Check", "check"]


def check(
    frameworks: Sequence[str] = (),
    calls: Sequence[str] = (),
    *,
    require: Sequence[str] = (),
    fast: bool = False,
    folder: Path | None = None,
    jobs: int | None = None,
    limit: float = LIMIT,
    progress: Callable[[str], None] | None = None,
) -> Check:
    """Run every call of the installed frameworks, and compare it with what is declared for its release.

    Args:
        frameworks: those that are run; by default all that are installed.
        calls: those that are run, as text (:func:`~halfpixel.checking.selection.calls_of`); by default those
            that the project's settings name, or all.
        require: frameworks that must be installed.
        fast: run the stored cases only, in float32 and uint8.
        folder: of the project whose settings count; by default the working directory.
        jobs: child processes at a time; by default the machine's processors, at most four.
        limit: seconds that a case may take.
        progress: is told what is being done, in a line.

    Returns:
        What was found.

    Raises:
        ValueError: a framework is unknown or not installed, a text means no call, or the settings are wrong.
    """
    project = settings.read(folder or Path())
    wanted = _installed(frameworks)
    missing = set(_installed(require)) - set(wanted or FRAMEWORKS)
    if missing:
        raise ValueError(f"{', '.join(sorted(missing))} is required, and not among those to check")
    wanted = wanted or [name for name in FRAMEWORKS if version(name) is not None]
    texts = tuple(calls) or project.calls
    chosen = frozenset(call.id for text in texts for call in selection.calls_of(text))
    units_of = partial(run.units, tuple(wanted), chosen if texts else None, fast=fast)
    units = units_of()
    if not units:
        raise ValueError(_nothing(wanted, texts))
    found = list(
        run.run(
            units,
            lambda framework: partial(begin, units_of, framework),
            jobs=jobs,
            limit=limit,
            progress=progress,
        )
    )
    return checked(units, found, project, fast=fast)


def _installed(given: Sequence[str]) -> list[str]:
    """The frameworks of these names.

    Raises:
        ValueError: one is unknown or not installed; the message says how to install it.
    """
    found = list(dict.fromkeys(names.checked(name, FRAMEWORKS, "framework") for name in given))
    for name in found:
        if version(name) is None:
            wanted = (FRAMEWORKS[name].distributions[0], *FRAMEWORKS[name].needs)
            raise ValueError(f"{name} is not installed: pip install {' '.join(wanted)}")
    return found


def _nothing(frameworks: Sequence[str], texts: Sequence[str]) -> str:
    if not frameworks:
        first = [one.distributions[0] for one in FRAMEWORKS.values()]
        return f"no framework is installed: pip install one of {', '.join(dict.fromkeys(first))}"
    return f"{', '.join(frameworks)} has no call that is {' or '.join(texts)}"
