"""HP005: functions that the settings name as counterparts give other pixels."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from ...checking.settings import Counterparts
from ...comparison import Comparison, compare
from ..code import File
from ..finding import Hit


def check(file: File) -> Iterator[Hit]:
    """The counterparts whose second function is in the file. Both functions are run."""
    for pair in file.project.counterparts:
        path, _, name = pair.serving.rpartition(":")
        if not path or (file.project.root / path).resolve() != file.path.resolve():
            continue
        node = next((one for one in file.functions if one.name == name), None)
        if node is None:
            raise ValueError(f"{pair.serving}: there is no such function")
        comparison = _compared(pair, file.project.root)
        if not comparison.same:
            yield Hit(_head(node), f"{pair.serving} is not {pair.training}: {_apart(comparison)}")


def paths(pairs: Collection[Counterparts], root: Path) -> set[Path]:
    """The files of the second functions, which are read whatever is in them."""
    return {(root / one.serving.rpartition(":")[0]).resolve() for one in pairs}


def _compared(pair: Counterparts, root: Path) -> Comparison:
    a, b = (_function(one, root) for one in (pair.training, pair.serving))
    return compare(a, b, levels=pair.levels or None)


def _function(text: str, root: Path) -> str:
    path, _, name = text.rpartition(":")
    return f"{root / path}:{name}" if path.endswith(".py") else text


def _apart(comparison: Comparison) -> str:
    """How far two functions are apart, as one clause."""
    apart = comparison.json()["difference"]
    if comparison.verdict == "not deterministic":
        return "one of the two is not deterministic"
    if apart is None or apart["max"] is None:
        return "their results have other shapes"
    unit = "levels of 255" if apart["unit"] == "levels" else "of the largest value"
    return (
        f"up to {apart['max']:.3g} and on average {apart['mean'] or 0:.3g} {unit} apart; "
        "halfpixel compare shows where"
    )


def _head(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    """The head of a function alone, which is where a comment stands."""
    last = node.body[0].lineno - 1 if node.body[0].lineno > node.lineno else node.lineno
    head = ast.Pass()
    head.lineno, head.col_offset = node.lineno, node.col_offset
    head.end_lineno, head.end_col_offset = last, node.col_offset + len("def")
    return head
