"""What the attributes of a convention mean, in words, for the rule book."""

from __future__ import annotations

from collections.abc import Iterator

from ..operators import Resize

GRIDS = {
    "half_pixel": "Pixels are squares, and both images cover the same area. An output pixel samples at its "
    "centre.",
    "half_pixel_symmetric": "As half_pixel, shifted so that the centres of both images coincide. It differs "
    "only if n_in times the factor is not an integer.",
    "pytorch_half_pixel": "As half_pixel, but a single output pixel samples the first input pixel.",
    "tf_half_pixel_for_nn": "As half_pixel, shifted by half an input pixel; ONNX had it in opset 11 and 12.",
    "asymmetric": "The centres of the first pixels coincide, and the scale is the ratio of the sizes. The "
    "image is shifted by half the difference between the sizes of an input and an output pixel.",
    "align_corners": "The centres of the first and last pixels coincide in both images, and the others are "
    "evenly spaced between them. The scale is not the ratio of the sizes.",
    "tf_crop_and_resize": "As align_corners over a part of the image, here the whole image. A single output "
    "pixel samples the middle. A coordinate outside the image reads nothing.",
    "half_pixel_align_corners": "The scale of align_corners with half-pixel centres: neither corners nor "
    "areas coincide.",
    "pytorch_half_pixel_align_corners": "The scale of align_corners with half-pixel centres: neither corners "
    "nor areas coincide.",
}

NEAREST = {
    "floor": "The coordinate is rounded down.",
    "ceil": "The coordinate is rounded up.",
    "round_prefer_floor": "The coordinate is rounded; ties round down.",
    "round_prefer_ceil": "The coordinate is rounded; ties round up.",
    "round_half_even": "The coordinate is rounded; ties round to the even pixel.",
    "ceil_where_shrinking": "The coordinate is rounded up if the axis shrinks, otherwise down.",
}

PADDINGS = {
    "border": "A tap outside the image reads the border pixel.",
    "zeros": "A tap outside the image reads zero, so a row of the matrix need not sum to 1.",
    "reflection": "The image is mirrored for taps outside it, about the outer edges of its outermost pixels, "
    "or with align_corners about their centres.",
    "reflect_101": "The image is mirrored for taps outside it, about the centres of its outermost pixels.",
}


def meaning(convention: Resize) -> Iterator[str]:
    """What a convention means: a sentence or two for each attribute that has an effect."""
    yield convention.kernel.meaning
    if convention.mode not in ("pyramid", "area_linear"):
        yield GRIDS[str(convention.coordinate_transformation_mode)]
    if convention.nearest_mode:
        yield NEAREST[convention.nearest_mode]
    if convention.antialias:
        yield (
            "When downsampling, the kernel is widened by the scale so that every pixel is read, and the "
            "weights are divided by their sum (antialiasing)."
        )
    elif convention.kernel.stretches:
        yield "The kernel is not widened when downsampling (no antialiasing)."
    if convention.exclude_outside:
        yield "Taps outside the image have weight 0, and the other weights are divided by their sum."
    elif convention.kernel.stretches or convention.padding_mode != "border":
        yield PADDINGS[convention.padding_mode]
    if convention.pyramid_border:
        yield f"The border of the step down is `{convention.pyramid_border}`."
