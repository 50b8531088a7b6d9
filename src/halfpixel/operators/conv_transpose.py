"""Transposed convolution: the transpose of a convolution's matrix, exactly.

Attribute names, their order and the size formula are those of the ONNX operator ConvTranspose
(onnx/onnx, ``docs/Operators.md``, "ConvTranspose").
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import documents
from ..arrays import AnyArray
from . import exact as _exact

Gradient = Literal["x", "w", "b"]


@dataclass(frozen=True, kw_only=True)
class ConvTranspose:
    """What a transposed convolution means, with no framework in it.

    The number of entries in ``strides`` is the number of spatial axes.

    Attributes:
        strides: the steps of the convolution that is transposed, one an axis, at least 1.
        pads: pixels cut from the result, all the beginnings and then all the ends: for an image
            (top, left, bottom, right). Zeros by default.
        output_padding: rows and columns that the result has besides, at the end of each axis: what
            picks one of the sizes that a strided convolution maps to the same one. Zeros by default.
        dilations: the distance between two taps of the kernel, one an axis. Ones by default.
        group: blocks that the channels fall into; each block of outputs reads one of inputs.

    Raises:
        ValueError: an attribute has the wrong number of entries or a value it cannot take.

    >>> conv = ConvTranspose(strides=(2,), pads=(1, 1), output_padding=(1,))
    >>> conv.output_size((48,), (3,))
    (96,)
    """

    strides: tuple[int, ...] = (1, 1)
    pads: tuple[int, ...] = ()
    output_padding: tuple[int, ...] = ()
    dilations: tuple[int, ...] = ()
    group: int = 1

    def __post_init__(self) -> None:
        strides = _integers("strides", self.strides, least=1)
        n = len(strides)
        if n == 0:
            raise ValueError("strides needs an entry for each spatial axis, got none")
        if not hasattr(self.group, "__index__") or self.group < 1:
            raise ValueError(f"group is an integer of at least 1, got {self.group!r}")
        values = {
            "strides": strides,
            "pads": _integers("pads", self.pads, least=0, count=2 * n, default=0),
            "output_padding": _integers(
                "output_padding", self.output_padding, least=0, count=n, default=0
            ),
            "dilations": _integers("dilations", self.dilations, least=1, count=n, default=1),
            "group": operator.index(self.group),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen once it is made
        for axis, extra in enumerate(self.output_padding):
            if extra >= max(strides[axis], self.dilations[axis]):
                raise ValueError(
                    f"output_padding[{axis}]={extra} must be below the axis's stride or its dilation "
                    f"({strides[axis]} and {self.dilations[axis]})"
                )

    @property
    def slug(self) -> str:
        """A folder name: ``strides2x2-pads1x1x1x1``; attributes that do nothing are left out."""
        return "-".join(
            name + ("x".join(map(str, value)) if isinstance(value, list) else str(value))
            for name, value in self._not_default().items()
        )

    @property
    def attributes(self) -> dict[str, Any]:
        """All attributes by their ONNX names, ready for JSON."""
        every = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in every.items()
        }

    def json(self) -> documents.Convention:
        """The convention for a program: in words, and all attributes."""
        return {
            "operation": "conv_transpose",
            "words": str(self),
            "attributes": self.attributes,
        }

    def __str__(self) -> str:
        return "conv_transpose " + " ".join(
            f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
            for name, value in self._not_default().items()
        )

    def output_size(self, input_size: Sequence[int], kernel_size: Sequence[int]) -> tuple[int, ...]:
        """The spatial size of the result.

        ``(n − 1)·stride + (kernel − 1)·dilation + 1 + output_padding − pad_begin − pad_end`` an axis.

        Args:
            input_size, kernel_size: in pixels, one an axis, at least 1.

        Raises:
            ValueError: the sizes do not fit the attributes, or nothing is left after the pads.
        """
        n = len(self.strides)
        sizes = _integers("input_size", input_size, least=1, count=n)
        kernels = _integers("kernel_size", kernel_size, least=1, count=n)
        result = tuple(
            (sizes[i] - 1) * self.strides[i]
            + (kernels[i] - 1) * self.dilations[i]
            + 1
            + self.output_padding[i]
            - self.pads[i]
            - self.pads[n + i]
            for i in range(n)
        )
        if min(result) < 1:
            raise ValueError(
                f"{self} leaves nothing of an input of size {sizes} with a kernel of size {kernels}: "
                f"the result would have size {result}"
            )
        return result

    def matrix(self, w: ArrayLike, input_size: Sequence[int]) -> NDArray[np.object_]:
        """The exact matrix of the operation: ``y.ravel() = M @ x.ravel()`` for one image.

        It is the transpose of the matrix of the convolution with the same attributes.

        Args:
            w: the weight, shape ``(c_in, c_out / group, *kernel_size)``: ONNX's and torch's layout.
            input_size: the spatial size of the input in pixels.

        Returns:
            ``Fraction``s, shape ``(c_out · Π output_size, c_in · Π input_size)``, both C-ordered.

        Raises:
            ValueError: the weight or the sizes do not fit the attributes.
        """
        weight, denominator = _exact.over_common_denominator(w)
        self._check_weight(weight)
        input_size = tuple(input_size)
        output_size = self.output_size(input_size, weight.shape[2:])
        matrix = convolution_matrix(self, weight, output_size, input_size).T
        return _exact.fractions(matrix, denominator)

    def apply(
        self, x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None, *, exact: bool = False
    ) -> AnyArray:
        """Run the operation, in exact arithmetic.

        Args:
            x: the input, shape ``(n, c_in, *input_size)``, finite numbers.
            w: the weight, shape ``(c_in, c_out / group, *kernel_size)``.
            b: the bias, shape ``(c_out,)``, or None.
            exact: return ``Fraction``s instead of float64.

        Returns:
            Shape ``(n, c_out, *output_size)``: float64, every value rounded once from the exact
            result, or an object array of ``Fraction``s.

        Raises:
            TypeError: the arrays are not real.
            ValueError: the shapes do not fit each other or the attributes, or a value is not finite.
        """
        image, x_denominator = _exact.over_common_denominator(x)
        weight, w_denominator = _exact.over_common_denominator(w)
        self._check_weight(weight)
        rank = 2 + len(self.strides)
        if image.ndim != rank or image.shape[1] != weight.shape[0]:
            raise ValueError(
                f"x has shape {image.shape}; with this weight it is (n, {weight.shape[0]}, "
                f"and {len(self.strides)} spatial axes)"
            )
        blocks_in, blocks_out = self._blocks(weight)
        output_size = self.output_size(image.shape[2:], weight.shape[2:])
        first, second = _exact.narrowed(image, weight, weight.size)
        shape = (len(image), self.group * weight.shape[1], *output_size)
        result: AnyArray = np.zeros(shape, first.dtype)
        for reads, kernel in convolution_reads(
            self, weight.shape[2:], output_size, image.shape[2:]
        ):
            inputs, outputs = zip(*reads, strict=True)
            for c_in, c_out in zip(blocks_in, blocks_out, strict=True):
                index: Any = (c_in, slice(None), *kernel)
                part = np.tensordot(first[:, c_in, *inputs], second[index], (1, 0))
                result[:, c_out, *outputs] += np.moveaxis(part, -1, 1)
        result = _as_int64(result)
        denominator = x_denominator * w_denominator
        if b is not None:
            bias, b_denominator = _exact.over_common_denominator(b)
            if bias.shape != (result.shape[1],):
                alone = ": one value is not broadcast" if bias.size == 1 else ""
                raise ValueError(
                    f"the bias has shape {bias.shape}, expected ({result.shape[1]},){alone}"
                )
            result = result.astype(object) * b_denominator
            result += (bias * denominator).reshape(-1, *(1,) * len(output_size))
            denominator *= b_denominator
        finish = _exact.fractions if exact else _exact.rounded
        return finish(result, denominator)

    def gradient(
        self, of: Gradient, x: ArrayLike, w: ArrayLike, g: ArrayLike, *, exact: bool = False
    ) -> AnyArray:
        """The gradient of ``Σ g · apply(x, w, b)``, in exact arithmetic.

        With respect to the input it is the convolution that is transposed, of ``g`` with ``w``; to the
        weight, at each tap the sum of the products of what the tap joins; to the bias, the sum of ``g``.

        Args:
            of: x, w or b.
            x, w: as in :meth:`apply`.
            g: the cotangent, of the shape of the result, ``(n, c_out, *output_size)``.
            exact: return ``Fraction``s instead of float64.

        Returns:
            The shape of what is differentiated by.

        Raises:
            TypeError: the arrays are not real.
            ValueError: the shapes do not fit each other or the attributes, or a value is not finite.
        """
        image, x_denominator = _exact.over_common_denominator(x)
        weight, w_denominator = _exact.over_common_denominator(w)
        cotangent, denominator = _exact.over_common_denominator(g)
        self._check_weight(weight)
        size = self.output_size(image.shape[2:], weight.shape[2:])
        shape = (image.shape[0], weight.shape[1] * self.group, *size)
        if cotangent.shape != shape:
            raise ValueError(f"the cotangent has shape {cotangent.shape}, expected {shape}")
        finish = _exact.fractions if exact else _exact.rounded
        spatial = tuple(range(2, image.ndim))
        if of == "b":
            return finish(np.asarray(cotangent.sum(axis=(0, *spatial)), object), denominator)
        other, terms = (weight, weight.size) if of == "x" else (image, cotangent.size)
        first, second = _exact.narrowed(cotangent, other, terms)
        result: AnyArray = np.zeros((image if of == "x" else weight).shape, first.dtype)
        for reads, kernel in convolution_reads(self, weight.shape[2:], size, image.shape[2:]):
            inputs, outputs = zip(*reads, strict=True)
            for c_in, c_out in zip(*self._blocks(weight), strict=True):
                joined = first[:, c_out, *outputs]
                index: Any = (c_in, slice(None), *kernel)
                if of == "x":
                    part = np.tensordot(joined, second[index], (1, 1))
                    result[:, c_in, *inputs] += np.moveaxis(part, -1, 1)
                else:
                    both = (0, *spatial)
                    result[index] += np.tensordot(second[:, c_in, *inputs], joined, (both, both))
        return finish(
            _as_int64(result), denominator * (w_denominator if of == "x" else x_denominator)
        )

    def _not_default(self) -> dict[str, Any]:
        defaults = ConvTranspose(strides=(1,) * len(self.strides)).attributes
        return {k: v for k, v in self.attributes.items() if k == "strides" or v != defaults[k]}

    def _check_weight(self, weight: NDArray[np.object_]) -> None:
        rank = 2 + len(self.strides)
        if weight.ndim != rank or 0 in weight.shape:
            raise ValueError(
                f"the weight has shape {weight.shape}; with {len(self.strides)} strides it has {rank} "
                "axes, none empty: (c_in, c_out / group, kernel size)"
            )
        if weight.shape[0] % self.group:
            raise ValueError(
                f"{weight.shape[0]} input channels do not divide into group={self.group}"
            )

    def _blocks(self, weight: NDArray[np.object_]) -> tuple[list[slice], list[slice]]:
        per_in, per_out = weight.shape[0] // self.group, weight.shape[1]
        return (
            [slice(g * per_in, (g + 1) * per_in) for g in range(self.group)],
            [slice(g * per_out, (g + 1) * per_out) for g in range(self.group)],
        )


def _as_int64(sums: AnyArray) -> AnyArray:
    """Integers that were summed in float64, as int64."""
    return sums.astype(np.int64) if sums.dtype == np.float64 else sums


def convolution_reads(
    conv: ConvTranspose, kernel_size: Sequence[int], n_from: Sequence[int], n_to: Sequence[int]
) -> Iterator[tuple[tuple[tuple[slice, slice], ...], tuple[int, ...]]]:
    """What the convolution that is transposed reads: output ``i`` reads input ``i·s + k·d − p`` at tap ``k``.

    Args:
        conv: the attributes.
        kernel_size: in taps, one an axis.
        n_from, n_to: the convolution's input and output size (the transposed one's output and input).

    Yields:
        For each tap that reads anything: the outputs and the inputs it joins, as a pair of slices
        an axis, and the tap's place in the kernel.
    """
    for kernel in itertools.product(*map(range, kernel_size)):
        axes = []
        for axis, k in enumerate(kernel):
            stride = conv.strides[axis]
            shift = k * conv.dilations[axis] - conv.pads[axis]
            first = max(0, -(shift // stride))
            last = min(n_to[axis] - 1, (n_from[axis] - 1 - shift) // stride)
            if first > last:
                break
            start = first * stride + shift
            stop = last * stride + shift + 1
            axes.append((slice(first, last + 1), slice(start, stop, stride)))
        else:
            yield tuple(axes), kernel


def convolution_matrix(
    conv: ConvTranspose, weight: NDArray[np.object_], n_from: Sequence[int], n_to: Sequence[int]
) -> NDArray[np.object_]:
    """The matrix of the convolution with these attributes, for one image.

    Args:
        conv: the attributes.
        weight: Python ints, shape ``(c_to, c_from / group, *kernel_size)``.
        n_from, n_to: the convolution's input and output size.

    Returns:
        Python ints, shape ``(c_to · Π n_to, c_from · Π n_from)``.
    """
    c_to, c_from = weight.shape[0], weight.shape[1] * conv.group
    to = np.arange(c_to * math.prod(n_to)).reshape(c_to, *n_to)
    source = np.arange(c_from * math.prod(n_from)).reshape(c_from, *n_from)
    matrix = np.zeros((to.size, source.size), object)
    for reads, kernel in convolution_reads(conv, weight.shape[2:], n_from, n_to):
        inputs, outputs = zip(*reads, strict=True)
        rows = to[:, *inputs].reshape(c_to, -1)
        columns = source[:, *outputs].reshape(c_from, -1)
        for c_in, c_out in zip(*conv._blocks(weight), strict=True):
            index: Any = (c_in, slice(None), *kernel)
            tap = weight[index]
            matrix[rows[c_in][:, None, :], columns[c_out][None, :, :]] += tap[:, :, None]
    return matrix


def conv_transpose_from(attributes: dict[str, Any]) -> ConvTranspose:
    """The convention of :attr:`ConvTranspose.attributes`.

    Raises:
        ValueError: an attribute is unknown or has a value it cannot take.
    """
    known = {field.name for field in dataclasses.fields(ConvTranspose)}
    unknown = sorted(set(attributes) - known)
    if unknown:
        raise ValueError(
            f"a conv_transpose convention has no attribute {unknown[0]!r}; "
            f"it takes {', '.join(sorted(known))}"
        )
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in attributes.items()
    }
    return ConvTranspose(**values)


def _integers(
    name: str,
    values: Sequence[int],
    *,
    least: int,
    count: int | None = None,
    default: int | None = None,
) -> tuple[int, ...]:
    try:
        entries = tuple(operator.index(value) for value in values)
    except TypeError:
        raise ValueError(f"{name} is a sequence of integers, got {values!r}") from None
    if not entries and count is not None and default is not None:
        return (default,) * count
    if count is not None and len(entries) != count:
        raise ValueError(f"{name} needs {count} entries, got {len(entries)}: {entries}")
    if entries and min(entries) < least:
        raise ValueError(f"{name} takes nothing below {least}, got {entries}")
    return entries
