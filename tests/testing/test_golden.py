"""The fixture halfpixel_golden: what is stored, what is a difference, and what a stranger's file may be."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import convention_of
from halfpixel.comparison import Incomparable
from halfpixel.testing.golden import BadGolden, Golden, read

pytest_plugins = ["pytester"]

Array = NDArray[Any]


def resized(convention: str, error: float = 0.0) -> Any:
    followed = convention_of(convention)

    def resize(x: Array) -> Array:
        y = followed.apply(np.moveaxis(x.astype(np.float64), 2, 0)[None], (5, 7))
        return np.asarray(np.moveaxis(y[0], 0, 2) + error, np.float32)

    return resize


def golden(folder: Path, **given: Any) -> Golden:
    return Golden(folder / "golden", "test_mine.test_resize", "test_mine.py::test_resize", **given)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    golden(tmp_path)(resized("linear"))
    return tmp_path / "golden" / "test_mine.test_resize.json"


def test_what_is_stored_can_be_read(stored: Path) -> None:
    document = read(stored)
    assert document["follows"] == "resize linear half_pixel"
    (image,) = document["images"]
    assert image["shape"] == [5, 7, 3]
    lines = stored.read_text().splitlines()
    assert sum("[[" in line for line in lines) == 5  # an image row on a line


def test_the_same_function_passes_and_leaves_the_file_alone(stored: Path) -> None:
    before = stored.stat()
    golden(stored.parents[1])(resized("linear"))
    golden(stored.parents[1], update=True)(resized("linear"))
    assert stored.stat().st_mtime_ns == before.st_mtime_ns


def test_another_one_fails_with_both_conventions_and_the_row(stored: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        golden(stored.parents[1])(resized("area"))
    text = str(caught.value)
    assert "it followed resize linear half_pixel\n" in text
    assert "it follows  resize area half_pixel\n" in text
    assert "golden  " in text
    assert "levels of 255 apart" in text


def test_floats_may_be_off_by_rounding_and_no_more(stored: Path) -> None:
    golden(stored.parents[1])(resized("linear", 1e-5))
    with pytest.raises(AssertionError, match="rounding explains up to"):
        golden(stored.parents[1])(resized("linear", 0.01))
    golden(stored.parents[1])(resized("linear", 0.01), levels=0.02)


def test_integers_must_be_equal(tmp_path: Path) -> None:
    def rounds(x: Array, more: int = 0) -> Array:
        return np.asarray((resized("linear")(x).round() + more).astype(np.uint8))

    golden(tmp_path)(rounds)
    golden(tmp_path)(rounds)
    with pytest.raises(AssertionError, match="up to 1 level of 255 apart"):
        golden(tmp_path)(lambda x: rounds(x, 1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda y: y.astype(np.float64), "it returned HWC float32, it returns HWC float64"),
        (lambda y: y[:4], r"it returned shape \[5, 7, 3\], it returns \[4, 7, 3\]"),
        (lambda y: y.transpose(2, 0, 1), "it returned HWC float32, it returns CHW float32"),
    ],
)
def test_dtype_shape_and_layout_are_part_of_it(stored: Path, change: Any, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        golden(stored.parents[1])(lambda x: change(resized("linear")(x)))


def test_the_images_are_part_of_it(stored: Path) -> None:
    with pytest.raises(AssertionError, match="was stored for photograph 24×32 uint8; the test"):
        golden(stored.parents[1])(resized("linear"), sizes=[(20, 20)])


def test_values_that_are_not_finite_are_stored(tmp_path: Path) -> None:
    def odd(x: Array) -> Array:
        y = np.asarray(resized("linear")(x))
        y[0, 0, 0], y[0, 1, 0] = np.nan, -np.inf
        return y

    golden(tmp_path)(odd)
    golden(tmp_path)(odd)


def test_a_missing_file_fails_in_ci_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="is missing: run the test where CI is not set"):
        golden(tmp_path, frozen=True)(resized("linear"))
    assert not (tmp_path / "golden").exists()


def test_a_random_function_has_no_golden(tmp_path: Path) -> None:
    rng = np.random.default_rng()
    with pytest.raises(Incomparable, match="two runs on one image differ"):
        golden(tmp_path)(lambda x: rng.random((4, 4, 3)))


def test_two_goldens_of_one_test_have_names(tmp_path: Path) -> None:
    one = golden(tmp_path)
    one(resized("linear"))
    with pytest.raises(Incomparable, match="give each a name"):
        one(resized("area"))
    one(resized("area"), name="area")
    assert len([*(tmp_path / "golden").iterdir()]) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d | {"more": 1}, "a golden has the keys"),
        (lambda d: d | {"schema": 2}, "its schema is 2"),
        (lambda d: d | {"images": 3}, "images is a list"),
        (lambda d: d | {"images": [{}]}, "an image has the keys"),
        (lambda d: d | {"images": [d["images"][0] | {"shape": [5, 7, 4]}]}, "values has shape"),
        (lambda d: d | {"images": [d["images"][0] | {"shape": [10**9]}]}, "shape is a list"),
        (lambda d: d | {"images": [d["images"][0] | {"values": [[1], [2, 3]]}]}, "is no array"),
        (lambda d: d | {"returns": "HWC nonsense"}, "is no array of nonsense"),
    ],
)
def test_a_file_that_is_no_golden_is_told(stored: Path, change: Any, words: str) -> None:
    stored.write_text(json.dumps(change(json.loads(stored.read_text()))))
    with pytest.raises(BadGolden, match=rf"test_mine\.test_resize\.json: .*{words}"):
        golden(stored.parents[1])(resized("linear"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no JSON: "),
        ("[" * 100_000, "is nested too deeply"),
        ('{"schema": 1, "schema": 1}', "has the key 'schema' twice"),
        ("\xff", "is not UTF-8"),
        ("nul", "is no JSON: "),
    ],
)
def test_a_file_that_is_no_json_is_told(stored: Path, text: str, words: str) -> None:
    stored.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadGolden, match=f"it {words}"):
        golden(stored.parents[1])(resized("linear"))


# ---------------------------------------------------------------------------- in a user's run

THEIRS = """
import numpy as np

