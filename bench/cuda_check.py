"""torch's resize calls, grid_sample and transposed convolutions on a CUDA device against the exact reference.

``make cuda-check``, or without a virtual environment ``PYTHONPATH=src python -m bench.cuda_check``: it needs
torch, NumPy and the source tree alone. It takes less than five minutes, prints a table, and ends with status
0 if every call is as declared, 1 if one is not, and 2 without a device. Transposed convolutions do not use
TF32, whose products have 11 bits.

The error bounds are those of torch's CPU kernels, whose arithmetic the calls declare: what CUDA's kernels
compute otherwise is listed, and judged by whoever reads the table.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    importlib.import_module("packaging")
except ModuleNotFoundError:  # halfpixel reads ranges of releases with it: pip has a copy
    for _name in ("packaging", "packaging.specifiers", "packaging.version"):
        sys.modules[_name] = importlib.import_module(f"pip._vendor.{_name}")

from halfpixel.conformance.suites import SUITES
from halfpixel.conformance.trials import Trial
from halfpixel.frameworks import FRAMEWORKS, Call, FrameworkError, load, release, version
from halfpixel.frameworks.call import Expression, Name, Names
from halfpixel.operators.request import Request
from halfpixel.report.causes import call_lines, causes_of
from halfpixel.report.terminal import Outcome, outcome, table

DECLARED, CHANGED, NO_DEVICE = 0, 1, 2  # exit statuses
LIMIT = 270.0  # seconds, after which what is left is counted and not run
_SUITES = ("resize", "conv_transpose", "real_shapes")
_DTYPES = ("float32", "float64", "float16")


class TorchOn:
    """torch, whose tensors of NumPy arrays are on a device."""

    def __init__(self, torch: Any, device: str) -> None:
        self._torch, self._device = torch, device

    def __getattr__(self, name: str) -> Any:
        return getattr(self._torch, name)

    def from_numpy(self, values: NDArray[Any]) -> Any:
        """A tensor of the values, on the device."""
        return self._torch.from_numpy(values).to(self._device)


def on(device: str, call: Call) -> Call:
    """A call whose tensors are on a device, and whose result is brought back."""

    def expression(request: Request) -> Expression | None:
        said = call.expression(request)
        return None if said is None else Expression(Name("cpu"), (said,))

    def run(names: Names, said: Expression, inputs: dict[str, NDArray[Any]]) -> NDArray[Any]:
        torch = names["torch"]
        there = {"torch": TorchOn(torch, device), "cpu": lambda tensor: tensor.cpu()}
        with torch.device(device):  # of the tensors that a call makes itself, such as a grid
            return call.run({**names, **there}, said, inputs)

    return replace(call, expression=expression, run=run)


def is_function(call: Call, request: Request) -> bool:
    """Whether a call is a function of tensors: a layer's weights are not moved here."""
    said = call.expression(request)
    return said is not None and isinstance(said.function, Name)


def trials() -> Iterator[tuple[str, Trial]]:
    """The trials of torch's calls, by suite, but for gradients and other dtypes."""
    own = {call.id for call in FRAMEWORKS["torch"].calls}
    for suite in _SUITES:
        found = SUITES[suite].trials(lambda name: release(name) if name == "torch" else None)
        for trial in found:
            if trial.call.id in own and trial.dtype in _DTYPES:
                yield suite, trial


def check(
    device: str, chosen: Callable[[Trial], bool] = lambda trial: True, limit: float = LIMIT
) -> tuple[list[Outcome], int]:
    """Run the trials on a device.

    Args:
        device: as torch has it: ``cuda``, ``cuda:1``, ``cpu``.
        chosen: which trials run.
        limit: seconds after which no other begins.

    Returns:
        What came of them, and how many were left.
    """
    end, found, left = time.monotonic() + limit, [], 0
    for suite, trial in trials():
        if not chosen(trial):
            continue
        if time.monotonic() > end:
            left += 1
            continue
        case = trial.case()
        if is_function(trial.call, case.request):
            verdict = SUITES[suite].judge(on(device, trial.call), case, trial.dtype)
            found.append(outcome(verdict))
    return found, left


def absent(device: str) -> str:
    """Why a device cannot be used, in a line; empty where it can."""
    if version("torch") is None:
        return "torch is not installed"
    try:
        torch = load("torch")["torch"]
    except FrameworkError as error:
        return str(error)
    if not device.startswith("cuda"):
        return ""
    if not torch.cuda.is_available():
        return f"no CUDA device: torch {torch.__version__} finds none"
    try:
        torch.zeros(1, device=device)
    except RuntimeError as error:
        return f"{device}: {str(error).splitlines()[0]}"
    return ""


def described(torch: Any, device: str) -> str:
    """The device in words."""
    if not device.startswith("cuda"):
        return f"{device}, standing in for a CUDA device"
    name, cudnn = torch.cuda.get_device_name(device), torch.backends.cudnn.version()
    return f"{name}, CUDA {torch.version.cuda}, cuDNN {cudnn}"


def main(arguments: list[str] | None = None) -> int:
    """Check a device, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="cuda_check", description="torch on a CUDA device")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1; cpu stands in for one")
    device = parser.parse_args(arguments).device
    if why := absent(device):
        print(f"cuda-check: {why}")
        return NO_DEVICE
    torch = load("torch")["torch"]
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    start = time.monotonic()
    with np.errstate(all="ignore"):
        found, left = check(device)
    print(f"torch {torch.__version__} on {described(torch, device)}")
    for line in table(found, {"torch": version("torch")}):
        print(line)
    counts: dict[tuple[str, str], int] = {}
    for one in found:
        counts[one.framework, one.name] = counts.get((one.framework, one.name), 0) + 1
    causes = causes_of(found)
    for line in call_lines(causes, counts):
        print(line)
    print(f"{len(found):,} cases in {time.monotonic() - start:.0f} s")
    if left:
        print(f"{left:,} cases were not run: {LIMIT:.0f} s were over")
    return CHANGED if causes or left or not found else DECLARED


if __name__ == "__main__":
    sys.exit(main())
