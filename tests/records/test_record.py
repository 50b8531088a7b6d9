"""golden/releases/: files that read back as what was written, and in which an edit is found."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from halfpixel.frameworks.call import BFLOAT16, dtype_name
from halfpixel.records import Crash, Record, RecordError, Refusal, read, record, releases


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(record, "root", lambda: tmp_path / "releases")
    caches = (record.releases, record.read, record._behaviour, record._call, record._outcome)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:  # what was read here is no other test's
        cached.cache_clear()


def made(release: str, value: float = 0.1) -> Record:
    floats = np.array([[[[value, 2], [1e-9, -0.0]]]], np.float32)
    special = np.array([[[[np.nan, np.inf, -np.inf]]]])
    outcomes: dict[record.Key, record.Outcome] = {
        ("call", "float32", "a"): floats,
        ("call", "float64", "a"): special,
        ("call", "bfloat16", "a"): floats.astype(BFLOAT16),
        ("call", "uint8", "a"): np.array([[[[0, 255]]]], np.uint8),
        ("call", "uint16", "a"): Refusal("error", "no kernel for “uint16”"),
        ("other", "float32", "a"): Crash("SIGABRT"),
    }
    packages = {"opencv": release}
    where = {
        "python": "3.7.16",
        "numpy": "1.21.6",
        "processor": "x86_64",
        "kernels": {"ipp": "none"},
    }
    return Record("opencv", release, packages, where, outcomes, {"third": "no such flag"})


def test_a_record_reads_back() -> None:
    given = made("4.10.0")
    record.write(given)
    back = read("opencv", "4.10.0")
    assert (back.packages, back.provenance, back.absent) == (
        given.packages,
        given.provenance,
        given.absent,
    )
    assert set(back.outcomes) == set(given.outcomes)
    for key, want in given.outcomes.items():
        got = back.outcomes[key]
        if isinstance(want, np.ndarray):
            assert isinstance(got, np.ndarray)
            assert dtype_name(got) == dtype_name(want)
            assert got.tobytes() == want.tobytes()  # −0 and NaN too
        else:
            assert got == want
    assert list(record.problems()) == []


def test_releases_are_in_the_order_of_time_and_what_is_equal_stands_once(tmp_path: Path) -> None:
    for release in ("4.10.0", "4.9.0", "5.0.0"):
        record.write(made(release, 0.5 if release == "5.0.0" else 0.1))
    assert releases("opencv") == ["4.9.0", "4.10.0", "5.0.0"]
    document = json.loads((tmp_path / "releases/opencv/calls/call.json").read_text())
    assert len(document["behaviours"]) == 2
    assert len(document["outcomes"]) == 5 + 2  # the float32 and bfloat16 arrays of 5.0.0
    alike = record.behaviours("opencv", "4.9.0"), record.behaviours("opencv", "4.10.0")
    assert alike[0] == alike[1] != record.behaviours("opencv", "5.0.0")
    assert record.write(made("4.9.0")) == []  # the same bytes


def test_a_release_that_is_not_recorded_is_told() -> None:
    record.write(made("4.10.0"))
    with pytest.raises(
        RecordError, match=r"opencv 4\.9\.0 is not recorded; recorded are: 4\.10\.0"
    ):
        read("opencv", "4.9.0")
    since = {"4.10.0": "recorded since", "4.10": "recorded since", "4.1": "no wheel"}
    record.write_unrecorded("opencv", {"4.9.0": "no wheel", **since})
    assert record.unrecorded("opencv") == {"4.9.0": "no wheel", "4.1": "no wheel"}
    assert list(record.problems()) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("calls/call.json", "255", "254", "outcome .* was edited"),
        ("calls/call.json", "255", " 255", "badly formatted"),
        ("calls/call.json", '"float32": {', '"float64": {', "."),
        ("4.10.0.json", '  "release"', ' "release"', "badly formatted"),
        ("calls/extra.json", None, "{}", "extra: no release names it"),
        ("calls/other.json", None, None, "missing"),
    ],
)
def test_what_was_edited_is_found(
    tmp_path: Path, name: str, old: str | None, new: str | None, problem: str
) -> None:
    record.write(made("4.10.0"))
    path = tmp_path / "releases/opencv" / name
    if new is None:
        path.unlink()
    else:
        path.write_text(path.read_text().replace(old, new, 1) if old else new)
    assert any(re.search(problem, line) for line in record.problems())


def test_what_no_release_names_any_more_is_told_and_pruned() -> None:
    record.write(made("4.10.0"))
    record.write(made("4.10.0", 0.5))  # recorded anew
    assert [line for line in record.problems() if "is not used" in line]
    record.pruned("opencv")
    assert list(record.problems()) == []
