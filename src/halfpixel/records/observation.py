"""Run the probes: in the environment that is installed, or in another one."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..frameworks import Call
from ..frameworks import release as installed_release
from ..frameworks.call import BFLOAT16
from . import probes, recorder
from .record import Crash, Key, Outcome, Record, RecordError, Refusal


def observe(framework: str, chosen: Callable[[Call], bool] = lambda call: True) -> Record:
    """Run the probes of a framework's calls in the environment that is installed.

    They run in a process of its own, which one that crashes costs no more than that.

    Args:
        framework: its name.
        chosen: the calls that are run; all by default.

    Returns:
        The record.

    Raises:
        RecordError: the framework is not installed, or cannot be imported.
    """
    installed = installed_release(framework)
    if installed is None:
        raise RecordError(f"{framework} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        plan, out = Path(folder) / "plan.json", Path(folder) / "outcomes.jsonl"
        plan.write_text(probes.plan(framework, installed, chosen), encoding="utf-8")
        run(sys.executable, plan, out)
        return record_of(framework, plan, out)


def run(python: str, plan: Path, out: Path, variables: Mapping[str, str] | None = None) -> None:
    """Run the recorder with an interpreter; what is in ``out`` already is not run again.

    Raises:
        RecordError: the framework cannot be imported there; the message is the recorder's.
    """
    script = str(Path(recorder.__file__).resolve())
    done = subprocess.run(
        [python, script, str(plan), str(out)],
        capture_output=True,
        text=True,
        errors="replace",
        env=None if variables is None else dict(variables),
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no word"]
        raise RecordError(next((s for s in lines if s.startswith("import failed")), lines[-1]))


def record_of(framework: str, plan: Path, out: Path, suffix: str = "") -> Record:
    """What the recorder wrote, as a record.

    Args:
        framework: its name.
        plan: what the recorder read.
        out: what it wrote.
        suffix: what is added to the release that the module says, such as ``+keras3.8.0``.
    """
    steps = json.loads(plan.read_text(encoding="utf-8"))["probes"]
    written = recorder.read(str(out))
    environment = written["environment"]
    packages = environment.pop("packages")
    outcomes: dict[Key, Outcome] = {}
    lacks: dict[str, str] = {}
    for number, step in enumerate(steps):
        entry = written["outcomes"][number]
        if "absent" in entry:
            lacks.setdefault(step["call"], entry["absent"])
        else:
            outcomes[step["call"], step["dtype"], step["probe"]] = _outcome(entry)
    absent = _absent(lacks, outcomes)
    release = next(iter(packages.values())).partition("+")[0] + suffix
    return Record(framework, release, packages, environment, outcomes, absent)


def _absent(lacks: dict[str, str], outcomes: dict[Key, Outcome]) -> dict[str, str]:
    """The calls of which nothing came out but that they are not there."""
    present = {
        call for (call, _, _), outcome in outcomes.items() if not isinstance(outcome, Refusal)
    }
    for key in [key for key in outcomes if key[0] in lacks and key[0] not in present]:
        del outcomes[key]  # a dtype that is not there either
    return {call: words for call, words in lacks.items() if call not in present}


def _outcome(entry: dict[str, Any]) -> Outcome:
    if "raises" in entry:
        return Refusal(entry["raises"], entry["words"])
    if "crash" in entry or "varies" in entry:
        return Crash(entry.get("crash", "varies"))
    dtype: Any = BFLOAT16 if entry["dtype"] == "bfloat16" else entry["dtype"]
    return np.array(entry["values"]).reshape(entry["shape"]).astype(dtype)
