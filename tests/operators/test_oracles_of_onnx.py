"""Nodes of ONNX as others compute them: the onnx package's own test data, and ONNX Runtime.

What ONNX Runtime does otherwise than the operators' text is in docs/findings.md. Here each of it is
asserted, so that a release which does something else fails.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import Resize
from halfpixel.conversion import onnx_nodes, search
from halfpixel.conversion.parse import Sizes, Spoken, read
from halfpixel.frameworks import onnx as onnx_library
from halfpixel.numerics.error_model import UNIT_ROUNDOFF
from halfpixel.operators.onnx_operators import ResizeNode, conv_transpose_node, resize_node
from tests.thinning import thinned

from .oracles import Factor, expected, image, length

Array = NDArray[Any]

# ---------------------------------------------------------------------------- the onnx package


@dataclass(frozen=True)
class Data:
    """A node test of the onnx package."""

    operator: str
    opset: int
    attributes: Mapping[str, Any]
    inputs: tuple[Array | None, ...]
    wanted: Array


def node_data() -> dict[str, Data]:
    """All of ConvTranspose, Resize and Upsample, by name: importing them makes them."""
    node = importlib.import_module("onnx.backend.test.case.node")
    for name in ("convtranspose", "resize", "upsample"):
        importlib.import_module(f"onnx.backend.test.case.node.{name}")
    return {test.name: _data(test) for test in node._NodeTestCases}


def _data(test: Any) -> Data:
    import onnx

    (node,) = test.model.graph.node
    ((inputs, outputs),) = test.data_sets
    arrays = dict(zip(filter(None, node.input), map(np.asarray, inputs), strict=True))
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return Data(
        operator=node.op_type,
        opset=min(test.model.opset_import[0].version, 9 if node.op_type == "Upsample" else 99),
        attributes={k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()},
        inputs=tuple(arrays.get(name) for name in node.input),
        wanted=np.asarray(outputs[0]),
    )


# align_corners at a length of 4 · 0.6 = 2.4 and of 4 · 0.8 = 3.2 pixels
FRACTIONAL = (
    "test_resize_downsample_scales_linear_align_corners",
    "test_resize_downsample_scales_cubic_align_corners",
)


def computed(data: Data, **changed: Any) -> Array:
    """What the reference makes of a node test."""
    if data.operator == "ConvTranspose":
        image_, w, *more = (values for values in data.inputs if values is not None)
        convention = conv_transpose_node(data.attributes, w.shape[2:], image_.shape[2:])
        return convention.apply(image_, w, *more)
    x, *others = data.inputs
    assert x is not None
    names = ("scales",) if data.operator == "Upsample" else ("roi", "scales", "sizes")
    given = {key: _exact(values) for key, values in zip(names, others, strict=False)}
    node = resize_node(
        x.shape,
        data.attributes,
        opset=data.opset,
        operator=data.operator,  # type: ignore[arg-type]
        **given,
    )
    return replace(node, **changed).apply(x)


def _exact(values: Array | None) -> list[Any] | None:
    """The float32 that the data was computed with, not the decimal that it prints as."""
    if values is None:
        return None
    return [int(v) if values.dtype == np.int64 else Fraction(float(v)) for v in values]


@pytest.mark.opencv  # the onnx package comes with halfpixel[opencv]
def test_the_node_data_of_onnx_is_computed() -> None:
    """In float64, then rounded to float32: half a last place."""
    every = node_data()
    assert len(every) >= 51
    assert {data.operator for data in every.values()} == {"ConvTranspose", "Resize", "Upsample"}
    off = {name for name, data in every.items() if not same_in_float32(computed(data), data.wanted)}
    assert off == set(FRACTIONAL)


def same_in_float32(got: Array, wanted: Array) -> bool:
    u = UNIT_ROUNDOFF["float32"]
    return got.shape == wanted.shape and bool(
        np.all(abs(got - wanted) <= u * abs(wanted) * (1 + u) + 1e-13 * np.max(abs(wanted)))
    )


@pytest.mark.opencv
@pytest.mark.parametrize("name", FRACTIONAL)
def test_two_data_sets_of_onnx_align_corners_of_a_fraction_of_a_pixel(name: str) -> None:
    """``x_original = x_resized · (length_original − 1) / (length_resized − 1)``, and a length is
    ``floor(n · scale)``; the data has ``length_resized = n · scale``."""
    data = node_data()[name]
    x, _, scales = data.inputs
    assert x is not None
    assert scales is not None
    wrong = x.astype(np.float64)
    for axis in (2, 3):
        n, factor = x.shape[axis], Fraction(float(scales[axis]))
        length_resized = n * factor  # 2.4, and not 2
        assert data.wanted.shape[axis] == int(length_resized) < length_resized
        d = range(data.wanted.shape[axis])
        places = np.array([Fraction(i * (n - 1)) / (length_resized - 1) for i in d], object)
        convention = Resize(mode=data.attributes["mode"])
        weights = convention.weights_at(places, n).astype(np.float64)
        wrong = np.moveaxis(np.tensordot(weights, wrong, (1, axis)), 0, axis)
    assert same_in_float32(wrong, data.wanted)
    assert not same_in_float32(computed(data), data.wanted)


@pytest.mark.opencv
@pytest.mark.parametrize("name", FRACTIONAL)
def test_onnx_runtime_follows_the_text_there(name: str) -> None:
    data = node_data()[name]
    x, _, scales = data.inputs
    assert x is not None
    assert scales is not None
    got = run("Resize", 19, data.attributes, x, scales=scales)
    node = resize_node(x.shape, data.attributes, scales=list(scales))
    assert expected(node.convention, x, node.size, scales=node.scales).problem(got) == ""


# ---------------------------------------------------------------------------- ONNX Runtime


def run(operator: str, opset: int, attributes: Mapping[str, Any], x: Array, **inputs: Any) -> Array:
    """One node in ONNX Runtime; the other inputs are constants of the model."""
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    helper, array = onnx.helper, onnx.numpy_helper.from_array
    names = list(_INPUTS[operator](opset))
    given = {k: np.asarray(v, _DTYPES.get(k)) for k, v in inputs.items() if v is not None}
    if operator == "Resize" and opset in (
        11,
        12,
    ):  # the first two may not be left out, but be empty
        given = {"roi": np.zeros(0, np.float32), "scales": np.zeros(0, np.float32), **given}
    said = ["x", *(name if name in given else "" for name in names)]
    node = helper.make_node(
        operator, said, ["y"], **{k: v for k, v in attributes.items() if v != []}
    )
    ints = onnx.AttributeProto.INTS
    node.attribute.extend(
        helper.make_attribute(k, v, attr_type=ints) for k, v in attributes.items() if v == []
    )
    dtype = helper.np_dtype_to_tensor_dtype(x.dtype)
    graph = helper.make_graph(
        [node],
        "node",
        [helper.make_tensor_value_info("x", dtype, x.shape)],
        [helper.make_tensor_value_info("y", dtype, None)],
        [array(values, name) for name, values in given.items()],
    )
    imports = [helper.make_opsetid("", opset)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=8)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = runtime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return np.asarray(session.run(None, {"x": x})[0])


_INPUTS: dict[str, Any] = {
    "Resize": lambda opset: ("roi", "scales", "sizes") if opset >= 11 else ("scales",),
    "Upsample": lambda opset: ("scales",) if opset >= 9 else (),
    "ConvTranspose": lambda opset: ("w", "b"),
}
_DTYPES = {"sizes": np.int64, "scales": np.float32, "roi": np.float32}
_F = np.float32


def runtime_coordinates(convention: Resize, n_in: int, n_out: int, factor: Factor) -> Array:
    """microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor/upsamplebase.h:
    GetOriginalCoordinateFromResizedCoordinate, each step in float32; where they are then rounded to a pixel,
    within 1e-6 of the middle between two it is the middle."""
    d, n, m = np.arange(n_out).astype(_F), _F(n_in), _F(n_out)
    scale = _F(float(factor)) if factor is not None else m / n
    grid = convention.coordinate_transformation_mode
    half = _F(0.5)
    if grid == "align_corners":
        place = d * (n - 1) / (m - 1) if n_out > 1 else 0 * d
    elif grid == "tf_crop_and_resize":
        start, end = (_F(float(side)) for side in convention.roi or (0, 1))
        place = start * (n - 1) + d * (end - start) * (n - 1) / max(m - 1, _F(1))
        if n_out == 1:
            place = np.array([0.5 * np.float64(start + end) * (n_in - 1)], _F)
    elif grid == "half_pixel_symmetric":
        offset = n / 2 * (1 - m / (scale * n))
        place = (np.float64(offset) + (d + 0.5) / np.float64(scale) - 0.5).astype(_F)
    elif grid == "asymmetric":
        place = d / scale
    elif grid == "tf_half_pixel_for_nn":
        place = (d + half) / scale
    else:
        place = (d + half) / scale - half
        if grid == "pytorch_half_pixel" and n_out == 1:
            place = 0 * d
    near = abs(place - np.floor(place) - half) < _F(1e-6)
    ties = near & str(convention.nearest_mode).startswith("round")
    return np.where(ties, np.floor(place) + 0.5, place.astype(np.float64))


def as_runtime(node: ResizeNode, shape: tuple[int, ...], scales: list[Any] | None) -> ResizeNode:
    """What ONNX Runtime computes of a node otherwise than its text says (docs/findings.md).

    With ``tf_crop_and_resize`` the scales make a size without the roi. An axis whose scale is 1 is copied,
    with antialias any axis whose size stays, and the image if all sizes stay.
    """
    size, factors, convention = list(node.size), list(node.scales), node.convention
    if scales is not None and convention.extrapolates:
        size = [int(_F(shape[axis]) * _F(s)) for axis, s in zip(node.axes, scales, strict=True)]
    lengths = [shape[axis] for axis in node.axes]
    kept = [
        i
        for i, (n, m, f) in enumerate(zip(lengths, size, factors, strict=True))
        if (m != n if convention.antialias or f is None else float(_F(float(f))) != 1)
    ]
    if size == lengths:
        kept = []
    roi = convention.roi
    if roi is not None:
        half = len(roi) // 2
        roi = (*(roi[i] for i in kept), *(roi[half + i] for i in kept))
        convention = replace(convention, roi=roi or None)
    axes = [node.axes[i] for i in kept]
    return ResizeNode(
        convention, tuple(axes), tuple(size[i] for i in kept), tuple(factors[i] for i in kept)
    )


def copied_and_extrapolated(node: ResizeNode, shape: tuple[int, ...]) -> bool:
    """Whether an axis is copied but where its coordinates would be outside: no convention's."""
    if not (node.convention.antialias and node.convention.extrapolates):
        return False
    return any(
        f is not None and f != 1 and int(_F(shape[axis]) * _F(float(f))) == shape[axis]
        for axis, f in zip(node.axes, node.scales, strict=True)
    )


