"""Keras's calls on the torch backend, in a process of their own.

Keras takes its backend from ``KERAS_BACKEND`` as it is imported, once a process, and TensorFlow's import
brings it in on TensorFlow's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..arrays import AnyArray
from ..numerics.computation import Computed
from ..operators import ConvTranspose
from ..operators.request import Request
from . import torch
from .call import (
    BFLOAT16,
    HALVES,
    INTEGERS,
    Call,
    Calls,
    Change,
    Defect,
    DType,
    Expression,
    Framework,
    FrameworkObject,
    Gradient,
    Name,
    Names,
    OtherRule,
    Recomputation,
    Refusal,
)
from .keras_calls import Backend, calls, run_gradient
from .keras_releases import have_on_torch, through_torchvision
from .process import Process, elsewhere
from .windows import (
    KerasPadding,
    WindowAxis,
    axes_of,
    convention_of,
    keras_output_padding,
    keras_torch_arguments,
    torch_window,
)

# Keras's interpolations, by torch's names: keras-team/keras, keras/src/backend/torch/image.py: resize
_BECOMES = {
    "nearest": "interpolate-nearest-exact",
    "bilinear": "interpolate-bilinear",
    "bilinear-antialias": "interpolate-bilinear-antialias",
    "bicubic": "interpolate-bicubic",
    "bicubic-antialias": "interpolate-bicubic-antialias",
}

_NARROW: dict[str, tuple[DType, ...]] = {
    **dict.fromkeys(("nearest", "bilinear", "bicubic"), (*HALVES, *INTEGERS)),
    **dict.fromkeys(("bilinear-antialias", "bicubic-antialias"), INTEGERS),
}


def _from_channels_last(call: Call) -> Call:
    """torch's call on an image that lies in memory as Keras's does; integers are floats there."""
    antialias = any(convention.antialias for convention in call.follows.values())
    defect = torch.first_row_repeated(antialias, channels_last=True)

    def when(request: Request) -> bool:
        return defect.when(replace(request, dtype="float32"))

    own_defect = replace(defect, when=when, releases=f"torch {defect.releases}")
    return replace(call, defects=(own_defect,) if antialias else ())


def _sent_by_pixels(request: Request) -> bool:
    """What is sent to the child is copied into C order, unless it is in Fortran's."""
    by_pixels = torch.BY_PIXELS.when(request)
    return by_pixels and torch.BY_PIXELS.when(replace(request, layout="fortran"))


_SENT = replace(torch.BY_PIXELS, when=_sent_by_pixels)


def _other_rules(own: Call, flags: Mapping[str, object]) -> tuple[OtherRule, ...]:
    """Those of torch's call; channels that come last lie so."""
    by_pixels = _SENT if flags.get("data_format") == "channels_first" else torch.MADE_BY_PIXELS
    return tuple(by_pixels if one is torch.BY_PIXELS else one for one in own.other_rules)


# until 3.14, Keras said the window in torch's arguments: keras-team/keras,
# keras/src/backend/common/backend_utils.py: _convert_conv_transpose_padding_args_from_keras_to_torch
_SAID = "<3.15"
_REFUSED, _CLAMPED = "<3.13", ">=3.13, <3.15"  # what it cannot say


def _torch_axes(request: Request, padding: KerasPadding) -> list[tuple[WindowAxis, int, int]]:
    """The axes of a request, with torch's padding and output_padding that Keras gives."""
    c = request.convention
    assert isinstance(c, ConvTranspose)
    axes = axes_of(c, request.kernel)
    output_padding = keras_output_padding(axes, padding) or (None,) * len(axes)
    return [
        (axis, *keras_torch_arguments(padding, extra, axis.kernel, axis.stride, axis.dilation))
        for axis, extra in zip(axes, output_padding, strict=True)
    ]


def _cropped(request: Request, padding: KerasPadding) -> tuple[ConvTranspose, tuple[int, int]]:
    """The convention with torch's arguments, and the size of its output; where an axis is appended to by a
    stride or more, by as much as torch takes."""
    axes = [
        replace(axis, window=torch_window(begin, min(extra, axis.stride - 1)))
        for axis, begin, extra in _torch_axes(request, padding)
    ]
    height, width = (
        (n - 1) * axis.stride + axis.extent - axis.window.begin - axis.window.end
        for n, axis in zip(request.shape[2:], axes, strict=True)
    )
    return convention_of(axes), (height, width)


def _as_torch(padding: KerasPadding) -> Recomputation:
    def result(case: Computed) -> Computed:
        convention, size = _cropped(case.request, padding)
        return replace(case, convention=convention, size=size).computed()

    return result


def _appends_too_much(padding: KerasPadding) -> Callable[[Request], bool]:
    def when(request: Request) -> bool:
        return any(extra >= axis.stride for axis, _, extra in _torch_axes(request, padding))

    return when


def _cropped_by_torch(padding: KerasPadding) -> tuple[Defect, ...]:
    def moved(request: Request) -> bool:
        axes = _torch_axes(request, padding)
        return any(torch_window(begin, extra) != axis.window for axis, begin, extra in axes)

    if padding == "valid":
        return ()
    return (
        Defect(
            why="SAME crops the odd pixel at both ends where the stride is 1: the output is a pixel short",
            releases=_CLAMPED,
            when=_appends_too_much(padding),
            result=_as_torch(padding),
        ),
        Defect(
            why="SAME crops the odd pixel at the start, not at the end",
            releases=_SAID,
            when=moved,
            result=_as_torch(padding),
        ),
    )


