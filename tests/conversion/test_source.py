"""Calls are found in files by what is imported, with the values that are literal there."""

from __future__ import annotations

import pytest

from halfpixel.conversion import parse
from halfpixel.conversion.parse import source
from halfpixel.conversion.parse.values import Default


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
    "M = 'area'\nM = 'nearest'\nF.interpolate(x, s, mode=M)": "mode='nearest'",
    "if a:\n    M = 'area'\nF.interpolate(x, s, mode=M)\nM = 'nearest'": "mode='area'",
    "M = 'area'\nwhile F.interpolate(x, s, mode=M): M = f()": "mode=M",
    "try: M = 'area'\nexcept E: M = 'nearest'\nF.interpolate(x, s, mode=M)": "mode=M",
    "if a: M = 'area'\nelse: raise E\nF.interpolate(x, s, mode=M)": "mode='area'",
    "M = 'area'\n[M for M in y]\nF.interpolate(x, s, mode=M)": "mode='area'",
    "M = 'area'\n[F.interpolate(x, s, mode=M) for M in y]": "mode=M",
    "for M in ['area']: F.interpolate(x, s, mode=M)": "mode='area'",
    "a, M = 3, 'area'\nF.interpolate(x, s, mode=M)": "mode='area'",
    "M = ['area']\nF.interpolate(x, s, mode=M[0])": "mode='area'",
    "M = ['area']\nM.insert(0, f())\nF.interpolate(x, s, mode=M[0])": "mode=M[0]",
    "k = dict(mode='area')\nF.interpolate(x, s, **k)": "mode='area'",
    "k = {'mode': 'area'}\nF.interpolate(x, s, **k)": "mode='area'",
    "def f(**k): F.interpolate(x, s, **k)": "**k",
    "k = {'mode': 'area'}\nk['mode'] = 'nearest'\nF.interpolate(x, s, **k)": "**k",
    "k = {'mode': 'area'}\ndef g(): k.update(y)\ndef f(): F.interpolate(x, s, **k)": "**k",
    "a = (None, 'area')\nF.interpolate(x, s, *a)": "None, 'area'",
    "def f(c=None): F.interpolate(x, s, align_corners=c)": "align_corners=None",
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


# the tests of the branches, and the arguments in each
BRANCHES: dict[str, list[tuple[str, str]]] = {
    "if a: M = 'area'\nelse: M = 'nearest'\nF.interpolate(x, s, mode=M)": [
        ("M == 'area'", "mode='area'"),
        ("not (M == 'area')", "mode='nearest'"),
    ],
    "M = 'area' if a else 'nearest'\nF.interpolate(x, s, mode=M)": [
        ("a", "mode='area'"),
        ("not (a)", "mode='nearest'"),
    ],
    "def f(a):\n    M = 'area' if a else 'nearest'\n    a = g()\n    F.interpolate(x, s, mode=M)": [
        ("M == 'area'", "mode='area'"),
        ("not (M == 'area')", "mode='nearest'"),
    ],
    "a = f()\nM = 'area' if a else 'nearest'\na = g()\nF.interpolate(x, s, mode=M)": [
        ("M == 'area'", "mode='area'"),
        ("not (M == 'area')", "mode='nearest'"),
    ],
    "def f(m):\n    if m is None: m = 'area'\n    F.interpolate(x, s, mode=m)": [
        ("m == 'area'", "mode='area'"),
        ("not (m == 'area')", "mode=m"),
    ],
    "for M in ('area', 'nearest'): F.interpolate(x, s, mode=M)": [
        ("M == 'area'", "mode='area'"),
        ("not (M == 'area')", "mode='nearest'"),
    ],
    "K = {1: 'area', 2: 'nearest', 3: 'area'}\nF.interpolate(x, s, mode=K[n])": [
        ("K[n] == 'area'", "mode='area'"),
        ("not (K[n] == 'area')", "mode='nearest'"),
    ],
    "K = {1: 'area'}\nF.interpolate(x, s, mode=K.get(n, 'nearest'))": [
        ("K.get(n, 'nearest') == 'area'", "mode='area'"),
        ("not (K.get(n, 'nearest') == 'area')", "mode='nearest'"),
    ],
    "class A:\n  m = 'area'\n  def f(self): F.interpolate(x, s, mode=self.m)\nclass B(A): m = 'nearest'": [
        ("self.m == 'area'", "mode='area'"),
        ("not (self.m == 'area')", "mode='nearest'"),
    ],
    "class A:\n  def __init__(self):\n    if a: self.c = True\n    else: self.c = False\n"
    "  def f(self): F.interpolate(x, s, mode='bilinear', align_corners=self.c)": [
        ("self.c", "mode='bilinear', align_corners=True"),
        ("not (self.c)", "mode='bilinear', align_corners=False"),
    ],
    # what is given together stays together
    "if a: M, c = 'nearest', None\nelse: M, c = 'bilinear', True\n"
    "F.interpolate(x, s, mode=M, align_corners=c)": [
        ("M == 'nearest'", "mode='nearest', align_corners=None"),
        ("not (M == 'nearest')", "mode='bilinear', align_corners=True"),
    ],
    "for M, c in [('nearest', None), ('bilinear', True)]: F.interpolate(x, s, mode=M, align_corners=c)": [
        ("M == 'nearest'", "mode='nearest', align_corners=None"),
        ("not (M == 'nearest')", "mode='bilinear', align_corners=True"),
    ],
    "for M in ('nearest', 'bilinear'):\n"
    "    F.interpolate(x, s, mode=M, align_corners=None if M == 'nearest' else True)": [
        ("M == 'nearest'", "mode='nearest', align_corners=None"),
        ("not (M == 'nearest')", "mode='bilinear', align_corners=True"),
    ],
    "for M in ('nearest', 'bilinear'):\n    if M in {'nearest'}: c = None\n    else: c = True\n"
    "    F.interpolate(x, s, mode=M, align_corners=c)": [
        ("M == 'nearest'", "mode='nearest', align_corners=None"),
        ("not (M == 'nearest')", "mode='bilinear', align_corners=True"),
    ],
}


