"""halfpixel: does your resize mean the same thing in PyTorch, TensorFlow and OpenCV?

Importing this package imports NumPy and no framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .answers import convert
from .conventions import ConvTranspose, Resize
from .identification import identify

if TYPE_CHECKING:
    from .comparison import compare

__version__ = "0.1.0"
__all__ = ["ConvTranspose", "Resize", "__version__", "compare", "convert", "identify"]


def __getattr__(name: str) -> Any:
    if name == "compare":  # loaded when it is used
        from .comparison import compare

        return compare
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
