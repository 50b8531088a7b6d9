"""What changes of a call between releases: catalogues that were changed in one thing, which alone is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from halfpixel.frameworks import FRAMEWORKS, Call, Defect, Refusal
from halfpixel.frameworks.factors import given, of_sizes
from halfpixel.operators import Resize
from halfpixel.upgrades import Change, answer
from halfpixel.upgrades.answer import between
from halfpixel.upgrades.environment import read

OLD, NEW = "opencv==4.10.0", "opencv==5.0.0"
CUBIC = Resize(mode="cubic", cubic_coeff_a=-0.75)


def call_named(name: str, framework: str = "opencv") -> Call:
    (found,) = (call for call in FRAMEWORKS[framework].calls if call.name == name)
    return found


LINEAR = replace(
    call_named("resize-INTER_LINEAR"), follows={"": Resize(mode="linear")}, changes={}, releases=""
)
NEAREST = replace(
    call_named("resize-INTER_NEAREST"), follows={"": call_named("resize-INTER_NEAREST").latest}
)


def changes(
    call: Call, monkeypatch: pytest.MonkeyPatch, old: str = OLD, new: str = NEW
) -> tuple[Change, ...]:
    """What changes in a catalogue of one call."""
    framework = replace(FRAMEWORKS["opencv"], calls=(call,))
    monkeypatch.setitem(FRAMEWORKS, "opencv", framework)
    monkeypatch.setattr(answer, "recorded", lambda framework, release: None)
    return between(read(old), read(new)).changes


def only(call: Call, monkeypatch: pytest.MonkeyPatch, kind: str) -> Change:
    """The one change, of a kind."""
    (found,) = changes(call, monkeypatch)
    assert found.kind == kind
    return found


def test_nothing_is_told_where_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert changes(LINEAR, monkeypatch) == ()


def test_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    call = replace(
        LINEAR,
        follows={"<4.12": Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
                 ">=4.12": Resize(mode="linear")},
        roundings={},
    )  # fmt: skip
    change = only(call, monkeypatch, "meaning")
    assert change.silent
    assert (change.old, change.new) == ("linear asymmetric", "linear half_pixel")
    assert change.since == ("4.12",)
    (effect,) = change.effects
    # at every pair of sizes but those of one pixel in, and those that keep their size
    assert (effect.count, effect.tried) == (32 * 31 - 31, 32 * 32)
    assert effect.example is not None
    assert effect.example.image.shape == (1, 2)
    assert effect.example.old.tolist() == [[0.0]]
    assert effect.example.new.tolist() == [[5.0]]
    assert effect.worst is not None
    assert effect.worst.largest > 20


def test_the_smallest_image_has_what_both_releases_return(monkeypatch: pytest.MonkeyPatch) -> None:
    down = Resize(mode="nearest", nearest_mode="round_prefer_floor")
    up = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
    arithmetic = {d: replace(a, coordinate_rule=None) for d, a in NEAREST.arithmetic.items()}
    call = replace(NEAREST, follows={"<5": down, ">=5": up}, arithmetic=arithmetic)
    change = only(call, monkeypatch, "meaning")
    example = change.effects[0].example
    assert example is not None
    size = (example.new.shape[0], example.new.shape[1])
    for convention, values in ((down, example.old), (up, example.new)):
        assert np.array_equal(convention.apply(example.image[None, None], size)[0, 0], values)


def test_last_digits_only(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {d: replace(a, coordinate_roundings=3) for d, a in LINEAR.arithmetic.items()}
    call = replace(LINEAR, changes={"<5": {"arithmetic": more}})
    change = only(call, monkeypatch, "rounding")
    assert not change.silent
    assert change.since == ("5",)


def test_one_level_of_integers_is_a_last_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    call = replace(LINEAR, changes={"<5": {"roundings": {"uint8": ("opencv_bit_exact",)}}})
    change = only(call, monkeypatch, "rounding")
    assert "uint8" in change.dtypes
    assert "float32" not in change.dtypes


def test_integers_that_are_cut_and_then_rounded_are_other_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One level, and all in one direction."""
    call = replace(
        LINEAR,
        arithmetic={"uint8": LINEAR.arithmetic["uint8"]},
        roundings={"uint8": ("keras_rounded",)},
        changes={"<5": {"roundings": {"uint8": ("keras_cut",)}}},
    )
    change = only(call, monkeypatch, "meaning")
    worst = change.effects[0].worst
    assert worst is not None
    assert (worst.largest, worst.one_way) == (1.0, True)


