"""What Pillow, SciPy, scikit-image and JAX compute, over every argument that a convention can say.

Each library has a table from its arguments to a convention, and draws of sizes, arguments and images.
What is left out, with its reason:

- Pillow's ``reducing_gap``, two resizes one after the other;
- SciPy's and scikit-image's orders above 1, splines whose filter has no end, and ``wrap``; the Gaussian of
  scikit-image's ``anti_aliasing``, a blur before the resize; its ``constant``, which reads nothing where a
  coordinate is outside;
- scikit-image's ``resize_local_mean`` with ``grid_mode=False``, windows around the aligned coordinates, and
  ``downscale_local_mean`` of sizes that are no multiple, which adds ``cval`` before it takes the mean;
- ``jax.lax.conv_transpose`` of two axes: it can abort the process (docs/findings.md); the suites run it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import ConvTranspose, Resize
from halfpixel.identification.candidates import generic
from halfpixel.numerics.coordinates import float_coordinates
from halfpixel.numerics.error_model import ErrorModel
from halfpixel.operators.axis import Axis

from .oracles import Expected, Factor, Part, expected, image, length

Array = NDArray[Any]
NEAREST = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
STRETCHED: dict[str, Any] = {"antialias": True, "exclude_outside": True}


def in_double(convention: Resize) -> ErrorModel:
    return generic(convention, "float64")


def stored_twice(convention: Resize) -> ErrorModel:
    """In double, and each of two passes is stored in float32."""
    return replace(in_double(convention), narrow="float32", narrow_roundings=2)


# ---------------------------------------------------------------------------- Pillow

PILLOW = {
    "BOX": Resize(mode="box", **STRETCHED),
    "BILINEAR": Resize(mode="linear", **STRETCHED),
    "BICUBIC": Resize(mode="cubic", cubic_coeff_a=-0.5, **STRETCHED),
    "LANCZOS": Resize(mode="lanczos", **STRETCHED),
    "HAMMING": Resize(mode="hamming", **STRETCHED),
}


def is_a_tie(part: Part, n_out: int) -> Array:
    """The output pixels of which an end of the box is at a pixel's middle: rounding says whether it is in."""
    step = (part[1] - part[0]) / n_out
    middles = [part[0] + (d + Fraction(1, 2)) * step for d in range(n_out)]
    half = max(step, Fraction(1)) / 2
    ends = [(middle - half, middle + half) for middle in middles]
    return np.array([any((2 * e).denominator == 1 and 2 * e % 2 for e in both) for both in ends])


def pillow_problems(seed: int, count: int) -> Iterator[str]:
    pillow = pytest.importorskip("PIL.Image")
    random = np.random.default_rng(seed)
    for _ in range(count):
        name = str(random.choice(list(PILLOW)))
        convention = PILLOW[name]
        shape, size = (length(random), length(random)), (length(random), length(random))
        x = image(random, shape)
        # the edges of what is resized, in eighths of a pixel; taps beyond them read the image
        edges = [sorted(random.choice(8 * n + 1, 2, replace=False).tolist()) for n in shape]
        parts = [(Fraction(a, 8), Fraction(b, 8)) for a, b in edges]
        if random.random() < 0.5:
            parts = [(Fraction(0), Fraction(n)) for n in shape]
        (top, bottom), (left, right) = parts
        got = np.asarray(
            pillow.fromarray(x).resize(
                size[::-1],
                pillow.Resampling[name],
                box=tuple(map(float, (left, top, right, bottom))),
            )
        )
        want = expected(convention, x, size, arithmetic=stored_twice(convention), parts=parts)
        if name == "BOX":
            ties = [is_a_tie(part, n) for part, n in zip(parts, size, strict=True)]
            kept = np.ix_(*(np.flatnonzero(~tie) for tie in ties))
            got, want = got[kept], Expected(want.value[kept], want.bound[kept])
        if want.problem(got):
            yield f"{name} of {edges} of {shape} to {size}: {want.problem(got)}"


@pytest.mark.opencv
def test_pillow_computes_its_filters_and_boxes() -> None:
    assert list(pillow_problems(0, 150)) == []


