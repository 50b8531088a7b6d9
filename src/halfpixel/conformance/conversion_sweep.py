"""Every transposed convolution of small sizes, and what each framework's arguments can say of it.

Input sizes 1..8, kernels 1..6, strides 1..4, dilations 1..3, every padding and output_padding that is legal,
and the groups 1, 2 and as many as channels. What is stored is a count of plans: no framework runs for it.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator

from ..frameworks import windows as _padding
from ..frameworks.layer_plans import LAYER_TARGETS, Layer, Target, plan
from ..frameworks.windows import Window, WindowAxis
from ..operators import ConvTranspose
from . import goldens

INPUTS = range(1, 9)
KERNELS = range(1, 7)
STRIDES = range(1, 5)
DILATIONS = range(1, 4)

# group, channels
GROUPS = ((1, (2, 3)), (2, (4, 2)), (3, (3, 6)))

Source = Callable[[int, int], Iterator[tuple[Layer, tuple[int, ...]]]]


def from_torch(kernel: int, stride: int) -> Iterator[tuple[Layer, tuple[int, ...]]]:
    """Every layer that torch's arguments say with a kernel of one size and one stride; both axes alike.

    Yields:
        The layer, and the input sizes of 1..8 that leave something of it.
    """
    for dilation in DILATIONS:
        for window in _torch_windows(kernel, stride, dilation):
            yield from _layers(WindowAxis(kernel, stride, dilation, window))


def from_tensorflow(kernel: int, stride: int) -> Iterator[tuple[Layer, tuple[int, ...]]]:
    """Every layer that SAME, VALID and explicit padding within the kernel say, as :func:`from_torch`."""
    for dilation in DILATIONS:
        for window in _tensorflow_windows(kernel, stride, dilation):
            for layer, sizes in _layers(WindowAxis(kernel, stride, dilation, window)):
                if plan(layer, "tensorflow").exact:  # explicit padding goes with no groups
                    yield layer, sizes


SOURCES: dict[Target, Source] = {"torch": from_torch, "tensorflow": from_tensorflow}


def _torch_windows(kernel: int, stride: int, dilation: int) -> Iterator[Window]:
    largest = _full(WindowAxis(kernel, stride, dilation, Window(0, 0)), INPUTS[-1])
    for extra in range(max(stride, dilation)):
        for padding in range((largest + extra + 1) // 2):
            yield _padding.torch_window(padding, extra)


def _tensorflow_windows(kernel: int, stride: int, dilation: int) -> Iterator[Window]:
    extent = (kernel - 1) * dilation + 1
    windows = {_padding.same_window(excess) for excess in range(extent - stride, extent)}
    windows |= {Window(0, -extra) for extra in range(stride)}
    if dilation == 1:  # on a CPU explicit padding goes with no dilation
        ends = range(1 - stride, extent)
        windows |= {Window(begin, end) for begin in range(extent) for end in ends}
    return iter(sorted(windows, key=lambda window: (window.begin, window.end)))


def _full(axis: WindowAxis, n: int) -> int:
    return (n - 1) * axis.stride + axis.extent


def _layers(axis: WindowAxis) -> Iterator[tuple[Layer, tuple[int, ...]]]:
    left = tuple(n for n in INPUTS if _full(axis, n) > axis.window.begin + axis.window.end)
    for group, channels in GROUPS if left else ():
        convention: ConvTranspose = _padding.convention_of((axis, axis), group)
        yield (
            Layer(convention=convention, kernel=(axis.kernel, axis.kernel), channels=channels),
            left,
        )


@functools.cache
def totals() -> goldens.Page:
    """The golden of the sweep: how many configurations there are, and how each target says them."""
    rows = []
    for source, layers in SOURCES.items():
        counts: Counter[tuple[Target, bool]] = Counter()
        for kernel, stride in itertools.product(KERNELS, STRIDES):
            for layer, sizes in layers(kernel, stride):
                for target in LAYER_TARGETS:
                    counts[target, plan(layer, target).exact] += len(sizes)
        rows += [
            {
                "from": source,
                "to": target,
                "by_arguments": counts[target, True],
                "with_a_crop_or_zeros_in_the_weight": counts[target, False],
                "not_at_all": 0,
            }
            for target in LAYER_TARGETS
        ]
    lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    text = (
        "{\n"
        '  "sweep": "conv_transpose conversions",\n'
        '  "sizes": "inputs 1..8, kernels 1..6, strides 1..4, dilations 1..3, groups 1, 2 and depthwise",\n'
        f'  "conversions": [\n{lines}\n  ]\n}}\n'
    )
    return goldens.Page("sweeps/conv_transpose-conversions.json", text)