def test_more_levels_of_integers_are_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    cubic = replace(call_named("resize-INTER_CUBIC"), follows={"": CUBIC}, changes={})
    antialiased = replace(CUBIC, cubic_coeff_a=-0.5)
    call = replace(cubic, follows={"<5": antialiased, ">=5": CUBIC})
    (change,) = (one for one in changes(call, monkeypatch) if one.kind == "meaning")
    dtypes = {dtype for effect in change.effects for dtype in effect.dtypes}
    assert {"float32", "uint8", "uint16"} <= dtypes


def test_a_coordinate_rule_is_other_values_where_it_moves_more_than_rounding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_table = {
        d: replace(a, coordinate_rule="kernel_table_1024") for d, a in LINEAR.arithmetic.items()
    }
    call = replace(
        LINEAR,
        follows={"": CUBIC},
        roundings={},
        changes={"<5": {"arithmetic": by_table}},
    )
    change = only(call, monkeypatch, "meaning")
    assert "kernel_table_1024" in change.old
    assert "kernel_table_1024" not in change.new


def test_a_call_that_appears_and_one_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    new = only(replace(LINEAR, releases=">=4.12"), monkeypatch, "appeared")
    assert new.since == ("4.12",)
    gone = only(replace(LINEAR, releases="<4.12"), monkeypatch, "removed")
    assert (gone.since, gone.silent) == (("4.12",), False)


