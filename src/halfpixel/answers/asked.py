"""The sizes that a call is asked about: those that it says, those that are given, or examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from ..conversions import Target
from ..frameworks import tensorflow_scales
from ..frameworks.call import Call
from ..frameworks.scaling import Scaling, of_sizes
from ..spoken.resize import Entry, Reading
from ..spoken.text import Unreadable, Variable
from ..symbols import Symbol
from . import code
from .sizes import EXAMPLES, Size

Pair = tuple[Size, Size]
_OWN_RATIO = (
    "at a ratio that is not that of the sizes: only a call that is given factors can be equal"
)
_LARGEST_UNIT = 64  # of a factor's denominator, for images that it divides to be looked at


@dataclass(frozen=True)
class Asked:
    """Sizes in and out.

    Attributes:
        pairs: ((h, w) in, (h, w) out) at which the answer is looked at.
        written: for each axis, the output's size as it stands in code, with ``{}`` for the input's; None
            for the number itself.
        factors: what the call is given, along (h, w), where they are numbers.
        known: the input's size, where it is given.
        own_ratio: the axes are sampled at ratios that are not those of the sizes.
        conditions: under which sizes say what factors do.
    """

    pairs: tuple[Pair, ...]
    written: tuple[str | None, str | None]
    factors: tuple[float, float] | None = None
    known: Size | None = None
    own_ratio: bool = False
    conditions: tuple[str, ...] = ()

    def symbols(self, target: Target, call: Call, pair: Pair) -> Pair:
        """A pair whose sizes print as they are written, in the target's layout."""
        names = code.shape_texts(target, call)
        n_in, n_out = pair
        if self.known is not None:
            return pair
        h, w = (Symbol(n, name) for n, name in zip(n_in, names, strict=True))
        out = [
            n if text is None else Symbol(n, text.format(name))
            for n, text, name in zip(n_out, self.written, names, strict=True)
        ]
        return (h, w), (out[0], out[1])

    def examples(self) -> Asked:
        """The same at other sizes too: for what holds at some only."""
        if None in self.written:
            return replace(self, pairs=(*self.pairs, *EXAMPLES), written=("h", "w"), known=None)
        return replace(self, pairs=(*self.pairs, *EXAMPLES))


def asked(reading: Reading, call: Call, input_size: Size | None) -> Asked:
    """The sizes of a call that was read.

    Args:
        reading: the call.
        call: of the catalogue, that it is.
        input_size: (h, w) of the image in pixels, where it is given.

    Raises:
        Unreadable: nothing is left of the image.
    """
    if reading.by == "factors":
        return _by_factors(reading, call, input_size)
    if reading.by == "nothing" or reading.size is None:
        return _by_nothing(reading, input_size)
    fit = fit_of(reading)
    if fit is not None:
        return _fitted(reading, fit, input_size)
    h, w = reading.size
    if h is None and input_size is not None:
        h = input_size[0]
    if isinstance(h, int) and isinstance(w, int):
        if input_size is not None:
            return Asked(((input_size, (h, w)),), (None, None), known=input_size)
        return Asked(tuple(_around((h, w))), (None, None))
    texts = ("{}" if h is None else _text(h), _text(w))
    if input_size is not None:
        pairs = tuple(
            (input_size, (_size(h, n[0]), _size(w, n[1])))
            for _, n in (*_from(input_size), *EXAMPLES)
        )
        return Asked(pairs, texts)
    pairs = tuple(
        (n_in, (n_in[0] if h is None else _size(h, n_out[0]), _size(w, n_out[1])))
        for n_in, n_out in EXAMPLES
    )
    return Asked(pairs, texts)


def padded(n_in: Size, asked: Size) -> Size:
    """The size of ``tf.image.resize_with_pad`` before it is padded."""
    return tensorflow_scales.padded(n_in, asked)[0]


_FITS: Mapping[str, Callable[[Size, Size], Size]] = {
    "tf.image.resize": tensorflow_scales.fitting,
    "tf.compat.v1.image.resize": tensorflow_scales.fitting,
    "tf.image.resize_with_pad": padded,
}


def fit_of(reading: Reading) -> Callable[[Size, Size], Size] | None:
    """From the sizes of an image and of a call to that of the result, where the call makes it fit."""
    fit = _FITS.get(reading.function.name)
    if fit is padded or (fit is not None and reading.ways["preserve_aspect_ratio"]):
        return fit
    return None


def _fitted(reading: Reading, fit: Callable[[Size, Size], Size], input_size: Size | None) -> Asked:
    """A call that makes an image as large as fits into a size."""
    assert reading.size is not None
    h, w = reading.size
    conditions = ["(h, w) is the largest size of the image's proportions that fits"]
    if fit is padded:
        conditions = [f"{conditions[0]}; the zeros around it are no part of this"]
    if input_size is None or not (isinstance(h, int) and isinstance(w, int)):
        return Asked(EXAMPLES, ("h", "w"), conditions=tuple(conditions))
    n_out = fit(input_size, (h, w))
    if fit is not padded:
        conditions = []
    return Asked(
        ((input_size, n_out),), (None, None), known=input_size, conditions=tuple(conditions)
    )


