"""Transposed convolutions: stride, kernel, window, dilation and groups, read off single pixels.

A pixel at (r, c) puts its kernel at ``r · stride − pad`` and ``c · stride − pad``, taps ``dilation`` apart:
the pictures of two neighbours say the stride, that of one the rest. What was read is then held to the
reference on whole images of several sizes, exactly where every partial sum is representable.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .. import documents
from ..arrays import AnyArray
from ..frameworks import layer_plans
from ..frameworks.layer_plans import Layer
from ..numerics.error_model import UNIT_ROUNDOFF
from ..operators import ConvTranspose
from ..operators.conv_transpose import convolution_reads
from .adapter import (
    Layout,
    NoImage,
    NoSuchArray,
    Signature,
    Size,
    from_layout,
    kinds_here,
    made,
    to_layout,
    to_numpy,
)
from .deadline import Deadline
from .problem import Unidentifiable, last_line

ONNX_WEIGHT, TENSORFLOW_WEIGHT = "(in, out / groups, kh, kw)", "(kh, kw, out, in)"
CONVOLUTION_WEIGHT = (
    "(kh, kw, in, out)"  # as of TensorFlow's convolutions, and Flax's ConvTranspose
)
_WEIGHTS: Mapping[str, Callable[[AnyArray], AnyArray]] = {
    ONNX_WEIGHT: lambda w: w,
    TENSORFLOW_WEIGHT: lambda w: np.ascontiguousarray(w.transpose(2, 3, 1, 0)),
    CONVOLUTION_WEIGHT: lambda w: np.ascontiguousarray(w.transpose(2, 3, 0, 1)),
}
_LAYOUTS: tuple[Layout, ...] = ("NCHW", "NHWC", "CHW", "HWC", "HW")
# no two numbers alike, so that no layout is taken for another; then what a function may insist on
_WEIGHT_SHAPES = (
    (4, 2, 5, 3),
    (4, 2, 3, 3),
    (4, 2, 4, 4),
    (4, 2, 2, 2),
    (1, 1, 5, 3),
    (1, 1, 3, 3),
)
_CHANNELS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
_SIZE, _MIDDLE = (11, 10), (5, 5)
_CHECKED = ((11, 10), (3, 4), (1, 1), (2, 5))
# and one image of so many values, as large as real ones are: a function may leave small ones as they are
_VALUES = 2**17


@dataclass
class Operator:
    """A function of an image and perhaps a weight, and how it is called: (N, C, H, W) in and out."""

    fn: Callable[..., object]
    layout: Layout
    kind: str
    channels: int
    weight_layout: str | None = None
    weight_shape: tuple[int, ...] = ()
    deadline: Deadline = field(default_factory=Deadline, repr=False)

    def __call__(self, x: AnyArray, w: AnyArray | None) -> AnyArray:
        self.deadline.check()
        args = [made(self.kind, to_layout(x.astype(np.float32), self.layout))]
        if w is not None and self.weight_layout is not None:
            args.append(made(self.kind, _WEIGHTS[self.weight_layout](w.astype(np.float32))))
        result = to_numpy(self.fn(*args))
        if result.ndim != len(self.layout):
            raise NoImage(f"it returned shape {result.shape} for an image in {self.layout}")
        return from_layout(result, self.layout).astype(np.float64)


@dataclass(frozen=True)
class ConvTransposeIdentification:
    """What a transposed convolution computes.

    ``str`` of it is for people, :meth:`json` for programs.

    Attributes:
        operator: the function, and how it is called.
        layer: strides, window, dilations, groups, kernel and channels; None if it is none.
        flipped: the kernel is turned by 180 degrees before it is used.
        error: the largest error of all images that it was held to.
        diagnosis: why it is none.
    """

    operator: Operator
    layer: Layer | None = None
    flipped: bool = False
    error: float = 0.0
    diagnosis: tuple[str, ...] = ()

    @property
    def checked(self) -> tuple[Size, ...]:
        """The sizes of the images that it was held to."""
        rows = math.isqrt(_VALUES // self.operator.channels)
        return (*_CHECKED, (rows, rows + 1))

    @property
    def named(self) -> bool:
        """Whether every image came out as the reference has it."""
        return self.layer is not None and not self.diagnosis

    @property
    def convention(self) -> ConvTranspose | None:
        """What it follows; None if it is no transposed convolution."""
        return self.layer.convention if self.layer is not None and self.named else None

    @property
    def same_as(self) -> tuple[tuple[str, str], ...]:
        """Framework and code of the calls whose arguments say the same."""
        if self.layer is None or not self.named or self.flipped:
            return ()
        calls = []
        for target in layer_plans.LAYER_TARGETS:
            plan = layer_plans.plan(self.layer, target)
            if plan.exact:
                calls.append((target, layer_plans.code(self.layer, target, self._source)))
        return tuple(calls)

    @property
    def _source(self) -> layer_plans.Target:
        return "tensorflow" if self.operator.weight_layout == TENSORFLOW_WEIGHT else "torch"

    def json(self) -> documents.Identification:
        """The same for a program."""
        layer = self.layer if self.named else None
        return {
            "schema": documents.SCHEMA,
            "operation": "conv_transpose",
            "named": self.named,
            "convention": layer.convention.json() if layer else None,
            "coordinate_rule": None,
            "max_error": self.error if layer else None,
            "max_error_ulp": None,
            "share_of_error_bound": None,
            "regimes": [],
            "sizes": [],
            "known_bug": None,
            "per_axis": False,
            "same_as": [
                {
                    "call": {"framework": framework, "id": None, "releases": ""},
                    "code": code,
                    "when": "every size",
                    "coordinate_rule": None,
                    "known_bug": None,
                }
                for framework, code in self.same_as
            ],
            "same_but_for_coordinates": [],
            "nearest": None,
            "undecided": False,
            "diagnosis": list(self.diagnosis),
            "measured": None,
            "dtypes": [],
            "stages": None,
            "called": self._called,
            "takes": self.operator.kind,
            "layout": self.operator.layout,
            "layouts": [self.operator.layout],
            "size_order": None,
            "output_size": None,
            "scales": None,
            "own_factors": None,
            "changes_input": False,
            "probes": 0,
            "refused": [],
            "kernel_size": list(layer.kernel) if layer else None,
            "channels": list(layer.channels) if layer else None,
            "bias": layer.bias if layer else None,
            "weight_layout": self.operator.weight_layout,
            "kernel_flipped": self.flipped,
        }

    @property
    def _called(self) -> str:
        return "fn(x)" if self.operator.weight_layout is None else "fn(x, w)"

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None) -> str:
        """The answer for people; it has no table that must fit into a number of columns."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.layer is None or not self.named:
            yield "none: it is no transposed convolution that attributes can say"
            yield from (f"  {line}" for line in self.diagnosis)
        else:
            kernel, (c_in, c_out) = "x".join(map(str, self.layer.kernel)), self.layer.channels
            bias = "with a bias" if self.layer.bias else "without a bias"
            yield f"{self.layer.convention}"
            yield f"  kernel {kernel}, {c_in} channels to {c_out}, {bias}"
            how = "exactly" if self.error == 0 else f"within {self.error:.2g} (rounding),"
            yield f"  {how} on images of {', '.join(f'{h}x{w}' for h, w in self.checked)}"
            if self.operator.weight_layout is not None:
                flipped = f", {_ROTATED}" if self.flipped else ""
                yield f"  the weight is {self.operator.weight_layout}{flipped}"
            if self.same_as:
                yield "the same as"
            for framework, code in self.same_as:
                shown = next(line for line in code.splitlines() if line.startswith(_CALLS))
                yield f"  {framework:<12}{shown}"
            if self.same_as:
                yield "  with the weight turned as --format json shows it"
        yield f"called as {self._called} with x {self.operator.layout}, {self.operator.kind}"


