"""Is what is installed as declared? The conformance run for people, and what a project expects of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from .. import names
from ..conformance.supervision import LIMIT
from ..frameworks import FRAMEWORKS, release, version
from ..shards import Shard
from . import run, selection, settings
from .answer import Check, checked
from .lock_file import Lock, Locked
from .locking import lock, locked
from .merging import Merged, merge
from .moved import Against, against
from .observed import Observed, load, observed, save
from .run import begin

__all__ = [
    "LIMIT",
    "Against",
    "Check",
    "Lock",
    "Locked",
    "Merged",
    "Observed",
    "against",
    "check",
    "load",
    "lock",
    "locked",
    "merge",
    "observe",
    "save",
]


def check(
    frameworks: Sequence[str] = (),
    calls: Sequence[str] = (),
    *,
    require: Sequence[str] = (),
    fast: bool = False,
    shard: Shard | None = None,
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
        shard: run this part of it only.
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
    wanted, chosen = _chosen(frameworks, require, calls, project)
    units_of = partial(run.units, calls=chosen, fast=fast)
    every = units_of(wanted)
    units = run.part_of(every, shard)
    ended = list(
        run.run(
            units,
            lambda framework: partial(begin, partial(units_of, [framework]), framework),
            jobs=jobs,
            limit=limit,
            progress=progress,
        )
    )
    names = (trial.id for unit in every for trial in unit.jobs.values())
    part = shard.json(names, _releases(wanted)) if shard else None
    return replace(checked(units, ended, project, fast=fast), shard=part)


def observe(
    frameworks: Sequence[str] = (),
    calls: Sequence[str] = (),
    *,
    require: Sequence[str] = (),
    shard: Shard | None = None,
    folder: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Observed:
    """What the calls of the installed frameworks do with a few small images.

    Args:
        frameworks, calls, require, shard, folder, progress: as of :func:`check`; a shard has some of the
            calls.

    Returns:
        What :func:`~halfpixel.checking.moved.against` compares.

    Raises:
        ValueError: as of :func:`check`; or a framework cannot be imported.
    """
    project = settings.read(folder or Path())
    wanted, chosen = _chosen(frameworks, require, calls, project)
    every = {
        call.id
        for name in wanted
        for call in FRAMEWORKS[name].calls
        if chosen is None or call.id in chosen
    }
    sharded = {name for name in every if shard is None or shard.has(name)}
    frameworks_of = [
        name for name in wanted if any(call.id in sharded for call in FRAMEWORKS[name].calls)
    ]
    observation = observed(frameworks_of, lambda call: call.id in sharded, progress)
    return replace(observation, shard=shard.json(every, _releases(wanted)) if shard else None)


def _releases(frameworks: Sequence[str]) -> dict[str, str]:
    """The installed releases of frameworks, with those of the packages beside them."""
    return {name: str(release(name)) for name in frameworks}


def _chosen(
    frameworks: Sequence[str],
    require: Sequence[str],
    calls: Sequence[str],
    project: settings.Settings,
) -> tuple[list[str], frozenset[str] | None]:
    """The frameworks that are asked for, and the ids of the calls; None for all.

    Raises:
        ValueError: one is unknown or not installed, or there is no such call.
    """
    wanted = _installed(frameworks)
    missing = set(_installed(require)) - set(wanted or FRAMEWORKS)
    if missing:
        raise ValueError(f"{', '.join(sorted(missing))} is required, and not among those to check")
    texts = tuple(calls) or project.calls
    named = [call for text in texts for call in selection.calls_of(text)]
    installed = wanted or [name for name in FRAMEWORKS if version(name) is not None]
    if texts:
        installed = [name for name in installed if any(call.framework == name for call in named)]
    if not installed:
        raise ValueError(_nothing(wanted, texts))
    return installed, frozenset(call.id for call in named) if texts else None


def _installed(given: Sequence[str]) -> list[str]:
    """The frameworks of these names.

    Raises:
        ValueError: one is unknown or not installed; the message says how to install it.
    """
    chosen = list(dict.fromkeys(names.checked(name, FRAMEWORKS, "framework") for name in given))
    for name in chosen:
        if version(name) is None:
            wanted = (FRAMEWORKS[name].distributions[0], *FRAMEWORKS[name].needs)
            raise ValueError(f"{name} is not installed: pip install {' '.join(wanted)}")
    return chosen


def _nothing(frameworks: Sequence[str], texts: Sequence[str]) -> str:
    if texts and not frameworks:
        return f"nothing that is installed has a call that is {' or '.join(texts)}"
    if not frameworks:
        first = [one.distributions[0] for one in FRAMEWORKS.values()]
        return f"no framework is installed: pip install one of {', '.join(dict.fromkeys(first))}"
    return f"{', '.join(frameworks)} has no call that is {' or '.join(texts)}"
