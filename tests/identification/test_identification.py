"""A function is named only if it follows a convention at every probe, and is told what it does instead."""

import functools
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel import ConvTranspose, Resize, cli
from halfpixel.conformance import trials
from halfpixel.identification import (
    ConvTransposeIdentification,
    Identification,
    Unidentifiable,
    adapter,
    find,
)
from halfpixel.identification.candidates import (
    Candidate,
    candidates,
    candidates_at_factors,
    expected,
    fit,
    generic,
    matrix,
)
from halfpixel.identification.equivalents import same_as
from halfpixel.identification.matching import ELSEWHERE, EVERY, followed
from halfpixel.identification.probes import (
    FACTORS,
    FIXED_SIZES,
    SIZES,
    TELLING,
    TELLING_FACTORS,
    TELLING_FIXED,
    Answer,
    image,
    times,
)
from halfpixel.identification.transposed import identify_transposed
from halfpixel.numerics.coordinates import float_coordinates
from halfpixel.numerics.weights import matrix as matrix_of
from halfpixel.operators import every_pyramid, every_resize
from halfpixel.operators.axis import Axis
from tests.thinning import SECONDS, swept, thinned

pytestmark = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
Function = Callable[..., Any]

LINEAR = Resize(mode="linear")
AREA = Resize(mode="area")
ANTIALIASED = Resize(mode="linear", antialias=True, exclude_outside=True)
ALIGNED = Resize(mode="linear", coordinate_transformation_mode="align_corners")
CUBIC = Resize(mode="cubic")
OPSET_10 = Resize(
    mode="nearest",
    coordinate_transformation_mode="asymmetric",
    nearest_mode="ceil_where_shrinking",
)


def resized(x: Array, size: tuple[int, int], rows: Resize, columns: Resize | None = None) -> Array:
    """HW or HWC, in float64; another convention along each axis."""
    h, w = weights(rows, x.shape[0], size[0]), weights(columns or rows, x.shape[1], size[1])
    return product(h, x, w)


def product(h: Array, x: Array, w: Array) -> Array:
    """Of HW or HWC."""
    rows = np.tensordot(h, np.asarray(x, float), 1)
    return np.tensordot(w, rows, ((1,), (1,))).swapaxes(0, 1)


@functools.cache
def weights(convention: Resize, n_in: int, n_out: int) -> Array:
    return matrix_of(convention, Axis(n_in, n_out))


def of(convention: Resize) -> Function:
    return lambda x, size: resized(x, size, convention)


def identified(fn: Function, **known: Any) -> Identification:
    answer = halfpixel.identify(fn, seconds=SECONDS, **known)
    assert isinstance(answer, Identification)
    return answer


def lines(answer: Identification) -> str:
    return "\n".join(answer.diagnosis.lines)


# ---------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "convention",
    thinned([OPSET_10, *every_resize(), *every_pyramid()], every=3),
    ids=lambda c: c.slug,
)
def test_every_convention_is_named(convention: Resize) -> None:
    answers = [
        Answer(n_in, n_out, image(3, n_in), None)
        for n_in, n_out in (*SIZES, *MORE_SIZES)
        if all(convention.takes(*pair) for pair in zip(n_in, n_out, strict=True))
    ]
    own = Candidate(convention)
    found = followed([replace(a, y=expected(own, a).astype(np.float32)) for a in answers])
    assert found.complete
    assert [part.candidate for part in found.parts] == [own]


# some that pyramids go up and down
MORE_SIZES = [((7, 9), (4, 5)), ((5, 6), (10, 12)), ((6, 5), (3, 3)), ((4, 3), (8, 6))]


def test_a_function_is_named_as_the_matrices_are() -> None:
    answer = identified(lambda x, size: Resize(mode="lanczos").apply(x, size), layout="NCHW")
    assert answer.convention == Resize(mode="lanczos")


@pytest.mark.parametrize("convention", [*every_resize(), *every_pyramid()], ids=lambda c: c.slug)
def test_the_matrices_that_are_compared_with_are_the_exact_ones(convention: Resize) -> None:
    for n_in, n_out in [(5, 7), (8, 4), (12, 5)]:
        if convention.takes(n_in, n_out):
            got = matrix(Candidate(convention), Axis(n_in, n_out))
            exact = convention.weights(n_in, n_out).astype(float)
            assert np.max(abs(got - exact)) < 1e-13


def test_the_probes_tell_every_two_conventions_apart() -> None:
    conventions = [c.convention for c in candidates() if c.rule is None]
    alike = []
    for one, other in itertools.combinations(conventions, 2):
        if one.takes_every_size and other.takes_every_size and not told_apart(one, other):
            alike.append((str(one), str(other)))
    assert not alike


def told_apart(one: Resize, other: Resize) -> bool:
    for n_in, n_out in SIZES:
        answer = Answer(n_in, n_out, image(1, n_in), None)
        if (
            np.max(abs(expected(Candidate(one), answer) - expected(Candidate(other), answer)))
            > 1e-4
        ):
            return True
    return False


def probes_at_factors(*, sampled: bool) -> list[Answer]:
    """Without results; sampled at the factor, or at the ratio of the sizes."""
    return [
        Answer(
            n_in,
            times(n_in, factor),
            image(1, n_in),
            None,
            scales=(Fraction(str(factor)),) * 2 if sampled else None,
        )
        for n_in, factor in (*FACTORS, *TELLING_FACTORS)
    ]


PROBES: dict[str, Callable[[], list[Answer]]] = {
    "sizes": lambda: [Answer(a, b, image(1, a), None) for a, b in (*SIZES, *TELLING)],
    "factors, sampled at the ratio of the sizes": lambda: probes_at_factors(sampled=False),
    "factors, sampled at them": lambda: probes_at_factors(sampled=True),
}
# these read the same pixels: what is within 1e-6 of the middle between two is not at an edge, and a
# coordinate that is mirrored about 0 is not rounded
ONE_RULE = {
    ("asymmetric", "floor", "float32", "float32_near_ties"),
    ("tf_crop_and_resize", "round_half_even", "grid_float32", "grid_float32_reflected"),
    ("tf_crop_and_resize", "round_half_even", "grid_float64", "grid_float64_reflected"),
}
# never seen to read other pixels, or at no size that is asked about
NOT_TOLD = {
    ("half_pixel", "round_half_even", "grid_float32", "grid_float32_reflected"),
    ("pytorch_half_pixel", "round_prefer_ceil", "", "onnxruntime_float32"),
}


