"""Shards: disjoint, together the whole, even, and merged to what the whole run says."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halfpixel import cli, documents, shards, untrusted
from halfpixel.checking import load, run, save
from halfpixel.checking.answer import checked
from halfpixel.checking.observed import Observed
from halfpixel.checking.report import report, write
from halfpixel.checking.run import Finding
from halfpixel.checking.settings import Settings
from halfpixel.records import Record
from halfpixel.report.terminal import Outcome
from halfpixel.shards import PROPERTY, Shard, deal

pytest_plugins = ["pytester"]

NAMES = [f"mylib-call-{call}-float32-{size}x{size}" for call in range(40) for size in range(50)]


@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_shards_are_disjoint_and_together_the_whole(count: int) -> None:
    dear = list(shards._dealt(count))  # in the table: what is measured
    for name in [*NAMES, *dear]:
        assert sum(Shard(number, count).has(name) for number in range(1, count + 1)) == 1


def test_a_shard_does_not_depend_on_what_else_there_is() -> None:
    mine = [name for name in NAMES if Shard(2, 8).has(name)]
    assert mine[:3] == [f"mylib-call-0-float32-{size}" for size in ("24x24", "27x27", "35x35")]


def test_cheap_trials_spread_evenly() -> None:
    counts = [sum(Shard(number, 8).has(name) for name in NAMES) for number in range(1, 9)]
    assert max(counts) < 1.15 * len(NAMES) / 8


def test_dear_trials_are_dealt_by_what_they_cost() -> None:
    costs = {"a": {"one": 7.0, "two": 3.0, "three": 3.0}, "b": {"four": 2.0, "five": 1.0}}
    dealt = deal(costs, 2)
    assert dealt == {"one": 1, "three": 2, "two": 2, "four": 2, "five": 1}
    loads = [sum(c for e in costs.values() for n, c in e.items() if dealt[n] == k) for k in (1, 2)]
    assert loads == [8, 8]


def test_the_table_is_of_trials_that_there_are() -> None:
    table = json.loads(shards._table())
    for framework, costs in table.items():
        known = {trial.id for unit in run.units([framework]) for trial in unit.jobs.values()}
        if known:  # it is installed
            assert len(costs.keys() - known) <= 0.1 * len(costs), framework


@pytest.mark.parametrize("text", ["0/8", "9/8", "2", "2/", "a/b", "1/1001", "-1/8", "٢/8", "2/8 "])
def test_what_is_no_shard_is_told(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{text!r} is no shard: write 2/8")):
        Shard.parse(text)
    assert cli.main(["check", f"--shard={text}"]) == 2
    assert "is no shard" in capsys.readouterr().err


# ---------------------------------------------------------------------------- reports


def _finding(number: int) -> Finding:
    changed = number % 5 == 0
    one = Outcome(
        "pillow", f"call-{number % 7}", "changed" if changed else "conforms", None,
        dtype="float32", case=f"2x2-{number}x8", follows="resize linear half_pixel",
        returned=f"float32 {number:08x}", environment="acted",
        reason="compared with what is not there" if changed else "",
        matches=("resize linear asymmetric",) if number % 10 == 0 else (),
    )  # fmt: skip
    return Finding(one, f"case {number}")


FINDINGS = [_finding(number) for number in range(200)]


def _reported(findings: Iterable[Finding], shard: Shard | None = None) -> documents.Report:
    found = checked((), findings, Settings(), fast=False)
    names = (one.outcome.case for one in FINDINGS)
    part = shard.json(names, {"pillow": "1.0"}) if shard else None
    return report(replace(found, shard=part))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders of the reports of three shards of a run."""
    folder = tmp_path_factory.mktemp("shards")
    for shard in SHARDS:
        mine = (one for one in FINDINGS if shard.has(one.outcome.case))
        write(_reported(mine, shard), folder / str(shard.number))
    return [folder / str(shard.number) for shard in SHARDS]


SHARDS = [Shard(number, 3) for number in (1, 2, 3)]


def _document(folder: Path) -> Any:
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def _merge(*paths: Path, into: Path) -> int:
    return cli.main(["merge", *map(str, paths), "--into", str(into)])


