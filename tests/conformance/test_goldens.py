"""golden/: what is stored is what the reference computes, and any other file is named in one line."""

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfpixel import cli
from halfpixel.conformance import goldens, trials
from halfpixel.operators.kernels import KERNELS
from tests.thinning import thinned

TOP = Path(__file__).parents[2]

# ---------------------------------------------------------------------------- what is stored

FOLDERS = sorted({case.folder for case in trials.golden_cases()})


@pytest.mark.parametrize("folder", thinned(FOLDERS, every=10))
def test_file_is_formatted_of_parsed_file(folder: str) -> None:
    for path in sorted((goldens.root() / folder).iterdir()):
        assert path.read_bytes().decode() == goldens.formatted(goldens.read(path)), path.name


@pytest.mark.sweep
def test_every_summary_is_what_is_computed_anew() -> None:
    assert list(goldens.problems(trials.golden_cases(), trials.golden_pages())) == []


def test_every_golden_says_where_it_stands() -> None:
    for case in trials.golden_cases():
        assert goldens.path_of(goldens.read(goldens.path_of(case))) == goldens.path_of(case)


def test_inputs_have_the_dtype_that_the_golden_says() -> None:
    for case in trials.golden_cases():
        path = goldens.path_of(case)
        dtype = json.loads(path.read_text(encoding="utf-8"))["dtype"]
        for values in goldens.read(path).inputs.values():
            assert np.array_equal(values.astype(dtype).astype(np.float64), values), path


def test_goldens_stay_small_enough_to_read() -> None:
    sizes = {path: path.stat().st_size for path in goldens.files()}
    assert max(sizes.values()) <= 8192


ROW = re.compile(r" *\[[^\[\]]+\],?")


def test_an_image_row_is_a_line_and_columns_are_aligned() -> None:
    for case in trials.golden_cases():
        text = goldens.path_of(case).read_text(encoding="utf-8")
        rows = [line.rstrip(",") for line in text.splitlines() if ROW.fullmatch(line)]
        images = [trials.golden(goldens.path_of(case)).expected]
        images += [v for v in case.inputs.values() if v.ndim == 4]
        assert len(rows) == sum(image[..., 0].size for image in images), case.name
        assert len({len(row) for row in rows[-images[0][..., 0].size :]}) == 1, case.name


# ---------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-0.0), "0"),
        (Fraction(7), "7"),
        (Fraction(-120), "-120"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-7, 8), "-0.875"),
        (Fraction(1, 2**20), "9.5367431640625e-07"),
        (Fraction(1, 3), '"1/3"'),
        (Fraction(-2, 3), '"-2/3"'),
        (Fraction(1, 10), "0.1"),
        (Fraction(1, 1000), "0.001"),
        (Fraction(235298, 114533), '"235298/114533"'),
        (Fraction(12345678901, 98765432103), "0.12499999886726562"),
        (Fraction(10) ** 14, "100000000000000"),
        (Fraction(10) ** 15, "1000000000000000.0"),
        (Fraction(2) ** 53 + 1, "9007199254740992.0"),
        (Fraction(10) ** 300, "1e+300"),
        (Fraction(1, 10**300), "1e-300"),
    ],
)
def test_number_is_the_shortest_exact_text_or_the_nearest_float64(
    value: Fraction, text: str
) -> None:
    assert goldens.number(value) == text


@given(st.fractions(min_value=-(10**30), max_value=10**30))
def test_number_reads_back_as_the_nearest_float64(value: Fraction) -> None:
    stored = json.loads(goldens.number(value))
    assert float(Fraction(stored)) == float(value)
    if isinstance(stored, str) or Fraction(float(value)) == value:
        assert Fraction(stored) == value


# ---------------------------------------------------------------------------- a copy to break

ALIGNED = "resize/linear-align_corners/2x2-8x8-worked_example.json"
TEXTURE = "resize/linear-half_pixel/4x5-7x9-texture.json"
BIAS = "conv_transpose/strides2x2/3x3-7x7-k3x3-s2-bias.json"
COPIED = (ALIGNED, TEXTURE, BIAS)


