"""docs/symptoms.md: its code runs, and what it names exists."""

import doctest
import functools
import re
from pathlib import Path

import numpy as np
import pytest

from halfpixel import Resize, frameworks, pytest_plugin
from halfpixel.conformance.trials import calls as every_call
from halfpixel.numerics.error_model import UNIT_ROUNDOFF

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "symptoms.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
LAST = "None of these"
PARTS = ("Symptom", "Check", "Cause", "Fix", "Tests", "Reports")


def load_frameworks() -> None:
    """In one thread each, as the suites do, before the page imports them."""
    for name in ("torch", "tensorflow", "opencv"):
        frameworks.load(name)


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
def test_the_code_of_the_page_runs() -> None:
    load_frameworks()
    failed, tried = doctest.testfile(str(TOP / "docs" / "symptoms.md"), module_relative=False)
    assert failed == 0
    assert tried == PAGE.count(">>> ")


def test_every_block_of_code_is_run() -> None:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert blocks
    assert all(language == "python" and code.startswith(">>> ") for language, code in blocks)


def test_every_section_says_all_of_it() -> None:
    said = {
        name: re.findall(r"^\*\*([A-Z][\w ]+?)\.?\*\*", text, re.MULTILINE)
        for name, text in SECTIONS.items()
    }
    assert said.pop(LAST) == ["Tests"]
    assert {name: parts for name, parts in said.items() if tuple(parts) != PARTS} == {}


def test_the_table_leads_to_every_section() -> None:
    table = PAGE[: PAGE.index("\n\n", PAGE.index("| --- |"))]
    led_to = set(re.findall(r"\]\(#([\w-]+)\)", table))
    assert led_to == {re.sub(r"[^\w -]", "", name).lower().replace(" ", "-") for name in SECTIONS}


# ---------------------------------------------------------------------------- tests and goldens


@functools.cache
def functions() -> dict[str, str]:
    """Every test function of the suites and of the package, with the file that it is in."""
    files = sorted((TOP / "tests").rglob("test_*.py"))
    return {
        name: path.relative_to(TOP).as_posix()
        for path in files
        for name in re.findall(r"^ *def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }


@functools.cache
def trials() -> tuple[str, ...]:
    """Every trial of the suites, under the name that ``-k`` sees: function[trial]."""
    marked = re.compile(r'mark\.halfpixel\("(\w+)"\)\n(?:@.*\n)*def (\w+)')
    return tuple(
        f"{function}[{trial.id}]".lower()
        for path in sorted((TOP / "tests").glob("test_*.py"))
        for name, function in marked.findall(path.read_text("utf-8"))
        if name != "sweep"
        for trial in pytest_plugin._trials(frameworks.version, name)
    )


SELECTIONS = sorted(set(re.findall(r'-k "([^"…]+)"', PAGE)))


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.parametrize("selection", SELECTIONS)
def test_a_selection_selects_something(selection: str) -> None:
    """``-k`` as the page uses it: words that must all be in a name."""
    words = selection.lower().split(" and ")
    assert not any(" " in word for word in words)
    assert any(all(word in name for word in words) for name in trials())


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"(tests/[\w/]+\.py)::(\w+)", PAGE)
    assert named
    assert [test for file, test in named if functions().get(test) != file] == []


# ---------------------------------------------------------------------------- links


def test_conventions_and_calls_are_linked_by_their_names() -> None:
    """The page of a convention is named by its slug, the page of a call by its id."""
    calls = list(every_call("resize"))
    slugs = {convention.slug for call in calls for convention in call.follows.values()}
    names = {"conventions": slugs, "calls": {call.id for call in calls}}
    links = re.findall(r"\]\(rules/(\w+)/([^)]+)\.md\)", PAGE)
    assert {kind for kind, _ in links} == set(names)
    assert [name for kind, name in links if name not in names[kind]] == []


def test_threads_are_linked_as_they_are_called() -> None:
    """owner/repository#number, or #number of the repository named before, leads to that number there."""
    repository = ""
    threads = re.findall(r"\[([\w./-]*)#(\d+)\]\(https://github\.com/([^)]+)\)", PAGE)
    assert len(threads) == PAGE.count("](https:")
    for name, number, address in threads:
        repository = name or repository
        assert address in {f"{repository}/issues/{number}", f"{repository}/pull/{number}"}


# ---------------------------------------------------------------------------- what it says of Pillow


@pytest.mark.parametrize(
    ("name", "convention"),
    [
        ("BILINEAR", Resize(mode="linear", antialias=True, exclude_outside=True)),
        ("BICUBIC", Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True)),
        ("LANCZOS", Resize(mode="lanczos", lanczos_radius=3, antialias=True, exclude_outside=True)),
    ],
    ids=lambda entry: entry if isinstance(entry, str) else entry.slug,
)
def test_pillow_antialiases_as_the_page_says(name: str, convention: Resize) -> None:
    """Sums are in double, and each of the two passes is rounded to float32: two roundings in all."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for size_in, size_out in (
        ((7, 9), (4, 5)),
        ((5, 4), (9, 11)),
        ((12, 3), (5, 8)),
        ((1, 13), (3, 2)),
    ):
        x = rng.integers(0, 256, size_in).astype(np.float32)
        how = Image.Resampling[name]
        got = np.asarray(Image.fromarray(x).resize(size_out[::-1], how))
        rows, columns = (
            convention.weights(n, m).astype(float) for n, m in zip(size_in, size_out, strict=True)
        )
        bound = 2 * UNIT_ROUNDOFF["float32"] * (abs(rows) @ x @ abs(columns).T)
        assert (abs(got - rows @ x @ columns.T) <= bound).all()


@pytest.mark.opencv
def test_nearest_of_pillow_is_opencv_5_s_at_every_pair_of_sizes() -> None:
    """Both add the step up in float64: INTER_NEAREST_EXACT of OpenCV 5, up to 128 pixels."""
    from PIL import Image

    cv2 = frameworks.load("opencv")["cv2"]
    sizes = range(1, 129)
    lines = {n: np.arange(n, dtype=np.float32) for n in sizes}
    for n_in, line in lines.items():
        picture = Image.fromarray(line[None])
        for n_out in sizes:
            got = np.asarray(picture.resize((n_out, 1), Image.Resampling.NEAREST))
            want = cv2.resize(line[None], (n_out, 1), interpolation=cv2.INTER_NEAREST_EXACT)
            assert np.array_equal(got, want), (n_in, n_out)
