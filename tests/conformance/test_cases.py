"""Every case earns its place, every pair of conventions is told apart, and names are fit for -k."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from halfpixel import ConvTranspose, Resize
from halfpixel.arrays import Array
from halfpixel.conformance.cases import (
    CONV_TRANSPOSE_CASES,
    CROP_CASES,
    INPUTS,
    RESIZE_CASES,
    Case,
    ConvTransposeCase,
    ResizeCase,
    conv_transpose_case,
    resize_cases,
)
from halfpixel.conformance.goldens import path_of
from halfpixel.conformance.misreadings import readings
from halfpixel.conformance.trials import followed, golden_cases
from halfpixel.frameworks import FRAMEWORKS
from halfpixel.operators import every_resize

Computed = tuple[Resize, str | None]  # a convention and a coordinate rule
Pair = tuple[Computed, Computed]

EVERY: list[Computed] = [(convention, None) for convention in every_resize()]
RESIZE = {entry.name: entry for entry in RESIZE_CASES}
TELLING = [name for name, entry in RESIZE.items() if not entry.conventions_agree]
AGREEING = [name for name, entry in RESIZE.items() if entry.conventions_agree]


@functools.cache
def results(computed: Computed) -> dict[str, Array]:
    """Of each resize case by name: what a convention makes of it."""
    return {case.name: np.asarray(case.reference()) for case in resize_cases(*computed)}


@functools.cache
def told_apart(name: str) -> frozenset[Pair]:
    """The pairs of conventions to which a case gives different results."""
    return frozenset(
        (a, b)
        for a, b in itertools.combinations(EVERY, 2)
        if not np.array_equal(results(a)[name], results(b)[name])
    )


def lines(pairs: frozenset[Pair]) -> str:
    texts = [
        " / ".join(f"{convention}{f' with {rule}' if rule else ''}" for convention, rule in pair)
        for pair in pairs
    ]
    return "\n".join(sorted(texts))


# ---------------------------------------------------------------------------- resize


@pytest.mark.parametrize("name", TELLING)
def test_a_resize_case_tells_apart_conventions_that_another_case_does_not(name: str) -> None:
    """Another case that is meant to tell: those on which all agree would make this hold for any."""
    mine = told_apart(name)
    beaten = {other: mine - told_apart(other) for other in TELLING if other != name}
    assert any(beaten.values()), (
        f"every other case tells apart all that {name} does:\n{lines(mine)}"
    )


def interpolates(computed: Computed) -> bool:
    """A pixel at whose middle an output samples is returned as it is."""
    row = computed[0].weights_at(np.array([Fraction(8)], object), 17)[0]
    return bool(row.tolist() == [i == 8 for i in range(17)])


@pytest.mark.parametrize("name", AGREEING)
def test_where_conventions_agree_all_that_interpolate_do(name: str) -> None:
    """Of those whose every tap reads a pixel: with zeros around it, one pixel in is not a constant."""
    full = [both for both in [*EVERY, *followed()] if both[0].padding_mode != "zeros"]
    interpolating = frozenset(filter(interpolates, full))
    told = frozenset(pair for pair in told_apart(name) if interpolating.issuperset(pair))
    assert not told, f"{name} tells apart:\n{lines(told)}"
    first, *others = interpolating
    for other in others:
        assert np.array_equal(results(first)[name], results(other)[name]), other


def test_the_conventions_that_do_not_interpolate_blur_an_image_of_unchanged_size() -> None:
    """Their kernels weigh the pixels beside: the others return the input, and one pixel all return."""
    blurring = [computed for computed in EVERY if not interpolates(computed)]
    assert {convention.mode for convention, _ in blurring} == {"mitchell", "gaussian"}
    linear = results((Resize(mode="linear"), None))
    for computed in blurring:
        same = [name for name in AGREEING if np.array_equal(results(computed)[name], linear[name])]
        assert same == ["1x1-3x4-texture"], computed


def test_all_cases_together_tell_every_two_conventions_apart() -> None:
    told = frozenset[Pair]().union(*map(told_apart, RESIZE))
    missing = frozenset(itertools.combinations(EVERY, 2)) - told
    assert not missing, f"no case tells apart:\n{lines(missing)}"


def test_every_two_conventions_that_calls_follow_are_told_apart_by_some_golden() -> None:
    table = {
        (a, b): [name for name in RESIZE if not np.array_equal(results(a)[name], results(b)[name])]
        for a, b in itertools.combinations(followed(), 2)
    }
    assert len(table) == len(followed()) * (len(followed()) - 1) // 2 > 0
    text = "\n".join(
        f"{len(names):2} cases: {lines(frozenset([pair]))}" for pair, names in table.items()
    )
    assert all(table.values()), f"the pairs, and how many cases tell them apart:\n{text}"


# what is mistaken, a case for it
RESIZE_MISTAKES = {
    "the expected convention with the size read as (width, height)": "12x5-5x12-texture",
    "the expected convention with rows and columns swapped": "6x6-6x6-texture",
    "the expected convention with the channels in reverse order": "4x5-7x9-texture",
    "the expected convention with the images in reverse order": "9x7-5x4-texture",
}


@pytest.mark.parametrize(("mistake", "name"), RESIZE_MISTAKES.items())
def test_a_mistake_that_has_nothing_to_do_with_conventions_is_told_by_a_case(
    mistake: str, name: str
) -> None:
    case = next(c for c in resize_cases(Resize(mode="linear")) if c.name == name)
    case = case.computed()
    assert mistake in dict(readings(case))


@pytest.mark.parametrize(
    "entry", [e for e in RESIZE_CASES if e.x == "texture"], ids=lambda e: e.name
)
def test_texture_has_no_symmetry(entry: ResizeCase) -> None:
    x = INPUTS["texture"][0](*entry.shape)
    for axis in range(4):
        assert x.shape[axis] == 1 or (np.flip(x, axis) != x).any(), f"axis {axis}"
    assert x.shape[2:] == (1, 1) or not np.array_equal(x.swapaxes(2, 3), x)


# ---------------------------------------------------------------------------- conv_transpose


@functools.cache
def wrong_readings(name: str) -> frozenset[str]:
    """The kinds of mistake that a transposed convolution's case tells from the right reading."""
    case = conv_transpose_case(next(e for e in CONV_TRANSPOSE_CASES if e.name == name))
    case = case.computed()
    return frozenset(
        "cut from another place" if reading.startswith("conv_transpose ") else reading
        for reading, _ in readings(case)
    )


