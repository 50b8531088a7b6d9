"""Two functions side by side: real pairs, what differs, what is told, and every kind of wrong use."""

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel import Resize, cli, compare
from halfpixel.comparison import Comparison, Incomparable, remedy
from halfpixel.comparison.function import Function, prepared, with_way
from halfpixel.comparison.images import photograph
from halfpixel.comparison.observation import Known, Measured, Setting
from halfpixel.comparison.stages import NAMES
from halfpixel.conformance import goldens

pytestmark = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
SMALL = ((40, 60),)


@functools.cache
def weights(n_in: int, n_out: int) -> Array:
    return Resize(mode="linear").weights(n_in, n_out).astype(np.float64)


def linear(x: Array, h: int = 24, w: int = 32) -> Array:
    rows = np.tensordot(weights(x.shape[0], h), x, 1)
    return np.tensordot(rows, weights(x.shape[1], w), ((1,), (1,))).transpose(0, 2, 1)


def plain(x: Array) -> Array:
    return linear(x).astype(np.float32)


def compared(a: Any, b: Any, **given: Any) -> Comparison:
    return compare(a, b, **{"input_sizes": SMALL, "dtypes": ("uint8",), **given})


def parted(answer: Comparison) -> str:
    assert answer.first is not None, answer
    return answer.first.name


# ---------------------------------------------------------------------------- stages


@pytest.mark.parametrize(
    ("other", "stage"),
    [
        (lambda x: plain(x)[..., ::-1], "channel order"),
        (lambda x: plain(x) / 255, "scale"),
        (lambda x: (plain(x) - 1).astype(np.float32), "scale"),
        (lambda x: plain(x).astype(np.float64), "dtype"),
        (lambda x: np.rint(plain(x)).astype(np.uint8), "dtype"),
        (lambda x: np.rint(plain(x)).astype(np.float32), "rounding"),
        (lambda x: plain(x).transpose(2, 0, 1), "layout"),
        (lambda x: plain(x)[None], "layout"),
        (lambda x: plain(x[1:]), "window"),
        (lambda x: linear(x, 26, 34)[1:-1, 1:-1].astype(np.float32), "window"),
        (lambda x: np.pad(plain(x)[1:], ((1, 0), (0, 0), (0, 0))), "window"),
        (lambda x: plain(x)[:, ::-1], "window"),
        (lambda x: linear(x, 32, 32).astype(np.float32), "resize"),
    ],
    ids=["BGR", "/255", "-1", "float64", "uint8", "whole", "CHW", "NHWC", "before", "after",
         "crop and pad", "mirrored", "size"],
)  # fmt: skip
def test_the_first_stage_at_which_two_functions_part(
    other: Callable[[Array], Array], stage: str
) -> None:
    answer = compared(plain, other)
    assert not answer.same
    assert parted(answer) == stage
    assert [one.name for one in answer.stages] == list(NAMES)


def test_off_by_one_in_the_crop_after_the_resize_is_told_with_the_resize_the_same() -> None:
    def cropped(first: int) -> Callable[[Array], Array]:
        return lambda x: linear(x, 30, 40)[first : first + 24, 4:36].astype(np.float32)

    answer = compared(cropped(3), cropped(4))
    assert parted(answer) == "window"
    assert {s.name: s.same for s in answer.stages}["resize"] is True


def test_the_size_at_which_they_part_first_is_the_one_that_is_told() -> None:
    def reversed_and_antialiased(x: Array) -> Array:
        return antialiased(x)[..., ::-1]

    for sizes in (((16, 20), (50, 70)), ((50, 70), (16, 20))):
        answer = compared(plain, reversed_and_antialiased, input_sizes=sizes)
        assert parted(answer) == "resize"
        assert str(answer.stages_in) == "50×70 uint8"
    assert (
        parted(compared(plain, reversed_and_antialiased, input_sizes=[(16, 20)])) == "channel order"
    )


def test_integers_that_copy_pixels_of_a_float_image_say_no_window_between_pixels() -> None:
    def every_second(first: int) -> Callable[[Array], Array]:
        return lambda x: np.rint(x[first : first + 56 : 2, 3:-2]).astype(np.uint8)

    answer = compared(every_second(3), every_second(4), input_sizes=[(61, 23)], dtypes=("float32",))
    assert answer.first is None


