"""The calls that a framework is asked for, and at which sizes of an axis they say the same as another."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .. import regimes
from ..conventions import Resize
from ..conversions import Target
from ..frameworks.call import Call
from ..request import Request
from ..spoken import resize as spoken
from ..spoken.signatures import BY_NAME, FUNCTIONS
from . import onnx_nodes
from .sizes import Size

_ORDER = {function.name: place for place, function in enumerate(FUNCTIONS)}
# what is not offered: calls that pad, and those that hand a range of values through
_NOT_OFFERED = ("tf.image.resize_with_pad", "tf.raw_ops.QuantizedResizeBilinear")


def convention_of(call: Call) -> Resize:
    """What a call follows, in the latest releases."""
    return list(call.follows.values())[-1]


@functools.cache
def offered(target: Target) -> tuple[Call, ...]:
    """The calls of a target that are given a size, those that are offered first first."""
    if target == "onnx":
        return onnx_nodes.calls()
    framework = {row.call.id: row for row in spoken.rows()}
    found = [
        row
        for row in framework.values()
        if _target(row) == target
        and row.call.follows
        and row.call.scaling is None
        and row.function not in _NOT_OFFERED
        and not any(row.ways.values())
        and row.flags.get("dimensions", 2) == 2
    ]
    found.sort(key=lambda row: _ORDER[row.function])
    return tuple(row.call for row in found)


@functools.cache
def scaled(target: Target) -> tuple[Call, ...]:
    """The calls of a target that are given factors."""
    return tuple(
        row.call
        for row in sorted(spoken.rows(), key=lambda row: _ORDER[row.function])
        if _target(row) == target
        and row.call.follows
        and row.call.scaling is not None
        and not any(row.ways.values())
        and row.flags.get("dimensions", 2) == 2
    )


def _target(row: spoken.Row) -> Target:
    framework = BY_NAME[row.function].framework
    return "opencv" if framework == "onnx" else framework


def function_of(call: Call) -> str:
    """The name of the function that a call of the catalogue is said with."""
    return _functions().get(call.id, "onnx.Resize")


@functools.cache
def _functions() -> dict[str, str]:
    return {row.call.id: row.function for row in spoken.rows()}


def given_a_size(call: Call) -> Call:
    """Of a call that is given factors, the one that is given a size and says the same but for that."""
    rows = spoken.rows()
    row = next((row for row in rows if row.call.id == call.id), None)
    if call.scaling is None or row is None:
        return call
    alike = [
        other.call
        for other in rows
        if (other.function, other.flags, other.ways) == (row.function, row.flags, row.ways)
        and other.call.scaling is None
        and other.call.follows
        and convention_of(other.call) == convention_of(call)
    ]
    return alike[0] if alike else call


def kernel_of(call: Call) -> str:
    """What tells the kernels of a function apart: the axes that torch resizes, and the layout in memory."""
    row = next((row for row in spoken.rows() if row.call.id == call.id), None)
    return f"{row.flags.get('dimensions')}{row.ways.get('image')}" if row else ""


def case_of(call: Call, n_in: Size, n_out: Size, convention: Resize | None = None) -> Request:
    """What a call is asked for at these sizes, with one image of one channel."""
    return Request(convention or convention_of(call), (1, 1, *n_in), n_out)


def sayable(call: Call, n_in: Size, n_out: Size) -> bool:
    """Whether a call says these sizes, and computes what it says there."""
    case = case_of(call, n_in, n_out)
    return call.expression(case) is not None and not any(d.when(case) for d in call.defects)


_TAKEN: dict[str, NDArray[np.bool_]] = {}  # by the call's id


def taken(call: Call) -> NDArray[np.bool_]:
    """The sizes of an axis that a call says, both axes alike, laid out as ``regimes.distances``."""
    if call.id not in _TAKEN:
        _TAKEN[call.id] = _taken(call)
    return _TAKEN[call.id]


def _taken(call: Call) -> NDArray[np.bool_]:
    found = np.zeros((regimes.LARGEST, regimes.LARGEST), bool)
    convention = convention_of(call)
    for n_in, n_out in np.ndindex(found.shape):
        n, m = n_in + 1, n_out + 1
        if convention.takes(n, m):
            found[n_in, n_out] = call.expression(case_of(call, (n, n), (m, m))) is not None
    if not np.any(found & ~np.eye(len(found), dtype=bool)):  # a line: the height stays
        for n_in, n_out in np.ndindex(found.shape):
            case = case_of(call, (1, n_in + 1), (1, n_out + 1))
            found[n_in, n_out] = call.expression(case) is not None
    return found


def equal(convention: Resize, call: Call) -> NDArray[np.bool_]:
    """The sizes of an axis at which a call computes a convention, laid out as ``regimes.distances``."""
    own = convention_of(call)
    if own == convention:
        return taken(call)
    return regimes.equal(convention, own) & taken(call)


def but_for_one_pixel(convention: Resize, call: Call) -> NDArray[np.bool_]:
    """The same, and images of one pixel, where a call is equal to what it says of them, and says nothing."""
    where = equal(convention, call).copy()
    where[0] |= regimes.equal(convention, convention_of(call))[0] & ~taken(call)[0]
    return where


def of_roi(call: Call, roi: tuple[float, ...] | None, value: float) -> Resize:
    """What a call follows on a part of the image."""
    convention = convention_of(call)
    return replace(convention, roi=roi, extrapolation_value=value) if roi or value else convention
