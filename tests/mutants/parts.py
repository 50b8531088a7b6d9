"""What a mutant is made of: a place where it shows, and what is wrong there.

A mutant is a call that answers as the framework does, but for the requests of a place, where its answer is
changed. A place is a condition on what is asked; a change is a function of the framework's answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfpixel.conformance.cases import Case
from halfpixel.frameworks import Call, FrameworkError, Names, dtype_name
from halfpixel.numerics.error_model import UNIT_ROUNDOFF
from halfpixel.numerics.representable import rounded
from halfpixel.operators import ConvTranspose
from halfpixel.operators.request import Operation, Request

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a framework answers to a trial.

    Attributes:
        call, case, dtype: of the trial.
        values: the answer, (N, C, H, W); nobody writes into it.
        names: what the framework's ``load`` returned.
    """

    call: Call
    case: Case
    dtype: str
    values: Array
    names: Names

    def again(self, **changes: Any) -> Array:
        """What the framework answers to the case with some fields changed, in this answer's shape: cut, or
        continued with zeros."""
        case = replace(self.case, **changes)
        if isinstance(case.convention, ConvTranspose) and not case.gradient:
            height, width = case.convention.output_size(
                case.inputs["x"].shape[2:], case.inputs["w"].shape[2:]
            )
            case = replace(case, size=(height, width))
        try:
            values = self.call(case, self.dtype, self.names)
        except FrameworkError:
            raise
        except Exception as error:
            raise Refused from error
        return fitted(values, self.values.shape)

    def given(self, **inputs: Callable[[Array], Array]) -> Array:
        """What it answers to other inputs."""
        found = {k: inputs[k](v) if k in inputs else v for k, v in self.case.inputs.items()}
        return self.again(inputs=found)


class Refused(Exception):
    """The framework does not compute what the mutant would answer: another case has to show it."""


def fitted(values: Array, shape: tuple[int, ...]) -> Array:
    """An array cut to a shape, or continued with zeros."""
    result = np.zeros(shape, values.dtype)
    part = tuple(slice(min(a, b)) for a, b in zip(values.shape, shape, strict=True))
    result[part] = values[part]
    return result


@dataclass(frozen=True)
class Place:
    """A condition on what is asked: a request and the dtype of its inputs; and perhaps on their values."""

    words: str
    holds: Callable[[Request, str], bool]
    of_values: Callable[[Case], bool] | None = None

    def __and__(self, other: Place) -> Place:
        values = [one for one in (self.of_values, other.of_values) if one is not None]
        return Place(
            f"{self.words}, {other.words}",
            lambda request, dtype: self.holds(request, dtype) and other.holds(request, dtype),
            (lambda case: all(one(case) for one in values)) if values else None,
        )


@dataclass(frozen=True)
class Change:
    """What is wrong: from the framework's answer to the mutant's."""

    words: str
    of: Callable[[Answer], Array]


@dataclass(frozen=True)
class Mutant:
    """A wrong implementation: what it does wrong, and where. ``lives``: why it cannot matter, if it lives."""

    operation: Operation
    place: Place
    change: Change
    lives: str = ""

    @property
    def name(self) -> str:
        return f"{self.operation}: {self.change.words}: {self.place.words}"

    def shows(self, case: Case, dtype: str) -> bool:
        """Whether a case asks for what it does wrong."""
        request = case.request
        return (
            request.operation == self.operation
            and self.place.holds(request, dtype)
            and (self.place.of_values is None or self.place.of_values(case))
        )


# ---------------------------------------------------------------------------- places: of both operations

ANYWHERE = Place("everywhere", lambda request, dtype: True)
FORWARD = Place("forward", lambda request, dtype: not request.gradient)
BACKWARD = Place("gradients", lambda request, dtype: bool(request.gradient))
BATCH = Place("two images and more", lambda request, dtype: request.shape[0] > 1)
EIGHT = Place("8 images", lambda request, dtype: request.shape[0] >= 8)
NAN = Place(
    "NaN among the inputs",
    lambda request, dtype: True,
    lambda case: bool(np.isnan(case.inputs["x"]).any()),
)
NO_IMAGES = Place("an empty batch", lambda request, dtype: request.shape[0] == 0)