def test_the_value_of_the_padding_is_a_stage() -> None:
    def padded(value: float) -> Callable[[Array], Array]:
        return lambda x: np.pad(plain(x), ((2, 3), (4, 0), (0, 0)), constant_values=value)

    answer = compared(padded(0), padded(114))
    assert parted(answer) == "padding"
    (stage,) = (s for s in answer.stages if s.name == "padding")
    assert stage.a == "2+3 rows, 4+0 columns of 0"
    assert stage.b == "2+3 rows, 4+0 columns of 114"


def test_normalised_outputs_are_put_back_into_levels() -> None:
    def scaled(x: Array) -> Array:
        return (plain(x) / 255 - 0.5) / 0.25

    def brighter(x: Array) -> Array:
        return scaled(np.minimum(x.astype(np.float64) + 10, 255))

    answer = compare(scaled, brighter, input_sizes=SMALL, dtypes=("uint8",))
    worst = answer.worst
    assert worst is not None
    assert worst.difference is not None
    assert worst.difference.unit == "levels"
    assert worst.difference.max == pytest.approx(10, abs=1e-3)


def test_values_without_a_scale_are_compared_relative_to_the_largest() -> None:
    answer = compared(lambda x: plain(x) ** 2, lambda x: plain(x) ** 2 + 1)
    assert answer.worst is not None
    assert answer.worst.difference is not None
    assert answer.worst.difference.unit == "relative"
    largest = answer.worst.b.image.max()
    assert answer.worst.difference.max == pytest.approx(1 / largest, rel=1e-3)
    assert answer.first is None
    assert "cannot be told" in str(answer)


def test_outputs_of_two_sizes_are_told() -> None:
    answer = compared(plain, lambda x: linear(x, 12, 16).astype(np.float32))
    assert answer.headline == "not the same: A returns 24×32 for 40×60, B returns 12×16"
    assert parted(answer) == "resize"
    assert answer.json()["difference"] is None


def test_a_difference_in_a_pixel_is_told_with_its_place() -> None:
    def spot(x: Array) -> Array:
        y = plain(x)
        y[3, 5, 1] += 7
        return y

    worst = compared(plain, spot).worst
    assert worst is not None
    assert worst.difference is not None
    assert worst.difference.at == (3, 5, 1)
    assert worst.difference.where == "at row 3, column 5 only, channel G only"
    assert worst.difference.max == pytest.approx(7, abs=1e-3)


def test_a_difference_at_the_border_is_told_as_one() -> None:
    def edged(x: Array) -> Array:
        y = plain(x)
        y[0] += 3
        return y

    worst = compared(plain, edged).worst
    assert worst is not None
    assert worst.difference is not None
    assert worst.difference.where == "at the border only: the outermost pixels"


def test_nan_on_one_side_is_an_infinite_difference_and_json_has_none() -> None:
    def broken(x: Array) -> Array:
        y = plain(x)
        y[0, 0, 0] = np.nan
        return y

    answer = compared(plain, broken)
    assert not answer.same
    assert answer.worst is not None
    assert answer.worst.difference is not None
    assert answer.worst.difference.max == np.inf
    json.dumps(answer.json(), allow_nan=False)
    difference = answer.json()["difference"]
    assert difference is not None
    assert difference["max"] is None


# ---------------------------------------------------------------------------- verdicts


def test_the_same_function_is_the_same_bit_for_bit() -> None:
    answer = compare(plain, lambda x: plain(x), input_sizes=SMALL)
    assert answer.verdict == "bitwise"
    assert answer.headline == "the same bit for bit, in all that was looked at"
    assert answer.smallest is None
    assert {look.probe.dtype for look in answer.looks} == {"uint8", "float32"}


def test_another_order_of_sums_is_within_rounding() -> None:
    def single(x: Array) -> Array:
        h, w = (weights(n, m).astype(np.float32) for n, m in ((x.shape[0], 24), (x.shape[1], 32)))
        return np.asarray(
            np.einsum("jw,iwc->ijc", w, np.einsum("ih,hwc->iwc", h, x.astype("float32")))
        )

    answer = compared(plain, single)
    assert answer.verdict == "rounding"
    differing = [one for one in (look.difference for look in answer.looks) if one and one.share]
    assert differing
    assert all(one.bound is not None and one.max <= one.bound < 0.1 for one in differing)


