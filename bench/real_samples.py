"""Answers about published calls, run: the source and the printed code on an image, held to what was said.

An image argument becomes ``x``, what is computed of a size a name with a value drawn by chance. The claims of
an answer are held by tests/conversion/claims.py, as those of calls that Hypothesis draws.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.conversion import claims
from tests.conversion.drawn_calls import Draw

from halfpixel.conversion import parse
from halfpixel.conversion.parse import conv_transpose
from halfpixel.conversion.parse.conv_transpose import Spoken
from halfpixel.conversion.parse.reading import Reading
from halfpixel.conversion.parse.signatures import Function

from .real_calls import outcome, target_of

_LAYOUTS = {"torch": "NCS", "tensorflow": "NSC", "keras": "NSC", "opencv": "SC", "pillow": "S"}
_MODULES = {"np", "nn", "torch", "tf", "keras", "cv2", "Image", "F", "x", "w", "b", "layer", "onnx"}
_FACTORS = (2, 3, 0.5, 1.5)
_CHANNELS = 4


class NotRun(ValueError):
    """Why a call is not run."""


def run(texts: Sequence[str], count: int, seed: int) -> None:
    """Hold some of the answers, and print what became of each.

    Args:
        texts: calls, as they are read.
        count: how many answers are run.
        seed: by which they are drawn.

    Raises:
        SystemExit: a sentence of an answer is not true.
    """
    chance = random.Random(seed)
    waiting, counts, broken = list(texts), Counter[str](), 0
    chance.shuffle(waiting)
    while waiting and counts["run"] < count:
        text = waiting.pop()
        if outcome(text).kind != "answered":
            counts["not answered"] += 1
            continue
        try:
            draw = _draw(text, chance)
            held = claims.hold(draw)
        except NotRun as error:
            counts[f"not run: {error}"] += 1
            continue
        except claims.Broken as error:
            broken += 1
            counts["run"] += 1
            print(f"not true: {text}\n{error}\n")
            continue
        counts["run"] += 1
        counts[f"  {held.what}"] += 1
        print(f"{held.what}: {draw.call} -> {draw.target}: {'; '.join(held.sentences)}")
    print()
    for words, number in counts.items():
        print(f"{number:6,}  {words}")
    print(f"{broken:6,}  with a sentence that is not true")
    if broken:
        raise SystemExit(1)


def _draw(text: str, chance: random.Random) -> Draw:
    """A call with an image, and values for its names."""
    found = parse.readings(text, each_value=True)
    one = chance.choice([one for one in found if isinstance(one.read, (Reading, Spoken))])
    call = ast.parse(one.text, mode="eval").body
    assert isinstance(call, ast.Call)
    if isinstance(one.read, Spoken):
        return _layer(call, text, one.read, chance)
    assert isinstance(one.read, Reading)
    return _resize(call, text, one.read, chance)


def _resize(call: ast.Call, text: str, read: Reading, chance: random.Random) -> Draw:
    function, values = read.function, dict[str, Any]()
    if read.framework not in _LAYOUTS:
        raise NotRun(f"of {read.framework}")
    given = _by_name(call, list(function.signature.parameters))
    n_in = tuple(chance.randint(8, 40) for _ in range(read.rank))
    for name in (*function.size, *function.factors):
        if name in given:
            factor = name in function.factors
            given[name] = _with_values(given[name], name, read, values, chance, factor=factor)
    made = _written(function, given)
    _check(made, values)
    layout = _LAYOUTS[read.framework]
    if read.ways.get("data_format") == "channels_first":
        layout = "NCS"
    channels = 1 if layout == "S" else 3
    return Draw(
        made, read.framework, n_in, target_of(text), tuple(values.items()), channels, layout
    )


def _by_name(call: ast.Call, parameters: Sequence[str]) -> dict[str, ast.expr]:
    by_place = zip(parameters, call.args, strict=False)
    return {**dict(by_place), **{one.arg: one.value for one in call.keywords if one.arg}}


def _written(function: Function, given: dict[str, ast.expr]) -> str:
    image = given.pop(function.image, None) if function.image else None
    said = [f"{name}={ast.unparse(value)}" for name, value in given.items() if name != "name"]
    if function.method:
        return f"np.asarray(Image.fromarray(x).resize({', '.join(said)}))"
    if function.is_layer:
        return f"{function.name}({', '.join(said)})(x)"
    assert image is not None
    return f"{function.name}({', '.join(['x', *said])})"


def _with_values(
    node: ast.expr,
    name: str,
    read: Reading,
    values: dict[str, Any],
    chance: random.Random,
    *,
    factor: bool,
) -> ast.expr:
    """A size with names in place of what is computed; a factor with numbers."""

    def value() -> Any:
        return chance.choice(_FACTORS) if factor else chance.randint(4, 60)

    if _is_literal(node):
        return node
    if factor and not isinstance(node, (ast.Tuple, ast.List)):
        return ast.Constant(value())
    if isinstance(node, (ast.Tuple, ast.List)):
        entries: list[ast.expr] = []
        for entry in node.elts:
            known = entry
            if not _is_literal(entry) and factor:
                known = ast.Constant(value())
            elif not _is_literal(entry):
                known = ast.Name(f"n{len(values)}")
                values[known.id] = value()
            entries.append(known)
        return ast.Tuple(entries)
    one = len(read.function.size) > 1 or isinstance(node, (ast.BinOp, ast.Constant))
    values[name] = value() if one else tuple(value() for _ in range(read.rank))
    return ast.Name(name)


def _is_literal(node: ast.expr) -> bool:
    return not any(isinstance(one, (ast.Name, ast.Call)) for one in ast.walk(node))


def _check(text: str, values: dict[str, Any]) -> None:
    used = {one.id for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Name)}
    if not used <= _MODULES | set(values):
        raise NotRun("names other than those of sizes")


def _layer(call: ast.Call, text: str, read: Spoken, chance: random.Random) -> Draw:
    operator = conv_transpose.operator_of(ast.unparse(call.func))
    assert operator is not None
    given = _by_name(call, list(operator.signature.parameters))
    values = dict[str, Any]()
    for name in ("in_channels", "out_channels", "filters"):
        if name in given and not _is_literal(given[name]):
            given[name] = ast.Constant(_CHANNELS)
    said = ", ".join(f"{name}={ast.unparse(value)}" for name, value in given.items())
    made = f"{operator.name}({said})"
    _check(made, values)
    n_in = tuple(chance.randint(3, 9) for _ in range(read.layer.rank))
    layer = parse.read(made)
    assert isinstance(layer, Spoken)
    weight, channels = _weight(layer)
    layout = _LAYOUTS[layer.framework]
    if layer.arguments.get("data_format") == "channels_first":
        layout = "NCS"
    bias = bool(layer.arguments.get("bias", layer.arguments.get("use_bias", True)))
    return Draw(
        made,
        layer.framework,
        n_in,
        target_of(text),
        channels=channels,
        layout=layout,
        weight=weight,
        bias=bias,
        image="integers",
    )


def _weight(read: Spoken) -> tuple[tuple[int, ...], int]:
    """The shape of a layer's weight, and the channels of its image."""
    given = read.arguments
    if read.framework == "torch" and "in_channels" in given:
        groups = given.get("groups", 1)
        sizes = (given["in_channels"], given["out_channels"] // groups)
        if max(sizes) > 256:
            raise NotRun("more than 256 channels")
        return (*sizes, *read.layer.kernel), given["in_channels"]
    if read.framework == "keras":
        return (*read.layer.kernel, given["filters"], 3), 3
    raise NotRun("a function that is given its weight")