def test_shards_merge_to_the_report_of_the_whole_run(parts: list[Path], tmp_path: Path) -> None:
    assert _merge(parts[2], parts[0], parts[1], into=tmp_path / "out") == 1
    merged = _document(tmp_path / "out")
    whole: Any = _reported(FINDINGS)
    for one in (merged, whole):
        one["cases"].sort(key=lambda case: (case["call"]["id"], case["dtype"], case["case"]))
        one["ran"] = {r["call"]["id"] + r["follows"]: r["cases"] for r in one["ran"]}
        for cause in one["check"]["causes"]:
            cause["calls"].sort(key=lambda call: call["call"]["id"])
            cause["example"] = ""  # the first case of the run, whose order shards do not know
        one["check"]["causes"].sort(key=lambda cause: cause["words"])
    assert merged == json.loads(json.dumps(whole))
    assert merged["shard"] is None
    untrusted.typed(merged | {"ran": []}, documents.Report)


def test_what_is_missing_doubled_or_unlike_is_told(
    parts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*paths: Path) -> str:
        assert _merge(*paths, into=tmp_path / "out") == 2
        assert not (tmp_path / "out").exists()
        return capsys.readouterr().err.strip().removeprefix("halfpixel merge: ")

    one, two, three = parts
    assert told(one, three) == "missing: shard 2/3"
    assert told(two) == "missing: shards 1/3, 3/3"
    copy = tmp_path / "copy"
    write(_document(one), copy)
    assert told(one, two, three, copy) == f"shard 1/3 is there twice: {one} and {copy}"
    for change, words in (
        ({"releases": {"pillow": "9.9"}}, "pillow 1.0 and 9.9"),
        ({"releases": {}}, "pillow 1.0 and not run"),
        ({"count": 4}, "one of 3 shards, one of 4"),
        ({"run": "0"}, "other calls or cases were selected, or halfpixel is another version"),
    ):
        document = _document(two)
        write(document | {"shard": document["shard"] | change}, copy)
        assert told(one, copy, three) == f"{one} and {copy} are of unlike runs: {words}"
    write(_document(two) | {"shard": None}, copy)
    assert told(one, copy) == f"{copy} is no shard: it has a whole run"


