"""The page that shows the equivalents of a call reads calls as Python does: its script is run here.

The tables are those of the page; what is asked of both readers is every call of the catalogue, spelled in
several ways, and what cannot be read.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import py_mini_racer
import pytest

from halfpixel import convert
from halfpixel.conversion import table
from halfpixel.conversion.parse import Reading, Unreadable, read
from halfpixel.conversion.parse.catalogue import example
from halfpixel.frameworks.layer_plans import TARGETS
from halfpixel.report import convert_page

STATIC = Path(__file__).parents[2] / "docs" / "_static"
# What is told of a reading, or of what cannot be read; sizes as Python prints them.
ASK = """
const read = halfpixelReader.reader(tables).read;
const shown = (both) => both && both.map((entry) => halfpixelReader.printed(entry));
function ask(text) {
  try {
    const one = read(text);
    return { function: one.function.name, written: one.written, by: one.by, rank: 2, size: shown(one.size),
             factors: shown(one.factors), rows: one.rows, roi: one.roi, notes: one.notes };
  } catch (error) {
    if (!(error instanceof halfpixelReader.Unreadable)) throw error;
    return { error: error.message, kind: error.kind };
  }
}
"""


@functools.cache
def engine() -> Any:
    """A JavaScript engine that has read the script and the tables."""
    made = py_mini_racer.MiniRacer()
    tables = json.dumps(convert_page.tables())
    made.eval((STATIC / "read_call.js").read_text(encoding="utf-8"))
    made.eval(f"const tables = {tables};\n{ASK}")
    return made


def by_script(texts: list[str]) -> list[dict[str, Any]]:
    """What the script says of calls."""
    found: list[dict[str, Any]] = json.loads(
        engine().eval(f"JSON.stringify({json.dumps(texts)}.map(ask))")
    )
    return found


def by_python(text: str) -> dict[str, Any]:
    """The same from Python."""
    try:
        one = read(text)
    except Unreadable as error:
        return {"error": str(error)}
    assert isinstance(one, Reading)
    found: dict[str, Any] = {
        "function": one.function.name,
        "written": one.written,
        "by": one.by,
        "rank": one.rank,
        "plain": one.rank == 2
        and not re.search(r"[-+*/%]", str(one.scalar_size))
        and not one.warnings
        and not any("in the code" in n for n in one.notes),
        "calls": sorted(call.id for call in one.calls),
        "notes": list(one.notes),
    }
    for name in ("size", "factors"):
        both = getattr(one, name)
        found |= {name: [repr(entry) for entry in both]} if both is not None else {}
    return found | ({"roi": list(one.roi)} if one.roi else {})


def compared(texts: list[str]) -> list[str]:
    """Those of which the two do not say the same."""
    rows = [sorted(row.call.id for row in group if row.call.follows) for group in table.grouped()]
    wrong = []
    for text, said in zip(texts, by_script(texts), strict=True):
        expected = by_python(text)
        if said.pop("kind", None) == "elsewhere" and not expected.pop("plain", False):
            continue  # the command line answers it
        expected.pop("plain", None)
        if "rows" in said:
            said["calls"] = sorted(call for row in said.pop("rows") for call in rows[row])
        if said != expected:
            wrong.append(f"{text}\n  script: {said}\n  python: {expected}")
    return wrong


def spelled() -> list[str]:
    """What every call of the catalogue prints, at sizes that it can say."""
    found = []
    for group in table.grouped():
        for row in group:
            case = example(row.call)
            assert case is not None
            found.append(str(row.call.said(case)))
    return found


def test_the_script_reads_every_call_of_the_catalogue_to_the_same_calls() -> None:
    texts = spelled()
    assert len(texts) > 300
    assert not compared(texts)


def test_a_call_that_is_read_has_one_row_of_the_table() -> None:
    found = [said.get("rows", []) for said in by_script(spelled())]
    assert {len(rows) for rows in found} <= {0, 1}  # none: refused, or a node that is not in it


WRITTEN = [
    'F.interpolate(x, scale_factor=2, mode="bilinear")',
    "torch.nn.functional.interpolate(x, size=(h, w), mode='bicubic', align_corners=True)",
    "F.interpolate(input=x, size=out.shape[2:], mode='bilinear')",
    "F.interpolate(x, size=[int(h * 2), w // 2 + 1], mode='area')",
    "F.interpolate(x, size=y.shape[-2:], mode='nearest')",
    "F.interpolate(x, size=n, mode='bilinear')",
    "F.interpolate(x, scale_factor=1/3)",
    "F.interpolate(x, scale_factor=(1.5, 2), mode='bilinear', recompute_scale_factor=True)",
    "F.interpolate(x, scale_factor=1e-3, mode='bicubic')",
    "nn.Upsample(scale_factor=2)(x)",
    "nn.Upsample(size=(3, 4), mode='bicubic')",
    "y = torch.nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)(x)",
    "cv2.resize(img, (w, h), interpolation=cv2.INTER_AREA)",
    "cv2.resize(img, (w // 2, -(-h // 2)), 0, 0, 0, cv2.INTER_CUBIC)",
    "cv2.resize(img, None, fx=.5, fy=0.5)",
    "cv2.resize(img, dsize=(0, 0), fx=2, fy=2, interpolation=3)",
    "cv2.resize(img, size, interpolation=cv2.INTER_LINEAR)",
    "cv2.resize(img, x if y else z)",
    "cv2.pyrDown(img)",
    "cv2.pyrUp(img, borderType=cv2.BORDER_DEFAULT)",
    "cv2.warpAffine(img, np.float32([[2, 0, 0.5], [0, 2, 0.5]]), (w, h), flags=cv2.INTER_LINEAR)",
    "cv2.warpAffine(img, M, (w, h))",
    "tf.image.resize(x, (224, 224), tf.image.ResizeMethod.BICUBIC)",
    "tf.image.resize(x, [h, w], method='lanczos3', antialias=True)",
    "tf.image.resize(x, (h, w), preserve_aspect_ratio=True)",
    "tensorflow.image.resize_bilinear(x, (10, 20), align_corners=True)",
    "tf.compat.v1.image.resize(x, (h, w), 2)",
    "resize_bilinear(x, (h, w))",
    "tf.image.crop_and_resize(x, [[0, 0, 1, 1]], [0], (h, w))",
    "tf.image.crop_and_resize(x, [[0.0, 0.1, 0.5, 0.5]], [0], (h, w))",
    "keras.layers.UpSampling2D()(x)",
    "keras.layers.UpSampling2D(size=(2, 3), interpolation='bilinear')",
    "tf.keras.layers.Resizing(64, 64, 'bicubic')",
    "keras.ops.image.resize(x, (h, w), data_format='channels_last')",
    "keras.ops.image.resize(x, (8, 8), data_format='channels_first')",
    "F.grid_sample(x, F.affine_grid(torch.tensor([[[1, 0, 0], [0, 1, 0]]]), (1, 3, h, w)))",
    "onnx.helper.make_node('Resize', ['x', '', '', 'sizes'], ['y'], mode='linear')",
    "onnx.helper.make_node('Resize', ['x', 's'], ['y'], mode='nearest')",
    "onnx.helper.make_node('Resize', ['x', '', 's'], ['y'], mode='cubic', cubic_coeff_a=-0.6)",
    "onnx.helper.make_node(op_type='Upsample', inputs=['x', 's'], outputs=['y'])",
]  # fmt: skip


ELSEWHERE = [
    "F.interpolate(x, size=(64,), mode='linear')",
    "F.interpolate(x, size=(8, 8, 8))",
    "F.interpolate(x, scale_factor=(1, 2, 2))",
    "F.interpolate(x, size=y.shape[-3:])",
    "nn.Upsample(size=(3, 4), mode='trilinear')",
    "nn.Upsample(scale_factor=2, mode='trilinear')",
    "F.interpolate(x, size=n // 2)",
    "F.interpolate(x, scale_factor=(a + b) * c, mode='bicubic')",
    "F.interpolate(x, size=(x.shape[2] + 1, w))",
    "F.interpolate(x, 2)",
    "F.interpolate(x[::2], (8, 8))",
    "torch.relu(F.interpolate(x, (8, 8)))",
    "nn.Upsample(scale_factor=2)(x.permute(0, 3, 1, 2))",
    "nn.Sequential(nn.Conv2d(3, 8, 3), nn.Upsample(scale_factor=2))",
    "cv2.resize(img, (w, h), cv2.INTER_AREA)",
    "cv2.resize(img, (h, w))",
    "cv2.resize(img, img.shape[:2])",
    "cv2.resize(img[0], img.shape[1::-1])",
    "cv2.resize(img, (w, h), fx=2, fy=2)",
    "tf.image.resize(x, (w, h))",
    "tf.image.resize(x, (h, w), 'nearest', antialias=True)",
    "keras.layers.UpSampling2D((224, 224))",
    "keras.layers.UpSampling1D(2)",
    "keras.layers.Resizing(8, 8, dtype='float16')",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_what_the_page_does_not_answer_is_sent_to_the_command_line(text: str) -> None:
    (said,) = by_script([text])
    assert said["kind"] == "elsewhere"
    assert "halfpixel convert" in said["error"]


@pytest.mark.parametrize("text", WRITTEN)
def test_the_script_reads_what_people_write_as_python_does(text: str) -> None:
    if "if y" in text:  # Python has it; the page says that it does not read it
        (said,) = by_script([text])
        assert said["kind"] == "syntax"
        return
    assert not compared([text])


UNREADABLE = {
    "F.interpolate(x, size=(3, 4), scale_factor=2)": "sizes",
    "F.interpolate(x)": "sizes",
    "F.interpolate(x, (3.5, 4))": "sizes",
    "F.grid_sample(x, grid)": "grid",
    "F.grid_sample(x, F.affine_grid(t, (1, 3, h, w)))": "grid",
    "tf.image.crop_and_resize(x, boxes, [0], (h, w))": "grid",
    "cv2.resize(img, (w, h), interpolation=cfg.INTER_AREA)": "not written out",
    "cv2.resize(img, (w, h), interpolation='INTER_AREA')": "flag",
    "tf.image.resize(x, (h, w), 'BILINEAR')": "flag",
    "F.interpolate(x, (0, 4))": "sizes",
    "F.interpolate(x, scale_factor=-2)": "sizes",
    "F.interpolate(x, 16, mode='bilinaer')": "flag",
    "F.interpolate(x, 16, mode=mode)": "not written out",
    "F.interpolate(x, 16, mode='nearest', align_corners=True)": "refused",
    "F.interpolate(x, 16, mode='nearest', align_corners=False)": "refused",
    "F.interpolate(x, 16, colour=3)": "arguments",
    "F.interpolate()": "arguments",
    "F.interpolate(x, 16, size=3)": "arguments",
    "F.interpolate(x, 16, None, 'nearest', None, None, False, 7)": "arguments",
    "F.interpolate(*args)": "stars",
    "cv2.resize(img, (w, h), interpolation=9)": "flag",
    "cv2.resize(img, (w, h), interpolation=cv2.INTER_AERA)": "not written out",
    "cv2.resize(img, (w, h, 3))": "sizes",
    "cv2.resize(img)": "arguments",
    "cv2.warpAffine(img, [[2, 0.1, 0], [0, 2, 0]], (w, h))": "grid",
    "cv2.pyrDown(img, borderType=cv2.BORDER_CONSTANT)": "refused",
    "tf.image.resize(x, (h, w), 'bilinar')": "flag",
    "tf.compat.v1.image.resize_bilinear(x, (h, w), True, None, True)": "refused",
    "tf.image.resize_bicubc(x, (h, w))": "unknown",
    "interpolat(x)": "unknown",
    "resize(x, (3, 4))": "several",
    "qwertz(x)": "unknown",
    "x + 1": "no call",
    "": "no call",
    "F.interpolate(x,": "syntax",
    "F.interpolate(x, size=(3 4))": "syntax",
    "F.interpolate(x, 'bilinear)": "syntax",
    "nn.ConvTranspose2d(8, 4, 3)": "transposed",
    "F.grid_sample(x, F.affine_grid(t, (1, 3, h, w), align_corners=True))": "grid",
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_told_in_the_words_of_python(text: str) -> None:
    kind = UNREADABLE[text]
    (said,) = by_script([text])
    assert said.get("kind") == kind, said
    if kind == "transposed":  # Python reads those
        return
    expected = by_python(text)["error"]
    if kind == "syntax":  # where a parser stops is its own
        assert said["error"].split(":")[0] == expected.split(":")[0]
    else:
        assert said["error"] == expected


# sizes that are names, numbers, or one name for both; factors; lines; what fits; what is given in another way
ANSWERED = [
    "cv2.resize(img, (cols, 64), interpolation=cv2.INTER_CUBIC)",
    "cv2.pyrDown(img, dstsize=(cols, rows))",
    "tf.image.resize(x, size)",
    "tf.image.resize(x, (224, 200), preserve_aspect_ratio=True)",
    "F.interpolate(x, scale_factor=2, mode='bilinear')",
    "F.interpolate(x, scale_factor=s, mode='bilinear')",
    "nn.UpsamplingBilinear2d(size=(64, m))(x)",
]
ANSWER = """
const answered = (text, data) => {
  const reading = halfpixelReader.reader(data).read(text);
  const { parts, usual } = halfpixelReader.partsOf(reading, data.answers[reading.rows[0]]);
  const sizes = usual ? new Map() : halfpixelReader.sizesOf(reading, parts);
  const prelude = halfpixelReader.preludeOf(reading);
  const every = (to) => [to.equal, ...(to.factors ?? []), ...(to.recipes ?? [])];
  const whole = (to) => every(to).find((one) => one && !data.texts[one.when]);
  const withSizes = (one) => prelude + halfpixelReader.withSizes(data.texts[one.code], sizes);
  const code = (to) => whole(to) ? withSizes(whole(to)) : "";
  return parts.length === 1 ? parts[0].to.map(code) : [];
};
"""


def test_the_code_of_the_page_is_that_of_python() -> None:
    places = [said["rows"][0] for said in by_script(ANSWERED)]
    data = convert_page.data(places=places)
    made = engine()
    made.eval(f"const answerable = {json.dumps(data)};{ANSWER}")
    for text in ANSWERED:
        found = made.eval(f"JSON.stringify(answered({json.dumps(text)}, answerable))")
        by_target = dict(zip(data["targets"], json.loads(found), strict=True))
        assert by_target == {to: convert(text, to).code for to in TARGETS}
        assert any(by_target.values())


def test_factors_that_a_layer_cannot_have_are_refused_as_by_python() -> None:
    text = "keras.layers.UpSampling2D(0.5)"
    (said,) = by_script([text])
    (place,) = said["rows"]
    data = convert_page.data(places=[place])
    with pytest.raises(ValueError, match="UpSampling2D") as found:
        convert(text, "torch")
    assert data["texts"][data["answers"][place]["0.5"]] == str(found.value)


def test_a_script_that_reads_another_row_is_found() -> None:
    made = engine()
    right = made.eval("tables.rows.map((row) => row.flags).length")
    assert right == len(table.rows())
    changed = json.loads(json.dumps(convert_page.tables()))
    rows = [row for row in changed["rows"] if row["function"] == "cv2.resize"]
    rows[0]["flags"], rows[-1]["flags"] = rows[-1]["flags"], rows[0]["flags"]
    made.eval(
        f"const other = halfpixelReader.reader({json.dumps(changed)});"
        "const same = (text) => JSON.stringify(other.read(text).rows) === JSON.stringify(read(text).rows);"
    )
    texts = [text for text in spelled() if text.startswith("cv2.resize")]
    assert not made.eval(f"{json.dumps(texts)}.every(same)")
