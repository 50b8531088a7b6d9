"""Each rule: what it finds, what it leaves, and its page."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from halfpixel.lint import page
from halfpixel.lint.finding import fixed
from halfpixel.lint.project import Project
from halfpixel.lint.rules import RULES
from halfpixel.lint.run import of_code

DOCS = Path(__file__).parents[2] / "docs"
HEAD = """\
import cv2
import numpy as np
import scipy.interpolate
import tensorflow as tf
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
"""


def found(code: str, rule: str) -> list[str]:
    whole = (HEAD + code).encode()
    return [one.message for one in of_code(Path("a.py"), "a.py", whole, [RULES[rule]], Project())]


FOUND = {
    "HP001": (
        "F.interpolate(x, s, mode='nearest', align_corners=True)",
        "F.interpolate(x, s, mode='cubic')",
        "F.interpolate(x, s, mode='nearest', antialias=True)",
        "F.interpolate(x)",
        "F.grid_sample(x, g, mode='nearest', padding_mode='edge')",
        "tf.image.resize(x, s, align_corners=True)",
        "tf.image.resize_bilinear(x, s)",
        "nn.ConvTranspose2d(3, 3, 3, stride=2, output_padding=2)",
        "im.resize(s, Image.ANTIALIAS)",
        "from PIL.Image import ANTIALIAS",
        "f = scipy.interpolate.interp2d(x, y, z)",
        "def f(mode='nearest'): return F.interpolate(x, s, mode=mode, align_corners=False)",
        "from functools import partial\nup = partial(F.interpolate, mode='nearest', align_corners=False)",
        "k = dict(mode='nearest', align_corners=False)\nF.interpolate(x, s, **k)",
    ),
    "HP002": (
        "cv2.resize(x, s, cv2.INTER_AREA)",
        "cv2.resize(x, s, 3)",
        "cv2.resize(x, y.shape[:2])",
        "cv2.warpAffine(x, m, s, cv2.INTER_CUBIC)",
        "F.interpolate(x, scale_factor)",
        "F.interpolate(x, (h, w), 'bilinear')",
        "nn.ConvTranspose2d(i, o, k, s, p, dilation)",
        "nn.ConvTranspose2d(3, 3, 3, 2, 1, 4)",
        "nn.Upsample(2)",
        "F.grid_sample(x, g, padding_mode)",
    ),
    "HP003": (
        "def f(x, g, w):\n  g[..., 0] = 2 * g[..., 0] / (w - 1) - 1\n  return F.grid_sample(x, g)",
        "def f(x, g, w):\n  g = g / ((w - 1) / 2) - 1\n  return F.grid_sample(x, g, align_corners=False)",
        "def f(x):\n  g = torch.linspace(-1, 1, 8)\n  return F.grid_sample(x, torch.stack([g, g], -1))",
        "def f(x, t):\n  g = F.affine_grid(t, x.shape, align_corners=True)\n  return F.grid_sample(x, g)",
        "def f(x, t):\n  g = F.affine_grid(t, x.shape)\n  return F.grid_sample(x, g, align_corners=True)",
        "def f(x, g, w):\n  g = (2 * g + 1) / w - 1\n  return F.grid_sample(x, g, align_corners=True)",
        "def f(x, y, g):\n  a = F.grid_sample(x, g)\n  return F.grid_sample(y, g, align_corners=True)",
        "def norm(g, w): return g * 2 / (w - 1) - 1\ndef f(x, g): return F.grid_sample(x, norm(g, 3))",
    ),
    "HP101": (
        "def f(image, mask): return cv2.resize(image, s), cv2.resize(mask, s)",
        "cv2.resize(label, s)",
        "F.interpolate(batch['label'].float(), s, mode='bilinear')",
        "gt_seg.resize(s, Image.BICUBIC)",
    ),
    "HP102": (
        "cv2.resize(x, (h, w))",
        "F.interpolate(x, (w, h))",
        "im.resize((h, w), Image.BICUBIC)",
        "tf.image.resize(x, (width, height))",
        "h, w = 3, m\ncv2.resize(x, (height, width), interpolation=flag)",
    ),
    "HP103": (
        "F.interpolate(x, scale_factor=0.25, mode='bilinear')",
        "F.interpolate(x, scale_factor=1 / 3, mode='bicubic')",
        "F.interpolate(x, scale_factor=0.5, mode='bilinear', align_corners=True)",
        "cv2.resize(x, None, fx=0.25, fy=0.25)",
    ),
    "HP104": (
        "nn.ConvTranspose2d(8, 8, 3, 2, 1, 1)",
        "nn.ConvTranspose1d(8, 8, kernel_size=5, stride=2)",
        "tf.keras.layers.Conv2DTranspose(8, 3, strides=2)",
    ),
    "HP105": (
        "tf.compat.v1.image.resize_bilinear(x, s)",
        "tf.compat.v1.image.resize(x, s)",
    ),
    "HP106": (
        "F.grid_sample(x, g)",
        "F.affine_grid(t, s)",
        "Image.open(p).convert('RGB').resize(s)",
        "def f(im: Image.Image): return im.resize(s)",
        "from torchvision import transforms as T\nT.Resize(224)",
        "from skimage.transform import resize\nresize(x, s)",
    ),
    "HP107": (
        "F.interpolate(x, scale_factor=h / x.shape[2])",
        "F.interpolate(x, scale_factor=(h / a, w / b))",
        "r = h / n\nF.interpolate(x, scale_factor=h / n)",
    ),
    "HP108": (
        "im.resize(s, Image.BICUBIC)\ncv2.resize(x, s, interpolation=cv2.INTER_CUBIC)",
        "F.interpolate(x, s, mode='bicubic', antialias=True)\nF.interpolate(x, s, mode='bicubic')",
    ),
    "HP004": (
        "def f(x):\n  if isinstance(x, np.ndarray): return cv2.resize(x, s)\n"
        "  return x.resize(s, Image.LANCZOS)",
        "def f(x):\n  if torch.is_tensor(x): y = F.interpolate(x, s, mode='nearest')\n"
        "  else: y = cv2.resize(x, s, interpolation=cv2.INTER_AREA)\n  return y",
    ),
}

LEFT = {
    "HP001": (
        "F.interpolate(x, s, mode='nearest')",
        "F.interpolate(x, s, mode='bilinear', align_corners=True)",
        "F.interpolate(x, s, mode=mode, align_corners=a)",
        "def f(mode='nearest', a=None): return F.interpolate(x, s, mode=mode, align_corners=a)",
        "def f(size=None, scale=None): return F.interpolate(x, size, scale)",
        "def f(**k): return F.interpolate(x, **k)",
        "def f(k=dict(mode='nearest')): return F.interpolate(x, **k)",
        "def f(mode='own'):\n  if mode == 'own': return x\n  return F.interpolate(x, s, mode=mode)",
        "try:\n  a = Image.Resampling.LANCZOS\nexcept AttributeError:\n  a = Image.ANTIALIAS",
        "a = Image.LANCZOS if hasattr(Image, 'LANCZOS') else Image.ANTIALIAS",
        "if tf.__version__ < '2':\n  tf.image.resize_bilinear(x, s)",
        "tf.compat.v1.image.resize_bilinear(x, s)",
        "mine.ANTIALIAS",
        "import tensorflow.contrib.slim as slim\ntf.image.resize_bilinear(x, s)",
        "tf.keras.layers.UpSampling2D(2, input_shape=(3, 3, 3))",
    ),
    "HP002": (
        "cv2.resize(x, s, interpolation=cv2.INTER_AREA)",
        "cv2.resize(x, s, None, 2, 2, cv2.INTER_AREA)",
        "cv2.resize(x, s, out)",
        "cv2.resize(x, s, cv2.INTER_LINEAR)",
        "cv2.resize(x, y.shape[1::-1])",
        "F.interpolate(x, scale_factor=scale_factor)",
        "F.interpolate(x, size, scale_factor, mode, align_corners)",
        "F.interpolate(x, 2 * n)",
        "F.interpolate(x, size=2)",
        "nn.ConvTranspose2d(i, o, k, s, p, output_padding, groups, bias, dilation)",
    ),
    "HP003": (
        "def f(x, g, w):\n  g = 2 * g / (w - 1) - 1\n  return F.grid_sample(x, g, align_corners=True)",
        "def f(x, g, w):\n  g = 2 * g / w - 1\n  return F.grid_sample(x, g)",
        "def f(x, g, w):\n  g = (2 * g + 1) / w - 1\n  return F.grid_sample(x, g)",
        "def f(x, g): return F.grid_sample(x, g)",
        "def f(x, t, a):\n  g = F.affine_grid(t, s, align_corners=a)\n"
        "  return F.grid_sample(x, g, align_corners=a)",
        "def f(x, y, g):\n  a = F.grid_sample(x, g, mode='nearest')\n  return a, F.grid_sample(y, g)",
        "def f(x, g):\n  if a: return F.grid_sample(x, g)\n"
        "  else: return F.grid_sample(x, g, align_corners=True)",
    ),
    "HP101": (
        "cv2.resize(mask, s, interpolation=cv2.INTER_NEAREST)",
        "F.interpolate(label, s)",
        "cv2.resize(mask, s)",
        "F.interpolate(mask_logits, s, mode='bilinear')",
        "logits = F.interpolate(segmentation, s, mode='bilinear')",
        "cv2.resize(image, s)",
        "cv2.resize(mask, s, interpolation=flag)",
    ),
    "HP102": (
        "cv2.resize(x, (w, h))",
        "F.interpolate(x, (h, w))",
        "w, h = y.shape[:2]\ncv2.resize(x, (h, w))",
        "w, h = y.shape[0], y.shape[1]\ntf.image.resize(x, (w, h))",
    ),
    "HP103": (
        "F.interpolate(x, scale_factor=0.5, mode='bilinear')",
        "F.interpolate(x, scale_factor=0.25, mode='bilinear', antialias=True)",
        "F.interpolate(x, scale_factor=0.25)",
        "F.interpolate(x, scale_factor=2, mode='bilinear')",
        "cv2.resize(x, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)",
    ),
    "HP104": ("nn.ConvTranspose2d(8, 8, 4, 2, 1)", "nn.ConvTranspose2d(8, 8, 3)"),
    "HP105": (
        "tf.compat.v1.image.resize_bilinear(x, s, half_pixel_centers=True)",
        "tf.compat.v1.image.resize(x, s, align_corners=True)",
        "tf.image.resize(x, s)",
    ),
    "HP106": (
        "F.interpolate(x, s, mode='bilinear')",
        "F.grid_sample(x, g, 'nearest', 'zeros', True)",
        "np.zeros(3).resize(s)",
        "from torchvision import transforms as T\n[T.Resize(224), T.CenterCrop(224), T.ToTensor()]",
        "Image.open(p).resize(s, Image.LANCZOS)",
        "def f(im): return im.resize(s)",
        "F.grid_sample(x, g, **k)",
    ),
    "HP107": (
        "F.interpolate(x, scale_factor=1 / 4)",
        "F.interpolate(x, size=(h // 2, w))",
        "def f(x, h, n):\n  h = h + 0.1\n  return F.interpolate(x, scale_factor=h / n)",
    ),
    "HP108": (
        "im.resize(s, Image.BICUBIC)\nF.interpolate(x, s, mode='bicubic', antialias=True)",
        "F.interpolate(x, s, mode='bicubic')\ncv2.resize(x, s, interpolation=cv2.INTER_CUBIC)",
    ),
    "HP004": (
        "def f(x):\n  if isinstance(x, np.ndarray): return cv2.resize(x, s)\n"
        "  return x.resize(s, Image.BILINEAR)",
        "def f(x):\n  if a: return cv2.resize(x, s)\n  return x.resize(s, Image.LANCZOS)",
        "def f(x):\n  if isinstance(x, str): x = cv2.imread(x)\n  return cv2.resize(x, s)",
    ),
}


@pytest.mark.parametrize(("rule", "code"), [(r, c) for r, codes in FOUND.items() for c in codes])
def test_is_found(rule: str, code: str) -> None:
    assert len(found(code, rule)) == 1


@pytest.mark.parametrize(("rule", "code"), [(r, c) for r, codes in LEFT.items() for c in codes])
def test_is_left(rule: str, code: str) -> None:
    assert found(code, rule) == []


@functools.cache
def text_of(code: str) -> str:
    return (DOCS / "lint" / f"{code}.md").read_text(encoding="utf-8")


# what they find is no matter of the file alone
OF_PROJECTS = ("HP005", "HP201")


def test_every_rule_is_tested() -> None:
    assert set(FOUND) == set(LEFT) == set(RULES) - set(OF_PROJECTS)


@pytest.mark.parametrize("code", FOUND)
def test_the_example_of_a_page_is_found_and_what_it_writes_instead_is_not(code: str) -> None:
    text, rule = text_of(code), RULES[code]
    assert text.startswith(f"# {code}: ")
    assert page.findings_text(page.example(text), rule) != ""
    assert page.fix(text) != ""
    assert page.findings_text(page.fix(text), rule) == ""


@pytest.mark.parametrize("code", RULES)
def test_a_page_has_its_parts_and_says_what_was_measured(code: str) -> None:
    headings = re.findall(r"^## (.*)$", text_of(code), re.MULTILINE)
    assert headings == ["Why", "Example", "Fix", "When to ignore it", "Measured"]
    measured = text_of(code).partition("## Measured")[2]
    assert re.search(r"20\d\d-\d\d-\d\d", measured)


@pytest.mark.parametrize("code", ["HP001", "HP002"])
def test_the_fix_of_a_page_is_what_fix_writes(code: str) -> None:
    text, rule = text_of(code), RULES[code]
    before = page.example(text).encode()
    findings = of_code(Path("a.py"), "a.py", before, [rule], Project())
    made = fixed(before, tuple(edit for one in findings for edit in one.edits)).decode()
    wanted = page.fix(text).splitlines()
    certain = {one.line for one in findings if one.edits}
    assert certain
    assert [made.splitlines()[line - 1] for line in certain] == [
        wanted[line - 1] for line in certain
    ]
