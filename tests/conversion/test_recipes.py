"""Code is given where no call is equal, and it computes what it says: of images, lines and volumes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from halfpixel.conversion import ResizeConversion, convert
from halfpixel.conversion.recipes import _PLACES, _ROUNDED, _WEIGHED
from halfpixel.frameworks.call import Call
from halfpixel.frameworks.layer_plans import Target
from halfpixel.numerics.coordinates import float_coordinates
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis
from tests.test_resize_conversions import COMPILED, FRAMEWORK, image, names, run, runs
from tests.thinning import swept, thinned

_ULP = 2.0**-24
Array = np.ndarray[Any, Any]


def answer(text: str, to: Target, size: tuple[int, ...] | None = None) -> ResizeConversion:
    found = convert(text, to, input_size=size)
    assert isinstance(found, ResizeConversion)
    return found


def tensorflow(text: str, x: Array) -> Array:
    tf = names("tensorflow")["tf"]
    y = eval(text, {"tf": tf, "x": tf.constant(x.transpose(0, 2, 3, 1)), "h": 7, "w": 11})
    return np.asarray(y).transpose(0, 3, 1, 2)


def opencv(text: str, x: Array) -> Array:
    known = names("opencv")
    y = eval(text, {**known, "x": x[0].transpose(1, 2, 0), "h": 7, "w": 11})
    return np.asarray(y).transpose(2, 0, 1)[None]


SOURCES = {"tf": tensorflow, "cv2": opencv}
# calls that a target has no single call for, the recipe, and the targets
CALLS: tuple[tuple[str, str, tuple[Target, ...]], ...] = (
    ("tf.compat.v1.image.resize_bilinear(x, (h, w))", "padded", ("torch",)),
    ("tf.compat.v1.image.resize_bilinear(x, (h, w))", "matrices", ("keras",)),
    ("tf.image.resize(x, (h, w), 'bicubic')", "matrices", ("torch",)),
    ("tf.compat.v1.image.resize_bicubic(x, (h, w))", "matrices", ("torch", "keras")),
    ("tf.image.resize(x, (h, w), 'area')", "matrices", ("torch", "opencv")),
    ("tf.image.resize(x, (h, w), 'mitchellcubic', antialias=True)", "matrices", ("torch", "opencv")),
    ("cv2.resize(x, (w, h), interpolation=cv2.INTER_LANCZOS4)", "matrices", ("torch", "tensorflow")),
    ("cv2.resize(x, (w, h), interpolation=cv2.INTER_NEAREST)", "indexed", ("keras",)),
)  # fmt: skip


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.parametrize(
    ("text", "name", "target"),
    thinned(((text, name, target) for text, name, targets in CALLS for target in targets), every=2),
)
@pytest.mark.parametrize("n_in", [(14, 5)])  # one axis shrinks, the other grows
def test_a_recipe_computes_what_the_call_does(
    text: str, name: str, target: Target, n_in: tuple[int, int]
) -> None:
    x = image(n_in)
    want = SOURCES[text.split(".")[0]](text, x)
    (part,) = answer(text, target).parts
    assert not part.equal
    (one,) = part.recipes
    assert one.name == name
    assert part.best is one
    got = run(None, one.code, target, x, (7, 11))
    assert got.shape == want.shape
    if name == "indexed":
        assert one.exactness.kind == "bitwise"
        assert np.array_equal(got, want)
    else:
        assert abs(got - want).max() <= one.exactness.ulp * _ULP


@pytest.mark.parametrize(("grid", "rule"), _PLACES)
def test_pixels_are_found_as_the_rule_finds_them(grid: Any, rule: str) -> None:
    convention = Resize(
        mode="nearest",
        coordinate_transformation_mode=grid,
        nearest_mode=_ROUNDED[grid],  # type: ignore[arg-type]
    )
    for n in range(1, 40):
        for m in range(1, 40):
            at = eval(_PLACES[grid, rule].format(n=n, m=m), {"np": np})
            found = np.minimum(np.floor(at), n - 1).astype(int)
            where = float_coordinates(convention, Axis(n, m, None, m + 1).pixels, rule)
            assert found.tolist() == convention.taps_at(where, n)[0][:, 0].tolist()


@pytest.mark.parametrize(("grid", "rule"), _WEIGHED)
def test_coordinates_are_computed_as_the_rule_computes_them(grid: Any, rule: str) -> None:
    convention = Resize(mode="cubic", coordinate_transformation_mode=grid)
    lines = ["def coordinates(n, m):", *(f"    {line}" for line in _WEIGHED[grid, rule])]
    scope: dict[str, Any] = {"np": np}
    exec("\n".join(lines), scope)
    for n in range(1, 40):
        for m in range(1, 40):
            where = float_coordinates(convention, Axis(n, m, None, m + 1).pixels, rule)
            assert scope["coordinates"](n, m).tolist() == where.tolist()


# ---------------------------------------------------------------------------- lines and volumes


def torch(text: str, x: Array) -> Array:
    known = names("torch")
    return np.asarray(eval(text, {**known, "x": known["torch"].from_numpy(x)}))


LAYOUT: dict[Target, str] = {
    "torch": "first",
    "tensorflow": "last",
    "keras": "last",
    "opencv": "one",
    "pillow": "one",
    "torchvision": "first",
    "jax": "last",
    "litert": "last",
}


def of_rank(code: str, target: Target, x: Array) -> Array:
    """Run code on an array (1, C, ...) of any rank."""
    known = names(FRAMEWORK[target])
    if target == "pillow":  # floats have no channels
        planes = [{**known, "x": plane} for plane in x[0]]
        for scope in planes:
            exec(code, scope)
        return np.stack([np.asarray(scope["y"]) for scope in planes])[None]
    last = np.ascontiguousarray(np.moveaxis(x, 1, -1))
    given: Any = {"first": x, "last": last, "one": last[0]}[LAYOUT[target]]
    if target in ("torch", "torchvision"):
        given = known["torch"].from_numpy(x)
    scope = {**known, "x": given}
    if target in ("tensorflow", "keras"):
        scope["x"] = known["tf"].constant(given)
    if target == "jax":
        scope["x"] = known["jnp"].asarray(given)
    exec(code, scope)
    y = np.asarray(scope["y"])
    if target in ("torch", "torchvision"):
        return y
    y = y[None] if LAYOUT[target] == "one" else y
    return np.moveaxis(y, -1, 1)


RANKS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("F.interpolate(x, size=11, mode='linear')", (7,)),
    ("F.interpolate(x, size=(15,), mode='nearest')", (7,)),
    ("F.interpolate(x, size=(4,), mode='area')", (9,)),
    ("F.interpolate(x, size=(8, 5, 3), mode='trilinear')", (4, 6, 7)),
    ("F.interpolate(x, size=(8, 5, 3), mode='trilinear', align_corners=True)", (4, 6, 7)),
    ("F.interpolate(x, scale_factor=(1, 2, 2))", (3, 4, 5)),
    ("F.interpolate(x, size=(2, 5, 3), mode='area')", (4, 6, 7)),
    ("nn.Upsample(scale_factor=2, mode='trilinear')(x)", (3, 4, 5)),
)


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.parametrize(
    "target", [swept(one) if one in COMPILED else one for one in LAYOUT if runs(one)]
)
@pytest.mark.parametrize(("text", "n_in"), RANKS)
def test_lines_and_volumes_keep_every_axis(
    text: str, n_in: tuple[int, ...], target: Target
) -> None:
    x = np.random.default_rng(len(n_in)).uniform(-1, 1, (1, 2, *n_in)).astype(np.float32)
    found = answer(text, target, n_in)
    want = torch(text, x)
    (part,) = found.parts
    one = part.best
    assert one is not None
    got = of_rank(one.code, target, x)
    assert got.shape == want.shape
    assert abs(got - want).max() <= max(one.exactness.ulp, 0) * _ULP


def test_a_volume_goes_to_onnx_with_every_axis() -> None:
    (part,) = answer("F.interpolate(x, size=(8, 5, 3), mode='trilinear')", "onnx").parts
    assert "sizes is (n, c, 8, 5, 3), int64" in part.equal[0].conditions


@pytest.mark.torch
@pytest.mark.parametrize("n", [6, (6, 6)])
def test_a_size_that_is_one_name_may_be_a_number_or_a_tuple(n: Any) -> None:
    code = answer("F.interpolate(x, size=n, mode='bilinear')", "torch").code
    known = names("torch")
    scope = {**known, "x": known["torch"].zeros(1, 1, 3, 4), "n": n}
    exec(code, scope)
    assert scope["y"].shape[2:] == (6, 6)


def test_only_what_no_short_code_computes_has_none() -> None:
    text = "tf.image.crop_and_resize(x, [[-1, 0, 2, 1]], [0], (4, 4), extrapolation_value=3.0)"
    (part,) = answer(text, "torch").parts
    assert part.best is None
    assert "no torch call computes this" in str(answer(text, "torch"))


def test_a_recipe_has_no_call() -> None:
    (part,) = answer("cv2.resize(x, (w, h), interpolation=cv2.INTER_LANCZOS4)", "torch").parts
    assert not isinstance(part.recipes[0].call, Call)
    assert part.recipes[0].json()["recipe"] == "matrices"


def test_a_node_for_each_matrix() -> None:
    """One Einsum of all multiplies the matrices with each other first: 25 GB at 374x165 -> 509x224."""
    answer = convert("cv2.resize(x, (w, h), interpolation=cv2.INTER_LANCZOS4)", "onnx")
    assert isinstance(answer, ResizeConversion)
    lines = answer.parts[0].recipes[0].code.splitlines()
    assert [line.partition("equation=")[2] for line in lines if "equation" in line] == [
        "'ah,nkhw->nkaw')",
        "'bw,nkaw->nkab')",
    ]


def test_doubles_that_warp_affine_computes_otherwise_are_told() -> None:
    def taken(flag: str) -> str:
        answer = convert(f"cv2.resize(x, (26, 20), interpolation={flag})", "opencv")
        assert isinstance(answer, ResizeConversion)
        warp = next(one for one in answer.parts[0].equal if "warpAffine" in one.code)
        return next(one for one in warp.conditions if one.startswith("takes "))

    assert "float64 (by other coordinates)" in taken("cv2.INTER_LINEAR")
    assert "float64" not in taken("cv2.INTER_CUBIC")
