"""How many of the calls in published packages are read: ``make real-calls``.

Downloads the wheels of bench/real_calls.txt by name, into build/real-calls, extracts their Python, and counts
the distinct calls of functions that resize and of transposed convolutions, and why those that are not read
are not. Nothing of the packages is run or committed.

    python -m bench.real_calls                     what is listed
    python -m bench.real_calls --folder PATH       what lies in a folder
"""

import argparse
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from halfpixel.conversion import parse
from halfpixel.conversion.parse import source

HERE = Path(__file__).parent
LIST = HERE / "real_calls.txt"
FOLDER = HERE.parent / "build" / "real-calls"
_LARGEST = 100_000_000  # bytes of a wheel
_REASONS = 25  # that are shown

# a reason without what is the call's own
_OWN = (
    (re.compile(r".*: \* and \*\* hide arguments.*"), "* or ** hides arguments"),
    (re.compile(r"(\w+)=.* is not written out.*"), r"\1 is known only when the code runs"),
    (re.compile(r"(: \w+) is (?:a |two |three |one )?(?:whole )?numbers?.*"), r"\1 is no number"),
    (re.compile(r"grid=.* says where.*"), "the grid is computed"),
    (
        re.compile(r"got an unexpected keyword argument '(\w+)'.*"),
        r"raises: unexpected argument \1",
    ),
    (re.compile(r"; .*"), ""),
    (re.compile(r"'[^']*'"), "'…'"),
)


def names() -> list[str]:
    """The packages that are listed."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def download(folder: Path) -> None:
    """The wheels of the listed packages, extracted: those that are there stay."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        target = folder / name
        if target.exists():
            continue
        wheels = folder / "wheels" / name
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", "--dest", str(wheels), name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name}: {(done.stderr.strip().splitlines() or ['not downloaded'])[-1]}")
            continue
        for wheel in wheels.glob("*.whl"):
            _extract(wheel, target)


def _extract(wheel: Path, target: Path) -> None:
    if wheel.stat().st_size > _LARGEST:
        print(f"{wheel.name}: larger than {_LARGEST:,} bytes, left out")
        return
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [n for n in archive.namelist() if n.endswith(".py")])


def calls(folder: Path) -> Iterator[tuple[str, str]]:
    """The package and the text of every call."""
    for path in source.files([folder], left_out=["wheels"]):
        package = path.relative_to(folder).parts[0]
        try:
            found = source.parsed(source.content(path)).calls
        except source.NotRead:
            continue
        yield from ((package, one.branched) for one in found)


def outcome(text: str) -> str:
    """``read``, or why a call is not, without what is its own."""
    try:
        found = [one.read for one in parse.readings(text)]
    except parse.Unreadable as error:
        return reason(error)
    unread = next((one for one in found if isinstance(one, parse.Unreadable)), None)
    return "read" if unread is None else reason(unread)


def reason(error: parse.Unreadable) -> str:
    """Why a call is not read, without what is its own."""
    words = str(error)
    for pattern, instead in _OWN:
        words = pattern.sub(instead, words)
    return f"raises: {words}" if isinstance(error, parse.Raises) else words


def main(arguments: Sequence[str] | None = None) -> None:
    """Download, count and print."""
    parser = argparse.ArgumentParser(description="Count the calls in published packages.")
    parser.add_argument("--folder", type=Path, help="where packages lie; nothing is downloaded")
    given = parser.parse_args(arguments)
    folder = given.folder or FOLDER
    if given.folder is None:
        download(folder)
    every = list(calls(folder))
    distinct = sorted({text for _, text in every})
    counts = Counter(map(outcome, distinct))
    read, raising = counts.pop("read", 0), sum(n for r, n in counts.items() if "raises: " in r)
    total = len(distinct) or 1
    print(f"{len({p for p, _ in every})} packages with calls, {len(every):,} calls")
    print(f"{len(distinct):,} distinct calls")
    print(f"{read:6,} {read / total:6.1%}  read")
    print(f"{raising:6,} {raising / total:6.1%}  the framework raises")
    print(f"{total - read - raising:6,} {(total - read - raising) / total:6.1%}  not read")
    for words, count in counts.most_common(_REASONS):
        print(f"{count:6,}         {words[:110]}")


if __name__ == "__main__":
    main()