CONV_NAMES = [entry.name for entry in CONV_TRANSPOSE_CASES]
FLIPPED = "the expected convention with the kernel flipped"
TRANSPOSED = "the expected convention with the kernel's rows and columns swapped"
KINDS = [
    "cut from another place",
    FLIPPED,
    TRANSPOSED,
    "the expected convention with the weight's input and output channels swapped",
    "the expected convention with the input channels in reverse order",
    "the expected convention with the output channels in reverse order",
    "the expected convention with the weight's groups in reverse order",
    "the expected convention with the channels assigned to the groups in turn",
    "the expected convention without the bias",
    "the expected convention with the images in reverse order",
    "the expected convention with the output channels of the groups interleaved",
    "the expected convention with output_padding filled with zeros instead of computed",
]


@pytest.mark.parametrize("name", CONV_NAMES)
def test_a_transposed_convolution_tells_apart_two_readings_that_another_case_does_not(
    name: str,
) -> None:
    """The right reading and a wrong one."""
    mine = wrong_readings(name)
    beaten = [mine - wrong_readings(other) for other in CONV_NAMES if other != name]
    assert any(beaten), f"every other case tells all that {name} does: {sorted(mine)}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mistake_is_told_by_some_transposed_convolution(kind: str) -> None:
    assert any(kind in wrong_readings(name) for name in CONV_NAMES)


def test_no_kind_of_mistake_is_missing_from_the_table_above() -> None:
    assert frozenset[str]().union(*map(wrong_readings, CONV_NAMES)) == set(KINDS)


