"""The releases that a project allows: of its lock files, requirements and pyproject.toml."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..upgrades import requirements
from ..upgrades.environment import Environment, package_of, plain

# files that pin every package, the first that is there counts
LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock")
REQUIREMENTS = ("requirements.txt",)
_NEWEST = "99999"  # stands for a release that is not yet there


@dataclass(frozen=True)
class Pins:
    """The releases that a project allows.

    Attributes:
        allowed: by distribution (lower case, with hyphens) the releases, and the file that says it.
    """

    allowed: Mapping[str, tuple[SpecifierSet, str]] = field(default_factory=dict)

    def all_before(self, distribution: str, release: str) -> str:
        """Where it stands that only releases before one are allowed; empty where that is not said."""
        specifiers, where = self.allowed.get(distribution, (SpecifierSet(), ""))
        if specifiers.contains(_NEWEST, prereleases=True) or specifiers.contains(release):
            return ""
        bounds = [one for one in specifiers if one.operator in ("==", "===", "~=", "<", "<=")]
        tops = [Version(one.version.rstrip(".*")) for one in bounds if _is_version(one.version)]
        return where if tops and min(tops) <= Version(release) else ""

    @functools.cached_property
    def environment(self) -> Environment:
        """The releases of frameworks that are pinned to one."""
        releases: dict[str, str] = {}
        for distribution, (specifiers, _) in self.allowed.items():
            package = package_of(distribution)
            exact = [s.version for s in specifiers if s.operator in ("==", "===")]
            if package is not None and exact and _is_version(exact[0]) and "*" not in exact[0]:
                releases.setdefault(package, plain(package, exact[0]))
        return Environment("", releases)


def _is_version(text: str) -> bool:
    try:
        Version(text.rstrip(".*"))
    except InvalidVersion:
        return False
    return True


def read(folder: Path) -> Pins:
    """The releases that a project's files allow.

    Args:
        folder: the project's root. A file that cannot be read says nothing.
    """
    allowed: dict[str, tuple[SpecifierSet, str]] = {}
    for distribution, specifiers, where in _declared(folder):
        allowed.setdefault(canonicalize_name(distribution), (specifiers, where))
    return Pins(allowed)


def _declared(folder: Path) -> Iterator[tuple[str, SpecifierSet, str]]:
    for name in LOCK_FILES:
        path = folder / name
        if path.is_file():
            try:
                for pin in requirements.pins(path):
                    if pin.release and _is_version(pin.release):
                        yield pin.distribution, SpecifierSet(f"=={pin.release}"), name
            except ValueError:
                continue
    for where, line in _requirements(folder):
        try:
            one = Requirement(line)
        except InvalidRequirement:
            continue
        if one.specifier and (one.marker is None or one.marker.evaluate({"extra": ""})):
            yield one.name, one.specifier, where


def _requirements(folder: Path) -> Iterator[tuple[str, str]]:
    """Lines of requirements, each with its file."""
    for name in REQUIREMENTS:
        try:
            text = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            entry = re.split(r"\s--|(?:^|\s)#", line.strip())[0].strip()
            if entry and not entry.startswith("-"):
                yield f"{name}:{number}", entry
    try:
        document = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return
    project = document.get("project")
    entries = project.get("dependencies") if isinstance(project, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, str):
            yield "pyproject.toml", entry
