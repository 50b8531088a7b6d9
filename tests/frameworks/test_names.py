"""What a call does is a field that its table sets: nothing reads it from a name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import halfpixel
from halfpixel.conformance import edge_cases, sweep, trials
from halfpixel.frameworks import Call

SOURCE = Path(halfpixel.__file__).parent
# pytest's -k takes no "="
ALLOWED = {
    "report/rule_book.py: call.id.split('=')",
    # which transposed convolution of Keras's code means: no field has the padding yet
    "upgrades/usage.py: call.name.startswith('keras.')",
    "upgrades/usage.py: call.name.endswith(f'-{padding}')",
}
TESTS = (
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
    "split",
    "partition",
    "rpartition",
)


def is_name(node: ast.expr) -> bool:
    """``….name``, ``….id``, or the name of a class that is asked of an object."""
    if isinstance(node, ast.Attribute) and node.attr == "__name__":
        return isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "type"
    if not isinstance(node, ast.Attribute) or node.attr not in ("name", "id"):
        return False
    owner = ast.unparse(node.value).split(".")[-1]
    return owner in ("call", "trial", "given", "entry", "case")


def readings(tree: ast.AST) -> Iterator[str]:
    """Where a program takes a name apart, or compares it with a text of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in TESTS and is_name(node.func.value):
                yield ast.unparse(node)
        elif isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            written = any(isinstance(one, (ast.Constant, ast.JoinedStr)) for one in operands)
            if written and any(map(is_name, operands)):
                yield ast.unparse(node)


def test_nothing_is_read_from_a_name() -> None:
    found = {
        f"{path.relative_to(SOURCE)}: {text}"
        for path in SOURCE.rglob("*.py")
        for text in readings(ast.parse(path.read_text("utf-8")))
    }
    assert found == ALLOWED


@pytest.mark.parametrize(
    "text",
    [
        "call.name.startswith('dnn-')",
        "row.call.name.endswith(end)",
        "'grid_sample' in call.name",
        "call.id == 'torch-interpolate-area'",
        "entry.name.startswith(sizes)",
        "type(error).__name__ == 'FrameworkError'",
        "self.call.name.partition('-')[0]",
    ],
)
def test_what_is_read_from_a_name_is_found(text: str) -> None:
    assert list(readings(ast.parse(text)))


def test_a_call_of_another_name_is_tried_on_the_same() -> None:
    """Of every resize call, by any other name: the same edges, the same sweep, the same dtypes."""
    for call in trials.calls("resize"):
        other = replace(call, name="by-any-other-name")
        assert asked(other) == asked(call), call.id


def asked(call: Call) -> list[object]:
    """What the suites ask of a call."""
    found: list[object] = [sweep.swept(call), call.plain, call.rule]
    for entry in edge_cases.EDGE_CASES.values():
        found += [edge_cases.left_out(call, entry.name, dtype) for dtype in call.arithmetic]
    can_say = trials._can_say()
    for dtype in call.arithmetic if call.follows else ():
        cases = trials._resize_trials(call, "2.21.0", dtype, can_say)
        found.append(tuple(name for name, _ in cases))
    return found


def test_what_a_refusal_says_is_a_pattern_also_beside_another() -> None:
    """A refusal can be made of another one's words: flags are those of a group, not of the whole."""
    refusals = {one.words for call in trials.calls() for one in call.refusals}
    for words in sorted(refusals):
        assert re.compile(f"{words}|{words}")
