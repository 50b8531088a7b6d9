"""The integer arithmetics: what each step of them is for, and that the goldens tell them apart."""

from __future__ import annotations

import functools
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from halfpixel import Resize, frameworks
from halfpixel.conformance import goldens
from halfpixel.conformance.cases import INTEGER_CASES, INTEGER_GOLDENS, folder, integer_cases
from halfpixel.conformance.misreadings import followed as said_to_follow
from halfpixel.conformance.trials import (
    Trial,
    calls,
    followed_integers,
    golden,
    narrow_trials,
    scale_trials,
    trials_of,
)
from halfpixel.conformance.verdicts import judge
from halfpixel.frameworks import Call, Release, keras_torch
from halfpixel.frameworks import torch as frameworks_torch
from halfpixel.numerics import integer_kernels
from halfpixel.numerics.computation import Computation
from halfpixel.numerics.integer_kernels import (
    ROUNDINGS,
    applies_to,
    litert,
    onnxruntime,
    opencv_ipp,
    opencv_warp,
    pillow,
    predicted,
    steps,
    tensorflow,
    torch,
)
from halfpixel.numerics.integer_kernels import opencv as opencv_
from halfpixel.operators import every_pyramid, every_resize
from halfpixel.report.terminal import explain
from tests.thinning import swept, thinned

from ..test_integers import FACTORS, IMAGES, SIZES, case_of, differences, says, settings

LINEAR, CUBIC = Resize(mode="linear"), Resize(mode="cubic", cubic_coeff_a=-0.75)


KERAS_METHODS = ("bilinear", "bicubic", "lanczos3", "lanczos5")


@functools.cache
def call_named(name: str) -> Call:
    """The call as the installed release has it."""
    call = next(call for call in calls("resize") if call.id == name)
    return call.at(frameworks.release(call.framework) or "0") or call


# ---------------------------------------------------------------------------- each step is needed


def half_even(sums: integer_kernels.Integers, bits: int) -> integer_kernels.Integers:
    return np.rint(sums / 2.0**bits).astype(np.int64)


def floor_of(sums: integer_kernels.Integers, divisor: int) -> integer_kernels.Integers:
    return sums // divisor


def down(sums: integer_kernels.Integers, bits: int) -> integer_kernels.Integers:
    return sums >> bits


def unfused(a: Any, b: Any, c: Any) -> Any:
    return a * b + c


def all_in_vectors(width: int, lanes: int) -> Any:
    return np.ones(width, bool)


def none_in_vectors(width: int, lanes: int) -> Any:
    return np.zeros(width, bool)


def nearest_to_the_sine(angle: Any) -> Any:
    return np.sin(angle.astype(np.float64)).astype(np.float32)


def by_the_inverse(n_in: int, n_out: int, factor: float | None) -> Any:
    one = np.float32(1)
    return one / (np.float32(n_in) / np.float32(n_out)) if factor is None else np.float32(factor)


def backwards(terms: Any) -> Any:
    return steps.in_turn(terms[::-1])


def never(*_: Any) -> bool:
    return False


def always(*_: Any) -> bool:
    return True


ONNX_RUNTIME = [
    pytest.param(
        f"onnxruntime-Resize-{name}",
        "uint8",
        marks=pytest.mark.onnxruntime,
        id=f"onnxruntime-{name}",
    )
    for name in ("linear-half_pixel", "linear-half_pixel-antialias-exclude_outside")
]
TORCH = [
    pytest.param(f"torch-interpolate-{mode}", "uint8", marks=pytest.mark.torch, id=mode)
    for mode in (
        "bilinear",
        "bicubic",
        "bilinear-align_corners",
        "bicubic-align_corners",
        "bilinear-antialias",
        "bicubic-antialias",
        "lanczos-antialias",
    )
]
TORCH_SCALED = [
    pytest.param(
        f"torch-interpolate-{mode}-scale_factor", "uint8", marks=pytest.mark.torch, id=f"{mode}-by"
    )
    for mode in ("bilinear", "bicubic", "bicubic-antialias")
]
OVERSHOOTS = [call for call in TORCH if "bilinear" not in str(call.id)]


def opencv(flag: str, *dtypes: str) -> list[Any]:
    return [
        pytest.param(f"opencv-resize-INTER_{flag}", dtype, marks=pytest.mark.opencv, id=f"{flag}-{dtype}")
        for dtype in dtypes
    ]  # fmt: skip


def scaled(flag: str, *dtypes: str) -> list[Any]:
    """OpenCV's calls by fx and fy."""
    name, _, regime = flag.partition("-")
    return opencv(f"{name}-fx-{regime}" if regime else f"{name}-fx", *dtypes)


def of_sizes(n_in: int, n_out: int, factor: float | None) -> float:
    """The ratio of the sizes, whatever the factor."""
    return n_out / n_in


def inverse_of_sizes(n_in: int, n_out: int, factor: float | None) -> float:
    return n_in / n_out


def mean_cut(pixels: Any) -> Any:
    return np.floor(pixels.mean(axis=-1))


def itself(last: int) -> int:
    return last