_ROTATED = "the kernel is rotated by 180 degrees: it correlates where others convolve"
# how the line of an answer's code begins that says the arguments
_CALLS = ("y = F.", "y = tf.nn.conv", "y = jax.lax.conv", "layer = ", "node = ")


class _Not(Exception):
    """It is no transposed convolution: why, in words."""


def identify_transposed(
    fn: Callable[..., object], layout: Layout | None, deadline: Deadline | None = None
) -> ConvTransposeIdentification:
    """What a function computes, as a transposed convolution.

    Args:
        fn: takes an image, and perhaps a weight.
        layout: of the image; found if it is None.
        deadline: until when it may be called; by default for ever.

    Raises:
        Unidentifiable: it raises whatever it is given.
        OutOfTime: the deadline is over.
    """
    operator = _operator(fn, (layout,) if layout else _LAYOUTS, deadline or Deadline())
    try:
        layer, flipped = _measured(operator)
        return _checked(operator, layer, flipped)
    except _Not as why:
        return ConvTransposeIdentification(operator, diagnosis=tuple(map(str, why.args)))


def _operator(
    fn: Callable[..., object], layouts: tuple[Layout, ...], deadline: Deadline
) -> Operator:
    required = Signature.of(fn).required
    last = ""
    for kind, layout in itertools.product(kinds_here(), layouts):
        for operator in _operators(fn, layout, kind, required):
            operator.deadline = deadline
            try:
                y = operator(np.ones((1, operator.channels, *_SIZE)), _weight(operator))
            except NoSuchArray:
                continue
            except NoImage as answer:
                last = str(answer)
                continue
            except (Exception, SystemExit) as error:  # whatever it raises is its answer
                last = last_line(error)
                continue
            if y.shape[0] == 1 and min(y.shape) > 0:
                return operator
    raise Unidentifiable(
        f"the function makes no image of what it is given, at last: {last}\n"
        f"tried: fn(x), fn(x, w) with w {' and '.join(_WEIGHTS)}; layouts {', '.join(layouts)}; "
        f"{', '.join(kinds_here())}"
    )


