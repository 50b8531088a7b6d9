"""torchvision: which calls of torch and Pillow its own are, by release, and the sizes that it computes."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfpixel import frameworks
from halfpixel.conversion import convert
from halfpixel.conversion.answer import ResizeConversion
from halfpixel.conversion.parse import Raises, Reading, Unreadable, read
from halfpixel.conversion.parse.reading import Edge
from halfpixel.conversion.parse.source import parsed
from halfpixel.frameworks import FRAMEWORKS, Call
from halfpixel.operators import Resize

CALLS = {call.name: call for call in FRAMEWORKS["torchvision"].calls}
LINEAR, CUBIC = Resize(mode="linear"), Resize(mode="cubic", cubic_coeff_a=-0.75)
ANTIALIASED = {
    "BILINEAR": Resize(mode="linear", antialias=True, exclude_outside=True),
    "BICUBIC": Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
}


def in_release(name: str, release: str) -> Call:
    call = CALLS[name].at(release)
    assert call is not None
    return call


def called(text: str) -> list[str]:
    found = read(text)
    assert isinstance(found, Reading)
    return [call.name for call in found.calls]


def answered(text: str, target: Any, input_size: Any = None) -> ResizeConversion:
    found = convert(text, target, input_size=input_size)
    assert isinstance(found, ResizeConversion)
    return found


# ---------------------------------------------------------------------------- releases


@pytest.mark.parametrize("module", ["", "v2."])
@pytest.mark.parametrize("mode", ["BILINEAR", "BICUBIC"])
def test_antialias_that_is_left_out_is_on_since_0_17(module: str, mode: str) -> None:
    call = CALLS[f"{module}resize-{mode}-default"]
    before = {"BILINEAR": LINEAR, "BICUBIC": CUBIC}[mode]
    assert call.convention("0.16.2") == before
    assert call.convention("0.17.0") == call.latest == ANTIALIASED[mode]


def test_nearest_of_a_tensor_is_another_than_of_a_picture() -> None:
    assert CALLS["resize-NEAREST"].latest.coordinate_transformation_mode == "asymmetric"
    assert CALLS["resize-NEAREST-pillow"].latest.coordinate_transformation_mode == "half_pixel"
    exact = CALLS["resize-NEAREST_EXACT"].latest
    assert exact == CALLS["resize-NEAREST_EXACT-pillow"].latest
    assert CALLS["resize-NEAREST_EXACT"].at("0.14.1") is None


@pytest.mark.parametrize(
    ("name", "release", "followed"),
    [
        ("resize-BILINEAR", "0.28.0", ("torch_rounded", "torch_rounded_unfused")),
        ("resize-BILINEAR", "0.24.1", ("torch_rounded_2_8", "torch_rounded_unfused")),
        ("resize-BICUBIC-antialias", "0.20.1", ("torch_rounded_2_5", "torch_rounded_unfused")),
        ("resize-BICUBIC", "0.16.2", ("torch_rounded_2_1", "torch_rounded_unfused")),
        ("v2.resize-BICUBIC", "0.28.0", ("torch_uint8",)),
        ("v2.resize-BICUBIC", "0.15.2", ("torch_rounded_2_1", "torch_rounded_unfused")),
        ("v2.resize-NEAREST", "0.28.0", None),
        ("resize-BILINEAR-pillow", "0.28.0", ("pillow_13_uint8",)),
    ],
)
def test_how_bytes_are_rounded_is_torch_s_or_pillow_s(
    name: str, release: str, followed: tuple[str, ...] | None
) -> None:
    assert in_release(name, release).roundings.get("uint8") == followed


@pytest.mark.parametrize(
    ("capability", "until_0_23", "since_0_24"),
    [
        ("AVX2", "torch_uint8", "torch_uint8"),
        ("AVX512", "torch_rounded_2_8", "torch_uint8"),
        ("DEFAULT", "torch_rounded_unfused", "torch_rounded_unfused"),
    ],
)
def test_v2_hands_bytes_to_torch_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch, capability: str, until_0_23: str, since_0_24: str
) -> None:
    monkeypatch.setattr("halfpixel.frameworks.torch.capability", lambda torch: capability)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    for release, rounding in (("0.23.0", until_0_23), ("0.24.1", since_0_24)):
        call = in_release("v2.resize-BILINEAR", release)
        assert call.rounding(call.roundings["uint8"], {"torch": None}) == rounding


def test_bytes_of_releases_whose_rounding_is_not_known_are_not_predicted() -> None:
    assert set(in_release("resize-BILINEAR", "0.13.1").arithmetic) == {"float32", "float64"}
    assert "uint8" not in in_release("resize-BICUBIC-antialias", "0.15.2").arithmetic
    assert "uint8" in in_release("resize-BICUBIC", "0.15.2").arithmetic


def test_what_torch_computed_wrongly_is_in_the_releases_built_for_it() -> None:
    """uint8 bicubic by the taps inside, torch 2.1 and 2.2: of v2, which hands bytes on, and not of v1."""
    whys = {
        (name, release): [one.why for one in in_release(name, release).defects if "taps" in one.why]
        for name in ("resize-BICUBIC", "v2.resize-BICUBIC")
        for release in ("0.17.2", "0.18.0")
    }
    assert [bool(why) for why in whys.values()] == [False, False, True, False]


def test_a_range_of_pillow_is_about_the_pillow_beside_it() -> None:
    release = frameworks.Release("0.28.0", {"pillow": "12.2.0"})
    call = CALLS["resize-BOX-pillow"].at(release)
    assert call is not None
    assert call.roundings == {"uint8": ("pillow_12_uint8",)}
    old = CALLS["resize-BOX-pillow"].at(frameworks.Release("0.28.0", {"pillow": "6.2"}))
    assert old is not None
    assert len(old.defects) == 1


# ---------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("TF.resize(x, (8, 9))", ["resize-BILINEAR-default", "resize-BILINEAR-pillow"]),
        ("F.resize(x, (8, 9), antialias=False)", ["resize-BILINEAR", "resize-BILINEAR-pillow"]),
        ("TF.resize(x, (8, 9), antialias=None)", ["resize-BILINEAR", "resize-BILINEAR-pillow"]),
        ("TF.resize(x, 8, 3, antialias=True)", ["resize-BICUBIC-antialias", "resize-BICUBIC-pillow"]),
        ("TF.resize(Image.open(p), 8, antialias=False)", ["resize-BILINEAR-pillow"]),
        ("TF.resize(torch.rand(3, 8, 8), 4, antialias=False)", ["resize-BILINEAR"]),
        ("TF.resize(x, 8, InterpolationMode.NEAREST, antialias=True)",
         ["resize-NEAREST", "resize-NEAREST-pillow"]),
        ("transforms.Resize(8, Image.BICUBIC, antialias='warn')(im)",
         ["resize-BICUBIC-default", "resize-BICUBIC-pillow"]),
        ("T.Resize([8], interpolation=T.InterpolationMode.HAMMING)", ["resize-HAMMING-pillow"]),
        ("torchvision.transforms.v2.Resize(8, 'lanczos')",
         ["v2.resize-LANCZOS-default", "v2.resize-LANCZOS-pillow"]),
        ("v2.functional.resized_crop(x, 1, 2, 30, 40, 8, antialias=True)",
         ["v2.resized_crop-BILINEAR-antialias", "v2.resize-BILINEAR-pillow"]),
    ],
)  # fmt: skip
def test_a_call_is_read_as_that_on_tensors_and_that_on_pictures(
    text: str, names: list[str]
) -> None:
    assert called(text) == names


def test_f_is_told_from_torch_s_by_what_is_imported() -> None:
    code = b"""
