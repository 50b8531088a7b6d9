"""Functions of other libraries that resize by a call of a framework: which call that is, and its arguments.

A wrapper is a row of a table: its signature, and the calls underneath as text, with ``{argument}`` where an
argument of the wrapper stands and ``{argument[0]}`` where an entry of it does. What goes with no call is not
answered, for the reason that the row has.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import pillow
from .library import signature

Texts = Mapping[object, str]


@dataclass(frozen=True)
class Under:
    """A call underneath.

    Attributes:
        text: the call, with the wrapper's arguments in braces, and its image as ``{image}``.
        when: for an argument of the wrapper, the values with which it is this call.
        besides: what is done beside it, or taken for granted, in words; braces as in ``text``.
    """

    text: str
    when: Mapping[str, Sequence[object]] = field(default_factory=dict)
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wrapper:
    """A function, or a layer, of another library.

    Attributes:
        name: as people write it.
        spelled: its other names.
        takes: its signature.
        image: the argument that is resized; empty of a layer, whose image comes later, and of a method.
        method: it is a method of the image.
        calls: the calls underneath: the first that goes with the arguments is meant.
        words: for an argument, its values and what stands for each in the call. Where that differs by the
            call, under ``argument:name``, which the call has in braces.
        number: the arguments that may be one number, for both axes.
        third: for an argument with entries, a third one that speaks of channels, which are left as they are.
        whole: the arguments that are one whole number, or entries of such: anything else is something else.
        refused: for an argument, why it is not answered where no call goes with it; of the empty name, why no
            call is.
        told: the arguments that are not answered for, and what is said where one is given.
        source: where it was read: repository, path, symbol.
        ran: the releases that were run beside the call underneath, on drawn images.
    """

    name: str
    takes: str
    source: str
    ran: str = ""
    calls: tuple[Under, ...] = ()
    spelled: tuple[str, ...] = ()
    image: str = ""
    method: bool = False
    words: Mapping[str, Texts] = field(default_factory=dict)
    number: tuple[str, ...] = ()
    third: Mapping[str, Sequence[object]] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """What ``takes`` says."""
        return signature(self.takes)

    @property
    def is_layer(self) -> bool:
        """Whether its image comes later."""
        return not self.image and not self.method


# ---------------------------------------------------------------------------- albumentations

_A_SOURCE = (
    "albumentations-team/albumentations, albumentations/augmentations/geometric/resize.py: {}"
)
_A_TAKES = "interpolation=1, mask_interpolation=0, area_for_downscale=None, always_apply=None, p=1"
_A_RESIZE = "cv2.resize({{image}}, dsize=({}, {}), interpolation={{interpolation}})"
_A_WHEN = {"area_for_downscale": (None,)}
_A_MASKS = "it is no mask, which takes mask_interpolation={mask_interpolation}: 0 is INTER_NEAREST"
_A_REFUSED = {
    "area_for_downscale": "where an axis shrinks, INTER_AREA takes the place of interpolation: ask about "
    "both, interpolation=cv2.INTER_AREA and yours",
    "max_size": "a whole number is answered; of a list, one entry is drawn for each image",
    "max_size_hw": "its bounds are not read: ask about A.Resize with the size that comes of them (until "
    "albumentations 1, interpolation stood here: write interpolation=)",
}


def _albumentations(name: str) -> tuple[str, ...]:
    return f"albumentations.{name}", f"albu.{name}"


def _of_edge(name: str, of: str) -> Wrapper:
    """A transform that says one edge; the other keeps the proportions, rounded half to even."""
    scale = f"({{max_size}} / {of}({{image}}.shape[0], {{image}}.shape[1]))"
    width, height = (f"max(1, round({{image}}.shape[{axis}] * {scale}))" for axis in (1, 0))
    return Wrapper(
        name=f"A.{name}",
        spelled=_albumentations(name),
        takes=f"max_size=None, max_size_hw=None, {_A_TAKES}",
        calls=(
            Under(
                _A_RESIZE.format(width, height), {**_A_WHEN, "max_size_hw": (None,)}, (_A_MASKS,)
            ),
        ),
        whole=("max_size",),
        refused=_A_REFUSED,
        source=_A_SOURCE.format(f"{name}.get_params_dependent_on_data, MaxSizeTransform.apply"),
        ran="albumentations 2.0.8",
    )


ALBUMENTATIONS = (
    Wrapper(
        name="A.Resize",
        spelled=_albumentations("Resize"),
        takes=f"height, width, {_A_TAKES}",
        calls=(Under(_A_RESIZE.format("{width}", "{height}"), _A_WHEN, (_A_MASKS,)),),
        refused=_A_REFUSED,
        source=_A_SOURCE.format("Resize.apply; functional.py: resize"),
        ran="albumentations 2.0.8",
    ),
    _of_edge("LongestMaxSize", "max"),
    _of_edge("SmallestMaxSize", "min"),
)

# ---------------------------------------------------------------------------- mmcv, imgaug

_CV2: Texts = {
    "nearest": "cv2.INTER_NEAREST",
    "bilinear": "cv2.INTER_LINEAR",
    "bicubic": "cv2.INTER_CUBIC",
    "area": "cv2.INTER_AREA",
    "lanczos": "cv2.INTER_LANCZOS4",
}
_PILLOW: Texts = {name.lower(): f"Image.{name}" for name in pillow.FILTERS}
_BACKEND = {"backend": "the backend is known only when the code runs: write 'cv2' or 'pillow'"}
_MMCV = "open-mmlab/mmcv, mmcv/image/geometric.py: {}"
_MMCV_BACKEND = "the backend is cv2: mmcv.use_backend may name another"
_MMCV_PAIR = {"return_scale": "the first of what it returns is meant; the scales follow"}


def _mmcv(size: str, when: Mapping[str, Sequence[object]], *besides: str) -> tuple[Under, ...]:
    """The call of each backend: with the words of its library."""
    cv2 = f"cv2.resize({{image}}, {size}, interpolation={{interpolation:cv2}})"
    picture = f"Image.fromarray({{image}}).resize({size}, {{interpolation:pillow}})"
    return (
        Under(cv2, {**when, "backend": ("cv2",)}, besides),
        Under(cv2, {**when, "backend": (None,)}, (*besides, _MMCV_BACKEND)),
        Under(picture, {**when, "backend": ("pillow",)}, besides),
    )


MMCV = (
    Wrapper(
        name="mmcv.imresize",
        spelled=("mmcv.image.imresize",),
        takes="img, size, return_scale=False, interpolation='bilinear', out=None, backend=None",
        image="img",
        calls=_mmcv("{size}", {}),
        words={"interpolation:cv2": _CV2, "interpolation:pillow": _PILLOW},
        refused=_BACKEND,
        told=_MMCV_PAIR,
        source=_MMCV.format("imresize"),
        ran="mmcv-lite 2.2.0",
    ),
    Wrapper(
        name="mmcv.imrescale",
        spelled=("mmcv.image.imrescale",),
        takes="img, scale, return_scale=False, interpolation='bilinear', backend=None",
        image="img",
        calls=_mmcv(
            "(w, h)",
            {},
            "(w, h) is the image's size times the scale, plus 0.5 and cut; of a pair, times the largest "
            "scale with which the longer edge is at most max({scale}) and the shorter one min({scale})",
        ),
        words={"interpolation:cv2": _CV2, "interpolation:pillow": _PILLOW},
        refused=_BACKEND,
        told=_MMCV_PAIR,
        source=_MMCV.format("imrescale, rescale_size, _scale_size"),
        ran="mmcv-lite 2.2.0",
    ),
)

_IMGAUG_WORDS: Texts = {
    **{word: _CV2.get(word, f"cv2.INTER_{word.upper()}") for word in ("nearest", "area")},
    "linear": "cv2.INTER_LINEAR",
    "cubic": "cv2.INTER_CUBIC",
    **dict(enumerate(list(_CV2.values())[:4])),
}
_IMGAUG_RESIZE = "cv2.resize({{image}}, ({}, {}), interpolation={{interpolation}})"
_IMGAUG_REFUSED = {
    "interpolation": "None is INTER_AREA where an axis grows and INTER_LINEAR where none does, the "
    "reverse of what its documentation says: ask about each",
    "sizes": "(height, width) in whole numbers is answered: a float is a factor of the image's size",
    "size": "a whole number, or a dictionary of height and width, is answered: from a pair or a list one is "
    "drawn for each image, and a float is a factor of its size",
}


def _imresize(name: str, image: str) -> Wrapper:
    return Wrapper(
        name=f"ia.{name}",
        spelled=(f"imgaug.{name}", f"imgaug.imgaug.{name}"),
        takes=f"{image}, sizes=None, interpolation=None",
        image=image,
        calls=(
            Under(
                _IMGAUG_RESIZE.format("{sizes[1]}", "{sizes[0]}"),
                {"interpolation": tuple(_IMGAUG_WORDS)},
            ),
        ),
        words={"interpolation": _IMGAUG_WORDS},
        whole=("sizes",),
        refused=_IMGAUG_REFUSED,
        source=f"aleju/imgaug, imgaug/imgaug.py: {name}, imresize_many_images",
        ran="imgaug 0.4.0",
    )


IMGAUG = (
    _imresize("imresize_single_image", "image"),
    _imresize("imresize_many_images", "images"),
    Wrapper(
        name="iaa.Resize",
        spelled=("imgaug.augmenters.Resize", "iaa.Scale", "imgaug.augmenters.Scale"),
        takes="size, interpolation='cubic', seed=None, name=None",
        calls=(
            Under(
                _IMGAUG_RESIZE.format("{size[width]}", "{size[height]}"),
                {"interpolation": tuple(_IMGAUG_WORDS)},
            ),
        ),
        words={"interpolation": _IMGAUG_WORDS},
        number=("size",),
        whole=("size",),
        refused=_IMGAUG_REFUSED,
        source="aleju/imgaug, imgaug/augmenters/size.py: Resize._handle_size_arg, _augment_images_by_samples",
        ran="imgaug 0.4.0",
    ),
)

# ---------------------------------------------------------------------------- kornia

_K_SOURCE = "kornia/kornia, kornia/{}"
_K_AFFWARP = _K_SOURCE.format("geometry/transform/affwarp.py: {}")
_K_CALL = (
    "F.interpolate({{image}}, size={}, mode={{interpolation}}, align_corners={{align_corners}})"
)
_K_NO_BLUR = {"antialias": (False,)}
_K_REFUSED = {
    "size": "one number is the length of one side, and the other follows from the image: write both",
    "factor": "it is a float, or a pair (vertical, horizontal)",
    "antialias": "where an axis shrinks, it blurs by a Gaussian of σ = (factor − 1) / 2 before the resize, "
    "which no call has: with antialias=False it is answered",
}
_K_FLAGS = "interpolation='bilinear', align_corners={}, {}antialias=False"
_K_PRODUCTS = "(int({image}.shape[2] * {factor[0]}), int({image}.shape[3] * {factor[1]}))"


def _kornia(name: str, image: str, size: str, takes: str, first: str) -> Wrapper:
    last = name.rpartition(".")[2]
    modules = (
        "kornia.geometry.transform",
        "kornia.geometry",
        "K.geometry.transform",
        "K.geometry",
        "KG",
    )
    return Wrapper(
        name=f"kornia.geometry.transform.{last}",
        spelled=(*(f"{module}.{last}" for module in modules[1:]),),
        takes=", ".join(one for one in (image, first, takes) if one),
        image=image,
        calls=(Under(_K_CALL.format(size), _K_NO_BLUR),),
        number=("factor",) if first == "factor" else (),
        refused=_K_REFUSED,
        source=_K_AFFWARP.format(last),
        ran="kornia 0.9.0",
    )


_K_SIDE = "side='short', "
_K_AUGMENTATION = (
    "size, side='short', resample='BILINEAR', align_corners=True, antialias=False, p=1.0, "
    "keepdim=False"
)
_K_SMOOTH = {
    **dict.fromkeys(("BILINEAR", "bilinear", 1), "'bilinear'"),
    **dict.fromkeys(("BICUBIC", "bicubic", 2), "'bicubic'"),
}
KORNIA = (
    _kornia("resize", "input", "({size[0]}, {size[1]})", _K_FLAGS.format(None, _K_SIDE), "size"),
    _kornia("Resize", "", "({size[0]}, {size[1]})", _K_FLAGS.format(None, _K_SIDE), "size"),
    _kornia("rescale", "input", _K_PRODUCTS, _K_FLAGS.format(None, ""), "factor"),
    _kornia("Rescale", "", _K_PRODUCTS, _K_FLAGS.format(True, ""), "factor"),
    Wrapper(
        name="kornia.augmentation.Resize",
        spelled=("K.augmentation.Resize", "K.Resize"),
        takes=_K_AUGMENTATION,
        calls=(
            Under(
                "F.interpolate({image}, size=({size[0]}, {size[1]}), mode='nearest-exact')",
                {**_K_NO_BLUR, "resample": ("NEAREST", "nearest", 0)},
            ),
            Under(
                "F.interpolate({image}, size=({size[0]}, {size[1]}), mode={resample}, "
                "align_corners={align_corners})",
                {**_K_NO_BLUR, "resample": tuple(_K_SMOOTH)},
            ),
        ),
        words={"resample": _K_SMOOTH},
        refused={**_K_REFUSED, "resample": "it is one of 'nearest', 'bilinear', 'bicubic'"},
        source=_K_SOURCE.format("augmentation/_2d/geometric/resize.py: Resize.apply_transform"),
        ran="kornia 0.9.0",
    ),
)

# ---------------------------------------------------------------------------- SciPy, scikit-image

_IN_FLOAT64 = "a result in float32 is meant: it computes in float64"
_TIES = "no output pixel lies as near to two: rounding in float64 picks one there, which may be the other"
_SPLINE = (
    "it interpolates by B-splines, whose coefficients come from every pixel of a row "
    "(spline_filter): no call does; orders 0 and 1 are answered"
)
_ZOOMED = ("round({{image}}.shape[{}] * {{zoom[0]}})", "round({{image}}.shape[{}] * {{zoom[1]}})")
_SCIPY_ROWS = "(" + ", ".join(text.format(axis) for axis, text in enumerate(_ZOOMED, 1)) + ")"
_SCIPY_COLUMNS = "(" + ", ".join(text.format(1 - i) for i, text in enumerate(_ZOOMED[::-1])) + ")"
_EVERY_AXIS = "x is (H, W), or has channels last that zoom leaves: one number would zoom these too"
# where a pixel outside of the image is the edge pixel, for the two taps of order 1
_LIKE_EDGE = ("nearest", "reflect", "grid-mirror")
_NEAREST = "Image.fromarray({{image}}).resize({}, Image.NEAREST)"
_LINEAR = "tf.image.resize({{image}}, {}, method='bilinear')"

SCIPY = (
    Wrapper(
        name="scipy.ndimage.zoom",
        spelled=("ndimage.zoom", "ndi.zoom", "sp.ndimage.zoom", "scipy.ndimage.interpolation.zoom"),
        takes="input, zoom, output=None, order=3, mode='constant', cval=0.0, prefilter=True, *, "
        "grid_mode=False",
        image="input",
        calls=(
            Under(
                f"tf.compat.v1.image.resize_bilinear({{image}}, {_SCIPY_ROWS}, align_corners=True)",
                {"order": (1,), "grid_mode": (False,)},
                (_EVERY_AXIS, _IN_FLOAT64),
            ),
            Under(
                "tf.compat.v1.image.resize_nearest_neighbor({image}, "
                f"{_SCIPY_ROWS}, align_corners=True)",
                {"order": (0,), "grid_mode": (False,)},
                (_EVERY_AXIS, _TIES),
            ),
            Under(
                _LINEAR.format(_SCIPY_ROWS),
                {"order": (1,), "grid_mode": (True,), "mode": _LIKE_EDGE},
                (_EVERY_AXIS, _IN_FLOAT64),
            ),
            Under(
                _NEAREST.format(_SCIPY_COLUMNS),
                {"order": (0,), "grid_mode": (True,), "mode": (*_LIKE_EDGE, "mirror")},
                (_EVERY_AXIS, _TIES),
            ),
        ),
        number=("zoom",),
        third={"zoom": (1,)},
        refused={
            "order": _SPLINE,
            "mode": "with grid_mode=True, what lies outside of the image is no repeated edge pixel: "
            "'nearest' and 'reflect' are answered",
            "grid_mode": "it is True or False",
            "zoom": "it is a number, or one for each axis of (H, W); of (H, W, C), 1 for the channels",
        },
        told={"output": "its dtype is that of the image"},
        source="scipy/scipy, scipy/ndimage/_interpolation.py: zoom; src/ni_interpolation.c: NI_ZoomShift",
        ran="SciPy 1.17.1",
    ),
)

_S_SOURCE = "scikit-image/scikit-image, skimage/transform/_warps.py: {}"
_S_TAKES = (
    "order=None, mode='reflect', cval=0, clip=True, preserve_range=False, anti_aliasing=None, "
    "anti_aliasing_sigma=None"
)
_S_REFUSED = {
    "order": _SPLINE,
    "mode": "it reads other pixels than the edge's outside of the image, which no call does: with "
    "'edge' or 'symmetric' it is answered",
    "anti_aliasing": "where an axis shrinks, it blurs by a Gaussian of σ = (factor − 1) / 2 before the "
    "resize, which no call has; so it does where anti_aliasing is left out: with anti_aliasing=False it is "
    "answered",
    "output_shape": "it is (height, width), or has the channels third",
    "scale": "it is a number, or (rows, columns)",
}
_S_RANGE = (
    "the image is of floats: integers become floats of 0 to 1 (img_as_float), unless preserve_range=True",
)
_S_CHANNELS = "the image is (H, W), or channel_axis says which axis has the channels"
_S_SCALED = "max(round({{image}}.shape[{}] * {{scale[{}]}}), 1)"
_S_ROWS = f"({_S_SCALED.format(1, 0)}, {_S_SCALED.format(2, 1)})"  # of (N, H, W, C)
_S_COLUMNS = f"({_S_SCALED.format(1, 1)}, {_S_SCALED.format(0, 0)})"


def _skimage(name: str, first: str, more: str, rows: str, columns: str, *besides: str) -> Wrapper:
    plain = {"anti_aliasing": (False,)}
    return Wrapper(
        name=f"skimage.transform.{name}",
        spelled=(f"transform.{name}", f"sk_{name}")
        if name == "rescale"
        else (f"sktransform.{name}",),
        takes=f"image, {first}, {_S_TAKES}{more}",
        image="image",
        calls=(
            Under(
                _LINEAR.format(rows),
                {**plain, "order": (1, None), "mode": ("edge", "symmetric")},
                (*besides, *_S_RANGE),
            ),
            Under(
                _NEAREST.format(columns),
                {**plain, "order": (0,), "mode": ("edge", "symmetric", "reflect")},
                (*besides, _TIES),
            ),
        ),
        number=(first,) if first == "scale" else (),
        third={first: (1, 3, 4)} if first == "output_shape" else {},
        refused=_S_REFUSED,
        source=_S_SOURCE.format(name),
        ran="scikit-image 0.26.0",
    )


SKIMAGE = (
    _skimage(
        "resize",
        "output_shape",
        "",
        "({output_shape[0]}, {output_shape[1]})",
        "({output_shape[1]}, {output_shape[0]})",
    ),
    _skimage("rescale", "scale", ", *, channel_axis=None", _S_ROWS, _S_COLUMNS, _S_CHANNELS),
)

# ---------------------------------------------------------------------------- Keras, TensorFlow

_KERAS_IMAGE = "keras-team/keras, keras/src/utils/{}"
_SMART = (
    "x is the middle of the image, cut to the proportions of the size: height at most width * {size[0]} / "
    "{size[1]}, width at most height * {size[1]} / {size[0]}"
)
_CROPPED = (
    "the image is cut to the proportions of the size before (smart_resize), or padded after "
    "(tf.image.resize_with_pad): ask about these"
)


def _keras(names: Sequence[str], function: str) -> tuple[str, ...]:
    return tuple(f"{module}.{function}" for module in names)


_UTILS = ("keras.utils", "tf.keras.utils", "tf_keras.utils", "tensorflow.keras.utils")
_PREPROCESSING = (
    "keras.preprocessing.image",
    "tf.keras.preprocessing.image",
    "tf_keras.preprocessing.image",
    "tensorflow.keras.preprocessing.image",
)
KERAS = (
    Wrapper(
        name="keras.preprocessing.image.smart_resize",
        spelled=_keras((*_PREPROCESSING[1:], "image"), "smart_resize"),
        takes="x, size, interpolation='bilinear', data_format='channels_last', backend_module=None",
        image="x",
        calls=(
            Under(
                "tf.image.resize({image}, {size}, method={interpolation})",
                {"data_format": ("channels_last",)},
                (_SMART,),
            ),
        ),
        refused={"data_format": "channels first: ask about the image with its channels last"},
        source=_KERAS_IMAGE.format("image_utils.py: smart_resize"),
        ran="Keras 3.15.1",
    ),
    Wrapper(
        name="keras.utils.load_img",
        spelled=(*_keras(_UTILS[1:], "load_img"), *_keras((*_PREPROCESSING, "image"), "load_img")),
        takes="path, grayscale=False, color_mode='rgb', target_size=None, interpolation='nearest', "
        "keep_aspect_ratio=False",
        image="path",
        calls=(
            Under(
                "Image.open({image}).resize(({target_size[1]}, {target_size[0]}), {interpolation})",
                {"keep_aspect_ratio": (False,)},
                ("x is the image after its conversion to color_mode={color_mode!r}",),
            ),
        ),
        words={"interpolation": _PILLOW},
        refused={
            "keep_aspect_ratio": "it resizes the middle of the image by box=, and its filter reads pixels "
            "outside of that: ask about the image without the rest",
            "target_size": "without it, nothing is resized",
        },
        source=_KERAS_IMAGE.format("image_utils.py: load_img"),
        ran="Keras 3.15.1",
    ),
    Wrapper(
        name="keras.utils.image_dataset_from_directory",
        spelled=(
            *_keras(_UTILS[1:], "image_dataset_from_directory"),
            *_keras(
                [name.rpartition(".")[0] for name in _PREPROCESSING], "image_dataset_from_directory"
            ),
        ),
        takes="directory, labels='inferred', label_mode='int', class_names=None, color_mode='rgb', "
        "batch_size=32, image_size=(256, 256), shuffle=True, seed=None, validation_split=None, subset=None, "
        "interpolation='bilinear', follow_links=False, crop_to_aspect_ratio=False, "
        "pad_to_aspect_ratio=False, data_format=None, format='tf', verbose=True",
        image="directory",
        calls=(
            Under(
                "tf.image.resize(x, {image_size}, method={interpolation})",
                {
                    "crop_to_aspect_ratio": (False,),
                    "pad_to_aspect_ratio": (False,),
                    "format": ("tf",),
                },
                ("x is each image of the directory",),
            ),
        ),
        refused={
            "crop_to_aspect_ratio": _CROPPED,
            "pad_to_aspect_ratio": _CROPPED,
            "format": "other formats resize by the backend's keras.ops.image.resize: ask about that",
        },
        source=_KERAS_IMAGE.format("image_dataset_utils.py: load_image"),
        ran="Keras 3.15.1",
    ),
)
TENSORFLOW = (
    Wrapper(
        name="tf.image.resize_with_crop_or_pad",
        spelled=(
            "tf.image.resize_image_with_crop_or_pad",
            "tf.compat.v1.image.resize_with_crop_or_pad",
        ),
        takes="image, target_height, target_width",
        image="image",
        refused={
            "": "resizes nothing: it cuts the middle out of the image, or puts zeros around it; "
            "tf.image.resize_with_pad resizes"
        },
        source="tensorflow/tensorflow, tensorflow/python/ops/image_ops_impl.py: "
        "resize_image_with_crop_or_pad",
        ran="TensorFlow 2.21.0",
    ),
)

# ---------------------------------------------------------------------------- Pillow

PILLOW = (
    Wrapper(
        name="Image.thumbnail",
        spelled=("Image.Image.thumbnail", "PIL.Image.Image.thumbnail"),
        takes="size, resample=3, reducing_gap=2.0",
        method=True,
        calls=(
            Under(
                "{image}.resize((w, h), {resample}, reducing_gap={reducing_gap})",
                {},
                (
                    "(w, h) is the largest size of the image's proportions within {size}, and the image is "
                    "no smaller",
                    "the image is loaded: a JPEG that is only opened is decoded at a smaller size first "
                    "(Image.draft), unless reducing_gap=None",
                ),
            ),
        ),
        source="python-pillow/Pillow, src/PIL/Image.py: Image.thumbnail",
        ran="Pillow 13.0.0",
    ),
)

WRAPPERS: tuple[Wrapper, ...] = (
    *ALBUMENTATIONS,
    *MMCV,
    *IMGAUG,
    *KORNIA,
    *SCIPY,
    *SKIMAGE,
    *KERAS,
    *TENSORFLOW,
    *PILLOW,
)
