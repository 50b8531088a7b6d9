"""Resizers of libraries that halfpixel has no calls of: what they follow, and what follows nothing.

The libraries are the extra ``others``, which ``make`` and ``tox -e all`` install.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel import Resize
from halfpixel.identification import Identification
from halfpixel.identification.candidates import Candidate
from halfpixel.identification.dtypes import integer_image
from halfpixel.identification.matching import followed
from halfpixel.identification.probes import SIZES, Answer, image
from halfpixel.identification.rounding import Sampled, predicts
from halfpixel.numerics.weights import matrix
from halfpixel.operators.axis import Axis
from tests.thinning import SECONDS, thinned

of_numpy = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
LINEAR = Resize(mode="linear")
ALIGNED = Resize(mode="linear", coordinate_transformation_mode="align_corners")
NEAREST = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
FLOOR = Resize(mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric")


def cubic(a: float, **flags: Any) -> Resize:
    return Resize(mode="cubic", cubic_coeff_a=a, **flags)


STRETCHED: dict[str, Any] = {"antialias": True, "exclude_outside": True}


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.opencv
@pytest.mark.keras_torch
def test_where_all_frameworks_are_the_other_libraries_are_too() -> None:
    modules = ("PIL", "jax", "kornia", "onnxruntime", "scipy", "skimage")
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []


def identified(fn: Callable[..., Any], **known: Any) -> Identification:
    answer = halfpixel.identify(fn, seconds=SECONDS, **known)
    assert isinstance(answer, Identification)
    return answer


def regimes(answer: Identification) -> dict[str, Resize | None]:
    return {p.regime: p.candidate.convention if p.candidate else None for p in answer.parts}


# ---------------------------------------------------------------------------- Pillow

PILLOW = {
    "NEAREST": NEAREST,
    "BILINEAR": Resize(mode="linear", **STRETCHED),
    "BICUBIC": cubic(-0.5, **STRETCHED),
    "LANCZOS": Resize(mode="lanczos", **STRETCHED),
    "HAMMING": Resize(mode="hamming", **STRETCHED),
}


@pytest.mark.parametrize("name", thinned(PILLOW, every=2))
def test_pillow_always_antialiases(name: str) -> None:
    pillow = pytest.importorskip("PIL.Image")
    method = pillow.Resampling[name]
    answer = identified(lambda picture, size: picture.resize(size, method))
    assert answer.convention == PILLOW[name]
    assert answer.json()["takes"] == "Pillow images"
    assert answer.json()["size_order"] == "wh"
    does = {b.dtype: b.arithmetic for b in answer.dtypes}
    if name == "NEAREST":
        assert answer.json()["coordinate_rule"] == "sum_float64"
    else:
        assert does["uint8"] == "pillow_13_uint8"


@pytest.mark.parametrize("name", thinned(["BICUBIC", "BILINEAR"], every=2))
def test_pillow_on_bytes_alone_is_named_with_its_arithmetic(name: str) -> None:
    pillow = pytest.importorskip("PIL.Image")

    def bytes_alone(x: Array, size: tuple[int, int]) -> Array:
        if x.dtype != np.uint8:
            raise TypeError("uint8 only")
        return np.asarray(pillow.fromarray(x).resize(size, pillow.Resampling[name]))

    answer = identified(bytes_alone)
    assert answer.convention == PILLOW[name]
    assert answer.json()["regimes"][0]["integer_arithmetic"] == "pillow_13_uint8"


# sizes at which the order of the passes shows: on either side of twice as many pixels, and by the ratios
PILLOW_SIZES = [
    ((32, 46), (8, 34)), ((32, 46), (8, 33)), ((84, 80), (70, 70)), ((89, 23), (72, 18)),
    ((60, 72), (17, 47)), ((58, 37), (15, 17)), ((9, 40), (4, 50)), ((20, 30), (31, 40)),
    ((20, 30), (31, 14)),
]  # fmt: skip


@pytest.mark.parametrize("name", ["BILINEAR", "BICUBIC", "LANCZOS"])
def test_pillow_13_takes_rows_first_where_they_lose_twice_as_many_pixels(name: str) -> None:
    pillow = pytest.importorskip("PIL.Image")
    orders = set()
    for n_in, n_out in PILLOW_SIZES:
        x = integer_image(3, n_in, "uint8")
        picture = pillow.fromarray(x[0].transpose(1, 2, 0).astype(np.uint8))
        y = np.asarray(picture.resize(n_out[::-1], pillow.Resampling[name]), float)
        h, w = (matrix(PILLOW[name], Axis(*pair)) for pair in zip(n_in, n_out, strict=True))
        sampled = Sampled(PILLOW[name], x, (h, w), partial(np.zeros_like, x), "uint8")
        got = y.transpose(2, 0, 1)[None]
        assert predicts("pillow_13_uint8", sampled, got), (n_in, n_out)
        orders.add(predicts("pillow_uint8", sampled, got))
    assert orders == {True, False}, "the order of the passes shows at some of these sizes"


def test_pillow_s_box_counts_a_pixel_a_half_after_and_none_a_half_before() -> None:
    pillow = pytest.importorskip("PIL.Image")
    answer = identified(lambda picture, size: picture.resize(size, pillow.Resampling.BOX))
    assert answer.convention == Resize(mode="box", **STRETCHED)
    assert answer.json()["coordinate_rule"] == "box_float64"


@pytest.mark.parametrize("n_in", [1, 2, 3, 17, 41])
def test_the_rule_of_pillow_s_box_finds_its_pixels_at_every_size(n_in: int) -> None:
    pillow = pytest.importorskip("PIL.Image")
    box, differs = Resize(mode="box", **STRETCHED), 0
    for n_out in range(1, 60):
        image = pillow.fromarray(np.eye(n_in, dtype=np.float32))
        got = np.asarray(image.resize((n_out, n_in), pillow.Resampling.BOX)).T
        assert np.allclose(matrix(box, Axis(n_in, n_out), "box_float64"), got, 0, 2.0**-24)
        differs += not np.allclose(matrix(box, Axis(n_in, n_out)), got, 0, 2.0**-24)
    assert (differs > 0) == (n_in > 1), "a tie counts by half in the kernel"


# ---------------------------------------------------------------------------- SciPy, scikit-image


def zoom(order: int, grid_mode: bool) -> Callable[..., Array]:
    ndimage = pytest.importorskip("scipy.ndimage")

    def zoomed(x: Array, size: tuple[int, int]) -> Array:
        factors = [m / n for n, m in zip(x.shape, size, strict=False)] + [1.0] * (x.ndim - 2)
        return np.asarray(
            ndimage.zoom(x, factors, order=order, mode="nearest", grid_mode=grid_mode)
        )

    return zoomed


@of_numpy
def test_scipy_s_zoom_aligns_corners_unless_it_is_told_not_to() -> None:
    assert identified(zoom(1, False)).convention == ALIGNED
    assert identified(zoom(1, True)).convention == LINEAR
    assert identified(zoom(0, True)).convention == NEAREST
    aligned = identified(zoom(0, False))
    assert aligned.convention == replace(NEAREST, coordinate_transformation_mode="align_corners")
    assert aligned.json()["coordinate_rule"] == "scipy_float64"


@of_numpy
@pytest.mark.sweep  # six seconds of the processor; scikit-image's blur runs by default
@pytest.mark.parametrize("grid_mode", [False, True])
def test_scipy_s_splines_follow_nothing(grid_mode: bool) -> None:
    answer = identified(zoom(3, grid_mode))
    assert not answer.named
    assert "a spline, or another filter without end" in answer.diagnosis.lines[-1]


def in_scikit_image(order: int, **flags: Any) -> Callable[..., Array]:
    transform = pytest.importorskip("skimage.transform")
    return lambda x, size: transform.resize(x, size, order=order, preserve_range=True, **flags)


# mode='reflect' is SciPy's 'mirror'
MIRRORED = Resize(mode="linear", padding_mode="reflect_101")


@of_numpy
@pytest.mark.parametrize(
    ("order", "flags", "convention"),
    thinned([(1, {}, MIRRORED), (1, {"mode": "edge"}, LINEAR), (0, {}, NEAREST)], every=3),
)
def test_scikit_image_mirrors(order: int, flags: dict[str, Any], convention: Resize) -> None:
    answer = identified(in_scikit_image(order, anti_aliasing=False, **flags))
    assert answer.convention == convention


@pytest.mark.sweep
@of_numpy
def test_scikit_image_blurs_where_it_antialiases() -> None:
    blurred = identified(in_scikit_image(1, anti_aliasing=True, mode="edge"))
    assert regimes(blurred)["enlarging"] == LINEAR
    assert not blurred.named
    # (21 / 8 - 1) / 2
    assert f"blurred before {LINEAR}: a Gaussian of sigma 0.8125" in blurred.diagnosis.lines[0]


# ---------------------------------------------------------------------------- Kornia


KORNIA: list[tuple[str, dict[str, Any], Resize]] = [
    ("bilinear", {}, LINEAR),
    ("bilinear", {"align_corners": True}, ALIGNED),
    ("bicubic", {}, cubic(-0.75)),
    ("area", {}, Resize(mode="adaptive_area")),
    ("nearest", {}, FLOOR),
]


def in_kornia(name: str, **flags: Any) -> Callable[..., Any]:
    pytest.importorskip("torch")
    transform = pytest.importorskip("kornia.geometry.transform")
    return lambda x, size: transform.resize(x, size, interpolation=name, **flags)


@pytest.mark.torch
@pytest.mark.parametrize(("name", "flags", "convention"), thinned(KORNIA, every=3))
def test_kornia_is_torch(name: str, flags: dict[str, Any], convention: Resize) -> None:
    assert identified(in_kornia(name, **flags)).convention == convention


@pytest.mark.sweep
@pytest.mark.torch
def test_kornia_blurs_where_it_antialiases() -> None:
    """As scikit-image does."""
    blurred = identified(in_kornia("bilinear", antialias=True))
    assert not blurred.named
    assert f"blurred before {LINEAR}" in blurred.diagnosis.lines[0]


@pytest.mark.torch
def test_kornia_s_rescale_samples_at_the_ratio_of_the_sizes_or_at_the_factor() -> None:
    transform = pytest.importorskip("kornia.geometry.transform")
    answer = identified(lambda x, factor: transform.rescale(x, factor, interpolation="bilinear"))
    assert answer.convention == LINEAR
    assert answer.json()["output_size"] == "floor(n * factor)"
    assert answer.json()["scales"] is not None


# ---------------------------------------------------------------------------- JAX


JAX = [
    ("linear", True, Resize(mode="linear", **STRETCHED)),
    ("linear", False, LINEAR),
    ("cubic", True, cubic(-0.5, **STRETCHED)),
    ("cubic", False, cubic(-0.5, exclude_outside=True)),
    ("lanczos3", True, Resize(mode="lanczos", **STRETCHED)),
    ("lanczos5", False, Resize(mode="lanczos", lanczos_radius=5, exclude_outside=True)),
]


def in_jax(method: str, antialias: bool) -> Callable[..., Any]:
    jax_image = pytest.importorskip("jax.image")
    return lambda x, shape: jax_image.resize(x, shape, method, antialias=antialias)


@pytest.mark.parametrize(("method", "antialias", "convention"), thinned(JAX, every=3))
def test_jax_drops_what_is_outside(method: str, antialias: bool, convention: Resize) -> None:
    """At two sizes: it compiles anew for each."""
    resized = in_jax(method, antialias)
    answers = []
    for n_in, n_out in SIZES[:2]:
        x = image(3, n_in)
        y = np.asarray(resized(x.astype(np.float32), (1, 3, *n_out)))
        answers.append(Answer(n_in, n_out, x, y.astype(np.float64)))
    result = followed(answers)
    assert result.complete
    assert [part.candidate for part in result.parts] == [Candidate(convention)]


def test_jax_s_nearest_multiplies_by_the_inverse_of_the_size() -> None:
    resized, answers = in_jax("nearest", False), []
    for n_in, n_out in [((14, 2), (52, 41)), ((47, 14), (22, 23))]:
        x = image(1, n_in)
        y = np.asarray(resized(x.astype(np.float32), (1, 1, *n_out)))
        answers.append(Answer(n_in, n_out, x, y.astype(np.float64)))
    assert [part.candidate for part in followed(answers).parts] == [
        Candidate(NEAREST, "jax_float32")
    ]


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("method", "antialias", "convention"), JAX, ids=[f"{jax[0]}-{jax[1]}-sweep" for jax in JAX]
)
def test_jax_is_named(method: str, antialias: bool, convention: Resize) -> None:
    answer = identified(in_jax(method, antialias))
    assert answer.convention == convention


# ---------------------------------------------------------------------------- ONNX Runtime


def node(*, opset: int = 19, given: str = "sizes", **attributes: Any) -> Callable[..., Array]:
    """A node Resize of ONNX Runtime that is given a size, or a factor for both axes."""
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    float32, int64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    names = ["x", "given"] if opset == 10 else ["x", "", "given"]
    if given == "sizes":
        names = ["x", "", "", "given"]
    resize = onnx.helper.make_node("Resize", names, ["y"], **attributes)
    inputs = [
        onnx.helper.make_tensor_value_info("x", float32, [None] * 4),
        onnx.helper.make_tensor_value_info("given", int64 if given == "sizes" else float32, [4]),
    ]
    outputs = [onnx.helper.make_tensor_value_info("y", float32, [None] * 4)]
    graph = onnx.helper.make_graph([resize], "resize", inputs, outputs)
    opsets = [onnx.helper.make_opsetid("", opset)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
    session = runtime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )

    def run(x: Array, size: tuple[int, int]) -> Array:
        sizes = np.array([*x.shape[:2], *size], np.int64)
        return np.asarray(session.run(None, {"x": x, "given": sizes})[0])

    def scaled(x: Array, factor: float) -> Array:
        scales = np.array([1, 1, factor, factor], np.float32)
        return np.asarray(session.run(None, {"x": x, "given": scales})[0])

    return run if given == "sizes" else scaled


@of_numpy
@pytest.mark.parametrize(
    "convention",
    thinned(
        [
            cubic(-0.5, exclude_outside=True),
            LINEAR,
            ALIGNED,
            Resize(
                mode="nearest", nearest_mode="ceil", coordinate_transformation_mode="align_corners"
            ),
            Resize(mode="linear", coordinate_transformation_mode="asymmetric"),
            Resize(mode="linear", antialias=True),
            cubic(-0.5, **STRETCHED),
            Resize(mode="linear", **STRETCHED),
            cubic(-0.75),
            cubic(-0.5, antialias=True),
        ],
        every=3,
    ),
    ids=lambda convention: convention.slug,
)
def test_onnx_runtime_follows_the_attributes_of_its_node(convention: Resize) -> None:
    answer = identified(node(**convention.attributes))
    assert answer.convention == convention
    assert answer.json()["layout"] == "NCHW"


@of_numpy
def test_onnx_runtime_s_pytorch_half_pixel_is_half_pixel_but_for_one_pixel() -> None:
    answer = identified(node(mode="linear", coordinate_transformation_mode="pytorch_half_pixel"))
    assert answer.convention == replace(LINEAR, coordinate_transformation_mode="pytorch_half_pixel")


@of_numpy
@pytest.mark.parametrize(
    "nearest_mode",
    thinned(["round_prefer_floor", "floor", "round_prefer_ceil", "ceil"], every=2),
)
@pytest.mark.parametrize("grid", thinned(["half_pixel", "asymmetric"], every=2))
def test_onnx_runtime_divides_the_index_in_float32(grid: Any, nearest_mode: Any) -> None:
    answer = identified(
        node(mode="nearest", coordinate_transformation_mode=grid, nearest_mode=nearest_mode)
    )
    convention = Resize(
        mode="nearest", coordinate_transformation_mode=grid, nearest_mode=nearest_mode
    )
    assert answer.convention == convention
    assert answer.json()["coordinate_rule"] == "onnxruntime_float32"


SYMMETRIC: dict[str, Any] = {"coordinate_transformation_mode": "half_pixel_symmetric"}


@of_numpy
@pytest.mark.parametrize(
    "convention",
    thinned(
        [
            LINEAR,
            Resize(mode="linear", **SYMMETRIC),
            Resize(mode="cubic", **SYMMETRIC),
            Resize(mode="nearest", **SYMMETRIC),
            Resize(mode="nearest", nearest_mode="floor", **SYMMETRIC),
        ],
        every=5,
    ),
    ids=lambda convention: convention.slug,
)
def test_onnx_runtime_given_a_factor_samples_at_it(convention: Resize) -> None:
    answer = identified(node(given="scales", **convention.attributes))
    assert answer.convention == convention
    assert answer.json()["scales"] == "the factor"
    assert all("where n * factor is whole" in same.where for same in answer.same_as)
    if convention.mode == "nearest":  # it reads other pixels than the exact ones at 2.25, 69 to 155
        assert answer.json()["coordinate_rule"] == "onnxruntime_symmetric"
        assert "exactly" in str(answer)
        assert not answer.same_as
    errors = {b.dtype: b.does for b in answer.dtypes}
    assert errors["float32"] == "exact" or errors["float32"].endswith("ULP")


@of_numpy
@pytest.mark.parametrize("nearest_mode", thinned(["round_prefer_floor", "floor", "ceil"], every=3))
def test_onnx_runtime_s_symmetric_nearest_reads_the_pixels_of_its_rule(nearest_mode: Any) -> None:
    convention = Resize(mode="nearest", nearest_mode=nearest_mode, **SYMMETRIC)
    run = node(given="scales", **convention.attributes)
    random, exact = np.random.default_rng(3), 0
    for _ in range(60):
        n, factor = int(random.integers(2, 200)), int(random.integers(20, 400)) / 100
        # of rows beside it, since an image whose size comes out unchanged is copied
        x = np.arange(n, dtype=np.float32)[None, None, None].repeat(8, 2)
        got = run(x, factor)[0, 0, 0]
        axis = Axis(n, len(got), Fraction(str(factor)))
        want = [
            matrix(convention, axis, rule) @ x[0, 0, 0] for rule in ("onnxruntime_symmetric", None)
        ]
        assert np.array_equal(got, want[0]), (n, factor)
        exact += np.array_equal(got, want[1])
    assert exact < 60


@of_numpy
def test_onnx_runtime_s_nearest_of_opset_10_rounds_up_where_it_shrinks() -> None:
    answer = identified(node(opset=10, given="scales", mode="nearest"))
    assert answer.convention == Resize(
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="ceil_where_shrinking",
    )
    assert {b.dtype: b.does for b in answer.dtypes}["float32"] == "exact"
