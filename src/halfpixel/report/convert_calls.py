"""The calls that the page *Convert a call* offers: each a choice from menus, and the call as text.

Calls that resize are those of the catalogue, each given a size or factors; transposed convolutions are those
of small kernels. A text is what :func:`halfpixel.convert` parses: the page and the command line answer alike.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..catalogue.rules import written
from ..conversion.forms import AXES
from ..conversion.parse import Reading, Unreadable, catalogue, read
from ..conversion.parse.catalogue import Row
from ..conversion.parse.signatures import BY_NAME, Function
from ..frameworks import Call
from ..frameworks.layer_plans import Target

Arguments = Mapping[str, str]

# scale factors that are offered as numbers; in other answers they have names
FACTORS = ("2", "0.5")
# what stands in the menus where a call is given neither a size nor factors
NOT_GIVEN = "not given"
_CONSTANT = re.compile(r"\b(?:INTER|BORDER|WARP)_\w+")

# transposed convolutions: by function, the values of each argument in the order in which they are offered
KERNELS, STRIDES, DILATIONS = range(2, 6), range(1, 5), range(1, 3)
PADDINGS = range(3)
# those whose weight's shape is not in the call: the command line takes it as an option
UNWEIGHTED: tuple[tuple[Target, str, str, str], ...] = (
    (
        "torch",
        "F.conv_transpose2d",
        "F.conv_transpose2d(x, w, stride=2, padding=1)",
        "--weight 64,32,4,4",
    ),
    (
        "tensorflow",
        "tf.nn.conv2d_transpose",
        "tf.nn.conv2d_transpose(x, w, (1, 16, 16, 32), strides=2, padding='SAME')",
        "--weight 4,4,32,64 --input 8,8",
    ),
    (
        "onnx",
        "onnx.ConvTranspose",
        "onnx.helper.make_node('ConvTranspose', ['x', 'w'], ['y'], strides=[2, 2], pads=[1, 1, 1, 1])",
        "--weight 64,32,4,4",
    ),
)


@dataclass(frozen=True)
class PageCall:
    """A call that can be chosen.

    Attributes:
        framework: whose call it is.
        function: its name.
        choices: by argument, what the menu shows.
        text: the call, as a user writes it.
        options: what the command line needs beside the call; empty where the page has the answer.
    """

    framework: Target
    function: str
    choices: Arguments
    text: str
    options: str = ""


@functools.cache
def calls() -> tuple[PageCall, ...]:
    """Every call, in the order of the menus."""
    once = {one.text: one for one in (*_resizes(), *_transposed())}
    return tuple(once.values())


# ---------------------------------------------------------------------------- resizing


def _resizes() -> Iterator[PageCall]:
    order = list(BY_NAME)
    rows: dict[str, Row] = {}
    for row in catalogue.rows():
        ways = {name: value for name, value in row.ways.items() if value}
        if BY_NAME[row.function].pictures and ways:
            continue  # a text is about tensors and images of Pillow
        rows.setdefault(repr((row.function, row.flags, ways, row.by)), row)
    for row in sorted(rows.values(), key=lambda row: order.index(row.function)):
        function = BY_NAME[row.function]
        for label, given in _sizes(row, function, rows.values()):
            choices = {"size or scale": label, **_choices(row, function)}
            text = _text(row, function, given)
            yield PageCall(function.framework, function.name, choices, text)


def _sizes(
    row: Row, function: Function, rows: Iterable[Row]
) -> Iterator[tuple[str, Arguments | None]]:
    """What the menu says of the size or the factors, and the arguments that give them; None of a call that is
    written as the catalogue prints it."""
    axes = AXES[int(row.flags.get("dimensions", 2))]
    if function.framework == "onnx" or function.grid:
        yield _tuple(axes), None
        return
    if row.by == "nothing":
        yield NOT_GIVEN, {}
    if row.by == "factors":
        plain = not any(row.ways.values())
        for factor in FACTORS if plain else ():
            given = _factors(function, [factor] * len(axes))
            yield _label(given), given
        given = _factors(function, [f"f{axis}" for axis in axes])
        yield _label(given), given
    elif row.by == "size" or (function.size and not _sized(row, rows)):
        given = _size(function, axes)
        yield _label(given), given


def _sized(row: Row, rows: Iterable[Row]) -> bool:
    """Whether the catalogue has the same call with a size."""
    same = (row.function, row.flags, "size")
    return any((other.function, other.flags, other.by) == same for other in rows)


def _label(given: Arguments) -> str:
    return ", ".join(f"{name}={text}" for name, text in given.items())


def _tuple(entries: Sequence[str]) -> str:
    return f"({', '.join(entries)}{',' * (len(entries) == 1)})"


def _size(function: Function, axes: Sequence[str]) -> Arguments:
    ordered = axes if function.order == "hw" else axes[::-1]
    if len(function.size) == 1:
        return {function.size[0]: _tuple(ordered)}
    return dict(zip(function.size, ordered, strict=True))


def _factors(function: Function, factors: Sequence[str]) -> Arguments:
    ordered = factors if function.order == "hw" else factors[::-1]
    if len(function.factors) > 1:
        return dict(zip(function.factors, ordered, strict=True))
    (name,) = function.factors
    return {name: factors[0] if len({*factors}) == 1 else _tuple(ordered)}


def _choices(row: Row, function: Function) -> Arguments:
    """What the menus say of the flags, and of what lies around the image."""
    choices = {"spatial axes" if k == "dimensions" else k: _shown(v) for k, v in row.flags.items()}
    for name in function.ways:
        choices[name] = _shown(row.ways.get(name) or function.signature.parameters[name].default)
    if function.framework == "torch" and not function.grid:
        choices["image"] = _image(row)
    return choices


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else repr(value)


def _image(row: Row) -> str:
    """The image, and what the call makes of its memory; lines and volumes are images of their own."""
    return f"x{row.ways.get('image') or ''}" if row.flags.get("dimensions", 2) == 2 else "x"


def _text(row: Row, function: Function, given: Arguments | None) -> str:
    """The call with the fewest flags that say it."""
    if given is None:
        return _printed(row.call)
    flags = {
        name: _in_code(value, function)
        for name, value in (*row.flags.items(), *row.ways.items())
        if name in function.signature.parameters
        and value != function.signature.parameters[name].default
        and not (value is None or name in function.size)
    }
    text = _composed(row, function, {**flags, **given})
    wanted = _meaning(text)
    for name in list(flags) if wanted else ():
        rest = {key: value for key, value in flags.items() if key != name}
        shorter = _composed(row, function, {**rest, **given})
        if _meaning(shorter) == wanted:
            flags, text = rest, shorter
    return text


def _meaning(text: str) -> object:
    """The calls of the catalogue that a text can be; None where the framework raises for it."""
    try:
        parsed = read(text)
    except Unreadable:
        return None
    return [call.id for call in parsed.calls] if isinstance(parsed, Reading) else None


def _in_code(value: object, function: Function) -> str:
    if function.framework == "pillow" and isinstance(value, str):
        return f"Image.Resampling.{value}"
    if function.framework == "torchvision" and isinstance(value, str):
        return f"InterpolationMode.{value}"
    constant = function.framework == "opencv" and isinstance(value, str)
    return _CONSTANT.sub(r"cv2.\g<0>", str(value)) if constant else repr(value)


def _composed(row: Row, function: Function, arguments: Arguments) -> str:
    """What has no default comes first and without its name, as people write it."""
    written = []
    for name, parameter in function.signature.parameters.items():
        value = _image(row) if name == function.image else arguments.get(name)
        required = parameter.default is inspect.Parameter.empty
        if value is None and required:
            value = "None" if name in function.size else name
        if value is None:
            continue
        positional = required and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        written.append(value if positional else f"{name}={value}")
    name = f"x.{function.name.rpartition('.')[2]}" if function.method else function.name
    return f"{name}({', '.join(written)})" + ("(x)" if function.is_layer else "")


def _printed(call: Call) -> str:
    """A call with a grid, or a node, as the catalogue prints it."""
    text = str(written(call))
    node = re.search(r"onnx\.helper\.make_node\(.*?\)(?=, opset)", text)
    text = node[0] if node else text
    # the example's scales, for any size
    return text.replace("scale=(2.0, 2.0)", "scale=(h / height, w / width)")


# ---------------------------------------------------------------------------- transposed convolution


def _transposed() -> Iterator[PageCall]:
    for kernel, stride, dilation in itertools.product(KERNELS, STRIDES, DILATIONS):
        yield from _of_torch(kernel, stride, dilation)
    for kernel, stride, dilation in itertools.product(KERNELS, STRIDES, DILATIONS):
        yield from _of_keras(kernel, stride, dilation)
    for framework, function, text, options in UNWEIGHTED:
        yield PageCall(framework, function, {}, text, options)


def _of_torch(kernel: int, stride: int, dilation: int) -> Iterator[PageCall]:
    if stride > 2 and dilation > 1:
        return
    for padding, extra in itertools.product(PADDINGS, range(max(stride, dilation))):
        arguments = {"stride": stride, "padding": padding, "output_padding": extra}
        yield _layer(
            "torch",
            "nn.ConvTranspose2d",
            f"in_channels, out_channels, {kernel}",
            {"kernel_size": kernel, **arguments, "dilation": dilation},
        )


def _of_keras(kernel: int, stride: int, dilation: int) -> Iterator[PageCall]:
    if stride > 1 and dilation > 1:  # Keras raises for both together
        return
    for padding in ("'valid'", "'same'"):
        for extra in (None, *range(stride)):
            arguments = {"strides": stride, "padding": padding, "output_padding": extra}
            yield _layer(
                "keras",
                "keras.layers.Conv2DTranspose",
                f"filters, {kernel}",
                {"kernel_size": kernel, **arguments, "dilation_rate": dilation},
            )


# what a layer's argument is where it is left out
_DEFAULTS = {
    "stride": 1,
    "strides": 1,
    "output_padding": None,
    "dilation": 1,
    "dilation_rate": 1,
}


def _layer(
    framework: Target, function: str, first: str, arguments: Mapping[str, object]
) -> PageCall:
    defaults = {**_DEFAULTS, "padding": 0 if framework == "torch" else "'valid'"}
    if framework == "torch":
        defaults["output_padding"] = 0
    texts = [
        f"{name}={value}"
        for name, value in arguments.items()
        if name != "kernel_size" and value != defaults[name]
    ]
    choices = {name: str(value).strip("'") for name, value in arguments.items()}
    return PageCall(framework, function, choices, f"{function}({', '.join([first, *texts])})")
