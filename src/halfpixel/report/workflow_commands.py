"""Commands of a GitHub workflow, which mark a file or a run: ``::error file=…,line=…::message``."""

from __future__ import annotations

_OF_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_OF_PROPERTIES = str.maketrans({":": "%3A", ",": "%2C"})


def command(name: str, message: str, **properties: object) -> str:
    """A line that GitHub's runners read.

    Args:
        name: of the command: error or warning.
        message: what it says.
        properties: such as ``file``, ``line`` and ``title``.
    """
    given = ",".join(f"{key}={_value(str(one))}" for key, one in properties.items())
    return f"::{name} {given}::{message.translate(_OF_MESSAGES)}"


def _value(text: str) -> str:
    return text.translate(_OF_MESSAGES).translate(_OF_PROPERTIES)
