"""mylib for halfpixel: its calls, and how its users write them."""

import numpy as np

from halfpixel import Resize
from halfpixel.frameworks import Call, Expression, Framework, Library, Name, Refusal
from halfpixel.frameworks.library import Function
from halfpixel.numerics.error_model import ErrorModel

_CONVENTIONS = {
    "linear": Resize(mode="linear"),
    "nearest": Resize(mode="nearest", nearest_mode="round_prefer_floor"),
}
_ARITHMETIC = ErrorModel(
    coordinates="float64",
    coordinate_roundings=3,  # the ratio of the sizes, its product, - 0.5
    weights="float32",
    weight_error=1,  # 1 - part
    accumulation="float32",
    source="mylib/__init__.py: _axis",
)
_NOTHING = Refusal(
    words="there is nothing to resize",
    why="an image, or a result, of no pixels",
    when=lambda request, dtype, names: min(request.shape[2:]) < 1 or request.no_output,
)


def _expression(mode):
    def said(request):
        if not request.shape[0] or not request.shape[1]:
            return None  # images are (H, W): there is none
        return Expression(Name("mylib.resize"), (Name("x"), tuple(request.size)), {"mode": mode})

    return said


def _run(names, expression, inputs):
    """Each channel of each image, since mylib takes (H, W)."""
    return np.stack(
        [[expression.evaluate({**names, "x": plane}) for plane in image] for image in inputs["x"]]
    )


def _load():
    import mylib

    return {"mylib": mylib, "np": np}


CALLS = tuple(
    Call(
        framework="mylib",
        name=f"resize-{mode}",
        operation="resize",
        follows={">=1": convention},
        expression=_expression(mode),
        run=_run,
        returns={"float32": "float32"},
        arithmetic={"float32": _ARITHMETIC},
        refusals=(_NOTHING,),
    )
    for mode, convention in _CONVENTIONS.items()
)

FRAMEWORK = Framework(
    name="mylib",
    title="mylib",
    colour="#7048e8",
    module="mylib",
    distributions=("halfpixel-mylib",),
    calls=CALLS,
    load=_load,
    environment=lambda names: "NumPy",
)

LIBRARY = Library(
    name="mylib",
    title="mylib",
    functions=(
        Function(
            framework="mylib",
            name="mylib.resize",
            takes="image, size, mode='linear'",
            image="image",
            size=("size",),
        ),
    ),
    first_axis=0,
    layouts={1: "x is (W,)", 2: "x is (H, W)", 3: "x is (D, H, W)"},
    line=("x[None]", "[0]"),
    arrays="pillow",  # NumPy's
)
