"""golden/releases/: what each release did, as files that people can read.

A framework is a folder. ``calls/NAME.json`` has the *behaviours* of a call: for each dtype and probe the
digest of an outcome, and the outcomes, an image row a line. A behaviour is named by the digest of what it
says. ``RELEASE.json`` has where and how a release was recorded, and the behaviour of each call. What
several releases do alike stands once, and a release that changes a call shows as a line that differs.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..conformance import goldens
from ..frameworks.call import BFLOAT16, dtype_name

Key = tuple[str, str, str]  # call, dtype, probe


class RecordError(ValueError):
    """There is no such record, or a file of one is unusable. The message is one line."""


@dataclass(frozen=True)
class Refusal:
    """What is raised.

    Attributes:
        exception: its class.
        words: its message in a line, without the places at which the library was built.
    """

    exception: str
    words: str

    @property
    def text(self) -> str:
        return f"{self.exception}: {self.words}"


@dataclass(frozen=True)
class Crash:
    """The process ended, or never came back; or no two runs give the same.

    Attributes:
        how: a signal, ``exit status 1``, ``hang`` or ``varies``.
    """

    how: str


Outcome = AnyArray | Refusal | Crash


@dataclass(frozen=True)
class Record:
    """What one release did.

    Attributes:
        framework: its name.
        release: as the module says it; of TensorFlow with another Keras than came with it, ``+keras…``.
        packages: the releases of the framework and of what it runs on, by name.
        provenance: ``python``, ``numpy``, ``processor`` (its instruction sets) and ``kernels`` (what the
            framework says of the ones that it uses).
        outcomes: by (call, dtype, probe); of a call that the release lacks there are none.
        absent: the calls that it lacks, and the words in which it says so.
    """

    framework: str
    release: str
    packages: Mapping[str, str]
    provenance: Mapping[str, Any]
    outcomes: Mapping[Key, Outcome]
    absent: Mapping[str, str] = field(default_factory=dict)


# ---------------------------------------------------------------------------- reading


def root() -> Path:
    """The folder of the records: inside the installed package, or in the source tree."""
    return goldens.root() / "releases"


def frameworks() -> list[str]:
    """The frameworks of which something is recorded."""
    return sorted(one.name for one in root().iterdir() if one.is_dir()) if root().is_dir() else []


@functools.cache
def releases(framework: str) -> list[str]:
    """The releases of a framework that are recorded, oldest first."""
    from packaging.version import Version

    folder = root() / framework
    names = (path.stem for path in folder.glob("*.json") if path.name not in (UNRECORDED, ROUNDING))
    return sorted(names, key=Version)


def nearest(framework: str, release: str) -> str | None:
    """The recorded release that another one is held to: the one before it, or the oldest.

    Returns:
        The release; None where it is recorded itself, or where nothing is recorded of the framework.
    """
    from packaging.version import InvalidVersion, Version

    try:
        version = Version(release)
    except InvalidVersion:
        return None
    known = {Version(one.partition("+")[0]): one.partition("+")[0] for one in releases(framework)}
    if any(one.release[:3] == version.release[:3] for one in known) or not known:
        return None
    return known[max((one for one in known if one < version), default=min(known))]


# what stands beside the releases: those that could not be recorded, and what is off by rounding
UNRECORDED, ROUNDING = "unrecorded.json", "rounding.json"


def unrecorded(framework: str) -> dict[str, str]:
    """The releases of a framework that could not be recorded, and why."""
    path = root() / framework / UNRECORDED
    return dict(_document(path)) if path.exists() else {}


@functools.lru_cache(maxsize=64)
def read(framework: str, release: str) -> Record:
    """The record of a release.

    Raises:
        RecordError: the release is not recorded, or a file is missing or unusable.
    """
    if release not in releases(framework):
        known = ", ".join(releases(framework)) or "none"
        raise RecordError(f"{framework} {release} is not recorded; recorded are: {known}")
    head = _document(root() / framework / f"{release}.json")
    outcomes: dict[Key, Outcome] = {}
    for call, behaviour in head["calls"].items():
        for (dtype, probe), outcome in _behaviour(framework, call, behaviour).items():
            outcomes[call, dtype, probe] = outcome
    return Record(
        framework, release, head["packages"], head["provenance"], outcomes, head["absent"]
    )


def behaviours(framework: str, release: str) -> dict[str, str]:
    """The digest of what each call of a release does: equal digests are equal outcomes."""
    return dict(_document(root() / framework / f"{release}.json")["calls"])


@functools.lru_cache(maxsize=4096)
def _behaviour(framework: str, call: str, digest: str) -> Mapping[tuple[str, str], Outcome]:
    path = root() / framework / "calls" / f"{call}.json"
    document = _call(path)
    try:
        named = document["behaviours"][digest]
        return {
            (dtype, probe): _outcome(path, one)
            for dtype, probes in named.items()
            for probe, one in probes.items()
        }
    except KeyError as error:
        raise RecordError(f"{goldens.shown(path)}: has no {error}; run `make record`") from None


@functools.lru_cache(maxsize=1024)
def _call(path: Path) -> Any:
    return _document(path)


@functools.lru_cache(maxsize=1 << 16)
def _outcome(path: Path, digest: str) -> Outcome:
    return _read_outcome(_call(path)["outcomes"][digest])


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise RecordError(f"{goldens.shown(path)}: missing; run `make record`") from None
    except ValueError as error:
        raise RecordError(f"{goldens.shown(path)}: not JSON: {error}; run `make record`") from None


def _read_outcome(stored: Mapping[str, Any]) -> Outcome:
    if "raises" in stored:
        return Refusal(stored["raises"], stored["words"])
    if "crash" in stored:
        return Crash(stored["crash"])
    dtype: Any = BFLOAT16 if stored["dtype"] == "bfloat16" else stored["dtype"]
    values = np.array(stored["values"], np.float64 if stored["dtype"] != "int64" else np.int64)
    array = values.reshape(stored["shape"]).astype(dtype)
    array.setflags(write=False)
    return array


# ---------------------------------------------------------------------------- writing


def write(record: Record) -> list[Path]:
    """Write a record into golden/releases/: its file, and what is new of its calls.

    Returns:
        The files that changed.
    """
    folder = root() / record.framework
    calls: dict[str, dict[str, dict[str, Outcome]]] = {}
    for (call, dtype, probe), outcome in record.outcomes.items():
        calls.setdefault(call, {}).setdefault(dtype, {})[probe] = outcome
    changed, named = [], {}
    for call, by_dtype in sorted(calls.items()):
        path = folder / "calls" / f"{call}.json"
        document: Any = _document(path) if path.exists() else {"behaviours": {}, "outcomes": {}}
        behaviour: dict[str, dict[str, str]] = {}
        for dtype, probes in by_dtype.items():
            for probe, outcome in probes.items():
                text = outcome_text(outcome)
                document["outcomes"][digest(text)] = json.loads(text)
                behaviour.setdefault(dtype, {})[probe] = digest(text)
        named[call] = digest(json.dumps(behaviour, sort_keys=True))
        document["behaviours"][named[call]] = behaviour
        changed += _replaced(path, call_text(call, document))
    head = {
        "framework": record.framework,
        "release": record.release,
        "packages": dict(record.packages),
        "provenance": dict(record.provenance),
        "calls": named,
        "absent": dict(sorted(record.absent.items())),
    }
    changed += _replaced(folder / f"{record.release}.json", head_text(head))
    for cached in (releases, read, _behaviour, _call, _outcome):
        cached.cache_clear()
    return changed


def write_unrecorded(framework: str, reasons: Mapping[str, str]) -> list[Path]:
    """Say which releases could not be recorded, and why; with those that were said before. One that is said
    by its minor release, such as ``2.1``, is recorded with any of it."""
    done = [f"{release}." for release in releases(framework)]
    every = {**unrecorded(framework), **reasons}
    kept = {
        release: why
        for release, why in sorted(every.items())
        if not any(one.startswith(f"{release}.") for one in done)
    }
    path = root() / framework / UNRECORDED
    return _replaced(path, json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


def _replaced(path: Path, text: str) -> list[Path]:
    if path.is_file() and path.read_bytes() == text.encode():
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    goldens.replace_file(path, text)
    return [path]


def digest(text: str) -> str:
    """The name of a text by its content: 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def outcome_text(outcome: Outcome) -> str:
    """An outcome as JSON: an array with an image row a line, each number the shortest that reads back."""
    if isinstance(outcome, Refusal):
        return json.dumps({"raises": outcome.exception, "words": outcome.words}, ensure_ascii=False)
    if isinstance(outcome, Crash):
        return json.dumps({"crash": outcome.how})
    head = json.dumps({"dtype": dtype_name(outcome), "shape": list(outcome.shape)})
    rows = outcome.reshape(-1, outcome.shape[-1]) if outcome.size else outcome.reshape(0, 1)
    lines = ",\n".join(f"      {', '.join(map(_number, row))}" for row in rows)
    return (
        f'{head[:-1]}, "values": [\n{lines}\n    ]}}' if lines else f'{head[:-1]}, "values": []}}'
    )


