"""Calls as people write them, read and never run.

``text`` parses, ``source`` finds calls in files, ``conv_transpose`` and ``resize`` say what a call is,
``signatures`` is the table of the functions that resize, ``ranks`` says along how many axes, ``mistakes``
what is said and not meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import conv_transpose, mistakes, names, resize, wrappers
from .conv_transpose import Sizes, Spoken
from .flags import bound
from .reading import Reading
from .text import Branch, Raises, Unreadable, Variable, Written, branches, choices_of, outermost

__all__ = [
    "Conditional",
    "Raises",
    "Reading",
    "Sizes",
    "Spoken",
    "Unreadable",
    "Variable",
    "read",
    "readings",
]

_UNSAID = Sizes()


@dataclass(frozen=True)
class Conditional:
    """What is computed on a condition.

    Attributes:
        condition: in Python; empty where there is one branch.
        text: what stands there.
        read: the call; None where nothing is called there; or what keeps it from being read.
    """

    condition: str
    text: str
    read: Spoken | Reading | Unreadable | None


def read(text: str, sizes: Sizes = _UNSAID) -> Spoken | Reading:
    """Read a call of a transposed convolution or of a resize.

    Args:
        text: a call in Python, such as ``nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1)`` or
            ``cv2.resize(img, (w, h))``. It is parsed, and never run: names in it stand for what they are
            called.
        sizes: what the call leaves to its weight and input.

    Raises:
        Unreadable: it is no call, no call that is known, leaves something out, or is another one on a
            condition: see :func:`readings`.
    """
    branched = readings(text, sizes)
    if len(branched) > 1:
        conditions = " or ".join(one.condition for one in branched[:-1])
        raise Unreadable(f"{text!r} depends on {conditions}: write one of the branches")
    (only,) = branched
    assert isinstance(only.read, (Spoken, Reading))
    return only.read


def readings(
    text: str, sizes: Sizes = _UNSAID, *, each_value: bool = False
) -> tuple[Conditional, ...]:
    """What a text computes, by the conditional expressions in it: one, where there are none.

    Args:
        text, sizes: as for :func:`read`.
        each_value: a flag that is a name is one branch for each value that it can have, and one for any
            other.

    Raises:
        Unreadable: no branch can be read.
    """
    every = [one for branch in branches(text, _known) for one in _branches(branch, each_value)]
    conditionals = [
        Conditional(branch.condition, branch.text, _read(branch, sizes)) for branch in every
    ]
    errors = [one.read for one in conditionals if isinstance(one.read, Unreadable)]
    if errors and not any(isinstance(one.read, (Spoken, Reading)) for one in conditionals):
        raise errors[0]
    return tuple(conditionals)


def mistakes_in(text: str) -> list[str]:
    """What a call that resizes says and cannot mean, each as a sentence, whether or not it can be read whole.

    Args:
        text: as for :func:`read`.

    Raises:
        Raises: the framework raises for it.
    """
    try:
        written = outermost(text, names.known)
        function = names.function_of(written.function)
        arguments = bound(function, written)
    except Unreadable:
        return []
    return mistakes.of(function, arguments, written)


def _known(name: str) -> bool:
    return conv_transpose.known(name) or names.known(name) or wrappers.known(name)


def _is_resize(written: Written) -> bool:
    return names.known(written.function) and not conv_transpose.known(written.function)


def _branches(branch: Branch, each_value: bool) -> list[Branch]:
    """The branches within the call of a branch."""
    if branch.call is None:
        return [branch]
    if wrappers.known(branch.call.function):
        inner = choices_of(branch.call)
    elif _is_resize(branch.call):
        inner = resize.choices(branch.call, each_value=each_value)
    elif conv_transpose.known(branch.call.function):
        inner = conv_transpose.choices(branch.call, each_value=each_value)
    else:
        return [branch]
    return [
        Branch((*branch.truths, *one.truths), one.call, branch.text if not one.truths else one.text)
        for one in inner
        if not any((condition, not truth) in branch.truths for condition, truth in one.truths)
    ]


def _read(branch: Branch, sizes: Sizes) -> Spoken | Reading | Unreadable | None:
    if branch.call is None:
        return None
    try:
        return _read_call(branch.call, sizes)
    except Unreadable as error:
        return error


def _read_call(written: Written, sizes: Sizes) -> Spoken | Reading:
    written = wrappers.opened(written)
    if _is_resize(written):
        return resize.read(written)
    if conv_transpose.known(written.function) or "conv" in written.function.lower():
        return conv_transpose.read(written, sizes)
    near = [*names.closest(written.function), *conv_transpose.closest(written.function)]
    raise Unreadable(
        f"{written.function} is no call that is known; the closest are {', '.join(near)}"
    )