@dataclass(frozen=True)
class Drawn:
    """A node and its input's shape."""

    operator: str
    opset: int
    attributes: Mapping[str, Any]
    shape: tuple[int, ...]
    inputs: Mapping[str, list[Any]]


GRIDS = ("half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "tf_crop_and_resize")
SINCE = {
    11: ("tf_half_pixel_for_nn",),
    19: ("half_pixel_symmetric",),
    22: ("half_pixel_symmetric",),
}
OPSETS = (10, 11, 13, 18, 19, 22)
SCALES = (0.3, 0.4, 0.5, 0.6, 0.75, 1.0, 1.1, 1.5, 2.0, 2.5, 3.0, 1 / 3, 5 / 3)
# shapes as ONNX Runtime takes them, H and W being drawn, and which axes are resized
LAYOUTS = {
    "linear": ("nchw", "nchw", "hw", "nhwc", "ncdhw"),
    "cubic": ("nchw", "nchw", "hw"),
    "nearest": ("nchw", "nchw", "hw", "nhwc", "ncdhw", "w"),
}


def draw(random: np.random.Generator) -> Drawn:
    """A node of Resize with any attributes that ONNX Runtime takes together."""
    opset = int(random.choice(OPSETS))
    mode = str(random.choice(["nearest", "linear", "cubic"][: 3 if opset > 10 else 2]))
    attributes: dict[str, Any] = {"mode": mode}
    if opset > 10:
        grids = (*GRIDS, *SINCE.get(opset, ()))
        attributes["coordinate_transformation_mode"] = str(random.choice(grids))
        attributes |= _flags(random, mode, opset)
    layout = str(random.choice(LAYOUTS[mode]))
    if attributes.get("antialias"):
        layout = str(random.choice(["nchw", "hw"]))
    axes = [i for i, name in enumerate(layout) if name in "dhw"]
    shape = tuple(length(random) if i in axes else 2 for i in range(len(layout)))
    inputs: dict[str, list[Any]] = {}
    by_scales = opset == 10 or random.random() < 0.5
    values = [_entry(random, shape[axis], by_scales) for axis in axes]
    crop = attributes.get("coordinate_transformation_mode") == "tf_crop_and_resize"
    roi = [_part(random) if crop else (0.0, 1.0) for _ in axes]
    if opset >= 18 and random.random() < 0.4:  # a part of the axes, in any order
        order = random.permutation(len(axes)).tolist()
        attributes["axes"] = [axes[i] for i in order]
        values, roi = [values[i] for i in order], [roi[i] for i in order]
        if not by_scales and random.random() < 0.6:
            policy = str(random.choice(["not_larger", "not_smaller"]))
            attributes["keep_aspect_ratio_policy"] = policy
    else:
        whole = dict(zip(axes, zip(values, roi, strict=True), strict=True))
        stays = [(1.0 if by_scales else n, (0.0, 1.0)) for n in shape]
        every = [whole.get(i, stays[i]) for i in range(len(shape))]
        values, roi = [value for value, _ in every], [part for _, part in every]
    inputs["scales" if by_scales else "sizes"] = values
    if crop:
        inputs["roi"] = [part[0] for part in roi] + [part[1] for part in roi]
    return Drawn("Resize", opset, attributes, shape, inputs)


def _flags(random: np.random.Generator, mode: str, opset: int) -> dict[str, Any]:
    flags: dict[str, Any] = {"extrapolation_value": float(random.choice([0, 7.5]))}
    if mode == "nearest":
        roundings = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
        return {**flags, "nearest_mode": str(random.choice(roundings))}
    if opset >= 18:
        flags["antialias"] = int(random.random() < 0.4)
    if mode == "cubic":
        flags["cubic_coeff_a"] = float(random.choice([-0.75, -0.5]))
    if mode == "cubic" or flags.get("antialias"):  # elsewhere it is refused, and has no effect
        flags["exclude_outside"] = int(random.integers(2))
    return flags


def _entry(random: np.random.Generator, n: int, by_scales: bool) -> Any:
    if not by_scales:
        return length(random)
    return float(_F(random.choice([scale for scale in SCALES if int(_F(n) * _F(scale))])))


def _part(random: np.random.Generator) -> tuple[float, float]:
    """Of an axis, in 64ths: float32 holds them."""
    start, end = random.choice([-16, 0, 0, 16, 27]), random.choice([38, 48, 64, 64, 80])
    return float(start) / 64, float(end) / 64


def problems(seed: int, count: int) -> Iterator[str]:
    random = np.random.default_rng(seed)
    for _ in range(count):
        one = draw(random)
        x = image(random, one.shape)
        node = node_of(one)
        if node is None or copied_and_extrapolated(node, one.shape):
            continue
        got = run(one.operator, one.opset, one.attributes, x, **one.inputs)
        own = as_runtime(node, one.shape, one.inputs.get("scales"))
        want = expected(
            own.convention,
            x,
            own.size,
            scales=own.scales,
            axes=own.axes,
            coordinates=runtime_coordinates,
        )
        if want.problem(got):
            yield f"{one}: {want.problem(got)}"


def node_of(one: Drawn) -> ResizeNode | None:
    """Scales as exact as the float32 that the runtime is given; None where a policy leaves nothing."""
    given: dict[str, Any] = {
        key: [Fraction(v) if key == "scales" else v for v in values]
        for key, values in one.inputs.items()
    }
    try:
        return resize_node(one.shape, one.attributes, opset=one.opset, **given)
    except ValueError as error:
        if "nothing is left of" not in str(error):
            raise
        return None


@pytest.mark.opencv
@pytest.mark.parametrize(
    "convention", [search.convention_of(call) for call in onnx_nodes.calls()], ids=str
)
def test_a_node_that_convert_offers_is_one_that_runs(convention: Resize) -> None:
    said = onnx_nodes.node(convention)
    assert said is not None
    random = np.random.default_rng(0)
    for size in ((9, 4), (3, 7), (1, 5)):
        x = image(random, (1, 1, 6, 5))
        inputs = {"roi": onnx_library.roi(convention, 2)} if convention.extrapolates else {}
        opset = onnx_library.opset(convention)
        got = run("Resize", opset, said.kwargs, x, sizes=[1, 1, *size], **inputs)
        want = expected(convention, x, size, coordinates=runtime_coordinates)
        assert want.problem(got) == ""


@pytest.mark.opencv
@pytest.mark.parametrize("seed", range(2))
def test_onnx_runtime_computes_every_attribute_of_resize(seed: int) -> None:
    assert list(problems(seed, 120)) == []


@pytest.mark.sweep
@pytest.mark.opencv
@pytest.mark.parametrize("seed", range(100, 108))
def test_onnx_runtime_computes_every_attribute_of_resize_in_many_draws(seed: int) -> None:
    assert list(problems(seed, 1000)) == []


RAMP = np.array([0, 10, 20, 30], np.float32)
CROP = "tf_crop_and_resize"


def resized(x: Array, attributes: Mapping[str, Any], opset: int = 19, **inputs: Any) -> list[float]:
    """What ONNX Runtime makes of one row of an image."""
    row = run("Resize", opset, attributes, x[None, None, None], **inputs)
    return [round(float(value), 4) for value in row.ravel()]


@pytest.mark.opencv
def test_what_onnx_runtime_computes_otherwise_than_the_text() -> None:
    """Each deviation of ``as_runtime``, by itself: that none of them is idle."""
    linear = {"mode": "linear"}
    crop = {**linear, "coordinate_transformation_mode": CROP}
    # an axis whose scale is 1 is copied, whatever the part of it that is asked for: not 10 13.33 16.67 20
    middle = [0, 0, 0, 1 / 3, 1, 1, 1, 2 / 3]
    assert resized(RAMP, crop, sizes=[1, 1, 1, 4], roi=middle) == [0, 10, 20, 30]
    assert resized(RAMP, crop, sizes=[1, 1, 2, 4], roi=middle) == 2 * [0, 10, 20, 30]
    assert resized(RAMP, crop, sizes=[1, 1, 1, 2], roi=middle) == [10, 20]
    # scales make a size without the roi: four pixels, not floor(4 · 1/3 · 1.25) = 1
    assert len(resized(RAMP, crop, scales=[1, 1, 1, 1.25], roi=middle)) == 5
    # all sizes stay, at a scale that is not 1: not 0 8.64 17.73 26.82
    assert resized(RAMP, linear, scales=[1, 1, 1, 1.1]) == [0, 10, 20, 30]
    sampled = resize_node((4,), linear, scales=[1.1]).apply(RAMP)
    assert sampled.tolist() == pytest.approx([0, 95 / 11, 195 / 11, 295 / 11])
    # where another axis does not stay, only antialiasing copies
    assert resized(RAMP, linear, scales=[1, 1, 2, 1.1])[:4] == [0, 8.6364, 17.7273, 26.8182]
    assert resized(RAMP, {**linear, "antialias": 1}, scales=[1, 1, 2, 1.1])[:4] == [0, 10, 20, 30]
    # copied, but where it would sample outside
    past = [0, 0, 0, 0, 1, 1, 1, 1.25]
    both = {**crop, "antialias": 1, "extrapolation_value": 5.0}
    assert resized(RAMP, both, scales=[1, 1, 2, 1.1], roi=past)[:4] == [0, 10, 20, 5]
    # opset 11's shift by half a pixel is not for the axes that stay
    shifted = {**linear, "coordinate_transformation_mode": "tf_half_pixel_for_nn"}
    assert resized(RAMP, shifted, 11, sizes=[1, 1, 2, 4])[:4] == [0, 10, 20, 30]


@pytest.mark.opencv
def test_onnx_runtime_takes_no_negative_axis_with_a_policy_and_an_empty_list_as_none() -> None:
    policy = {"mode": "linear", "keep_aspect_ratio_policy": "not_larger"}
    x = np.zeros((1, 1, 2, 4), np.float32)
    assert run("Resize", 18, {**policy, "axes": [2, 3]}, x, sizes=[8, 8]).shape == (1, 1, 4, 8)
    assert run("Resize", 18, {**policy, "axes": [-2, -1]}, x, sizes=[8, 8]).shape == x.shape
    assert resize_node(x.shape, {**policy, "axes": [-2, -1]}, sizes=[8, 8]).size == (4, 8)
    none = {"mode": "linear", "axes": []}
    assert run("Resize", 18, none, x, sizes=[1, 1, 4, 4]).shape == (1, 1, 4, 4)
    with pytest.raises(ValueError, match="sizes has 4 entries for 0 axes"):
        resize_node(x.shape, none, sizes=[1, 1, 4, 4])


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"mode": "nearest", "antialias": 1}, "Resize only supports mode `LINEAR` and `CUBIC`"),
        ({"mode": "nearest", "exclude_outside": 1}, "exclude_outside can be set to 1 when"),
        ({"mode": "linear", "exclude_outside": 1}, "exclude_outside can be set to 1 when"),
    ],
)
def test_flags_that_have_no_effect_are_refused_by_onnx_runtime(
    attributes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Exception, match=words):
        resized(RAMP, attributes, sizes=[1, 1, 1, 2])
    assert resize_node((4,), attributes, sizes=[2]).size == (2,)


