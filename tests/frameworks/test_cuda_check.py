"""The script behind `make cuda-check`, with the CPU standing in for a CUDA device."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from bench import cuda_check

from halfpixel import Resize, frameworks
from halfpixel.conformance.trials import Trial
from halfpixel.operators.request import Request

TOP = Path(__file__).parents[2]
FEW = (
    "torch-interpolate-bilinear-float32-2x2-8x8-worked_example",
    "torch-interpolate-bilinear-float16-3x125-6x126-",
    "torch-interpolate-nearest-1d-float32-",
    "torch-grid_sample-bilinear-border-float64-9x7-5x4-texture",
    "torch-conv_transpose2d-float32-",
    "torch-interpolate-bicubic-float32-40x40-10x10-2x4-a_quarter",
)

pytestmark = pytest.mark.torch


def few(trial: Trial) -> bool:
    return trial.id.startswith(FEW)


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script has two trials."""
    some = [one for one in cuda_check.trials() if one[1].id.startswith(FEW[:2])]
    monkeypatch.setattr(cuda_check, "trials", lambda: iter(some))


def test_without_a_device_it_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch = frameworks.load("torch")["torch"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert cuda_check.main([]) == 2
    said = f"cuda-check: no CUDA device: torch {torch.__version__} finds none\n"
    assert capsys.readouterr().out == said


def test_the_calls_are_as_declared_where_they_are_declared() -> None:
    found, left = cuda_check.check("cpu", few)
    assert not left
    assert {one.kind for one in found} == {"conforms"}
    assert {(one.name, one.dtype) for one in found} >= {
        ("interpolate-bilinear", "float32"),
        ("interpolate-bilinear", "float16"),
        ("interpolate-nearest-1d", "float32"),
        ("grid_sample-bilinear-border", "float64"),
        ("conv_transpose2d", "float32"),
    }
    assert any(one.case.endswith("a_quarter") for one in found)


def test_what_a_call_makes_and_is_given_is_on_the_device() -> None:
    places: list[str] = []

    @contextlib.contextmanager
    def device(name: str) -> Iterator[None]:
        places.append(f"within {name}")
        yield

    tensor = SimpleNamespace(to=lambda name: places.append(f"to {name}"))
    torch = SimpleNamespace(from_numpy=lambda values: tensor, device=device)

    def run(names: Any, said: Any, inputs: Any) -> Any:
        names["torch"].from_numpy(inputs["x"])
        return str(said)

    call = next(c for c in frameworks.FRAMEWORKS["torch"].calls if c.name == "interpolate-bilinear")
    there = cuda_check.on("cuda:1", replace(call, run=run))
    request = Request(Resize(mode="linear"), (1, 1, 2, 2), (4, 4))
    said = there.run({"torch": torch}, there.expression_of(request), {"x": np.zeros(1)})
    assert places == ["within cuda:1", "to cuda:1"]
    assert str(said).startswith("cpu(F.interpolate(x, ")


@pytest.mark.sweep  # that device imports as much again
@pytest.mark.usefixtures("two")
def test_the_tensors_are_on_the_device() -> None:
    """Those of the device "meta" have no values: none can come back."""
    found, _ = cuda_check.check("meta")
    assert len(found) == 2
    assert {one.kind for one in found} == {"changed"}
    assert all("meta" in one.reason for one in found)


@pytest.mark.usefixtures("two")
def test_a_wrong_kernel_is_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cuda_check.main(["--device", "cpu"]) == 0
    assert "2 cases in " in capsys.readouterr().out
    functions = frameworks.load("torch")["F"]
    right = functions.interpolate
    monkeypatch.setattr(functions, "interpolate", lambda *args, **flags: 2 * right(*args, **flags))
    assert cuda_check.main(["--device", "cpu"]) == 1
    out = capsys.readouterr().out
    assert "torch interpolate-bilinear: 2 of 2 cases changed" in out


@pytest.mark.usefixtures("two")
def test_what_is_left_at_the_end_of_the_time_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cuda_check.check("cpu", limit=-1) == ([], 2)
    monkeypatch.setattr(cuda_check, "check", lambda device: ([], 2))
    assert cuda_check.main(["--device", "cpu"]) == 1
    assert "2 cases were not run" in capsys.readouterr().out


ALONE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("packaging", "pytest", "scipy", "onnx", "PIL", "cv2"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from bench import cuda_check
some = [one for one in cuda_check.trials() if one[1].id.startswith({few!r})]
cuda_check.trials = lambda: iter(some)
raise SystemExit(cuda_check.main(["--device", "cpu"]))
"""


@pytest.mark.sweep  # it imports torch again
def test_it_needs_torch_numpy_and_the_source_tree_alone() -> None:
    result = subprocess.run(
        [sys.executable, "-c", ALONE.format(few=FEW)],
        cwd=TOP,
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(autouse=True)
def _tf32() -> Iterator[None]:
    """The script turns TF32 off, for the process."""
    torch = frameworks.load("torch")["torch"]
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before
