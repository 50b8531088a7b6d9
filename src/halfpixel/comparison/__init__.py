"""Two functions side by side: ``halfpixel compare`` and ``halfpixel.compare``."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np

from .. import names
from ..arrays import AnyArray
from ..identification.adapter import Layout, Size
from ..identification.function_path import find
from ..identification.problem import Unidentifiable
from . import call_text, models
from .answer import VERDICTS, Comparison, Side, Verdict
from .difference import Difference
from .function import Function, Incomparable, Raised, prepared, with_way
from .images import IMAGES, REAL, Image, Probe, as_dtype, photograph, read, sizes_for
from .observation import Known, Look, Measured, Setting, look
from .remedy import Remedy, remedies
from .smallest import Smallest, smallest
from .stages import Stage, described, stages

__all__ = [
    "Comparison",
    "Difference",
    "Incomparable",
    "Look",
    "Remedy",
    "Side",
    "Smallest",
    "Stage",
    "compare",
]

Progress = Callable[[str], None]
DTYPES = ("uint8", "float32")


def compare(
    a: Callable[..., object] | str,
    b: Callable[..., object] | str,
    *,
    input_sizes: Sequence[Size] = (),
    images: Sequence[str | Path | AnyArray] = (),
    output_size: Size | None = None,
    layout: Layout | None = None,
    dtypes: Sequence[str] = DTYPES,
    levels: float | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """How far two functions of an image are apart.

    Args:
        a, b: a function of an image; or ``path/to/file.py:function``, ``package.module:function``; or a file
            of a model, .onnx or .tflite; or a call of a resize as text, such as ``cv2.resize(x, (224,
            224))``, which is parsed and never evaluated as code.
        input_sizes: (h, w) of the images that are made; by default such that the functions reduce, enlarge,
            and do one along either axis; of a model that says the size of its image, that size.
        images: image files, or arrays (H, W, 3) of uint8, to be looked at in place of those that are made.
        output_size: (h, w) that functions are asked for which take a size; by default 224×320.
        layout: of the image that both take; found if it is not given.
        dtypes: of the images: uint8, float32 or both.
        levels: how many levels of 255 apart are still the same; by default only what rounding explains.
        progress: is told what is being done.

    Returns:
        The answer: ``str`` of it is for people, ``.json()`` for programs; ``.same``, ``.verdict`` and
        ``.first``, the first stage at which they part.

    Raises:
        Incomparable: a ``ValueError``: there is no such function, file or call, or one of the two raises
            whatever it is given, or on one of the images.
    """
    if levels is not None and not (levels >= 0 and math.isfinite(levels)):
        raise Incomparable(f"levels is a number from 0, got {levels!r}")
    if layout is not None:
        layout = names.checked(layout, get_args(Layout), "layout", Incomparable)
    if not dtypes or isinstance(dtypes, str):
        raise Incomparable(f"dtypes is a list of some of {', '.join(DTYPES)}, got {dtypes!r}")
    dtypes = [names.checked(dtype, DTYPES, "dtype", Incomparable) for dtype in dtypes]
    say = progress or (lambda words: None)
    pixels = given_images(images, input_sizes)
    functions = [function_of(one, letter, output_size) for one, letter in ((a, "A"), (b, "B"))]
    if not input_sizes:
        fixed = [function.input_size for function in functions if function.input_size is not None]
        input_sizes = fixed[:1]
    first = next(iter(pixels.values()), None)
    if first is None:
        first = photograph(input_sizes[0] if input_sizes else REAL)
    say("finding how the functions are called")
    functions, raised = _ready(functions, first, layout, dtypes)
    dtypes = [d for d in dtypes if not any(d in words for words in raised)]
    if not dtypes:
        raise Incomparable(_no_dtype(functions, raised))
    pair = Pair(functions[0], functions[1], first)
    varies = [_varies(function, as_dtype(first, dtypes[0], 1.0)) for function in functions]
    if any(varies):
        sides = [pair.side(i, dtypes[0], raised[i], varies[i]) for i in (0, 1)]
        return Comparison(sides[0], sides[1], "not deterministic", accepted=levels)
    looks = _looks(pair, dtypes, pixels, input_sizes, say)
    given = [function.way.layout for function in functions if function.way]
    verdicts = {
        dtype: _verdict([one for one in looks if one.probe.dtype == dtype], levels, given)
        for dtype in dtypes
    }
    verdict = max(verdicts.values(), key=VERDICTS.index)
    same = verdict != "different"
    say("finding what both do" if same else "finding where they part")
    parts, setting = _parted(pair, looks, verdicts, verdict)
    sides = [pair.side(i, dtypes[0], raised[i], follows=setting) for i in (0, 1)]
    answer = Comparison(
        sides[0], sides[1], verdict, verdicts, looks, parts, setting, accepted=levels
    )
    if same:
        return answer
    if answer.first is not None:
        say("looking for what to write instead")
        sides_at, others = pair.measured(setting), _elsewhere(pair, looks, setting)
        answer = replace(answer, remedies=remedies(answer.first, *sides_at, others))
    say("looking for the smallest image that shows it")
    return replace(answer, smallest=_smallest(pair, answer))


class Pair:
    """Two functions, with what is measured of them in each setting."""

    def __init__(self, a: Function, b: Function, first: Image) -> None:
        self.functions = a, b
        self.known = Known(), Known()
        self.first = first
        self._measured: dict[Setting, tuple[Measured, Measured]] = {}
        self._white: dict[str, float] = {"uint8": 255.0}

    def measured(self, setting: Setting) -> tuple[Measured, Measured]:
        """Both in a setting."""
        if setting not in self._measured:
            a, b = self.functions
            self._measured[setting] = (
                Measured(a, setting, self.known[0]),
                Measured(b, setting, self.known[1]),
            )
        return self._measured[setting]

    def setting(self, size: Size, dtype: str) -> Setting:
        """A size in a dtype; of floats, in the range in which both functions are what they are for."""
        return Setting(size, dtype, self.white(dtype))

    def white(self, dtype: str) -> float:
        """What white is in an image: of integers 255; of floats 1, or 255 where a function makes no 255
        levels of 0..1."""
        if dtype not in self._white:
            self._white[dtype] = self._float_white(dtype)
        return self._white[dtype]

    def _float_white(self, dtype: str) -> float:
        size = self.first.shape[0], self.first.shape[1]
        for white in (1.0, 255.0):
            tones = [side.tone for side in self.measured(Setting(size, dtype, white))]
            if all(t and t.affine and t.resolves for t in tones):
                return white
        return 1.0

    def side(
        self,
        i: int,
        dtype: str,
        raised: dict[str, str],
        varies: str = "",
        follows: Setting | None = None,
    ) -> Side:
        """One of the functions, described; with what it follows in a setting."""
        function = self.functions[i]
        output = function(as_dtype(self.first, dtype, self.white(dtype)))
        returns = f"{output.layout} {output.dtype}"
        following = self.measured(follows)[i].following if follows is not None else None
        return Side(function, returns, following, raised, varies)


def given_images(
    images: Sequence[str | Path | AnyArray], sizes: Sequence[Size]
) -> dict[str, Image]:
    """The user's images by name.

    Raises:
        Incomparable: one cannot be read, or is no (H, W, 3) array of uint8; or a size is none.
    """
    for size in sizes:
        if len(size) != 2 or any(int(n) != n or n < 1 for n in size):
            raise Incomparable(f"an input size is (h, w) in pixels, got {size!r}")
    pixels: dict[str, Image] = {}
    for i, one in enumerate(images):
        if isinstance(one, (str, Path)):
            pixels[Path(one).name if Path(one).name not in pixels else str(one)] = read(one)
        elif isinstance(one, np.ndarray) and one.dtype == np.uint8 and one.shape[2:] == (3,):
            pixels[f"image {i}"] = one
        else:
            shape = (
                f"{getattr(one, 'dtype', type(one).__name__)} {getattr(one, 'shape', '')}".strip()
            )
            raise Incomparable(f"an image is a file, or an array (H, W, 3) of uint8, got {shape}")
    return pixels


def function_of(
    one: Callable[..., object] | str, letter: str, output_size: Size | None = None
) -> Function:
    """What is compared, from what the user gave: a function, its name, a file of a model or a call as text.

    Args:
        one: as :func:`compare` takes it.
        letter: what a lambda is called by.
        output_size: (h, w) to ask for of a function that takes a size.

    Raises:
        Incomparable: there is none, or it cannot be called.
    """
    if isinstance(one, Function):
        return one
    if not isinstance(one, str):
        return prepared(_name(one, letter), one, output_size)
    if call_text.is_call(one):
        return call_text.checked(one)
    if models.is_model(one):
        return models.model(one)
    try:
        return prepared(one, find(one), output_size)
    except Unidentifiable as error:
        raise Incomparable(str(error)) from error


def _name(fn: object, letter: str) -> str:
    name = getattr(fn, "__qualname__", None) or type(fn).__name__
    return str(name) if name != "<lambda>" else f"the lambda {letter}"


def _ready(
    functions: Sequence[Function], first: Image, layout: Layout | None, dtypes: Sequence[str]
) -> tuple[list[Function], list[dict[str, str]]]:
    """The functions with the way in which each is called, and what they raise by dtype."""
    images = [as_dtype(first, dtype, 1.0) for dtype in dtypes]
    called = [with_way(function, images, layout) for function in functions]
    return [function for function, _ in called], [raised for _, raised in called]


def _no_dtype(functions: Sequence[Function], raised: Sequence[dict[str, str]]) -> str:
    errors = [
        f"{function.name} raises for {dtype} images: {words[dtype]}"
        for function, words in zip(functions, raised, strict=True)
        for dtype in words
    ]
    return f"no dtype is taken by both functions; {'; '.join(errors)}"


def _varies(function: Function, image: AnyArray) -> str:
    """How two runs on the same image differ; empty where they do not."""
    one, other = function(image), function(image)
    if one.array.shape != other.array.shape:
        return f"two runs on one image return the shapes {one.array.shape} and {other.array.shape}"
    if one.array.tobytes() == other.array.tobytes():
        return ""
    with np.errstate(invalid="ignore"):
        apart = np.nanmax(abs(one.image - other.image))
    return f"two runs on one image differ by up to {apart:.3g}; fix its seed, or leave the random part out"


def _looks(
    pair: Pair,
    dtypes: Sequence[str],
    pixels: dict[str, Image],
    input_sizes: Sequence[Size],
    say: Progress,
) -> tuple[Look, ...]:
    """Both functions on every image, in every dtype."""
    if not pixels:
        sizes = input_sizes or sizes_for(
            pair.functions[0](as_dtype(pair.first, dtypes[0], 1.0)).size
        )
        named = [(name, make(size)) for size in sizes for name, make in IMAGES.items()]
    else:
        named = list(pixels.items())
    looks = []
    for dtype in dtypes:
        for name, image in named:
            setting = pair.setting((image.shape[0], image.shape[1]), dtype)
            say(f"{name} {setting}")
            probe = Probe(name, image, dtype, setting.white)
            try:
                looks.append(look(probe, *pair.measured(setting)))
            except Raised as error:
                raise Incomparable(f"on the image {name}, {setting}: {error}") from None
    return tuple(looks)


def _verdict(looks: Sequence[Look], levels: float | None, given: Sequence[Layout]) -> Verdict:
    """What all that was looked at allows to say."""
    if all(one.bitwise for one in looks):
        return "bitwise"
    differences = [one.difference for one in looks]
    own = all([one.a.layout, one.b.layout] == [*given] for one in looks)
    alike = own or all(one.a.layout == one.b.layout for one in looks)
    if not alike or any(one is None for one in differences):
        return "different"
    known = [one for one in differences if one is not None]
    if all(one.a.dtype == one.b.dtype for one in looks) and all(one.within for one in known):
        return "bitwise" if all(one.equal for one in known) else "rounding"
    if levels is not None and all(
        one.unit == "levels" and one.max <= levels + one.rounding for one in known
    ):
        return "levels"
    return "different"


def _elsewhere(
    pair: Pair, looks: Sequence[Look], setting: Setting
) -> list[tuple[Measured, Measured]]:
    """Both functions at other sizes of a dtype, if all of them become one size."""
    if len({(look.a.size, look.b.size) for look in looks}) > 1:
        return []
    settings = {look.setting for look in looks if look.probe.dtype == setting.dtype}
    return [pair.measured(one) for one in settings if one != setting]


_STRUCTURED = ("photograph", "noise")  # images of no period, in which a shift is seen


def _parted(
    pair: Pair, looks: Sequence[Look], verdicts: dict[str, Verdict], verdict: Verdict
) -> tuple[tuple[Stage, ...], Setting]:
    """Both functions stage by stage, in the setting in which they part first."""
    dtype = next(d for d, one in verdicts.items() if one == verdict)
    of_verdict = [one for one in looks if one.probe.dtype == dtype]
    if verdict != "different":
        of_verdict = of_verdict[:1]
    telling = [one for one in of_verdict if one.probe.name in _STRUCTURED] or of_verdict
    # what parts them first at one size may not show at another
    parted = [
        (stages(most, *pair.measured(setting)), setting)
        for setting in dict.fromkeys(one.setting for one in telling)
        for most in [max((one for one in telling if one.setting == setting), key=_distance)]
    ]
    parts, setting = min(parted, key=lambda one: _earliness(one[0]))
    return described(parts, *pair.measured(setting)), setting


def _smallest(pair: Pair, answer: Comparison) -> Smallest | None:
    """The smallest image of functions that differ."""
    dtype = next(d for d, verdict in answer.verdicts.items() if verdict == "different")
    different = [one for one in answer.looks if one.probe.dtype == dtype]
    worst = max(different, key=_distance)
    least = _least(worst, different, answer.accepted)
    if worst.difference is not None and not worst.difference.max > least:
        return None
    sides = pair.measured(worst.setting)
    return smallest(worst, *sides, None if worst.difference is None else least)


def _earliness(parts: Sequence[Stage]) -> tuple[int, bool]:
    """The place of the first stage that is not the same, those that differ before those that are not told."""
    return next(
        ((i, part.same is None) for i, part in enumerate(parts) if not part.same),
        (len(parts), False),
    )


def _distance(one: Look) -> float:
    return math.inf if one.difference is None else one.difference.max


def _least(worst: Look, looks: Sequence[Look], levels: float | None) -> float:
    """What counts as showing the difference: a tenth of the largest, and more than is accepted or rounding
    explains; where that is infinite, any number."""
    differences = [one.difference for one in looks if one.difference is not None]
    bounds = [one.bound or 0.0 for one in differences]
    most = worst.difference.max if worst.difference is not None else 0.0
    if not math.isfinite(most):
        return float(np.finfo(float).max)
    return max(most / 10, levels or 0.0, *bounds, 0.0)
