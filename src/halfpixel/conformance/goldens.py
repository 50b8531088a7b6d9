"""golden/: a case's input and exact expected output, one JSON file each, laid out to be read.

One formatter writes them all, so that a file that differs from ``formatted(case)`` was edited.
"""

from __future__ import annotations

import functools
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import untrusted
from ..arrays import AnyArray
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import Convention, conv_transpose_from, resize_from
from ..operators.exact import Exact
from ..operators.resize import decimal, exact_factor
from .cases import INTEGER_DTYPES, Case

_WITH_SCALES = (
    "case",
    "pins",
    "source",
    "operation",
    "convention",
    "arithmetic",
    "size",
    "scales",
    "dtype",
    "shapes",
    "inputs",
    "expected",
)
KEYS = (
    _WITH_SCALES,
    tuple(key for key in _WITH_SCALES if key != "scales"),
)  # or the ratio of the sizes


def _mend() -> str:
    """What to do where a golden is missing or damaged."""
    if root() == _installed():
        return "reinstall halfpixel"
    return "run `make golden` to write it anew"


class GoldenError(Exception):
    """A golden file is missing or unusable. The message is one line: the file, then the reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{shown(path)}: {reason}")


@functools.cache
def root() -> Path:
    """The folder of the goldens: inside the installed package, or at the top of the source tree."""
    return _installed() if _installed().is_dir() else Path(__file__).parents[3] / "golden"


def _installed() -> Path:
    return Path(__file__).parents[1] / "golden"


def path_of(case: Case) -> Path:
    """Where a case's golden stands."""
    return root() / case.folder / f"{case.name}.json"


def photograph() -> NDArray[np.uint8]:
    """``golden/photograph.ppm``: (60, 90, 3), RGB. Its header says whose it is.

    Raises:
        GoldenError: the file is missing or not a PPM (netpbm's "P6", 8 bits) of the size it says.
    """
    return ppm(root() / "photograph.ppm")


def ppm(path: Path) -> NDArray[np.uint8]:
    """An image in a file, (H, W, 3), RGB.

    Raises:
        GoldenError: the file is missing or not a PPM (netpbm's "P6", 8 bits) of the size it says.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise GoldenError(path, "missing; restore it from the repository") from None
    header = re.match(rb"P6\s(?:#[^\n]*\n)*(\d+)\s(\d+)\s255\s", data)
    width, height = (int(header[1]), int(header[2])) if header else (0, 0)
    pixels = data[header.end() :] if header else b""
    if not pixels or len(pixels) != width * height * 3:
        raise GoldenError(path, "not a whole PPM image; restore it from the repository")
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def shown(path: Path) -> str:
    """A golden's path from the folder ``golden`` on, as messages print it."""
    try:
        return str(Path("golden") / path.relative_to(root()))
    except ValueError:
        return str(path)


# ---------------------------------------------------------------------------- writing


def number(value: Fraction) -> str:
    """An exact value as JSON: the shortest text that reads back as the same number, or a fraction.

    A value that float64 holds is a number. Another is the string ``"p/q"``, or, where that is longer
    than the nearest float64's text, that number.
    """
    nearest = value.numerator / value.denominator
    decimal = str(int(nearest)) if nearest.is_integer() and abs(nearest) < 1e15 else repr(nearest)
    fraction = f'"{value.numerator}/{value.denominator}"'
    return decimal if Fraction(nearest) == value or len(fraction) > len(decimal) else fraction