def _too_much_appended(padding: KerasPadding) -> tuple[Refusal, ...]:
    if padding == "valid":
        return ()
    too_much = _appends_too_much(padding)
    return (
        Refusal(
            words="lead to a Torch output_padding",
            why="torch appends less than a stride "
            "(keras/src/backend/common/backend_utils.py: "
            "_convert_conv_transpose_padding_args_from_keras_to_torch)",
            when=lambda request, dtype, names: too_much(request),
            releases=_REFUSED,
        ),
    )


def _rounding(choice: tuple[str, ...], names: Names) -> str:
    return choice[-1 if names["capability"] == "DEFAULT" else 0]


_NO_PIXELS, _NO_CHANNELS = torch.REFUSES_EMPTY
_REFUSES_EMPTY = (
    _NO_CHANNELS,
    # in Keras's own words, but of Resizing, which leaves it to torch
    replace(
        _NO_PIXELS,
        words=f"{_NO_PIXELS.words}|must have positive height and width|do not satisfy `value > 0`",
    ),
)

# which multiply-adds of its float32 a torch was compiled to fuse
_UNFUSED = "keras_torch_unfused"
_BUILDS = {
    "torch <2.5": "keras_torch_rounded_2_1",
    "torch >=2.5, <2.8": "keras_torch_rounded_2_5",
    "torch >=2.8, <2.10": "keras_torch_rounded_2_8",
    "torch >=2.10, <2.15": "keras_torch_rounded",
}


def _changes(call: Call, own: Call, function: str) -> dict[str, Change]:
    """What was computed otherwise before: by Keras, or by the torch beside it."""
    built: dict[str, Change] = {
        releases: {"roundings": dict.fromkeys(call.roundings, (rounding, _UNFUSED))}
        for releases, rounding in _BUILDS.items()
    }
    return {**through_torchvision(call, own, function), **(built if call.roundings else {})}


def _calls() -> tuple[Call, ...]:
    by_name = torch.CALLS.by_name
    return calls(
        Backend(
            framework="keras_torch",
            have=have_on_torch,
            changes=_changes,
            becomes={own: _from_channels_last(by_name[name]) for own, name in _BECOMES.items()},
            other_rules=_other_rules,
            narrow=_NARROW,
            widens={"uint16": "int32"},  # keras/src/backend/torch/core.py: TORCH_DTYPES
            roundings=("keras_torch_rounded_2_15", _UNFUSED),
            rounding=_rounding,
            narrows="keras/src/backend/torch/image.py: _cast_squeeze_in, _cast_squeeze_out",
            refusal=Refusal(
                words="Lanczos interpolation is not supported by the PyTorch backend"
                "|Invalid value for argument `interpolation`",
                why="torch has no lanczos without antialias; Keras does not use its area",
            ),
            empty=_REFUSES_EMPTY,
            sums=by_name["conv_transpose2d"],
            sums_refusals=_too_much_appended,
            sums_defects=_cropped_by_torch,
            run=elsewhere,
        )
    )


CALLS = Calls(_calls)


def _load_there() -> Names:
    """In the child."""
    import keras
    import torch

    if keras.backend.backend() != "torch":
        raise ImportError(f"Keras took the backend {keras.backend.backend()}")
    keras.config.set_image_data_format("channels_last")  # a user's keras.json may say otherwise
    torch.set_num_threads(1)

    def to_tensor(values: AnyArray, dtype: str) -> FrameworkObject:
        return keras.ops.convert_to_tensor(values, dtype=dtype)

    def to_array(result: FrameworkObject) -> FrameworkObject:
        if keras.backend.standardize_dtype(result.dtype) != "bfloat16":
            return keras.ops.convert_to_numpy(result)
        return keras.ops.convert_to_numpy(keras.ops.cast(result, "float32")).astype(BFLOAT16)

    return {"keras": keras, "torch": torch, "to_tensor": to_tensor, "to_array": to_array}


_VARIABLES = {"KERAS_BACKEND": "torch", "KERAS_TORCH_DEVICE": "cpu"}  # not a GPU that is there


def started(variables: Mapping[str, str]) -> Names:
    """A child with these environment variables beside Keras's, and the instruction set that torch uses there:
    DEFAULT has no fused multiply-add.

    Raises:
        ImportError, OSError, FrameworkError: as :class:`Process`.
    """
    process = Process("keras_torch", {**_VARIABLES, **variables}, _load_there)
    return {"process": process, "capability": process(_capability_there)}


def _load() -> Names:
    return started({})


def _capability_there(names: Names) -> str:
    return torch.capability(names["torch"])


def _environment_there(names: Names) -> str:
    torch, keras = names["torch"], names["keras"]
    return (
        f"backend {keras.backend.backend()} {torch.__version__}, {torch.get_num_threads()} thread, "
        f"{_capability_there(names)}"
    )


def _environment(names: Names) -> str:
    return str(names["process"](_environment_there))


def _gradient(forward: Expression, of: str) -> Expression:
    return Expression(Name("torch.autograd.grad"), (forward, Name(of), Name("g")))


FRAMEWORK = Framework(
    name="keras_torch",
    title="Keras on torch",
    colour="#5f3dc4",
    module="keras",
    distributions=("keras", "keras-nightly"),
    needs=("torch",),
    beside=("torch",),
    calls=CALLS,
    load=_load,
    environment=_environment,
    gradient=Gradient(_gradient, elsewhere(run_gradient)),
    writes=("keras",),
)
