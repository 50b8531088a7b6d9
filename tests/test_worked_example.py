"""The comparison of 2019 that started this project, with the values that people saw."""

import numpy as np
import pytest

from halfpixel import ConvTranspose, frameworks
from halfpixel.conformance import trials
from halfpixel.frameworks import Call

CALLS = {call.id: call for call in trials.calls()}

# The first row of the 8x8 result, to two digits. Image 1 is [[-1, 1], [1, 5]], image 2 [[-1, 0], [0, 5]].
ALIGNED = [-1.00, -0.71, -0.43, -0.14, 0.14, 0.43, 0.71, 1.00]
SEEN = [
    ("tensorflow-v1.resize_bilinear", "worked", [-1.00, -0.50, 0.00, 0.50, 1.00, 1.00, 1.00, 1.00]),
    ("tensorflow-v1.resize_bilinear-align_corners", "worked", ALIGNED),
    ("opencv-resize-INTER_LINEAR", "worked", [-1.00, -1.00, -0.75, -0.25, 0.25, 0.75, 1.00, 1.00]),
    (
        "torch-interpolate-bilinear",
        "second",
        [-1.00, -1.00, -0.88, -0.62, -0.38, -0.12, 0.00, 0.00],
    ),
    (
        "torch-interpolate-bilinear-align_corners",
        "second",
        [-1.00, -0.86, -0.71, -0.57, -0.43, -0.29, -0.14, 0],
    ),
    # "align_corners=True is the same in TF 1 and torch; False in torch is OpenCV's"
    ("torch-interpolate-bilinear-align_corners", "worked", ALIGNED),
    ("torch-interpolate-bilinear", "worked", [-1.00, -1.00, -0.75, -0.25, 0.25, 0.75, 1.00, 1.00]),
]


@pytest.mark.parametrize(
    ("call", "image", "row"),
    [
        pytest.param(
            CALLS[name],
            image,
            row,
            id=f"{name}-{image}_example",
            marks=getattr(pytest.mark, CALLS[name].framework),
        )
        for name, image, row in SEEN
    ],
)
@pytest.mark.resize
def test_2x2_to_8x8_gives_the_row_that_people_saw(call: Call, image: str, row: list[float]) -> None:
    wanted = f"2x2-8x8-{image}_example"
    case = next(
        t.case() for t in trials.trials_of("resize") if t.call == call and t.case_name == wanted
    )
    got = call(case, "float32", frameworks.load(call.framework))
    assert np.round(case.expected[0, 0, 0], 2).tolist() == row, "the golden"
    assert np.round(got[0, 0, 0].astype(float), 2).tolist() == row, "the framework"


# Conv2d(k=3, s=2, p=1) maps 96x96 and 95x95 to 48x48: output_padding says which one is the way back
SIZES = pytest.mark.parametrize(("size", "output_padding"), [(95, 0), (96, 1)])


@pytest.mark.conv_transpose
@SIZES
def test_output_padding_picks_one_of_two_sizes(size: int, output_padding: int) -> None:
    convention = ConvTranspose(
        strides=(2, 2), pads=(1, 1, 1, 1), output_padding=(output_padding, output_padding)
    )
    assert convention.output_size((48, 48), (3, 3)) == (size, size)


@pytest.mark.conv_transpose
@pytest.mark.torch
@SIZES
def test_output_padding_picks_one_of_two_sizes_in_torch(size: int, output_padding: int) -> None:
    names = frameworks.load("torch")
    torch, nn = names["torch"], names["nn"]
    image = torch.zeros(1, 32, size, size)
    small = nn.Conv2d(32, 64, 3, 2, 1)(image)
    assert small.shape == (1, 64, 48, 48)
    back = nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=output_padding)(small)
    assert back.shape == image.shape