@pytest.mark.opencv
def test_onnx_runtime_s_nearest_of_opset_10() -> None:
    """``ceil_where_shrinking`` by another's hand; the text has no rounding."""
    ramp = np.array([1, 2, 3, 4], np.float32)
    assert resized(ramp, {}, 10, scales=[1, 1, 1, 0.6]) == [1, 3]
    assert resized(ramp, {}, 10, scales=[1, 1, 1, 1.5]) == [1, 1, 2, 3, 3, 4]


@pytest.mark.opencv
@pytest.mark.parametrize("opset", [7, 8, 9])
@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_onnx_runtime_computes_upsample(mode: str, opset: int) -> None:
    random = np.random.default_rng(opset)
    for _ in range(8):
        shape = (1, 2, length(random, 9), length(random, 9))
        scales = [1.0, 1.0, *map(float, random.choice([1, 1.25, 1.5, 2, 3], 2))]
        x = image(random, shape)
        given: dict[str, Any] = {"mode": mode, **({"scales": scales} if opset < 9 else {})}
        inputs: dict[str, Any] = {"scales": scales} if opset == 9 else {}
        got = run("Upsample", opset, given, x, **inputs)
        node = resize_node(shape, given, opset=opset, operator="Upsample", **inputs)
        own = as_runtime(node, shape, None)
        want = expected(
            own.convention,
            x,
            own.size,
            scales=own.scales,
            axes=own.axes,
            coordinates=runtime_coordinates,
        )
        assert want.problem(got) == ""


