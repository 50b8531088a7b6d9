"""A user's goldens: what a function of theirs did once, in a file that a pull request shows line by line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from .. import comparison, documents, untrusted
from ..arrays import AnyArray
from ..comparison.difference import difference
from ..comparison.function import Function, Incomparable, Output, with_way
from ..comparison.images import IMAGES, Probe
from ..comparison.observation import Known, Measured, Setting, levels_of
from ..conformance import goldens
from ..identification.adapter import LAYOUTS, Layout, Size
from .failure import Different, around
from .source_lines import resizes

SCHEMA = 1
UPDATE = "--halfpixel-update"
SIZE: Size = (24, 32)
_DTYPES = ("uint8", "float32")
_LARGEST = 1 << 22  # values of one output
KEYS = ("schema", "test", "function", "called", "returns", "follows", "images")
_IMAGE_KEYS = ("image", "size", "dtype", "white", "shape", "values")


class GoldenDocument(TypedDict):
    """A file."""

    schema: int
    test: str
    function: str
    called: str
    returns: str
    follows: str | None
    images: list[ImageDocument]


class ImageDocument(TypedDict):
    """What was returned for an image."""

    image: str
    size: list[int]
    dtype: str
    white: float
    shape: list[int]
    values: Any


class BadGolden(ValueError):
    """A file is no golden: the file, what is wrong, and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{shown(path)}: {reason}; restore it, or run with {UPDATE} to write it anew"
        )


def shown(path: Path) -> str:
    """A path as messages print it: from the working directory on, if it is in it."""
    folder = Path.cwd()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


@dataclass
class Golden:
    """What the fixture ``halfpixel_golden`` is: call it with a function.

    Attributes:
        folder: where the files stand: ``golden`` beside the test's file.
        name: of the test's file, without a suffix for more than one golden.
        test: the node id of the test.
        update: write the file anew.
        frozen: a missing file is a failure, as in CI.
        used: the files that were compared or written, each with what became of it.
    """

    folder: Path
    name: str
    test: str
    update: bool = False
    frozen: bool = False
    used: list[tuple[Path, str]] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<goldens of {self.test} in {shown(self.folder)}>"

    def __call__(
        self,
        function: Any,
        *,
        name: str = "",
        image: str = "photograph",
        sizes: Sequence[Size] = (),
        output_size: Size | None = None,
        layout: Layout | None = None,
        dtypes: Sequence[str] | None = None,
        levels: float | None = None,
    ) -> None:
        """Compare what a function does with what it did when its golden was stored.

        Args:
            function: as of :func:`halfpixel.testing.assert_same`.
            name: tells several goldens of one test apart; letters, digits, ``-`` and ``_``.
            image: photograph, noise, checkerboard or edges.
            sizes: (h, w) of the images; by default 24×32, or what a model takes.
            output_size: (h, w) to ask for of a function that takes a size; by default 224×320.
            layout: of the image that it takes; found if it is not given.
            dtypes: of the images: uint8, float32 or both; by default the first of these that it takes.
            levels: how many levels of 255 apart are still the same. By default integers must be equal, and
                floats but for what rounding explains: twice the error bound of the convention that the
                function follows; if it follows none that is known, they must be equal.

        Raises:
            AssertionError: it does something else, or the file is missing where nothing may be written.
            BadGolden: a ``ValueError``: the file is no golden.
            Incomparable: a ``ValueError``: the function cannot be called, or an argument means nothing.
        """
        __tracebackhide__ = True
        if not re.fullmatch(r"[\w-]*", name):
            raise Incomparable(f"a golden's name has letters, digits, - and _, got {name!r}")
        if image not in IMAGES:
            raise Incomparable(f"an image is one of {', '.join(IMAGES)}, got {image!r}")
        path = self.folder / f"{self.name}{'.' if name else ''}{name}.json"
        if any(path == one for one, _ in self.used):
            raise Incomparable(
                f"{shown(path)} is the golden of another call in this test: give each a name"
            )
        one = comparison.function_of(
            str(function) if isinstance(function, Path) else function, "", output_size
        )
        probes, one = _probes(one, image, sizes, layout, dtypes)
        if path.is_file() and not self.update:
            self.used.append((path, "compared"))
            _check(path, read(path), one, probes, levels)
            return
        if self.frozen and not self.update:
            raise AssertionError(
                f"{shown(path)} is missing: run the test where CI is not set, look at what it stores, and "
                "commit it"
            )
        document = _document(self.test, one, probes)
        text = _formatted(document)
        if path.is_file() and path.read_bytes() == text.encode():
            self.used.append((path, "compared"))
            return
        _write(path, text)
        self.used.append((path, "stored"))