def test_what_is_less_than_rounding_explains_is_only_the_same_where_both_follow_a_convention() -> (
    None
):
    def blurred(x: Array) -> Array:
        y = np.pad(x.astype(np.float64), ((1, 1), (0, 0), (0, 0)), mode="edge")
        return plain((y[:-2] + 5 * y[1:-1] + y[2:]) / 7)

    answer = compared(blurred, lambda x: (blurred(x) * np.float32(1 + 2**-22)).astype(np.float32))
    assert answer.verdict == "different"
    assert compared(blurred, blurred, levels=0).verdict == "bitwise"


@pytest.mark.parametrize(("levels", "same"), [(None, False), (0.9, False), (1, True), (2, True)])
def test_levels_that_are_accepted(levels: float | None, same: bool) -> None:
    answer = compared(plain, lambda x: (plain(x) - 1).astype(np.float32), levels=levels)
    assert answer.same is same
    assert (answer.verdict == "levels") is same


def test_integers_of_one_convention_are_the_same_only_where_all_are_equal() -> None:
    def whole(x: Array) -> Array:
        return np.rint(plain(x)).astype(np.uint8)

    def one_off(x: Array) -> Array:
        y = whole(x)
        y[3, 4, 1] ^= 1
        return y

    assert compared(whole, lambda x: whole(x)).verdict == "bitwise"
    assert compared(whole, one_off).verdict == "different"
    assert compared(whole, one_off, levels=1).verdict == "levels"


def test_accepted_levels_are_of_what_was_returned_not_of_what_is_left_when_a_scale_is_undone() -> (
    None
):
    assert not compared(plain, lambda x: plain(x) / 255, levels=5).same
    assert not compared(plain, lambda x: plain(x).transpose(2, 0, 1), levels=5).same


def test_a_dtype_that_one_does_not_take_is_told_and_the_other_is_compared() -> None:
    def picky(x: Array) -> Array:
        if not isinstance(x, np.ndarray) or x.dtype != np.uint8:
            raise TypeError("bytes only")
        return plain(x)

    answer = compare(plain, picky, input_sizes=SMALL)
    assert answer.verdict == "bitwise"
    assert set(answer.verdicts) == {"uint8"}
    line = picky.__code__.co_firstlineno + 2
    expected = f"TypeError: bytes only (test_comparison.py:{line})"
    assert answer.b.raised == {"float32": expected}
    assert f"raises for float32 images: {expected}" in str(answer)


def test_floats_are_given_in_the_range_that_both_resolve() -> None:
    answer = compare(plain, lambda x: np.rint(plain(x)).astype(np.uint8), input_sizes=SMALL)
    white = {look.probe.dtype: look.probe.white for look in answer.looks}
    assert white["float32"] == 255


def test_a_function_that_is_random_is_told() -> None:
    noise = np.random.default_rng(1)
    answer = compared(plain, lambda x: plain(x) + noise.normal(size=(24, 32, 3)))
    assert answer.verdict == "not deterministic"
    assert not answer.same
    assert answer.headline.startswith(
        "B is not deterministic: two runs on one image differ by up to"
    )


def test_a_function_that_writes_into_its_image_does_not_disturb_the_other() -> None:
    def writing(x: Array) -> Array:
        x[...] = 255 - x
        return plain(255 - x)

    assert compared(writing, plain).verdict == "bitwise"


# ---------------------------------------------------------------------------- what is found


def test_sizes_are_found_at_which_a_function_of_fixed_size_reduces_and_enlarges() -> None:
    answer = compare(plain, plain, dtypes=("uint8",))
    sizes = {look.probe.size for look in answer.looks}
    assert sizes == {(480, 640), (16, 21), (36, 21)}


def test_a_function_that_takes_a_size_is_asked_for_one() -> None:
    def sized(x: Array, size: tuple[int, int]) -> Array:
        return linear(x, *size)

    def flipped(x: Array, width: int, height: int) -> Array:
        return linear(x, height, width)

    answer = compared(sized, flipped, output_size=(20, 28))
    assert answer.verdict == "bitwise"
    assert "fn(x, (h, w))" in str(answer)


