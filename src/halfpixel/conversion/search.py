"""The calls that a framework is asked for, and at which sizes they compute the same as another."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from ..frameworks import FRAMEWORKS, arrays_of
from ..frameworks.call import Call
from ..frameworks.layer_plans import Target
from ..operators import Resize
from ..operators.axis import Axis
from ..operators.request import Request
from . import models, onnx_nodes
from .forms import IMAGE, NATIVE, TWO_PASSES, UPSAMPLING, Form, form_of
from .models import Model
from .parse import catalogue
from .parse.signatures import BY_NAME, FUNCTIONS
from .sizes import Size, Sizes

_ORDER = {function.name: place for place, function in enumerate(FUNCTIONS)}
_IDENTITY = Model(Resize(mode="linear"))
_UNCHANGED = (2, 7)  # sizes of an axis that a pass must leave alone


def convention_of(call: Call) -> Resize:
    """What a call follows, in the latest releases."""
    return call.latest


def model_of(call: Call, convention: Resize | None = None) -> Model:
    """What a call computes on float32, but for its roundings."""
    arithmetic = call.arithmetic.get("float32")
    return Model(
        convention or convention_of(call), arithmetic.coordinate_rule if arithmetic else None
    )


# ---------------------------------------------------------------------------- what is offered


@dataclass(frozen=True, eq=False)  # each is one object: it is a key by that
class Candidate:
    """What a target is asked for.

    Attributes:
        calls: of the catalogue, that are said alike: by the sizes, one of them runs.
        form: how they resize along as many axes as are asked about.
    """

    calls: tuple[Call, ...]
    form: Form

    @functools.cached_property
    def modes(self) -> frozenset[str]:
        """Of what its calls follow."""
        return frozenset(convention_of(call).mode for call in self.calls)

    @functools.lru_cache(maxsize=1 << 15)  # noqa: B019 - candidates are kept in any case
    def at(self, sizes: Sizes) -> Call | None:
        """The call that runs at some sizes; None where none says them, or is known to be wrong there."""
        if self.form.passes is None:
            return self.calls[0]
        passes = self.form.passes(sizes)
        for call in self.calls:
            if all(sayable(call, one.n_in, one.n_out) for one in passes):
                return call
        return None

    @functools.lru_cache(maxsize=1 << 17)  # noqa: B019
    def equal(self, convention: Resize, sizes: Sizes) -> Call | None:
        """The call that computes a convention at some sizes; None where none does."""
        call = self.at(sizes)
        if call is None:
            return None
        own = cropped_as(convention_of(call), convention)
        own_sizes = Sizes(sizes.n_in, sizes.n_out)
        apart = any(
            distances(Model(convention), Model(own), sizes, own_sizes)
        )  # the first axis tells
        return None if apart or not self._keeps(own) else call

    def _keeps(self, convention: Resize) -> bool:
        """Whether an axis whose size stays is left alone, where a pass has one."""
        axes = [Axis(n, n) for n in _UNCHANGED if self.form.kept]
        return not any(models.distance(_IDENTITY, Model(convention), axis, axis) for axis in axes)


def _runs_for(calls: Sequence[Call], channels: int) -> Call | None:
    """Of calls that are said alike, the one that runs for a number of channels."""
    for n_in, n_out in (((4, 4), (8, 8)), ((8, 8), (4, 4))):
        for call in calls:
            request = Request(convention_of(call), (1, channels, *n_in), n_out)
            if call.expression(request) is not None:
                return call
    return None


def varies_by_channels(call: Call, calls: Sequence[Call]) -> bool:
    """Whether another of the calls that one is said like runs for images of two channels."""
    alike = [one for one in calls if one.framework == call.framework]
    return _runs_for(alike, 1) is not _runs_for(alike, 2)


def differs(one: Model, other: Model, one_sizes: Sizes, other_sizes: Sizes) -> float:
    """How far the weights of two calls are apart, along the axis where that is most; 0 if they are equal."""
    return max(distances(one, other, one_sizes, other_sizes))


def distances(one: Model, other: Model, one_sizes: Sizes, other_sizes: Sizes) -> Iterator[float]:
    """How far the weights of two calls are apart, along each axis."""
    for i, axes in enumerate(zip(models.axes(one_sizes), models.axes(other_sizes), strict=True)):
        yield models.distance(one.along(i), other.along(i), *axes)


def cropped_as(own: Resize, convention: Resize) -> Resize:
    """What a call follows on the part of the image that another one is about."""
    if not (convention.extrapolates and own.extrapolates):
        return own
    return replace(own, roi=convention.roi, extrapolation_value=convention.extrapolation_value)


@functools.cache
def candidates(target: Target, rank: int = 2) -> tuple[Candidate, ...]:
    """What is given a size, those that are offered first first."""
    if target == "onnx":
        form = IMAGE if rank == 2 else NATIVE
        calls = [call for call in onnx_nodes.calls() if rank == 2 or _is_of_any_rank(call, target)]
        return tuple(Candidate((call,), form) for call in calls)
    alike: dict[str, list[catalogue.Row]] = {}
    for row in _rows(target):
        if row.call.scaling is None and row.call.offered:
            key = repr((row.function, row.flags, row.call.framework))
            alike.setdefault(key, []).append(row)
    possible = []
    for group in alike.values():
        own = form_of(target, rank, group[0].flags.get("dimensions", 2))
        if rank != 2 and any(row.call.is_node for row in group):
            own = NATIVE if _is_of_any_rank(group[0].call, target) else None
        # boxes pick the image that they are of: the frames of a volume need one each
        one_image = own is TWO_PASSES and any(row.call.one_image for row in group)
        of_group = tuple(row.call for row in group)
        if rank != 2 and _repeats(group[0]):
            possible.append(Candidate(of_group, UPSAMPLING))
        elif own is not None and not one_image:
            possible.append(Candidate(of_group, own))
    # one call stands before code of several lines
    return tuple(sorted(possible, key=lambda one: one.form is not UPSAMPLING))


def _repeats(row: catalogue.Row) -> bool:
    """Whether it is the layer of images that Keras has for lines and volumes too."""
    layer = row.function == "keras.layers.UpSampling2D"
    return layer and row.flags.get("interpolation") == "nearest"


def _is_of_any_rank(call: Call, target: Target) -> bool:
    """Whether a node resizes lines and volumes; ONNX Runtime takes cubic along two axes alone."""
    return arrays_of(target) == "onnx" and convention_of(call).mode != "cubic"


@functools.cache
def scaled(target: Target, rank: int = 2) -> tuple[Call, ...]:
    """The calls of a target that are given factors."""
    if rank != 2:
        return ()
    return tuple(
        row.call
        for row in _rows(target)
        if row.call.scaling is not None and row.flags.get("dimensions", 2) == 2
    )


def _rows(target: Target) -> list[catalogue.Row]:
    """Of each call one, in the order in which they are offered; the usual layouts alone."""
    once = {row.call.id: row for row in catalogue.rows_in(target)}
    rows = [
        row
        for row in once.values()
        if target_of(row) == target and row.call.follows and not any(_unusual(row))
    ]
    return sorted(rows, key=lambda row: _ORDER[row.function])


def _unusual(row: catalogue.Row) -> list[object]:
    """What is said of the memory layout; that the catalogue makes lines of images is no such thing."""
    rank = row.flags.get("dimensions", 2)
    return [value for name, value in row.ways.items() if not (name == "image" and rank != 2)]


def target_of(row: catalogue.Row) -> Target:
    """Whose call it is; of a node, the runtime's."""
    framework = BY_NAME[row.function].framework
    return cast(Target, row.call.framework) if framework == "onnx" else framework


