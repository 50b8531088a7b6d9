"""What to write instead, so that one function does what the other does at the stage at which they part."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .. import conversion, documents
from ..conformance import trials
from ..conversion.answer import Equivalent, ResizeConversion
from ..frameworks import LIBRARIES, TARGETS
from ..frameworks.layer_plans import Target
from ..identification.adapter import Size
from ..identification.candidates import Candidate
from ..operators import Resize
from ..operators.request import Request
from .function import Function
from .matching import Following
from .observation import Measured
from .stages import Stage

_MODULES: Mapping[str, Target] = {
    "cv2": "opencv",
    "torch": "torch",
    "keras": "keras",
    "tensorflow": "tensorflow",
    "PIL": "pillow",
    "torchvision": "torchvision",
    "jax": "jax",
    "ai_edge_litert": "litert",
    "onnxruntime": "onnxruntime",
}
_SPOKEN: Mapping[Target, str] = {
    "opencv": "OpenCV", "torch": "torch", "keras": "Keras", "tensorflow": "TensorFlow", "onnx": "ONNX",
    "onnxruntime": "ONNX Runtime", "pillow": "Pillow", "torchvision": "torchvision",
    "jax": "JAX", "litert": "LiteRT",
}  # fmt: skip


@dataclass(frozen=True)
class Remedy:
    """What makes two functions alike at a stage.

    Attributes:
        words: which of the two is to be changed, and to what.
        code: Python from ``x`` to ``y``; empty where words are enough.
        conditions: what the code needs.
    """

    words: str
    code: str = ""
    conditions: tuple[str, ...] = ()

    def lines(self, width: int | None = None) -> Iterator[str]:
        """For people: short code stands in the line, if the terminal's columns suffice."""
        line = f"{self.words}: {self.code}" if self.code else self.words
        if "\n" in self.code or (self.code and width is not None and len(line) > width):
            yield f"{self.words}:"
            yield from (f"    {line}" for line in self.code.splitlines())
        else:
            yield line
        if self.conditions:
            yield f"   where {'; '.join(self.conditions)}"

    def json(self) -> documents.Remedy:
        """For a program."""
        return {"words": self.words, "code": self.code, "conditions": list(self.conditions)}


def remedies(
    stage: Stage, a: Measured, b: Measured, elsewhere: Sequence[tuple[Measured, Measured]]
) -> tuple[Remedy, ...]:
    """How to make two functions alike at the first stage at which they part, the best way first.

    Args:
        stage: that stage.
        a, b: the functions at the size at which they part there.
        elsewhere: the functions at other sizes, if these become the same size; code holds for them too where
            one convention is followed at all of them.
    """
    if stage.name == "resize":
        return _of_resize(a, b, elsewhere)
    words = _WORDS[stage.name]
    return (Remedy(words.format(a=stage.a, b=stage.b)),) if words else ()


# of the stages that few words change; A is followed
_WORDS: Mapping[str, str] = {
    "window": "to do in B what A does, let it show {a}",
    "rounding": "resize floats in both: integers are rounded to whole levels, in one way or another",
    "padding": "to do in B what A does, pad it with {a}",
    "channel order": "to do in B what A does, return its channels as {a}",
    "scale": "to do in B what A does, scale it by: {a}",
    "dtype": "to do in B what A does, convert its result to {a}",
    "layout": "to do in B what A does, change its layout: {a}",
}


def _of_resize(
    a: Measured, b: Measured, elsewhere: Sequence[tuple[Measured, Measured]]
) -> tuple[Remedy, ...]:
    """The resize of A in the framework of B; that of B in the framework of A too, if it is no single call."""
    remedies: list[Remedy] = []
    for i, (letter, other, own, followed) in enumerate((("B", "A", b, a), ("A", "B", a, b))):
        one = _in_framework(own.function, followed, [pair[i] for pair in elsewhere], letter, other)
        if one is not None:
            remedies.append(one)
            if "\n" not in one.code:
                break
    return tuple(sorted(remedies, key=lambda one: one.code.count("\n") > 0))


def _lasting(follows: Following, elsewhere: Sequence[Measured]) -> list[Candidate]:
    """The conventions that are followed at other sizes too."""
    left = list(follows.candidates)
    for one in elsewhere:
        held = one.follow(left)
        left = [candidate for candidate in left if candidate in held]
    return left


