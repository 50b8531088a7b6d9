"""Rules for sizes say nothing of images that are longer than those of which they were made."""

from __future__ import annotations

import pytest

from halfpixel.identification.adapter import Size
from halfpixel.identification.geometry import size_rules, windows_at
from halfpixel.identification.preprocessing import AxisWindow, Window


def resized_to(n_in: Size, n_out: Size) -> Window:
    rows, columns = (
        AxisWindow(n, (0, n), m, 0, (0, m), m, flipped=False)
        for n, m in zip(n_in, n_out, strict=True)
    )
    return Window(rows, columns)


SQUARE = [resized_to((32, 32), (26, 26)), resized_to((40, 60), (26, 39))]
LONG = [*SQUARE, resized_to((20, 120), (26, 156))]


@pytest.mark.parametrize(
    ("windows", "told"),
    [(SQUARE, False), (LONG, True)],
    ids=["a limit of the longer edge was not met", "long images were seen"],
)
def test_the_other_edge_is_told_for_proportions_that_were_seen(
    windows: list[Window], told: bool
) -> None:
    rules = size_rules(windows, [None] * len(windows))
    assert {rule.words for rule in rules} == {"the shorter edge 26"}
    assert windows_at(rules, [], windows, (60, 40))
    assert bool(windows_at(rules, [], windows, (41, 111))) == told