def formatted(case: Case) -> str:
    """The text of a case's golden, with the expected values computed by the reference."""
    expected = np.asarray(case.reference(exact=True), object)
    head = {
        "case": case.name,
        "pins": case.pins,
        "source": case.source,
        "operation": case.operation,
        "convention": case.convention.attributes,
        "arithmetic": case.rule,
        "size": list(case.size),
        **({"scales": [decimal(scale) for scale in case.scales]} if case.scales else {}),
        "dtype": case.dtype,  # the narrowest that holds every input; a test holds them to it
        "shapes": {
            **{name: list(values.shape) for name, values in case.inputs.items()},
            "expected": list(expected.shape),
        },
    }
    lines = [f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}," for k, v in head.items()]
    inputs = [
        f"    {json.dumps(name)}: {_array(_exact(values), 4)}"
        for name, values in case.inputs.items()
    ]
    return "\n".join(
        [
            "{",
            *lines,
            '  "inputs": {',
            ",\n".join(inputs),
            "  },",
            f'  "expected": {_array(expected, 2)}',
            "}",
            "",
        ]
    )


def _exact(values: NDArray[np.float64]) -> Exact:
    return np.array([Fraction(v) for v in values.ravel().tolist()], object).reshape(values.shape)


def _array(values: Exact, indent: int) -> str:
    """Nested brackets, the last axis on one line, numbers aligned over the whole array."""
    texts = np.array([number(v) for v in values.ravel().tolist()], object).reshape(values.shape)
    width = max(map(len, texts.ravel().tolist()))

    def lines(block: NDArray[np.object_], depth: int) -> Iterator[str]:
        space = " " * (indent + 2 * depth)
        if block.ndim == 1:
            yield f"{space}[{', '.join(text.rjust(width) for text in block.tolist())}]"
            return
        yield f"{space}["
        parts = ["\n".join(lines(part, depth + 1)) for part in block]
        yield ",\n".join(parts)
        yield f"{space}]"

    return "\n".join(lines(texts, 0)).lstrip()


@dataclass(frozen=True)
class Page:
    """A golden that is not a case: a document of the reference's, such as the summary of a sweep.

    Attributes:
        name: where it stands, relative to ``golden/``.
        text: what is written.
    """

    name: str
    text: str


def _stored(
    cases: Iterable[Case], pages: Iterable[Page]
) -> Iterator[tuple[Path, str, Case | None]]:
    """Every file that golden/ should hold, its text, and the case that it is of, if it is of one."""
    for case in cases:
        yield path_of(case), formatted(case), case
    for page in pages:
        yield root() / page.name, page.text, None


def write(cases: Iterable[Case], pages: Iterable[Page] = ()) -> tuple[list[Path], list[Path], int]:
    """Write the goldens of these cases and these pages, and remove every other one.

    Each file is replaced in one step, and only where its bytes change.

    Returns:
        The files written, the files removed, and the number left as they were.

    Raises:
        ValueError: they are those of an installed package, which are not written anew.
    """
    if root() == _installed():
        raise ValueError(
            f"{root()} belongs to an installed halfpixel: goldens are written in a clone of the repository"
        )
    written, unchanged, wanted = [], 0, set()
    for path, text, _ in _stored(cases, pages):
        wanted.add(path)
        if path.is_file() and path.read_bytes() == text.encode():
            unchanged += 1
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text)
        written.append(path)
    removed = [path for path in files() if path not in wanted]
    for path in removed:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    return written, removed, unchanged


def files() -> list[Path]:
    """Every file in golden/ that is a golden, or what a write that was killed left of one. What releases did
    (golden/releases/) no reference writes: :mod:`halfpixel.records.record` does."""
    every = (p for p in sorted(root().rglob("*")) if p.relative_to(root()).parts[0] != "releases")
    return [p for p in every if not p.is_dir() and p.suffix in (".json", ".tmp")]


def replace_file(path: Path, data: str | bytes, mode: int = 0o644) -> None:
    """Write a file in one step: it is as it was, or whole.

    Raises:
        OSError: it cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


# ---------------------------------------------------------------------------- reading


def read(path: Path) -> Case:
    """Read a golden.

    Returns:
        The case, its inputs and expected values in float64 (each the nearest to what is stored), read-only.

    Raises:
        GoldenError: the file is missing, not JSON, or not a golden.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise GoldenError(path, f"missing; {_mend()}") from None
    except OSError as error:  # a folder, a link to itself, a file that may not be read
        raise GoldenError(path, f"{error.strerror}; {_mend()}") from None
    return parsed(data, path)