@pytest.mark.parametrize("given", thinned(PROBES, every=3))
def test_the_telling_probes_tell_every_two_coordinate_rules_of_nearest_apart(given: str) -> None:
    answers = PROBES[given]()
    pool = candidates_at_factors() if given == "factors, sampled at them" else candidates()
    seen = {c: pixels(c, answers) for c in pool if c.convention.mode == "nearest"}
    alike = {
        (
            str(one.convention.coordinate_transformation_mode),
            str(one.convention.nearest_mode),
            one.rule or "",
            other.rule or "",
        )
        for one, other in itertools.combinations(seen, 2)
        if one.convention == other.convention and seen[one] == seen[other]
    }
    known = {c.rule for c in seen}
    assert alike == {pair for pair in ONE_RULE | NOT_TOLD if {*pair[2:]} - {""} <= known}


def pixels(candidate: Candidate, answers: list[Answer]) -> list[bytes | None]:
    """What it makes of each probe; None where it makes nothing."""
    found: list[bytes | None] = []
    for answer in answers:
        try:
            found.append(expected(candidate, answer).tobytes())
        except ValueError:
            found.append(None)
    return found


@pytest.mark.parametrize("factor", thinned([Fraction(3, 2), Fraction(1, 2)], every=2), ids=str)
def test_the_sizes_of_images_alone_tell_every_two_rules_apart_that_differ(factor: Fraction) -> None:
    rules: dict[Resize, list[Candidate]] = {}
    for candidate in candidates():
        simple = not str(candidate.rule).startswith(("grid", "warp"))  # slow, and not of a factor
        if candidate.convention.mode == "nearest" and simple:
            rules.setdefault(candidate.convention, []).append(candidate)
    asked = {n for size in (*FIXED_SIZES, *TELLING_FIXED) for n in size}

    def read(one: Candidate, n: int) -> bytes:
        axis = Axis(n, int(n * factor), None, 2 * int(n * factor))
        where = float_coordinates(one.convention, axis.pixels, one.rule)
        return one.convention.taps_at(where, n)[0].tobytes()

    for several in rules.values():
        seen = {n: [read(one, n) for one in several] for n in range(2, 97)}
        for i, j in itertools.combinations(range(len(several)), 2):
            differ = {n for n, pixels in seen.items() if pixels[i] != pixels[j]}
            assert not differ or differ & asked, (several[i], several[j])


def test_the_size_of_a_telling_factor_is_whole_and_cut_and_rounded_to_the_same() -> None:
    for size, factor in TELLING_FACTORS:
        for n in size:
            assert int(n * factor) == n * factor == n * Fraction(str(factor))


def test_a_function_of_a_factor_is_named_with_its_coordinate_rule() -> None:
    rule = Candidate(
        Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        "inverse_scale_float64",
    )

    def by_factor(x: Array, factor: float) -> Array:
        h, w = (
            matrix(rule, Axis(n, int(n * factor), columns=axis == 1))
            for axis, n in enumerate(x.shape)
        )
        return product(h, x, w)

    answer = identified(by_factor, layout="HW")
    assert answer.json()["coordinate_rule"] == "inverse_scale_float64"
    assert answer.json()["scales"] == "the ratio of the sizes"
    assert {one.framework for one in answer.same_as} == {"opencv"}
    assert "INTER_NEAREST" in answer.same_as[0].call
    assert any("mode='nearest'" in one.call for one in answer.nearly)


@pytest.mark.opencv
def test_opencv_s_nearest_behind_a_factor_is_not_torch_s() -> None:
    cv2 = pytest.importorskip("cv2")

    def by_factor(x: Array, factor: float) -> Array:
        size = [int(n * factor) for n in x.shape[:0:-1]]
        return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_NEAREST) for one in x])

    answer = identified(by_factor, layout="CHW")
    assert answer.json()["coordinate_rule"] == "inverse_scale_float64"
    assert {one.framework for one in answer.same_as} == {"opencv"}


def test_an_image_that_is_only_doubled_does_not_tell_coordinate_rules_apart() -> None:
    answer = identified(lambda x: x.repeat(2, 0).repeat(2, 1))
    assert answer.named
    assert "exactly" not in str(answer)
    assert "these do not tell coordinate rules apart: exact, float32" in str(answer)
    assert not answer.same_as
    assert {one.rule for one in answer.nearly} == {"not told apart"}


def test_opencv_s_area_is_the_same_as_area_only_where_an_axis_shrinks() -> None:
    same = same_as(Candidate(AREA), (), EVERY)
    where = {one.framework: one.where for one in same if "area" in one.call.lower()}
    assert where == {"opencv": "shrinking", "tensorflow": EVERY, "jax": EVERY}


def test_one_convention_when_enlarging_and_another_when_shrinking() -> None:
    def both(x: Array, size: tuple[int, int]) -> Array:
        of_axis = [LINEAR if m >= n else AREA for n, m in zip(x.shape, size, strict=False)]
        return resized(x, size, *of_axis)

    answer = identified(both)
    named = {part.regime: part.candidate and part.candidate.convention for part in answer.parts}
    assert answer.named
    assert answer.convention is None, "there is no one convention"
    assert named == {"enlarging": LINEAR, "shrinking": AREA}
    assert answer.followed is not None
    assert answer.followed.per_axis
    assert "along each axis by itself" in str(answer)