class Preprocess:
    def __init__(self, h: int = 24) -> None:
        self.h = h

    def __call__(self, x: Array) -> Array:
        return linear(x, self.h).astype(np.float32)


class Module:
    def forward(self, x: Array) -> Array:
        return plain(x)

    def __call__(self, x: Array) -> Array:
        return self.forward(x)


@pytest.mark.parametrize(
    "one", [Preprocess, Preprocess(), Module(), functools.partial(linear, h=24)]
)
def test_classes_instances_and_partials(one: Any) -> None:
    assert compared(one, lambda x: linear(x)).same or compared(one, plain).same


def test_grey_in_and_out() -> None:
    def grey(x: Array) -> Array:
        return plain(x[:, :, None])[..., 0]

    answer = compared(grey, lambda x: grey(x) + np.float32(2), layout="HW")
    assert answer.worst is not None
    assert answer.worst.difference is not None
    assert answer.worst.difference.max == pytest.approx(2, abs=1e-4)


def test_the_smallest_image_is_small_and_shows_it() -> None:
    answer = compared(plain, lambda x: plain(x)[..., ::-1])
    small = answer.smallest
    assert small is not None
    assert small.look.probe.size == (1, 1)
    x = small.look.probe.array
    assert not np.array_equal(plain(x), plain(x)[..., ::-1])
    assert "smallest image found that shows it: 1×1 uint8" in str(answer)


def test_image_files_are_looked_at_in_place_of_those_that_are_made(tmp_path: Path) -> None:
    path = goldens.root() / "photograph.ppm"
    answer = compare(plain, plain, images=[path, photograph((30, 40))], dtypes=("uint8",))
    assert [look.probe.name for look in answer.looks] == ["photograph.ppm", "image 1"]
    assert answer.looks[0].probe.size == (60, 90)
    pillow = pytest.importorskip("PIL.Image")
    pillow.fromarray(photograph((30, 40))).save(tmp_path / "mine.png")
    answer = compare(plain, plain, images=[tmp_path / "mine.png"], dtypes=("uint8",))
    np.testing.assert_array_equal(answer.looks[0].probe.pixels, photograph((30, 40)))


def test_image_files_of_more_than_8_bits_are_not_cut_down(tmp_path: Path) -> None:
    pillow = pytest.importorskip("PIL.Image")
    pillow.fromarray(np.full((4, 5), 40_000, np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(Incomparable, match=r"deep.png holds values that are not of 8 bits"):
        compared(plain, plain, images=[tmp_path / "deep.png"])


def test_transparent_pixels_are_not_dropped(tmp_path: Path) -> None:
    pillow = pytest.importorskip("PIL.Image")
    picture = pillow.fromarray(photograph((30, 40))).convert("RGBA")
    picture.save(tmp_path / "opaque.png")
    answer = compare(plain, plain, images=[tmp_path / "opaque.png"], dtypes=("uint8",))
    np.testing.assert_array_equal(answer.looks[0].probe.pixels, photograph((30, 40)))

    picture.putpixel((3, 4), (1, 2, 3, 200))
    picture.save(tmp_path / "alpha.png")
    picture.quantize().save(tmp_path / "palette.png")
    for name in ("alpha.png", "palette.png"):
        with pytest.raises(Incomparable, match=f"{name} has transparent pixels"):
            compared(plain, plain, images=[tmp_path / name])


# ---------------------------------------------------------------------------- what to write instead


def antialiased(x: Array) -> Array:
    resize = Resize(mode="linear", antialias=True, exclude_outside=True)
    rows, columns = (
        resize.weights(n, m).astype(float) for n, m in zip(x.shape, (24, 32), strict=False)
    )
    y = np.tensordot(np.tensordot(rows, x, 1), columns, ((1,), (1,))).transpose(0, 2, 1)
    return y.astype(np.float32)


def test_a_resize_is_given_as_the_other_function_would_write_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        remedy, "targets", lambda function: ["torch" if function.fn is antialiased else "opencv"]
    )
    answer = compared(antialiased, plain)
    in_torch, in_opencv = answer.remedies
    assert in_torch.code == (
        "y = F.interpolate(x, size=(24, 32), mode='bilinear', align_corners=False)"
    )
    assert in_torch.words == "to do in A what B does with images of 40×60, resize by"
    assert "since OpenCV has no such call" in in_opencv.words
    x = photograph((40, 60)).astype(np.float32)
    scope: dict[str, Any] = {"x": x, "np": np, "halfpixel": halfpixel}
    exec(in_opencv.code, scope)
    np.testing.assert_allclose(scope["y"], antialiased(x), rtol=1e-5)
    lines = str(answer).splitlines()
    assert lines[0].startswith("not the same: up to ")
    assert lines[1].startswith(
        "they part at the stage 'resize'; A: resize linear half_pixel antialias"
    )
    assert lines[2] == f"{in_torch.words}: {in_torch.code}"
    assert lines[1].count("antialias") == str(answer).count("resize linear half_pixel antialias")


def test_code_of_a_size_is_for_all_images_where_all_become_that_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remedy, "targets", lambda function: ["torch"])
    answer = compared(plain, antialiased, input_sizes=[(40, 60), (50, 70)])
    assert answer.remedies[0].words == "to do in B what A does, resize by"


