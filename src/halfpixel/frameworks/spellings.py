"""Other ways in which users write the arguments of a call, which other code reads than the plain way.

A call and its spellings are one call: a spelling changes the expression that is written and run, and nothing
of what is declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .call import Call, Expression, Method, Name, Names
from .releases import Release, contains

Change = Callable[[Any], object]  # of an argument; None where it cannot be said so
Rewrite = Callable[[Expression], Expression | None]


@dataclass(frozen=True)
class Spelling:
    """A way to write the arguments of some calls.

    Attributes:
        name: at the end of the name of a case.
        calls: the names of the calls that are written so.
        rewrite: from a call to the same call written so; None where it cannot be.
        enters: what reads it, in words.
        source: where that is to be read: repository, path, symbol.
        releases: in which it has been tried (PEP 440 specifiers).
        names: what it uses beside the framework's own names.
    """

    name: str
    calls: tuple[str, ...]
    rewrite: Rewrite
    enters: str
    source: str
    releases: str
    names: Mapping[str, object] | None = None

    @property
    def pins(self) -> str:
        """What it shows, and where that is to be read."""
        return f"{self.enters} ({self.source})"

    def of(self, call: Call, release: str | Release) -> Call | None:
        """A call written so; None where it is not, or not in a release."""
        if call.name not in self.calls or not contains(self.releases, release):
            return None

        def expression(request: Any) -> Expression | None:
            plain = call.expression(request)
            return None if plain is None else self.rewrite(plain)

        def run(names: Names, expression: Expression, inputs: Any) -> Any:
            return call.run({**names, **(self.names or {})}, expression, inputs)

        return replace(call, expression=expression, run=run)


# ---------------------------------------------------------------------------- rewriting


def _flags(change: Change, *flags: str) -> Rewrite:
    """Change arguments that are given by name."""

    def rewrite(expression: Expression) -> Expression | None:
        changed = {name: change(expression.kwargs[name]) for name in flags}
        if None in changed.values():
            return None
        return replace(expression, kwargs={**expression.kwargs, **changed})

    return rewrite


def _argument(index: int, change: Change) -> Rewrite:
    """Change an argument that is given by its place."""

    def rewrite(expression: Expression) -> Expression | None:
        args = list(expression.args)
        args[index] = change(args[index])
        return None if args[index] is None else replace(expression, args=tuple(args))

    return rewrite


def _dsize(change: Change) -> Rewrite:
    """Change the size that a function of OpenCV is given."""
    return lambda expression: _argument(
        2 if expression.function == "cv2.warpAffine" else 1, change
    )(expression)


def _one_for_all(values: tuple[int, ...]) -> int | None:
    return values[0] if len(set(values)) == 1 else None


def _numpy_integers(values: tuple[int, ...]) -> tuple[np.int64, ...]:
    return tuple(map(np.int64, values))


def _made_by(function: str, **flags: object) -> Change:
    return lambda value: Expression(Name(function), (value,), flags)


def _without_batch(first: str, last: str, axis: int = 0) -> Rewrite:
    """Hand on the only image without the axis of images, and bring that back."""

    def rewrite(expression: Expression) -> Expression:
        image = Expression(Name(first), (expression.args[0], axis))
        return Expression(
            Name(last), (replace(expression, args=(image, *expression.args[1:])), axis)
        )

    return rewrite


def _plane(expression: Expression) -> Expression:
    """An image of one channel as rows and columns alone."""
    return replace(
        expression,
        args=(Expression(Name("np.squeeze"), (expression.args[0], 2)), *expression.args[1:]),
    )


def _into_buffer(expression: Expression) -> Expression:
    """The call with ``dst=``, a buffer that held another image."""
    return Expression(Name("in_buffer"), (expression.function, *expression.args), expression.kwargs)


def in_buffer(function: Callable[..., Any], image: Any, size: tuple[int, int], **flags: Any) -> Any:
    """What a function of OpenCV leaves in a buffer of the right shape, which held sevens.

    Raises:
        ValueError: it returned other memory.
    """
    channels = image.shape[2:] if image.shape[2:] != (1,) else ()
    buffer = np.full((size[1], size[0], *channels), 7, image.dtype)
    result = function(image, size, dst=buffer, **flags)
    if not np.shares_memory(result, buffer):
        raise ValueError("the result is not in dst")
    return buffer


def _inside(rewrite: Rewrite) -> Rewrite:
    """Rewrite the call that ``np.asarray`` is given."""

    def outer(expression: Expression) -> Expression | None:
        inner = expression.args[0]
        assert isinstance(inner, Expression)
        assert isinstance(inner.function, Method)
        changed = rewrite(inner)
        return None if changed is None else replace(expression, args=(changed,))

    return outer


# ---------------------------------------------------------------------------- the table

_TORCH_SIZES = ("interpolate-bilinear", "interpolate-area", "interpolate-bilinear-antialias")
_TORCH_SIZE = "pytorch/pytorch, torch/nn/functional.py: interpolate, output_size"
_CV_SIZES = (
    "resize-INTER_LINEAR",
    "resize-INTER_NEAREST",
    "warpAffine-INTER_LINEAR-BORDER_REPLICATE",
)
_CV_CONVERT = "opencv/opencv, modules/python/src2/cv2_convert.cpp"
_CV_DST = ("resize-INTER_LINEAR", "resize-INTER_NEAREST", "resize-INTER_CUBIC")
_TF_SIZES = ("image.resize-bilinear", "image.resize-nearest", "image.resize-bicubic-antialias")
_TF_SIZE = "tensorflow/tensorflow, tensorflow/python/ops/image_ops_impl.py: _resize_images_common"
_TF_CONV = ("conv2d_transpose-SAME", "conv2d_transpose-VALID")
_TF_STRIDES = "tensorflow/tensorflow, tensorflow/python/ops/nn_ops.py: _get_sequence"
_KERAS_SIZES = ("keras.ops.image.resize-bilinear",)
_KERAS_CONV = ("keras.ops.conv_transpose-same", "keras.ops.conv_transpose-valid")
_KERAS_STRIDES = (
    "keras-team/keras, keras/src/backend/torch/nn.py: conv_transpose, standardize_tuple"
)
_PILLOW = ("resize-BILINEAR", "resize-NEAREST")
_PILLOW_SIZE = "python-pillow/Pillow, src/PIL/Image.py: Image.resize"

# fmt: off
SPELLINGS: Mapping[str, tuple[Spelling, ...]] = {
    "torch": (
        Spelling("size_int", _TORCH_SIZES, _flags(_one_for_all, "size"),
                 "one int, which is repeated for each axis", _TORCH_SIZE, ">=2.13"),
        Spelling("size_list", _TORCH_SIZES, _flags(list, "size"),
                 "a list: len(size) is compared with the axes", _TORCH_SIZE, ">=2.13"),
        Spelling("size_of_tensor", _TORCH_SIZES, _flags(_made_by("torch.Size"), "size"),
                 "torch.Size, a tuple of its own", _TORCH_SIZE, ">=2.13"),
        Spelling("size_of_numpy", _TORCH_SIZES, _flags(_numpy_integers, "size"),
                 "integers of NumPy's", f"{_TORCH_SIZE}, _is_integer", ">=2.13"),
        Spelling("ints", ("conv_transpose2d",),
                 _flags(_one_for_all, "stride", "padding", "output_padding", "dilation"),
                 "an int for both axes", "pytorch/pytorch, torch/csrc/utils/python_arg_parser.h: "
                 "intlistWithDefault; aten/src/ATen/native/utils/ParamUtils.h: expand_param_if_needed",
                 ">=2.13"),
        Spelling("unbatched", ("conv_transpose2d",), _without_batch("torch.squeeze", "torch.unsqueeze"),
                 "an image (C, H, W)", "pytorch/pytorch, aten/src/ATen/native/Convolution.cpp: batchify",
                 ">=2.13"),
    ),
    "tensorflow": (
        Spelling("size_list", _TF_SIZES, _flags(list, "size"), "a list, which becomes a tensor", _TF_SIZE,
                 ">=2.21"),
        Spelling("size_tensor", _TF_SIZES, _flags(_made_by("tf.constant"), "size"),
                 "a tensor: its values are read, or the size is not known before it runs", _TF_SIZE,
                 ">=2.21"),
        Spelling("size_of_numpy", _TF_SIZES, _flags(_numpy_integers, "size"), "integers of NumPy's", _TF_SIZE,
                 ">=2.21"),
        Spelling("unbatched", _TF_SIZES, _without_batch("tf.squeeze", "tf.expand_dims"),
                 "an image (H, W, C)", _TF_SIZE, ">=2.21"),
        Spelling("strides_int", _TF_CONV, _flags(_one_for_all, "strides"), "an int for both axes",
                 _TF_STRIDES, ">=2.21"),
        Spelling("strides_of_four", _TF_CONV, _flags(lambda pair: [1, *pair, 1], "strides"),
                 "a stride for each of four axes", _TF_STRIDES, ">=2.21"),
        Spelling("output_shape_tensor", _TF_CONV, _flags(_made_by("tf.constant"), "output_shape"),
                 "a tensor", "tensorflow/tensorflow, tensorflow/python/ops/nn_ops.py: conv2d_transpose_v2",
                 ">=2.21"),
    ),
    "opencv": (
        Spelling("dsize_list", _CV_SIZES, _dsize(list),
                 "a list in place of a tuple", f"{_CV_CONVERT}: pyopencv_to of Size, parseSequence", ">=5"),
        Spelling("dsize_of_numpy", _CV_SIZES, _dsize(_numpy_integers),
                 "integers of NumPy's", f"{_CV_CONVERT}: pyopencv_to of int, PyArray_IsScalar", ">=5"),
        Spelling("plane", (*_CV_DST, *_CV_SIZES[2:]), _plane,
                 "an array of two axes", f"{_CV_CONVERT}: pyopencv_to of Mat, ndims == 2", ">=5"),
        Spelling("dst", _CV_DST, _into_buffer, "a buffer that is used again",
                 "opencv/opencv, modules/imgproc/src/resize.cpp: cv::resize, _dst.create", ">=5",
                 {"in_buffer": in_buffer}),
    ),
    "keras_torch": (
        Spelling("size_list", _KERAS_SIZES, _flags(list, "size"), "a list",
                 "keras-team/keras, keras/src/backend/torch/image.py: resize, tuple(size)", ">=3.15"),
        Spelling("strides_int", _KERAS_CONV, _flags(_one_for_all, "strides"), "an int for both axes",
                 _KERAS_STRIDES, ">=3.15"),
    ),
    "pillow": (
        Spelling("size_list", _PILLOW, _inside(_argument(0, list)), "a list", _PILLOW_SIZE, ">=13"),
        Spelling("size_of_numpy", _PILLOW, _inside(_argument(0, _numpy_integers)), "integers of NumPy's",
                 _PILLOW_SIZE, ">=13"),
    ),
}
# fmt: on