def test_one_convention_where_no_axis_shrinks_and_another_elsewhere() -> None:
    def both(x: Array, size: tuple[int, int]) -> Array:
        grows = all(m >= n for n, m in zip(x.shape, size, strict=False))
        return resized(x, size, LINEAR if grows else AREA)

    answer = identified(both)
    named = {part.regime: part.candidate and part.candidate.convention for part in answer.parts}
    assert named == {"enlarging": LINEAR, ELSEWHERE: AREA}


def test_area_at_whole_factors_only_is_named_there_and_nowhere_else() -> None:
    def mixed(x: Array, size: tuple[int, int]) -> Array:
        pairs = list(zip(x.shape, size, strict=False))
        if all(m >= n for n, m in pairs):
            return resized(x, size, LINEAR)
        return resized(x, size, AREA if all(n % m == 0 for n, m in pairs) else ANTIALIASED)

    answer = identified(mixed)
    named = {part.regime: part.candidate and part.candidate.convention for part in answer.parts}
    assert named == {
        "shrinking by whole factors": AREA,
        ELSEWHERE: ANTIALIASED,  # which is linear where it enlarges
    }


AT_FACTORS = [
    replace(convention, coordinate_transformation_mode=grid)
    for grid in ("half_pixel", "half_pixel_symmetric")
    for convention in (
        LINEAR,
        Resize(mode="cubic", exclude_outside=True),
        Resize(mode="lanczos", antialias=True),
        Resize(mode="nearest"),
    )
]


@pytest.mark.parametrize(
    "convention", thinned([*AT_FACTORS, OPSET_10], every=6), ids=lambda c: c.slug
)
def test_what_is_followed_at_a_factor_is_named(convention: Resize) -> None:
    def scaled(x: Array, factor: float) -> Array:
        size = [int(n * Fraction(str(factor))) for n in x.shape[2:]]
        return convention.apply(x, size, scales=(factor, factor))

    answer = identified(scaled, layout="NCHW")
    assert answer.convention == convention
    assert answer.json()["scales"] == "the factor"
    assert "more than rounding" not in str(answer)
    assert all("where n * factor is whole" in same.where for same in answer.same_as)


# ---------------------------------------------------------------------------- how it is called

LAYOUTS: dict[str, Function] = {
    "HW": lambda x, size: resized(x, size, LINEAR) if x.ndim == 2 else 1 / 0,
    "HWC": lambda x, size: resized(x, size, LINEAR) if x.ndim == 3 else 1 / 0,
    "CHW": lambda x, size: (
        np.stack([resized(c, size, LINEAR) for c in x]) if x.ndim == 3 else 1 / 0
    ),
    "NHWC": lambda x, size: (
        np.stack([resized(i, size, LINEAR) for i in x]) if x.ndim == 4 else 1 / 0
    ),
    "NCHW": lambda x, size: LINEAR.apply(x, size) if x.ndim == 4 else 1 / 0,
}


@pytest.mark.parametrize("layout", thinned(LAYOUTS, every=2))
def test_the_layout_is_found(layout: str) -> None:
    answer = identified(LAYOUTS[layout])
    assert answer.convention == LINEAR
    assert answer.json()["layout"] == layout


def test_a_layout_that_is_given_is_the_only_one_that_is_tried() -> None:
    answer = identified(of(LINEAR), layout="HW")
    assert answer.json()["layouts"] == ["HW"]
    with pytest.raises(Unidentifiable):
        identified(LAYOUTS["NCHW"], layout="HW")


def scaled(x: Array, factor: float) -> tuple[int, int]:
    return int(x.shape[0] * factor), int(x.shape[1] * factor)


FORMS: dict[str, Function] = {
    "fn(x, (h, w))": lambda x, size: resized(x, size, LINEAR),
    "fn(x, (w, h))": lambda x, size: resized(x, size[::-1], LINEAR),
    "fn(x, size=(h, w))": lambda x, *, size: resized(x, size, LINEAR),
    "fn(x, dsize=(w, h))": lambda x, *, dsize: resized(x, dsize[::-1], LINEAR),
    "fn(x, h, w)": lambda x, a, b: resized(x, (a, b), LINEAR),
    "fn(x, w, h)": lambda x, a, b: resized(x, (b, a), LINEAR),
    "fn(x, height=h, width=w)": lambda x, *, width, height: resized(x, (height, width), LINEAR),
    "fn(x, shape)": lambda x, shape: resized(x, shape[:2], LINEAR) if len(shape) == x.ndim == 3 else 1 / 0,
    "fn(x, factor)": lambda x, factor: resized(x, scaled(x, factor), LINEAR),
    "fn(x)": lambda x: resized(x, (2 * x.shape[0], 2 * x.shape[1]), LINEAR),
}  # fmt: skip


@pytest.mark.parametrize("form", thinned(FORMS, every=2))
def test_the_way_to_say_the_size_is_found(form: str) -> None:
    answer = identified(FORMS[form])
    assert answer.json()["called"] == form
    assert LINEAR in {c.convention for p in answer.parts for c in (p.candidate, *p.also) if c}


def by_size_and_mode(x: Array, size: Any, mode: Any = "linear") -> Array:
    if not isinstance(mode, str):
        raise AssertionError(f"a mode is a name, got {mode!r}")
    return resized(x, size[::-1], LINEAR)


def test_a_size_beside_a_mode_is_never_two_numbers() -> None:
    asked: list[Any] = []

    def noted(x: Array, size: Any, mode: Any = "linear") -> Array:
        asked.append(mode)
        return by_size_and_mode(x, size, mode)

    answer = identified(noted)
    assert answer.json()["called"] == "fn(x, (w, h))"
    assert not answer.json()["undecided"]
    assert {*asked} == {"linear"}
    with pytest.raises(
        Unidentifiable, match="needs x, size, mode: it is given an image, and a size"
    ):
        identified(lambda x, size, mode: by_size_and_mode(x, size, mode))


