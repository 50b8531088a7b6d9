"""What the service does with an image, without PyTorch."""

import cv2
import numpy as np

MEAN = np.array((0.485, 0.456, 0.406), np.float32)
STD = np.array((0.229, 0.224, 0.225), np.float32)


def preprocess(image: np.ndarray) -> np.ndarray:
    """From (H, W, 3) to (3, 160, 160), float32; bytes are 0..255, floats 0..1."""
    x = image.astype(np.float32)
    if image.dtype == np.uint8:
        x = x / np.float32(255)
    y = cv2.resize(x, (160, 160), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(((y - MEAN) / STD).transpose(2, 0, 1))


def letterbox(image: np.ndarray, size: int = 64) -> np.ndarray:
    """As large as fits into a square, in its middle, with grey around it."""
    h, w = image.shape[:2]
    scale = min(size / h, size / w)
    shift_x, shift_y = (size - scale * w) / 2, (size - scale * h) / 2
    matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    return cv2.warpAffine(
        image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=(114,) * 3
    )
