"""The lock: what moves a line of it and what does not, files that a stranger wrote, and the commands."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halfpixel import cli, documents
from halfpixel.checking import following, functions, lock_file
from halfpixel.checking.following import UNKNOWN, Behaviour
from halfpixel.checking.observed import Observed
from halfpixel.records import Crash, Refusal, probes, read
from tests.checking.test_against import NOTHING, _in_one_case, _rounded, _shifted, made
from tests.doors.test_json import hold

pytestmark = pytest.mark.usefixtures("mylib", "no_tensors")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    _install(monkeypatch, made())
    return tmp_path


def _install(patch: pytest.MonkeyPatch, found: Observed) -> None:
    """Another environment."""
    patch.setattr("halfpixel.checking.locking.observed", lambda *arguments: found)


def _run(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """A command: its status, and what it prints."""
    status = cli.main(line.split())
    out, err = capsys.readouterr()
    return status, out + err


LOCK, LOCKED, UPDATE = "lock --framework mylib", "check --locked", "lock --update"


def test_a_lock_is_a_line_a_call_and_holds(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(LOCK, capsys) == (0, "locked: 6 calls and 0 functions in halfpixel.lock\n")
    text = (project / "halfpixel.lock").read_text()
    (line,) = [one for one in text.splitlines() if one.startswith('"mylib-resize" = ')]
    assert line.startswith('"mylib-resize" = { follows = "resize linear half_pixel", meaning = "')
    assert '"mylib" = "1.2"' in text
    assert _run(LOCKED, capsys) == (0, "as locked: 6 lines of halfpixel.lock\n")
    assert lock_file.read(project / "halfpixel.lock").text() == text
    status, said = _run(LOCK, capsys)
    assert status == 2
    assert "halfpixel.lock exists: `halfpixel check --locked` compares with it" in said


def _moves() -> dict[str, tuple[Observed, str]]:
    return {
        "meaning": (made(_shifted), "now     resize linear asymmetric"),
        "error": (
            made(_in_one_case(Refusal("ValueError", NOTHING))),
            "now     resize linear half_pixel; some images: raises ValueError",
        ),
        "crash": (made(_in_one_case(Crash("SIGABRT"))), " or crashes (SIGABRT)"),
        "dtype": (made(lambda probe, y: y.astype(np.float64)), "another shape or dtype"),
        "removed": (made(without="resize"), "it is not there any more"),
    }


@pytest.mark.parametrize("name", ["meaning", "error", "crash", "dtype", "removed"])
def test_what_moves_a_line_fails_and_says_which(
    name: str, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(LOCK, capsys)
    before = (project / "halfpixel.lock").read_text()
    found, words = _moves()[name]
    _install(monkeypatch, found)
    status, said = _run(LOCKED, capsys)
    assert status == 1
    assert said.startswith("not as locked: 1 of 6 lines of halfpixel.lock would change\n")
    number = 1 + [line.partition(" = ")[0] for line in before.splitlines()].index('"mylib-resize"')
    assert f"halfpixel.lock:{number} mylib-resize\n" in said
    assert words in said
    assert said.endswith("if that is meant: halfpixel lock --update\n")
    assert (project / "halfpixel.lock").read_text() == before

    status, said = _run(UPDATE, capsys)
    assert status == 0
    assert said.startswith("updated: 1 of 6 lines of halfpixel.lock moved\n")
    after = (project / "halfpixel.lock").read_text()
    changed = set(before.splitlines()) ^ set(after.splitlines())
    assert len(changed) == (1 if name == "removed" else 2)  # of the diff
    assert all(line.startswith('"mylib-resize" = ') for line in changed)
    assert _run(LOCKED, capsys)[0] == 0


def test_rounding_moves_the_exact_digest_alone(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(LOCK, capsys)
    before = lock_file.read(project / "halfpixel.lock").calls["mylib-resize"]
    _install(monkeypatch, made(_rounded))
    status, said = _run(LOCKED, capsys)
    assert (status, said) == (
        0,
        "as locked: 6 lines of halfpixel.lock\n\nother rounding only: mylib-resize\n",
    )
    _run(UPDATE, capsys)
    after = lock_file.read(project / "halfpixel.lock").calls["mylib-resize"]
    assert before.meaning == after.meaning
    assert before.exact != after.exact


def test_values_that_follow_nothing_count_by_themselves(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(monkeypatch, made(lambda probe, y: y + np.float32(1)))
    _run(LOCK, capsys)
    _install(monkeypatch, made(lambda probe, y: y + np.float32(1.5)))
    status, said = _run(LOCKED, capsys)
    assert status == 1
    assert "it follows no known convention, and its values changed" in said


def test_json(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads(_run(f"{LOCK} --format json", capsys)[1])
    hold(document, documents.Locked)
    _install(monkeypatch, made(_shifted))
    status, said = _run(f"{LOCKED} --format json", capsys)
    document = json.loads(said)
    hold(document, documents.Locked)
    assert (status, document["same"]) == (1, False)
    assert [one["name"] for one in document["changes"]] == ["mylib-resize"]


def test_a_lock_is_written_whole_or_not_at_all(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(LOCK, capsys)
    before = (project / "halfpixel.lock").read_text()
    _install(monkeypatch, made(_shifted))

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        status, said = _run(UPDATE, capsys)
    assert (status, said) == (
        2,
        "halfpixel lock: halfpixel.lock: cannot be written: No space left on device\n",
    )
    assert (project / "halfpixel.lock").read_text() == before
    assert [path.name for path in project.iterdir()] == [".git", "halfpixel.lock"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (LOCKED, "halfpixel.lock: does not exist; `halfpixel lock` writes it"),
        (UPDATE, "halfpixel.lock: does not exist; `halfpixel lock` writes it"),
        (f"{LOCKED} --save x.json", "--save does not go together with --locked"),
        (f"{LOCKED} --fast", "--fast does not go together with --locked"),
    ],
)
def test_wrong_use_is_told(
    line: str, message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = _run(line, capsys)
    assert status == 2
    assert message in said


def test_a_framework_of_the_lock_that_is_not_installed_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(LOCK, capsys)
    monkeypatch.setattr("halfpixel.checking.locking.version", lambda name: None)
    status, said = _run(LOCKED, capsys)
    assert status == 2
    assert "halfpixel.lock names mylib, which is not installed" in said


@functools.cache
def _recorded(call: str) -> Behaviour:
    """A call of OpenCV 4.8.0, as it is recorded."""
    (found,) = (one for one in probes.calls("opencv") if one.name == call)
    behaviour = following.behaviour_of(found, read("opencv", "4.8.0"))
    assert behaviour is not None
    return behaviour


def _as_before(call: str, change: Any) -> tuple[Behaviour, Behaviour]:
    """The same, and with other integers."""
    (found,) = (one for one in probes.calls("opencv") if one.name == call)
    one = read("opencv", "4.8.0")
    outcomes = {
        key: change(outcome) if key[1] == "uint8" and isinstance(outcome, np.ndarray) else outcome
        for key, outcome in one.outcomes.items()
    }
    after = following.behaviour_of(found, replace(one, outcomes=outcomes))
    assert after is not None
    return _recorded(call), after


def test_another_kernel_of_integers_is_rounding_and_levels_are_not() -> None:
    """Another processor rounds to the level beside; a copy of pixels is one or is not."""
    up = {"by": 1}

    def moved(y: Any) -> Any:
        return np.where(y < 250, y + up["by"], y).astype(y.dtype)

    before, after = _as_before("resize-INTER_NEAREST", lambda y: y)
    assert before == after
    before, after = _as_before("resize-INTER_NEAREST", moved)
    assert before.meaning != after.meaning
    up["by"] = 9
    before, after = _as_before("resize-INTER_LINEAR", moved)
    assert before.meaning != after.meaning


def test_ipp_of_another_year_is_rounding() -> None:
    (call,) = (one for one in probes.calls("opencv") if one.name == "resize-INTER_LINEAR")
    both = following.behaviour_of(call, read("opencv", "4.7.0")), _recorded(call.name)
    assert both[0] is not None
    assert both[0].follows != both[1].follows  # another year is named
    assert both[0].exact != both[1].exact
    assert both[0].meaning == both[1].meaning


# ---------------------------------------------------------------------------- a stranger's lock

HEAD = 'schema = 1\nhalfpixel = "1"\nframeworks = []\n'
LINE = '"a" = {{ follows = {}, meaning = "{}", exact = "0123456789abcdef" }}\n'
WRONG = {
    "": "is no lock of this version: schema is None",
    "schema = 2": "is no lock of this version: schema is 2",
    "schema = [": "is no TOML: ",
    "schema = 1\nschema = 1": "is no TOML: ",
    "a = " + "[" * 100_000: "is nested too deeply",
    "#" * (1 << 23): "larger than 4,194,304 bytes",
    HEAD + "more = 1": "unknown key 'more'",
    "schema = 1\nhalfpixel = 1\nframeworks = []": "halfpixel is no line of text",
    "schema = 1\nhalfpixel = '1'\nframeworks = [1]": "frameworks is no line of text",
    "schema = 1\nhalfpixel = '1'": "frameworks is no list",
    HEAD + "calls = 3": "calls is no table of at most 10,000 lines",
    HEAD + "[calls]\n" + "".join(f"a{i} = 1\n" for i in range(10_001)): "calls is no table",
    HEAD + "[versions]\ntorch = 2.13": "versions.torch is no line of text",
    HEAD + "[calls]\na = 3": "calls.a has no follows, meaning and exact",
    HEAD + "[calls]\na = { follows = 'x' }": "calls.a has no follows, meaning and exact",
    HEAD + "[calls]\n" + LINE.format("3", "0123456789abcdef"): "calls.a.follows is no line of text",
    HEAD + "[calls]\n" + LINE.format('"x\\u001b[31m"', "0123456789abcdef"): "is no line of text",
    HEAD + "[calls]\n" + LINE.format('"x"', "0123"): "calls.a.meaning is no digest of 16",
    HEAD + "[calls]\n" + LINE.format(f'"{"x" * 5000}"', "0123456789abcdef"): "is no line of text",
    HEAD + "[functions]\n" + LINE.format('"x"', "0123"): "functions.a.meaning is no digest",
    HEAD + "[calls]\n" + LINE.format('"x"', "0123456789abcdef") * 2: "is no TOML: ",
}


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_is_no_lock_is_told_in_a_line(number: int, tmp_path: Path) -> None:
    path = tmp_path / "halfpixel.lock"
    text, message = list(WRONG.items())[number]
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is what counts
        lock_file.read(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_names_and_words_of_any_kind_read_back(tmp_path: Path) -> None:
    one = Behaviour('a "b" \\ ü', "0123456789abcdef", "fedcba9876543210")
    written = lock_file.Lock({"my.lib": "1"}, {'call-a="x"': one}, {"a/b.py:f": one}, ("torch",))
    lock_file.write(tmp_path / "halfpixel.lock", written)
    assert lock_file.read(tmp_path / "halfpixel.lock") == written


# ---------------------------------------------------------------------------- own functions

OWN = """
import numpy as np

