"""Where files come from that are compared: a folder, a file, or a git repository at a revision."""

from __future__ import annotations

import functools
import hashlib
import io
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

REPORT = "report.json"


@dataclass(frozen=True)
class File:
    """A file.

    Attributes:
        digest: of its content, as git has it.
        read: returns the content.
    """

    digest: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Source:
    """What a user names.

    Attributes:
        name: as it was written.
        files: JSON files, by their path in it. Of a folder with a report, that alone.
    """

    name: str
    files: Mapping[str, File]

    @property
    def alone(self) -> File | None:
        """The file, if there is only one."""
        return next(iter(self.files.values())) if len(self.files) == 1 else None


def read(text: str) -> Source:
    """The files of what a user names.

    Raises:
        ValueError: it is no file, no folder and no git revision, or cannot be read.
    """
    path = Path(text)
    try:
        if path.is_file():
            return Source(text, {path.name: _on_disk(path)})
        if path.is_dir():
            files = (one for one in sorted(path.rglob("*.json")) if one.is_file())
            return _chosen(text, {str(p.relative_to(path)): _on_disk(p) for p in files})
        return _of_git(text)
    except OSError as error:
        raise ValueError(f"{text} cannot be read: {error.strerror}") from None


def _chosen(text: str, files: Mapping[str, File]) -> Source:
    return Source(text, {REPORT: files[REPORT]} if REPORT in files else files)


def _on_disk(path: Path) -> File:
    data = path.read_bytes()
    return File(hashlib.sha1(b"blob %d\0%b" % (len(data), data)).hexdigest(), path.read_bytes)


# ---------------------------------------------------------------------------- git


def _of_git(text: str) -> Source:
    """The JSON files of a revision, or what a path has in one."""
    try:
        name = _git("rev-parse", "--verify", "--quiet", "--end-of-options", text).decode().strip()
        if _git("cat-file", "-t", name).strip() == b"blob":
            file = text.rpartition(":")[2].rpartition("/")[2]
            return Source(text, {file: File(name, lambda: _git("cat-file", "blob", name))})
        listed = _git("ls-tree", "-r", "-z", "--full-tree", name)
    except FileNotFoundError:
        raise ValueError(f"{text} is no file and no folder, and git is not installed") from None
    except subprocess.CalledProcessError:
        raise ValueError(f"{text} is no file, no folder, and no git revision here") from None
    # each entry: mode, type and object, then a tab and the path
    entries = (one.partition("\t") for one in listed.decode(errors="replace").split("\0") if one)
    names = {path: what.split(" ")[2] for what, _, path in entries if path.endswith(".json")}
    contents = functools.cache(functools.partial(_contents, tuple(names.values())))

    def blob(name: str) -> File:
        return File(name, lambda: contents()[name])

    return _chosen(text, {path: blob(name) for path, name in names.items()})


def _contents(names: tuple[str, ...]) -> dict[str, bytes]:
    """The content of each object, by one process."""
    request = "".join(f"{name}\n" for name in names).encode()
    reply = io.BytesIO(
        subprocess.run(
            ["git", "cat-file", "--batch"], input=request, check=True, capture_output=True
        ).stdout
    )
    contents = {}
    for name in names:  # a line with the size at its end, the content, an empty line
        contents[name] = reply.read(int(reply.readline().split()[-1]))
        reply.readline()
    return contents


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], check=True, capture_output=True).stdout
