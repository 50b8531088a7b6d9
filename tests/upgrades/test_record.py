"""What upgrades say of pairs of releases, held to the record of what both did: the sweep draws the pairs."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest

from halfpixel.frameworks import FRAMEWORKS, Release
from halfpixel.frameworks.releases import contains
from halfpixel.records import releases
from halfpixel.records.record import frameworks, read
from halfpixel.upgrades import Change, answer
from halfpixel.upgrades.environment import PACKAGES, Environment
from halfpixel.upgrades.evidence import ONLY_SEEN
from halfpixel.upgrades.seen import release_of
from tests.records.test_agreement import UNDESCRIBED

PAIRS = 12  # of each framework, in the sweep


def environment(framework: str, release: Release) -> Environment:
    """A recorded release with the packages that it was recorded with."""
    package = PACKAGES.get(framework, framework)
    beside = {name: its for name, its in release.packages.items() if name != framework}
    return Environment(str(release), {**beside, package: release.own})


def disagreements(framework: str, old: str, new: str, part: str = "") -> list[Change]:
    """The changes of results of which the record shows something else than is declared."""
    before, after = (release_of(read(framework, name)) for name in (old, new))
    calls = [call for call in FRAMEWORKS[framework].calls if part in call.name]
    found = answer.between(environment(framework, before), environment(framework, after), calls)
    (one,) = (one for one in found.frameworks if one.framework == framework)
    assert one.unrecorded == ()
    both = before, after
    found_only = [change for change in one.disagreements if change.seen == ONLY_SEEN]
    return [c for c in found_only if not (unpredicted(c, both) or undescribed(c, both))]


def undescribed(change: Change, both: Sequence[Release]) -> bool:
    """Whether the catalogue does not describe the call in one of the releases."""
    return any(
        framework == change.call.framework
        and re.match(calls, change.call.name)
        and any(contains(releases, one) for one in both)
        for framework, calls, releases, _ in UNDESCRIBED
    )


def unpredicted(change: Change, both: Sequence[Release]) -> bool:
    """Whether nothing is known of how one of the releases computes these dtypes."""
    states = filter(None, map(change.call.at, both))
    unknown = {dtype for state in states for dtype in state.unpredicted}
    return bool(change.dtypes) and {*change.dtypes} <= unknown


def described(framework: str) -> list[str]:
    """The recorded releases of which the catalogue describes every call."""
    ranges = [releases for of, calls, releases, _ in UNDESCRIBED if (of, calls) == (framework, "")]
    every = ((name, release_of(read(framework, name))) for name in releases(framework))
    return [name for name, one in every if not any(contains(each, one) for each in ranges)]


def told(changes: list[Change]) -> list[str]:
    return [f"{c.kind} {c.call.id} {c.dtypes}: {c.old} -> {c.new}" for c in changes]


@pytest.mark.parametrize(
    ("framework", "old", "new", "part"),
    [
        ("opencv", "4.7.0", "4.8.1", "NEAREST"),
        # a defect goes in all dtypes, and the passes of uint8 change their order
        ("pillow", "6.1.0", "13.0.0", "BOX"),
        ("pillow", "9.5.0", "12.3.0", "BICUBIC"),
    ],
)
def test_what_the_record_shows_of_two_releases_is_declared(
    framework: str, old: str, new: str, part: str
) -> None:
    assert told(disagreements(framework, old, new, part)) == []


@pytest.mark.sweep
@pytest.mark.parametrize("pair", range(PAIRS))
@pytest.mark.parametrize("framework", frameworks())
def test_what_the_record_shows_of_a_pair_is_declared(framework: str, pair: int) -> None:
    drawn = random.Random(f"{framework} {pair}").sample(described(framework), 2)
    assert told(disagreements(framework, *drawn)) == []


def test_a_change_that_is_not_declared_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "compare", lambda old, new: [])
    found = disagreements("opencv", "4.7.0", "4.8.1", "NEAREST")
    assert any(change.call.name == "resize-INTER_NEAREST_EXACT" for change in found)
