"""What users' code prints is not the answer, and where it would end the process, that is said."""

import os
from pathlib import Path

import pytest

from halfpixel import cli
from halfpixel.cli import main
from halfpixel.conformance import goldens


def test_what_a_command_runs_prints_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with cli._only_the_answer_printed():
        os.write(1, b"from C\n")
        print("from Python")
    os.write(1, b"the answer\n")
    out, err = capfd.readouterr()
    assert out == "the answer\n"
    assert "from C" in err
    assert "from Python" in err


@pytest.mark.parametrize(
    ("how", "said"),
    [("import os; os._exit(0)", "os._exit(0)"), ("import sys; sys.exit(0)", "SystemExit: 0")],
)
def test_an_end_of_the_process_is_no_answer(
    how: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"{how}\ndef half(x, size): return x\n")
    assert main(["identify", f"{file}:half"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("halfpixel identify: ")
    assert said in err
    assert err.count("\n") == 1


def test_a_child_that_was_forked_may_end() -> None:
    with cli._only_the_answer_printed():
        child = os.fork()
        if not child:
            os._exit(3)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3


def test_what_the_system_refuses_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "golden/resize/a.json")

    monkeypatch.setattr(goldens, "write", full)
    assert main(["golden"]) == 2
    assert capsys.readouterr().err == (
        "halfpixel golden: [Errno 28] No space left on device: 'golden/resize/a.json'\n"
    )
