"""Pillow's calls: ``Image.resize`` of images of floats (mode F) and of bytes (modes L and RGB).

python-pillow/Pillow, ``src/PIL/Image.py``: Image.resize; ``src/libImaging/Resample.c``, ``Geometry.c``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..numerics import pillow_window
from ..numerics.computation import Computed
from ..numerics.error_model import ErrorModel, normalised_weight_error
from ..numerics.integer_kernels import ROUNDINGS
from ..numerics.integer_kernels import pillow as integer_kernel
from ..operators import Resize
from ..operators.request import Request
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
from .layer_plans import Target
from .library import Function, Library, Words

_DTYPES: tuple[DType, ...] = ("float32", "uint8")
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

# by release: the integer arithmetic, that is which axis is resized first
_LATEST = "pillow_13_uint8"
_EARLIER = {
    "<9.1": "pillow_uint8",
    ">=9.1, <12.2": "pillow_uint8",
    ">=12.2, <13": "pillow_12_uint8",
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


def _roundings(convention: Resize, rounding: str) -> dict[DType, tuple[str, ...]]:
    return {} if convention.mode == "nearest" else {"uint8": (rounding,)}


Say = Callable[[Request], Expression | None]


def _resize(resample: str) -> Say:
    """``Image.fromarray(x).resize((w, h), resample=…)`` as an array again; empty for the default filter."""

    def expression(request: Request) -> Expression | None:
        if not request.shape[0]:
            return None  # there are no batches
        height, width = request.size
        flags = {"resample": Name(resample)} if resample else {}
        image = Expression(Name("Image.fromarray"), (Name("x"),))
        resized = Expression(Method(image, "resize"), ((width, height),), flags)
        return Expression(Name("np.asarray"), (resized,))

    return expression


def _run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """Bytes of three channels are an image of mode RGB; of others, and of floats, each is an image."""
    x = inputs["x"]
    whole = x.shape[1] == 0 or (x.dtype == np.uint8 and x.shape[1] == 3)
    if whole:
        rows = [_evaluated(names, expression, image) for image in x.transpose(0, 2, 3, 1)]
        return np.stack(rows).transpose(0, 3, 1, 2)
    return np.stack([[_evaluated(names, expression, plane) for plane in image] for image in x])


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
        releases: Change(roundings=_roundings(convention, rounding))
        for releases, rounding in _EARLIER.items()
    }
    earlier[_NO_RESAMPLING]["expression"] = _resize(f"Image.{name}")
    return Call(
        framework="pillow",
        name=f"resize-{name}",
        operation="resize",
        follows={_RELEASES: convention},
        expression=_resize(f"Image.Resampling.{name}"),
        run=_run,
        returns={dtype: dtype for dtype in _DTYPES},
        arithmetic=dict.fromkeys(_DTYPES, _arithmetic(convention)),
        roundings=_roundings(convention, _LATEST),
        changes=earlier,
        refusals=_REFUSES_EMPTY,
        defects=(_TIES_LEFT_OUT,) if convention.mode == "box" else (),
        left_out=(_OF_NO_PIXELS,),
    )


def _default() -> Call:
    """Without a filter: NEAREST until 6.2, BICUBIC since."""
    bicubic, nearest = FILTERS["BICUBIC"], FILTERS["NEAREST"]
    return replace(
        _call("BICUBIC", bicubic),
        name="resize-default",
        follows={">=5, <7": nearest, ">=7": bicubic},
        expression=_resize(""),
        changes={
            "<7": Change(arithmetic=dict.fromkeys(_DTYPES, _arithmetic(nearest)), roundings={}),
            ">=7, <12.2": Change(roundings=_roundings(bicubic, "pillow_uint8")),
            ">=12.2, <13": Change(roundings=_roundings(bicubic, "pillow_12_uint8")),
        },
        variant=True,
        offered=False,
    )


CALLS = Calls(lambda: (*itertools.starmap(_call, FILTERS.items()), _default()))


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
