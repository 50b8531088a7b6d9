"""The ways to execute TensorFlow's calls beside eagerly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..operators import Resize
from ..operators.request import Request
from .call import Expression, FrameworkObject, Mode, Name, Names, Refusal, wrapped


def _not_plain(request: Request, dtype: str, names: Names) -> bool:
    """All but nearest and linear; tf2xla has no gradient of nearest either."""
    convention = request.convention
    assert isinstance(convention, Resize)
    plain = ("linear",) if request.gradient else ("nearest", "linear")
    return convention.mode not in plain or convention.antialias


def _is_crop(request: Request, dtype: str, names: Names) -> bool:
    assert isinstance(request.convention, Resize)
    return request.convention.extrapolates


def _wrapped(function: str, **flags: object) -> Callable[[Expression], Expression]:
    """As ``wrapped``, for raw operations too, which take their image by keyword alone."""
    whole = wrapped(function, **flags)

    def expression(call: Expression) -> Expression:
        if call.args:
            return whole(call)
        arguments = dict(call.kwargs)
        image = arguments.pop("images")
        by_keyword = Expression(Name("by_keyword"), (call.function,))
        return whole(Expression(by_keyword, (image,), arguments))

    return expression


def _by_keyword(names: Names) -> Names:
    return {"by_keyword": lambda function: lambda x, **flags: function(images=x, **flags)}


def _lite(names: Names) -> Names:
    tf = names["tf"]

    def lite(function: Callable[..., FrameworkObject]) -> Callable[..., FrameworkObject]:
        """Convert to TensorFlow Lite, and run it in the interpreter."""

        def run(x: Any, **flags: FrameworkObject) -> FrameworkObject:
            traced = tf.function(lambda image: function(image, **flags))
            concrete = traced.get_concrete_function(tf.TensorSpec(x.shape, x.dtype))
            model = tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()
            interpreter = tf.lite.Interpreter(model_content=model, num_threads=1)
            interpreter.allocate_tensors()
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x.numpy())
            interpreter.invoke()
            return tf.constant(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))

        return run

    return {"lite": lite, **_by_keyword(names)}


MODES = (
    Mode(name="function", expression=_wrapped("tf.function"), names=_by_keyword),
    Mode(
        name="xla",
        expression=_wrapped("tf.function", jit_compile=True),
        names=_by_keyword,
        refusals=(
            Refusal(
                words="No registered 'CropAndResize' OpKernel for XLA",
                why="XLA has no kernel (tensorflow/compiler/tf2xla/kernels)",
                when=_is_crop,
            ),
            Refusal(
                words="No registered '(ResizeBicubic|ResizeArea|ScaleAndTranslate"
                "|ResizeNearestNeighborGrad)' OpKernel for XLA",
                why="XLA has kernels for nearest, and for bilinear with its gradient only "
                "(tensorflow/compiler/tf2xla/kernels/image_resize_ops.cc)",
                when=_not_plain,
            ),
        ),
        rules={
            ("nearest", "float64"): "float32_scale",
            ("linear", "float32"): "two_starts",
            ("linear", "float64"): "two_starts",
        },
        # of float64 images it returns the bits of a float32 gradient, and memory: see tests/test_modes.py
        differentiates=("float32",),
    ),
    Mode(
        name="lite",
        expression=_wrapped("lite"),
        names=_lite,
        differentiates=(),
        refusals=(
            Refusal(
                words=r"'tf\.CropAndResize' op is neither a custom op nor a flex op",
                why="TensorFlow Lite has no such operator",
                when=_is_crop,
            ),
            Refusal(
                words=r"'tf\.(Resize\w+|ScaleAndTranslate|Tile)' op is neither a custom op nor a flex op",
                why="TensorFlow Lite's own operators resize float32 with nearest and bilinear "
                "only, and tile float32 only",
                when=lambda request, dtype, names: (
                    dtype == "float64" or _not_plain(request, dtype, names)
                ),
            ),
        ),
    ),
)
