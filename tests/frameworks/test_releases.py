"""Ranges of releases: what a call declares for some releases, and the call as it is in one."""

from dataclasses import replace
from typing import Any

import pytest

from halfpixel.conformance import trials
from halfpixel.frameworks import (
    FRAMEWORKS,
    Call,
    Crash,
    Defect,
    Refusal,
    Release,
    opencv_releases,
)
from halfpixel.frameworks.releases import Ranged, contains, packages_of
from halfpixel.operators import Resize
from halfpixel.operators.request import Request

FLOOR = Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
LINEAR = Resize(mode="linear")


def call_named(name: str) -> Call:
    return next(call for call in trials.calls() if call.id == name)


# every field that a range of releases can change, in a call of a framework of two releases
OLD, NEW = "4.10.0", "5.1.0"
REFUSED = Refusal("no kernel", "it came later", releases="<5")
BROKEN = Defect("off by one", "<5", lambda request: True, lambda case: case)
CALL = replace(
    call_named("opencv-resize-INTER_LINEAR"),
    follows={"<5": FLOOR, ">=5": LINEAR},
    since={"uint16": ">=5"},
    refusals=(REFUSED,),
    defects=(BROKEN,),
    changes={"<5": {"returns": {"float32": "float64"}, "roundings": {}}},
)


def test_every_range_of_the_catalogue_is_one_and_none_overlap() -> None:
    for call in trials.calls():
        call.check_releases()


def test_a_call_in_a_release_is_what_that_release_does() -> None:
    old, new = CALL.at(OLD), CALL.at(NEW)
    assert old is not None
    assert new is not None
    assert (old.latest, new.latest) == (FLOOR, LINEAR)
    assert (old.ranges, new.ranges) == (("<5",), (">=5",))
    assert "uint16" in new.arithmetic
    assert "uint16" not in old.arithmetic
    assert (old.refusals, new.refusals) == ((replace(REFUSED, releases=""),), ())
    assert (old.defects, new.defects) == ((BROKEN,), ())
    assert (old.returns, new.returns) == ({"float32": "float64"}, CALL.returns)
    assert (old.roundings, new.roundings) == ({}, CALL.roundings)
    assert old.at(OLD) == old
    assert CALL.convention(OLD) == FLOOR


def test_a_dtype_is_refused_in_the_releases_that_refuse_it() -> None:
    call = replace(CALL, refusals=(replace(REFUSED, dtypes=("uint16",)),))
    old, new = call.at(OLD), call.at(NEW)
    assert old is not None
    assert new is not None
    assert (old.refuses("uint16"), new.refuses("uint16")) == (True, False)
    assert not call.refuses("uint16"), "the latest releases do not"


def test_a_call_that_a_release_does_not_have_is_none() -> None:
    assert replace(CALL, follows={">=5": LINEAR}).at(OLD) is None
    assert replace(CALL, follows={}, releases=">=5").at(OLD) is None
    assert replace(CALL, follows={}, releases=">=5").at(NEW) is not None
    assert replace(CALL, follows={}).at(OLD) is not None  # it is refused in all releases


