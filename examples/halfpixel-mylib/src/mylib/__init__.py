"""A library that resizes images (H, W) of float32."""

import numpy as np

__version__ = "1.2.0"


def resize(image, size, mode="linear"):
    """An image at another size, (height, width): linear, or nearest."""
    if mode not in ("linear", "nearest"):
        raise ValueError(f"mode is linear or nearest, got {mode!r}")
    if min(*image.shape, *size) < 1:
        raise ValueError(f"there is nothing to resize: {image.shape} to {tuple(size)}")
    across = _axis(np.asarray(image, np.float32), size[1], mode)
    return np.ascontiguousarray(_axis(across.T, size[0], mode).T)


def _axis(image, n_out, mode):
    """Resize the last axis."""
    n_in = image.shape[-1]
    at = (np.arange(n_out) + 0.5) * (n_in / n_out) - 0.5
    if mode == "nearest":
        return image[..., np.clip(np.ceil(at - 0.5), 0, n_in - 1).astype(int)]
    first = np.floor(at).astype(int)
    part = (at - first).astype(np.float32)
    before, after = np.clip(first, 0, n_in - 1), np.clip(first + 1, 0, n_in - 1)
    return image[..., before] * (1 - part) + image[..., after] * part
