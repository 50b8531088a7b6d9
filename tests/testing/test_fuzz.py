"""Calls against the reference on what Hypothesis draws: what is wrong is found, shrunk and printed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from halfpixel.conformance.cases import ConvTransposeCase
from halfpixel.conformance.real_shapes import ConvShapeCase, ShapeCase
from halfpixel.frameworks import FRAMEWORKS
from halfpixel.operators import ConvTranspose, Resize
from halfpixel.testing.fuzz import Subject, counterexample
from halfpixel.testing.strategies import Example, Values, examples

_NAMES = {
    one.__name__: one
    for one in (ShapeCase, ConvShapeCase, ConvTransposeCase, ConvTranspose, Resize, Values)
}


def entry_of(example: Example) -> Any:
    """What the printed line constructs."""
    _, line = str(example).split("\n")
    return eval(line.partition("  # ")[0].strip().rstrip(","), dict(_NAMES))


@pytest.mark.pillow
def test_what_is_wrong_from_5_columns_on_is_shrunk_to_5() -> None:
    call = next(one for one in FRAMEWORKS["pillow"].calls if one.name == "resize-BILINEAR")
    assert counterexample(Subject(call, "float32"), seed=1, count=10) is None

    def run(*given: Any) -> Any:
        result = call.run(*given)
        return result + (result.shape[3] >= 5)

    wrong = counterexample(Subject(replace(call, run=run), "float32"), seed=1, count=40)
    assert wrong is not None
    entry = wrong.example.entry
    assert isinstance(entry, ShapeCase)
    assert (entry.shape[:3], entry.size) == ((1, 1, 1), (1, 5))
    assert entry_of(wrong.example) == entry
    assert wrong.verdict.reason.startswith("5 of 5 values exceed")


def test_an_example_of_a_transposed_convolution_is_printed_as_its_constructor() -> None:
    call = next(one for one in FRAMEWORKS["torch"].calls if one.name == "conv_transpose2d")
    convention = ConvTranspose(strides=(2, 1), group=2)
    case = ConvTransposeCase("drawn", "drawn", (1, 2, 3, 4), 4, (3, 3), convention, bias=True)
    example = Example(
        call, "float32", ConvShapeCase((), case, gradient=True), Values("fine", 3), "w"
    )
    assert entry_of(example) == example.entry
    assert str(example).splitlines()[0] == "torch-conv_transpose2d float32 by w:"
    assert str(example).endswith("  # Values(kind='fine', seed=3)")


def test_a_pyramid_is_asked_for_sizes_that_it_takes() -> None:
    """Few of all size pairs are: what is drawn and left out again costs as much."""
    call = next(one for one in FRAMEWORKS["opencv"].calls if one.name == "pyrDown-BORDER_WRAP")
    drawn = []

    @settings(
        max_examples=40,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],  # on a busy machine; not filter_too_much
    )
    @given(examples(call, "float32"))
    def draw(example: Example) -> None:
        drawn.append(example.entry)

    draw()
    assert len(drawn) == 40
    assert all(isinstance(one, ShapeCase) and one.fits(call.latest) for one in drawn)
