"""JAX: how its calls are read and offered, and which matrices they multiply by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from halfpixel import frameworks
from halfpixel.conformance import trials, verdicts
from halfpixel.conversion import convert
from halfpixel.conversion.answer import ResizeConversion
from halfpixel.conversion.parse import Reading, Unreadable, read
from halfpixel.conversion.parse.conv_transpose import Sizes, Spoken
from halfpixel.frameworks import FRAMEWORKS, Call
from halfpixel.frameworks.layer_plans import LAYER_TARGETS, Layer, code, plan
from halfpixel.frameworks.windows import axes_of
from halfpixel.operators import ConvTranspose
from halfpixel.operators.request import Request
from tests import test_conversions
from tests.conversion import claims, drawn_calls
from tests.conversion.drawn_calls import Draw

CALLS = {call.name: call for call in FRAMEWORKS["jax"].calls}


def called(text: str) -> Reading:
    found = read(text)
    assert isinstance(found, Reading)
    return found


# ---------------------------------------------------------------------------- as users write it


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jax.image.resize(x, (1, 8, 12, 3), 'bilinear')", "image.resize-linear-antialias"),
        ("jax.image.resize(x, (1, 8, 12, 3), 'triangle', False)", "image.resize-linear"),
        ("jax.image.resize(x, (8, 12, 3), method='bicubic')", "image.resize-cubic-antialias"),
        ("jax.image.resize(x, (8, 12), 'nearest', antialias=False)", "image.resize-nearest"),
        ("jax.image.resize(x, (n, h, w, c), jax.image.ResizeMethod.LANCZOS3)",
         "image.resize-lanczos3-antialias"),
        ("jax.image.resize(x, (n, h, w, c), ResizeMethod.CUBIC_PYTORCH, antialias=False)",
         "image.resize-cubic-pytorch"),
        ("jax.image.resize(x, (n, h, w, c), 'area', antialias=False)", "image.resize-area"),
    ],
)  # fmt: skip
def test_methods_are_read_by_every_name(text: str, name: str) -> None:
    assert [call.name for call in called(text).calls] == [name]


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ("(8, 12)", [8, 12]),
        ("(8, 12, 3)", [8, 12]),
        ("(2, 8, 12, 3)", [8, 12]),
        ("(x.shape[0], 1, 12, x.shape[-1])", [1, 12]),
        ("(1, 4, 4, 64)", [4, 4]),
        ("(1, 5, 8, 12, 3)", [5, 8, 12]),
    ],
)
def test_a_shape_has_the_size_between_the_images_and_the_channels(
    shape: str, size: list[int]
) -> None:
    found = called(f"jax.image.resize(x, {shape}, 'linear')")
    assert list(found.size or ()) == size
    assert found.rank == len(size)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("(1, 3, 224, 224)", "its second axis is that of the channels"),
        ("(1, 3, h, w)", "its second axis is that of the channels"),
        ("(x.shape[0], x.shape[1], h, w)", "its second axis is that of the channels"),
        ("(n, h, w, x.shape[1])", "an axis takes the size of another"),
        ("y.shape", "has an entry for each axis"),
        ("(8,)", "has an entry for each axis"),
        ("(1, 8.5, 9, 3)", "a positive whole number for each axis"),
    ],
)
def test_a_shape_of_another_layout_is_not_guessed(shape: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(f"jax.image.resize(x, {shape}, 'linear')")


def test_a_size_of_the_image_keeps_its_axis_in_another_layout() -> None:
    text = "jax.image.resize(x, (2 * x.shape[0], x.shape[1], 3), 'linear')"
    assert "size=(2 * x.shape[2], x.shape[3])" in str(convert(text, "torch"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F.interpolate(x, size=(h, w), mode='bilinear')",
         "jax.image.resize(x, shape=(x.shape[0], h, w, x.shape[-1]), method='linear', antialias=False)"),
        ("F.interpolate(x, size=(h, w), mode='bicubic')", "method='cubic-pytorch', antialias=False)"),
        ("F.interpolate(x, size=(d, h, w), mode='trilinear')",
         "shape=(x.shape[0], d, h, w, x.shape[-1]), method='linear'"),
        ("F.interpolate(x, size=7, mode='linear')", "jax.image.resize(x[:, None], shape=(x.shape[0], 1, 7, "),
        ("tf.image.resize(x, (h, w), method='lanczos3', antialias=True)",
         "method='lanczos3', antialias=True)"),
        ("F.interpolate(x, size=(h, w), mode='area')", "y = jnp.einsum('ah,bw,nhwk->nabk', A_h, A_w, x)"),
    ],
)  # fmt: skip
def test_calls_of_others_are_offered_in_jax(text: str, code: str) -> None:
    found = convert(text, "jax")
    assert isinstance(found, ResizeConversion)
    best = found.parts[0].best
    assert best is not None
    assert code in best.code


def test_what_came_later_has_its_releases() -> None:
    assert CALLS["image.resize-cubic-pytorch"].at("0.9.2") is None
    assert CALLS["image.resize-area"].at("0.10.0") is None
    assert CALLS["image.resize-linear"].at("0.4.30") is not None


# ---------------------------------------------------------------------------- transposed convolutions

# a call, the weight's shape, and what is cut at the start and the end of each axis
LAX = (
    ("jax.lax.conv_transpose(x, w, (2, 2), 'SAME', transpose_kernel=True)", (3, 3, 4, 6), [(0, 1)] * 2),
    ("jax.lax.conv_transpose(x, w, (2, 2), 'SAME', transpose_kernel=True)", (4, 4, 4, 6), [(1, 1)] * 2),
    ("jax.lax.conv_transpose(x, w, (3, 3), 'SAME', transpose_kernel=True)", (2, 2, 4, 6), [(0, -1)] * 2),
    ("jax.lax.conv_transpose(x, w, (2, 1), 'VALID', transpose_kernel=True)", (3, 1, 4, 6), [(0, 0)] * 2),
    ("jax.lax.conv_transpose(x, w, (3, 2), padding='VALID', rhs_dilation=(1, 2), transpose_kernel=True)",
     (2, 3, 4, 6), [(0, -1), (0, 0)]),
    ("jax.lax.conv_transpose(x, w, (2, 3), [(1, 2), (3, 0)], transpose_kernel=True)", (3, 4, 4, 6),
     [(1, 0), (0, 3)]),
    ("jax.lax.conv_transpose(x, w, (2, 2), [(1, 0), (1, 1)], (2, 2), None, True, "
     "use_consistent_padding=True)", (3, 3, 4, 6), [(1, 0), (1, 1)]),
    ("jax.lax.conv_transpose(x, w, [2], 'SAME', transpose_kernel=True)", (5, 4, 6), [(1, 2)]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "weight", "windows"), LAX)
def test_a_padding_is_read_as_what_is_cut(
    text: str, weight: tuple[int, ...], windows: list[tuple[int, int]]
) -> None:
    found = read(text, Sizes(weight))
    assert isinstance(found, Spoken)
    axes = axes_of(found.layer.convention, found.layer.kernel)
    assert [(axis.window.begin, axis.window.end) for axis in axes] == windows
    assert found.layer.channels == (6, 4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("(2, 2), 'same'", "padding is 'SAME', 'VALID' or a pair"),
        ("(2, 2), [(1, 1)]", "a pair for each of 2 axes"),
        ("(2, 2), [(3, 1), (1, 1)]", "puts zeros before the first pixel"),
        ("(2, 2), 'SAME', None, ('NCHW', 'OIHW', 'NCHW')", "dimension_numbers="),
        ("(2, 2), padding", "padding=padding is not written out"),
    ],
)
def test_what_is_no_transposed_convolution_of_this_layout_is_refused(
    arguments: str, words: str
) -> None:
    with pytest.raises(Unreadable, match=words):
        read(f"jax.lax.conv_transpose(x, w, {arguments})", Sizes((3, 3, 6, 4)))


def test_a_weight_that_is_not_turned_is_told() -> None:
    found = read("jax.lax.conv_transpose(x, w, (2, 2), 'SAME')", Sizes((3, 3, 6, 4)))
    assert isinstance(found, Spoken)
    assert found.notes == ("w in the code is np.flip(rhs, (0, 1)).swapaxes(-1, -2)",)
    assert found.layer.channels == (6, 4)


@pytest.mark.parametrize(
    ("n_in", "kernel", "pads", "ends"),
    [
        ((4, 3), (2, 4), (1, 3, 1, 1), True),
        ((2, 3), (2, 4), (1, 3, 1, 1), False),  # the size of the image is that of the kernel
        ((4, 5), (2, 4), (1, 3, 1, 1), False),  # the kernel is not larger
        ((4, 3), (2, 4), (0, 3, 0, 1), False),  # another padding
        ((4, 3), (3, 4), (2, 3, 2, 1), False),  # another kernel
        ((9, 9), (2, 2), (1, 1, 1, 1), False),
    ],
)
def test_where_xla_ends_the_process(
    n_in: tuple[int, int], kernel: tuple[int, int], pads: tuple[int, ...], ends: bool
) -> None:
    """As seen in processes that were forked for it, 0.10.2."""
    request = Request(
        ConvTranspose(strides=(2, 2), pads=pads), (1, 1, *n_in), (1, 1), weight=(1, 1, *kernel)
    )
    crash = CALLS["lax.conv_transpose-pairs"].crash(request, "float32")
    assert (crash is not None) == ends


def test_code_for_jax_avoids_that() -> None:
    layer = Layer(
        convention=ConvTranspose(strides=(2, 2), pads=(1, 3, 1, 1)),
        kernel=(2, 4),
        channels=(1, 1),
        bias=False,
    )
    made = plan(layer, "jax")
    assert made.arguments["padding"] == ((1, 1), (0, 2))
    assert "y = y[:, 1:-1, :]" in code(layer, "jax")
    assert "XLA ends the process" in made.reasons[0]


@pytest.mark.sweep
@pytest.mark.jax
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.parametrize("target", LAYER_TARGETS)
@pytest.mark.parametrize(("text", "weight"), [one[:2] for one in LAX])
def test_an_answer_computes_what_the_call_of_jax_does(
    text: str, weight: tuple[int, ...], target: Any
) -> None:
    test_conversions.holds(text, weight, target)


@pytest.mark.sweep
@pytest.mark.jax
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.parametrize(("text", "weight"), test_conversions.CALLS)
def test_the_answer_in_jax_computes_what_the_call_does(
    text: str, weight: tuple[int, ...] | None
) -> None:
    test_conversions.holds(text, weight, "jax")


# ---------------------------------------------------------------------------- run


def shifted(call: Call) -> Call:
    """The call with its image a pixel to the left: what is wrong at every size but one pixel."""

    def run(names: Any, expression: Any, inputs: Any) -> Any:
        return np.roll(call.run(names, expression, inputs), 1, axis=3)

    return replace(call, run=run)


@pytest.mark.sweep
@pytest.mark.jax
@pytest.mark.parametrize(
    "call", [call for call in CALLS.values() if call.follows], ids=lambda call: call.id
)
def test_a_shifted_image_is_seen_in_every_call(call: Call) -> None:
    only = {"jax": frameworks.release("jax")}
    (trial,) = (
        one
        for one in trials.trials_of("resize", only.get)
        if one.call is call and one.dtype == "float32" and one.case_name == "4x5-7x9-texture"
    )
    assert verdicts.judge(call, trial.case(), "float32").kind == "conforms"
    assert verdicts.judge(shifted(call), trial.case(), "float32").kind == "changed"


def held(strategy: Any, target: Any, count: int, first: int) -> None:
    """What is printed for drawn calls is true."""

    @seed(first)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def hold(draw: Draw) -> None:
        claims.hold(replace(draw, target=target or draw.target))

    hold()


@pytest.mark.sweep
@pytest.mark.jax
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.pillow
@pytest.mark.parametrize("target", ["torch", "tensorflow", "opencv", "onnx", "jax"])
def test_what_is_printed_for_drawn_calls_of_jax_is_true(target: str) -> None:
    held(drawn_calls.jax_resize(), target, 12, 1)


@pytest.mark.sweep
@pytest.mark.jax
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.pillow
@pytest.mark.parametrize("family", ["interpolate", "tf_image_resize", "cv2_resize"])
def test_what_is_printed_for_drawn_calls_in_jax_is_true(family: str) -> None:
    held(getattr(drawn_calls, family)(), "jax", 12, 2)
