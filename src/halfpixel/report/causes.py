"""What changed, by its cause: how many cases of each call, and what they all do instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.integer_kernels import ROUNDINGS
from .terminal import Outcome

UNKNOWN = "match no convention known to halfpixel"
_VERBS = {
    "raised": "raise",
    "returned": "return",
    "modified": "modify",
    "crashed": "crash",
    "ran": "run",
    "failed": "fail",
    "compared": "are compared",
    "left": "are left",
}
_SINGULAR = {"are": "is", "modify": "modifies"}
_NUMBER = re.compile(r"(?<![A-Za-z_])\d+")  # a size; float32 is a name
_LISTED = 3  # causes of a call that its line names

CallName = tuple[str, str]  # the framework and the name of a call


@dataclass(frozen=True)
class Cause:
    """What some changed cases have in common.

    Attributes:
        words: what the cases do, in the plural: ``match resize linear asymmetric``.
        outcomes: the changed cases, in the order of the run.
    """

    words: str
    outcomes: tuple[Outcome, ...]

    @property
    def example(self) -> Outcome:
        """The first case, which is shown for all."""
        return self.outcomes[0]

    @property
    def shown(self) -> bool:
        """Whether an example shows more than the words: something ran."""
        return not self.words.startswith("are left")

    def says(self, count: int) -> str:
        """The words, of some cases."""
        verb, _, rest = self.words.partition(" ")
        return self.words if count != 1 else f"{_singular(verb)} {rest}".strip()


def causes_of(outcomes: Iterable[Outcome]) -> list[Cause]:
    """The causes of all cases that changed, the one with most cases first.

    A case can match several conventions: of a call, it is counted for the one that most of its cases match.
    """
    by_call: dict[CallName, list[Outcome]] = {}
    for one in outcomes:
        if one.kind == "changed":
            by_call.setdefault((one.framework, one.name), []).append(one)
    everywhere = Counter(
        label for some in by_call.values() for one in some for label in _labels(one)
    )
    members: dict[str, list[Outcome]] = {}
    for some in by_call.values():
        for label, those in _divided(some, everywhere):
            members.setdefault(label, []).extend(those)
    causes = [Cause(_words(label, those), tuple(those)) for label, those in members.items()]
    return sorted(causes, key=lambda cause: -len(cause.outcomes))


def _words(label: str, members: Sequence[Outcome]) -> str:
    """A label with its numbers, if all members have the same."""
    texts = {_does(one) for one in members if not one.matches}
    return texts.pop() if len(texts) == 1 else label


def _divided(some: list[Outcome], everywhere: Counter[str]) -> Iterator[tuple[str, list[Outcome]]]:
    """The changed cases of a call by the fewest labels that cover them, the most common first."""
    left = some
    while left:
        counts = Counter(label for one in left for label in _labels(one))
        label = max(counts, key=lambda label: (counts[label], everywhere[label]))
        yield label, [one for one in left if label in _labels(one)]
        left = [one for one in left if label not in _labels(one)]


def _labels(one: Outcome) -> tuple[str, ...]:
    """Everything that a changed case can be counted for."""
    if one.matches:
        return tuple(dict.fromkeys(f"match {_convention(reading)}" for reading in one.matches))
    return (_NUMBER.sub("…", _does(one)),)


def _does(one: Outcome) -> str:
    """What a case that matches nothing does, in the plural."""
    verb, _, rest = one.reason.partition(" ")
    return f"{_VERBS[verb]} {rest}" if verb in _VERBS else UNKNOWN


def _convention(reading: str) -> str:
    """A reading without how it is rounded, and forward: a call and its gradient follow one convention."""
    words, _, rule = reading.rpartition(" with ")
    convention = words if rule in COORDINATE_RULES or rule in ROUNDINGS else reading
    return convention.removeprefix("the gradient of ")


def _singular(verb: str) -> str:
    return _SINGULAR.get(verb, f"{verb}es" if verb.endswith(("sh", "ch")) else f"{verb}s")


# ---------------------------------------------------------------------------- as text


def call_lines(causes: Sequence[Cause], cases: Mapping[CallName, int]) -> list[str]:
    """A line for each call that changed: ``opencv resize-INTER_LINEAR: 113 of 133 cases changed; all 113
    match resize linear asymmetric``.

    Args:
        causes: of the run.
        cases: how many cases of each call ran.
    """
    calls = dict.fromkeys((one.framework, one.name) for c in causes for one in c.outcomes)
    return [f"{' '.join(call)}: {_changes(call, causes, cases[call])}" for call in calls]


def _changes(call: CallName, causes: Sequence[Cause], cases: int) -> str:
    counts = {c: sum((one.framework, one.name) == call for one in c.outcomes) for c in causes}
    parts = sorted(((n, c) for c, n in counts.items() if n), key=lambda part: -part[0])
    changed = sum(n for n, _ in parts)
    line = f"{changed} of {cases} case{'s' * (cases != 1)} changed"
    if len(parts) == 1:
        share = "it" if changed == 1 else "both" if changed == 2 else f"all {changed}"
        return f"{line}; {share} {parts[0][1].says(changed)}"
    shown = [f"{n} {c.says(n)}" for n, c in parts[:_LISTED]]
    rest = sum(n for n, _ in parts[_LISTED:])
    return f"{line}; {', '.join([*shown, *([f'{rest} others'] if rest else [])])}"


def example_title(cause: Cause) -> str:
    """The heading of a worked example: which of how many cases it is."""
    count = len(cause.outcomes)
    if count == 1:
        return f"the case that {cause.says(1)}:"
    return f"one of {count:,} cases that {cause.says(count)}:"
