"""The timeline, as data for a page and as a picture; the table of what changed in which release."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from halfpixel.frameworks import FRAMEWORKS
from halfpixel.frameworks.sources import SOURCES
from halfpixel.operators import Resize
from halfpixel.report import timeline, upgrade_table

DOCS = Path(__file__).parents[2] / "docs"
LINEAR = next(c for c in FRAMEWORKS["opencv"].calls if c.name == "resize-INTER_LINEAR")
CALL = replace(
    LINEAR,
    follows={
        ">=4.1, <4.8": Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
        ">=4.8": Resize(mode="linear"),
    },
    changes={},
    since={"uint16": ">=5"},
    releases="",
    crashes=(),
    defects=(),
    refusals=(),
)
RELEASES = ("4.0.0", "4.1.0", "4.7.0", "4.8.0", "5.0.0")


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FRAMEWORKS, "opencv", replace(FRAMEWORKS["opencv"], calls=(CALL,)))
    monkeypatch.setattr(timeline, "recorded", lambda name: RELEASES if name == "opencv" else ())


@pytest.mark.usefixtures("catalogue")
def test_releases_that_do_the_same_are_one_span() -> None:
    (row,) = timeline.rows("opencv", RELEASES)
    assert row.changes
    assert [(span.first, span.count, span.convention) for span in row.spans] == [
        (0, 1, ""),
        (1, 2, "linear asymmetric"),
        (3, 1, "linear half_pixel"),
        (4, 1, "linear half_pixel"),
    ]
    assert [span.raises for span in row.spans] == [False, True, True, False]
    assert "does not take uint16" in row.spans[2].details


@pytest.mark.usefixtures("catalogue")
def test_the_table_has_the_change_and_its_release() -> None:
    (row,) = (row for row in upgrade_table.rows() if row.framework == "opencv")
    assert (row.release, row.calls) == ("4.8", ("resize-INTER_LINEAR",))
    assert row.change == "linear asymmetric → linear half_pixel"


def test_the_spans_of_every_row_cover_all_releases() -> None:
    text = timeline.script()
    data = json.loads(text.partition(" = ")[2].strip().rstrip(";"))
    assert [one["name"] for one in data] == list(FRAMEWORKS)
    for one in data:
        assert one["rows"]
        for row in one["rows"]:
            assert sum(span[0] for span in row["spans"]) == len(one["releases"])
            assert all(span[1] < len(one["conventions"]) for span in row["spans"])


def test_the_picture_is_for_light_and_dark_pages_and_has_every_change() -> None:
    text = timeline.picture()
    root = ElementTree.fromstring(text)
    boxes = [node for node in root.iter() if node.tag.endswith("rect")]
    assert "prefers-color-scheme:dark" in text
    expected = sum(
        len(row.spans)
        for name in FRAMEWORKS
        for row in timeline.rows(name, timeline.declared(name))
        if row.changes and row.call.plain
    )
    assert len(boxes) == expected > 20


@pytest.mark.parametrize("page", ["upgrade.md", "symptoms.md"])
def test_the_pages_have_the_table_of_now(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert upgrade_table.written(text) == text, "run `make docs`"


def test_a_page_without_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="what changed in which release"):
        upgrade_table.written("# a page")


def test_every_source_is_of_a_call_and_a_release() -> None:
    for framework, release, calls, where in SOURCES:
        assert re.fullmatch(r"[\d.]+", release)
        assert where.startswith("https://")
        assert any(re.match(calls, call.name) for call in FRAMEWORKS[framework].calls)
