"""Which releases stand beside each other: as a user writes them, in a file of requirements, or installed."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .. import names
from ..frameworks import FRAMEWORKS, Release, version
from .requirements import Pin, pins

INSTALLED = "installed"


@dataclass(frozen=True)
class Environment:
    """Releases of packages that are installed together.

    Attributes:
        name: as the user wrote it: ``opencv==4.10.0``, a file, or ``installed``.
        releases: by package, a key of :func:`packages`.
        notes: what was taken for granted while it was read.
    """

    name: str
    releases: Mapping[str, str]
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def words(self) -> str:
        """The releases, as pip takes them."""
        return ",".join(f"{package}=={release}" for package, release in self.releases.items())


@functools.cache
def packages() -> Mapping[str, tuple[str, ...]]:
    """The packages whose releases decide what a call does, and the distributions that bring each."""
    distributions: dict[str, tuple[str, ...]] = {}
    for framework in FRAMEWORKS.values():
        own = PACKAGES.get(framework.name, framework.name)
        distributions.setdefault(own, framework.distributions)
    return distributions


# the package by whose release a framework's calls are told apart, where it has another name
PACKAGES = {"keras_torch": "keras"}


def package_of(distribution: str) -> str | None:
    """The package that a distribution brings: opencv for opencv-python; None for any other."""
    key = distribution.lower().replace("_", "-").replace(".", "-")
    return next((name for name, brings in packages().items() if key in brings), None)


def plain(package: str, release: str) -> str:
    """A release as the module says it of itself: 4.10.0 for the wheel 4.10.0.84, 2.2.2 for 2.2.2+cu121.

    Raises:
        ValueError: it is no version.
    """
    from packaging.version import InvalidVersion, Version

    try:
        parsed = Version(release)
    except InvalidVersion:
        raise ValueError(f"{release!r} is no release: write it like {package}==2.13.0") from None
    if package == "opencv" and len(parsed.release) > 3:
        return ".".join(map(str, parsed.release[:3]))
    return parsed.public


def release_of(framework: str, environment: Environment) -> Release | None:
    """The release of a framework in an environment, with those of the packages that it works with.

    None if it is not there. Keras on torch is, if torch is named too, or Keras alone.
    """
    own = environment.releases.get(PACKAGES.get(framework, framework))
    packages = FRAMEWORKS[framework].beside
    known = {name: environment.releases[name] for name in packages if name in environment.releases}
    others = environment.releases.keys() - {PACKAGES.get(framework)}
    if own is None or (framework in PACKAGES and others and not known):
        return None
    return Release(own, known)


# ---------------------------------------------------------------------------- reading


def read(text: str) -> Environment:
    """An environment as a user writes it.

    Args:
        text: ``opencv==4.10.0``; several, separated by commas: ``tensorflow==2.16.2,keras==3.3.3``; the
            path of a file of requirements or a lock file; or ``installed``.

    Raises:
        ValueError: a package or a release is unknown, or a file cannot be read.
    """
    if text.strip() == INSTALLED:
        return installed()
    if "==" not in text and _is_file(text):
        return _of_pins(text, pins(Path(text)))
    return _of_pins(text, _pins_of(text))


def _is_file(text: str) -> bool:
    if Path(text).exists():
        return True
    if "/" in text or Path(text).suffix in (".txt", ".lock", ".toml", ".in", ".yml", ".yaml"):
        raise ValueError(f"{text}: no such file")
    return False


def _pins_of(text: str) -> Iterator[Pin]:
    for entry in text.split(","):
        name, equal, release = entry.partition("==")
        if not equal or not release.strip():
            raise ValueError(
                f"{entry.strip()!r} names no release: write {_example(entry)}, a file of requirements, "
                f"or {INSTALLED}"
            )
        word = name.partition("[")[0].strip()
        package = package_of(word) or names.checked(word, packages(), "framework")
        yield Pin(package, release.strip(), entry.strip())


def _example(entry: str) -> str:
    word = names.known(entry.strip().split("=")[0].split(">")[0].split("<")[0].strip(), packages())
    return f"{word or 'opencv'}==RELEASE"


def _of_pins(text: str, pins: Iterator[Pin] | Sequence[Pin]) -> Environment:
    releases: dict[str, str] = {}
    unpinned: dict[str, Pin] = {}
    for pin in pins:
        package = package_of(pin.distribution) or pin.distribution
        if package not in packages():
            continue
        if not pin.release:
            unpinned.setdefault(package, pin)
            continue
        release = plain(package, pin.release)
        if releases.setdefault(package, release) != release:
            raise ValueError(
                f"{text}: {package} is {releases[package]} and {release}; give one release of it"
            )
    for package, pin in unpinned.items():
        if package not in releases:  # a file of constraints may pin it
            raise ValueError(
                f"{pin.where}: {pin.distribution} is not pinned to one release: write "
                f"{pin.distribution}==RELEASE, or name a lock file"
            )
    if not releases:
        known = ", ".join(packages())
        raise ValueError(f"{text}: names no release of a framework that halfpixel knows ({known})")
    return Environment(text, releases)


def installed() -> Environment:
    """What is installed here; nothing is imported.

    Raises:
        ValueError: none of the frameworks is.
    """
    releases: dict[str, str] = {}
    for framework in FRAMEWORKS:
        package = PACKAGES.get(framework, framework)
        release = version(framework)
        if release is not None and package not in releases:
            releases[package] = plain(package, release)
    if not releases:
        raise ValueError(f"{INSTALLED}: no framework is installed in this environment")
    return Environment(INSTALLED, releases)


def pair(texts: Sequence[str]) -> tuple[Environment, Environment]:
    """The old and the new environment of a command line.

    Args:
        texts: two environments; or more, of which each package is named twice, the old release first.

    Raises:
        ValueError: a package is not named twice, or what :func:`read` raises.
    """
    if len(texts) == 2:
        return read(texts[0]), read(texts[1])
    given: dict[str, list[str]] = {}
    for text in texts:
        for package, release in read(text).releases.items():
            given.setdefault(package, []).append(release)
    for package, releases in given.items():
        if len(releases) != 2:
            pins = ", ".join(f"{package}=={release}" for release in releases)
            raise ValueError(
                f"{pins}: give two releases of {package}, the old one and then the new one"
            )
    old, new = ({package: both[i] for package, both in given.items()} for i in (0, 1))
    return _named(old), _named(new)


def _named(releases: Mapping[str, str]) -> Environment:
    return Environment(Environment("", releases).words, releases)
