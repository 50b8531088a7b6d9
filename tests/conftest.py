"""What a test acts does not reach the next one, and what a command prints does not depend on the terminal."""

from collections.abc import Iterator

import packaging.specifiers  # noqa: F401  else a run in this process takes a second copy, unlike this one
import pytest

from halfpixel.catalogue import selection
from halfpixel.frameworks import FRAMEWORKS

_NAMES = list(FRAMEWORKS)


@pytest.fixture(autouse=True)
def _every_framework_stays() -> Iterator[None]:
    """A test that takes one out of the table puts it back in its place: the order is that of pages."""
    yield
    assert [*FRAMEWORKS][: len(_NAMES)] == _NAMES, "the test left FRAMEWORKS in another order"


@pytest.fixture(autouse=True)
def _acted_frameworks_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was read of a framework that a test acted is not what the next test finds."""
    before = list(FRAMEWORKS.values())
    yield
    now = list(FRAMEWORKS.values())
    if len(now) != len(before) or any(a is not b for a, b in zip(now, before, strict=True)):
        monkeypatch.undo()
        selection.forget()


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of these, pytest-xdist sets the first two in its workers."""
    for variable in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