def _probes(
    function: Function,
    image: str,
    sizes: Sequence[Size],
    layout: Layout | None,
    dtypes: Sequence[str] | None,
) -> tuple[list[Probe], Function]:
    """The images, and the function with the way in which it is called."""
    for dtype in dtypes or ():
        if dtype not in _DTYPES:
            raise Incomparable(f"dtypes is a list of some of {', '.join(_DTYPES)}, got {dtype!r}")
    sizes = sizes or (function.input_size or SIZE,)
    comparison.given_images((), sizes)
    wanted = dtypes or _DTYPES
    first = IMAGES[image](sizes[0])
    function, raised = with_way(function, [Probe(image, first, d).array for d in wanted], layout)
    supported = [dtype for dtype in wanted if dtype not in raised]
    if dtypes is not None and raised:
        raise Incomparable(f"{function.name} raises: {next(iter(raised.values()))}")
    return [
        Probe(image, IMAGES[image](size), dtype)
        for dtype in (supported if dtypes is not None else supported[:1])
        for size in sizes
    ], function


def _setting(probe: Probe) -> Setting:
    return Setting(probe.size, probe.dtype, 255.0 if probe.dtype == "uint8" else probe.white)


def _follows(function: Function, probe: Probe) -> str | None:
    following = Measured(function, _setting(probe), Known()).following
    return str(following.candidates[0].convention) if following is not None else None


# ---------------------------------------------------------------------------- comparing


def _check(
    path: Path,
    stored: GoldenDocument,
    function: Function,
    probes: Sequence[Probe],
    levels: float | None,
) -> None:
    __tracebackhide__ = True
    images = {(one["image"], tuple(one["size"]), one["dtype"]): one for one in stored["images"]}
    requested = {(probe.name, probe.size, probe.dtype) for probe in probes}
    if requested != {*images}:
        raise AssertionError(
            f"{shown(path)} was stored for {_listed({*images})}; the test asks for {_listed(requested)}: "
            f"run with {UPDATE}"
        )
    for probe in probes:
        expected = images[probe.name, probe.size, probe.dtype]
        wrong, apart = _wrong(function, stored["returns"], expected, probe, levels)
        if wrong:
            lines = [
                f"{function.name} is not what {shown(path)} has, for the image {_shown(probe)}",
                *wrong,
            ]
            now = _follows(function, probe)
            if now != stored["follows"]:
                lines.append(f"it followed {stored['follows'] or 'no convention that is known'}")
                lines.append(f"it follows  {now or 'no convention that is known'}")
            lines += [f"it resizes at {line}" for line in resizes(partial(function, probe.array))]
            lines.append(f"if it is meant, run with {UPDATE} and commit the file")
            raise Different("\n  ".join(lines), apart)


def _listed(images: Set[tuple[str, tuple[int, ...], str]]) -> str:
    return "; ".join(
        f"{name} {'×'.join(map(str, size))} {dtype}" for name, size, dtype in sorted(images)
    )


def _shown(probe: Probe) -> str:
    return f"{probe.name} {'×'.join(map(str, probe.size))} {probe.dtype}"


