"""What is read of a call that resizes, and what an answer that is wrong looks like."""

from __future__ import annotations

import inspect
import itertools
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from halfpixel import Resize, cli, convert, frameworks
from halfpixel.conformance import trials
from halfpixel.conversion import onnx_nodes, search
from halfpixel.conversion.agreement import Exactness, Looked, compared, differing, side
from halfpixel.conversion.answer import ResizeConversion
from halfpixel.conversion.parse import Reading, Unreadable, read
from halfpixel.conversion.parse.catalogue import example, rows, unread
from halfpixel.conversion.parse.names import closest
from halfpixel.conversion.parse.signatures import FUNCTIONS, Function
from halfpixel.conversion.sizes import Sizes
from halfpixel.frameworks.call import Call
from tests.test_resize_conversions import (
    cases_of,
    check,
    check_elsewhere,
    check_equal,
    check_nearest,
    image,
)
from tests.thinning import thinned

CALLS = {call.id: call for call in trials.calls("resize")}


def reading(text: str) -> Reading:
    found = read(text)
    assert isinstance(found, Reading)
    return found


def answer(text: str, to: Any, **more: Any) -> ResizeConversion:
    found = convert(text, to, **more)
    assert isinstance(found, ResizeConversion)
    return found


# ---------------------------------------------------------------------------- the catalogue


def test_every_call_of_the_catalogue_is_said_with_something() -> None:
    """But for those that another call is, with a number, which are read as that."""
    assert unread() == ()
    said = {row.call.id for row in rows()}
    assert said.isdisjoint(WITH_A_GAP)
    assert said | set(WITH_A_GAP) == set(CALLS)


WITH_A_GAP = [name for name in CALLS if "-reducing_gap-" in name]


@pytest.mark.parametrize("name", WITH_A_GAP)
def test_a_call_with_a_number_is_the_call_without_it_adapted(name: str) -> None:
    call, plain = CALLS[name], name.partition("-reducing_gap-")[0]
    case = example(call)
    assert case is not None
    found = {one.id: one for one in reading(str(call.expression_of(case))).calls}[plain]
    assert found.follows == call.follows
    told = [(one.why, one.releases) for one in call.defects]
    assert [(one.why, one.releases) for one in found.defects] == told
    for n_in, n_out in itertools.product(range(1, 20), range(1, 20)):
        asked = replace(case, shape=(1, 1, n_in, n_in), size=(n_out, n_out))
        both = [[one.when(asked) for one in each.defects] for each in (found, call)]
        assert both[0] == both[1]


def of_rank(rank: int, h: float, w: float) -> tuple[float, ...]:
    """How an image's (h, w) is said to a call of a line, or of a volume one pixel wide."""
    return {1: (w,), 2: (h, w), 3: (h, w, 1)}[rank]


@pytest.mark.parametrize("call", thinned(CALLS.values(), every=3), ids=lambda call: call.id)
def test_what_a_call_prints_reads_back_to_it(call: Call) -> None:
    case = example(call)
    assert case is not None
    text = str(call.expression_of(case))
    if not call.follows and "onnx" not in text:
        if call.framework == "keras_torch":  # the other backend takes it
            assert all(one.framework == "tensorflow" for one in reading(text).calls)
        elif call.framework == "torchvision":  # an image of Pillow's is taken, a tensor is not
            assert [one.name.endswith("-pillow") for one in reading(text).calls] == [True]
        else:
            with pytest.raises(Unreadable, match=call.refusals[0].words.split("|")[0]):
                reading(text)
        return
    found = reading(text)
    if call.follows:
        assert call.id.partition("-reducing_gap-")[0] in {one.id for one in found.calls}
    if found.framework == "onnx":
        convention, conditions = onnx_nodes.convention_of(found)
        symmetric = replace(convention, coordinate_transformation_mode="half_pixel_symmetric")
        read = symmetric if "half_pixel_symmetric" in "".join(conditions) else convention
        assert not call.follows or {read, convention}.intersection(call.follows.values())
    # what is left open is the sizes, the channels, of which the last may be alpha, Keras's backend, and
    # whether an image is one of Pillow's
    same = [one for one in found.calls if one.framework == call.framework]
    # a node is of each runtime, and whether it is given sizes or scales is said by its inputs' values
    alike = same if found.framework == "onnx" else found.calls
    others = {
        re.sub("-(2_channels|LA|RGBA)$", "", one.name).replace("-scales-", "-") for one in alike
    }
    if call.framework == "torchvision":
        pictures = {name for name in others if name.endswith("-pillow")}
        assert len(pictures) <= 1
        others -= set() if call.name in pictures else pictures
    plain = {name.removesuffix("-growing").removesuffix("-shrinking") for name in others}
    assert len(plain) <= 1
    if found.size is not None and "preserve" not in call.name and "with_pad" not in call.name:
        assert found.size == of_rank(found.rank, *case.size)
    if found.factors is not None and call.scaling is not None:
        h, w = call.scaling.factors(case) or (0, 0)
        assert found.factors == pytest.approx(of_rank(found.rank, h, w))


