"""Resizing: which input pixels every output pixel reads, and how much of each, exactly.

A resize is linear and separable: ``Y = A_h · X · A_wᵀ``. This module holds the one function from
(convention, n_in, n_out) to ``A``. Attribute names and their meaning are those of the ONNX operator
Resize (onnx/onnx, ``docs/Operators.md``, "Resize"; ``padding_mode`` from "GridSample"); modes that ONNX lacks
are named as frameworks do.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import documents
from ..arrays import AnyArray
from . import exact as _exact
from . import kernels as _kernels
from . import products as _products
from . import pyramid as _pyramid
from .axis import Axis, OutputPixels

CoordinateTransformationMode = Literal[
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "asymmetric",
    "align_corners",
    "tf_crop_and_resize",
    "tf_half_pixel_for_nn",
    "half_pixel_align_corners",
    "pytorch_half_pixel_align_corners",
]
NearestMode = Literal[
    "floor",
    "ceil",
    "round_prefer_floor",
    "round_prefer_ceil",
    "round_half_even",
    "ceil_where_shrinking",
]
PaddingMode = Literal["border", "zeros", "reflection", "reflect_101"]

Factor = Fraction | float
# from coordinates (n_out,), the pixels that may be read (n_out, taps) and how far the kernel is stretched:
# what each of them weighs
TapWeights = Callable[[AnyArray, NDArray[np.intp], Fraction], AnyArray]

_HALF = Fraction(1, 2)
_CANCELLED = 2.0**-40  # of the weights: 8192 roundings, beyond those that a coordinate has

# the grids whose scale is (n_in − 1) / (n_out − 1)
_OWN_SCALE = ("half_pixel_align_corners", "pytorch_half_pixel_align_corners")

_GRIDS: tuple[CoordinateTransformationMode, ...] = ("half_pixel", "asymmetric", "align_corners")
_ROUNDINGS: tuple[NearestMode, ...] = (
    "floor",
    "ceil",
    "round_prefer_floor",
    "round_prefer_ceil",
    "round_half_even",
)
_CROP: CoordinateTransformationMode = "tf_crop_and_resize"
# where a factor, not the sizes alone, says how far apart two output pixels sample
_BY_FACTOR = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "asymmetric",
    "tf_half_pixel_for_nn",
)
# (d + ½)·s rounded is (d + ½)·s − ½ rounded the other way: one convention has one name
_NAMES_FOR_NN: Mapping[str, NearestMode] = {
    "floor": "round_prefer_ceil",
    "round_prefer_floor": "ceil",
}


@dataclass(frozen=True, kw_only=True)
class Resize:
    """What a resize means, with no framework in it.

    What a resize is given is a size for each axis, and perhaps a ``factor``: the output pixels an
    input pixel, an entry of ONNX's ``scales``. Without one the ratio of the sizes is the factor. They
    differ where ``n_in · factor`` is no integer. A float is read as the decimal that it prints as.

    Attributes:
        mode: the kernel, a name in ``operators.kernels.KERNELS``, whose records have the formulas:
            ``nearest``, ``linear`` (two taps an axis), ``cubic`` (four), ``mitchell``
            (four, not interpolating), ``lanczos``, ``gaussian`` (radius 3/2, σ = 1/2), ``box`` (the
            pixels nearer than ½ in equal parts, one at exactly ½ half as much); or a window:
            ``area`` (the input that lies under an output pixel, by coverage: what lies beyond the
            image is no input), ``adaptive_area`` (the
            pixels that it touches, in equal parts), ``area_linear`` (OpenCV's
            reading of area where any axis grows: two taps, the second only as far as the output
            pixel reaches past an edge; the same as ``area`` along an axis that grows);
            ``pyramid`` (a step of an image pyramid, down or up; it goes with some sizes only,
            and samples at ``2·d`` or ``d / 2``, whatever ``s`` is: :meth:`takes`).
        coordinate_transformation_mode: where output pixel ``d`` samples the input, with
            ``s = n_in / n_out``, or ``1 / factor`` where the resize is given a factor:
            ``half_pixel`` at ``(d + ½)·s − ½``, ``asymmetric`` at ``d·s``; ``pytorch_half_pixel`` as
            ``half_pixel``, but at 0 where ``n_out`` is 1; ``half_pixel_symmetric`` as ``half_pixel``, moved
            so that the middles of both images coincide, at ``(d + ½ − n_out / 2)·s + n_in / 2 − ½``: the
            same unless ``n_in · factor`` is no integer; ``tf_half_pixel_for_nn`` (opset 11 and 12) at
            ``(d + ½)·s``, which with ``nearest`` and ``floor`` is ``half_pixel`` with
            ``round_prefer_ceil``, with ``round_prefer_floor`` ``half_pixel`` with ``ceil``, and is stored
            as that. The others ask for the sizes in any case: ``align_corners`` at
            ``d·(n_in − 1)/(n_out − 1)``, and at 0 where ``n_out``
            is 1; ``tf_crop_and_resize`` as ``align_corners`` over the part ``roi`` of the axis, and in its
            middle where ``n_out`` is 1. Two have no twin in ONNX: ``half_pixel_align_corners`` at
            ``(d + ½)·s − ½`` with ``s = (n_in − 1)/(n_out − 1)``, and as ``half_pixel`` where
            either size is 1; ``pytorch_half_pixel_align_corners`` the same, but at −½, with nothing
            to stretch, where ``n_out`` is 1.
        nearest_mode: how ``nearest`` turns a coordinate into an index: ``floor``, ``ceil``,
            ``round_prefer_floor`` (the default, as in ONNX), ``round_prefer_ceil``; or
            ``round_half_even``, which ONNX has for GridSample and lacks for Resize; or, with
            ``asymmetric`` only, ``ceil_where_shrinking``: ``ceil`` where the factor is below 1 and
            ``floor`` elsewhere, which is what runtimes make of opset 10, whose text has no rounding.
            None for the other modes.
        cubic_coeff_a: the ``a`` of the cubic convolution kernel (R. Keys, "Cubic convolution
            interpolation for digital image processing", IEEE TASSP 29(6), 1981). A float is read as
            the decimal that it prints as. −0.75 for ``cubic`` by default, None for the other modes.
        lanczos_radius: half the width of the Lanczos kernel in pixels; 3 for ``lanczos`` by default,
            None for the other modes.
        pyramid_border: what a step down finds beyond the edges: ``reflect_101`` (the default: ``2 1 | 0
            1 2``), ``reflect`` (``1 0 | 0 1``), ``replicate`` or ``wrap``; a step up has the first only.
            None for the other modes.
        antialias: where an axis shrinks, stretch the kernel over ``max(1, s)`` times as many pixels, with
            the ``s`` above, whatever the coordinates are: neither aligned corners nor a ``roi`` changes
            it, as in ONNX. The two that ONNX lacks stretch by an ``s`` of their own. As in ONNX,
            ``nearest`` takes this and ``exclude_outside``, without effect: both are stored as False.
        exclude_outside: False: a tap outside the image reads what ``padding_mode`` says. True: it weighs
            nothing, and the weights of the taps inside are divided by their sum.
        roi: the part of the image that ``tf_crop_and_resize`` resizes, as ONNX's input of this name:
            the starts of all axes, then the ends, 0 the middle of the first pixel and 1 that of the
            last. None for the whole image. Numbers are read as ``cubic_coeff_a`` is.
        extrapolation_value: what ``tf_crop_and_resize`` gives a pixel that samples outside the image,
            whatever its kernel would reach; 0 by default, None for the other coordinates.
        padding_mode: what a tap outside the image reads: ``border``, the edge pixel, as in every
            operator that is a resize by name; ``zeros``, nothing, so that a row need not sum to 1;
            ``reflection``, the image mirrored, about the outer edges of the outermost pixels, or
            about their middles where the corners are aligned (as ONNX's GridSample does);
            ``reflect_101``, mirrored about their middles wherever the grid lies (OpenCV's name).

    Raises:
        ValueError: an attribute has a value that it cannot take, or does not go with the mode.

    >>> Resize(mode="linear").weights(2, 4).astype(str).tolist()
    [['1', '0'], ['3/4', '1/4'], ['1/4', '3/4'], ['0', '1']]
    """

    mode: str
    coordinate_transformation_mode: CoordinateTransformationMode | None = None
    nearest_mode: NearestMode | None = None
    cubic_coeff_a: Fraction | float | None = None
    lanczos_radius: int | None = None
    pyramid_border: _pyramid.Border | None = None
    antialias: bool = False
    exclude_outside: bool = False
    roi: tuple[Fraction | float, ...] | None = None
    extrapolation_value: Fraction | float | None = None
    padding_mode: PaddingMode = "border"

    def __post_init__(self) -> None:
        _one_of("mode", self.mode, tuple(_kernels.KERNELS))
        grids = self.kernel.grids or get_args(CoordinateTransformationMode)
        if self.coordinate_transformation_mode is None:
            _set(self, "coordinate_transformation_mode", grids[0])
        _one_of(
            "coordinate_transformation_mode",
            self.coordinate_transformation_mode,
            get_args(CoordinateTransformationMode),
        )
        if self.coordinate_transformation_mode not in grids:
            raise ValueError(
                f"mode={self.mode!r} goes with coordinate_transformation_mode={grids[0]!r} only"
            )
        self._default("nearest_mode", "nearest", "round_prefer_floor")
        self._default("cubic_coeff_a", "cubic", -0.75)
        self._default("lanczos_radius", "lanczos", 3)
        self._default("pyramid_border", "pyramid", "reflect_101")
        if self.pyramid_border is not None:
            _one_of("pyramid_border", self.pyramid_border, _pyramid.BORDERS)
        if self.nearest_mode is not None:
            self._check_nearest(self.nearest_mode)
        if self.cubic_coeff_a is not None:
            _set(self, "cubic_coeff_a", _fraction("cubic_coeff_a", self.cubic_coeff_a))
        self._crop()
        if self.lanczos_radius is not None:
            if type(self.lanczos_radius) is bool or self.lanczos_radius not in range(1, 17):
                raise ValueError(
                    f"lanczos_radius is an integer from 1 to 16, got {self.lanczos_radius!r}"
                )
            _set(self, "lanczos_radius", int(self.lanczos_radius))
        for name in ("antialias", "exclude_outside"):
            value = getattr(self, name)
            if np.ndim(value) or value not in (False, True):
                raise ValueError(f"{name} is True or False, got {value!r}")
            if value and not self.kernel.stretches and self.mode != "nearest":
                raise ValueError(f"{name} does nothing for mode={self.mode!r}: leave it out")
            _set(self, name, bool(value) and self.mode != "nearest")
        self._check_padding()

    def _check_nearest(self, nearest_mode: NearestMode) -> None:
        """Refuse a rounding that there is not; give one that has two names the one of ``half_pixel``."""
        _one_of("nearest_mode", nearest_mode, get_args(NearestMode))
        grid = self.coordinate_transformation_mode
        if nearest_mode == "ceil_where_shrinking" and grid != "asymmetric":
            raise ValueError(
                f"nearest_mode={nearest_mode!r} goes with "
                "coordinate_transformation_mode='asymmetric' only"
            )
        if grid == "tf_half_pixel_for_nn" and nearest_mode in _NAMES_FOR_NN:
            _set(self, "coordinate_transformation_mode", "half_pixel")
            _set(self, "nearest_mode", _NAMES_FOR_NN[nearest_mode])

    def _check_padding(self) -> None:
        """Refuse a padding that the mode has no use for, or that is another one's second name."""
        _one_of("padding_mode", self.padding_mode, get_args(PaddingMode))
        if self.padding_mode == "border":
            return
        if not self.kernel.pads or self.antialias or self.exclude_outside:
            raise ValueError(
                f"padding_mode={self.padding_mode!r} goes with taps at a point, none of them excluded"
            )
        if self.padding_mode == "reflect_101" and self.aligns_corners:
            raise ValueError("with aligned corners padding_mode='reflect_101' is 'reflection'")

    @property
    def aligns_corners(self) -> bool:
        """Whether the first and last output pixel sample the first and last input pixel."""
        return self.coordinate_transformation_mode in ("align_corners", "tf_crop_and_resize")

    @property
    def drops_outside(self) -> bool:
        """Whether a tap outside the image weighs nothing."""
        return self.exclude_outside or self.padding_mode == "zeros"

    def _crop(self) -> None:
        """Check what goes with ``tf_crop_and_resize``."""
        if self.coordinate_transformation_mode != _CROP:
            for name in ("roi", "extrapolation_value"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} goes with coordinate_transformation_mode={_CROP!r}")
            return
        value = _fraction("extrapolation_value", self.extrapolation_value or 0)
        _set(self, "extrapolation_value", value)
        if self.roi is not None:
            entries = _entries("roi", self.roi, "(0, 0, 1, 1)", "a start, then an end")
            roi = tuple(_fraction("an entry of roi", entry) for entry in entries)
            axes = len(roi) // 2
            if not roi or len(roi) % 2:
                raise ValueError(
                    f"roi has a start and an end for each axis, got {len(roi)} entries"
                )
            _set(self, "roi", None if roi == (0,) * axes + (1,) * axes else roi)

    def _default(self, name: str, mode: str, value: object) -> None:
        """Give an attribute of one mode its default there, and refuse it elsewhere."""
        given = getattr(self, name)
        if self.mode != mode and given is not None:
            raise ValueError(f"{name} goes with mode={mode!r}, not mode={self.mode!r}")
        if self.mode == mode and given is None:
            _set(self, name, value)

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
            values["cubic_coeff_a"] = decimal(Fraction(self.cubic_coeff_a))
        if self.lanczos_radius is not None:
            values["lanczos_radius"] = self.lanczos_radius
        if self.pyramid_border is not None:
            values["pyramid_border"] = self.pyramid_border
        for name in ("antialias", "exclude_outside"):
            if getattr(self, name):
                values[name] = 1
        if self.roi is not None:
            values["roi"] = [decimal(Fraction(entry)) for entry in self.roi]
        if self.extrapolation_value:
            values["extrapolation_value"] = decimal(Fraction(self.extrapolation_value))
        if self.padding_mode != "border":
            values["padding_mode"] = self.padding_mode
        return values

    def json(self) -> documents.Convention:
        """The convention for a program: in words, and all attributes, with the flags that are not set."""
        flags = {"antialias": int(self.antialias), "exclude_outside": int(self.exclude_outside)}
        return {
            "operation": "resize",
            "words": str(self),
            "attributes": {**self.attributes, **flags},
        }

    def __str__(self) -> str:
        return "resize " + " ".join(_words(self.attributes))

    @property
    def slug(self) -> str:
        """A folder name: ``cubic-half_pixel-a-0.5-exclude_outside``."""
        short = {
            "cubic_coeff_a=": "a",
            "lanczos_radius=": "r",
            "roi=": "roi",
            "extrapolation_value=": "e",
        }
        words = _words(self.attributes)
        for name, letters in short.items():
            words = [word.replace(name, letters) for word in words]
        return "-".join(words).replace("/", ":")

    @property
    def half_pixel(self) -> bool:
        """Whether a coordinate is a product less ½."""
        grid = str(self.coordinate_transformation_mode)
        return "half_pixel" in grid and grid != "tf_half_pixel_for_nn"

    @property
    def extrapolates(self) -> bool:
        """Whether a pixel that samples outside the image reads nothing of it."""
        return self.coordinate_transformation_mode == _CROP

    def along(self, axis: int) -> Resize:
        """The convention along one axis: ``roi`` speaks of that alone."""
        if self.roi is None:
            return self
        return dataclasses.replace(self, roi=(self.roi[axis], self.roi[axis + len(self.roi) // 2]))

    @property
    def continued(self) -> Resize:
        """The same kernel with nothing extrapolated: how weights change as a coordinate moves."""
        if not self.extrapolates:
            return self
        return dataclasses.replace(
            self,
            coordinate_transformation_mode="align_corners",
            roi=None,
            extrapolation_value=None,
        )

    @property
    def kernel(self) -> _kernels.Kernel:
        """What is true of its mode."""
        return _kernels.KERNELS[self.mode]

    def shape(self, scale: object = 1) -> _kernels.Shape:
        """What its kernel's form depends on, where an output pixel is ``scale`` wide."""
        return _kernels.Shape(scale, self.cubic_coeff_a, self.lanczos_radius or 0)

    def radius(self, scale: object = 1) -> Any:
        """How far the kernel reaches where it is not stretched, in input pixels.

        Raises:
            TypeError: of a mode whose taps are not found by a radius.
        """
        if self.kernel.radius is None:
            raise TypeError(f"mode={self.mode!r} has no radius")
        return self.kernel.radius(self.shape(scale))

    def value(self, distance: AnyArray, scale: object = 1) -> AnyArray:
        """The kernel's value at signed distances (coordinate − pixel), in stretched pixels.

        Raises:
            TypeError: of a mode whose weights are no function of a distance.
        """
        if self.kernel.value is None or self.kernel.exact is None:
            raise TypeError(f"mode={self.mode!r} has no value at a distance")
        if distance.dtype != object:
            return self.kernel.value(distance, self.shape(scale))
        integers = _exact.over_common_denominator(distance)
        return _exact.fractions(*self.kernel.exact(*integers, self.shape(scale)))

    @property
    def takes_every_size(self) -> bool:
        """Whether it goes with any number of pixels, in and out: all but ``pyramid`` do."""
        return self.kernel.every_size

    def takes(self, n_in: int, n_out: int) -> bool:
        """Whether the convention says how ``n_in`` pixels become ``n_out``: ``pyramid`` does where that is
        half as many or twice as many, or one more or less."""
        if self.takes_every_size:
            return True
        up = self.pyramid_border == "reflect_101" and _pyramid.goes_up(n_in, n_out)
        return bool(_pyramid.goes_down(n_in, n_out)) or up

    def _axis(self, n_in: int, n_out: int, factor: Factor | None) -> Axis:
        """An axis that it goes with."""
        n_in, n_out = _pixels("n_in", n_in), _pixels("n_out", n_out)
        if n_in < 1 or n_out < 1:
            raise ValueError(f"sizes are at least one pixel, got n_in={n_in}, n_out={n_out}")
        if not self.takes(n_in, n_out):
            raise ValueError(f"{self} does not say how {n_in} pixels become {n_out}")
        # a float is the decimal that it prints as, not the Fraction that it equals
        by = None if factor is None else exact_factor(factor)
        axis = Axis(n_in, n_out, by)
        if by is None or self.extrapolates:  # a roi past the image is scaled too
            return axis
        length = n_in * by
        if n_out - 1 >= length or length < _HALF:
            raise ValueError(
                f"{n_in} pixels at a factor of {factor} have no output pixel {n_out - 1}, "
                f"got n_out={n_out}"
            )
        return axis

    def inside(self, coordinates: AnyArray, n_in: int) -> NDArray[np.bool_]:
        """Which output pixels read the image: all of them, unless the convention extrapolates."""
        within = (coordinates >= 0) & (coordinates <= n_in - 1)
        return np.asarray(within if self.extrapolates else within | True, bool)

    def coordinates(
        self, n_in: int, n_out: int, factor: Factor | None = None
    ) -> NDArray[np.object_]:
        """Where each output pixel samples the input.

        Args:
            n_in, n_out: the sizes of the axis in pixels, at least 1.
            factor: output pixels an input pixel; None for ``n_out / n_in``.

        Returns:
            Shape ``(n_out,)``, ``Fraction``s, in input pixels: 0 is the middle of the first pixel.

        Raises:
            ValueError: a size is below 1, the convention does not take the two, or the last output
                pixel would begin past the image.
        """
        above, below = self.ratio(self._axis(n_in, n_out, factor).pixels)
        pairs = zip(above.tolist(), below.tolist(), strict=True)
        return np.array([Fraction(*pair) for pair in pairs], object)

    def ratio(self, pixels: OutputPixels) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """:meth:`coordinates` as integers, for output pixels of many sizes at once.

        Args:
            pixels: of axes whose sizes are at least 1.

        Returns:
            Numerators and denominators, of the shape that the arrays of ``pixels`` broadcast to: int64, or
            Python's integers where one of them could be more than 2⁵³, so that a quotient in float64 is
            rounded once.
        """
        pixels = self._wide(pixels)
        d, n_in, n_out = pixels.index, pixels.n_in, pixels.n_out
        if self.mode == "pyramid":
            down = _pyramid.goes_down(n_in, n_out)
            both = np.broadcast_arrays(np.where(down, 2 * d, d), np.where(down, 1, 2))
            return both[0], both[1]
        step, per = self.step(pixels)
        above: AnyArray = d * step
        below: AnyArray = per
        if self.coordinate_transformation_mode == "half_pixel_symmetric":
            above, below = (2 * d + 1 - n_out) * step + (n_in - 1) * per, 2 * per
        elif self.coordinate_transformation_mode == "tf_half_pixel_for_nn":
            above, below = (2 * d + 1) * step, 2 * per
        elif self.half_pixel:
            above, below = (2 * d + 1) * step - per, 2 * per
            if self.coordinate_transformation_mode == "pytorch_half_pixel":
                above = np.where(np.asarray(n_out) == 1, 0, above)
        elif self.extrapolates:
            start, end, unit = self._part()
            begins = start * (np.asarray(n_in) - 1)
            one = np.asarray(n_out) == 1
            above = np.where(
                one, begins + end * (np.asarray(n_in) - 1), begins * per + d * step * (end - start)
            )
            below = np.where(one, 2, per) * unit
        both = np.broadcast_arrays(above, below)
        return both[0], both[1]

    def _wide(self, pixels: OutputPixels) -> OutputPixels:
        """The same, in integers in which no product of :meth:`ratio` overflows."""
        sizes = [np.asarray(each) for each in (pixels.index, pixels.n_in, pixels.n_out)]
        largest = int(max(np.max(each, initial=0) for each in sizes)) + 1
        by = largest if pixels.factor is None else max(pixels.factor.as_integer_ratio())
        part = sum(map(abs, self._part())) if self.extrapolates else 1
        if 4 * largest * max(by, largest) * part < 2**53:
            return pixels
        every = np.broadcast_arrays(*np.atleast_1d(*sizes))  # an object of no dimension is a scalar
        d, n_in, n_out = (each.astype(object) for each in every)
        return dataclasses.replace(pixels, index=d, n_in=n_in, n_out=n_out)

    def step(self, axis: Axis | OutputPixels) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How far apart two output pixels sample the (whole) axis, as numerators and denominators."""
        n_in, n_out = axis.n_in, axis.n_out
        if (
            axis.factor is not None and self.takes_factors
        ):  # the ratio of these two, whatever the sizes
            n_out, n_in = (_integer(n) for n in axis.factor.as_integer_ratio())
        above, below = np.broadcast_arrays(n_in, n_out)
        if self.takes_factors:
            return above, below
        one = (above == 1) | (below == 1)
        if self.coordinate_transformation_mode == "half_pixel_align_corners":
            return np.where(one, above, above - 1), np.where(one, below, below - 1)
        return np.where(below == 1, 0, above - 1), np.maximum(below - 1, 1)

    @property
    def takes_factors(self) -> bool:
        """Whether a factor says where it samples; where corners are aligned the sizes alone do."""
        return self.coordinate_transformation_mode in _BY_FACTOR

    @property
    def uses_factors(self) -> bool:
        """Whether a factor changes a weight: by where it samples, or by how far a kernel is stretched."""
        return (self.takes_factors and self.mode != "pyramid") or (
            self.aligns_corners and self.antialias
        )

    def _part(self) -> tuple[int, int, int]:
        """The start and the end of ``roi`` along the one axis that it speaks of, in a common unit."""
        if self.roi is None:
            return 0, 1, 1
        if len(self.roi) != 2:
            raise ValueError(f"roi speaks of {len(self.roi) // 2} axes: take along(axis)")
        start, end = (Fraction(entry) for entry in self.roi)
        unit = math.lcm(start.denominator, end.denominator)
        return int(start * unit), int(end * unit), unit

    def nearest_pixel(
        self,
        d: ArrayLike,
        n_in: int | NDArray[np.int64],
        n_out: int | NDArray[np.int64],
        factor: Factor | None = None,
    ) -> NDArray[np.int64]:
        """The pixels that ``nearest`` copies, in integers alone.

        Args:
            d: the output pixels' indices.
            n_in, n_out: the sizes of the axis in pixels, at least 1; they broadcast with ``d``.
            factor: output pixels per input pixel, of all sizes; None for ``n_out / n_in``.

        Raises:
            ValueError: ``padding_mode`` is ``zeros``: some outputs copy no pixel.
        """
        if self.padding_mode == "zeros":
            raise ValueError("with padding_mode='zeros' an output need not copy a pixel")
        by = None if factor is None else exact_factor(factor)
        index, ins, outs = (np.asarray(each) for each in (d, n_in, n_out))
        pixels = OutputPixels(index, ins, outs, 0 * outs, by)
        return self.padded(self.nearest_index(pixels), ins)

    def nearest_index(self, pixels: OutputPixels) -> NDArray[np.int64]:
        """The index that ``nearest`` rounds to, as it is outside the image too."""
        step, per = self.step(pixels)
        return self._rounded(*self.ratio(pixels), step > per)

    def _rounded(self, above: AnyArray, below: Any, shrinks: Any) -> AnyArray:
        """The index that ``nearest`` rounds ``above / below`` to, in integers."""
        if self.nearest_mode == "floor":
            index = above // below
        elif self.nearest_mode == "ceil":
            index = -(-above // below)
        elif self.nearest_mode == "ceil_where_shrinking":
            index = np.where(shrinks, -(-above // below), above // below)
        elif self.nearest_mode == "round_prefer_floor":
            index = -((below - 2 * above) // (2 * below))
        else:
            middle, twice = 2 * above + below, 2 * below
            index = middle // twice
            if self.nearest_mode == "round_half_even":
                index = index - (middle % twice == 0) * (index % 2)
        return np.asarray(index)

    def extent(self, axis: Axis) -> NDArray[np.int64]:
        """Which pixels each output pixel reads, in integers alone.

        Returns:
            Shape ``(n_out, 2)``: the first and the last; of ``box``, which can read half of a pixel, the
            two ends in half pixels, those of pixel ``i`` being ``2i`` and ``2i + 2``.

        Raises:
            ValueError: of another mode than ``gaussian``, ``box`` and ``area_linear``, whose weights do
                not end at 0 or begin at a coordinate.
        """
        n_in, n_out = axis.sizes
        d = np.arange(n_out)
        above, below = self.ratio(axis.pixels)
        if max(n_in, n_out) >= 2**10 or self.roi is not None:  # products of four such numbers
            above, below = above.astype(object), below.astype(object)
        n, m = self.stretch(self.scale(*axis.arguments)).as_integer_ratio()
        if self.mode == "gaussian":
            # the coordinate is above / below, the radius 3n / 2m: strictly inside
            first = (2 * m * above - 3 * n * below) // (2 * m * below) + 1
            last = -((-2 * m * above - 3 * n * below) // (2 * m * below)) - 1
        elif self.mode == "box":  # from above / below - n / 2m to above / below + n / 2m
            begins, ends = 2 * m * above - n * below, 2 * m * above + n * below
            # the least and the largest whole number there; at an end, a pixel's other half is beyond
            first = 2 * -(-begins // (2 * m * below)) + (begins % (2 * m * below) == 0)
            last = 2 * (ends // (2 * m * below)) + 2 - (ends % (2 * m * below) == 0)
            return np.asarray(np.clip(np.stack([first, last], axis=1), 0, 2 * n_in), np.int64)
        elif self.mode == "area_linear":
            first = above // below
            last = np.minimum(first + 1, -(-(d + 1) * n_in // n_out) - 1)
        else:
            raise ValueError(f"{self} has no extent to ask for")
        return np.asarray(np.clip(np.stack([first, last], axis=1), 0, n_in - 1), np.int64)

    def weights(self, n_in: int, n_out: int, factor: Factor | None = None) -> NDArray[np.object_]:
        """The exact matrix ``A`` of one axis: ``y = A @ x``.

        Args:
            n_in, n_out, factor: as in :meth:`coordinates`.

        Returns:
            Shape ``(n_out, n_in)``, ``Fraction``s; every row sums to 1, but with ``padding_mode="zeros"``,
            and where its pixel is extrapolated, which is 0.
            ``.astype(float)`` gives the nearest float64 matrix.

        Raises:
            ValueError: a size is below 1, the convention does not take the two, or the last output
                pixel would begin past the image.
        """
        band = _band(self, self._axis(n_in, n_out, factor))
        matrix = np.full((n_out, n_in), Fraction(0), object)
        matrix[np.arange(n_out)[:, None], band.taps.index] = band.weights
        return matrix

    def scale(self, n_in: int, n_out: int, factor: Factor | None = None) -> Fraction:
        """How wide an output pixel is in input pixels: ``1 / factor`` where there is one, else ``n_in /
        n_out``, also where the corners are aligned.

        That is the inverse of ONNX's ``scale = length_resized / length_original`` (docs/Operators.md,
        "Resize", ``antialias``). The two grids that ONNX lacks have the ratio of their own: see
        ``coordinate_transformation_mode``.
        """
        axis = self._axis(n_in, n_out, factor)
        if self.mode == "pyramid":
            return _pyramid.DOWN if _pyramid.goes_down(n_in, n_out) else _pyramid.UP
        if self.coordinate_transformation_mode in _OWN_SCALE:
            above, below = self.step(axis)
            # of one pixel there is nothing to stretch
            return Fraction(max(int(above), 1), int(below))
        return Fraction(*axis.sizes) if axis.factor is None else 1 / axis.factor

    def stretch(self, scale: Fraction) -> Fraction:
        """How many times as wide as it is defined the kernel is, where an output pixel is ``scale`` wide."""
        return max(scale, Fraction(1)) if self.antialias else Fraction(1)

    def weights_at(
        self,
        coordinates: AnyArray,
        n_in: int,
        scale: Fraction = Fraction(1),
        tap_weights: TapWeights | None = None,
    ) -> AnyArray:
        """The rows of ``A`` for output pixels that sample at the given coordinates.

        Args:
            coordinates: shape ``(n_out,)``, in input pixels; ``Fraction``s for exact rows, float64
                for approximate ones.
            n_in: the size of the input axis in pixels.
            scale: how wide an output pixel is in input pixels (:meth:`scale`): what windows and
                antialiased kernels are as wide as. The others do not ask.
            tap_weights: what taps weigh of a kernel that ends in a step, before they are divided by their
                sum, where rounding decides on which side of the step a tap is; by default exactly.

        Returns:
            Shape ``(n_out, n_in)``, of the dtype of the coordinates.

        Raises:
            ValueError: the weights that are to be divided by their sum sum to 0.
        """
        if coordinates.dtype == object:
            return self.exact_taps_at(coordinates, n_in, scale, tap_weights).matrix(n_in).weights
        index, weight = self.taps_at(coordinates, n_in, scale, tap_weights)
        matrix = np.zeros((len(coordinates), n_in), coordinates.dtype)
        np.add.at(matrix, (np.arange(len(coordinates))[:, None], index), weight)
        return matrix

    def taps_at(
        self,
        coordinates: AnyArray,
        n_in: int,
        scale: Fraction = Fraction(1),
        tap_weights: TapWeights | None = None,
    ) -> tuple[NDArray[np.intp], AnyArray]:
        """The input pixels that each output pixel reads, as the kernel visits them.

        Args:
            coordinates, n_in, scale, tap_weights: as in :meth:`weights_at`.

        Returns:
            Two arrays of shape ``(n_out, taps)``: the index read (brought into the image, so that an
            index can come twice) and its weight (0 for a tap that is excluded or out of reach, and
            where nothing is read).

        Raises:
            ValueError: as :meth:`weights_at`.
        """
        if coordinates.dtype == object:
            exact = self.exact_taps_at(coordinates, n_in, scale, tap_weights)
            return exact.index, exact.weights
        if not self.extrapolates:
            return self._taps(coordinates, n_in, scale, tap_weights)
        # where nothing is read, no sum of weights may decide: the kernel is asked at the edge instead
        inside = self.inside(coordinates, n_in)
        at = np.clip(coordinates, 0, n_in - 1) + 0 * coordinates
        index, weight = self._taps(at, n_in, scale, tap_weights)
        return index, np.where(inside[:, None], weight, 0 * weight)

    def exact_taps_at(
        self,
        coordinates: NDArray[np.object_],
        n_in: int,
        scale: Fraction = Fraction(1),
        tap_weights: TapWeights | None = None,
    ) -> _exact.Taps:
        """:meth:`taps_at` of ``Fraction``s, in integers."""
        ratio = _exact.over_common_denominator(coordinates)
        return self._exact_taps(*ratio, n_in, scale, tap_weights)

    def _exact_taps(
        self, n: _exact.Exact, q: int, n_in: int, scale: Fraction, weigh: TapWeights | None = None
    ) -> _exact.Taps:
        """The taps of coordinates ``n / q``."""
        if not self.extrapolates:
            return self._exactly(n, q, n_in, scale, weigh)
        inside = (n >= 0) & (n <= (n_in - 1) * q)
        taps = self._exactly(np.clip(n, 0, (n_in - 1) * q), q, n_in, scale, weigh)
        numerators = np.where(inside[:, None], taps.numerators, 0)
        return _exact.Taps(taps.index, numerators, taps.denominators)

    def _exactly(
        self, n: _exact.Exact, q: int, n_in: int, scale: Fraction, weigh: TapWeights | None
    ) -> _exact.Taps:
        every = np.full((len(n), 1), 1, object)
        if self.mode == "nearest":
            index = self._rounded(n, q, scale > 1).astype(np.intp)[:, None]
            outside = self.drops_outside & ((index < 0) | (index >= n_in))
            return _exact.Taps(self.padded(index, n_in), np.where(outside, 0, every), every)
        if self.mode == "adaptive_area":
            return _exact_adaptive_area(n, q, n_in, scale)
        if self.mode == "pyramid":
            base, at_a_pixel = (n // q).astype(np.intp), n % q == 0
            border = self.pyramid_border or ""
            index, numerators, common = _pyramid.taps(base, at_a_pixel, n_in, scale, border)
            return _exact.Taps(index, numerators.astype(object), every * common)
        stretch = self.stretch(scale)
        radius = self.radius(scale) * stretch
        ended = self.mode == "gaussian" and weigh is not None
        base = _exact_floor(n, q, -radius).astype(np.intp) + 1 - ended
        index = base[:, None] + np.arange(math.ceil(2 * radius) + 2 * ended)
        if weigh is None:
            assert self.kernel.exact is not None
            wide, unit = stretch.as_integer_ratio()
            distance = (n[:, None] - index.astype(object) * q) * unit
            weight, common = self.kernel.exact(distance, q * wide, self.shape(scale))
        else:
            weights = weigh(_exact.fractions(n, q), index, stretch)
            weight, common = _exact.over_common_denominator(weights)
        within = (index >= 0) & (index < n_in)
        cut = self._cuts(weight, within)
        if cut:
            weight = np.where(within, weight, 0)
        below: _exact.Exact = every * common
        if cut or stretch != 1 or self.kernel.divided:
            below = self._total(weight)
            weight, below = np.where(below < 0, -weight, weight), abs(below)
            if self.kernel.irrational:
                weight, below = _exact.nearest(weight * _exact.DIGITS, below), every * _exact.DIGITS
        if self.padding_mode == "zeros":
            weight = np.where(within, weight, 0)
        return _exact.Taps(self.padded(index, n_in), weight, below)

    def _cuts(self, weight: AnyArray, within: NDArray[np.bool_]) -> bool:
        """Whether what a tap outside the image weighs is left out before the sum is taken: the windows of
        area tile the image, and reach beyond it where a factor, or the scale of align_corners, says so; of
        the latter, nothing but the last pixel is inside."""
        return self.exclude_outside or (self.mode == "area" and bool(np.any(weight[~within])))

    def _taps(
        self,
        coordinates: AnyArray,
        n_in: int,
        scale: Fraction,
        tap_weights: TapWeights | None,
    ) -> tuple[NDArray[np.intp], AnyArray]:
        if self.mode == "nearest":
            index = _nearest_index(coordinates, self.nearest_mode, scale)[:, None]
            weight = (coordinates * 0 + 1)[:, None]
            if self.drops_outside:
                weight = np.where((index >= 0) & (index < n_in), weight, 0 * weight)
            return self.padded(index, n_in), weight
        if self.mode == "adaptive_area":
            return _adaptive_area(coordinates, n_in, scale)
        if self.mode == "pyramid":
            base = _floor(coordinates)
            at_a_pixel, border = coordinates == base, self.pyramid_border or ""
            index, numerators, common = _pyramid.taps(base, at_a_pixel, n_in, scale, border)
            return index, numerators / common
        s, stretch = float(scale), float(self.stretch(scale))
        radius = float(self.radius(s) * stretch)
        # the taps strictly inside the radius: a kernel is 0 at its end
        base, taps = _floor(coordinates - radius) + 1, int(np.ceil(2 * radius))
        # a tap just beyond either end may count then; a box is looked for at twice its width anyway
        ended = self.mode == "gaussian" and tap_weights is not None
        index = (base - ended)[:, None] + np.arange(taps + 2 * ended)
        if tap_weights is None:
            distance = coordinates[:, None] - index
            weight = self.value(distance if stretch == 1 else distance / stretch, s)
        else:
            weight = tap_weights(coordinates, index, self.stretch(scale))
        within = (index >= 0) & (index < n_in)
        cut = self._cuts(weight, within)
        if cut:
            weight = np.where(within, weight, 0 * weight)
        if cut or stretch != 1 or self.kernel.divided:
            weight = weight / self._total(weight)
        if self.padding_mode == "zeros":  # after the division: what fell outside is lost
            weight = np.where((index >= 0) & (index < n_in), weight, 0 * weight)
        return self.padded(index, n_in), weight

    def _total(self, weight: AnyArray) -> AnyArray:
        """What the weights of each output pixel are divided by, ``(n_out, 1)``: their sum."""
        total = weight.sum(axis=1, keepdims=True)
        # in floats, a sum of so little is what rounding left of 0
        least = 0 if total.dtype == object else _CANCELLED * abs(weight).sum(axis=1, keepdims=True)
        if np.any(abs(total) <= least):
            d = int(np.flatnonzero(abs(total) <= least)[0])
            reads = bool(np.any(weight[d] != 0))
            why = "weights that sum to 0" if reads else "no pixel of the image"
            raise ValueError(f"{self} has no value for output pixel {d}: its kernel finds {why}")
        return np.asarray(total)

    def padded(self, index: AnyArray, n_in: int | AnyArray) -> NDArray[np.intp]:
        """Bring indices into the image, as ``padding_mode`` says; what is dropped comes to the edge.

        Args:
            index: pixels, any shape.
            n_in: the size of the input axis in pixels.
        """
        if self.padding_mode == "reflect_101" or (
            self.padding_mode == "reflection" and self.aligns_corners
        ):
            period = np.maximum(2 * (n_in - 1), 1)
            index = abs(index) % period
            index = np.where(index >= n_in, period - index, index)
        elif self.padding_mode == "reflection":
            index = index % (2 * n_in)
            index = np.where(index >= n_in, 2 * n_in - 1 - index, index)
        return np.asarray(np.clip(index, 0, n_in - 1), np.intp)

    def apply(
        self,
        x: ArrayLike,
        size: Sequence[int],
        *,
        scales: Sequence[Factor | None] | None = None,
        axes: Sequence[int] | None = None,
        exact: bool = False,
    ) -> AnyArray:
        """Resize an array, in exact arithmetic.

        Args:
            x: integers, floats or ``Fraction``s, all finite. Any layout: name its axes.
            size: the size of each resized axis in pixels, such as ``(h, w)``.
            scales: for each resized axis, output pixels an input pixel, or None for the ratio of its
                sizes; None if that holds for all.
            axes: the axes that ``size`` speaks of; by default the last ``len(size)``, which suits
                HW and NCHW. For HWC give ``axes=(0, 1)``.
            exact: return ``Fraction``s instead of float64.

        Returns:
            An array of the shape of ``x`` with the resized axes replaced: float64, every value
            rounded once from the exact result, or an object array of ``Fraction``s.

        Raises:
            TypeError: ``x`` is not real, or masked; ``size`` is no sequence of integers.
            ValueError: ``x`` is not finite, a size is below 1, the axes do not fit, ``scales`` are given
                where they have no effect, or an output pixel would begin past the image.
        """
        resized = self._resized(np.shape(x), "size", size, scales, axes)
        values = self._multiplied(x, resized, exact=exact, turned=False)
        if not self.extrapolation_value:
            return values
        inside = {}
        for i, (dimension, axis) in enumerate(resized.items()):
            along = self.along(i)
            inside[dimension] = along.inside(along.coordinates(*axis.arguments), axis.n_in)
        return self.extrapolated(values, inside)

    def gradient(
        self,
        g: ArrayLike,
        input_size: Sequence[int],
        *,
        scales: Sequence[Factor | None] | None = None,
        axes: Sequence[int] | None = None,
        exact: bool = False,
    ) -> AnyArray:
        """The gradient of ``Σ g · apply(x, …)`` with respect to ``x``, in exact arithmetic: ``Aᵀ`` along each
        axis, the same for all ``x``.

        Args:
            g: the cotangent, of the shape of the result of :meth:`apply`, all finite.
            input_size: the size of each resized axis of ``x`` in pixels, such as ``(h, w)``.
            scales, axes, exact: as in :meth:`apply`.

        Returns:
            An array of the shape of ``x``: float64, every value rounded once from the exact result, or an
            object array of ``Fraction``s.

        Raises:
            TypeError, ValueError: as :meth:`apply`.

        >>> Resize(mode="linear").gradient([1, 0, 0, 1], (2,)).tolist()
        [1.0, 1.0]
        """
        resized = self._resized(np.shape(g), "input_size", input_size, scales, axes, turned=True)
        return self._multiplied(g, resized, exact=exact, turned=True)

    def _resized(
        self,
        shape: tuple[int, ...],
        name: str,
        size: Sequence[int],
        scales: Sequence[Factor | None] | None,
        axes: Sequence[int] | None,
        *,
        turned: bool = False,
    ) -> dict[int, Axis]:
        """The resized axes, by the array's dimension; ``turned``: the array has the outputs' sizes."""
        entries = _entries(name, size, "(8, 8)")
        sizes = [_pixels(f"an entry of {name}", n) for n in entries]
        factors = (None,) * len(sizes) if scales is None else _entries("scales", scales, "(2, 2)")
        if len(factors) != len(sizes):
            raise ValueError(f"{name} has {len(sizes)} entries and scales {len(factors)}")
        if any(factor is not None for factor in factors) and not self.uses_factors:
            raise ValueError(
                f"scales do nothing in {self}, which asks for the sizes: leave them out"
            )
        if self.roi is not None and len(self.roi) != 2 * len(sizes):
            raise ValueError(f"roi speaks of {len(self.roi) // 2} axes, {name} of {len(sizes)}")
        chosen = _axes(axes, len(sizes), len(shape), name)
        lengths = [shape[axis] for axis in chosen]
        n_ins, n_outs = (sizes, lengths) if turned else (lengths, sizes)
        each = zip(n_ins, n_outs, factors, strict=True)
        resized = (self.along(i)._axis(*arguments) for i, arguments in enumerate(each))
        return dict(zip(chosen, resized, strict=True))

    def _multiplied(
        self,
        x: ArrayLike,
        resized: Mapping[int, Axis],
        *,
        exact: bool,
        turned: bool,
    ) -> AnyArray:
        """An array times the matrices of some dimensions, or those turned."""
        array = _exact.numbers(x)
        along = {dimension: self.along(i) for i, dimension in enumerate(resized)}
        bands = {dimension: _band(along[dimension], axis) for dimension, axis in resized.items()}
        if turned:
            bands = {dimension: _products.transposed(band) for dimension, band in bands.items()}
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError("the exact reference takes finite numbers, got NaN or infinity")
        values = None if exact else _products.rounded_product(array, bands)
        if values is not None:
            return values
        matrices = {d: along[d].weights(*axis.arguments) for d, axis in resized.items()}
        if turned:
            matrices = {axis: matrix.T for axis, matrix in matrices.items()}
        return _exact.apply_matrices(array, matrices, exact=exact)

    def extrapolated(self, values: AnyArray, inside: Mapping[int, NDArray[np.bool_]]) -> AnyArray:
        """What the matrices of some axes made of an image, with ``extrapolation_value`` where an output
        pixel is not :meth:`inside` along one of them; in place."""
        if self.extrapolation_value:
            exact = values.dtype == object
            value = self.extrapolation_value if exact else float(self.extrapolation_value)
            for axis, reads in inside.items():
                np.moveaxis(values, axis, 0)[~reads] = value
        return values


def every_resize() -> tuple[Resize, ...]:
    """The conventions that an unknown resize is compared with: those in use that take every size, and
    their neighbours.

    ``exclude_outside`` is left out for ``linear`` without antialias, where it changes no weight; the
    narrow kernels, where it hardly does, are there with it alone. A
    ``padding_mode`` is left out likewise: linear's taps reach no further than the mirrored edge pixel,
    nearest's no further than the edge pixel itself, if the grid is half_pixel or aligns the corners.
    """
    point_modes: list[dict[str, Any]] = [
        *({"mode": "nearest", "nearest_mode": m} for m in _ROUNDINGS),
        {"mode": "linear"},
        *(
            {"mode": "cubic", "cubic_coeff_a": a, "exclude_outside": e}
            for a in (-0.75, -0.5)
            for e in (False, True)
        ),
    ]
    forms = [{"mode": k.name, **form} for k in _kernels.KERNELS.values() for form in k.forms]
    narrow = [
        {"mode": k.name, **form} for k in _kernels.KERNELS.values() for form in k.narrow_forms
    ]
    return (
        *(Resize(coordinate_transformation_mode=c, **mode) for mode in point_modes for c in _GRIDS),
        *(
            Resize(coordinate_transformation_mode=_CROP, **mode)
            for mode in point_modes
            if mode["mode"] == "linear"
            or mode.get("nearest_mode") in ("round_prefer_ceil", "round_half_even")
        ),
        *(Resize(exclude_outside=e, **form) for form in forms for e in (False, True)),
        *(Resize(exclude_outside=True, **form) for form in narrow),
        *(
            Resize(
                coordinate_transformation_mode="pytorch_half_pixel_align_corners",
                exclude_outside=True,
                **form,
            )
            for form in forms[:2]
        ),
        *(Resize(mode=k.name) for k in _kernels.KERNELS.values() if k.grids and k.every_size),
        Resize(mode="area", coordinate_transformation_mode="half_pixel_align_corners"),
        *_padded(),
    )


# mode, coordinate_transformation_mode, padding_modes that change a weight
_PADDED: tuple[
    tuple[dict[str, Any], CoordinateTransformationMode, tuple[PaddingMode, ...]], ...
] = (
    (
        {"mode": "nearest", "nearest_mode": "round_half_even"},
        "asymmetric",
        ("zeros",),
    ),
    ({"mode": "linear"}, "half_pixel", ("zeros", "reflect_101")),
    ({"mode": "linear"}, "asymmetric", ("zeros", "reflect_101")),
    ({"mode": "cubic"}, "half_pixel", ("zeros", "reflection", "reflect_101")),
    ({"mode": "cubic"}, "tf_crop_and_resize", ("zeros", "reflection")),
    ({"mode": "lanczos", "lanczos_radius": 4}, "half_pixel", ("zeros",)),
)


def _padded() -> Iterator[Resize]:
    for mode, coordinate, paddings in _PADDED:
        for padding in paddings:
            yield Resize(coordinate_transformation_mode=coordinate, padding_mode=padding, **mode)


def every_pyramid() -> tuple[Resize, ...]:
    """The conventions that go with some sizes only."""
    return tuple(Resize(mode="pyramid", pyramid_border=b) for b in get_args(_pyramid.Border))


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
    if attributes.get("roi") is not None:
        attributes = {**attributes, "roi": tuple(attributes["roi"])}
    return Resize(**attributes)


def decimal(value: Fraction) -> float | str:
    """A number of an attribute, ready for JSON: a float that prints as it, or else the text ``"p/q"``."""
    return float(value) if Fraction(str(float(value))) == value else str(value)


def exact_factor(factor: Factor) -> Fraction:
    """A factor as the decimal that it prints as.

    Raises:
        ValueError: it is not a finite number above 0.
    """
    text: Any = factor
    try:
        exact = (
            factor
            if isinstance(factor, Fraction)
            else Fraction("" if isinstance(text, str) else str(factor))
        )
    except (ValueError, ZeroDivisionError):
        exact = Fraction(0)
    if exact <= 0:
        raise ValueError(f"a factor is a finite number above 0, got {factor!r}")
    return exact


@functools.lru_cache(maxsize=64)
def _band(convention: Resize, axis: Axis) -> _products.Band:
    """The exact weights of one axis."""
    return _products.band(exact_taps(convention, axis), axis.n_in)


def exact_taps(convention: Resize, axis: Axis) -> _exact.Taps:
    """The pixels that each output pixel of an axis reads, and their exact weights.

    Output pixels that sample as far behind a pixel, and read nothing beyond the edges, weigh alike: each such
    row is computed once.

    Args:
        convention, axis: what is computed.

    Raises:
        ValueError: as ``Resize.coordinates``.
    """
    n_in, n_out = axis.sizes
    scale = convention.scale(*axis.arguments)
    above, below = convention.ratio(axis.pixels)
    wide = convention.radius(scale) * convention.stretch(scale) if convention.kernel.radius else 0
    reach = math.ceil(max(wide, scale / 2 + 1, 3)) + 1
    pixel, behind = above // below, above % below
    within = (pixel - reach >= 0) & (pixel + reach < n_in)
    inner, outer = np.flatnonzero(within), np.flatnonzero(~within)
    alike = behind + below * (pixel % 2) if convention.nearest_mode == "round_half_even" else behind
    kinds: dict[int, int] = {}
    which = [kinds.setdefault(value, len(kinds)) for value in alike[inner].tolist()]
    first = np.flatnonzero(np.diff(np.maximum.accumulate([-1, *which])))
    computed = np.concatenate([outer, inner[first]])
    common = math.lcm(*set(below[computed].tolist()))
    where = (above[computed].astype(object) * (common // below[computed].astype(object)), common)
    row = np.empty(n_out, np.intp)
    row[outer], row[inner] = np.arange(len(outer)), len(outer) + np.asarray(which)
    moved = (pixel - pixel[computed][row]).astype(np.intp)
    return convention._exact_taps(*where, n_in, scale).rows(row, moved)


def _adaptive_area(
    coordinates: AnyArray, n_in: int, scale: Fraction
) -> tuple[NDArray[np.intp], AnyArray]:
    """Every pixel that the window touches, each as much as the others."""
    middle, half = coordinates + 0.5, float(scale) / 2
    start = _floor(middle - half).clip(0, n_in - 1)
    stop = np.negative(_floor(-(middle + half))).clip(1, n_in)
    index = start[:, None] + np.arange(int(np.max(stop - start)))
    share = (coordinates * 0 + 1) / (stop - start)
    weight = np.where(index < stop[:, None], share[:, None], 0 * share[:, None])
    return index.clip(0, n_in - 1), weight


def _exact_adaptive_area(n: _exact.Exact, q: int, n_in: int, scale: Fraction) -> _exact.Taps:
    """The same of coordinates ``n / q``."""
    ends = (1 - scale) / 2, -(1 + scale) / 2
    start = _exact_floor(n, q, ends[0]).clip(0, n_in - 1).astype(np.intp)
    stop = np.negative(_exact_floor(-n, q, ends[1])).clip(1, n_in).astype(np.intp)
    index = start[:, None] + np.arange(int(np.max(stop - start)))
    counts = (index < stop[:, None]).astype(int).astype(object)
    return _exact.Taps(index.clip(0, n_in - 1), counts, (stop - start).astype(object)[:, None])


def _exact_floor(n: _exact.Exact, q: int, moved: Fraction) -> _exact.Exact:
    """``n / q + moved``, rounded down."""
    above, below = moved.as_integer_ratio()
    return np.asarray((n * below + above * q) // (q * below), object)


def _integer(n: int) -> AnyArray:
    """An integer as an array of no dimension in which products with sizes do not overflow."""
    return np.asarray(n, np.int64 if n < 2**31 else object)


def _floor(values: AnyArray) -> NDArray[np.intp]:
    return np.asarray(np.floor(values).astype(np.intp))


def _nearest_index(
    x: NDArray[np.float64], nearest_mode: str | None, scale: Fraction
) -> NDArray[np.intp]:
    if nearest_mode == "ceil_where_shrinking":
        nearest_mode = "ceil" if scale > 1 else "floor"
    if nearest_mode == "floor":
        return _floor(x)
    if nearest_mode == "ceil":
        return np.negative(_floor(-x))
    if nearest_mode == "round_prefer_floor":
        return np.negative(_floor(-(x - 0.5)))
    if nearest_mode == "round_half_even":  # x + ½ would be rounded
        return np.asarray(np.rint(x).astype(np.intp))
    return _floor(x + 0.5)


def _words(attributes: dict[str, Any]) -> list[str]:
    bare = (
        "mode",
        "coordinate_transformation_mode",
        "nearest_mode",
        "pyramid_border",
        "padding_mode",
    )
    flags = {"antialias": "antialias", "exclude_outside": "exclude_outside"}
    listed = {k: ",".join(map(str, v)) if k == "roi" else v for k, v in attributes.items()}
    return [
        str(value) if name in bare else flags.get(name, f"{name}={value}")
        for name, value in listed.items()
    ]


def _fraction(name: str, value: object) -> Fraction:
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{name} is a finite number, got {value!r}") from None


def _axes(axes: Sequence[int] | None, count: int, ndim: int, name: str) -> list[int]:
    if axes is None:
        chosen = list(range(ndim - count, ndim))
    else:
        chosen = [_pixels("an entry of axes", axis) for axis in _entries("axes", axes, "(0, 1)")]
    normal = [axis + ndim if axis < 0 else axis for axis in chosen]
    if len(normal) != count or len(set(normal)) != count or not set(normal) <= set(range(ndim)):
        given = f"axes {tuple(axes)}" if axes is not None else f"the last {count} axes"
        raise ValueError(f"{name} has {count} entries: {given} of a {ndim}-D array do not fit it")
    return normal


def _entries(name: str, values: Any, example: str, entry: str = "an entry") -> tuple[Any, ...]:
    """A sequence that has an entry for each axis."""
    if isinstance(values, str) or np.ndim(values) != 1:
        raise TypeError(
            f"{name} has {entry} for each resized axis, such as {example}; got {values!r}"
        )
    return tuple(values)


def _pixels(name: str, value: Any) -> int:
    """An integer, which a bool is not meant to be."""
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is an integer, got {value!r}") from None


def _one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is one of {', '.join(allowed)}; got {value!r}")


def _set(instance: object, name: str, value: object) -> None:
    object.__setattr__(instance, name, value)  # the dataclass is frozen once it is made
