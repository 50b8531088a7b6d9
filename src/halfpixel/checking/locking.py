"""Write a lock, compare an environment with it, and write it anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from .. import names
from ..frameworks import FRAMEWORKS, Call, version
from ..records import probes
from . import following, selection, settings
from .lock_file import NAME, Lock, Locked, compared, read, write
from .observed import observed
from .settings import Settings

Progress = Callable[[str], None] | None


def lock(
    frameworks: Sequence[str] = (), *, folder: Path | None = None, progress: Progress = None
) -> tuple[Path, Lock]:
    """Write ``halfpixel.lock`` into a project's folder.

    Args:
        frameworks: those whose calls are locked; by default all that are installed.
        folder: of the project, whose settings name calls and functions; by default the working directory.
        progress: is told what is being done, in a line.

    Returns:
        The file, and what stands in it.

    Raises:
        ValueError: the file exists, a framework is not installed, a function cannot be locked, or the
            settings are wrong.
    """
    project = settings.read(folder or Path())
    path = project.folder / NAME
    if path.exists():
        raise ValueError(
            f"{path} exists: `halfpixel check --locked` compares with it, "
            "`halfpixel lock --update` rewrites it"
        )
    new = _now(_installed(frameworks, project), project, progress)
    write(path, new)
    return path, new


def locked(
    frameworks: Sequence[str] = (),
    *,
    update: bool = False,
    folder: Path | None = None,
    progress: Progress = None,
) -> Locked:
    """Compare the environment with the lock of a project.

    Args:
        frameworks: those that are compared; by default those of the lock.
        update: rewrite the lock; ``frameworks`` are then those that it has from now on.
        folder, progress: as of :func:`lock`.

    Returns:
        The lines that would change, or that changed.

    Raises:
        ValueError: there is no lock, it is damaged, or a framework of it is not installed; or as of
            :func:`lock`.
    """
    project = settings.read(folder or Path())
    path = project.folder / NAME
    before = read(path)
    chosen = _known(frameworks or before.frameworks, NAME)
    now = _now(chosen, project, progress)
    if frameworks and not update:
        kept = {k: one for k, one in before.calls.items() if _framework_of(k) in chosen}
        before = Lock(before.versions, kept, before.functions, before.frameworks, before.halfpixel)
    result = compared(path, before, now)
    if update:
        write(path, now)
    return result


def _framework_of(call: str) -> str:
    """The framework of a call's id, which may not be known any more."""
    return next((one for one in FRAMEWORKS if call.startswith(f"{one}-")), "")


def _installed(frameworks: Sequence[str], project: Settings) -> list[str]:
    given = _known(frameworks, "--framework")
    chosen = given or [name for name in FRAMEWORKS if version(name) is not None]
    if project.chosen is not None:
        wanted = {call.framework for text in project.calls for call in selection.calls_of(text)}
        chosen = [name for name in chosen if name in wanted]
    if not chosen and not project.functions:
        raise ValueError(
            "there is nothing to lock: no framework is installed, and no function is named"
        )
    return chosen


def _known(frameworks: Sequence[str], where: str) -> list[str]:
    known = list(dict.fromkeys(names.checked(one, FRAMEWORKS, "framework") for one in frameworks))
    for name in known:
        if version(name) is None:
            wanted = (FRAMEWORKS[name].distributions[0], *FRAMEWORKS[name].needs)
            raise ValueError(
                f"{where} names {name}, which is not installed: pip install {' '.join(wanted)}"
            )
    return known


def _now(frameworks: Sequence[str], project: Settings, progress: Progress) -> Lock:
    """What is so in this environment."""

    def chosen(call: Call) -> bool:
        return project.chosen is None or call.id in project.chosen

    now = observed(frameworks, chosen, progress)
    calls = {}
    for record in now.records:
        for call in filter(chosen, probes.calls(record.framework)):
            behaviour = following.behaviour_of(call, record)
            if behaviour is not None:
                calls[call.id] = behaviour
    own = {}
    for name in project.functions:
        from . import functions  # which needs all of identify and compare

        if progress is not None:
            progress(f"asking {name}")
        own[name] = functions.behaviour_of(name, project.folder)
    versions = {k: v for record in now.records for k, v in record.packages.items()}
    return Lock(versions, calls, own, tuple(frameworks))