@pytest.mark.parametrize("code", BRANCHES)
def test_a_name_with_several_values_is_one_call_for_each(code: str) -> None:
    (call,) = source.parsed(f"{HEAD}{code}".encode()).calls
    start = "torch.nn.functional.interpolate(x, s, "
    assert [(one.condition, one.text) for one in parse.readings(call.branched)] == [
        (condition, f"{start}{text})") for condition, text in BRANCHES[code]
    ]


def test_an_entry_whose_index_has_several_values_is_decided_once() -> None:
    code = f"{HEAD}for i in (0, 1):\n    K = ['area', f()]\n    F.interpolate(x, s, mode=K[i])"
    (call,) = source.parsed(code.encode()).calls
    assert "mode='area') if K[i] == 'area' else" in call.branched


def test_a_number_that_may_be_another_stays_a_name() -> None:
    code = f"{HEAD}z = 1\nwhile a: z *= 2\nF.interpolate(x, scale_factor=z)"
    (call,) = source.parsed(code.encode()).calls
    assert call.branched == "torch.nn.functional.interpolate(x, scale_factor=z)"


def test_names_with_too_many_values_stay() -> None:
    code = f"{HEAD}for M in {tuple('abcdefghi')}: F.interpolate(x, s, mode=M)"
    (call,) = source.parsed(code.encode()).calls
    assert call.branched == "torch.nn.functional.interpolate(x, s, mode=M)"


PARTIAL = {
    "r = partial(cv2.resize, interpolation=2)\nr(x, s)": "cv2.resize(x, s, interpolation=2)",
    "r = partial(cv2.resize, interpolation=2)\nr(x, s, interpolation=3)": "cv2.resize(x, s, interpolation=3)",
    "class A:\n  def __init__(self): self.r = partial(cv2.resize, dsize=(3, 4))\n  def f(self): self.r(x)": (
        "cv2.resize(x, dsize=(3, 4))"
    ),
}


@pytest.mark.parametrize("code", PARTIAL)
def test_a_call_of_a_partial_function_has_the_arguments_of_both(code: str) -> None:
    head = "import cv2\nfrom functools import partial\n"
    assert spelled(head + code)[-1] == PARTIAL[code]


def test_what_is_imported_with_a_star_is_known() -> None:
    assert spelled("from torch.nn.functional import *\ninterpolate(x, 3)") == [
        "torch.nn.functional.interpolate(x, 3)"
    ]


def test_a_default_that_was_taken_is_said() -> None:
    code = HEAD + "def f(m='area', a=1): F.interpolate(x, s, a, m)"
    (call,) = source.parsed(code.encode()).calls
    assert call.assumed == (Default("m", "'area'", "f"),)
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