def test_the_frameworks_of_a_function_are_those_that_its_code_names() -> None:
    scope: dict[str, Any] = {"torch": ModuleType("torch"), "cv2": ModuleType("cv2")}
    exec("def f(x):\n    return cv2.resize(x, (2, 2))", scope)
    exec("def g(x):\n    return x", scope)
    for fn, found in ((scope["f"], ["opencv"]), (scope["g"], ["torch", "opencv"]), (plain, [])):
        for one in (fn, functools.partial(fn)):
            assert remedy.targets(Function("f", one)) == found


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda x: plain(x)[..., ::-1], "return its channels as RGB"),
        (lambda x: plain(x) / 255, "scale it by: values kept (black to white: 0 to 255)"),
        (lambda x: plain(x).transpose(2, 0, 1), "change its layout: HWC to HWC"),
        (lambda x: plain(x).astype(np.float64), "convert its result to float32"),
        (lambda x: np.rint(plain(x)).astype(np.float32), "resize floats in both"),
        (lambda x: plain(x[1:]), "let it show rows 0..40 in 24, columns 0..60 in 32"),
    ],
)
def test_the_other_stages_are_told_in_words(other: Callable[[Array], Array], words: str) -> None:
    answer = compared(plain, other)
    assert words in answer.remedies[0].words
    assert answer.json()["remedies"][0]["words"] == answer.remedies[0].words


# ---------------------------------------------------------------------------- wrong use


def _raise(x: Array) -> Array:
    raise RuntimeError("no such weight")


@pytest.mark.parametrize(
    ("a", "given", "words"),
    [
        (3, {}, r"int is not callable"),
        ("nothing.py:f", {}, r"there is no file nothing.py"),
        ("plain", {}, r"'plain' names no function: write path/to/file.py:function"),
        ("model.onnx", {}, r"there is no model model.onnx"),
        ("onnx.helper.make_node('Resize', ['x'], ['y'])", {}, r"what ONNX computes is its runtime's: save"),
        ("np.exp(x)", {}, r"np.exp is no resize that is known, so its text cannot be run: put it into"),
        (_raise, {}, r"_raise raised every time: RuntimeError: no such weight \(test_comparison.py:\d+\)"),
        (lambda x: "text", {}, r"raised every time: it returned str"),
        (lambda x: np.zeros(3), {}, r"it returned shape \(3,\) .* no image of 1 or 3 channels"),
        (plain, {"levels": -1}, r"levels is a number from 0, got -1"),
        (plain, {"levels": float("nan")}, r"levels is a number from 0"),
        (plain, {"dtypes": ("int8",)}, r"unknown dtype 'int8'; did you mean uint8"),
        (plain, {"input_sizes": [(0, 4)]}, r"an input size is \(h, w\) in pixels, got \(0, 4\)"),
        (plain, {"images": ["none.png"]}, r"there is no image none.png"),
        (plain, {"images": [np.zeros((4, 4))]}, r"an image is a file, or an array \(H, W, 3\) of uint8"),
    ],
)  # fmt: skip
def test_wrong_use_is_told_in_a_sentence(a: Any, given: dict[str, Any], words: str) -> None:
    with pytest.raises(Incomparable, match=words):
        compared(a, plain, **given)


