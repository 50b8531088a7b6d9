"""Numbers that print as text, for calls that are written for any size and tried at one."""

from __future__ import annotations

from typing import Any, Self


class _Printed:
    """What prints as a text."""

    text: str

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__


class Named(_Printed, int):
    """An integer that prints as its name, so that a call reads as a user writes it: ``size=(h, w)``."""

    def __new__(cls, value: int, text: str) -> Self:
        """An integer with a text."""
        made = int.__new__(cls, value)
        made.text = text
        return made


class Symbol(Named):
    """A size in pixels that keeps its name where it is divided: ``h // 2``, ``h / 8``."""

    def __truediv__(self, other: Any) -> Any:
        return Ratio(int(self) / int(other), f"{_factor(self)} / {_factor(other)}")

    def __rtruediv__(self, other: Any) -> Any:
        return Ratio(int(other) / int(self), f"{_factor(other)} / {_factor(self)}")

    def __floordiv__(self, other: Any) -> Any:
        return Symbol(int(self) // int(other), f"{_factor(self)} // {_factor(other)}")

    def __rfloordiv__(self, other: Any) -> Any:
        return Symbol(int(other) // int(self), f"{_factor(other)} // {_factor(self)}")


class Ratio(_Printed, float):
    """A ratio of sizes with its text."""

    def __new__(cls, value: float, text: str) -> Ratio:
        """A float with a text."""
        made = float.__new__(cls, value)
        made.text = text
        return made

    def __rmul__(self, other: Any) -> Any:
        return Ratio(other * float(self), f"{other!r} * {self.text}")

    def __sub__(self, other: Any) -> Any:
        return Ratio(float(self) - other, f"{self.text} - {other!r}")


def _factor(value: object) -> str:
    text = repr(value)
    return f"({text})" if any(sign in text for sign in " ") and not text.startswith("(") else text
