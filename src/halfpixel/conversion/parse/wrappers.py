"""Calls of other libraries that resize by a call of a framework: from what is written to that call."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...frameworks.wrappers import WRAPPERS, Under, Wrapper
from . import names
from .signatures import canonical
from .text import Choice, Raises, Unreadable, Variable, Written, operand, outermost, unsaid


@functools.cache
def _by_name() -> Mapping[str, Wrapper]:
    return {name: one for one in WRAPPERS for name in (one.name, *one.spelled)}


def wrapper_of(name: str) -> Wrapper | None:
    """The wrapper of a dotted name; of a method of an image, by its last part."""
    wrapper = _by_name().get(name) or _by_name().get(canonical(name))
    if wrapper is not None:
        return wrapper
    receiver, _, last = name.rpartition(".")
    methods = (one for one in WRAPPERS if one.method and one.name.rpartition(".")[2] == last)
    return next(methods, None) if names.may_be_image(receiver) else None


def known(name: str) -> bool:
    """Whether a dotted name is that of a wrapper."""
    return wrapper_of(name) is not None


def is_method(name: str) -> bool:
    """Whether a dotted name is that of a wrapper that is a method of an image."""
    wrapper = wrapper_of(name)
    return wrapper is not None and wrapper.method


def opened(written: Written) -> Written:
    """The call underneath a call of a wrapper, as if it were written, with what stands beside it; any other
    call as it is.

    Raises:
        Unreadable: no call underneath goes with the arguments.
    """
    wrapper = wrapper_of(written.function)
    if wrapper is None:
        return written
    arguments = written.bound(wrapper.name, wrapper.signature)
    under = _under(wrapper, arguments)
    given = {name: _Argument(wrapper, name, value) for name, value in arguments.items()}
    given["image"] = _Argument(wrapper, "image", _image(wrapper, arguments, written))
    text = under.text.format_map(given)
    notes = [one.format_map(given) for one in under.besides]
    notes += [
        what
        for name, what in wrapper.told.items()
        if arguments[name] != wrapper.signature.parameters[name].default
    ]
    called = outermost(text, names.known)
    return replace(
        called, text=written.text, around=written.around, underneath=text, notes=tuple(notes)
    )


def _under(wrapper: Wrapper, arguments: Mapping[str, object]) -> Under:
    """The first call that goes with the arguments."""
    if "" in wrapper.refused:
        raise Unreadable(f"{wrapper.name} {wrapper.refused['']}")
    misses = [(one, list(_unmet(one, arguments))) for one in wrapper.calls]
    under = next((one for one, unmet in misses if not unmet), None)
    if under is not None:
        return under
    missed = [name for _, unmet in sorted(misses, key=lambda miss: len(miss[1])) for name in unmet]
    nowhere = (
        n
        for n in missed
        if all(n in _unmet(one, arguments) for one in wrapper.calls if n in one.when)
    )
    name = next(nowhere, missed[0])
    given = {key: _Argument(wrapper, key, value) for key, value in arguments.items()}
    raise Unreadable(
        f"{_argument_text(wrapper, name, arguments[name])}: {_why(wrapper, name, given)}"
    )


def _unmet(under: Under, arguments: Mapping[str, object]) -> Iterator[str]:
    """The arguments that keep a call from being the one underneath."""
    for name, values in under.when.items():
        if (type(arguments[name]), arguments[name]) not in [(type(one), one) for one in values]:
            yield name


def _why(wrapper: Wrapper, name: str, given: Mapping[str, object]) -> str:
    return wrapper.refused[name].format_map(given)


def _argument_text(wrapper: Wrapper, name: str, value: object) -> str:
    return f"{wrapper.name}: {name}={value!r}"


def _image(wrapper: Wrapper, arguments: Mapping[str, object], written: Written) -> Any:
    """What is resized: ``x`` of a layer that is not called."""
    if wrapper.method:
        return written.receiver
    if not wrapper.is_layer:
        return arguments[wrapper.image]
    applied = written.applied
    given = [] if applied is None else [*applied.args[:1], applied.kwargs.get("image")]
    return next((one for one in given if one is not None), Variable("x"))


@dataclass(frozen=True)
class _Argument:
    """An argument of a wrapper, as a template has it: as Python, or one of its entries."""

    wrapper: Wrapper
    name: str
    value: Any

    def __format__(self, words: str) -> str:
        listed = self.wrapper.words.get(f"{self.name}:{words}" if words else self.name)
        if self.name in self.wrapper.whole:
            self._check_whole(self.value)
        return repr(self.value) if listed is None else self._word(listed)

    def __repr__(self) -> str:
        return repr(self.value)

    def _word(self, listed: Mapping[object, str]) -> str:
        if isinstance(self.value, Variable) and self.value.text in listed.values():
            return self.value.text  # a constant of the library underneath
        if unsaid(self.value):
            values = ", ".join(repr(one) for one in listed if isinstance(one, str))
            raise Unreadable(
                f"{_argument_text(self.wrapper, self.name, self.value)} is not written out: give its "
                f"value, one of {values}"
            )
        if isinstance(self.value, (str, int)) and self.value in listed:
            return listed[self.value]
        values = ", ".join(map(repr, listed))
        raise Raises(
            f"{_argument_text(self.wrapper, self.name, self.value)} is not one of {values}"
        )

    def __getitem__(self, entry: int | str) -> str:
        """An entry as Python.

        Raises:
            Unreadable: it has none, or others than are read.
        """
        value, wrapper = _dictionary(self.value), self.wrapper
        pair = isinstance(value, (tuple, list)) and isinstance(entry, int) and self._has_two()
        if pair or (isinstance(value, dict) and set(value) == {"height", "width"}):
            element = value[entry]
        elif isinstance(value, (int, float)) and self.name in wrapper.number:
            element = value
        elif isinstance(value, (Variable, Written, Choice)) and isinstance(entry, int):
            text = operand(str(value))
            element = Variable(text if self.name in wrapper.number else f"{text}[{entry}]")
        else:
            raise self._refused()
        if self.name in wrapper.whole:
            self._check_whole(element)
        return operand(repr(element))

    def _has_two(self) -> bool:
        """Whether there is an entry for each axis; a third may speak of the channels."""
        entries = self.value
        third = self.wrapper.third.get(self.name, ())
        if len(entries) == 3 and third:
            own = re.search(r"\.shape\[(2|-1)\]$", str(entries[2])) is not None
            return entries[2] in third or own
        return len(entries) == 2

    def _check_whole(self, value: object) -> None:
        if not unsaid(value) and (isinstance(value, bool) or not isinstance(value, int)):
            raise self._refused()

    def _refused(self) -> Unreadable:
        why = self.wrapper.refused.get(self.name, "it is one number for each axis")
        return Unreadable(f"{_argument_text(self.wrapper, self.name, self.value)}: {why}")


def _dictionary(value: object) -> Any:
    """A dictionary that is written out, with names among its values; anything else as it is."""
    tree = ast.parse(value.text, mode="eval").body if isinstance(value, Variable) else None
    if not isinstance(tree, ast.Dict) or not all(
        isinstance(key, ast.Constant) for key in tree.keys
    ):
        return value
    return {
        key.value: Variable(ast.unparse(one))
        for key, one in zip(tree.keys, tree.values, strict=True)
        if isinstance(key, ast.Constant)
    }
