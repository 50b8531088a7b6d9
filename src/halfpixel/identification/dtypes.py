"""What a function does with each dtype: whether it takes it, what it returns, how it rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import documents
from ..arrays import Array
from .adapter import Subject
from .candidates import Candidate, bound_of, expected, sampled_at
from .deadline import OutOfTime
from .probes import Answer, ask
from .rounding import BOTH_PASSES, ROUNDS, Sampled, models, named, predicts

DTYPES = ("float32", "float64", "float16", "uint8", "uint16", "int16")
_INTEGERS = ("uint8", "uint16", "int16")


@dataclass(frozen=True)
class Behaviour:
    """What a function does with images of one dtype.

    Attributes:
        dtype: of the image.
        returns: the dtype of the result; empty if it raises.
        does: in words: which rounding, which error.
        arithmetic: the name of the integer arithmetic that predicts every value, if there is one.
    """

    dtype: str
    returns: str
    does: str
    arithmetic: str | None = None

    def json(self) -> documents.DType:
        """For a program."""
        return {
            "dtype": self.dtype,
            "returns": self.returns or None,
            "words": self.does,
            "integer_arithmetic": self.arithmetic,
        }


def behaviours(subject: Subject, known: Sequence[tuple[Candidate, Answer]]) -> list[Behaviour]:
    """What a function does with each dtype.

    Args:
        subject: the function.
        known: what it was found to follow, and an answer that says at which sizes; a few.
    """
    return [_in_time(subject, known, dtype) for dtype in DTYPES]


def _in_time(subject: Subject, known: Sequence[tuple[Candidate, Answer]], dtype: str) -> Behaviour:
    try:
        return _behaviour(subject, known, dtype)
    except OutOfTime:
        return Behaviour(dtype, "", NOT_LOOKED_AT)


NOT_LOOKED_AT = "not looked at: the seconds were over"


def integer_image(channels: int, size: tuple[int, int], dtype: str) -> Array:
    """Values over a dtype's whole range, many at its ends, so that sums overflow."""
    limits = np.iinfo(dtype)
    total = channels * size[0] * size[1]
    spread = (np.arange(total) * 1283 + 311) % 2047 / 2046
    values = np.where(np.arange(total) % 3 == 0, np.rint(spread), spread)
    whole = np.rint(limits.min + values * (float(limits.max) - limits.min))
    return whole.reshape(1, channels, *size)


def _behaviour(
    subject: Subject, known: Sequence[tuple[Candidate, Answer]], dtype: str
) -> Behaviour:
    results = []
    for candidate, answer in known:
        size = answer.n_in
        x = integer_image(subject.channels, size, dtype) if dtype in _INTEGERS else answer.x
        n_out = answer.n_out if subject.form.needs == "size" else None
        factor = None if answer.given is None else float(answer.given)
        got = ask(subject, x, n_out, factor, dtype)
        if got.y is None:
            return Behaviour(dtype, "", f"raises {got.refused}")
        results.append((candidate, replace(got, scales=answer.scales)))
    if not results:
        return Behaviour(dtype, "", "not asked")
    returned = results[0][1].dtype
    if dtype in _INTEGERS and returned == dtype:
        return _integers(dtype, results)
    return _floats(dtype, returned, results)


def _floats(dtype: str, returned: str, results: Sequence[tuple[Candidate, Answer]]) -> Behaviour:
    """Results that are not rounded to whole numbers: how far they are off."""
    worst, largest = 0.0, 0.0
    share = 0.0
    for candidate, got in results:
        exact = expected(candidate, got)
        error = abs(got.result - exact)
        worst, largest = max(worst, float(np.max(error))), max(largest, float(np.max(abs(exact))))
        bound = bound_of(candidate, candidate, got)
        share = max(share, float(np.max(error / np.maximum(bound, np.finfo(float).tiny))))
    if worst == 0:
        return Behaviour(dtype, returned, "exact")
    if returned not in ("float16", "float32", "float64"):
        return Behaviour(dtype, returned, f"within {worst:.3g} of the exact values")
    unit = largest and worst / float(np.spacing(np.dtype(returned).type(largest)))
    narrow = worst / float(np.spacing(np.float32(largest)))
    words = f"within {unit:.2g} ULP"
    if returned == "float64" and unit > _NARROWER:
        words = f"within {narrow:.2g} ULP of float32: it computes in float32"
    if share > 1:
        words = f"within {worst:.2g}, beyond the error bound of rounding"
    return Behaviour(dtype, returned, words)


_NARROWER = 1e6  # units of float64: below, what float64 rounds; above, what float32 does


def _integers(dtype: str, results: Sequence[tuple[Candidate, Answer]]) -> Behaviour:
    """Results that are whole numbers: how they are rounded, by each convention that is followed."""
    conventions = dict.fromkeys(candidate.convention for candidate, _ in results)
    arithmetics = [
        _arithmetic(dtype, [one for one in results if one[0].convention == c]) for c in conventions
    ]
    words = [words for words, _ in arithmetics]
    if len(set(words)) > 1:
        labels: list[str] = [c.mode for c in conventions]
        labels = labels if len(set(labels)) == len(labels) else [str(c) for c in conventions]
        words = [f"{which}: {does}" for which, does in zip(labels, words, strict=True)]
    names = dict.fromkeys(name for _, name in arithmetics if name)
    return Behaviour(dtype, dtype, "; ".join(dict.fromkeys(words)), ", ".join(names) or None)


def _arithmetic(dtype: str, results: Sequence[tuple[Candidate, Answer]]) -> tuple[str, str | None]:
    """What predicts every value: in words, and the name of the arithmetic, if it has one."""
    samples = [(sampled_at(candidate, got, dtype), got.result) for candidate, got in results]
    if all(np.array_equal(s.exact, y) for s, y in samples):
        return "exact", None
    fit = [
        model
        for model in dict.fromkeys(model for s, _ in samples for model in models(s))
        if all(model in models(s) and predicts(model, s, y) for s, y in samples)
    ]
    name = " or ".join(filter(named, fit)) or None
    fit = [one for one in fit if not named(one)]
    predicted = f"{name} predicts every value" if name else ""
    rounds = list(dict.fromkeys(one.rpartition(", ")[0] for one in fit))
    if rounds:
        overflows = any(s.overflows for s, _ in samples)
        beyond = f", {fit[0].rpartition(', ')[2]}" if overflows or rounds[0] == BOTH_PASSES else ""
        ties = " (no tie was met)" if {*_NEAREST} <= {*rounds} else ""
        simple = f"{rounds[0]}{beyond}{ties}"
        if name is None or not _tells(samples, rounds[0]):
            return simple, None
        return (predicted if ties else f"{simple}: {predicted}"), name
    if name:
        return predicted, name
    off = max(float(np.max(abs(y - s.clipped))) for s, y in samples)
    return f"within {off:.3g} of the exact values, by no arithmetic that is known", None


def _tells(samples: Sequence[tuple[Sampled, Array]], rounds: str) -> bool:
    """Whether any value came out otherwise than the exact one is rounded: else an arithmetic that has a name
    is one of many that do the same."""
    if rounds not in ROUNDS:
        return True
    return any(not np.array_equal(ROUNDS[rounds](s.clipped), y) for s, y in samples)


_NEAREST = ("rounded half to even", "rounded half up")