_UNITS = 4  # in the last place


def of_dtype(*dtypes: str) -> Place:
    return Place(" and ".join(dtypes), lambda request, dtype: dtype in dtypes)


def channels(least: int, most: int = 10**9) -> Place:
    words = f"{least} channels" + ("" if most == least else " and more")
    return Place(words, lambda request, dtype: least <= request.shape[1] <= most)


def no_multiple(of: int) -> Place:
    return Place(
        f"more than {of} channels, no multiple of {of}",
        lambda request, dtype: request.shape[1] > of and request.shape[1] % of != 0,
    )


def in_memory(*layouts: str) -> Place:
    return Place(
        f"in memory {' or '.join(layouts)}", lambda request, dtype: request.layout in layouts
    )


# ---------------------------------------------------------------------------- places: sizes of a resize


def _sizes(request: Request) -> tuple[tuple[int, int], tuple[int, int]]:
    return request.sizes


def by_factor(words: str, numerator: int, denominator: int = 1) -> Place:
    """Both axes by the same ratio of the sizes, exactly."""
    return Place(
        words,
        lambda request, dtype: all(
            n_out * denominator == n_in * numerator for n_in, n_out in _sizes(request)
        ),
    )


def above(pixels: int, side: str = "in") -> Place:
    at = 0 if side == "in" else 1
    return Place(
        f"above {pixels} pixels {side}",
        lambda request, dtype: max(size[at] for size in _sizes(request)) > pixels,
    )


def both_above(pixels: int, side: str = "in") -> Place:
    at = 0 if side == "in" else 1
    return Place(
        f"both axes above {pixels} pixels {side}",
        lambda request, dtype: min(size[at] for size in _sizes(request)) > pixels,
    )


def pair(n_in: int, n_out: int) -> Place:
    return Place(
        f"{n_in} to {n_out} pixels", lambda request, dtype: (n_in, n_out) in _sizes(request)
    )


ONE_MORE = Place(
    "one pixel more, above 16",
    lambda request, dtype: any(n_out == n_in + 1 and n_in > 16 for n_in, n_out in _sizes(request)),
)
SHRINKING = Place(
    "both axes shrink",
    lambda request, dtype: all(n_out < n_in for n_in, n_out in _sizes(request)),
)
GROWING = Place(
    "both axes grow", lambda request, dtype: all(n_out > n_in for n_in, n_out in _sizes(request))
)
RESIZED = Place("of another size", lambda request, dtype: request.shape[2:] != request.size)
UNCHANGED = Place(
    "unchanged size", lambda request, dtype: all(n_out == n_in for n_in, n_out in _sizes(request))
)
ONE_ROW = Place("one row in", lambda request, dtype: _sizes(request)[0][0] == 1)


def values_out(least: int) -> Place:
    return Place(
        f"more than {least} values out",
        lambda request, dtype: (
            request.shape[0] * request.shape[1] * request.size[0] * request.size[1] > least
        ),
    )


# ---------------------------------------------------------------------------- places: transposed convolutions


def _conv(request: Request) -> ConvTranspose:
    assert isinstance(request.convention, ConvTranspose)
    return request.convention


def groups(least: int, most: int = 10**9) -> Place:
    words = f"{least} groups" + ("" if most == least else " and more")
    return Place(words, lambda request, dtype: least <= _conv(request).group <= most)


