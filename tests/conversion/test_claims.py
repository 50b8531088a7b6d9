"""Conversions of calls that nobody chose: what convert prints is held against what comes out.

A call, an image and a target are drawn; the source and the printed code run; and each sentence (equal,
within, nothing, nearest, refused) is held. A failure is shrunk to a short call and a small image.
"""

from __future__ import annotations

import functools
import inspect
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from halfpixel.conversion import ResizeConversion, convert
from halfpixel.conversion.agreement import Exactness
from halfpixel.conversion.parse import conv_transpose, signatures
from halfpixel.conversion.parse.text import Unreadable
from halfpixel.conversion.sizes import Sizes
from halfpixel.frameworks.layer_plans import Target

from . import claims, drawn_calls
from .claims import Broken, Claim, Held
from .drawn_calls import Draw, draws

_A_BLOCK = 100  # draws
_BLOCKS = 20
_BY_DEFAULT = 30  # draws, the first


def drawn(number: int, hold: Callable[[Draw], object]) -> None:
    """One draw, held; shrunk if it fails.

    Hypothesis draws the simplest call first, and then one at random: a run of its own for each keeps it
    from varying one draw many times.
    """

    @seed(number)
    @settings(
        max_examples=2,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(draws())
    def one(draw: Draw) -> None:
        hold(draw)

    one()


@functools.lru_cache(maxsize=4)  # the simplest draw is every run's first
def held(draw: Draw, *, keras_torch: bool) -> Held:
    return claims.hold(draw, keras_torch=keras_torch)


def hold_all(numbers: Iterable[int], *, keras_torch: bool) -> Counter[str]:
    """What became of the draws of some numbers."""
    found: list[Held] = []
    for number in numbers:
        each: list[Held] = []
        drawn(number, lambda draw: each.append(held(draw, keras_torch=keras_torch)))  # noqa: B023
        found.append(each[-1])
    return Counter(sentence for one in found for sentence in (one.what, *one.sentences))


ALL = (
    pytest.mark.torch,
    pytest.mark.tensorflow,
    pytest.mark.opencv,
    pytest.mark.pillow,
    pytest.mark.resize,
    pytest.mark.conv_transpose,
)


def everywhere(test: Any) -> Any:
    """It needs all frameworks."""
    return functools.reduce(lambda marked, mark: mark(marked), ALL, test)


def hold_and_count(numbers: Sequence[int], *, keras_torch: bool = False) -> None:
    counts = hold_all(numbers, keras_torch=keras_torch)
    answered = counts["answered"]
    assert answered >= len(numbers) // 3, counts  # a test of refusals alone would hold nothing


@everywhere
def test_what_is_printed_for_drawn_calls_is_true() -> None:
    hold_and_count(range(_BY_DEFAULT))


@pytest.mark.sweep
@pytest.mark.keras_torch
@everywhere
@pytest.mark.parametrize("block", range(_BLOCKS))
def test_what_is_printed_for_many_drawn_calls_is_true(block: int) -> None:
    hold_and_count(range(block * _A_BLOCK, (block + 1) * _A_BLOCK), keras_torch=True)


def test_every_function_that_is_read_is_drawn() -> None:
    """A function that is added to the table is drawn, too; torchvision's, which need not be installed, are in
    tests/frameworks/test_torchvision.py."""
    text = inspect.getsource(drawn_calls)
    names = [one.name for one in signatures.FUNCTIONS if one.framework != "torchvision"]
    names += [one.name for one in conv_transpose.OPERATORS]
    missing = [name for name in names if not _is_drawn(name, text)]
    assert missing == []


def _is_drawn(name: str, text: str) -> bool:
    """Whether the strategies write a name: whole, or its end with a number of axes left open."""
    last = name.split(".")[-1].removesuffix("10")
    open_ended = re.sub(r"[123](?=[dD])", "{rank}", last)
    return last in text or open_ended in text


# ---------------------------------------------------------------------------- equal but at a few sizes

GRID = "F.affine_grid(torch.tensor([[[1.0, 0, 0], [0, 1, 0]]]), (1, 1, h, w), align_corners=True)"
BUT_AT_A_FEW: tuple[tuple[str, str, str, Target], ...] = (
    ("tf.image.crop_and_resize(x, [[0, 0, 1, 1]], [0], (h, w))", "tensorflow", "NSC", "torch"),
    ("tf.image.crop_and_resize(x, [[0, 0, 1, 1]], [0], (h, w))", "tensorflow", "NSC", "opencv"),
    (f"F.grid_sample(x, {GRID}, align_corners=True)", "torch", "NCS", "tensorflow"),
    (
        "tf.raw_ops.ScaleAndTranslate(images=x, size=(h, w), scale=(h / x.shape[1], w / x.shape[2]), "
        "translation=(0, 0), kernel_type='box', antialias=True)",
        "tensorflow",
        "NSC",
        "torch",
    ),
    ("F.interpolate(x, scale_factor=1.7, mode='bilinear')", "torch", "NCS", "opencv"),
)
_A_FEW = 8  # sizes of each kind, drawn


@pytest.mark.sweep
@everywhere
@pytest.mark.parametrize(("call", "framework", "layout", "target"), BUT_AT_A_FEW)
def test_exceptions_are_those_that_are_told(
    call: str, framework: str, layout: str, target: Target
) -> None:
    """It is equal at sizes that were tried, and at those that are told to be exceptions it is not."""
    answer = convert(call, target)
    assert isinstance(answer, ResizeConversion)
    (part,) = answer.parts
    every = (*part.elsewhere, *part.factors, *part.recipes)
    one = next(one for one in every if one.exceptions)
    assert one.exceptions is not None
    generator = random.Random(5)

    def check(sizes: Sizes, *, held: bool) -> None:
        names = tuple(zip("hw", sizes.n_out, strict=True)) if "scale_factor" not in call else ()
        draw = Draw(call, framework, sizes.n_in, target, names=names, layout=layout)
        want = claims.source(draw)
        assert not isinstance(want, claims.Raised)
        claim = claims.claim("equal", one, part, answer)
        got = claims.printed(claim.code, claim, draw, sizes.n_out)
        off = math.inf if got.shape != want.shape else np.max(abs(got - want), initial=0)
        assert (off <= claims.allowance(claim, draw, sizes.n_out)) == held, (sizes, off)

    for held, sizes in ((True, one.exceptions.held), (False, one.exceptions.sizes)):
        small = [s for s in sizes if s.pixels < 2**16]
        for each in generator.sample(small, min(_A_FEW, len(small))):
            check(each, held=held)


# ---------------------------------------------------------------------------- it can fail

BILINEAR = Draw(
    'F.interpolate(x, size=(h, w), mode="bilinear")',
    "torch",
    (12, 16),
    "tensorflow",
    names=(("h", 18), ("w", 20)),
    told=True,
)
DOUBLED = Draw("nn.UpsamplingNearest2d(scale_factor=2)", "torch", (5, 7), "tensorflow", told=True)
BYTES = replace(BILINEAR, dtype="uint8", target="opencv")
HALVES = replace(BILINEAR, dtype="float16")
LAYER = Draw(
    "nn.ConvTranspose2d(2, 1, 3, stride=2, bias=False)",
    "torch",
    (4, 5),
    "tensorflow",
    channels=2,
    weight=(2, 1, 3, 3),
    image="integers",
)
BITWISE = Exactness("bitwise", "bitwise")


def rewritten(old: str, new: str) -> Callable[[Claim], Claim]:
    """A claim whose code says something else."""

    def change(claim: Claim) -> Claim:
        assert old in claim.code
        return replace(claim, code=claim.code.replace(old, new))

    return change


WRONG: dict[str, tuple[Draw, Callable[[Claim], Claim], str]] = {
    "bitwise": (BILINEAR, lambda claim: replace(claim, exactness=BITWISE), "beyond the claim"),
    "size order": (BILINEAR, rewritten("(h, w)", "(w, h)"), "shape"),
    "another grid": (
        BILINEAR,
        lambda claim: replace(claim, code="y = tf.compat.v1.image.resize_bilinear(x, (h, w))"),
        "beyond the claim",
    ),
    "a name of nothing": (BILINEAR, rewritten("(h, w)", "size"), "printed code raises"),
    "layout": (BILINEAR, lambda claim: replace(claim, layout="NCS"), "shape"),
    "nine levels more": (  # two linear passes of 8 bits are no more than eight apart
        BYTES,
        lambda claim: replace(claim, code=f"{claim.code}\ny = y + 9.0"),
        "beyond the claim",
    ),
    "an eighth more": (
        HALVES,
        lambda claim: replace(claim, code=f"{claim.code}\ny = y + 0.125"),
        "beyond the claim",
    ),
    "half a crop": (
        LAYER,
        lambda claim: replace(claim, code=f"{claim.code}\ny = y[:, 1:]"),
        "shape",
    ),
    "a turned kernel": (
        LAYER,
        lambda claim: replace(claim, code=f"w = w[:, :, ::-1]\n{claim.code}"),
        "beyond the claim",
    ),
    "a dropped factor": (
        DOUBLED,
        lambda claim: replace(claim, code="y = tf.image.resize(x, (10, 7))"),
        "shape",
    ),
}


@everywhere
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, change, kind = WRONG[name]
    assert claims.hold(draw).what == "answered"
    true = claims.claims_of

    def wrong(*about: Any) -> Iterator[Claim]:
        return map(change, list(true(*about))[:1])

    monkeypatch.setattr(claims, "claims_of", wrong)
    with pytest.raises(Broken) as found:
        claims.hold(draw)
    assert found.value.kind == kind
    assert draw.call in str(found.value)


REFUSED = "F.interpolate raises: this goes with no image"


@everywhere
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unreadable(REFUSED), "said to be refused"),
        (ValueError("too many values to unpack"), "traceback"),
        (KeyError("size"), "traceback"),
    ],
)
def test_a_wrong_refusal_is_found(
    error: Exception, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(claims, "convert", refuses)
    with pytest.raises(Broken) as found:
        claims.hold(BILINEAR)
    assert found.value.kind == kind


@everywhere
def test_a_wrong_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "claims_of", lambda *about: iter(()))
    with pytest.raises(Broken) as found:
        claims.hold(DOUBLED)
    assert found.value.kind == "said that nothing is equal"


@everywhere
def test_a_nearest_that_is_not_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call that antialiases is not the nearest to one that does not."""
    call = 'F.interpolate(x, size=(30, 45), mode="bilinear", align_corners=False)'
    draw = replace(BILINEAR, call=call, names=(), spatial=(60, 90), target="tensorflow")
    far = Claim(
        "nearest",
        'y = tf.image.resize(x, (30, 45), method="area")',
        "nearest",
        "NSC",
        ("takes float32",),
    )
    monkeypatch.setattr(claims, "claims_of", lambda *about: iter([far]))
    with pytest.raises(Broken) as found:
        claims.hold(draw)
    assert found.value.kind in ("a nearer one", "said that nothing is equal")


@everywhere
def test_an_answer_to_what_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch takes no antialias of nearest."""
    call = 'F.interpolate(x, size=(3, 3), mode="nearest", antialias=True)'
    answer = convert(BILINEAR.call, "tensorflow")
    monkeypatch.setattr(claims, "convert", lambda *args, **kwargs: answer)
    with pytest.raises(Broken) as found:
        claims.hold(replace(BILINEAR, call=call))
    assert found.value.kind == "answered what raises"
