"""Preprocessing is the same in training, in serving and in the exported model, and the same as before."""

from pathlib import Path

import pytest
from classifier import export, serve, train

from halfpixel.testing import assert_conforms, assert_same

SIZES = [(480, 640), (120, 90)]


def test_serving_computes_what_training_did() -> None:
    assert_same(train.preprocess, serve.preprocess, sizes=SIZES)


def test_the_exported_model_resizes_as_training_did(tmp_path: Path) -> None:
    assert_same(
        train.Resize(), export.export(tmp_path / "model.onnx"), sizes=SIZES, dtypes=["float32"]
    )


def test_the_tensorflow_model_resizes_as_training_did() -> None:
    pytest.importorskip("tensorflow")
    from classifier import tf_model

    training = "F.interpolate(mode='bilinear', align_corners=False)"
    assert_conforms(tf_model.resize, training, dtypes=["float32"])


def test_the_letterbox_is_what_it_was(halfpixel_golden) -> None:
    halfpixel_golden(serve.letterbox, sizes=[(48, 32)])