@pytest.mark.parametrize(
    "entry", [e for e in CONV_TRANSPOSE_CASES if e.values != "ones"], ids=lambda e: e.name
)
def test_every_kernel_differs_from_itself_flipped_and_transposed(entry: ConvTransposeCase) -> None:
    told = wrong_readings(entry.name)
    assert entry.kernel == (1, 1) or FLIPPED in told
    assert entry.kernel[0] != entry.kernel[1] or entry.kernel == (1, 1) or TRANSPOSED in told


@pytest.mark.parametrize("entry", CONV_TRANSPOSE_CASES, ids=lambda e: e.name)
def test_another_cut_has_the_same_size_and_is_another_convention(entry: ConvTransposeCase) -> None:
    case = conv_transpose_case(entry)
    case = case.computed()
    cuts = [r for name, r in readings(case) if name.startswith("conv_transpose ")]
    for cut in cuts:
        assert isinstance(cut.convention, ConvTranspose)
        assert cut.convention.output_size(entry.x[2:], entry.kernel) == entry.size
        assert cut.convention != entry.convention


# ---------------------------------------------------------------------------- names

ENTRIES: list[ResizeCase | ConvTransposeCase] = [*RESIZE_CASES, *CONV_TRANSPOSE_CASES]


@pytest.mark.parametrize("entries", [RESIZE_CASES, CONV_TRANSPOSE_CASES], ids=["resize", "conv"])
def test_names_are_unique(entries: tuple[ResizeCase | ConvTransposeCase, ...]) -> None:
    names = [entry.name for entry in entries]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_a_name_says_both_sizes_in_what_k_takes(entry: ResizeCase | ConvTransposeCase) -> None:
    shape = entry.shape if isinstance(entry, ResizeCase) else entry.x
    sizes = f"{shape[2]}x{shape[3]}-{entry.size[0]}x{entry.size[1]}-"
    assert entry.name.startswith(sizes)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", entry.name.removeprefix(sizes))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_no_name_holds_a_frameworks_so_that_k_selects_frameworks(
    entry: ResizeCase | ConvTransposeCase,
) -> None:
    words = {word for f in FRAMEWORKS.values() for word in (f.name, f.module)}
    assert words >= {"torch", "tensorflow", "opencv", "cv2"}
    assert not [word for word in words if word in entry.name.lower()]


# ---------------------------------------------------------------------------- what is stored


@functools.cache
def stored() -> tuple[Case, ...]:
    return tuple(golden_cases())


def test_every_input_is_exact_in_float32() -> None:
    for case in stored():
        for name, values in case.inputs.items():
            assert values.dtype == np.float64
            assert np.array_equal(values.astype(np.float32).astype(np.float64), values), (
                case.name,
                name,
            )


def test_every_array_is_at_most_16_by_16() -> None:
    for case in stored():
        for values in (case.inputs["x"], case.inputs.get("w", case.inputs["x"])):
            assert max(values.shape[2:]) <= 16, case.name
        assert max(case.size) <= 16, case.name


def test_every_file_is_at_most_8_kilobytes() -> None:
    large = {path: size for c in stored() if (size := (path := path_of(c)).stat().st_size) > 8192}
    assert not large


# ---------------------------------------------------------------------------- what is covered

Axis = tuple[int, int]  # input and output size

