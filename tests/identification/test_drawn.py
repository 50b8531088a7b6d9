"""Resizing functions drawn at random are named, or said to follow nothing; all that is said holds.

A draw is a resize of the reference, torch, OpenCV, Pillow or TensorFlow behind a layout, an order of the
size, a factor and a rounding. Every claim of the answer is held on images and sizes that it did not look
at: the convention of each regime, the size that a factor makes, and each call that is said to be the same,
by running it. A draw is known by its number.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halfpixel
from halfpixel import Resize
from halfpixel.conformance import trials
from halfpixel.frameworks.releases import contains
from halfpixel.identification import Identification, Unidentifiable
from halfpixel.identification.candidates import (
    Candidate,
    bound_of,
    expected,
    fit,
    sampled_at,
)
from halfpixel.identification.coverage import KINDS
from halfpixel.identification.dtypes import Behaviour, integer_image
from halfpixel.identification.equivalents import Same
from halfpixel.identification.probes import Answer
from halfpixel.identification.rounding import ROUNDS, SATURATED, WRAPPED, predicts
from halfpixel.numerics.equivalence import REGIMES
from halfpixel.numerics.weights import matrix
from halfpixel.operators import every_resize
from halfpixel.operators.axis import Axis
from tests.thinning import SECONDS

pytestmark = pytest.mark.usefixtures("no_tensors")

Array = NDArray[Any]
Size = tuple[int, int]
Core = Callable[[Array, Size], Array]  # HWC, and (h, w) of the result

FRESH = 12  # sizes at which an answer is held
FRESH_OF_DTYPE = 3  # of each dtype
LARGEST = 48


# ---------------------------------------------------------------------------- resizes


def of_reference(shrinks: Resize, grows: Resize) -> Core:
    """One convention of an axis that shrinks, and one of an axis that grows."""

    def run(x: Array, size: Size) -> Array:
        h, w = (
            matrix(grows if m > n else shrinks, Axis(n, m))
            for n, m in zip(x.shape, size, strict=False)
        )
        return np.asarray(np.einsum("ij,jkc,lk->ilc", h, x.astype(float), w, optimize=True))

    return run


def of_opencv(flag: str) -> Core:
    cv2 = pytest.importorskip("cv2")

    def run(x: Array, size: Size) -> Array:
        y = cv2.resize(x, size[::-1], interpolation=getattr(cv2, flag))
        return np.asarray(y if y.ndim == 3 else y[:, :, None])

    return run


def of_torch(mode: str, **flags: Any) -> Core:
    torch = pytest.importorskip("torch")

    def run(x: Array, size: Size) -> Array:
        image = torch.from_numpy(x.transpose(2, 0, 1)[None].astype(np.float32).copy())
        y = torch.nn.functional.interpolate(image, size=size, mode=mode, **flags)
        return np.asarray(y[0].numpy().transpose(1, 2, 0))

    return run


def of_pillow(name: str) -> Core:
    pillow = pytest.importorskip("PIL.Image")

    def run(x: Array, size: Size) -> Array:
        exact = x if x.dtype == np.uint8 else x.astype(np.float32)
        planes = (pillow.fromarray(np.ascontiguousarray(p)) for p in exact.transpose(2, 0, 1))
        method = pillow.Resampling[name]
        return np.stack([np.asarray(p.resize(size[::-1], method)) for p in planes], axis=2)

    return run


def of_tensorflow(method: str, antialias: bool) -> Core:
    tf = pytest.importorskip("tensorflow")

    def run(x: Array, size: Size) -> Array:
        y = tf.image.resize(x.astype(np.float32), size, method=method, antialias=antialias)
        return np.asarray(y)

    return run


FLAGS = ("INTER_NEAREST", "INTER_LINEAR", "INTER_CUBIC", "INTER_AREA", "INTER_LANCZOS4")
EXACT = ("INTER_NEAREST_EXACT", "INTER_LINEAR_EXACT")
TORCH: tuple[tuple[str, dict[str, Any]], ...] = (
    ("nearest", {}), ("nearest-exact", {}), ("area", {}),
    *((m, {"align_corners": a}) for m in ("bilinear", "bicubic") for a in (False, True)),
    *((m, {"antialias": True}) for m in ("bilinear", "bicubic")),
)  # fmt: skip
PILLOW = ("NEAREST", "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS")
TENSORFLOW = (
    "nearest",
    "bilinear",
    "bicubic",
    "area",
    "lanczos3",
    "lanczos5",
    "gaussian",
    "mitchellcubic",
)


# ---------------------------------------------------------------------------- draws


@dataclass(frozen=True)
class Drawn:
    """A function that somebody may have written.

    Attributes:
        words: what it is made of.
        core: its resize.
        layout: of the image and of the result.
        order: of the size, ``hw`` or ``wh``; or ``factor``.
        rounds: a rounding to uint8 of images of uint8; None for none.
    """

    words: str
    core: Core
    layout: str
    order: str
    rounds: Callable[[Array], Array] | None

    def __call__(self, x: Array, size: Any) -> Array:
        given = np.asarray(x)
        if given.ndim != len(self.layout):
            raise ValueError(f"an image is {self.layout}")
        letters = self.layout if "N" in self.layout else f"N{self.layout}"
        whole = given.reshape((1,) * (4 - given.ndim) + given.shape)
        image = whole.transpose(*(letters.index(letter) for letter in "NHWC"))[0]
        if image.shape[2] not in (1, 3):
            raise ValueError("an image has one channel, or three")
        y = self.core(image, self.size(image.shape[:2], size))
        if self.rounds is not None and x.dtype == np.uint8:
            y = self.rounds(y).clip(0, 255).astype(np.uint8)
        turned = y[None].transpose(*("NHWC".index(letter) for letter in letters))
        return np.ascontiguousarray(turned if "N" in self.layout else turned[0])

    def size(self, n_in: tuple[int, ...], asked: Any) -> Size:
        if self.order != "factor":
            h, w = asked if self.order == "hw" else asked[::-1]
            return int(h), int(w)
        if isinstance(asked, tuple):
            raise TypeError("a factor is one number")
        return max(1, int(n_in[0] * asked)), max(1, int(n_in[1] * asked))


def drawn(number: int, *, tensorflow: bool = False) -> Drawn:
    """The draw of a number."""
    random = np.random.default_rng(number)

    def of(values: Any) -> Any:
        return values[int(random.integers(len(values)))]

    kinds = ["reference", "reference", "reference", "mixed", "opencv", "torch", "pillow"]
    kind = of([*kinds, *["tensorflow"] * tensorflow])
    conventions = every_resize()
    if kind in ("reference", "mixed"):
        shrinks = of(conventions)
        grows = of(conventions) if kind == "mixed" else shrinks
        words, core = f"{shrinks} / {grows}", of_reference(shrinks, grows)
    elif kind == "opencv":
        words = of((*FLAGS, *EXACT))
        core = of_opencv(words)
    elif kind == "torch":
        mode, flags = of(TORCH)
        words, core = f"{mode} {flags}", of_torch(mode, **flags)
    elif kind == "pillow":
        words = of(PILLOW)
        core = of_pillow(words)
    else:
        method, antialias = of(TENSORFLOW), bool(of((False, True)))
        words, core = f"tf {method} {antialias}", of_tensorflow(method, antialias)
    layout, order = of(("HWC", "HWC", "CHW", "NCHW", "NHWC")), of(("hw", "hw", "wh", "factor"))
    rounds = of((None, None, np.rint, np.floor, lambda y: np.floor(np.asarray(y, float) + 0.5)))
    return Drawn(f"{words}, {layout}, {order}, {rounds}", core, layout, order, rounds)


# ---------------------------------------------------------------------------- claims


def fresh_answers(
    truth: Drawn, answer: Identification, seed: int, dtype: str = ""
) -> Iterator[Answer]:
    """What the function makes of images that it was not given, at sizes that it was not asked for; of a dtype
    that is given, what it raises too."""
    random = np.random.default_rng(10_000 + seed)
    assert answer.subject is not None
    told, dtype = bool(dtype), dtype or answer.subject.dtype
    for _ in range(FRESH_OF_DTYPE if told else FRESH):
        h, w, out_h, out_w = (int(n) for n in random.integers(1, LARGEST, 4))
        factor = Fraction(int(random.integers(30, 300)), 100)
        channels = answer.subject.channels
        x = random.integers(-1024, 1025, (1, channels, h, w)) / 1024
        if dtype in ("uint8", "uint16", "int16"):
            x = integer_image(channels, (h, w), dtype)[..., random.permutation(w)]
        size = (out_h, out_w)
        try:
            if truth.order == "factor":
                y = answer.subject(x.astype(dtype), factors=(float(factor), float(factor)))
            else:
                y = answer.subject(x.astype(dtype), size)
        except Exception as error:  # the function's own answer to such a size, or dtype
            if told:
                yield Answer((h, w), size, x, None, refused=str(error))
            continue
        given = factor if truth.order == "factor" else None
        fresh = Answer(
            (h, w),
            (int(y.shape[2]), int(y.shape[3])),
            x,
            y.astype(np.float64),
            given,
            dtype=str(y.dtype),
        )
        yield replace(fresh, scales=answer.followed.scales(fresh)) if answer.followed else fresh


def claimed(answer: Identification, fresh: Answer) -> tuple[Candidate, Candidate] | None:
    """What an answer says that is followed along the rows and the columns of other sizes; None if it says
    nothing of them."""
    looked = answer.looked_at
    assert looked is not None
    if len(answer.parts) == 1 and answer.parts[0].regime == "at every size":
        seen = looked.everything or any(KINDS[k](*fresh.axes) for k in looked.kinds)
        inside = looked.everything or all(REGIMES[looked.scope](*pair) for pair in fresh.axes)
        own = answer.parts[0].candidate
        return (own, own) if own is not None and seen and inside else None
    rest = None
    for part in answer.parts:
        if part.regime not in REGIMES:
            rest = part.candidate
        elif part.candidate is not None and fresh.within(part.regime):
            return part.candidate, part.candidate
    if answer.followed is not None and answer.followed.per_axis:
        axes = [
            next(
                (
                    p.candidate
                    for p in answer.parts
                    if p.regime in REGIMES and REGIMES[p.regime](*n)
                ),
                rest,
            )
            for n in fresh.axes
        ]
        return (axes[0], axes[1]) if axes[0] is not None and axes[1] is not None else None
    return (rest, rest) if rest is not None else None


INSTALLED = {"torch": "torch", "opencv": "opencv-python-headless", "tensorflow": "tensorflow"}


def run(same: Same, fresh: Answer) -> Array | None:
    """What a call that is said to be the same makes of an image, (1, C, H, W); None if it is not here."""
    if same.framework not in INSTALLED or importlib.util.find_spec(
        {"opencv": "cv2"}.get(same.framework, same.framework)
    ) is None:  # fmt: skip
        return None
    version = importlib.metadata.version(INSTALLED[same.framework])
    if same.releases and not contains(same.releases, version):
        return None
    (x_h, h), (x_w, w) = fresh.axes
    names: dict[str, Any] = {"np": np, "h": h, "w": w, "x_h": x_h, "x_w": x_w}
    x = fresh.x.astype(np.float32)
    if same.framework == "opencv" and same.call.startswith("cv2."):
        import cv2

        y = eval(same.call, names | {"cv2": cv2, "x": x[0].transpose(1, 2, 0).copy()})
        return np.asarray(y if y.ndim == 3 else y[:, :, None]).transpose(2, 0, 1)[None]
    if same.framework == "torch" and same.call.startswith("F.") and "(1, 3" not in same.call:
        import torch

        y = eval(
            same.call, names | {"F": torch.nn.functional, "torch": torch, "x": torch.from_numpy(x)}
        )
        return np.asarray(y.numpy())
    if same.framework == "tensorflow" and same.call.startswith("tf.image"):
        import tensorflow as tf

        y = eval(same.call, names | {"tf": tf, "x": x.transpose(0, 2, 3, 1)})
        return np.asarray(y).transpose(0, 3, 1, 2)
    return None


def followed_by(same: Same) -> Resize:
    """The convention of a call that is said to be the same."""
    call = next(
        c for c in trials.calls("resize") if (c.id, c.framework) == (same.name, same.framework)
    )
    return call.follows[same.releases]


def holds(where: str, fresh: Answer) -> bool:
    """Whether a regime that an answer names speaks of sizes; of ``elsewhere`` nothing is held here."""
    regime, _, whole = where.partition(", ")
    if whole:
        assert fresh.factors is not None
        axes = zip(fresh.axes, fresh.factors, strict=True)
        return all(n * factor == m for (n, m), factor in axes) and holds(regime, fresh)
    return regime in REGIMES and fresh.within(regime)


def wrong_claims(
    truth: Drawn,
    answer: Identification,
    seed: int,
    frameworks: tuple[str, ...] = ("opencv", "torch"),
) -> Iterator[str]:
    """What an answer says that is not so, of its calls those of some frameworks alone."""
    for fresh in fresh_answers(truth, answer, seed):
        both = claimed(answer, fresh)
        if both is None:
            continue
        rows, columns = both
        one_column = fresh.n_out[1] == 1 and fresh.n_out[0] != fresh.n_in[0]
        if answer.but and one_column:
            if np.any(fresh.result != fresh.result[:, :, :1]):
                yield f"{fresh.sizes_text}: it repeats no row"
            continue
        near = fit(rows, columns, fresh)
        if near.share > 1:
            yield f"{fresh.sizes_text} at {fresh.given}: {near.error:.3g} off {rows} / {columns}"
            continue
        integers = rows.rounding is not None
        formula = {"floor(n * factor)": int}.get(answer.output_size or "")
        sizes = (
            [(formula(n * float(fresh.given or 1)), m) for n, m in fresh.axes] if formula else []
        )
        if any(said not in (0, m) for said, m in sizes):
            yield f"{fresh.sizes_text} is not {answer.output_size} at {fresh.given}"
        for same in () if integers else answer.same_as:
            skipped = same.framework not in frameworks or (same.but and one_column)
            if skipped or not holds(same.where, fresh):
                continue
            y = run(same, fresh)
            if y is None:
                continue
            own = Candidate(followed_by(same))
            wide = bound_of(rows, columns, fresh) + bound_of(own, own, fresh)
            if y.shape != fresh.result.shape or np.any(abs(y - fresh.result) > wide):
                yield f"{fresh.sizes_text}: not the same as {same.call}"
                break


def wrong_dtypes(truth: Drawn, answer: Identification, seed: int) -> Iterator[str]:
    """What an answer says of the dtypes that is not so, on images that it did not look at, at its own kinds
    of sizes: what is returned, which arithmetic predicts every value, what is exact, what raises."""
    subject = answer.subject
    assert subject is not None
    only = answer.parts[0].candidate if len(answer.parts) == 1 else None
    for behaviour in answer.dtypes:
        for fresh in fresh_answers(truth, answer, seed, behaviour.dtype):
            raises = behaviour.does.startswith("raises ")
            if raises and fresh.n_in == fresh.n_out:
                continue  # a dtype is looked at where the size changes
            if raises != (fresh.y is None):
                yield f"{behaviour.dtype}: {behaviour.does}; {fresh.sizes_text} {fresh.refused}"
                break
            if raises:
                continue
            if fresh.dtype != behaviour.returns:
                yield f"{behaviour.dtype}: returns {fresh.dtype}, {behaviour.returns} is said"
            both = claimed(answer, fresh)
            if only is None or both is None or (answer.but and fresh.n_out[1] == 1):
                continue
            DTYPES["held"] += 1
            if behaviour.does == "exact" and np.any(expected(only, fresh) != fresh.result):
                yield f"{behaviour.dtype}: {fresh.sizes_text} is not exact"
            models = models_of(behaviour)
            sampled = sampled_at(only, fresh, behaviour.dtype) if models else None
            if sampled is not None:
                DTYPES["predicted"] += 1
                if not any(predicts(model, sampled, fresh.result) for model in models):
                    yield f"{behaviour.dtype}: {fresh.sizes_text}: {behaviour.does}"
                    break


DTYPES: Counter[str] = Counter()


def models_of(behaviour: Behaviour) -> list[str]:
    """The arithmetics that an answer says of one convention; of a simple one, both that are left open where
    no value was beyond the dtype."""
    if behaviour.arithmetic is not None:
        return [] if ", " in behaviour.arithmetic else behaviour.arithmetic.split(" or ")
    words = behaviour.does.removesuffix(" (no tie was met)")
    simple = [f"{rounds}, {end}" for rounds in ROUNDS for end in (SATURATED, WRAPPED)]
    if words in ROUNDS:
        ties = [*ROUNDS][:2] if "no tie was met" in behaviour.does else [words]
        return [f"{rounds}, {end}" for rounds in ties for end in (SATURATED, WRAPPED)]
    return [words] if words in simple else []


TALLY: dict[str, int] = {}


def check(number: int, *, tensorflow: bool = False) -> None:
    truth = drawn(number, tensorflow=tensorflow)
    try:
        answer = halfpixel.identify(truth, seconds=SECONDS)
    except Unidentifiable:
        TALLY["refused"] = TALLY.get("refused", 0) + 1
        return
    assert isinstance(answer, Identification)
    kind = "named" if answer.named else "none"
    TALLY[kind] = TALLY.get(kind, 0) + 1
    if answer.named and answer.subject is not None:
        frameworks = ("opencv", "torch", *["tensorflow"] * tensorflow)
        wrong = list(wrong_claims(truth, answer, number, frameworks))
        wrong += wrong_dtypes(truth, answer, number)
        assert not wrong, "\n".join([*wrong, truth.words, str(answer)])


# Most of them follow nothing: to say what they do instead takes seconds. All numbers are drawn in the sweep.
DEAR = {0, 1, 2, 3, 4, 5, 6, 7, 12, 13}


@pytest.mark.opencv
@pytest.mark.torch
@pytest.mark.parametrize("number", [*(n for n in range(14) if n not in DEAR), 236])
def test_a_drawn_function_is_never_named_wrongly(number: int) -> None:
    check(number)


@pytest.mark.sweep
@pytest.mark.opencv
@pytest.mark.torch
@pytest.mark.tensorflow
@pytest.mark.parametrize("tens", range(100))
def test_drawn_functions_are_never_named_wrongly(tens: int) -> None:
    for number in range(10 * tens, 10 * tens + 10):
        check(number, tensorflow=number >= 100)


def test_a_wrong_claim_is_found() -> None:
    linear = Resize(mode="linear")
    truth = Drawn("linear", of_reference(linear, linear), "HWC", "hw", None)
    answer = halfpixel.identify(truth, seconds=SECONDS)
    assert isinstance(answer, Identification)
    assert answer.convention == linear
    assert not list(wrong_claims(truth, answer, 0))
    for other in (
        Resize(mode="cubic"),
        Resize(mode="linear", antialias=True, exclude_outside=True),
    ):
        assert answer.subject is not None
        answer.subject.fn = replace(truth, core=of_reference(other, linear))
        assert list(wrong_claims(truth, answer, 0))


def test_a_wrong_claim_about_a_dtype_is_found() -> None:
    linear = Resize(mode="linear")
    truth = Drawn("linear", of_reference(linear, linear), "HWC", "hw", np.floor)
    answer = halfpixel.identify(truth, seconds=SECONDS)
    assert isinstance(answer, Identification)
    assert answer.subject is not None
    assert not list(wrong_dtypes(truth, answer, 0))
    assert DTYPES["predicted"] > 0
    answer.subject.fn = replace(truth, rounds=np.ceil)
    assert list(wrong_dtypes(truth, answer, 0))
    answer.subject.fn = replace(truth, rounds=None)  # it returns floats of bytes
    assert list(wrong_dtypes(truth, answer, 0))
