"""What a project says of its own: which calls are checked, and which changes are expected.

``halfpixel.toml``, or ``[tool.halfpixel]`` in pyproject.toml. docs/check.md describes the keys.
"""

from __future__ import annotations

import fnmatch
import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import names
from ..catalogue import rules
from ..conformance.trials import calls
from ..frameworks import Call, Release
from ..frameworks import release as installed_release
from ..frameworks.releases import contains
from ..operators import every_pyramid, every_resize
from ..report.terminal import Outcome
from . import selection

FILE, SHARED_FILE, TABLE = "halfpixel.toml", "pyproject.toml", "tool.halfpixel"
_LARGEST = 1 << 20  # bytes of a file that is read


@dataclass(frozen=True)
class Accepted:
    """A change that is expected.

    Attributes:
        key: where it stands: ``accepted[0]``.
        calls: the ids of the calls that it is about.
        reason: why the change is expected.
        follows: what the output matches then, in words; anything, if empty.
        cases: a pattern of the names of the cases (``*``, ``?``).
        dtypes: those that it is about; all, if empty.
        releases: of the framework, those that it is about (PEP 440 specifiers); all, if empty.
    """

    key: str
    calls: frozenset[str]
    reason: str
    follows: str = ""
    cases: str = "*"
    dtypes: tuple[str, ...] = ()
    releases: str = ""

    def is_about(self, call: str, dtype: str, case: str, release: str | Release) -> bool:
        """Whether a trial is one of those that the entry is about.

        Args:
            call: its id, or that of the call whose gradient is taken, or that a mode executes.
            dtype, case: of the trial.
            release: of the framework.
        """
        return (
            call in self.calls
            and (not self.dtypes or dtype in self.dtypes)
            and fnmatch.fnmatchcase(case, self.cases)
            and contains(self.releases, release)
        )

    def expects(self, matches: Iterable[str]) -> bool:
        """Whether an output that matches these readings is the one that is expected."""
        return not self.follows or any(
            self.follows in (one, one.partition(" with ")[0]) for one in matches
        )


@dataclass(frozen=True)
class Counterparts:
    """Two functions of an image that have to give the same.

    Attributes:
        training, serving: ``path/to/file.py:function``, from the folder of the settings; ``training`` may be
            whatever ``halfpixel compare`` takes.
        levels: how many levels of 255 apart are still the same; 0 is only what rounding explains.
    """

    training: str
    serving: str
    levels: float = 0.0


@dataclass(frozen=True)
class LintSettings:
    """What a project says of lint.

    Attributes:
        select, ignore: codes of rules, or what they begin with.
        exclude: patterns of files that are not read (``*``, ``**``, ``?``).
        pedantic: whether the pedantic rules are asked, too.
        counterparts: functions that have to give the same.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    pedantic: bool = False
    counterparts: tuple[Counterparts, ...] = ()


@dataclass(frozen=True)
class Settings:
    """The settings of a project; all are empty by default.

    Attributes:
        path: the file that they stand in; None without one.
        calls: the calls to check, as they are written there.
        functions: the project's own functions, ``module:function`` or ``path/to/file.py:function``.
        accepted: the changes that are expected.
        lint: what it says of lint.
    """

    path: Path | None = None
    calls: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    lint: LintSettings = field(default=LintSettings())

    def checks(self, call: Call) -> bool:
        """Whether a call, or the gradient of one, is among those to check."""
        return self.chosen is None or base(call.id) in self.chosen

    @functools.cached_property
    def chosen(self) -> frozenset[str] | None:
        """The ids of the calls to check; None where that is all."""
        ids = (call.id for text in self.calls for call in selection.calls_of(text))
        return frozenset(ids) if self.calls else None

    @property
    def folder(self) -> Path:
        """The project's folder: that of the file, or the working directory."""
        return self.path.parent if self.path else Path()

    def where(self, entry: Accepted) -> str:
        """Where an entry stands, for a message."""
        return f"{self.path}: {entry.key}"

    def accepts(self, one: Outcome) -> Accepted | None:
        """The entry that expects a change; None where there is none.

        Args:
            one: of a call that changed.
        """
        about = [entry for entry in self.accepted if _is_about(entry, one)]
        return next((entry for entry in about if entry.expects(one.matches)), None)

    def could_accept(self, entry: Accepted, outcomes: Iterable[Outcome]) -> bool:
        """Whether something ran that an entry is about."""
        return any(_is_about(entry, one) for one in outcomes)