def _number(value: Any) -> str:
    if isinstance(value, np.integer | np.bool_):
        return str(int(value))
    if not np.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(float(value))]
    if value == 0:
        return "-0.0" if np.signbit(value) else "0"  # JSON's -0 is an integer, and has no sign
    text = np.format_float_positional(value, unique=True, trim="-")
    short = np.format_float_scientific(value, unique=True, trim="-", exp_digits=1)
    return short if len(short) < len(text) else text


def call_text(call: str, document: Mapping[str, Any]) -> str:
    """The text of a call's file: behaviours, then outcomes, both sorted by their digests."""
    behaviours = ",\n".join(
        f"    {json.dumps(name)}: {{\n{_dtypes(one)}\n    }}"
        for name, one in sorted(document["behaviours"].items())
    )
    outcomes = ",\n".join(
        f"    {json.dumps(name)}: {outcome_text(_read_outcome(one))}"
        for name, one in sorted(document["outcomes"].items())
    )
    return (
        f'{{\n  "call": {json.dumps(call)},\n  "behaviours": {{\n{behaviours}\n  }},\n'
        f'  "outcomes": {{\n{outcomes}\n  }}\n}}\n'
    )


def _dtypes(behaviour: Mapping[str, Mapping[str, str]]) -> str:
    return ",\n".join(
        f"      {json.dumps(dtype)}: {{\n{_probes(probes)}\n      }}"
        for dtype, probes in behaviour.items()
    )


