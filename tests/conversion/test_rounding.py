"""What convert says of rounding was measured for the calls that it names, and is so on this machine."""

from __future__ import annotations

import pytest
from bench import rounding as bench

from halfpixel import frameworks
from halfpixel.conformance import trials
from halfpixel.conversion import agreement, convert, rounding
from halfpixel.conversion.answer import ResizeConversion
from halfpixel.conversion.models import WHITE
from halfpixel.conversion.search import convention_of
from halfpixel.conversion.sizes import Sizes, real
from halfpixel.report import arithmetics
from tests.thinning import thinned

CALLS = {call.id: call for call in trials.calls("resize")}
_ANOTHER_PROCESSOR = 4  # times as much: another order of sums, or products that are fused
_SMALL = [sizes for sizes in real(2) if sizes.pixels <= 200 * 200]


def test_every_plain_call_that_weighs_pixels_was_measured() -> None:
    weighing = {
        call.id
        for call in CALLS.values()
        if call.plain and call.scaling is None and not call.broken and not call.is_node
        if not call.hands_on and not call.compiled  # XLA compiles for every size that is measured
        if call.follows and arithmetics.weighs(convention_of(call))
    }
    assert weighing - {*rounding.table()} == set(), "make growth measures them"
    assert {*rounding.table()} <= {*CALLS}, "make growth measures them"


@pytest.mark.parametrize("name", thinned(sorted(rounding.table()), 12))
def test_a_call_is_as_far_from_exact_as_was_measured(name: str) -> None:
    call = CALLS[name]
    convention = call.convention(frameworks.version(call.framework) or "")
    assert convention is not None
    for sizes in _SMALL:
        known = rounding.table()[name].get(str(sizes))
        if known is not None:
            found = bench.error(call, convention, sizes)
            assert found is not None
            assert found <= _ANOTHER_PROCESSOR * known
            assert known <= agreement.rounding(agreement.side(call, convention), sizes) * 1.01


def test_levels_come_first_measured_and_the_bound_after() -> None:
    call = "F.interpolate(x, size=(224, 224), mode='bilinear')"
    answer = convert(call, to="opencv", input_size=(480, 640))
    assert isinstance(answer, ResizeConversion)
    text = str(answer)
    line = next(one for one in text.splitlines() if one.startswith("in OpenCV"))
    assert line.index(f"of {WHITE} levels") < line.index("relative") < line.index("error bound")
    assert "on a photograph, 480x640 -> 224x224, as measured" in line


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        (Sizes((480, 640), (224, 224)), "480x640 -> 224x224"),
        (Sizes((481, 640), (224, 224)), "480x640 -> 224x224"),
        (Sizes((20, 20), (50, 50)), "60x90 -> 75x120"),
    ],
)
def test_sizes_are_those_that_are_asked_about_or_real_ones_of_their_kind(
    asked: Sizes, chosen: str
) -> None:
    one, other = "torch-interpolate-bilinear", "opencv-resize-INTER_LINEAR"
    found = rounding.measured(one, other, [asked])
    assert found is not None
    assert str(found.sizes) == chosen
    assert found.most == rounding.table()[one][chosen] + rounding.table()[other][chosen]


def test_nothing_is_said_of_what_was_not_measured() -> None:
    sizes = Sizes((480, 640), (224, 224))
    assert rounding.measured("torch-interpolate-bilinear", "", [sizes]) is None
    volume = Sizes((4, 4, 4), (8, 8, 8))
    one = "torch-interpolate-bilinear"
    assert rounding.measured(one, one, [volume]) is None