import torch.nn.functional as nnf
import torchvision.transforms.v2.functional as F
from torchvision.transforms import InterpolationMode as Mode, Resize
HOW = Mode.NEAREST_EXACT
F.resize(x, 8, HOW)
nnf.interpolate(x, 8)
Resize(8, interpolation=Mode.BICUBIC, antialias=True)
"""
    found = [called(call.spelled)[0] for call in parsed(code).calls]
    assert found == [
        "v2.resize-NEAREST_EXACT",
        "interpolate-nearest",
        "resize-BICUBIC-antialias",
    ]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("transforms.RandomResizedCrop(224)", Unreadable, "draws its box at random .* TF.resized_crop"),
        ("v2.RandomResizedCrop(224)", Unreadable, "ask about v2.functional.resized_crop"),
        ("TF.resize(x, (8, 9), max_size=20)", Raises, "beside a size of both edges"),
        ("TF.resize(x, 8, max_size=8)", Raises, "max_size=8 must be greater than size=8"),
        ("v2.Resize(None)", Raises, "does not say what becomes of the size"),
        ("TF.resize(x, 8, 'bicubic')", Raises, "write InterpolationMode.BICUBIC"),
        ("TF.resize(x, -8)", Unreadable, "positive whole number, got -8"),
        ("TF.resize(x, (1, 2, 3))", Unreadable, "size is two numbers"),
        ("TF.resize(torch.rand(3, 8, 8), 8, InterpolationMode.BOX)", Raises, "torch has no such mode"),
        ("TF.resize(x, 8, mode)", Unreadable, "interpolation=mode is not written out"),
        ("F.resize(x, 8, align_corners=True)", Raises, "unexpected keyword argument 'align_corners'"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read(text)


def test_where_a_tensor_and_a_picture_differ_the_answer_has_two_parts() -> None:
    answer = answered("TF.resize(x, (8, 9), antialias=False)", "torch")
    tensor, picture = answer.parts
    assert (tensor.when, picture.when) == (
        "where the image is a tensor",
        "where the image is one of Pillow's",
    )
    assert tensor.best is not None
    assert picture.best is not None
    assert "antialias" not in tensor.best.code
    assert "antialias=True" in picture.best.code
    alike = answered("TF.resize(x, (8, 9), antialias=True)", "torch")
    assert len(alike.parts) == 1
    assert any("its weights are the same" in one for one in alike.parts[0].conditions)


def test_a_call_of_pictures_alone_says_so() -> None:
    answer = answered("TF.resize(x, (8, 9), InterpolationMode.LANCZOS)", "pillow")
    assert "Image.Resampling.LANCZOS" in answer.code
    assert any("the image is one of Pillow's" in note for note in answer.reading.notes)


# ---------------------------------------------------------------------------- sizes


def of_torchvision(n_in: tuple[int, int], size: int | None, max_size: int | None) -> list[int]:
    """pytorch/vision, torchvision/transforms/functional.py: _compute_resized_output_size."""
    h, w = n_in
    short, long = (w, h) if w <= h else (h, w)
    if size is None:
        assert max_size is not None
        new_short, new_long = int(max_size * short / long), max_size
    else:
        new_short, new_long = size, int(size * long / short)
        if max_size is not None and new_long > max_size:
            new_short, new_long = int(max_size * new_short / new_long), max_size
    new_w, new_h = (new_short, new_long) if w <= h else (new_long, new_short)
    return [new_h, new_w]


edges = st.integers(1, 5000)


@given(edges, edges, edges, st.none() | edges)
def test_an_edge_is_that_of_torchvision(h: int, w: int, size: int, more: int | None) -> None:
    longest = None if more is None else size + more
    assert list(Edge(size, longest).of((h, w))) == of_torchvision((h, w), size, longest)
    assert list(Edge(None, size).of((h, w))) == of_torchvision((h, w), None, size)


SAID: list[tuple[str, dict[str, Any], tuple[int | None, int | None]]] = [
    ("TF.resize(x, 7)", {}, (7, None)),
    ("TF.resize(x, [7], max_size=9)", {}, (7, 9)),
    ("v2.Resize(None, max_size=11)", {}, (None, 11)),
    ("TF.resize(x, n)", {"n": 6}, (6, None)),
    ("TF.resize(x, edges, max_size=short)", {"edges": 6, "short": 8}, (6, 8)),
]


@pytest.mark.torch
@pytest.mark.parametrize(
    ("text", "names", "edge", "target"),
    [
        (*said, target)
        for said, target in zip(SAID, cycle(["torch", "opencv", "pillow"]), strict=False)
    ],
)
def test_what_is_printed_computes_the_size_and_the_values(
    text: str, names: dict[str, Any], edge: tuple[int | None, int | None], target: str
) -> None:
    """Of tall, wide and square images; torch is torchvision's kernel of tensors."""
    torch = frameworks.load("torch")
    scope = {**frameworks.load(target), **names, "np": np}
    if target == "opencv":
        import halfpixel

        scope["halfpixel"] = halfpixel
    code = answered(text, target).code
    rng = np.random.default_rng(0)
    for h, w in ((5, 9), (9, 5), (6, 6), (13, 4)):
        image = rng.normal(size=(h, w)).astype(np.float32)
        size = of_torchvision((h, w), *edge)
        tensor = torch["torch"].from_numpy(image)[None, None]
        right = torch["F"].interpolate(tensor, size, mode="bilinear", antialias=True)
        scope["x"] = tensor if target == "torch" else image
        exec(code, scope)
        y = np.asarray(scope["y"]).reshape(np.asarray(scope["y"]).shape[-2:])
        assert list(y.shape) == size
        if 1 not in size:  # torch repeats the first row of a column
            np.testing.assert_allclose(y, right.numpy()[0, 0], atol=2e-6)