@pytest.mark.parametrize(
    ("rounds", "words"),
    thinned([(np.rint, "round"), (np.floor, "floor"), (np.ceil, "ceil")], every=3),
)
def test_the_size_that_is_made_of_a_factor_is_said(rounds: Any, words: str) -> None:
    def rescaled(x: Array, scale: float) -> Array:
        h, w = (int(rounds(n * scale)) for n in x.shape[:2])
        return resized(x, (h, w), LINEAR)

    answer = identified(rescaled)
    assert answer.json()["output_size"] == f"{words}(n * factor)"
    assert answer.json()["scales"] == "the ratio of the sizes"


def test_a_factor_that_decides_where_is_told_from_the_ratio_of_the_sizes() -> None:
    def rescaled(x: Array, scale: float) -> Array:
        size = [int(n * scale) for n in x.shape[:2]]
        y = LINEAR.apply(x, size, scales=(scale, scale), axes=(0, 1))
        return np.asarray(y)

    assert identified(rescaled).json()["scales"] == "the factor"


def test_a_function_of_integers_alone_is_named_with_its_rounding() -> None:
    def whole(x: Array, size: tuple[int, int]) -> Array:
        if x.dtype != np.uint8:
            raise TypeError("uint8 only")
        return np.floor(resized(x, size, LINEAR) + 0.5).clip(0, 255).astype(np.uint8)

    answer = identified(whole)
    assert answer.convention == LINEAR
    assert "rounded half up" in str(answer)


def test_a_function_of_integers_alone_is_asked_with_its_factor() -> None:
    def whole(x: Array, factor: float) -> Array:
        if x.dtype != np.uint8:
            raise TypeError("uint8 only")
        y = resized(x, (int(x.shape[0] * factor), int(x.shape[1] * factor)), LINEAR)
        return np.floor(y + 0.5).clip(0, 255).astype(np.uint8)

    answer = identified(whole)
    assert answer.json()["output_size"] == "floor(n * factor)"
    assert [part.candidate and part.candidate.convention for part in answer.parts] == [LINEAR]
    assert not answer.json()["refused"]


ROUNDED: dict[str, Callable[[Array], Array]] = {
    "rounded half to even, saturated": lambda y: np.rint(y).clip(0, 255),
    "rounded half up, saturated": lambda y: np.floor(y + 0.5).clip(0, 255),
    "cut off (truncated), saturated": lambda y: np.trunc(y.clip(0, 255)),
    "rounded half up, wrapped around": lambda y: np.floor(y + 0.5),
}


@pytest.mark.parametrize("words", thinned(ROUNDED, every=2))
def test_how_integers_are_rounded_is_said(words: str) -> None:
    def whole(x: Array, size: tuple[int, int]) -> Array:
        y = resized(
            x, size, replace(CUBIC, cubic_coeff_a=-0.5)
        )  # halving, it has ties and overshoots
        return ROUNDED[words](y).astype(np.int64).astype(np.uint8) if x.dtype == np.uint8 else y

    assert {b.dtype: b.does for b in identified(whole).dtypes}["uint8"] == words


def test_dtypes_that_are_refused_are_said_in_the_function_s_words() -> None:
    def picky(x: Array, size: tuple[int, int]) -> Array:
        if x.dtype != np.float32:
            raise TypeError(f"no {x.dtype} here")
        return resized(x, size, LINEAR).astype(np.float32)

    does = {b.dtype: b.does for b in identified(picky).dtypes}
    assert does["float64"].startswith("raises TypeError: no float64 here (test_identification.py:")
    assert does["float32"].startswith("within")


# ---------------------------------------------------------------------------- odd functions


def shifted(x: Array, size: tuple[int, int]) -> Array:
    places = [
        LINEAR.coordinates(n, m).astype(float) + 0.1 for n, m in zip(x.shape, size, strict=False)
    ]
    h, w = (LINEAR.weights_at(at, n) for at, n in zip(places, x.shape, strict=False))
    return product(h, x, w)


def blurred(x: Array) -> Array:
    x = np.asarray(x, float)
    for axis in (0, 1):
        n = x.shape[axis]
        around = [x.take(np.clip(np.arange(n) + k, 0, n - 1), axis) for k in (-1, 0, 1)]
        x = 0.25 * around[0] + 0.5 * around[1] + 0.25 * around[2]
    return x


def flat(x: Array, size: tuple[int, int]) -> Array:
    return np.full((*size, *x.shape[2:]), 0.5)


def early(n_in: int, n_out: int) -> Array:
    return np.asarray(np.floor((np.arange(n_out) + 0.48) * n_in / n_out).astype(int))


_RANDOM = np.random.default_rng(0)