def _is_about(entry: Accepted, one: Outcome) -> bool:
    release = installed_release(one.framework) or Release("0")
    return entry.is_about(base(f"{one.framework}-{one.name}"), one.dtype, one.case, release)


@functools.lru_cache(maxsize=4096)
def base(call: str) -> str:
    """The id of the call whose gradient is taken, or that a mode executes: their ids begin with it."""
    known = {one.id for one in calls()}
    prefix = call
    while prefix and prefix not in known:
        prefix = prefix.rpartition("-")[0]
    return prefix or call


def read(folder: Path) -> Settings:
    """The settings of the project that a folder belongs to.

    The first folder counts, upwards, that has halfpixel.toml, or pyproject.toml with ``[tool.halfpixel]``.
    The search ends at the root of a repository.

    Raises:
        ValueError: a file is no TOML, or an entry is wrong; the message names the file and the key.
    """
    start = folder.resolve()
    for each in (start, *start.parents):
        own, shared = each / FILE, each / SHARED_FILE
        tables = [(own, parsed(own))] if own.is_file() else []
        tool = parsed(shared).get("tool") if shared.is_file() else None
        if isinstance(tool, dict) and "halfpixel" in tool:
            tables.append((shared, tool["halfpixel"]))
        if len(tables) > 1:
            raise ValueError(
                f"{own}: {shared.name} beside it has [{TABLE}] too; keep one of the two"
            )
        if tables:
            return _settings(*tables[0])
        if (each / ".git").exists():
            break
    return Settings()


def parsed(path: Path, largest: int = _LARGEST) -> dict[str, Any]:
    """The TOML of a file of so many bytes at most, which may be a stranger's.

    Raises:
        ValueError: it cannot be read, or is none; the message is one line.
    """
    try:
        if path.stat().st_size > largest:
            raise ValueError(f"{path}: larger than {largest:,} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: is no TOML: {error}") from None
    except RecursionError:
        raise ValueError(f"{path}: is nested too deeply") from None


def _settings(path: Path, table: object) -> Settings:
    top = "" if path.name == FILE else f"{TABLE}."
    reader = _Reader(path, top)
    given = reader.table(table, "", ("calls", "functions", "accepted", "lint"))
    calls = reader.strings(given, "calls")
    for i, text in enumerate(calls):
        reader.calls(text, f"calls[{i}]")
    entries = given.get("accepted", [])
    if not isinstance(entries, list):
        raise reader.wrong("accepted", f"is no list of tables: write [[{top}accepted]]")
    return Settings(
        path,
        calls,
        reader.strings(given, "functions"),
        tuple(reader.accepted(entry, f"accepted[{i}]") for i, entry in enumerate(entries)),
        reader.lint(given.get("lint", {})),
    )