@pytest.mark.opencv
@pytest.mark.parametrize(
    "other",
    [
        Resize(mode="cubic", cubic_coeff_a=-0.501),
        Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True),
        Resize(mode="cubic", cubic_coeff_a=-0.5, coordinate_transformation_mode="asymmetric"),
    ],
    ids=str,
)
def test_another_convention_is_outside_the_bound(other: Resize) -> None:
    x = image(np.random.default_rng(0), (1, 1, 9, 7))
    own = Resize(mode="cubic", cubic_coeff_a=-0.5)
    got = run("Resize", 19, own.attributes, x, sizes=[1, 1, 14, 16])
    assert expected(own, x, (14, 16)).problem(got) == ""
    assert "values are off" in expected(other, x, (14, 16)).problem(got)


# ---------------------------------------------------------------------------- ConvTranspose


def draw_conv(
    random: np.random.Generator,
) -> tuple[dict[str, Any], tuple[int, ...], tuple[int, ...]]:
    """Attributes of a ConvTranspose, and the shapes of its input and weight: one to three spatial axes."""
    rank = int(random.integers(1, 4))
    largest = 6 if rank < 3 else 4
    group = int(random.choice([1, 1, 2]))
    n, k, s, d = (random.integers(1, top, rank).tolist() for top in (largest, largest - 1, 4, 4))
    attributes: dict[str, Any] = {"strides": s, "dilations": d, "group": group}
    if random.random() < 0.5:
        attributes["kernel_shape"] = k
    if random.random() < 0.5:
        most = map(max, s, d)
        attributes["output_padding"] = [int(random.integers(0, top)) for top in most]
    said = str(random.choice(["pads", "auto_pad", "output_shape"]))
    words = ("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")
    if said == "pads":
        attributes["pads"] = random.integers(0, 3, 2 * rank).tolist()
    else:
        attributes["auto_pad"] = str(random.choice(words))
    if said == "output_shape":
        full = [(a - 1) * b + (c - 1) * e + 1 for a, b, c, e in zip(n, s, k, d, strict=True)]
        attributes["output_shape"] = [max(1, m + int(random.integers(-4, 2))) for m in full]
    c_in, c_out = group * int(random.integers(1, 3)), int(random.integers(1, 3))
    return attributes, (1, c_in, *n), (c_in, c_out, *k)