def parsed(data: bytes, path: Path) -> Case:
    """The same from the content of a file, whose path messages name.

    Raises:
        GoldenError: it is not JSON, or not a golden.
    """
    try:
        document = json.loads(data.decode(), object_pairs_hook=untrusted.unique)
    except UnicodeDecodeError as error:
        raise GoldenError(path, f"not UTF-8 at byte {error.start}; {_mend()}") from None
    except json.JSONDecodeError as error:
        raise GoldenError(
            path, f"not JSON at line {error.lineno}: {error.msg}; {_mend()}"
        ) from None
    except RecursionError:
        raise GoldenError(path, f"nested too deeply; {_mend()}") from None
    # a key that is there twice, an integer of more digits than Python reads
    except ValueError as error:
        raise GoldenError(path, f"{error}; {_mend()}") from None
    keys = tuple(document) if isinstance(document, dict) else ()
    if keys not in KEYS:
        raise GoldenError(
            path, f"a golden has the keys {', '.join(_WITH_SCALES)}, in this order; {_mend()}"
        )
    try:
        return _case(document).kept()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise GoldenError(path, f"{reason}; {_mend()}") from None


def page(name: str) -> dict[str, Any]:
    """Read a :class:`Page` of JSON.

    Raises:
        GoldenError: the file is missing, or not JSON.
    """
    path = root() / name
    try:
        document = json.loads(path.read_bytes(), object_pairs_hook=untrusted.unique)
    except FileNotFoundError:
        raise GoldenError(path, f"missing; {_mend()}") from None
    except OSError as error:
        raise GoldenError(path, f"{error.strerror}; {_mend()}") from None
    except RecursionError:
        raise GoldenError(path, f"nested too deeply; {_mend()}") from None
    except ValueError as error:
        raise GoldenError(path, f"not JSON: {error}; {_mend()}") from None
    if not isinstance(document, dict):
        raise GoldenError(path, f"not a JSON object; {_mend()}")
    return document


def _case(document: dict[str, Any]) -> Case:
    resize = document["operation"] == "resize"
    make: Any = resize_from if resize else conv_transpose_from
    convention: Convention = make(document["convention"])
    inputs = {name: _values(name, stored) for name, stored in document["inputs"].items()}
    height, width = document["size"]
    expected = _values("expected", document["expected"])
    for name, values in {**inputs, "expected": expected}.items():
        if list(values.shape) != document["shapes"][name]:
            raise ValueError(
                f"{name} has shape {values.shape}, shapes says {tuple(document['shapes'][name])}"
            )
    for name in ("x", "expected") if resize else ("x", "w", "expected"):
        values = {**inputs, "expected": expected}[name]
        if values.ndim != 4:
            raise ValueError(f"{name} has shape {values.shape}, which is not (N, C, H, W)")
    rules = (*COORDINATE_RULES, *ROUNDINGS)
    if document["arithmetic"] not in (None, *rules):
        raise ValueError(f"arithmetic is one of {', '.join(rules)}; got {document['arithmetic']!r}")
    if document["arithmetic"] in ROUNDINGS and document["dtype"] not in INTEGER_DTYPES:
        raise ValueError(f"dtype {document['dtype']!r} does not go with {document['arithmetic']}")
    x = inputs["x"]
    channels = x.shape[1] if resize else inputs["w"].shape[1] * document["convention"]["group"]
    if expected.shape != (x.shape[0], channels, height, width):
        raise ValueError(
            f"expected has shape {expected.shape}, the inputs and the size make "
            f"{(x.shape[0], channels, height, width)}"
        )
    return Case(
        name=document["case"],
        pins=document["pins"],
        source=document["source"],
        convention=convention,
        inputs=inputs,
        size=(height, width),
        rule=document["arithmetic"],
        dtype=document["dtype"],
        scales=_scales(document["scales"]) if "scales" in document else None,
        expected=expected,
    )


