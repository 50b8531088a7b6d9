"""What may lie where a golden should: each is one clear line, and the others are checked all the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from halfpixel.conformance import goldens, trials
from halfpixel.conformance.cases import Case
from halfpixel.conformance.goldens import GoldenError


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Three goldens, written to a folder of their own."""
    found = [case for case, _ in zip(trials.golden_cases(), range(3), strict=False)]
    monkeypatch.setattr(goldens, "root", lambda: tmp_path)
    goldens.write(found)
    return found


def _folder(path: Path) -> None:
    path.mkdir()


def _itself(path: Path) -> None:
    path.symlink_to(path)


def _nested(path: Path) -> None:
    path.write_text("[" * 100_000)


def _twice(path: Path) -> None:
    path.write_text('{"case": 1, "case": 2}')


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (_folder, "Is a directory"),
        (_itself, "Too many levels of symbolic links"),
        (_nested, "nested too deeply"),
        (_twice, "the key 'case' is there twice"),
    ],
)
def test_it_is_one_line_and_hides_no_other(
    put: Callable[[Path], None], said: str, three: list[Case]
) -> None:
    assert list(goldens.problems(three)) == []
    path, other = goldens.path_of(three[0]), goldens.path_of(three[1])
    path.unlink()
    put(path)
    other.write_text(other.read_text().replace('"size"', '"siez"', 1))
    first, second = goldens.problems(three)
    assert said in first
    assert "\n" not in first + second
    assert second.startswith(goldens.shown(other))
    with pytest.raises(GoldenError, match=said):
        goldens.read(path)
