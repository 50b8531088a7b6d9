"""OpenCV's calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import AnyArray
from ..numerics.error_model import ErrorModel
from ..numerics.integer_kernels.opencv import is_whole
from ..operators import Resize
from ..operators.request import Request
from . import opencv_dnn, opencv_pyramids
from .call import (
    Call,
    Calls,
    Change,
    Crash,
    DType,
    Expression,
    Framework,
    Name,
    Names,
    Refusal,
    array,
)
from .factors import Scaling, copied_image, half_even, of_sizes, plain
from .installation import packages
from .layer_plans import Target
from .library import Function, Library, OwnSize, Words
from .opencv_arithmetic import RESIZE_CPP, by_ipp, resize_arithmetic
from .opencv_releases import before, since
from .opencv_warp import warp_affine_calls

_DTYPES: tuple[DType, ...] = ("float32", "float64")
_OTHERS: tuple[DType, ...] = ("float16", "uint8", "uint16", "int16")
Roundings = Mapping[DType, tuple[str, ...]]
Arithmetics = Mapping[DType, ErrorModel]


@dataclass(frozen=True)
class _Regime:
    """Sizes at which a flag is one convention, where it is another one elsewhere.

    Attributes:
        name: at the end of the call's name.
        grows: whether an axis grows; None where that makes no difference.
        where: the same in words.
    """

    name: str = ""
    grows: bool | None = None
    where: str = ""

    def holds(self, grows: bool) -> bool:
        return self.grows in (None, grows)


_EVERYWHERE = _Regime()
_SHRINKING = _Regime("-shrinking", False, "where no axis grows")
_GROWING = _Regime("-growing", True, "where an axis grows")

# flag, regime, convention. INTER_AREA is two conventions: one where no axis grows, one elsewhere.
_RESIZE: tuple[tuple[str, _Regime, Resize], ...] = (
    (
        "INTER_NEAREST",
        _EVERYWHERE,
        Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    ),
    ("INTER_NEAREST_EXACT", _EVERYWHERE, Resize(mode="nearest", nearest_mode="round_prefer_ceil")),
    ("INTER_LINEAR", _EVERYWHERE, Resize(mode="linear")),
    ("INTER_LINEAR_EXACT", _EVERYWHERE, Resize(mode="linear")),
    ("INTER_CUBIC", _EVERYWHERE, Resize(mode="cubic", cubic_coeff_a=-0.75)),
    ("INTER_LANCZOS4", _EVERYWHERE, Resize(mode="lanczos", lanczos_radius=4)),
    ("INTER_AREA", _SHRINKING, Resize(mode="area")),
    ("INTER_AREA", _GROWING, Resize(mode="area_linear")),
)
_RULES = {
    ("INTER_NEAREST", _EVERYWHERE): "inverse_scale_float64",
    ("INTER_NEAREST_EXACT", _EVERYWHERE): "sum_float64",
    ("INTER_AREA", _GROWING): "inverse_scale_float64",
}
_RELEASES = {"INTER_NEAREST_EXACT": since("3.4.12", "4.5")}
# the coordinate rules of earlier releases: 3.4 keeps the first
_EARLIER_RULES = {
    "INTER_NEAREST_EXACT": {"<4.8": "fixed_16_lower", ">=4.8, <5": "fixed_16_lower_where_odd"}
}

# with which of IPP's arithmetics earlier releases were built
_EARLIER_IPP = {"<4.8": "opencv_ipp_2020", ">=4.8, <4.12": "opencv_ipp_2021"}


def _changes(
    flag: str,
    expression: Callable[[Request], Expression | None],
    roundings: Roundings,
    arithmetic: Arithmetics,
) -> dict[str, Change]:
    """What is computed otherwise in earlier releases: coordinates, or integers by IPP."""
    if flag == "INTER_NEAREST":
        return {_COPIES_FOURS: {"expression": _of_fours(expression)}}
    by_range: dict[str, Change] = {
        releases: {
            "arithmetic": {d: replace(one, coordinate_rule=rule) for d, one in arithmetic.items()}
        }
        for releases, rule in _EARLIER_RULES.get(flag, {}).items()
    }
    if any("opencv_ipp" in choice for choice in roundings.values()):
        for releases, ipp in _EARLIER_IPP.items():
            by_range[releases] = {
                "roundings": {
                    d: (choice[0], ipp) if "opencv_ipp" in choice else choice
                    for d, choice in roundings.items()
                }
            }
    return by_range


def _arithmetic(dtype: DType, flag: str, regime: _Regime, convention: Resize) -> ErrorModel:
    wide = dtype if dtype in _DTYPES else "float32"
    return resize_arithmetic(wide, convention.mode, _RULES.get((flag, regime)))


# flag and regime: the integer arithmetics of uint8 and of 16 bits; the second where IPP is on, a third where
# IPP takes AVX2 in place of AVX-512. The flags that are not here copy.
_WITH_IPP = ("opencv_float32", "opencv_ipp")
_ROUNDINGS: dict[tuple[str, _Regime], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("INTER_LINEAR", _EVERYWHERE): (("opencv_fixed_11",), _WITH_IPP),
    ("INTER_CUBIC", _EVERYWHERE): (("opencv_fixed_11", "opencv_ipp", "opencv_ipp_avx2"), _WITH_IPP),
    ("INTER_LINEAR_EXACT", _EVERYWHERE): (("opencv_bit_exact",), ("opencv_bit_exact",)),
    ("INTER_LANCZOS4", _EVERYWHERE): (("opencv_fixed_11",), ("opencv_float32",)),
    ("INTER_AREA", _SHRINKING): (("opencv_area",), ("opencv_area",)),
    ("INTER_AREA", _GROWING): (("opencv_fixed_11",), ("opencv_float32",)),
}


def _roundings(flag: str, regime: _Regime) -> dict[DType, tuple[str, ...]]:
    if (flag, regime) not in _ROUNDINGS:
        return {}
    eight, sixteen = _ROUNDINGS[flag, regime]
    return {"uint8": eight, "uint16": sixteen, "int16": sixteen}


# Where IPP runs, CUBIC by factors is a warp of IPP's, whose sums are not known to the last bit.
_NOT_PREDICTED = ("INTER_CUBIC",)


def _dtypes_by(flag: str) -> tuple[DType, ...]:
    """The dtypes in which a flag is called with factors."""
    return _DTYPES if flag in _NOT_PREDICTED else (*_DTYPES, *_OTHERS)


_REFUSES_FLOAT16 = Refusal(
    words="func != 0",
    why=f"no kernel for float16, unless the size is unchanged ({RESIZE_CPP}: hal::resize)",
    when=lambda request, dtype, names: request.shape[2:] != request.size,
    dtypes=("float16",),
)

_REFUSES_FIVE_CHANNELS = Refusal(
    words="func != 0 && cn <= 4",
    why=f"no kernel for more than four channels, unless both ratios are whole ({RESIZE_CPP}: hal::resize)",
    when=lambda request, dtype, names: request.shape[1] > 4 and not _whole_ratios(request),
)


def _whole_ratios(request: Request) -> bool:
    axes = ((*a.sizes, None if a.factor is None else float(a.factor)) for a in request.axes)
    return all(is_whole(*axis) for axis in axes) or request.shape[2:] == request.size


def _refusals(regime: _Regime, convention: Resize) -> tuple[Refusal, ...]:
    if convention.mode == "nearest":
        return ()
    return (_REFUSES_FLOAT16, *([_REFUSES_FIVE_CHANNELS] if regime is _SHRINKING else []))


_REFUSES_NO_CHANNELS = Refusal(
    words="unable to wrap channels, invalid count \\(0",
    why="an image without channels (modules/python/src2/cv2_convert.cpp: pyopencv_to)",
    when=lambda request, dtype, names: request.no_channels,
    releases=">=4.14",
)
# what it is taken for before, unless it is refused for its strides
_REFUSES_512_CHANNELS = Refusal(
    words="_step >= minstep|channels\\(\\) <= 4",
    why="an image without channels, which is taken for one of 512 (modules/python/src2/cv2_convert.cpp)",
    when=lambda request, dtype, names: request.no_channels,
    releases="<4.14",
)
_READS_BEYOND = Crash(
    "an image without channels is taken for one of 512: memory that is not its own is read",
    "<4.14",
    lambda request: request.no_channels,
)
# No image, no pixel, no output: what every interpolation refuses.
_REFUSES_EMPTY = (
    Refusal(
        words="!ssize.empty\\(\\)",
        why=f"an image without pixels ({RESIZE_CPP}: resize)",
        when=lambda request, dtype, names: request.no_pixels,
    ),
    _REFUSES_NO_CHANNELS,
    _REFUSES_512_CHANNELS,
    Refusal(
        words="inv_scale_x > 0",
        why=f"a size of 0 means that factors determine it, and there are none ({RESIZE_CPP}: resize)",
        when=lambda request, dtype, names: request.no_output,
    ),
)


def _grows(request: Request) -> bool:
    height, width = request.shape[2:]
    return bool(request.size[0] > height or request.size[1] > width)


def _resize(flag: str, regime: _Regime) -> Callable[[Request], Expression | None]:
    def expression(request: Request) -> Expression | None:
        if not regime.holds(_grows(request)):
            return None
        if not request.shape[0]:
            return None  # there are no batches
        height, width = request.size
        return Expression(
            Name("cv2.resize"), (Name("x"), (width, height)), {"interpolation": Name(f"cv2.{flag}")}
        )

    return expression


_COPIES_FOURS = before("3.4.10", "4.3")  # the bytes beyond are never written (docs/findings.md)


def _of_fours(
    expression: Callable[[Request], Expression | None],
) -> Callable[[Request], Expression | None]:
    """Of more than four channels, a multiple of four alone."""

    def limited(request: Request) -> Expression | None:
        channels = request.shape[1]
        return None if channels > 4 and channels % 4 else expression(request)

    return limited


def _scaling(flag: str, regime: _Regime) -> Scaling:
    scales = of_sizes if flag == "INTER_NEAREST_EXACT" else copied_image
    return Scaling(half_even, scales, holds=lambda factors: regime.holds(max(factors) > 1))


def _resize_by(flag: str, regime: _Regime) -> Callable[[Request], Expression | None]:
    """The size is left to the factors."""
    scaling = _scaling(flag, regime)

    def expression(request: Request) -> Expression | None:
        factors = scaling.factors(request)
        if factors is None or not scaling.holds(factors):
            return None
        factor_flags = {"fx": plain(factors[1]), "fy": plain(factors[0])}
        flags = {**factor_flags, "interpolation": Name(f"cv2.{flag}")}
        return Expression(Name("cv2.resize"), (Name("x"), None), flags)

    return expression


def _run_resize(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """cv2 takes one image at a time, HWC, and drops the axis of a single channel."""
    images = inputs["x"].transpose(0, 2, 3, 1)
    given = list(images)
    if inputs["x"].flags.carray:  # another layout is handed on as it is
        given = [np.ascontiguousarray(image) for image in images]
    results = [array(expression.evaluate({**names, "x": image})) for image in given]
    if inputs["x"].flags.carray:
        for image, copy in zip(images, given, strict=True):
            image[...] = copy  # what was written into it is seen
    shape = (*results[0].shape[:2], images.shape[3])
    return np.stack([result.reshape(shape).transpose(2, 0, 1) for result in results])


def _load() -> Names:
    import cv2

    cv2.setNumThreads(1)
    return {"cv2": cv2, "np": np}


def _environment(names: Names) -> str:
    cv2 = names["cv2"]
    # "ippIP AVX-512F/CD/BW/DQ/VL (k0) 2026.0.0 (-) ...": the instruction set is what moves bits
    ipp = cv2.ipp.getIppVersion().split("(")[0].split()[-1] if cv2.ipp.useIPP() else "off"
    several = packages(FRAMEWORK)
    warning = (
        f"; {' and '.join(several)} are installed over each other: uninstall all but one"
        if len(several) > 1
        else ""
    )
    return f"{cv2.getNumThreads()} thread, IPP {ipp}{warning}"


def _sized(flag: str, regime: _Regime, convention: Resize) -> Call:
    """cv2.resize with a size."""
    dtypes = (*_DTYPES, *_OTHERS)
    arithmetic = {d: _arithmetic(d, flag, regime, convention) for d in dtypes}
    roundings = _roundings(flag, regime)
    return Call(
        framework="opencv",
        name=f"resize-{flag}{regime.name}",
        operation="resize",
        follows={_RELEASES.get(flag, ">=3.4"): convention},
        changes=_changes(flag, _resize(flag, regime), roundings, arithmetic),
        since={"float16": ">=4.8"},
        expression=_resize(flag, regime),
        run=_run_resize,
        arithmetic=arithmetic,
        returns={dtype: dtype for dtype in dtypes},
        refusals=(*_refusals(regime, convention), *_REFUSES_EMPTY),
        crashes=(_READS_BEYOND,),
        roundings=roundings,
        rounding=by_ipp,
        where=regime.where,
    )


def _by_factors(flag: str, regime: _Regime, convention: Resize) -> Call:
    """cv2.resize with factors."""
    dtypes = _dtypes_by(flag)
    arithmetic = {d: _arithmetic(d, flag, regime, convention) for d in dtypes}
    roundings = {} if flag in _NOT_PREDICTED else _roundings(flag, regime)
    return replace(
        _sized(flag, regime, convention),
        name=f"resize-{flag}-fx{regime.name}",
        changes=_changes(flag, _resize_by(flag, regime), roundings, arithmetic),
        expression=_resize_by(flag, regime),
        arithmetic=arithmetic,
        returns={dtype: dtype for dtype in dtypes},
        refusals=_refusals(regime, convention),
        roundings=roundings,
        scaling=_scaling(flag, regime),
    )


def _calls() -> Iterator[Call]:
    yield from warp_affine_calls(
        _run_resize, (_REFUSES_NO_CHANNELS, _REFUSES_512_CHANNELS), (_READS_BEYOND,)
    )
    yield from (_sized(*entry) for entry in _RESIZE)
    yield from (_by_factors(*entry) for entry in _RESIZE)
    yield from opencv_pyramids.calls(
        _run_resize, (_REFUSES_NO_CHANNELS, _REFUSES_512_CHANNELS), _READS_BEYOND
    )
    yield from opencv_dnn.calls()


CALLS = Calls(_calls)

# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "opencv"
_CV2: dict[object, str] = {
    0: "INTER_NEAREST",
    1: "INTER_LINEAR",
    2: "INTER_CUBIC",
    3: "INTER_AREA",
    4: "INTER_LANCZOS4",
    5: "INTER_LINEAR_EXACT",
    6: "INTER_NEAREST_EXACT",
}
# flags of cv2.warpAffine: an interpolation, and whether the matrix leads from output to input
_WARP_NUMBERS: Words = {
    **_CV2,
    **{int(str(n)) | 16: f"WARP_INVERSE_MAP | {name}" for n, name in _CV2.items()},
}
_WARP_NAMES: Words = {
    **{name: name for name in _CV2.values()},
    **{
        text: f"WARP_INVERSE_MAP | {name}"
        for name in _CV2.values()
        for text in (f"WARP_INVERSE_MAP | {name}", f"{name} | WARP_INVERSE_MAP")
    },
}
_BORDER_NUMBERS: Words = {
    0: "BORDER_CONSTANT",
    1: "BORDER_REPLICATE",
    2: "BORDER_REFLECT",
    3: "BORDER_WRAP",
    4: "BORDER_REFLECT_101",
}
_BORDER_NAMES: Words = {
    "BORDER_DEFAULT": "BORDER_REFLECT_101",
    "BORDER_REFLECT101": "BORDER_REFLECT_101",
    **{name: name for name in _BORDER_NUMBERS.values()},
}


def _pyramid(name: str, own_size: OwnSize) -> Function:
    return Function(
        framework=_LIBRARY,
        name=name,
        own_size=own_size,
        takes="src, dst=None, dstsize=None, borderType=4",
        image="src",
        size=("dstsize",),
        order="wh",
        unused=("dst",),
        words={"borderType": _BORDER_NUMBERS},
        constants={"borderType": _BORDER_NAMES},
    )


LIBRARY = Library(
    name=_LIBRARY,
    title="OpenCV",
    functions=(
        Function(
            framework=_LIBRARY,
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
        _pyramid("cv2.pyrDown", OwnSize(lambda n: (n + 1) // 2, "({} + 1) // 2")),
        _pyramid("cv2.pyrUp", OwnSize(lambda n: 2 * n, "2 * {}")),
        Function(
            framework=_LIBRARY,
            name="cv2.warpAffine",
            takes="src, M, dsize, dst=None, flags=1, borderMode=0, borderValue=0, hint=None",
            image="src",
            size=("dsize",),
            order="wh",
            grid=("M",),
            unused=("dst", "hint"),
            words={"flags": _WARP_NUMBERS, "borderMode": _BORDER_NUMBERS},
            constants={"flags": _WARP_NAMES, "borderMode": _BORDER_NAMES},
        ),
    ),
    modules=(("cv", "cv2"),),
    constants=("", "cv2"),
    first_axis=0,
    layouts={
        1: "x is (W,) or (W, C)",
        2: "x is (H, W) or (H, W, C)",
        3: "x is (D, H, W) or (D, H, W, C)",
    },
    line=("x[None]", "[0]"),
)

FRAMEWORK = Framework(
    name="opencv",
    title="OpenCV",
    colour="#1864ab",
    module="cv2",
    distributions=(
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python-headless",
        "opencv-contrib-python",
    ),
    calls=CALLS,
    load=_load,
    environment=_environment,
    writes=("onnx",),
)