REQUIRED: dict[str, Callable[[Axis, Axis], bool]] = {
    "up by a whole number on both axes": lambda h, w: h[1] % h[0] == w[1] % w[0] == 0
    and h[1] > h[0] and w[1] > w[0],
    "down by a whole number on both axes": lambda h, w: h[0] % h[1] == w[0] % w[1] == 0
    and h[0] > h[1] > 1 and w[0] > w[1] > 1,
    "up by a fraction on both axes": lambda h, w: all(o > i and o % i for i, o in (h, w)),
    "down by a fraction on both axes": lambda h, w: all(o < i and i % o for i, o in (h, w)),
    "the rows up, the columns down": lambda h, w: h[1] > h[0] and w[1] < w[0],
    "the rows down, the columns up": lambda h, w: h[1] < h[0] and w[1] > w[0],
    "the rows alone": lambda h, w: h[0] != h[1] and w[0] == w[1],
    "the columns alone": lambda h, w: h[0] == h[1] and w[0] != w[1],
    "neither": lambda h, w: h[0] == h[1] > 1 and w[0] == w[1] > 1,
    "one pixel in": lambda h, w: h[0] == w[0] == 1 and h[1] > 1 and w[1] > 1,
    "one pixel out": lambda h, w: h[1] == w[1] == 1 and h[0] > 1 and w[0] > 1,
    "odd to odd": lambda h, w: any(i % 2 and o % 2 and i != o for i, o in (h, w)),
    "odd to even": lambda h, w: any(i % 2 and not o % 2 and i > 1 for i, o in (h, w)),
    "even to odd": lambda h, w: any(o % 2 and not i % 2 and o > 1 for i, o in (h, w)),
    "even to even": lambda h, w: any(not (i % 2 or o % 2) and i != o for i, o in (h, w)),
    "fewer pixels than a cubic kernel has taps": lambda h, w: 1 < h[0] < 4 and 1 < w[0] < 4,
}  # fmt: skip


@pytest.mark.parametrize("sizes", REQUIRED)
def test_some_resize_case_has(sizes: str) -> None:
    axes = [tuple(zip(e.shape[2:], e.size, strict=True)) for e in RESIZE_CASES]
    assert any(REQUIRED[sizes](h, w) for h, w in axes)


@pytest.mark.parametrize("name", ["impulses", "ramp", "texture", "article", "article_2"])
def test_some_resize_case_reads(name: str) -> None:
    assert any(entry.x == name for entry in RESIZE_CASES)


@pytest.mark.parametrize("axis", [0, 1])
def test_impulses_show_the_whole_matrix_of_the_axis_that_changes(axis: int) -> None:
    convention = Resize(mode="cubic")
    shown = 0
    for case in resize_cases(convention):
        (h, w), x = case.size, case.inputs["x"]
        if RESIZE[case.name].x == "impulses" and x.shape[2 + axis] != (h, w)[axis]:
            matrix = convention.weights(x.shape[2 + axis], (h, w)[axis])
            got = case.reference(exact=True)[0, 0]
            assert (got == (matrix if axis == 0 else matrix.T)).all()
            shown += 1
    assert shown


# ---------------------------------------------------------------------------- a part of the image

CROPPED = [
    case for case in golden_cases() if isinstance(case.convention, Resize) and case.convention.roi
]

# how a box is misread, from the expected convention to the wrong one
MISREAD: dict[str, Callable[[Resize], Resize]] = {
    "x before y": lambda c: replace(c, roi=tuple((c.roi or ())[i] for i in (1, 0, 3, 2))),
    "the start and the size": lambda c: replace(
        c, roi=(*(c.roi or ())[:2], *((c.roi or ())[i] + (c.roi or ())[i + 2] for i in (0, 1)))
    ),
    "never backwards": lambda c: replace(
        c, roi=tuple(f((c.roi or ())[i], (c.roi or ())[i + 2]) for f in (min, max) for i in (0, 1))
    ),
    "nothing extrapolated": lambda c: replace(
        c, roi=tuple(min(max(side, 0), 1) for side in c.roi or ())
    ),
    "the extrapolation value forgotten": lambda c: replace(c, extrapolation_value=0),
    "the whole image": lambda c: replace(c, roi=None),
}


@pytest.mark.parametrize("mode", ["linear", "nearest"])
@pytest.mark.parametrize("mistake", MISREAD)
def test_a_box_that_is_misread_is_told_by_a_case(mistake: str, mode: str) -> None:
    cases = [
        case
        for case in CROPPED
        if isinstance(case.convention, Resize) and case.convention.mode == mode
    ]
    assert len(cases) == len(CROP_CASES) == 4
    wrong = []
    for case in cases:
        assert isinstance(case.convention, Resize)
        misread = replace(case, convention=MISREAD[mistake](case.convention)).reference()
        wrong.append(bool(np.max(abs(np.asarray(misread - case.reference()))) > 0.1))
    assert any(wrong)
