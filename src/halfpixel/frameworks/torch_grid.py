"""PyTorch's F.grid_sample, used as a resize: an identity that samples an image at another size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray
from ..numerics.computation import Computed
from ..numerics.coordinates import ROUNDED_TO_HALVES
from ..numerics.error_model import UNIT_ROUNDOFF, ErrorModel, cubic_weight_error, keys_errors
from ..operators import Resize
from ..operators.request import Request
from .call import HALVES, WIDE, Call, Change, Defect, DType, Expression, Name, Refusal, Run

_IDENTITY = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
_KERNEL = "pytorch/pytorch, aten/src/ATen/native/cpu/GridSamplerKernel.cpp"
_RELEASES = ">=1.4"  # align_corners, and what affine_grid makes of it
_CUBIC_RELEASES = ">=1.8"

# align_corners=True with one output pixel: affine_grid is 0 there, which is the middle. F.interpolate,
# and ONNX's align_corners, take the first pixel.
_COORDINATES = {False: "half_pixel", True: "tf_crop_and_resize"}

# The paddings that change no weight of a mode, on the grid of a resize: they are the border's.
_UNREACHED = {
    ("nearest", False): ("zeros", "reflection"),
    ("nearest", True): ("zeros", "reflection"),
    ("bilinear", False): ("reflection",),
    ("bilinear", True): ("zeros", "reflection"),
}
_MODES: dict[str, dict[str, Any]] = {
    "nearest": {"mode": "nearest", "nearest_mode": "round_half_even"},
    "bilinear": {"mode": "linear"},
    "bicubic": {"mode": "cubic", "cubic_coeff_a": -0.75},
}
_PADDINGS = ("border", "zeros", "reflection")


def _convention(mode: str, padding: str, align_corners: bool) -> Resize:
    unreached = padding in _UNREACHED.get((mode, align_corners), ())
    return Resize(
        coordinate_transformation_mode=_COORDINATES[align_corners],  # type: ignore[arg-type]
        padding_mode="border" if unreached else padding,  # type: ignore[arg-type]
        **_MODES[mode],
    )


# cubic by Horner's rule, in roundings one after the other: the distance, and each step; linear: 1 - t
_WEIGHT_ROUNDINGS = {"bilinear": 1, "bicubic": 7}
# of a product, once itself and once in each sum that it is in: four of both axes at once, or four twice
_PRODUCT_ROUNDINGS = {"bilinear": 4, "bicubic": 8}
# linear: 1 - t, and half of the rounding of the product of two weights
_WEIGHT_ERROR = {"nearest": 1.5, "bilinear": 1.5, "bicubic": cubic_weight_error(-0.75)}


def _weight_error_in_halves(dtype: DType, mode: str) -> float:
    """The error of a weight where roundoffs of roundoffs count, in unit roundoffs.

    Roundings of a weight that follow one another carry its error on, k of them by (1 + u)^k. The sums have
    n·u of a product in the bound, in place of γ = n·u / (1 − n·u) of it and of its weights' errors: what is
    missing is counted here, half for each of its two weights.
    """
    if mode not in _PRODUCT_ROUNDINGS:
        return _WEIGHT_ERROR[mode]
    u = UNIT_ROUNDOFF[dtype]
    n_u = _PRODUCT_ROUNDINGS[mode] * u
    gamma = n_u / (1 - n_u)
    carried = _WEIGHT_ERROR[mode] * (1 + u) ** _WEIGHT_ROUNDINGS[mode]
    return carried * (1 + gamma) + (gamma - n_u) / u / 2


def _arithmetic(dtype: DType, mode: str, padding: str, align_corners: bool) -> ErrorModel:
    cubic, halves = mode == "bicubic", dtype in HALVES
    # each of bicubic's pixels is reflected, not the place between them
    reflects = padding == "reflection" and not (cubic and halves)
    rule = f"grid_{dtype}_reflected" if reflects else f"grid_{dtype}"
    return ErrorModel(
        coordinates=dtype,
        # g + 1, and its product with n / 2, less a half in the same rounding; bilinear's reflection
        # adds a half and takes it off again. In halves the rule has them all.
        coordinate_roundings=0 if halves else 4 if padding == "reflection" and not cubic else 2,
        # of g, in units of half the axis: the step of linspace and its place; for half_pixel the
        # product with n_out - 1 and the quotient by n_out
        extent_roundings=0 if halves else 1 if align_corners else 2,
        weights=dtype,
        weight_error=_weight_error_in_halves(dtype, mode) if halves else _WEIGHT_ERROR[mode],
        value_errors=keys_errors if cubic and not halves else None,
        accumulation=dtype,
        separable=cubic,
        coordinate_rule=rule if mode == "nearest" or halves else None,
        evaluation=() if cubic else ("torch_grid",),
        source=f"{_KERNEL}: ComputeLocationBase, ApplyGridSample; AffineGridGenerator.cpp: make_base_grid_4D",
    )


# torch 1.5.1 reads ties of a grid on the other side than 1.4.0 and 1.7.1
_LINE_OF_1_5 = ">=1.5, <1.6"
_UNKNOWN_TIES = Change(
    unpredicted={"float32": "the line of the grid is rounded in a way that is not known: ties"}
)


def _since_2_15(arithmetic: Mapping[DType, ErrorModel]) -> Mapping[DType, ErrorModel]:
    """The line of a grid of halves is computed in float32, and rounded once
    (aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp: linspace_kernel)."""
    return {
        dtype: replace(one, coordinate_rule=f"{one.coordinate_rule}_2_15")
        if dtype in HALVES
        else one
        for dtype, one in arithmetic.items()
    }


def _grid_sample(
    mode: str, padding: str, align_corners: bool
) -> Callable[[Request], Expression | None]:
    def expression(request: Request) -> Expression | None:
        if isinstance(request.convention, Resize) and request.convention.roi is not None:
            return None  # the identity's grid is that of the whole image
        n, c = request.shape[:2]
        theta = Expression(Name("torch.tensor"), ([_IDENTITY] * n,), {"dtype": Name("x.dtype")})
        aligned = {"align_corners": align_corners}
        grid = Expression(Name("F.affine_grid"), (theta, (n, c, *request.size)), aligned)
        flags = {"mode": mode, "padding_mode": padding, **aligned}
        return Expression(Name("F.grid_sample"), (Name("x"), grid), flags)

    return expression


@dataclass(frozen=True)
class _ReflectedInHalves(Resize):
    """A convention whose taps are reflected with every step rounded to a narrow dtype: the ½ that leads to
    the edge, and back, is lost where the dtype has whole numbers alone."""

    dtype: str = "float16"

    def padded(self, index: AnyArray, n_in: int | AnyArray) -> NDArray[np.intp]:
        rounded = ROUNDED_TO_HALVES[self.dtype]
        size = rounded(np.asarray(n_in))
        edge, twice = np.float32(0.5), 2 * size
        away = abs(rounded(index.astype(np.float32) + edge))
        extra = rounded(away - rounded(np.trunc(rounded(away / twice)) * twice))
        inside = rounded(np.minimum(extra, rounded(twice - extra)) - edge)
        return np.asarray(np.clip(inside, 0, size - 1), np.intp)


# the pixels from which a dtype has no halves; above twice as many it lacks indices, and reads memory outside
_WHOLE = {"float16": 1024, "bfloat16": 128}


def _has_no_halves(request: Request) -> bool:
    whole = _WHOLE.get(request.dtype)
    return whole is not None and whole <= max(request.shape[2:]) <= 2 * whole


def _reflected_in_halves(case: Computed) -> Computed:
    known = {one.name: getattr(case.convention, one.name) for one in fields(Resize)}
    convention = _ReflectedInHalves(**known, dtype=case.request.dtype)
    return replace(case, convention=convention).computed()


_REFLECTS_IN_HALVES = Defect(
    why="bicubic adds ½ to the index of each pixel to reflect it, and takes it off again: from 128 pixels on "
    "in bfloat16, and 1024 in float16, it is rounded, and another pixel is read",
    releases="",  # that take halves
    when=_has_no_halves,
    result=_reflected_in_halves,
)


_REFUSES_EMPTY = (
    Refusal(
        words="expected input to have non-empty spatial dimensions",
        why="no input pixels (aten/src/ATen/native/GridSamplerUtils.h: check_grid_sampler_common)",
        when=lambda request, dtype, names: request.no_pixels,
    ),
    Refusal(
        words="Expected non-zero, positive output size|Expected a batch of 2D affine matrices",
        why="no grid for zero images, channels or pixels (torch/nn/functional.py: affine_grid)",
        when=lambda request, dtype, names: request.empty,
    ),
)

_REFUSES_ONE_PIXEL = Refusal(
    words="\"tensor_cpu\" not implemented for '(Half|BFloat16)'",
    why="an output one pixel high or wide: at::tensor, which has no half precision, makes its coordinate "
    "(aten/src/ATen/native/AffineGridGenerator.cpp: linspace_from_neg_one)",
    when=lambda request, dtype, names: dtype in HALVES and not request.empty and 1 in request.size,
)


def grid_sample_calls(run: Run, refusals: tuple[Refusal, ...]) -> Iterator[Call]:
    """Every mode, padding_mode and align_corners.

    Args:
        run: evaluates an expression on tensors.
        refusals: what torch refuses of any call.
    """
    dtypes = (*WIDE, *HALVES)
    for mode in _MODES:
        for padding in _PADDINGS:
            for align_corners in (False, True):
                name = f"grid_sample-{mode}-{padding}"
                convention = _convention(mode, padding, align_corners)
                arithmetic = {d: _arithmetic(d, mode, padding, align_corners) for d in dtypes}
                releases = _CUBIC_RELEASES if mode == "bicubic" else _RELEASES
                yield Call(
                    framework="torch",
                    name=f"{name}-align_corners" if align_corners else name,
                    operation="resize",
                    follows={releases: convention},
                    expression=_grid_sample(mode, padding, align_corners),
                    run=run,
                    arithmetic=arithmetic,
                    returns={dtype: dtype for dtype in dtypes},
                    changes={
                        ">=2.15": Change(arithmetic=_since_2_15(arithmetic)),
                        **({_LINE_OF_1_5: _UNKNOWN_TIES} if mode == "nearest" else {}),
                    },
                    since=dict.fromkeys(HALVES, ">=2.6"),
                    one_image=True,  # theta has a matrix for each
                    refusals=(*_REFUSES_EMPTY, _REFUSES_ONE_PIXEL, *refusals),
                    defects=(_REFLECTS_IN_HALVES,)
                    if (mode, padding, align_corners) == ("bicubic", "reflection", False)
                    else (),
                    # a convention is swept once: through the padding that it is named for
                    variant=convention.padding_mode != padding,
                )
