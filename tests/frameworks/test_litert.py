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
