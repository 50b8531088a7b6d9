"""`Resize.apply` in float64: each value is rounded once, also where that is hard to tell."""

from __future__ import annotations

import itertools
import math
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize
from halfpixel.operators import every_pyramid, every_resize, products
from halfpixel.operators.axis import Axis
from halfpixel.operators.resize import _band
from tests.thinning import thinned

Array = NDArray[Any]
Random = np.random.Generator
SIZES = [((5, 7), (8, 4)), ((33, 3), (70, 1)), ((1, 40), (2, 37)), ((12, 12), (6, 24))]


def rounded_once(exact: Array) -> Array:
    """``Fraction``s as float64; Python divides integers with one rounding."""

    def quotient(value: Fraction) -> float:
        try:
            return value.numerator / value.denominator
        except OverflowError:
            return math.inf if value > 0 else -math.inf

    return np.array([quotient(value) for value in exact.ravel()]).reshape(exact.shape)


def held(convention: Resize, x: Array, size: tuple[int, ...], **given: Any) -> None:
    got = convention.apply(x, size, **given)
    want = rounded_once(convention.apply(x, size, exact=True, **given))
    assert got.dtype == np.float64
    assert got.tobytes() == want.tobytes(), (str(convention), np.shape(x), size)


# name: from a generator and a shape to an image
IMAGES: dict[str, Callable[[Random, tuple[int, ...]], Array]] = {
    "normal": lambda r, s: r.standard_normal(s),
    "53 bits": lambda r, s: r.random(s),
    "float32": lambda r, s: r.random(s, np.float32),
    "uint8 with black": lambda r, s: (r.integers(0, 256, s) * r.integers(0, 2, s)).astype(np.uint8),
    "int64": lambda r, s: r.integers(-(2**53), 2**53, s),
    "integers that float64 does not hold": lambda r, s: r.integers(-(2**62), 2**62, s),
    "bool": lambda r, s: r.integers(0, 2, s).astype(bool),
    "ties": lambda r, s: 1 + r.integers(0, 4, s) * 2.0**-52,
    "magnitudes": lambda r, s: r.standard_normal(s) * 2.0 ** r.integers(-200, 200, s),
    "all magnitudes": lambda r, s: r.standard_normal(s) * 2.0 ** r.integers(-1060, 1010, s),
    "huge": lambda r, s: r.choice([-1.0, 1.0], s) * np.finfo(np.float64).max,
    "subnormal": lambda r, s: r.integers(-9, 10, s) * 5e-324,
    "near the normal range": lambda r, s: r.standard_normal(s) * 2.0**-1022,
    "cancelling": lambda r, s: (
        np.where(np.indices(s).sum(axis=0) % 2, 1.0, -1.0) + r.integers(-2, 3, s) * 2.0**-52
    ),
    "one bright pixel": lambda r, s: (
        r.random(s) + 2.0**60 * (np.arange(math.prod(s)) == 3).reshape(s)
    ),
    "zeros": lambda r, s: np.zeros(s),
    "negative zeros": lambda r, s: -np.zeros(s),
    "float16": lambda r, s: r.standard_normal(s).astype(np.float16),
    "longdouble": lambda r, s: r.standard_normal(s).astype(np.longdouble) / 3,
}
MODES: tuple[str, ...] = ("linear", "cubic", "lanczos")
CONVENTIONS = [
    Resize(mode="linear"),
    Resize(mode="linear", antialias=True),
    Resize(mode="linear", padding_mode="zeros"),
    Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
    Resize(mode="cubic", padding_mode="reflection"),
    Resize(mode="lanczos", antialias=True),
    Resize(mode="box", antialias=True),
    Resize(mode="area"),
    Resize(mode="nearest"),
    Resize(
        mode="linear", coordinate_transformation_mode="tf_crop_and_resize", roi=(-0.5, 1, 1.5, 0)
    ),
]


@pytest.mark.parametrize("image", IMAGES)
def test_every_value_is_rounded_once(image: str) -> None:
    random = np.random.default_rng(7)
    for convention in CONVENTIONS:
        held(convention, IMAGES[image](random, (9, 12)), (6, 17))


@pytest.mark.sweep
@pytest.mark.parametrize("image", IMAGES)
def test_every_value_is_rounded_once_at_more_sizes(image: str) -> None:
    random = np.random.default_rng(8)
    for convention, (n_in, n_out) in itertools.product(CONVENTIONS, SIZES):
        for _ in range(4):
            held(convention, IMAGES[image](random, n_in), n_out)


@pytest.mark.parametrize(
    "convention", thinned([*every_resize(), *every_pyramid()], every=3), ids=str
)
def test_every_convention_is_rounded_once(convention: Resize) -> None:
    random = np.random.default_rng(9)
    for n_in, n_out in ((40, 20), (20, 40)):
        if convention.takes(n_in, n_out):
            held(convention, random.random((n_in, 2)), (n_out,), axes=[0])


