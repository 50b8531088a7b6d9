"""Which releases of Keras have a call, and what it was in earlier ones.

Until Keras 3 these are tf.keras, on TensorFlow alone, and their releases are TensorFlow's. Read in
keras-team/keras at the tags of these releases: keras/backend.py: resize_images; keras/layers/preprocessing/
image_preprocessing.py and keras/src/layers/preprocessing/image_preprocessing/resizing.py: Resizing;
keras/src/layers/reshaping/up_sampling2d.py: UpSampling2D; keras/src/ops/image.py and
keras/src/backend/tensorflow/image.py: resize; keras/src/layers/convolutional/base_conv_transpose.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .call import Call, Change

Ranges = tuple[str, ...]

FUNCTION, RESIZING, UPSAMPLING = "keras.ops.image.resize", "keras.Resizing", "keras.UpSampling2D"

# a call's function, and the interpolation or the flag that it is asked for, if it came at another time
_HAVE: Mapping[tuple[str, str], Ranges] = {
    (FUNCTION, ""): (">=3",),
    (FUNCTION, "area"): (">=3.6",),
    (RESIZING, ""): (">=2.6",),
    (RESIZING, "area"): (">=2.6, <3", ">=3.6"),
    (RESIZING, "antialias"): (">=3.9",),
    (RESIZING, "data_format"): (">=3",),
    (UPSAMPLING, ""): ("",),
    (UPSAMPLING, "bilinear"): (">=1.15",),  # before it was another convention
    (UPSAMPLING, "area"): (">=2.9, <3", ">=3.6"),
    **{(UPSAMPLING, method): (">=2.9",) for method in ("bicubic", "lanczos3", "lanczos5")},
}
ASYMMETRIC = (
    "<1.15"  # UpSampling2D bilinear: keras/backend.py: resize_images took v1's resize_bilinear
)
FIRST = ">=3"  # with backends, and keras.ops


def have(function: str, flags: Mapping[str, object]) -> Ranges:
    """The releases of Keras that have a call with these flags, on TensorFlow."""
    keys = [flag for flag in flags if (function, flag) in _HAVE]
    keys += [str(flags["interpolation"])] if not keys else []
    return _HAVE.get((function, keys[0]), _HAVE[function, ""])


def have_on_torch(function: str, flags: Mapping[str, object]) -> Ranges:
    """The same on torch, which came with Keras 3."""
    return tuple(one if one.startswith(">=3") else FIRST for one in have(function, flags)[-1:])


def changes(call: Call, own: Call, function: str) -> dict[str, Change]:
    """What a call was in earlier releases, on TensorFlow: until 3.6 the result was cast, so that integers
    lost their fraction and large halves became infinite; tf.keras's first layers returned what
    TensorFlow does.

    Args:
        call: as it is in the latest release.
        own: the call of TensorFlow that it becomes.
        function: its function.
    """
    copies = not call.roundings and all(own.returns[dtype] == dtype for dtype in call.arithmetic)
    cast: Change = {
        "arithmetic": {d: replace(one, saturates=False) for d, one in call.arithmetic.items()},
        "roundings": dict.fromkeys(call.roundings, ("keras_cut",)),
    }
    wrapped: Change = {**cast, "roundings": dict.fromkeys(call.roundings, ("keras_wrapped",))}
    handed_on: Change = {
        "arithmetic": {dtype: own.arithmetic[dtype] for dtype in call.arithmetic},
        "returns": {dtype: own.returns[dtype] for dtype in call.arithmetic},
        "roundings": {},
        "refusals": own.refusals,
    }
    by_range: dict[str, Change] = {
        FUNCTION: {"<3.6": cast},
        RESIZING: {"<2.8": handed_on, ">=2.8, <2.13": wrapped, ">=2.13, <3.6": cast},
        UPSAMPLING: {"<3": handed_on, ">=3, <3.6": cast},
    }[function]
    if copies:  # nearest is not rounded: nothing is to be cut
        return {"<3": handed_on} if function == UPSAMPLING else {}
    later = call.latest.antialias and function == RESIZING  # which has the flag since 3.9
    return {} if later else by_range


def through_torchvision(call: Call, own: Call, function: str) -> dict[str, Change]:
    """On torch, Keras resized through torchvision until 3.9, which took over its steps."""
    repeats = function == UPSAMPLING and call.latest.mode == "nearest"
    return {} if repeats else {"<3.9": {"needs": ("torchvision",)}}
