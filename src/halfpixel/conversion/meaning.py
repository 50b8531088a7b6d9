"""What a call that was read computes, at which sizes: one call of the catalogue, or several."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..frameworks.call import Call
from ..operators import Resize
from ..operators.request import Request
from . import onnx_nodes, search
from .agreement import Side, side
from .models import Model
from .parse.reading import Reading
from .parse.text import Unreadable
from .size_query import Query, query_of
from .sizes import Size, Sizes, by


@dataclass(frozen=True)
class Meaning:
    """What a call is at some sizes, or on one backend; most calls are one thing.

    Attributes:
        call: of the catalogue, or a node of ONNX.
        convention: what it computes.
        query: the sizes that are asked about.
        when: the sizes, or the backend; empty if there is one meaning.
        conditions: under which it is that.
    """

    call: Call
    convention: Resize
    query: Query
    when: str = ""
    conditions: tuple[str, ...] = ()

    @property
    def model(self) -> Model:
        """What it computes on float32 but for its roundings."""
        return search.model_of(self.call, self.convention)

    @property
    def side(self) -> Side:
        """How it computes that on float32."""
        return side(self.call, self.convention, search.kernel_of(self.call))


def meanings(reading: Reading, input_size: Size | None) -> tuple[Meaning, ...]:
    """What a call can be, one for each convention.

    Raises:
        Unreadable: it is nothing at these sizes.
    """
    if reading.framework == "onnx":
        convention, conditions = onnx_nodes.convention_of(reading)
        call = onnx_nodes.call_of(convention, scaled=reading.by == "factors")
        query = query_of(reading, call, input_size).of(call)
        return (Meaning(call, convention, query, conditions=conditions),)
    by_convention: dict[Resize, Meaning] = {}
    if reading.input_size is not None:
        input_size = reading.input_size
    for call in reading.calls:
        base = search.convention_of(call)
        if base in by_convention:
            continue
        wanted = query_of(reading, call, input_size)
        query = wanted.of(call)
        convention = search.of_roi(call, reading.roi, reading.extrapolation_value)
        broken = any(
            d.when(_request(call, one)) for d in call.defects_now for one in wanted.sizes[:1]
        )
        if query.sizes or broken:
            by_convention[base] = Meaning(
                call, convention, query, conditions=_conditions(call, reading)
            )
    if not by_convention:
        given = f" by {reading.factors}" if reading.factors else ""
        sizes = f"an input of {by(input_size)}" if input_size else "any size"
        raise Unreadable(
            f"{reading.function.name}{given} does not go with {sizes}: it has no such sizes"
        )
    if len(by_convention) == 1:
        return tuple(
            replace(one, conditions=(*one.conditions, *_of_kind(reading)))
            for one in by_convention.values()
        )
    return tuple(replace(one, when=_when(one.call)) for one in by_convention.values())


def _of_kind(reading: Reading) -> tuple[str, ...]:
    """Of which images the one meaning of a call is that takes tensors and those of Pillow."""
    if not reading.function.pictures:
        return ()
    first, *others = dict.fromkeys(call.where for call in reading.calls)
    if not others:
        return (first,)
    return (f"{first}; {others[0]}, its weights are the same, and bytes are rounded by Pillow",)


# of two channels, another call runs than of one, three or four
NOT_TWO = (
    "an image of 1, 3 or 4 channels: of 2, another kernel runs, on a coarser grid of coordinates"
)


def _conditions(call: Call, reading: Reading) -> tuple[str, ...]:
    """Where a call does not compute what it follows."""
    conditions = [f"but where {d.why} (releases {d.releases})" for d in call.defects_now]
    if reading.function.pictures and len(call.follows) > 1:
        conditions.append(f"with antialias left out: {call.ranges[0]} does not antialias tensors")
    return (
        (*conditions, NOT_TWO)
        if search.varies_by_channels(call, reading.calls)
        else tuple(conditions)
    )


def _request(call: Call, sizes: Sizes) -> Request:
    n_in, n_out = ((1,) * (2 - len(n)) + n for n in (sizes.n_in, sizes.n_out))
    return search.case_of(call, n_in[-2:], n_out[-2:])


def _when(call: Call) -> str:
    """The sizes, or the backend, by which a call is told from others that are said alike."""
    return call.where or (
        "on the torch backend" if call.framework == "keras_torch" else "on the TensorFlow backend"
    )
