"""Along how many axes a call works is read from all that says so, and no axis is dropped."""

from __future__ import annotations

import numpy as np
import pytest

from halfpixel import frameworks
from halfpixel.conversion import ResizeConversion, convert
from halfpixel.conversion.parse import Reading, Sizes, Spoken, Unreadable, read
from halfpixel.frameworks.layer_plans import LAYER_TARGETS, Target


def reading(text: str) -> Reading:
    found = read(text)
    assert isinstance(found, Reading)
    return found


@pytest.mark.parametrize(
    ("text", "rank", "size", "factors"),
    [
        ("F.interpolate(x, size=(8, 8, 8), mode='trilinear')", 3, (8, 8, 8), None),
        ("F.interpolate(x, size=(7, 8, 9))", 3, (7, 8, 9), None),
        ("F.interpolate(x, size=8, mode='trilinear')", 3, (8, 8, 8), None),
        ("F.interpolate(x, scale_factor=(1, 2, 2))", 3, None, (1, 2, 2)),
        ("F.interpolate(x, scale_factor=[2.0, 0.5, 1])", 3, None, (2.0, 0.5, 1)),
        ("F.interpolate(x, scale_factor=2, mode='trilinear')", 3, None, (2, 2, 2)),
        ("F.interpolate(x, size=8, mode='linear')", 1, (8,), None),
        ("F.interpolate(x, size=(8,))", 1, (8,), None),
        ("F.interpolate(x, scale_factor=2, mode='linear', align_corners=True)", 1, None, (2,)),
        ("F.interpolate(x, scale_factor=(1.5,))", 1, None, (1.5,)),
        ("F.interpolate(x, size=8, mode='bilinear')", 2, (8, 8), None),
        ("F.interpolate(x, size=(8, 9), mode='area')", 2, (8, 9), None),
        ("F.interpolate(x, scale_factor=2)", 2, None, (2, 2)),
        ("F.interpolate(torch.rand(1, 3, 8, 8, 8), size=4)", 3, (4, 4, 4), None),
        ("F.interpolate(torch.zeros((1, 3, 8)), size=4)", 1, (4,), None),
        ("F.interpolate(torch.randn(1, 3, 8, 8), scale_factor=2, mode='area')", 2, None, (2, 2)),
        ("nn.Upsample(scale_factor=2, mode='trilinear')", 3, None, (2, 2, 2)),
        ("nn.Upsample(size=(4, 5, 6), mode='trilinear', align_corners=True)(x)", 3, (4, 5, 6), None),
        ("nn.Upsample(scale_factor=(1, 2, 2), mode='nearest')", 3, None, (1, 2, 2)),
        ("nn.Upsample(scale_factor=2, mode='linear')", 1, None, (2,)),
        ("nn.UpsamplingNearest2d(scale_factor=2)", 2, None, (2, 2)),
        ("keras.layers.UpSampling1D(3)", 1, None, (3,)),
        ("keras.layers.UpSampling1D()", 1, None, (2,)),
        ("keras.layers.UpSampling2D((2, 3))", 2, None, (2, 3)),
        ("keras.layers.UpSampling3D((1, 2, 3))", 3, None, (1, 2, 3)),
        ("keras.layers.UpSampling3D(2)", 3, None, (2, 2, 2)),
        ("tf.image.resize(x, (8, 9))", 2, (8, 9), None),
        ("cv2.resize(x, (9, 8))", 2, (8, 9), None),
        ("cv2.resize(x, None, fx=3, fy=2)", 2, None, (2, 3)),
    ],
)  # fmt: skip
def test_every_axis_is_read(
    text: str, rank: int, size: tuple[int, ...] | None, factors: tuple[float, ...] | None
) -> None:
    found = reading(text)
    assert (found.rank, found.size, found.factors) == (rank, size, factors)
    assert found.calls


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("F.interpolate(x, size=n, mode='trilinear')", ["n[0]", "n[1]", "n[2]"]),
        ("F.interpolate(x, size=y.shape[-3:])", [f"(y.shape[-3:])[{i}]" for i in range(3)]),
        ("F.interpolate(x, size=y.shape[-1:])", ["(y.shape[-1:])[0]"]),
        ("F.interpolate(x, size=(d, h, w))", ["d", "h", "w"]),
        ("F.interpolate(x, size=torch.Size([d, h, w]))", ["d", "h", "w"]),
        ("F.interpolate(x, size=n // 2, mode='trilinear')", [f"(n // 2)[{i}]" for i in range(3)]),
        ("F.interpolate(x, size=y.size(2) // 2, mode='bilinear')", ["y.size(2) // 2", "y.size(2) // 2"]),
        ("F.interpolate(x, size=int(n) * 2, mode='bilinear')", ["int(n) * 2", "int(n) * 2"]),
    ],
)  # fmt: skip
def test_names_of_sizes_have_an_entry_for_each_axis(text: str, size: list[str]) -> None:
    assert [repr(entry) for entry in reading(text).size or ()] == size


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "F.interpolate(x, size=(8, 8, 8), mode='bilinear')",
            "mode='bilinear' is for 2 spatial axes, size=(8, 8, 8) for 3 spatial axes",
        ),
        (
            "F.interpolate(x, size=(8, 8), mode='linear')",
            "mode='linear' is for one spatial axis, size=(8, 8) for 2 spatial axes",
        ),
        ("nn.Upsample(size=(3, 4), mode='trilinear')", "for 2 spatial axes"),
        ("F.interpolate(x, scale_factor=(2, 2, 2), mode='bicubic')", "for 3 spatial axes"),
        (
            "F.interpolate(x, size=8, mode='trilinear', antialias=True)",
            "antialias=True for 2 spatial",
        ),
        ("F.interpolate(torch.rand(1, 3, 8, 8, 8), size=(4, 4))", "an image of 5 dimensions for 3"),
        ("F.interpolate(x, size=(1, 2, 3, 4))", "one to three of them"),
        ("nn.UpsamplingNearest2d(scale_factor=(1, 2, 2))", "a number, or two numbers"),
        ("keras.layers.UpSampling3D((2, 2))", "a number, or three numbers"),
        ("tf.image.resize(x, (8, 8, 8))", "size is two numbers"),
        ("cv2.resize(x, (8, 8, 8))", "dsize is two numbers"),
    ],
)
def test_what_contradicts_is_refused(text: str, words: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(text)
    assert words in str(error.value)


def test_other_calls_are_named_by_their_function_where_the_code_has_several_lines() -> None:
    lines = str(convert("F.interpolate(x, size=(8, 8, 8), mode='trilinear')", "tensorflow"))
    others = [line for line in lines.splitlines() if line.startswith("also ")]
    assert others
    assert all(line.startswith(("also tf.", "also keras.")) for line in others)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("F.interpolate(x, scale_factor=2)", True),
        ("F.interpolate(x, size=n, mode='area')", True),
        ("nn.Upsample(scale_factor=2)", True),
        ("F.interpolate(x, scale_factor=2, mode='bilinear')", False),
        ("F.interpolate(x, size=(h, w))", False),
        ("nn.UpsamplingNearest2d(scale_factor=2)", False),
        ("cv2.resize(x, n)", False),
    ],
)
def test_that_nothing_says_the_number_of_axes_is_told(text: str, told: bool) -> None:
    assert any("along how many axes" in note for note in reading(text).notes) == told


