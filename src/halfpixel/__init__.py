"""halfpixel: does your resize mean the same thing in PyTorch, TensorFlow and OpenCV?

The names in ``__all__`` are the public API. Each is imported when it is used: importing this package
imports no other, and no framework.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "BranchedAnswer",
    "Comparison",
    "ConvTranspose",
    "Identification",
    "Incomparable",
    "Resize",
    "ResizeAnswer",
    "Transposed",
    "Unidentifiable",
    "Unreadable",
    "__version__",
    "compare",
    "convert",
    "identify",
]

if TYPE_CHECKING:
    from .comparison import Comparison, Incomparable, compare
    from .conversion import Answer, BranchedAnswer, ResizeAnswer, convert
    from .conversion.parse import Unreadable
    from .identification import Identification, Transposed, Unidentifiable, identify
    from .operators import ConvTranspose, Resize
else:
    _NAMES = {  # by the module that defines them
        "halfpixel.conversion": ("Answer", "BranchedAnswer", "ResizeAnswer", "convert"),
        "halfpixel.comparison": ("Comparison", "Incomparable", "compare"),
        "halfpixel.operators": ("ConvTranspose", "Resize"),
        "halfpixel.identification": ("Identification", "Transposed", "Unidentifiable", "identify"),
        "halfpixel.conversion.parse": ("Unreadable",),
    }
    _MODULES = {name: module for module, names in _NAMES.items() for name in names}

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(importlib.import_module(_MODULES[name]), name)
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
