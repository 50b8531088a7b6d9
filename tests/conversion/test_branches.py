"""A call with conditional expressions has an answer for each branch."""

from __future__ import annotations

from typing import Any

import pytest

from halfpixel import cli
from halfpixel.conversion import BranchedConversion, convert
from halfpixel.conversion.parse import Reading, Unreadable, read, readings


def branches(text: str) -> list[tuple[str, str]]:
    """The conditions, and what is called on them."""
    return [
        (one.condition, one.read.written) for one in readings(text) if isinstance(one.read, Reading)
    ]


def answer(text: str, to: Any, **more: Any) -> BranchedConversion:
    found = convert(text, to, **more)
    assert isinstance(found, BranchedConversion)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR if r > 1 else cv2.INTER_AREA)",
            [
                ("r > 1", "cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR)"),
                ("not (r > 1)", "cv2.resize(x, (w, h), interpolation=cv2.INTER_AREA)"),
            ],
        ),
        (
            "F.interpolate(x, (h, w), mode='nearest' if a else 'area' if b else 'bicubic')",
            [
                ("a", "F.interpolate(x, (h, w), mode='nearest')"),
                ("not (a) and b", "F.interpolate(x, (h, w), mode='area')"),
                ("not (a) and not (b)", "F.interpolate(x, (h, w), mode='bicubic')"),
            ],
        ),
        (  # one condition in two arguments is decided once
            "F.interpolate(x, size=None if f else (h, w), scale_factor=2 if f else None)",
            [
                ("f", "F.interpolate(x, size=None, scale_factor=2)"),
                ("not (f)", "F.interpolate(x, size=(h, w), scale_factor=None)"),
            ],
        ),
        (  # a comparison is True or False
            "F.interpolate(x, (h, w), mode='bilinear', align_corners=v == 1)",
            [
                ("v == 1", "F.interpolate(x, (h, w), mode='bilinear', align_corners=True)"),
                ("not (v == 1)", "F.interpolate(x, (h, w), mode='bilinear', align_corners=False)"),
            ],
        ),
        (
            "F.interpolate(x, (h, w), mode='bilinear', antialias=not fast)",
            [
                ("fast", "F.interpolate(x, (h, w), mode='bilinear', antialias=False)"),
                ("not (fast)", "F.interpolate(x, (h, w), mode='bilinear', antialias=True)"),
            ],
        ),
        (  # and so is a name for either
            "tf.compat.v1.image.resize_bilinear(x, (h, w), align)",
            [
                ("align", "tf.compat.v1.image.resize_bilinear(x, (h, w), True)"),
                ("not (align)", "tf.compat.v1.image.resize_bilinear(x, (h, w), False)"),
            ],
        ),
        (  # a dictionary that is written out
            "F.interpolate(x, (h, w), mode={'n': 'nearest', 'c': 'bicubic'}[kind])",
            [
                ("kind == 'n'", "F.interpolate(x, (h, w), mode='nearest')"),
                ("not (kind == 'n')", "F.interpolate(x, (h, w), mode='bicubic')"),
            ],
        ),
        (  # one condition decides others
            "F.interpolate(x, (h, w), mode='nearest' if m == 1 else 'bilinear', "
            "align_corners=None if m in (1, 2) else True)",
            [
                ("m == 1", "F.interpolate(x, (h, w), mode='nearest', align_corners=None)"),
                (
                    "not (m == 1) and (m in (1, 2))",
                    "F.interpolate(x, (h, w), mode='bilinear', align_corners=None)",
                ),
                (
                    "not (m == 1) and not (m in (1, 2))",
                    "F.interpolate(x, (h, w), mode='bilinear', align_corners=True)",
                ),
            ],
        ),
        (  # calls of two functions
            "y = cv2.resize(x, (w, h)) if np_ else F.interpolate(x, (h, w))",
            [
                ("np_", "cv2.resize(x, (w, h))"),
                ("not (np_)", "F.interpolate(x, (h, w))"),
            ],
        ),
        (  # an entry of a size is one expression
            "F.interpolate(x, (h if a else 4, w), mode='bilinear')",
            [("", "F.interpolate(x, (h if a else 4, w), mode='bilinear')")],
        ),
        (  # and so is a size that is a name on either side
            "cv2.resize(x, size if a else other)",
            [("", "cv2.resize(x, size if a else other)")],
        ),
        (  # which image it is does not matter
            "F.interpolate(x if a else z, (h, w))",
            [("", "F.interpolate(x if a else z, (h, w))")],
        ),
    ],
)
def test_each_branch_is_read_with_its_condition(text: str, expected: list[tuple[str, str]]) -> None:
    assert branches(text) == expected