def test_a_call_that_is_added_to_the_catalogue_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from halfpixel.conversion.parse import catalogue
    from halfpixel.frameworks.call import Expression, Name

    one = CALLS["torch-interpolate-bilinear"]

    def said(case: Any) -> Expression:
        flags = {"size": case.size, "mode": "bicubic-catmull"}
        return Expression(Name("F.interpolate"), (Name("x"),), flags)

    added = replace(one, name="interpolate-bicubic-catmull", expression=said)
    torch = frameworks.FRAMEWORKS["torch"]
    more = replace(torch, calls=(*torch.calls, added))
    for cache in (catalogue.rows_of, catalogue._by_key):
        cache.cache_clear()
    monkeypatch.setitem(frameworks.FRAMEWORKS, "torch", more)
    try:
        assert reading("F.interpolate(x, (h, w), mode='bicubic-catmull')").calls == (added,)
    finally:
        for cache in (catalogue.rows_of, catalogue._by_key):
            cache.cache_clear()


@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "function",
    [f for f in FUNCTIONS if f.framework in ("torch", "tensorflow", "keras")],
    ids=lambda function: function.name,
)
def test_signatures_are_the_frameworks_own(function: Function) -> None:
    head, *rest = function.name.split(".")
    found = frameworks.load("torch" if function.framework == "torch" else "tensorflow")[head]
    for name in rest:
        found = getattr(found, name)
    theirs = dict(inspect.signature(found).parameters)
    theirs.pop("kwargs", None)
    ours = dict(function.signature.parameters)
    if "kwargs" in inspect.signature(found).parameters:
        for name in ("name", "dtype", "trainable"):
            ours.pop(name)
    assert list(ours) == list(theirs)
    for name, parameter in ours.items():
        assert parameter.default == theirs[name].default, name


@pytest.mark.opencv
@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS if f.framework == "opencv"], ids=lambda f: f.name
)
def test_opencv_has_these_arguments_in_this_order(function: Function) -> None:
    cv2 = frameworks.load("opencv")["cv2"]
    document = getattr(cv2, function.name.removeprefix("cv2.")).__doc__.splitlines()[0]
    theirs = document.partition("(")[2].partition(")")[0]
    names = [name.strip(" []") for name in theirs.replace("[", "").replace("]", "").split(",")]
    assert list(function.signature.parameters) == names


@pytest.mark.opencv
def test_opencv_s_flags_have_these_numbers() -> None:
    from halfpixel.conversion.parse.signatures import BY_NAME

    cv2 = frameworks.load("opencv")["cv2"]
    for function, argument in (("cv2.resize", "interpolation"), ("cv2.warpAffine", "borderMode")):
        for number, word in BY_NAME[function].words[argument].items():
            if isinstance(number, int):
                assert getattr(cv2, str(word)) == number


