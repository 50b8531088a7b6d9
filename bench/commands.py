"""What whole programs cost beside the bare imports that they need: ``make bench``.

One trial by its name, the collection of a suite, ``import halfpixel``, and the commands convert, identify
and upgrade, each beside a program that imports the same and does nothing else. They run in turn.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Cost, Figure, cost, figure, in_turn, keep, ratios

PYTHON = [sys.executable]
HALFPIXEL = [*PYTHON, "-m", "halfpixel"]
ONE = "5x5-5x8-impulses"
FUNCTION = """
import torch.nn.functional as F
def resize(x, size):
    return F.interpolate(x, size=size, mode="bicubic", antialias=True)
"""


def _importing(modules: str) -> list[str]:
    return [*PYTHON, "-c", f"import {modules}"]


def _one(call: str) -> list[str]:
    return [*PYTHON, "-m", "pytest", "-q", "tests/test_resize.py", "-k", f"{call}-float32-{ONE}"]


def programs(module: Path) -> dict[str, Sequence[str]]:
    """Every program, by the name of what it shows."""
    return {
        "import numpy": _importing("numpy"),
        "import halfpixel": _importing("halfpixel"),
        "import cv2": _importing("cv2"),
        "one case of OpenCV": _one("opencv-resize-INTER_CUBIC"),
        "import torch": _importing("torch"),
        "one case of torch": _one("torch-interpolate-bicubic"),
        "pytest": [*PYTHON, "-m", "pytest", "-q", "--co", "tests/doors/test_wheel.py"],
        "collection": [*PYTHON, "-m", "pytest", "-q", "--co", "tests/test_resize.py", "tests/test_edges.py"],
        "convert": [
            *HALFPIXEL, "convert", "F.interpolate(x, size=(224, 224), mode='bicubic', antialias=True)",
            "--to", "opencv",
        ],
        "identify": [*HALFPIXEL, "identify", f"{module}:resize"],
        "upgrade": [*HALFPIXEL, "upgrade", "opencv==4.10.0", "opencv==5.0.0"],
    }  # fmt: skip


# of a program, the one beside it and the most that the ratio of their CPU seconds may be
BESIDE = {
    "import halfpixel": ("import numpy", 1.3),
    "one case of OpenCV": ("import cv2", 1.3),
    "one case of torch": ("import torch", 1.3),
}
# of a program, what it imports in any case, and the seconds that it may take beside that
ANSWERS = {
    "convert": ("import numpy", 0.2),
    "identify": ("import torch", 1.0),
    "upgrade": ("import numpy", 1.0),
}
COLLECTED = 0.6  # seconds for 10,000


def figures(rounds: int) -> list[Figure]:
    """A row for each program that has another one beside it."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "train.py")
        module.write_text(FUNCTION, encoding="utf-8")
        runs = {
            name: functools.partial(_run, command, name == "upgrade")
            for name, command in programs(module).items()
        }
        taken = in_turn(rounds, runs, "commands")
    found = [
        figure(f"{name} ÷ {beside}, CPU", ratios(taken[name], taken[beside]), "×", limit)
        for name, (beside, limit) in BESIDE.items()
    ]
    thousands = _collected(taken["collection"][0]) / 10_000
    found.append(
        figure(
            "collection of 10,000, pytest's start not counted, CPU",
            _more(taken["collection"], taken["pytest"], thousands),
            "s",
            COLLECTED,
        )
    )
    for name, (beside, limit) in ANSWERS.items():
        seconds = _more(taken[name], taken[beside])
        found.append(figure(f"halfpixel {name} beside {beside}, CPU", seconds, "s", limit))
    return found


def _run(command: Sequence[str], answers_no: bool) -> Cost:
    """A program; one whose answer is no ends with 1."""
    if not answers_no:
        return cost([command])
    return cost([["sh", "-c", '"$@" || test $? -eq 1', "sh", *command]])


def _more(over: Sequence[Cost], under: Sequence[Cost], share: float = 1.0) -> list[float]:
    return [(a.cpu - b.cpu) / share for a, b in zip(over, under, strict=True)]


def _collected(found: Cost) -> int:
    counted = re.search(r"(\d+) tests collected", found.output)
    assert counted is not None, found.output[-500:]
    return int(counted[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (default: 3)")
    keep("Commands", "python -m bench.commands", figures(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
