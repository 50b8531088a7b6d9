"""Pictures of two functions' difference: a PNG, and a page of its own. Needs Matplotlib."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..comparison import Comparison, Look
from ..operators import Resize
from .diagrams import picture
from .sampling import Sampling

Float = NDArray[np.float64]
_COLOURS = "RdBu_r"
_PANELS = ("image", "A", "B", "A − B")


def _matplotlib() -> Any:
    """Matplotlib.

    Raises:
        ValueError: it is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise ValueError(
            "a picture needs Matplotlib, which is not installed: pip install matplotlib"
        ) from None
    return mpl


def shown(answer: Comparison) -> list[Look]:
    """What pictures are drawn of: the photograph, or image file, with the largest difference; and, if it is
    another, the image that shows the difference most."""
    comparable = [look for look in answer.looks if look.levels is not None]
    made = ("noise", "checkerboard", "edges")
    real = [look for look in comparable if look.probe.name not in made]

    def apart(look: Look) -> float:
        return look.difference.max if look.difference else 0.0

    largest = [max(group, key=apart) for group in (real, comparable) if group]
    return list(dict.fromkeys(largest))


def _panels(look: Look) -> tuple[Float, Float, Float, Float, float]:
    """The image, both outputs and their signed difference, in levels; and the largest difference."""
    assert look.levels is not None
    a, b = look.levels
    signed = a - b
    channel = np.argmax(abs(signed).max(axis=(0, 1)))
    off = signed[..., channel]
    return np.asarray(look.probe.pixels, np.float64), a, b, off, float(abs(signed).max())


def png(answer: Comparison) -> bytes:
    """Image, both outputs and the signed difference of what :func:`shown` says.

    Raises:
        ValueError: Matplotlib is not installed, or there is nothing to draw.
    """
    _matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    looks = _drawable(answer)
    figure = Figure(figsize=(13, 3.9 * len(looks)), layout="constrained", dpi=100)
    FigureCanvasAgg(figure)
    for i, look in enumerate(looks):
        image, a, b, off, largest = _panels(look)
        for k, (name, values) in enumerate(zip(_PANELS, (image, a, b, off), strict=True)):
            axes = figure.add_subplot(len(looks), 4, 4 * i + k + 1)
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_title(_title(name, values, look), fontsize=9)
            if k < 3:
                axes.imshow(_rgb(values), interpolation="nearest")
                continue
            limit = largest or 1.0
            drawn = axes.imshow(
                off, cmap=_COLOURS, vmin=-limit, vmax=limit, interpolation="nearest"
            )
            figure.colorbar(drawn, ax=axes, label="levels of 255", shrink=0.8)
    figure.suptitle(f"A: {answer.a.name}    B: {answer.b.name}\n{answer.headline}", fontsize=10)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _drawable(answer: Comparison) -> list[Look]:
    looks = shown(answer)
    if not looks:
        raise ValueError(
            "there is no picture of the difference: the outputs have two shapes, or cannot be put into levels"
        )
    return looks


def _title(name: str, values: Float, look: Look) -> str:
    h, w = values.shape[:2]
    if name == "image":
        return f"{look.probe.name}, {h}×{w} {look.probe.dtype}"
    return (
        f"{name}, {h}×{w}"
        if name in "AB"
        else "A − B in levels of 255, the channel that differs most"
    )


def _rgb(levels: Float) -> NDArray[np.uint8]:
    """Levels as a picture; NaN is black."""
    whole = np.clip(np.rint(np.nan_to_num(levels)), 0, 255).astype(np.uint8)
    return np.repeat(whole, 3, axis=2) if whole.shape[2] == 1 else whole[..., :3]


# ---------------------------------------------------------------------------- the page

_STYLE = """
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#5a6068;--page:#fff;--card:#f4f5f7;--line:#d5d9de}
@media(prefers-color-scheme:dark){:root{--ink:#e6e7e9;--soft:#a2a9b2;--page:#15171a;--card:#1f2226;
--line:#3a3f46}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:75rem;padding:1.25rem;background:var(--page);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:.2rem 0 .8rem}h2{font-size:1.1rem;margin:1.8rem 0 .5rem}
code,pre,td,th{font-family:ui-monospace,monospace;font-size:.85rem}
code{overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem .8rem;margin:0}dt{font-weight:600}dd{margin:0}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem;
align-items:start}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem}
figure img{width:100%;height:auto;image-rendering:pixelated;display:block;border-radius:.25rem}
figcaption{color:var(--soft);font-size:.85rem;margin-bottom:.4rem}
.legend{height:.8rem;border-radius:.2rem;margin-top:.5rem}
.ticks{display:flex;justify-content:space-between;color:var(--soft);font-size:.8rem}
.wide{overflow-x:auto}table{border-collapse:collapse}td,th{border-bottom:1px solid var(--line);
padding:.3rem .7rem;text-align:left;vertical-align:top}th{font-weight:600}
tr.off td:nth-child(2){color:#c5221f;font-weight:600}
@media(prefers-color-scheme:dark){tr.off td:nth-child(2){color:#ff8a80}}
pre{background:var(--card);border:1px solid var(--line);border-radius:.5rem;
padding:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;margin-top:1.5rem;font-weight:600}
svg{max-width:100%;height:auto}
"""


