"""Names of resizers that a release of their library removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..frameworks import pillow


@dataclass(frozen=True)
class Removed:
    """A name that is gone.

    Attributes:
        distribution: that brings it, as pip names it.
        release: the first without it.
        instead: what to write.
        same: the last part of the name that means the same, for the fix; empty where nothing does.
    """

    distribution: str
    release: str
    instead: str
    same: str = ""


def _pillow(name: str) -> Removed:
    return Removed("pillow", "10.0.0", f"write Image.{name}, the same filter", name)


def _tf1(instead: str) -> Removed:
    # TensorFlow 2.0, RELEASE.md: names of 1.x live on as tf.compat.v1
    return Removed(
        "tensorflow",
        "2.0.0",
        f"{instead}; tf.compat.v1.image has the old function, whose grid is another",
    )


REMOVED: Mapping[str, Removed] = {
    # Pillow 10.0.0, docs/releasenotes/10.0.0.rst: Constants
    **{f"PIL.Image.{old}": _pillow(new) for old, new in pillow.REMOVED.items()},
    # SciPy 1.3.0 and 1.14.0, release notes
    "scipy.misc.imresize": Removed(
        "scipy", "1.3.0", "it scaled values to 0..255; write PIL.Image.fromarray(…).resize(…)"
    ),
    "scipy.interpolate.interp2d": Removed(
        "scipy", "1.14.0", "write RectBivariateSpline, or RegularGridInterpolator"
    ),
    "tensorflow.image.resize_images": _tf1("write tf.image.resize"),
    "tensorflow.image.resize_bilinear": _tf1('write tf.image.resize(…, method="bilinear")'),
    "tensorflow.image.resize_bicubic": _tf1('write tf.image.resize(…, method="bicubic")'),
    "tensorflow.image.resize_nearest_neighbor": _tf1('write tf.image.resize(…, method="nearest")'),
    "tensorflow.image.resize_area": _tf1('write tf.image.resize(…, method="area")'),
    "tensorflow.image.resize_image_with_crop_or_pad": Removed(
        "tensorflow", "2.0.0", "write tf.image.resize_with_crop_or_pad", "resize_with_crop_or_pad"
    ),
    "tensorflow.image.resize_image_with_pad": _tf1("write tf.image.resize_with_pad"),
    "tensorflow.keras.layers.experimental.preprocessing.Resizing": Removed(
        "tensorflow", "2.16.0", "write tf.keras.layers.Resizing"
    ),
    "keras.backend.resize_images": Removed("keras", "3.0.0", "write keras.ops.image.resize"),
    # pytorch/vision pull request 5386
    "torchvision.transforms.Scale": Removed(
        "torchvision", "0.12.0", "write Resize, the same transform", "Resize"
    ),
    "torchvision.transforms.RandomSizedCrop": Removed(
        "torchvision", "0.12.0", "write RandomResizedCrop, the same transform", "RandomResizedCrop"
    ),
}