# ---------------------------------------------------------------------------- what people write


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("interpolate(x, scale_factor=2)", "torch-interpolate-nearest-scale_factor"),
        ("torch.nn.functional.interpolate(x, (3, 4))", "torch-interpolate-nearest"),
        ("torch.nn.Upsample(scale_factor=2)(x)", "torch-interpolate-nearest-scale_factor-Upsample"),
        ("F.interpolate(x, 4, mode='bilinear')", "torch-interpolate-bilinear"),
        ("F.interpolate(x, 4, mode='bilinear', align_corners=False)", "torch-interpolate-bilinear"),
        ("F.upsample(x, 4, mode='bicubic')", "torch-interpolate-bicubic"),
        (
            "nn.Upsample(size=3, mode='bilinear', align_corners=True)",
            "torch-interpolate-bilinear-align_corners",
        ),
        (
            "nn.Upsample(scale_factor=2, mode='trilinear', align_corners=True)",
            "torch-interpolate-bilinear-align_corners-scale_factor",
        ),
        (
            "F.grid_sample(x, F.affine_grid([[[1, 0, 0], [0, 1, 0]]], size))",
            "torch-grid_sample-bilinear-zeros",
        ),
        ("tf.image.resize(x, [h, w])", "tensorflow-image.resize-bilinear"),
        (
            "tf.image.resize(x, size, tf.image.ResizeMethod.AREA, name='r')",
            "tensorflow-image.resize-area",
        ),
        (
            "tensorflow.image.resize(x, s, 'nearest', antialias=True)",
            "tensorflow-image.resize-nearest-antialias",
        ),
        ("tf.image.resize_bilinear(x, size)", "tensorflow-v1.resize_bilinear"),
        ("tf.image.resize_images(x, size)", "tensorflow-v1.resize-bilinear"),
        ("tf.compat.v1.image.resize(x, size, 1)", "tensorflow-v1.resize-nearest"),
        (
            "tf.compat.v1.image.resize_bilinear(x, size, align_corners=True)",
            "tensorflow-v1.resize_bilinear-align_corners",
        ),
        (
            "tf.image.resize(x, size, 'lanczos3', preserve_aspect_ratio=True)",
            "tensorflow-image.resize-lanczos3",
        ),
        ("tf.raw_ops.ResizeBilinear(images=x, size=s)", "tensorflow-raw_ops.ResizeBilinear"),
        (
            "tf.image.crop_and_resize(x, [[0, 0, 1, 1]], i, (4, 4))",
            "tensorflow-image.crop_and_resize-bilinear",
        ),
        (
            "tf.keras.layers.UpSampling2D(2, interpolation='bilinear')",
            "tensorflow-keras.UpSampling2D-bilinear",
        ),
        (
            "keras.layers.Resizing(3, 4, 'bicubic', data_format='channels_first')(x)",
            "tensorflow-keras.Resizing-bicubic",
        ),
        ("cv2.resize(img, (w, h))", "opencv-resize-INTER_LINEAR"),
        ("cv.resize(img, dsize=(w, h), interpolation=INTER_CUBIC)", "opencv-resize-INTER_CUBIC"),
        ("cv2.resize(img, (w, h), interpolation=6)", "opencv-resize-INTER_NEAREST_EXACT"),
        ("cv2.resize(img, None, fx=.5, fy=.5)", "opencv-resize-INTER_LINEAR-fx"),
        ("cv2.resize(img, (0, 0), None, 1/2, 1/2)", "opencv-resize-INTER_LINEAR-fx"),
        ("cv2.pyrDown(img, borderType=cv2.BORDER_REFLECT101)", "opencv-pyrDown"),
        ("small = cv2.pyrDown(img)", "opencv-pyrDown"),
        ("torch.relu(F.interpolate(x, (3, 4)))", "torch-interpolate-nearest"),
        (
            "onnx.helper.make_node('Resize', ['x', '', 's'], ['y'], mode='linear', nearest_mode='floor')",
            "opencv-dnn-Resize-linear-half_pixel",
        ),
        ("make_node('Resize', ['x', 's'], ['y'])", "opencv-dnn-Resize10-nearest"),
    ],
)
def test_spellings_are_read(text: str, call: str) -> None:
    assert reading(text).calls[0].id == call


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("F.interpolat(x, 3)", "the closest are F.interpolate"),
        ("v2.functional.rotate(x, 3)", "is no call that is known"),
        ("resize(x, 3)", "can be tf.image.resize or"),
        ("F.grid_sample(x, grid)", "grid=grid says where each pixel is sampled"),
        ("tf.image.crop_and_resize(x, boxes, i, (4, 4))", "boxes=boxes say which part"),
        ("F.interpolate(x)", "does not say what becomes of the size: give size or scale_factor"),
        ("F.interpolate(x, 3, 2)", "takes a size or factors, not both"),
        ("F.interpolate(x, sise=3)", "unexpected keyword argument 'sise'; it takes (input, size=None"),
        ("F.interpolate(x, 3, mode='cubic')", "mode='cubic' is not one of 'nearest', 'nearest-exact'"),
        ("F.interpolate(x, 3, mode=mode)", "mode=mode is not written out: give its value"),
        ("F.interpolate(x, 3, antialias=True)", "Anti-alias option is restricted to bilinear"),
        ("F.interpolate(x, 3, align_corners=False)", "align_corners option can only be set with"),
        ("nn.Upsample(2, align_corners=True)", "align_corners option can only be set with"),
        ("F.interpolate(x, 3, mode='lanczos')", "Lanczos mode requires antialias=True"),
        ("F.interpolate(x, (1, 2, 3, 4))", "size is a number for each axis"),
        ("F.interpolate(x, scale_factor=-1)", "scale_factor is a positive number"),
        ("tf.image.resize(x, 4)", "size is two numbers, got 4"),
        ("tf.image.resize(x, (4, 4), 'cubic')", "method='cubic' is not one of"),
        (
            "tf.compat.v1.image.resize_bilinear(x, s, True, half_pixel_centers=True)",
            "If half_pixel_centers is True, align_corners must be False",
        ),
        ("cv2.resize(img)", "missing a required argument: 'dsize'; it takes (src, dsize"),
        ("cv2.resize(img, (w, h), interpolation=7)", "interpolation=7 is not one of 'INTER_"),
        ("cv2.resize(img, (w, h), interpolation=mode)", "give its value, one of INTER_NEAREST"),
        ("cv2.pyrDown(img, borderType=cv2.BORDER_CONSTANT)", "pyrDown does not support this border"),
        ("cv2.warpAffine(img, M, (w, h), flags=17)", "M=M is not written out: give its numbers"),
        (
            "cv2.warpAffine(img, np.array([[2, 1, 0], [0, 2, 0]]), (4, 4), flags=17)",
            "does more than a resize",
        ),
        (
            "cv2.warpAffine(img, np.array([[3, 0, 1], [0, 3, 1]]), (w, h))",
            "whose inverse as OpenCV computes it is",
        ),
        (
            "F.grid_sample(x, F.affine_grid(t, (1, 1, 4, 4), align_corners=True))",
            "is no resize: give both the same",
        ),
        ("tf.image.crop_and_resize(x, [[0, 0, 1, 1], [0, 0, 1, 2]], i, (4, 4))", "one box at a time"),
        ("keras.layers.Resizing(3, 4, crop_to_aspect_ratio=True)", "is not converted: only"),
        ("make_node('Resize', ['x', '', 's'], ['y'], nearest_mode='up')", "nearest_mode"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_to_write(
    text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["convert", text, "--to", "keras"]) == 2
    assert words in capsys.readouterr().err


def test_names_that_resemble() -> None:
    assert closest("torch.nn.functional.interpolate_")[0] == "F.interpolate"
    assert closest("zzz") == ["F.interpolate", "tf.image.resize", "cv2.resize"]


# ---------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("text", "to", "code"),
    [
        (
            "F.interpolate(x, (h, w), mode='bilinear')",
            "opencv",
            "y = cv2.resize(x, (w, h), interpolation=cv2.INTER_LINEAR)",
        ),
        (
            "cv2.resize(img, size)",
            "torch",
            "y = F.interpolate(x, size=size[::-1], mode='bilinear', align_corners=False)",
        ),
        (
            "cv2.resize(img, (64, 32))",
            "tensorflow",
            "y = tf.image.resize(x, size=(32, 64), method='bilinear')",
        ),
        (
            "F.interpolate(x, scale_factor=2, mode='bilinear')",
            "keras",
            "y = keras.ops.image.resize(x, size=(2 * x.shape[1], 2 * x.shape[2]), "
            "interpolation='bilinear')",
        ),
        (
            "F.interpolate(x, scale_factor=s, mode='area')",
            "torch",
            "fh, fw = s if isinstance(s, (tuple, list)) else (s, s)\n"
            "y = F.interpolate(x, size=(int(x.shape[2] * fh), int(x.shape[3] * fw)), mode='area')",
        ),
        (
            "tf.compat.v1.image.resize_bilinear(x, (h, w), align_corners=True)",
            "torch",
            "y = F.interpolate(x, size=(h, w), mode='bilinear', align_corners=True)",
        ),
        (
            "tf.image.resize(x, (h, w), 'bicubic')",
            "onnx",
            "node = onnx.helper.make_node('Resize', ['x', '', '', 'sizes'], ['y'], mode='cubic', "
            "coordinate_transformation_mode='half_pixel', cubic_coeff_a=-0.5, exclude_outside=1)",
        ),
        (
            "cv2.resize(img, (w, h), interpolation=cv2.INTER_LANCZOS4)",
            "torch",
            "weights = halfpixel.Resize(mode='lanczos', coordinate_transformation_mode='half_pixel', "
            "lanczos_radius=4).weights\n"
            "A_h = torch.tensor(weights(x.shape[2], h).astype(float), dtype=x.dtype)\n"
            "A_w = torch.tensor(weights(x.shape[3], w).astype(float), dtype=x.dtype)\n"
            "y = A_h @ x @ A_w.T",
        ),
    ],
)
def test_answers_have_the_sizes_as_they_were_written(text: str, to: str, code: str) -> None:
    assert answer(text, to).code == code


