"""The releases that a file pins: pip's requirements, and lock files of uv, Poetry, PDM, Pipenv and pip."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Pin:
    """A release that is pinned.

    Attributes:
        distribution: the name that pip takes, or a package's.
        release: as it is written.
        where: the file and the line, or what the user wrote.
    """

    distribution: str
    release: str
    where: str


def pins(path: Path) -> list[Pin]:
    """Every release that a file pins, of any package.

    Args:
        path: requirements.txt, uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock, or a pyproject.toml
            whose dependencies are pinned.

    Raises:
        ValueError: it cannot be read; the message says which line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder; name the file of requirements in it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    if path.name == "Pipfile.lock" or text.lstrip().startswith("{"):
        return list(_of_pipenv(path, text))
    if path.suffix in (".lock", ".toml"):
        return list(_of_toml(path, text))
    return list(_of_requirements(path, text, ()))


# ---------------------------------------------------------------------------- pip's requirements

_OTHER_FILE = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)")


def _of_requirements(path: Path, text: str, within: tuple[Path, ...]) -> Iterator[Pin]:
    whole = re.sub(r"\\\n", lambda joined: " ", text)
    for number, line in enumerate(whole.splitlines(), 1):
        entry = re.sub(r"(^|\s)#.*", "", line).strip()
        other = _OTHER_FILE.match(entry)
        if other:
            included = path.parent / other[1]
            if included in within or included == path:
                raise ValueError(f"{path}:{number}: {other[1]} includes itself")
            try:
                inner = included.read_text(encoding="utf-8")
            except OSError as error:
                raise ValueError(f"{path}:{number}: {included}: {error.strerror}") from None
            yield from _of_requirements(included, inner, (*within, path))
        elif entry and not entry.startswith("-"):
            yield from _requirement(entry, f"{path}:{number}")


def _requirement(entry: str, where: str) -> Iterator[Pin]:
    """A line of requirements, if it holds in this environment; the hashes and options behind it are left."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        one = Requirement(re.split(r"\s--", entry)[0])
    except InvalidRequirement:
        return  # a path or an address: no release stands there
    if one.marker is not None and not one.marker.evaluate():
        return
    exact = [s for s in one.specifier if s.operator in ("==", "===") and "*" not in s.version]
    yield Pin(one.name, exact[0].version if exact else "", where)


# ---------------------------------------------------------------------------- lock files


def _of_toml(path: Path, text: str) -> Iterator[Pin]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    packages = document.get("package", document.get("packages"))
    if isinstance(packages, list):  # uv, Poetry and PDM; pylock.toml says packages
        for one in packages:
            if isinstance(one, dict) and "name" in one and "version" in one:
                yield Pin(str(one["name"]), str(one["version"]), str(path))
        return
    for entry in document.get("project", {}).get("dependencies", ()):
        yield from _requirement(str(entry), str(path))


def _of_pipenv(path: Path, text: str) -> Iterator[Pin]:
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    for name, one in document.get("default", {}).items():
        if isinstance(one, dict) and "version" in one:
            yield Pin(name, str(one["version"]).removeprefix("=="), str(path))