def test_no_dtype_in_common_is_told_with_both_exceptions() -> None:
    def floats(x: Array) -> Array:
        if not isinstance(x, np.ndarray) or x.dtype == np.uint8:
            raise TypeError("floats only")
        return plain(x)

    def integers(x: Array) -> Array:
        if not isinstance(x, np.ndarray) or x.dtype != np.uint8:
            raise TypeError("bytes only")
        return plain(x)

    with pytest.raises(Incomparable, match=r"no dtype is taken by both.*floats only.*bytes only"):
        compare(floats, integers, input_sizes=SMALL)


# ---------------------------------------------------------------------------- the command

FILE = """
import numpy as np
print("loading")

def one(x):
    print("called")
    return x[::2, ::2].astype(np.float32)

def other(x):
    return x[::2, ::2, ::-1].astype(np.float32)
"""


@pytest.fixture
def functions(tmp_path: Path) -> str:
    (tmp_path / "mine.py").write_text(FILE, encoding="utf-8")
    return str(tmp_path / "mine.py")


@pytest.mark.parametrize(("b", "status"), [("one", 0), ("other", 1), ("third", 2)])
def test_the_exit_status_says_whether_they_are_the_same(
    functions: str, b: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        "compare",
        f"{functions}:one",
        f"{functions}:{b}",
        "--input",
        "40,60",
        "--dtype",
        "uint8",
    ]
    assert cli.main(given) == status
    told = capsys.readouterr()
    assert "loading" not in told.out
    assert "called\n" not in told.out + told.err
    if status == 2:
        assert told.out == ""
        assert told.err.splitlines()[-1].startswith("halfpixel compare: ")
        assert "has no third; it has one, other" in told.err


def test_json_has_a_schema_and_the_whole_answer(
    functions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        "compare",
        f"{functions}:one",
        f"{functions}:other",
        "--input",
        "40,60",
        "--format",
        "json",
    ]
    assert cli.main(given) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == 1
    assert answer["same"] is False
    assert answer["first_stage"] == "channel order"
    assert answer["difference"]["max"] == pytest.approx(248, abs=1e-3)  # of noise
    assert len(answer["images"]) == 8
    assert answer["smallest_image"]["size"] == [1, 1]


