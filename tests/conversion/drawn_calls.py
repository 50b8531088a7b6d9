"""Calls as people write them, drawn by Hypothesis: with an image for each, and a framework to convert to.

A draw is text and numbers alone: what it says can be pasted. Sizes are drawn by magnitude, small ones first,
so that a failure shrinks to a small image.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from halfpixel.frameworks.layer_plans import LAYER_TARGETS, Target

from ..test_resize_conversions import QUICK

LARGEST = 640
_MOST_PIXELS = LARGEST * 480 * 3  # of an image and of a result, over all channels
_LARGEST_VOLUME = 40  # of each axis of three


@dataclass(frozen=True)
class Draw:
    """A call, an image, and the framework that it is converted to.

    Attributes:
        call: the text.
        framework: whose call it is.
        spatial: the image's size in pixels, of 1 to 3 axes.
        target: the framework to convert to.
        names: what names in the text stand for.
        channels: of the image.
        layout: in which the source takes the image: letters of N, C, and S for all the pixels' axes.
        dtype: of the image.
        image: what it shows: noise, integers, or a photograph.
        told: whether convert is told the image's size.
        weight: the shape of a transposed convolution's weight, in the layout of the call's framework.
        bias: whether it has one.
        given: the inputs of an ONNX node beside the image.
        opset: the version of a node's operators.
    """

    call: str
    framework: str
    spatial: tuple[int, ...]
    target: Target = "torch"
    names: tuple[tuple[str, Any], ...] = ()
    channels: int = 1
    layout: str = "NCS"
    dtype: str = "float32"
    image: str = "noise"
    told: bool = False
    weight: tuple[int, ...] = ()
    bias: bool = False
    given: tuple[tuple[str, tuple[float, ...]], ...] = ()
    opset: int = 19

    @property
    def rank(self) -> int:
        """How many axes of pixels the image has."""
        return len(self.spatial)


# ---------------------------------------------------------------------------- sizes and factors

_MAGNITUDES = ((1, 8), (1, 8), (4, 16), (9, 32), (9, 64), (33, 128), (65, 256), (129, LARGEST))
_FACTORS = ("2", "0.5", "3", "4", "1.5", "0.25", "0.75", "1", "2.5", "8")
_NASTY = ("15/11", "39/37", "1.16", "8.2", "1/3", "0.6", "1.1", "5/3", "0.3", "1.7", "2/7")
_KNOWN = (
    ((480, 640), (224, 224)),
    ((256, 256), (224, 224)),
    ((100, 100), (50, 130)),
    ((30, 40), (75, 100)),
    ((224, 224), (448, 448)),
    ((60, 90), (48, 72)),
    ((37, 37), (39, 39)),
)


@st.composite
def sizes(draw: st.DrawFn, rank: int) -> tuple[int, ...]:
    """Of an image: each axis of the same magnitude, or nearly."""
    low, high = draw(st.sampled_from(_MAGNITUDES))
    if rank == 3:
        high = min(high, _LARGEST_VOLUME)
        low = min(low, high // 2)
    return tuple(draw(st.integers(max(low, 1), high)) for _ in range(rank))


_RATIOS = ("any", "any", "2", "1/2", "whole", "same", "one axis", "3/2", "both ways")


@st.composite
def resized(draw: st.DrawFn, n_in: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes to which an image is resized: by any ratio, by whole factors, or one axis alone."""
    how = draw(st.sampled_from(_RATIOS))
    largest = _LARGEST_VOLUME if len(n_in) == 3 else LARGEST
    factor = draw(st.integers(2, 5))
    if how == "any":
        high = min(largest, max(8, 3 * max(n_in)))
        found = tuple(draw(st.integers(1, high)) for _ in n_in)
    elif how == "whole":
        shrinks = draw(st.booleans())
        found = tuple(max(1, n // factor) if shrinks else n * factor for n in n_in)
    elif how == "both ways":  # one axis shrinks, the others grow
        found = (max(1, n_in[0] // 2), *(n + n // factor for n in n_in[1:]))
    elif how == "one axis":
        found = (*n_in[:-1], draw(st.integers(1, min(largest, 3 * n_in[-1]))))
    elif how == "same":
        found = n_in
    else:
        ratio = {"2": 2.0, "1/2": 0.5, "3/2": 1.5}[how]
        found = tuple(max(1, int(n * ratio)) for n in n_in)
    return tuple(min(n, largest) for n in found)


@st.composite
def pairs(draw: st.DrawFn, rank: int = 2) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """An image's size and a result's."""
    if rank == 2 and draw(st.integers(0, 9)) == 9:
        return draw(st.sampled_from(_KNOWN))
    n_in = draw(sizes(rank))
    return n_in, draw(resized(n_in))


def factors() -> st.SearchStrategy[str]:
    """The text of a factor."""
    return st.sampled_from((*_FACTORS, *_NASTY))


@st.composite
def whole(draw: st.DrawFn, n_in: tuple[int, ...], factor: str) -> tuple[int, ...]:
    """Sizes whose products with a factor are whole numbers; or now and then any."""
    unit = Fraction(_value(factor)).limit_denominator(64).denominator
    if draw(st.booleans()):
        return n_in
    return tuple(min(unit * max(1, n // unit), LARGEST) for n in n_in)


def _value(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


@dataclass(frozen=True)
class _Text:
    """An argument's text, and what the names in it stand for."""

    text: str
    names: tuple[tuple[str, Any], ...] = ()


_AXES = {1: ("w",), 2: ("h", "w"), 3: ("d", "h", "w")}


# where an image of two axes has its height and its width
_PLACES = {"NCS": (2, 3), "NSC": (1, 2), "SC": (0, 1), "S": (0, 1)}


@st.composite
def size_texts(
    draw: st.DrawFn,
    n_out: tuple[int, ...],
    one: str = "size",
    *,
    integer: bool = False,
    layout: str = "",
) -> _Text:
    """A size as numbers, as a name for each axis, as one name, or, where a layout is given, of the image's
    own; an integer for all, where that is taken."""
    rank = len(n_out)
    forms = ["numbers", "numbers", "names", "one name", "sums"]
    if layout and rank == 2:
        forms.append("image's own")
    if integer and len(set(n_out)) == 1 and rank == 2:
        forms += ["integer", "integer name"]
    form = draw(st.sampled_from(forms))
    if form == "numbers":
        return _Text(_tuple(map(str, n_out)))
    if form == "integer":
        return _Text(str(n_out[0]))
    if form == "integer name":
        return _Text("n", (("n", n_out[0]),))
    if form == "one name":
        return _Text(one, ((one, n_out),))
    axes = _AXES[rank]
    named = axes if one != "dsize" else axes[::-1]
    if form == "image's own":
        h, w = (f"x.shape[{place}]" for place in _PLACES[layout])
        sides = (f"2 * {h}", f"{w} // 2 + 1")
        return _Text(_tuple(sides if one != "dsize" else sides[::-1]))
    if form == "sums":
        less = tuple(zip(named, (n - 1 for n in n_out), strict=True))
        return _Text(_tuple(f"{name} + 1" for name in named), less)
    return _Text(_tuple(named), tuple(zip(named, n_out, strict=True)))


def _tuple(entries: Any) -> str:
    entries = tuple(entries)
    return f"({entries[0]},)" if len(entries) == 1 else f"({', '.join(entries)})"


def _call(function: str, *arguments: str, **keywords: object) -> str:
    """A call's text; keywords that are None are left out."""
    said = [f"{name}={value}" for name, value in keywords.items() if value is not None]
    return f"{function}({', '.join([*arguments, *said])})"


def _quoted(word: str | None) -> str | None:
    return None if word is None else f'"{word}"'


def _truth(draw: st.DrawFn, often: int = 3) -> bool | None:
    """Left out, False or True."""
    return draw(st.sampled_from((*[None] * often, False, True)))


def _dtype(draw: st.DrawFn, *others: str) -> str:
    return draw(st.sampled_from(("float32", "float32", "float32", *others)))


# ---------------------------------------------------------------------------- torch

_TORCH_MODES = {
    1: ("linear", "linear", "nearest", "area", "nearest-exact"),
    2: ("bilinear", "bilinear", "nearest", "bicubic", "area", "nearest-exact", "lanczos"),
    3: ("trilinear", "trilinear", "nearest", "area"),
}


@st.composite
def interpolate(draw: st.DrawFn) -> Draw:
    """``F.interpolate`` and ``nn.Upsample`` of 1 to 3 axes, by sizes and by factors."""
    rank = draw(st.sampled_from((2, 2, 2, 2, 1, 3)))
    n_in, n_out = draw(pairs(rank))
    mode = draw(st.sampled_from((*_TORCH_MODES[rank], *([None] if rank == 2 else []))))
    interpolating = mode in ("linear", "bilinear", "bicubic", "trilinear")
    keywords: dict[str, object] = {"mode": _quoted(mode)}
    if draw(st.booleans()):
        text = draw(size_texts(n_out, integer=True, layout="NCS"))
        keywords["size"] = text.text
    else:
        text = draw(_factor_texts(rank, says_rank=interpolating))
        keywords["scale_factor"] = text.text
        if text.text in (*_FACTORS, *_NASTY):
            n_in = draw(whole(n_in, text.text))
        keywords["recompute_scale_factor"] = _truth(draw, 6)
    keywords["align_corners"] = _truth(draw) if interpolating else None
    function = draw(
        st.sampled_from(("F.interpolate", "F.interpolate", "F.interpolate", "nn.Upsample"))
    )
    if function == "F.interpolate":
        antialias = mode == "lanczos" or (mode in ("bilinear", "bicubic") and _truth(draw, 1))
        keywords["antialias"] = True if antialias else None
        layout = ""
        if draw(st.integers(0, 9)) == 9 and rank == 2:
            layout = ".contiguous(memory_format=torch.channels_last)"
        if draw(st.integers(0, 9)) == 9:
            function = "torch.nn.functional.interpolate"
        call = _call(function, f"x{layout}", **keywords)
    else:
        keywords.pop("antialias", None)
        call = _call(function, **keywords) + draw(st.sampled_from(("", "(x)")))
    dtype = _dtype(draw, "uint8", "float64", "float16")
    one = Draw(call, "torch", n_in, names=text.names, dtype=dtype)
    return _branching(draw, one, f'mode="{mode}"', 'mode="nearest"') if not interpolating else one


def _branching(draw: st.DrawFn, one: Draw, argument: str, other: str) -> Draw:
    """Now and then an argument that is another on a condition."""
    if argument not in one.call or draw(st.integers(0, 7)) < 7:
        return one
    name, value = argument.split("=")
    truth = draw(st.booleans())
    chosen = f"{name}={value} if flag else {other.split('=')[1]}"
    if not truth:
        chosen = f"{name}={other.split('=')[1]} if flag else {value}"
    call = one.call.replace(argument, chosen)
    return replace(one, call=call, names=(*one.names, ("flag", truth)))


@st.composite
def _factor_texts(draw: st.DrawFn, rank: int, *, says_rank: bool) -> _Text:
    """A factor for all axes, or one each; as a number or a name."""
    if (rank == 2 or says_rank) and draw(st.booleans()):
        factor = draw(factors())
        said = draw(st.sampled_from((factor, factor, factor, "scale", "scale + 1", "0.5 * scale")))
        return _Text(said, (("scale", _value(factor)),) if "scale" in said else ())
    return _Text(_tuple(draw(factors()) for _ in range(rank)))


@st.composite
def upsampling_layers(draw: st.DrawFn) -> Draw:
    """``nn.UpsamplingNearest2d`` and ``nn.UpsamplingBilinear2d``."""
    n_in, n_out = draw(pairs())
    name = draw(st.sampled_from(("nn.UpsamplingNearest2d", "nn.UpsamplingBilinear2d")))
    if draw(st.booleans()):
        text = draw(size_texts(n_out, integer=True))
        call = _call(name, size=text.text)
    else:
        text = draw(_factor_texts(2, says_rank=True))
        call = _call(name, scale_factor=text.text)
    return Draw(call, "torch", n_in, names=text.names)


@st.composite
def old_upsample(draw: st.DrawFn) -> Draw:
    """``F.upsample``."""
    n_in, n_out = draw(pairs())
    text = draw(size_texts(n_out, integer=True))
    mode = draw(st.sampled_from(("bilinear", "nearest", "bicubic")))
    aligned = None if mode == "nearest" else _truth(draw)
    call = _call("F.upsample", "x", text.text, mode=_quoted(mode), align_corners=aligned)
    return Draw(call, "torch", n_in, names=text.names)


_THETAS = (
    "torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])",
    "theta",
    "torch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])",
)
_IDENTITY = (("theta", "identity"),)


@st.composite
def grid_sample(draw: st.DrawFn) -> Draw:
    """``F.grid_sample`` of ``F.affine_grid``."""
    n_in, n_out = draw(pairs())
    text = draw(size_texts(n_out))
    theta = draw(st.sampled_from(_THETAS))
    aligned = _truth(draw, 1)
    inner = text.text if text.text.startswith("(") else f"({text.text}[0], {text.text}[1])"
    grid = _call("F.affine_grid", theta, f"(1, 3, {inner[1:]}", align_corners=aligned)
    call = _call(
        "F.grid_sample",
        "x",
        grid,
        mode=_quoted(draw(st.sampled_from((None, "bilinear", "nearest", "bicubic")))),
        padding_mode=_quoted(draw(st.sampled_from((None, "border", "zeros", "reflection")))),
        align_corners=aligned if draw(st.integers(0, 5)) else True,
    )
    names = (*text.names, *(_IDENTITY if theta == "theta" else ()))
    return Draw(call, "torch", n_in, names=names, channels=3)


# ---------------------------------------------------------------------------- TensorFlow

_TF_METHODS = (
    "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic",
)  # fmt: skip


@st.composite
def tf_image_resize(draw: st.DrawFn) -> Draw:
    """``tf.image.resize``."""
    n_in, n_out = draw(pairs())
    layout = draw(st.sampled_from(("NSC", "NSC", "SC")))
    text = draw(size_texts(n_out, layout=layout))
    method = draw(st.sampled_from((None, *_TF_METHODS)))
    said = _quoted(method)
    if method == "nearest" and draw(st.booleans()):
        said = "tf.image.ResizeMethod.NEAREST_NEIGHBOR"
    call = _call(
        "tf.image.resize",
        "x",
        text.text,
        method=said,
        preserve_aspect_ratio=True if draw(st.integers(0, 7)) == 7 else None,
        antialias=_truth(draw),
    )
    dtype = _dtype(draw, "uint8", "float64", "float16")
    return Draw(call, "tensorflow", n_in, names=text.names, layout=layout, dtype=dtype)


_V1 = ("resize_nearest_neighbor", "resize_bilinear", "resize_bicubic", "resize_area")


@st.composite
def tf_v1(draw: st.DrawFn) -> Draw:
    """The functions of TensorFlow 1 and the operators beneath."""
    n_in, n_out = draw(pairs())
    text = draw(size_texts(n_out))
    aligned = _truth(draw)
    centers = _truth(draw)
    raw = draw(st.booleans())
    name = draw(st.sampled_from((*_V1, "resize_images", "resize")))
    if name in ("resize_images", "resize"):
        method = draw(st.sampled_from((None, 0, 1, 2, 3)))
        keywords: dict[str, object] = {"method": method, "align_corners": aligned}
        call = _call(f"tf.compat.v1.image.{name}", "x", text.text, **keywords)
    else:
        keywords = {"align_corners": aligned}
        if name != "resize_area":
            keywords["half_pixel_centers"] = centers
        if raw:
            op = {
                "resize_nearest_neighbor": "ResizeNearestNeighbor",
                "resize_bilinear": "ResizeBilinear",
                "resize_bicubic": "ResizeBicubic",
                "resize_area": "ResizeArea",
            }[name]
            call = _call(f"tf.raw_ops.{op}", images="x", size=text.text, **keywords)
        else:
            call = _call(f"tf.compat.v1.image.{name}", "x", text.text, **keywords)
    dtype = _dtype(draw, "uint8", "float64")
    return Draw(call, "tensorflow", n_in, names=text.names, layout="NSC", dtype=dtype)


@st.composite
def resize_with_pad(draw: st.DrawFn) -> Draw:
    """``tf.image.resize_with_pad``."""
    n_in, n_out = draw(pairs())
    named = draw(st.booleans())
    texts = ("h", "w") if named else tuple(map(str, n_out))
    method = draw(st.sampled_from((None, "bilinear", "nearest", "bicubic", "area")))
    call = _call(
        "tf.image.resize_with_pad", "x", *texts, method=_quoted(method), antialias=_truth(draw)
    )
    names = tuple(zip(("h", "w"), n_out, strict=True)) if named else ()
    return Draw(call, "tensorflow", n_in, names=names, layout="NSC")


_BOXES = (
    "[[0, 0, 1, 1]]",
    "[[0, 0, 1, 1]]",
    "[[0.0, 0.0, 1.0, 0.5]]",
    "[[0.25, 0.0, 0.75, 1.0]]",
    "[[-0.25, 0.0, 1.25, 1.0]]",
    "boxes",
)


@st.composite
def crop_and_resize(draw: st.DrawFn) -> Draw:
    """``tf.image.crop_and_resize`` and the operator beneath."""
    n_in, n_out = draw(pairs())
    text = draw(size_texts(n_out))
    boxes = draw(st.sampled_from(_BOXES))
    outside = draw(st.sampled_from((None, None, 0.5)))
    method = _quoted(draw(st.sampled_from((None, "bilinear", "nearest"))))
    names = (*text.names, *([("boxes", ((0.0, 0.0, 1.0, 1.0),))] if boxes == "boxes" else []))
    if draw(st.integers(0, 2)) == 2:
        call = _call(
            "tf.raw_ops.CropAndResize",
            image="x",
            boxes=boxes,
            box_ind="[0]",
            crop_size=text.text,
            method=method,
            extrapolation_value=outside,
        )
    else:
        call = _call(
            "tf.image.crop_and_resize",
            "x",
            boxes,
            "[0]",
            text.text,
            method=method,
            extrapolation_value=outside,
        )
    dtype = _dtype(draw, "uint8")
    return Draw(call, "tensorflow", n_in, names=names, layout="NSC", dtype=dtype)


_KERNELS = (
    "lanczos3",
    "lanczos5",
    "gaussian",
    "triangle",
    "keyscubic",
    "mitchellcubic",
    "box",
    "lanczos1",
)


@st.composite
def scale_and_translate(draw: st.DrawFn) -> Draw:
    """``tf.raw_ops.ScaleAndTranslate``: at the ratio of the sizes, and at another."""
    n_in, n_out = draw(pairs())
    text = draw(size_texts(n_out))
    ratio = f"({n_out[0]} / {n_in[0]}, {n_out[1]} / {n_in[1]})"
    named: tuple[tuple[str, Any], ...] = (
        ("scale", tuple(m / n for n, m in zip(n_in, n_out, strict=True))),
    )
    scale = draw(st.sampled_from((ratio, "scale", "scale", "(1.5, 1.5)")))
    call = _call(
        "tf.raw_ops.ScaleAndTranslate",
        images="x",
        size=text.text,
        scale=scale,
        translation=draw(st.sampled_from(("(0, 0)", "(0.0, 0.0)", "(0.5, 0.0)"))),
        kernel_type=_quoted(draw(st.sampled_from((None, *_KERNELS)))),
        antialias=_truth(draw, 1),
    )
    names = (*text.names, *(named if scale == "scale" else ()))
    return Draw(call, "tensorflow", n_in, names=names, layout="NSC")


@st.composite
def quantized(draw: st.DrawFn) -> Draw:
    """``tf.raw_ops.QuantizedResizeBilinear``, of floats."""
    n_in, n_out = draw(pairs())
    text = draw(size_texts(n_out))
    call = _call(
        "tf.raw_ops.QuantizedResizeBilinear",
        images="x",
        size=text.text,
        min="0.0",
        max="1.0",
        align_corners=_truth(draw),
        half_pixel_centers=_truth(draw),
    )
    return Draw(call, "tensorflow", n_in, names=text.names, layout="NSC")


# ---------------------------------------------------------------------------- Keras


@st.composite
def keras_resize(draw: st.DrawFn) -> Draw:
    """``keras.ops.image.resize`` and ``keras.layers.Resizing``."""
    n_in, n_out = draw(pairs())
    first = draw(st.integers(0, 9)) == 9
    interpolations = (None, "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area")
    keywords: dict[str, object] = {
        "interpolation": _quoted(draw(st.sampled_from(interpolations))),
        "antialias": _truth(draw),
        "crop_to_aspect_ratio": True if draw(st.integers(0, 9)) == 9 else None,
        "pad_to_aspect_ratio": True if draw(st.integers(0, 9)) == 9 else None,
        "data_format": _quoted(draw(st.sampled_from((None, None, "channels_last"))))
        if not first
        else '"channels_first"',
    }
    names: tuple[tuple[str, Any], ...] = ()
    if draw(st.booleans()):
        text = draw(size_texts(n_out))
        call, names = _call("keras.ops.image.resize", "x", text.text, **keywords), text.names
    else:
        call = _call("keras.layers.Resizing", *map(str, n_out), **keywords)
    dtype = _dtype(draw, "uint8")
    layout = "NCS" if first else "NSC"
    return Draw(call, "keras", n_in, names=names, layout=layout, dtype=dtype)


@st.composite
def upsampling(draw: st.DrawFn) -> Draw:
    """``keras.layers.UpSampling1D``, ``2D`` and ``3D``: by whole factors."""
    rank = draw(st.sampled_from((2, 2, 2, 1, 3)))
    n_in = draw(sizes(rank))
    factor = st.integers(1, 4)
    size = draw(st.one_of(st.none(), factor.map(str), st.tuples(*[factor] * rank).map(str)))
    if rank == 1 and size is not None and size.startswith("("):
        size = size[1:].split(",")[0]
    keywords: dict[str, object] = {}
    layout = "NSC"
    if rank == 2:
        interpolations = (None, "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        keywords["interpolation"] = _quoted(draw(st.sampled_from(interpolations)))
    if rank > 1 and draw(st.integers(0, 9)) == 9:
        keywords["data_format"], layout = '"channels_first"', "NCS"
    call = _call(f"keras.layers.UpSampling{rank}D", *([] if size is None else [size]), **keywords)
    n_in = tuple(min(n, 160) for n in n_in)
    return Draw(call, "keras", n_in, layout=layout)


# ---------------------------------------------------------------------------- OpenCV

_FLAGS = (
    "NEAREST", "LINEAR", "CUBIC", "AREA", "AREA", "LANCZOS4", "LINEAR_EXACT", "NEAREST_EXACT",
)  # fmt: skip


@st.composite
def cv2_resize(draw: st.DrawFn) -> Draw:
    """``cv2.resize`` by size and by factors; now and then with the flag in the place of ``dst``."""
    n_in, n_out = draw(pairs())
    flag = draw(st.sampled_from((None, *_FLAGS)))
    said = None if flag is None else f"cv2.INTER_{flag}"
    names: tuple[tuple[str, Any], ...] = ()
    if draw(st.integers(0, 2)) == 2:
        fx = draw(factors())
        fy = draw(st.one_of(st.just(fx), factors()))
        n_in = (draw(whole(n_in, fy))[0], draw(whole(n_in, fx))[1])
        call = _call("cv2.resize", "x", "None", fx=fx, fy=fy, interpolation=said)
    else:
        text = draw(size_texts(n_out[::-1], "dsize", layout="SC"))
        names = text.names
        if said is not None and draw(st.integers(0, 11)) == 11:
            call = f"cv2.resize(x, {text.text}, {said})"
        else:
            call = _call("cv2.resize", "x", text.text, interpolation=said)
    layout = draw(st.sampled_from(("SC", "S")))
    dtype = _dtype(draw, "uint8", "float64", "uint16")
    one = Draw(call, "opencv", n_in, names=names, layout=layout, dtype=dtype)
    return _branching(draw, one, f"interpolation={said}", "interpolation=cv2.INTER_LINEAR")


@st.composite
def pyramids(draw: st.DrawFn) -> Draw:
    """``cv2.pyrDown`` and ``cv2.pyrUp``."""
    n_in = draw(sizes(2))
    down = draw(st.booleans())
    own = tuple((n + 1) // 2 if down else 2 * n for n in n_in)
    size = f"dstsize=({own[1]}, {own[0]})"
    border = draw(st.sampled_from((None, None, "cv2.BORDER_REPLICATE", "cv2.BORDER_DEFAULT")))
    call = _call(
        f"cv2.pyr{'Down' if down else 'Up'}",
        "x",
        *([size] if draw(st.integers(0, 3)) == 3 else []),
        borderType=border,
    )
    n_in = tuple(min(n, 320) for n in n_in)
    return Draw(call, "opencv", n_in, layout=draw(st.sampled_from(("SC", "S"))))


_FILTERS = ("NEAREST", "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS")


@st.composite
def pillow_resize(draw: st.DrawFn) -> Draw:
    """``Image.resize`` of an image made of an array, and the array that it is made to again."""
    _, n_out = pair = draw(pairs())
    text = draw(size_texts(n_out[::-1], "dsize", layout="SC"))
    name = draw(st.sampled_from((None, *_FILTERS)))
    said = None if name is None else f"Image.{draw(st.sampled_from(('', 'Resampling.')))}{name}"
    size = text.text if draw(st.booleans()) else f"size={text.text}"
    gap = draw(st.sampled_from((*[None] * 6, 1, 1.5, 2, 3.0, 0.5)))
    call = _call("Image.fromarray(x).resize", size, resample=said, reducing_gap=gap)
    dtype = _dtype(draw, "uint8")
    call = f"np.asarray({call})"
    return Draw(call, "pillow", pair[0], names=text.names, layout="S", dtype=dtype)


@st.composite
def pillow_reduce(draw: st.DrawFn) -> Draw:
    """``Image.reduce``, by a whole number or by one along each axis, columns first."""
    n_in = draw(sizes(2))
    by = [draw(st.sampled_from((2, 2, 3, 4, 1, 5, 7))) for _ in n_in]
    if draw(st.booleans()):
        n_in = tuple(k * n if k * n <= LARGEST else n for k, n in zip(by[::-1], n_in, strict=True))
    each = _tuple(map(str, by))
    factor = draw(st.sampled_from((str(by[0]), each, f"factor={each}")))
    call = f"np.asarray(Image.fromarray(x).reduce({factor}))"
    return Draw(call, "pillow", n_in, layout="S", dtype=_dtype(draw, "uint8"))


_OF_JAX = (
    "nearest", "linear", "bilinear", "cubic", "bicubic", "lanczos3", "lanczos5", "cubic-pytorch", "area",
)  # fmt: skip


@st.composite
def jax_resize(draw: st.DrawFn) -> Draw:
    """``jax.image.resize``, whose shape is that of every axis; it is compiled for each: none of ``draws``."""
    rank = draw(st.sampled_from((2, 2, 2, 3)))
    n_in, n_out = draw(pairs(rank))
    layout = draw(st.sampled_from(("NSC", "SC"))) if rank == 2 else "NSC"
    sizes_ = ", ".join(map(str, n_out))
    batch = ("x.shape[0], " if draw(st.booleans()) else "1, ") if layout == "NSC" else ""
    shape = f"({batch}{sizes_}, x.shape[-1])"
    method = repr(draw(st.sampled_from(_OF_JAX)))
    if draw(st.booleans()):
        method = f"method={method}"
    antialias = draw(st.sampled_from((None, True, False)))
    call = _call("jax.image.resize", "x", shape, method, antialias=antialias)
    return Draw(call, "jax", n_in, layout=layout, dtype=_dtype(draw, "uint8"))


@st.composite
def warp_affine(draw: st.DrawFn) -> Draw:
    """``cv2.warpAffine`` of a matrix that is a resize, and of one that is not."""
    n_in, n_out = draw(pairs())
    inverse = draw(st.booleans())
    n, m = (n_in, n_out) if inverse else (n_out, n_in)
    y, x = (one / other for one, other in zip(n, m, strict=True))
    matrix = draw(
        st.sampled_from(
            (
                f"np.array([[{x!r}, 0, 0], [0, {y!r}, 0]])",
                f"np.array([[{x!r}, 0, {x / 2 - 0.5!r}], [0, {y!r}, {y / 2 - 0.5!r}]])",
                f"np.array([[{x!r}, 0.1, 0], [0, {y!r}, 0]])",
                f"np.array([[{x!r}, 0, 2], [0, {y!r}, 0]])",
            )
        )
    )
    flag = draw(st.sampled_from(("LINEAR", "NEAREST", "CUBIC", "LANCZOS4")))
    call = _call(
        "cv2.warpAffine",
        "x",
        matrix,
        f"({n_out[1]}, {n_out[0]})",
        flags=f"cv2.INTER_{flag}" + " | cv2.WARP_INVERSE_MAP" * inverse,
        borderMode=draw(st.sampled_from((None, "cv2.BORDER_REPLICATE", "cv2.BORDER_REPLICATE"))),
    )
    return Draw(call, "opencv", n_in, layout="SC")


# ---------------------------------------------------------------------------- ONNX

_GRIDS = (
    None, "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric",
    "tf_crop_and_resize", "tf_half_pixel_for_nn",
)  # fmt: skip


@st.composite
def resize_node(draw: st.DrawFn) -> Draw:
    """A Resize node, given sizes or scales, of opset 19, and of opset 10."""
    rank = draw(st.sampled_from((2, 2, 2, 2, 1, 3)))
    n_in, n_out = draw(pairs(rank))
    opset = draw(st.sampled_from((19, 19, 19, 10, 9)))
    mode = draw(st.sampled_from((None, "nearest", "linear", "cubic" if rank == 2 else "linear")))
    if opset < 11:
        mode = None if mode == "cubic" else mode
        scales = tuple(_value(draw(factors())) for _ in range(rank))
        if opset == 9:
            scales = tuple(max(1.0, s) for s in scales)
        name = "Resize" if opset == 10 else "Upsample"
        call = _call(
            "onnx.helper.make_node", f'"{name}"', '["x", "scales"]', '["y"]', mode=_quoted(mode)
        )
        given: tuple[tuple[str, tuple[float, ...]], ...] = (("scales", (1.0, 1.0, *scales)),)
        return Draw(call, "onnx", n_in, given=given, opset=opset)
    grid = draw(st.sampled_from(_GRIDS))
    if grid == "tf_half_pixel_for_nn":
        mode, opset = "nearest", 11
    keywords: dict[str, object] = {
        "mode": _quoted(mode),
        "coordinate_transformation_mode": _quoted(grid),
    }
    if mode in (None, "nearest"):
        roundings = (None, "floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
        keywords["nearest_mode"] = _quoted(draw(st.sampled_from(roundings)))
    if mode == "cubic":
        keywords["cubic_coeff_a"] = draw(st.sampled_from((None, -0.5, -0.75)))
        keywords["exclude_outside"] = draw(st.sampled_from((None, 0, 1)))
    if mode in ("linear", "cubic") and opset == 19 and grid != "tf_crop_and_resize" and rank == 2:
        keywords["antialias"] = draw(st.sampled_from((None, 1)))
    if opset == 19 and grid != "tf_crop_and_resize" and draw(st.integers(0, 9)) == 9:
        keywords["keep_aspect_ratio_policy"] = _quoted(
            draw(st.sampled_from(("stretch", "not_larger", "not_smaller")))
        )
    roi = "roi" if opset == 11 else ""
    inputs: list[tuple[str, tuple[float, ...]]] = [("roi", ())] if opset == 11 else []
    if grid == "tf_crop_and_resize":
        roi = "roi"
        part = draw(st.sampled_from(((0.0, 1.0), (0.25, 0.75), (-0.25, 1.25))))
        starts, ends = ([0.0, 0.0, *[p] * rank] for p in part)
        starts[:2], ends[:2] = [0.0, 0.0], [1.0, 1.0]
        inputs.append(("roi", (*starts, *ends)))
        keywords["extrapolation_value"] = draw(st.sampled_from((None, 0.5)))
    if draw(st.booleans()):
        names = f'["x", "{roi}", "{"scales" if opset == 11 else ""}", "sizes"]'
        inputs += [("scales", ())] if opset == 11 else []
        inputs.append(("sizes", (1, 1, *n_out)))
    else:
        names = f'["x", "{roi}", "scales"]'
        inputs.append(("scales", (1.0, 1.0, *(_value(draw(factors())) for _ in range(rank)))))
    call = _call("onnx.helper.make_node", '"Resize"', names, '["y"]', **keywords)
    return Draw(call, "onnx", n_in, given=tuple(inputs), opset=opset)


# ---------------------------------------------------------------------------- transposed convolutions


@st.composite
def _each(draw: st.DrawFn, rank: int, low: int, high: int) -> tuple[str, tuple[int, ...]]:
    """An argument of one number for all axes or one each: its text and its numbers."""
    if rank == 1 or draw(st.booleans()):
        n = draw(st.integers(low, high))
        return str(n), (n,) * rank
    entries = tuple(draw(st.integers(low, high)) for _ in range(rank))
    return str(entries), entries


def _conv_size(draw: st.DrawFn, rank: int) -> tuple[int, ...]:
    return tuple(draw(st.integers(1, 4 if rank == 3 else 9)) for _ in range(rank))


@st.composite
def torch_conv(draw: st.DrawFn) -> Draw:
    """``nn.ConvTranspose1d`` to ``3d`` and ``F.conv_transpose1d`` to ``3d``."""
    rank = draw(st.sampled_from((2, 2, 2, 1, 3)))
    n_in = _conv_size(draw, rank)
    kernel, kernels = draw(_each(rank, 1, 5))
    stride, strides = draw(_each(rank, 1, 3))
    padding, paddings = draw(_each(rank, 0, 2))
    extra, _ = draw(_each(rank, 0, 1))
    dilation, dilations = draw(st.one_of(st.just(("1", (1,) * rank)), _each(rank, 1, 2)))
    groups = draw(st.sampled_from((1, 1, 1, 2)))
    c_in, c_out = 2 * groups, groups * draw(st.integers(1, 2))
    bias = draw(st.booleans())
    weight = (c_in, c_out // groups, *kernels)
    if draw(st.integers(0, 2)):
        call = _call(
            f"nn.ConvTranspose{rank}d",
            str(c_in),
            str(c_out),
            kernel,
            stride=None if stride == "1" else stride,
            padding=None if padding == "0" else padding,
            output_padding=None if extra == "0" else extra,
            groups=None if groups == 1 else groups,
            bias=None if bias else False,
            dilation=None if dilation == "1" else dilation,
        )
        n_out = tuple(
            (n - 1) * s - 2 * p + (k - 1) * d + 1 + s - 1
            for n, s, p, k, d in zip(n_in, strides, paddings, kernels, dilations, strict=True)
        )
        call += draw(st.sampled_from(("", "", "(x)", f"(x, output_size={n_out})")))
    else:
        arguments = ["x", "w", *(["b"] if bias else [])]
        call = _call(
            f"F.conv_transpose{rank}d",
            *arguments,
            stride=stride,
            padding=padding,
            output_padding=extra,
            groups=groups,
            dilation=dilation,
        )
    return Draw(call, "torch", n_in, channels=c_in, weight=weight, bias=bias, image="integers")


@st.composite
def tf_conv(draw: st.DrawFn) -> Draw:
    """``tf.nn.conv1d_transpose`` to ``conv3d_transpose``."""
    rank = draw(st.sampled_from((2, 2, 2, 1, 3)))
    n_in = _conv_size(draw, rank)
    kernels = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    stride = draw(st.integers(1, 3))
    padding = draw(st.sampled_from(("SAME", "VALID")))
    c_in, c_out = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    less = draw(st.integers(0, stride - 1))
    n_out = tuple(
        (n * stride - less if padding == "SAME" else (n - 1) * stride + k + less)
        for n, k in zip(n_in, kernels, strict=True)
    )
    call = _call(
        f"tf.nn.conv{rank}d_transpose",
        "x",
        "w",
        f"(1, {', '.join(map(str, n_out))}, {c_out})",
        strides=stride,
        padding=_quoted(padding),
    )
    return Draw(
        call,
        "tensorflow",
        n_in,
        channels=c_in,
        layout="NSC",
        weight=(*kernels, c_out, c_in),
        image="integers",
    )


@st.composite
def keras_conv(draw: st.DrawFn) -> Draw:
    """``keras.layers.Conv1DTranspose`` to ``Conv3DTranspose``."""
    rank = draw(st.sampled_from((2, 2, 2, 1, 3)))
    n_in = _conv_size(draw, rank)
    kernel, kernels = draw(_each(rank, 1, 5))
    stride, _ = draw(_each(rank, 1, 3))
    dilation = draw(st.sampled_from((None, None, None, 2)))
    c_in, c_out = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    bias = draw(st.booleans())
    extra = draw(st.sampled_from((None, None, 0, 1)))
    first = draw(st.integers(0, 19)) == 19
    call = _call(
        f"keras.layers.Conv{rank}DTranspose",
        str(c_out),
        kernel,
        strides=None if stride == "1" else stride,
        padding=_quoted(draw(st.sampled_from((None, "same", "valid", "same")))),
        output_padding=extra,
        dilation_rate=dilation,
        use_bias=None if bias else False,
        data_format='"channels_first"' if first else None,
    )
    return Draw(
        call,
        "keras",
        n_in,
        channels=c_in,
        layout="NCS" if first else "NSC",
        weight=(*kernels, c_out, c_in),
        bias=bias,
        image="integers",
    )


@st.composite
def conv_node(draw: st.DrawFn) -> Draw:
    """A ConvTranspose node."""
    rank = draw(st.sampled_from((2, 2, 2, 1, 3)))
    n_in = _conv_size(draw, rank)
    kernels = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    group = draw(st.sampled_from((1, 1, 2)))
    c_in, c_out = 2 * group, draw(st.integers(1, 2))
    bias = draw(st.booleans())

    def each(low: int, high: int, n: int = rank) -> list[int]:
        return [draw(st.integers(low, high)) for _ in range(n)]

    padded = draw(st.sampled_from(("pads", "pads", "nothing", "auto_pad", "output_shape")))
    same = draw(st.sampled_from(("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")))
    strides = each(1, 3)
    if padded == "auto_pad":  # where a stride leaves pixels out, ONNX Runtime's output is smaller
        strides = [min(s, k) for s, k in zip(strides, kernels, strict=True)]
    shape = [n * s for n, s in zip(n_in, strides, strict=True)]
    call = _call(
        "onnx.helper.make_node",
        '"ConvTranspose"',
        '["x", "w", "b"]' if bias else '["x", "w"]',
        '["y"]',
        strides=strides,
        pads=each(0, 1, 2 * rank) if padded == "pads" else None,
        output_padding=draw(st.sampled_from((None, None, [1] * rank))),
        dilations=draw(st.sampled_from((None, None, [2] * rank))),
        group=None if group == 1 else group,
        auto_pad=_quoted(same) if padded == "auto_pad" else None,
        output_shape=shape if padded == "output_shape" else None,
    )
    return Draw(
        call,
        "onnx",
        n_in,
        channels=c_in,
        weight=(c_in, c_out, *kernels),
        bias=bias,
        image="integers",
    )


# ---------------------------------------------------------------------------- all of them

_FAMILIES: tuple[tuple[Callable[[], st.SearchStrategy[Draw]], int], ...] = (
    (interpolate, 6),
    (upsampling_layers, 1),
    (old_upsample, 1),
    (grid_sample, 1),
    (tf_image_resize, 3),
    (tf_v1, 2),
    (resize_with_pad, 1),
    (crop_and_resize, 1),
    (scale_and_translate, 1),
    (quantized, 1),
    (keras_resize, 2),
    (upsampling, 2),
    (cv2_resize, 4),
    (pyramids, 1),
    (pillow_resize, 3),
    (pillow_reduce, 1),
    (warp_affine, 1),
    (resize_node, 3),
    (torch_conv, 3),
    (tf_conv, 1),
    (keras_conv, 2),
    (conv_node, 2),
)


@st.composite
def draws(draw: st.DrawFn) -> Draw:
    """A call, an image and a target."""
    families = [family for family, often in _FAMILIES for _ in range(often)]
    one: Draw = draw(draw(st.sampled_from(families))())
    if one.weight:
        target = draw(st.sampled_from([one for one in LAYER_TARGETS if one in QUICK]))
        return replace(one, target=target, told=_is_told(draw, one))
    channels = 3 if "(1, 3," in one.call else draw(st.sampled_from((1, 3, 2, 4)))
    if one.layout == "S" or math.prod(one.spatial) * channels > _MOST_PIXELS // 4:
        channels = 3 if "(1, 3," in one.call else 1
    image = "photograph" if one.dtype.startswith("uint") else draw(st.sampled_from(_IMAGES))
    given = tuple(
        (name, (1, channels, *entries[2:]) if name == "sizes" else entries)
        for name, entries in one.given
    )
    return replace(
        one,
        target=draw(st.sampled_from(QUICK)),
        told=_is_told(draw, one),
        channels=channels,
        image=image,
        given=given,
    )


_IMAGES = ("noise", "integers", "noise", "photograph")


def _is_told(draw: st.DrawFn, one: Draw) -> bool:
    """``tf.nn.conv2d_transpose`` is not answered otherwise."""
    return one.call.startswith("tf.nn.") or draw(st.booleans())