def conv_problems(seed: int, count: int) -> Iterator[str]:
    random = np.random.default_rng(seed)
    for _ in range(count):
        attributes, shape, kernel = draw_conv(random)
        opset = int(random.choice([1, 11, 22]))
        x, w = (random.integers(-9, 10, one).astype(np.float32) for one in (shape, kernel))
        more = {"w": w}
        if random.random() < 0.5:
            outputs = kernel[1] * attributes["group"]
            more["b"] = random.integers(-9, 10, outputs).astype(np.float32)
        arguments = ", ".join(f"{name}={value!r}" for name, value in attributes.items())
        text = f"onnx.helper.make_node('ConvTranspose', ['x', 'w'], ['y'], {arguments})"
        try:
            convention = conv_transpose_node(attributes, kernel[2:], shape[2:])
            spoken = read(text, Sizes(kernel, shape[2:]))
            if not isinstance(spoken, Spoken) or spoken.layer.convention != convention:
                yield f"{text} is read as {spoken}"
            want = convention.apply(x, w, more.get("b"))
            refused = ""
        except ValueError as error:
            refused = str(error)
        try:
            got = run("ConvTranspose", opset, attributes, x, **more)
        except Exception as error:
            large = not refused and any(
                map(int.__ge__, convention.output_padding, convention.strides)
            )
            if not refused and not (large and re.search("Expected input size", str(error))):
                yield f"{attributes} of {shape} by {kernel} is refused: {error}"
            continue
        auto = attributes.get("auto_pad", "").startswith("SAME")
        if auto and "output_shape" not in attributes and not refused:
            kept: Any = (..., *(slice(n) for n in got.shape[2:]))
            want = want[kept]  # it appends no zeros
        if refused or not np.array_equal(got, want):
            yield f"{attributes} of {shape} by {kernel}: {refused or (got, want)}"


