"""Keras's calls on the torch backend, in a process of their own.

Keras takes its backend from ``KERAS_BACKEND`` as it is imported, once a process, and TensorFlow's import
brings it in on TensorFlow's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..operators import ConvTranspose
from ..operators.request import Request
from . import torch
from .call import (
    HALVES,
    INTEGERS,
    Call,
    Defect,
    DType,
    Expression,
    Framework,
    Gradient,
    Name,
    Names,
    Refusal,
)
from .keras_calls import Backend, calls, run_gradient
from .process import Process, elsewhere

_TORCH = {call.name: call for call in torch.CALLS}

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

    return replace(call, defects=(replace(defect, when=when),) if antialias else ())


def _cut_first(request: Request) -> ConvTranspose:
    """The convention, with the odd pixel of an axis cut before the first and not after the last."""
    c = request.convention
    assert isinstance(c, ConvTranspose)
    n = len(c.strides)
    axes = []
    for begin, end, extra in zip(c.pads[:n], c.pads[n:], c.output_padding, strict=True):
        odd = end - extra > begin
        axes.append((end - extra, begin, 0) if odd else (begin, end, extra))
    begins, ends, extras = zip(*axes, strict=True)
    return replace(c, pads=(*begins, *ends), output_padding=extras)


# keras-team/keras, keras/src/backend/common/backend_utils.py:
# _convert_conv_transpose_padding_args_from_keras_to_torch
_ODD_PIXEL = Defect(
    why="SAME crops the odd pixel at the start, not at the end",
    releases="<3.15",
    when=lambda request: _cut_first(request) != request.convention,
    result=lambda case: replace(case, convention=_cut_first(case.request)).computed(),
)


def _rounding(choice: tuple[str, ...], names: Names) -> str:
    return choice[-1 if names["capability"] == "DEFAULT" else 0]


_NO_PIXELS, _NO_CHANNELS = torch.REFUSES_EMPTY
_REFUSES_EMPTY = (
    _NO_CHANNELS,
    # in Keras's own words, but of Resizing, which leaves it to torch
    replace(
        _NO_PIXELS,
        words="must have positive height and width|do not satisfy `value > 0`|" + _NO_PIXELS.words,
    ),
)

CALLS = calls(
    Backend(
        framework="keras_torch",
        releases=">=3.9",  # before, Keras resized through torchvision
        becomes={said: _from_channels_last(_TORCH[name]) for said, name in _BECOMES.items()},
        narrow=_NARROW,
        widens={"uint16": "int32"},  # keras/src/backend/torch/core.py: TORCH_DTYPES
        roundings=("keras_torch_rounded", "keras_torch_unfused"),
        rounding=_rounding,
        narrows="keras/src/backend/torch/image.py: _cast_squeeze_in, _cast_squeeze_out",
        refusal=Refusal(
            words="Lanczos interpolation is not supported by the PyTorch backend"
            "|Invalid value for argument `interpolation`",
            why="torch has no lanczos without antialias; Keras does not use its area",
        ),
        empty=_REFUSES_EMPTY,
        sums=_TORCH["conv_transpose2d"],
        sums_defects=(_ODD_PIXEL,),
        run=elsewhere,
    )
)


def _load_there() -> Names:
    """In the child."""
    import keras
    import torch

    if keras.backend.backend() != "torch":
        raise ImportError(f"Keras took the backend {keras.backend.backend()}")
    keras.config.set_image_data_format("channels_last")  # a user's keras.json may say otherwise
    torch.set_num_threads(1)
    return {"keras": keras, "torch": torch}


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
)