def _wrong(
    function: Function,
    returns: str,
    stored: ImageDocument,
    probe: Probe,
    levels: float | None,
) -> tuple[list[str], documents.ShownDifference | None]:
    """How an output differs from the stored one, in lines; none where it is the same. With it, what a report
    shows of it."""
    output = function(probe.array)
    if (now := f"{output.layout} {output.dtype}") != returns:
        return [f"it returned {returns}, it returns {now}"], None
    if (shape := list(output.array.shape)) != stored["shape"]:
        return [f"it returned shape {stored['shape']}, it returns {shape}"], None
    golden = Output(np.array(stored["values"], output.array.dtype), output.layout)
    if np.array_equal(golden.array, output.array, equal_nan=output.array.dtype.kind == "f"):
        return [], None
    measured = Measured(function, _setting(probe), Known())
    one, other = golden.image, output.image
    in_levels = output.dtype == "uint8"
    if not in_levels:
        pair = measured.levels(one), measured.levels(other)
        if pair[0] is not None and pair[1] is not None:
            in_levels, one, other = True, pair[0], pair[1]
    bound = None
    if output.array.dtype.kind == "f" and in_levels:
        # both may be off by it: the golden, and the output of another machine or release
        bound = measured.bound(levels_of(probe), output.image)
        bound = None if bound is None else 2 * bound
    rounding = 0.0 if bound is None else float(bound.max())
    apart_by = difference(one, other, "levels" if in_levels else "relative", rounding, bound=bound)
    if bound is not None and apart_by.within:
        return [], None
    if levels is not None and in_levels and apart_by.max <= levels:
        return [], None
    unit = "of the largest value"
    if in_levels:
        unit = "level of 255" if apart_by.max == 1 else "levels of 255"
    words = (
        f"up to {apart_by.max:.3g} {unit} apart, {apart_by.mean:.3g} on average, {apart_by.where}"
    )
    if bound is not None:
        words += f"; rounding explains up to {apart_by.bound:.2g}"
    values = "levels of 255" if in_levels else "values as they are returned"
    apart = around(
        probe, one.astype(np.float64), other.astype(np.float64), ("golden", "now"), values
    )
    return [words, *_nearby(golden.image, output.image, apart_by.at)], apart


def _nearby(golden: AnyArray, output: AnyArray, at: tuple[int, int, int]) -> Iterator[str]:
    """The row of the largest difference, golden over output."""
    row, column, channel = at
    first, last = max(0, column - 4), min(golden.shape[1], column + 5)
    yield f"row {row}, columns {first} to {last - 1}, channel {channel}"
    lines = [[f"{v:.6g}" for v in one[row, first:last, channel]] for one in (golden, output)]
    width = max(len(text) for line in lines for text in line)
    for title, line in zip(("golden", "now"), lines, strict=True):
        yield f"  {title:<6}  {'  '.join(text.rjust(width) for text in line)}"


# ---------------------------------------------------------------------------- the file


def _document(test: str, function: Function, probes: Sequence[Probe]) -> GoldenDocument:
    outputs = [function(probe.array) for probe in probes]
    again = function(probes[0].array)
    if again.array.tobytes() != outputs[0].array.tobytes():
        raise Incomparable(
            f"{function.name}: two runs on one image differ; fix its seed, or leave the random part out"
        )
    return {
        "schema": SCHEMA,
        "test": test,
        "function": function.name,
        "called": str(function.way),
        "returns": f"{outputs[0].layout} {outputs[0].dtype}",
        "follows": _follows(function, probes[0]),
        "images": [
            {
                "image": probe.name,
                "size": [*probe.size],
                "dtype": probe.dtype,
                "white": 255 if probe.dtype == "uint8" else probe.white,
                "shape": [*output.array.shape],
                "values": output.array,
            }
            for probe, output in zip(probes, outputs, strict=True)
        ],
    }


def _formatted(document: GoldenDocument) -> str:
    """The text of a file: a key a line, and of an array an image row."""
    layout = document["returns"].partition(" ")[0]
    lines = [
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},"
        for key, value in document.items()
        if key != "images"
    ]
    images = ",\n".join(_image_text(image, layout) for image in document["images"])
    return "\n".join(["{", *lines, '  "images": [', images, "  ]", "}", ""])


def _image_text(image: ImageDocument, layout: str) -> str:
    lines = [
        f"      {json.dumps(key)}: {json.dumps(value)},"
        for key, value in image.items()
        if key != "values"
    ]
    values = _array_text(np.asarray(image["values"]), 2 if layout.endswith("WC") else 1)
    return "\n".join(["    {", *lines, f'      "values": {values}', "    }"])


