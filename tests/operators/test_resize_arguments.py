"""What `halfpixel.Resize` is given: dtypes, sizes, axes and scales, and what it says of those it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halfpixel import ConvTranspose, Resize
from halfpixel.operators import every_pyramid, every_resize

LINEAR = Resize(mode="linear")
ALIGNED = Resize(mode="linear", coordinate_transformation_mode="align_corners")
CROP = Resize(mode="linear", coordinate_transformation_mode="tf_crop_and_resize", roi=(0, 0.5))
X = np.arange(16.0).reshape(4, 4)
MASKED: Any = np.ma.masked_array(X, X == 3)

# what is called: the exception, the words
REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "float size": (lambda: LINEAR.weights(4.0, 2), TypeError, "n_in is an integer, got 4.0"),  # type: ignore[arg-type]
    "text size": (lambda: LINEAR.weights("4", 2), TypeError, "n_in is an integer, got '4'"),  # type: ignore[arg-type]
    "bool size": (lambda: LINEAR.weights(4, True), TypeError, "n_out is an integer, got True"),
    "one number": (
        lambda: LINEAR.apply(X, 8),  # type: ignore[arg-type]
        TypeError,
        "size has an entry for each resized axis, such as (8, 8); got 8",
    ),
    "text": (lambda: LINEAR.apply(X, "88"), TypeError, "size has an entry for each resized axis"),  # type: ignore[arg-type]
    "float entry": (
        lambda: LINEAR.apply(X, (8.0, 8)),  # type: ignore[arg-type]
        TypeError,
        "an entry of size is an integer, got 8.0",
    ),
    "no pixels": (lambda: LINEAR.apply(X, (0, 8)), ValueError, "sizes are at least one pixel"),
    "negative": (lambda: LINEAR.apply(X, (8, -1)), ValueError, "sizes are at least one pixel"),
    "axes as a number": (
        lambda: LINEAR.apply(X, (8,), axes=0),  # type: ignore[arg-type]
        TypeError,
        "axes has an entry for each resized axis, such as (0, 1); got 0",
    ),
    "float axis": (
        lambda: LINEAR.apply(X, (8,), axes=[0.0]),  # type: ignore[list-item]
        TypeError,
        "an entry of axes is an integer, got 0.0",
    ),
    "axis twice": (lambda: LINEAR.apply(X, (8, 8), axes=(0, 0)), ValueError, "do not fit"),
    "no such axis": (lambda: LINEAR.apply(X, (8,), axes=(2,)), ValueError, "do not fit"),
    "a number": (lambda: LINEAR.apply(3.0, (8,)), ValueError, "of a 0-D array do not fit"),
    "one scale": (
        lambda: LINEAR.apply(X, (8, 8), scales=2),  # type: ignore[arg-type]
        TypeError,
        "scales has an entry for each resized axis, such as (2, 2); got 2",
    ),
    "text scale": (
        lambda: LINEAR.apply(X, (8, 8), scales=("2", "2")),  # type: ignore[arg-type]
        ValueError,
        "a factor is a finite number above 0, got '2'",
    ),
    "NaN scale": (
        lambda: LINEAR.apply(X, (8, 8), scales=(2, np.nan)),
        ValueError,
        "a factor is a finite number above 0, got nan",
    ),
    "scales where the sizes are asked for": (
        lambda: ALIGNED.apply(X, (8, 8), scales=(2, 2)),
        ValueError,
        "scales do nothing in resize linear align_corners, which asks for the sizes: leave them out",
    ),
    "scales of a crop": (
        lambda: CROP.apply(X[0], (8,), scales=(2,)),
        ValueError,
        "scales do nothing in",
    ),
    "scales of a pyramid": (
        lambda: Resize(mode="pyramid").apply(X, (2, 2), scales=(0.5, 0.5)),
        ValueError,
        "scales do nothing in",
    ),
    "roi": (
        lambda: Resize(mode="linear", coordinate_transformation_mode="tf_crop_and_resize", roi=0.5),  # type: ignore[arg-type]
        TypeError,
        "roi has a start, then an end for each resized axis, such as (0, 0, 1, 1); got 0.5",
    ),
    "radius": (
        lambda: Resize(mode="lanczos", lanczos_radius=17),
        ValueError,
        "lanczos_radius is an integer from 1 to 16, got 17",
    ),
    "bool radius": (
        lambda: Resize(mode="lanczos", lanczos_radius=True),
        ValueError,
        "lanczos_radius is an integer from 1 to 16, got True",
    ),
    "flags": (
        lambda: Resize(mode="linear", antialias=np.array([True, False])),  # type: ignore[arg-type]
        ValueError,
        "antialias is True or False",
    ),
    "masked": (
        lambda: LINEAR.apply(MASKED, (8, 8)),
        TypeError,
        "a masked array has no values where it is masked: fill it, as by x.filled(0)",
    ),
    "masked, transposed": (
        lambda: ConvTranspose().apply(MASKED[None, None], np.ones((1, 1, 2, 2))),
        TypeError,
        "a masked array has no values",
    ),
    "complex": (lambda: LINEAR.apply(X * 1j, (8, 8)), TypeError, "got dtype complex128"),
    "texts": (lambda: LINEAR.apply(["a"], (8,)), TypeError, "expected real numbers, got dtype <U1"),
    "dates": (
        lambda: LINEAR.apply(np.array(["2020-01-01"], "M8[D]"), (8,)),
        TypeError,
        "expected real numbers, got dtype datetime64[D]",
    ),
    "fields": (
        lambda: LINEAR.apply(np.zeros(3, [("a", float)]), (8,)),
        TypeError,
        "expected real numbers",
    ),
    "objects": (
        lambda: LINEAR.apply(np.array([None, 1], object), (8,)),
        TypeError,
        "expected real numbers in an object array",
    ),
    "NaN": (lambda: LINEAR.apply([1, np.nan], (8,)), ValueError, "takes finite numbers"),
    "infinity": (
        lambda: LINEAR.apply(np.array([1, np.inf], np.float32), (8,), exact=True),
        ValueError,
        "takes finite numbers",
    ),
    "no image": (
        lambda: LINEAR.apply(np.zeros((0, 4)), (8, 8)),
        ValueError,
        "sizes are at least one pixel, got n_in=0",
    ),
    "gradient": (
        lambda: LINEAR.gradient(X, 8),  # type: ignore[arg-type]
        TypeError,
        "input_size has an entry for each resized axis",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_in_one_sentence(name: str) -> None:
    call, kind, words = REFUSED[name]
    LINEAR.weights(4, 2)  # a size that equals a float is no reason to take that
    with pytest.raises(kind, match=re.escape(words)) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_integers_of_numpy_are_integers() -> None:
    want = LINEAR.apply(X, (8, 6))
    size: Any = np.array([8, 6], np.uint8)
    axes: Any = np.array([0, 1])
    radius: Any = np.int64(3)
    assert np.array_equal(LINEAR.apply(X, size, axes=axes), want)
    assert Resize(mode="lanczos", lanczos_radius=radius) == Resize(mode="lanczos")
    crop = Resize(
        mode="linear",
        coordinate_transformation_mode="tf_crop_and_resize",
        roi=np.array([0, 0.5]),  # type: ignore[arg-type]
    )
    assert crop == CROP


def test_a_batch_of_none_is_resized_to_none() -> None:
    assert LINEAR.apply(np.zeros((0, 3, 4, 4)), (8, 8)).shape == (0, 3, 8, 8)
    assert LINEAR.gradient(np.zeros((0, 3, 4, 4)), (8, 8)).shape == (0, 3, 8, 8)


def test_booleans_are_0_and_1() -> None:
    assert LINEAR.apply([True, False], (4,)).tolist() == [1, 0.75, 0.25, 0]


def test_a_factor_is_not_taken_for_the_fraction_that_it_equals() -> None:
    """1.7 is 17/10, and the float64 that it is stored as is another factor."""
    assert LINEAR.weights(10, 17, 1.7).tolist() == LINEAR.weights(10, 17).tolist()
    binary = Fraction(*(1.7).as_integer_ratio())
    assert LINEAR.weights(10, 16, binary).tolist() != LINEAR.weights(10, 16, 1.7).tolist()


@pytest.mark.parametrize(
    "name", ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz", "int4", "uint4"]
)
def test_narrow_dtypes_are_known_by_their_name(name: str) -> None:
    narrow = pytest.importorskip("ml_dtypes")
    x = np.array([[0, 1, 2], [3, 1, 0]]).astype(getattr(narrow, name))
    for exact in (False, True):
        got = LINEAR.apply(x, (4, 5), exact=exact)
        assert np.array_equal(got, LINEAR.apply(x.astype(np.float64), (4, 5), exact=exact))
    one = np.ones((1, 1, 2, 2))
    transposed = ConvTranspose()
    assert np.array_equal(
        transposed.apply(x[None, None], one), transposed.apply(x[None, None].astype(float), one)
    )


# ---------------------------------------------------------------------------- gradients


@pytest.mark.parametrize("convention", [*every_resize(), *every_pyramid()], ids=str)
def test_a_gradient_is_the_adjoint(convention: Resize) -> None:
    """Σ g · A x = Σ Aᵀ g · x, exactly."""
    random = np.random.default_rng(1)
    n_in, n_out = (6, 3) if convention.takes_every_size else (6, 4)
    x, g = random.integers(-9, 9, (n_in, 5)), random.integers(-9, 9, (n_out, 5))
    forward = convention.apply(x, (n_out,), axes=[0], exact=True)
    backward = convention.gradient(g, (n_in,), axes=[0], exact=True)
    assert backward.shape == x.shape
    assert (forward * g).sum() == (backward * x).sum()
    floats = convention.gradient(g, (n_in,), axes=[0])
    assert floats.tolist() == backward.astype(np.float64).tolist()


def test_a_gradient_takes_scales_axes_and_parts() -> None:
    g = np.arange(2 * 5 * 9 * 3).reshape(2, 5, 9, 3)
    got = LINEAR.gradient(g, (3, 4), scales=(1.7, 2.3), axes=(1, 2))
    h, w = LINEAR.weights(3, 5, 1.7), LINEAR.weights(4, 9, 2.3)
    want = np.einsum("ih,nijc,jw->nhwc", h, g.astype(object), w)
    assert got.shape == (2, 3, 4, 3)
    assert got.tolist() == want.astype(np.float64).tolist()
    crop = Resize(
        mode="linear",
        coordinate_transformation_mode="tf_crop_and_resize",
        roi=(-1, 0.5),
        extrapolation_value=9,
    )
    assert crop.gradient([1.0, 1.0], (3,)).tolist() == [0, 1, 0]  # the first is outside
    with pytest.raises(ValueError, match="scales do nothing"):
        ALIGNED.gradient(g, (3, 4), scales=(1.7, 2.3), axes=(1, 2))