@pytest.mark.opencv
@pytest.mark.parametrize("seed", thinned(range(2), every=2))
def test_onnx_runtime_computes_every_attribute_of_conv_transpose(seed: int) -> None:
    """Whole numbers: no sum is rounded, and what comes back is equal."""
    assert list(conv_problems(seed, 120)) == []


@pytest.mark.sweep
@pytest.mark.opencv
@pytest.mark.parametrize("seed", range(100, 104))
def test_onnx_runtime_computes_every_attribute_of_conv_transpose_in_many_draws(seed: int) -> None:
    assert list(conv_problems(seed, 1000)) == []


@pytest.mark.opencv
def test_what_a_conv_transpose_cannot_say_is_refused_by_onnx_runtime_too() -> None:
    x, w = np.ones((1, 1, 3), np.float32), np.ones((1, 3, 2), np.float32)
    with pytest.raises(Exception, match="pads must not contain negative values"):
        run("ConvTranspose", 22, {"pads": [-1, 0]}, x, w=w)
    with pytest.raises(Exception, match="Bias shape is not compatible"):
        run("ConvTranspose", 22, {}, x, w=w, b=np.ones(1, np.float32))
    with pytest.raises(ValueError, match="pads takes nothing below 0"):
        conv_transpose_node({"pads": [-1, 0]}, (2,))
    with pytest.raises(ValueError, match="one value is not broadcast"):
        conv_transpose_node({}, (2,)).apply(x, w, np.ones(1))


@pytest.mark.opencv
def test_what_onnx_runtime_makes_of_a_conv_transpose_otherwise() -> None:
    x, w = np.ones((1, 1, 3), np.float32), np.full((1, 1, 1), 2, np.float32)
    # n · stride = 6 by the text of auto_pad
    auto = {"strides": [2], "auto_pad": "SAME_UPPER"}
    assert run("ConvTranspose", 22, auto, x, w=w).ravel().tolist() == [2, 0, 2, 0, 2]
    assert conv_transpose_node(auto, (1,)).apply(x, w).ravel().tolist() == [2, 0, 2, 0, 2, 0]
    # output_padding from the stride on, below the dilation: the text takes it
    wide = {"strides": [1], "dilations": [2], "output_padding": [1]}
    two = np.ones((1, 1, 2), np.float32)
    with pytest.raises(Exception, match=r"output_padding \(1\) may be too large for stride \(1\)"):
        run("ConvTranspose", 22, wide, x, w=two)
    assert conv_transpose_node(wide, (2,)).apply(x, two).ravel().tolist() == [1, 1, 2, 1, 1, 0]
