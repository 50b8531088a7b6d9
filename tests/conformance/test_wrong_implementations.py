"""The suite can fail: mistakes that people make, in NumPy, judged on the stored goldens like a framework.

Each row of a table is a mistake, the case that shows it, and what the report says the output follows
instead: another convention by its name, or nothing that is known.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel.conformance import goldens, misreadings, trials, verdicts
from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import Verdict, error_bound, judge, share_of_bound
from halfpixel.frameworks import Call, DType, Expression, Name
from halfpixel.numerics.error_model import (
    ErrorModel,
    cubic_weight_error,
    normalised_weight_error,
    sum_of_products,
)
from halfpixel.operators import ConvTranspose, Resize
from halfpixel.operators.request import Operation, Request
from halfpixel.report.terminal import explain, headline
from tests import mylib
from tests.thinning import thinned

Array = NDArray[Any]
DTYPES: tuple[DType, ...] = ("float32", "float64")

# ---------------------------------------------------------------------------- a library of one's own


@pytest.fixture(autouse=True)
def _no_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    mylib.install(monkeypatch, verdicts)


def _call(
    operation: Operation,
    function: Callable[..., Array],
    arguments: Callable[[Request], dict[str, object]],
    arithmetic: Callable[[DType], ErrorModel],
) -> Call:
    def expression(request: Request) -> Expression:
        inputs = [*"x", *("w" if request.weight else ""), *("b" if request.bias else "")]
        return Expression(Name(f"mylib.{operation}"), tuple(map(Name, inputs)), arguments(request))

    return Call(
        framework="mylib",
        name=operation,
        operation=operation,
        expression=expression,
        run=mylib.run_of(**{operation: function}),
        arithmetic={dtype: arithmetic(dtype) for dtype in DTYPES},
        returns={dtype: dtype for dtype in DTYPES},
    )


def _judged(call: Call, cases: Sequence[Case], dtype: str) -> dict[str, Verdict]:
    return {case.name: judge(call, case, dtype) for case in cases}


def _said_to_follow(verdict: Verdict) -> list[str]:
    """What the report names as followed instead; where values were compared, it names or says none."""
    before, found, after = explain(verdict).partition("  Output matches:\n")
    none = before.endswith("  Output matches no other convention known to halfpixel.")
    assert found or none or verdict.reason.startswith("returned dtype")
    return [line.strip() for line in after.splitlines()]


# ---------------------------------------------------------------------------- resize


def _cubic(t: Array, a: float) -> Array:
    t = abs(t)
    near = (a + 2) * t**3 - (a + 3) * t**2 + 1
    far = a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a
    return np.where(t <= 1, near, np.where(t < 2, far, 0.0))


def _places(n_in: int, n_out: int, grid: str) -> Array:
    d = np.arange(n_out)
    if grid == "half_pixel":
        return (2 * d + 1) * n_in / (2 * n_out) - 0.5
    if grid == "asymmetric":
        return d * n_in / n_out
    if grid == "crop" and n_out == 1:
        return np.array([(n_in - 1) / 2])
    if "corners_half" in grid and n_out > 1 < n_in:
        return (2 * d + 1) * (n_in - 1) / (2 * (n_out - 1)) - 0.5
    if grid == "corners_half":
        return _places(n_in, n_out, "half_pixel")
    if grid == "torch_corners_half":
        return 0 * d - 0.5
    return d * (n_in - 1) / max(n_out - 1, 1)


ROUND: dict[str, Callable[[Array], Array]] = {
    "floor": np.floor,
    "ceil": np.ceil,
    "half_up": lambda t: np.floor(t + 0.5),
    "half_down": lambda t: np.ceil(t - 0.5),
    "half_to_even": np.round,
}


def _sinc_window(t: Array, radius: float) -> Array:
    return np.where(abs(t) < radius, np.sinc(t) * np.sinc(t / radius), 0.0)


def _mitchell(t: Array) -> Array:
    t = abs(t)
    near = 7 / 6 * t**3 - 2 * t**2 + 8 / 9
    far = -7 / 18 * t**3 + 2 * t**2 - 10 / 3 * t + 16 / 9
    return np.where(t < 1, near, np.where(t < 2, far, 0.0))


def _kernel(t: Array, kernel: str, a: float, radius: int, sigma: float) -> Array:
    if kernel == "cubic":
        return _cubic(t, a)
    if kernel == "lanczos":
        return _sinc_window(t, radius)
    if kernel == "mitchell":
        return _mitchell(t)
    if kernel == "gaussian":
        return np.where(abs(t) < 1.5, np.exp(-(t**2) / (2 * sigma**2)), 0.0)
    return np.asarray(np.maximum(1 - abs(t), 0))


def _step(n_in: int, n_out: int, grid: str) -> float:
    """Input pixels from one output pixel to the next."""
    if "corners_half" in grid and n_out > 1 < n_in:
        return (n_in - 1) / (n_out - 1)
    return 1.0 if grid == "torch_corners_half" else n_in / n_out


def _windows(n_in: int, n_out: int, kernel: str, grid: str) -> Array:
    """area by coverage, adaptive_area in equal parts, area_linear in two taps."""
    s = _step(n_in, n_out, grid)
    beyond = int(np.ceil(s))  # of the last pixel, a window may cover what is not there
    d, i = np.arange(n_out)[:, None], np.arange(n_in + beyond)
    if kernel == "adaptive_area":
        i = i[:n_in]
        covered = ((d * n_in // n_out <= i) & (i < -(-(d + 1) * n_in // n_out))).astype(float)
        return np.asarray(covered / covered.sum(axis=1, keepdims=True))
    if kernel == "area_linear":
        first = d * n_in // n_out
        reach = np.maximum(((d + 1) - (first + 1) / s), 0)
        reach = np.where(reach < 1e-9, 0, reach)
        result = np.zeros((n_out, n_in))
        np.add.at(result, (d, first), 1 - reach)
        np.add.at(result, (d, (first + 1).clip(max=n_in - 1)), reach)
        return result
    covered = np.minimum(i + 1, (d + 1) * s) - np.maximum(i, d * s)
    weights = covered.clip(min=0) / s
    weights[:, n_in - 1] += weights[:, n_in:].sum(axis=1)
    return np.asarray(weights[:, :n_in])


def _matrix(
    n_in: int,
    n_out: int,
    kernel: str,
    grid: str,
    a: float = -0.75,
    edge: str = "clamp",
    pick: str = "half_up",
    steps: int | None = None,
    weight_bits: int | None = None,
    antialias: bool = False,
    radius: int = 3,
    sigma: float = 0.5,
    divide: bool = True,
    float32_places: bool = False,
) -> Array:
    """The weights of one axis, (n_out, n_in): every option is a way to get it right or wrong."""
    if "area" in kernel:
        return _windows(n_in, n_out, kernel, grid)
    place = _places(n_in, n_out, grid)
    if steps:
        place = np.round(place * steps) / steps
    if float32_places:
        inverse = np.float32(1) / (np.float32(n_out) / np.float32(n_in))
        place = ((np.arange(n_out, dtype=np.float32) + np.float32(0.5)) * inverse) - np.float64(0.5)
    result = np.zeros((n_out, n_in))
    if kernel == "nearest":
        result[np.arange(n_out), ROUND[pick](place).astype(int).clip(0, n_in - 1)] = 1
        return result
    wide = max(_step(n_in, n_out, grid), 1) if antialias else 1.0
    reach = {"lanczos": radius, "linear": 1}.get(kernel, 2) * wide
    for row, t in zip(result, place, strict=True):
        taps = np.arange(np.floor(t - reach), np.ceil(t + reach) + 1).astype(int)
        weight = _kernel((t - taps) / wide, kernel, a, radius, sigma) / wide
        if weight_bits:
            weight = np.round(weight * 2**weight_bits) / 2**weight_bits
        inside = (taps >= 0) & (taps < n_in)
        if edge in ("exclude", "zero"):
            weight = np.where(inside, weight, 0)
        elif edge == "reflect":
            taps = np.where(taps < 0, -1 - taps, np.where(taps >= n_in, 2 * n_in - 1 - taps, taps))
        if divide and edge != "zero" and (edge == "exclude" or wide > 1 or kernel in DIVIDED):
            weight = weight / weight.sum()
        np.add.at(row, taps.clip(0, n_in - 1), weight)
    return result


DIVIDED = ("lanczos", "gaussian")  # kernels whose values do not add up to 1 by themselves


def _resize(x: Array, size: tuple[int, int], **options: Any) -> Array:
    h, w = (_matrix(a, b, **options) for a, b in zip(x.shape[2:], size, strict=True))
    return np.asarray(h @ x.astype(np.float64) @ w.T, x.dtype)


@functools.cache
def _paths() -> list[Path]:
    return list(map(goldens.path_of, trials.golden_cases()))


@dataclass(frozen=True)
class Followed:
    """A convention that has goldens, and the options with which ``_resize`` follows it."""

    convention: Resize
    options: dict[str, Any]
    rule: str | None = None

    @property
    def cases(self) -> list[Case]:
        folder = goldens.root() / "resize"
        folder /= self.convention.slug + (f"-{self.rule}" if self.rule else "")
        stored = (trials.golden(path) for path in _paths() if path.parent == folder)
        return [case for case in stored if case.scales is None]  # those: test_scales.py

    def call(self, function: Callable[..., Array]) -> Call:
        a = self.convention.cubic_coeff_a
        divided = self.convention.mode in (*DIVIDED, "mitchell") or self.convention.antialias
        weight_error = {"area": 4.0}.get(self.convention.mode, 1.0)
        if divided:
            weight_error = normalised_weight_error(self.convention)
        elif a:
            weight_error = cubic_weight_error(float(a))
        return _call(
            "resize",
            function,
            lambda case: {"size": case.size},
            lambda dtype: ErrorModel(
                coordinates=dtype,
                coordinate_roundings=3,
                distance_roundings=3 if divided else 0,
                weights=dtype,
                weight_error=weight_error,
                normalised=divided,
                accumulation=dtype,
                coordinate_rule=self.rule,
                source="this file",
            ),
        )


LINEAR = Followed(Resize(mode="linear"), {"kernel": "linear", "grid": "half_pixel"})
LINEAR_ASYMMETRIC = Followed(
    Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
    {"kernel": "linear", "grid": "asymmetric"},
)
LINEAR_ALIGNED = Followed(
    Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    {"kernel": "linear", "grid": "align_corners"},
)
CUBIC = Followed(Resize(mode="cubic"), {"kernel": "cubic", "grid": "half_pixel"})
CUBIC_ALIGNED = Followed(
    Resize(mode="cubic", coordinate_transformation_mode="align_corners"),
    {"kernel": "cubic", "grid": "align_corners"},
)
CUBIC_EXCLUDE = Followed(
    Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True),
    {"kernel": "cubic", "grid": "half_pixel", "a": -0.5, "edge": "exclude", "steps": 1024},
    "kernel_table_1024",
)
NEAREST_FLOOR = Followed(
    Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    {"kernel": "nearest", "grid": "asymmetric", "pick": "floor"},
)
NEAREST_EXACT = Followed(
    Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
    {"kernel": "nearest", "grid": "half_pixel", "pick": "half_up"},
)
LINEAR_AA = Followed(
    Resize(mode="linear", antialias=True, exclude_outside=True),
    {"kernel": "linear", "grid": "half_pixel", "antialias": True, "edge": "exclude"},
)
CUBIC_AA = Followed(
    Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
    {"kernel": "cubic", "grid": "half_pixel", "a": -0.5, "antialias": True, "edge": "exclude"},
)
LANCZOS_3 = Followed(
    Resize(mode="lanczos", lanczos_radius=3, exclude_outside=True),
    {"kernel": "lanczos", "grid": "half_pixel", "edge": "exclude"},
)
LANCZOS_3_AA = Followed(
    Resize(mode="lanczos", lanczos_radius=3, antialias=True, exclude_outside=True),
    {"kernel": "lanczos", "grid": "half_pixel", "antialias": True, "edge": "exclude"},
)
LANCZOS_1 = Followed(
    Resize(mode="lanczos", lanczos_radius=1, exclude_outside=True),
    {"kernel": "lanczos", "grid": "half_pixel", "edge": "exclude", "radius": 1},
)
LINEAR_CROP = Followed(
    Resize(mode="linear", coordinate_transformation_mode="tf_crop_and_resize"),
    {"kernel": "linear", "grid": "crop"},
)
NEAREST_CROP = Followed(
    Resize(
        mode="nearest",
        coordinate_transformation_mode="tf_crop_and_resize",
        nearest_mode="round_prefer_ceil",
    ),
    {"kernel": "nearest", "grid": "crop", "pick": "half_up"},
)
LINEAR_AA_CORNERS = Followed(
    Resize(
        mode="linear",
        coordinate_transformation_mode="pytorch_half_pixel_align_corners",
        antialias=True,
        exclude_outside=True,
    ),
    {"kernel": "linear", "grid": "torch_corners_half", "antialias": True, "edge": "exclude"},
)
AREA_CORNERS = Followed(
    Resize(mode="area", coordinate_transformation_mode="half_pixel_align_corners"),
    {"kernel": "area", "grid": "corners_half"},
)
LANCZOS_4 = Followed(
    Resize(mode="lanczos", lanczos_radius=4),
    {"kernel": "lanczos", "grid": "half_pixel", "radius": 4},
)
GAUSSIAN = Followed(
    Resize(mode="gaussian", exclude_outside=True),
    {"kernel": "gaussian", "grid": "half_pixel", "edge": "exclude", "float32_places": True},
    "inverse_scale_float32",
)
MITCHELL = Followed(
    Resize(mode="mitchell", exclude_outside=True),
    {"kernel": "mitchell", "grid": "half_pixel", "edge": "exclude"},
)
AREA = Followed(Resize(mode="area"), {"kernel": "area", "grid": "half_pixel"})
AREA_LINEAR = Followed(Resize(mode="area_linear"), {"kernel": "area_linear", "grid": "asymmetric"})
ADAPTIVE_AREA = Followed(
    Resize(mode="adaptive_area"), {"kernel": "adaptive_area", "grid": "half_pixel"}
)
FOLLOWED = {
    "linear": LINEAR,
    "linear asymmetric": LINEAR_ASYMMETRIC,
    "linear align_corners": LINEAR_ALIGNED,
    "cubic": CUBIC,
    "cubic align_corners": CUBIC_ALIGNED,
    "cubic exclude_outside, table of 1024": CUBIC_EXCLUDE,
    "nearest asymmetric floor": NEAREST_FLOOR,
    "nearest half_pixel, ties up": NEAREST_EXACT,
    "linear antialias": LINEAR_AA,
    "cubic antialias": CUBIC_AA,
    "lanczos3": LANCZOS_3,
    "lanczos3 antialias": LANCZOS_3_AA,
    "lanczos4": LANCZOS_4,
    "lanczos1": LANCZOS_1,
    "crop": LINEAR_CROP,
    "crop of nearest": NEAREST_CROP,
    "antialias with corners": LINEAR_AA_CORNERS,
    "area with corners": AREA_CORNERS,
    "gaussian, scale inverted in float32": GAUSSIAN,
    "mitchell": MITCHELL,
    "area": AREA,
    "area_linear": AREA_LINEAR,
    "adaptive_area": ADAPTIVE_AREA,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("followed", thinned(FOLLOWED.values(), every=2), ids=FOLLOWED)
def test_a_right_resize_conforms_on_every_golden(followed: Followed, dtype: str) -> None:
    call = followed.call(lambda x, size: _resize(x, size, **followed.options))
    verdicts = _judged(call, followed.cases, dtype)
    assert len(verdicts) == 22
    assert {name: v.reason for name, v in verdicts.items() if v.kind != "conforms"} == {}


@dataclass(frozen=True)
class WrongResize:
    """A mistake in following a convention: other options, or something done to its arrays."""

    mistake: str
    followed: Followed
    case: str  # one that shows it
    named: str | None
    options: dict[str, Any] | None = None  # instead of the right ones
    image: Callable[[Array], Array] = lambda x: x  # done to x
    size: Callable[[tuple[int, int]], tuple[int, int]] = lambda size: size
    result: Callable[[Array], Array] = lambda y: y  # done to y
    dtype: DType = "float32"

    def __call__(self, x: Array, size: tuple[int, int]) -> Array:
        options = {**self.followed.options, **(self.options or {})}
        return self.result(_resize(self.image(x), self.size(size), **options))


def _nan_in_one_pixel(y: Array) -> Array:
    y[0, 0, 1, 2] = np.nan
    return y


UP, DOWN, BOTH = "4x5-7x9-texture", "9x7-5x4-texture", "6x11-13x4-texture"
SIZES_TRADED = "12x5-5x12-texture"

# fmt: off
WRONG_RESIZE = (
    # another grid: shifted by half a pixel, or with the corners aligned
    WrongResize("linear shifted by half a pixel: asymmetric", LINEAR, UP,
                "resize linear asymmetric", {"grid": "asymmetric"}),
    WrongResize("linear shifted when shrinking", LINEAR, DOWN,
                "resize linear asymmetric", {"grid": "asymmetric"}),
    WrongResize("linear with align_corners mistaken for True", LINEAR, UP,
                "resize linear align_corners", {"grid": "align_corners"}),
    WrongResize("linear shifted by half a pixel: half_pixel", LINEAR_ASYMMETRIC, UP,
                "resize linear half_pixel", {"grid": "half_pixel"}),
    WrongResize("linear asymmetric with align_corners mistaken", LINEAR_ASYMMETRIC, UP,
                "resize linear align_corners", {"grid": "align_corners"}),
    WrongResize("linear with align_corners mistaken for False", LINEAR_ALIGNED, UP,
                "resize linear half_pixel", {"grid": "half_pixel"}),
    WrongResize("linear with align_corners mistaken for TF 1's False", LINEAR_ALIGNED, UP,
                "resize linear asymmetric", {"grid": "asymmetric"}),
    WrongResize("cubic shifted by half a pixel", CUBIC, UP,
                "resize cubic asymmetric cubic_coeff_a=-0.75", {"grid": "asymmetric"}),
    WrongResize("cubic with align_corners mistaken for True", CUBIC, BOTH,
                "resize cubic align_corners cubic_coeff_a=-0.75", {"grid": "align_corners"}),
    WrongResize("cubic with align_corners mistaken for False", CUBIC_ALIGNED, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.75", {"grid": "half_pixel"}),
    WrongResize("nearest shifted by half a pixel", NEAREST_FLOOR, UP,
                "resize nearest half_pixel floor", {"grid": "half_pixel"}),
    WrongResize("nearest with the corners aligned", NEAREST_EXACT, BOTH,
                "resize nearest align_corners round_prefer_ceil", {"grid": "align_corners"}),
    # another kernel
    WrongResize("linear for cubic", CUBIC, UP, "resize linear half_pixel", {"kernel": "linear"}),
    WrongResize("nearest for linear", LINEAR, UP,
                "resize nearest half_pixel round_prefer_ceil", {"kernel": "nearest"}),
    WrongResize("cubic a=-0.5 for -0.75", CUBIC, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.5", {"a": -0.5}),
    WrongResize("cubic a=-0.75 for -0.5", CUBIC_EXCLUDE, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.75 exclude_outside with kernel_table_1024",
                {"a": -0.75}),
    WrongResize("cubic a=-0.6, which nobody uses", CUBIC, UP, None, {"a": -0.6}),
    WrongResize("cubic from a table of 1024 entries", CUBIC, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.75 with kernel_table_1024",
                {"steps": 1024}),
    WrongResize("cubic without the table of 1024 entries", CUBIC_EXCLUDE, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.5 exclude_outside", {"steps": None}),
    WrongResize("linear with weights of 11 bits", LINEAR, UP, None, {"weight_bits": 11}),
    WrongResize("cubic with weights of 11 bits", CUBIC, UP, None, {"weight_bits": 11}),
    WrongResize("linear with antialiasing", LINEAR, DOWN,
                "resize linear half_pixel antialias exclude_outside",
                {"antialias": True, "edge": "exclude"}),
    WrongResize("antialiasing forgotten: linear", LINEAR_AA, DOWN, "resize linear half_pixel",
                {"antialias": False}),
    WrongResize("antialiasing forgotten: cubic", CUBIC_AA, DOWN,
                "resize cubic half_pixel cubic_coeff_a=-0.5 exclude_outside", {"antialias": False}),
    WrongResize("antialiasing forgotten: lanczos3", LANCZOS_3_AA, DOWN,
                "resize lanczos half_pixel lanczos_radius=3 exclude_outside", {"antialias": False}),
    WrongResize("antialiasing for none: lanczos3", LANCZOS_3, DOWN,
                "resize lanczos half_pixel lanczos_radius=3 antialias exclude_outside",
                {"antialias": True}),
    WrongResize("antialiased cubic a=-0.75 for -0.5", CUBIC_AA, DOWN,
                "resize cubic half_pixel cubic_coeff_a=-0.75 antialias exclude_outside",
                {"a": -0.75}),
    WrongResize("antialiased cubic a=-0.6, which nobody uses", CUBIC_AA, DOWN, None, {"a": -0.6}),
    WrongResize("one pixel of a crop at the corner, not in the middle", LINEAR_CROP, "7x6-1x1-texture",
                "resize linear align_corners", {"grid": "align_corners"}),
    WrongResize("a crop that samples as resize does", LINEAR_CROP, UP,
                "resize linear half_pixel", {"grid": "half_pixel"}),
    WrongResize("a crop of nearest that rounds down", NEAREST_CROP, UP,
                "resize nearest align_corners floor", {"pick": "floor"}),
    WrongResize("antialias takes align_corners' places", LINEAR_AA_CORNERS, UP,
                "resize linear align_corners", {"grid": "align_corners"}),
    WrongResize("antialias forgets align_corners", LINEAR_AA_CORNERS, DOWN,
                "resize linear half_pixel antialias exclude_outside", {"grid": "half_pixel"}),
    WrongResize("area forgets align_corners", AREA_CORNERS, DOWN,
                "resize area half_pixel", {"grid": "half_pixel"}),
    WrongResize("lanczos3 for lanczos1", LANCZOS_1, UP,
                "resize lanczos half_pixel lanczos_radius=3 exclude_outside", {"radius": 3}),
    WrongResize("lanczos3 for lanczos4", LANCZOS_4, UP, "resize lanczos half_pixel lanczos_radius=3",
                {"radius": 3}),
    WrongResize("lanczos5 for lanczos3", LANCZOS_3, UP,
                "resize lanczos half_pixel lanczos_radius=5 exclude_outside", {"radius": 5}),
    WrongResize("lanczos2, which nobody uses", LANCZOS_3, UP, None, {"radius": 2}),
    WrongResize("lanczos4 not divided by the sum of its weights", LANCZOS_4, UP, None,
                {"divide": False}),
    WrongResize("lanczos4 shifted by half a pixel", LANCZOS_4, UP, None, {"grid": "asymmetric"}),
    WrongResize("gaussian of twice the sigma", GAUSSIAN, UP, None, {"sigma": 1.0}),
    WrongResize("gaussian of sigma 1.5 / 2", GAUSSIAN, UP, None, {"sigma": 0.75}),
    WrongResize("gaussian not divided by the sum of its weights", GAUSSIAN, UP, None,
                {"divide": False}),
    WrongResize("Keys' kernel for Mitchell's", MITCHELL, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.5 exclude_outside",
                {"kernel": "cubic", "a": -0.5}),
    WrongResize("Mitchell's kernel for Keys'", CUBIC_AA, UP,
                "resize mitchell half_pixel exclude_outside", {"kernel": "mitchell"}),
    # another window
    WrongResize("area read as linear", AREA, DOWN, "resize linear half_pixel", {"kernel": "linear"}),
    WrongResize("area read as linear when growing", AREA_LINEAR, UP, "resize linear half_pixel",
                {"kernel": "linear", "grid": "half_pixel"}),
    WrongResize("area read as nearest", AREA, DOWN, "resize nearest half_pixel round_prefer_ceil",
                {"kernel": "nearest"}),
    WrongResize("adaptive_area for area", AREA, DOWN, "resize adaptive_area half_pixel",
                {"kernel": "adaptive_area"}),
    WrongResize("area for adaptive_area", ADAPTIVE_AREA, DOWN, "resize area half_pixel",
                {"kernel": "area"}),
    WrongResize("area_linear for area", AREA, DOWN, "resize area_linear asymmetric",
                {"kernel": "area_linear"}),
    WrongResize("area where one axis grows and two taps are meant", AREA_LINEAR, BOTH,
                "resize area half_pixel", {"kernel": "area"}),
    WrongResize("antialiased linear for area", AREA, DOWN,
                "resize linear half_pixel antialias exclude_outside",
                {"kernel": "linear", "antialias": True, "edge": "exclude"}),
    # another edge
    WrongResize("exclude_outside for clamped", CUBIC, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.75 exclude_outside", {"edge": "exclude"}),
    WrongResize("clamped for exclude_outside", CUBIC_EXCLUDE, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.5 with kernel_table_1024",
                {"edge": "clamp"}),
    WrongResize("antialiased with the edge clamped: linear", LINEAR_AA, DOWN,
                "resize linear half_pixel antialias", {"edge": "clamp"}),
    WrongResize("antialiased with the edge clamped: cubic", CUBIC_AA, DOWN,
                "resize cubic half_pixel cubic_coeff_a=-0.5 antialias", {"edge": "clamp"}),
    WrongResize("antialiased, weights outside lost and not divided by the rest", LINEAR_AA, DOWN,
                None, {"divide": False}),
    WrongResize("antialiased, the image reflected at its edge", CUBIC_AA, DOWN, None,
                {"edge": "reflect"}),
    WrongResize("exclude_outside for clamped: lanczos4", LANCZOS_4, UP,
                "resize lanczos half_pixel lanczos_radius=4 exclude_outside", {"edge": "exclude"}),
    WrongResize("clamped for exclude_outside: mitchell", MITCHELL, UP,
                "resize mitchell half_pixel", {"edge": "clamp"}),
    WrongResize("zeros outside the image", LINEAR, UP,
                "resize linear half_pixel zeros", {"edge": "zero"}),
    WrongResize("the image reflected at its edge", CUBIC, UP,
                "resize cubic half_pixel cubic_coeff_a=-0.75 reflection", {"edge": "reflect"}),
    # another pixel
    WrongResize("nearest: ties down for ties up", NEAREST_EXACT, BOTH,
                "resize nearest half_pixel round_prefer_floor", {"pick": "half_down"}),
    WrongResize("nearest: ties to even, which are below here", NEAREST_EXACT, BOTH,
                "resize nearest half_pixel round_prefer_floor", {"pick": "half_to_even"}),
    WrongResize("nearest: rounded for floored", NEAREST_FLOOR, BOTH,
                "resize nearest asymmetric round_prefer_ceil", {"pick": "half_up"}),
    WrongResize("nearest: floored for rounded", NEAREST_EXACT, UP,
                "resize nearest half_pixel floor", {"pick": "floor"}),
    WrongResize("nearest: the next pixel", NEAREST_FLOOR, UP,
                "resize nearest asymmetric ceil", {"pick": "ceil"}),
    # axes taken for each other
    WrongResize("rows and columns swapped", LINEAR, UP,
                "the expected convention with rows and columns swapped",
                image=lambda x: x.swapaxes(2, 3), size=lambda size: size[::-1]),
    WrongResize("rows and columns swapped, of a square", LINEAR, "4x4-6x6-ramp",
                "the expected convention with rows and columns swapped",
                image=lambda x: x.swapaxes(2, 3), size=lambda size: size[::-1]),
    WrongResize("(width, height) read as (height, width)", LINEAR, SIZES_TRADED,
                "the expected convention with the size read as (width, height)",
                size=lambda size: size[::-1]),
    WrongResize("channels in reverse order: RGB read as BGR", CUBIC, UP,
                "the expected convention with the channels in reverse order",
                result=lambda y: y[:, ::-1]),
    WrongResize("images in reverse order", LINEAR, DOWN,
                "the expected convention with the images in reverse order", result=lambda y: y[::-1]),
    WrongResize("HWC bytes read as CHW", LINEAR, UP, None,
                image=lambda x: x.transpose(0, 2, 3, 1).reshape(x.shape)),
    WrongResize("upside down", LINEAR, UP, None, result=lambda y: y[:, :, ::-1]),
    WrongResize("off by one column", LINEAR, UP, None, result=lambda y: np.roll(y, 1, axis=3)),
    WrongResize("a column too many", LINEAR, UP, None, size=lambda size: (size[0], size[1] + 1)),
    # values
    WrongResize("scaled by 1.001", LINEAR, UP, None, result=lambda y: y * np.float32(1.001)),
    WrongResize("off by 0.0001", CUBIC, UP, None, result=lambda y: y + np.float32(1e-4)),
    WrongResize("NaN in one pixel", LINEAR, UP, None, result=_nan_in_one_pixel),
    WrongResize("NaN in one pixel of a copy", NEAREST_FLOOR, UP, None, result=_nan_in_one_pixel),
    WrongResize("infinity for everything", LINEAR, UP, None, result=lambda y: y / np.float32(0)),
    WrongResize("rounded to integers", LINEAR, UP, None, result=np.rint),
    WrongResize("clipped to 0..255", CUBIC, UP, None, result=lambda y: y.clip(0, 255)),
    WrongResize("computed in float16", LINEAR, UP, None,
                result=lambda y: y.astype(np.float16).astype(y.dtype)),
    WrongResize("float64 computed in float32", CUBIC, UP, None, dtype="float64",
                result=lambda y: y.astype(np.float32).astype(y.dtype)),
    WrongResize("float32 returned for float64", LINEAR, UP, None, dtype="float64",
                result=lambda y: y.astype(np.float32)),
    WrongResize("uint8 returned", LINEAR, UP, None, result=lambda y: y.clip(0, 255).astype(np.uint8)),
)
# fmt: on


@pytest.mark.filterwarnings(
    "ignore:divide by zero:RuntimeWarning", "ignore:invalid value:RuntimeWarning"
)
@pytest.mark.parametrize("wrong", thinned(WRONG_RESIZE, every=4), ids=lambda wrong: wrong.mistake)
def test_a_wrong_resize_is_caught_and_named(wrong: WrongResize) -> None:
    (case,) = (case for case in wrong.followed.cases if case.name == wrong.case)
    call = wrong.followed.call(wrong)
    verdict = judge(call, case, wrong.dtype)
    assert verdict.kind == "changed"
    said = _said_to_follow(verdict)
    if wrong.named is None:
        assert said == []
    else:
        same = _the_same_here(verdict, wrong.named, call.arithmetic[wrong.dtype])
        assert wrong.named in said
        assert sorted(said) == sorted(same)


def _the_same_here(verdict: Verdict, named: str, arithmetic: ErrorModel) -> list[str]:
    """The readings that mean what one of them means, in this case: none but those may be named with it.

    An antialiased kernel is the plain one where no axis shrinks, for example.
    """
    known = dict(misreadings.readings(verdict.case, verdict.got))
    expected = known[named].expected
    return [
        name
        for name, reading in known.items()
        if reading.expected.shape == expected.shape
        and share_of_bound(expected, reading.expected, error_bound(reading, arithmetic)) <= 1
    ]


# ---------------------------------------------------------------------------- conv_transpose


def _conv_transpose(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    strides: Sequence[int],
    pads: Sequence[int],
    output_padding: Sequence[int],
    dilations: Sequence[int],
    group: int,
) -> Array:
    """Every input pixel stamps the kernel on a canvas, from which the pads are cut."""
    (n, c_in, h, w_in), (_, per_out, *kernel) = x.shape, w.shape
    full = [
        (size - 1) * s + (k - 1) * d + 1 + extra
        for size, s, k, d, extra in zip(
            (h, w_in), strides, kernel, dilations, output_padding, strict=True
        )
    ]
    canvas = np.zeros((n, per_out * group, *full))
    for i in range(c_in):
        g = i // (c_in // group)
        for o in range(per_out):
            for ky, kx in np.ndindex(*kernel):
                rows = slice(
                    ky * dilations[0], ky * dilations[0] + (h - 1) * strides[0] + 1, strides[0]
                )
                cols = slice(
                    kx * dilations[1], kx * dilations[1] + (w_in - 1) * strides[1] + 1, strides[1]
                )
                canvas[:, g * per_out + o, rows, cols] += (
                    x[:, i].astype(np.float64) * w[i, o, ky, kx]
                )
    top, left, bottom, right = pads
    cut = canvas[:, :, top : full[0] - bottom, left : full[1] - right]
    return np.asarray(cut if b is None else cut + b.reshape(1, -1, 1, 1), x.dtype)


def _attributes(request: Request) -> dict[str, object]:
    return request.convention.attributes


def _conv_call(function: Callable[..., Array]) -> Call:
    return _call(
        "conv_transpose", function, _attributes, lambda dtype: sum_of_products(dtype, "this file")
    )


CONV_CASES = {
    case.name: trials.golden(goldens.path_of(case))
    for case in trials.golden_cases()
    if isinstance(case.convention, ConvTranspose)
}


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_right_conv_transpose_conforms_on_every_golden(dtype: str) -> None:
    verdicts = _judged(_conv_call(_conv_transpose), list(CONV_CASES.values()), dtype)
    assert len(verdicts) == 33
    assert {name: v.reason for name, v in verdicts.items() if v.kind != "conforms"} == {}


def _zeros_for_output_padding(
    x: Array, w: Array, b: Array | None = None, **attributes: Any
) -> Array:
    y = _conv_transpose(x, w, b, **{**attributes, "output_padding": (0, 0)})
    end = attributes["output_padding"]
    return np.pad(y, [(0, 0), (0, 0), (0, end[0]), (0, end[1])])


def _averaged(x: Array, w: Array, b: Array | None = None, **attributes: Any) -> Array:
    stamps = _conv_transpose(np.ones_like(x), np.ones_like(w), **attributes)
    return _conv_transpose(x, w, b, **attributes) / np.maximum(stamps, 1)


def _groups_in_turn(x: Array, group: int) -> Array:
    """Channel 0 of each group, then channel 1 of each."""
    shape = x.shape
    return x.reshape(shape[0], group, -1, *shape[2:]).swapaxes(1, 2).reshape(shape)


def _dealt(w: Array, group: int) -> Array:
    return w.reshape(group, -1, *w.shape[1:]).swapaxes(0, 1).reshape(w.shape)


def _reversed_groups(w: Array, group: int) -> Array:
    return w.reshape(group, -1, *w.shape[1:])[::-1].reshape(w.shape)


def _other(**changes: Callable[[Any], Any]) -> Callable[..., Array]:
    """The right function with some of its arguments changed."""

    def function(x: Array, w: Array, b: Array | None = None, **attributes: Any) -> Array:
        arguments = {"x": x, "w": w, "b": b, **attributes}
        return _conv_transpose(**{**arguments, **{k: f(arguments[k]) for k, f in changes.items()}})

    return function


def _after(change: Callable[[Array], Array]) -> Callable[..., Array]:
    """The right function, with something done to its result."""
    return lambda *inputs, **attributes: change(_conv_transpose(*inputs, **attributes))


def _swap_sides(pads: Sequence[int]) -> Sequence[int]:
    return [*pads[2:], *pads[:2]]


RIGHT = "the expected convention with "
SAME, FULL, BIASED = "4x4-8x8-k3x3-s2-same", "4x5-6x7-k3x3-full", "3x3-7x7-k3x3-s2-bias"
GROUPS, DEPTHWISE = "3x3-7x7-k3x3-s2-g2", "3x4-5x7-k3x3-s2-p1-g3"

# the mistake, the function, a case that shows it, what it is named as
# fmt: off
WRONG_CONV: tuple[tuple[str, Callable[..., Array], str, str | None], ...] = (
    ("padding on the wrong side", _other(pads=_swap_sides), SAME,
     "conv_transpose strides=2,2 pads=1,1,0,0"),
    ("padding of 5 taps on the wrong side", _other(pads=_swap_sides), "3x4-6x8-k5x5-s2-same",
     "conv_transpose strides=2,2 pads=2,2,1,1"),
    ("padding divided evenly", _other(pads=lambda p: (1, 2, 1, 2)), "4x5-8x9-k4x5-s2-pads",
     "conv_transpose strides=2,2 pads=1,2,1,2"),
    ("padding of rows and columns swapped", _other(pads=lambda p: (p[1], p[0], p[3], p[2])),
     "4x5-8x6-k3x2-s2x1-p1x0", None),
    ("padding not cut", _other(pads=lambda p: (0, 0, 0, 0)), SAME, None),
    ("kernel flipped: a convolution for its transpose", _other(w=lambda w: w[:, :, ::-1, ::-1]),
     FULL, RIGHT + "the kernel flipped"),
    ("one impulse stamps a flipped kernel", _other(w=lambda w: w[:, :, ::-1, ::-1]),
     "4x6-6x8-k3x3-impulse", RIGHT + "the kernel flipped"),
    ("kernel flipped top to bottom only", _other(w=lambda w: w[:, :, ::-1]), FULL, None),
    ("kernel's rows and columns swapped", _other(w=lambda w: w.swapaxes(2, 3)), FULL,
     RIGHT + "the kernel's rows and columns swapped"),
    ("weight's input and output channels swapped", _other(w=lambda w: w.swapaxes(0, 1)),
     "5x4-5x4-k3x3-same", RIGHT + "the weight's input and output channels swapped"),
    ("weight of (c_out, c_in) read as (c_in, c_out)",
     _other(w=lambda w: w.swapaxes(0, 1).reshape(w.shape)), FULL, None),
    ("input channels in reverse order", _other(x=lambda x: x[:, ::-1]), FULL,
     RIGHT + "the input channels in reverse order"),
    ("output channels in reverse order", _after(lambda y: y[:, ::-1]), FULL,
     RIGHT + "the output channels in reverse order"),
    ("images in reverse order", _after(lambda y: y[::-1]), "5x4-5x4-k3x3-same",
     "the expected convention with the images in reverse order"),
    ("groups in reverse order", _other(w=lambda w: _reversed_groups(w, 2)), GROUPS,
     RIGHT + "the weight's groups in reverse order"),
    ("input channels dealt to the groups in turn", _other(w=lambda w: _dealt(w, 2)), GROUPS,
     RIGHT + "the channels assigned to the groups in turn"),
    ("output channels left in the order of the groups' turns",
     _after(lambda y: _groups_in_turn(y, 2)), GROUPS,
     "the expected convention with the output channels of the groups interleaved"),
    ("depthwise outputs left in the order of the groups' turns",
     _after(lambda y: _groups_in_turn(y, 3)), DEPTHWISE,
     "the expected convention with the output channels of the groups interleaved"),
    ("output_padding filled with zeros", _zeros_for_output_padding, "4x4-8x8-k3x3-s2-p1-op1",
     RIGHT + "output_padding filled with zeros instead of computed"),
    ("output_padding at the beginning", _other(pads=lambda p: (0, 0, 2, 2)),
     "4x4-8x8-k3x3-s2-p1-op1", "conv_transpose strides=2,2 pads=0,0,1,1"),
    ("output_padding left out", _other(output_padding=lambda _: (0, 0)), "3x2-9x6-k2x2-s3-op1",
     None),
    ("bias forgotten", _other(b=lambda b: None), BIASED, "the expected convention without the bias"),
    ("bias forgotten among other things", _other(b=lambda b: None),
     "3x3-6x6-k3x3-s2-p1-op1-g2-bias", "the expected convention without the bias"),
    ("bias added twice", _other(b=lambda b: 2 * b), BIASED, None),
    ("bias of another channel", _other(b=lambda b: b[::-1]), BIASED, None),
    ("dilation ignored", _other(dilations=lambda _: (1, 1)), "4x5-8x9-k3x3-d2", None),
    ("dilation and stride mixed up", _other(strides=lambda _: (1, 1), dilations=lambda _: (2, 2)),
     "4x4-9x9-k3x3-s2-fine", None),
    ("stride swapped between the axes", _other(strides=lambda s: s[::-1]), "4x5-8x6-k3x2-s2x1-p1x0",
     None),
    ("stride ignored", _other(strides=lambda s: (1, 1)), "3x4-6x8-k2x2-s2", None),
    ("overlaps averaged", _averaged, "4x4-7x7-k3x3-s2-p1", None),
    ("one pixel late", _after(lambda y: np.roll(y, 1, axis=2)), FULL, None),
    ("scaled by 1.001", _after(lambda y: y * np.float32(1.001)), FULL, None),
    ("one unit of 2^-12 off", _after(lambda y: y + np.float32(2**-12)), "4x4-9x9-k3x3-s2-fine",
     None),
    ("float16 returned", _after(lambda y: y.astype(np.float16)), FULL, None),
)
# fmt: on


@pytest.mark.parametrize(
    ("function", "case", "named"),
    [row[1:] for row in WRONG_CONV],
    ids=[row[0] for row in WRONG_CONV],
)
def test_a_wrong_conv_transpose_is_caught_and_named(
    function: Callable[..., Array], case: str, named: str | None
) -> None:
    verdict = judge(_conv_call(function), CONV_CASES[case], "float32")
    assert verdict.kind == "changed"
    assert _said_to_follow(verdict) == ([named] if named else [])


# ---------------------------------------------------------------------------- what a failure says

SHIFTED = WRONG_RESIZE[0]


def _golden(followed: Followed, name: str) -> Case:
    (case,) = (case for case in followed.cases if case.name == name)
    return case


def _shifted() -> Verdict:
    return judge(LINEAR.call(SHIFTED), _golden(LINEAR, "2x2-8x8-worked_example"), "float32")


# fmt: off
PARTS = {
    "framework, version, dtype and the call as a user writes it":
        r"\Amylib 1\.2, float32: mylib\.resize\(x, size=\(8, 8\)\)\n",
    "how many values exceed the error bound":
        r"^  55 of 64 values exceed the error bound$",
    "the convention":
        r"^  convention +resize linear half_pixel$",
    "the case and what it pins":
        r"^  case +2x2-8x8-worked_example: the image on which TF 1, OpenCV and torch",
    "the path of the golden":
        r"^  golden +golden/resize/linear-half_pixel/2x2-8x8-worked_example\.json$",
    "where the worst value is, and its error, absolute and in ULP":
        r"^  worst at +\[n=0, c=0, h=4, w=4\]: error 2\.72 \(1\.14e\+07 ULP\), "
        r"error bound [\d.e-]+ \([\d.]+ ULP\)$",
    "the golden's value and the one that came":
        r"^    golden +2\.28125\n    got +5\.0$",
    "the rows side by side":
        r"^    h=4 +golden +0\.25 +0\.25 +0\.65625 +1\.46875 +2\.28125 +3\.09375 +3\.5 +3\.5\n"
        r" +got +1 +2 +3 +4 +5 +5 +5 +5\n(?: +\^){8}\n",
    "the rows above and below":
        r"^    h=3 +golden (?s:.*)^    h=5 +golden ",
    "the other convention":
        r"^  Output matches:\n    resize linear asymmetric\Z",
}
# fmt: on


@pytest.mark.parametrize("pattern", PARTS.values(), ids=PARTS)
def test_a_failure_shows(pattern: str) -> None:
    text = explain(_shifted())
    assert re.search(pattern, text, re.MULTILINE), text


def test_a_failure_counts_exactly_the_values_that_are_off() -> None:
    verdict = _shifted()
    off = int(np.count_nonzero(verdict.got != verdict.case.expected))
    assert verdict.reason == f"{off} of 64 values exceed the error bound"


def test_the_worst_value_is_the_worst() -> None:
    verdict = _shifted()
    error = abs(verdict.got - verdict.case.expected)
    found = re.search(r"n=(\d), c=(\d), h=(\d), w=(\d)\]: error ([\d.]+)", explain(verdict))
    assert found is not None
    assert error[tuple(map(int, found.groups()[:4]))] == error.max()
    assert found[5] == f"{error.max():.3g}"


def test_the_headline_is_one_line_with_the_call_the_cause_the_reason_and_the_case() -> None:
    assert headline(_shifted()) == (
        "mylib-resize float32 matches resize linear asymmetric: "
        "55 of 64 values exceed the error bound (2x2-8x8-worked_example)"
    )


def test_nan_is_the_worst_value() -> None:
    def broken(x: Array, size: tuple[int, int]) -> Array:
        return _nan_in_one_pixel(_resize(x, size, **LINEAR.options) + np.float32(1))

    text = explain(judge(LINEAR.call(broken), _golden(LINEAR, UP), "float32"))
    assert "worst at    [n=0, c=0, h=1, w=2]: NaN must occur exactly where" in text
    assert re.search(r"^    got +nan$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (lambda y: y.astype(np.float64), "returned dtype float64, not float32"),
        (lambda y: y[:, :, 1:], "returned shape (1, 3, 6, 9), not (1, 3, 7, 9)"),
        (lambda y: y[0], "returned shape (3, 7, 9), not (1, 3, 7, 9)"),
        (lambda y: y[..., :0], "returned shape (1, 3, 7, 0), not (1, 3, 7, 9)"),
    ],
    ids=["dtype", "a row short", "no batch axis", "nothing"],
)
def test_dtype_and_shape_come_before_values(result: Callable[[Array], Array], reason: str) -> None:
    call = LINEAR.call(lambda x, size: result(_resize(x, size, **LINEAR.options)))
    verdict = judge(call, _golden(LINEAR, UP), "float32")
    assert (verdict.kind, verdict.reason) == ("changed", reason)
    assert f"\n  {reason}\n" in explain(verdict)


def test_what_the_library_raises_is_shown_in_its_words() -> None:
    def refuses(x: Array, size: tuple[int, int]) -> Array:
        raise RuntimeError("no kernel\nfor this")

    verdict = judge(LINEAR.call(refuses), _golden(LINEAR, UP), "float32")
    assert (verdict.kind, verdict.reason) == (
        "changed",
        "raised an unexpected error; none is declared",
    )
    assert "\n  note        RuntimeError: no kernel for this" in explain(verdict)


# ---------------------------------------------------------------------------- an edited golden


def _edited(tmp_path: Path, case: Case, old: str, new: str) -> Case:
    text = goldens.path_of(case).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "edited.json"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return goldens.read(path)


EDITS = {
    "a digit of expected": (LINEAR_ALIGNED, '"-19/49"', '"-18/49"',
                            "expected[0, 0, 1, 1] is -0.36734693877551022, "
                            "the reference says -0.38775510204081631"),
    "a digit of the input": (LINEAR_ALIGNED, "[ 1,  5]\n", "[ 1,  4]\n", "expected[0, 0, 1, 1] is"),
    "a digit of a copied value": (NEAREST_FLOOR, " 5]", " 6]", "expected[0, 0, "),
}  # fmt: skip


@pytest.mark.parametrize(("followed", "old", "new", "where"), EDITS.values(), ids=EDITS)
def test_an_edited_golden_is_blamed_and_not_the_framework(
    tmp_path: Path, followed: Followed, old: str, new: str, where: str
) -> None:
    case = _edited(tmp_path, _golden(followed, "2x2-8x8-worked_example"), old, new)
    call = followed.call(lambda x, size: _resize(x, size, **followed.options))
    verdict = judge(call, case, "float64")
    assert verdict.kind == "changed"
    text = explain(verdict)
    assert f"  The golden was edited: {where}" in text
    assert "This failure says nothing about the framework; run `halfpixel golden-check`." in text
    assert "Output matches" not in text


def test_an_edited_golden_is_blamed_even_where_the_library_is_wrong_too() -> None:
    case = _golden(LINEAR, "2x2-8x8-worked_example")
    expected = case.expected.copy()
    expected[0, 0, 7, 7] += 1
    verdict = judge(LINEAR.call(SHIFTED), replace(case, expected=expected), "float32")
    assert "The golden was edited: expected[0, 0, 7, 7] is 6" in explain(verdict)


def test_a_wrong_library_is_not_taken_for_an_edited_golden() -> None:
    assert "edited" not in explain(_shifted())
