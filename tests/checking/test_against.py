"""An upgrade that is acted: what `check --against` says of every kind of change, and of damaged files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halfpixel import cli
from halfpixel.checking import against, load, save
from halfpixel.checking.moved import FAILS
from halfpixel.checking.observed import Observed
from halfpixel.numerics.representable import fractional_bits
from halfpixel.records import Crash, Outcome, Record, Refusal, probes, read
from tests.checking import acted

pytestmark = pytest.mark.usefixtures("mylib")

Change = Callable[[str, np.ndarray[Any, Any]], Outcome]


def made(change: Change = lambda probe, y: y, *, without: str = "", of: str = "resize") -> Observed:
    """What an environment did: every call as it is declared, but for one."""
    outcomes: dict[tuple[str, str, str], Outcome] = {}
    for call in probes.calls("mylib"):
        for probe in probes.of_call(call, "1.2") if call.name != without else ():
            x = probe.computation.inputs["x"].astype(np.float32)
            y = acted.resize(x, probe.computation.size)
            outcomes[call.name, probe.dtype, probe.name] = (
                change(probe.name, y) if call.name == of else y
            )
    absent = {without: "module 'mylib' has no attribute 'resize'"} if without else {}
    provenance = {"kernels": {}, "processor": "x86_64", "python": "3.11", "numpy": "2"}
    record = Record("mylib", "1.2", {"mylib": "1.2"}, provenance, outcomes, absent)
    return Observed("0.1.0", (record,))


def _shifted(probe: str, y: np.ndarray[Any, Any]) -> Outcome:
    (call,) = (one for one in probes.calls("mylib") if one.name == "resize")
    (found,) = (one for one in probes.of_call(call, "1.2") if one.name == probe)
    x = found.computation.inputs["x"].astype(np.float32)
    return acted.shifted(x, found.computation.size)


def _rounded(probe: str, y: np.ndarray[Any, Any]) -> Outcome:
    """One up, of what was rounded: a value of few bits was not."""
    up = np.nextafter(y, np.float32(np.inf))
    return np.asarray(np.where(fractional_bits(y.astype(np.float64)) > 16, up, y))


def _in_one_case(outcome: Outcome) -> Change:
    return lambda probe, y: outcome if probe.startswith("6x11") else y


NOTHING = "mylib.resize: no image of 6 rows"
CHANGES: dict[str, tuple[Change, str]] = {
    "meaning": (_shifted, "other values:"),
    "rounding": (_rounded, "other rounding only: mylib-resize"),
    "shape": (lambda probe, y: y[:, :, 1:], "another shape:"),
    "dtype": (lambda probe, y: y.astype(np.float64), "another dtype:"),
    "refuses": (_in_one_case(Refusal("ValueError", NOTHING)), "raises now:"),
    "crashes": (_in_one_case(Crash("SIGABRT")), "crashes now:"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_kind_of_change_is_told(kind: str) -> None:
    change, heading = CHANGES[kind]
    found = against(made(), made(change))
    assert {one.kind for one in found.moved} == {kind}
    assert {one.call.name for one in found.moved} == {"resize"}
    assert found.same == (kind not in FAILS)
    text = found.text()
    assert heading in text
    verdict = "the same: 6 calls" if found.same else "not the same: 1 of 6 calls"
    assert text.startswith(f"{verdict}, My library 1.2")


def test_other_values_are_told_by_what_both_follow_with_an_example() -> None:
    (moved,) = against(made(), made(_shifted)).moved
    assert moved.before == "resize linear half_pixel"
    assert moved.after == "resize linear asymmetric"
    text = against(made(), made(_shifted)).text()
    assert "   where   x is 6x11: mylib.resize(x, (13, 4))\n" in text
    assert "      before  -4.43269  1.19712  -1.98077  -7.26923\n" in text
    assert text.endswith("      now     -1.53846  -0.615385  0.653846  1.69231")


def test_a_hang_is_a_crash_and_what_ends_is_told() -> None:
    hanging = made(_in_one_case(Crash("hang")))
    (moved,) = against(made(), hanging).moved
    assert (moved.kind, moved.after) == ("crashes", "crashes (hang)")
    back = against(hanging, made())
    assert [one.kind for one in back.moved] == ["answers"]
    assert back.same
    assert "returns a result now: mylib-resize" in back.text()


def test_what_is_removed_and_what_is_new() -> None:
    found = against(made(), made(without="resize"))
    assert [(one.kind, one.call.name) for one in found.moved] == [("removed", "resize")]
    assert not found.same
    assert "before  module 'mylib' has no attribute 'resize'" in found.text()
    found = against(made(without="resize"), made())
    assert [(one.kind, one.call.name) for one in found.moved] == [("appeared", "resize")]
    assert found.same


def test_integers_that_are_cut_are_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras 3.3 cut what 3.15 rounds: one level, all up."""
    name = "keras.ops.image.resize-bilinear"
    calls = [call for call in probes.calls("tensorflow") if call.name == name]
    monkeypatch.setattr(probes, "calls", lambda framework: calls)
    cut, rounded = (
        Observed("0.1.0", (read("tensorflow", release),))
        for release in ("2.21.0+keras3.3.3", "2.21.0")
    )
    (found,) = (one for one in against(cut, rounded).moved if one.kind == "meaning")
    assert (found.call.name, found.dtypes) == (name, ("uint8", "uint16"))
    assert ("keras_cut" in found.before, "keras_rounded" in found.after) == (True, True)
    assert against(rounded, rounded).moved == ()


