"""What the attributes of a convention mean, in words, for the rule book."""

from __future__ import annotations

from collections.abc import Iterator

from ..operators import Resize

# mode: what it does, the weight of a pixel at distance t, the source of the formula
MODES: dict[str, tuple[str, str, str]] = {
    "nearest": ("Copies one pixel.", "", ""),
    "linear": (
        "Interpolates linearly between the two nearest pixels.",
        "w(t) = 1 - t up to t = 1",
        "a triangle",
    ),
    "cubic": (
        "Interpolates between four pixels with Keys' cubic kernel. The outer two weights are negative, "
        "which sharpens edges and overshoots.",
        "w(t) = (a + 2)t³ - (a + 3)t² + 1 up to t = 1, and at³ - 5at² + 8at - 4a up to t = 2",
        'R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981',
    ),
    "mitchell": (
        "Weights four pixels and blurs slightly: resizing to the same size changes the image.",
        "w(t) = 7/6 t³ - 2t² + 8/9 up to t = 1, and -7/18 t³ + 2t² - 10/3 t + 16/9 up to t = 2",
        'D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988: '
        "B = C = 1/3",
    ),
    "lanczos": (
        "Weights 2r pixels by a windowed sinc, where r is lanczos_radius.",
        "w(t) = sinc(t) sinc(t / r) up to t = r, sinc(t) = sin(πt) / πt; divided by their sum",
        "a sinc, windowed by the central lobe of a wider sinc",
    ),
    "gaussian": (
        "Weights the pixels nearer than 3/2 by a Gaussian, and blurs: resizing to the same size changes the "
        "image.",
        "w(t) = exp(-2t²) below t = 3/2; divided by their sum",
        "a normal distribution with σ = 1/2",
    ),
    "box": (
        "Averages the pixels nearer than 1/2; a pixel at exactly 1/2 has half the weight.",
        "w(t) = 1 below t = 1/2, 1/2 at t = 1/2; divided by their sum",
        "a step",
    ),
    "area": (
        "Averages the part of the input that an output pixel covers; each pixel is weighted by the part of "
        "it that is covered.",
        "the window is s pixels wide, centred on the coordinate; the weight is the covered part of a pixel, "
        "divided by s",
        "coverage",
    ),
    "adaptive_area": (
        "Averages all pixels that an output pixel touches, with equal weights.",
        "equal weights from floor(d·s) to ceil((d + 1)·s) - 1",
        "adaptive average pooling",
    ),
    "area_linear": (
        "OpenCV's INTER_AREA if an axis grows: the pixel in which an output pixel begins, and the next pixel "
        "by how far the output pixel extends into it.",
        "the second of two weights is 1 - inside / s, at least 0, where inside is the rest of "
        "the first pixel",
        "opencv/opencv, modules/imgproc/src/resize.cpp: cv::hal::resize",
    ),
    "pyramid": (
        "One level of an image pyramid: five taps at every second pixel down, and the reverse step up.",
        "1 4 6 4 1, over 16, down; 1 6 1 and 4 4, over 8, up",
        'P. Burt and E. Adelson, "The Laplacian pyramid as a compact image code", '
        "IEEE Transactions on Communications 31(4), 1983",
    ),
}

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
    yield MODES[convention.mode][0]
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