def keras(method: str, dtype: str) -> Any:
    return pytest.param(
        f"tensorflow-keras.ops.image.resize-{method}",
        dtype,
        marks=pytest.mark.tensorflow,
        id=f"{method}-{dtype}",
    )


def on_torch(method: str, dtype: str) -> Any:
    return pytest.param(
        f"keras_torch-keras.ops.image.resize-{method}",
        dtype,
        marks=pytest.mark.keras_torch,
        id=f"torch-{method}-{dtype}",
    )


def clamped(values: Any, dtype: str) -> Any:
    limits = np.iinfo(dtype)
    return values.clip(limits.min, limits.max)


def wrapped(values: Any, dtype: str) -> Any:
    return values.astype(dtype).astype(np.int64)


WINDOWS = [on_torch(f"{m}-antialias", "uint16") for m in ("bilinear", "bicubic")]


def warp_affine(flag: str, dtype: str) -> Any:
    name = f"opencv-warpAffine-INTER_{flag}-BORDER_REPLICATE"
    return pytest.param(name, dtype, marks=pytest.mark.opencv, id=f"warp-{flag}-{dtype}")


WARPED = [warp_affine("LANCZOS4", "uint8"), warp_affine("LINEAR", "int16")]
SIXTEEN = ("uint16", "int16")
ON_TORCH = [on_torch(m, d) for m in ("bilinear", "bicubic") for d in ("uint8", "uint16", "int16")]
FIXED = [
    call
    for flag in ("LINEAR", "CUBIC", "LANCZOS4", "AREA-growing")
    for call in opencv(flag, "uint8")
]
FIXED_BY = [call for flag in ("LANCZOS4", "AREA-growing") for call in scaled(flag, "uint8")]
EXACT = opencv("LINEAR_EXACT", "uint8", *SIXTEEN)
AREA = opencv("AREA-shrinking", "uint8", *SIXTEEN)

PILLOW = [
    pytest.param(f"pillow-resize-{name}", "uint8", marks=pytest.mark.pillow, id=f"pillow-{name}")
    for name in ("BOX", "BICUBIC")
]
PILLOW_16, PILLOW_ALPHA, PILLOW_REDUCE = (
    [pytest.param(f"pillow-{name}", dtype, marks=pytest.mark.pillow, id=name) for name in names]
    for dtype, names in (
        ("uint16", ("resize-BOX", "resize-BICUBIC")),
        ("uint8", ("resize-BICUBIC-LA",)),
        ("uint8", ("reduce",)),
    )
)


def times_cut(colours: Any, alpha: Any) -> Any:
    return colours * alpha // 255


