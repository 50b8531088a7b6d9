"""The backward pass of every resize call multiplies by the transposed matrices of its convention."""

from dataclasses import replace

import numpy as np
import pytest

from halfpixel import frameworks
from halfpixel.conformance.cases import Case
from halfpixel.conformance.real_shapes import ShapeCase
from halfpixel.conformance.shape_trials import rule_at
from halfpixel.conformance.verdicts import Verdict, judge
from halfpixel.frameworks import Call, DType
from halfpixel.numerics.coordinates import coordinates
from halfpixel.operators import Resize
from halfpixel.operators.axis import Axis


@pytest.mark.halfpixel("resize_gradient")
def test_gradient(call: Call, case: Case, dtype: str) -> Verdict:
    return judge(call, case, dtype)


@pytest.mark.halfpixel("conv_transpose_gradient")
def test_conv_transpose_gradient(call: Call, case: Case, dtype: str) -> Verdict:
    """With respect to the input, the weight and the bias."""
    return judge(call, case, dtype)


NEAREST = Resize(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
EXACT = Resize(mode="nearest", nearest_mode="round_prefer_ceil")


@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize(
    ("mode", "convention", "dtype", "n_in", "size", "agree"),
    [
        ("nearest-exact", EXACT, "float32", 2, (1, 127), True),
        ("nearest-exact", EXACT, "float32", 2, (1, 141), False),
        ("nearest-exact", EXACT, "float64", 2, (140, 41), False),
        ("nearest", NEAREST, "float32", 2, (140, 82), True),
        ("nearest", NEAREST, "float64", 2, (140, 82), False),
        ("nearest", NEAREST, "float64", 3, (1, 141), False),
    ],
)
def test_torch_nearest_goes_back_in_float32_whatever_was_read(
    mode: str, convention: Resize, dtype: str, n_in: int, size: tuple[int, int], agree: bool
) -> None:
    """docs/findings.md: above height + width = 128 the two passes take kernels that round differently."""
    names = frameworks.load("torch")
    torch = names["torch"]
    x = torch.arange(n_in, dtype=getattr(torch, dtype)).reshape(1, 1, 1, n_in).requires_grad_()
    y = names["F"].interpolate(x, size=size, mode=mode)
    (gradient,) = torch.autograd.grad(y[0, 0, 0].sum(), x)
    read = np.bincount(y[0, 0, 0].detach().numpy().astype(int), minlength=n_in)
    places = coordinates(convention, Axis(n_in, size[1]), "float32")
    by_rule = convention.weights_at(places, n_in).sum(0).astype(int)
    assert gradient.flatten().tolist() == by_rule.tolist()
    assert (read.tolist() == by_rule.tolist()) == agree


@pytest.mark.sweep
@pytest.mark.torch
@pytest.mark.resize
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["interpolate-nearest", "interpolate-nearest-exact"])
def test_the_gradient_of_nearest_has_its_rule_at_every_size_pair(name: str, dtype: DType) -> None:
    """On both sides of 128 rows plus columns: n_in up to 60, n_out up to 160."""
    framework, names = frameworks.FRAMEWORKS["torch"], frameworks.load("torch")
    assert framework.gradient is not None
    call = framework.gradient.of(next(one for one in framework.calls if one.name == name))
    for n_in in range(1, 61):
        for n_out in range(1, 161):
            for rows in (1, 140):
                entry = ShapeCase((), "swept", (1, 1, 1, n_in), (rows, n_out), gradient=True)
                case = entry.case(call.latest, rule_at(call, dtype, entry), dtype)
                ones = replace(case, inputs={"x": np.ones_like(case.inputs["x"])})
                got = call(ones, dtype, names)[0, 0, 0]
                want = rows * ones.matrices(np.float64)[1].sum(axis=0)
                assert got.tolist() == want.tolist(), (n_in, n_out, rows)
