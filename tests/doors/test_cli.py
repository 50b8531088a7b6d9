"""The command line: exit statuses, names, colours, widths, completion, and what is imported for it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import halfpixel
from halfpixel import cli, console, names
from halfpixel.report.terminal import Outcome, table

FILE = """
import numpy as np

def turned(x, size):
    return x[::-1]

def nearest(x):
    return x[::2, ::2]

def mean(x):
    return np.full_like(x, x.mean())
"""
COMMANDS = (
    "compare",
    "identify",
    "convert",
    "check",
    "merge",
    "diff",
    "lock",
    "upgrade",
    "lint",
    "show",
    "rules",
    "golden",
    "golden-check",
    "completion",
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_the_table_has_every_command_in_order() -> None:
    assert tuple(cli._COMMANDS) == COMMANDS


# ---------------------------------------------------------------------------- exit status

STATUSES = {
    # the answer is yes
    "compare mine.py:nearest mine.py:nearest --input 8,8 --dtype uint8": 0,
    "convert \"F.interpolate(x, size=(h, w), mode='bilinear')\" --to opencv": 0,
    "show linear half_pixel 3 7": 0,
    "rules --convention bilinear --framework tf": 0,
    "completion bash": 0,
    # the answer is no
    "compare mine.py:nearest mine.py:mean --input 8,8 --dtype uint8": 1,
    "identify mine.py:turned": 1,
    "convert \"F.interpolate(x, (h, w), mode='area' if a else 'are')\" --to opencv": 1,
    "rules --framework opencv --call interpolate": 1,
    # an unknown option
    **{f"{command} --verbos": 2 for command in COMMANDS},
    # an argument too many
    **{f"{command} a b 1 2 3": 2 for command in COMMANDS if command != "show"},
    # an unknown name of a set
    **{f"{command} --format xml": 2 for command in COMMANDS},
    "convert F.interpolate(x,(h,w)) --to paddle": 2,
    "convert F.interpolate(x,(h,w))": 2,
    "rules --framework paddle": 2,
    "rules --operation convolution": 2,
    "identify mine.py:nearest --layout ABC": 2,
    "compare mine.py:nearest mine.py:nearest --dtype int3": 2,
    "completion fish9": 2,
    # what does not exist
    "compare mine.py:absent mine.py:nearest": 2,
    "identify mine.py:absent": 2,
    "identify absent.py:f": 2,
    "convert F.interpolat(x,(h,w)) --to opencv": 2,
    "show linear half_pixl 3 7": 2,
    "rules --convention half_pixl": 2,
    "rules --call interpolat3": 2,
    # a value that is not valid
    "compare mine.py:nearest mine.py:nearest --input 0,8": 2,
    "compare mine.py:nearest mine.py:nearest --levels x": 2,
    "convert F.interpolate(x,(h,w)) --to opencv --input 8,x": 2,
    "show linear half_pixel 3": 2,
    "show linear half_pixel 1 100000000": 2,
    "show linear half_pixel 3 7 --factor x": 2,
    # nothing
    "": 2,
    "comparee": 2,
}


@pytest.mark.usefixtures("no_tensors")
@pytest.mark.parametrize("line", STATUSES)
def test_the_same_mistake_has_the_same_exit_status(
    line: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if line.startswith("completion bash"):
        pytest.importorskip("shtab")
    status = STATUSES[line]
    assert cli.main(shlex.split(line)) == status
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    if status == 2:
        assert not out
        assert re.match(r"halfpixel( \w[\w-]*)?: ", err.splitlines()[-1])
    else:
        assert out


@pytest.mark.usefixtures("no_tensors")
@pytest.mark.parametrize("line", [line for line, status in STATUSES.items() if status == 2])
def test_errors_are_one_json_document_on_stdout(
    line: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--format" in line:
        line = line.replace("--format xml", "--layers 3")
    assert cli.main([*shlex.split(line), "--format", "json"]) == 2
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document.keys() == {"schema", "error"}
    assert document["schema"] == 1
    assert document["error"].keys() == {"command", "message"}
    command = line.partition(" ")[0]
    assert document["error"]["command"] == (command if command in COMMANDS else None)
    assert document["error"]["message"]
    assert not err


def test_a_fault_of_halfpixel_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(chosen: object) -> cli.Output:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr(halfpixel.cli, "_COMMANDS", {"show": _with(broken)})
    assert cli.main(["show", "linear", "1", "2"]) == 2
    err = capsys.readouterr().err
    assert "ZeroDivisionError: deep inside" in err
    assert "please report it" in err


def _with(run: object) -> cli.Command:
    return replace(cli._COMMANDS["show"], run=run)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------- help


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_is_plain_and_has_an_example(
    command: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"] if command is None else [command, "--help"])
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    assert "`" not in out
    assert not re.search(r":\w+:|\*\*|\x1b", out)
    assert "exit status:\n  0  " in out
    assert "\n  2  wrong use\n" in out
    if command is None:
        listed = re.findall(r"^    ([a-z-]+)(?: |$)", out, re.MULTILINE)
        assert tuple(listed) == COMMANDS
    else:
        assert f"example:\n  halfpixel {command}" in out


def test_the_examples_of_help_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("convert", "show", "rules"):
        assert cli.main(shlex.split(cli._COMMANDS[name].example)) == 0


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"halfpixel {halfpixel.__version__}\n"


# ---------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("word", "known", "meaning"),
    [
        ("bilinear", ["linear", "cubic"], "linear"),
        ("Bicubic", ["linear", "cubic"], "cubic"),
        ("pytorch", ["torch", "tensorflow"], "torch"),
        ("tf", ["torch", "tensorflow"], "tensorflow"),
        ("TensorFlow", ["torch", "tensorflow"], "tensorflow"),
        ("cv2", ["torch", "opencv"], "opencv"),
        ("nchw", ["NHWC", "NCHW"], "NCHW"),
        ("conv-transpose", ["resize", "conv_transpose"], "conv_transpose"),
        ("keras-torch", ["keras_torch"], "keras_torch"),
        ("cv2", ["torch"], None),
        ("linaer", ["linear"], None),
        ("", ["linear"], None),
    ],
)
def test_common_words_are_understood(word: str, known: list[str], meaning: str | None) -> None:
    assert names.known(word, known) == meaning


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("comapre a b", "unknown command 'comapre'; did you mean compare?"),
        ("convert x --to pytroch", "unknown framework 'pytroch'; did you mean torch?"),
        ("rules --framework opencvv", "did you mean opencv?"),
        ("rules --framwork opencv", "did you mean --framework?"),
        ("rules --framework=opencv --exatcly", "did you mean --exactly?"),
        ("identify f.py:f --layout NWHC", "did you mean NHWC?"),
        ("identify f.py:f --operation resise", "did you mean resize?"),
        ("compare a b --dtype unit8", "did you mean uint8?"),
        ("show linear half_pixl 3 7", "did you mean half_pixel"),
        ("completion bsh", "did you mean bash?"),
        ("rules --format jsn", "did you mean json?"),
    ],
)
def test_of_an_unknown_name_the_closest_is_named(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(line.split()) == 2
    assert said in capsys.readouterr().err


def test_names_are_understood_in_python_too() -> None:
    found = halfpixel.convert("cv2.resize(x, (w, h))", "PyTorch")  # type: ignore[arg-type]
    assert found.target == "torch"
    with pytest.raises(ValueError, match="did you mean keras"):
        halfpixel.convert("cv2.resize(x, (w, h))", "keas")  # type: ignore[arg-type]
    with pytest.raises(halfpixel.Unidentifiable, match="did you mean NHWC"):
        halfpixel.identify(len, layout="NHCW")  # type: ignore[arg-type]
    with pytest.raises(halfpixel.Incomparable, match="did you mean uint8"):
        halfpixel.compare(len, len, dtypes=["unit8"])


# ---------------------------------------------------------------------------- the terminal


class _Terminal:
    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "wanted"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colours_are_for_terminals(
    terminal: bool, environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert console.colours(_Terminal(terminal)) is wanted  # type: ignore[arg-type]


def test_what_is_piped_has_no_colour_and_colour_changes_no_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = "F.interpolate(x, size=(h, w), mode='bilinear')"
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    cli.main(["convert", call, "--to", "opencv"])
    plain = capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    cli.main(["convert", call, "--to", "opencv"])
    coloured = capsys.readouterr().out
    assert "\x1b" not in plain
    assert "\x1b[36m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    cli.main(["convert", call, "--to", "opencv", "--format", "json"])
    assert "\x1b" not in capsys.readouterr().out


def test_sentences_are_wrapped_and_code_is_whole() -> None:
    text = f"warning: {'word ' * 30}\n  {'more ' * 30}\n\n    y = {'+ x ' * 40}"
    lines = console.fitted(text, 60).splitlines()
    assert max(len(line) for line in lines if not line.startswith("    y")) <= 60
    assert lines[1].startswith("  word")
    assert lines[-1] == text.splitlines()[-1]
    assert console.fitted(text, None) == text


def test_a_table_that_is_too_wide_goes_on_below_with_its_first_column() -> None:
    rows = [("name", *(f"column {i}" for i in range(6))), ("row", *("1234" for _ in range(6)))]
    lines = list(console.table(rows, 40, "  "))
    assert max(map(len, lines)) <= 40
    assert [line.split()[0] for line in lines if line] == ["name", "row"] * 2
    for i in range(6):
        assert sum(f"column {i}" in line for line in lines) == 1
    assert len(list(console.table(rows, None))) == 2


def test_what_is_cut_is_counted() -> None:
    line = console.elided("1234567890" * 5, 30)
    assert len(line) <= 30
    kept, more = re.fullmatch(r"(\d+)… \((\d+) more\)", line).groups()  # type: ignore[union-attr]
    assert len(kept) + int(more) == 50
    assert console.elided("short", 30) == "short"


def test_what_does_not_fit_beside_an_entry_stands_below_it() -> None:
    rows = [("f(x)", "torch >=1.0"), (f"g({'x, ' * 6})", "tensorflow >=2.0, shrinking")]
    lines = list(console.pairs(rows, None, "  ", 90))
    assert lines[0].index("torch") == lines[1].index("tensorflow")
    narrow = list(console.pairs(rows, 40, "  ", 90))
    assert max(map(len, narrow)) <= 40
    assert narrow[-1] == "      tensorflow >=2.0, shrinking"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_tables_of_commands_are_as_wide_as_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for line in ("rules --framework torch", "show linear half_pixel 3 40"):
        cli.main(line.split())
        lines = capsys.readouterr().out.splitlines()
        # a word that is longer than the line is not broken
        wide = [line for line in lines if len(line) > width and len(line.split()) > 1]
        assert not wide


def test_the_table_of_a_run_is_as_wide_as_the_terminal() -> None:
    outcomes = [
        Outcome("torch", "short", "conforms", 0.5),
        Outcome("torch", "a_name_that_leaves_no_room_for_counts", "unsupported", None, "no " * 70),
    ]
    wide = table(outcomes, {"torch": "2.0"})
    assert sum("a_name_that" in line for line in wide[:4]) == 1
    narrow = table(outcomes, {"torch": "2.0"}, 60, verbose=True)
    assert max(map(len, narrow)) <= 60
    at = next(i for i, line in enumerate(narrow) if "a_name_that" in line)
    assert narrow[at + 1].split() == ["-", "-", "1", "-"]
    assert any(re.search(r"… \(\d+ more\)", line) for line in narrow)


# ---------------------------------------------------------------------------- completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_shells_complete_commands_options_and_names(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("shtab")
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in (*COMMANDS, "weight", "keras_torch", "NCHW"):
        assert word in script


def test_without_its_library_completion_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["completion", "bash"]) == 2
    assert "pip install 'halfpixel[completion]'" in capsys.readouterr().err


# ---------------------------------------------------------------------------- imports


def _imported(code: str) -> set[str]:
    """The modules of halfpixel and of other packages that a program imports."""
    report = (
        "import sys; known = {*sys.stdlib_module_names}; "
        "print('imported', *(m for m in sys.modules if m.partition('.')[0] not in known | {'__main__'}))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}\n{report}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {*done.stdout.splitlines()[-1].split()[1:]}


def test_importing_halfpixel_imports_nothing_else() -> None:
    assert _imported("import halfpixel") == {"halfpixel"}


def test_help_imports_the_command_line_alone() -> None:
    code = "from halfpixel import cli\ntry:\n    cli.main(['--help'])\nexcept SystemExit: pass"
    own = {"cli", "console", "documents", "names"}
    assert _imported(code) == {"halfpixel", *(f"halfpixel.{name}" for name in own)}


def test_a_public_name_imports_what_it_needs() -> None:
    imported = _imported("import halfpixel; halfpixel.Resize")
    assert "numpy" in imported
    assert not {one for one in imported if one.startswith("halfpixel.frameworks")}


def test_every_public_name_is_there() -> None:
    assert sorted(halfpixel.__all__) == halfpixel.__all__
    for name in halfpixel.__all__:
        assert getattr(halfpixel, name) is not None
        assert name in dir(halfpixel)
    with pytest.raises(AttributeError, match="has no attribute 'resise'"):
        _ = halfpixel.resise  # type: ignore[attr-defined]
