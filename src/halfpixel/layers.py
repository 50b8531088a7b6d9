"""Real layers from one framework to another, with their weights.

The framework that a layer is made in is imported when it is asked for; the layer that is given has its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from . import conversions
from .conventions import ConvTranspose
from .conversions import Layer
from .spoken.conv_transpose import keras_convention


def keras_from_torch(layer: Any) -> Any:
    """The Keras model that computes what a ``torch.nn.ConvTranspose2d`` computes, on NHWC.

    Args:
        layer: the module; its weight and bias are copied.

    Returns:
        A built ``keras.Sequential``: a ``Conv2DTranspose``, and a ``Cropping2D`` where its arguments
        cannot say the padding. Groups and dilations that Keras does not take are written into the
        weight.

    Raises:
        TypeError: it is no ``ConvTranspose2d``.
        ImportError: Keras is not installed.
    """
    if type(layer).__name__ != "ConvTranspose2d" or not hasattr(layer, "output_padding"):
        raise TypeError(f"a torch.nn.ConvTranspose2d is converted, got {type(layer).__name__}")
    keras = importlib.import_module("keras")
    padding = tuple(layer.padding)
    what = Layer(
        convention=ConvTranspose(
            strides=tuple(layer.stride),
            pads=padding * 2,
            output_padding=tuple(layer.output_padding),
            dilations=tuple(layer.dilation),
            group=layer.groups,
        ),
        kernel=tuple(layer.kernel_size),
        channels=(layer.in_channels, layer.out_channels),
        bias=layer.bias is not None,
    )
    plan = conversions.plan(what, "keras")
    weight = layer.weight.detach().cpu().numpy()
    made = keras.layers.Conv2DTranspose(
        layer.out_channels,
        plan.kernel,
        use_bias=what.bias,
        data_format="channels_last",
        dtype=str(weight.dtype),
        **plan.arguments,
    )
    crop = keras.layers.Cropping2D(plan.crop, data_format="channels_last", dtype=str(weight.dtype))
    model = keras.Sequential([made, crop] if any(map(any, plan.crop)) else [made])
    model.build((None, None, None, layer.in_channels))
    bias = [layer.bias.detach().cpu().numpy()] if what.bias else []
    made.set_weights([plan.weight(weight), *bias])
    return model


def torch_from_keras(layer: Any) -> Any:
    """The torch module that computes what a built ``keras.layers.Conv2DTranspose`` computes, on NCHW.

    Args:
        layer: the layer; its weights are copied.

    Returns:
        A ``torch.nn.ConvTranspose2d``, or a ``torch.nn.Sequential`` of it and an ``nn.ZeroPad2d`` of
        negative width, which crops, where its arguments cannot say the padding.

    Raises:
        TypeError: it is no ``Conv2DTranspose``.
        ValueError: it is not built, or has an activation.
        ImportError: torch is not installed.
    """
    if type(layer).__name__ != "Conv2DTranspose":
        raise TypeError(f"a keras.layers.Conv2DTranspose is converted, got {type(layer).__name__}")
    if not layer.built:
        raise ValueError(
            "the layer has no weights yet: call it on an input, or layer.build(input_shape)"
        )
    if layer.get_config()["activation"] not in (None, "linear"):
        raise ValueError(
            "the layer has an activation: convert it without, and add torch's after it"
        )
    torch = importlib.import_module("torch")
    w, *b = layer.get_weights()
    weight = np.ascontiguousarray(w.transpose(3, 2, 0, 1))
    convention = keras_convention(
        layer.padding, layer.output_padding, layer.kernel_size, layer.strides, layer.dilation_rate
    )
    what = Layer(
        convention=convention,
        kernel=weight.shape[2:],
        channels=(weight.shape[0], weight.shape[1]),
        bias=bool(b),
    )
    plan = conversions.plan(what, "torch")
    module = torch.nn.ConvTranspose2d(*what.channels, what.kernel, bias=what.bias, **plan.arguments)
    module = module.to(torch.as_tensor(weight).dtype)
    with torch.no_grad():
        module.weight.copy_(torch.as_tensor(weight))
        if b:
            module.bias.copy_(torch.as_tensor(b[0]))
    (top, bottom), (left, right) = plan.crop
    if not any((top, bottom, left, right)):
        return module
    return torch.nn.Sequential(module, torch.nn.ZeroPad2d((-left, -right, -top, -bottom)))
