"""Whether what is resized is a tensor or an image of Pillow, as far as an expression says so."""

from __future__ import annotations

from .text import Written

TENSOR, PICTURE = "tensor", "image of Pillow"
KINDS = (TENSOR, PICTURE)

# what makes one, by the last part of its name
_MAKING = {
    **dict.fromkeys(("fromarray", "open", "to_pil_image", "ToPILImage"), PICTURE),
    **dict.fromkeys(
        ("rand", "randn", "randint", "zeros", "ones", "empty", "full", "arange", "tensor", "as_tensor",
         "from_numpy", "to_tensor", "pil_to_tensor", "to_image", "read_image", "decode_image", "stack",
         "cat", "unsqueeze", "permute", "float", "contiguous", "squeeze"),
        TENSOR,
    ),
}  # fmt: skip
# methods of an image of Pillow whose result is one
_KEEPING = ("convert", "copy", "crop", "rotate", "resize", "transpose")


def kind_of(image: object) -> str:
    """One of :data:`KINDS`, or empty where that is not known."""
    while isinstance(image, Written):
        name = image.function.rpartition(".")[2]
        if name not in _KEEPING:
            return _MAKING.get(name, "")
        image = image.receiver
    return ""
