"""Resampling functions used as a resize: what their calls must leave out, and their coordinate rules."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from halfpixel import Resize, frameworks
from halfpixel.conformance.cases import Case, resize_cases
from halfpixel.conformance.real_shapes import ShapeCase
from halfpixel.conformance.shape_trials import rule_at
from halfpixel.conformance.trials import calls, mode_trials, modes
from halfpixel.conformance.verdicts import judge
from halfpixel.frameworks import Call, DType
from halfpixel.numerics.coordinates import float_coordinates
from halfpixel.operators.axis import Axis
from tests.thinning import swept, thinned

HALF_EVEN = Resize(mode="nearest", nearest_mode="round_half_even")
GRIDS = [c for c in calls("resize") if "grid_sample" in c.name]
WARPS = [c for c in calls("resize") if "warpAffine" in c.name]

_HANGS = """
import cv2, numpy as np
for border in (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101):
    cv2.warpAffine(np.ones((1, 5), np.uint8), np.eye(2, 3), (5, 1), flags=cv2.INTER_CUBIC, borderMode=border)
    print("returned", flush=True)
"""


def named(calls: list[Call], part: str) -> Call:
    return next(call for call in calls if call.name == part)


@pytest.mark.opencv
def test_cubic_with_reflect_101_does_not_return_for_one_row() -> None:
    """A finding, docs/findings.md: the replicated edge returns in the same process, so that it is no slow
    import. Where this fails the call can say such cases again."""
    with subprocess.Popen([sys.executable, "-c", _HANGS], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"returned\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=1)
        finally:
            process.kill()
        assert process.stdout.read() == b""
    call = named(WARPS, "warpAffine-INTER_CUBIC-BORDER_REFLECT_101")
    (convention,) = call.follows.values()
    left_out = {c.name for c in resize_cases(convention) if call.expression(c.request) is None}
    assert left_out == {c.name for c in resize_cases(convention) if 1 in c.inputs["x"].shape[2:]}


@pytest.mark.opencv
def test_cubic_truncates_float64_at_the_edges() -> None:
    """A finding, docs/findings.md: with whole numbers it conforms."""
    call = named(WARPS, "warpAffine-INTER_CUBIC-BORDER_REPLICATE")
    names = frameworks.load("opencv")
    (convention,) = call.follows.values()
    x = np.full((1, 1, 2, 2), 0.9)
    case = Case(convention, {"x": x}, (2, 2), name="2x2-2x2", pins="", source="this test")
    assert (call(case, "float64", names) == 0).all()
    assert (call(case, "float32", names) == np.float32(0.9)).all()


@pytest.mark.opencv
def test_every_case_is_run_by_some_warp_of_its_flag() -> None:
    """Those with one or three or four channels by one call, the others by another."""
    for flag in ("INTER_NEAREST", "INTER_LINEAR"):
        calls = [c for c in WARPS if c.name.startswith(f"warpAffine-{flag}-BORDER_REPLICATE")]
        whole, others = (c for c in calls if "asymmetric" not in c.name)
        for case in resize_cases(HALF_EVEN):
            assert (whole.expression(case.request) is None) != (
                others.expression(case.request) is None
            )


@pytest.mark.parametrize("rule", thinned(["warp_float32", "warp_fixed_5"], every=2))
def test_a_warps_columns_have_a_formula_of_their_own(rule: str) -> None:
    differ = 0
    for n_in in range(1, 65):
        for n_out in range(1, 65):
            axes = [Axis(n_in, n_out, columns=columns) for columns in (False, True)]
            both = [float_coordinates(HALF_EVEN, axis.pixels, rule) for axis in axes]
            differ += not np.array_equal(both[0], both[1])
            assert abs(both[0] - float_coordinates(HALF_EVEN, axes[0].pixels)).max() <= 1 / 60
    assert differ > 0


def wrong(call: Call, convention: Resize) -> Call:
    return replace(call, follows=dict.fromkeys(call.follows, convention))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("grid_sample-bilinear-zeros", Resize(mode="linear")),
        ("grid_sample-bicubic-reflection", Resize(mode="cubic")),
        (
            "grid_sample-bilinear-border-align_corners",
            Resize(mode="linear", coordinate_transformation_mode="align_corners"),
        ),
        ("grid_sample-nearest-border", Resize(mode="nearest", nearest_mode="round_prefer_ceil")),
    ],
)
@pytest.mark.torch
def test_a_neighbouring_convention_is_not_what_grid_sample_follows(
    name: str, other: Resize
) -> None:
    call = named(GRIDS, name)
    cases = [c.computed() for c in resize_cases(other)]
    verdicts = {judge(wrong(call, other), case, "float32").kind for case in cases}
    assert "changed" in verdicts


def test_a_place_just_above_a_tie_is_no_tie() -> None:
    """In float64 ½ + 2⁻⁵³, which F.grid_sample has at 6 to 3, and ½ are 1 when ½ is added."""
    (above, tie), _ = HALF_EVEN.taps_at(np.array([0.5 + 2.0**-53, 0.5]), 6)
    assert [above.tolist(), tie.tolist()] == [[1], [0]]


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:`torch.jit.trace` is deprecated")
@pytest.mark.parametrize("name", ["jit_trace", swept("export")])  # which imports for seconds
def test_a_call_of_two_tensors_goes_through_a_mode(name: str) -> None:
    """grid_sample takes an image and a grid."""
    (mode,) = (mode for framework, mode in modes() if mode.name == name)
    trials = mode_trials(lambda framework: "9.9" if framework == "torch" else None)
    wanted = f"torch-grid_sample-bilinear-border-{mode.name}-float32-4x5-7x9-texture"
    (trial,) = (trial for trial in trials if trial.id == wanted)
    assert judge(trial.call, trial.case(), trial.dtype).kind == "conforms"


@pytest.mark.torch
@pytest.mark.parametrize(
    ("dtype", "n_in", "n_out"),
    [("bfloat16", 130, 130), ("bfloat16", 200, 210), ("float16", 1025, 1030)],
)
def test_bicubic_reflects_indices_in_halves(dtype: DType, n_in: int, n_out: int) -> None:
    """docs/findings.md: from 128 pixels on in bfloat16, and 1024 in float16, another pixel is read."""
    call = named(GRIDS, "grid_sample-bicubic-reflection")
    entry = ShapeCase((), "drawn", (1, 1, 2, n_in), (2, n_out))
    case = entry.case(call.latest, rule_at(call, dtype, entry), dtype).computed()
    known = judge(call, case, dtype)
    assert (known.kind, known.words[:12]) == ("conforms", "known defect")
    assert judge(replace(call, defects=()), case, dtype).kind == "changed"