@pytest.mark.parametrize(
    ("shape", "axes", "size"),
    [
        ((6,), None, (4,)),
        ((2, 3, 8, 5), None, (5, 7)),
        ((8, 5, 3), (0, 1), (5, 7)),
        ((8, 3, 5), (2, 0), (7, 4)),
        ((4, 5, 6), None, (3, 7, 5)),
        ((4, 5, 6), (1,), (9,)),
    ],
)
def test_any_axes_in_any_layout(shape: tuple[int, ...], axes: Any, size: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).standard_normal(shape)
    held(Resize(mode="lanczos", antialias=True), x, size, axes=axes)
    held(Resize(mode="cubic"), np.asfortranarray(x)[::-1], size, axes=axes)


def test_chunks_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one row of blocks, and of one image, each."""
    x = np.random.default_rng(2).random((3, 70, 50))
    whole = Resize(mode="lanczos", antialias=True).apply(x, (67, 90))
    monkeypatch.setattr(products, "_CHUNK", 1)
    monkeypatch.setattr(products, "_GATHERED", 100)
    assert np.array_equal(Resize(mode="lanczos", antialias=True).apply(x, (67, 90)), whole)


def test_ties_are_told_by_the_grid_that_all_values_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 53 bits and weights of a few, one value in some lies exactly between two float64."""
    x = np.random.default_rng(3).random((60, 60))
    monkeypatch.setattr(products, "_exactly", None)
    held(Resize(mode="linear"), x, (120, 120))


def test_what_is_left_open_is_computed_in_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    x = random.standard_normal((40, 40)) * 2.0 ** random.integers(-70, 1, (40, 40))
    counts: list[int] = []
    exactly = products._exactly

    def counted(*given: Any) -> Any:
        counts.append(len(given[-1][0]))
        return exactly(*given)

    monkeypatch.setattr(products, "_exactly", counted)
    convention = Resize(mode="lanczos", antialias=True)
    held(convention, x, (80, 80))
    assert 0 < sum(counts) < 6400
    want = rounded_once(convention.apply(x, (80, 80), exact=True))
    monkeypatch.setattr(products, "_undecided", lambda value, *_: np.zeros(value.shape, bool))
    assert (convention.apply(x, (80, 80)) != want).any()


def test_the_error_bound_is_one() -> None:
    """The unevaluated sums are never further from the exact values than the bound says."""
    random = np.random.default_rng(4)
    for mode, n_in, n_out in itertools.product(MODES, (9, 30), (7, 40)):
        convention = Resize(mode=mode, antialias=True)
        band = _band(convention, Axis(n_in, n_out))
        x = random.standard_normal((n_in, 3))
        given = products._Sum(x, np.zeros(()), abs(x).max(), 0.0, 0.0)
        found = products._pass(given, 0, band.split, band.split.blocks, 0, 0)
        exact = convention.apply(x, (n_out,), axes=[0], exact=True)
        sums = np.vectorize(Fraction, otypes=[object])(found.high) + np.vectorize(
            Fraction, otypes=[object]
        )(found.low)
        worst = abs(sums - exact).max()
        assert worst <= Fraction(found.error)
        assert found.error < 2.0**-65 * abs(x).max()


def test_a_value_beyond_the_largest_float64_is_infinite() -> None:
    huge = np.finfo(np.float64).max
    got = Resize(mode="cubic").apply([-huge, huge, huge, -huge], (8,))
    assert np.isinf(got).any()
    held(Resize(mode="cubic"), np.array([-huge, huge, huge, -huge]), (8,))


def test_memory_is_less_than_four_images() -> None:
    x = np.random.default_rng(5).random((1024, 1024))
    convention = Resize(mode="lanczos", antialias=True)
    convention.apply(x, (512, 512))  # weights are kept
    tracemalloc.start()
    convention.apply(x, (512, 512))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * x.nbytes


@pytest.mark.parametrize(
    "convention", thinned([*every_resize(), *every_pyramid()], every=3), ids=str
)
def test_rows_that_weigh_alike_are_those_that_are_computed_one_by_one(convention: Resize) -> None:
    """Where axes are long enough for rows to repeat: their ties, windows and edges too."""
    factor = Fraction(3, 4) if convention.takes_factors else None
    sizes = [(60, 30, None), (30, 60, None), (64, 48, factor), (63, 42, None)]
    for n_in, n_out, by in sizes if convention.kernel.every_size else sizes[:2]:
        if not convention.takes(n_in, n_out):
            continue
        places, scale = convention.coordinates(n_in, n_out, by), convention.scale(n_in, n_out, by)
        # a few of those whose weights have many digits
        some = slice(20, n_out, 7) if convention.kernel.irrational else slice(None)
        alone = convention.weights_at(places[some], n_in, scale)
        assert (convention.weights(n_in, n_out, by)[some] == alone).all(), (n_in, n_out)
