"""The same calls compiled, traced, converted: does the way of executing change the result?

Not part of a run that does not ask for it: ``pytest -m modes``, or ``make modes``.
"""

import numpy as np
import pytest

from halfpixel import frameworks
from halfpixel.conformance import trials
from halfpixel.conformance.cases import Case
from halfpixel.conformance.verdicts import Verdict, error_bound, judge
from halfpixel.frameworks import Call
from halfpixel.numerics.coordinates import coordinates
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis
from halfpixel.operators.resize import CoordinateTransformationMode


@pytest.mark.modes
@pytest.mark.halfpixel("modes")
def test_mode(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)


XLA = [
    ("half_pixel", (5, 9), 4, 3),
    ("asymmetric", (4, 12), 3, 2),
    ("align_corners", (4, 10), 3, 2),
]


@pytest.mark.modes
@pytest.mark.tensorflow
@pytest.mark.resize
@pytest.mark.parametrize(("grid", "sizes", "output", "read"), XLA)
def test_xla_bilinear_reads_the_pixel_after_where_its_two_starts_differ(
    grid: CoordinateTransformationMode, sizes: tuple[int, int], output: int, read: int
) -> None:
    """docs/findings.md: at whole-numbered places, the weights and the pixels are a pixel apart."""
    n_in, n_out = sizes
    tf = frameworks.load("tensorflow")["tf"]
    compiled = tf.function(tf.compat.v1.image.resize_bilinear, jit_compile=True)
    flags = {"align_corners": grid == "align_corners", "half_pixel_centers": grid == "half_pixel"}
    impulses = tf.constant(np.eye(n_in, dtype=np.float32)[:, None, :, None])
    got = compiled(impulses, (1, n_out), **flags).numpy()[:, 0, :, 0].T
    convention = Resize(mode="linear", coordinate_transformation_mode=grid)
    places = coordinates(convention, Axis(n_in, n_out), "two_starts")
    by_rule = convention.weights_at(places, n_in).astype(float)
    assert np.allclose(got, by_rule, 0, 1e-6)
    assert got[output].argmax() == read
    exact = convention.weights(n_in, n_out).astype(float)
    assert exact[output].argmax() == read - 1
    assert exact[output].max() == 1


@pytest.mark.modes
@pytest.mark.tensorflow
@pytest.mark.resize
@pytest.mark.parametrize("name", ["4x5-7x9-texture", "9x7-5x4-texture"])
def test_xla_returns_a_float32_gradient_of_bilinear_by_the_name_of_float64(name: str) -> None:
    """docs/findings.md: half of what the result should hold; the other half is what memory held."""
    names = frameworks.load("tensorflow")
    case = trials.gradient_golden(Resize(mode="linear"), None, name)
    (call,) = (c for c in trials.calls("resize") if c.id == "tensorflow-image.resize-bilinear")
    (xla,) = (mode for _, mode in trials.modes() if mode.name == "xla")
    gradient = frameworks.FRAMEWORKS["tensorflow"].gradient
    assert gradient is not None
    compiled = gradient.within(xla).of(xla.of(call, Resize(mode="linear")))
    got = compiled(case, "float64", names)
    assert got.dtype == np.float64
    layout = got.transpose(0, 2, 3, 1)  # as TensorFlow has it
    held = np.frombuffer(layout.tobytes(), np.float32)[: got.size]
    as_meant = held.reshape(layout.shape).transpose(0, 3, 1, 2)
    bound = error_bound(case, call.arithmetic["float32"])
    assert (abs(as_meant - case.expected) <= bound).all()
    assert not (abs(got - case.expected) <= bound).all()


@pytest.mark.modes
@pytest.mark.torch
@pytest.mark.resize
def test_compiled_nearest_keeps_to_float32_where_the_kernel_leaves_it() -> None:
    """docs/findings.md: above height + width = 128, torch.compile reads another pixel than it replaces."""
    names = frameworks.load("torch")
    torch, interpolate = names["torch"], names["F"].interpolate
    torch._dynamo.reset()
    x = torch.arange(2.0).reshape(1, 1, 1, 2)
    flags = {"size": (1, 141), "mode": "nearest-exact"}
    compiled = torch.compile(interpolate, fullgraph=True, dynamic=False)(x, **flags)
    convention = Resize(mode="nearest", nearest_mode="round_prefer_ceil")
    by_rule = convention.weights_at(coordinates(convention, Axis(2, 141), "float32"), 2) @ [0, 1]
    assert compiled[0, 0, 0].tolist() == by_rule.astype(float).tolist()
    assert np.flatnonzero((compiled != interpolate(x, **flags)).numpy()).tolist() == [70]
