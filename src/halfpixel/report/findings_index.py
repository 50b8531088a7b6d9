"""The sections of docs/findings.md, and which of them name a call or its arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..frameworks import FRAMEWORKS, Call

# words of calls' names that say nothing in a title
_COMMON = {"image", "resize", "layers", "keras", "ops"}
_TITLES = {"torch": "torch", "tensorflow": "TensorFlow", "opencv": "OpenCV", "keras_torch": "Keras"}


@dataclass(frozen=True)
class Section:
    """A section.

    Attributes:
        title: its heading.
        anchor: that of the heading, as GitHub makes it.
        frameworks: those that stand before the colon of the title; empty where none does.
        words: parts of calls' names in the title; names of functions and flags alone, if there are any.
        names: what stands in backticks; of a dtype, only where the sentence speaks of a rule.
    """

    title: str
    anchor: str
    frameworks: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]

    def names_one(self, call: Call, names: Iterable[str]) -> bool:
        """Whether it names one of the call's arithmetics, or all words of its title are the call's."""
        if self.frameworks and call.framework not in self.frameworks:
            return False
        by_title = bool(self.frameworks and self.words) and self.words <= parts(call)
        return by_title or bool(self.names & set(names))


def sections(text: str) -> list[Section]:
    """The sections of a page, headings of the second level."""
    every = frozenset(
        part
        for framework in FRAMEWORKS.values()
        for call in framework.calls
        for part in parts(call)
    )
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        before, _, _ = title.partition(":")
        spoken = frozenset(k for k, v in _TITLES.items() if re.search(rf"\b{v}\b", before))
        said = frozenset(re.findall(r"\w+", title)) & every
        # a name of a function or a flag says more than words that are everyone's
        said = frozenset(word for word in said if "_" in word or not word.islower()) or said
        found.append(Section(title, anchor(title), spoken, said, _quoted(body)))
    return found


def parts(call: Call) -> frozenset[str]:
    """The words of a call's name that tell it from others; what is shorter is a number or a letter."""
    return frozenset(re.findall(r"\w{3,}", call.name)) - _COMMON


def _quoted(body: str) -> frozenset[str]:
    prose = re.sub(r"```.*?```", "", body, flags=re.DOTALL)
    names = set(re.findall(r"`(\w+)`", prose))
    ruled = set(re.findall(r"\brule (?:is|of|are)?\s*`(\w+)`", prose))
    return frozenset(names - {"float32", "float64"} | ruled)


def anchor(title: str) -> str:
    """A heading's anchor: lower case, hyphens for spaces, no punctuation."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
