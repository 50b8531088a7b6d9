"""The functions that resize, by the names that people write."""

from __future__ import annotations

import difflib
import functools

from .signatures import FUNCTIONS, Function, canonical
from .text import (
    Unreadable,
)


def known(name: str) -> bool:
    """Whether a dotted name is that of a function that resizes."""
    return len(_functions(name)) > 0


@functools.lru_cache(maxsize=4096)
def _functions(name: str) -> tuple[Function, ...]:
    """The functions that a dotted name can be: one by its full name, perhaps several by the end of it."""
    name = canonical(name)
    for function in FUNCTIONS:
        if name in (function.name, *function.spelled):
            return (function,)
    ends = f".{name}"
    matching = tuple(
        function
        for function in FUNCTIONS
        if function.framework != "onnx"  # a node is written by onnx.helper.make_node
        and not function.method
        and any(spelled.endswith(ends) for spelled in (function.name, *function.spelled))
    )
    return matching or _methods(name)


# modules, and objects named for them, with a resize of their own
_MODULES = frozenset({
    "A", "F", "K", "KG", "T", "TF", "albu", "albumentations", "cv", "cv2", "functional", "ia", "iaa",
    "imaug", "imgaug", "imutils", "jax", "jnp", "keras", "kornia", "mmcv", "np", "numpy", "ops", "paddle",
    "scipy", "skimage", "tf", "tfl", "torch", "torchvision", "transform", "transforms", "v2",
})  # fmt: skip


def _methods(name: str) -> tuple[Function, ...]:
    """The methods of an image that ``image.resize`` can be, if what is before the dot is no module."""
    receiver, _, method = name.rpartition(".")
    if not may_be_image(receiver):
        return ()
    return tuple(one for one in FUNCTIONS if one.method and one.name.endswith(f".{method}"))


def may_be_image(receiver: str) -> bool:
    """Whether what stands before the dot of a method may be an image: it is there, and no module."""
    return bool(receiver) and not _MODULES.intersection(receiver.split("."))


def is_method(name: str) -> bool:
    """Whether a dotted name is that of a method of an image, and of no function."""
    return any(function.method for function in _functions(name))


def function_of(name: str) -> Function:
    """The function of a dotted name.

    Raises:
        Unreadable: there is none, or there are several.
    """
    matching = _functions(name)
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = " or ".join(function.name for function in matching)
        raise Unreadable(f"{name} can be {names}: write which")
    raise Unreadable(
        f"{name} is no resize that is known; the closest are {', '.join(closest(name))}"
    )


def closest(name: str) -> list[str]:
    """The names of functions that resemble one."""
    last = name.split(".")[-1]
    every = [function.name for function in FUNCTIONS if function.framework != "onnx"]
    names = {own.split(".")[-1].lower(): own for own in every}
    whole = {own.lower(): own for own in every}
    similar = [
        table[key]
        for table, text in ((whole, name), (names, last))
        for key in difflib.get_close_matches(text.lower(), table, 2, 0.5)
    ]
    return list(dict.fromkeys(similar)) or ["F.interpolate", "tf.image.resize", "cv2.resize"]
