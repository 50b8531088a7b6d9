"""What moved between two sets of goldens: those of a user's functions, and halfpixel's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import AnyArray
from ..comparison.function import Output
from ..conformance import goldens as own
from ..testing import golden as users
from .answer import Diff, Kind, Moved, values_of
from .sources import File, Source

# the first keys of a golden: other files are not read whole
_BEGINS = rb'\s*\{\s*("schema": \d+,\s*"test"|"case"):'


@dataclass(frozen=True)
class _Image:
    """What a golden has of an image: the values (C, H, W), their dtype and the unit of differences."""

    values: AnyArray
    dtype: str
    unit: str


@dataclass(frozen=True)
class _Golden:
    """A golden: what it follows, in words, and what it has of each image."""

    words: str
    images: Mapping[str, _Image]


def compared(old: Source, new: Source) -> Diff:
    """What moved between the goldens of two sources, file by file.

    Raises:
        ValueError: one has no golden, or a file is damaged.
    """
    if old.alone and new.alone:  # two files, whatever their names
        new = Source(new.name, {next(iter(old.files)): new.alone})
    first, second = _goldens(old), _goldens(new)
    moved: list[Moved] = []
    total = 0
    for path in sorted({*first, *second}):
        one, other = first.get(path), second.get(path)
        total += one is not None and other is not None
        if one is None or other is None or one.digest != other.digest:
            before, after = (file.read() if file else None for file in (one, other))
            moved += _moved(path, before, after)
    return Diff(old.name, new.name, "golden", total, 0, tuple(moved))


@dataclass(frozen=True)
class _Stored:
    """A file that is a golden.

    Attributes:
        file: what it is.
        name: of the source and its path, for messages.
        users: it is of a user's function.
    """

    file: File
    name: Path
    users: bool

    @property
    def digest(self) -> str:
        return self.file.digest

    def read(self) -> _Golden:
        """What it has.

        Raises:
            ValueError: it is damaged.
        """
        data = self.file.read()
        try:
            if self.users:
                return _of_user(users.parsed(data, self.name))
            case = own.parsed(data, self.name)
        except own.GoldenError as error:
            raise ValueError(str(error)) from None
        rule = f" with {case.rule}" if case.rule else ""
        unit = "level" if case.dtype == "uint8" else ""
        images = {f"image {n}": _Image(y, case.dtype, unit) for n, y in enumerate(case.expected)}
        return _Golden(f"{case.convention}{rule}", images)


def _goldens(source: Source) -> dict[str, _Stored]:
    """The goldens of a source, by path; each file is looked into once.

    Raises:
        ValueError: there is none.
    """
    goldens = {}
    for path, file in source.files.items():
        keys = _keys(file)
        if keys == users.KEYS or keys in own.KEYS:
            named = Path(f"{source.name}:{path}")
            goldens[path] = _Stored(file, named, users=keys == users.KEYS)
    if not goldens:
        raise ValueError(f"{source.name} has no golden and no report")
    return goldens


def _of_user(document: users.GoldenDocument) -> _Golden:
    layout, _, dtype = document["returns"].partition(" ")
    images = {}
    for one in document["images"]:
        name = f"{one['image']} {'×'.join(map(str, one['size']))} {one['dtype']}"
        array = np.array(one["values"], dtype)
        values = np.moveaxis(Output(array, layout).image, 2, 0)  # type: ignore[arg-type]
        images[name] = _Image(values, dtype, "level" if dtype == "uint8" else "")
    follows = document["follows"] or "no convention that is known"
    return _Golden(f"{follows}; {document['returns']}", images)


def _keys(file: File) -> tuple[str, ...]:
    data = file.read()
    if not re.match(_BEGINS, data):
        return ()
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return ()
    return tuple(document) if isinstance(document, dict) else ()


def _moved(path: str, before: _Golden | None, after: _Golden | None) -> Iterator[Moved]:
    if before is None or after is None:
        if before is not None:
            yield Moved("gone", path, before=before.words)
        elif after is not None:
            yield Moved("new", path, after=after.words)
        return
    words = (before.words, after.words)
    if before.images.keys() != after.images.keys():
        images = [", ".join(one.images) for one in (before, after)]
        yield Moved("asked", path, before=images[0], after=images[1])
        return
    by_kind: dict[Kind, list[str]] = {}
    for name, one in before.images.items():
        if kind := _kind(one, after.images[name]):
            by_kind.setdefault(kind, []).append(name)
    for kind, names in by_kind.items():
        first, second = before.images[names[0]], after.images[names[0]]
        values = values_of(names[0], "as stored", first.values, second.values, second.unit)
        changed_words = words if words[0] != words[1] else ("", "")
        yield Moved(kind, path, tuple(names), len(before.images), *changed_words, values=values)


def _kind(before: _Image, after: _Image) -> Kind | None:
    if before.values.shape != after.values.shape:
        return "shape"
    if before.dtype != after.dtype:
        return "dtype"
    return None if np.array_equal(before.values, after.values, equal_nan=True) else "values"
