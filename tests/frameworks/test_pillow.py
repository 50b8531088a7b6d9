"""Pillow's integers in every mode, in parts and in two steps: predicted value for value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel.conversion import convert, parse
from halfpixel.conversion.parse.text import Raises, Unreadable
from halfpixel.frameworks.pillow import FILTERS
from halfpixel.numerics import pillow_window
from halfpixel.numerics.integer_kernels import ROUNDINGS
from halfpixel.numerics.integer_kernels import pillow as kernel

Image = pytest.importorskip("PIL.Image")
pytestmark = pytest.mark.pillow

Array = NDArray[Any]
SMOOTH = [name for name in FILTERS if name != "NEAREST"]
ROWS_FIRST = kernel.ORDERS["pillow_13"]
SEED = 0


@pytest.fixture(autouse=True)
def _release() -> None:
    """The order of passes is that of this release."""
    import PIL

    if int(PIL.__version__.partition(".")[0]) < 13:
        pytest.skip("the predictions are of Pillow 13")


def planes(image: Array) -> Array:
    """(N, C, H, W) of an image (H, W) or (H, W, C)."""
    whole: Array = image[..., None] if image.ndim == 2 else image
    return whole.transpose(2, 0, 1)[None].astype(np.int64)


def pictured(result: Array, like: Array) -> Array:
    """The image of one (N, C, H, W)."""
    image: Array = result[0].transpose(1, 2, 0)
    plane: Array = image[..., 0]
    return plane if like.ndim == 2 else image


def drawn(
    random: np.random.Generator, channels: int = 1, dtype: str = "uint8", largest: int = 60
) -> tuple[Array, tuple[int, int], str]:
    """An image, a size and a filter."""
    h, w = map(int, random.integers(1, largest, 2))
    high, wide = map(int, random.integers(1, 24, 2))
    bounds = np.iinfo(dtype)
    shape = (h, w) if channels == 1 else (h, w, channels)
    image = random.integers(bounds.min, int(bounds.max) + 1, shape).astype(dtype)
    return image, (high, wide), str(random.choice(SMOOTH))


def resized(image: Array, size: tuple[int, int], name: str, **more: Any) -> Array:
    made: Array = np.asarray(
        Image.fromarray(image).resize(size[::-1], Image.Resampling[name], **more)
    )
    return made


def test_parts_are_resized_with_the_pixels_around_them() -> None:
    random, crops = np.random.default_rng(SEED), 0
    for _ in range(200):
        image, size, name = drawn(random)
        step = int(random.choice([1, 8]))  # whole pixels, and eighths
        (top, bottom), (left, right) = (
            sorted((random.choice(step * n + 1, 2, replace=False) / step).tolist())
            for n in image.shape
        )
        parts = (top, bottom), (left, right)
        if (bottom - top, right - left) == size:
            continue  # a crop
        got = resized(image, size, name, box=(left, top, right, bottom))
        want = kernel.passes(FILTERS[name], planes(image), size, ROWS_FIRST, parts)
        assert np.array_equal(got, pictured(want, image))
        if all(float(one).is_integer() for one in (top, bottom, left, right)):
            inside = image[int(top) : int(bottom), int(left) : int(right)]
            crops += not np.array_equal(got, resized(inside, size, name))
    assert crops > 0  # box= is no crop


@pytest.mark.parametrize("gap", [1, 1.5, 2, 3])
def test_a_gap_reduces_first(gap: float) -> None:
    random, apart = np.random.default_rng(SEED), 0
    for _ in range(60):
        image, size, name = drawn(random, int(random.choice([1, 3])), largest=90)
        got = resized(image, size, name, reducing_gap=gap)
        want = kernel.reducing(FILTERS[name], planes(image), size, gap, ROWS_FIRST)
        assert np.array_equal(got, pictured(want, image)), (image.shape, size, name)
        two_steps = max(pillow_window.factors(image.shape[:2], size, gap)) > 1
        apart += not np.array_equal(got, resized(image, size, name))
        assert two_steps or np.array_equal(got, resized(image, size, name))
    assert apart > 10


def test_a_thumbnail_is_a_resize_with_a_gap() -> None:
    random = np.random.default_rng(SEED)
    for _ in range(40):
        image, (h, w), name = drawn(random, 3, largest=200)
        made = Image.fromarray(image)
        made.thumbnail((w, h), Image.Resampling[name])
        if made.size == image.shape[1::-1]:
            assert np.array_equal(made, image)  # no smaller than the size
            continue
        assert np.array_equal(made, resized(image, made.size[::-1], name, reducing_gap=2.0))
        assert made.width <= w
        assert made.height <= h


def test_blocks_are_averaged() -> None:
    random = np.random.default_rng(SEED)
    for _ in range(100):
        image, _, _ = drawn(random, int(random.choice([1, 3])))
        by = tuple(map(int, random.integers(1, 9, 2)))
        got = np.asarray(Image.fromarray(image).reduce(by[::-1]))
        assert np.array_equal(got, pictured(kernel.block_means(planes(image), by), image))


@pytest.mark.parametrize("channels", [2, 4])
def test_colours_are_multiplied_by_alpha(channels: int) -> None:
    predict = ROUNDINGS["pillow_13_alpha"].predict
    random, apart = np.random.default_rng(SEED), 0
    for _ in range(60):
        image, size, name = drawn(random, channels)
        image[..., -1] = random.choice([0, 255, 1, 7, 128, 200], image.shape[:2])
        got = resized(image, size, name)
        want = predict(FILTERS[name], planes(image), size, "uint8")
        assert np.array_equal(got, pictured(want, image))
        apart += not np.array_equal(got[..., 0], resized(image[..., 0], size, name))
        nearest = resized(image, size, "NEAREST")  # is no other than that of each channel
        assert np.array_equal(nearest[..., 0], resized(image[..., 0].copy(), size, "NEAREST"))
    assert apart > 10


@pytest.mark.parametrize("dtype", ["uint16", "int32"])
def test_wide_integers_are_rounded_after_each_pass(dtype: str) -> None:
    random = np.random.default_rng(SEED)
    for _ in range(80):
        image, size, name = drawn(random, dtype=dtype)
        if name == "HAMMING":
            continue  # near a tie, the last bit of its weights decides
        image = image // (1 if dtype == "uint16" else 4)  # no overshoot beyond int32
        got = resized(image, size, name)
        predict = kernel.uint16
        want = predict(FILTERS[name], planes(image), size, dtype, rows_first=ROWS_FIRST)
        assert np.array_equal(got, pictured(want, image)), (image.shape, size, name)


def test_nearest_of_16_bits_multiplies_where_that_of_bytes_adds_up() -> None:
    """python-pillow/Pillow, src/libImaging/Geometry.c: ImagingTransformAffine of a special type."""
    apart = []
    for n, m in np.ndindex(30, 40):
        row = np.arange(n + 1)[None]
        bytes_, wide = (resized(row.astype(d), (1, m + 1), "NEAREST") for d in ("uint8", "uint16"))
        by_product = np.floor((np.arange(m + 1) + 0.5) * ((n + 1) / (m + 1)))
        assert np.array_equal(wide[0], by_product)
        apart += [(n + 1, m + 1)] * (not np.array_equal(bytes_, wide))
    assert apart[:3] == [(2, 7), (2, 15), (2, 21)]


def test_palettes_and_masks_are_always_nearest() -> None:
    image = Image.fromarray(np.arange(48, dtype=np.uint8).reshape(6, 8))
    for mode in ("P", "1"):
        one = image.convert(mode)
        smooth, nearest = (one.resize((5, 9), Image.Resampling[n]) for n in ("LANCZOS", "NEAREST"))
        assert np.array_equal(smooth, nearest)


# ---------------------------------------------------------------------------- as they are read


def read(text: str) -> parse.Reading:
    found = parse.read(text)
    assert isinstance(found, parse.Reading)
    return found


def test_a_gap_is_known_where_it_reduces() -> None:
    call = read("im.resize((8, 8), Image.BICUBIC, reducing_gap=2.0)").calls[0]
    (defect,) = call.defects
    assert list(call.follows) == [">=7"]
    assert "4 times or more" in defect.why
    assert read("im.resize((8, 8), Image.NEAREST, reducing_gap=2.0)").calls[0].defects == ()
    assert read("im.thumbnail((8, 8))").underneath == "im.resize((w, h), 3, reducing_gap=2.0)"


def test_reduce_is_read_by_its_factor() -> None:
    assert read("im.reduce(2)").factors == (1 / 2, 1 / 2)
    assert read("im.reduce((2, 3))").factors == (1 / 3, 1 / 2)  # along the height first


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("im.resize((8, 8), box=(0, 0, 9, 9))", "pixels around the box", Unreadable),
        ("im.resize((8, 8), box=box)", "pixels around the box", Unreadable),
        ("im.reduce(2, box=box)", "corner of the box", Unreadable),
        ("im.reduce(n)", "written out", Unreadable),
        ("im.resize((8, 8), reducing_gap=gap)", "not written out", Unreadable),
        ("im.resize((8, 8), reducing_gap=0.5)", "must be 1.0 or greater", Raises),
    ],
)
def test_what_is_not_answered(text: str, words: str, kind: type[Unreadable]) -> None:
    with pytest.raises(kind, match=words):
        parse.read(text)


def test_reduce_by_a_number_is_answered_where_half_a_block_is_left() -> None:
    answer = str(convert("im.reduce((3, 2))", "opencv"))
    assert "where the image has at least 1x2 pixels" in answer
    with pytest.raises(ValueError, match="an axis of 2x9 is shorter than half"):
        convert("im.reduce(5)", "torch", input_size=(2, 9))
