"""Real layers from one framework to another, with their weights.

The framework that a layer is made in is imported when it is asked for; the layer that is given has its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from ..frameworks import layer_plans
from ..frameworks.layer_plans import Layer
from ..operators import ConvTranspose
from .parse.conv_transpose import keras_convention


def keras_from_torch(layer: Any) -> Any:
    """The Keras model that computes what a ``torch.nn.ConvTranspose`` computes, on channels last.

    Args:
        layer: the module, of one to three axes; its weight and bias are copied.

    Returns:
        A built ``keras.Sequential``: a ``Conv2DTranspose``, and a ``Cropping2D`` where its arguments
        cannot say the padding, or those of one or three axes. Groups and dilations that Keras does not
        take are written into the weight.

    Raises:
        TypeError: it is no ``ConvTranspose1d``, ``ConvTranspose2d`` or ``ConvTranspose3d``.
        ImportError: Keras is not installed.
    """
    rank = _rank(layer, "ConvTranspose{}d", "torch.nn")
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
    plan = layer_plans.plan(what, "keras")
    weight = layer.weight.detach().cpu().numpy()
    made = getattr(keras.layers, f"Conv{rank}DTranspose")(
        layer.out_channels,
        plan.kernel,
        use_bias=what.bias,
        data_format="channels_last",
        dtype=str(weight.dtype),
        **plan.arguments,
    )
    cut = plan.crop if rank > 1 else plan.crop[0]
    more: dict[str, Any] = {"data_format": "channels_last"} if rank > 1 else {}
    crop = getattr(keras.layers, f"Cropping{rank}D")(cut, dtype=str(weight.dtype), **more)
    model = keras.Sequential([made, crop] if any(map(any, plan.crop)) else [made])
    model.build((None, *(None for _ in range(rank)), layer.in_channels))
    bias = [layer.bias.detach().cpu().numpy()] if what.bias else []
    made.set_weights([plan.weight(weight), *bias])
    return model


def torch_from_keras(layer: Any) -> Any:
    """The torch module that computes what a built ``keras.layers.Conv2DTranspose`` computes, on NCHW.

    Args:
        layer: the layer, of one to three axes; its weights are copied.

    Returns:
        A ``torch.nn.ConvTranspose2d``, or a ``torch.nn.Sequential`` of it and an ``nn.ConstantPad2d`` of
        negative width, which crops, where its arguments cannot say the padding; those of one or three axes
        for a layer of these.

    Raises:
        TypeError: it is no ``Conv1DTranspose``, ``Conv2DTranspose`` or ``Conv3DTranspose``.
        ValueError: it is not built, or has an activation.
        ImportError: torch is not installed.
    """
    rank = _rank(layer, "Conv{}DTranspose", "keras.layers")
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
    weight = np.ascontiguousarray(w.transpose(rank + 1, rank, *range(rank)))
    convention = keras_convention(
        layer.padding, layer.output_padding, layer.kernel_size, layer.strides, layer.dilation_rate
    )
    what = Layer(
        convention=convention,
        kernel=weight.shape[2:],
        channels=(weight.shape[0], weight.shape[1]),
        bias=bool(b),
    )
    plan = layer_plans.plan(what, "torch")
    made = getattr(torch.nn, f"ConvTranspose{rank}d")
    module = made(*what.channels, what.kernel, bias=what.bias, **plan.arguments)
    module = module.to(torch.as_tensor(weight).dtype)
    with torch.no_grad():
        module.weight.copy_(torch.as_tensor(weight))
        if b:
            module.bias.copy_(torch.as_tensor(b[0]))
    if not any(map(any, plan.crop)):
        return module
    cut = [-side for pair in reversed(plan.crop) for side in pair]
    return torch.nn.Sequential(module, getattr(torch.nn, f"ConstantPad{rank}d")(cut, 0.0))


def _rank(layer: object, name: str, module: str) -> int:
    """The number of axes of a layer, by its class's name."""
    for rank in (1, 2, 3):
        if type(layer).__name__ == name.format(rank) and hasattr(layer, "output_padding"):
            return rank
    names = " or ".join(name.format(rank) for rank in (1, 2, 3))
    raise TypeError(f"a {module} {names} is converted, got {type(layer).__name__}")