STEP = 2

def half(x):
    return x[::STEP, ::STEP]

def test_half(halfpixel_golden):
    halfpixel_golden(half)
"""


def test_a_run_stores_compares_and_reports_what_is_stale(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    path = pytester.makepyfile(test_theirs=THEIRS)
    file = pytester.path / "golden" / "test_theirs.test_half.json"
    first = pytester.runpytest_inprocess()
    first.assert_outcomes(passed=1)
    first.stdout.fnmatch_lines(
        ["stored golden/test_theirs.test_half.json: look at it, and commit*"]
    )
    (file.parent / "test_theirs.test_gone.json").write_text("{}")
    again = pytester.runpytest_inprocess()
    again.assert_outcomes(passed=1)
    again.stdout.fnmatch_lines(["stale golden/test_theirs.test_gone.json: *"])
    again.stdout.no_fnmatch_line("stored *")
    chosen = pytester.runpytest_inprocess("test_theirs.py::test_half")
    chosen.stdout.no_fnmatch_line("stale golden*")
    path.write_text(THEIRS.replace("STEP = 2", "STEP = 3"))
    changed = pytester.runpytest_inprocess()
    changed.assert_outcomes(failed=1)
    changed.stdout.fnmatch_lines(
        ["*if it is meant, run with --halfpixel-update and commit the file"]
    )
    pytester.runpytest_inprocess("--halfpixel-update").assert_outcomes(passed=1)
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
    file.unlink()
    monkeypatch.setenv("CI", "1")
    pytester.runpytest_inprocess().assert_outcomes(failed=1)
    assert not file.exists()