# a function, and the words that its diagnosis must have
ODD: dict[str, tuple[Function, list[str]]] = {
    "shifted by a tenth of a pixel": (shifted, ["linear half_pixel shifted by 0.1 px"]),
    "a = -0.6": (of(replace(CUBIC, cubic_coeff_a=-0.6)), ["a = -0.6"]),
    "a = -0.74": (
        of(replace(CUBIC, cubic_coeff_a=-0.74)),
        ["a = -0.74", "nearest is resize cubic half_pixel cubic_coeff_a=-0.75"],
    ),
    "blurred first": (
        lambda x, size: resized(blurred(x), size, LINEAR),
        ["blurred before resize linear half_pixel", "0.25 0.5 0.25"],
    ),
    "blurred last": (
        lambda x, size: blurred(resized(x, size, LINEAR)),
        ["blurred after resize linear half_pixel", "0.25 0.5 0.25"],
    ),
    "transposed": (
        lambda x, size: resized(x.swapaxes(0, 1), size, LINEAR),
        ["rows and columns are swapped", "but for that it follows resize linear half_pixel"],
    ),
    "one row off": (
        lambda x, size: np.roll(resized(x, size, LINEAR), 1, 0),
        ["one row off", "but for that it follows resize linear half_pixel"],
    ),
    "one column off": (lambda x, size: np.roll(resized(x, size, CUBIC), -1, 1), ["one column off"]),
    "random": (lambda x, size: _RANDOM.random((*size, *x.shape[2:])), ["not deterministic"]),
    "gamma": (
        lambda x, size: resized(x, size, LINEAR).clip(0) ** (1 / 2.2),
        ["not linear", "gamma curve", "raised to the power 0.4545", "resize linear half_pixel"],
    ),
    "linear light": (
        lambda x, size: resized(x.clip(0) ** 2.2, size, LINEAR) ** (1 / 2.2),
        ["not linear", "a gamma curve: the image is raised to the power 2.2", "resize linear half_pixel"],
    ),
    "clamped to 0..1": (
        lambda x, size: resized(x, size, CUBIC).clip(0, 1),
        ["not linear", "it clamps: no value comes out below 0 or above 1", "follows resize cubic half_pixel"],
    ),
    "median": (
        lambda x, size: np.median([resized(x, size, c) for c in (LINEAR, CUBIC, ALIGNED)], axis=0),
        ["not linear: f(a + b)", "sums are not kept"],
    ),
    "black": (lambda x, size: 0 * resized(x, size, LINEAR), ["it returns 0, whatever the image"]),
    "a hole": (
        lambda x, size: np.where(np.arange(size[1])[:, None] == 0, np.nan, resized(x, size, LINEAR)),
        ["it makes NaN or infinities"],
    ),
    "constant": (flat, ["it returns 0.5, whatever the image"]),
    "its input": (lambda x, size: x, ["it returns the image itself, whatever size is asked for"]),
    "one row too many": (
        lambda x, size: resized(x, (size[0] + 1, size[1]), LINEAR),
        ["it returns another size: +1 rows and +0 columns"],
    ),
    "antialiased along the rows": (
        lambda x, size: resized(x, size, ANTIALIASED, LINEAR),
        [f"shrinking: rows follow {ANTIALIASED}, columns {LINEAR}"],
    ),
    "corners aligned along the columns": (
        lambda x, size: resized(x, size, LINEAR, ALIGNED),
        ["rows follow resize linear half_pixel, columns resize linear align_corners"],
    ),
    "a B-spline without its prefilter": (
        lambda x, size: bspline(x, size),
        ["B = 1 and C = 0 of Mitchell and Netravali, a B-spline"],
    ),
    "nearest but for rounding": (
        lambda x, size: x[np.ix_(*(early(n, m) for n, m in zip(x.shape, size, strict=False)))],
        ["it copies pixels as resize nearest", "it rounds its coordinates in a way of its own"],
    ),
}  # fmt: skip


# functions that do one thing more than resize: what is said of it
MORE: dict[str, tuple[Function, Resize, str]] = {
    "upside down": (lambda x, size: resized(x, size, LINEAR)[::-1], LINEAR, "rows upside down"),
    "mirrored": (lambda x, size: resized(x, size, LINEAR)[:, ::-1], LINEAR, "columns mirrored"),
    "rounded to uint8": (
        lambda x, size: np.rint(resized(x, size, LINEAR)).clip(0, 255).astype(np.float32),
        LINEAR,
        "values rounded to whole numbers",
    ),
    "uint8 from the start": (
        lambda x, size: (
            resized(x.astype(np.uint8), size, CUBIC).round().clip(0, 255).astype(np.float32)
        ),
        CUBIC,
        "values rounded to whole numbers",
    ),
    "offset": (lambda x, size: resized(x, size, LINEAR) + 1, LINEAR, "plus 1"),
    "twice as bright": (lambda x, size: 2 * resized(x, size, LINEAR), LINEAR, "divided by 0.5"),
    "BGR": (
        lambda x, size: resized(x, size, LINEAR)[..., ::-1] if x.ndim == 3 else 1 / 0,
        LINEAR,
        "channels reversed (RGB to BGR, or back)",
    ),
    "grey": (
        lambda x, size: resized(x, size, LINEAR).mean(-1, keepdims=True) + np.zeros(x.shape[-1]),
        LINEAR,
        "the mean of the channels, 3 times",
    ),
}


@pytest.mark.parametrize("name", thinned(MORE, every=4))
def test_what_a_function_does_beside_a_resize_is_a_stage(name: str) -> None:
    fn, convention, words = MORE[name]
    answer = identified(fn)
    assert answer.named
    assert answer.convention == convention
    assert answer.pipeline is not None
    assert words in answer.pipeline.lines, answer


def bspline(x: Array, size: tuple[int, int]) -> Array:
    """Cubic B-spline weights, clamped edges."""
    sides = []
    for n, m in zip(x.shape, size, strict=False):
        at = (np.arange(m) + 0.5) * n / m - 0.5
        base, t = np.floor(at).astype(int), at - np.floor(at)
        weights = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
        a = np.zeros((m, n))
        for k, weight in enumerate(weights):
            np.add.at(a, (np.arange(m), np.clip(base - 1 + k, 0, n - 1)), weight / 6)
        sides.append(a)
    return product(sides[0], x, sides[1])


# seconds of the processor each: what they show others show too, or the sweep
DEAR = {
    "gamma",
    "transposed",
    "shifted by a tenth of a pixel",
    "nearest but for rounding",
    "median",
    "blurred first",
    "blurred last",
    "linear light",
    "corners aligned along the columns",
    "antialiased along the rows",
    "clamped to 0..1",
    "a = -0.74",
    "a = -0.6",
    "a B-spline without its prefilter",
}


@pytest.mark.parametrize("name", [swept(name) if name in DEAR else name for name in ODD])
def test_an_odd_function_has_no_name_and_the_right_diagnosis(name: str) -> None:
    fn, words = ODD[name]
    answer = identified(fn)
    assert not answer.named
    assert answer.convention is None
    assert answer.json()["convention"] is None
    assert [word for word in words if word not in lines(answer)] == [], lines(answer)


def test_a_size_in_the_wrong_order_is_said() -> None:
    answer = identified(lambda x, size: resized(x, size[::-1], LINEAR), size_order="hw")
    assert not answer.named
    assert "rows and columns are swapped" in lines(answer)