def nearest(x, size):
    rows, columns = (np.arange(n) * m // n for n, m in zip(size, x.shape))
    return x[rows][:, columns]

def other(x, size):
    rows, columns = ((2 * np.arange(n) + 1) * m // (2 * n) for n, m in zip(size, x.shape))
    return x[rows][:, columns]

def scaled(x, size):
    return nearest(x.astype(np.float32), size) * np.float32(FACTOR)

def odd(x, size):
    return np.sort(nearest(x, size), axis=0)

def random(x, size):
    return nearest(x, size) + np.random.default_rng().integers(0, 9)
"""


def _own(project: Path, name: str, factor: str = "1") -> Behaviour:
    (project / "train.py").write_text(OWN.replace("FACTOR", factor))
    return functions.behaviour_of(f"train.py:{name}", project)


def test_a_function_is_locked_by_what_it_follows(project: Path) -> None:
    one, other = (_own(project, name) for name in ("nearest", "other"))
    assert one.follows.startswith("resize nearest asymmetric floor")
    assert other.follows.startswith("resize nearest half_pixel")
    assert one.meaning != other.meaning
    with pytest.raises(ValueError, match=r"train\.py:random: is not deterministic"):
        _own(project, "random")
    with pytest.raises(ValueError, match=r"train\.py has no absent"):
        _own(project, "absent")


@pytest.mark.sweep
def test_a_function_that_follows_nothing_counts_by_its_values(project: Path) -> None:
    odd = _own(project, "odd")
    assert odd.follows == UNKNOWN
    assert odd.meaning == odd.exact


def test_rounding_of_a_function_moves_its_exact_digest_alone(project: Path) -> None:
    one, other = (_own(project, "scaled", factor) for factor in ("0.5", "0.50000003"))
    assert one.exact != other.exact
    assert (one.follows, one.meaning) == (other.follows, other.meaning)
    assert _own(project, "scaled", "0.51").meaning != one.meaning


def test_the_lock_has_the_functions_that_the_settings_name(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "halfpixel.toml").write_text('functions = ["train.py:nearest"]\n')
    (project / "train.py").write_text(OWN)
    monkeypatch.setattr("halfpixel.checking.locking.version", lambda name: None)
    _install(monkeypatch, Observed("0.1.0", ()))
    assert _run("lock", capsys) == (0, "locked: 0 calls and 1 function in halfpixel.lock\n")
    (project / "train.py").write_text(OWN.replace("np.arange(n) * m // n", "np.arange(n) * 0"))
    status, said = _run(LOCKED, capsys)
    assert status == 1
    assert "halfpixel.lock:10 train.py:nearest" in said
    assert "locked  resize nearest asymmetric floor" in said
