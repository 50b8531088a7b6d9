"""Answers about a release: the calls that it has, as it has them; and the latest again afterwards."""

import json

import pytest

from halfpixel import convert
from halfpixel.catalogue.rules import every_rule, find_rules
from halfpixel.catalogue.selection import at_releases
from halfpixel.cli import main
from halfpixel.frameworks import FRAMEWORKS, Release

NEAREST_EXACT = {
    "4.7": "fixed_16_lower", "4.10": "fixed_16_lower_where_odd", "5.0": "sum_float64",
    "3.4.18": "fixed_16_lower",
}  # fmt: skip


@pytest.mark.parametrize(("release", "rule"), NEAREST_EXACT.items())
def test_rules_say_what_a_release_does(
    release: str, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["rules", "--format", "json", "--call", "resize-INTER_NEAREST_EXACT (w"]
    assert main([*arguments, "--release", f"opencv=={release}"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["rules"]
    assert list(found["coordinate_rules"]) == [rule]
    assert found["call"]["releases"] == f"=={release}"
    assert main(arguments) == 0
    (latest,) = json.loads(capsys.readouterr().out)["rules"]
    assert list(latest["coordinate_rules"]) == ["sum_float64"]


def test_a_release_does_not_have_what_came_later() -> None:
    ids = {rule.call.id for rule in every_rule()}
    assert {"opencv-resize-INTER_NEAREST_EXACT", "torch-interpolate-nearest-exact"} <= ids
    with at_releases({"opencv": Release("4.4.0"), "torch": Release("1.10.0")}):
        earlier = {rule.call.id for rule in every_rule()}
    assert not {"opencv-resize-INTER_NEAREST_EXACT", "torch-interpolate-nearest-exact"} & earlier
    assert "opencv-resize-INTER_NEAREST" in earlier
    assert {rule.call.id for rule in every_rule()} == ids


def test_convert_answers_about_a_release() -> None:
    """The smallest sizes at which INTER_NEAREST_EXACT of 4.10 is not nearest-exact; of 5.0, 4 to 6."""
    with at_releases({"opencv": Release("4.10.0")}):
        answer = str(
            convert(
                "F.interpolate(x, size=(h, w), mode='nearest-exact')", "opencv", input_size=(4, 4)
            )
        )
    assert "opencv ==4.10.0" in answer
    assert "the smallest 4x4 -> 3x3" in answer
    assert "fixed_16_lower_where_odd" in answer


def test_what_a_release_lacks_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    call = "cv2.resize(x, (w, h), interpolation=cv2.INTER_NEAREST_EXACT)"
    assert main(["convert", call, "--to", "torch", "--release", "opencv==4.4.0"]) == 2
    error = capsys.readouterr().err
    assert "'INTER_NEAREST_EXACT' is not one of" in error
    assert error.endswith("(at opencv==4.4.0)\n")


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("opencvv==4.10", "unknown framework 'opencvv'; did you mean opencv?"),
        ("opencv==newest", "'newest' is no release"),
        ("opencv", "names no release"),
        ("opencv==1.0", "no call of opencv 1.0 is known"),
    ],
)
def test_an_unknown_release_is_refused(
    release: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "--release", release]) == 2
    assert said in capsys.readouterr().err


def test_several_frameworks_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    before = dict(FRAMEWORKS)
    given = ["--release", "opencv==4.10", "--release", "torch==2.2.2"]
    assert main(["rules", "--convention", "nearest half_pixel", "--format", "json", *given]) == 0
    found = json.loads(capsys.readouterr().out)["rules"]
    releases = {rule["call"]["framework"]: rule["call"]["releases"] for rule in found}
    assert releases["opencv"] == "==4.10"
    assert releases["torch"] == "==2.2.2"
    assert not releases["tensorflow"].startswith("==")
    assert before == FRAMEWORKS


def test_the_earliest_calls_are_found() -> None:
    with at_releases({"opencv": Release("3.4.3")}):
        found = find_rules(framework="opencv", call="resize-INTER_CUBIC (w")
    assert [rule.releases for rule in found] == ["==3.4.3"]
