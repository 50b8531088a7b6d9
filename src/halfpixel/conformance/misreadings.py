"""Which other convention an output follows, when it does not follow its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from ..arrays import AnyArray
from ..numerics.coordinates import COORDINATE_RULES, coordinates
from ..numerics.error_model import ErrorModel
from ..numerics.integer_kernels import ROUNDINGS, applies_to
from ..numerics.nonfinite import EVALUATIONS, Evaluated, filled
from ..operators import ConvTranspose, Resize, every_pyramid, every_resize
from ..operators.exact import apply_matrices
from ..operators.request import Scales
from .cases import Case
from .verdicts import error_bound, share_of_bound


def followed(case: Case, got: AnyArray, arithmetic: ErrorModel) -> list[str]:
    """Every other reading of a case that an output equals, within that reading's own error bound.

    Args:
        case: what was asked.
        got: what came, (N, C, H, W), of any size.
        arithmetic: whose roundings the bound counts.

    Returns:
        The readings, each in a line; empty if it follows none that is known.
    """
    names = []
    for name, reading in readings(case, got):
        if reading.expected.shape != got.shape:
            continue
        try:
            bound = error_bound(reading, arithmetic)
        except (
            ValueError
        ):  # beside a coordinate, where rounding may move it, its kernel finds no pixel
            continue
        if share_of_bound(got, reading.expected, bound) <= 1:
            names.append(name)
    return names


def readings(case: Case, got: AnyArray | None = None) -> Iterator[tuple[str, Case]]:
    """The mistakes that are made: a name, and the case as that mistake computes it.

    Only readings whose result differs from the case's own are yielded; with ``got``, only those that
    an output could follow.
    """
    if case.request.empty:
        return
    if isinstance(case.convention, Resize):
        mistakes = _resize_readings(case)
    else:
        mistakes = _conv_gradient_readings(case) if case.gradient else _conv_readings(case)
    for name, reading in mistakes:
        computed = _computed(case, reading, got)
        if computed is None:
            continue
        same_shape = computed.expected.shape == case.expected.shape
        if not (same_shape and np.array_equal(computed.expected, case.expected)):
            yield name, computed


_UNKNOWN = np.empty(0)  # the expected values of a reading that is not computed yet


def _changed(case: Case, **changes: Any) -> Case:
    """A case as a mistake has it, to be computed."""
    return replace(case, expected=_UNKNOWN, **changes)


def _computed(case: Case, reading: Case, got: AnyArray | None) -> Case | None:
    """A reading of a case with its expected values; None if it has none, or an output cannot follow it."""
    if reading.expected is not _UNKNOWN:
        return reading
    another = (reading.convention, reading.rule) != (case.convention, case.rule)
    try:
        # in floats first: in exact numbers is dear, and few are near
        if another and ((got is not None and not _near(reading, got)) or _idle(reading)):
            return None
        return reading.computed()
    except ValueError:  # at these sizes its kernel finds no pixel, or a factor makes fewer
        return None


def _near(case: Case, got: AnyArray) -> bool:
    """Whether an output could follow a case: within a hundredth of its float64 estimate.

    An estimate costs a hundredth of the exact reference, and no error bound is that wide.
    """
    convention, x = case.convention, filled(case.inputs["x"])
    if not isinstance(convention, Resize) or convention.kernel.flat:
        return True  # where these round a tie, an estimate may not
    if case.rule in ROUNDINGS:
        return True  # as cheap as an estimate
    h, w = (case.turned(matrix) for matrix in case.matrices(np.float64))
    estimate = h @ x @ w.T
    if got.shape != estimate.shape:
        return False
    known = np.isfinite(got)  # what is not finite, the reference has to say
    off = abs(got[known] - estimate[known])
    return bool(np.all(off <= max(np.max(abs(x)), np.max(abs(estimate))) / 100))


def _rules(case: Case, convention: Resize) -> tuple[str | None, ...]:
    """The rules that a framework follows a convention with, at sizes where that shows; of an integer
    case, the integer arithmetics."""
    if case.rule in ROUNDINGS:
        if convention.mode == "nearest":
            return (None,)
        of_factors = case.scales is not None
        return tuple(
            name
            for name, rounding in ROUNDINGS.items()
            if applies_to(name, convention) and (rounding.takes_factors or not of_factors)
        )
    return (
        None,
        *(
            name
            for name, rule in COORDINATE_RULES.items()
            if rule.stored_for and rule.stored_for(convention)
        ),
    )


def _idle(case: Case) -> bool:
    """Whether a case's rule changes nothing at its sizes."""
    if case.rule is None or case.rule in ROUNDINGS:
        return False
    both = zip(case.matrices(), replace(case, rule=None).matrices(), strict=True)
    return all(np.array_equal(ruled, exact) for ruled, exact in both)