def test_an_added_refusal_and_one_that_went(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(releases: str) -> Call:
        refusal = Refusal(
            "no", "too small", when=lambda r, d, n: 1 in r.shape[2:], releases=releases
        )
        return replace(LINEAR, refusals=(*LINEAR.refusals, refusal))

    change = only(refusing(">=4.12"), monkeypatch, "refuses")
    assert (change.old, change.new) == ("returns a result", "raises: too small")
    assert change.since == ("4.12",)
    assert "float16" not in change.dtypes  # raised before too
    change = only(refusing("<4.12"), monkeypatch, "accepts")
    assert (change.old, change.new) == ("raises: too small", "returns a result")


def test_a_refusal_in_other_words_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = LINEAR.refusals
    both = (replace(first, releases="<5"), replace(first, words="said otherwise", releases=">=5"))
    assert changes(replace(LINEAR, refusals=(*both, *rest)), monkeypatch) == ()


def test_a_new_dtype(monkeypatch: pytest.MonkeyPatch) -> None:
    change = only(replace(LINEAR, since={"uint16": ">=4.12"}), monkeypatch, "accepts")
    assert (change.dtypes, change.since) == (("uint16",), ("4.12",))


def test_another_dtype_of_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    returns = {**LINEAR.returns, "uint8": "float32"}
    change = only(replace(LINEAR, changes={"<5": {"returns": returns}}), monkeypatch, "result")
    assert (change.old, change.new) == ("returns float32", "returns uint8")
    assert (change.dtypes, change.silent) == (("uint8",), True)


def _first_column(case: Any) -> Any:
    return replace(case, expected=np.broadcast_to(case.expected[..., :1], case.expected.shape))


@pytest.mark.parametrize(("releases", "kind"), [("<5", "fixed"), (">=5", "defect")])
def test_a_defect_that_came_or_went(
    releases: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_row(request: Any) -> bool:
        return bool(request.size[0] == 1 and request.size[1] > 2)

    defect = Defect("a row repeats its first column", releases, one_row, _first_column)
    change = only(replace(LINEAR, defects=(defect,)), monkeypatch, kind)
    assert change.silent
    assert "a row repeats its first column" in (change.old if kind == "fixed" else change.new)
    (effect,) = change.effects
    # of a defect results are computed: one pixel is the same wherever it is repeated
    assert (effect.count, effect.tried, effect.largest) == (7 * 6, 8 * 8, 8)
    example = effect.example
    assert example is not None
    values = example.old if kind == "fixed" else example.new
    assert len(set(values[0].tolist())) == 1


def test_a_defect_that_no_size_shows_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    defect = Defect("odd", ">=5", lambda request: request.shape[1] == 7, _first_column)
    change = only(replace(LINEAR, defects=(defect,)), monkeypatch, "defect")
    assert change.effects == ()


def test_a_factor_that_samples_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    linear = Resize(mode="linear")
    call = replace(call_named("resize-INTER_LINEAR-fx"), follows={"": linear}, roundings={})
    assert call.scaling is not None
    ratio = replace(call.scaling, scales=of_sizes)
    factor = replace(call.scaling, scales=given)
    call = replace(call, scaling=factor, changes={"<5": {"scaling": ratio}})
    (change,) = (one for one in changes(call, monkeypatch) if one.kind == "meaning")
    (effect,) = change.effects
    assert 0 < effect.count < effect.tried
    assert "ratio of the sizes" in change.old


def test_another_size_by_a_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    linear = Resize(mode="linear")
    call = replace(call_named("resize-INTER_LINEAR-fx"), follows={"": linear}, roundings={})
    assert call.scaling is not None
    cut: Callable[[int, float], int] = lambda n, factor: int(n * factor)  # noqa: E731
    call = replace(call, changes={"<5": {"scaling": replace(call.scaling, size=cut)}})
    (change,) = (one for one in changes(call, monkeypatch) if one.kind == "meaning")
    example = change.effects[0].example
    assert example is not None
    assert example.old.shape != example.new.shape


def test_a_change_that_was_undone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    there_and_back = {
        "<4.11": Resize(mode="linear"),
        ">=4.11, <4.13": CUBIC,
        ">=4.13": Resize(mode="linear"),
    }
    call = replace(LINEAR, follows=there_and_back, roundings={})
    assert changes(call, monkeypatch) == ()
    (there,) = changes(call, monkeypatch, "opencv==4.10.0", "opencv==4.12.0")
    (back,) = changes(call, monkeypatch, "opencv==4.12.0", "opencv==5.0.0")
    assert (there.since, back.since) == (("4.11",), ("4.13",))


def test_a_change_that_came_in_steps_has_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {
        "<4.11": Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
        ">=4.11, <4.12": CUBIC,
        ">=4.12, <5": Resize(mode="nearest"),
        ">=5": Resize(mode="linear"),
    }
    call = replace(LINEAR, follows=steps, roundings={})
    (change,) = changes(call, monkeypatch, "opencv==4.10.0", "opencv==5.0.0")
    assert change.since == ("4.11", "4.12", "5")
    assert change.since_text == "4.11, changed again in 4.12 and 5"


def test_pillows_default_filter_came_in_7_and_its_last_bits_later() -> None:
    found = between(read("pillow==6.2.2"), read("pillow==13.0.0"))
    (default,) = (one for one in found.changes if one.call.name == "resize-default")
    assert (default.kind, default.since[0], default.seen) == ("meaning", "7", "seen")
    assert default.old.startswith("nearest")
    assert default.new.startswith("cubic")


def test_a_downgrade_is_the_other_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    call = replace(LINEAR, follows={"<4.12": CUBIC, ">=4.12": Resize(mode="linear")}, roundings={})
    (change,) = changes(call, monkeypatch, NEW, OLD)
    assert change.old == "linear half_pixel"
    assert change.since == ("4.12",)


def test_a_transposed_convolution_that_was_mended() -> None:
    found = between(read("keras==3.14"), read("keras==3.15"))
    (same, *_) = (one for one in found.changes if one.call.name == "keras.Conv2DTranspose-same")
    assert same.kind == "fixed"
    assert same.since == ("3.15",)
    (effect,) = same.effects
    assert effect.example is not None
    # SAME crops the odd pixel at the end, not at the start
    old, new = effect.example.old, effect.example.new
    assert np.array_equal(old[1:, 1:], new[1:, 1:]) or np.array_equal(old[:-1, :-1], new[1:, 1:])