def test_a_part_of_an_image_goes_to_onnx_with_its_roi() -> None:
    text = "tf.image.crop_and_resize(x, [[0.25, 0, 0.75, 1]], [0], (4, 4))"
    (part,) = answer(text, "onnx").parts
    assert list(part.convention.roi or ()) == [Fraction(1, 4), 0, Fraction(3, 4), 1]
    assert any(
        "roi is [0.0, 0.0, 0.25, 0.0, 1.0, 1.0, 0.75, 1.0]" in c for c in part.equal[0].conditions
    )
    assert "no single torch call matches" in str(answer(text, "torch"))


@pytest.mark.parametrize(
    ("text", "to", "taken"),
    [
        (
            "cv2.resize(x, (w, h))",
            "torch",
            "takes float32, float64, float16 (>=2.3), bfloat16 (>=2.3), uint8 (>=2.0)",
        ),
        (
            "F.interpolate(x, size=(h, w), mode='bicubic')",
            "keras",
            "takes float32, float64, float16, bfloat16, uint8, uint16 (as int32), int16",
        ),
        (
            "cv2.resize(x, (w, h))",
            "tensorflow",
            "takes float32, float64, float16, bfloat16, uint8, uint16, int16 (the result is float32)",
        ),
    ],
)
def test_an_answer_says_since_when_a_dtype_is_taken_and_what_comes_back(
    text: str, to: str, taken: str
) -> None:
    (part,) = answer(text, to).parts
    assert taken in [condition for equal in part.equal for condition in equal.conditions]