def _scales(stored: Any) -> tuple[Fraction, Fraction]:
    height, width = (exact_factor(scale) for scale in stored)
    return height, width


def _values(name: str, stored: object) -> NDArray[np.float64]:
    try:
        return np.array(stored, np.float64)
    except (ValueError, TypeError, ArithmeticError):
        pass  # fractions, or rows of different lengths
    try:
        values = np.array(stored, object)
        flat = [_float(value) for value in values.ravel().tolist()]
        return np.array(flat, np.float64).reshape(values.shape)
    except (ValueError, TypeError, ArithmeticError):
        raise ValueError(
            f"{name}: rows of different lengths, or an entry that is no number"
        ) from None


def _float(value: Any) -> float:
    if isinstance(value, str):
        numerator, denominator = value.split("/")
        return int(numerator) / int(denominator)
    return float(value)


# ---------------------------------------------------------------------------- checking


def problems(cases: Iterable[Case], pages: Iterable[Page] = ()) -> Iterator[str]:
    """Compare golden/ with what the reference writes.

    Yields:
        One line a file that is missing, extra, edited or badly formatted: the file and the reason.
    """
    wanted = set()
    for path, text, case in _stored(cases, pages):
        wanted.add(path)
        reason = _problem(path, text, case)
        if reason is not None:
            yield reason
    for path in files():
        if path not in wanted:
            yield f"{shown(path)}: extra: no case of this name and convention; remove it, or {_mend()}"


def _problem(path: Path, text: str, case: Case | None) -> str | None:
    try:
        stored = path.read_bytes()
        if stored == text.encode():
            return None
        if case is None:
            both = zip_longest(*(t.splitlines(keepends=True) for t in (stored, text.encode())))
            at = next(n for n, (have, want) in enumerate(both, 1) if have != want)
            return f"{shown(path)}: edited: line {at} is not the reference's; {_mend()}"
        golden = read(path)
    except FileNotFoundError:
        return f"{shown(path)}: missing; {_mend()}"
    except OSError as error:
        return f"{shown(path)}: {error.strerror}; {_mend()}"
    except GoldenError as error:
        return str(error)
    for name, have, want in _arrays(golden, case):
        if have.shape != want.shape:
            wrong = f"{name} has shape {have.shape}, the case has {want.shape}"
            return f"{shown(path)}: edited: {wrong}; {_mend()}"
        if (where := edited_at(have, want)) is not None:
            return f"{shown(path)}: edited: {name}{where}; {_mend()}"
    lines = zip(stored.decode().splitlines(), text.splitlines(), strict=False)
    first = next((n for n, (a, b) in enumerate(lines, 1) if a != b), len(text.splitlines()))
    heads = [
        {k: v for k, v in json.loads(t).items() if k in _WITH_SCALES[:-2]} for t in (stored, text)
    ]
    if heads[0] == heads[1]:
        return f"{shown(path)}: badly formatted at line {first}; {_mend()}"
    return f"{shown(path)}: edited: line {first} is not the case's; {_mend()}"


def _arrays(golden: Case, case: Case) -> Iterator[tuple[str, AnyArray, AnyArray]]:
    for name, values in case.inputs.items():
        yield name, golden.inputs.get(name, np.empty(0)), values
    yield "expected", golden.expected, case.reference()


def edited_at(have: AnyArray, want: AnyArray) -> str | None:
    """Where two arrays of one shape first differ, and how: ``[0, 0, 3, 4] is 1.25, not 1.5``; or None."""
    # a NaN is what differs from itself
    different = np.argwhere((have != want) & ((have == have) | (want == want)))
    if not len(different):
        return None
    index = tuple(int(i) for i in different[0])
    return f"{list(index)} is {have[index]:.17g}, the reference says {want[index]:.17g}"