@pytest.mark.sweep
@pytest.mark.opencv
def test_pillow_computes_its_filters_and_boxes_in_many_draws() -> None:
    assert list(pillow_problems(100, 5000)) == []


@pytest.mark.opencv
def test_pillow_s_box_is_half_open() -> None:
    """From −½ on but not of it, to ½ (python-pillow/Pillow, src/libImaging/Resample.c: box_filter)."""
    pillow = pytest.importorskip("PIL.Image")
    x = np.array([[0, 10, 40]], np.float32)
    got = np.asarray(pillow.fromarray(x).resize((2, 1), pillow.Resampling.BOX))
    assert got.tolist() == [[5, 40]]  # the middle pixel, at exactly ½ of both, is the first's
    half = Resize(mode="box", **STRETCHED).apply(x, (1, 2))
    assert half.tolist() == [[pytest.approx(10 / 3), 30]]


@pytest.mark.opencv
def test_pillow_s_nearest_adds_the_scale_up() -> None:
    pillow = pytest.importorskip("PIL.Image")
    random = np.random.default_rng(0)

    def summed(convention: Resize, n_in: int, n_out: int, factor: Factor) -> Array:
        return float_coordinates(convention, Axis(n_in, n_out).pixels, "sum_float64")

    for _ in range(100):
        shape, size = (length(random), length(random)), (length(random), length(random))
        x = image(random, shape)
        got = np.asarray(pillow.fromarray(x).resize(size[::-1], pillow.Resampling.NEAREST))
        assert expected(NEAREST, x, size, coordinates=summed).problem(got) == ""