def test_what_depends_on_sizes_has_parts_or_the_part_of_the_sizes() -> None:
    text = "cv2.resize(img, (20, 30), interpolation=cv2.INTER_AREA)"
    both = answer(text, "tensorflow")
    assert [part.when for part in both.parts] == ["where no axis grows", "where an axis grows"]
    assert both.code == ""
    (shrinks,) = answer(text, "tensorflow", input_size=(60, 40)).parts
    assert shrinks.convention == Resize(mode="area")
    (grows,) = answer(text, "tensorflow", input_size=(10, 10)).parts
    assert grows.convention == Resize(mode="area_linear")


def test_factors_that_give_no_whole_size_go_to_calls_that_take_factors() -> None:
    text = "F.interpolate(x, scale_factor=1.7, mode='bilinear')"
    (whole,) = answer(text, "opencv", input_size=(10, 20)).parts
    assert whole.equal[0].code == "y = cv2.resize(x, (34, 17), interpolation=cv2.INTER_LINEAR)"
    (part,) = answer(text, "opencv", input_size=(5, 5)).parts
    assert not part.equal
    assert part.factors[0].code.startswith("y = cv2.resize(x, None, fx=1.7, fy=1.7")
    (scaled,) = answer(text, "tensorflow", input_size=(5, 5)).parts
    assert not scaled.equal
    assert "size=(8, 8), scale=(1.7, 1.7)" in scaled.factors[0].code
    (unknown,) = answer(text, "opencv").parts
    assert not unknown.equal
    exceptions = unknown.factors[0].exceptions
    assert exceptions is not None
    assert (len(exceptions.sizes), exceptions.tried) == (33, 72)
    assert unknown.recipes[0].name == "matrices"