def test_errors_are_json_where_json_is_asked_for(
    functions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["compare", f"{functions}:one", f"{functions}:third", "--format", "json"]
    assert cli.main(given) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["command"] == "compare"
    assert "has no third; it has one, other" in error["message"]


def test_pictures_are_written(
    functions: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    png, page = tmp_path / "a.png", tmp_path / "a.html"
    given = [
        "compare",
        f"{functions}:one",
        f"{functions}:other",
        "--input",
        "40,60",
        "--dtype",
        "uint8",
    ]
    assert cli.main([*given, "--png", str(png), "--html", str(page)]) == 1
    assert png.read_bytes().startswith(b"\x89PNG")
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/png;base64,") == 8
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert "levels of 255" in text
    assert cli.main([*given, "--png", str(tmp_path / "none" / "a.png")]) == 2
    assert "cannot be written: there is no folder" in capsys.readouterr().err


@pytest.mark.sweep
@pytest.mark.torch
@pytest.mark.opencv
def test_the_example_of_the_page_is_what_the_program_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("cv2")
    page = (Path(__file__).parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).write_text(code, encoding="utf-8")
    shown = re.search(r"\$ halfpixel (compare .*?)\n(.*?)\n```", page, re.DOTALL)
    assert shown is not None
    monkeypatch.chdir(tmp_path)
    assert cli.main(shown[1].split()) == 1
    # the last digits are the machine's
    said, expected = (
        re.sub(r"[\d.]+", "0", re.sub(r" +", " ", text)).splitlines()
        for text in (capsys.readouterr().out, shown[2])
    )
    assert said[: said.index("")] == expected[: expected.index("")]
    assert [line for line in said if "differs" in line] == [
        line for line in expected if "differs" in line
    ]

    answer = compare("train.py:preprocess", "serve.py:preprocess", dtypes=("float32",))
    a, b = (side.fn for side in (answer.a.function, answer.b.function))
    in_train, in_serve = answer.remedies
    x = photograph((480, 640)).astype(np.float32)
    import torch
    import torch.nn.functional as F  # noqa: N812

    planes = torch.from_numpy(x).permute(2, 0, 1)[None]
    scope: dict[str, Any] = {"x": planes, "F": F}
    exec(in_train.code, scope)
    np.testing.assert_allclose(
        (scope["y"][0].numpy() / 255 - 0.5) / 0.25, np.asarray(b(x)), atol=1e-3
    )
    scope = {"x": x, "np": np, "halfpixel": halfpixel}
    exec(in_serve.code, scope)
    expected = (scope["y"].transpose(2, 0, 1) / 255 - 0.5) / 0.25
    np.testing.assert_allclose(expected, np.asarray(a(x)), atol=1e-4)


# ---------------------------------------------------------------------------- calls as text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cv2.resize(x[::2], (224, 224))", r"the image is x\[::2\]; write x"),
        ("cv2.resize(x, (w, h))", r"w is not written out: give its value"),
        ("cv2.resize(x, (f(3), 4))", r"f\(3\) is not evaluated"),
        ("cv2.resize(x, (4, 4), interpolation=os.getpid)", r"interpolation=os.getpid is not written"),
        ("torch.clamp(F.interpolate(x, size=(3, 4)), 0, 1)", r"does more than F.interpolate"),
        ("open('f', 'w')", r"open is no resize that is known"),
    ],
)  # fmt: skip
def test_a_text_is_never_evaluated_as_code(text: str, words: str) -> None:
    with pytest.raises(Incomparable, match=words):
        compared(text, plain)


def test_without_its_framework_a_call_is_computed_by_the_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("halfpixel.comparison.call_text.frameworks.version", lambda name: None)
    text = "F.interpolate(x, size=(24, 32), mode='bilinear')"
    answer = compare(text, plain, input_sizes=[(10, 12)], dtypes=("float32",))
    assert answer.verdict in ("bitwise", "rounding")
    assert answer.a.function.source == "computed by the exact reference: torch is not installed"
    with pytest.raises(Incomparable, match="the reference computes floats"):
        compare("F.interpolate(x, size=(24, 32))", plain, input_sizes=[(10, 12)], dtypes=("uint8",))


@pytest.mark.torch
def test_a_coordinate_rule_that_asks_for_both_axes_is_told_both() -> None:
    """torch's nearest of doubles has another formula above 128 rows plus columns: 105 -> 100 shows it."""
    import torch

    def fn(image: NDArray[Any]) -> NDArray[Any]:
        x = torch.from_numpy(image).permute(2, 0, 1)[None].double().contiguous()
        y = torch.nn.functional.interpolate(x, size=(100, 100), mode="nearest")
        return np.asarray(y[0].permute(1, 2, 0))

    image = np.zeros((105, 105, 3), np.float32)
    function, _ = with_way(prepared("fn", fn, None), [image], None)
    found = Measured(function, Setting((105, 105), "float32", 1.0), Known()).following
    assert found is not None
    assert "float64_above_128" in {candidate.rule for candidate in found.candidates}
    assert "float32" not in {candidate.rule for candidate in found.candidates}


def test_what_copies_pixels_is_not_taken_to_round() -> None:
    """By an odd factor a linear resize copies pixels: whole levels stay whole, which is no rounding."""

    def later(x: Array) -> Array:
        y = linear(x.astype(np.float32) / np.float32(255), 12, 14)
        return ((y - np.float32(0.4)) / np.float32(0.2)).astype(np.float32)

    def at_once(x: Array) -> Array:
        y = linear(x.astype(np.float64), 12, 14)
        return ((y / 255 - 0.4) / 0.2).astype(np.float32)

    answer = compare(later, at_once, input_sizes=[(36, 56)], dtypes=["uint8"])
    assert answer.verdict == "rounding", answer
    halves = compare(later, lambda x: at_once(x) + np.float32(0.001), input_sizes=[(36, 56)])
    assert not halves.same
