"""``--halfpixel-from``: calls of the installed release are held to what another one did."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from halfpixel import frameworks

pytest_plugins = ["pytester"]

SUITE = Path(__file__).parents[1] / "test_resize.py"
# LINEAR followed another grid once, CUBIC rounded otherwise, AREA raised, NEAREST has a refusal that is new
FEW = """
from dataclasses import replace
from halfpixel import Resize
from halfpixel.frameworks import FRAMEWORKS, Refusal
every = FRAMEWORKS["opencv"]
calls = {call.name: call for call in every.calls}
linear, cubic, area, nearest = (
    replace(calls[f"resize-{name}"], follows={"": calls[f"resize-{name}"].latest}, changes={}, roundings={},
            arithmetic={d: a for d, a in calls[f"resize-{name}"].arithmetic.items() if d == "float32"})
    for name in ("INTER_LINEAR", "INTER_CUBIC", "INTER_AREA-shrinking", "INTER_NEAREST")
)
asymmetric = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
linear = replace(linear, follows={"<5": asymmetric, ">=5": Resize(mode="linear")})
less = {d: replace(a, coordinate_roundings=0) for d, a in cubic.arithmetic.items()}
cubic = replace(cubic, changes={"<5": {"arithmetic": less}})
area = replace(area, refusals=(*area.refusals, Refusal("no", "not yet", releases="<5")))
FRAMEWORKS["opencv"] = replace(every, calls=(linear, cubic, area, nearest))
"""


@pytest.fixture(scope="session")
def opencv() -> None:
    """OpenCV, before pytester: it forgets what is imported after it, and cv2 cannot be imported twice."""
    frameworks.load("opencv")


@pytest.fixture
def project(
    opencv: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    monkeypatch.setitem(frameworks.FRAMEWORKS, "opencv", frameworks.FRAMEWORKS["opencv"])
    pytester.makepyfile(few=FEW)
    pytester.syspathinsert()
    pytester.makeini(
        "[pytest]\naddopts = -p few -p halfpixel.pytest_plugin -p no:hypothesispytest\n"
    )
    shutil.copy(SUITE, pytester.path)
    return pytester


@pytest.mark.opencv
def test_a_change_of_meaning_fails_with_what_it_follows_now_and_since_when(
    project: pytest.Pytester,
) -> None:
    found = project.runpytest_inprocess("--halfpixel-from", "opencv==4.10.0", "-k", "9x7-5x4")
    outcomes = found.parseoutcomes()
    assert outcomes["failed"] > 0
    assert outcomes["passed"] > 0
    text = found.stdout.str()
    failed = {line.split("[")[1] for line in text.splitlines() if line.startswith("FAILED")}
    assert all(name.startswith("opencv-resize-INTER_LINEAR-") for name in failed)
    assert "halfpixel: opencv is held to what 4.10.0 did" in text
    assert "linear asymmetric" in text
    release = frameworks.release("opencv")
    found.stdout.fnmatch_lines([f"*{release} * linear half_pixel (since 5)"])
    assert "not yet" not in text  # what raised is held to nothing


@pytest.mark.opencv
def test_what_did_the_same_passes(project: pytest.Pytester) -> None:
    found = project.runpytest_inprocess("--halfpixel-from", "opencv==5.0.0")
    outcomes = found.parseoutcomes()
    assert outcomes["passed"] > 50
    assert "failed" not in outcomes


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("opencv", "names no release"),
        ("opencvv==4", "did you mean opencv"),
        ("opencv==x", "is no release"),
    ],
)
def test_wrong_use_is_a_line(project: pytest.Pytester, given: str, words: str) -> None:
    found = project.runpytest_inprocess("--halfpixel-from", given)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    assert f"--halfpixel-from: {words}" in found.stderr.str() or words in found.stderr.str()
