"""An operator on given inputs, and its exact result."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..arrays import AnyArray, Array
from ..operators import Convention, ConvTranspose, Resize
from ..operators.axis import Axis
from ..operators.exact import Exact, Taps, apply_integers, fractions, over_common_denominator
from ..operators.products import Band, band, rounded_product, transposed
from ..operators.request import Gradient, Operation, Request, Scales
from ..operators.resize import exact_taps
from .coordinates import coordinates, needed, tap_weights
from .integer_kernels import ROUNDINGS, predicted
from .nonfinite import Evaluated, filled, transposed_sums
from .representable import fractional_bits
from .weights import matrix

Computed = TypeVar("Computed", bound="Computation")


@dataclass(frozen=True, eq=False)
class Computation:
    """An operator on given inputs, and its exact result: what a call is held to.

    Attributes:
        convention: what is computed.
        inputs: ``x`` (N, C, H, W), and for a transposed convolution ``w`` (c_in, c_out / group,
            kernel_h, kernel_w) and perhaps ``b`` (c_out,). float64, exact in float32 too.
        size: the output's (H, W) in pixels.
        rule: the coordinate rule (:data:`halfpixel.numerics.coordinates.COORDINATE_RULES`) or the integer
            arithmetic (:data:`halfpixel.numerics.integer_kernels.ROUNDINGS`), or None.
        dtype: the narrowest that holds every input; with an integer arithmetic, the one computed in.
        gradient: what is differentiated by, x, w or b, in a backward pass; empty in a forward one. Of a
            resize, it multiplies by the transposed matrices: ``x`` is the cotangent, of the size of the
            resize's output, and ``size`` is that of its input. Of a transposed convolution, ``g``
            among the inputs is the cotangent.
        scales: output pixels an input pixel along H and W, where that is not the ratio of the sizes
            (ONNX's ``scales``); None where it is.
        evaluated: in which form and dtypes sums are made, where NaN, infinities or overflow show it.
        layout: how the inputs lie in memory (:data:`halfpixel.numerics.memory_layouts.LAYOUTS`);
            in C order if empty.
        channel_block: of a transposed convolution, how many channels are read together; those of other groups
            weigh 0, and are NaN where they are not finite.
        expected: the exact result rounded once to float64, (N, C, H, W); the gradient of a bias
            (1, C, 1, 1).
    """

    convention: Convention
    inputs: dict[str, Array]
    size: tuple[int, int]
    rule: str | None = None
    dtype: str = "float32"
    gradient: Gradient = ""
    scales: Scales | None = None
    evaluated: Evaluated | None = None
    layout: str = ""
    channel_block: int = 1
    expected: Array = field(default_factory=lambda: np.empty(0))

    @functools.cached_property
    def request(self) -> Request:
        """What is asked of a call, without the values of the inputs."""
        return Request(
            self.convention,
            self.inputs["x"].shape,
            self.size,
            weight=self.inputs["w"].shape if "w" in self.inputs else (),
            bias="b" in self.inputs,
            scales=self.scales,
            gradient=self.gradient,
            dtype=self.dtype,
            layout=self.layout,
        )

    @functools.cached_property
    def pixel_bits(self) -> tuple[float, float]:
        """The most bits that a finite value of ``x`` has after the binary point, 0 at least; and the largest
        of them."""
        x = filled(self.inputs["x"])
        return float(fractional_bits(x).max(initial=0.0)), float(abs(x).max(initial=0.0))

    @property
    def operation(self) -> Operation:
        return self.request.operation

    def reference(self, *, exact: bool = False) -> Array | Exact:
        """The result of the convention, computed: float64 rounded once, or exact ``Fraction``s."""
        if isinstance(self.convention, ConvTranspose) and self.gradient:
            arrays = (self.inputs[key] for key in ("x", "w", "g"))
            gradient = self.convention.gradient(self.gradient, *arrays, exact=exact)
            return gradient.reshape(1, -1, 1, 1) if self.gradient == "b" else gradient
        x = self.inputs["x"]
        if isinstance(self.convention, ConvTranspose):
            w, b = self.inputs["w"], self.inputs.get("b")
            if np.isfinite(x).all():
                return self.convention.apply(x, w, b, exact=exact)
            values, summed = (
                self.convention.apply(filled(x), w, b),
                transposed_sums(self.convention, x, w, b, self.channel_block),
            )
            return np.where(np.isfinite(summed), values, summed)
        if self.rule in ROUNDINGS:
            values = predicted(self.rule, self.convention, x, self.size, self.dtype, self.scales)
            return fractions(*over_common_denominator(values)) if exact else values
        if self.request.empty:
            return np.full((*x.shape[:2], *np.maximum(self.size, 0)), np.nan)
        if self.evaluated is None and not exact and max(a.area for a in self.axes) > _SMALL:
            return self._extrapolated(self._large())
        matrices = self._integers()
        if self.evaluated is None:
            return self._extrapolated(apply_integers(x, matrices, exact=exact))
        known = filled(self.evaluated.taken(x))
        same = bool(np.all(known == known[:1]))  # images that differ in what is not finite alone
        values = apply_integers(known[:1] if same else known, matrices)
        evaluated = self.evaluated.result(self.convention, self.rule, x, self.size)
        return self.evaluated.given(np.where(np.isfinite(evaluated), values, evaluated))

    def _large(self) -> Array:
        """The product with the matrices, of which only what is not 0 is held; rounded once, as the other."""
        assert isinstance(self.convention, Resize)
        bands = [
            _exact_band(self.convention.along(i), needed(axis, self.rule), self.rule)
            for i, axis in enumerate(self.axes)
        ]
        of = {2 + i: transposed(one) if self.gradient else one for i, one in enumerate(bands)}
        result = rounded_product(self.inputs["x"], of)
        assert result is not None  # float64 holds the inputs
        return result

    def computed(self) -> Self:
        """The same, with its expected values."""
        return self.kept(np.asarray(self.reference()))

    def kept(self, expected: Array | None = None) -> Self:
        """The same with arrays that cannot be written, to be kept for others; perhaps with other expected
        values."""
        expected = self.expected if expected is None else expected
        inputs = {name: _read_only(values) for name, values in self.inputs.items()}
        return replace(self, inputs=inputs, expected=_read_only(expected))

    @property
    def sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """(n_in, n_out) of the resize along H and along W, whichever way the case goes."""
        return self.request.sizes

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The resize's axes, along H and along W."""
        return self.request.axes

    def matrices(self, dtype: type = object) -> tuple[AnyArray, AnyArray]:
        """The resize's ``A_h`` and ``A_w``, read-only: ``Fraction``s, or float64."""
        assert isinstance(self.convention, Resize)
        find = _exact_matrix if dtype is object else matrix
        axes = (needed(axis, self.rule) for axis in self.axes)
        h, w = (find(self.convention.along(i), axis, self.rule) for i, axis in enumerate(axes))
        return h, w

    def _integers(self) -> dict[int, tuple[Exact, int]]:
        """The matrices in integers, by the axis of the array, the way that the case goes."""
        assert isinstance(self.convention, Resize)
        matrices = {}
        for i, axis in enumerate(needed(axis, self.rule) for axis in self.axes):
            rows, common = _integer_matrix(self.convention.along(i), axis, self.rule)
            matrices[2 + i] = self.turned(rows), common
        return matrices

    def _extrapolated(self, result: AnyArray) -> AnyArray:
        """A result with the value of what samples outside the image, if the convention has one."""
        assert isinstance(self.convention, Resize)
        if self.gradient or not self.convention.extrapolation_value:
            return result
        return self.convention.extrapolated(result, self._inside())

    def _inside(self) -> dict[int, NDArray[np.bool_]]:
        """Which pixels of the output sample inside the image, along H and W."""
        assert isinstance(self.convention, Resize)
        masks = {}
        for i, axis in enumerate(self.axes):
            along = self.convention.along(i)
            masks[2 + i] = along.inside(coordinates(along, axis, self.rule), axis.n_in)
        return masks

    def turned(self, matrix: AnyArray) -> AnyArray:
        """A matrix with a row for each pixel of the resize's output, the way that the case goes."""
        return matrix.T if self.gradient else matrix


def _read_only(values: Array) -> Array:
    view = values.view()
    view.setflags(write=False)
    return view


_SMALL = 2**8  # entries of a matrix that is held whole


@functools.lru_cache(maxsize=64)
def _exact_band(convention: Resize, axis: Axis, rule: str | None) -> Band:
    """The exact weights of one axis."""
    return band(_exact_taps(convention, axis, rule), axis.n_in)


def _exact_taps(convention: Resize, axis: Axis, rule: str | None) -> Taps:
    if rule is None:
        return exact_taps(convention, axis)
    where, scale = coordinates(convention, axis, rule), convention.scale(*axis.arguments)
    return convention.exact_taps_at(where, axis.n_in, scale, tap_weights(rule))


@functools.lru_cache(maxsize=1024)
def _integer_matrix(convention: Resize, axis: Axis, rule: str | None) -> tuple[Exact, int]:
    """One axis's matrix as integers over their common denominator; cases of the same sizes share it, so that
    nobody may write into it."""
    rows, common = _exact_taps(convention, axis, rule).matrix(axis.n_in).integers
    rows.setflags(write=False)
    return rows, common


@functools.lru_cache(maxsize=1024)
def _exact_matrix(convention: Resize, axis: Axis, rule: str | None) -> Exact:
    """The same as ``Fraction``s."""
    matrix = _exact_taps(convention, axis, rule).matrix(axis.n_in).weights
    matrix.setflags(write=False)
    return matrix
