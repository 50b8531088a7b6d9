"""The constants that error bounds are made of, against the arithmetic that they speak of."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize, frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import PHOTOGRAPH_SIZES, RESIZE_CASES, Case
from halfpixel.conformance.verdicts import judge
from halfpixel.frameworks import Call
from halfpixel.frameworks.call import WIDE
from halfpixel.numerics.coordinates import COORDINATE_RULES, coordinates, tap_weights
from halfpixel.numerics.error_model import (
    cubic_weight_error,
    keys_errors,
    keys_errors_with_a_difference,
    normalised_weight_error,
)
from halfpixel.numerics.weights import matrix
from halfpixel.operators import every_resize
from halfpixel.operators.axis import Axis
from halfpixel.operators.exact import Exact
from tests.thinning import thinned

F = np.float32

GOLDEN_SIZES = sorted({(e.shape[2 + i], e.size[i]) for e in RESIZE_CASES for i in (0, 1)})
PHOTOGRAPH = sorted({(n, size[i]) for size in PHOTOGRAPH_SIZES for i, n in enumerate((60, 90))})

FLOOR = Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
MIDDLE = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
CORNERS = replace(MIDDLE, coordinate_transformation_mode="align_corners")
AREA_LINEAR = Resize(mode="area_linear")
CROP = Resize(mode="linear", coordinate_transformation_mode="tf_crop_and_resize")
CROP_NEAREST = replace(MIDDLE, coordinate_transformation_mode="tf_crop_and_resize")
BOX = Resize(mode="box", exclude_outside=True)
BOX_AA = replace(BOX, antialias=True)
HAMMING = Resize(mode="hamming", antialias=True, exclude_outside=True)
GAUSSIAN = Resize(mode="gaussian", exclude_outside=True)
GAUSSIAN_AA = replace(GAUSSIAN, antialias=True)


# ---------------------------------------------------------------------------- cubic_weight_error


def horner(a: float, t: np.float32, *, last_by_difference: bool) -> list[np.float32]:
    """The four weights, step by step in float32.

    pytorch/pytorch, aten/src/ATen/native/UpSample.h: cubic_convolution1, cubic_convolution2,
    get_cubic_upsample_coefficients; opencv/opencv, modules/imgproc/src/resize.cpp: interpolateCubic,
    where the last is 1 minus the others.
    """
    c = F(a)

    def near(x: np.float32) -> np.float32:
        return ((c + F(2)) * x - (c + F(3))) * x * x + F(1)

    def far(x: np.float32) -> np.float32:
        return ((c * x - F(5) * c) * x + F(8) * c) * x - F(4) * c

    weights = [far(t + F(1)), near(t), near(F(1) - t), far((F(1) - t) + F(1))]
    if last_by_difference:
        weights[3] = F(1) - weights[0] - weights[1] - weights[2]
    assert all(weight.dtype == F for weight in weights)
    return weights


def kernel(a: float, t: np.float32) -> list[Any]:
    convention = Resize(mode="cubic", cubic_coeff_a=a)
    place = np.array([Fraction(float(t)) + 1], object)
    return list(convention.weights_at(place, 4)[0])


@pytest.mark.parametrize("last_by_difference", [False, True], ids=["torch", "opencv"])
@pytest.mark.parametrize("a", thinned([-0.75, -0.5], every=2))
def test_cubic_weight_error_bounds_the_kernel_in_float32_and_is_near_it(
    a: float, last_by_difference: bool
) -> None:
    """Near: within a factor of 4, for an analysis that lets every rounding go the same way."""
    places = [
        *np.random.default_rng(0).random(1500).astype(F),
        *np.linspace(0, 1, 65, dtype=F)[:-1],
    ]
    off = np.array(
        [
            [
                float(abs(Fraction(float(got)) - want) * 2**24)
                for got, want in zip(
                    horner(a, t, last_by_difference=last_by_difference), kernel(a, t), strict=True
                )
            ]
            for t in places
        ]
    )
    worst = off.max()
    bound = cubic_weight_error(a, last_by_difference=last_by_difference)
    assert worst <= bound <= 4 * worst
    errors_of = keys_errors_with_a_difference if last_by_difference else keys_errors
    distances = np.array(places, np.float64)[:, None] + [1, 0, -1, -2]
    each = errors_of(Resize(mode="cubic", cubic_coeff_a=a), distances)
    assert (off <= each).all()
    assert each.mean() < bound / 2


# ---------------------------------------------------------------------------- normalised_weight_error

Values = NDArray[np.float32]


def value_in_float32(convention: Resize, t: Values) -> Values:
    """A kernel's value, step by step in float32.

    tensorflow/tensorflow, tensorflow/core/kernels/image/sampling_kernels.h: LanczosKernelFunc (with π
    a float), GaussianKernelFunc, KeysCubicKernelFunc, MitchellCubicKernelFunc, TriangleKernelFunc,
    BoxKernelFunc; hamming as python-pillow/Pillow, src/libImaging/Resample.c: hamming_filter;
    cubic with another coefficient as in pytorch/pytorch, aten/src/ATen/native/UpSample.h.
    """
    zero, one, two = np.zeros_like(t), F(1), F(2)
    if convention.mode == "linear":
        value = np.where(t < one, one - t, zero)
    elif convention.mode == "gaussian":
        sigma = F(1.5) / F(3)
        value = np.where(t < F(1.5), np.exp(-(t * t) / (two * sigma * sigma)), zero)
    elif convention.mode == "lanczos":
        r, pi, away = F(convention.lanczos_radius or 0), F(np.pi), np.maximum(t, F(1e-3))
        value = r * np.sin(pi * away) * np.sin(pi * away / r) / (pi * pi * away * away)
        value = np.where(t > r, zero, np.where(t <= F(1e-3), one, value))
    elif convention.mode == "hamming":
        z = F(np.pi) * np.maximum(t, F(1e-3))
        value = np.sin(z) / z * (F(0.54) + F(0.46) * np.cos(z))
        value = np.where(t >= one, zero, np.where(t <= F(1e-3), one, value))
    elif convention.mode == "box":
        half = F(0.5)
        value = np.where(t < half, one, np.where(t == half, half, zero))
    elif convention.mode == "mitchell":
        near = (F(7) / F(6) * t - two) * t * t + F(8) / F(9)
        far = ((two - F(7) / F(18) * t) * t - F(10) / F(3)) * t + F(16) / F(9)
        value = np.where(t < one, near, np.where(t < two, far, zero))
    else:
        assert convention.mode == "cubic", "a kernel needs a float32 evaluation of its own here"
        a = F(float(convention.cubic_coeff_a or 0))
        near = ((a + two) * t - (a + F(3))) * t * t + one
        far = ((a * t - F(5) * a) * t + F(8) * a) * t - F(4) * a
        value = np.where(t < one, near, np.where(t < two, far, zero))
    assert value.dtype == F
    return value


def normalised_in_float32(convention: Resize, distance: Values) -> Values:
    """The weights of one output: values at distances, times the reciprocal of their sum in turn."""
    values = value_in_float32(convention, distance)
    total = F(0)
    for value in values:
        total = F(total + value)
    weights = values * (F(1) / total)
    assert weights.dtype == F
    return weights


NORMALISED = [
    *(
        Resize(mode=mode, exclude_outside=True)
        for mode in ("linear", "mitchell", "gaussian", "hamming", "box")
    ),
    *(Resize(mode="cubic", cubic_coeff_a=a, exclude_outside=True) for a in (-0.5, -0.75)),
    *(Resize(mode="lanczos", lanczos_radius=r, exclude_outside=True) for r in (1, 3, 4, 5)),
]


def weight_errors(convention: Resize, stretch: int) -> tuple[float, float]:
    """In unit roundoffs: the largest error of a weight in float32, and the largest share of its bound.

    To which two roundings an addition of the sum are added, on the absolute weight: sums of values
    have absolute values of at most twice the sum, and the bound counts them with the path.
    """
    worst = share = 0.0
    stretched = replace(convention, antialias=True)
    reach = {"linear": 1, "box": 1, "lanczos": convention.lanczos_radius}.get(
        convention.mode, 2
    ) or 0
    for n_in in (1, 2, 3, 5, 8, 12, 12 * stretch):
        # places in 256ths and a stretch by a power of 2: exact distances leave the kernel's own errors
        places = np.random.default_rng(n_in).integers(-128, 256 * n_in - 128, 200) / 256
        exact = stretched.weights_at(
            places, n_in, Fraction(stretch)
        )  # float64: far below float32's
        for place, want in zip(places, exact, strict=True):
            distance = abs(place - np.arange(n_in)) / stretch
            (read,) = np.nonzero(distance < reach)
            got = normalised_in_float32(convention, distance[read].astype(F))
            error = abs(got - want[read]) * 2**24
            bound = normalised_weight_error(convention) + 2 * len(read) * abs(want[read])
            worst, share = max(worst, error.max()), max(share, np.max(error / bound))
    return worst, share


@pytest.mark.parametrize("convention", thinned(NORMALISED, every=4), ids=lambda c: c.slug)
def test_normalised_weight_error_bounds_kernels_in_float32_and_is_near_them(
    convention: Resize,
) -> None:
    """Near: within a factor of 16, for an analysis that lets every rounding go the same way; of 18 for
    lanczos1, most of whose bound is at an edge with one tap, where a value and the sum err alike."""
    worst, share = weight_errors(
        convention, 3 if convention == BOX else 1
    )  # unstretched, a box is exact
    assert share <= 1
    assert (
        normalised_weight_error(convention)
        <= (18 if convention.lanczos_radius == 1 else 16) * worst
    )


@pytest.mark.parametrize("convention", thinned(NORMALISED, every=2), ids=lambda c: c.slug)
def test_normalised_weight_error_bounds_stretched_kernels_too(convention: Resize) -> None:
    """Which have more values, each a smaller part of their sum."""
    _, share = weight_errors(convention, 4)
    assert 0 < share <= 1


# ---------------------------------------------------------------------------- coordinate rules


def pixels(convention: Resize, rule: str | None, n_in: int, n_out: int) -> list[int]:
    """The pixel that each output copies, or the first that it reads."""
    places = coordinates(convention, Axis(n_in, n_out), rule)
    index, _ = convention.taps_at(places, n_in, convention.scale(n_in, n_out))
    return [int(i) for i in index[:, 0]]


def calls_by_rule(rule: str) -> list[Resize]:
    """The conventions of the calls that declare a coordinate rule."""
    return sorted(
        {
            convention
            for call in trials.calls("resize")
            if any(a.coordinate_rule == rule for a in call.arithmetic.values())
            for convention in call.follows.values()
        },
        key=str,
    )


def test_no_rule_is_the_exact_coordinate() -> None:
    assert (coordinates(MIDDLE, Axis(5, 8)) == MIDDLE.coordinates(5, 8)).all()


def table_entry_in_float32(convention: Resize, n_in: int, n_out: int) -> list[int]:
    """tensorflow/core/kernels/image/resize_bicubic_op.cc: GetWeightsAndIndices, with
    tensorflow/core/util/image_resizer_state.h: CalculateResizeScale, LegacyScaler, HalfPixelScaler."""
    aligned = convention.coordinate_transformation_mode == "align_corners" and n_out > 1
    scale = F(n_in - 1) / F(n_out - 1) if aligned else F(n_in) / F(n_out)
    entries = []
    for d in range(n_out):
        if convention.coordinate_transformation_mode == "half_pixel":
            place = (F(d) + F(0.5)) * scale - F(0.5)
        else:
            place = F(d) * scale
        assert place.dtype == F
        base = np.floor(place)
        entries.append(int(base) * 1024 + int(np.rint((place - base) * F(1024))))
    return entries


@pytest.mark.parametrize("convention", calls_by_rule("kernel_table_1024"), ids=lambda c: c.slug)
def test_float32_picks_the_table_entry_of_the_exact_coordinate(convention: Resize) -> None:
    """So the rule need not say in which precision a coordinate is computed, at the sizes of the suites."""
    for n_in, n_out in GOLDEN_SIZES + PHOTOGRAPH:
        places = coordinates(convention, Axis(n_in, n_out), "kernel_table_1024")
        want = [int(1024 * place) for place in places]
        assert [Fraction(n, 1024) for n in want] == places.tolist()
        assert table_entry_in_float32(convention, n_in, n_out) == want, (n_in, n_out)


def test_the_table_moves_a_coordinate_by_at_most_half_an_entry_and_some_do_move() -> None:
    convention = Resize(mode="cubic")
    moved: Exact = np.concatenate(
        [
            coordinates(convention, Axis(*sizes), "kernel_table_1024")
            - convention.coordinates(*sizes)
            for sizes in GOLDEN_SIZES
        ]
    )
    assert 0 < max(abs(moved)) <= Fraction(1, 2048)


@pytest.mark.parametrize(
    ("rule", "convention"),
    [
        each
        for rule in ("float32", "inverse_scale_float64", "float32_near_ties", "outside_float32")
        for each in thinned(((rule, convention) for convention in calls_by_rule(rule)), every=4)
    ],
    ids=lambda value: value if isinstance(value, str) else value.slug,
)
def test_a_rule_that_is_not_stored_picks_the_exact_pixel_at_every_golden_size(
    rule: str, convention: Resize
) -> None:
    assert not COORDINATE_RULES[rule].stored
    for n_in, n_out in GOLDEN_SIZES:
        exact = pixels(convention, None, n_in, n_out)
        assert pixels(convention, rule, n_in, n_out) == exact, (n_in, n_out)
        places = coordinates(convention, Axis(n_in, n_out), rule)
        moved = convention.weights_at(places, n_in, convention.scale(n_in, n_out))
        assert abs(moved - convention.weights(n_in, n_out)).max() < 1e-12, (n_in, n_out)


STORED = {
    "kernel_table_1024", "inverse_scale_float32", "distance_float32", "sum_float64", "box_float64",
}  # fmt: skip
# of calls without goldens: what they are held to has the rule
COMPUTED = {"float32_short_of_end", "onnxruntime_float32", "onnxruntime_symmetric"}


def _weighs_otherwise(rule: str, convention: Resize, n_in: int, n_out: int) -> bool:
    places = coordinates(convention, Axis(n_in, n_out), rule)
    got = convention.weights_at(places, n_in, convention.scale(n_in, n_out), tap_weights(rule))
    return bool(abs(got - convention.weights(n_in, n_out)).max() > 2**-24)


def test_a_rule_is_stored_if_it_shows_at_some_golden_size() -> None:
    """Another pixel, or a weight that differs by more than a float32 rounding."""
    for call in trials.calls("resize"):
        assert not (call.stored and call.rule in COMPUTED), call.id
    for name, rule in COORDINATE_RULES.items():
        assert rule.stored == (name in STORED)
        assert not (rule.stored and rule.computed)
        shows = any(
            _weighs_otherwise(name, convention, *sizes)
            for convention in calls_by_rule(name)
            for sizes in GOLDEN_SIZES
        )
        # one that is computed anew where it shows need not show in every dtype
        assert shows == (rule.stored or name in COMPUTED) or rule.computed, name


def half_even(coordinate: Any, padding: Any = "border") -> Resize:
    return Resize(
        mode="nearest",
        nearest_mode="round_half_even",
        coordinate_transformation_mode=coordinate,
        padding_mode=padding,
    )


GRIDS = {half_even("half_pixel"), half_even("tf_crop_and_resize")}
HALVES = ("float16", "bfloat16")
COORDINATES: tuple[Any, ...] = ("half_pixel", "tf_crop_and_resize")
CUBIC_GRIDS = {
    Resize(mode="cubic", coordinate_transformation_mode=c, padding_mode=p)
    for c in COORDINATES
    for p in ("border", "zeros", "reflection")
}
REFLECTED_GRIDS = {Resize(mode="linear", coordinate_transformation_mode=c) for c in COORDINATES}
WEIGHED_GRIDS = REFLECTED_GRIDS | {Resize(mode="linear", padding_mode="zeros")}
WARPED = {half_even("half_pixel"), half_even("asymmetric"), half_even("asymmetric", "zeros")}


# the rules of results that a mode changes: tests/frameworks/test_modes.py and tests/test_modes.py show them
DECLARED = {name for name, rule in COORDINATE_RULES.items() if rule.applies is None}
MODES_ALONE = {rule for _, mode in trials.modes() for rule in mode.rules.values()}
# the rules of releases before the latest: the records of releases show them
EARLIER = {
    one.coordinate_rule
    for call in trials.calls("resize")
    for change in call.changes.values()
    for one in change.get("arithmetic", {}).values()
    if one.coordinate_rule
} - {one.coordinate_rule for call in trials.calls("resize") for one in call.arithmetic.values()}


NODE_ROUNDINGS = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")


def node(mode: Any, coordinate: Any = "pytorch_half_pixel", **more: Any) -> Resize:
    """What nodes of ONNX follow and no other call does."""
    return Resize(mode=mode, coordinate_transformation_mode=coordinate, **more)


def test_these_are_the_conventions_whose_calls_use_a_rule() -> None:
    used = {rule: set(calls_by_rule(rule)) for rule in DECLARED}
    for rule in MODES_ALONE | EARLIER:
        assert not used.pop(rule)
    keys = Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True)
    tables = {
        Resize(mode="cubic", coordinate_transformation_mode="asymmetric"),
        Resize(mode="cubic", coordinate_transformation_mode="align_corners"),
        keys,
    }
    assert used == {
        "kernel_table_1024": tables,
        "float32": {FLOOR, MIDDLE, CORNERS, CROP_NEAREST},
        "float32_fused": {MIDDLE},
        "outside_float32": {CROP},
        "distance_float32": {BOX, BOX_AA},
        "box_float64": {BOX_AA},
        "hamming_float64": {HAMMING},
        "float32_fused_above_128": {MIDDLE},
        "float64_above_128": {FLOOR, MIDDLE},
        "inverse_scale_float32": {GAUSSIAN, GAUSSIAN_AA},
        "sum_float64": {MIDDLE},
        "inverse_scale_float64": {FLOOR, AREA_LINEAR},
        "float32_near_ties": {
            c
            for c in every_resize()
            if c.mode == "nearest" and c.nearest_mode != "round_half_even" and not c.extrapolates
        }
        | {node("nearest", nearest_mode=rounding) for rounding in NODE_ROUNDINGS}
        | {node("nearest", "asymmetric", nearest_mode="ceil_where_shrinking")},
        "float32_short_of_end": {
            c
            for c in every_resize()
            if c.mode == "linear"
            and not (c.antialias or c.extrapolates)
            and c.padding_mode == "border"
        }
        | {Resize(mode="linear", antialias=True), node("linear")},
        "jax_float32": {MIDDLE},
        "fixed_16_above": {FLOOR},
        "onnxruntime_float32": {
            node("nearest", grid, nearest_mode=rounding)
            for grid in ("half_pixel", "asymmetric", "pytorch_half_pixel")
            for rounding in NODE_ROUNDINGS
        }
        | {node("nearest", "asymmetric", nearest_mode="ceil_where_shrinking")},
        "onnxruntime_symmetric": {
            node("nearest", "half_pixel_symmetric", nearest_mode=rounding)
            for rounding in NODE_ROUNDINGS
        },
        **{f"grid_{rule}": GRIDS for rule in ("float32", "float64")},
        **{f"grid_{rule}_reflected": GRIDS for rule in ("float32", "float64")},
        # in halves every mode samples where the rule says
        **{f"grid_{rule}": {*GRIDS, *WEIGHED_GRIDS, *CUBIC_GRIDS} for rule in HALVES},
        **{f"grid_{rule}_reflected": {*GRIDS, *REFLECTED_GRIDS} for rule in HALVES},
        "warp_float32": WARPED,
        "warp_fixed_0": WARPED,
        "warp_fixed_5": {
            *(Resize(mode="linear", padding_mode=p) for p in ("border", "zeros", "reflect_101")),
            Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
            *(
                Resize(mode="lanczos", lanczos_radius=4, padding_mode=p)
                for p in ("border", "zeros")
            ),
        },
    }


# rule, convention, n_in, n_out, the output that differs, the exact pixel, the one picked: from the
# exact coordinate on the boundary, a product rounded down falls short of it
DIFFERENCES = [
    ("float32", FLOOR, 26, 22, 11, 13, 12),
    ("float32", MIDDLE, 14, 23, 11, 7, 6),
    ("float32", CORNERS, 14, 23, 11, 7, 6),
    ("inverse_scale_float64", FLOOR, 14, 18, 9, 7, 6),
    ("inverse_scale_float64", FLOOR, 90, 50, 15, 27, 26),
    ("inverse_scale_float64", AREA_LINEAR, 14, 18, 9, 7, 6),
    ("float32", CROP_NEAREST, 14, 23, 11, 7, 6),
    ("onnxruntime_float32", FLOOR, 14, 2, 1, 7, 6),
    ("sum_float64", MIDDLE, 2, 7, 3, 1, 0),
    ("sum_float64", MIDDLE, 4, 6, 4, 3, 2),
]


@pytest.mark.parametrize(
    ("rule", "convention", "n_in", "n_out", "output", "exact", "picked"), DIFFERENCES
)
def test_a_rule_picks_another_pixel_where_it_is_known_to(
    rule: str, convention: Resize, n_in: int, n_out: int, output: int, exact: int, picked: int
) -> None:
    place = convention.coordinates(n_in, n_out)[output]
    on_whole = convention.coordinate_transformation_mode == "asymmetric"
    assert place == (exact if on_whole else exact - Fraction(1, 2))
    assert pixels(convention, None, n_in, n_out)[output] == exact
    assert pixels(convention, rule, n_in, n_out)[output] == picked


def test_a_sum_of_scales_differs_first_from_2_to_7() -> None:
    """No smaller pair of sizes: 2/7 is no number in binary, and four of them fall short of 1."""
    for total in range(2, 10):
        for n_in in range(1, total):
            exact = pixels(MIDDLE, None, n_in, total - n_in)
            same = pixels(MIDDLE, "sum_float64", n_in, total - n_in) == exact
            assert same == ((n_in, total - n_in) != (2, 7)), (n_in, total - n_in)


# convention, n_in, n_out, the output, the pixel at 3/2 of its (stretched) pixels from it
AT_THE_RADIUS = [(GAUSSIAN, 14, 1, 0, 5), (GAUSSIAN_AA, 7, 4, 3, 3)]


@pytest.mark.parametrize(("convention", "n_in", "n_out", "output", "pixel"), AT_THE_RADIUS)
def test_float32_gains_a_tap_of_a_gaussian_that_exactly_is_at_its_radius(
    convention: Resize, n_in: int, n_out: int, output: int, pixel: int
) -> None:
    """Or loses one that is within it: the kernel is cut off at exp(-9/2), which is not 0."""
    places = coordinates(convention, Axis(n_in, n_out), "inverse_scale_float32")
    scale = convention.scale(n_in, n_out)
    exact = convention.weights(n_in, n_out)[output]
    rounded = convention.weights_at(places, n_in, scale)[output]
    away = abs(convention.coordinates(n_in, n_out)[output] - pixel)
    assert away == Fraction(3, 2) * (scale if convention.antialias else 1)
    assert exact[pixel] == 0
    assert rounded[pixel] > Fraction(1, 1000)


@pytest.mark.parametrize("rule", ["float32", "outside_float32"])
def test_float32_takes_the_last_pixel_to_be_outside_first_from_8_to_14(rule: str) -> None:
    """13 times the float32 of 7/13 is above 7: that pixel is extrapolated."""
    convention = CROP if rule == "outside_float32" else CROP_NEAREST
    for total in range(2, 23):
        for n_in in range(1, total):
            n_out = total - n_in
            places = coordinates(convention, Axis(n_in, n_out), rule)
            inside = convention.inside(places, n_in)
            assert inside[:-1].all()
            assert inside[-1] == ((n_in, n_out) != (8, 14))
    outside = convention.weights_at(coordinates(convention, Axis(8, 14), rule), 8)[-1]
    assert not outside.any()
    assert convention.weights(8, 14)[-1].tolist() == [0, 0, 0, 0, 0, 0, 0, 1]


# kernel, n_in, n_out, the output, and what it weighs as float32 sees it
STEPS = [
    (BOX, 6, 13, 6, {2: 1}),  # exactly between two pixels, seen nearer to the first
    (BOX_AA, 7, 2, 0, {0: 1, 1: 1, 2: 1}),  # the edge is on pixel 3
    # here the place alone does not say it: the product with the inverse of the stretch rounds, too
    (BOX_AA, 41, 2, 1, dict.fromkeys(range(20, 41), 1)),
]


@pytest.mark.parametrize(("convention", "n_in", "n_out", "output", "seen"), STEPS)
def test_a_pixel_on_the_edge_of_a_box_is_where_float32_sees_it(
    convention: Resize, n_in: int, n_out: int, output: int, seen: dict[int, int]
) -> None:
    """Exactly, a pixel there weighs half of one inside."""
    name = "distance_float32"
    places = coordinates(convention, Axis(n_in, n_out), name)
    scale = convention.scale(n_in, n_out)
    got = convention.weights_at(places, n_in, scale, tap_weights(name))[output]
    want = [Fraction(seen.get(i, 0), sum(seen.values())) for i in range(n_in)]
    assert got.tolist() == want
    exact = convention.weights(n_in, n_out)[output]
    assert exact.tolist() != want
    place_alone = convention.weights_at(places, n_in, scale)[output]
    assert (place_alone.tolist() == want) == (n_in != 41)


@pytest.mark.pillow
@pytest.mark.parametrize(
    ("n_in", "n_out", "missed"), [(9, 5, False), (7, 5, False), (15, 11, True), (25, 11, True)]
)
def test_hamming_jumps_at_a_pixel_as_pillow_s_does(n_in: int, n_out: int, missed: bool) -> None:
    """At 0 the filter is 1, beside it 1 + 2⁻²⁵; in float64 a coordinate that is a pixel can be missed.

    32-bit integers show weights to 2⁻³¹: columns of one image each have one pixel of 2³⁰.
    """
    image, one = frameworks.load("pillow")["Image"], 2**30
    impulses = image.fromarray((np.eye(n_in) * one).astype(np.int32))
    got = np.asarray(impulses.resize((n_in, n_out), resample=image.Resampling.HAMMING)) / one
    off = {
        rule: float(abs(got - matrix(HAMMING, Axis(n_in, n_out), rule)).max()) * one
        for rule in ("hamming_float64", None)
    }
    assert off["hamming_float64"] <= 0.5 + one * 2.0**-50
    assert (off[None] > 0.6) == missed


# ---------------------------------------------------------------------------- each rule is needed


def call_named(name: str) -> Call:
    return next(call for call in trials.calls("resize") if call.id == name)


def line_case(convention: Resize, rule: str | None, n_in: int, n_out: int, rows: int = 1) -> Case:
    """Rows whose pixels say their index."""
    x = np.tile(np.arange(n_in, dtype=np.float64), (1, 1, rows, 1))
    name = f"{rows}x{n_in}-{rows}x{n_out}-index"
    case = Case(
        convention,
        {"x": x},
        (rows, n_out),
        rule,
        name=name,
        pins="which pixel is read",
        source="this test",
    )
    return case.computed()


# call, the sizes at which its rule shows
NEEDED = [
    pytest.param("onnxruntime-Resize-nearest-asymmetric-floor", 14, 2, marks=pytest.mark.onnxruntime),
    pytest.param("torch-interpolate-nearest", 26, 22, marks=pytest.mark.torch),
    pytest.param("torch-interpolate-nearest-exact", 14, 23, marks=pytest.mark.torch),
    pytest.param("opencv-resize-INTER_NEAREST", 14, 18, marks=pytest.mark.opencv),
    pytest.param(
        "tensorflow-v1.resize_nearest_neighbor", 26, 22, marks=pytest.mark.tensorflow
    ),
    pytest.param(
        "tensorflow-v1.resize_nearest_neighbor-align_corners", 14, 23, marks=pytest.mark.tensorflow
    ),
    pytest.param("tensorflow-image.resize-nearest", 14, 23, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-v1.resize_bicubic", 5, 9, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-image.resize-bicubic", 5, 9, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-image.resize-gaussian", 14, 1, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-image.resize-gaussian-antialias", 7, 4, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-image.crop_and_resize-bilinear", 8, 14, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-image.crop_and_resize-nearest", 8, 14, marks=pytest.mark.tensorflow),
    pytest.param("tensorflow-raw_ops.ScaleAndTranslate-box", 6, 13, marks=pytest.mark.tensorflow),
    pytest.param(
        "tensorflow-raw_ops.ScaleAndTranslate-box-antialias", 41, 2, marks=pytest.mark.tensorflow
    ),
    pytest.param("opencv-resize-INTER_NEAREST_EXACT", 2, 7, marks=pytest.mark.opencv),
    pytest.param("opencv-resize-INTER_NEAREST_EXACT", 4, 6, marks=pytest.mark.opencv),
    pytest.param("opencv-resize-INTER_AREA-growing", 14, 18, marks=pytest.mark.opencv),
    pytest.param(
        "opencv-dnn-Resize-nearest-half_pixel-round_prefer_floor", 28, 26, marks=pytest.mark.opencv
    ),
    pytest.param("opencv-dnn-Resize-linear-half_pixel", 2, 5, marks=pytest.mark.opencv),
    pytest.param("torch-grid_sample-nearest-border", 60, 75, marks=pytest.mark.torch),
    pytest.param("torch-grid_sample-nearest-reflection", 60, 75, marks=pytest.mark.torch),
    pytest.param(
        "opencv-warpAffine-INTER_NEAREST-BORDER_REPLICATE", 2, 7, marks=pytest.mark.opencv
    ),
    pytest.param(
        "opencv-warpAffine-INTER_LANCZOS4-BORDER_REPLICATE", 5, 9, marks=pytest.mark.opencv
    ),
    pytest.param("pillow-resize-BOX", 3, 2, marks=pytest.mark.pillow),
    pytest.param("pillow-resize-NEAREST", 2, 7, marks=pytest.mark.pillow),
    pytest.param("jax-image.resize-nearest", 2, 41, marks=(pytest.mark.jax, pytest.mark.sweep)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "n_in", "n_out", "dtype"),
    [
        pytest.param(*one.values, dtype, marks=one.marks)
        for one in NEEDED
        for dtype in WIDE
        if dtype in call_named(str(one.values[0])).arithmetic
    ],
)
def test_a_call_conforms_with_its_rule_and_not_without(
    name: str, n_in: int, n_out: int, dtype: str
) -> None:
    call = call_named(name)
    convention = call.latest
    rule = call.arithmetic[dtype].coordinate_rule  # type: ignore[index]
    rows = 2 if call.name == "dnn-Resize-linear-half_pixel" else 1  # of one row it reads too much
    with_rule = line_case(convention, rule, n_in, n_out, rows)
    without = line_case(convention, None, n_in, n_out, rows)
    assert judge(call, with_rule, dtype).kind == "conforms"
    assert judge(call, without, dtype).kind == "changed"


@pytest.mark.torch
@pytest.mark.parametrize("padding", ["border", "zeros", "reflection"])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("dtype", HALVES)
def test_a_grid_of_halves_conforms_with_its_rule_and_not_without(
    mode: str, padding: str, dtype: str
) -> None:
    """Of two rows, since one is refused; of dark and light columns, so that a pixel as much as a place shows,
    of a large image where roundings of the weights hide more."""
    large = {"float16": (252, 192), "bfloat16": (125, 120)}[dtype]
    sizes = large if mode == "bicubic" else (22, 99)
    for corners in ("", "-align_corners"):
        call = call_named(f"torch-grid_sample-{mode}-{padding}{corners}")
        convention = call.latest
        rule = call.arithmetic[dtype].coordinate_rule  # type: ignore[index]
        verdicts = []
        for one in (rule, None):
            case = line_case(convention, one, *sizes, 2)
            case = replace(case, inputs={"x": case.inputs["x"] % 2})
            case = case.computed()
            verdicts.append(judge(call, case, dtype).kind)
        assert verdicts == ["conforms", "changed"]


def test_every_rule_is_shown_to_be_needed() -> None:
    calls = [call_named(str(param.values[0])) for param in NEEDED]
    shown = {a.coordinate_rule for call in calls for a in call.arithmetic.values()}
    by_the_edges = {"float32_fused"}  # of lines and volumes: tests/conformance/test_edge_cases.py
    by_scales = {"onnxruntime_symmetric"}  # tests/identification/test_others.py
    by_weights = {
        "hamming_float64"
    }  # a jump of 2⁻²⁵: test_hamming_jumps_at_a_pixel_as_pillow_s_does
    in_bytes = {"fixed_16_above"}  # tests/frameworks/test_litert.py
    elsewhere = by_the_edges | by_scales | by_weights | in_bytes
    assert shown | elsewhere == DECLARED - MODES_ALONE - EARLIER
    assert {"float32_scale", "two_starts"} == MODES_ALONE


# call, the columns in which the photograph differs without the rule: 9/5 of a column a column, 60 x 90
# to 75 x 50, is no number in binary
PHOTOGRAPHED = [
    ("opencv-resize-INTER_NEAREST", {15, 25, 30, 35, 45}),
    ("opencv-resize-INTER_AREA-growing", {15, 25, 30, 35, 45}),
]


@pytest.mark.opencv
@pytest.mark.parametrize(("name", "columns"), PHOTOGRAPHED)
def test_the_photograph_through_opencv_needs_the_rule(name: str, columns: set[int]) -> None:
    call = call_named(name)
    convention = call.latest
    assert call.rule == "inverse_scale_float64"
    with_rule = trials.photograph(convention, call.rule, (75, 50))
    without = trials.photograph(convention, None, (75, 50))
    assert judge(call, with_rule, "float32").kind == "conforms"
    verdict = judge(call, without, "float32")
    assert verdict.kind == "changed"
    off = abs(verdict.got - without.expected) > verdict.bound
    assert {int(where[3]) for where in np.argwhere(off)} == columns