def test_a_call_that_declares_one_range_is_the_same_in_all_its_releases() -> None:
    call = call_named("torch-interpolate-nearest")
    latest = call.at("2.13.0")
    assert latest == replace(
        call, since={}, changes={}, refusals=tuple(one for one in call.refusals if not one.releases)
    )
    assert latest is call.at("2.13.0")  # found once


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"<5": 1, ">=4.8": 2}, "'<5' and '>=4.8' overlap: both have 4.8"),
        ({"<=5": 1, ">=5": 2}, "overlap: both have 5"),
        ({"": 1, ">=5": 2}, "'' and '>=5' overlap"),
        ({"==4.8.*": 1, ">4.8, <5": 2}, "overlap: both have 4.8"),
        ({"<4": 1, "<5": 2}, "overlap: both have 0"),
        ({"since 5": 1}, "'since 5' is no range of releases: write it like '>=4.8, <5'"),
    ],
)
def test_a_wrong_range_is_told(ranges: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Ranged(ranges).check()
    with pytest.raises(ValueError, match=words):
        replace(CALL, follows={}, changes=ranges).check_releases()


def test_a_wrong_range_of_a_call_is_told() -> None:
    for wrong in (
        replace(CALL, follows={"later": FLOOR}),
        replace(CALL, since={"uint16": "later"}),
        replace(CALL, releases="later"),
        replace(CALL, refusals=(replace(REFUSED, releases="later"),)),
        replace(CALL, defects=(replace(BROKEN, releases="later"),)),
    ):
        with pytest.raises(ValueError, match="'later' is no range of releases"):
            wrong.check_releases()


def test_ranges_are_a_mapping_whose_last_value_is_the_latest() -> None:
    ranged = Ranged({"<5": "floor", ">=5": "round"})
    ranged.check()
    assert list(ranged.items()) == [("<5", "floor"), (">=5", "round")]
    assert (ranged.latest, ranged.at("4.0"), ranged.range_of("5.0.1")) == ("round", "floor", ">=5")
    assert Ranged({">=5": "round"}).at("4.0") is None


def test_a_release_is_a_version() -> None:
    assert contains(">=2.6", "2.6.0rc1") is False
    assert contains(">=2.6", "2.7.0.dev1+cpu")
    with pytest.raises(ValueError, match="'newest' is no release: write it like"):
        contains(">=2.6", "newest")


# ---------------------------------------------------------------------------- packages beside a framework


@pytest.mark.parametrize(
    ("releases", "release", "there"),
    [
        (">=2.18", Release("2.18.1", {"keras": "3.8.0"}), True),
        ("keras >=3.8", Release("2.18.1", {"keras": "3.8.0"}), True),
        ("keras <3.8", Release("2.18.1", {"keras": "3.8.0"}), False),
        ("keras >=3.8; >=2.20", Release("2.18.1", {"keras": "3.8.0"}), False),
        ("keras >=3.8; >=2.18", Release("2.18.1", {"keras": "3.8.0"}), True),
        ("keras >=3.15", "2.16.2", True),  # pip takes the latest
        # tf.keras is a part of TensorFlow, whatever it says of itself
        ("keras >=3", "2.15.1", False),
        ("keras >=2.15", "2.15.1", True),
        ("keras >=2.3", Release("2.2.0", {"keras": "2.3.0"}), False),
        ("keras >=3", Release("2.15.1", {"keras": "3.0.5"}), True),  # Keras 3 beside it
        ("torch <2.3", Release("3.9.2", {"torch": "2.2.2"}), True),
    ],
)
def test_a_range_may_be_about_a_package(releases: str, release: Any, there: bool) -> None:
    assert contains(releases, release) is there


def test_a_call_is_changed_by_its_framework_and_by_a_package_beside_it() -> None:
    call = replace(
        CALL,
        follows={"keras <3.6": FLOOR, "keras >=3.6": LINEAR},
        changes={"<2.18": {"roundings": {}}, "keras <3.9": {"returns": {"float32": "float64"}}},
        crashes=(Crash("it aborts", "keras <3.7; <2.18", lambda request: True, ("float32",)),),
    )
    call.check_releases()
    old = call.at(Release("2.16.2", {"keras": "3.3.3"}))
    new = call.at(Release("2.16.2", {"keras": "3.8.0"}))
    latest = call.at(Release("2.18.1", {"keras": "3.15.0"}))
    assert old is not None
    assert new is not None
    assert latest is not None
    assert [now.latest for now in (old, new, latest)] == [FLOOR, LINEAR, LINEAR]
    assert [now.roundings for now in (old, new, latest)] == [{}, {}, CALL.roundings]
    assert [list(now.returns.values())[:1] for now in (old, new)] == [["float64"]] * 2
    assert latest.returns == CALL.returns
    request = Request(LINEAR, (1, 1, 2, 2), (3, 3))
    assert old.crash(request, "float32") is not None
    assert old.crash(request, "uint8") is None
    assert new.crash(request, "float32") is None


def test_a_range_has_a_part_for_each_of_two_branches() -> None:
    since, before = opencv_releases.since("3.4.12", "4.5"), opencv_releases.before("3.4.12", "4.5")
    for release, has in (
        ("3.4.11", False),
        ("3.4.12", True),
        ("3.4.18.65", True),
        ("4.0.0", False),
    ):
        assert (contains(since, release), contains(before, release)) == (has, not has)
    assert contains(since, "4.5.0")
    assert contains(since, "5.0")
    assert not contains(before, "4.5.0")
    Ranged({before: 1, since: 2}).check()
    with pytest.raises(ValueError, match="overlap"):
        Ranged({before: 1, ">=3.4.12": 2}).check()


def test_ranges_of_two_packages_that_overlap_are_told() -> None:
    with pytest.raises(ValueError, match=r"'keras <3\.6' and '>=2\.18' overlap"):
        Ranged({"keras <3.6": 1, ">=2.18": 2}).check()
    with pytest.raises(ValueError, match=r"overlap: both have \S+ \(keras 3"):
        replace(CALL, changes={"keras <3.6": {}, "keras >=3.5": {}}).check_releases()
    with pytest.raises(ValueError, match="'numpy >=2' is no range of releases"):
        contains("numpy >=2", "2.18.1")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_refusals_say_is_a_pattern(framework: str) -> None:
    entry = FRAMEWORKS[framework]
    for one in (entry.gradient, *entry.modes, *entry.calls):
        for refusal in one.refusals if one is not None else ():
            assert not refusal.matches("nothing of the kind")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_ranges_are_about_packages_that_the_framework_says(framework: str) -> None:
    said = {""} | {*FRAMEWORKS[framework].beside}
    for call in FRAMEWORKS[framework].calls:
        for releases in call.every_range:
            assert packages_of(releases) <= said, (call.id, releases)


def test_a_defect_that_is_mended_is_none_of_the_latest_releases() -> None:
    call = call_named("torch-interpolate-bilinear")
    before = call.at("1.0")
    assert before is not None
    (mended,) = before.defects
    assert mended in call.defects
    assert mended not in call.defects_now
    latest = call.at("9999")
    assert latest is not None
    assert call.defects_now == latest.defects


@pytest.mark.parametrize(
    ("releases", "follows", "changed", "want"),
    [
        ("", {"<5": FLOOR, ">=5": LINEAR}, "<5", [(LINEAR, True), (FLOOR, False)]),
        ("", {"<4": FLOOR, ">=4": LINEAR}, "<5", [(LINEAR, True), (FLOOR, False), (LINEAR, False)]),
        (">=4.5", {"": LINEAR}, "<5", [(LINEAR, True), (LINEAR, False)]),
        (">=5", {"": LINEAR}, "<5", [(LINEAR, True)]),
        ("", {"keras <3": FLOOR, "keras >=3": LINEAR}, "<2.18",
         [(LINEAR, True), (FLOOR, False), (LINEAR, False), (FLOOR, True)]),
    ],
)  # fmt: skip
def test_a_convention_goes_with_the_integer_arithmetics_of_its_releases_alone(
    releases: str, follows: Any, changed: str, want: list[tuple[Resize, bool]]
) -> None:
    call = replace(CALL, releases=releases, follows=follows, changes={changed: {"roundings": {}}})
    found = [(now.latest, bool(now.roundings)) for now in call.rounding_alike]
    assert found[0] == want[0]
    assert len(found) == len(want)
    assert set(found) == set(want)