DEPTHWISE = Place(
    "a group for every channel",
    lambda request, dtype: _conv(request).group == request.weight[0] > 1,
)
MULTIPLIER = Place(
    "depthwise, several outputs for a channel",
    lambda request, dtype: _conv(request).group == request.weight[0] > 1 and request.weight[1] > 1,
)
DILATED = Place("a dilation", lambda request, dtype: _conv(request).dilations != (1, 1))
DILATED_UNLIKE = Place(
    "dilations that differ", lambda request, dtype: len(set(_conv(request).dilations)) > 1
)
STRIDED_UNLIKE = Place(
    "strides that differ", lambda request, dtype: len(set(_conv(request).strides)) > 1
)
BIAS = Place("a bias", lambda request, dtype: request.bias)
POINTS = Place("kernels of one tap", lambda request, dtype: request.kernel == (1, 1))
EVEN = Place(
    "kernels of an even size", lambda request, dtype: any(k % 2 == 0 for k in request.kernel)
)
ONE_WIDE = Place(
    "kernels one wide", lambda request, dtype: request.kernel[1] == 1 < request.kernel[0]
)
ONE_HIGH = Place(
    "kernels one high", lambda request, dtype: request.kernel[0] == 1 < request.kernel[1]
)


def strides(least: int) -> Place:
    return Place(
        f"stride {least} and more", lambda request, dtype: max(_conv(request).strides) >= least
    )


def taps(least: int) -> Place:
    return Place(
        f"kernels of {least} and more", lambda request, dtype: max(request.kernel) >= least
    )


def outputs(least: int, most: int = 10**9) -> Place:
    words = f"{least} output channels" + ("" if most == least else " and more")
    return Place(
        words,
        lambda request, dtype: least <= request.weight[1] * _conv(request).group <= most,
    )


def pixels_in(least: int) -> Place:
    return Place(
        f"more than {least} input values",
        lambda request, dtype: int(np.prod(request.shape)) > least,
    )


def of_input(name: str) -> Place:
    return Place(f"gradients of {name}", lambda request, dtype: request.gradient == name)


# ---------------------------------------------------------------------------- changes


def _edited(edit: Callable[[Array], None]) -> Callable[[Answer], Array]:
    def of(answer: Answer) -> Array:
        values = answer.values.copy()
        if values.size:
            edit(values)
        return values

    return of


def _last_channel(values: Array) -> None:
    values[:, -1] = values[:, 0]


def _last_image(values: Array) -> None:
    values[-1] = values[0]


def _last_row(values: Array) -> None:
    values[:, :, -1] = values[:, :, 0]


def _last_column(values: Array) -> None:
    values[..., -1] = 0 * values[..., -1]


def _last_value(values: Array) -> None:
    """One level, or 1.6 %."""
    last = float(values[-1, -1, -1, -1])
    if values.dtype.kind in "iu":
        last += 1 if last < np.iinfo(values.dtype).max else -1
    else:
        last += max(abs(last), 1) * 2.0**-6
    values[-1, -1, -1, -1] = last


def _late(answer: Answer) -> Array:
    return np.roll(answer.values, 1, axis=3)


def _coordinate(answer: Answer) -> Array:
    """A value moves toward its right neighbour, as where coordinates are off by 2⁻⁹ of an output pixel."""
    values = answer.values.astype(np.float64)
    moved = values + (np.roll(values, -1, axis=3) - values) * 2.0**-9
    return np.asarray(moved.astype(answer.values.dtype))


def _weights(answer: Answer) -> Array:
    return np.asarray((answer.values * (1 + 2.0**-14)).astype(answer.values.dtype))


def _scaled(answer: Answer) -> Array:
    dtype = dtype_name(answer.values)
    if dtype not in UNIT_ROUNDOFF:
        return answer.values
    wide = answer.values.astype(np.float64) * (1 + _UNITS * 2 * UNIT_ROUNDOFF[dtype])
    kept = wide if dtype == "float64" else np.where(np.isfinite(wide), rounded(wide, dtype), wide)
    return np.asarray(kept.astype(answer.values.dtype))


def _halves(answer: Answer) -> Array:
    return np.asarray(answer.values.astype(np.float16).astype(answer.values.dtype))


def _turned(answer: Answer) -> Array:
    """Rows and columns swapped, and swapped back in the shape."""
    return answer.values.swapaxes(2, 3).reshape(answer.values.shape)


