"""The JSON documents: their keys are those that docs/json.md describes, and every answer has them."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from halfpixel import (
    Resize,
    Sampling,
    cli,
    compare,
    convention_of,
    convert,
    documents,
    find_rules,
    identify,
)
from halfpixel.conversion.file_calls import Location, convert_in_file
from halfpixel.identification.candidates import Candidate
from halfpixel.identification.equivalents import Same
from halfpixel.report import json_schema

Array = NDArray[Any]
PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
CLASSES = {
    name: each
    for name, each in vars(documents).items()
    if typing.is_typeddict(each) and each.__module__ == documents.__name__
}


def _described() -> dict[str, list[str]]:
    """The keys in the table under each heading of the page."""
    found = {}
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
        found[section.split()[0]] = [key for row in rows for key in re.findall(r"`(\w+)`", row)]
    return found


def test_the_page_describes_every_document_and_no_other() -> None:
    assert sorted(_described()) == sorted(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_the_page_describes_every_key(name: str) -> None:
    described = _described()[name]
    assert sorted(described) == sorted(typing.get_type_hints(CLASSES[name]))


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that has no other keys: what is published allows those that a later release adds."""
    for each in schema["$defs"].values():
        each["additionalProperties"] = False
    return schema


SCHEMA = _closed(json_schema.schema())


def _problems(value: object, kind: Any) -> list[str]:
    """Where a value is not what a document's type says."""
    validator = jsonschema.Draft202012Validator({**SCHEMA, **json_schema.of(kind)})
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(value)]


def hold(document: Mapping[str, Any], kind: Any) -> None:
    assert not _problems(document, kind)
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema.schema())


def test_a_wrong_document_is_found() -> None:
    right = Resize(mode="linear").json()
    assert not _problems(right, documents.Convention)
    wrong: list[dict[str, Any]] = [
        {**right, "operation": "pool"},
        {**right, "words": 3},
        {**right, "attributes": [1]},
        {**right, "more": 1},
        {"operation": "resize"},
    ]
    for one in wrong:
        assert _problems(one, documents.Convention)
    call = {"framework": "torch", "id": None, "releases": ">=1"}
    assert not _problems(call, documents.Call)
    assert _problems({**call, "id": 3}, documents.Call)


CALLS = {
    "F.interpolate(x, size=(h, w), mode='bilinear')": "opencv",
    "F.interpolate(x, size=(6, 9), mode='bilinear', antialias=True)": "opencv",
    "F.interpolate(x, scale_factor=2, mode='nearest')": "tensorflow",
    "cv2.resize(x, (9, 6), interpolation=cv2.INTER_NEAREST)": "torch",
    "nn.ConvTranspose2d(6, 4, 4, 2, 1)": "keras",
    "nn.ConvTranspose2d(6, 4, 3, 2, 1)": "keras",
    "cv2.resize(x, (9, 6), interpolation=cv2.INTER_LINEAR if r else flag)": "torch",
}


@pytest.mark.parametrize("call", CALLS)
def test_convert(call: str) -> None:
    hold(convert(call, CALLS[call]).json(), documents.Conversion)  # type: ignore[arg-type]


def test_convert_a_line_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    code = "import cv2\ndef f(x, how=cv2.INTER_AREA): cv2.resize(x, (9, 6), None, 0, 0, how)\n"
    path.write_text(f"{code}cv2.resize(x, (9, 6), interpolation=how())", encoding="utf-8")
    hold(convert_in_file(Location(path), "torch").json(), documents.FileConversion)
    hold(convert_in_file(Location(path), None).json(), documents.FileConversion)


def _shifted(x: Array) -> Array:
    return np.roll(x, 1, axis=0)


def test_compare() -> None:
    found = compare(lambda x: x[::2], lambda x: x[1::2], input_sizes=[(8, 8)], dtypes=["uint8"])
    assert found.smallest is not None
    hold(found.json(), documents.Comparison)


@pytest.mark.usefixtures("no_tensors")
def test_identify() -> None:
    hold(identify(_shifted).json(), documents.Identification)


@pytest.mark.sweep
def test_identify_a_function_that_is_named() -> None:
    found = identify(lambda x: x.repeat(2, 0).repeat(2, 1)).json()
    assert found["same_but_for_coordinates"]  # at twice the size no rule shows
    assert found["dtypes"]
    assert found["regimes"]
    hold(found, documents.Identification)


def test_identify_a_transposed_convolution() -> None:
    def summed(x: Array) -> Array:
        return x.repeat(2, 2).repeat(2, 3)

    found = identify(summed, operation="conv_transpose", layout="NCHW")
    hold(found.json(), documents.Identification)


def test_what_identify_names() -> None:
    candidate = Candidate(Resize(mode="linear"))
    same = Same("f(x)", "torch", ">=1", "shrinking", "torch-f", "float32")
    hold(candidate.convention.json(), documents.Convention)
    hold(same.json(), documents.Same)


def test_show_and_rules() -> None:
    for words in ("linear half_pixel", "lanczos antialias"):
        hold(Sampling(convention_of(words), 5, 3).json(), documents.Sampling)
    for rule in find_rules(framework="torch"):
        hold(rule.json(), documents.Rule)


def test_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["convert", "x", "--to", "torch", "--format", "json"]) == 2
    hold(json.loads(capsys.readouterr().out), documents.Error)


def test_the_example_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"    \$ halfpixel (.*)\n((?:    .*\n)+)", PAGE)
    assert shown is not None
    assert cli.main(shown[1].split()) == 0
    assert capsys.readouterr().out == re.sub(r"^    ", "", shown[2], flags=re.MULTILINE)
