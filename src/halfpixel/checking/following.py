"""What each call of an observation follows, and digests of what it does.

The digest of *meaning* has no value in it that rounding could move. Of each probe it has the dtype, the
shape, and which convention the output follows within that convention's error bound; of an error, its class.
Integers that are the exact results, rounded in one way or another, are in it without their arithmetic. An
output that follows nothing that is known is in it with its exact values. The *exact* digest has all values.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import AnyArray
from ..conformance.cases import Case
from ..conformance.misreadings import followed
from ..conformance.verdicts import error_bound, share_of_bound
from ..frameworks import Call, DType, dtype_name
from ..frameworks.call import INTEGERS
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.error_model import ErrorModel
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import Resize
from ..records import Crash, Outcome, Record, Refusal, agreement, probes, record

UNKNOWN = "no convention known to halfpixel"
DIGITS = 16  # of a digest
_ROUNDED = 1.5  # levels: two roundings of one value are a level apart
_RAISES = "raises "
_BUT = ", but "  # between what is followed and a known defect


@dataclass(frozen=True)
class Behaviour:
    """What a call, or a function, does.

    Attributes:
        follows: in words.
        meaning: digest of what it computes, but for rounding.
        exact: digest of every value that it returned.
    """

    follows: str
    meaning: str
    exact: str


def behaviour_of(call: Call, one: Record) -> Behaviour | None:
    """What a call does in an observation; None if it is not there."""
    outcomes = _outcomes(call, one)
    if not outcomes:
        return None
    labels: dict[str, dict[str, str]] = {
        dtype: _labels(outcomes, dtype, one)
        for dtype in dict.fromkeys(p.dtype for p, _ in outcomes)
    }
    rounded = {dtype for dtype in labels if dtype in INTEGERS and _is_rounded(outcomes, dtype, one)}
    meaning = {}
    for probe, outcome in outcomes:
        label = labels[probe.dtype][probe.name]
        label = convention_in(label) if probe.dtype in rounded else label
        meaning[f"{probe.dtype} {probe.name}"] = _facet(outcome, label)
    exact = {f"{p.dtype} {p.name}": record.outcome_text(outcome) for p, outcome in outcomes}
    return Behaviour(_words(labels), digest(meaning), digest(exact))


def follows(call: Call, one: Record, dtype: DType, names: Sequence[str]) -> str:
    """What a call follows in a dtype at some probes, in words."""
    outcomes = [(p, o) for p, o in _outcomes(call, one) if p.dtype == dtype and p.name in names]
    labels = _labels(outcomes, dtype, one)
    return _listed(list(labels.values()))


def digest(content: Mapping[str, object]) -> str:
    """A digest of names and texts, in hexadecimal digits."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


Asked = list[tuple[probes.Probe, Outcome]]


def _outcomes(call: Call, one: Record) -> Asked:
    """The probes of a call with their outcomes, in order."""
    every = probes.of_call(call, agreement.release_of(one))
    keys = ((probe, (call.name, probe.dtype, probe.name)) for probe in every)
    return [(probe, one.outcomes[key]) for probe, key in keys if key in one.outcomes]


def _is_rounded(outcomes: Asked, dtype: str, one: Record) -> bool:
    """Whether all integers are the exact results, rounded in one way or another: then it is a matter of
    rounding by which arithmetic they came."""
    names = agreement.names_of(one)
    for probe, outcome in outcomes:
        if probe.dtype == dtype and isinstance(outcome, np.ndarray):
            case = agreement.case_of(probe, probe.now or probe.call, names)
            if not isinstance(case.convention, Resize) or case.convention.mode == "nearest":
                return False
            exact = np.asarray(replace(case, rule=None).reference())
            if outcome.dtype.kind not in "iu" or outcome.shape != exact.shape:
                return False
            ends = np.iinfo(outcome.dtype)
            if np.any(abs(outcome.astype(np.float64) - exact.clip(ends.min, ends.max)) > _ROUNDED):
                return False
    return True


# ---------------------------------------------------------------------------- labels


def _labels(outcomes: Asked, dtype: DType, one: Record) -> dict[str, str]:
    """What the outcome of each probe follows: what most of them follow, where they do."""
    every = {
        probe.name: tuple(_candidates(probe, outcome, one))
        for probe, outcome in outcomes
        if probe.dtype == dtype
    }
    counts = Counter(label for labels in every.values() for label in labels)
    chosen = {}
    for name, labels in every.items():
        chosen[name] = max(
            labels, key=lambda label: counts[label]
        )  # the first of equals: what is declared
    return chosen


