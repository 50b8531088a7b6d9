"""Which recorded release one that was never recorded is held to."""

import pytest

from halfpixel.records.record import nearest, releases


@pytest.mark.parametrize(
    ("release", "held"),
    [
        ("4.99.0", releases("opencv")[-2]),
        ("3.4.20", "3.4.18"),
        ("3.4.1", "3.4.3"),
        ("99.0", "5.0.0"),
    ],
)
def test_it_is_the_one_before_or_the_oldest(release: str, held: str) -> None:
    assert nearest("opencv", release) == held


@pytest.mark.parametrize("release", ["4.10.0", "4.10.0.84", "5.0.0.93", "newest"])
def test_what_is_recorded_is_held_to_itself(release: str) -> None:
    assert nearest("opencv", release) is None


def test_nothing_is_said_of_a_framework_without_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("halfpixel.records.record.releases", lambda framework: [])
    assert nearest("opencv", "4.99.0") is None
