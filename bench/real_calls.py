"""What becomes of the calls in published packages: ``make real-calls``.

Downloads the wheels of bench/real_calls.txt by name, into build/real-calls, and extracts their Python; what
is there is not downloaded again. The distinct calls of functions that resize, and of transposed
convolutions, are converted to another framework, and counted: answered, refused for which reason, or raised
by the framework. Nothing of the packages is run or committed.

    python -m bench.real_calls                     what is listed
    python -m bench.real_calls --folder PATH       what lies in a folder
    python -m bench.real_calls --only-read         calls are read, and not converted
    python -m bench.real_calls --sample 60         so many answers are drawn, run, and held to what was said
"""

import argparse
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from halfpixel.conversion import BranchedConversion, answered, parse
from halfpixel.conversion.parse import source
from halfpixel.frameworks.layer_plans import Target

HERE = Path(__file__).parent
LIST = HERE / "real_calls.txt"
FOLDER = HERE.parent / "build" / "real-calls"
_LARGEST = 100_000_000  # bytes of a wheel
_REASONS = 40  # that are shown

# to which framework the calls of each are converted: one that has most of what it has
_TARGETS: Mapping[str, Target] = {"torch": "tensorflow"}
_OTHERS: Target = "torch"
_LAYERS: Target = "keras"

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


class Outcome(NamedTuple):
    """What became of a call.

    Attributes:
        kind: answered, in some branches, refused, raises, or failed.
        reason: why it is not answered, without what is the call's own.
    """

    kind: str
    reason: str = ""


_KINDS = {
    "answered": "answered",
    "in some branches": "answered in some branches, refused in others for a reason that is said",
    "refused": "refused for a reason that is said",
    "raises": "the framework raises",
    "failed": "an error of halfpixel",
}


# ---------------------------------------------------------------------------- packages


def names() -> list[str]:
    """The packages that are listed."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def download(folder: Path) -> None:
    """The wheels of the listed packages, extracted: those that are there stay."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = names()
    for number, name in enumerate(listed, 1):
        target = folder / name
        if target.exists():
            continue
        print(f"{number}/{len(listed)} {name}", file=sys.stderr, flush=True)
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
    """The Python of a wheel, in a folder that is there only if all of it is."""
    if wheel.stat().st_size > _LARGEST:
        print(f"{wheel.name}: larger than {_LARGEST:,} bytes, left out")
        return
    partly = target.with_name(f"{target.name}.partly")
    shutil.rmtree(partly, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(partly, [n for n in archive.namelist() if n.endswith(".py")])
    partly.replace(target)


def calls(folder: Path) -> Iterator[tuple[str, str]]:
    """The package and the text of every call."""
    for path in source.files([folder], left_out=["wheels"]):
        package = path.relative_to(folder).parts[0]
        try:
            code = source.content(path)
            found = source.parsed(code).calls if source.may_call(code) else ()
        except source.NotRead:
            continue
        yield from ((package, one.branched) for one in found)


# ---------------------------------------------------------------------------- outcomes


def target_of(text: str) -> Target:
    """To which framework a call is converted.

    Raises:
        Unreadable: it cannot be read.
    """
    read = next(
        one.read
        for one in parse.readings(text, each_value=True)
        if isinstance(one.read, (parse.Reading, parse.Spoken))
    )
    if isinstance(read, parse.Spoken) and read.framework == "torch":
        return _LAYERS
    return _TARGETS.get(read.framework, _OTHERS)


def outcome(text: str, *, only_read: bool = False) -> Outcome:
    """What becomes of a call: read, and converted to another framework."""
    answers: Sequence[object] = ()
    try:
        if only_read:
            answers = [one.read for one in parse.readings(text, each_value=True)]
        else:
            answer = answered(text, target_of(text), each_value=True)
            if isinstance(answer, BranchedConversion):
                answers = [one.answer for one in answer.branches]
    except parse.Unreadable as error:
        return Outcome("raises" if isinstance(error, parse.Raises) else "refused", reason(error))
    except Exception as error:  # whatever it is, it is counted
        return Outcome("failed", f"{type(error).__name__}: {error}")
    refused = (one for one in answers if isinstance(one, parse.Unreadable))
    unread = next((one for one in refused if not isinstance(one, parse.Raises)), None)
    return Outcome("answered") if unread is None else Outcome("in some branches", reason(unread))


def reason(error: parse.Unreadable) -> str:
    """Why a call is not read, without what is its own."""
    words = str(error)
    for pattern, instead in _OWN:
        words = pattern.sub(instead, words)
    return words


# ---------------------------------------------------------------------------- printing


def main(arguments: Sequence[str] | None = None) -> None:
    """Download, convert, count and print."""
    parser = argparse.ArgumentParser(description="Convert the calls in published packages.")
    parser.add_argument("--folder", type=Path, help="where packages lie; nothing is downloaded")
    parser.add_argument("--only-read", action="store_true", help="read calls, and convert none")
    parser.add_argument("--sample", type=int, metavar="N", help="run N answers, drawn by chance")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--list", metavar="KIND", choices=_KINDS, help="print the calls of a kind")
    given = parser.parse_args(arguments)
    folder = given.folder or FOLDER
    if given.folder is None:
        download(folder)
    every = list(calls(folder))
    distinct = sorted({text for _, text in every})
    print(f"{len({p for p, _ in every})} packages with calls, {len(every):,} calls")
    print(f"{len(distinct):,} distinct calls")
    if given.sample is not None:
        from . import real_samples  # imports the frameworks

        real_samples.run(distinct, given.sample, given.seed)
        return
    found = {
        text: _told(text, i, len(distinct), given.only_read) for i, text in enumerate(distinct)
    }
    _print(list(found.values()))
    for text, one in found.items():
        if one.kind == given.list:
            print(f"{text}\n    {one.reason}")


def _told(text: str, number: int, count: int, only_read: bool) -> Outcome:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{number + 1:,}/{count:,}", end="", file=sys.stderr, flush=True)
    return outcome(text, only_read=only_read)


def _print(found: Sequence[Outcome]) -> None:
    kinds, total = Counter(one.kind for one in found), len(found) or 1
    for kind, words in _KINDS.items():
        print(f"{kinds[kind]:6,} {kinds[kind] / total:6.1%}  {words}")
        reasons = Counter(one.reason for one in found if one.kind == kind and one.reason)
        for reason_, count in reasons.most_common(_REASONS):
            print(f"{count:6,}         {reason_[:110]}")


if __name__ == "__main__":
    main()