def test_a_size_that_fits_is_computed_where_the_input_is_known() -> None:
    text = "tf.image.resize(x, (20, 20), preserve_aspect_ratio=True)"
    found = answer(text, "torch", input_size=(30, 60))
    assert found.code == "y = F.interpolate(x, size=(10, 20), mode='bilinear', align_corners=False)"


def test_an_answer_for_programs_is_json() -> None:
    found = answer("cv2.resize(img, (w, h), interpolation=0)", "torch").json()
    (part,) = found["parts"]
    assert part["convention"]["attributes"]["nearest_mode"] == "floor"
    first = part["equal"][0]
    assert first["call"] is not None
    assert first["call"]["id"] == "torch-interpolate-nearest"
    assert first["exactness"]["smallest_size_pair"] == [14, 18]


def test_nothing_does_this_shows_the_smallest_image() -> None:
    (part,) = answer("tf.image.resize(x, (h, w), 'gaussian')", "opencv").parts
    assert not part.equal
    assert part.nearest is not None
    assert part.nearest.example is not None
    assert part.nearest.example.mine != part.nearest.example.theirs


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown framework 'paddle'"):
        answer("cv2.pyrDown(x)", "paddle")


# ---------------------------------------------------------------------------- how exactly


def test_bounds_are_the_sums_of_both_calls_and_grow_with_the_image() -> None:
    linear = Resize(mode="linear")
    one, other = (
        side(CALLS[name], linear)
        for name in ("torch-interpolate-bilinear", "opencv-resize-INTER_LINEAR")
    )

    def doubled(n: int) -> Looked:
        sizes = Sizes((n, n), (2 * n, 2 * n))
        return Looked([(sizes, sizes)], "")

    small, large = (compared(one, other, doubled(n)).ulp for n in (8, 64))
    assert 0 < small < large
    definition = side(onnx_nodes.call_of(linear), linear)
    halves = [compared(each, definition, doubled(8)).ulp for each in (one, other)]
    assert small in (sum(halves), sum(halves) - 1)  # each is rounded up


def test_pairs_at_which_rules_differ_are_the_goldens() -> None:
    from halfpixel.conformance import goldens

    floor = Resize(
        mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )
    page = goldens.page("sweeps/torch-interpolate-nearest.json")["deviations"][0]
    found = differing(floor, "float32", floor, None, 256)
    assert len(found) == page["pairs"]
    assert [list(pair) for pair in found[:8]] == [
        [row["n_in"], row["n_out"]] for row in page["smallest"]
    ]


@pytest.mark.parametrize(
    "convention", [search.convention_of(c) for c in onnx_nodes.calls()], ids=str
)
def test_a_node_says_its_convention(convention: Resize) -> None:
    from halfpixel.conversion.parse.text import outermost

    said = onnx_nodes.node(convention)
    assert said is not None
    found = read(str(said))
    assert isinstance(found, Reading)
    assert (
        onnx_nodes.convention_of(found)[0].weights(5, 8).tolist()
        == convention.weights(5, 8).tolist()
    )
    assert outermost(str(said), lambda name: True).function == "onnx.Resize"