def _candidates(probe: probes.Probe, outcome: Outcome, one: Record) -> Iterator[str]:
    """Everything that an outcome can be said to follow, what is declared first."""
    if isinstance(outcome, Refusal):
        yield f"{_RAISES}{outcome.exception}"
        return
    if isinstance(outcome, Crash):
        yield f"crashes ({outcome.how})"
        return
    release, names = agreement.release_of(one), agreement.names_of(one)
    now = probe.now or probe.call
    verdict = agreement.judged(probe, outcome, release, names)
    if verdict is None or verdict.kind == "conforms":
        yield _declared(probe, now)
        return
    case = agreement.case_of(probe, now, names)
    case = replace(case, expected=np.asarray(case.reference()))
    error_model = now.arithmetic.get(probe.dtype) or next(iter(now.arithmetic.values()))
    if _is(case, outcome, error_model):  # in another dtype than is declared
        yield _declared(probe, now)
        return
    matches = followed(case, outcome, error_model)
    yield from dict.fromkeys(convention_in(reading) for reading in matches)
    if not matches:
        yield UNKNOWN


def _is(case: Case, outcome: AnyArray, arithmetic: ErrorModel) -> bool:
    """Whether an output is the result of a case, within its error bound."""
    if outcome.shape != case.expected.shape:
        return False
    return share_of_bound(outcome, case.expected, error_bound(case, arithmetic)) <= 1


def _declared(probe: probes.Probe, now: Call) -> str:
    """What a call is declared to follow in a dtype; of integers, with the arithmetics that it may use."""
    convention = now.latest if now.follows else probe.computation.convention
    if now.operation == "conv_transpose":
        return "a transposed convolution, as its arguments say"
    words = str(convention)
    rule = now.arithmetic[probe.dtype].coordinate_rule if probe.dtype in now.arithmetic else None
    integers = now.roundings.get(probe.dtype, ())
    rounding = " or ".join(integers) or rule
    defect = now.defect(probe.computation.request)
    return (
        words
        + (f" with {rounding}" if rounding else "")
        + (f"{_BUT}{defect.why}" if defect else "")
    )


def convention_in(reading: str) -> str:
    """A reading without how it is rounded."""
    words, _, rules = reading.rpartition(" with ")
    known = all(rule in COORDINATE_RULES or rule in ROUNDINGS for rule in rules.split(" or "))
    return words if known else reading


def _facet(outcome: Outcome, label: str) -> list[object]:
    """What the digest of meaning has of an outcome."""
    if not isinstance(outcome, np.ndarray):
        return [label]
    values = record.outcome_text(outcome) if label == UNKNOWN else ""
    return [label, dtype_name(outcome), list(outcome.shape), values]


def _words(labels: Mapping[str, Mapping[str, str]]) -> str:
    """What all dtypes follow, in a line: those that are alike together, the first without a name; then what
    is raised for some images of a dtype, and not for all."""
    groups: dict[str, list[str]] = {}
    some: dict[str, None] = {}
    for dtype, by_probe in labels.items():
        every = list(by_probe.values())
        answered = [label for label in every if not label.startswith(_RAISES)]
        some.update(dict.fromkeys(one for one in every if answered and one not in answered))
        groups.setdefault(_listed(answered or every), []).append(dtype)
    first, *others = groups
    convention = convention_in(first)
    parts = [f"{', '.join(groups[one])}: {_after(one, convention)}" for one in others]
    parts += [f"some images: {' or '.join(some)}"] if some else []
    return "; ".join([first, *parts])


def _after(words: str, convention: str) -> str:
    """Words without the convention, if they begin with it and say more: ``with opencv_fixed_11``."""
    rest = words.removeprefix(f"{convention} ")
    return rest if rest.startswith("with ") else words


def _listed(labels: Sequence[str]) -> str:
    """Labels, the most common first; each once, and where some name a defect, the defects at the end."""
    buts: dict[str, dict[str, None]] = {}
    for label, _ in Counter(labels).most_common():
        words, _, but = label.partition(_BUT)
        buts.setdefault(words, {}).update({but: None} if but else {})
    every = (
        words + (_BUT + "; ".join(defects) if defects else "") for words, defects in buts.items()
    )
    return " or ".join(every)
