"""What tests of acted catalogues read of them is forgotten after each."""

from collections.abc import Iterator

import pytest

from halfpixel.catalogue import selection


@pytest.fixture(autouse=True)
def _forget_acted_catalogues(request: pytest.FixtureRequest) -> Iterator[None]:
    """The answers that are kept are those of the catalogue as it was."""
    yield
    if "monkeypatch" in request.fixturenames:
        selection.forget()
