"""The argument behind conversions: sets of windows, enumerated; and what is read and refused."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from halfpixel import ConvTranspose, cli, frameworks
from halfpixel.conformance import misreadings
from halfpixel.conformance.cases import Case
from halfpixel.conversion import convert
from halfpixel.conversion.parse import Sizes, Unreadable, read
from halfpixel.conversion.parse.conv_transpose import OPERATORS, Operator
from halfpixel.frameworks import windows as p
from halfpixel.frameworks.layer_plans import LAYER_TARGETS, Layer, plan
from halfpixel.frameworks.windows import Window, WindowAxis
from halfpixel.numerics.error_model import sum_of_products
from tests.thinning import swept

SHAPES = [
    (kernel, stride, dilation)
    for kernel in range(1, 7)
    for stride in range(1, 5)
    for dilation in range(1, 4)
]
LARGEST = 14  # begin and end that are looked at
N = 2 * LARGEST  # pixels in: enough that something is left


def windows(kernel: int, stride: int, dilation: int) -> Iterator[WindowAxis]:
    for begin in range(LARGEST):
        for end in range(-4, LARGEST):
            yield WindowAxis(kernel, stride, dilation, Window(begin, end))


def torch_says(axis: WindowAxis) -> set[Window]:
    """Of every legal padding and output_padding, from the formula of the documentation."""
    said = set()
    for padding in range(LARGEST):
        for extra in range(max(axis.stride, axis.dilation)):
            size = (
                (N - 1) * axis.stride - 2 * padding + axis.dilation * (axis.kernel - 1) + extra + 1
            )
            full = (N - 1) * axis.stride + axis.extent
            said.add(Window(padding, full - padding - size))
    return said


def tensorflow_says(axis: WindowAxis, padding: str) -> set[Window]:
    """Of every output size whose convolution comes to the input's size: ceil(size / stride) with SAME,
    ceil((size - extent + 1) / stride) with VALID; begins and ends at will with explicit padding."""
    said = set()
    full = (N - 1) * axis.stride + axis.extent
    for size in range(1, full + 2 * axis.stride):
        if padding == "SAME" and -(-size // axis.stride) == N:
            total = max((N - 1) * axis.stride + axis.extent - size, 0)
            said.add(Window(total // 2, full - size - total // 2))
        if padding == "VALID" and -(-(size - axis.extent + 1) // axis.stride) == N:
            said.add(Window(0, full - size))
        if padding == "explicit":
            for begin in range(LARGEST):
                for end in range(LARGEST):
                    if (size + begin + end - axis.extent) // axis.stride + 1 == N:
                        said.add(Window(begin, full - size - begin))
    return said


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "k{}s{}d{}".format(*shape))
def test_membership_is_what_enumerating_every_argument_finds(shape: tuple[int, int, int]) -> None:
    """Not representable is an argument: of all that can be said, none is this window."""
    first = next(windows(*shape))
    torch = torch_says(first)
    same, valid = (tensorflow_says(first, padding) for padding in ("SAME", "VALID"))
    explicit = tensorflow_says(first, "explicit") if shape[2] == 1 else None
    for axis in windows(*shape):
        window = axis.window
        assert (p.torch_arguments(axis) is not None) == (window in torch)
        assert p.is_same(axis) == (window in same)
        assert p.is_valid(axis) == (window in valid)
        if explicit is not None and window.end < LARGEST:
            assert (p.explicit_pair(axis) is not None) == (window in explicit)


def test_keras_membership_is_what_enumerating_its_arguments_finds() -> None:
    for kernel, stride, dilation in SHAPES:
        extent = (kernel - 1) * dilation + 1
        said = set()
        for extra in (None, *range(stride)):
            for padding in ("same", "valid"):
                window = p.keras_window(padding, extra, kernel, stride, dilation)
                total = window.begin + window.end
                # TensorFlow refuses a size that its convolution would not map back
                if padding == "valid" or extent - stride <= total < extent:
                    said.add(window)
        for axis in windows(kernel, stride, dilation):
            assert (p.keras_arguments([axis, axis]) is not None) == (axis.window in said)


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (3, 2), (4, 2), (5, 3), (2, 4)])
def test_two_windows_are_two_functions(kernel: int, stride: int) -> None:
    """Of one size, cut from two places: an impulse at one end tells them apart, unless there is nothing
    but the gaps between taps in both."""
    n, seen = 4, dict[bytes, Window]()
    w = np.arange(1.0, kernel + 1).reshape(1, 1, 1, kernel)
    x = np.eye(n).reshape(n, 1, 1, n)
    for begin in range(kernel + stride):
        for end in range(1 - stride, kernel + stride):
            axes = (
                WindowAxis(1, 1, 1, Window(0, 0)),
                WindowAxis(kernel, stride, 1, Window(begin, end)),
            )
            if (n - 1) * stride + kernel - begin - end < 1:
                continue
            y = p.convention_of(axes).apply(x, w)
            if y.any(axis=(1, 2, 3)).all():  # every input pixel is seen
                assert seen.setdefault(y.tobytes(), axes[1].window) == axes[1].window


def test_a_superset_loses_nothing_and_leaves_no_more_than_it_must() -> None:
    for shape in SHAPES:
        for axis in windows(*shape):
            if axis.window.end < -axis.most_appended:
                continue
            kept = p.torch_window(*p.torch_superset(axis))
            assert kept.begin <= axis.window.begin
            assert kept.end <= axis.window.end
            if p.torch_arguments(axis) is not None:
                assert kept == axis.window


def test_a_convention_and_its_axes_are_the_same_thing() -> None:
    convention = ConvTranspose(strides=(2, 3), pads=(1, 0, 1, 2), output_padding=(1, 0))
    axes = p.axes_of(convention, (3, 4))
    assert axes == (WindowAxis(3, 2, 1, Window(1, 0)), WindowAxis(4, 3, 1, Window(0, 2)))
    x, w = np.ones((1, 1, 4, 4)), np.arange(12.0).reshape(1, 1, 3, 4)
    assert np.array_equal(p.convention_of(axes).apply(x, w), convention.apply(x, w))


# ---------------------------------------------------------------------------- wrong conversions


def _case(**attributes: object) -> Case:
    convention = ConvTranspose(**attributes)  # type: ignore[arg-type]
    generator = np.random.default_rng(3)
    x = generator.integers(-4, 5, (1, 4, 5, 4)).astype(np.float64)
    w = generator.integers(-4, 5, (4, 4 // convention.group, 3, 3)).astype(np.float64)
    size = convention.output_size((5, 4), (3, 3))
    case = Case(convention, {"x": x, "w": w}, (size[0], size[1]), name="wrong", pins="", source="")
    return Case(**{**vars(case), "expected": case.reference()})


def _run(case: Case, **changes: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    attributes = {**case.convention.attributes, **changes}
    w = attributes.pop("w", case.inputs["w"])
    return np.asarray(ConvTranspose(**attributes).apply(case.inputs["x"], w))


def _zero_filled(case: Case) -> object:
    y = np.zeros_like(case.expected)
    y[:, :, :-1, :-1] = _run(case, output_padding=(0, 0))
    return y


def _groups_unpermuted(case: Case) -> object:
    """The weight read as if the channels were dealt to the groups in turn."""
    w = case.inputs["w"]
    return _run(case, w=w.reshape(2, 2, *w.shape[1:]).swapaxes(0, 1).reshape(w.shape))


PLAIN: dict[str, object] = {"strides": (2, 2), "pads": (1, 1, 1, 1), "output_padding": (1, 1)}
WRONG: list[tuple[str, dict[str, object], Callable[[Case], object], str]] = [
    (
        "the padding on the other side, as SAME has it",
        PLAIN,
        lambda case: _run(case, pads=(0, 0, 1, 1), output_padding=(0, 0)),
        "conv_transpose strides=2,2 pads=0,0,1,1",
    ),
    (
        "the kernel flipped",
        PLAIN,
        lambda case: _run(case, w=case.inputs["w"][:, :, ::-1, ::-1]),
        "the expected convention with the kernel flipped",
    ),
    (
        "the weight of groups not permuted",
        {**PLAIN, "group": 2},
        _groups_unpermuted,
        "the expected convention with the channels assigned to the groups in turn",
    ),
    (
        "output_padding filled with zeros",
        PLAIN,
        _zero_filled,
        "the expected convention with output_padding filled with zeros instead of computed",
    ),
]


@pytest.mark.parametrize(
    ("attributes", "wrong", "name"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_a_wrong_conversion_is_caught_and_named(
    attributes: dict[str, object], wrong: Callable[[Case], object], name: str
) -> None:
    case = _case(**attributes)
    got = np.asarray(wrong(case))
    assert got.shape == case.expected.shape
    assert not np.array_equal(got, case.expected)
    assert name in misreadings.followed(case, got, sum_of_products("float32", ""))


# ---------------------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nn.ConvTranspose2d(64, 32)", "missing a required argument: 'kernel_size'; it takes (in_"),
        ("nn.ConvTrnspose2d(1)", "the closest are ConvTranspose2d"),
        ("x + 1", "is no call"),
        ("f(", "is no Python expression"),
        ("nn.ConvTranspose2d(*sizes)", "write them out"),
        ("nn.ConvTranspose2d(64, 32, k)", "kernel_size=k is not written out"),
        ("nn.ConvTranspose2d(64, 32, 3, output_padding=4)", "must be below the axis's stride"),
        (
            "nn.ConvTranspose2d(64, 32, 3, padding_mode='reflect')",
            'Only "zeros" padding mode is supported',
        ),
        ("nn.ConvTranspose2d(64, 32, 3, stride=(1, 2, 3))", "stride is a number or two"),
        ("nn.ConvTranspose2d(64, 32, 3, groups=True)", "groups is a whole number"),
        ("F.conv_transpose2d(x, w)", "does not say the weight's shape: give it, (in, out / groups"),
        ("keras.layers.Conv2DTranspose(8, 3, padding='sme')", "padding is 'same' or 'valid'"),
        (
            "keras.layers.Conv2DTranspose(8, 3, activation='relu')",
            "activation='relu' is not answered for: ask without it",
        ),
    ],
)
def test_what_cannot_be_read_says_what_to_write(
    text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Unreadable) as error:
        read(text)
    assert words in str(error.value)
    assert cli.main(["convert", text, "--to", "keras"]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "size", "words"),
    [
        ("tf.nn.conv2d_transpose(x, w, (1, 9, 9, 3), 2)", None, "depends on the input's size"),
        ("tf.nn.conv2d_transpose(x, w, (1, 9, 9, 3), 2)", (4, 4), "which no input of 4 comes to"),
        ("tf.nn.conv2d_transpose(x, w, (9, 9), 2)", (4, 4), "output_shape is (n, h, w, channels)"),
        ("tf.nn.conv2d_transpose(x, w, (1, 8, 8, 4), 2)", (4, 4), "no multiple of 3"),
        ("tf.nn.conv2d_transpose(x, w, (1, 8, 8, 3), 2, 'SAM')", (4, 4), "padding is 'SAME'"),
    ],
)
def test_tensorflow_needs_sizes_that_fit(
    text: str, size: tuple[int, int] | None, words: str
) -> None:
    with pytest.raises(Unreadable) as error:
        read(text, Sizes((3, 3, 3, 6), size))
    assert words in str(error.value)


def test_the_text_answer_gives_the_reason_and_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    call = "nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1)"
    assert cli.main(["convert", call, "--to", "keras"]) == 0
    shown = capsys.readouterr().out
    assert "keeps (1 cut at the start, 0 at the end) of the full output" in shown
    assert "alone cannot say it" in shown
    assert "Cropping2D(((1, 0), (1, 0)))" in shown
    assert cli.main(["convert", call, "--to", "tensorflow"]) == 0
    shown = capsys.readouterr().out
    assert "says the same" in shown
    assert "padding=[[0, 0], [1, 0], [1, 0], [0, 0]]" in shown


def test_an_answer_may_be_cut_off_by_who_reads_it() -> None:
    program = [sys.executable, "-m", "halfpixel", "convert", "nn.ConvTranspose2d(8, 8, 3)", "--to"]
    with subprocess.Popen(
        [*program, "opencv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_the_answer_for_programs_is_json() -> None:
    answer = convert("nn.ConvTranspose2d(6, 4, 4, 2, 1)", "keras")
    found = answer.json()
    layer = found["layer"]
    assert layer is not None
    assert layer["same_arguments"] is True
    assert layer["arguments"] == {"strides": [2, 2], "padding": "same"}
    assert layer["convention"]["attributes"]["pads"] == [1, 1, 1, 1]


@pytest.mark.parametrize("target", LAYER_TARGETS)
def test_every_target_has_a_plan_for_every_framework_s_own_layers(target: str) -> None:
    layer = Layer(convention=ConvTranspose(), kernel=(3, 3), channels=(2, 2))
    assert plan(layer, target).exact  # type: ignore[arg-type]


def test_an_unknown_target_is_refused() -> None:
    layer = Layer(convention=ConvTranspose(), kernel=(3, 3), channels=(2, 2))
    with pytest.raises(ValueError, match="unknown framework 'paddle'"):
        plan(layer, "paddle")  # type: ignore[arg-type]


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "operator",
    [swept(one) if one.framework == "jax" else one for one in OPERATORS if one.framework != "onnx"],
    ids=lambda one: one.name,
)
def test_signatures_are_the_frameworks_own(operator: Operator) -> None:
    head, *rest = operator.name.split(".")
    home = {"keras": "tensorflow"}.get(operator.framework, operator.framework)
    function = frameworks.load(home)[head]
    for name in rest:
        function = getattr(function, name)
    signature = _signature(function)
    if signature is None:  # torch's functions are built in: their documentation has it
        written = function.__doc__.split("->")[0].split("(", 1)[1].rsplit(")", 1)[0]
        names = [one.split("=")[0].strip() for one in written.split(",")]
        assert list(operator.signature.parameters) == names
        return
    theirs = dict(signature.parameters)
    more = theirs.pop("kwargs", None)
    ours = {
        name: parameter
        for name, parameter in operator.signature.parameters.items()
        if more is None or parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    }
    assert list(ours) == list(theirs)
    for name, parameter in ours.items():
        assert parameter.default == theirs[name].default, name


def _signature(function: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except ValueError:
        return None


def test_an_input_of_which_nothing_is_left_is_refused() -> None:
    text = "nn.ConvTranspose2d(1, 1, 3, padding=2)"
    with pytest.raises(Unreadable, match="nothing is left of an input of 1x4"):
        convert(text, "keras", input_size=(1, 4))
    assert convert(text, "keras", input_size=(3, 4)).code