def _probes(probes: Mapping[str, str]) -> str:
    return ",\n".join(
        f"        {json.dumps(name)}: {json.dumps(of)}" for name, of in probes.items()
    )


def head_text(head: Mapping[str, object]) -> str:
    """The text of a release's file."""
    return json.dumps(head, indent=2, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------------------- checking


def problems() -> Iterator[str]:
    """What is wrong with golden/releases/ as files.

    Yields:
        One line a file that is extra or badly formatted, and each behaviour or outcome that is missing,
        edited, or that nothing names.
    """
    for framework in frameworks():
        folder = root() / framework
        heads = {release: _document(folder / f"{release}.json") for release in releases(framework)}
        wanted = {folder / f"{release}.json" for release in heads} | {folder / UNRECORDED}
        for release, head in heads.items():
            if (folder / f"{release}.json").read_text(encoding="utf-8") != head_text(head):
                yield f"golden/releases/{framework}/{release}.json: badly formatted"
        for call in sorted({call for head in heads.values() for call in head["calls"]}):
            path = folder / "calls" / f"{call}.json"
            wanted.add(path)
            used = {head["calls"][call] for head in heads.values() if call in head["calls"]}
            yield from _problems_of_call(path, call, used)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path not in wanted:
                yield f"{goldens.shown(path)}: extra: no release names it"


def _problems_of_call(path: Path, call: str, used: set[str]) -> Iterator[str]:
    try:
        document = _document(path)
        if path.read_text(encoding="utf-8") != call_text(call, document):
            yield f"{goldens.shown(path)}: badly formatted"
        behaviours, outcomes = document["behaviours"], document["outcomes"]
    except (RecordError, KeyError, TypeError, ValueError) as error:
        yield str(error) if isinstance(error, RecordError) else f"{goldens.shown(path)}: {error!r}"
        return
    named = {one for b in behaviours.values() for probes in b.values() for one in probes.values()}
    for kind, stored, wanted in (("behaviour", behaviours, used), ("outcome", outcomes, named)):
        for name in sorted(wanted - set(stored)):
            yield f"{goldens.shown(path)}: {kind} {name} is missing"
        for name in sorted(set(stored) - wanted):
            yield f"{goldens.shown(path)}: {kind} {name} is not used"
    for name, one in behaviours.items():
        if digest(json.dumps(one, sort_keys=True)) != name:
            yield f"{goldens.shown(path)}: behaviour {name} was edited"
    for name, one in outcomes.items():
        if digest(outcome_text(_read_outcome(one))) != name:
            yield f"{goldens.shown(path)}: outcome {name} was edited"


def pruned(framework: str) -> list[Path]:
    """Remove behaviours and outcomes that no release names. Returns the files that changed."""
    folder, changed = root() / framework, []
    heads = [_document(folder / f"{release}.json") for release in releases(framework)]
    for path in sorted((folder / "calls").glob("*.json")):
        used = {head["calls"].get(path.stem) for head in heads}
        document = _document(path)
        kept = {name: one for name, one in document["behaviours"].items() if name in used}
        named = {o for b in kept.values() for probes in b.values() for o in probes.values()}
        outcomes = {name: one for name, one in document["outcomes"].items() if name in named}
        if kept:
            changed += _replaced(
                path, call_text(path.stem, {"behaviours": kept, "outcomes": outcomes})
            )
        else:
            path.unlink()
            changed.append(path)
    for cached in (_behaviour, _call, _outcome):
        cached.cache_clear()
    return changed