@pytest.mark.parametrize(
    "convention",
    [
        Resize(mode="area"),
        Resize(mode="linear", padding_mode="zeros"),
        Resize(mode="nearest", nearest_mode="round_half_even"),
        Resize(mode="mitchell"),
        Resize(mode="lanczos", antialias=True),
        Resize(mode="linear", coordinate_transformation_mode="half_pixel_align_corners"),
        Resize(
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="ceil_where_shrinking",
        ),
        Resize(
            mode="linear",
            coordinate_transformation_mode="pytorch_half_pixel_align_corners",
            antialias=True,
        ),
    ],
    ids=str,
)
def test_what_onnx_cannot_say_has_no_node(convention: Resize) -> None:
    assert onnx_nodes.node(convention) is None


NODE = "onnx.helper.make_node('Resize', {}, ['y']{})"
SIZES, SCALES = "['x', '', '', 'sizes']", "['x', '', 's']"


@pytest.mark.parametrize(
    ("inputs", "attributes", "convention"),
    [
        (
            SIZES,
            ", mode='linear', coordinate_transformation_mode='pytorch_half_pixel'",
            Resize(mode="linear", coordinate_transformation_mode="pytorch_half_pixel"),
        ),
        (
            SCALES,
            ", mode='cubic', coordinate_transformation_mode='half_pixel_symmetric'",
            Resize(mode="cubic"),
        ),
        (
            SIZES,
            ", coordinate_transformation_mode='tf_half_pixel_for_nn', nearest_mode='floor'",
            Resize(mode="nearest", nearest_mode="round_prefer_ceil"),
        ),
        (
            SIZES,
            ", coordinate_transformation_mode='tf_half_pixel_for_nn', nearest_mode='ceil'",
            Resize(
                mode="nearest",
                coordinate_transformation_mode="tf_half_pixel_for_nn",
                nearest_mode="ceil",
            ),
        ),
        (SIZES, ", antialias=1, exclude_outside=1", Resize(mode="nearest")),
        (SIZES, ", mode='linear', exclude_outside=1, axes=[2, 3]", Resize(mode="linear")),
        (SIZES, ", mode='linear', axes=(-1, -2)", Resize(mode="linear")),
        (
            "['x', 's']",
            "",
            Resize(
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="ceil_where_shrinking",
            ),
        ),
    ],
)
def test_a_node_of_onnx_is_read(inputs: str, attributes: str, convention: Resize) -> None:
    assert onnx_nodes.convention_of(reading(NODE.format(inputs, attributes)))[0] == convention


