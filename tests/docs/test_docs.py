"""What the documents show is what the program does."""

import doctest
import functools
import json
import re
import runpy
import shlex
import textwrap
from pathlib import Path

import pytest

import halfpixel
from halfpixel import Resize
from halfpixel.cli import main
from halfpixel.conformance import goldens, trials, verdicts
from halfpixel.report import arithmetics
from halfpixel.report.terminal import explain

TOP = Path(__file__).parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")


def test_the_examples_of_the_readme_run() -> None:
    assert doctest.testfile(str(TOP / "README.md"), module_relative=False) == (0, 4)


def test_the_examples_of_the_page_on_transposed_convolution_run() -> None:
    page = TOP / "docs" / "transposed-convolution.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert (failed, tried) == (0, 12)


def test_the_failure_in_the_readme_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    call = next(call for call in trials.calls() if call.id == "opencv-resize-INTER_LINEAR")
    path = "resize/linear-half_pixel/2x2-8x8-worked_example.json"
    case = trials.golden(goldens.root() / path)
    other = Resize(mode="linear", coordinate_transformation_mode="asymmetric")
    got = other.apply(case.inputs["x"], case.size).astype("float32")
    monkeypatch.setattr(verdicts, "load", lambda framework: {})
    monkeypatch.setattr(verdicts, "version", lambda framework: "5.0.0.93")
    monkeypatch.setattr(type(call), "evaluate", lambda *_: got)
    shown = re.search(r"```text\n(opencv.*?)\n```", README, re.DOTALL)
    assert shown is not None
    assert explain(verdicts.judge(call, case, "float32")) == shown[1]


def test_what_the_program_writes_is_fresh() -> None:
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
    }
    assert {name.split()[0] for name in growth["errors"]} == weighing, "make growth measures them"


def test_the_conversions_in_the_readme_are_the_answers() -> None:
    command = r'    \$ halfpixel convert "(.*?)" --to (\w+)\n((?:    .*\n|\n)*)'
    shown = re.findall(command, README)
    assert len(shown) == 2
    for call, target, text in shown:
        assert textwrap.dedent(text).rstrip() == str(halfpixel.convert(call, target))


@pytest.mark.parametrize("command", ["rules", "show"])
def test_the_commands_in_the_readme_say_that(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = re.search(rf"    \$ halfpixel ({command} .*?)\n(.*?)\n\n(?=\S)", README, re.DOTALL)
    assert shown is not None
    monkeypatch.setenv("COLUMNS", "100")
    assert main(shlex.split(shown[1])) == 0
    assert textwrap.dedent(shown[2]) == capsys.readouterr().out.rstrip("\n")


def test_the_comparison_in_the_readme_begins_as_the_page_on_it_does() -> None:
    """Whose answer a test of the comparisons holds."""
    page = (TOP / "docs" / "compare.md").read_text(encoding="utf-8")
    answer = re.search(r"```text\n(\$ halfpixel compare .*?)\n\n", page, re.DOTALL)
    shown = re.search(r"    (\$ halfpixel compare .*?)\n\n(?=\S)", README, re.DOTALL)
    assert answer is not None
    assert shown is not None
    assert textwrap.dedent(f"    {shown[1]}") == answer[1]


@pytest.mark.opencv
def test_the_identification_in_the_readme_is_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = re.search(r"`mine.py`:\n\n```python\n(.*?)```", README, re.DOTALL)
    shown = re.search(r"halfpixel identify (\S+)\n(.*?)\n\n", README, re.DOTALL)
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
