"""The nearest call is the nearest on a photograph, and differences are said as they are measured."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halfpixel.conformance import goldens
from halfpixel.conversion import ResizeConversion, convert, equal, some_sizes
from halfpixel.conversion.models import Model, applied, measured, photograph
from halfpixel.conversion.sizes import Sizes
from halfpixel.frameworks.layer_plans import TARGETS, Target
from halfpixel.numerics.equivalence import REGIMES
from halfpixel.operators import Resize
from halfpixel.report import convert_page
from halfpixel.report.convert_calls import calls
from tests.test_resize_conversions import names, run

ANTIALIASED = "F.interpolate(x, size=(15, 22), mode='bilinear', antialias=True)"


def answer(text: str, to: Target, size: tuple[int, ...] | None = None) -> ResizeConversion:
    found = convert(text, to, input_size=size)
    assert isinstance(found, ResizeConversion)
    return found


def test_the_nearest_to_antialiasing_is_area() -> None:
    (part,) = answer(ANTIALIASED, "opencv", (60, 90)).parts
    assert part.nearest is not None
    assert "INTER_AREA" in part.nearest.code
    (one,) = part.nearest.measured
    assert one.mean * 255 == pytest.approx(2.9, abs=0.1)  # INTER_LINEAR: 7.7


@pytest.mark.torch
@pytest.mark.opencv
@pytest.mark.parametrize("size", [(60, 90), (90, 60)])
def test_what_is_measured_is_what_the_frameworks_differ_by(size: tuple[int, int]) -> None:
    (part,) = answer(ANTIALIASED, "opencv", size).parts
    assert part.nearest is not None
    (one,) = part.nearest.measured
    x = photograph(size).astype(np.float32)[:, None]
    known = names("torch")
    want = eval(ANTIALIASED, {**known, "x": known["torch"].from_numpy(x)}).numpy()
    got = run(part.nearest.call, part.nearest.code, "opencv", x[:1], (15, 22))
    apart = abs(got - want[:1])
    assert one.largest == pytest.approx(apart.max(), abs=1e-5)
    assert one.mean == pytest.approx(apart.mean(), abs=1e-5)


def test_a_photograph_of_its_own_size_is_itself_and_larger_ones_are_mirrored() -> None:
    own = goldens.photograph()[..., 1] / 255
    assert np.array_equal(photograph((60, 90))[0], own)
    larger = photograph((120, 180))[0]
    assert np.array_equal(larger[:60, :90], own)
    assert np.array_equal(larger[60:, 90:], own[::-1, ::-1])
    assert photograph((4, 5)).shape[0] > 10  # many small ones
    assert photograph((30, 5, 7)).shape[1:] == (30, 5, 7)


CONVENTIONS: tuple[dict[str, Any], ...] = (
    {"mode": "linear"},
    {"mode": "linear", "antialias": True},
    {"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": True},
    {"mode": "nearest", "nearest_mode": "round_prefer_ceil"},
    {"mode": "area"},
    {"mode": "adaptive_area"},
    {"mode": "box", "exclude_outside": True},
    {"mode": "gaussian", "antialias": True},
)


@pytest.mark.parametrize("attributes", CONVENTIONS, ids=lambda one: str(one["mode"]))
def test_models_are_the_exact_reference(attributes: dict[str, Any]) -> None:
    convention = Resize(**attributes)
    for n_in, n_out in (((7, 9), (4, 13)), ((8, 6), (16, 3)), ((5, 5), (5, 1))):
        x = np.asarray(photograph(n_in)[0])
        found = applied(Model(convention), Sizes(n_in, n_out), x)
        assert np.allclose(found, convention.apply(x, n_out), rtol=0, atol=1e-12)


def test_a_coordinate_rule_is_part_of_the_model() -> None:
    cubic = Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True)
    sizes = Sizes((60, 90), (41, 67))
    both = Model(cubic), Model(cubic, "kernel_table_1024")
    assert 0 < measured(*both, sizes, sizes).largest < 2.0**-10


def test_levels_come_first_and_the_bound_is_called_a_bound() -> None:
    text = str(answer("tf.image.resize(x, (224, 224), 'bicubic')", "onnx", (480, 640)))
    line = next(line for line in text.splitlines() if line.startswith("in ONNX"))
    assert line.index("of 255 levels apart") < line.index("relative") < line.index("error bound")
    assert "480x640 -> 224x224" in line
    found = answer(ANTIALIASED, "opencv", (60, 90)).json()
    nearest = found["parts"][0]["nearest"]
    assert nearest is not None
    (one,) = nearest["differences"]
    assert one["unit"] == "levels"
    assert one["input_size"] == [60, 90]
    assert one["max"] is not None
    assert one["mean"] is not None
    assert 0 < one["mean"] < one["max"] < 255


def test_an_answer_for_an_input_is_for_that_regime_alone() -> None:
    text = "F.interpolate(x, size=(224, 224), mode='bilinear', antialias=True)"
    (shrinks,) = answer(text, "opencv", (480, 640)).parts
    assert not shrinks.equal
    (grows,) = answer(text, "opencv", (100, 100)).parts
    assert "INTER_LINEAR" in grows.equal[0].code
    assert (
        len(answer("cv2.resize(x, (9, 9), interpolation=cv2.INTER_AREA)", "torch", (6, 6)).parts)
        == 1
    )


def test_the_page_and_the_command_line_say_the_same_numbers() -> None:
    text = "F.interpolate(x, size=(h, w), mode='bilinear', antialias=True)"
    data = convert_page.data([call for call in calls() if call.text == text])
    ((call,),) = (function["calls"] for function in data["functions"])
    (part,) = call["parts"]
    page = dict(zip(data["frameworks"], part["to"], strict=True))["opencv"]
    assert "The nearest single call" in [data["texts"][b[1]] for b in page if b[0] == "h"]
    listed = [data["texts"][i] for block in page if block[0] == "ul" for i in block[1]]
    (told,) = answer(text, "opencv").parts
    assert told.nearest is not None
    assert {one.words for one in told.nearest.measured} <= {*listed}


AREA = "cv2.resize(x, (w, h), interpolation=cv2.INTER_AREA)"


def test_a_nearest_call_says_where_it_differs() -> None:
    """By 2, all calls of these are one: what was measured there alone read as no difference."""
    asked: tuple[tuple[str, Target], ...] = (
        (AREA, "torch"),
        ("tf.image.resize(x, (h, w), antialias=True)", "opencv"),
    )
    for text, to in asked:
        for part in answer(text, to).parts:
            if part.nearest is not None:
                assert any(one.largest for one in part.nearest.measured), (text, part.when)


@pytest.mark.parametrize("value", ["0.0", "0.5"])
def test_a_crop_of_all_of_the_image_is_aligned_corners_where_none_samples_outside(
    value: str,
) -> None:
    text = (
        f"tf.image.crop_and_resize(x, [[0, 0, 1, 1]], [0], (256, 603), extrapolation_value={value})"
    )
    (part,) = answer(text, "torch", (256, 233)).parts
    codes = [one.code for one in part.equal]
    assert "y = F.interpolate(x, size=(256, 603), mode='bilinear', align_corners=True)" in codes
    (part,) = answer(text, "torch").parts
    assert not part.equal
    assert part.elsewhere[0].where.startswith("except at 6 of 61 sizes tried")
    assert part.nearest is None


def test_regimes_and_exceptions_are_fields_of_closed_sets() -> None:
    """``when`` is a regime that docs/convert.md lists, and sizes that are counted are numbers."""
    docs = (Path(__file__).parents[2] / "docs" / "convert.md").read_text()
    for regime in list(REGIMES)[1:]:
        assert f"`{regime}`" in docs
    texts = (
        "cv2.resize(x, (w, h), interpolation=cv2.INTER_AREA)",
        "tf.image.crop_and_resize(x, [[0, 0, 1, 1]], [0], (h, w))",
        "F.interpolate(x, scale_factor=1.7, mode='bilinear')",
    )
    regimes, exceptions = set(), 0
    for text, target in itertools.product(texts, TARGETS):
        for part in answer(text, target).json()["parts"]:
            for kind in ("equal", "with_factors", "equal_at_some_sizes", "recipes"):
                for one in part[kind]:
                    regimes.add(one["when"])
                    off = one["exceptions"]
                    exceptions += off is not None
                    assert off is None or 0 < off["count"] < off["tried"]
    assert regimes <= {"", *REGIMES}
    assert len(regimes) > 2
    assert exceptions > 2


def test_the_call_with_the_fewest_exceptions_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two torch calls are equal but for roundings: here the first is made to jump at three sizes."""
    text = "tf.image.crop_and_resize(x, [[0, 0, 1, 1]], [0], (h, w))"
    asked: list[Sizes] = []

    def unchanged(sizes: Sizes, largest: int) -> bool:
        return sizes.unchanged and max(sizes.n_in) <= largest

    def first_jumps_more(one: Model, other: Model, mine: Sizes, theirs: Sizes) -> bool:
        first = mine not in asked
        asked.append(mine)
        return unchanged(mine, 3 if first else 2)

    monkeypatch.setattr(some_sizes, "jumps", first_jumps_more)
    monkeypatch.setattr(equal, "jumps", lambda one, other, mine, theirs: unchanged(mine, 2))
    (part,) = answer(text, "torch").parts
    (nearly,) = (one for one in part.elsewhere if one.exceptions)
    assert nearly.exceptions is not None
    assert {max(sizes.n_in) for sizes in nearly.exceptions.sizes} == {1, 2}