def test_nothing_in_common_is_an_error() -> None:
    other = Observed("0.1.0", (replace(made().records[0], framework="torch"),))
    message = "there is nothing to compare: before was torch, now is mylib"
    with pytest.raises(ValueError, match=message):
        against(other, made())


# ---------------------------------------------------------------------------- files


def test_a_file_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    save(path, made(_in_one_case(Crash("SIGABRT"))))
    found = load(path)
    assert against(found, made(_in_one_case(Crash("SIGABRT")))).moved == ()
    assert found.records[0].packages == {"mylib": "1.2"}
    refused = made(_in_one_case(Refusal("ValueError", NOTHING)))
    save(path, refused)
    assert load(path).records[0].outcomes.keys() == refused.records[0].outcomes.keys()


GOOD = '{"schema": 1, "halfpixel": "0.1.0", "records": [%s]}'
RECORD = (
    '{"framework": "mylib", "release": "1", "packages": {}, "provenance": {}, "absent": {}, '
    '"outcomes": {"resize float32 2x2": %s}}'
)
OUTCOME = '{"dtype": "%s", "shape": %s, "values": %s}'
WRONG = {
    "": "is no JSON",
    "[]": "was not written by `halfpixel check --save`",
    '{"schema": 9}': "was not written by `halfpixel check --save`",
    '{"schema": 1}': "is damaged: KeyError: 'records'",
    '{"schema": 1, "schema": 1}': "has the key 'schema' twice",
    "[" * 100_000: "is nested too deeply",
    GOOD % 3: "is damaged: ",
    GOOD % (RECORD % OUTCOME % ("object", "[1]", "[1]")): "unknown dtype 'object'",
    GOOD % (RECORD % OUTCOME % ("float32", "[-1]", "[1]")): "no shape: (-1,)",
    GOOD % (RECORD % OUTCOME % ("float32", "[99999999999]", "[1]")): "no shape: ",
    GOOD % (RECORD % OUTCOME % ("float32", "[2]", "[1]")): "is damaged: ",
    GOOD % (RECORD % OUTCOME % ("float32", "[1]", '["x"]')): "is damaged: ",
}


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_is_no_such_file_is_told_in_a_line(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, message = list(WRONG.items())[number]
    path = tmp_path / "before.json"
    path.write_text(text)
    assert cli.main(["check", "--against", str(path)]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_the_command_saves_and_compares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked: list[Any] = []

    def observed(frameworks: list[str], chosen: Any, progress: Any) -> Observed:
        asked.append(frameworks)
        return made(_shifted) if len(asked) > 1 else made()

    monkeypatch.setattr("halfpixel.checking.observed", observed)
    assert cli.main(["check", "--framework", "mylib", "--save", "before.json"]) == 0
    assert capsys.readouterr().out == "saved: My library 1.2 (6 calls) in before.json\n"
    assert cli.main(["check", "--framework", "mylib", "--against", "before.json"]) == 1
    assert "now     resize linear asymmetric" in capsys.readouterr().out
    line = ["check", "--framework", "mylib", "--against", "before.json", "--format", "json"]
    assert cli.main(line) == 1
    document = json.loads(capsys.readouterr().out)
    assert not document["same"]
    assert document["moved"][0]["kind"] == "meaning"
    assert cli.main(["check", "--framework", "mylib", "--save", "no/such/file.json"]) == 2