def _in_framework(
    function: Function, followed: Measured, elsewhere: Sequence[Measured], letter: str, other: str
) -> Remedy | None:
    """What another function follows, as a function's own framework has it."""
    follows = followed.following
    if follows is None:
        return None
    rows, columns = follows.paths
    n_in = rows.stop - rows.start, columns.stop - columns.start
    lasting = _lasting(follows, elsewhere) if elsewhere else []
    convention = (lasting or follows.candidates)[0].convention
    rules = {c.rule for c in lasting or follows.candidates if c.convention == convention}
    text = _call(convention, frozenset(rules), n_in, (rows.resized, columns.resized))
    does = "does" if lasting else f"does with images of {'×'.join(map(str, followed.setting.size))}"
    equivalents: list[tuple[Target, Equivalent]] = []
    for target in targets(function) if text else ():
        best = _converted(text, target)
        if best is not None:
            equivalents.append((target, best))
    if not equivalents:
        return None
    target, best = min(equivalents, key=lambda pair: pair[1].code.count("\n"))
    how = (
        "resize by"
        if best.call
        else f"resize by this code, since {_SPOKEN.get(target) or LIBRARIES[target].title} has no such call"
    )
    needs = tuple(one for one in best.conditions if one.startswith(("x is", "the package")))
    return Remedy(f"to do in {letter} what {other} {does}, {how}", best.code, needs)


@functools.lru_cache(maxsize=64)
def _call(convention: Resize, rules: frozenset[str | None], n_in: Size, n_out: Size) -> str:
    """A call of the catalogue that follows a convention, as a user writes it; of nearest, by one of the
    coordinate rules. Empty if there is none."""
    texts = [
        str(expression)
        for call in trials.calls("resize")
        if call.plain and convention in list(call.follows.values())[-1:]
        if convention.mode != "nearest" or (call.arithmetic and call.rule in rules)
        for expression in [call.expression(Request(convention, (1, 3, *n_in), n_out))]
        if expression is not None
    ]
    return min(texts, key=len, default="")


@functools.lru_cache(maxsize=64)
def _converted(text: str, target: Target) -> Equivalent | None:
    """A call in a framework, as halfpixel converts it, if it is one thing at all sizes."""
    try:
        answer = conversion.convert(text, target)
    except ValueError:
        return None
    if not isinstance(answer, ResizeConversion) or len(answer.parts) != 1:
        return None
    return answer.parts[0].best


def targets(function: Function) -> list[Target]:
    """The frameworks that a function uses: those whose names its code has, in its file, its closure or its
    instance; else those of its file."""
    if function.framework:
        return [target for target in TARGETS if target == function.framework]
    fn: Any = function.fn
    while hasattr(fn, "func") and not inspect.isroutine(fn):  # functools.partial
        fn = fn.func
    owner = getattr(fn, "__self__", None) if inspect.isroutine(fn) else fn
    if not inspect.isroutine(fn):
        fn = getattr(type(fn), "forward", None) or type(fn).__call__
    fn = inspect.unwrap(getattr(fn, "__func__", fn))
    code, scope = getattr(fn, "__code__", None), getattr(fn, "__globals__", {})
    names = {name: _framework(value) for name, value in scope.items()}
    held = _closure(fn) | getattr(owner, "__dict__", {})
    own = names | {name: _framework(value) for name, value in held.items()}
    used = (*code.co_names, *code.co_freevars) if code else ()
    in_code = [own[name] for name in used if own.get(name)]
    every = in_code or [target for target in names.values() if target]
    return list(dict.fromkeys(target for target in every if target is not None))


def _closure(fn: object) -> dict[str, object]:
    """The variables around a function that it uses, without those that have no value yet."""
    names = getattr(getattr(fn, "__code__", None), "co_freevars", ())
    found: dict[str, object] = {}
    for name, cell in zip(names, getattr(fn, "__closure__", None) or (), strict=True):
        with contextlib.suppress(ValueError):
            found[name] = cell.cell_contents
    return found


def _framework(value: object) -> Target | None:
    if not isinstance(value, ModuleType):
        module = getattr(value, "__module__", None)
        value = sys.modules.get(module) if isinstance(module, str) else None
    root = str(getattr(value, "__name__", "")).partition(".")[0]
    return _MODULES.get(root)