EVERY = {f"{case.folder}/{case.name}.json": case for case in trials.golden_cases()}
CASES = tuple(EVERY[name] for name in COPIED)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A golden/ of three files that tests may break; the package sees it instead of the real one."""
    root = tmp_path / "golden"
    for name in COPIED:
        stored = (goldens.root() / name).read_bytes()
        (root / name).parent.mkdir(parents=True)
        (root / name).write_bytes(stored)
    monkeypatch.setattr(goldens, "root", lambda: root)
    monkeypatch.setattr(trials, "golden_cases", lambda: iter(CASES))
    monkeypatch.setattr(trials, "golden_pages", lambda: iter(()))
    return root


def _contents(root: Path) -> dict[str, bytes]:
    files = [path for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


Edit = Callable[[str], str | bytes]


def _replaced(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text, f"{old!r} is not in the golden"
        return text.replace(old, new, 1)

    return edit


def _without_line(number: int) -> Edit:
    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(lines[: number - 1] + lines[number:])

    return edit


def _twice_line(number: int) -> Edit:
    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join([*lines[:number], *lines[number - 1 :]])

    return edit


def _changed(**entries: object) -> Edit:
    """The same golden with other entries, formatted by json."""
    return lambda text: json.dumps({**json.loads(text), **entries})


def _first_plane_gone(text: str) -> str:
    document = json.loads(text)
    del document["expected"][0][0]
    return json.dumps(document)


_ONE = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}

# what was done, to which golden, the edit, what the line says
# fmt: off
UNREADABLE: list[tuple[str, str, Edit, str]] = [
    ("empty", ALIGNED, lambda text: "", "not JSON at line 1: Expecting value"),
    ("truncated in a row", ALIGNED, lambda text: text[:900], "not JSON at line 27"),
    ("truncated by a line", BIAS, lambda text: text[:-3], "not JSON at line"),
    ("a comma gone", ALIGNED, _replaced("1,   \"-5/7\"", "1   \"-5/7\""), "not JSON at line 24"),
    ("prose", ALIGNED, lambda text: "see the wiki\n", "not JSON at line 1"),
    ("a byte-order mark", ALIGNED, lambda text: "\ufeff" + text, "not JSON at line 1"),
    ("merge markers", ALIGNED, lambda text: "<<<<<<< HEAD\n" + text, "not JSON at line 1"),
    ("Latin-1", ALIGNED, lambda text: text[:50].encode() + b"\xe9" + text[50:].encode(),
     "not UTF-8 at byte 50"),
    ("an array", ALIGNED, lambda text: "[]", "a golden has the keys"),
    ("an unknown key", ALIGNED, _changed(colour="red"), "a golden has the keys"),
    ("a key gone", ALIGNED, _without_line(3), "a golden has the keys"),
    ("keys in another order", ALIGNED,
     lambda text: json.dumps(dict(reversed(json.loads(text).items()))), "in this order"),
    ("a row short", TEXTURE, _without_line(39), "expected: rows of different lengths"),
    ("a row long", TEXTURE, _twice_line(39), "expected: rows of different lengths"),
    ("a value short", ALIGNED, _replaced('[      -1,   "-5/7"', '[      -1'),
     "expected: rows of different lengths"),
    ("an input's row short", TEXTURE, _without_line(16), "x: rows of different lengths"),
    ("a plane gone", TEXTURE, _first_plane_gone,
     "expected has shape (1, 2, 7, 9), shapes says (1, 3, 7, 9)"),
    ("a plane gone, and from shapes", TEXTURE,
     lambda text: _changed(shapes={"x": [1, 3, 4, 5], "expected": [1, 2, 7, 9]})(
         _first_plane_gone(text)),
     "expected has shape (1, 2, 7, 9), the inputs and the size make (1, 3, 7, 9)"),
    ("shapes edited", ALIGNED, _replaced('"x": [1, 1, 2, 2]', '"x": [1, 1, 2, 3]'),
     "x has shape (1, 1, 2, 2), shapes says (1, 1, 2, 3)"),
    ("size edited", ALIGNED, _replaced('"size": [8, 8]', '"size": [8, 9]'),
     "expected has shape (1, 1, 8, 8), the inputs and the size make (1, 1, 8, 9)"),
    ("an image without channels", ALIGNED,
     _changed(inputs={"x": [1, 2]}, shapes={"x": [2], "expected": [1, 1, 8, 8]}), "shape"),
    ("no input", ALIGNED, _changed(inputs={}, shapes={"expected": [1, 1, 8, 8]}), "no 'x'"),
    ("a word for a number", ALIGNED, _replaced('"-5/7"', '"five"'), "an entry that is no number"),
    ("a division by zero", ALIGNED, _replaced('"-5/7"', '"-5/0"'), "an entry that is no number"),
    ("an integer beyond float64", ALIGNED, _replaced('"-5/7"', "9" * 400),
     "an entry that is no number"),
    ("an unknown mode", ALIGNED, _changed(convention={**_ONE, "mode": "linea"}),
     f"mode is one of {', '.join(KERNELS)}; got 'linea'"),
    ("an unknown attribute", ALIGNED, _changed(convention={**_ONE, "colour": 1}),
     "a resize convention has no attribute 'colour'"),
    ("a stride of 0", BIAS, _replaced('"strides": [2, 2]', '"strides": [2, 0]'),
     "strides takes nothing below 1"),
    ("an unknown arithmetic", ALIGNED, _changed(arithmetic="slide rule"), "slide rule"),
]

DIFFERENT: list[tuple[str, str, Edit, str]] = [
    ("a digit of expected", ALIGNED, _replaced('"-19/49"', '"-18/49"'),
     "edited: expected[0, 0, 1, 1] is -0.36734693877551022, the reference says -0.38775510204081631"),
    ("a sign of expected", ALIGNED, _replaced('"-5/7"', ' "5/7"'), "edited: expected[0, 0, 0, 1]"),
    ("the last value of expected", ALIGNED, _replaced('"31/7",        5]', '"31/7",        6]'),
     "edited: expected[0, 0, 7, 7] is 6, the reference says 5"),
    ("NaN in expected", ALIGNED, _replaced('"-5/7"', "NaN"), "edited: expected[0, 0, 0, 1] is nan"),
    ("a digit of an input", ALIGNED, _replaced("[ 1,  5]\n", "[ 1,  4]\n"),
     "edited: x[0, 0, 1, 1] is 4, the reference says 5"),
    ("a digit of the bias", BIAS, _replaced("-1,  2,  5", "-1,  3,  5"),
     "edited: b[1] is 3, the reference says 2"),
    ("the convention", ALIGNED, _replaced('"align_corners"}', '"half_pixel"}'), "line 6"),
    ("the arithmetic", ALIGNED, _replaced("null", '"kernel_table_1024"'), "line 7"),
    ("the name", ALIGNED, _replaced('"case": "2x2-8x8', '"case": "2x2-8x9'), "line 2"),
    ("what it pins", ALIGNED, _replaced("in 2019", "in 2018"), "line 3"),
    ("the dtype", ALIGNED, _replaced("float32", "float64"), "line 9"),
    ("a number written otherwise", ALIGNED, _replaced("[      -1", "[    -1.0"),
     "badly formatted at line 24"),
    ("a fraction not in lowest terms", ALIGNED, _replaced(' "-5/7"', '"-10/14"'),
     "badly formatted at line 24"),
    ("a space", ALIGNED, _replaced("[-1,  1]", "[-1, 1]"), "badly formatted at line 15"),
    ("a line more", ALIGNED, lambda text: text + "\n", "badly formatted at line"),
    ("no last line feed", ALIGNED, lambda text: text[:-1], "badly formatted at line"),
    ("line ends of Windows", ALIGNED, lambda text: text.replace("\n", "\r\n"), "badly formatted"),
    ("one line", ALIGNED, lambda text: json.dumps(json.loads(text)), "badly formatted at line 1"),
]
# fmt: on


def _broken(root: Path, name: str, edit: Edit) -> Path:
    text = edit((root / name).read_bytes().decode())
    (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return root / name


def _table(rows: list[tuple[str, str, Edit, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("name", "edit", "reason"), [row[1:] for row in rows], ids=[row[0] for row in rows]
    )


@_table(UNREADABLE)
def test_read_says_in_one_line_what_is_wrong(
    copy: Path, name: str, edit: Edit, reason: str
) -> None:
    path = _broken(copy, name, edit)
    with pytest.raises(goldens.GoldenError) as caught:
        goldens.read(path)
    message = str(caught.value)
    assert message.startswith(f"golden/{name}: ")
    assert reason in message
    assert "\n" not in message


def test_read_of_a_missing_golden_says_how_to_write_it(copy: Path) -> None:
    (copy / ALIGNED).unlink()
    with pytest.raises(goldens.GoldenError) as caught:
        goldens.read(copy / ALIGNED)
    assert str(caught.value) == f"golden/{ALIGNED}: missing; run `make golden` to write it anew"


def test_a_golden_outside_the_folder_is_shown_by_its_whole_path(tmp_path: Path) -> None:
    with pytest.raises(goldens.GoldenError) as caught:
        goldens.read(tmp_path / "elsewhere.json")
    assert str(caught.value).startswith(f"{tmp_path / 'elsewhere.json'}: missing")


# ---------------------------------------------------------------------------- golden-check


def test_golden_check_of_a_whole_copy_is_clean(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["golden-check"]) == 0
    assert capsys.readouterr() == ("goldens: 3 files, all exact\n", "")


def _the_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The only problem, after a run of golden-check that must fail."""
    assert cli.main(["golden-check"]) == 1
    line, total = capsys.readouterr().out.splitlines()
    assert total == "goldens: 3 files, 1 with a problem"
    assert [line] == list(goldens.problems(trials.golden_cases()))
    return str(line)