def test_a_function_that_writes_into_its_image_is_named_and_told() -> None:
    def writes(x: Array, size: tuple[int, int]) -> Array:
        y = resized(x, size, LINEAR)
        x[...] = 0
        return y

    answer = identified(writes)
    assert answer.convention == LINEAR
    assert answer.json()["changes_input"]
    assert "changes the image" in str(answer)


def test_a_function_that_leaves_the_program_is_one_that_raises() -> None:
    def leaves(x: Array, size: tuple[int, int]) -> Array:
        sys.exit("no more")

    with pytest.raises(Unidentifiable, match="SystemExit: no more"):
        identified(leaves)


def test_a_function_of_none_of_these_has_its_weights_measured() -> None:
    hamming = of(Resize(mode="linear"))

    def skewed(x: Array, size: tuple[int, int]) -> Array:
        h, w = (weights(LINEAR, n, m) ** 1.5 for n, m in zip(x.shape, size, strict=False))
        h, w = h / h.sum(1, keepdims=True), w / w.sum(1, keepdims=True)
        return product(h, x, w)

    assert identified(hamming).named
    answer = identified(skewed)
    assert not answer.named
    measured = answer.json()["measured"]
    assert measured is not None
    assert measured["taps"] == 2
    assert measured["separable"]
    assert measured["symmetric"]
    assert measured["sums_to_one"]
    assert measured["rows_as_columns"]
    assert abs(measured["shift"]) < 1e-6
    assert np.shape(measured["weights"]) == (19, 12)
    nearest = answer.json()["nearest"]
    assert nearest is not None
    assert nearest["max_error"] > 0.01


# ---------------------------------------------------------------------------- that it can fail


@pytest.mark.parametrize("off", [swept(1e-3), 1e-4])
def test_a_small_shift_is_outside_the_bound(off: float) -> None:
    @functools.cache
    def moved_weights(n: int, m: int) -> Array:
        return LINEAR.weights_at(LINEAR.coordinates(n, m).astype(float) + off, n)

    def moved(x: Array, size: tuple[int, int]) -> Array:
        h, w = (moved_weights(n, m) for n, m in zip(x.shape, size, strict=False))
        return product(h, x, w)

    assert not identified(moved).named


@pytest.mark.parametrize("a", thinned([-0.7499, -0.7501, -0.501], every=3))
def test_a_coefficient_that_is_nearly_right_is_outside_the_bound(a: float) -> None:
    assert not identified(of(replace(CUBIC, cubic_coeff_a=a))).named


@pytest.mark.parametrize("probe", thinned([len(SIZES) - 1, 0, 4, 13], every=4))
def test_one_wrong_value_in_one_probe_is_enough(probe: int) -> None:
    n_in, n_out = SIZES[probe]
    asked = {(n_in, n_out)}

    def wrong_once(x: Array, size: tuple[int, int]) -> Array:
        y = resized(x, size, LINEAR)
        if (x.shape[:2], tuple(size)) in asked:
            y[-1, -1] += 1e-3
        return y

    answer = identified(wrong_once)
    assert answer.convention != LINEAR


def test_the_bound_is_that_of_the_least_precise_call() -> None:
    for call in trials.calls("resize"):
        own = call.arithmetic.get("float32")
        for convention in call.follows.values() if own else ():
            assert own is not None
            assumed = generic(convention)
            assert assumed.coordinate_roundings >= own.coordinate_roundings
            assert assumed.weight_error >= own.weight_error
            assert assumed.extent_roundings >= own.extent_roundings
            assert assumed.distance_roundings >= own.distance_roundings
            assert assumed.normalised >= own.normalised
            assert assumed.separable <= own.separable


def test_nearest_has_no_bound() -> None:
    x = image(1, (5, 6))
    nearest = Candidate(Resize(mode="nearest"))
    y = Resize(mode="nearest").apply(x, (7, 11))
    assert fit(nearest, nearest, Answer((5, 6), (7, 11), x, y)).share == 0
    y[0, 0, 0, 0] += 1e-12
    assert fit(nearest, nearest, Answer((5, 6), (7, 11), x, y)).share > 1


def test_nothing_is_named_that_was_not_compared() -> None:
    def never_there(x: Array, size: tuple[int, int]) -> Array:
        if x.shape[:2] in {n_in for n_in, _ in SIZES}:
            raise ValueError("not this one")
        return resized(x, size, LINEAR)

    answer = identified(never_there)
    assert not answer.named
    assert "not this one" in lines(answer)


# ---------------------------------------------------------------------------- transposed convolutions

CONVOLUTIONS = [
    ConvTranspose(strides=(2, 2)),
    ConvTranspose(strides=(2, 3), pads=(1, 0, 1, 2)),
    ConvTranspose(strides=(3, 1), output_padding=(2, 0)),
    ConvTranspose(strides=(1, 2), dilations=(2, 1)),
    ConvTranspose(strides=(2, 2), group=2),
    ConvTranspose(strides=(1, 1), pads=(2, 1, 2, 1)),
]


def transposed(fn: Function, **known: Any) -> ConvTransposeIdentification:
    answer = halfpixel.identify(fn, seconds=SECONDS, **known)
    assert isinstance(answer, ConvTransposeIdentification)
    return answer


@pytest.mark.parametrize("convention", thinned(CONVOLUTIONS, every=3), ids=lambda c: c.slug)
def test_a_transposed_convolution_is_read_off_its_pictures(convention: ConvTranspose) -> None:
    answer = transposed(lambda x, w: convention.apply(x, w))
    assert answer.convention == convention
    assert answer.json()["weight_layout"] == "(in, out / groups, kh, kw)"
    assert answer.json()["max_error"] == 0


