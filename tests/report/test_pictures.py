"""Pictures of the documents can be read on dark pages and on phones."""

import re
from pathlib import Path

import pytest

from halfpixel.report.drawing import DARK

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PLOTS = sorted(PICTURES.glob("*.svg"))
DRAWINGS = sorted(PICTURES.glob("rules/*.svg"))
PHONE = 460  # pixels, of which a phone shows 360: text of 12 pixels can still be read


def width(picture: Path) -> float:
    """In CSS pixels."""
    found = re.search(r'<svg [^>]*?width="([\d.]+)(pt)?"', picture.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return float(found[1]) * (4 / 3 if found[2] else 1)


@pytest.mark.parametrize("picture", PLOTS, ids=lambda picture: picture.stem)
def test_every_colour_of_a_plot_has_one_for_dark_pages(picture: Path) -> None:
    text = picture.read_text("utf-8")
    used = {*re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", text)}
    cells = {*re.findall(r"(fill: #[0-9a-f]{6}); stroke: #ffffff", text)}  # and the digits in them
    assert used - cells - {"fill: #fefefe", "fill: #010101"} <= {*DARK}
    style = text.partition("prefers-color-scheme:dark){")[2].partition("</style>")[0]
    assert {*re.findall(r'style\*="([^"]+)"', style)} == used & {*DARK}


def test_drawings_of_the_rule_book_have_colours_for_dark_pages() -> None:
    assert len(DRAWINGS) > 70
    for drawing in DRAWINGS:
        text = drawing.read_text("utf-8")
        light, _, dark = text.partition("</style>")[0].partition(
            "@media(prefers-color-scheme:dark)"
        )
        coloured = re.findall(r"\.(\w)\{[^}]*#", light)
        assert {*re.findall(r"\.(\w)(?:,\.\w)*\{[^}]*#", dark)} | {"r"} == {*coloured}
        assert "#" not in text.partition("</style>")[2]


def test_pictures_are_no_wider_than_a_phone_can_show() -> None:
    narrow = [plot for plot in PLOTS if plot.stem != "timeline"]  # which scrolls in its page
    assert len(narrow) == 7
    assert max(map(width, [*narrow, *DRAWINGS])) <= PHONE
