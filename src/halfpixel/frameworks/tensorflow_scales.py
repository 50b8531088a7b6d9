"""TensorFlow's calls that choose a size of their own: as large as fits, the rest perhaps zeros."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..arrays import AnyArray
from ..operators.request import Request
from .call import Expression, Name, Names, Run
from .factors import Sizes

Flags = dict[str, object]

F = np.float32


def fitting(n_in: Sizes, size: Sizes) -> Sizes:
    """The size of ``preserve_aspect_ratio=True``: ONNX's ``keep_aspect_ratio_policy="not_larger"``, computed
    in float32 and rounded half to even.

    tensorflow/tensorflow, ``tensorflow/python/ops/image_ops_impl.py``, _resize_images_common.
    """
    scale = min(F(size[0]) / F(n_in[0]), F(size[1]) / F(n_in[1]))
    height, width = (int(np.rint(scale * F(n))) for n in n_in)
    return height, width


def padded(n_in: Sizes, requested: Sizes) -> tuple[Sizes, Sizes]:
    """The size of ``resize_with_pad`` before it is padded, and how many zeros go above and to the left.

    In float32, and cut: the quotient of a quotient can be just below the size that was asked for, and is
    then one less. The zeros are shared out by the size that was not cut.

    tensorflow/tensorflow, ``tensorflow/python/ops/image_ops_impl.py``, _resize_image_with_pad_common.
    """
    ratio = max(F(n_in[1]) / F(requested[1]), F(n_in[0]) / F(requested[0]))
    sizes = [F(n) / ratio for n in n_in]
    height, width = (int(np.floor(size)) for size in sizes)
    above, left = (
        max(0, int(np.floor((F(n) - size) / F(2))))
        for n, size in zip(requested, sizes, strict=True)
    )
    return (height, width), (above, left)


def _larger_size(request: Request, size: Callable[[Sizes, Sizes], Sizes]) -> Sizes | None:
    """A size to ask for that is too large along one axis, and comes out as the request's; of an image of no
    pixels, or to none, there is none."""
    (h, out_h), (w, out_w) = request.sizes
    if min(h, out_h, w, out_w) < 1:
        return None
    for larger in ((out_h, 2 * out_w + 3), (2 * out_h + 3, out_w)):
        if size((h, w), larger) == (out_h, out_w):
            return larger
    return None


def preserving(function: str, flags: Flags) -> Callable[[Request], Expression | None]:
    """A resize that keeps the ratio of height to width."""

    def expression(request: Request) -> Expression | None:
        size = _larger_size(request, fitting)
        if size is None:
            return None
        more = {"size": size, **flags, "preserve_aspect_ratio": True}
        return Expression(Name(function), (Name("x"),), more)

    return expression


def padding(function: str, flags: Flags) -> Callable[[Request], Expression | None]:
    """A resize that keeps the ratio of height to width, and pads."""

    def expression(request: Request) -> Expression | None:
        size = _larger_size(request, lambda n_in, size: padded(n_in, size)[0])
        if size is None:
            return None
        return Expression(Name(function), (Name("x"), *size), flags)

    return expression


def unpadded(run: Run) -> Run:
    """Runs ``resize_with_pad``, and cuts off the zeros.

    Raises:
        ValueError: what is cut off is not zero, or the output is not as large as was asked for.
    """

    def inside(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
        result = run(names, expression, inputs)
        _, height, width = expression.args
        assert isinstance(height, int)
        assert isinstance(width, int)
        h, w = inputs["x"].shape[2:]
        (box_h, box_w), (above, left) = padded((h, w), (height, width))
        if result.shape[2:] != (height, width):
            raise ValueError(f"the output is {result.shape[2:]}, not {(height, width)}")
        box = result[:, :, above : above + box_h, left : left + box_w]
        if np.count_nonzero(result) != np.count_nonzero(box):
            raise ValueError(f"not zero outside {box_h}x{box_w} pixels from {(above, left)} on")
        return box

    return inside


FITTED = ("nearest", "bilinear", "bicubic", "area")  # the methods of the calls that choose a size

# the methods of tf.compat.v1.image.resize, and the functions that they are
_FUNCTIONS = {
    "nearest": "nearest_neighbor",
    "bilinear": "bilinear",
    "bicubic": "bicubic",
    "area": "area",
}


def v1_calls() -> Iterator[tuple[str, str, bool, Flags]]:
    """``tf.compat.v1.image.resize``: its name, the function that it is, align_corners, its flags."""
    for method, function in _FUNCTIONS.items():
        for align_corners in (False, True):
            name = f"v1.resize-{method}{'-align_corners' if align_corners else ''}"
            flags: Flags = {"method": method, "align_corners": align_corners}
            yield name, function, align_corners, flags
