"""Models in files, as functions of an image: ONNX, run by ONNX Runtime, and TensorFlow Lite."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ..arrays import AnyArray
from ..frameworks.call import FrameworkObject
from ..identification.adapter import Form, Layout, Size
from ..identification.problem import last_line
from .function import Function, Incomparable, Way

_CALLED = Form("model(x)", lambda shape, size, factors: ((), {}), "")
_DTYPES = {"tensor(float)": "float32", "tensor(uint8)": "uint8"}


def is_model(name: str) -> bool:
    """Whether a name is that of a file of a model."""
    return Path(name).suffix.lower() in _LOADERS


def model(path: str | Path) -> Function:
    """A model as a function of its one image.

    Args:
        path: a file .onnx, which ONNX Runtime runs, or .tflite, which TensorFlow or LiteRT does.

    Returns:
        A function of an image in the model's layout, NCHW or NHWC, with one image. Where the model says the
        size of its image, ``input_size`` has it.

    Raises:
        Incomparable: there is no such file, what runs it is not installed or refuses it, or it has not one
            input that is an image of 1 or 3 channels.
    """
    path = Path(path)
    if not path.is_file():
        raise Incomparable(f"there is no model {path}")
    try:
        return _LOADERS[path.suffix.lower()](path)
    except Incomparable:
        raise
    except Exception as error:  # whatever a runtime raises of a file
        raise Incomparable(f"{path} cannot be run: {last_line(error)}") from error


def _onnx(path: Path) -> Function:
    runtime = _module(path, "onnxruntime", "onnxruntime")
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    _check_one(path, [one.name for one in inputs])
    shape = [n if isinstance(n, int) else None for n in inputs[0].shape]
    dtype = _DTYPES.get(inputs[0].type)
    if dtype is None:
        raise Incomparable(f"{path} takes {inputs[0].type}; an image is float or uint8")

    def run(x: AnyArray) -> AnyArray:
        _check_dtype(x, dtype)
        return np.asarray(session.run(None, {inputs[0].name: x})[0])

    return _function(path, run, shape, f"run by ONNX Runtime {runtime.__version__}")


def _tflite(path: Path) -> Function:
    litert = _imported("ai_edge_litert.interpreter")
    make = (
        litert.Interpreter if litert else _module(path, "tensorflow", "tensorflow").lite.Interpreter
    )
    interpreter = make(model_path=str(path))
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    _check_one(path, [one["name"] for one in inputs])
    shape = [int(n) if n > 0 else None for n in inputs[0]["shape_signature"]]

    def run(x: AnyArray) -> AnyArray:
        _check_dtype(x, np.dtype(inputs[0]["dtype"]).name)
        interpreter.resize_tensor_input(inputs[0]["index"], x.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(inputs[0]["index"], x)
        interpreter.invoke()
        return np.array(interpreter.get_tensor(outputs[0]["index"]))

    return _function(path, run, shape, "run by LiteRT" if litert else "run by TensorFlow Lite")


_LOADERS: Mapping[str, Callable[[Path], Function]] = {".onnx": _onnx, ".tflite": _tflite}


def _imported(module: str) -> FrameworkObject:
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def _module(path: Path, module: str, distribution: str) -> FrameworkObject:
    loaded = _imported(module)
    if loaded is None:
        raise Incomparable(f"{path}: {module} is not installed: pip install {distribution}")
    return loaded


def _check_one(path: Path, inputs: Sequence[str]) -> None:
    if len(inputs) != 1:
        listed = ", ".join(inputs) or "none"
        raise Incomparable(
            f"{path} has not one input but {len(inputs)}: {listed}; compare functions"
        )


def _check_dtype(x: AnyArray, dtype: str) -> None:
    if x.dtype != dtype:
        raise ValueError(f"the model takes {dtype}, not {x.dtype}")


def _function(
    path: Path, run: Callable[[AnyArray], AnyArray], shape: Sequence[int | None], source: str
) -> Function:
    layouts: list[Layout] = ["NCHW", "NHWC"] if len(shape) == 4 else []
    fitting = [one for one in layouts if shape[one.index("C")] in (1, 3)]
    if len(fitting) != 1 or shape[0] not in (1, None):
        words = " × ".join("?" if n is None else str(n) for n in shape)
        raise Incomparable(
            f"{path} takes an array of shape {words}, which does not say that it is one image of 1 or 3 "
            "channels, NCHW or NHWC: compare a function that runs it"
        )
    size: list[int | None] = [shape[fitting[0].index(letter)] for letter in "HW"]
    return Function(
        str(path),
        run,
        Way("NumPy arrays", fitting[0], _CALLED),
        source=source,
        input_size=_whole(size),
    )


def _whole(size: Sequence[int | None]) -> Size | None:
    h, w = size
    return None if h is None or w is None else (h, w)
