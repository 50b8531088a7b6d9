"""Resizing: which input pixels every output pixel reads, and how much of each, exactly.

A resize is linear and separable: ``Y = A_h · X · A_wᵀ``. This module holds the one function from
(convention, n_in, n_out) to ``A``. Attribute names and their meaning are those of the ONNX operator
Resize (onnx/onnx, ``docs/Operators.md``, "Resize").
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import exact as _exact

Mode = Literal["nearest", "linear", "cubic"]
CoordinateTransformationMode = Literal["half_pixel", "asymmetric", "align_corners"]
NearestMode = Literal["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]

_HALF = Fraction(1, 2)


@dataclass(frozen=True, kw_only=True)
class Resize:
    """What a resize means, with no framework in it.

    Attributes:
        mode: the kernel: ``nearest``, ``linear`` (two taps an axis) or ``cubic`` (four).
        coordinate_transformation_mode: where output pixel ``d`` samples the input, with
            ``s = n_in / n_out``: ``half_pixel`` at ``(d + ½)·s − ½``, ``asymmetric`` at ``d·s``,
            ``align_corners`` at ``d·(n_in − 1)/(n_out − 1)``, and at 0 where ``n_out`` is 1.
        nearest_mode: how ``nearest`` turns a coordinate into an index: ``floor``, ``ceil``,
            ``round_prefer_floor`` (the default, as in ONNX) or ``round_prefer_ceil``.
            None for the other modes.
        cubic_coeff_a: the ``a`` of the cubic convolution kernel (R. Keys, "Cubic convolution
            interpolation for digital image processing", IEEE TASSP 29(6), 1981). A float is read as
            the decimal that it prints as. −0.75 for ``cubic`` by default, None for the other modes.
        exclude_outside: False: a tap outside the image reads the edge pixel. True: it weighs
            nothing, and the weights of the taps inside are divided by their sum.

    Raises:
        ValueError: an attribute has a value that it cannot take, or does not go with the mode.

    >>> Resize(mode="linear").weights(2, 4).astype(str).tolist()
    [['1', '0'], ['3/4', '1/4'], ['1/4', '3/4'], ['0', '1']]
    """

    mode: Mode
    coordinate_transformation_mode: CoordinateTransformationMode = "half_pixel"
    nearest_mode: NearestMode | None = None
    cubic_coeff_a: Fraction | float | None = None
    exclude_outside: bool = False

    def __post_init__(self) -> None:
        _one_of("mode", self.mode, get_args(Mode))
        _one_of(
            "coordinate_transformation_mode",
            self.coordinate_transformation_mode,
            get_args(CoordinateTransformationMode),
        )
        if self.mode == "nearest":
            if self.nearest_mode is None:
                _set(self, "nearest_mode", "round_prefer_floor")
            _one_of("nearest_mode", self.nearest_mode, get_args(NearestMode))
            if self.exclude_outside:
                raise ValueError("exclude_outside does nothing for mode='nearest': leave it out")
        elif self.nearest_mode is not None:
            raise ValueError(f"nearest_mode goes with mode='nearest', not mode={self.mode!r}")
        if self.mode == "cubic":
            a = -0.75 if self.cubic_coeff_a is None else self.cubic_coeff_a
            try:
                _set(self, "cubic_coeff_a", Fraction(str(a)))
            except (ValueError, ZeroDivisionError):
                raise ValueError(f"cubic_coeff_a is a finite number, got {a!r}") from None
        elif self.cubic_coeff_a is not None:
            raise ValueError(f"cubic_coeff_a goes with mode='cubic', not mode={self.mode!r}")
        if self.exclude_outside not in (False, True):
            raise ValueError(f"exclude_outside is True or False, got {self.exclude_outside!r}")
        _set(self, "exclude_outside", bool(self.exclude_outside))

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes that say something for this mode, by their ONNX names, ready for JSON."""
        values: dict[str, Any] = {
            "mode": self.mode,
            "coordinate_transformation_mode": self.coordinate_transformation_mode,
        }
        if self.nearest_mode is not None:
            values["nearest_mode"] = self.nearest_mode
        if self.cubic_coeff_a is not None:
            decimal = float(self.cubic_coeff_a)
            exact = Fraction(str(decimal)) == self.cubic_coeff_a
            values["cubic_coeff_a"] = decimal if exact else str(self.cubic_coeff_a)
        if self.exclude_outside:
            values["exclude_outside"] = 1
        return values

    def __str__(self) -> str:
        return "resize " + " ".join(_words(self.attributes))

    @property
    def slug(self) -> str:
        """A folder name: ``cubic-half_pixel-a-0.5-exclude_outside``."""
        return "-".join(word.replace("cubic_coeff_a=", "a") for word in _words(self.attributes))

    def coordinates(self, n_in: int, n_out: int) -> NDArray[np.object_]:
        """Where each output pixel samples the input.

        Args:
            n_in, n_out: the sizes of the axis in pixels, at least 1.

        Returns:
            Shape ``(n_out,)``, ``Fraction``s, in input pixels: 0 is the middle of the first pixel.

        Raises:
            ValueError: a size is below 1.
        """
        _sizes(n_in, n_out)
        d = np.array([Fraction(i) for i in range(n_out)], object)
        if self.coordinate_transformation_mode == "half_pixel":
            return np.asarray((d + _HALF) * Fraction(n_in, n_out) - _HALF)
        if self.coordinate_transformation_mode == "asymmetric":
            return np.asarray(d * Fraction(n_in, n_out))
        return np.asarray(d * Fraction(n_in - 1, max(n_out - 1, 1)))

    def weights(self, n_in: int, n_out: int) -> NDArray[np.object_]:
        """The exact matrix ``A`` of one axis: ``y = A @ x``.

        Args:
            n_in, n_out: the sizes of the axis in pixels, at least 1.

        Returns:
            Shape ``(n_out, n_in)``, ``Fraction``s; every row sums to 1.
            ``.astype(float)`` gives the nearest float64 matrix.

        Raises:
            ValueError: a size is below 1.
        """
        return self.weights_at(self.coordinates(n_in, n_out), n_in)

    def weights_at(self, coordinates: NDArray[Any], n_in: int) -> NDArray[Any]:
        """The rows of ``A`` for output pixels that sample at the given places.

        Args:
            coordinates: shape ``(n_out,)``, in input pixels; ``Fraction``s for exact rows, float64
                for approximate ones.
            n_in: the size of the input axis in pixels.

        Returns:
            Shape ``(n_out, n_in)``, of the dtype of the coordinates.
        """
        index, weight = self.taps_at(coordinates, n_in)
        matrix = np.zeros((len(coordinates), n_in), coordinates.dtype)
        if matrix.dtype == object:
            matrix[...] = Fraction(0)
        np.add.at(matrix, (np.arange(len(coordinates))[:, None], index), weight)
        return matrix

    def taps_at(
        self, coordinates: NDArray[Any], n_in: int
    ) -> tuple[NDArray[np.intp], NDArray[Any]]:
        """The input pixels that each output pixel reads, as the kernel visits them.

        Args:
            coordinates: as in :meth:`weights_at`.
            n_in: the size of the input axis in pixels.

        Returns:
            Two arrays of shape ``(n_out, taps)``: the index read (clamped to the image, so that an
            index can come twice) and its weight (0 for a tap that is excluded).
        """
        one = coordinates * 0 + 1
        if self.mode == "nearest":
            index = _nearest_index(coordinates, self.nearest_mode)[:, None]
            return index.clip(0, n_in - 1), one[:, None]
        base = _floor(coordinates)
        offset = np.arange(0, 2) if self.mode == "linear" else np.arange(-1, 3)
        index = base[:, None] + offset
        distance = abs((coordinates - base)[:, None] - offset)
        weight = (
            _linear(distance) if self.mode == "linear" else _cubic(distance, self._a(coordinates))
        )
        if self.exclude_outside:
            weight = np.where((index >= 0) & (index < n_in), weight, 0 * weight)
            weight = weight / weight.sum(axis=1, keepdims=True)
        return index.clip(0, n_in - 1), weight

    def apply(
        self,
        x: ArrayLike,
        size: Sequence[int],
        *,
        axes: Sequence[int] | None = None,
        exact: bool = False,
    ) -> NDArray[Any]:
        """Resize an array, in exact arithmetic.

        Args:
            x: integers, floats or ``Fraction``s, all finite. Any layout: name its axes.
            size: the size of each resized axis in pixels, such as ``(h, w)``.
            axes: the axes that ``size`` speaks of; by default the last ``len(size)``, which suits
                HW and NCHW. For HWC give ``axes=(0, 1)``.
            exact: return ``Fraction``s instead of float64.

        Returns:
            An array of the shape of ``x`` with the resized axes replaced: float64, every value
            rounded once from the exact result, or an object array of ``Fraction``s.

        Raises:
            TypeError: ``x`` is not real.
            ValueError: ``x`` is not finite, a size is below 1, or the axes do not fit.
        """
        size = tuple(operator.index(n) for n in size)
        shape = np.shape(x)
        chosen = _axes(axes, len(size), len(shape))
        matrices = {
            axis: self.weights(shape[axis], n) for axis, n in zip(chosen, size, strict=True)
        }
        return _exact.apply_matrices(x, matrices, exact=exact)

    def _a(self, coordinates: NDArray[Any]) -> Any:
        return self.cubic_coeff_a if coordinates.dtype == object else float(self.cubic_coeff_a or 0)


def every_resize() -> tuple[Resize, ...]:
    """Every convention that these attributes can spell, with the two values of ``a`` in use.

    ``exclude_outside`` is left out for ``linear``, where it changes no weight.
    """
    modes: list[dict[str, Any]] = [
        *({"mode": "nearest", "nearest_mode": m} for m in get_args(NearestMode)),
        {"mode": "linear"},
        *(
            {"mode": "cubic", "cubic_coeff_a": a, "exclude_outside": e}
            for a in (-0.75, -0.5)
            for e in (False, True)
        ),
    ]
    return tuple(
        Resize(coordinate_transformation_mode=c, **mode)
        for mode in modes
        for c in get_args(CoordinateTransformationMode)
    )


def resize_from(attributes: dict[str, Any]) -> Resize:
    """The convention of :attr:`Resize.attributes`.

    Raises:
        ValueError: an attribute is unknown, missing or has no such value.
    """
    known = {field.name for field in dataclasses.fields(Resize)}
    unknown = sorted(set(attributes) - known)
    if unknown or "mode" not in attributes:
        problem = f"has no attribute {unknown[0]!r}" if unknown else "needs a mode"
        raise ValueError(f"a resize convention {problem}; it takes {', '.join(sorted(known))}")
    return Resize(**attributes)


def _linear(distance: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(1 - distance)


def _cubic(distance: NDArray[Any], a: Any) -> NDArray[Any]:
    """Keys' kernel: one polynomial up to distance 1, another up to 2."""
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return np.asarray(np.where(distance <= 1, near, far))


def _floor(values: NDArray[Any]) -> NDArray[np.intp]:
    return np.asarray(np.floor(values).astype(np.intp))


def _nearest_index(x: NDArray[Any], nearest_mode: str | None) -> NDArray[np.intp]:
    if nearest_mode == "floor":
        return _floor(x)
    if nearest_mode == "ceil":
        return np.negative(_floor(-x))
    if nearest_mode == "round_prefer_floor":
        return np.negative(_floor(-(x - _half(x))))
    return _floor(x + _half(x))


def _half(x: NDArray[Any]) -> Any:
    return _HALF if x.dtype == object else 0.5


def _words(attributes: dict[str, Any]) -> list[str]:
    bare = ("mode", "coordinate_transformation_mode", "nearest_mode")
    flags = {"exclude_outside": "exclude_outside"}
    return [
        str(value) if name in bare else flags.get(name, f"{name}={value}")
        for name, value in attributes.items()
    ]


def _axes(axes: Sequence[int] | None, count: int, ndim: int) -> list[int]:
    chosen = range(ndim - count, ndim) if axes is None else axes
    normal = [axis + ndim if axis < 0 else axis for axis in chosen]
    if len(normal) != count or len(set(normal)) != count or not set(normal) <= set(range(ndim)):
        given = f"axes {tuple(axes)}" if axes is not None else f"the last {count} axes"
        raise ValueError(f"size has {count} entries: {given} of a {ndim}-D array do not fit it")
    return normal


def _sizes(n_in: int, n_out: int) -> None:
    if n_in < 1 or n_out < 1:
        raise ValueError(f"sizes are at least one pixel, got n_in={n_in}, n_out={n_out}")


def _one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is one of {', '.join(allowed)}; got {value!r}")


def _set(instance: object, name: str, value: object) -> None:
    object.__setattr__(instance, name, value)  # the dataclass is frozen once it is made
