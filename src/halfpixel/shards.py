"""A run in shards, on machines that know nothing of each other: which shard a trial or a test is in.

That depends on its name, the number of shards and ``costs.json``, the table of what dear trials cost. It does
not depend on what else is installed, selected or run, or on the order.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from . import __version__, documents

COSTS = (
    "costs.json"  # milliseconds of CPU by framework and trial; `python -m bench.costs` writes it
)
PROPERTY = "halfpixel.shard"  # of a JUnit file: documents.Shard, as JSON
MOST = 1000  # shards of a run
_NAMED = 8  # missing shards that an error names


@dataclass(frozen=True)
class Shard:
    """One part of a run: ``2/8`` is the second of eight.

    Attributes:
        number: from 1 on.
        count: how many there are.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """A shard as users write it.

        Raises:
            ValueError: the text is no shard.
        """
        matched = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text, re.ASCII)
        number, count = map(int, matched.groups()) if matched else (0, 0)
        if not 1 <= number <= count <= MOST:
            raise ValueError(f"{text!r} is no shard: write 2/8 for the second of eight")
        return cls(number, count)

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def has(self, name: str) -> bool:
        """Whether a trial, by its id, or a test, by its node id, is in this shard."""
        dealt = _dealt(self.count).get(name)
        return self.number == (_hashed(name, self.count) if dealt is None else dealt)

    def json(self, names: Iterable[str], releases: Mapping[str, str]) -> documents.Shard:
        """What a report keeps of the shard, so that it is merged with those of the same run alone.

        Args:
            names: of everything in the whole run, in any order.
            releases: of the frameworks.
        """
        whole = "\n".join([__version__, _table(), *sorted(names)])
        return {
            "number": self.number,
            "count": self.count,
            "releases": dict(sorted(releases.items())),
            "run": hashlib.sha256(whole.encode()).hexdigest()[:16],
        }


def _hashed(name: str, count: int) -> int:
    """The shard of a name that is not in the table: thousands of cheap trials spread evenly."""
    digest = hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) % count + 1


@functools.cache
def _dealt(count: int) -> Mapping[str, int]:
    """The shard of each trial in the table: the dearest first, to the shard that has least so far.

    A framework's trials are dealt together, so that a run of one framework is even too.
    """
    return deal(json.loads(_table()), count)


@functools.cache
def _table() -> str:
    return resources.files(__package__).joinpath(COSTS).read_text(encoding="utf-8")


def forget() -> None:
    """Read the table again when it is needed next."""
    _table.cache_clear()
    _dealt.cache_clear()


def deal(costs: Mapping[str, Mapping[str, float]], count: int) -> Mapping[str, int]:
    """The shard of each name.

    Args:
        costs: by group and name, in any unit.
        count: how many shards there are.
    """
    loads = dict.fromkeys(range(1, count + 1), 0.0)
    shards: dict[str, int] = {}
    for group in sorted(costs):
        for name, cost in sorted(costs[group].items(), key=lambda one: (-one[1], one[0])):
            shards[name] = least = min(loads, key=lambda shard: loads[shard])
            loads[least] += cost
    return shards


# ---------------------------------------------------------------------------- all shards of a run


def together(parts: Mapping[str, documents.Shard | None]) -> list[str]:
    """The names of some parts in the order of their shards, if they are all of one run, each once.

    Args:
        parts: by name, the shard that each is; None where it is none.

    Raises:
        ValueError: one is no shard, is there twice or is missing, or they are of unlike runs.
    """
    known: dict[str, documents.Shard] = {}
    for name, shard in parts.items():
        if shard is None:
            raise ValueError(f"{name} is no shard: it has a whole run")
        if not 1 <= shard["number"] <= shard["count"] <= MOST:
            raise ValueError(f"{name}: is damaged: shard {shard['number']}/{shard['count']}")
        known[name] = shard
    (first, one), *others = known.items()
    for name, other in others:
        if unlike := _unlike(one, other):
            raise ValueError(f"{first} and {name} are of unlike runs: {unlike}")
    count = one["count"]
    by_number: dict[int, str] = {}
    for name, shard in known.items():
        if (before := by_number.setdefault(shard["number"], name)) != name:
            raise ValueError(f"shard {shard['number']}/{count} is there twice: {before} and {name}")
    missing = [f"{number}/{count}" for number in range(1, count + 1) if number not in by_number]
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        names = ", ".join(missing[:_NAMED])
        raise ValueError(f"missing: shard{'s' * (len(missing) != 1)} {names}{more}")
    return [by_number[number] for number in sorted(by_number)]


def _unlike(one: documents.Shard, other: documents.Shard) -> str:
    """What tells the runs of two shards apart; empty where they are of one."""
    if one["count"] != other["count"]:
        return f"one of {one['count']} shards, one of {other['count']}"
    for name in sorted(one["releases"].keys() | other["releases"].keys()):
        first, second = (each["releases"].get(name, "not run") for each in (one, other))
        if first != second:
            return f"{name} {first} and {second}"
    if one["run"] != other["run"]:
        return "other calls or cases were selected, or halfpixel is another version"
    return ""