@pytest.mark.torch
@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("F.interpolate(x, size=(8, 8, 8), mode='bilinear')", (4, 5)),
        ("F.interpolate(x, size=(8, 8), mode='linear')", (3, 4)),
        ("F.interpolate(x, size=(8,), mode='bilinear')", (3, 4)),
        ("nn.Upsample(size=(3, 4), mode='trilinear')(x)", (4, 5)),
    ],
)
def test_torch_takes_no_image_where_a_contradiction_is_refused(
    text: str, dims: tuple[int, ...]
) -> None:
    names = frameworks.load("torch")
    for n in dims:
        with pytest.raises((ValueError, NotImplementedError)):
            eval(text, {**names, "x": names["torch"].zeros((1, 2, *(6,) * (n - 2)))})
    with pytest.raises(Unreadable):
        read(text)


# ---------------------------------------------------------------------------- transposed convolutions


@pytest.mark.parametrize(
    ("text", "weight", "size", "kernel", "windows"),
    [
        (
            "nn.ConvTranspose1d(4, 8, 3, 2, 1, 1)",
            None,
            None,
            (3,),
            ["(1 cut at the start, 0 at the end)"],
        ),
        (
            "nn.ConvTranspose3d(4, 8, (1, 3, 4), (1, 2, 2), (0, 1, 1), (0, 1, 0))",
            None,
            None,
            (1, 3, 4),
            [
                "(0 cut at the start, 0 at the end)",
                "(1 cut at the start, 0 at the end)",
                "(1 cut at the start, 1 at the end)",
            ],
        ),
        (
            "keras.layers.Conv1DTranspose(8, 3, 2, 'same')",
            None,
            None,
            (3,),
            ["(0 cut at the start, 1 at the end)"],
        ),
        (
            "tf.nn.conv1d_transpose(x, w, (1, 9, 8), 2)",
            (3, 8, 4),
            (5,),
            (3,),
            ["(1 cut at the start, 1 at the end)"],
        ),
        (
            "tf.nn.conv1d_transpose(x, w, (1, 8, 9), 2, data_format='NCW')",
            (3, 8, 4),
            (5,),
            (3,),
            ["(1 cut at the start, 1 at the end)"],
        ),
    ],
)
def test_windows_are_read_axis_by_axis(
    text: str,
    weight: tuple[int, ...] | None,
    size: tuple[int, ...] | None,
    kernel: tuple[int, ...],
    windows: list[str],
) -> None:
    found = read(text, Sizes(weight, size))
    assert isinstance(found, Spoken)
    assert found.layer.kernel == kernel
    assert [str(axis.window) for axis in found.layer.axes] == windows