@pytest.mark.parametrize(
    ("inputs", "attributes", "words"),
    [
        (SIZES, ", mode='lanczos'", "mode is one of nearest, linear, cubic; got 'lanczos'"),
        (SIZES, ", mode='linear', axes=[1, 2]", "axes=.1, 2. are not the rows and columns"),
        (SIZES, ", keep_aspect_ratio_policy='not_larger'", "makes a size and a scale of the image"),
        (SIZES, ", nearest_mode='round_half_even'", "nearest_mode is one of"),
        (
            SIZES,
            ", mode='linear', coordinate_transformation_mode='tf_half_pixel_for_nn', antialias=1",
            "no attribute 'antialias'; opset 18 has",
        ),
    ],
)
def test_a_node_that_onnx_has_not_is_refused(inputs: str, attributes: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        onnx_nodes.convention_of(reading(NODE.format(inputs, attributes)))


def test_what_the_inputs_of_a_node_hold_is_taken_for_granted_and_said() -> None:
    whole = "the image's sizes times s are whole numbers"
    aligned = ", coordinate_transformation_mode='align_corners'"
    crop = ", coordinate_transformation_mode='tf_crop_and_resize'"
    assert reading(NODE.format(SCALES, "")).notes == (whole,)
    assert reading(NODE.format("['x', 's']", "")).notes == (whole,)
    assert reading(NODE.format(SIZES, "")).notes == ()
    assert reading(NODE.format(SCALES, aligned)).notes == ()  # of the sizes alone
    assert reading(NODE.format("['x', 'r', '', 'sizes']", "")).notes == ()  # has no effect
    assert reading(NODE.format("names", "")).notes == ("names are the image and sizes",)
    upsample = "onnx.helper.make_node('Upsample', ['x'], ['y'], scales=[1, 1, 2, 3])"
    assert reading(upsample).notes == ()
    assert reading(upsample).factors == (2, 3)
    with pytest.raises(Unreadable, match="are 1 and 1 first"):
        reading(upsample.replace("1, 1,", "1, 2,"))
    (part,) = reading(NODE.format("['x', 'r', '', 'sizes']", crop)).notes
    assert part == "r is the whole image: 0 for every start, 1 for every end"


# ---------------------------------------------------------------------------- wrong answers


def _part(text: str, to: str) -> tuple[Any, Any]:
    (part,) = answer(text, to, input_size=(12, 16)).parts
    return part, image((12, 16))


@pytest.mark.torch
@pytest.mark.opencv
def test_a_wrong_flag_a_wrong_order_and_a_wrong_bound_are_caught() -> None:
    call = CALLS["torch-interpolate-bilinear"]
    case = next(cases_of(call))
    check(call, "opencv", case)
    part, x = _part("F.interpolate(x, (18, 20), mode='bilinear')", "opencv")
    want = call(case, "float32", frameworks.load("torch"))
    (right, *_), pair = part.equal, ((12, 16), (18, 20))
    check_equal(part, right, "opencv", x, want, pair)
    for wrong in (
        replace(right, code=right.code.replace("LINEAR", "CUBIC")),
        replace(right, code=right.code.replace("(20, 18)", "(18, 20)")),
        replace(right, exactness=Exactness("bitwise", "")),
        replace(right, exactness=Exactness("ulp", "", ulp=0)),
    ):
        with pytest.raises(AssertionError):
            check_equal(part, wrong, "opencv", x, want, pair)


@pytest.mark.torch
@pytest.mark.tensorflow
def test_a_wrong_regime_is_caught() -> None:
    call = CALLS["tensorflow-image.resize-bilinear-antialias"]
    (part,) = answer("tf.image.resize(x, (h, w), antialias=True)", "opencv").parts
    enlarging = next(one for one in part.elsewhere if one.when == "enlarging")
    check_elsewhere(call, part, enlarging, "opencv")
    for regime in ("shrinking", "at every size"):
        with pytest.raises(AssertionError):
            check_elsewhere(call, part, replace(enlarging, when=regime), "opencv")


@pytest.mark.torch
@pytest.mark.opencv
def test_a_wrong_example_is_caught() -> None:
    call = CALLS["torch-interpolate-bicubic-antialias"]
    (part,) = answer("F.interpolate(x, (h, w), mode='bicubic', antialias=True)", "opencv").parts
    near, x = part.nearest, image((12, 16))
    assert near is not None
    found = near.example
    assert found is not None
    check_nearest(call, part, near, "opencv", x, (18, 20))
    for wrong in (
        replace(found, theirs=found.mine),
        replace(found, mine=found.theirs),
        replace(found, mine=[[value + 1 for value in row] for row in found.mine]),
    ):
        with pytest.raises(AssertionError):
            check_nearest(call, part, replace(near, example=wrong), "opencv", x, (18, 20))


def test_an_equal_call_is_no_regime_s_and_a_regime_s_no_equal() -> None:
    (part,) = answer(
        "F.interpolate(x, size=(h, w), mode='bilinear', antialias=True)", "opencv"
    ).parts
    assert not part.equal
    assert [one.when for one in part.elsewhere] == ["enlarging"]
    (part,) = answer("F.interpolate(x, size=(h, w), mode='bilinear')", "opencv").parts
    assert part.equal
    assert not part.elsewhere