def test_a_fixed_kernel_is_measured_with_its_bias() -> None:
    w = np.arange(1.0, 55.0).reshape(2, 3, 3, 3)
    convention = ConvTranspose(strides=(2, 2), pads=(1, 1, 1, 1))

    def layer(x: Array) -> Array:
        if x.shape[1] != 2:
            raise ValueError("two channels")
        return convention.apply(x, w, np.array([1.0, 0.0, 2.0]))

    answer = transposed(layer)
    assert answer.convention == convention
    assert answer.json()["kernel_size"] == [3, 3]
    assert answer.json()["channels"] == [2, 3]
    assert answer.json()["bias"] is True
    assert "F.conv_transpose2d" in str(answer)


def test_the_layout_of_a_weight_is_found_and_a_turned_kernel() -> None:
    convention = ConvTranspose(strides=(2, 2))

    def tensorflow(x: Array, w: Array) -> Array:
        y = convention.apply(x.transpose(0, 3, 1, 2), w.transpose(3, 2, 0, 1))
        return y.transpose(0, 2, 3, 1)

    answer = transposed(tensorflow)
    assert answer.convention == convention
    assert answer.json()["weight_layout"] == "(kh, kw, out, in)"
    assert answer.json()["layout"] == "NHWC"
    flax = transposed(lambda x, w: convention.apply(x, w.transpose(2, 3, 0, 1)))
    assert flax.convention == convention
    assert flax.json()["weight_layout"] == "(kh, kw, in, out)"
    turned = transposed(lambda x, w: convention.apply(x, w[:, :, ::-1, ::-1]))
    assert "the kernel is rotated by 180 degrees" in str(turned)
    assert turned.convention == convention
    assert turned.json()["kernel_flipped"]
    assert not turned.same_as


NOT_TRANSPOSED: dict[str, tuple[Function, str]] = {
    "no stride": (
        lambda x, w: np.broadcast_to(x.sum((2, 3), keepdims=True), (1, 4, 20, 20)),
        "it is no stride",
    ),
    "one row more at the start": (
        lambda x, w: np.pad(
            ConvTranspose(strides=(2, 2)).apply(x, w), ((0, 0), (0, 0), (1, 0), (0, 0))
        ),
        "1 pixels more before the first",
    ),
    "mirrored": (
        lambda x, w: ConvTranspose(strides=(2, 2)).apply(x, w[:, :, ::-1]),
        "mirrored along one axis only",
    ),
    "cut where it is large": (
        lambda x, w: np.minimum(ConvTranspose(strides=(2, 2)).apply(x, w), 500),
        "which single pixels seem to follow",
    ),
    "another size of small images": (
        lambda x, w: ConvTranspose(strides=(2, 2)).apply(x, w)[:, :, : 40 if x.shape[2] > 5 else 6],
        "it makes",
    ),
}


@pytest.mark.parametrize("name", NOT_TRANSPOSED)
def test_what_is_no_transposed_convolution_is_told_why(name: str) -> None:
    fn, words = NOT_TRANSPOSED[name]
    answer = transposed(fn, operation="conv_transpose")
    assert not answer.named
    assert answer.json()["convention"] is None
    assert words in "\n".join(answer.diagnosis), answer


# ---------------------------------------------------------------------------- answers and errors


def test_the_answer_for_programs() -> None:
    answer = identified(of(replace(CUBIC, cubic_coeff_a=-0.5))).json()
    assert answer["named"] is True
    assert answer["convention"] is not None
    assert answer["convention"]["attributes"] == {
        "mode": "cubic",
        "coordinate_transformation_mode": "half_pixel",
        "cubic_coeff_a": -0.5,
        "antialias": 0,
        "exclude_outside": 0,
    }
    assert answer["nearest"] is None
    assert answer["max_error"] is not None
    assert answer["max_error"] < 1e-14
    assert answer["regimes"][0]["when"] == EVERY
    assert answer["size_order"] == "hw"
    dtypes = {one["dtype"] for one in answer["dtypes"]}
    assert dtypes == {"float32", "float64", "float16", "uint8", "uint16", "int16"}


def test_calls_that_are_the_same_are_said_as_a_user_writes_them() -> None:
    same = identified(of(LINEAR)).same_as
    said = {one.call: one for one in same}
    torch = said["F.interpolate(x, size=(h, w), mode='bilinear', align_corners=False)"]
    assert (torch.framework, torch.releases, torch.where) == ("torch", ">=1.0", EVERY)
    assert said["cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR)"].where == EVERY
    aa = "F.interpolate(x, size=(h, w), mode='bilinear', align_corners=False, antialias=True)"
    assert said[aa].where == "enlarging"
    assert not any(one.name == "torch-interpolate-bilinear-align_corners" for one in same)


def test_a_coordinate_rule_decides_which_calls_of_nearest_are_the_same() -> None:
    def floored(x: Array, size: tuple[int, int]) -> Array:
        rows, columns = (
            np.floor(np.arange(m, dtype=np.float32) * (np.float32(n) / np.float32(m))).astype(int)
            for n, m in zip(x.shape, size, strict=False)
        )
        return np.asarray(x[np.ix_(rows, columns)])

    answer = identified(floored)
    assert answer.json()["coordinate_rule"] == "float32"
    names = {one.name for one in answer.same_as}
    assert "torch-interpolate-nearest" in names
    assert "opencv-resize-INTER_NEAREST" not in names


