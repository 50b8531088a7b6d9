"""The rule book as data: which calls follow which convention, in which releases, at which sizes.

No framework is imported. The data is what the calls declare and the tests check.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from .. import documents
from ..conformance.cases import CONV_TRANSPOSE_CASES, conv_transpose_case
from ..frameworks import FRAMEWORKS, Call
from ..frameworks.call import WIDE, Expression
from ..frameworks.symbolic_sizes import Named
from ..names import SYNONYMS
from ..numerics import equivalence
from ..operators import ConvTranspose, Resize
from ..operators import resize as _resize
from ..operators.kernels import KERNELS
from ..operators.pyramid import BORDERS
from ..operators.request import Request

ANYWHERE = "every size"
BY_CASE, REFUSED = "depends on its arguments", "raises"


class Unknown(ValueError):
    """The words match no convention or call."""


@dataclass(frozen=True)
class Rule:
    """A line of the rule book: what a call follows in a range of releases.

    Attributes:
        call: the call.
        releases: PEP 440 specifiers; empty where no range is declared.
        convention: the resize convention; None for a call that is always refused, and for a transposed
            convolution, whose arguments say its convention.
    """

    call: Call
    releases: str
    convention: Resize | None

    @property
    def follows(self) -> str:
        """The convention in words."""
        if self.convention is not None:
            return words(self.convention)
        return BY_CASE if self.call.operation == "conv_transpose" else REFUSED

    @functools.cached_property
    def written(self) -> str:
        """The call as a user writes it, with sizes by name where it takes them as they are."""
        return str(written(self.call))

    @functools.cached_property
    def sizes(self) -> str:
        """The sizes that it can be given, as a regime of both axes."""
        return sizes_of(self.call)

    @property
    def coordinates(self) -> Mapping[str, tuple[str, ...]]:
        """Its coordinate rules, with the dtypes that each is about."""
        dtypes_of: dict[str, tuple[str, ...]] = {}
        for dtype, arithmetic in self.call.arithmetic.items():
            if arithmetic.coordinate_rule and self.convention is not None:
                name = arithmetic.coordinate_rule
                dtypes_of[name] = (*dtypes_of.get(name, ()), dtype)
        return dtypes_of

    @property
    def integers(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """Its integer arithmetics, with the dtypes that they are about; of several, the environment decides
        which one is followed."""
        dtypes_of: dict[tuple[str, ...], tuple[str, ...]] = {}
        for dtype, names in self.call.roundings.items() if self.convention is not None else ():
            dtypes_of[names] = (*dtypes_of.get(names, ()), dtype)
        return dtypes_of

    @property
    def exactness(self) -> str:
        """The accuracy of floats: ``exact`` or ``up to rounding``, with its coordinate rule, if any; half
        floats are listed separately if they have another rule."""
        if self.convention is None:
            return "up to rounding" if self.call.operation == "conv_transpose" else REFUSED
        exact = "exact" if self.convention.mode == "nearest" else "up to rounding"
        wide = [name for name, dtypes in self.coordinates.items() if {*dtypes} & {*WIDE}]
        others = [
            f"{', '.join(dtypes)}: rule {name}"
            for name, dtypes in self.coordinates.items()
            if name not in wide
        ]
        return "; ".join([f"{exact}, rule {', '.join(wide)}" if wide else exact, *others])

    @property
    def notes(self) -> list[str]:
        """Short notes on the call; empty if there are none."""
        if self.follows == REFUSED:
            return [refusal.why for refusal in self.call.refusals if not refusal.dtypes][-1:]
        notes = [] if self.sizes == ANYWHERE else [self.sizes]
        notes += [] if self.exactness == "up to rounding" else [f"floats {self.exactness}"]
        notes += [f"{', '.join(d)} {' or '.join(names)}" for names, d in self.integers.items()]
        return notes + [f"defect: {d.why} ({d.releases})" for d in self.call.defects]

    def json(self) -> documents.Rule:
        """The same for a program."""
        return {
            "operation": self.call.operation,
            "call": {
                "framework": self.call.framework,
                "id": self.call.id,
                "releases": self.releases,
            },
            "code": self.written,
            "convention": None if self.convention is None else self.convention.json(),
            "words": self.follows,
            "sizes": self.sizes,
            "accuracy": self.exactness,
            "coordinate_rules": {k: list(v) for k, v in self.coordinates.items()},
            "integer_arithmetics": {k: list(v) for k, v in self.call.roundings.items()},
            "known_bugs": [{"words": d.why, "releases": d.releases} for d in self.call.defects],
            "alias": self.call.variant,
        }


@functools.cache
def every_rule() -> tuple[Rule, ...]:
    """The whole join, in the order of the frameworks' tables."""
    nothing: Mapping[str, Resize | None] = {"": None}
    return tuple(
        Rule(call, releases, convention)
        for framework in FRAMEWORKS.values()
        for call in framework.calls
        for releases, convention in (call.follows or nothing).items()
    )