def _dilations(answer: Answer) -> Array:
    convention = answer.case.convention
    assert isinstance(convention, ConvTranspose)
    changed = replace(convention, dilations=convention.dilations[::-1], output_padding=(0, 0))
    return answer.again(convention=changed)


def _strides(answer: Answer) -> Array:
    convention = answer.case.convention
    assert isinstance(convention, ConvTranspose)
    changed = replace(convention, strides=convention.strides[::-1], output_padding=(0, 0))
    return answer.again(convention=changed)


def _no_dilation(answer: Answer) -> Array:
    convention = answer.case.convention
    assert isinstance(convention, ConvTranspose)
    return answer.again(convention=replace(convention, dilations=(1, 1), output_padding=(0, 0)))


def _first_group(answer: Answer) -> Array:
    """The outputs of the last group are those of the first."""
    convention = answer.case.convention
    assert isinstance(convention, ConvTranspose)
    values = answer.values.copy()
    size = values.shape[1] // convention.group
    values[:, -size:] = values[:, :size]
    return values


def _first_image(answer: Answer) -> Array:
    return answer.given(x=lambda x: _alone(x), g=lambda g: _alone(g))


def _alone(values: Array) -> Array:
    """The first image, and zeros for the others."""
    found = np.zeros(values.shape)
    found[:1] = values[:1]
    return found


def _averaged(answer: Answer) -> Array:
    return np.asarray(answer.values / answer.case.request.shape[0], answer.values.dtype)


def _unbiased(answer: Answer) -> Array:
    return answer.given(b=lambda b: 0 * b)


def _turned_kernel(answer: Answer) -> Array:
    return answer.given(w=lambda w: w[:, :, ::-1, ::-1])


def _last_tap(answer: Answer) -> Array:
    def without(w: Array) -> Array:
        found = w.copy()
        found[:, :, -1, -1] = 0
        return found

    return answer.given(w=without)


def _last_input(answer: Answer) -> Array:
    def without(x: Array) -> Array:
        found = x.copy()
        found[:, -1] = 0
        return found

    return answer.given(x=without)


def _finite(answer: Answer) -> Array:
    return np.nan_to_num(answer.values, nan=0.0)


def _one_more(answer: Answer) -> Array:
    return np.zeros((answer.values.shape[0] + 1, *answer.values.shape[1:]), answer.values.dtype)


LAST_CHANNEL = Change("the last channel is the first", _edited(_last_channel))
LAST_IMAGE = Change("the last image is the first", _edited(_last_image))
LAST_ROW = Change("the last row is the first", _edited(_last_row))
LAST_COLUMN = Change("the last column is 0", _edited(_last_column))
LAST_VALUE = Change("the last value is off", _edited(_last_value))
LATE = Change("one column late", _late)
COORDINATE = Change("coordinates off by 2⁻⁹", _coordinate)
WEIGHTS = Change("weights by 1 + 2⁻¹⁴", _weights)
HALVES = Change("rounded to float16", _halves)
SCALED = Change(f"{_UNITS} units in the last place more", _scaled)
TURNED = Change("rows and columns swapped", _turned)
DILATIONS = Change("dilations swapped", _dilations)
STRIDES = Change("strides swapped", _strides)
NO_DILATION = Change("dilation ignored", _no_dilation)
FIRST_GROUP = Change("the last group is the first", _first_group)
FIRST_IMAGE = Change("of the first image only", _first_image)
AVERAGED = Change("averaged over the batch", _averaged)
UNBIASED = Change("the bias ignored", _unbiased)
TURNED_KERNEL = Change("the kernel flipped", _turned_kernel)
LAST_TAP = Change("the last tap ignored", _last_tap)
LAST_INPUT = Change("the last input channel ignored", _last_input)
FINITE = Change("NaN becomes 0", _finite)
ONE_MORE_IMAGE = Change("an image more", _one_more)
