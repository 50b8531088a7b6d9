"""Verdicts are about both axes at once, and a call is not offered where it is known to do something else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from halfpixel.conversion import ResizeConversion, convert
from halfpixel.conversion.search import candidates
from halfpixel.conversion.sizes import Sizes, spread
from halfpixel.frameworks.layer_plans import TARGETS, Target
from tests.test_resize_conversions import image, names, run
from tests.thinning import thinned

_ULP = 2.0**-24


def answer(text: str, to: Target, size: tuple[int, ...] | None = None) -> ResizeConversion:
    found = convert(text, to, input_size=size)
    assert isinstance(found, ResizeConversion)
    return found


def resized(x: np.ndarray[Any, Any], size: tuple[int, int], flag: str) -> np.ndarray[Any, Any]:
    cv2 = names("opencv")["cv2"]
    y = cv2.resize(x[0].transpose(1, 2, 0), size[::-1], interpolation=getattr(cv2, flag))
    return np.asarray(y.transpose(2, 0, 1)[None])


AREA = "cv2.resize(x, (50, 130), interpolation=cv2.INTER_AREA)"


@pytest.mark.opencv
@pytest.mark.tensorflow
@pytest.mark.torch
@pytest.mark.parametrize("target", thinned(["tensorflow", "torch", "keras"], every=3))
def test_area_that_shrinks_one_axis_and_grows_the_other(target: Target) -> None:
    x = image((100, 100))
    want = resized(x, (130, 50), "INTER_AREA")
    (part,) = answer(AREA, target, (100, 100)).parts
    assert not part.equal  # tf.image.resize(method="area") is 0.87 off
    one = part.best
    assert one is not None
    assert one.name == "matrices"
    got = run(one.call, one.code, target, x, (130, 50))
    assert abs(got - want).max() <= one.exactness.ulp * _ULP
    (unknown,) = (part for part in answer(AREA, target).parts if part.when == "where an axis grows")
    assert not unknown.equal


def test_area_that_grows_both_axes_is_area_elsewhere() -> None:
    (part,) = answer(
        "cv2.resize(x, (80, 130), interpolation=cv2.INTER_AREA)", "tensorflow", (65, 20)
    ).parts
    assert any("'area'" in one.code for one in part.equal)


def test_sizes_that_are_tried_mix_what_axes_do() -> None:
    def way(n: int, m: int) -> int:
        return (m > n) - (m < n)

    for rank in (1, 2, 3):
        ways = {
            tuple(way(n, m) for n, m in zip(s.n_in, s.n_out, strict=True)) for s in spread(rank)
        }
        assert len({each[-1] for each in ways}) == 3
        assert rank == 1 or {(-1,) * (rank - 1) + (1,), (1,) * (rank - 1) + (-1,)} <= ways
        assert rank == 1 or {(0,) * (rank - 1) + (1,), (0,) * (rank - 1) + (-1,)} <= ways


# ---------------------------------------------------------------------------- defects


@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_cv2_dnn_that_does_not_antialias_is_not_offered_as_antialiased(mode: str) -> None:
    text = (
        f"make_node('Resize', ['x', '', '', 'sizes'], ['y'], mode={mode!r}, antialias=1, "
        "coordinate_transformation_mode='half_pixel')"
    )
    found = answer(text, "opencv")
    for part in found.parts:
        for one in (*part.equal, *part.elsewhere):
            assert "antialias" not in one.code or one.when == "enlarging"
        assert part.nearest is not None
        assert "antialias" not in part.nearest.code


@pytest.mark.parametrize("target", TARGETS)
def test_no_candidate_says_a_size_at_which_a_defect_is_declared(target: Target) -> None:
    tried = (Sizes((8, 8), (4, 4)), Sizes((5, 7), (9, 3)), Sizes((7, 7), (7, 1)))
    for candidate in candidates(target):
        for sizes in tried:
            call = candidate.at(sizes)
            if call is not None and target != "onnx":
                from halfpixel.conversion.search import case_of

                request = case_of(call, sizes.n_in, sizes.n_out)
                assert not any(defect.when(request) for defect in call.defects_now)


def test_a_size_at_which_the_source_is_known_to_be_wrong_has_no_equal() -> None:
    """torch's antialiased output one pixel wide repeats its first row."""
    text = "F.interpolate(x, size=(8, 1), mode='bilinear', antialias=True)"
    (part,) = answer(text, "tensorflow", (16, 16)).parts
    assert not part.equal
    assert not part.recipes
    assert "repeats its first row" in str(answer(text, "tensorflow", (16, 16)))


def test_two_passes_take_the_sizes_of_the_call_before_the_image_s() -> None:
    """d, h and w are names of the call, and of the code."""
    code = nearest_code('F.interpolate(x, size=(d, h, w), mode="area")', "tensorflow")
    lines = code.splitlines()
    assert lines.index("depth, height, width = d, h, w") < lines.index("n, d, h, w, c = x.shape")


def nearest_code(call: str, target: Target) -> str:
    answer = convert(call, target)
    assert isinstance(answer, ResizeConversion)
    near = answer.parts[0].nearest
    assert near is not None
    return near.code


def test_one_box_is_of_one_frame() -> None:
    answer = convert("keras.layers.UpSampling3D()", "tensorflow", input_size=(3, 4, 5))
    assert isinstance(answer, ResizeConversion)
    assert not any("crop_and_resize" in one.code for one in answer.parts[0].equal)


def test_the_roi_of_a_line_has_three_starts_and_three_ends() -> None:
    answer = convert("F.interpolate(x, size=(1,), mode='linear')", "onnx", input_size=(1,))
    assert isinstance(answer, ResizeConversion)
    said = [c for one in answer.parts[0].equal for c in one.conditions if "roi" in c]
    assert said == ["sizes is (n, c, 1), int64; roi is [0.0, 0.0, 0.0, 1.0, 1.0, 1.0], float32"]
