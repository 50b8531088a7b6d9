"""torchvision's calls: tensors are resized by torch's, images of Pillow by Pillow's, whose conventions and
arithmetics these are.

pytorch/vision, ``torchvision/transforms/functional.py``: resize, resized_crop; ``_functional_tensor.py`` and
``_functional_pil.py``: resize; ``v2/functional/_geometry.py``: resize_image, _resize_image_pil.
"""

from __future__ import annotations

import itertools
import platform
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..operators import Resize
from ..operators.request import Request
from . import pillow, torch
from .call import (
    Call,
    Calls,
    Change,
    Defect,
    DType,
    Expression,
    Framework,
    FrameworkError,
    LeftOut,
    Name,
    Names,
    Refusal,
)
from .installation import stated_release
from .layer_plans import Target
from .library import Function, Library, Words

V = TypeVar("V")
_DTYPES: tuple[DType, ...] = ("float32", "float64", "uint8")

# A torchvision is built for one torch, which its package requires: 0.28 for 2.13. So a range of torch's
# releases is one of its own. From 0.10 on, resize takes antialias.
_FIRST, _ANTIALIASED, _V2 = 10, 13, 15
_LATEST = 28
_DEFAULT_IS_ON = 17  # the release since which antialias is True where it is left out


def _torch_beside(minor: int) -> str:
    return f"2.{minor - 15}" if minor >= 15 else f"1.{minor - 1}"


def _own_range(torch_releases: str) -> str:
    """A range of torch's releases as one of torchvision's."""
    return re.sub(
        r"([12])\.(\d+)", lambda n: f"0.{int(n[2]) + (15 if n[1] == '2' else 1)}", torch_releases
    )


def _releases(first: int, end: int | None = None) -> str:
    return f">=0.{first}" + (f", <0.{end}" if end else "")


# ---------------------------------------------------------------------------- as it is said

Say = Callable[[Request], Expression | None]
_MODE, _SIZE = "interpolation", "size"


def _flags(constant: str, antialias: bool | None) -> dict[str, object]:
    """As a user writes them; None where antialias is left out."""
    given: dict[str, object] = {_MODE: Name(f"InterpolationMode.{constant}")}
    return given if antialias is None else {**given, "antialias": antialias}


def _function(name: str, flags: Mapping[str, object]) -> Say:
    def expression(request: Request) -> Expression:
        return Expression(Name(name), (Name("x"),), {_SIZE: request.size, **flags})

    return expression


def _layer(name: str, flags: Mapping[str, object]) -> Say:
    def expression(request: Request) -> Expression:
        layer = Expression(Name(name), (), {_SIZE: request.size, **flags})
        return Expression(layer, (Name("x"),))

    return expression


def _crop(name: str, flags: Mapping[str, object]) -> Say:
    """Of the whole image."""

    def expression(request: Request) -> Expression:
        height, width = request.shape[2:]
        box = {"top": 0, "left": 0, "height": height, "width": width}
        return Expression(Name(name), (Name("x"),), {**box, _SIZE: request.size, **flags})

    return expression


def _of_picture(name: str, flags: Mapping[str, object]) -> Say:
    """Of an image of Pillow that is made of an array, as an array again; there are no batches."""

    def expression(request: Request) -> Expression | None:
        if not request.shape[0]:
            return None
        image = Expression(Name("Image.fromarray"), (Name("x"),))
        resized = Expression(Name(name), (image,), {_SIZE: request.size, **flags})
        return Expression(Name("np.asarray"), (resized,))

    return expression


# ---------------------------------------------------------------------------- tensors

# what rounds uint8: torch's kernel of integers, or that of float32 and then half to even
_INTEGERS, _FLOATS, _UNFUSED = "torch_uint8", "torch_rounded", "torch_rounded_unfused"
# by the first release of torch (2.x): which multiply-adds of its float32 are fused
_BUILDS = (
    (10, _FLOATS),
    (8, "torch_rounded_2_8"),
    (5, "torch_rounded_2_5"),
    (0, "torch_rounded_2_1"),
)
_ONE_PIXEL = torch.REFUSES_ONE_PIXEL_OF_THREE_CHANNELS
_NOT_KNOWN = "how torch rounded float32 on the way is not known"


def _float_rounding(choice: tuple[str, ...], names: Names) -> str:
    return choice[-1 if torch.capability(names["torch"]) == "DEFAULT" else 0]


