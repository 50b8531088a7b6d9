"""The transform that the model is trained with."""

import numpy as np
import torch
import torch.nn.functional as F

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Resize(torch.nn.Module):
    """To 160×160."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.interpolate(x, size=(160, 160), mode="bilinear", align_corners=False)


def preprocess(image: np.ndarray) -> np.ndarray:
    """From (H, W, 3) to (3, 160, 160), float32; bytes are 0..255, floats 0..1."""
    x = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    if image.dtype == np.uint8:
        x = x / 255
    y = Resize()(x)[0]
    return ((y - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]).numpy()
