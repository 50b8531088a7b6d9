"""Ranges of releases (PEP 440 specifiers), and what holds in each."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

T = TypeVar("T")


@functools.lru_cache(maxsize=1 << 10)
def contains(releases: str, release: str) -> bool:
    """Whether a range of releases has one; the empty range has all, and pre-releases count.

    Raises:
        ValueError: the range is no PEP 440 specifier, or the release no version.

    >>> contains(">=4.8, <5", "4.10.0"), contains("", "0.1")
    (True, True)
    """
    from packaging.version import InvalidVersion, Version

    try:
        version = Version(release)
    except InvalidVersion:
        raise ValueError(f"{release!r} is no release: write it like 2.13.0") from None
    return _parsed(releases).contains(version, prereleases=True)


def _parsed(releases: str) -> SpecifierSet:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(releases)
    except InvalidSpecifier:
        raise ValueError(
            f"{releases!r} is no range of releases: write it like '>=4.8, <5' (PEP 440)"
        ) from None


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

    def range_of(self, release: str) -> str | None:
        """The range that has a release; None if none has.

        Raises:
            ValueError: several have, a range is no PEP 440 specifier, or the release no version.
        """
        found = [releases for releases in self if contains(releases, release)]
        if len(found) > 1:
            raise ValueError(
                f"the ranges {' and '.join(map(repr, found))} overlap: both have {release}"
            )
        return found[0] if found else None

    def at(self, release: str) -> T | None:
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
        bounds = {spec.version.removesuffix(".*") for one in self for spec in _parsed(one)}
        for bound, end in itertools.product(sorted(bounds), (".dev0", "", ".post1", ".999")):
            self.range_of(bound + end)
