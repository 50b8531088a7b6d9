"""What the documents show is what the program does."""

import doctest
import functools
import json
import re
import runpy
import textwrap
from pathlib import Path

import pytest

from halfpixel import Resize
from halfpixel.cli import main
from halfpixel.conformance import goldens, trials, verdicts
from halfpixel.frameworks import Release
from halfpixel.report import arithmetics
from halfpixel.report.terminal import explain
from tests.thinning import swept

TOP = Path(__file__).parents[2]
README, CHECK, IDENTIFY = (
    (TOP / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/check.md", "docs/identify.md")
)


def test_the_examples_of_the_page_on_the_library_run() -> None:
    page = TOP / "docs" / "library.md"
    assert doctest.testfile(str(page), module_relative=False) == (0, 4)


def test_the_examples_of_the_page_on_transposed_convolution_run() -> None:
    page = TOP / "docs" / "transposed-convolution.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert (failed, tried) == (0, 12)


def test_the_failure_that_is_explained_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    call = next(call for call in trials.calls() if call.id == "opencv-resize-INTER_LINEAR")
    path = "resize/linear-half_pixel/2x2-8x8-worked_example.json"
    case = trials.golden(goldens.root() / path)
    other = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
    got = other.apply(case.inputs["x"], case.size).astype("float32")
    monkeypatch.setattr(verdicts, "load", lambda framework: {})
    monkeypatch.setattr(verdicts, "installed_release", lambda framework: Release("5.0.0.93"))
    monkeypatch.setattr(type(call), "evaluate", lambda *_: got)
    shown = re.search(r"```text\n(opencv.*?)\n```", CHECK, re.DOTALL)
    assert shown is not None
    assert explain(verdicts.judge(call, case, "float32")) == shown[1]


@pytest.mark.parametrize("plots", [False, swept(True)], ids=["pages", "plots"])
def test_what_the_program_writes_is_fresh(plots: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not plots:  # those of errors, which are most of the time
        monkeypatch.setattr(arithmetics, "pictures", lambda growth, calls: {})
    write = runpy.run_path(str(TOP / "docs" / "write.py"))
    documents = write["documents"]()
    stale = [
        p.name for p, text in documents.items() if not p.exists() or p.read_text("utf-8") != text
    ]
    assert not stale, "make docs writes them anew"
    assert not write["left_over"](documents), "make docs removes them"


def test_growth_was_measured_for_every_call_that_weighs_pixels() -> None:
    growth = json.loads((TOP / "docs" / "error-growth.json").read_text("utf-8"))
    weighing = {
        call.id
        for call in trials.calls("resize")
        for convention in call.follows.values()
        if arithmetics.weighs(convention) and call.plain
        if not call.hands_on and not call.compiled
    }
    assert {name.split()[0] for name in growth["errors"]} == weighing, "make growth measures them"


def test_commands_that_need_no_framework_are_followed_by_what_they_print() -> None:
    """By test_what_the_program_writes_is_fresh; here, that a wrong answer is mended."""
    write = runpy.run_path(str(TOP / "docs" / "write.py"))
    text = "A\n\n    $ halfpixel show linear align_corners 3 5\n    wrong\n\n    too\n\nB\n"
    page = write["with_output"](text)
    assert page.startswith(
        "A\n\n    $ halfpixel show linear align_corners 3 5\n    linear align_corners"
    )
    assert page.endswith("1\n\nB\n")
    assert "wrong" not in page
    shown = "".join(page.read_text("utf-8") for page in write["SHOWN"])
    assert {"convert", "rules", "show"} == set(
        re.findall(r"    \$ halfpixel (convert|rules|show) ", shown)
    )


def test_the_comparison_in_the_readme_begins_as_the_page_on_it_does() -> None:
    """Whose answer a test of the comparisons holds."""
    page = (TOP / "docs" / "compare.md").read_text(encoding="utf-8")
    answer = re.search(r"```text\n(\$ halfpixel compare .*?)\n\n", page, re.DOTALL)
    shown = re.search(r"    (\$ halfpixel compare .*?)\n\n(?=\S)", README, re.DOTALL)
    assert answer is not None
    assert shown is not None
    assert textwrap.dedent(f"    {shown[1]}") == answer[1]


@pytest.mark.opencv
def test_the_identification_that_is_shown_is_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = re.search(r"`mine.py`:\n\n```python\n(.*?)```", IDENTIFY, re.DOTALL)
    shown = re.search(r"    \$ halfpixel identify (\S+)\n(.*?)\n\n", IDENTIFY, re.DOTALL)
    assert file is not None
    assert shown is not None
    (tmp_path / "mine.py").write_text(file[1])
    monkeypatch.chdir(tmp_path)
    assert main(["identify", shown[1]]) == 0
    answer = capsys.readouterr().out.rstrip()
    assert without_last_bits(answer) == without_last_bits(textwrap.dedent(shown[2]))


def without_last_bits(text: str) -> str:
    """Errors differ from one processor to the next."""
    return re.sub(r"within \S+ ULP( \(\S+\))?|\d+% of", "within", text)


LINKS = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
PAGES = [TOP / "README.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").glob("*.md"))]


@functools.cache
def anchors(page: Path) -> list[str]:
    """The headings of a page as a link calls them: GitHub's rule, and MyST's."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


def dead(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    missing = []
    for link in LINKS.findall(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(f"{page.name}: {link}")
    return missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert not dead(page)


def test_links_of_the_rule_book_lead_somewhere() -> None:
    pages = sorted((TOP / "docs" / "rules").rglob("*.md"))
    assert len(pages) > 300
    assert not [link for page in pages for link in dead(page)]


def test_the_index_of_findings_lists_every_one_in_order() -> None:
    page = TOP / "docs" / "findings.md"
    index = page.read_text("utf-8").partition("\n## ")[0]
    rows = re.findall(r"^\| \[.+?\]\(#(.+?)\) \|(.+?)\|(.+?)\|(.+?)\|$", index, re.MULTILINE)
    assert [anchor for anchor, *_ in rows] == anchors(page)[1:]
    assert all(cell.strip() for _, *cells in rows for cell in cells)