def page(answer: Comparison) -> bytes:
    """One HTML file with everything in it: the answer, pictures and, where they are known, the weights.

    Raises:
        ValueError: Matplotlib is not installed.
    """
    _matplotlib()
    body = "\n".join(_body(answer))
    title = html.escape(f"{answer.a.name} and {answer.b.name}")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def _body(answer: Comparison) -> Iterator[str]:
    yield f"<h1>{html.escape(answer.headline)}</h1>"
    yield "<dl>"
    for letter, side in (("A", answer.a), ("B", answer.b)):
        source = f" ({html.escape(side.function.source)})" if side.function.source else ""
        yield f"<dt>{letter}</dt><dd><code>{html.escape(side.name)}</code>{source}</dd>"
    yield "</dl>"
    if answer.stages and not answer.same:
        yield f"<p>{html.escape(answer.parting)}</p>"
    for remedy in answer.remedies:
        yield f"<p>{html.escape(remedy.words)}{':' if remedy.code else ''}</p>"
        if remedy.code:
            where = f"  # {'; '.join(remedy.conditions)}\n" if remedy.conditions else ""
            yield f"<pre>{html.escape(where.lstrip() + remedy.code)}</pre>"
    for look in shown(answer):
        yield from _pictures(look)
    if answer.stages:
        yield from _stages(answer)
    yield from _weights(answer)
    yield "<details><summary>The whole answer as text</summary>"
    yield f"<pre>{html.escape(str(answer))}</pre></details>"


def _pictures(look: Look) -> Iterator[str]:
    image, a, b, off, largest = _panels(look)
    yield f"<h2>{html.escape(look.probe.name)}, {html.escape(str(look.setting))}</h2>"
    yield '<div class="row">'
    for name, values in zip(_PANELS, (image, a, b), strict=False):
        caption = html.escape(_title(name, values, look))
        yield f"<figure><figcaption>{caption}</figcaption>{_image(_rgb(values), caption)}</figure>"
    limit = largest or 1.0
    colours = _matplotlib().colormaps[_COLOURS]
    heat = colours(np.clip((off / limit + 1) / 2, 0, 1), bytes=True)[..., :3]
    stops = ",".join("#" + bytes(colours(i / 8, bytes=True)[:3]).hex() for i in range(9))
    caption = html.escape(_title("A − B", off, look))
    yield (
        f"<figure><figcaption>{caption}</figcaption>{_image(heat, caption)}"
        f'<div class="legend" style="background:linear-gradient(to right,{stops})"></div>'
        f'<div class="ticks"><span>−{limit:.3g}</span><span>0</span>'
        f"<span>+{limit:.3g}</span></div></figure>"
    )
    yield "</div>"


def _image(pixels: NDArray[np.uint8], words: str) -> str:
    from matplotlib.image import imsave

    out = io.BytesIO()
    imsave(out, np.ascontiguousarray(pixels), format="png")
    data = base64.b64encode(out.getvalue()).decode()
    return f'<img alt="{words}" src="data:image/png;base64,{data}">'


def _stages(answer: Comparison) -> Iterator[str]:
    yield f'<h2>Stage by stage, at {html.escape(str(answer.stages_in))}</h2>\n<div class="wide"><table>'
    yield "<tr><th>stage</th><th></th><th>A</th><th>B</th></tr>"
    for stage in answer.stages:
        verdict = {True: "same", False: "differs", None: "not told"}[stage.same]
        kind = ' class="off"' if stage.same is False else ""
        cells = "".join(
            f"<td>{html.escape(cell)}</td>" for cell in (stage.name, verdict, stage.a, stage.b)
        )
        yield f"<tr{kind}>{cells}</tr>"
    yield "</table></div>"


_MOST = 16  # pixels of a drawing


def _weights(answer: Comparison) -> Iterator[str]:
    """Where output pixels sample and what they weigh, of both functions, along the rows."""
    for letter, side in (("A", answer.a), ("B", answer.b)):
        follows = side.follows
        if follows is None:
            continue
        convention, path = follows.candidates[0].convention, follows.paths[0]
        ratio = Fraction(path.stop - path.start, path.resized).limit_denominator(7)
        n_in, n_out = ratio.numerator, ratio.denominator
        times = max(1, 6 // max(n_in, n_out))
        n_in, n_out = n_in * times, n_out * times
        if max(n_in, n_out) > _MOST or not convention.takes(n_in, n_out):
            continue
        yield f"<h2>What {letter} weighs: {html.escape(str(convention))}</h2>"
        yield (
            f"<p>Rows, drawn for {n_in} pixels to {n_out}, about the ratio of "
            f"{path.stop - path.start} to {path.resized}.</p>"
        )
        yield _drawing(convention, n_in, n_out)


def _drawing(convention: Resize, n_in: int, n_out: int) -> str:
    return f'<div class="wide">{picture([Sampling(convention, n_in, n_out)])}</div>'