@_table(UNREADABLE + DIFFERENT)
def test_golden_check_names_the_file_and_the_reason_in_one_line(
    copy: Path, capsys: pytest.CaptureFixture[str], name: str, edit: Edit, reason: str
) -> None:
    _broken(copy, name, edit)
    line = _the_line(capsys)
    assert line.startswith(f"golden/{name}: ")
    assert reason in line


PAGE = goldens.Page("sweeps/one.json", '{\n  "pairs": 4,\n  "smallest": []\n}\n')


@pytest.fixture
def page(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A golden that is not a case, beside the three that are."""
    monkeypatch.setattr(trials, "golden_pages", lambda: iter([PAGE]))
    assert cli.main(["golden"]) == 0
    return copy / PAGE.name


def test_golden_writes_a_page_and_golden_check_holds_it(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert page.read_bytes().decode() == PAGE.text
    assert goldens.page(PAGE.name) == {"pairs": 4, "smallest": []}
    assert cli.main(["golden-check"]) == 0
    assert capsys.readouterr() == ("goldens: 4 files, all exact\n", "")


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (_replaced("4", "5"), "edited: line 2 is not the reference's"),
        (lambda text: text[:-1], "edited: line 4 is not the reference's"),
        (lambda text: text + "\n", "edited: line 5 is not the reference's"),
        (lambda text: "", "edited: line 1 is not the reference's"),
    ],
)
def test_golden_check_names_an_edited_page_and_its_line(
    page: Path, capsys: pytest.CaptureFixture[str], edit: Edit, reason: str
) -> None:
    _broken(page.parents[1], PAGE.name, edit)
    capsys.readouterr()
    assert cli.main(["golden-check"]) == 1
    assert (
        capsys.readouterr().out.splitlines()[0]
        == f"golden/{PAGE.name}: {reason}; run `make golden` to write it anew"
    )


@pytest.mark.parametrize(
    ("text", "reason"), [(None, "missing"), ("{", "not JSON: "), ("[]", "not a JSON object")]
)
def test_a_page_that_cannot_be_read_is_named(page: Path, text: str | None, reason: str) -> None:
    page.unlink()
    if text is not None:
        page.write_text(text)
    with pytest.raises(goldens.GoldenError, match=f"^golden/{PAGE.name}: {reason}"):
        goldens.page(PAGE.name)


def test_golden_check_names_a_missing_page(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.unlink()
    capsys.readouterr()
    assert cli.main(["golden-check"]) == 1
    assert capsys.readouterr().out.startswith(f"golden/{PAGE.name}: missing")


def test_golden_check_names_a_missing_file(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / BIAS).unlink()
    assert _the_line(capsys).startswith(f"golden/{BIAS}: missing")


@pytest.mark.parametrize(
    "extra",
    [
        "resize/linear-align_corners/2x2-9x9-none.json",
        "resize/linear-sideways/2x2-8x8-worked_example.json",
        "stray.json",
        "resize/linear-align_corners/.2x2-8x8-worked_example-x7.tmp",
    ],
)
def test_golden_check_names_an_extra_file(
    copy: Path, capsys: pytest.CaptureFixture[str], extra: str
) -> None:
    (copy / extra).parent.mkdir(exist_ok=True)
    (copy / extra).write_bytes((copy / ALIGNED).read_bytes())
    assert _the_line(capsys).startswith(f"golden/{extra}: extra")


def test_golden_check_names_every_file_that_has_a_problem(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _broken(copy, ALIGNED, _replaced('"-19/49"', '"-18/49"'))
    (copy / BIAS).unlink()
    (copy / "stray.json").write_text("{}")
    assert cli.main(["golden-check"]) == 1
    *lines, total = capsys.readouterr().out.splitlines()
    named = [line.partition(": ")[0] for line in lines]
    assert named == [f"golden/{ALIGNED}", f"golden/{BIAS}", "golden/stray.json"]
    assert total == "goldens: 3 files, 3 with a problem"


# ---------------------------------------------------------------------------- writing


def test_write_into_an_empty_folder_makes_the_stored_bytes(copy: Path) -> None:
    stored = _contents(copy)
    for name in COPIED:
        (copy / name).unlink()
    written, removed, unchanged = goldens.write(CASES)
    assert _contents(copy) == stored
    assert (written, removed, unchanged) == ([copy / name for name in COPIED], [], 0)


def test_a_second_write_touches_no_file(copy: Path) -> None:
    before = {path: path.stat() for path in copy.rglob("*")}
    assert goldens.write(CASES) == ([], [], 3)
    after = {path: path.stat() for path in copy.rglob("*")}
    assert {p: (s.st_ino, s.st_mtime_ns) for p, s in after.items()} == {
        p: (s.st_ino, s.st_mtime_ns) for p, s in before.items()
    }


def test_write_mends_whatever_is_broken(copy: Path) -> None:
    stored = _contents(copy)
    for _, name, edit, _ in UNREADABLE + DIFFERENT:
        path = _broken(copy, name, edit)
        assert goldens.write(CASES) == ([path], [], 2)
        assert _contents(copy) == stored


@pytest.mark.parametrize(
    "extra", ["resize/linear-sideways/2x2-2x2-none.json", "stray.json", "resize/.left-over.tmp"]
)
def test_write_removes_what_golden_check_calls_extra(copy: Path, extra: str) -> None:
    stored = sorted(copy.rglob("*"))
    (copy / extra).parent.mkdir(exist_ok=True)
    (copy / extra).write_text("{}")
    written, removed, unchanged = goldens.write(CASES)
    assert (written, removed, unchanged) == ([], [copy / extra], 3)
    assert sorted(copy.rglob("*")) == stored


@pytest.mark.parametrize("step", ["fdopen", "chmod", "replace"])
@pytest.mark.parametrize("failure", [OSError("no space left"), KeyboardInterrupt()], ids=type)
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    copy: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    _broken(copy, TEXTURE, lambda text: "old")
    before = _contents(copy)

    def fail(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(type(failure)):
            goldens.write(CASES)
    assert _contents(copy) == before


def test_golden_says_what_it_did(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _broken(copy, ALIGNED, lambda text: text[:100])
    (copy / "stray.json").write_text("{}")
    assert cli.main(["golden"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"wrote golden/{ALIGNED}",
        "removed golden/stray.json",
        "goldens: 1 written, 1 removed, 2 unchanged",
    ]
    assert cli.main(["golden-check"]) == 0


# ---------------------------------------------------------------------------- imports


# what is done, in this order and in one process
STEPS = {
    "import halfpixel": "import halfpixel",
    "import every module": "import halfpixel.conformance.trials, halfpixel.conformance.misreadings, "
    "halfpixel.conformance.verdicts, halfpixel.pytest_plugin",
    "checking goldens": "from itertools import islice; "
    "from halfpixel.conformance import goldens, sweep, trials; "
    "sweep.largest = lambda convention: 8; "  # of which a summary takes no time
    "cases, pages = trials.golden_cases(), trials.golden_pages(); "
    "list(goldens.problems(islice(cases, 0, None, 200), islice(pages, 2)))",
    "the rules": "from halfpixel.catalogue import rules; list(rules.every_rule())[0].written",
    "converting a resize": "halfpixel.convert('tf.image.resize(x, (h, w), \"bicubic\")', 'opencv').json()",
    "converting a layer": "halfpixel.convert('nn.ConvTranspose2d(4, 4, 3)', 'keras')",
    "an upgrade": "halfpixel.upgrade('keras==3.12', 'keras==3.15').text(80)",
    "collection": "import pytest; assert pytest.main(['--collect-only', '-q', 'tests/test_resize.py', "
    "'tests/test_conv_transpose.py', '-m', 'not repeated', '-p', 'no:cacheprovider']) == 0",
}


@functools.cache
def _imported_after() -> dict[str, str]:
    """The frameworks that are imported after each step."""
    names = "*{'torch', 'tensorflow', 'keras', 'cv2', 'onnx', 'matplotlib'} & set(sys.modules)"
    program = "".join(
        f"{code}\nprint({f'after {step}:'!r}, {names})\n" for step, code in STEPS.items()
    )
    command = [sys.executable, "-c", f"import sys\n{program}"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    lines = (line.partition(":") for line in done.stdout.splitlines() if line.startswith("after "))
    return {step.removeprefix("after "): found.strip() for step, _, found in lines}


@pytest.mark.parametrize("step", STEPS)
def test_no_framework_is_imported_by(step: str) -> None:
    assert _imported_after()[step] == ""


# ---------------------------------------------------------------------------- the photograph


def test_the_photograph_is_whole_and_says_whose_it_is() -> None:
    assert goldens.photograph().shape == (60, 90, 3)
    header = (goldens.root() / "photograph.ppm").read_bytes()[:300].decode("utf-8", "replace")
    assert "photographed by" in header
    assert "CC0" in header


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"P6\n2 1\n255\n\1\2\3\4\5", "not a whole PPM image"),
        (b"P6\n2 1\n255\n\1\2\3\4\5\6\7", "not a whole PPM image"),
        (b"P6\n2 1\n65535\n\1\2\3\4\5\6", "not a whole PPM image"),
        (b"P3\n2 1\n255\n\1\2\3\4\5\6", "not a whole PPM image"),
        (b"P6\n0 0\n255\n", "not a whole PPM image"),
        (b"\x89PNG\r\n", "not a whole PPM image"),
        (b"", "not a whole PPM image"),
        (None, "missing"),
    ],
    ids=["short", "long", "16 bits", "P3", "no pixel", "a PNG", "empty", "missing"],
)
def test_a_broken_photograph_is_named_in_one_line(
    copy: Path, data: bytes | None, reason: str
) -> None:
    if data is not None:
        (copy / "photograph.ppm").write_bytes(data)
    with pytest.raises(goldens.GoldenError) as caught:
        goldens.photograph()
    assert str(caught.value) == (f"golden/photograph.ppm: {reason}; restore it from the repository")


def test_a_photograph_is_read_row_by_row(copy: Path) -> None:
    (copy / "photograph.ppm").write_bytes(b"P6\n# whose\n2 1\n255\n\1\2\3\4\5\6")
    assert goldens.photograph().tolist() == [[[1, 2, 3], [4, 5, 6]]]


def test_the_goldens_of_an_installed_package_are_not_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(goldens, "_installed", lambda: tmp_path)
    monkeypatch.setattr(goldens, "root", lambda: tmp_path)
    assert cli.main(["golden"]) == 2
    assert "belongs to an installed halfpixel" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]
