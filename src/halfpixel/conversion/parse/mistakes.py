"""What calls say by mistake: arguments that land where another was meant, and sizes in the wrong order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...frameworks import pillow
from .signatures import Function
from .text import Raises, Variable, Written, unsaid

Arguments = Mapping[str, Any]


def of(function: Function, arguments: Arguments, written: Written) -> list[str]:
    """What a call says that its author cannot have meant, each as a sentence: what it computes, and what to
    write for what was meant.

    Raises:
        Raises: the framework raises for it.
    """
    return [
        f"{function.name}: {sentence}"
        for check in _CHECKS.get(function.framework, ())
        for sentence in check(function, arguments, written)
    ]


# ---------------------------------------------------------------------------- OpenCV


def _flag_as_dst(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    """dst stands before the flags, so a flag that is given by its place lands in it."""
    dst = arguments.get("dst")
    if dst is None or dst == 0:
        return
    if isinstance(dst, (tuple, list)) and "dstsize" in arguments:
        yield f"{dst!r} is given as dst and has no effect: write dstsize={dst!r}"
    flag = next(
        (name for name in ("flags", "interpolation", "borderType") if name in arguments), ""
    )
    words = {*function.words.get(flag, {}), *function.constants.get(flag, {})}
    name = str(dst).split(".")[-1].split(" ")[0]
    if isinstance(dst, (int, float)) or name in words or name.startswith(("INTER_", "BORDER_")):
        if isinstance(dst, float):
            raise Raises(
                f"{function.name}: {dst!r} is given as dst, the third argument: write fx={dst!r}"
            )
        default = function.signature.parameters[flag].default
        used = (
            arguments[flag]
            if arguments[flag] != default
            else function.words[flag].get(default, default)
        )
        yield (
            f"{dst!r} is given as dst and has no effect: this computes {used}; write {flag}={dst!r}"
        )


def _factors_beside_a_size(
    function: Function, arguments: Arguments, written: Written
) -> Iterator[str]:
    given = [name for name in ("fx", "fy") if arguments.get(name)]
    if given and arguments["dsize"] not in (None, (0, 0)):
        yield f"{' and '.join(given)} have no effect beside dsize"


# ---------------------------------------------------------------------------- sizes


_HEIGHT, _WIDTH = (
    re.compile(r"h|\w*height\w*|\w*rows|new_h|h_\w+|\w+_h"),
    re.compile(r"w|\w*width\w*|\w*cols|new_w|w_\w+|\w+_w"),
)


def _order(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    """A size in the order of another framework."""
    for name in function.size if len(function.size) == 1 else ():
        value = arguments[name]
        if function.order == "wh" and re.fullmatch(r"[\w.]+\.shape\[:2\]", str(value)):
            yield f"{value} is (height, width), and {name} is (width, height): write {value}[::-1]"
        entries = value if isinstance(value, (tuple, list)) and len(value) == 2 else ()
        kinds = [_axis(function, str(entry)) for entry in entries if unsaid(entry)]
        expected = ["w", "h"] if function.order == "wh" else ["h", "w"]
        if kinds == expected[::-1]:
            words = " and ".join(
                f"{entry} is the {axis}"
                for entry, axis in zip(entries, _named(expected), strict=True)
            )
            yield f"{name} is ({', '.join(_named(expected))}): here {words}"


def _named(axes: list[str]) -> list[str]:
    return [{"h": "height", "w": "width"}[axis] for axis in axes]


def _axis(function: Function, text: str) -> str:
    """Whether an expression speaks of the height or of the width; empty where it is not clear."""
    if function.order == "wh":
        of_shape = re.findall(r"\.shape\[([01])\]", text)
        if of_shape:
            return {"0": "h", "1": "w"}[of_shape[0]] if len(set(of_shape)) == 1 else ""
    names = re.findall(r"[A-Za-z_]\w*", text)
    axes = {a for n in names for a, p in (("h", _HEIGHT), ("w", _WIDTH)) if p.fullmatch(n)}
    return axes.pop() if len(axes) == 1 else ""


_SMALLEST = 8  # of the outputs, in pixels, that are taken to be meant
_LARGEST_FACTOR = 16


def _factor_as_size(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    """``F.interpolate(x, 2)`` and ``nn.Upsample(2)`` are outputs of two pixels."""
    if function.framework == "torch" and "size" in function.size:
        size = arguments["size"]
        if isinstance(size, int) and size <= _SMALLEST and "size" not in written.kwargs:
            yield f"{size} is the size of the output in pixels: a factor is scale_factor={size}"


def _size_as_factor(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    size = arguments.get("size")
    entries = size if isinstance(size, (tuple, list)) else (size,)
    if function.factors == ("size",) and all(
        isinstance(entry, int) and entry >= _LARGEST_FACTOR for entry in entries
    ):
        yield f"size={size!r} is how many times each pixel is repeated, not the size of the output"


# ---------------------------------------------------------------------------- frameworks' own


def _boxes_in_pixels(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    boxes = arguments.get("boxes")
    if not isinstance(boxes, (tuple, list)) or unsaid(boxes):
        return
    sides = [side for box in boxes if isinstance(box, (tuple, list)) for side in box]
    if any(isinstance(side, (int, float)) and side > 2 for side in sides):
        yield (
            f"boxes={boxes!r} are fractions of the image's height and width, not pixels: "
            "divide by height - 1 and width - 1"
        )


def _recomputed(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    if arguments.get("recompute_scale_factor") is True and arguments.get("size") is not None:
        raise Raises(
            f"{function.name} raises: recompute_scale_factor is not meaningful with an explicit size"
        )
    yield from ()


def _no_antialias(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    """TensorFlow and Keras take antialias with the methods that have none."""
    flag = "method" if "method" in arguments else "interpolation"
    method = arguments.get(flag)
    name = method.text.split(".")[-1].lower() if isinstance(method, Variable) else method
    without = ("nearest", "nearest_neighbor", "area")
    if arguments.get("antialias") is True and name in without:
        yield f"antialias=True has no effect with {flag}={method!r}"


def _removed(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    """Names of filters that Pillow 10 does not have."""
    name = str(arguments.get("resample")).rpartition(".")[2]
    if name in pillow.REMOVED:
        yield f"{name} exists until Pillow 9.5: write Image.Resampling.{pillow.REMOVED[name]}"


def _gap(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    """Pillow raises for a gap below 1; NEAREST has no use for any."""
    gap = arguments.get("reducing_gap")
    if isinstance(gap, (int, float)) and gap < 1:
        raise Raises(f"{function.name} raises: reducing_gap must be 1.0 or greater")
    yield from ()


def _a_word(function: Function, arguments: Arguments, written: Written) -> Iterator[str]:
    """torchvision takes a mode as a word in v2 alone."""
    mode = arguments["interpolation"]
    if isinstance(mode, str) and mode not in function.words["interpolation"]:
        name = mode.upper().replace("-", "_")
        raise Raises(
            f"{function.name} raises: Argument interpolation should be a InterpolationMode or a "
            f"corresponding Pillow integer constant: write InterpolationMode.{name}"
        )
    yield from ()


_WIDENED = ("bilinear", "bicubic", "lanczos")  # modes that take antialias
_NOT_WIDENED = ("area", "nearest", "nearest-exact")  # for one and three axes there is none at all


def _antialias_of_others(
    function: Function, arguments: Arguments, written: Written
) -> Iterator[str]:
    """torch raises for antialias beside other modes (torch/nn/functional.py: interpolate)."""
    mode = arguments.get("mode")
    if arguments.get("antialias") is True and mode in _NOT_WIDENED:
        raise Raises(
            f"{function.name} refuses this: Anti-alias option is restricted to {', '.join(_WIDENED)}, got "
            f"mode={mode!r}"
        )
    yield from ()


Check = Callable[[Function, Arguments, Written], Iterator[str]]
_CHECKS: Mapping[str, tuple[Check, ...]] = {
    "opencv": (_flag_as_dst, _factors_beside_a_size, _order),
    "torch": (_factor_as_size, _order, _recomputed, _antialias_of_others),
    "tensorflow": (_order, _boxes_in_pixels, _no_antialias),
    "keras": (_size_as_factor, _order, _no_antialias),
    "pillow": (_order, _removed, _gap),
    "torchvision": (_order, _a_word),
}
