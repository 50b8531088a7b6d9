"""The page on the API documents every public name, and each has a docstring."""

import re
from pathlib import Path

import halfpixel

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_page_lists_every_public_name_once() -> None:
    listed = re.findall(r"^\.\. auto\w+:: halfpixel\.(\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted({*halfpixel.__all__} - {"__version__"})
    assert all(getattr(halfpixel, name).__doc__ for name in listed)
