"""JAX's calls: ``jax.image.resize`` and ``jax.lax.conv_transpose``.

An image is multiplied by a matrix of weights along each axis whose size changes (jax-ml/jax,
``jax/_src/image/scale.py``: ``compute_weight_mat``, ``_scale_and_translate``), in the image's dtype if that
is of floats, else in float32. XLA compiles a call anew for each shape: the suites run few of its cases by
default (:attr:`Call.compiled`).
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..numerics.error_model import ErrorModel, normalised_weight_error, sum_of_products
from ..operators import ConvTranspose, Resize
from ..operators.request import Request
from .call import (
    BFLOAT16,
    HALVES,
    INTEGERS,
    WIDE,
    Call,
    Calls,
    Crash,
    DType,
    Expression,
    Framework,
    FrameworkObject,
    LeftOut,
    Name,
    Names,
    Refusal,
    array,
    dtype_name,
)
from .layer_plans import Target
from .library import Function, Library, Words
from .windows import JAX_WORDS, WindowAxis, axes_of, jax_pair, jax_window, xla_swaps

_SCALE_PY = "jax-ml/jax, jax/_src/image/scale.py"
_RELEASES = ">=0.4.13"  # the first with a jaxlib for Python 3.11

_NEAREST = Resize(mode="nearest", nearest_mode="round_prefer_ceil")


def _kernel(mode: str, *, antialias: bool, **attributes: Any) -> Resize:
    """What lies outside weighs nothing, and the rest is divided by its sum."""
    # of the triangle's two taps at an edge, the one that is left has all the weight either way
    left_out = mode != "linear" or antialias
    return Resize(mode=mode, antialias=antialias, exclude_outside=left_out, **attributes)


# method, antialias, convention, releases
_METHODS: tuple[tuple[str, bool | None, Resize, str], ...] = (
    ("nearest", None, _NEAREST, _RELEASES),
    *(
        (method, antialias, _kernel(mode, antialias=antialias, **attributes), _RELEASES)
        for method, mode, attributes in (
            ("linear", "linear", {}),
            ("cubic", "cubic", {"cubic_coeff_a": -0.5}),
            ("lanczos3", "lanczos", {}),
            ("lanczos5", "lanczos", {"lanczos_radius": 5}),
        )
        for antialias in (True, False)
    ),
    ("cubic-pytorch", False, Resize(mode="cubic"), ">=0.10"),
    ("cubic-pytorch", True, _kernel("cubic", antialias=True, cubic_coeff_a=-0.5), ">=0.10"),
    ("area", None, Resize(mode="area"), ">=0.10.1"),
)


def _arithmetic(convention: Resize, dtype: DType) -> ErrorModel:
    if convention.mode == "nearest":
        return ErrorModel(
            coordinates="float32",  # of float64 too
            coordinate_roundings=0,
            weights="float32",
            weight_error=0,
            accumulation="float32",
            coordinate_rule="jax_float32",
            source=f"{_SCALE_PY}: _resize_nearest",
        )
    wide = "float64" if dtype == "float64" else "float32"
    narrow = dtype if dtype in HALVES else None
    return ErrorModel(
        coordinates=wide,
        coordinate_roundings=3,  # the inverse scale, its product with the index, and - 0.5
        # - the pixel; the kernel's scale, its inverse and the product with that
        distance_roundings=4,
        weights=wide,
        weight_error=4 if convention.mode == "area" else normalised_weight_error(convention),
        normalised=True,
        accumulation=wide,
        narrow=narrow,
        narrow_roundings=4 if narrow else 0,  # the weights of each axis, the result of each product
        evaluation=("matrix",),
        flushes=True,
        source=f"{_SCALE_PY}: compute_weight_mat, _scale_and_translate",
    )


def _resize(flags: dict[str, object]) -> Callable[[Request], Expression | None]:
    """The shape has an entry for each axis: (N, H, W, C)."""

    def expression(request: Request) -> Expression:
        shape = (request.shape[0], *request.size, request.shape[1])
        return Expression(Name("jax.image.resize"), (Name("x"),), {"shape": shape, **flags})

    return expression


# ---------------------------------------------------------------------------- running


def _arrays(names: Names, inputs: dict[str, AnyArray]) -> dict[str, Any]:
    """Images become NHWC, weights (kernel_h, kernel_w, c_out, c_in)."""
    layouts = {"x": (0, 2, 3, 1), "w": (2, 3, 1, 0), "b": (0,)}
    asarray = names["jax"].numpy.asarray
    return {k: asarray(v.transpose(layouts[k]), dtype=dtype_name(v)) for k, v in inputs.items()}


def _run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
    """On the CPU; where the image is of float64, with the setting without which that is float32."""
    with names["on_cpu"](), names["x64"](inputs["x"].dtype == np.float64):
        result = expression.evaluate({**names, **_arrays(names, inputs)})
        return _to_array(names, result).transpose(0, 3, 1, 2)


def _to_array(names: Names, result: FrameworkObject) -> AnyArray:
    if result.dtype == names["jax"].numpy.bfloat16:
        return array(np.asarray(result.astype("float32")).astype(BFLOAT16))
    return array(np.asarray(result))


def _empties_an_axis(request: Request, dtype: str, names: Names) -> bool:
    return any(not n_in and n_out > 0 for n_in, n_out in request.sizes)


_REFUSES_EMPTY = (
    Refusal(
        words="division by zero|Slice size at index . in gather op is out of range",
        why=f"no input pixels: the scale is divided by their number, or one of none is read ({_SCALE_PY}: "
        "_resize, _resize_nearest)",
        when=_empties_an_axis,
    ),
)


_NEGATIVE = Refusal(
    words="must have every element be nonnegative",
    why=f"a negative size, where the edges are padded ({_SCALE_PY}: compute_weight_mat); elsewhere it is 0",
    when=lambda request, dtype, names: min(request.size) < 0,
)
_A_WEIGHT_OF_ROUNDING = LeftOut(
    why="XLA rounds 1 - 3 * (1 / 3) once: a pixel at the end of the kernel weighs 2e-17 and not 0, so that "
    "an infinity there is one in the result, and not NaN",
    edges=("not_finite",),
    dtypes=("float64",),
)


def _resize_call(method: str, antialias: bool | None, convention: Resize, releases: str) -> Call:
    flags: dict[str, object] = {"method": method}
    if antialias is not None:
        flags["antialias"] = antialias
    dtypes: tuple[DType, ...] = (*WIDE, *HALVES, *INTEGERS)
    copies, padded = convention.mode == "nearest", method == "cubic-pytorch" and not antialias
    return Call(
        framework="jax",
        name=f"image.resize-{method}{'-antialias' if antialias else ''}",
        operation="resize",
        follows={releases: convention},
        expression=_resize(flags),
        run=_run,
        arithmetic={dtype: _arithmetic(convention, dtype) for dtype in dtypes},
        returns={
            dtype: dtype if copies or dtype not in INTEGERS else "float32" for dtype in dtypes
        },
        refusals=(*_REFUSES_EMPTY, _NEGATIVE) if padded else _REFUSES_EMPTY,
        left_out=(_A_WEIGHT_OF_ROUNDING,) if method == "linear" and antialias else (),
        compiled=True,
        variant=method == "cubic-pytorch" and bool(antialias),
    )


# ---------------------------------------------------------------------------- conv_transpose

_CONVOLUTION_PY = "jax-ml/jax, jax/_src/lax/convolution.py: conv_transpose"


def _padding(request: Request, word: str) -> object:
    """The argument that says a request, or None."""
    assert isinstance(request.convention, ConvTranspose)
    axes = axes_of(request.convention, request.kernel)
    if not word:
        return tuple(map(jax_pair, axes))
    agrees = (jax_window(word, a.kernel, a.stride, a.dilation) == a.window for a in axes)
    return word if all(agrees) else None


def _conv_transpose(word: str, *, turned: bool) -> Callable[[Request], Expression | None]:
    """With a pair for each axis, or a word; of a weight as that of the convolution that is transposed, or
    of one that is flipped, its channels the other way round."""

    def expression(request: Request) -> Expression | None:
        c, padding = request.convention, _padding(request, word)
        assert isinstance(c, ConvTranspose)
        if padding is None or c.group > 1:
            return None
        flags: dict[str, object] = {"strides": c.strides, "padding": padding}
        if max(c.dilations) > 1:
            flags["rhs_dilation"] = c.dilations
        weight: Expression | Name = Name("w")
        if turned:
            flags["transpose_kernel"] = True
        else:
            flipped = Expression(Name("jnp.flip"), (weight, (0, 1)))
            weight = Expression(Name("jnp.swapaxes"), (flipped, 2, 3))
        call = Expression(Name("jax.lax.conv_transpose"), (Name("x"), weight), flags)
        return Expression(Name("jnp.add"), (call, Name("b"))) if request.bias else call

    return expression


def _swaps(request: Request) -> bool:
    """Whether XLA takes the image for the kernel, where an axis stays that must not."""
    assert isinstance(request.convention, ConvTranspose)
    axes = axes_of(request.convention, request.kernel)
    each = list(zip(axes, request.shape[2:], strict=True))
    others = [(a.kernel, n) for a, n in each if not xla_swaps(a) and not _contracts(a, n)]
    larger = math.prod(k for k, _ in others) > math.prod(n for _, n in others)
    return larger and any(xla_swaps(a) and n != a.kernel for a, n in each)


def _contracts(axis: WindowAxis, n_in: int) -> bool:
    """A kernel of the image's size that is moved nowhere stays as it is, too."""
    still = axis.stride == axis.dilation == 1 and jax_pair(axis) == (0, 0)
    return still and axis.kernel == n_in


