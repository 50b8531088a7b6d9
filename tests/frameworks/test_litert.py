"""LiteRT: how its operators are read and offered, and which kernels run them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from halfpixel import frameworks
from halfpixel.conformance import trials, verdicts
from halfpixel.conversion import convert
from halfpixel.conversion.parse import Reading, Unreadable, read
from halfpixel.frameworks import FRAMEWORKS, Call, Names, litert_models
from halfpixel.numerics.coordinates import COORDINATE_RULES
from halfpixel.numerics.integer_kernels import litert as integers
from halfpixel.operators.axis import Axis
from tests.conversion import drawn_calls
from tests.frameworks.test_jax import held

CALLS = {call.name: call for call in FRAMEWORKS["litert"].calls}
OWN, REFERENCE = "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "BUILTIN_REF"


# ---------------------------------------------------------------------------- as users write it


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tfl.resize_bilinear(x, (8, 12))", "resize_bilinear"),
        ("tfl.resize_bilinear(x, size=(h, w), half_pixel_centers=True)",
         "resize_bilinear-half_pixel_centers"),
        ("RESIZE_BILINEAR(x, (h, w), align_corners=True)", "resize_bilinear-align_corners"),
        ("RESIZE_NEAREST_NEIGHBOR(x, (8, 12), False, True)", "resize_nearest_neighbor-half_pixel_centers"),
        ("tfl.resize_bilinear(x, (8, 12), op_resolver_type=OpResolverType.BUILTIN_REF)",
         f"resize_bilinear-{REFERENCE}"),
        ("tfl.resize_bilinear(x, (8, 12), op_resolver_type=interpreter.OpResolverType.AUTO)",
         "resize_bilinear"),
    ],
)  # fmt: skip
def test_operators_are_read_by_every_name(text: str, name: str) -> None:
    found = read(text)
    assert isinstance(found, Reading)
    assert [call.name for call in found.calls] == [name]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tfl.resize_bilinear(x, (8, 12), antialias=True)", "antialias"),
        ("tfl.resize_bilinear(x)", "size"),
        ("tfl.resize_nearest_neighbor(x, (8, 8), True, True)", "align_corners=True"),
        ("tfl.resize_bilinear(x, (8, 8), op_resolver_type=OpResolverType.FASTEST)", "FASTEST"),
    ],
)  # fmt: skip
def test_what_is_no_operator_is_refused(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tf.image.resize(x, (h, w))", "tfl.resize_bilinear(x, size=(h, w), half_pixel_centers=True)"),
        ("tf.image.resize(x, (h, w), 'nearest')",
         "tfl.resize_nearest_neighbor(x, size=(h, w), half_pixel_centers=True)"),
        ("tf.compat.v1.image.resize_bilinear(x, (h, w))", "tfl.resize_bilinear(x, size=(h, w))"),
        ("F.interpolate(x, size=(h, w), mode='bilinear', align_corners=True)",
         "tfl.resize_bilinear(x, size=(h, w), align_corners=True)"),
        ("F.interpolate(x, scale_factor=2)",
         "tfl.resize_nearest_neighbor(x, size=(2 * x.shape[1], 2 * x.shape[2]))"),
        ("tf.image.resize(x, (h, w), antialias=True)", "y = np.einsum('ah,bw,nhwk->nabk', A_h, A_w, x"),
        ("F.interpolate(x, size=7, mode='linear')", "tfl.resize_bilinear(x[:, None], size=(1, 7), "),
    ],
)  # fmt: skip
def test_it_is_offered(text: str, code: str) -> None:
    assert code in str(convert(text, "litert"))


def test_its_operators_are_converted() -> None:
    text = "tfl.resize_bilinear(x, size=(h, w), half_pixel_centers=True)"
    assert "F.interpolate(x, size=(h, w), mode='bilinear', align_corners=False)" in str(
        convert(text, "torch")
    )
    assert "the same coordinate rule" in str(
        convert("tfl.resize_nearest_neighbor(x, size=(8, 12))", "tensorflow")
    )


@pytest.mark.sweep
@pytest.mark.litert
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.parametrize("family", ["interpolate", "tf_image_resize", "tf_v1"])
def test_what_is_printed_for_drawn_calls_in_litert_is_true(family: str) -> None:
    held(getattr(drawn_calls, family)(), "litert", 10, 3)


# ---------------------------------------------------------------------------- which kernels run


def _ramp() -> np.ndarray[Any, Any]:
    return np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)


@pytest.mark.litert
def test_a_model_says_its_operator_and_its_attributes() -> None:
    from ai_edge_litert import schema_py_generated as schema

    content = litert_models.MODELS["resize_bilinear"](_ramp(), (5, 6), half_pixel_centers=True)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    (code,), (graph,) = model.operatorCodes, model.subgraphs
    assert code.builtinCode == schema.BuiltinOperator.RESIZE_BILINEAR
    assert graph.inputs.tolist() == [0]
    assert graph.operators[0].inputs.tolist() == [0, 1]
    said = graph.operators[0].builtinOptions
    assert (said.alignCorners, said.halfPixelCenters) == (False, True)
    assert model.buffers[2].data.view(np.int32).tolist() == [5, 6]


@pytest.mark.litert
def test_both_flags_are_refused_but_by_xnnpack_which_aligns_corners() -> None:
    names = frameworks.load("litert")
    x = _ramp()
    flags = {"align_corners": True, "half_pixel_centers": True}
    both = litert_models.resize_bilinear(x, (5, 7), **flags)
    assert np.array_equal(both, litert_models.resize_bilinear(x, (5, 7), align_corners=True))
    for resolver in (OWN, REFERENCE):
        kind = getattr(names["OpResolverType"], resolver)
        with pytest.raises(RuntimeError, match="align_corners must be False"):
            litert_models.resize_bilinear(x, (5, 7), op_resolver_type=kind, **flags)


def shifted(call: Call) -> Call:
    """A call whose image is a pixel to the right."""

    def run(names: Names, expression: Any, inputs: dict[str, Any]) -> Any:
        return call.run(names, expression, {"x": np.roll(inputs["x"], 1, axis=3)})

    return replace(call, run=run)


@pytest.mark.litert
@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.follows])
def test_a_shifted_image_is_seen_in_every_call(name: str) -> None:
    call, only = CALLS[name], {"litert": frameworks.release("litert")}
    (trial,) = (
        one
        for one in trials.trials_of("resize", only.get)
        if one.call is call and one.dtype == "float32" and one.case_name == "4x5-7x9-texture"
    )
    assert verdicts.judge(call, trial.case(), "float32").kind == "conforms"
    assert verdicts.judge(shifted(call), trial.case(), "float32").kind == "changed"


# ---------------------------------------------------------------------------- integers


@pytest.mark.litert
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16"])
@pytest.mark.parametrize("resolver", ["AUTO", OWN, REFERENCE])
@pytest.mark.parametrize("flag", ["", "align_corners", "half_pixel_centers"])
def test_every_value_of_a_quantised_image_is_predicted(
    flag: str, resolver: str, dtype: str
) -> None:
    kernels = {
        "AUTO": integers.xnnpack,
        OWN: integers.float32,
        REFERENCE: integers.reference_float32,
    }
    fixed = dtype == "int16" or (dtype == "int8" and resolver != "AUTO")
    predict = integers.fixed_10 if fixed else kernels[resolver]
    convention = CALLS["-".join(filter(None, ("resize_bilinear", flag)))].latest
    kind = getattr(frameworks.load("litert")["OpResolverType"], resolver)
    limits, generator = np.iinfo(dtype), np.random.default_rng(1)
    for shape, size in (((2, 5, 7, 3), (8, 11)), ((1, 9, 7, 1), (5, 4)), ((1, 3, 4, 8), (24, 32)),
                        ((1, 16, 16, 9), (3, 16)), ((1, 4, 6, 2), (8, 12))):  # fmt: skip
        x = generator.integers(limits.min, limits.max + 1, shape).astype(dtype)
        got = litert_models.resize_bilinear(
            x, size, op_resolver_type=kind, **({flag: True} if flag else {})
        )
        want = predict(convention, x.transpose(0, 3, 1, 2).astype(np.int64), size, dtype)
        assert np.array_equal(got, want.transpose(0, 2, 3, 1))


@pytest.mark.litert
def test_nearest_of_bytes_reads_another_pixel_than_of_floats() -> None:
    """At 11 to 274 first of all sizes: 249 * (65536 * 11 // 274 + 1) is 10 * 65536 and more."""
    convention = CALLS["resize_nearest_neighbor"].latest
    assert convention.coordinates(11, 274)[249] < 10
    x = np.arange(11, dtype=np.uint8).reshape(1, 1, 11, 1)
    kind = frameworks.load("litert")["OpResolverType"].BUILTIN_REF
    for image, resolver, pixel in ((x, None, 10), (x, kind, 9), (x.astype(np.float32), None, 9)):
        y = litert_models.resize_nearest_neighbor(image, (1, 274), op_resolver_type=resolver)
        assert y[0, 0, 249, 0] == pixel
    call = CALLS["resize_nearest_neighbor"]
    assert call.arithmetic["uint8"].coordinate_rule == "fixed_16_above"
    rule = COORDINATE_RULES["fixed_16_above"]
    assert rule.coordinates(convention, Axis(11, 274).pixels)[249] >= 10


@pytest.mark.litert
def test_int16_reads_the_next_image_where_its_scale_leads_outside() -> None:
    """100 to 600: 171 of 1024 parts a pixel, where 170.67 were exact; the row after the last is the first
    of the next image."""
    convention = CALLS["resize_bilinear"].latest
    assert integers.leaves_the_image(convention, 100, 600)
    assert not integers.leaves_the_image(convention, 100, 500)
    x = np.zeros((2, 100, 1, 1), np.int16)
    x[1] = 1000
    assert litert_models.resize_bilinear(x, (500, 1))[0].max() == 0
    assert litert_models.resize_bilinear(x, (600, 1))[0].max() > 0
    assert litert_models.resize_bilinear(x.astype(np.float32), (600, 1))[0].max() == 0


# ---------------------------------------------------------------------------- what the converter makes


CONVERTED = [
    ("tf.image.resize(x, (9, 5))", "RESIZE_BILINEAR", "half_pixel_centers"),
    ("tf.image.resize(x, (9, 5), method='nearest')", "RESIZE_NEAREST_NEIGHBOR", "half_pixel_centers"),
    ("tf.image.resize(x, (9, 5), 'nearest', antialias=True)",
     "RESIZE_NEAREST_NEIGHBOR", "half_pixel_centers"),
    ("tf.compat.v1.image.resize_bilinear(x, (9, 5))", "RESIZE_BILINEAR", ""),
    ("tf.compat.v1.image.resize_bilinear(x, (9, 5), align_corners=True)", "RESIZE_BILINEAR", "align_corners"),
    ("tf.compat.v1.image.resize_nearest_neighbor(x, (9, 5))", "RESIZE_NEAREST_NEIGHBOR", ""),
    ("tf.compat.v1.image.resize_nearest_neighbor(x, (9, 5), align_corners=True)",
     "RESIZE_NEAREST_NEIGHBOR", "align_corners"),
    ("keras.layers.UpSampling2D(2, interpolation='bilinear')(x)", "RESIZE_BILINEAR", "half_pixel_centers"),
    ("keras.layers.Resizing(9, 5)(x)", "RESIZE_BILINEAR", "half_pixel_centers"),
]  # fmt: skip
NOT_CONVERTED = [
    ("tf.image.resize(x, (9, 5), antialias=True)", "ScaleAndTranslate"),
    ("tf.image.resize(x, (9, 5), method='bicubic')", "ResizeBicubic"),
    ("tf.image.resize(x, (9, 5), method='area')", "ResizeArea"),
    ("tf.image.resize(x, (9, 5), method='lanczos3')", "ScaleAndTranslate"),
    ("tf.image.resize(tf.cast(x, tf.uint8), (9, 5))", "ResizeBilinear"),
]


def model_of(text: str) -> bytes:
    """What TensorFlow's converter makes of a call on an image of (1, 6, 7, 2)."""
    names = frameworks.load("tensorflow")
    tf = names["tf"]
    traced = tf.function(lambda x: eval(text, {**names, "x": x}))
    concrete = traced.get_concrete_function(tf.TensorSpec((1, 6, 7, 2), tf.float32))
    return bytes(tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert())


@pytest.mark.sweep
@pytest.mark.litert
@pytest.mark.tensorflow
@pytest.mark.parametrize(("text", "operator", "flag"), CONVERTED)
def test_tensorflow_s_calls_become_these_operators(text: str, operator: str, flag: str) -> None:
    from ai_edge_litert import schema_py_generated as schema

    content = model_of(text)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    (code,), (graph,) = model.operatorCodes, model.subgraphs
    (node,) = graph.operators
    said = node.builtinOptions
    found = {"align_corners": said.alignCorners, "half_pixel_centers": said.halfPixelCenters}
    assert max(code.builtinCode, code.deprecatedBuiltinCode) == getattr(
        schema.BuiltinOperator, operator
    )
    assert [name for name, value in found.items() if value] == [flag] * bool(flag)
    x = np.random.default_rng(0).random((1, 6, 7, 2), np.float32)
    names = frameworks.load("tensorflow")
    size = eval(text, {**names, "x": names["tf"].constant(x)}).shape[1:3]
    own = getattr(litert_models, operator.lower())(x, tuple(size), **({flag: True} if flag else {}))
    assert np.array_equal(litert_models.run(content, x), own)


@pytest.mark.sweep
@pytest.mark.tensorflow
@pytest.mark.parametrize(("text", "operator"), NOT_CONVERTED)
def test_tensorflow_s_other_methods_are_not_converted(text: str, operator: str) -> None:
    with pytest.raises(Exception, match=f"tf.{operator}' op is neither a custom op nor a flex op"):
        model_of(text)
