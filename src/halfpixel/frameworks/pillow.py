"""Pillow's calls: ``Image.resize`` and ``Image.reduce`` of images of floats (mode F), of bytes (modes L and
RGB; LA and RGBA, whose colours are multiplied by alpha) and of 16 bits (mode I;16).

python-pillow/Pillow, ``src/PIL/Image.py``: Image.resize; ``src/libImaging/Resample.c``, ``Geometry.c``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..numerics import pillow_window
from ..numerics.computation import Computed
from ..numerics.error_model import ErrorModel, normalised_weight_error
from ..numerics.integer_kernels import ROUNDINGS
from ..numerics.integer_kernels import pillow as integer_kernel
from ..operators import Resize
from ..operators.request import Request, Scales
from .call import (
    Call,
    Calls,
    Change,
    Defect,
    DType,
    Expression,
    Framework,
    LeftOut,
    Method,
    Name,
    Names,
    Refusal,
    array,
)
from .factors import Factors, Scaling, Sizes
from .layer_plans import Target
from .library import Function, Library, Words

_DTYPES: tuple[DType, ...] = ("float32", "uint8", "uint16")
_NOT_WIDE = _DTYPES[:2]  # NEAREST of I;16 multiplies where that of other modes adds up
_RESAMPLE_C = "python-pillow/Pillow, src/libImaging/Resample.c"
_IMAGING_C = "src/_imaging.c: _resize"


def _filter(mode: str, **attributes: Any) -> Resize:
    """A filter is widened by the scale where an axis shrinks; what lies outside is left out."""
    return Resize(mode=mode, antialias=True, exclude_outside=True, **attributes)


_NEAREST = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
FILTERS: Mapping[str, Resize] = {
    "NEAREST": _NEAREST,
    "BOX": _filter("box"),
    "BILINEAR": _filter("linear"),
    "HAMMING": _filter("hamming"),
    "BICUBIC": _filter("cubic", cubic_coeff_a=-0.5),
    "LANCZOS": _filter("lanczos"),
}
_RELEASES = ">=5"

# by release: the era of its arithmetic of integers, that is which axis is resized first
_LATEST = "pillow_13"
_EARLIER = {"<9.1": "pillow", ">=9.1, <12.2": "pillow", ">=12.2, <13": "pillow_12"}
# and that of 16 bits, whose bytes are clamped apart until 12.2
_EARLIER_OF_16_BITS = {
    "<9.1": ("pillow", "pillow"),
    ">=9.1, <12.2": ("pillow", "pillow"),
    ">=12.2, <12.3": ("pillow_12", "pillow_12_2"),
    ">=12.3, <13": ("pillow_12", "pillow_12"),
}
_NO_RESAMPLING = "<9.1"  # the releases without the enum Image.Resampling


# the filters that jump: where a coordinate is rounded, another value is taken
_RULES = {"box": "box_float64", "hamming": "hamming_float64"}


def _arithmetic(convention: Resize) -> ErrorModel:
    if convention.mode == "nearest":
        return ErrorModel(
            coordinates="float64",
            coordinate_roundings=0,
            weights="float32",
            weight_error=0,
            accumulation="float32",
            coordinate_rule="sum_float64",
            source="python-pillow/Pillow, src/libImaging/Geometry.c: ImagingScaleAffine",
        )
    return ErrorModel(
        coordinates="float64",
        coordinate_roundings=2,  # the scale, and its product with the index and a half
        distance_roundings=4,  # - center, + 0.5, the inverse scale and its product
        weights="float64",
        weight_error=normalised_weight_error(convention),
        normalised=True,
        accumulation="float64",
        narrow="float32",
        narrow_roundings=2,  # the result of each pass
        coordinate_rule=_RULES.get(convention.mode),
        evaluation=("window",),
        source=f"{_RESAMPLE_C}: precompute_coeffs, ImagingResampleHorizontal_32bpc, "
        "ImagingResampleVertical_32bpc",
    )


def _roundings(convention: Resize, era: str, of_16_bits: str) -> dict[DType, tuple[str, ...]]:
    if convention.mode == "nearest":
        return {}
    return {"uint8": (f"{era}_uint8",), "uint16": (f"{of_16_bits}_uint16",)}


_UNKNOWN: dict[DType, str] = {
    "uint16": "near a tie, the last bit of HAMMING's weights in float64 decides, and it is not known"
}

Say = Callable[[Request], Expression | None]


def _resize(resample: str, *, channels: int = 0, **more: object) -> Say:
    """``Image.fromarray(x).resize((w, h), resample=…)`` as an array again; empty for the default filter.

    Args:
        resample: the filter.
        channels: of the only images that it is said of; any, if 0.
        more: other arguments.
    """

    def expression(request: Request) -> Expression | None:
        if not request.shape[0] or channels not in (0, request.shape[1]):
            return None  # there are no batches
        height, width = request.size
        flags = {**({"resample": Name(resample)} if resample else {}), **more}
        image = Expression(Name("Image.fromarray"), (Name("x"),))
        resized = Expression(Method(image, "resize"), ((width, height),), flags)
        return Expression(Name("np.asarray"), (resized,))

    return expression


def _run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """Bytes of three channels are an image of mode RGB; of others, and of floats, each is an image."""
    x = inputs["x"]
    if x.shape[1] == 0 or (x.dtype == np.uint8 and x.shape[1] == 3):
        return _run_whole(names, expression, inputs)
    return np.stack([[_evaluated(names, expression, plane) for plane in image] for image in x])


def _run_whole(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """All channels are an image: of two, of mode LA; of four, RGBA."""
    images = inputs["x"].transpose(0, 2, 3, 1)
    rows = [_evaluated(names, expression, image) for image in images]
    return np.stack(rows).transpose(0, 3, 1, 2)


def _evaluated(names: Names, expression: Expression, x: AnyArray) -> AnyArray:
    return array(expression.evaluate({**names, "x": x}))


_REFUSES_EMPTY = (
    Refusal(
        words="height and width must be > 0",
        why=f"an output of no pixels ({_IMAGING_C})",
        when=lambda request, dtype, names: request.no_output,
    ),
    Refusal(
        words="Cannot handle this data type",
        why="an image of no channels (src/PIL/Image.py: fromarray)",
        when=lambda request, dtype, names: request.no_channels,
    ),
)


def _has_a_tie(request: Request) -> bool:
    """Whether a window ends at the middle of a pixel."""
    resized = (sizes for sizes in request.sizes if sizes[0] != sizes[1] and min(sizes) > 0)
    box = FILTERS["BOX"]
    return any(
        not np.array_equal(
            pillow_window.weights(box, *one), pillow_window.box_weights_until_6(*one)
        )
        for one in resized
    )


def _ties_left_out(case: Computed) -> Computed:
    """Columns, then rows, by the weights of a box that is open at both ends."""
    x: AnyArray = np.asarray(case.inputs["x"])
    whole = case.rule in ROUNDINGS
    x = x.astype(np.int64) if whole else x
    for axis in (3, 2):
        n_in, n_out = case.request.sizes[axis - 2]
        if n_in != n_out:
            weights = pillow_window.box_weights_until_6(n_in, n_out)
            if whole:
                x = integer_kernel.one_pass(integer_kernel.whole(weights), x, axis)
            else:
                x = np.moveaxis(np.tensordot(weights, x, (1, axis)), 0, axis)
    return replace(case, expected=x.astype(np.float64))


_TIES_LEFT_OUT = Defect(
    why="BOX leaves a pixel out that lies at exactly half of a window before its middle or after it, and an "
    "output that has no other is 0",
    releases="<7",
    when=_has_a_tie,
    result=_ties_left_out,
)
_OF_NO_PIXELS = LeftOut(
    why="an image of no pixels becomes zeros, which no convention says",
    edges=("no_width_in", "no_height_in"),
)


def _call(name: str, convention: Resize) -> Call:
    earlier = {
        releases: Change(roundings=_roundings(convention, *eras))
        for releases, eras in _EARLIER_OF_16_BITS.items()
    }
    earlier[_NO_RESAMPLING]["expression"] = _resize(f"Image.{name}")
    nearest = convention.mode == "nearest"
    dtypes = _NOT_WIDE if nearest else _DTYPES
    return Call(
        framework="pillow",
        name=f"resize-{name}",
        operation="resize",
        follows={_RELEASES: convention},
        expression=_resize(f"Image.Resampling.{name}"),
        run=_run,
        returns={dtype: dtype for dtype in dtypes},
        arithmetic=dict.fromkeys(dtypes, _arithmetic(convention)),
        roundings=_roundings(convention, _LATEST, _LATEST),
        changes=earlier,
        since={} if nearest else {"uint16": ">=11"},
        unpredicted=_UNKNOWN if convention.mode == "hamming" else {},
        refusals=_REFUSES_EMPTY,
        defects=(_TIES_LEFT_OUT,) if convention.mode == "box" else (),
        left_out=(_OF_NO_PIXELS,),
    )


def _default() -> Call:
    """Without a filter: NEAREST until 6.2, BICUBIC since; of I;16, since 11."""
    bicubic, nearest = FILTERS["BICUBIC"], FILTERS["NEAREST"]

    def of_bytes(era: str) -> dict[DType, tuple[str, ...]]:
        return {"uint8": (f"{era}_uint8",)}

    return replace(
        _call("BICUBIC", bicubic),
        name="resize-default",
        follows={">=5, <7": nearest, ">=7": bicubic},
        expression=_resize(""),
        returns={dtype: dtype for dtype in _NOT_WIDE},
        arithmetic=dict.fromkeys(_NOT_WIDE, _arithmetic(bicubic)),
        roundings=of_bytes(_LATEST),
        changes={
            "<7": Change(arithmetic=dict.fromkeys(_NOT_WIDE, _arithmetic(nearest)), roundings={}),
            ">=7, <12.2": Change(roundings=of_bytes("pillow")),
            ">=12.2, <13": Change(roundings=of_bytes("pillow_12")),
        },
        since={},
        variant=True,
        offered=False,
    )


_MODES = {"LA": 2, "RGBA": 4}  # and their channels, the last of which is alpha


def _of_mode(mode: str, name: str) -> Call:
    """Of an image with an alpha, by which its colours are multiplied first."""
    call = _call(name, FILTERS[name])
    say = {
        filter_: _resize(f"{filter_}.{name}", channels=_MODES[mode])
        for filter_ in ("Image", "Image.Resampling")
    }
    earlier: dict[str, Change] = {
        releases: Change(roundings={"uint8": (f"{era}_alpha",)})
        for releases, era in _EARLIER.items()
    }
    earlier[_NO_RESAMPLING]["expression"] = say["Image"]
    return replace(
        _bytes_alone(call),
        name=f"{call.name}-{mode}",
        expression=say["Image.Resampling"],
        run=_run_whole,
        roundings={"uint8": (f"{_LATEST}_alpha",)},
        changes=earlier,
    )


def _bytes_alone(call: Call) -> Call:
    """A variant of a call that is run on bytes, whose kernel is that of the call."""
    return replace(
        call,
        returns={"uint8": "uint8"},
        arithmetic={"uint8": call.arithmetic["uint8"]},
        since={},
        unpredicted={},
        variant=True,
        offered=False,
        left_out=(LeftOut(why="the kernel is that of the call without it, which runs every edge"),),
    )


# ---------------------------------------------------------------------------- in two steps


def reduces(gap: float) -> Defect:
    """``reducing_gap``: where an axis shrinks so much, blocks are averaged first."""
    ratio = f"{2 * gap:g}"

    def by(request: Request) -> tuple[int, ...]:
        return pillow_window.factors(request.shape[2:], request.size, gap)

    def when(request: Request) -> bool:
        return not request.empty and max(by(request)) > 1

    def result(case: Computed) -> Computed:
        assert isinstance(case.convention, Resize)
        assert case.rule is not None
        x = np.asarray(case.inputs["x"]).astype(np.int64)
        rows_first = integer_kernel.ORDERS[case.rule.removesuffix("_uint8")]
        found = integer_kernel.reducing(case.convention, x, case.size, gap, rows_first)
        return replace(case, expected=found.astype(np.float64))

    return Defect(
        why=f"an axis shrinks {ratio} times or more, reducing_gap={gap:g} averages blocks of whole pixels "
        f"first, int(ratio / {gap:g}) along each axis, and the filter resizes what they leave",
        releases=">=7",
        when=when,
        result=result,
    )


def reducing(call: Call, gap: float) -> Call:
    """A call with ``reducing_gap``, which NEAREST does not look at."""
    follows = {">=7": call.latest}
    defects = () if call.latest.mode == "nearest" else (reduces(gap),)
    return replace(call, follows=follows, defects=(*call.defects, *defects))


def _with_gap(name: str, gap: float) -> Call:
    """The same, as it is run: of bytes, whose every value is predicted."""
    call = reducing(_bytes_alone(_call(name, FILTERS[name])), gap)
    earlier: dict[str, Change] = {
        releases: Change(roundings={"uint8": (f"{era}_uint8",)})
        for releases, era in _EARLIER.items()
    }
    earlier[_NO_RESAMPLING]["expression"] = _resize(f"Image.{name}", reducing_gap=gap)
    return replace(
        call,
        name=f"{call.name}-reducing_gap-{gap:g}",
        expression=_resize(f"Image.Resampling.{name}", reducing_gap=gap),
        roundings={"uint8": call.roundings["uint8"]},
        changes=earlier,
    )


# ---------------------------------------------------------------------------- reduce


def _by(factor: float) -> int:
    """The whole number that a factor is one over."""
    return max(1, round(1 / factor))


def _blocks(n_in: int, factor: float) -> int:
    """As many blocks as there are, the last of fewer pixels."""
    return -(-n_in // _by(factor))


def _by_whole_numbers(n_in: Sizes, n_out: Sizes, factors: Factors) -> Scales:
    return Fraction(1, _by(factors[0])), Fraction(1, _by(factors[1]))


def _one_over_whole_numbers(factors: Factors) -> bool:
    return all(factor == 1 / _by(factor) for factor in factors)


REDUCING = Scaling(_blocks, _by_whole_numbers, holds=_one_over_whole_numbers)


def _reduce(request: Request) -> Expression | None:
    """``Image.fromarray(x).reduce((x, y))`` as an array again."""
    ratios = request.scales or tuple(Fraction(m, n) if n else Fraction(1) for n, m in request.sizes)
    if not request.shape[0] or any(one.numerator != 1 for one in ratios):
        return None
    by_height, by_width = (one.denominator for one in ratios)
    made = [-(-n // by) for (n, _), by in zip(request.sizes, (by_height, by_width), strict=True)]
    if tuple(made) != request.size:
        return None
    image = Expression(Name("Image.fromarray"), (Name("x"),))
    return Expression(
        Name("np.asarray"), (Expression(Method(image, "reduce"), ((by_width, by_height),)),)
    )


_REDUCE_C = "python-pillow/Pillow, src/libImaging/Reduce.c"
REDUCE = Call(
    framework="pillow",
    name="reduce",
    operation="resize",
    follows={">=7": Resize(mode="area")},
    expression=_reduce,
    run=_run,
    returns={"float32": "float32", "uint8": "uint8"},
    arithmetic=dict.fromkeys(
        ("float32", "uint8"),
        ErrorModel(
            coordinates="float64",
            coordinate_roundings=0,  # blocks begin at whole pixels
            weights="float64",
            weight_error=1,  # 1 over their number
            accumulation="float64",
            narrow="float32",
            narrow_roundings=1,
            separable=False,
            source=f"{_REDUCE_C}: ImagingReduceNxN_32bpc, ImagingReduceCorners_32bpc",
        ),
    ),
    roundings={"uint8": ("pillow_reduce",)},
    refusals=_REFUSES_EMPTY[1:],
    scaling=REDUCING,
    left_out=(_OF_NO_PIXELS,),
)


def _calls() -> Iterator[Call]:
    yield from itertools.starmap(_call, FILTERS.items())
    yield _default()
    yield from (
        _of_mode(mode, name) for mode in _MODES for name in ("BILINEAR", "BICUBIC", "LANCZOS")
    )
    yield from (_with_gap(name, gap) for name, gap in (("BICUBIC", 1), ("BICUBIC", 2), ("BOX", 2)))
    yield REDUCE


CALLS = Calls(_calls)


def _load() -> Names:
    from PIL import Image

    return {"Image": Image, "np": np}


def _environment(names: Names) -> str:
    return "1 thread"


# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "pillow"
NUMBERS: Words = {
    0: "NEAREST", 1: "LANCZOS", 2: "BILINEAR", 3: "BICUBIC", 4: "BOX", 5: "HAMMING",
}  # fmt: skip
# beside the filters, names that exist until 9.5
REMOVED = {"ANTIALIAS": "LANCZOS", "LINEAR": "BILINEAR", "CUBIC": "BICUBIC"}

_OF_MODES = "the image is Pillow's, of mode F, L or RGB: LA and RGBA are multiplied by alpha, {}"
_BOX = (
    "the filter reads the pixels around the box too, and NEAREST adds up from its corner, so that it is not "
    "img.crop(box).resize(size): ask about that, if it will do"
)

LIBRARY = Library(
    name=_LIBRARY,
    title="Pillow",
    functions=(
        Function(
            framework=_LIBRARY,
            name="Image.resize",
            spelled=("Image.Image.resize",),
            takes="size, resample=None, box=None, reducing_gap=None",
            method=True,
            size=("size",),
            order="wh",
            words={"resample": NUMBERS},
            constants={
                "resample": {name: REMOVED.get(name, name) for name in (*FILTERS, *REMOVED)}
            },
            assumed=(_OF_MODES.format("I and I;16 are rounded, and 1 and P are always NEAREST"),),
            adapts={"reducing_gap": reducing},
            reasons={"box": _BOX},
        ),
        Function(
            framework=_LIBRARY,
            name="Image.reduce",
            spelled=("Image.Image.reduce",),
            takes="factor, box=None",
            method=True,
            order="wh",
            factors=("factor",),
            divides=True,
            one_for_all=True,
            assumed=(_OF_MODES.format("I is rounded, and 1, P and I;16 raise"),),
            reasons={
                "box": "it is reduced from the corner of the box on: ask about img.crop(box).reduce(factor)"
            },
        ),
    ),
    modules=(("PIL.Image", "Image"),),
    constants=("", "Image", "Image.Resampling", "Resampling"),
    first_axis=0,
    layouts={
        1: "x is (W,), float32 or uint8",
        2: "x is (H, W), float32 or uint8, or (H, W, 3), uint8",
        3: "x is (D, H, W)",
    },
    line=("x[None]", "[0]"),
)

FRAMEWORK = Framework(
    name="pillow",
    title="Pillow",
    colour="#2b8a3e",
    module="PIL",
    distributions=("pillow", "pillow-simd"),
    calls=CALLS,
    load=_load,
    environment=_environment,
)
