"""OpenCV's cv2.warpAffine, used as a resize: a map from output to input pixels that only scales."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..numerics.error_model import ErrorModel, cubic_weight_error
from ..operators import Resize
from ..operators.request import Request
from ..operators.resize import CoordinateTransformationMode, PaddingMode
from .call import INTEGERS, WIDE, Call, Crash, DType, Expression, LeftOut, Name, Names, Refusal, Run

_KERNELS = "opencv/opencv, modules/imgproc/src/warp_kernels.simd.hpp"
_TABLES = "opencv/opencv, modules/imgproc/src/imgwarp.cpp"
# every flag takes the tables of 32 coordinates a pixel; but NEAREST in some dtypes IPP's warp
_IN_RANGES = ("<4.13", ">=4.13, <4.14", ">=4.14, <5")
_IN_IPP: tuple[DType, ...] = ("float64", "int16")
_UNPREDICTED = {
    ">=4.13, <4.14": "IPP inverts a matrix that is inverted already (docs/findings.md)",
    ">=4.14, <5": "which of two pixels IPP takes that are equally near is not known",
}
_VECTORS = (1, 3, 4)  # channels for which NEAREST and LINEAR have kernels of their own
_MOST_CHANNELS = 4  # that CUBIC and LANCZOS4 take

_BORDERS: dict[str, PaddingMode] = {
    "BORDER_REPLICATE": "border",
    "BORDER_CONSTANT": "zeros",
    "BORDER_REFLECT_101": "reflect_101",
}
_MODES = {
    "INTER_NEAREST": {"mode": "nearest", "nearest_mode": "round_half_even"},
    "INTER_LINEAR": {"mode": "linear"},
    "INTER_AREA": {"mode": "linear"},
    "INTER_CUBIC": {"mode": "cubic", "cubic_coeff_a": -0.75},
    "INTER_LANCZOS4": {"mode": "lanczos", "lanczos_radius": 4},
}
# flag, where the pixels' middles come to lie, borders
_WARPS: tuple[tuple[str, CoordinateTransformationMode, tuple[str, ...]], ...] = (
    ("INTER_NEAREST", "half_pixel", ("BORDER_REPLICATE", "BORDER_CONSTANT")),
    ("INTER_NEAREST", "asymmetric", ("BORDER_REPLICATE", "BORDER_CONSTANT")),
    ("INTER_LINEAR", "half_pixel", tuple(_BORDERS)),
    ("INTER_LINEAR", "asymmetric", ("BORDER_REPLICATE",)),
    ("INTER_AREA", "half_pixel", ("BORDER_REPLICATE",)),  # is LINEAR
    ("INTER_CUBIC", "half_pixel", tuple(_BORDERS)),
    ("INTER_LANCZOS4", "half_pixel", ("BORDER_REPLICATE", "BORDER_CONSTANT")),
)


def _nearest(dtype: DType, *, vectors: bool) -> ErrorModel:
    own_kernel = vectors and dtype not in ("float64", "int16")
    return _exact_places(dtype, "warp_float32" if own_kernel else "warp_fixed_0", 0)


def _linear(dtype: DType, coordinate: str, *, vectors: bool) -> ErrorModel:
    if not vectors or dtype in ("float64", "int16"):
        return _exact_places(dtype, "warp_fixed_5", 0)  # 32nds and their products are exact
    return _float32_places(
        coordinate,
        2,  # the difference and the product of an interpolation between two values
        "warpAffineLinearInvoker",
        "opencv_warp",
    )


# an axis's weight errs by as much as cv2.resize's, and the product of two is rounded
_TABLES_OF = {
    "INTER_NEAREST": ("warp_fixed_0", 0.0),
    "INTER_LINEAR": ("warp_fixed_5", 0.0),  # 32nds and their products are exact
    "INTER_AREA": ("warp_fixed_5", 0.0),
    "INTER_CUBIC": ("warp_fixed_5", cubic_weight_error(-0.75, last_by_difference=True) + 0.5),
    "INTER_LANCZOS4": ("warp_fixed_5", 18.5),
}


def _cubic(coordinate: str, border: str) -> ErrorModel:
    # the kernel in factors: 5 roundings of a weight below 0.12, then 2.3, and 4 of one below 0.12; the
    # third is 1 minus those, with three roundings of values up to 1.2; all in float, of a double image too
    return _float32_places(
        coordinate,
        5 * 0.12 + 2.3 + 4 * 0.12 + 3 * 1.2,
        "bicubicVec, bicubicRef",
        "opencv_warp_zeros" if border == "BORDER_CONSTANT" else "taps",
    )


def _float32_places(
    coordinate: str, weight_error: float, symbols: str, evaluation: str
) -> ErrorModel:
    return ErrorModel(
        coordinates="float32",
        # the scale, its product with the index; for half_pixel the shift, and the sum
        coordinate_roundings=4 if coordinate == "half_pixel" else 2,
        weights="float32",
        weight_error=weight_error,
        accumulation="float32",
        evaluation=(evaluation,),
        source=f"{_KERNELS}: {symbols}",
    )


def _exact_places(dtype: DType, rule: str, weight_error: float) -> ErrorModel:
    return ErrorModel(
        coordinates="float32",
        coordinate_roundings=0,  # the rule's
        weights="float32",
        weight_error=weight_error,
        accumulation=dtype if dtype in WIDE else "float32",
        separable=False,
        coordinate_rule=rule,
        evaluation=("taps",),
        source=f"{_TABLES}: hal::warpAffine, remapNearest, remapBilinear, remapBicubic, "
        "remapLanczos4",
    )


def _arithmetic(
    dtype: DType, flag: str, coordinate: str, border: str, *, vectors: bool
) -> ErrorModel:
    if flag == "INTER_NEAREST":
        return _nearest(dtype, vectors=vectors)
    if flag == "INTER_LANCZOS4":
        return _exact_places(dtype, *_TABLES_OF[flag])
    if flag == "INTER_CUBIC":
        return _cubic(coordinate, border)
    return _linear(dtype, coordinate, vectors=vectors)


def _matrix(request: Request, coordinate: str) -> Expression:
    """From the middle of an output pixel to a place in the input, in input pixels."""
    (h, w), (height, width) = request.shape[2:], request.size
    y, x = h / height, w / width
    shift = 0.5 if coordinate == "half_pixel" else 0.0
    rows = [[x, 0.0, shift * x - shift], [0.0, y, shift * y - shift]]
    return Expression(Name("np.array"), (rows,))


def _warp_affine(
    flag: str,
    coordinate: str,
    border: str,
    *,
    vectors: bool,
    tables: bool = False,
    most: int = _MOST_CHANNELS,
) -> Callable[[Request], Expression | None]:
    two_kernels = flag not in ("INTER_CUBIC", "INTER_LANCZOS4")
    # of an image one pixel high or wide, CUBIC with BORDER_REFLECT_101 does not return (docs/findings.md)
    hangs = flag == "INTER_CUBIC" and border == "BORDER_REFLECT_101" and not tables

    def expression(request: Request) -> Expression | None:
        channels, *size = request.shape[1:]
        if min(*size, *request.size) < 1 or not request.shape[0]:
            return None  # there is no such scale, and there are no batches
        fits = (channels in _VECTORS) == vectors if two_kernels else channels <= _MOST_CHANNELS
        fits = fits and not (vectors and channels > most)
        if not fits or (hangs and 1 in size):
            return None
        height, width = request.size
        flags = {
            "flags": Name(f"cv2.WARP_INVERSE_MAP | cv2.{flag}"),
            "borderMode": Name(f"cv2.{border}"),
        }
        arguments = (Name("x"), _matrix(request, coordinate), (width, height))
        return Expression(Name("cv2.warpAffine"), arguments, flags)

    return expression


_CUT = LeftOut(
    "float64 is cut to integers where a tap is outside (docs/findings.md): no NaN, no infinity, and "
    "nothing that an int cannot hold has one of its own",
    edges=("not_finite", "limits"),
    dtypes=("float64",),
)
_IN_TWO_ORDERS = LeftOut(
    "products are added by rows, but one after the other where a tap is outside: either way sums that "
    "end below the largest number pass it on the way, or not",
    edges=("near_the_largest", "near_the_largest_halved"),
)
_LEFT_OUT = {
    **{("INTER_CUBIC", border): (_CUT,) for border in _BORDERS},
    ("INTER_LANCZOS4", "BORDER_CONSTANT"): (_IN_TWO_ORDERS,),
}
_IN_TABLES_LEFT_OUT = {
    (flag, "BORDER_CONSTANT"): (_IN_TWO_ORDERS,) for flag in ("INTER_CUBIC", "INTER_LANCZOS4")
}


_IN_VECTORS = ("opencv_warp_tables", "opencv_warp_tables_avx2", "opencv_warp_tables_avx512")
_IN_TABLES: dict[str, dict[DType, tuple[str, ...]]] = {
    releases: dict.fromkeys(INTEGERS, ("opencv_warp_tables",)) for releases in _IN_RANGES
}
_IN_TABLES[">=4.14, <5"] |= dict.fromkeys(INTEGERS[1:], _IN_VECTORS)


def _rounding(choice: tuple[str, ...], names: Names) -> str:
    """By the instructions that OpenCV has code for and the processor has."""
    if len(choice) == 1:
        return choice[0]
    known = names["cv2"].getCPUFeaturesLine().split()
    if "*AVX512-SKX" in known:
        return choice[2]
    return choice["*AVX2" in known]


def _call(
    flag: str,
    coordinate: CoordinateTransformationMode,
    border: str,
    run: Run,
    refusals: tuple[Refusal, ...],
    crashes: tuple[Crash, ...],
    *,
    vectors: bool = True,
) -> Call:
    # no place of a half_pixel grid is rounded out of the image
    unreached = flag == "INTER_NEAREST" and coordinate == "half_pixel"
    suffix = "" if coordinate == "half_pixel" else f"-{coordinate}"
    dtypes = (*WIDE, *INTEGERS)
    return Call(
        framework="opencv",
        name=f"warpAffine-{flag}-{border}{suffix}{'' if vectors else '-2_channels'}",
        operation="resize",
        follows={
            ">=3.4": Resize(
                coordinate_transformation_mode=coordinate,
                padding_mode="border" if unreached else _BORDERS[border],
                **_MODES[flag],  # type: ignore[arg-type]
            )
        },
        expression=_warp_affine(flag, coordinate, border, vectors=vectors),
        run=run,
        arithmetic={d: _arithmetic(d, flag, coordinate, border, vectors=vectors) for d in dtypes},
        returns={dtype: dtype for dtype in dtypes},
        refusals=refusals,
        crashes=crashes,
        roundings={} if flag == "INTER_NEAREST" else dict.fromkeys(INTEGERS, ("opencv_warp",)),
        changes={
            releases: {
                "expression": _warp_affine(
                    flag,
                    coordinate,
                    border,
                    vectors=vectors,
                    tables=True,
                    # of four channels, IPP warps uint16 too
                    most=3 if flag == "INTER_NEAREST" and releases in _UNPREDICTED else 4,
                ),
                "arithmetic": {d: _exact_places(d, *_TABLES_OF[flag]) for d in dtypes},
                "unpredicted": dict.fromkeys(_IN_IPP, _UNPREDICTED[releases])
                if releases in _UNPREDICTED and vectors and flag == "INTER_NEAREST"
                else {},
                "roundings": {} if flag == "INTER_NEAREST" else _IN_TABLES[releases],
                "rounding": _rounding,
                "broken": (),
                "left_out": _IN_TABLES_LEFT_OUT.get((flag, border), ()),
            }
            for releases in _IN_RANGES
        },
        broken=("float64",) if flag == "INTER_CUBIC" else (),
        left_out=_LEFT_OUT.get((flag, border), ()),
        variant=not vectors
        or flag == "INTER_AREA"
        or (unreached and border != "BORDER_REPLICATE")
        or border == "BORDER_REFLECT_101",  # with CUBIC some of the sweep's images would not return
    )


def warp_affine_calls(
    run: Run, refusals: tuple[Refusal, ...], crashes: tuple[Crash, ...]
) -> Iterator[Call]:
    """The flags and borders.

    Args:
        run: evaluates an expression on images of (N, C, H, W).
        refusals: what cv2 refuses of any call.
        crashes: where any call ends the process.
    """
    for flag, coordinate, borders in _WARPS:
        for border in borders:
            yield _call(flag, coordinate, border, run, refusals, crashes)
    for flag in ("INTER_NEAREST", "INTER_LINEAR"):  # the kernels of other numbers of channels
        yield _call(flag, "half_pixel", "BORDER_REPLICATE", run, refusals, crashes, vectors=False)
