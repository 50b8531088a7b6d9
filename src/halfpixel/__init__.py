"""halfpixel: does your resize mean the same thing in PyTorch, TensorFlow and OpenCV?

The names in ``__all__`` are the public API. Each is imported when it is used: importing this package
imports no other package, and no framework.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = [
    "BranchedConversion",
    "Comparison",
    "ConvTranspose",
    "ConvTransposeConversion",
    "ConvTransposeIdentification",
    "Identification",
    "Incomparable",
    "Resize",
    "ResizeConversion",
    "Rule",
    "Sampling",
    "Unidentifiable",
    "Unknown",
    "Unreadable",
    "Upgrade",
    "__version__",
    "compare",
    "convention_of",
    "convert",
    "find_rules",
    "identify",
    "upgrade",
]

if TYPE_CHECKING:
    from .catalogue.rules import Rule, Unknown, convention_of, find_rules
    from .comparison import Comparison, Incomparable, compare
    from .conversion import BranchedConversion, ConvTransposeConversion, ResizeConversion, convert
    from .conversion.parse import Unreadable
    from .identification import (
        ConvTransposeIdentification,
        Identification,
        Unidentifiable,
        identify,
    )
    from .operators import ConvTranspose, Resize
    from .report.sampling import Sampling
    from .upgrades import Upgrade, upgrade
else:
    _NAMES = {  # by the module that defines them
        "catalogue.rules": ("Rule", "Unknown", "convention_of", "find_rules"),
        "comparison": ("Comparison", "Incomparable", "compare"),
        "conversion": (
            "BranchedConversion",
            "ConvTransposeConversion",
            "ResizeConversion",
            "convert",
        ),
        "conversion.parse": ("Unreadable",),
        "identification": (
            "ConvTransposeIdentification",
            "Identification",
            "Unidentifiable",
            "identify",
        ),
        "operators": ("ConvTranspose", "Resize"),
        "report.sampling": ("Sampling",),
        "upgrades": ("Upgrade", "upgrade"),
    }
    _MODULES = {name: module for module, names in _NAMES.items() for name in names}

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(
            importlib.import_module(f"{__name__}.{_MODULES[name]}"), name
        )
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