def over_rounded(colours: Any, alpha: Any) -> Any:
    shown = np.where(alpha > 0, alpha, 255)
    return ((255 * colours + shown // 2) // shown).clip(0, 255)


def mean_down(sums: Any, count: Any) -> Any:
    return sums // count


def on_litert(flag: str, resolver: str, dtype: str) -> Any:
    name = "-".join(filter(None, ("litert-resize_bilinear", flag, resolver)))
    return pytest.param(name, dtype, marks=pytest.mark.litert, id=f"{flag}-{resolver}-{dtype}")


OWN, REFERENCE = "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "BUILTIN_REF"
GRIDS_OF_LITERT = ("", "align_corners", "half_pixel_centers")
XNNPACK = [on_litert(flag, "", "uint8") for flag in GRIDS_OF_LITERT]
LITERT = [on_litert(flag, OWN, "uint8") for flag in GRIDS_OF_LITERT[2:]]
LITERT_REFERENCE = [on_litert(flag, REFERENCE, "uint8") for flag in GRIDS_OF_LITERT[2:]]
LITERT_FIXED = [on_litert(flag, "", "int16") for flag in GRIDS_OF_LITERT]


# where it is, what is changed, to what, the arithmetic, the calls that show it
MUTATIONS: list[tuple[ModuleType, str, Any, str, list[Any]]] = [
    (torch, "half_up", half_even, "torch_uint8", TORCH[:1]),
    (torch, "half_up", down, "torch_uint8", TORCH),
    (torch, "_TOO_LARGE", 2**14, "torch_uint8", TORCH),
    (torch, "_BETWEEN_PASSES", (-(2**40), 2**40), "torch_uint8", OVERSHOOTS),
    (torch, "_windowed", torch._plain, "torch_uint8", TORCH[4:6]),
    (opencv_, "_COEFFICIENT_BITS", 10, "opencv_fixed_11", FIXED),
    (opencv_, "_COEFFICIENT_BITS", 12, "opencv_fixed_11", FIXED),
    (opencv_, "half_up", down, "opencv_fixed_11", FIXED[1:3]),
    (opencv_, "_in_vectors", none_in_vectors, "opencv_fixed_11", FIXED[1:2]),
    (opencv_, "_in_vectors", all_in_vectors, "opencv_fixed_11", FIXED[1:2]),
    (opencv_, "_HALVES_UP", (1, 2, 3, 4), "opencv_fixed_11", FIXED[:1]),
    (opencv_, "_HALVES_UP", (1, 2, 3, 4), "opencv_float32", opencv("LINEAR", "uint16")),
    (opencv_, "_reaching", opencv_._between, "opencv_fixed_11", FIXED[3:]),
    (opencv_, "_reaching", opencv_._between, "opencv_float32", opencv("AREA-growing", "uint16")),
    (opencv_, "_in_vectors", none_in_vectors, "opencv_float32", opencv("CUBIC", "uint16")),
    (opencv_, "_in_vectors", none_in_vectors, "opencv_float32", opencv("LANCZOS4", "int16")),
    (opencv_, "_in_vectors", all_in_vectors, "opencv_float32", opencv("CUBIC", "uint16")),
    (opencv_, "_backwards", always, "opencv_float32", opencv("LANCZOS4", "uint16")),
    (opencv_, "half_up", half_even, "opencv_bit_exact", EXACT[:1]),
    (opencv_, "half_up", down, "opencv_bit_exact", EXACT),
    (opencv_, "_EXACT_BITS", {"uint8": 9, "uint16": 15, "int16": 15}, "opencv_bit_exact", EXACT),
    (opencv_, "_HALVES_UP", (1, 2, 4), "opencv_bit_exact", EXACT),
    (opencv_, "_HALVES_UP", (1, 2, 3, 4), "opencv_area", AREA),
    (opencv_, "_AT_A_TIME", 1, "opencv_area", AREA[1:2]),
    (opencv_, "is_whole", never, "opencv_area", AREA),
    (opencv_, "_TOO_LITTLE", 0.3, "opencv_area", AREA),
    (opencv_ipp, "fma", unfused, "opencv_ipp", opencv("LINEAR", "uint16") + opencv("CUBIC", "uint16")),
    (opencv_ipp, "_ROWS", opencv_ipp._chain(3, 2, 1, 0), "opencv_ipp", opencv("CUBIC", "uint16")),
    (opencv_ipp, "_EDGE", opencv_ipp._chain(3, 2, 1, 0), "opencv_ipp", opencv("CUBIC", "uint16")),
    (tensorflow, "_TABLE_SIZE", 2**20, "keras_rounded", [keras("bicubic", d) for d in ("uint8", "int16")]),
    (tensorflow, "_sine", nearest_to_the_sine, "keras_rounded", [keras("lanczos3", "uint16")]),
    (tensorflow, "_FIRST", (3, 2), "keras_rounded", [keras(m, "uint16") for m in ("bicubic", "lanczos5")]),
    (tensorflow, "_half_even", np.floor, "keras_rounded", [keras(m, "uint8") for m in KERAS_METHODS]),
    (torch, "_AT_A_TIME", 8, "keras_torch_rounded", WINDOWS),
    (torch, "_AT_A_TIME", 2**20, "keras_torch_rounded", WINDOWS),
    (torch, "_unfused", steps.fma, "keras_torch_rounded", WINDOWS),
    (torch, "_half_even", np.trunc, "keras_torch_rounded", ON_TORCH),
    (torch, "fma", unfused, "keras_torch_rounded", ON_TORCH[1:]),
    (torch, "_stored", clamped, "keras_torch_rounded", [on_torch("bicubic", d) for d in SIXTEEN]),
    (torch, "_stored", wrapped, "keras_torch_rounded", [on_torch("bicubic", d) for d in ("uint8", "uint16")]),
    (torch, "_ONE_BY_ONE", torch._IN_VECTORS, "keras_torch_rounded", [on_torch("bilinear", "int16")]),
    (torch, "_LARGE", 2**20, "keras_torch_rounded", [on_torch("bilinear", "int16")]),
    (torch, "step", inverse_of_sizes, "torch_uint8", TORCH_SCALED),
    (torch, "_copied", never, "torch_uint8", TORCH_SCALED[1:2]),
    (opencv_, "_ratio", of_sizes, "opencv_fixed_11", [*FIXED_BY, *scaled("LINEAR", "uint8")]),
    (opencv_, "_ratio", of_sizes, "opencv_float32", scaled("LANCZOS4", "uint16")),
    (opencv_, "_ratio", of_sizes, "opencv_bit_exact", scaled("LINEAR_EXACT", "uint8", "uint16")),
    (opencv_, "_ratio", of_sizes, "opencv_area", scaled("AREA-shrinking", "uint8", "uint16")),
    (opencv_, "_mean", mean_cut, "opencv_area", scaled("AREA-shrinking", "uint8", "uint16")),
    (opencv_, "_mean", mean_cut, "opencv_fixed_11", scaled("LINEAR", "uint8")),
    (opencv_ipp, "step", inverse_of_sizes, "opencv_ipp", scaled("LINEAR", "uint16")),
    (opencv_ipp, "_SAME", 9.0, "opencv_ipp", scaled("LINEAR", "uint16")),
    (opencv_ipp, "_last_pair", itself, "opencv_ipp", scaled("LINEAR", "uint16")),
    (opencv_ipp, "fma", unfused, "opencv_ipp", scaled("LINEAR", "int16")),
    (opencv_warp, "fma", unfused, "opencv_warp", [warp_affine(f, "uint16") for f in ("LINEAR", "CUBIC")]),
    (opencv_warp, "_integer_table", opencv_warp._float_table, "opencv_warp", WARPED[:1]),
    (opencv_warp, "_float_table", opencv_warp._integer_table, "opencv_warp", WARPED[1:]),
    (litert, "_WEIGHT_BITS", 10, "xnnpack_fixed_11", XNNPACK),
    (litert, "_half_even", np.floor, "xnnpack_fixed_11", XNNPACK),
    (litert, "_cut", np.rint, "litert_float32", LITERT),
    (litert, "_around", litert._clipped, "litert_float32", LITERT),
    (litert, "_cut", np.rint, "litert_reference_float32", LITERT_REFERENCE),
    (litert, "_ONE", 1 << 11, "litert_fixed_10", LITERT_FIXED),
    (litert, "_toward_zero", floor_of, "litert_fixed_10", LITERT_FIXED),
    (pillow, "half_up", half_even, "pillow_13_uint8", PILLOW[:1]),
    (pillow, "half_up", down, "pillow_13_uint8", PILLOW),
    (pillow, "_BITS", 16, "pillow_13_uint8", PILLOW),
    (pillow, "_half_away", np.rint, "pillow_13_uint16", PILLOW_16[:1]),
    (pillow, "_half_away", np.floor, "pillow_13_uint16", PILLOW_16),
    (pillow, "_times", times_cut, "pillow_13_alpha", PILLOW_ALPHA),
    (pillow, "_over", over_rounded, "pillow_13_alpha", PILLOW_ALPHA),
    (pillow, "_mean", mean_down, "pillow_reduce", PILLOW_REDUCE),
    (onnxruntime, "_scale", by_the_inverse, "onnxruntime_cut", ONNX_RUNTIME[:1]),
    (onnxruntime, "in_turn", backwards, "onnxruntime_cut", ONNX_RUNTIME[:1]),
    (onnxruntime, "half_up", down, "onnxruntime_fixed_22", ONNX_RUNTIME[1:]),
    (onnxruntime, "_BITS", 16, "onnxruntime_fixed_22", ONNX_RUNTIME[1:]),
]  # fmt: skip


# rows of less than a whole vector; windows whose sum is far above what float32 holds exactly
LARGE = [((60, 50), (130, 120)), ((60, 61), (97, 83)), ((600, 9), (2500, 7)), ((480, 480), (6, 6))]


ASKED = [*SIZES, *LARGE]
# of every image as large as the kernels of IPP's warp are known to be
ASKED_BY = [
    (image, factors) for image in (*IMAGES[:4], (60, 50)) for factors in (*FACTORS, (2.3, 2.3))
]


def differs(call: Call, dtype: Any, rounding: str) -> bool:
    """Whether a value differs in images that are large enough to show a rounding that matters once in 10⁴
    values.

    Where the result before the last step can leave the range it is compared as it is stored.
    """
    names = frameworks.load(call.framework)
    generator = np.random.default_rng(0)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    for followed in settings(call, dtype, names):
        if followed != rounding:
            continue
        for channels in (1, 2, 3):
            for (h, w), asked in ASKED if call.scaling is None else ASKED_BY:
                x = generator.integers(low, high + 1, (1, channels, h, w)).astype(np.float64)
                asks = min(case_of(call, x, asked).size) > 1 and says(call, x, asked)
                if asks and differences(call, dtype, names, x, asked, rounding):
                    return True
    return False


@functools.cache
def differs_unchanged(call: str, dtype: Any, rounding: str) -> bool:
    """With every step as it is: asked once for all changes of the steps of one arithmetic."""
    return differs(call_named(call), dtype, rounding)


def _changes() -> Iterator[Any]:
    """Each change of a step, with each of its calls; by default one of each arithmetic, with the first."""
    shown = {rounding: i for i, (*_, rounding, _) in reversed([*enumerate(MUTATIONS)])}
    for i, (module, step, other, rounding, followers) in enumerate(MUTATIONS):
        for j, call in enumerate(followers):
            one = pytest.param(
                module, step, other, rounding, *call.values, marks=call.marks,
                id=f"{rounding}-{i}-{step}-{call.id}",
            )  # fmt: skip
            yield one if (shown[rounding], j) == (i, 0) else swept(one)


@pytest.mark.parametrize(("module", "step", "other", "rounding", "call", "dtype"), [*_changes()])
def test_another_step_predicts_another_result(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str,
    other: Any,
    rounding: str,
    call: str,
    dtype: Any,
) -> None:
    found = call_named(call)
    if rounding not in settings(found, dtype, frameworks.load(found.framework)):
        return  # a build without IPP, or a CPU without AVX2, follows the others
    assert not differs_unchanged(call, dtype, rounding)
    monkeypatch.setattr(module, step, other)
    assert differs(found, dtype, rounding)


# what torchvision rounds, by the instruction set that torch's kernels use
IN_C_ORDER = {
    "AVX2": "torch_rounded",
    "AVX512": "torch_rounded",
    "DEFAULT": "torch_rounded_unfused",
}
FLOATS = (
    Resize(mode="linear"),
    Resize(mode="linear", antialias=True, exclude_outside=True),
    Resize(mode="cubic", cubic_coeff_a=-0.75),
    Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
)


def floats_rounded(convention: Resize, x: Any, size: tuple[int, int]) -> Any:
    """What torchvision makes of bytes: torch's float32 of an image in C order, rounded half to even."""
    names = frameworks.load("torch")
    mode = {"linear": "bilinear", "cubic": "bicubic"}[convention.mode]
    y = names["F"].interpolate(
        names["torch"].from_numpy(x.astype(np.float32)),
        size=size, mode=mode, align_corners=False, antialias=bool(convention.antialias),
    )  # fmt: skip
    return np.asarray(y.round().clamp(0, 255).numpy())


def in_c_order() -> int:
    """How many values of bytes torch rounds otherwise than is predicted: small and large outputs, of few
    channels, of three, and of more than a vector."""
    known = IN_C_ORDER.get(frameworks_torch.capability(frameworks.load("torch")["torch"]), "")
    if not known:
        pytest.skip("torch's kernels use another instruction set")
    rng = np.random.default_rng(0)
    off = 0
    for convention in FLOATS:
        for channels, n_in, n_out in (
            (1, (21, 30), (42, 60)),
            (3, (34, 81), (119, 65)),
            (5, (34, 81), (119, 65)),
            (9, (9, 8), (24, 31)),
        ):  # fmt: skip
            x = rng.integers(0, 256, (4, channels, *n_in))
            right = predicted(known, convention, x, n_out, "uint8")
            off += int((floats_rounded(convention, x, n_out) != right).sum())
    return off


@pytest.mark.torch
def test_floats_of_images_in_c_order_are_rounded_half_to_even() -> None:
    assert in_c_order() == 0


@pytest.mark.torch
@pytest.mark.parametrize(
    ("step", "other"), [("_half_even", np.floor), ("_THREE", 0), ("_LARGE", 2**20)]
)
def test_another_step_of_floats_in_c_order_predicts_another_result(
    monkeypatch: pytest.MonkeyPatch, step: str, other: Any
) -> None:
    monkeypatch.setattr(torch, step, other)
    assert in_c_order() > 0


# pixels that builds of torch round otherwise, of bilinear and of bicubic
PARTING = {
    "linear": ((10, 3), (10, 75), (10, 116)),
    "cubic": ((3, 16), (8, 35), (11, 29)),
}


@pytest.mark.parametrize(
    ("build", "bilinear", "bicubic"),
    [
        ("_2_1", [-16167, 17992, -14352], [-30583, -6172, -14050]),  # torch 2.2.2
        ("", [-16167, 17992, -14352], [-30584, -6173, -14051]),  # 2.14.1
        ("_2_15", [-16168, 17993, -14353], [-30584, -6173, -14051]),  # 2.15.0
    ],
)
def test_builds_of_torch_round_as_they_were_seen_to(
    build: str, bilinear: list[int], bicubic: list[int]
) -> None:
    x = (np.arange(60 * 90) ** 3 % 65521 - 2**15).reshape(1, 1, 60, 90)
    for convention, seen in ((FLOATS[0], bilinear), (FLOATS[2], bicubic)):
        y = predicted(f"keras_torch_rounded{build}", convention, x, (75, 120), "int16")[0, 0]
        assert [y[pixel] for pixel in PARTING[convention.mode]] == seen


@pytest.mark.sweep
@pytest.mark.keras_torch
def test_a_cpu_without_avx2_rounds_every_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """In another process, whose torch takes this CPU for one: with the fused arithmetic, and with fused
    steps in its own, something differs."""
    names = keras_torch.started({"ATEN_CPU_CAPABILITY": "default"})
    x = np.random.default_rng(0).integers(-(2**15), 2**15, (1, 9, 30, 40)).astype(np.float64)

    def off(call: Call, rounding: str) -> int:
        images = [
            (x[:, :channels], size) for channels in (1, 3, 9) for size in ((45, 41), (65, 66))
        ]
        return sum(differences(call, "int16", names, *image, rounding) for image in images)

    try:
        for method in ("bilinear", "bicubic", "bilinear-antialias", "bicubic-antialias"):
            call = call_named(f"keras_torch-keras.ops.image.resize-{method}")
            followed = call.rounding(call.roundings["int16"], names)
            assert followed == "keras_torch_unfused"
            assert off(call, followed) == 0
            assert off(call, "keras_torch_rounded") > 0
            with monkeypatch.context() as patch:
                patch.setattr(torch, "_unfused", steps.fma)
                assert off(call, followed) > 0
    finally:
        names["process"].end()


_CUBIC_WITH_AVX2 = """
import numpy as np
import cv2

from halfpixel import Resize
from halfpixel.numerics.integer_kernels import predicted

generator = np.random.default_rng(0)
wrong = {"opencv_ipp": 0, "opencv_ipp_avx2": 0}
for channels in (1, 3, 4):
    for shape, size in (((35, 38), (25, 27)), ((64, 64), (80, 80)), ((5, 30), (31, 3)), ((20, 30), (50, 50))):
        x = generator.choice([0, 255], (1, channels, *shape))
        image = np.ascontiguousarray(x[0].transpose(1, 2, 0).astype(np.uint8))
        y = cv2.resize(image, size[::-1], interpolation=cv2.INTER_CUBIC).reshape(*size, channels)
        for rounding in wrong:
            want = predicted(rounding, Resize(mode="cubic"), x, size, "uint8")[0]
            wrong[rounding] += int(np.count_nonzero(y.transpose(2, 0, 1) != want))
version = cv2.ipp.getIppVersion() if cv2.ipp.useIPP() else "off"
print(version, wrong["opencv_ipp_avx2"], wrong["opencv_ipp"] > 0)
"""


@pytest.mark.opencv
def test_ipp_with_avx2_sums_uint8_as_16_bits() -> None:
    """In another process, whose IPP is told to take AVX2 even where the CPU has AVX-512."""
    frameworks.load("opencv")
    run = subprocess.run(
        [sys.executable, "-c", _CUBIC_WITH_AVX2],
        env={**os.environ, "OPENCV_IPP": "avx2"},
        capture_output=True,
        text=True,
        check=True,
    )
    version, *found = run.stdout.rsplit(maxsplit=2)
    if version != "off":  # a build without IPP follows the other arithmetics
        assert "AVX2" in version
        assert found == ["0", "True"]


def test_every_arithmetic_has_a_step_that_is_changed() -> None:
    """That of the pyramids in test_pyramids.py, at the sizes that they take; those of other CPUs above; those
    that only releases before the latest have, and the latest's if it is newer than what is tested, in the
    records of releases."""
    changed = {rounding for _, _, _, rounding, _ in MUTATIONS}
    elsewhere = {"opencv_pyramid", "keras_torch_unfused", "opencv_ipp_avx2", *IN_C_ORDER.values()}
    newer = {"keras_torch_rounded_2_15"}
    latest = {
        name for call in calls("resize") for names in call.roundings.values() for name in names
    }
    earlier = {
        name
        for call in calls("resize")
        for change in call.changes.values()
        for names in change.get("roundings", {}).values()
        for name in names
    }
    assert changed | elsewhere | newer | (earlier - latest) == set(ROUNDINGS)


@pytest.mark.parametrize(
    ("grid", "sizes", "output", "third", "few", "many"),
    [
        # of images of 200 whose third tap is 0, 10, 50, 100, 200 and 255: what 2.0.1 returned with AVX2, and
        # what comes of its impulse responses with five channels (153, 216 and 216 of 255)
        ("half_pixel", (35, 25), 22, 32, [200, 184, 120, 40, 0, 0], [200, 206, 230, 255, 255, 255]),
        ("half_pixel", (15, 13), 6, 8, [200, 182, 108, 15, 0, 0], [200, 208, 242, 255, 255, 255]),
        ("align_corners", (31, 27), 13, 16, [200, 182, 108, 15, 0, 0], [200, 208, 242, 255, 255, 255]),
        ("half_pixel", (9, 33), 27, 8, [200, 211, 255, 255, 255, 255], None),
    ],
)  # fmt: skip
def test_a_third_tap_of_torch_2_0_is_weighted_by_what_lies_after_the_weights(
    grid: Any,
    sizes: tuple[int, int],
    output: int,
    third: int,
    few: list[int],
    many: list[int] | None,
) -> None:
    n_in, n_out = sizes
    convention = Resize(mode="linear", coordinate_transformation_mode=grid)
    for rounding, channels, want in (
        ("torch_uint8_2_0", 1, few), ("torch_uint8_2_0", 5, many), ("torch_uint8_2_0_loops", 1, many),
    ):  # fmt: skip
        got = []
        for value in (0, 10, 50, 100, 200, 255):
            x = np.full((1, channels, 1, n_in), 200)
            x[..., third] = value
            got.append(
                int(predicted(rounding, convention, x, (1, n_out), "uint8")[0, 0, 0, output])
            )
        assert want is None or got == want


ROUNDED = [
    pytest.param(call, dtype, id=f"{call.id}-{dtype}", marks=getattr(pytest.mark, call.framework))
    for call in calls("resize")
    for dtype in call.roundings
    if call.stored and call.follows and "2_channels" not in call.name  # the case has four
    if dtype not in call.unpredicted
]


# of a call's cases, the one that is enlarged by a fraction, else shrunk, else enlarged by whole numbers, or
# halved, which has two channels
SHOWING = ("4x5-7x9-bytes", "9x7-5x4-bytes", "4x6-8x18-bytes", "8x12-4x6-bytes")
# of one that is given factors: cut or rounded, enlarged or shrunk; or of whole blocks
SHOWING_BY = (
    "5x7-8x12-by_1.7-bytes", "5x7-8x11-by_1.7-bytes", "9x7-5x4-by_0.6-bytes", "7x11-4x6-by_0.5-bytes",
)  # fmt: skip
# at the end, but for the last bits or for halves
ROUND_ONCE = (
    "opencv_ipp",
    "opencv_ipp_avx2",
    "opencv_area",
    "opencv_pyramid",
    "opencv_warp",
    "keras_rounded",
    "keras_torch_rounded",
    "keras_torch_unfused",
    "litert_float32",
    "litert_reference_float32",
)


@functools.cache
def trials_by_call() -> dict[tuple[str, str], dict[str, Trial]]:
    """The trials of each call in each dtype, by the name of the case."""
    found: dict[tuple[str, str], dict[str, Trial]] = {}
    for trial in itertools.chain(trials_of("resize"), scale_trials(), narrow_trials()):
        found.setdefault((trial.call.id, trial.dtype), {})[trial.case_name] = trial
    return found


@pytest.mark.parametrize(("call", "dtype"), thinned(ROUNDED, every=4))
def test_a_call_conforms_with_its_arithmetic_and_not_without(call: Call, dtype: Any) -> None:
    trials = trials_by_call()[call.id, dtype]
    trial = next(trials[name] for name in (*SHOWING_BY, *SHOWING) if name in trials)
    case = trial.case()
    assert judge(call, case, dtype).kind == "conforms"
    without = replace(case, rule=None)
    without = without.computed()
    rounded = replace(without, rule=case.rule, expected=np.rint(without.expected))
    assert judge(call, without, dtype).kind == "changed", "the exact result"
    if dtype == "uint8" and case.rule not in ROUND_ONCE:
        assert judge(call, rounded, dtype).kind == "changed", "the exact result, rounded once"


# ---------------------------------------------------------------------------- the goldens


def test_every_two_integer_arithmetics_that_calls_follow_are_told_apart_by_some_golden() -> None:
    computed = {
        pair: {
            case.name: np.asarray(case.reference())
            for case in integer_cases(*pair)
            if case.name in INTEGER_GOLDENS and any(call.expression(case.request) for call in calls)
        }
        for pair, calls in followed_integers().items()
    }
    assert len(computed) == 26
    for a, b in itertools.combinations(computed, 2):
        both = [name for name in computed[a] if name in computed[b]]
        told = any(not np.array_equal(computed[a][name], computed[b][name]) for name in both)
        assert told or not both, (a, b)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
def test_integer_inputs_are_held_by_their_dtype_and_use_its_ends(dtype: str) -> None:
    limits = np.iinfo(dtype)
    values = [case.inputs["x"] for case in integer_cases(LINEAR, None, dtype)]
    for x in values:
        assert np.array_equal(x.astype(dtype), x)
    together = np.concatenate([x.ravel() for x in values])
    assert (together.min(), together.max()) == (limits.min, limits.max)


def test_some_integer_golden_overshoots_both_ends_and_is_clamped() -> None:
    for case in integer_cases(CUBIC, "torch_uint8"):
        exact = CUBIC.apply(case.inputs["x"], case.size)
        if exact.min() < -10 and exact.max() > 265:
            got = case.reference()
            assert (got.min(), got.max()) == (0, 255)
            return
    pytest.fail("no case overshoots")


def test_integer_names_say_their_sizes_and_are_unique() -> None:
    names = [entry.name for entry in INTEGER_CASES]
    assert sorted(set(names)) == sorted(names)
    for entry in INTEGER_CASES:
        n, m = entry.shape[2:], entry.size
        assert entry.name == f"{n[0]}x{n[1]}-{m[0]}x{m[1]}-{entry.x}"


# ---------------------------------------------------------------------------- predicted


SPOKEN_OF = [
    (rounding, convention)
    for rounding in ROUNDINGS
    for convention in (*every_resize(), *every_pyramid())
    if applies_to(rounding, convention)
]
SIZES_OF = {"area": [(5, 4)], "area_linear": [(11, 13)], "pyramid": [(4, 5)]}  # of 7 x 9
IN_BLOCKS = {"pillow_reduce": [(7, 3)]}  # of whole pixels


def opaque(rounding: str, image: Any) -> Any:
    """An image (N, C, H, W); for an arithmetic that multiplies by the last channel, an opaque one: what is
    half transparent loses levels."""
    channels = ROUNDINGS[rounding].channels
    if not channels:
        return image
    colours = np.repeat(image[:, :1], channels[-1] - 1, axis=1)
    return np.concatenate([colours, np.full_like(image[:, :1], 255)], axis=1)


@pytest.mark.parametrize(("rounding", "convention"), thinned(SPOKEN_OF, every=3), ids=str)
def test_a_prediction_is_within_a_few_levels_of_the_clamped_result(
    rounding: str, convention: Resize
) -> None:
    """A different road to the same place: on a smooth image nothing overshoots between the passes."""
    y, x = np.indices((7, 9))
    image = opaque(rounding, (20.0 * x + 5.0 * y)[None, None] + 10)
    sizes = IN_BLOCKS.get(rounding) or SIZES_OF.get(convention.mode, [(11, 5), (5, 4)])
    for dtype, size in itertools.product(ROUNDINGS[rounding].dtypes, sizes):
        got = predicted(rounding, convention, image, size, dtype)
        rule = "box_float64" if convention.mode == "box" else None  # whose ends are pixels' middles
        exact = Computation(convention, {"x": image}, size, rule=rule).computed().expected
        # 32 places a pixel: 20 and 5 a pixel, half a place off on each axis, and 2 beside
        allowed = 2 + (25 / 64) * (rounding == "opencv_warp")
        inside = (slice(2, -2), slice(1, -1)) if convention.padding_mode != "border" else ()
        off = abs(got - exact.clip(0, 255))[0, 0]
        assert off[inside].max() <= allowed


@pytest.mark.parametrize(
    ("rounding", "convention"),
    thinned((s for s in SPOKEN_OF if s[1].padding_mode != "zeros"), every=3),
    ids=str,
)
def test_a_constant_image_stays_what_it_is(rounding: str, convention: Resize) -> None:
    size = {"area": (4, 3), "area_linear": (9, 8), "pyramid": (3, 3)}.get(convention.mode, (9, 4))
    size = (3, 3) if rounding in IN_BLOCKS else size
    for value in (0, 1, 127, 255):
        x = opaque(rounding, np.full((1, 3, 5, 6), float(value)))
        got = predicted(rounding, convention, x, size, ROUNDINGS[rounding].dtypes[0])
        got -= x[:, :, :1, :1]
        # fixed-point weights need not sum to 1; a float32 sum just below a level is cut to the one below, but
        # linear adds differences, which are 0
        cut = rounding in ("keras_cut", "keras_wrapped") and convention.mode != "linear"
        cut = cut or rounding == "onnxruntime_cut"  # which adds products
        above = 1 if rounding in ("opencv_fixed_11", "torch_uint8") else 0
        assert -max(above, cut) <= got.min()
        assert got.max() <= above


def test_a_constant_image_is_a_level_lower_where_its_weights_sum_to_less_than_1_in_float32() -> (
    None
):
    convention = Resize(mode="cubic", cubic_coeff_a=-0.5, exclude_outside=True)
    x = np.ones((1, 3, 5, 6))
    sums = tensorflow._resized(convention, x.astype(np.int64), (9, 4))
    assert (sums < 1).any()
    assert (sums >= 1).any()
    assert abs(sums - 1).max() < 2.0**-20
    for rounding in ("keras_cut", "keras_wrapped"):
        assert np.array_equal(predicted(rounding, convention, x, (9, 4), "uint8"), sums >= 1)


def test_every_call_follows_an_arithmetic_that_speaks_of_its_convention() -> None:
    """In every release."""
    followed: set[str] = set()
    for call in itertools.chain.from_iterable(one.rounding_alike for one in calls("resize")):
        for dtype, choice in call.roundings.items():
            for rounding in choice:
                followed.add(rounding)
                assert applies_to(rounding, call.latest), (call.id, call.ranges, rounding)
                assert dtype in ROUNDINGS[rounding].dtypes or rounding == "opencv_ipp"
    assert followed == set(ROUNDINGS)


# ---------------------------------------------------------------------------- a failure


def test_a_failure_names_the_arithmetic_that_is_followed_instead() -> None:
    (case,) = (c for c in integer_cases(CUBIC, "torch_uint8") if c.name == "5x4-9x7-extremes")
    case = case.computed()
    got = predicted("opencv_fixed_11", CUBIC, case.inputs["x"], case.size, "uint8").astype(np.uint8)
    arithmetic = call_named("torch-interpolate-bicubic").arithmetic["uint8"]
    assert said_to_follow(case, got, arithmetic) == [f"{CUBIC} with opencv_fixed_11"]


def test_a_failure_shows_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    call = call_named("torch-interpolate-bicubic")
    case = golden(goldens.root() / folder(CUBIC, "torch_uint8") / "5x4-9x7-extremes.json")
    assert case.dtype == "uint8"
    wrong = case.expected.astype(np.uint8)
    wrong[0, 0, 4, 3] ^= 1
    monkeypatch.setattr("halfpixel.conformance.verdicts.load", lambda framework: {})
    monkeypatch.setattr(
        "halfpixel.conformance.verdicts.installed_release", lambda framework: Release("2.13.0")
    )
    monkeypatch.setattr(type(call), "evaluate", lambda *_: wrong)
    text = explain(judge(call, case, "uint8"))
    assert "1 of 189 values exceed the error bound" in text
    assert "with torch_uint8" in text
    assert "error 1 (1 ULP)" in text
    assert "error bound 0" in text


# ---------------------------------------------------------------------------- two roundings


@pytest.mark.parametrize("size", [(8, 16), (16, 16), (11, 13), (3, 5)])
def test_cutting_is_one_way_and_ties_are_not(size: tuple[int, int]) -> None:
    """(8, 16) has as many ties as linear weights make: a quarter."""
    x = np.random.default_rng(0).integers(0, 256, (50, 1, 8, 8))
    exact = Resize(mode="linear").apply(x, size)
    rounded = np.floor(exact + 0.5)

    def told(other: np.ndarray[Any, Any]) -> bool:
        up, down = (int(np.count_nonzero(each)) for each in (other > rounded, other < rounded))
        return integer_kernels.one_way(up, down, exact.size)

    assert told(np.floor(exact))
    assert told(np.trunc(exact))
    assert not told(np.rint(exact))
    assert not told(rounded)
    few = rounded.copy()
    few[0, 0, 0, :3] -= 1
    assert not told(few)
