"""What the attributes of a convention mean, in words: tables of which the rule book is made."""

from __future__ import annotations

from collections.abc import Iterator

from ..conventions import Resize

# mode: what it does, the weight of a pixel at distance t, where that was read
MODES: dict[str, tuple[str, str, str]] = {
    "nearest": ("Copies one pixel.", "", ""),
    "linear": (
        "Weighs the two pixels beside the place, the nearer one more.",
        "w(t) = 1 - t up to t = 1",
        "a triangle",
    ),
    "cubic": (
        "Weighs four pixels; the outer two weigh less than nothing, which sharpens edges and overshoots.",
        "w(t) = (a + 2)t³ - (a + 3)t² + 1 up to t = 1, and at³ - 5at² + 8at - 4a up to t = 2",
        'R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981',
    ),
    "mitchell": (
        "Weighs four pixels, and blurs a little: an image of unchanged size does not come back.",
        "w(t) = 7/6 t³ - 2t² + 8/9 up to t = 1, and -7/18 t³ + 2t² - 10/3 t + 16/9 up to t = 2",
        'D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988: '
        "B = C = 1/3",
    ),
    "lanczos": (
        "Weighs 2r pixels by a windowed sinc, r being lanczos_radius.",
        "w(t) = sinc(t) sinc(t / r) up to t = r, sinc(t) = sin(πt) / πt; divided by their sum",
        "a sinc, windowed by the middle of a wider one",
    ),
    "gaussian": (
        "Weighs the pixels nearer than 3/2, and blurs: an image of unchanged size does not come back.",
        "w(t) = exp(-2t²) below t = 3/2; divided by their sum",
        "a normal distribution with σ = 1/2",
    ),
    "box": (
        "The mean of the pixels nearer than 1/2; one at exactly 1/2 counts half.",
        "w(t) = 1 below t = 1/2, 1/2 at t = 1/2; divided by their sum",
        "a step",
    ),
    "area": (
        "The mean of the input that lies under an output pixel, by how much of each pixel does.",
        "the window is s pixels wide, around the place; a pixel weighs what of it lies inside, over s",
        "coverage",
    ),
    "adaptive_area": (
        "The mean of the pixels that an output pixel touches, each as much as the others.",
        "from floor(d·s) to ceil((d + 1)·s) - 1, in equal parts",
        "adaptive average pooling",
    ),
    "area_linear": (
        "OpenCV's reading of area where an axis grows: the pixel in which an output pixel begins, and the "
        "next as "
        "far as it reaches over.",
        "the second of two weighs 1 - inside / s, inside being what is left of the first pixel, and not "
        "below 0",
        "opencv/opencv, modules/imgproc/src/resize.cpp: cv::hal::resize",
    ),
    "pyramid": (
        "A step of an image pyramid: five taps around every second pixel down, and as many back up.",
        "1 4 6 4 1, over 16, down; 1 6 1 and 4 4, over 8, up",
        'P. Burt and E. Adelson, "The Laplacian pyramid as a compact image code", '
        "IEEE Transactions on Communications 31(4), 1983",
    ),
}

GRIDS = {
    "half_pixel": "Pixels are squares, and both images cover the same area: the middle of an output pixel "
    "samples "
    "what lies under it.",
    "half_pixel_symmetric": "As half_pixel, moved so that the middles of both images coincide: another only "
    "where n_in times the factor is no integer.",
    "pytorch_half_pixel": "As half_pixel, but a single output pixel samples the first input pixel.",
    "tf_half_pixel_for_nn": "As half_pixel, half an input pixel further: what ONNX had in opset 11 and 12.",
    "asymmetric": "The first pixels' middles coincide, and the scale is the ratio of the sizes: the image is "
    "shifted by half of what a pixel grows or shrinks by.",
    "align_corners": "The middles of the first and last pixels coincide in both images, and the rest is "
    "spread "
    "evenly between: the scale is not the ratio of the sizes.",
    "tf_crop_and_resize": "As align_corners over a part of the image, here all of it; a single output pixel "
    "samples its middle. A place outside the image reads nothing.",
    "half_pixel_align_corners": "The scale of align_corners with the half pixel of half_pixel: neither "
    "corners nor "
    "areas coincide.",
    "pytorch_half_pixel_align_corners": "The scale of align_corners with the half pixel of half_pixel: "
    "neither "
    "corners nor areas coincide.",
}

NEAREST = {
    "floor": "The place is cut to a pixel.",
    "ceil": "The place is raised to a pixel.",
    "round_prefer_floor": "The place is rounded; halfway between two pixels to the first.",
    "round_prefer_ceil": "The place is rounded; halfway between two pixels to the second.",
    "round_half_even": "The place is rounded; halfway between two pixels to the even one.",
    "ceil_where_shrinking": "The place is raised to a pixel where the axis shrinks, else cut to one.",
}

PADDINGS = {
    "border": "A tap outside the image reads the edge pixel.",
    "zeros": "A tap outside the image reads nothing: a row of the matrix need not sum to 1.",
    "reflection": "A tap outside the image reads it mirrored about the outer edges of the outermost "
    "pixels, or "
    "about their middles where corners are aligned.",
    "reflect_101": "A tap outside the image reads it mirrored about the middles of the outermost pixels.",
}
_POINTS = ("linear", "cubic", "mitchell", "lanczos", "gaussian", "box")


def meaning(convention: Resize) -> Iterator[str]:
    """What a convention means: a sentence or two for each attribute that says something."""
    yield MODES[convention.mode][0]
    if convention.mode not in ("pyramid", "area_linear"):
        yield GRIDS[str(convention.coordinate_transformation_mode)]
    if convention.nearest_mode:
        yield NEAREST[convention.nearest_mode]
    if convention.antialias:
        yield (
            "Where the axis shrinks the kernel is stretched by the scale, so that every pixel is read, "
            "and the "
            "weights are divided by their sum."
        )
    elif convention.mode in _POINTS:
        yield "Where the axis shrinks it reads no more pixels than where it grows: there is no antialiasing."
    if convention.exclude_outside:
        yield "Taps outside the image weigh nothing, and the others are divided by their sum."
    elif convention.mode in _POINTS or convention.padding_mode != "border":
        yield PADDINGS[convention.padding_mode]
    if convention.pyramid_border:
        yield f"What lies beyond the edges, going down, is `{convention.pyramid_border}`."