_SWAPPED = Crash(
    why="the image is taken for the kernel, and an axis of two taps, a stride of 2 and no padding stays "
    "as it is (openxla/xla, xla/hlo/transforms/simplifiers/conv_operand_swapper.cc: "
    "SwapConvolutionOperandsIfBeneficial)",
    releases="",
    when=_swaps,
)


def _conv_call(name: str, word: str, *, turned: bool) -> Call:
    return Call(
        framework="jax",
        name=f"lax.conv_transpose-{name}",
        operation="conv_transpose",
        releases=_RELEASES,
        expression=_conv_transpose(word, turned=turned),
        run=_run,
        arithmetic={dtype: sum_of_products(dtype, _CONVOLUTION_PY) for dtype in WIDE},
        returns={dtype: dtype for dtype in WIDE},
        crashes=(_SWAPPED,),
        compiled=True,
        variant=bool(word) or not turned,
    )


def _calls() -> Iterator[Call]:
    yield from (_resize_call(*row) for row in _METHODS)
    yield _conv_call("pairs", "", turned=True)
    yield from (_conv_call(word, word, turned=True) for word in JAX_WORDS)
    yield _conv_call("flipped", "", turned=False)


CALLS = Calls(_calls)

_XLA_FLAG = "--xla_cpu_multi_thread_eigen=false"