def test_a_name_may_be_one_number_or_two() -> None:
    code = answered("TF.resize(x, size)", "torch").code
    for size, n_out in ((3, (3, 5)), ((4, 9), (4, 9)), ([4, 9], (4, 9))):
        scope: dict[str, Any] = {"size": size, "x": np.zeros((1, 1, 6, 10)), "F": Shapes}
        exec(code, scope)
        assert scope["y"] == n_out


class Shapes:
    """Of what is resized, the size alone."""

    @staticmethod
    def interpolate(x: Any, size: tuple[int, int], **flags: Any) -> tuple[int, int]:
        return size


def test_of_a_box_the_size_is_known() -> None:
    answer = answered("TF.resized_crop(img, 10, 20, 100, 120, 50)", "torch")
    assert answer.parts[0].looked_at == "at 100x120 -> 50x60"
    assert "size=(50, 60)" in answer.code
    assert "its rows 10 to 110 and columns 20 to 140" in answer.reading.notes[0]
    named = answered("TF.resized_crop(img, i, j, h, w, (50, 60))", "torch")
    assert "its rows i to i + h and columns j to j + w" in named.reading.notes[0]


# ---------------------------------------------------------------------------- as it runs


@pytest.mark.torchvision
@pytest.mark.parametrize(("text", "names", "edge"), SAID)
def test_torchvision_computes_the_size_that_is_said(
    text: str, names: dict[str, Any], edge: tuple[int | None, int | None]
) -> None:
    scope = {**frameworks.load("torchvision"), **names}
    torch = scope["torch"]
    for h, w in ((5, 9), (9, 5), (6, 6), (13, 4)):
        scope["x"] = torch.rand(1, 1, h, w)
        y = eval(text if "(x" in text else f"{text}(x)", scope)
        assert list(y.shape[2:]) == of_torchvision((h, w), *edge)


