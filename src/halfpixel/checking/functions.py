"""What a project's own function does: what `halfpixel identify` says it follows, and digests."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from .. import documents
from ..comparison.function import Incomparable, Output, prepared, with_way
from ..comparison.images import as_dtype, noise, photograph
from ..identification import ConvTransposeIdentification, Identification, find, identify
from .following import UNKNOWN, Behaviour, digest

_SIZES = ((40, 60), (33, 47))  # of images whose outputs are in the exact digest
_DTYPES = ("uint8", "float32")
_MEASURED = re.compile(r"within \S+")  # in words on a dtype
_SECONDS = 60.0  # of the processor, to identify it


def behaviour_of(name: str, folder: Path) -> Behaviour:
    """What a function does.

    Args:
        name: ``path/to/file.py:function`` or ``package.module:function``.
        folder: of the project, in which both are looked up.

    Raises:
        ValueError: there is no such function, it takes no image, it is not deterministic, or it is too slow
            to be identified.
    """
    with _inside(folder):
        fn = find(name)
        identification = identify(fn, seconds=_SECONDS)
        document = identification.json()
        if document["undecided"]:
            raise ValueError(f"{name}: there was not enough time to find out what it follows")
        outputs = dict(_outputs(name, fn))
        if any(outputs[key] != again for key, again in _outputs(name, fn)):
            raise ValueError(f"{name}: is not deterministic: two runs return different values")
    exact = digest(outputs)
    if not identification.named:
        return Behaviour(UNKNOWN, exact, exact)
    return Behaviour(_words(document, identification), digest(_meaning(document)), exact)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """In a folder, as a command that is typed there."""
    before, path = Path.cwd(), list(sys.path)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path


def _words(
    document: documents.Identification, identification: Identification | ConvTransposeIdentification
) -> str:
    """What it follows, in a line."""
    convention = document["convention"]
    if convention is not None:
        rule = document["coordinate_rule"]
        words = convention["words"] + (f" with {rule}" if rule else "")
    else:
        words = "; ".join(f"{one['when']}: {_regime(one)}" for one in document["regimes"])
    stages = document["stages"]
    lines = stages["words"] if stages is not None else []
    return "; ".join(filter(None, (words, *lines))) or str(identification).splitlines()[0]


def _regime(one: documents.Regime) -> str:
    rule = one["coordinate_rule"] or one["integer_arithmetic"]
    return one["convention"]["words"] + (f" with {rule}" if rule else "")


def _meaning(document: documents.Identification) -> dict[str, object]:
    """What the digest of meaning has: names, and no measured error."""
    return {
        "operation": document["operation"],
        "convention": document["convention"],
        "rule": document["coordinate_rule"],
        "regimes": [[one["when"], _regime(one)] for one in document["regimes"]],
        "known_bug": document["known_bug"],
        "stages": document["stages"] and document["stages"]["words"],
        "dtypes": [
            [one["dtype"], one["returns"], _MEASURED.sub("within …", one["words"])]
            for one in document["dtypes"]
        ],
        "layout": document["layout"],
        "size_order": document["size_order"],
        "output_size": document["output_size"],
    }


def _outputs(name: str, fn: object) -> Iterator[tuple[str, str]]:
    """What it returns for a few images, as digests."""
    images = {
        f"photograph {_SIZES[0]}": photograph(_SIZES[0]),
        f"noise {_SIZES[1]}": noise(_SIZES[1]),
    }
    first = next(iter(images.values()))
    try:
        function = prepared(name, fn, None)
        function, _ = with_way(function, [as_dtype(first, dtype, 1.0) for dtype in _DTYPES], None)
    except Incomparable as error:
        yield "raises", str(error)
        return
    for label, pixels in images.items():
        for dtype in _DTYPES:
            try:
                output = function(as_dtype(pixels, dtype, 1.0))
            except Incomparable as error:
                yield f"{label} {dtype}", f"raises {error}"
            else:
                yield f"{label} {dtype}", _content(output)


def _content(output: Output) -> str:
    values = output.array
    return digest(
        {"dtype": str(values.dtype), "shape": values.shape, "bytes": values.tobytes().hex()}
    )
