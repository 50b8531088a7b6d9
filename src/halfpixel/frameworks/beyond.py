"""What calls make of dtypes that are not in their table: some are taken, with their meaning, others refused.

Each is run on one image. What is computed in these dtypes at every size is not claimed.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from ..numerics.error_model import sum_of_products
from .call import Call, DType, Refusal
from .releases import Release, contains


@dataclass(frozen=True)
class Beyond:
    """Dtypes beyond the table of some calls.

    Attributes:
        calls: patterns of their names (``*``, ``?``).
        dtypes: of the image.
        source: where that is to be read: repository, path, symbol.
        releases: in which it has been tried (PEP 440 specifiers).
        words: a regular expression found in the framework's error; empty where the dtype is taken.
        returns: the dtype of the result; that of the image, if empty.
        reads: the dtype that the bytes are taken for; their own, if empty.
        gradient: it is about the backward pass.
    """

    calls: tuple[str, ...]
    dtypes: tuple[str, ...]
    source: str
    releases: str
    words: str = ""
    returns: str = ""
    reads: str = ""
    gradient: bool = False

    @property
    def pins(self) -> str:
        """What it shows, and where that is to be read."""
        acceptance = "the backward pass takes them" if self.gradient else "taken"
        read = f", read as {self.reads}" if self.reads else ""
        result = f"{acceptance}{read}, returned as {self.returns or 'they are'}"
        return f"dtypes beyond the table: {'refused' if self.words else result} ({self.source})"

    def holds(self, call: Call, release: str | Release) -> bool:
        """Whether it is about a call, and about a release."""
        named = any(fnmatch.fnmatchcase(call.name, pattern) for pattern in self.calls)
        return named and contains(self.releases, release)

    def of(self, call: Call, dtype: str) -> Call:
        """A call, or its gradient, that has the dtype in its table."""
        kind = cast("DType", dtype)
        model = call.arithmetic.get(kind, call.arithmetic["float32"])
        if call.operation == "conv_transpose":
            model = sum_of_products(dtype, self.source)
        refusals = call.refusals
        if self.words:
            refusals = (Refusal(words=self.words, why=self.source, dtypes=(kind,)),)
        return replace(
            call,
            arithmetic={kind: model},
            returns={kind: cast("DType", self.returns or dtype)},
            roundings={},
            refusals=refusals,
        )


_NATIVE = "pytorch/pytorch, aten/src/ATen/native"
_RESIZE = "opencv/opencv, modules/imgproc/src/resize.cpp"
_REGISTERED = "tensorflow/tensorflow, tensorflow/core/ops/image_ops.cc: T of {}"
_TYPES = "python-pillow/Pillow, src/PIL/Image.py: _fromarray_typemap"
_UPSAMPLE = "microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor/upsample.cc"
_OTHERS = ("int8", "int32", "uint32", "int64", "bool")

# fmt: off
BEYOND: Mapping[str, tuple[Beyond, ...]] = {
    "torch": (
        Beyond(("interpolate-nearest", "interpolate-bilinear", "interpolate-bicubic", "interpolate-area",
                "interpolate-bilinear-antialias"), _OTHERS,
               f"{_NATIVE}/cpu/UpSampleKernel.cpp: AT_DISPATCH_FLOATING_TYPES_AND3", ">=2.13",
               words="not implemented for '(Char|Int|UInt32|Long|Bool)'"),
        Beyond(("interpolate-nearest", "interpolate-nearest-exact", "interpolate-bilinear",
                "interpolate-bilinear-align_corners"), ("float16",),
               f"{_NATIVE}/cpu/UpSampleMoreKernel.cpp: apply_grad_input, sums in a buffer of float32",
               ">=2.13", gradient=True),
        Beyond(("conv_transpose2d",), ("float16", "bfloat16"),
               f"{_NATIVE}/NaiveConvolutionTranspose2d.cpp: products and sums rounded at most once each",
               ">=2.13"),
    ),
    "tensorflow": (
        Beyond(("image.resize-nearest", "v1.resize_nearest_neighbor"), ("int8", "int32", "int64"),
               _REGISTERED.format("ResizeNearestNeighbor"), ">=2.21"),
        Beyond(("image.resize-bilinear", "image.resize-bicubic", "image.resize-area",
                "image.resize-lanczos3-antialias"), ("int8", "int32", "int64"),
               _REGISTERED.format("ResizeBilinear, ResizeBicubic, ResizeArea, ScaleAndTranslate"), ">=2.21",
               returns="float32"),
        Beyond(("image.resize-nearest", "image.resize-bilinear", "image.resize-area"), ("uint32", "bool"),
               _REGISTERED.format("the three operations"), ">=2.21",
               words="is not in the list of allowed values"),
    ),
    "opencv": (
        Beyond(("resize-INTER_NEAREST", "resize-INTER_NEAREST_EXACT"), ("int8", "int32", "uint32", "bool"),
               f"{_RESIZE}: resizeNN, by the bytes of a pixel", ">=5"),
        Beyond(("resize-INTER_NEAREST",), ("int64",),
               "opencv/opencv, modules/python/src2/cv2_convert.cpp: pyopencv_to of Mat, needcast", ">=5",
               returns="int32"),
        Beyond(("resize-INTER_LINEAR", "resize-INTER_CUBIC", "resize-INTER_LANCZOS4", "resize-INTER_AREA-*"),
               _OTHERS, f"{_RESIZE}: the tables of functions by depth", ">=5", words="func != 0"),
        Beyond(("pyrDown",), _OTHERS, "opencv/opencv, modules/imgproc/src/pyramids.cpp: cv::pyrDown", ">=5",
               words="Unsupported format or combination of formats"),
    ),
    "onnxruntime": (
        Beyond(("Resize-nearest-half_pixel-round_prefer_floor",), ("int8", "int32"),
               f"{_UPSAMPLE}: REGISTER_VERSIONED_TYPED_KERNEL", ">=1.28"),
        Beyond(("Resize-nearest-half_pixel-round_prefer_floor", "Resize-linear-half_pixel",
                "Resize-cubic-half_pixel-a-0.75"), ("float64", "int16", "uint16", "uint32", "int64", "bool"),
               f"{_UPSAMPLE}: REGISTER_VERSIONED_TYPED_KERNEL", ">=1.28",
               words="Could not find an implementation for Resize"),
        Beyond(("ConvTranspose",), ("float64",),
               "microsoft/onnxruntime, onnxruntime/core/providers/cpu/nn/conv_transpose.cc: the kernels "
               "that are registered", ">=1.28", words="Could not find an implementation for ConvTranspose"),
    ),
    "pillow": (
        Beyond(("resize-NEAREST",), ("int32",), f"{_TYPES}, mode I", ">=13", returns="int32"),
        Beyond(("resize-NEAREST",), ("int8",), f"{_TYPES}, I;8: bytes without a sign", ">=13",
               returns="int32", reads="uint8"),
        Beyond(("resize-NEAREST",), ("uint32",), f"{_TYPES}, I;32: with a sign", ">=13", returns="int32",
               reads="int32"),
        Beyond(("resize-NEAREST", "resize-BILINEAR"), ("int64",),
               "python-pillow/Pillow, src/PIL/Image.py: fromarray", ">=13",
               words="Cannot handle this data type"),
    ),
}
# fmt: on