@pytest.mark.opencv
def test_pillow_s_reduce_is_area_by_a_factor() -> None:
    """Windows of a whole number of pixels, the last one cut at the edge."""
    pillow = pytest.importorskip("PIL.Image")
    random, area = np.random.default_rng(0), Resize(mode="area")
    for _ in range(40):
        shape, by = (length(random), length(random)), random.integers(1, 6, 2).tolist()
        if any(2 * n < k for n, k in zip(shape, by, strict=True)):
            continue  # less than half of a pixel is made: Resize refuses that
        x = image(random, shape)
        got = np.asarray(pillow.fromarray(x).reduce((by[1], by[0])))
        scales = [Fraction(1, k) for k in by]
        size = [-(-n // k) for n, k in zip(shape, by, strict=True)]
        want = expected(area, x, size, scales=scales)
        assert want.problem(got) == ""


# ---------------------------------------------------------------------------- SciPy, scikit-image


def zoomed(convention: Resize, n_in: int, n_out: int, factor: Factor) -> Array:
    """scipy/scipy, scipy/ndimage/src/ni_interpolation.c: NI_ZoomShift, in double."""
    d = np.arange(n_out)
    if convention.aligns_corners:
        return np.asarray(d * ((n_in - 1) / (n_out - 1) if n_out > 1 else 1.0))
    return np.asarray((d + 0.5) * (n_in / n_out) - 0.5)


# what a tap outside the image reads, on the grid of half pixels; where corners are aligned no tap is outside
PADDINGS: dict[str, Any] = {
    "nearest": "border",
    "reflect": "border",  # of linear's taps, the mirrored pixel is the edge pixel
    "grid-mirror": "border",
    "mirror": "reflect_101",
    "grid-constant": "zeros",
}
ALIGNED = (*PADDINGS, "constant", "wrap", "grid-wrap")


def of_zoom(order: int, grid_mode: bool, mode: str) -> Resize:
    grid: Any = "half_pixel" if grid_mode else "align_corners"
    if order == 0:
        return replace(NEAREST, coordinate_transformation_mode=grid)
    padding: Any = PADDINGS[mode] if grid_mode else "border"
    return Resize(mode="linear", coordinate_transformation_mode=grid, padding_mode=padding)


def scipy_problems(seed: int, count: int) -> Iterator[str]:
    ndimage = pytest.importorskip("scipy.ndimage")
    random = np.random.default_rng(seed)
    for _ in range(count):
        order, grid_mode = int(random.integers(2)), bool(random.integers(2))
        mode = str(random.choice(list(PADDINGS) if grid_mode else ALIGNED))
        rank = int(random.choice([1, 2, 2, 3]))
        shape, size = ([length(random, 16) for _ in range(rank)] for _ in range(2))
        x = image(random, shape)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it advises a mode to go with grid_mode
            got = ndimage.zoom(
                x,
                [m / n for n, m in zip(shape, size, strict=True)],
                output=np.float64,
                order=order,
                mode=mode,
                grid_mode=grid_mode,
                prefilter=bool(random.integers(2)),
            )
        convention = of_zoom(order, grid_mode, mode)
        rounds = in_double(convention)
        want = expected(convention, x, size, arithmetic=rounds, coordinates=zoomed)
        if want.problem(got):
            yield f"order={order} {grid_mode=} {mode} {shape} to {size}: {want.problem(got)}"


@pytest.mark.opencv
def test_scipy_zooms_in_every_mode() -> None:
    assert list(scipy_problems(0, 200)) == []


@pytest.mark.sweep
@pytest.mark.opencv
def test_scipy_zooms_in_every_mode_in_many_draws() -> None:
    assert list(scipy_problems(100, 5000)) == []


SKIMAGE = {"edge": "nearest", "symmetric": "reflect", "reflect": "mirror"}  # NumPy's names, SciPy's


def skimage_problems(seed: int, count: int) -> Iterator[str]:
    transform = pytest.importorskip("skimage.transform")
    random = np.random.default_rng(seed)
    for _ in range(count):
        order, mode = int(random.integers(2)), str(random.choice(list(SKIMAGE)))
        shape = [length(random, 16), length(random, 16)]
        x = image(random, shape).astype(np.float64)
        flags = {"order": order, "mode": mode, "anti_aliasing": False, "preserve_range": True}
        flags["clip"] = bool(random.integers(2))
        if random.random() < 0.5:
            size = [length(random, 16), length(random, 16)]
            got = transform.resize(x, size, **flags)
        else:  # the size that comes of factors is sampled at its own ratio
            factors = random.choice([0.3, 0.5, 0.75, 1.0, 1.1, 1.5, 2.0], 2)
            size = [max(1, round(n * f)) for n, f in zip(shape, factors.tolist(), strict=True)]
            if min(n * f for n, f in zip(shape, factors.tolist(), strict=True)) < 1:
                continue
            got = transform.rescale(x, factors, **flags)
        convention = of_zoom(order, True, SKIMAGE[mode])
        rounds = in_double(convention)
        want = expected(convention, x, size, arithmetic=rounds, coordinates=zoomed)
        if want.problem(got):
            yield f"order={order} {mode} {shape} to {size}: {want.problem(got)}"


@pytest.mark.opencv
def test_scikit_image_resizes_and_rescales() -> None:
    assert list(skimage_problems(0, 60)) == []


@pytest.mark.sweep
@pytest.mark.opencv
def test_scikit_image_resizes_and_rescales_in_many_draws() -> None:
    assert list(skimage_problems(100, 3000)) == []


def local_mean_problems(seed: int, count: int) -> Iterator[str]:
    """The mean of what an output pixel covers: area; of whole factors by its other name, too."""
    transform = pytest.importorskip("skimage.transform")
    random, area = np.random.default_rng(seed), Resize(mode="area")
    for _ in range(count):
        rank = int(random.integers(1, 4))
        shape, size = ([length(random, 12) for _ in range(rank)] for _ in range(2))
        x = image(random, shape).astype(np.float64)
        want = expected(area, x, size, arithmetic=in_double(area))
        got = transform.resize_local_mean(x, tuple(size), preserve_range=True)
        if want.problem(got):
            yield f"{shape} to {size}: {want.problem(got)}"
        factors = random.integers(1, 4, rank).tolist()
        wide = image(random, [n * k for n, k in zip(size, factors, strict=True)]).astype(np.float64)
        want = expected(area, wide, size, arithmetic=in_double(area))
        got = transform.downscale_local_mean(wide, tuple(factors))
        if want.problem(got):
            yield f"{wide.shape} by {factors}: {want.problem(got)}"


@pytest.mark.opencv
def test_scikit_image_takes_local_means() -> None:
    assert list(local_mean_problems(0, 30)) == []


@pytest.mark.sweep
@pytest.mark.opencv
def test_scikit_image_takes_local_means_in_many_draws() -> None:
    assert list(local_mean_problems(100, 400)) == []


# ---------------------------------------------------------------------------- JAX

JAX: dict[tuple[str, bool], Resize] = {
    ("nearest", False): NEAREST,
    ("linear", False): Resize(mode="linear"),
    ("linear", True): Resize(mode="linear", **STRETCHED),
    ("cubic", False): Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True),
    ("cubic", True): Resize(mode="cubic", cubic_coeff_a=-0.5, **STRETCHED),
    ("cubic-pytorch", False): Resize(mode="cubic"),
    ("cubic-pytorch", True): Resize(mode="cubic", cubic_coeff_a=-0.5, **STRETCHED),
    ("lanczos3", False): Resize(mode="lanczos", exclude_outside=True),
    ("lanczos3", True): Resize(mode="lanczos", **STRETCHED),
    ("lanczos5", False): Resize(mode="lanczos", lanczos_radius=5, exclude_outside=True),
    ("lanczos5", True): Resize(mode="lanczos", lanczos_radius=5, **STRETCHED),
    ("area", False): Resize(mode="area"),
    ("area", True): Resize(mode="area"),
}


def by_inverse(convention: Resize, n_in: int, n_out: int, factor: Factor) -> Array:
    return float_coordinates(convention, Axis(n_in, n_out).pixels, "jax_float32")


# the others are the same kernels, wider or by another name
FEW = [key for key in JAX if key[0] not in ("lanczos5", "area") and key != ("cubic-pytorch", True)]


def jax_problems(seed: int, rank: int, names: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """One draw a method: JAX compiles anew for each size."""
    resize = pytest.importorskip("jax.image").resize
    random = np.random.default_rng(seed)
    for method, antialias in names:
        convention = JAX[method, antialias]
        shape, size = (tuple(length(random) for _ in range(rank)) for _ in range(2))
        x = image(random, shape)
        got = np.asarray(resize(x, size, method, antialias=antialias))
        want = expected(
            convention, x, size, coordinates=by_inverse if method == "nearest" else None
        )
        if want.problem(got):
            yield f"{method} {antialias=} {shape} to {size}: {want.problem(got)}"


@pytest.mark.opencv
def test_jax_resizes_by_every_method() -> None:
    assert list(jax_problems(0, 1, [*FEW, ("area", True)])) == []


@pytest.mark.sweep
@pytest.mark.opencv
@pytest.mark.parametrize("seed", range(100, 104))
def test_jax_resizes_by_every_method_in_many_draws(seed: int) -> None:
    assert list(jax_problems(seed, 2, list(JAX))) == []


# scale_and_translate has no nearest and no edge padding
TRANSLATED = [key for key in JAX if key[0] not in ("nearest", "cubic-pytorch", "area")]


def translated_problems(seed: int, names: list[tuple[str, bool]]) -> Iterator[str]:
    jax_image = pytest.importorskip("jax.image")
    scale_and_translate = pytest.importorskip("jax").jit(
        jax_image.scale_and_translate, static_argnums=(1, 2, 5, 6)
    )
    random = np.random.default_rng(seed)
    for method, antialias in names:
        n, m = length(random, 17), length(random, 17)
        factor = Fraction(int(random.integers(1, 17)), 8)
        shift = Fraction(int(random.integers(-8, 9)), 4)
        x = image(random, (n,))
        scale, shifted = np.array([float(factor)], np.float32), np.array([float(shift)], np.float32)
        got = scale_and_translate(x, (m,), (0,), scale, shifted, method, antialias)
        convention, part = JAX[method, antialias], (-shift / factor, (m - shift) / factor)
        step = (part[1] - part[0]) / m
        middles = [part[0] + (d + Fraction(1, 2)) * step for d in range(m)]
        # where it samples outside the image, beyond the edges of the outermost pixels, nothing is read
        inside = [d for d, middle in enumerate(middles) if 0 <= middle <= n]
        outside = [d for d in range(m) if d not in inside]
        result = np.asarray(got, np.float64)
        if result[outside].any():
            yield f"{method} {antialias=} {n} to {m} by {factor} + {shift}: {result[outside]} outside"
        if not inside:
            continue
        kept = (part[0] + inside[0] * step, part[0] + (inside[-1] + 1) * step)
        if convention.mode == "linear" and not antialias:
            convention = replace(convention, exclude_outside=True)
        want = expected(convention, x, (len(inside),), parts=[kept])
        if want.problem(result[inside]):
            yield f"{method} {antialias=} {n} to {m} by {factor} + {shift}: {want.problem(result[inside])}"


@pytest.mark.opencv
def test_jax_scales_and_translates() -> None:
    assert list(translated_problems(1, TRANSLATED[:4])) == []


@pytest.mark.sweep
@pytest.mark.opencv
@pytest.mark.parametrize("seed", range(100, 104))
def test_jax_scales_and_translates_in_many_draws(seed: int) -> None:
    assert list(translated_problems(seed, TRANSLATED)) == []


def of_lax(
    strides: list[int], kernel: list[int], dilations: list[int], padding: Any
) -> ConvTranspose:
    """jax-ml/jax, jax/_src/lax/convolution.py: conv_transpose, _conv_transpose_padding. An input with zeros
    between its pixels is padded; what is padded less than the kernel's extent less one is cut.

    Raises:
        ValueError: it pads more than that at the start.
    """
    begins, ends, more = [], [], []
    for i, (s, k, d) in enumerate(zip(strides, kernel, dilations, strict=True)):
        extent = (k - 1) * d + 1
        if padding == "SAME":
            total = extent + s - 2
            before = extent - 1 if s > extent - 1 else -(-total // 2)
        elif padding == "VALID":
            total, before = extent + s - 2 + max(extent - s, 0), extent - 1
        else:
            before, total = padding[i][0], sum(padding[i])
        begins.append(extent - 1 - before)
        ends.append(max(extent - 1 - (total - before), 0))
        more.append(max(total - before - (extent - 1), 0))
    return ConvTranspose(
        strides=tuple(strides),
        pads=(*begins, *ends),
        output_padding=tuple(more),
        dilations=tuple(dilations),
    )


def lax_problems(seed: int, count: int) -> Iterator[str]:
    """Whole numbers: no sum is rounded."""
    lax = pytest.importorskip("jax.lax")
    random = np.random.default_rng(seed)
    for _ in range(count):
        rank = 1
        n, k, s, d = (random.integers(1, top, rank).tolist() for top in (6, 5, 4, 3))
        padding: Any = str(random.choice(["SAME", "VALID", "pairs"]))
        if padding == "pairs":
            most = [(a - 1) * b for a, b in zip(k, d, strict=True)]
            padding = [tuple(random.integers(0, top + 1, 2).tolist()) for top in most]
        transpose = bool(random.integers(2))
        c_in, c_out = random.integers(1, 4, 2).tolist()
        try:
            convention = of_lax(s, k, d, padding)
            convention.output_size(n, k)
        except ValueError:
            continue
        x = random.integers(-9, 10, (1, *n, c_in)).astype(np.float32)
        w = random.integers(-9, 10, (*k, c_in, c_out)).astype(np.float32)
        # with transpose_kernel the kernel is a convolution's: turned, and its channels the other way round
        given = np.swapaxes(w, -1, -2) if transpose else np.flip(w, tuple(range(rank)))
        got = lax.conv_transpose(
            x, given, s, padding, rhs_dilation=d, transpose_kernel=transpose, precision="highest"
        )
        ours = np.moveaxis(w, (-2, -1), (0, 1))
        want = convention.apply(np.moveaxis(x, -1, 1), ours)
        if not np.array_equal(np.moveaxis(np.asarray(got), -1, 1), want):
            yield f"{n} by {k} strides={s} dilations={d} {padding} {transpose=}"


@pytest.mark.opencv
def test_jax_transposes_convolutions() -> None:
    assert list(lax_problems(0, 12)) == []


@pytest.mark.sweep
@pytest.mark.opencv
@pytest.mark.parametrize("seed", range(100, 104))
def test_jax_transposes_convolutions_in_many_draws(seed: int) -> None:
    assert list(lax_problems(seed, 100)) == []
