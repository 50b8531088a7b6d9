"""The rule book as data, and as a table; and the drawing of where a convention samples."""

import itertools
import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import numpy as np
import pytest

from halfpixel.catalogue import rules
from halfpixel.cli import main
from halfpixel.conformance import trials
from halfpixel.operators import Resize, resize
from halfpixel.operators.kernels import KERNELS
from halfpixel.operators.resize import every_pyramid, every_resize
from halfpixel.report import diagrams, findings_index, rule_book, rule_table, rule_words, sampling


def test_every_call_has_a_line_for_each_range_of_releases() -> None:
    lines = [(rule.call.id, rule.releases) for rule in rules.every_rule()]
    wanted = [(c.id, releases) for c in trials.calls() for releases in c.follows or ("",)]
    assert lines == wanted


def test_what_stands_together_follows_one_convention() -> None:
    for some in rules.grouped(rules.every_rule()).values():
        assert len({rule.convention for rule in some}) == 1


@pytest.mark.parametrize("convention", [*every_resize(), *every_pyramid()], ids=str)
def test_the_words_of_a_convention_name_it_in_any_order(convention: Resize) -> None:
    assert rules.convention_of(str(convention)) == convention
    assert rules.convention_of(" ".join(reversed(rules.words(convention).split()))) == convention


@pytest.mark.parametrize(
    ("words", "convention"),
    [
        ("cubic align_corners a=-0.5", "cubic align_corners cubic_coeff_a=-0.5"),
        ("lanczos r=4", "lanczos half_pixel lanczos_radius=4"),
        ("linear antialias=1", "linear half_pixel antialias"),
        ("mode=linear padding_mode=zeros", "linear half_pixel zeros"),
        ("pyramid reflect_101", "pyramid asymmetric reflect_101"),
        ("linear reflect_101", "linear half_pixel reflect_101"),
        ("torch-interpolate-bilinear", "linear half_pixel"),
        ("resize-INTER_CUBIC", "cubic half_pixel cubic_coeff_a=-0.75"),
        ("linear-align_corners", "linear align_corners"),
        ("linear tf_crop_and_resize roi=1/4,3/4", "linear tf_crop_and_resize roi=0.25,0.75"),
        ("bilinear align_corners", "linear align_corners"),
        ("bicubic a=-0.5", "cubic half_pixel cubic_coeff_a=-0.5"),
    ],
)
def test_a_convention_has_short_names(words: str, convention: str) -> None:
    assert str(rules.convention_of(words)) == f"resize {convention}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("half_pixel", "begins with its mode"),
        ("linear half_pixl", "did you mean half_pixel"),
        ("linear cubic", "linear and cubic are both a mode"),
        ("cubic a=x", "needs a number"),
        ("linear floor", "nearest_mode goes with mode='nearest'"),
        ("torch-conv_transpose2d", "no resize convention"),
        ("linear xyzzy", "no word of a convention and no call; words:"),
    ],
)
def test_what_is_not_understood_is_said(words: str, said: str) -> None:
    with pytest.raises(rules.Unknown, match=said):
        rules.convention_of(words)


def test_sizes_are_those_that_a_call_can_be_given() -> None:
    sizes = {rule.call.id: rule.sizes for rule in rules.every_rule()}
    assert sizes["opencv-resize-INTER_AREA-shrinking"] == "shrinking"
    assert sizes["opencv-resize-INTER_AREA-growing"] == "not shrinking"
    assert sizes["tensorflow-keras.UpSampling2D-nearest"] == "enlarging by whole factors"
    assert sizes["opencv-pyrDown-BORDER_WRAP"] == "every size that the convention takes"
    assert sizes["opencv-pyrUp"] == "some sizes, including doubling"
    assert sizes["torch-interpolate-linear-1d"] == rules.ANYWHERE
    assert sizes["torch-interpolate-bilinear-scale_factor"] == "sizes that result from factors"


