"""Functions of an image alone that resize by a factor of their own: how they sample, held at other sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel.identification import Identification
from halfpixel.identification.candidates import Candidate, bound_of, fit
from halfpixel.identification.probes import Answer
from halfpixel.identification.scalings import own_factors
from tests.identification.test_drawn import FLAGS, TORCH, claimed, followed_by, holds, run
from tests.thinning import SECONDS, thinned

pytestmark = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
Function = Callable[[Array], Array]

FRESH = 10
FACTORS = (0.5, 0.5, 1.5, 0.7, 0.3, 0.25, 1.2, 2, 2.5, 3, 1 / 3, 2 / 3, 0.8)
SIZES: dict[str | None, Callable[[float], int]] = {
    "floor(n * factor)": math.floor,
    "round(n * factor)": round,
    "ceil(n * factor)": math.ceil,
}


def of_torch(mode: str, factors: tuple[float, float], flags: dict[str, Any]) -> Function:
    torch = pytest.importorskip("torch")

    def scaled(image: Array) -> Array:
        x = torch.from_numpy(np.ascontiguousarray(image, np.float32)).permute(2, 0, 1)[None]
        y = torch.nn.functional.interpolate(x, scale_factor=factors, mode=mode, **flags)
        return np.asarray(y[0].permute(1, 2, 0).numpy())

    return scaled


def of_opencv(flag: str, factors: tuple[float, float]) -> Function:
    cv2 = pytest.importorskip("cv2")

    def scaled(image: Array) -> Array:
        fy, fx = factors
        y = cv2.resize(image, None, fx=fx, fy=fy, interpolation=getattr(cv2, flag))
        return np.asarray(y if y.ndim == image.ndim else y[:, :, None])

    return scaled


def drawn(number: int) -> tuple[str, Function]:
    random = np.random.default_rng(number)

    def of(values: Any) -> Any:
        return values[int(random.integers(len(values)))]

    first = of(FACTORS)
    factors = (first, of((first, first, of(FACTORS))))
    if of((True, False)):
        flag = of(FLAGS)
        return f"{flag} {factors}", of_opencv(flag, factors)
    mode, flags = of(TORCH)
    return f"{mode} {flags} {factors}", of_torch(mode, factors, flags)


def wrong_claims(fn: Function, answer: Identification, seed: int) -> list[str]:
    """What an answer says that is not so at sizes that it did not look at."""
    random = np.random.default_rng(seed)
    wrong: list[str] = []
    for _ in range(FRESH):
        n_in = tuple(int(n) for n in random.integers(4, 90, 2))
        x = random.integers(-1024, 1025, (1, 3, *n_in)) / 1024
        try:
            y = fn(x[0].transpose(1, 2, 0).astype(np.float32)).transpose(2, 0, 1)[None]
        except Exception:  # too small, or a size that it does not take
            continue
        own = answer.own_factors
        exact = None if own is None else (Fraction(str(own[0])), Fraction(str(own[1])))
        height, width = y.shape[2:]
        fresh = Answer((n_in[0], n_in[1]), (height, width), x, y.astype(float), own=exact)
        assert answer.followed is not None
        scales = answer.followed.scales(fresh)
        fresh = Answer(fresh.n_in, fresh.n_out, x, fresh.result, own=exact, scales=scales)
        both = claimed(answer, fresh)
        one_column = fresh.n_out[1] == 1 and answer.but
        if both is None or one_column:
            continue
        if fit(*both, fresh).share > 1:
            wrong.append(f"{fresh.sizes_text}: {fit(*both, fresh).error:.3g} off {both[0]}")
        size = SIZES.get(answer.output_size)
        if size is not None and own is not None:
            made = tuple(size(n * factor) for n, factor in zip(n_in, own, strict=True))
            if made != fresh.n_out:
                wrong.append(f"{fresh.sizes_text}: {made} by {answer.output_size}")
        for same in answer.same_as:
            if same.framework not in ("opencv", "torch") or not holds(same.where, fresh):
                continue
            got = run(same, fresh)
            theirs = Candidate(followed_by(same))
            if got is None:
                continue
            wide = bound_of(*both, fresh) + bound_of(theirs, theirs, fresh)
            if got.shape != fresh.result.shape or np.any(abs(got - fresh.result) > wide):
                wrong.append(f"{fresh.sizes_text}: not the same as {same.call} {same.where}")
    return wrong


def check(number: int) -> Identification:
    words, fn = drawn(number)
    answer = halfpixel.identify(fn, layout="HWC", seconds=SECONDS)
    assert isinstance(answer, Identification), f"{words}\n{answer}"
    wrong = wrong_claims(fn, answer, number) if answer.named and answer.subject else []
    assert not wrong, "\n".join([*wrong, words, str(answer)])
    return answer


@pytest.mark.opencv
@pytest.mark.torch
@pytest.mark.parametrize("number", thinned(range(4), every=4))
def test_a_function_with_a_factor_of_its_own_is_never_named_wrongly(number: int) -> None:
    check(number)


@pytest.mark.sweep
@pytest.mark.opencv
@pytest.mark.torch
@pytest.mark.parametrize("tens", range(20))
def test_functions_with_factors_of_their_own_are_never_named_wrongly(tens: int) -> None:
    for number in range(10 * tens, 10 * tens + 10):
        check(number)


@pytest.mark.opencv
@pytest.mark.parametrize(
    ("flag", "factors", "convention", "size"),
    thinned(
        [
            ("INTER_NEAREST", (0.25, 0.5), "nearest asymmetric floor", "round(n * factor)"),
            ("INTER_NEAREST", (0.5, 0.5), "nearest asymmetric floor", "round(n * factor)"),
            ("INTER_AREA", (0.3, 0.3), "area half_pixel", "round(n * factor)"),
        ],
        every=3,
    ),
)
def test_a_factor_of_its_own_is_named(
    flag: str, factors: tuple[float, float], convention: str, size: str
) -> None:
    answer = halfpixel.identify(of_opencv(flag, factors), layout="HWC")
    assert isinstance(answer, Identification)
    assert str(answer.convention or answer.parts[0].candidate).endswith(convention)
    assert answer.named
    assert answer.own_factors == factors
    assert answer.output_size == size
    assert "by its own factor" in str(answer)


def test_the_sizes_leave_few_factors_open() -> None:
    def sizes(*images: tuple[int, int], by: tuple[float, float]) -> list[Any]:
        return [tuple((n, int(n * f)) for n, f in zip(one, by, strict=True)) for one in images]

    images = (20, 24), (17, 13), (94, 58), (63, 76)
    factors = list(own_factors(sizes(*images, by=(0.7, 1 / 3))))
    assert (Fraction(7, 10), Fraction(1, 3)) in factors
    assert not list(own_factors([((20, 224), (24, 224)), ((90, 224), (30, 224))]))
