"""Calls of other libraries, run beside the call that convert says each is; those that are installed."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halfpixel.conversion import parse
from halfpixel.conversion.parse import wrappers
from halfpixel.conversion.parse.source import parsed
from halfpixel.conversion.parse.text import Raises, Unreadable, outermost
from halfpixel.frameworks.wrappers import WRAPPERS

from ..operators.oracles import expected
from ..operators.test_oracles_of_others import in_double, zoomed
from ..thinning import swept

PIXELS = np.random.default_rng(0).integers(0, 256, (11, 14, 3), np.uint8)
FLOATS = PIXELS.astype(np.float32) / 8

# the modules that a library's calls, and the calls underneath, are written with
LIBRARIES: Mapping[str, Mapping[str, str]] = {
    "albumentations": {"A": "albumentations", "cv2": "cv2"},
    "mmcv": {"mmcv": "mmcv", "cv2": "cv2", "Image": "PIL.Image"},
    "imgaug": {"ia": "imgaug", "iaa": "imgaug.augmenters", "cv2": "cv2"},
    "kornia": {"kornia": "kornia", "F": "torch.nn.functional", "torch": "torch"},
    "keras": {"keras": "keras", "tf": "tensorflow", "Image": "PIL.Image"},
}

# call, and what of its result is the image
CALLS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "albumentations": (
        ("A.Resize(7, 20)(image=x)", "['image']"),
        ("A.Resize(height=7, width=20, interpolation=cv2.INTER_AREA)(image=x)", "['image']"),
        ("A.LongestMaxSize(9)(image=x)", "['image']"),
        ("A.LongestMaxSize(max_size=25, interpolation=cv2.INTER_CUBIC)(image=x)", "['image']"),
        ("A.SmallestMaxSize(9)(image=x)", "['image']"),
        ("A.SmallestMaxSize(16, interpolation=cv2.INTER_NEAREST)(image=x)", "['image']"),
    ),
    "mmcv": (
        ("mmcv.imresize(x, (7, 20))", ""),
        ("mmcv.imresize(x, (7, 20), return_scale=True, interpolation='area')", "[0]"),
        ("mmcv.imresize(x, (7, 20), interpolation='lanczos', backend='cv2')", ""),
        ("mmcv.imresize(x, (7, 20), interpolation='lanczos', backend='pillow')", ""),
        ("mmcv.imrescale(x, 1.3, interpolation='bicubic')", ""),
        ("mmcv.imrescale(x, (8, 20))", ""),
    ),
    "imgaug": (
        ("ia.imresize_single_image(x, (7, 20), interpolation='linear')", ""),
        ("ia.imresize_single_image(x, (7, 20), interpolation='cubic')", ""),
        ("ia.imresize_many_images(x, (7, 20), interpolation='nearest')", ""),
        ("iaa.Resize({'height': 7, 'width': 20})(image=x)", ""),
        ("iaa.Resize(9, interpolation='area')(image=x)", ""),
    ),
    "kornia": (
        ("kornia.geometry.transform.resize(x, (7, 20))", ""),
        ("kornia.geometry.transform.resize(x, (7, 20), 'bicubic', align_corners=True)", ""),
        ("kornia.geometry.transform.Resize((7, 20), 'area')(x)", ""),
        ("kornia.geometry.transform.rescale(x, 1.3)", ""),
        ("kornia.geometry.transform.rescale(x, (0.7, 2.0), 'nearest')", ""),
        ("kornia.geometry.transform.Rescale((0.7, 2.0))(x)", ""),
        ("kornia.augmentation.Resize((7, 20))(x)", ""),
        ("kornia.augmentation.Resize((7, 20), resample='nearest')(x)", ""),
        ("kornia.augmentation.Resize((7, 20), resample='bicubic', align_corners=False)(x)", ""),
    ),
    "keras": (
        ("keras.preprocessing.image.smart_resize(x, (22, 28))", ""),
        ("keras.preprocessing.image.smart_resize(x, (22, 28), interpolation='nearest')", ""),
        ("keras.utils.load_img(path, target_size=(7, 20))", ""),
        ("keras.utils.load_img(path, target_size=(7, 20), interpolation='hamming')", ""),
    ),
}


def names_of(library: str) -> dict[str, Any]:
    pytest.importorskip(library, exc_type=ImportError)
    return {name: importlib.import_module(module) for name, module in LIBRARIES[library].items()}


def array(result: Any) -> np.ndarray[Any, Any]:
    return np.asarray(result.numpy() if hasattr(result, "numpy") else result)


def problem(text: str, part: str, names: Mapping[str, Any]) -> str:
    """How a call differs from the call underneath; empty where it does not."""
    underneath = wrappers.opened(outermost(text, parse._known)).underneath
    batches = "many_images" in text
    x = names["x"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = array(eval(f"({text}){part}", {**names, "x": x[None] if batches else x}))
        h, w = got.shape[:2]
        want = array(eval(underneath, {**names, "h": h, "w": w}))
    got = got[0] if batches else got
    same = got.dtype == want.dtype and np.array_equal(got, want)
    return "" if same else f"{text} is not {underneath}"


@pytest.mark.parametrize("library", [swept(library) for library in CALLS])
def test_a_call_is_the_call_underneath(library: str, tmp_path: Path) -> None:
    names = names_of(library)
    path = tmp_path / "image.png"
    if "Image" in names:
        names["Image"].fromarray(PIXELS).save(path)
    images = [PIXELS, FLOATS] if library in ("albumentations", "imgaug") else [PIXELS]
    if library == "kornia":
        images = [names["torch"].from_numpy(FLOATS.transpose(2, 0, 1)[None].copy())]
    if library == "keras":
        images = [FLOATS]
    found = [
        problem(text, part, {**names, "path": str(path), "x": x})
        for x in images
        for text, part in CALLS[library]
    ]
    assert [one for one in found if one] == []


@pytest.mark.sweep
def test_keras_s_dataset_resizes_each_image(tmp_path: Path) -> None:
    names = names_of("keras")
    (tmp_path / "one").mkdir()
    names["Image"].fromarray(PIXELS).save(tmp_path / "one" / "image.png")
    given = {**names, "d": str(tmp_path), "x": PIXELS}
    text = (
        "keras.utils.image_dataset_from_directory(d, image_size=(7, 20), interpolation='bicubic')"
    )
    ((images, _),) = eval(text, given)
    underneath = wrappers.opened(outermost(text, parse._known)).underneath
    assert np.array_equal(images[0].numpy(), eval(underneath, given).numpy())


@pytest.mark.sweep
def test_a_crop_or_pad_resizes_nothing() -> None:
    got = array(names_of("keras")["tf"].image.resize_with_crop_or_pad(FLOATS, 7, 20))
    want = np.zeros_like(got)
    want[:, 3:17] = FLOATS[2:9]
    assert np.array_equal(got, want)


@pytest.mark.parametrize(
    "text",
    [
        "scipy.ndimage.zoom(x, 1.7, order=1)",
        "scipy.ndimage.zoom(x, (0.6, 2), order=0)",
        "scipy.ndimage.zoom(x, (0.6, 2.3), order=1, mode='nearest', grid_mode=True)",
        "scipy.ndimage.zoom(x, (0.6, 2.3), order=0, mode='reflect', grid_mode=True)",
        "skimage.transform.resize(x, (7, 20), mode='edge', anti_aliasing=False)",
        "skimage.transform.resize(x, (7, 20), order=1, mode='symmetric', anti_aliasing=False)",
        "skimage.transform.resize(x, (7, 20), order=0, anti_aliasing=False)",
        "skimage.transform.rescale(x, (0.6, 2.3), mode='edge', anti_aliasing=False)",
        "skimage.transform.rescale(x, 0.05, mode='edge', anti_aliasing=False)",
    ],
)
def test_a_call_of_scipy_or_scikit_image_follows_the_convention(text: str) -> None:
    library = text.partition(".")[0]
    pytest.importorskip(f"{library}.{'ndimage' if library == 'scipy' else 'transform'}")
    x = FLOATS[..., 0].astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = eval(text, {library: importlib.import_module(library), "x": x})
    reading = parse.read(text)
    assert isinstance(reading, parse.Reading)
    convention = reading.calls[0].latest
    rounds = in_double(convention)
    want = expected(convention, x, got.shape, arithmetic=rounds, coordinates=zoomed)
    assert want.problem(got) == ""
    image = x[None, ..., None] if "tf." in reading.underneath else x
    assert reading.size is not None
    assert tuple(eval(str(n), {"x": image}) for n in reading.size) == got.shape


UNDERNEATH = {
    "A.Resize(h, w)": "cv2.resize(x, dsize=(w, h), interpolation=1)",
    "albumentations.Resize(8, 9, cv2.INTER_AREA)": "cv2.resize(x, dsize=(9, 8), "
    "interpolation=cv2.INTER_AREA)",
    "mmcv.imresize(img, size)": "cv2.resize(img, size, interpolation=cv2.INTER_LINEAR)",
    "mmcv.imresize(img, (w, h), backend='pillow')": "Image.fromarray(img).resize((w, h), Image.BILINEAR)",
    "mmcv.imrescale(img, scale)": "cv2.resize(img, (w, h), interpolation=cv2.INTER_LINEAR)",
    "ia.imresize_single_image(img, (h, w), 'area')": "cv2.resize(img, (w, h), interpolation=cv2.INTER_AREA)",
    "iaa.Resize({'height': h, 'width': w}, interpolation=1)": "cv2.resize(x, (w, h), "
    "interpolation=cv2.INTER_LINEAR)",
    "K.geometry.resize(x, size)": "F.interpolate(x, size=(size[0], size[1]), mode='bilinear', "
    "align_corners=None)",
    "K.augmentation.Resize((h, w))": "F.interpolate(x, size=(h, w), mode='bilinear', align_corners=True)",
    "ndimage.zoom(im, [f, f, 1], order=0)": "tf.compat.v1.image.resize_nearest_neighbor(im, "
    "(round(im.shape[1] * f), round(im.shape[2] * f)), align_corners=True)",
    "transform.rescale(im, 0.5, order=0, anti_aliasing=False)": "Image.fromarray(im).resize("
    "(max(round(im.shape[1] * 0.5), 1), max(round(im.shape[0] * 0.5), 1)), Image.NEAREST)",
    "tf.keras.utils.load_img(path, target_size=(h, w))": "Image.open(path).resize((w, h), Image.NEAREST)",
    "tf.keras.preprocessing.image_dataset_from_directory(d)": "tf.image.resize(x, (256, 256), "
    "method='bilinear')",
}


@pytest.mark.parametrize("text", UNDERNEATH)
def test_the_call_underneath(text: str) -> None:
    reading = parse.read(text)
    assert isinstance(reading, parse.Reading)
    assert (reading.written, reading.underneath) == (text, UNDERNEATH[text])
    assert len(reading.calls) > 0


REFUSED = {
    "A.Resize(8, 8, area_for_downscale='image')": "ask about both",
    "A.LongestMaxSize([8, 16])": "drawn",
    "A.LongestMaxSize(max_size_hw=(8, 8))": "not read",
    "mmcv.imresize(img, size, backend=backend)": "known only when the code runs",
    "mmcv.imresize(img, size, interpolation=how)": "not written out",
    "ia.imresize_single_image(img, (8, 8))": "reverse",
    "ia.imresize_single_image(img, (0.5, 8), 'area')": "whole numbers",
    "iaa.Resize((8, 16))": "drawn",
    "iaa.Resize(0.5)": "factor",
    "kornia.geometry.resize(x, 8)": "write both",
    "kornia.geometry.resize(x, (8, 8), antialias=True)": "Gaussian",
    "ndimage.zoom(x, 2)": "B-splines",
    "ndimage.zoom(x, (2, 2, 2), order=1)": "one for each axis",
    "ndimage.zoom(x, 2, order=1, grid_mode=True)": "repeated edge pixel",
    "skimage.transform.resize(x, (8, 8))": "anti_aliasing=False",
    "skimage.transform.resize(x, (8, 8), anti_aliasing=False)": "'edge' or 'symmetric'",
    "skimage.transform.resize(x, (8, 8), order=3, anti_aliasing=False, mode='edge')": "B-splines",
    "keras.utils.load_img(path)": "nothing is resized",
    "keras.utils.load_img(path, target_size=(8, 8), keep_aspect_ratio=True)": "outside",
    "keras.utils.image_dataset_from_directory(d, crop_to_aspect_ratio=True)": "smart_resize",
    "tf.image.resize_with_crop_or_pad(x, 8, 8)": "resizes nothing",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_goes_with_no_call_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=REFUSED[text]) as caught:
        parse.read(text)
    assert not isinstance(caught.value, Raises)


def test_a_word_that_the_library_does_not_take_raises() -> None:
    with pytest.raises(Raises, match="'cubic' is not one of 'nearest', 'bilinear'"):
        parse.read("mmcv.imresize(img, (8, 8), interpolation='cubic')")


def test_each_branch_of_a_condition_is_read() -> None:
    text = "A.Resize(8, 8, interpolation=cv2.INTER_AREA if small else cv2.INTER_CUBIC)"
    found = parse.readings(text)
    assert [one.condition for one in found] == ["small", "not (small)"]
    said = [one.read.calls[0].name for one in found if isinstance(one.read, parse.Reading)]
    assert said == ["resize-INTER_AREA-shrinking", "resize-INTER_CUBIC"]


def test_calls_are_found_in_files() -> None:
    code = b"""
import albumentations as A
import cv2
from kornia.geometry.transform import resize
from scipy import ndimage as ndi
from tensorflow.keras.preprocessing import image
HOW = cv2.INTER_AREA
both = A.Compose([A.Resize(8, 9, interpolation=HOW)])
y = ndi.zoom(resize(x, (8, 8)), 2, order=1)
z = image.load_img(path, target_size=(8, 8))
"""
    found = [one.spelled for one in parsed(code).calls]
    assert found == [
        "albumentations.Resize(8, 9, interpolation=cv2.INTER_AREA)",
        "scipy.ndimage.zoom(resize(x, (8, 8)), 2, order=1)",
        "kornia.geometry.transform.resize(x, (8, 8))",
        "tensorflow.keras.preprocessing.image.load_img(path, target_size=(8, 8))",
    ]


def test_every_reason_is_about_an_argument() -> None:
    for one in WRAPPERS:
        arguments = {*one.signature.parameters, "image", ""}
        conditions = {name for under in one.calls for name in under.when}
        assert conditions <= {*one.refused}
        assert {*one.number, *one.third, *one.whole, *conditions, *one.told} <= arguments
        assert {name.partition(":")[0] for name in one.words} <= arguments
        assert one.calls or "" in one.refused