def test_filters_leave_what_holds_all_their_words(capsys: pytest.CaptureFixture[str]) -> None:
    found = rules.find_rules(framework="opencv", convention="linear half_pix", call="INTER_LINEAR")
    assert {rule.call.framework for rule in found} == {"opencv"}
    assert all("linear half_pixel" in rule.follows for rule in found)
    assert any("zeros" in rule.follows for rule in found)
    exact = rules.find_rules(convention="half_pixel linear", exactly=True)
    assert {rule.follows for rule in exact} == {"linear half_pixel"}
    assert {rule.call.framework for rule in exact} == {
        "torch",
        "tensorflow",
        "opencv",
        "keras_torch",
        "onnxruntime",
        "torchvision",
        "jax",
        "litert",
    }
    assert main(["rules", "--operation", "conv_transpose", "--framework", "torch"]) == 0
    shown = capsys.readouterr().out
    assert "F.conv_transpose2d(x, w" in shown
    assert "5 aliases" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--convention", "linear half_pixl"], "did you mean linear half_pixel"),
        (["--call", "interpolate-bilinearr"], "did you mean torch-interpolate-bilinear"),
        (["--convention", "half_pixl", "--exactly"], "did you mean half_pixel"),
    ],
)
def test_of_unknown_words_the_closest_are_named(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert not captured.out


def test_filters_that_no_call_matches_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--framework", "opencv", "--call", "interpolate"]) == 1
    assert capsys.readouterr().out == "no call matches all filters; remove one of them\n"


def test_the_table_fits_and_says_what_was_left_out() -> None:
    every = rules.every_rule()
    whole = rule_table.text(every)
    assert max(map(len, whole.splitlines())) <= rule_table.WIDTH
    short = rule_table.text(every, variants=False)
    variants = sum(rule.call.variant for rule in every)
    assert f"{variants} aliases hidden; use --variants" in short
    assert whole.count(".interpolate(") > short.count(".interpolate(")


def test_the_table_is_there_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--call", "interpolate-bicubic", "--format", "json"]) == 0
    (first, *_) = json.loads(capsys.readouterr().out)["rules"]
    assert first["convention"] == Resize(mode="cubic").json()
    assert first["call"]["releases"] == ">=1.1"


# ---------------------------------------------------------------------------- show


ALIGNED = """\
linear align_corners: 3 pixels to 5
output pixel d samples at d·s, s = (n_in - 1) / (n_out - 1); at 0 if n_out is 1

            0         1         2
       ┌─────────┬─────────┬─────────┐
  in   │    ·    │    ·    │    ·    │
       └─────────┴─────────┴─────────┘
            ▲    ▲    ▲    ▲    ▲
            0    1    2    3    4
       ┌─────┬─────┬─────┬─────┬─────┐
  out  │  0  │  1  │  2  │  3  │  4  │
       └─────┴─────┴─────┴─────┴─────┘

    d   at    0    1    2
    0    0    1    .    .
    1  1/2  1/2  1/2    .
    2    1    .    1    .
    3  3/2    .  1/2  1/2
    4    2    .    .    1"""


def test_the_drawing_shows_where_output_pixels_sample() -> None:
    assert sampling.text(_sampling("linear align_corners", 3, 5), 40) == ALIGNED


def test_the_drawing_is_plain_where_it_has_to_be() -> None:
    plain = sampling.text(_sampling("area", 7, 3), 100, unicode=False)
    assert plain.isascii()
    assert "|---" in plain


def _sampling(words: str, n_in: int, n_out: int) -> sampling.Sampling:
    return sampling.Sampling(rules.convention_of(words), n_in, n_out)


@pytest.mark.parametrize("width", [70, 80, 100])
@pytest.mark.parametrize("sizes", [(1, 1), (1, 5), (3, 7), (7, 3), (40, 12), (300, 7), (7, 300)])
@pytest.mark.parametrize(
    "words",
    [
        "linear half_pixel",
        "nearest align_corners",
        "lanczos antialias",
        "area",
        "linear tf_crop_and_resize roi=-0.5,2",
    ],
)
def test_the_drawing_keeps_to_its_width(words: str, sizes: tuple[int, int], width: int) -> None:
    one = _sampling(words, *sizes)
    head, formula, *lines = sampling.text(one, width).splitlines()
    assert max(map(len, lines)) <= width
    assert head.startswith(rules.words(one.convention))
    assert "samples at" in formula
    if sizes[1] > 32:
        assert "rows 24 to 291 not shown" in "\n".join(lines)


def test_marks_stand_where_the_places_are() -> None:
    """The half-pixel grid is the middles of the output pixels; that of align_corners is not."""
    for words, middles in (("linear half_pixel", True), ("linear align_corners", False)):
        lines = sampling.text(_sampling(words, 3, 7), 100).splitlines()
        marks = next(line for line in lines if "▲" in line)
        out = next(line for line in lines if line.startswith("  out"))
        walls = [k for k, c in enumerate(out) if c == "│"]
        between = [(a + b) / 2 for a, b in itertools.pairwise(walls)]
        at = [k for k, c in enumerate(marks) if c == "▲"]
        assert bool(np.allclose(at, between)) == middles


def test_a_window_is_drawn_as_far_as_it_reaches() -> None:
    reaches = _sampling("area", 7, 3).reaches()
    assert [(str(a), str(b)) for a, b in filter(None, reaches)] == [
        ("-1/2", "11/6"),
        ("11/6", "25/6"),
        ("25/6", "13/2"),
    ]
    assert _sampling("nearest tf_crop_and_resize roi=0,3", 4, 3).reaches()[2] is None


def test_show_prints_matrices_of_calls_and_conventions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "torch-interpolate-bilinear", "2", "4"]) == 0
    assert "3/4  1/4" in capsys.readouterr().out
    assert main(["show", "lanczos", "antialias", "5", "3", "--format", "json"]) == 0
    got = json.loads(capsys.readouterr().out)
    wanted = rules.convention_of("lanczos antialias").weights(5, 3).astype(float)
    assert np.array_equal(got["weights"], wanted)
    assert main(["show", "linear", "5", "8", "--factor", "1.7"]) == 0
    assert "by a factor of 1.7" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["linear", "3"], "two sizes come last"),
        (["linear", "0", "3"], "at least one pixel"),
        (["pyramid", "3", "9"], "does not say how"),
        (["linear", "3", "9", "--factor", "-1"], "above 0"),
    ],
)
def test_show_says_what_it_lacks(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", *arguments]) == 2
    assert said in capsys.readouterr().err


# ---------------------------------------------------------------------------- the rule book


DOCS = Path(__file__).parents[2] / "docs"
FINDINGS = (DOCS / "findings.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """As they are stored, which test_docs holds fresh."""
    book = DOCS / "rules"
    return {p.relative_to(book).as_posix(): p.read_text("utf-8") for p in book.rglob("*.md")}


def test_every_convention_and_every_call_has_a_page(pages: dict[str, str]) -> None:
    wanted = {f"calls/{call.id}.md" for call in trials.calls()}
    wanted |= {f"conventions/{convention.slug}.md" for convention in rules.conventions()}
    wanted |= {"README.md", "conventions/conv_transpose.md"}
    assert set(pages) == wanted, "make docs writes and removes them"
    assert all(
        text.count("\n# ") == 0 and text.startswith("# ") for text in map(_prose, pages.values())
    )


def _prose(page: str) -> str:
    return re.sub(r"```.*?```", "", page, flags=re.DOTALL)


def test_anchors_are_headings(pages: dict[str, str]) -> None:
    known = {section.anchor for section in findings_index.sections(FINDINGS)}
    asked = {a for text in pages.values() for a in re.findall(r"findings\.md#([^)]+)", text)}
    assert asked <= known
    assert len(asked) > 20
    for text in pages.values():
        for page, heading in re.findall(r"\(\.\./(conventions/[^)#]+)#([^)]+)", text):
            assert heading in map(findings_index.anchor, re.findall("^## (.*)", pages[page], re.M))


def test_every_finding_says_which_calls_of_the_catalogue_it_is_about_or_none() -> None:
    said = re.findall(r"^\*Call ids\*: (none|`.*)", FINDINGS, re.MULTILINE)
    assert len(said) == len(findings_index.sections(FINDINGS))


@pytest.mark.parametrize("section", findings_index.sections(FINDINGS), ids=lambda s: s.anchor)
def test_a_finding_names_calls_and_their_pages_link_it(
    section: findings_index.Section, pages: dict[str, str]
) -> None:
    about = [call for call in trials.calls() if section.is_about(call)]
    assert about or not section.calls  # of a library that is not in the catalogue: "none"
    for name in section.calls:
        assert any(replace(section, calls=(name,)).is_about(call) for call in about), name
    for call in trials.calls():
        page = pages.get(f"calls/{call.id}.md")  # that all are there, another test holds
        linked = page is not None and f"findings.md#{section.anchor})" in page
        assert page is None or linked == (call in about), call.id


def test_what_a_page_says_of_deviations_is_what_the_sweep_found(pages: dict[str, str]) -> None:
    page = pages["calls/opencv-resize-INTER_NEAREST.md"]
    assert "deviates at 3,138 of 65,536 size pairs; the smallest is 14 → 18" in page
    assert "INTER_NEAREST can read one pixel early" in page
    assert (
        "INTER_NEAREST can read one pixel early" not in pages["calls/torch-interpolate-nearest.md"]
    )


def test_a_page_links_what_is_the_same_and_nothing_else(pages: dict[str, str]) -> None:
    page = pages["calls/opencv-resize-INTER_CUBIC.md"]
    same = page.split("## Equivalent calls in other frameworks")[1].split("## ")[0]
    assert "torch-interpolate-bicubic.md" in same
    assert "tensorflow: no call matches at all sizes" in same
    plain = pages["calls/opencv-resize-INTER_LINEAR_EXACT.md"]
    others = plain.split("## Equivalent calls in other frameworks")[1].split("## ")[0]
    assert re.findall(r"- (\w+): no call", others) == ["pillow"]  # which always antialiases
    antialiased = pages["calls/torch-interpolate-bilinear-antialias.md"]
    assert re.search(r"  - enlarging: .*opencv-resize-INTER_LINEAR\.md", antialiased)
    aligned = pages["conventions/linear-align_corners.md"]
    assert "**at more than one pixel**: [linear tf_crop_and_resize]" in aligned


def test_every_word_of_a_convention_is_explained() -> None:
    assert all(kernel.meaning for kernel in KERNELS.values())
    grids = set(get_args(resize.CoordinateTransformationMode))
    assert set(rule_words.GRIDS) == set(sampling.PLACES) == grids
    assert set(rule_words.NEAREST) == set(get_args(resize.NearestMode))
    assert set(rule_words.PADDINGS) == set(get_args(resize.PaddingMode))


@pytest.mark.parametrize("convention", every_resize(), ids=str)
def test_the_formulas_are_those_of_the_reference(convention: Resize) -> None:
    """The printed formula of the place, evaluated."""
    formula, scale = sampling.coordinate_formula(convention).split(";")[0].split(", s = ")
    for n_in, n_out in ((3, 7), (7, 3), (5, 2)):
        names = {"n_in": Fraction(n_in), "n_out": Fraction(n_out)}
        names["s"] = eval(scale, {}, names)
        said = [
            eval(formula.replace("·", "*").replace("1/2", "half"), {"half": Fraction(1, 2)}, names)
            for names["d"] in map(Fraction, range(n_out))
        ]
        assert said == list(convention.coordinates(n_in, n_out))


def test_a_drawing_has_a_line_for_each_output_pixel_and_each_tap() -> None:
    one = _sampling("linear align_corners", 3, 7)
    drawn = diagrams.picture([one])
    assert drawn.count('class="s"') == 7
    assert drawn.count('class="w"') == sum(bool(weight) for row in one.weights() for weight in row)
    negative = diagrams.picture([_sampling("cubic half_pixel", 3, 7)])
    assert 'class="n"' in negative
    assert 'class="r"' in diagrams.picture([_sampling("area", 7, 3)])
    for drawing in rule_book.pictures().values():
        ElementTree.fromstring(drawing)


def test_the_drawing_of_a_transposed_convolution_counts_taps() -> None:
    drawn = diagrams.conv_transpose(2, 3, 4)
    below = re.findall(r">(\d)</text>", drawn.partition(">taps<")[0])[-9:]
    assert below == list("112121211")
