"""Which calls of the catalogue a program uses, by its code: parsed, and never run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..catalogue.rules import written
from ..conversion import parse
from ..conversion.parse import Reading, Spoken, source
from ..frameworks import FRAMEWORKS, Call


@dataclass(frozen=True)
class Use:
    """A call that was read.

    Attributes:
        where: ``file:line``.
        text: the call, as it is written.
        calls: the ids of the calls of the catalogue that it can be.
    """

    where: str
    text: str
    calls: tuple[str, ...]


@dataclass(frozen=True)
class Unread:
    """A call of a function that is known, or a file, that was not read.

    Attributes:
        where: ``file:line``, or the file.
        text: the call, as it is written; empty of a file.
        why: the reason.
    """

    where: str
    text: str
    why: str


@dataclass(frozen=True)
class Usage:
    """What a program uses, as far as it was read.

    Attributes:
        uses: the calls that were read.
        unread: what was not.
        files: how many files were read.
    """

    uses: tuple[Use, ...]
    unread: tuple[Unread, ...] = ()
    files: int = 0

    @property
    def calls(self) -> frozenset[str]:
        """The ids of the calls that it uses."""
        return frozenset(call for use in self.uses for call in use.calls)

    def of(self, call: str) -> list[Use]:
        """Where a call is used."""
        return [use for use in self.uses if call in use.calls]


def named(calls: Iterable[Call], where: str) -> Usage:
    """What is used where the calls are named in a file of settings."""
    return Usage(tuple(Use(where, str(written(call)), (call.id,)) for call in calls))


def read(paths: Sequence[Path]) -> Usage:
    """The calls in files of Python, and in those of folders.

    Raises:
        ValueError: there is no such file or folder, or no file of Python in it.
    """
    uses: list[Use] = []
    unread: list[Unread] = []
    files = 0
    for file in source.files(paths):
        files += 1
        try:
            parsed = source.parsed(source.content(file), str(file))
        except source.NotRead as error:
            unread.append(Unread(_shown(file), "", f"is not read: {error}"))
            continue
        for one in parsed.calls:
            use = _read(f"{_shown(file)}:{one.node.lineno}", one.text, one.branched)
            (uses if isinstance(use, Use) else unread).append(use)  # type: ignore[arg-type]
    if not files:
        raise ValueError(f"{', '.join(map(str, paths))}: no files of Python")
    return Usage(tuple(uses), tuple(unread), files)


def _shown(file: Path) -> str:
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def _read(where: str, text: str, full: str) -> Use | Unread:
    try:
        read = [one.read for one in parse.readings(full)]
    except parse.Unreadable as error:
        return Unread(where, text, str(error))
    unread = next((one for one in read if isinstance(one, parse.Unreadable)), None)
    if unread is not None:
        return Unread(where, text, str(unread))
    calls = calls_of(read)
    return Use(where, text, calls) if calls else Unread(where, text, "no call is like it")


def calls_of(readings: Iterable[Reading | Spoken | parse.Unreadable | None]) -> tuple[str, ...]:
    """The ids of the calls of the catalogue that readings can be."""
    calls: dict[str, None] = {}
    for one in readings:
        if isinstance(one, Reading):
            calls |= dict.fromkeys(call.id for call in one.calls)
        elif isinstance(one, Spoken):
            calls |= dict.fromkeys(_transposed(one))
    return tuple(calls)


def _transposed(one: Spoken) -> Iterator[str]:
    """The transposed convolutions of a framework: of Keras's with the padding that it says."""
    padding = one.arguments.get("padding")
    for framework in FRAMEWORKS.values():
        for call in framework.calls:
            if call.operation != "conv_transpose":
                continue
            own = "keras" if call.name.startswith("keras.") else framework.name
            if own == one.framework and (own != "keras" or call.name.endswith(f"-{padding}")):
                yield call.id
