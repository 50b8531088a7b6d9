"""torch's calls that are given factors: how each is said, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .call import Expression, Name
from .factors import (
    Factors,
    Scaling,
    copied_and_doubled_axes,
    copied_axes,
    given,
    of_sizes,
    plain,
    truncated,
)
from .torch_releases import CHANNELS_LAST

Flags = dict[str, object]
Say = Callable[[Flags, Factors], Expression]


def _interpolate(flags: Flags, factors: Factors) -> Expression:
    scale_factor = (plain(factors[0]), plain(factors[1]))
    return Expression(Name("F.interpolate"), (Name("x"),), {"scale_factor": scale_factor, **flags})


def _recompute(flags: Flags, factors: Factors) -> Expression:
    return _interpolate({**flags, "recompute_scale_factor": True}, factors)


def _layer(name: str, *takes: str) -> Say:
    """A layer, and the flags that it takes."""

    def say(flags: Flags, factors: Factors) -> Expression:
        scale_factor = (plain(factors[0]), plain(factors[1]))
        kept = {key: value for key, value in flags.items() if key in takes}
        layer = Expression(Name(f"nn.{name}"), (), {"scale_factor": scale_factor, **kept})
        return Expression(layer, (Name("x"),))

    return say


def _channels_last(flags: Flags, factors: Factors) -> Expression:
    """The same values, in the memory order of NHWC: other kernels."""
    x = Expression(Name("x.contiguous"), (), {"memory_format": Name("torch.channels_last")})
    plain = _interpolate(flags, factors)
    return Expression(plain.function, (x,), plain.kwargs)


def _volume(flags: Flags, factors: Factors) -> Expression:
    """3-D: an image is a volume one pixel wide, its height the depth."""
    volume = Expression(Name("x.unsqueeze"), (-1,))
    scale_factor = (plain(factors[0]), plain(factors[1]), 1)
    return Expression(Name("F.interpolate"), (volume,), {"scale_factor": scale_factor, **flags})


_AS_GIVEN = Scaling(truncated, given)
_COPIED = Scaling(truncated, copied_axes)
_COPIED_AND_DOUBLED = Scaling(truncated, copied_and_doubled_axes)
OF_SIZES = Scaling(truncated, of_sizes)

# the calls of F.interpolate, and what each makes of factors
_MODES: dict[str, Scaling] = {
    "nearest": _COPIED_AND_DOUBLED,
    "nearest-exact": _AS_GIVEN,
    "bilinear": _COPIED,
    "bicubic": _AS_GIVEN,
    "bilinear-antialias": _COPIED,
    "bicubic-antialias": _COPIED,
    "lanczos-antialias": _COPIED,
    "bilinear-antialias-align_corners": OF_SIZES,
    "bicubic-antialias-align_corners": OF_SIZES,
    "bilinear-align_corners": OF_SIZES,
    "bicubic-align_corners": OF_SIZES,
    "area": OF_SIZES,
}
_USED = tuple(mode for mode, scaling in _MODES.items() if scaling is not OF_SIZES)
_PLAIN = ("nearest", "nearest-exact", "bilinear", "bicubic")

# what comes after the mode in the name, how it is said, of which modes, since which release; until 1.5 all
# are sampled at the ratio of the sizes
_SAID: tuple[tuple[str, Say, tuple[str, ...], str], ...] = (
    ("scale_factor", _interpolate, tuple(_MODES), ">=1.0"),
    ("recompute_scale_factor", _recompute, _USED, ">=1.5"),
    ("scale_factor-channels_last", _channels_last, _PLAIN, CHANNELS_LAST),
    ("scale_factor-3d", _volume, ("nearest", "nearest-exact", "trilinear"), ">=1.0"),
    ("scale_factor-Upsample", _layer("Upsample", "mode", "align_corners"), _PLAIN, ">=1.0"),
)


@dataclass(frozen=True)
class Scaled:
    """A call that is given factors.

    Attributes:
        name: of the call.
        mode: the call of F.interpolate whose convention and flags it has.
        since: the releases that have it.
        say: from the flags and the factors to the call.
        scaling: what it makes of factors, since 1.6.
        variant: another way to say what another of these says.
        backward: what the backward pass makes of factors.
        unfolded: its image is a volume.
        one_factor: it refuses a factor for each axis.
    """

    name: str
    mode: str
    since: str
    say: Say
    scaling: Scaling
    variant: bool
    backward: Scaling
    unfolded: bool = False
    one_factor: bool = False


def _scaling(mode: str, say: Say) -> Scaling:
    if say is _recompute:
        return OF_SIZES
    if say is _volume and mode == "nearest":  # the kernel of large outputs, at any size
        return _AS_GIVEN
    return _MODES[mode.replace("tri", "bi")]


def _scaled() -> Iterator[Scaled]:
    for name, say, modes, since in _SAID:
        for mode in modes:
            scaling = _scaling(mode, say)
            variant = say is not _interpolate or scaling is OF_SIZES
            # an axis that antialias copies is not copied on the way back: docs/findings.md
            backward = _AS_GIVEN if "antialias" in mode and scaling is _COPIED else scaling
            called = f"interpolate-{mode}-{name}"
            volume = say is _volume
            yield Scaled(called, mode, since, say, scaling, variant, backward, volume)
    for name, mode, one_factor in (
        ("UpsamplingNearest2d", "nearest", False),
        ("UpsamplingBilinear2d", "bilinear-align_corners", True),
    ):
        scaling = _MODES[mode]
        yield Scaled(
            name, mode, ">=1.0", _layer(name), scaling, True, scaling, one_factor=one_factor
        )


SCALED = tuple(_scaled())
