"""Integer images: how a framework rounds on the way, predicted value for value.

An integer resize is not linear: weights are fixed-point or float32 numbers, sums are rounded, perhaps
between the passes too. Each function here says what one framework computes, step by step, in float64,
float32 and int64, so that its result is a prediction and not an estimate. None of them is a tolerance.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...arrays import AnyArray, Float64, Integers
from ...operators import Resize
from .. import pillow_window
from . import litert, onnxruntime, opencv, opencv_ipp, opencv_warp, pillow, tensorflow, torch

__all__ = ["ROUNDINGS", "Float64", "Integers", "Rounding", "applies_to", "one_way", "predicted"]


@dataclass(frozen=True)
class Rounding:
    """An integer arithmetic.

    Attributes:
        predict: from (convention, x, size, dtype) to every value; (N, C, H, W) in and out. Of calls that
            are given factors, from those too.
        source: where it was read.
        found: what was run, and until when, to find what no source says.
        clamped: the modes of the conventions that it speaks of, the edge pixel repeated outside, or
            what a pyramid's border says.
        renormalised: those with ``exclude_outside``, not antialiased.
        antialiased: those with both.
        grids: the coordinate transformation modes of all these.
        dtypes: that it is followed in.
        applies: whether it speaks of a convention, where the lists above do not say.
        takes_factors: whether calls follow it that are given factors.
        stored: it has goldens of its own; otherwise its cases are computed as they are run.
        falls_back: the (mode, dtype) in which it is another arithmetic, which has another name.
        channels: of the only images that it speaks of; empty for any.
    """

    predict: Callable[..., Integers]
    source: str
    found: str = ""
    clamped: tuple[str, ...] = ()
    renormalised: tuple[str, ...] = ()
    antialiased: tuple[str, ...] = ()
    grids: tuple[str, ...] = ("half_pixel", "asymmetric", "align_corners")
    dtypes: tuple[str, ...] = ("uint8", "uint16", "int16")
    applies: Callable[[Resize], bool] | None = None
    takes_factors: bool = False
    stored: bool = True
    falls_back: tuple[tuple[str, str], ...] = ()
    channels: tuple[int, ...] = ()

    def takes(self, channels: int) -> bool:
        """Whether it speaks of images of so many channels."""
        return not self.channels or channels in self.channels

    @property
    def origin(self) -> str:
        """Its source, and what was run beside."""
        return f"{self.source}; found by running {self.found}" if self.found else self.source


_RESIZE_CPP = "opencv/opencv, modules/imgproc/src/resize.cpp"
_TORCH_FLOAT32 = (
    "pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp: upsample_bilinear2d_kernel_impl_float, "
    "_use_vectorized_kernel_cond_2d, cpu_upsample_linear_channels_last, upsample_generic_Nd_kernel_impl, "
    "_compute_indices_min_size_weights_aa, interpolate_aa_single_dim; UpSample.h: "
    "compute_source_index_and_lambda, get_cubic_upsample_coefficients"
)
_KERAS_TORCH = (
    "keras-team/keras, keras/src/backend/torch/image.py: resize, _cast_squeeze_out; "
    + _TORCH_FLOAT32
)
_TORCHVISION = (
    "pytorch/vision, torchvision/transforms/_functional_tensor.py: resize, _cast_squeeze_in, "
    f"_cast_squeeze_out; {_TORCH_FLOAT32}"
)

_TENSORFLOW = (
    "tensorflow/tensorflow, tensorflow/core/kernels/image/resize_bilinear_op.cc: compute_lerp; "
    "resize_bicubic_op.cc: InitCoeffsTable, GetWeightsAndIndices, Interpolate1D; "
    "scale_and_translate_op.cc: ComputeSpansCore, GatherSpans; sampling_kernels.h: LanczosKernelFunc; "
    "the sine is glibc's (sysdeps/ieee754/flt-32/s_sincosf_data.c: __sincosf_table)"
)

_UPSAMPLE = "microsoft/onnxruntime, onnxruntime/core/providers/cpu/tensor"
_LITERT = "google-ai-edge/LiteRT, tflite/kernels/internal"

ROUNDINGS = {
    "torch_uint8": Rounding(
        torch.uint8,
        takes_factors=True,
        clamped=("linear", "cubic"),
        renormalised=("cubic",),
        antialiased=("linear", "cubic", "lanczos"),
        grids=("half_pixel", "align_corners", "pytorch_half_pixel_align_corners"),
        dtypes=("uint8",),
        source="pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp: "
        "_compute_indices_min_size_weights and its _aa, _compute_index_ranges_int16_weights, "
        "basic_loop_separable_1d_horizontal; UpSampleKernelAVXAntialias.h does the same; until 2.2 "
        "_compute_weights_aa (align_corners_delta) for both",
    ),
    **{
        name: Rounding(
            predict,
            takes_factors=True,
            clamped=("linear",),
            grids=("half_pixel", "align_corners"),
            dtypes=("uint8",),
            stored=False,
            source="pytorch/pytorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp (2.0): "
            "_compute_weights_aa (xsize), compute_indices_int16_weights_aa (data_i16)",
            found="2.0.1 on 13,866 images, 54 of them with a third tap",
        )
        for name, predict in (
            ("torch_uint8_2_0", torch.uint8_2_0),
            ("torch_uint8_2_0_loops", torch.uint8_2_0_loops),
        )
    },
    "opencv_fixed_11": Rounding(
        opencv.fixed_11,
        takes_factors=True,
        clamped=("linear", "cubic", "lanczos", "area_linear"),
        dtypes=("uint8",),
        source=f"{_RESIZE_CPP}: hal::resize, HResizeLinear, HResizeCubic, HResizeLanczos4, "
        "interpolateLanczos4, VResizeLinearVec_32s8u, VResizeCubicVec_32s8u, VResizeLanczos4, "
        "FixedPtCast, ResizeAreaFastVec",
    ),
    "opencv_float32": Rounding(
        opencv.float32,
        takes_factors=True,
        clamped=("linear", "cubic", "lanczos", "area_linear"),
        dtypes=("uint16", "int16"),
        source=f"{_RESIZE_CPP}: hal::resize, VResizeLinearVec_32f16u, VResizeCubicVec_32f16u and their "
        "16s, VResizeLanczos4Vec_32f16s, ResizeAreaFastVec; resize.sse4_1.cpp: "
        "VResizeLanczos4Vec_32f16u_SSE41",
    ),
    "opencv_bit_exact": Rounding(
        opencv.bit_exact,
        takes_factors=True,
        clamped=("linear",),
        source=f"{_RESIZE_CPP}: resize_bitExact, interpolationLinear, vlineResize; "
        "fixedpoint.inl.hpp: ufixedpoint16, ufixedpoint32, fixedpoint32",
    ),
    "opencv_area": Rounding(
        opencv.area,
        takes_factors=True,
        clamped=("area",),
        source=f"{_RESIZE_CPP}: hal::resize (is_area_fast), resizeAreaFast_Invoker, ResizeAreaFastVec, "
        "computeResizeAreaTab, ResizeArea_Invoker",
    ),
    "opencv_ipp": Rounding(
        opencv_ipp.ipp,
        takes_factors=True,
        clamped=("linear", "cubic"),
        falls_back=(("linear", "uint8"),),
        source="opencv/opencv, hal/ipp/src/resize_ipp.cpp: ipp_hal_resize says when",
        found="IPP 2026.0.0 (AVX-512) on float32 and integer images until every value of tens of millions "
        "was predicted: what ippiResize computes is not published",
    ),
    "opencv_ipp_avx2": Rounding(
        opencv_ipp.ipp_avx2,
        clamped=("cubic",),
        dtypes=("uint8",),
        source="opencv/opencv, hal/ipp/src/resize_ipp.cpp: ipp_hal_resize says when",
        found="IPP 2026.0.0 (AVX2) on integer images until every value of millions was predicted",
        stored=False,
    ),
    **{
        f"opencv_ipp_{year}": Rounding(
            predict,
            takes_factors=True,
            clamped=("linear", "cubic"),
            falls_back=(("linear", "uint8"),),
            source="opencv/opencv, modules/imgproc/src/resize.cpp (3.4 and 4.x): ipp_resize says when",
            found=f"IPP {releases} (AVX2) on float32 and integer images until every value of hundreds of "
            "thousands was predicted",
            stored=False,
        )
        for year, releases, predict in (
            (2020, "2020.0.0", opencv_ipp.ipp_2020),
            (2021, "2021.8 and 2021.11.0", opencv_ipp.ipp_2021),
        )
    },
    "opencv_warp": Rounding(
        opencv_warp.predict,
        source="opencv/opencv, modules/imgproc/src/warp_kernels.simd.hpp: "
        "warpAffineLinearInvoker, bicubicVec, bicubicRef (compiled for AVX2); imgwarp.cpp: "
        "initInterTab2D, remapBilinear, remapLanczos4",
        applies=opencv_warp.applies_to,
        stored=False,
    ),
    "opencv_warp_tables": Rounding(
        opencv_warp.by_tables,
        source="opencv/opencv, modules/imgproc/src/imgwarp.cpp (3.4 and 4.x): WarpAffineInvoker, "
        "initInterTab2D, remapBilinear, remapBicubic, remapLanczos4",
        applies=opencv_warp.applies_to,
        stored=False,
    ),
    **{
        f"opencv_warp_tables_{name}": Rounding(
            functools.partial(opencv_warp.by_tables_in_vectors, lanes=lanes),
            source="opencv/opencv, modules/imgproc/src/imgwarp.simd.hpp (4.14): remapBilinearC1_run, "
            f"remapBicubicC1wp_run, remapLanczos4C1_run, compiled for {name.upper()}",
            applies=opencv_warp.applies_to,
            dtypes=("uint16", "int16"),
            stored=False,
        )
        for name, lanes in (("avx2", 8), ("avx512", 16))
    },
    "opencv_pyramid": Rounding(
        opencv.pyramid,
        clamped=("pyramid",),
        grids=("asymmetric",),
        source="opencv/opencv, modules/imgproc/src/pyramids.cpp: FixPtCast, PyrDownVecV, PyrUpVecV",
    ),
    **{
        name: Rounding(
            predict,
            dtypes=("uint8",),
            applies=pillow_window.filtered,
            stored=name == "pillow_13_uint8",
            source="python-pillow/Pillow, src/libImaging/Resample.c: precompute_coeffs, "
            "normalize_coeffs_8bpc, ImagingResampleHorizontal_8bpc, ImagingResampleVertical_8bpc",
            found=found,
        )
        for name, predict, found in (
            ("pillow_13_uint8", pillow.uint8_13, "13.0.0 at 10,000 sizes up to 90"),
            ("pillow_12_uint8", pillow.uint8_12, ""),
            ("pillow_uint8", pillow.uint8, ""),
        )
    },
    "onnxruntime_cut": Rounding(
        onnxruntime.cut,
        takes_factors=True,
        applies=onnxruntime.cuts,
        dtypes=("uint8",),
        stored=False,
        source=f"{_UPSAMPLE}/upsample.cc: SetupUpsampleBilinear; upsample.h: UpsampleBilinear",
        found="1.32.0 on x86-64, on 4,000 images",
    ),
    "onnxruntime_fixed_22": Rounding(
        onnxruntime.fixed_22,
        takes_factors=True,
        applies=onnxruntime.antialiases,
        dtypes=("uint8",),
        stored=False,
        source=f"{_UPSAMPLE}/upsample_antialias.h: SetupUpsampleFilterAntiAlias, "
        "ComputeInterpolationAtLevel1, ComputeInterpolationAtLevel2",
        found="1.32.0 on x86-64, on 4,000 images",
    ),
    **{
        name: Rounding(predict, clamped=("linear",), dtypes=dtypes, source=source, stored=False)
        for name, predict, dtypes, source in (
            (
                "xnnpack_fixed_11",
                litert.xnnpack,
                ("uint8",),
                "google/XNNPACK, src/indirection.c: xnn_indirection_init_resize_bilinear2d_hwc_q11; "
                "src/s8-ibilinear/sse.c.in",
            ),
            (
                "litert_float32",
                litert.float32,
                ("uint8",),
                f"{_LITERT}/optimized/resize_bilinear.h: ResizeBilinearGenericSmallChannel",
            ),
            (
                "litert_reference_float32",
                litert.reference_float32,
                ("uint8",),
                f"{_LITERT}/reference/resize_bilinear.h: ResizeBilinear",
            ),
            (
                "litert_fixed_10",
                litert.fixed_10,
                ("int16",),
                f"{_LITERT}/reference/resize_bilinear.h: ResizeBilinearInteger",
            ),
        )
    },
    **{
        f"{era}_alpha": Rounding(
            functools.partial(pillow.premultiplied, rows_first=rows_first),
            dtypes=("uint8",),
            channels=(2, 4),
            applies=pillow_window.filtered,
            stored=False,
            source="python-pillow/Pillow, src/libImaging/Convert.c: rgbA2rgba, rgba2rgbA, lA2la, la2lA; "
            "Resample.c, of 8 bits",
            found="13.0.0 at 1,500 sizes up to 60" if era == "pillow_13" else "",
        )
        for era, rows_first in pillow.ORDERS.items()
    },
    **{
        f"{era}_uint16": Rounding(
            functools.partial(pillow.uint16, rows_first=rows_first, apart=apart),
            dtypes=("uint16",),
            applies=pillow_window.filtered,
            stored=False,
            source="python-pillow/Pillow, src/libImaging/Resample.c: _ImagingResampleHorizontal_16bpc, "
            "_ImagingResampleVertical_16bpc",
            found=found,
        )
        for era, rows_first, apart, found in (
            ("pillow", pillow_window.columns_first, True, "11.0.0 at 1,200 sizes"),
            ("pillow_12_2", pillow_window.tall_first, True, "12.2.0 at 1,200 sizes"),
            ("pillow_12", pillow_window.tall_first, False, "12.3.0 at 1,200 sizes"),
            ("pillow_13", pillow_window.fewer_rows_first, False, "13.0.0 at 1,500 sizes up to 60"),
        )
    },
    "pillow_reduce": Rounding(
        pillow.reduce,
        dtypes=("uint8",),
        applies=lambda convention: convention == Resize(mode="area"),
        takes_factors=True,
        stored=False,
        source="python-pillow/Pillow, src/libImaging/Reduce.c: division_UINT32, ImagingReduceNxN, "
        "ImagingReduceCorners",
    ),
    "keras_rounded": Rounding(
        tensorflow.rounded,
        clamped=("linear",),
        renormalised=("cubic", "lanczos"),
        grids=("half_pixel",),
        source=f"keras-team/keras, keras/src/ops/image.py: _resize; {_TENSORFLOW}",
    ),
    "keras_cut": Rounding(
        tensorflow.cut,
        clamped=("linear",),
        renormalised=("cubic", "lanczos"),
        grids=("half_pixel",),
        source="keras-team/keras v3.5.0, keras/src/backend/tensorflow/image.py: resize (tf.cast); "
        f"{_TENSORFLOW}; cast_op_impl.h: CastFunctor",
        found="tf.cast of TensorFlow 2.15.1 on x86-64, to uint8, int16 and uint16, of up to 200,003 values",
        stored=False,
    ),
    "keras_wrapped": Rounding(
        tensorflow.wrapped,
        clamped=("linear",),
        renormalised=("cubic", "lanczos"),
        grids=("half_pixel",),
        source="keras-team/keras v2.12.0, keras/layers/preprocessing/image_preprocessing.py: Resizing "
        f"(tf.cast); {_TENSORFLOW}; cast_op_impl.h: CastFunctor",
        found="TensorFlow 2.9.3 and 2.12.1 on x86-64",
        stored=False,
    ),
    "keras_torch_rounded": Rounding(
        torch.keras,
        applies=torch.rounds_floats,
        source=_KERAS_TORCH,
        found="torch 2.13.0 and 2.14.1 on x86-64 until every float32 was predicted: which multiply-adds are "
        "fused is the compiler's choice",
        stored=False,
    ),
    **{
        f"keras_torch_rounded_{name}": Rounding(
            predict,
            applies=torch.rounds_floats,
            source=_KERAS_TORCH,
            found=f"torch {release} on x86-64 until every float32 was predicted",
            stored=False,
        )
        for name, predict, release in (
            ("2_15", torch.keras_2_15, "2.15.0"),
            ("2_8", torch.keras_2_8, "2.9.1"),
            ("2_5", torch.keras_2_5, "2.5.1"),
            ("2_1", torch.keras_2_1, "2.2.2"),
        )
    },
    "keras_torch_unfused": Rounding(
        torch.keras_unfused,
        applies=torch.rounds_floats,
        source=_KERAS_TORCH,
        found="torch 2.13.0 on x86-64 with ATEN_CPU_CAPABILITY=default until every float32 was predicted",
        stored=False,
    ),
    **{
        f"torch_rounded{name}": Rounding(
            predict,
            applies=torch.rounds_floats,
            dtypes=("uint8",),
            source=_TORCHVISION,
            found=f"torch {releases} on x86-64, images of up to 11 channels, until every float32 was "
            "predicted",
            stored=False,
        )
        for name, predict, releases in (
            ("", torch.in_c_order, "2.13.0 and 2.14.1"),
            ("_2_8", torch.in_c_order_2_8, "2.9.1"),
            ("_2_5", torch.in_c_order_2_5, "2.5.1"),
            ("_2_1", torch.in_c_order_2_1, "2.0.1 and 2.2.2"),
            ("_unfused", torch.in_c_order_unfused, "2.13.0 with ATEN_CPU_CAPABILITY=default"),
        )
    },
}


# Rounding ties otherwise shows in an eighth of all values at most: doubling along one axis weighs by 1/4 and
# 3/4, so that a quarter of the results are ties, of which half to even turns a half. Cutting shows in half of
# all values that are not whole; in the record, on 64 values of which many are, in 12 to 20.
_TIES = 1 / 8
# So many that go either way by chance go one way in less than 1 of 100 cases: 2 / 2**8.
_FEW = 8


def one_way(up: int, down: int, values: int) -> bool:
    """Whether integers that differ by a level do so all up, or all down, and more of them than ties explain:
    one side cuts what the other rounds.

    Args:
        up, down: how many are larger, and smaller.
        values: how many there are.
    """
    return min(up, down) == 0 and up + down > _TIES * values and up + down >= _FEW


def applies_to(rounding: str, convention: Resize) -> bool:
    """Whether an integer arithmetic speaks of a convention."""
    known = ROUNDINGS[rounding]
    if known.applies is not None:
        return known.applies(convention)
    if convention.coordinate_transformation_mode not in known.grids:
        return False
    if convention.padding_mode != "border":
        return False
    if convention.antialias:
        return convention.exclude_outside and convention.mode in known.antialiased
    return convention.mode in (known.renormalised if convention.exclude_outside else known.clamped)


def predicted(
    rounding: str,
    convention: Resize,
    x: AnyArray,
    size: tuple[int, int],
    dtype: str,
    scales: tuple[Fraction, Fraction] | None = None,
) -> Float64:
    """Every value of an integer resize, as one of :data:`ROUNDINGS` computes it.

    Args:
        rounding: a key of :data:`ROUNDINGS`.
        convention: one that it applies to.
        x: (N, C, H, W), integers that the dtype holds.
        size: the output's (H, W).
        dtype: uint8, uint16 or int16.
        scales: output pixels an input pixel along H and W, where a call was given them as factors.

    Returns:
        (N, C, *size), integers as float64, like every expected value.

    Raises:
        ValueError: scales, of an arithmetic that no call with factors follows; or channels that it is not of.
    """
    known, pixels = ROUNDINGS[rounding], np.asarray(x).astype(np.int64)
    if not known.takes(pixels.shape[1]):
        raise ValueError(
            f"{rounding} is of images of {' or '.join(map(str, known.channels))} channels"
        )
    if scales is None:
        result = known.predict(convention, pixels, size, dtype)
    elif known.takes_factors:
        factors = (float(scales[0]), float(scales[1]))
        result = known.predict(convention, pixels, size, dtype, factors)
    else:
        raise ValueError(f"{rounding} takes no factors")
    return result.astype(np.float64)
