"""What a library is to those who write code in it: the functions that resize, and how its arrays lie."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .call import Call
from .layer_plans import Target

Words = Mapping[object, object]


@dataclass(frozen=True)
class OwnSize:
    """The size of an axis that a function makes by itself.

    Attributes:
        of: from the image's size to the result's.
        text: the same in Python, with ``{}`` for the image's size.
    """

    of: Callable[[int], int]
    text: str


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function, or a layer, that resizes.

    Attributes:
        framework: the name of the library whose it is.
        name: as the catalogue's expressions have it.
        takes: its signature.
        image: the argument that is resized; empty of a layer, whose image comes later.
        size: the arguments that say the output's size.
        order: whether a size is (height, width) or (width, height).
        factors: the arguments that say output pixels an input pixel.
        rank: the number of spatial axes; None where the arguments say it.
        one_for_all: a size or a factor may be one number, for all axes.
        grid: the arguments that say where an output pixel lies, for the reading to look into.
        unused: the arguments with no part in the result, whatever they are.
        told: the arguments that are not answered for, and what is said where one is given.
        ways: the arguments that do not change how a pixel is computed: layouts, and what becomes of a size.
        words: for an argument, other values that stand for one.
        constants: for an argument, names of constants, without the dots before them, and their values.
        spelled: its other names.
        moot: for an argument, another one and the values without one of which it means nothing.
        fits: where the result has the image's proportions, and is as large as fits into the size: the
            argument that asks for that, or ``pads``, where zeros are put around it.
        own_size: of the result, where no size is given.
        becomes: the function that it calls with the same arguments, if that is one of these.
        method: it is a method of the image: ``image.resize(…)``.
        pictures: it takes tensors and images of Pillow, for which these arguments mean nothing.
        shorter_edge: a size of one number is that of the shorter edge; the image keeps its proportions.
        longest: the argument that the longer edge is at most.
        whole_shape: its size has an entry for each axis of an image of (N, H, W, C), (H, W, C) or (H, W), or
            a volume of (N, D, H, W, C).
        box: the arguments that say which rectangle of the image is resized: top, left, height and width.
        divides: its factors are input pixels an output pixel, whole numbers.
        assumed: what is taken for granted of the image, in words.
        adapts: for an argument, what a number there makes of the call without it; None is that.
        reasons: for an argument, why it is answered at its default alone, and what to ask about instead.
        refused: why it is not answered, and what to ask about instead.
    """

    framework: Target
    name: str
    takes: str
    image: str = ""
    size: tuple[str, ...] = ()
    order: str = "hw"
    factors: tuple[str, ...] = ()
    rank: int | None = 2
    one_for_all: bool = False
    grid: tuple[str, ...] = ()
    unused: tuple[str, ...] = ("name",)
    told: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[str, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    constants: Mapping[str, Words] = field(default_factory=dict)
    spelled: tuple[str, ...] = ()
    becomes: str = ""
    method: bool = False
    fits: str = ""
    own_size: OwnSize | None = None
    moot: Mapping[str, tuple[str, tuple[object, ...]]] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    shorter_edge: bool = False
    longest: str = ""
    whole_shape: bool = False
    box: tuple[str, ...] = ()
    divides: bool = False
    assumed: tuple[str, ...] = ()
    adapts: Mapping[str, Callable[[Call, float], Call]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """What ``takes`` says."""
        return signature(self.takes)

    @property
    def flags(self) -> tuple[str, ...]:
        """The arguments that say which call of the catalogue it is."""
        return tuple(name for name, kind in self.kinds.items() if kind == "flag")

    @functools.cached_property
    def kinds(self) -> Mapping[str, str]:
        """For every argument, what is made of it: image, size, factors, grid, unused, told, way, edge, box or
        flag."""
        named = {
            "image": (self.image,),
            "size": self.size,
            "factors": self.factors,
            "grid": self.grid,
            "unused": self.unused,
            "told": self.told,
            "way": self.ways,
            "edge": (self.longest,),
            "box": self.box,
        }
        kind_of = {name: kind for kind, names in named.items() for name in names}
        return {name: kind_of.get(name, "flag") for name in self.signature.parameters}

    @property
    def is_layer(self) -> bool:
        """Whether its image comes later."""
        return not self.image and not self.grid and not self.method


@dataclass(frozen=True, kw_only=True)
class Library:
    """A library that calls are converted from and to. A framework is what is installed and run: Keras is one
    library, and a part of two frameworks.

    Attributes:
        name: as users write it.
        title: for people.
        functions: those that resize; what is offered first stands first.
        modules: other names of the modules that its functions stand in, with the name that they have here;
            the longer ones first.
        constants: the modules that its constants stand in, under the names that they have here; the empty
            one, where a bare name was imported.
        first_axis: the place of the first spatial axis in the shape of an image.
        layouts: by the number of spatial axes, the image ``x`` that its functions take, in words.
        line: the image that a line ``x`` is, and how a line comes out of it again; None where a line is
            resized as it is.
        volumes: its functions of images resize volumes too.
        reshape: its function of an image and a shape, where a volume is resized in two passes.
        arrays: the library whose code for arrays (indices, zeros around them, products) holds for its own;
            ``pillow`` for NumPy's. Its own, if empty.
    """

    name: Target
    title: str
    functions: tuple[Function, ...]
    modules: tuple[tuple[str, str], ...] = ()
    constants: tuple[str, ...] = ()
    first_axis: int
    layouts: Mapping[int, str]
    line: tuple[str, str] | None = None
    volumes: bool = False
    reshape: str = ""
    arrays: str = ""


def signature(text: str) -> inspect.Signature:
    """The signature of ``def f(text)``; its defaults are literals. What follows a ``*`` has to be named."""
    parsed = ast.parse(f"lambda {text}: 0", mode="eval").body
    assert isinstance(parsed, ast.Lambda)
    given = parsed.args
    empty = inspect.Parameter.empty
    defaults = [empty] * (len(given.args) - len(given.defaults))
    defaults += [ast.literal_eval(default) for default in given.defaults]
    either, named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(one.arg, either, default=default)
        for one, default in zip(given.args, defaults, strict=True)
    ]
    parameters += [
        inspect.Parameter(
            one.arg, named, default=empty if default is None else ast.literal_eval(default)
        )
        for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    return inspect.Signature(parameters)
