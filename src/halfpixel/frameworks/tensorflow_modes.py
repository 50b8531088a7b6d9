"""The ways to execute TensorFlow's calls beside eagerly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..cases import Case
from ..conventions import Resize
from .call import Mode, Names, Refusal, wrapped


def _is_cubic(case: Case, dtype: str, names: Names) -> bool:
    assert isinstance(case.convention, Resize)
    return case.convention.mode == "cubic"


def _lite(names: Names) -> Names:
    tf = names["tf"]

    def lite(function: Callable[..., Any]) -> Callable[..., Any]:
        """Convert to TensorFlow Lite, and run it in the interpreter."""

        def run(x: Any, **flags: Any) -> Any:
            traced = tf.function(lambda image: function(image, **flags))
            concrete = traced.get_concrete_function(tf.TensorSpec(x.shape, x.dtype))
            model = tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()
            interpreter = tf.lite.Interpreter(model_content=model, num_threads=1)
            interpreter.allocate_tensors()
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x.numpy())
            interpreter.invoke()
            return tf.constant(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))

        return run

    return {"lite": lite}


MODES = (
    Mode(name="function", expression=wrapped("tf.function")),
    Mode(
        name="xla",
        expression=wrapped("tf.function", jit_compile=True),
        refusals=(
            Refusal(
                words="No registered 'ResizeBicubic' OpKernel for XLA",
                why="tensorflow/compiler/tf2xla/kernels/image_resize_ops.cc has nearest and bilinear",
                when=_is_cubic,
            ),
        ),
        rules={
            ("nearest", "float64"): "float32_scale",
            ("linear", "float32"): "two_starts",
            ("linear", "float64"): "two_starts",
        },
    ),
    Mode(
        name="lite",
        expression=wrapped("lite"),
        names=_lite,
        refusals=(
            Refusal(
                words=r"'tf\.Resize\w+' op is neither a custom op nor a flex op",
                why="TensorFlow Lite's own operators resize float32, nearest and bilinear",
                when=lambda case, dtype, names: dtype == "float64" or _is_cubic(case, dtype, names),
            ),
        ),
    ),
)