def _operators(
    fn: Callable[..., object], layout: Layout, kind: str, required: int | None
) -> Iterator[Operator]:
    if required != 1:
        for shape, weight_layout in itertools.product(_WEIGHT_SHAPES, _WEIGHTS):
            if "C" in layout or shape[0] == 1:
                yield Operator(fn, layout, kind, shape[0], weight_layout, shape)
    if required in (1, None):
        for channels in _CHANNELS if "C" in layout else (1,):
            yield Operator(fn, layout, kind, channels)


def _weight(operator: Operator) -> AnyArray | None:
    """No two of its values alike, none of them 0; None where the function has its own."""
    if operator.weight_layout is None:
        return None
    return np.arange(1, math.prod(operator.weight_shape) + 1).reshape(operator.weight_shape)


# ---------------------------------------------------------------------------- reading pictures


def _measured(operator: Operator) -> tuple[Layer, bool]:
    w = _weight(operator)
    zero = operator(np.zeros((1, operator.channels, *_SIZE)), w)
    if not np.array_equal(zero, operator(np.zeros((1, operator.channels, *_SIZE)), w)):
        raise _Not("not deterministic: two calls on one image differ")
    if np.ptp(zero, axis=(2, 3)).any():
        raise _Not("of an image of zeros it does not make a constant for each channel")

    def picture(channel: int, row: int, column: int) -> AnyArray:
        x = np.zeros((1, operator.channels, *_SIZE))
        x[0, channel, row, column] = 1.0
        return np.asarray((operator(x, w) - zero)[0])

    (row, column), pictures = _MIDDLE, []
    for channel in range(operator.channels):
        pictures.append(picture(channel, row, column))
    whole = np.stack(pictures)  # (in, out, h, w)
    if not whole.any():
        raise _Not("a pixel in the middle of an image shows nowhere")
    neighbours = (picture(0, row + 1, column), picture(0, row, column + 1))
    strides = tuple(_stride(whole[0], other, axis) for axis, other in enumerate(neighbours))
    flipped = False
    if w is None:
        spans = [_span(whole, axis) for axis in (0, 1)]
    else:
        spans, flipped = _spans_of(whole, w)
    pads, ends, extra = [], [], []
    for axis, (first, last, _) in enumerate(spans):
        begin = _MIDDLE[axis] * strides[axis] - first
        # what would be there without any cut, less what is
        end = (_SIZE[axis] - 1) * strides[axis] + (last - first) + 1 - begin - whole.shape[2 + axis]
        if begin < 0:
            raise _Not(f"it has {-begin} pixels more before the first than its kernel reaches")
        pads.append(begin)
        ends.append(max(end, 0))
        extra.append(max(-end, 0))
    dilations = tuple(dilation for _, _, dilation in spans)
    kernel = tuple((last - first) // dilation + 1 for first, last, dilation in spans)
    group = _group(whole)
    try:
        convention = ConvTranspose(
            strides=strides,
            pads=(*pads, *ends),
            output_padding=tuple(extra),
            dilations=dilations,
            group=group,
        )
    except ValueError as error:
        raise _Not(f"its window is none that attributes can say: {error}") from error
    channels = whole.shape[0], whole.shape[1]
    bias = bool(zero.any())
    layer = Layer(
        convention=convention, kernel=(kernel[0], kernel[1]), channels=channels, bias=bias
    )
    return layer, flipped


def _stride(picture: AnyArray, neighbour: AnyArray, axis: int) -> int:
    """How far a pixel's picture moves as the pixel moves by one."""
    starts = [np.flatnonzero(p.any(axis=(0, 2 - axis)))[:1] for p in (picture, neighbour)]
    if not all(start.size for start in starts):
        raise _Not("the first channel shows nowhere")
    step = int(starts[1][0] - starts[0][0])
    n = picture.shape[1 + axis]
    if step < 1:
        raise _Not("the picture of a pixel does not move on as the pixel does: it is no stride")
    moved = np.take(picture, range(n - step), 1 + axis)
    if not np.array_equal(moved, np.take(neighbour, range(step, n), 1 + axis)):
        raise _Not("two neighbours have other pictures: their kernels are not the same")
    return step


def _span(whole: AnyArray, axis: int) -> tuple[int, int, int]:
    """The first and the last place of a kernel, and how far its taps are apart."""
    places = np.flatnonzero(whole.any(axis=(0, 1, 3 - axis)))
    first, last = int(places[0]), int(places[-1])
    if len(places) == 1:
        return first, last, 1
    return first, last, int(np.gcd.reduce(np.diff(places)))


def _spans_of(whole: AnyArray, w: AnyArray) -> tuple[list[tuple[int, int, int]], bool]:
    """The same for a kernel that is known, and whether it is turned."""
    spans = []
    turns = []
    for axis in (0, 1):
        lines = np.moveaxis(w, 2 + axis, 0)
        at = [
            int(np.flatnonzero(np.isin(whole, line).any(axis=(0, 1, 3 - axis)))[0])
            for line in lines
        ]
        steps = np.diff(at)
        if len(steps) and (not steps.all() or np.ptp(steps)):
            raise _Not("the weight's values come out in another order than a kernel has")
        step = int(steps[0]) if len(steps) else 1
        turns.append(step < 0)
        spans.append((min(at), max(at), abs(step)))
    if turns[0] != turns[1] and all(n > 1 for n in w.shape[2:]):
        raise _Not("the kernel is mirrored along one axis only")
    return spans, any(turns)


def _group(whole: AnyArray) -> int:
    """The most blocks on the diagonal of what input channels show in which output channels."""
    shows = whole.any(axis=(2, 3))
    c_in, c_out = shows.shape
    most = math.gcd(c_in, c_out)
    for group in (g for g in range(most, 1, -1) if most % g == 0):
        blocks = np.kron(np.eye(group, dtype=bool), np.ones((c_in // group, c_out // group), bool))
        if not (shows & ~blocks).any():
            return group
    return 1


# ---------------------------------------------------------------------------- the check


def _checked(operator: Operator, layer: Layer, flipped: bool) -> ConvTransposeIdentification:
    """Hold what was read to whole images."""
    given = _weight(operator)
    w, bias = _own_weight(operator, layer, given, flipped)
    worst, identification = 0.0, ConvTransposeIdentification(operator, layer, flipped)
    for number, size in enumerate(identification.checked):
        total = operator.channels * size[0] * size[1]
        # whole numbers below 8, in no order
        x = ((np.arange(total) * 37 + 11 * number) % 15 - 7.0).reshape(1, operator.channels, *size)
        try:
            got = operator(x, given)
        except Exception as error:  # whatever it raises is its answer
            raise _Not(
                f"an image of {size[0]}x{size[1]} makes it raise {last_line(error)}"
            ) from error
        if got.shape[2:] != _size(layer, size):
            returned, due = (
                "x".join(map(str, got.shape[2:])),
                "x".join(map(str, _size(layer, size))),
            )
            raise _Not(f"of {size[0]}x{size[1]} pixels it makes {returned}, not {due}")
        want = _applied(layer, x, w) + bias[:, None, None]
        terms = layer.kernel[0] * layer.kernel[1] * layer.channels[0] + 1
        u = UNIT_ROUNDOFF["float32"]
        sums = _applied(layer, abs(x), abs(w)) + abs(bias)[:, None, None]
        exact = given is not None and float(np.max(sums)) <= 1 / u
        bound = 0 * sums if exact else terms * u / (1 - terms * u) * sums
        off = abs(got - want)
        if not np.all(off <= bound):
            raise _Not(
                f"an image of {size[0]}x{size[1]} comes out up to {float(np.max(off)):.3g} beside "
                f"{layer.convention}, which single pixels seem to follow"
            )
        worst = max(worst, float(np.max(off)))
    return replace(identification, error=worst)


def _size(layer: Layer, size: tuple[int, int]) -> tuple[int, ...]:
    return layer.convention.output_size(size, layer.kernel)


def _own_weight(
    operator: Operator, layer: Layer, given: AnyArray | None, flipped: bool
) -> tuple[AnyArray, AnyArray]:
    """The weight as ONNX has it, and the bias: given, or as the pictures show them."""
    zeros = np.zeros((1, operator.channels, *_SIZE))
    zero = operator(zeros, given)[0]
    bias = zero[:, 0, 0]
    if given is not None:
        turned = given[:, :, ::-1, ::-1] if flipped else given
        return turned.astype(np.float64), bias
    c, per_in = layer.convention, layer.channels[0] // layer.convention.group
    per_out = layer.channels[1] // c.group
    w = np.zeros((layer.channels[0], per_out, *layer.kernel))
    at = [
        slice(m * s - p, m * s - p + (k - 1) * d + 1, d)
        for m, s, p, k, d in zip(
            _MIDDLE, c.strides, c.pads[:2], layer.kernel, c.dilations, strict=True
        )
    ]
    for channel in range(layer.channels[0]):
        x = zeros.copy()
        x[0, channel, *_MIDDLE] = 1.0
        block = channel // per_in * per_out
        w[channel] = (operator(x, given)[0] - zero)[block : block + per_out, at[0], at[1]]
    return w, bias


def _applied(layer: Layer, x: AnyArray, w: AnyArray) -> AnyArray:
    """The transposed convolution in float64, whose roundoff no bound of float32 notices."""
    c = layer.convention
    size = c.output_size(x.shape[2:], layer.kernel)
    y = np.zeros((1, layer.channels[1], *size))
    per_in, per_out = layer.channels[0] // c.group, layer.channels[1] // c.group
    for reads, kernel in convolution_reads(c, layer.kernel, size, x.shape[2:]):
        inputs, outputs = zip(*reads, strict=True)
        for g in range(c.group):
            ins, outs = slice(g * per_in, (g + 1) * per_in), slice(g * per_out, (g + 1) * per_out)
            tap = w[ins, :, kernel[0], kernel[1]]
            part = np.tensordot(x[0][ins, *inputs], tap, (0, 0))
            y[0][outs, *outputs] += np.moveaxis(part, -1, 0)
    return y
