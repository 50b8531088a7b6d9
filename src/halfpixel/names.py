"""Names that users type: common other words for them, and the closest known ones to an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TypeVar

# what people call things elsewhere: by the word in lower case, the name that halfpixel uses
SYNONYMS = {
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
    "pytorch": "torch",
    "tf": "tensorflow",
    "cv2": "opencv",
    "cv": "opencv",
    "deconv": "conv_transpose",
    "deconvolution": "conv_transpose",
    "transposed_convolution": "conv_transpose",
}


Name = TypeVar("Name", bound=str)


def known(name: str, names: Iterable[Name]) -> Name | None:
    """The known name that a word means: in any case, with ``-`` for ``_``, or by a synonym; None if none.

    >>> known("PyTorch", ["torch", "opencv"])
    'torch'
    """
    by_key = {_key(one): one for one in names}
    return by_key.get(_key(name)) or by_key.get(SYNONYMS.get(_key(name), ""))


def _key(name: str) -> str:
    return name.lower().replace("-", "_")


def checked(
    name: str, names: Iterable[Name], what: str, error: type[ValueError] = ValueError
) -> Name:
    """The known name that a word means.

    Args:
        name: as the user typed it.
        names: all that are known.
        what: what they name, in words.
        error: what is raised.

    Raises:
        ValueError: the word is unknown; the message says which name is close, and which there are.

    >>> checked("opnecv", ["torch", "opencv"], "framework")
    Traceback (most recent call last):
    ValueError: unknown framework 'opnecv'; did you mean opencv? (choose from torch, opencv)
    """
    choices = list(names)
    known_name = known(name, choices)
    if known_name is None:
        raise error(
            f"unknown {what} {name!r}{meant(name, choices)} (choose from {', '.join(choices)})"
        )
    return known_name


def meant(name: str, names: Iterable[str], count: int = 1, cutoff: float = 0.6) -> str:
    """The close names as the end of a sentence, ``; did you mean …?``; empty if none is close."""
    by_key = {_key(one): one for one in names}
    close = difflib.get_close_matches(_key(name), list(by_key), count, cutoff)
    return f"; did you mean {' or '.join(by_key[one] for one in close)}?" if close else ""