def _evaluated_readings(case: Case, declared: Evaluated) -> Iterator[tuple[str, Case]]:
    """The right convention, with other pixels visited or added up in another form."""
    for name, evaluation in EVALUATIONS.items():
        if evaluation.speaks_of(case.convention):  # type: ignore[arg-type]
            reading = replace(case, evaluated=replace(declared, name=name, flushes=False))
            words = f"the expected convention, evaluated as {name}: {evaluation.says}"
            yield words, _changed(reading)


def _resize_readings(case: Case) -> Iterator[tuple[str, Case]]:
    shrinks = any(n_out < n_in for n_in, n_out in case.sizes)
    for convention in (*every_resize(), *every_pyramid()):
        if convention.antialias and not shrinks:
            continue  # it does nothing
        if not all(convention.takes(*n) for n in case.sizes):
            continue
        one = any(n_out == 1 for _, n_out in case.sizes)
        if convention.extrapolates and convention.padding_mode == "border" and not one:
            continue  # it is align_corners
        for rule in _rules(case, convention):
            name = str(convention) + (f" with {rule}" if rule else "")
            name = f"the gradient of {name}" if case.gradient else name
            evaluated = case.evaluated.of(convention) if case.evaluated else None
            yield name, _changed(case, convention=convention, rule=rule, evaluated=evaluated)
    if case.gradient:
        yield from _gradient_readings(case)
    if case.evaluated is not None:
        yield from _evaluated_readings(case, case.evaluated)
    h, w = case.size
    x, own = case.inputs["x"], case.expected
    assert isinstance(case.convention, Resize)
    turned = None if case.scales is None else case.scales[::-1]
    other = replace(case, size=(w, h))
    if case.scales is not None:
        yield (
            "the expected convention with the scale taken from the sizes",
            _changed(case, scales=None),
        )
        yield from _scale_readings(case, case.scales)
    elif h != w and all(case.convention.takes(*n) for n in other.sizes):
        yield "the expected convention with the size read as (width, height)", _changed(other)
    swapped = _changed(case, inputs={"x": x.swapaxes(2, 3)}, size=(w, h), scales=turned)
    yield "the expected convention with rows and columns swapped", swapped
    yield (
        "the expected convention with the channels in reverse order",
        replace(case, expected=own[:, ::-1], inputs={"x": x[:, ::-1]}),
    )
    yield (
        "the expected convention with the images in reverse order",
        replace(case, expected=own[::-1], inputs={"x": x[::-1]}),
    )


def _scale_readings(case: Case, scales: Scales) -> Iterator[tuple[str, Case]]:
    """What else may be made of a factor that does not give whole pixels."""
    ratios = tuple(Fraction(n_out, n_in) for n_in, n_out in case.sizes)
    kept = [
        r if n_in == n_out else s
        for s, r, (n_in, n_out) in zip(scales, ratios, case.sizes, strict=True)
    ]
    for name, other in (
        ("with the scales inverted", (1 / scales[0], 1 / scales[1])),
        ("with an axis of unchanged size copied", (kept[0], kept[1])),
        ("with the scale of the rows only", (scales[0], ratios[1])),
        ("with the scale of the columns only", (ratios[0], scales[1])),
    ):
        yield f"the expected convention {name}", _changed(case, scales=other)


def _gradient_readings(case: Case) -> Iterator[tuple[str, Case]]:
    x, (h, w) = case.inputs["x"], case.matrices()
    yield (
        f"{case.convention} of the cotangent: the matrix is not transposed",
        _changed(case, gradient=""),
    )
    whole = {2: _edges_lost(case, 0), 3: _edges_lost(case, 1)}
    lost = "the expected convention without the gradient of taps outside the image"
    yield lost, replace(case, expected=np.asarray(apply_matrices(x, whole)))
    overwritten = {2: _last_only(h), 3: _last_only(w)}
    yield (
        "the expected convention with each pixel overwritten instead of added to",
        replace(case, expected=np.asarray(apply_matrices(x, overwritten))),
    )


def _edges_lost(case: Case, axis: int) -> AnyArray:
    """The transposed matrix of an axis whose taps outside the image go nowhere."""
    convention, resized = case.convention, case.axes[axis]
    assert isinstance(convention, Resize)
    margin = 2  # a cubic kernel reads no further
    where = coordinates(convention, resized, case.rule) + margin
    whole = convention.weights_at(where, resized.n_in + 2 * margin)
    return np.asarray(whole[:, margin:-margin].T)


