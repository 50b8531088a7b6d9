"""What a rule finds in a file, and how it is fixed."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Edit:
    """A text in the place of another.

    Attributes:
        start, end: where the old text begins and ends: line, from 1, and column, from 0 and in bytes of
            UTF-8, as ``ast`` has them.
        text: the new one.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


@dataclass(frozen=True)
class Hit:
    """What a rule says of one place in a file.

    Attributes:
        node: where it is.
        message: what is wrong, and what to write.
        edits: the fix, where it is certain; empty where it is not.
    """

    node: ast.expr | ast.stmt | ast.alias
    message: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A hit in a file.

    Attributes:
        path: the file, as it is shown.
        line, column: where it begins, both from 1; the column counts characters.
        end_line, end_column: where it ends: the column after the last character.
        code: of the rule.
        message: what is wrong, and what to write.
        edits: the fix, where it is certain.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    message: str
    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        """A line, with a mark where there is a fix."""
        mark = " [*]" if self.edits else ""
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}{mark}"

    @property
    def order(self) -> tuple[str, int, int, str]:
        """By which findings are sorted."""
        return self.path, self.line, self.column, self.code


def replaced(node: ast.expr | ast.alias, text: str) -> Edit:
    """A text in the place of a node."""
    return Edit(*_ends(node), text)


def inserted(node: ast.expr, text: str) -> Edit:
    """A text before a node."""
    start, _ = _ends(node)
    return Edit(start, start, text)


def renamed(keyword: ast.keyword, name: str) -> Edit:
    """Another name of a keyword argument."""
    start = keyword.lineno, keyword.col_offset
    end = keyword.lineno, keyword.col_offset + len((keyword.arg or "").encode())
    return Edit(start, end, name)


def without(call: ast.Call, keyword: ast.keyword) -> Edit | None:
    """A call without a keyword argument that stands after another argument; None where none does."""
    arguments: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda one: (one.lineno, one.col_offset)
    )
    i = arguments.index(keyword)
    if i == 0:
        return None
    return Edit(_ends(arguments[i - 1])[1], _ends(keyword)[1], "")


def _ends(
    node: ast.expr | ast.alias | ast.keyword,
) -> tuple[tuple[int, int], tuple[int, int]]:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def fixed(code: bytes, edits: tuple[Edit, ...]) -> bytes:
    """A file's code with edits made; of two that overlap, the first."""
    lines = code.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    made, end = [], 0
    for edit in sorted(set(edits)):
        begin, stop = (starts[line - 1] + column for line, column in (edit.start, edit.end))
        if begin < end:
            continue
        made += [code[end:begin], edit.text.encode()]
        end = stop
    return b"".join([*made, code[end:]])