DAMAGED: dict[str, tuple[Any, str]] = {
    "no list": ({"cases": {}}, "cases is not a list"),
    "a number": ({"halfpixel": 3}, "halfpixel is not text"),
    "a true number": ({"schema": True}, "schema is not a number"),
    "a case": ({"cases": [{"call": 1}]}, "cases[0].call is not an object"),
    "not run": ({"ran": []}, "it has changed cases that it does not list as run"),
    "a shard": ({"shard": {"number": 9, "count": 3, "releases": {}, "run": ""}}, "shard 9/3"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_report_is_told_in_a_line(
    name: str, parts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, words = DAMAGED[name]
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "report.json").write_text(json.dumps(_document(parts[0]) | change))
    assert _merge(copy, *parts[1:], into=tmp_path / "out") == 2
    assert f"{words}\n" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["report.json", "saved.json", "junit.xml"])
def test_a_file_that_is_none_is_told(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    for content in (b"", b"<!DOCTYPE a><testsuites/>", b"[" * 100_000, b"<a/>", b"[]", b"{}"):
        path.write_bytes(content)
        assert _merge(path, into=tmp_path / "out") == 2
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert line.startswith(f"halfpixel merge: {path}: ")
    assert _merge(tmp_path / "none.json", into=tmp_path / "out") == 2
    assert "cannot be read" in capsys.readouterr().err


def test_shards_of_unlike_kinds_are_told(
    parts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "junit.xml"
    path.write_text("<testsuites/>")
    assert _merge(parts[0], path, into=tmp_path / "out") == 2
    said = f"merge shards of one kind: {parts[0]} is a report and {path} is a JUnit file"
    assert said in capsys.readouterr().err


def test_saved_shards_merge_to_what_the_whole_run_saves(tmp_path: Path) -> None:
    calls = {f"call-{number}": np.full((2, 2), number, np.float32) for number in range(20)}
    packages = {"pillow": "1.0"}

    def observed(names: Iterable[str], shard: Shard | None = None) -> Observed:
        outcomes = {(name, "float32", "probe"): calls[name] for name in names}
        part = shard.json(calls, packages) if shard else None
        return Observed("0.1.0", (Record("pillow", "1.0", packages, {}, outcomes, {}),), part)

    save(tmp_path / "whole.json", observed(calls))
    files = [tmp_path / f"{shard.number}.json" for shard in SHARDS]
    for shard, file in zip(SHARDS, files, strict=True):
        save(file, observed(filter(shard.has, calls), shard))
    assert _merge(*files[::-1], into=tmp_path / "merged.json") == 0
    merged, whole = load(tmp_path / "merged.json"), load(tmp_path / "whole.json")
    assert merged.shard is None
    assert merged.records[0].outcomes.keys() == whole.records[0].outcomes.keys()
    for key, values in whole.records[0].outcomes.items():
        np.testing.assert_array_equal(merged.records[0].outcomes[key], values)
    assert _merge(*files[:2], into=tmp_path / "merged.json") == 2


# ---------------------------------------------------------------------------- pytest


SUITE = """
import pytest
from halfpixel.conformance.verdicts import judge

@pytest.mark.halfpixel("resize")
def test_resize(call, case, dtype):
    return judge(call, case, dtype)

@pytest.mark.parametrize("n", range(30))
def test_n(n):
    assert n != 7
"""
OPTIONS = ("-q", "-p", "halfpixel.pytest_plugin", "-p", "no:hypothesispytest")
PILLOW = (*OPTIONS, "--halfpixel-frameworks", "pillow")


def _ids(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    result = pytester.runpytest_inprocess(*PILLOW, "--collect-only", *arguments)
    return [line for line in result.outlines if "::" in line]


def test_pytest_runs_each_trial_and_test_in_one_shard(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=SUITE)
    whole = _ids(pytester)
    shards = [_ids(pytester, "--halfpixel-shard", f"{number}/3") for number in (1, 2, 3)]
    assert sorted(one for ids in shards for one in ids) == sorted(whole)
    for test in ("test_resize", "test_n"):
        counts = [sum(f"::{test}[" in one for one in ids) for ids in shards]
        assert min(counts) > 0.15 * sum(counts) > 0
    # the same trials as of `halfpixel check`
    check = run.part_of(run.units(["pillow"]), Shard(2, 3))
    mine = {trial.id for unit in check for trial in unit.jobs.values()}
    trials = {one.partition("[")[2][:-1] for one in shards[1] if "::test_resize[" in one}
    assert trials <= mine
    assert len(trials) > 10


def test_junit_files_of_shards_merge(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    pytester.makepyfile(test_it=SUITE)
    files = []
    for shard in ("1/2", "2/2"):
        files.append(pytester.path / f"{shard[0]}.xml")
        result = pytester.runpytest_inprocess(
            *PILLOW, "-k", "test_n", "--halfpixel-shard", shard, "--junitxml", str(files[-1])
        )
        assert 5 < sum(result.parseoutcomes()[kind] for kind in ("passed",)) < 25
    into = pytester.path / "all.xml"
    assert _merge(*files, into=into) == 1
    assert "30 tests, 1 failed, 0 skipped" in capsys.readouterr().out
    names = [one.get("name", "") for one in ElementTree.parse(into).getroot().iter("testcase")]
    assert sorted(names) == sorted(f"test_n[{n}]" for n in range(30))
    assert _merge(files[0], into=into) == 2
    assert "missing: shard 2/2" in capsys.readouterr().err
    pytester.runpytest_inprocess(
        *PILLOW, "-k", "test_n and not 8", "--halfpixel-shard", "2/2", "--junitxml", str(files[1])
    )
    assert _merge(*files, into=into) == 2
    assert "other calls or cases were selected" in capsys.readouterr().err


def test_a_shard_without_tests_has_passed_and_a_run_without_tests_has_not(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_it="def test_one(): pass")
    found = [pytester.runpytest_inprocess(*OPTIONS, "--halfpixel-shard", f"{n}/9") for n in (1, 2)]
    assert [one.ret for one in found] == [pytest.ExitCode.OK] * 2
    nothing = pytester.runpytest_inprocess(*OPTIONS, "--halfpixel-shard", "1/9", "-k", "two")
    assert nothing.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    wrong = pytester.runpytest_inprocess(*OPTIONS, "--halfpixel-shard", "9/1")
    assert wrong.ret == pytest.ExitCode.USAGE_ERROR
    wrong.stderr.fnmatch_lines(["*--halfpixel-shard: '9/1' is no shard: write 2/8 for the second*"])


@pytest.mark.sweep  # two interpreters more
def test_workers_share_a_shard(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=SUITE)
    alone = _ids(pytester, "--halfpixel-shard", "2/3")
    xml = pytester.path / "junit.xml"
    options = (
        *PILLOW,
        "--halfpixel-shard",
        "2/3",
        "-n",
        "2",
        "--junitxml",
        str(xml),
        "--halfpixel-report",
        "out",
    )
    result = pytester.runpytest_subprocess(*options)
    assert result.ret in (0, 1)
    root = ElementTree.parse(xml).getroot()
    assert len(list(root.iter("testcase"))) == len(alone)
    (said,) = [one.get("value", "") for one in root.iter("property") if one.get("name") == PROPERTY]
    shard = json.loads(said)
    assert (shard["number"], shard["count"]) == (2, 3)
    assert _document(pytester.path / "out")["shard"] == shard
