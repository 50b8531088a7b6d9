"""Calls at a line of a file in another framework: ``halfpixel convert model.py:120``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import documents
from ..frameworks.layer_plans import Target
from . import BranchedConversion, ConvTransposeConversion, ResizeConversion, answered
from .parse import Unreadable, source
from .parse.source import SourceCall
from .parse.values import Default

_NEAREST = 4  # lines that are named
_PLACE = re.compile(r"(?P<path>[^()]+\.py)(?::(?P<line>[^:]*)(?::(?P<column>[^:]*))?)?")

Answer = ResizeConversion | ConvTransposeConversion | BranchedConversion


@dataclass(frozen=True)
class Location:
    """A file, and perhaps a line of it.

    Attributes:
        path: the file.
        line: counted from 1; None for all of the file.
        column: likewise, of the first character of a call; None for all of the line.
    """

    path: Path
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(one) for one in (self.path, self.line, self.column) if one is not None)


@dataclass(frozen=True)
class CallAnswer:
    """A call of a file, with its answer.

    Attributes:
        line: where it begins.
        text: as it is written.
        defaults: the defaults of parameters that it was read with.
        answer: in the other framework; None where none was asked for; or what keeps it from being answered.
    """

    line: int
    text: str
    defaults: tuple[Default, ...] = ()
    answer: Answer | Unreadable | None = None

    def json(self) -> documents.CallInFile:
        """For a program."""
        error = str(self.answer) if isinstance(self.answer, Unreadable) else None
        answer = None if isinstance(self.answer, Unreadable) else self.answer
        return {
            "line": self.line,
            "source": self.text,
            "defaults": [
                {"parameter": one.parameter, "value": one.value, "function": one.function}
                for one in self.defaults
            ],
            "error": error,
            "answer": None if answer is None else answer.json(),
        }


@dataclass(frozen=True)
class FileConversion:
    """The calls of a file, or of a line of it, in another framework.

    Attributes:
        location: the file and the line.
        target: the framework that was asked for; None where the calls are only listed.
        calls: in the order of the text.
    """

    location: Location
    target: Target | None
    calls: tuple[CallAnswer, ...]

    @property
    def complete(self) -> bool:
        """Whether there is code that computes the same for every call; also where they are only listed."""
        return all(
            one.answer is None or (not isinstance(one.answer, Unreadable) and one.answer.complete)
            for one in self.calls
        )

    def __str__(self) -> str:
        if self.target is None:
            return "\n".join([*map(self._head, self.calls), "", f"one of them: {self._example}"])
        return "\n\n".join(f"{self._head(one)}\n\n{_body(one)}" for one in self.calls)

    def _head(self, call: CallAnswer) -> str:
        return f"{self.location.path}:{call.line}: {call.text}"

    @property
    def _example(self) -> str:
        first = self.calls[0].line if self.location.line is None else self.location.line
        return f"halfpixel convert {self.location.path}:{first} --to FRAMEWORK"

    def json(self) -> documents.FileConversion:
        """For a program."""
        return {
            "schema": documents.SCHEMA,
            "file": str(self.location.path),
            "line": self.location.line,
            "to": self.target,
            "complete": self.complete,
            "calls": [one.json() for one in self.calls],
        }


def _body(call: CallAnswer) -> str:
    lines = [
        f"with {one}, the default of `{one.function}`: whoever calls that may give another"
        for one in call.defaults
    ]
    shown = f"not answered: {call.answer}" if isinstance(call.answer, Unreadable) else call.answer
    return "\n".join([*lines, *([""] if lines else []), str(shown)])


def location_of(text: str) -> Location | None:
    """The file and the line that a text names, ``model.py:120``; None of any other text.

    Raises:
        ValueError: what stands behind the file is no line.
    """
    matched = _PLACE.fullmatch(text)
    if matched is None:
        return None
    line, column = (_number(matched[name], text) for name in ("line", "column"))
    return Location(Path(matched["path"]), line, column)


def _number(text: str | None, whole: str) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not int(text):
        raise ValueError(f"{whole}: {text!r} is no line: write model.py:120")
    return int(text)


def convert_in_file(
    location: Location,
    to: Target | None,
    *,
    weight: Sequence[int] | None = None,
    input_size: Sequence[int] | None = None,
) -> FileConversion:
    """The calls at a line of a file in another framework; without a line, all calls of the file.

    Args:
        location: the file, and the line.
        to: the framework; None to list the calls.
        weight, input_size: as for :func:`halfpixel.convert`.

    Raises:
        ValueError: the file cannot be read, or no call that is known is at the line.
    """
    try:
        code = source.parsed(source.content(location.path), str(location.path))
    except source.NotRead as error:
        raise ValueError(f"{location.path}: {error}") from None
    if not code.calls:
        raise ValueError(f"{location.path} has no call that resizes, and no transposed convolution")
    calls = code.calls if location.line is None else _at(location, code.calls)
    answers = []
    for one in calls:
        answer: Answer | Unreadable | None = None
        if to is not None:
            try:
                answer = answered(
                    one.branched, to, weight=weight, input_size=input_size, each_value=True
                )
            except Unreadable as error:
                answer = error
        answers.append(CallAnswer(one.node.lineno, one.text, one.assumed_in_branches, answer))
    return FileConversion(location, to, tuple(answers))


def _at(location: Location, calls: Sequence[SourceCall]) -> list[SourceCall]:
    """The calls that begin at a line; if none does, those that it is a part of.

    Raises:
        ValueError: there is none.
    """
    assert location.line is not None
    begin = [one for one in calls if one.node.lineno == location.line]
    at_column = [one for one in begin if one.node.col_offset + 1 == location.column]
    around = [
        one
        for one in calls
        if one.node.lineno <= location.line <= (one.node.end_lineno or one.node.lineno)
    ]
    if chosen := at_column or begin or around:
        return chosen
    lines: dict[int, str] = {one.node.lineno: one.function.rpartition(".")[2] for one in calls}
    near = sorted(lines, key=lambda line: abs(line - (location.line or 0)))[:_NEAREST]
    shown = (f"{line} ({lines[line]})" for line in sorted(near))
    raise ValueError(
        f"{location}: no call there resizes, or is a transposed convolution; the nearest lines that have one "
        f"are {', '.join(shown)}"
    )
