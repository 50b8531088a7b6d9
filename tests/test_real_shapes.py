"""The shapes that networks run: channels, batches, ratios and sizes that enter other loops of a kernel."""

from dataclasses import replace

import numpy as np
import pytest

from halfpixel import frameworks
from halfpixel.conformance.cases import Case
from halfpixel.conformance.real_shapes import ShapeCase
from halfpixel.conformance.shape_trials import rule_at
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import FRAMEWORKS, Call, DType
from halfpixel.numerics.memory_layouts import LAYOUTS, lies_by_pixels


@pytest.mark.halfpixel("real_shapes")
def test_real_shape(call: Call, case: Case, dtype: str) -> Verdict:
    """Resizes, transposed convolutions and their gradients, compared with the reference as they run."""
    return judge(call, case, dtype)


@pytest.mark.sweep
@pytest.mark.halfpixel("swept_shapes")
def test_large_shape(call: Call, case: Case, dtype: str) -> Verdict:
    """480×640 to 224×224, 224² to 448², 1080×1920 to 640×640."""
    return judge(call, case, dtype)


# gradient, channels, layout: what takes another kernel than a forward pass in C order
OTHER_KERNELS = [(True, 1, ""), (False, 4, "pixels"), (False, 4, "fortran")]


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("gradient", "channels", "layout"), OTHER_KERNELS)
def test_another_kernel_has_a_coordinate_rule_of_its_own(
    gradient: bool, channels: int, layout: str, dtype: DType
) -> None:
    """docs/findings.md: 2 to 141 is one of the pairs at which torch's two kernels read different pixels."""
    framework = FRAMEWORKS["torch"]
    call = next(one for one in framework.calls if one.name == "interpolate-nearest-exact")
    if gradient:
        assert framework.gradient is not None
        call = framework.gradient.of(call)
    shape = (1, channels, 1, 2)
    entry = ShapeCase((), "drawn", shape, (1, 141), gradient=gradient, layout=layout)
    verdicts = []
    for one in (call, replace(call, other_rules=())):
        case = entry.case(call.latest, rule_at(one, dtype, entry), dtype)
        verdicts.append(judge(call, case.computed(), dtype).kind)
    assert verdicts == ["conforms", "changed"]


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
@pytest.mark.parametrize("layout", ["", *(name for name in LAYOUTS if name != "negative_strides")])
def test_an_array_lies_by_pixels_where_torch_says_channels_last(layout: str) -> None:
    torch = frameworks.load("torch")["torch"]
    for shape in (
        (2, 4, 3, 5),
        (1, 4, 1, 5),
        (1, 4, 5, 1),
        (2, 4, 1, 1),
        (2, 1, 3, 5),
        (2, 4, 1, 5),
    ):
        array = (LAYOUTS[layout].of if layout else np.asarray)(np.zeros(shape, np.float32))
        said = torch.from_numpy(array).is_contiguous(memory_format=torch.channels_last)
        assert lies_by_pixels(shape, layout) == said, shape


@pytest.mark.torch
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1)])
def test_torch_refuses_negative_strides_of_more_than_one_pixel(size: tuple[int, int]) -> None:
    call = next(one for one in FRAMEWORKS["torch"].calls if one.name == "interpolate-bilinear")
    entry = ShapeCase((), "drawn", (1, 1, *size), (3, 3), layout="negative_strides")
    case = entry.case(call.latest, None, "float32").computed()
    assert judge(call, case, "float32").kind == ("conforms" if size == (1, 1) else "unsupported")
