"""TensorFlow's resizers that take more than a size: a box, a scale, a range of values.

Not called: ScaleAndTranslate with a translation or another scale than that of the sizes (it gives 0 where it
samples outside), and FusedResizeAndPadConv2D. tf.image.resize_with_pad is in tensorflow_scales.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..numerics.error_model import ErrorModel, normalised_weight_error, own_errors
from ..operators import Resize
from ..operators.request import Request
from .call import Crash, Expression, Name, Refusal

Say = Callable[[str, dict[str, object]], Callable[[Request], Expression | None]]

_KERNELS_DIR = "tensorflow/tensorflow, tensorflow/core/kernels/image"


# kernel_type: mode, attributes
_KERNELS: dict[str, tuple[str, dict[str, Any]]] = {
    "lanczos1": ("lanczos", {"lanczos_radius": 1}),
    "lanczos3": ("lanczos", {"lanczos_radius": 3}),
    "lanczos5": ("lanczos", {"lanczos_radius": 5}),
    "gaussian": ("gaussian", {}),
    "box": ("box", {}),
    "triangle": ("linear", {}),
    "keyscubic": ("cubic", {"cubic_coeff_a": -0.5}),
    "mitchellcubic": ("mitchell", {}),
}


def kernel(kernel_type: str, antialias: bool) -> Resize:
    """What ScaleAndTranslate computes: taps outside weigh nothing, the rest is divided by its sum."""
    mode, attributes = _KERNELS[kernel_type]
    # of the triangle's two taps at an edge, the one that is left has all the weight either way
    left_out = mode != "linear" or antialias
    return Resize(mode=mode, antialias=antialias, exclude_outside=left_out, **attributes)


# kernel_type, antialias, convention
SCALE_AND_TRANSLATE: tuple[tuple[str, bool, Resize], ...] = tuple(
    (kernel_type, antialias, kernel(kernel_type, antialias))
    for antialias in (False, True)
    for kernel_type in _KERNELS
)
# those that no function of tf.image has: they are no variant of another call
ONLY_RAW = ("lanczos1", "box")

# method, convention
CROP_AND_RESIZE: tuple[tuple[str, Resize], ...] = (
    ("bilinear", Resize(mode="linear", coordinate_transformation_mode="tf_crop_and_resize")),
    (
        "nearest",
        Resize(
            mode="nearest",
            coordinate_transformation_mode="tf_crop_and_resize",
            nearest_mode="round_prefer_ceil",
        ),
    ),
)


def scaled(convention: Resize) -> bool:
    """Whether tf.image.resize leaves a convention to ScaleAndTranslate."""
    return convention.antialias or convention.mode in ("lanczos", "gaussian", "mitchell", "box")


def scale_and_translate_arithmetic(convention: Resize) -> ErrorModel:
    """The roundings of ScaleAndTranslate."""
    return ErrorModel(
        coordinates="float32",
        coordinate_roundings=3,  # out / in, its inverse, the product
        distance_roundings=3,  # - sample_f, the inverse of the kernel's scale and its product
        weights="float32",
        weight_error=normalised_weight_error(convention),
        value_errors=own_errors,
        normalised=True,
        accumulation="float32",
        # the gaussian is cut off while it is not yet 0, and the box ends in a step: a rounded
        # coordinate gains or loses a tap
        coordinate_rule={"gaussian": "inverse_scale_float32", "box": "distance_float32"}.get(
            convention.mode
        ),
        evaluation=("tensorflow_span",),
        flushes=True,
        source=f"{_KERNELS_DIR}/scale_and_translate_op.cc: ComputeSpansCore; "
        f"{_KERNELS_DIR}/sampling_kernels.h",
    )


def crop_arithmetic(convention: Resize) -> ErrorModel:
    """The roundings of CropAndResize, which computes in float32 whatever the image is."""
    return ErrorModel(
        coordinates="float32",
        # the scale and its product with the index; the start of a roi, and its sum with that
        coordinate_roundings=2 if convention.roi is None else 4,
        weights="float32",
        weight_error=2,  # (right - left) and its product with lerp
        accumulation="float32",
        coordinate_rule="float32" if convention.mode == "nearest" else "outside_float32",
        evaluation=("tensorflow_crop",),
        sums="float32",
        flushes=convention.mode != "nearest",
        source=f"{_KERNELS_DIR}/crop_and_resize_op.cc: CropAndResize<CPUDevice, T>",
    )


CROP_REFUSES_EMPTY = (
    Refusal(
        words="image dimensions must be positive",
        why=f"no input pixels ({_KERNELS_DIR}/crop_and_resize_op.cc: CropAndResizeOp)",
        when=lambda request, dtype, names: request.no_pixels,
    ),
    Refusal(
        words="crop dimensions must be positive",
        why=f"no output pixels ({_KERNELS_DIR}/crop_and_resize_op.cc: CropAndResizeOp)",
        when=lambda request, dtype, names: request.no_output,
    ),
    Refusal(
        words="boxes must be 2-D",
        why=f"an empty list of boxes has one dimension ({_KERNELS_DIR}/crop_and_resize_op.cc)",
        when=lambda request, dtype, names: not request.shape[0],
    ),
)


# the list is taken for a matrix before its dimensions are looked at: tensor_shape.cc, NDIMS == dims()
CROP_CRASHES = (
    Crash(
        why=f"an empty list of boxes has one dimension ({_KERNELS_DIR}/crop_and_resize_op.cc: "
        "CropAndResizeOp)",
        releases="<2.18",
        when=lambda request: (
            not request.shape[0] and not request.no_pixels and not request.no_output
        ),
    ),
)


def crop_and_resize(
    function: str, flags: dict[str, object]
) -> Callable[[Request], Expression | None]:
    """A box for each image, in the order of ONNX's roi: y1, x1, y2, x2."""
    raw = "raw_ops" in function

    def expression(request: Request) -> Expression:
        convention = request.convention
        assert isinstance(convention, Resize)
        images = request.shape[0]
        box = [float(side) for side in convention.roi or (0, 0, 1, 1)]
        arguments: dict[str, object] = {
            "boxes": [box] * images,
            "box_ind" if raw else "box_indices": list(range(images)),
            "crop_size": request.size,
            **flags,
        }
        if convention.extrapolation_value:
            arguments["extrapolation_value"] = float(convention.extrapolation_value)
        if raw:
            return Expression(Name(function), (), {"image": Name("x"), **arguments})
        return Expression(Name(function), (Name("x"),), arguments)

    return expression


def scale_and_translate(
    function: str, flags: dict[str, object]
) -> Callable[[Request], Expression | None]:
    """The scale that makes the one size of the other, and no translation, as in tf.image.resize."""

    def expression(request: Request) -> Expression | None:
        shape = request.shape[2:]
        if request.no_pixels:
            return None  # there is no such scale
        scale = tuple(out / n for out, n in zip(request.size, shape, strict=True))
        arguments = {"images": Name("x"), "size": request.size, "scale": scale}
        return Expression(Name(function), (), {**arguments, "translation": (0.0, 0.0), **flags})

    return expression


def quantized(function: str, flags: dict[str, object]) -> Callable[[Request], Expression | None]:
    """The first of three results. Floats it resizes as they are, and hands the range through."""

    def expression(request: Request) -> Expression:
        range_ = {"min": 0.0, "max": 255.0}
        arguments = {"images": Name("x"), "size": request.size, **range_, **flags}
        result = Expression(Name(function), (), arguments)
        return Expression(Name("operator.getitem"), (result, 0))

    return expression