def _own_rounding(choice: tuple[str, ...], names: Names) -> str:
    """torch's kernel of integers takes bilinear where it is faster: v2/functional/_geometry.py,
    _do_native_uint8_resize_on_cpu."""
    if platform.machine() in ("aarch64", "arm64"):
        return choice[0]
    return choice[("AVX2", "AVX512", "DEFAULT").index(torch.capability(names["torch"])) // 2 * 2]


def _own_rounding_on_avx2(choice: tuple[str, ...], names: Names) -> str:
    """The same until 0.23, where AVX512 is taken to be slower."""
    return choice[("AVX2", "AVX512", "DEFAULT").index(torch.capability(names["torch"]))]


@dataclass(frozen=True)
class _Module:
    """A module of functions and layers.

    Attributes:
        functions, layers: what stands before their names.
        short: what stands before the names of calls.
        first: the first release that has it.
    """

    functions: str
    layers: str
    short: str
    first: int


_V1_MODULE = _Module("TF.", "transforms.", "", _FIRST)
_V2_MODULE = _Module("v2.functional.", "v2.", "v2.", _V2)


def _rounds_floats(module: _Module, minor: int) -> bool:
    """Whether every image of integers becomes one of float32: v2 has handed uint8 on since 0.16."""
    return module is _V1_MODULE or minor < 16


def _in_release(module: _Module, own: str, minor: int) -> Change:
    """What a call is in a release, by torch's call in the torch of that release."""
    call = torch.CALLS.by_name[own].at(_torch_beside(minor))
    assert call is not None
    convention = next(iter(call.follows.values()))
    copies = convention.mode == "nearest"
    floats = copies or _rounds_floats(module, minor)
    arithmetic = {d: call.arithmetic["float32" if d == "uint8" else d] for d in _DTYPES}
    change = Change(arithmetic=arithmetic, refusals=(), roundings={}, unpredicted={})
    defects = (replace(one, releases=_own_range(one.releases)) for one in call.defects)
    if floats:
        defects = (_of_float32(one) for one in defects)
    change["defects"] = tuple(one for one in defects if any(map(one.when, _TO_ONE_PIXEL)))
    if copies:
        return change
    built = next((name for first, name in _BUILDS if minor - 15 >= first), "")
    by_floats = (built, _UNFUSED)
    unknown = not built or (minor == 15 and convention.antialias and convention.mode == "cubic")
    bilinear = convention.mode == "linear"
    if not floats:
        change["refusals"] = tuple(one for one in call.refusals if one.words == _ONE_PIXEL.words)
        change["roundings"] = {"uint8": (_INTEGERS, *by_floats) if bilinear else (_INTEGERS,)}
        if bilinear:
            change["rounding"] = _own_rounding if minor >= 24 else _own_rounding_on_avx2
    elif unknown:
        change["unpredicted"] = {"uint8": _NOT_KNOWN}
    else:
        change["roundings"] = {"uint8": by_floats}
        change["rounding"] = _float_rounding
    return change


# requests of which one shows each defect that torch's calls have: of bytes, and of few and many channels
_TO_ONE_PIXEL = tuple(
    Request(Resize(mode="linear"), (1, channels, 4, 5), (3, 1), dtype="uint8")
    for channels in (1, 5)
)


def _of_float32(defect: Defect) -> Defect:
    """A defect as images of integers have it that are computed in float32."""
    return replace(defect, when=lambda request: defect.when(replace(request, dtype="float32")))


def _key(change: Change) -> Hashable:
    """What tells releases apart."""
    return repr(
        {
            **change,
            "defects": [one.why for one in change["defects"]],
            "refusals": len(change["refusals"]),
        }
    )


def _by_release(of: Callable[[int], Change], first: int) -> tuple[dict[str, Change], Change]:
    """What was otherwise in earlier releases, by range, and what holds since."""
    starts = [
        next(group)
        for _, group in itertools.groupby(range(first, _LATEST + 1), lambda n: _key(of(n)))
    ]
    ranges = itertools.pairwise(starts)
    return {_releases(a, end): of(a) for a, end in ranges}, of(starts[-1])


# constant, the first release, torch's call, and the one with antialias
_MODES: tuple[tuple[str, int, str, str], ...] = (
    ("NEAREST", _FIRST, "interpolate-nearest", ""),
    ("NEAREST_EXACT", 15, "interpolate-nearest-exact", ""),
    ("BILINEAR", _FIRST, "interpolate-bilinear", "interpolate-bilinear-antialias"),
    ("BICUBIC", _FIRST, "interpolate-bicubic", "interpolate-bicubic-antialias"),
)
_LANCZOS = ("LANCZOS", 27, "", "interpolate-lanczos-antialias")  # of v2
_KERNELS_ARE_OTHERS = LeftOut(
    why="the kernels are those of torch's and Pillow's calls, which are run at every edge"
)


def _call(name: str, say: Say, first: int, own: Callable[[int], str], module: _Module) -> Call:
    """A call on tensors.

    Args:
        name: of the call.
        say: how it is said.
        first: the first release that has it.
        own: from a release to torch's call.
        module: whose it is.
    """
    earlier, now = _by_release(lambda minor: _in_release(module, own(minor), minor), first)
    before, latest = (
        torch.CALLS.by_name[own(first)].latest,
        torch.CALLS.by_name[own(_LATEST)].latest,
    )
    follows = {_releases(first): latest}
    if before != latest:
        follows = {
            _releases(first, _DEFAULT_IS_ON): before,
            _releases(_DEFAULT_IS_ON): latest,
        }
    return Call(
        framework="torchvision",
        name=name,
        operation="resize",
        follows=follows,
        expression=say,
        run=torch.CALLS.by_name[own(_LATEST)].run,
        returns={dtype: dtype for dtype in _DTYPES},
        arithmetic=now["arithmetic"],
        other_rules=torch.CALLS.by_name[own(_LATEST)].other_rules,
        roundings=now["roundings"],
        rounding=now.get("rounding", lambda choice, names: choice[0]),
        refusals=now["refusals"],
        defects=now["defects"],
        changes=earlier,
        where=_OF_TENSORS,
        hands_on=f"torch-{own(_LATEST)}",
        left_out=(_KERNELS_ARE_OTHERS,),
    )


_OF_TENSORS, _OF_PICTURES = "where the image is a tensor", "where the image is one of Pillow's"


def _tensor_calls(module: _Module) -> Iterator[Call]:
    modes = (*_MODES, _LANCZOS) if module is _V2_MODULE else _MODES
    for constant, since, plain, antialiased in modes:
        first = max(since, module.first)
        name = f"{module.short}resize-{constant}"
        if plain:
            off = False if antialiased else None
            say = _function(f"{module.functions}resize", _flags(constant, off))
            call = _call(name, say, first, lambda minor, own=plain: own, module)  # type: ignore[misc]
            yield replace(call, variant=module is _V2_MODULE)
        if antialiased:
            yield from _antialiased(module, constant, first, plain, antialiased)


def _antialiased(
    module: _Module, constant: str, first: int, plain: str, antialiased: str
) -> Iterator[Call]:
    """With antialias, and where it is left out."""

    def default(minor: int) -> str:
        return antialiased if minor >= _DEFAULT_IS_ON else plain

    function, name = f"{module.functions}resize", f"{module.short}resize-{constant}"
    on, left_out = _flags(constant, True), _flags(constant, None)
    since = max(first, _ANTIALIASED)
    call = _call(
        f"{name}-antialias", _function(function, on), since, lambda minor: antialiased, module
    )
    yield replace(call, variant=module is _V2_MODULE)
    call = _call(f"{name}-default", _function(function, left_out), first, default, module)
    yield replace(call, variant=True, offered=False)


def _others(module: _Module) -> Iterator[Call]:
    """The layer, and the function that crops first, which call the function."""
    antialiased = "interpolate-bilinear-antialias"
    flags = _flags("BILINEAR", True)
    for name, say in (
        ("Resize", _layer(f"{module.layers}Resize", flags)),
        ("resized_crop", _crop(f"{module.functions}resized_crop", flags)),
    ):
        called = f"{module.short}{name}-BILINEAR-antialias"
        since = max(module.first, _ANTIALIASED)
        call = _call(called, say, since, lambda minor: antialiased, module)
        yield replace(call, variant=True, offered=False)


# ---------------------------------------------------------------------------- what tensors refuse

_FUNCTIONAL_TENSOR = "torchvision/transforms/_functional_tensor.py: resize"
_NO_MODE = "Only 3D, 4D and 5D input Tensors supported"
_NO_LANCZOS = f"Lanczos mode requires antialias=True|{_NO_MODE}"


def _refused(module: _Module, constant: str, antialias: bool | None, words: str, why: str) -> Call:
    nearest = torch.CALLS.by_name["interpolate-nearest"]
    return Call(
        framework="torchvision",
        name=f"{module.short}resize-{constant}" + "-off" * (antialias is False),
        operation="resize",
        releases=_releases(max(module.first, _LANCZOS[1] if antialias is False else _FIRST)),
        expression=_function(f"{module.functions}resize", _flags(constant, antialias)),
        run=nearest.run,
        returns={dtype: dtype for dtype in _DTYPES},
        arithmetic={dtype: nearest.arithmetic[dtype] for dtype in _DTYPES},
        refusals=(Refusal(words=f"{words}|unsupported with Tensor input", why=why),),
        variant=module is _V2_MODULE,
        where=_OF_TENSORS,
        hands_on=nearest.id,
        left_out=(_KERNELS_ARE_OTHERS,),
    )


def _refused_calls() -> Iterator[Call]:
    why = f"torch has no such mode ({_FUNCTIONAL_TENSOR})"
    for module in (_V1_MODULE, _V2_MODULE):
        for constant in ("BOX", "HAMMING"):
            yield _refused(module, constant, None, _NO_MODE, why)
    v2 = f"v2.functional.resize has it since torchvision 0.27 ({_FUNCTIONAL_TENSOR})"
    yield _refused(_V1_MODULE, "LANCZOS", None, _NO_LANCZOS, v2)
    why = (
        "torch's has an antialias (torchvision/transforms/v2/functional/_geometry.py: resize_image)"
    )
    yield _refused(_V2_MODULE, "LANCZOS", False, "LANCZOS requires antialias=True", why)


# ---------------------------------------------------------------------------- images of Pillow

_FILTERS = {**{name: name for name in pillow.FILTERS}, "NEAREST_EXACT": "NEAREST"}


def _of_bytes(by_dtype: Mapping[DType, V]) -> dict[DType, V]:
    """What is declared of floats and bytes, without the images of 16 bits."""
    return {dtype: value for dtype, value in by_dtype.items() if dtype != "uint16"}


def _picture_call(module: _Module, constant: str, filter_: str) -> Call:
    """Ranges of Pillow's releases are about the Pillow beside torchvision."""
    own = pillow.CALLS.by_name[f"resize-{filter_}"]
    first = max(module.first, 15 if constant == "NEAREST_EXACT" else module.first)
    roundings = {
        f"pillow {releases}": Change(roundings=_of_bytes(change["roundings"]))
        for releases, change in own.changes.items()
        if change.get("roundings")
    }
    return replace(
        own,
        framework="torchvision",
        name=f"{module.short}resize-{constant}-pillow",
        follows={_releases(first): own.latest},
        expression=_of_picture(f"{module.functions}resize", _flags(constant, None)),
        changes=roundings,
        returns=_of_bytes(own.returns),
        arithmetic=_of_bytes(own.arithmetic),
        roundings=_of_bytes(own.roundings),
        since={},
        unpredicted={},
        refusals=(),
        defects=tuple(replace(one, releases=f"pillow {one.releases}") for one in own.defects),
        where=_OF_PICTURES,
        hands_on=own.id,
        variant=True,
        offered=False,
        left_out=(_KERNELS_ARE_OTHERS,),
    )


def _calls() -> Iterator[Call]:
    yield from (call for module in (_V1_MODULE, _V2_MODULE) for call in _tensor_calls(module))
    yield from (call for module in (_V1_MODULE, _V2_MODULE) for call in _others(module))
    yield from _refused_calls()
    yield from (
        _picture_call(module, constant, filter_)
        for module in (_V1_MODULE, _V2_MODULE)
        for constant, filter_ in _FILTERS.items()
    )


CALLS = Calls(_calls)


def _load() -> Names:
    import torch

    torch.set_num_threads(1)
    try:
        import torchvision
    except RuntimeError as error:  # operator torchvision::nms does not exist
        raise FrameworkError(
            f"import torchvision failed: {error}: it was built for another torch than {torch.__version__}, "
            "or for CUDA where that is for CPUs; install both from one index"
        ) from error
    import numpy
    from PIL import Image
    from torchvision.transforms import v2

    return {
        "torch": torch,
        "torchvision": torchvision,
        "transforms": torchvision.transforms,
        "TF": torchvision.transforms.functional,
        "v2": v2,
        "InterpolationMode": torchvision.transforms.InterpolationMode,
        "Image": Image,
        "np": numpy,
    }


def _environment(names: Names) -> str:
    packages = f"torch {names['torch'].__version__}, Pillow {stated_release(pillow.FRAMEWORK)}"
    return f"{torch.FRAMEWORK.environment(names)}, {packages}"


# ---------------------------------------------------------------------------- as users write it

_LIBRARY: Target = "torchvision"
_CONSTANTS: Words = {name: pillow.REMOVED.get(name, name) for name in (*_FILTERS, *pillow.REMOVED)}
# v2 takes these since 0.28
_STRINGS: Words = {name.lower().replace("_", "-"): name for name in _FILTERS}
_HAVE_ANTIALIAS = ("BILINEAR", "BICUBIC")
_TAKES = "interpolation=2, max_size=None, antialias='warn'"
_CROPS = "top, left, height, width, size, interpolation=2, antialias='warn'"
_AT_RANDOM = (
    "draws its box at random for each image: ask about {function}(img, top, left, height, width, size), "
    "which is what it calls"
)


def _reads(module: _Module, name: str, takes: str, **more: Any) -> Function:
    """A function or a layer. ``'warn'`` is an antialias that is left out, as 0.15 and 0.16 have it."""
    v2 = module is _V2_MODULE
    antialiased = (*_HAVE_ANTIALIAS, "LANCZOS") if v2 else _HAVE_ANTIALIAS
    given = {"size": ("size",), "pictures": ("antialias",), "shorter_edge": True, **more}
    return Function(
        framework=_LIBRARY,
        name=name,
        takes=takes,
        words={
            "interpolation": {**pillow.NUMBERS, **(_STRINGS if v2 else {})},
            "antialias": {None: False},
        },
        constants={"interpolation": _CONSTANTS},
        moot={"antialias": ("interpolation", antialiased)},
        unused=(),
        **given,
    )


def _functions(module: _Module, image: str) -> Iterator[Function]:
    function, crop = (f"{module.functions}{name}" for name in ("resize", "resized_crop"))
    spelled = ("F.{}",) if module is _V1_MODULE else ()
    yield _reads(
        module, function, f"{image}, size, {_TAKES}", image=image, longest="max_size",
        spelled=tuple(one.format("resize") for one in spelled),
    )  # fmt: skip
    yield _reads(
        module, f"{module.layers}Resize", f"size, {_TAKES}", longest="max_size", becomes=function
    )
    yield _reads(
        module, crop, f"{image}, {_CROPS}", image=image, becomes=function,
        box=("top", "left", "height", "width"),
        spelled=tuple(one.format("resized_crop") for one in spelled),
    )  # fmt: skip
    yield _reads(
        module,
        f"{module.layers}RandomResizedCrop",
        "size, scale=(0.08, 1.0), ratio=(0.75, 1.3333333333333333), interpolation=2, antialias='warn'",
        refused=_AT_RANDOM.format(function=crop),
    )


LIBRARY = Library(
    name=_LIBRARY,
    title="torchvision",
    functions=(*_functions(_V1_MODULE, "img"), *_functions(_V2_MODULE, "inpt")),
    modules=(
        ("torchvision.transforms.v2", "v2"),
        ("torchvision.transforms.functional", "TF"),
        ("torchvision.transforms", "transforms"),
        ("transforms.v2", "v2"),
        ("transforms.functional", "TF"),
        ("T", "transforms"),
    ),
    constants=(
        "",
        "InterpolationMode",
        *(f"{one}.InterpolationMode" for one in ("transforms", "TF", "F", "v2", "v2.functional")),
        "Image",
        "Image.Resampling",
        "Resampling",
    ),
    first_axis=2,
    layouts={1: "x is (N, C, W)", 2: "x is (N, C, H, W), a tensor", 3: "x is (N, C, D, H, W)"},
    line=("x[:, :, None]", "[:, :, 0]"),
    arrays="torch",
)

FRAMEWORK = Framework(
    name="torchvision",
    title="torchvision",
    colour="#1971c2",
    module="torchvision",
    distributions=("torchvision",),
    needs=("torch", "PIL"),
    beside=("pillow",),
    calls=CALLS,
    load=_load,
    environment=_environment,
)
