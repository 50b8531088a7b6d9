"""Every resize call of the catalogue is named from its function alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel import ConvTranspose, Resize, frameworks
from halfpixel.conformance import trials
from halfpixel.frameworks import Call
from halfpixel.identification import ConvTransposeIdentification, Identification
from halfpixel.numerics.computation import Computation
from tests.thinning import SECONDS, thinned

CALLS = [
    call
    for call in trials.calls("resize")
    if call.plain and call.convention(frameworks.version(call.framework) or "999") is not None
]


def identified(fn: Callable[..., Any], **known: Any) -> Identification:
    answer = halfpixel.identify(fn, seconds=SECONDS, **known)
    assert isinstance(answer, Identification)
    return answer


@pytest.mark.filterwarnings("ignore:Since version 1.3.0")
@pytest.mark.resize
@pytest.mark.parametrize(
    "call",
    thinned(
        (
            pytest.param(call, id=call.id, marks=getattr(pytest.mark, call.framework))
            for call in CALLS
        ),
        every=20,
    ),
)
def test_a_call_is_named_with_its_convention_and_coordinate_rule(call: Call) -> None:
    names = frameworks.load(call.framework)
    convention = call.convention(frameworks.version(call.framework) or "")
    assert convention is not None

    def fn(x: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
        case = Computation(convention, {"x": x}, size, call.rule)
        if not all(convention.takes(*pair) for pair in case.sizes):
            raise ValueError("not a size of this convention")
        return call.evaluate(call.expression_of(case.request), case, {"x": x}, names)

    answer = identified(fn, layout="NCHW", size_order="hw")
    assert isinstance(answer.convention, Resize), answer
    assert answer.convention == convention
    part = answer.parts[0]
    assert part.candidate is not None
    # rules that no probe tells apart read the same pixels
    alike = {part.candidate, *part.also}
    rules = {one.rule for one in alike if one.convention == convention}
    assert call.arithmetic["float32"].coordinate_rule in rules
    assert part.candidate.rule is not None or call.arithmetic["float32"].coordinate_rule is None
    assert call.id in {same.name for same in answer.same_as}


@pytest.mark.opencv
def test_inter_area_is_area_where_no_axis_grows_and_area_linear_elsewhere() -> None:
    cv2 = frameworks.load("opencv")["cv2"]
    answer = identified(lambda x, size: cv2.resize(x, size, interpolation=cv2.INTER_AREA))
    named = {part.regime: part.candidate and part.candidate.convention for part in answer.parts}
    assert named == {"shrinking": Resize(mode="area"), "elsewhere": Resize(mode="area_linear")}
    assert answer.json()["size_order"] == "wh"
    does = {b.dtype: b.arithmetic for b in answer.dtypes}
    assert does["uint8"] == "opencv_area, opencv_fixed_11"
    assert answer.json()["max_error"] is not None


@pytest.mark.torch
@pytest.mark.usefixtures("torch_alone")
def test_a_function_in_torch_is_given_tensors() -> None:
    functional = frameworks.load("torch")["F"]
    answer = identified(lambda x: functional.interpolate(x, scale_factor=2, mode="bilinear"))
    assert answer.convention == Resize(mode="linear")
    assert answer.json()["takes"] == "torch tensors"
    assert answer.json()["called"] == "fn(x)"
    uint8 = next(b for b in answer.dtypes if b.dtype == "uint8")
    assert uint8.arithmetic is not None
    assert "torch_uint8" in uint8.arithmetic.split(" or ")


@pytest.mark.torch
@pytest.mark.usefixtures("torch_alone")
def test_a_scale_factor_is_where_torch_samples_and_recomputed_it_is_not() -> None:
    functional = frameworks.load("torch")["F"]
    for flags, scales in (
        ({}, "the factor"),
        ({"recompute_scale_factor": True}, "the ratio of the sizes"),
    ):
        answer = identified(
            lambda x, scale_factor, flags=flags: functional.interpolate(
                x, scale_factor=scale_factor, mode="bilinear", **flags
            )
        )
        assert answer.convention == Resize(mode="linear")
        assert answer.json()["scales"] == scales
        assert answer.json()["output_size"] == "floor(n * factor)"


COPIED_AXIS = "an axis whose size comes out unchanged is copied"
DOUBLED_AXIS = (
    "an axis whose size comes out unchanged or doubled is copied or doubled, in an output of at most 128 "
    "rows plus columns"
)
COPIED_IMAGE = "an image whose size comes out unchanged is copied"


@pytest.mark.torch
@pytest.mark.parametrize(
    ("mode", "but"),
    thinned(
        [
            ("nearest", DOUBLED_AXIS),
            ("bilinear", COPIED_AXIS),
            ("bicubic", ""),
            ("nearest-exact", ""),
        ],
        every=2,
    ),
)
def test_where_torch_does_not_sample_at_the_factor_is_said(mode: str, but: str) -> None:
    functional = frameworks.load("torch")["F"]
    answer = identified(
        lambda x, scale_factor: functional.interpolate(x, scale_factor=scale_factor, mode=mode)
    )
    assert answer.named
    assert answer.json()["scales"] == "the factor"
    assert answer.but == but
    uint8 = next(b for b in answer.dtypes if b.dtype == "uint8")
    # bicubic copies axes of integers, and samples those of floats
    assert "exact" in uint8.does if "nearest" in mode else uint8.does.startswith("torch_uint8")


@pytest.mark.opencv
@pytest.mark.parametrize("flag", thinned(["INTER_AREA", "INTER_LINEAR", "INTER_NEAREST"], every=3))
def test_opencv_copies_an_image_of_unchanged_size_whatever_the_factor(flag: str) -> None:
    cv2 = frameworks.load("opencv")["cv2"]
    answer = identified(
        lambda x, scale: cv2.resize(x, None, fx=scale, fy=scale, interpolation=getattr(cv2, flag))
    )
    assert answer.named
    assert answer.json()["scales"] == "the factor"
    assert answer.but == COPIED_IMAGE


@pytest.mark.usefixtures("no_tensors")
def test_a_factor_is_never_given_as_large_as_a_size() -> None:
    made = []

    def scaled(x: NDArray[Any], factor: float) -> NDArray[Any]:
        y = np.kron(x, np.ones((int(np.min(factor)), int(np.max(factor)), 1)))
        made.append(y.size)
        return y[::-1] ** 2

    assert not identified(scaled).named
    assert max(made) < 2**20


@pytest.mark.tensorflow
@pytest.mark.usefixtures("tensorflow_alone")
def test_a_function_in_tensorflow_takes_arrays_and_gives_tensors() -> None:
    tf = frameworks.load("tensorflow")["tf"]
    answer = identified(lambda x, size: tf.image.resize(x, size, "bicubic"))
    assert answer.json()["coordinate_rule"] == "kernel_table_1024"
    assert answer.json()["layout"] == "HWC"
    uint8 = next(b for b in answer.dtypes if b.dtype == "uint8")
    assert uint8.returns == "float32"


@pytest.mark.torch
@pytest.mark.usefixtures("torch_alone")
@pytest.mark.conv_transpose
def test_a_layer_of_torch_is_a_transposed_convolution() -> None:
    nn = frameworks.load("torch")["nn"]
    answer = halfpixel.identify(nn.ConvTranspose2d(4, 6, 3, 2, 1, output_padding=1, groups=2))
    assert isinstance(answer, ConvTransposeIdentification)
    # two of three pixels are cut at the start and given back at the end
    assert answer.convention == ConvTranspose(strides=(2, 2), pads=(1, 1, 0, 0), group=2)
    assert {name for name, _ in answer.same_as} >= {"torch", "onnx"}


@pytest.mark.tensorflow
@pytest.mark.usefixtures("tensorflow_alone")
@pytest.mark.conv_transpose
def test_a_function_of_tensorflow_is_a_transposed_convolution() -> None:
    tf = frameworks.load("tensorflow")["tf"]

    def same(x: NDArray[Any], w: NDArray[Any]) -> Any:
        n, h, width, _ = x.shape
        return tf.nn.conv2d_transpose(x, w, (n, 2 * h, 2 * width, w.shape[2]), 2, "SAME")

    answer = halfpixel.identify(same)
    assert isinstance(answer, ConvTransposeIdentification)
    # of a 5x3 kernel: three rows more than the stride, and one column
    assert answer.convention == ConvTranspose(strides=(2, 2), pads=(1, 0, 2, 1))
    assert answer.json()["weight_layout"] == "(kh, kw, out, in)"
