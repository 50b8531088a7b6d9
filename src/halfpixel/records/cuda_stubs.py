"""Stand-ins for the CUDA libraries that a CUDA build of PyTorch is linked to, so that it imports on a machine
without them.

The registry has CUDA builds alone for most releases, and the libraries of one come to gigabytes. On a CPU
none of their functions is called: shared libraries that define the same names (and versions of names) are
enough. Every function returns an error, so that PyTorch finds no device. Needs gcc and binutils::

    pip install --no-deps torch==2.2.2
    python -m halfpixel.records.cuda_stubs
"""

from __future__ import annotations

import ctypes
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_ERROR = 35  # cudaErrorInsufficientDriver
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNVERSIONED = ""


@dataclass
class _Library:
    """What a shared library is linked to.

    Attributes:
        needed: the libraries that it is linked to.
        defined, undefined: the names that it has, and those that it lacks, each with its version.
        versions: for a version of names, the library that is to have it.
    """

    needed: list[str] = field(default_factory=list)
    defined: set[str] = field(default_factory=set)
    undefined: set[tuple[str, str]] = field(default_factory=set)
    versions: dict[str, str] = field(default_factory=dict)


def make(torch: Path) -> list[Path]:
    """Write a stand-in beside PyTorch's own libraries for each library that they need and that is not there.

    Args:
        torch: the folder of the installed package.

    Returns:
        The files that were written: none for a CPU build, or where the libraries are installed.

    Raises:
        FileNotFoundError: the folder has no ``lib``, or there is no gcc or objdump.
        subprocess.CalledProcessError: one of these failed.
    """
    folder = torch / "lib"
    own = sorted(folder.glob("*.so*"))
    if not own:
        raise FileNotFoundError(f"{folder} has no shared libraries: is torch installed there?")
    libraries = [_read(path) for path in own]
    present = {path.name for path in own}
    needed = {name for one in libraries for name in one.needed}
    system = {name: _loaded(name) for name in needed - present}
    missing = sorted(name for name, library in system.items() if library is None)
    defined = set[str]().union(*(one.defined for one in libraries))
    # such as libstdc++'s, which a name of no version may be looked up in as well
    known = [library for library in system.values() if library is not None]
    names: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in missing}
    for one in libraries:
        # a name without a version is looked for in all that is loaded: what it is linked to is
        linked = [library for library in one.needed if library in names] or missing[:1]
        for name, version in one.undefined:
            if name in defined or not _NAME.fullmatch(name):
                continue
            home = one.versions.get(version)
            if home in names:
                names[home][version].add(name)
            elif not version and linked and not any(hasattr(one, name) for one in known):
                names[linked[0]][_UNVERSIONED].add(name)
    return [_compiled(folder / library, names[library]) for library in missing]


def _loaded(name: str) -> ctypes.CDLL | None:
    """A library of this machine, if the loader finds it."""
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def _read(path: Path) -> _Library:
    library = _Library()
    home = ""
    for line in _objdump("-p", path):
        if match := re.match(r"\s*NEEDED\s+(\S+)", line):
            library.needed.append(match[1])
        elif match := re.match(r"\s*required from (\S+):", line):
            home = match[1]
        elif home and (match := re.match(r"\s*0x\S+ 0x\S+ \d+ (\S+)", line)):
            library.versions[match[1]] = home
    for line in _objdump("-T", path):
        match = re.match(r"\S+ (.{7}) (\S+)\s+\S+\s+(\S+\s+)??(\S+)$", line)
        if match is None:
            continue
        flags, section, version, name = match.groups()
        version = (version or "").strip().strip("()").removeprefix("Base")
        if section != "*UND*":
            library.defined.add(name)
        elif "w" not in flags:
            library.undefined.add((name, version))
    return library


def _objdump(flag: str, path: Path) -> Iterator[str]:
    done = subprocess.run(["objdump", flag, path], capture_output=True, text=True, check=True)
    return iter(done.stdout.splitlines())


def _compiled(target: Path, names: dict[str, set[str]]) -> Path:
    """A shared library of functions that return an error."""
    every = sorted(set[str]().union(*names.values()))
    source = "\n".join(f"long {name}(void) {{ return {_ERROR}; }}" for name in every)
    versions = "\n".join(
        f"{version} {{ global: {' '.join(f'{name};' for name in sorted(functions))} }};"
        for version, functions in names.items()
        if version != _UNVERSIONED
    )
    with tempfile.TemporaryDirectory() as folder:
        code, script = Path(folder) / "names.c", Path(folder) / "versions"
        code.write_text(source + "\n")
        script.write_text(versions + "\n")
        command = ["gcc", "-shared", "-fPIC", "-nostdlib", "-fno-builtin", "-w"]
        command += [f"-Wl,-soname,{target.name}", "-o", str(target), str(code)]
        if versions:
            command.append(f"-Wl,--version-script={script}")
        subprocess.run(command, check=True)
    return target


def main(arguments: list[str]) -> int:
    """Write the stand-ins into the PyTorch of this Python, or of the folder that is named."""
    spec = importlib.util.find_spec("torch")
    folder = arguments[0] if arguments else (spec.origin if spec else None)
    if folder is None:
        print("torch is not installed: name the folder of its package", file=sys.stderr)  # noqa: T201
        return 2
    torch = Path(folder)
    written = make(torch.parent if torch.is_file() else torch)
    print(f"{len(written)} stand-ins: {' '.join(one.name for one in written)}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
