"""What the installed frameworks do, as one file: what ``check --save`` writes, and ``--against`` reads.

The file is data that somebody else may have written: its size and depth are bounded, a key stands once, and
what is wrong is said in a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__, documents, untrusted
from ..conformance import goldens
from ..frameworks import FRAMEWORKS, Call
from ..frameworks.call import BFLOAT16
from ..records import Crash, Outcome, Record, Refusal, observe, probes, record

SCHEMA = 1
_DTYPES = (
    *("float64", "float32", "float16", "bool"),
    *("uint8", "uint16", "uint32", "int8", "int16", "int32", "int64"),
)
_MOST_VALUES = 1 << 24  # of one outcome


@dataclass(frozen=True)
class Observed:
    """What frameworks did with the probes of their calls.

    Attributes:
        halfpixel: the release of halfpixel that asked.
        records: of each framework.
        shard: the part of the calls that this has; None if it has all.
    """

    halfpixel: str
    records: tuple[Record, ...]
    shard: documents.Shard | None = None

    def __str__(self) -> str:
        """What was observed, in words."""
        each = (
            f"{FRAMEWORKS[one.framework].title} {next(iter(one.packages.values()))} "
            f"({len({call for call, _, _ in one.outcomes})} calls)"
            for one in self.records
        )
        return ", ".join(each)

    def json(self, path: str) -> documents.Saved:
        """That it was saved, for a program."""
        return {
            "schema": documents.SCHEMA,
            "path": path,
            "observed": {one.framework: dict(one.packages) for one in self.records},
        }

    def of(self, framework: str) -> Record | None:
        """The record of a framework, or None."""
        return next((one for one in self.records if one.framework == framework), None)


def observed(
    frameworks: Sequence[str],
    chosen: Callable[[Call], bool] = lambda call: True,
    progress: Callable[[str], None] | None = None,
) -> Observed:
    """Run the probes of the calls of installed frameworks, two frameworks at a time.

    Raises:
        ValueError: a framework cannot be imported.
    """
    running: dict[str, None] = dict.fromkeys(frameworks)

    def one(framework: str) -> Record:
        record = observe(framework, chosen)
        del running[framework]
        _tell(progress, running)
        return record

    _tell(progress, running)
    with ThreadPoolExecutor(2) as pool:
        return Observed(__version__, tuple(pool.map(one, frameworks)))


def _tell(progress: Callable[[str], None] | None, running: Mapping[str, None]) -> None:
    if progress is not None and running:
        progress(f"asking {', '.join(running)}")


# ---------------------------------------------------------------------------- the file


def save(path: Path, observation: Observed) -> None:
    """Write a file, whole or not at all.

    Raises:
        ValueError: it cannot be written.
    """
    records = [_document(one) for one in observation.records]
    head = {"schema": SCHEMA, "halfpixel": observation.halfpixel, "shard": observation.shard}
    text = json.dumps(head)[:-1] + ', "records": [\n' + ",\n".join(records) + "\n]}\n"
    try:
        goldens.replace_file(path, text)
    except OSError as error:
        raise ValueError(f"{path}: cannot be written: {error.strerror}") from None


def _document(one: Record) -> str:
    head = {
        "framework": one.framework,
        "release": one.release,
        "packages": dict(one.packages),
        "provenance": dict(one.provenance),
        "absent": dict(one.absent),
    }
    lines = (
        f"{json.dumps(key)}: {' '.join(record.outcome_text(outcome).split())}"
        for key, outcome in ((" ".join(key), outcome) for key, outcome in one.outcomes.items())
    )
    return json.dumps(head)[:-1] + ', "outcomes": {\n' + ",\n".join(lines) + "\n}}"


def load(path: Path) -> Observed:
    """Read a file that :func:`save` wrote.

    Raises:
        ValueError: it cannot be read, or is no such file.
    """
    return parsed(untrusted.read_json(path), str(path))


def parsed(document: object, path: str) -> Observed:
    """The same of the content of a file."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"{path}: was not written by `halfpixel check --save` of this version")
    try:
        records = tuple(_record(one) for one in document["records"])
        shard = document["shard"]
        untrusted.typed(shard, documents.Shard | None, "shard")
        return Observed(str(document["halfpixel"]), records, shard)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ValueError(f"{path}: is damaged: {type(error).__name__}: {error}") from None


def _record(one: Mapping[str, Any]) -> Record:
    outcomes = {}
    for key, stored in one["outcomes"].items():
        call, dtype, probe = key.split(" ")
        outcomes[call, dtype, probe] = _outcome(stored)
    return Record(
        str(one["framework"]),
        str(one["release"]),
        {str(k): str(v) for k, v in one["packages"].items()},
        dict(one["provenance"]),
        outcomes,
        {str(k): str(v) for k, v in one["absent"].items()},
    )


def _outcome(stored: Mapping[str, Any]) -> Outcome:
    if "raises" in stored:
        return Refusal(str(stored["raises"]), str(stored["words"]))
    if "crash" in stored:
        return Crash(str(stored["crash"]))
    dtype, shape = stored["dtype"], tuple(stored["shape"])
    if dtype != "bfloat16" and dtype not in _DTYPES:
        raise ValueError(f"unknown dtype {dtype!r}")
    if not all(type(n) is int and 0 <= n <= _MOST_VALUES for n in shape):
        raise ValueError(f"no shape: {shape}")
    kind: Any = BFLOAT16 if dtype == "bfloat16" else dtype
    wide = np.int64 if dtype == "int64" else np.float64
    return np.array(stored["values"], wide).reshape(shape).astype(kind)


def key_of(call: Call, probe: probes.Probe) -> record.Key:
    """By what a record has the outcome of a probe."""
    return call.name, probe.dtype, probe.name