@pytest.mark.torchvision
@pytest.mark.torch
@pytest.mark.parametrize("target", ["torch", "opencv"])
@pytest.mark.parametrize("text", ["TF.resize(x, 7)", "TF.resize(x, (6, 9), antialias=False)"])
def test_the_code_for_another_framework_computes_what_torchvision_does(
    text: str, target: str
) -> None:
    import halfpixel

    scope = {**frameworks.load(target), **frameworks.load("torchvision"), "halfpixel": halfpixel}
    answer = answered(text, target)
    best = answer.parts[0].best
    assert best is not None
    image = np.random.default_rng(0).normal(size=(9, 13)).astype(np.float32)
    scope["x"] = scope["torch"].from_numpy(image)[None, None]
    right = eval(text, scope).numpy()[0, 0]
    scope["x"] = scope["x"] if target == "torch" else image
    exec(best.code, scope)
    np.testing.assert_allclose(np.asarray(scope["y"]).reshape(right.shape), right, atol=2e-6)


@pytest.mark.torchvision
@pytest.mark.opencv
def test_the_code_in_torchvision_computes_what_opencv_does() -> None:
    scope = {**frameworks.load("torchvision"), **frameworks.load("opencv")}
    code = answered("cv2.resize(x, (12, 10))", "torchvision").code
    image = np.random.default_rng(0).normal(size=(9, 13)).astype(np.float32)
    scope["x"] = scope["torch"].from_numpy(image)[None, None]
    exec(code, scope)
    right = scope["cv2"].resize(image, (12, 10))
    np.testing.assert_allclose(scope["y"].numpy()[0, 0], right, atol=2e-6)