def function_of(call: Call) -> str:
    """The name of the function that a call of the catalogue is said with."""
    row = row_of(call)
    return row.function if row else "onnx.Resize"


def row_of(call: Call) -> catalogue.Row | None:
    """What a call of the catalogue is said with; None of a node that is defined."""
    return _by_id(call.framework).get(call.id)


@functools.cache
def _by_id(framework: str) -> dict[str, catalogue.Row]:
    rows = catalogue.rows_of(framework) if framework in FRAMEWORKS else ()
    return {row.call.id: row for row in rows}


def given_a_size(call: Call) -> Call:
    """Of a call that is given factors, the one that is given a size and says the same but for that."""
    row = row_of(call)
    if call.scaling is None or row is None:
        return call
    alike = [
        other.call
        for other in catalogue.rows_in(BY_NAME[row.function].framework)
        if (other.function, other.flags, other.ways) == (row.function, row.flags, row.ways)
        and other.call.scaling is None
        and other.call.follows
        and convention_of(other.call) == convention_of(call)
    ]
    return alike[0] if alike else call


def kernel_of(call: Call) -> str:
    """What tells the kernels of a function apart: the axes that torch resizes, and the layout in memory."""
    row = row_of(call)
    return f"{row.flags.get('dimensions')}{row.ways.get('image')}" if row else ""


# ---------------------------------------------------------------------------- sizes


def case_of(
    call: Call,
    n_in: Size,
    n_out: Size,
    convention: Resize | None = None,
    scales: tuple[Fraction, Fraction] | None = None,
) -> Request:
    """What a call is asked for at these sizes, with one image of one channel."""
    return Request(
        convention or convention_of(call), (1, 1, *n_in), (n_out[0], n_out[1]), scales=scales
    )


def sayable(call: Call, n_in: Size, n_out: Size) -> bool:
    """Whether a call says these sizes of an image, and computes there what it follows."""
    case = case_of(call, n_in, n_out)
    return call.expression(case) is not None and not any(d.when(case) for d in call.defects_now)


def runs(call: Call, sizes: Sizes) -> bool:
    """Whether a call that was asked about runs at some sizes, and computes there what it follows.

    Of calls that are said alike, one runs by the sizes of both axes; at others, a defect is known.
    """
    convention = convention_of(call)
    takes = all(models.takes(convention, axis) for axis in models.axes(sizes))
    if not takes or call.framework == "onnx" or len(sizes.n_in) == 3:
        return takes
    n_in, n_out = ((1,) * (2 - len(n)) + n for n in (sizes.n_in, sizes.n_out))
    case = case_of(call, n_in, n_out)
    if any(defect.when(case) for defect in call.defects_now):
        return False
    return call.scaling is not None or call.expression(case) is not None


def of_roi(call: Call, roi: Sequence[float] | None, value: float) -> Resize:
    """What a call follows on a part of the image."""
    convention = convention_of(call)
    if not roi:  # of the whole image, no pixel samples outside but by rounding
        return convention
    return replace(convention, roi=tuple(roi), extrapolation_value=value)
