"""Calls are found in files by what is imported, with the values that are literal there."""

from __future__ import annotations

import pytest

from halfpixel.conversion import parse
from halfpixel.conversion.parse import source


def spelled(code: str) -> list[str]:
    return [one.spelled for one in source.parsed(code.encode()).calls]


IMPORTED = {
    "import torch.nn.functional as nnf\nnnf.interpolate(x, 3)": "torch.nn.functional.interpolate(x, 3)",
    "import torch\nG = torch.nn.functional\nG.interpolate(x, 3)": "torch.nn.functional.interpolate(x, 3)",
    "from cv2 import resize as r, INTER_AREA as A\nr(x, s, None, 0, 0, A)": (
        "cv2.resize(x, s, None, 0, 0, cv2.INTER_AREA)"
    ),
    "import cv2\nfrom functools import partial\npartial(cv2.resize, interpolation=2)": (
        "cv2.resize(interpolation=2, src=src, dsize=dsize)"
    ),
    "def f():\n    import cv2\n    return cv2.resize(x, s)": "cv2.resize(x, s)",
    "class A:\n  def __init__(self): self.m = cv2\n  def f(self): self.m.resize(x, s)\nimport cv2": (
        "cv2.resize(x, s)"
    ),
    "from tf_keras import layers as L\nL.UpSampling2D(2)": "tf_keras.layers.UpSampling2D(2)",
    "from PIL import Image as I\nI.open(p).convert('L').resize(s, I.BICUBIC)": (
        "I.open(p).convert('L').resize(s, Image.BICUBIC)"
    ),
    "from PIL import Image\ndef f(image: Image.Image): return image.resize(s)": "im.resize(s)",
    "from PIL import Image\nx.resize(s, resample=Image.Resampling.BOX)": (
        "x.resize(s, resample=Image.Resampling.BOX)"
    ),
    "from PIL import Image\nF.resize(s, resample=Image.Resampling.BOX)": (  # F is a module in a text
        "im.resize(s, resample=Image.Resampling.BOX)"
    ),
    "try:\n  import cv2\nexcept ImportError:\n  cv2 = None\ncv2.resize(x, s)": "cv2.resize(x, s)",
}


@pytest.mark.parametrize("code", IMPORTED)
def test_a_call_has_the_name_that_is_imported(code: str) -> None:
    assert spelled(code) == [IMPORTED[code]]


OTHERS = (
    "def f(cv2): cv2.resize(x, s)",
    "from .mine import cv2\ncv2.resize(x, s)",
    "from mine import interpolate\ninterpolate(x, 3)",
    "import numpy as np\nnp.resize(x, s)",
    "x.resize(3)",
    "from PIL import Image\ndef f(image): return image.resize(s)",
    "from PIL import Image\nImage.open(p).load().resize(s)",
    "from PIL import Image\ndef f(self): self.resize(s, Image.BICUBIC)",
    "from PIL import Image\nmine.resize(x, s, Image.BICUBIC)",
    "import cv2 as m\ndef f():\n    m = 3\n    m.resize(x, s)",
)


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_something_else_is_left(code: str) -> None:
    assert spelled(code) == []


HEAD = "import torch.nn.functional as F\n"
VALUES = {
    "M = 'area'\nF.interpolate(x, s, mode=M)": "mode='area'",
    "def f(m='area'): F.interpolate(x, s, mode=m)": "mode='area'",
    "def f(m=None): F.interpolate(x, s, mode=m)": "mode=m",
    "def f(m='area'):\n    if a: m = 'nearest'\n    F.interpolate(x, s, mode=m)": "mode=m",
    "M = 'area'\nM = 'nearest'\nF.interpolate(x, s, mode=M)": "mode=M",
    "for M in ['area']: F.interpolate(x, s, mode=M)": "mode=M",
    "k = dict(mode='area')\nF.interpolate(x, s, **k)": "mode='area'",
    "k = {'mode': 'area'}\nF.interpolate(x, s, **k)": "mode='area'",
    "def f(**k): F.interpolate(x, s, **k)": "**k",
    "class A:\n  def __init__(self, m='area'): self.m = m\n  def f(self): F.interpolate(x, s, mode=self.m)": (
        "mode='area'"
    ),
    "class A:\n  m = 'area'\n  def f(self): F.interpolate(x, s, mode=self.m)": "mode='area'",
    "class A:\n  m = 'area'\n  def g(self): self.m = 'x'\n  def f(self): F.interpolate(x, s, mode=self.m)": (
        "mode=self.m"
    ),
}


@pytest.mark.parametrize("code", VALUES)
def test_a_name_is_its_value_where_there_is_one(code: str) -> None:
    (call,) = spelled(HEAD + code)
    assert call == f"torch.nn.functional.interpolate(x, s, {VALUES[code]})"


def test_a_default_that_was_taken_is_said() -> None:
    code = HEAD + "def f(m='area', a=1): F.interpolate(x, s, a, m)"
    (call,) = source.parsed(code.encode()).calls
    assert call.assumed == (source.Default("m", "'area'", "f"),)
    assert call.text == "F.interpolate(x, s, a, m)"


RAISES = (
    "F.interpolate(x, s, mode='nearest', align_corners=False)",
    "F.interpolate(x, size=3, scale_factor=2)",
    "F.interpolate(x)",
    "F.interpolate(x, s, mod='nearest')",
    "cv2.resize(x)",
    "nn.ConvTranspose2d(3, 3, 3, 2, 1, 2)",
)


@pytest.mark.parametrize("text", RAISES)
def test_what_the_framework_raises_for_is_told_from_what_is_not_read(text: str) -> None:
    with pytest.raises(parse.Raises):
        parse.readings(text)


@pytest.mark.parametrize(
    "text",
    [
        "F.interpolate(x, s, mode=m)",
        "F.interpolate(x, s, mode='cubic')",
        "F.interpolate(x, size=s, scale_factor=2)",
    ],
)
def test_what_is_not_read_need_not_raise(text: str) -> None:
    with pytest.raises(parse.Unreadable) as error:
        parse.readings(text)
    assert not isinstance(error.value, parse.Raises)


@pytest.mark.parametrize("code", [b"def f(:", b"x = 'a\0b'", b"\xff\xfe", b"(" * 5000])
def test_what_is_no_python_is_one_line(code: bytes) -> None:
    with pytest.raises(source.NotRead) as error:
        source.parsed(code)
    assert "\n" not in str(error.value)