@functools.cache
def conventions() -> Mapping[Resize, list[Rule]]:
    """Every resize convention that a call follows, with its rules; those of one mode stand together."""
    by_convention: dict[Resize, list[Rule]] = {}
    for rule in every_rule():
        if rule.convention is not None:
            by_convention.setdefault(rule.convention, []).append(rule)
    order = list(KERNELS)
    return dict(sorted(by_convention.items(), key=lambda item: order.index(item[0].mode)))


def grouped(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Rules by what they follow: those of a group are interchangeable. Resizes by mode."""
    by_words: dict[str, list[Rule]] = {words(convention): [] for convention in conventions()}
    for rule in rules:
        by_words.setdefault(rule.follows, []).append(rule)
    return {follows: some for follows, some in by_words.items() if some}


def find_rules(
    *,
    framework: str | None = None,
    operation: str | None = None,
    convention: str | None = None,
    exactly: bool = False,
    call: str | None = None,
) -> list[Rule]:
    """The rules that filters leave over.

    Args:
        framework: its name.
        operation: resize or conv_transpose.
        convention: words; each is a part of a word of the convention.
        exactly: the words are the whole convention.
        call: words, each a part of the call's id or of the call as it is written.

    Raises:
        Unknown: no convention or no call has these words; the message says which are close.
    """
    one = convention_of(convention) if convention is not None and exactly else None
    rules = [
        rule
        for rule in every_rule()
        if framework in (None, rule.call.framework)
        and operation in (None, rule.call.operation)
        and (one is None or rule.convention == one)
        and (one is not None or _holds(convention, rule.follows))
        and _holds(call, f"{rule.call.id} {rule.written}")
    ]
    if not rules:
        _check_words(convention, call)
    return rules


def _holds(wanted: str | None, text: str) -> bool:
    """Whether each word, or what it is a synonym of, is a part of a text."""
    words = (wanted or "").lower().split()
    return all(word in text.lower() or SYNONYMS.get(word, word) in text.lower() for word in words)


def _check_words(convention: str | None, call: str | None) -> None:
    """Check that each filter leaves something by itself.

    Raises:
        Unknown: one does not; the message says which names are close.
    """
    errors = []
    if convention is not None and not any(_holds(convention, r.follows) for r in every_rule()):
        errors.append(_closest(convention, [words(c) for c in conventions()], "convention"))
    if call is not None and not any(_holds(call, f"{r.call.id} {r.written}") for r in every_rule()):
        errors.append(_closest(call, [r.call.id for r in every_rule()], "call"))
    if errors:
        raise Unknown("; ".join(errors))


def _closest(wanted: str, names: Iterable[str], what: str) -> str:
    close = difflib.get_close_matches(wanted, list(dict.fromkeys(names)), 3, 0.3)
    return f"unknown {what} {wanted!r}" + (f"; did you mean {' or '.join(close)}?" if close else "")


# ---------------------------------------------------------------------------- a call, written


def written(call: Call) -> Expression:
    """A call on the first sizes that it takes; a size that it is given as it is stands by its name."""
    samples = _conv_transpose_samples() if call.operation == "conv_transpose" else _samples(call)
    return next(e for e in map(call.expression, samples) if e is not None)


def _samples(call: Call) -> Iterator[Request]:
    # doubling and halving suit most; the last is for what takes no size but the image's own
    for sizes in ((2, 4), (4, 2), (3, 5), (5, 3), (4, 4)):
        yield from _sized(call, *sizes)


@functools.cache
def _conv_transpose_samples() -> tuple[Request, ...]:
    # each channel by itself
    depthwise = Request(ConvTranspose(group=2), (1, 2, 3, 3), (5, 5), weight=(2, 1, 3, 3))
    return (*(conv_transpose_case(entry).request for entry in CONV_TRANSPOSE_CASES), depthwise)


def _sized(call: Call, n_in: int, n_out: int) -> Iterator[Request]:
    """Images that change their size along both axes, of one, two and four channels, and along the columns."""
    convention = call.latest if call.follows else Resize(mode="linear")
    both = ((channels, n_in, n_out) for channels in (1, 2, 4))
    for channels, height, h in (*both, (1, 1, 1)):
        size = Named(h, "h"), Named(n_out, "w")
        yield Request(convention, (1, channels, height, n_in), size)


def _takes(call: Call, n_in: int, n_out: int) -> bool:
    return any(call.expression(request) is not None for request in _sized(call, n_in, n_out))


# most calls take every size, and this tells it quickly
_PROBES = ((1, 1), (1, 3), (3, 1), (2, 4), (4, 2), (3, 5), (5, 3), (5, 5), (7, 12))


def sizes_of(call: Call) -> str:
    """The sizes of an axis that a call can be given: :data:`ANYWHERE`, or the widest regimes."""
    if call.scaling is not None:
        return "sizes that result from factors"
    if call.operation == "conv_transpose" or all(_takes(call, *sizes) for sizes in _PROBES):
        return ANYWHERE
    convention = call.latest if call.follows else Resize(mode="linear")
    axis = range(1, equivalence.LARGEST + 1)
    taken = np.array([[convention.takes(n, m) for m in axis] for n in axis])
    expressible = taken & np.array([[_takes(call, n, m) for m in axis] for n in axis])
    if np.array_equal(expressible, taken):
        return ANYWHERE if np.all(taken) else "every size that the convention takes"
    regimes = equivalence.widest(expressible)
    if np.array_equal(_union(regimes), expressible):
        return " or ".join(regimes)
    if np.array_equal(_union(equivalence.widest(~expressible)), ~expressible):
        return f"not {' or '.join(equivalence.widest(~expressible))}"
    return f"some sizes, including {' and '.join(regimes)}" if regimes else "some sizes"


def _union(regimes: Iterable[str]) -> NDArray[np.bool_]:
    held = np.zeros((equivalence.LARGEST, equivalence.LARGEST), bool)
    for regime in regimes:
        held = held | equivalence.sizes(regime)
    return held


# ---------------------------------------------------------------------------- words


def words(convention: Resize) -> str:
    """A resize convention without the word ``resize``."""
    return str(convention).removeprefix("resize ")


# what a bare word is the value of
_VALUES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("mode", tuple(KERNELS)),
    ("coordinate_transformation_mode", get_args(_resize.CoordinateTransformationMode)),
    ("nearest_mode", get_args(_resize.NearestMode)),
    ("pyramid_border", BORDERS),
    ("padding_mode", get_args(_resize.PaddingMode)),
)
_FLAGS = ("antialias", "exclude_outside")
_SHORT = {
    "a": "cubic_coeff_a",
    "radius": "lanczos_radius",
    "r": "lanczos_radius",
    "e": "extrapolation_value",
}
_NUMBERS: Mapping[str, Callable[[str], Any]] = {
    "cubic_coeff_a": Fraction,
    "lanczos_radius": int,
    "extrapolation_value": Fraction,
    "roi": lambda text: tuple(Fraction(entry) for entry in text.split(",")),
}


def convention_of(text: str) -> Resize:
    """The resize convention that words name, in any order, as :class:`Resize` prints them; ``a=-0.5`` will
    do for ``cubic_coeff_a=-0.5``. Or a call of the catalogue, by its id or its name.

    Raises:
        Unknown: a word means nothing here, or the words do not go together.

    >>> str(convention_of("align_corners cubic a=-0.5"))
    'resize cubic align_corners cubic_coeff_a=-0.5'
    """
    given = text.split()
    if len(given) == 1 and (named := _by_name(given[0])) is not None:
        return named
    attributes: dict[str, Any] = {}
    for word in given:
        if word == "resize":
            continue
        name, value = _attribute(word, "pyramid" in given)
        if name in attributes:
            raise Unknown(f"{attributes[name]} and {value} are both a {name}")
        attributes[name] = value
    if "mode" not in attributes:
        modes = ", ".join(KERNELS)
        raise Unknown(f"a convention begins with its mode: {modes}")
    try:
        return Resize(**attributes)
    except ValueError as error:
        raise Unknown(str(error)) from None


def _by_name(name: str) -> Resize | None:
    """The convention that has this slug, or that a call of this id or name follows in its latest range."""
    for convention in conventions():
        if name == convention.slug:
            return convention
    for framework in FRAMEWORKS.values():
        for call in framework.calls:
            if name in (call.id, call.name):
                if not call.follows:
                    raise Unknown(f"{call.id} follows no resize convention of its own")
                return call.latest
    return None


def _attribute(word: str, pyramid: bool) -> tuple[str, Any]:
    name, _, value = word.partition("=")
    name = _SHORT.get(name, name)
    if not value:
        name = SYNONYMS.get(name, name)
    try:
        if value and name in _NUMBERS:
            return name, _NUMBERS[name](value)
    except ValueError:
        raise Unknown(f"{word!r} needs a number") from None
    if value and name in _FLAGS and value in ("0", "1"):
        return name, bool(int(value))
    for attribute, values in _VALUES:
        if attribute == "pyramid_border" and not pyramid and not value:
            continue
        if (value or name) in values and (not value or name == attribute):
            return attribute, value or name
    if word in _FLAGS:
        return word, True
    raise Unknown(_suggestion(word))


def _suggestion(word: str) -> str:
    known = [value for _, values in _VALUES for value in values]
    known += [*_FLAGS, *(f"{name}=" for name in _NUMBERS)]
    names = [call.id for framework in FRAMEWORKS.values() for call in framework.calls]
    close = difflib.get_close_matches(word, [*known, *names], 3, 0.5)
    hint = f"; did you mean {' or '.join(close)}?" if close else f"; words: {', '.join(known)}"
    return f"{word!r} is no word of a convention and no call{hint}"
