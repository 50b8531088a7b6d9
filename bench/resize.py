"""How fast and in how much memory `Resize.apply` computes, beside Pillow and SciPy: ``make bench``.

Pillow resizes the same image in float32 (mode F) by the same convention; SciPy zooms it by a spline, of the
order of the kernel, in float64 and without antialiasing. They and the reference run in turn; the figures are
the medians of their ratios. What the weights cost, once for all images of a size, is a column of its own.
"""

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from bench.figures import Figure, figure, keep
from halfpixel import Resize
from halfpixel.operators import resize

KERNELS: dict[str, tuple[Resize, Image.Resampling, int]] = {
    "linear": (
        Resize(mode="linear", antialias=True, exclude_outside=True),
        Image.Resampling.BILINEAR,
        1,
    ),
    "cubic": (
        Resize(mode="cubic", cubic_coeff_a=-0.5, antialias=True, exclude_outside=True),
        Image.Resampling.BICUBIC,
        3,
    ),
    "lanczos": (
        Resize(mode="lanczos", antialias=True, exclude_outside=True),
        Image.Resampling.LANCZOS,
        3,
    ),
}
TIME, MEMORY = 10, 4  # at most: times Pillow's, and times the image in float64


def seconds(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def peak(function: Callable[[], Any]) -> int:
    tracemalloc.start()
    function()
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return memory


def figures(rounds: int, n_in: int, n_out: int) -> Iterator[Figure]:
    """The ratios of time and memory of each kernel."""
    x = np.random.default_rng(0).random((n_in, n_in), np.float32)
    picture = Image.fromarray(x)
    for name, (convention, filter_, order) in KERNELS.items():

        def apply(convention: Resize = convention) -> Any:
            return convention.apply(x, (n_out, n_out))

        def pillow(filter_: Any = filter_) -> Any:
            return picture.resize((n_out, n_out), filter_)

        def scipy(order: int = order) -> Any:
            return ndimage.zoom(x, n_out / n_in, np.float64, order, grid_mode=True, mode="nearest")

        resize._band.cache_clear()
        first = seconds(apply)
        every = [[seconds(f) for f in (apply, pillow, scipy)] for _ in range(rounds)]
        own = statistics.median(each[0] for each in every)
        yield figure(
            f"{name}, {n_in}² to {n_out}²: apply ÷ Pillow", (a / b for a, b, _ in every), "×", TIME
        )
        yield figure(f"{name}: apply ÷ SciPy's zoom", (a / c for a, _, c in every), "×")
        yield figure(f"{name}: the weights, once for a size", [max(first - own, 0)], "s")
        yield figure(
            f"{name}: memory ÷ the image in float64", [peak(apply) / (8 * x.size)], "×", MEMORY
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--from", dest="n_in", type=int, default=2048, metavar="PIXELS")
    parser.add_argument("--to", dest="n_out", type=int, default=1024, metavar="PIXELS")
    given = parser.parse_args()
    rows = figures(given.rounds, given.n_in, given.n_out)
    keep("Resize.apply", "python -m bench.resize", list(rows))


if __name__ == "__main__":
    main()
