"""The functions that resize: their signatures, as text, and which argument says what.

A table alone: a function's name and defaults are its framework's own. What follows from the flags is
not here: that is for the catalogue of calls to say.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...frameworks.layer_plans import Target
from .text import signature

Words = Mapping[object, object]

# names of constants and what they stand for
_TF_METHODS: Words = {
    "BILINEAR": "bilinear",
    "NEAREST_NEIGHBOR": "nearest",
    "BICUBIC": "bicubic",
    "AREA": "area",
    "LANCZOS3": "lanczos3",
    "LANCZOS5": "lanczos5",
    "GAUSSIAN": "gaussian",
    "MITCHELLCUBIC": "mitchellcubic",
}
_V1_METHODS: Words = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}
_CV2: dict[object, str] = {
    0: "INTER_NEAREST",
    1: "INTER_LINEAR",
    2: "INTER_CUBIC",
    3: "INTER_AREA",
    4: "INTER_LANCZOS4",
    5: "INTER_LINEAR_EXACT",
    6: "INTER_NEAREST_EXACT",
}
# flags of cv2.warpAffine: an interpolation and whether the matrix leads from output to input
_WARPS: Words = {int(str(n)) | 16: f"WARP_INVERSE_MAP | {name}" for n, name in _CV2.items()}
_WARP_NAMES: Words = {
    text: f"WARP_INVERSE_MAP | {name}"
    for name in _CV2.values()
    for text in (f"WARP_INVERSE_MAP | {name}", f"{name} | WARP_INVERSE_MAP")
}
_BORDERS: Words = {
    0: "BORDER_CONSTANT",
    1: "BORDER_REPLICATE",
    2: "BORDER_REFLECT",
    3: "BORDER_WRAP",
    4: "BORDER_REFLECT_101",
}
_BORDER_NAMES: Words = {
    "BORDER_DEFAULT": "BORDER_REFLECT_101",
    "BORDER_REFLECT101": "BORDER_REFLECT_101",
    **{name: name for name in _BORDERS.values()},
}


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function, or a layer, that resizes.

    Attributes:
        framework: whose it is.
        name: as the catalogue's expressions have it.
        takes: its signature.
        image: the argument that is resized; empty of a layer, whose image comes later.
        size: the arguments that say the output's size.
        order: whether a size is (height, width) or (width, height).
        factors: the arguments that say output pixels an input pixel.
        rank: the number of spatial axes; None where the arguments say it.
        one_for_all: a size or a factor may be one number, for all axes.
        grid: the arguments that say where an output pixel lies, for the reading to look into.
        unused: the arguments with no part in the result, whatever they are.
        told: the arguments that are not answered for, and what is said where one is given.
        ways: the arguments that do not change how a pixel is computed: layouts, and what becomes of a size.
        words: for an argument, other values that stand for one.
        constants: for an argument, names of constants, without the dots before them, and their values.
        spelled: its other names.
        moot: for an argument, another one and the value without which it means nothing.
        becomes: the function that it calls with the same arguments, if that is one of these.
    """

    framework: Target
    name: str
    takes: str
    image: str = ""
    size: tuple[str, ...] = ()
    order: str = "hw"
    factors: tuple[str, ...] = ()
    rank: int | None = 2
    one_for_all: bool = False
    grid: tuple[str, ...] = ()
    unused: tuple[str, ...] = ("name",)
    told: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[str, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    constants: Mapping[str, Words] = field(default_factory=dict)
    spelled: tuple[str, ...] = ()
    becomes: str = ""
    moot: Mapping[str, tuple[str, object]] = field(default_factory=dict)

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """What ``takes`` says."""
        return signature(self.takes)

    @property
    def flags(self) -> tuple[str, ...]:
        """The arguments that say which call of the catalogue it is."""
        return tuple(name for name, kind in self.kinds.items() if kind == "flag")

    @functools.cached_property
    def kinds(self) -> Mapping[str, str]:
        """For every argument, what is made of it: image, size, factors, grid, unused, told, way or flag."""
        named = {
            "image": (self.image,),
            "size": self.size,
            "factors": self.factors,
            "grid": self.grid,
            "unused": self.unused,
            "told": self.told,
            "way": self.ways,
        }
        found = {name: kind for kind, names in named.items() for name in names}
        return {name: found.get(name, "flag") for name in self.signature.parameters}

    @property
    def is_layer(self) -> bool:
        """Whether its image comes later."""
        return not self.image and self.framework in ("torch", "keras")


def _torch(name: str, takes: str, **more: Any) -> Function:
    return Function(
        framework="torch",
        name=name,
        takes=takes,
        size=("size",),
        factors=("scale_factor",),
        rank=2 if name.endswith("2d") else None,
        one_for_all=True,
        words={"recompute_scale_factor": {False: None}},
        ways=("recompute_scale_factor",) if "recompute" in takes else (),
        **more,
    )


def _v1(name: str, takes: str, **more: Any) -> Function:
    return Function(
        framework="tensorflow",
        name=f"tf.compat.v1.image.{name}",
        takes=takes,
        image="images",
        size=("size",),
        **more,
    )


def _raw(name: str, takes: str, image: str = "images", **more: Any) -> Function:
    given = {"size": ("size",), **more}
    return Function(
        framework="tensorflow", name=f"tf.raw_ops.{name}", takes=takes, image=image, **given
    )


_DTYPE = {"dtype": "the layer computes in it: exactness here is that of float32"}
_V1 = "images, size, align_corners=False, name=None, half_pixel_centers=False"
_RAW = "*, images, size, align_corners=False, half_pixel_centers=False, name=None"
# what is around an image that is padded
_FILLED = dict.fromkeys(("fill_mode", "fill_value"), ("pad_to_aspect_ratio", True))


def _upsampling(name: str, rank: int, takes: str, **more: Any) -> Function:
    layout = ("data_format",) if "data_format" in takes else ()
    return Function(
        framework="keras",
        name=name,
        takes=f"{takes}, *, name=None, dtype=None, trainable=None",
        factors=("size",),
        rank=rank,
        one_for_all=True,
        unused=("name", "trainable"),
        told=_DTYPE,
        ways=layout,
        words={"data_format": {"channels_last": None}} if layout else {},
        **more,
    )


_RESIZE = (
    "inputs, outputs, name=None, antialias=0, axes=None, coordinate_transformation_mode='half_pixel', "
    "cubic_coeff_a=-0.75, exclude_outside=0, extrapolation_value=0.0, "
    "keep_aspect_ratio_policy='stretch', mode='nearest', nearest_mode='round_prefer_floor'"
)

# In each framework, what is offered first stands first.
FUNCTIONS: tuple[Function, ...] = (
    _torch(
        "F.interpolate",
        "input, size=None, scale_factor=None, mode='nearest', align_corners=None, "
        "recompute_scale_factor=None, antialias=False",
        image="input",
    ),
    _torch(
        "nn.Upsample",
        "size=None, scale_factor=None, mode='nearest', align_corners=None, "
        "recompute_scale_factor=None",
        becomes="F.interpolate",
    ),
    _torch(
        "F.upsample",
        "input, size=None, scale_factor=None, mode='nearest', align_corners=None",
        image="input",
        becomes="F.interpolate",
    ),
    _torch("nn.UpsamplingNearest2d", "size=None, scale_factor=None"),
    _torch("nn.UpsamplingBilinear2d", "size=None, scale_factor=None"),
    Function(
        framework="torch",
        name="F.grid_sample",
        takes="input, grid, mode='bilinear', padding_mode='zeros', align_corners=None",
        image="input",
        grid=("grid",),
        words={"align_corners": {None: False}},
    ),
    Function(
        framework="tensorflow",
        name="tf.image.resize",
        takes="images, size, method='bilinear', preserve_aspect_ratio=False, antialias=False, name=None",
        image="images",
        size=("size",),
        ways=("preserve_aspect_ratio",),
        constants={"method": _TF_METHODS},
    ),
    _v1("resize_nearest_neighbor", _V1, spelled=("tf.image.resize_nearest_neighbor",)),
    _v1("resize_bilinear", _V1, spelled=("tf.image.resize_bilinear",)),
    _v1("resize_bicubic", _V1, spelled=("tf.image.resize_bicubic",)),
    _v1(
        "resize_area",
        "images, size, align_corners=False, name=None",
        spelled=("tf.image.resize_area",),
    ),
    _v1(
        "resize",
        "images, size, method=0, align_corners=False, preserve_aspect_ratio=False, name=None",
        ways=("preserve_aspect_ratio",),
        words={"method": _V1_METHODS},
        constants={"method": _TF_METHODS},
        spelled=("tf.image.resize_images", "tf.compat.v1.image.resize_images"),
    ),
    Function(
        framework="tensorflow",
        name="tf.image.resize_with_pad",
        takes="image, target_height, target_width, method='bilinear', antialias=False",
        image="image",
        size=("target_height", "target_width"),
        constants={"method": _TF_METHODS},
    ),
    Function(
        framework="tensorflow",
        name="tf.image.crop_and_resize",
        takes="image, boxes, box_indices, crop_size, method='bilinear', extrapolation_value=0.0, name=None",
        image="image",
        size=("crop_size",),
        grid=("boxes", "box_indices", "extrapolation_value"),
    ),
    _raw("ResizeNearestNeighbor", _RAW),
    _raw("ResizeBilinear", _RAW),
    _raw("ResizeBicubic", _RAW),
    _raw("ResizeArea", "*, images, size, align_corners=False, name=None"),
    _raw(
        "CropAndResize",
        "*, image, boxes, box_ind, crop_size, method='bilinear', extrapolation_value=0, name=None",
        image="image",
        size=("crop_size",),
        grid=("boxes", "box_ind", "extrapolation_value"),
    ),
    _raw(
        "ScaleAndTranslate",
        "*, images, size, scale, translation, kernel_type='lanczos3', antialias=True, name=None",
        grid=("scale", "translation"),
    ),
    _raw(
        "QuantizedResizeBilinear",
        "*, images, size, min, max, align_corners=False, half_pixel_centers=False, name=None",
        unused=("min", "max", "name"),
    ),
    Function(
        framework="keras",
        name="keras.ops.image.resize",
        takes="images, size, interpolation='bilinear', antialias=False, crop_to_aspect_ratio=False, "
        "pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, data_format=None",
        image="images",
        size=("size",),
        unused=(),
        moot=_FILLED,
        ways=("data_format",),
        words={"data_format": {"channels_last": None}},
    ),
    Function(
        framework="keras",
        name="keras.layers.Resizing",
        takes="height, width, interpolation='bilinear', crop_to_aspect_ratio=False, "
        "pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, antialias=False, "
        "data_format=None, *, name=None, dtype=None, trainable=None",
        size=("height", "width"),
        unused=("name", "trainable"),
        told=_DTYPE,
        moot=_FILLED,
        ways=("data_format",),
        words={"data_format": {"channels_last": None}},
        becomes="keras.ops.image.resize",
    ),
    _upsampling(
        "keras.layers.UpSampling2D", 2, "size=(2, 2), data_format=None, interpolation='nearest'"
    ),
    _upsampling("keras.layers.UpSampling1D", 1, "size=2", becomes="keras.layers.UpSampling2D"),
    _upsampling(
        "keras.layers.UpSampling3D",
        3,
        "size=(2, 2, 2), data_format=None",
        becomes="keras.layers.UpSampling2D",
    ),
    Function(
        framework="opencv",
        name="cv2.resize",
        takes="src, dsize, dst=None, fx=0, fy=0, interpolation=1",
        image="src",
        size=("dsize",),
        order="wh",
        factors=("fx", "fy"),
        unused=("dst",),
        words={"interpolation": _CV2},
        constants={"interpolation": {name: name for name in _CV2.values()}},
    ),
    Function(
        framework="opencv",
        name="cv2.pyrDown",
        takes="src, dst=None, dstsize=None, borderType=4",
        image="src",
        size=("dstsize",),
        order="wh",
        unused=("dst",),
        words={"borderType": _BORDERS},
        constants={"borderType": _BORDER_NAMES},
    ),
    Function(
        framework="opencv",
        name="cv2.pyrUp",
        takes="src, dst=None, dstsize=None, borderType=4",
        image="src",
        size=("dstsize",),
        order="wh",
        unused=("dst",),
        words={"borderType": _BORDERS},
        constants={"borderType": _BORDER_NAMES},
    ),
    Function(
        framework="opencv",
        name="cv2.warpAffine",
        takes="src, M, dsize, dst=None, flags=1, borderMode=0, borderValue=0, hint=None",
        image="src",
        size=("dsize",),
        order="wh",
        grid=("M",),
        unused=("dst", "hint"),
        words={"flags": _WARPS, "borderMode": _BORDERS},
        constants={"flags": _WARP_NAMES, "borderMode": _BORDER_NAMES},
    ),
    Function(
        framework="onnx",
        name="onnx.Resize",
        takes=_RESIZE,
        grid=("inputs",),
        unused=("outputs", "name"),
        moot={
            "nearest_mode": ("mode", "nearest"),
            "cubic_coeff_a": ("mode", "cubic"),
            "extrapolation_value": ("coordinate_transformation_mode", "tf_crop_and_resize"),
        },
    ),
    Function(  # opset 10, which has two inputs and no other attribute
        framework="onnx",
        name="onnx.Resize10",
        takes="inputs, outputs, name=None, mode='nearest'",
        grid=("inputs",),
        unused=("outputs", "name"),
    ),
    Function(
        framework="onnx",
        name="onnx.Upsample",
        takes="inputs, outputs, name=None, mode='nearest', scales=None",
        grid=("inputs", "scales"),
        unused=("outputs", "name"),
    ),
)
BY_NAME: Mapping[str, Function] = {function.name: function for function in FUNCTIONS}

# other names of the modules that functions stand in, the longer ones first
MODULES: tuple[tuple[str, str], ...] = (
    ("torch.nn.functional", "F"),
    ("nn.functional", "F"),
    ("functional", "F"),
    ("torch.nn", "nn"),
    ("tensorflow", "tf"),
    ("tf1", "tf.compat.v1"),
    ("tf.keras", "keras"),
    ("cv", "cv2"),
    ("onnx.helper.make_node", "onnx"),
)

# the modules that constants stand in, by framework, under the names above; a bare name was imported
CONSTANTS: Mapping[str, tuple[str, ...]] = {
    "opencv": ("", "cv2"),
    "tensorflow": (
        "",
        "ResizeMethod",
        "image.ResizeMethod",
        "tf.image.ResizeMethod",
        "tf.compat.v1.image.ResizeMethod",
    ),
}


def canonical(name: str) -> str:
    """A dotted name under the modules' names that the tables here have."""
    for module, own in MODULES:
        if name == module or name.startswith(f"{module}."):
            found = own + name[len(module) :]
            return found if own.startswith(module) else canonical(found)
    return name
