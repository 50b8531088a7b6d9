"""What operations mean, exactly, with no framework in sight."""

from .conv_transpose import ConvTranspose, conv_transpose_from
from .resize import Resize, every_pyramid, every_resize, resize_from

Convention = Resize | ConvTranspose

__all__ = [
    "ConvTranspose",
    "Convention",
    "Resize",
    "conv_transpose_from",
    "every_pyramid",
    "every_resize",
    "resize_from",
]