def _last_only(matrix: AnyArray) -> AnyArray:
    """The transposed matrix of an axis of which each pixel keeps the last output that read it."""
    last = [np.flatnonzero(column)[-1:] for column in matrix.T]
    return np.where([np.isin(range(len(matrix)), o) for o in last], matrix.T, 0 * matrix.T)


def _conv_readings(case: Case) -> Iterator[tuple[str, Case]]:
    convention = case.convention
    assert isinstance(convention, ConvTranspose)
    w = case.inputs["w"]

    def weight(values: AnyArray) -> Case:
        return _changed(case, inputs={**case.inputs, "w": np.ascontiguousarray(values)})

    for other in _other_cuts(convention):
        yield str(other), _changed(case, convention=other)
    yield "the expected convention with the kernel flipped", weight(w[:, :, ::-1, ::-1])
    if w.shape[2] == w.shape[3]:
        yield (
            "the expected convention with the kernel's rows and columns swapped",
            weight(w.swapaxes(2, 3)),
        )
    if w.shape[0] == w.shape[1]:
        yield (
            "the expected convention with the weight's input and output channels swapped",
            weight(w.swapaxes(0, 1)),
        )
    yield "the expected convention with the input channels in reverse order", weight(w[::-1])
    yield "the expected convention with the output channels in reverse order", weight(w[:, ::-1])
    if case.inputs["x"].shape[0] > 1:
        yield (
            "the expected convention with the images in reverse order",
            replace(case, expected=case.expected[::-1]),
        )
    if convention.group > 1:
        n, c, h, w_ = case.expected.shape
        blocks = case.expected.reshape(n, convention.group, -1, h, w_)
        yield (
            "the expected convention with the output channels of the groups interleaved",
            replace(case, expected=blocks.swapaxes(1, 2).reshape(n, c, h, w_)),
        )
        per_group = w.reshape(convention.group, -1, *w.shape[1:])
        yield (
            "the expected convention with the weight's groups in reverse order",
            weight(per_group[::-1].reshape(w.shape)),
        )
        yield (
            "the expected convention with the channels assigned to the groups in turn",
            weight(per_group.swapaxes(0, 1).reshape(w.shape)),
        )
    if "b" in case.inputs:
        without = {name: values for name, values in case.inputs.items() if name != "b"}
        yield "the expected convention without the bias", _changed(case, inputs=without)
    if any(convention.output_padding):
        zeroed = case.expected.copy()
        h, w_ = (
            size - extra for size, extra in zip(case.size, convention.output_padding, strict=True)
        )
        bias = case.inputs["b"].reshape(1, -1, 1, 1) if "b" in case.inputs else 0.0
        zeroed[:, :, h:, :] = bias
        zeroed[:, :, :, w_:] = bias
        yield (
            "the expected convention with output_padding filled with zeros instead of computed",
            replace(case, expected=zeroed),
        )


def _conv_gradient_readings(case: Case) -> Iterator[tuple[str, Case]]:
    convention = case.convention
    assert isinstance(convention, ConvTranspose)
    for other in _other_cuts(convention):
        yield f"the gradient of {other}", _changed(case, convention=other)
    if case.gradient == "w":
        yield (
            "the expected convention with the kernel flipped",
            replace(case, expected=case.expected[:, :, ::-1, ::-1]),
        )
    if case.gradient == "x":
        w = np.ascontiguousarray(case.inputs["w"][:, :, ::-1, ::-1])
        yield (
            "the expected convention with the kernel flipped",
            _changed(case, inputs={**case.inputs, "w": w}),
        )
    if case.inputs["x"].shape[0] > 1:
        last = {key: values[-1:] for key, values in case.inputs.items() if key in "xg"}
        yield (
            "the expected convention with only the last image counted",
            _changed(case, inputs={**case.inputs, **last}),
        )


def _other_cuts(convention: ConvTranspose) -> Iterator[ConvTranspose]:
    """The same output size cut from another place: pixels move from one side's pad to the other's."""

    def starts(axis: int) -> range:
        cut = convention.pads[axis] + convention.pads[axis + 2] - convention.output_padding[axis]
        # further on, output_padding would reach both the stride and the dilation
        return range(cut + max(convention.strides[axis], convention.dilations[axis]))

    for start_y in starts(0):
        for start_x in starts(1):
            yield _cut(convention, (start_y, start_x))


def _cut(convention: ConvTranspose, start: tuple[int, int]) -> ConvTranspose:
    pads, extra = [], []
    for axis, begin in enumerate(start):
        end = (
            convention.pads[axis]
            + convention.pads[axis + 2]
            - convention.output_padding[axis]
            - begin
        )
        pads.append(max(end, 0))
        extra.append(max(-end, 0))
    return replace(convention, pads=(*start, *pads), output_padding=tuple(extra))
