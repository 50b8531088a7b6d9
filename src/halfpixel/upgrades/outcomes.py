"""What a call does in one release, by what it declares: it answers, it raises, or it cannot be asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..arrays import Array
from ..conformance.cases import CONV_TRANSPOSE_CASES, Case, conv_transpose_case
from ..frameworks.call import Call, DType, Expression
from ..numerics.computation import Computation
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import Resize
from ..operators.request import Request


class Unloaded(Mapping[str, Any]):
    """In place of a framework's names, since none is imported: it has none."""

    def __getitem__(self, name: str) -> Any:
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


NO_NAMES = Unloaded()


@dataclass(frozen=True)
class Outcome:
    """What becomes of a request, but for the values.

    Attributes:
        kind: ``answers``, ``raises``, or ``unsayable`` where the arguments cannot say it, or it is not known
            how the dtype is computed.
        why: the reason of a refusal.
        returns: of an answer, the dtype.
    """

    kind: str
    why: str = ""
    returns: str = ""


_UNSAYABLE = Outcome("unsayable")
NOT_TAKEN, ENDS = "the dtype is not taken", "ends the process"


def outcome(call: Call, request: Request, dtype: DType) -> Outcome:
    """What a call of one release does with a request in a dtype."""
    if dtype in call.unpredicted or not _sayable(call.expression, request):
        return _UNSAYABLE
    refusal = refusal_of(call, request, dtype)
    if refusal is not None:
        return Outcome("raises", refusal)
    return Outcome("answers", returns=call.returns[dtype])


# both releases, and dtypes in turn, are asked the same
@functools.lru_cache(maxsize=1 << 12)
def _sayable(say: Callable[[Request], Expression | None], request: Request) -> bool:
    return say(request) is not None


def refusal_of(call: Call, request: Request, dtype: DType) -> str | None:
    """Why a call of one release raises for a request in a dtype; None if it answers."""
    if crash := call.crash(request, dtype):
        return f"{ENDS}: {crash.why}"
    for refusal in call.refusals:
        try:
            if refusal.holds(request, dtype, NO_NAMES):
                return refusal.why
        except KeyError:  # it depends on the environment: what is installed decides it, no release
            continue
    return None if dtype in call.arithmetic else NOT_TAKEN


# ---------------------------------------------------------------------------- what is asked

# (images, channels), (h, w) in, (h, w) out: growing, shrinking, both; what some calls refuse
_SHAPES: tuple[tuple[tuple[int, int], tuple[int, int], tuple[int, int]], ...] = (
    ((1, 1), (4, 4), (8, 8)),
    ((1, 1), (8, 8), (4, 4)),
    ((1, 2), (3, 5), (5, 3)),
    ((1, 3), (5, 4), (7, 9)),
    ((1, 3), (6, 6), (6, 6)),
    ((2, 1), (4, 6), (2, 3)),
    ((1, 5), (7, 9), (3, 4)),
    ((1, 1), (1, 1), (3, 3)),
    ((1, 1), (3, 3), (1, 1)),
    ((0, 1), (4, 4), (8, 8)),
    ((1, 0), (4, 4), (8, 8)),
    ((1, 1), (0, 4), (8, 8)),
    ((1, 1), (4, 4), (0, 8)),
)
_SCALES = (Fraction(2), Fraction(1, 2), Fraction(8, 5))  # of a call that is given factors


def requests(call: Call, convention: Resize | None) -> Iterator[Request]:
    """What a call is asked, to see if it answers: every kind of size, of channels, and nothing at all."""
    if call.operation == "conv_transpose":
        yield from _conv_requests()
        return
    follows = convention or Resize(mode="linear")
    for (images, channels), n_in, n_out in _SHAPES:
        if (call.scaling is None and not call.is_node) or 0 not in (*n_in, *n_out):
            yield Request(follows, (images, channels, *n_in), n_out)
    for scale in _SCALES if call.scaling is not None else ():
        size = call.scaling.size(10, float(scale)) if call.scaling else 0
        yield Request(follows, (1, 1, 10, 10), (size, size), scales=(scale, scale))


@functools.cache
def _conv_requests() -> tuple[Request, ...]:
    return tuple(case.request for case in conv_cases())


@functools.cache
def conv_cases() -> tuple[Case, ...]:
    """The transposed convolutions that calls are compared on."""
    return tuple(conv_transpose_case(entry) for entry in CONV_TRANSPOSE_CASES)


# ---------------------------------------------------------------------------- values


def convention_of(call: Call) -> Resize | None:
    """The convention that a call of one release follows."""
    return next(iter(call.follows.values()), None)


def rule_of(call: Call, dtype: DType) -> str | None:
    """The integer arithmetic of a dtype, as it is in a usual wheel, or its coordinate rule."""
    roundings = call.roundings.get(dtype, ())
    if roundings:
        return roundings[min(1, len(roundings) - 1)]
    return call.arithmetic[dtype].coordinate_rule if dtype in call.arithmetic else None


def computed(
    call: Call,
    dtype: DType,
    x: Array,
    size: tuple[int, int],
    scales: tuple[Fraction, Fraction] | None = None,
) -> Array:
    """What a call of one release returns for an image, but for the roundings of floats.

    Args:
        call: one that follows a convention and answers.
        dtype: of the image.
        x: (N, C, H, W).
        size: the output's.
        scales: output pixels an input pixel, where that is not the ratio of the sizes.
    """
    convention = convention_of(call)
    assert convention is not None
    rule = rule_of(call, dtype)
    held = dtype if rule in ROUNDINGS else "float32"
    given = scales if rule not in ROUNDINGS or ROUNDINGS[str(rule)].takes_factors else None
    case = Computation(convention, {"x": x}, size, rule, dtype=held, scales=given)
    return with_defect(call, case.computed())


def with_defect(call: Call, case: Computation) -> Array:
    """The expected values of a computation that is done, as the call's known defects have them."""
    defect = call.defect(case.request)
    return np.asarray((defect.result(case) if defect else case).expected)


@dataclass(frozen=True)
class Way:
    """How the sizes of an axis are put into an image.

    Attributes:
        rows, columns: along which axes it is resized; along the other it has one pixel.
        channels: of the image.
    """

    rows: bool
    columns: bool
    channels: int = 1

    def sizes(self, n: int, m: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """(h, w) in and out."""
        return (
            (n if self.rows else 1, n if self.columns else 1),
            (m if self.rows else 1, m if self.columns else 1),
        )

    def request(self, convention: Resize, n: int, m: int, dtype: str) -> Request:
        """The resize of an axis of n pixels to m."""
        n_in, n_out = self.sizes(n, m)
        return Request(convention, (1, self.channels, *n_in), n_out, dtype=dtype)


WAYS = (Way(False, True), Way(True, False), Way(True, True), Way(True, False, channels=5))
