"""PyTorch's calls."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arithmetic import Arithmetic, cubic_weight_error, sum_of_products
from ..cases import Case
from ..conventions import ConvTranspose, Resize
from .call import Call, DType, Expression, Framework, Name, Names, Refusal

_DTYPES: tuple[DType, ...] = ("float32", "float64")
_SAME_DTYPE = {dtype: dtype for dtype in _DTYPES}
_SUMS = (
    "pytorch/pytorch, aten/src/ATen/native/Convolution.cpp: ConvBackend::MkldnnTranspose "
    "and SlowTranspose2d, both plain sums of products"
)

# name, releases, flags, convention
_INTERPOLATE: tuple[tuple[str, str, dict[str, object], Resize], ...] = (
    (
        "nearest",
        ">=1.0",
        {"mode": "nearest"},
        Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    ),
    (
        "nearest-exact",
        ">=1.11",
        {"mode": "nearest-exact"},
        Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
    ),
    (
        "bilinear",
        ">=1.0",
        {"mode": "bilinear", "align_corners": False},
        Resize(mode="linear"),
    ),
    (
        "bilinear-align_corners",
        ">=1.0",
        {"mode": "bilinear", "align_corners": True},
        Resize(mode="linear", coordinate_transformation_mode="align_corners"),
    ),
    (
        "bicubic",
        ">=1.1",
        {"mode": "bicubic", "align_corners": False},
        Resize(mode="cubic", cubic_coeff_a=-0.75),
    ),
    (
        "bicubic-align_corners",
        ">=1.1",
        {"mode": "bicubic", "align_corners": True},
        Resize(mode="cubic", cubic_coeff_a=-0.75, coordinate_transformation_mode="align_corners"),
    ),
)

_UPSAMPLE_H = "pytorch/pytorch, aten/src/ATen/native/UpSample.h"


def _interpolate_arithmetic(dtype: DType, flags: dict[str, object]) -> Arithmetic:
    cubic = flags["mode"] == "bicubic"
    return Arithmetic(
        coordinates=dtype,
        # the scale, its product with the index, and half_pixel's "- 0.5"
        coordinate_roundings=2 if flags.get("align_corners") else 3,
        weights=dtype,
        weight_error=cubic_weight_error(-0.75) if cubic else 1,  # linear: 1 - lambda
        accumulation=dtype,
        coordinate_rule="float32" if str(flags["mode"]).startswith("nearest") else None,
        source=f"{_UPSAMPLE_H}: area_pixel_compute_scale, area_pixel_compute_source_index"
        + (", get_cubic_upsample_coefficients" if cubic else ""),
    )


def _tensors(names: Names, inputs: dict[str, NDArray[Any]]) -> dict[str, Any]:
    return {key: names["torch"].from_numpy(value) for key, value in inputs.items()}


def _run(names: Names, expression: Expression, inputs: dict[str, NDArray[Any]]) -> NDArray[Any]:
    return np.asarray(expression.evaluate({**names, **_tensors(names, inputs)}).numpy())


def _run_layer(
    names: Names, expression: Expression, inputs: dict[str, NDArray[Any]]
) -> NDArray[Any]:
    tensors = _tensors(names, inputs)
    assert isinstance(expression.function, Expression)
    with names["torch"].no_grad():
        layer = expression.function.evaluate(names).to(tensors["x"].dtype)
        layer.weight.copy_(tensors["w"])
        if "b" in tensors:
            layer.bias.copy_(tensors["b"])
        return np.asarray(layer(tensors["x"]).numpy())


def _interpolate(flags: dict[str, object]) -> Any:
    def expression(case: Case) -> Expression:
        return Expression(Name("F.interpolate"), (Name("x"),), {"size": case.size, **flags})

    return expression


def _padding(convention: ConvTranspose) -> tuple[int, ...] | None:
    """torch cuts both sides of an axis alike, or cannot say it."""
    n = len(convention.strides)
    begin, end = convention.pads[:n], convention.pads[n:]
    return begin if begin == end else None


def _conv_transpose2d(case: Case) -> Expression | None:
    convention = case.convention
    assert isinstance(convention, ConvTranspose)
    padding = _padding(convention)
    if padding is None:
        return None
    return Expression(
        Name("F.conv_transpose2d"),
        (Name("x"), Name("w"), Name("b") if "b" in case.inputs else None),
        {
            "stride": convention.strides,
            "padding": padding,
            "output_padding": convention.output_padding,
            "groups": convention.group,
            "dilation": convention.dilations,
        },
    )


def _conv_transpose_layer(case: Case) -> Expression | None:
    function = _conv_transpose2d(case)
    if function is None:
        return None
    assert isinstance(case.convention, ConvTranspose)
    c_in, c_out, *kernel = case.inputs["w"].shape
    layer = Expression(
        Name("nn.ConvTranspose2d"),
        (c_in, c_out * case.convention.group, tuple(kernel)),
        {**function.kwargs, "bias": "b" in case.inputs},
    )
    return Expression(layer, (Name("x"),))


def _load() -> Names:
    import torch

    torch.set_num_threads(1)
    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}


def _environment(names: Names) -> str:
    torch = names["torch"]
    return f"{torch.get_num_threads()} thread, {torch.backends.cpu.get_cpu_capability()}"


_REFUSES_ALIGN_CORNERS = Refusal(
    words="align_corners option can only be set with the interpolating modes",
    why="nearest has no corners to align",
)


def _interpolate_call(
    name: str,
    flags: dict[str, object],
    follows: dict[str, Resize],
    refusals: tuple[Refusal, ...] = (),
) -> Call:
    return Call(
        framework="torch",
        name=f"interpolate-{name}",
        operation="resize",
        follows=follows,
        expression=_interpolate(flags),
        run=_run,
        arithmetic={dtype: _interpolate_arithmetic(dtype, flags) for dtype in _DTYPES},
        returns=_SAME_DTYPE,
        refusals=refusals,
    )


CALLS = (
    *(
        _interpolate_call(name, flags, {releases: convention})
        for name, releases, flags, convention in _INTERPOLATE
    ),
    *(
        _interpolate_call(
            f"{mode}-align_corners",
            {"mode": mode, "align_corners": True},
            {},
            (_REFUSES_ALIGN_CORNERS,),
        )
        for mode in ("nearest", "nearest-exact")
    ),
    *(
        Call(
            framework="torch",
            name=name,
            operation="conv_transpose",
            expression=expression,
            run=run,
            arithmetic={dtype: sum_of_products(dtype, _SUMS) for dtype in _DTYPES},
            returns=_SAME_DTYPE,
        )
        for name, expression, run in (
            ("conv_transpose2d", _conv_transpose2d, _run),
            ("ConvTranspose2d", _conv_transpose_layer, _run_layer),
        )
    ),
)

FRAMEWORK = Framework(
    name="torch",
    module="torch",
    distributions=("torch",),
    calls=CALLS,
    load=_load,
    environment=_environment,
)