FILE = """
import numpy as np
print("a file may print")

def double(x):
    return np.repeat(np.repeat(x, 2, 0), 2, 1)

def broken(x, size):
    raise RuntimeError("no weights\\nat all")

def same(x, size):
    return x

number = 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    return path


def test_the_command_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["identify", f"{file}:double", "--format", "json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["convention"]["attributes"]["mode"] == "nearest"
    assert "a file may print" in shown.err
    assert cli.main(["identify", f"{file}:same"]) == 1
    assert capsys.readouterr().out.startswith("none")


ERRORS = {
    "{file}:absent": "has no absent; it has double, broken, same",
    "{file}:number": "is not callable: it is of type int",
    "{folder}/absent.py:f": "there is no file",
    "{file}": "names no function",
    "absent_module:f": "there is no module absent_module",
    "{file}:broken": "RuntimeError: at all",
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_cannot_be_asked_is_said_without_a_traceback(
    name: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = cli.main(["identify", name.format(file=file, folder=file.parent)])
    shown = capsys.readouterr()
    assert status == 2
    assert ERRORS[name] in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out


def test_a_file_that_cannot_be_imported_says_why(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("import no_such_thing_at_all\n")
    with pytest.raises(Unidentifiable, match="cannot be imported: ModuleNotFoundError"):
        find(f"{path}:f")


def test_what_was_tried_is_said() -> None:
    def broken(x: Array, size: tuple[int, int]) -> Array:
        raise KeyError("weights")

    with pytest.raises(
        Unidentifiable, match=r"KeyError: 'weights' \(test_identification.py:\d+\)\ntried"
    ):
        identified(broken)


def no_size(x: Array) -> Array:
    raise ValueError("no size")


def a_size(x: Array, size: tuple[int, int]) -> Array:
    raise ValueError(f"{len(size)} numbers")


def a_height(x: Array, *, height: int, width: int) -> Array:
    raise ValueError(f"{height} by {width}")


def of_lists(x: Any, size: tuple[int, int]) -> Array:
    raise ValueError("of four") if isinstance(x, list) else TypeError("no list")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (3, "it returned shape () for (5, 7, 3) (HWC)"),
        ("no", "it returned str, which is not an array of real numbers"),
        (None, "it returned NoneType, which is not an array of real numbers"),
        ((np.ones((8, 11)), np.ones(3)), "it returned tuple, which is not an array of real numbers"),
    ],
)  # fmt: skip
def test_what_is_no_image_is_told_as_what_came(answer: object, says: str) -> None:
    with pytest.raises(Unidentifiable, match=re.escape(f"makes no image of its input: {says}")):
        halfpixel.identify(lambda x, size: answer)
    with pytest.raises(Unidentifiable, match="makes no image of what it is given, at last: it "):
        identify_transposed(lambda x, w: answer, None)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (no_size, "as fn(x) with x HWC, lists: ValueError: no size (test_identification.py:"),
        (
            a_size,
            "as fn(x, (h, w)) with x HWC, lists: ValueError: 2 numbers (test_identification.py:",
        ),
        (
            a_height,
            "as fn(x, height=h, width=w) with x HWC, lists: ValueError: 8 by 11 (test_",
        ),
        (
            of_lists,
            "as fn(x, (h, w)) with x HWC, lists: ValueError: of four (test_identification.py:",
        ),
    ],
)
def test_what_the_function_raises_is_told_before_what_python_says_of_a_call_that_does_not_fit(
    function: Function, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {"NumPy arrays": ("numpy", lambda x: x), "lists": ("numpy", lambda x: x.tolist())}
    monkeypatch.setattr(adapter, "KINDS", kinds)
    with pytest.raises(Unidentifiable, match=re.escape(says)):
        identified(function)


def test_no_framework_is_imported(file: Path) -> None:
    code = (
        "import sys; from halfpixel import cli; status = cli.main(sys.argv[1:]); "
        "assert not {'torch', 'tensorflow', 'cv2', 'jax', 'PIL'} & set(sys.modules); sys.exit(status)"
    )
    run = subprocess.run([sys.executable, "-c", code, "identify", f"{file}:double"], check=False)
    assert run.returncode == 0


def test_an_answer_takes_less_than_two_seconds() -> None:
    start = time.process_time()
    identified(of(LINEAR))
    assert time.process_time() - start < 2


# ---------------------------------------------------------------------------- a user's own mistakes

OWN = """
import functools
import numpy as np
from PIL import Image

def raises(x, size):
    raise RuntimeError("no such thing")

def passes(x, size):
    return helper(x)

def helper(x):
    return np.linalg.inv(np.ones((2, 3)))

def needs(x, size, mode, flag):
    return x

def named(x, size, *, mode):
    return x

class Layer:
    def __init__(self, size):
        self.size = size

    def __call__(self, x):
        return x

def farther(x):
    mean = x.mean(axis=(0, 1))  # a Pillow image has none
    return mean / (1 // 0)
"""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("raises", "RuntimeError: no such thing (own.py:7)"),
        ("passes", "LinAlgError: Last 2 dimensions of the array must be square (own.py:13)"),
        ("needs", "needs needs x, size, mode, flag: it is given an image, and a size"),
        ("named", "named needs x, size, mode"),
        ("Layer", "Layer is a class that cannot be made without arguments: TypeError: "),
        ("farther", "by zero (own.py:30)"),
    ],
)
def test_what_the_user_s_own_file_raises_is_shown(tmp_path: Path, name: str, says: str) -> None:
    pytest.importorskip("PIL.Image")  # whose arrays hide it: most are no pictures
    (tmp_path / "own.py").write_text(OWN)
    with pytest.raises(Unidentifiable) as raised:
        halfpixel.identify(find(f"{tmp_path / 'own.py'}:{name}"))
    assert says in str(raised.value)


def test_a_class_is_not_called_with_an_image() -> None:
    with pytest.raises(
        Unidentifiable, match="Fraction is a class whose instances cannot be called"
    ):
        halfpixel.identify(Fraction)


class Doubled:
    """A class that needs no arguments."""

    def __call__(self, image: Array) -> Array:
        return image.repeat(2, 0).repeat(2, 1)


def test_a_class_that_needs_no_arguments_is_made() -> None:
    assert halfpixel.identify(Doubled).named


def limited(image: Array) -> Array:
    """What leaves small images as they are, as Pillow's thumbnail does: rows and columns left out else."""
    step = -(-max(image.shape[:2]) // 128)
    return image[::step, ::step] if step == 1 else image[step // 2 :: step, step // 2 :: step] / 2


def test_what_leaves_small_images_alone_is_no_transposed_convolution() -> None:
    answer = halfpixel.identify(limited)
    assert isinstance(answer, Identification)
    assert "enlarging" not in str(answer)
