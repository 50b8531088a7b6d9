"""The roundings of cv2.resize, and by which of its arithmetics this environment computes."""

from __future__ import annotations

from ..numerics.error_model import (
    ErrorModel,
    cubic_weight_error,
    keys_errors_with_a_difference,
    once,
)
from .call import DType, Names

RESIZE_CPP = "opencv/opencv, modules/imgproc/src/resize.cpp"

# without IPP, and with it where it makes a difference
_EVALUATIONS = {
    "linear": ("opencv_linear", "opencv_ipp_linear"),
    "area": ("opencv_area",),
    "area_linear": ("opencv_linear",),
}
# The largest error of one weight, in unit roundoffs of float. linear: 1 - fx, or the difference and
# the product of a lerp where IPP runs. cubic: the fourth is 1 minus the others. lanczos: 3 for a value,
# and 15 for the sum of eight whose absolute values are at most 1.9 times their sum. area: the ends.
_WEIGHT_ERRORS = {
    "nearest": 0.0,
    "linear": 2.0,
    "cubic": cubic_weight_error(-0.75, last_by_difference=True),
    "lanczos": 18.0,
    "area": 4.0,
    "area_linear": 2.0,
}
# of which more is known: what it is at each distance
_VALUE_ERRORS = {"cubic": keys_errors_with_a_difference, "lanczos": once}
_SYMBOLS = {
    "nearest": "resizeNN, resizeNN_bitexact",
    "linear": "HResizeLinear, ipp_resize",
    "cubic": "interpolateCubic",
    "lanczos": "interpolateLanczos4",
    "area": "computeResizeAreaTab, ResizeArea_Invoker",
    "area_linear": "hal::resize (area_mode)",
}


def resize_arithmetic(dtype: DType, mode: str, rule: str | None = None) -> ErrorModel:
    """Of a mode of :class:`~halfpixel.operators.Resize`; ``dtype`` is float32 or float64."""
    return ErrorModel(
        # computed in double, then cast; of a window only its weights are. They are float for every depth
        coordinates="float64" if mode == "area" else "float32",
        coordinate_roundings=3 if mode == "area" else 1,
        weights="float32",
        weight_error=_WEIGHT_ERRORS[mode],
        # of LANCZOS4: x + 3 in float, up to 4; its values in double, their sum in float
        distance_roundings=1 if mode == "lanczos" else 0,
        value_errors=_VALUE_ERRORS.get(mode),
        normalised=mode == "lanczos",
        # IPP gives double images float's accuracy: the bound must hold with it and without
        accumulation="float32" if mode == "linear" else dtype,
        coordinate_rule=rule,
        evaluation=_EVALUATIONS.get(mode, ("taps_or_copy",)),
        sums=dtype,
        source=f"{RESIZE_CPP}: {_SYMBOLS[mode]}",
    )


def by_ipp(choice: tuple[str, ...], names: Names) -> str:
    """Of several arithmetics: the second where IPP is on, a third where IPP takes AVX2 in place of
    AVX-512."""
    ipp = names["cv2"].ipp
    if not ipp.useIPP():
        return choice[0]
    return choice[min(1, len(choice) - 1) if "AVX-512" in ipp.getIppVersion() else -1]