def _array_text(values: AnyArray, inner: int) -> str:
    """Nested brackets, the last axes on one line, numbers aligned over the whole array."""
    texts = np.array([_number(v) for v in values.ravel()], object).reshape(values.shape)
    width = max(map(len, texts.ravel()), default=0)

    def line(block: AnyArray) -> str:
        parts = (text.rjust(width) for text in block) if block.ndim == 1 else map(line, block)
        return f"[{', '.join(parts)}]"

    def lines(block: AnyArray, depth: int) -> Iterator[str]:
        space = " " * (6 + 2 * depth)
        if block.ndim <= inner:
            yield f"{space}{line(block)}"
            return
        yield f"{space}["
        yield ",\n".join("\n".join(lines(part, depth + 1)) for part in block)
        yield f"{space}]"

    return "\n".join(lines(texts, 0)).lstrip()


def _number(value: Any) -> str:
    """The shortest text that reads back as the same number of its dtype."""
    if isinstance(value, np.integer | np.bool_):
        return str(int(value))
    if not math.isfinite(value):
        return json.dumps(str(float(value)))
    return str(value)


def _write(path: Path, text: str) -> None:
    """Replace a file in one step."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        goldens.replace_file(path, text)
    except OSError as error:
        raise Incomparable(f"{shown(path)} cannot be written: {error.strerror}") from None


def read(path: Path) -> GoldenDocument:
    """A golden of a user.

    Raises:
        BadGolden: it is none, whatever is in the file.
    """
    try:
        if path.stat().st_size > untrusted.LARGEST:
            raise BadGolden(path, f"it is larger than {untrusted.LARGEST:,} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise BadGolden(path, f"it cannot be read: {error}") from None
    return parsed(data, path)


def parsed(data: bytes, path: Path) -> GoldenDocument:
    """A golden of a user, from the content of a file.

    Raises:
        BadGolden: it is none.
    """
    try:
        document = untrusted.json_of(data)
    except ValueError as error:
        raise BadGolden(path, f"it {error}") from None
    if not isinstance(document, dict) or tuple(document) != KEYS:
        raise BadGolden(path, f"a golden has the keys {', '.join(KEYS)}, in this order")
    if document["schema"] != SCHEMA:
        raise BadGolden(
            path, f"its schema is {document['schema']!r}, this halfpixel writes {SCHEMA}"
        )
    if not isinstance(document["images"], list) or not isinstance(document["returns"], str):
        raise BadGolden(path, "images is a list, and returns a layout and a dtype")
    for image in document["images"]:
        _check_image(path, image, document["returns"])
    return document  # type: ignore[return-value]


def _check_image(path: Path, image: object, returns: str) -> None:
    if not isinstance(image, dict) or tuple(image) != _IMAGE_KEYS:
        raise BadGolden(path, f"an image has the keys {', '.join(_IMAGE_KEYS)}, in this order")
    for key in ("size", "shape"):
        whole = isinstance(image[key], list) and all(type(n) is int and n > 0 for n in image[key])
        if not whole or math.prod(image[key]) > _LARGEST:
            raise BadGolden(path, f"{key} is a list of numbers of pixels, got {image[key]!r}")
    if not isinstance(image["image"], str) or not isinstance(image["dtype"], str):
        raise BadGolden(path, "image and dtype are text")
    layout, _, dtype = returns.partition(" ")
    try:
        values = np.array(image["values"], np.dtype(dtype))
    except (ValueError, TypeError, OverflowError):
        raise BadGolden(path, f"values is no array of {dtype or 'a dtype'}") from None
    if list(values.shape) != image["shape"] or layout not in LAYOUTS or len(layout) != values.ndim:
        raise BadGolden(path, f"values has shape {values.shape}, not that of {returns} in shape")


# ---------------------------------------------------------------------------- what became of them


def summary(used: Sequence[tuple[str, str]], whole_modules: bool) -> list[str]:
    """Lines for the end of a run: what was stored, and the files that no test compares any more.

    Args:
        used: the files of the tests that passed, and what became of each.
        whole_modules: every test of the modules that ran was run, and passed.
    """
    lines = [
        f"stored {shown(Path(path))}: look at it, and commit it"
        for path, state in used
        if state == "stored"
    ]
    if not whole_modules:
        return lines
    known = {Path(path).resolve() for path, _ in used}
    modules = {(path.parent, path.name.partition(".")[0]) for path in known}
    for folder, module in sorted(modules):
        for path in sorted(folder.glob(f"{module}.*.json")):
            if path not in known:
                lines.append(f"stale {shown(path)}: no test of {module}.py compares it; remove it")
    return lines
