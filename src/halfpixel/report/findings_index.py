"""The sections of docs/findings.md, and the calls that each concerns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..frameworks import Call

_ABOUT = re.compile(r"^\*Call ids\*: (.*)\.$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A section.

    Attributes:
        title: its heading.
        anchor: that of the heading, as GitHub makes it.
        calls: patterns of ``Call.id``, in any case; ``*`` and ``[!x]`` as in a shell.
    """

    title: str
    anchor: str
    calls: tuple[str, ...]

    def is_about(self, call: Call) -> bool:
        """Whether a pattern matches the call."""
        return any(fnmatchcase(call.id.lower(), name.lower()) for name in self.calls)


def sections(text: str) -> list[Section]:
    """The sections of a page (headings of the second level), with the call ids of their last line."""
    sections_found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        names = re.findall("`([^`]+)`", " ".join(_ABOUT.findall(body)))
        sections_found.append(Section(title, anchor(title), tuple(names)))
    return sections_found


def anchor(title: str) -> str:
    """A heading's anchor: lower case, hyphens for spaces, no punctuation."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
