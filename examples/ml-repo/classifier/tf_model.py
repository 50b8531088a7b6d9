"""The same preprocessing for the TensorFlow model."""

import tensorflow as tf


def resize(image: tf.Tensor) -> tf.Tensor:
    """From (1, h, w, 3) to (1, 160, 160, 3)."""
    return tf.image.resize(image, (160, 160), method="bilinear")