def _load() -> Names:
    if "jax" not in sys.modules:
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_XLA_FLAG}".strip()
    import jax

    @contextlib.contextmanager
    def x64(on: bool) -> Iterator[None]:
        before = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", on)
        try:
            yield
        finally:
            jax.config.update("jax_enable_x64", before)

    def on_cpu() -> Any:
        return jax.default_device(jax.devices("cpu")[0])

    return {"jax": jax, "jnp": jax.numpy, "x64": x64, "on_cpu": on_cpu}


def _environment(names: Names) -> str:
    return f"jaxlib {importlib.import_module('jaxlib').__version__}, CPU"


# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "jax"
_WORDS: Words = {
    "bilinear": "linear",
    "trilinear": "linear",
    "triangle": "linear",
    "bicubic": "cubic",
    "tricubic": "cubic",
    "bicubic-pytorch": "cubic-pytorch",
}
_WIDENED = ("linear", "cubic", "lanczos3", "lanczos5", "cubic-pytorch")

LIBRARY = Library(
    name=_LIBRARY,
    title="JAX",
    functions=(
        Function(
            framework=_LIBRARY,
            name="jax.image.resize",
            takes="image, shape, method, antialias=True, precision=None",
            image="image",
            size=("shape",),
            whole_shape=True,
            rank=None,
            told={"precision": "on a CPU it changes nothing"},
            words={"method": {**_WORDS, **{method: method for method, *_ in _METHODS}}},
            constants={
                "method": {method.upper().replace("-", "_"): method for method, *_ in _METHODS}
            },
            moot={"antialias": ("method", _WIDENED)},
        ),
    ),
    constants=("", "ResizeMethod", "image.ResizeMethod", "jax.image.ResizeMethod"),
    first_axis=1,
    layouts={1: "x is (N, W, C)", 2: "x is (N, H, W, C)", 3: "x is (N, D, H, W, C)"},
    line=("x[:, None]", "[:, 0]"),
    volumes=True,
)

FRAMEWORK = Framework(
    name="jax",
    title="JAX",
    colour="#8e24aa",
    module="jax",
    distributions=("jax",),
    calls=CALLS,
    load=_load,
    environment=_environment,
)
