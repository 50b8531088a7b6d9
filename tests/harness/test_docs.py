"""What the documents show is what the program does."""

import doctest
import re
from pathlib import Path

import pytest

from halfpixel import Resize, compare, goldens, suite
from halfpixel.report.terminal import explain

TOP = Path(__file__).parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")


def test_the_examples_of_the_readme_run() -> None:
    assert doctest.testfile(str(TOP / "README.md"), module_relative=False) == (0, 4)


def test_the_failure_in_the_readme_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    call = next(call for call in suite.calls() if call.id == "opencv-resize-INTER_LINEAR")
    path = "resize/linear-half_pixel/2x2-8x8-worked_example.json"
    case = suite.golden(goldens.root() / path)
    other = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
    got = other.apply(case.inputs["x"], case.size).astype("float32")
    monkeypatch.setattr(compare, "load", lambda framework: {})
    monkeypatch.setattr(compare, "version", lambda framework: "5.0.0.93")
    monkeypatch.setattr(type(call), "evaluate", lambda *_: got)
    shown = re.search(r"```text\n(opencv.*?)\n```", README, re.DOTALL)
    assert shown is not None
    assert explain(compare.judge(call, case, "float32")) == shown[1]


LINKS = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize(
    "page", [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [t for t in LINKS.findall(page.read_text("utf-8")) if not (page.parent / t).exists()]
    assert not missing
