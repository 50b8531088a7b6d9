"""Ranges of releases, and what holds in each.

A range is a PEP 440 specifier. It is about the framework, or about the package that it begins with: of
TensorFlow's calls ``>=2.9`` is about it, ``keras >=3.6`` about Keras, ``keras >=3; >=2.18`` about both. Where
a framework has two branches, a range has two parts: ``>=3.4.12, <4 or >=4.5``.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

T = TypeVar("T")

# a package that is a part of the framework and has its release: in which releases of the framework, and of
# its own where that is known: tf.keras, whose __version__ is another number, until Keras 3
_BUNDLED = {"keras": ("<2.16", "<3")}
_OR = " or "
LATEST = "9999"
"""What stands for the latest release, and for that of a package whose release is not given."""
_CLAUSE = re.compile(
    r"\s*(keras\b|torch\b|pillow\b|)\s*(.*)"
)  # a package that a framework works with, or itself


@dataclass(frozen=True)
class Release:
    """A release of a framework, with those of the packages that it works with.

    Attributes:
        own: the framework's.
        packages: releases of other packages by name, such as Keras's beside TensorFlow's. One that is not
            there is the latest, or the framework's where it is a part of it.

    >>> tensorflow = Release("2.18.1", {"keras": "3.8.0"})
    >>> contains(">=2.18", tensorflow), contains("keras <3.15", tensorflow)
    (True, True)
    """

    own: str
    packages: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        packages = ", ".join(f"{name} {release}" for name, release in self.packages.items())
        return f"{self.own} ({packages})" if packages else self.own

    def of(self, package: str) -> str:
        """The release of a package; the framework's where the name is empty."""
        if not package:
            return self.own
        version = self.packages.get(package)
        framework, own = _BUNDLED.get(package, ("<0", "<0"))
        if contains(framework, self.own) and (version is None or contains(own, version)):
            return self.own
        return version or LATEST


@functools.lru_cache(maxsize=1 << 14)
def contains(releases: str, release: str | Release) -> bool:
    """Whether a range of releases has one; the empty range has all, and pre-releases count.

    Raises:
        ValueError: the range is no PEP 440 specifier, or the release no version.

    >>> contains(">=4.8, <5", "4.10.0"), contains("", "0.1"), contains("keras >=3", "2.15.1")
    (True, True, False)
    """
    given = Release(release) if isinstance(release, str) else release
    return any(
        all(_contains(one, given.of(package)) for package, one in _clauses(part))
        for part in releases.split(_OR)
    )


def packages_of(releases: str) -> set[str]:
    """The packages that a range is about; the framework's name is empty."""
    return {package for part in releases.split(_OR) for package, _ in _clauses(part)}


@functools.lru_cache(maxsize=1 << 10)
def _clauses(releases: str) -> tuple[tuple[str, SpecifierSet], ...]:
    """The packages that a range is about, empty for the framework, and the specifier of each."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    split = (_CLAUSE.fullmatch(one) for one in releases.split(";"))
    try:
        return tuple((one[1], SpecifierSet(one[2])) for one in split if one)
    except InvalidSpecifier:
        raise ValueError(
            f"{releases!r} is no range of releases: write it like '>=4.8, <5' (PEP 440)"
        ) from None


@functools.lru_cache(maxsize=1 << 10)
def _contains(releases: SpecifierSet, release: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        version = Version(release)
    except InvalidVersion:
        raise ValueError(f"{release!r} is no release: write it like 2.13.0") from None
    return releases.contains(version, prereleases=True)


def by_package(ranges: Mapping[str, T]) -> Iterator[Ranged[T]]:
    """Ranges in groups that are about the same packages: those of two groups may overlap."""
    groups: dict[tuple[str, ...], dict[str, T]] = {}
    for releases, value in ranges.items():
        about = tuple(sorted(packages_of(releases)))
        groups.setdefault(about, {})[releases] = value
    return map(Ranged, groups.values())


_NEAR = (".dev0", "", ".post1", ".999")  # releases right before, at and after a bound


def around(ranges: Iterable[str]) -> Iterator[Release]:
    """Releases right before, at and after every bound of some ranges, of all packages that they are about:
    one in each range, and one in each set of ranges that have a release in common; and the latest.

    Raises:
        ValueError: a range is no PEP 440 specifier.
    """
    bounds: dict[str, set[str]] = {}
    parts = (part for releases in ranges for part in releases.split(_OR))
    for package, specifier in itertools.chain.from_iterable(map(_clauses, parts)):
        bounds_of = bounds.setdefault(package, {"0", LATEST})
        bounds_of.update(spec.version.removesuffix(".*") for spec in specifier)
    near = [
        [(package, bound + end) for bound in sorted(bounds_of) for end in _NEAR]
        for package, bounds_of in bounds.items()
    ]
    for releases in map(dict, itertools.product(*near)):
        yield Release(releases.pop("", LATEST), releases)


@dataclass(frozen=True)
class Ranged(Mapping[str, T], Generic[T]):
    """What holds in which releases: ranges in the order of time, the latest last, and a value for each.

    Attributes:
        values_by_range: the ranges, PEP 440 specifiers that no release has in common, and their values.

    >>> nearest = Ranged({"<5": "floor", ">=5": "round"})
    >>> nearest.at("4.14.0"), nearest.at("5.0.0"), nearest.latest
    ('floor', 'round', 'round')
    """

    values_by_range: Mapping[str, T]

    def __getitem__(self, releases: str) -> T:
        return self.values_by_range[releases]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_range)

    def __len__(self) -> int:
        return len(self.values_by_range)

    def range_of(self, release: str | Release) -> str | None:
        """The range that has a release; None if none has.

        Raises:
            ValueError: several have, a range is no PEP 440 specifier, or the release no version.
        """
        having = [releases for releases in self if contains(releases, release)]
        if len(having) > 1:
            raise ValueError(
                f"the ranges {' and '.join(map(repr, having))} overlap: both have {release}"
            )
        return having[0] if having else None

    def at(self, release: str | Release) -> T | None:
        """What holds in a release; None if no range has it. Errors are those of :meth:`range_of`."""
        releases = self.range_of(release)
        return None if releases is None else self[releases]

    @property
    def latest(self) -> T:
        """What holds in the latest releases.

        Raises:
            StopIteration: there are no ranges.
        """
        return next(reversed(self.values_by_range.values()))  # type: ignore[call-overload, no-any-return]

    def check(self) -> None:
        """Check that every range can be parsed, and that no two have a release in common.

        Raises:
            ValueError: they have, or one cannot; the message says which.
        """
        for release in around(self):
            self.range_of(release)
