"""What PyTorch's calls did before the latest releases: dtypes that came later, other arithmetics, defects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..numerics.computation import Computed
from ..numerics.error_model import ErrorModel
from ..operators import Resize
from .call import HALVES, Change, Defect, DType, LeftOut, Names

CHANNELS_LAST = ">=1.4"
"""The releases that have ``torch.channels_last``."""

_LINEAR = ("linear", "bilinear", "trilinear")


# ---------------------------------------------------------------------------- dtypes


def since(flags: Mapping[str, object]) -> Mapping[DType, str]:
    """The releases that take the dtypes which came later than a mode, as they take them now."""
    mode, antialias = str(flags["mode"]), bool(flags.get("antialias"))
    by_dtype: dict[DType, str] = {**dict.fromkeys(HALVES, ">=2.3"), "uint16": ">=2.3"}
    if mode == "nearest":
        by_dtype["uint8"] = ">=1.6"
    if mode == "bilinear" or (mode == "bicubic" and antialias):
        by_dtype["uint8"] = ">=2.0"
    if mode == "bicubic" and not antialias:
        by_dtype["uint8"] = ">=2.1"
    return by_dtype


def _narrowly(arithmetic: Mapping[DType, ErrorModel], dtype: DType) -> Mapping[DType, ErrorModel]:
    """A dtype computed in itself at every step, as float32 is in float32; later it is in float32."""
    steps: Any = {"coordinates": dtype, "weights": dtype, "accumulation": dtype}
    return {**arithmetic, dtype: replace(arithmetic["float32"], **steps)}


# ---------------------------------------------------------------------------- changes

# float16 had kernels of its own until 1.5, of bicubic until 1.8; bfloat16 from 1.12 to 2.0
_HALF, _HALF_BICUBIC, _BFLOAT16, _UINT8 = "<1.6", ">=1.6, <1.9", ">=1.12, <2.0", ">=2.0, <2.1"
SIZES_ALONE = _HALF
"""The releases that compute a size from factors, and forget them (``recompute_scale_factor``)."""

_READS_OUTSIDE = LeftOut(
    why="uint8 of up to four channels whose rows do not follow one another: it reads outside the image "
    "(aten/src/ATen/native/cpu/UpSampleKernelAVXAntialias.h: unpack_rgb, in 2.0)",
    edges=("fortran", "crop", "crop_of_pixels"),
    dtypes=("uint8",),
)


def _rounding_of_2_0(choice: tuple[str, ...], names: Names) -> str:
    from .torch import capability

    return choice[0 if capability(names["torch"]) in ("AVX2", "AVX512") else 1]


def _nearest(arithmetic: Mapping[DType, ErrorModel], dimensions: int) -> dict[str, Change]:
    """The rule of nearest was that of float32 in every kernel; in 1-D, float64 left it in 1.8."""
    later = "<2.0" if dimensions > 1 else "<1.8"
    by_float32 = {
        dtype: replace(one, coordinate_rule="float32")
        if dimensions > 1 or dtype == "float64"
        else one
        for dtype, one in arithmetic.items()
    }
    return dict.fromkeys((_HALF, f">=1.6, {later}"), Change(arithmetic=by_float32))


def factors_in_bfloat16(volume: bool) -> dict[str, Change]:
    """The releases in which nearest rounded a factor to bfloat16 for images of that dtype."""
    why = "the scale is rounded to bfloat16, in a step that is not known"
    change = Change(unpredicted={"bfloat16": why})
    return dict.fromkeys((">=1.6, <2.0", _UINT8) if volume else (">=1.6, <2.0",), change)


def changes(
    flags: Mapping[str, object], arithmetic: Mapping[DType, ErrorModel], dimensions: int
) -> dict[str, Change]:
    """What a mode of F.interpolate had in ranges of releases, by range.

    Args:
        flags: of the call.
        arithmetic: of the latest releases.
        dimensions: of the image.
    """
    mode, antialias = str(flags["mode"]), bool(flags.get("antialias"))
    by_range: dict[str, Change] = {}
    if mode.startswith("nearest"):
        return _nearest(arithmetic, dimensions)
    later = since(flags)

    def in_itself(dtype: DType, releases: str) -> Change:
        return Change(arithmetic=_narrowly(arithmetic, dtype), since={**later, dtype: releases})

    in_bfloat16 = in_itself("bfloat16", ">=1.12")
    if (mode in _LINEAR or mode == "bicubic") and not antialias:
        in_float16 = in_itself("float16", ">=1.2")
        by_range = {_HALF: in_float16, _BFLOAT16: in_bfloat16}
        if mode == "bicubic":
            by_range[_HALF_BICUBIC] = in_float16
    own = Change()
    if mode in ("trilinear", "bicubic") and not antialias:
        own = in_bfloat16
    if "uint8" in later and later["uint8"] == ">=2.0":
        own = Change(left_out=(_READS_OUTSIDE,))
    if mode == "bilinear" and not antialias:
        own["roundings"] = {"uint8": ("torch_uint8_2_0", "torch_uint8_2_0_loops")}
        own["rounding"] = _rounding_of_2_0
    return {**by_range, _UINT8: own} if own else by_range


# ---------------------------------------------------------------------------- defects

_ENDLESS = Fraction(
    2**64
)  # output pixels an input pixel: the coordinate is -½, to below a rounding


def _by_a_scale_of_0(case: Computed) -> Computed:
    height, width = (
        _ENDLESS if n_out == 1 else scale or Fraction(n_out, n_in)
        for (n_in, n_out), scale in zip(case.sizes, case.scales or (None, None), strict=True)
    )
    return replace(case, scales=(height, width)).computed()


_ONE_PIXEL_BY_A_SCALE_OF_0 = Defect(
    why="an output one pixel long is sampled with a scale of 0, at -1/2: linear reads the first pixel, as in "
    "ONNX's pytorch_half_pixel, and cubic the first two",
    releases="<1.10",
    when=lambda request: 1 in request.size,
    result=_by_a_scale_of_0,
)


def _by_taps_inside(case: Computed) -> Computed:
    assert isinstance(case.convention, Resize)
    convention = replace(case.convention, exclude_outside=True)
    return replace(case, convention=convention).computed()


_UINT8_BICUBIC_BY_TAPS_INSIDE = Defect(
    why="uint8: bicubic leaves out the taps outside the image and divides the others by their sum, where "
    "floats repeat the edge pixel",
    releases=">=2.1, <2.3",
    when=lambda request: request.dtype == "uint8",
    result=_by_taps_inside,
)


def _as_bilinear(case: Computed) -> Computed:
    assert isinstance(case.convention, Resize)
    convention = replace(case.convention, mode="linear", cubic_coeff_a=None)
    return replace(case, convention=convention).computed()


_UINT8_BICUBIC_ANTIALIAS_IS_BILINEAR = Defect(
    why="uint8: bicubic with antialias is computed as bilinear with antialias",
    releases=_UINT8,
    when=lambda request: request.dtype == "uint8",
    result=_as_bilinear,
)


def defects(flags: Mapping[str, object], convention: Resize | None) -> tuple[Defect, ...]:
    """What a mode of F.interpolate computed wrongly until some release."""
    known: tuple[Defect, ...] = ()
    if convention in (Resize(mode="linear"), Resize(mode="cubic")):
        known = (_ONE_PIXEL_BY_A_SCALE_OF_0,)
    if convention is not None and flags["mode"] == "bicubic":
        uint8 = _UINT8_BICUBIC_BY_TAPS_INSIDE
        if convention.antialias:
            uint8 = _UINT8_BICUBIC_ANTIALIAS_IS_BILINEAR
        known = (*known, uint8)
    return known