def test_a_size_of_two_branches_stands_in_the_code() -> None:
    found = convert("F.interpolate(x, (h if a else 4, w), mode='bilinear')", "opencv")
    assert found.code == "y = cv2.resize(x, (w, (h if a else 4)), interpolation=cv2.INTER_LINEAR)"


def test_the_code_of_all_branches_is_one_statement() -> None:
    linear = "F.interpolate(x, (h, w), mode='bilinear')"
    cubic = "F.interpolate(x, (h, w), mode='bicubic')"
    code = answer(f"y = {linear} if a else {cubic} if b else x", "opencv").code
    chosen = []
    for a, b in ((True, True), (False, True), (False, False)):

        class Cv2:
            INTER_LINEAR, INTER_CUBIC = "linear", "cubic"

            @staticmethod
            def resize(x: str, size: tuple[int, int], interpolation: str) -> str:
                assert size == (4, 3)
                return interpolation

        scope: dict[str, Any] = {"cv2": Cv2, "x": "x", "h": 3, "w": 4, "a": a, "b": b}
        exec(code, scope)
        chosen.append(scope["y"])
    assert chosen == ["linear", "cubic", "x"]


def test_the_text_has_every_branch(capsys: pytest.CaptureFixture[str]) -> None:
    text = "cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR if r > 1 else flag)"
    assert cli.main(["convert", text, "--to", "torch"]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("where r > 1:\n")
    assert "mode='bilinear'" in shown
    assert "otherwise:\n\nnot answered: cv2.resize: interpolation=flag is not written out" in shown


def test_a_branch_without_a_call_is_shown() -> None:
    found = answer("F.interpolate(x, (h, w)) if s != 1 else x", "opencv")
    assert "otherwise:\n\nnothing is called: x" in str(found)
    assert found.code.endswith("else:\n    y = x")


def test_the_json_has_every_branch() -> None:
    text = "cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR if r > 1 else flag)"
    first, second = answer(text, "torch").json()["branches"]
    assert first["condition"] == "r > 1"
    assert first["answer"] is not None
    assert first["answer"]["parts"][0]["equal"]
    assert second["answer"] is None
    assert "is not written out" in str(second["error"])


def test_transposed_convolutions_have_branches_too() -> None:
    found = answer("nn.ConvTranspose2d(4, 8, 4 if up else 2, 2, 1 if up else 0)", "keras")
    assert found.code.startswith("if up:\n    ")
    assert [one.condition for one in found.branches] == ["up", "not (up)"]


def test_no_branch_that_can_be_read_is_an_error() -> None:
    with pytest.raises(Unreadable, match="mode=one is not written out"):
        readings("F.interpolate(x, (h, w), mode=one if a else other)")


def test_one_reading_is_not_one_of_several() -> None:
    with pytest.raises(Unreadable, match=r"depends on r > 1: write one of the branches"):
        read("cv2.resize(x, (w, h), interpolation=3 if r > 1 else 1)")


def test_many_branches_are_refused() -> None:
    flags = ", ".join(
        f"{name}={value} if {name[0]} else {other}"
        for name, value, other in (
            ("mode", "'bilinear'", "'bicubic'"),
            ("align_corners", "True", "False"),
            ("antialias", "True", "False"),
            ("size", "(3, 4)", "(5, 6)"),
        )
    )
    with pytest.raises(Unreadable, match="more than 8 branches: write one of them"):
        readings(f"F.interpolate(x, {flags.replace('if a else', 'if q else', 1)})")