@pytest.mark.parametrize("target", LAYER_TARGETS)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_transposed_convolution_is_answered_in_every_rank(rank: int, target: Target) -> None:
    answer = convert(f"nn.ConvTranspose{rank}d(4, 8, 3, 2, 1, output_padding=1)", target)
    names = {
        "torch": f"F.conv_transpose{rank}d(",
        "tensorflow": f"tf.nn.conv{rank}d_transpose(",
        "keras": f"keras.layers.Conv{rank}DTranspose(",
        "jax": "jax.lax.conv_transpose(",
    }
    assert names.get(target, '"ConvTranspose"') in answer.code
    axes = {1: "along the width", 2: "along both axes", 3: "along all axes"}
    assert axes[rank] in str(answer)


@pytest.mark.parametrize(
    ("text", "weight", "size", "words"),
    [
        ("nn.ConvTranspose1d(4, 8, (3, 3))", None, None, "kernel_size is a number, got (3, 3)"),
        ("nn.ConvTranspose3d(4, 8, (3, 3))", None, None, "kernel_size is a number or three"),
        ("F.conv_transpose1d(x, w)", (4, 8, 3, 3), None, "the weight's shape is (in, out / groups, kw)"),
        ("F.conv_transpose3d(x, w)", None, None, "(in, out / groups, kd, kh, kw), by weight= or"),
        (
            "tf.nn.conv3d_transpose(x, w, (1, 8, 8, 8), 2)",
            (3, 3, 3, 8, 4),
            (4, 4, 4),
            "(n, d, h, w, channels)",
        ),
        ("tf.nn.conv1d_transpose(x, w, (1, 9, 8), 2)", (3, 8, 4), (5, 5), "an input size is (w,)"),
        (
            "tf.nn.conv1d_transpose(x, w, (1, 9, 8), 2, [[0, 0], [1, 1], [0, 0]])",
            (3, 8, 4),
            (5,),
            "padding is 'SAME' or 'VALID'",
        ),
        (
            "tf.nn.conv3d_transpose(x, w, (1, 8, 8, 8, 16), 2)",
            (3, 3, 3, 8, 4),
            (4, 4, 4),
            "input and filter must have the same depth",
        ),
    ],
)  # fmt: skip
def test_what_does_not_go_with_the_axes_is_refused(
    text: str, weight: tuple[int, ...] | None, size: tuple[int, ...] | None, words: str
) -> None:
    with pytest.raises(Unreadable) as error:
        read(text, Sizes(weight, size))
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "size"),
    [("nn.ConvTranspose1d(4, 8, 3)", (4, 4)), ("F.interpolate(x, (8, 8))", (4, 4, 4))],
)
def test_an_input_of_other_axes_is_refused(text: str, size: tuple[int, ...]) -> None:
    with pytest.raises(Unreadable, match="an input size is"):
        convert(text, "torch", input_size=size)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F.interpolate(x, scale_factor=3, mode='nearest')", None),
        ("nn.Upsample(scale_factor=(1, 2, 3))", "keras.layers.UpSampling3D(size=(1, 2, 3))(x)"),
        ("keras.layers.UpSampling3D(2)", "keras.layers.UpSampling3D(size=(2, 2, 2))(x)"),
        ("keras.layers.UpSampling1D(4)", "keras.layers.UpSampling1D(size=4)(x)"),
    ],
)
def test_keras_repeats_lines_and_volumes(text: str, code: str | None) -> None:
    answer = convert(text, "keras")
    assert isinstance(answer, ResizeConversion)
    codes = [one.code for part in answer.parts for one in part.equal]
    if code is None:  # an image
        assert not any("UpSampling1D" in one or "UpSampling3D" in one for one in codes)
        return
    assert answer.code == f"y = {code}"
    assert answer.parts[0].equal[0].exactness.kind == "bitwise"


@pytest.mark.tensorflow
def test_what_keras_repeats_is_every_pixel_so_many_times() -> None:
    answer = convert("nn.Upsample(scale_factor=(1, 2, 3))", "keras")
    x = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 2, 2)
    scope = {"x": x, "keras": frameworks.load("tensorflow")["keras"]}
    exec(answer.code, scope)
    assert np.array_equal(np.asarray(scope["y"]), x.repeat(2, axis=2).repeat(3, axis=3))