def _text(entry: Entry) -> str:
    """As it stands, with braces doubled: it is a format."""
    return str(entry).replace("{", "{{").replace("}", "}}")


def _size(entry: Entry, example: int) -> int:
    return entry if isinstance(entry, int) else example


def _around(n_out: Size) -> list[Pair]:
    """Inputs for a size that is known: smaller, larger, by whole factors, and one axis as it is."""
    h, w = n_out
    ratios = (Fraction(2, 3), Fraction(3, 2), Fraction(2), Fraction(1, 2))
    found = []
    for ratio in ratios:
        n_in = max(1, round(h * ratio)), max(1, round(w * ratio))
        if ratio != Fraction(1, 2) or (h % 2 == 0 and w % 2 == 0):
            found.append((n_in, n_out))
    return found


def _from(n_in: Size) -> list[Pair]:
    """Outputs for an input that is known."""
    h, w = n_in
    ratios = (Fraction(3, 2), Fraction(2, 3), Fraction(2))
    found = [(n_in, (max(1, round(h * r)), max(1, round(w * r)))) for r in ratios]
    if h % 2 == 0 and w % 2 == 0:
        found.append((n_in, (h // 2, w // 2)))
    return found


def _by_nothing(reading: Reading, input_size: Size | None) -> Asked:
    halves, doubles = "({} + 1) // 2", "2 * {}"
    own = {"cv2.pyrDown": halves, "cv2.pyrUp": doubles}.get(reading.function.name)
    if own is None:
        pairs = tuple(_from(input_size)) if input_size is not None else EXAMPLES
        return Asked(pairs, ("h", "w"))
    n_in = [input_size] if input_size is not None else [(12, 16), (24, 32)]
    down = own == halves
    pairs = tuple(
        ((h, w), ((h + 1) // 2, (w + 1) // 2) if down else (2 * h, 2 * w)) for h, w in n_in
    )
    if input_size is not None:
        return Asked(pairs, (None, None), known=input_size)
    return Asked(pairs, (own, own))


# ---------------------------------------------------------------------------- factors


def _by_factors(reading: Reading, call: Call, input_size: Size | None) -> Asked:
    assert reading.factors is not None
    scaling = call.scaling or Scaling(lambda n, factor: int(n * factor), of_sizes)
    cut = "round" if scaling.size(3, 0.5) == 2 else "int"  # 1.5: rounded half to even, or cut
    texts = tuple(_product(factor, cut) for factor in reading.factors)
    if any(isinstance(factor, Variable) for factor in reading.factors):
        named = " and ".join(dict.fromkeys(map(str, reading.factors)))
        condition = f"where the image's sizes times {named} are whole numbers"
        pairs = tuple((n, out) for n, out in EXAMPLES if _whole(n, out))
        return Asked(pairs, texts, conditions=(condition,) if scaling.uses_factors else ())  # type: ignore[arg-type]
    factors = float(str(reading.factors[0])), float(str(reading.factors[1]))
    if input_size is not None:
        size = scaling.size(input_size[0], factors[0]), scaling.size(input_size[1], factors[1])
        if min(size) < 1:
            raise Unreadable(
                f"{reading.function.name}: nothing is left of {input_size} by {factors}"
            )
        ratio = Fraction(size[0], input_size[0]), Fraction(size[1], input_size[1])
        own = scaling.uses_factors and scaling.scales(input_size, size, factors) != ratio
        return Asked(
            pairs=((input_size, size),),
            written=(None, None),
            factors=factors,
            known=input_size,
            own_ratio=own,
            conditions=(_OWN_RATIO,) if own else (),
        )
    exact = [Fraction(str(factor)).limit_denominator(_LARGEST_UNIT) for factor in factors]
    units = [factor.denominator for factor in exact]
    n_in = tuple(unit * -(-n // unit) for n, unit in zip((12, 16), units, strict=True))
    more = tuple(3 * n for n in n_in)
    pairs = tuple(
        ((h, w), (scaling.size(h, factors[0]), scaling.size(w, factors[1])))
        for h, w in (n_in, more)
    )
    conditions: tuple[str, ...] = ()
    if max(units) > 1 and scaling.uses_factors:
        h, w = units
        condition = "where the image's sizes times the factors are whole numbers"
        if [float(factor) for factor in exact] == list(factors):
            condition += f": those that {h if h == w else f'{h} and {w}'} divides"
        conditions = (condition,)
    return Asked(pairs, texts, factors, conditions=conditions)  # type: ignore[arg-type]


def _whole(n_in: Size, n_out: Size) -> bool:
    return all(m % n == 0 for n, m in zip(n_in, n_out, strict=True))


def _product(factor: Entry, cut: str) -> str:
    if not isinstance(factor, (int, float)):
        return f"{cut}({{}} * {_text(factor)})"
    if factor == int(factor):
        return "{}" if factor == 1 else f"{int(factor)} * {{}}"
    return f"{cut}({{}} * {factor!r})"