@dataclass(frozen=True)
class _Reader:
    """Reads entries of a file, and says where one is wrong."""

    path: Path
    top: str = field(default="")

    def wrong(self, key: str, message: str) -> ValueError:
        return ValueError(f"{self.path}: {(self.top + key).rstrip('.')}: {message}")

    def table(self, value: object, key: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(key, "is no table")
        for name in value:
            if name not in known:
                inner = f"{key}.{name}" if key else name
                close = names.meant(name, known) or f" (choose from {', '.join(known)})"
                raise self.wrong(inner, f"unknown key{close}")
        return value

    def strings(self, table: Mapping[str, object], name: str, key: str = "") -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key or name, f"is no list of strings: {value!r}")
        return tuple(value)

    def string(self, table: Mapping[str, object], key: str, name: str, default: str) -> str:
        value = table.get(name, default)
        if not isinstance(value, str):
            raise self.wrong(f"{key}.{name}", f"is no string: {value!r}")
        return value.strip()

    def calls(self, text: str, key: str) -> tuple[Call, ...]:
        try:
            return selection.calls_of(text)
        except ValueError as error:
            raise self.wrong(key, str(error)) from None

    def truth(self, table: Mapping[str, object], key: str, name: str) -> bool:
        value = table.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key}.{name}", f"is not true or false: {value!r}")
        return value

    def lint(self, value: object) -> LintSettings:
        known = ("select", "ignore", "exclude", "pedantic", "counterparts")
        table = self.table(value, "lint", known)
        select, ignore, exclude = (
            self.strings(table, name, f"lint.{name}") for name in ("select", "ignore", "exclude")
        )
        entries = table.get("counterparts", [])
        if not isinstance(entries, list):
            raise self.wrong("lint.counterparts", "is no list of tables")
        pairs = (self.counterparts(e, f"lint.counterparts[{i}]") for i, e in enumerate(entries))
        pedantic = self.truth(table, "lint", "pedantic")
        return LintSettings(select, ignore, exclude, pedantic, tuple(pairs))

    def counterparts(self, value: object, key: str) -> Counterparts:
        table = self.table(value, key, ("training", "serving", "levels"))
        training, serving = (self.string(table, key, n, "") for n in ("training", "serving"))
        for name, text in (("training", training), ("serving", serving)):
            if not text:
                raise self.wrong(f"{key}.{name}", "is missing")
        if ".py:" not in serving:
            raise self.wrong(f"{key}.serving", f"is no path/to/file.py:function: {serving!r}")
        levels = table.get("levels", 0)
        if (
            isinstance(levels, bool)
            or not isinstance(levels, (int, float))
            or not 0 <= levels < 256
        ):
            raise self.wrong(f"{key}.levels", f"is a number from 0 to 255, got {levels!r}")
        return Counterparts(training, serving, float(levels))

    def accepted(self, value: object, key: str) -> Accepted:
        known = ("call", "reason", "follows", "cases", "dtypes", "releases")
        table = self.table(value, key, known)
        call = self.string(table, key, "call", "")
        reason = self.string(table, key, "reason", "")
        for name, text in (("call", call), ("reason", reason)):
            if not text:
                raise self.wrong(f"{key}.{name}", "is missing")
        releases = self.string(table, key, "releases", "")
        try:
            contains(releases, "1.0")
        except ValueError as error:
            raise self.wrong(f"{key}.releases", str(error)) from None
        calls = self.calls(call, f"{key}.call")
        dtypes = self.strings(table, "dtypes", f"{key}.dtypes")
        supported = sorted({dtype for one in calls for dtype in one.arithmetic})
        for dtype in dtypes:
            if dtype not in supported:
                message = f"{dtype!r} is no dtype of {call} (choose from {', '.join(supported)})"
                raise self.wrong(f"{key}.dtypes", message)
        return Accepted(
            key=self.top + key,
            calls=frozenset(one.id for one in calls),
            reason=reason,
            follows=self._follows(table, key),
            cases=self.string(table, key, "cases", "*"),
            dtypes=dtypes,
            releases=releases,
        )

    def _follows(self, table: Mapping[str, object], key: str) -> str:
        """What an output matches, as failures print it; a convention by its words in any order."""
        text = self.string(table, key, "follows", "")
        if not text or text.startswith("the "):  # the expected convention with …
            return text
        known = {str(one): one for one in (*every_resize(), *every_pyramid())}
        if (own := f"resize {text.removeprefix('resize ')}") in known:
            return own
        try:
            return str(rules.convention_of(text.removeprefix("resize ")))
        except ValueError as error:
            raise self.wrong(f"{key}.follows", str(error)) from None
