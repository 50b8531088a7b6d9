"""halfpixel: does your resize mean the same thing in PyTorch, TensorFlow and OpenCV?

Importing this package imports NumPy and no framework.
"""

from .answers import convert
from .conventions import ConvTranspose, Resize
from .identification import identify

__version__ = "0.1.0"
__all__ = ["ConvTranspose", "Resize", "__version__", "convert", "identify"]
